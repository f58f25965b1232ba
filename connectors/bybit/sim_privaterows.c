/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the simulated Bybit's accounts. Source: bybit.md 6.3 to 6.7, 7 (official docs of
 * 2026-07-24). Whatever has no value is there too, in the way of its member: "", "0" or a word. */
#include "common/clock.h"
#include "connectors/bybit/sim_private.h"
#include "connectors/dialect_text.h"

#define SPOT_ORDERS UINT64_C(1850000000000000000)
#define SPOT_FILLS  UINT64_C(10000000000) /* digits that a fill's number has of its own */

static uint32_t hash_of(struct slice text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
    return hash;
}

/* Its number stands at the end. */
static void write_uuid(struct text *text, uint32_t head, uint64_t id)
{
    text_format(text, "%08x-%04x-4%03x-9%03x-%012llx", head, head * 31 & 0xffff, head * 37 & 0xfff,
                head * 41 & 0xfff, (unsigned long long)id);
}

void bybit_sim_write_order_id(struct text *text, uint64_t id, uint32_t market)
{
    if (market == BYBIT_SIM_SPOT)
        text_unsigned(text, SPOT_ORDERS + id);
    else
        write_uuid(text, (uint32_t)(id * 2654435761u), id);
}

bool bybit_sim_read_order_id(struct slice text, uint32_t market, uint64_t *id)
{
    char room[48];
    struct text again = text_over(room, sizeof room);
    size_t digits = market == BYBIT_SIM_SPOT ? text.len : 12;
    uint64_t value = 0;
    if (text.len < digits || text.len == 0)
        return false;
    for (size_t i = text.len - digits; i < text.len; i++) {
        char c = text.data[i];
        unsigned int digit = c >= 'a' ? (unsigned int)(c - 'a') + 10 : digits_value(c);
        value = value * (market == BYBIT_SIM_SPOT ? 10 : 16) + digit;
    }
    *id = market == BYBIT_SIM_SPOT ? value - SPOT_ORDERS : value;
    bybit_sim_write_order_id(&again, *id, market);
    return slice_equal(text_slice(&again), text);
}

/* Trades are counted by instrument, and ids are the account's. */
void bybit_sim_write_fill_id(struct text *text, const struct dialect_fill *fill, uint32_t market)
{
    uint32_t hash = hash_of(fill->symbol);
    if (market == BYBIT_SIM_SPOT)
        text_unsigned(text, (UINT64_C(220000000) + hash % 600000000) * SPOT_FILLS + fill->id);
    else
        write_uuid(text, hash, fill->id);
}

static void member_ms(struct text *text, const char *name, int64_t ns)
{
    text_format(text, ",\"%s\":\"%lld\"", name, (long long)(ns / NS_PER_MS));
}

/* A decimal as a string without zeros at its end; "" for 0 where that is how none is written. */
static void member_trimmed(struct text *text, const char *name, const struct decimal *value,
                           bool none)
{
    struct decimal shown = dialect_trimmed(*value);
    text_format(text, ",\"%s\":\"", name);
    if (!none || !decimal_is_zero(value))
        decimal_write(text, &shown);
    text_literal(text, "\"");
}

static void begin_row(struct text *text, uint32_t market, bool stream, struct slice symbol)
{
    text_literal(text, "{");
    if (stream) {
        text_literal(text, "\"category\":\"");
        text_append(text, bybit_sim_category(market));
        text_literal(text, "\",");
    }
    text_literal(text, "\"symbol\":\"");
    text_append(text, symbol);
    text_literal(text, "\"");
}

static bool is_over(const struct dialect_order *order)
{
    return order->state >= DIALECT_ORDER_FILLED;
}

static bool is_market(const struct dialect_order *order)
{
    return order->type == DIALECT_MARKET || order->type == DIALECT_MARKET_AMOUNT;
}

