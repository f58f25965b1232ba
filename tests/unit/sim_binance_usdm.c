/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated Binance USD-M against the exchange's own documents and the frames that others quote
 * from 2026 (binance.md 1.3, 3.2, 4.2, 5.2), with the numbers of the test. */
#include "tests/sim/dialects.h"
#include "tests/unit/dialect_stage.h"

static struct dialect_event event_of(const char *symbol, int64_t ms)
{
    return (struct dialect_event){.symbol = slice_of(symbol), .time_ns = ms * 1000000};
}

START_TEST(usdm_trades_are_written_as_in_2026)
{
    struct dialect_event event = event_of("BTCUSDT", 1791269849651);
    struct dialect_trade trade = {.id = 8149080393,
                                  .aggregate_id = 3476312671,
                                  .price = decimal_of("85299.90"),
                                  .size = decimal_of("0.004"),
                                  .sell = true};
    event.trades.rows = &trade;
    event.trades.count = 1;
    expect_payload("btcusdt@aggTrade", &event,
                   "{\"e\":\"aggTrade\",\"E\":1791269849651,\"a\":3476312671,\"s\":\"BTCUSDT\","
                   "\"p\":\"85299.90\",\"q\":\"0.004\",\"nq\":\"0.004\",\"f\":8149080393,"
                   "\"l\":8149080393,\"T\":1791269849651,\"m\":true,\"st\":1}");
    expect_payload("btcusdt@trade", &event,
                   "{\"e\":\"trade\",\"E\":1791269849651,\"T\":1791269849651,\"s\":\"BTCUSDT\","
                   "\"t\":8149080393,\"p\":\"85299.90\",\"q\":\"0.004\",\"X\":\"MARKET\","
                   "\"m\":true,\"st\":1}");
    expect_payload("btcusdt@forceOrder", &event,
                   "{\"e\":\"forceOrder\",\"E\":1791269849651,\"o\":{\"s\":\"BTCUSDT\","
                   "\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"0.004\","
                   "\"p\":\"85299.90\",\"ap\":\"85299.90\",\"X\":\"FILLED\",\"l\":\"0.004\","
                   "\"z\":\"0.004\",\"T\":1791269849651,\"ps\":\"BTCUSDT\",\"st\":1}}");
}
END_TEST

START_TEST(usdm_quotes_are_written_as_in_2026)
{
    struct dialect_event event = event_of("BTCUSDT_261225", 1568014460891);
    event.top_id = 400900217;
    event.bid = level("25.35", "31.21");
    event.ask = level("25.36", "40.66");
    expect_payload("btcusdt_261225@bookTicker", &event,
                   "{\"e\":\"bookTicker\",\"u\":400900217,\"s\":\"BTCUSDT_261225\","
                   "\"ps\":\"BTCUSDT\",\"b\":\"25.35\",\"B\":\"31.21\",\"a\":\"25.36\","
                   "\"A\":\"40.66\",\"T\":1568014460891,\"E\":1568014460891,\"st\":1}");
    event.day.bar = (struct dialect_bar){.open_ms = 5,
                                         .open = decimal_of("1"),
                                         .high = decimal_of("4"),
                                         .low = decimal_of("1"),
                                         .close = decimal_of("2"),
                                         .volume = decimal_of("0"),
                                         .turnover = decimal_of("0")};
    event.day.change = decimal_of("1");
    event.day.change_percent = decimal_of("100.00");
    event.day.average = decimal_of("2");
    event.day.last.size = decimal_of("3");
    expect_payload("btcusdt_261225@ticker", &event,
                   "{\"e\":\"24hrTicker\",\"E\":1568014460891,\"s\":\"BTCUSDT_261225\",\"p\":\"1\","
                   "\"P\":\"100.00\",\"w\":\"2\",\"c\":\"2\",\"Q\":\"3\",\"o\":\"1\",\"h\":\"4\","
                   "\"l\":\"1\",\"v\":\"0\",\"q\":\"0\",\"O\":5,\"C\":1568014460891,\"F\":-1,"
                   "\"L\":-1,\"n\":0,\"ps\":\"BTCUSDT\",\"st\":1}");
}
END_TEST

