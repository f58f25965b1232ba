/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an order, in each of the forms in which it is told. */
#include "connectors/binance/private_fields.h"

#define ORDER_TEXT(name, need, field)                                                              \
    FIELD(name, FLAT_TEXT, need, offsetof(struct binance_order, field))
#define ORDER_TIME(name, need, field)                                                              \
    FIELD(name, FLAT_TIME, need, offsetof(struct binance_order, field))
#define ORDER_DECIMAL(name, need, field)                                                           \
    FIELD(name, FLAT_DECIMAL, need, offsetof(struct binance_order, field))
#define ORDER_NUMBER(name, need, field) FIELD(name, FLAT_NUMBER, need, field)
#define ORDER_FLAG(name, need, field)                                                              \
    FIELD(name, FLAT_BOOLEAN, need, offsetof(struct binance_order, field))
#define ORDER_ID(name)                                                                             \
    FIELD(name, FLAT_ID, FLAT_VALUE, offsetof(struct binance_order, event.order.order_id))

static enum refusal read_record(struct slice document, const struct flat *fields, void *record,
                                const struct binance_telling *telling)
{
    struct scan scan;
    scan_begin(&scan, document);
    enum refusal refusal = flat_object(&scan, fields, record, telling->parsing);
    return refusal != REFUSAL_NONE || scan_end(&scan) ? refusal : payload_refusal(&scan);
}

static enum refusal tell_as(struct slice document, const struct flat *fields,
                            const struct binance_words *words,
                            const struct binance_telling *telling)
{
    struct binance_order order = {.symbol = {NULL, 0}};
    event_begin(&order.event, KIND_ORDER);
    enum refusal refusal = read_record(document, fields, &order, telling);
    return refusal == REFUSAL_NONE ? binance_tell_order(&order, words, telling) : refusal;
}

/* Spot has -1 where there is no trade, USD-M 0; a first trade of spot may be 0. */
static enum refusal read_trade_id(struct scan *scan, int64_t least, struct id *id)
{
    int64_t number;
    if (scan_signed(scan, &number) && number >= least)
        id_set_number(id, (uint64_t)number);
    return REFUSAL_NONE;
}

static enum refusal read_spot_trade(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    return read_trade_id(scan, 0, &((struct binance_order *)record)->event.order.trade_id);
}

static enum refusal read_allocation(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    return read_trade_id(scan, 0, &((struct binance_order *)record)->allocation);
}

static enum refusal read_working(struct scan *scan, void *record, struct parsing *parsing)
{
    bool working = true;
    (void)parsing;
    scan_boolean(scan, &working);
    ((struct binance_order *)record)->off_book = !working;
    return REFUSAL_NONE;
}

static enum refusal read_usdm_trade(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    return read_trade_id(scan, 1, &((struct binance_order *)record)->event.order.trade_id);
}

static enum refusal read_algo_id(struct scan *scan, void *record, struct parsing *parsing)
{
    struct id *id = &((struct binance_order *)record)->event.order.order_id;
    struct text text = text_over(id->text, sizeof id->text);
    uint64_t number;
    (void)parsing;
    if (!scan_unsigned(scan, &number))
        return REFUSAL_NONE;
    text_literal(&text, BINANCE_ALGO);
    text_unsigned(&text, number);
    id->len = (uint8_t)text.len;
    return REFUSAL_NONE;
}