/* 7.1: an order that ends with something filled has a word of its own on spot. */
static struct slice status_of(const struct dialect_order *order, uint32_t market)
{
    static const char *const words[] = {
        [DIALECT_ORDER_WAITING] = "Untriggered",
        [DIALECT_ORDER_TRIGGERED] = "Triggered",
        [DIALECT_ORDER_OPEN] = "New",
        [DIALECT_ORDER_PARTLY] = "PartiallyFilled",
        [DIALECT_ORDER_FILLED] = "Filled",
        [DIALECT_ORDER_CANCELED] = "Cancelled",
        [DIALECT_ORDER_REJECTED] = "Rejected",
        [DIALECT_ORDER_EXPIRED] = "Cancelled",
    };
    bool cancelled =
        order->state == DIALECT_ORDER_CANCELED || order->state == DIALECT_ORDER_EXPIRED;
    if (cancelled && market == BYBIT_SIM_SPOT && !decimal_is_zero(&order->filled))
        return SLICE("PartiallyFilledCanceled");
    return slice_of(words[order->state]);
}

/* 7.4 */
static struct slice cancel_type_of(const struct dialect_order *order)
{
    if (order->cause == DIALECT_CAUSE_USER)
        return SLICE("CancelByUser");
    return order->cause == DIALECT_CAUSE_SELF ? SLICE("CancelBySmp") : SLICE("UNKNOWN");
}

static struct slice reject_reason_of(const struct dialect_order *order)
{
    switch (order->cause) {
    case DIALECT_CAUSE_USER:
        return SLICE("EC_PerCancelRequest");
    case DIALECT_CAUSE_POST_ONLY:
        return SLICE("EC_PostOnlyWillTakeLiquidity");
    case DIALECT_CAUSE_SELF:
        return SLICE("EC_BySelfMatch");
    case DIALECT_CAUSE_FUNDS:
        return SLICE("EC_Others");
    case DIALECT_CAUSE_AMOUNT:
        return SLICE("EC_CancelForNoFullFill");
    case DIALECT_CAUSE_IMMEDIATE:
        if (order->force == DIALECT_FOK)
            return SLICE("EC_NoEnoughQtyToFill");
        return decimal_is_zero(&order->filled) || order->type == DIALECT_MARKET_AMOUNT
                   ? SLICE("EC_NoImmediateQtyToFill")
                   : SLICE("EC_CancelForNoFullFill");
    default:
        return SLICE("EC_NoError");
    }
}

/* 7.2: market orders always say IOC. */
static struct slice force_of(const struct dialect_order *order)
{
    static const char *const words[] = {[DIALECT_GTC] = "GTC",
                                        [DIALECT_IOC] = "IOC",
                                        [DIALECT_FOK] = "FOK",
                                        [DIALECT_POST_ONLY] = "PostOnly"};
    return is_market(order) ? SLICE("IOC") : slice_of(words[order->force]);
}

/* 7.5: an amount is the quantity of a spot order that buys at the market; one that buys a quantity
 * says so. What is left of it is counted in the same, and is nothing once it is over. */
static void write_quantities(struct text *text, const struct dialect_order *order, uint32_t market)
{
    static const struct decimal zero = {.low = 0};
    bool amount = order->type == DIALECT_MARKET_AMOUNT;
    struct decimal left = order->left;
    if (amount && !decimal_subtract(&order->amount, &order->cost, &left))
        left = zero;
    if (is_over(order))
        left = zero;
    /* The limit that protects a market order; on spot none is shown. */
    bool shown = !is_market(order) || market != BYBIT_SIM_SPOT;
    member_trimmed(text, "price", is_market(order) && shown ? &order->average : &order->price,
                   false);
    member_trimmed(text, "qty", amount ? &order->amount : &order->qty, false);
    member_trimmed(text, "avgPrice", &order->average, true);
    member_trimmed(text, "leavesQty", &left, false);
    text_literal(text, ",\"leavesValue\":\"0\"");
    member_trimmed(text, "cumExecQty", &order->filled, false);
    member_trimmed(text, "cumExecValue", &order->cost, false);
    member_trimmed(text, "cumExecFee", &order->fee, false);
    member_string(text, "orderType", is_market(order) ? SLICE("Market") : SLICE("Limit"));
}

