/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: what somebody opened, by request or configuration: an exchange, a type and a set of
 * symbols; the subscriptions it holds, and what became of it. One owner.
 *
 * The state of a connection is that of its subscriptions:
 *   refused       all of them are refused
 *   reconnecting  a topic has no session, and a session of its connector was lost or cannot be had;
 *                 and from then on until all topics have one
 *   opening       a topic has no session yet, or the exchange's list is not known yet
 *   degraded      the sessions live, but a topic is not `ok`, or a subscription is refused
 *   live          all else: a market in which nothing happens is no fault
 *   closed        by request, or because its lease was over
 * Its reason is that of the session or of the worst topic. A topic that waits for its first message
 * (`starting`) has a session if all sessions of its connector live; from then on until it says
 * `down`. That of an account is `opening` or `reconnecting` while it connects, `degraded` while it
 * reconciles or is not durable, `live` when it is ready. */
#ifndef TICKGATE_GATEWAY_CONNECTIONS_H
#define TICKGATE_GATEWAY_CONNECTIONS_H

#include "gateway/accounts.h"
#include "gateway/stats.h"
#include "gateway/subscriptions.h"

#define CONNECTION_NAME_MAX 64

/* A connection type and its channels: a new type is one line in connection.c. */
struct connection_type {
    const char *name;
    uint32_t kind_count;
    enum kind kinds[SUBSCRIPTION_CHANNELS_MAX];
};

const struct connection_type *connection_type_find(struct slice name);
/* It is of an account, and of all that happens to it: it has no symbols. */
bool connection_type_is_private(const struct connection_type *type);

struct connection {
    uint64_t number; /* from 1, never used twice; its id is "c<number>" */
    char id[24];
    char name[CONNECTION_NAME_MAX + 1]; /* the id if none was given */
    uint16_t connector;                 /* of an account ACCOUNTS_FIRST and its place */
    const struct connection_type *type;
    const struct accounts *accounts; /* NULL: it is of no account */
    uint32_t account;                /* its place */
    char interval[VARIANT_MAX + 1];
    uint32_t symbol_count;
    struct subscription **rows; /* symbol by symbol, type->kind_count each */
    enum session_state state;
    enum reason reason;
    uint32_t retry_in_ms;     /* until the next attempt of the session that is away */
    uint32_t lease_s;         /* 0 none */
    int64_t used_ns;          /* monotonic: last named by a request */
    int64_t created_ns;       /* real clock */
    uint64_t reconnects;      /* times it lost a session */
    uint64_t errors;          /* faults told: losses, failed attempts, topics not ok, refusals */
    char last_error[128];     /* reason and the library's or exchange's words; empty none */
    uint64_t messages_before; /* events of its subscriptions before it was opened */
    uint64_t notices;         /* told on sys.connection. so far */
    bool changed;
};

struct connections;

/* What it is given outlives it. */
struct connections *connections_new(uint32_t connections_max, uint32_t symbols_max,
                                    struct subscriptions *subscriptions, const struct stats *stats);
void connections_destroy(struct connections **connections);
/* Before the first connection of an account. They outlive it. */
void connections_set_accounts(struct connections *connections, const struct accounts *accounts);

struct connection_order {
    uint16_t connector;
    const struct connection_type *type;
    bool of_account; /* `account` is the place of one: of private types */
    uint32_t account;
    struct slice name;     /* may be empty */
    struct slice interval; /* of a candle_feed, else empty */
    struct slice *symbols; /* is sorted, and each kept once */
    uint32_t symbol_count;
    uint32_t lease_s;
};

/* The row, new or the one with that name and the same arguments; NULL with the fault. */
struct connection *connections_open(struct connections *connections, struct connection_order *order,
                                    int64_t now_ns, int64_t now_real_ns, struct fault *fault);
/* Its subscriptions are released; the row goes once its end was told. */
void connections_close(struct connections *connections, struct connection *connection);
void connections_close_all(struct connections *connections);
/* By id or name, of those open; NULL if there is none. Renews its lease. */
struct connection *connections_find(struct connections *connections, struct slice word,
                                    int64_t now_ns);

/* Closes those whose lease is over; when the next one is (monotonic, INT64_MAX never). */
int64_t connections_expire(struct connections *connections, int64_t now_ns);
/* Derives the states anew. */
void connections_judge(struct connections *connections);
/* The next row whose state is to be told; NULL when there is none left. A closed one is given up
 * with the next call. */
const struct connection *connections_next_changed(struct connections *connections);

/* Walks the open rows in order of their making: start with *place 0; NULL at the end. */
const struct connection *connections_each(const struct connections *connections, uint32_t *place);
uint32_t connections_count(const struct connections *connections);

/* Subscriptions that it holds. */
uint32_t connection_row_count(const struct connection *connection);
/* Events since it was opened. */
uint64_t connection_messages(const struct connection *connection);
/* When the last one with data came (real clock, ns); 0 none yet. */
int64_t connection_last_message(const struct connection *connection);
/* The i-th symbol. */
struct slice connection_symbol(const struct connection *connection, uint32_t i);
/* True for an interval that candles may have. */
bool connection_interval_known(struct slice interval);

#endif
