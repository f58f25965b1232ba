/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in the made-up market, and on which streams it shows. A book that somebody follows
 * changes only by what is on its streams, prices of an instrument whose trades somebody follows
 * only by its trades; the others live unseen. */
#include "tests/sim/show.h"

#include "common/clock.h"
#include "common/ensure.h"

#define UNSEEN_TRADE 4 /* one in so many quotes goes with a trade that nobody sees */
#define BATCH        6 /* one in so many trades brings others, where the exchange sends such */

struct dialect_event show_begin(const struct venue *venue)
{
    bool stamp = venue->options.stamp;
    return (struct dialect_event){.time_ns = stamp ? venue->intended_ns : venue->now_real_ns,
                                  .micro = stamp};
}

void show_emit(struct venue *venue, struct stream *stream, struct dialect_event *event)
{
    struct text payload = text_over(venue->payload + SEND_ROOM, sizeof venue->payload - SEND_ROOM);
    if (stream->count == 0)
        return;
    event->key = (struct slice){stream->key, stream->key_len};
    venue->dialect->write_payload(&payload, &stream->what, event);
    ENSURE(!payload.overflow);
    if (payload.len == 0)
        return;
    stream->sent_ns = venue->now_ns;
    if (stream->what.again_percent > 0) {
        buffer_take(&stream->last, stream->last.len);
        ENSURE(buffer_append(&stream->last, text_slice(&payload)));
    }
    send_payload(venue, stream, payload.data, payload.len);
}

/* A book that nobody follows moves with all that happens. */
static void move_unseen(struct venue *venue, uint32_t instrument)
{
    struct dialect_event unseen = show_begin(venue);
    if (!streams_shows_book(venue->streams, instrument))
        market_change(venue->market, instrument, false, &unseen);
}

/* How many things happen at once: more than one now and then, if a stream shows so many together.
 */
static uint32_t draw_batch(struct venue *venue, const struct stream *first)
{
    uint32_t most = 1;
    for (const struct stream *stream = first; stream != NULL; stream = stream->next)
        if (stream->count > 0 && stream->what.batch > most)
            most = stream->what.batch;
    most = most < MARKET_BATCH_MAX ? most : MARKET_BATCH_MAX;
    if (most == 1 || random_below(&venue->random, BATCH) > 0)
        return 1;
    return 2 + (uint32_t)random_below(&venue->random, most - 1);
}

/* Together where the exchange sends them so, else one by one. */
static void emit_rows(struct venue *venue, struct stream *stream, const struct dialect_event *all)
{
    struct dialect_event event = *all;
    if (stream->what.batch >= all->trades.count) {
        show_emit(venue, stream, &event);
        return;
    }
    event.trades.count = 1;
    for (uint32_t i = 0; i < all->trades.count; i++) {
        event.trades.rows = &all->trades.rows[i];
        show_emit(venue, stream, &event);
    }
}

static void emit_candle(struct venue *venue, struct stream *stream)
{
    struct dialect_event event = show_begin(venue);
    if (stream->what.on_change && stream->bar.trades == stream->number)
        return;
    show_candle(venue, stream, &event);
    show_emit(venue, stream, &event);
}

void show_trade(struct venue *venue, uint32_t index)
{
    struct market *market = venue->market;
    struct stream *first = streams_first(venue->streams, index, GROUP_TRADE);
    struct dialect_event event = show_begin(venue);
    bool shown = false;
    move_unseen(venue, index);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_CANDLE)
            show_roll(venue, stream);
    market_trade(market, index, draw_batch(venue, first), &event);
    for (struct stream *stream = first; stream != NULL; stream = stream->next) {
        if (stream->what.channel == DIALECT_CANDLE) {
            for (uint32_t i = 0; i < event.trades.count; i++)
                bar_add(&stream->bar, &market->instruments[index].scale, &market->raw[i]);
        } else {
            shown = shown || stream->count > 0;
            emit_rows(venue, stream, &event);
        }
    }
    for (struct stream *stream = first; !shown && stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_CANDLE && stream->what.clock_s == 0)
            emit_candle(venue, stream);
}

void show_change(struct venue *venue, uint32_t index)
{
    struct dialect_event event = show_begin(venue);
    market_change(venue->market, index, false, &event);
    show_book(venue, index, &event);
}

static void show_touch(struct venue *venue, uint32_t index)
{
    struct dialect_event event = show_begin(venue);
    market_change(venue->market, index, true, &event);
    show_book(venue, index, &event);
}

