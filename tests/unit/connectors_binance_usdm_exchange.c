/* SPDX-License-Identifier: Apache-2.0 */
/* What Binance USD-M's table says beside payloads: roots, paths, weights, the list of contracts. */
#include "tests/unit/list_stage.h"

extern const struct exchange exchange_binance_usdm;

START_TEST(usdm_snapshot_is_asked_for_in_a_depth_that_there_is)
{
    static const struct {
        uint32_t depth;
        const char *path;
        uint32_t weight;
    } cases[] = {
        {1, "/fapi/v1/depth?symbol=BTCUSDT&limit=5", 2},
        {5, "/fapi/v1/depth?symbol=BTCUSDT&limit=5", 2},
        {6, "/fapi/v1/depth?symbol=BTCUSDT&limit=10", 2},
        {50, "/fapi/v1/depth?symbol=BTCUSDT&limit=50", 2},
        {51, "/fapi/v1/depth?symbol=BTCUSDT&limit=100", 5},
        {101, "/fapi/v1/depth?symbol=BTCUSDT&limit=500", 10},
        {1000, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", 20},
        {5000, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[200];
        struct text text = text_over(bytes, sizeof bytes);
        exchange_binance_usdm.write_snapshot_path(&text, SLICE("BTCUSDT"), cases[i].depth);
        expect_text(&text, cases[i].path);
        ck_assert_uint_eq(exchange_binance_usdm.snapshot_weight(cases[i].depth), cases[i].weight);
    }
}
END_TEST

START_TEST(usdm_open_interest_is_polled_for_each_contract)
{
    for (uint32_t i = 0; i < exchange_binance_usdm.stream_count; i++) {
        const struct stream *stream = &exchange_binance_usdm.streams[i];
        char bytes[200];
        struct text text = text_over(bytes, sizeof bytes);
        ck_assert_int_eq(stream->poll_ms > 0, strcmp(stream->name, "openInterest") == 0);
        if (stream->poll_ms == 0)
            continue;
        exchange_binance_usdm.write_poll_path(&text, i, SLICE("BTCUSDT_261225"));
        expect_text(&text, "/fapi/v1/openInterest?symbol=BTCUSDT_261225");
        ck_assert_uint_eq(exchange_binance_usdm.poll_weight, 1);
    }
}
END_TEST

/* 1.3: on the wrong one a stream is acknowledged and silent. */
START_TEST(usdm_streams_have_the_root_of_their_class)
{
    static const struct {
        const char *begin;
        const char *root;
    } classes[] = {
        {"bookTicker", "/public/stream"}, {"depth", "/public/stream"},
        {"trade", "/public/stream"},      {"aggTrade", "/market/stream"},
        {"ticker", "/market/stream"},     {"miniTicker", "/market/stream"},
        {"kline", "/market/stream"},      {"markPrice", "/market/stream"},
        {"forceOrder", "/market/stream"}, {"openInterest", "/market/stream"},
    };
    for (uint32_t i = 0; i < exchange_binance_usdm.stream_count; i++) {
        const struct stream *stream = &exchange_binance_usdm.streams[i];
        size_t class = 0;
        while (class < sizeof classes / sizeof *classes &&
               !slice_starts_with(slice_of(stream->name), slice_of(classes[class].begin)))
            class ++;
        ck_assert_msg(class < sizeof classes / sizeof *classes, "%s", stream->name);
        ck_assert_str_eq(exchange_binance_usdm.roots[stream->root], classes[class].root);
    }
}
END_TEST

START_TEST(usdm_asks_for_what_it_wants_and_understands_more)
{
    static const struct wanted wanted[] = {
        {"aggTrade", KIND_TRADE},    {"bookTicker", KIND_QUOTE},      {"ticker", KIND_QUOTE},
        {"depth@100ms", KIND_BOOK},  {"kline", KIND_CANDLE},          {"markPrice@1s", KIND_MARK},
        {"openInterest", KIND_MARK}, {"forceOrder", KIND_LIQUIDATION}};
    expect_wanted(&exchange_binance_usdm, wanted, sizeof wanted / sizeof *wanted);
}
END_TEST

#define ENTRY(symbol, type, delivery, status, base, quote)                                         \
    "{\"symbol\":\"" symbol "\",\"pair\":\"" base quote "\",\"contractType\":\"" type              \
    "\",\"deliveryDate\":" delivery ",\"status\":\"" status "\",\"baseAsset\":\"" base             \
    "\",\"quoteAsset\":\"" quote "\",\"marginAsset\":\"USDT\",\"underlyingSubType\":[\"PoW\"],"    \
    "\"filters\":[{\"tickSize\":\"0.10\",\"filterType\":\"PRICE_FILTER\"},"                        \
    "{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"0.001\"},"                                        \
    "{\"notional\":\"5\",\"filterType\":\"MIN_NOTIONAL\"}]}"
#define FOREVER           "4133404800000"
#define DOCUMENT(entries) "{\"assets\":[],\"serverTime\":1,\"symbols\":[" entries "]}"

#define BTC_USDT ENTRY("BTCUSDT", "PERPETUAL", FOREVER, "TRADING", "BTC", "USDT")
#define ETH_USDT ENTRY("ETHUSDT", "PERPETUAL", FOREVER, "TRADING", "ETH", "USDT")

static const struct listed listed = {&exchange_binance_usdm,
                                     "{\"symbols\":[",
                                     "]}",
                                     BTC_USDT,
                                     ETH_USDT,
                                     {"BTC-USDT-PERP", "ETH-USDT-PERP"}};

START_TEST(usdm_contract_is_named_after_its_delivery)
{
    static const char body[] = DOCUMENT(
        BTC_USDT
        "," ENTRY("1000PEPEUSDT", "PERPETUAL", FOREVER, "TRADING", "1000PEPE", "USDT") "," ENTRY(
            "TSLAUSDT", "TRADIFI_PERPETUAL", FOREVER, "TRADING_HALT", "TSLA",
            "USDT") "," ENTRY("BTCUSDT_261225", "CURRENT_QUARTER", "1798185600000", "TRADING",
                              "BTC",
                              "USDT") "," ENTRY("BTCUSDT_270326", "NEXT_QUARTER", "1806048000000",
                                                "PENDING_TRADING", "BTC",
                                                "USDT") "," ENTRY("BTCUSDC", "PERPETUAL_DELIVERING",
                                                                  FOREVER, "DELIVERING", "BTC",
                                                                  "USDC"));
    static const struct {
        const char *symbol;
        bool tradable;
    } expected[] = {{"BTC-USDT-PERP", true},    {"1000PEPE-USDT-PERP", true},
                    {"TSLA-USDT-PERP", false},  {"BTC-USDT-261225", true},
                    {"BTC-USDT-270326", false}, {"BTC-USDC-PERP", false}};
    expect_all_taken(body, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < taken.count; i++) {
        ck_assert_str_eq(taken.instruments[i].symbol, expected[i].symbol);
        ck_assert_int_eq(taken.instruments[i].tradable, expected[i].tradable);
    }
    ck_assert_str_eq(taken.instruments[3].exchange_symbol, "BTCUSDT_261225");
    ck_assert(taken.instruments[0].tick.low == 10 && taken.instruments[0].tick.scale == 2);
    ck_assert(taken.instruments[0].step.low == 1 && taken.instruments[0].step.scale == 3);
}
END_TEST

START_TEST(usdm_contract_without_a_name_is_left_out_alone)
{
    static const char *const entries[] = {
        ENTRY("NEWUSDT", "", "4133404800000", "PENDING_TRADING", "NEW", "USDT"),
        ENTRY("NEWUSDT", "WEEKLY", "1798185600000", "TRADING", "NEW", "USDT"),
        ENTRY("NEWUSDT", "CURRENT_QUARTER", "0", "TRADING", "NEW", "USDT"),
        ENTRY("NEWUSDT", "CURRENT_QUARTER", "\"soon\"", "TRADING", "NEW", "USDT"),
        ENTRY("NEWUSDT", "CURRENT_QUARTER", "99999999999999999", "TRADING", "NEW", "USDT"),
        "{\"symbol\":\"A\",\"baseAsset\":\"A\",\"quoteAsset\":\"B\",\"status\":\"TRADING\"}",
    };
    EXPECT_LEFT_OUT(entries);
}
END_TEST

START_TEST(usdm_list_of_contracts_comes_whole)
{
    static const struct broken cases[] = {{"{\"symbols\":[]}", REFUSAL_MISSING_FIELD},
                                          {"[]", REFUSAL_WRONG_TYPE}};
    expect_page(&exchange_binance_usdm, NULL, "/fapi/v1/exchangeInfo");
    expect_page(&exchange_binance_usdm, "{}", "");
    EXPECT_BROKEN(cases);
    ck_assert_int_eq(exchange_binance_usdm.used_weight(SLICE("X-MBX-USED-WEIGHT-1M: 41\r\n")), 41);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_usdm_exchange");
    TCase *tests = tcase_create("usdm");
    tcase_add_test(tests, usdm_snapshot_is_asked_for_in_a_depth_that_there_is);
    tcase_add_test(tests, usdm_open_interest_is_polled_for_each_contract);
    tcase_add_test(tests, usdm_streams_have_the_root_of_their_class);
    tcase_add_test(tests, usdm_asks_for_what_it_wants_and_understands_more);
    tcase_add_test(tests, usdm_contract_is_named_after_its_delivery);
    tcase_add_test(tests, usdm_contract_without_a_name_is_left_out_alone);
    tcase_add_test(tests, usdm_list_of_contracts_comes_whole);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
