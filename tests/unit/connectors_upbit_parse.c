/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Upbit to events: frames as documented and observed (upbit.md 3). */
#include "connectors/upbit/route.h"
#include "tests/unit/korea_refusals.h"

extern const struct exchange exchange_upbit;

#define TRADE                                                                                      \
    "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"timestamp\":1788335180423,\"trade_d"               \
    "ate\":\"2026-09-02\",\"trade_time\":\"07:46:20\",\"trade_timestamp\":178833518"               \
    "0377,\"trade_price\":106691000.00000000,\"trade_volume\":0.00009372,\"ask_bid"                \
    "\":\"ASK\",\"prev_closing_price\":107005000.00000000,\"change\":\"FALL\",\"cha"               \
    "nge_price\":314000.00000000,\"sequential_id\":17883351803770004,\"best_ask_pri"               \
    "ce\":106705000,\"best_ask_size\":0.00906333,\"best_bid_price\":106691000,\"bes"               \
    "t_bid_size\":0.00702247,\"stream_type\":\"REALTIME\"}"
#define SHORT_TRADE                                                                                \
    "{\"ty\":\"trade\",\"cd\":\"KRW-BTC\",\"tms\":1788335180423,\"td\":\"2026-09-02"               \
    "\",\"ttm\":\"07:46:20\",\"ttms\":1788335180377,\"tp\":1.06691E8,\"tv\":9.372e-"               \
    "05,\"ab\":\"BID\",\"pcp\":107005000.00000000,\"c\":\"EVEN\",\"cp\":0,\"sid\":1"               \
    "7883351803770005,\"bap\":106705000,\"bas\":0.00906333,\"bbp\":106691000,\"bbs"                \
    "\":0.00702247,\"st\":\"SNAPSHOT\"}"
#define TICKER                                                                                     \
    "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"opening_price\":109165000.0,\"high"               \
    "_price\":109900000.0,\"low_price\":108000000.0,\"trade_price\":109847000.0,\"p"               \
    "rev_closing_price\":109165000.0,\"acc_trade_price\":10290002627.02423,\"change"               \
    "\":\"FALL\",\"change_price\":45000,\"signed_change_price\":-45000,\"change_rat"               \
    "e\":0.0117340287,\"signed_change_rate\":-0.0117340287,\"ask_bid\":\"BID\",\"tr"               \
    "ade_volume\":9.101e-05,\"acc_trade_volume\":2710.12184111,\"trade_date\":\"202"               \
    "60826\",\"trade_time\":\"072400\",\"trade_timestamp\":1787729040682,\"acc_ask_"               \
    "volume\":1467.86621234,\"acc_bid_volume\":1242.25562877,\"highest_52_week_pric"               \
    "e\":179869000,\"highest_52_week_date\":\"2025-10-09\",\"lowest_52_week_price\""               \
    ":81110000,\"lowest_52_week_date\":\"2026-02-06\",\"market_state\":\"ACTIVE\","                \
    "\"is_trading_suspended\":false,\"delisting_date\":null,\"market_warning\":\"NO"               \
    "NE\",\"timestamp\":1787729042606,\"acc_trade_price_24h\":228827082483.70729000"               \
    ",\"acc_trade_volume_24h\":7190.45217263,\"stream_type\":\"SNAPSHOT\"}"
#define SHORT_TICKER                                                                               \
    "{\"ty\":\"ticker\",\"cd\":\"KRW-BTC\",\"op\":47890,\"hp\":48310,\"lp\":47570,"                \
    "\"tp\":4.757E4,\"pcp\":47890,\"atp\":8350427.8249361,\"c\":\"RISE\",\"cp\":320"               \
    ",\"scp\":320,\"cr\":0.00668198,\"scr\":6.68198E-3,\"ab\":\"ASK\",\"tv\":12.551"               \
    "17013,\"atv\":174.6851,\"tdt\":\"20260826\",\"ttm\":\"072400\",\"ttms\":178772"               \
    "9040682,\"aav\":103.2242,\"abv\":71.4609,\"h52wp\":774400000,\"h52wdt\":\"2025"               \
    "-10-09\",\"l52wp\":254,\"l52wdt\":\"2026-02-06\",\"ms\":\"PREVIEW\",\"its\":fa"               \
    "lse,\"dd\":\"\",\"mw\":\"CAUTION\",\"tms\":1787729042606,\"atp24h\":730024172."               \
    "79764567609921044,\"atv24h\":19797.96498024,\"st\":\"REALTIME\"}"
#define BOOK                                                                                       \
    "{\"type\":\"orderbook\",\"code\":\"KRW-BTC\",\"timestamp\":1790134742106,\"tot"               \
    "al_ask_size\":2.51469375,\"total_bid_size\":1.63815297,\"orderbook_units\":[{"                \
    "\"ask_price\":1.16539E8,\"bid_price\":1.16538E8,\"ask_size\":0.02054761,\"bid_"               \
    "size\":0.08120946},{\"ask_price\":1.16542E8,\"bid_price\":1.16537E8,\"ask_size"               \
    "\":0.00077720,\"bid_size\":0.01129382}],\"stream_type\":\"SNAPSHOT\",\"level\""               \
    ":0}"
