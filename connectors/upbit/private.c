/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit's private half: the tables. Source: upbit.md 6 and 7 (official docs of 2026-08-26 to
 * 2026-10-07), sections as noted; REST as in docs.upbit.com/kr/reference get-order (2026-10-07),
 * list-open-orders and list-closed-orders (v1.6.4). */
#include "connectors/upbit/private.h"

#include "common/clock.h"
#include "connectors/upbit/route.h"

#define TARGET(field) offsetof(struct codes_order, field)
/* Of closed orders that one call looks through. */
#define SPAN_MS      (INT64_C(7) * 24 * 3600 * 1000)
#define OPEN_LIMIT   100
#define CLOSED_LIMIT 1000

/* 6.3. In a trade, price and volume are the fill's. Amounts are bare numbers, and texts in part of
 * the documents; nulls are written. */
static const struct flat_field order_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_TEXT, FLAT_VALUE, TARGET(code)),
    FLAT("uuid", "uid", FLAT_TEXT, FLAT_VALUE, TARGET(id)),
    FLAT("ask_bid", "ab", FLAT_TEXT, FLAT_VALUE, TARGET(side)),
    FLAT("order_type", "ot", FLAT_TEXT, FLAT_VALUE, TARGET(type)),
    FLAT("state", "s", FLAT_TEXT, FLAT_VALUE, TARGET(state)),
    FLAT("trade_uuid", "tuid", FLAT_TEXT, FLAT_OPTIONAL, TARGET(trade_id)),
    FLAT("price", "p", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(price)),
    FLAT("avg_price", "ap", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_AVG_PRICE),
    FLAT("volume", "v", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(qty)),
    FLAT("remaining_volume", "rv", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_LEAVES_QTY),
    FLAT("executed_volume", "ev", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_FILLED_QTY),
    FLAT("trades_count", "tc", FLAT_IGNORED),
    FLAT("reserved_fee", "rsf", FLAT_IGNORED),
    FLAT("remaining_fee", "rmf", FLAT_IGNORED),
    FLAT("paid_fee", "pf", FLAT_IGNORED),
    FLAT("locked", "l", FLAT_IGNORED),
    FLAT("executed_funds", "ef", FLAT_IGNORED),
    FLAT("time_in_force", "tif", FLAT_TEXT, FLAT_OPTIONAL, TARGET(force)),
    FLAT("trade_fee", "tf", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_FEE),
    FLAT("is_maker", "im", FLAT_NESTED, FLAT_OPTIONAL, 0, NULL, codes_read_maker),
    FLAT("identifier", "id", FLAT_TEXT, FLAT_OPTIONAL, TARGET(client_id)),
    FLAT("smp_type", "smpt", FLAT_TEXT, FLAT_OPTIONAL, TARGET(prevention)),
    FLAT("prevented_volume", "pv", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(prevented)),
    FLAT("prevented_locked", "pl", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_OPTIONAL, TARGET(trade_ns)),
    FLAT("order_timestamp", "otms", FLAT_IGNORED),
    FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(event.ts_exchange)),
    FLAT("stream_type", "st", FLAT_IGNORED),
};
static const struct flat order = FLAT_OF(order_fields);
static const struct codes_stream_form stream[] = {
    {{{NULL, 0}, {NULL, 0}}, {&order, true, TIME_IN_FORCE_GTC}},
};

/* get-order. Numbers are texts; what is null is left out. */
static const struct flat_field rest_fields[] = {
    FLAT("market", "market", FLAT_TEXT, FLAT_VALUE, TARGET(code)),
    FLAT("uuid", "uuid", FLAT_TEXT, FLAT_VALUE, TARGET(id)),
    FLAT("side", "side", FLAT_TEXT, FLAT_VALUE, TARGET(side)),
    FLAT("ord_type", "ord_type", FLAT_TEXT, FLAT_VALUE, TARGET(type)),
    FLAT("price", "price", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(price)),
    FLAT("state", "state", FLAT_TEXT, FLAT_VALUE, TARGET(state)),
    FLAT("created_at", "created_at", FLAT_NESTED, FLAT_VALUE, 0, NULL, codes_read_made),
    FLAT("volume", "volume", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(qty)),
    FLAT("remaining_volume", "remaining_volume", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_LEAVES_QTY),
    FLAT("reserved_fee", "reserved_fee", FLAT_IGNORED),
    FLAT("remaining_fee", "remaining_fee", FLAT_IGNORED),
    FLAT("paid_fee", "paid_fee", FLAT_IGNORED),
    FLAT("locked", "locked", FLAT_IGNORED),
    FLAT("executed_volume", "executed_volume", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_FILLED_QTY),
    FLAT("executed_funds", "executed_funds", FLAT_IGNORED),
    FLAT("trades_count", "trades_count", FLAT_IGNORED),
    FLAT("time_in_force", "time_in_force", FLAT_TEXT, FLAT_OPTIONAL, TARGET(force)),
    FLAT("identifier", "identifier", FLAT_TEXT, FLAT_OPTIONAL, TARGET(client_id)),
    FLAT("smp_type", "smp_type", FLAT_TEXT, FLAT_OPTIONAL, TARGET(prevention)),
    FLAT("prevented_volume", "prevented_volume", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(prevented)),
    FLAT("prevented_locked", "prevented_locked", FLAT_IGNORED),
    FLAT("trades", "trades", FLAT_NESTED, FLAT_OPTIONAL, 0, NULL, codes_read_trades),
};
static const struct flat rest = FLAT_OF(rest_fields);

