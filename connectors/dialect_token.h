/* SPDX-License-Identifier: Apache-2.0 */
/* JSON web tokens as the simulated Upbit and the simulated Bithumb check them (upbit.md 6.1,
 * bithumb.md 6.1): one lets in, and signs each query. */
#ifndef TICKGATE_CONNECTORS_DIALECT_TOKEN_H
#define TICKGATE_CONNECTORS_DIALECT_TOKEN_H

#include "common/scan.h"
#include "connectors/dialect_account.h"

#include <stdlib.h>

struct dialect_claims {
    struct slice key, nonce, hash, algorithm;
    uint64_t time_ms; /* 0: none */
    char room[2048];
};

enum dialect_token {
    DIALECT_TOKEN_GOOD,
    DIALECT_TOKEN_MISSING, /* or it is none */
    DIALECT_TOKEN_NO_KEY,
    DIALECT_TOKEN_UNSIGNED,
    DIALECT_TOKEN_QUERY, /* of another query */
};

static inline struct slice dialect_token_of(const struct dialect_query *query)
{
    for (uint32_t i = 0; i < query->header_count; i++) {
        struct slice value = query->headers[i].value;
        if (slice_equal(query->headers[i].name, SLICE("authorization")) &&
            slice_starts_with(value, SLICE("Bearer ")))
            return (struct slice){value.data + 7, value.len - 7};
    }
    return SLICE("");
}

static inline bool dialect_read_claims(struct slice payload, struct dialect_claims *claims)
{
    struct scan scan;
    struct slice name;
    claims->key = claims->nonce = claims->hash = claims->algorithm = SLICE("");
    claims->time_ms = 0;
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("access_key")))
            scan_string(&scan, &claims->key);
        else if (slice_equal(name, SLICE("nonce")))
            scan_string(&scan, &claims->nonce);
        else if (slice_equal(name, SLICE("query_hash")))
            scan_string(&scan, &claims->hash);
        else if (slice_equal(name, SLICE("query_hash_alg")))
            scan_string(&scan, &claims->algorithm);
        else if (slice_equal(name, SLICE("timestamp")))
            scan_unsigned(&scan, &claims->time_ms);
        else
            scan_skip(&scan);
    }
    return scan_end(&scan) && claims->key.len > 0 && claims->nonce.len > 0;
}

/* What is signed of a query: it without its percent-encoding. */
static inline bool dialect_query_is(struct slice raw, const struct dialect_claims *claims)
{
    char plain[2048], hex[130];
    struct text text = text_over(plain, sizeof plain), hash = text_over(hex, sizeof hex);
    for (size_t i = 0; i < raw.len; i++) {
        char digits[3] = {0}, c = raw.data[i];
        if (c == '%' && i + 2 < raw.len) {
            memcpy(digits, raw.data + i + 1, 2);
            c = (char)strtol(digits, NULL, 16);
            i += 2;
        }
        text_bytes(&text, &c, 1);
    }
    sign_hash_hex(&hash, SIGN_SHA512, text_slice(&text));
    return !text.overflow && slice_equal(claims->algorithm, SLICE("SHA512")) &&
           slice_equal(claims->hash, text_slice(&hash));
}

/* Whose token it is, by one of `hashes` (1 << enum sign_hash); its nonce and time are for the
 * caller to judge. */
static inline enum dialect_token dialect_check_token(const struct dialect_query *query,
                                                     const struct dialect_keys *keys,
                                                     uint32_t hashes, struct dialect_claims *claims,
                                                     uint32_t *account)
{
    struct slice token = dialect_token_of(query);
    struct text payload = text_over(claims->room, sizeof claims->room);
    const struct secret *secret;
    const char *first = token.len > 0 ? memchr(token.data, '.', token.len) : NULL;
    const char *last = token.len > 0 ? memrchr(token.data, '.', token.len) : NULL;
    if (first == last ||
        !sign_base64url_read(&payload, (struct slice){first + 1, (size_t)(last - first - 1)}) ||
        !dialect_read_claims(text_slice(&payload), claims))
        return DIALECT_TOKEN_MISSING;
    if (!keys->find(keys->context, claims->key, account, &secret))
        return DIALECT_TOKEN_NO_KEY;
    bool is_signed = false;
    for (enum sign_hash hash = SIGN_SHA256; hash <= SIGN_SHA512 && !is_signed; hash++) {
        char room[2048];
        struct text again = text_over(room, sizeof room);
        is_signed = (hashes >> hash & 1) != 0 && sign_token_read(&again, secret, hash, token);
    }
    if (!is_signed)
        return DIALECT_TOKEN_UNSIGNED;
    return query->raw.len == 0 || dialect_query_is(query->raw, claims) ? DIALECT_TOKEN_GOOD
                                                                       : DIALECT_TOKEN_QUERY;
}

#endif
