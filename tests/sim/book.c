/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/book.h"

#include "common/ensure.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_MAX  20 /* most of what happens happens near the best */
#define GAP_MAX   3  /* ticks between two levels at first */
#define TURNS_MAX 4  /* things that happen in one change */
#define NOTES_MAX 2  /* levels of one side that one of them touches */
#define BITS_MIN  2  /* of what a size may be at most */
#define PER_CENT  100
_Static_assert(TURNS_MAX *NOTES_MAX <= BOOK_CHANGES_MAX, "room for what a change may touch");

/* 1 if `a` is the better price of its side, -1 if `b` is. */
static int order(enum book_side side, int64_t a, int64_t b)
{
    int more = (a > b) - (a < b);
    return side == BOOK_BIDS ? more : -more;
}

/* The price so many ticks worse than this one. */
static int64_t worse(enum book_side side, int64_t price, int64_t ticks)
{
    return side == BOOK_BIDS ? price - ticks : price + ticks;
}

/* Small sizes are the commonest. */
static int64_t some_size(const struct book *book, struct random *random)
{
    uint64_t any = random_next(random) >> 1;
    uint64_t bits = BITS_MIN + random_below(random, book->bits - BITS_MIN + 1);
    return 1 + (int64_t)(any & ((UINT64_C(1) << bits) - 1));
}

static void note(struct book_changes *changes, enum book_side side, int64_t price, int64_t size)
{
    struct book_level *levels = changes->levels[side];
    uint32_t place = 0, *count = &changes->counts[side];
    while (place < *count && order(side, levels[place].price, price) > 0)
        place++;
    if (place == *count || levels[place].price != price) {
        ENSURE(*count < BOOK_CHANGES_MAX);
        memmove(&levels[place + 1], &levels[place], (*count - place) * sizeof *levels);
        (*count)++;
    }
    levels[place] = (struct book_level){price, size};
}

/* Moves the levels back to the middle of their row. */
static void recentre(struct book_levels *side)
{
    uint32_t begin = (side->room - side->count) / 2;
    memmove(&side->row[begin], &side->row[side->begin], side->count * sizeof *side->row);
    side->begin = begin;
}

/* Makes a level at `place` from the best; those before it move. */
static void insert(struct book_levels *side, uint32_t place, struct book_level level)
{
    if (side->begin == 0 || side->begin + side->count == side->room)
        recentre(side);
    if (place == side->count) {
        side->row[side->begin + side->count++] = level;
        return;
    }
    side->begin--;
    side->count++;
    memmove(&side->row[side->begin], &side->row[side->begin + 1], place * sizeof level);
    side->row[side->begin + place] = level;
}

static void take_out(struct book_levels *side, uint32_t place)
{
    memmove(&side->row[side->begin + 1], &side->row[side->begin], place * sizeof *side->row);
    side->begin++;
    side->count--;
}

static struct book_level *level_at(struct book_levels *side, uint32_t place)
{
    return &side->row[side->begin + place];
}

/* What is over the depth goes from the far end. */
static void trim(struct book *book, enum book_side which, struct book_changes *changes)
{
    struct book_levels *side = &book->sides[which];
    if (side->count <= book->depth)
        return;
    note(changes, which, level_at(side, side->count - 1)->price, 0);
    side->count--;
}

static bool is_thin(const struct book *book, enum book_side which)
{
    return book->sides[which].count <= book->depth - book->depth / 4;
}

/* 0 is the likeliest. */
static uint32_t near(struct random *random, uint32_t range)
{
    uint64_t a = random_below(random, range), b = random_below(random, range);
    return (uint32_t)(a < b ? a : b);
}

static void resize_at(struct book *book, enum book_side which, uint32_t place,
                      struct random *random, struct book_changes *changes)
{
    struct book_level *level = level_at(&book->sides[which], place);
    int64_t size = some_size(book, random);
    level->size = size != level->size ? size : size + 1;
    note(changes, which, level->price, level->size);
}

static void resize(struct book *book, enum book_side which, struct random *random,
                   struct book_changes *changes)
{
    uint32_t count = book->sides[which].count;
    resize_at(book, which, near(random, count < NEAR_MAX ? count : NEAR_MAX), random, changes);
}

