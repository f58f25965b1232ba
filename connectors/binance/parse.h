/* SPDX-License-Identifier: Apache-2.0 */
/* Binance spot: payloads to events. Pure. Fields as in binance.md 3.1 and 4.1 (official docs of
 * 2026-07-21). */
#ifndef TICKGATE_CONNECTORS_BINANCE_PARSE_H
#define TICKGATE_CONNECTORS_BINANCE_PARSE_H

#include "connectors/exchange.h"

/* One payload of a stream to one event. */
enum refusal binance_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                           struct event *event);
/* A reply of GET /api/v3/depth. */
enum refusal binance_read_snapshot(struct slice body, struct event *event, size_t levels_max);

#endif
