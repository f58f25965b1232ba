/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lives.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/funds.h"

#include <stdlib.h>

#define INSTRUMENTS   8 /* the first ones are traded: positions are to grow and turn */
#define DELAY_NS      (2 * NS_PER_SECOND) /* between two steps of an order, at most */
#define AT_ONCE       8                   /* one of so many steps comes with the one before */
#define NAMELESS      10                  /* one of so many orders has no client id */
#define STEPS_MIN     16
#define PARTS_MAX     5
#define AWAY_MAX      10 /* ticks of a resting order from the best */
#define TAKEN_MAX     4  /* levels that a taker meets */
#define FUNDS_MISSING 1000000

/* What is before an order. */
struct life {
    int64_t due_ns;
    uint64_t sequence; /* the earlier one of two that are due */
    uint32_t order;
    uint32_t parts; /* fills to come; the last one of all that is left if nothing ends it before */
    enum dialect_cause end; /* NONE: it is filled */
    bool race;              /* the end comes with the last part */
};

struct lives {
    struct accounts *accounts;
    struct random random;
    uint64_t made, orders, rate, sequence;
    int64_t origin_ns; /* the beginning of their time, later by each pause */
    int64_t stopped_ns;
    int64_t due_ns;  /* of the step that is done, in their time */
    int64_t time_ns; /* the same by the exchange's clock */
    bool going;
    uint32_t count;
    uint32_t shares; /* of the plans that this exchange has */
    struct life heap[LIVES_MAX];
};

static uint64_t draw(struct lives *lives, uint64_t bound)
{
    return random_below(&lives->random, bound);
}

static int64_t delay_ns(struct lives *lives)
{
    uint64_t delay = draw(lives, DELAY_NS);
    return draw(lives, AT_ONCE) == 0 ? 0 : (int64_t)delay;
}

static bool is_before(const struct life *a, const struct life *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->sequence < b->sequence;
}

static void push(struct lives *lives, struct life life)
{
    ENSURE(lives->count < LIVES_MAX);
    uint32_t at = lives->count++;
    life.sequence = lives->sequence++;
    for (; at > 0 && is_before(&life, &lives->heap[(at - 1) / 2]); at = (at - 1) / 2)
        lives->heap[at] = lives->heap[(at - 1) / 2];
    lives->heap[at] = life;
}

static struct life pop(struct lives *lives)
{
    struct life first = lives->heap[0], last = lives->heap[--lives->count];
    uint32_t at = 0, child = 1;
    while (child < lives->count) {
        if (child + 1 < lives->count && is_before(&lives->heap[child + 1], &lives->heap[child]))
            child++;
        if (!is_before(&lives->heap[child], &last))
            break;
        lives->heap[at] = lives->heap[child];
        at = child;
        child = 2 * at + 1;
    }
    lives->heap[at] = last;
    return first;
}

static const struct instrument *instrument_of(const struct lives *lives, uint32_t instrument)
{
    return &lives->accounts->market->instruments[instrument];
}

/* The price of the n-th level that an order meets, or stands at. */
static int64_t level(const struct instrument *instrument, enum book_side side, uint32_t n)
{
    const struct book_levels *levels = &instrument->book.sides[side];
    return levels->row[levels->begin + (n < levels->count ? n : levels->count - 1)].price;
}

static enum book_side met_side(const struct order_wish *wish)
{
    return wish->sell ? BOOK_BIDS : BOOK_ASKS;
}

/* A price that rests: the best of its own side, or a little behind it. */
static int64_t resting_price(struct lives *lives, const struct order_wish *wish)
{
    int64_t away = (int64_t)draw(lives, AWAY_MAX);
    int64_t best =
        level(instrument_of(lives, wish->instrument), wish->sell ? BOOK_ASKS : BOOK_BIDS, 0);
    int64_t price = wish->sell ? best + away : best - away;
    return price > 0 ? price : 1;
}

static bool place(struct lives *lives, const struct order_wish *wish, uint32_t *order)
{
    return accounts_place(lives->accounts, wish, lives->time_ns, order) == NULL;
}

