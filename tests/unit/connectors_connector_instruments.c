/* SPDX-License-Identifier: Apache-2.0 */
/* A list of instruments in pages: whole, in order, the last one marked, whatever happens on the
 * way. */
#include "tests/unit/connector_stage.h"

static void begin(void)
{
    stage_begin(&stage_exchange);
    stage_pass_ms(0);
}

static void expect_asked(const char *path)
{
    ck_assert_uint_eq(stage.asked_count, 1);
    ck_assert_str_eq(stage.asked[0].url + strlen(stage_exchange.rest), path);
}

static void page(const char *path, const char *body)
{
    expect_asked(path);
    stage_answer(0, &(struct stage_reply){.body = body});
}

static void expect_nothing_asked(void)
{
    ck_assert_uint_eq(stage.asked_count, 0);
    ck_assert_int_eq(stage.connector->instruments.due_ns, INT64_MAX);
}

START_TEST(a_list_of_one_page_is_given_with_its_last_one_marked)
{
    page("/list", "A B C");
    stage_expect(stage.listed, "A B C.");
    expect_nothing_asked();
}
END_TEST

START_TEST(the_last_one_of_the_last_page_is_marked_and_no_other)
{
    page("/list", "A B >2");
    stage_expect(stage.listed, "A");
    page("/list>2", "C >3");
    page("/list>3", "D E");
    stage_expect(stage.listed, "B C D E.");
    expect_nothing_asked();
}
END_TEST

START_TEST(the_last_one_is_marked_though_the_last_pages_are_empty)
{
    page("/list", "A B >2");
    page("/list>2", ">3");
    page("/list>3", "");
    stage_expect(stage.listed, "A B.");
    expect_nothing_asked();
}
END_TEST

START_TEST(a_full_sink_gets_the_rest_of_the_page_when_it_has_room)
{
    page("/list", "A B >2");
    stage.full = true;
    page("/list>2", "C D E >3");
    stage_pass_ms(200);
    stage.full = false;
    stage.flush_fails = true;
    stage_pass_ms(200);
    stage_expect(stage.listed, "A");
    stage.flush_fails = false;
    stage_pass_ms(100);
    stage_expect(stage.listed, "B C D");
    page("/list>3", "F");
    stage_expect(stage.listed, "E F.");
    expect_nothing_asked();
}
END_TEST

/* Whatever was wrong with a page: the first one is asked for again after a pause. */
START_TEST(a_page_that_fails_begins_the_list_anew)
{
    static const struct {
        struct stage_reply reply;
        const char *said;
    } cases[] = {
        {{.body = "?"}, "#-1:reconnecting/refused_by_exchange/not_json"},
        {{.error = FETCH_TIMEOUT, .detail = "late"}, "#-1:reconnecting/connect_timeout/late"},
        {{.error = FETCH_STATUS, .status = 500, .detail = "HTTP 500", .retry_after_ms = 3000},
         "#-1:reconnecting/refused_by_exchange/HTTP 500"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        page("/list", "A B >2");
        expect_asked("/list>2");
        stage_answer(0, &cases[i].reply);
        stage_expect(stage.said, cases[i].said);
        ck_assert_uint_eq(stage.asked_count, 0);
        stage_pass_ms(cases[i].reply.retry_after_ms > 0 ? 2900 : 200);
        ck_assert_uint_eq(stage.asked_count, 0);
        stage_pass_ms(5000);
        stage_expect(stage.listed, "A");
    }
    page("/list", "A B");
    stage_expect(stage.listed, "A B.");
}
END_TEST

START_TEST(a_list_without_end_is_refused)
{
    for (int i = 0; i < INSTRUMENT_PAGES_MAX; i++) {
        stage_expect(stage.said, "");
        page(i == 0 ? "/list" : "/list>x", "A >x");
    }
    stage_expect(stage.said, "#-1:reconnecting/refused_by_exchange/too many pages");
    stage_pass_ms(1000);
    expect_asked("/list");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_connector_instruments");
    TCase *tests = tcase_create("instruments");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, a_list_of_one_page_is_given_with_its_last_one_marked);
    tcase_add_test(tests, the_last_one_of_the_last_page_is_marked_and_no_other);
    tcase_add_test(tests, the_last_one_is_marked_though_the_last_pages_are_empty);
    tcase_add_test(tests, a_full_sink_gets_the_rest_of_the_page_when_it_has_room);
    tcase_add_test(tests, a_page_that_fails_begins_the_list_anew);
    tcase_add_test(tests, a_list_without_end_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
