/* SPDX-License-Identifier: Apache-2.0 */
#include "common/random.h"

#include <check.h>

START_TEST(random_is_repeated_by_its_seed)
{
    struct random a, b, other;
    random_seed(&a, 42);
    random_seed(&b, 42);
    random_seed(&other, 43);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t value = random_next(&a);
        ck_assert_uint_eq(value, random_next(&b));
        same += value == random_next(&other);
    }
    ck_assert_int_eq(same, 0);
}
END_TEST

/* The generator's published description, worked by hand from the state 1, 2, 3, 4: the first value
 * is rotl(2 * 5, 7) * 9; the second comes from state 1 = 1 ^ 2 ^ 3 = 0. */
START_TEST(random_follows_its_published_description)
{
    struct random random = {{1, 2, 3, 4}};
    ck_assert_uint_eq(random_next(&random), UINT64_C(11520));
    ck_assert_uint_eq(random_next(&random), 0);
    ck_assert_uint_eq(random_next(&random), UINT64_C(1509978240));
    ck_assert_uint_eq(random_next(&random), UINT64_C(1215971899390074240));
}
END_TEST

START_TEST(random_below_stays_below_and_reaches_every_value)
{
    struct random random;
    uint32_t counts[10] = {0};
    random_seed(&random, 1);
    for (int i = 0; i < 100000; i++) {
        uint64_t value = random_below(&random, 10);
        ck_assert_uint_lt(value, 10);
        counts[value]++;
    }
    for (int i = 0; i < 10; i++)
        ck_assert(counts[i] > 9500 && counts[i] < 10500);
    ck_assert_uint_eq(random_below(&random, 1), 0);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_lt(random_below(&random, UINT64_MAX), UINT64_MAX);
}
END_TEST

START_TEST(random_entropy_differs_from_call_to_call)
{
    ck_assert_uint_ne(random_entropy(), random_entropy());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_random");
    TCase *tests = tcase_create("random");
    tcase_add_test(tests, random_is_repeated_by_its_seed);
    tcase_add_test(tests, random_follows_its_published_description);
    tcase_add_test(tests, random_below_stays_below_and_reaches_every_value);
    tcase_add_test(tests, random_entropy_differs_from_call_to_call);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
