/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/replica.h"

#include <stdlib.h>

#define ROOM_FIRST 64

enum side { BIDS, ASKS };

void replica_fini(struct replica *replica)
{
    free(replica->levels[BIDS]);
    free(replica->levels[ASKS]);
    *replica = (struct replica){.last_id = 0};
}

/* Where a price stands or would stand; true if it is there. */
static bool find(const struct replica *replica, enum side side, const struct decimal *price,
                 uint32_t *place)
{
    uint32_t low = 0, high = replica->counts[side];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = decimal_compare(&replica->levels[side][middle].price, price);
        if (order == 0) {
            *place = middle;
            return true;
        }
        if ((order > 0) == (side == BIDS))
            low = middle + 1;
        else
            high = middle;
    }
    *place = low;
    return false;
}

static bool insert(struct replica *replica, enum side side, uint32_t place,
                   const struct dialect_level *level)
{
    uint32_t *count = &replica->counts[side];
    if (place == REPLICA_LEVELS_MAX)
        return true;
    if (*count == replica->rooms[side]) {
        uint32_t room = *count == 0 ? ROOM_FIRST : *count * 2;
        void *levels = realloc(replica->levels[side], room * sizeof *level);
        if (levels == NULL)
            return false;
        replica->levels[side] = levels;
        replica->rooms[side] = room;
    }
    struct dialect_level *at = &replica->levels[side][place];
    memmove(at + 1, at, (*count - place) * sizeof *level);
    *at = *level;
    if (++*count > REPLICA_LEVELS_MAX)
        --*count;
    return true;
}

static bool set_level(struct replica *replica, enum side side, const struct dialect_level *level)
{
    uint32_t place;
    bool there = find(replica, side, &level->price, &place);
    struct dialect_level *at = &replica->levels[side][place];
    if (there && decimal_is_zero(&level->size)) {
        replica->counts[side]--;
        memmove(at, at + 1, (replica->counts[side] - place) * sizeof *level);
    } else if (there) {
        *at = *level;
    } else if (!decimal_is_zero(&level->size)) {
        return insert(replica, side, place, level);
    }
    return true;
}

static bool set_all(struct replica *replica, const struct dialect_book *book)
{
    bool good = true;
    for (uint32_t i = 0; i < book->bid_count; i++)
        good = set_level(replica, BIDS, &book->bids[i]) && good;
    for (uint32_t i = 0; i < book->ask_count; i++)
        good = set_level(replica, ASKS, &book->asks[i]) && good;
    replica->last_id = book->last_id;
    return good;
}

bool replica_replace(struct replica *replica, const struct dialect_book *book)
{
    replica->counts[BIDS] = replica->counts[ASKS] = 0;
    return set_all(replica, book);
}

bool replica_apply(struct replica *replica, const struct dialect_book *changes)
{
    return changes->last_id <= replica->last_id || set_all(replica, changes);
}
