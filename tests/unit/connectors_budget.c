/* SPDX-License-Identifier: Apache-2.0 */
/* A budget is what keeps us from being banned: no window, wherever it begins, holds more than the
 * limit. */
#include "common/clock.h"
#include "common/random.h"
#include "connectors/budget.h"

#include <check.h>

#define WINDOW_NS (60 * NS_PER_SECOND)
#define PART_NS   (WINDOW_NS / BUDGET_PARTS)
#define TAKEN_MAX 4096

static struct budget budget;
static const int64_t start_ns = 1000 * NS_PER_SECOND;

static void begin(void)
{
    budget_init(&budget, 10, WINDOW_NS);
}

START_TEST(budget_gives_its_limit_at_once_and_then_no_more)
{
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(budget_take(&budget, 1, start_ns), 0);
    ck_assert_int_gt(budget_take(&budget, 1, start_ns), 0);
    ck_assert_uint_eq(budget_used(&budget, start_ns), 10);
}
END_TEST

START_TEST(budget_says_when_there_will_be_room)
{
    ck_assert_int_eq(budget_take(&budget, 7, start_ns), 0);
    ck_assert_int_eq(budget_take(&budget, 3, start_ns + 20 * NS_PER_SECOND), 0);
    int64_t now_ns = start_ns + 30 * NS_PER_SECOND;
    int64_t wait_ns = budget_take(&budget, 5, now_ns);
    ck_assert_int_ge(now_ns + wait_ns, start_ns + WINDOW_NS);
    ck_assert_int_le(now_ns + wait_ns, start_ns + WINDOW_NS + PART_NS);
    ck_assert_int_gt(budget_take(&budget, 5, now_ns + wait_ns - 1), 0);
    ck_assert_int_eq(budget_take(&budget, 5, now_ns + wait_ns), 0);
    ck_assert_uint_eq(budget_used(&budget, now_ns + wait_ns), 8);
}
END_TEST

START_TEST(budget_never_exceeds_its_limit_in_any_window)
{
    static struct {
        int64_t at_ns;
        uint32_t units;
    } taken[TAKEN_MAX];
    struct random dice;
    size_t count = 0;
    int64_t now_ns = start_ns;
    random_seed(&dice, 3);
    while (count < TAKEN_MAX) {
        uint32_t units = 1 + (uint32_t)random_below(&dice, 4);
        int64_t wait_ns = budget_take(&budget, units, now_ns);
        if (wait_ns == 0) {
            taken[count].at_ns = now_ns;
            taken[count++].units = units;
            now_ns += (int64_t)random_below(&dice, 2 * NS_PER_SECOND);
        } else {
            now_ns += random_below(&dice, 2) ? wait_ns : wait_ns / 2 + 1;
        }
    }
    for (size_t first = 0; first < count; first++) {
        uint32_t sum = 0;
        for (size_t i = first; i < count && taken[i].at_ns < taken[first].at_ns + WINDOW_NS; i++)
            sum += taken[i].units;
        ck_assert_uint_le(sum, 10);
    }
    /* Nor does it give much less: one part more than the window is counted. */
    int64_t passed_ns = taken[count - 1].at_ns - taken[0].at_ns;
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += taken[i].units;
    ck_assert_uint_gt(all * (uint64_t)WINDOW_NS / (uint64_t)passed_ns, 7);
}
END_TEST

START_TEST(budget_forgets_all_after_a_long_time)
{
    ck_assert_int_eq(budget_take(&budget, 10, start_ns), 0);
    ck_assert_uint_eq(budget_used(&budget, start_ns + WINDOW_NS - PART_NS), 10);
    ck_assert_uint_eq(budget_used(&budget, start_ns + WINDOW_NS + PART_NS), 0);
    ck_assert_int_eq(budget_take(&budget, 10, start_ns + 1000 * WINDOW_NS), 0);
}
END_TEST

START_TEST(budget_lets_one_that_is_larger_than_the_limit_go_alone)
{
    ck_assert_int_eq(budget_take(&budget, 1, start_ns), 0);
    ck_assert_int_gt(budget_take(&budget, 25, start_ns), 0);
    int64_t later_ns = start_ns + WINDOW_NS + PART_NS;
    ck_assert_int_eq(budget_take(&budget, 25, later_ns), 0);
    ck_assert_int_gt(budget_take(&budget, 1, later_ns), 0);
}
END_TEST

START_TEST(budget_learns_only_that_more_is_used)
{
    ck_assert_int_eq(budget_take(&budget, 4, start_ns), 0);
    budget_learn(&budget, 2, start_ns);
    ck_assert_uint_eq(budget_used(&budget, start_ns), 4);
    budget_learn(&budget, 9, start_ns);
    ck_assert_uint_eq(budget_used(&budget, start_ns), 9);
    ck_assert_int_gt(budget_take(&budget, 2, start_ns), 0);
    ck_assert_int_eq(budget_take(&budget, 1, start_ns), 0);
}
END_TEST

START_TEST(budget_is_not_deceived_by_a_clock_that_stands)
{
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(budget_take(&budget, 1, start_ns), 0);
    for (int i = 0; i < 10; i++)
        ck_assert_int_gt(budget_take(&budget, 1, start_ns - 10 * PART_NS), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_budget");
    TCase *tests = tcase_create("budget");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, budget_gives_its_limit_at_once_and_then_no_more);
    tcase_add_test(tests, budget_says_when_there_will_be_room);
    tcase_add_test(tests, budget_never_exceeds_its_limit_in_any_window);
    tcase_add_test(tests, budget_forgets_all_after_a_long_time);
    tcase_add_test(tests, budget_lets_one_that_is_larger_than_the_limit_go_alone);
    tcase_add_test(tests, budget_learns_only_that_more_is_used);
    tcase_add_test(tests, budget_is_not_deceived_by_a_clock_that_stands);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
