/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/best.h"

#include <stdlib.h>
#include <string.h>

bool best_init(struct best *best, uint32_t levels)
{
    *best = (struct best){.levels = levels};
    bool good = true;
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++) {
        best->rows[side] = malloc(levels * sizeof *best->rows[side]);
        best->changes[side] = malloc(2U * levels * sizeof *best->changes[side]);
        good = good && best->rows[side] != NULL && best->changes[side] != NULL;
    }
    if (!good)
        best_fini(best);
    return good;
}

void best_fini(struct best *best)
{
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++) {
        free(best->rows[side]);
        free(best->changes[side]);
    }
    *best = (struct best){.levels = 0};
}

static bool is_better(enum book_side side, int64_t a, int64_t b)
{
    return side == BOOK_BIDS ? a > b : a < b;
}

static void note(struct best *best, enum book_side side, int64_t price, int64_t size)
{
    best->changes[side][best->change_counts[side]++] = (struct book_level){price, size};
}

/* Walks what was shown and what is, both from the best. */
static void move_side(struct best *best, enum book_side side, const struct book_levels *levels)
{
    const struct book_level *old = best->rows[side], *now = &levels->row[levels->begin];
    uint32_t old_count = best->counts[side], i = 0, k = 0;
    uint32_t now_count = levels->count < best->levels ? levels->count : best->levels;
    best->change_counts[side] = 0;
    while (i < old_count || k < now_count) {
        if (k == now_count || (i < old_count && is_better(side, old[i].price, now[k].price))) {
            note(best, side, old[i++].price, 0);
        } else if (i == old_count || is_better(side, now[k].price, old[i].price)) {
            note(best, side, now[k].price, now[k].size);
            k++;
        } else {
            if (old[i].size != now[k].size)
                note(best, side, now[k].price, now[k].size);
            i++;
            k++;
        }
    }
    memcpy(best->rows[side], now, now_count * sizeof *now);
    best->counts[side] = now_count;
}

bool best_move(struct best *best, const struct book *book)
{
    move_side(best, BOOK_BIDS, &book->sides[BOOK_BIDS]);
    move_side(best, BOOK_ASKS, &book->sides[BOOK_ASKS]);
    return best->change_counts[BOOK_BIDS] + best->change_counts[BOOK_ASKS] > 0;
}
