/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_UPBIT_ROUTE_H
#define TICKGATE_CONNECTORS_UPBIT_ROUTE_H

#include "connectors/payload_codes.h"

enum upbit_stream {
    UPBIT_TRADE,
    UPBIT_TICKER,
    UPBIT_BOOK,
    UPBIT_CANDLE,
    UPBIT_TOP, /* UPBIT_BOOK once more, for the quote: its keys are that one's */
    UPBIT_STREAMS
};

extern const struct codes upbit_codes;

void upbit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant);
bool upbit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant);
void upbit_route(struct slice frame, struct route *route);

#endif
