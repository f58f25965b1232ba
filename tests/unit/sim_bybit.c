/* SPDX-License-Identifier: Apache-2.0 */
/* How the simulated Bybit speaks: payloads as recorded and documented (bybit.md 3), the replies of
 * 1.5, 2.2 and 2.4 word for word, and the lists of 5.3 page by page. */
#include "tests/unit/dialect_stage.h"

#include <stdio.h>

extern const struct dialect *const dialects_bybit[];

enum { SPOT, LINEAR, INVERSE };

/* From here on it is this market that speaks. */
static void speak(size_t market)
{
    dialect = dialects_bybit[market];
    session = (struct dialect_session){.id = 0x11, .root = (uint32_t)market};
}

static void expect_payload_of(size_t market, const struct dialect_event *event,
                              const char *expected)
{
    speak(market);
    expect_payload(event->key.data, event, expected);
}

static struct dialect_event event_at(const char *key, int64_t ms)
{
    return (struct dialect_event){.key = slice_of(key),
                                  .symbol = SLICE("BTCUSDT"),
                                  .time_ns = ms * 1000000,
                                  .sequence = 546137962055,
                                  .changed = DIALECT_PART_ALL};
}

START_TEST(bybit_books_have_the_order_of_their_market)
{
    struct dialect_level bids[] = {level("71423.80", "0.557"), level("71423.00", "0.000")};
    struct dialect_level asks[] = {level("71423.90", "4.600")};
    struct dialect_event event = event_at("orderbook.50.BTCUSDT", 1773386409389);
    event.book = (struct dialect_book){
        .count = 10132540, .bids = bids, .asks = asks, .bid_count = 2, .ask_count = 1};
    event.snapshot = true;
    expect_payload_of(
        LINEAR, &event,
        "{\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1773386409389,"
        "\"data\":{\"s\":\"BTCUSDT\",\"b\":[[\"71423.80\",\"0.557\"],[\"71423.00\",\"0\"]],"
        "\"a\":[[\"71423.90\",\"4.600\"]],\"u\":10132540,\"seq\":546137962055},"
        "\"cts\":1773386409389}");
    event.snapshot = false;
    expect_payload_of(
        SPOT, &event,
        "{\"topic\":\"orderbook.50.BTCUSDT\",\"ts\":1773386409389,\"type\":\"delta\","
        "\"data\":{\"s\":\"BTCUSDT\",\"b\":[[\"71423.8\",\"0.557\"],[\"71423\",\"0\"]],"
        "\"a\":[[\"71423.9\",\"4.6\"]],\"u\":10132540,\"seq\":546137962055},"
        "\"cts\":1773386409389}");
    event.key = SLICE("orderbook.1.BTCUSDT");
    event.book.bid_count = 1;
    expect_payload_of(
        LINEAR, &event,
        "{\"topic\":\"orderbook.1.BTCUSDT\",\"ts\":1773386409389,\"type\":\"snapshot\","
        "\"data\":{\"s\":\"BTCUSDT\",\"b\":[[\"71423.80\",\"0.557\"]],"
        "\"a\":[[\"71423.90\",\"4.600\"]],\"u\":10132540,\"seq\":546137962055},"
        "\"cts\":1773386409389}");
}
END_TEST

START_TEST(bybit_trades_have_the_order_of_their_market)
{
    struct dialect_event event = event_at("publicTrade.BTCUSDT", 1791365008335);
    const struct dialect_trade rows[] = {{.id = 1225843671,
                                          .time_ns = INT64_C(1791365008334000000),
                                          .price = decimal_of("83766.30"),
                                          .size = decimal_of("0.001"),
                                          .rising = true}};
    event.trades.rows = rows;
    event.trades.count = 1;
    expect_payload_of(
        SPOT, &event,
        "{\"topic\":\"publicTrade.BTCUSDT\",\"ts\":1791365008335,\"type\":\"snapshot\","
        "\"data\":[{\"i\":\"2290000001225843671\",\"T\":1791365008334,\"p\":\"83766.3\","
        "\"v\":\"0.001\",\"S\":\"Buy\",\"seq\":546137962055,\"s\":\"BTCUSDT\","
        "\"BT\":false,\"RPI\":false}]}");
    expect_payload_of(
        LINEAR, &event,
        "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1791365008335,"
        "\"data\":[{\"T\":1791365008334,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.001\","
        "\"p\":\"83766.30\",\"L\":\"PlusTick\","
        "\"i\":\"258f26a7-e3d7-5ae1-81eb-00004910e3d7\",\"BT\":false,\"RPI\":false,"
        "\"seq\":546137962055}]}");
}
END_TEST

