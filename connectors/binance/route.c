/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/binance/route.h"

#include "connectors/binance/market.h"

/* 3.1 */
static const struct binance_key keys[] = {
    [BINANCE_TRADE] = {{"@trade", 6}, {"", 0}},
    [BINANCE_AGG_TRADE] = {{"@aggTrade", 9}, {"", 0}},
    [BINANCE_BOOK_TICKER] = {{"@bookTicker", 11}, {"", 0}},
    [BINANCE_TICKER] = {{"@ticker", 7}, {"", 0}},
    [BINANCE_MINI_TICKER] = {{"@miniTicker", 11}, {"", 0}},
    [BINANCE_DEPTH] = {{"@depth@100ms", 12}, {"", 0}},
    [BINANCE_DEPTH_SLOW] = {{"@depth", 6}, {"", 0}},
    [BINANCE_DEPTH5] = {{"@depth5@100ms", 13}, {"5", 1}},
    [BINANCE_DEPTH10] = {{"@depth10@100ms", 14}, {"10", 2}},
    [BINANCE_DEPTH20] = {{"@depth20@100ms", 14}, {"20", 2}},
    [BINANCE_DEPTH5_SLOW] = {{"@depth5", 7}, {"5", 1}},
    [BINANCE_DEPTH10_SLOW] = {{"@depth10", 8}, {"10", 2}},
    [BINANCE_DEPTH20_SLOW] = {{"@depth20", 8}, {"20", 2}},
    [BINANCE_KLINE] = {{"@kline_", 7}, {"", 0}},
};
_Static_assert(sizeof keys / sizeof *keys == BINANCE_STREAMS, "a key for each stream");

/* 3.1.12 */
static const char *const intervals[] = {"1s", "1m", "3m",  "5m", "15m", "30m", "1h", "2h", "4h",
                                        "6h", "8h", "12h", "1d", "3d",  "1w",  "1M", NULL};

static const struct binance_word words[] = {
    {"trade", FRAME_DATA, REFUSAL_NONE, BINANCE_TRADE},
    {"aggTrade", FRAME_DATA, REFUSAL_NONE, BINANCE_AGG_TRADE},
    {"depthUpdate", FRAME_DATA, REFUSAL_NONE, BINANCE_DEPTH},
    {"24hrTicker", FRAME_DATA, REFUSAL_NONE, BINANCE_TICKER},
    {"24hrMiniTicker", FRAME_DATA, REFUSAL_NONE, BINANCE_MINI_TICKER},
    {"kline", FRAME_DATA, REFUSAL_NONE, BINANCE_KLINE},
    {"bookTicker", FRAME_DATA, REFUSAL_NONE, BINANCE_BOOK_TICKER}, /* as futures spell it */
    {"serverShutdown", FRAME_GOING_AWAY, REFUSAL_NONE, 0},         /* 2.4, since 2026-05-08 */
    {"1hTicker", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"4hTicker", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"1dTicker", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"avgPrice", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"blockTrade", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"referencePrice", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"executionReport", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0}, /* 6.1.4 */
    {"outboundAccountPosition", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"outboundAccountInfo", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"balanceUpdate", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"listStatus", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"eventStreamTerminated", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"externalLockUpdate", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"listenKeyExpired", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {0},
};

static const struct binance_market market = {
    .keys = keys,
    .stream_count = BINANCE_STREAMS,
    .kline = BINANCE_KLINE,
    .intervals = intervals,
    .top = BINANCE_BOOK_TICKER,
    .words = words,
    .usual_speed = {"@1000ms", 7},
};

void binance_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    binance_market_write_key(&market, key, stream, symbol, variant);
}

bool binance_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant)
{
    return binance_market_read_key(&market, key, stream, symbol, variant);
}

void binance_route(struct slice frame, struct route *route)
{
    binance_market_route(&market, frame, route);
}
