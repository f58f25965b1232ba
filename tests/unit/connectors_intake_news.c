/* SPDX-License-Identifier: Apache-2.0 */
/* What is news and what is not: quotes and marks that are put together, messages that repeat,
 * trades of the past, names that nobody knows. */
#include "tests/unit/intake_venue.h"

#include <stdio.h>

#define TRADE  "trade.BNBBTC"
#define TICKER "ticker.BNBBTC"
#define TOP    "top.BNBBTC"
#define WHOLE  "whole.BNBBTC"

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_venue, 1 << 20);
}

static void tear_down(void)
{
    stage_destroy(&stage);
}

static void add(uint32_t slot, enum kind kind, const char *variant)
{
    struct want want = stage_want(slot, kind, variant);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    stage->read = stage->count;
}

static void send(const char *frame)
{
    struct route route = stage_send(stage, frame);
    ck_assert(route.class == FRAME_DATA && route.refusal == REFUSAL_NONE);
}

static void send_quietly(const char *frame)
{
    send(frame);
    stage->read = stage->count;
}

static const struct event *data(void)
{
    return stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
}

static const struct counters *counters(void)
{
    return intake_counters(stage->intake, 1);
}

START_TEST(mark_is_all_that_is_known_and_ok_once_it_has_a_price)
{
    add(0, KIND_MARK, "");
    send(TICKER " i5f60");
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    stage_expect(stage, UPDATE_DATA, TOPIC_RECOVERING, REASON_NO_PRICE);
    send(TICKER " m4");
    STATE(stage, TOPIC_OK, REASON_NONE);
    const struct event *event = data();
    ck_assert_uint_eq(event->mark.known, MARK_MARK_PRICE | MARK_INDEX_PRICE);
    ck_assert(event->mark.mark_price.low == 4 && event->mark.index_price.low == 5);
    ck_assert_int_eq(event->mark.next_funding_time, 60 * NS_PER_SECOND);
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    send(TICKER " i6");
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    event = stage_expect(stage, UPDATE_DATA, TOPIC_RECOVERING, REASON_NO_PRICE);
    ck_assert(event->mark.known == MARK_INDEX_PRICE && event->mark.next_funding_time == 0);
}
END_TEST

START_TEST(snapshot_makes_void_what_its_own_stream_said)
{
    add(0, KIND_QUOTE, "");
    add(1, KIND_MARK, "");
    send(TICKER " p5v6l7m8i9f10");
    send_quietly(TOP " u1b4");
    send(TICKER " sp5m8");
    const struct event *event = data();
    ck_assert_uint_eq(event->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_BID_PRICE);
    ck_assert_int_eq(event->quote.ts_last, 0);
    event = data();
    ck_assert(event->mark.known == MARK_MARK_PRICE && event->mark.next_funding_time == 0);
    send_quietly(TOP " u2v3"); /* who says a field last owns it */
    send(TICKER " sv6b4");
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    event = stage_expect(stage, UPDATE_DATA, TOPIC_RECOVERING, REASON_NO_PRICE);
    ck_assert_uint_eq(event->quote.known, 1u << QUOTE_VOLUME | 1u << QUOTE_BID_PRICE);
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    stage_expect_nothing(stage); /* of the mark nothing is known at all */
    send(TOP " su3p1");
    STATE(stage, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(data()->quote.known,
                      1u << QUOTE_PRICE | 1u << QUOTE_VOLUME | 1u << QUOTE_BID_PRICE);
}
END_TEST

START_TEST(payload_that_says_nothing_of_a_topic_is_not_told)
{
    add(0, KIND_QUOTE, "");
    add(1, KIND_MARK, "");
    send(TICKER " p5");
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 0);
    ck_assert_uint_eq(data()->slot, 0);
    ck_assert_uint_eq(STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE)->slot, 1);
    ck_assert(intake_had_data(stage->intake, 1));
    send(TICKER " m6");
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 1);
    ck_assert_uint_eq(data()->slot, 1);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->repeated, 0); /* each frame told something */
    send(TICKER " v0");
    data();
    send(TICKER " ");
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->repeated, 1);
    intake_key_silent(stage->intake, stage_key(stage, 1, TICKER), 1, stage->now_ns);
    stage->read = stage->count;
    send(TICKER " p5"); /* but that its key lives is */
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 0);
    ck_assert_uint_eq(data()->slot, 0);
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 1);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(quote_that_comes_again_is_not_told_again)
{
    add(0, KIND_QUOTE, "");
    send(TICKER " p5");
    send_quietly(TOP " u7b4");
    send(TOP " u7b4");
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->repeated, 1);
    send(TOP " u7b5"); /* an id that is used twice */
    ck_assert_uint_eq(data()->quote.numbers[QUOTE_BID_PRICE].low, 5);
    send(TOP " u8b5"); /* another id is news to whoever follows it */
    data();
    send(TICKER " p5"); /* and here nobody knows */
    data();
    send_quietly(WHOLE " v3");
    send(WHOLE " v3");
    stage_expect_nothing(stage);
    send(WHOLE " v3l4");
    ck_assert_int_eq(data()->quote.ts_last, 4 * NS_PER_SECOND);
    ck_assert_uint_eq(counters()->repeated, 2);
    ck_assert_int_eq(intake_key_heard_ns(stage->intake, stage_key(stage, 0, WHOLE)), stage->now_ns);
    ck_assert_int_eq(stage_send(stage, TOP " u6b1").refusal, REFUSAL_STALE_UPDATE);
}
END_TEST

