/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger beside a slow and simple reference: lives of orders from a seed, whose states and
 * fills come again and again, in any order, whole or short, from the stream, from REST and after
 * restarts. The reference knows for each order how far its life has been told. */
#include "common/random.h"
#include "ledger_fixture.h"

#define LIVES      60
#define STATES_MAX 12
#define STEPS      6000
#define TOLD_MAX   (LIVES * STATES_MAX * 2)
#define FIRST_NS   INT64_C(1772000000000000000)

struct state {
    enum order_status status;
    uint64_t filled, price;
    int64_t ts;
    bool traded; /* with a fill, whose id is the state's place */
};

struct life {
    struct state states[STATES_MAX];
    int count;
    int told;   /* the last state that was; -1 none */
    bool plain; /* its states can be told apart without times, and its price stays */
    bool told_fill[STATES_MAX];
};

struct world {
    struct random random;
    struct ledger *ledger;
    struct life lives[LIVES];
    struct event told[TOLD_MAX];
    size_t told_count;
};

static bool chance(struct world *world, uint64_t percent)
{
    return random_below(&world->random, 100) < percent;
}

static void add_state(struct world *world, struct life *life, struct state state)
{
    const struct state *last = life->count > 0 ? &life->states[life->count - 1] : NULL;
    state.ts = (last != NULL ? last->ts : FIRST_NS) +
               (int64_t)(1 + random_below(&world->random, 5)) * 1000;
    life->states[life->count++] = state;
}

/* Of 20: accepted, amended, filled by and by, and ended or not. */
static void live(struct world *world, struct life *life)
{
    static const enum order_status ends[] = {ORDER_CANCELED, ORDER_EXPIRED};
    struct state state = {.status = ORDER_PENDING_NEW, .price = 100};
    *life = (struct life){.told = -1, .plain = true};
    if (chance(world, 30))
        add_state(world, life, state);
    state.status = ORDER_NEW;
    add_state(world, life, state);
    for (int i = 0; i < 3 && chance(world, 20); i++) {
        state.price++;
        life->plain = false;
        add_state(world, life, state);
    }
    while (state.filled < 20 && life->count < STATES_MAX - 2 && chance(world, 70)) {
        state.filled += 1 + random_below(&world->random, 20 - state.filled);
        state.status = state.filled == 20 ? ORDER_FILLED : ORDER_PARTIALLY_FILLED;
        state.traded = true;
        add_state(world, life, state);
        state.traded = false;
    }
    if (state.filled < 20 && chance(world, 20)) {
        state.status = ORDER_PENDING_CANCEL;
        life->plain = false;
        add_state(world, life, state);
    }
    if (state.filled < 20 && chance(world, 60)) {
        state.status = ends[random_below(&world->random, 2)];
        add_state(world, life, state);
    }
}

static void set_integer(struct order *order, enum order_field field, uint64_t value)
{
    order->numbers[field] = (struct decimal){.low = value};
    order->known |= 1u << field;
}

static struct event message(struct world *world, int which, int at)
{
    const struct life *life = &world->lives[which];
    const struct state *state = &life->states[at];
    char id[16];
    snprintf(id, sizeof id, "o%d", which);
    bool brief = life->plain && life->told >= 0 && chance(world, 40);
    struct event event = brief ? a_short_order(id, state->status, NULL, state->ts)
                               : an_order(id, state->status, NULL, state->ts);
    set_integer(&event.order, ORDER_FILLED_QTY, state->filled);
    if (!brief) {
        set_integer(&event.order, ORDER_QTY, 20);
        set_integer(&event.order, ORDER_PRICE, state->price);
    }
    if (life->plain && chance(world, 30)) {
        event.ts_exchange = 0;
        event.order.reconciled = true;
    }
    return event;
}

static void remember(struct world *world, const struct event *event)
{
    ck_assert_uint_lt(world->told_count, TOLD_MAX);
    world->told[world->told_count++] = *event;
}

