/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger calls news of orders and fills, and how it completes them. */
#include "ledger_fixture.h"

#define ORDERS 4
#define FILLS  3

static struct ledger *ledger;

static void setup(void)
{
    ledger = ledger_new(ORDERS, FILLS);
    ck_assert_ptr_nonnull(ledger);
}

static void teardown(void)
{
    ledger_destroy(&ledger);
    ledger_destroy(&ledger);
}

#define expect(verdict, ...) ck_assert_int_eq(take_copy(ledger, __VA_ARGS__), (verdict))

START_TEST(ledger_tells_each_change_of_an_order_once)
{
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_REPEATED, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_REPEATED, an_order("1", ORDER_NEW, "0.0", 11));
    expect(LEDGER_NEWS, an_order("1", ORDER_PARTIALLY_FILLED, "4", 12));
    struct event by_rest = an_order("1", ORDER_PARTIALLY_FILLED, "4.00", 0);
    by_rest.order.reconciled = true;
    set_text(by_rest.order.exchange_status, "another spelling");
    set_number(&by_rest.order, ORDER_STOP_PRICE, "0.00"); /* says that there is none */
    expect(LEDGER_REPEATED, by_rest);
    expect(LEDGER_NEWS, an_order("1", ORDER_FILLED, "10", 13));
    expect(LEDGER_REPEATED, an_order("1", ORDER_FILLED, "10", 0));
    expect(LEDGER_NEWS, an_order("2", ORDER_NEW, "0", 9)); /* another order has its own time */
}
END_TEST

START_TEST(ledger_never_goes_backwards)
{
    expect(LEDGER_NEWS, an_order("1", ORDER_PARTIALLY_FILLED, "4", 12));
    expect(LEDGER_LATE, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_LATE, an_order("1", ORDER_PARTIALLY_FILLED, "3", 20)); /* whatever its time */
    expect(LEDGER_NEWS, an_order("1", ORDER_CANCELED, "4", 13));
    expect(LEDGER_LATE, an_order("1", ORDER_PARTIALLY_FILLED, "4", 12));
    expect(LEDGER_LATE, an_order("1", ORDER_PARTIALLY_FILLED, "4", 0)); /* a final status stays */
    expect(LEDGER_LATE, an_order("1", ORDER_PENDING_CANCEL, "4", 13));
    expect(LEDGER_LATE, an_order("1", ORDER_EXPIRED, "4", 12));
    expect(LEDGER_REPEATED, an_order("1", ORDER_CANCELED, "4", 30));
}
END_TEST

START_TEST(ledger_puts_states_of_one_moment_in_the_order_of_an_orders_life)
{
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_LATE, an_order("1", ORDER_PENDING_NEW, "0", 10));
    expect(LEDGER_NEWS, an_order("1", ORDER_PENDING_CANCEL, "0", 10));
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 11)); /* the cancel was refused */
    expect(LEDGER_NEWS, an_order("1", ORDER_FILLED, "10", 11));
}
END_TEST

START_TEST(ledger_takes_an_amended_order_for_news)
{
    struct event amended = an_order("1", ORDER_NEW, "0", 11);
    set_number(&amended.order, ORDER_PRICE, "101");
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_NEWS, amended);
    expect(LEDGER_REPEATED, amended);
    expect(LEDGER_LATE, an_order("1", ORDER_NEW, "0", 10));
    set_number(&amended.order, ORDER_QTY, "12");
    amended.ts_exchange = 12;
    expect(LEDGER_NEWS, amended);
}
END_TEST

/* A cancel and a fill race: the exchange says one, then the other. */
START_TEST(ledger_flags_a_step_that_cannot_be_and_hides_nothing)
{
    struct event filled = an_order("1", ORDER_FILLED, "10", 14);
    struct event open = an_order("1", ORDER_NEW, "10", 15);
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    expect(LEDGER_NEWS, an_order("1", ORDER_CANCELED, "4", 12));
    ck_assert_int_eq(take(ledger, &filled), LEDGER_NEWS);
    ck_assert(filled.order.impossible);
    expect(LEDGER_REPEATED, an_order("1", ORDER_FILLED, "10", 14));
    ck_assert_int_eq(take(ledger, &open), LEDGER_NEWS);
    ck_assert(open.order.impossible);
    struct event more = an_order("2", ORDER_CANCELED, "5", 13);
    expect(LEDGER_NEWS, an_order("2", ORDER_CANCELED, "4", 12));
    ck_assert_int_eq(take(ledger, &more), LEDGER_NEWS); /* the same end, of more */
    ck_assert(!more.order.impossible);
    struct event late = an_order("2", ORDER_PARTIALLY_FILLED, "6", 11);
    ck_assert_int_eq(take(ledger, &late), LEDGER_NEWS); /* older, but more is filled */
    ck_assert(late.order.impossible);
}
END_TEST

