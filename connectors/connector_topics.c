/* SPDX-License-Identifier: Apache-2.0 */
/* The desired set is made true, topic by topic; what becomes of each subscription is said. */
#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdio.h>

static bool is_unproven(const struct connector_topic *topic)
{
    return topic->shard != NULL && (topic->report.state == SUBSCRIPTION_PENDING ||
                                    topic->report.state == SUBSCRIPTION_SILENT);
}

void connector_say_subscription(struct connector *connector, uint32_t slot,
                                enum subscription_state state, enum reason reason,
                                const char *detail)
{
    struct connector_topic *topic = &connector->topics[slot];
    if (topic->report.state == state && topic->report.reason == reason &&
        strcmp(topic->report.detail, detail) == 0 && topic->report.said_in != 0)
        return;
    uint32_t before = is_unproven(topic);
    topic->report.state = state;
    topic->report.reason = reason;
    snprintf(topic->report.detail, sizeof topic->report.detail, "%s", detail);
    topic->report.said_in = 0;
    connector->reports = true;
    if (topic->shard != NULL)
        topic->shard->unproven += is_unproven(topic) - before;
}

/* A subscription that cannot be: its topic is down. */
static void refuse(struct connector *connector, uint32_t slot, enum reason reason,
                   const char *detail)
{
    connector_say_subscription(connector, slot, SUBSCRIPTION_REFUSED, reason, detail);
    if (!intake_had_data(connector->intake, slot))
        intake_state(connector->intake, slot, TOPIC_DOWN, reason, clock_real_ns());
}

static void count_key(void *context, struct slice key)
{
    (void)key;
    ++*(uint32_t *)context;
}

/* Keys of one topic on their way to an outbox. */
struct subscribing {
    struct outbox *outbox;
    uint32_t slot;
    bool alone;
};

static void subscribe_key(void *context, struct slice key)
{
    const struct subscribing *subscribing = context;
    outbox_add(subscribing->outbox, subscribing->slot, key, subscribing->alone);
}

static void unsubscribe_key(void *context, struct slice key)
{
    const struct subscribing *subscribing = context;
    outbox_remove(subscribing->outbox, key);
}

/* Tells the sessions that carry a shard's topics: its own, and that of its successor. */
static void tell_sessions(struct connector *connector, struct shard *shard, uint32_t slot,
                          void (*tell)(void *context, struct slice key))
{
    for (; shard != NULL; shard = shard->successor) {
        struct subscribing subscribing = {.slot = slot};
        if (shard->phase != SHARD_LIVE)
            continue;
        subscribing.outbox = session_outbox(shard->session);
        intake_keys(connector->intake, slot, tell, &subscribing);
        shard->settled_ns = 0;
    }
}

static void change_streams(struct connector *connector, struct shard *shard)
{
    shard->report.said_in = 0;
    connector->reports = true;
}

static void enter_shard(struct connector *connector, struct shard *shard, uint32_t slot)
{
    struct connector_topic *topic = &connector->topics[slot];
    topic->shard = shard;
    topic->place = shard->slot_count;
    shard->slots[shard->slot_count++] = slot;
    shard->key_count += topic->keys;
    change_streams(connector, shard);
}

static void leave_shard(struct connector *connector, uint32_t slot)
{
    struct connector_topic *topic = &connector->topics[slot];
    struct shard *shard = topic->shard;
    uint32_t last = shard->slots[--shard->slot_count];
    shard->slots[topic->place] = last;
    connector->topics[last].place = topic->place;
    shard->key_count -= topic->keys;
    shard->unproven -= is_unproven(topic);
    topic->shard = NULL;
    change_streams(connector, shard);
}

