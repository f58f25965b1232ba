/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot: the table of facts. Source: binance.md (official docs of 2026-07-21), sections as
 * noted. */
#include "connectors/binance/parse.h"
#include "connectors/binance/route.h"
#include "connectors/payload.h"

#include <strings.h>

/* 3.1.1. A quote is the ticker (once a second while anything trades) and the top of the book. Trade
 * ids are consecutive for each symbol (3.1.2): a hole is a loss. Partial books and slow depth are
 * understood, never asked for. */
static const struct stream streams[] = {
    [BINANCE_TRADE] = {"trade", KIND_TRADE, true, SEQUENCE_COUNTED, PROOF_SEQUENCE, 0, 0, 0},
    [BINANCE_AGG_TRADE] = {"aggTrade", KIND_TRADE, false, SEQUENCE_COUNTED, PROOF_SEQUENCE, 0, 0,
                           0},
    [BINANCE_BOOK_TICKER] = {"bookTicker", KIND_QUOTE, true, SEQUENCE_RISING, PROOF_NONE, 0, 0, 0},
    [BINANCE_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BINANCE_MINI_TICKER] = {"miniTicker", KIND_QUOTE, false, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0,
                             0},
    [BINANCE_DEPTH] = {"depth@100ms", KIND_BOOK, true, SEQUENCE_CHAINED, PROOF_SEQUENCE, 0, 0, 0},
    [BINANCE_DEPTH_SLOW] = {"depth", KIND_BOOK, false, SEQUENCE_CHAINED, PROOF_SEQUENCE, 0, 0, 0},
    [BINANCE_DEPTH5] = {"depth5@100ms", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                        0},
    [BINANCE_DEPTH10] = {"depth10@100ms", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                         0},
    [BINANCE_DEPTH20] = {"depth20@100ms", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                         0},
    [BINANCE_DEPTH5_SLOW] = {"depth5", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                             0},
    [BINANCE_DEPTH10_SLOW] = {"depth10", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                              0},
    [BINANCE_DEPTH20_SLOW] = {"depth20", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0,
                              0},
    [BINANCE_KLINE] = {"kline", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
};
_Static_assert(sizeof streams / sizeof *streams == BINANCE_STREAMS, "a line for each stream");

static enum refusal parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                          struct event *event)
{
    static enum refusal (*const parsers[])(struct slice, struct parsing *, struct event *) = {
        [BINANCE_TRADE] = binance_parse_trade,
        [BINANCE_AGG_TRADE] = binance_parse_agg_trade,
        [BINANCE_BOOK_TICKER] = binance_parse_book_ticker,
        [BINANCE_TICKER] = binance_parse_ticker,
        [BINANCE_MINI_TICKER] = binance_parse_mini_ticker,
        [BINANCE_DEPTH] = binance_parse_depth,
        [BINANCE_DEPTH_SLOW] = binance_parse_depth,
        [BINANCE_DEPTH5] = binance_parse_partial,
        [BINANCE_DEPTH10] = binance_parse_partial,
        [BINANCE_DEPTH20] = binance_parse_partial,
        [BINANCE_DEPTH5_SLOW] = binance_parse_partial,
        [BINANCE_DEPTH10_SLOW] = binance_parse_partial,
        [BINANCE_DEPTH20_SLOW] = binance_parse_partial,
        [BINANCE_KLINE] = binance_parse_kline,
    };
    return parsers[stream](payload, parsing, event);
}

/* 2.1: batches of 100 to 200 streams; one of 437 was seen to fail silently (ccxws#161). */
static void write_request(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request)
{
    text_literal(message, "{\"method\":\"");
    text_append(message, subscribe ? SLICE("SUBSCRIBE") : SLICE("UNSUBSCRIBE"));
    text_literal(message, "\",\"params\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_literal(message, ",");
        text_json_string(message, keys[i]);
    }
    text_literal(message, "],\"id\":");
    text_unsigned(message, request);
    text_literal(message, "}");
}

/* 4.1: GET /api/v3/depth; symbols may be UTF-8 (1.2) and stand percent-encoded in a URL. */
static void write_snapshot_path(struct text *path, struct slice symbol, uint32_t depth)
{
    static const char hex[] = "0123456789ABCDEF";
    text_literal(path, "/api/v3/depth?symbol=");
    for (size_t i = 0; i < symbol.len; i++) {
        unsigned char c = (unsigned char)symbol.data[i];
        char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-';
        text_bytes(path, plain ? symbol.data + i : escaped, plain ? 1 : sizeof escaped);
    }
    text_literal(path, "&limit=");
    text_unsigned(path, depth);
}

static uint32_t snapshot_weight(uint32_t depth)
{
    return depth <= 100 ? 5 : depth <= 500 ? 25 : depth <= 1000 ? 50 : 250;
}

