/* SPDX-License-Identifier: Apache-2.0 */
/* Options: the command line of tickgate-sim; README.md says what each means. What is not given is
 * the exchange's own. */
#ifndef TICKGATE_TESTS_SIM_OPTIONS_H
#define TICKGATE_TESTS_SIM_OPTIONS_H

#include "connectors/dialect.h"

#include <stdio.h>

#define OPTIONS_SHARES 5          /* as many as there are groups */
#define OPTIONS_OWN    UINT64_MAX /* of a limit: the exchange's own */
#define OPTIONS_LIST   32         /* entries of what may be given more than once */

struct options {
    const char *exchange;
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
    uint64_t shares[OPTIONS_SHARES]; /* of enum group, made from `mix` */
    uint64_t messages;               /* 0: no end */
    uint64_t start_after;
    const char *play;
    uint64_t speed_thousandths; /* 0: as fast as it goes */
    const char *truth;
    uint64_t depth;
    uint64_t ping_ms, pong_ms, idle_ms, life_ms;
    uint64_t messages_per_second, messages_per_minute;
    uint64_t connects, connects_ms;
    uint64_t weight;
    struct options_list {
        const char *entries[OPTIONS_LIST];
        size_t count;
    } accounts; /* NAME:KEY:SECRETFILE */
    uint64_t orders, order_rate;
    uint64_t listen_key_ms;
    bool stamp, paused, linger;
};

/* The defaults. */
void options_init(struct options *options);
/* False: what is wrong was said on `err`, all of it. --help prints the usage there and is false
 * too. The strings stay argv's. */
bool options_read(struct options *options, int argc, char **argv, FILE *err);
/* The exchange's limits, and in their place those that were given. */
struct dialect_limits options_limits(const struct options *options,
                                     const struct dialect_limits *own);

#endif
