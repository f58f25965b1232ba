/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit: payloads to events. Pure. Fields as in upbit.md 3 (official docs of 2026-08-26 to
 * 2026-09-22, frames observed on 2026-09-23), in either format; their order is not promised. */
#ifndef TICKGATE_CONNECTORS_UPBIT_PARSE_H
#define TICKGATE_CONNECTORS_UPBIT_PARSE_H

#include "connectors/exchange.h"

/* One payload to one event. */
enum refusal upbit_parse_trade(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal upbit_parse_ticker(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal upbit_parse_book(struct slice payload, struct parsing *parsing, struct event *event);
/* The best levels of a book, as a quote. */
enum refusal upbit_parse_top(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal upbit_parse_candle(struct slice payload, struct parsing *parsing, struct event *event);

#endif
