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

/* Whether the exchange's table stays within our limits. */
static bool fits(const struct exchange *exchange)
{
    uint32_t wanted[KIND_COUNT] = {0};
    if (exchange->stream_count > EXCHANGE_STREAMS)
        return false;
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++)
        if (exchange->streams[stream].wanted &&
            ++wanted[exchange->streams[stream].kind] > EXCHANGE_PARTS)
            return false;
    return true;
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
    intake->key_numbers.names = map_new((size_t)config->topics_max * exchange->stream_count);
    intake->instrument_numbers.names = map_new(config->topics_max);
    intake->instruments = calloc(config->topics_max, sizeof *intake->instruments);
    intake->scratch = new_record(config->levels_max);
    intake->snapshot = new_record(config->levels_max);
    for (uint32_t i = 0; i < INTAKE_SESSIONS; i++)
        intake->counters[i].session = i;
    intake->account = &intake->counters[0];
    if (intake->topics == NULL || intake->next_seq == NULL || intake->touched.slots == NULL ||
        intake->lost.slots == NULL || intake->ahead.slots == NULL ||
        intake->key_numbers.names == NULL || intake->instrument_numbers.names == NULL ||
        intake->instruments == NULL || intake->scratch == NULL || intake->snapshot == NULL ||
        !fits(exchange))
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
    for (uint32_t key = 0; key < (*intake)->key_numbers.end; key++)
        free((*intake)->keys[key].text);
    free((*intake)->keys);
    free((*intake)->instruments);
    map_destroy(&(*intake)->key_numbers.names);
    map_destroy(&(*intake)->instrument_numbers.names);
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
    struct counters *counters = intake->account;
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

/* The worst of the topic's parts and its own; true if it is another one than before. */
static bool change_state(struct intake_topic *topic)
{
    enum topic_state state = topic->own;
    enum reason reason = topic->own_reason;
    if ((topic->overdue | topic->silent) != 0 && state < TOPIC_STALE) {
        state = TOPIC_STALE;
        reason = REASON_SILENT;
    }
    if (topic->down != 0 && state < TOPIC_DOWN) {
        state = TOPIC_DOWN;
        reason = topic->down_reason;
    }
    bool changed = topic->state != state || topic->reason != reason;
    topic->state = state;
    topic->reason = reason;
    return changed;
}

void intake_restate(struct intake *intake, struct intake_topic *topic, int64_t now_ns)
{
    if (change_state(topic))
        say_state(intake, topic, now_ns);
}

void intake_say(struct intake *intake, struct intake_topic *topic, enum topic_state own,
                enum reason reason, int64_t now_ns)
{
    topic->own = own;
    topic->own_reason = reason;
    intake_restate(intake, topic, now_ns);
}

void intake_publish(struct intake *intake, struct intake_topic *topic, struct event *event,
                    enum topic_state own, enum reason reason)
{
    bool image = event->update == UPDATE_SNAPSHOT;
    int64_t received_ns = event->ts_received;
    if (!image)
        intake_say(intake, topic, own, reason, received_ns);
    event->state = (uint8_t)(image ? own : topic->state);
    event->reason = (uint16_t)(image ? reason : topic->reason);
    intake_emit(intake, topic, event);
    if (image)
        intake_say(intake, topic, own, reason, received_ns);
    intake_reach(intake, OUTCOME_TOLD);
}

enum reason intake_starting_reason(enum kind kind)
{
    return kind == KIND_BOOK ? REASON_SNAPSHOT_PENDING : REASON_STARTING;
}

static bool add_topic(struct intake *intake, const struct want *want)
{
    uint32_t streams = intake->exchange->stream_count;
    struct intake_topic *topic = calloc(1, sizeof *topic + streams * sizeof topic->parts[0]);
    if (topic == NULL)
        return false;
    topic->want = *want;
    topic->exchange_symbol = slice_of(topic->want.exchange_symbol);
    topic->variant = slice_of(topic->want.variant);
    topic->depth = intake->config.book_depth;
    for (uint32_t stream = 0; stream < streams; stream++) {
        topic->parts[stream].key = KEY_NONE;
        sequence_reset(&topic->parts[stream].sequence, intake->exchange->streams[stream].rule);
    }
    if (!intake_enter(intake, topic)) {
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
    enum reason reason = intake_starting_reason(want->kind);
    if (want->slot >= intake->config.topics_max || (topic == NULL && !add_topic(intake, want)))
        return false;
    if (topic == NULL) {
        topic = intake->topics[want->slot];
        intake_say(intake, topic, TOPIC_RECOVERING, reason, now_ns);
        intake_renew_joined(intake, topic);
        return true;
    }
    topic->want.generation = want->generation;
    intake->account->resyncs++;
    intake_restart_book(intake, topic);
    if (topic->own != TOPIC_DOWN)
        intake_say(intake, topic, TOPIC_RECOVERING, reason, now_ns);
    intake_ask_anew(intake, topic);
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
    intake_say(intake, topic, TOPIC_DOWN, REASON_UNSUBSCRIBED, now_ns);
    intake_leave(intake, topic);
    if (topic->lost)
        slot_list_remove(&intake->lost, slot);
    if (topic->touched)
        slot_list_remove(&intake->touched, slot);
    if (topic->ahead != NULL)
        slot_list_remove(&intake->ahead, slot);
    intake->topics[slot] = NULL;
    free_topic(topic);
}

/* Ids that rise by one go on through a reconnect: what was missed shows as a hole. All else begins
 * anew. */
void intake_part_anew(struct intake *intake, struct intake_topic *topic, uint32_t stream)
{
    struct sequence *sequence = &topic->parts[stream].sequence;
    if (sequence->rule != SEQUENCE_COUNTED)
        sequence_reset(sequence, sequence->rule);
    topic->heard &= ~(1u << stream);
    topic->begun &= ~(1u << stream);
    intake_forget(topic, stream);
    intake_restart_book(intake, topic);
}

void intake_topic_down(struct intake *intake, uint32_t slot, enum reason reason, int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL)
        return;
    for (uint32_t i = 0; i < intake->exchange->stream_count; i++)
        intake_part_anew(intake, topic, i);
    intake_say(intake, topic, TOPIC_DOWN, reason, now_ns);
}

bool intake_had_data(const struct intake *intake, uint32_t slot)
{
    const struct intake_topic *topic = intake_topic(intake, slot);
    return topic != NULL && topic->heard != 0;
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
        bool begins_anew = topic->own < TOPIC_DOWN;
        if (begins_anew) {
            intake_restart_book(intake, topic);
            topic->own = TOPIC_RECOVERING;
            topic->own_reason = REASON_LOST;
            change_state(topic);
        }
        say_state(intake, topic, now_ns);
        if (begins_anew)
            intake_ask_anew(intake, topic);
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
            intake->account->dropped++;
            mark_lost(intake, topic);
        }
    }
    intake->touched.count = 0;
    intake_drift_flushed(intake, taken);
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
