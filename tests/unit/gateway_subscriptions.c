/* SPDX-License-Identifier: Apache-2.0 */
/* Who wants what: holding, releasing, refusing, and what is told of it. */
#include "tests/unit/subscriptions_fixture.h"

static uint32_t told(void)
{
    uint32_t count = 0;
    struct subscription *row;
    while ((row = subscriptions_next_changed(subscriptions)) != NULL) {
        row->notices++;
        count++;
    }
    return count;
}

START_TEST(subscriptions_sort_by_bytes_and_keep_each_once)
{
    struct slice symbols[] = {SLICE("ETH"), SLICE("BTC"), SLICE("ETHW"), SLICE("BTC"),
                              SLICE("ETH")};
    ck_assert_uint_eq(subscriptions_sort(symbols, 5), 3);
    ck_assert(slice_equal(symbols[0], SLICE("BTC")));
    ck_assert(slice_equal(symbols[1], SLICE("ETH")));
    ck_assert(slice_equal(symbols[2], SLICE("ETHW")));
    ck_assert_uint_eq(subscriptions_sort(symbols, 0), 0);
}
END_TEST

START_TEST(subscriptions_give_a_row_for_each_channel_of_each_symbol)
{
    static const enum kind kinds[] = {KIND_QUOTE, KIND_TRADE};
    struct slice symbols[] = {SLICE("ETH-USDT"), SLICE("BTC-USDT")};
    struct subscription *rows[4];
    struct subscription_order order = order_of(kinds, 2, symbols, 2);
    list_three();
    ck_assert(subscriptions_hold(subscriptions, &order, now_ns, REAL_NS, rows, &fault));
    static const char *const names[] = {"quote.binance.BTC-USDT.", "trade.binance.BTC-USDT.",
                                        "quote.binance.ETH-USDT.", "trade.binance.ETH-USDT."};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(rows[i]->topic->name, names[i]);
        ck_assert_uint_eq(rows[i]->references, 1);
        ck_assert_int_eq(rows[i]->state, SUBSCRIPTION_PENDING);
        ck_assert_int_eq(rows[i]->created_ns, REAL_NS);
        ck_assert_ptr_eq(subscriptions_at(subscriptions, 0, rows[i]->topic->slot), rows[i]);
    }
    ck_assert_uint_eq(subscriptions_count(subscriptions), 4);
    ck_assert_uint_eq(told(), 4);
    ck_assert_uint_eq(told(), 0);
    ck_assert(pool_running(pool, 0));
}
END_TEST

START_TEST(subscriptions_hold_all_of_an_order_or_nothing)
{
    static const enum kind kinds[] = {KIND_QUOTE, KIND_TRADE, KIND_BOOK};
    struct slice known[] = {SLICE("BTC-USDT"), SLICE("ETH-USDT"), SLICE("SOL-USDT")};
    struct slice unknown[] = {SLICE("BTC-USDT"), SLICE("NOPE-USDT")};
    struct subscription *rows[9];
    struct subscription_order order = order_of(kinds, 3, unknown, 2);
    list_three();
    ck_assert(!subscriptions_hold(subscriptions, &order, now_ns, REAL_NS, rows, &fault));
    ck_assert_int_eq(fault.code, FAULT_UNKNOWN_SYMBOL);
    ck_assert_ptr_nonnull(strstr(fault.message, "NOPE-USDT"));
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
    struct subscription *kept = hold(KIND_QUOTE, "BTC-USDT");
    order = order_of(kinds, 3, known, 3); /* nine, where eight topics are all */
    ck_assert(!subscriptions_hold(subscriptions, &order, now_ns, REAL_NS, rows, &fault));
    ck_assert_int_eq(fault.code, FAULT_CAPACITY);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 1);
    ck_assert_uint_eq(kept->references, 1);
    hand_over();
    ck_assert_uint_eq(handed->count, 1);
    order = order_of(kinds, 3, known, 2); /* what was refused has taken nothing away */
    ck_assert(subscriptions_hold(subscriptions, &order, now_ns, REAL_NS, rows, &fault));
    ck_assert_uint_eq(topics_count(topics), 6);
}
END_TEST

