/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Bybit answers to an account by REST. Source: bybit.md 5.1, 5.2, 5.5. */
#include "common/clock.h"
#include "common/scan.h"
#include "connectors/bybit/sim_private.h"
#include "connectors/dialect_text.h"

#include <stdlib.h>

#define DAY_NS      (INT64_C(86400) * NS_PER_SECOND)
#define SPAN_DAYS   7
#define MESSAGE_MAX 8192 /* of what is signed */

enum page { OPEN, CLOSED, FILLS, POSITIONS, WALLET, KEY_INFORMATION, ACCOUNT_INFORMATION, PAGES };

/* How much a page of it has, at most and if nothing is said. */
static const struct {
    struct slice path;
    uint32_t limit, usual;
} pages[PAGES] = {
    [OPEN] = {{"/v5/order/realtime", 18}, 50, 20},
    [CLOSED] = {{"/v5/order/history", 17}, 50, 20},
    [FILLS] = {{"/v5/execution/list", 18}, 100, 50},
    [POSITIONS] = {{"/v5/position/list", 17}, 200, 20},
    [WALLET] = {{"/v5/account/wallet-balance", 26}, 0, 0},
    [KEY_INFORMATION] = {{"/v5/user/query-api", 18}, 0, 0},
    [ACCOUNT_INFORMATION] = {{"/v5/account/info", 16}, 0, 0},
};

static enum page find_page(const struct dialect_query *query)
{
    enum page page = 0;
    while (page < PAGES && !slice_equal(query->path, pages[page].path))
        page++;
    return page;
}

/* 5.1: each request counts one. */
uint32_t bybit_sim_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    *group = 0;
    return find_page(query) < PAGES;
}

static void end_reply(struct text *body, int64_t now_ns)
{
    text_literal(body, ",\"retExtInfo\":{},\"time\":");
    text_signed(body, now_ns / NS_PER_MS);
    text_literal(body, "}");
}

/* 5: an error is a success of HTTP. */
static int fail(struct text *body, int code, const char *message, int64_t now_ns)
{
    body->len = 0;
    text_format(body, "{\"retCode\":%d,\"retMsg\":\"%s\",\"result\":{}", code, message);
    end_reply(body, now_ns);
    return 200;
}

static struct slice header(const struct dialect_query *query, struct slice name)
{
    for (uint32_t i = 0; i < query->header_count; i++)
        if (slice_equal(query->headers[i].name, name))
            return query->headers[i].value;
    return SLICE("");
}

static bool read_number(struct slice text, int64_t *value)
{
    struct scan scan;
    scan_begin(&scan, text);
    return scan_signed(&scan, value) && scan_end(&scan) && *value >= 0;
}

/* 5.2: server_time - recv_window <= timestamp < server_time + 1000 */
static bool is_in_time(struct slice timestamp, struct slice window, int64_t now_ns)
{
    int64_t now_ms = now_ns / NS_PER_MS, time_ms, window_ms = 5000;
    if (!read_number(timestamp, &time_ms) || (window.len > 0 && !read_number(window, &window_ms)))
        return false;
    return now_ms - window_ms <= time_ms && time_ms < now_ms + 1000;
}

/* 5.5: time, key, window and the query as it was sent; a POST's body instead. */
static bool is_signed(const struct dialect_query *query, const struct secret *secret)
{
    char *room = malloc(MESSAGE_MAX);
    struct text message = text_over(room, room != NULL ? MESSAGE_MAX : 0);
    bool get = slice_equal(query->method, SLICE("GET"));
    text_append(&message, header(query, SLICE("x-bapi-timestamp")));
    text_append(&message, header(query, SLICE("x-bapi-api-key")));
    text_append(&message, header(query, SLICE("x-bapi-recv-window")));
    text_append(&message, get ? query->raw : query->body);
    bool good =
        !message.overflow &&
        sign_verify(secret, SIGN_SHA256, sign_kind_of(secret) == SIGN_RSA ? SIGN_BASE64 : SIGN_HEX,
                    text_slice(&message), header(query, SLICE("x-bapi-sign")));
    free(room);
    return good;
}

