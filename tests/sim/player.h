/* SPDX-License-Identifier: Apache-2.0 */
/* Player: a recording instead of a made-up market: FILE.jsonl with FILE.ts (ns of each line), .conn
 * and .conns.json beside it if they are there. It keeps the books of the recording, so that a
 * snapshot asked for at any moment joins what is sent after it: the last recorded one with the
 * changes since; before the first one that first one (it is from later than the stream, which by
 * the exchange's rule is passed over until it is reached); without any what the changes alone have
 * said. One owner. */
#ifndef TICKGATE_TESTS_SIM_PLAYER_H
#define TICKGATE_TESTS_SIM_PLAYER_H

#include "connectors/dialect.h"

#define PLAYER_INSTRUMENTS_MAX 2000
#define PLAYER_LEVELS_MAX      10000 /* a side of a book */

struct player;

/* NULL with what was wrong in *why, a constant. `gap_ns`: between two lines of a recording that
 * does not say when they came. */
struct player *player_open(const char *path, const struct dialect *dialect, int64_t gap_ns,
                           const char **why);
void player_close(struct player **player);

uint32_t player_instrument_count(const struct player *player);
void player_instrument(const struct player *player, uint32_t index,
                       struct dialect_instrument *instrument);
bool player_find(const struct player *player, struct slice symbol, uint32_t *index);
/* The streams that occur, in no order: false after the last. */
bool player_stream(const struct player *player, uint32_t place, struct slice *key,
                   struct dialect_stream *what, uint32_t *instrument);

/* When the next line is due, ns from the first; INT64_MAX at the end. */
int64_t player_next_ns(const struct player *player);
/* Takes it: its place in player_stream and its payload; false: it is for nobody (a snapshot, which
 * is in its book now). */
bool player_take(struct player *player, uint32_t *place, struct slice *payload);

/* As now; valid until the next call. */
void player_book(struct player *player, uint32_t index, uint32_t levels, struct dialect_book *book);

#endif
