/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the accounts share, and nobody else sees. */
#ifndef TICKGATE_GATEWAY_ACCOUNTS_PARTS_H
#define TICKGATE_GATEWAY_ACCOUNTS_PARTS_H

#include "gateway/accounts.h"

struct account {
    const struct config_account *config;
    struct ledger *ledger;
    struct secret *key, *secret; /* until the connector has them */
    bool running;
    bool durable;
    bool passed_over; /* something was lost: nothing is taken until it reconciles */
    bool untold;      /* its status found no room */
    bool unread;      /* the journal could not be read again */
    bool unasked;     /* its renewal found no memory */
    struct account_report report;
    enum reason reason;
    uint64_t renewal;
    uint64_t seqs[KIND_PRIVATE_COUNT];
    uint64_t messages, gaps;
    int64_t since_ns, ready_ns, last_ns; /* of the status; ready was told; anything was */
};

struct accounts {
    const struct config *config;
    uint64_t epoch;
    struct journal *journal;
    struct accounts_ports ports;
    struct stats *stats;
    size_t event_max; /* bytes of one, its journal_seq included */
    struct account rows[CONFIG_ACCOUNTS];
};

/* What a topic of an account is worth now; of KIND_ACCOUNT and of the others it is the same. */
enum topic_state account_state(const struct account *account, enum reason *reason);
/* The ledger as the journal has it, in place of the one there is. */
bool account_restore(struct accounts *accounts, struct account *account, char *error,
                     size_t error_max);

#endif
