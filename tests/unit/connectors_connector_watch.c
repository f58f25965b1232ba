/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that say nothing: which of them are dead, what is done about it, and what is not. */
#include "tests/unit/connector_stage.h"

#define SILENT_MS 30000

static void begin(void)
{
    stage_begin(&stage_exchange);
    stage_pass_ms(0);
    stage_answer(0, &(struct stage_reply){.body = "A"}); /* the instruments */
}

/* A topic on a session of its own root that is there and has answered. */
static void play(uint32_t slot, enum kind kind, const char *symbol)
{
    stage_want(slot, kind, symbol);
    stage_hand_over();
    for (uint32_t i = 0; i < stage.session_count; i++)
        if (stage.sessions[i]->open && !stage.sessions[i]->live)
            stage_live(i);
    stage_hear(0, "+1");
    stage.said[0] = stage.sent[0] = '\0';
}

START_TEST(a_stream_beyond_its_deadline_is_silent_and_subscribed_anew)
{
    play(0, KIND_MARK, "A");
    stage_hear(0, "ticker.A 1");
    stage_pass_ms(STAGE_DEADLINE_MS - 1000);
    stage_expect(stage.said, "0:live");
    stage_expect(stage.sent, "");
    stage_pass_ms(2200);
    ck_assert_int_eq(stage_state(0), TOPIC_STALE);
    stage_expect(stage.said, "0:silent/silent");
    stage_expect(stage.sent, "0-2:ticker.A");
    stage_hear(0, "+2");
    stage_expect(stage.sent, "0+3:ticker.A");
    stage_hear(0, "+3");
    stage_hear(0, "ticker.A 2");
    stage_pass_ms(200);
    ck_assert_int_lt(stage_state(0), TOPIC_STALE);
    stage_expect(stage.said, "0:live");
    ck_assert(stage.sessions[0]->live);
}
END_TEST

START_TEST(a_stream_that_stays_silent_is_asked_for_ever_less_often)
{
    int64_t asked_ns[14], longest_ns = 0;
    play(0, KIND_MARK, "A");
    stage.connector->config.stale_ms = 3600000;
    for (int i = 0; i < 14; i++) {
        while (strstr(stage.sent, "-") == NULL)
            stage_pass_ms(100);
        asked_ns[i] = stage.now_ns;
        char answer[16];
        snprintf(answer, sizeof answer, "+%d", 2 * i + 2);
        stage.sent[0] = '\0';
        stage_hear(0, answer);
        ck_assert_ptr_nonnull(strstr(stage.sent, "+"));
        stage.sent[0] = '\0';
    }
    for (int i = 1; i < 14; i++) {
        int64_t pause_ns = asked_ns[i] - asked_ns[i - 1];
        ck_assert_int_ge(pause_ns, STAGE_DEADLINE_MS * NS_PER_MS);
        ck_assert_int_le(pause_ns, (stage.config.backoff_max_ms + 3000) * NS_PER_MS);
        longest_ns = pause_ns > longest_ns ? pause_ns : longest_ns;
    }
    ck_assert_int_gt(longest_ns, 20 * NS_PER_SECOND);
    ck_assert(stage.sessions[0]->live); /* it is not the session's fault */
    stage_hear(0, "ticker.A 2");
    stage_pass_ms(100);
    stage_expect(stage.said, "0:silent/silent 0:live");
}
END_TEST

START_TEST(a_market_where_nobody_trades_is_quiet_and_left_alone)
{
    play(0, KIND_TRADE, "A");
    stage_want(1, KIND_LIQUIDATION, "A");
    stage_hand_over();
    stage_live(1);
    stage.sent[0] = stage.said[0] = '\0';
    stage_pass_ms(SILENT_MS + 2000);
    stage_expect(stage.said, "0:silent/quiet_market 1:silent/quiet_market");
    stage_pass_ms(100 * SILENT_MS);
    stage_expect(stage.said, "");
    stage_expect(stage.sent, "");
    ck_assert_int_eq(stage_state(0), TOPIC_RECOVERING);
    stage_hear(0, "trade.A 1");
    stage_pass_ms(200);
    stage_expect(stage.said, "0:live");
    stage_hear(0, "trade.A 2");
    stage_pass_ms(100 * SILENT_MS);
    stage_expect(stage.said, ""); /* it has spoken: it may be quiet as long as it likes */
    stage_expect(stage.sent, "");
}
END_TEST