/* 5.1: filters stand in any order and are found by filterType. */
static void scan_filters(struct scan *scan, struct instrument *instrument)
{
    struct slice key, type;
    scan_array(scan);
    while (scan_element(scan)) {
        struct decimal tick = {0}, step = {0};
        type = (struct slice){NULL, 0};
        scan_object(scan);
        while (scan_member(scan, &key)) {
            if (slice_equal(key, SLICE("filterType")))
                scan_string(scan, &type);
            else if (slice_equal(key, SLICE("tickSize")))
                scan_decimal(scan, &tick);
            else if (slice_equal(key, SLICE("stepSize")))
                scan_decimal(scan, &step);
            else
                scan_skip(scan);
        }
        if (slice_equal(type, SLICE("PRICE_FILTER")))
            instrument->tick = tick;
        else if (slice_equal(type, SLICE("LOT_SIZE")))
            instrument->step = step;
    }
}

/* One entry of symbols[], a document by itself so that what is wrong with it touches no other;
 * false if it cannot be held. */
static bool read_instrument(struct slice entry, struct event *event)
{
    struct instrument *instrument = &event->instrument;
    struct scan scan;
    struct slice key;
    bool held = true;
    event_begin(event, KIND_INSTRUMENT);
    scan_begin(&scan, entry);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("symbol")))
            held &= payload_text(&scan, instrument->exchange_symbol,
                                 sizeof instrument->exchange_symbol);
        else if (slice_equal(key, SLICE("baseAsset")))
            held &= payload_text(&scan, instrument->base, sizeof instrument->base);
        else if (slice_equal(key, SLICE("quoteAsset")))
            held &= payload_text(&scan, instrument->quote, sizeof instrument->quote);
        else if (slice_equal(key, SLICE("status")))
            held &= payload_text(&scan, instrument->status, sizeof instrument->status);
        else if (slice_equal(key, SLICE("filters")))
            scan_filters(&scan, instrument);
        else
            scan_skip(&scan);
    }
    struct text symbol = text_over(instrument->symbol, sizeof instrument->symbol);
    text_append(&symbol, slice_of(instrument->base));
    text_literal(&symbol, "-");
    text_append(&symbol, slice_of(instrument->quote));
    text_terminate(&symbol);
    instrument->tradable = strcmp(instrument->status, "TRADING") == 0;
    return scan_end(&scan) && held && !symbol.overflow && instrument->exchange_symbol[0] != '\0' &&
           instrument->base[0] != '\0' && instrument->quote[0] != '\0';
}

/* The array that symbols is of a document; empty if there is none. */
static enum refusal find_symbols(struct slice body, struct slice *symbols)
{
    struct scan scan;
    struct slice key;
    *symbols = (struct slice){NULL, 0};
    scan_begin(&scan, body);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        bool found = slice_equal(key, SLICE("symbols")) && scan_peek(&scan) == SCAN_ARRAY;
        struct slice value;
        if (scan_raw(&scan, &value) && found)
            *symbols = value;
    }
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

/* The list comes whole. */
static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/api/v3/exchangeInfo?showPermissionSets=false");
}

static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    struct scan scan;
    struct slice symbols, entry;
    struct event event;
    size_t given = 0;
    *skipped = 0;
    enum refusal refusal = find_symbols(body, &symbols);
    if (refusal != REFUSAL_NONE)
        return refusal;
    scan_begin(&scan, symbols);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &entry)) {
        if (read_instrument(entry, &event)) {
            take(context, &event);
            given++;
        } else {
            ++*skipped;
        }
    }
    return given > 0 ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

/* 5.3. */
static int64_t used_weight(struct slice line)
{
    static const char name[] = "x-mbx-used-weight-1m:";
    size_t at = sizeof name - 1;
    if (line.len <= at || strncasecmp(line.data, name, at) != 0)
        return -1;
    while (at < line.len && line.data[at] == ' ')
        at++;
    int64_t used = 0;
    size_t digits = at;
    for (; at < line.len && line.data[at] >= '0' && line.data[at] <= '9' && at - digits < 9; at++)
        used = used * 10 + (line.data[at] - '0');
    return at > digits ? used : -1;
}

const struct exchange exchange_binance = {
    .name = "binance",
    .type = "BinancePublicConnector",
    .websocket = "wss://stream.binance.com:9443",
    .roots = {"/stream"}, /* 1.2: the wrapper's name is the one dependable key */
    .rest = "https://api.binance.com",
    .limits = {.group = "binance",
               .streams_per_session = 300, /* of 1024; 8.1 */
               .streams_per_request = 100,
               .messages_per_second = 4, /* of 5, pongs counted; 2.2 */
               .connects = 300,
               .connects_window_ms = 300000,
               .rest_weight = 6000,
               .rest_window_ms = 60000,
               .session_life_ms = 86400000,
               .frame_max = 4 * 1024 * 1024},
    .streams = streams,
    .stream_count = BINANCE_STREAMS,
    .write_key = binance_write_key,
    .read_key = binance_read_key,
    .write_request = write_request,
    .route = binance_route,
    .parse = parse,
    .write_snapshot_path = write_snapshot_path,
    .snapshot_weight = snapshot_weight,
    .read_snapshot = binance_read_snapshot,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 20,
    .read_instruments = read_instruments,
    .used_weight = used_weight,
};

const struct exchange *const exchanges_binance[] = {&exchange_binance, NULL};
