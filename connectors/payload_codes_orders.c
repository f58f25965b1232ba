/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, fills and balances, as the stream and REST tell them. */
#include "connectors/payload_codes_account.h"

enum refusal codes_read_maker(struct scan *scan, void *record, struct parsing *parsing)
{
    struct codes_order *order = record;
    bool maker;
    (void)parsing;
    if (scan_boolean(scan, &maker))
        order->liquidity = maker ? LIQUIDITY_MAKER : LIQUIDITY_TAKER;
    return REFUSAL_NONE;
}

enum refusal codes_read_trades(struct scan *scan, void *record, struct parsing *parsing)
{
    struct codes_order *order = record;
    (void)parsing;
    scan_raw(scan, &order->trades);
    return REFUSAL_NONE;
}

enum refusal codes_read_made(struct scan *scan, void *record, struct parsing *parsing)
{
    struct codes_order *order = record;
    struct slice text;
    (void)parsing;
    if (scan_string(scan, &text) && !payload_instant(text, &order->made_ns))
        return REFUSAL_BAD_VALUE;
    return REFUSAL_NONE;
}

#define POST_ONLY TIME_IN_FORCE_COUNT /* is no time in force of ours: it rests as GTC does */

static const struct flat_word sides[] = {{{"BID", 3}, SIDE_BUY},  {{"bid", 3}, SIDE_BUY},
                                         {{"buy", 3}, SIDE_BUY},  {{"ASK", 3}, SIDE_SELL},
                                         {{"ask", 3}, SIDE_SELL}, {{"sell", 4}, SIDE_SELL},
                                         FLAT_END_OF_WORDS};
/* upbit.md 7.3, bithumb.md 7: a market order to buy is `price`, to sell `market`. */
static const struct flat_word types[] = {{{"limit", 5}, ORDER_TYPE_LIMIT},
                                         {{"price", 5}, ORDER_TYPE_MARKET},
                                         {{"market", 6}, ORDER_TYPE_MARKET},
                                         {{"best", 4}, ORDER_TYPE_BEST},
                                         FLAT_END_OF_WORDS};
static const struct flat_word forces[] = {{{"ioc", 3}, TIME_IN_FORCE_IOC},
                                          {{"fok", 3}, TIME_IN_FORCE_FOK},
                                          {{"post_only", 9}, POST_ONLY},
                                          FLAT_END_OF_WORDS};

/* 0, the unknown of each enumeration, for a word that is not there or not known, which is noted. */
static uint8_t word_value(const struct flat_word *words, struct slice word, struct parsing *parsing)
{
    for (; words->word.data != NULL; words++)
        if (slice_equal(words->word, word))
            return words->value;
    if (word.len > 0)
        payload_strange_word(word, parsing);
    return 0;
}

/* The front of a text, if it has no room: enough to tell. */
static void cut(char *field, size_t room, struct slice text)
{
    size_t len = text.len < room - 1 ? text.len : room - 1;
    memcpy(field, text.data != NULL ? text.data : "", len);
    field[len] = '\0';
}

/* What the user called it: any text. */
static void copy_client_id(char *field, size_t room, struct slice text)
{
    char plain[4 * CLIENT_ID_MAX];
    struct text out = text_over(plain, sizeof plain);
    bool read = scan_unescape(text, &out) && !out.overflow;
    cut(field, room, read ? text_slice(&out) : text);
}

/* "KRW-BTC": fees are of the quote (upbit.md 6.3). */
static void copy_quote(char *field, size_t room, struct slice code)
{
    const char *dash = memchr(code.data, '-', code.len);
    cut(field, room, (struct slice){code.data, dash != NULL ? (size_t)(dash - code.data) : 0});
}

static void know(struct order *order, enum order_field field, const struct decimal *value)
{
    order->numbers[field] = *value;
    order->known |= PAYLOAD_BIT(field);
}

static bool knows(const struct order *order, enum order_field field)
{
    return (order->known & PAYLOAD_BIT(field)) != 0;
}

