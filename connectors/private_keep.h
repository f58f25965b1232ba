/* SPDX-License-Identifier: Apache-2.0 */
/* Keep: what a stream said while nobody could listen, in order, bounded in bytes. Pure. One owner.
 */
#ifndef TICKGATE_CONNECTORS_PRIVATE_KEEP_H
#define TICKGATE_CONNECTORS_PRIVATE_KEEP_H

#include "common/slice.h"

#include <stdint.h>

struct keep {
    char *data;
    size_t begin, end, room; /* what is kept, and what there is room for */
    size_t max;
};

/* In place; nothing is allocated before the first message. */
void keep_init(struct keep *keep, size_t max);
void keep_fini(struct keep *keep);
/* False: there is no room for it. */
bool keep_put(struct keep *keep, struct slice message, int64_t received_ns);
/* The oldest, which goes with this; it is valid until the next call. False: there is none. */
bool keep_take(struct keep *keep, struct slice *message, int64_t *received_ns);
/* Forgets all, and gives back the memory. */
void keep_clear(struct keep *keep);

#endif
