/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/bar.h"

#include "common/ensure.h"

#include <time.h>

#define DIGITS   8
#define WEEK_S   604800
#define MONDAY_S 345600 /* the first one, after 1970 began on a Thursday */

static void month_span(int64_t ms, int64_t *open_ms, int64_t *close_ms)
{
    struct tm day;
    time_t now = (time_t)(ms / 1000);
    ENSURE(gmtime_r(&now, &day) != NULL);
    day = (struct tm){.tm_year = day.tm_year, .tm_mon = day.tm_mon, .tm_mday = 1};
    *open_ms = (int64_t)timegm(&day) * 1000;
    day = (struct tm){.tm_year = day.tm_year, .tm_mon = day.tm_mon + 1, .tm_mday = 1};
    *close_ms = (int64_t)timegm(&day) * 1000 - 1;
}

void bar_span(uint32_t period_s, int64_t ms, int64_t *open_ms, int64_t *close_ms)
{
    if (period_s == DIALECT_MONTH) {
        month_span(ms, open_ms, close_ms);
        return;
    }
    int64_t period_ms = (int64_t)period_s * 1000;
    int64_t shift_ms = period_s == WEEK_S ? INT64_C(1000) * MONDAY_S : 0;
    *open_ms = (ms - shift_ms) / period_ms * period_ms + shift_ms;
    *close_ms = *open_ms + period_ms - 1;
}

void bar_begin(struct bar *bar, int64_t open_ms, int64_t close_ms, int64_t price)
{
    *bar = (struct bar){.open_ms = open_ms,
                        .close_ms = close_ms,
                        .open = price,
                        .high = price,
                        .low = price,
                        .close = price};
}

void bar_add(struct bar *bar, uint64_t id, int64_t price, int64_t size, bool taker_sold)
{
    bar_sum volume = (bar_sum)size, turnover = (bar_sum)price * volume;
    if (bar->trades == 0) {
        bar->first_id = id;
        bar->open = bar->high = bar->low = price;
    }
    bar->trades++;
    bar->last_id = id;
    bar->close = price;
    bar->high = price > bar->high ? price : bar->high;
    bar->low = price < bar->low ? price : bar->low;
    bar->volume += volume;
    bar->turnover += turnover;
    if (!taker_sold) {
        bar->taker_volume += volume;
        bar->taker_turnover += turnover;
    }
}

static struct decimal decimal_of(bar_sum value, unsigned int digits)
{
    for (; digits < DIGITS; digits++)
        value *= 10;
    ENSURE(value >> 96 == 0);
    return (struct decimal){
        .low = (uint64_t)value, .high = (uint32_t)(value >> 64), .scale = (uint8_t)digits};
}

struct decimal scale_price(struct scale scale, int64_t ticks)
{
    return decimal_of((bar_sum)ticks, scale.tick);
}

struct decimal scale_size(struct scale scale, int64_t steps)
{
    return decimal_of((bar_sum)steps, scale.step);
}

void bar_show(const struct bar *bar, struct scale scale, struct dialect_bar *out)
{
    unsigned int both = (unsigned int)scale.tick + scale.step;
    *out = (struct dialect_bar){
        .open_ms = bar->open_ms,
        .close_ms = bar->close_ms,
        .first_id = bar->first_id,
        .last_id = bar->last_id,
        .trades = bar->trades,
        .open = scale_price(scale, bar->open),
        .high = scale_price(scale, bar->high),
        .low = scale_price(scale, bar->low),
        .close = scale_price(scale, bar->close),
        .volume = decimal_of(bar->volume, scale.step),
        .turnover = decimal_of(bar->turnover, both),
        .taker_volume = decimal_of(bar->taker_volume, scale.step),
        .taker_turnover = decimal_of(bar->taker_turnover, both),
    };
}
