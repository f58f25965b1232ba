/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the manager share, and nobody else sees: what it owns. */
#ifndef TICKGATE_GATEWAY_MANAGER_PARTS_H
#define TICKGATE_GATEWAY_MANAGER_PARTS_H

#include "common/thread.h"
#include "gateway/accounts.h"
#include "gateway/bus.h"
#include "gateway/demand.h"
#include "gateway/feeds.h"
#include "gateway/heads.h"
#include "gateway/manager.h"
#include "gateway/requests.h"
#include "gateway/tell.h"

/* What is done when its time has come: heads, the sums of the stats, their telling, the sweep of
 * the price cache, leases that are over, what readers ask for, desired sets and idle connectors,
 * what accounts have still to say, the judgement of connections. */
enum chore {
    CHORE_HEADS,
    CHORE_REFRESH,
    CHORE_STATS,
    CHORE_CACHE,
    CHORE_LEASES,
    CHORE_DEMAND,
    CHORE_HAND_OVER,
    CHORE_ACCOUNTS,
    CHORE_JUDGE,
    CHORE_COUNT
};

struct manager {
    const struct config *config;
    uint64_t epoch;
    void *zmq;
    int stop_fd; /* main writes to it: the thread ends */
    struct thread thread;
    struct publisher *publisher;
    struct bus *bus;
    struct fetch *fetch;
    struct feeds *feeds;
    struct pool *pool;
    struct topics *topics;
    struct instruments *instruments;
    struct stats *stats;
    struct subscriptions *subscriptions;
    struct connections *connections;
    struct demand *demand; /* NULL: not enabled */
    struct cache *cache;
    struct tell *tell;
    struct query *query;
    struct requests *requests;
    struct gate *gate;       /* NULL: nothing is behind CURVE */
    struct rights *rights;   /* NULL as well; else the newest */
    struct journal *journal; /* NULL, and so are these two: there are no accounts */
    struct accounts *accounts;
    struct requests *accounts_requests;
    int bus_fd, requests_fd, journal_fd, accounts_requests_fd, rights_fd; /* -1: it is not there */
    bool unread; /* a socket may hold more than was taken from it */
    struct heads heads;
    struct query_now now; /* taken once a message of the bus, and once a turn */
    int64_t started_ns;
    int64_t refreshed_ns, judged_ns; /* monotonic: when that was done last */
    int64_t due_ns[CHORE_COUNT];     /* monotonic, INT64_MAX never */
    bool stopped;
};

void manager_take_time(struct manager *manager);
/* Takes the time, and one message of the bus: all in it goes out at once, nothing waits for a batch
 * to fill. False: there was none. */
bool manager_receive(struct manager *manager);
/* Something changed that a connection's state may hang on. */
void manager_doubt(struct manager *manager);
/* Judges the connections and tells what became of them; returns INT64_MAX, for it is done when
 * something gives cause. */
int64_t manager_judge(struct manager *manager);
/* What stands behind CURVE: accounts with their journal and request socket, the clients' rights
 * (manager_accounts.c). Before any socket is bound; after the tables and before the query; after
 * the query. False with what, where and what to do in `error`. */
bool manager_make_gate(struct manager *manager, char *error, size_t error_max);
bool manager_make_accounts(struct manager *manager, char *error, size_t error_max);
bool manager_open_accounts(struct manager *manager, char *error, size_t error_max);
/* What the journal has to say; new rights; numbers of both. */
void manager_take_notices(struct manager *manager);
void manager_take_rights(struct manager *manager);
void manager_count_accounts(struct manager *manager);
int64_t manager_step_accounts(struct manager *manager);
/* The thread's whole life: turns until it is stopped. */
void manager_run(void *argument);

#endif
