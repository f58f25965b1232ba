/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the gateway itself. */
#include "common/log.h"
#include "gateway/query_parts.h"

#define PROTOCOL    1
#define PARTS_LIMIT QUERY_LIMIT_MAX

static void write_endpoints(struct text *reply, struct slice key, const char (*endpoints)[128],
                            uint32_t count)
{
    text_append(reply, key);
    for (uint32_t i = 0; i < count; i++)
        query_write_text(reply, i > 0 ? SLICE(",") : SLICE("["), slice_of(endpoints[i]));
    text_literal(reply, "]");
}

/* The exchanges that are used: names, or names with their channels. */
static void write_used(struct query_call *call, bool with_channels)
{
    const struct pool *pool = call->tables->pool;
    bool first = true;
    for (uint16_t i = 0; i < pool_end(pool); i++) {
        if (!pool_enabled(pool, i))
            continue;
        const struct exchange *exchange = pool_exchange(pool, i);
        query_write_text(call->reply, first ? SLICE("") : SLICE(","), slice_of(exchange->name));
        if (with_channels)
            query_write_channels(call->reply, SLICE(":"), exchange);
        first = false;
    }
}

/* The names of those that the asker may have. */
static void write_accounts(struct query_call *call)
{
    const struct accounts *accounts = call->tables->accounts;
    struct account_row row;
    bool first = true;
    text_literal(call->reply, ",\"accounts\":[");
    for (uint32_t i = 0; i < accounts_count(accounts); i++) {
        accounts_row(accounts, i, &row);
        if (!query_may_see(call, row.name))
            continue;
        query_write_text(call->reply, first ? SLICE("") : SLICE(","), row.name);
        first = false;
    }
    text_literal(call->reply, "]");
}

bool query_hello(struct query_call *call)
{
    const struct config *config = call->tables->config;
    query_write_text(call->reply, SLICE("{\"name\":"), SLICE("tickgate"));
    query_write_text(call->reply, SLICE(",\"version\":"), SLICE(TICKGATE_VERSION));
    query_write_number(call->reply, SLICE(",\"protocol\":"), PROTOCOL);
    query_write_number(call->reply, SLICE(",\"epoch\":"), call->tables->epoch);
    query_write_time(call->reply, SLICE(",\"ts\":"), call->now->real_ns);
    write_endpoints(call->reply, SLICE(",\"endpoints\":{\"feed\":"),
                    (const char(*)[128])config->feed.endpoints, config->feed.endpoint_count);
    write_endpoints(call->reply, SLICE(",\"requests\":"),
                    (const char(*)[128])config->requests.endpoints,
                    config->requests.endpoint_count);
    if (call->asker->accounts)
        write_endpoints(call->reply, SLICE(",\"accounts_requests\":"),
                        (const char(*)[128])config->accounts.requests.endpoints,
                        config->accounts.requests.endpoint_count);
    text_literal(call->reply, "},\"exchanges\":[");
    write_used(call, false);
    text_literal(call->reply, "],\"channels\":{");
    write_used(call, true);
    text_literal(call->reply, "}");
    if (call->asker->accounts)
        write_accounts(call);
    text_literal(call->reply, "}");
    return true;
}

bool query_ping(struct query_call *call)
{
    query_write_time(call->reply, SLICE("{\"ts\":"), call->now->real_ns);
    text_literal(call->reply, "}");
    return true;
}

bool query_log_set(struct query_call *call)
{
    enum log_level level;
    struct slice name = call->arguments.level;
    if (!log_level_named(name.data, &level))
        return fault_set(&call->fault, FAULT_BAD_VALUE,
                         "level: \"%.*s\" is none of error, warn, info, debug", FAULT_QUOTE(name));
    log_set_level(level);
    query_write_text(call->reply, SLICE("{\"level\":"), name);
    text_literal(call->reply, "}");
    return true;
}

static bool write_gateway(struct query_call *call, struct query_page *page)
{
    query_write_text(call->reply, SLICE("\"gateway\":{\"version\":"), SLICE(TICKGATE_VERSION));
    text_literal(call->reply, ",");
    stats_write_totals(call->reply, call->tables->stats);
    text_literal(call->reply, "}");
    *page = (struct query_page){0};
    return true;
}

/* Those of an account, its drift too, are for whoever may have it. */
static bool may_see(const struct query_call *call, const struct stats_session *session)
{
    struct account_row account;
    if (session->connector < ACCOUNTS_FIRST)
        return true;
    accounts_row(call->tables->accounts, session->connector - ACCOUNTS_FIRST, &account);
    return query_may_see(call, account.name);
}

static void write_whose(struct query_call *call, uint16_t connector)
{
    struct account_row account;
    if (connector < ACCOUNTS_FIRST) {
        query_write_text(call->reply, SLICE("{\"exchange\":"),
                         slice_of(pool_exchange(call->tables->pool, connector)->name));
        return;
    }
    accounts_row(call->tables->accounts, connector - ACCOUNTS_FIRST, &account);
    query_write_text(call->reply, SLICE("{\"exchange\":"), account.exchange);
    query_write_text(call->reply, SLICE(",\"account\":"), account.name);
}

