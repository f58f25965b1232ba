/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads what: connections are descriptors of the test. */
#include "gateway/readers.h"

#include "common/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOPICS_MAX 4

static struct readers *readers;
static int64_t now_ns = 1000 * NS_PER_SECOND;

static void set_up(void)
{
    readers = readers_new(TOPICS_MAX);
    ck_assert_ptr_nonnull(readers);
}

static void tear_down(void)
{
    readers_destroy(&readers);
    readers_destroy(&readers);
}

static int connect_one(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void says(int fd, bool subscribe, const char *topic)
{
    readers_take(readers, subscribe, slice_of(topic), fd, now_ns);
}

/* The topics that are read, each with a space behind it, by name; "" none; NULL: it is as it was.
 */
static const char *told(void)
{
    static char names[TOPICS_MAX * (TOPIC_MAX + 1) + 1];
    struct readers_set *set = readers_changed(readers);
    struct text text = text_over(names, sizeof names);
    bool done[TOPICS_MAX] = {false};
    if (set == NULL)
        return NULL;
    for (size_t n = 0; n < set->count; n++) {
        size_t least = TOPICS_MAX;
        for (size_t i = 0; i < set->count; i++)
            if (!done[i] && (least == TOPICS_MAX ||
                             memcmp(set->topics[i].name, set->topics[least].name, TOPIC_MAX) < 0))
                least = i;
        done[least] = true;
        text_bytes(&text, set->topics[least].name, set->topics[least].len);
        text_literal(&text, " ");
    }
    text_terminate(&text);
    free(set);
    return names;
}

START_TEST(readers_are_of_whole_topics_of_public_kinds)
{
    static const char *const none[] = {"",
                                       "trade.",
                                       "trade.binance.",
                                       "trade.binance.BTC-USDT",
                                       "trade.binance.BTC-USDT.x.",
                                       "trade..BTC-USDT.",
                                       "trade.binance.%42TC-USDT.",
                                       "candle.binance.BTC-USDT.",
                                       "candle.binance.BTC-USDT.1m.x.",
                                       "order.binance.mine.",
                                       "session.binance.BTC-USDT.",
                                       "sys.stats.gateway.",
                                       "sync.abc."};
    char longer[400];
    int fd = connect_one();
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        says(fd, true, none[i]);
    snprintf(longer, sizeof longer, "trade.binance.%0200d.", 0);
    says(fd, true, longer);
    ck_assert(!readers_any(readers));
    ck_assert_ptr_null(told());
    says(fd, true, "trade.binance.BTC-USDT.");
    says(fd, true, "candle.binance-usdm.BTC-USDT-PERP.1M.");
    says(fd, true, "quote.binance.%E5%B8%81-USDT.");
    ck_assert_str_eq(told(), "candle.binance-usdm.BTC-USDT-PERP.1M. quote.binance.%E5%B8%81-USDT. "
                             "trade.binance.BTC-USDT. ");
    ck_assert_ptr_null(told());
    ck_assert_uint_eq(readers_dropped(readers), 0);
    close(fd);
}
END_TEST

START_TEST(readers_end_by_their_own_word_alone)
{
    int one = connect_one(), other = connect_one();
    says(one, true, "trade.a.B-C.");
    says(one, true, "trade.a.B-C.");    /* again: it is one reader */
    says(other, false, "trade.a.B-C."); /* what it never began */
    says(-1, false, "trade.a.B-C.");    /* nobody knows who */
    ck_assert_str_eq(told(), "trade.a.B-C. ");
    says(other, true, "trade.a.B-C.");
    says(one, false, "trade.a.B-C.");
    says(one, false, "trade.a.B-C.");
    ck_assert_ptr_null(told());
    ck_assert(readers_any(readers));
    says(other, false, "trade.a.B-C.");
    ck_assert_str_eq(told(), "");
    says(-1, true, "trade.a.B-C."); /* a peer that cannot be told from others */
    ck_assert(!readers_any(readers));
    close(one), close(other);
}
END_TEST

START_TEST(readers_that_left_without_a_word_are_missed)
{
    int one = connect_one(), other = connect_one();
    says(one, true, "trade.a.B-C.");
    says(one, true, "trade.a.D-E.");
    says(other, true, "trade.a.B-C.");
    ck_assert_str_eq(told(), "trade.a.B-C. trade.a.D-E. ");
    readers_sweep(readers, now_ns);
    ck_assert_ptr_null(told());
    close(one);
    readers_sweep(readers, now_ns);
    ck_assert_str_eq(told(), "trade.a.B-C. ");
    close(other);
    int another = connect_one(); /* of the same number, and somebody else */
    says(another, false, "trade.a.B-C.");
    readers_sweep(readers, now_ns);
    ck_assert_str_eq(told(), "");
    close(another);
}
END_TEST

START_TEST(readers_that_come_and_go_take_no_more_room)
{
    int stays = connect_one();
    says(stays, true, "trade.a.B-C.");
    for (int i = 0; i < 5000; i++) {
        int comes = connect_one();
        says(comes, true, "trade.a.B-C.");
        close(comes);
        if (i % 100 == 0)
            readers_sweep(readers, now_ns);
    }
    readers_sweep(readers, now_ns);
    ck_assert(readers_any(readers));
    ck_assert_uint_eq(readers_dropped(readers), 0);
    close(stays);
    readers_sweep(readers, now_ns);
    ck_assert(!readers_any(readers));
}
END_TEST

START_TEST(readers_have_a_bound_and_count_what_is_beyond)
{
    int fd = connect_one();
    char topic[64];
    for (int i = 0; i < 10 * TOPICS_MAX; i++) {
        snprintf(topic, sizeof topic, "trade.a.S%d-C.", i);
        says(fd, true, topic);
    }
    ck_assert_uint_eq(readers_dropped(readers), 9 * TOPICS_MAX);
    ck_assert_str_eq(told(), "trade.a.S0-C. trade.a.S1-C. trade.a.S2-C. trade.a.S3-C. ");
    says(fd, false, "trade.a.S0-C.");
    says(fd, true, "trade.a.S9-C.");
    ck_assert_str_eq(told(), "trade.a.S1-C. trade.a.S2-C. trade.a.S3-C. trade.a.S9-C. ");
    readers_clear(readers);
    ck_assert_str_eq(told(), "");
    close(fd);
}
END_TEST

START_TEST(readers_that_left_make_room_for_others_at_once)
{
    int bomb = connect_one(), later = connect_one();
    char topic[64];
    for (int i = 0; i < 2 * TOPICS_MAX; i++) {
        snprintf(topic, sizeof topic, "trade.a.S%d-C.", i);
        says(bomb, true, topic);
    }
    close(bomb);
    says(later, true, "trade.a.B-C."); /* room was looked for a moment ago */
    ck_assert_str_eq(told(), "trade.a.S0-C. trade.a.S1-C. trade.a.S2-C. trade.a.S3-C. ");
    now_ns += 50 * NS_PER_MS;
    says(later, true, "trade.a.B-C.");
    ck_assert_str_eq(told(), "trade.a.B-C. ");
    close(later);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_readers");
    TCase *tests = tcase_create("readers");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, readers_are_of_whole_topics_of_public_kinds);
    tcase_add_test(tests, readers_end_by_their_own_word_alone);
    tcase_add_test(tests, readers_that_left_without_a_word_are_missed);
    tcase_add_test(tests, readers_that_come_and_go_take_no_more_room);
    tcase_add_test(tests, readers_have_a_bound_and_count_what_is_beyond);
    tcase_add_test(tests, readers_that_left_make_room_for_others_at_once);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
