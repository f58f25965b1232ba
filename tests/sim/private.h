/* SPDX-License-Identifier: Apache-2.0 */
/* Private: the venue's half that knows who asks: logins and what they are told, private REST. What
 * happens to the accounts is made by lives, or by hand. Functions over the venue. */
#ifndef TICKGATE_TESTS_SIM_PRIVATE_H
#define TICKGATE_TESTS_SIM_PRIVATE_H

#include "tests/sim/session.h"

/* The accounts of the options, if there are any. False with what was wrong in *why. */
bool private_begin(struct venue *venue, const char **why);
void private_end(struct venue *venue);

/* The exchange's clock: real, or off by the fault. */
int64_t private_clock_ns(struct venue *venue);

/* An upgrade whose path is a private one. `login` is who it is; DIALECT_DENIED: not let in, with
 * the reply in `answer`. False: the path is none. */
bool private_admit(struct venue *venue, const struct dialect_query *query,
                   struct dialect_private_session *login, enum dialect_admission *admission,
                   struct dialect_answer *answer, int *status);
/* A session of an upgrade that was admitted. */
void private_enter(struct session *session, const struct dialect_private_session *login);
void private_take_message(struct session *session, struct slice message);

/* REST: the weight and group of a query; 0: it is no private one. */
uint32_t private_weigh(const struct venue *venue, const struct dialect_query *query,
                       uint32_t *group);
/* Whose it is; DIALECT_NO_ACCOUNT: nobody's, with what is said to that. Once for each query. */
uint32_t private_authenticate(struct venue *venue, const struct dialect_query *query,
                              struct dialect_answer *answer, int *status);
int private_answer(struct venue *venue, const struct dialect_query *query, uint32_t account,
                   struct dialect_answer *answer);

/* What is due: steps of orders, ends of listen keys, drops. */
void private_run(struct venue *venue);
int64_t private_due_ns(const struct venue *venue);

/* Whether a fault is one of the accounts'. */
bool private_is_about(enum fault_kind kind);
/* What it does at once (FAULT_NONE: ends what it did); NULL, or why this exchange cannot. */
const char *private_strike(struct venue *venue, enum fault_kind kind, const struct fault *fault);

#endif
