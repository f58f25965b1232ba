/* SPDX-License-Identifier: Apache-2.0 */
/* Connections and subscriptions: opened, closed, listed. */
#include "connectors/offer.h"
#include "gateway/query_parts.h"

#define CONNECTIONS_LIMIT   100
#define SUBSCRIPTIONS_LIMIT 1000
#define SYMBOLS_LIMIT       1000

static bool is_word(struct slice word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(word, slice_of(words[i])))
            return true;
    return false;
}

static bool find_type(struct query_call *call, const struct connection_type **type)
{
    struct slice word = call->arguments.type;
    *type = connection_type_find(word);
    if (*type != NULL && connection_type_is_private(*type) && !call->asker->accounts)
        return fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                         "type: \"%.*s\" is about accounts, this socket is public",
                         FAULT_QUOTE(word));
    return *type != NULL || fault_set(&call->fault, FAULT_UNKNOWN_TYPE,
                                      "type: \"%.*s\" is no connection type", FAULT_QUOTE(word));
}

/* Refuses what an exchange does not have, and says what it has instead. */
static bool refuse_kind(struct query_call *call, enum fault_code code, const char *field,
                        struct slice word, const struct exchange *exchange)
{
    char room[FAULT_MESSAGE_MAX];
    struct text has = text_over(room, sizeof room);
    offer_write_kinds(&has, exchange);
    return fault_set(&call->fault, code, "%s: %s has no \"%.*s\"; it has %.*s", field,
                     exchange->name, FAULT_QUOTE(word), (int)has.len, has.data);
}

static bool find_channel(struct query_call *call, const struct exchange *exchange, enum kind *kind)
{
    static const char *const private_kinds[] = {"order", "fill", "position", "balance", "account"};
    struct slice word = call->arguments.channel;
    if (is_word(word, private_kinds, sizeof private_kinds / sizeof *private_kinds))
        return fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                         "channel: \"%.*s\" is about accounts, this socket is public",
                         FAULT_QUOTE(word));
    if (!kind_read(word, kind))
        return fault_set(&call->fault, FAULT_UNKNOWN_CHANNEL, "channel: \"%.*s\" is no channel",
                         FAULT_QUOTE(word));
    return exchange == NULL || offer_has(exchange, *kind) ||
           refuse_kind(call, FAULT_UNKNOWN_CHANNEL, "channel", word, exchange);
}

static bool offers_interval(struct query_call *call, const struct exchange *exchange)
{
    char room[FAULT_MESSAGE_MAX];
    struct text has = text_over(room, sizeof room);
    struct slice interval = call->arguments.interval;
    if (offer_has_interval(exchange, interval))
        return true;
    offer_write_intervals(&has, exchange);
    return fault_set(&call->fault, FAULT_BAD_VALUE,
                     "interval: %s has no candles of \"%.*s\"; it has %.*s", exchange->name,
                     FAULT_QUOTE(interval), (int)has.len, has.data);
}

static bool check_interval(struct query_call *call, const struct exchange *exchange, enum kind kind)
{
    struct slice interval = call->arguments.interval;
    if (kind != KIND_CANDLE)
        return interval.len == 0 ||
               fault_set(&call->fault, FAULT_BAD_VALUE, "interval: it goes with candles alone");
    if (interval.len == 0)
        return fault_set(&call->fault, FAULT_MISSING_FIELD,
                         "interval: is missing, candles have one");
    if (!connection_interval_known(interval))
        return fault_set(&call->fault, FAULT_BAD_VALUE, "interval: \"%.*s\" is none, 1m or 1h is",
                         FAULT_QUOTE(interval));
    return offers_interval(call, exchange);
}

/* Whether the asker may know of a connection. */
static bool may_see(const struct query_call *call, const struct connection *row)
{
    struct account_row account;
    if (row->accounts == NULL)
        return true;
    accounts_row(row->accounts, row->account, &account);
    return query_may_see(call, account.name);
}