static void write_drifts(struct query_call *call, uint16_t number)
{
    struct stats_drift row;
    uint32_t place = 0;
    bool first = true;
    text_literal(call->reply, ",\"drift\":[");
    while (stats_each_drift(call->tables->stats, &place, &row)) {
        if (row.connector != number)
            continue;
        text_append(call->reply, first ? SLICE("{") : SLICE(",{"));
        stats_write_drift(call->reply, row.first, row.count);
        text_literal(call->reply, "}");
        first = false;
    }
    text_literal(call->reply, "]");
}

static void write_session(struct query_call *call, const struct stats_session *session)
{
    write_whose(call, session->connector);
    query_write_number(call->reply, SLICE(",\"session\":"), session->number);
    query_write_text(call->reply, SLICE(",\"state\":"), session_state_word(session->state));
    if (session->reason != REASON_NONE)
        query_write_text(call->reply, SLICE(",\"reason\":"), reason_word(session->reason));
    if (session->report.detail[0] != '\0')
        query_write_text(call->reply, SLICE(",\"detail\":"), slice_of(session->report.detail));
    if (session->connector >= ACCOUNTS_FIRST)
        write_drifts(call, session->connector);
    text_literal(call->reply, ",");
    stats_write_session(call->reply, session);
    text_literal(call->reply, "}");
}

static bool write_sessions(struct query_call *call, struct query_page *page)
{
    const struct stats_session *session;
    uint32_t place = query_place(call);
    query_page_begin(page, call, SLICE("sessions"), PARTS_LIMIT);
    while ((session = stats_each(call->tables->stats, &place)) != NULL) {
        if (!may_see(call, session))
            continue;
        if (!query_page_row(page, 1))
            break;
        write_session(call, session);
        if (!query_page_row_end(page, place))
            break;
    }
    return query_page_end(page);
}

static void write_budget(struct query_call *call, const struct exchange *exchange)
{
    struct fetch_budget budget;
    if (call->tables->fetch == NULL)
        return;
    fetch_budget(call->tables->fetch, exchange, &budget);
    query_write_number(call->reply, SLICE(",\"weight_used\":"), budget.weight_used);
    query_write_number(call->reply, SLICE(",\"weight_limit\":"), budget.weight_limit);
    query_write_number(call->reply, SLICE(",\"connects_used\":"), budget.connects_used);
    query_write_number(call->reply, SLICE(",\"connects_limit\":"), budget.connects_limit);
    query_write_number(call->reply, SLICE(",\"hold_ms\":"), budget.hold_ms);
}

static void write_exchange(struct query_call *call, uint16_t number)
{
    const struct exchange *exchange = pool_exchange(call->tables->pool, number);
    query_write_text(call->reply, SLICE("{\"exchange\":"), slice_of(exchange->name));
    query_write_text(call->reply, SLICE(",\"connector\":"), slice_of(exchange->type));
    text_literal(call->reply, ",\"running\":");
    text_append(call->reply,
                pool_running(call->tables->pool, number) ? SLICE("true") : SLICE("false"));
    query_write_number(call->reply, SLICE(",\"instruments\":"),
                       instruments_count(call->tables->instruments, number));
    write_budget(call, exchange);
    write_drifts(call, number);
    text_literal(call->reply, "}");
}

static bool write_exchanges(struct query_call *call, struct query_page *page)
{
    query_page_begin(page, call, SLICE("exchanges"), PARTS_LIMIT);
    for (uint32_t i = query_place(call); i < pool_end(call->tables->pool); i++) {
        if (!pool_enabled(call->tables->pool, (uint16_t)i))
            continue;
        if (!query_page_row(page, 1))
            break;
        write_exchange(call, (uint16_t)i);
        if (!query_page_row_end(page, i + 1))
            break;
    }
    return query_page_end(page);
}

static const struct {
    const char *name;
    bool (*write)(struct query_call *call, struct query_page *page);
} parts[] = {
    {"gateway", write_gateway}, {"sessions", write_sessions}, {"exchanges", write_exchanges}};

/* Pages are of one part: all parts together are given only where they fit. */
bool query_stats_get(struct query_call *call)
{
    struct slice part = call->arguments.part;
    struct query_page page;
    bool first = true;
    if (part.len == 0 && (call->arguments.after > 0 || call->arguments.limit > 0))
        return fault_set(&call->fault, FAULT_BAD_VALUE, "after, limit: they go with a part");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (part.len > 0 && !slice_equal(part, slice_of(parts[i].name)))
            continue;
        text_append(call->reply, first ? SLICE("{") : SLICE(","));
        if (!parts[i].write(call, &page))
            return false;
        if (part.len == 0 && page.more)
            return fault_set(&call->fault, FAULT_TOO_LARGE, "part: ask for one, they are too long");
        first = false;
    }
    text_literal(call->reply, "}");
    return !first ||
           fault_set(&call->fault, FAULT_BAD_VALUE,
                     "part: \"%.*s\" is none of gateway, sessions, exchanges", FAULT_QUOTE(part));
}
