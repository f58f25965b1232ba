/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit: the table of facts. Source: upbit.md (official docs of 2026-08-26 to 2026-10-07 and what
 * others observed on 2026-09-23), sections as noted. */
#include "connectors/payload.h"
#include "connectors/upbit/parse.h"
#include "connectors/upbit/route.h"

/* 3 and 4. A book message is the whole book: it is the book, and its best levels are the quote's,
 * whose last price and totals come with the ticker. Trades have ids that are unique and nothing
 * else. A quiet market says nothing on any of them. */
static const struct stream streams[] = {
    [UPBIT_TRADE] = {"trade", KIND_TRADE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [UPBIT_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [UPBIT_BOOK] = {"orderbook", KIND_BOOK, true, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0, 0},
    [UPBIT_CANDLE] = {"candle", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [UPBIT_TOP] = {"orderbook", KIND_QUOTE, true, SEQUENCE_REPLACED, PROOF_NONE, 0, 0, 0},
};
_Static_assert(sizeof streams / sizeof *streams == UPBIT_STREAMS, "a line for each stream");

static enum refusal parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                          struct event *event)
{
    static enum refusal (*const parsers[])(struct slice, struct parsing *, struct event *) = {
        [UPBIT_TRADE] = upbit_parse_trade, [UPBIT_TICKER] = upbit_parse_ticker,
        [UPBIT_BOOK] = upbit_parse_book,   [UPBIT_CANDLE] = upbit_parse_candle,
        [UPBIT_TOP] = upbit_parse_top,
    };
    return parsers[stream](payload, parsing, event);
}

/* 2: it replaces the request before, and nothing answers it. With no flags each code begins with a
 * SNAPSHOT, by which a channel proves itself. */
static void write_request(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request)
{
    (void)subscribe;
    codes_write_request(&upbit_codes, message, keys, count, request);
}

/* {"warning":false,"caution":{...}}: the exchange advises against it; it is traded all the same. */
static void scan_market_event(struct scan *scan, struct instrument *instrument)
{
    struct slice key;
    bool warning = false;
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return;
    }
    scan_object(scan);
    while (scan_member(scan, &key))
        if (slice_equal(key, SLICE("warning")))
            scan_boolean(scan, &warning);
        else
            scan_skip(scan);
    if (warning)
        memcpy(instrument->status, "WARNING", sizeof "WARNING");
}

/* 5.1: "KRW-BTC" is the quote, up to the first dash, then the base. What is listed is traded: there
 * is no status, and steps are not told. */
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
        if (slice_equal(key, SLICE("market")))
            held &= payload_text(&scan, instrument->exchange_symbol,
                                 sizeof instrument->exchange_symbol);
        else if (slice_equal(key, SLICE("market_event")))
            scan_market_event(&scan, instrument);
        else
            scan_skip(&scan);
    }
    instrument->tradable = true;
    return scan_end(&scan) && held && payload_name_quote_first(instrument);
}

/* The list comes whole. */
static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/v1/market/all?is_details=true");
}

static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    return payload_instruments(body, read_instrument, take, context, skipped);
}

const struct exchange exchange_upbit = {
    .name = "upbit",
    .type = "UpbitPublicConnector",
    .websocket = "wss://api.upbit.com",
    .roots = {"/websocket/v1"},
    .rest = "https://api.upbit.com",
    .limits = {.group = "upbit",
               .streams_per_session = 300, /* 855 were served on one (1.2) */
               .streams_per_request = 300,
               .messages_per_second = 4,  /* of 5 (1.2); whether a ping is one is not said */
               .messages_per_minute = 80, /* of 100 */
               .connects = 4,             /* of 5; then 429, later 418 (1.2) */
               .connects_window_ms = 1000,
               .rest_weight = 8, /* of 10 calls of one category (5.5) */
               .rest_window_ms = 1000,
               .call_weight = 24,     /* of 30 of an account (5.5) */
               .keepalive_ms = 15000, /* a quiet socket is cut after 60 s (1.3) */
               .frame_max = 256 * 1024},
    .manner = SUBSCRIBE_WHOLE,
    .greeting = {"PING", 4}, /* {"status":"UP"} every 10 s from then on (1.3) */
    .streams = streams,
    .stream_count = UPBIT_STREAMS,
    .write_key = upbit_write_key,
    .read_key = upbit_read_key,
    .write_request = write_request,
    .route = upbit_route,
    .parse = parse,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 1,
    .read_instruments = read_instruments,
};

const struct exchange *const exchanges_upbit[] = {&exchange_upbit, NULL};
