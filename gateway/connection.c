/* SPDX-License-Identifier: Apache-2.0 */
/* The types of connections, and what one of them says of itself. */
#include "common/ensure.h"
#include "connectors/offer.h"
#include "gateway/connections.h"

static const struct connection_type types[] = {
    {"price_feed", 1, {KIND_QUOTE}},
    {"trade_feed", 1, {KIND_TRADE}},
    {"order_book", 1, {KIND_BOOK}},
    {"candle_feed", 1, {KIND_CANDLE}},
    {"mark_feed", 1, {KIND_MARK}},
    {"liquidation_feed", 1, {KIND_LIQUIDATION}},
    {"order_execution", 3, {KIND_ORDER, KIND_FILL, KIND_ACCOUNT}},
    {"position_update", 3, {KIND_POSITION, KIND_BALANCE, KIND_ACCOUNT}},
};

const struct connection_type *connection_type_find(struct slice name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_equal(name, slice_of(types[i].name)))
            return &types[i];
    return NULL;
}

bool connection_type_is_private(const struct connection_type *type)
{
    return kind_is_private(type->kinds[0]);
}

bool connection_interval_known(struct slice interval)
{
    const char *known;
    for (uint32_t i = 0; (known = offer_interval(i)) != NULL; i++)
        if (slice_equal(interval, slice_of(known)))
            return true;
    return false;
}

uint32_t connection_row_count(const struct connection *connection)
{
    return connection->symbol_count * connection->type->kind_count;
}

static uint64_t count_messages(const struct connection *connection)
{
    struct account_row account = {0};
    uint64_t messages = 0;
    if (connection->accounts != NULL)
        accounts_row(connection->accounts, connection->account, &account);
    for (uint32_t i = 0; i < connection_row_count(connection); i++)
        messages += subscription_messages(connection->rows[i]);
    return messages + account.messages;
}

uint64_t connection_messages(const struct connection *connection)
{
    return count_messages(connection) - connection->messages_before;
}

int64_t connection_last_message(const struct connection *connection)
{
    struct account_row account = {0};
    if (connection->accounts != NULL)
        accounts_row(connection->accounts, connection->account, &account);
    int64_t last_ns = account.last_ns;
    for (uint32_t i = 0; i < connection_row_count(connection); i++) {
        const struct topic *topic = connection->rows[i]->topic;
        if (topic != NULL && topic->last != NULL && topic->last->ts_received > last_ns)
            last_ns = topic->last->ts_received;
    }
    return last_ns > connection->created_ns ? last_ns : 0;
}

struct slice connection_symbol(const struct connection *connection, uint32_t i)
{
    ENSURE(i < connection->symbol_count);
    return slice_of(connection->rows[(size_t)i * connection->type->kind_count]->symbol);
}
