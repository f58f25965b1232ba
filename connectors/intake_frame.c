/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path: one message, routed, parsed, checked and handed on. No allocation, no clock. */
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/intake_parts.h"

#define DRIFT_MAX sizeof(((struct drift *)NULL)->example)

_Static_assert(REFUSAL_COUNT <= 32, "a bit for each refusal");

void intake_refuse(struct intake *intake, struct route *route, enum refusal refusal,
                   struct slice frame)
{
    struct event event;
    route->class = FRAME_REFUSED;
    route->refusal = refusal;
    intake->counters[intake->session].refused[refusal]++;
    if (intake->drift_said & 1u << refusal)
        return;
    event_begin(&event, KIND_DRIFT);
    event.drift.refusal = (uint8_t)refusal;
    event.drift.len = (uint16_t)(frame.len < DRIFT_MAX ? frame.len : DRIFT_MAX);
    memcpy(event.drift.example, frame.data, event.drift.len);
    if (intake->sink->event(intake->sink, &event))
        intake->drift_said |= 1u << refusal;
}

/* A message that continues what we know: whatever was the matter with the topic is over. */
static void publish_ok(struct intake *intake, struct intake_topic *topic, struct event *event)
{
    event->state = TOPIC_OK;
    event->reason = REASON_NONE;
    if (event->update != UPDATE_SNAPSHOT)
        intake_say(intake, topic, TOPIC_OK, REASON_NONE, event->ts_received);
    intake_emit(intake, topic, event);
    if (event->update == UPDATE_SNAPSHOT)
        intake_say(intake, topic, TOPIC_OK, REASON_NONE, event->ts_received);
}

/* A book that has missed something is wrong until a snapshot proves it anew. */
static enum refusal take_book(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                              struct event *event)
{
    bool whole = intake->exchange->streams[stream].rule == SEQUENCE_REPLACED;
    struct sequence *sequence =
        whole ? &topic->sequences[stream] : intake_book_sequence(intake, topic);
    const struct book_change *book = &event->book;
    event->book.depth = whole ? intake_book_levels(event) : topic->depth;
    enum sequence_verdict verdict =
        sequence_next(sequence, book->first_update_id, book->last_update_id, book->prev_update_id);
    if (verdict == SEQUENCE_OLD)
        return REFUSAL_STALE_UPDATE;
    topic->seen = book->last_update_id;
    if (verdict == SEQUENCE_TAKE) {
        publish_ok(intake, topic, event);
        return REFUSAL_NONE;
    }
    if (verdict == SEQUENCE_BROKEN) {
        intake->counters[intake->session].gaps++;
        intake_say(intake, topic, TOPIC_RECOVERING, REASON_GAP, event->ts_received);
    } else if (topic->state != TOPIC_RECOVERING) {
        intake_say(intake, topic, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, event->ts_received);
    }
    intake_wait(intake, topic, event);
    return REFUSAL_NONE;
}

/* A hole in ids that rise by one is a loss that nothing repairs: it is said, and the stream goes
 * on. */
static enum refusal take_trade(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                               struct event *event)
{
    struct sequence *sequence = &topic->sequences[stream];
    switch (sequence_next(sequence, event->seq, event->seq, 0)) {
    case SEQUENCE_OLD:
        return REFUSAL_DUPLICATE;
    case SEQUENCE_BROKEN:
        intake->counters[intake->session].gaps++;
        intake_say(intake, topic, TOPIC_SUSPECT, REASON_GAP, event->ts_received);
        sequence_next(sequence, event->seq, event->seq, 0);
        break;
    default:
        break;
    }
    publish_ok(intake, topic, event);
    return REFUSAL_NONE;
}

/* A quote event is all that is known, whichever stream brought the news. */
static enum refusal take_quote(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                               struct event *event)
{
    struct quote *known = &topic->quote;
    if (event->seq != 0 &&
        sequence_next(&topic->sequences[stream], event->seq, event->seq, 0) == SEQUENCE_OLD)
        return REFUSAL_STALE_UPDATE;
    for (unsigned int i = 0; i < QUOTE_FIELD_COUNT; i++)
        if (event->quote.known & 1u << i)
            known->numbers[i] = event->quote.numbers[i];
    known->known |= event->quote.known;
    if (event->quote.ts_last != 0)
        known->ts_last = event->quote.ts_last;
    event->quote = *known;
    if (known->known & 1u << QUOTE_PRICE) {
        publish_ok(intake, topic, event);
        return REFUSAL_NONE;
    }
    intake_say(intake, topic, TOPIC_RECOVERING, REASON_NO_PRICE, event->ts_received);
    event->state = TOPIC_RECOVERING;
    event->reason = REASON_NO_PRICE;
    intake_emit(intake, topic, event);
    return REFUSAL_NONE;
}

