/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures that exchanges want, by vectors of theirs and of RFC 8032; and that a wrong one is
 * none. */
#include "common/sign.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdint.h>
#include <stdio.h>

/* Of Binance's documentation (binance.md 6.1.3). */
#define BINANCE_SECRET "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
#define BINANCE_KEY    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define SUBSCRIBE      "apiKey=" BINANCE_KEY "&timestamp=1747385641636"

/* RFC 8032, 7.1, TEST 1: its seed as PKCS#8. */
#define ED25519_PEM                                                                                \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"                           \
    "-----END PRIVATE KEY-----\n"

static void setup(void)
{
    char error[256];
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
}

static struct secret *secret_of(struct slice bytes)
{
    struct secret *secret = secret_new(bytes);
    ck_assert_ptr_nonnull(secret);
    return secret;
}

static void expect_signature(const char *key, enum sign_hash hash, enum sign_form form,
                             const char *message, const char *expected)
{
    char room[SIGN_TEXT_MAX];
    struct text text = text_over(room, sizeof room);
    struct secret *secret = secret_of(slice_of(key));
    ck_assert(sign_write(&text, secret, hash, form, slice_of(message)));
    text_terminate(&text);
    ck_assert_str_eq(room, expected);
    ck_assert(sign_verify(secret, hash, form, slice_of(message), slice_of(expected)));
    secret_destroy(&secret);
}