/* 5.1 */
uint32_t bybit_sim_authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                                struct dialect_answer *answer, int *status)
{
    const struct secret *secret;
    uint32_t account;
    if (!keys->find(keys->context, header(query, SLICE("x-bapi-api-key")), &account, &secret))
        *status = fail(&answer->body, 10003, "API key is invalid.", keys->now_ns);
    else if (!is_in_time(header(query, SLICE("x-bapi-timestamp")),
                         header(query, SLICE("x-bapi-recv-window")), keys->now_ns))
        *status = fail(&answer->body, 10002,
                       "invalid request, please check your server timestamp or recv_window param.",
                       keys->now_ns);
    else if (!is_signed(query, secret))
        *status =
            fail(&answer->body, 10004,
                 "Error sign, please check your signature generation algorithm.", keys->now_ns);
    else
        return account;
    return DIALECT_NO_ACCOUNT;
}

/* What is asked for. */
struct asked {
    enum page page;
    uint32_t market, limit;
    bool foreign;              /* of another market: there is nothing */
    bool recent;               /* openOnly=1: closed ones too */
    struct slice symbol, coin; /* empty: all */
    bool one;                  /* `id` */
    uint64_t id;
    bool paged; /* what stands behind `before` */
    uint64_t before;
    int64_t begin_ns, end_ns;
    int64_t now_ns;
};

static struct slice parameter(const struct dialect_query *query, struct slice name)
{
    struct slice value = {"", 0};
    dialect_parameter(query, name, &value);
    return value;
}

static const char *read_category(const struct dialect_query *query, uint32_t market,
                                 struct asked *asked)
{
    struct slice category = parameter(query, SLICE("category"));
    asked->market = market;
    if (slice_equal(category, bybit_sim_category(market)))
        return NULL;
    asked->foreign = true;
    for (uint32_t i = 0; i < BYBIT_SIM_MARKETS; i++)
        if (slice_equal(category, bybit_sim_category(i)))
            return i == BYBIT_SIM_SPOT && asked->page == POSITIONS ? "Illegal category" : NULL;
    return slice_equal(category, SLICE("option")) ? NULL : "Illegal category";
}

/* 5.5: some have to name a symbol or a coin on linear. */
static const char *read_filter(const struct dialect_query *query, struct asked *asked)
{
    struct slice id = parameter(query, SLICE("orderId"));
    bool linear = slice_equal(parameter(query, SLICE("category")), SLICE("linear"));
    asked->symbol = parameter(query, SLICE("symbol"));
    asked->coin = parameter(query, SLICE("settleCoin"));
    asked->recent = slice_equal(parameter(query, SLICE("openOnly")), SLICE("1"));
    bool named = asked->symbol.len > 0 || asked->coin.len > 0 ||
                 (asked->page == OPEN && parameter(query, SLICE("baseCoin")).len > 0);
    if (linear && !named && (asked->page == OPEN || asked->page == POSITIONS))
        return "params error: symbol or settleCoin is required";
    asked->one = id.len > 0;
    if (asked->one && !bybit_sim_read_order_id(id, asked->market, &asked->id))
        asked->foreign = true;
    return NULL;
}

/* 5.5: a span is 7 days at most, and is that long if one of its ends is not said. */
static const char *read_span(const struct dialect_query *query, struct asked *asked)
{
    struct slice begin = parameter(query, SLICE("startTime"));
    struct slice end = parameter(query, SLICE("endTime"));
    int64_t begin_ms = 0, end_ms = 0;
    if ((begin.len > 0 && !read_number(begin, &begin_ms)) ||
        (end.len > 0 && !read_number(end, &end_ms)))
        return "params error: startTime or endTime invalid";
    int64_t span_ms = SPAN_DAYS * DAY_NS / NS_PER_MS;
    if (begin.len == 0 && end.len == 0)
        end_ms = asked->now_ns / NS_PER_MS + 1;
    if (end_ms == 0)
        end_ms = begin_ms + span_ms;
    if (begin.len == 0)
        begin_ms = end_ms - span_ms;
    if (end_ms - begin_ms > span_ms)
        return "params error: the time range is over 7 days";
    asked->begin_ns = begin_ms * NS_PER_MS;
    asked->end_ns = end_ms * NS_PER_MS;
    return NULL;
}

