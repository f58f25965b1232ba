/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of an exchange's routing. A test defines which exchange is `routed`; what its frames are is
 * told by tables, a line a form, and so are the keys that name no stream. Frames are bytes that end
 * where they end. */
#ifndef TICKGATE_TESTS_UNIT_ROUTE_STAGE_H
#define TICKGATE_TESTS_UNIT_ROUTE_STAGE_H

#include "connectors/exchange.h"
#include "tests/unit/exact_bytes.h"

static const struct exchange *const routed;

struct expected {
    const char *frame;
    enum frame_class class;
    enum refusal refusal;
    const char *key;  /* NULL: not looked at */
    const char *said; /* the payload, of FRAME_REJECT the detail; NULL: of data the whole frame, of
                         others not looked at */
};

static inline void route_exactly(struct slice frame, struct route *route)
{
    memset(route, 0xff, sizeof *route);
    routed->route(exact_bytes(frame), route);
}

static inline void expect_refused_route(struct slice frame, enum refusal refusal)
{
    struct route route;
    route_exactly(frame, &route);
    ck_assert_msg(route.class == FRAME_REFUSED && route.refusal == refusal, "%.*s: class %d, %s",
                  (int)frame.len, frame.data, (int)route.class, refusal_word(route.refusal).data);
}

/* A byte of a frame is another: what then is refused is refused for a reason. */
static inline void expect_garbled_routes(const char *frame)
{
    char garbled[2048];
    struct route route;
    for (size_t at = 0; at < strlen(frame); at++)
        for (const char *byte = "\"{}[],:-.e09n\\"; *byte != '\0'; byte++) {
            struct text text = text_over(garbled, sizeof garbled);
            text_append(&text, slice_of(frame));
            ck_assert(!text.overflow);
            garbled[at] = *byte;
            route_exactly(text_slice(&text), &route);
            ck_assert_int_eq(route.class == FRAME_REFUSED, route.refusal != REFUSAL_NONE);
        }
}

static inline void expect_route(const struct expected *expected)
{
    struct route route;
    route_exactly(slice_of(expected->frame), &route);
    ck_assert_msg(route.class == expected->class && route.refusal == expected->refusal,
                  "%s: class %d, %s", expected->frame, (int)route.class,
                  refusal_word(route.refusal).data);
    if (routed->manner == SUBSCRIBE_WHOLE) /* its answers name no request */
        ck_assert(route.request == 0 && !route.held);
    if (expected->key != NULL)
        ck_assert_msg(slice_equal(route.key, slice_of(expected->key)), "%s: key %.*s",
                      expected->frame, (int)route.key.len, route.key.data);
    struct slice said = route.class == FRAME_REJECT ? route.detail : route.payload;
    const char *wanted = expected->said;
    if (wanted == NULL && route.class == FRAME_DATA)
        wanted = expected->frame;
    if (wanted != NULL)
        ck_assert_msg(slice_equal(said, slice_of(wanted)), "%s: %.*s", expected->frame,
                      (int)said.len, said.data);
}

static inline void expect_routes(const struct expected *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect_route(&expected[i]);
        expect_garbled_routes(expected[i].frame);
    }
}

#define EXPECT(table) expect_routes((table), sizeof(table) / sizeof *(table))

/* A frame whose symbol, between its begin and end, makes a key longer than keys are. */
static inline void expect_long_key_is_refused(const char *begin, const char *end)
{
    char frame[600], symbol[200];
    struct text text = text_over(frame, sizeof frame);
    memset(symbol, 'A', sizeof symbol);
    text_append(&text, slice_of(begin));
    text_bytes(&text, symbol, sizeof symbol);
    text_append(&text, slice_of(end));
    ck_assert(!text.overflow);
    expect_refused_route(text_slice(&text), REFUSAL_BAD_VALUE);
}

static inline void expect_deep_frame_is_refused(void)
{
    char deep[200];
    memset(deep, '[', sizeof deep);
    expect_refused_route((struct slice){deep, sizeof deep}, REFUSAL_TOO_DEEP);
}

/* The key that a stream has; "" where it has none. */
static inline void expect_key(uint32_t stream, const char *symbol, const char *variant,
                              const char *key)
{
    char room[KEY_MAX];
    struct text text = text_over(room, sizeof room);
    routed->write_key(&text, stream, slice_of(symbol), slice_of(variant));
    ck_assert_msg(slice_equal(text_slice(&text), slice_of(key)), "%.*s", (int)text.len, room);
}

/* False if no stream has this key, or if its symbol is longer than `room`. */
static inline bool reads_key(struct slice key, size_t room)
{
    char bytes[SYMBOL_MAX];
    struct text symbol = text_over(bytes, room);
    struct slice variant;
    uint32_t stream;
    return routed->read_key(key, &stream, &symbol, &variant);
}

static inline void expect_no_keys(const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(!reads_key(exact_bytes(slice_of(keys[i])), SYMBOL_MAX), "%s", keys[i]);
    ck_assert(!reads_key((struct slice){NULL, 0}, SYMBOL_MAX));
}

#define EXPECT_NO_KEYS(table) expect_no_keys((table), sizeof(table) / sizeof *(table))

#endif
