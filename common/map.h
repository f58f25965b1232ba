/* SPDX-License-Identifier: Apache-2.0 */
/* Map: bytes -> uint32, open addressing, a fixed capacity given at birth. Keys are copied. One
 * owner. */
#ifndef TICKGATE_COMMON_MAP_H
#define TICKGATE_COMMON_MAP_H

#include "common/slice.h"

#include <stdint.h>

struct map;

struct map *map_new(size_t capacity);
void map_destroy(struct map **map);

/* False when full or the key is longer than 65535 bytes; an existing key gets the new value. */
bool map_put(struct map *map, struct slice key, uint32_t value);
bool map_get(const struct map *map, struct slice key, uint32_t *value);
/* True if it was there. */
bool map_remove(struct map *map, struct slice key);
size_t map_count(const struct map *map);

#endif
