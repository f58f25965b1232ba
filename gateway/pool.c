/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/pool.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "connectors/offer.h"

#include <stdlib.h>

#define PARTS_ROOM 160 /* registry_check's bounds: four names of streams */

struct entry {
    struct config_exchange configured;
    struct connector *connector; /* NULL: does not run */
    struct pool_row row;
    size_t parts_len;
    char parts[PARTS_ROOM];
};

struct pool {
    const struct config *config;
    struct pool_ports ports;
    struct entry entries[CONFIG_EXCHANGES];
    uint16_t end;
    uint32_t running;
    uint64_t started;
    bool stopped;
};

static void write_parts(struct entry *entry)
{
    struct text parts = text_over(entry->parts, sizeof entry->parts);
    if (entry->configured.exchange != NULL)
        offer_write_parts(&parts, entry->configured.exchange, KIND_QUOTE);
    entry->parts_len = parts.len;
}

struct pool *pool_new(const struct config *config, const struct pool_ports *ports)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->config = config;
    pool->ports = *ports;
    for (; pool->end < config->exchange_count; pool->end++) {
        pool->entries[pool->end].configured = config->exchanges[pool->end];
        write_parts(&pool->entries[pool->end]);
    }
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
    for (uint16_t i = 0; i < pool->end; i++) {
        if (pool_enabled(pool, i) &&
            slice_equal(slice_of(pool->entries[i].configured.exchange->name), exchange)) {
            *number = i;
            return true;
        }
    }
    return false;
}

uint16_t pool_end(const struct pool *pool)
{
    return pool->end;
}

const struct exchange *pool_exchange(const struct pool *pool, uint16_t number)
{
    ENSURE(number < pool->end);
    return pool->entries[number].configured.exchange;
}

bool pool_enabled(const struct pool *pool, uint16_t number)
{
    ENSURE(number < pool->end);
    const struct config_exchange *configured = &pool->entries[number].configured;
    return configured->exchange != NULL && configured->enabled;
}

struct slice pool_quote_parts(const struct pool *pool, uint16_t number)
{
    ENSURE(number < pool->end);
    return (struct slice){pool->entries[number].parts, pool->entries[number].parts_len};
}

/* The number of an exchange, or of its name while it is awaited; `end` if there is none. */
static uint16_t place_of(const struct pool *pool, const struct exchange *exchange)
{
    uint16_t number = 0;
    while (number < pool->end) {
        const struct config_exchange *configured = &pool->entries[number].configured;
        if (configured->exchange == exchange ||
            (configured->exchange == NULL && strcmp(configured->name, exchange->name) == 0))
            break;
        number++;
    }
    return number;
}

bool pool_register(struct pool *pool, const struct exchange *exchange, uint16_t *number,
                   struct fault *fault)
{
    *number = place_of(pool, exchange);
    if (*number == CONFIG_EXCHANGES)
        return fault_set(fault, FAULT_CAPACITY, "no number is left for %s", exchange->name);
    struct config_exchange *configured = &pool->entries[*number].configured;
    if (*number == pool->end) {
        configured->enabled = true;
        connector_defaults(&configured->connector, exchange);
        configured->connector.topics_max = pool->config->topics_max;
        pool->end++;
    }
    if (configured->exchange == NULL)
        config_complete(configured, exchange);
    write_parts(&pool->entries[*number]);
    return true;
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
    entry->connector = pool->ports.start(pool->ports.context, number, &entry->configured);
    if (entry->connector == NULL)
        return fault_set(fault, FAULT_INTERNAL, "exchange: the connector of %s cannot be started",
                         exchange->name);
    entry->row = (struct pool_row){.known = true,
                                   .running = true,
                                   .idle = true,
                                   .idle_since_ns = now_ns,
                                   .started_ns = now_ns};
    pool->running++;
    pool->started++;
    return true;
}

bool pool_may_name(const struct pool *pool, uint16_t number, struct slice name, struct fault *fault)
{
    ENSURE(number < pool->end);
    const struct pool_row *row = &pool->entries[number].row;
    if (slice_equal(slice_of(row->name), name))
        return true;
    if (row->name[0] != '\0')
        return fault_set(fault, FAULT_CONFLICT, "name: this connector is called \"%s\" already",
                         row->name);
    for (uint16_t i = 0; i < pool->end; i++)
        if (slice_equal(slice_of(pool->entries[i].row.name), name))
            return fault_set(fault, FAULT_CONFLICT, "name: \"%.*s\" is the connector of %s",
                             FAULT_QUOTE(name), pool_exchange(pool, i)->name);
    return true;
}

void pool_name(struct pool *pool, uint16_t number, struct slice name)
{
    ENSURE(number < pool->end && name.len <= POOL_NAME_MAX);
    struct pool_row *row = &pool->entries[number].row;
    ENSURE(row->running);
    memcpy(row->name, name.data, name.len);
    row->name[name.len] = '\0';
}

void pool_want(struct pool *pool, uint16_t number, struct desired **desired, bool in_use,
               int64_t now_ns)
{
    ENSURE(number < CONFIG_EXCHANGES);
    struct entry *entry = &pool->entries[number];
    if (!in_use && !entry->row.idle)
        entry->row.idle_since_ns = now_ns;
    entry->row.idle = !in_use;
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
    entry->row = (struct pool_row){.known = true};
    pool->running--;
}

int64_t pool_sweep(struct pool *pool, int64_t now_ns)
{
    int64_t timeout_ns = pool->config->pool.idle_timeout_ms * NS_PER_MS, next_ns = INT64_MAX;
    if (timeout_ns == 0)
        return next_ns;
    for (uint16_t i = 0; i < pool->end; i++) {
        const struct entry *entry = &pool->entries[i];
        if (entry->connector == NULL || !entry->row.idle)
            continue;
        int64_t due_ns = entry->row.idle_since_ns + timeout_ns;
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
    for (uint16_t i = 0; i < pool->end; i++)
        if (pool->entries[i].connector != NULL)
            stop(pool, i);
}

const struct pool_row *pool_row(const struct pool *pool, uint16_t number)
{
    ENSURE(number < pool->end);
    return &pool->entries[number].row;
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