START_TEST(subscriptions_refuse_what_can_be_no_symbol)
{
    char endless[300];
    memset(endless, 'A', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    ck_assert_ptr_null(hold(KIND_QUOTE, ""));
    ck_assert_int_eq(fault.code, FAULT_BAD_VALUE);
    ck_assert_ptr_null(hold(KIND_QUOTE, endless));
    ck_assert_int_eq(fault.code, FAULT_BAD_VALUE);
    endless[SYMBOL_MAX + 1] = '\0';
    ck_assert_ptr_null(hold(KIND_QUOTE, endless));
    ck_assert_int_eq(fault.code, FAULT_BAD_VALUE);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
}
END_TEST

START_TEST(subscriptions_are_one_row_however_many_want_it)
{
    list_three();
    struct subscription *row = hold(KIND_QUOTE, "BTC-USDT");
    ck_assert_ptr_eq(hold(KIND_QUOTE, "BTC-USDT"), row);
    ck_assert_uint_eq(row->references, 2);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 1);
    subscriptions_release(subscriptions, row);
    ck_assert_ptr_eq(subscriptions_find(subscriptions, 0, KIND_QUOTE, SLICE("BTC-USDT"),
                                        (struct slice){NULL, 0}),
                     row);
    subscriptions_release(subscriptions, row);
    ck_assert_ptr_null(subscriptions_find(subscriptions, 0, KIND_QUOTE, SLICE("BTC-USDT"),
                                          (struct slice){NULL, 0}));
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
    uint32_t place = 0;
    ck_assert_ptr_null(subscriptions_each(subscriptions, &place));
}
END_TEST

START_TEST(subscriptions_are_accepted_before_the_list_is_known_and_resolved_when_it_comes)
{
    struct subscription *known = hold(KIND_QUOTE, "BTC-USDT");
    struct subscription *unknown = hold(KIND_QUOTE, "NOPE-USDT");
    ck_assert_ptr_nonnull(known);
    ck_assert_ptr_nonnull(unknown);
    ck_assert_ptr_null(known->topic);
    hand_over();
    ck_assert_uint_eq(handed->count, 0); /* nothing that a connector could ask for */
    told();
    list_three();
    subscriptions_resolve(subscriptions, 0);
    ck_assert_str_eq(known->topic->name, "quote.binance.BTC-USDT.");
    ck_assert_int_eq(known->state, SUBSCRIPTION_PENDING);
    ck_assert_ptr_null(unknown->topic);
    ck_assert_int_eq(unknown->state, SUBSCRIPTION_REFUSED);
    ck_assert_int_eq(unknown->reason, REASON_UNKNOWN_SYMBOL);
    ck_assert_uint_eq(told(), 1); /* what is pending was told so */
    hand_over();
    ck_assert_uint_eq(handed->count, 1);
    ck_assert_str_eq(handed->wants[0].exchange_symbol, "BTCUSDT");
    /* A later list that has it makes it pending. */
    static const char *const more[] = {"BTC-USDT", "NOPE-USDT"};
    list(more, 2);
    subscriptions_resolve(subscriptions, 0);
    ck_assert_ptr_nonnull(unknown->topic);
    ck_assert_int_eq(unknown->state, SUBSCRIPTION_PENDING);
    ck_assert_uint_eq(told(), 1);
}
END_TEST

START_TEST(subscriptions_tell_a_state_once_and_with_its_detail)
{
    list_three();
    struct subscription *row = hold(KIND_TRADE, "BTC-USDT");
    struct event event;
    told();
    event_begin(&event, KIND_SUBSCRIPTION);
    event.slot = row->topic->slot;
    event.subscription.state = SUBSCRIPTION_REFUSED;
    event.reason = REASON_REFUSED_BY_EXCHANGE;
    memset(event.subscription.detail, 'x', sizeof event.subscription.detail - 1);
    subscriptions_report(subscriptions, &event);
    subscriptions_report(subscriptions, &event);
    ck_assert_uint_eq(told(), 1);
    ck_assert_int_eq(row->state, SUBSCRIPTION_REFUSED);
    ck_assert_uint_eq(strlen(row->detail), sizeof row->detail - 1);
    event.subscription = (struct subscription_report){.state = SUBSCRIPTION_LIVE};
    event.reason = REASON_NONE;
    subscriptions_report(subscriptions, &event);
    ck_assert_uint_eq(told(), 1);
    ck_assert_str_eq(row->detail, "");
    event.slot = 5; /* nobody's */
    subscriptions_report(subscriptions, &event);
    event.slot = EVENT_NO_SLOT;
    subscriptions_report(subscriptions, &event);
    subscriptions_release(subscriptions, row);
    event.slot = row->topic->slot;
    event.subscription.state = SUBSCRIPTION_SILENT;
    subscriptions_report(subscriptions, &event);
    ck_assert_uint_eq(told(), 0);
    ck_assert_int_eq(row->state, SUBSCRIPTION_LIVE);
}
END_TEST

