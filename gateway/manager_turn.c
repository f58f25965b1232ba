/* SPDX-License-Identifier: Apache-2.0 */
/* One turn: wait for the bus, a request or the next chore; take what the bus has, a message after
 * the other, each published at once; answer some requests; make one image; do the chores that are
 * due. It sleeps in poll, on the sockets' descriptors: zmq_poll makes a turn for a single event a
 * third dearer. Such a descriptor tells of news once: a socket must have been found empty before it
 * is slept on. */
#include "common/clock.h"
#include "common/ensure.h"
#include "gateway/manager_parts.h"
#include "proto/wire_json.h"

#include <poll.h>
#include <stdlib.h>

#define BUS_TURN      16 /* messages of the bus taken between two looks at the requests */
#define REQUESTS_TURN 64 /* requests answered between two looks at the bus */
#define REFRESH_NS    NS_PER_SECOND    /* the sums are never older than this ... */
#define FRESH_NS      (50 * NS_PER_MS) /* ... nor than this for whoever asks */
#define JUDGE_NS      (50 * NS_PER_MS) /* connections are judged so often at the most */
#define WAIT_MAX_MS   60000

void manager_take_time(struct manager *manager)
{
    manager->now = (struct query_now){clock_monotonic_ns(), clock_real_ns()};
}

void manager_doubt(struct manager *manager)
{
    if (manager->due_ns[CHORE_JUDGE] == INT64_MAX)
        manager->due_ns[CHORE_JUDGE] = manager->judged_ns + JUDGE_NS;
}

static void publish(struct manager *manager, const struct topic *topic, const struct event *event)
{
    size_t levels = 0;
    if (event->kind == KIND_BOOK)
        levels = (size_t)event->book.bid_count + event->book.ask_count;
    struct text *body = publisher_begin(
        manager->publisher, (struct slice){topic->name, topic->name_len}, wire_json_max(levels));
    if (body == NULL)
        return;
    wire_json_event(body, topic->head, topic->words, event, manager->epoch, manager->now.real_ns);
    publisher_end(manager->publisher);
}

/* Remember before you tell: an image asked for after an event contains it. */
static void take_public(struct manager *manager, struct event *event)
{
    struct topic *topic = topics_at(manager->topics, event->connector, event->slot);
    ENSURE(topic != NULL && topic->kind == (enum kind)event->kind);
    uint64_t lost = topic->lost;
    enum topic_state state = topic->state;
    int64_t now_ns = manager->now.monotonic_ns;
    bool resync = topics_take(manager->topics, topic, event, now_ns) == TOPICS_RESYNC;
    stats_totals(manager->stats)->holes += topic->lost - lost;
    if (event->kind == KIND_QUOTE && event->update != UPDATE_STATE &&
        (event->quote.known & 1u << QUOTE_PRICE) != 0)
        cache_put(manager->cache, (struct slice){topic->name, topic->name_len}, event, now_ns);
    subscriptions_taken(manager->subscriptions, event, resync);
    if (event->update == UPDATE_STATE || topic->state != state)
        manager_doubt(manager);
    if (publisher_wanted(manager->publisher))
        publish(manager, topic, event);
}

static void take_session(struct manager *manager, const struct event *event)
{
    if (feeds_take_end(manager->feeds, event)) {
        stats_retire(manager->stats, event->connector);
        if (event->connector < ACCOUNTS_FIRST)
            subscriptions_touch(manager->subscriptions, event->connector);
    } else {
        stats_take_session(manager->stats, event);
    }
    manager_doubt(manager);
}

static void take_instrument(struct manager *manager, const struct event *event)
{
    if (!instruments_put(manager->instruments, event->connector, &event->instrument))
        return;
    subscriptions_resolve(manager->subscriptions, event->connector);
    if (manager->demand != NULL) {
        demand_listed(manager->demand);
        manager->due_ns[CHORE_DEMAND] = manager->now.monotonic_ns;
    }
    manager_doubt(manager);
}

/* An account's state may hang on it. */
static void take_private(struct manager *manager, struct event *event)
{
    bool status = event->kind == KIND_ACCOUNT;
    accounts_take(manager->accounts, event, manager->now.real_ns);
    manager->due_ns[CHORE_ACCOUNTS] = manager->now.monotonic_ns;
    if (status)
        manager_doubt(manager);
}

