/* SPDX-License-Identifier: Apache-2.0 */
/* Names to addresses: literal ones, names of this host, names that there cannot be. */
#include "common/clock.h"
#include "connectors/fetch_parts.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>

/* A label is 63 bytes long at the most: no resolver is needed to know that there is no such name.
 */
#define NO_HOST "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg.invalid"
#define KEEP_MS 1000

/* The thread that looks names up is the C library's own, which ThreadSanitizer cannot follow. */
#if defined __SANITIZE_THREAD__
#define LOOKS_UP false
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define LOOKS_UP false
#endif
#endif
#ifndef LOOKS_UP
#define LOOKS_UP true
#endif

static struct dns_cache cache;

static struct fetch_answer look_up(const char *host, int64_t now_ns)
{
    struct fetch_answer answer = {0};
    struct fetch_request request = {.kind = FETCH_DIAL};
    snprintf(request.url, sizeof request.url, "%s", host);
    struct fetch_job *job = fetch_job_new(&request);
    ck_assert_ptr_nonnull(job);
    job->deadline_ns = INT64_MAX;
    ck_assert(fetch_job_look_up(job));
    while (!fetch_job_looked_up(job, &cache, KEEP_MS, now_ns, &answer))
        poll(NULL, 0, 1);
    fetch_job_destroy(&job);
    ck_assert_ptr_null(job);
    return answer;
}

START_TEST(dial_takes_an_address_as_it_is)
{
    static const char *const hosts[] = {"127.0.0.1", "::1", "2001:db8::7"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct fetch_answer answer = look_up(hosts[i], 1);
        ck_assert(answer.error == FETCH_OK && answer.address_count == 1);
        ck_assert_str_eq(answer.addresses[0], hosts[i]);
    }
    ck_assert_str_eq(cache.entries[0].host, ""); /* nothing to remember */
}
END_TEST

START_TEST(dial_looks_a_name_up_and_remembers_it)
{
    struct fetch_answer answer = look_up("localhost", 5);
    ck_assert(answer.error == FETCH_OK && answer.address_count > 0);
    ck_assert(strcmp(answer.addresses[0], "127.0.0.1") == 0 ||
              strcmp(answer.addresses[0], "::1") == 0);
    ck_assert_str_eq(cache.entries[0].host, "localhost");
    ck_assert_int_eq(cache.entries[0].learned_ns, 5);
    look_up("localhost", 6);
    ck_assert_int_eq(cache.entries[0].learned_ns, 6);
    ck_assert_str_eq(cache.entries[1].host, "");
}
END_TEST

START_TEST(dial_says_which_name_cannot_be_looked_up)
{
    struct fetch_answer answer = look_up(NO_HOST, 1);
    ck_assert(answer.error == FETCH_DNS && answer.address_count == 0);
    ck_assert_ptr_nonnull(strstr(answer.detail, "aaaaaaaaaabbbbbbbbbb"));
}
END_TEST

START_TEST(dial_serves_a_name_from_what_was_last_known_of_it)
{
    cache.entries[7] = (struct dns_entry){
        .host = NO_HOST, .addresses = {"192.0.2.1", "192.0.2.2"}, .address_count = 2};
    struct fetch_answer answer = look_up(NO_HOST, KEEP_MS * NS_PER_MS);
    ck_assert(answer.error == FETCH_OK && answer.address_count == 2);
    ck_assert_str_eq(answer.addresses[1], "192.0.2.2");
    ck_assert(answer.detail[0] != '\0');
    answer = look_up(NO_HOST, KEEP_MS * NS_PER_MS + 1);
    ck_assert(answer.error == FETCH_DNS && answer.address_count == 0);
}
END_TEST

START_TEST(dial_gives_up_at_its_deadline)
{
    struct fetch_answer answer = {0};
    struct fetch_request request = {.kind = FETCH_DIAL, .url = "localhost"};
    struct fetch_job *job = fetch_job_new(&request);
    ck_assert(fetch_job_look_up(job));
    job->deadline_ns = 10;
    ck_assert(fetch_job_looked_up(job, &cache, KEEP_MS, 10, &answer)); /* ended, well or not */
    ck_assert(answer.error == FETCH_DNS || answer.address_count > 0);
    while (!fetch_job_looked_up(job, &cache, KEEP_MS, 9, &answer))
        poll(NULL, 0, 1);
    fetch_job_destroy(&job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_fetch_dial");
    TCase *tests = tcase_create("dial");
    tcase_add_test(tests, dial_takes_an_address_as_it_is);
    if (LOOKS_UP) {
        tcase_add_test(tests, dial_looks_a_name_up_and_remembers_it);
        tcase_add_test(tests, dial_says_which_name_cannot_be_looked_up);
        tcase_add_test(tests, dial_serves_a_name_from_what_was_last_known_of_it);
        tcase_add_test(tests, dial_gives_up_at_its_deadline);
    }
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
