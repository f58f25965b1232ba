/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks, in nanoseconds. Deadlines use the monotonic one, stamps the real one. Any thread.
 */
#ifndef TICKGATE_COMMON_CLOCK_H
#define TICKGATE_COMMON_CLOCK_H

#include <stdint.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_US     INT64_C(1000)

int64_t clock_real_ns(void);      /* since 1970 UTC */
int64_t clock_monotonic_ns(void); /* since some fixed moment; never steps */

/* INT64_MAX is never. */
static inline int64_t sooner(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

#endif
