/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/subscriptions.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/map.h"
#include "proto/topic.h"

#include <stdlib.h>

#define ROWS_FIRST 256
/* Between two readings of a list that lacks something. */
#define LIST_AGAIN_NS (60 * NS_PER_SECOND)

struct subscriptions {
    struct topics *topics;
    const struct instruments *instruments;
    struct pool *pool;
    uint32_t topics_max;
    struct map *by_name; /* topic name -> index of `rows` */
    struct subscription **rows;
    uint32_t count, room, max;
    uint32_t wanted;
    struct subscription *changed;
    struct {
        uint32_t wanted;
        bool dirty;       /* its desired set changed */
        bool refresh;     /* and it shall read the exchange's list again */
        int64_t asked_ns; /* when that was asked for last; 0 never */
        struct subscription **by_slot;
    } connectors[CONFIG_EXCHANGES];
};

struct subscriptions *subscriptions_new(uint32_t topics_max, struct topics *topics,
                                        const struct instruments *instruments, struct pool *pool)
{
    struct subscriptions *subscriptions = calloc(1, sizeof *subscriptions);
    if (subscriptions == NULL)
        return NULL;
    subscriptions->topics = topics;
    subscriptions->instruments = instruments;
    subscriptions->pool = pool;
    subscriptions->topics_max = topics_max;
    subscriptions->max = topics_max;
    subscriptions->by_name = map_new(topics_max);
    if (subscriptions->by_name == NULL)
        subscriptions_destroy(&subscriptions);
    return subscriptions;
}

void subscriptions_destroy(struct subscriptions **subscriptions)
{
    if (*subscriptions == NULL)
        return;
    for (uint32_t i = 0; i < (*subscriptions)->count; i++)
        free((*subscriptions)->rows[i]);
    for (size_t i = 0; i < CONFIG_EXCHANGES; i++)
        free((*subscriptions)->connectors[i].by_slot);
    map_destroy(&(*subscriptions)->by_name);
    free((*subscriptions)->rows);
    free(*subscriptions);
    *subscriptions = NULL;
}

static void note_change(struct subscriptions *subscriptions, struct subscription *row)
{
    if (row->changed)
        return;
    row->changed = true;
    row->next_changed = subscriptions->changed;
    subscriptions->changed = row;
}

static void set_state(struct subscriptions *subscriptions, struct subscription *row,
                      enum subscription_state state, enum reason reason, const char *detail)
{
    bool same = row->state == state && row->reason == reason && strcmp(row->detail, detail) == 0;
    if (same && row->notices > 0)
        return;
    row->state = (uint8_t)state;
    row->reason = (uint16_t)reason;
    struct text text = text_over(row->detail, sizeof row->detail);
    text_format(&text, "%.*s", (int)sizeof row->detail - 1, detail);
    text_terminate(&text);
    note_change(subscriptions, row);
}

/* A row's key is its topic's name; empty if there can be no such topic. */
static struct slice name_of(const struct subscriptions *subscriptions, struct text *name,
                            uint16_t connector, enum kind kind, struct slice symbol,
                            struct slice variant)
{
    const struct exchange *exchange = pool_exchange(subscriptions->pool, connector);
    topic_write(name, kind, slice_of(exchange->name), symbol, variant);
    return name->overflow ? (struct slice){NULL, 0} : text_slice(name);
}

/* The row of that name, wanted or not. */
static struct subscription *row_named(const struct subscriptions *subscriptions, struct slice name)
{
    uint32_t index;
    return name.len > 0 && map_get(subscriptions->by_name, name, &index)
               ? subscriptions->rows[index]
               : NULL;
}

/* A row that nobody wants and that never had a topic may serve for another name. */
static bool is_free(const struct subscription *row)
{
    return row->references == 0 && row->topic == NULL;
}

static struct subscription *row_recycled(struct subscriptions *subscriptions, struct slice name)
{
    for (uint32_t i = 0; i < subscriptions->count; i++) {
        struct subscription *row = subscriptions->rows[i];
        if (!is_free(row))
            continue;
        char memory[TOPIC_MAX];
        struct text text = text_over(memory, sizeof memory);
        map_remove(subscriptions->by_name,
                   name_of(subscriptions, &text, row->connector, (enum kind)row->kind,
                           slice_of(row->symbol), slice_of(row->variant)));
        ENSURE(map_put(subscriptions->by_name, name, i));
        *row = (struct subscription){.changed = row->changed, .next_changed = row->next_changed};
        return row;
    }
    return NULL;
}

