/* SPDX-License-Identifier: Apache-2.0 */
/* Entry: the way of an account's session into the exchange: dial, upgrade, login, subscription. The
 * connector's thread alone. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_ENTRY_H
#define TICKGATE_CONNECTORS_PRIVATE_ENTRY_H

#include "connectors/fetch.h"
#include "connectors/private_exchange.h"
#include "connectors/session.h"

struct private_connector;

struct private_entry {
    struct session *session;
    struct session_config config;
    struct url url;                    /* holds the listen key, if there is one */
    char headers[PRIVATE_HEADERS_MAX]; /* of the upgrade, until it is over */
    size_t headers_len;
    bool dial_open;                 /* fetch owes an answer */
    struct fetch_answer *addresses; /* of the last dial */
    uint32_t address, tried;
    int64_t first_ms; /* when the first session came to live, by the exchange's clock; 0 none did */
    int64_t rotate_ns; /* before the exchange cuts it; INT64_MAX never */
};

/* False when memory is out. */
bool private_entry_init(struct private_connector *connector);
void private_entry_fini(struct private_connector *connector);

void private_dial(struct private_connector *connector, int64_t now_ns);
/* Takes the answer if it keeps it. */
void private_dialed(struct private_connector *connector, struct fetch_answer **answer);
int64_t private_entry_step(struct private_connector *connector, int64_t now_ns);
/* The answers of the exchange. */
void private_logged_in(struct private_connector *connector);
void private_subscribed(struct private_connector *connector);
/* Drops the session and wipes what was for it. */
void private_leave(struct private_connector *connector);

#endif
