/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of an account, for tests of an exchange's private half. */
#ifndef TICKGATE_TESTS_UNIT_ACCOUNT_KEYS_H
#define TICKGATE_TESTS_UNIT_ACCOUNT_KEYS_H

#include "connectors/private_exchange.h"

#include <check.h>
#include <stdio.h>

/* end_keys wipes them. */
static inline struct private_keys begin_keys(const char *key, const char *secret)
{
    struct private_keys keys = {.key = secret_new(slice_of(key)),
                                .secret = secret_new(slice_of(secret))};
    ck_assert(keys.key != NULL && keys.secret != NULL);
    keys.kind = sign_kind_of(keys.secret);
    return keys;
}

static inline void end_keys(struct private_keys *keys)
{
    struct secret *key = (struct secret *)keys->key, *secret = (struct secret *)keys->secret;
    secret_destroy(&key);
    secret_destroy(&secret);
    *keys = (struct private_keys){.key = NULL};
}

/* Before any test: keys are held in locked memory. */
static inline bool allow_secrets(void)
{
    char error[256] = "";
    bool can = secret_global_init(error, sizeof error);
    fputs(error, stderr);
    return can;
}

#endif
