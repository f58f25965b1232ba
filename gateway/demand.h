/* SPDX-License-Identifier: Apache-2.0 */
/* Demand: subscriptions upstream that follow the readers of the feed. Whoever reads a whole topic
 * of an instrument that an exchange in use lists has it opened; nobody reading it any more, it is
 * released after the linger. At most so many are held; what finds no room is tried again when there
 * may be some. A list that is not known yet is no hindrance: it starts the connector, which reads
 * it. One owner: the manager's thread. */
#ifndef TICKGATE_GATEWAY_DEMAND_H
#define TICKGATE_GATEWAY_DEMAND_H

#include "gateway/readers.h"
#include "gateway/subscriptions.h"

struct demand;

/* What it is given outlives it. NULL when memory is out. */
struct demand *demand_new(const struct config *config, struct subscriptions *subscriptions,
                          const struct instruments *instruments, const struct pool *pool);
void demand_destroy(struct demand **demand);

/* The topics that are read now, all of them (at most readers_max): demand_step is then due. */
void demand_take(struct demand *demand, const struct readers_set *set, int64_t now_ns);
/* An exchange's list came: what waits for it may be opened, or turns out not to be there.
 * demand_step is then due. */
void demand_listed(struct demand *demand);
/* Opens what waits and releases what was not read for the linger; when it is due next (monotonic
 * ns, INT64_MAX never). */
int64_t demand_step(struct demand *demand, int64_t now_ns, int64_t now_real_ns);

uint32_t demand_count(const struct demand *demand);   /* held */
uint64_t demand_refused(const struct demand *demand); /* read, and found no room */

#endif
