/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a dialect that are plain data: what is listed, what a client may do, what follows
 * when it does more. */
#ifndef TICKGATE_CONNECTORS_DIALECT_FACTS_H
#define TICKGATE_CONNECTORS_DIALECT_FACTS_H

#include "connectors/dialect_event.h"

/* An instrument that the simulated market has. Those with a base come once each, in order; those
 * without one behind them are in turn the pattern of all the rest, with made-up bases. */
struct dialect_listing {
    const char *base, *quote; /* base NULL: "S0003", by its place */
    enum dialect_kind kind;
    uint32_t quarter;     /* DATED: delivered at the end of this one (1), of the next (2) ... */
    const char *price;    /* about: "116500000" */
    const char *tick;     /* "1000", "0.10": its digits are those of all prices */
    uint32_t step_digits; /* digits behind the point of a size */
    bool inverse;         /* sizes are of the quote, and turnover is of the base */
};

struct dialect_limits {
    /* Of one connection; 0: no such limit. */
    uint32_t streams; /* subscribed at a time */
    uint32_t keys_per_request;
    uint32_t key_bytes; /* of all keys subscribed, each with three bytes for its quotes
                           and comma */
    uint32_t messages_per_second, messages_per_minute; /* from the client */
    bool control_counts;                               /* its pings and pongs are messages too */
    /* Of an address. */
    uint32_t connects, connects_ms; /* attempts in a sliding window */
    uint32_t origin_ms; /* between two upgrades with an Origin header; 0: they are as any */
    uint32_t rest_weight, rest_ms;    /* of each group, in a window of the clock */
    uint32_t call_weight, call_group; /* this group has another limit; 0: none has */
    /* Whoever does more gets `warnings` times `warn_status`, then `ban_status` for `ban_s`. */
    uint32_t warnings;
    int warn_status, ban_status;
    uint32_t ban_s;
    bool retry_after; /* a header says how long */
    /* Time; 0: never. */
    uint32_t ping_ms; /* the exchange pings so often, and cuts ... */
    uint32_t pong_ms; /* ... when one is unanswered for */
    uint32_t idle_ms; /* dropped without a close frame when nothing went either way for */
    uint32_t life_ms; /* cut after */
};

/* What a request to subscribe means. */
enum dialect_manner {
    DIALECT_ADDS,     /* what is no stream is taken, and silent; what is held already is no news */
    DIALECT_STRICT,   /* the same, but one key that is no stream or held already refuses it whole */
    DIALECT_REPLACES, /* it is the whole set from now on; a few frames of the old one still come */
};

#endif
