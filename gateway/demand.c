/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/demand.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "common/map.h"
#include "connectors/offer.h"

#include <stdlib.h>

#define AGAIN_NS (5 * NS_PER_SECOND) /* until what could not be opened is tried again */

struct entry {
    struct readers_topic name;
    bool read;
    bool refused;             /* it was told that there is no room for it */
    int64_t unread_ns;        /* since when it is not */
    int64_t due_ns;           /* when it may be opened */
    struct subscription *row; /* NULL: not held */
};

struct demand {
    const struct config *config;
    struct subscriptions *subscriptions;
    const struct instruments *instruments;
    const struct pool *pool;
    struct map *by_name; /* -> index of `entries` */
    struct entry *entries;
    uint32_t count, max;
    uint32_t held;
    uint64_t refused;
};

struct demand *demand_new(const struct config *config, struct subscriptions *subscriptions,
                          const struct instruments *instruments, const struct pool *pool)
{
    struct demand *demand = calloc(1, sizeof *demand);
    if (demand == NULL)
        return NULL;
    demand->config = config;
    demand->subscriptions = subscriptions;
    demand->instruments = instruments;
    demand->pool = pool;
    demand->max = config->feed.readers_max + config->demand.max; /* read, and lingering */
    demand->by_name = map_new(demand->max);
    demand->entries = calloc(demand->max, sizeof *demand->entries);
    if (demand->by_name == NULL || demand->entries == NULL)
        demand_destroy(&demand);
    return demand;
}

/* What it holds goes with the subscriptions. */
void demand_destroy(struct demand **demand)
{
    if (*demand == NULL)
        return;
    map_destroy(&(*demand)->by_name);
    free((*demand)->entries);
    free(*demand);
    *demand = NULL;
}

static struct slice name_of(const struct entry *entry)
{
    return (struct slice){entry->name.name, entry->name.len};
}

static void release(struct demand *demand, struct entry *entry)
{
    entry->row->demand = false;
    subscriptions_release(demand->subscriptions, entry->row);
    entry->row = NULL;
    demand->held--;
}

/* The last one takes its place. */
static void forget(struct demand *demand, uint32_t index)
{
    struct entry *entry = &demand->entries[index], *last = &demand->entries[demand->count - 1];
    ENSURE(entry->row == NULL);
    map_remove(demand->by_name, name_of(entry));
    if (entry != last) {
        *entry = *last;
        ENSURE(map_put(demand->by_name, name_of(entry), index));
    }
    demand->count--;
}

/* What a topic asks for, if there is such a thing as far as we know. */
static bool is_sound(const struct demand *demand, const struct topic_parts *parts,
                     uint16_t *connector)
{
    struct slice symbol = text_slice(&parts->symbol);
    if (!pool_find(demand->pool, text_slice(&parts->exchange), connector))
        return false;
    const struct exchange *exchange = pool_exchange(demand->pool, *connector);
    if (!offer_has(exchange, parts->kind) ||
        (parts->kind == KIND_CANDLE && !offer_has_interval(exchange, text_slice(&parts->variant))))
        return false;
    return !instruments_known(demand->instruments, *connector) ||
           instruments_find(demand->instruments, *connector, symbol) != NULL;
}

static void refuse(struct demand *demand, struct entry *entry, const char *why)
{
    if (entry->refused)
        return;
    entry->refused = true;
    demand->refused++;
    log_warn("demand_refused", "a topic that is read is not opened: %s", why);
}

static void open_one(struct demand *demand, struct entry *entry, int64_t now_ns,
                     int64_t now_real_ns)
{
    struct topic_parts parts;
    struct subscription_order order = {.kinds = &parts.kind, .kind_count = 1, .symbol_count = 1};
    struct subscription *row;
    struct slice symbol;
    struct fault fault;
    entry->due_ns = now_ns + AGAIN_NS;
    if (!topic_read(name_of(entry), &parts) || !is_sound(demand, &parts, &order.connector))
        return;
    symbol = text_slice(&parts.symbol);
    order.symbols = &symbol;
    order.variant = text_slice(&parts.variant);
    if (demand->held == demand->config->demand.max) {
        refuse(demand, entry, "as many are open as demand.max says");
    } else if (!subscriptions_hold(demand->subscriptions, &order, now_ns, now_real_ns, &row,
                                   &fault)) {
        refuse(demand, entry, fault.message);
    } else {
        row->demand = true;
        entry->row = row;
        entry->refused = false;
        demand->held++;
    }
}

static struct entry *find(const struct demand *demand, const struct readers_topic *topic)
{
    uint32_t index;
    bool known = map_get(demand->by_name, (struct slice){topic->name, topic->len}, &index);
    return known ? &demand->entries[index] : NULL;
}

/* There is room for all that may be read and all that may linger. */
static void add(struct demand *demand, const struct readers_topic *topic)
{
    ENSURE(demand->count < demand->max);
    struct entry *entry = &demand->entries[demand->count];
    *entry = (struct entry){.name = *topic, .read = true};
    ENSURE(map_put(demand->by_name, name_of(entry), demand->count));
    demand->count++;
}

static void forget_unread(struct demand *demand)
{
    for (uint32_t i = demand->count; i-- > 0;)
        if (demand->entries[i].row == NULL && !demand->entries[i].read)
            forget(demand, i);
}

void demand_take(struct demand *demand, const struct readers_set *set, int64_t now_ns)
{
    struct entry *entry;
    ENSURE(set->count <= demand->config->feed.readers_max);
    for (uint32_t i = 0; i < demand->count; i++) {
        entry = &demand->entries[i];
        if (entry->read)
            entry->unread_ns = now_ns;
        entry->read = false;
    }
    for (size_t i = 0; i < set->count; i++)
        if ((entry = find(demand, &set->topics[i])) != NULL)
            entry->read = true;
    forget_unread(demand);
    for (size_t i = 0; i < set->count; i++)
        if (find(demand, &set->topics[i]) == NULL)
            add(demand, &set->topics[i]);
}

void demand_listed(struct demand *demand)
{
    for (uint32_t i = 0; i < demand->count; i++)
        demand->entries[i].due_ns = 0;
}

/* What an exchange's list turned out not to have is held no longer. */
static bool is_over(const struct demand *demand, const struct entry *entry, int64_t now_ns)
{
    const struct subscription *row = entry->row;
    if (row == NULL)
        return false;
    if (row->topic == NULL && row->state == SUBSCRIPTION_REFUSED)
        return true;
    return !entry->read &&
           now_ns - entry->unread_ns >= demand->config->demand.linger_ms * NS_PER_MS;
}

int64_t demand_step(struct demand *demand, int64_t now_ns, int64_t now_real_ns)
{
    int64_t next_ns = INT64_MAX;
    for (uint32_t i = 0; i < demand->count; i++)
        if (is_over(demand, &demand->entries[i], now_ns))
            release(demand, &demand->entries[i]);
    forget_unread(demand);
    for (uint32_t i = 0; i < demand->count; i++) {
        struct entry *entry = &demand->entries[i];
        if (entry->row == NULL && entry->due_ns <= now_ns)
            open_one(demand, entry, now_ns, now_real_ns);
        if (entry->row == NULL)
            next_ns = sooner(next_ns, entry->due_ns);
        else if (!entry->read)
            next_ns =
                sooner(next_ns, entry->unread_ns + demand->config->demand.linger_ms * NS_PER_MS);
    }
    return next_ns;
}

uint32_t demand_count(const struct demand *demand)
{
    return demand->held;
}

uint64_t demand_refused(const struct demand *demand)
{
    return demand->refused;
}