/* Two rows of one fill, the second without what the first had (bybit.md 7.3). */
START_TEST(ledger_takes_two_rows_of_one_end_for_one)
{
    struct event first = an_order("1", ORDER_FILLED, "10", 14);
    struct event second = a_short_order("1", ORDER_FILLED, "10", 14);
    ck_assert(id_set(&first.order.trade_id, SLICE("t1")));
    expect(LEDGER_NEWS, first);
    expect(LEDGER_REPEATED, second);
    second.ts_exchange = 15;
    expect(LEDGER_REPEATED, second);
}
END_TEST

START_TEST(ledger_tells_an_unknown_status_once_and_takes_no_finality_for_it)
{
    struct event strange = an_order("1", ORDER_UNKNOWN, "10", 15);
    set_text(strange.order.exchange_status, "PONDERING");
    expect(LEDGER_NEWS, an_order("1", ORDER_FILLED, "10", 10));
    ck_assert_int_eq(take(ledger, &strange), LEDGER_NEWS);
    ck_assert(!strange.order.impossible);
    ck_assert_int_eq(strange.order.status, ORDER_UNKNOWN);
    expect(LEDGER_REPEATED, strange);
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), 0);
    expect(LEDGER_REPEATED, an_order("1", ORDER_FILLED, "10", 16));
    expect(LEDGER_LATE, an_order("1", ORDER_NEW, "10", 10));
    expect(LEDGER_NEWS, an_order("2", ORDER_NEW, "0", 10));
    strange.order.order_id.text[0] = '2';
    expect(LEDGER_LATE, an_order("2", ORDER_UNKNOWN, "0", 9));
    expect(LEDGER_NEWS, strange);
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), 1);
    expect(LEDGER_NEWS, an_order("2", ORDER_CANCELED, "10", 16));
}
END_TEST

START_TEST(ledger_completes_an_order_by_what_was_known_of_it)
{
    struct event whole = an_order("1", ORDER_NEW, "0", 10);
    struct event less = a_short_order("1", ORDER_PARTIALLY_FILLED, "4", 11);
    set_number(&whole.order, ORDER_STOP_PRICE, "99");
    whole.order.post_only = true;
    expect(LEDGER_NEWS, whole);
    set_number(&less.order, ORDER_AVG_PRICE, "98.5");
    ck_assert_int_eq(take(ledger, &less), LEDGER_NEWS);
    const struct order *order = &less.order;
    expect_number(order->known, order->numbers, ORDER_PRICE, "100");
    expect_number(order->known, order->numbers, ORDER_STOP_PRICE, "99");
    expect_number(order->known, order->numbers, ORDER_QTY, "10");
    expect_number(order->known, order->numbers, ORDER_LEAVES_QTY, "6");
    ck_assert_str_eq(order->client_order_id, "mine");
    ck_assert_str_eq(order->symbol, "BTC-USDT");
    ck_assert(order->side == SIDE_BUY && order->order_type == ORDER_TYPE_LIMIT);
    ck_assert(order->time_in_force == TIME_IN_FORCE_GTC && order->post_only);
    struct event ended = a_short_order("1", ORDER_CANCELED, NULL, 12);
    ck_assert_int_eq(take(ledger, &ended), LEDGER_NEWS);
    expect_number(ended.order.known, ended.order.numbers, ORDER_FILLED_QTY, "4");
    expect_number(ended.order.known, ended.order.numbers, ORDER_AVG_PRICE, "98.5");
    expect_number(ended.order.known, ended.order.numbers, ORDER_LEAVES_QTY, "0");
    struct event more = a_short_order("1", ORDER_CANCELED, "5", 13);
    ck_assert_int_eq(take(ledger, &more), LEDGER_NEWS);
    ck_assert(!(more.order.known & 1u << ORDER_AVG_PRICE)); /* it is not of these fills */
}
END_TEST

