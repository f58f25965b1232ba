/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Bybit, recorded and documented (bybit.md 3), to events. The parsers of spot must say
 * the same as those of linear. */
#include "connectors/bybit/route.h"
#include "tests/unit/sample_stage.h"

#define LINEAR_TRADE                                                                               \
    "{\"T\":1791365008334,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.001\",\"p\":\"83766.30\","     \
    "\"L\":\"PlusTick\",\"i\":\"68bc1c35-dcc0-58e8-a4c5-f59a6b790814\",\"BT\":false,"              \
    "\"RPI\":false,\"seq\":821670598155}"
#define SPOT_TRADE                                                                                 \
    "{\"i\":\"2290000001225843671\",\"T\":1791365009230,\"p\":\"83805.1\",\"v\":\"0.001466\","     \
    "\"S\":\"Sell\",\"seq\":115058640184,\"s\":\"BTCUSDT\",\"BT\":false,\"RPI\":false}"
#define LIQUIDATION                                                                                \
    "{\"T\":1791365634263,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.013\",\"p\":\"83446.80\"}"
#define KLINE                                                                                      \
    "{\"start\":1672324800000,\"end\":1672325099999,\"interval\":\"5\",\"open\":\"16649.5\","      \
    "\"close\":\"16677\",\"high\":\"16677\",\"low\":\"16608\",\"volume\":\"2.081\","               \
    "\"turnover\":\"34666.4005\",\"confirm\":false,\"timestamp\":1672324988882}"
#define LINEAR_BOOK                                                                                \
    "{\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1773386409389,\"data\":{"   \
    "\"s\":\"BTCUSDT\",\"b\":[[\"71423.80\",\"0.557\"],[\"71423.10\",\"0.102\"]],"                 \
    "\"a\":[[\"71423.90\",\"4.669\"]],\"u\":10132540,\"seq\":546137962055},\"cts\":1773386409385}"
#define SPOT_BOOK                                                                                  \
    "{\"topic\":\"orderbook.50.BTCUSDT\",\"ts\":1731035685345,\"type\":\"delta\",\"data\":{"       \
    "\"s\":\"BTCUSDT\",\"b\":[[\"75848.62\",\"0.014895\"],[\"75837.13\",\"0\"]],"                  \
    "\"a\":[[\"75848.89\",\"0.088149\"]],\"u\":2876701,\"seq\":47474967823},\"cts\":"              \
    "1731035685342}"
#define TOP                                                                                        \
    "{\"topic\":\"orderbook.1.BTCUSDT\",\"ts\":1749797870036,\"type\":\"snapshot\",\"data\":{"     \
    "\"s\":\"BTCUSDT\",\"b\":[[\"103997.1\",\"0.96148\"]],\"a\":[[\"103997.2\",\"0.25\"]],"        \
    "\"u\":20404754,\"seq\":71441253512},\"cts\":1749797870033}"
#define SPOT_TICKER                                                                                \
    "{\"topic\":\"tickers.BTCUSDT\",\"ts\":1786310819126,\"type\":\"snapshot\","                   \
    "\"cs\":112488546160,\"data\":{\"symbol\":\"BTCUSDT\",\"lastPrice\":\"65140.5\","              \
    "\"highPrice24h\":\"65305.6\",\"lowPrice24h\":\"64727.9\",\"prevPrice24h\":\"65045.3\","       \
    "\"volume24h\":\"2953.835931\",\"turnover24h\":\"191907024.69597728\","                        \
    "\"price24hPcnt\":\"0.0015\",\"usdIndexPrice\":\"65091.459221\"}}"
#define LINEAR_TICKER                                                                              \
    "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\","       \
    "\"tickDirection\":\"ZeroPlusTick\",\"price24hPcnt\":\"-0.001624\","                           \
    "\"lastPrice\":\"65114.30\",\"prevPrice24h\":\"65008.70\",\"highPrice24h\":\"65282.30\","      \
    "\"lowPrice24h\":\"64694.40\",\"prevPrice1h\":\"65083.80\",\"markPrice\":\"65117.44\","        \
    "\"indexPrice\":\"65137.76\",\"openInterest\":\"59891.732\","                                  \
    "\"openInterestValue\":\"3899996265.01\",\"turnover24h\":\"1142118412.9021\","                 \
    "\"volume24h\":\"17573.9120\",\"fundingIntervalHour\":\"8\",\"fundingCap\":\"0.005\","         \
    "\"singleOpenInterest\":\"29945.866\",\"singleOpenInterestValue\":\"1949998132.50\","          \
    "\"nextFundingTime\":\"1786320000000\",\"fundingRate\":\"0.0001\","                            \
    "\"bid1Price\":\"65114.20\",\"bid1Size\":\"5.954\",\"ask1Price\":\"65114.30\","                \
    "\"ask1Size\":\"10.470\",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"},"  \
    "\"cs\":753843900397,\"ts\":1786310817583}"