static struct slice exchange_of(const struct query_call *call, const struct connection *row)
{
    struct account_row account;
    if (row->accounts == NULL)
        return slice_of(pool_exchange(call->tables->pool, row->connector)->name);
    accounts_row(row->accounts, row->account, &account);
    return account.exchange;
}

/* All of a connection but its symbols, which may be many; the object stays open. */
static void write_connection(struct query_call *call, const struct connection *row)
{
    struct text *reply = call->reply;
    int64_t last_ns = connection_last_message(row);
    query_write_text(reply, SLICE("{\"id\":"), slice_of(row->id));
    query_write_text(reply, SLICE(",\"name\":"), slice_of(row->name));
    query_write_text(reply, SLICE(",\"exchange\":"), exchange_of(call, row));
    query_write_text(reply, SLICE(",\"type\":"), slice_of(row->type->name));
    if (row->accounts != NULL) {
        struct account_row account;
        accounts_row(row->accounts, row->account, &account);
        query_write_text(reply, SLICE(",\"account\":"), account.name);
    }
    if (row->interval[0] != '\0')
        query_write_text(reply, SLICE(",\"interval\":"), slice_of(row->interval));
    query_write_text(reply, SLICE(",\"state\":"), session_state_word(row->state));
    if (row->reason != REASON_NONE)
        query_write_text(reply, SLICE(",\"reason\":"), reason_word(row->reason));
    if (row->retry_in_ms > 0)
        query_write_number(reply, SLICE(",\"retry_in_ms\":"), row->retry_in_ms);
    query_write_number(reply, SLICE(",\"symbol_count\":"), row->symbol_count);
    query_write_number(reply, SLICE(",\"messages\":"), connection_messages(row));
    query_write_number(reply, SLICE(",\"errors\":"), row->errors);
    query_write_number(reply, SLICE(",\"reconnects\":"), row->reconnects);
    if (row->last_error[0] != '\0')
        query_write_text(reply, SLICE(",\"last_error\":"), slice_of(row->last_error));
    if (row->lease_s > 0)
        query_write_number(reply, SLICE(",\"lease_s\":"), row->lease_s);
    query_write_time(reply, SLICE(",\"created\":"), row->created_ns);
    if (last_ns > 0)
        query_write_time(reply, SLICE(",\"last_message\":"), last_ns);
}

/* Of a private type; its exchange is that of its account. */
static bool find_account(struct query_call *call, struct connection_order *order)
{
    const struct query_arguments *arguments = &call->arguments;
    struct account_row row;
    if (arguments->account.len == 0)
        return fault_set(&call->fault, FAULT_MISSING_FIELD, "account: is missing, a %s has one",
                         order->type->name);
    if (!accounts_find(call->tables->accounts, arguments->account, &order->account))
        return query_unknown_account(call);
    accounts_row(call->tables->accounts, order->account, &row);
    order->of_account = true;
    order->connector = (uint16_t)(ACCOUNTS_FIRST + order->account);
    return slice_equal(row.exchange, arguments->exchange) ||
           fault_set(&call->fault, FAULT_BAD_VALUE, "exchange: this account is one of %.*s",
                     (int)row.exchange.len, row.exchange.data);
}

static bool find_feed(struct query_call *call, struct connection_order *order)
{
    const struct query_arguments *arguments = &call->arguments;
    if (!query_find_exchange(call, &order->connector))
        return false;
    if (arguments->account.len > 0)
        return fault_set(&call->fault, FAULT_BAD_VALUE, "account: a %s has none",
                         order->type->name);
    if (arguments->symbols.count == 0)
        return fault_set(&call->fault, FAULT_MISSING_FIELD,
                         "symbols: is missing, expected a list of symbols");
    const struct exchange *exchange = pool_exchange(call->tables->pool, order->connector);
    for (uint32_t i = 0; i < order->type->kind_count; i++)
        if (!offer_has(exchange, order->type->kinds[i]))
            return refuse_kind(call, FAULT_UNKNOWN_TYPE, "type", arguments->type, exchange);
    return order->interval.len == 0 || !connection_interval_known(order->interval) ||
           order->type->kinds[0] != KIND_CANDLE || offers_interval(call, exchange);
}