static void copy_words(const struct codes_form *form, struct codes_order *found,
                       struct parsing *parsing)
{
    struct order *order = &found->event.order;
    uint8_t force = word_value(forces, found->force, parsing);
    cut(order->exchange_symbol, sizeof order->exchange_symbol, found->code);
    id_set(&order->order_id, found->id);
    copy_client_id(order->client_order_id, sizeof order->client_order_id, found->client_id);
    cut(order->exchange_status, sizeof order->exchange_status, found->state);
    order->side = word_value(sides, found->side, parsing);
    order->order_type = word_value(types, found->type, parsing);
    order->post_only = force == POST_ONLY;
    order->time_in_force = order->post_only ? TIME_IN_FORCE_GTC : force;
    if (found->force.len == 0 && order->order_type == ORDER_TYPE_LIMIT)
        order->time_in_force = (uint8_t)form->unsaid;
    /* Whoever buys at the market, or at the best price, says how much to spend. */
    bool best = order->order_type == ORDER_TYPE_BEST && order->side == SIDE_BUY;
    order->quote_sized = best || slice_equal(found->type, SLICE("price"));
}

/* What an order is for: its price, unless that is an amount; its quantity, which a merged trade
 * does not say but in three parts. */
static enum refusal copy_size(struct codes_order *found, bool merged_trade)
{
    struct order *order = &found->event.order;
    if (merged_trade) {
        found->trade_price = found->price;
        found->trade_qty = found->qty;
        found->price = found->qty = (struct decimal){0};
        if (knows(order, ORDER_FILLED_QTY) && knows(order, ORDER_LEAVES_QTY) &&
            (!decimal_add(&order->numbers[ORDER_FILLED_QTY], &order->numbers[ORDER_LEAVES_QTY],
                          &found->qty) ||
             !decimal_add(&found->qty, &found->prevented, &found->qty)))
            return REFUSAL_BAD_NUMBER;
    }
    if (found->price.negative || found->qty.negative)
        return REFUSAL_BAD_VALUE;
    if (order->order_type == ORDER_TYPE_LIMIT && !decimal_is_zero(&found->price))
        know(order, ORDER_PRICE, &found->price);
    if (!order->quote_sized && !decimal_is_zero(&found->qty))
        know(order, ORDER_QTY, &found->qty);
    if (order->quote_sized)
        order->known &= ~PAYLOAD_BIT(ORDER_LEAVES_QTY);
    if (decimal_is_zero(&order->numbers[ORDER_AVG_PRICE]))
        order->known &= ~PAYLOAD_BIT(ORDER_AVG_PRICE);
    return REFUSAL_NONE;
}

static void copy_trade(struct codes_order *found)
{
    struct order *order = &found->event.order;
    know(order, ORDER_LAST_PRICE, &found->trade_price);
    know(order, ORDER_LAST_QTY, &found->trade_qty);
    id_set(&order->trade_id, found->trade_id);
    order->liquidity = found->liquidity;
    if (knows(order, ORDER_FEE))
        copy_quote(order->fee_asset, sizeof order->fee_asset, found->code);
}

/* Self-match prevention has no word of its own in a state: its number stands for it. */
static void judge(const struct codes_account *account, struct codes_order *found,
                  struct parsing *parsing)
{
    struct order *order = &found->event.order;
    bool prevented = !decimal_is_zero(&found->prevented);
    const struct slice details[] = {found->cancel, found->type,
                                    prevented ? SLICE("prevented_volume") : SLICE("")};
    enum order_status status;
    if (!order_status_read(account->statuses, found->state, details,
                           sizeof details / sizeof *details, order, &status))
        payload_strange_word(found->state, parsing);
    order->status = (uint8_t)status;
    if (found->cancel.len == 0 && prevented && status == ORDER_CANCELED)
        found->cancel = found->prevention;
    cut(order->reject_reason, sizeof order->reject_reason, found->cancel);
}

/* What a state says of numbers that are not given: of an order that has done nothing, that nothing
 * is filled; of one by an amount that is over, that it was for what it got. */
