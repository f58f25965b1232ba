/* SPDX-License-Identifier: Apache-2.0 */
/* Continuity: each rule as a table of messages and what must be said of each. */
#include "connectors/sequence.h"

#include <check.h>

struct step {
    uint64_t first, last, prev;
    enum sequence_verdict verdict;
};

#define TAKE   SEQUENCE_TAKE
#define OLD    SEQUENCE_OLD
#define WAIT   SEQUENCE_WAIT
#define BROKEN SEQUENCE_BROKEN

static void run(struct sequence *sequence, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum sequence_verdict verdict =
            sequence_next(sequence, steps[i].first, steps[i].last, steps[i].prev);
        ck_assert_msg(verdict == steps[i].verdict, "step %zu: %d instead of %d", i, (int)verdict,
                      (int)steps[i].verdict);
        if (verdict == TAKE)
            ck_assert_uint_eq(sequence->last, steps[i].last);
        if (verdict == BROKEN)
            ck_assert(!sequence->joined);
    }
}

#define RUN(sequence, ...)                                                                         \
    run((sequence), (const struct step[]){__VA_ARGS__},                                            \
        sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static struct sequence begun(enum sequence_rule rule)
{
    struct sequence sequence;
    sequence_reset(&sequence, rule);
    return sequence;
}

START_TEST(sequence_without_a_rule_takes_everything)
{
    struct sequence sequence = begun(SEQUENCE_UNCHECKED);
    RUN(&sequence, {0, 0, 0, TAKE}, {5, 5, 0, TAKE}, {1, 1, 0, TAKE});
    sequence = begun(SEQUENCE_REPLACED);
    RUN(&sequence, {0, 7, 0, TAKE}, {0, 7, 0, TAKE}, {0, 3, 0, TAKE});
}
END_TEST

START_TEST(sequence_that_rises_drops_late_copies)
{
    struct sequence sequence = begun(SEQUENCE_RISING);
    RUN(&sequence, {0, 100, 0, TAKE}, {0, 100, 0, TAKE}, {0, 99, 0, OLD}, {0, 250, 0, TAKE},
        {0, 101, 0, OLD});
    /* A service that was started again counts from 1 (bybit.md 4.4). */
    RUN(&sequence, {0, 1, 0, TAKE}, {0, 1, 0, TAKE}, {0, 2, 0, TAKE}, {0, 250, 0, TAKE});
}
END_TEST

START_TEST(sequence_that_counts_breaks_at_a_hole_and_begins_behind_it)
{
    struct sequence sequence = begun(SEQUENCE_COUNTED);
    RUN(&sequence, {7, 7, 0, TAKE}, {8, 8, 0, TAKE}, {8, 8, 0, OLD}, {6, 6, 0, OLD},
        {10, 10, 0, BROKEN}, {10, 10, 0, TAKE}, {11, 11, 0, TAKE}, {10, 10, 0, OLD});
}
END_TEST

START_TEST(sequence_that_is_chained_waits_for_its_snapshot)
{
    struct sequence sequence = begun(SEQUENCE_CHAINED);
    RUN(&sequence, {101, 105, 0, WAIT}, {106, 110, 0, WAIT});
    sequence_join(&sequence, 107);
    /* The first one behind a snapshot may begin within it (binance.md 4.1). */
    RUN(&sequence, {101, 105, 0, OLD}, {106, 110, 0, TAKE}, {111, 111, 0, TAKE}, {111, 111, 0, OLD},
        {113, 114, 0, BROKEN}, {115, 115, 0, WAIT});
    sequence_join(&sequence, 115);
    RUN(&sequence, {116, 120, 0, TAKE}, {119, 122, 0, TAKE});
    sequence_join(&sequence, 115);
    RUN(&sequence, {117, 120, 0, BROKEN});
    sequence_join(&sequence, 120);
    RUN(&sequence, {118, 120, 0, OLD}, {118, 121, 0, TAKE});
}
END_TEST

START_TEST(sequence_that_is_linked_follows_the_name_of_the_one_before)
{
    struct sequence sequence = begun(SEQUENCE_LINKED);
    RUN(&sequence, {100, 110, 95, WAIT});
    sequence_join(&sequence, 105);
    /* The first one spans the snapshot's id; then each names the one before (binance.md 4.2). */
    RUN(&sequence, {90, 100, 80, OLD}, {101, 109, 100, TAKE}, {120, 130, 109, TAKE},
        {120, 130, 109, OLD}, {131, 140, 131, BROKEN}, {141, 150, 140, WAIT});
    sequence_join(&sequence, 150);
    RUN(&sequence, {141, 150, 140, TAKE}, {160, 170, 150, TAKE});
    sequence_join(&sequence, 150);
    RUN(&sequence, {160, 170, 150, TAKE});
    sequence_join(&sequence, 150);
    RUN(&sequence, {160, 170, 155, BROKEN});
}
END_TEST

START_TEST(sequence_that_steps_waits_for_its_snapshot_and_leaves_no_id_out)
{
    struct sequence sequence = begun(SEQUENCE_STEPPED);
    RUN(&sequence, {0, 101, 0, WAIT}, {0, 1, 0, WAIT});
    sequence_join(&sequence, 100);
    RUN(&sequence, {0, 100, 0, OLD}, {0, 101, 0, TAKE}, {0, 102, 0, TAKE}, {0, 102, 0, OLD},
        {0, 99, 0, OLD}, {0, 104, 0, BROKEN}, {0, 105, 0, WAIT});
    sequence_join(&sequence, 105);
    RUN(&sequence, {0, 106, 0, TAKE});
    sequence_join(&sequence, 110);
    RUN(&sequence, {0, 110, 0, OLD}, {0, 111, 0, TAKE}, {0, 1, 0, BROKEN}, {0, 2, 0, WAIT});
    sequence_join(&sequence, 1);
    RUN(&sequence, {0, 2, 0, TAKE}, {0, 1, 0, BROKEN});
    sequence_join(&sequence, 0);
    RUN(&sequence, {0, 1, 0, BROKEN});
}
END_TEST

START_TEST(sequence_whose_ids_fall_far_begins_anew)
{
    const uint64_t high = UINT64_C(5000000000);
    struct sequence sequence = begun(SEQUENCE_COUNTED);
    RUN(&sequence, {high, high, 0, TAKE}, {high - 1000000, high - 1000000, 0, OLD},
        {3, 3, 0, BROKEN}, {3, 3, 0, TAKE}, {4, 4, 0, TAKE});
    sequence = begun(SEQUENCE_RISING);
    RUN(&sequence, {0, high, 0, TAKE}, {0, 3, 0, TAKE}, {0, 4, 0, TAKE});
    sequence = begun(SEQUENCE_CHAINED);
    sequence_join(&sequence, high);
    RUN(&sequence, {1, 3, 0, BROKEN}, {4, 5, 0, WAIT});
    sequence = begun(SEQUENCE_LINKED);
    sequence_join(&sequence, high);
    RUN(&sequence, {1, 3, 0, BROKEN}, {4, 5, 3, WAIT});
    sequence = begun(SEQUENCE_STEPPED);
    sequence_join(&sequence, high);
    RUN(&sequence, {0, high - 1000000, 0, OLD}, {0, 3, 0, BROKEN}, {0, 4, 0, WAIT});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_sequence");
    TCase *tests = tcase_create("sequence");
    tcase_add_test(tests, sequence_without_a_rule_takes_everything);
    tcase_add_test(tests, sequence_that_rises_drops_late_copies);
    tcase_add_test(tests, sequence_that_counts_breaks_at_a_hole_and_begins_behind_it);
    tcase_add_test(tests, sequence_that_is_chained_waits_for_its_snapshot);
    tcase_add_test(tests, sequence_that_is_linked_follows_the_name_of_the_one_before);
    tcase_add_test(tests, sequence_that_steps_waits_for_its_snapshot_and_leaves_no_id_out);
    tcase_add_test(tests, sequence_whose_ids_fall_far_begins_anew);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
