/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_BITHUMB_ROUTE_H
#define TICKGATE_CONNECTORS_BITHUMB_ROUTE_H

#include "connectors/payload_codes.h"

enum bithumb_stream {
    BITHUMB_TRADE,
    BITHUMB_TICKER,
    BITHUMB_BOOK,
    BITHUMB_TOP, /* BITHUMB_BOOK once more, for the quote: its keys are that one's */
    BITHUMB_STREAMS
};

extern const struct codes bithumb_codes;

void bithumb_write_key(struct text *key, uint32_t stream, struct slice symbol,
                       struct slice variant);
bool bithumb_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant);
void bithumb_route(struct slice frame, struct route *route);

#endif
