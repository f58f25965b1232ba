/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence: the continuity of one stream of one instrument, by the rule of its exchange. An id that
 * falls a little is old; one that falls far breaks the sequence, for the exchange has begun to
 * count anew. Pure. */
#ifndef TICKGATE_CONNECTORS_SEQUENCE_H
#define TICKGATE_CONNECTORS_SEQUENCE_H

#include "connectors/exchange.h"

struct sequence {
    enum sequence_rule rule;
    bool joined;   /* continuity is being checked: a first message or a snapshot has begun it */
    bool chained;  /* a message has been applied since the snapshot */
    uint64_t last; /* id up to which nothing is missing */
};

enum sequence_verdict {
    SEQUENCE_TAKE,   /* the next one: `last` has moved */
    SEQUENCE_OLD,    /* carries nothing new */
    SEQUENCE_WAIT,   /* a snapshot must come first: keep it */
    SEQUENCE_BROKEN, /* something is missing before it, or its ids begin anew; no longer joined */
};

void sequence_reset(struct sequence *sequence, enum sequence_rule rule);
enum sequence_verdict sequence_next(struct sequence *sequence, uint64_t first, uint64_t last,
                                    uint64_t prev);
/* Begins from a snapshot. */
void sequence_join(struct sequence *sequence, uint64_t snapshot_id);

#endif
