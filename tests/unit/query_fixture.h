/* SPDX-License-Identifier: Apache-2.0 */
/* The tables under the tests of requests: all are the real ones, with no socket and no thread; the
 * connector is the test. */
#ifndef TICKGATE_TESTS_UNIT_QUERY_FIXTURE_H
#define TICKGATE_TESTS_UNIT_QUERY_FIXTURE_H

#include "common/clock.h"
#include "gateway/query.h"

#include <check.h>
#include <stdlib.h>

#define TOPICS_MAX  2048
#define LEVELS_MAX  100
#define SYMBOLS_MAX 8

static struct config *config;
static struct query_tables tables;
static struct query *query;
static struct query_now now;
static char *reply_room;

static inline struct connector *start(void *context, uint16_t number,
                                      const struct config_exchange *exchange)
{
    (void)number, (void)exchange;
    return context;
}

static inline void want(void *context, struct connector *connector, struct desired **desired)
{
    (void)context, (void)connector;
    desired_destroy(desired);
}

static inline void stop(void *context, uint16_t number, struct connector **connector)
{
    (void)context, (void)number;
    *connector = NULL;
}

static inline void set_up(void)
{
    static char connector;
    const struct pool_ports ports = {&connector, start, want, stop};
    now = (struct query_now){1000 * NS_PER_SECOND, 2000000 * NS_PER_SECOND};
    config = config_default();
    config->exchanges[0].enabled = true;
    config->topics_max = TOPICS_MAX;
    config->symbols_max = SYMBOLS_MAX;
    config->requests.reply_max = 65536;
    tables = (struct query_tables){.config = config, .epoch = 1700000000000};
    tables.topics = topics_new(TOPICS_MAX, LEVELS_MAX);
    tables.instruments = instruments_new(CONFIG_EXCHANGES);
    tables.pool = pool_new(config, &ports);
    tables.subscriptions =
        subscriptions_new(TOPICS_MAX, tables.topics, tables.instruments, tables.pool);
    tables.stats = stats_new(CONFIG_EXCHANGES);
    tables.connections = connections_new(8, SYMBOLS_MAX, tables.subscriptions, tables.stats);
    tables.cache = cache_new(100, 60000);
    query = query_new(&tables);
    reply_room = malloc(config->requests.reply_max);
    ck_assert(query != NULL && reply_room != NULL);
}

static inline void tear_down(void)
{
    query_destroy(&query);
    cache_destroy(&tables.cache);
    connections_destroy(&tables.connections);
    stats_destroy(&tables.stats);
    subscriptions_destroy(&tables.subscriptions);
    pool_destroy(&tables.pool);
    instruments_destroy(&tables.instruments);
    topics_destroy(&tables.topics);
    free(reply_room);
    config_destroy(&config);
}

/* The exchange's list comes: symbols separated by spaces. */
static inline void list(const char *symbols)
{
    while (*symbols != '\0') {
        size_t len = strcspn(symbols, " ");
        struct instrument instrument = {.last = symbols[len] == '\0', .tick = {.low = 1}};
        ck_assert_uint_le(len, SYMBOL_MAX);
        memcpy(instrument.symbol, symbols, len);
        memcpy(instrument.exchange_symbol, symbols, len);
        instruments_put(tables.instruments, 0, &instrument);
        symbols += len + (symbols[len] == ' ');
    }
    subscriptions_resolve(tables.subscriptions, 0);
}

/* The event is the topic's next one. */
static inline void take(struct topic *topic, struct event *event)
{
    event->slot = topic->slot;
    event->seq = topic->seq + 1;
    event->ts_received = now.real_ns;
    topics_take(tables.topics, topic, event, now.monotonic_ns);
}

static inline struct topic *topic_named(const char *name)
{
    struct topic *topic = topics_find(tables.topics, slice_of(name));
    ck_assert_msg(topic != NULL, "%s", name);
    return topic;
}

static inline void say_state(const char *name, enum topic_state state, enum reason reason)
{
    struct topic *topic = topic_named(name);
    struct event event;
    event_begin(&event, topic->kind);
    event.update = UPDATE_STATE;
    event.state = (uint8_t)state, event.reason = (uint16_t)reason;
    take(topic, &event);
}

static inline void say_trade(const char *name, uint64_t id)
{
    struct event event;
    event_begin(&event, KIND_TRADE);
    event.trade.price = event.trade.size = (struct decimal){.low = 9501234510, .scale = 2};
    id_set_number(&event.trade.trade_id, id);
    take(topic_named(name), &event);
}

/* A whole book of so many levels a side. */
static inline void say_book(const char *name, uint32_t levels)
{
    size_t size = event_size(KIND_BOOK, 2 * (size_t)levels);
    struct event *event = aligned_alloc(16, size);
    event_begin(event, KIND_BOOK);
    event->size = (uint32_t)size;
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SEQUENCE;
    event->book.bid_count = event->book.ask_count = levels;
    for (uint32_t i = 0; i < levels; i++) {
        event_bids(event)[i] = (struct level){{.low = 1000000 - i, .scale = 2}, {.low = 1}};
        event_asks(event)[i] = (struct level){{.low = 1000001 + i, .scale = 2}, {.low = 1}};
    }
    take(topic_named(name), event);
    free(event);
}

#endif
