/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger over interruptions: positions and balances, what a reconciliation does not find, the
 * time from which it has to ask, and the journal. */
#include "ledger_fixture.h"

static struct ledger *ledger;

static void setup(void)
{
    ledger = ledger_new(100, 100);
    ck_assert_ptr_nonnull(ledger);
}

static void teardown(void)
{
    ledger_destroy(&ledger);
}

#define expect(verdict, ...) ck_assert_int_eq(take_copy(ledger, __VA_ARGS__), (verdict))
#define say(status)          expect(LEDGER_NEWS, an_account(status))

static void set_position(struct event *event, enum position_field field, const char *digits)
{
    event->position.numbers[field] = number(digits);
    event->position.known |= 1u << field;
}

static struct event an_account(enum account_status status)
{
    struct event event = an_event(KIND_ACCOUNT, 0);
    event.account.status = (uint8_t)status;
    return event;
}

static struct event reconciled(struct event event)
{
    if (event.kind == KIND_POSITION)
        event.position.reconciled = true;
    else
        event.balance.reconciled = true;
    return event;
}

START_TEST(ledger_tells_a_position_when_it_differs)
{
    struct event position = a_position("BTCUSDT", POSITION_LONG, "2", 10);
    set_position(&position, POSITION_ENTRY_PRICE, "100");
    set_position(&position, POSITION_LEVERAGE, "5");
    position.position.margin_mode = MARGIN_CROSS;
    expect(LEDGER_NEWS, position);
    expect(LEDGER_REPEATED, position);
    set_position(&position, POSITION_MARK_PRICE, "101");
    set_position(&position, POSITION_UNREALIZED_PNL, "2");
    position.ts_exchange = 11;
    expect(LEDGER_REPEATED, position);
    expect(LEDGER_REPEATED, a_position("BTCUSDT", POSITION_LONG, "2.0", 12)); /* says less */
    struct event more = a_position("BTCUSDT", POSITION_LONG, "3", 13);
    ck_assert_int_eq(take(ledger, &more), LEDGER_NEWS);
    expect_number(more.position.known, more.position.numbers, POSITION_LEVERAGE, "5");
    ck_assert_int_eq(more.position.margin_mode, MARGIN_CROSS);
    ck_assert(!(more.position.known & 1u << POSITION_ENTRY_PRICE)); /* it is not of this size */
    expect(LEDGER_LATE, position);
    position = a_position("BTCUSDT", POSITION_LONG, "3", 14);
    set_position(&position, POSITION_LEVERAGE, "10");
    expect(LEDGER_NEWS, position);
    position.position.margin_mode = MARGIN_ISOLATED;
    expect(LEDGER_NEWS, position);
    position.position.side = POSITION_SHORT;
    expect(LEDGER_NEWS, position);
}
END_TEST

START_TEST(ledger_keeps_the_legs_of_a_position_apart)
{
    struct event leg = a_position("BTCUSDT", POSITION_LONG, "2", 10);
    expect(LEDGER_NEWS, leg);
    leg.position.position_side = POSITION_LONG;
    expect(LEDGER_NEWS, leg);
    leg.position.position_side = POSITION_SHORT;
    leg.position.side = POSITION_SHORT;
    expect(LEDGER_NEWS, leg);
    ck_assert_uint_eq(ledger_count(ledger, KIND_POSITION), 3);
}
END_TEST

START_TEST(ledger_tells_a_flat_position_only_if_there_was_one)
{
    struct event flat = a_position("BTCUSDT", POSITION_FLAT, "0", 10);
    expect(LEDGER_REPEATED, flat);
    expect(LEDGER_NEWS, a_position("BTCUSDT", POSITION_LONG, "2", 11));
    flat.ts_exchange = 12;
    set_position(&flat, POSITION_ENTRY_PRICE, "0");
    expect(LEDGER_NEWS, flat);
    expect(LEDGER_REPEATED, a_position("BTCUSDT", POSITION_FLAT, "0", 13));
    ck_assert_uint_eq(ledger_count(ledger, KIND_POSITION), 0);
    expect(LEDGER_NEWS, a_position("BTCUSDT", POSITION_LONG, "1", 14));
    ck_assert_uint_eq(ledger_count(ledger, KIND_POSITION), 1);
}
END_TEST

