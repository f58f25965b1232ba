/* SPDX-License-Identifier: Apache-2.0 */
/* Market: made-up instruments and what happens to them, all from one seed. What it says is the
 * truth: every number that is shown comes from here. Update ids are counted without a hole, trade
 * ids too. One owner, no clock: times are given. */
#ifndef TICKGATE_TESTS_SIM_MARKET_H
#define TICKGATE_TESTS_SIM_MARKET_H

#include "common/map.h"
#include "connectors/dialect.h"
#include "tests/sim/bar.h"
#include "tests/sim/book.h"

#define MARKET_SYMBOLS_MAX 10000
#define MARKET_SYMBOL_MAX  32
#define MARKET_DEPTH_MAX   5000

struct instrument {
    char symbol[MARKET_SYMBOL_MAX], base[MARKET_SYMBOL_MAX];
    uint32_t symbol_len, base_len;
    struct scale scale;
    struct book book;
    uint64_t update_id; /* the last one there was */
    uint64_t shown_id;  /* the last one that a message of changes covered */
    uint64_t first_id;  /* the one before the first */
    uint64_t trade_id;
    uint64_t trades; /* so far: aggregates are counted from here */
    int64_t last_price, last_size;
    struct bar day;
};

struct market {
    struct random random;
    struct instrument *instruments;
    uint32_t count;
    struct map *by_symbol;                            /* -> index of `instruments` */
    struct book_changes changes;                      /* of the last market_change */
    struct dialect_level levels[2][MARKET_DEPTH_MAX]; /* of the event made last */
};

/* NULL when memory is out. */
struct market *market_new(uint64_t seed, uint32_t symbols, uint32_t depth,
                          const struct dialect *dialect, int64_t now_ms);
void market_destroy(struct market **market);

bool market_find(const struct market *market, struct slice symbol, uint32_t *index);

void market_instrument(const struct market *market, uint32_t index,
                       struct dialect_instrument *instrument);

/* Each makes something happen, or says how things stand, and fills the event's part (not its time).
 * Levels that it points to are valid until the next call. */

/* Levels change; the ids follow those that the last message of changes covered. */
void market_change(struct market *market, uint32_t index, struct dialect_event *event);
/* The top as it is, under an update id of its own. */
void market_top(struct market *market, uint32_t index, struct dialect_event *event);
/* A taker meets the top; `size_steps` of it. The trade is in the day's statistics; bars are fed by
 * the caller from last_price and last_size. */
void market_trade(struct market *market, uint32_t index, int64_t now_ms,
                  struct dialect_event *event);
void market_day(struct market *market, uint32_t index, struct dialect_event *event);
/* The best levels, at the id of the last change shown. */
void market_levels(struct market *market, uint32_t index, uint32_t levels,
                   struct dialect_book *book);

#endif
