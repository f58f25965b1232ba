/* SPDX-License-Identifier: Apache-2.0 */
/* What the connector knows of its topics beside what the intake knows: who carries them, what
 * became of their subscriptions, how their snapshots come. The connector's thread alone. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_TOPICS_H
#define TICKGATE_CONNECTORS_CONNECTOR_TOPICS_H

#include "connectors/backoff.h"
#include "connectors/fetch.h"
#include "connectors/intake.h"
#include "connectors/session.h"

struct connector;
struct shard;

enum snapshot_phase {
    SNAPSHOT_NONE,
    SNAPSHOT_READY,     /* to be asked for, not before due_ns */
    SNAPSHOT_WAITING,   /* the intake is told to try again at due_ns */
    SNAPSHOT_UNDER_WAY, /* fetch owes an answer */
};

/* A book's way to its snapshot. */
struct topic_snapshot {
    enum snapshot_phase phase;
    bool listed;    /* stands in the connector's list */
    uint32_t turn;  /* of its newest request: an older answer is none of its own */
    uint32_t tries; /* since the book was joined for long */
    int64_t due_ns;
    int64_t joined_ns; /* 0 not joined */
    struct backoff backoff;
    char exchange_symbol[SYMBOL_MAX + 1];
};

/* What the intake does not know of a topic. */
struct connector_topic {
    bool wanted;
    bool seen; /* in the desired set that is being read */
    enum kind kind;
    uint32_t generation;
    uint32_t keys;
    struct shard *shard; /* NULL: refused */
    uint32_t place;      /* in its shard's slots */
    int64_t asked_ns;    /* when its subscription was sent; 0 not yet */
    struct {
        enum subscription_state state;
        enum reason reason;
        char detail[SESSION_DETAIL_MAX];
        uint64_t said_in; /* number of the flush that it goes with; 0 has still to be said */
    } report;
    struct topic_snapshot snapshot;
};

void connector_take_desired(struct connector *connector, const struct desired *desired);
void connector_say_subscription(struct connector *connector, uint32_t slot,
                                enum subscription_state state, enum reason reason,
                                const char *detail);
/* A session of this shard came up: everything is to be subscribed on it. */
void connector_subscribe_all(struct connector *connector, struct shard *shard,
                             struct outbox *outbox);
void connector_asked(struct connector *connector, struct shard *shard, uint64_t request);
void connector_accepted(struct connector *connector, struct shard *shard, uint64_t request);
void connector_refused(struct connector *connector, struct shard *shard, const struct route *route);
/* The shard's topics are down, or recover. */
void connector_topics_down(struct connector *connector, struct shard *shard, enum reason reason);
void connector_topics_up(struct connector *connector, struct shard *shard);
/* Looks whether topics that had no data have some now, or are silent; when to look again. */
int64_t connector_look(struct connector *connector, struct shard *shard, int64_t now_ns);

void connector_snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol);
void connector_snapshot_forget(struct connector *connector, uint32_t slot);
void connector_snapshot_came(struct connector *connector, const struct fetch_answer *answer);
int64_t connector_snapshots_step(struct connector *connector, int64_t now_ns);

#endif
