/* SPDX-License-Identifier: Apache-2.0 */
/* What one session says to its exchange, and when. */
#include "tests/unit/outbox_stage.h"

static void begin(void)
{
    begin_with(&exchange);
}

START_TEST(outbox_says_nothing_unasked)
{
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), INT64_MAX);
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_puts_as_many_keys_in_a_request_as_the_exchange_takes)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < 6; i++)
        add(keys[i]);
    expect("+1:a,b,c,d");
    expect("+2:e,f");
    expect_nothing();
    expect_asked(1, "abcd");
    expect_asked(2, "ef");
    ck_assert(!outbox_settled(outbox));
    outbox_accepted(outbox, 2);
    ck_assert(!outbox_settled(outbox));
    outbox_accepted(outbox, 1);
    ck_assert(outbox_settled(outbox));
    expect_asked(1, "");
}
END_TEST

START_TEST(outbox_never_says_more_in_a_second_than_the_exchange_takes)
{
    int64_t said_ns[60];
    size_t count = 0;
    for (int i = 0; i < 160; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        add(key);
    }
    while (outbox_wait_ns(outbox, now_ns) != INT64_MAX) {
        wait_for_room();
        ck_assert_int_eq(next(), OUTBOX_REQUEST);
        said_ns[count++] = now_ns;
        if (outbox_wait_ns(outbox, now_ns) > 0)
            expect_nothing();
    }
    ck_assert_uint_eq(count, 40);
    for (size_t i = 3; i < count; i++)
        ck_assert_int_gt(said_ns[i] - said_ns[i - 3], NS_PER_SECOND);
    ck_assert_int_le(said_ns[count - 1] - said_ns[0], 18 * NS_PER_SECOND);
}
END_TEST

START_TEST(outbox_counts_pings_and_pongs_with_the_rest)
{
    outbox_ping(outbox);
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), 0);
    ck_assert_int_eq(next(), OUTBOX_PING);
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), INT64_MAX);
    outbox_pong(outbox, now_ns);
    add("a");
    expect("+1:a");
    add("b");
    outbox_ping(outbox);
    expect_nothing();
    ck_assert_int_gt(outbox_wait_ns(outbox, now_ns), 0);
    wait_for_room();
    ck_assert_int_eq(next(), OUTBOX_PING);
    expect("+2:b");
}
END_TEST

START_TEST(outbox_says_its_owners_text_before_pings_and_keys_and_keeps_no_copy)
{
    add("a");
    outbox_ping(outbox);
    ck_assert(!outbox_say(outbox, SLICE("")));
    ck_assert(!outbox_say(outbox, SLICE("nine char")));
    ck_assert(outbox_say(outbox, SLICE("login")));
    ck_assert(!outbox_say(outbox, SLICE("other")));
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), 0);
    expect_item(OUTBOX_SAID, "login");
    ck_assert(outbox_say(outbox, SLICE("other")));
    outbox_clear(outbox);
    expect_nothing();
    ck_assert_int_eq(outbox_wait_ns(outbox, now_ns), INT64_MAX);
}
END_TEST

START_TEST(outbox_takes_back_what_it_has_not_said)
{
    add("a");
    add("b");
    drop("a");
    expect("+1:b");
    drop("x");
    expect_nothing();
}
END_TEST

START_TEST(outbox_unsubscribes_before_it_subscribes)
{
    add("a");
    add("b");
    expect("+1:a,b");
    outbox_accepted(outbox, 1);
    add("c");
    drop("a");
    expect("-2:a");
    expect("+3:c");
}
END_TEST

START_TEST(outbox_says_nothing_of_a_key_that_is_dropped_and_wanted_again)
{
    add("a");
    expect("+1:a");
    drop("a");
    add("a");
    expect_nothing();
    outbox_accepted(outbox, 1);
    drop("a");
    add("a");
    expect_nothing();
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_subscribes_again_what_it_has_unsubscribed)
{
    add("a");
    expect("+1:a");
    outbox_accepted(outbox, 1);
    drop("a");
    expect("-2:a");
    add("a");
    expect("+3:a");
    outbox_accepted(outbox, 2); /* of the unsubscription: says nothing of the new one */
    ck_assert(!outbox_settled(outbox));
    outbox_accepted(outbox, 3);
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_unsubscribes_a_key_whose_subscription_is_not_answered_yet)
{
    add("a");
    expect("+1:a");
    drop("a");
    expect("-2:a");
    outbox_accepted(outbox, 1);
    ck_assert(outbox_settled(outbox));
    expect_nothing();
}
END_TEST

START_TEST(outbox_tells_a_bad_key_from_its_good_neighbours)
{
    add("a");
    add("b");
    add("c");
    add("d");
    expect("+1:a,b,c,d"); /* c is bad */
    refuse(1, "");
    expect("+2:a,b");
    outbox_accepted(outbox, 2);
    expect("+3:c,d");
    refuse(3, "");
    wait_for_room();
    expect("+4:c");
    refuse(4, "c");
    expect("+5:d");
    outbox_accepted(outbox, 5);
    expect_nothing();
    ck_assert(outbox_settled(outbox));
    drop("c"); /* there is nothing to be unsubscribed from */
    expect_nothing();
}
END_TEST

