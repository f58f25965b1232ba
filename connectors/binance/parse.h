/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot: payloads to events. Pure. Fields as in binance.md 3.1 and 4.1 (official docs of
 * 2026-07-21); their order is not promised, their names are case-significant. */
#ifndef TICKGATE_CONNECTORS_BINANCE_PARSE_H
#define TICKGATE_CONNECTORS_BINANCE_PARSE_H

#include "common/scan.h"
#include "proto/event.h"

/* What is wrong with a document, by the reader's own error. */
enum refusal binance_refusal(const struct scan *scan);

/* One payload to one event; `symbol` is the exchange_symbol that must stand in it. */
enum refusal binance_parse_trade(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels);
enum refusal binance_parse_agg_trade(struct slice symbol, struct slice payload, struct event *event,
                                     size_t max_levels);
enum refusal binance_parse_book_ticker(struct slice symbol, struct slice payload,
                                       struct event *event, size_t max_levels);
enum refusal binance_parse_ticker(struct slice symbol, struct slice payload, struct event *event,
                                  size_t max_levels);
enum refusal binance_parse_mini_ticker(struct slice symbol, struct slice payload,
                                       struct event *event, size_t max_levels);
enum refusal binance_parse_depth(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels);
enum refusal binance_parse_partial(struct slice symbol, struct slice payload, struct event *event,
                                   size_t max_levels);
enum refusal binance_parse_kline(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels);

/* A reply of GET /api/v3/depth. */
enum refusal binance_read_snapshot(struct slice body, struct event *event, size_t max_levels);

#endif
