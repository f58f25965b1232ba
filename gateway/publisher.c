/* SPDX-License-Identifier: Apache-2.0 */
/* Messages come from the manager in blocks, each behind a head that says how long its two frames
 * are. */
#include "gateway/publisher.h"

#include "common/ensure.h"
#include "common/log.h"
#include "common/thread.h"
#include "gateway/channel.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define BLOCK_MAX       (8u * 1024 * 1024) /* a book of 5000 levels a side at its longest fits */
#define SUBSCRIBES_TURN 1000               /* subscriptions read between two blocks at the most */

struct record {
    uint32_t size; /* of the whole, this head included: a multiple of 16; 0 ends the publisher */
    uint32_t topic_len;
    uint32_t body_len;
    uint32_t unused;
};

struct publisher {
    void *context;
    struct config_feed config;
    struct channel *channel;
    struct channel_end *end;
    struct thread thread;
    void *feed; /* the publisher thread's, once it runs */
    bool stopped;
    /* the manager's */
    struct record *open;
    size_t open_size;
    struct text body;
    uint64_t batch;
    _Atomic uint64_t messages, bytes, dropped, subscriptions, subscription_events, rebinds;
};

static void bump(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

/* Settings: reliability.md 4.2, measured there. VERBOSER, so that every subscribe and unsubscribe
 * is seen and counted. */
static void *open_feed(void *context, const struct config_feed *config, char *error,
                       size_t error_max)
{
    const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_SNDHWM, (int)config->hwm},
                    {ZMQ_SNDBUF, 131072},
                    {ZMQ_HANDSHAKE_IVL, 5000},
                    {ZMQ_HEARTBEAT_IVL, 1000},
                    {ZMQ_HEARTBEAT_TIMEOUT, 3000},
                    {ZMQ_HEARTBEAT_TTL, 3000},
                    {ZMQ_LINGER, 0},
                    {ZMQ_BACKLOG, 64},
                    {ZMQ_XPUB_VERBOSER, 1}};
    int64_t message_max = 256;
    void *feed = zmq_socket(context, ZMQ_XPUB);
    for (size_t i = 0; feed != NULL && i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(feed, settings[i].option, &settings[i].value, sizeof settings[i].value);
    if (feed != NULL)
        zmq_setsockopt(feed, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
    for (uint32_t i = 0; feed != NULL && i < config->endpoint_count; i++) {
        if (zmq_bind(feed, config->endpoints[i]) == 0)
            continue;
        snprintf(error, error_max, "feed.endpoints: %s: %s; stop what uses it or choose another",
                 config->endpoints[i], zmq_strerror(zmq_errno()));
        zmq_close(feed);
        return NULL;
    }
    return feed;
}

/* Too many prefixes make every message dear: their owners are sent away, and those who want little
 * come back. */
static void rebind(struct publisher *publisher)
{
    char error[256] = "";
    log_warn("feed_rebound",
             "more than %u subscriptions: the feed is bound anew, its readers reconnect",
             publisher->config.max_subscriptions);
    zmq_close(publisher->feed);
    publisher->feed = NULL;
    /* The endpoint is free once the closed socket's I/O thread has let go of it. */
    while (publisher->feed == NULL)
        publisher->feed = open_feed(publisher->context, &publisher->config, error, sizeof error);
    atomic_store_explicit(&publisher->subscriptions, 0, memory_order_relaxed);
    bump(&publisher->rebinds, 1);
}

static void read_subscriptions(struct publisher *publisher)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (int i = 0;
         i < SUBSCRIBES_TURN && zmq_msg_recv(&message, publisher->feed, ZMQ_DONTWAIT) >= 0; i++) {
        const char *data = zmq_msg_data(&message);
        uint64_t known = atomic_load_explicit(&publisher->subscriptions, memory_order_relaxed);
        bump(&publisher->subscription_events, 1);
        if (zmq_msg_size(&message) > 0 && data[0] == 1)
            bump(&publisher->subscriptions, 1);
        else if (zmq_msg_size(&message) > 0 && data[0] == 0 && known > 0)
            atomic_store_explicit(&publisher->subscriptions, known - 1, memory_order_relaxed);
    }
    zmq_msg_close(&message);
    if (atomic_load_explicit(&publisher->subscriptions, memory_order_relaxed) >
        publisher->config.max_subscriptions)
        rebind(publisher);
}

