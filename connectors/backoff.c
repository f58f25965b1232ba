/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/backoff.h"

#define DOUBLINGS_MAX 20

uint32_t backoff_next(struct backoff *backoff, uint32_t live_ms, struct random *random)
{
    if (live_ms >= backoff->reset_ms)
        backoff->failures = 0;
    uint64_t ceiling = (uint64_t)backoff->min_ms << backoff->failures;
    if (ceiling > backoff->max_ms)
        ceiling = backoff->max_ms;
    if (backoff->failures < DOUBLINGS_MAX)
        backoff->failures++;
    uint64_t least = backoff->min_ms / 2 < ceiling ? backoff->min_ms / 2 : ceiling;
    return (uint32_t)(least + random_below(random, ceiling - least + 1));
}
