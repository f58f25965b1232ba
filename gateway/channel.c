/* SPDX-License-Identifier: Apache-2.0 */
/* A block carries in its head the counter from which its bytes are taken when it has been received.
 */
#include "gateway/channel.h"

#include "common/ensure.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) /* clang's way of saying it */
#define __SANITIZE_THREAD__ 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define HANDED_OVER(address) __tsan_release(address)
#define TAKEN_OVER(address)  __tsan_acquire(address)
#else
#define HANDED_OVER(address) (void)(address)
#define TAKEN_OVER(address)  (void)(address)
#endif

#define BLOCK_FIRST 4096
#define QUEUE_MAX   65536 /* blocks: the bound in bytes comes first */
#define NAME_MAX    64

/* Outlives whichever side goes first: freed by the last who holds it. */
struct account {
    atomic_size_t under_way;
    atomic_uint holders;
};

/* Stands before the data; its size keeps the data aligned. */
struct head {
    struct account *account;
    size_t unused;
};
_Static_assert(sizeof(struct head) == 16, "data is aligned to 16");

struct channel {
    void *context;
    void *socket;
    char endpoint[NAME_MAX];
};

struct channel_end {
    void *socket;
    struct account *account;
    size_t block_max;
    size_t under_way_max;
    bool full;   /* something was dropped: nothing is sent before half of it has been received */
    char *block; /* head and data; NULL none open */
    size_t len;  /* head included */
    size_t room;
};

static void let_go(struct account *account)
{
    if (atomic_fetch_sub(&account->holders, 1) == 1)
        free(account);
}

struct channel *channel_new(void *zmq_context, const char *name)
{
    int hwm = QUEUE_MAX;
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        return NULL;
    channel->context = zmq_context;
    channel->socket = zmq_socket(zmq_context, ZMQ_PULL);
    snprintf(channel->endpoint, sizeof channel->endpoint, "inproc://%s", name);
    if (channel->socket == NULL ||
        zmq_setsockopt(channel->socket, ZMQ_RCVHWM, &hwm, sizeof hwm) != 0 ||
        zmq_bind(channel->socket, channel->endpoint) != 0)
        channel_destroy(&channel);
    return channel;
}

void channel_destroy(struct channel **channel)
{
    struct channel_block block;
    if (*channel == NULL)
        return;
    while ((*channel)->socket != NULL && channel_receive(*channel, &block))
        channel_free(&block);
    if ((*channel)->socket != NULL)
        zmq_close((*channel)->socket);
    free(*channel);
    *channel = NULL;
}

struct channel_end *channel_end_new(struct channel *channel, size_t block_max, size_t under_way_max)
{
    int hwm = QUEUE_MAX, linger = -1;
    struct channel_end *end = calloc(1, sizeof *end);
    if (end == NULL)
        return NULL;
    end->block_max = block_max;
    end->under_way_max = under_way_max;
    end->account = calloc(1, sizeof *end->account);
    end->socket = zmq_socket(channel->context, ZMQ_PUSH);
    if (end->account == NULL || end->socket == NULL ||
        zmq_setsockopt(end->socket, ZMQ_SNDHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(end->socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(end->socket, channel->endpoint) != 0) {
        if (end->socket != NULL)
            zmq_close(end->socket);
        free(end->account);
        free(end);
        return NULL;
    }
    atomic_init(&end->account->holders, 1);
    return end;
}

void channel_end_destroy(struct channel_end **end)
{
    if (*end == NULL)
        return;
    zmq_close((*end)->socket);
    let_go((*end)->account);
    free((*end)->block);
    free(*end);
    *end = NULL;
}

static bool grow(struct channel_end *end, size_t needed)
{
    size_t room = end->room == 0 ? BLOCK_FIRST : end->room;
    while (room < needed)
        room *= 2;
    char *block = realloc(end->block, room);
    if (block == NULL)
        return false;
    end->block = block;
    end->room = room;
    return true;
}

void *channel_reserve(struct channel_end *end, size_t len)
{
    ENSURE(len % 16 == 0);
    size_t at = end->len > 0 ? end->len : sizeof(struct head);
    if (at + len > end->block_max || (at + len > end->room && !grow(end, at + len)))
        return NULL;
    end->len = at + len;
    return end->block + at;
}

void channel_give_back(struct channel_end *end, size_t unused)
{
    ENSURE(unused + sizeof(struct head) <= end->len);
    end->len -= unused;
}

static void free_block(void *data, void *hint)
{
    struct account *account = ((struct head *)data)->account;
    (void)hint;
    let_go(account);
    free(data);
}

/* A message that libzmq did not take is freed here, through it. */
bool channel_flush(struct channel_end *end)
{
    struct account *account = end->account;
    size_t len = end->len;
    char *block = end->block;
    zmq_msg_t message;
    size_t under_way = atomic_load_explicit(&account->under_way, memory_order_relaxed);
    end->full =
        under_way + len > end->under_way_max || (end->full && under_way > end->under_way_max / 2);
    end->len = 0;
    if (end->full || len <= sizeof(struct head))
        return !end->full;
    *(struct head *)(void *)block = (struct head){.account = account};
    end->block = NULL;
    end->room = 0;
    atomic_fetch_add(&account->holders, 1);
    if (zmq_msg_init_data(&message, block, len, free_block, NULL) != 0) {
        free_block(block, NULL);
        return false;
    }
    atomic_fetch_add_explicit(&account->under_way, len, memory_order_relaxed);
    HANDED_OVER(block);
    if (zmq_msg_send(&message, end->socket, ZMQ_DONTWAIT) >= 0)
        return true;
    atomic_fetch_sub_explicit(&account->under_way, len, memory_order_relaxed);
    zmq_msg_close(&message);
    return false;
}

void *channel_socket(struct channel *channel)
{
    return channel->socket;
}

int channel_fd(struct channel *channel)
{
    int fd = -1;
    size_t size = sizeof fd;
    zmq_getsockopt(channel->socket, ZMQ_FD, &fd, &size);
    return fd;
}

bool channel_receive(struct channel *channel, struct channel_block *block)
{
    zmq_msg_t *message = malloc(sizeof *message);
    ENSURE(message != NULL);
    zmq_msg_init(message);
    if (zmq_msg_recv(message, channel->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(message);
        free(message);
        return false;
    }
    char *data = zmq_msg_data(message);
    size_t len = zmq_msg_size(message);
    TAKEN_OVER(data);
    ENSURE(len > sizeof(struct head));
    atomic_fetch_sub_explicit(&((struct head *)(void *)data)->account->under_way, len,
                              memory_order_relaxed);
    *block = (struct channel_block){data + sizeof(struct head), len - sizeof(struct head), message};
    return true;
}

void channel_free(struct channel_block *block)
{
    zmq_msg_close(block->owner);
    free(block->owner);
    *block = (struct channel_block){0};
}
