/* SPDX-License-Identifier: Apache-2.0 */
/* Query: one request of docs/WIRE.md to one reply, over the manager's tables. It knows no socket:
 * whoever calls it has taken the request off one and sends the reply back. Every request gets
 * exactly one reply, an error that names the field included. A snapshot is not answered at once:
 * its marker is published, and its images are made one a call, so that the bus is never kept
 * waiting by a large one. One owner: the manager's thread. */
#ifndef TICKGATE_GATEWAY_QUERY_H
#define TICKGATE_GATEWAY_QUERY_H

#include "gateway/cache.h"
#include "gateway/config.h"
#include "gateway/connections.h"
#include "gateway/instruments.h"
#include "gateway/pool.h"
#include "gateway/publisher.h"
#include "gateway/stats.h"
#include "gateway/subscriptions.h"
#include "gateway/topics.h"

#define QUERY_SNAPSHOTS_MAX 64 /* under way at once; beyond: `busy` */

/* All of them outlive the query. */
struct query_tables {
    const struct config *config;
    uint64_t epoch;
    struct topics *topics;
    struct instruments *instruments;
    struct pool *pool;
    struct subscriptions *subscriptions;
    struct connections *connections;
    struct cache *cache;
    struct stats *stats;
    struct publisher *publisher; /* NULL: snapshots have no marker */
    struct fetch *fetch;         /* NULL: nothing is said of what exchanges allow */
};

struct query;
struct query_snapshot; /* a snapshot under way */

struct query *query_new(const struct query_tables *tables);
/* After its last snapshot. */
void query_destroy(struct query **query);

/* The times of one request, taken once by whoever received it. */
struct query_now {
    int64_t monotonic_ns;
    int64_t real_ns;
};

/* Answers a request: writes the reply whole into `reply`, over whatever stood there (it has room
 * for config->requests.reply_max bytes), and returns NULL; or begins a snapshot, which the caller
 * continues with query_snapshot_step until that is done. `allowed` false: the peer is over its rate
 * and gets `busy`. Counts requests and errors. */
struct query_snapshot *query_answer(struct query *query, struct slice request, bool allowed,
                                    const struct query_now *now, struct text *reply);

/* Makes at most one image. True: done, the reply stands whole in `reply` and the snapshot is freed.
 * `reply` has the same room as above, is the same in all steps of a snapshot and serves nothing
 * else meanwhile. */
bool query_snapshot_step(struct query *query, struct query_snapshot **snapshot,
                         const struct query_now *now, struct text *reply);
/* Gives up a snapshot that is not to be answered. */
void query_snapshot_destroy(struct query_snapshot **snapshot);

#endif
