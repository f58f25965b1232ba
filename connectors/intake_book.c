/* SPDX-License-Identifier: Apache-2.0 */
/* Books: how one is joined (deltas are kept until a snapshot from REST comes that they continue, or
 * the stream itself brings one), and how each of its messages is taken. */
#include "common/clock.h"
#include "connectors/intake_parts.h"
#include "proto/book.h"

#include <stdlib.h>

#define KEPT_FIRST 4096

struct sequence *intake_book_sequence(struct intake_topic *topic)
{
    return &topic->parts[topic->book].sequence;
}

/* Whether a topic is a book of deltas that REST joins. */
static bool joins_by_rest(const struct intake_topic *topic)
{
    enum sequence_rule rule = topic->parts[topic->book].sequence.rule;
    return topic->want.kind == KIND_BOOK && (rule == SEQUENCE_CHAINED || rule == SEQUENCE_LINKED);
}

static void drop_kept(struct intake_topic *topic)
{
    free(topic->kept.records);
    topic->kept = (struct kept_deltas){0};
}

static void drop_ahead(struct intake *intake, struct intake_topic *topic)
{
    if (topic->ahead != NULL)
        slot_list_remove(&intake->ahead, topic->want.slot);
    free(topic->ahead);
    topic->ahead = NULL;
}

void intake_restart_book(struct intake *intake, struct intake_topic *topic)
{
    struct sequence *sequence = intake_book_sequence(topic);
    if (topic->want.kind != KIND_BOOK)
        return;
    sequence_reset(sequence, sequence->rule);
    topic->outdated = topic->asked;
    drop_kept(topic);
    drop_ahead(intake, topic);
}

/* False: the limit is reached, or memory is out. */
static bool keep(struct intake *intake, struct intake_topic *topic, const struct event *event)
{
    struct kept_deltas *kept = &topic->kept;
    size_t needed = kept->len + event->size;
    if (needed > intake->config.book_buffer_max)
        return false;
    if (needed > kept->room) {
        size_t room = kept->room == 0 ? KEPT_FIRST : 2 * kept->room;
        while (room < needed)
            room *= 2;
        char *records = aligned_alloc(16, room);
        if (records == NULL)
            return false;
        if (kept->len > 0)
            memcpy(records, kept->records, kept->len);
        free(kept->records);
        kept->records = records;
        kept->room = room;
    }
    memcpy(kept->records + kept->len, event, event->size);
    kept->len = needed;
    return true;
}

static void ask(struct intake *intake, struct intake_topic *topic)
{
    if (topic->asked)
        return;
    topic->asked = true;
    topic->outdated = false;
    intake->hooks.snapshot(intake->hooks.context, topic->want.slot,
                           slice_of(topic->want.exchange_symbol));
}

static const struct event *kept_at(const struct kept_deltas *kept, size_t at)
{
    return (const struct event *)(const void *)(kept->records + at);
}

/* Whether the kept deltas continue the snapshot up to the newest one. Those before it are no matter
 * of continuity, however far back they reach. */
static bool chain(const struct intake_topic *topic, struct sequence *sequence, uint64_t snapshot_id)
{
    const struct event *event;
    sequence_join(sequence, snapshot_id);
    for (size_t at = 0; at < topic->kept.len; at += event->size) {
        event = kept_at(&topic->kept, at);
        if (event->book.last_update_id < snapshot_id)
            continue;
        if (sequence_next(sequence, event->book.first_update_id, event->book.last_update_id,
                          event->book.prev_update_id) == SEQUENCE_BROKEN)
            return false;
    }
    return sequence->last >= topic->seen;
}

/* Applies those of the kept deltas that are newer than the snapshot; the exchange's time of the
 * last one. */
static int64_t apply_kept(const struct intake_topic *topic, struct book *book, uint64_t snapshot_id)
{
    const struct event *event;
    int64_t ts_exchange = 0;
    for (size_t at = 0; at < topic->kept.len; at += event->size) {
        event = kept_at(&topic->kept, at);
        if (event->book.last_update_id <= snapshot_id)
            continue;
        book_apply(book, event_bids_of(event), event->book.bid_count, event_asks_of(event),
                   event->book.ask_count);
        ts_exchange = event->ts_exchange;
    }
    return ts_exchange;
}

/* The book as an event: as many levels a side, the best ones, as a record holds. */
static void write_book(struct event *event, const struct book *book, size_t levels_max)
{
    size_t side_max = levels_max / 2;
    size_t bids = book_bid_count(book), asks = book_ask_count(book);
    event_begin(event, KIND_BOOK);
    event->book.bid_count = (uint32_t)(bids < side_max ? bids : side_max);
    event->book.ask_count = (uint32_t)(asks < side_max ? asks : side_max);
    for (uint32_t i = 0; i < event->book.bid_count; i++)
        event_bids(event)[i] = *book_bid(book, i);
    for (uint32_t i = 0; i < event->book.ask_count; i++)
        event_asks(event)[i] = *book_ask(book, i);
    event->size = (uint32_t)event_size(KIND_BOOK, event->book.bid_count + event->book.ask_count);
}