static void complete(struct codes_order *found)
{
    struct order *order = &found->event.order;
    const struct decimal none = {0};
    bool idle = order->status == ORDER_NEW || order->status == ORDER_SUSPENDED;
    if (idle && !knows(order, ORDER_FILLED_QTY)) {
        know(order, ORDER_FILLED_QTY, &none);
        if (knows(order, ORDER_QTY) && !knows(order, ORDER_LEAVES_QTY))
            know(order, ORDER_LEAVES_QTY, &order->numbers[ORDER_QTY]);
    }
    if (order->quote_sized && order_status_is_final(order->status) &&
        knows(order, ORDER_FILLED_QTY)) {
        know(order, ORDER_QTY, &order->numbers[ORDER_FILLED_QTY]);
        know(order, ORDER_LEAVES_QTY, &none);
    }
}

/* Of an object that was read: the order; false and why not. */
static enum refusal make_order(const struct codes_account *account, const struct codes_form *form,
                               struct codes_order *found, struct parsing *parsing)
{
    bool trade = slice_equal(found->state, SLICE("trade"));
    if (found->code.len > SYMBOL_MAX || !payload_is_symbol(found->code) || found->id.len > ID_MAX ||
        found->trade_id.len > ID_MAX)
        return REFUSAL_BAD_VALUE;
    copy_words(form, found, parsing);
    enum refusal refusal = copy_size(found, trade && form->merged);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (trade && found->trade_id.len == 0)
        return REFUSAL_MISSING_FIELD;
    if (trade && !(payload_positive(&found->trade_price) && payload_positive(&found->trade_qty)))
        return REFUSAL_BAD_VALUE;
    if (trade)
        copy_trade(found);
    judge(account, found, parsing);
    complete(found);
    return REFUSAL_NONE;
}

/* The fill that a trade is told by. */
static void make_fill(const struct codes_order *found, struct event *event)
{
    const struct order *order = &found->event.order;
    struct fill *fill = &event->fill;
    event_begin(event, KIND_FILL);
    event->ts_exchange = found->trade_ns != 0 ? found->trade_ns : found->event.ts_exchange;
    memcpy(fill->exchange_symbol, order->exchange_symbol, sizeof fill->exchange_symbol);
    memcpy(fill->client_order_id, order->client_order_id, sizeof fill->client_order_id);
    memcpy(fill->fee_asset, order->fee_asset, sizeof fill->fee_asset);
    fill->order_id = order->order_id;
    fill->trade_id = order->trade_id;
    fill->price = found->trade_price;
    fill->qty = found->trade_qty;
    fill->fee = order->numbers[ORDER_FEE];
    fill->side = order->side;
    fill->liquidity = order->liquidity;
}

static enum refusal read_object(struct slice object, const struct codes_form *form,
                                struct codes_order *found, struct parsing *parsing)
{
    struct scan scan;
    *found = (struct codes_order){.made_ns = 0};
    event_begin(&found->event, KIND_ORDER);
    scan_begin(&scan, object);
    enum refusal refusal = flat_object(&scan, form->flat, found, parsing);
    return refusal != REFUSAL_NONE || scan_end(&scan) ? refusal : payload_refusal(&scan);
}

/* An order's events have one clock, the time at which each was told: the times of trades and the
 * time at which it was made, whole seconds on Upbit, are older, and would run backwards. A fill has
 * the trade's own. */
