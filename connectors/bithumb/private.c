/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb's private half: the tables. Source: bithumb.md 6 and 7 (official docs of 2026-06-30 to
 * 2026-11-13), sections as noted; REST as in apidocs.bithumb.com/reference "대기 주문 목록 조회"
 * and "종료 주문 목록 조회" (2026-07-09: states, times, next_key) and "개별 주문 조회"
 * (2026-06-30). What an order of the lists is made of is not on a page that we could read: it is as
 * other clients have it, v2's id and type under the names of v1 else (bithumb.md 5). */
#include "connectors/bithumb/private.h"

#include "connectors/bithumb/route.h"

#define TARGET(field) offsetof(struct codes_order, field)
/* Of closed orders that one call looks through. */
#define SPAN_MS (INT64_C(7) * 24 * 3600 * 1000)

/* 6.3: v2. What does not apply is left out. The order's own numbers and the fill's stand apart; of
 * a fill neither the fee nor whose it was is told. */
static const struct flat_field v2_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_TEXT, FLAT_VALUE, TARGET(code)),
    FLAT("order_id", "oid", FLAT_TEXT, FLAT_VALUE, TARGET(id)),
    FLAT("client_order_id", "coid", FLAT_TEXT, FLAT_OPTIONAL, TARGET(client_id)),
    FLAT("side", "sd", FLAT_TEXT, FLAT_VALUE, TARGET(side)),
    FLAT("order_type", "ot", FLAT_TEXT, FLAT_VALUE, TARGET(type)),
    FLAT("state", "s", FLAT_TEXT, FLAT_VALUE, TARGET(state)),
    FLAT("time_in_force", "tif", FLAT_TEXT, FLAT_OPTIONAL, TARGET(force)),
    FLAT("order_price", "op", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(price)),
    FLAT("order_quantity", "oq", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(qty)),
    FLAT("order_amount", "oa", FLAT_IGNORED),
    FLAT("order_timestamp", "otms", FLAT_IGNORED),
    FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(event.ts_exchange)),
    FLAT("trade_id", "tid", FLAT_TEXT, FLAT_OPTIONAL, TARGET(trade_id)),
    FLAT("trade_price", "tp", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(trade_price)),
    FLAT("trade_quantity", "tq", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(trade_qty)),
    FLAT("trade_amount", "ta", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_OPTIONAL, TARGET(trade_ns)),
    FLAT("executed_quantity", "eq", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_FILLED_QTY),
    FLAT("remaining_quantity", "rq", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_LEAVES_QTY),
    FLAT("executed_amount", "ea", FLAT_IGNORED),
    FLAT("reserved_fee", "rsf", FLAT_IGNORED),
    FLAT("remaining_fee", "rmf", FLAT_IGNORED),
    FLAT("paid_fee", "pf", FLAT_IGNORED),
    FLAT("cancel_type", "ct", FLAT_TEXT, FLAT_OPTIONAL, TARGET(cancel)),
    FLAT("canceling_order_id", "cnoid", FLAT_IGNORED),
    FLAT("stream_type", "st", FLAT_IGNORED),
};
static const struct flat v2 = FLAT_OF(v2_fields);

/* 6.4: v1, until it is shut down. In a trade, price and volume are the fill's; of a time in force
 * nothing is ever said. */
static const struct flat_field v1_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_TEXT, FLAT_VALUE, TARGET(code)),
    FLAT("uuid", "uid", FLAT_TEXT, FLAT_VALUE, TARGET(id)),
    FLAT("client_order_id", "coid", FLAT_TEXT, FLAT_OPTIONAL, TARGET(client_id)),
    FLAT("ask_bid", "ab", FLAT_TEXT, FLAT_VALUE, TARGET(side)),
    FLAT("order_type", "ot", FLAT_TEXT, FLAT_VALUE, TARGET(type)),
    FLAT("state", "s", FLAT_TEXT, FLAT_VALUE, TARGET(state)),
    FLAT("trade_uuid", "tuid", FLAT_TEXT, FLAT_OPTIONAL, TARGET(trade_id)),
    FLAT("price", "p", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(price)),
    FLAT("volume", "v", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(qty)),
    FLAT("remaining_volume", "rv", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_LEAVES_QTY),
    FLAT("executed_volume", "ev", FLAT_NUMBER, FLAT_OPTIONAL, ORDER_FILLED_QTY),
    FLAT("trades_count", "tc", FLAT_IGNORED),
    FLAT("reserved_fee", "rsf", FLAT_IGNORED),
    FLAT("remaining_fee", "rmf", FLAT_IGNORED),
    FLAT("paid_fee", "pf", FLAT_IGNORED),
    FLAT("executed_funds", "ef", FLAT_IGNORED),
    FLAT("cancel_type", "ct", FLAT_TEXT, FLAT_OPTIONAL, TARGET(cancel)),
    FLAT("canceling_uuid", "cuid", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_OPTIONAL, TARGET(trade_ns)),
    FLAT("order_timestamp", "otms", FLAT_IGNORED),
    FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(event.ts_exchange)),
    FLAT("stream_type", "st", FLAT_IGNORED),
};
static const struct flat v1 = FLAT_OF(v1_fields);
static const struct codes_stream_form stream[] = {
    {{{"uuid", 4}, {"uid", 3}}, {&v1, true, TIME_IN_FORCE_NONE}},
    {{{NULL, 0}, {NULL, 0}}, {&v2, false, TIME_IN_FORCE_GTC}},
};

