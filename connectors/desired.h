/* SPDX-License-Identifier: Apache-2.0 */
/* Desired set: what a connector should be subscribed to, whole, made anew by the manager for every
 * change; the connector makes the world agree with it. The newest wins; who takes it frees it. */
#ifndef TICKGATE_CONNECTORS_DESIRED_H
#define TICKGATE_CONNECTORS_DESIRED_H

#include "proto/event.h"

struct want {
    uint32_t
        slot; /* of the topic, given by the manager: rises, never used twice for another topic */
    uint32_t generation; /* raised: resynchronize this one */
    uint32_t audit;      /* raised: fetch an independent snapshot */
    uint64_t next_seq;   /* where the topic's numbering goes on if the connector does not know it */
    enum kind kind;
    char symbol[SYMBOL_MAX + 1];
    char exchange_symbol[SYMBOL_MAX + 1];
    char variant[VARIANT_MAX + 1];
};

struct desired {
    bool refresh_instruments; /* read the exchange's list again */
    size_t count;
    struct want wants[];
};

/* NULL when memory is out. */
struct desired *desired_new(size_t count);
void desired_destroy(struct desired **desired);

#endif
