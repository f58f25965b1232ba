/* SPDX-License-Identifier: Apache-2.0 */
/* Both of Binance's markets speak one protocol over streams of their own (binance.md 1.2 and 2.1):
 * keys, and what a frame is, by a market's tables. Pure. */
#ifndef TICKGATE_CONNECTORS_BINANCE_MARKET_H
#define TICKGATE_CONNECTORS_BINANCE_MARKET_H

#include "connectors/exchange.h"

#define BINANCE_FAMILY_COIN_M 2 /* `st`; 1 is USD-M (3.2, since 2026-06-30) */

/* What stands behind the symbol in a stream's key. A kline's interval follows its suffix; a partial
 * book's depth is its variant. */
struct binance_key {
    struct slice suffix;
    struct slice variant;
};

/* An event word and what it is: a stream of ours, or a class. */
struct binance_word {
    const char *word;
    enum frame_class class;
    enum refusal refusal;
    uint32_t stream; /* for FRAME_DATA */
};

struct binance_market {
    const struct binance_key *keys; /* by stream */
    uint32_t stream_count;
    uint32_t kline;                   /* the stream whose variants are these: */
    const char *const *intervals;     /* NULL behind the last */
    uint32_t top;                     /* the stream of a payload that has a top and no event word */
    const struct binance_word *words; /* a NULL word behind the last */
    struct slice usual_speed;         /* that a key may name or leave out */
    uint64_t foreign_family;          /* `st` of what is another exchange's; 0 none */
};

/* As the hooks of struct exchange. */
void binance_market_write_key(const struct binance_market *market, struct text *key,
                              uint32_t stream, struct slice symbol, struct slice variant);
bool binance_market_read_key(const struct binance_market *market, struct slice key,
                             uint32_t *stream, struct text *symbol, struct slice *variant);
void binance_market_route(const struct binance_market *market, struct slice frame,
                          struct route *route);

#endif
