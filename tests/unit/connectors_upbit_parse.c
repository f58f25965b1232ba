/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Upbit to events: frames as documented and observed (upbit.md 3), each also with
 * every member taken out, cut at every byte, and with values that cannot be. */
#include "common/scan.h"
#include "connectors/upbit/parse.h"
#include "connectors/upbit/route.h"

#include <check.h>
#include <stdlib.h>

#define LEVELS 8

extern const struct exchange exchange_upbit;

static struct event *record; /* room for LEVELS */
static struct parsing parsing;

static void set_up(void)
{
    size_t size = event_size(KIND_BOOK, LEVELS);
    record = aligned_alloc(16, size > sizeof *record ? size : (sizeof *record + 15) / 16 * 16);
    ck_assert_ptr_nonnull(record);
}

static void tear_down(void)
{
    free(record);
}

/* Of exactly these bytes, so that a sanitizer sees a step beyond them. */
static enum refusal parse(uint32_t stream, const char *symbol, struct slice payload)
{
    char *exact = malloc(payload.len + 1);
    ck_assert_ptr_nonnull(exact);
    if (payload.len > 0)
        memcpy(exact, payload.data, payload.len);
    parsing = (struct parsing){.exchange_symbol = slice_of(symbol), .levels_max = LEVELS};
    if (stream == UPBIT_CANDLE)
        parsing.variant = SLICE("1m");
    enum refusal refusal =
        exchange_upbit.parse(stream, (struct slice){exact, payload.len}, &parsing, record);
    free(exact);
    return refusal;
}

