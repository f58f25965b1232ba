/* SPDX-License-Identifier: Apache-2.0 */
/* The publisher with a real XPUB and real subscribers. */
#include "gateway/publisher.h"

#include "common/log.h"
#include "tests/unit/feed_fixture.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MIB (1024 * 1024)

static void *context; /* the gateway's */
static void *outside; /* the subscribers' */
static char directory[64];
static struct config_feed config;
static struct publisher *publisher;
static char error[256];

static void setup(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    context = zmq_ctx_new();
    outside = zmq_ctx_new();
    make_directory(directory, sizeof directory);
    config = (struct config_feed){.endpoint_count = 1,
                                  .hwm = 100000,
                                  .max_subscriptions = 1000,
                                  .queue_max = CONFIG_FEED_QUEUE_MIN};
    snprintf(config.endpoints[0], sizeof config.endpoints[0], "ipc://%s/feed", directory);
}

static void start(void)
{
    publisher = publisher_new(context, &config, NULL, error, sizeof error);
    ck_assert_msg(publisher != NULL, "%s", error);
}

static void teardown(void)
{
    publisher_destroy(&publisher);
    publisher_destroy(&publisher);
    zmq_ctx_term(outside);
    zmq_ctx_term(context);
    remove_directory(directory);
}

static struct publisher_stats stats(void)
{
    struct publisher_stats now;
    publisher_stats(publisher, &now);
    return now;
}

static bool write_message(const char *topic, const char *body)
{
    struct text *text = publisher_begin(publisher, slice_of(topic), 1000);
    if (text == NULL)
        return false;
    text_append(text, slice_of(body));
    publisher_end(publisher);
    return true;
}

START_TEST(publisher_sends_topic_and_body_as_two_frames)
{
    struct heard heard;
    start();
    void *reader = subscribe(outside, config.endpoints[0], "trade.");
    until(stats().subscriptions == 1);
    ck_assert(write_message("trade.binance.BTC-USDT.", "{\"price\":\"1.50\"}"));
    ck_assert(write_message("quote.binance.BTC-USDT.", "{}"));
    ck_assert(write_message("trade.binance.ETH-USDT.", ""));
    ck_assert(publisher_flush(publisher));
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.topic, "trade.binance.BTC-USDT.");
    ck_assert_str_eq(heard.body, "{\"price\":\"1.50\"}");
    ck_assert_int_eq(heard.frames, 2);
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.topic, "trade.binance.ETH-USDT.");
    ck_assert_str_eq(heard.body, "");
    ck_assert_int_eq(heard.frames, 2);
    until(stats().messages == 3);
    ck_assert_uint_eq(stats().bytes, 3 * strlen("trade.binance.BTC-USDT.") + 16 + 2);
    ck_assert_uint_eq(stats().dropped, 0);
    zmq_close(reader);
}
END_TEST

START_TEST(publisher_keeps_the_order_of_many_batches)
{
    struct heard heard;
    char number[32];
    start();
    void *reader = subscribe(outside, config.endpoints[0], "n.");
    until(stats().subscriptions == 1);
    for (int i = 0; i < 5000; i++) {
        snprintf(number, sizeof number, "%d", i);
        ck_assert(write_message("n.", number));
        if (i % 7 == 0)
            ck_assert(publisher_flush(publisher));
    }
    ck_assert(publisher_flush(publisher));
    ck_assert(publisher_flush(publisher)); /* nothing is no batch */
    for (int i = 0; i < 5000; i++) {
        hear(reader, &heard, PATIENCE_MS);
        ck_assert_int_eq(strtol(heard.body, NULL, 10), i);
    }
    zmq_close(reader);
}
END_TEST

START_TEST(publisher_is_wanted_from_the_first_subscription_on)
{
    start();
    ck_assert(!publisher_wanted(publisher));
    void *one = subscribe(outside, config.endpoints[0], "a.");
    void *other = subscribe(outside, config.endpoints[0], "a.");
    zmq_setsockopt(other, ZMQ_SUBSCRIBE, "b.", 2);
    until(stats().subscriptions == 3);
    ck_assert(publisher_wanted(publisher));
    zmq_setsockopt(other, ZMQ_UNSUBSCRIBE, "b.", 2);
    until(stats().subscriptions == 2);
    zmq_close(one); /* it left without a word */
    until(stats().subscriptions == 1);
    ck_assert(publisher_wanted(publisher));
    zmq_close(other);
    until(stats().subscriptions == 0);
    ck_assert_uint_eq(stats().subscription_events, 6);
}
END_TEST

