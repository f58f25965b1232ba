/* SPDX-License-Identifier: Apache-2.0 */
/* Slots are kept in an array a connector, in the order in which topics are made; a topic lives as
 * long as the gateway, so that its numbering goes on when somebody wants it again. */
#include "gateway/topics.h"

#include "common/ensure.h"
#include "common/map.h"
#include "proto/topic.h"
#include "proto/wire_json.h"

#include <stdlib.h>

#define TOPICS_ALL_MAX (1u << 22)

/* A topic with the texts that its slices look into. */
struct entry {
    struct topic topic;
    char head[WIRE_HEAD_MAX];
    char texts[3 * (SYMBOL_MAX + 1) + VARIANT_MAX];
};

struct slots {
    struct entry **entries;
    uint32_t count;
    uint32_t room;
};

struct topics {
    uint32_t topics_max;
    uint32_t book_levels;
    struct slots slots[TOPICS_CONNECTORS_MAX];
    struct map *names;  /* name -> place in `all` */
    struct entry **all; /* in the order of their making */
    size_t count;
    size_t room;
};

struct topics *topics_new(uint32_t topics_max, uint32_t book_levels)
{
    struct topics *topics = calloc(1, sizeof *topics);
    if (topics == NULL)
        return NULL;
    topics->topics_max = topics_max;
    topics->book_levels = book_levels;
    topics->names = map_new(TOPICS_ALL_MAX);
    if (topics->names == NULL)
        topics_destroy(&topics);
    return topics;
}

void topics_destroy(struct topics **topics)
{
    if (*topics == NULL)
        return;
    for (size_t i = 0; i < (*topics)->count; i++) {
        struct topic *topic = &(*topics)->all[i]->topic;
        free(topic->last);
        book_destroy(&topic->book);
        free((*topics)->all[i]);
    }
    for (size_t i = 0; i < TOPICS_CONNECTORS_MAX; i++)
        free((*topics)->slots[i].entries);
    free((*topics)->all);
    map_destroy(&(*topics)->names);
    free(*topics);
    *topics = NULL;
}

/* Room for one more pointer; doubles. */
static bool reserve(struct entry ***entries, size_t count, size_t room, size_t *new_room)
{
    *new_room = room;
    if (count < room)
        return true;
    *new_room = room == 0 ? 64 : 2 * room;
    struct entry **grown = realloc(*entries, *new_room * sizeof(struct entry *));
    if (grown == NULL)
        return false;
    *entries = grown;
    return true;
}

static struct slice keep_text(struct text *texts, struct slice slice)
{
    struct slice kept = {texts->data + texts->len, slice.len};
    text_append(texts, slice);
    return kept;
}

static bool fill(struct entry *entry, struct slice exchange, struct slice symbol,
                 struct slice exchange_symbol, struct slice variant)
{
    struct topic *topic = &entry->topic;
    struct text texts = text_over(entry->texts, sizeof entry->texts);
    struct text head = text_over(entry->head, sizeof entry->head);
    topic->exchange = keep_text(&texts, exchange);
    topic->symbol = keep_text(&texts, symbol);
    topic->exchange_symbol = keep_text(&texts, exchange_symbol);
    topic->variant = topic->words = keep_text(&texts, variant);
    struct wire_topic names = {topic->exchange, topic->symbol, topic->exchange_symbol,
                               topic->variant};
    wire_json_head(&head, topic->kind, &names);
    topic->head = text_slice(&head);
    topic->state = TOPIC_RECOVERING;
    topic->reason = REASON_STARTING;
    return !texts.overflow && !head.overflow;
}

static bool insert(struct topics *topics, struct slots *slots, struct entry *entry)
{
    size_t room;
    if (!reserve(&topics->all, topics->count, topics->room, &room))
        return false;
    topics->room = room;
    if (!reserve(&slots->entries, slots->count, slots->room, &room))
        return false;
    slots->room = (uint32_t)room;
    if (!map_put(topics->names, (struct slice){entry->topic.name, entry->topic.name_len},
                 (uint32_t)topics->count))
        return false;
    topics->all[topics->count++] = entry;
    slots->entries[slots->count++] = entry;
    return true;
}

struct topic *topics_add(struct topics *topics, uint16_t connector, enum kind kind,
                         struct slice exchange, struct slice symbol, struct slice exchange_symbol,
                         struct slice variant)
{
    char room[sizeof((struct topic *)NULL)->name];
    struct text name = text_over(room, sizeof room);
    ENSURE(connector < TOPICS_CONNECTORS_MAX);
    struct slots *slots = &topics->slots[connector];
    topic_write(&name, kind, exchange, symbol, variant);
    if (name.overflow)
        return NULL;
    struct topic *known = topics_find(topics, text_slice(&name));
    if (known != NULL)
        return known;
    struct entry *entry = slots->count < topics->topics_max ? calloc(1, sizeof *entry) : NULL;
    if (entry == NULL)
        return NULL;
    entry->topic.connector = connector;
    entry->topic.slot = slots->count;
    entry->topic.kind = kind;
    entry->topic.name_len = (uint8_t)name.len;
    memcpy(entry->topic.name, name.data, name.len);
    if (fill(entry, exchange, symbol, exchange_symbol, variant) && insert(topics, slots, entry))
        return &entry->topic;
    free(entry);
    return NULL;
}

