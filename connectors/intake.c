/* SPDX-License-Identifier: Apache-2.0 */
/* Topics of a connector: how they come, go, change their state and speak to the sink. */
#include "connectors/intake.h"

#include "common/ensure.h"
#include "connectors/intake_parts.h"

#include <stdlib.h>

struct intake_topic *intake_topic(const struct intake *intake, uint32_t slot)
{
    return slot < intake->config.topics_max ? intake->topics[slot] : NULL;
}

static struct event *new_record(uint32_t levels)
{
    size_t size = event_size(KIND_BOOK, levels);
    return aligned_alloc(16, size > sizeof(struct event) ? size
                                                         : (sizeof(struct event) + 15) / 16 * 16);
}

struct intake *intake_new(const struct exchange *exchange, const struct intake_config *config,
                          const struct intake_hooks *hooks, struct sink *sink)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL)
        return NULL;
    intake->exchange = exchange;
    intake->config = *config;
    intake->hooks = *hooks;
    intake->sink = sink;
    intake->topics = calloc(config->topics_max, sizeof(struct intake_topic *));
    intake->next_seq = calloc(config->topics_max, sizeof *intake->next_seq);
    intake->touched.slots = calloc(config->topics_max, sizeof(uint32_t));
    intake->lost.slots = calloc(config->topics_max, sizeof(uint32_t));
    intake->ahead.slots = calloc(config->topics_max, sizeof(uint32_t));
    intake->keys = map_new((size_t)config->topics_max * exchange->stream_count);
    intake->scratch = new_record(config->levels_max);
    intake->snapshot = new_record(config->levels_max);
    for (uint32_t i = 0; i < INTAKE_SESSIONS; i++)
        intake->counters[i].session = i;
    if (intake->topics == NULL || intake->next_seq == NULL || intake->touched.slots == NULL ||
        intake->lost.slots == NULL || intake->ahead.slots == NULL || intake->keys == NULL ||
        intake->scratch == NULL || intake->snapshot == NULL)
        intake_destroy(&intake);
    return intake;
}

static void free_topic(struct intake_topic *topic)
{
    if (topic != NULL) {
        free(topic->kept.records);
        free(topic->ahead);
    }
    free(topic);
}

void intake_destroy(struct intake **intake)
{
    if (*intake == NULL)
        return;
    for (uint32_t slot = 0; (*intake)->topics != NULL && slot < (*intake)->config.topics_max;
         slot++)
        free_topic((*intake)->topics[slot]);
    free((*intake)->topics);
    free((*intake)->next_seq);
    free((*intake)->touched.slots);
    free((*intake)->lost.slots);
    free((*intake)->ahead.slots);
    map_destroy(&(*intake)->keys);
    free((*intake)->scratch);
    free((*intake)->snapshot);
    free(*intake);
    *intake = NULL;
}

static void mark_lost(struct intake *intake, struct intake_topic *topic)
{
    if (!topic->lost)
        intake->lost.slots[intake->lost.count++] = topic->want.slot;
    topic->lost = true;
}

static void mark_touched(struct intake *intake, struct intake_topic *topic)
{
    if (!topic->touched)
        intake->touched.slots[intake->touched.count++] = topic->want.slot;
    topic->touched = true;
}

void intake_emit(struct intake *intake, struct intake_topic *topic, struct event *event)
{
    struct counters *counters = &intake->counters[intake->session];
    event->slot = topic->want.slot;
    event->seq = intake->next_seq[topic->want.slot]++;
    counters->events++;
    if (intake->sink->event(intake->sink, event)) {
        mark_touched(intake, topic);
    } else {
        counters->dropped++;
        mark_lost(intake, topic);
    }
}

/* How far a topic's completeness can be proven: as far as its streams' can. */
static enum proof proof_of(const struct exchange *exchange, enum kind kind)
{
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++)
        if (exchange->streams[stream].kind == kind && exchange->streams[stream].wanted)
            return exchange->streams[stream].proof;
    return PROOF_NONE;
}

