/* SPDX-License-Identifier: Apache-2.0 */
/* Books whose stream itself brings the snapshot: such a one is `ok` from its snapshot on and as
 * long as no id is left out; after that its key is to be subscribed anew. */
#include "tests/unit/intake_venue.h"

#include <stdio.h>

#define BOOK "book.BNBBTC"

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_venue, 1 << 20);
}

static void tear_down(void)
{
    stage_destroy(&stage);
}

static void add(void)
{
    struct want want = stage_want(0, KIND_BOOK, "");
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
}

static uint32_t renewed(void)
{
    return stage->renewed[stage_key(stage, 0, BOOK)];
}

static struct route delta(unsigned int id)
{
    char frame[100];
    snprintf(frame, sizeof frame, BOOK " u%uB%u", id, id);
    return stage_send(stage, frame);
}

/* Of two bids and an ask. */
static struct route snapshot(unsigned int id)
{
    char frame[100];
    snprintf(frame, sizeof frame, BOOK " su%uB2B1A9", id);
    return stage_send(stage, frame);
}

static void expect_snapshot(uint64_t id)
{
    const struct event *event = stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    ck_assert(event->book.last_update_id == id && event->book.depth == 2);
    ck_assert_int_eq(event->proof, PROOF_SEQUENCE);
    ck_assert_int_eq(event->ts_received, stage->now_ns);
}

static void expect_delta(uint64_t id)
{
    const struct event *event = stage_expect(stage, UPDATE_DELTA, TOPIC_OK, REASON_NONE);
    ck_assert(event->book.last_update_id == id && event->book.depth == 2);
}

/* A book that is ok at this id, and what was said of it read. */
static void begin(unsigned int id)
{
    add();
    snapshot(id);
    stage->read = stage->count;
}

/* A delta that is of no use before a snapshot. */
static void expect_refused(struct route route)
{
    ck_assert(route.class == FRAME_REFUSED && route.refusal == REFUSAL_BEFORE_SNAPSHOT);
}

START_TEST(stepped_book_is_ok_with_the_snapshot_of_its_stream)
{
    add();
    ck_assert_int_eq(snapshot(10).class, FRAME_DATA);
    expect_snapshot(10);
    STATE(stage, TOPIC_OK, REASON_NONE);
    delta(11);
    expect_delta(11);
    ck_assert_int_eq(delta(11).refusal, REFUSAL_STALE_UPDATE);
    stage_next(stage); /* the first frame that was refused so */
    delta(12);
    expect_delta(12);
    snapshot(15); /* it may come at any time, and is the truth */
    expect_snapshot(15);
    delta(16);
    expect_delta(16);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(stage->asked[0] + renewed(), 0);
    intake_snapshot_ask(stage->intake, 0); /* as the owner does when a subscription stands */
    ck_assert_int_eq(intake_snapshot(stage->intake, 0, SLICE("{}"), stage->now_ns),
                     SNAPSHOT_UNKNOWN);
    ck_assert_uint_eq(stage->asked[0] + renewed(), 0);
}
END_TEST

START_TEST(stepped_book_with_a_gap_recovers_by_being_subscribed_anew)
{
    begin(10);
    expect_refused(delta(12));
    STATE(stage, TOPIC_RECOVERING, REASON_GAP);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    ck_assert_uint_eq(renewed(), 1);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->gaps, 1);
    expect_refused(delta(13)); /* what the old subscription still brings */
    stage_expect_nothing(stage);
    ck_assert_uint_eq(renewed(), 1);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->refused[REFUSAL_BEFORE_SNAPSHOT], 2);
    snapshot(20);
    expect_snapshot(20);
    STATE(stage, TOPIC_OK, REASON_NONE);
    expect_refused(delta(22));
    ck_assert_uint_eq(renewed(), 2);
}
END_TEST

START_TEST(stepped_book_whose_service_was_started_anew_is_not_ok)
{
    begin(1000);
    expect_refused(delta(1)); /* no late copy: ids begin at 1 (bybit.md 4.1) */
    STATE(stage, TOPIC_RECOVERING, REASON_GAP);
    stage_next(stage);
    snapshot(1);
    expect_snapshot(1);
    STATE(stage, TOPIC_OK, REASON_NONE);
    delta(2);
    expect_delta(2);
}
END_TEST

START_TEST(stepped_book_that_never_got_its_snapshot_asks_for_it)
{
    add();
    ck_assert_int_eq(stage_send(stage, BOOK " su9?").class, FRAME_REFUSED);
    ck_assert_uint_eq(renewed(), 0);
    expect_refused(delta(10));
    expect_refused(delta(11));
    ck_assert_uint_eq(renewed(), 1);
}
END_TEST

