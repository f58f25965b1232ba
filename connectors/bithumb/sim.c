/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb as the simulator speaks it. Source: bithumb.md (official docs of 2026-06-30 to
 * 2026-11-13, observed on 2026-09-23), sections as noted; nothing of parse.c or route.c takes part.
 */
#include "common/clock.h"
#include "connectors/bithumb/sim_parts.h"
#include "connectors/dialect_text.h"

#include <time.h>

#define LEVELS_MAX 15
#define KST_S      (9 * 3600)
#define FIRST_ID   UINT64_C(921046844840000000) /* of trades: beyond 2^53, below 2^63 */

/* 480 markets in KRW, 13 in BTC. */
static const struct dialect_listing listings[] = {
    {"BTC", "KRW", DIALECT_SPOT, 0, "116208000", "1000", 5, false},
    {"ETH", "KRW", DIALECT_SPOT, 0, "3715000", "1000", 5, false},
    {"ETH", "BTC", DIALECT_SPOT, 0, "0.03197000", "0.00000001", 6, false},
    {"1000PEPE", "KRW", DIALECT_SPOT, 0, "12.50", "0.01", 4, false},
    {NULL, "KRW", DIALECT_SPOT, 0, "1450", "1", 4, false},
    {NULL, "KRW", DIALECT_SPOT, 0, "88.4", "0.1", 4, false},
    {NULL, "KRW", DIALECT_SPOT, 0, "216500", "100", 5, false},
    {NULL, "BTC", DIALECT_SPOT, 0, "0.00002150", "0.00000001", 4, false},
};

/* 0: quote first. */
static void write_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    text_append(symbol, instrument->quote);
    text_literal(symbol, "-");
    text_append(symbol, instrument->base);
}

/* 2, 3: each code begins with a snapshot. 4.1: books come about ten times a second, about half of
 * them twice. */
static const struct {
    struct slice type;
    struct dialect_stream stream;
} types[] = {
    {{"trade", 5}, {.channel = DIALECT_TRADE, .first = true}},
    {{"ticker", 6}, {.channel = DIALECT_DAY, .first = true}},
    {{"orderbook", 9},
     {.channel = DIALECT_LEVELS,
      .levels = LEVELS_MAX,
      .first = true,
      .grid_ms = 100,
      .again_percent = 45}},
};
#define TYPES (sizeof types / sizeof *types)

static size_t find_type(struct slice type)
{
    size_t i = 0;
    while (i < TYPES && !slice_equal(type, types[i].type))
        i++;
    return i;
}

bool bithumb_sim_is_type(struct slice type)
{
    return find_type(type) < TYPES;
}

void bithumb_sim_write_key(struct text *key, struct slice type, struct slice code, bool simple)
{
    text_append(key, type);
    text_literal(key, "/");
    text_append(key, code);
    text_append(key, simple ? SLICE("/S") : SLICE("/D"));
}

/* 2: ".N" behind a code of a book: so many levels, 15 at most. */
static bool take_levels(struct slice *code, struct dialect_stream *stream)
{
    const char *dot = code->len > 0 ? memchr(code->data, '.', code->len) : NULL;
    uint32_t levels = 0;
    if (dot == NULL || stream->channel != DIALECT_LEVELS)
        return dot == NULL;
    for (const char *at = dot + 1; at < code->data + code->len; at++) {
        if (digits_value(*at) > 9)
            return false;
        if (levels <= LEVELS_MAX)
            levels = levels * 10 + digits_value(*at);
    }
    code->len = (size_t)(dot - code->data);
    stream->levels = levels < LEVELS_MAX ? levels : LEVELS_MAX;
    return levels > 0;
}

