/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb: the table of facts. Source: bithumb.md (official docs of 2026-06-30 to 2026-11-13 and
 * what others observed on 2026-09-23), sections as noted. */
#include "connectors/bithumb/parse.h"
#include "connectors/bithumb/route.h"
#include "connectors/payload.h"

/* 3 and 4.1. A book message is the whole book, and often the same as before: it is the book, and
 * its best levels are the quote's, whose last price and totals come with the ticker, whole as well.
 * Trades have ids that are unique and nothing else. A quiet market says nothing on any of them. */
static const struct stream streams[] = {
    [BITHUMB_TRADE] = {"trade", KIND_TRADE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [BITHUMB_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_REPLACED, PROOF_NONE, 0, 0, 0},
    [BITHUMB_BOOK] = {"orderbook", KIND_BOOK, true, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0, 0},
    [BITHUMB_TOP] = {"orderbook", KIND_QUOTE, true, SEQUENCE_REPLACED, PROOF_NONE, 0, 0, 0},
};
_Static_assert(sizeof streams / sizeof *streams == BITHUMB_STREAMS, "a line for each stream");

static enum refusal parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                          struct event *event)
{
    static enum refusal (*const parsers[])(struct slice, struct parsing *, struct event *) = {
        [BITHUMB_TRADE] = bithumb_parse_trade,
        [BITHUMB_TICKER] = bithumb_parse_ticker,
        [BITHUMB_BOOK] = bithumb_parse_book,
        [BITHUMB_TOP] = bithumb_parse_top,
    };
    return parsers[stream](payload, parsing, event);
}

/* 2: it replaces the request before, and nothing answers it. With no flags each code begins with a
 * SNAPSHOT, by which a channel proves itself. The format is DEFAULT: not all short names are
 * documented (3.1). */
static void write_request(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request)
{
    (void)subscribe;
    codes_write_request(&bithumb_codes, message, keys, count, request);
}

/* "KRW-BTC" is the quote, then the base (0). What is listed is traded: there is no status, and
 * steps are not told (5). */
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
        else if (slice_equal(key, SLICE("market_warning")))
            held &= payload_absent(&scan) ||
                    payload_text(&scan, instrument->status, sizeof instrument->status);
        else
            scan_skip(&scan);
    }
    instrument->tradable = true;
    return scan_end(&scan) && held && payload_name_quote_first(instrument);
}

static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/v1/market/all?isDetails=true");
}

/* Errors come with HTTP 200 too (5): as an object, which is no list. */
static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    return payload_instruments(body, read_instrument, take, context, skipped);
}

const struct exchange exchange_bithumb = {
    .name = "bithumb",
    .type = "BithumbPublicConnector",
    .websocket = "wss://ws-api.bithumb.com",
    .roots = {"/websocket/v1"},
    .rest = "https://api.bithumb.com",
    .limits = {.group = "bithumb",
               .streams_per_session = 300, /* 493 were served on one (1) */
               .streams_per_request = 300,
               .messages_per_second = 4,  /* no limit is documented: as Upbit's, 5 */
               .messages_per_minute = 80, /* the same: 100 */
               .connects = 8, /* of 10, public and private together; then 429, later 10 min (1) */
               .connects_window_ms = 1000,
               .rest_weight = 100, /* of 150 calls of one category (5) */
               .rest_window_ms = 1000,
               .call_weight = 100,    /* of 140 of one category (5) */
               .keepalive_ms = 15000, /* a quiet socket is cut after 60 s (1) */
               .frame_max = 256 * 1024},
    .manner = SUBSCRIBE_WHOLE,
    .greeting = {"PING", 4}, /* {"status":"UP"} every 10 s from then on (1) */
    .streams = streams,
    .stream_count = BITHUMB_STREAMS,
    .write_key = bithumb_write_key,
    .read_key = bithumb_read_key,
    .write_request = write_request,
    .route = bithumb_route,
    .parse = parse,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 1,
    .read_instruments = read_instruments,
};

const struct exchange *const exchanges_bithumb[] = {&exchange_bithumb, NULL};