static struct subscription *row_new(struct subscriptions *subscriptions, struct slice name)
{
    if (subscriptions->count == subscriptions->max)
        return row_recycled(subscriptions, name);
    if (subscriptions->count == subscriptions->room) {
        uint32_t room = subscriptions->room == 0 ? ROWS_FIRST : subscriptions->room * 2;
        struct subscription **rows = realloc(subscriptions->rows, room * sizeof(void *));
        if (rows == NULL)
            return NULL;
        subscriptions->rows = rows;
        subscriptions->room = room;
    }
    struct subscription *row = calloc(1, sizeof *row);
    if (row == NULL || !map_put(subscriptions->by_name, name, subscriptions->count)) {
        free(row);
        return NULL;
    }
    subscriptions->rows[subscriptions->count++] = row;
    return row;
}

/* Gives the row the topic of an instrument, and so its slot. */
static bool give_topic(struct subscriptions *subscriptions, struct subscription *row,
                       const struct instrument *instrument)
{
    struct subscription ***by_slot = &subscriptions->connectors[row->connector].by_slot;
    if (*by_slot == NULL)
        *by_slot = calloc(subscriptions->topics_max, sizeof **by_slot);
    if (*by_slot == NULL)
        return false;
    const struct exchange *exchange = pool_exchange(subscriptions->pool, row->connector);
    struct topic *topic = topics_add(subscriptions->topics, row->connector, (enum kind)row->kind,
                                     slice_of(exchange->name), slice_of(row->symbol),
                                     slice_of(instrument->exchange_symbol), slice_of(row->variant));
    if (topic == NULL)
        return false;
    ENSURE(topic->slot < subscriptions->topics_max);
    if (topic->kind == KIND_QUOTE)
        topics_name_parts(topic, pool_quote_parts(subscriptions->pool, row->connector));
    row->topic = topic;
    row->first_seq = topic->seq;
    (*by_slot)[topic->slot] = row;
    subscriptions->connectors[row->connector].dirty = true;
    return true;
}

/* Takes one reference; a row that nobody wanted begins anew. */
static bool hold_row(struct subscriptions *subscriptions, struct subscription *row,
                     int64_t now_real_ns)
{
    uint16_t connector = row->connector;
    if (row->references > 0) {
        row->references++;
        return true;
    }
    const struct instrument *instrument =
        instruments_find(subscriptions->instruments, connector, slice_of(row->symbol));
    if (row->topic == NULL && instrument != NULL && !give_topic(subscriptions, row, instrument))
        return false;
    row->references = 1;
    row->added = false;
    row->resyncing = false;
    row->first_seq = row->topic != NULL ? row->topic->seq : 0;
    row->created_ns = now_real_ns;
    subscriptions->wanted++;
    subscriptions->connectors[connector].wanted++;
    subscriptions->connectors[connector].dirty = true;
    set_state(subscriptions, row, SUBSCRIPTION_PENDING, REASON_NONE, "");
    return true;
}

static bool no_room(const struct subscriptions *subscriptions, struct fault *fault)
{
    return fault_set(fault, FAULT_CAPACITY, "symbols: no room, limits.topics are %u in all",
                     subscriptions->max);
}

static struct subscription *hold_one(struct subscriptions *subscriptions,
                                     const struct subscription_order *order, enum kind kind,
                                     struct slice symbol, int64_t now_real_ns, struct fault *fault)
{
    char memory[TOPIC_MAX];
    struct text text = text_over(memory, sizeof memory);
    struct slice name =
        name_of(subscriptions, &text, order->connector, kind, symbol, order->variant);
    if (name.len == 0 || symbol.len == 0 || symbol.len > SYMBOL_MAX ||
        order->variant.len > VARIANT_MAX) {
        fault_set(fault, FAULT_BAD_VALUE, "symbols: \"%.*s\" is no symbol", FAULT_QUOTE(symbol));
        return NULL;
    }
    struct subscription *row = row_named(subscriptions, name);
    if (row == NULL && (row = row_new(subscriptions, name)) != NULL) {
        row->connector = order->connector;
        row->kind = (uint8_t)kind;
        memcpy(row->symbol, symbol.data, symbol.len);
        if (order->variant.len > 0)
            memcpy(row->variant, order->variant.data, order->variant.len);
    }
    if (row == NULL || !hold_row(subscriptions, row, now_real_ns)) {
        no_room(subscriptions, fault);
        return NULL;
    }
    return row;
}

/* The whole order is judged before anything is changed. */
static bool symbols_known(const struct subscriptions *subscriptions,
                          const struct subscription_order *order, struct fault *fault)
{
    if (!instruments_known(subscriptions->instruments, order->connector))
        return true;
    for (uint32_t i = 0; i < order->symbol_count; i++)
        if (!instruments_find(subscriptions->instruments, order->connector, order->symbols[i]))
            return fault_set(fault, FAULT_UNKNOWN_SYMBOL, "symbols: %s does not list \"%.*s\"",
                             pool_exchange(subscriptions->pool, order->connector)->name,
                             FAULT_QUOTE(order->symbols[i]));
    return true;
}

