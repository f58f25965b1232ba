/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of an exchange's private half. A test defines which table is `tested`; what it makes of a
 * frame or a reply is told as text, a line an event, in which only what is known stands. Bytes end
 * where they end. */
#ifndef TICKGATE_TESTS_UNIT_ACCOUNT_STAGE_H
#define TICKGATE_TESTS_UNIT_ACCOUNT_STAGE_H

#include "connectors/private_exchange.h"
#include "tests/unit/account_told.h"
#include "tests/unit/exact_bytes.h"

static const struct private_exchange *tested;
static struct parsing parsing; /* of the last payload or reply */
static inline void forget_told(void)
{
    told = text_over(told_room, sizeof told_room);
    parsing = (struct parsing){.drift = DRIFT_NONE};
}

static inline enum refusal parse_payload(struct slice payload)
{
    forget_told();
    return tested->parse(exact_bytes(payload), &parsing, tell_event, &told);
}

static inline void expect_told(const char *of, const char *expected)
{
    ck_assert_msg(slice_equal(text_slice(&told), slice_of(expected)), "%s\nis\n%.*sand not\n%s", of,
                  (int)told.len, told.data, expected);
}

/* A frame is routed as data, and its payload told so, with nothing strange about it. */
static inline void expect_events(const char *frame, const char *expected)
{
    struct private_route route;
    tested->route(exact_bytes(slice_of(frame)), &route);
    ck_assert_msg(route.class == PRIVATE_DATA, "%s: class %d", frame, (int)route.class);
    size_t len = route.payload.len;
    char *payload = malloc(len);
    ck_assert_ptr_nonnull(payload);
    memcpy(payload, route.payload.data, len);
    enum refusal refusal = parse_payload((struct slice){payload, len});
    free(payload);
    ck_assert_msg(refusal == REFUSAL_NONE, "%s: %s", frame, refusal_word(refusal).data);
    ck_assert_msg(parsing.drift == DRIFT_NONE, "%s: drift", frame);
    expect_told(frame, expected);
}

struct routed {
    const char *frame;
    enum private_class class;
    enum refusal refusal;
    enum verdict verdict;
    const char *said; /* the detail; of data the payload. NULL: not looked at */
};

static inline void expect_routes(const struct routed *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct private_route route;
        memset(&route, 0xff, sizeof route);
        tested->route(exact_bytes(slice_of(cases[i].frame)), &route);
        ck_assert_msg(route.class == cases[i].class, "%s: class %d", cases[i].frame,
                      (int)route.class);
        ck_assert_msg(route.refusal == cases[i].refusal, "%s: %s", cases[i].frame,
                      refusal_word(route.refusal).data);
        ck_assert_msg(route.verdict == cases[i].verdict, "%s: verdict %d", cases[i].frame,
                      (int)route.verdict);
        struct slice said = route.class == PRIVATE_DATA ? route.payload : route.detail;
        if (cases[i].said != NULL)
            ck_assert_msg(slice_equal(said, slice_of(cases[i].said)), "%s: %.*s", cases[i].frame,
                          (int)said.len, said.data);
    }
}
#define EXPECT_ROUTES(table) expect_routes((table), sizeof(table) / sizeof *(table))

/* Cut anywhere, a frame is refused by route, and its payload by parse. */
static inline void expect_cuts_refused(const char *frame)
{
    for (size_t len = 0; len < strlen(frame); len++) {
        struct private_route route;
        tested->route(exact_bytes((struct slice){frame, len}), &route);
        ck_assert_msg(route.class == PRIVATE_REFUSED && route.refusal != REFUSAL_NONE, "%.*s",
                      (int)len, frame);
        ck_assert(parse_payload((struct slice){frame, len}) != REFUSAL_NONE);
        expect_told(frame, "");
    }
}

/* A text in which the first `from` is `to`; the last 32 of them stay. */
static inline const char *changed(const char *text, const char *from, const char *to)
{
    static char room[32][4096];
    static unsigned int next;
    struct text copy = text_over(room[next++ % 32], sizeof *room);
    const char *at = strstr(text, from);
    ck_assert_msg(at != NULL, "%s has no %s", text, from);
    text_bytes(&copy, text, (size_t)(at - text));
    text_append(&copy, slice_of(to));
    text_append(&copy, slice_of(at + strlen(from)));
    text_terminate(&copy);
    ck_assert(!copy.overflow);
    return copy.data;
}

#endif
