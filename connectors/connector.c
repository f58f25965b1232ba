/* SPDX-License-Identifier: Apache-2.0 */
/* The connector's thread: it sleeps until a socket, a mail or a deadline, does what is due, and
 * hands what came of it to the sink: once a wake-up. */
#include "connectors/connector.h"

#include "common/ensure.h"
#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define CLOSE_MS   1500 /* for the goodbyes of a session */
#define LAST_MS    2000 /* for what is said last, when the sink is full */
#define LEVELS_MAX 10000
#define NAME_MAX   16

void connector_defaults(struct connector_config *config, const struct exchange *exchange)
{
    *config = (struct connector_config){
        .connect_timeout_ms = 5000,
        .upgrade_timeout_ms = 6000,
        .backoff_min_ms = 500,
        .backoff_max_ms = 60000,
        .backoff_reset_ms = 60000,
        .ping_idle_ms = 10000,
        .hangup_ms = 20000,
        .stale_ms = 10000,
        .silent_ms = 30000,
        .streams_per_session = exchange->limits.streams_per_session,
        .book_depth = 1000,
        .book_buffer_max = 4u * 1024 * 1024,
        .snapshot_tries = 5,
        .snapshots_parallel = 4,
        .topics_max = 65536,
    };
    snprintf(config->websocket, sizeof config->websocket, "%s", exchange->websocket);
    snprintf(config->rest, sizeof config->rest, "%s", exchange->rest);
}

void connector_global_init(void)
{
    transport_global_init();
}

bool connector_get(struct connector *connector, const char *path, uint32_t weight,
                   uint32_t timeout_ms, uint32_t body_max, uint64_t tag)
{
    struct fetch_request request = {.kind = FETCH_GET,
                                    .exchange = connector->exchange,
                                    .asker = &connector->asker,
                                    .tag = tag,
                                    .weight = weight,
                                    .timeout_ms = timeout_ms,
                                    .body_max = body_max};
    int len = snprintf(request.url, sizeof request.url, "%s%s", connector->config.rest, path);
    snprintf(request.ca_file, sizeof request.ca_file, "%s", connector->config.ca_file);
    return len > 0 && (size_t)len < sizeof request.url && fetch_ask(connector->fetch, &request);
}

static void take_answer(struct connector *connector, struct fetch_answer **answer)
{
    uint32_t number = (uint32_t)(*answer)->tag;
    switch ((enum tag_kind)((*answer)->tag >> 56)) {
    case TAG_DIAL:
        connector_dialed(connector, &connector->shards[number], answer);
        break;
    case TAG_SNAPSHOT:
        connector_snapshot_came(connector, *answer);
        break;
    case TAG_POLL:
        connector_poll_came(connector, *answer);
        break;
    case TAG_INSTRUMENTS:
        connector_instruments_came(connector, answer);
        break;
    }
    free(*answer);
}

static bool stopping(const struct connector *connector)
{
    return atomic_load_explicit(&connector->stopping, memory_order_relaxed);
}

static void take_mail(struct connector *connector)
{
    struct fetch_answer *answer;
    struct desired *desired = mailbox_take(&connector->desired);
    if (atomic_exchange(&connector->refresh, false))
        connector->instruments.due_ns = connector->due_ns = 0;
    if (desired != NULL && !stopping(connector)) {
        connector_take_desired(connector, desired);
        connector->due_ns = 0;
    }
    desired_destroy(&desired);
    while ((answer = mailbox_pop(connector->asker.answers)) != NULL) {
        take_answer(connector, &answer);
        connector->due_ns = 0;
    }
}

