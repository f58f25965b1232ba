/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb: payloads to events. Pure. Fields as in bithumb.md 3 (official docs of 2026-08-13 to
 * 2026-09-07, frames observed on 2026-09-23), in either format; their order is not promised. */
#ifndef TICKGATE_CONNECTORS_BITHUMB_PARSE_H
#define TICKGATE_CONNECTORS_BITHUMB_PARSE_H

#include "connectors/exchange.h"

/* One payload to one event. */
enum refusal bithumb_parse_trade(struct slice payload, struct parsing *parsing,
                                 struct event *event);
enum refusal bithumb_parse_ticker(struct slice payload, struct parsing *parsing,
                                  struct event *event);
enum refusal bithumb_parse_book(struct slice payload, struct parsing *parsing, struct event *event);
/* The best levels of a book, as a quote. */
enum refusal bithumb_parse_top(struct slice payload, struct parsing *parsing, struct event *event);

#endif
