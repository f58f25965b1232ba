/* SPDX-License-Identifier: Apache-2.0 */
/* How the simulated Bithumb speaks (bithumb.md 1 to 5): what it understands, its errors word for
 * word, its payloads letter for letter. */
#include "tests/unit/korea_rest.h"

extern const struct dialect *const dialects_bithumb[];

static void set_up(void)
{
    dialect = dialects_bithumb[0];
    ck_assert_ptr_null(dialects_bithumb[1]);
}

START_TEST(bithumb_takes_a_request_for_the_whole_set)
{
    ask("[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\",\"BTC-ETH\"]},"
        "{\"type\":\"orderbook\",\"codes\":[\"KRW-ETH.5\"],\"isOnlyRealtime\":true,\"level\":1},"
        "{\"type\":\"ticker\",\"codes\":[\"krw-btc\"],\"isOnlySnapshot\":true}]");
    ck_assert(request.word == DIALECT_SUBSCRIBE && request.key_count == 4 && reply.len == 0);
    expect_slice(request.keys[0], "trade/KRW-BTC/D");
    expect_slice(request.keys[1], "trade/BTC-ETH/D");
    expect_slice(request.keys[2], "orderbook/KRW-ETH.5/D");
    expect_slice(request.keys[3], "ticker/krw-btc/D"); /* silent: there is no such market */
    ck_assert(request.flags[0] == 0 && request.flags[1] == 0);
    ck_assert(request.flags[2] == DIALECT_NO_FIRST && request.flags[3] == DIALECT_FIRST_ONLY);
}
END_TEST

START_TEST(bithumb_knows_one_other_format_and_no_flags_in_snake_case)
{
    ask("[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"],\"is_only_realtime\":true}"
        ",{\"format\":\"SIMPLE\"}]");
    ck_assert(request.word == DIALECT_SUBSCRIBE && request.flags[0] == 0);
    expect_slice(request.keys[0], "trade/KRW-BTC/S");
    ask("[{\"format\":\"NOPE\"},{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}]");
    expect_slice(request.keys[0], "trade/KRW-BTC/D");
}
END_TEST

START_TEST(bithumb_says_what_is_wrong_in_its_words)
{
    static const struct wrong cases[] = {
        {"[{\"ticket\":\"t\"}]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"codes\":[\"KRW-BTC\"]}]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"type\":\"orderbook\",\"codes\":[\"KRW-BTC\"],\"level\":7}]",
         FORMAT},
        {"[{\"ticket\":7},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}]", TICKET},
    };
    expect_wrong(wrong_alike, sizeof wrong_alike / sizeof *wrong_alike);
    expect_wrong(cases, sizeof cases / sizeof *cases);
}
END_TEST

START_TEST(bithumb_takes_so_many_levels_as_a_code_says)
{
    static const struct shown cases[] = {
        {"orderbook/KRW-BTC/D", 15, "KRW-BTC"},
        {"orderbook/KRW-BTC.5/S", 5, "KRW-BTC"},
        {"orderbook/KRW-BTC.15/D", 15, "KRW-BTC"},
        {"orderbook/KRW-BTC.30/D", 15, "KRW-BTC"},
        {"orderbook/KRW-BTC.999999999999/D", 15, "KRW-BTC"},
        {"orderbook/KRW-BTC.0/D", 0, ""},
        {"orderbook/KRW-BTC./D", 0, ""},
        {"orderbook/KRW-BTC.x/D", 0, ""},
        {"trade/KRW-BTC.5/D", 0, ""},
        {"candle.1m/KRW-BTC/D", 0, ""},
        {"/D", 0, ""},
        {"", 0, ""},
    };
    expect_shown(cases, sizeof cases / sizeof *cases);
}
END_TEST

START_TEST(bithumb_trades_have_korean_words_and_true_times)
{
    struct dialect_trade trade = a_trade();
    struct dialect_event event = an_event(true);
    event.trades.rows = &trade;
    event.trades.count = 1;
    expect_payload("trade/KRW-BTC/D", &event,
                   "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"trade_price\":115420000,"
                   "\"trade_volume\":0.0009,\"ask_bid\":\"ASK\",\"prev_closing_price\":116000000,"
                   "\"change\":\"FALL\",\"change_price\":580000,\"trade_date\":\"2026-09-23\","
                   "\"trade_time\":\"12:18:33\",\"trade_timestamp\":1790133513858,"
                   "\"sequential_id\":921046844841158138,\"timestamp\":1790133514044,"
                   "\"stream_type\":\"SNAPSHOT\"}");
    trade.sell = false;
    trade.price = decimal_of("116000000");
    event.snapshot = false;
    expect_payload(
        "trade/KRW-BTC/S", &event,
        "{\"ty\":\"trade\",\"cd\":\"KRW-BTC\",\"tp\":116000000,\"tv\":0.0009,"
        "\"ab\":\"BID\",\"pcp\":116000000,\"c\":\"EVEN\",\"cp\":0,\"tdt\":\"2026-09-23\","
        "\"ttm\":\"12:18:33\",\"ttms\":1790133513858,\"sid\":921046844841158138,"
        "\"tms\":1790133514044,\"st\":\"REALTIME\"}");
}
END_TEST