/* Sends, and reads as much as the other side has to say to it. */
static void exchange(int fd, const char *bytes, size_t len, size_t answer_len)
{
    char answer[64];
    ck_assert_int_eq(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
    ck_assert(answer_len == 0 || recv(fd, answer, answer_len, MSG_WAITALL) == (ssize_t)answer_len);
}

/* libzmq's own sockets send no unsubscription of what they never had; this client is none. */
static int connect_liar(void)
{
    static const char greeting[64] = "\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL";
    static const char ready[] = "\4\x19\5READY\13Socket-Type\0\0\0\3SUB";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s",
             config.endpoints[0] + strlen("ipc://"));
    int liar = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(liar, (const struct sockaddr *)&address, sizeof address), 0);
    exchange(liar, greeting, sizeof greeting, sizeof greeting);
    exchange(liar, ready, sizeof ready - 1, sizeof ready); /* it is an XPUB: a byte more */
    return liar;
}

START_TEST(publisher_is_not_silenced_by_unsubscriptions_that_are_made_up)
{
    static const char unsubscribe[] = "\0\6\0never";
    struct heard heard;
    start();
    void *reader = subscribe(outside, config.endpoints[0], "t.");
    until(stats().subscriptions == 1);
    int liar = connect_liar();
    for (int i = 0; i < 3; i++)
        exchange(liar, unsubscribe, sizeof unsubscribe - 1, 0);
    until(stats().subscription_events == 4);
    ck_assert(publisher_wanted(publisher));
    ck_assert(write_message("t.", "x"));
    ck_assert(publisher_flush(publisher));
    hear(reader, &heard, PATIENCE_MS);
    close(liar);
    zmq_close(reader);
}
END_TEST

/* The newest set of topics that are read; the counts of those before are the test's to forget. */
static bool are_read(size_t count)
{
    static size_t read;
    struct readers_set *set = publisher_take_readers(publisher);
    if (set != NULL)
        read = set->count;
    free(set);
    return read == count;
}

START_TEST(publisher_tells_which_whole_topics_are_read)
{
    config.readers_max = 10;
    start();
    ck_assert(publisher_readers_fd(publisher) >= 0);
    void *one = subscribe(outside, config.endpoints[0], "trade.a.B-C.");
    until(are_read(1));
    void *other = subscribe(outside, config.endpoints[0], "trade.a.B-C.");
    zmq_setsockopt(other, ZMQ_SUBSCRIBE, "", 0);
    zmq_setsockopt(other, ZMQ_SUBSCRIBE, "trade.a.", 8);
    zmq_setsockopt(other, ZMQ_SUBSCRIBE, "quote.a.B-C.", 12);
    until(are_read(2));
    zmq_setsockopt(other, ZMQ_UNSUBSCRIBE, "quote.a.B-C.", 12);
    until(are_read(1));
    zmq_close(one); /* the other one reads on */
    until(stats().subscriptions == 3);
    ck_assert(are_read(1));
    zmq_close(other);
    until(are_read(0));
}
END_TEST

START_TEST(publisher_tells_nothing_of_readers_if_nobody_asks)
{
    start();
    void *one = subscribe(outside, config.endpoints[0], "trade.a.B-C.");
    until(stats().subscriptions == 1);
    ck_assert_int_eq(publisher_readers_fd(publisher), -1);
    ck_assert_ptr_null(publisher_take_readers(publisher));
    zmq_close(one);
}
END_TEST

