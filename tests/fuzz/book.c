/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of changes to a book and to a slow one: two plain lists, sorted anew after each. The
 * first byte is the capacity; then each change has three: what it does, a price, a size. */
#include "proto/book.h"
#include "common/ensure.h"

#include <stdlib.h>

#define LEVELS_MAX  16
#define CHANGES_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct slow_side {
    struct level levels[LEVELS_MAX + 1]; /* best first */
    size_t count;
    int direction; /* +1: a higher price is better */
};

/* Prices 0.00 to 2.55, some written with a digit more. */
static struct level level_of(const uint8_t *change)
{
    bool longer = change[0] & 0x40;
    struct level level = {.price = {.low = change[1], .scale = 2}, .size = {.low = change[2]}};
    if (longer)
        level.price = (struct decimal){.low = change[1] * UINT64_C(10), .scale = 3};
    return level;
}

static void slow_set(struct slow_side *side, const struct level *level, size_t capacity,
                     uint64_t *dropped)
{
    size_t place = 0;
    while (place < side->count &&
           side->direction * decimal_compare(&side->levels[place].price, &level->price) > 0)
        place++;
    bool there =
        place < side->count && decimal_compare(&side->levels[place].price, &level->price) == 0;
    if (there && decimal_is_zero(&level->size)) {
        for (side->count--; place < side->count; place++)
            side->levels[place] = side->levels[place + 1];
    } else if (there) {
        side->levels[place] = *level;
    } else if (!decimal_is_zero(&level->size)) {
        for (size_t i = side->count++; i > place; i--)
            side->levels[i] = side->levels[i - 1];
        side->levels[place] = *level;
        *dropped += side->count > capacity;
        side->count = side->count > capacity ? capacity : side->count;
    }
}

static void compare(const struct book *book, const struct slow_side *bids,
                    const struct slow_side *asks, uint64_t dropped)
{
    ENSURE(book_bid_count(book) == bids->count && book_ask_count(book) == asks->count);
    for (size_t i = 0; i < bids->count; i++)
        ENSURE(memcmp(book_bid(book, i), &bids->levels[i], sizeof(struct level)) == 0);
    for (size_t i = 0; i < asks->count; i++)
        ENSURE(memcmp(book_ask(book, i), &asks->levels[i], sizeof(struct level)) == 0);
    bool crossed = bids->count > 0 && asks->count > 0 &&
                   decimal_compare(&bids->levels[0].price, &asks->levels[0].price) >= 0;
    ENSURE(book_crossed(book) == crossed);
    ENSURE(book_dropped(book) == dropped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t capacity = data[0] % (LEVELS_MAX + 1);
    struct slow_side bids = {.direction = 1}, asks = {.direction = -1};
    uint64_t dropped = 0;
    struct book *book = book_new(capacity);
    ENSURE(book != NULL);
    for (size_t at = 1; at + 3 <= size && at < 3 * CHANGES_MAX; at += 3) {
        struct level level = level_of(data + at);
        bool bid = data[at] & 1;
        if (data[at] >= 0xf0) {
            bids.count = asks.count = 0;
            /* A whole book of one level: its old ones go, whatever they were. */
            if (data[at] >= 0xf8)
                book_replace(book, &level, bid, &level, !bid);
            else
                book_clear(book);
        }
        if (data[at] < 0xf0)
            book_apply(book, &level, bid, &level, !bid);
        if (data[at] < 0xf0 || data[at] >= 0xf8)
            slow_set(bid ? &bids : &asks, &level, capacity, &dropped);
        compare(book, &bids, &asks, dropped);
    }
    book_destroy(&book);
    return 0;
}
