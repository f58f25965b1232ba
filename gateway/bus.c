/* SPDX-License-Identifier: Apache-2.0 */
/* A channel whose blocks are events, back to back. */
#include "gateway/bus.h"

#include "common/ensure.h"
#include "gateway/channel.h"

#include <stdatomic.h>
#include <stdlib.h>

struct bus {
    struct channel *channel;
    size_t batch_max;
    size_t queue_max;
    _Atomic uint64_t dropped;
};

struct bus_sink {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    struct bus *bus;
    struct channel_end *end;
    uint64_t open; /* events in the open block */
    bool lost;     /* a block was dropped since the last flush */
    uint16_t connector;
};

struct bus *bus_new(void *zmq_context, size_t batch_max, size_t queue_max)
{
    struct bus *bus = calloc(1, sizeof *bus);
    if (bus == NULL)
        return NULL;
    bus->batch_max = batch_max;
    bus->queue_max = queue_max;
    bus->channel = channel_new(zmq_context, "bus");
    if (bus->channel == NULL)
        bus_destroy(&bus);
    return bus;
}

void bus_destroy(struct bus **bus)
{
    if (*bus == NULL)
        return;
    channel_destroy(&(*bus)->channel);
    free(*bus);
    *bus = NULL;
}

/* Events of a dropped block were promised their way already: the next flush says that they are
 * lost. */
static void send_open(struct bus_sink *end)
{
    if (!channel_flush(end->end)) {
        atomic_fetch_add_explicit(&end->bus->dropped, end->open, memory_order_relaxed);
        end->lost = true;
    }
    end->open = 0;
}

static bool push_event(struct sink *sink, const struct event *event)
{
    struct bus_sink *end = (struct bus_sink *)sink;
    struct event *copy = channel_reserve(end->end, event->size);
    if (copy == NULL) {
        send_open(end);
        copy = channel_reserve(end->end, event->size);
    }
    if (copy == NULL) {
        atomic_fetch_add_explicit(&end->bus->dropped, 1, memory_order_relaxed);
        return false;
    }
    memcpy((void *)copy, event, event->size);
    copy->connector = end->connector;
    end->open++;
    return true;
}

static bool flush(struct sink *sink)
{
    struct bus_sink *end = (struct bus_sink *)sink;
    send_open(end);
    bool taken = !end->lost;
    end->lost = false;
    return taken;
}

struct sink *bus_sink_new(struct bus *bus, uint16_t connector)
{
    struct bus_sink *end = calloc(1, sizeof *end);
    if (end == NULL)
        return NULL;
    end->sink = (struct sink){push_event, flush};
    end->bus = bus;
    end->connector = connector;
    end->end = channel_end_new(bus->channel, bus->batch_max, bus->queue_max);
    if (end->end == NULL) {
        free(end);
        return NULL;
    }
    return &end->sink;
}

void bus_sink_destroy(struct sink **sink)
{
    struct bus_sink *end = (struct bus_sink *)*sink;
    if (end == NULL)
        return;
    channel_end_destroy(&end->end);
    free(end);
    *sink = NULL;
}

void *bus_socket(struct bus *bus)
{
    return channel_socket(bus->channel);
}

bool bus_receive(struct bus *bus, void (*take)(void *context, struct event *event), void *context)
{
    struct channel_block block;
    if (!channel_receive(bus->channel, &block))
        return false;
    for (size_t at = 0; at < block.len;) {
        struct event *event = (struct event *)(void *)(block.data + at);
        ENSURE(event->size >= 16 && event->size % 16 == 0 && event->size <= block.len - at);
        at += event->size;
        take(context, event);
    }
    channel_free(&block);
    return true;
}

uint64_t bus_dropped(const struct bus *bus)
{
    return atomic_load_explicit(&bus->dropped, memory_order_relaxed);
}
