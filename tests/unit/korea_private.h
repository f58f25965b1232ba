/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of Upbit's and Bithumb's private halves: frames, as bytes that end where they end. Keys are
 * "AK" and "SK", those of the fact sheets (upbit.md 6.1, bithumb.md 6.1). A test defines what is
 * `tested`. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_PRIVATE_H
#define TICKGATE_TESTS_UNIT_KOREA_PRIVATE_H

#include "connectors/payload_codes_account.h"
#include "tests/unit/exact_bytes.h"
#include "tests/unit/korea_told.h"

static const struct tested_account {
    const struct private_exchange *const *list; /* of one */
    const struct codes_account *account;
} tested;

static inline const struct private_exchange *exchange_of(void)
{
    return tested.list[0];
}

static struct private_keys keys;
static struct parsing parsing;
static struct call_reply reply;

static inline void begin_telling(void)
{
    static char lines[65536], cursor[PRIVATE_CURSOR_MAX];
    told = text_over(lines, sizeof lines);
    parsing = (struct parsing){.drift = DRIFT_NONE};
    reply = (struct call_reply){.cursor = text_over(cursor, sizeof cursor)};
}

static inline void stage_up(void)
{
    char error[200];
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
    struct secret *key = secret_new(SLICE("AK")), *secret = secret_new(SLICE("SK"));
    ck_assert(key != NULL && secret != NULL);
    keys = (struct private_keys){key, secret, sign_kind_of(secret)};
    begin_telling();
}

static inline void stage_down(void)
{
    struct secret *key = (struct secret *)keys.key, *secret = (struct secret *)keys.secret;
    secret_destroy(&key);
    secret_destroy(&secret);
}

#define EXPECT_ALL(expect, table) expect((table), sizeof(table) / sizeof *(table))

static inline enum refusal parse(struct slice frame)
{
    begin_telling();
    return exchange_of()->parse(exact_bytes(frame), &parsing, take_event, &told);
}

static inline void expect_frame(const char *frame, const char *expected)
{
    struct private_route route;
    exchange_of()->route(exact_bytes(slice_of(frame)), &route);
    ck_assert_int_eq(route.class, PRIVATE_DATA);
    ck_assert(slice_equal(route.payload, slice_of(frame)));
    ck_assert_int_eq(parse(slice_of(frame)), REFUSAL_NONE);
    expect_told(expected);
}

struct refused_frame {
    const char *frame;
    enum refusal refusal;
};

static inline void expect_refused_frames(const struct refused_frame *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum refusal refusal = parse(slice_of(cases[i].frame));
        ck_assert_msg(refusal == cases[i].refusal, "%s: %s", cases[i].frame,
                      refusal_word(refusal).data);
    }
}

/* A byte of a frame is another: under the sanitizers. */
static inline void expect_garbled_frames(const char *frame)
{
    char garbled[2048];
    struct private_route route;
    for (size_t at = 0; at < strlen(frame); at++)
        for (const char *byte = "\"{}[],:-.e09n\\"; *byte != '\0'; byte++) {
            struct text text = text_over(garbled, sizeof garbled);
            text_append(&text, slice_of(frame));
            ck_assert(!text.overflow);
            garbled[at] = *byte;
            exchange_of()->route(exact_bytes(text_slice(&text)), &route);
            ck_assert_int_eq(route.class == PRIVATE_REFUSED, route.refusal != REFUSAL_NONE);
            parse(text_slice(&text));
        }
}

struct routed_frame {
    const char *frame;
    enum private_class class;
    enum refusal refusal;
    enum verdict verdict;
    const char *detail;
};

static inline void expect_routes(const struct routed_frame *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct private_route route;
        exchange_of()->route(exact_bytes(slice_of(cases[i].frame)), &route);
        ck_assert_msg(route.class == cases[i].class && route.refusal == cases[i].refusal &&
                          route.verdict == cases[i].verdict &&
                          slice_equal(route.detail, slice_of(cases[i].detail)),
                      "%s: class %d", cases[i].frame, (int)route.class);
    }
}

#endif
