/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/funds.h"

#include "common/ensure.h"

#define ENOUGH      20000 /* times the largest size there is */
#define LIQUIDATION 9     /* tenths of the margin that a position may lose */

static void changes(struct changed *changed, uint32_t asset)
{
    for (uint32_t i = 0; i < changed->count; i++)
        if (changed->assets[i] == asset)
            return;
    ENSURE(changed->count < FUNDS_CHANGED_MAX);
    changed->assets[changed->count++] = asset;
}

static void add(struct accounts *accounts, uint32_t account, uint32_t asset, money value,
                struct changed *changed)
{
    struct balance *balance = &accounts->rows[account].balances[asset];
    balance->free += value;
    ENSURE(balance->free >= 0);
    changes(changed, asset);
}

static void have(struct account *account, uint32_t asset, money value)
{
    money whole = money_power(MONEY_DIGITS);
    value = (value / whole + 1) * whole;
    if (account->balances[asset].free < value)
        account->balances[asset].free = value;
}

void funds_begin(const struct accounts *accounts, struct account *account)
{
    for (uint32_t i = 0; i < accounts->instruments; i++) {
        const struct instrument *instrument = &accounts->market->instruments[i];
        int64_t steps = (int64_t)ENOUGH << instrument->book.bits;
        if (funds_is_spot(accounts, i))
            have(account, accounts->traded[i].base, money_size(&instrument->scale, steps));
        have(account, accounts->traded[i].quote,
             money_cost(&instrument->scale, instrument->last_price, steps));
    }
}

/* What is left of an order may cost so much of `*asset`. */
static money required(const struct accounts *accounts, const struct order *order, uint32_t *asset)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    const struct traded *traded = &accounts->traded[order->instrument];
    *asset = order->sell ? traded->base : traded->quote;
    if (order->sell)
        return money_size(scale, order->qty - order->filled);
    money cost = order->type == DIALECT_MARKET_AMOUNT
                     ? order->amount - order->cost
                     : money_cost(scale, order->price, order->qty - order->filled);
    return accounts->dialect->account->fee_of_bought ? cost
                                                     : cost + money_share(cost, ACCOUNTS_FEE, true);
}

/* The wallet of a derivative need only hold the margin. */
static bool has_margin(const struct accounts *accounts, const struct order *order)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    money cost = money_cost(scale, order->price, order->qty);
    uint32_t asset = accounts->traded[order->instrument].quote;
    return cost / ACCOUNTS_LEVERAGE <= accounts->rows[order->account].balances[asset].free;
}

bool funds_lock(struct accounts *accounts, struct order *order, struct changed *changed)
{
    uint32_t asset;
    if (!funds_is_spot(accounts, order->instrument))
        return has_margin(accounts, order);
    money locked = required(accounts, order, &asset);
    struct balance *balance = &accounts->rows[order->account].balances[asset];
    if (locked > balance->free)
        return false;
    add(accounts, order->account, asset, -locked, changed);
    balance->locked += locked;
    order->locked = locked;
    return true;
}

static void unlock(struct accounts *accounts, struct order *order, uint32_t asset, money locked,
                   struct changed *changed)
{
    money freed = order->locked - locked;
    ENSURE(freed >= 0);
    if (freed == 0)
        return;
    accounts->rows[order->account].balances[asset].locked -= freed;
    add(accounts, order->account, asset, freed, changed);
    order->locked = locked;
}

void funds_release(struct accounts *accounts, struct order *order, struct changed *changed)
{
    const struct traded *traded = &accounts->traded[order->instrument];
    unlock(accounts, order, order->sell ? traded->base : traded->quote, 0, changed);
}

/* Who buys may pay the fee in what it gets. Rounded down, so that never more is paid than was
 * locked: the parts' fees come to no more than that of the whole. */
static void pay_spot(struct accounts *accounts, struct order *order, struct fill *fill,
                     struct changed *changed)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    const struct traded *traded = &accounts->traded[order->instrument];
    money size = money_size(scale, fill->qty);
    bool of_base = !order->sell && accounts->dialect->account->fee_of_bought;
    uint32_t asset;
    fill->fee_asset = of_base ? traded->base : traded->quote;
    fill->fee = money_share(of_base ? size : fill->cost, ACCOUNTS_FEE, false);
    order->filled += fill->qty;
    order->cost += fill->cost;
    money locked = required(accounts, order, &asset);
    unlock(accounts, order, asset, locked, changed);
    add(accounts, order->account, traded->base,
        (order->sell ? -size : size) - (of_base ? fill->fee : 0), changed);
    add(accounts, order->account, traded->quote,
        (order->sell ? fill->cost : -fill->cost) - (of_base ? 0 : fill->fee), changed);
}

/* The position after a fill; the gain on what it closed. */
static money move(const struct scale *scale, struct position *position, bool sell,
                  const struct fill *fill)
{
    int64_t side = sell ? -1 : 1, held = position->qty * side;
    money gain = 0, cost = fill->cost;
    if (held < 0) {
        bool flips = fill->qty >= -held;
        int64_t closed = flips ? -held : fill->qty;
        money was = flips ? position->cost : position->cost * closed / -held;
        money is = closed == fill->qty ? cost : money_cost(scale, fill->price, closed);
        gain = (position->qty > 0) != scale->inverse ? is - was : was - is;
        position->cost -= was;
        cost -= is;
        if (!flips)
            cost = 0;
    }
    position->cost += cost;
    position->qty += side * fill->qty;
    return gain;
}

static bool pay_derivative(struct accounts *accounts, struct order *order, struct fill *fill,
                           struct changed *changed)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    struct account *account = &accounts->rows[order->account];
    struct position position = account->positions[order->instrument];
    fill->fee_asset = accounts->traded[order->instrument].quote;
    fill->fee = money_share(fill->cost, ACCOUNTS_FEE, false);
    fill->pnl = move(scale, &position, order->sell, fill);
    if (account->balances[fill->fee_asset].free + fill->pnl < fill->fee)
        return false;
    account->positions[order->instrument] = position;
    order->filled += fill->qty;
    order->cost += fill->cost;
    add(accounts, order->account, fill->fee_asset, fill->pnl - fill->fee, changed);
    changed->position = true;
    return true;
}

bool funds_pay(struct accounts *accounts, struct order *order, struct fill *fill,
               struct changed *changed)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    fill->cost = money_cost(scale, fill->price, fill->qty);
    if (funds_is_spot(accounts, order->instrument))
        pay_spot(accounts, order, fill, changed);
    else if (!pay_derivative(accounts, order, fill, changed))
        return false;
    order->fee += fill->fee;
    order->fills++;
    return true;
}

money funds_unrealized(const struct instrument *instrument, const struct position *position)
{
    int64_t held = position->qty < 0 ? -position->qty : position->qty;
    if (held == 0)
        return 0;
    money is = money_cost(&instrument->scale, instrument->mark, held);
    return (position->qty > 0) != instrument->scale.inverse ? is - position->cost
                                                            : position->cost - is;
}

money funds_liquidation(const struct instrument *instrument, const struct position *position)
{
    int64_t held = position->qty < 0 ? -position->qty : position->qty;
    money entry = money_average(&instrument->scale, position->cost, held);
    money unit = money_price(&instrument->scale, 1);
    money away = entry * LIQUIDATION / (10 * ACCOUNTS_LEVERAGE);
    return (position->qty > 0 ? entry - away : entry + away) / unit * unit;
}
