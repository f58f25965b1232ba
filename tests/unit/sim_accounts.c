/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts over ten thousand orders of each of several exchanges: what is paid is what was traded,
 * nothing is negative, nothing ends twice, and a seed is a seed. */
#include "tests/sim/record.h"
#include "tests/unit/sim_account.h"

#include <check.h>

#define ORDERS     10000
#define SYMBOLS    5
#define ACCOUNTS   3
#define NOW_MS     INT64_C(1795552440000)
#define ASSETS_MAX 32

/* What is known of it all from the events alone. */
static struct ledger {
    struct accounts *accounts;
    money totals[ACCOUNTS][ASSETS_MAX];
    money gains[ACCOUNTS][SYMBOLS], bought[ACCOUNTS][SYMBOLS], sold[ACCOUNTS][SYMBOLS];
    uint64_t sequences[ACCOUNTS], fill_ids[SYMBOLS];
    struct known {
        bool seen;
        enum dialect_order_state state;
        money filled;
        uint32_t fills;
    } orders[ORDERS + 1];
    uint64_t first_order, events, fills;
    uint64_t states[DIALECT_ORDER_EXPIRED + 1], causes[DIALECT_CAUSE_LIQUIDATION + 1];
    uint64_t both; /* fills whose order was cancelled at the same time */
    uint64_t hash;
    int64_t last_fill_ns;
    uint64_t last_fill_order;
} ledger;

/* A ck_assert that holds costs more than all else here. */
static void hold_at(bool condition, const char *text)
{
    if (!condition)
        ck_abort_msg("not so: %s", text);
}
#define hold(condition) hold_at(condition, #condition)

static money read_money(const struct decimal *value)
{
    char memory[DECIMAL_TEXT_MAX];
    struct text text = text_over(memory, sizeof memory);
    struct decimal magnitude = *value;
    money out;
    magnitude.negative = 0;
    decimal_write(&text, &magnitude);
    hold(money_read(text_slice(&text), &out));
    return value->negative ? -out : out;
}

static uint32_t asset_of(struct slice name)
{
    uint32_t asset = 0;
    while (asset < ledger.accounts->asset_count &&
           !slice_equal(ledger.accounts->assets[asset], name))
        asset++;
    hold(asset < ledger.accounts->asset_count);
    return asset;
}

