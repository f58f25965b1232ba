/* SPDX-License-Identifier: Apache-2.0 */
/* How a manager is made and ended, both by main; in between its thread owns all of it. */
#include "common/clock.h"
#include "gateway/epoch.h"
#include "gateway/manager_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

static bool make_tables(struct manager *manager)
{
    const struct config *config = manager->config;
    manager->bus = bus_new(manager->zmq, config->bus_batch_max, config->bus_queue_max);
    manager->fetch = fetch_new(&config->fetch);
    manager->topics = topics_new(config->topics_max, config->book_levels_max);
    manager->instruments = instruments_new(CONFIG_EXCHANGES);
    manager->stats = stats_new(CONFIG_EXCHANGES + CONFIG_ACCOUNTS);
    manager->cache = cache_new(config->cache.size, config->cache.expiry_ms);
    if (manager->bus == NULL || manager->fetch == NULL || manager->topics == NULL ||
        manager->instruments == NULL || manager->stats == NULL || manager->cache == NULL)
        return false;
    manager->feeds = feeds_new(manager->bus, manager->fetch);
    if (manager->feeds == NULL)
        return false;
    struct pool_ports ports = feeds_ports(manager->feeds);
    manager->pool = pool_new(config, &ports);
    if (manager->pool == NULL)
        return false;
    manager->subscriptions =
        subscriptions_new(config->topics_max, manager->topics, manager->instruments, manager->pool);
    if (manager->subscriptions == NULL)
        return false;
    manager->connections = connections_new(config->connections_max, config->symbols_max,
                                           manager->subscriptions, manager->stats);
    manager->tell = tell_new(manager->publisher, manager->pool, manager->stats, manager->epoch);
    if (config->demand.enabled)
        manager->demand =
            demand_new(config, manager->subscriptions, manager->instruments, manager->pool);
    return manager->connections != NULL && manager->tell != NULL &&
           (manager->demand != NULL) == config->demand.enabled;
}

static bool make_query(struct manager *manager)
{
    const struct query_tables tables = {.config = manager->config,
                                        .epoch = manager->epoch,
                                        .topics = manager->topics,
                                        .instruments = manager->instruments,
                                        .pool = manager->pool,
                                        .subscriptions = manager->subscriptions,
                                        .connections = manager->connections,
                                        .cache = manager->cache,
                                        .stats = manager->stats,
                                        .publisher = manager->publisher,
                                        .fetch = manager->fetch,
                                        .accounts = manager->accounts,
                                        .journal = manager->journal,
                                        .gate = manager->gate};
    manager->query = query_new(&tables);
    return manager->query != NULL;
}

static bool find_descriptor(void *socket, int *fd)
{
    size_t size = sizeof *fd;
    return zmq_getsockopt(socket, ZMQ_FD, fd, &size) == 0;
}

/* What the thread sleeps on. */
static bool find_descriptors(struct manager *manager)
{
    manager->unread = true;
    manager->journal_fd = manager->accounts_requests_fd = manager->rights_fd = -1;
    if (manager->gate != NULL)
        manager->rights_fd = gate_rights_fd(manager->gate);
    if (manager->accounts != NULL &&
        (!find_descriptor(journal_socket(manager->journal), &manager->journal_fd) ||
         !find_descriptor(requests_socket(manager->accounts_requests),
                          &manager->accounts_requests_fd)))
        return false;
    return find_descriptor(bus_socket(manager->bus), &manager->bus_fd) &&
           find_descriptor(requests_socket(manager->requests), &manager->requests_fd);
}

static bool open_one(struct manager *manager, const struct config_connection *configured,
                     struct fault *fault)
{
    struct slice *symbols = calloc(configured->symbol_count, sizeof *symbols);
    struct connection_order order = {.type = connection_type_find(slice_of(configured->type)),
                                     .name = slice_of(configured->name),
                                     .interval = slice_of(configured->interval),
                                     .symbols = symbols,
                                     .symbol_count = configured->symbol_count};
    bool opened = false;
    if (symbols == NULL) {
        fault_set(fault, FAULT_INTERNAL, "no memory for %u symbols", configured->symbol_count);
    } else if (!pool_find(manager->pool, slice_of(configured->exchange->name), &order.connector)) {
        fault_set(fault, FAULT_UNKNOWN_EXCHANGE,
                  "exchange: %s is not enabled; name it under "
                  "exchanges",
                  configured->exchange->name);
    } else {
        for (uint32_t i = 0; i < configured->symbol_count; i++)
            symbols[i] = slice_of(configured->symbols[i]);
        opened = connections_open(manager->connections, &order, manager->now.monotonic_ns,
                                  manager->now.real_ns, fault) != NULL;
    }
    free(symbols);
    return opened;
}

