/* SPDX-License-Identifier: Apache-2.0 */
/* A private connector on its way: into the exchange, through a reconciliation, to ready. */
#include "tests/unit/private_stage.h"

static const struct private_order order_7 = {.exchange_symbol = "A", .order_id = {1, "7"}};

static void begin(void)
{
    stage_defaults();
}

/* To the moment where the owner is asked what it knows. */
static void enter(void)
{
    stage_begin();
    stage_answer("/list", "A=a B=b");
    stage_enter();
    stage_expect("[connecting/starting] [reconciling 1]");
}

/* A reconciliation that brings nothing. */
static void get_ready(void)
{
    enter();
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[ready]");
}

START_TEST(it_comes_in_by_a_login_and_a_subscription)
{
    stage_begin();
    stage_expect("[connecting/starting]");
    stage_answer("/list", "A=a >2");
    stage_answer("/list>2", "B=b");
    stage_live();
    ck_assert_str_eq(stage.session->path, "/private");
    stage_expect_sent("login");
    stage_hear("+sub"); /* not asked for yet */
    stage_expect_sent("");
    stage_hear("+in");
    stage_expect_sent("subscribe");
    stage_expect("");
    stage_hear("+sub");
    stage_expect("[reconciling 1]");
}
END_TEST

START_TEST(it_comes_in_by_a_header_and_waits_for_a_subscription_that_is_not_answered)
{
    facts.login = LOGIN_HEADER;
    facts.subscription_answered = false;
    stage_begin();
    stage_answer("/list", "");
    stage_live();
    ck_assert_str_eq(stage.session->headers, "X-TOKEN: canary-secret\r\n");
    stage_expect_sent("subscribe");
    stage_expect("[connecting/starting]");
    stage_pass_ms(999);
    stage_expect("");
    stage_pass_ms(1);
    stage_expect("[reconciling 1]");
    for (size_t i = 0; i < sizeof stage.connector->entry.headers; i++)
        ck_assert_int_eq(stage.connector->entry.headers[i], 0);
}
END_TEST

START_TEST(it_comes_in_by_a_listen_key_which_it_keeps_up)
{
    facts.login = LOGIN_KEY;
    facts.write_subscription = NULL;
    facts.subscription_answered = false;
    facts.keep_key_ms = 60000;
    facts.path = "/ws/";
    stage_begin();
    stage_answer("/list", "");
    stage_answer("/key", "listen-1");
    stage_live();
    ck_assert_str_eq(stage.session->path, "/ws/listen-1");
    stage_expect("[connecting/starting] [reconciling 1]");
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[ready]");
    stage_pass_ms(60000);
    stage_answer("/keep=listen-1", "");
    stage_expect("");
    stage_pass_ms(60000);
    stage_answer("/keep=listen-1", "-gone listen-1 is none");
    stage_expect("[gap/listen_key]");
    ck_assert_ptr_null(strstr(stage.leaked, "listen-1"));
    ck_assert_ptr_nonnull(strstr(stage.leaked, "*** is none"));
    stage_pass_ms(1000);
    stage_answer("/key", "listen-2");
    stage_live();
    ck_assert_str_eq(stage.session->path, "/ws/listen-2");
}
END_TEST

START_TEST(a_listen_key_that_cannot_be_kept_up_is_given_up_in_time)
{
    facts.login = LOGIN_KEY;
    facts.write_subscription = NULL;
    facts.subscription_answered = false;
    facts.keep_key_ms = 60000;
    stage_begin();
    stage_answer("/list", "");
    stage_answer("/key", "listen-1");
    stage_live();
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[connecting/starting] [reconciling 1] [ready]");
    stage_pass_ms(60000);
    for (int i = 0; i < 100 && strstr(stage.said, "gap") == NULL; i++) {
        if (stage.asked[0] != '\0')
            stage_answer("/keep=listen-1", "-else later");
        stage_pass_ms(1000);
    }
    stage_expect("[gap/listen_key]");
}
END_TEST

START_TEST(the_exchanges_clock_is_that_of_the_shortest_round_trip)
{
    static const int64_t trips_ms[] = {40, 20, 100, 60, 80};
    facts.scopes[CALL_CLOCK] = SCOPE_ACCOUNT;
    stage_begin();
    stage_answer("/list", "");
    for (size_t i = 0; i < 5; i++) {
        char time[32];
        stage_pass_ms(0);
        stage_pass_ms(trips_ms[i]);
        /* it is 5 s at 1000 s of ours; the slower the answer, the longer it took to come back */
        snprintf(
            time, sizeof time, "%lld",
            (long long)(stage.now_ns / NS_PER_MS - 995000 - trips_ms[i] / 2 + trips_ms[i] - 20));
        stage_answer("/clock", time);
    }
    stage_live();
    int64_t error_ns = private_exchange_ns(stage.connector) - (stage.now_ns - 995 * NS_PER_SECOND);
    ck_assert_int_ge(error_ns, 0);
    ck_assert_int_le(error_ns, NS_PER_MS);
    ck_assert_uint_eq(stage.connector->clock.samples, 5);
    stage_hear("+in");
    stage_pass_ms(0);
    stage_hear("+sub");
    stage_want(0, 0, NULL);
    stage_answer("/open", "-clock recvWindow");
    for (int i = 0; i < 5; i++) {
        stage_pass_ms(i == 0 ? 1000 : 0);
        stage_answer("/clock", "7000");
    }
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[connecting/starting] [reconciling 1] [ready]");
    stage_pass_ms(stage.config.clock_ms);
    for (int i = 0; i < 5; i++)
        stage_answer("/clock", "7000");
    stage_expect("[ready]"); /* with the new distance */
}
END_TEST

