/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit as the simulator speaks it. Source: upbit.md (official docs of 2026-08-26 to 2026-10-07,
 * observed on 2026-09-23), sections as noted; nothing of parse.c or route.c takes part. */
#include "common/clock.h"
#include "connectors/dialect_text.h"
#include "connectors/upbit/sim_parts.h"

#include <time.h>

#define LEVELS_MAX 30
#define KST_S      (9 * 3600)

/* 1.2: 289 markets in KRW, 328 in BTC, 238 in USDT. */
static const struct dialect_listing listings[] = {
    {"BTC", "KRW", DIALECT_SPOT, 0, "116539000", "1000", 8, false},
    {"ETH", "KRW", DIALECT_SPOT, 0, "3715000", "1000", 8, false},
    {"BTC", "USDT", DIALECT_SPOT, 0, "81240.00", "0.01", 8, false},
    {"ETH", "BTC", DIALECT_SPOT, 0, "0.03197000", "0.00000001", 8, false},
    {"1INCH", "KRW", DIALECT_SPOT, 0, "312.5", "0.1", 8, false},
    {NULL, "KRW", DIALECT_SPOT, 0, "1450", "1", 8, false},
    {NULL, "BTC", DIALECT_SPOT, 0, "0.00002150", "0.00000001", 8, false},
    {NULL, "KRW", DIALECT_SPOT, 0, "21650000", "1000", 8, false},
    {NULL, "USDT", DIALECT_SPOT, 0, "2.41500000", "0.00001000", 8, false},
};

/* 0: quote first. */
static void write_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    text_append(symbol, instrument->quote);
    text_literal(symbol, "-");
    text_append(symbol, instrument->base);
}

#define CANDLES(s)                                                                                 \
    {                                                                                              \
        .channel = DIALECT_CANDLE, .period_s = (s), .first = true, .on_change = true               \
    }

/* 2.1: each code begins with a snapshot. 3.6: books come ten times a second. 3.4: a candle at most
 * once a second, and only when trades changed it. */
static const struct {
    struct slice type;
    struct dialect_stream stream;
} types[] = {
    {{"orderbook", 9},
     {.channel = DIALECT_LEVELS, .levels = LEVELS_MAX, .grid_ms = 100, .first = true}},
    {{"trade", 5}, {.channel = DIALECT_TRADE, .first = true}},
    {{"ticker", 6}, {.channel = DIALECT_DAY, .first = true, .on_change = true}},
    {{"candle.1s", 9}, CANDLES(1)},
    {{"candle.1m", 9}, CANDLES(60)},
    {{"candle.3m", 9}, CANDLES(180)},
    {{"candle.5m", 9}, CANDLES(300)},
    {{"candle.10m", 10}, CANDLES(600)},
    {{"candle.15m", 10}, CANDLES(900)},
    {{"candle.30m", 10}, CANDLES(1800)},
    {{"candle.60m", 10}, CANDLES(3600)},
    {{"candle.240m", 11}, CANDLES(14400)},
};
#define TYPES (sizeof types / sizeof *types)

static size_t find_type(struct slice type)
{
    size_t i = 0;
    while (i < TYPES && !slice_equal(type, types[i].type))
        i++;
    return i;
}

bool upbit_sim_is_type(struct slice type)
{
    return find_type(type) < TYPES;
}

void upbit_sim_write_key(struct text *key, struct slice type, struct slice code, uint32_t form)
{
    text_append(key, type);
    text_literal(key, "/");
    text_append(key, code);
    text_literal(key, "/");
    text_unsigned(key, form);
}

bool upbit_sim_split_key(struct slice key, struct slice *type, struct slice *code, uint32_t *form)
{
    const char *slash = key.len > 2 ? memchr(key.data, '/', key.len - 2) : NULL;
    if (slash == NULL)
        return false;
    *type = (struct slice){key.data, (size_t)(slash - key.data)};
    *code = (struct slice){slash + 1, key.len - 2 - (size_t)(slash + 1 - key.data)};
    *form = digits_value(key.data[key.len - 1]);
    return true;
}

