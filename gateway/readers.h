/* SPDX-License-Identifier: Apache-2.0 */
/* Readers: who reads which whole topic of the feed, by what its subscribers say. libzmq tells from
 * which connection a subscription or its end comes, but not whose subscriptions they are that end
 * with a connection; a subscriber may say the same twice, or end what it never began. So a reader
 * is a connection, known by its descriptor and the inode behind it, and whether it is still there
 * is asked of the system: nothing that one says ends or keeps what another one reads. One owner:
 * the publisher's thread; a set is handed over and is then its taker's. */
#ifndef TICKGATE_GATEWAY_READERS_H
#define TICKGATE_GATEWAY_READERS_H

#include "proto/topic.h"

#define READERS_SWEEP_MS 1000 /* between two looks for readers that are gone */

struct readers;

struct readers_topic {
    uint8_t len;
    char name[TOPIC_MAX];
};

/* All topics that somebody reads. */
struct readers_set {
    size_t count;
    struct readers_topic topics[];
};

/* `topics_max` that are read at once. NULL when memory is out. */
struct readers *readers_new(uint32_t topics_max);
void readers_destroy(struct readers **readers);

/* What came from the connection `fd` (-1: not known, as of peers with ZMTP before 3.0: ignored).
 * What is not a whole topic of a public kind is ignored too; a subscription that finds no room is
 * counted and not remembered. */
void readers_take(struct readers *readers, bool subscribe, struct slice topic, int fd,
                  int64_t now_ns);
/* Forgets readers that are gone; to be called every READERS_SWEEP_MS. */
void readers_sweep(struct readers *readers, int64_t now_ns);
/* All connections are gone. */
void readers_clear(struct readers *readers);

bool readers_any(const struct readers *readers);
/* Subscriptions to whole topics that found no room. */
uint64_t readers_dropped(const struct readers *readers);
/* The set, if it is another one than was given last; the caller frees it. NULL: it is not, or
 * memory is out, and then it is given later. */
struct readers_set *readers_changed(struct readers *readers);

#endif
