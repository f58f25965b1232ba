/* SPDX-License-Identifier: Apache-2.0 */
/* Budget: so many units in a sliding window, never more. Pure: the caller brings the time (ns,
 * monotonic). */
#ifndef TICKGATE_CONNECTORS_BUDGET_H
#define TICKGATE_CONNECTORS_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_PARTS 30

struct budget {
    uint32_t limit;
    int64_t window_ns;
    int64_t part;                    /* number of the window's newest part */
    uint32_t used[BUDGET_PARTS + 1]; /* a ring of parts; a part is window/BUDGET_PARTS long */
};

void budget_init(struct budget *budget, uint32_t limit, int64_t window_ns);
/* Takes `units` if the window has room for them; else 0 < the ns until it may have is returned. */
int64_t budget_take(struct budget *budget, uint32_t units, int64_t now_ns);
uint32_t budget_used(struct budget *budget, int64_t now_ns);
/* The exchange says that so much is used: raises the count to it, never lowers it. */
void budget_learn(struct budget *budget, uint32_t used, int64_t now_ns);

#endif