bool query_connection_open(struct query_call *call)
{
    const struct query_arguments *arguments = &call->arguments;
    struct connection_order order = {.name = arguments->name,
                                     .interval = arguments->interval,
                                     .symbols = arguments->symbols.slices,
                                     .symbol_count = arguments->symbols.count,
                                     .lease_s = (uint32_t)arguments->lease_s};
    if (!find_type(call, &order.type) ||
        !(connection_type_is_private(order.type) ? find_account(call, &order)
                                                 : find_feed(call, &order)))
        return false;
    const struct connection *row =
        connections_open(call->tables->connections, &order, call->now->monotonic_ns,
                         call->now->real_ns, &call->fault);
    if (row == NULL)
        return false;
    write_connection(call, row);
    text_literal(call->reply, "}");
    return true;
}

/* NULL with the fault. */
static struct connection *find_connection(struct query_call *call)
{
    struct slice word = call->arguments.connection;
    struct connection *row =
        connections_find(call->tables->connections, word, call->now->monotonic_ns);
    if (row != NULL && !may_see(call, row))
        row = NULL;
    if (row == NULL)
        fault_set(&call->fault, FAULT_UNKNOWN_CONNECTION,
                  "connection: \"%.*s\" is neither id nor name of an open one", FAULT_QUOTE(word));
    return row;
}

bool query_connection_close(struct query_call *call)
{
    struct connection *row = find_connection(call);
    if (row == NULL)
        return false;
    connections_close(call->tables->connections, row);
    write_connection(call, row);
    text_literal(call->reply, "}");
    return true;
}

