/* SPDX-License-Identifier: Apache-2.0 */
/* What a private connector tells of itself: how things stand with the account and the session is
 * kept until the sink has it for certain, counters go out once a second while they change. Of a
 * message that is not what it should be no byte is shown. The connector's thread alone. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_REPORTS_H
#define TICKGATE_CONNECTORS_PRIVATE_REPORTS_H

#include "connectors/exchange.h"
#include "connectors/session.h"

#define PRIVATE_STRANGERS 32 /* names that are told apart */

struct private_connector;

/* Why all begins anew. */
struct private_fault {
    bool noted;
    bool key; /* it is the keys' */
    enum reason reason;
    uint32_t status, retry_after_ms;
    char detail[SESSION_DETAIL_MAX];
};

struct private_report {
    uint8_t state; /* enum account_status or session_state */
    enum reason reason;
    uint32_t status, retry_in_ms;
    uint64_t said_in; /* number of the flush that it goes with; 0 has still to be said */
    char detail[SESSION_DETAIL_MAX];
};

struct private_stranger {
    uint8_t drift, len;
    char name[sizeof(((struct drift *)NULL)->name)];
    uint64_t said_in;
};

struct private_reports {
    struct private_report account, session;
    uint64_t flush;         /* number of the next flush */
    uint64_t told;          /* events of the account since the last one */
    int64_t flush_again_ns; /* 0 no need */
    uint64_t reconnects;
    bool counting; /* counters have changed since they were said */
    int64_t counted_ns;
    struct counters counters;
    uint64_t refused_in[REFUSAL_COUNT]; /* as said_in */
    struct private_stranger strangers[PRIVATE_STRANGERS];
    uint32_t stranger_count;
};

void private_say_account(struct private_connector *connector, enum account_status status,
                         const struct private_fault *fault, uint32_t retry_in_ms);
void private_say_session(struct private_connector *connector, enum session_state state,
                         const struct private_fault *fault, uint32_t retry_in_ms);
/* Counts, and reports the first of a kind. */
void private_refuse(struct private_connector *connector, enum refusal refusal);
void private_note_drift(struct private_connector *connector, const struct parsing *parsing);
void private_count_frame(struct private_connector *connector, size_t len, int64_t received_ns);
int64_t private_counters_step(struct private_connector *connector, int64_t now_ns);
/* Says what is to be said, and flushes. */
void private_flush(struct private_connector *connector, int64_t now_ns);

#endif
