/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger: what an account is: its open orders, the fills whose ids are known, its positions and
 * balances; and the judge of what is news. It takes what a private connector tells, from the stream
 * and from REST, more than once and in any order, and makes of it what is told to clients: each
 * fill once, each change of an order once and never backwards, positions and balances when they
 * differ. It completes a record by what was known before. Restored from the journal it is what it
 * was. Bounded: orders_max open orders and as many that are final, fills_max ids of fills,
 * LEDGER_ROWS_MAX positions and balances. One owner; no clock, no file, no socket.
 *
 * Its owner does, for each event of a private connector (KIND_ACCOUNT too):
 *
 *   account, ready:  first, for each kind of position and balance that is asked for whole (its
 *                    scope is not SCOPE_NONE): while ledger_missing gives an event, that one is
 *                    told and put like any other
 *   ledger_judge     news: room in the journal? yes: tell it, ledger_put it
 *                                               no: ledger_lose, and a renewal for the connector
 *
 * Reconciling and ready are one turn: what was told of positions and balances in between, by REST
 * or stream, is there; what was known and is told by nobody is gone (flat, 0). Events of a turn do
 * not move ledger_since until its ready: a reconciliation that ends half way is asked for again
 * from the same time.
 *
 * Orders. filled_qty never falls, and a final status stays: who says less is LATE. Two states with
 * the same filled_qty go by ts_exchange; if one has none, or both the same, by which of them can
 * follow the other (order_status_follows). A newer state that cannot, or more filled after the end,
 * is news with
 * `impossible`. ORDER_UNKNOWN is told once for each word of the exchange, and takes no finality
 * away. What a record does not say (price, stop_price, qty, filled_qty, side, type, time in force,
 * ids, legs) is what was known of the order; avg_price only while filled_qty is the same.
 * leaves_qty is what can still be filled: qty - filled_qty of an open order that does not say it, 0
 * of a final one, whatever the exchange calls what was left unfilled. Positions without leverage or
 * margin mode have those known of them; entry and liquidation price too while side and qty are the
 * same. A position or balance that was never anything is no news for being flat or 0. */
#ifndef TICKGATE_GATEWAY_LEDGER_H
#define TICKGATE_GATEWAY_LEDGER_H

#include "connectors/private_connector.h"

#define LEDGER_ROWS_MAX 4096

struct ledger;

struct ledger *ledger_new(uint32_t orders_max, uint32_t fills_max);
void ledger_destroy(struct ledger **ledger);

enum ledger_verdict {
    LEDGER_NEWS,     /* to be told, as the event now stands; nothing is remembered yet */
    LEDGER_REPEATED, /* it is known */
    LEDGER_LATE,     /* something newer is known */
    LEDGER_BAD,      /* it lacks what makes it one (an id) */
};
/* Judges an event (KIND_ORDER, FILL, POSITION, BALANCE, ACCOUNT: always news), completes it, flags
 * what cannot be (order.impossible). Neither `reconciled` nor a mark price or the profit by it is
 * a difference. Of the ledger itself only that a position or balance is there still is noted. */
enum ledger_verdict ledger_judge(struct ledger *ledger, struct event *event);
/* Remembers an event that ledger_judge or ledger_missing called news. The oldest final orders and
 * ids of fills go when there is no room, then the oldest of the others. */
void ledger_put(struct ledger *ledger, const struct event *event);
/* The same from a journaled body (JSON); false if it is none of ours. */
bool ledger_restore(struct ledger *ledger, struct slice body);

/* Makes `event` (with room for one of the kind) say that a position is flat or an asset gone which
 * nobody told of in this turn; false: there is none left. It has no times. Until it is put, the
 * next call gives it again. */
bool ledger_missing(const struct ledger *ledger, enum kind kind, struct event *event);
/* What was news could not be put: until the next turn nothing is missing, and ledger_since stays
 * where it is until that one's ready. */
void ledger_lose(struct ledger *ledger);

/* For private_desired: what is known; turn and renewal are the caller's. Symbols of open orders
 * first, then of positions and of the orders that were final last. NULL when memory is out. */
struct private_desired *ledger_desired(const struct ledger *ledger, uint32_t symbols_max);
/* The exchange's time before which all is known: of the newest event, or of the last ready (by our
 * clock and what is known of theirs); 0: nothing is. */
int64_t ledger_since(const struct ledger *ledger);

/* Walks what stands, as events: open orders, positions that are not flat, balances. Start with
 * *place 0; NULL at the end. Valid until the ledger changes. */
const struct event *ledger_each(const struct ledger *ledger, enum kind kind, uint32_t *place);
uint32_t ledger_count(const struct ledger *ledger, enum kind kind);
/* Ids that had to be forgotten for want of room or memory. */
uint64_t ledger_forgotten(const struct ledger *ledger);

#endif
