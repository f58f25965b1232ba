/* SPDX-License-Identifier: Apache-2.0 */
/* The tables under the tests of connections: all are the real ones, the connector is the test. */
#ifndef TICKGATE_TESTS_UNIT_CONNECTIONS_FIXTURE_H
#define TICKGATE_TESTS_UNIT_CONNECTIONS_FIXTURE_H

#include "common/clock.h"
#include "connectors/registry.h"
#include "gateway/connections.h"

#include <check.h>
#include <stdlib.h>

#define CONNECTIONS_MAX 4
#define SYMBOLS_MAX     8
#define TOPICS_MAX      16

static struct config *config;
static struct pool *pool;
static struct topics *topics;
static struct instruments *instruments;
static struct stats *stats;
static struct subscriptions *subscriptions;
static struct connections *connections;
static int64_t now_ns, now_real_ns;
static uint32_t wanted; /* entries of the set handed over last */

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    (void)number, (void)exchange;
    return context;
}

static void want(void *context, struct connector *connector, struct desired **desired)
{
    ck_assert_ptr_eq((void *)connector, context);
    wanted = (uint32_t)(*desired)->count;
    desired_destroy(desired);
}

static void stop(void *context, uint16_t number, struct connector **connector)
{
    (void)context, (void)number;
    *connector = NULL;
}

static void set_up(void)
{
    static char connector;
    const struct pool_ports ports = {&connector, start, want, stop};
    now_ns = 1000 * NS_PER_SECOND;
    now_real_ns = 2000000 * NS_PER_SECOND;
    config = calloc(1, sizeof *config);
    config->exchange_count = 1;
    config->exchanges[0].exchange = exchange_find(SLICE("binance"));
    config->exchanges[0].enabled = true;
    config->pool.max = 1;
    pool = pool_new(config, &ports);
    topics = topics_new(TOPICS_MAX, 10);
    instruments = instruments_new(1);
    stats = stats_new(1);
    subscriptions = subscriptions_new(TOPICS_MAX, topics, instruments, pool);
    connections = connections_new(CONNECTIONS_MAX, SYMBOLS_MAX, subscriptions, stats);
    ck_assert_ptr_nonnull(connections);
}

static void tear_down(void)
{
    connections_destroy(&connections);
    subscriptions_destroy(&subscriptions);
    stats_destroy(&stats);
    instruments_destroy(&instruments);
    topics_destroy(&topics);
    pool_destroy(&pool);
    free(config);
}

/* Opens with symbols separated by spaces. */
static struct connection *open_as(const char *name, const char *type, const char *symbols,
                                  const char *interval, uint32_t lease_s, struct fault *fault)
{
    struct slice slices[SYMBOLS_MAX + 1];
    struct connection_order order = {.connector = 0,
                                     .type = connection_type_find(slice_of(type)),
                                     .name = slice_of(name),
                                     .interval = slice_of(interval),
                                     .symbols = slices,
                                     .lease_s = lease_s};
    ck_assert_ptr_nonnull(order.type);
    while (*symbols != '\0') {
        size_t len = strcspn(symbols, " ");
        slices[order.symbol_count++] = (struct slice){symbols, len};
        symbols += len + (symbols[len] == ' ');
    }
    return connections_open(connections, &order, now_ns, now_real_ns, fault);
}

static struct connection *opened(const char *name, const char *type, const char *symbols)
{
    struct fault fault = {0};
    struct connection *connection = open_as(name, type, symbols, "", 0, &fault);
    ck_assert_msg(connection != NULL, "%s", fault.message);
    return connection;
}

/* The exchange's list comes. */
static void list(const char *const *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct instrument instrument = {.last = i + 1 == count};
        memcpy(instrument.symbol, symbols[i], strlen(symbols[i]));
        memcpy(instrument.exchange_symbol, symbols[i], strlen(symbols[i]));
        instruments_put(instruments, 0, &instrument);
    }
    subscriptions_resolve(subscriptions, 0);
}

static void list_two(void)
{
    static const char *const symbols[] = {"BTC-USDT", "ETH-USDT"};
    list(symbols, 2);
}

/* The i-th topic of a connection says something. */
static void say(const struct connection *connection, uint32_t i, enum update update,
                enum topic_state state, enum reason reason)
{
    struct topic *topic = connection->rows[i]->topic;
    struct event event;
    ck_assert_ptr_nonnull(topic);
    event_begin(&event, topic->kind);
    event.slot = topic->slot;
    event.seq = topic->seq + 1;
    event.update = (uint8_t)update;
    event.state = (uint8_t)state;
    event.reason = (uint16_t)reason;
    event.ts_received = now_real_ns;
    topics_take(topics, topic, &event, now_ns);
    subscriptions_taken(subscriptions, &event, false);
}

/* All that is to be told, which must be so many. */
static void expect_told(uint32_t expected)
{
    uint32_t told = 0;
    for (; connections_next_changed(connections) != NULL; told++)
        continue;
    ck_assert_uint_eq(told, expected);
}
#endif
