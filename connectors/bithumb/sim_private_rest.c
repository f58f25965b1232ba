/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Bithumb answers an account. Source: bithumb.md 5, 7; apidocs.bithumb.com
 * "대기 주문 목록 조회", "종료 주문 목록 조회" (2026-07-09) and "개별 주문 조회" (2026-06-30).
 * Errors but those of a token come with HTTP 200. */
#include "connectors/bithumb/sim_parts.h"
#include "connectors/dialect_days.h"

#define GROUP         3 /* behind those of the public data */
#define PENDING_LIMIT 100
#define HISTORY_LIMIT 1000

static int fail(struct dialect_answer *answer, const char *name, const char *message)
{
    struct text *text = &answer->body;
    if (!text->overflow)
        text->len = 0;
    text_literal(text, "{\"error\":{\"name\":");
    text_json_string(text, slice_of(name));
    text_literal(text, ",\"message\":");
    text_json_string(text, slice_of(message));
    text_literal(text, "}}");
    return 200;
}

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

/* In v2 (the lists) the id and the type have other names than in v1. That they tell why an order
 * was cancelled, as v1 does, is a guess. */
static void write_order(struct text *text, const struct dialect_order *order, bool v2)
{
    static const struct decimal zero;
    bool amount = order->type == DIALECT_MARKET_AMOUNT;
    text_append(text, v2 ? SLICE("{\"order_id\":\"") : SLICE("{\"uuid\":\""));
    bithumb_sim_write_order_id(text, order->id);
    text_literal(text, "\"");
    if (order->client_id.len > 0)
        write_text(text, "client_order_id", order->client_id);
    write_text(text, "side", order->sell ? SLICE("ask") : SLICE("bid"));
    write_text(text, v2 ? "order_type" : "ord_type", bithumb_sim_order_type(order));
    if (order->type != DIALECT_MARKET)
        write_number(text, "price", amount ? &order->amount : &order->price);
    write_text(text, "state", state_of(order));
    write_text(text, "market", order->symbol);
    text_literal(text, ",\"created_at\":");
    dialect_write_kst(text, order->created_ns, false);
    if (!amount) {
        write_number(text, "volume", &order->qty);
        write_number(text, "remaining_volume", &order->left);
    }
    write_number(text, "reserved_fee", &order->fee);
    write_number(text, "remaining_fee", &zero);
    write_number(text, "paid_fee", &order->fee);
    write_number(text, "locked", &zero);
    write_number(text, "executed_volume", &order->filled);
    write_number(text, "executed_funds", &order->cost);
    text_literal(text, ",\"trades_count\":");
    text_unsigned(text, order->fills);
    write_text(text, "stp_type", SLICE("cancel_taker"));
    if (bithumb_sim_force(order).len > 0)
        write_text(text, "time_in_force", bithumb_sim_force(order));
    if (bithumb_sim_cancel_type(order).len > 0)
        write_text(text, "cancel_type", bithumb_sim_cancel_type(order));
}