/* Does what is due and finds out when the next is. What comes of it may be due at once. */
static void step(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    bool goes_on = !stopping(connector);
    connector->due_ns = INT64_MAX;
    if (goes_on)
        due_ns = connector_watch_step(connector, now_ns);
    for (uint32_t i = 0; i < connector->shard_end; i++)
        due_ns = sooner(due_ns, connector_shard_step(connector, &connector->shards[i], now_ns));
    if (goes_on) {
        due_ns = sooner(due_ns, connector_snapshots_step(connector, now_ns));
        due_ns = sooner(due_ns, connector_polls_step(connector, now_ns));
        due_ns = sooner(due_ns, connector_instruments_step(connector, now_ns));
    }
    due_ns = sooner(due_ns, connector_counters_step(connector, now_ns));
    connector->due_ns = sooner(connector->due_ns, due_ns);
}

void connector_turn(struct connector *connector)
{
    transport_serve(connector->transport, connector->due_ns);
    take_mail(connector);
    int64_t now_ns = connector_now_ns(connector);
    if (now_ns >= connector->due_ns)
        step(connector, now_ns);
    connector_flush(connector, now_ns);
}

static bool any_open(const struct connector *connector)
{
    for (uint32_t i = 0; i < connector->shard_end; i++)
        if (connector->shards[i].phase != SHARD_FREE)
            return true;
    return false;
}

/* Every topic says so and every session says goodbye, which has a deadline of its own; a sink that
 * stays full is not waited for longer. */
static void wind_down(struct connector *connector)
{
    int64_t real_ns = clock_real_ns();
    for (uint32_t slot = 0; slot < connector->topic_end; slot++)
        intake_topic_down(connector->intake, slot, REASON_STOPPED, real_ns);
    for (uint32_t i = 0; i < connector->shard_end; i++)
        connector_shard_close(connector, &connector->shards[i]);
    connector->due_ns = 0;
    while (any_open(connector))
        connector_turn(connector);
    connector->counting = true;
    connector->counted_ns = 0;
    connector->due_ns = 0;
    int64_t end_ns = connector_now_ns(connector) + LAST_MS * NS_PER_MS;
    do
        connector_turn(connector);
    while (connector->flush_again_ns != 0 && connector_now_ns(connector) < end_ns);
}

static void run(void *argument)
{
    struct connector *connector = argument;
    while (!stopping(connector))
        connector_turn(connector);
    wind_down(connector);
}

static bool configure(struct connector *connector, const struct connector_config *config)
{
    struct session_config *session = &connector->session_config;
    connector->config = *config;
    session->connect_timeout_ms = config->connect_timeout_ms;
    session->upgrade_timeout_ms = config->upgrade_timeout_ms;
    session->close_timeout_ms = CLOSE_MS;
    session->ping_idle_ms = config->ping_idle_ms;
    session->hangup_ms = config->hangup_ms;
    session->keepalive_ms = connector->exchange->limits.keepalive_ms;
    session->message_max = connector->exchange->limits.frame_max;
    session->outbox = outbox_config_of(connector->exchange, config->streams_per_session);
    for (uint32_t i = 0; i < EXCHANGE_ROOTS && connector->exchange->roots[i] != NULL; i++)
        if (!url_read(config->websocket, connector->exchange->roots[i], &connector->urls[i]))
            return false;
    return true;
}

static void wake(void *context)
{
    transport_wake(context);
}

static bool make_tables(struct connector *connector)
{
    const struct connector_config *config = &connector->config;
    const struct intake_config intake = {.topics_max = config->topics_max,
                                         .book_depth = config->book_depth,
                                         .book_buffer_max = config->book_buffer_max,
                                         .levels_max = LEVELS_MAX,
                                         .settle_ms = SETTLE_MS};
    const struct intake_hooks hooks = {connector_snapshot_wanted, connector_renew_wanted,
                                       connector};
    connector->topics = calloc(config->topics_max, sizeof *connector->topics);
    connector->snapshots.slots = calloc(config->topics_max, sizeof(uint32_t));
    connector->keys.homes = map_new((size_t)config->topics_max * EXCHANGE_ROOTS);
    connector->shards = calloc(INTAKE_SESSIONS, sizeof *connector->shards);
    connector->intake = intake_new(connector->exchange, &intake, &hooks, connector->sink);
    /* Each may be owed an answer: the shards, snapshots and polls under way, the instruments. */
    connector->asker.answers =
        mailbox_queue_new(INTAKE_SESSIONS + config->snapshots_parallel + POLLS_PARALLEL + 1);
    return connector->topics != NULL && connector->snapshots.slots != NULL &&
           connector->keys.homes != NULL && connector->shards != NULL &&
           connector->intake != NULL && connector->asker.answers != NULL;
}

