/* SPDX-License-Identifier: Apache-2.0 */
/* Executions, positions and wallets, and the frames in which they and the orders come. */
#include "connectors/bybit/private_row.h"

/* 6.4: which executions change a position or a holding: all but payments of funding, which are
 * none. Of one whose sort we do not know nothing is told: order and balance say what became of it.
 */
static const struct flat_word fill_types[] = {
    WORD("Trade", true),        WORD("AdlTrade", true),     WORD("BustTrade", true),
    WORD("Delivery", true),     WORD("Settle", true),       WORD("BlockTrade", true),
    WORD("MovePosition", true), WORD("FutureSpread", true), WORD("CorporateAction", true),
    WORD("Funding", false),     FLAT_END_OF_WORDS};

static enum refusal read_fee(struct scan *scan, void *record, struct parsing *parsing)
{
    struct bybit_row *row = record;
    (void)parsing;
    row->has_fee = scan_decimal(scan, &row->fee);
    return REFUSAL_NONE;
}

static const struct flat_field execution_fields[] = {
    TEXT("category", category),
    NEEDED("symbol", symbol),
    IGNORED("closedSize"),
    FIELD("execFee", FLAT_NESTED, FLAT_OPTIONAL, .read = read_fee),
    NEEDED("execId", trade_id),
    FIELD("execPrice", FLAT_DECIMAL, FLAT_VALUE, ROW(price)),
    FIELD("execQty", FLAT_DECIMAL, FLAT_VALUE, ROW(size)),
    NEEDED("execType", fill_type),
    IGNORED("execValue"),
    IGNORED("feeRate"),
    IGNORED("tradeIv"),
    IGNORED("markIv"),
    IGNORED("blockTradeId"),
    IGNORED("markPrice"),
    IGNORED("indexPrice"),
    IGNORED("underlyingPrice"),
    IGNORED("leavesQty"),
    TEXT("orderId", order_id),
    TEXT("orderLinkId", client_id),
    IGNORED("orderPrice"),
    IGNORED("orderQty"),
    IGNORED("orderType"),
    IGNORED("stopOrderType"),
    TEXT("side", side),
    FIELD("execTime", FLAT_TIME_TEXT, FLAT_VALUE, EVENT(ts_exchange)),
    IGNORED("isLeverage"),
    FIELD("isMaker", FLAT_BOOLEAN, FLAT_OPTIONAL, ROW(maker)),
    IGNORED("seq"),
    IGNORED("marketUnit"),
    IGNORED("execPnl"),
    IGNORED("createType"),
    IGNORED("extraFees"),
    TEXT("feeCurrency", fee_coin),
};
static const struct flat execution_row = FLAT_OF(execution_fields);

enum refusal bybit_read_execution(struct slice text, const struct bybit_telling *telling)
{
    struct bybit_row row;
    struct fill *fill = &row.event.fill;
    enum refusal refusal;
    if (!bybit_begin_row(text, &execution_row, KIND_FILL, &row, telling, &refusal) ||
        !bybit_word(fill_types, row.fill_type, false, telling->parsing))
        return refusal;
    if (!bybit_row_symbol(&row, fill->exchange_symbol) || row.order_id.len == 0 ||
        !id_set(&fill->order_id, row.order_id) || !id_set(&fill->trade_id, row.trade_id) ||
        !payload_positive(&row.price) || !payload_positive(&row.size))
        return REFUSAL_BAD_VALUE;
    struct slice asset = bybit_row_fee_asset(&row, row.maker && row.fee.negative, telling->market);
    SET_TEXT(fill->client_order_id, row.client_id);
    if (row.has_fee && asset.len <= ASSET_MAX)
        SET_TEXT(fill->fee_asset, asset);
    fill->price = row.price;
    fill->qty = row.size;
    fill->fee = row.fee;
    fill->side = (uint8_t)bybit_row_side(&row, telling->parsing);
    fill->liquidity = row.maker ? LIQUIDITY_MAKER : LIQUIDITY_TAKER;
    bybit_tell(&row, telling);
    return REFUSAL_NONE;
}

/* 6.6; `avgPrice` is REST's word for the entry price (5.5). The margin mode is the account's
 * (`tradeMode` is deprecated). */
