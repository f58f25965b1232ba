/* SPDX-License-Identifier: Apache-2.0 */
/* Polls: what an exchange has no stream for is asked for by REST, each once a period, spread over
 * it. What books need goes before: nothing is polled while a snapshot may have to wait for it. One
 * that fails is asked again after a pause, one without a good answer for three periods is overdue.
 * The connector's thread alone. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_POLLS_H
#define TICKGATE_CONNECTORS_CONNECTOR_POLLS_H

#include "connectors/backoff.h"
#include "connectors/fetch.h"

#define POLLS_PARALLEL 4

struct connector;

struct poll {
    bool wanted;    /* false, and not under way: the number is free */
    bool under_way; /* fetch owes an answer */
    bool overdue;
    uint32_t slot;
    uint32_t stream;
    int64_t due_ns;
    int64_t good_ns; /* when the last good answer came, or it began */
    struct backoff backoff;
};

struct polls {
    struct poll *items;
    uint32_t end; /* highest number ever used + 1 */
    uint32_t room;
    uint32_t next; /* the first to be looked at: each has its turn */
    uint32_t under_way;
};

/* Polls what the topic needs polled. False: memory is out. */
bool connector_polls_add(struct connector *connector, uint32_t slot);
void connector_polls_remove(struct connector *connector, uint32_t slot);
/* Whether any of it is. */
bool connector_polls_any(const struct connector *connector, uint32_t slot);
void connector_poll_came(struct connector *connector, const struct fetch_answer *answer);
int64_t connector_polls_step(struct connector *connector, int64_t now_ns);

#endif
