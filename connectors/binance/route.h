/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_BINANCE_ROUTE_H
#define TICKGATE_CONNECTORS_BINANCE_ROUTE_H

#include "connectors/exchange.h"

enum binance_stream {
    BINANCE_TRADE,
    BINANCE_AGG_TRADE,
    BINANCE_BOOK_TICKER,
    BINANCE_TICKER,
    BINANCE_MINI_TICKER,
    BINANCE_DEPTH,
    BINANCE_DEPTH_SLOW,
    BINANCE_DEPTH5,
    BINANCE_DEPTH10,
    BINANCE_DEPTH20,
    BINANCE_DEPTH5_SLOW,
    BINANCE_DEPTH10_SLOW,
    BINANCE_DEPTH20_SLOW,
    BINANCE_KLINE,
    BINANCE_STREAMS
};

void binance_write_key(struct text *key, uint32_t stream, struct slice symbol,
                       struct slice variant);
bool binance_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant);
void binance_route(struct slice frame, struct route *route);

#endif