#define SHORT_BOOK                                                                                 \
    "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"tms\":1790134773006,\"tas\":0.48514"               \
    "983,\"tbs\":2.2403413,\"obu\":[{\"ap\":116606000,\"bp\":116534000,\"as\":0.062"               \
    "88509,\"bs\":7.9276E-4}],\"st\":\"REALTIME\",\"lv\":0}"
#define CANDLE                                                                                     \
    "{\"type\":\"candle.1m\",\"code\":\"KRW-BTC\",\"candle_date_time_utc\":\"2026-0"               \
    "1-02T04:28:00\",\"candle_date_time_kst\":\"2026-01-02T13:28:00\",\"opening_pri"               \
    "ce\":142009000.00000000,\"high_price\":1.42109E8,\"low_price\":142000000,\"tra"               \
    "de_price\":142010000.00000000,\"candle_acc_trade_volume\":0.00606119,\"candle_"               \
    "acc_trade_price\":860743.5307100000000000,\"timestamp\":1767328085824,\"stream"               \
    "_type\":\"REALTIME\"}"
#define SHORT_CANDLE                                                                               \
    "{\"ty\":\"candle.1m\",\"cd\":\"KRW-BTC\",\"cdttmu\":\"2026-01-02T04:28:00\",\""               \
    "cdttmk\":\"2026-01-02T13:28:00\",\"op\":5,\"hp\":9,\"lp\":1,\"tp\":6,\"catv\":"               \
    "0.0,\"catp\":0,\"tms\":1767328085824,\"st\":\"SNAPSHOT\"}"

static const struct sample samples[] = {
    KOREA_SAMPLES(UPBIT_TRADE, UPBIT_TICKER, UPBIT_BOOK, UPBIT_TOP),
    {UPBIT_CANDLE, "KRW-BTC", "1m", CANDLE,
     ",type,code,candle_date_time_utc,opening_price,high_price,low_price,trade_price,"
     "candle_acc_trade_volume,candle_acc_trade_price,timestamp,",
     "", NULL, NULL},
    {UPBIT_CANDLE, "KRW-BTC", "1m", SHORT_CANDLE, ",ty,cd,cdttmu,op,hp,lp,tp,catv,catp,tms,", "",
     NULL, NULL},
};

static const struct tested tested = {
    {&exchange_upbit}, samples, sizeof samples / sizeof *samples, KOREA_STRANGERS};
static const struct korea_streams korea = {UPBIT_TRADE, UPBIT_TICKER, UPBIT_BOOK, UPBIT_TOP};

START_TEST(parse_trade_says_who_took_and_whether_it_is_news)
{
    expect_trade(TRADE, UPDATE_DATA, SIDE_SELL, "106691000.00000000", "0.00009372",
                 "17883351803770004"); /* beyond 2^53 */
    ck_assert_int_eq(record->ts_exchange, INT64_C(1788335180377000000));
    expect_trade(SHORT_TRADE, UPDATE_SNAPSHOT, SIDE_BUY, "106691000", "0.00009372",
                 "17883351803770005");
}
END_TEST

START_TEST(parse_ticker_gives_the_last_day_and_not_the_calendar_one)
{
    expect_day(TICKER, INT64_C(1787729042606), INT64_C(1787729040682),
               DAY("109847000.0", "7190.45217263", "228827082483.70729000", "-1.17340287"));
    expect_day(SHORT_TICKER, INT64_C(1787729042606), INT64_C(1787729040682),
               DAY("47570", "19797.96498024", "730024172.79764567609921044", "0.668198"));
}
END_TEST

START_TEST(parse_book_holds_bids_before_asks)
{
    ck_assert_int_eq(parse(UPBIT_BOOK, "KRW-BTC", SLICE(BOOK)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_BOOK);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790134742106000000));
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 4));
    ck_assert(record->book.bid_count == 2 && record->book.ask_count == 2);
    expect_level(&event_bids(record)[0], "116538000", "0.08120946");
    expect_level(&event_bids(record)[1], "116537000", "0.01129382");
    expect_level(&event_asks(record)[0], "116539000", "0.02054761");
    expect_level(&event_asks(record)[1], "116542000", "0.00077720");
    ck_assert_int_eq(parse(UPBIT_BOOK, "KRW-BTC", SLICE(SHORT_BOOK)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT); /* whole, whatever its stream type */
    expect_level(&event_bids(record)[0], "116534000", "0.00079276");
    expect_level(&event_asks(record)[0], "116606000", "0.06288509");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_upbit_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_trade_says_who_took_and_whether_it_is_news);
    tcase_add_test(tests, parse_ticker_gives_the_last_day_and_not_the_calendar_one);
    tcase_add_test(tests, parse_book_holds_bids_before_asks);
    add_korea_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
