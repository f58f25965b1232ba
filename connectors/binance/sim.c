/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot as the simulator speaks it. Source: binance.md (official docs of 2026-07-21),
 * sections as noted; nothing of parse.c or route.c takes part. */
#include "common/clock.h"
#include "connectors/binance/sim_parts.h"
#include "connectors/dialect_text.h"

/* Those that everybody knows, and made-up ones. */
static const struct dialect_listing listings[] = {
    {"BTC", "USDT", DIALECT_SPOT, 0, "60000", "0.01", 5, false},
    {"ETH", "USDT", DIALECT_SPOT, 0, "3000", "0.01", 4, false},
    {NULL, "USDT", DIALECT_SPOT, 0, "50", "0.0001", 2, false},
};

static void write_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    text_append(symbol, instrument->base);
    text_append(symbol, instrument->quote);
}

/* Nothing in a name says where its base ends: the quotes that there are, longer ones first. */
bool binance_sim_split_symbol(struct slice symbol, struct slice *base, struct slice *quote)
{
    static const char *const quotes[] = {"FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BIDR", "BTC",
                                         "ETH",   "BNB",  "EUR",  "GBP",  "AUD",  "TRY",  "BRL",
                                         "RUB",   "UAH",  "DAI",  "PAX",  "TRX",  "XRP",  "VAI",
                                         "NGN",   "ZAR",  "JPY",  "MXN",  "ARS",  "PLN",  "RON"};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        struct slice end = slice_of(quotes[i]);
        if (symbol.len <= end.len)
            continue;
        *base = (struct slice){symbol.data, symbol.len - end.len};
        *quote = (struct slice){symbol.data + base->len, end.len};
        if (slice_equal(*quote, end))
            return true;
    }
    return false;
}

/* 3.1.1: what stands behind the '@'. */
static const struct {
    struct slice name;
    enum dialect_channel channel;
    uint32_t levels;
} streams[] = {
    {{"trade", 5}, DIALECT_TRADE, 0},
    {{"aggTrade", 8}, DIALECT_AGGREGATE, 0},
    {{"bookTicker", 10}, DIALECT_TOP, 0},
    {{"ticker", 6}, DIALECT_DAY, 0},
    {{"miniTicker", 10}, DIALECT_DAY_SHORT, 0},
    {{"depth", 5}, DIALECT_CHANGES, 0},
    {{"depth@100ms", 11}, DIALECT_CHANGES, 0},
    {{"depth5", 6}, DIALECT_LEVELS, 5},
    {{"depth10", 7}, DIALECT_LEVELS, 10},
    {{"depth20", 7}, DIALECT_LEVELS, 20},
    {{"depth5@100ms", 12}, DIALECT_LEVELS, 5},
    {{"depth10@100ms", 13}, DIALECT_LEVELS, 10},
    {{"depth20@100ms", 13}, DIALECT_LEVELS, 20},
};

/* 3.1.12 */
static const struct {
    struct slice name;
    uint32_t period_s;
} intervals[] = {
    {{"1s", 2}, 1},     {{"1m", 2}, 60},     {{"3m", 2}, 180},    {{"5m", 2}, 300},
    {{"15m", 3}, 900},  {{"30m", 3}, 1800},  {{"1h", 2}, 3600},   {{"2h", 2}, 7200},
    {{"4h", 2}, 14400}, {{"6h", 2}, 21600},  {{"8h", 2}, 28800},  {{"12h", 3}, 43200},
    {{"1d", 2}, 86400}, {{"3d", 2}, 259200}, {{"1w", 2}, 604800}, {{"1M", 2}, DIALECT_MONTH},
};

bool binance_sim_read_interval(struct slice name, struct dialect_stream *stream)
{
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        if (!slice_equal(name, intervals[i].name))
            continue;
        *stream = (struct dialect_stream){.channel = DIALECT_CANDLE,
                                          .period_s = intervals[i].period_s,
                                          .variant = intervals[i].name};
        return true;
    }
    return false;
}

/* 2.1: a name in upper case is acknowledged and silent, so here it is no stream. */
bool binance_sim_split_key(struct slice key, struct text *symbol, struct slice *name)
{
    const char *at = key.len > 0 ? memchr(key.data, '@', key.len) : NULL;
    if (at == NULL || at == key.data)
        return false;
    for (const char *c = key.data; c < at; c++) {
        if (*c >= 'A' && *c <= 'Z')
            return false;
        char upper = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        text_bytes(symbol, &upper, 1);
    }
    *name = (struct slice){at + 1, (size_t)(key.data + key.len - at - 1)};
    return true;
}

