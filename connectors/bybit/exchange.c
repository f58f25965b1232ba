/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit: the tables of facts of its three markets, which share streams, requests and payloads.
 * Source: bybit.md (official docs of 2026-07-24), sections as noted. */
#include "common/clock.h"
#include "connectors/bybit/parse.h"
#include "connectors/bybit/route.h"
#include "connectors/payload.h"

/* 3. A quote is the ticker and the top of the book, which is said again after 3 s of quiet (3.1).
 * Trades have no ids that prove anything. The books of other depths are understood, never asked
 * for; that of 500 was removed on 2025-09-11. */
static const struct stream streams[] = {
    [BYBIT_TRADE] = {"publicTrade", KIND_TRADE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BYBIT_BOOK] = {"orderbook.200", KIND_BOOK, true, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0, 0},
    [BYBIT_BOOK_50] = {"orderbook.50", KIND_BOOK, false, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0, 0},
    [BYBIT_BOOK_500] = {"orderbook.500", KIND_BOOK, false, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0,
                        0},
    [BYBIT_BOOK_1000] = {"orderbook.1000", KIND_BOOK, false, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0,
                         0},
    [BYBIT_TOP] = {"orderbook.1", KIND_QUOTE, true, SEQUENCE_RISING, PROOF_NONE, 10000, 0, 0},
    [BYBIT_TICKER] = {"tickers", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BYBIT_KLINE] = {"kline", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BYBIT_MARK] = {"tickers", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BYBIT_LIQUIDATION] = {"allLiquidation", KIND_LIQUIDATION, true, SEQUENCE_UNCHECKED, PROOF_NONE,
                           0, 0, 0},
};
_Static_assert(sizeof streams / sizeof *streams == BYBIT_STREAMS, "a line for each stream");

static enum refusal parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                          struct event *event)
{
    static enum refusal (*const parsers[])(struct slice, struct parsing *, struct event *) = {
        [BYBIT_TRADE] = bybit_parse_trade,    [BYBIT_BOOK] = bybit_parse_book,
        [BYBIT_BOOK_50] = bybit_parse_book,   [BYBIT_BOOK_500] = bybit_parse_book,
        [BYBIT_BOOK_1000] = bybit_parse_book, [BYBIT_TOP] = bybit_parse_top,
        [BYBIT_TICKER] = bybit_parse_ticker,  [BYBIT_KLINE] = bybit_parse_kline,
        [BYBIT_MARK] = bybit_parse_mark,      [BYBIT_LIQUIDATION] = bybit_parse_liquidation,
    };
    return parsers[stream](payload, parsing, event);
}

static enum refusal parse_spot(uint32_t stream, struct slice payload, struct parsing *parsing,
                               struct event *event)
{
    return stream == BYBIT_TRADE ? bybit_parse_spot_trade(payload, parsing, event)
                                 : parse(stream, payload, parsing, event);
}

static void swap(struct decimal *a, struct decimal *b)
{
    struct decimal kept = *a;
    *a = *b;
    *b = kept;
}

/* 3: an inverse contract is one USD, so that what is called volume there is in the quote and the
 * turnover in the base. Sizes stay contracts. */
static enum refusal parse_inverse(uint32_t stream, struct slice payload, struct parsing *parsing,
                                  struct event *event)
{
    enum refusal refusal = parse(stream, payload, parsing, event);
    if (event->kind == KIND_CANDLE)
        swap(&event->candle.volume, &event->candle.turnover);
    if (event->kind != KIND_QUOTE)
        return refusal;
    uint32_t volume = PAYLOAD_BIT(QUOTE_VOLUME), turnover = PAYLOAD_BIT(QUOTE_TURNOVER);
    uint32_t known = event->quote.known;
    swap(&event->quote.numbers[QUOTE_VOLUME], &event->quote.numbers[QUOTE_TURNOVER]);
    event->quote.known = (known & ~(volume | turnover)) | (known & volume ? turnover : 0) |
                         (known & turnover ? volume : 0);
    return refusal;
}