/* 5.3: opaque, given out with '%' in it, and to come back so: "7%3A7". */
static bool read_cursor(struct slice cursor, struct asked *asked)
{
    static const struct slice mark = {"%3A", 3};
    const char *at = memmem(cursor.data, cursor.len, mark.data, mark.len);
    int64_t first, second;
    asked->paged = true;
    if (at == NULL || !read_number((struct slice){cursor.data, (size_t)(at - cursor.data)}, &first))
        return false;
    asked->before = (uint64_t)first;
    struct slice rest = {at + mark.len, (size_t)(cursor.data + cursor.len - at) - mark.len};
    return read_number(rest, &second) && second == first;
}

static const char *read_asked(const struct dialect_query *query, struct asked *asked)
{
    struct slice limit = parameter(query, SLICE("limit"));
    struct slice cursor = parameter(query, SLICE("cursor"));
    int64_t value = pages[asked->page].usual;
    const char *why = read_category(query, asked->market, asked);
    if (why == NULL)
        why = read_filter(query, asked);
    if (why == NULL)
        why = read_span(query, asked);
    if (why == NULL && limit.len > 0 &&
        (!read_number(limit, &value) || value == 0 || value > pages[asked->page].limit))
        why = "params error: limit invalid";
    if (why == NULL && cursor.len > 0 && !read_cursor(cursor, asked))
        why = "params error: cursor invalid";
    asked->limit = (uint32_t)value;
    return why;
}

static bool is_of(const struct asked *asked, struct slice symbol)
{
    if (asked->symbol.len > 0)
        return slice_equal(symbol, asked->symbol);
    return asked->coin.len == 0 ||
           slice_equal(bybit_sim_settle_coin(symbol, asked->market), asked->coin);
}

static bool is_within(const struct asked *asked, int64_t time_ns)
{
    return time_ns >= asked->begin_ns && time_ns < asked->end_ns;
}

/* 5.5: what was never filled is in the history for a day. */
static bool has_order(const struct asked *asked, const struct dialect_order *order)
{
    bool over = order->state >= DIALECT_ORDER_FILLED;
    bool unfilled = over && decimal_is_zero(&order->filled);
    if (!is_of(asked, order->symbol) || (asked->one && order->id != asked->id))
        return false;
    if (asked->page == OPEN)
        return !over || asked->recent;
    return over && is_within(asked, order->created_ns) &&
           (!unfilled || order->updated_ns > asked->now_ns - DAY_NS);
}

/* A list of rows, from the newest, page by page: `place` counts from the oldest. */
struct list {
    struct text *text;
    const struct asked *asked;
    uint32_t count;
    uint64_t last; /* place of the last one that was written */
    bool more;
};

/* Whether this place is written now. */
static bool begin_item(struct list *list, uint64_t place)
{
    if (list->asked->paged && place >= list->asked->before)
        return false;
    if (list->count == list->asked->limit) {
        list->more = true;
        return false;
    }
    text_append(list->text, list->count++ > 0 ? SLICE(",") : SLICE(""));
    list->last = place;
    return true;
}

static void list_orders(struct list *list, const struct dialect_account_view *view)
{
    for (uint32_t i = view->order_count; i > 0 && !list->more; i--) {
        const struct dialect_order *order = view->order(view->context, view->account, i - 1);
        if (has_order(list->asked, order) && begin_item(list, i - 1))
            bybit_sim_write_order(list->text, order, list->asked->market, false);
    }
}

static void list_fills(struct list *list, const struct dialect_account_view *view)
{
    const struct asked *asked = list->asked;
    for (uint32_t i = view->fill_count; i > 0 && !list->more; i--) {
        const struct dialect_fill *fill = view->fill(view->context, view->account, i - 1);
        if (!is_of(asked, fill->symbol) || (asked->one && fill->order_id != asked->id) ||
            !is_within(asked, fill->time_ns))
            continue;
        const struct dialect_order *order =
            view->find_order(view->context, view->account, fill->order_id);
        if (order != NULL && begin_item(list, i - 1))
            bybit_sim_write_execution(list->text, fill, order, i, asked->market, false);
    }
}

