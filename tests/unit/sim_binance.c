/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated Binance against the exchange's own documents: each expected text is theirs
 * (binance.md 2.1, 3.1, 4.1, 5.3), with the numbers of the test. */
#include "tests/sim/dialects.h"
#include "tests/unit/dialect_stage.h"

static struct dialect_event event_at(int64_t ms)
{
    return (struct dialect_event){.symbol = SLICE("BNBBTC"), .time_ns = ms * 1000000};
}

START_TEST(trades_are_written_as_documented)
{
    struct dialect_event event = event_at(1672515782136);
    struct dialect_trade trade = {.id = 12345,
                                  .aggregate_id = 77,
                                  .price = decimal_of("0.001"),
                                  .size = decimal_of("100"),
                                  .sell = true};
    event.trades.rows = &trade;
    event.trades.count = 1;
    expect_payload("bnbbtc@trade", &event,
                   "{\"e\":\"trade\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"t\":12345,\"p\":"
                   "\"0.001\",\"q\":\"100\",\"T\":1672515782136,\"m\":true,\"M\":true}");
    expect_payload("bnbbtc@aggTrade", &event,
                   "{\"e\":\"aggTrade\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"a\":77,\"p\":"
                   "\"0.001\",\"q\":\"100\",\"f\":12345,\"l\":12345,\"T\":1672515782136,\"m\":true,"
                   "\"M\":true}");
    event.micro = true;
    trade.sell = false;
    event.time_ns += 7000;
    expect_payload("bnbbtc@trade", &event,
                   "{\"e\":\"trade\",\"E\":1672515782136007,\"s\":\"BNBBTC\",\"t\":12345,\"p\":"
                   "\"0.001\",\"q\":\"100\",\"T\":1672515782136007,\"m\":false,\"M\":true}");
}
END_TEST

START_TEST(quotes_are_written_as_documented)
{
    struct dialect_event event = {.symbol = SLICE("BNBUSDT")};
    event.top_id = 400900217;
    event.bid = level("25.35190000", "31.21000000");
    event.ask = level("25.36520000", "40.66000000");
    expect_payload("bnbusdt@bookTicker", &event,
                   "{\"u\":400900217,\"s\":\"BNBUSDT\",\"b\":\"25.35190000\",\"B\":\"31.21000000\","
                   "\"a\":\"25.36520000\",\"A\":\"40.66000000\"}");
    event = event_at(1672515782136);
    event.day.bar = (struct dialect_bar){.open_ms = 0,
                                         .first_id = 0,
                                         .last_id = 18150,
                                         .trades = 18151,
                                         .open = decimal_of("0.0010"),
                                         .high = decimal_of("0.0025"),
                                         .low = decimal_of("0.0010"),
                                         .close = decimal_of("0.0025"),
                                         .volume = decimal_of("10000"),
                                         .turnover = decimal_of("18")};
    event.day.change = decimal_of("0.0015");
    event.day.change_percent = decimal_of("250.00");
    event.day.average = decimal_of("0.0018");
    event.day.last.size = decimal_of("10");
    event.bid = level("0.0024", "10");
    event.ask = level("0.0026", "100");
    expect_payload(
        "bnbbtc@ticker", &event,
        "{\"e\":\"24hrTicker\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"p\":\"0.0015\",\"P\":"
        "\"250.00\",\"w\":\"0.0018\",\"x\":\"0.0010\",\"c\":\"0.0025\",\"Q\":\"10\",\"b\":"
        "\"0.0024\",\"B\":\"10\",\"a\":\"0.0026\",\"A\":\"100\",\"o\":\"0.0010\",\"h\":\"0.0025\","
        "\"l\":\"0.0010\",\"v\":\"10000\",\"q\":\"18\",\"O\":0,\"C\":1672515782136,\"F\":0,\"L\":"
        "18150,\"n\":18151}");
    expect_payload("bnbbtc@miniTicker", &event,
                   "{\"e\":\"24hrMiniTicker\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"c\":"
                   "\"0.0025\",\"o\":\"0.0010\",\"h\":\"0.0025\",\"l\":\"0.0010\",\"v\":\"10000\","
                   "\"q\":\"18\"}");
}
END_TEST

