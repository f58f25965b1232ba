/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of the simulated Bybit's accounts: one account, its key, and what happens in it. */
#ifndef TICKGATE_TESTS_UNIT_SIM_BYBIT_ACCOUNT_H
#define TICKGATE_TESTS_UNIT_SIM_BYBIT_ACCOUNT_H

#include "connectors/dialect.h"
#include "tests/unit/exact_bytes.h"

#include <stdio.h>

extern const struct dialect *const dialects_bybit[];

enum { SPOT, LINEAR, INVERSE, MARKETS };

#define NOW_MS 1700000000000

static struct secret *secret;

static inline bool find_key(void *context, struct slice key, uint32_t *account,
                            const struct secret **found)
{
    (void)context;
    *account = 3;
    *found = secret;
    return slice_equal(key, SLICE("test_api_key"));
}

static const struct dialect_keys keys = {.find = find_key, .now_ns = NOW_MS * INT64_C(1000000)};

static inline void make_secret(void)
{
    secret = secret_new(SLICE("test_secret"));
    ck_assert_ptr_nonnull(secret);
}

static inline void drop_secret(void)
{
    secret_destroy(&secret);
}

static inline const struct dialect_account *half(size_t market)
{
    return dialects_bybit[market]->account;
}

static inline void expect_text(struct slice found, const char *expected)
{
    ck_assert_msg(slice_equal(found, slice_of(expected)), "%.*s instead of %s", (int)found.len,
                  found.data, expected);
}

static inline struct decimal decimal_of(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

/* An order of half a coin, of which so much is filled. */
static inline struct dialect_order order_of(const char *filled, enum dialect_order_state state)
{
    return (struct dialect_order){.id = 41000000007,
                                  .account = 3,
                                  .symbol = SLICE("BTCUSDT"),
                                  .base = SLICE("BTC"),
                                  .quote = SLICE("USDT"),
                                  .client_id = SLICE("mine"),
                                  .type = DIALECT_LIMIT,
                                  .price = decimal_of("60000.0"),
                                  .qty = decimal_of("0.500"),
                                  .filled = decimal_of(filled),
                                  .left = decimal_of("0.250"),
                                  .state = state,
                                  .created_ns = NOW_MS * INT64_C(1000000),
                                  .updated_ns = (NOW_MS + 5) * INT64_C(1000000)};
}

static inline struct dialect_fill fill_of(void)
{
    return (struct dialect_fill){.id = 5600000001,
                                 .order_id = 41000000007,
                                 .symbol = SLICE("BTCUSDT"),
                                 .maker = true,
                                 .price = decimal_of("60000.0"),
                                 .qty = decimal_of("0.250"),
                                 .cost = decimal_of("15000"),
                                 .fee = decimal_of("7.5"),
                                 .fee_asset = SLICE("USDT"),
                                 .time_ns = (NOW_MS + 5) * INT64_C(1000000)};
}

/* Before any test: keys are held in locked memory. */
static inline bool allow_secrets(void)
{
    char error[256] = "";
    bool can = secret_global_init(error, sizeof error);
    fputs(error, stderr);
    return can;
}

#endif
