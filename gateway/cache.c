/* SPDX-License-Identifier: Apache-2.0 */
/* A map to entries that stand in a list by the time of their last update, oldest first: what
 * expires, what is evicted and what is swept is always the list's front. */
#include "gateway/cache.h"

#include "common/clock.h"
#include "common/map.h"

#include <stdlib.h>

#define NONE          UINT32_MAX
#define EXPIRY_MAX_MS (24u * 3600 * 1000)
#define KEY_LEN_MAX   204

struct entry {
    char key[KEY_LEN_MAX];
    uint8_t key_len;
    int64_t updated_ns;
    uint32_t before, after; /* towards the oldest, the newest */
    struct event *quote;
};

struct cache {
    struct map *places; /* key -> index of `entries` */
    struct entry *entries;
    uint32_t room;
    uint32_t free; /* first of the free ones, chained by `after` */
    uint32_t oldest, newest;
    struct cache_stats stats;
};

struct cache *cache_new(uint32_t size, uint32_t expiry_ms)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    cache->places = map_new(CACHE_SIZE_MAX);
    cache->oldest = cache->newest = cache->free = NONE;
    if (cache->places == NULL || !cache_resize(cache, size, expiry_ms))
        cache_destroy(&cache);
    return cache;
}

void cache_destroy(struct cache **cache)
{
    if (*cache == NULL)
        return;
    for (uint32_t i = 0; i < (*cache)->room; i++)
        free((*cache)->entries[i].quote);
    free((*cache)->entries);
    map_destroy(&(*cache)->places);
    free(*cache);
    *cache = NULL;
}

static void unlink_entry(struct cache *cache, uint32_t index)
{
    const struct entry *entry = &cache->entries[index];
    *(entry->before != NONE ? &cache->entries[entry->before].after : &cache->oldest) = entry->after;
    *(entry->after != NONE ? &cache->entries[entry->after].before : &cache->newest) = entry->before;
}

static void link_newest(struct cache *cache, uint32_t index)
{
    struct entry *entry = &cache->entries[index];
    entry->before = cache->newest;
    entry->after = NONE;
    *(cache->newest != NONE ? &cache->entries[cache->newest].after : &cache->oldest) = index;
    cache->newest = index;
}

static void drop(struct cache *cache, uint32_t index)
{
    struct entry *entry = &cache->entries[index];
    map_remove(cache->places, (struct slice){entry->key, entry->key_len});
    unlink_entry(cache, index);
    entry->after = cache->free;
    cache->free = index;
    cache->stats.count--;
}

/* More entries, all free; false when memory is out. */
static bool grow(struct cache *cache)
{
    uint32_t room = cache->room == 0 ? 64 : 2 * cache->room;
    struct entry *entries = realloc(cache->entries, room * sizeof *entries);
    if (entries == NULL)
        return false;
    memset((void *)(entries + cache->room), 0, (room - cache->room) * sizeof *entries);
    cache->entries = entries;
    for (uint32_t i = cache->room; i < room; i++) {
        entries[i].after = cache->free;
        cache->free = i;
    }
    cache->room = room;
    return true;
}

/* A free entry with room for a quote, linked as the newest; NONE when memory is out. */
static uint32_t add_entry(struct cache *cache, struct slice key)
{
    if (key.len > KEY_LEN_MAX)
        return NONE;
    if (cache->stats.count == cache->stats.size) {
        drop(cache, cache->oldest);
        cache->stats.evicted++;
    }
    if (cache->free == NONE && !grow(cache))
        return NONE;
    uint32_t index = cache->free;
    struct entry *entry = &cache->entries[index];
    if (entry->quote == NULL)
        entry->quote = aligned_alloc(16, event_size(KIND_QUOTE, 0));
    if (entry->quote == NULL || !map_put(cache->places, key, index))
        return NONE;
    cache->free = entry->after;
    memcpy(entry->key, key.data, key.len);
    entry->key_len = (uint8_t)key.len;
    link_newest(cache, index);
    cache->stats.count++;
    return index;
}

void cache_put(struct cache *cache, struct slice key, const struct event *quote, int64_t now_ns)
{
    uint32_t index;
    if (map_get(cache->places, key, &index)) {
        unlink_entry(cache, index);
        link_newest(cache, index);
    } else {
        index = add_entry(cache, key);
    }
    if (index == NONE)
        return;
    cache->entries[index].updated_ns = now_ns;
    memcpy((void *)cache->entries[index].quote, quote, event_size(KIND_QUOTE, 0));
}

static bool expired(const struct cache *cache, const struct entry *entry, int64_t now_ns)
{
    return now_ns - entry->updated_ns >= cache->stats.expiry_ms * NS_PER_MS;
}

const struct event *cache_get(struct cache *cache, struct slice key, int64_t now_ns)
{
    uint32_t index;
    bool there = map_get(cache->places, key, &index);
    if (there && expired(cache, &cache->entries[index], now_ns)) {
        drop(cache, index);
        cache->stats.expired++;
        there = false;
    }
    *(there ? &cache->stats.hits : &cache->stats.misses) += 1;
    return there ? cache->entries[index].quote : NULL;
}

bool cache_resize(struct cache *cache, uint32_t size, uint32_t expiry_ms)
{
    if (size == 0 || size > CACHE_SIZE_MAX || expiry_ms == 0 || expiry_ms > EXPIRY_MAX_MS)
        return false;
    cache->stats.size = size;
    cache->stats.expiry_ms = expiry_ms;
    for (; cache->stats.count > size; cache->stats.evicted++)
        drop(cache, cache->oldest);
    return true;
}

uint32_t cache_sweep(struct cache *cache, int64_t now_ns)
{
    uint32_t swept = 0;
    for (; cache->oldest != NONE && expired(cache, &cache->entries[cache->oldest], now_ns); swept++)
        drop(cache, cache->oldest);
    cache->stats.expired += swept;
    return swept;
}

void cache_stats(const struct cache *cache, struct cache_stats *stats)
{
    *stats = cache->stats;
}
