/* SPDX-License-Identifier: Apache-2.0 */
/* Many gateways that lost the same exchange must not come back at the same moment, nor too often.
 */
#include "connectors/backoff.h"

#include <check.h>

#define MIN_MS   500
#define MAX_MS   60000
#define RESET_MS 60000
#define DRAWS    4000

static struct random dice;

static void begin(void)
{
    random_seed(&dice, 7);
}

static struct backoff fresh(uint32_t failures)
{
    return (struct backoff){MIN_MS, MAX_MS, RESET_MS, failures};
}

static uint32_t ceiling_of(uint32_t failures)
{
    uint64_t ceiling = (uint64_t)MIN_MS << failures;
    return (uint32_t)(ceiling < MAX_MS ? ceiling : MAX_MS);
}

START_TEST(backoff_waits_between_half_the_minimum_and_a_ceiling_that_doubles)
{
    for (uint32_t failures = 0; failures <= 8; failures++) {
        uint32_t least = UINT32_MAX, most = 0;
        for (int i = 0; i < DRAWS; i++) {
            struct backoff backoff = fresh(failures);
            uint32_t wait_ms = backoff_next(&backoff, 0, &dice);
            least = wait_ms < least ? wait_ms : least;
            most = wait_ms > most ? wait_ms : most;
        }
        ck_assert_uint_ge(least, MIN_MS / 2);
        ck_assert_uint_le(most, ceiling_of(failures));
        /* It is spread over the whole of it. */
        ck_assert_uint_le(least, MIN_MS / 2 + ceiling_of(failures) / 20);
        ck_assert_uint_ge(most, ceiling_of(failures) - ceiling_of(failures) / 20);
    }
}
END_TEST

START_TEST(backoff_never_waits_longer_than_its_maximum)
{
    struct backoff backoff = fresh(0);
    for (int i = 0; i < 100000; i++)
        ck_assert_uint_le(backoff_next(&backoff, 0, &dice), MAX_MS);
    backoff = (struct backoff){UINT32_MAX / 2, UINT32_MAX, RESET_MS, 0};
    for (int i = 0; i < 100; i++)
        ck_assert_uint_ge(backoff_next(&backoff, 0, &dice), UINT32_MAX / 4);
}
END_TEST

START_TEST(backoff_counts_failures_until_a_session_has_lived_long_enough)
{
    struct backoff backoff = fresh(0);
    for (uint32_t i = 0; i < 5; i++)
        backoff_next(&backoff, RESET_MS - 1, &dice);
    ck_assert_uint_eq(backoff.failures, 5);
    ck_assert_uint_le(backoff_next(&backoff, RESET_MS, &dice), MIN_MS);
    ck_assert_uint_eq(backoff.failures, 1);
}
END_TEST

START_TEST(backoff_repeats_itself_with_the_same_seed)
{
    struct random other;
    struct backoff mine = fresh(0), theirs = fresh(0);
    random_seed(&other, 7);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(backoff_next(&mine, 0, &dice), backoff_next(&theirs, 0, &other));
}
END_TEST

START_TEST(backoff_of_one_length_has_no_choice)
{
    struct backoff backoff = {10, 10, RESET_MS, 0};
    for (int i = 0; i < 100; i++) {
        uint32_t wait_ms = backoff_next(&backoff, 0, &dice);
        ck_assert(wait_ms >= 5 && wait_ms <= 10);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_backoff");
    TCase *tests = tcase_create("backoff");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, backoff_waits_between_half_the_minimum_and_a_ceiling_that_doubles);
    tcase_add_test(tests, backoff_never_waits_longer_than_its_maximum);
    tcase_add_test(tests, backoff_counts_failures_until_a_session_has_lived_long_enough);
    tcase_add_test(tests, backoff_repeats_itself_with_the_same_seed);
    tcase_add_test(tests, backoff_of_one_length_has_no_choice);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