START_TEST(ledger_tells_a_balance_when_a_number_differs_in_value)
{
    expect(LEDGER_REPEATED, a_balance("BTC", "0.00", "0", 9));
    expect(LEDGER_NEWS, a_balance("BTC", "1.0", "0.5", 10));
    expect(LEDGER_REPEATED, a_balance("BTC", "1.00", "0.50", 11));
    expect(LEDGER_REPEATED, a_balance("BTC", "1", NULL, 11));
    struct event no_debt = a_balance("BTC", "1", "0.5", 11), debt = no_debt;
    no_debt.balance.known |= 1u << BALANCE_BORROWED; /* was not said: it is 0 */
    debt.balance.known = no_debt.balance.known;
    debt.balance.numbers[BALANCE_BORROWED] = number("1");
    expect(LEDGER_REPEATED, no_debt);
    expect(LEDGER_NEWS, debt);
    expect(LEDGER_NEWS, a_balance("BTC", "1", "0.4", 12));
    expect(LEDGER_LATE, a_balance("BTC", "2", "0.4", 11));
    expect(LEDGER_NEWS, a_balance("BTC", "0", "0", 13));
    expect(LEDGER_REPEATED, a_balance("BTC", "0", "0", 13));
}
END_TEST

/* What REST says has no time, or one of the last change: it is what stands. */
START_TEST(ledger_takes_what_is_asked_for_for_newer_than_what_was_heard)
{
    expect(LEDGER_NEWS, a_balance("BTC", "1", NULL, 10));
    expect(LEDGER_NEWS, reconciled(a_balance("BTC", "2", NULL, 9)));
    expect(LEDGER_NEWS, a_position("BTCUSDT", POSITION_LONG, "2", 10));
    expect(LEDGER_NEWS, reconciled(a_position("BTCUSDT", POSITION_LONG, "3", 9)));
}
END_TEST

static void expect_missing(enum kind kind, const char *name)
{
    struct event event;
    ck_assert(ledger_missing(ledger, kind, &event));
    ck_assert(event.ts_exchange == 0 && event.size == event_size(kind, 0));
    if (kind == KIND_POSITION) {
        ck_assert_str_eq(event.position.exchange_symbol, name);
        ck_assert(event.position.side == POSITION_FLAT && event.position.reconciled);
        ck_assert(decimal_is_zero(&event.position.qty));
    } else {
        ck_assert_str_eq(event.balance.asset, name);
        ck_assert(decimal_is_zero(&event.balance.numbers[BALANCE_TOTAL]));
        ck_assert(event.balance.reconciled);
    }
    ledger_put(ledger, &event);
}

static void expect_none_missing(void)
{
    struct event event;
    ck_assert(!ledger_missing(ledger, KIND_POSITION, &event));
    ck_assert(!ledger_missing(ledger, KIND_BALANCE, &event));
}

