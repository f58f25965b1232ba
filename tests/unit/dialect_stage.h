/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of a simulated exchange's `dialect`, which a test sets: what it says of an event, what it
 * answers to a message, what it weighs. All of it is compared letter for letter. */
#ifndef TICKGATE_TESTS_UNIT_DIALECT_STAGE_H
#define TICKGATE_TESTS_UNIT_DIALECT_STAGE_H

#include "connectors/dialect.h"
#include "tests/unit/exact_bytes.h"

static const struct dialect *dialect;

static inline struct decimal decimal_of(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

static inline struct dialect_level level(const char *price, const char *size)
{
    return (struct dialect_level){decimal_of(price), decimal_of(size)};
}

static inline void expect_slice(struct slice found, const char *expected)
{
    ck_assert_msg(slice_equal(found, slice_of(expected)), "%.*s instead of %s", (int)found.len,
                  found.data, expected);
}

static inline void expect_symbol(const struct dialect_instrument *instrument, const char *expected)
{
    char room[64];
    struct text symbol = text_over(room, sizeof room);
    dialect->write_symbol(&symbol, instrument);
    expect_slice(text_slice(&symbol), expected);
}

/* What a stream of this key, of the event's symbol, says of the event; "": nothing. */
static inline void expect_payload(const char *key, const struct dialect_event *event,
                                  const char *expected)
{
    char room[4096], symbol_room[64];
    struct text payload = text_over(room, sizeof room);
    struct text symbol = text_over(symbol_room, sizeof symbol_room);
    struct dialect_event told = *event;
    struct dialect_stream stream;
    told.key = slice_of(key);
    ck_assert(dialect->read_key(told.key, &stream, &symbol));
    ck_assert(slice_equal(text_slice(&symbol), event->symbol));
    dialect->write_payload(&payload, &stream, &told);
    ck_assert(!payload.overflow);
    expect_slice(text_slice(&payload), expected);
}

/* How many levels the streams of these keys show, and of what symbol; 0: there is no such stream.
 */
struct shown {
    const char *key;
    uint32_t levels;
    const char *symbol;
};

static inline void expect_shown(const struct shown *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char room[64];
        struct text symbol = text_over(room, sizeof room);
        struct dialect_stream stream;
        bool there = dialect->read_key(exact_bytes(slice_of(cases[i].key)), &stream, &symbol);
        ck_assert_msg(there == (cases[i].levels > 0), "%s", cases[i].key);
        if (!there)
            continue;
        ck_assert_uint_eq(stream.levels, cases[i].levels);
        expect_slice(text_slice(&symbol), cases[i].symbol);
    }
}

static inline void expect_no_streams(const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_shown(&(struct shown){keys[i], 0, ""}, 1);
}

static struct dialect_session session; /* whose message it is */
static struct dialect_request request;
static struct text reply;

/* A message is read: what it asks for is `request`; a refusal's words are `reply`. */
static inline void ask(const char *message)
{
    static char room[8192], memory[4096];
    memset(&request, 0, sizeof request);
    request.memory = text_over(memory, sizeof memory);
    reply = text_over(room, sizeof room);
    dialect->read_request(exact_bytes(slice_of(message)), &session, &request, &reply);
}

/* What is answered to the last message, or had been to it: its refusal. */
static inline void expect_answer(enum dialect_outcome outcome, const char *blamed,
                                 const char *expected)
{
    if (request.word != DIALECT_REFUSED) {
        reply.len = 0;
        dialect->write_reply(&reply, &request, &session, outcome, slice_of(blamed));
    }
    expect_slice(text_slice(&reply), expected);
}

/* A query of one parameter, or of none if it has no name; until the next one is made. */
static inline struct dialect_query query_of(const char *path, const char *name, const char *value)
{
    static struct dialect_parameter parameter;
    parameter = (struct dialect_parameter){slice_of(name), slice_of(value)};
    return (struct dialect_query){
        .path = slice_of(path), .parameters = &parameter, .parameter_count = *name != '\0'};
}

struct weighed {
    const char *path, *limit; /* "": without a limit */
    uint32_t weight;
};

static inline void expect_weights(const struct weighed *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct dialect_query query =
            query_of(cases[i].path, *cases[i].limit != '\0' ? "limit" : "", cases[i].limit);
        uint32_t group = 0;
        ck_assert_msg(dialect->weigh(&query, &group) == cases[i].weight, "%s %s", cases[i].path,
                      cases[i].limit);
        ck_assert_uint_eq(group, 0);
    }
}

#endif