static bool read_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    const char *slash = key.len > 2 ? memchr(key.data, '/', key.len - 2) : NULL;
    if (slash == NULL)
        return false;
    size_t type = find_type((struct slice){key.data, (size_t)(slash - key.data)});
    struct slice code = {slash + 1, key.len - 2 - (size_t)(slash + 1 - key.data)};
    if (type == TYPES)
        return false;
    *stream = types[type].stream;
    stream->form = key.data[key.len - 1] == 'S' ? BITHUMB_SIM_SIMPLE : BITHUMB_SIM_DEFAULT;
    if (!take_levels(&code, stream))
        return false;
    text_append(symbol, code);
    return true;
}

void bithumb_sim_name(struct bithumb_sim_object *object, const char *name, const char *brief)
{
    text_append(object->text, object->begun ? SLICE(",\"") : SLICE("{\""));
    text_append(object->text, slice_of(object->simple ? brief : name));
    text_literal(object->text, "\":");
    object->begun = true;
}

void bithumb_sim_text(struct bithumb_sim_object *object, const char *name, const char *brief,
                      struct slice value)
{
    bithumb_sim_name(object, name, brief);
    text_json_string(object->text, value);
}

void bithumb_sim_whole(struct bithumb_sim_object *object, const char *name, const char *brief,
                       uint64_t value)
{
    bithumb_sim_name(object, name, brief);
    text_unsigned(object->text, value);
}

/* 3: bare numbers, without zeros at their end. */
void bithumb_sim_decimal(struct bithumb_sim_object *object, const char *name, const char *brief,
                         const struct decimal *value)
{
    struct decimal trimmed = dialect_trimmed(*value);
    bithumb_sim_name(object, name, brief);
    decimal_write(object->text, &trimmed);
}

/* Of numbers with the same digits behind the point. */
static struct decimal total_size(const struct dialect_level *levels, uint32_t count)
{
    struct decimal total = {0};
    for (uint32_t i = 0; i < count; i++) {
        total.low += levels[i].size.low;
        total.scale = levels[i].size.scale;
    }
    return total;
}

/* The i-th ask stands with the i-th bid; the shorter side is padded with zeros (4.1). */
void bithumb_sim_book(struct bithumb_sim_object *object, const struct dialect_book *book)
{
    static const struct dialect_level none;
    uint32_t units = book->bid_count > book->ask_count ? book->bid_count : book->ask_count;
    struct decimal asks = total_size(book->asks, book->ask_count);
    struct decimal bids = total_size(book->bids, book->bid_count);
    bithumb_sim_decimal(object, "total_ask_size", "tas", &asks);
    bithumb_sim_decimal(object, "total_bid_size", "tbs", &bids);
    bithumb_sim_name(object, "orderbook_units", "obu");
    text_literal(object->text, "[");
    for (uint32_t i = 0; i < units; i++) {
        const struct dialect_level *ask = i < book->ask_count ? &book->asks[i] : &none;
        const struct dialect_level *bid = i < book->bid_count ? &book->bids[i] : &none;
        struct bithumb_sim_object unit = {.text = object->text, .simple = object->simple};
        if (i > 0)
            text_literal(object->text, ",");
        bithumb_sim_decimal(&unit, "ask_price", "ap", &ask->price);
        bithumb_sim_decimal(&unit, "bid_price", "bp", &bid->price);
        bithumb_sim_decimal(&unit, "ask_size", "as", &ask->size);
        bithumb_sim_decimal(&unit, "bid_size", "bs", &bid->size);
        text_literal(object->text, "}");
    }
    text_literal(object->text, "]");
}

/* 0.1: the date and time in words are Korean. */
static void write_korean(struct bithumb_sim_object *object, int64_t time_ns,
                         const char *date_format, const char *time_format)
{
    char words[32];
    struct tm tm;
    time_t seconds = (time_t)(time_ns / NS_PER_SECOND) + KST_S;
    gmtime_r(&seconds, &tm);
    strftime(words, sizeof words, date_format, &tm);
    bithumb_sim_text(object, "trade_date", "tdt", slice_of(words));
    strftime(words, sizeof words, time_format, &tm);
    bithumb_sim_text(object, "trade_time", "ttm", slice_of(words));
}