static void add(struct connector *connector, const struct want *want)
{
    struct connector_topic *topic = &connector->topics[want->slot];
    const struct connector_config *config = &connector->config;
    *topic = (struct connector_topic){
        .wanted = true,
        .kind = want->kind,
        .generation = want->generation,
        .snapshot = {.listed = topic->snapshot.listed,
                     .turn = topic->snapshot.turn,
                     .backoff = {config->backoff_min_ms, config->backoff_max_ms, 1, 0}}};
    if (connector->topic_end <= want->slot)
        connector->topic_end = want->slot + 1;
    if (!intake_add(connector->intake, want, clock_real_ns())) {
        refuse(connector, want->slot, REASON_STOPPED, "no room is left for it");
        return;
    }
    intake_keys(connector->intake, want->slot, count_key, &topic->keys);
    struct shard *shard = topic->keys > 0 ? connector_shard_for(connector, topic->keys) : NULL;
    if (shard == NULL) {
        refuse(connector, want->slot, topic->keys > 0 ? REASON_STOPPED : REASON_UNKNOWN_SYMBOL,
               topic->keys > 0 ? "all sessions are full" : "the exchange has no such stream");
        return;
    }
    enter_shard(connector, shard, want->slot);
    shard->unproven++;
    connector_say_subscription(connector, want->slot, SUBSCRIPTION_PENDING, REASON_NONE, "");
    tell_sessions(connector, shard, want->slot, subscribe_key);
}

static void renew(struct connector *connector, const struct want *want)
{
    connector->topics[want->slot].generation = want->generation;
    intake_add(connector->intake, want, clock_real_ns());
}

static void drop(struct connector *connector, uint32_t slot)
{
    struct connector_topic *topic = &connector->topics[slot];
    if (topic->shard != NULL) {
        tell_sessions(connector, topic->shard, slot, unsubscribe_key);
        leave_shard(connector, slot);
    }
    connector_snapshot_forget(connector, slot);
    intake_remove(connector->intake, slot, clock_real_ns());
    topic->wanted = false;
}

static void close_empty_shards(struct connector *connector)
{
    for (uint32_t i = 0; i < connector->shard_end; i++) {
        struct shard *shard = &connector->shards[i];
        if (shard->phase != SHARD_FREE && shard->slot_count == 0 && shard->replaces == NULL)
            connector_shard_close(connector, shard);
    }
}

/* What goes makes room for what comes. */
void connector_take_desired(struct connector *connector, const struct desired *desired)
{
    uint32_t topics_max = connector->config.topics_max;
    for (size_t i = 0; i < desired->count; i++)
        if (desired->wants[i].slot < topics_max)
            connector->topics[desired->wants[i].slot].seen = true;
    for (uint32_t slot = 0; slot < connector->topic_end; slot++)
        if (connector->topics[slot].wanted && !connector->topics[slot].seen)
            drop(connector, slot);
    for (size_t i = 0; i < desired->count; i++) {
        const struct want *want = &desired->wants[i];
        if (want->slot >= topics_max)
            continue;
        struct connector_topic *topic = &connector->topics[want->slot];
        topic->seen = false;
        if (!topic->wanted)
            add(connector, want);
        else if (want->generation > topic->generation)
            renew(connector, want);
    }
    close_empty_shards(connector);
}

/* What was refused before goes alone, so that it spoils no other's request. */
void connector_subscribe_all(struct connector *connector, struct shard *shard,
                             struct outbox *outbox)
{
    for (uint32_t i = 0; i < shard->slot_count; i++) {
        uint32_t slot = shard->slots[i];
        struct subscribing subscribing = {
            outbox, slot, connector->topics[slot].report.state == SUBSCRIPTION_REFUSED};
        intake_keys(connector->intake, slot, subscribe_key, &subscribing);
    }
}

/* What the callbacks of an outbox need. */
struct answering {
    struct connector *connector;
    const char *detail;
};

static void mark_asked(void *context, uint32_t slot)
{
    struct connector *connector = ((const struct answering *)context)->connector;
    if (connector->topics[slot].asked_ns == 0)
        connector->topics[slot].asked_ns = connector_now_ns(connector);
}

