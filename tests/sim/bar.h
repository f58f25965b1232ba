/* SPDX-License-Identifier: Apache-2.0 */
/* Bar: what the trades of a span of time come to: a candle, or the statistics of a day. Pure. */
#ifndef TICKGATE_TESTS_SIM_BAR_H
#define TICKGATE_TESTS_SIM_BAR_H

#include "connectors/dialect_event.h"

#define SCALE_INVERSE_DIGITS 8 /* behind the point of what is divided by a price */

__extension__ typedef unsigned __int128 bar_sum;

/* How whole ticks and steps become decimals. */
struct scale {
    uint8_t tick, step;  /* digits behind the point of a tick and of a step */
    uint8_t digits;      /* of all numbers, at least */
    uint8_t book;        /* of the sizes in books; 0: as many as a step */
    bool inverse;        /* a size is of the quote: value is size divided by price */
    uint32_t tick_units; /* a tick is so many of its last digit: 1000 is 1 with 3 before it */
};

struct decimal scale_price(const struct scale *scale, int64_t ticks);
struct decimal scale_size(const struct scale *scale, int64_t steps);
/* As a book shows it. */
struct decimal scale_level(const struct scale *scale, int64_t steps);
/* What so much at this price is worth, in units that scale_turnover shows. */
bar_sum scale_value(const struct scale *scale, int64_t ticks, int64_t steps);
struct decimal scale_turnover(const struct scale *scale, bar_sum value);

struct bar {
    int64_t open_ms, close_ms; /* the last millisecond is still in it */
    int64_t last_ms;           /* of the last trade */
    uint64_t first_id, last_id, trades;
    int64_t open, high, low, close;   /* ticks */
    bar_sum volume, taker_volume;     /* steps */
    bar_sum turnover, taker_turnover; /* value, as scale_value gives it */
};

/* The span of that period in which `ms` lies. Weeks begin on Monday. */
void bar_span(uint32_t period_s, int64_t ms, int64_t *open_ms, int64_t *close_ms);

/* Begins one without trades, at the last price. */
void bar_begin(struct bar *bar, int64_t open_ms, int64_t close_ms, int64_t price);

struct bar_trade {
    uint64_t id;
    int64_t time_ms, price, size;
    bool sell; /* the taker sold */
};

void bar_add(struct bar *bar, const struct scale *scale, const struct bar_trade *trade);

void bar_show(const struct bar *bar, const struct scale *scale, struct dialect_bar *out);

#endif
