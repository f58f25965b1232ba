/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/accounts.h"

#include "common/ensure.h"
#include "tests/sim/record.h"

#include <stdlib.h>

/* Beyond 32 bits, as the real ones are. */
#define ORDER_ID_FIRST UINT64_C(41000000000)
#define FILL_ID_FIRST  UINT64_C(5600000000)
#define ID_SPREAD      1000000000
#define ROOM_FIRST     1024
#define ID_TEXT_MAX    128 /* of the exchange's spelling */
/* What may be wanted: so many times the largest size there is and the last price. More than anybody
 * has, and far from what cannot be counted. */
#define SIZES_MAX  (INT64_C(1) << 21)
#define PRICES_MAX 1000

static uint32_t add_asset(struct accounts *accounts, struct slice name)
{
    uint32_t asset = 0;
    while (asset < accounts->asset_count && !slice_equal(accounts->assets[asset], name))
        asset++;
    if (asset == accounts->asset_count)
        accounts->assets[accounts->asset_count++] = name;
    return asset;
}

static void add_traded(struct accounts *accounts, uint32_t index, struct random *random)
{
    struct dialect_instrument instrument;
    struct traded *traded = &accounts->traded[index];
    market_instrument(accounts->market, index, &instrument);
    bool spot = instrument.kind == DIALECT_SPOT;
    bool inverse = accounts->market->instruments[index].scale.inverse;
    traded->base = spot ? add_asset(accounts, instrument.base) : ACCOUNTS_NO_ASSET;
    traded->quote = add_asset(accounts, inverse && !spot ? instrument.base : instrument.quote);
    traded->fill_id = FILL_ID_FIRST + random_below(random, ID_SPREAD);
}

struct accounts *accounts_new(const struct dialect *dialect, const struct market *market,
                              uint64_t seed, accounts_take *take, void *context)
{
    struct accounts *accounts = calloc(1, sizeof *accounts);
    struct random random;
    if (accounts == NULL)
        return NULL;
    random_seed(&random, seed);
    accounts->dialect = dialect;
    accounts->market = market;
    accounts->take = take;
    accounts->context = context;
    accounts->order_id = ORDER_ID_FIRST + random_below(&random, ID_SPREAD);
    for (;
         accounts->instruments < market->count && accounts->instruments < ACCOUNTS_INSTRUMENTS_MAX;
         accounts->instruments++)
        add_traded(accounts, accounts->instruments, &random);
    return accounts;
}

void accounts_destroy(struct accounts **accounts)
{
    if (*accounts == NULL)
        return;
    for (uint32_t i = 0; i < (*accounts)->count; i++) {
        struct account *account = &(*accounts)->rows[i];
        free(account->orders.row);
        free(account->fills.row);
        free(account->balances);
        free(account->positions);
    }
    free((*accounts)->orders);
    free((*accounts)->fills);
    free(*accounts);
    *accounts = NULL;
}

bool accounts_find(const struct accounts *accounts, struct slice name, uint32_t *account)
{
    *account = 0;
    while (*account < accounts->count &&
           !slice_equal(name, slice_of(accounts->rows[*account].name)))
        ++*account;
    return *account < accounts->count;
}

bool accounts_add(struct accounts *accounts, struct slice name)
{
    uint32_t place;
    if (accounts->count == ACCOUNTS_MAX || name.len == 0 || name.len >= ACCOUNTS_NAME_MAX ||
        accounts_find(accounts, name, &place))
        return false;
    struct account *account = &accounts->rows[place];
    account->balances = calloc(accounts->asset_count, sizeof *account->balances);
    account->positions = calloc(accounts->instruments, sizeof *account->positions);
    accounts->count++; /* whatever it has is freed with the others */
    if (account->balances == NULL || account->positions == NULL)
        return false;
    memcpy(account->name, name.data, name.len);
    funds_begin(accounts, account);
    return true;
}

bool accounts_find_order(struct accounts *accounts, struct slice id, uint32_t *order)
{
    for (uint32_t i = accounts->order_count; i-- > 0;) {
        char memory[ID_TEXT_MAX];
        struct text text = text_over(memory, sizeof memory);
        accounts->dialect->account->write_order_id(&text, accounts->orders[i].id);
        if (!slice_equal(text_slice(&text), id))
            continue;
        *order = i;
        return true;
    }
    return false;
}

bool order_has_ended(const struct order *order)
{
    return order->state >= DIALECT_ORDER_FILLED;
}

/* Room for one more of `size` bytes; false when memory is out. */
static bool make_room(void **rows, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t more = *room == 0 ? ROOM_FIRST : *room * 2;
    void *memory = realloc(*rows, more * size);
    if (memory == NULL)
        return false;
    *rows = memory;
    *room = more;
    return true;
}