static void say_state(struct intake *intake, struct intake_topic *topic, int64_t now_ns)
{
    struct event event;
    event_begin(&event, topic->want.kind);
    event.update = UPDATE_STATE;
    event.state = (uint8_t)topic->state;
    event.reason = (uint16_t)topic->reason;
    event.proof = (uint8_t)proof_of(intake->exchange, topic->want.kind);
    event.ts_received = now_ns;
    intake_emit(intake, topic, &event);
}

void intake_say(struct intake *intake, struct intake_topic *topic, enum topic_state state,
                enum reason reason, int64_t now_ns)
{
    if (topic->state == state && topic->reason == reason)
        return;
    topic->state = state;
    topic->reason = reason;
    say_state(intake, topic, now_ns);
}

/* Calls `take` for the key of each stream that can feed this topic. */
static void each_key(const struct intake *intake, const struct want *want, bool wanted_only,
                     void (*take)(void *context, struct slice key, uint32_t stream), void *context)
{
    const struct exchange *exchange = intake->exchange;
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++) {
        char room[KEY_MAX];
        struct text key = text_over(room, sizeof room);
        if (exchange->streams[stream].kind != want->kind ||
            (wanted_only && !exchange->streams[stream].wanted))
            continue;
        exchange->write_key(&key, stream, slice_of(want->exchange_symbol), slice_of(want->variant));
        if (key.len > 0 && !key.overflow)
            take(context, text_slice(&key), stream);
    }
}

struct registering {
    struct intake *intake;
    uint32_t slot;
    bool complete;
};

static void register_key(void *context, struct slice key, uint32_t stream)
{
    struct registering *registering = context;
    struct intake *intake = registering->intake;
    registering->complete &=
        map_put(intake->keys, key, registering->slot * intake->exchange->stream_count + stream);
}

static void forget_key(void *context, struct slice key, uint32_t stream)
{
    struct registering *registering = context;
    (void)stream;
    map_remove(registering->intake->keys, key);
}

static bool add_topic(struct intake *intake, const struct want *want)
{
    uint32_t streams = intake->exchange->stream_count;
    struct registering registering = {intake, want->slot, true};
    struct intake_topic *topic = calloc(1, sizeof *topic + streams * sizeof topic->sequences[0]);
    if (topic == NULL)
        return false;
    topic->want = *want;
    topic->depth = intake->config.book_depth;
    for (uint32_t stream = 0; stream < streams; stream++)
        sequence_reset(&topic->sequences[stream], intake->exchange->streams[stream].rule);
    each_key(intake, want, false, register_key, &registering);
    if (!registering.complete) {
        each_key(intake, want, false, forget_key, &registering);
        free_topic(topic);
        return false;
    }
    intake->topics[want->slot] = topic;
    if (intake->next_seq[want->slot] < want->next_seq)
        intake->next_seq[want->slot] = want->next_seq;
    if (intake->next_seq[want->slot] == 0)
        intake->next_seq[want->slot] = 1;
    return true;
}

bool intake_add(struct intake *intake, const struct want *want, int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, want->slot);
    enum reason reason = want->kind == KIND_BOOK ? REASON_SNAPSHOT_PENDING : REASON_STARTING;
    if (want->slot >= intake->config.topics_max || (topic == NULL && !add_topic(intake, want)))
        return false;
    if (topic != NULL) {
        topic->want.generation = want->generation;
        intake->counters[intake->session].resyncs++;
        intake_restart_book(intake, topic);
    }
    if (topic == NULL || topic->state != TOPIC_DOWN)
        intake_say(intake, intake->topics[want->slot], TOPIC_RECOVERING, reason, now_ns);
    if (topic != NULL)
        intake_snapshot_ask(intake, want->slot);
    return true;
}

void slot_list_remove(struct slot_list *list, uint32_t slot)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->slots[i] == slot) {
            list->slots[i] = list->slots[--list->count];
            return;
        }
}

void intake_remove(struct intake *intake, uint32_t slot, int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL)
        return;
    struct registering registering = {intake, slot, true};
    intake_say(intake, topic, TOPIC_DOWN, REASON_UNSUBSCRIBED, now_ns);
    each_key(intake, &topic->want, false, forget_key, &registering);
    if (topic->lost)
        slot_list_remove(&intake->lost, slot);
    if (topic->touched)
        slot_list_remove(&intake->touched, slot);
    if (topic->ahead != NULL)
        slot_list_remove(&intake->ahead, slot);
    intake->topics[slot] = NULL;
    free_topic(topic);
}