/* Of the lists (v2) and of one order (v1), by whose names the id and the type differ. */
static const struct flat_field rest_fields[] = {
    FLAT("market", "market", FLAT_TEXT, FLAT_VALUE, TARGET(code)),
    FLAT("uuid", "order_id", FLAT_TEXT, FLAT_VALUE, TARGET(id)),
    FLAT("client_order_id", "client_order_id", FLAT_TEXT, FLAT_OPTIONAL, TARGET(client_id)),
    FLAT("side", "side", FLAT_TEXT, FLAT_VALUE, TARGET(side)),
    FLAT("ord_type", "order_type", FLAT_TEXT, FLAT_VALUE, TARGET(type)),
    FLAT("price", "price", FLAT_DECIMAL, FLAT_OPTIONAL, TARGET(price)),
    FLAT("state", "state", FLAT_TEXT, FLAT_VALUE, TARGET(state)),
    FLAT("created_at", "created_at", FLAT_IGNORED),
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
    FLAT("stp_type", "stp_type", FLAT_IGNORED),
    FLAT("cancel_type", "cancel_type", FLAT_TEXT, FLAT_OPTIONAL, TARGET(cancel)),
    FLAT("canceling_uuid", "canceling_order_id", FLAT_IGNORED),
    FLAT("trades", "trades", FLAT_NESTED, FLAT_OPTIONAL, 0, NULL, codes_read_trades),
};
static const struct flat rest = FLAT_OF(rest_fields);

/* 7. */
static const struct status_rule rules[] = {
    {"wait", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"wait", 0, NULL, ORDER_NEW, NULL},
    {"watch", 0, NULL, ORDER_SUSPENDED, "accepted, and waits for its trigger; by REST alone"},
    {"trade", WHEN_NONE_LEFT, NULL, ORDER_FILLED, "`done` follows and says it once more"},
    {"trade", 0, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"done", WHEN_MARKET, NULL, ORDER_FILLED, NULL},
    {"done", 0, "best", ORDER_FILLED, NULL},
    {"done", WHEN_SOME_LEFT, NULL, ORDER_CANCELED, "the word says that it is dealt with, no more"},
    {"done", 0, NULL, ORDER_FILLED, NULL},
    {"cancel", WHEN_FILLED | WHEN_MARKET | WHEN_QUOTE_SIZED, NULL, ORDER_FILLED,
     "how a market order to buy ends on Upbit: what is left buys nothing more. Not confirmed here"},
    {"cancel", 0, "tif_cancel", ORDER_EXPIRED, "by its own terms"},
    {"cancel", 0, "stp_cancel", ORDER_CANCELED, "it would have met another one of its owner's"},
    {"cancel", WHEN_IMMEDIATE, NULL, ORDER_EXPIRED,
     "by its own terms: nobody has the time to cancel it"},
    {"cancel", 0, NULL, ORDER_CANCELED, NULL},
};
static const struct status_table statuses = {"bithumb", rules, sizeof rules / sizeof *rules};

const struct codes_account bithumb_account = {
    .codes = &bithumb_codes,
    .hash = SIGN_SHA256,
    .dated = true,
    .statuses = &statuses,
    .stream = stream,
    .rest = {&rest, false, TIME_IN_FORCE_GTC},
};

static bool write_header(struct text *lines, const struct private_keys *keys, int64_t now_ms)
{
    return codes_write_header(&bithumb_account, lines, keys, now_ms, SLICE(""));
}

/* 6.2: both in one request, for the next one would replace it (2). */
static void write_subscription(struct text *message)
{
    text_literal(message,
                 "[{\"ticket\":\"tickgate\"},{\"type\":\"myOrder\"},{\"type\":\"myAsset\"},"
                 "{\"format\":\"DEFAULT\"}]");
}

