/* SPDX-License-Identifier: Apache-2.0 */
/* Intake: the way of a frame from bytes to events: route, parse, continuity, sink. It owns what a
 * connector knows of each topic (number, state, sequence, the quote or mark as known so far, deltas
 * that wait for a snapshot) and knows no socket and no clock: the session hands it frames with
 * their receive time, the replay lines of a file. One owner.
 *
 * Keys. A topic is fed by one or more keys, its *parts*; a key may feed more than one topic (a
 * ticker that is quote and mark, a book whose top is in a quote). Keys are numbered; a key keeps
 * its number while a topic wants it. A topic's state is the worst of its parts and of its own
 * continuity: it is `down` while the session of any of its keys is, `stale` while any of them is
 * overdue or on a session that brings nothing at all; what a part that is down had said of a quote
 * or mark is forgotten, and `stale_parts` of a quote names the parts that are down or stale.
 *
 * States. A topic begins `recovering` (starting; a book: snapshot_pending) and every change of
 * state is an event of its own. Deltas of a book that is not joined and that joins by REST are
 * published as they come, `recovering`, and kept; when the snapshot fits, one event (update:
 * snapshot, ok) carries the snapshot with the kept deltas applied, and deltas go on from there as
 * `ok`. A gap says so at once (`recovering`, gap) and asks for a new snapshot; a stepped stream's
 * deltas are refused (before_snapshot) until the stream itself brings one. A counted stream that
 * skips says `suspect` (gap) and, with the message behind the hole, `ok` again. A quote or mark
 * without its price is `recovering` (no_price_yet). */
#ifndef TICKGATE_CONNECTORS_INTAKE_H
#define TICKGATE_CONNECTORS_INTAKE_H

#include "connectors/desired.h"
#include "connectors/exchange.h"
#include "connectors/intake_keys.h"
#include "proto/sink.h"

struct intake_config {
    uint32_t topics_max; /* highest slot + 1 */
    uint32_t book_depth; /* levels a side that a snapshot is asked for: `depth` claims no more */
    uint32_t book_buffer_max; /* bytes of kept deltas, for each book */
    uint32_t levels_max;      /* of one event */
    uint32_t settle_ms;       /* see intake_settle */
};

/* What the intake asks of its owner from within its own calls; a hook must not call it back. */
struct intake_hooks {
    /* This book needs a snapshot from REST: answer some time with intake_snapshot or
     * intake_snapshot_failed. Not asked again for a slot before it was answered. */
    void (*snapshot)(void *context, uint32_t slot, struct slice exchange_symbol);
    /* This key is to be unsubscribed and subscribed anew, since its stream brings a snapshot only
     * then. Asked once until a snapshot came or the key was down; by intake_add too, for a topic
     * that comes to a key which has brought its snapshot already. */
    void (*renew)(void *context, uint32_t key);
    void *context;
};

/* NULL: memory is out, or the exchange has more streams than EXCHANGE_STREAMS or EXCHANGE_PARTS. */
struct intake *intake_new(const struct exchange *exchange, const struct intake_config *config,
                          const struct intake_hooks *hooks, struct sink *sink);
void intake_destroy(struct intake **intake);

/* Adds a topic (its slot must not be in use), which says `recovering`; or takes a new generation of
 * one: its continuity begins anew. False: slot or keys beyond the capacity. */
bool intake_add(struct intake *intake, const struct want *want, int64_t now_ns);
/* The topic ends: it says `down` (unsubscribed). Its numbering is remembered. */
void intake_remove(struct intake *intake, uint32_t slot, int64_t now_ns);

/* One whole message of a session. Data goes to the sink; the route of a control word is the
 * caller's to act on (route->class tells; a list is walked here). Counts under `session`. */
void intake_frame(struct intake *intake, uint32_t session, struct slice frame, int64_t received_ns,
                  struct route *route);

/* Of two sessions that carry the same streams while one takes over from the other. */
enum intake_side {
    INTAKE_ALONE,
    INTAKE_OLD, /* what the other one has told already is no fault */
    INTAKE_NEW, /* nor here; and data is taken only where it continues what is known, else left to
                   the other, as is whatever has no ids to tell by */
};
void intake_frame_beside(struct intake *intake, uint32_t session, enum intake_side side,
                         struct slice frame, int64_t received_ns, struct route *route);

enum snapshot_result {
    SNAPSHOT_JOINED,
    SNAPSHOT_AHEAD, /* newer than the stream: the join waits for the stream, or for intake_settle */
    SNAPSHOT_TOO_OLD, /* older than the kept deltas, or asked for before the book began anew: it
                         asks again by itself through the hook when told to retry */
    SNAPSHOT_REFUSED, /* not a book: refusal counted */
    SNAPSHOT_UNKNOWN, /* no such topic, or it needs none: joined already, or down */
};
enum snapshot_result intake_snapshot(struct intake *intake, uint32_t slot, struct slice body,
                                     int64_t received_ns);
/* No snapshot came; or, after TOO_OLD or this, try again: the hook is called at once. */
void intake_snapshot_failed(struct intake *intake, uint32_t slot, enum reason reason,
                            int64_t now_ns);
void intake_snapshot_retry(struct intake *intake, uint32_t slot);
/* Asks for the snapshot that a book needs without waiting for a delta, which on a quiet market may
 * be long in coming: to be called once its stream is known to flow. Nothing happens if one is under
 * way, or none is needed. A book that begins anew on a live stream asks by itself. */
void intake_snapshot_ask(struct intake *intake, uint32_t slot);

/* The topic is down for a reason outside the data. */
void intake_topic_down(struct intake *intake, uint32_t slot, enum reason reason, int64_t now_ns);
/* True once the topic had data since it was added or its session came up. */
bool intake_had_data(const struct intake *intake, uint32_t slot);
enum topic_state intake_topic_state(const struct intake *intake, uint32_t slot);

/* Passes the sink's flush on. What the sink dropped (now or since the last flush) is remembered
 * topic by topic; with the next flush that succeeds each says `recovering` (lost_in_gateway) and, a
 * book, begins anew, the others are `ok` with their next message. False: something was dropped, or
 * some topic has still to say so: call it again soon. */
bool intake_flush(struct intake *intake, int64_t now_ns);

/* Joins the books whose snapshot has been ahead of a stream that brought nothing for settle_ms,
 * but for those that are stale: nobody knows what their stream would bring. */
void intake_settle(struct intake *intake, int64_t now_ns);

#define INTAKE_SESSIONS 256 /* for each of which there are totals */
const struct counters *intake_counters(const struct intake *intake, uint32_t session);

#endif