START_TEST(ledger_says_what_can_still_be_filled)
{
    struct event open = an_order("1", ORDER_NEW, "0.5", 10);
    ck_assert_int_eq(ledger_judge(ledger, &open), LEDGER_NEWS);
    expect_number(open.order.known, open.order.numbers, ORDER_LEAVES_QTY, "9.5");
    struct event said = an_order("1", ORDER_NEW, "0.5", 10);
    set_number(&said.order, ORDER_LEAVES_QTY, "9.25");
    ck_assert_int_eq(ledger_judge(ledger, &said), LEDGER_NEWS);
    expect_number(said.order.known, said.order.numbers, ORDER_LEAVES_QTY, "9.25");
    struct event canceled = an_order("1", ORDER_CANCELED, "4", 10);
    set_number(&canceled.order, ORDER_LEAVES_QTY, "6");
    ck_assert_int_eq(ledger_judge(ledger, &canceled), LEDGER_NEWS);
    expect_number(canceled.order.known, canceled.order.numbers, ORDER_LEAVES_QTY, "0");
    struct event of_quote = an_order("1", ORDER_NEW, "0", 10);
    of_quote.order.known &= ~(1u << ORDER_QTY);
    ck_assert_int_eq(ledger_judge(ledger, &of_quote), LEDGER_NEWS);
    ck_assert(!(of_quote.order.known & 1u << ORDER_LEAVES_QTY));
}
END_TEST

START_TEST(ledger_tells_each_fill_once)
{
    expect(LEDGER_NEWS, a_fill("1", "t1", 10));
    expect(LEDGER_REPEATED, a_fill("1", "t1", 10));
    expect(LEDGER_REPEATED, a_fill("1", "t1", 99));
    expect(LEDGER_NEWS, a_fill("1", "t2", 10));
    expect(LEDGER_NEWS, a_fill("2", "t1", 10)); /* ids are of their order and instrument */
    struct event other = a_fill("1", "t1", 10);
    set_text(other.fill.exchange_symbol, "ETHUSDT");
    expect(LEDGER_NEWS, other);
}
END_TEST

START_TEST(ledger_completes_a_fill_by_its_order)
{
    struct event fill = a_fill("1", "t1", 10), stranger = a_fill("7", "t2", 10);
    expect(LEDGER_NEWS, an_order("1", ORDER_NEW, "0", 10));
    ck_assert_int_eq(take(ledger, &fill), LEDGER_NEWS);
    ck_assert_int_eq(fill.fill.side, SIDE_BUY);
    ck_assert_str_eq(fill.fill.client_order_id, "mine");
    ck_assert_str_eq(fill.fill.symbol, "BTC-USDT");
    ck_assert_int_eq(take(ledger, &stranger), LEDGER_NEWS);
    ck_assert_int_eq(stranger.fill.side, SIDE_UNKNOWN);
}
END_TEST

START_TEST(ledger_refuses_what_has_no_id)
{
    struct event order = an_order("", ORDER_NEW, "0", 10), fill = a_fill("1", "", 10);
    struct event position = a_position("", POSITION_LONG, "1", 10);
    struct event balance = a_balance("", "1", NULL, 10);
    ck_assert_int_eq(take(ledger, &order), LEDGER_BAD);
    ck_assert_int_eq(take(ledger, &fill), LEDGER_BAD);
    ck_assert_int_eq(take(ledger, &position), LEDGER_BAD);
    ck_assert_int_eq(take(ledger, &balance), LEDGER_BAD);
    order = an_order("1", ORDER_NEW, "0", 10);
    order.order.exchange_symbol[0] = '\0';
    ck_assert_int_eq(take(ledger, &order), LEDGER_BAD);
}
END_TEST

START_TEST(ledger_remembers_nothing_that_was_only_judged)
{
    struct event order = an_order("1", ORDER_NEW, "0", 10), fill = a_fill("1", "t1", 10);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ledger_judge(ledger, &order), LEDGER_NEWS);
        ck_assert_int_eq(ledger_judge(ledger, &fill), LEDGER_NEWS);
    }
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), 0);
    ck_assert_int_eq(ledger_since(ledger), 0);
}
END_TEST

