/* SPDX-License-Identifier: Apache-2.0 */
/* What Upbit's and Bithumb's parsers must make of what both say alike: the same members under the
 * same short names (upbit.md 3, bithumb.md 3). A test defines which `korea` its streams are. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_STAGE_H
#define TICKGATE_TESTS_UNIT_KOREA_STAGE_H

#include "tests/unit/sample_stage.h"

static const struct korea_streams {
    uint32_t trade, ticker, book, top;
} korea;

#define TRADE_MEMBERS                                                                              \
    ",code,trade_price,trade_volume,ask_bid,trade_timestamp,sequential_id,stream_type,"
#define DAY_MEMBERS                                                                                \
    ",trade_price,signed_change_rate,acc_trade_volume_24h,acc_trade_price_24h,trade_timestamp,"
#define SHORT_DAY    ",tp,scr,atv24h,atp24h,ttms,"
#define BOOK_MEMBERS ",code,orderbook_units,timestamp,"
#define UNIT_MEMBERS ",ask_price,bid_price,ask_size,bid_size,"
/* Samples that a test writes: TRADE, TICKER, BOOK by their long names, SHORT_TRADE ... by short. */
#define KOREA_SAMPLES(trade, ticker, book, top)                                                    \
    {trade, "KRW-BTC", "", TRADE, TRADE_MEMBERS, "", NULL, NULL},                                  \
        {trade, "KRW-BTC", "", SHORT_TRADE, ",cd,tp,tv,ab,ttms,sid,st,", "", NULL, NULL},          \
        {ticker, "KRW-BTC", "", TICKER, ",code,timestamp" DAY_MEMBERS, DAY_MEMBERS, NULL, NULL},   \
        {ticker, "KRW-BTC", "", SHORT_TICKER, ",cd,tms" SHORT_DAY, SHORT_DAY, NULL, NULL},         \
        {book, "KRW-BTC", "", BOOK, BOOK_MEMBERS, "", "{\"ask_price\"", UNIT_MEMBERS},             \
        {book, "KRW-BTC", "", SHORT_BOOK, ",cd,obu,tms,", "", "{\"ap\"", ",ap,bp,as,bs,"},         \
        {top, "KRW-BTC", "", BOOK, BOOK_MEMBERS, "", "{\"ask_price\"", UNIT_MEMBERS},              \
    {                                                                                              \
        top, "KRW-BTC", "", SHORT_BOOK, ",cd,obu,tms,", "", "{\"ap\"", ",ap,bp,as,bs,"             \
    }
#define KOREA_STRANGERS                                                                            \
    {                                                                                              \
        "z", "new", "apb", "orderbook", ""                                                         \
    }

