/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_check.h"

#include <check.h>
#include <stdio.h>

static struct check stands;
static const char *wrong;

static void begin(void)
{
    ck_assert(check_init(&stands));
    wrong = NULL;
}

static void end(void)
{
    check_fini(&stands);
}

static struct event an_order(const char *symbol, uint64_t id, enum order_status status,
                             uint64_t filled)
{
    struct event event;
    event_begin(&event, KIND_ORDER);
    snprintf(event.order.exchange_symbol, SYMBOL_MAX + 1, "%s", symbol);
    id_set_number(&event.order.order_id, id);
    event.order.status = (uint8_t)status;
    event.order.known = 1u << ORDER_FILLED_QTY;
    event.order.numbers[ORDER_FILLED_QTY].low = filled;
    return event;
}

static struct event a_balance(const char *asset, uint64_t total)
{
    struct event event;
    event_begin(&event, KIND_BALANCE);
    snprintf(event.balance.asset, ASSET_MAX + 1, "%s", asset);
    event.balance.numbers[BALANCE_TOTAL].low = total;
    return event;
}

static void told(struct event event)
{
    check_told(&stands, &event);
}

/* A pass in which REST has these orders and this much of an asset. */
static enum check_result pass(const struct event *orders, size_t count, uint64_t total)
{
    struct event balance = a_balance("USDT", total);
    check_begin(&stands);
    for (size_t i = 0; i < count; i++)
        check_found(&stands, &orders[i]);
    check_found(&stands, &balance);
    return check_end(&stands, &wrong);
}

START_TEST(what_was_told_is_good)
{
    struct event open[] = {an_order("A", 1, ORDER_NEW, 0),
                           an_order("A", 2, ORDER_PARTIALLY_FILLED, 3)};
    told(open[0]);
    told(open[1]);
    told(an_order("A", 3, ORDER_FILLED, 5));
    told(a_balance("USDT", 9));
    told(a_balance("XRP", 0)); /* which REST leaves out */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pass(open, 2, 9), CHECK_GOOD);
}
END_TEST

START_TEST(what_differs_once_may_be_on_its_way)
{
    struct event open = an_order("A", 1, ORDER_NEW, 0);
    told(a_balance("USDT", 9));
    ck_assert_int_eq(pass(&open, 1, 9), CHECK_DOUBT);
    told(open);
    ck_assert_int_eq(pass(&open, 1, 9), CHECK_GOOD);
    told(an_order("A", 1, ORDER_CANCELED, 0));
    ck_assert_int_eq(pass(&open, 1, 9), CHECK_DOUBT);
    ck_assert_int_eq(pass(NULL, 0, 9), CHECK_GOOD);
}
END_TEST

START_TEST(an_order_that_is_not_told_is_found)
{
    struct event open = an_order("A", 1, ORDER_NEW, 0);
    told(a_balance("USDT", 9));
    ck_assert_int_eq(pass(&open, 1, 9), CHECK_DOUBT);
    ck_assert_int_eq(pass(&open, 1, 9), CHECK_WRONG);
    ck_assert_str_eq(wrong, "A 1");
}
END_TEST

START_TEST(an_end_that_is_not_told_is_found)
{
    told(an_order("A", 1, ORDER_NEW, 0));
    told(a_balance("USDT", 9));
    ck_assert_int_eq(pass(NULL, 0, 9), CHECK_DOUBT);
    ck_assert_int_eq(pass(NULL, 0, 9), CHECK_WRONG);
}
END_TEST

START_TEST(a_fill_that_is_not_told_is_found)
{
    struct event filled = an_order("A", 1, ORDER_PARTIALLY_FILLED, 4);
    told(an_order("A", 1, ORDER_PARTIALLY_FILLED, 3));
    told(a_balance("USDT", 9));
    ck_assert_int_eq(pass(&filled, 1, 9), CHECK_DOUBT);
    told(an_order("A", 1, ORDER_PARTIALLY_FILLED, 5)); /* more than that: it is not silent */
    ck_assert_int_eq(pass(&filled, 1, 9), CHECK_GOOD);
    filled.order.numbers[ORDER_FILLED_QTY].low = 6;
    ck_assert_int_eq(pass(&filled, 1, 9), CHECK_DOUBT);
    ck_assert_int_eq(pass(&filled, 1, 9), CHECK_WRONG);
}
END_TEST

START_TEST(a_balance_that_is_not_told_is_found)
{
    told(a_balance("USDT", 9));
    told(a_balance("BTC", 1)); /* REST has none */
    ck_assert_int_eq(pass(NULL, 0, 9), CHECK_DOUBT);
    told(a_balance("BTC", 0));
    ck_assert_int_eq(pass(NULL, 0, 8), CHECK_DOUBT);
    ck_assert_int_eq(pass(NULL, 0, 8), CHECK_WRONG);
    ck_assert_str_eq(wrong, "USDT");
}
END_TEST

START_TEST(all_is_forgotten_when_it_begins_anew)
{
    struct event open = an_order("A", 1, ORDER_NEW, 0);
    told(open);
    ck_assert_int_eq(pass(NULL, 0, 0), CHECK_DOUBT);
    check_clear(&stands);
    ck_assert_int_eq(pass(NULL, 0, 0), CHECK_GOOD);
    told(open);
    ck_assert_int_eq(pass(&open, 1, 0), CHECK_GOOD);
}
END_TEST

START_TEST(orders_that_have_ended_take_no_room)
{
    for (uint64_t id = 0; id < 3 * CHECK_ROWS_MAX; id++) {
        told(an_order("A", id, ORDER_NEW, 0));
        told(an_order("A", id, ORDER_FILLED, 1));
        if (id % 1000 == 0)
            ck_assert_int_eq(pass(NULL, 0, 0), CHECK_GOOD);
    }
    ck_assert_uint_le(stands.count, 1001);
}
END_TEST

START_TEST(beyond_its_room_it_checks_what_it_has)
{
    for (uint64_t id = 0; id < CHECK_ROWS_MAX + 10; id++)
        told(an_order("A", id, ORDER_NEW, 0));
    ck_assert_uint_eq(stands.count, CHECK_ROWS_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_check");
    TCase *tests = tcase_create("check");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, what_was_told_is_good);
    tcase_add_test(tests, what_differs_once_may_be_on_its_way);
    tcase_add_test(tests, an_order_that_is_not_told_is_found);
    tcase_add_test(tests, an_end_that_is_not_told_is_found);
    tcase_add_test(tests, a_fill_that_is_not_told_is_found);
    tcase_add_test(tests, a_balance_that_is_not_told_is_found);
    tcase_add_test(tests, all_is_forgotten_when_it_begins_anew);
    tcase_add_test(tests, orders_that_have_ended_take_no_room);
    tcase_add_test(tests, beyond_its_room_it_checks_what_it_has);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
