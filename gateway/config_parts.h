/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of config share: the tables of keys (config_keys.c) and what their readers need.
 */
#ifndef TICKGATE_GATEWAY_CONFIG_PARTS_H
#define TICKGATE_GATEWAY_CONFIG_PARTS_H

#include "gateway/config.h"
#include "gateway/yaml_table.h"

/* An endpoint that needs `insecure`, which may stand behind it. */
struct config_open {
    int line, column;
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

/* NULL if there is none of that name, or no name. */
struct config_exchange *config_find_exchange(struct config *config, const char *name);
/* Exchanges that the registry has and the configuration not yet, with their defaults. */
void config_add_exchanges(struct config *config);
/* One of which only the name is known; NULL if there is no room. */
struct config_exchange *config_await_exchange(struct config *config, const char *name);
/* That of the exchange, or the one that is awaited. */
const char *config_name(const struct config_exchange *entry);

#endif
