/* SPDX-License-Identifier: Apache-2.0 */
/* Messages come from the manager in blocks, each behind a head that says how long its two frames
 * are. The feed has a ZeroMQ context of its own: ending that is the surest way to know that a
 * closed socket has let go of its endpoints, which a new one may then have. Behind a gate it lives
 * in the gate's context, where ZAP is answered, and endpoints_unbind has to do. */
#include "gateway/publisher.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "common/mailbox.h"
#include "common/thread.h"
#include "gateway/channel.h"
#include "gateway/endpoints.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#define BLOCK_MAX       (8u * 1024 * 1024) /* a book of 20000 levels a side at its longest fits */
#define SUBSCRIBES_TURN 1000               /* subscriptions read between two blocks at the most */
#define PREFIX_MAX      256                /* bytes of what a subscriber may send at once */
#define BIND_AGAIN_MS   100                /* after a bind failed */
#define END_AGAIN_MS    1                  /* after the last block found the queue full */
#define LINGER_MS       500                /* for the last words (closed, down) to leave */
#define TRIM_AFTER      20000              /* prefixes that are gone */
#define TELL_MS         50                 /* between two sets of readers at the least */

_Static_assert(2 * BLOCK_MAX <= CONFIG_FEED_QUEUE_MIN, "no queue is too small for a block");

struct record {
    uint32_t size; /* of the whole, this head included: a multiple of 16; 0 ends the publisher */
    uint32_t topic_len; /* 0: no message, it only wakes */
    uint32_t body_len;
    uint32_t unused;
};

struct publisher {
    struct config_feed config;
    const struct gate *gate; /* NULL: none */
    void *gate_context;
    struct channel *channel;
    struct channel_end *end;
    struct thread thread;
    /* the publisher thread's, once it runs */
    void *context;
    void *feed;         /* NULL while it cannot be bound */
    int64_t reopen_ns;  /* then it is tried again */
    uint64_t published; /* blocks */
    uint32_t gone;      /* prefixes, since their memory was given back */
    bool stopped;
    struct readers *readers; /* NULL: nobody asks for them */
    int64_t sweep_ns;        /* when readers that are gone are looked for */
    int64_t told_ns;         /* when the manager was told of readers last */
    /* between it and the manager */
    atomic_bool rebind_wanted;
    struct mailbox_slot read; /* struct readers_set */
    int read_fd;
    /* the manager's */
    struct record *open;
    size_t open_size;
    struct text body;
    uint64_t batch;
    uint64_t handed_over;     /* blocks */
    _Atomic uint64_t settled; /* blocks behind which the subscriptions were counted */
    _Atomic uint64_t messages, bytes, dropped, subscriptions, subscription_events, rebinds;
    _Atomic uint64_t readers_dropped;
};

static void bump(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

/* Without a gate it returns when the endpoints are free. */
static void close_feed(struct publisher *publisher)
{
    if (publisher->feed != NULL)
        zmq_close(publisher->feed);
    while (publisher->context != NULL && publisher->gate == NULL &&
           zmq_ctx_term(publisher->context) != 0)
        continue;
    publisher->feed = publisher->context = NULL;
}

/* A small SNDHWM loses messages for healthy readers: one wake-up brings hundreds, a pause of 100 ms
 * thousands. VERBOSER, so that every subscribe and unsubscribe is seen and counted. */
static void set_options(void *feed, const struct config_feed *config, int64_t message_max)
{
    const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_SNDHWM, (int)config->hwm},
                    {ZMQ_SNDBUF, 131072},
                    {ZMQ_HANDSHAKE_IVL, 5000},
                    {ZMQ_LINGER, 0},
                    {ZMQ_BACKLOG, 64},
                    {ZMQ_XPUB_VERBOSER, 1}};
    endpoints_watch_peers(feed);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(feed, settings[i].option, &settings[i].value, sizeof settings[i].value);
    zmq_setsockopt(feed, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
}

static bool open_feed(struct publisher *publisher, char *error, size_t error_max)
{
    const struct gate *gate = publisher->gate;
    struct config_feed *config = &publisher->config;
    publisher->context = gate != NULL ? publisher->gate_context : zmq_ctx_new();
    if (publisher->context != NULL)
        publisher->feed = zmq_socket(publisher->context, ZMQ_XPUB);
    if (publisher->feed != NULL) {
        set_options(publisher->feed, config, gate != NULL ? GATE_MESSAGE_MIN : PREFIX_MAX);
        if ((gate == NULL || gate_secure(gate, publisher->feed, GATE_FEED)) &&
            endpoints_bind(publisher->feed, config->endpoints, config->endpoint_count,
                           "feed.endpoints", error, error_max))
            return true;
    }
    close_feed(publisher);
    return false;
}

