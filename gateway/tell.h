/* SPDX-License-Identifier: Apache-2.0 */
/* Tell: what the gateway says of itself on the feed, as docs/WIRE.md has it:
 *   sys.connection.<exchange>.<id>.                            a connection changed its state
 *   sys.subscription.<exchange>.<channel>.<symbol>.[interval.] a subscription did
 *   sys.stats.gateway.   sys.stats.<exchange>-<session>.       the numbers of stats.def
 *   sys.drift.<exchange>.                                      messages that could not be used
 * Each topic has a seq of its own. What is of accounts (connections, sessions, what
 * was refused) is not told here. Messages go into the publisher's open batch; one that finds no
 * room is a hole, as any other. One owner: the manager's thread. */
#ifndef TICKGATE_GATEWAY_TELL_H
#define TICKGATE_GATEWAY_TELL_H

#include "gateway/connections.h"
#include "gateway/publisher.h"

struct tell;

/* What it is given outlives it. */
struct tell *tell_new(struct publisher *publisher, const struct pool *pool,
                      const struct stats *stats, uint64_t epoch);
void tell_destroy(struct tell **tell);

/* The row's `notices` is the message's seq. */
void tell_connection(struct tell *tell, const struct connection *connection, int64_t now_real_ns);
/* Raises the row's `notices`, which is the message's seq. */
void tell_subscription(struct tell *tell, struct subscription *row, int64_t now_real_ns);
/* The totals, and the numbers of each session. */
void tell_stats(struct tell *tell, int64_t now_real_ns);
/* Each reason for which messages were refused and whose count changed since it was told last. */
void tell_drifts(struct tell *tell, int64_t now_real_ns);

#endif