/* 2.1, 2.4: one topic that is unknown or held already fails its whole frame, so that frames are
 * small; an answer names its request alone. */
static void write_request(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request)
{
    text_literal(message, "{\"req_id\":\"");
    text_unsigned(message, request);
    text_literal(message, "\",\"op\":\"");
    text_append(message, subscribe ? SLICE("subscribe") : SLICE("unsubscribe"));
    text_literal(message, "\",\"args\":");
    payload_texts(message, keys, count);
    text_literal(message, "}");
}

/* Tick and step stand in objects of their own; spot calls the step a precision (5.3). */
static void scan_filter(struct scan *scan, struct instrument *instrument)
{
    struct slice key;
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("tickSize")))
            scan_decimal(scan, &instrument->tick);
        else if (slice_equal(key, SLICE("qtyStep")) || slice_equal(key, SLICE("basePrecision")))
            scan_decimal(scan, &instrument->step);
        else
            scan_skip(scan);
    }
}

/* 5.3. Spot has no contract; a perpetual one may have a day of delivery too, when it is about to be
 * delisted. False for a sort of contract that we do not know. */
static bool write_suffix(struct text *symbol, struct slice contract, struct slice delivery)
{
    static const struct slice perpetual[] = {{"LinearPerpetual", 15}, {"InversePerpetual", 16}};
    static const struct slice dated[] = {{"LinearFutures", 13}, {"InverseFutures", 14}};
    uint64_t ms;
    if (slice_equal(contract, perpetual[0]) || slice_equal(contract, perpetual[1])) {
        text_literal(symbol, "-PERP");
    } else if (slice_equal(contract, dated[0]) || slice_equal(contract, dated[1])) {
        if (!payload_unsigned(delivery, &ms) || ms == 0 || ms > INT64_MAX / NS_PER_MS)
            return false;
        text_literal(symbol, "-");
        payload_date(symbol, (int64_t)ms * NS_PER_MS);
    } else if (contract.len > 0) {
        return false;
    }
    return true;
}

static const struct payload_terms terms = {
    {"symbol", 6}, {"baseCoin", 8}, {"quoteCoin", 9}, {"status", 6}, {"Trading", 7}};

static bool read_instrument(struct slice entry, struct event *event)
{
    struct instrument *instrument = &event->instrument;
    struct scan scan;
    struct slice key, contract = {NULL, 0}, delivery = {NULL, 0};
    event_begin(event, KIND_INSTRUMENT);
    scan_begin(&scan, entry);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (payload_instrument_text(&scan, key, &terms, instrument))
            continue;
        if (slice_equal(key, SLICE("contractType")))
            scan_string(&scan, &contract);
        else if (slice_equal(key, SLICE("deliveryTime")))
            scan_string(&scan, &delivery);
        else if (slice_equal(key, SLICE("priceFilter")) || slice_equal(key, SLICE("lotSizeFilter")))
            scan_filter(&scan, instrument);
        else
            scan_skip(&scan);
    }
    struct text symbol = payload_begin_symbol(instrument);
    bool named = write_suffix(&symbol, contract, delivery);
    return payload_end_instrument(&scan, &terms, &symbol, instrument) && named;
}

/* A page behind the last may be empty; what has no pages may not. */
static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    struct slice result, list, cursor;
    *skipped = 0;
    enum refusal refusal = payload_member(body, SLICE("result"), &result);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (payload_member(result, SLICE("nextPageCursor"), &cursor) != REFUSAL_NONE ||
        payload_member(result, SLICE("list"), &list) != REFUSAL_NONE || list.len == 0 ||
        *list.data != '[')
        return REFUSAL_MISSING_FIELD;
    refusal = payload_instruments(list, read_instrument, take, context, skipped);
    return refusal == REFUSAL_MISSING_FIELD && cursor.len > 0 ? REFUSAL_NONE : refusal;
}

#define CURSOR_MAX 256

/* The cursor of the next page, as a text (8 #22: it has '%' in it, and is encoded once more in the
 * path); empty behind the last page, null and absent are the same (5.3). */
