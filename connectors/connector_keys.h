/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a connector, by the intake's numbers: which shard carries each, what became of its
 * subscription, whether it brings what it should. Topics only add up what is said of their keys.
 * The connector's thread alone.
 *
 * Keys of one instrument keep together where their root and the room allow, so that its trades and
 * its book come in order.
 *
 * Silence. Of a stream on which the exchange itself must speak (deadline_ms) it is known at once
 * that it is dead. Of any other it is known when other keys told that its instrument trades and it
 * did not; else the market is quiet, which is no fault of anybody. A dead one is subscribed anew,
 * alone: a session that lives is never begun anew for it. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_KEYS_H
#define TICKGATE_CONNECTORS_CONNECTOR_KEYS_H

#include "connectors/backoff.h"
#include "connectors/intake.h"
#include "connectors/session.h"

struct connector;
struct shard;

/* From best to worst: a topic's subscription is as the worst of its keys. */
enum key_phase {
    KEY_LIVE,    /* data came, and nothing says that it does not come any more */
    KEY_WAITING, /* for its first data */
    KEY_QUIET,   /* the same, for long: the market is quiet as far as anybody can tell */
    KEY_SILENT,  /* it should have brought something */
    KEY_REFUSED, /* by the exchange, or by us for want of room */
};

/* When the intake's word of something changed: its own times are of the real clock, which may step.
 */
struct news {
    int64_t told_ns; /* as the intake says it */
    int64_t seen_ns; /* monotonic */
};

/* A key is subscribed anew at once, then once a second at most, then with pauses. */
struct key_renewal {
    bool listed;    /* stands in the connector's list */
    bool due;       /* at due_ns */
    bool repair;    /* the stream brings the snapshot that a book waits for */
    uint32_t tries; /* in a row, without a time of peace */
    int64_t due_ns;
    int64_t done_ns;
    struct backoff backoff;
};

struct connector_key {
    uint32_t wanted; /* by so many topics; 0: the number is free */
    enum key_phase phase;
    struct shard *shard;     /* NULL: there was no room */
    uint32_t place;          /* in its shard's keys */
    uint32_t next, previous; /* in the ring of those of its instrument and root */
    int64_t asked_ns;        /* when its subscription was sent; 0 not yet */
    struct news heard;
    struct news traded;
    struct key_renewal renewal;
    enum reason reason; /* why it is refused */
    char detail[SESSION_DETAIL_MAX];
};

/* Room for every number that the intake has given; false: memory is out. */
bool connector_keys_reach(struct connector *connector);
/* A topic comes to a key, or leaves it, before the intake forgets it. */
void connector_key_enter(struct connector *connector, uint32_t slot, uint32_t number);
void connector_key_leave(struct connector *connector, uint32_t slot, uint32_t number);
/* Its topics are told. */
void connector_key_set(struct connector *connector, uint32_t number, enum key_phase phase);

/* A session of this shard came up: everything is to be subscribed on it. */
void connector_subscribe_all(struct connector *connector, const struct shard *shard,
                             struct outbox *outbox);
void connector_asked(struct connector *connector, struct shard *shard, uint64_t request);
void connector_accepted(struct connector *connector, struct shard *shard, uint64_t request);
void connector_refused(struct connector *connector, struct shard *shard, const struct route *route);
/* The session that carries the shard's keys is lost, or is there; `asked`: they are subscribed on
 * it already. */
void connector_keys_down(struct connector *connector, struct shard *shard, enum reason reason);
void connector_keys_up(struct connector *connector, struct shard *shard, bool asked);

/* connector_watch.c */
/* Looks whether keys that had no data have some now; when to look again. */
int64_t connector_look(struct connector *connector, struct shard *shard, int64_t now_ns);
/* The intake's hook: a book that goes by this key needs the snapshot that its stream begins with.
 */
void connector_renew_wanted(void *context, uint32_t number);
/* Looks for keys that are silent, and subscribes anew what is to be. */
int64_t connector_watch_step(struct connector *connector, int64_t now_ns);

#endif
