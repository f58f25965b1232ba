/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Upbit and of the simulated Bithumb: key "AK", secret "SK" (upbit.md
 * 6, bithumb.md 6); tokens as a client makes them, and orders that tests change as they please. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_ACCOUNT_H
#define TICKGATE_TESTS_UNIT_KOREA_ACCOUNT_H

#include "tests/unit/dialect_stage.h"

#define NOW_NS  INT64_C(1790133514044123000)
#define ACCOUNT 3

static struct secret *account_secret;
static char seen_nonce[64]; /* the last */

static inline bool find_key(void *context, struct slice key, uint32_t *account,
                            const struct secret **secret)
{
    (void)context;
    *account = ACCOUNT;
    *secret = account_secret;
    return slice_equal(key, SLICE("AK"));
}

static inline bool is_fresh(void *context, struct slice nonce)
{
    (void)context;
    if (slice_equal(nonce, slice_of(seen_nonce)))
        return false;
    ck_assert(nonce.len < sizeof seen_nonce);
    memcpy(seen_nonce, nonce.data, nonce.len);
    seen_nonce[nonce.len] = '\0';
    return true;
}

static const struct dialect_keys keys = {.find = find_key, .is_fresh = is_fresh, .now_ns = NOW_NS};

static inline void account_up(void)
{
    char error[200];
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
    account_secret = secret_new(SLICE("SK"));
    ck_assert_ptr_nonnull(account_secret);
    seen_nonce[0] = '\0';
}

static inline void account_down(void)
{
    secret_destroy(&account_secret);
}

static inline void add_parameter(struct dialect_parameter *parameter, struct slice pair)
{
    const char *at = memchr(pair.data, '=', pair.len);
    ck_assert_ptr_nonnull(at);
    *parameter = (struct dialect_parameter){
        {pair.data, (size_t)(at - pair.data)},
        {at + 1, pair.len - (size_t)(at + 1 - pair.data)},
    };
}

/* A query with a token of these claims; `plain` is its query as it is before its encoding, `raw` as
 * it is sent. Until the next one is made. */
static inline struct dialect_query query_with(const char *path, const char *plain, const char *raw,
                                              enum sign_hash hash, const char *claims)
{
    static struct dialect_parameter parameters[8], header;
    static char room[2048];
    struct text value = text_over(room, sizeof room);
    struct dialect_query query = {.path = slice_of(path),
                                  .parameters = parameters,
                                  .method = SLICE("GET"),
                                  .raw = slice_of(raw),
                                  .headers = &header,
                                  .header_count = 1};
    text_literal(&value, "Bearer ");
    ck_assert(sign_token(&value, account_secret, hash, slice_of(claims)));
    header = (struct dialect_parameter){SLICE("authorization"), text_slice(&value)};
    for (const char *at = plain, *end; *at != '\0'; at = *end == '&' ? end + 1 : end) {
        end = strchrnul(at, '&');
        ck_assert_uint_lt(query.parameter_count, 8);
        add_parameter(&parameters[query.parameter_count++], (struct slice){at, (size_t)(end - at)});
    }
    return query;
}

static struct dialect_answer answer;
static int status;
static inline void begin_answer(void)
{
    static char room[8192];
    answer = (struct dialect_answer){.body = text_over(room, sizeof room)};
    status = 0;
}

static inline uint32_t authenticate(const struct dialect_query *query)
{
    begin_answer();
    return dialect->account->authenticate(query, &keys, &answer, &status);
}

static inline void expect_denied(const struct dialect_query *query, const char *body)
{
    struct dialect_private_session asked = {.id = 1};
    enum dialect_admission admission;
    begin_answer();
    ck_assert(dialect->account->admit(query, &keys, &asked, &admission, &answer, &status));
    ck_assert(admission == DIALECT_DENIED && status == 401);
    expect_slice(text_slice(&answer.body), body);
}

static inline void expect_admitted(const struct dialect_query *query)
{
    struct dialect_private_session asked = {.id = 1};
    enum dialect_admission admission;
    begin_answer();
    ck_assert(dialect->account->admit(query, &keys, &asked, &admission, &answer, &status));
    ck_assert(admission == DIALECT_ADMITTED && asked.account == ACCOUNT);
}

static struct dialect_private_session account_session;

/* What a client's message is answered; closed: the connection ends by it. */
static inline void expect_taken(const char *message, bool closed, const char *expected)
{
    char room[500];
    struct text said = text_over(room, sizeof room);
    enum dialect_private_word word =
        dialect->account->take(exact_bytes(slice_of(message)), &keys, &account_session, &said);
    ck_assert_int_eq(word == DIALECT_PRIVATE_CLOSE, closed);
    expect_slice(text_slice(&said), expected);
}

/* All messages of an event, each on a line. */
static inline void expect_messages(const struct dialect_account_event *event, const char *expected)
{
    static char room[8192];
    struct text said = text_over(room, sizeof room);
    for (uint32_t part = 0;; part++) {
        size_t before = said.len;
        if (!dialect->account->write_event(&said, &account_session, event, part))
            break;
        ck_assert_uint_lt(part, DIALECT_ACCOUNT_PARTS);
        if (said.len > before)
            text_literal(&said, "\n");
    }
    ck_assert(!said.overflow);
    expect_slice(text_slice(&said), expected);
}

#endif