/* 7.1. */
static const struct status_rule rules[] = {
    {"wait", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"wait", 0, NULL, ORDER_NEW, NULL},
    {"watch", 0, NULL, ORDER_SUSPENDED, "accepted, and waits for its trigger"},
    {"trade", 0, "prevented_volume", ORDER_PARTIALLY_FILLED,
     "part of it was taken out by self-match prevention: its end is told by itself"},
    {"trade", WHEN_NONE_LEFT, NULL, ORDER_FILLED, "`done` follows and says it once more"},
    {"trade", 0, NULL, ORDER_PARTIALLY_FILLED, "of an order by an amount nobody says what is left"},
    {"done", 0, NULL, ORDER_FILLED, NULL},
    {"cancel", WHEN_FILLED | WHEN_MARKET | WHEN_QUOTE_SIZED, NULL, ORDER_FILLED,
     "how a market order to buy ends: what is left buys nothing more, and is given back"},
    {"cancel", WHEN_NONE_LEFT, "prevented_volume", ORDER_CANCELED,
     "self-match prevention took out what was left"},
    {"cancel", WHEN_IMMEDIATE, NULL, ORDER_EXPIRED, "by its own terms"},
    {"cancel", WHEN_POST_ONLY | WHEN_UNFILLED, NULL, ORDER_EXPIRED,
     "it would have taken; the same word if its owner cancels it"},
    {"cancel", 0, NULL, ORDER_CANCELED, NULL},
    {"prevented", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, "no end: the order is smaller now"},
    {"prevented", 0, NULL, ORDER_NEW, "no end: the order is smaller now"},
};
static const struct status_table statuses = {"upbit", rules, sizeof rules / sizeof *rules};

const struct codes_account upbit_account = {
    .codes = &upbit_codes,
    .hash = SIGN_SHA512,
    .statuses = &statuses,
    .stream = stream,
    .rest = {&rest, false, TIME_IN_FORCE_GTC},
};

static bool write_header(struct text *lines, const struct private_keys *keys, int64_t now_ms)
{
    return codes_write_header(&upbit_account, lines, keys, now_ms, SLICE(""));
}

/* 6.2: both in one request, for the next one would replace it; myAsset has no codes. */
static void write_subscription(struct text *message)
{
    text_literal(message,
                 "[{\"ticket\":\"tickgate\"},{\"type\":\"myOrder\"},{\"type\":\"myAsset\"},"
                 "{\"format\":\"DEFAULT\"}]");
}

static void route(struct slice frame, struct private_route *route)
{
    codes_route_private(&upbit_account, frame, route);
}

static enum refusal parse(struct slice payload, struct parsing *parsing, private_take *take,
                          void *context)
{
    return codes_parse_private(&upbit_account, payload, parsing, take, context);
}

/* Pages are numbered. An order that ends while they are turned moves those behind it, and one of
 * them may then be on neither page: it is told by the stream when it next changes. */
static void add_open(struct codes_call *writing, const struct call_ask *ask)
{
    codes_add(writing, SLICE("states[]"), SLICE("wait"));
    codes_add(writing, SLICE("states[]"), SLICE("watch"));
    codes_add(writing, SLICE("page"), ask->cursor.len > 0 ? ask->cursor : SLICE("1"));
    codes_add_number(writing, SLICE("limit"), OPEN_LIMIT);
    codes_add(writing, SLICE("order_by"), SLICE("asc"));
}

/* By the time at which they were made, from a start: a call with no end looks through the seven
 * days behind it, up to the exchange's own now. There are no pages: the next call starts in the
 * second in which the last order of this one was made. False: behind now. */
