/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: the last-value table, one slot a topic, never expiring while the topic lives: name,
 * state, epoch's seq, the last event, and a book where the topic is one. Slots are numbered by
 * (connector, slot) as events carry them. It checks what only whoever holds the book can check: a
 * book that crosses is not `ok`. */
#ifndef TICKGATE_GATEWAY_TOPICS_H
#define TICKGATE_GATEWAY_TOPICS_H

#include "proto/book.h"
#include "proto/event.h"

#define TOPICS_CONNECTORS_MAX 256

struct topics;

struct topic {
    char name[204]; /* "trade.binance.BTC-USDT." */
    uint8_t name_len;
    uint16_t connector;
    uint32_t slot;
    enum kind kind;
    enum topic_state state;
    enum reason reason;
    uint64_t seq;                                            /* of the last event; 0 none yet */
    int64_t changed_ns;                                      /* monotonic: of the last event */
    struct slice head;                                       /* of its JSON, made once */
    struct slice exchange, symbol, exchange_symbol, variant; /* owned by the table */
    struct slice words; /* see wire_json_event: the variant, or what topics_name_parts was given */
    struct event *last; /* last event with data of its kind (a quote, trade, candle; a book's ids);
                           NULL none yet */
    struct book *book;  /* KIND_BOOK */
    bool book_valid;    /* a snapshot came, and everything since */
    uint64_t lost;      /* events that never arrived: holes in seq */
};

enum topics_verdict {
    TOPICS_PUBLISH,
    TOPICS_RESYNC, /* publish (its state has been changed to recovering) and have the connector
                      begin the book anew */
};

/* `topics_max` for each connector, `book_levels` kept a side. */
struct topics *topics_new(uint32_t topics_max, uint32_t book_levels);
void topics_destroy(struct topics **topics);

/* A new topic of a connector, with the next free slot; an existing one with the same name comes
 * back as it is, so that its numbering goes on. NULL when full or the name is too long. */
struct topic *topics_add(struct topics *topics, uint16_t connector, enum kind kind,
                         struct slice exchange, struct slice symbol, struct slice exchange_symbol,
                         struct slice variant);
/* What the parts of a quote's topic are called; outlives the topic. */
void topics_name_parts(struct topic *topic, struct slice parts);
struct topic *topics_at(struct topics *topics, uint16_t connector,
                        uint32_t slot); /* NULL: no such slot */
struct topic *topics_find(struct topics *topics, struct slice name);

/* Takes an event into the table before it is published: numbers, state, last value, book. Counts
 * holes. May change the event's state and reason for the worse (a delta to a book that is not
 * valid, a crossed book). */
enum topics_verdict topics_take(struct topics *topics, struct topic *topic, struct event *event,
                                int64_t now_ns);

/* Writes the image of a topic (update: snapshot, seq of the last event, `depth` levels a side of a
 * book, 0 all). False if there is nothing to show yet but its state, which is then what is written
 * (update: state). */
bool topics_image(const struct topic *topic, struct text *text, size_t depth, uint64_t epoch,
                  int64_t now_real_ns);
size_t topics_image_max(const struct topic *topic, size_t depth);

/* Walks all topics, in order of their making: start with *place 0; NULL at the end. */
struct topic *topics_each(struct topics *topics, size_t *place);
size_t topics_count(const struct topics *topics);

#endif