static void reopen(struct publisher *publisher)
{
    char error[256] = "out of memory or of sockets";
    publisher->reopen_ns = clock_monotonic_ns() + BIND_AGAIN_MS * NS_PER_MS;
    if (!open_feed(publisher, error, sizeof error))
        log_error("feed_unbound", "%s", error);
}

/* All readers are sent away, and those who may and want little come back. */
static void rebind(struct publisher *publisher)
{
    if (publisher->gate != NULL && publisher->feed != NULL)
        endpoints_unbind(publisher->context, publisher->feed, publisher->config.endpoints,
                         publisher->config.endpoint_count);
    close_feed(publisher);
    if (publisher->readers != NULL)
        readers_clear(publisher->readers);
    reopen(publisher);
    atomic_store_explicit(&publisher->subscriptions, 0, memory_order_relaxed);
    bump(&publisher->rebinds, 1);
}

/* What libzmq frees of prefixes that are gone lies in pieces, and stays with the process unless it
 * is asked for: whoever comes again and again would grow it without end (measured: 1.6 MiB for
 * each 20 000 prefixes). */
static void give_back(struct publisher *publisher)
{
    if (++publisher->gone < TRIM_AFTER)
        return;
    publisher->gone = 0;
    malloc_trim(0);
}

static void take_subscription(struct publisher *publisher, zmq_msg_t *message)
{
    const char *data = zmq_msg_data(message);
    size_t len = zmq_msg_size(message);
    uint64_t known = atomic_load_explicit(&publisher->subscriptions, memory_order_relaxed);
    bump(&publisher->subscription_events, 1);
    if (len == 0 || (data[0] != 0 && data[0] != 1))
        return;
    if (data[0] == 1)
        bump(&publisher->subscriptions, 1);
    else if (known > 0)
        atomic_store_explicit(&publisher->subscriptions, known - 1, memory_order_relaxed);
    if (data[0] == 0)
        give_back(publisher);
    if (publisher->readers != NULL)
        readers_take(publisher->readers, data[0] == 1, (struct slice){data + 1, len - 1},
                     zmq_msg_get(message, ZMQ_SRCFD), clock_monotonic_ns());
}

/* True: all that came were counted. */
static bool read_subscriptions(struct publisher *publisher)
{
    zmq_msg_t message;
    int count = 0;
    zmq_msg_init(&message);
    for (; count < SUBSCRIBES_TURN && zmq_msg_recv(&message, publisher->feed, ZMQ_DONTWAIT) >= 0;
         count++)
        take_subscription(publisher, &message);
    zmq_msg_close(&message);
    /* Too many prefixes make every message dear. */
    if (atomic_load_explicit(&publisher->subscriptions, memory_order_relaxed) >
        publisher->config.max_subscriptions) {
        log_warn("feed_rebound",
                 "more than %u subscriptions: the feed is bound anew, its readers reconnect",
                 publisher->config.max_subscriptions);
        rebind(publisher);
    }
    return count < SUBSCRIBES_TURN;
}

/* Looks for readers that are gone, and hands the manager the set if it changed; returns the ms
 * until there may be more to do, -1: only what comes can change it. */
