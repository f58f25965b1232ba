/* SPDX-License-Identifier: Apache-2.0 */
/* Outbox: what one WebSocket has still to tell the exchange: its greeting, pings, keys to subscribe
 * and to unsubscribe, never more messages in a second and in a minute than the exchange takes.
 * Pure: no socket, no clock; the caller brings the time (ns, monotonic). One owner.
 *
 * A key stands in it once, under a number of the caller's, from outbox_add until its unsubscribe
 * has been written. What was not yet said is taken back in silence: a key that is added and
 * removed, or removed and added again, before its turn costs no message.
 *
 * SUBSCRIBE_CHANGES: keys go in batches, unsubscribes first. Of a request that is refused the key
 * that is to blame is set aside, and the others are asked for again; where the exchange does not
 * say which it is, the request is cut in halves until it stands alone: n keys never cost more than
 * 2n - 1 requests. SUBSCRIBE_WHOLE: whatever changes, one request with all that is wanted goes, no
 * sooner than OUTBOX_WHOLE_NS after the one before, and its keys are held from then on, since
 * nothing is answered. Nothing at all wanted cannot be said: the session is to be closed. */
#ifndef TICKGATE_CONNECTORS_OUTBOX_H
#define TICKGATE_CONNECTORS_OUTBOX_H

#include "common/clock.h"
#include "connectors/exchange.h"

#define OUTBOX_ANSWER_NS                                                                           \
    (5 * NS_PER_SECOND) /* an answer that was not there by then never comes                        \
                         */
#define OUTBOX_WHOLE_NS (1250 * NS_PER_MS)

struct outbox;

/* How a session speaks to its exchange. */
struct outbox_config {
    enum subscribe_manner manner;
    uint32_t keys_max; /* are wanted at once at most; twice as many are held. 0: there are none */
    uint32_t streams_per_request;
    uint32_t messages_per_second;
    uint32_t messages_per_minute; /* 0 no such limit */
    uint32_t said_max;            /* bytes of a text of outbox_say; 0: there is none */
    struct slice greeting, ping;  /* as struct exchange has them */
    void (*write_request)(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request);
};
/* As a public session speaks. */
struct outbox_config outbox_config_of(const struct exchange *exchange, uint32_t keys_max);

/* `config` outlives it. NULL when memory is out. */
struct outbox *outbox_new(const struct outbox_config *config);
void outbox_destroy(struct outbox **outbox);
/* Forgets all keys and requests: a new connection begins, with the exchange's greeting if it wants
 * one. */
void outbox_clear(struct outbox *outbox);

/* A key is wanted; `alone`: it was refused before and goes in a request of its own. False: it is
 * full. */
bool outbox_add(struct outbox *outbox, uint32_t key, struct slice text, bool alone);
void outbox_remove(struct outbox *outbox, uint32_t key);
/* A key that is subscribed is to be unsubscribed and, when that is answered, subscribed again (a
 * whole set: is asked for once more). Nothing happens to one that is not. */
void outbox_renew(struct outbox *outbox, uint32_t key);

/* A text of the owner's (a login) goes before all else but the greeting; it is wiped here when it
 * has been written or forgotten. False: one still waits, or it is too long. */
bool outbox_say(struct outbox *outbox, struct slice text);

/* Until the next message may go: 0 now, INT64_MAX there is none. */
int64_t outbox_wait_ns(struct outbox *outbox, int64_t now_ns);
enum outbox_item {
    OUTBOX_NOTHING, /* there is none, or not yet */
    OUTBOX_PING,    /* a WebSocket ping */
    OUTBOX_TEXT,    /* `message`: the greeting, or the exchange's own ping */
    OUTBOX_SAID,    /* `message`: the owner's text, to be wiped when it is gone */
    OUTBOX_REQUEST, /* `message` and its number `request` */
};
/* The next message, which is then counted. `message` has outbox_message_max bytes of room. */
enum outbox_item outbox_next(struct outbox *outbox, int64_t now_ns, struct text *message,
                             uint64_t *request);
size_t outbox_message_max(const struct outbox *outbox);
/* A ping is to go, before all keys. */
void outbox_ping(struct outbox *outbox);
/* Counts a message that is gone already: the answer to a ping is not asked for. */
void outbox_pong(struct outbox *outbox, int64_t now_ns);

/* The keys that a request has subscribed to and that are still wanted; they wait for its answer if
 * there will be one. */
void outbox_asked(const struct outbox *outbox, uint64_t request,
                  void (*take)(void *context, uint32_t key), void *context);
/* The exchange's answers. A refusal that names no request (0) is that of the oldest one unanswered;
 * a key that is refused for good is given to `take`. */
void outbox_accepted(struct outbox *outbox, uint64_t request);
void outbox_refused(struct outbox *outbox, const struct route *route,
                    void (*take)(void *context, uint32_t key), void *context);

/* Nothing waits to be said, and every subscription has been answered. */
bool outbox_settled(const struct outbox *outbox);

#endif
