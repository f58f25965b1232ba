/* SPDX-License-Identifier: Apache-2.0 */
/* Sign: what an exchange wants to see of a key that it does not want to see: HMAC, RSA and Ed25519
 * signatures, hashes, JSON web tokens. All of OpenSSL's cryptography that we call stands here. A
 * key is read anew for each signature, so that nothing of it stays outside its secret. Pure but for
 * sign_uuid; any thread. */
#ifndef TICKGATE_COMMON_SIGN_H
#define TICKGATE_COMMON_SIGN_H

#include "common/secret.h"

#define SIGN_TEXT_MAX 1400 /* bytes of a signature as text at most (RSA of 8192 bits) */

/* What a secret is: the PEM text of a private key (PKCS#8) is one, all else is a text for HMAC. */
enum sign_kind { SIGN_HMAC, SIGN_RSA, SIGN_ED25519, SIGN_UNREADABLE };
enum sign_kind sign_kind_of(const struct secret *secret);

enum sign_hash { SIGN_SHA256, SIGN_SHA512 };
enum sign_form { SIGN_HEX, SIGN_BASE64, SIGN_BASE64URL /* without padding */ };

/* Appends a signature of `message`: HMAC with `hash`; RSASSA-PKCS1-v1_5 with `hash`; pure Ed25519.
 * False (and nothing appended) if the key cannot be used. */
bool sign_write(struct text *text, const struct secret *secret, enum sign_hash hash,
                enum sign_form form, struct slice message);
/* Whether `signature`, in that form (hex in either case), is one of `message` by the same key. */
bool sign_verify(const struct secret *secret, enum sign_hash hash, enum sign_form form,
                 struct slice message, struct slice signature);

void sign_hash_hex(struct text *text, enum sign_hash hash, struct slice message);
void sign_base64url(struct text *text, struct slice bytes);
/* Decodes base64url without padding into `bytes`; false for anything else. */
bool sign_base64url_read(struct text *bytes, struct slice text);

/* A JSON web token of `payload` (a JSON object) under HS256 or HS512. */
bool sign_token(struct text *text, const struct secret *secret, enum sign_hash hash,
                struct slice payload);
/* Checks a token and appends its payload; false if it is none, of another algorithm, or not signed
 * by this key. */
bool sign_token_read(struct text *payload, const struct secret *secret, enum sign_hash hash,
                     struct slice token);

/* Appends a random UUID (version 4), from the system's source. */
void sign_uuid(struct text *text);

#endif
