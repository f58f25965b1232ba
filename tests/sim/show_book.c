/* SPDX-License-Identifier: Apache-2.0 */
/* How books are shown: each change, what of it is among the best, the best as they are, at once or
 * on a grid. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/show.h"

#define PHASE    37 /* ms from one instrument's grid to the next one's */
#define LOOK_NS  (100 * NS_PER_MS)
#define PER_CENT 100

static const enum group book_groups[] = {GROUP_BOOK, GROUP_QUOTE};

static const struct book *book_of(const struct venue *venue, const struct stream *stream)
{
    return &venue->market->instruments[stream->instrument].book;
}

static bool is_book(const struct stream *stream)
{
    return stream->what.channel == DIALECT_CHANGES || stream->what.channel == DIALECT_LEVELS;
}

/* True if this message is to be crossed (fault cross), which then counts as done. */
static bool take_cross(struct venue *venue, uint32_t index)
{
    struct fault *fault =
        venue->faults.tampers ? faults_at(&venue->faults, FAULT_CROSS, index, venue->now_ns) : NULL;
    if (fault == NULL)
        return false;
    faults_use(&venue->faults, fault);
    return true;
}

/* Adds a bid that is dearer than the best ask, a lie: of a whole book in place of the worst. */
static void cross(struct venue *venue, const struct stream *stream, struct dialect_book *book)
{
    struct dialect_level *bids = venue->scratch[BOOK_BIDS];
    const struct instrument *instrument = &venue->market->instruments[stream->instrument];
    const struct book_level *ask = book_best(&instrument->book, BOOK_ASKS);
    bool whole = stream->what.channel == DIALECT_LEVELS && book->bid_count > 0;
    bids[0] = (struct dialect_level){scale_price(&instrument->scale, ask->price + 1),
                                     scale_level(&instrument->scale, ask->size)};
    book->bid_count += whole ? 0 : 1;
    memcpy(bids + 1, book->bids, (book->bid_count - 1) * sizeof *bids);
    book->bids = bids;
}

static void set_side(struct venue *venue, const struct stream *stream, enum book_side side,
                     const struct book_level *levels, uint32_t count, struct dialect_book *book)
{
    const struct dialect_level *shown =
        market_show(venue->market, stream->instrument, side, levels, count);
    if (side == BOOK_BIDS) {
        book->bids = shown;
        book->bid_count = count;
    } else {
        book->asks = shown;
        book->ask_count = count;
    }
}

/* What of a change is on a stream of changes; false: nothing. */
static bool describe_change(struct venue *venue, struct stream *stream, struct dialect_book *book)
{
    const struct best *best = &stream->best;
    if (stream->what.levels == 0)
        return true;
    if (!best_move(&stream->best, book_of(venue, stream)))
        return false;
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++)
        set_side(venue, stream, (enum book_side)side, best->changes[side],
                 best->change_counts[side], book);
    return true;
}

static void emit_change(struct venue *venue, struct stream *stream,
                        const struct dialect_event *change, bool crossed)
{
    struct dialect_event event = *change;
    if (!describe_change(venue, stream, &event.book))
        return;
    event.book.count = ++stream->number;
    if (crossed)
        cross(venue, stream, &event.book);
    show_emit(venue, stream, &event);
}

/* The best levels as they are, under the stream's number. */
static void describe_levels(struct venue *venue, const struct stream *stream,
                            struct dialect_event *event)
{
    uint32_t levels = stream->what.levels > 0 ? stream->what.levels : MARKET_DEPTH_MAX;
    market_begin(venue->market, stream->instrument, event);
    market_levels(venue->market, stream->instrument, levels, &event->book);
    event->book.count = stream->number;
    if (stream->what.grid_ms > 0 && !venue->options.stamp)
        event->time_ns = venue->market->instruments[stream->instrument].changed_ns;
}

static void emit_levels(struct venue *venue, struct stream *stream, bool crossed)
{
    struct dialect_event event = show_begin(venue);
    describe_levels(venue, stream, &event);
    if (crossed)
        cross(venue, stream, &event.book);
    show_emit(venue, stream, &event);
}

static void list_due(struct venue *venue, struct stream *stream)
{
    stream->listed = true;
    stream->next_due = venue->due;
    venue->due = stream;
    if (stream->due_ns < venue->due_ns)
        venue->due_ns = stream->due_ns;
}

/* It says something new at the next point of its grid. */
static void wait_for_point(struct venue *venue, struct stream *stream)
{
    int64_t grid_ns = (int64_t)stream->what.grid_ms * NS_PER_MS;
    int64_t phase_ns = (int64_t)stream->instrument * PHASE * NS_PER_MS % grid_ns;
    stream->due = DUE_NEW;
    if (stream->listed)
        return;
    stream->due_ns = venue->now_ns - (venue->now_ns - phase_ns) % grid_ns + grid_ns;
    list_due(venue, stream);
}

