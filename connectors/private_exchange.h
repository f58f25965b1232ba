/* SPDX-License-Identifier: Apache-2.0 */
/* Private exchange: THE contract of an exchange's private half: how an account logs in, what its
 * stream says, how it is asked by REST what happened while nobody listened. Like exchange.h a
 * constant table and pure functions: no state, no clock, no socket, no log; what the facts mean is
 * obeyed by private_connector, once for all. Keys and signatures pass through texts of the caller,
 * which wipes them.
 * Times that go out are those of the exchange's clock. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_EXCHANGE_H
#define TICKGATE_CONNECTORS_PRIVATE_EXCHANGE_H

#include "common/sign.h"
#include "connectors/exchange.h"
#include "connectors/private_call.h"
#include "proto/order_status.h"

#define PRIVATE_MESSAGE_MAX 4096 /* of a login or subscription */

/* The keys of one account, in the exchange's sense. */
struct private_keys {
    const struct secret *key;    /* the API key, access key */
    const struct secret *secret; /* what signs */
    enum sign_kind kind;         /* of the secret */
};

/* How an account's stream is entered. */
enum login_manner {
    LOGIN_MESSAGE, /* the first message, answered */
    LOGIN_HEADER, /* a header of the upgrade: who is refused gets no 101, or an error and a close */
    LOGIN_KEY,    /* a listen key, got by CALL_KEY, stands in the path and is kept up by
                     CALL_KEEP_KEY */
};

enum private_class {
    PRIVATE_DATA,       /* `payload`, for parse */
    PRIVATE_LOGGED_IN,  /* our login was accepted */
    PRIVATE_SUBSCRIBED, /* our subscription was accepted */
    PRIVATE_DENIED,     /* either was refused, or what was granted is taken back: `verdict`,
                           `detail` */
    PRIVATE_PONG,       /* an answer to our own application ping, or another sign of life */
    PRIVATE_GOING_AWAY, /* the exchange will close this connection soon */
    PRIVATE_OVER,       /* nothing more will come though the socket lives: begin anew */
    PRIVATE_OTHER,      /* a control word that asks for nothing, a REST reply in a recording */
    PRIVATE_REFUSED,    /* `refusal` says why */
};

struct private_route {
    enum private_class class;
    enum refusal refusal;
    enum verdict verdict;
    struct slice payload;
    struct slice detail; /* the exchange's words, looks into the frame */
};

/* Takes each event of a payload or reply: kind, ts_exchange and the record, but for its `symbol`,
 * which whoever knows the instruments fills in, and `reconciled`. The records of one message are
 * given in the order of their happening. */
typedef void private_take(void *context, struct event *event);

struct private_exchange {
    const char *name;      /* of the exchange whose private half it is: "binance" */
    const char *type;      /* connector type: "BinancePrivateConnector" */
    const char *websocket; /* "wss://host:port", without a path */
    const char *path;      /* of the upgrade; a listen key is put behind it (LOGIN_KEY) */
    enum login_manner login;
    uint32_t key_kinds;           /* 1 << enum sign_kind of each that can be used */
    struct slice greeting;        /* sent as text on a new session; empty none */
    struct slice ping;            /* text of an application ping; empty: a WebSocket ping */
    uint32_t keepalive_ms;        /* we ping so often whatever comes; 0: only when idle */
    uint32_t keep_key_ms;         /* LOGIN_KEY: a listen key is kept up so often */
    uint32_t messages_per_second; /* that we send on one session */
    uint32_t session_life_ms;     /* after which the exchange cuts; 0 never */
    uint32_t frame_max;           /* bytes of one message that we take */
    const struct status_table *statuses;
    enum call_scope scopes[CALL_PURPOSES];
    uint32_t
        closed_span_ms; /* how far back closed orders and fills can be asked for; 0: no limit */

    /* LOGIN_MESSAGE: writes the login. False if these keys cannot sign. */
    bool (*write_login)(struct text *message, const struct private_keys *keys, int64_t now_ms);
    /* LOGIN_HEADER: writes header lines, each with its "\r\n". The same. */
    bool (*write_header)(struct text *lines, const struct private_keys *keys, int64_t now_ms);
    /* Writes what is sent once logged in (for the session's life); NULL: nothing need be. Answered
     * by PRIVATE_SUBSCRIBED if `subscription_answered`. */
    void (*write_subscription)(struct text *message);
    bool subscription_answered;
    /* What a frame is. A login's answer and a subscription's are told apart. */
    void (*route)(struct slice frame, struct private_route *route);
    /* One payload to its events. Anything but REFUSAL_NONE: some may have been given before the
     * fault; they are whole. `parsing` as in exchange.h (exchange_symbol and variant are empty). */
    enum refusal (*parse)(struct slice payload, struct parsing *parsing, private_take *take,
                          void *context);
    /* Writes a call. False: there is no such round (and none behind it), or these keys cannot sign.
     */
    bool (*write_call)(struct call *call, const struct private_keys *keys,
                       const struct call_ask *ask);
    /* Reads its reply, whatever the HTTP status. */
    void (*read_reply)(struct slice body, uint32_t status, const struct call_ask *ask,
                       struct parsing *parsing, private_take *take, void *context,
                       struct call_reply *reply);

    /* Another way in, for keys of the kinds that it has (Binance's session.logon); NULL: there is
     * none. */
    const struct private_exchange *other;
};

/* Lists of a folder: PRIVATE_EXCHANGES(folder) names private_<folder>, NULL-terminated. By the name
 * of their exchange; NULL if it has no private half. */
const struct private_exchange *private_exchange_find(struct slice name);
/* By which way keys of this kind get in: `other`, if it is for them; NULL: they cannot. */
const struct private_exchange *private_exchange_for(const struct private_exchange *exchange,
                                                    enum sign_kind kind);
/* The i-th of all; NULL behind the last. */
const struct private_exchange *private_exchange_at(size_t place);
/* Whether a table is whole; false with the first thing that is not in `why`. */
bool private_exchange_check(const struct private_exchange *exchange, struct text *why);

#endif
