/* SPDX-License-Identifier: Apache-2.0 */
/* Two markets of which the simulated Upbit and the simulated Bithumb are asked by REST (upbit.md 5,
 * bithumb.md 5). */
#ifndef TICKGATE_TESTS_UNIT_KOREA_REST_H
#define TICKGATE_TESTS_UNIT_KOREA_REST_H

#include "tests/unit/korea_dialect.h"

static inline void instrument(void *context, uint32_t index, struct dialect_instrument *found)
{
    (void)context;
    *found = (struct dialect_instrument){
        .symbol = index == 0 ? SLICE("KRW-BTC") : SLICE("BTC-ETH"),
        .base = index == 0 ? SLICE("BTC") : SLICE("ETH"),
    };
}

static inline bool find(void *context, struct slice symbol, uint32_t *index)
{
    (void)context;
    *index = slice_equal(symbol, SLICE("BTC-ETH"));
    return *index == 1 || slice_equal(symbol, SLICE("KRW-BTC"));
}

static inline void book(void *context, uint32_t index, uint32_t levels, struct dialect_book *found)
{
    static const struct dialect_level bid = {.price = {.low = 5}, .size = {.low = 7}};
    (void)context;
    (void)index;
    *found = (struct dialect_book){.bids = &bid, .bid_count = 1, .count = levels};
}

/* The status of the answer to a query of one parameter; 404 where a path weighs nothing. */
static inline int get(const char *path, const char *name, const char *value,
                      struct dialect_answer *answer)
{
    static char room[2048];
    const struct dialect_query query = query_of(path, name, value);
    const struct dialect_venue venue = {.now_ns = NOW_NS,
                                        .instrument_count = 2,
                                        .instrument = instrument,
                                        .find = find,
                                        .book = book};
    uint32_t group;
    *answer = (struct dialect_answer){.body = text_over(room, sizeof room)};
    uint32_t weight = dialect->weigh(&query, &group);
    if (weight == 0)
        return 404;
    ck_assert_uint_eq(weight, 1);
    int status = dialect->answer(&query, &venue, answer);
    ck_assert(!answer->body.overflow);
    return status;
}

/* Of one market, in whatever case, and of several; `rest` is what stands behind a book's levels. */
static inline void expect_rest_books(const char *rest)
{
    char room[400];
    struct text expected = text_over(room, sizeof room);
    struct dialect_answer answer;
    text_format(&expected,
                "[{\"market\":\"KRW-BTC\",\"timestamp\":1790133514044,\"total_ask_size\":0,"
                "\"total_bid_size\":7,\"orderbook_units\":[{\"ask_price\":0,\"bid_price\":5,"
                "\"ask_size\":0,\"bid_size\":7}]%s}]",
                rest);
    text_terminate(&expected);
    ck_assert_int_eq(get("/v1/orderbook", "markets", "krw-btc", &answer), 200);
    expect_slice(text_slice(&answer.body), room);
    ck_assert(answer.snapshot);
    ck_assert_int_eq(get("/v1/orderbook", "markets", "KRW-BTC,BTC-ETH", &answer), 200);
    ck_assert_ptr_nonnull(
        memmem(answer.body.data, answer.body.len, "},{\"market\":\"BTC-ETH\"", 21));
    ck_assert(!answer.snapshot);
}

#endif
