/* SPDX-License-Identifier: Apache-2.0 */
/* Two sessions bring the same streams while the new one takes over from the old: nothing is lost,
 * nothing is told twice, and none of it is a fault. */
#include "tests/unit/intake_stage.h"

#define KEPT_MAX 4096

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_binance, KEPT_MAX);
}

static void tear_down(void)
{
    const struct counters *first = intake_counters(stage->intake, 1);
    const struct counters *second = intake_counters(stage->intake, 2);
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        ck_assert_uint_eq(first->refused[i] + second->refused[i], 0);
    ck_assert_uint_eq(first->gaps + second->gaps, 0);
    stage_destroy(&stage);
}

static void add(uint32_t slot, enum kind kind)
{
    struct want want = stage_want(slot, kind, kind == KIND_CANDLE ? "1m" : "");
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    stage->read = stage->count;
}

static void send(uint32_t session, enum intake_side side, const char *frame)
{
    struct route route;
    stage->now_ns += NS_PER_MS;
    intake_frame_beside(stage->intake, session, side, slice_of(frame), stage->now_ns, &route);
    ck_assert_int_eq(route.class, FRAME_DATA);
}

static void old(const char *frame)
{
    send(1, INTAKE_OLD, frame);
}

static void new (const char *frame)
{
    send(2, INTAKE_NEW, frame);
}

static const char *trade(unsigned int id)
{
    static char frame[300];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@trade\",\"data\":{\"e\":\"trade\",\"E\":1672515782136,"
                "\"s\":\"BNBBTC\",\"t\":%u,\"p\":\"1\",\"q\":\"2\",\"T\":1672515782136,"
                "\"m\":true,\"M\":true}}",
                id);
    text_terminate(&text);
    return frame;
}

static const char *delta(unsigned int first, unsigned int last)
{
    static char frame[300];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@depth@100ms\",\"data\":{\"e\":\"depthUpdate\","
                "\"E\":1672515782136,\"s\":\"BNBBTC\",\"U\":%u,\"u\":%u,"
                "\"b\":[[\"1\",\"1\"]],\"a\":[]}}",
                first, last);
    text_terminate(&text);
    return frame;
}

static void expect_trade(const char *id)
{
    const struct event *event = stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    struct id expected = {0};
    ck_assert(id_set(&expected, slice_of(id)));
    ck_assert_mem_eq(&event->trade.trade_id, &expected, sizeof expected);
}

static void expect_delta(uint64_t last)
{
    const struct event *event = stage_expect(stage, UPDATE_DELTA, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(event->book.last_update_id, last);
}

START_TEST(trades_of_both_sessions_are_told_once)
{
    add(0, KIND_TRADE);
    old(trade(7));
    STATE(stage, TOPIC_OK, REASON_NONE);
    expect_trade("7");
    new (trade(6)); /* it lags */
    new (trade(7));
    stage_expect_nothing(stage);
    new (trade(8)); /* it is the first to know */
    expect_trade("8");
    old(trade(9));
    expect_trade("9");
    new (trade(9));
    old(trade(8));
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(trades_ahead_of_the_old_session_wait_for_it)
{
    add(0, KIND_TRADE);
    old(trade(7));
    stage->read = stage->count;
    new (trade(10));
    stage_expect_nothing(stage);
    old(trade(8));
    old(trade(9));
    old(trade(10));
    expect_trade("8");
    expect_trade("9");
    expect_trade("10");
    new (trade(11));
    expect_trade("11");
    ck_assert_int_eq(intake_topic_state(stage->intake, 0), TOPIC_OK);
}
END_TEST

START_TEST(deltas_of_both_sessions_make_one_chain)
{
    static const char body[] = "{\"lastUpdateId\":100,\"bids\":[[\"1\",\"1\"]],\"asks\":[]}";
    add(0, KIND_BOOK);
    old(delta(99, 100));
    ck_assert_int_eq(intake_snapshot(stage->intake, 0, slice_of(body), stage->now_ns),
                     SNAPSHOT_JOINED);
    stage->read = stage->count;
    new (delta(99, 100));
    new (delta(104, 106));
    stage_expect_nothing(stage);
    old(delta(101, 103));
    expect_delta(103);
    new (delta(104, 106));
    expect_delta(106);
    old(delta(104, 106));
    stage_expect_nothing(stage);
    ck_assert_int_eq(intake_topic_state(stage->intake, 0), TOPIC_OK);
}
END_TEST

START_TEST(a_book_that_is_not_joined_is_the_old_sessions)
{
    add(0, KIND_BOOK);
    new (delta(99, 100));
    stage_expect_nothing(stage);
    ck_assert_uint_eq(stage->asked[0], 0);
}
END_TEST

START_TEST(what_has_no_ids_is_the_old_sessions)
{
    static const char candle[] =
        "{\"stream\":\"bnbbtc@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":1672515782136,"
        "\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,\"T\":1672515839999,\"s\":\"BNBBTC\","
        "\"i\":\"1m\",\"f\":100,\"L\":200,\"o\":\"0.0010\",\"c\":\"0.0020\",\"h\":\"0.0025\","
        "\"l\":\"0.0015\",\"v\":\"1000\",\"n\":100,\"x\":false,\"q\":\"1.0000\",\"V\":\"500\","
        "\"Q\":\"0.500\",\"B\":\"123456\"}}}";
    static const char top[] = "{\"stream\":\"bnbbtc@bookTicker\",\"data\":{\"u\":400900217,"
                              "\"s\":\"BNBBTC\",\"b\":\"25.3\",\"B\":\"31.2\",\"a\":\"25.4\","
                              "\"A\":\"40.6\"}}";
    add(0, KIND_CANDLE);
    add(1, KIND_QUOTE);
    new (candle);
    new (top);
    stage_expect_nothing(stage);
    ck_assert(!intake_had_data(stage->intake, 0));
    old(candle);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    new (candle);
    stage_expect_nothing(stage);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_beside");
    TCase *tests = tcase_create("beside");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, trades_of_both_sessions_are_told_once);
    tcase_add_test(tests, trades_ahead_of_the_old_session_wait_for_it);
    tcase_add_test(tests, deltas_of_both_sessions_make_one_chain);
    tcase_add_test(tests, a_book_that_is_not_joined_is_the_old_sessions);
    tcase_add_test(tests, what_has_no_ids_is_the_old_sessions);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