static void write_fees(struct text *text, const struct dialect_order *order, uint32_t market)
{
    struct decimal fee = dialect_trimmed(order->fee);
    bool bought = market == BYBIT_SIM_SPOT && !order->sell;
    text_literal(text, ",\"cumFeeDetail\":{");
    if (order->fills > 0) {
        text_literal(text, "\"");
        text_append(text, bought                        ? order->base
                          : market == BYBIT_SIM_INVERSE ? order->base
                                                        : order->quote);
        text_literal(text, "\":\"");
        decimal_write(text, &fee);
        text_literal(text, "\"");
    }
    text_literal(text, "}");
}

/* Spot gives an order a number of the client's if it has none (6.3). */
static void write_client_id(struct text *text, const struct dialect_order *order, uint32_t market)
{
    text_literal(text, ",\"orderLinkId\":\"");
    if (order->client_id.len == 0 && market == BYBIT_SIM_SPOT)
        text_format(text, "%llu", 1700000000000000ULL + (unsigned long long)order->id);
    text_append(text, order->client_id);
    text_literal(text, "\"");
}

void bybit_sim_write_order(struct text *text, const struct dialect_order *order, uint32_t market,
                           bool stream)
{
    bool stop = order->type == DIALECT_STOP_LIMIT;
    begin_row(text, market, stream, order->symbol);
    text_literal(text, ",\"orderId\":\"");
    bybit_sim_write_order_id(text, order->id, market);
    text_literal(text, "\"");
    write_client_id(text, order, market);
    text_literal(text, ",\"blockTradeId\":\"\"");
    member_string(text, "side", order->sell ? SLICE("Sell") : SLICE("Buy"));
    text_literal(text, ",\"positionIdx\":0");
    member_string(text, "orderStatus", status_of(order, market));
    member_string(text, "cancelType", cancel_type_of(order));
    member_string(text, "rejectReason", reject_reason_of(order));
    member_string(text, "timeInForce", force_of(order));
    text_literal(text, ",\"isLeverage\":\"\"");
    write_quantities(text, order, market);
    member_string(text, "stopOrderType", stop ? SLICE("Stop") : SLICE(""));
    text_literal(text, ",\"orderIv\":\"\"");
    member_trimmed(text, "triggerPrice", &order->stop, true);
    text_literal(text, ",\"takeProfit\":\"\",\"stopLoss\":\"\"");
    member_string(text, "triggerBy", stop ? SLICE("LastPrice") : SLICE(""));
    text_literal(text, ",\"tpTriggerBy\":\"\",\"slTriggerBy\":\"\"");
    text_format(text, ",\"triggerDirection\":%d", !stop ? 0 : order->sell ? 2 : 1);
    text_literal(text, ",\"placeType\":\"\",\"lastPriceOnCreated\":\"\",\"closeOnTrigger\":false");
    member_boolean(text, "reduceOnly", order->reduce_only);
    text_literal(text, ",\"smpGroup\":0,\"smpType\":\"None\",\"smpOrderId\":\"\",\"slLimitPrice\":"
                       "\"0\",\"tpLimitPrice\":\"0\",\"tpslMode\":\"UNKNOWN\"");
    if (market != BYBIT_SIM_SPOT)
        member_string(text, "createType",
                      order->cause == DIALECT_CAUSE_LIQUIDATION ? SLICE("CreateByLiq")
                                                                : SLICE("CreateByUser"));
    bool quantity = market == BYBIT_SIM_SPOT && order->type == DIALECT_MARKET && !order->sell;
    member_string(text, "marketUnit", quantity ? SLICE("baseCoin") : SLICE(""));
    member_ms(text, "createdTime", order->created_ns);
    member_ms(text, "updatedTime", order->updated_ns);
    text_literal(text, ",\"feeCurrency\":\"\",\"closedPnl\":\"0\",\"parentOrderLinkId\":\"\","
                       "\"slippageTolerance\":\"0\",\"slippageToleranceType\":\"UNKNOWN\"");
    write_fees(text, order, market);
    text_literal(text, "}");
}

