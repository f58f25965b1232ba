/* SPDX-License-Identifier: Apache-2.0 */
/* Best: the best levels of a book as a stream has shown them last, for what shows only changes of
 * these: a level that leaves is gone, one that enters is new. One owner. */
#ifndef TICKGATE_TESTS_SIM_BEST_H
#define TICKGATE_TESTS_SIM_BEST_H

#include "tests/sim/book.h"

struct best {
    struct book_level *rows[2];    /* as shown, from the best to the worst */
    struct book_level *changes[2]; /* of the last move, the same; size 0: gone */
    uint32_t counts[2], change_counts[2], levels;
};

/* Empty. False when memory is out. */
bool best_init(struct best *best, uint32_t levels);
void best_fini(struct best *best);

/* To the book as it is: true if something differs, which `changes` then say. */
bool best_move(struct best *best, const struct book *book);

#endif
