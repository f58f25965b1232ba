/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Bithumb to events: frames as documented and observed (bithumb.md 3). */
#include "connectors/bithumb/route.h"
#include "tests/unit/korea_refusals.h"

extern const struct exchange exchange_bithumb;

#define TRADE                                                                                      \
    "{\"type\":\"trade\",\"code\":\"KRW-BTC\",\"trade_price\":91196000,"                           \
    "\"trade_volume\":0.00021931,\"ask_bid\":\"ASK\",\"prev_closing_price\":91000000,"             \
    "\"change\":\"RISE\",\"change_price\":196000,\"trade_date\":\"2026-07-30\","                   \
    "\"trade_time\":\"16:48:55\",\"trade_timestamp\":1785397735004,"                               \
    "\"sequential_id\":921046844841158138,\"timestamp\":1785397735274,"                            \
    "\"stream_type\":\"REALTIME\"}"
#define SHORT_TRADE                                                                                \
    "{\"ty\":\"trade\",\"cd\":\"KRW-BTC\",\"tp\":9.1196E7,\"tv\":2.1931E-4,\"ab\":\"BID\","        \
    "\"pcp\":91000000,\"c\":\"FALL\",\"cp\":196000,\"tdt\":\"2026-07-30\",\"ttm\":\"16:48:55\","   \
    "\"ttms\":1785397735004,\"sid\":1079953210371761711,\"tms\":1785397735274,\"st\":"             \
    "\"SNAPSHOT\"}"
#define TICKER                                                                                     \
    "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"opening_price\":484500,\"high_price\":493200,"    \
    "\"low_price\":472500,\"trade_price\":493100,\"prev_closing_price\":484500,"                   \
    "\"change\":\"RISE\",\"change_price\":8600,\"signed_change_price\":8600,"                      \
    "\"change_rate\":0.01775026,\"signed_change_rate\":0.01775026,\"trade_volume\":3.2529,"        \
    "\"acc_trade_volume\":220.0447,\"acc_trade_volume_24h\":13380.57687512,"                       \
    "\"acc_trade_price\":105917424.208256,\"acc_trade_price_24h\":8227950466.316009,"              \
    "\"trade_date\":\"20240910\",\"trade_time\":\"091617\",\"trade_timestamp\":1725927377174,"     \
    "\"ask_bid\":\"BID\",\"acc_ask_volume\":106.7561,\"acc_bid_volume\":113.2886,"                 \
    "\"highest_52_week_price\":999999000,\"highest_52_week_date\":\"2024-06-18\","                 \
    "\"lowest_52_week_price\":1000,\"lowest_52_week_date\":\"2024-06-18\","                        \
    "\"market_state\":\"ACTIVE\",\"is_trading_suspended\":false,\"delisting_date\":null,"          \
    "\"market_warning\":\"NONE\",\"timestamp\":1725927377287,\"stream_type\":\"SNAPSHOT\"}"
#define SHORT_TICKER                                                                               \
    "{\"ty\":\"ticker\",\"cd\":\"KRW-BTC\",\"op\":47890,\"hp\":48310,\"lp\":47570,\"tp\":47570,"   \
    "\"pcp\":47890,\"c\":\"FALL\",\"cp\":320,\"scp\":-320,\"cr\":0.00668198,\"scr\":-0.00668198,"  \
    "\"tv\":12.55117013,\"atv\":174.6851,\"atv24h\":19797.96498024,\"atp\":8350427.8249361,"       \
    "\"atp24h\":730024172.79764567609921044,\"tdt\":\"20240910\",\"ttm\":\"092014\","              \
    "\"ttms\":1725927614331,\"ab\":\"ASK\",\"aav\":103.2242,\"abv\":71.4609,\"h52wp\":774400000,"  \
    "\"h52wdt\":\"2024-01-23\",\"l52wp\":254,\"l52wdt\":\"2024-06-20\",\"ms\":\"ACTIVE\","         \
    "\"its\":false,\"dd\":\"\",\"mw\":\"CAUTION\",\"tms\":1725927614457,\"st\":\"REALTIME\"}"
#define BOOK                                                                                       \
    "{\"type\":\"orderbook\",\"code\":\"KRW-BTC\",\"total_ask_size\":0.7111,"                      \
    "\"total_bid_size\":7.1052,\"orderbook_units\":["                                              \
    "{\"ask_price\":116208000,\"bid_price\":116204000,\"ask_size\":0.3313,\"bid_size\":0.0037},"   \
    "{\"ask_price\":116209000,\"bid_price\":116203000,\"ask_size\":0.0001,\"bid_size\":0.0025}],"  \
    "\"level\":1,\"timestamp\":1790133505564033,\"stream_type\":\"REALTIME\"}"
#define SHORT_BOOK                                                                                 \
    "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"tas\":0.1823,\"tbs\":6.9593,\"obu\":["             \
    "{\"ap\":116279000,\"bp\":116267000,\"as\":0.0892,\"bs\":0.0084}],"                            \
    "\"lv\":1,\"tms\":1790133505564033,\"st\":\"SNAPSHOT\"}"

static const struct sample samples[] = {
    KOREA_SAMPLES(BITHUMB_TRADE, BITHUMB_TICKER, BITHUMB_BOOK, BITHUMB_TOP),
};

static const struct tested tested = {
    {&exchange_bithumb}, samples, sizeof samples / sizeof *samples, KOREA_STRANGERS};
static const struct korea_streams korea = {BITHUMB_TRADE, BITHUMB_TICKER, BITHUMB_BOOK,
                                           BITHUMB_TOP};

START_TEST(parse_trade_says_who_took_and_whether_it_is_news)
{
    expect_trade(TRADE, UPDATE_DATA, SIDE_SELL, "91196000", "0.00021931", "921046844841158138");
    ck_assert_int_eq(record->ts_exchange, INT64_C(1785397735004000000));
    expect_trade(SHORT_TRADE, UPDATE_SNAPSHOT, SIDE_BUY, "91196000", "0.00021931",
                 "1079953210371761711");
}
END_TEST

START_TEST(parse_ticker_gives_the_last_day_and_not_the_calendar_one)
{
    expect_day(TICKER, INT64_C(1725927377287), INT64_C(1725927377174),
               DAY("493100", "13380.57687512", "8227950466.316009", "1.775026"));
    expect_day(SHORT_TICKER, INT64_C(1725927614457), INT64_C(1725927614331),
               DAY("47570", "19797.96498024", "730024172.79764567609921044", "-0.668198"));
}
END_TEST

START_TEST(parse_book_holds_bids_before_asks)
{
    ck_assert_int_eq(parse(BITHUMB_BOOK, "KRW-BTC", SLICE(BOOK)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_BOOK);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564033000)); /* microseconds */
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 4));
    ck_assert(record->book.bid_count == 2 && record->book.ask_count == 2);
    expect_level(&event_bids(record)[0], "116204000", "0.0037");
    expect_level(&event_bids(record)[1], "116203000", "0.0025");
    expect_level(&event_asks(record)[0], "116208000", "0.3313");
    expect_level(&event_asks(record)[1], "116209000", "0.0001");
    ck_assert_int_eq(parse(BITHUMB_BOOK, "KRW-BTC", SLICE(SHORT_BOOK)), REFUSAL_NONE);
    expect_level(&event_bids(record)[0], "116267000", "0.0084");
    expect_level(&event_asks(record)[0], "116279000", "0.0892");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bithumb_parse");
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
