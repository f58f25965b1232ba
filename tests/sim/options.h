/* SPDX-License-Identifier: Apache-2.0 */
/* Options: the command line of tickgate-sim; README.md says what each means. */
#ifndef TICKGATE_TESTS_SIM_OPTIONS_H
#define TICKGATE_TESTS_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options {
    uint64_t port;
    bool plain;
    const char *tls_dir;
    uint64_t seed;
    uint64_t symbols;
    uint64_t active; /* 0: all */
    uint64_t rate;
    uint64_t zipf; /* exponent times 100 */
    uint64_t burst;
    const char *mix;
    uint64_t shares[3]; /* of enum group, made from `mix` */
    uint64_t messages;  /* 0: no end */
    uint64_t start_after;
    const char *play;
    uint64_t speed_thousandths; /* 0: as fast as it goes */
    const char *truth;
    uint64_t depth;
    uint64_t ping_ms, pong_ms, life_ms;
    uint64_t messages_per_second;
    uint64_t connects, connects_ms;
    uint64_t weight;
    bool stamp, paused, linger;
};

/* The defaults. */
void options_init(struct options *options);
/* False: what is wrong was said on `err`, all of it. --help prints the usage there and is false
 * too. The strings stay argv's. */
bool options_read(struct options *options, int argc, char **argv, FILE *err);

#endif