static uint32_t levels_of(const struct event *event)
{
    return event->book.bid_count > event->book.ask_count ? event->book.bid_count
                                                         : event->book.ask_count;
}

static bool publish_joined(struct intake *intake, struct intake_topic *topic,
                           const struct sequence *sequence, int64_t received_ns)
{
    struct event *event = intake->snapshot;
    uint64_t snapshot_id = event->book.last_update_id;
    struct book *book = book_new(intake->config.levels_max / 2);
    if (book == NULL)
        return false;
    topic->depth = levels_of(event);
    if (topic->depth > intake->config.book_depth)
        topic->depth = intake->config.book_depth;
    book_replace(book, event_bids(event), event->book.bid_count, event_asks(event),
                 event->book.ask_count);
    int64_t ts_exchange = apply_kept(topic, book, snapshot_id);
    write_book(event, book, intake->config.levels_max);
    book_destroy(&book);
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SEQUENCE;
    event->ts_exchange = ts_exchange;
    event->ts_received = received_ns;
    event->book.last_update_id = sequence->last;
    event->book.depth = topic->depth;
    intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
    return true;
}

static enum snapshot_result too_old(struct intake *intake, struct intake_topic *topic,
                                    int64_t now_ns)
{
    intake_say(intake, topic, TOPIC_RECOVERING, REASON_SNAPSHOT_OLD, now_ns);
    return SNAPSHOT_TOO_OLD;
}

/* Joins at the snapshot in intake->snapshot, if the kept deltas continue it. */
static enum snapshot_result join(struct intake *intake, struct intake_topic *topic, int64_t now_ns)
{
    struct sequence *sequence = intake_book_sequence(topic);
    bool continued = chain(topic, sequence, intake->snapshot->book.last_update_id);
    if (continued && publish_joined(intake, topic, sequence, now_ns)) {
        topic->asked = false;
        drop_kept(topic);
        drop_ahead(intake, topic);
        return SNAPSHOT_JOINED;
    }
    sequence_reset(sequence, sequence->rule);
    return continued ? SNAPSHOT_REFUSED : too_old(intake, topic, now_ns);
}

/* The stream may lag behind REST: what it still brings up to the snapshot's id would be of no use
 * after the join, so the join waits for it. */
static bool put_ahead(struct intake *intake, struct intake_topic *topic, int64_t now_ns)
{
    drop_ahead(intake, topic);
    topic->ahead = aligned_alloc(16, intake->snapshot->size);
    if (topic->ahead == NULL)
        return false;
    memcpy(topic->ahead, intake->snapshot, intake->snapshot->size);
    topic->ahead_since_ns = now_ns;
    intake->ahead.slots[intake->ahead.count++] = topic->want.slot;
    return true;
}

/* Joins at the snapshot that the stream has come up to; one that it does not continue is asked for
 * anew. */
static void join_ahead(struct intake *intake, struct intake_topic *topic, int64_t now_ns)
{
    memcpy(intake->snapshot, topic->ahead, topic->ahead->size);
    drop_ahead(intake, topic);
    if (join(intake, topic, now_ns) != SNAPSHOT_JOINED)
        ask(intake, topic);
}

void intake_settle(struct intake *intake, int64_t now_ns)
{
    for (uint32_t i = intake->ahead.count; i-- > 0;) {
        struct intake_topic *topic = intake->topics[intake->ahead.slots[i]];
        bool waited = now_ns - topic->ahead_since_ns >= intake->config.settle_ms * NS_PER_MS;
        if (waited && (topic->silent | topic->overdue) == 0)
            join_ahead(intake, topic, now_ns);
    }
}

/* A delta of a book whose snapshot from REST has not come: kept and published. */
static void wait_for_snapshot(struct intake *intake, struct intake_topic *topic,
                              struct event *event)
{
    if (!keep(intake, topic, event)) {
        drop_kept(topic);
        intake_say(intake, topic, TOPIC_RECOVERING, REASON_BUFFER_FULL, event->ts_received);
        keep(intake, topic, event);
    }
    intake_publish(intake, topic, event, TOPIC_RECOVERING, topic->own_reason);
    if (topic->ahead == NULL)
        ask(intake, topic);
    else if (event->book.last_update_id >= topic->ahead->book.last_update_id)
        join_ahead(intake, topic, event->ts_received);
}

/* A hash of a book's levels, by which the same book again is told. */
static uint64_t hash_of(const struct event *event)
{
    const char *bytes = (const char *)event_bids_of(event);
    size_t len = (event->book.bid_count + event->book.ask_count) * sizeof(struct level);
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ event->book.bid_count, part;
    for (size_t at = 0; at < len; at += sizeof part) {
        memcpy(&part, bytes + at, sizeof part);
        hash = (hash ^ part) * UINT64_C(0x9fb21c651e98df25);
        hash ^= hash >> 32;
    }
    return hash;
}