START_TEST(ledger_says_what_a_reconciliation_did_not_find)
{
    expect(LEDGER_NEWS, a_position("A", POSITION_LONG, "1", 10));
    expect(LEDGER_NEWS, a_position("B", POSITION_LONG, "1", 10));
    expect(LEDGER_NEWS, a_balance("BTC", "1", "1", 10));
    expect(LEDGER_NEWS, a_balance("ETH", "1", "1", 10));
    expect(LEDGER_NEWS, a_balance("XRP", "1", "1", 10));
    expect(LEDGER_NEWS, a_balance("XRP", "0", "0", 11));
    say(ACCOUNT_READY);
    say(ACCOUNT_GAP);
    say(ACCOUNT_RECONCILING);
    expect(LEDGER_REPEATED, reconciled(a_position("A", POSITION_LONG, "1", 10)));
    expect(LEDGER_NEWS, reconciled(a_position("C", POSITION_LONG, "1", 12)));
    expect(LEDGER_NEWS, reconciled(a_balance("BTC", "2", "2", 0)));
    expect(LEDGER_NEWS, a_balance("BTC", "3", "3", 13)); /* kept, and told behind it */
    expect(LEDGER_NEWS, a_position("D", POSITION_SHORT, "1", 13));
    expect_missing(KIND_POSITION, "B");
    expect_missing(KIND_BALANCE, "ETH");
    expect_none_missing();
    ck_assert_uint_eq(ledger_count(ledger, KIND_POSITION), 3);
    say(ACCOUNT_READY);
    expect_none_missing();
    say(ACCOUNT_RECONCILING);
    expect_missing(KIND_POSITION, "A");
}
END_TEST

START_TEST(ledger_takes_nothing_for_missing_after_a_loss)
{
    expect(LEDGER_NEWS, a_position("A", POSITION_LONG, "1", 10));
    say(ACCOUNT_RECONCILING);
    ledger_lose(ledger);
    expect_none_missing();
    say(ACCOUNT_READY); /* said before the connector heard of it */
    ck_assert_int_eq(ledger_since(ledger), 0);
    say(ACCOUNT_RECONCILING);
    expect_missing(KIND_POSITION, "A");
}
END_TEST

START_TEST(ledger_asks_from_the_time_up_to_which_all_is_known)
{
    say(ACCOUNT_RECONCILING);
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    ck_assert_int_eq(ledger_since(ledger), 0);
    say(ACCOUNT_READY);
    ck_assert_int_eq(ledger_since(ledger), 10);
    expect(LEDGER_NEWS, a_fill("1", "a", 12));
    expect(LEDGER_NEWS, a_fill("1", "b", 11));
    ck_assert_int_eq(ledger_since(ledger), 12);
    say(ACCOUNT_GAP);
    say(ACCOUNT_RECONCILING);
    expect(LEDGER_NEWS, an_order("2", ORDER_NEW, "0", 20));
    say(ACCOUNT_GAP); /* it ended half way: what is between 12 and 20 is not known */
    ck_assert_int_eq(ledger_since(ledger), 12);
    say(ACCOUNT_RECONCILING);
    expect(LEDGER_NEWS, an_order("3", ORDER_NEW, "0", 0)); /* no time: ours, of its coming */
    say(ACCOUNT_READY);
    ck_assert_int_eq(ledger_since(ledger), 20);
    ledger_lose(ledger);
    expect(LEDGER_NEWS, an_order("4", ORDER_NEW, "0", 30));
    ck_assert_int_eq(ledger_since(ledger), 20);
}
END_TEST

START_TEST(ledger_of_a_quiet_account_does_not_grow_old)
{
    struct event ready = an_account(ACCOUNT_READY), gap = an_account(ACCOUNT_GAP);
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    ready.ts_received = 5000000;
    expect(LEDGER_NEWS, ready);
    ck_assert_int_eq(ledger_since(ledger), 5000000);
    ready.account.clock_samples = 1;
    ready.account.clock_offset_us = -2;
    ready.ts_received = 6000000; /* said again: by the exchange's clock */
    expect(LEDGER_NEWS, ready);
    ck_assert_int_eq(ledger_since(ledger), 5998000);
    gap.ts_received = 9000000;
    expect(LEDGER_NEWS, gap);
    expect(LEDGER_NEWS, an_account(ACCOUNT_RECONCILING));
    ck_assert_int_eq(ledger_since(ledger), 5998000);
    ledger_lose(ledger);
    ready.ts_received = 9000000;
    expect(LEDGER_NEWS, ready);
    ck_assert_int_eq(ledger_since(ledger), 5998000);
}
END_TEST

