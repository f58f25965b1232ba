/* SPDX-License-Identifier: Apache-2.0 */
/* What an address may do, to the ns, and what becomes of one that does more. */
#include "tests/sim/law.h"

#include "common/clock.h"

#include <check.h>
#include <stdlib.h>

#define SECOND   NS_PER_SECOND
#define WARNINGS 3
#define BAN_S    120

static struct dialect_limits limits_of(uint32_t connects, uint32_t connects_ms, uint32_t weight)
{
    return (struct dialect_limits){.connects = connects,
                                   .connects_ms = connects_ms,
                                   .rest_weight = weight,
                                   .rest_ms = 60000,
                                   .warnings = WARNINGS,
                                   .warn_status = 429,
                                   .ban_status = 418,
                                   .ban_s = BAN_S};
}

START_TEST(a_window_never_holds_more_than_its_limit)
{
    struct window window;
    ck_assert(window_init(&window, 5, SECOND));
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(window_take(&window, 100 + i), 0);
    ck_assert_int_eq(window_take(&window, 104), SECOND - 4);
    ck_assert_int_eq(window_take(&window, 99 + SECOND), 1);
    ck_assert_int_eq(window_take(&window, 100 + SECOND), 0); /* the first one has left it */
    ck_assert_int_gt(window_take(&window, 100 + SECOND), 0);
    ck_assert_int_eq(window_take(&window, 101 + SECOND), 0);
    window_fini(&window);
}
END_TEST

START_TEST(a_client_at_its_limit_is_never_refused)
{
    struct window window;
    ck_assert(window_init(&window, 5, SECOND));
    for (int64_t i = 0; i < 1000; i++)
        ck_assert_int_eq(window_take(&window, i * SECOND / 5), 0);
    window_fini(&window);
}
END_TEST

START_TEST(connects_are_refused_then_banned_and_counted)
{
    struct dialect_limits limits = limits_of(3, 300000, 6000);
    struct law law;
    uint64_t wait_s = 0;
    ck_assert(law_init(&law, &limits));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(law_connect(&law, false, SECOND, &wait_s), 0);
    for (int i = 0; i < WARNINGS; i++) {
        ck_assert_int_eq(law_connect(&law, false, 2 * SECOND, &wait_s), 429);
        ck_assert_uint_eq(wait_s, 299);
    }
    ck_assert_int_eq(law_connect(&law, false, 3 * SECOND, &wait_s), 418);
    ck_assert_uint_eq(wait_s, BAN_S);
    ck_assert_int_eq(law_connect(&law, false, 4 * SECOND, &wait_s), 418);
    ck_assert_uint_eq(wait_s, BAN_S - 1);
    ck_assert_int_eq(law_weigh(&law, 0, 1, 5 * SECOND, 0, &wait_s), 418);
    ck_assert_uint_eq(law.violations.connects, WARNINGS + 2);
    ck_assert_uint_eq(law.violations.weight, 1);
    ck_assert_int_eq(law_connect(&law, false, 302 * SECOND, &wait_s), 0);
    law_fini(&law);
}
END_TEST

START_TEST(weight_is_counted_by_the_minute_of_the_clock)
{
    struct dialect_limits limits = limits_of(3, 1000, 100);
    struct law law;
    uint64_t wait_s = 0;
    int64_t real_ns = 1795552440 * SECOND; /* the beginning of one */
    ck_assert(law_init(&law, &limits));
    ck_assert_int_eq(law_weigh(&law, 0, 60, 0, real_ns + 59 * SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 0, 40, 0, real_ns + 59 * SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 0, 1, 0, real_ns + 59 * SECOND, &wait_s), 429);
    ck_assert_uint_eq(wait_s, 1);
    ck_assert_uint_eq(law.weight_used[0], 101);
    ck_assert_int_eq(law_weigh(&law, 0, 100, SECOND, real_ns + 60 * SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 0, 1, SECOND, real_ns + 60 * SECOND, &wait_s), 429);
    ck_assert_uint_eq(wait_s, 60);
    ck_assert_uint_eq(law.violations.weight, 2);
    law_fini(&law);
}
END_TEST

START_TEST(who_waits_as_told_is_warned_anew)
{
    struct dialect_limits limits = limits_of(3, 1000, 10);
    struct law law;
    uint64_t wait_s = 0;
    int64_t real_ns = 1795552440 * SECOND;
    ck_assert(law_init(&law, &limits));
    for (int64_t minute = 0; minute < 10; minute++) {
        int64_t now_ns = minute * 60 * SECOND;
        ck_assert_int_eq(law_weigh(&law, 0, 10, now_ns, real_ns + now_ns, &wait_s), 0);
        ck_assert_int_eq(law_weigh(&law, 0, 1, now_ns, real_ns + now_ns, &wait_s), 429);
    }
    law_fini(&law);
}
END_TEST

START_TEST(a_group_has_a_window_of_its_own_and_a_ban_may_come_at_once)
{
    struct dialect_limits limits = {
        .rest_weight = 10, .rest_ms = 1000, .ban_status = 403, .ban_s = 600};
    struct law law;
    uint64_t wait_s = 0;
    ck_assert(law_init(&law, &limits));
    ck_assert_int_eq(law_weigh(&law, 0, 10, 0, SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 1, 10, 0, SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 1, 10, SECOND, 2 * SECOND, &wait_s), 0);
    ck_assert_int_eq(law_weigh(&law, 1, 1, SECOND, 2 * SECOND, &wait_s), 403);
    ck_assert_uint_eq(wait_s, 600);
    ck_assert_int_eq(law_connect(&law, false, 2 * SECOND, &wait_s), 403);
    ck_assert_int_eq(law_weigh(&law, 0, 1, 602 * SECOND, 700 * SECOND, &wait_s), 0);
    law_fini(&law);
}
END_TEST

START_TEST(an_origin_is_a_browsers_and_may_come_once_in_a_while)
{
    struct dialect_limits limits = {
        .origin_ms = 10000, .warnings = 1, .warn_status = 429, .ban_status = 418, .ban_s = 60};
    struct law law;
    uint64_t wait_s = 0;
    ck_assert(law_init(&law, &limits));
    ck_assert_int_eq(law_connect(&law, true, 0, &wait_s), 0);
    ck_assert_int_eq(law_connect(&law, false, SECOND, &wait_s), 0);
    ck_assert_int_eq(law_connect(&law, true, SECOND, &wait_s), 429);
    ck_assert_int_eq(law_connect(&law, true, 2 * SECOND, &wait_s), 418);
    ck_assert_uint_eq(law.violations.origins, 2);
    law_fini(&law);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_law");
    TCase *tests = tcase_create("law");
    tcase_add_test(tests, a_window_never_holds_more_than_its_limit);
    tcase_add_test(tests, a_client_at_its_limit_is_never_refused);
    tcase_add_test(tests, connects_are_refused_then_banned_and_counted);
    tcase_add_test(tests, weight_is_counted_by_the_minute_of_the_clock);
    tcase_add_test(tests, who_waits_as_told_is_warned_anew);
    tcase_add_test(tests, a_group_has_a_window_of_its_own_and_a_ban_may_come_at_once);
    tcase_add_test(tests, an_origin_is_a_browsers_and_may_come_once_in_a_while);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
