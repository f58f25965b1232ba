/* SPDX-License-Identifier: Apache-2.0 */
/* The rules by which an exchange's words become ours, and which status may follow which. */
#include "proto/order_status.h"

#include <check.h>

static const struct status_rule rules[] = {
    {"NEW", WHEN_POST_ONLY, NULL, ORDER_PENDING_NEW, NULL},
    {"NEW", 0, NULL, ORDER_NEW, "on the book"},
    {"PART", WHEN_FILLED | WHEN_NONE_LEFT, NULL, ORDER_FILLED, NULL},
    {"PART", WHEN_UNFILLED, NULL, ORDER_CANCELED, NULL},
    {"PART", WHEN_QUOTE_SIZED | WHEN_MARKET, "dust", ORDER_FILLED, NULL},
    {"PART", WHEN_SOME_LEFT, "gone", ORDER_EXPIRED, NULL},
    {"PART", WHEN_IMMEDIATE, NULL, ORDER_CANCELED, NULL},
    {"PART", 0, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"NEVER", WHEN_FILLED, NULL, ORDER_FILLED, NULL},
};
static const struct status_table table = {"example", rules, sizeof rules / sizeof *rules};

static void know(struct order *order, enum order_field field, uint64_t value)
{
    order->known |= 1u << field;
    order->numbers[field] = (struct decimal){.low = value};
}

static enum order_status read_with(const char *word, const struct order *order, const char *detail)
{
    const struct slice details[] = {SLICE("other"), slice_of(detail)};
    enum order_status status = ORDER_STATUS_COUNT;
    bool known = order_status_read(&table, slice_of(word), details, 2, order, &status);
    ck_assert_int_eq(known, status != ORDER_UNKNOWN);
    return status;
}

START_TEST(status_is_that_of_the_first_rule_that_fits)
{
    struct order order = {0};
    ck_assert_int_eq(read_with("NEW", &order, ""), ORDER_NEW);
    order.post_only = true;
    ck_assert_int_eq(read_with("NEW", &order, ""), ORDER_PENDING_NEW);
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_CANCELED); /* nothing is said: nothing is
                                                                         filled */
    know(&order, ORDER_FILLED_QTY, 0);
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_CANCELED);
    know(&order, ORDER_FILLED_QTY, 3);
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_PARTIALLY_FILLED);
    know(&order, ORDER_LEAVES_QTY, 0);
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_FILLED);
    know(&order, ORDER_LEAVES_QTY, 1);
    ck_assert_int_eq(read_with("PART", &order, "gone"), ORDER_EXPIRED);
    ck_assert_int_eq(read_with("PART", &order, "gon"), ORDER_PARTIALLY_FILLED);
    order.time_in_force = TIME_IN_FORCE_FOK;
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_CANCELED);
    order.time_in_force = TIME_IN_FORCE_IOC;
    ck_assert_int_eq(read_with("PART", &order, ""), ORDER_CANCELED);
    order.quote_sized = true;
    ck_assert_int_eq(read_with("PART", &order, "dust"), ORDER_CANCELED); /* all must hold */
    order.order_type = ORDER_TYPE_MARKET;
    ck_assert_int_eq(read_with("PART", &order, "dust"), ORDER_FILLED);
}
END_TEST

START_TEST(status_of_a_word_that_no_rule_has_is_unknown)
{
    const struct order order = {0};
    ck_assert_int_eq(read_with("new", &order, ""), ORDER_UNKNOWN);
    ck_assert_int_eq(read_with("", &order, ""), ORDER_UNKNOWN);
    ck_assert_int_eq(read_with("NEWER", &order, ""), ORDER_UNKNOWN);
    ck_assert_int_eq(read_with("NEVER", &order, ""), ORDER_UNKNOWN); /* its one rule does not fit */
}
END_TEST

START_TEST(status_never_leaves_the_end)
{
    for (int from = 0; from < ORDER_STATUS_COUNT; from++)
        for (int to = 0; to < ORDER_STATUS_COUNT; to++)
            if (order_status_is_final((enum order_status)from))
                ck_assert_int_eq(
                    order_status_follows((enum order_status)from, (enum order_status)to),
                    from == to);
            else if (order_status_is_final((enum order_status)to))
                ck_assert(order_status_follows((enum order_status)from, (enum order_status)to));
}
END_TEST

START_TEST(status_goes_on_and_not_back)
{
    static const struct {
        enum order_status from, to;
        bool follows;
    } steps[] = {
        {ORDER_PENDING_NEW, ORDER_NEW, true},
        {ORDER_NEW, ORDER_PENDING_NEW, false},
        {ORDER_PARTIALLY_FILLED, ORDER_PENDING_NEW, false},
        {ORDER_PENDING_CANCEL, ORDER_PENDING_NEW, true}, /* from there it may have come */
        {ORDER_NEW, ORDER_PARTIALLY_FILLED, true},
        {ORDER_PARTIALLY_FILLED, ORDER_PARTIALLY_FILLED, true},
        {ORDER_PARTIALLY_FILLED, ORDER_NEW, false},
        {ORDER_PARTIALLY_FILLED, ORDER_PENDING_CANCEL, true},
        {ORDER_PENDING_CANCEL, ORDER_NEW, true}, /* the cancel was refused */
        {ORDER_PENDING_CANCEL, ORDER_PARTIALLY_FILLED, true},
        {ORDER_SUSPENDED, ORDER_TRIGGERED, true},
        {ORDER_TRIGGERED, ORDER_SUSPENDED, false},
        {ORDER_TRIGGERED, ORDER_NEW, true},
        {ORDER_NEW, ORDER_TRIGGERED, true},
        {ORDER_UNKNOWN, ORDER_PENDING_NEW, true},
        {ORDER_NEW, ORDER_UNKNOWN, true},
        {ORDER_UNKNOWN, ORDER_UNKNOWN, true},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        ck_assert_msg(order_status_follows(steps[i].from, steps[i].to) == steps[i].follows,
                      "%s -> %s", order_status_word(steps[i].from).data,
                      order_status_word(steps[i].to).data);
}
END_TEST

START_TEST(status_table_is_printed_rule_by_rule)
{
    static const struct status_rule some[] = {
        {"PART", WHEN_FILLED | WHEN_MARKET, "dust", ORDER_FILLED, "as good as whole"},
        {"NEW", 0, NULL, ORDER_NEW, NULL},
    };
    const struct status_table printed = {"example", some, 2};
    char room[512];
    struct text text = text_over(room, sizeof room);
    order_status_write(&text, &printed);
    text_terminate(&text);
    ck_assert_str_eq(room,
                     "| `PART` | something filled, market order, `dust` | `filled` | as good as "
                     "whole |\n"
                     "| `NEW` |  | `new` |  |\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_order_status");
    TCase *tests = tcase_create("status");
    tcase_add_test(tests, status_is_that_of_the_first_rule_that_fits);
    tcase_add_test(tests, status_of_a_word_that_no_rule_has_is_unknown);
    tcase_add_test(tests, status_never_leaves_the_end);
    tcase_add_test(tests, status_goes_on_and_not_back);
    tcase_add_test(tests, status_table_is_printed_rule_by_rule);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
