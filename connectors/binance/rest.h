/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and replies that Binance's markets have alike (binance.md 2.1, 5). Pure. */
#ifndef TICKGATE_CONNECTORS_BINANCE_REST_H
#define TICKGATE_CONNECTORS_BINANCE_REST_H

#include "connectors/exchange.h"

/* As the hooks of struct exchange. */
void binance_write_request(struct text *message, bool subscribe, const struct slice *keys,
                           size_t count, uint64_t request);
int64_t binance_used_weight(struct slice header_line);

/* What an entry of exchangeInfo's symbols says of a contract: nothing on spot. */
struct binance_contract {
    struct slice type; /* contractType */
    int64_t delivery_ns;
};

/* Adds what stands behind BASE-QUOTE in our symbol; false for a contract that we have no name for.
 */
typedef bool binance_suffix(struct text *symbol, const struct binance_contract *contract);

/* An entry of exchangeInfo's symbols, as payload_read_entry; `suffix` NULL: there is none. */
bool binance_read_instrument(struct slice entry, binance_suffix *suffix, struct event *event);

#endif
