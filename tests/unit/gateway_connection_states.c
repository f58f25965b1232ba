/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of connections, as sessions and topics say it. */
#include "tests/unit/connections_fixture.h"

/* A book is `ok` with a snapshot. */
static void say_ok(const struct connection *connection, uint32_t i)
{
    bool book = connection->rows[i]->kind == KIND_BOOK;
    say(connection, i, book ? UPDATE_SNAPSHOT : UPDATE_STATE, TOPIC_OK, REASON_NONE);
}

static void say_all(const struct connection *connection, enum topic_state state, enum reason reason)
{
    for (uint32_t i = 0; i < connection->symbol_count * connection->type->kind_count; i++)
        say(connection, i, UPDATE_STATE, state, reason);
}

static void session_says(uint32_t number, enum session_state state, enum reason reason,
                         uint32_t retry_in_ms)
{
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.reason = (uint16_t)reason;
    event.session.session = number;
    event.session.state = (uint8_t)state;
    event.session.retry_in_ms = retry_in_ms;
    if (retry_in_ms > 0)
        memcpy(event.session.detail, "no route", 9);
    stats_take_session(stats, &event);
}

static void expect_state(const struct connection *connection, enum session_state state,
                         enum reason reason)
{
    connections_judge(connections);
    ck_assert_msg(connection->state == state && connection->reason == reason,
                  "%s is %s (%s) instead of %s (%s)", connection->name,
                  session_state_word(connection->state).data, reason_word(connection->reason).data,
                  session_state_word(state).data, reason_word(reason).data);
}

/* A connection whose topics flow. */
static struct connection *live(const char *name, const char *type)
{
    struct connection *connection = opened(name, type, "BTC-USDT ETH-USDT");
    list_two();
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    say_ok(connection, 0);
    say_ok(connection, 1);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    expect_told(1);
    return connection;
}

START_TEST(connection_is_opening_until_the_list_and_a_session_are_there)
{
    struct connection *connection = opened("mine", "trade_feed", "BTC-USDT ETH-USDT");
    expect_state(connection, SESSION_OPENING, REASON_STARTING);
    expect_told(1);
    list_two();
    expect_state(connection, SESSION_OPENING, REASON_STARTING);
    session_says(0, SESSION_OPENING, REASON_NONE, 0);
    say_all(connection, TOPIC_RECOVERING, REASON_STARTING);
    expect_state(connection, SESSION_OPENING, REASON_STARTING);
    expect_told(0);
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    expect_told(1);
}
END_TEST

START_TEST(connection_says_why_the_list_does_not_come)
{
    struct connection *connection = opened("mine", "trade_feed", "BTC-USDT");
    session_says(SESSION_NONE, SESSION_RECONNECTING, REASON_DNS, 500);
    expect_state(connection, SESSION_RECONNECTING, REASON_DNS);
    ck_assert_uint_eq(connection->retry_in_ms, 500);
    list_two();
    session_says(0, SESSION_OPENING, REASON_NONE, 0);
    expect_state(connection, SESSION_RECONNECTING, REASON_DNS);
    ck_assert_uint_eq(connection->retry_in_ms, 0);
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    say(connection, 0, UPDATE_STATE, TOPIC_RECOVERING, REASON_STARTING);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    session_says(0, SESSION_CLOSED, REASON_NONE, 0);
    ck_assert_ptr_null(stats_worst(stats, 0));
}
END_TEST

START_TEST(connection_is_live_in_a_market_in_which_nothing_happens)
{
    struct connection *connection = opened("mine", "trade_feed", "BTC-USDT ETH-USDT");
    list_two();
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    say_all(connection, TOPIC_RECOVERING, REASON_STARTING);
    say_ok(connection, 0);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    session_says(1, SESSION_RECONNECTING, REASON_RESET,
                 500); /* one that it has nothing to do with */
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    ck_assert_uint_eq(connection->errors, 0);
}
END_TEST

START_TEST(connection_whose_attempts_fail_from_the_start_is_reconnecting)
{
    struct connection *connection = opened("mine", "trade_feed", "BTC-USDT ETH-USDT");
    list_two();
    say_all(connection, TOPIC_RECOVERING, REASON_STARTING);
    session_says(0, SESSION_RECONNECTING, REASON_CONNECT_FAILED, 700);
    expect_state(connection, SESSION_RECONNECTING, REASON_CONNECT_FAILED);
    ck_assert_uint_eq(connection->retry_in_ms, 700);
    ck_assert_uint_eq(connection->reconnects, 0);
    ck_assert_uint_eq(connection->errors, 1);
    ck_assert_str_eq(connection->last_error, "connect_failed: no route");
}
END_TEST

START_TEST(connection_is_reconnecting_from_a_loss_until_all_topics_are_back)
{
    struct connection *connection = live("mine", "trade_feed");
    session_says(0, SESSION_RECONNECTING, REASON_CLOSED_BY_PEER, 300);
    say_all(connection, TOPIC_DOWN, REASON_CLOSED_BY_PEER);
    expect_state(connection, SESSION_RECONNECTING, REASON_CLOSED_BY_PEER);
    ck_assert_uint_eq(connection->reconnects, 1);
    session_says(0, SESSION_OPENING, REASON_NONE, 0);
    expect_state(connection, SESSION_RECONNECTING, REASON_CLOSED_BY_PEER);
    ck_assert_uint_eq(connection->retry_in_ms, 0);
    expect_told(1);
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    say_ok(connection, 0);
    expect_state(connection, SESSION_RECONNECTING, REASON_CLOSED_BY_PEER);
    expect_told(0);
    say(connection, 1, UPDATE_STATE, TOPIC_RECOVERING, REASON_STARTING);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    expect_told(1);
    ck_assert_uint_eq(connection->reconnects, 1);
    ck_assert_uint_eq(connection->errors, 1);
}
END_TEST

