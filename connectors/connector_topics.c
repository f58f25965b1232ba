/* SPDX-License-Identifier: Apache-2.0 */
/* The desired set is made true, topic by topic; what becomes of each subscription is said. */
#include "connectors/connector_parts.h"

#include <stdio.h>

/* A subscription that cannot be, whatever its keys. */
static void refuse(struct connector *connector, uint32_t slot, enum reason reason,
                   const char *detail)
{
    connector_say_subscription(connector, slot, SUBSCRIPTION_REFUSED, reason, detail);
    intake_topic_down(connector->intake, slot, reason, clock_real_ns());
}

void connector_judge(struct connector *connector, uint32_t slot)
{
    static const struct {
        enum subscription_state state;
        enum reason reason;
    } said_of[] = {
        [KEY_LIVE] = {SUBSCRIPTION_LIVE, REASON_NONE},
        [KEY_WAITING] = {SUBSCRIPTION_PENDING, REASON_NONE},
        [KEY_QUIET] = {SUBSCRIPTION_SILENT, REASON_QUIET},
        [KEY_SILENT] = {SUBSCRIPTION_SILENT, REASON_SILENT},
        [KEY_REFUSED] = {SUBSCRIPTION_REFUSED, REASON_NONE},
    };
    const struct connector_topic *topic = &connector->topics[slot];
    const struct connector_key *worst = NULL;
    for (uint32_t i = 0; i < topic->key_count; i++) {
        const struct connector_key *key = &connector->keys.items[topic->keys[i]];
        if (worst == NULL || key->phase > worst->phase)
            worst = key;
    }
    enum key_phase phase = worst != NULL                              ? worst->phase
                           : intake_had_data(connector->intake, slot) ? KEY_LIVE
                                                                      : KEY_WAITING;
    bool refused = phase == KEY_REFUSED;
    connector_say_subscription(connector, slot, said_of[phase].state,
                               refused ? worst->reason : said_of[phase].reason,
                               refused ? worst->detail : "");
}

static void begin(struct connector *connector, const struct want *want)
{
    struct connector_topic *topic = &connector->topics[want->slot];
    const struct connector_config *config = &connector->config;
    *topic = (struct connector_topic){
        .wanted = true,
        .kind = want->kind,
        .generation = want->generation,
        .snapshot = {.listed = topic->snapshot.listed,
                     .turn = topic->snapshot.turn,
                     .backoff = {config->backoff_min_ms, config->backoff_max_ms, 1, 0}}};
    memcpy(topic->exchange_symbol, want->exchange_symbol, sizeof topic->exchange_symbol);
    if (connector->topic_end <= want->slot)
        connector->topic_end = want->slot + 1;
}

static void add(struct connector *connector, const struct want *want)
{
    struct connector_topic *topic = &connector->topics[want->slot];
    uint32_t keys[INTAKE_TOPIC_KEYS];
    begin(connector, want);
    if (!intake_add(connector->intake, want, clock_real_ns()) || !connector_keys_reach(connector) ||
        !connector_polls_add(connector, want->slot)) {
        refuse(connector, want->slot, REASON_STOPPED, "no room is left for it");
        return;
    }
    uint32_t count = intake_topic_keys(connector->intake, want->slot, keys);
    if (count == 0 && !connector_polls_any(connector, want->slot)) {
        refuse(connector, want->slot, REASON_UNKNOWN_SYMBOL, "the exchange has no such stream");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        topic->keys[topic->key_count++] = keys[i];
        connector_key_enter(connector, want->slot, keys[i]);
    }
    connector_judge(connector, want->slot);
}

static void renew(struct connector *connector, const struct want *want)
{
    connector->topics[want->slot].generation = want->generation;
    intake_add(connector->intake, want, clock_real_ns());
}

static void drop(struct connector *connector, uint32_t slot)
{
    struct connector_topic *topic = &connector->topics[slot];
    for (uint32_t i = 0; i < topic->key_count; i++)
        connector_key_leave(connector, slot, topic->keys[i]);
    connector_polls_remove(connector, slot);
    connector_snapshot_forget(connector, slot);
    intake_remove(connector->intake, slot, clock_real_ns());
    topic->key_count = 0;
    topic->wanted = false;
}

static void close_empty_shards(struct connector *connector)
{
    for (uint32_t i = 0; i < connector->shard_end; i++) {
        struct shard *shard = &connector->shards[i];
        if (shard->phase != SHARD_FREE && shard->key_count == 0 && shard->replaces == NULL)
            connector_shard_close(connector, shard);
    }
}

/* What goes makes room for what comes. */
void connector_take_desired(struct connector *connector, const struct desired *desired)
{
    uint32_t topics_max = connector->config.topics_max;
    for (size_t i = 0; i < desired->count; i++)
        if (desired->wants[i].slot < topics_max)
            connector->topics[desired->wants[i].slot].seen = true;
    for (uint32_t slot = 0; slot < connector->topic_end; slot++)
        if (connector->topics[slot].wanted && !connector->topics[slot].seen)
            drop(connector, slot);
    for (size_t i = 0; i < desired->count; i++) {
        const struct want *want = &desired->wants[i];
        if (want->slot >= topics_max)
            continue;
        struct connector_topic *topic = &connector->topics[want->slot];
        topic->seen = false;
        if (!topic->wanted)
            add(connector, want);
        else if (want->generation > topic->generation)
            renew(connector, want);
    }
    close_empty_shards(connector);
}
