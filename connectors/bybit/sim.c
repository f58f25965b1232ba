/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit's three markets as the simulator speaks them. Source: bybit.md (official docs of
 * 2026-07-24), sections as noted; nothing of parse.c or route.c takes part. */
#include "common/clock.h"
#include "connectors/bybit/sim_parts.h"
#include "connectors/dialect_text.h"

#include <time.h>

static const struct dialect_listing spot_listings[] = {
    {"BTC", "USDT", DIALECT_SPOT, 0, "60000", "0.1", 6, false},
    {"ETH", "USDT", DIALECT_SPOT, 0, "3000", "0.01", 5, false},
    {"BTC", "USDC", DIALECT_SPOT, 0, "60000", "0.01", 6, false},
    {NULL, "USDT", DIALECT_SPOT, 0, "50", "0.0001", 2, false},
};

static const struct dialect_listing linear_listings[] = {
    {"BTC", "USDT", DIALECT_PERPETUAL, 0, "60000", "0.10", 3, false},
    {"ETH", "USDT", DIALECT_PERPETUAL, 0, "3000", "0.01", 2, false},
    {"BTC", "USDT", DIALECT_DATED, 1, "60000", "0.50", 3, false},
    {"BTC", "USDC", DIALECT_PERPETUAL, 0, "60000", "0.10", 3, false},
    {"1000PEPE", "USDT", DIALECT_PERPETUAL, 0, "0.01", "0.0000001", 0, false},
    {"ETH", "USDT", DIALECT_DATED, 2, "3000", "0.01", 2, false},
    {NULL, "USDT", DIALECT_PERPETUAL, 0, "50", "0.0001", 1, false},
};

/* Contracts of 1 USD (3). */
static const struct dialect_listing inverse_listings[] = {
    {"BTC", "USD", DIALECT_PERPETUAL, 0, "60000", "0.10", 0, true},
    {"ETH", "USD", DIALECT_PERPETUAL, 0, "3000", "0.01", 0, true},
    {"BTC", "USD", DIALECT_DATED, 1, "60000", "0.50", 0, true},
    {NULL, "USD", DIALECT_PERPETUAL, 0, "50", "0.0001", 0, true},
};

/* 5.3: BTCUSDT, BTCPERP of USDC, BTCUSDT-25DEC26, BTCUSDZ26 of inverse. */
static void write_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", quarters[] = "HMUZ";
    time_t seconds = (time_t)(instrument->delivery_ms / 1000);
    struct tm day;
    text_append(symbol, instrument->base);
    if (instrument->kind == DIALECT_PERPETUAL && slice_equal(instrument->quote, SLICE("USDC"))) {
        text_literal(symbol, "PERP");
        return;
    }
    text_append(symbol, instrument->quote);
    if (instrument->kind != DIALECT_DATED)
        return;
    gmtime_r(&seconds, &day);
    if (slice_equal(instrument->quote, SLICE("USD"))) {
        text_bytes(symbol, quarters + day.tm_mon / 3, 1);
    } else {
        text_literal(symbol, "-");
        text_unsigned(symbol, (uint64_t)day.tm_mday);
        text_bytes(symbol, months + 3 * day.tm_mon, 3);
    }
    text_unsigned(symbol, (uint64_t)day.tm_year % 100);
}

/* 3: what stands before the symbol, and how it is sent. Level 1 is said again after 3 s (3.1). */
static const struct {
    struct slice name;
    struct dialect_stream stream;
    bool spot;
} streams[] = {
    {{"publicTrade.", 12}, {.channel = DIALECT_TRADE, .batch = 5}, true},
    {{"orderbook.1.", 12},
     {.channel = DIALECT_LEVELS, .levels = 1, .first = true, .on_change = true, .repeat_ms = 3000},
     true},
    {{"orderbook.50.", 13}, {.channel = DIALECT_CHANGES, .levels = 50, .first = true}, true},
    {{"orderbook.200.", 14}, {.channel = DIALECT_CHANGES, .levels = 200, .first = true}, true},
    {{"orderbook.1000.", 15}, {.channel = DIALECT_CHANGES, .levels = 1000, .first = true}, true},
    {{"tickers.", 8}, {.channel = DIALECT_DAY, .first = true}, true},
    {{"allLiquidation.", 15}, {.channel = DIALECT_LIQUIDATION, .batch = 3}, false},
};

