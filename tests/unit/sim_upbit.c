/* SPDX-License-Identifier: Apache-2.0 */
/* How the simulated Upbit speaks (upbit.md 1 to 5): what it understands, its errors word for
 * word, its payloads letter for letter. */
#include "tests/unit/korea_rest.h"

extern const struct dialect *const dialects_upbit[];

static void set_up(void)
{
    dialect = dialects_upbit[0];
    ck_assert_ptr_null(dialects_upbit[1]);
}

START_TEST(upbit_takes_a_request_for_the_whole_set)
{
    ask("[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\",\"BTC-ETH\"]},"
        "{\"type\":\"orderbook\",\"codes\":[\"KRW-ETH.5\"],\"is_only_realtime\":true,\"level\":0},"
        "{\"type\":\"candle.1m\",\"codes\":[\"krw-btc\"],\"is_only_snapshot\":true},"
        "{\"type\":\"orderbook\",\"codes\":[\"KRW-XRP\"],\"level\":10}]");
    ck_assert(request.word == DIALECT_SUBSCRIBE && request.key_count == 4 && reply.len == 0);
    expect_slice(request.keys[0], "trade/KRW-BTC/0");
    expect_slice(request.keys[1], "trade/BTC-ETH/0");
    expect_slice(request.keys[2], "orderbook/KRW-ETH.5/0");
    expect_slice(request.keys[3], "candle.1m/krw-btc/0"); /* silent: there is no such market */
    ck_assert(request.flags[0] == 0 && request.flags[1] == 0);
    ck_assert(request.flags[2] == DIALECT_NO_FIRST && request.flags[3] == DIALECT_FIRST_ONLY);
}
END_TEST

START_TEST(upbit_knows_four_formats_and_no_flags_in_camel_case)
{
    static const struct {
        const char *format, *key;
    } cases[] = {{"DEFAULT", "trade/KRW-BTC/0"},
                 {"SIMPLE", "trade/KRW-BTC/1"},
                 {"JSON_LIST", "trade/KRW-BTC/2"},
                 {"SIMPLE_LIST", "trade/KRW-BTC/3"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char message[200];
        struct text text = text_over(message, sizeof message);
        text_format(&text,
                    "[{\"format\":\"%s\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"],"
                    "\"isOnlyRealtime\":true},{\"ticket\":\"t\"}]",
                    cases[i].format);
        text_terminate(&text);
        ask(message);
        ck_assert(request.word == DIALECT_SUBSCRIBE && request.key_count == 1);
        ck_assert_uint_eq(request.flags[0], 0);
        expect_slice(request.keys[0], cases[i].key);
    }
}
END_TEST

START_TEST(upbit_lists_what_is_subscribed)
{
    static const struct slice keys[] = {{"ticker/KRW-BTC/0", 16},
                                        {"orderbook/KRW-BTC.5/0", 21},
                                        {"orderbook/KRW-ETH/0", 19},
                                        {"trade/KRW-BTC/0", 15}};
    session = (struct dialect_session){.keys = keys, .key_count = 4};
    ask("[{\"ticket\":\"u\"},{\"method\":\"LIST_SUBSCRIPTIONS\"}]");
    ck_assert(request.word == DIALECT_LIST && reply.len == 0);
    expect_answer(DIALECT_DONE, "",
                  "{\"method\":\"LIST_SUBSCRIPTIONS\",\"result\":[{\"type\":\"ticker\",\"codes\":"
                  "[\"KRW-BTC\"]},{\"type\":\"orderbook\",\"codes\":[\"KRW-BTC.5\",\"KRW-ETH\"],"
                  "\"level\":0},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}],\"ticket\":\"u\"}");
    session = (struct dialect_session){0};
    ask("[{\"ticket\":\"u\"},{\"method\":\"LIST_SUBSCRIPTIONS\"},{\"format\":\"SIMPLE\"}]");
    expect_answer(DIALECT_DONE, "", "{\"mthd\":\"LIST_SUBSCRIPTIONS\",\"rslt\":[],\"tckt\":\"u\"}");
}
END_TEST

#define NONE "{\"error\":{\"name\":\"NO_TYPE\",\"message\":\"type 필드가 존재하지 않습니다.\"}}"
#define AUTH                                                                                       \
    "{\"error\":{\"name\":\"INVALID_AUTH\",\"message\":\"인증 정보가 올바르지 않습니다.\"}}"

