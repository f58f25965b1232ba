/* SPDX-License-Identifier: Apache-2.0 */
/* Books: a book is `ok` when it is proven and at no other moment, whatever is late, lost, doubled
 * or out of order. */
#include "tests/unit/intake_stage.h"

#define KEPT_MAX 1024 /* bytes of deltas kept: a handful */

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_binance, KEPT_MAX);
}

static void tear_down(void)
{
    stage_destroy(&stage);
}

static void add(const char *variant)
{
    struct want want = stage_want(0, KIND_BOOK, variant);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
}

/* A delta whose one bid is at price `last`, so that a book tells what was applied to it. */
static struct route delta(uint64_t first, uint64_t last)
{
    char frame[300];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@depth@100ms\",\"data\":{\"E\":%llu,\"s\":\"BNBBTC\","
                "\"U\":%llu,\"u\":%llu,\"b\":[[\"%llu\",\"1\"]],\"a\":[]}}",
                1672515782000ULL + last, (unsigned long long)first, (unsigned long long)last,
                (unsigned long long)last);
    text_terminate(&text);
    return stage_send(stage, frame);
}

static enum snapshot_result snapshot(uint64_t id)
{
    char body[300];
    struct text text = text_over(body, sizeof body);
    text_format(&text,
                "{\"lastUpdateId\":%llu,\"bids\":[[\"1\",\"1\"]],\"asks\":[[\"9000\",\"1\"]]}",
                (unsigned long long)id);
    return intake_snapshot(stage->intake, 0, text_slice(&text), stage->now_ns);
}

static void expect_delta(enum topic_state state, enum reason reason, uint64_t last)
{
    ck_assert_uint_eq(stage_expect(stage, UPDATE_DELTA, state, reason)->book.last_update_id, last);
}

/* The event that proves the book, with bids best first, and the state behind it. */
static void expect_joined(uint64_t last, size_t bids, uint64_t best)
{
    const struct event *event = stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(event->book.last_update_id, last);
    ck_assert_uint_eq(event->book.bid_count, bids);
    ck_assert_uint_eq(event_bids_of(event)[0].price.low, best);
    ck_assert_uint_eq(event->book.ask_count, 1);
    ck_assert_int_eq(event->proof, PROOF_SEQUENCE);
    STATE(stage, TOPIC_OK, REASON_NONE);
}

START_TEST(book_is_joined_at_its_snapshot_with_the_kept_deltas_applied)
{
    add("");
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    delta(101, 105);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, 105);
    ck_assert_uint_eq(stage->asked[0], 1);
    delta(106, 110);
    delta(111, 111);
    stage->read = stage->count;
    ck_assert_uint_eq(stage->asked[0], 1);
    ck_assert_int_eq(snapshot(107), SNAPSHOT_JOINED);
    const struct event *event = stage->events[stage->read];
    ck_assert_int_eq(event->ts_exchange, INT64_C(1672515782111000000));
    ck_assert_int_eq(event->ts_received, stage->now_ns);
    ck_assert_uint_eq(event->book.depth, 1); /* no more than the snapshot proves */
    expect_joined(111, 3, 111);              /* 1, 110 and 111: 105 is older than the snapshot */
    delta(112, 120);
    expect_delta(TOPIC_OK, REASON_NONE, 120);
    ck_assert_int_eq(delta(112, 120).refusal, REFUSAL_STALE_UPDATE);
    ck_assert_int_eq(snapshot(130), SNAPSHOT_UNKNOWN); /* needs none */
    ck_assert_uint_eq(stage->asked[0], 1);
}
END_TEST

START_TEST(book_with_a_gap_is_recovering_at_once_and_asks)
{
    add("");
    delta(101, 105);
    ck_assert_int_eq(snapshot(105), SNAPSHOT_JOINED);
    stage->read = stage->count;
    delta(107, 108);
    STATE(stage, TOPIC_RECOVERING, REASON_GAP);
    expect_delta(TOPIC_RECOVERING, REASON_GAP, 108);
    ck_assert_uint_eq(stage->asked[0], 2);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->gaps, 1);
    delta(109, 109);
    expect_delta(TOPIC_RECOVERING, REASON_GAP, 109);
    ck_assert_int_eq(snapshot(108), SNAPSHOT_JOINED);
    expect_joined(109, 2, 109);
}
END_TEST

