/* SPDX-License-Identifier: Apache-2.0 */
/* Binance USD-M futures: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_BINANCE_USDM_ROUTE_H
#define TICKGATE_CONNECTORS_BINANCE_USDM_ROUTE_H

#include "connectors/exchange.h"

enum usdm_stream {
    USDM_AGG_TRADE,
    USDM_TRADE,
    USDM_BOOK_TICKER,
    USDM_TICKER,
    USDM_MINI_TICKER,
    USDM_DEPTH,
    USDM_DEPTH_RAW,
    USDM_DEPTH_USUAL,
    USDM_DEPTH_SLOW,
    USDM_DEPTH5,
    USDM_DEPTH10,
    USDM_DEPTH20,
    USDM_DEPTH5_USUAL,
    USDM_DEPTH10_USUAL,
    USDM_DEPTH20_USUAL,
    USDM_DEPTH5_SLOW,
    USDM_DEPTH10_SLOW,
    USDM_DEPTH20_SLOW,
    USDM_KLINE,
    USDM_MARK,
    USDM_MARK_SLOW,
    USDM_OPEN_INTEREST,
    USDM_LIQUIDATION,
    USDM_STREAMS
};

void usdm_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant);
bool usdm_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant);
void usdm_route(struct slice frame, struct route *route);

#endif