static const struct sample samples[] = {
    {BYBIT_TRADE, "BTCUSDT", "", LINEAR_TRADE, ",T,s,S,v,p,i,", NULL, NULL, NULL},
    {BYBIT_TRADE, "BTCUSDT", "", SPOT_TRADE, ",T,s,S,v,p,i,", NULL, NULL, NULL},
    {BYBIT_LIQUIDATION, "BTCUSDT", "", LIQUIDATION, ",T,s,S,v,p,", NULL, NULL, NULL},
    {BYBIT_KLINE, NULL, "5m", KLINE,
     ",start,end,interval,open,close,high,low,volume,turnover,confirm,timestamp,", NULL, NULL,
     NULL},
    {BYBIT_BOOK, "BTCUSDT", "", LINEAR_BOOK, ",type,ts,data,", NULL, "{\"s\"", ",s,b,a,u,"},
    {BYBIT_BOOK_50, "BTCUSDT", "", SPOT_BOOK, ",type,ts,data,", NULL, "{\"s\"", ",s,b,a,u,"},
    {BYBIT_TOP, "BTCUSDT", "", TOP, ",type,ts,data,", NULL, "{\"s\"", ",s,b,a,u,"},
    {BYBIT_TICKER, "BTCUSDT", "", SPOT_TICKER, ",type,ts,data,", NULL, "{\"symbol\"", ",symbol,"},
    {BYBIT_TICKER, "BTCUSDT", "", LINEAR_TICKER, ",type,ts,data,", NULL, "{\"symbol\"", ",symbol,"},
    {BYBIT_MARK, "BTCUSDT", "", LINEAR_TICKER, ",type,ts,data,", NULL, "{\"symbol\"", ",symbol,"},
};

extern const struct exchange exchange_bybit, exchange_bybit_linear;

static const struct tested tested = {{&exchange_bybit, &exchange_bybit_linear},
                                     samples,
                                     sizeof samples / sizeof *samples,
                                     {"z", "new", "dat", "datas", ""}};

#define DELTA(members)                                                                             \
    "{\"topic\":\"tickers.A\",\"type\":\"delta\",\"data\":{\"symbol\":\"A\"" members               \
    "},\"cs\":814547789569,\"ts\":1790134712383}"