bool query_connection_get(struct query_call *call)
{
    const struct connection *row = find_connection(call);
    struct query_page page;
    if (row == NULL)
        return false;
    write_connection(call, row);
    text_literal(call->reply, ",");
    query_page_begin(&page, call, SLICE("symbols"), SYMBOLS_LIMIT);
    for (uint32_t i = query_place(call); i < row->symbol_count; i++) {
        if (!query_page_row(&page, 1))
            break;
        fault_json_string(call->reply, connection_symbol(row, i));
        if (!query_page_row_end(&page, i + 1))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}

/* A row's place changes when one before it goes; its number does not. */
bool query_connection_list(struct query_call *call)
{
    const struct query_tables *tables = call->tables;
    struct slice exchange = call->arguments.exchange;
    uint16_t number;
    struct query_page page;
    uint32_t place = 0;
    if (exchange.len > 0 && !query_find_exchange(call, &number))
        return false;
    text_literal(call->reply, "{");
    query_page_begin(&page, call, SLICE("connections"), CONNECTIONS_LIMIT);
    const struct connection *row;
    while ((row = connections_each(tables->connections, &place)) != NULL) {
        if (row->number <= call->arguments.after || !may_see(call, row) ||
            (exchange.len > 0 && !slice_equal(exchange, exchange_of(call, row))))
            continue;
        if (!query_page_row(&page, row->symbol_count))
            break;
        write_connection(call, row);
        text_literal(call->reply, "}");
        if (!query_page_row_end(&page, row->number))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}

/* What subscription.add and .remove are about. */
static bool make_order(struct query_call *call, enum kind *kind, struct subscription_order *order)
{
    struct query_texts *symbols = &call->arguments.symbols;
    uint32_t symbols_max = call->tables->config->symbols_max;
    *order = (struct subscription_order){.kinds = kind,
                                         .kind_count = 1,
                                         .symbols = symbols->slices,
                                         .variant = call->arguments.interval};
    if (!query_find_exchange(call, &order->connector))
        return false;
    const struct exchange *exchange = pool_exchange(call->tables->pool, order->connector);
    if (!find_channel(call, exchange, kind) || !check_interval(call, exchange, *kind))
        return false;
    order->symbol_count = subscriptions_sort(symbols->slices, symbols->count);
    return order->symbol_count <= symbols_max ||
           fault_set(&call->fault, FAULT_CAPACITY,
                     "symbols: %u are more than the %u of limits.symbols", order->symbol_count,
                     symbols_max);
}

bool query_subscription_add(struct query_call *call)
{
    struct subscription_order order;
    enum kind kind;
    if (!make_order(call, &kind, &order))
        return false;
    int added = subscriptions_add(call->tables->subscriptions, &order, call->now->monotonic_ns,
                                  call->now->real_ns, &call->fault);
    if (added < 0)
        return false;
    query_write_number(call->reply, SLICE("{\"added\":"), (uint64_t)added);
    text_literal(call->reply, "}");
    return true;
}

bool query_subscription_remove(struct query_call *call)
{
    struct subscription_order order;
    enum kind kind;
    if (!make_order(call, &kind, &order))
        return false;
    int removed = subscriptions_remove(call->tables->subscriptions, &order);
    query_write_number(call->reply, SLICE("{\"removed\":"), (uint64_t)removed);
    text_literal(call->reply, "}");
    return true;
}

static void write_subscription(struct query_call *call, const struct subscription *row)
{
    struct text *reply = call->reply;
    const struct topic *topic = row->topic;
    query_write_text(reply, SLICE("{\"exchange\":"),
                     slice_of(pool_exchange(call->tables->pool, row->connector)->name));
    query_write_text(reply, SLICE(",\"channel\":"), kind_word((enum kind)row->kind));
    query_write_text(reply, SLICE(",\"symbol\":"), slice_of(row->symbol));
    if (row->variant[0] != '\0')
        query_write_text(reply, SLICE(",\"interval\":"), slice_of(row->variant));
    query_write_text(reply, SLICE(",\"state\":"),
                     subscription_state_word((enum subscription_state)row->state));
    if (row->reason != REASON_NONE)
        query_write_text(reply, SLICE(",\"reason\":"), reason_word((enum reason)row->reason));
    if (row->detail[0] != '\0')
        query_write_text(reply, SLICE(",\"detail\":"), slice_of(row->detail));
    if (topic != NULL) {
        query_write_text(reply, SLICE(",\"topic\":"), (struct slice){topic->name, topic->name_len});
        query_write_text(reply, SLICE(",\"topic_state\":"), topic_state_word(topic->state));
        query_write_number(reply, SLICE(",\"seq\":"), topic->seq);
    }
    query_write_number(reply, SLICE(",\"messages\":"), subscription_messages(row));
    query_write_number(reply, SLICE(",\"references\":"), row->references);
    text_literal(reply, ",\"added\":");
    text_append(reply, row->added ? SLICE("true") : SLICE("false"));
    text_literal(reply, ",\"demand\":");
    text_append(reply, row->demand ? SLICE("true") : SLICE("false"));
    query_write_time(reply, SLICE(",\"created\":"), row->created_ns);
    text_literal(reply, "}");
}

bool query_subscription_list(struct query_call *call)
{
    const struct query_arguments *arguments = &call->arguments;
    uint32_t place = query_place(call);
    struct query_page page;
    uint16_t number = 0;
    enum kind kind = KIND_QUOTE;
    bool of_exchange = arguments->exchange.len > 0, of_channel = arguments->channel.len > 0;
    if ((of_exchange && !query_find_exchange(call, &number)) ||
        (of_channel && !find_channel(call, NULL, &kind)))
        return false;
    text_literal(call->reply, "{");
    query_page_begin(&page, call, SLICE("subscriptions"), SUBSCRIPTIONS_LIMIT);
    const struct subscription *row;
    while ((row = subscriptions_each(call->tables->subscriptions, &place)) != NULL) {
        if ((of_exchange && row->connector != number) || (of_channel && row->kind != kind) ||
            (arguments->symbol.len > 0 && !slice_equal(arguments->symbol, slice_of(row->symbol)))) {
            if (!query_page_skip(&page, place))
                break;
            continue;
        }
        if (!query_page_row(&page, 1))
            break;
        write_subscription(call, row);
        if (!query_page_row_end(&page, place))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}
