/* SPDX-License-Identifier: Apache-2.0 */
/* What the connector tells of itself: states are kept until the sink has them for certain, counters
 * go out once a second while they change. */
#include "connectors/connector_parts.h"

#include <stdio.h>

void connector_say_session(struct shard *shard, enum session_state state,
                           const struct session_end *end, uint32_t retry_in_ms)
{
    shard->report.state = state;
    shard->report.reason = end->reason;
    shard->report.status = end->status;
    shard->report.retry_in_ms = retry_in_ms;
    memcpy(shard->report.detail, end->detail, sizeof shard->report.detail);
    shard->report.said_in = 0;
    shard->connector->reports = true;
}

void connector_say_subscription(struct connector *connector, uint32_t slot,
                                enum subscription_state state, enum reason reason,
                                const char *detail)
{
    struct connector_topic *topic = &connector->topics[slot];
    if (topic->report.state == state && topic->report.reason == reason &&
        strcmp(topic->report.detail, detail) == 0 && topic->report.said_in != 0)
        return;
    topic->report.state = state;
    topic->report.reason = reason;
    snprintf(topic->report.detail, sizeof topic->report.detail, "%s", detail);
    topic->report.said_in = 0;
    connector->reports = true;
}

static bool give_session(struct connector *connector, struct shard *shard)
{
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.slot = EVENT_NO_SLOT;
    event.reason = (uint16_t)shard->report.reason;
    event.ts_received = clock_real_ns();
    event.session.session = shard->number;
    event.session.state = (uint8_t)shard->report.state;
    event.session.http_status = (uint16_t)shard->report.status;
    event.session.retry_in_ms = shard->report.retry_in_ms;
    event.session.streams = shard->key_count;
    event.session.reconnects = shard->reconnects;
    memcpy(event.session.detail, shard->report.detail, sizeof event.session.detail);
    return connector->sink->event(connector->sink, &event);
}

static bool give_subscription(struct connector *connector, uint32_t slot)
{
    const struct connector_topic *topic = &connector->topics[slot];
    struct event event;
    event_begin(&event, KIND_SUBSCRIPTION);
    event.slot = slot;
    event.reason = (uint16_t)topic->report.reason;
    event.ts_received = clock_real_ns();
    event.subscription.state = (uint8_t)topic->report.state;
    memcpy(event.subscription.detail, topic->report.detail, sizeof event.subscription.detail);
    return connector->sink->event(connector->sink, &event);
}

/* Says what was not yet said; false: the sink is full. */
static bool say(struct connector *connector)
{
    for (uint32_t i = 0; i < connector->shard_end; i++) {
        struct shard *shard = &connector->shards[i];
        if (shard->report.said_in != 0)
            continue;
        if (!give_session(connector, shard))
            return false;
        shard->report.said_in = connector->flush;
    }
    for (uint32_t slot = 0; slot < connector->topic_end; slot++) {
        struct connector_topic *topic = &connector->topics[slot];
        if (!topic->wanted || topic->report.said_in != 0)
            continue;
        if (!give_subscription(connector, slot))
            return false;
        topic->report.said_in = connector->flush;
    }
    connector->reports = false;
    return true;
}

/* The flush was dropped: what went with it was not said. */
static void unsay(struct connector *connector)
{
    for (uint32_t i = 0; i < connector->shard_end; i++) {
        struct shard *shard = &connector->shards[i];
        if (shard->report.said_in == connector->flush)
            shard->report.said_in = 0;
        if (shard->counted_in == connector->flush)
            shard->counters_said = (struct counters){0};
    }
    for (uint32_t slot = 0; slot < connector->topic_end; slot++)
        if (connector->topics[slot].report.said_in == connector->flush)
            connector->topics[slot].report.said_in = 0;
    connector->reports = true;
    connector->counting = true;
}

void connector_flush(struct connector *connector, int64_t now_ns)
{
    bool waits = now_ns < connector->flush_again_ns;
    bool said = !connector->reports || (!waits && say(connector));
    bool taken = intake_flush(connector->intake, clock_real_ns());
    if (!taken)
        unsay(connector);
    connector->flush++;
    if (said && taken)
        connector->flush_again_ns = 0;
    else if (!waits)
        connector->flush_again_ns = now_ns + AGAIN_NS;
    if (connector->flush_again_ns != 0)
        connector->due_ns = sooner(connector->due_ns, connector->flush_again_ns);
}

static bool give_counters(struct connector *connector, struct shard *shard)
{
    const struct counters *counters = intake_counters(connector->intake, shard->number);
    struct event event;
    if (memcmp(counters, &shard->counters_said, sizeof *counters) == 0)
        return true;
    event_begin(&event, KIND_COUNTERS);
    event.slot = EVENT_NO_SLOT;
    event.counters = *counters;
    event.ts_received = clock_real_ns();
    if (!connector->sink->event(connector->sink, &event))
        return false;
    shard->counters_said = *counters;
    shard->counted_in = connector->flush;
    return true;
}

int64_t connector_counters_step(struct connector *connector, int64_t now_ns)
{
    if (!connector->counting)
        return INT64_MAX;
    if (now_ns < connector->counted_ns + NS_PER_SECOND)
        return connector->counted_ns + NS_PER_SECOND;
    connector->counting = false;
    connector->counted_ns = now_ns;
    for (uint32_t i = 0; i < connector->shard_end; i++)
        connector->counting |= !give_counters(connector, &connector->shards[i]);
    return connector->counting ? now_ns + NS_PER_SECOND : INT64_MAX;
}
