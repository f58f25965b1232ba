/* SPDX-License-Identifier: Apache-2.0 */
/* What a dialect is asked by REST, and what it may see of the market to answer. */
#ifndef TICKGATE_CONNECTORS_DIALECT_REST_H
#define TICKGATE_CONNECTORS_DIALECT_REST_H

#include "connectors/dialect_event.h"

#define DIALECT_GROUPS 8 /* of queries whose weight is counted apart */

struct dialect_parameter {
    struct slice name, value; /* decoded */
};

struct dialect_query {
    struct slice path; /* decoded, without parameters */
    const struct dialect_parameter *parameters;
    uint32_t parameter_count;
    struct slice method; /* "GET" */
    struct slice raw;    /* what stands behind the '?', as it was sent */
    struct slice body;
    const struct dialect_parameter *headers; /* names in lower case; none of a WebSocket's own */
    uint32_t header_count;
};

struct dialect_instrument {
    struct slice symbol, base, quote;
    enum dialect_kind kind;
    int64_t delivery_ms; /* DATED */
    struct decimal price, tick, step;
};

/* What the simulator lets a dialect see for a REST reply. */
struct dialect_venue {
    void *context;
    int64_t now_ns;        /* real clock */
    uint64_t weight_limit; /* in one window */
    uint32_t instrument_count;
    void (*instrument)(void *context, uint32_t index, struct dialect_instrument *instrument);
    bool (*find)(void *context, struct slice symbol, uint32_t *index);
    /* Valid until the next call. */
    void (*book)(void *context, uint32_t index, uint32_t levels, struct dialect_book *book);
    /* How things stand on a stream, as its first message would say; valid until the next call.
     * False: no such stream, or a recording is played. */
    bool (*state)(void *context, struct slice key, struct dialect_event *event);
};

/* A REST reply: its status is what `answer` returns. */
struct dialect_answer {
    struct text body;
    bool snapshot; /* the body is a book of `symbol` */
    struct slice symbol;
};

#endif
