/* SPDX-License-Identifier: Apache-2.0 */
/* Outbox: what one WebSocket has still to tell the exchange: keys to subscribe and to unsubscribe,
 * in batches, never more messages a second than the exchange takes. Pure: no socket, no clock; the
 * caller brings the time (ns, monotonic). One owner.
 *
 * A key stands in it once, from outbox_add until its unsubscribe has been written. What was not yet
 * said is taken back in silence: a key that is added and removed, or removed and added again,
 * before its turn costs no message. Unsubscribes go first. A refused request is cut in halves until
 * the key that the exchange does not want stands alone: n keys never cost more than 2n - 1
 * requests. */
#ifndef TICKGATE_CONNECTORS_OUTBOX_H
#define TICKGATE_CONNECTORS_OUTBOX_H

#include "connectors/exchange.h"

struct outbox;

/* `keys_max` are wanted at once at most; twice as many are held. NULL when memory is out. */
struct outbox *outbox_new(const struct exchange *exchange, uint32_t keys_max);
void outbox_destroy(struct outbox **outbox);
/* Forgets all keys and requests: a new connection begins. */
void outbox_clear(struct outbox *outbox);

/* A key of a topic is wanted; `alone`: it was refused before and goes in a request of its own.
 * False: it is full. */
bool outbox_add(struct outbox *outbox, uint32_t slot, struct slice key, bool alone);
void outbox_remove(struct outbox *outbox, struct slice key);

/* Until the next message may go: 0 now, INT64_MAX there is none. */
int64_t outbox_wait_ns(struct outbox *outbox, int64_t now_ns);
enum outbox_item {
    OUTBOX_NOTHING, /* there is none, or not yet */
    OUTBOX_PING,
    OUTBOX_REQUEST, /* `message` and its number `request` */
};
/* The next message, which is then counted. `message` has outbox_message_max bytes of room. */
enum outbox_item outbox_next(struct outbox *outbox, int64_t now_ns, struct text *message,
                             uint64_t *request);
size_t outbox_message_max(const struct outbox *outbox);
/* A ping is to go, before all else. */
void outbox_ping(struct outbox *outbox);
/* Counts a message that is gone already: the answer to a ping is not asked for. */
void outbox_pong(struct outbox *outbox, int64_t now_ns);

/* The slots of the keys that stand in a request and wait for its answer, once for each key. */
void outbox_asked(const struct outbox *outbox, uint64_t request,
                  void (*take)(void *context, uint32_t slot), void *context);
/* The exchange's answers. A refusal that names no request (0) is that of the oldest one unanswered;
 * the slot of the key that is refused for good is given to `take`. */
void outbox_accepted(struct outbox *outbox, uint64_t request);
void outbox_refused(struct outbox *outbox, uint64_t request,
                    void (*take)(void *context, uint32_t slot), void *context);

/* Nothing waits to be said, and every subscription has been answered. */
bool outbox_settled(const struct outbox *outbox);

#endif
