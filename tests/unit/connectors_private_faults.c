/* SPDX-License-Identifier: Apache-2.0 */
/* What can go wrong with a private connector: each is said, and all begins anew. */
#include "tests/unit/private_stage.h"

static void begin(void)
{
    stage_defaults();
}

static void enter(void)
{
    stage_begin();
    stage_answer("/list", "A=a B=b");
    stage_enter();
    stage_expect("[connecting/starting] [reconciling 1]");
}

static void get_ready(void)
{
    enter();
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[ready]");
}

/* Where all is over, and begins anew within a second. */
static void expect_gap(const char *said)
{
    stage_expect(said);
    ck_assert(!stage.session->open);
    stage_pass_ms(1000);
    stage_expect("[connecting/starting]");
    stage_enter();
    stage_expect("[reconciling 2]");
    stage_want(0, 0, NULL);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_expect("[ready]");
}

START_TEST(a_session_that_is_lost_is_a_gap)
{
    get_ready();
    stage_lose(REASON_RESET, 0, "reset by the peer, canary-key canary-secret");
    expect_gap("[gap/connection_reset]");
    ck_assert_ptr_nonnull(strstr(stage.leaked, "reset by the peer, *** ***"));
    ck_assert_ptr_null(strstr(stage.leaked, "canary"));
}
END_TEST

START_TEST(a_call_that_fails_is_asked_again_and_then_given_up)
{
    enter();
    stage_want(0, 0, NULL);
    stage_answer_as("/open", 0, "timed out");
    stage_pass_ms(1000);
    stage_answer("/open", "-limited slowly");
    stage_pass_ms(1500);
    stage_answer_as("/open", 500, "-else broken");
    stage_pass_ms(3000);
    stage_answer("/open", "o:A:7:0 ?");
    stage_pass_ms(5000);
    stage_answer("/open", "o:A:7:0");
    stage_answer("/balances", "");
    stage_answer_as("/fills", 403, "-else firewall");
    ck_assert_uint_eq(stage.held_ms, fetch_default_wait_ms(403));
    stage_expect("o:a:7:0r o:a:7:0r");
    for (int i = 0; i < 60 && strstr(stage.said, "gap") == NULL; i++) {
        if (stage.asked[0] != '\0')
            stage_answer("/fills", "-else still canary-key");
        stage_pass_ms(1000);
    }
    ck_assert_ptr_nonnull(strstr(stage.said, "[gap/reconcile_failed]"));
    ck_assert_ptr_nonnull(strstr(stage.leaked, "fills: still ***"));
}
END_TEST

START_TEST(an_answer_that_comes_when_all_is_over_is_none)
{
    enter();
    stage_want(0, 0, NULL);
    stage_pass_ms(0);
    ck_assert_str_eq(stage.asked, "/open");
    stage_lose(REASON_RESET, 0, "");
    stage_pass_ms(1000);
    stage_enter();
    stage_want(0, 0, NULL);
    stage_pass_ms(0);
    stage_answer("/open", "o:A:7:0"); /* of the first time */
    stage_answer("/open", "o:B:8:0");
    stage_expect("[gap/connection_reset] [connecting/starting] [reconciling 2] o:b:8:0r");
}
END_TEST

static void measure_and_dial(void)
{
    for (int i = 0; i < 5; i++)
        stage_answer("/clock", "9000000");
    stage_live();
}

START_TEST(a_clock_that_is_blamed_again_though_it_was_measured_means_the_keys)
{
    facts.scopes[CALL_CLOCK] = SCOPE_ACCOUNT;
    stage_begin();
    stage_answer("/list", "");
    measure_and_dial();
    stage_hear("-clock too late");
    stage_expect("[connecting/starting] [gap/clock]");
    stage_pass_ms(1000);
    measure_and_dial();
    stage_hear("-clock too late");
    stage_expect("[connecting/starting] [refused/key_refused]");
}
END_TEST

START_TEST(keys_that_are_refused_are_tried_once_a_minute_whatever_else_happens)
{
    stage_begin();
    stage_answer("/list", "");
    stage_live();
    stage_hear("-key no such canary-key");
    stage_expect("[connecting/starting] [refused/key_refused]");
    ck_assert_ptr_nonnull(strstr(stage.leaked, "no such ***"));
    stage.renewal++;
    stage_want(0, 0, NULL);
    stage_pass_ms(59999);
    stage_expect("");
    ck_assert_uint_eq(stage.dials, 1);
    stage_pass_ms(1);
    stage_expect("[connecting/starting]");
    ck_assert_uint_eq(stage.dials, 2);
    stage_lose(REASON_UPGRADE_REFUSED, 401, "HTTP 401");
    stage_expect("[refused/key_refused]");
    stage_pass_ms(60000);
    stage_enter();
    stage_want(0, 0, NULL);
    stage_answer_as("/open", 401, "-key permission");
    stage_expect("[connecting/starting] [reconciling 1] [refused/key_refused]");
    stage_pass_ms(60000);
    facts_unsigned = true;
    stage_live();
    stage_expect("[connecting/starting] [refused/key_refused]");
    ck_assert_ptr_nonnull(strstr(stage.leaked, "these keys cannot sign"));
}
END_TEST