START_TEST(usdm_changes_name_the_message_before)
{
    struct dialect_level bids[] = {level("7403.89", "0.002")}, asks[] = {level("7405.96", "0")};
    struct dialect_event event = event_of("BTCUSDT", 1571889248276);
    event.book = (struct dialect_book){.first_id = 390497796,
                                       .last_id = 390497878,
                                       .previous_id = 390497794,
                                       .bids = bids,
                                       .asks = asks,
                                       .bid_count = 1,
                                       .ask_count = 1};
    expect_payload("btcusdt@depth@100ms", &event,
                   "{\"e\":\"depthUpdate\",\"E\":1571889248276,\"T\":1571889248276,"
                   "\"s\":\"BTCUSDT\",\"U\":390497796,\"u\":390497878,\"pu\":390497794,"
                   "\"b\":[[\"7403.89\",\"0.002\"]],\"a\":[[\"7405.96\",\"0\"]],"
                   "\"ps\":\"BTCUSDT\",\"st\":1}");
    event.book.ask_count = 0;
    expect_payload("btcusdt@depth5@500ms", &event,
                   "{\"e\":\"depthUpdate\",\"E\":1571889248276,\"T\":1571889248276,"
                   "\"s\":\"BTCUSDT\",\"U\":390497878,\"u\":390497878,\"pu\":390497794,"
                   "\"b\":[[\"7403.89\",\"0.002\"]],\"a\":[],\"ps\":\"BTCUSDT\",\"st\":1}");
}
END_TEST

START_TEST(usdm_marks_have_funding_unless_dated)
{
    struct dialect_event event = event_of("BTCUSDT", 1791269856000);
    event.mark = (struct dialect_mark){.mark = decimal_of("85296.6"),
                                       .index = decimal_of("85345.9"),
                                       .funding = decimal_of("0.00000523"),
                                       .next_funding_ms = 1791273600000,
                                       .funded = true};
    expect_payload("btcusdt@markPrice", &event,
                   "{\"e\":\"markPriceUpdate\",\"E\":1791269856000,\"s\":\"BTCUSDT\","
                   "\"p\":\"85296.6\",\"ap\":\"85296.6\",\"P\":\"85345.9\",\"i\":\"85345.9\","
                   "\"r\":\"0.00000523\",\"T\":1791273600000,\"st\":1}");
    event.mark.funded = false;
    expect_payload("btcusdt@markPrice@1s", &event,
                   "{\"e\":\"markPriceUpdate\",\"E\":1791269856000,\"s\":\"BTCUSDT\","
                   "\"p\":\"85296.6\",\"ap\":\"85296.6\",\"P\":\"85345.9\",\"i\":\"85345.9\","
                   "\"r\":\"\",\"T\":0,\"st\":1}");
}
END_TEST

/* 1.3: a stream of another class than its connection's is acknowledged and silent. */
START_TEST(usdm_streams_are_carried_by_the_path_of_their_class)
{
    static const struct {
        const char *key, *path;
    } cases[] = {
        {"a@bookTicker", "/public/stream"},   {"a@depth@100ms", "/public/ws"},
        {"a@depth20", "/public/stream"},      {"a@trade", "/public/stream"},
        {"a@aggTrade", "/market/stream"},     {"a@ticker", "/market/ws"},
        {"a@miniTicker", "/market/stream"},   {"a@kline_1m", "/market/stream"},
        {"a@markPrice@1s", "/market/stream"}, {"a@forceOrder", "/market/stream"},
    };
    static struct dialect_request plain;
    struct dialect_query query = {.path = SLICE("/stream")};
    ck_assert(dialect->read_path(&query, &plain));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char memory[64];
        struct text symbol = text_over(memory, sizeof memory);
        struct dialect_stream stream;
        query.path = slice_of(cases[i].path);
        ck_assert(dialect->read_path(&query, &request));
        ck_assert(dialect->read_key(slice_of(cases[i].key), &stream, &symbol));
        bool public = strncmp(cases[i].path, "/public", 7) == 0;
        ck_assert_msg((stream.roots >> request.root & 1) == 1, "%s", cases[i].key);
        ck_assert_int_eq(stream.roots >> plain.root & 1, public);
        ck_assert_int_eq(request.wrapped, strstr(cases[i].path, "/stream") != NULL);
        query.path = public ? SLICE("/market/stream") : SLICE("/public/stream");
        ck_assert(dialect->read_path(&query, &request));
        ck_assert_uint_eq(stream.roots >> request.root & 1, 0);
    }
    query.path = SLICE("/private/stream");
    ck_assert(!dialect->read_path(&query, &request));
    query.path = SLICE("/market");
    ck_assert(!dialect->read_path(&query, &request));
}
END_TEST

