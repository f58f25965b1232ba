/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of config share: the tables of keys (config_keys.c) and what their readers need.
 */
#ifndef TICKGATE_GATEWAY_CONFIG_PARTS_H
#define TICKGATE_GATEWAY_CONFIG_PARTS_H

#include "gateway/address.h"
#include "gateway/config.h"
#include "gateway/endpoints.h"
#include "gateway/yaml_table.h"

/* An endpoint that needs `insecure` or CURVE, which may stand behind it. */
struct config_open {
    int line, column;
    const bool *guard; /* whether CURVE is before it */
    char text[128];
};

/* The context of the yaml_reader. */
struct config_reading {
    struct config *config;
    struct config_errors *errors;
    struct config_open open[2 * CONFIG_ENDPOINTS];
    uint32_t open_count;
};

extern const struct yaml_key config_top_keys[];        /* of struct config */
extern const struct yaml_key config_exchange_keys[];   /* of struct config_exchange */
extern const struct yaml_key config_connection_keys[]; /* of struct config_connection */
extern const struct yaml_key config_feed_keys[];       /* of struct config */
extern const struct yaml_key config_request_keys[];    /* of struct config_requests */
extern const struct yaml_key config_security_keys[];   /* of struct config */
extern const struct yaml_key config_accounts_keys[];   /* of struct config */
extern const struct yaml_key config_account_keys[];    /* of struct config_account */

/* NULL if there is none of that name, or no name. */
struct config_exchange *config_find_exchange(struct config *config, const char *name);
/* Exchanges that the registry has and the configuration not yet, with their defaults. */
void config_add_exchanges(struct config *config);
/* One of which only the name is known; NULL if there is no room. */
struct config_exchange *config_await_exchange(struct config *config, const char *name);
/* That of the exchange, or the one that is awaited. */
const char *config_name(const struct config_exchange *entry);

/* An error that belongs to a line, 0 the file as a whole. */
void config_note(struct config_reading *reading, int line, const char *text);
/* What accounts and security say with other keys; fills in what follows from them. */
void config_accounts_defaults(struct config *config);
void config_check_accounts(struct config_reading *reading);

/* Judges of single keys, in more than one table. False: it is none of ours, or an ipc path. */
bool config_check_endpoint(struct yaml_reader *reader, const yaml_node_t *node,
                           struct address *address);
void config_check_websocket(struct yaml_reader *reader, yaml_node_t *node, void *into);
void config_check_rest(struct yaml_reader *reader, yaml_node_t *node, void *into);
/* The exchange that a node names, and that is there; NULL after the error. */
struct config_exchange *config_read_exchange(struct yaml_reader *reader, yaml_node_t *node);
/* Whether the mapping has this key. */
bool config_is_given(struct yaml_reader *reader, const yaml_node_t *node, const char *name);

#endif
