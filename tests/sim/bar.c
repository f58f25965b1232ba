/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/bar.h"

#include "common/ensure.h"

#include <time.h>

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
                        .last_ms = open_ms,
                        .open = price,
                        .high = price,
                        .low = price,
                        .close = price};
}

void bar_add(struct bar *bar, const struct scale *scale, const struct bar_trade *trade)
{
    bar_sum volume = (bar_sum)trade->size, value = scale_value(scale, trade->price, trade->size);
    int64_t price = trade->price;
    if (bar->trades == 0) {
        bar->first_id = trade->id;
        bar->open = bar->high = bar->low = price;
    }
    bar->trades++;
    bar->last_id = trade->id;
    bar->last_ms = trade->time_ms;
    bar->close = price;
    bar->high = price > bar->high ? price : bar->high;
    bar->low = price < bar->low ? price : bar->low;
    bar->volume += volume;
    bar->turnover += value;
    if (!trade->sell) {
        bar->taker_volume += volume;
        bar->taker_turnover += value;
    }
}

static bar_sum power(unsigned int digits)
{
    bar_sum value = 1;
    while (digits-- > 0)
        value *= 10;
    return value;
}

/* A number of `digits` behind the point, shown with at least `least`. */
static struct decimal decimal_of(bar_sum value, unsigned int digits, unsigned int least)
{
    if (digits < least)
        value *= power(least - digits);
    ENSURE(value >> 96 == 0);
    return (struct decimal){.low = (uint64_t)value,
                            .high = (uint32_t)(value >> 64),
                            .scale = (uint8_t)(digits < least ? least : digits)};
}

struct decimal scale_price(const struct scale *scale, int64_t ticks)
{
    return decimal_of((bar_sum)ticks * scale->tick_units, scale->tick, scale->digits);
}

struct decimal scale_size(const struct scale *scale, int64_t steps)
{
    return decimal_of((bar_sum)steps, scale->step, scale->digits);
}

struct decimal scale_level(const struct scale *scale, int64_t steps)
{
    if (scale->book == 0 || scale->book >= scale->step)
        return scale_size(scale, steps);
    bar_sum unit = power(scale->step - scale->book);
    return decimal_of(((bar_sum)steps + unit / 2) / unit, scale->book, scale->book);
}

bar_sum scale_value(const struct scale *scale, int64_t ticks, int64_t steps)
{
    bar_sum price = (bar_sum)ticks, size = (bar_sum)steps;
    price *= scale->tick_units;
    if (!scale->inverse)
        return price * size;
    size *= power(SCALE_INVERSE_DIGITS + (unsigned int)scale->tick);
    return size / power(scale->step) / price;
}

struct decimal scale_turnover(const struct scale *scale, bar_sum value)
{
    unsigned int digits =
        scale->inverse ? SCALE_INVERSE_DIGITS : (unsigned int)scale->tick + scale->step;
    return decimal_of(value, digits, scale->digits);
}

static struct decimal show_volume(const struct scale *scale, bar_sum steps)
{
    return decimal_of(steps, scale->step, scale->digits);
}

void bar_show(const struct bar *bar, const struct scale *scale, struct dialect_bar *out)
{
    *out = (struct dialect_bar){
        .open_ms = bar->open_ms,
        .close_ms = bar->close_ms,
        .last_ms = bar->last_ms,
        .first_id = bar->first_id,
        .last_id = bar->last_id,
        .trades = bar->trades,
        .open = scale_price(scale, bar->open),
        .high = scale_price(scale, bar->high),
        .low = scale_price(scale, bar->low),
        .close = scale_price(scale, bar->close),
        .volume = show_volume(scale, bar->volume),
        .turnover = scale_turnover(scale, bar->turnover),
        .taker_volume = show_volume(scale, bar->taker_volume),
        .taker_turnover = scale_turnover(scale, bar->taker_turnover),
    };
}
