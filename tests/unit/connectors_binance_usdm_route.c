/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of Binance USD-M is: one table, a line a form (binance.md 1.3, 3.2 and 6.2). */
#include "connectors/binance/usdm_route.h"
#include "tests/unit/route_stage.h"

extern const struct exchange exchange_binance_usdm;

static const struct exchange *const routed = &exchange_binance_usdm;

#define DELTA                                                                                      \
    "{\"e\":\"depthUpdate\",\"E\":2,\"T\":1,\"s\":\"BTCUSDT\",\"U\":5,\"u\":7,\"pu\":4,\"b\":[],"  \
    "\"a\":[]}"
#define FORCED "{\"e\":\"forceOrder\",\"E\":9,\"o\":{\"s\":\"IOTXUSDT\",\"S\":\"SELL\",\"T\":1}}"
#define BOOK   "{\"lastUpdateId\":160,\"E\":2,\"T\":1,\"bids\":[],\"asks\":[]}"

START_TEST(usdm_frame_is_routed_by_the_name_of_its_stream)
{
    static const struct expected table[] = {
        {"{\"stream\":\"btcusdt@depth@100ms\",\"data\":" DELTA "}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth@100ms", DELTA},
        {"{\"stream\":\"btcusdt@depth10@500ms\",\"data\":" DELTA "}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth10@500ms", DELTA},
        {"{\"stream\":\"btcusdt@depth@250ms\",\"data\":" DELTA "}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth", DELTA},
        {"{\"stream\":\"btcusdt_261225@markPrice@1s\",\"data\":{}}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt_261225@markPrice@1s", "{}"},
        {"{\"data\":" DELTA ",\"stream\":\"btcusdt@depth@0ms\"}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth@0ms", DELTA},
    };
    EXPECT(table);
}
END_TEST

