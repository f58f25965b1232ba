/* SPDX-License-Identifier: Apache-2.0 */
/* What the streams of both markets tell (6.1.4, 6.2.3 to 6.2.5), by tables of their members;
 * those of an order stand in private_fields.c. */
#include "connectors/binance/private.h"

#include "connectors/binance/private_fields.h"

/* An entry of a list that stands in a message, and what is not said in it. */
struct entry {
    struct event event; /* the first */
    struct slice asset, symbol, leg, mode;
    struct decimal size;
    const struct binance_telling *telling;
};

static void begin_entry(struct entry *entry, enum kind kind, int64_t time_ns,
                        const struct binance_telling *telling)
{
    *entry = (struct entry){.telling = telling};
    event_begin(&entry->event, kind);
    entry->event.ts_exchange = time_ns;
}

static enum refusal tell_balance(struct entry *entry)
{
    struct balance *balance = &entry->event.balance;
    if (!binance_copy(balance->asset, sizeof balance->asset, entry->asset))
        return REFUSAL_BAD_VALUE;
    if ((balance->known & PAYLOAD_BIT(BALANCE_TOTAL)) == 0) {
        if (!decimal_add(&balance->numbers[BALANCE_FREE], &balance->numbers[BALANCE_LOCKED],
                         &balance->numbers[BALANCE_TOTAL]))
            return REFUSAL_BAD_NUMBER;
        balance->known |= PAYLOAD_BIT(BALANCE_TOTAL);
    }
    entry->telling->take(entry->telling->context, &entry->event);
    return REFUSAL_NONE;
}

/* 6.2.4: `cross` and `isolated`, of a margin call in capitals; a reply has neither, but what is in
 * an isolated wallet (an amount of 0 is none). */
static enum refusal tell_position(struct entry *entry)
{
    struct position *position = &entry->event.position;
    if (!payload_is_symbol(entry->symbol) ||
        !binance_copy(position->exchange_symbol, sizeof position->exchange_symbol, entry->symbol) ||
        (entry->leg.len > 0 && !binance_read_leg(entry->leg, &position->position_side)))
        return REFUSAL_BAD_VALUE;
    if (slice_equal(entry->mode, SLICE("isolated")))
        position->margin_mode = MARGIN_ISOLATED;
    else if (slice_equal(entry->mode, SLICE("cross")))
        position->margin_mode = MARGIN_CROSS;
    else if (entry->mode.len > 0)
        payload_strange_word(entry->mode, entry->telling->parsing);
    binance_set_size(position, &entry->size);
    entry->telling->take(entry->telling->context, &entry->event);
    return REFUSAL_NONE;
}