static bool read_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    struct slice name;
    if (!binance_sim_split_key(key, symbol, &name))
        return false;
    if (slice_starts_with(name, SLICE("kline_")))
        return binance_sim_read_interval((struct slice){name.data + 6, name.len - 6}, stream);
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        if (!slice_equal(name, streams[i].name))
            continue;
        *stream =
            (struct dialect_stream){.channel = streams[i].channel, .levels = streams[i].levels};
        return true;
    }
    return false;
}

uint64_t binance_sim_time(const struct dialect_event *event)
{
    return (uint64_t)(event->time_ns / (event->micro ? NS_PER_US : NS_PER_MS));
}

static uint64_t bar_time(const struct dialect_event *event, int64_t ms, bool last)
{
    return event->micro ? (uint64_t)ms * 1000 + (last ? 999 : 0) : (uint64_t)ms;
}

#define begin_event(text, name, event)                                                             \
    do {                                                                                           \
        text_literal((text), "{\"e\":\"" name "\",\"E\":");                                        \
        text_unsigned((text), binance_sim_time(event));                                            \
        member_string((text), "s", (event)->symbol);                                               \
    } while (0)

/* 3.1.2 */
static void write_trade(struct text *text, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    begin_event(text, "trade", event);
    member_number(text, "t", trade->id);
    member_decimal(text, "p", &trade->price);
    member_decimal(text, "q", &trade->size);
    member_number(text, "T", binance_sim_time(event));
    member_boolean(text, "m", trade->sell);
    text_literal(text, ",\"M\":true}");
}

/* 3.1.3 */
static void write_aggregate(struct text *text, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    begin_event(text, "aggTrade", event);
    member_number(text, "a", trade->aggregate_id);
    member_decimal(text, "p", &trade->price);
    member_decimal(text, "q", &trade->size);
    member_number(text, "f", trade->id);
    member_number(text, "l", trade->id);
    member_number(text, "T", binance_sim_time(event));
    member_boolean(text, "m", trade->sell);
    text_literal(text, ",\"M\":true}");
}

/* 3.1.8: no event word, no time. */
static void write_top(struct text *text, const struct dialect_event *event)
{
    text_literal(text, "{\"u\":");
    text_unsigned(text, event->top_id);
    member_string(text, "s", event->symbol);
    member_decimal(text, "b", &event->bid.price);
    member_decimal(text, "B", &event->bid.size);
    member_decimal(text, "a", &event->ask.price);
    member_decimal(text, "A", &event->ask.size);
    text_literal(text, "}");
}

/* An id of a bar without trades is -1 (3.1.5, 3.1.12). */
void binance_sim_bar_id(struct text *text, struct slice name, const struct dialect_bar *bar,
                        uint64_t id)
{
    text_append(text, name);
    text_signed(text, bar->trades > 0 ? (int64_t)id : -1);
}

/* 3.1.5 */
static void write_day(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    begin_event(text, "24hrTicker", event);
    member_decimal(text, "p", &event->day.change);
    member_decimal(text, "P", &event->day.change_percent);
    member_decimal(text, "w", &event->day.average);
    member_decimal(text, "x", &bar->open);
    member_decimal(text, "c", &bar->close);
    member_decimal(text, "Q", &event->day.last.size);
    member_decimal(text, "b", &event->bid.price);
    member_decimal(text, "B", &event->bid.size);
    member_decimal(text, "a", &event->ask.price);
    member_decimal(text, "A", &event->ask.size);
    member_decimal(text, "o", &bar->open);
    member_decimal(text, "h", &bar->high);
    member_decimal(text, "l", &bar->low);
    member_decimal(text, "v", &bar->volume);
    member_decimal(text, "q", &bar->turnover);
    member_number(text, "O", bar_time(event, bar->open_ms, false));
    member_number(text, "C", binance_sim_time(event));
    binance_sim_bar_id(text, SLICE(",\"F\":"), bar, bar->first_id);
    binance_sim_bar_id(text, SLICE(",\"L\":"), bar, bar->last_id);
    member_number(text, "n", bar->trades);
    text_literal(text, "}");
}

/* 3.1.6 */
static void write_day_short(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    begin_event(text, "24hrMiniTicker", event);
    member_decimal(text, "c", &bar->close);
    member_decimal(text, "o", &bar->open);
    member_decimal(text, "h", &bar->high);
    member_decimal(text, "l", &bar->low);
    member_decimal(text, "v", &bar->volume);
    member_decimal(text, "q", &bar->turnover);
    text_literal(text, "}");
}

