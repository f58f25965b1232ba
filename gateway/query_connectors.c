/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors: which there can be, which there are, and those of others. */
#include "common/clock.h"
#include "common/log.h"
#include "connectors/offer.h"
#include "connectors/registry.h"
#include "gateway/query_parts.h"

#define CONNECTORS_LIMIT 100

void query_write_channels(struct text *text, struct slice key, const struct exchange *exchange)
{
    bool first = true;
    text_append(text, key);
    text_literal(text, "[");
    for (unsigned int kind = 0; kind < KIND_PUBLIC_COUNT; kind++) {
        if (!offer_has(exchange, (enum kind)kind))
            continue;
        query_write_text(text, first ? SLICE("") : SLICE(","), kind_word((enum kind)kind));
        first = false;
    }
    text_literal(text, "]");
}

static void write_intervals(struct text *text, const struct exchange *exchange)
{
    const char *interval;
    bool first = true;
    text_literal(text, ",\"intervals\":[");
    for (uint32_t i = 0; (interval = offer_interval(i)) != NULL; i++) {
        if (!offer_has_interval(exchange, slice_of(interval)))
            continue;
        query_write_text(text, first ? SLICE("") : SLICE(","), slice_of(interval));
        first = false;
    }
    text_literal(text, "]");
}

static void write_exchange(struct query_call *call, uint16_t number, struct slice key)
{
    const struct pool *pool = call->tables->pool;
    const struct exchange *exchange = pool_exchange(pool, number);
    query_write_text(call->reply, key, slice_of(exchange->name));
    text_literal(call->reply, ",\"enabled\":");
    text_append(call->reply, pool_enabled(pool, number) ? SLICE("true") : SLICE("false"));
    query_write_channels(call->reply, SLICE(",\"channels\":"), exchange);
    write_intervals(call->reply, exchange);
    text_literal(call->reply, "}");
}

static bool is_of_type(const struct pool *pool, uint16_t number, struct slice type)
{
    const struct exchange *exchange = pool_exchange(pool, number);
    return exchange != NULL && slice_equal(slice_of(exchange->type), type);
}

/* The first exchange of a type; pool_end if there is none. */
static uint16_t first_of(const struct pool *pool, struct slice type)
{
    uint16_t number = 0;
    while (number < pool_end(pool) && !is_of_type(pool, number, type))
        number++;
    return number;
}

/* A type and all that are of it. */
static void write_type(struct query_call *call, uint16_t first)
{
    const struct pool *pool = call->tables->pool;
    const struct exchange *exchange = pool_exchange(pool, first);
    const char *path = loader_path(exchange);
    query_write_text(call->reply, SLICE("{\"type\":"), slice_of(exchange->type));
    if (path != NULL)
        query_write_text(call->reply, SLICE(",\"object\":"), slice_of(path));
    text_literal(call->reply, ",\"exchanges\":[");
    for (uint16_t i = first; i < pool_end(pool); i++)
        if (is_of_type(pool, i, slice_of(exchange->type)))
            write_exchange(call, i,
                           i == first ? SLICE("{\"exchange\":") : SLICE(",{\"exchange\":"));
    text_literal(call->reply, "]}");
}

bool query_connector_types(struct query_call *call)
{
    const struct pool *pool = call->tables->pool;
    bool first = true;
    text_literal(call->reply, "{\"types\":[");
    for (uint16_t i = 0; i < pool_end(pool); i++) {
        const struct exchange *exchange = pool_exchange(pool, i);
        if (exchange == NULL || first_of(pool, slice_of(exchange->type)) != i)
            continue;
        if (!first)
            text_literal(call->reply, ",");
        write_type(call, i);
        first = false;
    }
    text_literal(call->reply, "]}");
    return true;
}

