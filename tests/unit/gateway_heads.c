/* SPDX-License-Identifier: Apache-2.0 */
/* Heads as a subscriber hears them, by a stepped clock. */
#include "gateway/heads.h"

#include "tests/unit/feed_fixture.h"

#include <jansson.h>

#define EPOCH   1700000000123
#define REAL_NS (1700000000 * NS_PER_SECOND)

static void *context, *outside, *reader;
static char directory[64];
static struct publisher *publisher;
static struct topics *topics;
static struct heads heads;
static int64_t now_ns = 100 * NS_PER_SECOND;

static void setup(void)
{
    struct config_feed config = {.endpoint_count = 1,
                                 .hwm = 100000,
                                 .max_subscriptions = 1000,
                                 .queue_max = CONFIG_FEED_QUEUE_MIN};
    char error[256];
    struct publisher_stats stats = {0};
    make_directory(directory, sizeof directory);
    snprintf(config.endpoints[0], sizeof config.endpoints[0], "ipc://%s/feed", directory);
    context = zmq_ctx_new();
    outside = zmq_ctx_new();
    topics = topics_new(20000, 10);
    publisher = publisher_new(context, &config, NULL, error, sizeof error);
    ck_assert_ptr_nonnull(publisher);
    reader = subscribe(outside, config.endpoints[0], "");
    until((publisher_stats(publisher, &stats), stats.subscriptions == 1));
    heads_init(&heads, now_ns);
}

static void teardown(void)
{
    zmq_close(reader);
    publisher_destroy(&publisher);
    topics_destroy(&topics);
    zmq_ctx_term(outside);
    zmq_ctx_term(context);
    remove_directory(directory);
}

static struct topic *add(uint16_t connector, const char *exchange, int number)
{
    char symbol[32];
    snprintf(symbol, sizeof symbol, "S%d-USDT", number);
    return topics_add(topics, connector, KIND_TRADE, slice_of(exchange), slice_of(symbol),
                      SLICE("x"), (struct slice){NULL, 0});
}

static void change(struct topic *topic, enum topic_state state)
{
    struct event event;
    event_begin(&event, KIND_TRADE);
    event.update = UPDATE_STATE;
    event.state = (uint8_t)state;
    event.seq = topic->seq + 1;
    topics_take(topics, topic, &event, now_ns);
}

/* One tick; the heads heard, all messages together, and how many messages that were. */
static json_t *tick(size_t *messages)
{
    static struct heard heard;
    json_t *all = json_array();
    *messages = 0;
    int64_t next_ns = heads_tick(&heads, topics, publisher, EPOCH, now_ns, REAL_NS);
    ck_assert_int_eq(next_ns, now_ns + NS_PER_SECOND);
    struct text *end = publisher_begin(publisher, SLICE("end."), 0);
    ck_assert_ptr_nonnull(end);
    publisher_end(publisher);
    ck_assert(publisher_flush(publisher));
    while (hear(reader, &heard, PATIENCE_MS) && strcmp(heard.topic, "end.") != 0) {
        ck_assert_uint_le(strlen(heard.body), 65536);
        json_t *body = json_loads(heard.body, 0, NULL);
        ck_assert_ptr_nonnull(body);
        char topic[64];
        ck_assert_str_eq(json_string_value(json_object_get(body, "kind")), "sys.head");
        snprintf(topic, sizeof topic, "sys.head.%s.",
                 json_string_value(json_object_get(body, "exchange")));
        ck_assert_str_eq(heard.topic, topic);
        ck_assert_int_eq(json_integer_value(json_object_get(body, "epoch")), EPOCH);
        ck_assert_int_eq(json_integer_value(json_object_get(body, "ts_published")),
                         REAL_NS / NS_PER_US);
        json_array_extend(all, json_object_get(body, "heads"));
        json_decref(body);
        ++*messages;
    }
    return all;
}

static size_t count_heads(size_t *messages)
{
    json_t *all = tick(messages);
    size_t count = json_array_size(all);
    json_decref(all);
    return count;
}