START_TEST(upbit_says_what_is_wrong_in_its_words)
{
    static const struct wrong cases[] = {
        {"[{\"ticket\":7},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"A\"]},{\"format\":\"NOPE\"}]",
         FORMAT},
        {"[{\"ticket\":\"t\"}]", NONE},
        {"[{\"ticket\":\"t\"},{\"codes\":[\"KRW-BTC\"]}]", NONE},
        {"[{\"ticket\":\"t\"},{\"type\":\"myOrder\"}]", AUTH},
    };
    expect_wrong(wrong_alike, sizeof wrong_alike / sizeof *wrong_alike);
    expect_wrong(cases, sizeof cases / sizeof *cases);
}
END_TEST

START_TEST(upbit_takes_so_many_levels_as_a_code_says)
{
    static const struct shown cases[] = {
        {"orderbook/KRW-BTC/0", 30, "KRW-BTC"},
        {"orderbook/KRW-BTC.1/1", 1, "KRW-BTC"},
        {"orderbook/KRW-BTC.5/2", 5, "KRW-BTC"},
        {"orderbook/KRW-BTC.15/3", 15, "KRW-BTC"},
        {"orderbook/KRW-BTC.30/0", 30, "KRW-BTC"},
        {"orderbook/KRW-BTC.3/0", 30, "KRW-BTC"},
        {"orderbook/KRW-BTC.999999999999/0", 30, "KRW-BTC"},
        {"orderbook/KRW-BTC.x/0", 0, ""},
        {"trade/KRW-BTC.5/0", 0, ""},
        {"candle.7m/KRW-BTC/0", 0, ""},
        {"/0", 0, ""},
        {"", 0, ""},
    };
    expect_shown(cases, sizeof cases / sizeof *cases);
}
END_TEST

START_TEST(upbit_trades_spell_their_numbers_by_format)
{
    struct dialect_trade trade = a_trade();
    struct dialect_event event = an_event(true);
    event.trades.rows = &trade;
    event.trades.count = 1;
    event.bid = level("115420000", "0.00702247");
    event.ask = level("115421000", "1.50000000");
    expect_payload("trade/KRW-BTC/0", &event,
                   "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"timestamp\":1790133514044,"
                   "\"trade_date\":\"2026-09-23\",\"trade_time\":\"03:18:33\","
                   "\"trade_timestamp\":1790133513858,\"trade_price\":115420000.00000000,"
                   "\"trade_volume\":0.00090000,\"ask_bid\":\"ASK\","
                   "\"prev_closing_price\":116000000.00000000,\"change\":\"FALL\","
                   "\"change_price\":580000.00000000,\"sequential_id\":17901335138588138,"
                   "\"best_ask_price\":115421000,\"best_ask_size\":1.50000000,"
                   "\"best_bid_price\":115420000,\"best_bid_size\":0.00702247,"
                   "\"stream_type\":\"SNAPSHOT\"}");
    trade.sell = false;
    trade.price = decimal_of("116000000");
    event.snapshot = false;
    expect_payload("trade/KRW-BTC/3", &event,
                   "[{\"ty\":\"trade\",\"cd\":\"KRW-BTC\",\"tms\":1790133514044,"
                   "\"td\":\"2026-09-23\",\"ttm\":\"03:18:33\",\"ttms\":1790133513858,"
                   "\"tp\":116000000,\"tv\":9.0E-4,\"ab\":\"BID\",\"pcp\":116000000.00000000,"
                   "\"c\":\"EVEN\",\"cp\":0.00000000,\"sid\":17901335138588138,\"bap\":115421000,"
                   "\"bas\":1.5,\"bbp\":115420000,\"bbs\":0.00702247,\"st\":\"REALTIME\"}]");
}
END_TEST

