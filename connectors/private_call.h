/* SPDX-License-Identifier: Apache-2.0 */
/* Private call: what an account's exchange is asked by REST, and what it answers, as plain data. A
 * *call* is one REST request; a *round* is one of several calls that together answer one purpose
 * (Bybit's linear orders are asked for by settle coin); a *page* is one of several that answer one
 * round. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_CALL_H
#define TICKGATE_CONNECTORS_PRIVATE_CALL_H

#include "common/text.h"
#include "proto/words.h"

#define PRIVATE_LISTEN_KEY_MAX 256
#define PRIVATE_CURSOR_MAX     512
#define PRIVATE_PATH_MAX       4096 /* of a call, signature included */
#define PRIVATE_HEADERS_MAX    4096
#define PRIVATE_BODY_MAX       2048

/* What an exchange means when it says no. */
enum verdict {
    VERDICT_OK,
    VERDICT_KEY,     /* key, signature, permission, address: it will not change by itself */
    VERDICT_CLOCK,   /* our time is not the exchange's: measure it and try again */
    VERDICT_LIMITED, /* too much was asked */
    VERDICT_GONE,    /* what was asked for is not there: an order, a listen key, a symbol */
    VERDICT_ELSE,    /* anything else: try again later */
};

enum call_purpose {
    CALL_CLOCK,         /* the exchange's time */
    CALL_KEY,           /* a listen key */
    CALL_KEEP_KEY,      /* keeps it alive */
    CALL_OPEN_ORDERS,   /* -> order events */
    CALL_TRADED,        /* since `since_ms` -> instrument events (their exchange_symbol alone): what
                           was traded, where fills can be asked for by instrument alone */
    CALL_CLOSED_ORDERS, /* since `since_ms` -> order events */
    CALL_FILLS,         /* since `since_ms` -> fill events */
    CALL_ORDER,         /* one order -> an order event, and its fills if the reply has them */
    CALL_BALANCES,      /* whole -> balance events */
    CALL_POSITIONS,     /* whole -> position events */
    CALL_PURPOSES
};

/* For what a purpose is asked. */
enum call_scope {
    SCOPE_NONE,        /* the exchange has no such call */
    SCOPE_ACCOUNT,     /* once, in all its rounds */
    SCOPE_EACH_SYMBOL, /* of each symbol that the account has traded, or may have */
    SCOPE_EACH_ORDER,  /* CALL_ORDER: the only way to an order's fills */
};

struct call_ask {
    enum call_purpose purpose;
    uint32_t round;               /* from 0 */
    struct slice exchange_symbol; /* SCOPE_EACH_SYMBOL, CALL_ORDER */
    struct slice order_id;        /* CALL_ORDER */
    struct slice listen_key;      /* CALL_KEEP_KEY */
    struct slice cursor;          /* of the page before; empty: the first */
    int64_t since_ms;
    int64_t now_ms;
};

/* A request to be sent: texts over room of the caller. */
struct call {
    const char *method;  /* a constant: "GET" */
    struct text path;    /* with its query, as it goes over the wire */
    struct text headers; /* lines, each with its "\r\n" */
    struct text body;    /* JSON; empty none */
    uint32_t weight;     /* in the budget of the exchange's group */
};

struct call_reply {
    enum verdict verdict;
    struct slice detail;    /* why not, looks into the body */
    struct text cursor;     /* of the next page; empty: this was the last. PRIVATE_CURSOR_MAX */
    int64_t server_ms;      /* CALL_CLOCK */
    struct text listen_key; /* CALL_KEY, CALL_KEEP_KEY. PRIVATE_LISTEN_KEY_MAX */
    enum refusal refusal;   /* the body is no reply of this kind */
    size_t skipped;         /* entries that could not be held */
};

#endif