static enum refusal parse_order(const struct codes_account *account, struct slice payload,
                                struct parsing *parsing, private_take *take, void *context)
{
    const struct codes_stream_form *form = account->stream;
    struct codes_order found;
    struct event fill;
    for (; form->marks[0].len > 0; form++) {
        struct slice values[2];
        payload_member(payload, form->marks[0], &values[0]);
        payload_member(payload, form->marks[1], &values[1]);
        if (values[0].len + values[1].len > 0)
            break;
    }
    enum refusal refusal = read_object(payload, &form->form, &found, parsing);
    if (refusal == REFUSAL_NONE)
        refusal = make_order(account, &form->form, &found, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool trade = found.event.order.trade_id.len > 0;
    if (trade)
        make_fill(&found, &fill);
    take(context, &found.event);
    if (trade)
        take(context, &fill);
    return REFUSAL_NONE;
}

/* An asset, of the stream and of /v1/accounts: what is free, and what is locked. */
struct asset {
    struct event event;
    struct slice currency;
};
static const struct flat_field asset_fields[] = {
    FLAT("currency", "cu", FLAT_TEXT, FLAT_VALUE, offsetof(struct asset, currency)),
    FLAT("balance", "b", FLAT_NUMBER, FLAT_VALUE, BALANCE_FREE),
    FLAT("locked", "l", FLAT_NUMBER, FLAT_VALUE, BALANCE_LOCKED),
    FLAT("avg_buy_price", "avg_buy_price", FLAT_IGNORED),
    FLAT("avg_buy_price_modified", "avg_buy_price_modified", FLAT_IGNORED),
    FLAT("unit_currency", "unit_currency", FLAT_IGNORED),
};
static const struct flat asset_flat = FLAT_OF(asset_fields);

static enum refusal read_asset(struct slice object, struct parsing *parsing, struct event *event)
{
    struct scan scan;
    struct asset asset = {.currency = {NULL, 0}};
    event_begin(&asset.event, KIND_BALANCE);
    scan_begin(&scan, object);
    enum refusal refusal = flat_object(&scan, &asset_flat, &asset, parsing);
    if (refusal != REFUSAL_NONE || !scan_end(&scan))
        return refusal != REFUSAL_NONE ? refusal : payload_refusal(&scan);
    struct balance *balance = &asset.event.balance;
    if (asset.currency.len > ASSET_MAX || !payload_is_symbol(asset.currency))
        return REFUSAL_BAD_VALUE;
    cut(balance->asset, sizeof balance->asset, asset.currency);
    if (!decimal_add(&balance->numbers[BALANCE_FREE], &balance->numbers[BALANCE_LOCKED],
                     &balance->numbers[BALANCE_TOTAL]))
        return REFUSAL_BAD_NUMBER;
    balance->known |= PAYLOAD_BIT(BALANCE_TOTAL);
    *event = asset.event;
    return REFUSAL_NONE;
}

/* myAsset: those that changed. */
struct assets {
    struct slice list;
    int64_t time_ns;
};

static enum refusal read_list(struct scan *scan, void *record, struct parsing *parsing)
{
    struct assets *assets = record;
    (void)parsing;
    if (scan_peek(scan) != SCAN_ARRAY)
        scan_fail(scan, SCAN_TYPE);
    scan_raw(scan, &assets->list);
    return REFUSAL_NONE;
}

static const struct flat_field assets_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("asset_uuid", "astuid", FLAT_IGNORED),
    FLAT("assets", "ast", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_list),
    FLAT("asset_timestamp", "asttms", FLAT_TIME, FLAT_VALUE, offsetof(struct assets, time_ns)),
    FLAT("timestamp", "tms", FLAT_IGNORED),
    FLAT("stream_type", "st", FLAT_IGNORED),
};
static const struct flat assets_flat = FLAT_OF(assets_fields);

static enum refusal parse_assets(struct slice payload, struct parsing *parsing, private_take *take,
                                 void *context)
{
    struct scan scan;
    struct slice element;
    struct assets assets = {.time_ns = 0};
    struct event event;
    scan_begin(&scan, payload);
    enum refusal refusal = flat_object(&scan, &assets_flat, &assets, parsing);
    if (refusal != REFUSAL_NONE || !scan_end(&scan))
        return refusal != REFUSAL_NONE ? refusal : payload_refusal(&scan);
    scan_begin(&scan, assets.list);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &element)) {
        refusal = read_asset(element, parsing, &event);
        if (refusal != REFUSAL_NONE)
            return refusal;
        event.ts_exchange = assets.time_ns;
        take(context, &event);
    }
    return payload_refusal(&scan);
}

enum refusal codes_parse_private(const struct codes_account *account, struct slice payload,
                                 struct parsing *parsing, private_take *take, void *context)
{
    struct codes_top top;
    enum refusal refusal = codes_read_top(account->codes, payload, &top);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (slice_equal(top.type, SLICE("myAsset")))
        return parse_assets(payload, parsing, take, context);
    return parse_order(account, payload, parsing, take, context);
}

/* A trade of an order, of REST: neither its fee nor whose it was is told. */
struct execution {
    struct slice id;
    struct decimal price, qty;
    int64_t time_ns;
};

