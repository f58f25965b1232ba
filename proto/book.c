/* SPDX-License-Identifier: Apache-2.0 */
/* Each side is an array sorted so that its best level stands last: a book changes near its top, and
 * then only the few levels between the change and the top move. */
#include "proto/book.h"

#include <stdlib.h>

struct half {
    struct level *levels; /* worst first */
    size_t count;
    size_t room;
    int direction; /* +1: a higher price is better (bids); -1: a lower one (asks) */
};

struct book {
    struct half bids;
    struct half asks;
    size_t capacity;
    uint64_t dropped;
};

struct book *book_new(size_t capacity)
{
    struct book *book = calloc(1, sizeof *book);
    if (book == NULL)
        return NULL;
    book->capacity = capacity;
    book->bids.direction = 1;
    book->asks.direction = -1;
    return book;
}

void book_destroy(struct book **book)
{
    if (*book == NULL)
        return;
    free((*book)->bids.levels);
    free((*book)->asks.levels);
    free(*book);
    *book = NULL;
}

void book_clear(struct book *book)
{
    book->bids.count = 0;
    book->asks.count = 0;
}

/* <0: `a` is worse than `b`; 0 the same price; >0 better. */
static int rank(const struct half *side, const struct decimal *a, const struct decimal *b)
{
    return side->direction * decimal_compare(a, b);
}

/* The place of a price: index of the first level that is not worse. Steps from the top double until
 * the price is passed, so that the cost depends on the distance from the top and not on the depth.
 */
static size_t place_of(const struct half *side, const struct decimal *price)
{
    size_t high = side->count, step = 1, low = high;
    while (low > 0 && rank(side, &side->levels[low - 1].price, price) >= 0) {
        high = low - 1;
        low = low > step ? low - step : 0;
        step *= 2;
        if (low > 0 && rank(side, &side->levels[low - 1].price, price) < 0)
            break;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rank(side, &side->levels[middle].price, price) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(struct book *book, struct half *side)
{
    if (side->count < side->room)
        return true;
    size_t room = side->room == 0 ? 32 : 2 * side->room;
    if (room > book->capacity)
        room = book->capacity;
    struct level *levels = room > side->room ? realloc(side->levels, room * sizeof *levels) : NULL;
    if (levels == NULL)
        return false;
    side->levels = levels;
    side->room = room;
    return true;
}

static void set_level(struct book *book, struct half *side, const struct level *level)
{
    size_t place = place_of(side, &level->price);
    bool there =
        place < side->count && decimal_compare(&side->levels[place].price, &level->price) == 0;
    bool deletes = decimal_is_zero(&level->size);
    if (there && !deletes) {
        side->levels[place] = *level;
    } else if (there) {
        side->count--;
        memmove(side->levels + place, side->levels + place + 1,
                (side->count - place) * sizeof *level);
    } else if (!deletes && make_room(book, side)) {
        memmove(side->levels + place + 1, side->levels + place,
                (side->count - place) * sizeof *level);
        side->levels[place] = *level;
        side->count++;
    } else if (!deletes) {
        /* Full: the worst level falls out, be it the new one. */
        book->dropped++;
        if (place > 0) {
            memmove(side->levels, side->levels + 1, (place - 1) * sizeof *level);
            side->levels[place - 1] = *level;
        }
    }
}

void book_apply(struct book *book, const struct level *bids, size_t bid_count,
                const struct level *asks, size_t ask_count)
{
    for (size_t i = 0; i < bid_count; i++)
        set_level(book, &book->bids, &bids[i]);
    for (size_t i = 0; i < ask_count; i++)
        set_level(book, &book->asks, &asks[i]);
}

/* Exchanges list a book best first: taken from its end, each level is the new best one. */
void book_replace(struct book *book, const struct level *bids, size_t bid_count,
                  const struct level *asks, size_t ask_count)
{
    book_clear(book);
    for (size_t i = bid_count; i-- > 0;)
        set_level(book, &book->bids, &bids[i]);
    for (size_t i = ask_count; i-- > 0;)
        set_level(book, &book->asks, &asks[i]);
}

bool book_crossed(const struct book *book)
{
    return book->bids.count > 0 && book->asks.count > 0 &&
           decimal_compare(&book_bid(book, 0)->price, &book_ask(book, 0)->price) >= 0;
}

size_t book_bid_count(const struct book *book)
{
    return book->bids.count;
}

size_t book_ask_count(const struct book *book)
{
    return book->asks.count;
}

const struct level *book_bid(const struct book *book, size_t i)
{
    return &book->bids.levels[book->bids.count - 1 - i];
}

const struct level *book_ask(const struct book *book, size_t i)
{
    return &book->asks.levels[book->asks.count - 1 - i];
}

uint64_t book_dropped(const struct book *book)
{
    return book->dropped;
}
