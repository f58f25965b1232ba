/* SPDX-License-Identifier: Apache-2.0 */
/* The fetch thread against a small HTTP server in this process: whatever the server, the budget or
 * the stop does, each request is answered once, or never if it was taken back. */
#include "tests/unit/fetch_stage.h"

static void let_go(void)
{
    ck_assert_int_eq(write(server.wake[1], "x", 1), 1);
}

/* Waits until the server holds so many requests. */
static void wait_stalled(int count)
{
    int64_t until_ns = clock_monotonic_ns() + WAIT_S * NS_PER_SECOND;
    while (atomic_load(&server.stalled_count) != count) {
        ck_assert_int_lt(clock_monotonic_ns(), until_ns);
        poll(NULL, 0, 1);
    }
}

START_TEST(fetch_answers_every_failure_by_its_name)
{
    struct fetch_request request = request_of(&asker, FETCH_GET);
    expect_answer(get(&asker, "/big", 1, 10000), FETCH_TOO_LARGE, 200);
    expect_answer(get(&asker, "/broken", 1, 10000), FETCH_STATUS, 500);
    expect_answer(get(&asker, "/moved", 1, 10000), FETCH_STATUS, 302);
    expect_answer(get(&asker, "/nothing", 1, 10000), FETCH_CONNECT, 0);
    expect_answer(get(&asker, "/stall", 1, 50), FETCH_TIMEOUT, 0);
    snprintf(request.url, sizeof request.url, "https://127.0.0.1:%u/ok", server.port);
    ck_assert(fetch_ask(fetch, &request));
    expect_answer(request.tag, FETCH_TLS, 0);
    request.tag = ++tags;
    snprintf(request.url, sizeof request.url, "ftp://127.0.0.1/ok");
    ck_assert(fetch_ask(fetch, &request));
    expect_answer(request.tag, FETCH_CONNECT, 0);
    expect_no_answer(&asker);
}
END_TEST

START_TEST(fetch_runs_so_many_at_once_and_the_next_as_soon_as_one_ends)
{
    fetch_destroy(&fetch);
    start(2);
    for (int i = 0; i < 3; i++)
        get(&asker, "/stall", 1, 10000);
    wait_stalled(2);
    free(dial("127.0.0.1")); /* the third had its turn by now */
    ck_assert_int_eq(atomic_load(&server.stalled_count), 2);
    let_go();
    for (int i = 0; i < 2; i++)
        free(wait_answer(&asker));
    wait_stalled(1);
    let_go();
    free(wait_answer(&asker));
    fetch_destroy(&fetch);
    start(1);
    int64_t begun_ns = clock_monotonic_ns();
    for (int i = 0; i < 8; i++)
        get(&asker, "/ok", 0, 10000);
    for (int i = 0; i < 8; i++)
        free(wait_answer(&asker));
    ck_assert_int_lt(clock_monotonic_ns() - begun_ns, 4 * NS_PER_SECOND);
}
END_TEST

START_TEST(fetch_forgets_what_is_taken_back)
{
    struct asker other;
    asker_init(&other);
    get(&asker, "/stall", 55, 10000);
    wait_stalled(1);
    get(&asker, "/ok", 30, 10000); /* waits for the budget */
    fetch_forget(fetch, &asker.fetch);
    let_go();
    get(&other, "/ok", 5, 10000); /* nothing stands before it any longer */
    struct fetch_answer *answer = wait_answer(&other);
    ck_assert_int_eq(answer->error, FETCH_OK);
    free(answer);
    fetch_forget(fetch, &other.fetch);
    fetch_destroy(&fetch);
    expect_no_answer(&asker);
    expect_no_answer(&other);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
    asker_fini(&other);
}
END_TEST

START_TEST(fetch_answers_what_is_open_when_it_stops)
{
    bool stopped[4] = {false};
    uint64_t first = tags + 1;
    get(&asker, "/stall", 1, 10000);
    get(&asker, "/stall", 1, 10000);
    wait_stalled(2);
    get(&asker, "/ok", 60, 10000);
    get(&asker, "/ok", 60, 10000);
    fetch_destroy(&fetch);
    for (int i = 0; i < 4; i++) {
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_eq(answer->error, FETCH_STOPPED);
        stopped[answer->tag - first] = true;
        free(answer);
    }
    expect_no_answer(&asker);
    ck_assert(stopped[0] && stopped[1] && stopped[2] && stopped[3]);
    fetch_destroy(&fetch); /* safe twice */
}
END_TEST

START_TEST(fetch_takes_no_more_requests_than_its_queue_holds)
{
    struct fetch_request request = request_of(&asker, FETCH_GET);
    snprintf(request.url, sizeof request.url, "http://127.0.0.1:%u/ok", server.port);
    request.weight = 60;
    fetch_hold(fetch, request.exchange, 5000, false);
    for (int i = 0; i < 16; i++)
        ck_assert(fetch_ask(fetch, &request));
    ck_assert(!fetch_ask(fetch, &request));
    fetch_destroy(&fetch);
    for (int i = 0; i < 16; i++)
        free(wait_answer(&asker));
    expect_no_answer(&asker);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_fetch");
    TCase *tests = tcase_create("fetch");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, fetch_answers_every_failure_by_its_name);
    tcase_add_test(tests, fetch_runs_so_many_at_once_and_the_next_as_soon_as_one_ends);
    tcase_add_test(tests, fetch_forgets_what_is_taken_back);
    tcase_add_test(tests, fetch_answers_what_is_open_when_it_stops);
    tcase_add_test(tests, fetch_takes_no_more_requests_than_its_queue_holds);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