START_TEST(books_are_written_as_documented)
{
    struct dialect_level bids[] = {level("0.0024", "10"), level("0.0023", "0.00000000")};
    struct dialect_level asks[] = {level("0.0026", "100")};
    struct dialect_event event = event_at(1672515782136);
    event.book = (struct dialect_book){.first_id = 157,
                                       .last_id = 160,
                                       .bids = bids,
                                       .asks = asks,
                                       .bid_count = 2,
                                       .ask_count = 1};
    static const char changes[] =
        "{\"e\":\"depthUpdate\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"U\":157,\"u\":160,\"b\":[["
        "\"0.0024\",\"10\"],[\"0.0023\",\"0.00000000\"]],\"a\":[[\"0.0026\",\"100\"]]}";
    expect_payload("bnbbtc@depth", &event, changes);
    expect_payload("bnbbtc@depth@100ms", &event, changes);
    event.book.bid_count = 1;
    event.book.ask_count = 0;
    expect_payload("bnbbtc@depth5@100ms", &event,
                   "{\"lastUpdateId\":160,\"bids\":[[\"0.0024\",\"10\"]],\"asks\":[]}");
}
END_TEST

START_TEST(candles_are_written_as_documented)
{
    struct dialect_event event = event_at(1672515782136);
    event.candle.bar = (struct dialect_bar){.open_ms = 1672515780000,
                                            .close_ms = 1672515839999,
                                            .first_id = 100,
                                            .last_id = 200,
                                            .trades = 100,
                                            .open = decimal_of("0.0010"),
                                            .high = decimal_of("0.0025"),
                                            .low = decimal_of("0.0015"),
                                            .close = decimal_of("0.0020"),
                                            .volume = decimal_of("1000"),
                                            .turnover = decimal_of("1.0000"),
                                            .taker_volume = decimal_of("500"),
                                            .taker_turnover = decimal_of("0.500")};
    expect_payload(
        "bnbbtc@kline_1m", &event,
        "{\"e\":\"kline\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,\"T\":"
        "1672515839999,\"s\":\"BNBBTC\",\"i\":\"1m\",\"f\":100,\"L\":200,\"o\":\"0.0010\",\"c\":"
        "\"0.0020\",\"h\":\"0.0025\",\"l\":\"0.0015\",\"v\":\"1000\",\"n\":100,\"x\":false,\"q\":"
        "\"1.0000\",\"V\":\"500\",\"Q\":\"0.500\",\"B\":\"0\"}}");
    event.candle.bar.trades = 0;
    event.candle.closed = true;
    expect_payload(
        "bnbbtc@kline_1M", &event,
        "{\"e\":\"kline\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,\"T\":"
        "1672515839999,\"s\":\"BNBBTC\",\"i\":\"1M\",\"f\":-1,\"L\":-1,\"o\":\"0.0010\",\"c\":"
        "\"0.0020\",\"h\":\"0.0025\",\"l\":\"0.0015\",\"v\":\"1000\",\"n\":0,\"x\":true,\"q\":"
        "\"1.0000\",\"V\":\"500\",\"Q\":\"0.500\",\"B\":\"0\"}}");
}
END_TEST

START_TEST(keys_that_name_nothing_are_no_streams)
{
    static const char *const bad[] = {"",
                                      "btcusdt",
                                      "@trade",
                                      "BTCUSDT@trade",
                                      "btcusdt@",
                                      "btcusdt@Trade",
                                      "0",
                                      "btcusdt@depth7",
                                      "btcusdt@kline_7m",
                                      "btcusdt@depth@50ms",
                                      "!ticker@arr",
                                      "btcusdt@kline_"};
    expect_no_streams(bad, sizeof bad / sizeof *bad);
}
END_TEST

/* What a message is answered with, by a session that has two subscriptions. */
static void expect_reply(const char *message, const char *expected)
{
    static const struct slice keys[] = {{"btcusdt@aggTrade", 16}, {"a@b\"", 4}};
    session = (struct dialect_session){1, 0, true, keys, 2};
    ask(message);
    expect_answer(DIALECT_DONE, "", expected);
}

START_TEST(requests_are_answered_as_documented)
{
    expect_reply("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@aggTrade\"],\"id\":1}",
                 "{\"result\":null,\"id\":1}");
    expect_reply("{\"id\":\"a-1_Z\",\"params\":[],\"method\":\"UNSUBSCRIBE\"}",
                 "{\"result\":null,\"id\":\"a-1_Z\"}");
    expect_reply("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
                 "{\"result\":[\"btcusdt@aggTrade\",\"a@b\\\"\"],\"id\":3}");
    expect_reply("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":4}",
                 "{\"result\":null,\"id\":4}");
    expect_reply("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":5}",
                 "{\"result\":true,\"id\":5}");
    expect_reply("{\"method\":\"LIST_SUBSCRIPTIONS\"}",
                 "{\"result\":[\"btcusdt@aggTrade\",\"a@b\\\"\"],\"id\":null}");
}
END_TEST

