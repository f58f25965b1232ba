/* SPDX-License-Identifier: Apache-2.0 */
/* Market: made-up instruments and what happens to them, all from one seed. What it says is the
 * truth: every number that is shown comes from here. Update ids are counted without a hole (unless
 * they are shared), trade ids too. One owner, no clock: times are given. */
#ifndef TICKGATE_TESTS_SIM_MARKET_H
#define TICKGATE_TESTS_SIM_MARKET_H

#include "common/map.h"
#include "connectors/dialect.h"
#include "tests/sim/bar.h"
#include "tests/sim/book.h"

#define MARKET_SYMBOLS_MAX 10000
#define MARKET_SYMBOL_MAX  48
#define MARKET_DEPTH_MAX   5000
#define MARKET_BATCH_MAX   8 /* trades at once */

struct instrument {
    char symbol[MARKET_SYMBOL_MAX], base[MARKET_SYMBOL_MAX];
    uint32_t symbol_len, base_len;
    const struct dialect_listing *listing;
    int64_t delivery_ms;
    struct scale scale;
    struct book book;
    uint64_t update_id; /* the last one there was */
    uint64_t shown_id;  /* the last one that a message of changes covered */
    uint64_t first_id;  /* the one before the first */
    int64_t changed_ns; /* when the book changed last */
    uint64_t trade_id;
    uint64_t trades; /* so far: aggregates are counted from here */
    int64_t last_price, last_size, last_ns;
    bool last_sell, last_equal, last_rising;
    int64_t previous_close;
    struct bar day;
    int64_t mark, index; /* ticks, of a derivative */
    int64_t funding;     /* in 1e-8 */
    int64_t interest;    /* steps */
};

struct market {
    struct random random;
    struct instrument *instruments;
    uint32_t count;
    bool ids_shared;                                  /* by the dialect */
    struct map *by_symbol;                            /* -> index of `instruments` */
    struct book_changes changes;                      /* of the last market_change */
    struct bar_trade raw[MARKET_BATCH_MAX];           /* of the last market_trade */
    struct dialect_trade trades[MARKET_BATCH_MAX];    /* of the event made last */
    struct dialect_level levels[2][MARKET_DEPTH_MAX]; /* the same */
};

/* NULL when memory is out. */
struct market *market_new(uint64_t seed, uint32_t symbols, uint32_t depth,
                          const struct dialect *dialect, int64_t now_ms);
void market_destroy(struct market **market);

bool market_find(const struct market *market, struct slice symbol, uint32_t *index);

void market_instrument(const struct market *market, uint32_t index,
                       struct dialect_instrument *instrument);

/* Each makes something happen, or says how things stand, and fills the event but for its time,
 * which is given. What the event points to is valid until the next call. */

/* Levels change; the ids follow those that the last message of changes covered. `touch`: it is the
 * size of one of the best. */
void market_change(struct market *market, uint32_t index, bool touch, struct dialect_event *event);
/* The top as it is, under an update id of its own. */
void market_top(struct market *market, uint32_t index, struct dialect_event *event);
/* A taker meets the top, `count` times. The trades are in the day's statistics. */
void market_trade(struct market *market, uint32_t index, uint32_t count,
                  struct dialect_event *event);
/* The last trade once more. */
void market_last(struct market *market, uint32_t index, struct dialect_event *event);
void market_day(struct market *market, uint32_t index, struct dialect_event *event);
/* Mark and index, funding and interest move a little, or as they are. */
void market_mark(struct market *market, uint32_t index, bool moves, struct dialect_event *event);
void market_liquidation(struct market *market, uint32_t index, uint32_t count,
                        struct dialect_event *event);
/* The best levels, at the id of the last change shown. */
void market_levels(struct market *market, uint32_t index, uint32_t levels,
                   struct dialect_book *book);
/* Fills what all events have. */
void market_begin(const struct market *market, uint32_t index, struct dialect_event *event);

/* Levels of a side, in place of those that the event made last has; valid as long. */
const struct dialect_level *market_show(struct market *market, uint32_t index, enum book_side side,
                                        const struct book_level *levels, uint32_t count);

/* listing.c: the name, scale and first price of an instrument; the last in ticks. */
int64_t listing_make(struct instrument *instrument, uint32_t index, const struct dialect *dialect,
                     struct random *random, int64_t now_ms);
void listing_show(const struct instrument *instrument, struct dialect_instrument *out);

#endif