START_TEST(a_stream_that_is_silent_while_its_market_trades_is_dead)
{
    play(0, KIND_TRADE, "A");
    stage_want(1, KIND_QUOTE, "A");
    stage_want(2, KIND_LIQUIDATION, "A");
    stage_hand_over();
    stage_live(1);
    stage_hear(0, "+2");
    stage_hear(0, "trade.A 1");
    stage.sent[0] = '\0';
    for (int second = 1; second <= SILENT_MS / 1000; second++) {
        char top[24];
        snprintf(top, sizeof top, "top.A %d", second); /* "the last trade was a second ago" */
        stage_hear(0, top);
        stage_hear(1, "ticker.A 1");
        stage_pass_ms(1000);
    }
    stage_hear(1, "ticker.A 1");
    stage_pass_ms(2000);
    ck_assert_int_eq(stage_state(0), TOPIC_STALE);
    ck_assert_int_eq(stage_state(1), TOPIC_OK);
    stage_expect(stage.said, "1:pending 2:pending 0:live 1:live 2:silent/quiet_market "
                             "0:silent/silent");
    stage_expect(stage.sent, "0-3:trade.A");
    stage_hear(0, "+3");
    stage_expect(stage.sent, "0+4:trade.A");
    stage_hear(0, "+4");
    stage_hear(0, "trade.A 2");
    stage_pass_ms(200);
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    stage_expect(stage.said, "0:live");
}
END_TEST

START_TEST(a_trade_of_long_ago_proves_nothing_of_a_stream_that_comes_now)
{
    play(0, KIND_QUOTE, "A");
    stage_live(1);
    stage_hear(0, "top.A 1");
    stage_hear(0, "top.A 2");
    stage_pass_ms(1000);
    stage_want(1, KIND_TRADE, "A");
    stage_hand_over();
    stage_hear(0, "+2");
    stage_expect(stage.sent, "0+2:trade.A");
    for (int second = 0; second <= SILENT_MS / 1000 + 2; second++) {
        stage_hear(0, "top.A 2");
        stage_hear(1, "ticker.A 1");
        stage_pass_ms(1000);
    }
    stage_expect(stage.sent, "");
    ck_assert_ptr_nonnull(strstr(stage.said, "1:silent/quiet_market"));
}
END_TEST

/* Numbers of a book whose every second message is missing. */
static void break_book(uint32_t number)
{
    char words[24];
    snprintf(words, sizeof words, "book.A d%u", 10 * number);
    stage_hear(0, words);
}

START_TEST(a_book_with_a_gap_is_repaired_by_subscribing_its_key_anew)
{
    play(0, KIND_BOOK, "A");
    stage_hear(0, "book.A s1");
    stage_hear(0, "book.A d2");
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    break_book(1);
    ck_assert_int_eq(stage_state(0), TOPIC_RECOVERING);
    stage_expect(stage.sent, "0-2:book.A"); /* at once, once */
    break_book(2);
    stage_hear(0, "+2");
    stage_expect(stage.sent, "0+3:book.A");
    stage_hear(0, "+3");
    stage_hear(0, "book.A s100");
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    stage_pass_ms(60000);
    stage_expect(stage.sent, "");
}
END_TEST

