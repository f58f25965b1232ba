/* SPDX-License-Identifier: Apache-2.0 */
/* What connectors report, summed up; the clock is stepped. */
#include "gateway/stats.h"

#include "common/clock.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECTORS 2

static struct stats *stats;

static void setup(void)
{
    stats = stats_new(CONNECTORS);
}

static void teardown(void)
{
    stats_destroy(&stats);
    stats_destroy(&stats);
}

static void report(uint16_t connector, uint32_t session, enum session_state state,
                   enum reason reason, uint64_t reconnects)
{
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.connector = connector;
    event.reason = (uint16_t)reason;
    event.session = (struct session_report){
        .session = session, .state = (uint8_t)state, .reconnects = reconnects, .streams = 3};
    stats_take_session(stats, &event);
}

static void count(uint16_t connector, uint32_t session, uint64_t frames)
{
    struct event event;
    event_begin(&event, KIND_COUNTERS);
    event.connector = connector;
    event.counters = (struct counters){.session = session,
                                       .frames = frames,
                                       .bytes = frames * 100,
                                       .events = frames * 2,
                                       .control = 1,
                                       .repeated = 2,
                                       .gaps = 4,
                                       .resyncs = 5,
                                       .dropped = 6,
                                       .last_frame = 1700000000123456789};
    event.counters.refused[REFUSAL_NOT_JSON] = 7;
    event.counters.refused[REFUSAL_DUPLICATE] = 8;
    stats_take_counters(stats, &event);
}

START_TEST(stats_sum_the_sessions_of_all_connectors)
{
    report(0, 0, SESSION_LIVE, REASON_NONE, 1);
    report(0, 3, SESSION_RECONNECTING, REASON_RESET, 2);
    report(1, 0, SESSION_CLOSED, REASON_STOPPED, 4);
    count(0, 0, 100);
    count(0, 3, 10);
    count(1, 0, 1);
    stats_refresh(stats, NS_PER_SECOND);
    const struct stats_totals *totals = stats_totals(stats);
    ck_assert_uint_eq(totals->sessions, 2);
    ck_assert_uint_eq(totals->sessions_live, 1);
    ck_assert_uint_eq(totals->reconnects, 7);
    ck_assert_uint_eq(totals->frames, 111);
    ck_assert_uint_eq(totals->bytes, 11100);
    ck_assert_uint_eq(totals->events, 222);
    ck_assert_uint_eq(totals->control, 3);
    ck_assert_uint_eq(totals->repeated, 6);
    ck_assert_uint_eq(totals->refused, 45);
    ck_assert_uint_eq(totals->gaps, 12);
    ck_assert_uint_eq(totals->resyncs, 15);
    stats_refresh(stats, 2 * NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames, 111); /* once */
}
END_TEST

START_TEST(stats_make_rates_of_what_passed_and_of_a_second_at_least)
{
    struct stats_totals *totals = stats_totals(stats);
    count(0, 0, 1000);
    stats_refresh(stats, NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames_per_s, 0); /* since when? */
    count(0, 0, 4000);
    totals->published = 50;
    stats_refresh(stats, 2 * NS_PER_SECOND + NS_PER_SECOND / 2);
    ck_assert_uint_eq(totals->frames_per_s, 2000);
    ck_assert_uint_eq(totals->events_per_s, 4000);
    ck_assert_uint_eq(totals->published_per_s, 33);
    uint32_t place = 0;
    ck_assert_uint_eq(stats_each(stats, &place)->frames_per_s, 2000);
    count(0, 0, 5000);
    stats_refresh(stats, 3 * NS_PER_SECOND); /* too soon */
    ck_assert_uint_eq(totals->frames, 5000);
    ck_assert_uint_eq(totals->frames_per_s, 2000);
    stats_refresh(stats, 3 * NS_PER_SECOND + NS_PER_SECOND / 2);
    ck_assert_uint_eq(totals->frames_per_s, 1000);
    stats_refresh(stats, 9 * NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames_per_s, 0);
}
END_TEST