START_TEST(sign_gives_binances_vectors)
{
    static const struct {
        const char *payload, *signature;
    } vectors[] = {
        {"apiKey=" BINANCE_KEY "&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&"
         "symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT",
         "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24"},
        {"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&"
         "timestamp=1499827319559",
         "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"},
        {SUBSCRIBE, "681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e"},
        {"apiKey=" BINANCE_KEY "&recvWindow=5000&timestamp=1747385641636",
         "49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        expect_signature(BINANCE_SECRET, SIGN_SHA256, SIGN_HEX, vectors[i].payload,
                         vectors[i].signature);
    expect_signature(ED25519_PEM, SIGN_SHA256, SIGN_BASE64, SUBSCRIBE,
                     "Mg7eipLI1sQ9Xn/lVbtF5RK7zugzztn9Sw3eMI+R+64cqYNTBY/"
                     "BLdwIyV212EbnutigNFGvPasbCi6XCX7lCg==");
}
END_TEST

START_TEST(sign_gives_bybits_vectors)
{
    expect_signature("test_secret", SIGN_SHA256, SIGN_HEX, "GET/realtime1700000000000",
                     "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925");
    expect_signature("test_secret", SIGN_SHA256, SIGN_HEX,
                     "1700000000000test_api_key5000category=linear&symbol=BTCUSDT",
                     "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7");
}
END_TEST

START_TEST(sign_gives_the_empty_message_of_rfc_8032)
{
    expect_signature(
        ED25519_PEM, SIGN_SHA512, SIGN_HEX, "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b"
        "acc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}
END_TEST

/* upbit.md 6.1, bithumb.md 6.1. */
#define UPBIT_PAYLOAD "{\"access_key\":\"AK\",\"nonce\":\"b2f1e3f8-2dc1-4d6f-a838-c74c49b0e39a\"}"
#define UPBIT_TOKEN                                                                                \
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9."                                                        \
    "eyJhY2Nlc3Nfa2V5IjoiQUsiLCJub25jZSI6ImIyZjFlM2Y4LTJkYzEtNGQ2Zi1hODM4LWM3NGM0OWIwZTM5YSJ9."    \
    "iZCGXZFnC4L-1kg2PtUgGz8U6cYzsxKmidMnU8yeL_SboC43MrTUsj0eeJ1ISLgR__OpFqMOuA7eOPXS-NY6dA"
#define BITHUMB_PAYLOAD                                                                            \
    "{\"access_key\":\"AK\",\"nonce\":\"6f5570df-d8bc-4daf-85b4-976733feb624\","                   \
    "\"timestamp\":1712230310689}"
#define BITHUMB_TOKEN                                                                              \
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."                                                        \
    "eyJhY2Nlc3Nfa2V5IjoiQUsiLCJub25jZSI6IjZmNTU3MGRmLWQ4YmMtNGRhZi04NWI0LTk3NjczM2ZlYjYyNCIsInR"  \
    "pbWVzdGFtcCI6MTcxMjIzMDMxMDY4OX0."                                                            \
    "Wh2v4QA32SJbuPbW0_l3ps7-yLe5brGUJ2BisI9Lz_M"

static const struct {
    enum sign_hash hash;
    const char *payload, *token;
} tokens[] = {{SIGN_SHA512, UPBIT_PAYLOAD, UPBIT_TOKEN},
              {SIGN_SHA256, BITHUMB_PAYLOAD, BITHUMB_TOKEN}};

START_TEST(sign_gives_upbits_and_bithumbs_tokens_and_reads_them)
{
    struct secret *secret = secret_of(SLICE("SK"));
    for (size_t i = 0; i < 2; i++) {
        char room[1024];
        struct text token = text_over(room, sizeof room), payload;
        ck_assert(sign_token(&token, secret, tokens[i].hash, slice_of(tokens[i].payload)));
        text_terminate(&token);
        ck_assert_str_eq(room, tokens[i].token);
        payload = text_over(room, sizeof room);
        ck_assert(sign_token_read(&payload, secret, tokens[i].hash, slice_of(tokens[i].token)));
        text_terminate(&payload);
        ck_assert_str_eq(room, tokens[i].payload);
    }
    secret_destroy(&secret);
}
END_TEST

static bool reads(const struct secret *secret, enum sign_hash hash, struct slice token)
{
    char room[1024];
    struct text payload = text_over(room, sizeof room);
    return sign_token_read(&payload, secret, hash, token);
}

START_TEST(sign_reads_no_token_that_is_not_signed_by_its_key)
{
    static const char unsigned_token[] =
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." /* {"alg":"none","typ":"JWT"} */
        "eyJhY2Nlc3Nfa2V5IjoiQUsifQ.";
    struct secret *secret = secret_of(SLICE("SK")), *other = secret_of(SLICE("SL"));
    char changed[sizeof UPBIT_TOKEN] = UPBIT_TOKEN;
    ck_assert(reads(secret, SIGN_SHA512, SLICE(UPBIT_TOKEN)));
    ck_assert(!reads(other, SIGN_SHA512, SLICE(UPBIT_TOKEN)));
    ck_assert(!reads(secret, SIGN_SHA256, SLICE(UPBIT_TOKEN)));
    ck_assert(!reads(secret, SIGN_SHA512, SLICE(BITHUMB_TOKEN)));
    ck_assert(!reads(secret, SIGN_SHA256, slice_of(unsigned_token)));
    for (size_t i = 0; i < sizeof changed - 1; i++) {
        changed[i] ^= 1;
        ck_assert_msg(!reads(secret, SIGN_SHA512, SLICE(changed)), "changed at %zu", i);
        changed[i] ^= 1;
        ck_assert(!reads(secret, SIGN_SHA512, (struct slice){UPBIT_TOKEN, i}));
    }
    ck_assert(!reads(secret, SIGN_SHA512, SLICE("")));
    ck_assert(!reads(secret, SIGN_SHA512, SLICE("..")));
    secret_destroy(&secret);
    secret_destroy(&other);
}
END_TEST

START_TEST(sign_hashes_the_queries_of_upbit)
{
    static const struct {
        const char *query, *hash;
    } vectors[] = {
        {"market=KRW-BTC&limit=10",
         "d8214a07d0b7181ac91485f885d4349e9de6733bbd0806fec3102519a0ba1479b9be54245055706da413a6e9"
         "16a8a978c1fc1a79e8e459d54c4de8fbe2bc70cd"},
        {"market=KRW-BTC&states[]=wait&states[]=watch",
         "c01bbcb80094d2225c90eda65128baf7ef800471fbdeb76579856d1532cd263060e41ede9c52bfc926a0b46c"
         "4b7797a61e4327cda59d236f829cde4c875dfe77"},
    };
    for (size_t i = 0; i < 2; i++) {
        char room[129];
        struct text text = text_over(room, sizeof room);
        sign_hash_hex(&text, SIGN_SHA512, slice_of(vectors[i].query));
        text_terminate(&text);
        ck_assert_str_eq(room, vectors[i].hash);
    }
}
END_TEST

/* A key made now, as PKCS#8; encrypted if there is a password. */
static struct secret *write_pem(EVP_PKEY *key, const char *password)
{
    char *bytes;
    BIO *bio = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = password != NULL ? EVP_aes_256_cbc() : NULL;
    ck_assert_int_eq(
        PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, NULL, 0, NULL, (void *)(uintptr_t)password),
        1);
    long len = BIO_get_mem_data(bio, &bytes);
    struct secret *secret = secret_of((struct slice){bytes, (size_t)len});
    BIO_free(bio);
    return secret;
}

/* By the public half, as an exchange does. */
static bool verifies(EVP_PKEY *key, const EVP_MD *digest, struct slice message, struct slice base64)
{
    unsigned char signature[2048];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int len = EVP_DecodeBlock(signature, (const unsigned char *)base64.data, (int)base64.len);
    for (size_t i = base64.len; len > 0 && i > 0 && base64.data[i - 1] == '='; i--)
        len--;
    bool good = len > 0 && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, (size_t)len,
                                 (const unsigned char *)message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static void expect_round_trip(EVP_PKEY *key, enum sign_kind kind, const EVP_MD *digest)
{
    char room[SIGN_TEXT_MAX];
    struct text text = text_over(room, sizeof room);
    struct secret *secret = write_pem(key, NULL), *locked = write_pem(key, "password");
    ck_assert_int_eq(sign_kind_of(secret), kind);
    ck_assert_int_eq(sign_kind_of(locked), SIGN_UNREADABLE);
    ck_assert(sign_write(&text, secret, SIGN_SHA256, SIGN_BASE64, SLICE(SUBSCRIBE)));
    ck_assert(verifies(key, digest, SLICE(SUBSCRIBE), text_slice(&text)));
    ck_assert(!verifies(key, digest, SLICE(SUBSCRIBE "0"), text_slice(&text)));
    ck_assert(sign_verify(secret, SIGN_SHA256, SIGN_BASE64, SLICE(SUBSCRIBE), text_slice(&text)));
    ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_BASE64, SLICE("x"), text_slice(&text)));
    room[0] = room[0] == 'A' ? 'B' : 'A';
    ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_BASE64, SLICE(SUBSCRIBE), text_slice(&text)));
    text = text_over(room, sizeof room);
    ck_assert(!sign_write(&text, locked, SIGN_SHA256, SIGN_BASE64, SLICE(SUBSCRIBE)));
    ck_assert(!sign_token(&text, secret, SIGN_SHA256, SLICE("{}"))); /* a token's key is no PEM */
    secret_destroy(&secret);
    secret_destroy(&locked);
    EVP_PKEY_free(key);
}

