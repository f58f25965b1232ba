/* SPDX-License-Identifier: Apache-2.0 */
/* Rates by a stepped clock. */
#include "gateway/peers.h"

#include "common/clock.h"

#include <check.h>
#include <stdio.h>

#define RATE  10
#define BURST 20
#define PEERS 4

static struct peers *peers;
static int64_t now_ns = 1000 * NS_PER_SECOND;

static void setup(void)
{
    peers = peers_new(RATE, BURST, PEERS);
}

static void teardown(void)
{
    peers_destroy(&peers);
    peers_destroy(&peers);
}

/* How many of `tries` at once are allowed. */
static int allowed(const char *identity, int tries)
{
    int count = 0;
    for (int i = 0; i < tries; i++)
        count += peers_allow(peers, slice_of(identity), now_ns);
    return count;
}

START_TEST(peers_may_ask_a_burst_at_once_and_then_their_rate)
{
    ck_assert_int_eq(allowed("a", 100), BURST);
    now_ns += NS_PER_SECOND / RATE - 1;
    ck_assert_int_eq(allowed("a", 1), 0);
    now_ns += 1;
    ck_assert_int_eq(allowed("a", 2), 1);
    now_ns += NS_PER_SECOND;
    ck_assert_int_eq(allowed("a", 100), RATE);
}
END_TEST

START_TEST(peers_save_no_more_than_a_burst)
{
    ck_assert_int_eq(allowed("a", 5), 5);
    now_ns += 3600 * NS_PER_SECOND;
    ck_assert_int_eq(allowed("a", 100), BURST);
}
END_TEST

START_TEST(peers_that_ask_on_while_refused_pay_nothing_for_it)
{
    allowed("a", BURST);
    ck_assert_int_eq(allowed("a", 1000), 0);
    now_ns += NS_PER_SECOND / RATE;
    ck_assert_int_eq(allowed("a", 1), 1);
}
END_TEST

START_TEST(peers_have_a_rate_each)
{
    ck_assert_int_eq(allowed("a", 100), BURST);
    ck_assert_int_eq(allowed("b", 100), BURST);
    ck_assert_int_eq(allowed("a", 1), 0);
    ck_assert_uint_eq(peers_count(peers), 2);
}
END_TEST

START_TEST(peers_are_told_apart_by_every_byte)
{
    const struct slice one = {"\0a", 2}, other = {"\0b", 2}, none = {"", 0};
    for (int i = 0; i < BURST; i++)
        ck_assert(peers_allow(peers, one, now_ns));
    ck_assert(!peers_allow(peers, one, now_ns));
    ck_assert(peers_allow(peers, other, now_ns));
    ck_assert(peers_allow(peers, none, now_ns));
    ck_assert_uint_eq(peers_count(peers), 3);
}
END_TEST

START_TEST(peers_heard_least_recently_are_forgotten_first)
{
    char identity[8];
    for (int i = 0; i < PEERS; i++) {
        snprintf(identity, sizeof identity, "p%d", i);
        ck_assert_int_eq(allowed(identity, 100), BURST);
    }
    ck_assert_int_eq(allowed("p0", 1), 0); /* heard again, and so the newest */
    ck_assert_int_eq(allowed("new", 1), 1);
    ck_assert_uint_eq(peers_count(peers), PEERS);
    ck_assert_int_eq(allowed("p0", 1), 0);
    ck_assert_int_eq(allowed("p2", 1), 0);
    ck_assert_int_eq(allowed("p1", 1), 1); /* it was the one that went */
}
END_TEST

START_TEST(peers_stay_bounded_through_a_flood_of_identities)
{
    char identity[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(identity, sizeof identity, "%d", i * 7919);
        ck_assert(peers_allow(peers, slice_of(identity), now_ns));
    }
    ck_assert_uint_eq(peers_count(peers), PEERS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_peers");
    TCase *tests = tcase_create("peers");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, peers_may_ask_a_burst_at_once_and_then_their_rate);
    tcase_add_test(tests, peers_save_no_more_than_a_burst);
    tcase_add_test(tests, peers_that_ask_on_while_refused_pay_nothing_for_it);
    tcase_add_test(tests, peers_have_a_rate_each);
    tcase_add_test(tests, peers_are_told_apart_by_every_byte);
    tcase_add_test(tests, peers_heard_least_recently_are_forgotten_first);
    tcase_add_test(tests, peers_stay_bounded_through_a_flood_of_identities);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
