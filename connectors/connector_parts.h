/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the connector share. The connector's thread alone, but for what connector_want
 * and connector_destroy touch. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_PARTS_H
#define TICKGATE_CONNECTORS_CONNECTOR_PARTS_H

#include "common/clock.h"
#include "common/thread.h"
#include "connectors/connector.h"
#include "connectors/connector_shards.h"
#include "connectors/connector_topics.h"

#include <stdatomic.h>

#define AGAIN_NS  (50 * NS_PER_MS)  /* until a full sink is tried again */
#define SETTLE_MS 500               /* see intake_settle */
#define LOOK_NS   (100 * NS_PER_MS) /* between two looks at topics that have had no data */

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
    int64_t due_ns;                 /* when the next step is due; 0 at once */

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

/* connector_reports.c: sessions, subscriptions, counters, instruments; what the sink dropped is
 * said again. */
void connector_say_session(struct shard *shard, enum session_state state,
                           const struct session_end *end, uint32_t retry_in_ms);
/* Says what is to be said, and flushes. */
void connector_flush(struct connector *connector, int64_t now_ns);
int64_t connector_reports_step(struct connector *connector, int64_t now_ns);
void connector_instruments_came(struct connector *connector, struct fetch_answer **answer);

#endif
