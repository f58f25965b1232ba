/* SPDX-License-Identifier: Apache-2.0 */
/* Fetch: the one thread that may wait for the world outside the WebSockets. It looks up names, runs
 * REST calls (libcurl), and owns what an address may spend at an exchange: connect attempts and
 * REST weight, shared by all connectors of all exchanges of a group, whose limits are those of the
 * one that was first asked for. A request is answered exactly once, into the mailbox of who asked,
 * however it ends; nothing blocks the asker. The body that answers a call is wiped by who reads it.
 */
#ifndef TICKGATE_CONNECTORS_FETCH_H
#define TICKGATE_CONNECTORS_FETCH_H

#include "common/mailbox.h"
#include "connectors/exchange.h"

#define FETCH_URL_MAX    512
#define FETCH_ADDRESSES  8
#define FETCH_DETAIL_MAX 160

struct fetch;

enum fetch_kind {
    FETCH_DIAL, /* wait for the connect budget, look the host up: answers `addresses` */
    FETCH_GET,  /* wait for the weight budget, GET the URL: answers `body` */
    FETCH_CALL, /* the same with a request that may hold secrets: answers `body`, whatever the
                   status is */
    FETCH_KINDS
};

enum fetch_error {
    FETCH_OK,
    FETCH_DNS,     /* the name could not be looked up in time */
    FETCH_CONNECT, /* no connection */
    FETCH_TLS,     /* the certificate or handshake was refused */
    FETCH_TIMEOUT,
    FETCH_STATUS,    /* FETCH_GET: the exchange answered, not with 200: `status` */
    FETCH_TOO_LARGE, /* the body is over the cap */
    FETCH_WITHHELD,  /* not sent: the exchange told us to wait longer than the request's deadline */
    FETCH_STOPPED,   /* the gateway is stopping */
};

/* Where answers go: the asker's queue, with room for one to each request that is open, and how it
 * is woken. Outlives its requests. */
struct fetch_asker {
    struct mailbox_queue *answers; /* of struct fetch_answer *, whoever pops frees */
    void (*wake)(void *context);   /* called from the fetch thread */
    void *context;
};

/* What a FETCH_CALL sends. Nothing of it stands in an answer or a log, and every copy of it is
 * wiped when the call is over. */
struct fetch_call {
    const char *method;   /* a constant: "GET" */
    struct slice url;     /* whole, of any length */
    struct slice headers; /* lines, each with its "\r\n" */
    struct slice body;    /* empty none */
};

struct fetch_request {
    enum fetch_kind kind;
    const struct exchange *exchange; /* whose budget */
    struct fetch_asker *asker;
    uint64_t tag;                /* comes back in the answer */
    uint32_t weight;             /* FETCH_GET, FETCH_CALL */
    uint32_t timeout_ms;         /* from now, waiting for the budget not counted */
    uint32_t body_max;           /* bytes */
    char url[FETCH_URL_MAX];     /* FETCH_GET: whole; FETCH_DIAL: the host alone */
    struct fetch_call call;      /* FETCH_CALL: wiped by whoever asks, once fetch_ask returns */
    char ca_file[FETCH_URL_MAX]; /* empty: the system's */
};

struct fetch_answer {
    uint64_t tag;
    enum fetch_kind kind;
    enum fetch_error error;
    uint32_t status;         /* HTTP; 0 if it never came to that */
    uint32_t retry_after_ms; /* that the exchange asked for, or that is left of an older one */
    uint32_t address_count;
    char addresses[FETCH_ADDRESSES][46]; /* numeric */
    char detail[FETCH_DETAIL_MAX];
    size_t body_len;
    char body[]; /* with a NUL behind it */
};

struct fetch_config {
    uint32_t queue_max;      /* requests that wait */
    uint32_t weight_percent; /* of an exchange's weight limit that we use */
    uint32_t parallel_max;   /* REST calls under way at once, for each group of exchanges */
    uint32_t dns_keep_ms;    /* how long the last good addresses serve when the resolver is dead */
};

/* Starts the thread; NULL if that fails. */
struct fetch *fetch_new(const struct fetch_config *config);
/* Answers what is open with FETCH_STOPPED and ends the thread. */
void fetch_destroy(struct fetch **fetch);

/* Takes a copy of the request. False: the queue is full (or memory is out), no answer will come.
 * Any thread. A 403 to a call may speak of its key: other than 429, 418 and 503 it holds nothing
 * back, and whoever asked reads it and calls fetch_hold. */
bool fetch_ask(struct fetch *fetch, const struct fetch_request *request);
/* Somebody saw the exchange say "wait" (429, 418, 403 at an upgrade): nothing goes to its group
 * until then. Any thread. */
void fetch_hold(struct fetch *fetch, const struct exchange *exchange, uint32_t wait_ms,
                bool banned);
/* How long to keep away after an HTTP status that says so without saying how long; 0 for any other
 * status. */
uint32_t fetch_default_wait_ms(uint32_t status);
/* Takes back all requests of this asker and answers nothing more to it; returns when that holds. */
void fetch_forget(struct fetch *fetch, struct fetch_asker *asker);

struct fetch_budget {
    uint32_t weight_used, weight_limit; /* in the window that the exchange counts by */
    uint32_t connects_used, connects_limit;
    uint32_t hold_ms; /* left of a "wait"; 0 none */
};
/* A picture of the exchange's group that is a second old at the most. Any thread. */
void fetch_budget(struct fetch *fetch, const struct exchange *exchange,
                  struct fetch_budget *budget);

#endif
