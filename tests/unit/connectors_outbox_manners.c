/* SPDX-License-Identifier: Apache-2.0 */
/* How exchanges differ in what they want to be told: one names the key that it refuses, one has to
 * be told anew to bring a snapshot, one takes whole sets. */
#include "tests/unit/outbox_stage.h"

/* Takes whole sets, so many a minute, wants to be greeted and has a ping of its own. */
static const struct exchange whole = {.name = "whole",
                                      .limits = {.streams_per_session = KEYS_MAX,
                                                 .streams_per_request = 1,
                                                 .messages_per_second = 3,
                                                 .messages_per_minute = 5},
                                      .manner = SUBSCRIBE_WHOLE,
                                      .greeting = {"HELLO", 5},
                                      .ping = {"PING", 4},
                                      .write_request = write_request};

static void begin(void)
{
    begin_with(&exchange);
}

static void begin_whole(void)
{
    begin_with(&whole);
}

static void blame(uint64_t number, const char *key, bool held, const char *expected)
{
    refuse_for(&(struct route){.request = number, .key = slice_of(key), .held = held}, expected);
}

START_TEST(outbox_tells_keys_apart_whose_number_is_another_s_by_now)
{
    add("a");
    expect("+1:a");
    outbox_accepted(outbox, 1);
    drop("a");
    ck_assert(outbox_add(outbox, 'a', SLICE("new"), false)); /* the number goes to another */
    ck_assert(outbox_add(outbox, 'x', SLICE("a"), false));   /* and the key has a new one */
    expect("+2:new");
    expect_asked(2, "a");
    outbox_remove(outbox, 'x');
    expect("-3:a");
    outbox_accepted(outbox, 2);
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_sets_aside_the_key_that_is_to_blame)
{
    add("a");
    add("b");
    add("c");
    expect("+1:a,b,c");
    add("d");
    blame(1, "b", false, "b");
    expect("+2:a,c"); /* by themselves: what was not in the request is no part of it */
    expect("+3:d");
    blame(2, "elsewhere", false, ""); /* one that is not in it blames nobody: halves */
    wait_for_room();
    expect("+4:a");
    expect("+5:c");
    outbox_accepted(outbox, 3);
    outbox_accepted(outbox, 4);
    blame(0, "c", false, "c");
    ck_assert(outbox_settled(outbox));
    expect_nothing();
}
END_TEST

START_TEST(outbox_takes_a_key_that_is_held_already_for_no_refusal)
{
    add("a");
    add("b");
    add("c");
    expect("+1:a,b,c");
    drop("c");
    blame(1, "a", true, "");
    expect("+2:b");
    outbox_accepted(outbox, 2);
    ck_assert(outbox_settled(outbox));
    drop("a");
    expect("-3:a");
    expect_nothing();
}
END_TEST

