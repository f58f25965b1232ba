/* SPDX-License-Identifier: Apache-2.0 */
/* Binance USD-M futures as the simulator speaks it, with the members of 2026 in the order of the
 * frames that are quoted from then. Source: binance.md (docs of 2026-05-28, models of 2026-08-21),
 * sections as noted; nothing of usdm_parse.c or usdm_route.c takes part. */
#include "common/clock.h"
#include "connectors/binance/sim_parts.h"
#include "connectors/dialect_text.h"

#include <time.h>

static const struct dialect_listing listings[] = {
    {"BTC", "USDT", DIALECT_PERPETUAL, 0, "60000", "0.10", 3, false},
    {"ETH", "USDT", DIALECT_PERPETUAL, 0, "3000", "0.01", 3, false},
    {"1000PEPE", "USDT", DIALECT_PERPETUAL, 0, "0.01", "0.0000001", 0, false},
    {"BTC", "USDT", DIALECT_DATED, 1, "60500", "0.1", 3, false},
    {"BTC", "USDT", DIALECT_DATED, 2, "61000", "0.1", 3, false},
    {"BTC", "USDC", DIALECT_PERPETUAL, 0, "60000", "0.1", 3, false},
    {"TSLA", "USDT", DIALECT_PERPETUAL, 0, "420", "0.01", 2, false},
    {NULL, "USDT", DIALECT_PERPETUAL, 0, "50", "0.0010", 1, false},
};

/* 5.2: "BTCUSDT", "BTCUSDT_261225". */
static void write_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    text_append(symbol, instrument->base);
    text_append(symbol, instrument->quote);
    time_t seconds = (time_t)(instrument->delivery_ms / 1000);
    struct tm day;
    if (instrument->kind == DIALECT_DATED && gmtime_r(&seconds, &day) != NULL)
        text_format(symbol, "_%02d%02d%02d", day.tm_year % 100, day.tm_mon + 1, day.tm_mday);
}

/* 1.3: the classes, each a path of its own. A path without one is as the public one. */
enum { ROOT_PUBLIC, ROOT_MARKET, ROOT_NONE };
#define ON_PUBLIC (1u << ROOT_PUBLIC | 1u << ROOT_NONE)
#define ON_MARKET (1u << ROOT_MARKET)

/* 3.2.1: what stands behind the '@'. Marks come every 3 seconds or every one, statistics every two,
 * of liquidations the first of a second is shown. */
static const struct {
    struct slice name;
    struct dialect_stream stream;
} streams[] = {
    {{"aggTrade", 8}, {.channel = DIALECT_AGGREGATE, .roots = ON_MARKET}},
    {{"trade", 5}, {.channel = DIALECT_TRADE, .roots = ON_PUBLIC}},
    {{"bookTicker", 10}, {.channel = DIALECT_TOP, .roots = ON_PUBLIC}},
    {{"ticker", 6}, {.channel = DIALECT_DAY, .roots = ON_MARKET, .clock_s = 2}},
    {{"miniTicker", 10}, {.channel = DIALECT_DAY_SHORT, .roots = ON_MARKET, .clock_s = 2}},
    {{"depth", 5}, {.channel = DIALECT_CHANGES, .roots = ON_PUBLIC}},
    {{"depth@0ms", 9}, {.channel = DIALECT_CHANGES, .roots = ON_PUBLIC}},
    {{"depth@100ms", 11}, {.channel = DIALECT_CHANGES, .roots = ON_PUBLIC}},
    {{"depth@500ms", 11}, {.channel = DIALECT_CHANGES, .roots = ON_PUBLIC}},
    {{"depth5", 6}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 5}},
    {{"depth10", 7}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 10}},
    {{"depth20", 7}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 20}},
    {{"depth5@100ms", 12}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 5}},
    {{"depth10@100ms", 13}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 10}},
    {{"depth20@100ms", 13}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 20}},
    {{"depth5@500ms", 12}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 5}},
    {{"depth10@500ms", 13}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 10}},
    {{"depth20@500ms", 13}, {.channel = DIALECT_LEVELS, .roots = ON_PUBLIC, .levels = 20}},
    {{"markPrice", 9}, {.channel = DIALECT_MARK, .roots = ON_MARKET, .clock_s = 3}},
    {{"markPrice@1s", 12}, {.channel = DIALECT_MARK, .roots = ON_MARKET, .clock_s = 1}},
    {{"forceOrder", 10}, {.channel = DIALECT_LIQUIDATION, .roots = ON_MARKET, .gap_ms = 1000}},
};

static bool read_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    struct slice name;
    if (!binance_sim_split_key(key, symbol, &name))
        return false;
    if (slice_starts_with(name, SLICE("kline_"))) { /* 3.2.8: all but seconds */
        if (!binance_sim_read_interval((struct slice){name.data + 6, name.len - 6}, stream))
            return false;
        stream->roots = ON_MARKET;
        stream->clock_s = 1;
        return stream->period_s >= 60;
    }
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (slice_equal(name, streams[i].name)) {
            *stream = streams[i].stream;
            return true;
        }
    return false;
}

