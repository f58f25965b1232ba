/* SPDX-License-Identifier: Apache-2.0 */
/* Replica: a book kept from what a recording says of it. One owner. */
#ifndef TICKGATE_TESTS_SIM_REPLICA_H
#define TICKGATE_TESTS_SIM_REPLICA_H

#include "connectors/dialect_event.h"

#define REPLICA_LEVELS_MAX 10000 /* a side; what is worse is let go */

struct replica {
    uint64_t last_id;
    struct dialect_level *levels[2]; /* bids from the highest, asks from the lowest */
    uint32_t counts[2], rooms[2];
};

void replica_fini(struct replica *replica);
/* Begins anew with a whole book. Both are false when memory is out. */
bool replica_replace(struct replica *replica, const struct dialect_book *book);
/* Changes that end at or before last_id are old and passed over. */
bool replica_apply(struct replica *replica, const struct dialect_book *changes);

#endif
