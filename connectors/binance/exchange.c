/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot: the table of facts. Source: binance.md (official docs of 2026-07-21), sections as
 * noted. */
#include "connectors/binance/parse.h"
#include "connectors/binance/rest.h"
#include "connectors/binance/route.h"
#include "connectors/payload.h"

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

/* 4.1; symbols may be UTF-8 (1.2). */
static void write_snapshot_path(struct text *path, struct slice symbol, uint32_t depth)
{
    text_literal(path, "/api/v3/depth?symbol=");
    payload_percent(path, symbol);
    text_literal(path, "&limit=");
    text_unsigned(path, depth);
}

static uint32_t snapshot_weight(uint32_t depth)
{
    return depth <= 100 ? 5 : depth <= 500 ? 25 : depth <= 1000 ? 50 : 250;
}

/* The list comes whole. */
static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/api/v3/exchangeInfo?showPermissionSets=false");
}

static bool read_instrument(struct slice entry, struct event *event)
{
    return binance_read_instrument(entry, NULL, event);
}

static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    return payload_instruments_in(body, SLICE("symbols"), read_instrument, take, context, skipped);
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
    .write_request = binance_write_request,
    .route = binance_route,
    .parse = binance_parse,
    .write_snapshot_path = write_snapshot_path,
    .snapshot_weight = snapshot_weight,
    .read_snapshot = binance_read_snapshot,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 20,
    .read_instruments = read_instruments,
    .used_weight = binance_used_weight,
};

extern const struct exchange exchange_binance_usdm; /* usdm.c */

const struct exchange *const exchanges_binance[] = {&exchange_binance, &exchange_binance_usdm,
                                                    NULL};
