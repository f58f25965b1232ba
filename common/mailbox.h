/* SPDX-License-Identifier: Apache-2.0 */
/* Mailbox: the one way in which a thread is handed things. Lock-free, bounded, the taker frees.
 * A slot holds the newest of a kind (a desired set); a queue holds each, in order, up to its
 * capacity. Store, then wake the owner by its own means (lws_cancel_service, curl_multi_wakeup);
 * the owner drains before it sleeps. Any thread may put and push; one thread takes and pops. */
#ifndef TICKGATE_COMMON_MAILBOX_H
#define TICKGATE_COMMON_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct mailbox_slot {
    void *_Atomic item;
};

/* Puts `item`; returns the one that was never taken (the caller frees it), or NULL. */
static inline void *mailbox_put(struct mailbox_slot *slot, void *item)
{
    return atomic_exchange_explicit(&slot->item, item, memory_order_acq_rel);
}

/* What was put last, now the caller's; NULL if there is none. */
static inline void *mailbox_take(struct mailbox_slot *slot)
{
    return atomic_exchange_explicit(&slot->item, NULL, memory_order_acq_rel);
}

struct mailbox_queue;

/* capacity is rounded up to a power of two, at least 4. NULL when memory is out. */
struct mailbox_queue *mailbox_queue_new(size_t capacity);
/* The queue must be empty: its owner has popped and freed what was in it. */
void mailbox_queue_destroy(struct mailbox_queue **queue);

/* False when full: the item stays the caller's. `item` is not NULL, which is what pop says when
 * there is nothing. */
bool mailbox_push(struct mailbox_queue *queue, void *item);
void *mailbox_pop(struct mailbox_queue *queue);

#endif
