/* SPDX-License-Identifier: Apache-2.0 */
#include "common/sign.h"

#include "common/ensure.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <strings.h>

#define SIGNATURE_MAX 1024 /* bytes: RSA of 8192 bits */
#define UUID_BYTES    16

_Static_assert(SIGN_TEXT_MAX > (SIGNATURE_MAX + 2) / 3 * 4, "room for the largest as base64");

static const char hex_digits[] = "0123456789abcdef";

static const EVP_MD *digest_of(enum sign_hash hash)
{
    return hash == SIGN_SHA256 ? EVP_sha256() : EVP_sha512();
}

/* An encrypted key is not asked for its password, which would be asked of a terminal. */
static int no_password(char *password, int size, int writing, void *context)
{
    (void)password;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

static bool is_pem(struct slice bytes)
{
    static const struct slice mark = {"-----BEGIN", 10};
    return memmem(bytes.data, bytes.len, mark.data, mark.len) != NULL;
}

/* NULL if it cannot be read. */
static EVP_PKEY *read_key(const struct secret *secret)
{
    struct slice pem = secret_bytes(secret);
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static enum sign_kind kind_of(const EVP_PKEY *key)
{
    switch (key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
        return EVP_PKEY_get_size(key) <= SIGNATURE_MAX ? SIGN_RSA : SIGN_UNREADABLE;
    case EVP_PKEY_ED25519:
        return SIGN_ED25519;
    default:
        return SIGN_UNREADABLE;
    }
}

enum sign_kind sign_kind_of(const struct secret *secret)
{
    if (!is_pem(secret_bytes(secret)))
        return SIGN_HMAC;
    EVP_PKEY *key = read_key(secret);
    enum sign_kind kind = kind_of(key);
    EVP_PKEY_free(key);
    return kind;
}

static bool sign_by_key(const struct secret *secret, enum sign_hash hash, struct slice message,
                        unsigned char *signature, size_t *len)
{
    EVP_PKEY *key = read_key(secret);
    enum sign_kind kind = kind_of(key);
    EVP_MD_CTX *context = kind != SIGN_UNREADABLE ? EVP_MD_CTX_new() : NULL;
    const EVP_MD *digest = kind == SIGN_ED25519 ? NULL : digest_of(hash);
    *len = SIGNATURE_MAX;
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, digest, NULL, key) == 1 &&
                EVP_DigestSign(context, signature, len, (const unsigned char *)message.data,
                               message.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

static bool sign_bytes(const struct secret *secret, enum sign_hash hash, struct slice message,
                       unsigned char *signature, size_t *len)
{
    struct slice bytes = secret_bytes(secret);
    unsigned int size = 0;
    if (is_pem(bytes))
        return sign_by_key(secret, hash, message, signature, len);
    bool good = HMAC(digest_of(hash), bytes.data, (int)bytes.len,
                     (const unsigned char *)message.data, message.len, signature, &size) != NULL;
    *len = size;
    return good;
}

static void write_hex(struct text *text, const unsigned char *bytes, size_t len)
{
    char *at = text_reserve(text, 2 * len);
    for (size_t i = 0; at != NULL && i < len; i++) {
        *at++ = hex_digits[bytes[i] >> 4];
        *at++ = hex_digits[bytes[i] & 15];
    }
}

/* EVP_EncodeBlock puts a NUL behind what it writes. */
static void write_base64(struct text *text, const unsigned char *bytes, size_t len)
{
    size_t written = (len + 2) / 3 * 4;
    char *at = text_reserve(text, written + 1);
    if (at == NULL)
        return;
    EVP_EncodeBlock((unsigned char *)at, bytes, (int)len);
    text->len--;
}

void sign_base64url(struct text *text, struct slice bytes)
{
    size_t begin = text->len;
    write_base64(text, (const unsigned char *)bytes.data, bytes.len);
    if (text->overflow)
        return;
    while (text->len > begin && text->data[text->len - 1] == '=')
        text->len--;
    for (size_t i = begin; i < text->len; i++)
        text->data[i] = text->data[i] == '+' ? '-' : text->data[i] == '/' ? '_' : text->data[i];
}

bool sign_base64url_read(struct text *bytes, struct slice text)
{
    size_t whole = (text.len + 3) / 4 * 4, padding = whole - text.len, begin = bytes->len;
    char *at = text_reserve(bytes, whole);
    if (padding == 3 || at == NULL || text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("+/=", text.data[i]) != NULL)
            return false;
        at[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : text.data[i];
    }
    memset(at + text.len, '=', padding);
    int len = EVP_DecodeBlock((unsigned char *)at, (const unsigned char *)at, (int)whole);
    bytes->len = begin + (len < 0 ? 0 : (size_t)len - padding);
    return len >= 0;
}

bool sign_write(struct text *text, const struct secret *secret, enum sign_hash hash,
                enum sign_form form, struct slice message)
{
    unsigned char signature[SIGNATURE_MAX];
    size_t len, begin = text->len;
    if (!sign_bytes(secret, hash, message, signature, &len))
        return false;
    if (form == SIGN_HEX)
        write_hex(text, signature, len);
    else if (form == SIGN_BASE64)
        write_base64(text, signature, len);
    else
        sign_base64url(text, (struct slice){(const char *)signature, len});
    if (text->overflow)
        text->len = begin;
    return !text->overflow;
}

/* All three kinds give the same signature of the same message each time. */
bool sign_verify(const struct secret *secret, enum sign_hash hash, enum sign_form form,
                 struct slice message, struct slice signature)
{
    char room[2 * SIGNATURE_MAX];
    struct text text = text_over(room, sizeof room);
    if (!sign_write(&text, secret, hash, form, message) || text.len != signature.len)
        return false;
    return form == SIGN_HEX ? strncasecmp(text.data, signature.data, text.len) == 0
                            : CRYPTO_memcmp(text.data, signature.data, text.len) == 0;
}

void sign_hash_hex(struct text *text, enum sign_hash hash, struct slice message)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    ENSURE(EVP_Digest(message.data, message.len, digest, &len, digest_of(hash), NULL) == 1);
    write_hex(text, digest, len);
}

static struct slice token_header(enum sign_hash hash)
{
    return hash == SIGN_SHA256 ? SLICE("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
                               : SLICE("{\"alg\":\"HS512\",\"typ\":\"JWT\"}");
}

bool sign_token(struct text *text, const struct secret *secret, enum sign_hash hash,
                struct slice payload)
{
    size_t begin = text->len;
    sign_base64url(text, token_header(hash));
    text_literal(text, ".");
    sign_base64url(text, payload);
    if (text->overflow || is_pem(secret_bytes(secret)))
        return false;
    struct slice message = {text->data + begin, text->len - begin};
    text_literal(text, ".");
    return sign_write(text, secret, hash, SIGN_BASE64URL, message);
}

/* Where the last '.' is; false if there is none. */
static bool find_dot(struct slice text, size_t *at)
{
    const char *dot = text.len > 0 ? memrchr(text.data, '.', text.len) : NULL;
    *at = dot != NULL ? (size_t)(dot - text.data) : 0;
    return dot != NULL;
}

bool sign_token_read(struct text *payload, const struct secret *secret, enum sign_hash hash,
                     struct slice token)
{
    char room[256];
    struct text header = text_over(room, sizeof room);
    struct slice algorithm = hash == SIGN_SHA256 ? SLICE("\"HS256\"") : SLICE("\"HS512\"");
    size_t second, first;
    if (!find_dot(token, &second) || !find_dot((struct slice){token.data, second}, &first))
        return false;
    struct slice signature = {token.data + second + 1, token.len - second - 1};
    return sign_base64url_read(&header, (struct slice){token.data, first}) &&
           memmem(header.data, header.len, algorithm.data, algorithm.len) != NULL &&
           sign_verify(secret, hash, SIGN_BASE64URL, (struct slice){token.data, second},
                       signature) &&
           sign_base64url_read(payload, (struct slice){token.data + first + 1, second - first - 1});
}

void sign_uuid(struct text *text)
{
    unsigned char bytes[UUID_BYTES];
    ENSURE(RAND_bytes(bytes, sizeof bytes) == 1);
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text_literal(text, "-");
        write_hex(text, bytes + i, 1);
    }
}