START_TEST(usdm_keys_that_name_nothing_are_no_streams)
{
    static const char *const bad[] = {"BTCUSDT@aggTrade",   "btcusdt@kline_1s",
                                      "btcusdt@depth@50ms", "btcusdt@openInterest",
                                      "btcusdt@depth7",     "btcusdt@"};
    expect_no_streams(bad, sizeof bad / sizeof *bad);
}
END_TEST

START_TEST(usdm_contracts_are_named_by_their_delivery)
{
    const struct dialect_instrument perpetual = {
        .base = SLICE("1000PEPE"), .quote = SLICE("USDT"), .kind = DIALECT_PERPETUAL};
    const struct dialect_instrument dated = {.base = SLICE("BTC"),
                                             .quote = SLICE("USDT"),
                                             .kind = DIALECT_DATED,
                                             .delivery_ms = 1798185600000};
    expect_symbol(&perpetual, "1000PEPEUSDT");
    expect_symbol(&dated, "BTCUSDT_261225");
}
END_TEST

START_TEST(usdm_weights_are_the_documented_ones)
{
    static const struct weighed cases[] = {
        {"/fapi/v1/ping", "", 1},         {"/fapi/v1/time", "", 1},
        {"/fapi/v1/exchangeInfo", "", 1}, {"/fapi/v1/openInterest", "", 1},
        {"/fapi/v1/depth", "", 10},       {"/fapi/v1/depth", "5", 2},
        {"/fapi/v1/depth", "50", 2},      {"/fapi/v1/depth", "100", 5},
        {"/fapi/v1/depth", "1000", 20},   {"/fapi/v1/account", "", 0},
        {"/api/v3/depth", "", 0},
    };
    expect_weights(cases, sizeof cases / sizeof *cases);
}
END_TEST

static bool find_any(void *context, struct slice symbol, uint32_t *index)
{
    (void)context;
    *index = 0;
    return slice_equal(symbol, SLICE("BTCUSDT"));
}

/* A depth that there is not is refused, and not rounded. */
START_TEST(usdm_depths_are_those_that_there_are)
{
    const struct dialect_venue venue = {.find = find_any};
    static const char *const bad[] = {"6", "200", "1500", "0", "x", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char memory[256];
        struct dialect_parameter parameters[] = {{SLICE("symbol"), SLICE("BTCUSDT")},
                                                 {SLICE("limit"), slice_of(bad[i])}};
        struct dialect_query query = {
            .path = SLICE("/fapi/v1/depth"), .parameters = parameters, .parameter_count = 2};
        struct dialect_answer answer = {.body = text_over(memory, sizeof memory)};
        ck_assert_int_eq(dialect->answer(&query, &venue, &answer), 400);
        ck_assert(!answer.snapshot && answer.body.len > 0);
    }
}
END_TEST

int main(void)
{
    dialect = dialects_find(SLICE("binance-usdm"));
    Suite *suite = suite_create("sim_binance_usdm");
    TCase *tests = tcase_create("usdm");
    tcase_add_test(tests, usdm_trades_are_written_as_in_2026);
    tcase_add_test(tests, usdm_quotes_are_written_as_in_2026);
    tcase_add_test(tests, usdm_changes_name_the_message_before);
    tcase_add_test(tests, usdm_marks_have_funding_unless_dated);
    tcase_add_test(tests, usdm_streams_are_carried_by_the_path_of_their_class);
    tcase_add_test(tests, usdm_keys_that_name_nothing_are_no_streams);
    tcase_add_test(tests, usdm_contracts_are_named_by_their_delivery);
    tcase_add_test(tests, usdm_weights_are_the_documented_ones);
    tcase_add_test(tests, usdm_depths_are_those_that_there_are);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