/* 6.4. The order of a liquidation is filled by the exchange (`BustTrade`). */
void bybit_sim_write_execution(struct text *text, const struct dialect_fill *fill,
                               const struct dialect_order *order, uint64_t sequence,
                               uint32_t market, bool stream)
{
    bool liquidation = order->cause == DIALECT_CAUSE_LIQUIDATION;
    begin_row(text, market, stream, fill->symbol);
    text_literal(text, ",\"closedSize\":\"\"");
    member_trimmed(text, "execFee", &fill->fee, false);
    text_literal(text, ",\"execId\":\"");
    bybit_sim_write_fill_id(text, fill, market);
    text_literal(text, "\"");
    member_trimmed(text, "execPrice", &fill->price, false);
    member_trimmed(text, "execQty", &fill->qty, false);
    member_string(text, "execType", liquidation ? SLICE("BustTrade") : SLICE("Trade"));
    member_trimmed(text, "execValue", &fill->cost, false);
    text_literal(text, ",\"feeRate\":\"0.0005\",\"tradeIv\":\"\",\"markIv\":\"\","
                       "\"blockTradeId\":\"\",\"markPrice\":\"\",\"indexPrice\":\"\","
                       "\"underlyingPrice\":\"\"");
    member_trimmed(text, "leavesQty", &order->left, false);
    text_literal(text, ",\"orderId\":\"");
    bybit_sim_write_order_id(text, fill->order_id, market);
    text_literal(text, "\"");
    write_client_id(text, order, market);
    member_trimmed(text, "orderPrice", &order->price, false);
    member_trimmed(text, "orderQty", &order->qty, false);
    member_string(text, "orderType", is_market(order) ? SLICE("Market") : SLICE("Limit"));
    text_literal(text, ",\"stopOrderType\":\"UNKNOWN\"");
    member_string(text, "side", fill->sell ? SLICE("Sell") : SLICE("Buy"));
    member_ms(text, "execTime", fill->time_ns);
    text_literal(text, ",\"isLeverage\":\"0\"");
    member_boolean(text, "isMaker", fill->maker);
    member_number(text, "seq", sequence);
    text_literal(text, ",\"marketUnit\":\"\"");
    member_trimmed(text, "execPnl", &fill->pnl, false);
    member_string(text, "createType", liquidation ? SLICE("CreateByLiq") : SLICE("CreateByUser"));
    text_literal(text, ",\"extraFees\":\"\"");
    member_string(text, "feeCurrency", fill->fee_asset);
    text_literal(text, "}");
}