static void take(void *context, struct event *event)
{
    struct manager *manager = context;
    if (kind_is_private((enum kind)event->kind)) {
        take_private(manager, event);
        return;
    }
    switch ((enum kind)event->kind) {
    case KIND_SESSION:
        take_session(manager, event);
        break;
    case KIND_SUBSCRIPTION:
        subscriptions_report(manager->subscriptions, event);
        manager_doubt(manager);
        break;
    case KIND_INSTRUMENT:
        take_instrument(manager, event);
        break;
    case KIND_COUNTERS:
        stats_take_counters(manager->stats, event);
        break;
    case KIND_DRIFT:
        stats_take_drift(manager->stats, event);
        tell_drifts(manager->tell, manager->now.real_ns);
        break;
    default:
        take_public(manager, event);
    }
}

bool manager_receive(struct manager *manager)
{
    manager_take_time(manager);
    if (!bus_receive(manager->bus, take, manager))
        return false;
    publisher_flush(manager->publisher);
    if (manager->journal != NULL)
        journal_flush(manager->journal);
    return true;
}

/* Chores return when they are due next. */

static int64_t publish_heads(struct manager *manager)
{
    stats_totals(manager->stats)->heads++;
    return heads_tick(&manager->heads, manager->topics, manager->publisher, manager->epoch,
                      manager->now.monotonic_ns, manager->now.real_ns);
}

static int64_t refresh_stats(struct manager *manager)
{
    int64_t now_ns = manager->now.monotonic_ns;
    int64_t told_ns = manager->config->stats_ms * NS_PER_MS;
    struct stats_totals *totals = stats_totals(manager->stats);
    struct publisher_stats published;
    publisher_stats(manager->publisher, &published);
    totals->uptime_s = (uint64_t)((now_ns - manager->started_ns) / NS_PER_SECOND);
    totals->connections = connections_count(manager->connections);
    totals->subscriptions = subscriptions_count(manager->subscriptions);
    totals->topics = topics_count(manager->topics);
    totals->connectors = pool_running_count(manager->pool);
    totals->connectors_started = pool_started_count(manager->pool);
    totals->bus_dropped = bus_dropped(manager->bus);
    totals->instruments = 0;
    for (uint16_t i = 0; i < pool_end(manager->pool); i++)
        totals->instruments += instruments_count(manager->instruments, i);
    totals->published = published.messages;
    totals->published_bytes = published.bytes;
    totals->dropped = published.dropped;
    totals->feed_subscriptions = published.subscriptions;
    totals->feed_rebinds = published.rebinds;
    totals->demand_dropped = published.readers_dropped;
    if (manager->demand != NULL) {
        totals->demand = demand_count(manager->demand);
        totals->demand_refused = demand_refused(manager->demand);
    }
    manager_count_accounts(manager);
    stats_refresh(manager->stats, now_ns);
    manager->refreshed_ns = now_ns;
    return now_ns + (told_ns < REFRESH_NS ? told_ns : REFRESH_NS);
}

static int64_t publish_stats(struct manager *manager)
{
    tell_stats(manager->tell, manager->now.real_ns);
    tell_drifts(manager->tell, manager->now.real_ns);
    stats_totals(manager->stats)->journal_sync_max_us = 0;
    return manager->now.monotonic_ns + manager->config->stats_ms * NS_PER_MS;
}

static int64_t sweep_cache(struct manager *manager)
{
    cache_sweep(manager->cache, manager->now.monotonic_ns);
    return manager->now.monotonic_ns + manager->config->cache.sweep_ms * NS_PER_MS;
}

static int64_t end_leases(struct manager *manager)
{
    return connections_expire(manager->connections, manager->now.monotonic_ns);
}

static int64_t follow_readers(struct manager *manager)
{
    if (manager->demand == NULL)
        return INT64_MAX;
    return demand_step(manager->demand, manager->now.monotonic_ns, manager->now.real_ns);
}

/* Due every turn, and when a connector has been idle long enough. */
static int64_t hand_over(struct manager *manager)
{
    subscriptions_hand_over(manager->subscriptions, manager->now.monotonic_ns);
    return pool_sweep(manager->pool, manager->now.monotonic_ns);
}

int64_t manager_judge(struct manager *manager)
{
    const struct connection *connection;
    manager->judged_ns = manager->now.monotonic_ns;
    connections_judge(manager->connections);
    while ((connection = connections_next_changed(manager->connections)) != NULL)
        tell_connection(manager->tell, connection, manager->now.real_ns);
    return INT64_MAX;
}