/* A long position is sold. */
START_TEST(bybit_liquidations_name_the_side_of_the_position)
{
    struct dialect_event event = event_at("allLiquidation.BTCUSDT", 1791365634482);
    const struct dialect_trade rows[] = {{.time_ns = INT64_C(1791365634263000000),
                                          .price = decimal_of("83446.80"),
                                          .size = decimal_of("0.013"),
                                          .sell = true},
                                         {.time_ns = INT64_C(1791365634404000000),
                                          .price = decimal_of("83440.00"),
                                          .size = decimal_of("0.001")}};
    event.trades.rows = rows;
    event.trades.count = 2;
    expect_payload_of(LINEAR, &event,
                      "{\"topic\":\"allLiquidation.BTCUSDT\",\"type\":\"snapshot\","
                      "\"ts\":1791365634482,\"data\":[{\"T\":1791365634263,\"s\":\"BTCUSDT\","
                      "\"S\":\"Buy\",\"v\":\"0.013\",\"p\":\"83446.80\"},{\"T\":1791365634404,"
                      "\"s\":\"BTCUSDT\",\"S\":\"Sell\",\"v\":\"0.001\",\"p\":\"83440.00\"}]}");
    speak(SPOT);
    expect_no_streams(&event.key.data, 1);
}
END_TEST

START_TEST(bybit_candles_are_written_as_recorded)
{
    struct dialect_event event = event_at("kline.5.BTCUSDT", 1672324988882);
    event.candle.bar = (struct dialect_bar){.open_ms = 1672324800000,
                                            .close_ms = 1672325099999,
                                            .last_ms = 1672324988882,
                                            .open = decimal_of("16649.50"),
                                            .high = decimal_of("16677.00"),
                                            .low = decimal_of("16608.00"),
                                            .close = decimal_of("16677.00"),
                                            .volume = decimal_of("2.081"),
                                            .turnover = decimal_of("34666.4005")};
#define CANDLE                                                                                     \
    "[{\"start\":1672324800000,\"end\":1672325099999,\"interval\":\"5\",\"open\":\"16649.5\","     \
    "\"close\":\"16677\",\"high\":\"16677\",\"low\":\"16608\",\"volume\":\"2.081\","               \
    "\"turnover\":\"34666.4005\",\"confirm\":false,\"timestamp\":1672324988882}]"
    expect_payload_of(LINEAR, &event,
                      "{\"topic\":\"kline.5.BTCUSDT\",\"data\":" CANDLE
                      ",\"ts\":1672324988882,\"type\":\"snapshot\"}");
    expect_payload_of(SPOT, &event,
                      "{\"type\":\"snapshot\",\"topic\":\"kline.5.BTCUSDT\",\"data\":" CANDLE
                      ",\"ts\":1672324988882}");
}
END_TEST

static struct dialect_event ticker(void)
{
    struct dialect_event event = event_at("tickers.BTCUSDT", 1786310817583);
    event.day.bar = (struct dialect_bar){.open = decimal_of("65008.70"),
                                         .high = decimal_of("65282.30"),
                                         .low = decimal_of("64694.40"),
                                         .close = decimal_of("65114.30"),
                                         .volume = decimal_of("17573.9120"),
                                         .turnover = decimal_of("1142118412.9021")};
    event.day.change_percent = decimal_of("0.1624");
    event.day.mark = (struct dialect_mark){.mark = decimal_of("65117.44"),
                                           .index = decimal_of("65137.76"),
                                           .funding = decimal_of("0.0001"),
                                           .next_funding_ms = 1786320000000,
                                           .funded = true,
                                           .interest = decimal_of("59891.732"),
                                           .interest_value = decimal_of("3899996265.01")};
    event.bid = level("65114.20", "5.954");
    event.ask = level("65114.30", "10.470");
    event.snapshot = true;
    return event;
}