/* A row of connector.list; its id is the number that its key keeps. */
static void write_connector(struct query_call *call, uint16_t number)
{
    const struct query_tables *tables = call->tables;
    const struct pool_row *row = pool_row(tables->pool, number);
    const struct exchange *exchange = pool_exchange(tables->pool, number);
    struct text *reply = call->reply;
    int64_t now_ns = call->now->monotonic_ns;
    text_literal(reply, "{\"id\":\"k");
    text_unsigned(reply, (uint64_t)number + 1);
    query_write_text(reply, SLICE("\",\"type\":"), slice_of(exchange->type));
    query_write_text(reply, SLICE(",\"exchange\":"), slice_of(exchange->name));
    if (row->name[0] != '\0')
        query_write_text(reply, SLICE(",\"name\":"), slice_of(row->name));
    query_write_text(reply, SLICE(",\"state\":"),
                     !row->running ? SLICE("stopped")
                     : row->idle   ? SLICE("idle")
                                   : SLICE("running"));
    query_write_number(reply, SLICE(",\"sessions\":"), stats_session_count(tables->stats, number));
    query_write_number(reply, SLICE(",\"topics\":"),
                       subscriptions_of(tables->subscriptions, number));
    if (row->running && row->idle)
        query_write_number(reply, SLICE(",\"idle_s\":"),
                           (uint64_t)((now_ns - row->idle_since_ns) / NS_PER_SECOND));
    if (row->running)
        query_write_time(reply, SLICE(",\"started\":"),
                         call->now->real_ns - (now_ns - row->started_ns));
    text_literal(reply, "}");
}

bool query_connector_list(struct query_call *call)
{
    const struct pool *pool = call->tables->pool;
    struct query_page page;
    text_literal(call->reply, "{");
    query_page_begin(&page, call, SLICE("connectors"), CONNECTORS_LIMIT);
    for (uint32_t i = query_place(call); i < pool_end(pool); i++) {
        if (!pool_row(pool, (uint16_t)i)->known)
            continue;
        if (!query_page_row(&page, 1))
            break;
        write_connector(call, (uint16_t)i);
        if (!query_page_row_end(&page, i + 1))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}

/* Until somebody wants something of it, it is idle. */
bool query_connector_create(struct query_call *call)
{
    struct pool *pool = call->tables->pool;
    const struct query_arguments *arguments = &call->arguments;
    uint16_t number;
    if (first_of(pool, arguments->type) == pool_end(pool))
        return fault_set(&call->fault, FAULT_UNKNOWN_TYPE,
                         "type: \"%.*s\" is no connector type; connector.types names them",
                         FAULT_QUOTE(arguments->type));
    if (!query_find_exchange(call, &number))
        return false;
    if (!is_of_type(pool, number, arguments->type))
        return fault_set(&call->fault, FAULT_BAD_VALUE, "type: %s is served by %s",
                         pool_exchange(pool, number)->name, pool_exchange(pool, number)->type);
    bool fresh = !pool_running(pool, number), named = arguments->name.len > 0;
    if ((named && !pool_may_name(pool, number, arguments->name, &call->fault)) ||
        !pool_acquire(pool, number, call->now->monotonic_ns, &call->fault))
        return false;
    if (fresh)
        subscriptions_touch(call->tables->subscriptions, number);
    if (named)
        pool_name(pool, number, arguments->name);
    write_connector(call, number);
    return true;
}

bool query_connector_register(struct query_call *call)
{
    static const enum fault_code codes[] = {[LOADER_LOADED] = FAULT_NONE,
                                            [LOADER_FORBIDDEN] = FAULT_FORBIDDEN,
                                            [LOADER_BAD] = FAULT_BAD_OBJECT,
                                            [LOADER_TAKEN] = FAULT_CONFLICT,
                                            [LOADER_FULL] = FAULT_CAPACITY};
    struct pool *pool = call->tables->pool;
    const char *path = call->arguments.path.data;
    const struct exchange *const *exchanges;
    char why[LOADER_WHY_MAX];
    enum loader_verdict verdict =
        loader_load(path, &call->tables->config->directories, &exchanges, why);
    if (verdict != LOADER_LOADED)
        return fault_set(&call->fault, codes[verdict], "path: %s", why);
    query_write_text(call->reply, SLICE("{\"object\":"), slice_of(loader_path(exchanges[0])));
    text_literal(call->reply, ",\"exchanges\":[");
    for (size_t i = 0; exchanges[i] != NULL; i++) {
        uint16_t number;
        if (!pool_register(pool, exchanges[i], &number, &call->fault))
            return false;
        write_exchange(call, number, i == 0 ? SLICE("{\"exchange\":") : SLICE(",{\"exchange\":"));
        log_info("connector_registered", "%s (%s) from %s", exchanges[i]->name, exchanges[i]->type,
                 path);
    }
    text_literal(call->reply, "]}");
    return true;
}
