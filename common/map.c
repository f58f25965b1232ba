/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing at half load at most, in a table that doubles as it fills; removal moves back what
 * was pushed on, so that there are no tombstones. */
#include "common/map.h"

#include <stdlib.h>

#define KEY_LEN_MAX 65535
#define SIZE_FIRST  16

struct entry {
    char *key; /* NULL: free */
    uint32_t hash;
    uint32_t value;
    uint16_t len;
};

struct map {
    size_t capacity;
    size_t count;
    size_t mask;
    struct entry *entries;
};

/* Eight bytes at a time, multiplied and folded; the last multiplication spreads what came late over
 * the upper half, which is taken. */
static uint32_t hash_of(struct slice key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ key.len;
    size_t i = 0;
    for (; i + 8 <= key.len; i += 8) {
        uint64_t part;
        memcpy(&part, key.data + i, 8);
        hash = (hash ^ part) * UINT64_C(0x9fb21c651e98df25);
        hash ^= hash >> 32;
    }
    for (; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 29;
    return (uint32_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

struct map *map_new(size_t capacity)
{
    struct map *map = calloc(1, sizeof *map);
    if (map == NULL)
        return NULL;
    map->entries = calloc(SIZE_FIRST, sizeof *map->entries);
    map->capacity = capacity;
    map->mask = SIZE_FIRST - 1;
    if (map->entries == NULL)
        map_destroy(&map);
    return map;
}

void map_destroy(struct map **map)
{
    if (*map == NULL)
        return;
    for (size_t i = 0; (*map)->entries != NULL && i <= (*map)->mask; i++)
        free((*map)->entries[i].key);
    free((*map)->entries);
    free(*map);
    *map = NULL;
}

/* Where the key stands, or the free place where it would. */
static size_t place_of(const struct map *map, struct slice key, uint32_t hash)
{
    size_t place = hash & map->mask;
    for (;; place = (place + 1) & map->mask) {
        const struct entry *entry = &map->entries[place];
        if (entry->key == NULL ||
            (entry->hash == hash && slice_equal((struct slice){entry->key, entry->len}, key)))
            return place;
    }
}

/* Room for one more at half load; false when memory is out. */
static bool make_room(struct map *map)
{
    if (2 * (map->count + 1) <= map->mask + 1)
        return true;
    size_t size = 2 * (map->mask + 1);
    struct entry *before = map->entries, *after = calloc(size, sizeof *after);
    if (after == NULL)
        return false;
    for (size_t i = 0; i <= map->mask; i++) {
        size_t place = before[i].hash & (size - 1);
        if (before[i].key == NULL)
            continue;
        while (after[place].key != NULL)
            place = (place + 1) & (size - 1);
        after[place] = before[i];
    }
    free(before);
    map->entries = after;
    map->mask = size - 1;
    return true;
}

bool map_put(struct map *map, struct slice key, uint32_t value)
{
    uint32_t hash = hash_of(key);
    struct entry *entry = &map->entries[place_of(map, key, hash)];
    if (entry->key == NULL) {
        if (map->count == map->capacity || key.len > KEY_LEN_MAX || !make_room(map))
            return false;
        entry = &map->entries[place_of(map, key, hash)];
        entry->key = malloc(key.len + 1); /* of an empty key too, for NULL says free */
        if (entry->key == NULL)
            return false;
        if (key.len > 0)
            memcpy(entry->key, key.data, key.len);
        entry->hash = hash;
        entry->len = (uint16_t)key.len;
        map->count++;
    }
    entry->value = value;
    return true;
}

bool map_get(const struct map *map, struct slice key, uint32_t *value)
{
    const struct entry *entry = &map->entries[place_of(map, key, hash_of(key))];
    if (entry->key == NULL)
        return false;
    *value = entry->value;
    return true;
}

bool map_remove(struct map *map, struct slice key)
{
    size_t hole = place_of(map, key, hash_of(key));
    if (map->entries[hole].key == NULL)
        return false;
    free(map->entries[hole].key);
    map->count--;
    for (size_t next = (hole + 1) & map->mask; map->entries[next].key != NULL;
         next = (next + 1) & map->mask) {
        size_t home = map->entries[next].hash & map->mask;
        /* It may move back unless its home lies behind the hole. */
        if (((next - home) & map->mask) >= ((next - hole) & map->mask)) {
            map->entries[hole] = map->entries[next];
            hole = next;
        }
    }
    map->entries[hole] = (struct entry){0};
    return true;
}

size_t map_count(const struct map *map)
{
    return map->count;
}
