/* SPDX-License-Identifier: Apache-2.0 */
/* What the registry takes while the gateway runs, and what it says of a table that is not whole. */
#include "connectors/registry.h"

#include <check.h>
#include <stdio.h>

/* A whole table, in which each test takes something out. */
static struct stream streams[2];

static struct exchange whole(void)
{
    struct exchange exchange = *exchange_find(SLICE("binance"));
    exchange.name = "another";
    streams[0] =
        (struct stream){"depth", KIND_BOOK, true, SEQUENCE_CHAINED, PROOF_SEQUENCE, 0, 0, 0};
    streams[1] =
        (struct stream){"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0};
    exchange.streams = streams;
    exchange.stream_count = 2;
    return exchange;
}

static void expect_missing(const struct exchange *exchange, const char *words)
{
    char room[200];
    struct text why = text_over(room, sizeof room);
    ck_assert(!registry_check(exchange, &why));
    text_terminate(&why);
    ck_assert_msg(strcmp(room, words) == 0, "\"%s\" instead of \"%s\"", room, words);
    why.len = 0;
    ck_assert_int_eq(registry_add(exchange, &why), REGISTRY_INCOMPLETE);
    ck_assert_ptr_null(exchange_find(SLICE("another")));
}

static void expect_whole(const struct exchange *exchange)
{
    char room[200];
    struct text why = text_over(room, sizeof room);
    bool is_whole = registry_check(exchange, &why);
    ck_assert_msg(is_whole, "%s: %.*s", exchange->name, (int)why.len, why.data);
}

START_TEST(registry_finds_nothing_missing_in_what_is_built_in)
{
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++)
        expect_whole(*list);
}
END_TEST

#define WITHOUT(field, words)                                                                      \
    do {                                                                                           \
        struct exchange lacking = whole();                                                         \
        memset((void *)&lacking.field, 0, sizeof lacking.field);                                   \
        expect_missing(&lacking, words);                                                           \
    } while (0)

START_TEST(registry_names_the_fact_or_hook_that_a_table_lacks)
{
    struct exchange exchange = {0};
    expect_missing(&exchange, "name: expected 1 to 32 of a-z 0-9 -");
    WITHOUT(type, "type: expected 1 to 64 letters and digits");
    WITHOUT(websocket, "websocket: expected wss://host");
    WITHOUT(rest, "rest: expected https://host");
    WITHOUT(roots, "roots[0]: expected a path");
    WITHOUT(limits.group, "limits.group is missing");
    WITHOUT(limits.streams_per_session, "limits.streams_per_session is missing");
    WITHOUT(limits.frame_max, "limits.frame_max is missing");
    WITHOUT(limits.rest_window_ms, "limits.rest_window_ms is missing");
    WITHOUT(streams, "streams are missing");
    WITHOUT(stream_count, "streams are missing");
    WITHOUT(write_key, "write_key is missing");
    WITHOUT(parse, "parse is missing");
    WITHOUT(read_instruments, "read_instruments is missing");
    exchange = whole();
    exchange.websocket = "ws://stream.binance.com";
    expect_missing(&exchange, "websocket: expected wss://host");
    exchange = whole();
    exchange.name = "Another";
    expect_missing(&exchange, "name: expected 1 to 32 of a-z 0-9 -");
    exchange = whole();
    expect_whole(&exchange);
}
END_TEST

START_TEST(registry_names_the_stream_that_is_not_whole_and_what_its_rule_needs)
{
    struct exchange exchange = whole();
    streams[1].name = NULL;
    expect_missing(&exchange,
                   "streams[1].name: expected 1 to 32 printable characters but , and quotes");
    exchange = whole();
    streams[1].root = 1;
    expect_missing(&exchange, "streams[1].root is none of roots");
    exchange = whole();
    streams[1].kind = KIND_SESSION;
    expect_missing(&exchange, "streams[1].kind is none with topics");
    exchange = whole();
    streams[1].poll_ms = 1000;
    expect_missing(&exchange, "streams[1].poll_ms needs write_poll_path, which is missing");
    WITHOUT(read_snapshot, "streams[0].rule needs read_snapshot, which is missing");
    WITHOUT(snapshot_weight, "streams[0].rule needs snapshot_weight, which is missing");
    exchange = whole();
    exchange.read_snapshot = NULL;
    streams[0].rule = SEQUENCE_STEPPED; /* the stream brings it */
    expect_whole(&exchange);
    streams[0].rule = SEQUENCE_LINKED;
    streams[0].wanted = false; /* what is never asked for needs no way to be asked for */
    expect_whole(&exchange);
    streams[1].wanted = false;
    expect_missing(&exchange, "streams: none is wanted");
}
END_TEST

START_TEST(registry_takes_no_more_parts_of_a_kind_than_a_topic_has)
{
    struct stream five[5];
    struct exchange exchange = whole();
    exchange.streams = five;
    for (exchange.stream_count = 0; exchange.stream_count < 5; exchange.stream_count++)
        five[exchange.stream_count] = streams[1];
    expect_missing(&exchange, "streams: more than 4 are wanted for one kind");
    exchange.stream_count = 4;
    expect_whole(&exchange);
}
END_TEST

START_TEST(registry_takes_a_name_once_and_no_more_than_it_has_room_for)
{
    static struct exchange more[REGISTRY_MAX + 1];
    static char names[REGISTRY_MAX + 1][32];
    char room[100];
    struct text why = text_over(room, sizeof room);
    size_t left = registry_room(), count;
    more[0] = whole();
    more[0].name = "binance";
    ck_assert_int_eq(registry_add(&more[0], &why), REGISTRY_TAKEN);
    ck_assert_uint_gt(left, 0);
    for (count = 0; count <= left; count++) {
        more[count] = whole();
        snprintf(names[count], sizeof names[count], "more-%zu", count);
        more[count].name = names[count];
        why.len = 0;
        ck_assert_int_eq(registry_add(&more[count], &why),
                         count < left ? REGISTRY_ADDED : REGISTRY_FULL);
    }
    ck_assert_ptr_eq(exchange_find(SLICE("more-0")), &more[0]);
    ck_assert_uint_eq(registry_room(), 0);
    for (count = 0; exchange_list()[count] != NULL; count++)
        continue;
    ck_assert_uint_eq(count, REGISTRY_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_registry_check");
    TCase *tests = tcase_create("registry_check");
    tcase_add_test(tests, registry_finds_nothing_missing_in_what_is_built_in);
    tcase_add_test(tests, registry_names_the_fact_or_hook_that_a_table_lacks);
    tcase_add_test(tests, registry_names_the_stream_that_is_not_whole_and_what_its_rule_needs);
    tcase_add_test(tests, registry_takes_no_more_parts_of_a_kind_than_a_topic_has);
    tcase_add_test(tests, registry_takes_a_name_once_and_no_more_than_it_has_room_for);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