/* Every message is the whole book. One that is the same again (Bithumb repeats every other:
 * bithumb.md 4) is not told. */
static void take_whole(struct intake *intake, struct intake_topic *topic, struct event *event)
{
    uint64_t levels = hash_of(event);
    if (topic->state == TOPIC_OK && topic->levels == levels) {
        intake_reach(intake, OUTCOME_REPEATED);
        return;
    }
    topic->levels = levels;
    event->book.depth = levels_of(event);
    intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
}

/* The stream itself brings the book as it is, as deep as it says or as it has levels. */
static void take_snapshot(struct intake *intake, struct intake_topic *topic, struct event *event)
{
    sequence_join(intake_book_sequence(topic), event->book.last_update_id);
    topic->seen = event->book.last_update_id;
    if (event->book.depth == 0)
        event->book.depth = levels_of(event);
    topic->depth = event->book.depth;
    intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
}

/* What comes before it is of no use. */
static enum refusal before_snapshot(struct intake *intake, const struct intake_topic *topic)
{
    uint32_t key = topic->parts[topic->book].key;
    if (key != KEY_NONE)
        intake_renew(intake, key);
    return REFUSAL_BEFORE_SNAPSHOT;
}

/* A book that has missed something is wrong until a snapshot proves it anew. */
enum refusal intake_take_book(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                              struct event *event)
{
    enum sequence_rule rule = topic->parts[stream].sequence.rule;
    const struct book_change *book = &event->book;
    if (rule == SEQUENCE_REPLACED) {
        take_whole(intake, topic, event);
        return REFUSAL_NONE;
    }
    if (rule == SEQUENCE_STEPPED && event->update == UPDATE_SNAPSHOT) {
        take_snapshot(intake, topic, event);
        return REFUSAL_NONE;
    }
    enum sequence_verdict verdict =
        sequence_next(intake_book_sequence(topic), book->first_update_id, book->last_update_id,
                      book->prev_update_id);
    if (verdict == SEQUENCE_OLD)
        return REFUSAL_STALE_UPDATE;
    topic->seen = book->last_update_id;
    event->book.depth = topic->depth;
    if (verdict == SEQUENCE_TAKE) {
        intake_publish(intake, topic, event, TOPIC_OK, REASON_NONE);
        return REFUSAL_NONE;
    }
    if (verdict == SEQUENCE_BROKEN) {
        intake->account->gaps++;
        intake_say(intake, topic, TOPIC_RECOVERING, REASON_GAP, event->ts_received);
    } else if (topic->own != TOPIC_RECOVERING) {
        intake_say(intake, topic, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, event->ts_received);
    }
    if (rule == SEQUENCE_STEPPED)
        return before_snapshot(intake, topic);
    wait_for_snapshot(intake, topic, event);
    return REFUSAL_NONE;
}

enum snapshot_result intake_snapshot(struct intake *intake, uint32_t slot, struct slice body,
                                     int64_t received_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL || !joins_by_rest(topic))
        return SNAPSHOT_UNKNOWN;
    if (intake_book_sequence(topic)->joined || topic->state == TOPIC_DOWN) {
        topic->asked = false;
        return SNAPSHOT_UNKNOWN;
    }
    enum refusal refusal =
        intake->exchange->read_snapshot(body, intake->snapshot, intake->config.levels_max);
    if (refusal != REFUSAL_NONE) {
        intake_refuse(intake, refusal, body);
        return SNAPSHOT_REFUSED;
    }
    if (topic->outdated)
        return too_old(intake, topic, received_ns);
    if (topic->seen >= intake->snapshot->book.last_update_id)
        return join(intake, topic, received_ns);
    if (!put_ahead(intake, topic, received_ns))
        return SNAPSHOT_REFUSED;
    topic->asked = false;
    return SNAPSHOT_AHEAD;
}

void intake_snapshot_failed(struct intake *intake, uint32_t slot, enum reason reason,
                            int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic != NULL && topic->asked && topic->state != TOPIC_DOWN)
        intake_say(intake, topic, TOPIC_RECOVERING, reason, now_ns);
}

void intake_snapshot_retry(struct intake *intake, uint32_t slot)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL || !topic->asked)
        return;
    topic->asked = false;
    intake_snapshot_ask(intake, slot);
}

void intake_snapshot_ask(struct intake *intake, uint32_t slot)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL || !joins_by_rest(topic) || topic->state == TOPIC_DOWN)
        return;
    if (!intake_book_sequence(topic)->joined && topic->ahead == NULL)
        ask(intake, topic);
}

void intake_ask_anew(struct intake *intake, struct intake_topic *topic)
{
    const struct part *part = &topic->parts[topic->book];
    if (topic->want.kind == KIND_BOOK && part->sequence.rule == SEQUENCE_STEPPED &&
        part->key != KEY_NONE)
        intake_renew(intake, part->key);
    else
        intake_snapshot_ask(intake, topic->want.slot);
}
