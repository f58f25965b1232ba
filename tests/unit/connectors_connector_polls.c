/* SPDX-License-Identifier: Apache-2.0 */
/* What has no stream is asked for: spread over the period, few at once, never in the way of what
 * books need. */
#include "tests/unit/connector_stage.h"

#define POLLED    40
#define PERIOD_MS STAGE_POLL_MS

static uint32_t weigh(uint32_t depth)
{
    (void)depth;
    return 50;
}

static struct exchange exchange; /* the stage's, whose books weigh something */

static void begin(void)
{
    exchange = stage_exchange;
    exchange.snapshot_weight = weigh;
    exchange.limits.streams_per_session = STAGE_SLOTS;
    stage_begin(&exchange);
    stage_pass_ms(0);
    stage_answer(0, &(struct stage_reply){.body = "A"}); /* the instruments */
}

static void want_marks(uint32_t count)
{
    for (uint32_t slot = 0; slot < count; slot++) {
        char symbol[16];
        snprintf(symbol, sizeof symbol, "S%u", slot);
        stage_want(slot, KIND_MARK, symbol);
    }
    stage_hand_over();
}

static void answer_all(const struct stage_reply *reply)
{
    while (stage.asked_count > 0)
        stage_answer(0, reply);
}

static const struct stage_reply good = {.body = "17"};

START_TEST(each_is_asked_once_a_period_and_all_are_spread_over_it)
{
    uint32_t asked[POLLED] = {0}, most = 0, slot;
    want_marks(POLLED);
    for (int second = 0; second < 3 * PERIOD_MS / 1000; second++) {
        uint32_t now = 0;
        for (int part = 0; part < 10; part++) {
            stage_pass_ms(100);
            for (uint32_t i = 0; i < stage.asked_count; i++, now++) {
                ck_assert_int_eq(
                    sscanf(stage.asked[i].url, "https://stage.example/interest/S%u", &slot), 1);
                asked[slot]++;
            }
            answer_all(&good);
        }
        most = now > most ? now : most;
    }
    for (slot = 0; slot < POLLED; slot++)
        ck_assert_msg(asked[slot] >= 2 && asked[slot] <= 4, "%u: %u times", slot, asked[slot]);
    ck_assert_uint_le(most, POLLED / 8);
}
END_TEST

START_TEST(few_are_under_way_at_once)
{
    want_marks(POLLED);
    stage_pass_ms(PERIOD_MS);
    ck_assert_uint_eq(stage.asked_count, POLLS_PARALLEL);
    for (uint32_t answered = 0; answered < POLLED; answered++) {
        ck_assert_uint_gt(stage.asked_count, 0);
        stage_answer(0, &good);
        stage_pass_ms(1000);
    }
}
END_TEST

START_TEST(what_is_polled_becomes_part_of_its_topic)
{
    want_marks(1);
    ck_assert(!intake_had_data(stage.connector->intake, 0));
    stage_pass_ms(PERIOD_MS);
    stage_answer(0, &good);
    ck_assert(intake_had_data(stage.connector->intake, 0));
}
END_TEST

START_TEST(nothing_is_polled_while_snapshots_need_the_room)
{
    want_marks(4);
    stage.budget.weight_used = 950; /* a snapshot weighs 50, a poll 1 */
    stage_pass_ms(2 * PERIOD_MS);
    ck_assert_uint_eq(stage.asked_count, 0);
    stage.budget.weight_used = 949;
    stage.budget.hold_ms = 1;
    stage_pass_ms(PERIOD_MS / 4);
    ck_assert_uint_eq(stage.asked_count, 0);
    stage.budget.hold_ms = 0;
    stage.connector->snapshots.under_way = stage.config.snapshots_parallel;
    stage_pass_ms(PERIOD_MS / 4);
    ck_assert_uint_eq(stage.asked_count, 0);
    stage.connector->snapshots.under_way--;
    stage_pass_ms(2000);
    ck_assert_uint_eq(stage.asked_count, 4);
    stage.budget.weight_limit = 40; /* less than a snapshot weighs: they still have their turn */
    stage.budget.weight_used = 0;
    answer_all(&good);
    stage_pass_ms(PERIOD_MS + PERIOD_MS / 10);
    ck_assert_uint_eq(stage.asked_count, 4);
}
END_TEST