static void hash_bytes(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ledger.hash = (ledger.hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void check_order(const struct dialect_account_event *event)
{
    const struct dialect_order *order = event->order;
    struct known *known = &ledger.orders[order->id - ledger.first_order];
    money filled = read_money(&order->filled), qty = read_money(&order->qty);
    hold(order->id - ledger.first_order < ORDERS);
    hold(event->news == !known->seen);
    if (!event->news) {
        hold(known->state < DIALECT_ORDER_FILLED);
        hold(order->state >= known->state);
        hold(filled >= known->filled);
    } else {
        hold(event->fill == NULL && filled == 0);
    }
    hold(order->fills == known->fills + (event->fill != NULL ? 1 : 0));
    hold(filled == known->filled + (event->fill != NULL ? read_money(&event->fill->qty) : 0));
    if (order->type != DIALECT_MARKET_AMOUNT) {
        hold(filled <= qty && read_money(&order->left) == qty - filled);
        hold((order->state == DIALECT_ORDER_FILLED) == (filled == qty));
    } else {
        hold(read_money(&order->cost) <= read_money(&order->amount));
    }
    *known = (struct known){true, order->state, filled, order->fills};
    ledger.states[order->state]++;
    ledger.causes[order->cause]++;
}

static void count_fill(const struct dialect_account_event *event)
{
    const struct dialect_fill *fill = event->fill;
    money *totals = ledger.totals[event->account];
    money cost = read_money(&fill->cost), qty = read_money(&fill->qty);
    uint32_t instrument;
    hold(market_find(ledger.accounts->market, fill->symbol, &instrument));
    hold(fill->id == ledger.fill_ids[instrument] + 1);
    ledger.fill_ids[instrument]++;
    ledger.fills++;
    totals[asset_of(fill->fee_asset)] -= read_money(&fill->fee);
    if (event->order->kind == DIALECT_SPOT) {
        totals[asset_of(event->order->base)] += fill->sell ? -qty : qty;
        totals[asset_of(event->order->quote)] += fill->sell ? cost : -cost;
        hold(event->position == NULL);
        return;
    }
    (fill->sell ? ledger.sold : ledger.bought)[event->account][instrument] += cost;
    ledger.gains[event->account][instrument] += read_money(&fill->pnl);
    totals[asset_of(fill->fee_asset)] += read_money(&fill->pnl);
    hold(event->position != NULL);
}

static void on_event(void *context, const struct dialect_account_event *event)
{
    (void)context;
    const struct account *account = &ledger.accounts->rows[event->account];
    hold(event->sequence == ++ledger.sequences[event->account]);
    check_order(event);
    if (event->fill != NULL) {
        count_fill(event);
        ledger.last_fill_ns = event->time_ns;
        ledger.last_fill_order = event->order->id;
    } else if (event->order->cause == DIALECT_CAUSE_USER &&
               ledger.last_fill_order == event->order->id &&
               ledger.last_fill_ns == event->time_ns) {
        ledger.both++;
    }
    for (uint32_t i = 0; i < event->balance_count; i++) {
        const struct dialect_balance *balance = &event->balances[i];
        hold(!balance->free.negative && !balance->locked.negative);
        hold(read_money(&balance->free) + read_money(&balance->locked) ==
             ledger.totals[event->account][asset_of(balance->asset)]);
    }
    for (uint32_t i = 0; i < ledger.accounts->asset_count; i++)
        hold(account->balances[i].free + account->balances[i].locked ==
             ledger.totals[event->account][i]);
    hash_bytes(&event->order->id, sizeof event->order->id);
    hash_bytes(&event->order->state, sizeof event->order->state);
    hash_bytes(&event->order->filled, sizeof event->order->filled);
    hash_bytes(&event->order->price, sizeof event->order->price);
    hash_bytes(event->order->client_id.data, event->order->client_id.len);
    hash_bytes(&event->time_ns, sizeof event->time_ns);
    ledger.events++;
}

static void begin(struct accounts *accounts)
{
    memset(&ledger, 0, sizeof ledger);
    ledger.accounts = accounts;
    ledger.first_order = accounts->order_id + 1;
    ck_assert_uint_le(accounts->asset_count, ASSETS_MAX);
    for (uint32_t i = 0; i < SYMBOLS; i++)
        ledger.fill_ids[i] = accounts->traded[i].fill_id;
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        char name[] = {(char)('a' + i), '\0'};
        ck_assert(accounts_add(accounts, slice_of(name)));
        for (uint32_t asset = 0; asset < accounts->asset_count; asset++)
            ledger.totals[i][asset] = accounts->rows[i].balances[asset].free;
    }
}

/* What was gained on a derivative is what was sold for less what was bought for, and what is still
 * open; of an inverse one, which is worth less when it rises, the other way round. */
static void check_gains(const struct market *market)
{
    for (uint32_t a = 0; a < ACCOUNTS; a++)
        for (uint32_t i = 0; i < SYMBOLS; i++) {
            const struct position *open = &ledger.accounts->rows[a].positions[i];
            money gained = ledger.sold[a][i] - ledger.bought[a][i] +
                           (open->qty > 0 ? open->cost : -open->cost);
            if (market->instruments[i].scale.inverse)
                gained = -gained;
            ck_assert(ledger.gains[a][i] == gained);
            ck_assert(open->qty != 0 || open->cost == 0);
        }
}

static void live(const struct dialect *dialect, uint64_t seed)
{
    struct market *market = market_new(1, SYMBOLS, 20, dialect, NOW_MS);
    ck_assert_ptr_nonnull(market);
    struct accounts *accounts = accounts_new(dialect, market, seed, on_event, NULL);
    ck_assert_ptr_nonnull(accounts);
    begin(accounts);
    struct lives *lives = lives_new(accounts, seed, ORDERS, 1000);
    ck_assert_ptr_nonnull(lives);
    ck_assert_int_eq(lives_due_ns(lives), INT64_MAX);
    lives_go(lives, true, 5);
    int64_t before_ns = 0;
    for (int64_t due_ns; (due_ns = lives_due_ns(lives)) != INT64_MAX; before_ns = due_ns) {
        hold(due_ns >= before_ns);
        lives_step(lives, NOW_MS * NS_PER_MS + due_ns);
    }
    ck_assert_uint_eq(lives_left(lives), 0);
    check_gains(market);
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        ck_assert_uint_eq(accounts->rows[i].open, 0);
        for (uint32_t asset = 0; asset < accounts->asset_count; asset++)
            ck_assert(accounts->rows[i].balances[asset].locked == 0);
    }
    ck_assert_uint_eq(accounts->order_count, ORDERS);
    lives_destroy(&lives);
    accounts_destroy(&accounts);
    market_destroy(&market);
}

