/* SPDX-License-Identifier: Apache-2.0 */
/* Connector: our presence at an exchange. One thread that sleeps in lws_service and owns everything
 * here: the sessions (WebSockets) over which the keys of its topics are sharded, their outboxes,
 * the continuity of every stream, its counters. It is told what should be (a desired set) and
 * reports what is (to the sink): events of topics, and records of kinds session, subscription,
 * instrument, counters and drift.
 *
 * What it promises of a topic's events: seq rises by one with each event made, whether or not the
 * sink took it; `ok` is never said of what is not proven; a change of state is an event of its own
 * (update: state). For a book the snapshot that proves it comes first, then the state. An event
 * that the sink dropped makes its topic `recovering` (lost_in_gateway) as soon as there is room,
 * and a book begins anew. On its start it reads the exchange's instruments. A stream that is dead
 * while its session lives is found and subscribed anew, alone; a quiet market is left alone.
 *
 * What it reports: a session or a subscription whenever its state changes, again if the sink
 * dropped it, so that the last one is always known; instruments whole, in order, the last one
 * marked; counters once a second while they change. A session that the exchange is about to cut is
 * replaced before that: the new one takes over its topics, which say nothing of it. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_H
#define TICKGATE_CONNECTORS_CONNECTOR_H

#include "connectors/desired.h"
#include "connectors/exchange.h"
#include "connectors/fetch.h"
#include "proto/sink.h"

struct connector;

/* All limits of a connector; config fills it (connector_defaults first). Times in ms, sizes in
 * bytes. */
struct connector_config {
    char websocket[FETCH_URL_MAX]; /* base; plain ws:// only to a loopback address */
    char rest[FETCH_URL_MAX];
    char ca_file[FETCH_URL_MAX]; /* empty: the system's */
    uint32_t connect_timeout_ms; /* TCP and TLS */
    uint32_t upgrade_timeout_ms; /* until the 101 */
    uint32_t backoff_min_ms;     /* full jitter between this ... */
    uint32_t backoff_max_ms;     /* ... and this */
    uint32_t
        backoff_reset_ms;  /* live for so long before the backoff starts from its minimum again */
    uint32_t ping_idle_ms; /* we ping a session that heard nothing for so long */
    uint32_t hangup_ms;    /* a session that heard nothing at all for so long is dead */
    uint32_t stale_ms;     /* a session without data for so long: its topics are stale */
    uint32_t silent_ms;    /* a stream without data for so long is dead or its market quiet */
    uint32_t streams_per_session;
    uint32_t book_depth; /* levels a side asked of the snapshot */
    uint32_t
        book_buffer_max;     /* bytes of deltas kept while a snapshot is under way, for each book */
    uint32_t snapshot_tries; /* in a row, before the backoff, or where only the stream brings a
                                snapshot, before a new session */
    uint32_t snapshots_parallel;
    uint32_t topics_max; /* highest slot + 1 */
    uint64_t seed;       /* of the jitter; 0: from the system */
};

void connector_defaults(struct connector_config *config, const struct exchange *exchange);

/* Starts the thread. `fetch` and `sink` outlive it; sink is called from that thread alone. NULL if
 * it fails. */
struct connector *connector_new(const struct exchange *exchange,
                                const struct connector_config *config, struct fetch *fetch,
                                struct sink *sink);
/* Hands over a whole new set. Any thread, never blocks; *desired is taken. */
void connector_want(struct connector *connector, struct desired **desired);
/* Closes the sessions, says `closed` and `down`, ends the thread and joins it. Whoever drains the
 * sink's other end must go on doing so until this returns. */
void connector_destroy(struct connector **connector);

/* libwebsockets' log and SIGPIPE are process-wide: main calls this before the first connector. */
void connector_global_init(void);

#endif
