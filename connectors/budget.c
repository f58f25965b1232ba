/* SPDX-License-Identifier: Apache-2.0 */
/* The window is a ring of parts and slides by whole parts: one more part than the window has is
 * counted, so that never more than the limit is taken in any window, wherever it begins. */
#include "connectors/budget.h"

#include <string.h>

void budget_init(struct budget *budget, uint32_t limit, int64_t window_ns)
{
    *budget = (struct budget){.limit = limit, .window_ns = window_ns};
}

static int64_t part_ns(const struct budget *budget)
{
    return budget->window_ns / BUDGET_PARTS;
}

static uint32_t *slot_of(struct budget *budget, int64_t part)
{
    return &budget->used[part % (BUDGET_PARTS + 1)];
}

/* Empties the parts that time has passed over. */
static void slide(struct budget *budget, int64_t now_ns)
{
    int64_t part = now_ns / part_ns(budget);
    if (part <= budget->part)
        return;
    if (part - budget->part > BUDGET_PARTS)
        memset(budget->used, 0, sizeof budget->used);
    else
        for (int64_t passed = budget->part + 1; passed <= part; passed++)
            *slot_of(budget, passed) = 0;
    budget->part = part;
}

uint32_t budget_used(struct budget *budget, int64_t now_ns)
{
    uint32_t sum = 0;
    slide(budget, now_ns);
    for (int i = 0; i <= BUDGET_PARTS; i++)
        sum += budget->used[i];
    return sum;
}

int64_t budget_take(struct budget *budget, uint32_t units, int64_t now_ns)
{
    uint32_t used = budget_used(budget, now_ns);
    if (used + units <= budget->limit || (used == 0 && units > budget->limit)) {
        *slot_of(budget, budget->part) += units;
        return 0;
    }
    /* Room comes when the oldest parts that hold enough leave the window. */
    uint32_t freed = 0;
    for (int64_t part = budget->part - BUDGET_PARTS; part <= budget->part; part++) {
        freed += part >= 0 ? *slot_of(budget, part) : 0;
        if (used - freed + units <= budget->limit || freed == used)
            return (part + BUDGET_PARTS + 1) * part_ns(budget) - now_ns;
    }
    return part_ns(budget);
}

void budget_learn(struct budget *budget, uint32_t used, int64_t now_ns)
{
    uint32_t known = budget_used(budget, now_ns);
    if (used > known)
        *slot_of(budget, budget->part) += used - known;
}