START_TEST(heads_say_topic_epoch_seq_and_state_of_what_changed)
{
    size_t messages;
    struct topic *one = add(0, "binance", 1);
    add(0, "binance", 2); /* never said anything: nothing can have been lost */
    change(one, TOPIC_RECOVERING);
    change(one, TOPIC_OK);
    now_ns += NS_PER_SECOND;
    json_t *all = tick(&messages);
    char *text = json_dumps(all, JSON_COMPACT);
    ck_assert_str_eq(text, "[[\"trade.binance.S1-USDT.\",1700000000123,2,\"ok\"]]");
    ck_assert_uint_eq(messages, 1);
    free(text);
    json_decref(all);
}
END_TEST

START_TEST(heads_are_said_once_a_second)
{
    change(add(0, "binance", 1), TOPIC_OK);
    ck_assert_int_eq(heads_tick(&heads, topics, publisher, EPOCH, now_ns, REAL_NS),
                     now_ns + NS_PER_SECOND);
    ck_assert_int_eq(
        heads_tick(&heads, topics, publisher, EPOCH, now_ns + NS_PER_SECOND - 1, REAL_NS),
        now_ns + NS_PER_SECOND);
    struct heard heard;
    publisher_flush(publisher);
    ck_assert(!hear(reader, &heard, 0));
}
END_TEST

/* A topic that changes no more is said for three seconds, and then in its turn: within ten. */
START_TEST(heads_of_quiet_topics_come_in_turn)
{
    size_t messages, recent = 0, later[3] = {0};
    struct topic *made[3];
    for (int i = 0; i < 3; i++) {
        made[i] = add(0, "binance", i);
        change(made[i], TOPIC_OK);
    }
    for (int second = 1; second <= 2; second++) {
        now_ns += NS_PER_SECOND;
        recent += count_heads(&messages);
    }
    ck_assert_uint_eq(recent, 6);
    for (int second = 3; second <= 22; second++) {
        now_ns += NS_PER_SECOND;
        json_t *all = tick(&messages), *head;
        size_t i;
        json_array_foreach(all, i, head)
        {
            for (int k = 0; k < 3; k++)
                later[k] += strcmp(json_string_value(json_array_get(head, 0)), made[k]->name) == 0;
        }
        json_decref(all);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(later[i], 2);
}
END_TEST

START_TEST(heads_are_a_topic_for_each_exchange_and_messages_of_64_kib)
{
    size_t messages;
    for (int i = 0; i < 2000; i++) {
        change(add(0, "binance", i), TOPIC_OK);
        change(add(5, "upbit", i), TOPIC_OK);
    }
    now_ns += NS_PER_SECOND;
    ck_assert_uint_eq(count_heads(&messages), 4000);
    ck_assert_uint_ge(messages, 4); /* 50 bytes each: more than 64 KiB an exchange */
    ck_assert_uint_le(messages, 8);
}
END_TEST

START_TEST(heads_of_ten_thousand_topics_cost_little)
{
    struct topic *topic;
    for (int i = 0; i < 5000; i++) {
        change(add(0, "binance", i), TOPIC_OK);
        change(add(1, "upbit", i), TOPIC_OK);
    }
    zmq_close(reader);
    reader = zmq_socket(outside, ZMQ_SUB);
    int64_t least_ns = INT64_MAX;
    for (int second = 0; second < 5; second++) {
        size_t place = 0;
        now_ns += NS_PER_SECOND;
        while ((topic = topics_each(topics, &place)) != NULL)
            topic->changed_ns = now_ns;
        int64_t before_ns = clock_monotonic_ns();
        heads_tick(&heads, topics, publisher, EPOCH, now_ns, REAL_NS);
        publisher_flush(publisher);
        int64_t took_ns = clock_monotonic_ns() - before_ns;
        least_ns = took_ns < least_ns ? took_ns : least_ns;
    }
    fprintf(stderr, "heads of 10000 topics: %d us\n", (int)(least_ns / NS_PER_US));
    ck_assert_int_lt(least_ns, 100 * NS_PER_MS); /* a sanitizer's, on a slow machine */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_heads");
    TCase *tests = tcase_create("heads");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, heads_say_topic_epoch_seq_and_state_of_what_changed);
    tcase_add_test(tests, heads_are_said_once_a_second);
    tcase_add_test(tests, heads_of_quiet_topics_come_in_turn);
    tcase_add_test(tests, heads_are_a_topic_for_each_exchange_and_messages_of_64_kib);
    tcase_add_test(tests, heads_of_ten_thousand_topics_cost_little);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