static int look_after_readers(struct publisher *publisher)
{
    if (publisher->readers == NULL)
        return -1;
    int64_t now_ns = clock_monotonic_ns();
    if (now_ns >= publisher->sweep_ns) {
        readers_sweep(publisher->readers, now_ns);
        publisher->sweep_ns = now_ns + READERS_SWEEP_MS * NS_PER_MS;
    }
    if (now_ns - publisher->told_ns < TELL_MS * NS_PER_MS)
        return TELL_MS;
    struct readers_set *set = readers_changed(publisher->readers);
    atomic_store_explicit(&publisher->readers_dropped, readers_dropped(publisher->readers),
                          memory_order_relaxed);
    if (set != NULL) {
        publisher->told_ns = now_ns;
        free(mailbox_put(&publisher->read, set));
        eventfd_write(publisher->read_fd, 1);
    }
    return set != NULL ? TELL_MS : readers_any(publisher->readers) ? READERS_SWEEP_MS : -1;
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
        at += record->size;
        if (publisher->feed == NULL || record->topic_len == 0)
            continue;
        zmq_send(publisher->feed, topic, record->topic_len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        zmq_send(publisher->feed, topic + record->topic_len, record->body_len, ZMQ_DONTWAIT);
        messages++;
        bytes += record->topic_len + record->body_len;
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
        bool bound = publisher->feed != NULL;
        int wait_ms = look_after_readers(publisher);
        zmq_poll(items, bound ? 2 : 1, bound ? wait_ms : BIND_AGAIN_MS);
        while (!publisher->stopped && channel_receive(publisher->channel, &block)) {
            publish(publisher, &block);
            publisher->published++;
            channel_free(&block);
        }
        if (atomic_exchange(&publisher->rebind_wanted, false)) {
            rebind(publisher);
            bound = false;
        }
        if (!bound && publisher->feed == NULL && clock_monotonic_ns() >= publisher->reopen_ns)
            reopen(publisher);
        if (!bound || read_subscriptions(publisher))
            atomic_store_explicit(&publisher->settled, publisher->published, memory_order_release);
    }
    int linger_ms = LINGER_MS;
    if (publisher->feed != NULL)
        zmq_setsockopt(publisher->feed, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    close_feed(publisher);
}

struct publisher *publisher_new(void *zmq_context, const struct config_feed *config,
                                const struct gate *gate, char *error, size_t error_max)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);
    snprintf(error, error_max, "the feed cannot be made: out of memory or of sockets");
    if (publisher == NULL)
        return NULL;
    publisher->config = *config;
    publisher->gate = gate;
    publisher->gate_context = zmq_context;
    publisher->read_fd = -1;
    if (config->readers_max > 0) {
        publisher->readers = readers_new(config->readers_max);
        publisher->read_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    publisher->channel = channel_new(zmq_context, "publisher");
    publisher->end = publisher->channel != NULL
                         ? channel_end_new(publisher->channel, BLOCK_MAX, config->queue_max)
                         : NULL;
    if (publisher->end == NULL || (config->readers_max > 0 && publisher->readers == NULL) ||
        !open_feed(publisher, error, error_max) ||
        !thread_start(&publisher->thread, "publisher", run, publisher))
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
        if (!sent)
            zmq_poll(NULL, 0, END_AGAIN_MS);
    }
}

void publisher_destroy(struct publisher **publisher)
{
    if (*publisher == NULL)
        return;
    if ((*publisher)->thread.running)
        send_end(*publisher);
    thread_join(&(*publisher)->thread);
    close_feed(*publisher);
    channel_end_destroy(&(*publisher)->end);
    channel_destroy(&(*publisher)->channel);
    readers_destroy(&(*publisher)->readers);
    free(mailbox_take(&(*publisher)->read));
    if ((*publisher)->read_fd >= 0)
        close((*publisher)->read_fd);
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
        publisher_flush(publisher);
        publisher->open = channel_reserve(publisher->end, publisher->open_size);
    }
    if (publisher->open == NULL) {
        bump(&publisher->dropped, 1);
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
    if (channel_flush(publisher->end)) {
        publisher->handed_over += batch > 0;
        return true;
    }
    bump(&publisher->dropped, batch);
    return false;
}

/* Where the queue is full the thread is awake and comes to it behind what it has. */
void publisher_rebind(struct publisher *publisher)
{
    publisher_flush(publisher);
    atomic_store(&publisher->rebind_wanted, true);
    struct record *record = channel_reserve(publisher->end, sizeof *record);
    if (record == NULL)
        return;
    *record = (struct record){.size = sizeof *record};
    publisher->batch++;
    publisher_flush(publisher);
}

void publisher_stats(const struct publisher *publisher, struct publisher_stats *stats)
{
    *stats = (struct publisher_stats){.messages = atomic_load(&publisher->messages),
                                      .bytes = atomic_load(&publisher->bytes),
                                      .dropped = atomic_load(&publisher->dropped),
                                      .subscriptions = atomic_load(&publisher->subscriptions),
                                      .subscription_events =
                                          atomic_load(&publisher->subscription_events),
                                      .rebinds = atomic_load(&publisher->rebinds),
                                      .readers_dropped = atomic_load(&publisher->readers_dropped)};
}

int publisher_readers_fd(const struct publisher *publisher)
{
    return publisher->read_fd;
}

struct readers_set *publisher_take_readers(struct publisher *publisher)
{
    eventfd_t told;
    if (publisher->read_fd >= 0)
        eventfd_read(publisher->read_fd, &told);
    return mailbox_take(&publisher->read);
}

/* Whoever got a message is counted when its block is settled. Whether the last subscriber left can
 * not be known: libzmq passes on every unsubscription, also of what nobody had, and a client that
 * makes them up must not silence the feed for the others. */
bool publisher_wanted(const struct publisher *publisher)
{
    uint64_t settled = atomic_load_explicit(&publisher->settled, memory_order_acquire);
    return publisher->batch > 0 || settled != publisher->handed_over ||
           atomic_load_explicit(&publisher->subscription_events, memory_order_relaxed) > 0;
}
