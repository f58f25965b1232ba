/* SPDX-License-Identifier: Apache-2.0 */
/* GET /sim/... of the accounts: each answers like those of control.c; README.md says what it does.
 * The HTTP status. */
#ifndef TICKGATE_TESTS_SIM_CONTROL_ACCOUNTS_H
#define TICKGATE_TESTS_SIM_CONTROL_ACCOUNTS_H

#include "tests/sim/venue.h"

int control_accounts(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_place(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_fill(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_trigger(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_cancel(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_expire(struct venue *venue, const struct dialect_query *query, struct text *body);
int control_orders(struct venue *venue, const struct dialect_query *query, struct text *body);

/* control.c: what was asked wrongly, and that something was done. */
int control_refuse(struct text *body, const char *why);
int control_done(struct text *body);

#endif