START_TEST(quote_that_was_lost_is_told_though_it_comes_again)
{
    add(0, KIND_QUOTE, "");
    send(TICKER " p5");
    intake_flush(stage->intake, stage->now_ns);
    stage->full = true;
    send(TOP " u7b4");
    stage->full = false;
    stage->read = stage->count;
    intake_flush(stage->intake, stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_LOST);
    send(TOP " u7b4");
    STATE(stage, TOPIC_OK, REASON_NONE);
    data();
}
END_TEST

START_TEST(whole_book_that_comes_again_is_not_told_again)
{
    add(0, KIND_BOOK, "w");
    send(WHOLE " sB5A7");
    const struct event *event = stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    ck_assert(event->book.depth == 1 && event->proof == PROOF_SNAPSHOT);
    STATE(stage, TOPIC_OK, REASON_NONE);
    send(WHOLE " sB5A7u9");
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->repeated, 1);
    send(WHOLE " sB5B7"); /* the same levels, on other sides */
    stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    send(WHOLE " s");
    stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    send(WHOLE " s"); /* a book that was not ok is told whatever it is */
    stage_expect(stage, UPDATE_SNAPSHOT, TOPIC_OK, REASON_NONE);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
    intake_snapshot_ask(stage->intake, 0);
    ck_assert_int_eq(intake_snapshot(stage->intake, 0, SLICE("{}"), stage->now_ns),
                     SNAPSHOT_UNKNOWN);
    ck_assert_uint_eq(stage->asked[0], 0);
}
END_TEST

START_TEST(trade_of_the_past_proves_its_channel_and_is_not_told)
{
    add(0, KIND_TRADE, "");
    send(TRADE " su5p1");
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
    ck_assert(intake_had_data(stage->intake, 0));
    ck_assert_uint_eq(counters()->control, 1);
    send(TRADE " u5p1");
    data();
}
END_TEST

static const struct event *drift(const char *name)
{
    const struct event *event = stage_next(stage);
    ck_assert(event->kind == KIND_DRIFT && event->slot == EVENT_NO_SLOT);
    ck_assert(event->drift.refusal == REFUSAL_NONE);
    ck_assert_int_eq(event->drift.drift, DRIFT_UNKNOWN_FIELD);
    ck_assert_uint_eq(event->drift.name_len, strlen(name));
    ck_assert_mem_eq(event->drift.name, name, strlen(name));
    return event;
}

START_TEST(name_that_nobody_knows_is_counted_and_its_first_frame_shown)
{
    static const char frame[] = TICKER " p5m5xst";
    add(0, KIND_QUOTE, "");
    add(1, KIND_MARK, "");
    send(frame);
    const struct event *event = drift("st");
    ck_assert(event->drift.len == sizeof frame - 1);
    ck_assert_mem_eq(event->drift.example, frame, sizeof frame - 1);
    ck_assert_uint_eq(counters()->drifted[DRIFT_UNKNOWN_FIELD], 1); /* once for both topics */
    stage->read = stage->count;
    send(frame);
    for (int i = 0; i < 2; i++)
        data();
    send(TICKER " p5xps");
    drift("ps");
    ck_assert_uint_eq(counters()->drifted[DRIFT_UNKNOWN_FIELD], 3);
}
END_TEST

START_TEST(names_that_nobody_knows_are_remembered_up_to_a_limit)
{
    char frame[200];
    size_t shown = 0;
    add(0, KIND_TRADE, "");
    for (unsigned int name = 0; name < 40; name++) {
        snprintf(frame, sizeof frame, TRADE " u%ux%060u", name, name % 20 * 100);
        send(frame);
    }
    for (; stage->read < stage->count; stage->read++)
        shown += stage->events[stage->read]->kind == KIND_DRIFT;
    ck_assert_uint_eq(shown, 16);
    ck_assert_uint_eq(counters()->drifted[DRIFT_UNKNOWN_FIELD], 40);
}
END_TEST

START_TEST(name_whose_frame_was_lost_is_shown_again)
{
    add(0, KIND_TRADE, "");
    stage->full = true;
    send(TRADE " u1xst");
    stage->full = false;
    stage->flush_fails = true;
    send(TRADE " u2xst"); /* there is room for this one, but its batch is dropped */
    stage->read = stage->count - 2;
    drift("st");
    intake_flush(stage->intake, stage->now_ns);
    stage->flush_fails = false;
    stage->read = stage->count;
    send(TRADE " u3xst");
    drift("st");
    intake_flush(stage->intake, stage->now_ns);
    stage->read = stage->count;
    send(TRADE " u4xst");
    ck_assert_int_ne(stage_next(stage)->kind, KIND_DRIFT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_news");
    TCase *tests = tcase_create("news");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, mark_is_all_that_is_known_and_ok_once_it_has_a_price);
    tcase_add_test(tests, snapshot_makes_void_what_its_own_stream_said);
    tcase_add_test(tests, payload_that_says_nothing_of_a_topic_is_not_told);
    tcase_add_test(tests, quote_that_comes_again_is_not_told_again);
    tcase_add_test(tests, quote_that_was_lost_is_told_though_it_comes_again);
    tcase_add_test(tests, whole_book_that_comes_again_is_not_told_again);
    tcase_add_test(tests, trade_of_the_past_proves_its_channel_and_is_not_told);
    tcase_add_test(tests, name_that_nobody_knows_is_counted_and_its_first_frame_shown);
    tcase_add_test(tests, names_that_nobody_knows_are_remembered_up_to_a_limit);
    tcase_add_test(tests, name_whose_frame_was_lost_is_shown_again);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
