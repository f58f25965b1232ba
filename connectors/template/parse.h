/* SPDX-License-Identifier: Apache-2.0 */
/* Example: its streams, keys, frames and payloads. Pure. */
#ifndef TICKGATE_CONNECTORS_TEMPLATE_PARSE_H
#define TICKGATE_CONNECTORS_TEMPLATE_PARSE_H

#include "connectors/exchange.h"

enum example_stream { EXAMPLE_BOOK_TICKER, EXAMPLE_TICKER, EXAMPLE_STREAMS };

/* The hooks of their names in exchange.h. */
void example_write_key(struct text *key, uint32_t stream, struct slice exchange_symbol,
                       struct slice variant);
bool example_read_key(struct slice key, uint32_t *stream, struct text *exchange_symbol,
                      struct slice *variant);
void example_route(struct slice frame, struct route *route);
enum refusal example_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                           struct event *event);
enum refusal example_read_instruments(struct slice body, exchange_take *take, void *context,
                                      size_t *skipped);

#endif
