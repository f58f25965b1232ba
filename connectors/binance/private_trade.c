/* SPDX-License-Identifier: Apache-2.0 */
/* A trade of a reply: GET /api/v3/myTrades (docs, 2026-07-21) and /fapi/v1/userTrades (docs,
 * 2026-05-28), which differ in some names. */
#include "connectors/binance/private_fields.h"

struct trade_entry {
    struct event event; /* the first */
    struct slice symbol, fee_asset;
    bool buyer, maker;
};

#define TRADE(name, conversion, need, field)                                                       \
    FIELD(name, conversion, need, offsetof(struct trade_entry, field))

static const struct flat_field fields[] = {
    TRADE("symbol", FLAT_TEXT, FLAT_VALUE, symbol),
    TRADE("id", FLAT_ID, FLAT_VALUE, event.fill.trade_id),
    TRADE("orderId", FLAT_ID, FLAT_VALUE, event.fill.order_id),
    IGNORED("orderListId"),
    TRADE("price", FLAT_DECIMAL, FLAT_VALUE, event.fill.price),
    TRADE("qty", FLAT_DECIMAL, FLAT_VALUE, event.fill.qty),
    IGNORED("quoteQty"),
    TRADE("commission", FLAT_DECIMAL, FLAT_OPTIONAL, event.fill.fee),
    TRADE("commissionAsset", FLAT_TEXT, FLAT_OPTIONAL, fee_asset),
    TRADE("time", FLAT_TIME, FLAT_VALUE, event.ts_exchange),
    {.names = {{"isBuyer", 7}, {"buyer", 5}},
     .conversion = FLAT_BOOLEAN,
     .need = FLAT_VALUE,
     .target = offsetof(struct trade_entry, buyer)},
    {.names = {{"isMaker", 7}, {"maker", 5}},
     .conversion = FLAT_BOOLEAN,
     .need = FLAT_VALUE,
     .target = offsetof(struct trade_entry, maker)},
    IGNORED("isBestMatch"),
    IGNORED("realizedPnl"),
    IGNORED("side"),
    IGNORED("positionSide"),
    IGNORED("marginAsset"),
};

enum refusal binance_tell_trade(struct slice document, const struct binance_telling *telling)
{
    static const struct flat trade = FLAT_OF(fields);
    struct trade_entry entry = {.symbol = {NULL, 0}};
    struct fill *fill = &entry.event.fill;
    struct scan scan;
    event_begin(&entry.event, KIND_FILL);
    scan_begin(&scan, document);
    enum refusal refusal = flat_object(&scan, &trade, &entry, telling->parsing);
    if (refusal != REFUSAL_NONE || !scan_end(&scan))
        return refusal != REFUSAL_NONE ? refusal : payload_refusal(&scan);
    if (!payload_is_symbol(entry.symbol) ||
        !binance_copy(fill->exchange_symbol, sizeof fill->exchange_symbol, entry.symbol) ||
        (entry.fee_asset.len > 0 &&
         !binance_copy(fill->fee_asset, sizeof fill->fee_asset, entry.fee_asset)) ||
        !payload_positive(&fill->price) || !payload_positive(&fill->qty))
        return REFUSAL_BAD_VALUE;
    fill->side = entry.buyer ? SIDE_BUY : SIDE_SELL;
    fill->liquidity = entry.maker ? LIQUIDITY_MAKER : LIQUIDITY_TAKER;
    telling->take(telling->context, &entry.event);
    return REFUSAL_NONE;
}

/* GET /fapi/v1/income (docs, 2026-05-28): of a commission, the instrument whose trade cost it. */
enum refusal binance_tell_income(struct slice document, const struct binance_telling *telling)
{
    struct event event;
    struct slice raw;
    enum refusal refusal = payload_member(document, SLICE("symbol"), &raw);
    event_begin(&event, KIND_INSTRUMENT);
    if (refusal != REFUSAL_NONE || raw.len < 2 || *raw.data != '"')
        return refusal != REFUSAL_NONE ? refusal : REFUSAL_MISSING_FIELD;
    struct slice symbol = {raw.data + 1, raw.len - 2};
    if (!payload_is_symbol(symbol) ||
        !binance_copy(event.instrument.exchange_symbol, sizeof event.instrument.exchange_symbol,
                      symbol))
        return REFUSAL_BAD_VALUE;
    telling->take(telling->context, &event);
    return REFUSAL_NONE;
}