static bool open_configured(struct manager *manager, char *error, size_t error_max)
{
    const struct config *config = manager->config;
    for (uint32_t i = 0; i < config->connection_count; i++) {
        const struct config_connection *configured = &config->connections[i];
        struct fault fault;
        if (open_one(manager, configured, &fault))
            continue;
        snprintf(error, error_max, "%s:%d: connection %s: %s", config->path, configured->line,
                 configured->name, fault.message);
        return false;
    }
    return true;
}

static const char unmade[] = "the gateway cannot be made: out of memory, threads or sockets";

/* Before anything comes in or goes out. The gate stands before the first socket is bound; and the
 * sockets are bound first: a second gateway on the same endpoints must not come as far as the
 * epoch. */
static bool make(struct manager *manager, char *error, size_t error_max)
{
    const struct config *config = manager->config;
    snprintf(error, error_max, "%s", unmade);
    manager->stop_fd = eventfd(0, EFD_CLOEXEC);
    manager->zmq = zmq_ctx_new();
    if (manager->stop_fd < 0 || manager->zmq == NULL ||
        !manager_make_gate(manager, error, error_max))
        return false;
    manager->publisher =
        publisher_new(manager->zmq, &config->feed, config->security.feed ? manager->gate : NULL,
                      error, error_max);
    if (manager->publisher == NULL ||
        !epoch_begin(config->state_dir, &manager->epoch, error, error_max))
        return false;
    manager_take_time(manager);
    snprintf(error, error_max, "%s", unmade);
    if (!make_tables(manager) || !manager_make_accounts(manager, error, error_max))
        return false;
    snprintf(error, error_max, "%s", unmade);
    return make_query(manager);
}

static bool begin(struct manager *manager, char *error, size_t error_max)
{
    const struct config *config = manager->config;
    bool secured = config->security.requests;
    if (!make(manager, error, error_max))
        return false;
    manager->requests =
        requests_new(manager->zmq, &config->requests, secured ? manager->gate : NULL, GATE_REQUESTS,
                     manager->query, manager->stats, error, error_max);
    if (manager->requests == NULL || !manager_open_accounts(manager, error, error_max))
        return false;
    manager->started_ns = manager->now.monotonic_ns;
    heads_init(&manager->heads, manager->started_ns);
    manager->due_ns[CHORE_HEADS] = manager->heads.next_ns;
    if (!open_configured(manager, error, error_max) ||
        (manager->accounts != NULL && !accounts_start(manager->accounts, error, error_max)))
        return false;
    snprintf(error, error_max, "the manager's thread cannot be started");
    return find_descriptors(manager) &&
           thread_start(&manager->thread, "manager", manager_run, manager);
}

/* The connectors end side by side; what they say last goes out like all before. */
static void end_feeds(struct manager *manager)
{
    pool_stop(manager->pool);
    if (manager->accounts != NULL)
        accounts_stop(manager->accounts);
    while (feeds_any(manager->feeds)) {
        zmq_pollitem_t item = {.socket = bus_socket(manager->bus), .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, -1);
        while (manager_receive(manager))
            continue;
    }
    connections_close_all(manager->connections);
    manager_judge(manager);
    publisher_flush(manager->publisher);
}

struct manager *manager_new(const struct config *config, char *error, size_t error_max)
{
    struct manager *manager = calloc(1, sizeof *manager);
    if (manager == NULL) {
        snprintf(error, error_max, "the gateway cannot be made: out of memory");
        return NULL;
    }
    manager->config = config;
    if (!begin(manager, error, error_max))
        manager_destroy(&manager);
    return manager;
}

/* No feed runs before there are requests: they are made last. */
void manager_destroy(struct manager **manager_pointer)
{
    struct manager *manager = *manager_pointer;
    if (manager == NULL)
        return;
    if (manager->thread.running)
        eventfd_write(manager->stop_fd, 1);
    thread_join(&manager->thread);
    bool complete = manager->requests != NULL;
    requests_destroy(&manager->requests);
    requests_destroy(&manager->accounts_requests);
    if (complete)
        end_feeds(manager);
    query_destroy(&manager->query);
    tell_destroy(&manager->tell);
    demand_destroy(&manager->demand);
    connections_destroy(&manager->connections);
    accounts_destroy(&manager->accounts);
    journal_destroy(&manager->journal);
    subscriptions_destroy(&manager->subscriptions);
    pool_destroy(&manager->pool);
    feeds_destroy(&manager->feeds);
    cache_destroy(&manager->cache);
    stats_destroy(&manager->stats);
    instruments_destroy(&manager->instruments);
    topics_destroy(&manager->topics);
    fetch_destroy(&manager->fetch);
    bus_destroy(&manager->bus);
    publisher_destroy(&manager->publisher);
    gate_destroy(&manager->gate);
    rights_destroy(&manager->rights);
    if (manager->zmq != NULL)
        while (zmq_ctx_term(manager->zmq) != 0 && zmq_errno() == EINTR)
            continue;
    if (manager->stop_fd >= 0)
        close(manager->stop_fd);
    free(manager);
    *manager_pointer = NULL;
}