/* At a price near the middle: a level appears, or goes if there is one. */
static void toggle(struct book *book, enum book_side which, struct random *random,
                   struct book_changes *changes)
{
    struct book_levels *side = &book->sides[which];
    int64_t price =
        worse(which, which == BOOK_BIDS ? book->middle : book->middle + 1, near(random, NEAR_MAX));
    uint32_t place = 0;
    while (place < side->count && order(which, level_at(side, place)->price, price) > 0)
        place++;
    if (place == side->count || level_at(side, place)->price != price) {
        struct book_level level = {price, some_size(book, random)};
        insert(side, place, level);
        note(changes, which, price, level.size);
        trim(book, which, changes);
    } else if (is_thin(book, which)) {
        resize(book, which, random, changes);
    } else {
        take_out(side, place);
        note(changes, which, price, 0);
    }
}

/* The middle moves by a tick against `which`, whose level there is eaten; the other side follows
 * with a new best one. */
static void move(struct book *book, enum book_side which, struct random *random,
                 struct book_changes *changes)
{
    enum book_side other = which == BOOK_BIDS ? BOOK_ASKS : BOOK_BIDS;
    struct book_levels *eaten = &book->sides[which];
    int64_t edge = which == BOOK_BIDS ? book->middle : book->middle + 1;
    book->middle += which == BOOK_BIDS ? -1 : 1;
    if (level_at(eaten, 0)->price == edge) {
        take_out(eaten, 0);
        note(changes, which, edge, 0);
    }
    if (is_thin(book, which)) {
        struct book_level far = *level_at(eaten, eaten->count - 1);
        far.price = worse(which, far.price, 1 + (int64_t)random_below(random, GAP_MAX));
        far.size = some_size(book, random);
        insert(eaten, eaten->count, far);
        note(changes, which, far.price, far.size);
    }
    struct book_level best = {edge, some_size(book, random)};
    insert(&book->sides[other], 0, best);
    note(changes, other, best.price, best.size);
    trim(book, other, changes);
}

/* Which side the price moves against: any, but back where it would leave its range. */
static enum book_side against(const struct book *book, struct random *random)
{
    if (book->middle <= book->low)
        return BOOK_ASKS;
    if (book->middle >= book->high)
        return BOOK_BIDS;
    return random_below(random, 2) == 0 ? BOOK_BIDS : BOOK_ASKS;
}

void book_change(struct book *book, struct random *random, struct book_changes *changes)
{
    changes->counts[BOOK_BIDS] = changes->counts[BOOK_ASKS] = 0;
    for (uint64_t turns = 1 + random_below(random, TURNS_MAX); turns > 0; turns--) {
        enum book_side side = random_below(random, 2) == 0 ? BOOK_BIDS : BOOK_ASKS;
        uint64_t what = random_below(random, PER_CENT);
        if (what < 55)
            resize(book, side, random, changes);
        else if (what < 90)
            toggle(book, side, random, changes);
        else
            move(book, against(book, random), random, changes);
    }
}

void book_touch(struct book *book, struct random *random, struct book_changes *changes)
{
    changes->counts[BOOK_BIDS] = changes->counts[BOOK_ASKS] = 0;
    resize_at(book, random_below(random, 2) == 0 ? BOOK_BIDS : BOOK_ASKS, 0, random, changes);
}

bool book_init(struct book *book, uint32_t depth, int64_t price, unsigned int bits,
               struct random *random)
{
    ENSURE(depth >= BOOK_DEPTH_MIN && bits >= BITS_MIN);
    *book = (struct book){
        .depth = depth, .middle = price, .low = price / 2, .high = price * 2, .bits = bits};
    for (int which = BOOK_BIDS; which <= BOOK_ASKS; which++) {
        struct book_levels *side = &book->sides[which];
        side->room = depth * 2 + NEAR_MAX;
        side->begin = (side->room - depth) / 2;
        side->row = malloc(side->room * sizeof *side->row);
        if (side->row == NULL) {
            book_fini(book);
            return false;
        }
        int64_t at = which == BOOK_BIDS ? price : price + 1;
        for (; side->count < depth; side->count++) {
            *level_at(side, side->count) = (struct book_level){at, some_size(book, random)};
            at = worse((enum book_side)which, at, 1 + (int64_t)random_below(random, GAP_MAX));
        }
    }
    return true;
}

void book_fini(struct book *book)
{
    free(book->sides[BOOK_BIDS].row);
    free(book->sides[BOOK_ASKS].row);
    *book = (struct book){.depth = 0};
}
