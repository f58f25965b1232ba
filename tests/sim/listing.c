/* SPDX-License-Identifier: Apache-2.0 */
/* What an instrument is: from the dialect's listings, its names, its ticks and its first price. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/market.h"

#include <time.h>

#define DELIVERY_S (8 * 3600)
#define DAY_S      86400
#define SPREAD                                                                                     \
    2 /* a made-up price is between a tenth and a bit more than so many of its pattern's */

/* The listings with a base come first, one each; the others are the patterns of all the rest. */
static const struct dialect_listing *find_listing(const struct dialect *dialect, uint32_t index)
{
    uint32_t named = 0;
    while (named < dialect->listing_count && dialect->listings[named].base != NULL)
        named++;
    if (index < named)
        return &dialect->listings[index];
    ENSURE(named < dialect->listing_count);
    return &dialect->listings[named + (index - named) % (dialect->listing_count - named)];
}

/* The last Friday of a month of the calendar, which may be beyond December, at 08:00 UTC. */
static int64_t last_friday_s(int year, int month)
{
    struct tm day = {.tm_year = year, .tm_mon = month + 1, .tm_mday = 0};
    time_t last = timegm(&day);
    ENSURE(gmtime_r(&last, &day) != NULL);
    return last - (int64_t)((day.tm_wday + 2) % 7) * DAY_S + DELIVERY_S;
}

/* The end of the n-th quarter that is not over yet. */
static int64_t delivery_ms(uint32_t quarter, int64_t now_ms)
{
    struct tm day;
    time_t now = (time_t)(now_ms / 1000);
    ENSURE(gmtime_r(&now, &day) != NULL);
    int month = day.tm_mon / 3 * 3 + 2;
    if (last_friday_s(day.tm_year, month) <= now)
        month += 3;
    return last_friday_s(day.tm_year, month + 3 * ((int)quarter - 1)) * 1000;
}

static struct decimal read_decimal(const char *text)
{
    struct decimal value;
    ENSURE(decimal_read(slice_of(text), &value) == DECIMAL_OK && value.high == 0);
    return value;
}

static int64_t ticks_of(const struct scale *scale, const char *price)
{
    struct decimal value = read_decimal(price);
    for (; value.scale < scale->tick; value.scale++)
        value.low *= 10;
    for (; value.scale > scale->tick; value.scale--)
        value.low /= 10;
    return (int64_t)(value.low / scale->tick_units);
}

int64_t listing_make(struct instrument *instrument, uint32_t index, const struct dialect *dialect,
                     struct random *random, int64_t now_ms)
{
    const struct dialect_listing *listing = find_listing(dialect, index);
    struct text base = text_over(instrument->base, sizeof instrument->base);
    struct text symbol = text_over(instrument->symbol, sizeof instrument->symbol);
    struct decimal tick = read_decimal(listing->tick);
    struct dialect_instrument shown;
    instrument->listing = listing;
    instrument->scale = (struct scale){.tick = tick.scale,
                                       .step = (uint8_t)listing->step_digits,
                                       .digits = (uint8_t)dialect->digits,
                                       .book = (uint8_t)dialect->book_digits,
                                       .inverse = listing->inverse,
                                       .tick_units = (uint32_t)tick.low};
    if (listing->kind == DIALECT_DATED)
        instrument->delivery_ms = delivery_ms(listing->quarter, now_ms);
    int64_t price = ticks_of(&instrument->scale, listing->price);
    if (listing->base != NULL) {
        text_append(&base, slice_of(listing->base));
    } else {
        text_format(&base, "S%04u", index + 1);
        price = price / 10 + (int64_t)random_below(random, (uint64_t)price * SPREAD);
    }
    instrument->base_len = (uint32_t)base.len;
    listing_show(instrument, &shown);
    dialect->write_symbol(&symbol, &shown);
    ENSURE(!symbol.overflow && !base.overflow && price > 0);
    instrument->symbol_len = (uint32_t)symbol.len;
    return price;
}

void listing_show(const struct instrument *instrument, struct dialect_instrument *out)
{
    *out = (struct dialect_instrument){
        .symbol = {instrument->symbol, instrument->symbol_len},
        .base = {instrument->base, instrument->base_len},
        .quote = slice_of(instrument->listing->quote),
        .kind = instrument->listing->kind,
        .delivery_ms = instrument->delivery_ms,
        .price = scale_price(&instrument->scale, instrument->last_price),
        .tick = scale_price(&instrument->scale, 1),
        .step = scale_size(&instrument->scale, 1),
    };
}