static void publish(struct publisher *publisher, const struct channel_block *block)
{
    uint64_t messages = 0, bytes = 0;
    for (size_t at = 0; at < block->len;) {
        const struct record *record = (const struct record *)(const void *)(block->data + at);
        const char *topic = (const char *)(record + 1);
        if (record->size == 0) {
            publisher->stopped = true;
            break;
        }
        zmq_send(publisher->feed, topic, record->topic_len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        zmq_send(publisher->feed, topic + record->topic_len, record->body_len, ZMQ_DONTWAIT);
        messages++;
        bytes += record->topic_len + record->body_len;
        at += record->size;
    }
    bump(&publisher->messages, messages);
    bump(&publisher->bytes, bytes);
}

static void run(void *argument)
{
    struct publisher *publisher = argument;
    while (!publisher->stopped) {
        struct channel_block block;
        zmq_pollitem_t items[] = {
            {.socket = channel_socket(publisher->channel), .events = ZMQ_POLLIN},
            {.socket = publisher->feed, .events = ZMQ_POLLIN}};
        zmq_poll(items, 2, -1);
        read_subscriptions(publisher);
        while (!publisher->stopped && channel_receive(publisher->channel, &block)) {
            publish(publisher, &block);
            channel_free(&block);
        }
    }
    /* The last words (closed, down) get a moment to leave. */
    int linger_ms = 500;
    zmq_setsockopt(publisher->feed, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_close(publisher->feed);
    publisher->feed = NULL;
}

struct publisher *publisher_new(void *zmq_context, const struct config_feed *config, char *error,
                                size_t error_max)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);
    snprintf(error, error_max, "the feed cannot be made: out of memory or of sockets");
    if (publisher == NULL)
        return NULL;
    publisher->context = zmq_context;
    publisher->config = *config;
    publisher->channel = channel_new(zmq_context, "publisher");
    publisher->end = publisher->channel != NULL
                         ? channel_end_new(publisher->channel, BLOCK_MAX, config->queue_max)
                         : NULL;
    publisher->feed =
        publisher->end != NULL ? open_feed(zmq_context, config, error, error_max) : NULL;
    if (publisher->feed == NULL || !thread_start(&publisher->thread, "publisher", run, publisher))
        publisher_destroy(&publisher);
    return publisher;
}

/* The end goes the way of all messages, so that what was handed over before is sent before it. */
static void send_end(struct publisher *publisher)
{
    bool sent = false;
    publisher_flush(publisher);
    while (!sent) {
        struct record *record = channel_reserve(publisher->end, sizeof *record);
        if (record != NULL) {
            *record = (struct record){0};
            sent = channel_flush(publisher->end);
        }
    }
}

void publisher_destroy(struct publisher **publisher)
{
    if (*publisher == NULL)
        return;
    if ((*publisher)->thread.running)
        send_end(*publisher);
    thread_join(&(*publisher)->thread);
    if ((*publisher)->feed != NULL)
        zmq_close((*publisher)->feed);
    channel_end_destroy((*publisher)->channel, &(*publisher)->end);
    channel_destroy(&(*publisher)->channel);
    free(*publisher);
    *publisher = NULL;
}

static size_t record_size(size_t topic_len, size_t body_len)
{
    return (sizeof(struct record) + topic_len + body_len + 15) / 16 * 16;
}

struct text *publisher_begin(struct publisher *publisher, struct slice topic, size_t body_max)
{
    ENSURE(publisher->open == NULL);
    publisher->open_size = record_size(topic.len, body_max);
    publisher->open = channel_reserve(publisher->end, publisher->open_size);
    if (publisher->open == NULL) {
        bump(&publisher->dropped, publisher->batch + 1);
        publisher->batch = 0;
        return NULL;
    }
    char *frames = (char *)(publisher->open + 1);
    memcpy(frames, topic.data, topic.len);
    *publisher->open = (struct record){.topic_len = (uint32_t)topic.len};
    publisher->body = text_over(frames + topic.len, body_max);
    return &publisher->body;
}

void publisher_end(struct publisher *publisher)
{
    struct record *record = publisher->open;
    ENSURE(record != NULL && !publisher->body.overflow);
    record->body_len = (uint32_t)publisher->body.len;
    record->size = (uint32_t)record_size(record->topic_len, record->body_len);
    channel_give_back(publisher->end, publisher->open_size - record->size);
    publisher->open = NULL;
    publisher->batch++;
}

bool publisher_flush(struct publisher *publisher)
{
    uint64_t batch = publisher->batch;
    publisher->batch = 0;
    if (channel_flush(publisher->end))
        return true;
    bump(&publisher->dropped, batch);
    return false;
}

void publisher_stats(const struct publisher *publisher, struct publisher_stats *stats)
{
    *stats = (struct publisher_stats){.messages = atomic_load(&publisher->messages),
                                      .bytes = atomic_load(&publisher->bytes),
                                      .dropped = atomic_load(&publisher->dropped),
                                      .subscriptions = atomic_load(&publisher->subscriptions),
                                      .subscription_events =
                                          atomic_load(&publisher->subscription_events),
                                      .rebinds = atomic_load(&publisher->rebinds)};
}

bool publisher_wanted(const struct publisher *publisher)
{
    return atomic_load_explicit(&publisher->subscriptions, memory_order_relaxed) > 0;
}
