/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: numbers and times are texts; what is not known is an empty text, "0" or a word for it
 * (bybit.md 6.3). New words keep appearing (8 #25): one that we do not know is noted, and the order
 * told without it. */
#include "connectors/bybit/private_row.h"

/* {"USDC":"0.0664735"}, of each coin in which a fee was paid (since 2025-09-18, 6.3). */
static enum refusal read_fees(struct scan *scan, void *record, struct parsing *parsing)
{
    struct bybit_row *row = record;
    (void)parsing;
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return REFUSAL_NONE;
    }
    scan_object(scan);
    while (scan_member(scan, &row->fee_asset)) {
        row->fee_coins++;
        scan_decimal(scan, &row->fee);
    }
    return REFUSAL_NONE;
}

/* 6.3 */
static const struct flat_field order_fields[] = {
    TEXT("category", category),
    NEEDED("symbol", symbol),
    NEEDED("orderId", order_id),
    TEXT("orderLinkId", client_id),
    IGNORED("blockTradeId"),
    TEXT("side", side),
    FIELD("positionIdx", FLAT_NESTED, FLAT_OPTIONAL, .read = bybit_read_leg),
    NEEDED("orderStatus", status),
    TEXT("cancelType", cancel_type),
    TEXT("rejectReason", reject_reason),
    TEXT("timeInForce", force),
    IGNORED("isLeverage"),
    NUMBER("price", ORDER_PRICE),
    NUMBER("qty", ORDER_QTY),
    NUMBER("avgPrice", ORDER_AVG_PRICE),
    NUMBER("leavesQty", ORDER_LEAVES_QTY),
    IGNORED("leavesValue"),
    NUMBER("cumExecQty", ORDER_FILLED_QTY),
    IGNORED("cumExecValue"),
    NUMBER("cumExecFee", ORDER_FEE),
    TEXT("orderType", type),
    TEXT("stopOrderType", stop_type),
    IGNORED("orderIv"),
    NUMBER("triggerPrice", ORDER_STOP_PRICE),
    IGNORED("takeProfit"),
    IGNORED("stopLoss"),
    IGNORED("triggerBy"),
    IGNORED("tpTriggerBy"),
    IGNORED("slTriggerBy"),
    IGNORED("triggerDirection"),
    IGNORED("placeType"),
    IGNORED("lastPriceOnCreated"),
    IGNORED("closeOnTrigger"),
    FIELD("reduceOnly", FLAT_BOOLEAN, FLAT_OPTIONAL, EVENT(order.reduce_only)),
    IGNORED("smpGroup"),
    IGNORED("smpType"),
    IGNORED("smpOrderId"),
    IGNORED("slLimitPrice"),
    IGNORED("tpLimitPrice"),
    IGNORED("tpslMode"),
    TEXT("createType", create_type),
    TEXT("marketUnit", unit),
    IGNORED("createdTime"),
    FIELD("updatedTime", FLAT_TIME_TEXT, FLAT_OPTIONAL, EVENT(ts_exchange)),
    TEXT("feeCurrency", fee_coin),
    IGNORED("closedPnl"),
    IGNORED("parentOrderLinkId"),
    IGNORED("slippageTolerance"),
    IGNORED("slippageToleranceType"),
    IGNORED("ocoTriggerBy"),
    IGNORED("brokerOrderPrice"),
    IGNORED("rpiTakerAccess"),
    IGNORED("rpiMatchedQty"),
    FIELD("cumFeeDetail", FLAT_NESTED, FLAT_OPTIONAL, .read = read_fees),
};
static const struct flat order_row = FLAT_OF(order_fields);

/* 7.2: what an order becomes once it is triggered is its type; what it waits for, its stop type.
 * A position that is taken over is the exchange's order (7.3). */
static const struct flat_word types[] = {WORD("Limit", ORDER_TYPE_LIMIT),
                                         WORD("Market", ORDER_TYPE_MARKET),
                                         WORD("UNKNOWN", ORDER_TYPE_UNKNOWN), FLAT_END_OF_WORDS};