static void route(struct slice frame, struct private_route *route)
{
    codes_route_private(&bithumb_account, frame, route);
}

static enum refusal parse(struct slice payload, struct parsing *parsing, private_take *take,
                          void *context)
{
    return codes_parse_private(&bithumb_account, payload, parsing, take, context);
}

/* One state a call: those that wait in the book, and those that wait for their trigger. */
static bool add_open(struct codes_call *writing, const struct call_ask *ask)
{
    static const struct slice states[] = {{"wait", 4}, {"watch", 5}};
    if (ask->round >= sizeof states / sizeof *states)
        return false;
    codes_add(writing, SLICE("state"), states[ask->round]);
    codes_add(writing, SLICE("limit"), SLICE("100"));
    codes_add(writing, SLICE("order_by"), SLICE("asc"));
    return true;
}

/* From a start: a call with no end looks through the seven days behind it, up to the exchange's own
 * now. Of those that were cancelled while they waited for a trigger this list knows nothing. */
static bool add_closed(struct codes_call *writing, const struct call_ask *ask)
{
    int64_t start_ms = ask->since_ms + ask->round * SPAN_MS;
    if (ask->round > 0 && start_ms >= ask->now_ms)
        return false;
    codes_add_number(writing, SLICE("start_time"), start_ms);
    codes_add(writing, SLICE("limit"), SLICE("1000"));
    codes_add(writing, SLICE("order_by"), SLICE("asc"));
    return true;
}

static bool write_call(struct call *call, const struct private_keys *keys,
                       const struct call_ask *ask)
{
    static const struct slice paths[CALL_PURPOSES] = {
        [CALL_OPEN_ORDERS] = {"/v2/orders/pending", 18},
        [CALL_CLOSED_ORDERS] = {"/v2/orders/history", 18},
        [CALL_ORDER] = {"/v1/order", 9},
        [CALL_BALANCES] = {"/v1/accounts", 12},
    };
    struct codes_call writing;
    bool open = ask->purpose == CALL_OPEN_ORDERS, closed = ask->purpose == CALL_CLOSED_ORDERS;
    if (paths[ask->purpose].len == 0 || (ask->round > 0 && !open && !closed))
        return false;
    codes_begin_call(&writing, call, paths[ask->purpose]);
    if ((open && !add_open(&writing, ask)) || (closed && !add_closed(&writing, ask)))
        return false;
    if (ask->purpose == CALL_ORDER)
        codes_add(&writing, SLICE("uuid"), ask->order_id);
    if (ask->cursor.len > 0)
        codes_add(&writing, SLICE("next_key"), ask->cursor);
    return codes_end_call(&writing, &bithumb_account, keys, ask->now_ms);
}

/* {"data":[...],"has_next":true,"next_key":"..."}; the last page has no key. */
static void read_page(struct codes_reading *reading, struct slice body)
{
    struct slice list, key, more;
    struct call_reply *reply = reading->reply;
    reply->refusal = payload_member(body, SLICE("data"), &list);
    payload_member(body, SLICE("has_next"), &more);
    payload_member(body, SLICE("next_key"), &key);
    if (reply->refusal == REFUSAL_NONE && list.len == 0)
        reply->refusal = REFUSAL_MISSING_FIELD;
    if (reply->refusal != REFUSAL_NONE)
        return;
    codes_read_orders(reading, list);
    if (!slice_equal(more, SLICE("false")) && key.len > 2 && *key.data == '"')
        text_bytes(&reply->cursor, key.data + 1, key.len - 2);
}

static void read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                       struct parsing *parsing, private_take *take, void *context,
                       struct call_reply *reply)
{
    struct codes_reading reading = {&bithumb_account, parsing, take, context, reply, 0, 0};
    if (codes_read_failure(body, status, reply))
        return;
    if (ask->purpose == CALL_BALANCES)
        codes_read_accounts(&reading, body);
    else if (ask->purpose == CALL_ORDER)
        codes_read_order(&reading, body);
    else
        read_page(&reading, body);
}

static const struct private_exchange bithumb = {
    .name = "bithumb",
    .type = "BithumbPrivateConnector",
    .websocket = "wss://ws-api.bithumb.com",
    .path = "/websocket/v2/private", /* 0: since 2026-06-30 */
    .login = LOGIN_HEADER,
    .key_kinds = 1u << SIGN_HMAC,
    .greeting = {"PING", 4},  /* {"status":"UP"} every 10 s from then on (1) */
    .keepalive_ms = 15000,    /* a quiet socket is cut after 60 s (1) */
    .messages_per_second = 4, /* no limit is documented: as Upbit's, 5 */
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

const struct private_exchange *const private_bithumb[] = {&bithumb, NULL};
