/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit's protocol (upbit.md 2, 3; observed 2026-09-23): its tables, and what it has besides. */
#include "connectors/upbit/route.h"

#include "connectors/payload.h"

/* 3.4: of the units of candles 10m is none of our words, and not offered. */
static const struct codes_type types[] = {
    {{"orderbook", 9}, UPBIT_BOOK, {"", 0}, 0},
    {{"trade", 5}, UPBIT_TRADE, {"", 0}, 0},
    {{"ticker", 6}, UPBIT_TICKER, {"", 0}, 0},
    {{"candle.1s", 9}, UPBIT_CANDLE, {"1s", 2}, 1},
    {{"candle.1m", 9}, UPBIT_CANDLE, {"1m", 2}, 60},
    {{"candle.3m", 9}, UPBIT_CANDLE, {"3m", 2}, 180},
    {{"candle.5m", 9}, UPBIT_CANDLE, {"5m", 2}, 300},
    {{"candle.15m", 10}, UPBIT_CANDLE, {"15m", 3}, 900},
    {{"candle.30m", 10}, UPBIT_CANDLE, {"30m", 3}, 1800},
    {{"candle.60m", 10}, UPBIT_CANDLE, {"1h", 2}, 3600},
    {{"candle.240m", 11}, UPBIT_CANDLE, {"4h", 2}, 14400},
    {{NULL, 0}, UPBIT_STREAMS, {NULL, 0}, 0},
};

/* Other channels (3.4, 3.5, 1.1) and an account's (6). */
static const struct codes_other others[] = {
    {{"candle.10m", 10}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"indicator", 9}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"indicator_signal", 16}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"announcement", 12}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"myOrder", 7}, REFUSAL_PRIVATE_EVENT},
    {{"myAsset", 7}, REFUSAL_PRIVATE_EVENT},
    {{NULL, 0}, REFUSAL_NONE},
};

/* A reply to LIST_SUBSCRIPTIONS, in either format; an entry of a REST reply. */
static const struct slice marks[] = {{"method", 6}, {"mthd", 4}, {"market", 6}, {NULL, 0}};

/* "UP" comes every ten seconds once a text PING was sent (1.3). */
static void route_untyped(const struct codes_top *top, struct route *route)
{
    if (slice_equal(top->status, SLICE("UP")))
        route->class = FRAME_PONG;
    else if (top->marked)
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

const struct codes upbit_codes = {
    .types = types,
    .others = others,
    .book = UPBIT_BOOK,
    .top = UPBIT_TOP,
    .marks = marks,
    .route_untyped = route_untyped,
};

void upbit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    codes_write_key(&upbit_codes, key, stream, symbol, variant);
}

bool upbit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant)
{
    return codes_read_key(&upbit_codes, key, stream, symbol, variant);
}

void upbit_route(struct slice frame, struct route *route)
{
    codes_route(&upbit_codes, frame, route);
}
