/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in the made-up market, and on which streams it shows. A book that somebody follows
 * changes only by what is on its streams of changes, prices of an instrument whose trades somebody
 * follows only by its trades; the others live unseen. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/venue.h"

#define UNSEEN_TRADE 4 /* one in so many quotes goes with a trade that nobody sees */

static struct dialect_event begin_event(const struct venue *venue)
{
    bool stamp = venue->options.stamp;
    return (struct dialect_event){.time_ns = stamp ? venue->intended_ns : venue->now_real_ns,
                                  .micro = stamp};
}

static void emit(struct venue *venue, struct stream *stream, const struct dialect_event *event)
{
    struct text payload = text_over(venue->payload + SEND_ROOM, sizeof venue->payload - SEND_ROOM);
    if (stream->count == 0)
        return;
    venue->dialect->write_payload(&payload, &stream->what, event);
    ENSURE(!payload.overflow);
    send_payload(venue, stream, payload.data, payload.len);
}

static int64_t now_ms(const struct venue *venue)
{
    return venue->now_real_ns / NS_PER_MS;
}

static void emit_candle(struct venue *venue, struct stream *stream, bool closed)
{
    const struct instrument *instrument = &venue->market->instruments[stream->instrument];
    struct dialect_event event = begin_event(venue);
    event.symbol = (struct slice){instrument->symbol, instrument->symbol_len};
    bar_show(&stream->bar, instrument->scale, &event.candle.bar);
    event.candle.closed = closed;
    emit(venue, stream, &event);
}

/* Ends a bar whose time is over and begins the one that now lies in. */
static void roll_candle(struct venue *venue, struct stream *stream)
{
    int64_t open_ms, close_ms;
    if (stream->begun && now_ms(venue) <= stream->bar.close_ms)
        return;
    if (stream->begun)
        emit_candle(venue, stream, true);
    bar_span(stream->what.period_s, now_ms(venue), &open_ms, &close_ms);
    bar_begin(&stream->bar, open_ms, close_ms,
              venue->market->instruments[stream->instrument].last_price);
    stream->begun = true;
}

/* A book that nobody follows moves with all that happens. */
static void move_unseen(struct venue *venue, uint32_t instrument)
{
    struct dialect_event unseen;
    if (!streams_shows_changes(venue->streams, instrument))
        market_change(venue->market, instrument, &unseen);
}

void show_trade(struct venue *venue, uint32_t index)
{
    const struct instrument *instrument = &venue->market->instruments[index];
    struct stream *first = streams_first(venue->streams, index, GROUP_TRADE);
    struct dialect_event event = begin_event(venue);
    bool shown = false;
    move_unseen(venue, index);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_CANDLE)
            roll_candle(venue, stream);
    market_trade(venue->market, index, now_ms(venue), &event);
    for (struct stream *stream = first; stream != NULL; stream = stream->next) {
        if (stream->what.channel == DIALECT_CANDLE) {
            bar_add(&stream->bar, instrument->trade_id, instrument->last_price,
                    instrument->last_size, event.trade.sell);
        } else {
            shown = shown || stream->count > 0;
            emit(venue, stream, &event);
        }
    }
    for (struct stream *stream = first; !shown && stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_CANDLE)
            emit_candle(venue, stream, false);
}

/* Adds a bid that is dearer than the best ask: a lie that the next snapshot puts right. */
static void cross(struct venue *venue, uint32_t index, struct dialect_book *book,
                  struct dialect_level bids[BOOK_CHANGES_MAX + 1])
{
    const struct instrument *instrument = &venue->market->instruments[index];
    const struct book_level *ask = book_best(&instrument->book, BOOK_ASKS);
    bids[0] = (struct dialect_level){scale_price(instrument->scale, ask->price + 1),
                                     scale_size(instrument->scale, ask->size)};
    memcpy(bids + 1, book->bids, book->bid_count * sizeof *bids);
    book->bids = bids;
    book->bid_count++;
}

void show_change(struct venue *venue, uint32_t index)
{
    struct dialect_level bids[BOOK_CHANGES_MAX + 1];
    struct stream *first = streams_first(venue->streams, index, GROUP_BOOK);
    struct dialect_event event = begin_event(venue);
    market_change(venue->market, index, &event);
    struct fault *fault =
        venue->faults.tampers ? faults_at(&venue->faults, FAULT_CROSS, index, venue->now_ns) : NULL;
    if (fault != NULL && streams_shows_changes(venue->streams, index)) {
        cross(venue, index, &event.book, bids);
        faults_use(&venue->faults, fault);
    }
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_CHANGES)
            emit(venue, stream, &event);
    for (struct stream *stream = first; stream != NULL; stream = stream->next) {
        if (stream->what.channel != DIALECT_LEVELS || stream->count == 0)
            continue;
        market_levels(venue->market, index, stream->what.levels, &event.book);
        emit(venue, stream, &event);
    }
}

static void emit_quote(struct venue *venue, struct stream *stream)
{
    struct dialect_event event = begin_event(venue);
    if (stream->count == 0)
        return;
    if (stream->what.channel == DIALECT_TOP)
        market_top(venue->market, stream->instrument, &event);
    else
        market_day(venue->market, stream->instrument, &event);
    emit(venue, stream, &event);
}

/* Whose trades nobody follows trades all the same: its statistics must not stand still. */
static void trade_unseen(struct venue *venue, uint32_t instrument)
{
    if (venue->streams->live_groups[instrument * GROUPS + GROUP_TRADE] == 0 &&
        random_below(&venue->random, UNSEEN_TRADE) == 0)
        show_trade(venue, instrument);
}

/* The top, if anybody listens; statistics come by the clock then, else they are the quote. */
void show_quote(struct venue *venue, uint32_t index)
{
    struct stream *first = streams_first(venue->streams, index, GROUP_QUOTE);
    bool top = false;
    move_unseen(venue, index);
    trade_unseen(venue, index);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        top = top || (stream->what.channel == DIALECT_TOP && stream->count > 0);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if ((stream->what.channel == DIALECT_TOP) == top)
            emit_quote(venue, stream);
}

void show_clock(struct venue *venue, uint32_t index)
{
    struct stream *stream = streams_first(venue->streams, index, GROUP_QUOTE);
    for (; stream != NULL; stream = stream->next)
        if (stream->what.channel != DIALECT_TOP)
            emit_quote(venue, stream);
    stream = streams_first(venue->streams, index, GROUP_TRADE);
    for (; stream != NULL; stream = stream->next) {
        if (stream->what.channel != DIALECT_CANDLE)
            continue;
        roll_candle(venue, stream);
        stream->second = !stream->second;
        if (stream->second || stream->what.period_s == 1)
            emit_candle(venue, stream, false);
    }
}

void show_stream(struct venue *venue, struct stream *stream)
{
    switch (stream->what.channel) {
    case DIALECT_TRADE:
    case DIALECT_AGGREGATE:
        show_trade(venue, stream->instrument);
        break;
    case DIALECT_CHANGES:
    case DIALECT_LEVELS:
        show_change(venue, stream->instrument);
        break;
    case DIALECT_CANDLE:
        roll_candle(venue, stream);
        emit_candle(venue, stream, false);
        break;
    default:
        emit_quote(venue, stream);
    }
}