START_TEST(balances_are_what_was_traded_and_no_order_leaves_its_end)
{
    struct dialect dialect = odd_with(&odd_account);
    live(&dialect, 7);
    ck_assert_uint_gt(ledger.fills, ORDERS);
    for (size_t i = 0; i <= DIALECT_ORDER_EXPIRED; i++)
        ck_assert_msg(ledger.states[i] > 0, "no order was in state %zu", i);
    for (size_t i = 0; i <= DIALECT_CAUSE_LIQUIDATION; i++)
        ck_assert_msg(ledger.causes[i] > 0, "no order had cause %zu", i);
    ck_assert_uint_gt(ledger.both, 0);
}
END_TEST

START_TEST(it_is_the_same_where_fees_are_paid_in_quote_and_amounts_end_filled)
{
    struct dialect_account account = odd_account;
    account.fee_of_bought = false;
    account.causes &= ~(1u << DIALECT_CAUSE_AMOUNT | 1u << DIALECT_CAUSE_FUNDS);
    struct dialect dialect = odd_with(&account);
    live(&dialect, 8);
    ck_assert_uint_eq(ledger.causes[DIALECT_CAUSE_AMOUNT], 0);
    ck_assert_uint_eq(ledger.states[DIALECT_ORDER_REJECTED], 0);
}
END_TEST

START_TEST(a_real_exchanges_market_is_lived_on_as_well)
{
    static const char *const names[] = {"binance",       "binance-usdm", "bybit",  "bybit-linear",
                                        "bybit-inverse", "upbit",        "bithumb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct dialect *own = dialects_find(slice_of(names[i]));
        ck_assert_msg(own != NULL, "%s", names[i]);
        struct dialect dialect = *own;
        dialect.account = own->account != NULL ? own->account : &odd_account;
        live(&dialect, 20 + i);
        ck_assert_uint_gt(ledger.fills, ORDERS / 2);
    }
}
END_TEST

START_TEST(what_an_exchange_has_not_is_not_made)
{
    struct dialect_account account = odd_account;
    account.types = 1u << DIALECT_LIMIT;
    account.forces = 1u << DIALECT_GTC;
    account.causes = 1u << DIALECT_CAUSE_USER;
    struct dialect dialect = odd_with(&account);
    live(&dialect, 9);
    ck_assert_uint_eq(ledger.states[DIALECT_ORDER_EXPIRED], 0);
    ck_assert_uint_eq(ledger.states[DIALECT_ORDER_REJECTED], 0);
    ck_assert_uint_eq(ledger.states[DIALECT_ORDER_WAITING], 0);
    ck_assert_uint_gt(ledger.states[DIALECT_ORDER_CANCELED], 0);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_lives)
{
    struct dialect dialect = odd_with(&odd_account);
    live(&dialect, 11);
    uint64_t hash = ledger.hash, events = ledger.events;
    live(&dialect, 11);
    ck_assert(ledger.hash == hash && ledger.events == events);
    live(&dialect, 12);
    ck_assert(ledger.hash != hash);
}
END_TEST

