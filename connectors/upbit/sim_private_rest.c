/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Upbit answers an account. Source: upbit.md 5.5, 7.1;
 * docs.upbit.com/kr/reference get-order (2026-10-07), list-open-orders, list-closed-orders
 * (v1.6.4). Numbers are texts, and what is not known is left out. */
#include "connectors/dialect_days.h"
#include "connectors/upbit/sim_parts.h"

#define OPEN_LIMIT   100
#define CLOSED_LIMIT 1000

static int fail(struct dialect_answer *answer, int status, const char *name, const char *message)
{
    struct text *text = &answer->body;
    if (!text->overflow)
        text->len = 0;
    text_literal(text, "{\"error\":{\"name\":");
    text_json_string(text, slice_of(name));
    text_literal(text, ",\"message\":");
    text_json_string(text, slice_of(message));
    text_literal(text, "}}");
    return status;
}

/* 7.1 */
static struct slice state_of(const struct dialect_order *order)
{
    switch (order->state) {
    case DIALECT_ORDER_WAITING:
        return SLICE("watch");
    case DIALECT_ORDER_FILLED:
        return SLICE("done");
    case DIALECT_ORDER_CANCELED:
    case DIALECT_ORDER_EXPIRED:
        return SLICE("cancel");
    case DIALECT_ORDER_REJECTED:
        return SLICE("");
    default:
        return SLICE("wait");
    }
}

static void write_text(struct text *text, const char *name, struct slice value)
{
    text_format(text, ",\"%s\":", name);
    text_json_string(text, value);
}

static void write_number(struct text *text, const char *name, const struct decimal *value)
{
    struct decimal trimmed = dialect_trimmed(*value);
    text_format(text, ",\"%s\":\"", name);
    decimal_write(text, &trimmed);
    text_literal(text, "\"");
}

/* What is reserved and locked nobody here asks for. */
static void write_order(struct text *text, const struct dialect_order *order)
{
    static const struct decimal zero;
    bool amount = order->type == DIALECT_MARKET_AMOUNT, self = order->cause == DIALECT_CAUSE_SELF;
    text_literal(text, "{\"uuid\":\"");
    upbit_sim_write_order_id(text, order->id);
    text_literal(text, "\"");
    write_text(text, "market", order->symbol);
    write_text(text, "side", order->sell ? SLICE("ask") : SLICE("bid"));
    write_text(text, "ord_type", upbit_sim_order_type(order));
    if (order->type != DIALECT_MARKET)
        write_number(text, "price", amount ? &order->amount : &order->price);
    write_text(text, "state", state_of(order));
    text_literal(text, ",\"created_at\":");
    dialect_write_kst(text, order->created_ns, false);
    if (!amount) {
        write_number(text, "volume", &order->qty);
        write_number(text, "remaining_volume", self ? &zero : &order->left);
    }
    write_number(text, "executed_volume", &order->filled);
    write_number(text, "executed_funds", &order->cost);
    write_number(text, "reserved_fee", &order->fee);
    write_number(text, "remaining_fee", &zero);
    write_number(text, "paid_fee", &order->fee);
    write_number(text, "locked", &zero);
    text_literal(text, ",\"trades_count\":");
    text_unsigned(text, order->fills);
    if (upbit_sim_force(order).len > 0)
        write_text(text, "time_in_force", upbit_sim_force(order));
    if (order->client_id.len > 0)
        write_text(text, "identifier", order->client_id);
    if (self)
        write_text(text, "smp_type", SLICE("cancel_taker"));
    write_number(text, "prevented_volume", self ? &order->left : &zero);
    write_number(text, "prevented_locked", &zero);
}

static void write_trade(struct text *text, const struct dialect_fill *fill, bool first)
{
    text_append(text, first ? SLICE("{\"market\":") : SLICE(",{\"market\":"));
    text_json_string(text, fill->symbol);
    text_literal(text, ",\"uuid\":\"");
    upbit_sim_write_fill_id(text, fill);
    text_literal(text, "\"");
    write_number(text, "price", &fill->price);
    write_number(text, "volume", &fill->qty);
    write_number(text, "funds", &fill->cost);
    write_text(text, "trend", fill->sell ? SLICE("down") : SLICE("up"));
    text_literal(text, ",\"created_at\":");
    dialect_write_kst(text, fill->time_ns, true);
    write_text(text, "side", fill->sell ? SLICE("ask") : SLICE("bid"));
    text_literal(text, "}");
}

/* With its trades, which no list has. */
static int answer_order(const struct dialect_query *query, const struct dialect_keys *keys,
                        const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    const struct dialect_order *order = NULL;
    struct slice value;
    uint64_t id;
    bool first = true;
    (void)keys;
    if (!dialect_parameter(query, SLICE("uuid"), &value))
        return fail(answer, 400, "validation_error", "uuid is missing");
    if (upbit_sim_read_order_id(value, &id))
        order = view->find_order(view->context, view->account, id);
    if (order == NULL || order->state == DIALECT_ORDER_REJECTED)
        return fail(answer, 404, "order_not_found", "주문을 찾지 못했습니다.");
    id = order->id;
    write_order(text, order);
    text_literal(text, ",\"trades\":[");
    for (uint32_t i = 0; i < view->fill_count && !text->overflow; i++) {
        const struct dialect_fill *fill = view->fill(view->context, view->account, i);
        if (fill->order_id != id)
            continue;
        write_trade(text, fill, first);
        first = false;
    }
    text_literal(text, "]}");
    return 200;
}

