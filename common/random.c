/* SPDX-License-Identifier: Apache-2.0 */
/* xoshiro256** by its published description, seeded through splitmix64. */
#include "common/random.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <sys/random.h>
#include <unistd.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

void random_seed(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix(&seed);
}

uint64_t random_next(struct random *random)
{
    uint64_t *state = random->state;
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

/* What would make the lower values likelier is thrown away and drawn again. */
uint64_t random_below(struct random *random, uint64_t bound)
{
    ENSURE(bound > 0);
    uint64_t least = (0 - bound) % bound;
    uint64_t value = random_next(random);
    while (value < least)
        value = random_next(random);
    return value % bound;
}

uint64_t random_entropy(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = (uint64_t)clock_real_ns() ^ (uint64_t)getpid() << 32;
    return seed;
}