START_TEST(a_poll_that_fails_is_asked_again_after_pauses)
{
    int64_t asked_ns[10];
    want_marks(1);
    stage_pass_ms(PERIOD_MS);
    for (int i = 0; i < 10; i++) {
        while (stage.asked_count == 0)
            stage_pass_ms(50);
        asked_ns[i] = stage.now_ns;
        stage_answer(0, &(struct stage_reply){.error = FETCH_STATUS,
                                              .status = 400,
                                              .retry_after_ms = i == 9 ? 90000 : 0});
        ck_assert_uint_eq(stage.asked_count, 0);
    }
    for (int i = 1; i < 10; i++)
        ck_assert_int_ge(asked_ns[i] - asked_ns[i - 1], 250 * NS_PER_MS);
    ck_assert_int_gt(asked_ns[9] - asked_ns[0], 20 * NS_PER_SECOND);
    stage_pass_ms(90000);
    ck_assert_uint_eq(stage.asked_count, 0); /* the exchange said how long */
}
END_TEST

static const struct stage_reply late = {.error = FETCH_TIMEOUT}, refused = {.body = "?"};

START_TEST(a_poll_without_a_good_answer_for_three_periods_is_overdue)
{
    want_marks(1);
    stage_live(0);
    stage_pass_ms(PERIOD_MS);
    stage_answer(0, &good);
    stage_hear(0, "ticker.S0 5");
    int64_t good_ns = stage.now_ns;
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    while (stage.now_ns < good_ns + 3 * PERIOD_MS * NS_PER_MS - NS_PER_SECOND) {
        stage_hear(0, "ticker.S0 5");
        answer_all(stage.now_ns / NS_PER_SECOND % 2 == 0 ? &late : &refused);
        ck_assert_int_eq(stage_state(0), TOPIC_OK);
        stage_pass_ms(500);
    }
    stage_hear(0, "ticker.S0 5");
    stage_pass_ms(1000);
    ck_assert_int_eq(stage_state(0), TOPIC_STALE);
    while (stage.asked_count == 0) {
        stage_hear(0, "ticker.S0 6");
        stage_pass_ms(500);
    }
    stage_answer(0, &good);
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
}
END_TEST

START_TEST(an_answer_for_a_topic_that_is_gone_is_no_answer_for_another)
{
    want_marks(1);
    stage_pass_ms(PERIOD_MS);
    ck_assert_uint_eq(stage.asked_count, 1);
    stage_unwant(0);
    stage_hand_over();
    stage_want(1, KIND_MARK, "T");
    stage_hand_over();
    stage_answer(0, &good);
    ck_assert(!intake_had_data(stage.connector->intake, 1));
    stage_pass_ms(PERIOD_MS);
    ck_assert_uint_eq(stage.asked_count, 1);
    stage_answer(0, &good);
    ck_assert(intake_had_data(stage.connector->intake, 1));
    stage_unwant(1);
    stage_hand_over();
    stage_pass_ms(5 * PERIOD_MS);
    ck_assert_uint_eq(stage.asked_count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_connector_polls");
    TCase *tests = tcase_create("polls");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, each_is_asked_once_a_period_and_all_are_spread_over_it);
    tcase_add_test(tests, few_are_under_way_at_once);
    tcase_add_test(tests, what_is_polled_becomes_part_of_its_topic);
    tcase_add_test(tests, nothing_is_polled_while_snapshots_need_the_room);
    tcase_add_test(tests, a_poll_that_fails_is_asked_again_after_pauses);
    tcase_add_test(tests, a_poll_without_a_good_answer_for_three_periods_is_overdue);
    tcase_add_test(tests, an_answer_for_a_topic_that_is_gone_is_no_answer_for_another);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
