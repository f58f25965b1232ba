/* SPDX-License-Identifier: Apache-2.0 */
/* The private half of a dialect (dialect.h): how an exchange lets an account in, what it tells it,
 * and what it answers when it is asked. The simulator has the accounts and lives their orders; the
 * dialect checks keys and writes. It is written from the fact sheets, and not from private.c; the
 * cryptography (common/sign) alone is the same. */
#ifndef TICKGATE_CONNECTORS_DIALECT_ACCOUNT_H
#define TICKGATE_CONNECTORS_DIALECT_ACCOUNT_H

#include "common/sign.h"
#include "connectors/dialect_order.h"
#include "connectors/dialect_rest.h"

#define DIALECT_NO_ACCOUNT    UINT32_MAX
#define DIALECT_ACCOUNT_PARTS 6 /* messages that one event becomes at most */

/* The accounts that the simulator knows. */
struct dialect_keys {
    void *context;
    /* The account with this API key; its secret. False: there is none. */
    bool (*find)(void *context, struct slice key, uint32_t *account, const struct secret **secret);
    /* Whether a nonce was never seen before; it has been from now on. */
    bool (*is_fresh)(void *context, struct slice nonce);
    /* The listen key that an account has; empty: none. `make`: one is made, or its life begun
     * again. */
    struct slice (*listen_key)(void *context, uint32_t account, bool make);
    /* Whose listen key this is; DIALECT_NO_ACCOUNT: nobody's. */
    uint32_t (*find_listen_key)(void *context, struct slice listen_key);
    int64_t now_ns; /* real clock, of the exchange: it may be off on purpose */
};

/* A private connection. */
struct dialect_private_session {
    uint64_t id;
    uint32_t account; /* DIALECT_NO_ACCOUNT: nobody has logged in */
    uint32_t topics;  /* what it gets: the dialect's own bits, set when subscribed */
    bool wrapped;
};

enum dialect_admission {
    DIALECT_ADMITTED, /* 101; session->account is set, or has to log in by a message */
    DIALECT_DENIED,   /* an HTTP error: `status` and body in `answer` */
};

enum dialect_private_word {
    DIALECT_PRIVATE_SAY,   /* the reply is said, if there is one; session may have changed */
    DIALECT_PRIVATE_CLOSE, /* the same, then the connection is closed as a refused request's */
};

/* What a dialect may see of an account for a REST reply; records are valid until the next call. */
struct dialect_account_view {
    void *context;
    uint32_t account;
    uint32_t order_count, fill_count, balance_count, position_count;
    /* By place, from the oldest; orders by their making, fills by their time. */
    const struct dialect_order *(*order)(void *context, uint32_t account, uint32_t place);
    const struct dialect_fill *(*fill)(void *context, uint32_t account, uint32_t place);
    const struct dialect_balance *(*balance)(void *context, uint32_t account, uint32_t place);
    const struct dialect_position *(*position)(void *context, uint32_t account, uint32_t place);
    /* NULL: this account has no such order. */
    const struct dialect_order *(*find_order)(void *context, uint32_t account, uint64_t id);
};

struct dialect_account {
    /* An upgrade whose path is the private one: true, and how it goes. `query` has the request's
     * headers. False: the path is none of the private half's. */
    bool (*admit)(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status);
    /* A text message on such a connection (a ping, a login, a subscription, nonsense). */
    enum dialect_private_word (*take)(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply);
    /* Writes the `part`-th message of an event for this session; false: there is no such part, nor
     * any behind it. Nothing written: this part is not for this session. */
    bool (*write_event)(struct text *message, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, uint32_t part);
    /* The stream of events ends though the connection lives (fault `over`); NULL: there is no such
     * message. */
    void (*write_over)(struct text *message, const struct dialect_private_session *session,
                       int64_t now_ns);

    /* REST: whether a query is a private one (a signed one, or one for listen keys), and its weight
     * and group as dialect->weigh has them. 0: it is none. */
    uint32_t (*weigh)(const struct dialect_query *query, uint32_t *group);
    /* Whose query it is, if its signature is right; DIALECT_NO_ACCOUNT: nobody's, and `answer` is
     * what is said to it (with *status). */
    uint32_t (*authenticate)(const struct dialect_query *query, const struct dialect_keys *keys,
                             struct dialect_answer *answer, int *status);
    /* The answer; its HTTP status. */
    int (*answer)(const struct dialect_query *query, const struct dialect_keys *keys,
                  const struct dialect_account_view *view, struct dialect_answer *answer);

    /* What this exchange has of all that happens to orders (1 << enum dialect_order_type, 1 << enum
     * dialect_force, 1 << enum dialect_cause): the others are not made. */
    uint32_t types, forces, causes;
    bool has_positions;
    bool position_always; /* an order's position is told with each of its changes */
    bool fee_of_bought;   /* spot: who buys pays its fee in what it buys; else all pay in quote */
    /* An id as the exchange spells it, of orders and of trades; for the truth file. */
    void (*write_order_id)(struct text *text, uint64_t id);
    void (*write_fill_id)(struct text *text, const struct dialect_fill *fill);
};

#endif