START_TEST(book_snapshot_that_is_too_old_is_asked_for_again_when_told)
{
    add("");
    delta(101, 105);
    stage->read = stage->count;
    ck_assert_int_eq(snapshot(99), SNAPSHOT_TOO_OLD);
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_OLD);
    ck_assert_uint_eq(stage->asked[0], 1);
    delta(106, 106);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_OLD, 106);
    ck_assert_uint_eq(stage->asked[0], 1); /* the pause is the owner's */
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 2);
    ck_assert_int_eq(snapshot(100), SNAPSHOT_JOINED);
    expect_joined(106, 3, 106);
    intake_snapshot_retry(stage->intake, 0); /* nothing is under way */
    ck_assert_uint_eq(stage->asked[0], 2);
}
END_TEST

START_TEST(book_waits_for_a_stream_that_lags_behind_its_snapshot)
{
    add("");
    delta(101, 105);
    stage->read = stage->count;
    ck_assert_int_eq(snapshot(112), SNAPSHOT_AHEAD);
    stage_expect_nothing(stage);
    delta(106, 110);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, 110);
    delta(111, 115);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, 115);
    expect_joined(115, 2, 115);
    ck_assert_uint_eq(stage->asked[0], 1);
}
END_TEST

START_TEST(book_whose_stream_leaps_over_its_snapshot_asks_again)
{
    add("");
    delta(101, 105);
    ck_assert_int_eq(snapshot(112), SNAPSHOT_AHEAD);
    stage->read = stage->count;
    delta(114, 115);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, 115);
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_OLD);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(stage->asked[0], 2);
}
END_TEST

START_TEST(book_of_a_quiet_market_is_joined_when_its_time_is_over)
{
    add("");
    ck_assert_uint_eq(stage->asked[0], 0);
    intake_snapshot_ask(stage->intake, 0);
    intake_snapshot_ask(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 1);
    ck_assert_int_eq(snapshot(112), SNAPSHOT_AHEAD);
    intake_snapshot_ask(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 1);
    stage->read = stage->count;
    int64_t over_ns = stage->now_ns + STAGE_SETTLE * NS_PER_MS;
    intake_settle(stage->intake, over_ns - 1);
    stage_expect_nothing(stage);
    intake_key_silent(stage->intake, stage_key(stage, 0, "bnbbtc@depth@100ms"), 1, stage->now_ns);
    intake_settle(stage->intake, over_ns); /* nobody knows what a silent session would bring */
    stage_expect_nothing(stage);
    intake_key_up(stage->intake, stage_key(stage, 0, "bnbbtc@depth@100ms"), stage->now_ns);
    intake_settle(stage->intake, over_ns);
    expect_joined(112, 1, 1);
    delta(113, 113);
    expect_delta(TOPIC_OK, REASON_NONE, 113);
}
END_TEST

START_TEST(book_whose_key_is_overdue_waits_for_it_though_its_time_is_over)
{
    add("");
    intake_snapshot_ask(stage->intake, 0);
    ck_assert_int_eq(snapshot(112), SNAPSHOT_AHEAD);
    intake_key_overdue(stage->intake, stage_key(stage, 0, "bnbbtc@depth@100ms"), stage->now_ns);
    stage->read = stage->count;
    intake_settle(stage->intake, INT64_MAX);
    stage_expect_nothing(stage);
    delta(110, 112);
    expect_delta(TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING, 112);
    expect_joined(112, 1, 1);
}
END_TEST

