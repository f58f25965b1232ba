/* SPDX-License-Identifier: Apache-2.0 */
/* What the connector knows of its topics beside what the intake knows: the keys that feed them,
 * what is said of their subscriptions, how their snapshots and polls come. The connector's thread
 * alone. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_TOPICS_H
#define TICKGATE_CONNECTORS_CONNECTOR_TOPICS_H

#include "connectors/backoff.h"
#include "connectors/fetch.h"
#include "connectors/intake.h"
#include "connectors/session.h"

struct connector;

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
};

/* What the intake does not know of a topic. */
struct connector_topic {
    bool wanted;
    bool seen; /* in the desired set that is being read */
    enum kind kind;
    uint32_t generation;
    uint32_t key_count;
    uint32_t keys[INTAKE_TOPIC_KEYS]; /* that are subscribed for it: numbers */
    char exchange_symbol[SYMBOL_MAX + 1];
    struct {
        enum subscription_state state;
        enum reason reason;
        char detail[SESSION_DETAIL_MAX];
        uint64_t said_in; /* number of the flush that it goes with; 0 has still to be said */
    } report;
    struct topic_snapshot snapshot;
};

void connector_take_desired(struct connector *connector, const struct desired *desired);
/* What is known of a topic's keys has changed: its subscription is said by the worst of them. */
void connector_judge(struct connector *connector, uint32_t slot);

/* connector_snapshots.c */
void connector_snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol);
void connector_snapshot_forget(struct connector *connector, uint32_t slot);
void connector_snapshot_came(struct connector *connector, const struct fetch_answer *answer);
int64_t connector_snapshots_step(struct connector *connector, int64_t now_ns);

#endif