/* 3.6 */
static const struct {
    struct slice name;
    uint32_t period_s;
} intervals[] = {
    {{"1", 1}, 60},
    {{"3", 1}, 180},
    {{"5", 1}, 300},
    {{"15", 2}, 900},
    {{"30", 2}, 1800},
    {{"60", 2}, 3600},
    {{"120", 3}, 7200},
    {{"240", 3}, 14400},
    {{"360", 3}, 21600},
    {{"720", 3}, 43200},
    {{"D", 1}, 86400},
    {{"W", 1}, 604800},
    {{"M", 1}, DIALECT_MONTH},
};

static struct slice behind(struct slice text, size_t len)
{
    return (struct slice){text.data + len, text.len - len};
}

/* "INTERVAL.SYMBOL" */
static bool read_candle(struct slice rest, struct dialect_stream *stream, struct text *symbol)
{
    const char *dot = memchr(rest.data, '.', rest.len);
    if (dot == NULL)
        return false;
    struct slice name = {rest.data, (size_t)(dot - rest.data)};
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        if (!slice_equal(name, intervals[i].name))
            continue;
        *stream = (struct dialect_stream){.channel = DIALECT_CANDLE,
                                          .period_s = intervals[i].period_s,
                                          .variant = intervals[i].name};
        text_append(symbol, behind(rest, name.len + 1));
        return true;
    }
    return false;
}

/* 2.4: names are case-significant. */
static bool read_key(struct slice key, uint32_t market, struct dialect_stream *stream,
                     struct text *symbol)
{
    static const struct slice kline = {"kline.", 6};
    bool found =
        slice_starts_with(key, kline) && read_candle(behind(key, kline.len), stream, symbol);
    for (size_t i = 0; i < sizeof streams / sizeof *streams && !found; i++) {
        found = slice_starts_with(key, streams[i].name) &&
                (streams[i].spot || market != BYBIT_SIM_SPOT);
        if (!found)
            continue;
        *stream = streams[i].stream;
        text_append(symbol, behind(key, streams[i].name.len));
    }
    stream->form = market;
    stream->sparse = market != BYBIT_SIM_SPOT && stream->channel == DIALECT_DAY;
    return found;
}

static bool read_spot_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    return read_key(key, BYBIT_SIM_SPOT, stream, symbol);
}

static bool read_linear_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    return read_key(key, BYBIT_SIM_LINEAR, stream, symbol);
}

static bool read_inverse_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    return read_key(key, BYBIT_SIM_INVERSE, stream, symbol);
}

static uint64_t time_ms(const struct dialect_event *event)
{
    return (uint64_t)(event->time_ns / NS_PER_MS);
}

/* Spot leaves zeros at the end of numbers out (3). */
static void write_number(struct text *text, const struct decimal *number, bool trimmed)
{
    struct decimal shown = trimmed ? dialect_trimmed(*number) : *number;
    text_literal(text, "\"");
    decimal_write(text, &shown);
    text_literal(text, "\"");
}

#define member_shown(text, name, number, trimmed)                                                  \
    (text_literal((text), ",\"" name "\":"), write_number((text), (number), (trimmed)))

void bybit_sim_write_levels(struct text *text, const struct dialect_level *levels, uint32_t count,
                            bool trimmed)
{
    text_literal(text, "[");
    for (uint32_t i = 0; i < count; i++) {
        text_append(text, i > 0 ? SLICE(",[") : SLICE("["));
        write_number(text, &levels[i].price, trimmed);
        text_literal(text, ",");
        write_number(text, &levels[i].size, trimmed || decimal_is_zero(&levels[i].size));
        text_literal(text, "]");
    }
    text_literal(text, "]");
}

/* {"topic":KEY, and in the order of the market `ts` and `type` (0 #6). */
static void begin_frame(struct text *text, const struct dialect_event *event, bool time_first,
                        bool snapshot)
{
    text_literal(text, "{\"topic\":\"");
    text_append(text, event->key);
    text_literal(text, "\"");
    if (time_first)
        member_number(text, "ts", time_ms(event));
    text_append(text, snapshot ? SLICE(",\"type\":\"snapshot\"") : SLICE(",\"type\":\"delta\""));
    if (!time_first)
        member_number(text, "ts", time_ms(event));
}