static struct slice next_page(struct slice body, char room[CURSOR_MAX])
{
    struct text text = text_over(room, CURSOR_MAX);
    struct slice result, raw, cursor;
    struct scan scan;
    if (payload_member(body, SLICE("result"), &result) != REFUSAL_NONE ||
        payload_member(result, SLICE("nextPageCursor"), &raw) != REFUSAL_NONE)
        return SLICE("");
    scan_begin(&scan, raw);
    if (scan_peek(&scan) != SCAN_STRING || !scan_string(&scan, &cursor) ||
        !scan_unescape(cursor, &text) || text.overflow)
        return SLICE("");
    return text_slice(&text);
}

/* Linear has more than the 500 of a page that is not asked for otherwise (8 #21); spot comes whole,
 * whatever the limit. */
static void write_page(struct text *path, struct slice category, const struct slice *body)
{
    char room[CURSOR_MAX];
    struct slice cursor = body != NULL ? next_page(*body, room) : SLICE("");
    if (body != NULL && cursor.len == 0)
        return;
    text_literal(path, "/v5/market/instruments-info?category=");
    text_append(path, category);
    text_literal(path, "&limit=1000");
    if (cursor.len > 0) {
        text_literal(path, "&cursor=");
        payload_percent(path, cursor);
    }
}

static void write_spot_page(struct text *path, const struct slice *body)
{
    write_page(path, SLICE("spot"), body);
}

static void write_linear_page(struct text *path, const struct slice *body)
{
    write_page(path, SLICE("linear"), body);
}

static void write_inverse_page(struct text *path, const struct slice *body)
{
    write_page(path, SLICE("inverse"), body);
}

/* 1.2, 1.3, 5.1. An address has 500 connects in 5 minutes and 600 REST requests in 5 s over all
 * markets, and each request weighs one. 300 topics of our longest names stay under the 21,000
 * characters that a connection may hold; ten topics a request are spot's limit, and what one bad
 * topic can take with it on the others. We ping every 20 s (1.5), data or not. */
#define LIMITS                                                                                     \
    {                                                                                              \
        .group = "bybit", .streams_per_session = 300, .streams_per_request = 10,                   \
        .messages_per_second = 10, .connects = 400, .connects_window_ms = 300000,                  \
        .rest_weight = 600, .rest_window_ms = 5000, .keepalive_ms = 20000,                         \
        .frame_max = 4 * 1024 * 1024                                                               \
    }

#define MARKET(market, root, count, reader, parser, pages)                                         \
    {                                                                                              \
        .name = (market), .type = "BybitPublicConnector", .websocket = "wss://stream.bybit.com",   \
        .roots = {(root)}, .rest = "https://api.bybit.com", .limits = LIMITS,                      \
        .manner = SUBSCRIBE_CHANGES, .ping = {"{\"op\":\"ping\"}", 13}, .streams = streams,        \
        .stream_count = (count), .write_key = bybit_write_key, .read_key = (reader),               \
        .write_request = write_request, .route = bybit_route, .parse = (parser),                   \
        .write_instruments_path = (pages), .instruments_weight = 1,                                \
        .read_instruments = read_instruments                                                       \
    }

const struct exchange exchange_bybit = MARKET("bybit", "/v5/public/spot", BYBIT_SPOT_STREAMS,
                                              bybit_read_spot_key, parse_spot, write_spot_page);
const struct exchange exchange_bybit_linear = MARKET(
    "bybit-linear", "/v5/public/linear", BYBIT_STREAMS, bybit_read_key, parse, write_linear_page);
const struct exchange exchange_bybit_inverse =
    MARKET("bybit-inverse", "/v5/public/inverse", BYBIT_STREAMS, bybit_read_key, parse_inverse,
           write_inverse_page);

const struct exchange *const exchanges_bybit[] = {&exchange_bybit, &exchange_bybit_linear,
                                                  &exchange_bybit_inverse, NULL};