START_TEST(what_is_granted_may_be_taken_back)
{
    get_ready();
    stage_hear("-key revoked");
    stage_expect("[refused/key_refused]");
    ck_assert(!stage.session->open);
}
END_TEST

START_TEST(an_upgrade_that_is_forbidden_holds_back_all_of_us)
{
    stage_begin();
    stage_answer("/list", "");
    stage_pass_ms(0);
    stage_lose(REASON_BANNED, 403, "HTTP 403");
    stage_expect("[connecting/starting] [gap/banned]");
    ck_assert_uint_eq(stage.held_ms, fetch_default_wait_ms(403));
    stage_pass_ms(599000);
    stage_expect("");
}
END_TEST

START_TEST(a_login_and_a_subscription_that_are_not_answered_are_given_up)
{
    stage_begin();
    stage_answer("/list", "");
    stage_live();
    stage_pass_ms(stage.config.connector.upgrade_timeout_ms);
    stage_expect("[connecting/starting] [gap/upgrade_timeout]");
    stage_pass_ms(1000);
    stage_live();
    stage_hear("+in");
    stage_pass_ms(stage.config.connector.upgrade_timeout_ms);
    stage_expect("[connecting/starting] [gap/upgrade_timeout]");
    ck_assert_ptr_nonnull(strstr(stage.leaked, "the subscription was not answered"));
}
END_TEST

START_TEST(an_owner_that_does_not_answer_is_not_waited_for_for_ever)
{
    enter();
    stage_pass_ms(stage.config.reconcile_timeout_ms - 1);
    stage_expect("");
    stage_pass_ms(1);
    stage_expect("[gap/reconcile_failed]");
}
END_TEST

START_TEST(what_the_sink_had_no_room_for_is_a_gap)
{
    get_ready();
    stage.full = true;
    stage_hear("o:A:7:0");
    stage_pass_ms(100);
    stage.full = false;
    stage_pass_ms(60);
    expect_gap("[gap/lost_in_gateway]");
}
END_TEST

START_TEST(what_the_sink_dropped_of_its_own_is_a_gap)
{
    get_ready();
    stage.flush_fails = true;
    stage_hear("o:A:7:0");
    stage_pass_ms(0);
    stage.flush_fails = false;
    stage.said[0] = '\0';
    stage_pass_ms(60);
    expect_gap("[gap/lost_in_gateway]");
}
END_TEST

START_TEST(a_state_that_the_sink_dropped_is_said_again)
{
    get_ready();
    stage.flush_fails = true;
    stage_lose(REASON_RESET, 0, "");
    stage_pass_ms(0);
    stage_expect("[gap/connection_reset]");
    stage.flush_fails = false;
    stage_pass_ms(60);
    stage_expect("[gap/connection_reset]");
}
END_TEST

START_TEST(an_owner_that_lost_something_has_it_told_again)
{
    get_ready();
    stage_want(0, 0, NULL); /* the same again */
    stage_expect("");
    stage.renewal++;
    stage_want(0, 0, NULL);
    expect_gap("[gap/lost_in_gateway]");
    stage_want(0, 0, NULL);
    stage_expect("");
    stage_lose(REASON_RESET, 0, "");
    stage.renewal++; /* before there is anything to lose */
    stage_want(0, 0, NULL);
    stage_expect("[gap/connection_reset]");
    stage_pass_ms(2000);
    stage_enter();
    stage_expect("[connecting/starting] [reconciling 3]");
    stage.renewal++; /* the asking itself */
    stage_want(0, 0, NULL);
    stage_expect("[gap/lost_in_gateway]");
}
END_TEST

START_TEST(more_than_can_be_kept_is_a_gap)
{
    char words[1024];
    stage.config.keep_max = 4096;
    memset(words, 'x', sizeof words);
    memcpy(words, "b:", 2);
    words[20] = '\0';
    enter();
    for (int i = 0; i < 200; i++)
        stage_hear(words);
    stage_expect("[gap/buffer_full]");
    ck_assert_uint_eq(stage.connector->kept.end, 0);
}
END_TEST