START_TEST(connection_says_each_attempt_that_failed)
{
    struct connection *connection = live("mine", "trade_feed");
    session_says(0, SESSION_RECONNECTING, REASON_RESET, 300);
    say_all(connection, TOPIC_DOWN, REASON_RESET);
    expect_state(connection, SESSION_RECONNECTING, REASON_RESET);
    expect_told(1);
    session_says(0, SESSION_OPENING, REASON_NONE, 0);
    expect_state(connection, SESSION_RECONNECTING, REASON_RESET);
    session_says(0, SESSION_RECONNECTING, REASON_RESET, 600);
    expect_state(connection, SESSION_RECONNECTING, REASON_RESET);
    expect_told(1);
    session_says(0, SESSION_REFUSED, REASON_RATE_LIMITED, 7000);
    expect_state(connection, SESSION_RECONNECTING, REASON_RATE_LIMITED);
    expect_told(1);
    ck_assert_uint_eq(connection->errors, 3);
    ck_assert_uint_eq(connection->reconnects, 1);
}
END_TEST

START_TEST(connection_is_degraded_while_a_topic_is_not_ok)
{
    struct connection *connection = live("mine", "order_book");
    say(connection, 0, UPDATE_STATE, TOPIC_STALE, REASON_SILENT);
    say(connection, 1, UPDATE_STATE, TOPIC_RECOVERING, REASON_GAP);
    expect_state(connection, SESSION_DEGRADED, REASON_GAP);
    ck_assert_str_eq(connection->last_error, "gap: book.binance.ETH-USDT.");
    say_ok(connection, 1);
    expect_state(connection, SESSION_DEGRADED, REASON_SILENT);
    say_ok(connection, 0);
    expect_state(connection, SESSION_LIVE, REASON_NONE);
    ck_assert_uint_eq(connection->errors, 2);
    ck_assert_uint_eq(connection->reconnects, 0);
    ck_assert_str_eq(connection->last_error, "silent: book.binance.BTC-USDT.");
}
END_TEST

START_TEST(connection_that_waits_for_its_first_snapshots_has_no_error)
{
    struct connection *connection = opened("mine", "order_book", "BTC-USDT ETH-USDT");
    list_two();
    say_all(connection, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    expect_state(connection, SESSION_OPENING, REASON_STARTING);
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    expect_state(connection, SESSION_DEGRADED, REASON_SNAPSHOT_PENDING);
    ck_assert_uint_eq(connection->errors, 0);
    ck_assert_str_eq(connection->last_error, "");
}
END_TEST

START_TEST(connection_is_refused_when_all_its_subscriptions_are)
{
    static const char *const symbols[] = {"BTC-USDT"};
    struct connection *none = opened("none", "trade_feed", "NOPE-USDT NOT-USDT");
    struct connection *half = opened("half", "trade_feed", "BTC-USDT NOPE-USDT");
    list(symbols, 1);
    session_says(0, SESSION_LIVE, REASON_NONE, 0);
    say_ok(half, 0);
    expect_state(none, SESSION_REFUSED, REASON_UNKNOWN_SYMBOL);
    expect_state(half, SESSION_DEGRADED, REASON_UNKNOWN_SYMBOL);
    ck_assert_str_eq(none->last_error, "unknown_symbol: the exchange does not list it");
}
END_TEST

START_TEST(connection_changes_are_told_in_turn_and_numbered)
{
    struct connection *first = live("first", "trade_feed");
    struct connection *second = opened("second", "trade_feed", "BTC-USDT ETH-USDT");
    expect_state(second, SESSION_LIVE, REASON_NONE);
    expect_told(1);
    ck_assert_uint_eq(first->notices, 1);
    say(first, 0, UPDATE_STATE, TOPIC_SUSPECT, REASON_GAP);
    connections_judge(connections);
    say_ok(first, 0);
    connections_judge(connections);
    expect_told(2);
    ck_assert_uint_eq(first->notices, 2);
    ck_assert_uint_eq(second->notices, 2);
    connections_judge(connections);
    expect_told(0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_connection_states");
    TCase *tests = tcase_create("connections");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, connection_is_opening_until_the_list_and_a_session_are_there);
    tcase_add_test(tests, connection_says_why_the_list_does_not_come);
    tcase_add_test(tests, connection_is_live_in_a_market_in_which_nothing_happens);
    tcase_add_test(tests, connection_whose_attempts_fail_from_the_start_is_reconnecting);
    tcase_add_test(tests, connection_is_reconnecting_from_a_loss_until_all_topics_are_back);
    tcase_add_test(tests, connection_says_each_attempt_that_failed);
    tcase_add_test(tests, connection_is_degraded_while_a_topic_is_not_ok);
    tcase_add_test(tests, connection_that_waits_for_its_first_snapshots_has_no_error);
    tcase_add_test(tests, connection_is_refused_when_all_its_subscriptions_are);
    tcase_add_test(tests, connection_changes_are_told_in_turn_and_numbered);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