static const struct flat_field position_fields[] = {
    FIELD("positionIdx", FLAT_NESTED, FLAT_OPTIONAL, .read = bybit_read_leg),
    IGNORED("tradeMode"),
    IGNORED("riskId"),
    IGNORED("riskLimitValue"),
    NEEDED("symbol", symbol),
    TEXT("side", side),
    FIELD("size", FLAT_DECIMAL, FLAT_VALUE, ROW(size)),
    NUMBER("entryPrice", POSITION_ENTRY_PRICE),
    NUMBER("avgPrice", POSITION_ENTRY_PRICE),
    NUMBER("leverage", POSITION_LEVERAGE),
    IGNORED("breakEvenPrice"),
    IGNORED("positionValue"),
    IGNORED("positionBalance"),
    NUMBER("markPrice", POSITION_MARK_PRICE),
    IGNORED("positionIM"),
    IGNORED("positionIMByMp"),
    IGNORED("positionMM"),
    IGNORED("positionMMByMp"),
    IGNORED("takeProfit"),
    IGNORED("stopLoss"),
    IGNORED("trailingStop"),
    NUMBER("unrealisedPnl", POSITION_UNREALIZED_PNL),
    IGNORED("curRealisedPnl"),
    IGNORED("cumRealisedPnl"),
    IGNORED("sessionAvgPrice"),
    FLAT("createdTime", "CreatedTime", FLAT_IGNORED, FLAT_OPTIONAL),
    IGNORED("updatedTime"),
    IGNORED("tpslMode"),
    IGNORED("tpSlMode"),
    NUMBER("liqPrice", POSITION_LIQUIDATION_PRICE),
    IGNORED("bustPrice"),
    TEXT("category", category),
    IGNORED("positionStatus"),
    IGNORED("adlRankIndicator"),
    IGNORED("autoAddMargin"),
    IGNORED("leverageSysUpdatedTime"),
    FLAT("mmrSysUpdatedTime", "mmrSysUpdateTime", FLAT_IGNORED, FLAT_OPTIONAL),
    IGNORED("seq"),
    IGNORED("isReduceOnly"),
    IGNORED("openTime"),
    IGNORED("delta"),
    IGNORED("gamma"),
    IGNORED("vega"),
    IGNORED("theta"),
};
static const struct flat position_row = FLAT_OF(position_fields);

/* Its time is that of the message: mark price and gain are of then, whenever it changed last. */
enum refusal bybit_read_position(struct slice text, const struct bybit_telling *telling)
{
    static const enum position_field prices[] = {POSITION_ENTRY_PRICE, POSITION_MARK_PRICE,
                                                 POSITION_LEVERAGE, POSITION_LIQUIDATION_PRICE};
    struct bybit_row row;
    struct position *position = &row.event.position;
    enum refusal refusal;
    if (!bybit_begin_row(text, &position_row, KIND_POSITION, &row, telling, &refusal))
        return refusal;
    enum side side = bybit_row_side(&row, telling->parsing);
    bool flat = decimal_is_zero(&row.size);
    if (!bybit_row_symbol(&row, position->exchange_symbol) || row.size.negative ||
        (!flat && side == SIDE_UNKNOWN))
        return REFUSAL_BAD_VALUE;
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        if (!payload_positive(&position->numbers[prices[i]]))
            bybit_forget(&position->known, prices[i]);
    position->qty = row.size;
    position->side = flat ? POSITION_FLAT : side == SIDE_BUY ? POSITION_LONG : POSITION_SHORT;
    position->position_side = (uint8_t)bybit_row_leg(&row);
    bybit_tell(&row, telling);
    return REFUSAL_NONE;
}

/* 6.7. What could be withdrawn or borrowed is empty since 2025-01-09. */
static const struct flat_field coin_fields[] = {
    NEEDED("coin", coin),
    IGNORED("equity"),
    IGNORED("usdValue"),
    FIELD("walletBalance", FLAT_NUMBER, FLAT_VALUE, BALANCE_TOTAL),
    IGNORED("availableToWithdraw"),
    IGNORED("availableToBorrow"),
    NUMBER("borrowAmount", BALANCE_BORROWED),
    IGNORED("accruedInterest"),
    IGNORED("totalOrderIM"),
    IGNORED("totalPositionIM"),
    IGNORED("totalPositionMM"),
    IGNORED("unrealisedPnl"),
    IGNORED("cumRealisedPnl"),
    IGNORED("bonus"),
    IGNORED("collateralSwitch"),
    IGNORED("marginCollateral"),
    NUMBER("locked", BALANCE_LOCKED),
    IGNORED("spotHedgingQty"),
    IGNORED("spotBorrow"),
    IGNORED("colRes"),
    IGNORED("free"),
};
static const struct flat coin_row = FLAT_OF(coin_fields);

