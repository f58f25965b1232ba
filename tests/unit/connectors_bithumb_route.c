/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of Bithumb is: one table, a line a form (bithumb.md 1 to 4 and 6). */
#include "connectors/bithumb/route.h"
#include "tests/unit/route_stage.h"

extern const struct exchange exchange_bithumb;

static const struct exchange *const routed = &exchange_bithumb;

#define TRADE                                                                                      \
    "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"trade_price\":91196000,\"stream_type\":"           \
    "\"SNAPSHOT\"}"
#define SIMPLE "{\"ty\":\"orderbook\",\"cd\":\"BTC-ETH\",\"tas\":0.1823,\"obu\":[]}"
#define OLD_TICKER                                                                                 \
    "{\"type\":\"ticker\",\"content\":{\"tickType\":\"24H\",\"date\":\"20200814\","                \
    "\"openPrice\":\"13637000\",\"symbol\":\"BTC_KRW\"}}"
#define OLD_TRADE                                                                                  \
    "{\"type\":\"transaction\",\"content\":{\"list\":[{\"symbol\":\"BTC_KRW\","                    \
    "\"buySellGb\":\"1\",\"contPrice\":\"10579000\",\"contQty\":\"0.01\"}]}}"

START_TEST(route_puts_the_key_together_in_either_format_and_any_order)
{
    static const struct expected table[] = {
        {TRADE, FRAME_DATA, REFUSAL_NONE, "trade:KRW-BTC", NULL},
        {SIMPLE, FRAME_DATA, REFUSAL_NONE, "orderbook:BTC-ETH", NULL},
        {"{\"type\":\"ticker\",\"code\":\"KRW-BTC\"}", FRAME_DATA, REFUSAL_NONE, "ticker:KRW-BTC",
         NULL},
        {"{\"ty\":\"trade\",\"cd\":\"KRW-A\"}", FRAME_DATA, REFUSAL_NONE, "trade:KRW-A", NULL},
        {"{\"ty\":\"ticker\",\"cd\":\"KRW-A\"}", FRAME_DATA, REFUSAL_NONE, "ticker:KRW-A", NULL},
        {"{\"type\":\"orderbook\",\"code\":\"KRW-A\"}", FRAME_DATA, REFUSAL_NONE, "orderbook:KRW-A",
         NULL},
        {"{\"code\":\"KRW-BTC\",\"trade_price\":1,\"type\":\"trade\"}", FRAME_DATA, REFUSAL_NONE,
         "trade:KRW-BTC", NULL},
        {" { \"type\" : \"ticker\" , \"code\" : \"KRW-BTC\" } \r\n", FRAME_DATA, REFUSAL_NONE,
         "ticker:KRW-BTC", NULL},
        {"{\"type\":\"trade\",\"code\":\"\"}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"type\":\"trade\",\"code\":7}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"type\":\"orderbook\",\"level\":1}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_knows_the_control_words)
{
    static const struct expected table[] = {
        {"{\"status\":\"UP\"}", FRAME_PONG, REFUSAL_NONE, NULL, NULL},
        {"{\"error\":{\"name\":\"WRONG_FORMAT\"}}", FRAME_REJECT, REFUSAL_NONE, "", "WRONG_FORMAT"},
        {"{\"error\":{\"message\":\"nope\",\"name\":\"INVALID_PARAM\"}}", FRAME_REJECT,
         REFUSAL_NONE, "", "INVALID_PARAM: nope"},
        {"{\"error\":{\"name\":404,\"message\":\"Code not found\"}}", FRAME_REJECT, REFUSAL_NONE,
         "", "404: Code not found"},
        {"{\"error\":{}}", FRAME_REJECT, REFUSAL_NONE, "", "error"},
        {"{\"error\":\"?\"}", FRAME_REJECT, REFUSAL_NONE, "", "error"},
        {"{\"status\":\"DOWN\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"status\":7}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        /* A REST reply in a recording. */
        {"{\"market\":\"KRW-BTC\",\"english_name\":\"Bitcoin\"}", FRAME_OTHER, REFUSAL_NONE, NULL,
         NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_leaves_out_a_message_that_is_too_long)
{
    char frame[400], message[200];
    struct text text = text_over(frame, sizeof frame);
    struct route route;
    memset(message, 'x', sizeof message);
    text_literal(&text, "{\"error\":{\"name\":\"NO_TICKET\",\"message\":\"");
    text_bytes(&text, message, sizeof message);
    text_literal(&text, "\"}}");
    route_exactly(text_slice(&text), &route);
    ck_assert(route.class == FRAME_REJECT && slice_equal(route.detail, SLICE("NO_TICKET")));
}
END_TEST

/* What pubwss.bithumb.com says is never taken for what its successor says. */
START_TEST(route_refuses_the_old_socket_by_name)
{
    static const struct expected table[] = {
        {OLD_TICKER, FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {OLD_TRADE, FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"type\":\"orderbookdepth\",\"content\":{\"list\":[],\"datetime\":\"1\"}}",
         FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"type\":\"orderbooksnapshot\",\"content\":{\"symbol\":\"BTC_KRW\",\"asks\":[]}}",
         FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"status\":\"0000\",\"resmsg\":\"Connected Successfully\"}", FRAME_OTHER, REFUSAL_NONE,
         NULL, NULL},
        {"{\"status\":\"5100\",\"resmsg\":\"Invalid Filter Syntax\"}", FRAME_OTHER, REFUSAL_NONE,
         NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_names_what_it_refuses)
{
    static const struct expected table[] = {
        {"{\"type\":\"myOrder\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL,
         NULL},
        {"{\"type\":\"myAsset\",\"assets\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"type\":\"candle.1m\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT,
         NULL, NULL},
        {"{}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"type\":7,\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"PONG", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"<html>", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"null", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {"{\"type\":\"trade\",\"code\":\"KRW-B", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"{\"status\":\"UP\"}}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
    };
    EXPECT(table);
    expect_deep_frame_is_refused();
}
END_TEST

START_TEST(route_lists_are_frames_to_be_routed_one_by_one)
{
    static const struct expected table[] = {
        {"[" TRADE "]", FRAME_LIST, REFUSAL_NONE, "", NULL},
        {" [{\"error\":{\"name\":\"NO_TYPE\"}}]", FRAME_LIST, REFUSAL_NONE, "", NULL},
        {"[]", FRAME_LIST, REFUSAL_NONE, "", NULL},
        {" [{}]", FRAME_LIST, REFUSAL_NONE, "", " [{}]"},
        {"[" TRADE ",", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"[" TRADE "}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_key_that_is_too_long_is_refused)
{
    expect_long_key_is_refused("{\"type\":\"trade\",\"code\":\"", "\"}");
    expect_long_key_is_refused("{ \"type\":\"trade\",\"code\":\"", "\"}");
}
END_TEST

START_TEST(key_is_read_only_if_a_stream_has_it)
{
    static const char *const wrong[] = {"",
                                        "trade",
                                        "trade:",
                                        "tradeKRW-BTC",
                                        ":KRW-A",
                                        "transaction:KRW",
                                        "Trade:KRW-BTC",
                                        "trade:KRW BTC",
                                        "trade:KRW-\"",
                                        "trade:KRW-\n"};
    char room[SYMBOL_MAX];
    struct slice variant;
    uint32_t stream;
    EXPECT_NO_KEYS(wrong);
    struct text symbol = text_over(room, sizeof room);
    ck_assert(bithumb_read_key(SLICE("orderbook:KRW-BTC"), &stream, &symbol, &variant));
    ck_assert_uint_eq(stream, BITHUMB_BOOK); /* the first of the two that have this key */
    ck_assert(slice_equal(text_slice(&symbol), SLICE("KRW-BTC")) && variant.len == 0);
    ck_assert(!reads_key(SLICE("trade:KRW-BTC"), 4));
}
END_TEST

START_TEST(key_has_no_variant)
{
    expect_key(BITHUMB_TOP, "KRW-BTC", "", "orderbook:KRW-BTC");
    expect_key(BITHUMB_BOOK, "KRW-BTC", "5", "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bithumb_route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, route_puts_the_key_together_in_either_format_and_any_order);
    tcase_add_test(tests, route_knows_the_control_words);
    tcase_add_test(tests, route_leaves_out_a_message_that_is_too_long);
    tcase_add_test(tests, route_refuses_the_old_socket_by_name);
    tcase_add_test(tests, route_names_what_it_refuses);
    tcase_add_test(tests, route_lists_are_frames_to_be_routed_one_by_one);
    tcase_add_test(tests, route_key_that_is_too_long_is_refused);
    tcase_add_test(tests, key_is_read_only_if_a_stream_has_it);
    tcase_add_test(tests, key_has_no_variant);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