START_TEST(upbit_ticker_has_its_change_as_a_fraction)
{
    struct dialect_event event = a_day();
    event.day.last.size = decimal_of("0.00009101");
    expect_payload(
        "ticker/KRW-BTC/0", &event,
        "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"opening_price\":116100000.0,"
        "\"high_price\":116900000.0,\"low_price\":115100000.0,\"trade_price\":115420000.0,"
        "\"prev_closing_price\":116000000.0,\"acc_trade_price\":25571034411.208256,"
        "\"change\":\"FALL\",\"change_price\":580000.0,\"signed_change_price\":-580000.0,"
        "\"change_rate\":0.005,\"signed_change_rate\":-0.005,\"ask_bid\":\"ASK\","
        "\"trade_volume\":9.101e-05,\"acc_trade_volume\":220.0447,\"trade_date\":\"20260923\","
        "\"trade_time\":\"031833\",\"trade_timestamp\":1790133513858,"
        "\"acc_ask_volume\":100.0001,\"acc_bid_volume\":120.0446,"
        "\"highest_52_week_price\":116900000.0,\"highest_52_week_date\":\"2026-06-18\","
        "\"lowest_52_week_price\":115100000.0,\"lowest_52_week_date\":\"2026-02-20\","
        "\"market_state\":\"ACTIVE\",\"is_trading_suspended\":false,\"delisting_date\":null,"
        "\"market_warning\":\"NONE\",\"timestamp\":1790133514044,"
        "\"acc_trade_price_24h\":25571034411.208256,\"acc_trade_volume_24h\":220.0447,"
        "\"stream_type\":\"REALTIME\"}");
}
END_TEST

START_TEST(upbit_books_have_exponents_and_padding)
{
    struct dialect_event event = an_event(true);
    struct dialect_level bids[] = {level("116204000", "0.08120946"),
                                   level("116203000", "0.00079276")};
    struct dialect_level asks[] = {level("116208000", "0.33100000")};
    event.book = (struct dialect_book){.bids = bids, .bid_count = 2, .asks = asks, .ask_count = 1};
    expect_payload("orderbook/KRW-BTC.5/0", &event,
                   "{\"type\":\"orderbook\",\"code\":\"KRW-BTC\",\"timestamp\":1790133514044,"
                   "\"total_ask_size\":0.33100000,\"total_bid_size\":0.08200222,"
                   "\"orderbook_units\":[{\"ask_price\":1.16208E8,\"bid_price\":1.16204E8,"
                   "\"ask_size\":0.33100000,\"bid_size\":0.08120946},"
                   "{\"ask_price\":0.0,\"bid_price\":1.16203E8,\"ask_size\":0.00000000,"
                   "\"bid_size\":0.00079276}],\"level\":0,\"stream_type\":\"SNAPSHOT\"}");
    event.book.bid_count = 1;
    expect_payload("orderbook/KRW-BTC/1", &event,
                   "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"tms\":1790133514044,\"tas\":0.331,"
                   "\"tbs\":0.08120946,\"obu\":[{\"ap\":116208000,\"bp\":116204000,\"as\":0.331,"
                   "\"bs\":0.08120946}],\"lv\":0,\"st\":\"SNAPSHOT\"}");
    bids[0] = level("0.00002150", "0.00079276");
    asks[0] = level("3715000", "5");
    expect_payload("orderbook/KRW-BTC/2", &event,
                   "[{\"type\":\"orderbook\",\"code\":\"KRW-BTC\",\"timestamp\":1790133514044,"
                   "\"total_ask_size\":5.00000000,\"total_bid_size\":0.00079276,"
                   "\"orderbook_units\":[{\"ask_price\":3715000.0,\"bid_price\":2.15E-5,"
                   "\"ask_size\":5.00000000,\"bid_size\":0.00079276}],\"level\":0,"
                   "\"stream_type\":\"SNAPSHOT\"}]");
}
END_TEST