void topics_name_parts(struct topic *topic, struct slice parts)
{
    ENSURE(topic->kind == KIND_QUOTE && parts.len <= WIRE_WORDS_MAX);
    topic->words = parts;
}

struct topic *topics_at(struct topics *topics, uint16_t connector, uint32_t slot)
{
    ENSURE(connector < TOPICS_CONNECTORS_MAX);
    return slot < topics->slots[connector].count ? &topics->slots[connector].entries[slot]->topic
                                                 : NULL;
}

struct topic *topics_find(struct topics *topics, struct slice name)
{
    uint32_t place;
    return map_get(topics->names, name, &place) ? &topics->all[place]->topic : NULL;
}

static bool keep_last(struct topic *topic, const struct event *event)
{
    size_t size = event_size(topic->kind, 0);
    if (topic->last == NULL)
        topic->last = aligned_alloc(16, size);
    if (topic->last == NULL)
        return false;
    memcpy((void *)topic->last, event, size);
    topic->last->size = (uint32_t)size;
    return true;
}

static enum topics_verdict worsen(struct topic *topic, struct event *event, enum reason reason)
{
    event->state = TOPIC_RECOVERING;
    event->reason = (uint16_t)reason;
    topic->book_valid = false;
    return TOPICS_RESYNC;
}

/* A book that recovers or is down is not applied to: a snapshot begins it anew. One that is stale
 * or suspect is still whole. What claims to be ok and has no valid book behind it asks for that: it
 * crossed, or something was lost on the way here. */
static enum topics_verdict take_book(struct topics *topics, struct topic *topic,
                                     struct event *event, bool hole)
{
    const struct level *bids = event_bids_of(event), *asks = event_asks_of(event);
    const struct book_change *change = &event->book;
    bool crossed = topic->state == TOPIC_RECOVERING && topic->reason == REASON_CROSSED;
    if (topic->book == NULL)
        topic->book = book_new(topics->book_levels);
    if (topic->book == NULL || event->state > TOPIC_STALE) {
        topic->book_valid = false;
        return TOPICS_PUBLISH;
    }
    if (event->update == UPDATE_SNAPSHOT) {
        book_replace(topic->book, bids, change->bid_count, asks, change->ask_count);
        topic->book_valid = true;
    } else if (!topic->book_valid || hole) {
        topic->book_valid = false;
        return event->state != TOPIC_OK
                   ? TOPICS_PUBLISH
                   : worsen(topic, event, crossed && !hole ? REASON_CROSSED : REASON_LOST);
    } else if (event->update == UPDATE_DELTA) {
        book_apply(topic->book, bids, change->bid_count, asks, change->ask_count);
    }
    return book_crossed(topic->book) ? worsen(topic, event, REASON_CROSSED) : TOPICS_PUBLISH;
}

enum topics_verdict topics_take(struct topics *topics, struct topic *topic, struct event *event,
                                int64_t now_ns)
{
    enum topics_verdict verdict = TOPICS_PUBLISH;
    bool hole = event->seq != topic->seq + 1;
    if (hole && event->seq > topic->seq)
        topic->lost += event->seq - topic->seq - 1;
    if (topic->kind == KIND_BOOK)
        verdict = take_book(topics, topic, event, hole);
    if (event->update != UPDATE_STATE)
        keep_last(topic, event);
    topic->seq = event->seq;
    topic->state = (enum topic_state)event->state;
    topic->reason = (enum reason)event->reason;
    topic->changed_ns = now_ns;
    return verdict;
}

size_t topics_image_max(const struct topic *topic, size_t depth)
{
    size_t levels = 0;
    if (topic->book != NULL) {
        size_t bids = book_bid_count(topic->book), asks = book_ask_count(topic->book);
        levels = (depth != 0 && bids > depth ? depth : bids) +
                 (depth != 0 && asks > depth ? depth : asks);
    }
    return wire_json_max(levels);
}

/* The image is the last event with the topic's state of now: what came after it were state events
 * alone. */
bool topics_image(const struct topic *topic, struct text *text, size_t depth, uint64_t epoch,
                  int64_t now_real_ns)
{
    char room[sizeof(struct event) + 16] __attribute__((aligned(16)));
    struct event *event = (struct event *)(void *)room;
    bool shown = topic->last != NULL && (topic->kind != KIND_BOOK || topic->book_valid);
    if (shown)
        memcpy(room, topic->last, topic->last->size);
    else
        event_begin(event, topic->kind);
    event->update = shown ? UPDATE_SNAPSHOT : UPDATE_STATE;
    event->seq = topic->seq;
    event->state = (uint8_t)topic->state;
    event->reason = (uint16_t)topic->reason;
    if (!shown)
        event->ts_received = now_real_ns;
    if (shown && topic->kind == KIND_BOOK)
        wire_json_book(text, topic->head, event, topic->book, depth, epoch, now_real_ns);
    else
        wire_json_event(text, topic->head, topic->words, event, epoch, now_real_ns);
    return shown;
}

struct topic *topics_each(struct topics *topics, size_t *place)
{
    return *place < topics->count ? &topics->all[(*place)++]->topic : NULL;
}

size_t topics_count(const struct topics *topics)
{
    return topics->count;
}