/* Reads an array of objects, each told as an entry. */
static enum refusal read_entries(struct scan *scan, enum kind kind, const struct flat *fields,
                                 int64_t time_ns, const struct binance_telling *telling)
{
    scan_array(scan);
    while (scan_element(scan)) {
        struct entry entry;
        begin_entry(&entry, kind, time_ns, telling);
        enum refusal refusal = flat_object(scan, fields, &entry, telling->parsing);
        if (refusal == REFUSAL_NONE)
            refusal = kind == KIND_BALANCE ? tell_balance(&entry) : tell_position(&entry);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    return payload_refusal(scan);
}

/* The same of an entry that is a document. */
static enum refusal tell_entry(struct slice document, enum kind kind, const struct flat *fields,
                               struct entry *entry, const struct binance_telling *telling)
{
    struct scan scan;
    begin_entry(entry, kind, 0, telling);
    scan_begin(&scan, document);
    enum refusal refusal = flat_object(&scan, fields, entry, telling->parsing);
    return refusal != REFUSAL_NONE || scan_end(&scan) ? refusal : payload_refusal(&scan);
}

/* A message that lists what is absolute; lists are told when its time is known. */
struct listing {
    int64_t time_ns;
    struct slice balances, positions;
};

static enum refusal take_raw(struct scan *scan, struct slice *raw)
{
    scan_raw(scan, raw);
    return REFUSAL_NONE;
}

static enum refusal take_balances(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    return take_raw(scan, &((struct listing *)record)->balances);
}

static enum refusal take_positions(struct scan *scan, void *record, struct parsing *parsing)
{
    (void)parsing;
    return take_raw(scan, &((struct listing *)record)->positions);
}

/* Reads the members of a message, whose lists are then told. */
static enum refusal read_listing(struct slice payload, const struct flat *fields,
                                 struct listing *listing, const struct binance_telling *telling)
{
    struct scan scan;
    scan_begin(&scan, payload);
    enum refusal refusal = flat_object(&scan, fields, listing, telling->parsing);
    return refusal != REFUSAL_NONE || scan_end(&scan) ? refusal : payload_refusal(&scan);
}

static enum refusal tell_list(struct slice list, enum kind kind, const struct flat *fields,
                              int64_t time_ns, const struct binance_telling *telling)
{
    struct scan scan;
    if (list.len == 0)
        return REFUSAL_NONE;
    scan_begin(&scan, list);
    return read_entries(&scan, kind, fields, time_ns, telling);
}

/* 6.1.4. U (seen 2024-09) is the id of the execution that changed it. */
static enum refusal tell_account_position(struct slice payload,
                                          const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        IGNORED("e"),
        FIELD("E", FLAT_TIME, FLAT_VALUE, offsetof(struct listing, time_ns)),
        IGNORED("u"),
        IGNORED("U"),
        NESTED("B", FLAT_VALUE, take_balances),
    };
    static const struct flat_field balance_fields[] = {
        FIELD("a", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, asset)),
        FIELD("f", FLAT_NUMBER, FLAT_VALUE, BALANCE_FREE),
        FIELD("l", FLAT_NUMBER, FLAT_VALUE, BALANCE_LOCKED),
    };
    static const struct flat message = FLAT_OF(fields), balance = FLAT_OF(balance_fields);
    struct listing listing = {0};
    enum refusal refusal = read_listing(payload, &message, &listing, telling);
    if (refusal != REFUSAL_NONE)
        return refusal;
    return tell_list(listing.balances, KIND_BALANCE, &balance, listing.time_ns, telling);
}

/* 6.2.4: m says why, S of what funding is. */
static enum refusal read_account(struct scan *scan, void *record, struct parsing *parsing)
{
    static const struct flat_word reasons[] = {
        {{"DEPOSIT", 7}, 0},
        {{"WITHDRAW", 8}, 0},
        {{"ORDER", 5}, 0},
        {{"FUNDING_FEE", 11}, 0},
        {{"WITHDRAW_REJECT", 15}, 0},
        {{"ADJUSTMENT", 10}, 0},
        {{"INSURANCE_CLEAR", 15}, 0},
        {{"ADMIN_DEPOSIT", 13}, 0},
        {{"ADMIN_WITHDRAW", 14}, 0},
        {{"MARGIN_TRANSFER", 15}, 0},
        {{"MARGIN_TYPE_CHANGE", 18}, 0},
        {{"ASSET_TRANSFER", 14}, 0},
        {{"OPTIONS_PREMIUM_FEE", 19}, 0},
        {{"OPTIONS_SETTLE_PROFIT", 21}, 0},
        {{"AUTO_EXCHANGE", 13}, 0},
        {{"COIN_SWAP_DEPOSIT", 17}, 0},
        {{"COIN_SWAP_WITHDRAW", 18}, 0},
        FLAT_END_OF_WORDS,
    };
    static const struct flat_field fields[] = {
        NESTED("B", FLAT_OPTIONAL, take_balances),
        NESTED("P", FLAT_OPTIONAL, take_positions),
        FIELD("m", FLAT_NOTED, FLAT_VALUE, 0, reasons),
        IGNORED("S"),
    };
    static const struct flat account = FLAT_OF(fields);
    return flat_object(scan, &account, record, parsing);
}

/* 6.2.4. Of a balance the wallet is what is told: nothing here says what of it is free, and that
 * changes with each price. fs is the unit of a portfolio margin account (seen 2024-09), ma the
 * margin's asset (seen 2021). */
