/* SPDX-License-Identifier: Apache-2.0 */
/* Law: what the exchange allows one address, and what it does to who breaks it. Times are given:
 * monotonic ns, for the windows of the weight real ns. One owner. */
#ifndef TICKGATE_TESTS_SIM_LAW_H
#define TICKGATE_TESTS_SIM_LAW_H

#include "connectors/dialect.h"

/* So many in a sliding span, to the ns: a ring of when the last ones were. */
struct window {
    int64_t *times;
    uint32_t limit, next; /* limit 0: none */
    int64_t span_ns;
};

/* False when memory is out. */
bool window_init(struct window *window, uint32_t limit, int64_t span_ns);
void window_fini(struct window *window);
/* 0: it was within the limit and counts. Else the ns until the next one may be. */
int64_t window_take(struct window *window, int64_t now_ns);

/* `requests`: to subscribe, over a limit of size; `idle`: it let itself be dropped. */
struct violations {
    uint64_t messages, connects, origins, pongs, idle, requests, weight, frames;
};

struct law {
    struct dialect_limits limits;
    struct window connects, origins;
    uint64_t weight_limit, weight_used[DIALECT_GROUPS];
    int64_t span[DIALECT_GROUPS]; /* of the clock, that weight_used belongs to */
    int64_t banned_until_ns;
    int64_t warned_until_ns;
    uint32_t warnings;
    struct violations violations;
};

bool law_init(struct law *law, const struct dialect_limits *limits);
void law_fini(struct law *law);

/* An upgrade (with an Origin header or not), a REST call: 0 if it may be, else the status and the
 * seconds to wait. A refusal is a violation. */
int law_connect(struct law *law, bool origin, int64_t now_ns, uint64_t *retry_after_s);
int law_weigh(struct law *law, uint32_t group, uint32_t weight, int64_t now_ns, int64_t now_real_ns,
              uint64_t *retry_after_s);

#endif
