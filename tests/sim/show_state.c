/* SPDX-License-Identifier: Apache-2.0 */
/* How things stand on a stream: what its first message says, and what has changed since. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/session.h"
#include "tests/sim/show.h"

static int64_t now_ms(const struct venue *venue)
{
    return venue->now_real_ns / NS_PER_MS;
}

/* Equal decimals are equal bytes, and so are the records of nothing but decimals. */
#define differs(a, b) (memcmp(&(a), &(b), sizeof(a)) != 0)

static uint32_t changed_mark(const struct dialect_mark *now, const struct dialect_mark *before)
{
    uint32_t parts = 0;
    parts |= differs(now->mark, before->mark) ? DIALECT_PART_MARK : 0;
    parts |= differs(now->index, before->index) ? DIALECT_PART_INDEX : 0;
    parts |=
        differs(now->funding, before->funding) || now->next_funding_ms != before->next_funding_ms
            ? DIALECT_PART_FUNDING
            : 0;
    parts |= differs(now->interest, before->interest) ||
                     differs(now->interest_value, before->interest_value)
                 ? DIALECT_PART_INTEREST
                 : 0;
    return parts;
}

static uint32_t changed_day(const struct dialect_event *now, const struct dialect_event *before)
{
    const struct dialect_bar *bar = &now->day.bar, *old = &before->day.bar;
    uint32_t parts = changed_mark(&now->day.mark, &before->day.mark);
    parts |=
        differs(now->bid, before->bid) || differs(now->ask, before->ask) ? DIALECT_PART_TOP : 0;
    parts |= differs(bar->close, old->close) || differs(now->day.change, before->day.change)
                 ? DIALECT_PART_LAST
                 : 0;
    parts |= differs(bar->open, old->open) || differs(bar->high, old->high) ||
                     differs(bar->low, old->low)
                 ? DIALECT_PART_RANGE
                 : 0;
    parts |= differs(bar->volume, old->volume) || differs(bar->turnover, old->turnover)
                 ? DIALECT_PART_VOLUME
                 : 0;
    return parts;
}

bool show_day(struct venue *venue, struct stream *stream, struct dialect_event *event)
{
    struct dialect_event *shown = stream->shown;
    bool mark = stream->what.channel == DIALECT_MARK;
    if (mark)
        market_mark(venue->market, stream->instrument, false, event);
    else
        market_day(venue->market, stream->instrument, event);
    if (shown == NULL)
        return true;
    bool begun = shown->symbol.len > 0;
    if (begun && stream->what.sparse)
        event->changed =
            mark ? changed_mark(&event->mark, &shown->mark) : changed_day(event, shown);
    if (begun && !mark && stream->what.on_change && event->day.last.id == shown->day.last.id)
        event->changed = 0;
    if (event->changed == 0)
        return false;
    *shown = *event;
    return true;
}

void show_candle(struct venue *venue, struct stream *stream, struct dialect_event *event)
{
    market_begin(venue->market, stream->instrument, event);
    bar_show(&stream->bar, &venue->market->instruments[stream->instrument].scale,
             &event->candle.bar);
    stream->number = stream->bar.trades;
}

void show_roll(struct venue *venue, struct stream *stream)
{
    int64_t open_ms, close_ms;
    if (stream->begun && now_ms(venue) <= stream->bar.close_ms)
        return;
    if (stream->begun && (!stream->what.on_change || stream->bar.trades != stream->number)) {
        struct dialect_event event = show_begin(venue);
        show_candle(venue, stream, &event);
        event.candle.closed = true;
        show_emit(venue, stream, &event);
    }
    bar_span(stream->what.period_s, now_ms(venue), &open_ms, &close_ms);
    bar_begin(&stream->bar, open_ms, close_ms,
              venue->market->instruments[stream->instrument].last_price);
    stream->number = 0;
    stream->begun = true;
}

/* To who is not alone, what the others were shown last: what changes is told from there. */
static void state_day(struct venue *venue, struct stream *stream, bool alone,
                      struct dialect_event *event)
{
    if (stream->shown != NULL && stream->shown->symbol.len > 0 && !alone) {
        int64_t time_ns = event->time_ns;
        *event = *stream->shown;
        event->time_ns = time_ns;
    } else {
        if (stream->shown != NULL)
            stream->shown->symbol.len = 0;
        ENSURE(show_day(venue, stream, event));
    }
    event->changed = DIALECT_PART_ALL;
}

static bool state(struct venue *venue, struct stream *stream, bool alone,
                  struct dialect_event *event)
{
    *event = show_begin(venue);
    switch (stream->what.channel) {
    case DIALECT_TRADE:
    case DIALECT_AGGREGATE:
        market_last(venue->market, stream->instrument, event);
        break;
    case DIALECT_TOP:
        market_begin(venue->market, stream->instrument, event);
        event->top_id = event->sequence;
        break;
    case DIALECT_DAY:
    case DIALECT_DAY_SHORT:
    case DIALECT_MARK:
        state_day(venue, stream, alone, event);
        break;
    case DIALECT_CHANGES:
    case DIALECT_LEVELS:
        show_book_state(venue, stream, event);
        break;
    case DIALECT_CANDLE:
        show_roll(venue, stream);
        show_candle(venue, stream, event);
        break;
    default:
        return false;
    }
    event->key = (struct slice){stream->key, stream->key_len};
    event->snapshot = true;
    return true;
}

bool show_state(struct venue *venue, struct stream *stream, struct dialect_event *event)
{
    return state(venue, stream, stream->count == 0, event);
}

void show_first(struct venue *venue, struct stream *stream, struct session *session)
{
    struct dialect_event event;
    struct text payload = text_over(venue->payload + SEND_ROOM, sizeof venue->payload - SEND_ROOM);
    bool alone = stream->count == 0 || (stream->count == 1 && stream->subscribers[0] == session);
    venue->intended_ns = venue->now_real_ns;
    if (!state(venue, stream, alone, &event))
        return;
    venue->dialect->write_payload(&payload, &stream->what, &event);
    ENSURE(!payload.overflow);
    if (alone)
        stream->sent_ns = venue->now_ns;
    if (payload.len > 0)
        send_first(venue, stream, session, payload.data, payload.len);
}