static void end(struct lives *lives, uint32_t order, enum dialect_cause cause)
{
    char memory[ACCOUNTS_ID_MAX];
    struct text id = text_over(memory, sizeof memory);
    uint64_t number = random_next(&lives->random);
    if (cause == DIALECT_CAUSE_USER && number % 2 == 0)
        text_format(&id, "cancel-%016llx", (unsigned long long)number);
    accounts_end(lives->accounts, order, cause, text_slice(&id), lives->time_ns);
}

/* A taker meets level after level, at most so many, until so many steps are filled; of an amount
 * as many as it buys. */
static void take(struct lives *lives, uint32_t order, const struct order_wish *wish, int64_t steps,
                 uint32_t levels)
{
    const struct instrument *instrument = instrument_of(lives, wish->instrument);
    for (uint32_t n = 0; n < levels; n++) {
        const struct order *taken = &lives->accounts->orders[order];
        int64_t ticks = level(instrument, met_side(wish), n), part = steps;
        if (n + 1 < levels)
            part = 1 + (int64_t)draw(lives, (uint64_t)(1 + (steps - 1) / 2));
        if (wish->type == DIALECT_MARKET_AMOUNT) {
            money most = (wish->amount - taken->cost) / money_cost(&instrument->scale, ticks, 1);
            part = n + 1 < levels && part < most ? part : (int64_t)most;
        }
        if (order_has_ended(taken) || part <= 0)
            continue;
        accounts_fill(lives->accounts, order, ticks, part, false, lives->time_ns);
        steps = steps > part ? steps - part : 1;
    }
}

/* It rests, until all that is before it has come. */
static void rest(struct lives *lives, const struct order_wish *wish, struct life life)
{
    if (!place(lives, wish, &life.order))
        return;
    life.due_ns = lives->due_ns + delay_ns(lives);
    push(lives, life);
}

static void live_filled(struct lives *lives, struct order_wish *wish)
{
    wish->price = resting_price(lives, wish);
    rest(lives, wish, (struct life){.parts = 1 + (uint32_t)draw(lives, PARTS_MAX)});
}

static void live_canceled(struct lives *lives, struct order_wish *wish)
{
    wish->price = resting_price(lives, wish);
    rest(lives, wish,
         (struct life){.parts = (uint32_t)draw(lives, PARTS_MAX - 1), .end = DIALECT_CAUSE_USER});
}

/* A cancel and a fill meet: either the fill was first and was the last, or it was not the last and
 * the cancel comes with it. */
static void live_race(struct lives *lives, struct order_wish *wish)
{
    bool wins = draw(lives, 2) == 0;
    wish->price = resting_price(lives, wish);
    rest(lives, wish,
         (struct life){.parts = 1 + (uint32_t)draw(lives, 2),
                       .end = wins ? DIALECT_CAUSE_USER : DIALECT_CAUSE_NONE,
                       .race = true});
}

static void live_market(struct lives *lives, struct order_wish *wish)
{
    uint32_t order, levels = 1 + (uint32_t)draw(lives, TAKEN_MAX);
    wish->type = DIALECT_MARKET;
    wish->price = level(instrument_of(lives, wish->instrument), met_side(wish), TAKEN_MAX);
    if (place(lives, wish, &order))
        take(lives, order, wish, wish->qty, levels);
}

/* Of a derivative there is no such order: one like any other. */
static void live_amount(struct lives *lives, struct order_wish *wish)
{
    const struct scale *scale = &instrument_of(lives, wish->instrument)->scale;
    uint32_t order, levels = 1 + (uint32_t)draw(lives, TAKEN_MAX);
    int64_t steps = wish->qty;
    money unit = money_power(MONEY_DIGITS - (unsigned int)scale->tick);
    if (!funds_is_spot(lives->accounts, wish->instrument)) {
        live_filled(lives, wish);
        return;
    }
    wish->sell = false;
    wish->type = DIALECT_MARKET_AMOUNT;
    wish->price = level(instrument_of(lives, wish->instrument), BOOK_ASKS, TAKEN_MAX);
    wish->amount = money_cost(scale, wish->price, steps);
    if (wish->amount >= unit) /* as people give it */
        wish->amount = wish->amount / unit * unit;
    wish->qty = 0;
    if (!place(lives, wish, &order))
        return;
    take(lives, order, wish, steps, levels);
    if (!order_has_ended(&lives->accounts->orders[order]))
        end(lives, order, DIALECT_CAUSE_AMOUNT);
}

