/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/pool.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <stdlib.h>

struct entry {
    struct connector *connector; /* NULL: does not run */
    bool idle;
    int64_t idle_since_ns;
};

struct pool {
    const struct config *config;
    struct pool_ports ports;
    struct entry entries[CONFIG_EXCHANGES];
    uint32_t running;
    uint64_t started;
    bool stopped;
};

struct pool *pool_new(const struct config *config, const struct pool_ports *ports)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->config = config;
    pool->ports = *ports;
    return pool;
}

void pool_destroy(struct pool **pool)
{
    if (*pool == NULL)
        return;
    pool_stop(*pool);
    free(*pool);
    *pool = NULL;
}

bool pool_find(const struct pool *pool, struct slice exchange, uint16_t *number)
{
    for (uint32_t i = 0; i < pool->config->exchange_count; i++) {
        const struct config_exchange *entry = &pool->config->exchanges[i];
        if (entry->enabled && slice_equal(slice_of(entry->exchange->name), exchange)) {
            *number = (uint16_t)i;
            return true;
        }
    }
    return false;
}

const struct exchange *pool_exchange(const struct pool *pool, uint16_t number)
{
    ENSURE(number < pool->config->exchange_count);
    return pool->config->exchanges[number].exchange;
}

bool pool_acquire(struct pool *pool, uint16_t number, int64_t now_ns, struct fault *fault)
{
    const struct exchange *exchange = pool_exchange(pool, number);
    struct entry *entry = &pool->entries[number];
    if (entry->connector != NULL)
        return true;
    if (pool->stopped)
        return fault_set(fault, FAULT_INTERNAL, "the gateway is stopping");
    if (pool->running >= pool->config->pool.max)
        return fault_set(fault, FAULT_POOL_EXHAUSTED,
                         "exchange: %s needs a connector, and all %u of pool.max are in use",
                         exchange->name, pool->config->pool.max);
    entry->connector =
        pool->ports.start(pool->ports.context, number, &pool->config->exchanges[number]);
    if (entry->connector == NULL)
        return fault_set(fault, FAULT_INTERNAL, "exchange: the connector of %s cannot be started",
                         exchange->name);
    entry->idle = true;
    entry->idle_since_ns = now_ns;
    pool->running++;
    pool->started++;
    return true;
}

void pool_want(struct pool *pool, uint16_t number, struct desired **desired, bool in_use,
               int64_t now_ns)
{
    ENSURE(number < CONFIG_EXCHANGES);
    struct entry *entry = &pool->entries[number];
    if (!in_use && !entry->idle)
        entry->idle_since_ns = now_ns;
    entry->idle = !in_use;
    if (entry->connector != NULL)
        pool->ports.want(pool->ports.context, entry->connector, desired);
    else
        desired_destroy(desired);
}

static void stop(struct pool *pool, uint16_t number)
{
    struct entry *entry = &pool->entries[number];
    pool->ports.stop(pool->ports.context, number, &entry->connector);
    ENSURE(entry->connector == NULL);
    pool->running--;
}

int64_t pool_sweep(struct pool *pool, int64_t now_ns)
{
    int64_t timeout_ns = pool->config->pool.idle_timeout_ms * NS_PER_MS, next_ns = INT64_MAX;
    if (timeout_ns == 0)
        return next_ns;
    for (uint16_t i = 0; i < CONFIG_EXCHANGES; i++) {
        const struct entry *entry = &pool->entries[i];
        if (entry->connector == NULL || !entry->idle)
            continue;
        int64_t due_ns = entry->idle_since_ns + timeout_ns;
        if (due_ns <= now_ns)
            stop(pool, i);
        else if (due_ns < next_ns)
            next_ns = due_ns;
    }
    return next_ns;
}

void pool_stop(struct pool *pool)
{
    pool->stopped = true;
    for (uint16_t i = 0; i < CONFIG_EXCHANGES; i++)
        if (pool->entries[i].connector != NULL)
            stop(pool, i);
}

bool pool_running(const struct pool *pool, uint16_t number)
{
    ENSURE(number < CONFIG_EXCHANGES);
    return pool->entries[number].connector != NULL;
}

uint32_t pool_running_count(const struct pool *pool)
{
    return pool->running;
}

uint64_t pool_started_count(const struct pool *pool)
{
    return pool->started;
}
