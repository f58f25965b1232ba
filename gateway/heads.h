/* SPDX-License-Identifier: Apache-2.0 */
/* Heads: sys.head.<exchange>., by which whoever lost something on a quiet topic finds out. Every
 * second [topic, epoch, seq, state] of each topic changed in the last 3 s, and of all in turn every
 * 10 s, in messages of at most 64 KiB:
 * {"kind":"sys.head","exchange":..,"epoch":..,"ts_published":..,"heads":[...]}. */
#ifndef TICKGATE_GATEWAY_HEADS_H
#define TICKGATE_GATEWAY_HEADS_H

#include "gateway/publisher.h"
#include "gateway/topics.h"

struct heads {
    int64_t next_ns; /* monotonic */
    uint32_t turn;   /* 0..9: whose turn among the topics that did not change */
};

void heads_init(struct heads *heads, int64_t now_ns);
/* Publishes what is due; returns when it is due next (monotonic ns). */
int64_t heads_tick(struct heads *heads, struct topics *topics, struct publisher *publisher,
                   uint64_t epoch, int64_t now_ns, int64_t now_real_ns);

#endif
