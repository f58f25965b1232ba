/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of Bybit is: one table, a line a form (bybit.md 1.5, 2 and 3). */
#include "connectors/bybit/route.h"
#include "tests/unit/route_stage.h"

extern const struct exchange exchange_bybit, exchange_bybit_linear;

static const struct exchange *const routed = &exchange_bybit_linear;

#define TRADE "{\"T\":1,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\",\"i\":\"x\"}"

#define LINEAR(data)                                                                               \
    "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1791365008335,\"data\":" data \
    "}"
#define SPOT(data)                                                                                 \
    "{\"topic\":\"publicTrade.BTCUSDT\",\"ts\":1791365009231,\"type\":\"snapshot\",\"data\":" data \
    "}"

START_TEST(route_takes_trades_out_of_either_layout)
{
    static const struct expected table[] = {
        {LINEAR("[" TRADE "]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[" TRADE "]"},
        {SPOT("[" TRADE "]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[" TRADE "]"},
        {LINEAR("[" TRADE "," TRADE "]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT",
         "[" TRADE "," TRADE "]"},
        {LINEAR("[]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[]"},
        {LINEAR("[[]]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[[]]"},
        {LINEAR("[\"]\"]"), FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[\"]\"]"},
        {LINEAR("{}"), FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {LINEAR("null"), FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        /* In any order, with anything beside, as a recorder may have written it again. */
        {"{\"data\":[" TRADE "],\"topic\":\"publicTrade.BTCUSDT\"}", FRAME_BATCH, REFUSAL_NONE,
         "publicTrade.BTCUSDT", "[" TRADE "]"},
        {" { \"topic\" : \"publicTrade.BTCUSDT\" , \"data\" : [" TRADE "] } ", FRAME_BATCH,
         REFUSAL_NONE, "publicTrade.BTCUSDT", "[" TRADE "]"},
        {"{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1791365008335,\"data\":"
         "[" TRADE "],\"more\":[]}",
         FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[" TRADE "]"},
        {"{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1,\"data\":[" TRADE "]}",
         FRAME_BATCH, REFUSAL_NONE, "publicTrade.BTCUSDT", "[" TRADE "]"},
        /* Nothing that is not whole. */
        {"{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":179136500833x,\"data\":"
         "[" TRADE "]}",
         FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {LINEAR("[" TRADE "]") "}", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {LINEAR("[" TRADE "]]"), FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
        {"{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1791365008335}",
         FRAME_REFUSED, REFUSAL_MISSING_FIELD, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_knows_data_by_its_topic)
{
    static const struct expected table[] = {
        {"{\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"delta\"}", FRAME_DATA, REFUSAL_NONE,
         "orderbook.200.BTCUSDT", NULL},
        {"{\"topic\":\"orderbook.1.BTCUSD\",\"ts\":1}", FRAME_DATA, REFUSAL_NONE,
         "orderbook.1.BTCUSD", NULL},
        {"{\"topic\":\"tickers.BTC-26DEC25\",\"type\":\"snapshot\"}", FRAME_DATA, REFUSAL_NONE,
         "tickers.BTC-26DEC25", NULL},
        {"{\"ts\":1,\"topic\":\"tickers.BTCUSDT\"}", FRAME_DATA, REFUSAL_NONE, "tickers.BTCUSDT",
         NULL},
        {"{\"topic\":\"kline.5.BTCUSDT\",\"data\":[{}],\"ts\":1,\"type\":\"snapshot\"}",
         FRAME_BATCH, REFUSAL_NONE, "kline.5.BTCUSDT", "[{}]"},
        {"{\"type\":\"snapshot\",\"topic\":\"kline.5.BTCUSDT\",\"data\":[{}],\"ts\":1}",
         FRAME_BATCH, REFUSAL_NONE, "kline.5.BTCUSDT", "[{}]"},
        {"{\"topic\":\"allLiquidation.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1,\"data\":[{},{}]}",
         FRAME_BATCH, REFUSAL_NONE, "allLiquidation.BTCUSDT", "[{},{}]"},
        {"{\"topic\":\"kline.5.BTCUSDT\",\"data\":{}}", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL,
         NULL},
        /* Data that we have no use for, and that of an account. */
        {"{\"topic\":\"liquidation.BTCUSDT\",\"data\":{}}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"topic\":\"insurance.USDT\",\"data\":[]}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL,
         NULL, NULL},
        {"{\"topic\":\"adlAlert.USDT\",\"data\":[]}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL,
         NULL, NULL},
        {"{\"topic\":\"priceLimit.BTCUSDT\",\"data\":{}}", FRAME_REFUSED,
         REFUSAL_UNSUPPORTED_CHANNEL, NULL, NULL},
        {"{\"topic\":\"system.status\",\"data\":[]}", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL,
         NULL, NULL},
        {"{\"topic\":\"order\",\"data\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"topic\":\"order.linear\",\"data\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL,
         NULL},
        {"{\"id\":\"1\",\"topic\":\"wallet\",\"data\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT,
         NULL, NULL},
        {"{\"topic\":\"execution.fast\",\"data\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL,
         NULL},
        {"{\"topic\":\"position\",\"data\":[]}", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, NULL, NULL},
        {"{\"topic\":\"orders.BTCUSDT\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"topic\":\"weather.BTCUSDT\",\"data\":[]}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL,
         NULL},
        {"{\"topic\":7,\"data\":[]}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

START_TEST(route_knows_the_control_words)
{
    static const struct expected table[] = {
        /* 1.5: three shapes. */
        {"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"0970\",\"op\":\"ping\"}", FRAME_PONG,
         REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"1\",\"req_id\":\"\",\"op\":"
         "\"ping\"}",
         FRAME_PONG, REFUSAL_NONE, NULL, NULL},
        {"{\"args\":[\"1672916271846\"],\"op\":\"pong\"}", FRAME_PONG, REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"1\",\"op\":\"pong\"}", FRAME_PONG,
         REFUSAL_NONE, NULL, NULL},
        /* 2.2, 2.3. */
        {"{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"1\",\"req_id\":\"\",\"op\":"
         "\"subscribe\"}",
         FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"ret_msg\":\"subscribe\",\"conn_id\":\"1\",\"op\":\"subscribe\"}",
         FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"1\",\"op\":\"unsubscribe\"}", FRAME_ACK,
         REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"conn_id\":\"1\",\"data\":{\"failTopics\":[],\"successTopics\":[\"a\"]"
         "},"
         "\"type\":\"COMMAND_RESP\"}",
         FRAME_ACK, REFUSAL_NONE, NULL, NULL},
        {"{\"success\":true,\"conn_id\":\"1\",\"data\":{\"failTopics\":[\"a\"],\"successTopics\":[]"
         "},"
         "\"type\":\"COMMAND_RESP\"}",
         FRAME_REJECT, REFUSAL_NONE, "a", NULL},
        {"{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\",\"conn_id\":\"1\"}", FRAME_OTHER,
         REFUSAL_NONE, NULL, NULL},
        /* 2.4. */
        {"{\"success\":false,\"ret_msg\":\"error:invalid op\",\"conn_id\":\"1\",\"op\":\"\"}",
         FRAME_REJECT, REFUSAL_NONE, "", NULL},
        {"{\"success\":false,\"ret_msg\":\"Failed to decode incoming data:readObjectStart: x\"}",
         FRAME_REJECT, REFUSAL_NONE, "", NULL},
        /* Replies of REST, and to orders. */
        {"{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"list\":[]},\"retExtInfo\":{},\"time\":1}",
         FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{\"reqId\":\"a\",\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"order.create\",\"data\":{}}",
         FRAME_OTHER, REFUSAL_NONE, NULL, NULL},
        {"{}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"op\":\"subscribe\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"{\"success\":1,\"op\":\"subscribe\"}", FRAME_REFUSED, REFUSAL_UNKNOWN_EVENT, NULL, NULL},
        {"[]", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {"7", FRAME_REFUSED, REFUSAL_WRONG_TYPE, NULL, NULL},
        {"", FRAME_REFUSED, REFUSAL_TRUNCATED, NULL, NULL},
        {"<html>", FRAME_REFUSED, REFUSAL_NOT_JSON, NULL, NULL},
    };
    EXPECT(table);
}
END_TEST

/* One bad topic fails its whole frame: what the answer says of it is all that there is (2.4). */
START_TEST(route_names_the_topic_that_is_to_blame)
{
    static const struct {
        const char *message, *key, *detail;
        bool held;
    } cases[] = {
        {"error:handler not found,topic:orderbook.50.NOPEUSDT", "orderbook.50.NOPEUSDT", NULL,
         false},
        {"error:already subscribed,topic:orderbook.1.ETHUSDT", "orderbook.1.ETHUSDT", NULL, true},
        {"Invalid symbol :[publicTrade.NOPEUSDT]", "publicTrade.NOPEUSDT", NULL, false},
        {"args size \\u003e10", "", "args size >10", false},
        {"error:handler not found,topic:a,topic:b", "", NULL, false},
        {"Invalid symbol :[a, b]", "", NULL, false},
        {"Invalid symbol :[a", "", NULL, false},
        {"error:handler not found,topic:", "", NULL, false},
        {"", "", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char frame[300];
        struct text text = text_over(frame, sizeof frame);
        struct route route;
        text_format(&text,
                    "{\"success\":false,\"ret_msg\":\"%s\",\"conn_id\":\"1\",\"req_id\":\"312\","
                    "\"op\":\"subscribe\"}",
                    cases[i].message);
        route_exactly(text_slice(&text), &route);
        ck_assert_int_eq(route.class, FRAME_REJECT);
        ck_assert_uint_eq(route.request, 312);
        ck_assert_msg(slice_equal(route.key, slice_of(cases[i].key)), "%s: %.*s", cases[i].message,
                      (int)route.key.len, route.key.data);
        ck_assert(route.held == cases[i].held);
        ck_assert(slice_equal(
            route.detail, slice_of(cases[i].detail != NULL ? cases[i].detail : cases[i].message)));
    }
}
END_TEST

START_TEST(route_gives_an_answer_the_number_of_its_request)
{
    static const struct {
        const char *member;
        uint64_t request;
    } cases[] = {{"\"req_id\":\"17\",", 17},
                 {"\"req_id\":\"18446744073709551615\",", UINT64_MAX},
                 {"\"req_id\":\"18446744073709551616\",", 0},
                 {"\"req_id\":\"r17\",", 0},
                 {"\"req_id\":\"\",", 0},
                 {"\"req_id\":17,", 0},
                 {"", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char frame[200];
        struct text text = text_over(frame, sizeof frame);
        struct route route;
        text_format(&text, "{\"success\":true,\"ret_msg\":\"\",%s\"op\":\"subscribe\"}",
                    cases[i].member);
        route_exactly(text_slice(&text), &route);
        ck_assert_int_eq(route.class, FRAME_ACK);
        ck_assert_msg(route.request == cases[i].request, "%s", cases[i].member);
    }
}
END_TEST

/* No part of a frame is one. */
START_TEST(route_takes_no_cut_frame_for_a_whole_one)
{
    static const char *const frames[] = {
        LINEAR("[" TRADE "," TRADE "]"),
        SPOT("[" TRADE "]"),
        "{\"topic\":\"kline.5.BTCUSDT\",\"data\":[{}],\"ts\":1,\"type\":\"snapshot\"}",
        "{\"topic\":\"liquidation.BTCUSDT\",\"data\":{}}",
        "{\"topic\":\"order\",\"data\":[]}",
        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"0970\",\"op\":\"ping\"}",
        "{\"success\":false,\"ret_msg\":\"args size \\u003e10\",\"op\":\"subscribe\"}",
    };
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (size_t len = 0; len < strlen(frames[i]); len++)
            expect_refused_route((struct slice){frames[i], len}, REFUSAL_TRUNCATED);
}
END_TEST

START_TEST(route_keys_are_those_of_bybit)
{
    static const struct {
        uint32_t stream;
        const char *symbol, *variant, *key; /* "": there is none */
    } cases[] = {
        {BYBIT_TRADE, "BTCUSDT", "", "publicTrade.BTCUSDT"},
        {BYBIT_BOOK, "BTCUSDT-25DEC26", "", "orderbook.200.BTCUSDT-25DEC26"},
        {BYBIT_BOOK_1000, "BTCUSDT", "1000", "orderbook.1000.BTCUSDT"},
        {BYBIT_BOOK_1000, "BTCUSDT", "", ""},
        {BYBIT_TOP, "BTCUSDT", "", "orderbook.1.BTCUSDT"},
        {BYBIT_TICKER, "BTCUSD", "", "tickers.BTCUSD"},
        {BYBIT_MARK, "BTCUSD", "", "tickers.BTCUSD"},
        {BYBIT_LIQUIDATION, "BTCUSD", "", "allLiquidation.BTCUSD"},
        {BYBIT_KLINE, "BTCUSDT", "1m", "kline.1.BTCUSDT"},
        {BYBIT_KLINE, "BTCUSDT", "12h", "kline.720.BTCUSDT"},
        {BYBIT_KLINE, "BTCUSDT", "1d", "kline.D.BTCUSDT"},
        {BYBIT_KLINE, "BTCUSDT", "1w", "kline.W.BTCUSDT"},
        {BYBIT_KLINE, "BTCUSDT", "1M", "kline.M.BTCUSDT"},
        {BYBIT_KLINE, "BTCUSDT", "1s", ""},
        {BYBIT_KLINE, "BTCUSDT", "8h", ""},
        {BYBIT_KLINE, "BTCUSDT", "3d", ""},
        {BYBIT_KLINE, "BTCUSDT", "", ""},
        {BYBIT_TRADE, "BTCUSDT", "1m", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_key(cases[i].stream, cases[i].symbol, cases[i].variant, cases[i].key);
}
END_TEST

START_TEST(route_reads_no_other_keys)
{
    static const char *const keys[] = {"",
                                       "publicTrade.",
                                       "publicTrade",
                                       "orderbook.25.SOLUSDT_SOL/USDT",
                                       "orderbook.rpi.BTCUSDT",
                                       "orderbook.full.MNTUSDT",
                                       "tickers.SOLUSDT_SOL/USDT",
                                       "tickers.btcusdt",
                                       "kline.7.BTCUSDT",
                                       "kline.1BTCUSDT",
                                       "kline..BTCUSDT",
                                       "kline.5.",
                                       "liquidation.BTCUSDT"};
    char room[SYMBOL_MAX];
    struct text symbol = text_over(room, sizeof room);
    struct slice variant;
    uint32_t stream;
    EXPECT_NO_KEYS(keys);
    const struct slice liquidation = SLICE("allLiquidation.BTCUSDT"), ticker = SLICE("tickers.A");
    ck_assert(exchange_bybit_linear.read_key(liquidation, &stream, &symbol, &variant));
    ck_assert(!exchange_bybit.read_key(liquidation, &stream, &symbol, &variant));
    ck_assert(exchange_bybit_linear.read_key(ticker, &stream, &symbol, &variant));
    ck_assert_uint_eq(stream, BYBIT_TICKER); /* the first of two */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bybit_route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, route_takes_trades_out_of_either_layout);
    tcase_add_test(tests, route_knows_data_by_its_topic);
    tcase_add_test(tests, route_knows_the_control_words);
    tcase_add_test(tests, route_names_the_topic_that_is_to_blame);
    tcase_add_test(tests, route_gives_an_answer_the_number_of_its_request);
    tcase_add_test(tests, route_takes_no_cut_frame_for_a_whole_one);
    tcase_add_test(tests, route_keys_are_those_of_bybit);
    tcase_add_test(tests, route_reads_no_other_keys);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