START_TEST(outbox_ends_its_search_for_bad_keys)
{
    size_t said = 0, refused = 0;
    for (int i = 0; i < 16; i++) {
        char key[8];
        snprintf(key, sizeof key, "%cbad", 'a' + i);
        add(key);
    }
    while (outbox_wait_ns(outbox, now_ns) != INT64_MAX) {
        struct taken taken = {0};
        wait_for_room();
        ck_assert_int_eq(next(), OUTBOX_REQUEST);
        outbox_refused(outbox, &(struct route){.request = request}, take_key, &taken);
        refused += taken.count;
        said++;
    }
    ck_assert_uint_eq(refused, 16);
    ck_assert_uint_eq(said, 4 * 7); /* 4 requests of 4 keys: 2n - 1 for each */
}
END_TEST

START_TEST(outbox_takes_a_refusal_without_a_number_for_the_oldest_request)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++)
        add(keys[i]);
    expect("+1:a,b,c,d");
    expect("+2:e");
    outbox_accepted(outbox, 1);
    refuse(0, "e");
    refuse(0, "");
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_takes_no_answer_twice)
{
    add("a");
    expect("+1:a");
    outbox_accepted(outbox, 1);
    refuse(1, "");
    refuse(7, "");
    outbox_accepted(outbox, 7);
    ck_assert(outbox_settled(outbox));
    expect_nothing();
}
END_TEST

START_TEST(outbox_forgets_a_refused_key_that_nobody_wants_any_more)
{
    add("a");
    add("b");
    expect("+1:a,b");
    drop("a");
    refuse(1, "b");
    expect_nothing();
    ck_assert(outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_asks_alone_for_what_was_refused_before)
{
    add("a");
    ck_assert(outbox_add(outbox, 'b', SLICE("b"), true));
    add("c");
    expect("+1:a,c");
    expect("+2:b");
    refuse(2, "b");
    expect_nothing();
}
END_TEST

START_TEST(outbox_begins_anew_with_a_new_connection)
{
    add("a");
    expect("+1:a");
    outbox_ping(outbox);
    outbox_clear(outbox);
    expect_nothing();
    add("a");
    expect("+2:a"); /* an answer to the old connection's request would not be taken for it */
    outbox_accepted(outbox, 1);
    ck_assert(!outbox_settled(outbox));
}
END_TEST

START_TEST(outbox_has_room_for_what_goes_beside_what_comes)
{
    char key[16];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < KEYS_MAX; i++) {
            snprintf(key, sizeof key, "%d-%u", round, i);
            ck_assert(outbox_add(outbox, i, slice_of(key), false));
        }
        ck_assert(!outbox_add(outbox, 0, SLICE("one more"), false));
        while (round == 0 && outbox_wait_ns(outbox, now_ns) != INT64_MAX) {
            wait_for_room();
            ck_assert_int_eq(next(), OUTBOX_REQUEST);
        }
        for (uint32_t i = 0; round == 0 && i < KEYS_MAX; i++)
            outbox_remove(outbox, i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_outbox");
    TCase *tests = tcase_create("outbox");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, outbox_says_nothing_unasked);
    tcase_add_test(tests, outbox_puts_as_many_keys_in_a_request_as_the_exchange_takes);
    tcase_add_test(tests, outbox_never_says_more_in_a_second_than_the_exchange_takes);
    tcase_add_test(tests, outbox_counts_pings_and_pongs_with_the_rest);
    tcase_add_test(tests, outbox_says_its_owners_text_before_pings_and_keys_and_keeps_no_copy);
    tcase_add_test(tests, outbox_takes_back_what_it_has_not_said);
    tcase_add_test(tests, outbox_unsubscribes_before_it_subscribes);
    tcase_add_test(tests, outbox_says_nothing_of_a_key_that_is_dropped_and_wanted_again);
    tcase_add_test(tests, outbox_subscribes_again_what_it_has_unsubscribed);
    tcase_add_test(tests, outbox_unsubscribes_a_key_whose_subscription_is_not_answered_yet);
    tcase_add_test(tests, outbox_tells_a_bad_key_from_its_good_neighbours);
    tcase_add_test(tests, outbox_ends_its_search_for_bad_keys);
    tcase_add_test(tests, outbox_takes_a_refusal_without_a_number_for_the_oldest_request);
    tcase_add_test(tests, outbox_takes_no_answer_twice);
    tcase_add_test(tests, outbox_forgets_a_refused_key_that_nobody_wants_any_more);
    tcase_add_test(tests, outbox_asks_alone_for_what_was_refused_before);
    tcase_add_test(tests, outbox_begins_anew_with_a_new_connection);
    tcase_add_test(tests, outbox_has_room_for_what_goes_beside_what_comes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