void connector_asked(struct connector *connector, struct shard *shard, uint64_t request)
{
    struct answering answering = {.connector = connector};
    outbox_asked(session_outbox(shard->session), request, mark_asked, &answering);
}

static void ask_snapshot(void *context, uint32_t slot)
{
    intake_snapshot_ask(((const struct answering *)context)->connector->intake, slot);
}

void connector_accepted(struct connector *connector, struct shard *shard, uint64_t request)
{
    struct answering answering = {.connector = connector};
    if (shard->replaces == NULL)
        outbox_asked(session_outbox(shard->session), request, ask_snapshot, &answering);
    outbox_accepted(session_outbox(shard->session), request);
}

static void refuse_slot(void *context, uint32_t slot)
{
    const struct answering *answering = context;
    if (answering->detail != NULL)
        refuse(answering->connector, slot, REASON_REFUSED_BY_EXCHANGE, answering->detail);
}

/* A replacement's refusals say nothing of topics that another session still carries. */
void connector_refused(struct connector *connector, struct shard *shard, const struct route *route)
{
    char detail[SESSION_DETAIL_MAX];
    session_copy_words(detail, sizeof detail, route->detail);
    struct answering answering = {connector, shard->replaces == NULL ? detail : NULL};
    outbox_refused(session_outbox(shard->session), route->request, refuse_slot, &answering);
}

void connector_topics_down(struct connector *connector, struct shard *shard, enum reason reason)
{
    int64_t real_ns = clock_real_ns();
    for (uint32_t i = 0; i < shard->slot_count; i++) {
        uint32_t slot = shard->slots[i];
        struct connector_topic *topic = &connector->topics[slot];
        topic->asked_ns = 0;
        if (intake_topic_state(connector->intake, slot) != TOPIC_DOWN)
            intake_state(connector->intake, slot, TOPIC_DOWN, reason, real_ns);
        if (topic->report.state != SUBSCRIPTION_REFUSED)
            connector_say_subscription(connector, slot, SUBSCRIPTION_PENDING, REASON_NONE, "");
    }
}

void connector_topics_up(struct connector *connector, struct shard *shard)
{
    int64_t real_ns = clock_real_ns();
    for (uint32_t i = 0; i < shard->slot_count; i++) {
        uint32_t slot = shard->slots[i];
        bool book = connector->topics[slot].kind == KIND_BOOK;
        intake_state(connector->intake, slot, TOPIC_RECOVERING,
                     book ? REASON_SNAPSHOT_PENDING : REASON_STARTING, real_ns);
        connector_say_subscription(connector, slot, SUBSCRIPTION_PENDING, REASON_NONE, "");
    }
}

static int64_t look_at(struct connector *connector, uint32_t slot, int64_t now_ns)
{
    const struct connector_topic *topic = &connector->topics[slot];
    int64_t silent_ns = topic->asked_ns + connector->config.silent_ms * NS_PER_MS;
    if (intake_had_data(connector->intake, slot)) {
        connector_say_subscription(connector, slot, SUBSCRIPTION_LIVE, REASON_NONE, "");
        return INT64_MAX;
    }
    if (topic->asked_ns == 0 || topic->report.state == SUBSCRIPTION_SILENT)
        return INT64_MAX;
    if (now_ns < silent_ns)
        return silent_ns;
    connector_say_subscription(connector, slot, SUBSCRIPTION_SILENT, REASON_SILENT, "");
    return INT64_MAX;
}

int64_t connector_look(struct connector *connector, struct shard *shard, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    if (shard->unproven == 0)
        return due_ns;
    if (now_ns < shard->look_ns + LOOK_NS)
        return shard->look_ns + LOOK_NS;
    shard->look_ns = now_ns;
    for (uint32_t i = 0; i < shard->slot_count; i++)
        if (is_unproven(&connector->topics[shard->slots[i]]))
            due_ns = sooner(due_ns, look_at(connector, shard->slots[i], now_ns));
    return due_ns;
}
