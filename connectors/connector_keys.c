/* SPDX-License-Identifier: Apache-2.0 */
/* Who carries which key, and what the exchange answers. */
#include "connectors/connector_keys.h"

#include "connectors/connector_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS_FIRST 256

static struct connector_key *key_of(struct connector *connector, uint32_t number)
{
    return &connector->keys.items[number];
}

bool connector_keys_reach(struct connector *connector)
{
    uint32_t end = intake_key_end(connector->intake), before = connector->keys.room;
    uint32_t room = before == 0 ? KEYS_FIRST : before;
    if (end <= before)
        return true;
    while (room < end)
        room *= 2;
    uint32_t *renewals = realloc(connector->keys.renewals, room * sizeof *renewals);
    if (renewals != NULL)
        connector->keys.renewals = renewals;
    struct connector_key *items = realloc(connector->keys.items, room * sizeof *items);
    if (items != NULL)
        connector->keys.items = items;
    if (renewals == NULL || items == NULL)
        return false;
    memset(items + before, 0, (room - before) * sizeof *items);
    connector->keys.room = room;
    return true;
}

static bool is_unproven(const struct connector_key *key)
{
    return key->phase != KEY_LIVE && key->phase != KEY_REFUSED;
}

void connector_key_set(struct connector *connector, uint32_t number, enum key_phase phase)
{
    struct connector_key *key = key_of(connector, number);
    uint32_t slots[INTAKE_KEY_TOPICS], before = is_unproven(key);
    if (key->phase == phase && phase != KEY_REFUSED)
        return;
    key->phase = phase;
    if (key->shard != NULL)
        key->shard->unproven += is_unproven(key) - before;
    uint32_t count = intake_key_topics(connector->intake, number, slots);
    for (uint32_t i = 0; i < count; i++)
        connector_judge(connector, slots[i]);
}

/* A subscription that cannot be: its topics are down. */
static void refuse(struct connector *connector, uint32_t number, enum reason reason,
                   const char *detail)
{
    struct connector_key *key = key_of(connector, number);
    key->reason = reason;
    snprintf(key->detail, sizeof key->detail, "%s", detail);
    connector_key_set(connector, number, KEY_REFUSED);
    intake_key_down(connector->intake, number, reason, clock_real_ns());
}

/* The keys of one instrument on one root stand in a ring, of which the map knows one. */
struct home {
    char room[SYMBOL_MAX + 1];
    struct slice name;
};

static void name_home(struct home *home, uint8_t root, const char *exchange_symbol)
{
    struct text name = text_over(home->room, sizeof home->room);
    text_bytes(&name, (const char *)&root, 1);
    text_append(&name, slice_of(exchange_symbol));
    home->name = text_slice(&name);
}

static void enter_ring(struct connector *connector, const struct home *home, uint32_t number)
{
    struct connector_key *items = connector->keys.items, *key = &items[number];
    uint32_t neighbour;
    key->next = key->previous = number;
    if (!map_get(connector->keys.homes, home->name, &neighbour)) {
        map_put(connector->keys.homes, home->name, number);
        return;
    }
    key->previous = neighbour;
    key->next = items[neighbour].next;
    items[key->next].previous = items[neighbour].next = number;
}

static void leave_ring(struct connector *connector, const struct home *home, uint32_t number)
{
    struct connector_key *items = connector->keys.items, *key = &items[number];
    if (key->next == number) {
        map_remove(connector->keys.homes, home->name);
        return;
    }
    items[key->next].previous = key->previous;
    items[key->previous].next = key->next;
    map_put(connector->keys.homes, home->name, key->next);
}

static struct shard *shard_for(struct connector *connector, const struct home *home, uint8_t root)
{
    const struct connector_key *items = connector->keys.items;
    uint32_t first;
    if (map_get(connector->keys.homes, home->name, &first)) {
        uint32_t at = first;
        do {
            if (connector_shard_has_room(items[at].shard))
                return items[at].shard;
            at = items[at].next;
        } while (at != first);
    }
    return connector_shard_for(connector, root);
}

static void change_streams(struct connector *connector, struct shard *shard)
{
    shard->report.said_in = 0;
    connector->reports = true;
}

static void enter_shard(struct connector *connector, struct shard *shard, uint32_t number)
{
    struct connector_key *key = key_of(connector, number);
    key->shard = shard;
    key->place = shard->key_count;
    shard->keys[shard->key_count++] = number;
    shard->unproven++;
    change_streams(connector, shard);
}

static void leave_shard(struct connector *connector, uint32_t number)
{
    struct connector_key *key = key_of(connector, number);
    struct shard *shard = key->shard;
    uint32_t last = shard->keys[--shard->key_count];
    shard->keys[key->place] = last;
    key_of(connector, last)->place = key->place;
    shard->unproven -= is_unproven(key);
    change_streams(connector, shard);
}

/* Tells the sessions that carry a shard's keys, its own and that of its successor, what is wanted
 * of one. */
static void tell_sessions(struct connector *connector, uint32_t number, bool wanted)
{
    struct shard *shard = key_of(connector, number)->shard;
    for (; shard != NULL; shard = shard->successor) {
        if (shard->phase != SHARD_LIVE)
            continue;
        struct outbox *outbox = session_outbox(shard->session);
        if (wanted)
            outbox_add(outbox, number, intake_key_text(connector->intake, number), false);
        else
            outbox_remove(outbox, number);
        shard->settled_ns = 0;
    }
}