static void live_immediate(struct lives *lives, struct order_wish *wish)
{
    uint32_t order, levels = (uint32_t)draw(lives, TAKEN_MAX);
    int64_t part = (int64_t)draw(lives, (uint64_t)wish->qty);
    wish->force = DIALECT_IOC;
    wish->price = level(instrument_of(lives, wish->instrument), met_side(wish), TAKEN_MAX);
    if (!place(lives, wish, &order))
        return;
    take(lives, order, wish, part, levels);
    if (!order_has_ended(&lives->accounts->orders[order]))
        end(lives, order, DIALECT_CAUSE_IMMEDIATE);
}

static void live_all_or_none(struct lives *lives, struct order_wish *wish)
{
    uint32_t order, levels = 1 + (uint32_t)draw(lives, TAKEN_MAX);
    bool all = draw(lives, 2) == 0;
    wish->force = DIALECT_FOK;
    wish->price = level(instrument_of(lives, wish->instrument), met_side(wish), TAKEN_MAX);
    if (!place(lives, wish, &order))
        return;
    if (all)
        take(lives, order, wish, wish->qty, levels);
    else
        end(lives, order, DIALECT_CAUSE_IMMEDIATE);
}

static void live_maker(struct lives *lives, struct order_wish *wish)
{
    wish->force = DIALECT_POST_ONLY;
    live_filled(lives, wish);
}

static void live_would_take(struct lives *lives, struct order_wish *wish)
{
    uint32_t order;
    wish->force = DIALECT_POST_ONLY;
    wish->price = level(instrument_of(lives, wish->instrument), met_side(wish), 1);
    if (place(lives, wish, &order))
        end(lives, order, DIALECT_CAUSE_POST_ONLY);
}

static void live_poor(struct lives *lives, struct order_wish *wish)
{
    uint32_t order;
    wish->qty = (int64_t)FUNDS_MISSING << instrument_of(lives, wish->instrument)->book.bits;
    wish->price = resting_price(lives, wish);
    if (place(lives, wish, &order) && !order_has_ended(&lives->accounts->orders[order]))
        end(lives, order, DIALECT_CAUSE_USER);
}

/* Triggered and filled, or cancelled before it is. */
static void live_stop(struct lives *lives, struct order_wish *wish)
{
    uint64_t parts = draw(lives, PARTS_MAX);
    wish->type = DIALECT_STOP_LIMIT;
    wish->price = resting_price(lives, wish);
    wish->stop = wish->price + 1 + (int64_t)draw(lives, AWAY_MAX);
    rest(lives, wish,
         (struct life){.parts = (uint32_t)parts,
                       .end = parts == 0 ? DIALECT_CAUSE_USER : DIALECT_CAUSE_NONE});
}

static void live_self(struct lives *lives, struct order_wish *wish)
{
    wish->price = resting_price(lives, wish);
    rest(lives, wish, (struct life){.parts = (uint32_t)draw(lives, 2), .end = DIALECT_CAUSE_SELF});
}

