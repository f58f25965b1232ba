/* SPDX-License-Identifier: Apache-2.0 */
/* Orders and fills by REST at the simulated Binance, both markets: which are meant, and how they
 * are written. Source: binance.md 7; what it leaves open is the docs' (spot 2026-07-21, USD-M
 * 2026-05-28). */
#include "connectors/binance/sim_private.h"

#include "common/clock.h"
#include "connectors/dialect_text.h"

#define PAGE_DEFAULT 500
#define PAGE_MAX     1000
#define DAY_MS       INT64_C(86400000)

/* What is asked for of a list. */
struct filter {
    struct slice symbol;
    int64_t order_id, from_id, begin_ms, end_ms; /* -1: not said */
    uint32_t limit;
};

static int fail(struct binance_sim_asked *asked, int code, const char *message)
{
    return binance_sim_fail(&asked->answer->body, code, message);
}

static bool read_member(const struct binance_sim_asked *asked, struct slice name, int64_t *value)
{
    struct slice text;
    *value = -1;
    return !dialect_parameter(asked->query, name, &text) || binance_sim_number(text, value);
}

/* False: the refusal is written. */
static bool read_filter(struct binance_sim_asked *asked, bool needs_symbol, struct slice from,
                        struct filter *filter)
{
    int64_t limit;
    *filter = (struct filter){.symbol = {NULL, 0}};
    dialect_parameter(asked->query, SLICE("symbol"), &filter->symbol);
    bool good = read_member(asked, SLICE("orderId"), &filter->order_id);
    good &= read_member(asked, from, &filter->from_id);
    good &= read_member(asked, SLICE("startTime"), &filter->begin_ms);
    good &= read_member(asked, SLICE("endTime"), &filter->end_ms);
    good &= read_member(asked, SLICE("limit"), &limit);
    filter->limit = limit <= 0 ? PAGE_DEFAULT : limit < PAGE_MAX ? (uint32_t)limit : PAGE_MAX;
    if (!good)
        fail(asked, -1100, "Illegal characters found in a parameter.");
    else if (needs_symbol && filter->symbol.len == 0)
        fail(asked, -1102,
             "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    else
        return true;
    return false;
}

/* A span of time that is too long is no answer, nor one that is asked for by ids as well. */
static bool check_span(struct binance_sim_asked *asked, const struct filter *filter)
{
    int64_t span_ms = asked->usdm ? 7 * DAY_MS : DAY_MS;
    bool timed = filter->begin_ms >= 0 || filter->end_ms >= 0;
    bool both = filter->begin_ms >= 0 && filter->end_ms >= 0;
    if (filter->from_id >= 0 && timed)
        fail(asked, -1128, "Combination of optional parameters invalid.");
    else if (both && filter->end_ms - filter->begin_ms > span_ms)
        fail(asked, -1127, "Lookup interval is too big.");
    else
        return true;
    return false;
}

static bool is_timely(const struct filter *filter, int64_t time_ns)
{
    int64_t ms = time_ns / NS_PER_MS;
    return (filter->begin_ms < 0 || ms >= filter->begin_ms) &&
           (filter->end_ms < 0 || ms <= filter->end_ms);
}

static bool is_open(const struct dialect_order *order)
{
    return order->state == DIALECT_ORDER_OPEN || order->state == DIALECT_ORDER_PARTLY ||
           order->state == DIALECT_ORDER_WAITING || order->state == DIALECT_ORDER_TRIGGERED;
}

/* 7.1. What was ordered by an amount has for its quantity what it got. */
static void write_spot_order(struct text *text, const struct dialect_order *order)
{
    bool by_amount = order->type == DIALECT_MARKET_AMOUNT;
    text_literal(text, "{\"symbol\":\"");
    text_append(text, order->symbol);
    text_literal(text, "\"");
    member_number(text, "orderId", order->id);
    text_literal(text, ",\"orderListId\":-1");
    member_string(text, "clientOrderId", order->client_id);
    member_decimal(text, "price", &order->price);
    member_decimal(text, "origQty", by_amount ? &order->filled : &order->qty);
    member_decimal(text, "executedQty", &order->filled);
    member_decimal(text, "cummulativeQuoteQty", &order->cost);
    member_string(text, "status", binance_sim_state(order));
    member_string(text, "timeInForce", binance_sim_force(order));
    member_string(text, "type", binance_sim_type(order));
    member_string(text, "side", order->sell ? SLICE("SELL") : SLICE("BUY"));
    member_decimal(text, "stopPrice", &order->stop);
    text_literal(text, ",\"icebergQty\":\"0.00000000\"");
    member_number(text, "time", (uint64_t)(order->created_ns / NS_PER_MS));
    member_number(text, "updateTime", (uint64_t)(order->updated_ns / NS_PER_MS));
    member_boolean(text, "isWorking", order->state != DIALECT_ORDER_WAITING);
    member_number(text, "workingTime", (uint64_t)(order->created_ns / NS_PER_MS));
    member_decimal(text, "origQuoteOrderQty", &order->amount);
    text_literal(text, ",\"selfTradePreventionMode\":\"EXPIRE_MAKER\"}");
}

static void write_usdm_order(struct text *text, const struct dialect_order *order)
{
    text_literal(text, "{\"avgPrice\":\"");
    decimal_write(text, &order->average);
    text_literal(text, "\",\"clientOrderId\":\"");
    binance_sim_client_id(text, order);
    text_literal(text, "\"");
    member_decimal(text, "cumQuote", &order->cost);
    member_decimal(text, "executedQty", &order->filled);
    member_number(text, "orderId", order->id);
    member_decimal(text, "origQty", &order->qty);
    member_string(text, "origType", usdm_sim_type(order));
    member_decimal(text, "price", &order->price);
    member_boolean(text, "reduceOnly", order->reduce_only);
    member_string(text, "side", order->sell ? SLICE("SELL") : SLICE("BUY"));
    text_literal(text, ",\"positionSide\":\"BOTH\"");
    member_string(text, "status", binance_sim_state(order));
    member_decimal(text, "stopPrice", &order->stop);
    text_literal(text, ",\"closePosition\":false");
    member_string(text, "symbol", order->symbol);
    member_number(text, "time", (uint64_t)(order->created_ns / NS_PER_MS));
    member_string(text, "timeInForce", usdm_sim_force(order));
    member_string(text, "type", usdm_sim_type(order));
    member_number(text, "updateTime", (uint64_t)(order->updated_ns / NS_PER_MS));
    text_literal(text, ",\"workingType\":\"CONTRACT_PRICE\",\"priceProtect\":false,"
                       "\"priceMatch\":\"NONE\",\"selfTradePreventionMode\":\"EXPIRE_MAKER\","
                       "\"goodTillDate\":0}");
}

static void write_order(const struct binance_sim_asked *asked, const struct dialect_order *order)
{
    if (asked->usdm)
        write_usdm_order(&asked->answer->body, order);
    else
        write_spot_order(&asked->answer->body, order);
}

typedef bool is_wanted(const struct binance_sim_asked *asked, const struct filter *filter,
                       uint32_t place);
typedef void write_row(const struct binance_sim_asked *asked, uint32_t place);

static const struct dialect_order *order_at(const struct binance_sim_asked *asked, uint32_t place)
{
    return asked->view->order(asked->view->context, asked->view->account, place);
}

static const struct dialect_fill *fill_at(const struct binance_sim_asked *asked, uint32_t place)
{
    return asked->view->fill(asked->view->context, asked->view->account, place);
}

static bool wants_open(const struct binance_sim_asked *asked, const struct filter *filter,
                       uint32_t place)
{
    const struct dialect_order *order = order_at(asked, place);
    return is_open(order) &&
           (filter->symbol.len == 0 || slice_equal(order->symbol, filter->symbol));
}

static bool wants_order(const struct binance_sim_asked *asked, const struct filter *filter,
                        uint32_t place)
{
    const struct dialect_order *order = order_at(asked, place);
    return slice_equal(order->symbol, filter->symbol) &&
           (filter->order_id < 0 || order->id >= (uint64_t)filter->order_id) &&
           is_timely(filter, order->created_ns);
}

static bool wants_fill(const struct binance_sim_asked *asked, const struct filter *filter,
                       uint32_t place)
{
    const struct dialect_fill *fill = fill_at(asked, place);
    return (filter->symbol.len == 0 || slice_equal(fill->symbol, filter->symbol)) &&
           (filter->from_id < 0 || fill->id >= (uint64_t)filter->from_id) &&
           (filter->order_id < 0 || fill->order_id == (uint64_t)filter->order_id) &&
           is_timely(filter, fill->time_ns);
}

static void write_order_row(const struct binance_sim_asked *asked, uint32_t place)
{
    write_order(asked, order_at(asked, place));
}

static void write_fill_row(const struct binance_sim_asked *asked, uint32_t place)
{
    const struct dialect_fill *fill = fill_at(asked, place);
    struct text *text = &asked->answer->body;
    text_literal(text, "{\"symbol\":\"");
    text_append(text, fill->symbol);
    text_literal(text, "\"");
    member_number(text, "id", fill->id);
    member_number(text, "orderId", fill->order_id);
    if (!asked->usdm)
        text_literal(text, ",\"orderListId\":-1");
    member_decimal(text, "price", &fill->price);
    member_decimal(text, "qty", &fill->qty);
    if (asked->usdm) {
        member_string(text, "side", fill->sell ? SLICE("SELL") : SLICE("BUY"));
        member_decimal(text, "realizedPnl", &fill->pnl);
        text_literal(text, ",\"positionSide\":\"BOTH\"");
    }
    member_decimal(text, "quoteQty", &fill->cost);
    member_decimal(text, "commission", &fill->fee);
    member_string(text, "commissionAsset", fill->fee_asset);
    member_number(text, "time", (uint64_t)(fill->time_ns / NS_PER_MS));
    if (asked->usdm) {
        member_boolean(text, "buyer", !fill->sell);
        member_boolean(text, "maker", fill->maker);
    } else {
        member_boolean(text, "isBuyer", !fill->sell);
        member_boolean(text, "isMaker", fill->maker);
        text_literal(text, ",\"isBestMatch\":true");
    }
    text_literal(text, "}");
}

/* What a fill cost, as USD-M's list of incomes has it (docs, 2026-05-28). */
static void write_income_row(const struct binance_sim_asked *asked, uint32_t place)
{
    struct text *text = &asked->answer->body;
    const struct dialect_fill *fill = fill_at(asked, place);
    text_literal(text, "{\"symbol\":");
    text_json_string(text, fill->symbol);
    text_literal(text, ",\"incomeType\":\"COMMISSION\",\"income\":\"-");
    decimal_write(text, &fill->fee);
    text_literal(text, "\"");
    member_string(text, "asset", fill->fee_asset);
    member_string(text, "info", SLICE("COMMISSION"));
    member_number(text, "time", (uint64_t)(fill->time_ns / NS_PER_MS));
    member_number(text, "tranId", fill->id);
    text_literal(text, "}");
}

/* The rows that are wanted, oldest first: from an id on the first ones of them, else the last. */
static int write_rows(struct binance_sim_asked *asked, const struct filter *filter, uint32_t count,
                      bool first_ones, is_wanted *wants, write_row *write)
{
    struct text *text = &asked->answer->body;
    uint32_t left = filter->limit, place = 0;
    if (!first_ones) {
        for (place = count; place > 0 && left > 0; place--)
            left -= wants(asked, filter, place - 1);
        left = filter->limit;
    }
    text_literal(text, "[");
    for (bool any = false; place < count && left > 0; place++) {
        if (!wants(asked, filter, place))
            continue;
        text_append(text, any ? SLICE(",") : SLICE(""));
        write(asked, place);
        any = true;
        left--;
    }
    text_literal(text, "]");
    return 200;
}

int binance_sim_answer_open(struct binance_sim_asked *asked)
{
    struct filter filter;
    if (!read_filter(asked, false, SLICE("fromId"), &filter))
        return 400;
    filter.limit = UINT32_MAX;
    return write_rows(asked, &filter, asked->view->order_count, true, wants_open, write_order_row);
}

int binance_sim_answer_orders(struct binance_sim_asked *asked)
{
    struct filter filter;
    if (!read_filter(asked, true, SLICE("fromId"), &filter) || !check_span(asked, &filter))
        return 400;
    return write_rows(asked, &filter, asked->view->order_count, filter.order_id >= 0, wants_order,
                      write_order_row);
}

/* USD-M: without a span the last 7 days. */
int binance_sim_answer_fills(struct binance_sim_asked *asked)
{
    struct filter filter;
    if (!read_filter(asked, true, SLICE("fromId"), &filter) || !check_span(asked, &filter))
        return 400;
    if (asked->usdm && filter.begin_ms < 0 && filter.end_ms < 0 && filter.from_id < 0)
        filter.begin_ms = asked->keys->now_ns / NS_PER_MS - 7 * DAY_MS;
    return write_rows(asked, &filter, asked->view->fill_count, filter.from_id >= 0, wants_fill,
                      write_fill_row);
}

/* Commissions are the only income that there is; from the oldest on. */
int binance_sim_answer_income(struct binance_sim_asked *asked)
{
    struct slice type = {NULL, 0};
    struct filter filter;
    if (!read_filter(asked, false, SLICE("fromId"), &filter))
        return 400;
    dialect_parameter(asked->query, SLICE("incomeType"), &type);
    bool any = type.len == 0 || slice_equal(type, SLICE("COMMISSION"));
    return write_rows(asked, &filter, any ? asked->view->fill_count : 0, true, wants_fill,
                      write_income_row);
}

/* By its id, or by the client's. */
static const struct dialect_order *find_order(const struct binance_sim_asked *asked,
                                              const struct filter *filter)
{
    struct slice client_id;
    if (filter->order_id >= 0)
        return asked->view->find_order(asked->view->context, asked->view->account,
                                       (uint64_t)filter->order_id);
    if (!dialect_parameter(asked->query, SLICE("origClientOrderId"), &client_id))
        return NULL;
    for (uint32_t place = asked->view->order_count; place > 0; place--) {
        const struct dialect_order *order = order_at(asked, place - 1);
        if (slice_equal(order->client_id, client_id))
            return order;
    }
    return NULL;
}

int binance_sim_answer_order(struct binance_sim_asked *asked)
{
    struct filter filter;
    if (!read_filter(asked, true, SLICE("fromId"), &filter))
        return 400;
    const struct dialect_order *order = find_order(asked, &filter);
    if (order == NULL || !slice_equal(order->symbol, filter.symbol))
        return fail(asked, -2013, "Order does not exist.");
    write_order(asked, order);
    return 200;
}