START_TEST(a_message_that_cannot_be_read_is_a_gap_and_an_unknown_one_is_none)
{
    get_ready();
    stage_hear("+what");
    stage_hear("b:X !strange b:Y");
    stage_expect("b:X b:Y");
    ck_assert_ptr_nonnull(strstr(stage.leaked, "!strange"));
    stage_hear("b:Z ? b:W");
    stage_expect("b:Z [gap/gap]");
    ck_assert_uint_eq(stage.connector->reports.counters.refused[REFUSAL_UNKNOWN_EVENT], 1);
    ck_assert_uint_eq(stage.connector->reports.counters.refused[REFUSAL_BAD_VALUE], 1);
    ck_assert_uint_eq(stage.connector->reports.counters.drifted[DRIFT_UNKNOWN_FIELD], 1);
}
END_TEST

START_TEST(a_stream_that_is_over_or_will_be_is_begun_anew)
{
    static const char *const said[] = {"[gap/going_away]", "[gap/closed_by_peer]"};
    get_ready();
    for (int i = 0; i < 2; i++) {
        stage_hear(i == 0 ? "+bye" : "+over");
        stage_expect(said[i]);
        stage_pass_ms(2000);
        stage_enter();
        stage_want(0, 0, NULL);
        stage_answer("/open", "");
        stage_answer("/balances", "");
        stage_answer("/fills", "");
        stage.said[0] = '\0';
    }
}
END_TEST

START_TEST(a_stream_that_keeps_to_itself_what_happens_is_a_gap)
{
    static const uint32_t waits_ms[] = {60000, 60000, 60000, 60000, 10000};
    static const char *const open[] = {"", "o:A:7:0", "o:A:7:0", "o:A:7:2", "o:A:7:2"};
    stage.config.check_ms = 60000;
    get_ready();
    for (int i = 0; i < 5; i++) {
        stage_pass_ms(waits_ms[i] - 1);
        ck_assert_str_eq(stage.asked, "");
        stage_pass_ms(1);
        stage_answer("/open", open[i]);
        if (i == 1)
            stage_hear("o:A:7:0"); /* late, not silent */
        stage_answer("/balances", "");
        stage_expect(i == 1 ? "o:a:7:0" : i == 4 ? "[gap/silent]" : "");
    }
}
END_TEST

START_TEST(a_session_is_renewed_before_the_exchange_cuts_it)
{
    facts.session_life_ms = 24 * 3600 * 1000;
    get_ready();
    stage_pass_ms(22 * 3600 * 1000);
    stage_expect("");
    stage_pass_ms(2 * 3600 * 1000 - 1000);
    stage_expect("[gap/going_away] [connecting/starting]");
}
END_TEST

START_TEST(an_order_that_the_exchange_does_not_know_is_told_as_gone)
{
    static const struct private_order orders[] = {{.exchange_symbol = "A", .order_id = {1, "7"}},
                                                  {.exchange_symbol = "B", .order_id = {1, "8"}}};
    enter();
    stage_want(5000 * NS_PER_SECOND, 2, orders);
    stage_answer("/open", "");
    stage_answer("/balances", "");
    stage_answer("/fills", "");
    stage_answer("/order/A/7", "-gone no such order");
    stage_answer("/order/B/8", "o:B:8:3");
    stage_expect("gone:a:7:0r o:b:8:3r [ready]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_faults");
    TCase *tests = tcase_create("private_faults");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, a_session_that_is_lost_is_a_gap);
    tcase_add_test(tests, a_call_that_fails_is_asked_again_and_then_given_up);
    tcase_add_test(tests, an_answer_that_comes_when_all_is_over_is_none);
    tcase_add_test(tests, a_clock_that_is_blamed_again_though_it_was_measured_means_the_keys);
    tcase_add_test(tests, keys_that_are_refused_are_tried_once_a_minute_whatever_else_happens);
    tcase_add_test(tests, what_is_granted_may_be_taken_back);
    tcase_add_test(tests, an_upgrade_that_is_forbidden_holds_back_all_of_us);
    tcase_add_test(tests, a_login_and_a_subscription_that_are_not_answered_are_given_up);
    tcase_add_test(tests, an_owner_that_does_not_answer_is_not_waited_for_for_ever);
    tcase_add_test(tests, what_the_sink_had_no_room_for_is_a_gap);
    tcase_add_test(tests, what_the_sink_dropped_of_its_own_is_a_gap);
    tcase_add_test(tests, a_state_that_the_sink_dropped_is_said_again);
    tcase_add_test(tests, an_owner_that_lost_something_has_it_told_again);
    tcase_add_test(tests, more_than_can_be_kept_is_a_gap);
    tcase_add_test(tests, a_message_that_cannot_be_read_is_a_gap_and_an_unknown_one_is_none);
    tcase_add_test(tests, a_stream_that_is_over_or_will_be_is_begun_anew);
    tcase_add_test(tests, a_stream_that_keeps_to_itself_what_happens_is_a_gap);
    tcase_add_test(tests, a_session_is_renewed_before_the_exchange_cuts_it);
    tcase_add_test(tests, an_order_that_the_exchange_does_not_know_is_told_as_gone);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
