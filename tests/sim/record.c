/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/record.h"

static const char *const state_words[] = {
    [DIALECT_ORDER_WAITING] = "waiting",   [DIALECT_ORDER_TRIGGERED] = "triggered",
    [DIALECT_ORDER_OPEN] = "new",          [DIALECT_ORDER_PARTLY] = "partially_filled",
    [DIALECT_ORDER_FILLED] = "filled",     [DIALECT_ORDER_CANCELED] = "canceled",
    [DIALECT_ORDER_REJECTED] = "rejected", [DIALECT_ORDER_EXPIRED] = "expired",
};
static const char *const cause_words[] = {
    [DIALECT_CAUSE_NONE] = "none",           [DIALECT_CAUSE_USER] = "user",
    [DIALECT_CAUSE_IMMEDIATE] = "immediate", [DIALECT_CAUSE_POST_ONLY] = "post_only",
    [DIALECT_CAUSE_FUNDS] = "funds",         [DIALECT_CAUSE_AMOUNT] = "amount",
    [DIALECT_CAUSE_SELF] = "self",           [DIALECT_CAUSE_LIQUIDATION] = "liquidation",
};
static const char *const type_words[] = {
    [DIALECT_LIMIT] = "limit",
    [DIALECT_MARKET] = "market",
    [DIALECT_MARKET_AMOUNT] = "market_amount",
    [DIALECT_STOP_LIMIT] = "stop_limit",
};
static const char *const force_words[] = {
    [DIALECT_GTC] = "gtc",
    [DIALECT_IOC] = "ioc",
    [DIALECT_FOK] = "fok",
    [DIALECT_POST_ONLY] = "post_only",
};

#define COUNT(words) (sizeof(words) / sizeof *(words))

static bool find(const char *const *words, size_t count, struct slice word, size_t *place)
{
    *place = 0;
    while (*place < count && !slice_equal(word, slice_of(words[*place])))
        ++*place;
    return *place < count;
}

/* An order for an amount that was spent as far as it goes is filled, whatever the exchange calls
 * it. */
const char *record_state_word(const struct dialect_order *order)
{
    return order->cause == DIALECT_CAUSE_AMOUNT ? state_words[DIALECT_ORDER_FILLED]
                                                : state_words[order->state];
}

const char *record_cause_word(enum dialect_cause cause)
{
    return cause_words[cause];
}

const char *record_type_word(enum dialect_order_type type)
{
    return type_words[type];
}

const char *record_force_word(enum dialect_force force)
{
    return force_words[force];
}

bool record_read_cause(struct slice word, enum dialect_cause *cause)
{
    size_t place;
    bool found = find(cause_words, COUNT(cause_words), word, &place);
    *cause = (enum dialect_cause)place;
    return found;
}

bool record_read_type(struct slice word, enum dialect_order_type *type)
{
    size_t place;
    bool found = find(type_words, COUNT(type_words), word, &place);
    *type = (enum dialect_order_type)place;
    return found;
}

bool record_read_force(struct slice word, enum dialect_force *force)
{
    size_t place;
    bool found = find(force_words, COUNT(force_words), word, &place);
    *force = (enum dialect_force)place;
    return found;
}

static struct decimal show(const struct accounts *accounts, money value)
{
    return money_show(value, accounts->dialect->digits);
}