/* The whole position; where there is none, an order like any other. */
static void live_liquidation(struct lives *lives, struct order_wish *wish)
{
    uint32_t order, levels = 1 + (uint32_t)draw(lives, 2);
    int64_t held = lives->accounts->rows[wish->account].positions[wish->instrument].qty;
    if (held == 0) {
        live_filled(lives, wish);
        return;
    }
    if ((lives->accounts->dialect->account->forces >> DIALECT_IOC & 1) != 0)
        wish->force = DIALECT_IOC;
    wish->cause = DIALECT_CAUSE_LIQUIDATION;
    wish->sell = held > 0;
    wish->qty = held > 0 ? held : -held;
    wish->reduce_only = true;
    wish->client_id = (struct slice){NULL, 0};
    wish->price = level(instrument_of(lives, wish->instrument), met_side(wish), TAKEN_MAX);
    if (place(lives, wish, &order))
        take(lives, order, wish, wish->qty, levels);
}

/* What an exchange must have for a kind of life, and how many of a hundred are of it. */
static const struct plan {
    void (*live)(struct lives *lives, struct order_wish *wish);
    uint32_t share, types, forces, causes;
    bool derivative;
} plans[] = {
#define TYPE(type)   (1u << DIALECT_##type)
#define FORCE(force) (1u << DIALECT_##force)
#define CAUSE(cause) (1u << DIALECT_CAUSE_##cause)
    {live_filled, 30, TYPE(LIMIT), FORCE(GTC), 0, false},
    {live_canceled, 16, TYPE(LIMIT), FORCE(GTC), CAUSE(USER), false},
    {live_race, 6, TYPE(LIMIT), FORCE(GTC), CAUSE(USER), false},
    {live_market, 12, TYPE(MARKET), FORCE(GTC), 0, false},
    {live_amount, 6, TYPE(MARKET_AMOUNT), FORCE(GTC), 0, false},
    {live_immediate, 8, TYPE(LIMIT), FORCE(IOC), CAUSE(IMMEDIATE), false},
    {live_all_or_none, 4, TYPE(LIMIT), FORCE(FOK), CAUSE(IMMEDIATE), false},
    {live_maker, 4, TYPE(LIMIT), FORCE(POST_ONLY), 0, false},
    {live_would_take, 3, TYPE(LIMIT), FORCE(POST_ONLY), CAUSE(POST_ONLY), false},
    {live_poor, 2, TYPE(LIMIT), FORCE(GTC), CAUSE(FUNDS) | CAUSE(USER), false},
    {live_stop, 5, TYPE(STOP_LIMIT), FORCE(GTC), CAUSE(USER), false},
    {live_self, 2, TYPE(LIMIT), FORCE(GTC), CAUSE(SELF), false},
    {live_liquidation, 2, TYPE(LIMIT), FORCE(GTC), CAUSE(LIQUIDATION), true},
#undef TYPE
#undef FORCE
#undef CAUSE
};

/* How many of a hundred are of this plan, on this exchange. */
static uint32_t share_of(const struct lives *lives, const struct plan *plan)
{
    const struct dialect_account *half = lives->accounts->dialect->account;
    bool has = (plan->types & ~half->types) == 0 && (plan->forces & ~half->forces) == 0 &&
               (plan->causes & ~half->causes) == 0 && (!plan->derivative || half->has_positions);
    return has ? plan->share : 0;
}

struct lives *lives_new(struct accounts *accounts, uint64_t seed, uint64_t orders, uint64_t rate)
{
    struct lives *lives = calloc(1, sizeof *lives);
    if (lives == NULL)
        return NULL;
    ENSURE(rate > 0);
    lives->accounts = accounts;
    lives->orders = orders;
    lives->rate = rate;
    random_seed(&lives->random, seed);
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        lives->shares += share_of(lives, &plans[i]);
    if (lives->shares == 0)
        lives->orders = 0;
    return lives;
}

void lives_destroy(struct lives **lives)
{
    free(*lives);
    *lives = NULL;
}

static int64_t birth_ns(const struct lives *lives)
{
    if (lives->made == lives->orders || lives->count == LIVES_MAX)
        return INT64_MAX;
    return (int64_t)(lives->made / lives->rate) * NS_PER_SECOND +
           (int64_t)(lives->made % lives->rate * (uint64_t)NS_PER_SECOND / lives->rate);
}

