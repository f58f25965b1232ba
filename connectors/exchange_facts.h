/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of an exchange that are plain data: its streams, limits and manners. */
#ifndef TICKGATE_CONNECTORS_EXCHANGE_FACTS_H
#define TICKGATE_CONNECTORS_EXCHANGE_FACTS_H

#include "common/text.h"
#include "proto/words.h"

#define KEY_MAX          128 /* bytes of a key */
#define EXCHANGE_ROOTS   2
#define EXCHANGE_STREAMS 32 /* of an exchange: a bit for each */
#define EXCHANGE_PARTS   4  /* wanted streams of one kind: what a topic is fed by at the most */

/* How the completeness of a stream can be checked. The rules themselves are sequence.c. */
enum sequence_rule {
    SEQUENCE_UNCHECKED, /* nothing to go by */
    SEQUENCE_RISING,  /* an id that never falls: older ones are dropped as late duplicates; 1 begins
                         anew */
    SEQUENCE_COUNTED, /* an id that rises by one: a hole is a loss, and cannot be repaired */
    SEQUENCE_CHAINED, /* first = last + 1, begun by a snapshot from REST (Binance spot depth) */
    SEQUENCE_LINKED,  /* prev = last, begun by a snapshot from REST (Binance futures depth) */
    SEQUENCE_STEPPED, /* id = last + 1, begun by a snapshot that the stream brings: repaired by
                         subscribing anew (Bybit) */
    SEQUENCE_REPLACED, /* every message is the whole */
};

struct stream {
    const char *name; /* for people: "depth@100ms" */
    enum kind kind;   /* of the events it gives */
    bool wanted;      /* subscribed (or polled) for its kind; false: understood if met, never asked
                         for */
    enum sequence_rule rule;
    enum proof proof;
    uint32_t deadline_ms; /* the exchange itself speaks at least so often on it, trade or no trade;
                             0: it does not, silence alone says nothing */
    uint8_t root;         /* of exchange->roots: which one carries it */
    uint32_t poll_ms;     /* no stream, but asked for by REST so often; 0: a stream */
};

/* How an exchange takes subscriptions. */
enum subscribe_manner {
    SUBSCRIBE_CHANGES, /* a request adds or removes keys, and is answered */
    SUBSCRIBE_WHOLE,   /* a request is the whole set of its session; none is answered, one that is
                          refused ends the session. An empty set cannot be said: the session is
                          closed */
};

struct exchange_limits {
    const char *group; /* whose connects and REST weight an address shares: "bybit" is all of
                          Bybit's markets */
    uint32_t streams_per_session;
    uint32_t streams_per_request;
    uint32_t messages_per_second; /* that we send on one session, control frames included */
    uint32_t messages_per_minute; /* the same; 0 no such limit */
    uint32_t connects;            /* attempts in ... */
    uint32_t connects_window_ms;  /* ... this time, for one address */
    uint32_t rest_weight;         /* in ... */
    uint32_t rest_window_ms;      /* ... this time, for one address */
    uint32_t call_weight;         /* of an account's calls in the same time, where they are counted
                                     apart; 0: they are not */
    uint32_t session_life_ms;     /* after which the exchange cuts; 0 never */
    uint32_t keepalive_ms;        /* we ping so often even while data comes; 0: only when idle */
    uint32_t frame_max;           /* bytes of one message that we take */
};

#endif
