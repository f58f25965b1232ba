/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the connector share: topics, shards, and the one place where all of them stand.
 * The connector's thread alone, but for what connector_want and connector_destroy touch. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_PARTS_H
#define TICKGATE_CONNECTORS_CONNECTOR_PARTS_H

#include "common/clock.h"
#include "common/thread.h"
#include "connectors/backoff.h"
#include "connectors/connector.h"
#include "connectors/intake.h"
#include "connectors/session.h"

#include <stdatomic.h>

#define AGAIN_NS  (50 * NS_PER_MS)  /* until a full sink is tried again */
#define SETTLE_MS 500               /* see intake_settle */
#define LOOK_NS   (100 * NS_PER_MS) /* between two looks at topics that have had no data */

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

struct shard;

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

enum shard_phase {
    SHARD_FREE,
    SHARD_WAITING, /* until retry_ns */
    SHARD_DIALING, /* fetch looks the host up, when the budget allows */
    SHARD_OPENING,
    SHARD_LIVE,
    SHARD_CLOSING,
};

/* A share of the subscriptions, and the session that carries it. One that is about to be cut is
 * replaced by another: while both are open, what the new one brings is taken only where it
 * continues what is known, so that nothing is lost and nothing told twice. */
struct shard {
    struct connector *connector;
    uint32_t number; /* of the session in every report */
    enum shard_phase phase;
    bool dial_open; /* fetch still owes an answer: the number is not used for another */
    struct session *session;
    struct shard *replaces; /* whose share it will take over */
    struct shard *successor;
    uint32_t *slots; /* of its topics */
    uint32_t slot_count;
    uint32_t key_count;
    uint32_t unproven; /* topics that have had no data, and are not refused */
    struct backoff backoff;
    struct fetch_answer *addresses; /* of the last dial */
    uint32_t address;               /* of them, the one that is tried */
    uint32_t tried;                 /* in this attempt */
    int64_t retry_ns;
    int64_t live_ns; /* since */
    int64_t data_ns; /* when the last message with data came */
    int64_t look_ns; /* when unproven topics were last looked at */
    int64_t rotate_ns;
    int64_t settled_ns; /* since all subscriptions of a replacement stand; 0 they do not */
    bool stale;
    bool leaving; /* the exchange said that it will close the session */
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

struct connector {
    const struct exchange *exchange;
    struct connector_config config;
    struct session_config session_config;
    struct fetch *fetch;
    struct sink *sink;
    struct transport *transport;
    struct thread thread;
    struct mailbox_slot desired;
    struct fetch_asker asker; /* of fetch */
    atomic_bool refresh;
    atomic_bool stopping;

    struct intake *intake;
    struct random random;
    struct connector_topic *topics; /* by slot */
    uint32_t topic_end;             /* highest slot ever wanted + 1 */
    struct shard *shards;           /* INTAKE_SESSIONS of them */
    uint32_t shard_end;             /* highest number ever used + 1 */
    int64_t due_ns;                 /* when connector_step has to be called; 0 at once */

    uint64_t flush; /* number of the next flush */
    bool reports;   /* some have to be said */
    bool counting;  /* counters have changed since they were said */
    int64_t counted_ns;
    int64_t flush_again_ns; /* 0 no need */
    enum reason held;       /* what the exchange's last "wait" was for */

    struct {
        uint32_t *slots;
        uint32_t count;
        uint32_t under_way;
        int64_t settle_until_ns;
    } snapshots;
    struct {
        bool under_way;
        int64_t due_ns; /* of the next attempt; INT64_MAX none */
        struct backoff backoff;
        struct fetch_answer *body; /* that is being given to the sink */
        size_t given;              /* instruments that the sink has for certain */
    } instruments;
};

/* Tags of requests to fetch. */
enum tag_kind { TAG_DIAL, TAG_SNAPSHOT, TAG_INSTRUMENTS };

static inline uint64_t tag_of(enum tag_kind kind, uint32_t turn, uint32_t number)
{
    return (uint64_t)kind << 56 | (uint64_t)(turn & 0xffffff) << 32 | number;
}

static inline int64_t sooner(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static inline int64_t connector_now_ns(struct connector *connector)
{
    return transport_now_ns(connector->transport);
}

/* A REST call under `path` of the exchange; false if fetch is full. */
bool connector_get(struct connector *connector, const char *path, uint32_t weight,
                   uint32_t timeout_ms, uint32_t body_max, uint64_t tag);

/* connector_topics.c: topics and their subscriptions. */
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

/* connector_shards.c: shards and their sessions. */
/* The shard that has room for so many keys and the fewest of its own; NULL none is left. */
struct shard *connector_shard_for(struct connector *connector, uint32_t keys);
void connector_shard_close(struct connector *connector, struct shard *shard);
void connector_dialed(struct connector *connector, struct shard *shard,
                      struct fetch_answer **answer);
int64_t connector_shard_step(struct connector *connector, struct shard *shard, int64_t now_ns);

/* connector_snapshots.c */
void connector_snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol);
void connector_snapshot_forget(struct connector *connector, uint32_t slot);
void connector_snapshot_came(struct connector *connector, const struct fetch_answer *answer);
int64_t connector_snapshots_step(struct connector *connector, int64_t now_ns);

/* connector_reports.c: sessions, subscriptions, counters, instruments; what the sink dropped is
 * said again. */
void connector_say_session(struct shard *shard, enum session_state state,
                           const struct session_end *end, uint32_t retry_in_ms);
/* Says what is to be said, and flushes. */
void connector_flush(struct connector *connector, int64_t now_ns);
int64_t connector_reports_step(struct connector *connector, int64_t now_ns);
void connector_instruments_came(struct connector *connector, struct fetch_answer **answer);

#endif