/* One that is asked for by its name is there though it is flat. */
static void list_positions(struct list *list, const struct dialect_account_view *view)
{
    const struct asked *asked = list->asked;
    for (uint32_t i = view->position_count; i > 0 && !list->more; i--) {
        const struct dialect_position *position =
            view->position(view->context, view->account, i - 1);
        if (is_of(asked, position->symbol) && begin_item(list, i - 1))
            bybit_sim_write_position(list->text, position, asked->now_ns, i, asked->market, false);
    }
    if (list->count > 0 || asked->symbol.len == 0 || asked->paged)
        return;
    const struct dialect_position flat = {.symbol = asked->symbol, .leverage = 10};
    list->count++;
    bybit_sim_write_position(list->text, &flat, asked->now_ns, 0, asked->market, false);
}

static int answer_list(const struct dialect_query *query, const struct dialect_account_view *view,
                       struct asked *asked, struct text *body)
{
    struct list list = {.text = body, .asked = asked};
    const char *why = read_asked(query, asked);
    if (why != NULL)
        return fail(body, 10001, why, asked->now_ns);
    text_literal(body, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":\"");
    text_append(body, parameter(query, SLICE("category")));
    text_literal(body, "\",\"list\":[");
    if (!asked->foreign && asked->page == FILLS)
        list_fills(&list, view);
    else if (!asked->foreign && asked->page == POSITIONS)
        list_positions(&list, view);
    else if (!asked->foreign)
        list_orders(&list, view);
    text_literal(body, "],\"nextPageCursor\":\"");
    if (list.more)
        text_format(body, "%llu%%3A%llu", (unsigned long long)list.last,
                    (unsigned long long)list.last);
    text_literal(body, "\"}");
    end_reply(body, asked->now_ns);
    return 200;
}

static int answer_wallet(const struct dialect_query *query, const struct dialect_account_view *view,
                         int64_t now_ns, struct text *body)
{
    if (!slice_equal(parameter(query, SLICE("accountType")), SLICE("UNIFIED")))
        return fail(body, 10001, "accountType only support UNIFIED.", now_ns);
    size_t room = (size_t)view->balance_count * 1024 + 1;
    char *memory = malloc(room);
    struct text coins = text_over(memory, memory != NULL ? room : 0);
    for (uint32_t i = 0; i < view->balance_count; i++) {
        const struct dialect_balance *balance = view->balance(view->context, view->account, i);
        if (decimal_is_zero(&balance->free) && decimal_is_zero(&balance->locked))
            continue;
        text_append(&coins, coins.len > 0 ? SLICE(",") : SLICE(""));
        bybit_sim_write_coin(&coins, balance);
    }
    text_literal(body, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"list\":[");
    bybit_sim_write_wallet(body, text_slice(&coins));
    text_literal(body, "]}");
    end_reply(body, now_ns);
    int status = coins.overflow ? 500 : 200;
    free(memory);
    return status;
}

/* Not in our fact sheet: as clients read them that want to know what sort an account is (ccxt
 * 4.5). */
static int answer_information(struct slice result, int64_t now_ns, struct text *body)
{
    text_literal(body, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":");
    text_append(body, result);
    end_reply(body, now_ns);
    return 200;
}

int bybit_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                             const struct dialect_account_view *view, uint32_t market,
                             struct dialect_answer *answer)
{
    struct asked asked = {.page = find_page(query), .market = market, .now_ns = keys->now_ns};
    if (!slice_equal(query->method, SLICE("GET")))
        return fail(&answer->body, 10001, "Request method not supported", keys->now_ns);
    switch (asked.page) {
    case WALLET:
        return answer_wallet(query, view, keys->now_ns, &answer->body);
    case KEY_INFORMATION:
        return answer_information(
            SLICE("{\"id\":\"13770661\",\"note\":\"\",\"readOnly\":1,\"permissions\":{},"
                  "\"ips\":[\"*\"],\"type\":1,\"unified\":0,\"uta\":1,\"isMaster\":true}"),
            keys->now_ns, &answer->body);
    case ACCOUNT_INFORMATION:
        return answer_information(
            SLICE("{\"marginMode\":\"REGULAR_MARGIN\",\"updatedTime\":\"1697078946000\","
                  "\"unifiedMarginStatus\":6,\"dcpStatus\":\"OFF\",\"timeWindow\":10,"
                  "\"smpGroup\":0,\"isMasterTrader\":false,\"spotHedgingStatus\":\"OFF\"}"),
            keys->now_ns, &answer->body);
    default:
        return answer_list(query, view, &asked, &answer->body);
    }
}
