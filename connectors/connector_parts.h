/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the connector share. The connector's thread alone, but for what connector_want
 * and connector_destroy touch. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_PARTS_H
#define TICKGATE_CONNECTORS_CONNECTOR_PARTS_H

#include "common/clock.h"
#include "common/map.h"
#include "common/thread.h"
#include "connectors/connector.h"
#include "connectors/connector_instruments.h"
#include "connectors/connector_keys.h"
#include "connectors/connector_polls.h"
#include "connectors/connector_shards.h"
#include "connectors/connector_topics.h"

#include <stdatomic.h>

#define AGAIN_NS  (50 * NS_PER_MS)  /* until a full sink is tried again */
#define SETTLE_MS 500               /* see intake_settle */
#define LOOK_NS   (100 * NS_PER_MS) /* between two looks at keys that have had no data */

struct connector {
    const struct exchange *exchange;
    struct connector_config config;
    struct session_config session_config;
    struct url urls[EXCHANGE_ROOTS]; /* of the roots */
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
    struct {
        struct connector_key *items; /* by number */
        uint32_t *renewals;          /* those to be renewed, or looked at for it */
        uint32_t renewal_count;
        uint32_t room;
        struct map *homes; /* root and instrument -> one of its keys */
        int64_t swept_ns;
    } keys;
    struct shard *shards; /* INTAKE_SESSIONS of them */
    uint32_t shard_end;   /* highest number ever used + 1 */
    int64_t due_ns;       /* when the next step is due; 0 at once */

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
    struct polls polls;
    struct instrument_list instruments;
};

/* Tags of requests to fetch. */
enum tag_kind { TAG_DIAL, TAG_SNAPSHOT, TAG_POLL, TAG_INSTRUMENTS };

static inline uint64_t tag_of(enum tag_kind kind, uint32_t turn, uint32_t number)
{
    return (uint64_t)kind << 56 | (uint64_t)(turn & 0xffffff) << 32 | number;
}

static inline uint32_t tag_turn(uint64_t tag)
{
    return (uint32_t)(tag >> 32) & 0xffffff;
}

static inline int64_t connector_now_ns(struct connector *connector)
{
    return transport_now_ns(connector->transport);
}

/* A connector without its thread, and one turn of it: it sleeps until something is due, and does
 * it.
 */
struct connector *connector_make(const struct exchange *exchange,
                                 const struct connector_config *config, struct fetch *fetch,
                                 struct sink *sink);
void connector_turn(struct connector *connector);

/* A REST call under `path` of the exchange; false if fetch is full. */
bool connector_get(struct connector *connector, const char *path, uint32_t weight,
                   uint32_t timeout_ms, uint32_t body_max, uint64_t tag);

/* connector_reports.c: sessions, subscriptions, counters; what the sink dropped is said again. */
void connector_say_session(struct shard *shard, enum session_state state,
                           const struct session_end *end, uint32_t retry_in_ms);
void connector_say_subscription(struct connector *connector, uint32_t slot,
                                enum subscription_state state, enum reason reason,
                                const char *detail);
/* Says what is to be said, and flushes. */
void connector_flush(struct connector *connector, int64_t now_ns);
int64_t connector_counters_step(struct connector *connector, int64_t now_ns);

#endif
