/* SPDX-License-Identifier: Apache-2.0 */
/* Config of accounts, of who may connect, and of sockets that are asked: parts of struct config
 * (config.h). */
#ifndef TICKGATE_GATEWAY_CONFIG_ACCOUNTS_H
#define TICKGATE_GATEWAY_CONFIG_ACCOUNTS_H

#include "connectors/private_connector.h"

#define CONFIG_ENDPOINTS 4
#define CONFIG_ACCOUNTS  32
#define ACCOUNT_NAME_MAX 32 /* [a-z0-9_-] */

struct config_requests {
    char endpoints[CONFIG_ENDPOINTS][128];
    uint32_t endpoint_count;
    uint32_t message_max; /* bytes of one request */
    uint32_t reply_max;   /* bytes of one reply */
    uint32_t rate;        /* requests a second of one peer ... */
    uint32_t burst;       /* ... and at once; beyond: error `busy` */
    uint32_t peers_max;   /* peers whose rate is remembered */
};

/* Who may connect: the gateway's own certificate and those of its clients (rights.h). */
struct config_security {
    char directory[512]; /* empty: there is no CURVE, and so no accounts */
    bool feed;           /* the feed is behind it too: any client with `read` */
    bool requests;       /* the same, and control requests need `control` */
};

enum journal_sync { JOURNAL_ALWAYS, JOURNAL_INTERVAL, JOURNAL_NEVER };

struct config_journal {
    char directory[512];
    enum journal_sync sync; /* ALWAYS: an event is told when it is on the disk; INTERVAL: when it is
                               the system's, and it is on the disk after ... */
    uint32_t sync_ms;       /* ... this; NEVER: when the system likes */
    uint32_t queue_max;     /* bytes on their way to the disk, of all accounts */
    uint32_t segment_max;   /* bytes of one file */
    uint32_t retry_ms;      /* a disk that refused is tried again so often */
};

/* An account: its keys, its stream, its endpoint. */
struct config_account {
    char name[ACCOUNT_NAME_MAX + 1];
    const struct exchange *exchange;
    const struct private_exchange *private_exchange;
    char key_file[512]; /* of its API key; or "credential:NAME", a systemd credential */
    char secret_file[512];
    char endpoint[128]; /* where its events are published; empty: the next port from 7710 on */
    struct private_config connector;
    int line;
};

struct config_accounts {
    struct config_requests requests; /* the socket of accounts-requests */
    struct config_journal journal;
    uint32_t hwm;        /* messages a subscriber of an account: SNDHWM */
    uint32_t orders_max; /* open at once, of one account */
    uint32_t fills_max;  /* whose ids are remembered, of one account */
    uint32_t count;
    struct config_account accounts[CONFIG_ACCOUNTS];
};

#endif