START_TEST(sign_by_rsa_is_what_the_public_key_expects)
{
    expect_round_trip(EVP_RSA_gen(2048), SIGN_RSA, EVP_sha256());
    expect_round_trip(EVP_RSA_gen(4096), SIGN_RSA, EVP_sha256());
}
END_TEST

START_TEST(sign_by_ed25519_is_what_the_public_key_expects)
{
    expect_round_trip(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), SIGN_ED25519, NULL);
}
END_TEST

START_TEST(sign_tells_what_a_secret_is)
{
    static const struct {
        const char *bytes;
        enum sign_kind kind;
    } cases[] = {
        {BINANCE_SECRET, SIGN_HMAC},
        {ED25519_PEM, SIGN_ED25519},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", SIGN_UNREADABLE},
        {"-----BEGIN ", SIGN_UNREADABLE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct secret *secret = secret_of(slice_of(cases[i].bytes));
        ck_assert_int_eq(sign_kind_of(secret), cases[i].kind);
        secret_destroy(&secret);
    }
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct secret *other = write_pem(key, NULL);
    ck_assert_int_eq(sign_kind_of(other), SIGN_UNREADABLE);
    secret_destroy(&other);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(sign_refuses_wrong_signatures_and_takes_hex_in_either_case)
{
    static const char good[] = "BACFFE7500499EB829BB58C45D36D1B3E5AC67C14EAEBA91DF5E99CCEE013925";
    struct slice message = SLICE("GET/realtime1700000000000");
    struct secret *secret = secret_of(SLICE("test_secret")), *other = secret_of(SLICE("test"));
    ck_assert(sign_verify(secret, SIGN_SHA256, SIGN_HEX, message, SLICE(good)));
    ck_assert(!sign_verify(secret, SIGN_SHA512, SIGN_HEX, message, SLICE(good)));
    ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_BASE64, message, SLICE(good)));
    ck_assert(!sign_verify(other, SIGN_SHA256, SIGN_HEX, message, SLICE(good)));
    ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_HEX, message, SLICE("")));
    for (size_t i = 0; i < sizeof good - 1; i++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        bad[i] = bad[i] == '0' ? '1' : '0';
        ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_HEX, message, slice_of(bad)));
        ck_assert(!sign_verify(secret, SIGN_SHA256, SIGN_HEX, message, (struct slice){good, i}));
    }
    secret_destroy(&secret);
    secret_destroy(&other);
}
END_TEST