START_TEST(book_forgets_a_snapshot_that_waits_when_another_joins)
{
    add("");
    delta(101, 105);
    ck_assert_int_eq(snapshot(112), SNAPSHOT_AHEAD);
    ck_assert_int_eq(snapshot(103), SNAPSHOT_JOINED);
    delta(106, 120);
    stage->read = stage->count;
    intake_settle(stage->intake, INT64_MAX);
    stage_expect_nothing(stage);
    delta(121, 121);
    expect_delta(TOPIC_OK, REASON_NONE, 121);
}
END_TEST

START_TEST(book_whose_buffer_is_full_recovers_from_a_newer_snapshot)
{
    add("");
    uint64_t id = 101;
    for (stage->read = stage->count; stage->count < 50; id++)
        delta(id, id);
    bool full = false;
    for (; stage->read < stage->count; stage->read++)
        full |= stage->events[stage->read]->update == UPDATE_STATE &&
                stage->events[stage->read]->reason == REASON_BUFFER_FULL;
    ck_assert(full);
    ck_assert_int_eq(snapshot(100), SNAPSHOT_TOO_OLD); /* what continued it is gone */
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_OLD);
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_int_eq(snapshot(id - 1), SNAPSHOT_JOINED);
    expect_joined(id - 1, 1, 1);
}
END_TEST

START_TEST(book_without_an_answer_says_why_and_asks_again_when_told)
{
    add("");
    intake_snapshot_failed(stage->intake, 0, REASON_SNAPSHOT_FAILED, stage->now_ns);
    ck_assert_uint_eq(stage->count, 1); /* nothing was asked yet */
    delta(101, 105);
    stage->read = stage->count;
    intake_snapshot_failed(stage->intake, 0, REASON_SNAPSHOT_FAILED, stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_FAILED);
    intake_snapshot_failed(stage->intake, 0, REASON_SNAPSHOT_FAILED, stage->now_ns);
    stage_expect_nothing(stage);
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 2);
    ck_assert_int_eq(intake_snapshot(stage->intake, 0, SLICE("<html>"), stage->now_ns),
                     SNAPSHOT_REFUSED);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->refused[REFUSAL_NOT_JSON], 1);
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 3);
    ck_assert_int_eq(snapshot(103), SNAPSHOT_JOINED);
}
END_TEST

START_TEST(book_takes_no_snapshot_it_has_no_use_for)
{
    struct want want = stage_want(1, KIND_TRADE, "");
    ck_assert_int_eq(snapshot(100), SNAPSHOT_UNKNOWN); /* no such topic */
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_int_eq(intake_snapshot(stage->intake, 1, SLICE("{}"), 0), SNAPSHOT_UNKNOWN);
    intake_snapshot_ask(stage->intake, 1);
    intake_snapshot_ask(stage->intake, 5);
    intake_snapshot_retry(stage->intake, 5);
    intake_snapshot_failed(stage->intake, 5, REASON_SNAPSHOT_FAILED, 0);
    ck_assert_uint_eq(stage->asked[1] + stage->asked[5], 0);
    add("");
    delta(101, 105);
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    stage->read = stage->count;
    ck_assert_int_eq(snapshot(103), SNAPSHOT_UNKNOWN); /* down: it would prove nothing */
    stage_expect_nothing(stage);
    delta(120, 121); /* another session */
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    ck_assert_uint_eq(stage->asked[0], 2);
}
END_TEST

START_TEST(book_that_begins_anew_asks_at_once_and_drops_the_answer_to_an_older_question)
{
    struct want want = stage_want(0, KIND_BOOK, "");
    add("");
    delta(101, 105);
    want.generation = 1;
    stage->read = stage->count;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns)); /* while one is under way */
    stage_expect_nothing(stage);                                /* it is recovering already */
    ck_assert_uint_eq(stage->asked[0], 1);
    ck_assert_int_eq(snapshot(110), SNAPSHOT_TOO_OLD);
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_OLD);
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_uint_eq(stage->asked[0], 2);
    ck_assert_int_eq(snapshot(104), SNAPSHOT_TOO_OLD); /* 105 was seen, and is not kept */
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_int_eq(snapshot(105), SNAPSHOT_JOINED);
    expect_joined(105, 1, 1);
    want.generation = 2;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    STATE(stage, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    ck_assert_uint_eq(stage->asked[0], 4); /* no delta need come first */
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    stage_expect_nothing(stage); /* without a session it stays down */
    ck_assert_uint_eq(
        intake_counters(stage->intake, 0)->resyncs + intake_counters(stage->intake, 1)->resyncs, 3);
}
END_TEST

