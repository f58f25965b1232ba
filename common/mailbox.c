/* SPDX-License-Identifier: Apache-2.0 */
/* A ring whose cells carry the turn in which they may be written or read, so that producers never
 * wait for one another and the taker sees an item only when it is whole. */
#include "common/mailbox.h"

#include "common/ensure.h"

#include <stdint.h>
#include <stdlib.h>

#define CACHE_LINE   64
#define CAPACITY_MAX (SIZE_MAX / 256)

struct cell {
    atomic_size_t turn; /* position: free for the producer of position; position + 1: full */
    void *item;
};

/* Producers, the taker and what nobody writes each have a cache line of their own. */
struct mailbox_queue {
    _Alignas(CACHE_LINE) atomic_size_t head; /* next position to write */
    _Alignas(CACHE_LINE) size_t tail;        /* next to read: the taker's alone */
    _Alignas(CACHE_LINE) size_t mask;
    struct cell cells[];
};

struct mailbox_queue *mailbox_queue_new(size_t capacity)
{
    ENSURE(capacity <= CAPACITY_MAX);
    size_t size = 4; /* with its cells a whole number of cache lines, as aligned_alloc wants it */
    while (size < capacity)
        size *= 2;
    struct mailbox_queue *queue =
        aligned_alloc(CACHE_LINE, sizeof *queue + size * sizeof queue->cells[0]);
    if (queue == NULL)
        return NULL;
    atomic_init(&queue->head, 0);
    queue->tail = 0;
    queue->mask = size - 1;
    for (size_t i = 0; i < size; i++) {
        atomic_init(&queue->cells[i].turn, i);
        queue->cells[i].item = NULL;
    }
    return queue;
}

void mailbox_queue_destroy(struct mailbox_queue **queue)
{
    if (*queue == NULL)
        return;
    ENSURE(mailbox_pop(*queue) == NULL);
    free(*queue);
    *queue = NULL;
}

bool mailbox_push(struct mailbox_queue *queue, void *item)
{
    ENSURE(item != NULL);
    size_t position = atomic_load_explicit(&queue->head, memory_order_relaxed);
    for (;;) {
        struct cell *cell = &queue->cells[position & queue->mask];
        size_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (turn == position) {
            if (atomic_compare_exchange_weak_explicit(&queue->head, &position, position + 1,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                cell->item = item;
                atomic_store_explicit(&cell->turn, position + 1, memory_order_release);
                return true;
            }
        } else if ((ptrdiff_t)(turn - position) < 0) {
            return false; /* still full from one round ago */
        } else {
            position = atomic_load_explicit(&queue->head, memory_order_relaxed);
        }
    }
}

void *mailbox_pop(struct mailbox_queue *queue)
{
    struct cell *cell = &queue->cells[queue->tail & queue->mask];
    if (atomic_load_explicit(&cell->turn, memory_order_acquire) != queue->tail + 1)
        return NULL;
    void *item = cell->item;
    atomic_store_explicit(&cell->turn, queue->tail + queue->mask + 1, memory_order_release);
    queue->tail++;
    return item;
}
