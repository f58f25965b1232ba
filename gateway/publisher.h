/* SPDX-License-Identifier: Apache-2.0 */
/* Publisher: the thread that owns the public XPUB socket, so that what subscribers do (a million
 * prefixes, a freeze) never reaches tables and books. The manager puts finished messages into a
 * batch and hands it over; a full queue drops the batch: its readers see holes, and heads ahead of
 * them. */
#ifndef TICKGATE_GATEWAY_PUBLISHER_H
#define TICKGATE_GATEWAY_PUBLISHER_H

#include "common/text.h"
#include "gateway/config.h"
#include "gateway/gate.h"
#include "gateway/readers.h"

struct publisher;

/* Binds and starts the thread; NULL with the reason in `error`. With a gate (which outlives it, in
 * the same context) the feed is a CURVE server of GATE_FEED; NULL: anybody may read it. */
struct publisher *publisher_new(void *zmq_context, const struct config_feed *config,
                                const struct gate *gate, char *error, size_t error_max);
void publisher_destroy(struct publisher **publisher);

/* Begins a message in the open batch: room for `body_max` bytes of body, to be written through the
 * text that comes back (NULL: memory is out or the message is larger than a batch may be). One
 * message at a time. */
struct text *publisher_begin(struct publisher *publisher, struct slice topic, size_t body_max);
/* Ends it; a text that overflowed is dropped and ENSUREd against in debug. */
void publisher_end(struct publisher *publisher);
/* Hands the batch over; false: it was dropped because the queue is full. The manager's thread alone
 * calls these. */
bool publisher_flush(struct publisher *publisher);
/* Cuts all readers, soon: the feed is bound anew, and who may comes back. The manager's thread. */
void publisher_rebind(struct publisher *publisher);

struct publisher_stats {
    uint64_t messages, bytes; /* handed to the socket */
    uint64_t dropped;         /* messages in batches that found the queue full */
    uint64_t subscriptions;   /* prefixes, all peers */
    uint64_t subscription_events;
    uint64_t rebinds; /* max_subscriptions was passed, or rights were taken */
    uint64_t
        readers_dropped; /* subscriptions to whole topics that found no room among those read */
};

/* Which whole topics are read, if the configuration asks for it (readers_max): the newest set, the
 * caller's to free; NULL: no newer one. The descriptor is readable when there is one; -1: nobody
 * asked. The manager's thread alone. */
int publisher_readers_fd(const struct publisher *publisher);
struct readers_set *publisher_take_readers(struct publisher *publisher);

/* A recent picture. Any thread. */
void publisher_stats(const struct publisher *publisher, struct publisher_stats *stats);
/* True once anybody has subscribed to anything, or may have: before that nothing need be encoded.
 * Behind a message that a subscriber got it is true, so that he misses nothing that follows. The
 * manager's thread alone. */
bool publisher_wanted(const struct publisher *publisher);

#endif