START_TEST(publisher_takes_nobody_elses_word_for_the_end_of_a_reader)
{
    static const char unsubscribe[] = "\0\x0d\0trade.a.B-C.";
    static const char subscribe_it[] = "\0\x0d\1trade.a.B-C.";
    config.readers_max = 10;
    start();
    void *one = subscribe(outside, config.endpoints[0], "trade.a.B-C.");
    until(are_read(1));
    int liar = connect_liar();
    for (int i = 0; i < 3; i++)
        exchange(liar, unsubscribe, sizeof unsubscribe - 1, 0);
    until(stats().subscription_events == 4);
    ck_assert(are_read(1));
    for (int i = 0; i < 3; i++) /* the same again and again: one reader, and one end */
        exchange(liar, subscribe_it, sizeof subscribe_it - 1, 0);
    until(stats().subscription_events == 7);
    close(liar);
    until(stats().subscription_events == 8);
    void *later = subscribe(outside, config.endpoints[0], "quote.a.B-C.");
    until(are_read(2)); /* a set later */
    zmq_close(later);
    zmq_close(one);
    until(are_read(0));
}
END_TEST

/* Nobody reads the queue while the thread is kept busy by nothing at all: so it is made too small
 * for what comes. */
START_TEST(publisher_drops_a_batch_that_finds_the_queue_full_and_counts_its_messages)
{
    config.queue_max = 2000; /* less than any config allows */
    start();
    for (int i = 0; i < 10; i++)
        ck_assert(write_message("t.", "x"));
    ck_assert(publisher_flush(publisher));
    until(stats().messages == 10);
    for (int i = 0; i < 100; i++)
        ck_assert(write_message("t.", "x"));
    ck_assert(!publisher_flush(publisher)); /* 3200 bytes */
    ck_assert_uint_eq(stats().dropped, 100);
    ck_assert(write_message("t.", "x"));
    ck_assert(publisher_flush(publisher));
    until(stats().messages == 11);
    ck_assert_uint_eq(stats().dropped, 100);
}
END_TEST

START_TEST(publisher_refuses_what_no_batch_can_hold_and_loses_nothing_else)
{
    struct heard heard;
    start();
    void *reader = subscribe(outside, config.endpoints[0], "t.");
    until(stats().subscriptions == 1);
    ck_assert(write_message("t.", "before"));
    ck_assert_ptr_null(publisher_begin(publisher, SLICE("t."), 8 * MIB));
    ck_assert(write_message("t.", "after"));
    ck_assert(publisher_flush(publisher));
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.body, "before");
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.body, "after");
    ck_assert_uint_eq(stats().dropped, 1);
    zmq_close(reader);
}
END_TEST

START_TEST(publisher_begins_a_new_batch_when_one_is_full)
{
    start();
    for (int i = 0; i < 20; i++) {
        struct text *text = publisher_begin(publisher, SLICE("t."), MIB);
        ck_assert_ptr_nonnull(text);
        memset(text_reserve(text, MIB), 'x', MIB);
        publisher_end(publisher);
        if (i % 10 == 9) /* the queue holds 16 MiB */
            until(stats().messages >= (uint64_t)i / 10 * 10);
    }
    publisher_flush(publisher);
    until(stats().messages + stats().dropped == 20);
    ck_assert_uint_ge(stats().messages, 7);
}
END_TEST

/* A SUB that has to connect again says what it wants when its thread looks at it. */
static uint64_t subscriptions_of(void *one, void *other)
{
    readable(one, 0);
    readable(other, 0);
    return stats().subscriptions;
}

/* Past the limit all are sent away; those who come again are served, over every transport. */
static void bomb_and_return(void)
{
    struct heard heard;
    char prefix[32];
    start();
    void *reader = subscribe(outside, config.endpoints[0], "t.");
    for (uint64_t round = 1; round <= 3; round++) {
        void *bomb = subscribe(outside, config.endpoints[0], "x");
        until(subscriptions_of(reader, bomb) == 2);
        for (int i = 0; i < 300; i++) {
            snprintf(prefix, sizeof prefix, "p%d.", i);
            zmq_setsockopt(bomb, ZMQ_SUBSCRIBE, prefix, strlen(prefix));
        }
        until(stats().rebinds >= round);
        zmq_close(bomb);
        until(subscriptions_of(reader, reader) == 1);
    }
    ck_assert(write_message("t.", "still here"));
    ck_assert(publisher_flush(publisher));
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.body, "still here");
    zmq_close(reader);
}

START_TEST(publisher_is_bound_anew_past_max_subscriptions_over_ipc)
{
    config.max_subscriptions = 250;
    bomb_and_return();
}
END_TEST

