/* SPDX-License-Identifier: Apache-2.0 */
/* The map against the slowest one there is: an array that is looked through. */
#include "common/map.h"
#include "common/random.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS 400

struct slow {
    bool there;
    uint32_t value;
};

static struct slice key_of(uint32_t number, char *room, size_t capacity)
{
    /* Lengths on both sides of the hash's step of eight bytes; many share a beginning. */
    int len = snprintf(room, capacity, "key%.*s%u", (int)(number % 13), "-------------", number);
    return (struct slice){room, (size_t)len};
}

static void compare(const struct map *map, const struct slow *slow)
{
    size_t expected = 0;
    uint32_t value;
    for (uint32_t i = 0; i < KEYS; i++) {
        char room[40];
        bool found = map_get(map, key_of(i, room, sizeof room), &value);
        ck_assert_int_eq(found, slow[i].there);
        if (found)
            ck_assert_uint_eq(value, slow[i].value);
        expected += slow[i].there;
    }
    ck_assert_uint_eq(map_count(map), expected);
}

START_TEST(map_agrees_with_a_slow_one_over_random_changes)
{
    struct map *map = map_new(KEYS);
    struct slow slow[KEYS] = {{0}};
    struct random random;
    random_seed(&random, 7);
    for (int step = 0; step < 20000; step++) {
        char room[40];
        uint32_t number = (uint32_t)random_below(&random, KEYS);
        struct slice key = key_of(number, room, sizeof room);
        if (random_below(&random, 3) < 2) {
            uint32_t value = (uint32_t)random_next(&random);
            ck_assert(map_put(map, key, value));
            slow[number] = (struct slow){true, value};
        } else {
            ck_assert_int_eq(map_remove(map, key), slow[number].there);
            slow[number].there = false;
        }
        if (step % 97 == 0)
            compare(map, slow);
    }
    compare(map, slow);
    map_destroy(&map);
    ck_assert_ptr_null(map);
    map_destroy(&map);
}
END_TEST

START_TEST(map_refuses_more_than_its_capacity_and_takes_it_after_a_removal)
{
    struct map *map = map_new(2);
    uint32_t value;
    ck_assert(map_put(map, SLICE("a"), 1) && map_put(map, SLICE("b"), 2));
    ck_assert(!map_put(map, SLICE("c"), 3) && !map_get(map, SLICE("c"), &value));
    ck_assert(map_put(map, SLICE("a"), 4)); /* an old key has its place */
    ck_assert(map_get(map, SLICE("a"), &value) && value == 4);
    ck_assert(map_remove(map, SLICE("b")) && !map_remove(map, SLICE("b")));
    ck_assert(map_put(map, SLICE("c"), 3) && map_count(map) == 2);
    map_destroy(&map);
}
END_TEST

START_TEST(map_takes_any_bytes_for_a_key_and_copies_them)
{
    struct map *map = map_new(8);
    char key[] = "one";
    uint32_t value;
    ck_assert(map_put(map, (struct slice){key, 3}, 1));
    key[0] = 'x';
    ck_assert(map_get(map, SLICE("one"), &value) && value == 1);
    ck_assert(map_put(map, (struct slice){NULL, 0}, 2));
    ck_assert(map_get(map, SLICE(""), &value) && value == 2);
    ck_assert(map_put(map, SLICE("a\0b"), 3) && map_put(map, SLICE("a\0c"), 4));
    ck_assert(map_get(map, SLICE("a\0b"), &value) && value == 3);
    char *longest = calloc(1, 65536);
    ck_assert(map_put(map, (struct slice){longest, 65535}, 5));
    ck_assert(!map_put(map, (struct slice){longest, 65536}, 6));
    ck_assert(!map_get(map, (struct slice){longest, 65536}, &value));
    free(longest);
    map_destroy(&map);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_map");
    TCase *tests = tcase_create("map");
    tcase_add_test(tests, map_agrees_with_a_slow_one_over_random_changes);
    tcase_add_test(tests, map_refuses_more_than_its_capacity_and_takes_it_after_a_removal);
    tcase_add_test(tests, map_takes_any_bytes_for_a_key_and_copies_them);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
