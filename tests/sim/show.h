/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of show have in common. */
#ifndef TICKGATE_TESTS_SIM_SHOW_H
#define TICKGATE_TESTS_SIM_SHOW_H

#include "tests/sim/venue.h"

/* An event of now. */
struct dialect_event show_begin(const struct venue *venue);
/* Sends it to all who listen to the stream. */
void show_emit(struct venue *venue, struct stream *stream, struct dialect_event *event);

/* show_book.c: the book has changed as the event says: to all streams that show it. */
void show_book(struct venue *venue, uint32_t instrument, struct dialect_event *event);
/* A stream's own message of the book as it is now. */
void show_book_now(struct venue *venue, struct stream *stream);
/* A stream's book, whole; its number is one more if it differs from what was shown last. */
void show_book_state(struct venue *venue, struct stream *stream, struct dialect_event *event);

/* show_state.c: how a stream of statistics, marks or candles stands, with what has changed since it
 * was shown last, which this is now; false if nothing has. */
bool show_day(struct venue *venue, struct stream *stream, struct dialect_event *event);
void show_candle(struct venue *venue, struct stream *stream, struct dialect_event *event);
/* Ends a bar whose time is over and begins the one that now lies in. */
void show_roll(struct venue *venue, struct stream *stream);

#endif
