/* SPDX-License-Identifier: Apache-2.0 */
/* How connections are opened, named, found, leased and closed. */
#include "tests/unit/connections_fixture.h"

static void expect_fault(enum fault_code code, const char *field, const struct fault *fault)
{
    ck_assert_msg(fault->code == code && strstr(fault->message, field) != NULL,
                  "%s: \"%s\" instead of %s with \"%s\"", fault_word(fault->code).data,
                  fault->message, fault_word(code).data, field);
}

START_TEST(connection_holds_a_subscription_for_each_symbol)
{
    struct connection *connection = opened("mine", "trade_feed", "ETH-USDT BTC-USDT ETH-USDT");
    ck_assert_uint_eq(connection->symbol_count, 2);
    ck_assert(slice_equal(connection_symbol(connection, 0), SLICE("BTC-USDT")));
    ck_assert(slice_equal(connection_symbol(connection, 1), SLICE("ETH-USDT")));
    ck_assert_uint_eq(subscriptions_count(subscriptions), 2);
    list_two();
    subscriptions_hand_over(subscriptions, now_ns);
    ck_assert_uint_eq(wanted, 2);
    connections_close(connections, connection);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
    subscriptions_hand_over(subscriptions, now_ns);
    ck_assert_uint_eq(wanted, 0);
}
END_TEST

START_TEST(connection_opened_again_with_the_same_arguments_is_the_same)
{
    struct connection *connection = opened("mine", "price_feed", "BTC-USDT ETH-USDT");
    ck_assert_ptr_eq(opened("mine", "price_feed", "ETH-USDT BTC-USDT"), connection);
    ck_assert_uint_eq(connections_count(connections), 1);
    ck_assert_uint_eq(connection->rows[0]->references, 1);
}
END_TEST

START_TEST(connection_opened_again_with_other_arguments_is_a_conflict)
{
    struct fault fault;
    opened("mine", "price_feed", "BTC-USDT");
    ck_assert_ptr_null(open_as("mine", "price_feed", "ETH-USDT", "", 0, &fault));
    expect_fault(FAULT_CONFLICT, "mine", &fault);
    ck_assert_ptr_null(open_as("mine", "trade_feed", "BTC-USDT", "", 0, &fault));
    expect_fault(FAULT_CONFLICT, "mine", &fault);
    ck_assert_ptr_null(open_as("mine", "price_feed", "BTC-USDT", "", 60, &fault));
    expect_fault(FAULT_CONFLICT, "mine", &fault);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 1);
}
END_TEST

START_TEST(connection_without_a_name_is_called_by_its_id)
{
    struct connection *first = opened("c2", "price_feed", "BTC-USDT");
    struct connection *second = opened("", "price_feed", "BTC-USDT");
    ck_assert_str_eq(first->id, "c1");
    ck_assert_str_eq(second->id, "c3"); /* c2 means the first */
    ck_assert_str_eq(second->name, "c3");
    ck_assert_ptr_eq(connections_find(connections, SLICE("c2"), now_ns), first);
    ck_assert_ptr_eq(connections_find(connections, SLICE("c1"), now_ns), first);
    ck_assert_ptr_eq(connections_find(connections, SLICE("c3"), now_ns), second);
    ck_assert_ptr_null(connections_find(connections, SLICE("c"), now_ns));
    ck_assert_ptr_eq(opened("c3", "price_feed", "BTC-USDT"), second);
}
END_TEST

START_TEST(connection_that_cannot_be_opened_says_why_and_holds_nothing)
{
    static const struct {
        const char *name, *type, *symbols, *interval;
        enum fault_code code;
        const char *field;
    } cases[] = {
        {"a", "price_feed", "", "", FAULT_BAD_VALUE, "symbols"},
        {"a", "price_feed", "1 2 3 4 5 6 7 8 9", "", FAULT_CAPACITY, "symbols"},
        {"a", "price_feed", "BTC-USDT NOPE-USDT", "", FAULT_UNKNOWN_SYMBOL, "NOPE-USDT"},
        {"a", "price_feed", "BTC-USDT", "1m", FAULT_BAD_VALUE, "interval"},
        {"a", "candle_feed", "BTC-USDT", "", FAULT_MISSING_FIELD, "interval"},
        {"a", "candle_feed", "BTC-USDT", "7m", FAULT_BAD_VALUE, "7m"},
        {"12345678901234567890123456789012345678901234567890123456789012345", "price_feed",
         "BTC-USDT", "", FAULT_BAD_VALUE, "name"},
    };
    list_two();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault fault = {0};
        ck_assert_ptr_null(
            open_as(cases[i].name, cases[i].type, cases[i].symbols, cases[i].interval, 0, &fault));
        expect_fault(cases[i].code, cases[i].field, &fault);
    }
    ck_assert_uint_eq(connections_count(connections), 0);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
    expect_told(0);
}
END_TEST