struct giving {
    void (*take)(void *context, struct slice key);
    void *context;
};

static void give_key(void *context, struct slice key, uint32_t stream)
{
    struct giving *giving = context;
    (void)stream;
    giving->take(giving->context, key);
}

void intake_keys(const struct intake *intake, uint32_t slot,
                 void (*take)(void *context, struct slice key), void *context)
{
    const struct intake_topic *topic = intake_topic(intake, slot);
    struct giving giving = {take, context};
    if (topic != NULL)
        each_key(intake, &topic->want, true, give_key, &giving);
}

bool intake_slot(const struct intake *intake, struct slice key, uint32_t *slot)
{
    uint32_t value;
    if (!map_get(intake->keys, key, &value))
        return false;
    *slot = value / intake->exchange->stream_count;
    return true;
}

/* Ids that rise by one go on through a reconnect: what was missed shows as a hole. All else begins
 * anew. */
static void begin_anew(struct intake *intake, struct intake_topic *topic)
{
    for (uint32_t stream = 0; stream < intake->exchange->stream_count; stream++)
        if (topic->sequences[stream].rule != SEQUENCE_COUNTED)
            sequence_reset(&topic->sequences[stream], topic->sequences[stream].rule);
    topic->quote = (struct quote){0};
    topic->had_data = false;
    intake_restart_book(intake, topic);
}

void intake_state(struct intake *intake, uint32_t slot, enum topic_state state, enum reason reason,
                  int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL)
        return;
    if (state == TOPIC_DOWN)
        begin_anew(intake, topic);
    intake_say(intake, topic, state, reason, now_ns);
}

bool intake_had_data(const struct intake *intake, uint32_t slot)
{
    const struct intake_topic *topic = intake_topic(intake, slot);
    return topic != NULL && topic->had_data;
}

enum topic_state intake_topic_state(const struct intake *intake, uint32_t slot)
{
    const struct intake_topic *topic = intake_topic(intake, slot);
    return topic != NULL ? topic->state : TOPIC_DOWN;
}

/* Those whose events were dropped say so while there is room; the rest waits for the next flush. A
 * topic that is down for another reason only has that said again. */
static void say_losses(struct intake *intake, int64_t now_ns)
{
    for (uint32_t pending = intake->lost.count; pending > 0; pending--) {
        struct intake_topic *topic = intake->topics[intake->lost.slots[0]];
        ENSURE(topic != NULL);
        slot_list_remove(&intake->lost, topic->want.slot);
        topic->lost = false;
        if (topic->state < TOPIC_DOWN) {
            intake_restart_book(intake, topic);
            topic->state = TOPIC_RECOVERING;
            topic->reason = REASON_LOST;
            intake_snapshot_ask(intake, topic->want.slot);
        }
        say_state(intake, topic, now_ns);
        if (topic->lost)
            return;
    }
}

/* True if the sink took all that was touched since the last time. */
static bool flush(struct intake *intake)
{
    bool taken = intake->sink->flush(intake->sink);
    for (uint32_t i = 0; i < intake->touched.count; i++) {
        struct intake_topic *topic = intake->topics[intake->touched.slots[i]];
        topic->touched = false;
        if (!taken) {
            intake->counters[intake->session].dropped++;
            mark_lost(intake, topic);
        }
    }
    intake->touched.count = 0;
    if (taken)
        intake->drift_flushed = intake->drift_said;
    else
        intake->drift_said = intake->drift_flushed;
    return taken;
}

bool intake_flush(struct intake *intake, int64_t now_ns)
{
    if (!flush(intake))
        return false;
    if (intake->lost.count == 0)
        return true;
    say_losses(intake, now_ns);
    return flush(intake) && intake->lost.count == 0;
}

const struct counters *intake_counters(const struct intake *intake, uint32_t session)
{
    ENSURE(session < INTAKE_SESSIONS);
    return &intake->counters[session];
}