START_TEST(wrong_requests_are_refused_as_documented)
{
    expect_reply("{\"id\":1}",
                 "{\"code\":2,\"msg\":\"Invalid request: missing field `method` at line 1 column "
                 "8\"}");
    expect_reply("[]", "{\"code\":2,\"msg\":\"Invalid request: missing field `method` at line 1 "
                       "column 2\"}");
    expect_reply("hello", "{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column "
                          "1\"}");
    expect_reply("{\"method\":\"FLY\",\"id\":7}",
                 "{\"code\":2,\"msg\":\"Invalid request: unknown variant \\\"FLY\\\", expected one "
                 "of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, "
                 "`GET_PROPERTY`\",\"id\":7}");
    expect_reply("{\"method\":\"SUBSCRIBE\",\"params\":[],\"id\":1.5}",
                 "{\"code\":2,\"msg\":\"Invalid request: request ID must be an unsigned "
                 "integer\"}");
    expect_reply("{\"method\":\"SUBSCRIBE\",\"params\":[7],\"id\":8}",
                 "{\"code\":2,\"msg\":\"Invalid request: invalid stream\",\"id\":8}");
    expect_reply("{\"method\":\"SUBSCRIBE\",\"id\":8}",
                 "{\"code\":2,\"msg\":\"Invalid request: invalid stream\",\"id\":8}");
    expect_reply("{\"method\":\"GET_PROPERTY\",\"params\":[\"colour\"],\"id\":9}",
                 "{\"code\":0,\"msg\":\"Unknown property\",\"id\":9}");
    expect_reply("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",1],\"id\":9}",
                 "{\"code\":1,\"msg\":\"Invalid value type: expected Boolean\",\"id\":9}");
    expect_reply("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true,1],\"id\":9}",
                 "{\"code\":2,\"msg\":\"Invalid request: too many parameters\",\"id\":9}");
    expect_reply(
        "{\"method\":\"SET_PROPERTY\",\"params\":[1,true],\"id\":9}",
        "{\"code\":2,\"msg\":\"Invalid request: property name must be a string\",\"id\":9}");
    expect_reply("{\"method\":\"SET_PROPERTY\",\"params\":[],\"id\":9}",
                 "{\"code\":2,\"msg\":\"Invalid request: property name missing\",\"id\":9}");
}
END_TEST

START_TEST(more_streams_than_may_be_are_refused_as_seen)
{
    session = (struct dialect_session){.wrapped = true};
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":19}");
    expect_answer(DIALECT_FULL, "",
                  "{\"error\":{\"code\":4,\"msg\":\"Too many subscriptions\"},\"id\":19}");
}
END_TEST

START_TEST(weights_are_the_documented_ones)
{
    static const struct weighed cases[] = {
        {"/api/v3/ping", "", 1},
        {"/api/v3/time", "", 1},
        {"/api/v3/exchangeInfo", "", 20},
        {"/api/v3/depth", "", 5},
        {"/api/v3/depth", "100", 5},
        {"/api/v3/depth", "101", 25},
        {"/api/v3/depth", "500", 25},
        {"/api/v3/depth", "501", 50},
        {"/api/v3/depth", "1000", 50},
        {"/api/v3/depth", "1001", 250},
        {"/api/v3/depth", "5000", 250},
        {"/api/v3/account", "", 0},
        {"/", "", 0},
    };
    expect_weights(cases, sizeof cases / sizeof *cases);
}
END_TEST

START_TEST(paths_of_upgrades_are_read)
{
    struct dialect_query query = query_of("/ws", "", "");
    ck_assert(dialect->read_path(&query, &request) && !request.wrapped && request.key_count == 0);
    query = query_of("/ws/btcusdt@trade/ethusdt@trade", "", "");
    ck_assert(dialect->read_path(&query, &request) && !request.wrapped && request.key_count == 2);
    ck_assert(slice_equal(request.keys[1], SLICE("ethusdt@trade")));
    query = query_of("/stream", "streams", "btcusdt@trade/btcusdt@depth@100ms");
    ck_assert(dialect->read_path(&query, &request) && request.wrapped && request.key_count == 2);
    query = query_of("/stream", "", "");
    ck_assert(dialect->read_path(&query, &request) && request.wrapped && request.key_count == 0);
    query = query_of("/stream", "timeUnit", "MICROSECOND");
    ck_assert(!dialect->read_path(&query, &request));
    query = query_of("/wss", "", "");
    ck_assert(!dialect->read_path(&query, &request));
}
END_TEST

