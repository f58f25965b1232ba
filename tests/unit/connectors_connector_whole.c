/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange that takes whole sets, answers none and ends a session whose set it does not like. */
#include "tests/unit/connector_stage.h"

static struct exchange exchange;

static void begin(void)
{
    exchange = stage_exchange;
    exchange.manner = SUBSCRIBE_WHOLE;
    exchange.limits.streams_per_session = 8;
    stage_begin(&exchange);
    stage_pass_ms(0);
    stage_answer(0, &(struct stage_reply){.body = "A"}); /* the instruments */
    stage_want(0, KIND_TRADE, "A");
    stage_want(1, KIND_BOOK, "A");
    stage_hand_over();
    stage_live(0);
    stage_expect(stage.sent, "0+1:trade.A,book.A");
    stage_expect(stage.said, "0:pending 1:pending");
}

START_TEST(a_change_is_said_by_the_whole_set)
{
    stage_want(2, KIND_TRADE, "B");
    stage_hand_over();
    stage_expect(stage.sent, "");
    stage_unwant(0);
    stage_hand_over();
    stage_pass_ms(OUTBOX_WHOLE_NS / NS_PER_MS);
    stage_expect(stage.sent, "0+2:book.A,trade.B");
}
END_TEST

START_TEST(a_session_for_which_nothing_is_left_is_closed)
{
    stage_unwant(0);
    stage_unwant(1);
    stage_hand_over();
    stage_pass_ms(2000);
    stage_expect(stage.sent, "");
    ck_assert(!stage.sessions[0]->open);
}
END_TEST

START_TEST(silence_is_counted_from_the_sending_since_nothing_is_answered)
{
    stage_hear(0, "trade.A 1");
    stage_pass_ms(32000);
    stage_expect(stage.said, "0:live 1:silent/quiet_market");
}
END_TEST

START_TEST(a_book_is_repaired_by_saying_the_set_once_more)
{
    stage_hear(0, "book.A s1");
    stage_hear(0, "book.A d7");
    stage_pass_ms(OUTBOX_WHOLE_NS / NS_PER_MS);
    stage_expect(stage.sent, "0+2:trade.A,book.A");
    stage_hear(0, "book.A s8");
    ck_assert_int_eq(stage_state(1), TOPIC_OK);
}
END_TEST

START_TEST(keys_that_are_silent_are_asked_for_together)
{
    uint32_t said = 0;
    stage_want(2, KIND_QUOTE, "A");
    stage_want(3, KIND_QUOTE, "B");
    stage_want(4, KIND_TRADE, "B");
    stage_hand_over();
    stage_pass_ms(OUTBOX_WHOLE_NS / NS_PER_MS);
    stage.sent[0] = '\0';
    for (int second = 1; second <= 100; second++) { /* its trades and books never come */
        char top[2][24];
        snprintf(top[0], sizeof top[0], "top.A %d", second);
        snprintf(top[1], sizeof top[1], "top.B %d", second);
        stage_hear(0, top[0]);
        stage_pass_ms(500);
        stage_hear(0, top[1]);
        stage_pass_ms(500);
        said += stage.sent[0] != '\0';
        stage.sent[0] = '\0';
    }
    ck_assert(said >= 2 && said <= 4);
    ck_assert_ptr_nonnull(strstr(stage.said, "4:silent/silent"));
}
END_TEST

START_TEST(a_session_that_ends_of_a_refusal_says_so_in_the_exchange_s_words)
{
    stage_hear(0, "!0 INVALID_PARAM nope");
    stage_hear(0, "!0 something that comes behind it");
    stage_expect(stage.said, "");
    stage_lose(0, REASON_CLOSED_BY_PEER);
    stage_expect(stage.said, "#0:reconnecting/refused_by_exchange/INVALID_PARAM nope");
    ck_assert_int_eq(stage_state(0), TOPIC_DOWN);
    ck_assert_uint_eq(stage.held_ms, 0);
    stage_pass_ms(2000);
    stage_live(0);
    stage_lose(0, REASON_RESET); /* the words were those of another session */
    stage_expect(stage.said, "#0:reconnecting/connection_reset/");
}
END_TEST

START_TEST(a_session_that_does_not_end_of_a_refusal_is_ended)
{
    stage_hear(0, "!0 no");
    stage_pass_ms(1900);
    ck_assert(stage.sessions[0]->live);
    stage_pass_ms(200);
    ck_assert(!stage.sessions[0]->live);
    stage_expect(stage.said, "#0:reconnecting/refused_by_exchange/no");
}
END_TEST

START_TEST(too_many_requests_keep_us_away_for_a_minute)
{
    static const char *const words[] = {"!0 Too many requests", "!0 TOO_MANY_REQUEST x",
                                        "!0 too many"};
    for (size_t i = 0; i < 3; i++) {
        stage.held_ms = 0;
        stage_hear(0, words[i]);
        ck_assert_uint_eq(stage.held_ms, 60000);
        stage_lose(0, REASON_CLOSED_BY_PEER);
        ck_assert_ptr_nonnull(strstr(stage.said, "#0:reconnecting/rate_limited/"));
        stage.said[0] = '\0';
        stage_pass_ms(60000);
        ck_assert(!stage.sessions[0]->open);
        stage_pass_ms(10000);
        stage_live(0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_connector_whole");
    TCase *tests = tcase_create("whole");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, a_change_is_said_by_the_whole_set);
    tcase_add_test(tests, a_session_for_which_nothing_is_left_is_closed);
    tcase_add_test(tests, silence_is_counted_from_the_sending_since_nothing_is_answered);
    tcase_add_test(tests, a_book_is_repaired_by_saying_the_set_once_more);
    tcase_add_test(tests, keys_that_are_silent_are_asked_for_together);
    tcase_add_test(tests, a_session_that_ends_of_a_refusal_says_so_in_the_exchange_s_words);
    tcase_add_test(tests, a_session_that_does_not_end_of_a_refusal_is_ended);
    tcase_add_test(tests, too_many_requests_keep_us_away_for_a_minute);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
