/* SPDX-License-Identifier: Apache-2.0 */
/* Check: whether a private stream that says nothing has nothing to say. It keeps what was told that
 * stands, open orders and the totals of balances, and holds it against what REST says once in a
 * while: what differs in two passes, and was not told in between, the stream has kept to itself.
 * Pure: no clock, no socket. One owner. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_CHECK_H
#define TICKGATE_CONNECTORS_PRIVATE_CHECK_H

#include "common/map.h"
#include "proto/event.h"

#define CHECK_ROWS_MAX 16384 /* beyond, what is new is not checked */

struct check {
    struct map *places; /* what a row is of -> its place */
    struct check_row *rows;
    uint32_t count, room;
};

bool check_init(struct check *check);
void check_fini(struct check *check);
/* Nothing was told. */
void check_clear(struct check *check);

/* An order or a balance was told; any other event is passed over. */
void check_told(struct check *check, const struct event *event);
/* A pass: it begins, REST's open orders and balances, it ends with what it found. */
void check_begin(struct check *check);
void check_found(struct check *check, const struct event *event);
enum check_result {
    CHECK_GOOD,
    CHECK_DOUBT, /* something differs: it may be on its way */
    CHECK_WRONG, /* and has not come: `what` is its name */
};
enum check_result check_end(struct check *check, const char **what);

#endif
