/* SPDX-License-Identifier: Apache-2.0 */
/* What is listed: names and patterns, ticks of any size, days of delivery, sizes of the quote. */
#include "tests/unit/sim_dialect.h"

#include "tests/sim/market.h"

#define NOW_MS INT64_C(1795552440000) /* Tue 2026-11-24 */

static struct market *market;

static void setup(void)
{
    market = market_new(1, 9, 1000, &odd, NOW_MS);
    ck_assert_ptr_nonnull(market);
}

static void teardown(void)
{
    market_destroy(&market);
}

static void expect_decimal(const struct decimal *value, const char *expected)
{
    char memory[64];
    struct text text = text_over(memory, sizeof memory);
    decimal_write(&text, value);
    text_terminate(&text);
    ck_assert_str_eq(memory, expected);
}

START_TEST(named_ones_come_first_then_the_patterns_in_turn)
{
    static const char *const symbols[] = {"KRW-BTC",   "USD-BTC-PERP", "USD-BTC-1798185600",
                                          "KRW-S0004", "BTC-S0005",    "KRW-S0006",
                                          "BTC-S0007", "KRW-S0008",    "BTC-S0009"};
    for (uint32_t i = 0; i < 9; i++) {
        struct dialect_instrument instrument;
        uint32_t found;
        market_instrument(market, i, &instrument);
        ck_assert_msg(slice_equal(instrument.symbol, slice_of(symbols[i])), "%.*s",
                      (int)instrument.symbol.len, instrument.symbol.data);
        ck_assert(market_find(market, instrument.symbol, &found) && found == i);
    }
}
END_TEST

START_TEST(a_delivery_is_on_the_last_friday_of_its_quarter)
{
    struct dialect_instrument instrument;
    market_instrument(market, 2, &instrument);
    ck_assert_int_eq(instrument.kind, DIALECT_DATED);
    ck_assert_int_eq(instrument.delivery_ms, INT64_C(1798185600000)); /* 2026-12-25 08:00 */
    market_destroy(&market);
    market = market_new(1, 3, 10, &odd, instrument.delivery_ms);
    market_instrument(market, 2, &instrument);
    ck_assert_int_eq(instrument.delivery_ms, INT64_C(1806048000000)); /* 2027-03-26 08:00 */
}
END_TEST

START_TEST(prices_are_whole_ticks_however_large_or_small)
{
    struct dialect_instrument instrument;
    struct dialect_book book;
    market_instrument(market, 0, &instrument);
    expect_decimal(&instrument.tick, "1000");
    expect_decimal(&instrument.step, "0.00000001");
    market_levels(market, 0, 1000, &book);
    for (uint32_t i = 0; i < book.bid_count; i++) {
        ck_assert_uint_eq(book.bids[i].price.low % 1000, 0);
        ck_assert_uint_eq(book.bids[i].size.scale, 4);
    }
    market_instrument(market, 1, &instrument);
    expect_decimal(&instrument.tick, "0.50");
    market_instrument(market, 4, &instrument);
    expect_decimal(&instrument.tick, "0.000001");
}
END_TEST

START_TEST(no_book_reaches_below_zero)
{
    struct dialect_event event = {.time_ns = NOW_MS * NS_PER_MS};
    for (uint32_t i = 0; i < market->count; i++) {
        for (int k = 0; k < 20000; k++)
            market_change(market, i, false, &event);
        const struct book_levels *bids = &market->instruments[i].book.sides[BOOK_BIDS];
        ck_assert_int_gt(bids->row[bids->begin + bids->count - 1].price, 0);
    }
}
END_TEST

START_TEST(what_is_of_the_quote_is_worth_itself_divided_by_the_price)
{
    struct scale scale = {.tick = 2, .inverse = true, .tick_units = 50};
    /* 6000000 USD at 60000.00 are 100 BTC */
    struct decimal turnover = scale_turnover(&scale, scale_value(&scale, 120000, 6000000));
    expect_decimal(&turnover, "100.00000000");
    scale = (struct scale){.step = 8, .tick_units = 1000};
    turnover = scale_turnover(&scale, scale_value(&scale, 116500, 100000000));
    expect_decimal(&turnover, "116500000.00000000");
}
END_TEST

START_TEST(a_derivative_has_a_mark_and_only_a_perpetual_is_funded)
{
    struct dialect_event event = {.time_ns = NOW_MS * NS_PER_MS};
    for (uint32_t i = 1; i <= 2; i++) {
        market_mark(market, i, true, &event);
        ck_assert(!decimal_is_zero(&event.mark.mark) && !decimal_is_zero(&event.mark.index));
        ck_assert(event.mark.funded == (i == 1));
        ck_assert_int_eq(event.mark.next_funding_ms % 28800000, 0);
        ck_assert(event.mark.next_funding_ms > NOW_MS);
        market_day(market, i, &event);
        ck_assert(!decimal_is_zero(&event.day.mark.interest_value));
    }
    market_day(market, 0, &event);
    ck_assert(decimal_is_zero(&event.day.mark.mark));
}
END_TEST

START_TEST(a_trade_says_how_its_price_stands_to_the_one_before)
{
    struct dialect_event event = {.time_ns = NOW_MS * NS_PER_MS};
    struct decimal before = event.bid.price;
    bool first = true, equal = false, rising = false;
    for (int i = 0; i < 5000; i++) {
        market_change(market, 0, false, &event);
        market_trade(market, 0, 1, &event);
        const struct dialect_trade *trade = event.trades.rows;
        int order = decimal_compare(&trade->price, &before);
        ck_assert(first || trade->equal == (order == 0));
        ck_assert(first || order == 0 || trade->rising == (order > 0));
        ck_assert(first || order != 0 || trade->rising == rising);
        equal = equal || trade->equal;
        rising = trade->rising;
        before = trade->price;
        first = false;
    }
    ck_assert(equal);
}
END_TEST

START_TEST(ids_that_are_shared_leave_holes)
{
    struct dialect shared = odd;
    struct dialect_event event = {.time_ns = NOW_MS * NS_PER_MS};
    uint64_t last = 0;
    uint32_t holes = 0;
    shared.ids_shared = true;
    market_destroy(&market);
    market = market_new(1, 1, 100, &shared, NOW_MS);
    for (int i = 0; i < 100; i++) {
        market_change(market, 0, false, &event);
        ck_assert(last == 0 || event.book.previous_id == last);
        ck_assert_uint_gt(event.book.first_id, event.book.previous_id);
        ck_assert_uint_ge(event.book.last_id, event.book.first_id);
        holes += event.book.first_id > event.book.previous_id + 1;
        last = event.book.last_id;
    }
    ck_assert(holes > 20 && holes < 80);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_listing");
    TCase *tests = tcase_create("listing");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, named_ones_come_first_then_the_patterns_in_turn);
    tcase_add_test(tests, a_delivery_is_on_the_last_friday_of_its_quarter);
    tcase_add_test(tests, prices_are_whole_ticks_however_large_or_small);
    tcase_add_test(tests, no_book_reaches_below_zero);
    tcase_add_test(tests, what_is_of_the_quote_is_worth_itself_divided_by_the_price);
    tcase_add_test(tests, a_derivative_has_a_mark_and_only_a_perpetual_is_funded);
    tcase_add_test(tests, a_trade_says_how_its_price_stands_to_the_one_before);
    tcase_add_test(tests, ids_that_are_shared_leave_holes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
