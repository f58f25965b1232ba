/* SPDX-License-Identifier: Apache-2.0 */
/* Random: a small seeded generator (not for secrets), so that a run can be repeated. One owner a
 * state. */
#ifndef TICKGATE_COMMON_RANDOM_H
#define TICKGATE_COMMON_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
/* Uniform in [0, bound); bound > 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/* A seed that differs from process to process. */
uint64_t random_entropy(void);

#endif
