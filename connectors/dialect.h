/* SPDX-License-Identifier: Apache-2.0 */
/* Dialect: THE contract of a folder's sim.c: how an exchange speaks, told to the simulator
 * (tests/sim), which alone is built with it. The simulator has the sockets, the clock and the
 * market; a dialect is a constant table and a handful of pure functions that put what the market
 * shows into the exchange's words. It is written from the exchange's documents and not from the
 * folder's own parser, so that the two check each other.
 *
 * Slices that a hook returns look into its input or into constants. Every writer takes a text that
 * may be too small: it then overflows, and the hook is called again with a larger one. */
#ifndef TICKGATE_CONNECTORS_DIALECT_H
#define TICKGATE_CONNECTORS_DIALECT_H

#include "connectors/dialect_event.h"

#define DIALECT_KEY_MAX  128  /* bytes of a stream's key */
#define DIALECT_KEYS_MAX 1024 /* keys in one request */

enum dialect_word {
    DIALECT_SUBSCRIBE,
    DIALECT_UNSUBSCRIBE,
    DIALECT_LIST,
    DIALECT_WRAP,    /* `wrapped` from now on */
    DIALECT_WRAPPED, /* asks for it */
    DIALECT_REFUSED, /* the reply is already written */
};

/* What a client asks for in a text message. */
struct dialect_request {
    enum dialect_word word;
    struct slice id; /* as it stands in the message; a constant if there is none */
    bool wrapped;
    uint32_t key_count;
    struct slice keys[DIALECT_KEYS_MAX];
};

struct dialect_parameter {
    struct slice name, value; /* decoded */
};

struct dialect_query {
    struct slice path; /* decoded, without parameters */
    const struct dialect_parameter *parameters;
    uint32_t parameter_count;
};

struct dialect_instrument {
    struct slice symbol, base, quote;
    struct decimal tick, step;
};

/* What the simulator lets a dialect see for a REST reply. */
struct dialect_venue {
    void *context;
    int64_t now_ns;        /* real clock */
    uint64_t weight_limit; /* a minute */
    uint32_t instrument_count;
    void (*instrument)(void *context, uint32_t index, struct dialect_instrument *instrument);
    bool (*find)(void *context, struct slice symbol, uint32_t *index);
    /* Valid until the next call. */
    void (*book)(void *context, uint32_t index, uint32_t levels, struct dialect_book *book);
};

/* A REST reply: its status is what `answer` returns. */
struct dialect_answer {
    struct text body;
    bool snapshot; /* the body is a book of `symbol` */
    struct slice symbol;
};

enum dialect_line { DIALECT_LINE_DATA, DIALECT_LINE_SNAPSHOT, DIALECT_LINE_OTHER };

struct dialect {
    const char *name;
    uint32_t streams_max;      /* on one connection */
    const char *weight_header; /* of REST replies, with the weight used in this minute */
    struct slice wrap_begin, wrap_middle, wrap_end; /* around key and payload */
    const char *vital[DIALECT_CHANNELS]; /* a member (`"p":`) without which a payload is no good */

    void (*write_symbol)(struct text *symbol, struct slice base, struct slice quote);
    /* The reverse, for the symbols of recordings; false if it cannot be told. */
    bool (*split_symbol)(struct slice symbol, struct slice *base, struct slice *quote);
    /* False: no such stream. The instrument's name is written to `symbol`. */
    bool (*read_key)(struct slice key, struct dialect_stream *stream, struct text *symbol);
    void (*write_payload)(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event);
    void (*write_book)(struct text *text, const struct dialect_book *book);
    void (*write_shutdown)(struct text *message, bool wrapped, int64_t now_ns);

    /* An upgrade's path: false if there is nothing. It fills word, wrapped and keys. */
    bool (*read_path)(const struct dialect_query *query, struct dialect_request *request);
    void (*read_request)(struct slice message, struct dialect_request *request, struct text *reply);
    /* `keys` and `wrapped` of the session; `full`: over streams_max, nothing was done. */
    void (*write_reply)(struct text *reply, const struct dialect_request *request, bool full,
                        bool wrapped, const struct slice *keys, uint32_t key_count);

    /* REST: the weight of a query, 0 if its path is none of ours. */
    uint32_t (*weigh)(const struct dialect_query *query);
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
    /* The body of a reply with a status that is no success; a ban ends at `until_ns`. Gives its
     * content type. */
    const char *(*write_failure)(struct text *body, int status, uint64_t weight_limit,
                                 int64_t until_ns);

    /* Recordings: what a line is, and the book in a payload of DIALECT_CHANGES or a snapshot, at
     * most `levels_max` a side. */
    enum dialect_line (*read_line)(struct slice line, struct slice *key, struct slice *payload);
    bool (*read_book)(struct slice payload, struct dialect_book *book, struct dialect_level *bids,
                      struct dialect_level *asks, uint32_t levels_max);
};

extern const struct dialect dialect_binance;

#endif