void record_order(const struct accounts *accounts, const struct order *order,
                  struct dialect_order *out)
{
    const struct instrument *instrument = &accounts->market->instruments[order->instrument];
    const struct scale *scale = &instrument->scale;
    struct dialect_instrument listed;
    bool priced = order->type == DIALECT_LIMIT || order->type == DIALECT_STOP_LIMIT;
    int64_t left = order->type == DIALECT_MARKET_AMOUNT ? 0 : order->qty - order->filled;
    market_instrument(accounts->market, order->instrument, &listed);
    *out = (struct dialect_order){
        .id = order->id,
        .account = order->account,
        .symbol = listed.symbol,
        .base = listed.base,
        .quote = listed.quote,
        .kind = listed.kind,
        .client_id = {order->client_id, order->client_id_len},
        .cancel_id = {order->cancel_id, order->cancel_id_len},
        .sell = order->sell,
        .reduce_only = order->reduce_only,
        .type = order->type,
        .force = order->force,
        .price = scale_price(scale, priced ? order->price : 0),
        .stop = scale_price(scale, order->stop),
        .qty = scale_size(scale, order->qty),
        .amount = show(accounts, order->amount),
        .filled = scale_size(scale, order->filled),
        .left = scale_size(scale, left),
        .cost = show(accounts, order->cost),
        .average = money_show(money_average(scale, order->cost, order->filled), scale->tick),
        .fee = show(accounts, order->fee),
        .fills = order->fills,
        .state = order->state,
        .cause = order->cause,
        .created_ns = order->created_ns,
        .updated_ns = order->updated_ns,
    };
}

void record_fill(const struct accounts *accounts, const struct fill *fill, struct dialect_fill *out)
{
    const struct order *order = &accounts->orders[fill->order];
    const struct instrument *instrument = &accounts->market->instruments[order->instrument];
    *out = (struct dialect_fill){
        .id = fill->id,
        .order_id = order->id,
        .symbol = {instrument->symbol, instrument->symbol_len},
        .sell = order->sell,
        .maker = fill->maker,
        .price = scale_price(&instrument->scale, fill->price),
        .qty = scale_size(&instrument->scale, fill->qty),
        .cost = show(accounts, fill->cost),
        .fee = show(accounts, fill->fee),
        .pnl = show(accounts, fill->pnl),
        .fee_asset = accounts->assets[fill->fee_asset],
        .time_ns = fill->time_ns,
    };
}

void record_balance(const struct accounts *accounts, const struct account *account, uint32_t asset,
                    struct dialect_balance *out)
{
    *out = (struct dialect_balance){
        .asset = accounts->assets[asset],
        .free = show(accounts, account->balances[asset].free),
        .locked = show(accounts, account->balances[asset].locked),
    };
}

void record_position(const struct accounts *accounts, const struct account *account,
                     uint32_t instrument, struct dialect_position *out)
{
    const struct position *position = &account->positions[instrument];
    const struct instrument *traded = &accounts->market->instruments[instrument];
    const struct scale *scale = &traded->scale;
    int64_t held = position->qty < 0 ? -position->qty : position->qty;
    struct decimal qty = scale_size(scale, held);
    qty.negative = position->qty < 0;
    *out = (struct dialect_position){
        .symbol = {traded->symbol, traded->symbol_len},
        .qty = qty,
        .entry = money_show(money_average(scale, position->cost, held), scale->tick),
        .mark = scale_price(scale, traded->mark),
        .pnl = show(accounts, funds_unrealized(traded, position)),
        .liquidation = money_show(funds_liquidation(traded, position), scale->tick),
        .leverage = ACCOUNTS_LEVERAGE,
    };
}

void record_tell(struct accounts *accounts, const struct order *order, bool news,
                 const struct fill *fill, const struct changed *changed)
{
    struct account *account = &accounts->rows[order->account];
    struct dialect_order shown;
    struct dialect_fill filled;
    struct dialect_balance balances[FUNDS_CHANGED_MAX];
    struct dialect_position position;
    record_order(accounts, order, &shown);
    if (fill != NULL)
        record_fill(accounts, fill, &filled);
    for (uint32_t i = 0; i < changed->count; i++)
        record_balance(accounts, account, changed->assets[i], &balances[i]);
    bool moved = changed->position || accounts->dialect->account->position_always;
    if (moved)
        record_position(accounts, account, order->instrument, &position);
    struct dialect_account_event event = {
        .account = order->account,
        .sequence = ++account->sequence,
        .time_ns = order->updated_ns,
        .news = news,
        .order = &shown,
        .fill = fill != NULL ? &filled : NULL,
        .balances = balances,
        .balance_count = changed->count,
        .position = moved ? &position : NULL,
    };
    accounts->take(accounts->context, &event);
}