START_TEST(connections_have_room_for_so_many_and_a_closed_one_makes_room_when_it_was_told)
{
    struct fault fault;
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        opened("", "price_feed", "BTC-USDT");
    ck_assert_ptr_null(open_as("", "price_feed", "BTC-USDT", "", 0, &fault));
    expect_fault(FAULT_CAPACITY, "connections", &fault);
    connections_close(connections, connections_find(connections, SLICE("c2"), now_ns));
    ck_assert_ptr_null(connections_find(connections, SLICE("c2"), now_ns));
    ck_assert_uint_eq(connections_count(connections), CONNECTIONS_MAX - 1);
    expect_told(CONNECTIONS_MAX);
    ck_assert_str_eq(opened("", "price_feed", "BTC-USDT")->id, "c5");
}
END_TEST

START_TEST(connections_are_walked_in_the_order_of_their_making)
{
    static const char *const ids[] = {"c1", "c3"};
    const struct connection *connection;
    uint32_t place = 0, count = 0;
    for (int i = 0; i < 3; i++)
        opened("", "price_feed", "BTC-USDT");
    connections_close(connections, connections_find(connections, SLICE("c2"), now_ns));
    while ((connection = connections_each(connections, &place)) != NULL)
        ck_assert_str_eq(connection->id, ids[count++]);
    ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(connection_that_is_closed_is_told_once_and_gone)
{
    struct connection *connection = opened("mine", "trade_feed", "BTC-USDT");
    expect_told(1);
    connections_close(connections, connection);
    connections_judge(connections);
    const struct connection *told = connections_next_changed(connections);
    ck_assert_ptr_eq(told, connection);
    ck_assert_int_eq(told->state, SESSION_CLOSED);
    ck_assert_int_eq(told->reason, REASON_STOPPED);
    ck_assert_uint_eq(told->notices, 2);
    expect_told(0);
    struct connection *again = opened("mine", "price_feed", "BTC-USDT");
    ck_assert_str_eq(again->id, "c2");
    connections_close_all(connections);
    expect_told(1);
    ck_assert_uint_eq(connections_count(connections), 0);
}
END_TEST

START_TEST(connection_is_closed_when_its_lease_is_over_and_each_use_renews_it)
{
    struct fault fault;
    ck_assert_int_eq(connections_expire(connections, now_ns), INT64_MAX);
    opened("kept", "trade_feed", "BTC-USDT");
    struct connection *leased = open_as("leased", "trade_feed", "BTC-USDT", "", 10, &fault);
    int64_t due_ns = now_ns + 10 * NS_PER_SECOND;
    ck_assert_int_eq(connections_expire(connections, due_ns - 1), due_ns);
    now_ns += 5 * NS_PER_SECOND;
    ck_assert_ptr_eq(connections_find(connections, SLICE("leased"), now_ns), leased);
    ck_assert_int_eq(connections_expire(connections, due_ns), due_ns + 5 * NS_PER_SECOND);
    now_ns += 5 * NS_PER_SECOND;
    ck_assert_ptr_eq(open_as("leased", "trade_feed", "BTC-USDT", "", 10, &fault), leased);
    ck_assert_int_eq(connections_expire(connections, now_ns), now_ns + 10 * NS_PER_SECOND);
    ck_assert_int_eq(connections_expire(connections, now_ns + 10 * NS_PER_SECOND), INT64_MAX);
    ck_assert_ptr_null(connections_find(connections, SLICE("leased"), now_ns));
    ck_assert_ptr_nonnull(connections_find(connections, SLICE("kept"), now_ns));
}
END_TEST

START_TEST(connection_counts_messages_from_its_own_opening)
{
    struct connection *first = opened("first", "trade_feed", "BTC-USDT ETH-USDT");
    list_two();
    say(first, 0, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    say(first, 1, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(connection_messages(first), 2);
    struct connection *second = opened("second", "trade_feed", "BTC-USDT");
    ck_assert_uint_eq(connection_messages(second), 0);
    ck_assert_int_eq(connection_last_message(second), 0);
    now_real_ns += 7;
    say(second, 0, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(connection_messages(first), 3);
    ck_assert_uint_eq(connection_messages(second), 1);
    ck_assert_int_eq(connection_last_message(second), now_real_ns);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_connections");
    TCase *tests = tcase_create("connections");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, connection_holds_a_subscription_for_each_symbol);
    tcase_add_test(tests, connection_opened_again_with_the_same_arguments_is_the_same);
    tcase_add_test(tests, connection_opened_again_with_other_arguments_is_a_conflict);
    tcase_add_test(tests, connection_without_a_name_is_called_by_its_id);
    tcase_add_test(tests, connection_that_cannot_be_opened_says_why_and_holds_nothing);
    tcase_add_test(tests,
                   connections_have_room_for_so_many_and_a_closed_one_makes_room_when_it_was_told);
    tcase_add_test(tests, connections_are_walked_in_the_order_of_their_making);
    tcase_add_test(tests, connection_that_is_closed_is_told_once_and_gone);
    tcase_add_test(tests, connection_is_closed_when_its_lease_is_over_and_each_use_renews_it);
    tcase_add_test(tests, connection_counts_messages_from_its_own_opening);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