static void expect_number(const struct decimal *value, const char *digits)
{
    char bytes[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    decimal_write(&text, value);
    text_terminate(&text);
    ck_assert_str_eq(bytes, digits);
}

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

static const struct {
    uint32_t stream;
    const char *payload;
    const char *needed; /* members that we cannot do without, each between commas */
    const char *nulls;  /* those of them that may be null */
} samples[] = {
    {UPBIT_TRADE, TRADE,
     ",code,trade_price,trade_volume,ask_bid,trade_timestamp,sequential_id,stream_type,", ""},
    {UPBIT_TRADE, SHORT_TRADE, ",cd,tp,tv,ab,ttms,sid,st,", ""},
    {UPBIT_TICKER, TICKER,
     ",code,trade_price,signed_change_rate,acc_trade_volume_24h,acc_trade_price_24h,"
     "trade_timestamp,timestamp,",
     ",trade_price,signed_change_rate,acc_trade_volume_24h,acc_trade_price_24h,trade_timestamp,"},
    {UPBIT_TICKER, SHORT_TICKER, ",cd,tp,scr,atv24h,atp24h,ttms,tms,",
     ",tp,scr,atv24h,atp24h,ttms,"},
    {UPBIT_BOOK, BOOK, ",code,orderbook_units,timestamp,", ""},
    {UPBIT_BOOK, SHORT_BOOK, ",cd,obu,tms,", ""},
    {UPBIT_TOP, BOOK, ",code,orderbook_units,timestamp,", ""},
    {UPBIT_TOP, SHORT_BOOK, ",cd,obu,tms,", ""},
    {UPBIT_CANDLE, CANDLE,
     ",type,code,candle_date_time_utc,opening_price,high_price,low_price,trade_price,"
     "candle_acc_trade_volume,candle_acc_trade_price,timestamp,",
     ""},
    {UPBIT_CANDLE, SHORT_CANDLE, ",ty,cd,cdttmu,op,hp,lp,tp,catv,catp,tms,", ""},
};
#define SAMPLES (sizeof samples / sizeof *samples)

static void expect_id(const char *id)
{
    struct id *found = &record->trade.trade_id;
    ck_assert_msg(slice_equal((struct slice){found->text, found->len}, slice_of(id)), "%.*s",
                  found->len, found->text);
}

START_TEST(parse_trade_says_who_took_and_whether_it_is_news)
{
    ck_assert_int_eq(parse(UPBIT_TRADE, "KRW-BTC", SLICE(TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_uint_eq(record->size, event_size(KIND_TRADE, 0));
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_uint_eq(record->seq, 0); /* ids have no order */
    ck_assert_int_eq(record->ts_exchange, INT64_C(1788335180377000000));
    expect_number(&record->trade.price, "106691000.00000000");
    expect_number(&record->trade.size, "0.00009372");
    expect_id("17883351803770004"); /* beyond 2^53 */
    ck_assert_int_eq(record->trade.side, SIDE_SELL);
    ck_assert_int_eq(parse(UPBIT_TRADE, "KRW-BTC", SLICE(SHORT_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    expect_number(&record->trade.price, "106691000");
    expect_number(&record->trade.size, "0.00009372");
    expect_id("17883351803770005");
    ck_assert_int_eq(record->trade.side, SIDE_BUY);
}
END_TEST

START_TEST(parse_ticker_gives_the_last_day_and_not_the_calendar_one)
{
    static const struct {
        const char *payload;
        const char *price, *volume, *turnover, *change;
    } cases[] = {
        {TICKER, "109847000.0", "7190.45217263", "228827082483.70729000", "-1.17340287"},
        {SHORT_TICKER, "47570", "19797.96498024", "730024172.79764567609921044", "0.668198"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse(UPBIT_TICKER, "KRW-BTC", slice_of(cases[i].payload)), REFUSAL_NONE);
        ck_assert_int_eq(record->kind, KIND_QUOTE);
        ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
        ck_assert_uint_eq(record->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_VOLUME |
                                                   1u << QUOTE_TURNOVER | 1u << QUOTE_CHANGE);
        ck_assert_int_eq(record->ts_exchange, INT64_C(1787729042606000000));
        ck_assert_int_eq(record->quote.ts_last, INT64_C(1787729040682000000));
        expect_number(&record->quote.numbers[QUOTE_PRICE], cases[i].price);
        expect_number(&record->quote.numbers[QUOTE_VOLUME], cases[i].volume);
        expect_number(&record->quote.numbers[QUOTE_TURNOVER], cases[i].turnover);
        expect_number(&record->quote.numbers[QUOTE_CHANGE], cases[i].change);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    }
}
END_TEST

#define A_TICKER(price, change, volume)                                                            \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"scr\":" change ",\"atv24h\":" volume                   \
    ",\"atp24h\":1,\"ttms\":null,\"tms\":1}"

START_TEST(parse_ticker_of_a_market_that_never_traded_has_no_price)
{
    static const char *const tickers[] = {A_TICKER("0", "0", "0.0"), A_TICKER("null", "0", "0.0"),
                                          A_TICKER("\"\"", "0", "0.0")};
    for (size_t i = 0; i < sizeof tickers / sizeof *tickers; i++) {
        ck_assert_int_eq(parse(UPBIT_TICKER, "KRW-BTC", slice_of(tickers[i])), REFUSAL_NONE);
        ck_assert_uint_eq(record->quote.known & 1u << QUOTE_PRICE, 0);
        ck_assert_uint_ne(record->quote.known & 1u << QUOTE_VOLUME, 0);
        ck_assert_int_eq(record->quote.ts_last, 0);
    }
    ck_assert_int_eq(parse(UPBIT_TICKER, "KRW-BTC", SLICE(A_TICKER("1", "null", "null"))),
                     REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_TURNOVER);
}
END_TEST

static void expect_level(const struct level *level, const char *price, const char *size)
{
    expect_number(&level->price, price);
    expect_number(&level->size, size);
}

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

#define UNITS(units)                                                                               \
    "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"obu\":[" units "],\"tms\":1790133505564}"
#define UNIT(ap, bp, as, bs) "{\"ap\":" ap ",\"bp\":" bp ",\"as\":" as ",\"bs\":" bs "}"

/* A thin market's side ends in padding; neither a price nor a size of 0 is a level. */
START_TEST(parse_book_leaves_out_padding_on_its_own_side)
{
    static const char thin[] = UNITS(UNIT("10", "9", "0.0000", "0") "," UNIT(
        "11", "8", "1", "0.0") "," UNIT("12", "7", "0", "2") "," UNIT("13", "0", "3", "0"));
    ck_assert_int_eq(parse(UPBIT_BOOK, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000));
    ck_assert(record->book.bid_count == 1 && record->book.ask_count == 2);
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 3));
    expect_level(&event_bids(record)[0], "7", "2");
    expect_level(&event_asks(record)[0], "11", "1");
    expect_level(&event_asks(record)[1], "13", "3");
    ck_assert_int_eq(parse(UPBIT_TOP, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "7");
    expect_number(&record->quote.numbers[QUOTE_BID_SIZE], "2");
    expect_number(&record->quote.numbers[QUOTE_ASK_PRICE], "11");
    expect_number(&record->quote.numbers[QUOTE_ASK_SIZE], "1");
}
END_TEST

START_TEST(parse_top_forgets_a_side_that_is_gone)
{
    static const char half[] = UNITS(UNIT("10", "0", "5", "0"));
    ck_assert_int_eq(parse(UPBIT_TOP, "KRW-BTC", slice_of(half)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT); /* what is not in it is void */
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000));
    ck_assert_int_eq(parse(UPBIT_TOP, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 0);
    ck_assert_int_eq(parse(UPBIT_BOOK, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
    ck_assert(record->book.bid_count == 0 && record->book.ask_count == 0);
}
END_TEST

START_TEST(parse_book_of_more_levels_than_a_record_holds_is_refused)
{
    char payload[1024];
    for (int units = LEVELS / 2 - 1; units <= LEVELS / 2 + 1; units++) {
        struct text text = text_over(payload, sizeof payload);
        text_literal(&text, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[");
        for (int i = 0; i < units; i++)
            text_format(&text, "%s" UNIT("%d", "%d", "1", "1"), i > 0 ? "," : "", 100 + i, 99 - i);
        text_literal(&text, "]}");
        ck_assert(!text.overflow);
        ck_assert_int_eq(parse(UPBIT_BOOK, "KRW-BTC", text_slice(&text)),
                         units <= LEVELS / 2 ? REFUSAL_NONE : REFUSAL_TOO_MANY_LEVELS);
    }
}
END_TEST

/* The event flows; what is strange about it is told. */
START_TEST(parse_notes_what_the_facts_do_not_know)
{
    static const struct {
        uint32_t stream;
        const char *payload;
        enum drift_kind drift;
        const char *stranger;
    } cases[] = {
        {UPBIT_BOOK, UNITS(UNIT("2", "1", "1", "1")), DRIFT_NONE, ""},
        {UPBIT_BOOK, "{\"cd\":\"KRW-BTC\",\"obu\":[],\"orders\":{\"a\":[1]},\"next\":1,\"tms\":1}",
         DRIFT_UNKNOWN_FIELD, "orders"},
        {UPBIT_BOOK, "{\"cd\":\"KRW-BTC\",\"obu\":[],\"tms\":1,\"st\":\"DELTA\"}",
         DRIFT_UNKNOWN_WORD, "DELTA"},
        {UPBIT_TOP,
         "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[{\"ap\":2,\"bp\":1,\"as\":1,\"bs\":1,\"n\":4}]}",
         DRIFT_UNKNOWN_FIELD, "n"},
        {UPBIT_TICKER,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"scr\":0,\"atv24h\":1,\"atp24h\":1,\"ttms\":1,"
         "\"tms\":1,\"ms\":\"HALTED\"}",
         DRIFT_UNKNOWN_WORD, "HALTED"},
        /* A short name of another type. */
        {UPBIT_TRADE,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"tv\":1,\"ab\":\"BID\",\"ttms\":1,\"sid\":1,"
         "\"st\":\"REALTIME\",\"op\":7}",
         DRIFT_UNKNOWN_FIELD, "op"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parsing = (struct parsing){.exchange_symbol = SLICE("KRW-BTC"), .levels_max = LEVELS};
        ck_assert_msg(exchange_upbit.parse(cases[i].stream, slice_of(cases[i].payload), &parsing,
                                           record) == REFUSAL_NONE,
                      "%s", cases[i].payload);
        ck_assert_int_eq(parsing.drift, cases[i].drift);
        ck_assert_msg(slice_equal(parsing.stranger, slice_of(cases[i].stranger)), "%s",
                      cases[i].payload);
    }
}
END_TEST

START_TEST(parse_reads_members_in_any_order)
{
    static const char turned[] =
        "{\"stream_type\":\"REALTIME\",\"sequential_id\":7,\"trade_timestamp\":5,"
        "\"ask_bid\":\"BID\",\"trade_volume\":2,\"trade_price\":3,\"code\":\"KRW-BTC\"}";
    ck_assert_int_eq(parse(UPBIT_TRADE, "KRW-BTC", slice_of(turned)), REFUSAL_NONE);
    expect_number(&record->trade.price, "3");
    expect_number(&record->trade.size, "2");
    expect_id("7");
}
END_TEST

START_TEST(parse_refuses_another_symbols_payload)
{
    for (size_t i = 0; i < SAMPLES; i++)
        ck_assert_int_eq(parse(samples[i].stream, "KRW-BT", slice_of(samples[i].payload)),
                         REFUSAL_UNKNOWN_SYMBOL);
}
END_TEST

START_TEST(parse_refuses_a_payload_cut_anywhere)
{
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t len = 0; len < strlen(samples[i].payload); len++) {
            enum refusal refusal =
                parse(samples[i].stream, "KRW-BTC", (struct slice){samples[i].payload, len});
            ck_assert_msg(refusal == REFUSAL_TRUNCATED, "%.*s: %s", (int)len, samples[i].payload,
                          refusal_word(refusal).data);
        }
}
END_TEST

/* Where a member's value ends: behind its brackets, quotes or digits. */
static const char *value_end(const char *at)
{
    struct scan scan;
    struct slice raw;
    scan_begin(&scan, slice_of(at));
    ck_assert(scan_raw(&scan, &raw));
    return raw.data + raw.len;
}

/* Each member of an object taken out, and said to be null. */
static void without_each_member(uint32_t stream, const char *payload, const char *needed,
                                const char *nulls, const char *object)
{
    for (const char *key = object + 1; key[-1] != '}';) {
        const char *value = strchr(key, ':') + 1, *end = value_end(value);
        char rest[2048], name[40];
        bool last = *end == '}';
        const char *from = last && key[-1] == ',' ? key - 1 : key;
        struct text marked = text_over(name, sizeof name);
        text_format(&marked, ",%.*s,", (int)(value - 2 - (key + 1)), key + 1);
        text_terminate(&marked);
        for (int null = 0; null < 2; null++) {
            bool fine = strstr(needed, name) == NULL || (null && strstr(nulls, name) != NULL);
            enum refusal expected = fine ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
            struct text text = text_over(rest, sizeof rest);
            text_bytes(&text, payload, (size_t)((null ? value : from) - payload));
            if (null)
                text_literal(&text, "null");
            text_append(&text, slice_of(null || last ? end : end + 1));
            enum refusal refusal = parse(stream, "KRW-BTC", text_slice(&text));
            ck_assert_msg(refusal == expected, "%.*s: %s", (int)text.len, rest,
                          refusal_word(refusal).data);
        }
        key = end + 1;
    }
}

START_TEST(parse_refuses_a_payload_without_a_field_it_needs)
{
    for (size_t i = 0; i < SAMPLES; i++)
        without_each_member(samples[i].stream, samples[i].payload, samples[i].needed,
                            samples[i].nulls, samples[i].payload);
    static const uint32_t books[] = {UPBIT_BOOK, UPBIT_TOP};
    for (size_t i = 0; i < 2; i++) {
        without_each_member(books[i], BOOK, ",ask_price,bid_price,ask_size,bid_size,", "",
                            strstr(BOOK, "[{") + 1);
        without_each_member(books[i], SHORT_BOOK, ",ap,bp,as,bs,", "",
                            strstr(SHORT_BOOK, "[{") + 1);
    }
}
END_TEST

#define A_TRADE(price, size, side, id)                                                             \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"tv\":" size ",\"ab\":" side ",\"ttms\":1,\"sid\":" id  \
    ",\"st\":\"REALTIME\"}"
START_TEST(parse_refuses_values_that_cannot_be)
{
    static const struct {
        uint32_t stream;
        const char *payload;
        enum refusal refusal;
    } cases[] = {
        {UPBIT_TRADE, A_TRADE("1", "1", "\"BID\"", "1"), REFUSAL_NONE},
        {UPBIT_TRADE, A_TRADE("0", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TRADE, A_TRADE("-1", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TRADE, A_TRADE("1", "0.0", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TRADE, A_TRADE("1", "1", "\"buy\"", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TRADE, A_TRADE("1", "1", "1", "1"), REFUSAL_WRONG_TYPE},
        {UPBIT_TRADE, A_TRADE("1e40", "1", "\"BID\"", "1"), REFUSAL_BAD_NUMBER},
        {UPBIT_TRADE, A_TRADE("true", "1", "\"BID\"", "1"), REFUSAL_WRONG_TYPE},
        {UPBIT_TRADE, A_TRADE("1", "1", "\"BID\"", "18446744073709551616"), REFUSAL_BAD_NUMBER},
        {UPBIT_TRADE, A_TRADE("1", "1", "\"BID\"", "1.5"), REFUSAL_WRONG_TYPE},
        {UPBIT_TRADE, A_TRADE("1", "1", "\"BID\",\"ab\":\"ASK\"", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TICKER, A_TICKER("1", "-0.01", "1"), REFUSAL_NONE},
        {UPBIT_TICKER, A_TICKER("-1", "0", "1"), REFUSAL_BAD_VALUE},
        {UPBIT_TICKER, A_TICKER("1", "0", "-1"), REFUSAL_BAD_VALUE},
        {UPBIT_TICKER, A_TICKER("1", "9000000000000000000000000000", "1"), REFUSAL_BAD_NUMBER},
        {UPBIT_TICKER, A_TICKER("1", "\"RISE\"", "1"), REFUSAL_WRONG_TYPE},
        {UPBIT_BOOK, UNITS(UNIT("-2", "1", "1", "1")), REFUSAL_BAD_VALUE},
        {UPBIT_BOOK, UNITS(UNIT("2", "1", "1", "-1")), REFUSAL_BAD_VALUE},
        {UPBIT_BOOK, UNITS("[2,1,1,1]"), REFUSAL_WRONG_TYPE},
        {UPBIT_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
        {UPBIT_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[],\"obu\":[]}", REFUSAL_BAD_VALUE},
        {UPBIT_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":-1,\"obu\":[]}", REFUSAL_BAD_NUMBER},
        {UPBIT_TOP, UNITS(UNIT("2", "-1", "1", "1")), REFUSAL_BAD_VALUE},
        {UPBIT_TOP, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(parse(cases[i].stream, "KRW-BTC", slice_of(cases[i].payload)) ==
                          cases[i].refusal,
                      "%s", cases[i].payload);
}
END_TEST

START_TEST(parse_refuses_what_stands_behind_the_payload)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        char payload[2048];
        struct text text = text_over(payload, sizeof payload);
        text_append(&text, slice_of(samples[i].payload));
        text_literal(&text, " x");
        ck_assert_int_eq(parse(samples[i].stream, "KRW-BTC", text_slice(&text)), REFUSAL_NOT_JSON);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_upbit_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_trade_says_who_took_and_whether_it_is_news);
    tcase_add_test(tests, parse_ticker_gives_the_last_day_and_not_the_calendar_one);
    tcase_add_test(tests, parse_ticker_of_a_market_that_never_traded_has_no_price);
    tcase_add_test(tests, parse_book_holds_bids_before_asks);
    tcase_add_test(tests, parse_book_leaves_out_padding_on_its_own_side);
    tcase_add_test(tests, parse_top_forgets_a_side_that_is_gone);
    tcase_add_test(tests, parse_book_of_more_levels_than_a_record_holds_is_refused);
    tcase_add_test(tests, parse_notes_what_the_facts_do_not_know);
    tcase_add_test(tests, parse_reads_members_in_any_order);
    tcase_add_test(tests, parse_refuses_another_symbols_payload);
    tcase_add_test(tests, parse_refuses_a_payload_cut_anywhere);
    tcase_add_test(tests, parse_refuses_a_payload_without_a_field_it_needs);
    tcase_add_test(tests, parse_refuses_values_that_cannot_be);
    tcase_add_test(tests, parse_refuses_what_stands_behind_the_payload);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
