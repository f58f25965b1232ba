/* SPDX-License-Identifier: Apache-2.0 */
/* Config: the YAML file as a struct. Read once at start (and by config.reload); every error is
 * found and printed with file, line and what is expected, all together. Durations are "250ms",
 * "60s"; sizes "64KiB". One table of keys (config.c) feeds reading, `tickgate check`, and
 * docs/CONFIG.md. main owns it. */
#ifndef TICKGATE_GATEWAY_CONFIG_H
#define TICKGATE_GATEWAY_CONFIG_H

#include "connectors/connector.h"
#include "connectors/loader.h"
#include "gateway/config_accounts.h"

#include <stdio.h>

#define CONFIG_OBJECTS     16
#define CONFIG_EXCHANGES   (2 * REGISTRY_MAX) /* those that there are, and as many names */
#define CONFIG_CONNECTIONS 64
#define CONFIG_ERRORS_MAX  100

#define CONFIG_FEED_QUEUE_MIN (16u * 1024 * 1024) /* bytes: any batch has room */

struct config_feed {
    char endpoints[CONFIG_ENDPOINTS][128]; /* tcp://127.0.0.1:7700, ipc://... */
    uint32_t endpoint_count;
    uint32_t hwm; /* messages a subscriber: SNDHWM */
    uint32_t
        max_subscriptions; /* all peers together; past it the socket is closed and bound anew */
    uint32_t queue_max;    /* bytes between manager and publisher */
    uint32_t readers_max;  /* whole topics of which it is told whether they are read; 0: none */
};

struct config_cache {
    uint32_t size;
    uint32_t expiry_ms;
    uint32_t sweep_ms;
};

struct config_pool {
    uint32_t max;             /* connectors */
    uint32_t idle_timeout_ms; /* a connector without subscriptions is closed after it; 0 never */
};

/* What follows subscribers: subscriptions upstream for the topics that somebody reads. */
struct config_demand {
    bool enabled;
    uint32_t max;       /* topics; beyond, they are not opened */
    uint32_t linger_ms; /* they stay so long when nobody reads them any more */
};

/* Of an exchange that a shared object may bring while we run only the name is known: what is not
 * configured (empty, 0) is filled in when it comes. */
struct config_exchange {
    char name[EXCHANGE_NAME_MAX + 1]; /* while there is no exchange */
    const struct exchange *exchange;
    bool enabled;
    struct connector_config connector;
};

/* A connection that is opened at start. */
struct config_connection {
    char name[65];
    const struct exchange *exchange;
    char type[24];                  /* price_feed, trade_feed ... */
    char interval[VARIANT_MAX + 1]; /* candle_feed */
    char (*symbols)[SYMBOL_MAX + 1];
    uint32_t symbol_count;
    int line;
};

struct config {
    char path[512];
    char state_dir[512]; /* holds the epoch */
    struct config_feed feed;
    struct config_requests requests;
    struct config_cache cache;
    struct config_pool pool;
    struct config_demand demand;
    struct config_security security;
    struct config_accounts accounts;
    struct fetch_config fetch;
    uint32_t connections_max;
    uint32_t symbols_max;                          /* of one connection */
    uint32_t topics_max;                           /* of one connector */
    uint32_t book_levels_max;                      /* kept a side */
    uint32_t bus_batch_max;                        /* bytes */
    uint32_t bus_queue_max;                        /* bytes */
    uint32_t stats_ms;                             /* how often sys.stats. goes out */
    struct loader_directories directories;         /* of shared objects */
    char objects[CONFIG_OBJECTS][LOADER_PATH_MAX]; /* loaded at start: at the reading */
    uint32_t object_count;
    struct config_exchange exchanges[CONFIG_EXCHANGES];
    uint32_t exchange_count;
    struct config_connection connections[CONFIG_CONNECTIONS];
    uint32_t connection_count;
    bool insecure; /* binding beyond loopback without CURVE was asked for */
};

struct config_error {
    int line; /* 0: the file as a whole */
    int column;
    char text[240]; /* what was found, what is expected, the nearest known key */
};

struct config_errors {
    uint32_t count;
    struct config_error errors[CONFIG_ERRORS_MAX];
};

/* The defaults alone: every exchange known, none enabled, no connections. */
struct config *config_default(void);
/* An exchange has come whose name was configured before. */
void config_complete(struct config_exchange *entry, const struct exchange *exchange);
/* Reads `path`. NULL with errors filled if anything in it is wrong. */
struct config *config_read(const char *path, struct config_errors *errors);
/* The same of a text; `path` is what it is called. */
struct config *config_read_text(const char *path, struct slice text, struct config_errors *errors);
void config_destroy(struct config **config);
/* Every key with its type, range, default and meaning, as a Markdown table: docs/CONFIG.md holds
 * it. */
void config_print_keys(FILE *out);

#endif