static const struct flat_word stop_types[] = {
    WORD("UNKNOWN", ORDER_TYPE_UNKNOWN),
    WORD("Stop", ORDER_TYPE_STOP_MARKET),
    WORD("StopLoss", ORDER_TYPE_STOP_MARKET),
    WORD("PartialStopLoss", ORDER_TYPE_STOP_MARKET),
    WORD("tpslOrder", ORDER_TYPE_STOP_MARKET),
    WORD("OcoOrder", ORDER_TYPE_STOP_MARKET),
    WORD("BidirectionalTpslOrder", ORDER_TYPE_STOP_MARKET),
    WORD("TakeProfit", ORDER_TYPE_TAKE_PROFIT_MARKET),
    WORD("PartialTakeProfit", ORDER_TYPE_TAKE_PROFIT_MARKET),
    WORD("TrailingStop", ORDER_TYPE_TRAILING_STOP),
    WORD("MmRateClose", ORDER_TYPE_UNKNOWN),
    FLAT_END_OF_WORDS};
static const struct flat_word forces[] = {
    WORD("GTC", TIME_IN_FORCE_GTC), WORD("IOC", TIME_IN_FORCE_IOC),
    WORD("FOK", TIME_IN_FORCE_FOK), WORD("PostOnly", TIME_IN_FORCE_GTC),
    WORD("RPI", TIME_IN_FORCE_GTC), FLAT_END_OF_WORDS};

static uint8_t order_type_of(const struct bybit_row *row, struct parsing *parsing)
{
    static const struct slice taken_over[] = {{"CreateByLiq", 11},
                                              {"CreateByTakeOver_PassThrough", 28}};
    uint8_t type = bybit_word(types, row->type, ORDER_TYPE_UNKNOWN, parsing);
    uint8_t stop = bybit_word(stop_types, row->stop_type, ORDER_TYPE_UNKNOWN, parsing);
    if (slice_equal(row->create_type, taken_over[0]) ||
        slice_equal(row->create_type, taken_over[1]))
        return ORDER_TYPE_LIQUIDATION;
    if (type == ORDER_TYPE_LIMIT && stop == ORDER_TYPE_STOP_MARKET)
        return ORDER_TYPE_STOP_LIMIT;
    if (type == ORDER_TYPE_LIMIT && stop == ORDER_TYPE_TAKE_PROFIT_MARKET)
        return ORDER_TYPE_TAKE_PROFIT_LIMIT;
    return stop != ORDER_TYPE_UNKNOWN ? stop : type;
}

/* 6.3: a market order carries the limit that protects it as its price; 0 is no price. */
static void settle_prices(struct order *order, bool market)
{
    static const enum order_field prices[] = {ORDER_PRICE, ORDER_STOP_PRICE, ORDER_AVG_PRICE};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        if (decimal_is_zero(&order->numbers[prices[i]]))
            bybit_forget(&order->known, prices[i]);
    if (market)
        bybit_forget(&order->known, ORDER_PRICE);
}

/* 7.5: spot buys at the market by an amount of quote unless told otherwise. What it bought is known
 * at its end. */
static void settle_amount(struct order *order, const struct bybit_row *row)
{
    bool quote = slice_equal(row->unit, SLICE("quoteCoin")) ||
                 (row->unit.len == 0 && order->side == SIDE_BUY);
    order->quote_sized = quote && slice_equal(row->type, SLICE("Market"));
    if (!order->quote_sized)
        return;
    bybit_forget(&order->known, ORDER_QTY);
    bybit_forget(&order->known, ORDER_LEAVES_QTY);
}

