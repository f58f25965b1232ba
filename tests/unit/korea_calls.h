/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of Upbit's and Bithumb's private halves: calls and their replies. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_CALLS_H
#define TICKGATE_TESTS_UNIT_KOREA_CALLS_H

#include "tests/unit/korea_private.h"

static char call_room[3][PRIVATE_PATH_MAX];

static inline bool write_call(const struct call_ask *ask, struct call *call)
{
    *call = (struct call){.path = text_over(call_room[0], PRIVATE_PATH_MAX),
                          .headers = text_over(call_room[1], PRIVATE_PATH_MAX),
                          .body = text_over(call_room[2], PRIVATE_PATH_MAX)};
    return exchange_of()->write_call(call, &keys, ask);
}

/* What the token in a header line says, if its signature is right. */
static inline struct slice claims_in(const struct text *lines)
{
    static char room[PRIVATE_HEADERS_MAX];
    static const struct slice head = {"authorization: Bearer ", 22};
    struct text claims = text_over(room, sizeof room);
    struct slice text = text_slice(lines);
    ck_assert(slice_starts_with(text, head) && text.len > head.len + 2);
    ck_assert(memcmp(text.data + text.len - 2, "\r\n", 2) == 0);
    struct slice token = {text.data + head.len, text.len - head.len - 2};
    ck_assert(sign_token_read(&claims, keys.secret, tested.account->hash, token));
    return text_slice(&claims);
}

static inline bool contains(struct slice text, const char *part)
{
    return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

/* A call's path; and that what is signed is its query, written plainly. */
static inline void expect_call(const struct call_ask *ask, const char *path, const char *signed_as)
{
    char room[200];
    struct call call;
    struct text hash = text_over(room, sizeof room);
    ck_assert(write_call(ask, &call));
    ck_assert_msg(slice_equal(text_slice(&call.path), slice_of(path)), "%.*s instead of %s",
                  (int)call.path.len, call.path.data, path);
    ck_assert_str_eq(call.method, "GET");
    ck_assert(call.body.len == 0 && call.weight == 1);
    struct slice claims = claims_in(&call.headers);
    ck_assert(contains(claims, "\"access_key\":\"AK\",\"nonce\":\""));
    ck_assert_int_eq(contains(claims, "query_hash"), *signed_as != '\0');
    if (*signed_as == '\0')
        return;
    text_literal(&hash, "\"query_hash\":\"");
    sign_hash_hex(&hash, SIGN_SHA512, slice_of(signed_as));
    text_literal(&hash, "\",\"query_hash_alg\":\"SHA512\"}");
    text_terminate(&hash);
    ck_assert_msg(contains(claims, hash.data), "%.*s", (int)claims.len, claims.data);
}

static inline void expect_no_call(enum call_purpose purpose, uint32_t round)
{
    const struct call_ask ask = {.purpose = purpose,
                                 .round = round,
                                 .order_id = SLICE("x"),
                                 .since_ms = INT64_C(1790000000000),
                                 .now_ms = INT64_C(1790000005000)};
    struct call call;
    ck_assert(!write_call(&ask, &call));
}

static inline void read_reply(const struct call_ask *ask, uint32_t status, struct slice body)
{
    begin_telling();
    exchange_of()->read_reply(exact_bytes(body), status, ask, &parsing, take_event, &told, &reply);
}

struct failed_reply {
    uint32_t status;
    const char *body;
    enum verdict verdict;
    const char *detail;
};

static inline void expect_failures(const struct failed_reply *cases, size_t count)
{
    const struct call_ask ask = {.purpose = CALL_BALANCES};
    for (size_t i = 0; i < count; i++) {
        read_reply(&ask, cases[i].status, slice_of(cases[i].body));
        ck_assert_msg(reply.verdict == cases[i].verdict &&
                          slice_equal(reply.detail, slice_of(cases[i].detail)),
                      "%s: %d", cases[i].body, (int)reply.verdict);
        ck_assert_uint_eq(told.len, 0);
    }
}

#endif
