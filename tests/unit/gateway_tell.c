/* SPDX-License-Identifier: Apache-2.0 */
/* What the gateway says of itself, as a subscriber reads it. */
#include "gateway/tell.h"

#include "tests/unit/connections_fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#define EPOCH   INT64_C(1700000000000)
#define WAIT_MS 5000

static void *zmq_context, *reader;
static struct publisher *publisher;
static struct tell *tell;
static char endpoint[64];
static char body[65536];

static void set_up_feed(void)
{
    struct config_feed feed = {.endpoint_count = 1,
                               .hwm = 1000,
                               .max_subscriptions = 1000,
                               .queue_max = CONFIG_FEED_QUEUE_MIN};
    char error[256];
    int wait_ms = WAIT_MS;
    set_up();
    snprintf(endpoint, sizeof endpoint, "ipc:///tmp/tickgate-tell-%ld", (long)getpid());
    memcpy(feed.endpoints[0], endpoint, sizeof endpoint);
    zmq_context = zmq_ctx_new();
    publisher = publisher_new(zmq_context, &feed, NULL, error, sizeof error);
    ck_assert_msg(publisher != NULL, "%s", error);
    tell = tell_new(publisher, pool, stats, (uint64_t)EPOCH);
    reader = zmq_socket(zmq_context, ZMQ_SUB);
    zmq_setsockopt(reader, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(reader, ZMQ_SUBSCRIBE, "sys.", 4);
    ck_assert_int_eq(zmq_connect(reader, endpoint), 0);
    int64_t deadline_ns = clock_monotonic_ns() + WAIT_MS * NS_PER_MS;
    while (!publisher_wanted(publisher)) {
        ck_assert_msg(clock_monotonic_ns() < deadline_ns, "the subscription does not arrive");
        zmq_poll(NULL, 0, 1);
    }
}

static void tear_down_feed(void)
{
    zmq_close(reader);
    tell_destroy(&tell);
    publisher_destroy(&publisher);
    zmq_ctx_term(zmq_context);
    unlink(endpoint + strlen("ipc://"));
    tear_down();
}

/* The next message must be exactly this: `expected` with the fields that end every one of them. */
static void expect_message(const char *topic, int64_t seq, const char *expected)
{
    char name[256];
    publisher_flush(publisher);
    int len = zmq_recv(reader, name, sizeof name - 1, 0);
    ck_assert_msg(len > 0, "%s does not come", topic);
    name[len] = '\0';
    ck_assert_str_eq(name, topic);
    len = zmq_recv(reader, body, sizeof body, 0);
    json_t *message = json_loadb(body, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    json_t *wanted_message = json_loads(expected, 0, NULL);
    ck_assert_ptr_nonnull(wanted_message);
    json_object_set_new(wanted_message, "epoch", json_integer(EPOCH));
    json_object_set_new(wanted_message, "seq", json_integer(seq));
    json_object_set_new(wanted_message, "ts_published", json_integer(now_real_ns / NS_PER_US));
    ck_assert_msg(json_equal(message, wanted_message), "%.*s", len, body);
    json_decref(message);
    json_decref(wanted_message);
}

START_TEST(tell_says_what_became_of_a_connection)
{
    struct connection *connection = opened("mine \"1\"", "trade_feed", "BTC-USDT ETH-USDT");
    tell_connection(tell, connections_next_changed(connections), now_real_ns);
    expect_message("sys.connection.binance.c1.", 1,
                   "{\"kind\":\"sys.connection\",\"exchange\":\"binance\",\"id\":\"c1\","
                   "\"name\":\"mine \\\"1\\\"\",\"type\":\"trade_feed\",\"state\":\"opening\","
                   "\"reason\":\"starting\",\"symbol_count\":2,\"messages\":0,\"errors\":0,"
                   "\"reconnects\":0}");
    list_two();
    say(connection, 0, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    say(connection, 1, UPDATE_STATE, TOPIC_SUSPECT, REASON_GAP);
    connections_judge(connections);
    tell_connection(tell, connections_next_changed(connections), now_real_ns);
    expect_message("sys.connection.binance.c1.", 2,
                   "{\"kind\":\"sys.connection\",\"exchange\":\"binance\",\"id\":\"c1\","
                   "\"name\":\"mine \\\"1\\\"\",\"type\":\"trade_feed\",\"state\":\"degraded\","
                   "\"reason\":\"gap\",\"symbol_count\":2,\"messages\":2,\"errors\":1,"
                   "\"reconnects\":0,\"last_error\":\"gap: trade.binance.ETH-USDT.\"}");
    expect_told(0);
}
END_TEST

START_TEST(tell_says_what_became_of_a_subscription)
{
    static const char *const symbols[] = {"BTC-USDT"};
    struct fault fault;
    ck_assert_ptr_nonnull(open_as("", "candle_feed", "BTC-USDT NOPE", "1m", 0, &fault));
    tell_subscription(
        tell, subscriptions_find(subscriptions, 0, KIND_CANDLE, SLICE("BTC-USDT"), SLICE("1m")),
        now_real_ns);
    expect_message("sys.subscription.binance.candle.BTC-USDT.1m.", 1,
                   "{\"kind\":\"sys.subscription\",\"exchange\":\"binance\","
                   "\"channel\":\"candle\",\"symbol\":\"BTC-USDT\",\"interval\":\"1m\","
                   "\"state\":\"pending\"}");
    while (subscriptions_next_changed(subscriptions) != NULL)
        continue;
    list(symbols, 1);
    struct subscription *row;
    while ((row = subscriptions_next_changed(subscriptions)) != NULL)
        if (strcmp(row->symbol, "NOPE") == 0)
            tell_subscription(tell, row, now_real_ns);
    expect_message("sys.subscription.binance.candle.NOPE.1m.", 1,
                   "{\"kind\":\"sys.subscription\",\"exchange\":\"binance\","
                   "\"channel\":\"candle\",\"symbol\":\"NOPE\",\"interval\":\"1m\","
                   "\"state\":\"refused\",\"reason\":\"unknown_symbol\","
                   "\"detail\":\"the exchange does not list it\"}");
}
END_TEST

static void take_counters(uint64_t not_json)
{
    struct event event;
    event_begin(&event, KIND_COUNTERS);
    event.counters.frames = 70;
    event.counters.refused[REFUSAL_NOT_JSON] = not_json;
    stats_take_counters(stats, &event);
}

START_TEST(tell_says_what_could_not_be_used_whenever_there_was_more_of_it)
{
    struct event event;
    event_begin(&event, KIND_DRIFT);
    event.drift.refusal = REFUSAL_NOT_JSON;
    event.drift.len = 7;
    memcpy(event.drift.example, "{\"a\n\xff\xc3x", 8);
    stats_take_drift(stats, &event);
    tell_drifts(tell, now_real_ns);
    tell_drifts(tell, now_real_ns);
    expect_message("sys.drift.binance.", 1,
                   "{\"kind\":\"sys.drift\",\"exchange\":\"binance\",\"refusal\":\"not_json\","
                   "\"count\":1,\"example\":\"{\\\"a\\n??x\"}");
    take_counters(1);
    tell_drifts(tell, now_real_ns);
    take_counters(30);
    tell_drifts(tell, now_real_ns);
    expect_message("sys.drift.binance.", 2,
                   "{\"kind\":\"sys.drift\",\"exchange\":\"binance\",\"refusal\":\"not_json\","
                   "\"count\":30,\"example\":\"{\\\"a\\n??x\"}");
}
END_TEST

START_TEST(tell_says_which_names_of_an_exchange_are_not_known)
{
    struct event event;
    event_begin(&event, KIND_DRIFT);
    event.drift = (struct drift){.drift = DRIFT_UNKNOWN_FIELD,
                                 .name_len = 2,
                                 .name = "zz",
                                 .len = 8,
                                 .example = "{\"zz\":1}"};
    stats_take_drift(stats, &event);
    tell_drifts(tell, now_real_ns);
    tell_drifts(tell, now_real_ns);
    expect_message("sys.drift.binance.", 1,
                   "{\"kind\":\"sys.drift\",\"exchange\":\"binance\",\"drift\":\"unknown_field\","
                   "\"name\":\"zz\",\"count\":1,\"example\":\"{\\\"zz\\\":1}\"}");
    event_begin(&event, KIND_COUNTERS);
    event.counters.drifted[DRIFT_UNKNOWN_FIELD] = 5;
    stats_take_counters(stats, &event);
    tell_drifts(tell, now_real_ns);
    expect_message("sys.drift.binance.", 2,
                   "{\"kind\":\"sys.drift\",\"exchange\":\"binance\",\"drift\":\"unknown_field\","
                   "\"name\":\"zz\",\"count\":5,\"example\":\"{\\\"zz\\\":1}\"}");
}
END_TEST

/* Its numbers are stats.def's; here are those that tell a part from another. */
static void expect_part(const char *topic, int64_t seq, const char *member, int64_t value)
{
    char name[256];
    int len = zmq_recv(reader, name, sizeof name - 1, 0);
    ck_assert_msg(len > 0, "%s does not come", topic);
    name[len] = '\0';
    ck_assert_str_eq(name, topic);
    len = zmq_recv(reader, body, sizeof body, 0);
    json_t *message = json_loadb(body, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(message, "seq")), seq);
    ck_assert_int_eq(json_integer_value(json_object_get(message, member)), value);
    ck_assert_str_eq(json_string_value(json_object_get(message, "kind")), "sys.stats");
    json_decref(message);
}

START_TEST(tell_says_the_numbers_of_the_gateway_and_of_each_session)
{
    take_counters(3);
    stats_totals(stats)->topics = 5;
    stats_refresh(stats, now_ns);
    for (int64_t seq = 1; seq <= 2; seq++) {
        tell_stats(tell, now_real_ns);
        publisher_flush(publisher);
        expect_part("sys.stats.gateway.", seq, "topics", 5);
        expect_part("sys.stats.binance-0.", seq, "refused_total", 3);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_tell");
    TCase *tests = tcase_create("tell");
    tcase_add_checked_fixture(tests, set_up_feed, tear_down_feed);
    tcase_add_test(tests, tell_says_what_became_of_a_connection);
    tcase_add_test(tests, tell_says_what_became_of_a_subscription);
    tcase_add_test(tests, tell_says_what_could_not_be_used_whenever_there_was_more_of_it);
    tcase_add_test(tests, tell_says_which_names_of_an_exchange_are_not_known);
    tcase_add_test(tests, tell_says_the_numbers_of_the_gateway_and_of_each_session);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