/* 3.1. Level 1 is a snapshot each time, and has spot's order on all markets. */
static void write_book(struct text *text, const struct dialect_stream *stream,
                       const struct dialect_event *event)
{
    const struct dialect_book *book = &event->book;
    bool spot = stream->form == BYBIT_SIM_SPOT, top = stream->channel == DIALECT_LEVELS;
    begin_frame(text, event, spot || top, event->snapshot || top);
    text_literal(text, ",\"data\":{\"s\":\"");
    text_append(text, event->symbol);
    text_literal(text, "\",\"b\":");
    bybit_sim_write_levels(text, book->bids, book->bid_count, spot);
    text_literal(text, ",\"a\":");
    bybit_sim_write_levels(text, book->asks, book->ask_count, spot);
    member_number(text, "u", book->count);
    member_number(text, "seq", event->sequence);
    text_literal(text, "}");
    member_number(text, "cts", time_ms(event));
    text_literal(text, "}");
}

/* A number on spot; on the others a UUID (3.4), which this one is in form alone. */
static void write_trade_id(struct text *text, uint64_t id, bool spot)
{
    if (spot)
        text_format(text, "\"%llu\"", 2290000000000000000ULL + (unsigned long long)id);
    else
        text_format(text, "\"%08x-%04x-5%03x-8%03x-%012llx\"", (unsigned int)(id * 2654435761U),
                    (unsigned int)(id & 0xffff), (unsigned int)(id * 7 & 0xfff),
                    (unsigned int)(id * 13 & 0xfff), (unsigned long long)id);
}

/* 3.4 */
static struct slice direction(const struct dialect_trade *trade)
{
    static const char *const ticks[2][2] = {{"MinusTick", "PlusTick"},
                                            {"ZeroMinusTick", "ZeroPlusTick"}};
    return slice_of(ticks[trade->equal][trade->rising]);
}

static void write_trade(struct text *text, const struct dialect_trade *trade,
                        const struct dialect_event *event, bool spot)
{
    uint64_t ms = (uint64_t)(trade->time_ns / NS_PER_MS);
    struct slice side = trade->sell ? SLICE("Sell") : SLICE("Buy");
    if (spot) {
        text_literal(text, "{\"i\":");
        write_trade_id(text, trade->id, spot);
        member_number(text, "T", ms);
        member_shown(text, "p", &trade->price, spot);
        member_shown(text, "v", &trade->size, spot);
        member_string(text, "S", side);
        member_number(text, "seq", event->sequence);
        member_string(text, "s", event->symbol);
        text_literal(text, ",\"BT\":false,\"RPI\":false}");
        return;
    }
    text_literal(text, "{\"T\":");
    text_unsigned(text, ms);
    member_string(text, "s", event->symbol);
    member_string(text, "S", side);
    member_decimal(text, "v", &trade->size);
    member_decimal(text, "p", &trade->price);
    member_string(text, "L", direction(trade));
    text_literal(text, ",\"i\":");
    write_trade_id(text, trade->id, spot);
    text_literal(text, ",\"BT\":false,\"RPI\":false");
    member_number(text, "seq", event->sequence);
    text_literal(text, "}");
}

static void write_trades(struct text *text, const struct dialect_stream *stream,
                         const struct dialect_event *event)
{
    bool spot = stream->form == BYBIT_SIM_SPOT;
    begin_frame(text, event, spot, true);
    text_literal(text, ",\"data\":[");
    for (uint32_t i = 0; i < event->trades.count; i++) {
        text_append(text, i > 0 ? SLICE(",") : SLICE(""));
        write_trade(text, &event->trades.rows[i], event, spot);
    }
    text_literal(text, "]}");
}

/* 3.7: "Buy" is a long position, which an order that sells closes. */
static void write_liquidations(struct text *text, const struct dialect_stream *stream,
                               const struct dialect_event *event)
{
    (void)stream;
    begin_frame(text, event, false, true);
    text_literal(text, ",\"data\":[");
    for (uint32_t i = 0; i < event->trades.count; i++) {
        const struct dialect_trade *row = &event->trades.rows[i];
        text_append(text, i > 0 ? SLICE(",{\"T\":") : SLICE("{\"T\":"));
        text_unsigned(text, (uint64_t)(row->time_ns / NS_PER_MS));
        member_string(text, "s", event->symbol);
        member_string(text, "S", row->sell ? SLICE("Buy") : SLICE("Sell"));
        member_decimal(text, "v", &row->size);
        member_decimal(text, "p", &row->price);
        text_literal(text, "}");
    }
    text_literal(text, "]}");
}