static void say_order(struct world *world, int which, int at)
{
    struct life *life = &world->lives[which];
    const struct state *state = &life->states[at];
    struct event event = message(world, which, at);
    enum ledger_verdict verdict = take(world->ledger, &event);
    if (at == life->told)
        ck_assert_int_eq(verdict, LEDGER_REPEATED);
    else
        ck_assert_int_eq(verdict == LEDGER_NEWS, at > life->told);
    if (at <= life->told)
        return;
    const struct order *order = &event.order;
    ck_assert(!order->impossible && order->side == SIDE_BUY);
    ck_assert_uint_eq(order->numbers[ORDER_QTY].low, 20);
    ck_assert_uint_eq(order->numbers[ORDER_PRICE].low, state->price);
    ck_assert_uint_eq(order->numbers[ORDER_LEAVES_QTY].low,
                      order_status_is_final(state->status) ? 0 : 20 - state->filled);
    life->told = at;
    remember(world, &event);
}

static void say_fill(struct world *world, int which, int at)
{
    struct life *life = &world->lives[which];
    char order_id[16], trade_id[16];
    snprintf(order_id, sizeof order_id, "o%d", which);
    snprintf(trade_id, sizeof trade_id, "t%d", at);
    struct event event = a_fill(order_id, trade_id, life->states[at].ts);
    enum ledger_verdict verdict = take(world->ledger, &event);
    ck_assert_int_eq(verdict, life->told_fill[at] ? LEDGER_REPEATED : LEDGER_NEWS);
    if (verdict != LEDGER_NEWS)
        return;
    ck_assert_int_eq(event.fill.side, life->told >= 0 ? SIDE_BUY : SIDE_UNKNOWN);
    life->told_fill[at] = true;
    remember(world, &event);
}

static void begin_anew(struct world *world)
{
    ledger_destroy(&world->ledger);
    world->ledger = ledger_new(LIVES, LIVES * STATES_MAX);
    ck_assert_ptr_nonnull(world->ledger);
    for (size_t i = 0; i < world->told_count; i++)
        restore(world->ledger, &world->told[i]);
}

static void step(struct world *world)
{
    int which = (int)random_below(&world->random, LIVES);
    struct life *life = &world->lives[which];
    int first = life->told > 2 ? life->told - 2 : 0;
    int at = first + (int)random_below(&world->random, 5);
    if (at >= life->count)
        at = life->count - 1;
    if (life->states[at].traded && chance(world, 50))
        say_fill(world, which, at);
    else
        say_order(world, which, at);
    if (chance(world, 1))
        begin_anew(world);
}

static uint64_t which_of(const struct id *id)
{
    struct decimal number = {0};
    const struct slice digits = {id->text + 1, id->len - 1u};
    ck_assert_int_eq(decimal_read(digits, &number), DECIMAL_OK);
    return number.low;
}

static void finish(struct world *world)
{
    uint32_t open = 0, place = 0;
    for (int i = 0; i < LIVES; i++) {
        struct life *life = &world->lives[i];
        for (int at = 0; at < life->count; at++)
            if (life->states[at].traded)
                say_fill(world, i, at);
        say_order(world, i, life->count - 1);
        open += !order_status_is_final(life->states[life->count - 1].status);
    }
    ck_assert_uint_eq(ledger_count(world->ledger, KIND_ORDER), open);
    for (const struct event *event;
         (event = ledger_each(world->ledger, KIND_ORDER, &place)) != NULL; open--) {
        const struct life *life = &world->lives[which_of(&event->order.order_id)];
        const struct state *last = &life->states[life->count - 1];
        ck_assert_int_eq(event->order.status, last->status);
        ck_assert_uint_eq(event->order.numbers[ORDER_FILLED_QTY].low, last->filled);
    }
    ck_assert_uint_eq(open, 0);
    ck_assert_uint_eq(ledger_forgotten(world->ledger), 0);
}

START_TEST(ledger_tells_what_a_slow_reference_tells)
{
    static struct world world;
    memset((void *)&world, 0, sizeof world);
    random_seed(&world.random, (uint64_t)_i + 1);
    for (int i = 0; i < LIVES; i++)
        live(&world, &world.lives[i]);
    begin_anew(&world);
    for (int i = 0; i < STEPS; i++)
        step(&world);
    finish(&world);
    ledger_destroy(&world.ledger);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_ledger_random");
    TCase *tests = tcase_create("random");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, ledger_tells_what_a_slow_reference_tells, 0, 8);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