START_TEST(stats_keep_the_counts_of_a_connector_that_was_closed)
{
    struct stats_totals *totals = stats_totals(stats);
    report(0, 0, SESSION_LIVE, REASON_NONE, 3);
    count(0, 0, 100);
    stats_retire(stats, 0);
    stats_refresh(stats, NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames, 100);
    ck_assert_uint_eq(totals->reconnects, 3);
    ck_assert_uint_eq(totals->sessions, 0);
    uint32_t place = 0;
    ck_assert_ptr_null(stats_each(stats, &place));
    ck_assert_ptr_null(stats_worst(stats, 0));
    count(0, 0, 5); /* made again: it counts from 0 */
    stats_refresh(stats, 2 * NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames, 105);
    stats_retire(stats, 0);
    stats_retire(stats, 1); /* it never had a session */
    stats_refresh(stats, 3 * NS_PER_SECOND);
    ck_assert_uint_eq(totals->frames, 105);
}
END_TEST

START_TEST(stats_take_no_session_beyond_the_bounds)
{
    report(CONNECTORS, 0, SESSION_LIVE, REASON_NONE, 1);
    report(0, STATS_SESSIONS_MAX, SESSION_LIVE, REASON_NONE, 1);
    count(0, UINT32_MAX, 5);
    uint32_t place = 0;
    ck_assert_ptr_null(stats_each(stats, &place));
    report(0, STATS_SESSIONS_MAX - 1, SESSION_LIVE, REASON_NONE, 1);
    place = 0;
    ck_assert_uint_eq(stats_each(stats, &place)->number, STATS_SESSIONS_MAX - 1);
}
END_TEST

START_TEST(stats_name_the_session_that_stands_most_in_the_way)
{
    ck_assert_ptr_null(stats_worst(stats, 0));
    ck_assert_ptr_null(stats_worst(stats, CONNECTORS));
    report(0, 0, SESSION_CLOSED, REASON_STOPPED, 0);
    ck_assert_ptr_null(stats_worst(stats, 0));
    report(0, 1, SESSION_LIVE, REASON_NONE, 0);
    report(0, 2, SESSION_LIVE, REASON_NONE, 0);
    ck_assert_uint_eq(stats_worst(stats, 0)->number, 1);
    report(0, 3, SESSION_OPENING, REASON_NONE, 0);
    ck_assert_uint_eq(stats_worst(stats, 0)->number, 3);
    report(0, 5, SESSION_REFUSED, REASON_BANNED, 0);
    report(0, 4, SESSION_RECONNECTING, REASON_RESET, 0);
    ck_assert_uint_eq(stats_worst(stats, 0)->number, 4);
    ck_assert_int_eq(stats_worst(stats, 0)->reason, REASON_RESET);
}
END_TEST

START_TEST(stats_keep_an_example_for_each_connector_and_reason)
{
    struct event event;
    event_begin(&event, KIND_DRIFT);
    event.connector = 1;
    event.drift.refusal = REFUSAL_NOT_JSON;
    event.drift.len = 3;
    memcpy(event.drift.example, "abc", 3);
    stats_take_drift(stats, &event);
    event.drift.refusal = REFUSAL_COUNT; /* none of ours */
    stats_take_drift(stats, &event);
    event.connector = CONNECTORS;
    event.drift.refusal = REFUSAL_NOT_JSON;
    stats_take_drift(stats, &event);
    uint32_t place = 0;
    struct stats_drift row;
    ck_assert(stats_each_drift(stats, &place, &row));
    ck_assert_uint_eq(row.connector, 1);
    ck_assert_uint_eq(row.first->refusal, REFUSAL_NOT_JSON);
    ck_assert_mem_eq(row.first->example, "abc", 3);
    ck_assert(!stats_each_drift(stats, &place, &row));
}
END_TEST

static void take_stranger(enum drift_kind drift, const char *name, const char *example)
{
    struct event event;
    event_begin(&event, KIND_DRIFT);
    event.connector = 1;
    event.drift.drift = (uint8_t)drift;
    event.drift.name_len = (uint8_t)strlen(name);
    memcpy(event.drift.name, name, strlen(name));
    event.drift.len = (uint16_t)strlen(example);
    memcpy(event.drift.example, example, strlen(example));
    stats_take_drift(stats, &event);
}