START_TEST(upbit_candles_are_silent_when_empty_and_when_they_end)
{
    struct dialect_event event = an_event(false);
    event.candle.bar = (struct dialect_bar){.open_ms = INT64_C(1790133480000),
                                            .trades = 2,
                                            .open = decimal_of("142009000"),
                                            .high = decimal_of("142010000"),
                                            .low = decimal_of("142008000"),
                                            .close = decimal_of("142009000"),
                                            .volume = decimal_of("0.00606119"),
                                            .turnover = decimal_of("860743.53071")};
    expect_payload("candle.1m/KRW-BTC/0", &event,
                   "{\"type\":\"candle.1m\",\"code\":\"KRW-BTC\","
                   "\"candle_date_time_utc\":\"2026-09-23T03:18:00\","
                   "\"candle_date_time_kst\":\"2026-09-23T12:18:00\","
                   "\"opening_price\":142009000.00000000,\"high_price\":142010000.00000000,"
                   "\"low_price\":142008000.00000000,\"trade_price\":142009000.00000000,"
                   "\"candle_acc_trade_volume\":0.00606119,"
                   "\"candle_acc_trade_price\":860743.5307100000000000,"
                   "\"timestamp\":1790133514044,\"stream_type\":\"REALTIME\"}");
    event.candle.closed = true;
    expect_payload("candle.1m/KRW-BTC/0", &event, "");
    event.candle.closed = false;
    event.candle.bar.trades = 0;
    expect_payload("candle.1m/KRW-BTC/0", &event, "");
}
END_TEST

START_TEST(upbit_lists_its_markets_quote_first)
{
    struct dialect_answer answer;
    expect_symbol(&(struct dialect_instrument){.base = SLICE("1000PEPE"), .quote = SLICE("KRW")},
                  "KRW-1000PEPE");
    ck_assert_int_eq(get("/v1/market/all", "is_details", "true", &answer), 200);
    ck_assert(slice_starts_with(text_slice(&answer.body),
                                SLICE("[{\"market\":\"KRW-BTC\",\"korean_name\":\"BTC\","
                                      "\"english_name\":\"BTC\",\"market_event\":{\"warning\":"
                                      "false,\"caution\":{\"PRICE_FLUCTUATIONS\":false,")));
    ck_assert_int_eq(get("/v1/market/all", "isDetails", "true", &answer), 200);
    expect_slice(text_slice(&answer.body),
                 "[{\"market\":\"KRW-BTC\",\"korean_name\":\"BTC\",\"english_name\":\"BTC\"},"
                 "{\"market\":\"BTC-ETH\",\"korean_name\":\"ETH\",\"english_name\":\"ETH\"}]");
}
END_TEST

START_TEST(upbit_gives_books_by_rest_in_plain_numbers)
{
    char room[100];
    struct text lines = text_over(room, sizeof room);
    expect_rest_books(",\"level\":0");
    dialect->write_used(&lines, 1, 3, 10);
    expect_slice(text_slice(&lines), "Remaining-Req: group=orderbook; min=600; sec=7\r\n");
}
END_TEST

START_TEST(upbit_errors_of_rest_have_their_status)
{
    static const struct {
        const char *path, *name, *value;
        int status;
    } cases[] = {{"/v1/nothing", "", "", 404},
                 {"/v1/orderbook", "markets", "KRW-NOPE", 404},
                 {"/v1/orderbook", "markets", "KRW-BTC,KRW-NOPE", 404},
                 {"/v1/orderbook", "", "", 400},
                 {"/v1/orderbook", "count", "31", 400}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialect_answer answer;
        ck_assert_int_eq(get(cases[i].path, cases[i].name, cases[i].value, &answer),
                         cases[i].status);
        ck_assert(i == 0 ||
                  slice_starts_with(text_slice(&answer.body), SLICE("{\"error\":{\"name\":40")));
        ck_assert(!answer.snapshot);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_upbit");
    TCase *tests = tcase_create("upbit");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, korea_answers_a_ping_by_its_status);
    tcase_add_test(tests, upbit_takes_a_request_for_the_whole_set);
    tcase_add_test(tests, upbit_knows_four_formats_and_no_flags_in_camel_case);
    tcase_add_test(tests, upbit_lists_what_is_subscribed);
    tcase_add_test(tests, upbit_says_what_is_wrong_in_its_words);
    tcase_add_test(tests, upbit_takes_so_many_levels_as_a_code_says);
    tcase_add_test(tests, upbit_trades_spell_their_numbers_by_format);
    tcase_add_test(tests, upbit_ticker_has_its_change_as_a_fraction);
    tcase_add_test(tests, upbit_books_have_exponents_and_padding);
    tcase_add_test(tests, upbit_candles_are_silent_when_empty_and_when_they_end);
    tcase_add_test(tests, upbit_lists_its_markets_quote_first);
    tcase_add_test(tests, upbit_gives_books_by_rest_in_plain_numbers);
    tcase_add_test(tests, upbit_errors_of_rest_have_their_status);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