/* 6.1.4, in the order of the samples; those behind V stand there if there is a reason. */
enum refusal binance_tell_execution(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        IGNORED("e"),
        IGNORED("E"),
        ORDER_TEXT("s", FLAT_VALUE, symbol),
        ORDER_TEXT("c", FLAT_OPTIONAL, client_id),
        ORDER_TEXT("S", FLAT_VALUE, side),
        ORDER_TEXT("o", FLAT_VALUE, type),
        ORDER_TEXT("f", FLAT_VALUE, force),
        ORDER_NUMBER("q", FLAT_VALUE, ORDER_QTY),
        ORDER_NUMBER("p", FLAT_VALUE, ORDER_PRICE),
        ORDER_DECIMAL("P", FLAT_OPTIONAL, stop),
        IGNORED("F"),
        IGNORED("g"),
        ORDER_TEXT("C", FLAT_OPTIONAL, original_id),
        ORDER_TEXT("x", FLAT_VALUE, execution),
        ORDER_TEXT("X", FLAT_VALUE, status),
        ORDER_TEXT("r", FLAT_OPTIONAL, reason),
        ORDER_ID("i"),
        ORDER_DECIMAL("l", FLAT_VALUE, last_qty),
        ORDER_NUMBER("z", FLAT_VALUE, ORDER_FILLED_QTY),
        ORDER_DECIMAL("L", FLAT_VALUE, last_price),
        ORDER_DECIMAL("n", FLAT_OPTIONAL, last_fee),
        ORDER_TEXT("N", FLAT_OPTIONAL, fee_asset),
        ORDER_TIME("T", FLAT_VALUE, event.ts_exchange),
        NESTED("t", FLAT_VALUE, read_spot_trade),
        IGNORED("v"),
        IGNORED("I"),
        NESTED("w", FLAT_OPTIONAL, read_working),
        ORDER_FLAG("m", FLAT_VALUE, maker),
        IGNORED("M"),
        IGNORED("O"),
        IGNORED("Z"),
        IGNORED("Y"),
        ORDER_DECIMAL("Q", FLAT_OPTIONAL, amount),
        IGNORED("W"),
        IGNORED("V"),
        IGNORED("d"),
        IGNORED("D"),
        IGNORED("j"),
        IGNORED("J"),
        IGNORED("A"),
        IGNORED("B"),
        IGNORED("u"),
        IGNORED("U"),
        IGNORED("Cs"),
        IGNORED("pl"),
        IGNORED("pL"),
        IGNORED("pY"),
        IGNORED("b"),
        NESTED("a", FLAT_OPTIONAL, read_allocation),
        IGNORED("k"),
        IGNORED("uS"),
        IGNORED("gP"),
        IGNORED("gOT"),
        IGNORED("gOV"),
        IGNORED("gp"),
        ORDER_TEXT("eR", FLAT_OPTIONAL, expiry),
    };
    static const struct flat execution = FLAT_OF(fields);
    return tell_as(document, &execution, &binance_spot_words, telling);
}

/* 6.2.3, the object o. A message of a portfolio margin account has less (seen 2024-09). */
static const struct flat_field update_fields[] = {
    ORDER_TEXT("s", FLAT_VALUE, symbol),
    ORDER_TEXT("c", FLAT_OPTIONAL, client_id),
    ORDER_TEXT("S", FLAT_VALUE, side),
    ORDER_TEXT("o", FLAT_VALUE, type),
    ORDER_TEXT("f", FLAT_VALUE, force),
    ORDER_NUMBER("q", FLAT_VALUE, ORDER_QTY),
    ORDER_NUMBER("p", FLAT_VALUE, ORDER_PRICE),
    ORDER_NUMBER("ap", FLAT_OPTIONAL, ORDER_AVG_PRICE),
    ORDER_DECIMAL("sp", FLAT_OPTIONAL, stop),
    ORDER_TEXT("x", FLAT_VALUE, execution),
    ORDER_TEXT("X", FLAT_VALUE, status),
    ORDER_ID("i"),
    ORDER_DECIMAL("l", FLAT_VALUE, last_qty),
    ORDER_NUMBER("z", FLAT_VALUE, ORDER_FILLED_QTY),
    ORDER_DECIMAL("L", FLAT_VALUE, last_price),
    ORDER_DECIMAL("n", FLAT_OPTIONAL, last_fee),
    ORDER_TEXT("N", FLAT_OPTIONAL, fee_asset),
    ORDER_TIME("T", FLAT_VALUE, event.ts_exchange),
    NESTED("t", FLAT_VALUE, read_usdm_trade),
    IGNORED("b"),
    IGNORED("a"),
    ORDER_FLAG("m", FLAT_VALUE, maker),
    ORDER_FLAG("R", FLAT_OPTIONAL, event.order.reduce_only),
    IGNORED("wt"),
    ORDER_TEXT("ot", FLAT_OPTIONAL, original_type),
    ORDER_TEXT("ps", FLAT_VALUE, position_side),
    IGNORED("cp"),
    ORDER_DECIMAL("AP", FLAT_OPTIONAL, activation),
    IGNORED("cr"),
    IGNORED("rp"),
    IGNORED("pP"),
    IGNORED("si"),
    IGNORED("ss"),
    IGNORED("V"),
    IGNORED("pm"),
    IGNORED("gtd"),
    ORDER_TEXT("er", FLAT_OPTIONAL, expiry),
    IGNORED("M"),
};