START_TEST(stats_keep_the_first_example_of_each_unknown_name_up_to_sixteen)
{
    struct stats_drift row;
    uint32_t place = 0, names = 0;
    struct event event;
    take_stranger(DRIFT_UNKNOWN_FIELD, "zz", "first");
    take_stranger(DRIFT_UNKNOWN_FIELD, "zz", "second");
    take_stranger(DRIFT_UNKNOWN_WORD, "zz", "a word"); /* something else of the same name */
    event_begin(&event, KIND_COUNTERS);
    event.connector = 1;
    event.counters.drifted[DRIFT_UNKNOWN_FIELD] = 7;
    event.counters.drifted[DRIFT_UNKNOWN_WORD] = 2;
    stats_take_counters(stats, &event);
    ck_assert(stats_each_drift(stats, &place, &row));
    ck_assert_mem_eq(row.first->example, "first", 5);
    ck_assert_uint_eq(row.count, 7);
    ck_assert(stats_each_drift(stats, &place, &row));
    ck_assert_uint_eq(row.first->drift, DRIFT_UNKNOWN_WORD);
    ck_assert_uint_eq(row.count, 2);
    for (int i = 0; i < 2 * STATS_NAMES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "name%d", i);
        take_stranger(DRIFT_UNKNOWN_FIELD, name, "");
    }
    for (place = 0; stats_each_drift(stats, &place, &row);)
        names++;
    ck_assert_uint_eq(names, STATS_NAMES_MAX);
    stats_refresh(stats, NS_PER_SECOND);
    ck_assert_uint_eq(stats_totals(stats)->drifted, 9);
}
END_TEST

static json_t *written(void (*write)(struct text *text))
{
    static char room[16384];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, "{");
    write(&text);
    text_literal(&text, "}");
    text_terminate(&text);
    ck_assert(!text.overflow);
    json_t *object = json_loads(room, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(object != NULL, "%s is no JSON object", room);
    return object;
}

static void write_totals(struct text *text)
{
    stats_write_totals(text, stats);
}

static void write_session(struct text *text)
{
    uint32_t place = 0;
    stats_write_session(text, stats_each(stats, &place));
}

START_TEST(stats_are_written_by_the_lines_of_their_table)
{
    size_t lines = 0;
#define TOTAL(name, type, help) lines++;
#include "gateway/stats.def"
#undef TOTAL
    count(0, 0, 100);
    stats_refresh(stats, NS_PER_SECOND);
    stats_totals(stats)->uptime_s = 9;
    json_t *totals = written(write_totals);
    ck_assert_uint_eq(json_object_size(totals), lines);
    ck_assert_int_eq(json_integer_value(json_object_get(totals, "uptime_s")), 9);
    ck_assert_int_eq(json_integer_value(json_object_get(totals, "frames")), 100);
    json_decref(totals);
    json_t *session = written(write_session);
    ck_assert_int_eq(json_integer_value(json_object_get(session, "refused_total")), 15);
    ck_assert_int_eq(json_integer_value(json_object_get(session, "dropped")), 6);
    ck_assert_int_eq(json_integer_value(json_object_get(session, "last_message")),
                     1700000000123456);
    json_t *refused = json_object_get(session, "refused");
    ck_assert_uint_eq(json_object_size(refused), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(refused, "not_json")), 7);
    ck_assert_int_eq(json_integer_value(json_object_get(refused, "duplicate")), 8);
    json_decref(session);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_stats");
    TCase *tests = tcase_create("stats");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, stats_sum_the_sessions_of_all_connectors);
    tcase_add_test(tests, stats_make_rates_of_what_passed_and_of_a_second_at_least);
    tcase_add_test(tests, stats_keep_the_counts_of_a_connector_that_was_closed);
    tcase_add_test(tests, stats_take_no_session_beyond_the_bounds);
    tcase_add_test(tests, stats_name_the_session_that_stands_most_in_the_way);
    tcase_add_test(tests, stats_keep_an_example_for_each_connector_and_reason);
    tcase_add_test(tests, stats_keep_the_first_example_of_each_unknown_name_up_to_sixteen);
    tcase_add_test(tests, stats_are_written_by_the_lines_of_their_table);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
