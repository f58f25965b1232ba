/* SPDX-License-Identifier: Apache-2.0 */
/* Query: one request of docs/WIRE.md to one reply, over the manager's tables. It knows no socket:
 * whoever calls it has taken the request off one and sends the reply back. Every request gets
 * exactly one reply, an error that names the field included. A snapshot is not answered at once:
 * its marker is published, and its images are made one a call, so that the bus is never kept
 * waiting by a large one. One owner: the manager's thread. */
#ifndef TICKGATE_GATEWAY_QUERY_H
#define TICKGATE_GATEWAY_QUERY_H

#include "gateway/accounts.h"
#include "gateway/cache.h"
#include "gateway/config.h"
#include "gateway/connections.h"
#include "gateway/fault.h"
#include "gateway/gate.h"
#include "gateway/instruments.h"
#include "gateway/pool.h"
#include "gateway/publisher.h"
#include "gateway/rights.h"
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
    struct accounts *accounts;   /* NULL, and so are these two: there are none, and nobody asks */
    struct journal *journal;
    const struct gate *gate; /* NULL: no endpoint has a key */
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

/* Who asks, as the socket knows him; never what a frame says of him. */
struct query_asker {
    const char *busy;            /* why he gets `busy`, for people; NULL: he is within his bounds */
    bool accounts;               /* he asks on accounts-requests */
    bool secured;                /* the socket is behind CURVE: roles count */
    bool full;                   /* no more replies of his socket can come later */
    const struct client *client; /* his key's rights; NULL: nobody knows him */
    const struct config_requests *limits; /* of his socket */
};

/* What a request that is not answered yet waits for. */
struct query_pending {
    struct query_snapshot *snapshot; /* which makes the reply: query_snapshot_step; or NULL, and */
    uint64_t tag;                    /* the reply comes by this tag, each once in a query's life */
};

#define QUERY_ID_MAX 386 /* bytes of an id as JSON: 64, all escaped, and the quotes */

/* Answers a request: writes the reply whole into `reply`, over whatever stood there (it has room
 * for limits->reply_max bytes). False: it is not answered yet, see `pending`; with a tag,
 * `reply` holds the request's id, as JSON. Counts requests and errors. */
bool query_answer(struct query *query, struct slice request, const struct query_asker *asker,
                  const struct query_now *now, struct text *reply, struct query_pending *pending);

/* The two forms of a reply that comes later, over whatever stood in `reply`: with the JSON that
 * stands behind "result", and with a fault (counted as an error). A result that has no room becomes
 * FAULT_TOO_LARGE. */
void query_reply_result(struct query *query, struct text *reply, struct slice id,
                        struct slice result);
void query_reply_fault(struct query *query, struct text *reply, struct slice id,
                       const struct fault *fault);

/* A reply that a notice of the journal (page, synced) makes whole. */
struct query_late {
    uint64_t tag; /* 0: none is yet */
    bool sound;   /* `result` is its result, valid until the next; else `fault` says why not */
    struct slice result;
    struct fault fault;
};
void query_notice(struct query *query, const struct notice *notice, struct query_late *late);

/* Makes at most one image. True: done, the reply stands whole in `reply` and the snapshot is freed.
 * `reply` has the same room as above, is the same in all steps of a snapshot and serves nothing
 * else meanwhile. */
bool query_snapshot_step(struct query *query, struct query_snapshot **snapshot,
                         const struct query_now *now, struct text *reply);
/* Gives up a snapshot that is not to be answered. */
void query_snapshot_destroy(struct query_snapshot **snapshot);

#endif
