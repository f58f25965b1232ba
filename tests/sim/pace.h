/* SPDX-License-Identifier: Apache-2.0 */
/* Pace: the time table: when each message is meant to be sent. One that is late keeps its place.
 * Pure: times are given (ns, monotonic). */
#ifndef TICKGATE_TESTS_SIM_PACE_H
#define TICKGATE_TESTS_SIM_PACE_H

#include "common/clock.h"

#include <stdbool.h>

#define PACE_BURST_NS (100 * NS_PER_MS) /* of each second */

struct pace {
    uint64_t rate, burst; /* a second; times the rate at the beginning of each second */
    int64_t begin_ns, next_ns;
    uint64_t rest; /* of next_ns, in parts of a ns */
};

/* Begins (again) now: what was late until now is forgotten. */
static inline void pace_begin(struct pace *pace, int64_t now_ns)
{
    pace->begin_ns = pace->next_ns = now_ns;
    pace->rest = 0;
}

/* Takes the next place; when it was meant to be. */
static inline int64_t pace_take(struct pace *pace)
{
    int64_t due_ns = pace->next_ns;
    bool burst = (due_ns - pace->begin_ns) % NS_PER_SECOND < PACE_BURST_NS;
    uint64_t rate = burst ? pace->rate * pace->burst : pace->rate;
    pace->rest += (uint64_t)NS_PER_SECOND % rate;
    pace->next_ns += NS_PER_SECOND / (int64_t)rate + (pace->rest >= rate);
    if (pace->rest >= rate)
        pace->rest -= rate;
    return due_ns;
}

#endif