/* What the list lacks may be new: whoever asks for it again finds it a moment later. */
static void ask_for_list(struct subscriptions *subscriptions, uint16_t connector, int64_t now_ns)
{
    int64_t *asked_ns = &subscriptions->connectors[connector].asked_ns;
    if (*asked_ns != 0 && now_ns - *asked_ns < LIST_AGAIN_NS)
        return;
    *asked_ns = now_ns;
    subscriptions->connectors[connector].refresh = true;
    subscriptions->connectors[connector].dirty = true;
}

/* The row of the i-th of an order, wanted or not; NULL if there is none. */
static struct subscription *row_of(const struct subscriptions *subscriptions,
                                   const struct subscription_order *order, uint32_t i)
{
    char memory[TOPIC_MAX];
    struct text text = text_over(memory, sizeof memory);
    return row_named(subscriptions, name_of(subscriptions, &text, order->connector,
                                            order->kinds[i % order->kind_count],
                                            order->symbols[i / order->kind_count], order->variant));
}

/* Rows are for ever: an order that is refused in its middle would leave the table full of them. */
static bool rows_suffice(const struct subscriptions *subscriptions,
                         const struct subscription_order *order, struct fault *fault)
{
    uint32_t missing = 0, room = subscriptions->max - subscriptions->count;
    for (uint32_t i = 0; i < order->symbol_count * order->kind_count; i++)
        missing += row_of(subscriptions, order, i) == NULL;
    for (uint32_t i = 0; missing > room && i < subscriptions->count; i++)
        room += is_free(subscriptions->rows[i]);
    return missing <= room || no_room(subscriptions, fault);
}

bool subscriptions_hold(struct subscriptions *subscriptions, const struct subscription_order *order,
                        int64_t now_ns, int64_t now_real_ns, struct subscription **rows,
                        struct fault *fault)
{
    if (!symbols_known(subscriptions, order, fault)) {
        ask_for_list(subscriptions, order->connector, now_ns);
        return false;
    }
    if (!rows_suffice(subscriptions, order, fault))
        return false;
    bool fresh = !pool_running(subscriptions->pool, order->connector);
    if (!pool_acquire(subscriptions->pool, order->connector, now_ns, fault))
        return false;
    if (fresh)
        subscriptions_touch(subscriptions, order->connector);
    uint32_t count = order->symbol_count * order->kind_count;
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = hold_one(subscriptions, order, order->kinds[i % order->kind_count],
                           order->symbols[i / order->kind_count], now_real_ns, fault);
        if (rows[i] != NULL)
            continue;
        while (i-- > 0)
            subscriptions_release(subscriptions, rows[i]);
        return false;
    }
    return true;
}

void subscriptions_release(struct subscriptions *subscriptions, struct subscription *row)
{
    ENSURE(row->references > 0);
    if (--row->references > 0)
        return;
    subscriptions->wanted--;
    subscriptions->connectors[row->connector].wanted--;
    subscriptions->connectors[row->connector].dirty = true;
}

int subscriptions_add(struct subscriptions *subscriptions, const struct subscription_order *order,
                      int64_t now_ns, int64_t now_real_ns, struct fault *fault)
{
    uint32_t count = order->symbol_count * order->kind_count;
    struct subscription **rows = malloc((count + 1) * sizeof(void *));
    int added = rows != NULL ? 0 : -1;
    if (rows == NULL)
        fault_set(fault, FAULT_INTERNAL, "no memory for %u symbols", count);
    else if (!subscriptions_hold(subscriptions, order, now_ns, now_real_ns, rows, fault))
        added = -1;
    for (uint32_t i = 0; added >= 0 && i < count; i++) {
        if (rows[i]->added) {
            subscriptions_release(subscriptions, rows[i]);
        } else {
            rows[i]->added = true;
            added++;
        }
    }
    free(rows);
    return added;
}

int subscriptions_remove(struct subscriptions *subscriptions,
                         const struct subscription_order *order)
{
    int removed = 0;
    for (uint32_t i = 0; i < order->symbol_count * order->kind_count; i++) {
        struct subscription *row = row_of(subscriptions, order, i);
        if (row == NULL || !row->added)
            continue;
        row->added = false;
        subscriptions_release(subscriptions, row);
        removed++;
    }
    return removed;
}

struct subscription *subscriptions_find(const struct subscriptions *subscriptions,
                                        uint16_t connector, enum kind kind, struct slice symbol,
                                        struct slice variant)
{
    char memory[TOPIC_MAX];
    struct text text = text_over(memory, sizeof memory);
    struct subscription *row =
        row_named(subscriptions, name_of(subscriptions, &text, connector, kind, symbol, variant));
    return row != NULL && row->references > 0 ? row : NULL;
}

