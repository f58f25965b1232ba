/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON encoding of events, as docs/WIRE.md and docs/schema say. Times go out in us, numbers as
 * strings of the exchange's own digits, ids as strings. Pure; no allocation. */
#ifndef TICKGATE_PROTO_WIRE_JSON_H
#define TICKGATE_PROTO_WIRE_JSON_H

#include "proto/book.h"
#include "proto/event.h"

/* What the gateway knows of a topic and an event does not say. */
struct wire_topic {
    struct slice exchange;
    struct slice symbol;
    struct slice exchange_symbol;
    struct slice variant; /* a candle's interval; empty for most */
};

#define WIRE_HEAD_MAX 1024

/* Writes what is the same in every event of a topic, up to the first field that changes:
 * '{"kind":..,"exchange":..,"symbol":..,"exchange_symbol":..,'. Made once a topic and kept. */
void wire_json_head(struct text *text, enum kind kind, const struct wire_topic *topic);

/* Writes the whole body: head, then the event. `words` is what the topic's kind needs besides: of a
 * candle its interval; of a quote the names of its parts (at most WIRE_WORDS_MAX bytes), a comma
 * behind each, in the order of the bits of stale_parts; else empty. The text overflows if it does
 * not fit: wire_json_max says what fits always. */
#define WIRE_WORDS_MAX 160
void wire_json_event(struct text *text, struct slice head, struct slice words,
                     const struct event *event, uint64_t epoch, int64_t ts_published);

/* A book's image (update: snapshot) as it stands, of at most `depth` levels a side (0: all). `last`
 * is the book event applied last: its ids, times, state and seq are the image's. */
void wire_json_book(struct text *text, struct slice head, const struct event *last,
                    const struct book *book, size_t depth, uint64_t epoch, int64_t ts_published);

/* Bytes that an event with that many levels needs at most, the head included. */
size_t wire_json_max(size_t levels);

/* Writes the whole body of an event of an account (KIND_ORDER to KIND_ACCOUNT), without its
 * journal_seq; one that is not durable says so instead. */
void wire_json_private(struct text *text, struct slice exchange, struct slice account,
                       const struct event *event, uint64_t epoch, bool durable,
                       int64_t ts_published);

/* Bytes that it needs at most, an account's name of WIRE_NAME_MAX and a journal_seq behind it
 * included. */
#define WIRE_NAME_MAX 64
size_t wire_json_private_max(void);

#endif
