/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of Binance is: one table, a line a form (binance.md 1.2, 2 and 3.1). */
#include "connectors/binance/route.h"
#include "tests/unit/route_stage.h"

extern const struct exchange exchange_binance;

static const struct exchange *const routed = &exchange_binance;

#define TRADE "{\"e\":\"trade\",\"E\":1,\"s\":\"BNBBTC\",\"t\":1,\"p\":\"1\",\"q\":\"1\"}"
#define TOP   "{\"u\":4,\"s\":\"BNBUSDT\",\"b\":\"25\",\"B\":\"31\",\"a\":\"26\",\"A\":\"40\"}"
#define BOOK  "{\"lastUpdateId\":160,\"bids\":[],\"asks\":[]}"

START_TEST(route_takes_the_key_of_a_combined_frame)
{
    static const struct expected table[] = {
        {"{\"stream\":\"bnbbtc@trade\",\"data\":" TRADE "}", FRAME_DATA, REFUSAL_NONE,
         "bnbbtc@trade", TRADE},
        {"{\"stream\":\"btcusdt@depth5\",\"data\":" BOOK "}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth5", BOOK},
        {"{\"stream\":\"btcusdt@depth@1000ms\",\"data\":{}}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth", "{}"},
        {"{\"stream\":\"btcusdt@depth20@1000ms\",\"data\":{}}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth20", "{}"},
        {"{\"stream\":\"btcusdt@depth@100ms\",\"data\":{}}", FRAME_DATA, REFUSAL_NONE,
         "btcusdt@depth@100ms", "{}"},
        {"{\"stream\":\"\xe5\xb8\x81usdt@trade\",\"data\":{}}", FRAME_DATA, REFUSAL_NONE,
         "\xe5\xb8\x81usdt@trade", "{}"},
        /* As a recorder may have written it again. */
        {" { \"stream\" : \"bnbbtc@trade\" , \"data\" : " TRADE " } ", FRAME_DATA, REFUSAL_NONE,
         "bnbbtc@trade", TRADE},
        {"{\"data\":" TRADE ",\"stream\":\"bnbbtc@trade\"}", FRAME_DATA, REFUSAL_NONE,
         "bnbbtc@trade", TRADE},
        {"{\"stream\":\"bnbbtc@trade\",\"data\":" TRADE "}\r\n", FRAME_DATA, REFUSAL_NONE,
         "bnbbtc@trade", TRADE},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_puts_the_key_of_a_bare_frame_together)
{
    static const struct expected table[] = {
        {TRADE, FRAME_DATA, REFUSAL_NONE, "bnbbtc@trade", TRADE},
        {"{\"e\":\"aggTrade\",\"s\":\"BNBBTC\"}", FRAME_DATA, REFUSAL_NONE, "bnbbtc@aggTrade",
         NULL},
        {TOP, FRAME_DATA, REFUSAL_NONE, "bnbusdt@bookTicker", TOP},
        {"{\"e\":\"bookTicker\",\"s\":\"BNBUSDT\"}", FRAME_DATA, REFUSAL_NONE, "bnbusdt@bookTicker",
         NULL},
        {"{\"e\":\"24hrTicker\",\"s\":\"BNBBTC\"}", FRAME_DATA, REFUSAL_NONE, "bnbbtc@ticker",
         NULL},
        {"{\"e\":\"24hrMiniTicker\",\"s\":\"BNBBTC\"}", FRAME_DATA, REFUSAL_NONE,
         "bnbbtc@miniTicker", NULL},
        {"{\"e\":\"depthUpdate\",\"s\":\"BNBBTC\"}", FRAME_DATA, REFUSAL_NONE, "bnbbtc@depth@100ms",
         NULL},
        {"{\"e\":\"kline\",\"s\":\"BNBBTC\",\"k\":{\"s\":\"BNBBTC\",\"i\":\"1M\"}}", FRAME_DATA,
         REFUSAL_NONE, "bnbbtc@kline_1M", NULL},
        {"{\"e\":\"kline\",\"s\":\"BNBBTC\",\"k\":{}}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL,
         NULL},
        {"{\"e\":\"kline\",\"s\":\"BNBBTC\",\"k\":7}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL,
         NULL},
        {"{\"e\":\"kline\",\"s\":\"BNBBTC\",\"k\":{\"i\":\"7m\"}}", FRAME_REFUSED,
         REFUSAL_BAD_VALUE, NULL, NULL},
        {"{\"e\":\"trade\",\"t\":1}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"e\":\"trade\",\"s\":7}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_lists_are_frames_to_be_routed_one_by_one)
{
    static const struct expected table[] = {
        {"[" TRADE "," TRADE "]", FRAME_LIST, REFUSAL_NONE, "", "[" TRADE "," TRADE "]"},
        {"{\"stream\":\"!miniTicker@arr\",\"data\":[" TRADE "]}", FRAME_LIST, REFUSAL_NONE, "",
         "[" TRADE "]"},
        {" []", FRAME_LIST, REFUSAL_NONE, "", NULL},
        /* One that is not whole gives nothing at all. */
        {"[" TRADE ",", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"[" TRADE "}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"[]]", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"{\"stream\":\"!miniTicker@arr\",\"data\":[" TRADE "}", FRAME_REFUSED, REFUSAL_TRUNCATED,
         NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_knows_the_control_words)
{
    static const struct expected table[] = {
        {"{\"result\":null,\"id\":1}", FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"id\":1000,\"result\":null}", FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"result\":null,\"id\":\"abc\"}", FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"result\":[\"btcusdt@aggTrade\"],\"id\":3}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"result\":true,\"id\":5}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"code\":2,\"msg\":\"Invalid request\"}", FRAME_REJECT, REFUSAL_NONE, NULL, NULL},
        {"{\"code\":2,\"msg\":\"Invalid request\",\"id\":7}", FRAME_REJECT, REFUSAL_NONE, NULL,
         NULL},
        {"{\"error\":{\"code\":4,\"msg\":\"Too many subscriptions\"},\"id\":19}", FRAME_REJECT,
         REFUSAL_NONE, NULL, NULL},
        {"{\"e\":\"serverShutdown\",\"E\":1770123456789}", FRAME_GOING_AWAY, REFUSAL_NONE, NULL,
         NULL},
        {"{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}",
         FRAME_GOING_AWAY, REFUSAL_NONE, NULL, NULL},
        {"{\"event\":{\"e\":\"serverShutdown\",\"E\":1770123456789}}", FRAME_GOING_AWAY,
         REFUSAL_NONE, NULL, NULL},
        {BOOK, FRAME_SNAPSHOT, REFUSAL_NONE, NULL, BOOK},
        {"{\"timezone\":\"UTC\",\"serverTime\":1,\"rateLimits\":[],\"symbols\":[]}", FRAME_OTHER,
         REFUSAL_NONE, NULL, NULL},
        {"{\"serverTime\":1656400526260}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"symbol\":\"BNBBTC\",\"price\":\"4.00000200\"}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"id\":\"x\",\"status\":200,\"result\":{},\"rateLimits\":[]}", FRAME_OTHER, REFUSAL_NONE,
         NULL, NULL},
        {"{\"id\":null,\"status\":401,\"error\":{\"code\":-2015,\"msg\":\"Invalid API-key\"}}",
         FRAME_REJECT, REFUSAL_NONE, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_gives_the_request_and_the_words_of_a_reply)
{
    struct route route;
    route_exactly(SLICE("{\"error\":{\"code\":4,\"msg\":\"Too many subscriptions\"},\"id\":19}"),
                  &route);
    ck_assert_uint_eq(route.request, 19);
    ck_assert(slice_equal(route.detail, SLICE("Too many subscriptions")));
    route_exactly(SLICE("{\"code\":2,\"msg\":\"Invalid request\",\"id\":7}"), &route);
    ck_assert(route.request == 7 && slice_equal(route.detail, SLICE("Invalid request")));
    route_exactly(SLICE("{\"result\":null,\"id\":312}"), &route);
    ck_assert(route.request == 312 && route.detail.len == 0);
    route_exactly(SLICE("{\"result\":null,\"id\":null}"), &route);
    ck_assert(route.class == FRAME_ACK && route.request == 0);
}
END_TEST

START_TEST(route_names_what_it_refuses)
{
    static const struct expected table[] = {
        {"{\"e\":\"executionReport\",\"E\":1,\"s\":\"ETHBTC\"}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"subscriptionId\":0,\"event\":{\"e\":\"executionReport\"}}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"event\":{\"e\":\"balanceUpdate\"}}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"stream\":\"xxxxxxxx\",\"data\":{\"e\":\"outboundAccountPosition\"}}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"e\":\"listenKeyExpired\",\"listenKey\":\"xxxx\"}", FRAME_REFUSED,
         REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"e\":\"1hTicker\",\"s\":\"BNBBTC\"}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL,
         NULL},
        {"{\"e\":\"avgPrice\",\"s\":\"BNBBTC\"}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL,
         NULL},
        {"{\"e\":\"blockTrade\",\"s\":\"BNBBTC\"}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL,
         NULL, NULL},
        {"{\"e\":\"referencePrice\",\"s\":\"BNBBTC\",\"r\":null}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"e\":\"somethingNew\",\"s\":\"BNBBTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL,
         NULL},
        {"{}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"stream\":\"x\",\"data\":{}}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"pong", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"<html>", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"\"pong\"", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {"null", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {"{\"e\":\"trade\",\"s\":\"BNB", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"{\"e\":\"trade\"}}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"{\"stream\":\"bnbbtc@trade\",\"data\":{", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
    };
    EXPECT(table);
    expect_deep_frame_is_refused();
}
END_TEST

START_TEST(route_key_that_is_too_long_is_refused)
{
    expect_long_key_is_refused("{\"e\":\"trade\",\"s\":\"", "\"}");
}
END_TEST

START_TEST(key_is_read_only_if_a_stream_has_it)
{
    static const char *const wrong[] = {"",
                                        "@trade",
                                        "btcusdt",
                                        "btcusdt@",
                                        "btcusdt@Trade",
                                        "btcusdt@kline_7m",
                                        "btcusdt@kline_1m@+08:00",
                                        "btcusdt@ticker_1h",
                                        "btcusdt@avgPrice",
                                        "btcusdt@depth7",
                                        "btcusdt@trade "};
    EXPECT_NO_KEYS(wrong);
    static const struct slice bytes[] = {{"\0x@trade", 8},
                                         {"a\nb@trade", 9},
                                         {"a b@trade", 9},
                                         {"a\"b@trade", 9},
                                         {"a\\b@trade", 9}};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        ck_assert(!reads_key(bytes[i], SYMBOL_MAX));
    ck_assert(reads_key(SLICE("btcusdt@trade"), SYMBOL_MAX) &&
              !reads_key(SLICE("btcusdt@trade"), 4));
}
END_TEST

START_TEST(key_changes_the_case_of_ascii_letters_alone)
{
    expect_key(BINANCE_TRADE,
               "\xe5\xb8\x81"
               "AZ9-USDT",
               "",
               "\xe5\xb8\x81"
               "az9-usdt@trade");
    expect_key(BINANCE_DEPTH5, "BTCUSDT", "10", "");
    expect_key(BINANCE_KLINE, "BTCUSDT", "2m", "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, route_takes_the_key_of_a_combined_frame);
    tcase_add_test(tests, route_puts_the_key_of_a_bare_frame_together);
    tcase_add_test(tests, route_lists_are_frames_to_be_routed_one_by_one);
    tcase_add_test(tests, route_knows_the_control_words);
    tcase_add_test(tests, route_gives_the_request_and_the_words_of_a_reply);
    tcase_add_test(tests, route_names_what_it_refuses);
    tcase_add_test(tests, route_key_that_is_too_long_is_refused);
    tcase_add_test(tests, key_is_read_only_if_a_stream_has_it);
    tcase_add_test(tests, key_changes_the_case_of_ascii_letters_alone);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
