/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/market.h"

#include "common/ensure.h"

#include <stdlib.h>

#define QUOTE          "USDT"
#define DAY_MS         86400000
#define PERCENT_DIGITS 3
/* Beyond 32 bits, as the real ones are. */
#define UPDATE_ID_FIRST UINT64_C(50000000000)
#define TRADE_ID_FIRST  UINT64_C(4300000000)
#define ID_SPREAD       1000000000
#define PAST            20 /* trades of the day before the market is opened */

/* The first instruments have names that everybody knows; the others are made up. */
static const struct {
    const char *base;
    int64_t price; /* ticks */
    struct scale scale;
} known[] = {
    {"BTC", 6000000, {2, 5}},
    {"ETH", 300000, {2, 4}},
};

static void make_past(struct market *market, uint32_t index, int64_t now_ms)
{
    struct dialect_event unseen;
    for (int i = 0; i < PAST; i++) {
        market_change(market, index, &unseen);
        market_trade(market, index, now_ms, &unseen);
    }
    market->instruments[index].first_id = market->instruments[index].shown_id;
}

static bool make_instrument(struct market *market, uint32_t index, uint32_t depth,
                            const struct dialect *dialect, int64_t now_ms)
{
    struct instrument *instrument = &market->instruments[index];
    struct text base = text_over(instrument->base, sizeof instrument->base);
    struct text symbol = text_over(instrument->symbol, sizeof instrument->symbol);
    int64_t price = 50000 + (int64_t)random_below(&market->random, 1000000);
    instrument->scale = (struct scale){4, 2};
    if (index < sizeof known / sizeof *known) {
        text_append(&base, slice_of(known[index].base));
        price = known[index].price;
        instrument->scale = known[index].scale;
    } else {
        text_format(&base, "S%04u", index + 1);
    }
    dialect->write_symbol(&symbol, text_slice(&base), SLICE(QUOTE));
    ENSURE(!symbol.overflow && !base.overflow);
    instrument->symbol_len = (uint32_t)symbol.len;
    instrument->base_len = (uint32_t)base.len;
    instrument->update_id = UPDATE_ID_FIRST + random_below(&market->random, ID_SPREAD);
    instrument->shown_id = instrument->first_id = instrument->update_id;
    instrument->trade_id = TRADE_ID_FIRST + random_below(&market->random, ID_SPREAD);
    instrument->last_price = price;
    bar_begin(&instrument->day, now_ms, now_ms + DAY_MS - 1, price);
    return map_put(market->by_symbol, text_slice(&symbol), index) &&
           book_init(&instrument->book, depth, price, &market->random);
}

struct market *market_new(uint64_t seed, uint32_t symbols, uint32_t depth,
                          const struct dialect *dialect, int64_t now_ms)
{
    ENSURE(symbols > 0 && symbols <= MARKET_SYMBOLS_MAX && depth <= MARKET_DEPTH_MAX);
    struct market *market = calloc(1, sizeof *market);
    if (market == NULL)
        return NULL;
    random_seed(&market->random, seed);
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
    const struct instrument *made = &market->instruments[index];
    *instrument = (struct dialect_instrument){.symbol = {made->symbol, made->symbol_len},
                                              .base = {made->base, made->base_len},
                                              .quote = SLICE(QUOTE),
                                              .tick = scale_price(made->scale, 1),
                                              .step = scale_size(made->scale, 1)};
}

static struct dialect_level show_level(struct scale scale, const struct book_level *level)
{
    return (struct dialect_level){scale_price(scale, level->price), scale_size(scale, level->size)};
}

static void name(const struct instrument *instrument, struct dialect_event *event)
{
    event->symbol = (struct slice){instrument->symbol, instrument->symbol_len};
}