START_TEST(bithumb_ticker_has_its_change_as_a_fraction)
{
    struct dialect_event event = a_day();
    expect_payload(
        "ticker/KRW-BTC/D", &event,
        "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"opening_price\":116100000,"
        "\"high_price\":116900000,\"low_price\":115100000,\"trade_price\":115420000,"
        "\"prev_closing_price\":116000000,\"change\":\"FALL\",\"change_price\":580000,"
        "\"signed_change_price\":-580000,\"change_rate\":0.005,\"signed_change_rate\":-0.005,"
        "\"trade_volume\":0.0009,\"acc_trade_volume\":220.0447,\"acc_trade_volume_24h\":220.0447,"
        "\"acc_trade_price\":25571034411.208256,\"acc_trade_price_24h\":25571034411.208256,"
        "\"trade_date\":\"20260923\",\"trade_time\":\"121833\",\"trade_timestamp\":1790133513858,"
        "\"ask_bid\":\"ASK\",\"acc_ask_volume\":100.0001,\"acc_bid_volume\":120.0446,"
        "\"highest_52_week_price\":116900000,\"highest_52_week_date\":\"2026-06-18\","
        "\"lowest_52_week_price\":115100000,\"lowest_52_week_date\":\"2026-02-20\","
        "\"market_state\":\"ACTIVE\",\"is_trading_suspended\":false,\"delisting_date\":\"\","
        "\"market_warning\":\"NONE\",\"timestamp\":1790133514044,\"stream_type\":\"REALTIME\"}");
}
END_TEST

START_TEST(bithumb_books_have_dust_padding_and_microseconds)
{
    struct dialect_event event = an_event(true);
    struct dialect_level bids[] = {level("116204000", "0.0000"), level("116203000", "0.0025")};
    struct dialect_level asks[] = {level("116208000", "0.3310")};
    event.book = (struct dialect_book){.bids = bids, .bid_count = 2, .asks = asks, .ask_count = 1};
    expect_payload("orderbook/KRW-BTC.5/D", &event,
                   "{\"type\":\"orderbook\",\"code\":\"KRW-BTC\",\"total_ask_size\":0.331,"
                   "\"total_bid_size\":0.0025,\"orderbook_units\":["
                   "{\"ask_price\":116208000,\"bid_price\":116204000,\"ask_size\":0.331,"
                   "\"bid_size\":0},"
                   "{\"ask_price\":0,\"bid_price\":116203000,\"ask_size\":0,\"bid_size\":0.0025}],"
                   "\"level\":1,\"timestamp\":1790133514044123,\"stream_type\":\"SNAPSHOT\"}");
    event.book.bid_count = 0;
    event.book.ask_count = 0;
    expect_payload("orderbook/KRW-BTC/S", &event,
                   "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"tas\":0,\"tbs\":0,\"obu\":[],"
                   "\"lv\":1,\"tms\":1790133514044123,\"st\":\"SNAPSHOT\"}");
}
END_TEST

START_TEST(bithumb_lists_its_markets_quote_first)
{
    struct dialect_answer answer;
    expect_symbol(&(struct dialect_instrument){.base = SLICE("1000PEPE"), .quote = SLICE("KRW")},
                  "KRW-1000PEPE");
    ck_assert_int_eq(get("/v1/market/all", "isDetails", "true", &answer), 200);
    expect_slice(text_slice(&answer.body),
                 "[{\"market\":\"KRW-BTC\",\"korean_name\":\"BTC\",\"english_name\":\"BTC\","
                 "\"market_warning\":\"NONE\"},{\"market\":\"BTC-ETH\",\"korean_name\":\"ETH\","
                 "\"english_name\":\"ETH\",\"market_warning\":\"NONE\"}]");
    ck_assert_int_eq(get("/v1/market/all", "is_details", "true", &answer), 200);
    ck_assert_ptr_null(memmem(answer.body.data, answer.body.len, "market_warning", 14));
}
END_TEST

START_TEST(bithumb_gives_books_by_rest_in_milliseconds)
{
    expect_rest_books("");
}
END_TEST

START_TEST(bithumb_errors_of_rest_look_like_success)
{
    static const struct {
        const char *path, *name, *value;
    } cases[] = {{"/v1/nothing", "", ""},
                 {"/v1/orderbook", "markets", "KRW-NOPE"},
                 {"/v1/orderbook", "markets", "KRW-BTC,KRW-NOPE"},
                 {"/v1/orderbook", "", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialect_answer answer;
        ck_assert_int_eq(get(cases[i].path, cases[i].name, cases[i].value, &answer), 200);
        ck_assert_msg(slice_starts_with(text_slice(&answer.body), SLICE("{\"error\":{\"name\":4")),
                      "%.*s", (int)answer.body.len, answer.body.data);
        ck_assert(!answer.snapshot);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_bithumb");
    TCase *tests = tcase_create("bithumb");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, korea_answers_a_ping_by_its_status);
    tcase_add_test(tests, bithumb_takes_a_request_for_the_whole_set);
    tcase_add_test(tests, bithumb_knows_one_other_format_and_no_flags_in_snake_case);
    tcase_add_test(tests, bithumb_says_what_is_wrong_in_its_words);
    tcase_add_test(tests, bithumb_takes_so_many_levels_as_a_code_says);
    tcase_add_test(tests, bithumb_trades_have_korean_words_and_true_times);
    tcase_add_test(tests, bithumb_ticker_has_its_change_as_a_fraction);
    tcase_add_test(tests, bithumb_books_have_dust_padding_and_microseconds);
    tcase_add_test(tests, bithumb_lists_its_markets_quote_first);
    tcase_add_test(tests, bithumb_gives_books_by_rest_in_milliseconds);
    tcase_add_test(tests, bithumb_errors_of_rest_look_like_success);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
