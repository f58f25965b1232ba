/* SPDX-License-Identifier: Apache-2.0 */
/* Book: one instrument's order book that changes by itself, a few levels at a time, and is never
 * crossed. Prices are whole ticks, sizes whole steps. Pure but for its memory; the caller brings
 * the dice. */
#ifndef TICKGATE_TESTS_SIM_BOOK_H
#define TICKGATE_TESTS_SIM_BOOK_H

#include "common/random.h"

#include <stdbool.h>
#include <stddef.h>

#define BOOK_CHANGES_MAX 8 /* of one side in one change */
#define BOOK_DEPTH_MIN   5

enum book_side { BOOK_BIDS, BOOK_ASKS };

struct book_level {
    int64_t price, size;
};

/* The levels stand from the best to the worst in the middle of a longer row, so that the best may
 * come and go without moving the others. */
struct book_levels {
    struct book_level *row;
    uint32_t begin, count, room;
};

struct book {
    struct book_levels sides[2];
    uint32_t depth;    /* levels a side at most */
    int64_t middle;    /* bids are at most this, asks more */
    int64_t low, high; /* between which it walks */
    unsigned int bits; /* of the largest size */
};

/* What one change did, each level once, from the best to the worst; size 0: it is gone. */
struct book_changes {
    struct book_level levels[2][BOOK_CHANGES_MAX];
    uint32_t counts[2];
};

/* Full of levels around `price`, which it will not leave by more than half or double, with sizes of
 * at most so many bits. False when memory is out. */
bool book_init(struct book *book, uint32_t depth, int64_t price, unsigned int bits,
               struct random *random);
void book_fini(struct book *book);

/* Changes at least one level. */
void book_change(struct book *book, struct random *random, struct book_changes *changes);
/* Changes the size of one of the two best. */
void book_touch(struct book *book, struct random *random, struct book_changes *changes);

static inline const struct book_level *book_best(const struct book *book, enum book_side side)
{
    return &book->sides[side].row[book->sides[side].begin];
}

#endif