struct subscription *subscriptions_at(const struct subscriptions *subscriptions, uint16_t connector,
                                      uint32_t slot)
{
    if (connector >= CONFIG_EXCHANGES || slot >= subscriptions->topics_max ||
        subscriptions->connectors[connector].by_slot == NULL)
        return NULL;
    return subscriptions->connectors[connector].by_slot[slot];
}

void subscriptions_resolve(struct subscriptions *subscriptions, uint16_t connector)
{
    uint32_t place = 0;
    for (struct subscription *row; (row = subscriptions_each(subscriptions, &place)) != NULL;) {
        if (row->connector != connector || row->topic != NULL)
            continue;
        const struct instrument *instrument =
            instruments_find(subscriptions->instruments, connector, slice_of(row->symbol));
        if (instrument == NULL)
            set_state(subscriptions, row, SUBSCRIPTION_REFUSED, REASON_UNKNOWN_SYMBOL,
                      "the exchange does not list it");
        else if (give_topic(subscriptions, row, instrument))
            set_state(subscriptions, row, SUBSCRIPTION_PENDING, REASON_NONE, "");
        else
            set_state(subscriptions, row, SUBSCRIPTION_REFUSED, REASON_STOPPED,
                      "no topic is left for it (limits.topics)");
    }
}

void subscriptions_report(struct subscriptions *subscriptions, const struct event *event)
{
    struct subscription *row = subscriptions_at(subscriptions, event->connector, event->slot);
    if (row == NULL || row->references == 0)
        return;
    set_state(subscriptions, row, (enum subscription_state)event->subscription.state,
              (enum reason)event->reason, event->subscription.detail);
}

void subscriptions_taken(struct subscriptions *subscriptions, const struct event *event,
                         bool resync)
{
    struct subscription *row = subscriptions_at(subscriptions, event->connector, event->slot);
    if (row == NULL)
        return;
    if (event->update == UPDATE_SNAPSHOT || event->state == TOPIC_OK)
        row->resyncing = false;
    if (!resync || row->resyncing || row->references == 0)
        return;
    row->resyncing = true;
    row->generation++;
    subscriptions->connectors[row->connector].dirty = true;
}

static struct desired *make_desired(const struct subscriptions *subscriptions, uint16_t connector)
{
    struct desired *desired = desired_new(subscriptions->connectors[connector].wanted);
    uint32_t place = 0;
    if (desired == NULL)
        return NULL;
    desired->count = 0;
    desired->refresh_instruments = subscriptions->connectors[connector].refresh;
    for (const struct subscription *row;
         (row = subscriptions_each(subscriptions, &place)) != NULL;) {
        if (row->connector != connector || row->topic == NULL)
            continue;
        struct want *want = &desired->wants[desired->count++];
        *want = (struct want){.slot = row->topic->slot,
                              .generation = row->generation,
                              .next_seq = row->topic->seq + 1,
                              .kind = (enum kind)row->kind};
        memcpy(want->symbol, row->symbol, sizeof want->symbol);
        memcpy(want->variant, row->variant, sizeof want->variant);
        memcpy(want->exchange_symbol, row->topic->exchange_symbol.data,
               row->topic->exchange_symbol.len);
    }
    return desired;
}

void subscriptions_hand_over(struct subscriptions *subscriptions, int64_t now_ns)
{
    for (uint16_t i = 0; i < CONFIG_EXCHANGES; i++) {
        if (!subscriptions->connectors[i].dirty)
            continue;
        struct desired *desired = make_desired(subscriptions, i);
        if (desired == NULL)
            continue;
        subscriptions->connectors[i].dirty = subscriptions->connectors[i].refresh = false;
        pool_want(subscriptions->pool, i, &desired, subscriptions->connectors[i].wanted > 0,
                  now_ns);
    }
}

void subscriptions_touch(struct subscriptions *subscriptions, uint16_t connector)
{
    ENSURE(connector < CONFIG_EXCHANGES);
    subscriptions->connectors[connector].dirty = true;
}

struct subscription *subscriptions_next_changed(struct subscriptions *subscriptions)
{
    struct subscription *row;
    while ((row = subscriptions->changed) != NULL) {
        subscriptions->changed = row->next_changed;
        row->changed = false;
        if (row->references > 0)
            return row;
    }
    return NULL;
}

struct subscription *subscriptions_each(const struct subscriptions *subscriptions, uint32_t *place)
{
    while (*place < subscriptions->count) {
        struct subscription *row = subscriptions->rows[(*place)++];
        if (row->references > 0)
            return row;
    }
    return NULL;
}

uint32_t subscriptions_count(const struct subscriptions *subscriptions)
{
    return subscriptions->wanted;
}

uint32_t subscriptions_of(const struct subscriptions *subscriptions, uint16_t connector)
{
    ENSURE(connector < CONFIG_EXCHANGES);
    return subscriptions->connectors[connector].wanted;
}
