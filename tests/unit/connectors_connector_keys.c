/* SPDX-License-Identifier: Apache-2.0 */
/* Which session carries which key, and what is said of topics whose keys fare differently. */
#include "tests/unit/connector_stage.h"

static void begin(void)
{
    stage_begin(&stage_exchange);
    stage_pass_ms(0);
    stage_answer(0, &(struct stage_reply){.body = "A"}); /* the instruments */
}

START_TEST(keys_go_to_the_sessions_of_their_roots)
{
    stage_want(0, KIND_QUOTE, "A");
    stage_want(1, KIND_TRADE, "A");
    stage_hand_over();
    ck_assert_uint_eq(stage.session_count, 2);
    stage_live(0);
    stage_live(1);
    ck_assert_str_eq(stage.sessions[0]->url->path, "/a");
    ck_assert_str_eq(stage.sessions[1]->url->path, "/b");
    stage_expect(stage.sent, "0+1:top.A,trade.A 1+1:ticker.A");
}
END_TEST

START_TEST(a_session_carries_no_more_keys_than_the_exchange_lets_it)
{
    static const char *const symbols[] = {"A", "B", "C", "D", "E", "F", "G", "H", "I"};
    for (uint32_t i = 0; i < 9; i++)
        stage_want(i, KIND_TRADE, symbols[i]);
    stage_hand_over();
    ck_assert_uint_eq(stage.session_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        stage_live(i);
    stage_expect(stage.sent, "0+1:trade.A,trade.B,trade.C,trade.D "
                             "1+1:trade.E,trade.F,trade.G,trade.H 2+1:trade.I");
}
END_TEST

START_TEST(keys_of_an_instrument_keep_together_where_there_is_room)
{
    static const char *const symbols[] = {"A", "B", "C", "D", "E", "F"};
    for (uint32_t i = 0; i < 6; i++)
        stage_want(i, KIND_TRADE, symbols[i]);
    stage_hand_over();
    for (uint32_t slot = 1; slot < 4; slot++)
        stage_unwant(slot); /* the first session has one key now, the second two */
    stage_hand_over();
    stage_live(0);
    stage_live(1);
    stage_expect(stage.sent, "0+1:trade.A 1+1:trade.E,trade.F");
    stage_want(6, KIND_BOOK, "E");
    stage_want(7, KIND_BOOK, "F");
    stage_hand_over();
    stage_expect(stage.sent, "1+2:book.E,book.F");
    stage_unwant(4);
    stage_hand_over();
    stage_want(4, KIND_TRADE, "E"); /* goes to what is left of it */
    stage_hand_over();
    stage_expect(stage.sent, "1-3:trade.E 1+4:trade.E");
    stage_want(8, KIND_BOOK, "G");
    stage_hand_over();
    stage_expect(stage.sent, "0+2:book.G"); /* elsewhere to where the fewest are */
}
END_TEST

START_TEST(a_key_that_feeds_two_topics_is_subscribed_once)
{
    stage_want(0, KIND_MARK, "A");
    stage_hand_over();
    stage_live(0);
    stage_expect(stage.sent, "0+1:ticker.A");
    stage_hear(0, "+1");
    stage_want(1, KIND_QUOTE, "A");
    stage_hand_over();
    stage_live(1);
    stage_expect(stage.sent, "1+1:top.A");
    stage_unwant(0);
    stage_hand_over();
    stage_expect(stage.sent, "");
    stage_unwant(1);
    stage_hand_over();
    ck_assert(!stage.sessions[0]->open && !stage.sessions[1]->open); /* they are empty */
}
END_TEST

START_TEST(a_topic_is_live_when_each_of_its_keys_has_had_data)
{
    stage_want(0, KIND_QUOTE, "A");
    stage_hand_over();
    stage_live(0);
    stage_live(1);
    stage_expect(stage.said, "0:pending");
    stage_hear(0, "top.A 1");
    stage_pass_ms(200);
    stage_expect(stage.said, "");
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    stage_hear(1, "ticker.A 1");
    stage_pass_ms(200);
    stage_expect(stage.said, "0:live");
    stage_lose(1, REASON_RESET);
    ck_assert_int_eq(stage_state(0), TOPIC_DOWN);
    stage_expect(stage.said, "#1:reconnecting/connection_reset/ 0:pending");
    stage_pass_ms(2000);
    stage_live(1);
    ck_assert_int_lt(stage_state(0), TOPIC_DOWN);
    stage_hear(1, "ticker.A 1");
    stage_pass_ms(200);
    stage_expect(stage.said, "0:live");
    ck_assert(stage.sessions[0]->live);
}
END_TEST

START_TEST(a_key_that_is_refused_is_said_in_the_exchange_s_words)
{
    stage_want(0, KIND_TRADE, "A");
    stage_want(1, KIND_TRADE, "B");
    stage_want(2, KIND_QUOTE, "B");
    stage_hand_over();
    stage_live(0);
    stage_live(1);
    stage_expect(stage.said, "0:pending 1:pending 2:pending");
    stage_expect(stage.sent, "0+1:trade.A,trade.B,top.B 1+1:ticker.B");
    stage_hear(0, "!1@top.B no such thing");
    stage_expect(stage.sent, "0+2:trade.A,trade.B");
    stage_hear(0, "+2");
    stage_hear(0, "trade.A 1");
    stage_hear(0, "trade.B 1");
    stage_hear(1, "ticker.B 1");
    stage_pass_ms(200);
    stage_expect(stage.said, "2:refused/refused_by_exchange/no such thing 0:live 1:live");
    ck_assert_int_eq(stage_state(2), TOPIC_DOWN);
    stage_lose(0, REASON_CLOSED_BY_PEER);
    stage_pass_ms(2000);
    stage_live(0); /* a new session may have it; by itself it spoils nothing */
    stage_expect(stage.sent, "0+3:trade.A,trade.B 0+4:top.B");
    stage_hear(0, "+4");
    ck_assert_int_lt(stage_state(2), TOPIC_DOWN);
    stage_hear(0, "top.B 1");
    stage_hear(1, "ticker.B 1");
    stage.said[0] = '\0';
    stage_pass_ms(200);
    stage_expect(stage.said, "2:live");
}
END_TEST

START_TEST(a_topic_for_which_there_is_no_room_is_refused)
{
    stage.connector->config.streams_per_session = 1;
    for (uint32_t i = 0; i < 3; i++)
        stage.connector->shards[i + 1].dial_open = true; /* these numbers are not to be had */
    for (uint32_t i = 4; i < INTAKE_SESSIONS; i++)
        stage.connector->shards[i].dial_open = true;
    stage_want(0, KIND_TRADE, "A");
    stage_want(1, KIND_TRADE, "B");
    stage_hand_over();
    stage_expect(stage.said, "0:pending 1:refused/stopped/all sessions are full");
    ck_assert_int_eq(stage_state(1), TOPIC_DOWN);
    stage_unwant(1);
    stage_hand_over();
}
END_TEST

START_TEST(a_session_that_grows_old_is_replaced_without_a_word)
{
    stage_want(0, KIND_TRADE, "A");
    stage_hand_over();
    stage_live(0);
    stage_hear(0, "+1");
    stage_hear(0, "trade.A 1");
    stage_pass_ms(200);
    stage.said[0] = stage.sent[0] = '\0';
    stage_hear(0, "~");
    ck_assert_uint_eq(stage.session_count, 2);
    ck_assert_str_eq(stage.sessions[0]->url->path, "/a");
    stage_live(1);
    ck_assert_str_eq(stage.sessions[1]->url->path, "/a");
    stage_expect(stage.sent, "1+1:trade.A");
    stage_hear(1, "+1");
    stage_pass_ms(10);
    stage_hear(0, "trade.A 2");
    stage_hear(1, "trade.A 2");
    stage_want(1, KIND_BOOK, "A"); /* what comes in between goes to both */
    stage_hand_over();
    stage_expect(stage.sent, "0+2:book.A 1+2:book.A");
    stage_hear(1, "+2");
    stage_pass_ms(3000);
    ck_assert(!stage.sessions[0]->open && stage.sessions[1]->live);
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    stage_expect(stage.said, "1:pending #0:closed/none/");
    stage_unwant(1);
    stage_hand_over();
    stage_expect(stage.sent, "1-3:book.A");
    stage_lose(1, REASON_RESET);
    ck_assert_int_eq(stage_state(0), TOPIC_DOWN);
}
END_TEST

START_TEST(numbers_that_are_used_again_are_no_other_key_s)
{
    stage_want(0, KIND_TRADE, "A");
    stage_hand_over();
    stage_live(0);
    stage_hear(0, "+1");
    stage_hear(0, "trade.A 1");
    stage_unwant(0);
    stage_want(1, KIND_TRADE, "B");
    stage_want(2, KIND_TRADE, "A");
    stage.sent[0] = '\0';
    stage_hand_over();
    stage_expect(stage.sent, "0+2:trade.B"); /* the other is subscribed as it was */
    stage_hear(0, "!2 no");
    stage_hear(0, "trade.A 2");
    stage.said[0] = '\0';
    stage_pass_ms(200);
    stage_expect(stage.said, "2:live");
    ck_assert_int_eq(stage_state(1), TOPIC_DOWN);
    ck_assert_int_eq(stage_state(2), TOPIC_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_connector_keys");
    TCase *tests = tcase_create("keys");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, keys_go_to_the_sessions_of_their_roots);
    tcase_add_test(tests, a_session_carries_no_more_keys_than_the_exchange_lets_it);
    tcase_add_test(tests, keys_of_an_instrument_keep_together_where_there_is_room);
    tcase_add_test(tests, a_key_that_feeds_two_topics_is_subscribed_once);
    tcase_add_test(tests, a_topic_is_live_when_each_of_its_keys_has_had_data);
    tcase_add_test(tests, a_key_that_is_refused_is_said_in_the_exchange_s_words);
    tcase_add_test(tests, a_topic_for_which_there_is_no_room_is_refused);
    tcase_add_test(tests, a_session_that_grows_old_is_replaced_without_a_word);
    tcase_add_test(tests, numbers_that_are_used_again_are_no_other_key_s);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