static bool make_place(struct places *places)
{
    void *row = places->row;
    bool good = make_room(&row, places->count, &places->room, sizeof *places->row);
    places->row = row;
    return good;
}

static bool is_price(const struct accounts *accounts, uint32_t instrument, int64_t ticks)
{
    int64_t last = accounts->market->instruments[instrument].last_price;
    return ticks > 0 && ticks / PRICES_MAX <= last;
}

static const char *judge(const struct accounts *accounts, const struct order_wish *wish)
{
    const struct dialect_account *half = accounts->dialect->account;
    bool stop = wish->type == DIALECT_STOP_LIMIT;
    bool amount = wish->type == DIALECT_MARKET_AMOUNT;
    if (wish->account >= accounts->count || wish->instrument >= accounts->instruments)
        return "no such account or symbol";
    if ((half->types >> wish->type & 1) == 0 || (half->forces >> wish->force & 1) == 0)
        return "this exchange has no such order";
    if (amount && (wish->sell || !funds_is_spot(accounts, wish->instrument)))
        return "an amount is for what is bought, on spot";
    if (amount ? wish->amount <= 0 || wish->qty != 0 : wish->qty <= 0 || wish->amount != 0)
        return "a size, or an amount, must be given";
    if (wish->qty >> accounts->market->instruments[wish->instrument].book.bits > SIZES_MAX)
        return "that is more than anybody has";
    if (!is_price(accounts, wish->instrument, wish->price) || (wish->stop > 0) != stop)
        return "no such price";
    return wish->client_id.len > ACCOUNTS_ID_MAX ? "the client's id is too long" : NULL;
}

static void copy_id(char out[ACCOUNTS_ID_MAX], uint8_t *len, struct slice id)
{
    ENSURE(id.len <= ACCOUNTS_ID_MAX);
    if (id.len > 0)
        memcpy(out, id.data, id.len);
    *len = (uint8_t)id.len;
}

static struct order make(const struct accounts *accounts, const struct order_wish *wish,
                         int64_t time_ns)
{
    struct order order = {
        .id = accounts->order_id + 1,
        .account = wish->account,
        .instrument = wish->instrument,
        .type = wish->type,
        .force = wish->force,
        .state = wish->type == DIALECT_STOP_LIMIT ? DIALECT_ORDER_WAITING : DIALECT_ORDER_OPEN,
        .cause = wish->cause,
        .sell = wish->sell,
        .reduce_only = wish->reduce_only,
        .price = wish->price,
        .stop = wish->stop,
        .qty = wish->qty,
        .amount = wish->amount,
        .created_ns = time_ns,
        .updated_ns = time_ns,
    };
    copy_id(order.client_id, &order.client_id_len, wish->client_id);
    return order;
}

const char *accounts_place(struct accounts *accounts, const struct order_wish *wish,
                           int64_t time_ns, uint32_t *order)
{
    struct changed changed = {.count = 0};
    const char *why = judge(accounts, wish);
    if (why != NULL)
        return why;
    struct account *account = &accounts->rows[wish->account];
    void *rows = accounts->orders;
    bool room =
        accounts->order_count < ACCOUNTS_ORDERS_MAX &&
        make_room(&rows, accounts->order_count, &accounts->order_room, sizeof *accounts->orders);
    accounts->orders = rows;
    if (!room || !make_place(&account->orders))
        return "there is no room for more orders";
    struct order made = make(accounts, wish, time_ns);
    if (!funds_lock(accounts, &made, &changed)) {
        if ((accounts->dialect->account->causes >> DIALECT_CAUSE_FUNDS & 1) == 0)
            return "there are not the funds";
        made.state = DIALECT_ORDER_REJECTED;
        made.cause = DIALECT_CAUSE_FUNDS;
    }
    *order = accounts->order_count++;
    accounts->orders[*order] = made;
    accounts->order_id++;
    account->orders.row[account->orders.count++] = *order;
    account->open += order_has_ended(&made) ? 0 : 1;
    record_tell(accounts, &made, true, NULL, &changed);
    return NULL;
}

/* The order that is to change, if it still can. */
static struct order *change(struct accounts *accounts, uint32_t place, int64_t time_ns)
{
    ENSURE(place < accounts->order_count);
    struct order *order = &accounts->orders[place];
    if (order_has_ended(order))
        return NULL;
    order->updated_ns = time_ns > order->updated_ns ? time_ns : order->updated_ns;
    return order;
}