/* How a price stands to the close of the day before: prices of one market have the same digits. */
struct change {
    struct slice word;
    struct decimal price, rate; /* rate: 8 digits; neither is signed */
    bool fall;
};

static struct change change_of(const struct decimal *price, const struct decimal *close)
{
    struct change change = {.word = SLICE("EVEN"), .price = *price, .rate = {.scale = 8}};
    change.fall = price->low < close->low;
    if (price->low != close->low)
        change.word = change.fall ? SLICE("FALL") : SLICE("RISE");
    change.price.low = change.fall ? close->low - price->low : price->low - close->low;
    change.rate.low = close->low > 0 ? change.price.low * 100000000 / close->low : 0;
    return change;
}

static void write_signed(struct bithumb_sim_object *object, const char *name, const char *brief,
                         const struct decimal *value, bool negative)
{
    struct decimal with_sign = *value;
    with_sign.negative = negative && with_sign.low != 0;
    bithumb_sim_decimal(object, name, brief, &with_sign);
}

static uint64_t ms_of(int64_t ns)
{
    return (uint64_t)(ns / NS_PER_MS);
}

/* 3.2 */
static void write_trade(struct bithumb_sim_object *object, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    struct change change = change_of(&trade->price, &event->previous_close);
    bithumb_sim_decimal(object, "trade_price", "tp", &trade->price);
    bithumb_sim_decimal(object, "trade_volume", "tv", &trade->size);
    bithumb_sim_text(object, "ask_bid", "ab", trade->sell ? SLICE("ASK") : SLICE("BID"));
    bithumb_sim_decimal(object, "prev_closing_price", "pcp", &event->previous_close);
    bithumb_sim_text(object, "change", "c", change.word);
    bithumb_sim_decimal(object, "change_price", "cp", &change.price);
    write_korean(object, trade->time_ns, "%Y-%m-%d", "%H:%M:%S");
    bithumb_sim_whole(object, "trade_timestamp", "ttms", ms_of(trade->time_ns));
    bithumb_sim_whole(object, "sequential_id", "sid", FIRST_ID + trade->id);
    bithumb_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
}

static void write_change(struct bithumb_sim_object *object, const struct change *change)
{
    bithumb_sim_text(object, "change", "c", change->word);
    bithumb_sim_decimal(object, "change_price", "cp", &change->price);
    write_signed(object, "signed_change_price", "scp", &change->price, change->fall);
    bithumb_sim_decimal(object, "change_rate", "cr", &change->rate);
    write_signed(object, "signed_change_rate", "scr", &change->rate, change->fall);
}

/* 3.1. Of the day's figures and of a year's the market here knows the last 24 hours. */
static void write_ticker(struct bithumb_sim_object *object, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    const struct dialect_trade *last = &event->day.last;
    struct change change = change_of(&last->price, &event->previous_close);
    struct decimal sold = bar->volume;
    sold.low -= bar->taker_volume.low;
    bithumb_sim_decimal(object, "opening_price", "op", &bar->open);
    bithumb_sim_decimal(object, "high_price", "hp", &bar->high);
    bithumb_sim_decimal(object, "low_price", "lp", &bar->low);
    bithumb_sim_decimal(object, "trade_price", "tp", &last->price);
    bithumb_sim_decimal(object, "prev_closing_price", "pcp", &event->previous_close);
    write_change(object, &change);
    bithumb_sim_decimal(object, "trade_volume", "tv", &last->size);
    bithumb_sim_decimal(object, "acc_trade_volume", "atv", &bar->volume);
    bithumb_sim_decimal(object, "acc_trade_volume_24h", "atv24h", &bar->volume);
    bithumb_sim_decimal(object, "acc_trade_price", "atp", &bar->turnover);
    bithumb_sim_decimal(object, "acc_trade_price_24h", "atp24h", &bar->turnover);
    write_korean(object, last->time_ns, "%Y%m%d", "%H%M%S");
    bithumb_sim_whole(object, "trade_timestamp", "ttms", ms_of(last->time_ns));
    bithumb_sim_text(object, "ask_bid", "ab", last->sell ? SLICE("ASK") : SLICE("BID"));
    bithumb_sim_decimal(object, "acc_ask_volume", "aav", &sold);
    bithumb_sim_decimal(object, "acc_bid_volume", "abv", &bar->taker_volume);
    bithumb_sim_decimal(object, "highest_52_week_price", "h52wp", &bar->high);
    bithumb_sim_text(object, "highest_52_week_date", "h52wdt", SLICE("2026-06-18"));
    bithumb_sim_decimal(object, "lowest_52_week_price", "l52wp", &bar->low);
    bithumb_sim_text(object, "lowest_52_week_date", "l52wdt", SLICE("2026-02-20"));
    bithumb_sim_text(object, "market_state", "ms", SLICE("ACTIVE"));
    bithumb_sim_name(object, "is_trading_suspended", "its");
    text_literal(object->text, "false");
    bithumb_sim_text(object, "delisting_date", "dd", SLICE(""));
    bithumb_sim_text(object, "market_warning", "mw", SLICE("NONE"));
    bithumb_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
}

