/* SPDX-License-Identifier: Apache-2.0 */
/* Backoff: when to try again. Full jitter: uniform between 0 and min(max, min * 2^failures), never
 * below `min` itself / 2; begins anew only after the session was live for reset_ms. Pure. */
#ifndef TICKGATE_CONNECTORS_BACKOFF_H
#define TICKGATE_CONNECTORS_BACKOFF_H

#include "common/random.h"

struct backoff {
    uint32_t min_ms;
    uint32_t max_ms;
    uint32_t reset_ms;
    uint32_t failures;
};

/* The wait before the next attempt, after a session that had been live for `live_ms` (0: never
 * was). */
uint32_t backoff_next(struct backoff *backoff, uint32_t live_ms, struct random *random);

#endif