START_TEST(subscriptions_added_are_a_set_of_their_own)
{
    static const enum kind kind = KIND_TRADE;
    struct slice two[] = {SLICE("ETH-USDT"), SLICE("BTC-USDT")}, one[] = {SLICE("BTC-USDT")};
    struct subscription_order both = order_of(&kind, 1, two, 2), btc = order_of(&kind, 1, one, 1);
    list_three();
    struct subscription *held = hold(KIND_TRADE, "BTC-USDT"); /* by a connection */
    ck_assert_int_eq(subscriptions_add(subscriptions, &both, now_ns, REAL_NS, &fault), 2);
    ck_assert_int_eq(subscriptions_add(subscriptions, &both, now_ns, REAL_NS, &fault), 0);
    ck_assert_uint_eq(held->references, 2);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 2);
    ck_assert_int_eq(subscriptions_remove(subscriptions, &btc), 1);
    ck_assert_int_eq(subscriptions_remove(subscriptions, &btc), 0);
    ck_assert_uint_eq(held->references, 1); /* the connection's own stays */
    ck_assert_int_eq(subscriptions_remove(subscriptions, &both), 1);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 1);
    one[0] = SLICE("NOPE-USDT");
    ck_assert_int_eq(subscriptions_add(subscriptions, &btc, now_ns, REAL_NS, &fault), -1);
    ck_assert_int_eq(fault.code, FAULT_UNKNOWN_SYMBOL);
}
END_TEST

/* A row that never had a topic makes room for another when all are taken, and leaves nothing of
 * itself behind. */
START_TEST(subscriptions_let_unresolved_rows_serve_again)
{
    char symbol[16] = "A0-USDT";
    struct subscription *row = NULL;
    for (int i = 0; i < TOPICS_MAX; i++) {
        symbol[1] = (char)('0' + i);
        row = hold(KIND_QUOTE, symbol);
        ck_assert_ptr_nonnull(row);
    }
    told();
    ck_assert_ptr_null(hold(KIND_QUOTE, "BTC-USDT"));
    ck_assert_int_eq(fault.code, FAULT_CAPACITY);
    subscriptions_release(subscriptions, row);
    row = hold(KIND_TRADE, "BTC-USDT");
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(row->symbol, "BTC-USDT");
    ck_assert_uint_eq(row->notices, 0); /* its own numbering */
    ck_assert_uint_eq(told(), 1);
    ck_assert_ptr_null(subscriptions_find(subscriptions, 0, KIND_QUOTE, slice_of(symbol),
                                          (struct slice){NULL, 0}));
    ck_assert_ptr_eq(subscriptions_find(subscriptions, 0, KIND_TRADE, SLICE("BTC-USDT"),
                                        (struct slice){NULL, 0}),
                     row);
    list_three();
    subscriptions_resolve(subscriptions, 0);
    ck_assert_str_eq(row->topic->name, "trade.binance.BTC-USDT.");
}
END_TEST

START_TEST(subscriptions_say_why_there_is_no_connector)
{
    pool_stop(pool);
    list_three();
    ck_assert_ptr_null(hold(KIND_QUOTE, "BTC-USDT"));
    ck_assert_int_eq(fault.code, FAULT_INTERNAL);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_subscriptions");
    TCase *tests = tcase_create("subscriptions");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, subscriptions_sort_by_bytes_and_keep_each_once);
    tcase_add_test(tests, subscriptions_give_a_row_for_each_channel_of_each_symbol);
    tcase_add_test(tests, subscriptions_hold_all_of_an_order_or_nothing);
    tcase_add_test(tests, subscriptions_refuse_what_can_be_no_symbol);
    tcase_add_test(tests, subscriptions_are_one_row_however_many_want_it);
    tcase_add_test(tests,
                   subscriptions_are_accepted_before_the_list_is_known_and_resolved_when_it_comes);
    tcase_add_test(tests, subscriptions_tell_a_state_once_and_with_its_detail);
    tcase_add_test(tests, subscriptions_added_are_a_set_of_their_own);
    tcase_add_test(tests, subscriptions_let_unresolved_rows_serve_again);
    tcase_add_test(tests, subscriptions_say_why_there_is_no_connector);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