/* 3.6: spot says its type first. */
static void write_candle(struct text *text, const struct dialect_stream *stream,
                         const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->candle.bar;
    bool spot = stream->form == BYBIT_SIM_SPOT;
    text_append(text, spot ? SLICE("{\"type\":\"snapshot\",\"topic\":\"") : SLICE("{\"topic\":\""));
    text_append(text, event->key);
    text_literal(text, "\",\"data\":[{\"start\":");
    text_unsigned(text, (uint64_t)bar->open_ms);
    member_number(text, "end", (uint64_t)bar->close_ms);
    member_string(text, "interval", stream->variant);
    member_shown(text, "open", &bar->open, true);
    member_shown(text, "close", &bar->close, true);
    member_shown(text, "high", &bar->high, true);
    member_shown(text, "low", &bar->low, true);
    member_shown(text, "volume", &bar->volume, true);
    member_shown(text, "turnover", &bar->turnover, true);
    member_boolean(text, "confirm", event->candle.closed);
    member_number(text, "timestamp", (uint64_t)bar->last_ms);
    text_literal(text, "}]");
    member_number(text, "ts", time_ms(event));
    text_append(text, spot ? SLICE("}") : SLICE(",\"type\":\"snapshot\"}"));
}

/* A fraction, 0.0171 for 1.71 % (3.5). */
static void write_change(struct text *text, const struct decimal *percent)
{
    struct decimal fraction = *percent;
    fraction.scale = (uint8_t)(fraction.scale + 2);
    member_shown(text, "price24hPcnt", &fraction, true);
}

/* 3.5: always whole. */
static void write_spot_ticker(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    begin_frame(text, event, true, true);
    member_number(text, "cs", event->sequence);
    text_literal(text, ",\"data\":{\"symbol\":\"");
    text_append(text, event->symbol);
    text_literal(text, "\"");
    member_shown(text, "lastPrice", &bar->close, true);
    member_shown(text, "highPrice24h", &bar->high, true);
    member_shown(text, "lowPrice24h", &bar->low, true);
    member_shown(text, "prevPrice24h", &bar->open, true);
    member_shown(text, "volume24h", &bar->volume, true);
    member_shown(text, "turnover24h", &bar->turnover, true);
    write_change(text, &event->day.change_percent);
    text_literal(text, ",\"usdIndexPrice\":\"\"}}");
}

static void write_funding(struct text *text, const struct dialect_mark *mark)
{
    text_literal(text, ",\"nextFundingTime\":\"");
    if (mark->funded)
        text_signed(text, mark->next_funding_ms);
    text_literal(text, "\",\"fundingRate\":\"");
    if (mark->funded)
        decimal_write(text, &mark->funding);
    text_literal(text, "\"");
}

