/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: who trades on the made-up market: orders, what they were filled with, balances,
 * positions. It keeps what an exchange keeps: what an order may cost is locked while it is open,
 * nothing is ever negative, an order that has ended stays as it is. Spot alone locks; a derivative
 * takes its gains and losses from a wallet that is free as a whole. Each change is told at once.
 * What happens is for others to say (lives, control). One owner, no clock: times are given, of the
 * exchange's clock. */
#ifndef TICKGATE_TESTS_SIM_ACCOUNTS_H
#define TICKGATE_TESTS_SIM_ACCOUNTS_H

#include "tests/sim/market.h"
#include "tests/sim/money.h"

#define ACCOUNTS_MAX             32
#define ACCOUNTS_INSTRUMENTS_MAX 256 /* the first ones: the others are not traded */
#define ACCOUNTS_ORDERS_MAX      (UINT32_C(1) << 21)
#define ACCOUNTS_NAME_MAX        64
#define ACCOUNTS_ID_MAX          40  /* of a client's own id */
#define ACCOUNTS_FEE             500 /* millionths of a cost */
#define ACCOUNTS_LEVERAGE        10
#define ACCOUNTS_NO_ASSET        UINT32_MAX

struct order {
    uint64_t id;
    uint32_t account, instrument;
    enum dialect_order_type type;
    enum dialect_force force;
    enum dialect_order_state state;
    enum dialect_cause cause;
    bool sell, reduce_only;
    int64_t price, stop; /* ticks; price: of a market order the worst that it takes */
    int64_t qty, filled; /* steps */
    money amount, cost, fee, locked;
    uint32_t fills;
    int64_t created_ns, updated_ns;
    char client_id[ACCOUNTS_ID_MAX], cancel_id[ACCOUNTS_ID_MAX];
    uint8_t client_id_len, cancel_id_len;
};

struct fill {
    uint64_t id;
    uint32_t order;
    int64_t price, qty; /* ticks, steps */
    money cost, fee, pnl;
    uint32_t fee_asset;
    bool maker;
    int64_t time_ns;
};

struct balance {
    money free, locked;
};

struct position {
    int64_t qty; /* steps; negative: short */
    money cost;  /* of what is open */
};

/* Places in a table, in order. */
struct places {
    uint32_t *row, count, room;
};

struct account {
    char name[ACCOUNTS_NAME_MAX];
    uint64_t sequence;
    uint32_t open; /* orders that have not ended */
    struct places orders, fills;
    struct balance *balances;   /* by asset */
    struct position *positions; /* by instrument */
};

typedef void accounts_take(void *context, const struct dialect_account_event *event);

struct accounts {
    const struct dialect *dialect;
    const struct market *market;
    accounts_take *take;
    void *context;
    struct account rows[ACCOUNTS_MAX];
    uint32_t count;
    uint32_t instruments; /* traded */
    struct slice assets[2 * ACCOUNTS_INSTRUMENTS_MAX];
    uint32_t asset_count;
    struct traded {
        uint32_t base, quote; /* assets; of a derivative: none, and what it settles in */
        uint64_t fill_id;     /* the last one */
    } traded[ACCOUNTS_INSTRUMENTS_MAX];
    uint64_t order_id;
    struct order *orders;
    struct fill *fills;
    uint32_t order_count, order_room, fill_count, fill_room;
};

/* What is wanted of a new order. */
struct order_wish {
    uint32_t account, instrument;
    enum dialect_order_type type;
    enum dialect_force force;
    bool sell, reduce_only;
    int64_t price, stop, qty; /* as struct order has them */
    money amount;
    enum dialect_cause cause; /* LIQUIDATION or NONE */
    struct slice client_id;
};

/* `take` gets each change. The market outlives it. NULL when memory is out. */
struct accounts *accounts_new(const struct dialect *dialect, const struct market *market,
                              uint64_t seed, accounts_take *take, void *context);
void accounts_destroy(struct accounts **accounts);
/* One more, with enough of every asset. False: there are too many, or one of that name. */
bool accounts_add(struct accounts *accounts, struct slice name);
bool accounts_find(const struct accounts *accounts, struct slice name, uint32_t *account);
/* By the exchange's spelling of its id. */
bool accounts_find_order(struct accounts *accounts, struct slice id, uint32_t *order);

/* Each returns NULL when it was done, else why not, a constant; nothing happened then. Where funds
 * are short the order is made and rejected, if the exchange does so. *order: its place. */
const char *accounts_place(struct accounts *accounts, const struct order_wish *wish,
                           int64_t time_ns, uint32_t *order);
/* A stop is triggered and stands in the book. */
const char *accounts_trigger(struct accounts *accounts, uint32_t order, int64_t time_ns);
const char *accounts_fill(struct accounts *accounts, uint32_t order, int64_t ticks, int64_t steps,
                          bool maker, int64_t time_ns);
/* It ends by this cause. `cancel_id`: of the request, if any. */
const char *accounts_end(struct accounts *accounts, uint32_t order, enum dialect_cause cause,
                         struct slice cancel_id, int64_t time_ns);

bool order_has_ended(const struct order *order);

#endif