/* 6.2.5, the object o of ALGO_UPDATE: act, ap and aq are of the order that it became. */
static const struct flat_field algo_fields[] = {
    ORDER_TEXT("caid", FLAT_OPTIONAL, client_id),
    NESTED("aid", FLAT_VALUE, read_algo_id),
    IGNORED("at"),
    ORDER_TEXT("o", FLAT_VALUE, type),
    ORDER_TEXT("s", FLAT_VALUE, symbol),
    ORDER_TEXT("S", FLAT_VALUE, side),
    ORDER_TEXT("ps", FLAT_VALUE, position_side),
    ORDER_TEXT("f", FLAT_OPTIONAL, force),
    ORDER_NUMBER("q", FLAT_OPTIONAL, ORDER_QTY),
    ORDER_TEXT("X", FLAT_VALUE, status),
    IGNORED("ai"),
    ORDER_NUMBER("ap", FLAT_OPTIONAL, ORDER_AVG_PRICE),
    ORDER_NUMBER("aq", FLAT_OPTIONAL, ORDER_FILLED_QTY),
    IGNORED("act"),
    ORDER_DECIMAL("tp", FLAT_OPTIONAL, stop),
    ORDER_NUMBER("p", FLAT_OPTIONAL, ORDER_PRICE),
    IGNORED("V"),
    IGNORED("wt"),
    IGNORED("pm"),
    IGNORED("cp"),
    IGNORED("pP"),
    ORDER_FLAG("R", FLAT_OPTIONAL, event.order.reduce_only),
    IGNORED("tt"),
    IGNORED("gtd"),
    ORDER_TEXT("rm", FLAT_OPTIONAL, reason),
    IGNORED("ia"),
};

/* A message with an order in it. */
struct order_message {
    int64_t time_ns;
    struct slice order;
};

static enum refusal take_order(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    scan_raw(scan, &((struct order_message *)record)->order);
    return REFUSAL_NONE;
}

static enum refusal read_update(struct slice document, struct order_message *message,
                                const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        IGNORED("e"),
        FIELD("T", FLAT_TIME, FLAT_VALUE, offsetof(struct order_message, time_ns)),
        IGNORED("E"),
        IGNORED("fs"),
        NESTED("o", FLAT_VALUE, take_order),
    };
    static const struct flat form = FLAT_OF(fields);
    return read_record(document, &form, message, telling);
}

enum refusal binance_tell_order_update(struct slice document, const struct binance_telling *telling)
{
    static const struct flat order = FLAT_OF(update_fields);
    struct order_message message = {0};
    enum refusal refusal = read_update(document, &message, telling);
    return refusal == REFUSAL_NONE ? tell_as(message.order, &order, &binance_usdm_words, telling)
                                   : refusal;
}

/* The time stands in the message alone. */
enum refusal binance_tell_algo_update(struct slice document, const struct binance_telling *telling)
{
    static const struct flat fields = FLAT_OF(algo_fields);
    struct order_message message = {0};
    struct binance_order order = {.symbol = {NULL, 0}};
    enum refusal refusal = read_update(document, &message, telling);
    if (refusal != REFUSAL_NONE)
        return refusal;
    event_begin(&order.event, KIND_ORDER);
    order.event.ts_exchange = message.time_ns;
    refusal = read_record(message.order, &fields, &order, telling);
    return refusal == REFUSAL_NONE ? binance_tell_order(&order, &binance_usdm_words, telling)
                                   : refusal;
}

/* GET /api/v3/openOrders, allOrders, order (docs, 2026-07-21). */
enum refusal binance_tell_spot_order(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        ORDER_TEXT("symbol", FLAT_VALUE, symbol),
        ORDER_ID("orderId"),
        IGNORED("orderListId"),
        ORDER_TEXT("clientOrderId", FLAT_OPTIONAL, client_id),
        ORDER_NUMBER("price", FLAT_VALUE, ORDER_PRICE),
        ORDER_NUMBER("origQty", FLAT_VALUE, ORDER_QTY),
        ORDER_NUMBER("executedQty", FLAT_VALUE, ORDER_FILLED_QTY),
        IGNORED("cummulativeQuoteQty"),
        ORDER_TEXT("status", FLAT_VALUE, status),
        ORDER_TEXT("timeInForce", FLAT_VALUE, force),
        ORDER_TEXT("type", FLAT_VALUE, type),
        ORDER_TEXT("side", FLAT_VALUE, side),
        ORDER_DECIMAL("stopPrice", FLAT_OPTIONAL, stop),
        IGNORED("icebergQty"),
        ORDER_TIME("time", FLAT_OPTIONAL, created_ns),
        ORDER_TIME("updateTime", FLAT_OPTIONAL, event.ts_exchange),
        NESTED("isWorking", FLAT_OPTIONAL, read_working),
        IGNORED("workingTime"),
        ORDER_DECIMAL("origQuoteOrderQty", FLAT_OPTIONAL, amount),
        IGNORED("selfTradePreventionMode"),
        IGNORED("preventedMatchId"),
        IGNORED("preventedQuantity"),
        IGNORED("trailingDelta"),
        IGNORED("trailingTime"),
        IGNORED("strategyId"),
        IGNORED("strategyType"),
        IGNORED("usedSor"),
        IGNORED("workingFloor"),
        IGNORED("pegPriceType"),
        IGNORED("pegOffsetType"),
        IGNORED("pegOffsetValue"),
        IGNORED("peggedPrice"),
        ORDER_TEXT("expiryReason", FLAT_OPTIONAL, expiry),
    };
    static const struct flat order = FLAT_OF(fields);
    return tell_as(document, &order, &binance_spot_words, telling);
}

