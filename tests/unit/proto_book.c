/* SPDX-License-Identifier: Apache-2.0 */
/* The book against a slow, obvious one: an array for every price there can be. */
#include "common/random.h"
#include "proto/book.h"

#include <check.h>
#include <stdlib.h>

#define PRICES 60 /* 1.00, 1.01 ... */

struct slow {
    uint64_t bids[PRICES];
    uint64_t asks[PRICES];
};

/* The same price is written with one digit more or less: values decide, not digits. */
static struct decimal price_of(uint64_t number, bool longer)
{
    uint64_t hundredths = 100 + number;
    return longer ? (struct decimal){.low = hundredths * 10, .scale = 3}
                  : (struct decimal){.low = hundredths, .scale = 2};
}

static struct level level_of(uint64_t number, uint64_t size, bool longer)
{
    return (struct level){.price = price_of(number, longer), .size = {.low = size}};
}

/* The best `kept` of a side in the slow book are what stands in the book. */
static void compare_side(const struct book *book, bool bids, const uint64_t *sizes)
{
    size_t place = 0, count = bids ? book_bid_count(book) : book_ask_count(book);
    for (size_t i = 0; i < PRICES; i++) {
        size_t number = bids ? PRICES - 1 - i : i;
        if (sizes[number] == 0)
            continue;
        ck_assert_uint_lt(place, count);
        const struct level *level = bids ? book_bid(book, place) : book_ask(book, place);
        struct decimal price = price_of(number, false);
        ck_assert_int_eq(decimal_compare(&level->price, &price), 0);
        ck_assert_uint_eq(level->size.low, sizes[number]);
        place++;
    }
    ck_assert_uint_eq(place, count);
}

/* Some changed levels; a price may come twice, and then the last one counts. */
static void change(struct random *random, struct level *levels, size_t count, uint64_t *sizes)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number = random_below(random, PRICES);
        uint64_t size = random_below(random, 3) == 0 ? 0 : 1 + random_below(random, 1000);
        levels[i] = level_of(number, size, random_below(random, 2));
        sizes[number] = size;
    }
}

/* A whole side in any order: every price once, of some the size is 0. */
static void renew(struct random *random, struct level *levels, uint64_t *sizes)
{
    for (size_t i = 0; i < PRICES; i++) {
        sizes[i] = random_below(random, 2) == 0 ? 0 : 1 + random_below(random, 1000);
        size_t place = random_below(random, i + 1);
        levels[i] = levels[place];
        levels[place] = level_of(i, sizes[i], random_below(random, 2));
    }
}

START_TEST(book_agrees_with_a_slow_one_over_random_changes)
{
    struct book *book = book_new(PRICES);
    struct slow slow = {{0}, {0}};
    struct random random;
    random_seed(&random, 3);
    for (int step = 0; step < 20000; step++) {
        struct level bids[PRICES], asks[PRICES];
        size_t bid_count = random_below(&random, 9), ask_count = random_below(&random, 9);
        uint64_t operation = random_below(&random, 200);
        if (operation == 0) {
            slow = (struct slow){{0}, {0}};
            book_clear(book);
        } else if (operation == 1) {
            renew(&random, bids, slow.bids);
            renew(&random, asks, slow.asks);
            book_replace(book, bids, PRICES, asks, PRICES);
        } else {
            change(&random, bids, bid_count, slow.bids);
            change(&random, asks, ask_count, slow.asks);
            book_apply(book, bids, bid_count, asks, ask_count);
        }
        compare_side(book, true, slow.bids);
        compare_side(book, false, slow.asks);
    }
    ck_assert_uint_eq(book_dropped(book), 0);
    book_destroy(&book);
    ck_assert_ptr_null(book);
    book_destroy(&book);
}
END_TEST

START_TEST(book_that_is_full_keeps_the_best_and_counts_what_falls_out)
{
    struct book *book = book_new(3);
    for (uint64_t i = 0; i < 6; i++) { /* bids get better, asks too */
        struct level bid = level_of(10 + i, 1, false), ask = level_of(30 - i, 1, false);
        book_apply(book, &bid, 1, &ask, 1);
    }
    ck_assert(book_bid_count(book) == 3 && book_ask_count(book) == 3);
    ck_assert_uint_eq(book_dropped(book), 6);
    ck_assert_uint_eq(book_bid(book, 0)->price.low, 115);
    ck_assert_uint_eq(book_bid(book, 2)->price.low, 113);
    ck_assert_uint_eq(book_ask(book, 0)->price.low, 125);
    ck_assert_uint_eq(book_ask(book, 2)->price.low, 127);
    struct level worse = level_of(2, 1, false);
    book_apply(book, &worse, 1, NULL, 0); /* worse than all: it is the one that falls out */
    ck_assert(book_dropped(book) == 7 && book_bid(book, 2)->price.low == 113);
    struct level again = level_of(14, 9, true);
    book_apply(book, &again, 1, NULL, 0); /* an old price has its place */
    ck_assert(book_dropped(book) == 7 && book_bid(book, 1)->size.low == 9);
    book_destroy(&book);
}
END_TEST

START_TEST(book_without_room_holds_nothing)
{
    struct book *book = book_new(0);
    struct level level = level_of(1, 1, false);
    book_apply(book, &level, 1, &level, 1);
    ck_assert(book_bid_count(book) == 0 && book_ask_count(book) == 0);
    ck_assert(book_dropped(book) == 2 && !book_crossed(book));
    book_destroy(&book);
}
END_TEST

START_TEST(book_is_crossed_when_its_best_prices_meet)
{
    struct book *book = book_new(10);
    struct level bid = level_of(10, 1, false), ask = level_of(11, 1, true);
    ck_assert(!book_crossed(book));
    book_apply(book, &bid, 1, NULL, 0);
    ck_assert(!book_crossed(book));
    book_apply(book, NULL, 0, &ask, 1);
    ck_assert(!book_crossed(book));
    struct level meets = level_of(10, 1, true);
    book_apply(book, NULL, 0, &meets, 1);
    ck_assert(book_crossed(book));
    meets.size.low = 0;
    book_apply(book, NULL, 0, &meets, 1);
    ck_assert(!book_crossed(book));
    bid = level_of(20, 1, false);
    book_apply(book, &bid, 1, NULL, 0);
    ck_assert(book_crossed(book));
    book_destroy(&book);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_book");
    TCase *tests = tcase_create("book");
    tcase_add_test(tests, book_agrees_with_a_slow_one_over_random_changes);
    tcase_add_test(tests, book_that_is_full_keeps_the_best_and_counts_what_falls_out);
    tcase_add_test(tests, book_without_room_holds_nothing);
    tcase_add_test(tests, book_is_crossed_when_its_best_prices_meet);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