static bool make_transport(struct connector *connector)
{
    uint32_t longest_ms =
        connector->config.connect_timeout_ms + connector->config.upgrade_timeout_ms;
    connector->transport =
        transport_new(session_protocols(), connector->config.ca_file, longest_ms);
    if (connector->transport == NULL)
        return false;
    connector->asker.wake = wake;
    connector->asker.context = connector->transport;
    return true;
}

struct connector *connector_make(const struct exchange *exchange,
                                 const struct connector_config *config, struct fetch *fetch,
                                 struct sink *sink)
{
    struct connector *connector = calloc(1, sizeof *connector);
    if (connector == NULL)
        return NULL;
    connector->exchange = exchange;
    connector->fetch = fetch;
    connector->sink = sink;
    connector->flush = 1;
    connector->held = REASON_RATE_LIMITED;
    connector->instruments.backoff = (struct backoff){
        config->backoff_min_ms, config->backoff_max_ms, config->backoff_reset_ms, 0};
    random_seed(&connector->random, config->seed != 0 ? config->seed : random_entropy());
    if (!configure(connector, config) || !make_tables(connector) || !make_transport(connector))
        connector_destroy(&connector);
    return connector;
}

struct connector *connector_new(const struct exchange *exchange,
                                const struct connector_config *config, struct fetch *fetch,
                                struct sink *sink)
{
    char name[NAME_MAX];
    struct connector *connector = connector_make(exchange, config, fetch, sink);
    if (connector == NULL)
        return NULL;
    snprintf(name, sizeof name, "feed/%s", exchange->name);
    if (!thread_start(&connector->thread, name, run, connector))
        connector_destroy(&connector);
    return connector;
}

/* A refresh outlives the set that asked for it: a newer one may take its place unread. */
void connector_want(struct connector *connector, struct desired **desired)
{
    if ((*desired)->refresh_instruments)
        atomic_store(&connector->refresh, true);
    struct desired *before = mailbox_put(&connector->desired, *desired);
    *desired = NULL;
    desired_destroy(&before);
    transport_wake(connector->transport);
}

static void free_shards(struct connector *connector)
{
    for (uint32_t i = 0; connector->shards != NULL && i < INTAKE_SESSIONS; i++) {
        session_destroy(&connector->shards[i].session);
        free(connector->shards[i].addresses);
        free(connector->shards[i].keys);
    }
    free(connector->shards);
}

void connector_destroy(struct connector **connector)
{
    struct connector *it = *connector;
    struct fetch_answer *answer;
    if (it == NULL)
        return;
    if (it->thread.running) {
        atomic_store(&it->stopping, true);
        transport_wake(it->transport);
        thread_join(&it->thread);
        fetch_forget(it->fetch, &it->asker);
    }
    while (it->asker.answers != NULL && (answer = mailbox_pop(it->asker.answers)) != NULL)
        free(answer);
    struct desired *desired = mailbox_take(&it->desired);
    desired_destroy(&desired);
    mailbox_queue_destroy(&it->asker.answers);
    free_shards(it);
    transport_destroy(&it->transport);
    intake_destroy(&it->intake);
    free(it->instruments.body);
    free(it->polls.items);
    free(it->keys.items);
    free(it->keys.renewals);
    map_destroy(&it->keys.homes);
    free(it->snapshots.slots);
    free(it->topics);
    free(it);
    *connector = NULL;
}
