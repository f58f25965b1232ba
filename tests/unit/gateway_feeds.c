/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors of their own threads, without an exchange: how they end while the bus is drained. */
#include "connectors/registry.h"
#include "gateway/feeds.h"

#include <check.h>
#include <stdlib.h>
#include <zmq.h>

#define WAIT_MS    10000
#define SLOTS      2
#define BATCH_MAX  (1024 * 1024)
#define NUMBER     3
#define TOPICS_MAX 16

static void *zmq_context;
static struct bus *bus;
static struct fetch *fetch;
static struct feeds *feeds;
static struct pool_ports ports;
static struct config_exchange exchange;
static uint32_t events[SLOTS]; /* of each topic, so far */
static uint32_t ended;

static void set_up(void)
{
    const struct fetch_config fetch_config = {64, 50, 4, 1000};
    exchange.exchange = exchange_find(SLICE("binance"));
    connector_defaults(&exchange.connector, exchange.exchange);
    memcpy(exchange.connector.websocket, "ws://127.0.0.1:1", 17);
    memcpy(exchange.connector.rest, "http://127.0.0.1:1", 19);
    exchange.connector.topics_max = TOPICS_MAX;
    connector_global_init();
    memset(events, 0, sizeof events);
    ended = 0;
    zmq_context = zmq_ctx_new();
    bus = bus_new(zmq_context, BATCH_MAX, BATCH_MAX);
    fetch = fetch_new(&fetch_config);
    feeds = feeds_new(bus, fetch);
    ck_assert(bus != NULL && fetch != NULL && feeds != NULL);
    ports = feeds_ports(feeds);
}

static void tear_down(void)
{
    feeds_destroy(&feeds);
    fetch_destroy(&fetch);
    bus_destroy(&bus);
    zmq_ctx_term(zmq_context);
}

static void take(void *context, struct event *event)
{
    (void)context;
    ck_assert_uint_eq(event->connector, NUMBER);
    if (event->kind == KIND_SESSION)
        ended += feeds_take_end(feeds, event);
    else if (event->kind < KIND_PUBLIC_COUNT)
        events[event->slot]++;
}

static void drain(void)
{
    zmq_pollitem_t item = {.socket = bus_socket(bus), .events = ZMQ_POLLIN};
    ck_assert_msg(zmq_poll(&item, 1, WAIT_MS) == 1, "nothing comes");
    while (bus_receive(bus, take, NULL))
        continue;
}

static struct connector *start(void)
{
    struct connector *connector = ports.start(ports.context, NUMBER, &exchange);
    ck_assert_ptr_nonnull(connector);
    return connector;
}

static void want(struct connector *connector, uint32_t slot)
{
    struct desired *desired = desired_new(1);
    desired->wants[0] = (struct want){.slot = slot,
                                      .next_seq = 1,
                                      .kind = KIND_TRADE,
                                      .symbol = "BTC-USDT",
                                      .exchange_symbol = "BTCUSDT"};
    ports.want(ports.context, connector, &desired);
    ck_assert_ptr_null(desired);
}

START_TEST(feed_ends_beside_whoever_drains_the_bus)
{
    struct connector *connector = start();
    ck_assert(feeds_any(feeds));
    want(connector, 0);
    while (events[0] == 0)
        drain();
    uint32_t before = events[0];
    ports.stop(ports.context, NUMBER, &connector);
    ck_assert_ptr_null(connector);
    ck_assert(feeds_any(feeds));
    while (feeds_any(feeds))
        drain();
    ck_assert_uint_eq(ended, 1);
    ck_assert_msg(events[0] > before, "the topic did not say its end");
}
END_TEST

START_TEST(feed_is_told_nothing_before_the_one_before_it_has_ended)
{
    struct connector *first = start();
    ports.stop(ports.context, NUMBER, &first);
    struct connector *second = start();
    want(second, 0); /* made anew when the first has ended */
    while (ended == 0)
        drain();
    want(second, 1);
    while (events[1] == 0)
        drain();
    ports.stop(ports.context, NUMBER, &second);
    while (feeds_any(feeds))
        drain();
    ck_assert_uint_eq(ended, 2);
    ck_assert_uint_eq(events[0], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_feeds");
    TCase *tests = tcase_create("feeds");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, feed_ends_beside_whoever_drains_the_bus);
    tcase_add_test(tests, feed_is_told_nothing_before_the_one_before_it_has_ended);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