START_TEST(a_pause_moves_all_that_is_due)
{
    struct dialect dialect = odd_with(&odd_account);
    struct market *market = market_new(1, SYMBOLS, 20, &dialect, NOW_MS);
    struct accounts *accounts = accounts_new(&dialect, market, 1, on_event, NULL);
    begin(accounts);
    struct lives *lives = lives_new(accounts, 1, 10, 1);
    lives_go(lives, true, 1000);
    ck_assert_int_eq(lives_due_ns(lives), 1000);
    lives_step(lives, 0);
    int64_t due_ns = lives_due_ns(lives);
    lives_go(lives, false, 2000);
    ck_assert_int_eq(lives_due_ns(lives), INT64_MAX);
    lives_go(lives, true, 7000);
    ck_assert_int_eq(lives_due_ns(lives), due_ns + 5000);
    lives_destroy(&lives);
    accounts_destroy(&accounts);
    market_destroy(&market);
}
END_TEST

START_TEST(what_does_not_fit_is_refused_and_changes_nothing)
{
    struct dialect dialect = odd_with(&odd_account);
    struct market *market = market_new(1, SYMBOLS, 20, &dialect, NOW_MS);
    struct accounts *accounts = accounts_new(&dialect, market, 1, on_event, NULL);
    uint32_t order;
    begin(accounts);
    struct order_wish wish = {.price = 100, .qty = 10};
    ck_assert_ptr_null(accounts_place(accounts, &wish, 1, &order));
    uint64_t events = ledger.events;
    ck_assert_ptr_nonnull(accounts_fill(accounts, order, 101, 1, true, 1));  /* worse */
    ck_assert_ptr_nonnull(accounts_fill(accounts, order, 100, 11, true, 1)); /* more */
    ck_assert_ptr_nonnull(accounts_fill(accounts, order, 100, 0, true, 1));
    ck_assert_ptr_nonnull(accounts_trigger(accounts, order, 1));
    ck_assert_ptr_nonnull(accounts_end(accounts, order, DIALECT_CAUSE_NONE, SLICE(""), 1));
    ck_assert_uint_eq(ledger.events, events);
    ck_assert_ptr_null(accounts_end(accounts, order, DIALECT_CAUSE_USER, SLICE("c"), 1));
    ck_assert_ptr_nonnull(accounts_end(accounts, order, DIALECT_CAUSE_USER, SLICE("c"), 1));
    ck_assert_ptr_nonnull(accounts_fill(accounts, order, 100, 1, true, 1));
    wish.qty = INT64_MAX;
    ck_assert_ptr_nonnull(accounts_place(accounts, &wish, 1, &order));
    wish = (struct order_wish){.price = INT64_MAX, .qty = 10};
    ck_assert_ptr_nonnull(accounts_place(accounts, &wish, 1, &order));
    wish = (struct order_wish){.price = 100, .qty = 10};
    wish.stop = 5;
    ck_assert_ptr_nonnull(accounts_place(accounts, &wish, 1, &order));
    wish = (struct order_wish){.price = 100, .qty = 10, .account = ACCOUNTS};
    ck_assert_ptr_nonnull(accounts_place(accounts, &wish, 1, &order));
    ck_assert(!accounts_add(accounts, SLICE("a")) && !accounts_add(accounts, SLICE("")));
    accounts_destroy(&accounts);
    market_destroy(&market);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_accounts");
    TCase *tests = tcase_create("accounts");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, balances_are_what_was_traded_and_no_order_leaves_its_end);
    tcase_add_test(tests, it_is_the_same_where_fees_are_paid_in_quote_and_amounts_end_filled);
    tcase_add_test(tests, a_real_exchanges_market_is_lived_on_as_well);
    tcase_add_test(tests, what_an_exchange_has_not_is_not_made);
    tcase_add_test(tests, the_same_seed_gives_the_same_lives);
    tcase_add_test(tests, a_pause_moves_all_that_is_due);
    tcase_add_test(tests, what_does_not_fit_is_refused_and_changes_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