/* 3.3: the time in microseconds. */
static void write_book(struct bithumb_sim_object *object, const struct dialect_event *event)
{
    bithumb_sim_book(object, &event->book);
    bithumb_sim_whole(object, "level", "lv", 1);
    bithumb_sim_whole(object, "timestamp", "tms", (uint64_t)(event->time_ns / NS_PER_US));
}

static void write_payload(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event)
{
    static void (*const writers[DIALECT_CHANNELS])(struct bithumb_sim_object *,
                                                   const struct dialect_event *) = {
        [DIALECT_TRADE] = write_trade,
        [DIALECT_DAY] = write_ticker,
        [DIALECT_LEVELS] = write_book,
    };
    struct bithumb_sim_object object = {.text = payload,
                                        .simple = stream->form == BITHUMB_SIM_SIMPLE};
    size_t type = 0;
    while (types[type].stream.channel != stream->channel)
        type++;
    bithumb_sim_text(&object, "type", "ty", types[type].type);
    bithumb_sim_text(&object, "code", "cd", event->symbol);
    writers[stream->channel](&object, event);
    bithumb_sim_text(&object, "stream_type", "st",
                     event->snapshot ? SLICE("SNAPSHOT") : SLICE("REALTIME"));
    text_literal(payload, "}");
}

static const struct dialect bithumb = {
    .name = "bithumb",
    .listings = listings,
    .listing_count = sizeof listings / sizeof *listings,
    /* 1, 5. Of streams and messages no limit is known; whoever connects too much is shut out for
     * ten minutes. */
    .limits = {.connects = 10,
               .connects_ms = 1000,
               .rest_weight = 150,
               .rest_ms = 1000,
               .warnings = 3,
               .warn_status = 429,
               .ban_status = 429,
               .ban_s = 600,
               .idle_ms = 60000},
    .manner = DIALECT_REPLACES,
    .binary = true,
    .book_digits = 4,
    .refusal_ms = 150,
    .status = {"{\"status\":\"UP\"}", 15},
    .status_first_ms = 3000,
    .status_ms = 10000,
    .vital =
        {
            [DIALECT_TRADE] = "\"trade_price\":",
            [DIALECT_DAY] = "\"trade_price\":",
            [DIALECT_LEVELS] = "\"orderbook_units\":",
        },
    .account = &bithumb_sim_account,
    .write_symbol = write_symbol,
    .read_key = read_key,
    .write_payload = write_payload,
    .read_path = bithumb_sim_read_path,
    .read_request = bithumb_sim_read_request,
    .write_reply = bithumb_sim_write_reply,
    .weigh = bithumb_sim_weigh,
    .answer = bithumb_sim_answer,
    .write_used = bithumb_sim_write_used,
    .write_failure = bithumb_sim_write_failure,
};

const struct dialect *const dialects_bithumb[] = {&bithumb, NULL};
