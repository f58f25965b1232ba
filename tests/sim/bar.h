/* SPDX-License-Identifier: Apache-2.0 */
/* Bar: what the trades of a span of time come to: a candle, or the statistics of a day. Pure. */
#ifndef TICKGATE_TESTS_SIM_BAR_H
#define TICKGATE_TESTS_SIM_BAR_H

#include "connectors/dialect_event.h"

/* How whole ticks and steps become decimals. */
struct scale {
    uint8_t tick, step; /* digits behind the point of a tick and of a step */
};

__extension__ typedef unsigned __int128 bar_sum;

struct bar {
    int64_t open_ms, close_ms; /* the last millisecond is still in it */
    uint64_t first_id, last_id, trades;
    int64_t open, high, low, close;   /* ticks */
    bar_sum volume, taker_volume;     /* steps */
    bar_sum turnover, taker_turnover; /* ticks times steps */
};

/* The span of that period in which `ms` lies. Weeks begin on Monday. */
void bar_span(uint32_t period_s, int64_t ms, int64_t *open_ms, int64_t *close_ms);

/* Begins one without trades, at the last price. */
void bar_begin(struct bar *bar, int64_t open_ms, int64_t close_ms, int64_t price);
void bar_add(struct bar *bar, uint64_t id, int64_t price, int64_t size, bool taker_sold);

/* Eight digits behind the point, as Binance writes all of its numbers. */
struct decimal scale_price(struct scale scale, int64_t ticks);
struct decimal scale_size(struct scale scale, int64_t steps);
void bar_show(const struct bar *bar, struct scale scale, struct dialect_bar *out);

#endif