START_TEST(bybit_tickers_of_linear_say_what_changed)
{
    struct dialect_event event = ticker();
    expect_payload_of(
        LINEAR, &event,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\","
        "\"tickDirection\":\"MinusTick\",\"price24hPcnt\":\"0.001624\",\"lastPrice\":\"65114.30\","
        "\"prevPrice24h\":\"65008.70\",\"highPrice24h\":\"65282.30\",\"lowPrice24h\":\"64694.40\","
        "\"prevPrice1h\":\"65008.70\",\"markPrice\":\"65117.44\",\"indexPrice\":\"65137.76\","
        "\"openInterest\":\"59891.732\",\"openInterestValue\":\"3899996265.01\","
        "\"turnover24h\":\"1142118412.9021\",\"volume24h\":\"17573.9120\","
        "\"fundingIntervalHour\":\"8\",\"fundingCap\":\"0.005\","
        "\"nextFundingTime\":\"1786320000000\",\"fundingRate\":\"0.0001\","
        "\"bid1Price\":\"65114.20\",\"bid1Size\":\"5.954\",\"ask1Price\":\"65114.30\","
        "\"ask1Size\":\"10.470\",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"}"
        ","
        "\"cs\":546137962055,\"ts\":1786310817583}");
    event.snapshot = false;
    event.changed = DIALECT_PART_MARK | DIALECT_PART_INDEX;
    expect_payload_of(
        LINEAR, &event,
        "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\",\"data\":{"
        "\"symbol\":\"BTCUSDT\",\"markPrice\":\"65117.44\",\"indexPrice\":\"65137.76\"},"
        "\"cs\":546137962055,\"ts\":1786310817583}");
    event.changed = DIALECT_PART_FUNDING;
    event.day.mark.funded = false;
    expect_payload_of(LINEAR, &event,
                      "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\",\"data\":{"
                      "\"symbol\":\"BTCUSDT\",\"nextFundingTime\":\"\",\"fundingRate\":\"\"},"
                      "\"cs\":546137962055,\"ts\":1786310817583}");
}
END_TEST

START_TEST(bybit_tickers_of_spot_are_whole)
{
    struct dialect_event event = ticker();
    event.snapshot = false;
    expect_payload_of(
        SPOT, &event,
        "{\"topic\":\"tickers.BTCUSDT\",\"ts\":1786310817583,\"type\":\"snapshot\","
        "\"cs\":546137962055,\"data\":{\"symbol\":\"BTCUSDT\",\"lastPrice\":\"65114.3\","
        "\"highPrice24h\":\"65282.3\",\"lowPrice24h\":\"64694.4\","
        "\"prevPrice24h\":\"65008.7\",\"volume24h\":\"17573.912\","
        "\"turnover24h\":\"1142118412.9021\",\"price24hPcnt\":\"0.001624\","
        "\"usdIndexPrice\":\"\"}}");
}
END_TEST

