/* SPDX-License-Identifier: Apache-2.0 */
/* Dialect: THE contract of a folder's sim.c: how an exchange speaks, told to the simulator
 * (tests/sim), which alone is built with it. The simulator has the sockets, the clock and the
 * market; a dialect is a constant table and a handful of pure functions that put what the market
 * shows into the exchange's words. It is written from the exchange's documents and not from the
 * folder's own parser, so that the two check each other.
 *
 * A key names one stream of one instrument. It is the exchange's own where that has one; else the
 * dialect puts one together. Slices that a hook returns look into its input, into constants or into
 * request->memory. Every writer takes a text that may be too small: it then overflows, and the hook
 * is called again with a larger one. Hooks that may be missing say so. */
#ifndef TICKGATE_CONNECTORS_DIALECT_H
#define TICKGATE_CONNECTORS_DIALECT_H

#include "connectors/dialect_account.h"
#include "connectors/dialect_facts.h"
#include "connectors/dialect_rest.h"

#define DIALECT_KEY_MAX  128  /* bytes of a stream's key */
#define DIALECT_KEYS_MAX 4096 /* keys in one request, and on one connection */

/* What a dialect sees of a connection. */
struct dialect_session {
    uint64_t id;
    uint32_t root;
    bool wrapped;
    const struct slice *keys; /* subscribed */
    uint32_t key_count;
};

enum dialect_word {
    DIALECT_SUBSCRIBE,
    DIALECT_UNSUBSCRIBE,
    DIALECT_LIST,
    DIALECT_WRAP,     /* `wrapped` from now on */
    DIALECT_WRAPPED,  /* asks for it */
    DIALECT_STATUS,   /* from now on the dialect's `status` is said every so often */
    DIALECT_ANSWERED, /* the reply is already written */
    DIALECT_REFUSED,  /* it is an error's, already written */
};

enum dialect_flag {
    DIALECT_NO_FIRST = 1,   /* without how things stand now */
    DIALECT_FIRST_ONLY = 2, /* with nothing behind it */
};

/* What a client asks for in a text message, or by the path of its upgrade. */
struct dialect_request {
    enum dialect_word word;
    struct slice id; /* as it stands in the message; a constant if there is none */
    uint32_t root;   /* of an upgrade: which one its path is */
    uint32_t form;   /* the dialect's own: a format, a spelling */
    bool wrapped;
    uint32_t key_count;
    struct slice keys[DIALECT_KEYS_MAX];
    uint8_t flags[DIALECT_KEYS_MAX]; /* of each key; zero on entry */
    struct text memory;              /* for keys that do not stand in the message; empty on entry */
};

/* What became of a request. */
enum dialect_outcome {
    DIALECT_DONE,
    DIALECT_UNKNOWN, /* STRICT: `key` is no stream, nothing was done */
    DIALECT_HELD,    /* STRICT: `key` is subscribed already, nothing was done */
    DIALECT_FULL,    /* over limits.streams, nothing was done */
    DIALECT_LONG,    /* over keys_per_request, the same */
    DIALECT_HEAVY,   /* over key_bytes, the same */
};

enum dialect_line { DIALECT_LINE_DATA, DIALECT_LINE_SNAPSHOT, DIALECT_LINE_OTHER };

struct dialect {
    const char *name;
    const struct dialect_listing *listings;
    uint32_t listing_count;
    struct dialect_limits limits;
    enum dialect_manner manner;
    bool binary;     /* our messages are binary frames; a client's may be */
    bool restarts;   /* books begin anew with a count of 1 (fault restart) */
    bool ids_shared; /* update ids are those of more than one instrument: of one some are missing */
    uint32_t digits; /* behind the point of all numbers, at least */
    uint32_t book_digits; /* sizes in books are rounded to so many; 0: exact */
    uint32_t refusal_ms; /* a refused request's connection is closed (1000) so much later; 0: not */
    struct slice status; /* after DIALECT_STATUS said first after, then every */
    uint32_t status_first_ms, status_ms;
    struct slice wrap_begin, wrap_middle, wrap_end; /* around key and payload, if wrapped */
    const char *vital[DIALECT_CHANNELS]; /* a member (`"p":`) without which a payload is no good */

    const struct dialect_account *account; /* NULL: it has no private half */

    void (*write_symbol)(struct text *symbol, const struct dialect_instrument *instrument);
    /* False: no such stream. The instrument's name is written to `symbol`. */
    bool (*read_key)(struct slice key, struct dialect_stream *stream, struct text *symbol);
    /* One payload, a JSON object or an array of them; nothing: nothing is sent. */
    void (*write_payload)(struct text *payload, const struct dialect_stream *stream,
                          const struct dialect_event *event);
    /* NULL: it has no such message. */
    void (*write_shutdown)(struct text *message, bool wrapped, int64_t now_ns);

    /* An upgrade's path: false if there is nothing. It fills root, wrapped and keys. */
    bool (*read_path)(const struct dialect_query *query, struct dialect_request *request);
    void (*read_request)(struct slice message, const struct dialect_session *session,
                         struct dialect_request *request, struct text *reply);
    /* `key` is the one to blame. Nothing: a request of this kind has no answer. */
    void (*write_reply)(struct text *reply, const struct dialect_request *request,
                        const struct dialect_session *session, enum dialect_outcome outcome,
                        struct slice key);
    /* Too many messages: what is said before the connection is closed as a refused request's. NULL:
     * closed at once with 1008. */
    void (*write_excess)(struct text *message);

    /* REST: the weight of a query and the group (0 ... DIALECT_GROUPS - 1) it counts in; 0 if its
     * path is none of ours. */
    uint32_t (*weigh)(const struct dialect_query *query, uint32_t *group);
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
    /* Header lines, each with its end, that say what of a window is used. NULL: none. */
    void (*write_used)(struct text *lines, uint32_t group, uint64_t used, uint64_t limit);
    /* The body of a reply with a status that is no success; a ban ends at `until_ns`. Gives its
     * content type. */
    const char *(*write_failure)(struct text *body, int status, uint64_t weight_limit,
                                 int64_t until_ns);

    /* Recordings: all NULL if they cannot be played. The parts of a symbol; what a line is; the
     * book in a payload of DIALECT_CHANGES or a snapshot, at most `levels_max` a side. */
    bool (*split_symbol)(struct slice symbol, struct slice *base, struct slice *quote);
    enum dialect_line (*read_line)(struct slice line, struct slice *key, struct slice *payload);
    bool (*read_book)(struct slice payload, struct dialect_book *book, struct dialect_level *bids,
                      struct dialect_level *asks, uint32_t levels_max);
};

#endif