static void emit_quote(struct venue *venue, struct stream *stream)
{
    struct dialect_event event = show_begin(venue);
    if (stream->count == 0)
        return;
    if (stream->what.channel == DIALECT_TOP)
        market_top(venue->market, stream->instrument, &event);
    else if (!show_day(venue, stream, &event))
        return;
    show_emit(venue, stream, &event);
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
    bool top = false, book = false;
    move_unseen(venue, index);
    trade_unseen(venue, index);
    for (struct stream *stream = first; stream != NULL; stream = stream->next) {
        top = top || (stream->what.channel == DIALECT_TOP && stream->count > 0);
        book = book || (stream->what.channel == DIALECT_LEVELS && stream->count > 0);
    }
    if (book)
        show_touch(venue, index);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if (stream->what.channel == DIALECT_TOP
                ? top
                : !top && !book && stream->what.channel != DIALECT_LEVELS)
            emit_quote(venue, stream);
}

void show_liquidation(struct venue *venue, uint32_t index)
{
    struct stream *first = streams_first(venue->streams, index, GROUP_LIQUIDATION);
    struct dialect_event event = show_begin(venue);
    market_liquidation(venue->market, index, draw_batch(venue, first), &event);
    for (struct stream *stream = first; stream != NULL; stream = stream->next)
        if (venue->now_ns - stream->sent_ns >= (int64_t)stream->what.gap_ms * NS_PER_MS)
            emit_rows(venue, stream, &event);
}

static void emit_marks(struct venue *venue, uint32_t index, bool by_clock)
{
    struct stream *stream = streams_first(venue->streams, index, GROUP_MARK);
    for (; stream != NULL; stream = stream->next) {
        struct dialect_event event = show_begin(venue);
        uint32_t clock_s = stream->what.clock_s > 0 ? stream->what.clock_s : 1;
        if ((!by_clock || stream->seconds++ % clock_s == 0) && show_day(venue, stream, &event))
            show_emit(venue, stream, &event);
    }
}

static void move_mark(struct venue *venue, uint32_t index)
{
    struct dialect_event unseen = show_begin(venue);
    if (venue->market->instruments[index].listing->kind != DIALECT_SPOT)
        market_mark(venue->market, index, true, &unseen);
}

void show_marks(struct venue *venue, uint32_t index)
{
    move_mark(venue, index);
    emit_marks(venue, index, false);
}

void show_clock(struct venue *venue, uint32_t index)
{
    struct stream *stream = streams_first(venue->streams, index, GROUP_QUOTE);
    move_mark(venue, index);
    for (; stream != NULL; stream = stream->next) {
        uint32_t clock_s = stream->what.clock_s > 0 ? stream->what.clock_s : 1;
        if (stream->what.channel != DIALECT_TOP && stream->what.channel != DIALECT_LEVELS &&
            stream->seconds++ % clock_s == 0)
            emit_quote(venue, stream);
    }
    emit_marks(venue, index, true);
    stream = streams_first(venue->streams, index, GROUP_TRADE);
    for (; stream != NULL; stream = stream->next) {
        if (stream->what.channel != DIALECT_CANDLE)
            continue;
        uint32_t rule_s = stream->what.period_s == 1 ? 1 : 2;
        show_roll(venue, stream);
        if (stream->seconds++ % (stream->what.clock_s > 0 ? stream->what.clock_s : rule_s) == 0)
            emit_candle(venue, stream);
    }
}

static void show_book_stream(struct venue *venue, struct stream *stream)
{
    uint64_t before = stream->number;
    if (stream->what.levels == 1)
        show_touch(venue, stream->instrument);
    else
        show_change(venue, stream->instrument);
    if (stream->what.grid_ms > 0)
        show_book_now(venue, stream);
    else if (stream->number == before)
        show_touch(venue, stream->instrument);
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
        show_book_stream(venue, stream);
        break;
    case DIALECT_CANDLE:
        show_roll(venue, stream);
        if (stream->what.on_change)
            show_trade(venue, stream->instrument);
        emit_candle(venue, stream);
        break;
    case DIALECT_LIQUIDATION:
        stream->sent_ns = INT64_MIN / 2;
        show_liquidation(venue, stream->instrument);
        break;
    case DIALECT_MARK:
        show_marks(venue, stream->instrument);
        break;
    default:
        if (stream->shown != NULL)
            show_trade(venue, stream->instrument);
        emit_quote(venue, stream);
    }
}
