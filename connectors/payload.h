/* SPDX-License-Identifier: Apache-2.0 */
/* Payload: what the parsers of all exchanges have in common. Pure; times in ns since 1970 UTC. */
#ifndef TICKGATE_CONNECTORS_PAYLOAD_H
#define TICKGATE_CONNECTORS_PAYLOAD_H

#include "common/scan.h"
#include "connectors/exchange.h"

#define PAYLOAD_BIT(n) (1u << (n))

/* What is wrong with a document, by the reader's own error. */
enum refusal payload_refusal(const struct scan *scan);
/* The end of a document: it must be whole, and of the fields that were seen none that is required
 * may be missing. */
enum refusal payload_end(struct scan *scan, unsigned int seen, unsigned int required);
/* Passes over a member that our facts do not know, and notes it. */
void payload_strange_field(struct scan *scan, struct slice name, struct parsing *parsing);
/* Notes a word that our facts do not know, where the event is whole without it. */
void payload_strange_word(struct slice word, struct parsing *parsing);

/* A time in ms. */
bool payload_ms(struct scan *scan, int64_t *ns);
/* A time in ms or in us, where an exchange has both. They cannot be mistaken: what is too large for
 * ms in 63 bits of ns is the year 2262, and as us a day in April 1970. */
bool payload_time(struct scan *scan, int64_t *ns);
/* An integer that stands in a text. */
bool payload_unsigned(struct slice text, uint64_t *value);
/* Takes a null or an empty text, by which an exchange says that it does not know; false, and
 * nothing taken, for any other value. */
bool payload_absent(struct scan *scan);
/* A moment as ISO 8601 has it: "2025-08-09T16:44:00", with a fraction of up to nine digits, and
 * with "Z" or "+09:00" behind it (UTC without). */
bool payload_instant(struct slice text, int64_t *ns);
/* Copies a text into a field with a NUL; false if it does not fit or has an escape. */
bool payload_text(struct scan *scan, char *field, size_t room);

/* Not empty, and without the bytes that no symbol has: those that JSON would not have as they are.
 */
bool payload_is_symbol(struct slice symbol);

/* A text; a value of another type is passed over, and leaves `text` as it is. */
void payload_maybe_text(struct scan *scan, struct slice *text);

/* What a frame is: nothing said yet; refused; an array of frames, if it is whole. */
static inline void payload_begin_route(struct route *route)
{
    route->refusal = REFUSAL_NONE;
    route->key = route->payload = route->detail = (struct slice){NULL, 0};
    route->request = 0;
    route->held = false;
}
void payload_refuse(struct route *route, enum refusal refusal);
void payload_route_list(struct slice frame, struct route *route);

/* The value of a document's member as it stands there, of several the last; empty if there is none.
 * The refusal is that of the document. */
enum refusal payload_member(struct slice document, struct slice name, struct slice *value);

/* Writes ["a","b"]. */
void payload_texts(struct text *message, const struct slice *texts, size_t count);

/* Reads an entry of a list of instruments, a document by itself so that what is wrong with it
 * touches no other; false if it cannot be held. */
typedef bool payload_read_entry(struct slice entry, struct event *event);
/* A list of instruments that is an array of entries: as exchange->read_instruments. */
enum refusal payload_instruments(struct slice list, payload_read_entry *read, exchange_take *take,
                                 void *context, size_t *skipped);
/* The same, where the list is a member of `body`; without it, REFUSAL_MISSING_FIELD. */
enum refusal payload_instruments_in(struct slice body, struct slice name, payload_read_entry *read,
                                    exchange_take *take, void *context, size_t *skipped);

/* What an exchange calls the texts of an instrument, and the status of one that is traded. */
struct payload_terms {
    struct slice exchange_symbol, base, quote, status;
    struct slice trading;
};
/* Takes a member of an entry if it is one of these texts; one that cannot be held fails the scan.
 */
bool payload_instrument_text(struct scan *scan, struct slice name,
                             const struct payload_terms *terms, struct instrument *instrument);
/* BASE-QUOTE, over instrument->symbol: what a contract has behind it is added by the caller. */
struct text payload_begin_symbol(struct instrument *instrument);
/* The end of an entry: false if it is not whole, or cannot be held. */
bool payload_end_instrument(struct scan *scan, const struct payload_terms *terms,
                            struct text *symbol, struct instrument *instrument);
/* Names an instrument by its exchange_symbol, where that is QUOTE-BASE; false if it is not. */
bool payload_name_quote_first(struct instrument *instrument);

bool payload_positive(const struct decimal *value);
/* Only the change may be negative. A price of 0 is none: the market has not traded yet. */
enum refusal payload_check_quote(struct quote *quote);
bool payload_candle_is_sane(const struct candle *candle);

/* Writes a value of a URL's query: all but letters, digits, '-', '_', '.' and '~' percent-encoded.
 */
void payload_percent(struct text *url, struct slice value);

/* Writes the day of a delivery, UTC, as symbols have it: YYMMDD. */
void payload_date(struct text *symbol, int64_t ns);

/* The two sides of a book as they come, in either order. */
struct payload_sides {
    size_t bids;
    size_t asks;
    bool asks_first;
    unsigned int seen; /* PAYLOAD_BIT(0) bids, PAYLOAD_BIT(1) asks */
};
#define PAYLOAD_BOTH_SIDES (PAYLOAD_BIT(0) | PAYLOAD_BIT(1))

/* One side's array of [price, size] (whatever stands behind these two in a level passed over), put
 * behind the levels that the event has so far. */
enum refusal payload_side(struct scan *scan, struct event *event, size_t levels_max, bool asks,
                          struct payload_sides *sides);
/* Gives the record its levels, bids first, and its size. */
void payload_finish_sides(struct event *event, const struct payload_sides *sides);

#endif
