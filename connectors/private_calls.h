/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: the one REST request at a time that a private connector has under way, and what is asked
 * for: the clock, a listen key, the list of instruments, an account's state. The connector's thread
 * alone. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_CALLS_H
#define TICKGATE_CONNECTORS_PRIVATE_CALLS_H

#include "connectors/backoff.h"
#include "connectors/private_reconcile.h"
#include "connectors/private_symbols.h"
#include "connectors/session.h"

struct private_lane {
    bool under_way;   /* fetch owes an answer */
    bool dropped;     /* which is for nothing */
    bool instruments; /* it is a page of the list, else `ask` */
    struct call_ask ask;
    char symbol[SYMBOL_MAX + 1], cursor[PRIVATE_CURSOR_MAX]; /* of ask */
    struct id order_id;                                      /* of ask */
    int64_t asked_ns;
    int64_t due_ns; /* not before then the next */
    struct backoff backoff;
    char failure[SESSION_DETAIL_MAX]; /* of the last one that failed; empty: none did */
};

struct private_clock {
    bool known;
    int64_t base_ns; /* the exchange's less the monotonic one */
    uint64_t samples;
    int64_t due_ns; /* of the next measurement */
    uint32_t left;  /* samples that it still takes */
    bool blamed;    /* the last login was refused for it */
    int64_t best_trip_ns, best_base_ns;
};

struct private_listen_key {
    char text[PRIVATE_LISTEN_KEY_MAX];
    size_t len;     /* 0 there is none */
    int64_t due_ns; /* it is kept up then */
    int64_t end_ns; /* it may be dead by then */
};

struct private_list {
    struct symbols known, fresh; /* the second is being read */
    char path[FETCH_URL_MAX];    /* of the page that is to be read */
    uint32_t page;
    int64_t due_ns;  /* of the next reading; INT64_MAX none */
    int64_t read_ns; /* when it was read last; 0 never */
};

struct private_connector;

/* Asks for what is due; when something is. */
int64_t private_calls_step(struct private_connector *connector, int64_t now_ns);
void private_call_came(struct private_connector *connector, const struct fetch_answer *answer);
/* What is under way is for nothing; nothing is asked before it has been answered. */
void private_calls_drop(struct private_connector *connector);
/* A call (or a page of the list) failed: it is tried again, or all begins anew. */
void private_call_failed(struct private_connector *connector, enum reason reason,
                         uint32_t retry_after_ms, struct slice words);
/* "open orders" */
const char *private_call_name(const struct private_connector *connector);

/* private_replies.c */
void private_reply_came(struct private_connector *connector, const struct fetch_answer *answer);
/* There is no such call. */
void private_no_call(struct private_connector *connector);

/* private_clock.c */
int64_t private_exchange_ns(struct private_connector *connector);
bool private_clock_due(struct private_connector *connector, int64_t now_ns);
void private_clock_sample(struct private_connector *connector, int64_t server_ms);

/* private_list.c */
bool private_list_due(struct private_connector *connector, int64_t now_ns);
/* A page came. */
void private_list_came(struct private_connector *connector, struct slice body);
/* The list is to be read from its beginning, then. */
void private_list_again(struct private_connector *connector, int64_t due_ns);

#endif
