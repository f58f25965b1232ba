/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit: keys of streams, and what a frame is. Pure. */
#ifndef TICKGATE_CONNECTORS_UPBIT_ROUTE_H
#define TICKGATE_CONNECTORS_UPBIT_ROUTE_H

#include "connectors/exchange.h"

enum upbit_stream {
    UPBIT_TRADE,
    UPBIT_TICKER,
    UPBIT_BOOK,
    UPBIT_CANDLE,
    UPBIT_TOP, /* UPBIT_BOOK once more, for the quote: its keys are that one's */
    UPBIT_STREAMS
};

/* What a request and a frame call a stream, of candles one for each interval. */
struct upbit_type {
    struct slice word;
    enum upbit_stream stream;
    struct slice variant;
    uint32_t interval_s; /* of a candle */
};

/* All of them; the last one is empty. */
extern const struct upbit_type upbit_types[];

/* NULL for a word that is no type of ours. */
const struct upbit_type *upbit_find_type(struct slice word);

void upbit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant);
bool upbit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant);
void upbit_route(struct slice frame, struct route *route);

#endif
