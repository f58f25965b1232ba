/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of Upbit is: one table, a line a form (upbit.md 1.3, 2 and 3). */
#include "connectors/upbit/route.h"
#include "tests/unit/route_stage.h"

extern const struct exchange exchange_upbit;

static const struct exchange *const routed = &exchange_upbit;

#define TRADE "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"trade_price\":1}"
#define BRIEF "{\"ty\":\"trade\",\"cd\":\"KRW-BTC\",\"tp\":1}"

START_TEST(route_puts_the_key_together_whatever_the_order_and_format)
{
    static const struct expected table[] = {
        {TRADE, FRAME_DATA, REFUSAL_NONE, "trade:KRW-BTC", TRADE},
        {BRIEF, FRAME_DATA, REFUSAL_NONE, "trade:KRW-BTC", BRIEF},
        {"{\"type\":\"ticker\",\"code\":\"USDT-BTC\"}", FRAME_DATA, REFUSAL_NONE, "ticker:USDT-BTC",
         NULL},
        {"{\"type\":\"orderbook\",\"code\":\"BTC-ETH\",\"level\":0}", FRAME_DATA, REFUSAL_NONE,
         "orderbook:BTC-ETH", NULL},
        {"{\"type\":\"candle.240m\",\"code\":\"KRW-BTC\"}", FRAME_DATA, REFUSAL_NONE,
         "candle.240m:KRW-BTC", NULL},
        {"{\"timestamp\":1,\"code\":\"KRW-BTC\",\"type\":\"trade\"}", FRAME_DATA, REFUSAL_NONE,
         "trade:KRW-BTC", NULL},
        {"{\"type\":\"trade\",\"timestamp\":1,\"code\":\"KRW-BTC\"}", FRAME_DATA, REFUSAL_NONE,
         "trade:KRW-BTC", NULL},
        {"{\"cd\":\"KRW-BTC\",\"ty\":\"orderbook\",\"obu\":[]}", FRAME_DATA, REFUSAL_NONE,
         "orderbook:KRW-BTC", NULL},
        /* As a recorder may have written it again. */
        {" { \"type\": \"trade\", \"code\": \"KRW-BTC\"}\r\n", FRAME_DATA, REFUSAL_NONE,
         "trade:KRW-BTC", NULL},
        {"{\"type\":\"trade\"}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"type\":\"trade\",\"code\":7}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
        {"{\"type\":\"trade\",\"code\":\"\"}", FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_lists_are_frames_to_be_routed_one_by_one)
{
    static const struct expected table[] = {
        {"[" TRADE "]", FRAME_LIST, REFUSAL_NONE, "", "[" TRADE "]"},
        {" [" BRIEF "," BRIEF "]", FRAME_LIST, REFUSAL_NONE, "", NULL},
        {"[]", FRAME_LIST, REFUSAL_NONE, "", "[]"},
        /* One that is not whole gives nothing at all. */
        {"[" TRADE ",", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"[" TRADE "}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"[]]", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_knows_the_control_words)
{
    static const struct expected table[] = {
        {"{\"status\":\"UP\"}", FRAME_PONG, REFUSAL_NONE, NULL, NULL},
        {"{\"error\":{\"name\":\"NO_TICKET\",\"message\":\"x\"}}", FRAME_REJECT, REFUSAL_NONE, NULL,
         NULL},
        {"{\"error\":7}", FRAME_REJECT, REFUSAL_NONE, NULL, NULL},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"result\":[{\"type\":\"ticker\",\"codes\":"
         "[\"KRW-BTC\"]}],\"ticket\":\"u\"}",
         FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"mthd\":\"LIST_SUBSCRIPTIONS\",\"rslt\":[],\"tckt\":\"u\"}", FRAME_OTHER, REFUSAL_NONE,
         NULL, NULL},
        /* An entry of a REST reply. */
        {"{\"market\":\"KRW-BTC\",\"trade_price\":1}", FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_gives_the_words_of_an_error)
{
    static const struct {
        const char *frame;
        const char *detail;
    } cases[] = {
        {"{\"error\":{\"name\":\"NO_TICKET\",\"message\":\"\xed\x8b\xb0\"}}",
         "NO_TICKET: \xed\x8b\xb0"},
        {"{\"error\":{\"message\":\"nope\",\"name\":\"INVALID_PARAM\"}}", "INVALID_PARAM: nope"},
        {"{\"error\":{\"name\":\"I_AM_NEW\"}}", "I_AM_NEW"},
        {"{\"error\":{\"name\":404,\"message\":\"Code not found\"}}", "404: Code not found"},
        {"{\"error\":{\"message\":\"blocked\"}}", "error: blocked"},
        {"{\"error\":null}", "error"},
        {"{\"error\":{\"name\":\"LONG\",\"message\":\"0123456789012345678901234567890123456789"
         "012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
         "456789\"}}",
         "LONG"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct route route;
        route_exactly(slice_of(cases[i].frame), &route);
        ck_assert_int_eq(route.class, FRAME_REJECT);
        ck_assert(route.request == 0 && route.key.len == 0 && !route.held);
        ck_assert_msg(slice_equal(route.detail, slice_of(cases[i].detail)), "%.*s",
                      (int)route.detail.len, route.detail.data);
    }
}
END_TEST

START_TEST(route_names_what_it_refuses)
{
    static const struct expected table[] = {
        {"{\"type\":\"myOrder\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL,
         NULL},
        {"{\"ty\":\"myAsset\",\"ast\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"type\":\"candle.10m\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"type\":\"indicator\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"type\":\"candle.7m\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT,
         NULL, NULL},
        {"{\"ty\":\"candle\",\"cd\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL,
         NULL},
        {"{\"type\":\"Trade\",\"code\":\"KRW-BTC\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL,
         NULL},
        {"{\"status\":\"DOWN\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"status\":7}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"type\":\"trade", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"{\"type\":\"trade\",\"code\":\"KRW", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"{\"ty\":\"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"{\"status\":\"UP\"}}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"UP", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"<html>", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"null", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
    };
    EXPECT(table);
    expect_deep_frame_is_refused();
}
END_TEST

START_TEST(route_key_that_is_too_long_is_refused)
{
    expect_long_key_is_refused("{\"type\":\"trade\",\"code\":\"", "\"}");
    expect_long_key_is_refused("{ \"type\":\"trade\",\"code\":\"", "\"}");
}
END_TEST

/* Our words for the exchange's units; what it does not have has no key. */
START_TEST(key_names_the_unit_of_a_candle)
{
    static const struct {
        const char *variant;
        const char *key;
    } cases[] = {
        {"1s", "candle.1s:KRW-BTC"},
        {"1m", "candle.1m:KRW-BTC"},
        {"3m", "candle.3m:KRW-BTC"},
        {"5m", "candle.5m:KRW-BTC"},
        {"15m", "candle.15m:KRW-BTC"},
        {"30m", "candle.30m:KRW-BTC"},
        {"1h", "candle.60m:KRW-BTC"},
        {"4h", "candle.240m:KRW-BTC"},
        {"10m", ""},
        {"60m", ""},
        {"1d", ""},
        {"1M", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[KEY_MAX], room[SYMBOL_MAX];
        struct text key = text_over(bytes, sizeof bytes), symbol = text_over(room, sizeof room);
        struct slice variant;
        uint32_t stream;
        upbit_write_key(&key, UPBIT_CANDLE, SLICE("KRW-BTC"), slice_of(cases[i].variant));
        ck_assert(slice_equal(text_slice(&key), slice_of(cases[i].key)));
        if (key.len == 0)
            continue;
        ck_assert(upbit_read_key(text_slice(&key), &stream, &symbol, &variant));
        ck_assert(stream == UPBIT_CANDLE && slice_equal(text_slice(&symbol), SLICE("KRW-BTC")));
        ck_assert(slice_equal(variant, slice_of(cases[i].variant)));
    }
}
END_TEST

START_TEST(key_is_read_only_if_a_stream_has_it)
{
    static const char *const wrong[] = {"",
                                        ":",
                                        "trade",
                                        "trade:",
                                        ":KRW-BTC",
                                        "Trade:KRW-BTC",
                                        "tradeKRW-BTC",
                                        "candle:KRW-BTC",
                                        "candle.10m:KRW-BTC",
                                        "myOrder:KRW-BTC",
                                        "trade:KRW BTC",
                                        "trade:KRW\"BTC",
                                        "trade:KRW\\BTC"};
    EXPECT_NO_KEYS(wrong);
    ck_assert(reads_key(SLICE("trade:KRW-BTC"), SYMBOL_MAX) &&
              !reads_key(SLICE("trade:KRW-BTC"), 4));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_upbit_route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, route_puts_the_key_together_whatever_the_order_and_format);
    tcase_add_test(tests, route_lists_are_frames_to_be_routed_one_by_one);
    tcase_add_test(tests, route_knows_the_control_words);
    tcase_add_test(tests, route_gives_the_words_of_an_error);
    tcase_add_test(tests, route_names_what_it_refuses);
    tcase_add_test(tests, route_key_that_is_too_long_is_refused);
    tcase_add_test(tests, key_names_the_unit_of_a_candle);
    tcase_add_test(tests, key_is_read_only_if_a_stream_has_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
