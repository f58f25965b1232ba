/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: what the simulator does wrong on purpose; README.md says what each kind does. This is the
 * register of those that are on: what they do stands where it is done. One of a kind at a time: a
 * new one takes the place of the one before. One owner. */
#ifndef TICKGATE_TESTS_SIM_FAULTS_H
#define TICKGATE_TESTS_SIM_FAULTS_H

#include "connectors/dialect.h"

struct stream;

enum fault_kind {
    FAULT_CUT,
    FAULT_RESET,
    FAULT_SILENT,
    FAULT_QUIET,
    FAULT_REFUSE,
    FAULT_STATUS,
    FAULT_STALL,
    FAULT_DROP,
    FAULT_SWAP,
    FAULT_DUPLICATE,
    FAULT_CROSS,
    FAULT_GARBAGE,
    FAULT_LARGE,
    FAULT_FRAGMENT,
    FAULT_REST_STATUS,
    FAULT_REST_SLOW,
    FAULT_REST_OLD,
    FAULT_SHUTDOWN,
    FAULT_RESTART,
    FAULT_MUTE,
    FAULT_DELISTED,
    FAULT_PRIVATE_CUT,
    FAULT_PRIVATE_MUTE,
    FAULT_PRIVATE_OVER,
    FAULT_PRIVATE_STATUS,
    FAULT_SKEW,
    FAULT_DENY,
    FAULT_NONE,
    FAULT_KINDS
};

struct fault {
    bool on;
    int64_t until_ns; /* monotonic; INT64_MAX: until it is ended or used up */
    uint64_t code, retry_after_s, count, bytes, delay_ms, every_ms, ahead_ms, behind_ms;
    struct slice symbol, key, account; /* look into the query while it is read */
    uint32_t instrument;
    const struct stream *stream;
    uint32_t account_place;
};

struct faults {
    struct fault kinds[FAULT_KINDS];
    bool tampers;     /* one of those that change what is sent is on */
    uint64_t garbage; /* so much was sent: its forms come in turn */
};

/* Reads a query (kind=KIND&...) into `fault`. False with what is wrong in *why, a constant. */
bool faults_read(const struct dialect_query *query, int64_t now_ns, enum fault_kind *kind,
                 struct fault *fault, const char **why);
/* Turns it on. */
void faults_set(struct faults *faults, enum fault_kind kind, const struct fault *fault);
void faults_clear(struct faults *faults);

/* The fault, if it is on. */
struct fault *faults_on(struct faults *faults, enum fault_kind kind, int64_t now_ns);
/* The same of one that concerns an instrument, if it is this one. */
struct fault *faults_at(struct faults *faults, enum fault_kind kind, uint32_t instrument,
                        int64_t now_ns);
/* One of its count is used up. */
void faults_use(struct faults *faults, struct fault *fault);

#endif