static inline void expect_trade(const char *payload, enum update update, enum side side,
                                const char *price, const char *size, const char *id)
{
    ck_assert_int_eq(parse(korea.trade, "KRW-BTC", slice_of(payload)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_uint_eq(record->size, event_size(KIND_TRADE, 0));
    ck_assert_int_eq(record->update, update);
    ck_assert_uint_eq(record->seq, 0); /* ids have no order */
    ck_assert_int_eq(record->trade.side, side);
    expect_number(&record->trade.price, price);
    expect_number(&record->trade.size, size);
    expect_id(id);
}

/* The last day, and not the calendar one. */
static inline void expect_day(const char *payload, int64_t time_ms, int64_t last_ms,
                              const char *const numbers[QUOTE_FIELD_COUNT])
{
    ck_assert_int_eq(parse(korea.ticker, "KRW-BTC", slice_of(payload)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->ts_exchange, time_ms * 1000000);
    ck_assert_int_eq(record->quote.ts_last, last_ms * 1000000);
    expect_quote(numbers);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}

#define DAY(price, volume, turnover, change)                                                       \
    (const char *const[QUOTE_FIELD_COUNT])                                                         \
    {                                                                                              \
        [QUOTE_PRICE] = price, [QUOTE_VOLUME] = volume, [QUOTE_TURNOVER] = turnover,               \
        [QUOTE_CHANGE] = change                                                                    \
    }

#define UNITS(units)                                                                               \
    "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"obu\":[" units "],\"tms\":1790133505564}"
#define UNIT(ap, bp, as, bs) "{\"ap\":" ap ",\"bp\":" bp ",\"as\":" as ",\"bs\":" bs "}"
#define A_TICKER(price, change, volume)                                                            \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"scr\":" change ",\"atv24h\":" volume                   \
    ",\"atp24h\":1,\"ttms\":null,\"tms\":1}"

START_TEST(parse_ticker_of_a_market_that_never_traded_has_no_price)
{
    static const char *const tickers[] = {
        A_TICKER("0", "0", "0.0"), A_TICKER("null", "0", "0.0"), A_TICKER("\"\"", "0", "0.0"),
        "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"trade_price\":0,\"signed_change_rate\":0,"
        "\"acc_trade_volume_24h\":0,\"acc_trade_price_24h\":0,\"trade_timestamp\":null,"
        "\"timestamp\":1790133514044,\"stream_type\":\"SNAPSHOT\"}"};
    for (size_t i = 0; i < sizeof tickers / sizeof *tickers; i++) {
        ck_assert_int_eq(parse(korea.ticker, "KRW-BTC", slice_of(tickers[i])), REFUSAL_NONE);
        ck_assert_uint_eq(record->quote.known & 1u << QUOTE_PRICE, 0);
        ck_assert_uint_ne(record->quote.known & 1u << QUOTE_VOLUME, 0);
        ck_assert_int_eq(record->quote.ts_last, 0);
    }
    ck_assert_int_eq(parse(korea.ticker, "KRW-BTC", SLICE(A_TICKER("1", "null", "null"))),
                     REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_TURNOVER);
}
END_TEST

/* Padding has price 0; dust is rounded to size 0, at the best price too. */
START_TEST(parse_book_leaves_out_padding_and_dust_on_its_own_side)
{
    static const char thin[] = UNITS(UNIT("10", "9", "0.0000", "0") "," UNIT(
        "11", "8", "1", "0.0") "," UNIT("12", "7", "0", "2") "," UNIT("13", "0", "3", "0"));
    ck_assert_int_eq(parse(korea.book, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000));
    ck_assert(record->book.bid_count == 1 && record->book.ask_count == 2);
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 3));
    expect_level(&event_bids(record)[0], "7", "2");
    expect_level(&event_asks(record)[0], "11", "1");
    expect_level(&event_asks(record)[1], "13", "3");
    ck_assert_int_eq(parse(korea.top, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "7");
    expect_number(&record->quote.numbers[QUOTE_BID_SIZE], "2");
    expect_number(&record->quote.numbers[QUOTE_ASK_PRICE], "11");
    expect_number(&record->quote.numbers[QUOTE_ASK_SIZE], "1");
}
END_TEST

START_TEST(parse_top_forgets_a_side_that_is_gone)
{
    static const char half[] = UNITS(UNIT("10", "0", "5", "0"));
    ck_assert_int_eq(parse(korea.top, "KRW-BTC", slice_of(half)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT); /* what is not in it is void */
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000));
    ck_assert_int_eq(parse(korea.top, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 0);
    ck_assert_int_eq(parse(korea.book, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
    ck_assert(record->book.bid_count == 0 && record->book.ask_count == 0);
}
END_TEST

START_TEST(parse_book_of_more_levels_than_a_record_holds_is_refused)
{
    expect_room(korea.book, "KRW-BTC", "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[",
                UNIT("2", "1", "1", "1"), "]}", LEVELS / 2);
}
END_TEST

START_TEST(parse_reads_members_in_any_order)
{
    static const char turned[] =
        "{\"stream_type\":\"REALTIME\",\"sequential_id\":7,\"trade_timestamp\":5,"
        "\"ask_bid\":\"BID\",\"trade_volume\":2,\"trade_price\":3,\"code\":\"KRW-BTC\"}";
    ck_assert_int_eq(parse(korea.trade, "KRW-BTC", slice_of(turned)), REFUSAL_NONE);
    expect_number(&record->trade.price, "3");
    expect_number(&record->trade.size, "2");
    expect_id("7");
}
END_TEST

#endif