static int64_t (*const chores[])(struct manager *manager) = {
    [CHORE_HEADS] = publish_heads, [CHORE_REFRESH] = refresh_stats,
    [CHORE_STATS] = publish_stats, [CHORE_CACHE] = sweep_cache,
    [CHORE_LEASES] = end_leases,   [CHORE_DEMAND] = follow_readers,
    [CHORE_HAND_OVER] = hand_over, [CHORE_ACCOUNTS] = manager_step_accounts,
    [CHORE_JUDGE] = manager_judge,
};
_Static_assert(sizeof chores / sizeof *chores == CHORE_COUNT, "a function for each chore");

static void do_chores(struct manager *manager)
{
    for (size_t i = 0; i < CHORE_COUNT; i++)
        if (manager->due_ns[i] <= manager->now.monotonic_ns)
            manager->due_ns[i] = chores[i](manager);
}

static void take_bus(struct manager *manager)
{
    int taken = 0;
    while (taken < BUS_TURN && manager_receive(manager))
        taken++;
    manager->unread |= taken == BUS_TURN;
}

static int answer_of(struct manager *manager, struct requests *requests)
{
    int taken = 0;
    while (taken < REQUESTS_TURN && requests_receive(requests, &manager->now))
        taken++;
    manager->unread |= taken == REQUESTS_TURN;
    return taken;
}

/* A request may have renewed a lease, closed a connection or opened one. */
static void answer(struct manager *manager)
{
    if (manager->now.monotonic_ns - manager->refreshed_ns >= FRESH_NS)
        manager->due_ns[CHORE_REFRESH] = refresh_stats(manager);
    int taken = answer_of(manager, manager->requests);
    if (manager->accounts_requests != NULL)
        taken += answer_of(manager, manager->accounts_requests);
    if (taken == 0)
        return;
    manager->due_ns[CHORE_LEASES] = manager->now.monotonic_ns;
    manager_doubt(manager);
}

/* Topics are read that were not, or no longer. */
static void take_readers(struct manager *manager)
{
    struct readers_set *set = publisher_take_readers(manager->publisher);
    if (set == NULL)
        return;
    demand_take(manager->demand, set, manager->now.monotonic_ns);
    manager->due_ns[CHORE_DEMAND] = manager->now.monotonic_ns;
    free(set);
}

/* Until the next chore, rounded up. */
static int wait_ms(const struct manager *manager)
{
    int64_t now_ns = clock_monotonic_ns(), next_ns = now_ns + WAIT_MAX_MS * NS_PER_MS;
    if (manager->unread)
        return 0;
    for (size_t i = 0; i < CHORE_COUNT; i++)
        if (manager->due_ns[i] < next_ns)
            next_ns = manager->due_ns[i];
    return next_ns > now_ns ? (int)((next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

/* What came while it slept; all of it where something may have been left. */
static void take_all(struct manager *manager, const struct pollfd *fds, bool unread)
{
    if (unread || fds[0].revents != 0)
        take_bus(manager);
    if (unread || fds[5].revents != 0)
        manager_take_notices(manager);
    if (fds[6].revents != 0)
        manager_take_rights(manager);
    if (unread || fds[1].revents != 0 || fds[4].revents != 0)
        answer(manager);
    if (fds[3].revents != 0)
        take_readers(manager);
}

static void turn(struct manager *manager)
{
    struct subscription *row;
    struct pollfd fds[] = {{manager->bus_fd, POLLIN, 0},
                           {manager->requests_fd, POLLIN, 0},
                           {manager->stop_fd, POLLIN, 0},
                           {publisher_readers_fd(manager->publisher), POLLIN, 0},
                           {manager->accounts_requests_fd, POLLIN, 0},
                           {manager->journal_fd, POLLIN, 0},
                           {manager->rights_fd, POLLIN, 0}};
    poll(fds, sizeof fds / sizeof *fds, wait_ms(manager));
    bool unread = manager->unread;
    manager->unread = false;
    manager->stopped = fds[2].revents != 0;
    manager_take_time(manager);
    take_all(manager, fds, unread);
    /* It sent a reply or has more to do; and a socket that sends may notice a request's coming, of
     * which its descriptor then tells no more. */
    manager->unread |= requests_step(manager->requests, &manager->now);
    if (manager->accounts_requests != NULL)
        manager->unread |= requests_step(manager->accounts_requests, &manager->now);
    manager->due_ns[CHORE_HAND_OVER] = manager->now.monotonic_ns;
    do_chores(manager);
    while ((row = subscriptions_next_changed(manager->subscriptions)) != NULL)
        tell_subscription(manager->tell, row, manager->now.real_ns);
    publisher_flush(manager->publisher);
}

void manager_run(void *argument)
{
    struct manager *manager = argument;
    while (!manager->stopped)
        turn(manager);
}