START_TEST(recorded_lines_are_told_apart)
{
    struct slice key, payload;
    ck_assert_int_eq(
        dialect->read_line(SLICE("{\"stream\":\"a@depth\",\"data\":{\"u\":5}}"), &key, &payload),
        DIALECT_LINE_DATA);
    ck_assert(slice_equal(key, SLICE("a@depth")) && slice_equal(payload, SLICE("{\"u\":5}")));
    ck_assert_int_eq(
        dialect->read_line(SLICE("{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}"), &key, &payload),
        DIALECT_LINE_SNAPSHOT);
    ck_assert_int_eq(dialect->read_line(SLICE("{\"result\":null,\"id\":1}"), &key, &payload),
                     DIALECT_LINE_OTHER);
    ck_assert_int_eq(dialect->read_line(SLICE("[]"), &key, &payload), DIALECT_LINE_OTHER);
    ck_assert_int_eq(dialect->read_line(SLICE("{\"stream\":\"a@depth\""), &key, &payload),
                     DIALECT_LINE_OTHER);
}
END_TEST

START_TEST(recorded_books_are_read_digit_for_digit)
{
    struct dialect_level bids[2], asks[2];
    struct dialect_book book;
    ck_assert(dialect->read_book(
        SLICE("{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"A\",\"U\":157,\"u\":160,\"b\":[[\"0.0024\","
              "\"10\",[]],[\"0.0023\",\"0\"],[\"0.0022\",\"1\"]],\"a\":[]}"),
        &book, bids, asks, 2));
    ck_assert(book.first_id == 157 && book.last_id == 160);
    ck_assert(book.bid_count == 2 && book.ask_count == 0);
    ck_assert(bids[0].price.low == 24 && bids[0].price.scale == 4);
    ck_assert(!dialect->read_book(SLICE("{\"bids\":[],\"asks\":[]}"), &book, bids, asks, 2));
    ck_assert(!dialect->read_book(SLICE("{\"u\":1,\"b\":[[]]}"), &book, bids, asks, 2));
    ck_assert(!dialect->read_book(SLICE("{\"u\":1,\"b\":[[\"1\"]]}"), &book, bids, asks, 2));
}
END_TEST

START_TEST(symbols_are_split_where_their_quote_begins)
{
    static const char *const cases[][3] = {
        {"BTCUSDT", "BTC", "USDT"}, {"RENBTCETH", "RENBTC", "ETH"}, {"BUSDTRY", "BUSD", "TRY"},
        {"ADARUB", "ADA", "RUB"},   {"NEOUSDC", "NEO", "USDC"},     {"BTCAUD", "BTC", "AUD"},
    };
    struct slice base, quote;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert(dialect->split_symbol(slice_of(cases[i][0]), &base, &quote));
        ck_assert(slice_equal(base, slice_of(cases[i][1])));
        ck_assert(slice_equal(quote, slice_of(cases[i][2])));
    }
    ck_assert(!dialect->split_symbol(SLICE("USDT"), &base, &quote));
}
END_TEST

int main(void)
{
    dialect = dialects_find(SLICE("binance"));
    Suite *suite = suite_create("sim_binance");
    TCase *tests = tcase_create("binance");
    tcase_add_test(tests, trades_are_written_as_documented);
    tcase_add_test(tests, quotes_are_written_as_documented);
    tcase_add_test(tests, books_are_written_as_documented);
    tcase_add_test(tests, candles_are_written_as_documented);
    tcase_add_test(tests, keys_that_name_nothing_are_no_streams);
    tcase_add_test(tests, requests_are_answered_as_documented);
    tcase_add_test(tests, wrong_requests_are_refused_as_documented);
    tcase_add_test(tests, more_streams_than_may_be_are_refused_as_seen);
    tcase_add_test(tests, weights_are_the_documented_ones);
    tcase_add_test(tests, paths_of_upgrades_are_read);
    tcase_add_test(tests, recorded_lines_are_told_apart);
    tcase_add_test(tests, recorded_books_are_read_digit_for_digit);
    tcase_add_test(tests, symbols_are_split_where_their_quote_begins);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