static enum refusal tell_account_update(struct slice payload, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        IGNORED("e"),
        FIELD("T", FLAT_TIME, FLAT_VALUE, offsetof(struct listing, time_ns)),
        IGNORED("E"),
        IGNORED("fs"),
        NESTED("a", FLAT_VALUE, read_account),
    };
    static const struct flat_field balance_fields[] = {
        FIELD("a", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, asset)),
        FIELD("wb", FLAT_NUMBER, FLAT_VALUE, BALANCE_TOTAL),
        IGNORED("cw"),
        IGNORED("bc"),
    };
    static const struct flat_field position_fields[] = {
        FIELD("s", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, symbol)),
        FIELD("pa", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct entry, size)),
        FIELD("ep", FLAT_NUMBER, FLAT_VALUE, POSITION_ENTRY_PRICE),
        IGNORED("cr"),
        FIELD("up", FLAT_NUMBER, FLAT_OPTIONAL, POSITION_UNREALIZED_PNL),
        FIELD("mt", FLAT_TEXT, FLAT_OPTIONAL, offsetof(struct entry, mode)),
        IGNORED("iw"),
        FIELD("ps", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, leg)),
        IGNORED("bep"),
        IGNORED("ma"),
    };
    static const struct flat message = FLAT_OF(fields), balance = FLAT_OF(balance_fields),
                             position = FLAT_OF(position_fields);
    struct listing listing = {0};
    enum refusal refusal = read_listing(payload, &message, &listing, telling);
    if (refusal == REFUSAL_NONE)
        refusal = tell_list(listing.balances, KIND_BALANCE, &balance, listing.time_ns, telling);
    if (refusal == REFUSAL_NONE)
        refusal = tell_list(listing.positions, KIND_POSITION, &position, listing.time_ns, telling);
    return refusal;
}

/* GET /api/v3/account (docs, 2026-07-21). */
enum refusal binance_tell_spot_balance(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        FIELD("asset", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, asset)),
        FIELD("free", FLAT_NUMBER, FLAT_VALUE, BALANCE_FREE),
        FIELD("locked", FLAT_NUMBER, FLAT_VALUE, BALANCE_LOCKED),
    };
    static const struct flat balance = FLAT_OF(fields);
    struct entry entry;
    enum refusal refusal = tell_entry(document, KIND_BALANCE, &balance, &entry, telling);
    return refusal == REFUSAL_NONE ? tell_balance(&entry) : refusal;
}

/* GET /fapi/v3/balance (docs, 2026-05-28). */
enum refusal binance_tell_usdm_balance(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        IGNORED("accountAlias"),
        FIELD("asset", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, asset)),
        FIELD("balance", FLAT_NUMBER, FLAT_VALUE, BALANCE_TOTAL),
        IGNORED("crossWalletBalance"),
        IGNORED("crossUnPnl"),
        IGNORED("availableBalance"),
        IGNORED("maxWithdrawAmount"),
        IGNORED("marginAvailable"),
        FIELD("updateTime", FLAT_TIME, FLAT_OPTIONAL, offsetof(struct entry, event.ts_exchange)),
    };
    static const struct flat balance = FLAT_OF(fields);
    struct entry entry;
    enum refusal refusal = tell_entry(document, KIND_BALANCE, &balance, &entry, telling);
    return refusal == REFUSAL_NONE ? tell_balance(&entry) : refusal;
}

struct position_entry {
    struct entry entry; /* the first */
    struct decimal isolated;
};

/* GET /fapi/v3/positionRisk (docs, 2026-05-28): what has neither a size nor an order is left out.
 */
