/* SPDX-License-Identifier: Apache-2.0 */
/* Exchange: THE contract of a connector folder. An exchange is a constant table of facts and a
 * handful of pure functions; it has no state, reads no clock, allocates nothing, logs nothing and
 * knows no socket. What the facts mean is obeyed elsewhere, once for all exchanges: session,
 * outbox, sequence, fetch.
 *
 * Words: a *stream* is an upstream channel as the exchange offers it ("depth@100ms"); several may
 * feed one kind (Binance's quote is 24hrTicker and bookTicker), and one may feed several (Bybit's
 * ticker is quote and mark): there it stands twice in the table, with the same key. A *key* is the
 * exact text that names one stream of one instrument ("btcusdt@trade"): subscribing sends it,
 * frames are routed by it. A *root* is one of the paths over which an exchange hands out streams; a
 * session has one. A *variant* is a candle's interval in our words (1s 1m 3m 5m 15m 30m 1h 2h 4h 6h
 * 8h 12h 1d 3d 1w 1M), or empty. Every hook may be called from any thread. Slices that a hook
 * returns look into its input or into `route`. */
#ifndef TICKGATE_CONNECTORS_EXCHANGE_H
#define TICKGATE_CONNECTORS_EXCHANGE_H

#include "connectors/exchange_facts.h"
#include "proto/event.h"

enum frame_class {
    FRAME_DATA,   /* `key` and `payload`, for parse */
    FRAME_BATCH,  /* `payload` is an array: each element is a payload of `key`, for parse */
    FRAME_LIST,   /* `payload` is a well formed array of frames: route each element by itself */
    FRAME_ACK,    /* a request was accepted: `request` */
    FRAME_REJECT, /* a request was refused: `request` (0 unknown), `detail` in the exchange's words,
                     `key` that is to blame (empty: not said) */
    FRAME_PONG,   /* an answer to our own application ping, or another sign of life */
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
    bool held;             /* FRAME_REJECT: `key` is subscribed already, which is no fault of it */
    char scratch[KEY_MAX]; /* where a key is put together when a frame does not carry it whole */
};

/* What parse is told, and what it tells besides the event. */
struct parsing {
    struct slice exchange_symbol; /* whose key this is: another one in the payload is refused */
    struct slice variant;         /* the same of a candle's interval */
    size_t levels_max;            /* room of the record */
    enum drift_kind drift;        /* out: DRIFT_NONE, or what our facts do not know although ... */
    struct slice stranger;        /* ... the event is whole without it: the first such name */
};

/* An instrument is given: kind and fields set. */
typedef void exchange_take(void *context, struct event *event);

struct exchange {
    const char *name;                  /* "binance" */
    const char *type;                  /* connector type: "BinancePublicConnector" */
    const char *websocket;             /* "wss://host:port", without a path */
    const char *roots[EXCHANGE_ROOTS]; /* paths of the upgrade: "/stream"; NULL behind the last */
    const char *rest;                  /* "https://host" */
    struct exchange_limits limits;
    enum subscribe_manner manner;
    struct slice greeting; /* sent as text on a new session; empty none */
    struct slice ping;     /* text of an application ping; empty: a WebSocket ping */
    const struct stream *streams;
    uint32_t stream_count;

    /* Writes the key of a stream of an instrument; nothing if there is none (a variant that the
     * exchange does not have). */
    void (*write_key)(struct text *key, uint32_t stream, struct slice exchange_symbol,
                      struct slice variant);
    /* The reverse: a stream (the first, if several have this key), the instrument (in the
     * exchange's own spelling, written to `exchange_symbol`) and the variant (ours: a constant)
     * that a key names. False for a key that no stream of ours has. */
    bool (*read_key)(struct slice key, uint32_t *stream, struct text *exchange_symbol,
                     struct slice *variant);
    /* Writes one request that subscribes or unsubscribes `keys` (SUBSCRIBE_WHOLE: subscribes to
     * them and to nothing else); `request` comes back in its answer, if there is one. */
    void (*write_request)(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request);
    /* What a frame is. */
    void (*route)(struct slice frame, struct route *route);
    /* One payload of a stream to one event: kind, update, ts_exchange and the kind's fields. A
     * quote or mark holds only what this payload knows; with update SNAPSHOT all that this stream
     * said before is void, and with update DELTA it is nothing without such a one before. A book's
     * depth is the window that its stream keeps whole (0: it has no more levels than it shows). A
     * trade with update SNAPSHOT happened before we subscribed: it proves the channel and is not
     * told. `event->seq` is the id by which the stream's rule goes (0: none). Anything but
     * REFUSAL_NONE leaves nothing that may be used. */
    enum refusal (*parse)(uint32_t stream, struct slice payload, struct parsing *parsing,
                          struct event *event);

    /* REST. Paths begin with '/', weights are in the exchange's own unit. Hooks of what an exchange
     * does not have are NULL. */
    void (*write_snapshot_path)(struct text *path, struct slice exchange_symbol, uint32_t depth);
    uint32_t (*snapshot_weight)(uint32_t depth);
    /* A book reply to a book event (update: snapshot). */
    enum refusal (*read_snapshot)(struct slice body, struct event *event, size_t levels_max);
    /* The path under which a stream with poll_ms is asked for; its reply is a payload for parse. */
    void (*write_poll_path)(struct text *path, uint32_t stream, struct slice exchange_symbol);
    uint32_t poll_weight;
    /* The path of the instruments; where they come in pages, that of the page behind `body` (NULL:
     * the first), and nothing behind the last. */
    void (*write_instruments_path)(struct text *path, const struct slice *body);
    uint32_t instruments_weight;
    /* Gives each instrument of one reply to `take`. The refusal is that of the document as a whole,
     * of which then nothing was given; single entries that cannot be held are left out and counted
     * in *skipped; those that are none of this exchange's are left out in silence. */
    enum refusal (*read_instruments)(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped);
    /* The weight used in the window as a reply's header line says it ("x-mbx-used-weight-1m: 12");
     * -1 for any other line. NULL: replies do not say it. */
    int64_t (*used_weight)(struct slice header_line);
};

#endif