START_TEST(ledger_says_what_a_reconciliation_has_to_ask_for)
{
    struct event other = an_order("2", ORDER_NEW, "0", 11), done = other;
    set_text(other.order.exchange_symbol, "ETHUSDT");
    set_text(done.order.exchange_symbol, "XRPUSDT");
    done.order.status = ORDER_CANCELED;
    expect(LEDGER_NEWS, done);
    expect(LEDGER_NEWS, an_order("1", ORDER_PARTIALLY_FILLED, "4", 10));
    expect(LEDGER_NEWS, other);
    expect(LEDGER_NEWS, a_position("SOLUSDT", POSITION_LONG, "1", 10));
    say(ACCOUNT_READY);
    struct private_desired *desired = ledger_desired(ledger, 10);
    ck_assert_ptr_nonnull(desired);
    ck_assert_uint_eq(desired->symbol_count, 4);
    ck_assert_str_eq(desired->symbols[0], "ETHUSDT");
    ck_assert_str_eq(desired->symbols[1], "BTCUSDT");
    ck_assert_str_eq(desired->symbols[2], "SOLUSDT");
    ck_assert_str_eq(desired->symbols[3], "XRPUSDT");
    ck_assert_uint_eq(desired->order_count, 3);
    ck_assert_str_eq(desired->orders[0].exchange_symbol, "BTCUSDT");
    ck_assert_str_eq(desired->orders[2].exchange_symbol, "XRPUSDT");
    ck_assert(!desired->orders[0].closed && !desired->orders[1].closed);
    ck_assert(desired->orders[2].closed);
    ck_assert(decimal_is_zero(&desired->orders[0].traded));
    ck_assert_int_eq(desired->since_ns, 11);
    private_desired_destroy(&desired);
    expect(LEDGER_NEWS, a_fill("1", "71", 12));
    expect(LEDGER_NEWS, a_fill("1", "72", 12));
    expect(LEDGER_REPEATED, a_fill("1", "72", 12));
    desired = ledger_desired(ledger, 2);
    struct decimal two = number("2");
    ck_assert_int_eq(decimal_compare(&desired->orders[0].traded, &two), 0);
    ck_assert_uint_eq(desired->symbol_count, 2);
    ck_assert_str_eq(desired->symbols[1], "BTCUSDT");
    private_desired_destroy(&desired);
}
END_TEST

/* Times go into the journal in us. */
#define AT(us) (INT64_C(1772000000000000000) + (us)*1000)

START_TEST(ledger_is_what_it_was_when_it_is_restored)
{
    struct event order = an_order("1", ORDER_PARTIALLY_FILLED, "4.50", AT(1));
    struct event position = a_position("BTCUSDT", POSITION_SHORT, "2.0", AT(2));
    struct event balance = a_balance("BTC", "1.00", "0.5", AT(3));
    struct event strange = an_order("3", ORDER_UNKNOWN, "10", AT(5));
    struct event ended = an_order("3", ORDER_FILLED, "10", AT(4));
    struct event half = a_fill("1", "late", AT(9));
    struct event accounts[] = {an_account(ACCOUNT_RECONCILING), an_account(ACCOUNT_READY),
                               an_account(ACCOUNT_GAP)};
    accounts[1].ts_received = AT(9);
    accounts[1].account.clock_samples = 1;
    accounts[1].account.clock_offset_us = -2;
    set_text(strange.order.exchange_status, "PONDERING");
    order.order.position_side = POSITION_SHORT;
    order.order.quote_sized = true;
    position.position.position_side = POSITION_SHORT;
    position.position.margin_mode = MARGIN_ISOLATED;
    set_position(&position, POSITION_ENTRY_PRICE, "99.5");
    struct event fill = a_fill("1", "t1", AT(4));
    set_text(fill.fill.fee_asset, "BNB");
    fill.fill.fee = number("-0.01");
    const struct event *told[] = {&accounts[0], &order,   &fill,        &position,    &balance,
                                  &ended,       &strange, &accounts[1], &accounts[2], &half};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        restore(ledger, told[i]);
    ck_assert_int_eq(ledger_since(ledger), AT(7)); /* the gap's fill does not count */
    expect(LEDGER_REPEATED, order);
    expect(LEDGER_REPEATED, fill);
    expect(LEDGER_REPEATED, half);
    expect(LEDGER_REPEATED, position);
    expect(LEDGER_REPEATED, balance);
    expect(LEDGER_REPEATED, ended);
    expect(LEDGER_REPEATED, strange);
    expect(LEDGER_LATE, an_order("1", ORDER_NEW, "0", AT(1)));
    uint32_t place = 0;
    const struct event *row = ledger_each(ledger, KIND_ORDER, &place);
    ck_assert_ptr_nonnull(row);
    expect_number(row->order.known, row->order.numbers, ORDER_FILLED_QTY, "4.50");
    ck_assert(row->order.quote_sized && row->order.position_side == POSITION_SHORT);
    ck_assert_int_eq(row->ts_exchange, AT(1));
    ck_assert_ptr_null(ledger_each(ledger, KIND_ORDER, &place));
}
END_TEST