START_TEST(parse_trade_of_either_market)
{
    ck_assert_int_eq(parse(BYBIT_TRADE, "BTCUSDT", SLICE(LINEAR_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_uint_eq(record->size, event_size(KIND_TRADE, 0));
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_uint_eq(record->seq, 0); /* nothing to go by */
    ck_assert_int_eq(record->ts_exchange, INT64_C(1791365008334000000));
    expect_number(&record->trade.price, "83766.30");
    expect_number(&record->trade.size, "0.001");
    ck_assert_int_eq(record->trade.side, SIDE_BUY);
    expect_id("68bc1c35-dcc0-58e8-a4c5-f59a6b790814");
    ck_assert_int_eq(parse(BYBIT_TRADE, "BTCUSDT", SLICE(SPOT_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->trade.side, SIDE_SELL);
    expect_number(&record->trade.price, "83805.1");
    expect_id("2290000001225843671");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

/* "Buy" is a long position, which is closed by selling (3.7). */
START_TEST(parse_liquidation_has_the_side_of_its_order)
{
    ck_assert_int_eq(parse(BYBIT_LIQUIDATION, "BTCUSDT", SLICE(LIQUIDATION)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_LIQUIDATION);
    ck_assert_int_eq(record->liquidation.side, SIDE_SELL);
    expect_number(&record->liquidation.price, "83446.80");
    expect_number(&record->liquidation.size, "0.013");
    ck_assert_int_eq(record->ts_exchange, INT64_C(1791365634263000000));
    ck_assert_int_eq(
        parse(BYBIT_LIQUIDATION, "ROSEUSDT",
              SLICE("{\"T\":1739502302929,\"s\":\"ROSEUSDT\",\"S\":\"Sell\",\"v\":\"20000\","
                    "\"p\":\"0.04499\"}")),
        REFUSAL_NONE);
    ck_assert_int_eq(record->liquidation.side, SIDE_BUY);
}
END_TEST

START_TEST(parse_kline_of_our_interval_alone)
{
    ck_assert_int_eq(parse(BYBIT_KLINE, "BTCUSDT", SLICE(KLINE)), REFUSAL_NONE);
    const struct candle *candle = &record->candle;
    ck_assert_int_eq(record->ts_exchange, INT64_C(1672324988882000000));
    expect_candle(
        INT64_C(1672324800000), INT64_C(1672325099999),
        (const char *const[]){"16649.5", "16677", "16608", "16677", "2.081", "34666.4005"});
    ck_assert(!candle->closed && !candle->has_trades);
    char payload[] = KLINE, *interval = strstr(payload, "\"5\"");
    interval[1] = 'D';
    expect_refusal(BYBIT_KLINE, "BTCUSDT", slice_of(payload), REFUSAL_BAD_VALUE);
    char closed[sizeof KLINE] = KLINE, *confirm = strstr(closed, "false");
    memcpy(confirm, "true ", 5);
    expect_refusal(BYBIT_KLINE, "BTCUSDT", slice_of(closed), REFUSAL_NONE);
    ck_assert(record->candle.closed);
}
END_TEST

START_TEST(parse_book_snapshot_and_delta)
{
    ck_assert_int_eq(parse(BYBIT_BOOK, "BTCUSDT", SLICE(LINEAR_BOOK)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_BOOK);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1773386409385000000)); /* the engine's */
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 3));
    ck_assert(record->book.first_update_id == 10132540 && record->book.last_update_id == 10132540);
    ck_assert(record->book.bid_count == 2 && record->book.ask_count == 1);
    expect_level(&event_bids(record)[0], "71423.80", "0.557");
    expect_level(&event_asks(record)[0], "71423.90", "4.669");
    ck_assert_int_eq(parse(BYBIT_BOOK_50, "BTCUSDT", SLICE(SPOT_BOOK)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_DELTA);
    ck_assert_uint_eq(record->book.last_update_id, 2876701);
    expect_level(&event_bids(record)[1], "75837.13", "0");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

/* Before 2023-12-14 nothing told the engine's time. */
START_TEST(parse_book_without_the_engines_time_has_that_of_the_push)
{
    static const char old[] =
        "{\"topic\":\"orderbook.50.A\",\"ts\":1789875214036,\"type\":\"delta\",\"data\":{"
        "\"s\":\"A\",\"a\":[[\"3\",\"1\"]],\"b\":[],\"u\":7,\"seq\":1}}";
    ck_assert_int_eq(parse(BYBIT_BOOK_50, "A", slice_of(old)), REFUSAL_NONE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1789875214036000000));
    ck_assert(record->book.bid_count == 0 && record->book.ask_count == 1);
    expect_level(&event_asks(record)[0], "3", "1");
}
END_TEST

START_TEST(parse_book_of_more_levels_than_a_record_holds_is_refused)
{
    expect_room(BYBIT_BOOK, "A",
                "{\"topic\":\"\",\"type\":\"delta\",\"ts\":1,\"data\":{\"s\":\"A\",\"b\":[",
                "[\"1\",\"1\"]", "],\"a\":[[\"900\",\"1\"]],\"u\":1}}", LEVELS - 1);
}
END_TEST

#define TOP_OF(type, bids, asks)                                                                   \
    "{\"topic\":\"orderbook.1.A\",\"ts\":1,\"type\":\"" type                                       \
    "\",\"data\":{\"s\":\"A\",\"b\":" bids ",\"a\":" asks ",\"u\":5,\"seq\":6},\"cts\":2}"

START_TEST(parse_top_is_the_whole_of_its_stream)
{
    ck_assert_int_eq(parse(BYBIT_TOP, "BTCUSDT", SLICE(TOP)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_uint_eq(record->seq, 20404754);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1749797870033000000));
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_BID_PRICE | 1u << QUOTE_BID_SIZE |
                                               1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "103997.1");
    expect_number(&record->quote.numbers[QUOTE_BID_SIZE], "0.96148");
    expect_number(&record->quote.numbers[QUOTE_ASK_PRICE], "103997.2");
    expect_number(&record->quote.numbers[QUOTE_ASK_SIZE], "0.25");
}
END_TEST

START_TEST(parse_top_does_not_know_a_side_without_orders)
{
    expect_refusal(BYBIT_TOP, "A", SLICE(TOP_OF("snapshot", "[]", "[[\"3\",\"1\"]]")),
                   REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    expect_refusal(BYBIT_TOP, "A", SLICE(TOP_OF("snapshot", "[]", "[]")), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 0);
}
END_TEST

/* Shapes of before 2025-03-20, and what could never be. */
START_TEST(parse_top_refuses_all_but_a_whole_one)
{
    static const struct refused cases[] = {
        {BYBIT_TOP, TOP_OF("delta", "[[\"2\",\"1\"]]", "[[\"3\",\"1\"]]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("delta", "[[\"2\",\"0\"]]", "[]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"2\",\"0\"]]", "[]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"0\",\"1\"]]", "[]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"-2\",\"1\"]]", "[]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"2\",\"1\"],[\"1\",\"1\"]]", "[]"), REFUSAL_BAD_VALUE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"2\"]]", "[]"), REFUSAL_MISSING_FIELD},
        {BYBIT_TOP, TOP_OF("snapshot", "[[]]", "[]"), REFUSAL_MISSING_FIELD},
        {BYBIT_TOP, TOP_OF("snapshot", "[\"2\",\"1\"]", "[]"), REFUSAL_WRONG_TYPE},
        {BYBIT_TOP, TOP_OF("snapshot", "[{\"price\":\"2\",\"size\":\"1\"}]", "[]"),
         REFUSAL_WRONG_TYPE},
        {BYBIT_TOP, TOP_OF("snapshot", "[[\"2\",\"1\",\"7\"]]", "[]"), REFUSAL_NONE},
    };
    EXPECT_REFUSED("A", cases);
}
END_TEST

#define BIT(field) (1u << QUOTE_##field)
#define DAY                                                                                        \
    (BIT(PRICE) | BIT(VOLUME) | BIT(TURNOVER) | BIT(CHANGE) | BIT(HIGH) | BIT(LOW) | BIT(OPEN))

/* Its best prices are 100 ms late and come with the top of the book. */
START_TEST(parse_ticker_is_a_quote_without_the_top)
{
    static const char *const numbers[QUOTE_FIELD_COUNT] = {
        [QUOTE_PRICE] = "65114.30", [QUOTE_VOLUME] = "17573.9120",
        [QUOTE_CHANGE] = "-0.1624", [QUOTE_TURNOVER] = "1142118412.9021",
        [QUOTE_HIGH] = "65282.30",  [QUOTE_LOW] = "64694.40",
        [QUOTE_OPEN] = "65008.70"};
    ck_assert_int_eq(parse(BYBIT_TICKER, "BTCUSDT", SLICE(LINEAR_TICKER)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1786310817583000000));
    ck_assert_uint_eq(record->quote.known, DAY);
    expect_quote(numbers);
    ck_assert_int_eq(parse(BYBIT_TICKER, "BTCUSDT", SLICE(SPOT_TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, DAY);
    expect_number(&record->quote.numbers[QUOTE_PRICE], "65140.5");
    expect_number(&record->quote.numbers[QUOTE_CHANGE], "0.15");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

START_TEST(parse_ticker_is_a_mark_too)
{
    ck_assert_int_eq(parse(BYBIT_MARK, "BTCUSDT", SLICE(LINEAR_TICKER)), REFUSAL_NONE);
    const struct mark *mark = &record->mark;
    ck_assert_int_eq(record->kind, KIND_MARK);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_uint_eq(mark->known,
                      MARK_MARK_PRICE | MARK_INDEX_PRICE | MARK_FUNDING_RATE | MARK_OPEN_INTEREST);
    expect_number(&mark->mark_price, "65117.44");
    expect_number(&mark->index_price, "65137.76");
    expect_number(&mark->funding_rate, "0.0001");
    expect_number(&mark->open_interest, "59891.732");
    ck_assert_int_eq(mark->next_funding_time, INT64_C(1786320000000000000));
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

START_TEST(parse_ticker_delta_has_what_changed)
{
    static const struct {
        const char *payload;
        uint32_t quote, mark;
    } cases[] = {
        {DELTA(""), 0, 0},
        {DELTA(",\"bid1Price\":\"1\",\"bid1Size\":\"2\""), 0, 0},
        {DELTA(",\"markPrice\":\"86716.30\",\"indexPrice\":\"86756.70\""), 0,
         MARK_MARK_PRICE | MARK_INDEX_PRICE},
        {DELTA(",\"lastPrice\":\"1\",\"openInterest\":\"0\""), BIT(PRICE), MARK_OPEN_INTEREST},
        /* Not known is not zero. */
        {DELTA(",\"lastPrice\":\"\",\"fundingRate\":\"\",\"nextFundingTime\":\"\""), 0, 0},
        {DELTA(",\"lastPrice\":null,\"markPrice\":null"), 0, 0},
        /* Not traded yet. */
        {DELTA(",\"lastPrice\":\"0\",\"volume24h\":\"0\",\"markPrice\":\"0.00\""), BIT(VOLUME), 0},
        {DELTA(",\"fundingRate\":\"-0.005\",\"price24hPcnt\":\"-0.1\""), BIT(CHANGE),
         MARK_FUNDING_RATE},
        /* In any order. */
        {DELTA(
             ",\"volume24h\":\"1\",\"lastPrice\":\"1\",\"fundingRate\":\"1\",\"markPrice\":\"1\""),
         BIT(VOLUME) | BIT(PRICE), MARK_FUNDING_RATE | MARK_MARK_PRICE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refusal(BYBIT_TICKER, "A", slice_of(cases[i].payload), REFUSAL_NONE);
        ck_assert_int_eq(record->update, UPDATE_DELTA);
        ck_assert_msg(record->quote.known == cases[i].quote, "%s", cases[i].payload);
        expect_refusal(BYBIT_MARK, "A", slice_of(cases[i].payload), REFUSAL_NONE);
        ck_assert_int_eq(record->update, UPDATE_DELTA);
        ck_assert_msg(record->mark.known == cases[i].mark, "%s", cases[i].payload);
        ck_assert_int_eq(record->mark.next_funding_time, 0);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    }
}
END_TEST

START_TEST(parse_notes_what_the_facts_do_not_know)
{
    static const struct noted cases[] = {
        {BYBIT_TICKER, DELTA(",\"mood\":\"good\",\"lastPrice\":\"1\""), DRIFT_UNKNOWN_FIELD,
         "mood"},
        {BYBIT_MARK, DELTA(",\"mood\":{\"a\":[1]}"), DRIFT_UNKNOWN_FIELD, "mood"},
        {BYBIT_TICKER, DELTA(",\"tickDirection\":\"Sideways\""), DRIFT_UNKNOWN_WORD, "Sideways"},
        {BYBIT_TRADE,
         "{\"T\":1,\"s\":\"A\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\",\"i\":\"x\",\"ADL\":true}",
         DRIFT_UNKNOWN_FIELD, "ADL"},
        {BYBIT_TRADE,
         "{\"T\":1,\"s\":\"A\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\",\"L\":\"Up\",\"i\":\"x\"}",
         DRIFT_UNKNOWN_WORD, "Up"},
        {BYBIT_LIQUIDATION, "{\"T\":1,\"s\":\"A\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\",\"x\":1}",
         DRIFT_UNKNOWN_FIELD, "x"},
        {BYBIT_BOOK,
         "{\"topic\":\"t\",\"type\":\"delta\",\"ts\":1,\"data\":{\"s\":\"A\",\"b\":[],\"a\":[],"
         "\"u\":1,\"chk\":2},\"cts\":1}",
         DRIFT_UNKNOWN_FIELD, "chk"},
        {BYBIT_BOOK,
         "{\"topic\":\"t\",\"type\":\"delta\",\"ts\":1,\"new\":0,\"data\":{\"s\":\"A\",\"b\":[],"
         "\"a\":[],\"u\":1},\"cts\":1}",
         DRIFT_UNKNOWN_FIELD, "new"},
    };
    EXPECT_NOTED("A", cases);
}
END_TEST

#define TRADE_OF(side, size, price, id)                                                            \
    "{\"T\":1,\"s\":\"A\",\"S\":" side ",\"v\":" size ",\"p\":" price ",\"i\":" id "}"
#define BOOK_OF(type, bids, id)                                                                    \
    "{\"topic\":\"t\",\"type\":" type ",\"ts\":1,\"data\":{\"s\":\"A\",\"b\":" bids                \
    ",\"a\":[],\"u\":" id ",\"seq\":1},\"cts\":1}"
#define KLINE_OF(start, end, low, confirm)                                                         \
    "{\"start\":" start ",\"end\":" end ",\"interval\":\"5\",\"open\":\"1\",\"close\":\"1\","      \
    "\"high\":\"1\",\"low\":" low ",\"volume\":\"0\",\"turnover\":\"0\",\"confirm\":" confirm      \
    ",\"timestamp\":1}"

START_TEST(parse_refuses_values_that_cannot_be)
{
    static const struct refused cases[] = {
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_NONE},
        {BYBIT_TRADE, TRADE_OF("\"buy\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"None\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_MISSING_FIELD},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"0\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"0.0\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"-1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1e40\"", "\"x\""), REFUSAL_BAD_NUMBER},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"abc\"", "\"x\""), REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "\"\""), REFUSAL_MISSING_FIELD},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "7"), REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE,
         TRADE_OF("\"Buy\"", "\"1\"", "\"1\"",
                  "\"68bc1c35-dcc0-58e8-a4c5-f59a6b790814-and-so-on-and-on\""),
         REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, "[]", REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE, "null", REFUSAL_WRONG_TYPE},
        {BYBIT_LIQUIDATION, "{\"T\":1,\"s\":\"A\",\"S\":\"Long\",\"v\":\"1\",\"p\":\"1\"}",
         REFUSAL_BAD_VALUE},
        {BYBIT_LIQUIDATION, "{\"T\":1,\"s\":\"A\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"0\"}",
         REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "1"), REFUSAL_NONE},
        {BYBIT_BOOK, BOOK_OF("\"partial\"", "[]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("7", "[]", "1"), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "0"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "-1"), REFUSAL_BAD_NUMBER},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "\"1\""), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"0\",\"1\"]]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"1\",\"-1\"]]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"1\"]]", "1"), REFUSAL_MISSING_FIELD},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[\"1\",\"1\"]", "1"), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[],\"b\":[]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, "{\"topic\":\"t\",\"type\":\"delta\",\"ts\":1,\"data\":[]}",
         REFUSAL_WRONG_TYPE},
        {BYBIT_TICKER, "{\"topic\":\"tickers.A\",\"type\":\"delta\",\"ts\":1,\"data\":{}}",
         REFUSAL_MISSING_FIELD},
        {BYBIT_TICKER, DELTA(",\"lastPrice\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_TICKER, DELTA(",\"volume24h\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_TICKER, DELTA(",\"volume24h\":true"), REFUSAL_WRONG_TYPE},
        {BYBIT_TICKER, DELTA(",\"price24hPcnt\":\"79228162514264337593543950335\""),
         REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"markPrice\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_MARK, DELTA(",\"openInterest\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":\"soon\""), REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":\"9223372036855\""), REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":1"), REFUSAL_WRONG_TYPE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"1\"", "true"), REFUSAL_NONE},
        {BYBIT_KLINE, KLINE_OF("5", "5", "\"1\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"2\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"0\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"1\"", "\"yes\""), REFUSAL_WRONG_TYPE},
        {BYBIT_KLINE, KLINE_OF("18446744073709551615", "6", "\"1\"", "true"), REFUSAL_BAD_NUMBER},
    };
    EXPECT_REFUSED("A", cases);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bybit_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_trade_of_either_market);
    tcase_add_test(tests, parse_liquidation_has_the_side_of_its_order);
    tcase_add_test(tests, parse_kline_of_our_interval_alone);
    tcase_add_test(tests, parse_book_snapshot_and_delta);
    tcase_add_test(tests, parse_book_without_the_engines_time_has_that_of_the_push);
    tcase_add_test(tests, parse_book_of_more_levels_than_a_record_holds_is_refused);
    tcase_add_test(tests, parse_top_is_the_whole_of_its_stream);
    tcase_add_test(tests, parse_top_does_not_know_a_side_without_orders);
    tcase_add_test(tests, parse_top_refuses_all_but_a_whole_one);
    tcase_add_test(tests, parse_ticker_is_a_quote_without_the_top);
    tcase_add_test(tests, parse_ticker_is_a_mark_too);
    tcase_add_test(tests, parse_ticker_delta_has_what_changed);
    tcase_add_test(tests, parse_notes_what_the_facts_do_not_know);
    tcase_add_test(tests, parse_refuses_values_that_cannot_be);
    add_sample_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
