/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path: one message, routed, parsed, checked and handed on. No allocation, no clock. */
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/intake_parts.h"
#include "connectors/payload.h"

/* A hole in ids that rise by one is a loss that nothing repairs: it is said, and the stream goes
 * on. The last trade before we subscribed is no news, but shows that the channel is there. */
static enum refusal take_trade(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                               struct event *event)
{
    struct sequence *sequence = &topic->parts[stream].sequence;
    if (event->update == UPDATE_SNAPSHOT) {
        intake_reach(intake, OUTCOME_CONTROL);
        intake_say(intake, topic, TOPIC_OK, REASON_NONE, event->ts_received);
        return REFUSAL_NONE;
    }
    switch (sequence_next(sequence, event->seq, event->seq, 0)) {
    case SEQUENCE_OLD:
        return REFUSAL_DUPLICATE;
    case SEQUENCE_BROKEN:
        intake->account->gaps++;
        intake_say(intake, topic, TOPIC_SUSPECT, REASON_GAP, event->ts_received);
        sequence_next(sequence, event->seq, event->seq, 0);
        break;
    default:
        break;
    }
    topic->instrument->traded_ns = event->ts_received;
    intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
    return REFUSAL_NONE;
}

static enum refusal take_event(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                               struct event *event)
{
    switch ((enum kind)event->kind) {
    case KIND_BOOK:
        return intake_take_book(intake, topic, stream, event);
    case KIND_QUOTE:
    case KIND_MARK:
        return intake_merge(intake, topic, stream, event);
    case KIND_TRADE:
        return take_trade(intake, topic, stream, event);
    default:
        event->update = UPDATE_DATA;
        intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
        return REFUSAL_NONE;
    }
}

/* Whether an event of the new one of two sessions is the next that nobody has brought yet, or a
 * book that is no older than ours. */
static bool is_next(struct intake_topic *topic, uint32_t stream, const struct event *event)
{
    const struct book_change *book = &event->book;
    enum sequence_rule rule = topic->parts[stream].sequence.rule;
    bool is_book = event->kind == KIND_BOOK;
    struct sequence after = is_book ? *intake_book_sequence(topic) : topic->parts[stream].sequence;
    if (rule == SEQUENCE_STEPPED && is_book && event->update == UPDATE_SNAPSHOT)
        return book->last_update_id >= (after.joined ? after.last : topic->seen);
    if (!after.joined || rule < SEQUENCE_COUNTED || rule == SEQUENCE_REPLACED)
        return false;
    uint64_t first = is_book ? book->first_update_id : event->seq;
    uint64_t last = is_book ? book->last_update_id : event->seq;
    return sequence_next(&after, first, last, is_book ? book->prev_update_id : 0) == SEQUENCE_TAKE;
}

/* Whether an event begins what its stream has to say, so that who joins later needs such a one. */
static bool is_beginning(enum sequence_rule rule, const struct event *event)
{
    bool sparse = event->kind == KIND_QUOTE || event->kind == KIND_MARK;
    return event->update == UPDATE_SNAPSHOT &&
           (rule == SEQUENCE_STEPPED || (sparse && rule != SEQUENCE_REPLACED));
}

static inline void hear(struct intake_key *key, bool begins, int64_t received_ns)
{
    key->heard_ns = received_ns;
    key->down = key->overdue = false;
    key->begins |= begins;
    key->renewing &= !begins;
}

/* A payload as one stream of one topic. */
static enum refusal take_feed(struct intake *intake, struct intake_key *key, struct feed feed,
                              struct slice payload)
{
    struct intake_topic *topic = feed.topic;
    struct event *event = intake->scratch;
    struct parsing parsing = {.exchange_symbol = topic->exchange_symbol,
                              .variant = topic->variant,
                              .levels_max = intake->config.levels_max};
    enum refusal refusal = intake->exchange->parse(feed.stream, payload, &parsing, event);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (parsing.drift != DRIFT_NONE)
        intake_note(intake, &parsing);
    if (intake->side == INTAKE_NEW && !is_next(topic, feed.stream, event))
        return REFUSAL_NONE;
    uint32_t bit = 1u << feed.stream;
    bool amiss = ((topic->down | topic->overdue | topic->silent) & bit) != 0;
    if (topic->silent & bit)
        intake_end_silence(topic, feed.stream);
    topic->heard |= bit;
    topic->down &= ~bit;
    topic->overdue &= ~bit;
    hear(key, is_beginning(topic->parts[feed.stream].sequence.rule, event), intake->received_ns);
    event->ts_received = intake->received_ns;
    event->proof = (uint8_t)intake->exchange->streams[feed.stream].proof;
    refusal = take_event(intake, topic, feed.stream, event);
    if (amiss)
        intake_restate(intake, topic, intake->received_ns);
    return refusal;
}

/* Of two sessions the old one may bring what the new one has told. */
static bool is_told(const struct intake *intake, enum refusal refusal)
{
    return intake->side == INTAKE_OLD &&
           (refusal == REFUSAL_DUPLICATE || refusal == REFUSAL_STALE_UPDATE);
}