START_TEST(sign_that_does_not_fit_leaves_nothing)
{
    char room[64];
    struct secret *secret = secret_of(SLICE("test_secret"));
    for (size_t size = 0; size < 64; size++) {
        struct text text = text_over(room, size);
        ck_assert(!sign_write(&text, secret, SIGN_SHA256, SIGN_HEX, SLICE("x")));
        ck_assert_uint_eq(text.len, 0);
    }
    struct text text = text_over(room, 64);
    ck_assert(sign_write(&text, secret, SIGN_SHA256, SIGN_HEX, SLICE("x")));
    secret_destroy(&secret);
}
END_TEST

/* RFC 4648, 10, without the padding; and what is none. */
START_TEST(base64url_is_read_and_written_without_padding)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"f", "Zg"},         {"fo", "Zm8"},           {"foo", "Zm9v"},
                 {"foob", "Zm9vYg"},  {"fooba", "Zm9vYmE"},    {"foobar", "Zm9vYmFy"},
                 {"\xfb\xff", "-_8"}, {"\xff\xfe\xfd", "__79"}};
    static const char *const none[] = {"", "Z", "Zg==", "Zm9vY", "-+8", "Z\n8", "Zm 8", "Zm9v*"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char room[32];
        struct text text = text_over(room, sizeof room);
        sign_base64url(&text, slice_of(cases[i].bytes));
        ck_assert(slice_equal(text_slice(&text), slice_of(cases[i].text)));
        text = text_over(room, sizeof room);
        ck_assert(sign_base64url_read(&text, slice_of(cases[i].text)));
        ck_assert(slice_equal(text_slice(&text), slice_of(cases[i].bytes)));
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char room[32];
        struct text text = text_over(room, sizeof room);
        ck_assert_msg(!sign_base64url_read(&text, slice_of(none[i])), "%s", none[i]);
    }
}
END_TEST

START_TEST(uuid_is_of_version_4_and_never_the_same)
{
    char room[80];
    struct text text = text_over(room, sizeof room);
    sign_uuid(&text);
    sign_uuid(&text);
    ck_assert_uint_eq(text.len, 72);
    ck_assert(memcmp(room, room + 36, 36) != 0);
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        ck_assert_ptr_nonnull(strchr(dash ? "-" : "0123456789abcdef", room[i]));
    }
    ck_assert_int_eq(room[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", room[19]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_sign");
    TCase *tests = tcase_create("sign");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, sign_gives_binances_vectors);
    tcase_add_test(tests, sign_gives_bybits_vectors);
    tcase_add_test(tests, sign_gives_the_empty_message_of_rfc_8032);
    tcase_add_test(tests, sign_gives_upbits_and_bithumbs_tokens_and_reads_them);
    tcase_add_test(tests, sign_reads_no_token_that_is_not_signed_by_its_key);
    tcase_add_test(tests, sign_hashes_the_queries_of_upbit);
    tcase_add_test(tests, sign_by_rsa_is_what_the_public_key_expects);
    tcase_add_test(tests, sign_by_ed25519_is_what_the_public_key_expects);
    tcase_add_test(tests, sign_tells_what_a_secret_is);
    tcase_add_test(tests, sign_refuses_wrong_signatures_and_takes_hex_in_either_case);
    tcase_add_test(tests, sign_that_does_not_fit_leaves_nothing);
    tcase_add_test(tests, base64url_is_read_and_written_without_padding);
    tcase_add_test(tests, uuid_is_of_version_4_and_never_the_same);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
