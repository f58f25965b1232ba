/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: each stream that somebody has subscribed at some time, and to whom it goes. What may
 * happen next is drawn from those that somebody listens to. One owner. */
#ifndef TICKGATE_TESTS_SIM_STREAMS_H
#define TICKGATE_TESTS_SIM_STREAMS_H

#include "common/map.h"
#include "connectors/dialect.h"
#include "tests/sim/bar.h"
#include "tests/sim/best.h"
#include "tests/sim/buffer.h"
#include "tests/sim/picker.h"

#define STREAMS_EACH_MAX 40 /* of one instrument */

struct session;

/* What happens; each is shown on streams of its own. The top, where it is a one-level book, is a
 * quote. */
enum group { GROUP_TRADE, GROUP_BOOK, GROUP_QUOTE, GROUP_LIQUIDATION, GROUP_MARK, GROUPS };

struct stream {
    struct dialect_stream what;
    uint32_t instrument;
    enum group group;
    char key[DIALECT_KEY_MAX];
    uint32_t key_len;
    struct buffer head; /* what wraps a payload, up to it */
    struct session **subscribers;
    uint32_t count, room;
    struct bar bar;              /* of a candle */
    bool begun;                  /* the bar */
    uint32_t seconds;            /* turns of the clock */
    uint64_t number;             /* of messages that said something new; of a candle the trades that
                                    the last one knew */
    struct best best;            /* of what shows some levels, and only when they change */
    struct dialect_event *shown; /* the last one, of what shows only what changed; or NULL */
    int64_t sent_ns;             /* the last message, monotonic */
    struct buffer last;          /* payload, of what says the same again on its grid */
    bool listed;                 /* stands in the venue's list of those that wait for a point */
    enum due { DUE_NOTHING, DUE_AGAIN, DUE_NEW } due; /* what it may say then */
    int64_t due_ns;
    struct stream *next_due;
    uint64_t mark;       /* of the request that names it */
    struct buffer held;  /* a message that the next one overtakes (fault swap) */
    struct stream *next; /* of the same instrument and group */
};

struct streams {
    struct map *by_key; /* -> index of `rows` */
    struct stream **rows;
    uint32_t row_count, row_room;
    uint32_t instruments, active;
    uint32_t live;          /* streams with subscribers */
    struct stream **heads;  /* [instrument * GROUPS + group] */
    uint32_t *live_groups;  /* the same, streams with subscribers; */
    uint32_t *live_books;   /* [instrument] those that show its book, */
    uint32_t *live_changes; /* and each change of it */
    bool repeats;           /* one of them says the same again when it is quiet */
    double *weights;        /* [instrument] popularity */
    struct picker pickers[GROUPS];
    bool stale; /* the pickers */
};

/* The first `active` instruments may be drawn; popularity falls with the number, to the power of
 * zipf / 100. NULL when memory is out. */
struct streams *streams_new(uint32_t instruments, uint32_t active, uint64_t zipf);
void streams_destroy(struct streams **streams);

struct stream *streams_find(const struct streams *streams, struct slice key);
/* Adds one; NULL when there is no room. `wrap` of the dialect goes into its head. */
struct stream *streams_add(struct streams *streams, struct slice key,
                           const struct dialect_stream *what, uint32_t instrument,
                           const struct dialect *dialect);

/* False when memory is out. A session has a stream once. */
bool streams_subscribe(struct streams *streams, struct stream *stream, struct session *session);
void streams_unsubscribe(struct streams *streams, struct stream *stream, struct session *session);

static inline struct stream *streams_first(const struct streams *streams, uint32_t instrument,
                                           enum group group)
{
    return streams->heads[instrument * GROUPS + group];
}

/* True if somebody sees this book. */
static inline bool streams_shows_book(const struct streams *streams, uint32_t instrument)
{
    return streams->live_books[instrument] > 0;
}

/* True if somebody sees each change of this book. */
static inline bool streams_shows_changes(const struct streams *streams, uint32_t instrument)
{
    return streams->live_changes[instrument] > 0;
}

/* Draws the instrument to which something of this group happens; false if nobody listens. */
bool streams_draw(struct streams *streams, enum group group, struct random *random,
                  uint32_t *instrument);

#endif