/* What a list has: those of a state that is asked for, made within a span; `skip` of them left out.
 */
struct listing {
    int64_t from_ms, to_ms, skip, limit;
    bool wait, watch, done, cancel;
};

static bool is_listed(const struct listing *listing, const struct dialect_order *order)
{
    struct slice state = state_of(order);
    int64_t made_ms = order->created_ns / NS_PER_MS;
    return made_ms >= listing->from_ms && made_ms <= listing->to_ms &&
           ((listing->wait && slice_equal(state, SLICE("wait"))) ||
            (listing->watch && slice_equal(state, SLICE("watch"))) ||
            (listing->done && slice_equal(state, SLICE("done"))) ||
            (listing->cancel && slice_equal(state, SLICE("cancel"))));
}

/* From the newest, unless the query says otherwise. */
static int answer_list(const struct dialect_query *query, const struct dialect_account_view *view,
                       struct listing *listing, struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct slice order_by = SLICE("desc");
    bool first = true;
    dialect_parameter(query, SLICE("order_by"), &order_by);
    text_literal(text, "[");
    for (uint32_t i = 0; i < view->order_count && listing->limit > 0 && !text->overflow; i++) {
        bool rising = slice_equal(order_by, SLICE("asc"));
        const struct dialect_order *order =
            view->order(view->context, view->account, rising ? i : view->order_count - 1 - i);
        if (!is_listed(listing, order) || listing->skip-- > 0)
            continue;
        text_append(text, first ? SLICE("") : SLICE(","));
        write_order(text, order);
        text_literal(text, "}");
        first = false;
        listing->limit--;
    }
    text_literal(text, "]");
    return 200;
}

static int answer_open(const struct dialect_query *query, const struct dialect_keys *keys,
                       const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct listing listing = {.to_ms = INT64_MAX};
    int64_t page;
    (void)keys;
    listing.wait = dialect_asks_state(query, SLICE("wait"), true);
    listing.watch = dialect_asks_state(query, SLICE("watch"), false);
    if (!dialect_number(query, SLICE("page"), 1, &page) || page < 1 ||
        !dialect_number(query, SLICE("limit"), OPEN_LIMIT, &listing.limit) || listing.limit < 1 ||
        listing.limit > OPEN_LIMIT)
        return fail(answer, 400, "validation_error", "page or limit is not valid");
    listing.skip = (page - 1) * listing.limit;
    return answer_list(query, view, &listing, answer);
}

static int answer_closed(const struct dialect_query *query, const struct dialect_keys *keys,
                         const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct listing listing = {.skip = 0};
    listing.done = dialect_asks_state(query, SLICE("done"), true);
    listing.cancel = dialect_asks_state(query, SLICE("cancel"), true);
    if (!dialect_number(query, SLICE("limit"), 100, &listing.limit) || listing.limit < 1 ||
        listing.limit > CLOSED_LIMIT ||
        !dialect_span(query, keys->now_ns, &listing.from_ms, &listing.to_ms))
        return fail(answer, 400, "validation_error", "the times or the limit are not valid");
    return answer_list(query, view, &listing, answer);
}

static int answer_accounts(const struct dialect_query *query, const struct dialect_keys *keys,
                           const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    (void)query;
    (void)keys;
    text_literal(text, "[");
    for (uint32_t i = 0; i < view->balance_count && !text->overflow; i++) {
        const struct dialect_balance *balance = view->balance(view->context, view->account, i);
        text_append(text, i > 0 ? SLICE(",{\"currency\":") : SLICE("{\"currency\":"));
        text_json_string(text, balance->asset);
        write_number(text, "balance", &balance->free);
        write_number(text, "locked", &balance->locked);
        text_literal(text, ",\"avg_buy_price\":\"0\",\"avg_buy_price_modified\":false,"
                           "\"unit_currency\":\"KRW\"}");
    }
    text_literal(text, "]");
    return 200;
}

static const struct {
    struct slice path;
    int (*answer)(const struct dialect_query *query, const struct dialect_keys *keys,
                  const struct dialect_account_view *view, struct dialect_answer *answer);
} paths[] = {
    {{"/v1/accounts", 12}, answer_accounts},
    {{"/v1/order", 9}, answer_order},
    {{"/v1/orders/open", 15}, answer_open},
    {{"/v1/orders/closed", 17}, answer_closed},
};
#define PATHS (sizeof paths / sizeof *paths)

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < PATHS && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

/* 5.5: all in one group. */
uint32_t upbit_sim_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    *group = UPBIT_SIM_CALLS;
    return find_path(query) < PATHS;
}

int upbit_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                             const struct dialect_account_view *view, struct dialect_answer *answer)
{
    return paths[find_path(query)].answer(query, keys, view, answer);
}
