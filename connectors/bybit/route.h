/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit: keys of streams, and what a frame is; the three markets speak alike. Pure. */
#ifndef TICKGATE_CONNECTORS_BYBIT_ROUTE_H
#define TICKGATE_CONNECTORS_BYBIT_ROUTE_H

#include "connectors/exchange.h"

enum bybit_stream {
    BYBIT_TRADE,
    BYBIT_BOOK,
    BYBIT_BOOK_50,
    BYBIT_BOOK_500,
    BYBIT_BOOK_1000,
    BYBIT_TOP,
    BYBIT_TICKER,
    BYBIT_KLINE,
    BYBIT_SPOT_STREAMS,
    BYBIT_MARK = BYBIT_SPOT_STREAMS, /* the ticker's other half, under the same key */
    BYBIT_LIQUIDATION,
    BYBIT_STREAMS
};

/* A candle's interval of ours in Bybit's word; empty if Bybit has no such. */
struct slice bybit_interval(struct slice variant);

void bybit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant);
bool bybit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant);
/* The same, where only spot's streams are. */
bool bybit_read_spot_key(struct slice key, uint32_t *stream, struct text *symbol,
                         struct slice *variant);
void bybit_route(struct slice frame, struct route *route);

#endif