/* Locked is what open orders of spot hold. What positions hold is not taken off: it is of the whole
 * account, in dollars. */
static enum refusal read_coin(struct slice text, const struct bybit_telling *telling)
{
    struct bybit_row row;
    struct balance *balance = &row.event.balance;
    struct decimal *numbers = balance->numbers;
    enum refusal refusal;
    if (!bybit_begin_row(text, &coin_row, KIND_BALANCE, &row, telling, &refusal))
        return refusal;
    if (row.coin.len > ASSET_MAX || !payload_is_symbol(row.coin))
        return REFUSAL_BAD_VALUE;
    SET_TEXT(balance->asset, row.coin);
    if ((balance->known & PAYLOAD_BIT(BALANCE_LOCKED)) &&
        decimal_subtract(&numbers[BALANCE_TOTAL], &numbers[BALANCE_LOCKED], &numbers[BALANCE_FREE]))
        balance->known |= PAYLOAD_BIT(BALANCE_FREE);
    bybit_tell(&row, telling);
    return REFUSAL_NONE;
}

/* Reads each element of an array; of several that are refused the first one's refusal. */
static enum refusal read_each(struct slice list, bybit_read_row *read,
                              const struct bybit_telling *telling)
{
    struct scan scan;
    struct slice row;
    enum refusal first = REFUSAL_NONE;
    scan_begin(&scan, list);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &row)) {
        enum refusal refusal = read(row, telling);
        if (first == REFUSAL_NONE)
            first = refusal;
    }
    return scan_end(&scan) ? first : payload_refusal(&scan);
}

/* A list of accounts, each with the coins that changed (6.7): they are merged by whoever knows the
 * others. */
enum refusal bybit_read_wallet(struct slice row, const struct bybit_telling *telling)
{
    struct slice coins;
    enum refusal refusal = payload_member(row, SLICE("coin"), &coins);
    if (refusal != REFUSAL_NONE)
        return refusal;
    return coins.len > 0 ? read_each(coins, read_coin, telling) : REFUSAL_MISSING_FIELD;
}

/* The first word of a topic and who reads its rows. */
static bybit_read_row *reader_of(struct slice topic)
{
    static const struct {
        struct slice word;
        bybit_read_row *read;
    } readers[] = {{{"order", 5}, bybit_read_order},
                   {{"execution", 9}, bybit_read_execution},
                   {{"position", 8}, bybit_read_position},
                   {{"wallet", 6}, bybit_read_wallet}};
    const char *dot = topic.len > 0 ? memchr(topic.data, '.', topic.len) : NULL;
    struct slice word = {topic.data, dot != NULL ? (size_t)(dot - topic.data) : topic.len};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (slice_equal(word, readers[i].word))
            return readers[i].read;
    return NULL;
}

/* 6.2. `id` begins with the number of the user: it is never told. */
enum refusal bybit_parse_private(struct slice frame, const struct bybit_market *market,
                                 struct parsing *parsing, private_take *take, void *context)
{
    struct bybit_telling telling = {market, 0, parsing, take, context};
    struct scan scan;
    struct slice key, topic = {NULL, 0}, data = {NULL, 0};
    scan_begin(&scan, frame);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("topic")))
            scan_string(&scan, &topic);
        else if (slice_equal(key, SLICE("creationTime")))
            payload_ms(&scan, &telling.told_ns);
        else if (slice_equal(key, SLICE("data")))
            scan_raw(&scan, &data);
        else if (slice_equal(key, SLICE("id")))
            scan_skip(&scan);
        else
            payload_strange_field(&scan, key, parsing);
    }
    if (!scan_end(&scan))
        return payload_refusal(&scan);
    bybit_read_row *read = reader_of(topic);
    if (read == NULL)
        return REFUSAL_UNKNOWN_EVENT;
    return data.len > 0 ? read_each(data, read, &telling) : REFUSAL_MISSING_FIELD;
}
