/* SPDX-License-Identifier: Apache-2.0 */
/* Exchange: THE contract of a connector folder. An exchange is a constant table of facts and a
 * handful of pure functions; it has no state, reads no clock, allocates nothing, logs nothing and
 * knows no socket. What the facts mean is obeyed elsewhere, once for all exchanges: session,
 * outbox, sequence, fetch.
 *
 * Words: a *stream* is an upstream channel as the exchange offers it ("depth@100ms"); several may
 * feed one kind (Binance's quote is 24hrTicker and bookTicker). A *key* is the exact text that the
 * exchange uses to name one stream of one instrument ("btcusdt@trade"): subscribing sends it,
 * frames are routed by it. Every hook may be called from any thread. Slices that a hook returns
 * look into its input or into `route`. */
#ifndef TICKGATE_CONNECTORS_EXCHANGE_H
#define TICKGATE_CONNECTORS_EXCHANGE_H

#include "proto/event.h"

#define KEY_MAX 128 /* bytes of a key */

/* How the completeness of a stream can be checked. The rules themselves are sequence.c. */
enum sequence_rule {
    SEQUENCE_UNCHECKED, /* nothing to go by */
    SEQUENCE_RISING,    /* an id that never falls: older ones are dropped as late duplicates */
    SEQUENCE_COUNTED,   /* an id that rises by one: a hole is a loss, and cannot be repaired */
    SEQUENCE_CHAINED,   /* first = last + 1, begun by a snapshot from REST (Binance spot depth) */
    SEQUENCE_LINKED,    /* prev = last, begun by a snapshot from REST (Binance futures depth) */
    SEQUENCE_REPLACED,  /* every message is the whole */
};

struct stream {
    const char *name; /* for people: "depth@100ms" */
    enum kind kind;   /* of the events it gives */
    bool wanted;      /* subscribed for its kind; false: understood if met, never asked for */
    enum sequence_rule rule;
    enum proof proof;
    uint32_t
        deadline_ms; /* between two messages of a healthy instrument; 0: silence says nothing */
};

enum frame_class {
    FRAME_DATA,   /* `key` and `payload`, for parse */
    FRAME_LIST,   /* `payload` is a well formed array of frames: route each element by itself */
    FRAME_ACK,    /* a request was accepted: `request` */
    FRAME_REJECT, /* a request was refused: `request` (0 unknown), `detail` in the exchange's words
                   */
    FRAME_PONG,   /* an answer to our own application ping */
    FRAME_GOING_AWAY, /* the exchange will close this connection soon */
    FRAME_SNAPSHOT,   /* a REST book reply standing in a recording: `payload`, for read_snapshot */
    FRAME_OTHER,   /* a control word that asks for nothing (a REST reply in a recording, a list of
                      streams) */
    FRAME_REFUSED, /* `refusal` says why */
};

struct route {
    enum frame_class class;
    enum refusal refusal;
    struct slice key;
    struct slice payload;
    struct slice detail;
    uint64_t request;
    char scratch[KEY_MAX]; /* where a key is put together when a frame does not carry it whole */
};

struct exchange_limits {
    uint32_t streams_per_session;
    uint32_t streams_per_request;
    uint32_t messages_per_second; /* that we send on one session, control frames included */
    uint32_t connects;            /* attempts in ... */
    uint32_t connects_window_ms;  /* ... this time, for one address */
    uint32_t rest_weight;         /* a minute, for one address */
    uint32_t session_life_ms;     /* after which the exchange cuts; 0 never */
    uint32_t frame_max;           /* bytes of one message that we take */
};

struct exchange {
    const char *name;      /* "binance" */
    const char *type;      /* connector type: "BinancePublicConnector" */
    const char *websocket; /* "wss://host:port", without a path */
    const char *path;      /* of the upgrade: "/stream" */
    const char *rest;      /* "https://host" */
    struct exchange_limits limits;
    const struct stream *streams;
    uint32_t stream_count;

    /* Writes the key of a stream of an instrument; `variant` is a candle's interval or empty. */
    void (*write_key)(struct text *key, uint32_t stream, struct slice exchange_symbol,
                      struct slice variant);
    /* The reverse: which stream, instrument (in the exchange's own spelling, written to `symbol`)
     * and variant a key names. False for a key that no stream of ours has. */
    bool (*read_key)(struct slice key, uint32_t *stream, struct text *exchange_symbol,
                     struct slice *variant);
    /* Writes one request that subscribes or unsubscribes `keys`; `request` comes back in its
     * answer. */
    void (*write_request)(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request);
    /* What a frame is. */
    void (*route)(struct slice frame, struct route *route);
    /* One payload of a stream to one event: kind, ts_exchange and the kind's fields; a quote holds
     * only what this payload knows. The record has room for `max_levels`. Anything but REFUSAL_NONE
     * leaves nothing that may be used. `exchange_symbol` is the one whose key this is: another one
     * in the payload is refused. */
    enum refusal (*parse)(uint32_t stream, struct slice exchange_symbol, struct slice payload,
                          struct event *event, size_t max_levels);

    /* REST. Paths begin with '/', weights are in the exchange's own unit. */
    void (*write_snapshot_path)(struct text *path, struct slice exchange_symbol, uint32_t depth);
    uint32_t (*snapshot_weight)(uint32_t depth);
    /* A book reply to a book event (update: snapshot). */
    enum refusal (*read_snapshot)(struct slice body, struct event *event, size_t max_levels);
    const char *instruments_path;
    uint32_t instruments_weight;
    /* Gives each instrument to `take` (kind and fields set; the last has `last`). The refusal of
     * the document as a whole; single entries that cannot be held are left out and counted in
     * *skipped. */
    enum refusal (*read_instruments)(struct slice body,
                                     void (*take)(void *context, struct event *event),
                                     void *context, size_t *skipped);
    /* The weight used in this minute as a reply's header line says it ("x-mbx-used-weight-1m: 12");
     * -1 for any other line. */
    int64_t (*used_weight)(struct slice header_line);
};

/* All that are built in, one line each in registry.def; NULL-terminated. */
const struct exchange *const *exchange_list(void);
/* By name or by connector type; NULL if there is none. */
const struct exchange *exchange_find(struct slice name);
const struct exchange *exchange_find_type(struct slice type);

#endif
