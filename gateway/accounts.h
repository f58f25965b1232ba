/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: the table of accounts: each one's private connector, ledger, topics and state. It takes
 * what the connectors say off the bus, has the ledger judge it, and hands what is news to the
 * journal, which publishes it. What has no room in the journal is not remembered: the connector is
 * told to begin anew, a gap is said, and nothing more of the account is taken until it reconciles.
 * One owner: the manager. */
#ifndef TICKGATE_GATEWAY_ACCOUNTS_H
#define TICKGATE_GATEWAY_ACCOUNTS_H

#include "gateway/journal.h"
#include "gateway/ledger.h"
#include "gateway/stats.h"
#include "proto/topic.h"

#define ACCOUNTS_FIRST CONFIG_EXCHANGES /* number of the first account's connector on the bus */

struct accounts;

/* How private connectors are started, told and ended (feeds.h). */
struct accounts_ports {
    void *context;
    /* The secrets are the port's, even where it fails (false). */
    bool (*start)(void *context, uint32_t place, const struct config_account *account,
                  struct secret **key, struct secret **secret);
    void (*want)(void *context, uint32_t place, struct private_desired **desired);
    /* Does not wait for its end. */
    void (*stop)(void *context, uint32_t place);
};

/* Reads the keys and restores the ledgers from the journal. NULL with what, where and what to do in
 * `error`. What it is given outlives it. */
struct accounts *accounts_new(const struct config *config, uint64_t epoch, struct journal *journal,
                              const struct accounts_ports *ports, struct stats *stats,
                              int64_t now_real_ns, char *error, size_t error_max);
/* Starts the connectors; false: the system has no thread or memory for one, and those before it
 * run. */
bool accounts_start(struct accounts *accounts, char *error, size_t error_max);
/* Tells those that run to end: what they say last is taken like all before. */
void accounts_stop(struct accounts *accounts);
/* After the last has ended. */
void accounts_destroy(struct accounts **accounts);

/* A record of a private kind, from a private connector (number >= ACCOUNTS_FIRST). */
void accounts_take(struct accounts *accounts, struct event *event, int64_t now_real_ns);
/* A notice of the journal that is about an account (failed, back). */
void accounts_notice(struct accounts *accounts, const struct notice *notice, int64_t now_real_ns);
/* Says what found no room, and once a day that an account is still ready. When it is to be called
 * again (real clock). */
int64_t accounts_step(struct accounts *accounts, int64_t now_real_ns);

/* What clients ask. An account's place; false: no such one. */
bool accounts_find(const struct accounts *accounts, struct slice name, uint32_t *place);
uint32_t accounts_count(const struct accounts *accounts);

struct account_row {
    struct slice name, exchange, endpoint;
    enum account_status status;
    enum reason reason;
    const char *detail;
    uint32_t retry_in_ms;
    bool durable;
    uint32_t orders, positions, balances; /* open, not flat, known */
    uint64_t messages, gaps; /* events told, and times that it was not ready any more */
    uint64_t forgotten;      /* ids, for want of room */
    bool clock_known;
    int64_t clock_offset_us;
    int64_t since_ns; /* of the status, real clock */
    int64_t last_ns;  /* of the last event told, real clock; 0: none yet */
};
void accounts_row(const struct accounts *accounts, uint32_t place, struct account_row *row);

/* The topic of a kind of an account, its newest seq, and its state as it stands. */
struct account_topic {
    char name[TOPIC_MAX];
    uint64_t seq;
    enum topic_state state;
    enum reason reason;
};
void accounts_topic(const struct accounts *accounts, uint32_t place, enum kind kind,
                    struct account_topic *topic);
/* What stands of a topic as images, elements of a JSON array without its brackets:
 * {"topic":..,"event":..}, each of the topic's seq; of fills none. False: no room in `text`. */
bool accounts_write_images(const struct accounts *accounts, uint32_t place, enum kind kind,
                           struct text *text, int64_t now_real_ns);

#endif
