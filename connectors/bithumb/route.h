/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_BITHUMB_ROUTE_H
#define TICKGATE_CONNECTORS_BITHUMB_ROUTE_H

#include "connectors/exchange.h"

enum bithumb_stream {
    BITHUMB_TRADE,
    BITHUMB_TICKER,
    BITHUMB_BOOK,
    BITHUMB_TOP, /* BITHUMB_BOOK once more, for the quote: its keys are that one's */
    BITHUMB_STREAMS
};

/* What a request and a frame call the type of a stream. */
struct slice bithumb_type(uint32_t stream);

void bithumb_write_key(struct text *key, uint32_t stream, struct slice symbol,
                       struct slice variant);
bool bithumb_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant);
void bithumb_route(struct slice frame, struct route *route);

#endif
