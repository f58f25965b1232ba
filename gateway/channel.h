/* SPDX-License-Identifier: Apache-2.0 */
/* Channel: blocks of bytes from one or more threads to one, over an inproc PUSH/PULL pair. Sending
 * never blocks; what is under way is bounded in bytes for each sender and dropped beyond, until
 * half of it has been received: a stall is one loss and not a series of them. Both ends stand in
 * one file because ThreadSanitizer, which cannot see into libzmq, is told of the hand-over here. */
#ifndef TICKGATE_GATEWAY_CHANNEL_H
#define TICKGATE_GATEWAY_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel;
struct channel_end;

/* A block as it is received: `data` is aligned to 16. */
struct channel_block {
    char *data;
    size_t len;
    void *owner;
};

/* `name` is that of the inproc endpoint. NULL if it cannot be made. */
struct channel *channel_new(void *zmq_context, const char *name);
/* After all its ends. */
void channel_destroy(struct channel **channel);

/* A sending end, used by one thread at a time: `block_max` bytes a block, `under_way_max` bytes not
 * yet received. */
struct channel_end *channel_end_new(struct channel *channel, size_t block_max,
                                    size_t under_way_max);
void channel_end_destroy(struct channel_end **end);

/* Room for `len` bytes (a multiple of 16) at the end of the open block. NULL if the block has none
 * left (flush it and try again), if memory is out or if `len` is more than a block may hold. */
void *channel_reserve(struct channel_end *end, size_t len);
/* The last `unused` bytes reserved are given back. */
void channel_give_back(struct channel_end *end, size_t unused);
/* Sends the open block. False: it was dropped; or there was nothing to send, and would be no room.
 */
bool channel_flush(struct channel_end *end);

/* The receiving end, for zmq_poll; its descriptor, for poll, which tells of news once: the channel
 * must have been found empty before it is slept on; and one block without waiting, to be freed by
 * channel_free. */
void *channel_socket(struct channel *channel);
int channel_fd(struct channel *channel);
bool channel_receive(struct channel *channel, struct channel_block *block);
void channel_free(struct channel_block *block);

#endif
