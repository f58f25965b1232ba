/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit: payloads to events, for all three markets, which differ in what they leave out and in the
 * order of members. Pure. Fields as in bybit.md 3 (official docs of 2026-07-24). */
#ifndef TICKGATE_CONNECTORS_BYBIT_PARSE_H
#define TICKGATE_CONNECTORS_BYBIT_PARSE_H

#include "connectors/exchange.h"

/* One element of the data of a frame. */
enum refusal bybit_parse_trade(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal bybit_parse_spot_trade(struct slice payload, struct parsing *parsing,
                                    struct event *event); /* the same, in spot's order the faster */
enum refusal bybit_parse_kline(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal bybit_parse_liquidation(struct slice payload, struct parsing *parsing,
                                     struct event *event);

/* A whole frame. A ticker is read once as a quote and once as a mark. */
enum refusal bybit_parse_book(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal bybit_parse_top(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal bybit_parse_ticker(struct slice payload, struct parsing *parsing, struct event *event);
enum refusal bybit_parse_mark(struct slice payload, struct parsing *parsing, struct event *event);

#endif
