/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions with the real tables under them; the connectors are the test, which keeps the set
 * that each was handed last. */
#ifndef TICKGATE_TESTS_UNIT_SUBSCRIPTIONS_FIXTURE_H
#define TICKGATE_TESTS_UNIT_SUBSCRIPTIONS_FIXTURE_H

#include "gateway/subscriptions.h"

#include "common/clock.h"
#include "connectors/registry.h"

#include <check.h>
#include <stdlib.h>

#define TOPICS_MAX 8
#define REAL_NS    (1700000000 * NS_PER_SECOND)

static struct config *config;
static struct pool *pool;
static struct topics *topics;
static struct instruments *instruments;
static struct subscriptions *subscriptions;
static struct fault fault;
static int64_t now_ns = NS_PER_SECOND;

static struct desired *handed; /* the set handed over last */
static uint32_t handovers;

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    (void)number, (void)exchange;
    return context;
}

static void want(void *context, struct connector *connector, struct desired **desired)
{
    ck_assert_ptr_eq((void *)connector, context);
    desired_destroy(&handed);
    handed = *desired;
    *desired = NULL;
    handovers++;
}

static void stop(void *context, uint16_t number, struct connector **connector)
{
    (void)context, (void)number;
    *connector = NULL;
}

static void setup(void)
{
    static char connector;
    const struct pool_ports ports = {&connector, start, want, stop};
    config = calloc(1, sizeof *config);
    config->exchange_count = 1;
    config->exchanges[0].exchange = exchange_find(SLICE("binance"));
    config->exchanges[0].enabled = true;
    config->pool.max = 1;
    config->pool.idle_timeout_ms = 1000;
    pool = pool_new(config, &ports);
    topics = topics_new(TOPICS_MAX, 10);
    instruments = instruments_new(1);
    subscriptions = subscriptions_new(TOPICS_MAX, topics, instruments, pool);
}

static void teardown(void)
{
    subscriptions_destroy(&subscriptions);
    subscriptions_destroy(&subscriptions);
    instruments_destroy(&instruments);
    topics_destroy(&topics);
    pool_destroy(&pool);
    desired_destroy(&handed);
    free(config);
}

/* The exchange lists these. */
static void list(const char *const *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct instrument instrument = {.tradable = true, .last = i + 1 == count};
        struct text text = text_over(instrument.exchange_symbol, SYMBOL_MAX);
        memcpy(instrument.symbol, symbols[i], strlen(symbols[i]));
        for (const char *at = symbols[i]; *at != '\0'; at++)
            if (*at != '-')
                text_bytes(&text, at, 1);
        instruments_put(instruments, 0, &instrument);
    }
}

static void list_three(void)
{
    static const char *const symbols[] = {"BTC-USDT", "ETH-USDT", "SOL-USDT"};
    list(symbols, 3);
}

static struct subscription_order order_of(const enum kind *kinds, uint32_t kind_count,
                                          struct slice *symbols, uint32_t symbol_count)
{
    return (struct subscription_order){.kinds = kinds,
                                       .kind_count = kind_count,
                                       .symbols = symbols,
                                       .symbol_count = subscriptions_sort(symbols, symbol_count)};
}

/* One channel of one symbol; NULL with the fault. */
static struct subscription *hold(enum kind kind, const char *symbol)
{
    struct slice symbols[] = {slice_of(symbol)};
    struct subscription_order order = order_of(&kind, 1, symbols, 1);
    struct subscription *row;
    fault.code = FAULT_NONE;
    return subscriptions_hold(subscriptions, &order, now_ns, REAL_NS, &row, &fault) ? row : NULL;
}

static void hand_over(void)
{
    subscriptions_hand_over(subscriptions, now_ns);
}

#endif