static void finish_amount(struct order *order)
{
    if (!order->quote_sized || !order_status_is_final((enum order_status)order->status) ||
        !(order->known & PAYLOAD_BIT(ORDER_FILLED_QTY)))
        return;
    order->numbers[ORDER_QTY] = order->numbers[ORDER_FILLED_QTY];
    order->numbers[ORDER_LEAVES_QTY] = (struct decimal){.low = 0};
    order->known |= PAYLOAD_BIT(ORDER_QTY) | PAYLOAD_BIT(ORDER_LEAVES_QTY);
}

/* What was paid in several coins is no one number. */
static void settle_fee(struct bybit_row *row, const struct bybit_market *market)
{
    struct order *order = &row->event.order;
    struct decimal *fee = &order->numbers[ORDER_FEE];
    struct slice asset = row->fee_asset;
    if (row->fee_coins > 0) {
        *fee = row->fee;
        order->known |= PAYLOAD_BIT(ORDER_FEE);
    } else if (order->known & PAYLOAD_BIT(ORDER_FEE)) {
        asset = bybit_row_fee_asset(row, fee->negative, market);
    }
    if (row->fee_coins > 1 || asset.len == 0 || asset.len > ASSET_MAX ||
        decimal_is_zero(&order->numbers[ORDER_FILLED_QTY]))
        bybit_forget(&order->known, ORDER_FEE);
    else
        SET_TEXT(order->fee_asset, asset);
}

/* 7.4: the reason of what was not filled; that a cancel came too late is said beside a fill, and is
 * no reason of the order's. */
static void settle_reason(struct order *order, const struct bybit_row *row)
{
    static const struct slice none[] = {
        {"EC_NoError", 10}, {"EC_PerCancelRequest", 19}, {"UNKNOWN", 7}, {"CancelByUser", 12}};
    struct slice reasons[] = {row->reject_reason, row->cancel_type};
    if (order->status == ORDER_FILLED || !order_status_is_final((enum order_status)order->status))
        return;
    for (size_t i = 0; i < 2 && order->reject_reason[0] == '\0'; i++) {
        bool said = reasons[i].len > 0;
        for (size_t j = 0; j < sizeof none / sizeof *none; j++)
            said = said && !slice_equal(reasons[i], none[j]);
        if (said)
            SET_TEXT(order->reject_reason, reasons[i]);
    }
}

static bool is_sane_order(const struct order *order)
{
    for (unsigned int i = 0; i < ORDER_FIELD_COUNT; i++)
        if (i != ORDER_FEE && order->numbers[i].negative)
            return false;
    return true;
}

enum refusal bybit_read_order(struct slice text, const struct bybit_telling *telling)
{
    struct bybit_row row;
    struct order *order = &row.event.order;
    enum refusal refusal;
    enum order_status status;
    struct parsing *parsing = telling->parsing;
    if (!bybit_begin_row(text, &order_row, KIND_ORDER, &row, telling, &refusal))
        return refusal;
    if (!bybit_row_symbol(&row, order->exchange_symbol) ||
        !id_set(&order->order_id, row.order_id) || !is_sane_order(order))
        return REFUSAL_BAD_VALUE;
    SET_TEXT(order->client_order_id, row.client_id);
    SET_TEXT(order->exchange_status, row.status);
    order->side = (uint8_t)bybit_row_side(&row, parsing);
    order->order_type = order_type_of(&row, parsing);
    order->time_in_force = bybit_word(forces, row.force, TIME_IN_FORCE_NONE, parsing);
    order->post_only = slice_equal(row.force, SLICE("PostOnly"));
    order->position_side = (uint8_t)bybit_row_leg(&row);
    settle_prices(order, slice_equal(row.type, SLICE("Market")));
    if (telling->market->spot)
        settle_amount(order, &row);
    settle_fee(&row, telling->market);
    const struct slice details[] = {row.cancel_type, row.reject_reason};
    if (!order_status_read(&telling->market->statuses, row.status, details, 2, order, &status))
        payload_strange_word(row.status, parsing);
    order->status = (uint8_t)status;
    finish_amount(order);
    settle_reason(order, &row);
    bybit_tell(&row, telling);
    return REFUSAL_NONE;
}
