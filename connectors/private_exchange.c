/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_exchange.h"

#define PRIVATE_EXCHANGES(folder) extern const struct private_exchange *const private_##folder[];
#include "connectors/private.def"
#undef PRIVATE_EXCHANGES

static const struct private_exchange *const *const folders[] = {
#define PRIVATE_EXCHANGES(folder) private_##folder,
#include "connectors/private.def"
#undef PRIVATE_EXCHANGES
};

#define FOLDERS (sizeof folders / sizeof *folders)

const struct private_exchange *private_exchange_at(size_t place)
{
    for (size_t i = 0; i < FOLDERS; i++)
        for (const struct private_exchange *const *at = folders[i]; *at != NULL; at++)
            if (place-- == 0)
                return *at;
    return NULL;
}

const struct private_exchange *private_exchange_find(struct slice name)
{
    const struct private_exchange *exchange;
    for (size_t i = 0; (exchange = private_exchange_at(i)) != NULL; i++)
        if (slice_equal(name, slice_of(exchange->name)))
            return exchange;
    return NULL;
}

const struct private_exchange *private_exchange_for(const struct private_exchange *exchange,
                                                    enum sign_kind kind)
{
    const uint32_t wanted = 1u << kind;
    if (exchange->other != NULL && (exchange->other->key_kinds & wanted) != 0)
        return exchange->other;
    return (exchange->key_kinds & wanted) != 0 ? exchange : NULL;
}

static bool has_login(const struct private_exchange *exchange)
{
    switch (exchange->login) {
    case LOGIN_MESSAGE:
        return exchange->write_login != NULL;
    case LOGIN_HEADER:
        return exchange->write_header != NULL;
    case LOGIN_KEY:
        return exchange->scopes[CALL_KEY] == SCOPE_ACCOUNT &&
               exchange->scopes[CALL_KEEP_KEY] == SCOPE_ACCOUNT && exchange->keep_key_ms > 0;
    default:
        return false;
    }
}

bool private_exchange_check(const struct private_exchange *exchange, struct text *why)
{
    const enum call_scope *scopes = exchange->scopes;
    const struct {
        const char *what;
        bool wrong;
    } checks[] = {
        {"name is missing", exchange->name == NULL || exchange->name[0] == '\0'},
        {"type is missing", exchange->type == NULL || exchange->type[0] == '\0'},
        {"websocket is no wss:// address",
         exchange->websocket == NULL || strncmp(exchange->websocket, "wss://", 6) != 0},
        {"path is missing", exchange->path == NULL || exchange->path[0] != '/'},
        {"login lacks what it needs", !has_login(exchange)},
        {"key_kinds is empty", exchange->key_kinds == 0},
        {"messages_per_second is 0", exchange->messages_per_second == 0},
        {"frame_max is 0", exchange->frame_max == 0},
        {"statuses are missing", exchange->statuses == NULL || exchange->statuses->count == 0},
        {"subscription_answered without write_subscription",
         exchange->subscription_answered && exchange->write_subscription == NULL},
        {"route is missing", exchange->route == NULL},
        {"parse is missing", exchange->parse == NULL},
        {"write_call is missing", exchange->write_call == NULL},
        {"read_reply is missing", exchange->read_reply == NULL},
        {"open orders cannot be asked for", scopes[CALL_OPEN_ORDERS] == SCOPE_NONE},
        {"balances cannot be asked for", scopes[CALL_BALANCES] != SCOPE_ACCOUNT},
        {"an order cannot be asked for", scopes[CALL_ORDER] == SCOPE_NONE},
        {"fills cannot be asked for",
         scopes[CALL_FILLS] == SCOPE_NONE && scopes[CALL_ORDER] != SCOPE_EACH_ORDER},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].wrong) {
            text_append(why, slice_of(checks[i].what));
            return false;
        }
    return true;
}