static void write_trade(struct text *text, const struct dialect_fill *fill, bool first)
{
    text_append(text, first ? SLICE("{\"market\":") : SLICE(",{\"market\":"));
    text_json_string(text, fill->symbol);
    text_literal(text, ",\"uuid\":\"");
    bithumb_sim_write_fill_id(text, fill);
    text_literal(text, "\"");
    write_number(text, "price", &fill->price);
    write_number(text, "volume", &fill->qty);
    write_number(text, "funds", &fill->cost);
    write_text(text, "side", fill->sell ? SLICE("ask") : SLICE("bid"));
    text_literal(text, ",\"created_at\":");
    dialect_write_kst(text, fill->time_ns, true);
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
        return fail(answer, "invalid_parameter", "잘못된 파라미터 입니다.");
    if (bithumb_sim_read_order_id(value, &id))
        order = view->find_order(view->context, view->account, id);
    if (order == NULL || order->state == DIALECT_ORDER_REJECTED)
        return fail(answer, "order_not_found", "주문을 찾지 못했습니다.");
    id = order->id;
    write_order(text, order, false);
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

/* What a list has: those of a state that is asked for, made within a span, behind a place. */
struct listing {
    int64_t from_ms, to_ms, limit, place;
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

/* A key of a page, with the bytes that a URL must have encoded: "cGFnZQ+/17=" is behind the place
 * 17. */
#define KEY_HEAD "cGFnZQ+/"

static bool read_key(const struct dialect_query *query, int64_t *place)
{
    static const struct slice head = {KEY_HEAD, sizeof KEY_HEAD - 1};
    struct slice key;
    char digits[16] = {0}, *end;
    *place = 0;
    if (!dialect_parameter(query, SLICE("next_key"), &key))
        return true;
    if (!slice_starts_with(key, head) || key.len >= head.len + sizeof digits)
        return false;
    memcpy(digits, key.data + head.len, key.len - head.len);
    *place = strtoll(digits, &end, 10);
    return *end == '=';
}

/* From the newest, unless the query says otherwise; a page says where the next one begins. */
static int answer_list(const struct dialect_query *query, const struct dialect_account_view *view,
                       struct listing *listing, struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct slice order_by = SLICE("desc");
    int64_t place = listing->place, count = view->order_count;
    bool first = true;
    dialect_parameter(query, SLICE("order_by"), &order_by);
    text_literal(text, "{\"data\":[");
    for (; place < count && listing->limit > 0 && !text->overflow; place++) {
        bool rising = slice_equal(order_by, SLICE("asc"));
        const struct dialect_order *order = view->order(
            view->context, view->account, (uint32_t)(rising ? place : count - 1 - place));
        if (!is_listed(listing, order))
            continue;
        text_append(text, first ? SLICE("") : SLICE(","));
        write_order(text, order, true);
        text_literal(text, "}");
        first = false;
        listing->limit--;
    }
    if (place < count)
        text_format(text, "],\"has_next\":true,\"next_key\":\"" KEY_HEAD "%lld=\"}",
                    (long long)place);
    else
        text_literal(text, "],\"has_next\":false,\"next_key\":null}");
    return 200;
}

static int answer_pending(const struct dialect_query *query, const struct dialect_keys *keys,
                          const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct listing listing = {.to_ms = INT64_MAX};
    (void)keys;
    listing.wait = dialect_asks_state(query, SLICE("wait"), true);
    listing.watch = dialect_asks_state(query, SLICE("watch"), false);
    if (!dialect_number(query, SLICE("limit"), PENDING_LIMIT, &listing.limit) ||
        listing.limit < 1 || listing.limit > PENDING_LIMIT || !read_key(query, &listing.place))
        return fail(answer, "invalid_parameter", "잘못된 파라미터 입니다.");
    return answer_list(query, view, &listing, answer);
}

static int answer_history(const struct dialect_query *query, const struct dialect_keys *keys,
                          const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct listing listing = {.place = 0};
    listing.done = dialect_asks_state(query, SLICE("done"), true);
    listing.cancel = dialect_asks_state(query, SLICE("cancel"), true);
    if (!dialect_number(query, SLICE("limit"), 100, &listing.limit) || listing.limit < 1 ||
        listing.limit > HISTORY_LIMIT || !read_key(query, &listing.place) ||
        !dialect_span(query, keys->now_ns, &listing.from_ms, &listing.to_ms))
        return fail(answer, "invalid_parameter", "잘못된 파라미터 입니다.");
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
    {{"/v2/orders/pending", 18}, answer_pending},
    {{"/v2/orders/history", 18}, answer_history},
};
#define PATHS (sizeof paths / sizeof *paths)

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < PATHS && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

/* 5: all in one category. */
uint32_t bithumb_sim_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    *group = GROUP;
    return find_path(query) < PATHS;
}

int bithumb_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                               const struct dialect_account_view *view,
                               struct dialect_answer *answer)
{
    return paths[find_path(query)].answer(query, keys, view, answer);
}