START_TEST(usdm_bare_frame_is_routed_by_its_event_word)
{
    static const struct expected table[] = {
        {DELTA, FRAME_DATA, REFUSAL_NONE, "btcusdt@depth@100ms", DELTA},
        {"{\"e\":\"aggTrade\",\"s\":\"BTCUSDT\",\"st\":1}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@aggTrade", NULL},
        {"{\"e\":\"trade\",\"s\":\"BTCUSDT\"}", FRAME_DATA, REFUSAL_NONE, "btcusdt@trade", NULL},
        {"{\"e\":\"bookTicker\",\"u\":1,\"s\":\"1000PEPEUSDT\"}", FRAME_DATA, REFUSAL_NONE,
         "1000pepeusdt@bookTicker", NULL},
        {"{\"e\":\"24hrTicker\",\"s\":\"BTCUSDT\",\"o\":\"1\"}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@ticker", NULL},
        {"{\"e\":\"24hrMiniTicker\",\"s\":\"BTCUSDT\"}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@miniTicker", NULL},
        {"{\"e\":\"kline\",\"s\":\"BTCUSDT\",\"k\":{\"s\":\"BTCUSDT\",\"i\":\"1M\"}}", FRAME_DATA,
         REFUSAL_NONE, "btcusdt@kline_1M", NULL},
        {"{\"e\":\"kline\",\"s\":\"BTCUSDT\",\"k\":{\"i\":\"1s\"}}", FRAME_REFUSED,
         REFUSAL_BAD_VALUE, NULL, NULL},
        {"{\"e\":\"markPriceUpdate\",\"s\":\"BTCUSDT_261225\"}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt_261225@markPrice@1s", NULL},
        {FORCED, FRAME_DATA, REFUSAL_NONE, "iotxusdt@forceOrder", FORCED},
        {"{\"stream\":\"!forceOrder@arr\",\"data\":" FORCED "}", FRAME_DATA, REFUSAL_NONE,
         "iotxusdt@forceOrder", FORCED},
        {"{\"stream\":\"!markPrice@arr@1s\",\"data\":[{},{}]}", FRAME_LIST, REFUSAL_NONE, NULL,
         "[{},{}]"},
        {"{\"e\":\"forceOrder\",\"o\":{}}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"e\":\"forceOrder\",\"o\":7}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

/* Lists of all markets have had COIN-M's rows since 2026-06-30. */
START_TEST(usdm_row_of_another_family_is_no_channel_of_ours)
{
    static const struct expected table[] = {
        {"{\"e\":\"markPriceUpdate\",\"s\":\"BTCUSD_PERP\",\"st\":2}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"e\":\"bookTicker\",\"st\":2,\"s\":\"BTCUSD_PERP\"}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"e\":\"forceOrder\",\"o\":{\"s\":\"BTCUSD_PERP\",\"st\":2}}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"e\":\"markPriceUpdate\",\"s\":\"BTCUSDT\",\"st\":\"2\"}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@markPrice@1s", NULL}, /* for parse to refuse */
    };
    EXPECT(table);
}
END_TEST

START_TEST(usdm_replies_are_told_from_data)
{
    static const struct expected table[] = {
        {"{\"result\":null,\"id\":312}", FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"result\":[\"btcusdt@aggTrade\"],\"id\":3}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"error\":{\"code\":2,\"msg\":\"Invalid request\"},\"id\":19}", FRAME_REJECT,
         REFUSAL_NONE, NULL, NULL},
        {"{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", FRAME_REJECT, REFUSAL_NONE, NULL, NULL},
        {BOOK, FRAME_SNAPSHOT, REFUSAL_NONE, NULL, BOOK},
        {"{\"openInterest\":\"1\",\"symbol\":\"BTCUSDT\",\"time\":1}", FRAME_OTHER, REFUSAL_NONE,
         NULL, NULL},
        {"{\"e\":\"serverShutdown\",\"E\":1}", FRAME_GOING_AWAY, REFUSAL_NONE, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(usdm_names_what_it_refuses)
{
    static const struct expected table[] = {
        {"{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1,\"o\":{\"s\":\"A\",\"i\":7}}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"stream\":\"xxxxxxxx\",\"data\":{\"e\":\"ACCOUNT_UPDATE\"}}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"e\":\"ALGO_UPDATE\",\"o\":{}}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"e\":\"continuous_kline\",\"ps\":\"A\",\"k\":{\"i\":\"1m\"}}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"e\":\"contractInfo\",\"s\":\"A\"}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL,
         NULL},
        {"{\"e\":\"compositeIndex\",\"s\":\"A\"}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL,
         NULL},
        {"{\"e\":\"somethingNew\",\"s\":\"A\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"e\":\"executionReport\",\"s\":\"A\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL,
         NULL},
        {"{\"e\":\"markPriceUpdate\",\"E\":1}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"e\":\"forceOrder\",\"o\":{\"s\":\"A\"}", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"<html>", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(usdm_key_is_read_only_if_a_stream_has_it)
{
    static const char *const wrong[] = {"btcusdt@kline_1s",
                                        "btcusdt@kline_1m@+08:00",
                                        "btcusdt@rpiDepth@500ms",
                                        "btcusdt@depth@1000ms",
                                        "btcusdt@depth7",
                                        "btcusdt@markPrice@3s",
                                        "btcusdt_perpetual@continuousKline_1m",
                                        "@depth",
                                        ""};
    EXPECT_NO_KEYS(wrong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_usdm_route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, usdm_frame_is_routed_by_the_name_of_its_stream);
    tcase_add_test(tests, usdm_bare_frame_is_routed_by_its_event_word);
    tcase_add_test(tests, usdm_row_of_another_family_is_no_channel_of_ours);
    tcase_add_test(tests, usdm_replies_are_told_from_data);
    tcase_add_test(tests, usdm_names_what_it_refuses);
    tcase_add_test(tests, usdm_key_is_read_only_if_a_stream_has_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
