/* SPDX-License-Identifier: Apache-2.0 */
/* What the connector tells of itself: states are kept until the sink has them for certain, counters
 * go out once a second while they change, instruments are given again from where the sink was full.
 */
#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define LIST_TIMEOUT_MS 30000
#define LIST_BODY_MAX   (64u * 1024 * 1024)
#define LIST_BATCH      256 /* instruments between two flushes */

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

static int64_t step_counters(struct connector *connector, int64_t now_ns)
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

/* The way of a list into the sink. */
struct giving {
    struct connector *connector;
    struct event held; /* the newest one: whether it is the last is known when the next is read */
    size_t count;      /* read so far */
    bool holds;
    bool full;
};

static void flush_list(struct giving *giving)
{
    struct sink *sink = giving->connector->sink;
    if (sink->flush(sink))
        giving->connector->instruments.given = giving->count;
    else
        giving->full = true;
}

static void give(struct giving *giving, struct event *event)
{
    struct sink *sink = giving->connector->sink;
    if (giving->full || giving->count++ < giving->connector->instruments.given)
        return;
    event->slot = EVENT_NO_SLOT;
    event->ts_received = clock_real_ns();
    if (sink->event(sink, event)) {
        if (giving->count % LIST_BATCH == 0)
            flush_list(giving);
        return;
    }
    giving->count--;
    flush_list(giving);
    giving->full = true;
}

static void take_instrument(void *context, struct event *event)
{
    struct giving *giving = context;
    if (giving->holds)
        give(giving, &giving->held);
    giving->held = *event;
    giving->holds = true;
}

static int64_t list_again(struct connector *connector, uint32_t retry_after_ms)
{
    uint32_t wait_ms = backoff_next(&connector->instruments.backoff, 0, &connector->random);
    return connector_now_ns(connector) +
           (retry_after_ms > wait_ms ? retry_after_ms : wait_ms) * NS_PER_MS;
}

static enum reason reason_of(const struct connector *connector, const struct fetch_answer *answer)
{
    static const enum reason reasons[] = {
        [FETCH_DNS] = REASON_DNS,
        [FETCH_CONNECT] = REASON_CONNECT_FAILED,
        [FETCH_TLS] = REASON_TLS,
        [FETCH_TIMEOUT] = REASON_CONNECT_TIMEOUT,
        [FETCH_TOO_LARGE] = REASON_TOO_LARGE,
        [FETCH_STOPPED] = REASON_STOPPED,
    };
    switch (answer->error) {
    case FETCH_STATUS:
        return session_status_reason(answer->status, REASON_REFUSED_BY_EXCHANGE);
    case FETCH_WITHHELD:
        return connector->held;
    default:
        return reasons[answer->error];
    }
}

/* Without the list no session is tried. What finds the sink full is said with the next attempt. */
static void say_no_list(struct connector *connector, enum reason reason, uint32_t status,
                        struct slice words)
{
    int64_t wait_ns = connector->instruments.due_ns - connector_now_ns(connector);
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.reason = (uint16_t)reason;
    event.ts_received = clock_real_ns();
    event.session.session = SESSION_NONE;
    event.session.state = SESSION_RECONNECTING;
    event.session.http_status = (uint16_t)status;
    event.session.retry_in_ms = wait_ns > 0 ? (uint32_t)(wait_ns / NS_PER_MS) : 0;
    session_copy_words(event.session.detail, sizeof event.session.detail, words);
    connector->sink->event(connector->sink, &event);
}

/* What else waits in the sink is flushed first: these flushes are of the list alone. */
static int64_t give_list(struct connector *connector, int64_t now_ns)
{
    struct giving giving = {.connector = connector};
    const struct fetch_answer *body = connector->instruments.body;
    size_t skipped;
    connector_flush(connector, now_ns);
    enum refusal refusal = connector->exchange->read_instruments(
        (struct slice){body->body, body->body_len}, take_instrument, &giving, &skipped);
    if (giving.holds) {
        giving.held.instrument.last = true;
        give(&giving, &giving.held);
    }
    if (!giving.full)
        flush_list(&giving);
    if (giving.full)
        return now_ns + AGAIN_NS;
    free(connector->instruments.body);
    connector->instruments.body = NULL;
    if (refusal != REFUSAL_NONE) {
        struct slice word = refusal_word(refusal);
        log_warn("instruments_refused", "%s: %.*s", connector->exchange->name, (int)word.len,
                 word.data);
        connector->instruments.due_ns = list_again(connector, 0);
        say_no_list(connector, REASON_REFUSED_BY_EXCHANGE, 0, word);
        return connector->instruments.due_ns;
    }
    connector->instruments.backoff.failures = 0;
    log_info("instruments", "%s: %zu, %zu that cannot be held left out", connector->exchange->name,
             giving.count, skipped);
    return INT64_MAX;
}

void connector_instruments_came(struct connector *connector, struct fetch_answer **answer)
{
    connector->instruments.under_way = false;
    if ((*answer)->error != FETCH_OK) {
        log_warn("instruments_failed", "%s: %s", connector->exchange->name, (*answer)->detail);
        connector->instruments.due_ns = list_again(connector, (*answer)->retry_after_ms);
        say_no_list(connector, reason_of(connector, *answer), (*answer)->status,
                    slice_of((*answer)->detail));
        return;
    }
    connector->instruments.body = *answer;
    connector->instruments.given = 0;
    connector->instruments.due_ns = 0;
    *answer = NULL;
}

static bool ask_list(struct connector *connector)
{
    char room[FETCH_URL_MAX];
    struct text path = text_over(room, sizeof room);
    connector->exchange->write_instruments_path(&path, NULL);
    text_terminate(&path);
    return !path.overflow &&
           connector_get(connector, room, connector->exchange->instruments_weight, LIST_TIMEOUT_MS,
                         LIST_BODY_MAX, tag_of(TAG_INSTRUMENTS, 0, 0));
}

static int64_t step_instruments(struct connector *connector, int64_t now_ns)
{
    if (connector->instruments.under_way)
        return INT64_MAX;
    if (now_ns < connector->instruments.due_ns)
        return connector->instruments.due_ns;
    if (connector->instruments.body != NULL)
        connector->instruments.due_ns = give_list(connector, now_ns);
    else if (ask_list(connector))
        connector->instruments.under_way = true;
    else
        connector->instruments.due_ns = list_again(connector, 0);
    return connector->instruments.under_way ? INT64_MAX : connector->instruments.due_ns;
}

int64_t connector_reports_step(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = step_counters(connector, now_ns);
    if (!atomic_load_explicit(&connector->stopping, memory_order_relaxed))
        due_ns = sooner(due_ns, step_instruments(connector, now_ns));
    return due_ns;
}