/* GET /fapi/v1/openOrders, allOrders, order (docs, 2026-05-28). */
enum refusal binance_tell_usdm_order(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        ORDER_NUMBER("avgPrice", FLAT_OPTIONAL, ORDER_AVG_PRICE),
        ORDER_TEXT("clientOrderId", FLAT_OPTIONAL, client_id),
        IGNORED("cumQuote"),
        ORDER_NUMBER("executedQty", FLAT_VALUE, ORDER_FILLED_QTY),
        ORDER_ID("orderId"),
        ORDER_NUMBER("origQty", FLAT_VALUE, ORDER_QTY),
        ORDER_TEXT("origType", FLAT_OPTIONAL, original_type),
        ORDER_NUMBER("price", FLAT_VALUE, ORDER_PRICE),
        ORDER_FLAG("reduceOnly", FLAT_OPTIONAL, event.order.reduce_only),
        ORDER_TEXT("side", FLAT_VALUE, side),
        ORDER_TEXT("positionSide", FLAT_OPTIONAL, position_side),
        ORDER_TEXT("status", FLAT_VALUE, status),
        ORDER_DECIMAL("stopPrice", FLAT_OPTIONAL, stop),
        IGNORED("closePosition"),
        ORDER_TEXT("symbol", FLAT_VALUE, symbol),
        ORDER_TIME("time", FLAT_OPTIONAL, created_ns),
        ORDER_TEXT("timeInForce", FLAT_VALUE, force),
        ORDER_TEXT("type", FLAT_VALUE, type),
        ORDER_DECIMAL("activatePrice", FLAT_OPTIONAL, activation),
        IGNORED("priceRate"),
        ORDER_TIME("updateTime", FLAT_OPTIONAL, event.ts_exchange),
        IGNORED("workingType"),
        IGNORED("priceProtect"),
        IGNORED("priceMatch"),
        IGNORED("selfTradePreventionMode"),
        IGNORED("goodTillDate"),
        IGNORED("cumQty"),
        IGNORED("pair"),
    };
    static const struct flat order = FLAT_OF(fields);
    return tell_as(document, &order, &binance_usdm_words, telling);
}

/* GET /fapi/v1/openAlgoOrders, allAlgoOrders, algoOrder (docs, 2026-05-28). */
enum refusal binance_tell_algo_order(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        NESTED("algoId", FLAT_VALUE, read_algo_id),
        ORDER_TEXT("clientAlgoId", FLAT_OPTIONAL, client_id),
        IGNORED("algoType"),
        ORDER_TEXT("orderType", FLAT_VALUE, type),
        ORDER_TEXT("symbol", FLAT_VALUE, symbol),
        ORDER_TEXT("side", FLAT_VALUE, side),
        ORDER_TEXT("positionSide", FLAT_OPTIONAL, position_side),
        ORDER_TEXT("timeInForce", FLAT_OPTIONAL, force),
        ORDER_NUMBER("quantity", FLAT_OPTIONAL, ORDER_QTY),
        ORDER_TEXT("algoStatus", FLAT_VALUE, status),
        IGNORED("actualOrderId"),
        ORDER_NUMBER("actualPrice", FLAT_OPTIONAL, ORDER_AVG_PRICE),
        ORDER_NUMBER("actualQty", FLAT_OPTIONAL, ORDER_FILLED_QTY),
        ORDER_DECIMAL("triggerPrice", FLAT_OPTIONAL, stop),
        ORDER_NUMBER("price", FLAT_OPTIONAL, ORDER_PRICE),
        IGNORED("icebergQuantity"),
        IGNORED("tpTriggerPrice"),
        IGNORED("tpPrice"),
        IGNORED("slTriggerPrice"),
        IGNORED("slPrice"),
        IGNORED("tpOrderType"),
        IGNORED("selfTradePreventionMode"),
        IGNORED("workingType"),
        IGNORED("priceMatch"),
        IGNORED("closePosition"),
        IGNORED("priceProtect"),
        ORDER_FLAG("reduceOnly", FLAT_OPTIONAL, event.order.reduce_only),
        ORDER_TIME("createTime", FLAT_OPTIONAL, created_ns),
        ORDER_TIME("updateTime", FLAT_OPTIONAL, event.ts_exchange),
        IGNORED("triggerTime"),
        IGNORED("goodTillDate"),
        ORDER_DECIMAL("activatePrice", FLAT_OPTIONAL, activation),
        IGNORED("callbackRate"),
    };
    static const struct flat order = FLAT_OF(fields);
    return tell_as(document, &order, &binance_usdm_words, telling);
}