static void be_born(struct lives *lives)
{
    struct accounts *accounts = lives->accounts;
    uint32_t instruments =
        accounts->instruments < INSTRUMENTS ? accounts->instruments : INSTRUMENTS;
    char memory[ACCOUNTS_ID_MAX];
    struct text id = text_over(memory, sizeof memory);
    uint64_t number = random_next(&lives->random), share = draw(lives, lives->shares);
    struct order_wish wish = {
        .account = (uint32_t)draw(lives, accounts->count),
        .instrument = (uint32_t)draw(lives, instruments),
        .type = DIALECT_LIMIT,
        .force = DIALECT_GTC,
        .sell = draw(lives, 2) == 0,
    };
    uint64_t most = UINT64_C(1) << instrument_of(lives, wish.instrument)->book.bits;
    wish.qty = STEPS_MIN + (int64_t)draw(lives, most - STEPS_MIN);
    if (number % NAMELESS != 0)
        text_format(&id, "sim-%016llx", (unsigned long long)number);
    wish.client_id = text_slice(&id);
    lives->made++;
    size_t i = 0;
    for (; share >= share_of(lives, &plans[i]); i++)
        share -= share_of(lives, &plans[i]);
    plans[i].live(lives, &wish);
}

/* The next part: so many steps that there are some left for what comes behind it. */
static void fill_part(struct lives *lives, struct life *life)
{
    const struct order *order = &lives->accounts->orders[life->order];
    int64_t left = order->qty - order->filled;
    int64_t kept = life->parts - 1 + (life->end != DIALECT_CAUSE_NONE ? 1 : 0);
    int64_t most = left - kept, steps = left;
    if (kept > 0)
        steps = most > 0 ? 1 + (int64_t)draw(lives, (uint64_t)(1 + (most - 1) / life->parts)) : 1;
    accounts_fill(lives->accounts, life->order, order->price, steps, true, lives->time_ns);
    life->parts--;
}

static void go_on(struct lives *lives, struct life life)
{
    const struct order *order = &lives->accounts->orders[life.order];
    bool last = life.parts == 0;
    if (order_has_ended(order)) /* by hand */
        return;
    if (order->state == DIALECT_ORDER_WAITING && !last) {
        accounts_trigger(lives->accounts, life.order, lives->time_ns);
    } else if (!last) {
        fill_part(lives, &life);
        last = life.race && life.parts == 0;
    }
    if (order_has_ended(&lives->accounts->orders[life.order]))
        return;
    if (last) { /* what could not be filled is cancelled */
        end(lives, life.order, life.end != DIALECT_CAUSE_NONE ? life.end : DIALECT_CAUSE_USER);
    } else {
        life.due_ns += delay_ns(lives);
        push(lives, life);
    }
}

void lives_go(struct lives *lives, bool on, int64_t now_ns)
{
    if (lives->going == on)
        return;
    if (on)
        lives->origin_ns += now_ns - lives->stopped_ns;
    lives->stopped_ns = now_ns;
    lives->going = on;
}

bool lives_are_going(const struct lives *lives)
{
    return lives->going;
}

int64_t lives_due_ns(const struct lives *lives)
{
    int64_t due_ns = birth_ns(lives);
    if (lives->count > 0 && lives->heap[0].due_ns < due_ns)
        due_ns = lives->heap[0].due_ns;
    return lives->going && due_ns != INT64_MAX ? lives->origin_ns + due_ns : INT64_MAX;
}

void lives_step(struct lives *lives, int64_t time_ns)
{
    int64_t born_ns = birth_ns(lives);
    bool next = lives->count > 0 && lives->heap[0].due_ns < born_ns;
    ENSURE(next || born_ns != INT64_MAX);
    lives->time_ns = time_ns;
    lives->due_ns = next ? lives->heap[0].due_ns : born_ns;
    if (next)
        go_on(lives, pop(lives));
    else
        be_born(lives);
}

uint64_t lives_left(const struct lives *lives)
{
    return lives->orders - lives->made + lives->count;
}
