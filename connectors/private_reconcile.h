/* SPDX-License-Identifier: Apache-2.0 */
/* Reconciliation: which calls an account's whole state is asked for with, one after the other: open
 * orders, balances, positions, closed orders, fills, orders whose fate no list told; of each its
 * items (symbols, orders), rounds and pages. What a reply brings decides what is asked for next:
 * instruments that the owner never heard of may have been traded meanwhile, and where fills can be
 * asked for by instrument alone, the exchange's own list of what was traded, positions, and the
 * balances that are not what they were say which.
 * Pure: no clock, no socket; the same call stands until it is answered. One owner. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_RECONCILE_H
#define TICKGATE_CONNECTORS_PRIVATE_RECONCILE_H

#include "connectors/private_connector.h"
#include "connectors/private_symbols.h"

#define RECONCILE_PAGES_MAX  1000 /* of one round */
#define RECONCILE_ROUNDS_MAX 64
#define RECONCILE_ORDERS_MAX (1u << 20)

struct reconcile;

/* `scopes`: for what each purpose is asked, SCOPE_NONE not at all; `symbols`: the exchange's list.
 * Both stay. `desired` is what the owner knows; it may go. NULL when memory is out. */
struct reconcile *reconcile_new(const enum call_scope *scopes,
                                const struct private_desired *desired,
                                const struct symbols *symbols, int64_t since_ms,
                                uint32_t symbols_max);
void reconcile_destroy(struct reconcile **reconcile);

/* The call that is due, but for its time; false: all has been asked. Valid until the next call of
 * any of these. */
bool reconcile_ask(struct reconcile *reconcile, struct call_ask *ask);
/* An event of its reply. */
void reconcile_note(struct reconcile *reconcile, const struct event *event);
/* An event of the stream meanwhile: what trades now may have traded before. */
void reconcile_note_stream(struct reconcile *reconcile, const struct event *event);
/* The reply is read, with the cursor of the page behind it (empty: none). False: there is no end of
 * pages or rounds. */
bool reconcile_answered(struct reconcile *reconcile, struct slice cursor);
/* There is no such round: on to the next item. True: the item was an order which the exchange does
 * not have; it is in `gone`. */
bool reconcile_no_round(struct reconcile *reconcile, struct private_order *gone);

/* Symbols that were not asked for, beyond symbols_max. */
uint32_t reconcile_left_out(const struct reconcile *reconcile);

#endif
