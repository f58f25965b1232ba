/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Bithumb to events: frames as documented and observed (bithumb.md 3), each also with
 * every member taken out, cut at every byte, and with values that cannot be. */
#include "connectors/bithumb/parse.h"
#include "connectors/bithumb/route.h"
#include "connectors/payload.h"

#include <check.h>
#include <stdlib.h>

#define LEVELS 8

extern const struct exchange exchange_bithumb;

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
    enum refusal refusal =
        exchange_bithumb.parse(stream, (struct slice){exact, payload.len}, &parsing, record);
    free(exact);
    return refusal;
}

static void expect_refusal(uint32_t stream, const char *payload, enum refusal expected)
{
    enum refusal refusal = parse(stream, "KRW-BTC", slice_of(payload));
    ck_assert_msg(refusal == expected, "%s: %s instead of %s", payload, refusal_word(refusal).data,
                  refusal_word(expected).data);
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

static const struct {
    uint32_t stream;
    const char *payload;
    const char *needed; /* members that we cannot do without, each between commas ... */
    const char *nulls;  /* ... and those of them that may be null */
} samples[] = {
    {BITHUMB_TRADE, TRADE,
     ",code,trade_price,trade_volume,ask_bid,trade_timestamp,sequential_id,stream_type,", ""},
    {BITHUMB_TRADE, SHORT_TRADE, ",cd,tp,tv,ab,ttms,sid,st,", ""},
    {BITHUMB_TICKER, TICKER,
     ",code,trade_price,signed_change_rate,acc_trade_volume_24h,acc_trade_price_24h,"
     "trade_timestamp,timestamp,",
     ",trade_price,signed_change_rate,acc_trade_volume_24h,acc_trade_price_24h,trade_timestamp,"},
    {BITHUMB_TICKER, SHORT_TICKER, ",cd,tp,scr,atv24h,atp24h,ttms,tms,",
     ",tp,scr,atv24h,atp24h,ttms,"},
    {BITHUMB_BOOK, BOOK, ",code,orderbook_units,timestamp,", ""},
    {BITHUMB_BOOK, SHORT_BOOK, ",cd,obu,tms,", ""},
    {BITHUMB_TOP, BOOK, ",code,orderbook_units,timestamp,", ""},
    {BITHUMB_TOP, SHORT_BOOK, ",cd,obu,tms,", ""},
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
    ck_assert_int_eq(parse(BITHUMB_TRADE, "KRW-BTC", SLICE(TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_uint_eq(record->size, event_size(KIND_TRADE, 0));
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_uint_eq(record->seq, 0); /* ids have no order */
    ck_assert_int_eq(record->ts_exchange, INT64_C(1785397735004000000));
    expect_number(&record->trade.price, "91196000");
    expect_number(&record->trade.size, "0.00021931");
    expect_id("921046844841158138");
    ck_assert_int_eq(record->trade.side, SIDE_SELL);
    ck_assert_int_eq(parse(BITHUMB_TRADE, "KRW-BTC", SLICE(SHORT_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    expect_number(&record->trade.price, "91196000");
    expect_number(&record->trade.size, "0.00021931");
    expect_id("1079953210371761711");
    ck_assert_int_eq(record->trade.side, SIDE_BUY);
}
END_TEST

START_TEST(parse_ticker_gives_the_last_day_and_not_the_calendar_one)
{
    static const struct {
        const char *payload;
        int64_t time, last;
        const char *price, *volume, *turnover, *change;
    } cases[] = {
        {TICKER, INT64_C(1725927377287000000), INT64_C(1725927377174000000), "493100",
         "13380.57687512", "8227950466.316009", "1.775026"},
        {SHORT_TICKER, INT64_C(1725927614457000000), INT64_C(1725927614331000000), "47570",
         "19797.96498024", "730024172.79764567609921044", "-0.668198"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse(BITHUMB_TICKER, "KRW-BTC", slice_of(cases[i].payload)),
                         REFUSAL_NONE);
        ck_assert_int_eq(record->kind, KIND_QUOTE);
        ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
        ck_assert_uint_eq(record->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_VOLUME |
                                                   1u << QUOTE_TURNOVER | 1u << QUOTE_CHANGE);
        ck_assert_int_eq(record->ts_exchange, cases[i].time);
        ck_assert_int_eq(record->quote.ts_last, cases[i].last);
        expect_number(&record->quote.numbers[QUOTE_PRICE], cases[i].price);
        expect_number(&record->quote.numbers[QUOTE_VOLUME], cases[i].volume);
        expect_number(&record->quote.numbers[QUOTE_TURNOVER], cases[i].turnover);
        expect_number(&record->quote.numbers[QUOTE_CHANGE], cases[i].change);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    }
}
END_TEST

START_TEST(parse_ticker_of_a_market_that_never_traded_has_no_price)
{
    static const char ticker[] =
        "{\"type\":\"ticker\",\"code\":\"KRW-BTC\",\"trade_price\":0,\"signed_change_rate\":0,"
        "\"acc_trade_volume_24h\":0,\"acc_trade_price_24h\":0,\"trade_timestamp\":null,"
        "\"timestamp\":1790133514044,\"stream_type\":\"SNAPSHOT\"}";
    ck_assert_int_eq(parse(BITHUMB_TICKER, "KRW-BTC", slice_of(ticker)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known & 1u << QUOTE_PRICE, 0);
    ck_assert_uint_ne(record->quote.known & 1u << QUOTE_VOLUME, 0);
    ck_assert_int_eq(record->quote.ts_last, 0);
}
END_TEST

static void expect_level(const struct level *level, const char *price, const char *size)
{
    expect_number(&level->price, price);
    expect_number(&level->size, size);
}

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

#define UNITS(units)                                                                               \
    "{\"ty\":\"orderbook\",\"cd\":\"KRW-BTC\",\"obu\":[" units "],\"tms\":1790133505564}"
#define UNIT(ap, bp, as, bs) "{\"ap\":" ap ",\"bp\":" bp ",\"as\":" as ",\"bs\":" bs "}"

/* Padding has price 0; dust is rounded to size 0, at the best price too. */
START_TEST(parse_book_leaves_out_padding_and_dust_on_its_own_side)
{
    static const char thin[] = UNITS(UNIT("10", "9", "0.0000", "0") "," UNIT(
        "11", "8", "1", "0.0") "," UNIT("12", "7", "0", "2") "," UNIT("13", "0", "3", "0"));
    ck_assert_int_eq(parse(BITHUMB_BOOK, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000)); /* milliseconds once */
    ck_assert(record->book.bid_count == 1 && record->book.ask_count == 2);
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 3));
    expect_level(&event_bids(record)[0], "7", "2");
    expect_level(&event_asks(record)[0], "11", "1");
    expect_level(&event_asks(record)[1], "13", "3");
    ck_assert_int_eq(parse(BITHUMB_TOP, "KRW-BTC", slice_of(thin)), REFUSAL_NONE);
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "7");
    expect_number(&record->quote.numbers[QUOTE_BID_SIZE], "2");
    expect_number(&record->quote.numbers[QUOTE_ASK_PRICE], "11");
}
END_TEST

START_TEST(parse_top_forgets_a_side_that_is_gone)
{
    static const char half[] = UNITS(UNIT("10", "0", "5", "0"));
    ck_assert_int_eq(parse(BITHUMB_TOP, "KRW-BTC", slice_of(half)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT); /* what is not in it is void */
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1790133505564000000));
    ck_assert_int_eq(parse(BITHUMB_TOP, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 0);
    ck_assert_int_eq(parse(BITHUMB_BOOK, "KRW-BTC", SLICE(UNITS(""))), REFUSAL_NONE);
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
        ck_assert_int_eq(parse(BITHUMB_BOOK, "KRW-BTC", text_slice(&text)),
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
        {BITHUMB_BOOK, UNITS(UNIT("2", "1", "1", "1")), DRIFT_NONE, ""},
        {BITHUMB_BOOK,
         "{\"cd\":\"KRW-BTC\",\"obu\":[],\"orders\":{\"a\":[1]},\"next\":1,\"tms\":1}",
         DRIFT_UNKNOWN_FIELD, "orders"},
        {BITHUMB_BOOK, "{\"cd\":\"KRW-BTC\",\"obu\":[],\"tms\":1,\"st\":\"DELTA\"}",
         DRIFT_UNKNOWN_WORD, "DELTA"},
        {BITHUMB_TOP,
         "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[{\"ap\":2,\"bp\":1,\"as\":1,\"bs\":1,\"n\":4}]}",
         DRIFT_UNKNOWN_FIELD, "n"},
        {BITHUMB_TICKER,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"scr\":0,\"atv24h\":1,\"atp24h\":1,\"ttms\":1,"
         "\"tms\":1,\"ms\":\"HALTED\"}",
         DRIFT_UNKNOWN_WORD, "HALTED"},
        /* A short name of another type. */
        {BITHUMB_TRADE,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"tv\":1,\"ab\":\"BID\",\"ttms\":1,\"sid\":1,"
         "\"st\":\"REALTIME\",\"op\":7}",
         DRIFT_UNKNOWN_FIELD, "op"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parsing = (struct parsing){.exchange_symbol = SLICE("KRW-BTC"), .levels_max = LEVELS};
        ck_assert_msg(exchange_bithumb.parse(cases[i].stream, slice_of(cases[i].payload), &parsing,
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
    ck_assert_int_eq(parse(BITHUMB_TRADE, "KRW-BTC", slice_of(turned)), REFUSAL_NONE);
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
    for (uint32_t stream = BITHUMB_BOOK; stream <= BITHUMB_TOP; stream++) {
        without_each_member(stream, BOOK, ",ask_price,bid_price,ask_size,bid_size,", "",
                            strstr(BOOK, "[{") + 1);
        without_each_member(stream, SHORT_BOOK, ",ap,bp,as,bs,", "", strstr(SHORT_BOOK, "[{") + 1);
    }
}
END_TEST

#define A_TRADE(price, size, side, id)                                                             \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"tv\":" size ",\"ab\":" side ",\"ttms\":1,\"sid\":" id  \
    ",\"st\":\"REALTIME\"}"
#define A_TICKER(price, change, volume)                                                            \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"scr\":" change ",\"atv24h\":" volume                   \
    ",\"atp24h\":1,\"ttms\":1,\"tms\":1}"

START_TEST(parse_refuses_values_that_cannot_be)
{
    static const struct {
        uint32_t stream;
        const char *payload;
        enum refusal refusal;
    } cases[] = {
        {BITHUMB_TRADE, A_TRADE("1", "1", "\"BID\"", "1"), REFUSAL_NONE},
        {BITHUMB_TRADE, A_TRADE("0", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TRADE, A_TRADE("-1", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TRADE, A_TRADE("1", "0.0", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TRADE, A_TRADE("1", "1", "\"buy\"", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TRADE, A_TRADE("1", "1", "1", "1"), REFUSAL_WRONG_TYPE},
        {BITHUMB_TRADE, A_TRADE("1e40", "1", "\"BID\"", "1"), REFUSAL_BAD_NUMBER},
        {BITHUMB_TRADE, A_TRADE("true", "1", "\"BID\"", "1"), REFUSAL_WRONG_TYPE},
        {BITHUMB_TRADE, A_TRADE("1", "1", "\"BID\"", "18446744073709551616"), REFUSAL_BAD_NUMBER},
        {BITHUMB_TRADE, A_TRADE("1", "1", "\"BID\"", "1.5"), REFUSAL_WRONG_TYPE},
        {BITHUMB_TRADE, A_TRADE("1", "1", "\"BID\",\"ab\":\"ASK\"", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TRADE, "[]", REFUSAL_WRONG_TYPE},
        {BITHUMB_TICKER, A_TICKER("1", "-0.01", "1"), REFUSAL_NONE},
        {BITHUMB_TICKER, A_TICKER("-1", "0", "1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TICKER, A_TICKER("1", "0", "-1"), REFUSAL_BAD_VALUE},
        {BITHUMB_TICKER, A_TICKER("1", "9000000000000000000000000000", "1"), REFUSAL_BAD_NUMBER},
        {BITHUMB_BOOK, UNITS(UNIT("-2", "1", "1", "1")), REFUSAL_BAD_VALUE},
        {BITHUMB_BOOK, UNITS(UNIT("2", "1", "1", "-1")), REFUSAL_BAD_VALUE},
        {BITHUMB_BOOK, UNITS("[2,1,1,1]"), REFUSAL_WRONG_TYPE},
        {BITHUMB_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
        {BITHUMB_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[],\"obu\":[]}", REFUSAL_BAD_VALUE},
        {BITHUMB_BOOK, "{\"cd\":\"KRW-BTC\",\"tms\":-1,\"obu\":[]}", REFUSAL_BAD_NUMBER},
        {BITHUMB_TOP, UNITS(UNIT("2", "-1", "1", "1")), REFUSAL_BAD_VALUE},
        {BITHUMB_TOP, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(cases[i].stream, cases[i].payload, cases[i].refusal);
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

/* Under the sanitizers; and what is taken is a book that can be. */
START_TEST(parse_garbled_payloads_do_no_harm)
{
    static const char bytes[] = "\"{}[],:-.e09n\\";
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t at = 0; at < strlen(samples[i].payload); at++)
            for (const char *byte = bytes; *byte != '\0'; byte++) {
                char garbled[2048];
                struct text text = text_over(garbled, sizeof garbled);
                text_append(&text, slice_of(samples[i].payload));
                garbled[at] = *byte;
                if (parse(samples[i].stream, "KRW-BTC", text_slice(&text)) != REFUSAL_NONE)
                    continue;
                bool book = record->kind == KIND_BOOK;
                for (uint32_t level = 0; book && level < record->book.bid_count; level++)
                    ck_assert(payload_positive(&event_bids(record)[level].size));
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bithumb_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_trade_says_who_took_and_whether_it_is_news);
    tcase_add_test(tests, parse_ticker_gives_the_last_day_and_not_the_calendar_one);
    tcase_add_test(tests, parse_ticker_of_a_market_that_never_traded_has_no_price);
    tcase_add_test(tests, parse_book_holds_bids_before_asks);
    tcase_add_test(tests, parse_book_leaves_out_padding_and_dust_on_its_own_side);
    tcase_add_test(tests, parse_top_forgets_a_side_that_is_gone);
    tcase_add_test(tests, parse_book_of_more_levels_than_a_record_holds_is_refused);
    tcase_add_test(tests, parse_notes_what_the_facts_do_not_know);
    tcase_add_test(tests, parse_reads_members_in_any_order);
    tcase_add_test(tests, parse_refuses_another_symbols_payload);
    tcase_add_test(tests, parse_refuses_a_payload_cut_anywhere);
    tcase_add_test(tests, parse_refuses_a_payload_without_a_field_it_needs);
    tcase_add_test(tests, parse_refuses_values_that_cannot_be);
    tcase_add_test(tests, parse_refuses_what_stands_behind_the_payload);
    tcase_add_test(tests, parse_garbled_payloads_do_no_harm);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