static bool add_closed(struct codes_call *writing, const struct call_ask *ask)
{
    int64_t start_ms = ask->since_ms + ask->round * SPAN_MS;
    codes_add(writing, SLICE("states[]"), SLICE("done"));
    codes_add(writing, SLICE("states[]"), SLICE("cancel"));
    if (ask->cursor.len > 0)
        codes_add(writing, SLICE("start_time"), ask->cursor);
    else
        codes_add_number(writing, SLICE("start_time"), start_ms);
    codes_add_number(writing, SLICE("limit"), CLOSED_LIMIT);
    codes_add(writing, SLICE("order_by"), SLICE("asc"));
    return ask->round == 0 || start_ms < ask->now_ms;
}

static bool write_call(struct call *call, const struct private_keys *keys,
                       const struct call_ask *ask)
{
    static const struct slice paths[CALL_PURPOSES] = {
        [CALL_OPEN_ORDERS] = {"/v1/orders/open", 15},
        [CALL_CLOSED_ORDERS] = {"/v1/orders/closed", 17},
        [CALL_ORDER] = {"/v1/order", 9},
        [CALL_BALANCES] = {"/v1/accounts", 12},
    };
    struct codes_call writing;
    if (paths[ask->purpose].len == 0 || (ask->round > 0 && ask->purpose != CALL_CLOSED_ORDERS))
        return false;
    codes_begin_call(&writing, call, paths[ask->purpose]);
    if (ask->purpose == CALL_OPEN_ORDERS)
        add_open(&writing, ask);
    else if (ask->purpose == CALL_ORDER)
        codes_add(&writing, SLICE("uuid"), ask->order_id);
    else if (ask->purpose == CALL_CLOSED_ORDERS && !add_closed(&writing, ask))
        return false;
    return codes_end_call(&writing, &upbit_account, keys, ask->now_ms);
}

/* The page behind a full one. */
static void turn_page(const struct codes_reading *reading, const struct call_ask *ask)
{
    uint64_t page = 1;
    if (reading->entries < OPEN_LIMIT)
        return;
    if (ask->cursor.len > 0)
        payload_unsigned(ask->cursor, &page);
    text_unsigned(&reading->reply->cursor, page + 1);
}

/* A thousand orders of one second could not be told apart from the rest: the reply is then refused.
 */
static void go_on(const struct codes_reading *reading, const struct call_ask *ask)
{
    uint64_t before = 0, next = (uint64_t)(reading->made_ns / NS_PER_MS);
    if (reading->entries < CLOSED_LIMIT)
        return;
    if (ask->cursor.len > 0)
        payload_unsigned(ask->cursor, &before);
    if (next > before)
        text_unsigned(&reading->reply->cursor, next);
    else
        reading->reply->refusal = REFUSAL_BAD_VALUE;
}

static void read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                       struct parsing *parsing, private_take *take, void *context,
                       struct call_reply *reply)
{
    struct codes_reading reading = {&upbit_account, parsing, take, context, reply, 0, 0};
    if (codes_read_failure(body, status, reply))
        return;
    if (ask->purpose == CALL_BALANCES) {
        codes_read_accounts(&reading, body);
    } else if (ask->purpose == CALL_ORDER) {
        codes_read_order(&reading, body);
    } else {
        codes_read_orders(&reading, body);
        if (ask->purpose == CALL_OPEN_ORDERS)
            turn_page(&reading, ask);
        else
            go_on(&reading, ask);
    }
}

static const struct private_exchange upbit = {
    .name = "upbit",
    .type = "UpbitPrivateConnector",
    .websocket = "wss://api.upbit.com",
    .path = "/websocket/v1/private", /* 1.1 */
    .login = LOGIN_HEADER,
    .key_kinds = 1u << SIGN_HMAC,
    .greeting = {"PING", 4},  /* {"status":"UP"} every 10 s from then on (1.3) */
    .keepalive_ms = 15000,    /* a quiet socket is cut after 60 s (1.3, 8.1) */
    .messages_per_second = 4, /* of 5 (1.2) */
    .frame_max = 256 * 1024,
    .statuses = &statuses,
    .scopes = {[CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,
               [CALL_CLOSED_ORDERS] = SCOPE_ACCOUNT,
               [CALL_ORDER] = SCOPE_EACH_ORDER,
               [CALL_BALANCES] = SCOPE_ACCOUNT},
    .write_header = write_header,
    .write_subscription = write_subscription,
    .route = route,
    .parse = parse,
    .write_call = write_call,
    .read_reply = read_reply,
};

const struct private_exchange *const private_upbit[] = {&upbit, NULL};