START_TEST(what_the_stream_says_meanwhile_is_told_behind_what_rest_says)
{
    stage_begin();
    stage_answer("/list", "A=a B=b");
    stage_live();
    stage_hear("b:EARLY");
    stage_hear("+in");
    stage_pass_ms(0);
    stage_hear("+sub");
    stage_hear("o:A:7:1");
    stage_want(5000 * NS_PER_SECOND, 1, &order_7);
    stage_answer("/open", "o:A:7:0");
    ck_assert_int_eq(facts_since_ms, 5000000 - 60000);
    stage_hear("o:B:8:1 f:B:8:t1");
    stage_answer("/balances", "b:X b:Y");
    stage_answer("/fills", "f:A:7:t0");
    stage_expect("[connecting/starting] [reconciling 1] o:a:7:0r b:Xr b:Yr f:a:7:t0r b:EARLY "
                 "o:a:7:1 o:b:8:1 f:b:8:t1 [ready]");
    stage_hear("o:A:7:2 f:C:9:t2");
    stage_expect("o:a:7:2 f::9:t2");
}
END_TEST

START_TEST(at_the_first_start_nothing_before_the_first_session_is_asked_for)
{
    facts.scopes[CALL_CLOCK] = SCOPE_ACCOUNT;
    stage_begin();
    stage_answer("/list", "");
    for (int i = 0; i < 5; i++)
        stage_answer("/clock", "9000000");
    stage_enter();
    stage_pass_ms(500);
    stage_want(0, 0, NULL);
    stage_answer("/open", "o:A:7:3");
    stage_answer("/balances", "");
    ck_assert_int_eq(facts_since_ms, 9000000);
    stage_lose(REASON_RESET, 0, ""); /* before the owner was told that it knows all */
    stage_answer("/fills", "");
    stage_pass_ms(1000);
    stage_enter();
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    ck_assert_int_eq(facts_since_ms, 9000000);
}
END_TEST

START_TEST(what_an_exchange_does_not_tell_from_so_long_ago_is_not_asked_for)
{
    facts.scopes[CALL_CLOCK] = SCOPE_ACCOUNT;
    facts.closed_span_ms = 100000;
    stage_begin();
    stage_answer("/list", "");
    for (int i = 0; i < 5; i++)
        stage_answer("/clock", "9000000");
    stage_enter();
    stage_want(5 * NS_PER_SECOND, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    ck_assert_int_eq(facts_since_ms, 8900000);
}
END_TEST

START_TEST(the_owners_answer_to_an_older_question_is_none)
{
    enter();
    stage_lose(REASON_RESET, 0, "");
    stage_want(0, 0, NULL); /* of turn 1 */
    stage_pass_ms(1000);
    stage_enter();
    stage_expect("[gap/connection_reset] [connecting/starting] [reconciling 2]");
    ck_assert_str_eq(stage.asked, "");
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
}
END_TEST

START_TEST(an_instrument_that_is_not_in_the_list_has_it_read_again_once_in_a_while)
{
    get_ready();
    stage_hear("o:C:9:0");
    stage_expect("o::9:0");
    stage_pass_ms(10 * 60 * 1000);
    stage_answer("/list", "A=a C=c");
    stage_hear("o:C:9:1 o:D:10:0");
    stage_expect("o:c:9:1 o::10:0");
    stage_pass_ms(9 * 60 * 1000);
    ck_assert_str_eq(stage.asked, "");
    stage_pass_ms(60 * 1000);
    stage_answer("/list", "A=a C=c D=d");
    stage_hear("o:D:10:1");
    stage_expect("o:d:10:1");
}
END_TEST

START_TEST(it_says_goodbye_and_that_the_account_is_not_known)
{
    get_ready();
    stage.full = true;
    stage_hear("o:A:7:1"); /* and a sink that has no room is not waited for */
    stage.full = false;
    private_wind_down(stage.connector);
    ck_assert(!stage.session->open);
    stage_expect("[gap/stopped]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_connector");
    TCase *tests = tcase_create("private_connector");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, it_comes_in_by_a_login_and_a_subscription);
    tcase_add_test(tests,
                   it_comes_in_by_a_header_and_waits_for_a_subscription_that_is_not_answered);
    tcase_add_test(tests, it_comes_in_by_a_listen_key_which_it_keeps_up);
    tcase_add_test(tests, a_listen_key_that_cannot_be_kept_up_is_given_up_in_time);
    tcase_add_test(tests, the_exchanges_clock_is_that_of_the_shortest_round_trip);
    tcase_add_test(tests, what_the_stream_says_meanwhile_is_told_behind_what_rest_says);
    tcase_add_test(tests, at_the_first_start_nothing_before_the_first_session_is_asked_for);
    tcase_add_test(tests, what_an_exchange_does_not_tell_from_so_long_ago_is_not_asked_for);
    tcase_add_test(tests, the_owners_answer_to_an_older_question_is_none);
    tcase_add_test(tests, an_instrument_that_is_not_in_the_list_has_it_read_again_once_in_a_while);
    tcase_add_test(tests, it_says_goodbye_and_that_the_account_is_not_known);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