START_TEST(publisher_is_bound_anew_past_max_subscriptions_over_tcp)
{
    config.max_subscriptions = 250;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(probe, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(probe, (struct sockaddr *)&address, &size), 0);
    close(probe);
    snprintf(config.endpoints[0], sizeof config.endpoints[0], "tcp://127.0.0.1:%d",
             ntohs(address.sin_port));
    bomb_and_return();
}
END_TEST

START_TEST(publisher_says_which_endpoint_is_in_use)
{
    void *other = zmq_socket(outside, ZMQ_REP);
    config.endpoint_count = 2;
    ck_assert_int_eq(zmq_bind(other, "tcp://127.0.0.1:*"), 0);
    size_t size = sizeof config.endpoints[1];
    zmq_getsockopt(other, ZMQ_LAST_ENDPOINT, config.endpoints[1], &size);
    publisher = publisher_new(context, &config, NULL, error, sizeof error);
    ck_assert_ptr_null(publisher);
    ck_assert_ptr_nonnull(strstr(error, config.endpoints[1]));
    ck_assert_ptr_nonnull(strstr(error, "feed.endpoints"));
    ck_assert_ptr_nonnull(strstr(error, "in use"));
    zmq_close(other);
    zmq_ctx_term(context);
    context = zmq_ctx_new();
    config.endpoint_count = 1; /* and the other one was let go of */
    start();
}
END_TEST

START_TEST(publisher_delivers_what_was_handed_over_before_its_end)
{
    struct heard heard;
    start();
    void *reader = subscribe(outside, config.endpoints[0], "t.");
    until(stats().subscriptions == 1);
    for (int i = 0; i < 1000; i++)
        ck_assert(write_message("t.", "x"));
    ck_assert(publisher_flush(publisher));
    ck_assert(write_message("t.", "the last, not even flushed"));
    publisher_destroy(&publisher);
    for (int i = 0; i < 1000; i++)
        hear(reader, &heard, PATIENCE_MS);
    hear(reader, &heard, PATIENCE_MS);
    ck_assert_str_eq(heard.body, "the last, not even flushed");
    zmq_close(reader);
}
END_TEST

/* What its peers send as a subscription is bounded: the sender is cut off, the others are served.
 */
START_TEST(publisher_cuts_off_who_subscribes_to_an_endless_prefix)
{
    struct heard heard;
    static char endless[100000];
    memset(endless, 'x', sizeof endless);
    start();
    void *reader = subscribe(outside, config.endpoints[0], "t.");
    void *fool = subscribe(outside, config.endpoints[0], "f.");
    until(stats().subscriptions == 2);
    zmq_setsockopt(fool, ZMQ_SUBSCRIBE, endless, sizeof endless);
    until(stats().subscriptions == 1);
    ck_assert(write_message("t.", "x"));
    ck_assert(publisher_flush(publisher));
    hear(reader, &heard, PATIENCE_MS);
    zmq_close(fool);
    zmq_close(reader);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_publisher");
    TCase *tests = tcase_create("publisher");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, publisher_sends_topic_and_body_as_two_frames);
    tcase_add_test(tests, publisher_keeps_the_order_of_many_batches);
    tcase_add_test(tests, publisher_is_wanted_from_the_first_subscription_on);
    tcase_add_test(tests, publisher_is_not_silenced_by_unsubscriptions_that_are_made_up);
    tcase_add_test(tests,
                   publisher_drops_a_batch_that_finds_the_queue_full_and_counts_its_messages);
    tcase_add_test(tests, publisher_tells_which_whole_topics_are_read);
    tcase_add_test(tests, publisher_tells_nothing_of_readers_if_nobody_asks);
    tcase_add_test(tests, publisher_takes_nobody_elses_word_for_the_end_of_a_reader);
    tcase_add_test(tests, publisher_refuses_what_no_batch_can_hold_and_loses_nothing_else);
    tcase_add_test(tests, publisher_begins_a_new_batch_when_one_is_full);
    tcase_add_test(tests, publisher_is_bound_anew_past_max_subscriptions_over_ipc);
    tcase_add_test(tests, publisher_is_bound_anew_past_max_subscriptions_over_tcp);
    tcase_add_test(tests, publisher_says_which_endpoint_is_in_use);
    tcase_add_test(tests, publisher_delivers_what_was_handed_over_before_its_end);
    tcase_add_test(tests, publisher_cuts_off_who_subscribes_to_an_endless_prefix);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
