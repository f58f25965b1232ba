/* SPDX-License-Identifier: Apache-2.0 */
/* What Binance's table says beside payloads: requests, paths, weights, the list of instruments. */
#include "tests/unit/list_stage.h"

#include <jansson.h>

extern const struct exchange exchange_binance;

START_TEST(binance_request_names_its_keys_and_its_number)
{
    static const struct slice keys[] = {{"btcusdt@trade", 13}, {"a\"b@depth@100ms", 15}};
    char bytes[200];
    struct text text = text_over(bytes, sizeof bytes);
    exchange_binance.write_request(&text, true, keys, 2, 312);
    expect_text(&text, "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\","
                       "\"a\\\"b@depth@100ms\"],\"id\":312}");
    json_t *json = json_loadb(text.data, text.len, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
    text = text_over(bytes, sizeof bytes);
    exchange_binance.write_request(&text, false, keys, 1, 1);
    expect_text(&text, "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":1}");
}
END_TEST

START_TEST(binance_snapshot_path_has_its_symbol_percent_encoded)
{
    char bytes[200];
    struct text text = text_over(bytes, sizeof bytes);
    exchange_binance.write_snapshot_path(&text, SLICE("BTCUSDT"), 1000);
    expect_text(&text, "/api/v3/depth?symbol=BTCUSDT&limit=1000");
    text = text_over(bytes, sizeof bytes);
    exchange_binance.write_snapshot_path(&text, SLICE("\xe5\xb8\x81&a=b"), 5);
    expect_text(&text, "/api/v3/depth?symbol=%E5%B8%81%26a%3Db&limit=5");
}
END_TEST

START_TEST(binance_snapshot_weighs_by_its_depth)
{
    static const struct {
        uint32_t depth, weight;
    } cases[] = {{1, 5},    {100, 5},   {101, 25},   {500, 25},
                 {501, 50}, {1000, 50}, {1001, 250}, {5000, 250}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_uint_eq(exchange_binance.snapshot_weight(cases[i].depth), cases[i].weight);
}
END_TEST

START_TEST(binance_used_weight_is_read_from_its_header_alone)
{
    static const struct {
        const char *line;
        int64_t used;
    } cases[] = {
        {"x-mbx-used-weight-1m: 12\r\n", 12},
        {"X-MBX-USED-WEIGHT-1M:6000", 6000},
        {"x-mbx-used-weight-1m: ", -1},
        {"x-mbx-used-weight-1m:", -1},
        {"x-mbx-used-weight-1m: -3", -1},
        {"x-mbx-used-weight: 12", -1},
        {"x-mbx-used-weight-1m: 99999999999999999999", 999999999},
        {"content-type: application/json", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(exchange_binance.used_weight(slice_of(cases[i].line)) == cases[i].used, "%s",
                      cases[i].line);
}
END_TEST

#define ENTRY(symbol, status, base, quote, filters)                                                \
    "{\"symbol\":\"" symbol "\",\"status\":\"" status "\",\"baseAsset\":\"" base                   \
    "\",\"baseAssetPrecision\":8,\"quoteAsset\":\"" quote "\",\"orderTypes\":[\"LIMIT\"],"         \
    "\"filters\":" filters ",\"permissionSets\":[[\"SPOT\"]]}"
#define FILTERS(tick, step)                                                                        \
    "[{\"filterType\":\"LOT_SIZE\",\"stepSize\":" step ",\"minQty\":\"0.1\"},"                     \
    "{\"filterType\":\"MARKET_LOT_SIZE\",\"stepSize\":\"9\"},{\"filterType\":\"SOMETHING_NEW\"},"  \
    "{\"tickSize\":" tick ",\"filterType\":\"PRICE_FILTER\"}]"
#define DOCUMENT(entries)                                                                          \
    "{\"timezone\":\"UTC\",\"rateLimits\":[{\"limit\":6000}],\"symbols\":[" entries "]}"

#define A_A ENTRY("AA", "TRADING", "A", "A", "[]")
#define B_B ENTRY("BB", "TRADING", "B", "B", "[]")

static const struct listed listed = {&exchange_binance, "{\"symbols\":[", "]}", A_A, B_B,
                                     {"A-A", "B-B"}};

START_TEST(binance_instruments_are_given_in_order)
{
    static const char body[] = DOCUMENT(
        ENTRY("ETHBTC", "TRADING", "ETH", "BTC",
              FILTERS("\"0.00000100\"",
                      "\"0.00100000\"")) "," ENTRY("OLDUSDT", "BREAK", "OLD", "USDT",
                                                   "[]") "," ENTRY("\xe5\xb8\x81USDT", "NEW_WORD",
                                                                   "\xe5\xb8\x81", "USDT", "[]"));
    expect_all_taken(body, 3);
    ck_assert_str_eq(taken.instruments[0].exchange_symbol, "ETHBTC");
    ck_assert_str_eq(taken.instruments[0].symbol, "ETH-BTC");
    ck_assert(taken.instruments[0].tradable);
    ck_assert(taken.instruments[0].tick.low == 100 && taken.instruments[0].tick.scale == 8);
    ck_assert(taken.instruments[0].step.low == 100000 && taken.instruments[0].step.scale == 8);
    ck_assert_str_eq(taken.instruments[1].status, "BREAK");
    ck_assert(!taken.instruments[1].tradable && taken.instruments[1].tick.low == 0);
    ck_assert_str_eq(taken.instruments[2].symbol, "\xe5\xb8\x81-USDT");
    ck_assert(!taken.instruments[2].tradable);
}
END_TEST

START_TEST(binance_instrument_that_cannot_be_held_is_left_out_alone)
{
    static const char *const entries[] = {
        "{}",
        "[]",
        "7",
        ENTRY("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ",
              "TRADING", "A", "B", "[]"),
        ENTRY("AB", "TRADING", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO", "B", "[]"),
        ENTRY("A\\u0042", "TRADING", "A", "B", "[]"),
        ENTRY("AB", "TRADING", "", "B", "[]"),
        ENTRY("AB", "TRADING", "A", "B", FILTERS("\"1e-40\"", "\"1\"")),
        ENTRY("AB", "TRADING", "A", "B", FILTERS("true", "\"1\"")),
        ENTRY("AB", "TRADING", "A", "B", "7"),
    };
    EXPECT_LEFT_OUT(entries);
}
END_TEST

START_TEST(binance_instruments_of_a_broken_list_are_not_given_at_all)
{
    static const struct broken cases[] = {
        {"", REFUSAL_TRUNCATED},
        {"<html>", REFUSAL_NOT_JSON},
        {"{\"symbols\":[" A_A ",", REFUSAL_TRUNCATED},
        {"{\"symbols\":[" A_A "}", REFUSAL_NOT_JSON},
        {"{\"symbols\":[]}", REFUSAL_MISSING_FIELD},
        {"{\"symbols\":{}}", REFUSAL_MISSING_FIELD},
        {"{\"code\":-1,\"msg\":\"no\"}", REFUSAL_MISSING_FIELD},
        {"[]", REFUSAL_WRONG_TYPE},
    };
    EXPECT_BROKEN(cases);
}
END_TEST

START_TEST(binance_asks_for_what_it_wants_and_understands_more)
{
    static const struct wanted wanted[] = {{"trade", KIND_TRADE},
                                           {"bookTicker", KIND_QUOTE},
                                           {"ticker", KIND_QUOTE},
                                           {"depth@100ms", KIND_BOOK},
                                           {"kline", KIND_CANDLE}};
    expect_wanted(&exchange_binance, wanted, sizeof wanted / sizeof *wanted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_exchange");
    TCase *tests = tcase_create("binance");
    tcase_add_test(tests, binance_request_names_its_keys_and_its_number);
    tcase_add_test(tests, binance_snapshot_path_has_its_symbol_percent_encoded);
    tcase_add_test(tests, binance_snapshot_weighs_by_its_depth);
    tcase_add_test(tests, binance_used_weight_is_read_from_its_header_alone);
    tcase_add_test(tests, binance_instruments_are_given_in_order);
    tcase_add_test(tests, binance_instrument_that_cannot_be_held_is_left_out_alone);
    tcase_add_test(tests, binance_instruments_of_a_broken_list_are_not_given_at_all);
    tcase_add_test(tests, binance_asks_for_what_it_wants_and_understands_more);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