const char *accounts_trigger(struct accounts *accounts, uint32_t place, int64_t time_ns)
{
    const struct changed none = {.count = 0};
    if (accounts->orders[place].state != DIALECT_ORDER_WAITING)
        return "the order does not wait";
    struct order *order = change(accounts, place, time_ns);
    order->state = DIALECT_ORDER_TRIGGERED;
    record_tell(accounts, order, false, NULL, &none);
    order->state = DIALECT_ORDER_OPEN;
    record_tell(accounts, order, false, NULL, &none);
    return NULL;
}

/* Whether a fill is within what was ordered. */
static bool fits(const struct accounts *accounts, const struct order *order, int64_t ticks,
                 int64_t steps)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    if (steps <= 0 || !is_price(accounts, order->instrument, ticks) ||
        (order->sell ? ticks < order->price : ticks > order->price))
        return false;
    return order->type == DIALECT_MARKET_AMOUNT
               ? steps < INT64_MAX / ticks &&
                     money_cost(scale, ticks, steps) <= order->amount - order->cost
               : steps <= order->qty - order->filled;
}

static void end(struct accounts *accounts, struct order *order, enum dialect_order_state state,
                struct changed *changed)
{
    order->state = state;
    accounts->rows[order->account].open--;
    funds_release(accounts, order, changed);
}

/* Whether nothing more can be filled. */
static bool is_filled(const struct accounts *accounts, const struct order *order, int64_t ticks)
{
    const struct scale *scale = &accounts->market->instruments[order->instrument].scale;
    if (order->type != DIALECT_MARKET_AMOUNT)
        return order->filled == order->qty;
    return (accounts->dialect->account->causes >> DIALECT_CAUSE_AMOUNT & 1) == 0 &&
           order->amount - order->cost < money_cost(scale, ticks, 1);
}

const char *accounts_fill(struct accounts *accounts, uint32_t place, int64_t ticks, int64_t steps,
                          bool maker, int64_t time_ns)
{
    struct changed changed = {.count = 0};
    struct order *order = change(accounts, place, time_ns);
    if (order == NULL || order->state == DIALECT_ORDER_WAITING)
        return "the order is not in the book";
    struct account *account = &accounts->rows[order->account];
    void *rows = accounts->fills;
    bool room =
        make_room(&rows, accounts->fill_count, &accounts->fill_room, sizeof *accounts->fills);
    accounts->fills = rows;
    if (!room || !make_place(&account->fills))
        return "there is no room for more fills";
    if (!fits(accounts, order, ticks, steps))
        return "that is more than was ordered, or at a worse price";
    struct fill *fill = &accounts->fills[accounts->fill_count];
    *fill = (struct fill){.id = accounts->traded[order->instrument].fill_id + 1,
                          .order = place,
                          .price = ticks,
                          .qty = steps,
                          .maker = maker,
                          .time_ns = order->updated_ns};
    if (!funds_pay(accounts, order, fill, &changed))
        return "the account would be ruined";
    accounts->traded[order->instrument].fill_id++;
    account->fills.row[account->fills.count++] = accounts->fill_count++;
    order->state = DIALECT_ORDER_PARTLY;
    if (is_filled(accounts, order, ticks))
        end(accounts, order, DIALECT_ORDER_FILLED, &changed);
    record_tell(accounts, order, false, fill, &changed);
    return NULL;
}

const char *accounts_end(struct accounts *accounts, uint32_t place, enum dialect_cause cause,
                         struct slice cancel_id, int64_t time_ns)
{
    static const enum dialect_order_state states[] = {
        [DIALECT_CAUSE_USER] = DIALECT_ORDER_CANCELED,
        [DIALECT_CAUSE_IMMEDIATE] = DIALECT_ORDER_EXPIRED,
        [DIALECT_CAUSE_POST_ONLY] = DIALECT_ORDER_EXPIRED,
        [DIALECT_CAUSE_FUNDS] = DIALECT_ORDER_REJECTED,
        [DIALECT_CAUSE_AMOUNT] = DIALECT_ORDER_EXPIRED,
        [DIALECT_CAUSE_SELF] = DIALECT_ORDER_CANCELED,
    };
    struct changed changed = {.count = 0};
    if (cause == DIALECT_CAUSE_NONE || cause == DIALECT_CAUSE_LIQUIDATION ||
        (accounts->dialect->account->causes >> cause & 1) == 0)
        return "no order of this exchange ends by that";
    struct order *order = change(accounts, place, time_ns);
    if (order == NULL)
        return "the order has ended";
    if (cancel_id.len > ACCOUNTS_ID_MAX)
        return "the client's id is too long";
    order->cause = cause;
    copy_id(order->cancel_id, &order->cancel_id_len, cancel_id);
    end(accounts, order, states[cause], &changed);
    record_tell(accounts, order, false, NULL, &changed);
    return NULL;
}
