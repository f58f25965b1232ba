/* SPDX-License-Identifier: Apache-2.0 */
/* Offer: what an exchange has for whoever asks: channels, and the intervals of its candles. Pure.
 */
#ifndef TICKGATE_CONNECTORS_OFFER_H
#define TICKGATE_CONNECTORS_OFFER_H

#include "connectors/exchange.h"

/* The intervals that candles may have, in our words and from short to long; NULL past the last. */
const char *offer_interval(uint32_t place);

bool offer_has(const struct exchange *exchange, enum kind kind);
bool offer_has_interval(const struct exchange *exchange, struct slice interval);

/* For people: "quote, trade, book" and "1m, 5m, 1h". */
void offer_write_kinds(struct text *text, const struct exchange *exchange);
void offer_write_intervals(struct text *text, const struct exchange *exchange);
/* The names of the streams that feed a kind, a comma behind each: "bookTicker,ticker,". */
void offer_write_parts(struct text *text, const struct exchange *exchange, enum kind kind);

#endif
