/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/market.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <stdlib.h>

#define DAY_MS         86400000
#define FUNDING_MS     28800000
#define PERCENT_DIGITS 3
#define FUNDING_DIGITS 8
#define FUNDING_MAX    100000 /* a tenth of a percent */
/* Beyond 32 bits, as the real ones are. */
#define UPDATE_ID_FIRST UINT64_C(50000000000)
#define TRADE_ID_FIRST  UINT64_C(4300000000)
#define ID_SPREAD       1000000000
#define OTHERS          3  /* fewer ids than so many are other instruments' */
#define PAST            20 /* trades of the day before the market is opened */
#define TICKS_A_LEVEL   8  /* of the price, for each level of the book, so that none is below 0 */
/* The largest size has so many bits; more where a step is very small. */
#define SIZE_BITS       12
#define SMALL_STEP      5U
#define BITS_A_DIGIT    3U
#define INTEREST_FIRST  1000000
#define INTEREST_SPREAD 1000

static void make_past(struct market *market, uint32_t index, int64_t now_ms)
{
    struct dialect_event unseen = {.time_ns = now_ms * NS_PER_MS};
    struct instrument *instrument = &market->instruments[index];
    for (int i = 0; i < PAST; i++) {
        market_change(market, index, false, &unseen);
        market_trade(market, index, 1, &unseen);
    }
    instrument->first_id = instrument->shown_id;
    instrument->interest = INTEREST_FIRST + (int64_t)random_below(&market->random, INTEREST_FIRST);
    instrument->funding = (int64_t)random_below(&market->random, FUNDING_MAX);
    market_mark(market, index, true, &unseen);
}

static bool make_instrument(struct market *market, uint32_t index, uint32_t depth,
                            const struct dialect *dialect, int64_t now_ms)
{
    struct instrument *instrument = &market->instruments[index];
    int64_t price = listing_make(instrument, index, dialect, &market->random, now_ms);
    instrument->update_id = UPDATE_ID_FIRST + random_below(&market->random, ID_SPREAD);
    instrument->shown_id = instrument->first_id = instrument->update_id;
    instrument->trade_id = TRADE_ID_FIRST + random_below(&market->random, ID_SPREAD);
    instrument->last_price = instrument->previous_close = price;
    bar_begin(&instrument->day, now_ms, now_ms + DAY_MS - 1, price);
    unsigned int bits = SIZE_BITS, step = instrument->scale.step;
    if (step > SMALL_STEP)
        bits += BITS_A_DIGIT * (step - SMALL_STEP);
    depth = depth < price / TICKS_A_LEVEL ? depth : (uint32_t)(price / TICKS_A_LEVEL);
    return map_put(market->by_symbol, (struct slice){instrument->symbol, instrument->symbol_len},
                   index) &&
           book_init(&instrument->book, depth, price, bits, &market->random);
}

struct market *market_new(uint64_t seed, uint32_t symbols, uint32_t depth,
                          const struct dialect *dialect, int64_t now_ms)
{
    ENSURE(symbols > 0 && symbols <= MARKET_SYMBOLS_MAX && depth <= MARKET_DEPTH_MAX);
    struct market *market = calloc(1, sizeof *market);
    if (market == NULL)
        return NULL;
    random_seed(&market->random, seed);
    market->ids_shared = dialect->ids_shared;
    market->instruments = calloc(symbols, sizeof *market->instruments);
    market->by_symbol = map_new(symbols);
    while (market->instruments != NULL && market->by_symbol != NULL && market->count < symbols &&
           make_instrument(market, market->count, depth, dialect, now_ms))
        make_past(market, market->count++, now_ms);
    if (market->count < symbols)
        market_destroy(&market);
    return market;
}

void market_destroy(struct market **market)
{
    if (*market == NULL)
        return;
    for (uint32_t i = 0; i < (*market)->count; i++)
        book_fini(&(*market)->instruments[i].book);
    map_destroy(&(*market)->by_symbol);
    free((*market)->instruments);
    free(*market);
    *market = NULL;
}

bool market_find(const struct market *market, struct slice symbol, uint32_t *index)
{
    return map_get(market->by_symbol, symbol, index);
}

void market_instrument(const struct market *market, uint32_t index,
                       struct dialect_instrument *instrument)
{
    listing_show(&market->instruments[index], instrument);
}

static struct dialect_level show_level(const struct scale *scale, const struct book_level *level)
{
    return (struct dialect_level){scale_price(scale, level->price),
                                  scale_level(scale, level->size)};
}