/* 6.6: a position that is flat has no side. REST has another word for the entry price (5.5). */
void bybit_sim_write_position(struct text *text, const struct dialect_position *position,
                              int64_t time_ns, uint64_t sequence, uint32_t market, bool stream)
{
    struct decimal size = position->qty;
    bool flat = decimal_is_zero(&size);
    size.negative = false;
    begin_row(text, market, stream, position->symbol);
    text_literal(text, ",\"positionIdx\":0,\"tradeMode\":0,\"riskId\":1,\"riskLimitValue\":"
                       "\"2000000\"");
    member_string(text, "side",
                  flat                     ? SLICE("")
                  : position->qty.negative ? SLICE("Sell")
                                           : SLICE("Buy"));
    member_trimmed(text, "size", &size, false);
    member_trimmed(text, stream ? "entryPrice" : "avgPrice", &position->entry, false);
    text_format(text, ",\"leverage\":\"%u\",\"positionValue\":\"0\",\"positionBalance\":\"0\"",
                position->leverage);
    member_trimmed(text, "markPrice", &position->mark, false);
    text_literal(text, ",\"positionIM\":\"0\",\"positionMM\":\"0\",\"takeProfit\":\"0\","
                       "\"stopLoss\":\"0\",\"trailingStop\":\"0\"");
    member_trimmed(text, "unrealisedPnl", &position->pnl, false);
    text_literal(text, ",\"cumRealisedPnl\":\"0\",\"curRealisedPnl\":\"0\",\"sessionAvgPrice\":"
                       "\"\",\"createdTime\":\"1711021425489\"");
    member_ms(text, "updatedTime", time_ns);
    text_literal(text, ",\"tpslMode\":\"Full\"");
    member_trimmed(text, "liqPrice", &position->liquidation, true);
    text_literal(text, ",\"bustPrice\":\"\",\"positionStatus\":\"Normal\",\"adlRankIndicator\":2,"
                       "\"autoAddMargin\":0,\"leverageSysUpdatedTime\":\"\","
                       "\"mmrSysUpdatedTime\":\"\"");
    member_number(text, "seq", sequence);
    text_literal(text, ",\"isReduceOnly\":false}");
}

/* 6.7 */
void bybit_sim_write_coin(struct text *text, const struct dialect_balance *balance)
{
    struct decimal total = balance->free;
    if (!decimal_add(&balance->free, &balance->locked, &total))
        return;
    text_literal(text, "{\"coin\":\"");
    text_append(text, balance->asset);
    text_literal(text, "\"");
    member_trimmed(text, "equity", &total, false);
    text_literal(text, ",\"usdValue\":\"\"");
    member_trimmed(text, "walletBalance", &total, false);
    text_literal(text, ",\"availableToWithdraw\":\"\",\"availableToBorrow\":\"\","
                       "\"borrowAmount\":\"0\",\"accruedInterest\":\"0\",\"totalOrderIM\":\"0\","
                       "\"totalPositionIM\":\"0\",\"totalPositionMM\":\"0\",\"unrealisedPnl\":"
                       "\"0\",\"cumRealisedPnl\":\"0\",\"bonus\":\"0\",\"collateralSwitch\":true,"
                       "\"marginCollateral\":true");
    member_trimmed(text, "locked", &balance->locked, false);
    text_literal(text, ",\"spotHedgingQty\":\"0\",\"spotBorrow\":\"0\"}");
}

/* Totals are in dollars, and made of what the simulator does not have: prices of all coins. */
void bybit_sim_write_wallet(struct text *text, struct slice coins)
{
    text_literal(text, "{\"accountIMRate\":\"0\",\"accountMMRate\":\"0\",\"totalEquity\":\"0\","
                       "\"totalWalletBalance\":\"0\",\"totalMarginBalance\":\"0\","
                       "\"totalAvailableBalance\":\"0\",\"totalPerpUPL\":\"0\","
                       "\"totalInitialMargin\":\"0\",\"totalMaintenanceMargin\":\"0\",\"coin\":[");
    text_append(text, coins);
    text_literal(text, "],\"accountLTV\":\"0\",\"accountType\":\"UNIFIED\"}");
}

/* 5.3: USDC contracts are BTCPERP and BTC-26DEC25. */
struct slice bybit_sim_settle_coin(struct slice symbol, uint32_t market)
{
    static const struct slice usdt = {"USDT", 4}, usd = {"USD", 3};
    const struct slice *mark = market == BYBIT_SIM_INVERSE ? &usd : &usdt;
    const char *at = memmem(symbol.data, symbol.len, mark->data, mark->len);
    if (market == BYBIT_SIM_INVERSE)
        return (struct slice){symbol.data, at != NULL ? (size_t)(at - symbol.data) : 0};
    return at != NULL ? usdt : SLICE("USDC");
}
