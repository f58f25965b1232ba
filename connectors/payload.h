/* SPDX-License-Identifier: Apache-2.0 */
/* Payload: what the parsers of all exchanges have in common. Pure; times in ns since 1970 UTC. */
#ifndef TICKGATE_CONNECTORS_PAYLOAD_H
#define TICKGATE_CONNECTORS_PAYLOAD_H

#include "common/scan.h"
#include "connectors/exchange.h"

#define PAYLOAD_BIT(n) (1u << (n))

/* What is wrong with a document, by the reader's own error. */
enum refusal payload_refusal(const struct scan *scan);
/* The end of a document: it must be whole, and of the fields that were seen none that is required
 * may be missing. */
enum refusal payload_end(struct scan *scan, unsigned int seen, unsigned int required);
/* Passes over a member that our facts do not know, and notes it. */
void payload_strange_field(struct scan *scan, struct slice name, struct parsing *parsing);
/* Notes a word that our facts do not know, where the event is whole without it. */
void payload_strange_word(struct slice word, struct parsing *parsing);

/* A time in ms. */
bool payload_ms(struct scan *scan, int64_t *ns);
/* Copies a text into a field with a NUL; false if it does not fit or has an escape. */
bool payload_text(struct scan *scan, char *field, size_t room);

bool payload_positive(const struct decimal *value);
/* Only the change may be negative. A price of 0 is none: the market has not traded yet. */
enum refusal payload_check_quote(struct quote *quote);
bool payload_candle_is_sane(const struct candle *candle);

/* The two sides of a book as they come, in either order. */
struct payload_sides {
    size_t bids;
    size_t asks;
    bool asks_first;
    unsigned int seen; /* PAYLOAD_BIT(0) bids, PAYLOAD_BIT(1) asks */
};
#define PAYLOAD_BOTH_SIDES (PAYLOAD_BIT(0) | PAYLOAD_BIT(1))

/* One side's array of [price, size] (whatever stands behind these two in a level passed over), put
 * behind the levels that the event has so far. */
enum refusal payload_side(struct scan *scan, struct event *event, size_t levels_max, bool asks,
                          struct payload_sides *sides);
/* Gives the record its levels, bids first, and its size. */
void payload_finish_sides(struct event *event, const struct payload_sides *sides);

#endif
