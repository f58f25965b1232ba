/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in an account of the simulated Upbit and of the simulated Bithumb: a few orders, the
 * fills of the first, two balances; and what is answered when it is asked. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_ORDERS_H
#define TICKGATE_TESTS_UNIT_KOREA_ORDERS_H

#include "tests/unit/korea_account.h"

#define ORDERS 4

static struct dialect_order orders[ORDERS];
static struct dialect_fill fills[2];
static struct dialect_balance balances[2];

static inline struct dialect_order an_order(uint64_t id)
{
    return (struct dialect_order){.id = id,
                                  .account = ACCOUNT,
                                  .symbol = SLICE("KRW-BTC"),
                                  .base = SLICE("BTC"),
                                  .quote = SLICE("KRW"),
                                  .client_id = SLICE("mine"),
                                  .price = decimal_of("116000000"),
                                  .qty = decimal_of("0.50000000"),
                                  .filled = decimal_of("0.00000000"),
                                  .left = decimal_of("0.50000000"),
                                  .cost = decimal_of("0.00"),
                                  .fee = decimal_of("0.00"),
                                  .state = DIALECT_ORDER_OPEN,
                                  .created_ns = NOW_NS - 5000000000,
                                  .updated_ns = NOW_NS};
}

static inline struct dialect_fill a_fill(uint64_t id)
{
    return (struct dialect_fill){.id = id,
                                 .order_id = 1,
                                 .symbol = SLICE("KRW-BTC"),
                                 .price = decimal_of("115990000"),
                                 .qty = decimal_of("0.20000000"),
                                 .cost = decimal_of("23198000.00"),
                                 .fee = decimal_of("11599.00"),
                                 .fee_asset = SLICE("KRW"),
                                 .time_ns = NOW_NS - 1000000};
}

/* The order after one such fill. */
static inline struct dialect_order a_traded_order(uint64_t id)
{
    struct dialect_order order = an_order(id);
    order.state = DIALECT_ORDER_PARTLY;
    order.filled = decimal_of("0.20000000");
    order.left = decimal_of("0.30000000");
    order.cost = decimal_of("23198000.00");
    order.average = decimal_of("115990000.00");
    order.fee = decimal_of("11599.00");
    order.fills = 1;
    return order;
}

static inline void orders_up(void)
{
    account_up();
    for (uint64_t i = 0; i < ORDERS; i++)
        orders[i] = an_order(i + 1);
    orders[0] = a_traded_order(1);
    orders[1].state = DIALECT_ORDER_FILLED;
    orders[2].state = DIALECT_ORDER_CANCELED;
    orders[2].client_id = (struct slice){NULL, 0};
    orders[3].state = DIALECT_ORDER_REJECTED;
    fills[0] = a_fill(70);
    fills[1] = a_fill(71);
    fills[1].order_id = 9;
    balances[0] = (struct dialect_balance){SLICE("KRW"), decimal_of("1000.50"), decimal_of("7.00")};
    balances[1] =
        (struct dialect_balance){SLICE("BTC"), decimal_of("0.10000000"), decimal_of("0.00000000")};
}

static inline const struct dialect_order *order_at(void *context, uint32_t account, uint32_t place)
{
    (void)context;
    ck_assert(account == ACCOUNT && place < ORDERS);
    return &orders[place];
}

static inline const struct dialect_fill *fill_at(void *context, uint32_t account, uint32_t place)
{
    (void)context;
    ck_assert(account == ACCOUNT && place < 2);
    return &fills[place];
}

static inline const struct dialect_balance *balance_at(void *context, uint32_t account,
                                                       uint32_t place)
{
    (void)context;
    ck_assert(account == ACCOUNT && place < 2);
    return &balances[place];
}

static inline const struct dialect_order *find_order(void *context, uint32_t account, uint64_t id)
{
    (void)context;
    ck_assert_uint_eq(account, ACCOUNT);
    return id >= 1 && id <= ORDERS ? &orders[id - 1] : NULL;
}

/* What is answered to a query that was let in. */
static inline void expect_answered(const char *path, const char *plain, int expected_status,
                                   const char *expected)
{
    const struct dialect_account_view view = {.account = ACCOUNT,
                                              .order_count = ORDERS,
                                              .fill_count = 2,
                                              .balance_count = 2,
                                              .order = order_at,
                                              .fill = fill_at,
                                              .balance = balance_at,
                                              .find_order = find_order};
    struct dialect_query query = query_with(path, plain, plain, SIGN_SHA256, "{}");
    uint32_t group;
    begin_answer();
    ck_assert_uint_eq(dialect->account->weigh(&query, &group), 1);
    ck_assert_uint_lt(group, DIALECT_GROUPS);
    ck_assert_int_eq(dialect->account->answer(&query, &keys, &view, &answer), expected_status);
    expect_slice(text_slice(&answer.body), expected);
}

#endif