START_TEST(a_book_that_breaks_again_and_again_is_given_time_and_then_a_new_session)
{
    int64_t asked_ns[16];
    uint32_t count = 0;
    play(0, KIND_BOOK, "A");
    stage_hear(0, "book.A s1");
    for (uint32_t request = 2; stage.sessions[0]->live; request += 2) {
        char words[24];
        break_book(100 * request);
        while (stage.sent[0] == '\0' && stage.sessions[0]->live)
            stage_pass_ms(20);
        if (!stage.sessions[0]->live)
            break;
        ck_assert_uint_lt(count, 16);
        asked_ns[count++] = stage.now_ns;
        snprintf(words, sizeof words, "+%u", request);
        stage_hear(0, words);
        snprintf(words, sizeof words, "+%u", request + 1);
        stage_hear(0, words);
        snprintf(words, sizeof words, "book.A s%u", 1000 * request + 10);
        stage_hear(0, words);
        ck_assert_int_eq(stage_state(0), TOPIC_OK);
        stage.sent[0] = '\0';
    }
    ck_assert_uint_eq(count, stage.config.snapshot_tries);
    for (uint32_t i = 1; i < count; i++)
        ck_assert_int_ge(asked_ns[i] - asked_ns[i - 1], NS_PER_SECOND);
    ck_assert_ptr_nonnull(
        strstr(stage.said, "#0:reconnecting/gap/book.A cannot be repaired 0:pending"));
    ck_assert_int_eq(stage_state(0), TOPIC_DOWN);
    stage_pass_ms(2000);
    stage_live(0);
    stage_hear(0, "book.A s1");
    ck_assert_int_eq(stage_state(0), TOPIC_OK);
    stage.sent[0] = '\0';
    break_book(7); /* and then it is as if nothing had been */
    ck_assert_ptr_nonnull(strstr(stage.sent, ":book.A"));
}
END_TEST

START_TEST(a_repair_that_brings_no_snapshot_is_tried_again)
{
    play(0, KIND_BOOK, "A");
    stage_hear(0, "book.A s1");
    break_book(1);
    stage_expect(stage.sent, "0-2:book.A");
    stage_hear(0, "+2");
    stage_hear(0, "!3=book.A already there");
    stage_expect(stage.sent, "0+3:book.A");
    stage_pass_ms(4000);
    stage_expect(stage.sent, "");
    stage_pass_ms(3000);
    stage_expect(stage.sent, "0-4:book.A");
    stage_pass_ms(OUTBOX_ANSWER_NS / NS_PER_MS);
    stage_expect(stage.sent, "0+5:book.A"); /* though nobody answered */
    stage_hear(0, "book.A s90");
    stage_pass_ms(60000);
    stage_expect(stage.sent, "");
    ck_assert(stage.sessions[0]->live);
}
END_TEST

START_TEST(a_key_of_a_lost_session_is_not_renewed)
{
    play(0, KIND_BOOK, "A");
    stage_hear(0, "book.A s1");
    break_book(1);
    stage.sent[0] = '\0';
    stage_lose(0, REASON_RESET);
    stage_pass_ms(2000);
    stage_live(0);
    ck_assert_ptr_null(strstr(stage.sent, "-"));
    stage_hear(0, "book.A s1");
    stage.sent[0] = '\0';
    stage_pass_ms(20000);
    stage_expect(stage.sent, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_connector_watch");
    TCase *tests = tcase_create("watch");
    tcase_add_checked_fixture(tests, begin, stage_end);
    tcase_add_test(tests, a_stream_beyond_its_deadline_is_silent_and_subscribed_anew);
    tcase_add_test(tests, a_stream_that_stays_silent_is_asked_for_ever_less_often);
    tcase_add_test(tests, a_market_where_nobody_trades_is_quiet_and_left_alone);
    tcase_add_test(tests, a_stream_that_is_silent_while_its_market_trades_is_dead);
    tcase_add_test(tests, a_trade_of_long_ago_proves_nothing_of_a_stream_that_comes_now);
    tcase_add_test(tests, a_book_with_a_gap_is_repaired_by_subscribing_its_key_anew);
    tcase_add_test(tests, a_book_that_breaks_again_and_again_is_given_time_and_then_a_new_session);
    tcase_add_test(tests, a_repair_that_brings_no_snapshot_is_tried_again);
    tcase_add_test(tests, a_key_of_a_lost_session_is_not_renewed);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
