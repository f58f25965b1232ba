/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange made up for tests of the intake, with a stream of every sort. A frame is
 * "stream.SYMBOL payload"; a payload is words of a letter and a number: what is known of a quote
 * (p price, b bid, v volume, l time of the last trade in s), of a mark (m mark, i index, o open
 * interest, f next funding in s), a book's levels (B, A, of size 1 unless z follows), u an id, s "a
 * snapshot", d "a delta", x "a name that nobody knows". "?" is refused by all, "!" by marks alone.
 * A payload in brackets is a batch, of strings. */
#ifndef TICKGATE_TESTS_UNIT_INTAKE_VENUE_H
#define TICKGATE_TESTS_UNIT_INTAKE_VENUE_H

#include "tests/unit/intake_stage.h"

enum {
    VENUE_TRADE,
    VENUE_TICKER, /* with the one behind it: one key, two kinds */
    VENUE_TICKER_MARK,
    VENUE_TOP,
    VENUE_INTEREST, /* polled */
    VENUE_BOOK,
    VENUE_WHOLE, /* with the one behind it: one key, of which only one is wanted */
    VENUE_WHOLE_QUOTE,
    VENUE_STREAMS
};

static const struct stream venue_streams[] = {
    [VENUE_TRADE] = {"trade", KIND_TRADE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [VENUE_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [VENUE_TICKER_MARK] = {"ticker", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [VENUE_TOP] = {"top", KIND_QUOTE, true, SEQUENCE_RISING, PROOF_NONE, 3000, 0, 0},
    [VENUE_INTEREST] = {"interest", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 5000},
    [VENUE_BOOK] = {"book", KIND_BOOK, true, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0, 0},
    [VENUE_WHOLE] = {"whole", KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, 0, 0},
    [VENUE_WHOLE_QUOTE] = {"whole", KIND_QUOTE, true, SEQUENCE_REPLACED, PROOF_NONE, 0, 0, 0},
};

/* A whole book is the variant "w" of the kind. */
static void venue_write_key(struct text *key, uint32_t stream, struct slice symbol,
                            struct slice variant)
{
    if (venue_streams[stream].poll_ms > 0 ||
        slice_equal(variant, SLICE("w")) != (stream == VENUE_WHOLE))
        return;
    text_append(key, slice_of(venue_streams[stream].name));
    text_literal(key, ".");
    text_append(key, symbol);
}

static bool venue_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                           struct slice *variant)
{
    (void)key, (void)stream, (void)symbol, (void)variant;
    return false;
}

static void venue_route(struct slice frame, struct route *route)
{
    const char *space = memchr(frame.data, ' ', frame.len);
    ck_assert_ptr_nonnull(space);
    route->refusal = REFUSAL_NONE;
    route->key = (struct slice){frame.data, (size_t)(space - frame.data)};
    route->payload = (struct slice){space + 1, frame.len - route->key.len - 1};
    route->class = *route->payload.data == '[' ? FRAME_BATCH : FRAME_DATA;
}

static const struct {
    char letter;
    enum kind kind;
    uint32_t bit;
    size_t place;
} venue_fields[] = {
    {'p', KIND_QUOTE, 1u << QUOTE_PRICE, offsetof(struct event, quote.numbers[QUOTE_PRICE])},
    {'v', KIND_QUOTE, 1u << QUOTE_VOLUME, offsetof(struct event, quote.numbers[QUOTE_VOLUME])},
    {'b', KIND_QUOTE, 1u << QUOTE_BID_PRICE,
     offsetof(struct event, quote.numbers[QUOTE_BID_PRICE])},
    {'m', KIND_MARK, MARK_MARK_PRICE, offsetof(struct event, mark.mark_price)},
    {'i', KIND_MARK, MARK_INDEX_PRICE, offsetof(struct event, mark.index_price)},
    {'o', KIND_MARK, MARK_OPEN_INTEREST, offsetof(struct event, mark.open_interest)},
};

static void venue_say(struct event *event, char letter, uint64_t number)
{
    struct decimal decimal = {.low = number};
    for (size_t i = 0; i < sizeof venue_fields / sizeof *venue_fields; i++)
        if (venue_fields[i].letter == letter && venue_fields[i].kind == event->kind) {
            *(event->kind == KIND_QUOTE ? &event->quote.known : &event->mark.known) |=
                venue_fields[i].bit;
            memcpy((char *)event + venue_fields[i].place, &decimal, sizeof decimal);
        }
    if (event->kind == KIND_QUOTE && letter == 'l')
        event->quote.ts_last = (int64_t)number * NS_PER_SECOND;
    if (event->kind == KIND_MARK && letter == 'f')
        event->mark.next_funding_time = (int64_t)number * NS_PER_SECOND;
    if (event->kind == KIND_BOOK && letter == 'z')
        event_bids(event)[event->book.bid_count + event->book.ask_count - 1].size = decimal;
    if (event->kind == KIND_BOOK && (letter == 'B' || letter == 'A')) {
        size_t levels = event->book.bid_count + event->book.ask_count;
        event_bids(event)[levels] = (struct level){decimal, {.low = 1}};
        ++*(letter == 'B' ? &event->book.bid_count : &event->book.ask_count);
        event->size = (uint32_t)event_size(KIND_BOOK, levels + 1);
    }
}

static enum refusal venue_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                                struct event *event)
{
    event_begin(event, venue_streams[stream].kind);
    event->update = event->kind == KIND_BOOK ? UPDATE_DELTA : UPDATE_DATA;
    for (size_t i = 0; i < payload.len;) {
        char letter = payload.data[i++];
        uint64_t number = 0;
        struct slice name = {payload.data + i, payload.len - i};
        for (; i < payload.len && payload.data[i] >= '0' && payload.data[i] <= '9'; i++)
            number = 10 * number + (uint64_t)(payload.data[i] - '0');
        if (letter == '?' || (letter == '!' && event->kind == KIND_MARK))
            return REFUSAL_BAD_VALUE;
        if (letter == 's')
            event->update = UPDATE_SNAPSHOT;
        if (letter == 'd')
            event->update = UPDATE_DELTA;
        if (letter == 'u' && event->kind == KIND_BOOK)
            event->book.first_update_id = event->book.last_update_id = number;
        else if (letter == 'u')
            event->seq = number;
        if (letter == 'x') {
            parsing->drift = DRIFT_UNKNOWN_FIELD;
            parsing->stranger = name;
            break;
        }
        venue_say(event, letter, number);
    }
    return REFUSAL_NONE;
}

static const struct exchange exchange_venue = {
    .name = "venue",
    .streams = venue_streams,
    .stream_count = VENUE_STREAMS,
    .write_key = venue_write_key,
    .read_key = venue_read_key,
    .route = venue_route,
    .parse = venue_parse,
};

#endif
