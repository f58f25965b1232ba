/* SPDX-License-Identifier: Apache-2.0 */
/* What Bybit's tables say beside payloads: requests, pages, the lists of instruments. */
#include "tests/unit/list_stage.h"

#include <jansson.h>

extern const struct exchange exchange_bybit, exchange_bybit_linear, exchange_bybit_inverse;

START_TEST(bybit_request_names_its_keys_and_its_number)
{
    static const struct slice keys[] = {{"orderbook.200.BTCUSDT", 21}, {"tickers.A\"B", 11}};
    char bytes[200];
    struct text text = text_over(bytes, sizeof bytes);
    exchange_bybit.write_request(&text, true, keys, 2, 312);
    expect_text(&text,
                "{\"req_id\":\"312\",\"op\":\"subscribe\",\"args\":[\"orderbook.200.BTCUSDT\","
                "\"tickers.A\\\"B\"]}");
    json_t *json = json_loadb(text.data, text.len, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
    text = text_over(bytes, sizeof bytes);
    exchange_bybit_linear.write_request(&text, false, keys, 1, 1);
    expect_text(&text,
                "{\"req_id\":\"1\",\"op\":\"unsubscribe\",\"args\":[\"orderbook.200.BTCUSDT\"]}");
}
END_TEST

/* 21,000 characters a connection (1.3), each topic with its quotes and comma. */
START_TEST(bybit_session_stays_within_its_characters)
{
    char bytes[KEY_MAX];
    for (uint32_t stream = 0; stream < exchange_bybit_linear.stream_count; stream++) {
        struct text key = text_over(bytes, sizeof bytes);
        bool candle = exchange_bybit_linear.streams[stream].kind == KIND_CANDLE;
        exchange_bybit_linear.write_key(&key, stream, SLICE("1000000BABYDOGEUSDT-30OCT26"),
                                        candle ? SLICE("12h") : SLICE(""));
        ck_assert_uint_le((key.len + 3) * exchange_bybit_linear.limits.streams_per_session, 21000);
    }
}
END_TEST

#define PAGE(cursor) "{\"retCode\":0,\"result\":{\"list\":[],\"nextPageCursor\":" cursor "}}"

/* The cursor has '%' in it and is passed on as it was given (8 #22). */
START_TEST(bybit_pages_are_asked_for_until_there_is_no_cursor)
{
    static const char first[] = "/v5/market/instruments-info?category=linear&limit=1000";
    char next[200];
    struct text text = text_over(next, sizeof next);
    text_format(&text, "%s&cursor=first%%253DBIOUSDT%%2526last%%253DBIOUSDT", first);
    text_terminate(&text);
    expect_page(&exchange_bybit_linear, NULL, first);
    expect_page(&exchange_bybit_linear, PAGE("\"first%3DBIOUSDT%26last%3DBIOUSDT\""), next);
    expect_page(&exchange_bybit_linear, PAGE("\"first%3DBIOUSDT\\u002526last%3DBIOUSDT\""), next);
    expect_page(&exchange_bybit_linear, PAGE("\"\""), "");
    expect_page(&exchange_bybit_linear, PAGE("null"), "");
    expect_page(&exchange_bybit_linear, "{\"result\":{\"list\":[]}}", "");
    expect_page(&exchange_bybit_linear, "{\"result\":{\"list\":[", "");
    expect_page(&exchange_bybit_linear, "", "");
    expect_page(&exchange_bybit, NULL, "/v5/market/instruments-info?category=spot&limit=1000");
    expect_page(&exchange_bybit_inverse, NULL,
                "/v5/market/instruments-info?category=inverse&limit=1000");
}
END_TEST

#define CONTRACT(symbol, type, status, base, quote, delivery)                                      \
    "{\"symbol\":\"" symbol "\",\"contractType\":\"" type "\",\"status\":\"" status                \
    "\",\"baseCoin\":\"" base "\",\"quoteCoin\":\"" quote                                          \
    "\",\"launchTime\":\"1585526400000\",\"deliveryTime\":\"" delivery                             \
    "\",\"leverageFilter\":{\"minLeverage\":\"1\"},\"priceFilter\":{\"minPrice\":\"0.10\","        \
    "\"maxPrice\":\"1999999.80\",\"tickSize\":\"0.10\"},\"lotSizeFilter\":{"                       \
    "\"maxOrderQty\":\"1190.000\",\"minOrderQty\":\"0.002\",\"qtyStep\":\"0.001\"},"               \
    "\"settleCoin\":\"USDT\",\"preListingInfo\":null,\"symbolType\":\"\"}"
#define SPOT                                                                                       \
    "{\"symbolId\":9,\"symbol\":\"BTCUSDT\",\"baseCoin\":\"BTC\",\"quoteCoin\":\"USDT\","          \
    "\"innovation\":\"0\",\"status\":\"Trading\",\"lotSizeFilter\":{"                              \
    "\"basePrecision\":\"0.000001\",\"quotePrecision\":\"0.0000001\",\"minOrderQty\":\"0.1\"},"    \
    "\"priceFilter\":{\"tickSize\":\"0.1\"},\"symbolType\":\"\"}"
#define PRICED(filter)                                                                             \
    "{\"symbol\":\"AB\",\"baseCoin\":\"A\",\"quoteCoin\":\"B\",\"priceFilter\":" filter "}"
#define DOCUMENT(entries)                                                                          \
    "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":\"linear\",\"list\":[" entries      \
    "],\"nextPageCursor\":\"\"},\"retExtInfo\":{},\"time\":1786310817197}"

#define A_B CONTRACT("AB", "LinearPerpetual", "Trading", "A", "B", "0")

static const struct listed listed = {
    &exchange_bybit_linear, "{\"result\":{\"list\":[", "]}}", SPOT, A_B, {"BTC-USDT", "A-B-PERP"}};

START_TEST(bybit_instruments_have_symbols_of_their_kind)
{
    static const struct {
        const char *body, *exchange_symbol, *symbol;
    } cases[] = {
        {DOCUMENT(SPOT), "BTCUSDT", "BTC-USDT"},
        {DOCUMENT(CONTRACT("BTCUSDT", "LinearPerpetual", "Trading", "BTC", "USDT", "0")), "BTCUSDT",
         "BTC-USDT-PERP"},
        {DOCUMENT(CONTRACT("BTCPERP", "LinearPerpetual", "Trading", "BTC", "USDC", "0")), "BTCPERP",
         "BTC-USDC-PERP"},
        /* About to be delisted. */
        {DOCUMENT(
             CONTRACT("OLDUSDT", "LinearPerpetual", "Trading", "OLD", "USDT", "1798185600000")),
         "OLDUSDT", "OLD-USDT-PERP"},
        {DOCUMENT(CONTRACT("BTCUSDT-25DEC26", "LinearFutures", "Trading", "BTC", "USDT",
                           "1798185600000")),
         "BTCUSDT-25DEC26", "BTC-USDT-261225"},
        {DOCUMENT(CONTRACT("BTCUSD", "InversePerpetual", "Trading", "BTC", "USD", "0")), "BTCUSD",
         "BTC-USD-PERP"},
        {DOCUMENT(
             CONTRACT("BTCUSDZ25", "InverseFutures", "Trading", "BTC", "USD", "1766736000000")),
         "BTCUSDZ25", "BTC-USD-251226"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_all_taken(cases[i].body, 1);
        const struct instrument *found = &taken.instruments[0];
        ck_assert_str_eq(found->exchange_symbol, cases[i].exchange_symbol);
        ck_assert_str_eq(found->symbol, cases[i].symbol);
        ck_assert(found->tradable && found->tick.low == (i == 0 ? 1 : 10));
        ck_assert_uint_eq(found->step.scale, i == 0 ? 6 : 3);
        ck_assert_uint_eq(found->step.low, 1);
    }
}
END_TEST

START_TEST(bybit_instrument_is_tradable_while_its_status_says_trading)
{
    static const char *const statuses[] = {"Trading", "PreLaunch", "Delivering", "Closed", "New"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char body[1200];
        struct text text = text_over(body, sizeof body);
        text_format(&text, DOCUMENT(CONTRACT("A", "LinearPerpetual", "%s", "A", "B", "0")),
                    statuses[i]);
        text_terminate(&text);
        expect_all_taken(body, 1);
        ck_assert(taken.instruments[0].tradable == (i == 0));
        ck_assert_str_eq(taken.instruments[0].status, statuses[i]);
    }
}
END_TEST

START_TEST(bybit_instrument_that_cannot_be_held_is_left_out_alone)
{
    static const char *const entries[] = {
        "{}",
        "[]",
        "7",
        CONTRACT("", "LinearPerpetual", "Trading", "A", "B", "0"),
        CONTRACT("AB", "LinearPerpetual", "Trading", "", "B", "0"),
        CONTRACT("AB", "LinearPerpetual", "Trading", "A", "", "0"),
        CONTRACT("AB", "LinearPerpetual", "Trading", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO",
                 "B", "0"),
        CONTRACT("A\\u0042", "LinearPerpetual", "Trading", "A", "B", "0"),
        CONTRACT("AB", "QuadraticPerpetual", "Trading", "A", "B", "0"),
        CONTRACT("AB", "LinearFutures", "Trading", "A", "B", "0"),
        CONTRACT("AB", "LinearFutures", "Trading", "A", "B", ""),
        CONTRACT("AB", "LinearFutures", "Trading", "A", "B", "2026-12-25"),
        CONTRACT("AB", "LinearFutures", "Trading", "A", "B", "18446744073709551615"),
        PRICED("7"),
        PRICED("{\"tickSize\":1e-40}"),
    };
    EXPECT_LEFT_OUT(entries);
}
END_TEST

START_TEST(bybit_instruments_of_a_broken_list_are_not_given_at_all)
{
    static const struct broken cases[] = {
        {"", REFUSAL_TRUNCATED},
        {"<html>", REFUSAL_NOT_JSON},
        {"{\"result\":{\"list\":[" SPOT ",", REFUSAL_TRUNCATED},
        {"{\"result\":{\"list\":[" SPOT "}}", REFUSAL_NOT_JSON},
        {"{\"result\":{\"list\":[]}}", REFUSAL_MISSING_FIELD},
        {"{\"result\":{\"list\":{}}}", REFUSAL_MISSING_FIELD},
        {"{\"result\":{}}", REFUSAL_MISSING_FIELD},
        {"{\"result\":[]}", REFUSAL_MISSING_FIELD},
        {"{\"retCode\":10006,\"retMsg\":\"Too many visits!\",\"result\":{}}",
         REFUSAL_MISSING_FIELD},
        {"{}", REFUSAL_MISSING_FIELD},
        {"[]", REFUSAL_WRONG_TYPE},
        /* Behind the last page there may be one without any. */
        {DOCUMENT(""), REFUSAL_NONE},
    };
    EXPECT_BROKEN(cases);
}
END_TEST

START_TEST(bybit_asks_for_what_it_wants_and_understands_more)
{
    static const struct wanted wanted[] = {{"publicTrade", KIND_TRADE},
                                           {"orderbook.200", KIND_BOOK},
                                           {"orderbook.1", KIND_QUOTE},
                                           {"tickers", KIND_QUOTE},
                                           {"kline", KIND_CANDLE},
                                           {"tickers", KIND_MARK},
                                           {"allLiquidation", KIND_LIQUIDATION}};
    const struct exchange *const markets[] = {&exchange_bybit, &exchange_bybit_linear,
                                              &exchange_bybit_inverse};
    for (size_t i = 0; i < 3; i++) {
        /* Spot has neither mark nor liquidations. */
        expect_wanted(markets[i], wanted, i == 0 ? 5 : 7);
        ck_assert_str_eq(markets[i]->limits.group, "bybit");
        ck_assert_uint_eq(markets[i]->limits.streams_per_request, 10);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bybit_exchange");
    TCase *tests = tcase_create("bybit");
    tcase_add_test(tests, bybit_request_names_its_keys_and_its_number);
    tcase_add_test(tests, bybit_session_stays_within_its_characters);
    tcase_add_test(tests, bybit_pages_are_asked_for_until_there_is_no_cursor);
    tcase_add_test(tests, bybit_instruments_have_symbols_of_their_kind);
    tcase_add_test(tests, bybit_instrument_is_tradable_while_its_status_says_trading);
    tcase_add_test(tests, bybit_instrument_that_cannot_be_held_is_left_out_alone);
    tcase_add_test(tests, bybit_instruments_of_a_broken_list_are_not_given_at_all);
    tcase_add_test(tests, bybit_asks_for_what_it_wants_and_understands_more);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