START_TEST(outbox_renews_a_key_when_its_unsubscribe_is_answered)
{
    add("a");
    add("b");
    outbox_renew(outbox, 'a'); /* is not subscribed yet */
    expect("+1:a,b");
    outbox_accepted(outbox, 1);
    outbox_renew(outbox, 'a');
    outbox_renew(outbox, 'a');
    outbox_renew(outbox, 'x');
    ck_assert(!outbox_settled(outbox));
    expect("-2:a");
    expect_asked(2, "");
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), OUTBOX_ANSWER_NS);
    outbox_accepted(outbox, 2);
    expect("+3:a");
    expect_asked(3, "a");
    outbox_accepted(outbox, 3);
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_renews_a_key_whose_unsubscribe_is_refused_or_never_answered)
{
    add("a");
    expect("+1:a");
    outbox_renew(outbox, 'a'); /* before its answer, which then says nothing any more */
    expect("-2:a");
    outbox_accepted(outbox, 1);
    ck_assert(!outbox_settled(outbox));
    refuse(2, "");
    expect("+3:a");
    outbox_accepted(outbox, 3);
    outbox_renew(outbox, 'a');
    wait_for_room();
    expect("-4:a");
    wait_for_room();
    expect("+5:a");
    outbox_accepted(outbox, 5);
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_does_not_subscribe_again_what_is_dropped_while_it_is_renewed)
{
    add("a");
    add("b");
    expect("+1:a,b");
    outbox_accepted(outbox, 1);
    outbox_renew(outbox, 'a');
    outbox_renew(outbox, 'b');
    drop("b");
    expect("-2:a,b");
    drop("a");
    outbox_accepted(outbox, 2);
    expect_nothing();
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_says_a_whole_set_for_any_change)
{
    expect_item(OUTBOX_TEXT, "HELLO");
    expect_nothing();
    for (const char *key = "abcdef"; *key != '\0'; key++)
        ck_assert(outbox_add(outbox, (uint32_t)*key, (struct slice){key, 1}, false));
    expect("+1:a,b,c,d,e,f"); /* as many as there are */
    expect_asked(1, "abcdef");
    ck_assert(outbox_settled(outbox)); /* nothing is answered */
    drop("b");
    add("g");
    drop("g");
    add("h");
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), OUTBOX_WHOLE_NS);
    drop("c"); /* what changes in the meantime goes along */
    wait_for_room();
    expect("+2:a,d,e,f,h");
    refuse(0, ""); /* blames nobody: the session ends of it */
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), INT64_MAX);
}
END_TEST

START_TEST(outbox_says_no_empty_set)
{
    expect_item(OUTBOX_TEXT, "HELLO");
    add("a");
    expect("+1:a");
    drop("a");
    now_ns += OUTBOX_WHOLE_NS;
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), INT64_MAX);
    add("b");
    expect("+2:b");
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_renews_a_key_of_a_whole_set_by_saying_it_again)
{
    expect_item(OUTBOX_TEXT, "HELLO");
    add("a");
    add("b");
    expect("+1:a,b");
    outbox_renew(outbox, 'b');
    wait_for_room();
    expect("+2:a,b");
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_never_says_more_in_a_minute_than_the_exchange_takes)
{
    int64_t said_ns[20];
    outbox_clear(outbox); /* of a second connection */
    expect_item(OUTBOX_TEXT, "HELLO");
    said_ns[0] = now_ns;
    for (size_t i = 1; i < 20; i++) {
        outbox_ping(outbox);
        wait_for_room();
        expect_item(OUTBOX_TEXT, "PING");
        said_ns[i] = now_ns;
    }
    for (size_t i = 5; i < 20; i++)
        ck_assert_int_gt(said_ns[i] - said_ns[i - 5], 60 * NS_PER_SECOND);
    ck_assert_int_le(said_ns[19] - said_ns[0], 4 * 66 * NS_PER_SECOND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_outbox_manners");
    TCase *tests = tcase_create("changes");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, outbox_tells_keys_apart_whose_number_is_another_s_by_now);
    tcase_add_test(tests, outbox_sets_aside_the_key_that_is_to_blame);
    tcase_add_test(tests, outbox_takes_a_key_that_is_held_already_for_no_refusal);
    tcase_add_test(tests, outbox_renews_a_key_when_its_unsubscribe_is_answered);
    tcase_add_test(tests, outbox_renews_a_key_whose_unsubscribe_is_refused_or_never_answered);
    tcase_add_test(tests, outbox_does_not_subscribe_again_what_is_dropped_while_it_is_renewed);
    suite_add_tcase(suite, tests);
    tests = tcase_create("whole sets");
    tcase_add_checked_fixture(tests, begin_whole, end);
    tcase_add_test(tests, outbox_says_a_whole_set_for_any_change);
    tcase_add_test(tests, outbox_says_no_empty_set);
    tcase_add_test(tests, outbox_renews_a_key_of_a_whole_set_by_saying_it_again);
    tcase_add_test(tests, outbox_never_says_more_in_a_minute_than_the_exchange_takes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