START_TEST(ledger_forgets_the_oldest_final_orders_and_fills_and_counts_them)
{
    static const char *const ids[] = {"1", "2", "3", "4", "5"};
    expect(LEDGER_NEWS, an_order("open", ORDER_NEW, "0", 1));
    for (int i = 0; i < ORDERS; i++)
        expect(LEDGER_NEWS, an_order(ids[i], ORDER_CANCELED, "0", 10 + i));
    ck_assert_uint_eq(ledger_forgotten(ledger), 0);
    expect(LEDGER_NEWS, an_order("5", ORDER_CANCELED, "0", 20));
    ck_assert_uint_eq(ledger_forgotten(ledger), 1);
    expect(LEDGER_REPEATED, an_order("2", ORDER_CANCELED, "0", 20));
    expect(LEDGER_REPEATED, an_order("open", ORDER_NEW, "0", 1));
    expect(LEDGER_NEWS, an_order("1", ORDER_CANCELED, "0", 20));
    for (int i = 2; i <= ORDERS; i++)
        expect(LEDGER_NEWS, an_order(ids[i], ORDER_UNKNOWN, "1", 30));
    ck_assert_uint_eq(ledger_forgotten(ledger), 2); /* these had ended before, and still have */
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), 1);
    static const char *const trades[] = {"a", "b", "c", "d"};
    for (int i = 0; i <= FILLS; i++)
        expect(LEDGER_NEWS, a_fill("1", trades[i], 10));
    ck_assert_uint_eq(ledger_forgotten(ledger), 3);
    for (int i = 1; i <= FILLS; i++)
        expect(LEDGER_REPEATED, a_fill("1", trades[i], 10));
    expect(LEDGER_NEWS, a_fill("1", "a", 10));
    expect(LEDGER_NEWS, a_fill("1", "b", 10));
}
END_TEST

START_TEST(ledger_forgets_the_oldest_open_order_when_all_are_open)
{
    static const char *const ids[] = {"1", "2", "3", "4", "5"};
    uint32_t place = 0;
    for (int i = 0; i <= ORDERS; i++)
        expect(LEDGER_NEWS, an_order(ids[i], ORDER_NEW, "0", 10 + i));
    ck_assert_uint_eq(ledger_count(ledger, KIND_ORDER), ORDERS);
    ck_assert_uint_eq(ledger_forgotten(ledger), 1);
    for (int i = 1; i <= ORDERS; i++) {
        const struct event *event = ledger_each(ledger, KIND_ORDER, &place);
        ck_assert_ptr_nonnull(event);
        ck_assert_int_eq(event->order.order_id.text[0], ids[i][0]);
    }
    ck_assert_ptr_null(ledger_each(ledger, KIND_ORDER, &place));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_ledger");
    TCase *tests = tcase_create("orders and fills");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ledger_tells_each_change_of_an_order_once);
    tcase_add_test(tests, ledger_never_goes_backwards);
    tcase_add_test(tests, ledger_puts_states_of_one_moment_in_the_order_of_an_orders_life);
    tcase_add_test(tests, ledger_takes_an_amended_order_for_news);
    tcase_add_test(tests, ledger_flags_a_step_that_cannot_be_and_hides_nothing);
    tcase_add_test(tests, ledger_takes_two_rows_of_one_end_for_one);
    tcase_add_test(tests, ledger_tells_an_unknown_status_once_and_takes_no_finality_for_it);
    tcase_add_test(tests, ledger_completes_an_order_by_what_was_known_of_it);
    tcase_add_test(tests, ledger_says_what_can_still_be_filled);
    tcase_add_test(tests, ledger_tells_each_fill_once);
    tcase_add_test(tests, ledger_completes_a_fill_by_its_order);
    tcase_add_test(tests, ledger_refuses_what_has_no_id);
    tcase_add_test(tests, ledger_remembers_nothing_that_was_only_judged);
    tcase_add_test(tests, ledger_forgets_the_oldest_final_orders_and_fills_and_counts_them);
    tcase_add_test(tests, ledger_forgets_the_oldest_open_order_when_all_are_open);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