/* 3.5: a snapshot with everything, then what changed. Dated futures have no funding: "". */
static void write_ticker(struct text *text, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    const struct dialect_mark *mark = &event->day.mark;
    uint32_t changed = event->changed;
    text_literal(text, "{\"topic\":\"");
    text_append(text, event->key);
    text_append(text, event->snapshot ? SLICE("\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"")
                                      : SLICE("\",\"type\":\"delta\",\"data\":{\"symbol\":\""));
    text_append(text, event->symbol);
    text_literal(text, "\"");
    if (changed & DIALECT_PART_LAST) {
        member_string(text, "tickDirection", direction(&event->day.last));
        write_change(text, &event->day.change_percent);
        member_decimal(text, "lastPrice", &bar->close);
    }
    if (changed & DIALECT_PART_RANGE) {
        member_decimal(text, "prevPrice24h", &bar->open);
        member_decimal(text, "highPrice24h", &bar->high);
        member_decimal(text, "lowPrice24h", &bar->low);
        member_decimal(text, "prevPrice1h", &bar->open);
    }
    if (changed & DIALECT_PART_MARK)
        member_decimal(text, "markPrice", &mark->mark);
    if (changed & DIALECT_PART_INDEX)
        member_decimal(text, "indexPrice", &mark->index);
    if (changed & DIALECT_PART_INTEREST) {
        member_decimal(text, "openInterest", &mark->interest);
        member_decimal(text, "openInterestValue", &mark->interest_value);
    }
    if (changed & DIALECT_PART_VOLUME) {
        member_decimal(text, "turnover24h", &bar->turnover);
        member_decimal(text, "volume24h", &bar->volume);
    }
    if (event->snapshot && mark->funded)
        text_literal(text, ",\"fundingIntervalHour\":\"8\",\"fundingCap\":\"0.005\"");
    if (changed & DIALECT_PART_FUNDING)
        write_funding(text, mark);
    if (changed & DIALECT_PART_TOP) {
        member_decimal(text, "bid1Price", &event->bid.price);
        member_decimal(text, "bid1Size", &event->bid.size);
        member_decimal(text, "ask1Price", &event->ask.price);
        member_decimal(text, "ask1Size", &event->ask.size);
    }
    if (event->snapshot && mark->funded)
        text_literal(text, ",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"");
    text_literal(text, "}");
    member_number(text, "cs", event->sequence);
    member_number(text, "ts", time_ms(event));
    text_literal(text, "}");
}

static void write_day(struct text *text, const struct dialect_stream *stream,
                      const struct dialect_event *event)
{
    (stream->form == BYBIT_SIM_SPOT ? write_spot_ticker : write_ticker)(text, event);
}

static void write_payload(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event)
{
    static void (*const writers[DIALECT_CHANNELS])(struct text *, const struct dialect_stream *,
                                                   const struct dialect_event *) = {
        [DIALECT_TRADE] = write_trades,  [DIALECT_DAY] = write_day,
        [DIALECT_CHANGES] = write_book,  [DIALECT_LEVELS] = write_book,
        [DIALECT_CANDLE] = write_candle, [DIALECT_LIQUIDATION] = write_liquidations,
    };
    writers[stream->channel](payload, stream, event);
}

/* 1.2, 1.3, 1.4, 5.1: ten topics a request are spot's limit alone; whoever asks REST too often is
 * shut out for ten minutes at once. Nothing is known of a limit on messages. */
#define LIMITS(per_request)                                                                        \
    {                                                                                              \
        .keys_per_request = (per_request), .key_bytes = 21000, .connects = 500,                    \
        .connects_ms = 300000, .rest_weight = 600, .rest_ms = 5000, .ban_status = 403,             \
        .ban_s = 600, .idle_ms = 600000                                                            \
    }

#define MARKET(market, number, table, per_request, key_reader, path_reader)                        \
    {                                                                                              \
        .name = (market), .listings = (table), .listing_count = sizeof(table) / sizeof *(table),   \
        .limits = LIMITS(per_request), .manner = DIALECT_STRICT, .restarts = true,                 \
        .vital = {[DIALECT_TRADE] = "\"p\":",     [DIALECT_DAY] = "\"symbol\":",                   \
                  [DIALECT_CHANGES] = "\"u\":",   [DIALECT_LEVELS] = "\"u\":",                     \
                  [DIALECT_CANDLE] = "\"open\":", [DIALECT_LIQUIDATION] = "\"p\":"},               \
        .write_symbol = write_symbol, .read_key = (key_reader), .write_payload = write_payload,    \
        .read_path = (path_reader), .read_request = bybit_sim_read_request,                        \
        .write_reply = bybit_sim_write_reply, .weigh = bybit_sim_weigh,                            \
        .answer = bybit_sim_answer, .write_failure = bybit_sim_write_failure,                      \
        .account = &bybit_sim_accounts[number]                                                     \
    }

static const struct dialect spot = MARKET("bybit", BYBIT_SIM_SPOT, spot_listings, 10, read_spot_key,
                                          bybit_sim_read_spot_path),
                            linear = MARKET("bybit-linear", BYBIT_SIM_LINEAR, linear_listings, 0,
                                            read_linear_key, bybit_sim_read_linear_path),
                            inverse = MARKET("bybit-inverse", BYBIT_SIM_INVERSE, inverse_listings,
                                             0, read_inverse_key, bybit_sim_read_inverse_path);

extern const struct dialect *const dialects_bybit[];
const struct dialect *const dialects_bybit[] = {&spot, &linear, &inverse, NULL};