START_TEST(ledger_restores_nothing_that_is_none_of_ours)
{
    static const char *const bodies[] = {
        "",
        "[]",
        "{\"kind\":\"order\"}",
        "{\"kind\":\"trade\",\"exchange_symbol\":\"A\",\"trade_id\":\"1\"}",
        "{\"kind\":\"order\",\"exchange_symbol\":\"A\",\"order_id\":\"1\",\"status\":\"odd\"}",
        "{\"kind\":\"order\",\"exchange_symbol\":\"A\",\"order_id\":\"1\",\"status\":\"new\"",
        "{\"kind\":\"order\",\"exchange_symbol\":\"A\",\"order_id\":\"1\",\"qty\":\"one\"}",
        "{\"kind\":\"order\",\"exchange_symbol\":\"A\",\"order_id\":\"1\",\"qty\":1}",
        "{\"kind\":\"fill\",\"exchange_symbol\":\"A\",\"order_id\":\"1\",\"price\":\"1\","
        "\"qty\":\"1\"}",
        "{\"kind\":\"balance\",\"total\":\"1\"}",
        "{\"kind\":\"order\",\"exchange_symbol\":\"A\",\"order_id\":\"a-name-longer-than-any-id-"
        "that-can-be-held-in-a-record\",\"status\":\"new\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        ck_assert_msg(!ledger_restore(ledger, slice_of(bodies[i])), "%s", bodies[i]);
    ck_assert(ledger_restore(ledger, SLICE("{\"kind\":\"order\",\"exchange_symbol\":\"A\","
                                           "\"order_id\":\"1\",\"status\":\"new\"}")));
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_ledger_turn");
    TCase *tests = tcase_create("turns");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ledger_tells_a_position_when_it_differs);
    tcase_add_test(tests, ledger_keeps_the_legs_of_a_position_apart);
    tcase_add_test(tests, ledger_tells_a_flat_position_only_if_there_was_one);
    tcase_add_test(tests, ledger_tells_a_balance_when_a_number_differs_in_value);
    tcase_add_test(tests, ledger_takes_what_is_asked_for_for_newer_than_what_was_heard);
    tcase_add_test(tests, ledger_says_what_a_reconciliation_did_not_find);
    tcase_add_test(tests, ledger_takes_nothing_for_missing_after_a_loss);
    tcase_add_test(tests, ledger_asks_from_the_time_up_to_which_all_is_known);
    tcase_add_test(tests, ledger_of_a_quiet_account_does_not_grow_old);
    tcase_add_test(tests, ledger_says_what_a_reconciliation_has_to_ask_for);
    tcase_add_test(tests, ledger_is_what_it_was_when_it_is_restored);
    tcase_add_test(tests, ledger_restores_nothing_that_is_none_of_ours);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