const struct dialect_level *market_show(struct market *market, uint32_t index, enum book_side side,
                                        const struct book_level *levels, uint32_t count)
{
    const struct scale *scale = &market->instruments[index].scale;
    ENSURE(count <= MARKET_DEPTH_MAX);
    for (uint32_t i = 0; i < count; i++)
        market->levels[side][i] = show_level(scale, &levels[i]);
    return market->levels[side];
}

void market_begin(const struct market *market, uint32_t index, struct dialect_event *event)
{
    const struct instrument *instrument = &market->instruments[index];
    const struct scale *scale = &instrument->scale;
    event->symbol = (struct slice){instrument->symbol, instrument->symbol_len};
    event->kind = instrument->listing->kind;
    event->sequence = instrument->update_id;
    event->bid = show_level(scale, book_best(&instrument->book, BOOK_BIDS));
    event->ask = show_level(scale, book_best(&instrument->book, BOOK_ASKS));
    event->previous_close = scale_price(scale, instrument->previous_close);
    event->changed = DIALECT_PART_ALL;
}

void market_change(struct market *market, uint32_t index, bool touch, struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    struct book_changes *changes = &market->changes;
    if (touch)
        book_touch(&instrument->book, &market->random, changes);
    else
        book_change(&instrument->book, &market->random, changes);
    uint64_t others = market->ids_shared ? random_below(&market->random, OTHERS) : 0;
    instrument->update_id += others + 1 + random_below(&market->random, 4);
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++)
        market_show(market, index, (enum book_side)side, changes->levels[side],
                    changes->counts[side]);
    instrument->changed_ns = event->time_ns;
    market_begin(market, index, event);
    event->book = (struct dialect_book){.first_id = instrument->shown_id + others + 1,
                                        .last_id = instrument->update_id,
                                        .previous_id = instrument->shown_id,
                                        .bids = market->levels[BOOK_BIDS],
                                        .asks = market->levels[BOOK_ASKS],
                                        .bid_count = changes->counts[BOOK_BIDS],
                                        .ask_count = changes->counts[BOOK_ASKS]};
    instrument->shown_id = instrument->update_id;
}

void market_top(struct market *market, uint32_t index, struct dialect_event *event)
{
    market->instruments[index].update_id++;
    market_begin(market, index, event);
    event->top_id = event->sequence;
}

static struct dialect_trade show_last(const struct instrument *instrument)
{
    return (struct dialect_trade){
        .id = instrument->trade_id,
        .aggregate_id = instrument->trades,
        .time_ns = instrument->last_ns,
        .price = scale_price(&instrument->scale, instrument->last_price),
        .size = scale_size(&instrument->scale, instrument->last_size),
        .sell = instrument->last_sell,
        .equal = instrument->last_equal,
        .rising = instrument->last_rising,
    };
}

static struct bar_trade trade_once(struct market *market, struct instrument *instrument, bool sell,
                                   int64_t time_ns)
{
    const struct book_level *met = book_best(&instrument->book, sell ? BOOK_BIDS : BOOK_ASKS);
    int64_t now_ms = time_ns / NS_PER_MS;
    instrument->last_equal = met->price == instrument->last_price;
    if (!instrument->last_equal)
        instrument->last_rising = met->price > instrument->last_price;
    instrument->last_price = met->price;
    instrument->last_size = 1 + (int64_t)random_below(&market->random, (uint64_t)met->size);
    instrument->last_sell = sell;
    instrument->last_ns = time_ns;
    instrument->trade_id++;
    instrument->trades++;
    if (now_ms > instrument->day.close_ms)
        bar_begin(&instrument->day, now_ms, now_ms + DAY_MS - 1, met->price);
    struct bar_trade trade = {instrument->trade_id, now_ms, met->price, instrument->last_size,
                              sell};
    bar_add(&instrument->day, &instrument->scale, &trade);
    return trade;
}

void market_trade(struct market *market, uint32_t index, uint32_t count,
                  struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    bool sell = random_below(&market->random, 2) == 0;
    ENSURE(count > 0 && count <= MARKET_BATCH_MAX);
    for (uint32_t i = 0; i < count; i++) {
        market->raw[i] = trade_once(market, instrument, sell, event->time_ns);
        market->trades[i] = show_last(instrument);
    }
    market_begin(market, index, event);
    event->trades.rows = market->trades;
    event->trades.count = count;
}

void market_last(struct market *market, uint32_t index, struct dialect_event *event)
{
    market->trades[0] = show_last(&market->instruments[index]);
    market_begin(market, index, event);
    event->trades.rows = market->trades;
    event->trades.count = 1;
}

