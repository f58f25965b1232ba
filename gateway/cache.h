/* SPDX-License-Identifier: Apache-2.0 */
/* Cache: the price cache behind quote.get: the newest quote of each (exchange, symbol), at most
 * `size` (the least recently updated goes first), each expiring `expiry` after its update; expired
 * ones are swept. Both can be changed while running. It concerns quote.get alone: snapshots come
 * from the topics. One owner. */
#ifndef TICKGATE_GATEWAY_CACHE_H
#define TICKGATE_GATEWAY_CACHE_H

#include "common/slice.h"
#include "proto/event.h"

#define CACHE_SIZE_MAX 1000000

struct cache;

struct cache_stats {
    uint64_t hits, misses, expired, evicted;
    uint32_t count, size, expiry_ms;
};

struct cache *cache_new(uint32_t size, uint32_t expiry_ms);
void cache_destroy(struct cache **cache);

/* Keeps a copy of the quote. `key` is the topic's name. */
void cache_put(struct cache *cache, struct slice key, const struct event *quote, int64_t now_ns);
/* NULL if there is none or it has expired; valid until the next call that changes the cache. */
const struct event *cache_get(struct cache *cache, struct slice key, int64_t now_ns);
/* Shrinking evicts the least recently updated. False: size or expiry out of range
 * (1..CACHE_SIZE_MAX, 1 ms..1 day). */
bool cache_resize(struct cache *cache, uint32_t size, uint32_t expiry_ms);
/* Drops what has expired; how many. */
uint32_t cache_sweep(struct cache *cache, int64_t now_ns);
void cache_stats(const struct cache *cache, struct cache_stats *stats);

#endif