void market_change(struct market *market, uint32_t index, struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    struct book_changes *changes = &market->changes;
    book_change(&instrument->book, &market->random, changes);
    instrument->update_id += 1 + random_below(&market->random, 4);
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++)
        for (uint32_t i = 0; i < changes->counts[side]; i++)
            market->levels[side][i] = show_level(instrument->scale, &changes->levels[side][i]);
    name(instrument, event);
    event->book = (struct dialect_book){.first_id = instrument->shown_id + 1,
                                        .last_id = instrument->update_id,
                                        .bids = market->levels[BOOK_BIDS],
                                        .asks = market->levels[BOOK_ASKS],
                                        .bid_count = changes->counts[BOOK_BIDS],
                                        .ask_count = changes->counts[BOOK_ASKS]};
    instrument->shown_id = instrument->update_id;
}

void market_top(struct market *market, uint32_t index, struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    name(instrument, event);
    event->top.id = ++instrument->update_id;
    event->top.bid = show_level(instrument->scale, book_best(&instrument->book, BOOK_BIDS));
    event->top.ask = show_level(instrument->scale, book_best(&instrument->book, BOOK_ASKS));
}

void market_trade(struct market *market, uint32_t index, int64_t now_ms,
                  struct dialect_event *event)
{
    struct instrument *instrument = &market->instruments[index];
    bool sell = random_below(&market->random, 2) == 0;
    const struct book_level *met = book_best(&instrument->book, sell ? BOOK_BIDS : BOOK_ASKS);
    instrument->last_price = met->price;
    instrument->last_size = 1 + (int64_t)random_below(&market->random, (uint64_t)met->size);
    instrument->trade_id++;
    instrument->trades++;
    if (now_ms > instrument->day.close_ms)
        bar_begin(&instrument->day, now_ms, now_ms + DAY_MS - 1, met->price);
    bar_add(&instrument->day, instrument->trade_id, met->price, instrument->last_size, sell);
    name(instrument, event);
    event->trade.id = instrument->trade_id;
    event->trade.aggregate_id = instrument->trades;
    event->trade.price = scale_price(instrument->scale, met->price);
    event->trade.size = scale_size(instrument->scale, instrument->last_size);
    event->trade.sell = sell;
}

static struct decimal with_sign(int64_t value, uint8_t digits)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return (struct decimal){.low = magnitude, .scale = digits, .negative = value < 0};
}

void market_day(struct market *market, uint32_t index, struct dialect_event *event)
{
    const struct instrument *instrument = &market->instruments[index];
    const struct bar *bar = &instrument->day;
    int64_t change = bar->close - bar->open;
    struct decimal shown =
        scale_price(instrument->scale, change < 0 ? bar->open - bar->close : change);
    shown.negative = change < 0;
    name(instrument, event);
    bar_show(bar, instrument->scale, &event->day.bar);
    event->day.bid = show_level(instrument->scale, book_best(&instrument->book, BOOK_BIDS));
    event->day.ask = show_level(instrument->scale, book_best(&instrument->book, BOOK_ASKS));
    event->day.last_size = scale_size(instrument->scale, instrument->last_size);
    event->day.change = shown;
    event->day.change_percent = with_sign(change * 100 * 1000 / bar->open, PERCENT_DIGITS);
    event->day.average =
        scale_price(instrument->scale, bar->volume > 0 ? (int64_t)(bar->turnover / bar->volume)
                                                       : instrument->last_price);
}

void market_levels(struct market *market, uint32_t index, uint32_t levels,
                   struct dialect_book *book)
{
    const struct instrument *instrument = &market->instruments[index];
    uint32_t counts[2];
    for (int which = BOOK_BIDS; which <= BOOK_ASKS; which++) {
        const struct book_levels *side = &instrument->book.sides[which];
        counts[which] = side->count < levels ? side->count : levels;
        for (uint32_t i = 0; i < counts[which]; i++)
            market->levels[which][i] = show_level(instrument->scale, &side->row[side->begin + i]);
    }
    *book = (struct dialect_book){.first_id = instrument->shown_id,
                                  .last_id = instrument->shown_id,
                                  .bids = market->levels[BOOK_BIDS],
                                  .asks = market->levels[BOOK_ASKS],
                                  .bid_count = counts[BOOK_BIDS],
                                  .ask_count = counts[BOOK_ASKS]};
}