#define begin_event(text, name, event)                                                             \
    (text_literal((text), "{\"e\":\"" name "\",\"E\":"),                                           \
     text_unsigned((text), binance_sim_time(event)))

/* The symbol without a date. */
static struct slice pair_of(const struct dialect_event *event)
{
    struct slice pair = event->symbol;
    const char *date = memchr(pair.data, '_', pair.len);
    if (date != NULL)
        pair.len = (size_t)(date - pair.data);
    return pair;
}

static void end_with_pair(struct text *text, const struct dialect_event *event)
{
    member_string(text, "ps", pair_of(event));
    text_literal(text, ",\"st\":1}");
}

/* 3.2.2 */
static void write_aggregate(struct text *text, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    begin_event(text, "aggTrade", event);
    member_number(text, "a", trade->aggregate_id);
    member_string(text, "s", event->symbol);
    member_decimal(text, "p", &trade->price);
    member_decimal(text, "q", &trade->size);
    member_decimal(text, "nq", &trade->size);
    member_number(text, "f", trade->id);
    member_number(text, "l", trade->id);
    member_number(text, "T", binance_sim_time(event));
    member_boolean(text, "m", trade->sell);
    text_literal(text, ",\"st\":1}");
}

/* 3.2.3: not documented, as it was seen. */
static void write_trade(struct text *text, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    begin_event(text, "trade", event);
    member_number(text, "T", binance_sim_time(event));
    member_string(text, "s", event->symbol);
    member_number(text, "t", trade->id);
    member_decimal(text, "p", &trade->price);
    member_decimal(text, "q", &trade->size);
    text_literal(text, ",\"X\":\"MARKET\"");
    member_boolean(text, "m", trade->sell);
    text_literal(text, ",\"st\":1}");
}

/* 3.2.4 */
static void write_top(struct text *text, const struct dialect_event *event)
{
    text_literal(text, "{\"e\":\"bookTicker\"");
    member_number(text, "u", event->top_id);
    member_string(text, "s", event->symbol);
    member_string(text, "ps", pair_of(event));
    member_decimal(text, "b", &event->bid.price);
    member_decimal(text, "B", &event->bid.size);
    member_decimal(text, "a", &event->ask.price);
    member_decimal(text, "A", &event->ask.size);
    member_number(text, "T", binance_sim_time(event));
    member_number(text, "E", binance_sim_time(event));
    text_literal(text, ",\"st\":1}");
}

/* 3.2.9: the top of the book is not in it. */
static void write_day(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    begin_event(text, "24hrTicker", event);
    member_string(text, "s", event->symbol);
    member_decimal(text, "p", &event->day.change);
    member_decimal(text, "P", &event->day.change_percent);
    member_decimal(text, "w", &event->day.average);
    member_decimal(text, "c", &bar->close);
    member_decimal(text, "Q", &event->day.last.size);
    member_decimal(text, "o", &bar->open);
    member_decimal(text, "h", &bar->high);
    member_decimal(text, "l", &bar->low);
    member_decimal(text, "v", &bar->volume);
    member_decimal(text, "q", &bar->turnover);
    member_number(text, "O", (uint64_t)bar->open_ms);
    member_number(text, "C", (uint64_t)(event->time_ns / NS_PER_MS));
    binance_sim_bar_id(text, SLICE(",\"F\":"), bar, bar->first_id);
    binance_sim_bar_id(text, SLICE(",\"L\":"), bar, bar->last_id);
    member_number(text, "n", bar->trades);
    end_with_pair(text, event);
}

/* 3.2.9 */
static void write_day_short(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    begin_event(text, "24hrMiniTicker", event);
    member_string(text, "s", event->symbol);
    member_decimal(text, "c", &bar->close);
    member_decimal(text, "o", &bar->open);
    member_decimal(text, "h", &bar->high);
    member_decimal(text, "l", &bar->low);
    member_decimal(text, "v", &bar->volume);
    member_decimal(text, "q", &bar->turnover);
    end_with_pair(text, event);
}

/* 3.2.5: what changed, or the best levels, in the same object. */
static void write_depth(struct text *text, const struct dialect_stream *stream,
                        const struct dialect_event *event)
{
    const struct dialect_book *book = &event->book;
    begin_event(text, "depthUpdate", event);
    member_number(text, "T", binance_sim_time(event));
    member_string(text, "s", event->symbol);
    member_number(text, "U", stream->channel == DIALECT_LEVELS ? book->last_id : book->first_id);
    member_number(text, "u", book->last_id);
    member_number(text, "pu", book->previous_id);
    text_literal(text, ",\"b\":");
    binance_sim_write_levels(text, book->bids, book->bid_count);
    text_literal(text, ",\"a\":");
    binance_sim_write_levels(text, book->asks, book->ask_count);
    end_with_pair(text, event);
}