/* Whether anybody sees the book at once. */
static bool is_seen_at_once(const struct venue *venue, uint32_t index)
{
    for (size_t i = 0; i < sizeof book_groups / sizeof *book_groups; i++) {
        const struct stream *stream = streams_first(venue->streams, index, book_groups[i]);
        for (; stream != NULL; stream = stream->next)
            if (stream->count > 0 && is_book(stream) && stream->what.grid_ms == 0)
                return true;
    }
    return false;
}

static void show_levels(struct venue *venue, struct stream *stream, bool crossed)
{
    if (stream->what.grid_ms > 0) {
        wait_for_point(venue, stream);
        return;
    }
    if (stream->what.on_change && !best_move(&stream->best, book_of(venue, stream)))
        return;
    stream->number++;
    emit_levels(venue, stream, crossed);
}

void show_book(struct venue *venue, uint32_t index, struct dialect_event *event)
{
    bool crossed = is_seen_at_once(venue, index) && take_cross(venue, index);
    for (int levels = 0; levels <= 1; levels++) /* they take the place of the event's levels */
        for (size_t i = 0; i < sizeof book_groups / sizeof *book_groups; i++) {
            struct stream *stream = streams_first(venue->streams, index, book_groups[i]);
            for (; stream != NULL; stream = stream->next) {
                if (stream->count == 0 || !is_book(stream))
                    continue;
                bool whole = stream->what.channel == DIALECT_LEVELS;
                bool best = whole || stream->what.levels > 0;
                if (best != (levels == 1))
                    continue;
                if (whole)
                    show_levels(venue, stream, crossed);
                else
                    emit_change(venue, stream, event, crossed);
            }
        }
}

void show_book_now(struct venue *venue, struct stream *stream)
{
    stream->due = DUE_NOTHING;
    stream->number++;
    emit_levels(venue, stream, take_cross(venue, stream->instrument));
}

void show_book_state(struct venue *venue, struct stream *stream, struct dialect_event *event)
{
    if (stream->best.levels > 0 && best_move(&stream->best, book_of(venue, stream)))
        stream->number++;
    describe_levels(venue, stream, event);
}

/* The same message, byte for byte. */
static void send_again(struct venue *venue, struct stream *stream)
{
    struct slice last = buffer_slice(&stream->last);
    memcpy(venue->payload + SEND_ROOM, last.data, last.len);
    stream->sent_ns = venue->now_ns;
    send_payload(venue, stream, venue->payload + SEND_ROOM, last.len);
}

/* At a point of its grid: the same again now and then, though there be something new; else what is
 * new; else nothing. */
static void come_due(struct venue *venue, struct stream *stream)
{
    int64_t at_ns = stream->due_ns;
    bool again =
        stream->last.len > 0 && random_below(&venue->random, PER_CENT) < stream->what.again_percent;
    stream->listed = false;
    if (stream->count == 0 || stream->due == DUE_NOTHING)
        return;
    venue->intended_ns = venue->now_real_ns - (venue->now_ns - at_ns);
    if (again) {
        send_again(venue, stream);
        if (stream->due == DUE_AGAIN)
            return;
    } else if (stream->due == DUE_NEW) {
        show_book_now(venue, stream);
        if (stream->what.again_percent == 0)
            return;
        stream->due = DUE_AGAIN;
    } else {
        return;
    }
    stream->due_ns = at_ns + (int64_t)stream->what.grid_ms * NS_PER_MS;
    list_due(venue, stream);
}

void show_due(struct venue *venue)
{
    struct stream *stream = venue->due, *next;
    venue->due = NULL;
    venue->due_ns = INT64_MAX;
    for (; stream != NULL; stream = next) {
        next = stream->next_due;
        if (stream->due_ns <= venue->now_ns)
            come_due(venue, stream);
        else
            list_due(venue, stream);
    }
}

void show_repeats(struct venue *venue)
{
    venue->repeats_ns = venue->now_ns + LOOK_NS;
    venue->intended_ns = venue->now_real_ns;
    for (uint32_t i = 0; i < venue->streams->row_count; i++) {
        struct stream *stream = venue->streams->rows[i];
        int64_t quiet_ns = (int64_t)stream->what.repeat_ms * NS_PER_MS;
        if (quiet_ns > 0 && stream->count > 0 && venue->now_ns - stream->sent_ns >= quiet_ns)
            emit_levels(venue, stream, false);
    }
}

void show_restart(struct venue *venue, uint32_t instrument)
{
    venue->intended_ns = venue->now_real_ns;
    for (uint32_t i = 0; i < venue->streams->row_count; i++) {
        struct stream *stream = venue->streams->rows[i];
        struct dialect_event event = show_begin(venue);
        if (!is_book(stream) || (instrument != UINT32_MAX && stream->instrument != instrument))
            continue;
        show_book_state(venue, stream, &event);
        event.book.count = stream->number = 1;
        event.snapshot = true;
        show_emit(venue, stream, &event);
    }
}