static enum refusal read_trade_time(struct scan *scan, void *record, struct parsing *parsing)
{
    struct execution *execution = record;
    struct slice text;
    (void)parsing;
    if (scan_string(scan, &text) && !payload_instant(text, &execution->time_ns))
        return REFUSAL_BAD_VALUE;
    return REFUSAL_NONE;
}

static const struct flat_field trade_fields[] = {
    FLAT("market", "market", FLAT_IGNORED),
    FLAT("uuid", "uuid", FLAT_TEXT, FLAT_VALUE, offsetof(struct execution, id)),
    FLAT("price", "price", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct execution, price)),
    FLAT("volume", "volume", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct execution, qty)),
    FLAT("funds", "funds", FLAT_IGNORED),
    FLAT("trend", "trend", FLAT_IGNORED),
    FLAT("created_at", "created_at", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_trade_time),
    FLAT("side", "side", FLAT_IGNORED),
};
static const struct flat trade_flat = FLAT_OF(trade_fields);

static enum refusal give_trade(const struct codes_reading *reading, struct slice object,
                               struct codes_order *found)
{
    struct scan scan;
    struct execution execution = {.time_ns = 0};
    struct event fill;
    scan_begin(&scan, object);
    enum refusal refusal = flat_object(&scan, &trade_flat, &execution, reading->parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (execution.id.len > ID_MAX || !payload_positive(&execution.price) ||
        !payload_positive(&execution.qty))
        return REFUSAL_BAD_VALUE;
    found->trade_price = execution.price;
    found->trade_qty = execution.qty;
    found->trade_ns = execution.time_ns;
    make_fill(found, &fill);
    id_set(&fill.fill.trade_id, execution.id);
    reading->take(reading->context, &fill);
    return REFUSAL_NONE;
}

/* REST tells when an order was made, and nothing of when it became what it is: its events have no
 * time. */
static enum refusal read_rest_order(const struct codes_reading *reading, struct slice object,
                                    struct codes_order *found)
{
    const struct codes_account *account = reading->account;
    enum refusal refusal = read_object(object, &account->rest, found, reading->parsing);
    return refusal == REFUSAL_NONE ? make_order(account, &account->rest, found, reading->parsing)
                                   : refusal;
}

void codes_read_order(struct codes_reading *reading, struct slice body)
{
    struct scan scan;
    struct slice element;
    struct codes_order found;
    enum refusal refusal = read_rest_order(reading, body, &found);
    if (refusal == REFUSAL_NONE && found.trades.len > 0) {
        scan_begin(&scan, found.trades);
        scan_array(&scan);
        while (refusal == REFUSAL_NONE && scan_element(&scan) && scan_raw(&scan, &element))
            refusal = give_trade(reading, element, &found);
        if (refusal == REFUSAL_NONE)
            refusal = payload_refusal(&scan);
    }
    if (refusal == REFUSAL_NONE)
        reading->take(reading->context, &found.event);
    reading->reply->refusal = refusal;
}

/* Reads an entry of a list by itself; anything but REFUSAL_NONE: it cannot be held. */
typedef enum refusal read_entry(struct codes_reading *reading, struct slice entry);

static enum refusal read_order_entry(struct codes_reading *reading, struct slice entry)
{
    struct codes_order found;
    enum refusal refusal = read_rest_order(reading, entry, &found);
    reading->made_ns = found.made_ns;
    if (refusal == REFUSAL_NONE)
        reading->take(reading->context, &found.event);
    return refusal;
}

static enum refusal read_account_entry(struct codes_reading *reading, struct slice entry)
{
    struct event event;
    enum refusal refusal = read_asset(entry, reading->parsing, &event);
    if (refusal == REFUSAL_NONE)
        reading->take(reading->context, &event);
    return refusal;
}

static void read_entries(struct codes_reading *reading, struct slice list, read_entry *read)
{
    struct scan scan;
    struct slice entry;
    scan_begin(&scan, list);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &entry)) {
        reading->entries++;
        reading->reply->skipped += read(reading, entry) != REFUSAL_NONE;
    }
    reading->reply->refusal = scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

void codes_read_orders(struct codes_reading *reading, struct slice list)
{
    read_entries(reading, list, read_order_entry);
}

void codes_read_accounts(struct codes_reading *reading, struct slice body)
{
    read_entries(reading, body, read_account_entry);
}
