/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit's private half in its parts: what the rows of an account say, and how it is asked. Pure.
 * An account of the gateway is of one market; the topics and calls of all three are alike. Fields
 * as in bybit.md 5.5, 6, 7 (official docs of 2026-07-24). */
#ifndef TICKGATE_CONNECTORS_BYBIT_PRIVATE_H
#define TICKGATE_CONNECTORS_BYBIT_PRIVATE_H

#include "connectors/private_exchange.h"

/* What they differ in. */
struct bybit_market {
    struct slice category; /* "spot", "linear", "inverse" */
    bool spot;
    struct slice settle_coins[2]; /* that open orders and positions have to be asked for by; empty:
                                     none need be */
    struct status_table statuses;
};

extern const struct bybit_market bybit_spot, bybit_linear, bybit_inverse;

/* Whose rows are read, and to whom they are told. */
struct bybit_telling {
    const struct bybit_market *market;
    int64_t told_ns; /* the exchange's time of the message or reply */
    struct parsing *parsing;
    private_take *take;
    void *context;
};

/* Reads one row, an object. Rows of another market give no event and no refusal. A row of the
 * wallet gives an event for each coin. */
typedef enum refusal bybit_read_row(struct slice row, const struct bybit_telling *telling);
bybit_read_row bybit_read_order, bybit_read_execution, bybit_read_position, bybit_read_wallet;

/* A frame of the stream, as private_exchange's parse. */
enum refusal bybit_parse_private(struct slice frame, const struct bybit_market *market,
                                 struct parsing *parsing, private_take *take, void *context);

bool bybit_write_call(struct call *call, const struct private_keys *keys,
                      const struct call_ask *ask, const struct bybit_market *market);
void bybit_read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                      const struct bybit_telling *telling, struct call_reply *reply);
/* What a code of Bybit's means, on the stream and in replies (5.1). */
enum verdict bybit_verdict(int64_t code);

#endif