/* A payload for all that its key feeds: it counts once, under the first refusal if there is one. */
static void take_payload(struct intake *intake, struct intake_key *key, struct slice payload,
                         struct route *route)
{
    struct counters *counters = intake->account;
    enum refusal first = REFUSAL_NONE;
    intake->outcome = OUTCOME_LEFT;
    intake->drifted = false;
    for (uint32_t i = 0; i < key->feed_count; i++) {
        enum refusal refusal = take_feed(intake, key, key->feeds[i], payload);
        if (refusal != REFUSAL_NONE && first == REFUSAL_NONE && !is_told(intake, refusal))
            first = refusal;
    }
    if (first != REFUSAL_NONE)
        intake_refuse(intake, first, intake->frame);
    else if (intake->outcome == OUTCOME_REPEATED)
        counters->repeated++;
    else if (intake->outcome == OUTCOME_CONTROL)
        counters->control++;
    if (route->refusal == REFUSAL_NONE)
        route->refusal = first;
}

/* Nobody asked for this key; or no stream of ours has such a one. */
static enum refusal unknown_key(const struct exchange *exchange, struct slice key)
{
    char room[KEY_MAX];
    struct text symbol = text_over(room, sizeof room);
    struct slice variant;
    uint32_t stream;
    return exchange->read_key(key, &stream, &symbol, &variant) ? REFUSAL_NOT_SUBSCRIBED
                                                               : REFUSAL_UNSUPPORTED_CHANNEL;
}

static void refuse_frame(struct intake *intake, struct route *route, enum refusal refusal)
{
    route->class = FRAME_REFUSED;
    route->refusal = refusal;
    intake_refuse(intake, refusal, intake->frame);
}

/* How many elements an array has, and the first; a refusal if it is not whole. */
static enum refusal look_at_batch(struct slice batch, size_t *count, struct slice *first)
{
    struct scan scan;
    struct slice payload;
    *count = 0;
    scan_begin(&scan, batch);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &payload))
        if (++*count == 1)
            *first = payload;
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

/* Nothing of a batch is told before all of it was seen, which is why one of several elements is
 * walked twice. Elements that are refused do not stop the others; an empty batch asks for nothing.
 */
static void take_batch(struct intake *intake, struct intake_key *key, struct route *route)
{
    struct scan scan;
    struct slice payload;
    size_t count;
    enum outcome most = OUTCOME_LEFT;
    enum refusal refusal = look_at_batch(route->payload, &count, &payload);
    intake->outcome = OUTCOME_LEFT;
    if (refusal != REFUSAL_NONE)
        refuse_frame(intake, route, refusal);
    else if (count == 0)
        intake->account->control++;
    else if (count == 1)
        take_payload(intake, key, payload, route);
    if (refusal != REFUSAL_NONE || count <= 1)
        return;
    scan_begin(&scan, route->payload);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &payload)) {
        take_payload(intake, key, payload, route);
        most = intake->outcome > most ? intake->outcome : most;
    }
    intake->outcome = most;
}

static void take_data(struct intake *intake, struct route *route)
{
    uint32_t number;
    if (!map_get(intake->key_numbers.names, route->key, &number)) {
        refuse_frame(intake, route, unknown_key(intake->exchange, route->key));
        return;
    }
    if (route->class == FRAME_DATA)
        take_payload(intake, &intake->keys[number], route->payload, route);
    else
        take_batch(intake, &intake->keys[number], route);
    if (route->refusal != REFUSAL_NONE && intake->outcome < OUTCOME_TOLD)
        route->class = FRAME_REFUSED;
}

static void take_frame(struct intake *intake, struct slice frame, struct route *route)
{
    intake->frame = frame;
    switch (route->class) {
    case FRAME_DATA:
    case FRAME_BATCH:
        take_data(intake, route);
        break;
    case FRAME_REFUSED:
        intake_refuse(intake, route->refusal, frame);
        break;
    default:
        intake->account->control++;
    }
}

/* Each element is a frame by itself; a list within a list is none of an exchange's. The list's own
 * refusal is its elements' first one. */
static void take_list(struct intake *intake, struct route *route)
{
    struct scan scan;
    struct slice element;
    scan_begin(&scan, route->payload);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &element)) {
        struct route inner;
        intake->exchange->route(element, &inner);
        if (inner.class == FRAME_LIST) {
            inner.class = FRAME_REFUSED;
            inner.refusal = REFUSAL_WRONG_TYPE;
        }
        take_frame(intake, element, &inner);
        if (route->refusal == REFUSAL_NONE)
            route->refusal = inner.refusal;
    }
}

void intake_frame(struct intake *intake, uint32_t session, struct slice frame, int64_t received_ns,
                  struct route *route)
{
    ENSURE(session < INTAKE_SESSIONS);
    struct counters *counters = &intake->counters[session];
    intake->account = counters;
    intake->received_ns = received_ns;
    counters->frames++;
    counters->bytes += frame.len;
    counters->last_frame = received_ns;
    intake->exchange->route(frame, route);
    if (route->class == FRAME_LIST)
        take_list(intake, route);
    else
        take_frame(intake, frame, route);
}

void intake_frame_beside(struct intake *intake, uint32_t session, enum intake_side side,
                         struct slice frame, int64_t received_ns, struct route *route)
{
    intake->side = side;
    intake_frame(intake, session, frame, received_ns, route);
    intake->side = INTAKE_ALONE;
}

bool intake_poll(struct intake *intake, uint32_t slot, uint32_t stream, struct slice body,
                 int64_t received_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL)
        return false;
    ENSURE(stream < intake->exchange->stream_count &&
           intake->exchange->streams[stream].kind == topic->want.kind);
    struct route route = {.refusal = REFUSAL_NONE};
    struct intake_key polled = {.feeds = {{topic, stream}}, .feed_count = 1};
    intake->frame = body;
    intake->received_ns = received_ns;
    take_payload(intake, &polled, body, &route);
    return route.refusal == REFUSAL_NONE;
}