START_TEST(book_that_lost_an_event_begins_anew_without_waiting_for_a_delta)
{
    add("");
    delta(101, 105);
    snapshot(105);
    intake_flush(stage->intake, stage->now_ns);
    stage->full = true;
    delta(106, 106);
    stage->full = false;
    stage->read = stage->count;
    intake_flush(stage->intake, stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_LOST);
    ck_assert_uint_eq(stage->asked[0], 2);
    ck_assert_int_eq(snapshot(105), SNAPSHOT_TOO_OLD);
    intake_snapshot_retry(stage->intake, 0);
    ck_assert_int_eq(snapshot(106), SNAPSHOT_JOINED);
}
END_TEST

START_TEST(book_whose_ids_fall_far_is_not_ok)
{
    add("");
    delta(5000001, 5000005);
    snapshot(5000005);
    stage->read = stage->count;
    delta(1, 3); /* the exchange was wiped: these are no late copies */
    STATE(stage, TOPIC_RECOVERING, REASON_GAP);
    expect_delta(TOPIC_RECOVERING, REASON_GAP, 3);
    ck_assert_int_eq(snapshot(2), SNAPSHOT_JOINED);
    expect_joined(3, 2, 3);
}
END_TEST

START_TEST(book_in_parts_is_whole_with_each_message_and_claims_its_own_depth)
{
    add("5");
    stage->read = stage->count;
    stage_send(stage, "{\"stream\":\"bnbbtc@depth5\",\"data\":{\"lastUpdateId\":160,"
                      "\"bids\":[[\"3\",\"1\"],[\"2\",\"1\"]],\"asks\":[[\"4\",\"1\"]]}}");
    const struct event *event = stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    ck_assert(event->book.depth == 2 && event->proof == PROOF_SNAPSHOT);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_send(stage, "{\"stream\":\"bnbbtc@depth5\",\"data\":{\"lastUpdateId\":170,"
                      "\"bids\":[],\"asks\":[]}}");
    stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(stage->asked[0], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_book");
    TCase *tests = tcase_create("book");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, book_is_joined_at_its_snapshot_with_the_kept_deltas_applied);
    tcase_add_test(tests, book_with_a_gap_is_recovering_at_once_and_asks);
    tcase_add_test(tests, book_snapshot_that_is_too_old_is_asked_for_again_when_told);
    tcase_add_test(tests, book_waits_for_a_stream_that_lags_behind_its_snapshot);
    tcase_add_test(tests, book_whose_stream_leaps_over_its_snapshot_asks_again);
    tcase_add_test(tests, book_of_a_quiet_market_is_joined_when_its_time_is_over);
    tcase_add_test(tests, book_whose_key_is_overdue_waits_for_it_though_its_time_is_over);
    tcase_add_test(tests, book_forgets_a_snapshot_that_waits_when_another_joins);
    tcase_add_test(tests, book_whose_buffer_is_full_recovers_from_a_newer_snapshot);
    tcase_add_test(tests, book_without_an_answer_says_why_and_asks_again_when_told);
    tcase_add_test(tests, book_takes_no_snapshot_it_has_no_use_for);
    tcase_add_test(tests,
                   book_that_begins_anew_asks_at_once_and_drops_the_answer_to_an_older_question);
    tcase_add_test(tests, book_that_lost_an_event_begins_anew_without_waiting_for_a_delta);
    tcase_add_test(tests, book_whose_ids_fall_far_is_not_ok);
    tcase_add_test(tests, book_in_parts_is_whole_with_each_message_and_claims_its_own_depth);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