/* 3.2.6. A dated contract has an empty rate and no next time. */
static void write_mark(struct text *text, const struct dialect_event *event)
{
    const struct dialect_mark *mark = &event->mark;
    begin_event(text, "markPriceUpdate", event);
    member_string(text, "s", event->symbol);
    member_decimal(text, "p", &mark->mark);
    member_decimal(text, "ap", &mark->mark);
    member_decimal(text, "P", &mark->index);
    member_decimal(text, "i", &mark->index);
    if (mark->funded)
        member_decimal(text, "r", &mark->funding);
    else
        text_literal(text, ",\"r\":\"\"");
    member_number(text, "T", mark->funded ? (uint64_t)mark->next_funding_ms : 0);
    text_literal(text, ",\"st\":1}");
}

/* 3.2.7, with the pair and the family within, as in a frame of 2026-10. */
static void write_liquidation(struct text *text, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    begin_event(text, "forceOrder", event);
    text_literal(text, ",\"o\":{\"s\":\"");
    text_append(text, event->symbol);
    text_append(text, trade->sell ? SLICE("\",\"S\":\"SELL\"") : SLICE("\",\"S\":\"BUY\""));
    text_literal(text, ",\"o\":\"LIMIT\",\"f\":\"IOC\"");
    member_decimal(text, "q", &trade->size);
    member_decimal(text, "p", &trade->price);
    member_decimal(text, "ap", &trade->price);
    text_literal(text, ",\"X\":\"FILLED\"");
    member_decimal(text, "l", &trade->size);
    member_decimal(text, "z", &trade->size);
    member_number(text, "T", binance_sim_time(event));
    end_with_pair(text, event);
    text_literal(text, "}");
}

static void write_payload(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event)
{
    static void (*const writers[DIALECT_CHANNELS])(struct text *, const struct dialect_event *) = {
        [DIALECT_TRADE] = write_trade,
        [DIALECT_AGGREGATE] = write_aggregate,
        [DIALECT_TOP] = write_top,
        [DIALECT_DAY] = write_day,
        [DIALECT_DAY_SHORT] = write_day_short,
        [DIALECT_MARK] = write_mark,
        [DIALECT_LIQUIDATION] = write_liquidation,
    };
    if (stream->channel == DIALECT_CHANGES || stream->channel == DIALECT_LEVELS) {
        write_depth(payload, stream, event);
    } else if (stream->channel == DIALECT_CANDLE) {
        binance_sim_write_kline(payload, stream, event);
        text_literal(payload, ",\"st\":1}");
    } else {
        writers[stream->channel](payload, event);
    }
}

/* 1.3: /public/ws, /market/stream?streams= and so on; what is private is not here. */
static bool read_path(const struct dialect_query *query, struct dialect_request *request)
{
    static const struct slice classes[] = {
        [ROOT_PUBLIC] = {"/public", 7}, [ROOT_MARKET] = {"/market", 7}, [ROOT_NONE] = {"", 0}};
    struct dialect_query rest = *query;
    request->root = ROOT_PUBLIC;
    while (!slice_starts_with(query->path, classes[request->root]))
        request->root++;
    rest.path.data += classes[request->root].len;
    rest.path.len -= classes[request->root].len;
    return binance_sim_read_path(&rest, request);
}

const struct dialect binance_usdm_dialect = {
    .name = "binance-usdm",
    .listings = listings,
    .listing_count = sizeof listings / sizeof *listings,
    /* 2.2, 2.3, 5.3; attempts to connect are counted as on spot. */
    .limits = {.streams = 1024,
               .messages_per_second = 10,
               .control_counts = true,
               .connects = 300,
               .connects_ms = 300000,
               .rest_weight = 2400,
               .rest_ms = 60000,
               .warnings = 3,
               .warn_status = 429,
               .ban_status = 418,
               .ban_s = 120,
               .retry_after = true,
               .ping_ms = 180000,
               .pong_ms = 600000,
               .life_ms = 86400000},
    .manner = DIALECT_ADDS,
    .ids_shared = true, /* 3.2.5 */
    .wrap_begin = {"{\"stream\":\"", 11},
    .wrap_middle = {"\",\"data\":", 9},
    .wrap_end = {"}", 1},
    .vital =
        {
            [DIALECT_TRADE] = "\"p\":",
            [DIALECT_AGGREGATE] = "\"p\":",
            [DIALECT_TOP] = "\"b\":",
            [DIALECT_DAY] = "\"c\":",
            [DIALECT_DAY_SHORT] = "\"c\":",
            [DIALECT_CHANGES] = "\"pu\":",
            [DIALECT_LEVELS] = "\"u\":",
            [DIALECT_CANDLE] = "\"c\":",
            [DIALECT_MARK] = "\"p\":",
            [DIALECT_LIQUIDATION] = "\"q\":",
        },
    .account = &usdm_sim_account,
    .write_symbol = write_symbol,
    .split_symbol = binance_sim_split_symbol,
    .read_key = read_key,
    .write_payload = write_payload,
    .write_shutdown = binance_sim_write_shutdown,
    .read_path = read_path,
    .read_request = binance_sim_read_request,
    .write_reply = binance_sim_write_reply,
    .weigh = usdm_sim_weigh,
    .answer = usdm_sim_answer,
    .write_used = binance_sim_write_used,
    .write_failure = binance_sim_write_failure,
    .read_line = binance_sim_read_line,
    .read_book = binance_sim_read_book,
};
