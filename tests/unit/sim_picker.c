/* SPDX-License-Identifier: Apache-2.0 */
/* What is drawn is as frequent as its weight says, and what is due comes when it is due. */
#include "tests/sim/pace.h"
#include "tests/sim/picker.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define DRAWS 1000000
#define ITEMS 50

START_TEST(each_is_drawn_as_often_as_its_weight_says)
{
    static const double exponents[] = {0, 0.5, 1, 3};
    struct picker picker;
    struct random random;
    random_seed(&random, 9);
    ck_assert(picker_init(&picker, ITEMS));
    for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++) {
        uint32_t counts[ITEMS] = {0};
        double sum = 0;
        picker_clear(&picker);
        for (uint32_t i = 0; i < ITEMS; i++) {
            double weight = pow(i + 1, -exponents[e]);
            picker_add(&picker, i, weight);
            sum += weight;
        }
        picker_make(&picker);
        for (int i = 0; i < DRAWS; i++)
            counts[picker_pick(&picker, &random)]++;
        for (uint32_t i = 0; i < ITEMS; i++) {
            double expected = DRAWS * pow(i + 1, -exponents[e]) / sum;
            ck_assert_msg(fabs(counts[i] - expected) <= 6 * sqrt(expected) + 6,
                          "exponent %g, item %u: %u instead of %g", exponents[e], i, counts[i],
                          expected);
        }
    }
    picker_fini(&picker);
}
END_TEST

START_TEST(the_only_one_is_always_drawn)
{
    struct picker picker;
    struct random random;
    random_seed(&random, 9);
    ck_assert(picker_init(&picker, 3));
    picker_add(&picker, 2, 0.001);
    picker_make(&picker);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(picker_pick(&picker, &random), 2);
    picker_fini(&picker);
}
END_TEST

static uint64_t count_until(struct pace *pace, int64_t end_ns)
{
    uint64_t count = 0;
    int64_t before_ns = INT64_MIN;
    for (; pace->next_ns < end_ns; count++) {
        int64_t due_ns = pace_take(pace);
        if (due_ns < before_ns)
            return 0;
        before_ns = due_ns;
    }
    return count;
}

START_TEST(a_second_holds_as_many_as_the_rate)
{
    static const uint64_t rates[] = {1, 3, 7, 999, 12000, 333333, 2000000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pace pace = {.rate = rates[i], .burst = 1};
        pace_begin(&pace, 1000);
        for (int64_t second = 1; second <= 3; second++)
            ck_assert_uint_eq(count_until(&pace, 1000 + second * NS_PER_SECOND), rates[i]);
    }
}
END_TEST

START_TEST(a_burst_is_at_the_beginning_of_each_second)
{
    struct pace pace = {.rate = 1000, .burst = 10};
    pace_begin(&pace, 0);
    for (int64_t second = 0; second < 5; second++) {
        ck_assert_uint_eq(count_until(&pace, second * NS_PER_SECOND + PACE_BURST_NS), 1000);
        ck_assert_uint_eq(count_until(&pace, (second + 1) * NS_PER_SECOND), 900);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_picker");
    TCase *tests = tcase_create("picker");
    tcase_add_test(tests, each_is_drawn_as_often_as_its_weight_says);
    tcase_add_test(tests, the_only_one_is_always_drawn);
    tcase_add_test(tests, a_second_holds_as_many_as_the_rate);
    tcase_add_test(tests, a_burst_is_at_the_beginning_of_each_second);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