void binance_sim_write_levels(struct text *text, const struct dialect_level *levels, uint32_t count)
{
    text_literal(text, "[");
    for (uint32_t i = 0; i < count; i++) {
        text_append(text, i > 0 ? SLICE(",[\"") : SLICE("[\""));
        decimal_write(text, &levels[i].price);
        text_literal(text, "\",\"");
        decimal_write(text, &levels[i].size);
        text_literal(text, "\"]");
    }
    text_literal(text, "]");
}

/* 3.1.11 */
static void write_changes(struct text *text, const struct dialect_event *event)
{
    const struct dialect_book *book = &event->book;
    begin_event(text, "depthUpdate", event);
    member_number(text, "U", book->first_id);
    member_number(text, "u", book->last_id);
    text_literal(text, ",\"b\":");
    binance_sim_write_levels(text, book->bids, book->bid_count);
    text_literal(text, ",\"a\":");
    binance_sim_write_levels(text, book->asks, book->ask_count);
    text_literal(text, "}");
}

/* 3.1.10 and the reply of 4.1: no symbol, no time. */
void binance_sim_write_book(struct text *text, const struct dialect_book *book)
{
    text_literal(text, "{\"lastUpdateId\":");
    text_unsigned(text, book->last_id);
    text_literal(text, ",\"bids\":");
    binance_sim_write_levels(text, book->bids, book->bid_count);
    text_literal(text, ",\"asks\":");
    binance_sim_write_levels(text, book->asks, book->ask_count);
    text_literal(text, "}");
}

/* 3.1.12 */
void binance_sim_write_kline(struct text *text, const struct dialect_stream *stream,
                             const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->candle.bar;
    begin_event(text, "kline", event);
    text_literal(text, ",\"k\":{\"t\":");
    text_unsigned(text, bar_time(event, bar->open_ms, false));
    member_number(text, "T", bar_time(event, bar->close_ms, true));
    member_string(text, "s", event->symbol);
    member_string(text, "i", stream->variant);
    binance_sim_bar_id(text, SLICE(",\"f\":"), bar, bar->first_id);
    binance_sim_bar_id(text, SLICE(",\"L\":"), bar, bar->last_id);
    member_decimal(text, "o", &bar->open);
    member_decimal(text, "c", &bar->close);
    member_decimal(text, "h", &bar->high);
    member_decimal(text, "l", &bar->low);
    member_decimal(text, "v", &bar->volume);
    member_number(text, "n", bar->trades);
    member_boolean(text, "x", event->candle.closed);
    member_decimal(text, "q", &bar->turnover);
    member_decimal(text, "V", &bar->taker_volume);
    member_decimal(text, "Q", &bar->taker_turnover);
    text_literal(text, ",\"B\":\"0\"}");
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
        [DIALECT_CHANGES] = write_changes,
    };
    if (stream->channel == DIALECT_CANDLE) {
        binance_sim_write_kline(payload, stream, event);
        text_literal(payload, "}");
    } else if (stream->channel == DIALECT_LEVELS) {
        binance_sim_write_book(payload, &event->book);
    } else {
        writers[stream->channel](payload, event);
    }
}

static const struct dialect binance = {
    .name = "binance",
    .listings = listings,
    .listing_count = sizeof listings / sizeof *listings,
    /* 2.2, 2.3, 5.3; the shortest ban that is known. */
    .limits = {.streams = 1024,
               .messages_per_second = 5,
               .control_counts = true,
               .connects = 300,
               .connects_ms = 300000,
               .rest_weight = 6000,
               .rest_ms = 60000,
               .warnings = 3,
               .warn_status = 429,
               .ban_status = 418,
               .ban_s = 120,
               .retry_after = true,
               .ping_ms = 20000,
               .pong_ms = 60000,
               .life_ms = 86400000},
    .manner = DIALECT_ADDS,
    .digits = 8,
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
            [DIALECT_CHANGES] = "\"u\":",
            [DIALECT_LEVELS] = "\"lastUpdateId\":",
            [DIALECT_CANDLE] = "\"o\":",
        },
    .account = &binance_sim_account,
    .write_symbol = write_symbol,
    .split_symbol = binance_sim_split_symbol,
    .read_key = read_key,
    .write_payload = write_payload,
    .write_shutdown = binance_sim_write_shutdown,
    .read_path = binance_sim_read_path,
    .read_request = binance_sim_read_request,
    .write_reply = binance_sim_write_reply,
    .weigh = binance_sim_weigh,
    .answer = binance_sim_answer,
    .write_used = binance_sim_write_used,
    .write_failure = binance_sim_write_failure,
    .read_line = binance_sim_read_line,
    .read_book = binance_sim_read_book,
};

const struct dialect *const dialects_binance[] = {&binance, &binance_usdm_dialect, NULL};
