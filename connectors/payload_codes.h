/* SPDX-License-Identifier: Apache-2.0 */
/* Codes: the protocol that Upbit has, and Bithumb after it: a frame says itself what it is by its
 * type and its code, under long or short names; a request lists codes by their type, is the whole
 * of its session, and nothing answers it. What differs is in an exchange's tables. Keys are ours:
 * "trade:KRW-BTC". Pure. */
#ifndef TICKGATE_CONNECTORS_PAYLOAD_CODES_H
#define TICKGATE_CONNECTORS_PAYLOAD_CODES_H

#include "connectors/exchange.h"

/* What a request and a frame call a stream, of candles one for each interval. */
struct codes_type {
    struct slice word;
    uint32_t stream;
    struct slice variant;
    uint32_t interval_s; /* of a candle */
};

/* A type that is none of ours, and why. */
struct codes_other {
    struct slice word;
    enum refusal refusal;
};

/* What a frame says of itself at its top, whatever the order. */
struct codes_top {
    struct slice type, code, status, error, message;
    bool foreign; /* has codes->foreign */
    bool marked;  /* has any of codes->marks */
};

/* Tables end with an empty word. */
struct codes {
    const struct codes_type *types; /* in the order in which a request has them */
    const struct codes_other *others;
    uint32_t book, top; /* streams; `top` is `book` once more, for the quote, and the last one: its
                           keys are that one's */
    struct slice foreign; /* the member by which a frame without a code is none of this protocol
                             although its type is one of ours; empty: there is none */
    const struct slice *marks; /* members by which frames are known that have no type */
    /* What a frame is that is no error and has no type. */
    void (*route_untyped)(const struct codes_top *top, struct route *route);
};

/* The first of this word; NULL for a word that is no type of ours. */
const struct codes_type *codes_find_type(const struct codes *codes, struct slice word);

/* What a frame says of itself; the refusal is that of a document that is none. */
enum refusal codes_read_top(const struct codes *codes, struct slice frame, struct codes_top *top);

/* As the hooks of struct exchange. */
void codes_write_key(const struct codes *codes, struct text *key, uint32_t stream,
                     struct slice symbol, struct slice variant);
bool codes_read_key(const struct codes *codes, struct slice key, uint32_t *stream,
                    struct text *symbol, struct slice *variant);
void codes_route(const struct codes *codes, struct slice frame, struct route *route);
/* With no flags each code begins with a SNAPSHOT, by which a channel proves itself; the format is
 * DEFAULT, the long names. */
void codes_write_request(const struct codes *codes, struct text *message, const struct slice *keys,
                         size_t count, uint64_t request);

#endif