/* 2.1: ".N" behind a code of a book: 1, 5, 15 or 30 levels; any other number is 30 too. */
static bool take_levels(struct slice *code, struct dialect_stream *stream)
{
    static const uint32_t depths[] = {1, 5, 15};
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
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        if (levels == depths[i])
            stream->levels = levels;
    return true;
}

static bool read_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    struct slice word, code;
    uint32_t form;
    if (!upbit_sim_split_key(key, &word, &code, &form))
        return false;
    size_t type = find_type(word);
    if (type == TYPES)
        return false;
    *stream = types[type].stream;
    stream->variant = types[type].type;
    stream->form = form;
    if (!take_levels(&code, stream))
        return false;
    text_append(symbol, code);
    return true;
}

static void write_clock(struct upbit_sim_object *object, const char *name, const char *brief,
                        const char *format, int64_t seconds)
{
    char words[32];
    struct tm tm;
    time_t time = (time_t)seconds;
    gmtime_r(&time, &tm);
    strftime(words, sizeof words, format, &tm);
    upbit_sim_text(object, name, brief, slice_of(words));
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

static uint64_t ms_of(int64_t ns)
{
    return (uint64_t)(ns / NS_PER_MS);
}

/* 3.2. An id is the time in ms and four digits more. */
static void write_trade(struct upbit_sim_object *object, const struct dialect_event *event)
{
    const struct dialect_trade *trade = event->trades.rows;
    struct change change = change_of(&trade->price, &event->previous_close);
    enum upbit_sim_spelling price = object->simple ? UPBIT_SIM_PLAIN : UPBIT_SIM_EIGHT;
    enum upbit_sim_spelling size = object->simple ? UPBIT_SIM_UPPER : UPBIT_SIM_EIGHT;
    int64_t seconds = trade->time_ns / NS_PER_SECOND;
    upbit_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
    write_clock(object, "trade_date", "td", "%Y-%m-%d", seconds);
    write_clock(object, "trade_time", "ttm", "%H:%M:%S", seconds);
    upbit_sim_whole(object, "trade_timestamp", "ttms", ms_of(trade->time_ns));
    upbit_sim_decimal(object, "trade_price", "tp", &trade->price, price);
    upbit_sim_decimal(object, "trade_volume", "tv", &trade->size, size);
    upbit_sim_text(object, "ask_bid", "ab", trade->sell ? SLICE("ASK") : SLICE("BID"));
    upbit_sim_decimal(object, "prev_closing_price", "pcp", &event->previous_close, UPBIT_SIM_EIGHT);
    upbit_sim_text(object, "change", "c", change.word);
    upbit_sim_decimal(object, "change_price", "cp", &change.price, UPBIT_SIM_EIGHT);
    upbit_sim_whole(object, "sequential_id", "sid",
                    ms_of(trade->time_ns) * 10000 + trade->id % 10000);
    upbit_sim_decimal(object, "best_ask_price", "bap", &event->ask.price, UPBIT_SIM_PLAIN);
    upbit_sim_decimal(object, "best_ask_size", "bas", &event->ask.size, size);
    upbit_sim_decimal(object, "best_bid_price", "bbp", &event->bid.price, UPBIT_SIM_PLAIN);
    upbit_sim_decimal(object, "best_bid_size", "bbs", &event->bid.size, size);
}

static void write_change(struct upbit_sim_object *object, const struct change *change)
{
    struct decimal price = change->price, rate = change->rate;
    price.negative = change->fall && price.low != 0;
    rate.negative = change->fall && rate.low != 0;
    upbit_sim_text(object, "change", "c", change->word);
    upbit_sim_decimal(object, "change_price", "cp", &change->price, UPBIT_SIM_LOWER);
    upbit_sim_decimal(object, "signed_change_price", "scp", &price, UPBIT_SIM_LOWER);
    upbit_sim_decimal(object, "change_rate", "cr", &change->rate, UPBIT_SIM_LOWER);
    upbit_sim_decimal(object, "signed_change_rate", "scr", &rate, UPBIT_SIM_LOWER);
}

static void write_flags(struct upbit_sim_object *object)
{
    upbit_sim_text(object, "market_state", "ms", SLICE("ACTIVE"));
    upbit_sim_name(object, "is_trading_suspended", "its");
    text_literal(object->text, "false");
    upbit_sim_name(object, "delisting_date", "dd");
    text_literal(object->text, "null");
    upbit_sim_text(object, "market_warning", "mw", SLICE("NONE"));
}

/* 3.1. Of the day's figures and of a year's the market here knows the last 24 hours. */
static void write_ticker(struct upbit_sim_object *object, const struct dialect_event *event)
{
    const struct dialect_bar *bar = &event->day.bar;
    const struct dialect_trade *last = &event->day.last;
    struct change change = change_of(&last->price, &event->previous_close);
    enum upbit_sim_spelling spelling = UPBIT_SIM_LOWER;
    struct decimal sold = bar->volume;
    int64_t seconds = last->time_ns / NS_PER_SECOND;
    sold.low -= bar->taker_volume.low;
    upbit_sim_decimal(object, "opening_price", "op", &bar->open, spelling);
    upbit_sim_decimal(object, "high_price", "hp", &bar->high, spelling);
    upbit_sim_decimal(object, "low_price", "lp", &bar->low, spelling);
    upbit_sim_decimal(object, "trade_price", "tp", &last->price, spelling);
    upbit_sim_decimal(object, "prev_closing_price", "pcp", &event->previous_close, spelling);
    upbit_sim_decimal(object, "acc_trade_price", "atp", &bar->turnover, spelling);
    write_change(object, &change);
    upbit_sim_text(object, "ask_bid", "ab", last->sell ? SLICE("ASK") : SLICE("BID"));
    upbit_sim_decimal(object, "trade_volume", "tv", &last->size, spelling);
    upbit_sim_decimal(object, "acc_trade_volume", "atv", &bar->volume, spelling);
    write_clock(object, "trade_date", "tdt", "%Y%m%d", seconds);
    write_clock(object, "trade_time", "ttm", "%H%M%S", seconds);
    upbit_sim_whole(object, "trade_timestamp", "ttms", ms_of(last->time_ns));
    upbit_sim_decimal(object, "acc_ask_volume", "aav", &sold, spelling);
    upbit_sim_decimal(object, "acc_bid_volume", "abv", &bar->taker_volume, spelling);
    upbit_sim_decimal(object, "highest_52_week_price", "h52wp", &bar->high, spelling);
    upbit_sim_text(object, "highest_52_week_date", "h52wdt", SLICE("2026-06-18"));
    upbit_sim_decimal(object, "lowest_52_week_price", "l52wp", &bar->low, spelling);
    upbit_sim_text(object, "lowest_52_week_date", "l52wdt", SLICE("2026-02-20"));
    write_flags(object);
    upbit_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
    upbit_sim_decimal(object, "acc_trade_price_24h", "atp24h", &bar->turnover, spelling);
    upbit_sim_decimal(object, "acc_trade_volume_24h", "atv24h", &bar->volume, spelling);
}

/* 3.3, 3.0: DEFAULT has exponents in prices, SIMPLE in sizes. */
static void write_book(struct upbit_sim_object *object, const struct dialect_event *event)
{
    upbit_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
    upbit_sim_book(object, &event->book, object->simple ? UPBIT_SIM_PLAIN : UPBIT_SIM_UPPER,
                   object->simple ? UPBIT_SIM_UPPER : UPBIT_SIM_EIGHT);
    upbit_sim_whole(object, "level", "lv", 0);
}

/* 3.4 */
static void write_candle(struct upbit_sim_object *object, const struct dialect_event *event)
{
    static const char format[] = "%Y-%m-%dT%H:%M:%S";
    const struct dialect_bar *bar = &event->candle.bar;
    int64_t seconds = bar->open_ms / 1000;
    write_clock(object, "candle_date_time_utc", "cdttmu", format, seconds);
    write_clock(object, "candle_date_time_kst", "cdttmk", format, seconds + KST_S);
    upbit_sim_decimal(object, "opening_price", "op", &bar->open, UPBIT_SIM_EIGHT);
    upbit_sim_decimal(object, "high_price", "hp", &bar->high, UPBIT_SIM_EIGHT);
    upbit_sim_decimal(object, "low_price", "lp", &bar->low, UPBIT_SIM_EIGHT);
    upbit_sim_decimal(object, "trade_price", "tp", &bar->close, UPBIT_SIM_EIGHT);
    upbit_sim_decimal(object, "candle_acc_trade_volume", "catv", &bar->volume, UPBIT_SIM_EIGHT);
    upbit_sim_decimal(object, "candle_acc_trade_price", "catp", &bar->turnover, UPBIT_SIM_LONG);
    upbit_sim_whole(object, "timestamp", "tms", ms_of(event->time_ns));
}

/* 3.4: a candle without trades has no message, and none says that it has ended. */
static bool is_silent(const struct dialect_stream *stream, const struct dialect_event *event)
{
    return stream->channel == DIALECT_CANDLE &&
           (event->candle.closed || event->candle.bar.trades == 0);
}

/* 2.1: the LIST formats have each message in an array of its own. */
static void write_payload(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event)
{
    static void (*const writers[DIALECT_CHANNELS])(struct upbit_sim_object *,
                                                   const struct dialect_event *) = {
        [DIALECT_TRADE] = write_trade,
        [DIALECT_DAY] = write_ticker,
        [DIALECT_LEVELS] = write_book,
        [DIALECT_CANDLE] = write_candle,
    };
    struct upbit_sim_object object = {.text = payload, .simple = stream->form & UPBIT_SIM_SIMPLE};
    bool list = stream->form & UPBIT_SIM_LIST;
    if (is_silent(stream, event))
        return;
    text_append(payload, list ? SLICE("[") : SLICE(""));
    upbit_sim_text(&object, "type", "ty", stream->variant);
    upbit_sim_text(&object, "code", "cd", event->symbol);
    writers[stream->channel](&object, event);
    upbit_sim_text(&object, "stream_type", "st",
                   event->snapshot ? SLICE("SNAPSHOT") : SLICE("REALTIME"));
    text_append(payload, list ? SLICE("}]") : SLICE("}"));
}

static const struct dialect upbit = {
    .name = "upbit",
    .listings = listings,
    .listing_count = sizeof listings / sizeof *listings,
    /* 1.2, 1.3, 5.5. Of streams no limit is known; how long a block lasts is not either. */
    .limits = {.messages_per_second = 5,
               .messages_per_minute = 100,
               .connects = 5,
               .connects_ms = 1000,
               .origin_ms = 10000,
               .rest_weight = 10,
               .call_weight = 30,
               .call_group = UPBIT_SIM_CALLS,
               .rest_ms = 1000,
               .warnings = 3,
               .warn_status = 429,
               .ban_status = 418,
               .ban_s = 60,
               .idle_ms = 60000},
    .manner = DIALECT_REPLACES,
    .binary = true,
    .refusal_ms = 150,
    .status = {"{\"status\":\"UP\"}", 15},
    .status_first_ms = 6500,
    .status_ms = 10000,
    .vital =
        {
            [DIALECT_TRADE] = "\"trade_price\":",
            [DIALECT_DAY] = "\"trade_price\":",
            [DIALECT_LEVELS] = "\"orderbook_units\":",
            [DIALECT_CANDLE] = "\"trade_price\":",
        },
    .account = &upbit_sim_account,
    .write_symbol = write_symbol,
    .read_key = read_key,
    .write_payload = write_payload,
    .read_path = upbit_sim_read_path,
    .read_request = upbit_sim_read_request,
    .write_reply = upbit_sim_write_reply,
    .write_excess = upbit_sim_write_excess,
    .weigh = upbit_sim_weigh,
    .answer = upbit_sim_answer,
    .write_used = upbit_sim_write_used,
    .write_failure = upbit_sim_write_failure,
};

const struct dialect *const dialects_upbit[] = {&upbit, NULL};
