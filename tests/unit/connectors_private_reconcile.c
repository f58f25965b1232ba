/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for, in which order, and what a reply adds to it. */
#include "connectors/private_keep.h"
#include "connectors/private_reconcile.h"
#include "connectors/private_symbols.h"
#include "connectors/private_words.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct private_exchange facts;
static struct reconcile *reconcile;
static struct private_desired *desired;
static char asked[65536];
static struct symbols listed;

static void begin(void)
{
    facts = (struct private_exchange){.scopes = {[CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,
                                                 [CALL_CLOSED_ORDERS] = SCOPE_ACCOUNT,
                                                 [CALL_FILLS] = SCOPE_ACCOUNT,
                                                 [CALL_ORDER] = SCOPE_ACCOUNT,
                                                 [CALL_BALANCES] = SCOPE_ACCOUNT,
                                                 [CALL_POSITIONS] = SCOPE_ACCOUNT}};
    desired = private_desired_new(2, 2, 3);
    desired->since_ns = 1;
    snprintf(desired->symbols[0], SYMBOL_MAX + 1, "A");
    snprintf(desired->symbols[1], SYMBOL_MAX + 1, "B");
    for (size_t i = 0; i < 2; i++) {
        snprintf(desired->orders[i].exchange_symbol, SYMBOL_MAX + 1, "A");
        id_set_number(&desired->orders[i].order_id, i + 1);
        desired->orders[i].traded.low = 5;
    }
    static const char *const assets[] = {"BTC", "USDT", "ETH"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(desired->assets[i].asset, ASSET_MAX + 1, "%s", assets[i]);
        desired->assets[i].total.low = 10;
    }
    asked[0] = '\0';
}

static void end(void)
{
    reconcile_destroy(&reconcile);
    reconcile_destroy(&reconcile);
    symbols_clear(&listed);
    private_desired_destroy(&desired);
}

static void start(uint32_t symbols_max)
{
    reconcile = reconcile_new(facts.scopes, desired, &listed, 77, symbols_max);
    ck_assert_ptr_nonnull(reconcile);
}

static void order(const char *symbol, uint64_t number, uint64_t filled)
{
    struct event event;
    event_begin(&event, KIND_ORDER);
    snprintf(event.order.exchange_symbol, SYMBOL_MAX + 1, "%s", symbol);
    id_set_number(&event.order.order_id, number);
    event.order.known = 1u << ORDER_FILLED_QTY;
    event.order.numbers[ORDER_FILLED_QTY].low = filled;
    reconcile_note(reconcile, &event);
}

static void fill(const char *symbol, uint64_t number, bool stream)
{
    struct event event;
    event_begin(&event, KIND_FILL);
    snprintf(event.fill.exchange_symbol, SYMBOL_MAX + 1, "%s", symbol);
    id_set_number(&event.fill.order_id, number);
    if (stream)
        reconcile_note_stream(reconcile, &event);
    else
        reconcile_note(reconcile, &event);
}

/* The next call as a word. */
static const char *next(void)
{
    static const char *const names[CALL_PURPOSES] = {
        [CALL_OPEN_ORDERS] = "open",  [CALL_CLOSED_ORDERS] = "closed",
        [CALL_FILLS] = "fills",       [CALL_ORDER] = "order",
        [CALL_BALANCES] = "balances", [CALL_POSITIONS] = "positions",
        [CALL_TRADED] = "traded"};
    static char word[256];
    struct call_ask ask;
    if (!reconcile_ask(reconcile, &ask))
        return "";
    ck_assert_int_eq(ask.since_ms, 77);
    snprintf(word, sizeof word, "%s%s%.*s%s%.*s%.*s/%u", names[ask.purpose],
             ask.exchange_symbol.len > 0 ? "." : "", (int)ask.exchange_symbol.len,
             ask.exchange_symbol.data, ask.order_id.len > 0 ? "." : "", (int)ask.order_id.len,
             ask.order_id.data, (int)ask.cursor.len, ask.cursor.data, ask.round);
    return word;
}

static void answer(const char *expected)
{
    ck_assert_str_eq(next(), expected);
    ck_assert_str_eq(next(), expected); /* it stands until it is answered */
    ck_assert(reconcile_answered(reconcile, (struct slice){NULL, 0}));
}

static bool no_round(const char *expected)
{
    struct private_order gone;
    ck_assert_str_eq(next(), expected);
    bool is_gone = reconcile_no_round(reconcile, &gone);
    if (is_gone)
        ck_assert_str_eq(gone.exchange_symbol, "A");
    return is_gone;
}

/* One round of it, in which nothing is told. */
static void pass(const char *word)
{
    char expected[256];
    snprintf(expected, sizeof expected, "%s/0", word);
    answer(expected);
    snprintf(expected, sizeof expected, "%s/1", word);
    ck_assert(!no_round(expected));
}

START_TEST(orders_that_no_list_has_are_asked_for_one_by_one)
{
    start(10);
    ck_assert_str_eq(next(), "open/0");
    order("A", 1, 5);
    answer("open/0");
    ck_assert(!no_round("open/1"));
    pass("balances");
    pass("positions");
    pass("closed");
    pass("fills");
    ck_assert_str_eq(next(), "order.A.2/0");
    order("A", 2, 5);
    answer("order.A.2/0");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(an_order_that_no_round_has_is_gone)
{
    start(10);
    pass("open");
    pass("balances");
    pass("positions");
    pass("closed");
    pass("fills");
    answer("order.A.1/0");
    ck_assert(no_round("order.A.1/1"));
    ck_assert(no_round("order.A.2/0"));
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(rounds_and_pages_are_asked_for_until_there_are_no_more)
{
    start(10);
    ck_assert_str_eq(next(), "open/0");
    ck_assert(reconcile_answered(reconcile, SLICE("p2")));
    ck_assert_str_eq(next(), "openp2/0");
    ck_assert(reconcile_answered(reconcile, SLICE("p3")));
    answer("openp3/0");
    answer("open/1");
    answer("open/2");
    ck_assert(!no_round("open/3"));
    ck_assert_str_eq(next(), "balances/0");
    for (int i = 1; i < RECONCILE_PAGES_MAX; i++)
        ck_assert(reconcile_answered(reconcile, SLICE("on")));
    ck_assert(!reconcile_answered(reconcile, SLICE("on")));
}
END_TEST

START_TEST(rounds_that_never_end_are_ended)
{
    start(10);
    for (int i = 1; i < RECONCILE_ROUNDS_MAX; i++)
        ck_assert(reconcile_answered(reconcile, (struct slice){NULL, 0}));
    ck_assert(!reconcile_answered(reconcile, (struct slice){NULL, 0}));
}
END_TEST

START_TEST(fills_by_symbol_are_asked_of_all_symbols_that_were_met)
{
    facts.scopes[CALL_FILLS] = SCOPE_EACH_SYMBOL;
    facts.scopes[CALL_CLOSED_ORDERS] = SCOPE_NONE;
    start(4);
    order("A", 1, 5);
    order("A", 2, 5);
    order("C", 3, 0);
    pass("open");
    pass("balances");
    pass("positions");
    fill("D", 9, true);
    fill("E", 9, true);
    pass("fills.A");
    pass("fills.B");
    pass("fills.C");
    pass("fills.D");
    ck_assert_str_eq(next(), "");
    ck_assert_uint_eq(reconcile_left_out(reconcile), 1);
}
END_TEST

START_TEST(where_only_an_order_has_its_fills_each_that_was_traded_is_asked_for)
{
    facts.scopes[CALL_FILLS] = SCOPE_NONE;
    facts.scopes[CALL_ORDER] = SCOPE_EACH_ORDER;
    start(10);
    order("A", 1, 5); /* all of whose fills the owner knows */
    order("A", 2, 6);
    order("A", 3, 0);
    order("A", 4, 1);
    order("B", 1, 2); /* another one, of the same id */
    pass("open");
    pass("balances");
    pass("positions");
    pass("closed");
    pass("order.A.2");
    pass("order.A.4");
    pass("order.B.1");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(an_order_that_only_a_fill_speaks_of_is_asked_for)
{
    start(10);
    order("A", 1, 5);
    order("A", 2, 5);
    pass("open");
    pass("balances");
    pass("positions");
    pass("closed");
    fill("B", 8, false);
    fill("A", 2, false);
    fill("Z", 9, true);
    pass("fills");
    ck_assert_str_eq(next(), "order.B.8/0");
    order("B", 8, 1);
    answer("order.B.8/0");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(an_order_that_has_ended_is_asked_for_again_only_for_its_fills)
{
    facts.scopes[CALL_FILLS] = SCOPE_NONE;
    facts.scopes[CALL_ORDER] = SCOPE_EACH_ORDER;
    desired->orders[0].closed = desired->orders[1].closed = true;
    start(10);
    order("A", 2, 6);
    fill("A", 1, false);
    pass("open");
    pass("balances");
    pass("positions");
    pass("closed");
    pass("order.A.2");
    ck_assert_str_eq(next(), "");
}
END_TEST

static void list(const char *exchange_symbol, const char *symbol)
{
    struct instrument instrument = {0};
    snprintf(instrument.exchange_symbol, sizeof instrument.exchange_symbol, "%s", exchange_symbol);
    snprintf(instrument.symbol, sizeof instrument.symbol, "%s", symbol);
    ck_assert(symbols_add(&listed, &instrument));
}

static void balance(const char *asset, uint64_t total)
{
    struct event event;
    event_begin(&event, KIND_BALANCE);
    snprintf(event.balance.asset, sizeof event.balance.asset, "%s", asset);
    event.balance.numbers[BALANCE_TOTAL].low = total;
    reconcile_note(reconcile, &event);
}

static void list_all(void)
{
    list("BTCUSDT", "BTC-USDT");
    list("ETHUSDT", "ETH-USDT");
    list("ETHBTC", "ETH-BTC");
    list("SOLUSDT", "SOL-USDT-PERP");
    symbols_finish(&listed);
    facts.scopes[CALL_FILLS] = SCOPE_EACH_SYMBOL;
    facts.scopes[CALL_CLOSED_ORDERS] = facts.scopes[CALL_POSITIONS] = SCOPE_NONE;
    desired->order_count = 0;
}

/* BTC is gone (no reply has it), USDT is less, SOL is new, ETH is what it was. */
START_TEST(what_may_have_been_traded_by_its_balances_is_asked_for)
{
    list_all();
    start(10);
    pass("open");
    balance("USDT", 7);
    balance("ETH", 10);
    balance("SOL", 1);
    balance("XRP", 0);
    pass("balances");
    pass("fills.A");
    pass("fills.B");
    pass("fills.BTCUSDT");
    pass("fills.SOLUSDT");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(of_an_account_of_which_nothing_was_known_no_balance_has_changed)
{
    list_all();
    desired->since_ns = 0;
    start(10);
    pass("open");
    balance("USDT", 7);
    balance("BTC", 1);
    pass("balances");
    pass("fills.A");
    pass("fills.B");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(what_the_exchange_says_was_traded_is_asked_for)
{
    struct event event;
    list_all();
    facts.scopes[CALL_TRADED] = facts.scopes[CALL_POSITIONS] = SCOPE_ACCOUNT;
    start(10);
    pass("open");
    for (size_t i = 0; i < 3; i++)
        balance(desired->assets[i].asset, 10);
    pass("balances");
    event_begin(&event, KIND_POSITION);
    snprintf(event.position.exchange_symbol, SYMBOL_MAX + 1, "P");
    reconcile_note(reconcile, &event);
    pass("positions");
    event_begin(&event, KIND_INSTRUMENT);
    snprintf(event.instrument.exchange_symbol, SYMBOL_MAX + 1, "T");
    reconcile_note(reconcile, &event);
    pass("traded");
    pass("fills.A");
    pass("fills.B");
    pass("fills.P");
    pass("fills.T");
    ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(a_keep_gives_back_what_it_took_in_order_up_to_its_bound)
{
    struct keep keep;
    struct slice message;
    int64_t received_ns, given = 0, taken = 0;
    char words[700];
    keep_init(&keep, 300000);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 40; i++, given++) {
            int len = snprintf(words, sizeof words, "%0600d", (int)given);
            ck_assert(keep_put(&keep, (struct slice){words, (size_t)len}, given));
        }
        for (int i = 0; i < 35; i++, taken++) {
            snprintf(words, sizeof words, "%0600d", (int)taken);
            ck_assert(keep_take(&keep, &message, &received_ns));
            ck_assert_int_eq(received_ns, taken);
            ck_assert(slice_equal(message, slice_of(words)));
        }
    }
    while (keep_put(&keep, SLICE("0123456789"), given))
        given++;
    ck_assert_uint_le(keep.end - keep.begin, 300000);
    ck_assert_uint_gt(keep.end - keep.begin, 300000 - 64);
    for (; taken < given; taken++) {
        ck_assert(keep_take(&keep, &message, &received_ns));
        ck_assert_int_eq(received_ns, taken);
    }
    ck_assert(!keep_take(&keep, &message, &received_ns));
    keep_fini(&keep);
}
END_TEST

START_TEST(symbols_are_found_by_the_exchanges_names)
{
    struct symbols symbols = {0};
    ck_assert_ptr_null(symbols_find(&symbols, "X0"));
    for (int i = 999; i >= 0; i--) {
        struct instrument instrument = {0};
        snprintf(instrument.exchange_symbol, sizeof instrument.exchange_symbol, "X%d", i);
        snprintf(instrument.symbol, sizeof instrument.symbol, "x-%d", i);
        ck_assert(symbols_add(&symbols, &instrument));
    }
    symbols_finish(&symbols);
    ck_assert_str_eq(symbols_find(&symbols, "X0"), "x-0");
    ck_assert_str_eq(symbols_find(&symbols, "X999"), "x-999");
    ck_assert_ptr_null(symbols_find(&symbols, "X1000"));
    symbols_clear(&symbols);
}
END_TEST

START_TEST(words_of_others_do_not_tell_our_secrets)
{
    const struct slice hidden[] = {SLICE("secret"), SLICE("keykeykeykey"), {"", 0}};
    static const struct {
        const char *words, *told;
    } cases[] = {
        {"plain words", "plain words"},
        {"key keykeykeykey, and secret.", "key ***, and ***."},
        {"secretsecret", "******"},
        {"cut off: keykeyk", "cut off: ***"},
        {"a key", "a key"},
        {"tab\there", "tab?here"},
        {"", ""},
        {"0123456789012345678901234567890123456789", "0123456789012345678901234567890"},
        {"01234567890123456789012345678keykeykeykey", "01234567890123456789012345678"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char told[32];
        private_copy_words(told, sizeof told, slice_of(cases[i].words), hidden, 3);
        ck_assert_str_eq(told, cases[i].told);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_reconcile");
    TCase *tests = tcase_create("reconcile");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, orders_that_no_list_has_are_asked_for_one_by_one);
    tcase_add_test(tests, an_order_that_no_round_has_is_gone);
    tcase_add_test(tests, what_may_have_been_traded_by_its_balances_is_asked_for);
    tcase_add_test(tests, of_an_account_of_which_nothing_was_known_no_balance_has_changed);
    tcase_add_test(tests, what_the_exchange_says_was_traded_is_asked_for);
    tcase_add_test(tests, rounds_and_pages_are_asked_for_until_there_are_no_more);
    tcase_add_test(tests, rounds_that_never_end_are_ended);
    tcase_add_test(tests, fills_by_symbol_are_asked_of_all_symbols_that_were_met);
    tcase_add_test(tests, where_only_an_order_has_its_fills_each_that_was_traded_is_asked_for);
    tcase_add_test(tests, an_order_that_only_a_fill_speaks_of_is_asked_for);
    tcase_add_test(tests, an_order_that_has_ended_is_asked_for_again_only_for_its_fills);
    tcase_add_test(tests, a_keep_gives_back_what_it_took_in_order_up_to_its_bound);
    tcase_add_test(tests, symbols_are_found_by_the_exchanges_names);
    tcase_add_test(tests, words_of_others_do_not_tell_our_secrets);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
