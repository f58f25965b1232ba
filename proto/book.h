/* SPDX-License-Identifier: Apache-2.0 */
/* Book: the levels of one instrument, both sides sorted, best first as seen from outside. Absolute
 * sizes; size 0 deletes; deleting a level that is not there is normal. Bounded: what lies beyond
 * the capacity on the far side is dropped and counted. One owner. */
#ifndef TICKGATE_PROTO_BOOK_H
#define TICKGATE_PROTO_BOOK_H

#include "proto/event.h"

struct book;

/* capacity: levels a side. Memory grows as levels come, never beyond it. */
struct book *book_new(size_t capacity);
void book_destroy(struct book **book);

void book_clear(struct book *book);
/* Replaces the whole book (levels in any order; size 0 at a real price is left out). */
void book_replace(struct book *book, const struct level *bids, size_t bid_count,
                  const struct level *asks, size_t ask_count);
/* Applies changed levels. */
void book_apply(struct book *book, const struct level *bids, size_t bid_count,
                const struct level *asks, size_t ask_count);

/* True if the best bid is not below the best ask: no such book is ever right. */
bool book_crossed(const struct book *book);

size_t book_bid_count(const struct book *book);
size_t book_ask_count(const struct book *book);
/* The i-th best level; i < count. */
const struct level *book_bid(const struct book *book, size_t i);
const struct level *book_ask(const struct book *book, size_t i);
/* Levels that did not fit since birth. */
uint64_t book_dropped(const struct book *book);

#endif
