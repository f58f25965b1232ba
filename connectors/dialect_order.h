/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in a simulated account, in no exchange's words: the records that the private half of
 * a dialect (dialect_account.h) puts into its own. Numbers are exact.
 *
 * An order's life is one record that changes; each change is told at once, and what a change says
 * besides (a fill, balances, a position) is told with it. */
#ifndef TICKGATE_CONNECTORS_DIALECT_ORDER_H
#define TICKGATE_CONNECTORS_DIALECT_ORDER_H

#include "connectors/dialect_event.h"

enum dialect_order_type {
    DIALECT_LIMIT,
    DIALECT_MARKET,        /* of a quantity */
    DIALECT_MARKET_AMOUNT, /* bought for an amount of quote */
    DIALECT_STOP_LIMIT,
};
enum dialect_force { DIALECT_GTC, DIALECT_IOC, DIALECT_FOK, DIALECT_POST_ONLY };

/* How things stand with an order. */
enum dialect_order_state {
    DIALECT_ORDER_WAITING,   /* a stop that is not triggered */
    DIALECT_ORDER_TRIGGERED, /* for a moment: on its way into the book */
    DIALECT_ORDER_OPEN,
    DIALECT_ORDER_PARTLY,
    DIALECT_ORDER_FILLED,
    DIALECT_ORDER_CANCELED,
    DIALECT_ORDER_REJECTED,
    DIALECT_ORDER_EXPIRED, /* ended by its own terms: what is left of an IOC, of a market order */
};

/* Why it ended, or is not what it was. USER and SELF end CANCELED, FUNDS REJECTED, IMMEDIATE,
 * POST_ONLY and AMOUNT EXPIRED. (Without CAUSE_AMOUNT an order of an amount ends FILLED with its
 * last fill.) */
enum dialect_cause {
    DIALECT_CAUSE_NONE,
    DIALECT_CAUSE_USER,
    DIALECT_CAUSE_IMMEDIATE,   /* the rest of an IOC, or a FOK that could not be filled */
    DIALECT_CAUSE_POST_ONLY,   /* it would have taken */
    DIALECT_CAUSE_FUNDS,       /* rejected: not enough of them */
    DIALECT_CAUSE_AMOUNT,      /* DIALECT_MARKET_AMOUNT: what is left buys no step more */
    DIALECT_CAUSE_SELF,        /* it would have met another one of its own account */
    DIALECT_CAUSE_LIQUIDATION, /* the exchange closes a position: its order, from the beginning */
};

struct dialect_fill {
    uint64_t id; /* of the trade: rises by one an instrument */
    uint64_t order_id;
    struct slice symbol; /* the exchange's */
    bool sell, maker;
    struct decimal price, qty, cost; /* cost: of quote */
    struct decimal fee, pnl;         /* fee: not negative; pnl: realized, of a derivative */
    struct slice fee_asset;
    int64_t time_ns;
};

struct dialect_order {
    uint64_t id; /* rises over all accounts and instruments */
    uint32_t account;
    struct slice symbol, base, quote;
    enum dialect_kind kind;
    struct slice client_id; /* empty: it has none */
    struct slice cancel_id; /* of the request that cancelled it; empty: none */
    bool sell, reduce_only;
    enum dialect_order_type type;
    enum dialect_force force;
    struct decimal price, stop, qty, amount; /* amount: of DIALECT_MARKET_AMOUNT, whose qty is 0 */
    struct decimal filled, left, cost, average, fee; /* so far; cost, average and fee of quote
                                                        (fee: of the last fill's asset) */
    uint32_t fills;
    enum dialect_order_state state;
    enum dialect_cause cause;
    int64_t created_ns, updated_ns;
};

struct dialect_balance {
    struct slice asset;
    struct decimal free, locked;
};

struct dialect_position {
    struct slice symbol;
    struct decimal qty;                           /* negative: short */
    struct decimal entry, mark, pnl, liquidation; /* pnl: not realized */
    uint32_t leverage;
};

/* One change of one order, and all that follows from it. */
struct dialect_account_event {
    uint32_t account;
    uint64_t sequence; /* of the account: rises by one with each */
    int64_t time_ns;
    bool news; /* its first event: OPEN, WAITING or REJECTED, without a fill */
    const struct dialect_order *order;
    const struct dialect_fill *fill;        /* NULL: none */
    const struct dialect_balance *balances; /* that changed, absolute */
    uint32_t balance_count;
    const struct dialect_position *position; /* that changed; NULL none */
};

#endif