/* Whether an event of the new one of two sessions is the next that nobody has brought yet. */
static bool is_next(const struct intake *intake, struct intake_topic *topic, uint32_t stream,
                    const struct event *event)
{
    const struct book_change *book = &event->book;
    bool is_book = event->kind == KIND_BOOK;
    struct sequence after =
        is_book ? *intake_book_sequence(intake, topic) : topic->sequences[stream];
    if (!after.joined || intake->exchange->streams[stream].rule < SEQUENCE_COUNTED ||
        intake->exchange->streams[stream].rule == SEQUENCE_REPLACED)
        return false;
    uint64_t first = is_book ? book->first_update_id : event->seq;
    uint64_t last = is_book ? book->last_update_id : event->seq;
    return sequence_next(&after, first, last, is_book ? book->prev_update_id : 0) == SEQUENCE_TAKE;
}

static enum refusal take_event(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                               struct event *event)
{
    switch ((enum kind)event->kind) {
    case KIND_BOOK:
        return take_book(intake, topic, stream, event);
    case KIND_QUOTE:
        return take_quote(intake, topic, stream, event);
    case KIND_TRADE:
        return take_trade(intake, topic, stream, event);
    default:
        publish_ok(intake, topic, event);
        return REFUSAL_NONE;
    }
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

static void take_data(struct intake *intake, struct slice frame, int64_t received_ns,
                      struct route *route)
{
    const struct exchange *exchange = intake->exchange;
    struct event *event = intake->scratch;
    uint32_t value;
    if (!map_get(intake->keys, route->key, &value)) {
        intake_refuse(intake, route, unknown_key(exchange, route->key), frame);
        return;
    }
    uint32_t stream = value % exchange->stream_count;
    struct intake_topic *topic = intake->topics[value / exchange->stream_count];
    struct parsing parsing = {.exchange_symbol = slice_of(topic->want.exchange_symbol),
                              .variant = slice_of(topic->want.variant),
                              .levels_max = intake->config.levels_max};
    enum refusal refusal = exchange->parse(stream, route->payload, &parsing, event);
    if (refusal == REFUSAL_NONE && intake->side == INTAKE_NEW &&
        !is_next(intake, topic, stream, event))
        return;
    if (refusal == REFUSAL_NONE) {
        topic->had_data = true;
        event->ts_received = received_ns;
        event->proof = (uint8_t)exchange->streams[stream].proof;
        refusal = take_event(intake, topic, stream, event);
    }
    bool told = refusal == REFUSAL_DUPLICATE || refusal == REFUSAL_STALE_UPDATE;
    if (refusal != REFUSAL_NONE && !(told && intake->side == INTAKE_OLD))
        intake_refuse(intake, route, refusal, frame);
}

static void take_frame(struct intake *intake, struct slice frame, int64_t received_ns,
                       struct route *route)
{
    switch (route->class) {
    case FRAME_DATA:
        take_data(intake, frame, received_ns, route);
        break;
    case FRAME_REFUSED:
        intake_refuse(intake, route, route->refusal, frame);
        break;
    case FRAME_LIST:
        break;
    default:
        intake->counters[intake->session].control++;
    }
}

/* Each element is a frame by itself; a list within a list is none of an exchange's. The list's own
 * refusal is its elements' first one. */
static void take_list(struct intake *intake, int64_t received_ns, struct route *route)
{
    struct scan scan;
    struct slice element;
    scan_begin(&scan, route->payload);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &element)) {
        struct route inner;
        intake->exchange->route(element, &inner);
        if (inner.class == FRAME_LIST)
            intake_refuse(intake, &inner, REFUSAL_WRONG_TYPE, element);
        else
            take_frame(intake, element, received_ns, &inner);
        if (inner.class == FRAME_REFUSED && route->refusal == REFUSAL_NONE)
            route->refusal = inner.refusal;
    }
}

void intake_frame(struct intake *intake, uint32_t session, struct slice frame, int64_t received_ns,
                  struct route *route)
{
    ENSURE(session < INTAKE_SESSIONS);
    struct counters *counters = &intake->counters[session];
    intake->session = session;
    counters->frames++;
    counters->bytes += frame.len;
    counters->last_frame = received_ns;
    intake->exchange->route(frame, route);
    if (route->class == FRAME_LIST)
        take_list(intake, received_ns, route);
    else
        take_frame(intake, frame, received_ns, route);
}

void intake_frame_beside(struct intake *intake, uint32_t session, enum intake_side side,
                         struct slice frame, int64_t received_ns, struct route *route)
{
    intake->side = side;
    intake_frame(intake, session, frame, received_ns, route);
    intake->side = INTAKE_ALONE;
}