START_TEST(stepped_book_begins_anew_with_its_next_session)
{
    struct want want = stage_want(0, KIND_BOOK, "");
    begin(10);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_uint_eq(renewed(), 1);
    stage->read = stage->count;
    intake_key_down(stage->intake, stage_key(stage, 0, BOOK), REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_uint_eq(renewed(), 1); /* it will be subscribed anyway */
    intake_key_up(stage->intake, stage_key(stage, 0, BOOK), stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    expect_refused(delta(4)); /* it brings none: what was asked of the last session is void */
    ck_assert_uint_eq(renewed(), 2);
    stage_next(stage);
    snapshot(5);
    expect_snapshot(5);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(stepped_book_of_a_new_generation_is_subscribed_anew)
{
    struct want want = stage_want(0, KIND_BOOK, "");
    begin(10);
    want.generation = 1;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    ck_assert_uint_eq(renewed(), 1);
    expect_refused(delta(11));
    stage_next(stage);
    want.generation = 2;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_uint_eq(renewed(), 1); /* it is under way */
    snapshot(12);
    expect_snapshot(12);
    STATE(stage, TOPIC_OK, REASON_NONE);
}
END_TEST

START_TEST(stepped_book_that_lost_an_event_is_subscribed_anew)
{
    begin(10);
    intake_flush(stage->intake, stage->now_ns);
    stage->full = true;
    delta(11);
    stage->full = false;
    intake_flush(stage->intake, stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_LOST);
    ck_assert_uint_eq(renewed(), 1);
    expect_refused(delta(12));
    stage_next(stage);
    snapshot(12);
    expect_snapshot(12);
    STATE(stage, TOPIC_OK, REASON_NONE);
}
END_TEST

START_TEST(stepped_book_of_a_topic_that_comes_to_a_key_which_has_begun)
{
    struct want want = stage_want(1, KIND_BOOK, "");
    begin(10);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    ck_assert_uint_eq(renewed(), 1);
    delta(11); /* of use to the first one alone */
    ck_assert_uint_eq(stage_expect(stage, UPDATE_DELTA, TOPIC_OK, REASON_NONE)->slot, 0);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    snapshot(11);
    for (uint32_t slot = 0; slot < 2; slot++)
        ck_assert_uint_eq(stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE)->slot, slot);
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 1);
}
END_TEST

static struct route beside(enum intake_side side, const char *words, unsigned int id)
{
    char frame[100];
    struct route route;
    snprintf(frame, sizeof frame, BOOK " %su%uB2B1A9", words, id);
    stage->now_ns += NS_PER_MS;
    intake_frame_beside(stage->intake, side == INTAKE_NEW ? 2 : 1, side, slice_of(frame),
                        stage->now_ns, &route);
    ck_assert(route.class == FRAME_DATA && route.refusal == REFUSAL_NONE);
    return route;
}

START_TEST(stepped_book_of_two_sessions_is_one_chain)
{
    begin(10);
    beside(INTAKE_NEW, "s", 9); /* it lags */
    beside(INTAKE_NEW, "", 10);
    stage_expect_nothing(stage);
    beside(INTAKE_OLD, "", 11);
    expect_delta(11);
    beside(INTAKE_NEW, "", 11);
    beside(INTAKE_NEW, "", 12); /* it is the first to know */
    expect_delta(12);
    beside(INTAKE_OLD, "", 12);
    beside(INTAKE_NEW, "", 14);
    stage_expect_nothing(stage);
    beside(INTAKE_NEW, "s", 15); /* what is behind a hole is left, but not a book that is newer */
    expect_snapshot(15);
    for (unsigned int id = 13; id <= 15; id++)
        beside(INTAKE_OLD, "", id);
    beside(INTAKE_OLD, "", 16);
    expect_delta(16);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(renewed(), 0);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->gaps, 0);
}
END_TEST

START_TEST(stepped_book_that_is_not_joined_takes_the_snapshot_of_either_session)
{
    begin(10);
    expect_refused(delta(12));
    stage->read = stage->count;
    beside(INTAKE_NEW, "s", 11); /* older than what the old one has shown */
    stage_expect_nothing(stage);
    beside(INTAKE_NEW, "s", 12);
    expect_snapshot(12);
    STATE(stage, TOPIC_OK, REASON_NONE);
    beside(INTAKE_OLD, "", 13);
    expect_delta(13);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_stepped");
    TCase *tests = tcase_create("stepped");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, stepped_book_is_ok_with_the_snapshot_of_its_stream);
    tcase_add_test(tests, stepped_book_with_a_gap_recovers_by_being_subscribed_anew);
    tcase_add_test(tests, stepped_book_whose_service_was_started_anew_is_not_ok);
    tcase_add_test(tests, stepped_book_that_never_got_its_snapshot_asks_for_it);
    tcase_add_test(tests, stepped_book_begins_anew_with_its_next_session);
    tcase_add_test(tests, stepped_book_of_a_new_generation_is_subscribed_anew);
    tcase_add_test(tests, stepped_book_that_lost_an_event_is_subscribed_anew);
    tcase_add_test(tests, stepped_book_of_a_topic_that_comes_to_a_key_which_has_begun);
    tcase_add_test(tests, stepped_book_of_two_sessions_is_one_chain);
    tcase_add_test(tests, stepped_book_that_is_not_joined_takes_the_snapshot_of_either_session);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