void connector_key_enter(struct connector *connector, uint32_t slot, uint32_t number)
{
    const struct connector_config *config = &connector->config;
    struct connector_key *key = key_of(connector, number);
    struct home home;
    if (key->wanted++ > 0)
        return;
    key->phase = KEY_WAITING;
    key->renewal.backoff = (struct backoff){config->backoff_min_ms, config->backoff_max_ms, 1, 0};
    uint8_t root = intake_key_stream(connector->intake, number)->root;
    name_home(&home, root, connector->topics[slot].exchange_symbol);
    struct shard *shard = shard_for(connector, &home, root);
    if (shard == NULL) {
        refuse(connector, number, REASON_STOPPED, "all sessions are full");
        return;
    }
    enter_shard(connector, shard, number);
    enter_ring(connector, &home, number);
    tell_sessions(connector, number, true);
}

void connector_key_leave(struct connector *connector, uint32_t slot, uint32_t number)
{
    struct connector_key *key = key_of(connector, number);
    struct home home;
    if (--key->wanted > 0)
        return;
    if (key->shard != NULL) {
        tell_sessions(connector, number, false);
        name_home(&home, key->shard->root, connector->topics[slot].exchange_symbol);
        leave_ring(connector, &home, number);
        leave_shard(connector, number);
    }
    *key = (struct connector_key){.renewal = {.listed = key->renewal.listed}};
}

/* What was refused before goes alone, so that it spoils no other's request. */
void connector_subscribe_all(struct connector *connector, const struct shard *shard,
                             struct outbox *outbox)
{
    for (uint32_t i = 0; i < shard->key_count; i++) {
        uint32_t number = shard->keys[i];
        outbox_add(outbox, number, intake_key_text(connector->intake, number),
                   key_of(connector, number)->phase == KEY_REFUSED);
    }
}

/* Silence is counted from here. A whole set that is said once more asks anew for all of it. */
static void mark_asked(void *context, uint32_t number)
{
    struct connector *connector = context;
    struct connector_key *key = key_of(connector, number);
    int64_t now_ns = connector_now_ns(connector);
    if (key->asked_ns != 0 && connector->exchange->manner != SUBSCRIBE_WHOLE)
        return;
    key->renewal.due = false;
    key->asked_ns = now_ns;
    key->heard = (struct news){intake_key_heard_ns(connector->intake, number), now_ns};
    key->traded = (struct news){intake_key_traded_ns(connector->intake, number), now_ns};
}

void connector_asked(struct connector *connector, struct shard *shard, uint64_t request)
{
    outbox_asked(session_outbox(shard->session), request, mark_asked, connector);
}

static void ask_snapshots(void *context, uint32_t number)
{
    struct connector *connector = context;
    uint32_t slots[INTAKE_KEY_TOPICS];
    uint32_t count = intake_key_topics(connector->intake, number, slots);
    for (uint32_t i = 0; i < count; i++)
        intake_snapshot_ask(connector->intake, slots[i]);
}

void connector_accepted(struct connector *connector, struct shard *shard, uint64_t request)
{
    struct outbox *outbox = session_outbox(shard->session);
    if (shard->replaces == NULL)
        outbox_asked(outbox, request, ask_snapshots, connector);
    outbox_accepted(outbox, request);
}

/* What the callback of a refusal needs. */
struct refusing {
    struct connector *connector;
    const char *detail;
};

static void take_refused(void *context, uint32_t number)
{
    const struct refusing *refusing = context;
    if (refusing->detail != NULL)
        refuse(refusing->connector, number, REASON_REFUSED_BY_EXCHANGE, refusing->detail);
}

/* A replacement's refusals say nothing of keys that another session still carries. */
void connector_refused(struct connector *connector, struct shard *shard, const struct route *route)
{
    char detail[SESSION_DETAIL_MAX];
    session_copy_words(detail, sizeof detail, route->detail);
    struct refusing refusing = {connector, shard->replaces == NULL ? detail : NULL};
    outbox_refused(session_outbox(shard->session), route, take_refused, &refusing);
}

void connector_keys_down(struct connector *connector, struct shard *shard, enum reason reason)
{
    int64_t real_ns = clock_real_ns();
    for (uint32_t i = 0; i < shard->key_count; i++) {
        struct connector_key *key = key_of(connector, shard->keys[i]);
        key->asked_ns = 0;
        key->renewal.due = key->renewal.repair = false;
        key->renewal.tries = 0;
        intake_key_down(connector->intake, shard->keys[i], reason, real_ns);
        if (key->phase != KEY_REFUSED)
            connector_key_set(connector, shard->keys[i], KEY_WAITING);
    }
}

void connector_keys_up(struct connector *connector, struct shard *shard, bool asked)
{
    int64_t real_ns = clock_real_ns();
    for (uint32_t i = 0; i < shard->key_count; i++) {
        intake_key_up(connector->intake, shard->keys[i], real_ns);
        connector_key_set(connector, shard->keys[i], KEY_WAITING);
        if (asked)
            mark_asked(connector, shard->keys[i]);
    }
}