START_TEST(bybit_symbols_are_spelled_by_their_sort)
{
    static const struct {
        const char *base, *quote, *symbol;
        enum dialect_kind kind;
    } cases[] = {
        {"BTC", "USDT", "BTCUSDT", DIALECT_SPOT},
        {"BTC", "USDT", "BTCUSDT", DIALECT_PERPETUAL},
        {"BTC", "USDC", "BTCPERP", DIALECT_PERPETUAL},
        {"BTC", "USD", "BTCUSD", DIALECT_PERPETUAL},
        {"BTC", "USD", "BTCUSDZ26", DIALECT_DATED},
        {"BTC", "USDT", "BTCUSDT-25DEC26", DIALECT_DATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dialect_instrument instrument = {.base = slice_of(cases[i].base),
                                                      .quote = slice_of(cases[i].quote),
                                                      .kind = cases[i].kind,
                                                      .delivery_ms = 1798185600000};
        speak(LINEAR);
        expect_symbol(&instrument, cases[i].symbol);
    }
}
END_TEST

static void ask_of(size_t market, const char *message)
{
    speak(market);
    ask(message);
}

static void expect_reply(size_t market, enum dialect_outcome outcome, const char *expected)
{
    speak(market);
    expect_answer(outcome, "orderbook.1.ETHUSDT", expected);
}

#define CONN "\"conn_id\":\"d9avt8sb86tr31f6ej90-00011\""

START_TEST(bybit_answers_in_the_shape_of_its_market)
{
    ask_of(LINEAR,
           "{\"req_id\":\"r17\",\"op\":\"subscribe\",\"args\":[\"tickers.A\",\"kline.1.A\"]}");
    ck_assert(request.word == DIALECT_SUBSCRIBE && request.key_count == 2 && reply.len == 0);
    expect_slice(request.keys[1], "kline.1.A");
    expect_reply(LINEAR, DIALECT_DONE,
                 "{\"success\":true,\"ret_msg\":\"\"," CONN
                 ",\"req_id\":\"r17\",\"op\":\"subscribe\"}");
    expect_reply(SPOT, DIALECT_DONE,
                 "{\"success\":true,\"ret_msg\":\"subscribe\"," CONN
                 ",\"req_id\":\"r17\",\"op\":\"subscribe\"}");
    ask_of(LINEAR, "{\"op\":\"unsubscribe\",\"args\":[\"tickers.A\"]}");
    ck_assert_int_eq(request.word, DIALECT_UNSUBSCRIBE);
    expect_reply(LINEAR, DIALECT_DONE,
                 "{\"success\":true,\"ret_msg\":\"\"," CONN
                 ",\"req_id\":\"\",\"op\":\"unsubscribe\"}");
    expect_reply(SPOT, DIALECT_DONE,
                 "{\"success\":true,\"ret_msg\":\"unsubscribe\"," CONN ",\"op\":\"unsubscribe\"}");
}
END_TEST

START_TEST(bybit_blames_one_topic_in_its_words)
{
    ask_of(LINEAR, "{\"req_id\":\"1\",\"op\":\"subscribe\",\"args\":[\"orderbook.1.ETHUSDT\"]}");
    expect_reply(
        LINEAR, DIALECT_UNKNOWN,
        "{\"success\":false,\"ret_msg\":\"error:handler not found,topic:orderbook.1.ETHUSDT"
        "\"," CONN ",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    expect_reply(LINEAR, DIALECT_HELD,
                 "{\"success\":false,\"ret_msg\":\"error:already subscribed,topic:"
                 "orderbook.1.ETHUSDT\"," CONN ",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    expect_reply(SPOT, DIALECT_UNKNOWN,
                 "{\"success\":false,\"ret_msg\":\"Invalid symbol :[orderbook.1.ETHUSDT]\"," CONN
                 ",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    expect_reply(SPOT, DIALECT_LONG,
                 "{\"success\":false,\"ret_msg\":\"args size \\u003e10\"," CONN
                 ",\"req_id\":\"1\",\"op\":\"subscribe\"}");
    ck_assert_uint_eq(dialects_bybit[SPOT]->limits.keys_per_request, 10);
    ck_assert_uint_eq(dialects_bybit[LINEAR]->limits.keys_per_request, 0);
    ck_assert_int_eq(dialects_bybit[LINEAR]->manner, DIALECT_STRICT);
}
END_TEST

START_TEST(bybit_answers_what_is_no_subscription)
{
    static const struct {
        size_t market;
        const char *message, *reply;
        enum dialect_word word;
    } cases[] = {
        {SPOT, "{\"op\":\"ping\"}",
         "{\"success\":true,\"ret_msg\":\"pong\"," CONN ",\"op\":\"ping\"}", DIALECT_ANSWERED},
        {LINEAR, "{\"op\":\"ping\"}",
         "{\"success\":true,\"ret_msg\":\"pong\"," CONN ",\"req_id\":\"\",\"op\":\"ping\"}",
         DIALECT_ANSWERED},
        {INVERSE, "{\"req_id\":\"100001\",\"op\":\"ping\"}",
         "{\"success\":true,\"ret_msg\":\"pong\"," CONN ",\"req_id\":\"100001\",\"op\":\"ping\"}",
         DIALECT_ANSWERED},
        {LINEAR, "{\"op\":\"dance\"}",
         "{\"success\":false,\"ret_msg\":\"error:invalid op\"," CONN
         ",\"req_id\":\"\",\"op\":\"dance\"}",
         DIALECT_REFUSED},
        {LINEAR, "{\"op\":\"subscribe\",\"args\":[7]}",
         "{\"success\":false,\"ret_msg\":\"Params Error\"," CONN
         ",\"req_id\":\"\",\"op\":\"subscribe\"}",
         DIALECT_REFUSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask_of(cases[i].market, cases[i].message);
        ck_assert_int_eq(request.word, cases[i].word);
        expect_slice(text_slice(&reply), cases[i].reply);
    }
    ask_of(LINEAR, "hello");
    ck_assert_int_eq(request.word, DIALECT_REFUSED);
    text_terminate(&reply);
    ck_assert_ptr_nonnull(strstr(reply.data, "Failed to decode incoming data:readObjectStart: "));
}
END_TEST

START_TEST(bybit_markets_have_paths_of_their_own)
{
    static const char *const paths[] = {"/v5/public/spot", "/v5/public/linear",
                                        "/v5/public/inverse", "/v5/public/option", "/v5/public/"};
    for (size_t market = SPOT; market <= INVERSE; market++)
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
            const struct dialect_query query = {.path = slice_of(paths[i])};
            ck_assert(dialects_bybit[market]->read_path(&query, &request) == (i == market));
            ck_assert_uint_eq(request.root, market);
        }
}
END_TEST

/* 20 contracts by the name of their number. */
static void instrument(void *context, uint32_t index, struct dialect_instrument *found)
{
    static char names[20][16];
    (void)context;
    snprintf(names[index], sizeof names[index], "S%02uUSDT", index);
    *found = (struct dialect_instrument){.symbol = slice_of(names[index]),
                                         .base = {names[index], 3},
                                         .quote = SLICE("USDT"),
                                         .kind = DIALECT_PERPETUAL,
                                         .tick = decimal_of("0.10"),
                                         .step = decimal_of("0.001")};
}

static bool find(void *context, struct slice symbol, uint32_t *index)
{
    for (*index = 0; *index < 20; ++*index) {
        struct dialect_instrument found;
        instrument(context, *index, &found);
        if (slice_equal(found.symbol, symbol))
            return true;
    }
    return false;
}

static const char *get(const struct dialect_parameter *parameters, uint32_t count)
{
    static char room[20000];
    const struct dialect_query query = {.path = SLICE("/v5/market/instruments-info"),
                                        .parameters = parameters,
                                        .parameter_count = count};
    const struct dialect_venue venue = {.now_ns = INT64_C(1786310817197000000),
                                        .instrument_count = 20,
                                        .instrument = instrument,
                                        .find = find};
    struct dialect_answer answer = {.body = text_over(room, sizeof room)};
    uint32_t group;
    ck_assert_uint_eq(dialects_bybit[LINEAR]->weigh(&query, &group), 1);
    ck_assert_int_eq(dialects_bybit[LINEAR]->answer(&query, &venue, &answer), 200);
    text_terminate(&answer.body);
    ck_assert(!answer.body.overflow);
    return room;
}

START_TEST(bybit_lists_come_in_pages)
{
    struct dialect_parameter parameters[] = {{SLICE("category"), SLICE("linear")},
                                             {SLICE("limit"), SLICE("1000")},
                                             {SLICE("cursor"), SLICE("")}};
    const char *body = get(parameters, 2);
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"S00USDT\""));
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"S07USDT\""));
    ck_assert_ptr_null(strstr(body, "\"symbol\":\"S08USDT\""));
    ck_assert_ptr_nonnull(strstr(body, "\"nextPageCursor\":\"first%3DS00USDT%26last%3DS07USDT\""));
    parameters[2].value = SLICE("first%3DS00USDT%26last%3DS15USDT");
    body = get(parameters, 3);
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"S16USDT\""));
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"S19USDT\""));
    ck_assert_ptr_nonnull(strstr(body, "\"nextPageCursor\":\"\""));
    /* One that was decoded once too often is none of ours. */
    parameters[2].value = SLICE("first=S00USDT&last=S15USDT");
    ck_assert_ptr_nonnull(strstr(get(parameters, 3), "\"retCode\":10001"));
    parameters[0].value = SLICE("spot");
    ck_assert_ptr_nonnull(strstr(get(parameters, 3), "\"list\":[]}"));
    ck_assert_ptr_nonnull(strstr(get(parameters, 0), "\"retCode\":10001"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_bybit");
    TCase *tests = tcase_create("bybit");
    tcase_add_test(tests, bybit_books_have_the_order_of_their_market);
    tcase_add_test(tests, bybit_trades_have_the_order_of_their_market);
    tcase_add_test(tests, bybit_liquidations_name_the_side_of_the_position);
    tcase_add_test(tests, bybit_candles_are_written_as_recorded);
    tcase_add_test(tests, bybit_tickers_of_linear_say_what_changed);
    tcase_add_test(tests, bybit_tickers_of_spot_are_whole);
    tcase_add_test(tests, bybit_symbols_are_spelled_by_their_sort);
    tcase_add_test(tests, bybit_answers_in_the_shape_of_its_market);
    tcase_add_test(tests, bybit_blames_one_topic_in_its_words);
    tcase_add_test(tests, bybit_answers_what_is_no_subscription);
    tcase_add_test(tests, bybit_markets_have_paths_of_their_own);
    tcase_add_test(tests, bybit_lists_come_in_pages);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
