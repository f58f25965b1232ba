/* SPDX-License-Identifier: Apache-2.0 */
/* Shards: shares of the keys, each with the session that carries it. The connector's thread alone.
 */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_SHARDS_H
#define TICKGATE_CONNECTORS_CONNECTOR_SHARDS_H

#include "connectors/backoff.h"
#include "connectors/fetch.h"
#include "connectors/session.h"

struct connector;

enum shard_phase {
    SHARD_FREE,
    SHARD_WAITING, /* until retry_ns */
    SHARD_DIALING, /* fetch looks the host up, when the budget allows */
    SHARD_OPENING,
    SHARD_LIVE,
    SHARD_CLOSING,
};

/* A share of the keys of one root, and the session that carries it. One that is about to be cut is
 * replaced by another: while both are open, what the new one brings is taken only where it
 * continues what is known, so that nothing is lost and nothing told twice. */
struct shard {
    struct connector *connector;
    uint32_t number; /* of the session in every report */
    uint8_t root;    /* of the exchange's */
    enum shard_phase phase;
    bool dial_open; /* fetch still owes an answer: the number is not used for another */
    struct session *session;
    struct shard *replaces; /* whose share it will take over */
    struct shard *successor;
    uint32_t *keys; /* numbers */
    uint32_t key_count;
    uint32_t unproven; /* of them, those that owe us data: see connector_keys.h */
    struct backoff backoff;
    struct fetch_answer *addresses; /* of the last dial */
    uint32_t address;               /* of them, the one that is tried */
    uint32_t tried;                 /* in this attempt */
    int64_t retry_ns;
    int64_t live_ns; /* since */
    int64_t data_ns; /* when the last message with data came */
    int64_t look_ns; /* when unproven keys were last looked at */
    int64_t rotate_ns;
    int64_t settled_ns;    /* since all subscriptions of a replacement stand; 0 they do not */
    int64_t taken_over_ns; /* when it took another's share; 0 never */
    bool stale;
    bool leaving; /* the exchange said that it will close the session */
    /* The exchange's word that it refuses the whole set, of which the session dies. */
    struct session_end refusal; /* reason: REASON_NONE if it said none */
    int64_t refused_ns;
    uint64_t reconnects;
    struct {
        enum session_state state;
        enum reason reason;
        uint32_t status, retry_in_ms;
        char detail[SESSION_DETAIL_MAX];
        uint64_t said_in; /* number of the flush that it goes with; 0 has still to be said */
    } report;
    struct counters counters_said;
    uint64_t counted_in; /* number of the flush that they went with */
};

bool connector_shard_has_room(const struct shard *shard);
/* The shard of a root that has room for a key and the fewest of its own; NULL none is left. */
struct shard *connector_shard_for(struct connector *connector, uint8_t root);
void connector_shard_close(struct connector *connector, struct shard *shard);
/* Ends its session and begins another, as if it had been lost so. Not from a session's callback. */
void connector_shard_restart(struct shard *shard, const struct session_end *end);
void connector_dialed(struct connector *connector, struct shard *shard,
                      struct fetch_answer **answer);
int64_t connector_shard_step(struct connector *connector, struct shard *shard, int64_t now_ns);

#endif
