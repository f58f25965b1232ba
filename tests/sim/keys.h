/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: what lets an account in: API keys with their secrets, nonces that were used, listen keys.
 * One owner; times are monotonic. */
#ifndef TICKGATE_TESTS_SIM_KEYS_H
#define TICKGATE_TESTS_SIM_KEYS_H

#include "connectors/dialect.h"

#define KEYS_MAX        32
#define KEYS_NONCES_MAX 65536 /* remembered: the oldest is forgotten */
#define KEYS_LISTEN_LEN 64

struct keys;

/* `life_ms`: of a listen key. NULL when memory is out. */
struct keys *keys_new(uint64_t seed, uint32_t life_ms);
void keys_destroy(struct keys **keys);
/* The next account's, whose secret is read from a file (secret_read). False with why in `error`. */
bool keys_add(struct keys *keys, struct slice key, const char *file, char *error, size_t error_max);
/* The same with a secret that is given, and kept. */
bool keys_add_secret(struct keys *keys, struct slice key, struct secret *secret);

/* What a dialect may ask, at this time. `real_ns` of the exchange's clock. */
struct dialect_keys keys_view(struct keys *keys, int64_t now_ns, int64_t real_ns);
/* One account's key (DIALECT_NO_ACCOUNT: none) is no key any more until then. */
void keys_deny(struct keys *keys, uint32_t account, int64_t until_ns);
/* An account whose listen key has just ended; DIALECT_NO_ACCOUNT when there is none left. */
uint32_t keys_take_ended(struct keys *keys, int64_t now_ns);
/* When the next one ends; INT64_MAX: none. */
int64_t keys_due_ns(const struct keys *keys);

#endif
