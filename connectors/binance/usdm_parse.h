/* SPDX-License-Identifier: Apache-2.0 */
/* Binance USD-M futures: payloads to events. Pure. Fields as in binance.md 3.2 and 4.2 (docs of
 * 2026-05-28, models of 2026-08-21, single frames of 2026-09 and 2026-10). */
#ifndef TICKGATE_CONNECTORS_BINANCE_USDM_PARSE_H
#define TICKGATE_CONNECTORS_BINANCE_USDM_PARSE_H

#include "connectors/exchange.h"

/* One payload of a stream to one event; of the open interest's, a reply of REST. */
enum refusal usdm_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                        struct event *event);
/* A reply of GET /fapi/v1/depth. */
enum refusal usdm_read_snapshot(struct slice body, struct event *event, size_t levels_max);

#endif