static struct decimal with_sign(int64_t value, uint8_t digits)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return (struct decimal){.low = magnitude, .scale = digits, .negative = value < 0};
}

static bool is_derivative(const struct instrument *instrument)
{
    return instrument->listing->kind != DIALECT_SPOT;
}

static struct dialect_mark show_mark(const struct instrument *instrument, int64_t now_ms)
{
    const struct scale *scale = &instrument->scale;
    if (!is_derivative(instrument))
        return (struct dialect_mark){.funded = false};
    return (struct dialect_mark){
        .mark = scale_price(scale, instrument->mark),
        .index = scale_price(scale, instrument->index),
        .funding = with_sign(instrument->funding, FUNDING_DIGITS),
        .next_funding_ms = (now_ms / FUNDING_MS + 1) * FUNDING_MS,
        .funded = instrument->listing->kind == DIALECT_PERPETUAL,
        .interest = scale_size(scale, instrument->interest),
        .interest_value =
            scale_turnover(scale, scale_value(scale, instrument->mark, instrument->interest)),
    };
}

void market_day(struct market *market, uint32_t index, struct dialect_event *event)
{
    const struct instrument *instrument = &market->instruments[index];
    const struct scale *scale = &instrument->scale;
    const struct bar *bar = &instrument->day;
    int64_t change = bar->close - bar->open;
    struct decimal shown = scale_price(scale, change < 0 ? -change : change);
    shown.negative = change < 0;
    market_begin(market, index, event);
    bar_show(bar, scale, &event->day.bar);
    event->day.last = show_last(instrument);
    event->day.change = shown;
    event->day.change_percent = with_sign(change * 100 * 1000 / bar->open, PERCENT_DIGITS);
    event->day.average =
        scale_price(scale, bar->volume > 0 && !scale->inverse
                               ? (int64_t)(bar->turnover / bar->volume / scale->tick_units)
                               : instrument->last_price);
    event->day.mark = show_mark(instrument, event->time_ns / NS_PER_MS);
}

/* From -range to range. */
static int64_t some(struct random *random, int64_t range)
{
    return (int64_t)random_below(random, (uint64_t)(2 * range + 1)) - range;
}

void market_mark(struct market *market, uint32_t index, bool moves, struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    if (moves) {
        instrument->index = instrument->last_price + some(&market->random, 3);
        instrument->mark = instrument->index + some(&market->random, 2);
        instrument->funding += some(&market->random, 100);
        if (instrument->funding > FUNDING_MAX || instrument->funding < -FUNDING_MAX)
            instrument->funding = 0;
        instrument->interest += some(&market->random, INTEREST_SPREAD);
        if (instrument->interest < INTEREST_SPREAD)
            instrument->interest = INTEREST_FIRST;
    }
    market_begin(market, index, event);
    event->mark = show_mark(instrument, event->time_ns / NS_PER_MS);
}

void market_liquidation(struct market *market, uint32_t index, uint32_t count,
                        struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    ENSURE(count > 0 && count <= MARKET_BATCH_MAX);
    for (uint32_t i = 0; i < count; i++) {
        bool sell = random_below(&market->random, 2) == 0;
        int64_t away = 1 + (int64_t)random_below(&market->random, 5);
        int64_t size = 1 + (int64_t)random_below(&market->random, UINT64_C(1) << SIZE_BITS);
        market->trades[i] = (struct dialect_trade){
            .id = i + 1,
            .time_ns = event->time_ns,
            .price =
                scale_price(&instrument->scale, instrument->last_price + (sell ? -away : away)),
            .size = scale_size(&instrument->scale, size),
            .sell = sell};
    }
    market_begin(market, index, event);
    event->trades.rows = market->trades;
    event->trades.count = count;
}

void market_levels(struct market *market, uint32_t index, uint32_t levels,
                   struct dialect_book *book)
{
    const struct instrument *instrument = &market->instruments[index];
    uint32_t counts[2];
    for (int which = BOOK_BIDS; which <= BOOK_ASKS; which++) {
        const struct book_levels *side = &instrument->book.sides[which];
        counts[which] = side->count < levels ? side->count : levels;
        market_show(market, index, (enum book_side)which, &side->row[side->begin], counts[which]);
    }
    *book = (struct dialect_book){.first_id = instrument->shown_id,
                                  .last_id = instrument->shown_id,
                                  .previous_id = instrument->shown_id,
                                  .bids = market->levels[BOOK_BIDS],
                                  .asks = market->levels[BOOK_ASKS],
                                  .bid_count = counts[BOOK_BIDS],
                                  .ask_count = counts[BOOK_ASKS]};
}
