/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/keys.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/map.h"
#include "common/random.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY_MAX   256 /* bytes of an API key */
#define NONCE_MAX 128

struct entry {
    char key[KEY_MAX];
    size_t key_len;
    struct secret *secret;
    char listen_key[KEYS_LISTEN_LEN];
    int64_t ends_ns; /* of the listen key; INT64_MAX: there is none */
};

struct keys {
    struct entry rows[KEYS_MAX];
    uint32_t count;
    struct random random;
    int64_t life_ns, now_ns;
    uint32_t denied;
    int64_t denied_until_ns;
    struct map *seen;
    uint32_t next; /* the nonce that is forgotten next */
    struct nonce {
        char bytes[NONCE_MAX];
        size_t len;
    } nonces[KEYS_NONCES_MAX];
};

struct keys *keys_new(uint64_t seed, uint32_t life_ms)
{
    struct keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL)
        return NULL;
    random_seed(&keys->random, seed);
    keys->life_ns = (int64_t)life_ms * NS_PER_MS;
    keys->denied = DIALECT_NO_ACCOUNT;
    keys->seen = map_new(KEYS_NONCES_MAX);
    if (keys->seen == NULL)
        keys_destroy(&keys);
    return keys;
}

void keys_destroy(struct keys **keys)
{
    if (*keys == NULL)
        return;
    for (uint32_t i = 0; i < (*keys)->count; i++)
        secret_destroy(&(*keys)->rows[i].secret);
    map_destroy(&(*keys)->seen);
    free(*keys);
    *keys = NULL;
}

bool keys_add_secret(struct keys *keys, struct slice key, struct secret *secret)
{
    if (keys->count == KEYS_MAX || key.len == 0 || key.len > KEY_MAX || secret == NULL)
        return false;
    struct entry *entry = &keys->rows[keys->count++];
    memcpy(entry->key, key.data, key.len);
    entry->key_len = key.len;
    entry->secret = secret;
    entry->ends_ns = INT64_MAX;
    return true;
}

bool keys_add(struct keys *keys, struct slice key, const char *file, char *error, size_t error_max)
{
    struct secret *secret = secret_read(file, error, error_max);
    if (secret == NULL)
        return false;
    if (keys_add_secret(keys, key, secret))
        return true;
    secret_destroy(&secret);
    snprintf(error, error_max, "too many accounts, or a key that is empty or too long");
    return false;
}

static bool is_denied(const struct keys *keys, uint32_t account)
{
    return keys->denied == account && keys->now_ns < keys->denied_until_ns;
}

static bool find(void *context, struct slice key, uint32_t *account, const struct secret **secret)
{
    const struct keys *keys = context;
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct entry *entry = &keys->rows[i];
        if (!slice_equal(key, (struct slice){entry->key, entry->key_len}) || is_denied(keys, i))
            continue;
        *account = i;
        *secret = entry->secret;
        return true;
    }
    return false;
}

/* One that is empty or too long is not remembered. */
static bool is_fresh(void *context, struct slice bytes)
{
    struct keys *keys = context;
    struct nonce *nonce = &keys->nonces[keys->next];
    uint32_t seen;
    if (bytes.len == 0 || bytes.len > NONCE_MAX)
        return true;
    if (map_get(keys->seen, bytes, &seen))
        return false;
    if (nonce->len > 0)
        map_remove(keys->seen, (struct slice){nonce->bytes, nonce->len});
    memcpy(nonce->bytes, bytes.data, bytes.len);
    nonce->len = bytes.len;
    ENSURE(map_put(keys->seen, bytes, keys->next));
    keys->next = (keys->next + 1) % KEYS_NONCES_MAX;
    return true;
}

static struct slice listen_key(void *context, uint32_t account, bool make)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct keys *keys = context;
    ENSURE(account < keys->count);
    struct entry *entry = &keys->rows[account];
    bool lives = entry->ends_ns != INT64_MAX && entry->ends_ns > keys->now_ns;
    if (!lives && !make)
        return (struct slice){NULL, 0};
    for (int i = 0; !lives && i < KEYS_LISTEN_LEN; i++)
        entry->listen_key[i] = letters[random_below(&keys->random, sizeof letters - 1)];
    if (make)
        entry->ends_ns = keys->now_ns + keys->life_ns;
    return (struct slice){entry->listen_key, KEYS_LISTEN_LEN};
}

static uint32_t find_listen_key(void *context, struct slice key)
{
    const struct keys *keys = context;
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct entry *entry = &keys->rows[i];
        if (entry->ends_ns != INT64_MAX && entry->ends_ns > keys->now_ns && !is_denied(keys, i) &&
            slice_equal(key, (struct slice){entry->listen_key, KEYS_LISTEN_LEN}))
            return i;
    }
    return DIALECT_NO_ACCOUNT;
}

struct dialect_keys keys_view(struct keys *keys, int64_t now_ns, int64_t real_ns)
{
    keys->now_ns = now_ns;
    return (struct dialect_keys){.context = keys,
                                 .find = find,
                                 .is_fresh = is_fresh,
                                 .listen_key = listen_key,
                                 .find_listen_key = find_listen_key,
                                 .now_ns = real_ns};
}

void keys_deny(struct keys *keys, uint32_t account, int64_t until_ns)
{
    keys->denied = account;
    keys->denied_until_ns = until_ns;
}

uint32_t keys_take_ended(struct keys *keys, int64_t now_ns)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (keys->rows[i].ends_ns > now_ns)
            continue;
        keys->rows[i].ends_ns = INT64_MAX;
        return i;
    }
    return DIALECT_NO_ACCOUNT;
}

int64_t keys_due_ns(const struct keys *keys)
{
    int64_t due_ns = INT64_MAX;
    for (uint32_t i = 0; i < keys->count; i++)
        if (keys->rows[i].ends_ns < due_ns)
            due_ns = keys->rows[i].ends_ns;
    return due_ns;
}