enum refusal binance_tell_position(struct slice document, const struct binance_telling *telling)
{
    static const struct flat_field fields[] = {
        FIELD("symbol", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, symbol)),
        FIELD("positionSide", FLAT_TEXT, FLAT_VALUE, offsetof(struct entry, leg)),
        FIELD("positionAmt", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct entry, size)),
        FIELD("entryPrice", FLAT_NUMBER, FLAT_VALUE, POSITION_ENTRY_PRICE),
        IGNORED("breakEvenPrice"),
        FIELD("markPrice", FLAT_NUMBER, FLAT_OPTIONAL, POSITION_MARK_PRICE),
        FIELD("unRealizedProfit", FLAT_NUMBER, FLAT_OPTIONAL, POSITION_UNREALIZED_PNL),
        FIELD("liquidationPrice", FLAT_NUMBER, FLAT_OPTIONAL, POSITION_LIQUIDATION_PRICE),
        IGNORED("isolatedMargin"),
        IGNORED("notional"),
        IGNORED("marginAsset"),
        FIELD("isolatedWallet", FLAT_DECIMAL, FLAT_OPTIONAL,
              offsetof(struct position_entry, isolated)),
        IGNORED("initialMargin"),
        IGNORED("maintMargin"),
        IGNORED("positionInitialMargin"),
        IGNORED("openOrderInitialMargin"),
        IGNORED("adl"),
        IGNORED("bidNotional"),
        IGNORED("askNotional"),
        FIELD("updateTime", FLAT_TIME, FLAT_OPTIONAL, offsetof(struct entry, event.ts_exchange)),
    };
    static const struct flat position = FLAT_OF(fields);
    struct position_entry read = {.isolated = {0}};
    enum refusal refusal = tell_entry(document, KIND_POSITION, &position, &read.entry, telling);
    if (refusal != REFUSAL_NONE)
        return refusal;
    struct position *told = &read.entry.event.position;
    if (!decimal_is_zero(&read.entry.size))
        told->margin_mode = decimal_is_zero(&read.isolated) ? MARGIN_CROSS : MARGIN_ISOLATED;
    if (decimal_is_zero(&told->numbers[POSITION_LIQUIDATION_PRICE]))
        told->known &= ~PAYLOAD_BIT(POSITION_LIQUIDATION_PRICE);
    return tell_position(&read.entry);
}

/* TRADE_LITE says again what ORDER_TRADE_UPDATE does, sooner and without fee and status: two
 * records of one fill would be no better than one. Changes of balances that are no order's come
 * twice as well, as a difference (balanceUpdate, externalLockUpdate) and absolute. */
const struct binance_private_word binance_spot_events[] = {
    {{"executionReport", 15}, PRIVATE_DATA, binance_tell_execution},
    {{"outboundAccountPosition", 23}, PRIVATE_DATA, tell_account_position},
    {{"balanceUpdate", 13}, PRIVATE_OTHER, NULL},
    {{"listStatus", 10}, PRIVATE_OTHER, NULL},
    {{"externalLockUpdate", 18}, PRIVATE_OTHER, NULL},
    {{"eventStreamTerminated", 21}, PRIVATE_OVER, NULL},
    {{"serverShutdown", 14}, PRIVATE_GOING_AWAY, NULL},
    {{NULL, 0}, PRIVATE_REFUSED, NULL},
};

const struct binance_private_word binance_usdm_events[] = {
    {{"ORDER_TRADE_UPDATE", 18}, PRIVATE_DATA, binance_tell_order_update},
    {{"ACCOUNT_UPDATE", 14}, PRIVATE_DATA, tell_account_update},
    {{"ALGO_UPDATE", 11}, PRIVATE_DATA, binance_tell_algo_update},
    {{"TRADE_LITE", 10}, PRIVATE_OTHER, NULL},
    {{"MARGIN_CALL", 11}, PRIVATE_OTHER, NULL},
    {{"ACCOUNT_CONFIG_UPDATE", 21}, PRIVATE_OTHER, NULL},
    {{"STRATEGY_UPDATE", 15}, PRIVATE_OTHER, NULL},
    {{"GRID_UPDATE", 11}, PRIVATE_OTHER, NULL},
    {{"CONDITIONAL_ORDER_TRIGGER_REJECT", 32}, PRIVATE_OTHER, NULL},
    {{"listenKeyExpired", 16}, PRIVATE_OVER, NULL},
    {{"serverShutdown", 14}, PRIVATE_GOING_AWAY, NULL},
    {{NULL, 0}, PRIVATE_REFUSED, NULL},
};
