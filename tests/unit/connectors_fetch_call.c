/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: requests that may hold secrets. They go out as they are given, come back with whatever the
 * exchange answered, and nothing of them is told. */
#include "tests/unit/fetch_stage.h"

#define HEADERS "X-API-KEY: canary-key\r\nContent-Type: application/json\r\n"

/* As who asks has it: texts that are gone as soon as fetch_ask returns. */
static uint64_t call(const char *method, const char *path, const char *headers, const char *body)
{
    static char url[6000], lines[5000];
    struct fetch_request request = request_of(&asker, FETCH_CALL);
    request.body_max = 20000;
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", server.port, path);
    snprintf(lines, sizeof lines, "%s", headers);
    request.call = (struct fetch_call){method, slice_of(url), slice_of(lines), slice_of(body)};
    ck_assert(fetch_ask(fetch, &request));
    memset(url, 'z', sizeof url);
    memset(lines, 'z', sizeof lines);
    return request.tag;
}

static void expect_echo(const char *const *parts)
{
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert_int_eq(answer->error, FETCH_OK);
    ck_assert_uint_eq(answer->status, 200);
    for (; *parts != NULL; parts++)
        ck_assert_msg(strstr(answer->body, *parts) != NULL, "no \"%s\" in \"%s\"", *parts,
                      answer->body);
    free(answer);
}

START_TEST(a_call_goes_out_as_it_was_given)
{
    call("GET", "/echo?symbol=BTCUSDT&signature=a%2Fb", HEADERS, "");
    expect_echo((const char *const[]){"GET /echo?symbol=BTCUSDT&signature=a%2Fb HTTP/1.1\r\n",
                                      "\r\nX-API-KEY: canary-key\r\n",
                                      "\r\nContent-Type: application/json\r\n", NULL});
    call("POST", "/echo", HEADERS, "{\"a\":1}");
    expect_echo((const char *const[]){"POST /echo HTTP/1.1\r\n", "\r\nContent-Length: 7\r\n",
                                      "\r\n\r\n{\"a\":1}", NULL});
    call("PUT", "/echo", "", "");
    expect_echo((const char *const[]){"PUT /echo HTTP/1.1\r\n", "\r\nContent-Length: 0\r\n", NULL});
    call("DELETE", "/echo?listenKey=k", HEADERS, "");
    expect_echo((const char *const[]){"DELETE /echo?listenKey=k HTTP/1.1\r\n", NULL});
}
END_TEST

START_TEST(a_call_may_have_a_path_and_a_header_of_any_length)
{
    static char path[4097], lines[4097], whole[4200];
    memset(path, 'p', sizeof path - 1);
    memcpy(path, "/echo?", 6);
    memset(lines, 'h', sizeof lines - 1);
    memcpy(lines, "X-Long: ", 8);
    memcpy(lines + sizeof lines - 3, "\r\n", 2);
    call("GET", path, lines, "");
    snprintf(whole, sizeof whole, "GET %s HTTP/1.1\r\n", path);
    expect_echo((const char *const[]){whole, lines, NULL});
}
END_TEST

START_TEST(a_call_is_answered_with_its_body_whatever_the_status_is)
{
    static const struct {
        const char *path;
        uint32_t status, retry_after_ms;
    } said[] = {
        {"/denied", 401, 0}, {"/broken", 500, 0}, {"/firewall", 403, 0}, {"/busy", 429, 1000}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        call("GET", said[i].path, HEADERS, "");
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_eq(answer->error, FETCH_OK);
        ck_assert_uint_eq(answer->status, said[i].status);
        ck_assert_uint_eq(answer->retry_after_ms, said[i].retry_after_ms);
        ck_assert_str_eq(answer->body, "hello");
        ck_assert_str_eq(answer->detail, "");
        free(answer);
    }
}
END_TEST

START_TEST(a_call_that_is_limited_holds_the_others_and_one_that_is_forbidden_does_not)
{
    struct fetch_budget budget;
    call("GET", "/firewall", HEADERS, "");
    free(wait_answer(&asker));
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert_uint_eq(budget.hold_ms, 0);
    call("GET", "/busy-and-big", HEADERS, "");
    free(wait_answer(&asker));
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert_uint_gt(budget.hold_ms, 0);
    expect_answer(get(&asker, "/ok", 1, 100), FETCH_WITHHELD, 0);
}
END_TEST

START_TEST(what_became_of_a_call_tells_nothing_of_it)
{
    static const char *const paths[] = {"/nothing?canary-url", "/stall?canary-url",
                                        "/echo/../nothing?canary-url"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct fetch_request request = request_of(&asker, FETCH_CALL);
        char url[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%u%s", server.port, paths[i]);
        request.timeout_ms = 100;
        request.call =
            (struct fetch_call){"GET", slice_of(url), SLICE(HEADERS), SLICE("canary-body")};
        ck_assert(fetch_ask(fetch, &request));
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_ne(answer->error, FETCH_OK);
        ck_assert_str_ne(answer->detail, "");
        ck_assert_ptr_null(strstr(answer->detail, "canary"));
        free(answer);
    }
    free(dial("127.0.0.1"));
    expect_no_answer(&asker);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_fetch_call");
    TCase *tests = tcase_create("call");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_call_goes_out_as_it_was_given);
    tcase_add_test(tests, a_call_may_have_a_path_and_a_header_of_any_length);
    tcase_add_test(tests, a_call_is_answered_with_its_body_whatever_the_status_is);
    tcase_add_test(tests,
                   a_call_that_is_limited_holds_the_others_and_one_that_is_forbidden_does_not);
    tcase_add_test(tests, what_became_of_a_call_tells_nothing_of_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
