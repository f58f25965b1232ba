/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Binance's markets under test: samples, each of which is also cut at every byte,
 * robbed of every member, given one more, and taken for another instrument's. */
#ifndef TICKGATE_TESTS_UNIT_BINANCE_FIXTURE_H
#define TICKGATE_TESTS_UNIT_BINANCE_FIXTURE_H

#include "common/scan.h"
#include "connectors/exchange.h"

#include <check.h>
#include <stdlib.h>

#define LEVELS 8

struct sample {
    uint32_t stream;
    const char *symbol; /* NULL: the payload names none */
    const char *variant;
    const char *payload;
    const char *inner;  /* how an object in it begins that is looked into too; NULL: none */
    const char *unused; /* members that we can do without, each between commas */
    const char *spare;  /* the same of those in `inner` */
};

static struct event *record; /* room for LEVELS */
static struct parsing parsing;

static inline void set_up(void)
{
    size_t size = event_size(KIND_BOOK, LEVELS);
    record = aligned_alloc(16, size > sizeof *record ? size : (sizeof *record + 15) / 16 * 16);
    ck_assert_ptr_nonnull(record);
}

static inline void tear_down(void)
{
    free(record);
}

/* Of exactly these bytes, so that a sanitizer sees a step beyond them; `parsing` stays. */
static inline enum refusal parse_of(const struct exchange *exchange, uint32_t stream,
                                    const char *symbol, const char *variant, struct slice payload)
{
    static char *exact; /* which the stranger looks into */
    free(exact);
    exact = malloc(payload.len + (payload.len == 0));
    ck_assert_ptr_nonnull(exact);
    if (payload.len > 0)
        memcpy(exact, payload.data, payload.len);
    parsing = (struct parsing){
        .exchange_symbol = slice_of(symbol), .variant = slice_of(variant), .levels_max = LEVELS};
    return exchange->parse(stream, (struct slice){exact, payload.len}, &parsing, record);
}

static inline enum refusal parse_sample(const struct exchange *exchange,
                                        const struct sample *sample, struct slice payload)
{
    return parse_of(exchange, sample->stream, sample->symbol != NULL ? sample->symbol : "ANY",
                    sample->variant, payload);
}

static inline void expect_number(const struct decimal *value, const char *digits)
{
    char bytes[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    decimal_write(&text, value);
    text_terminate(&text);
    ck_assert_str_eq(bytes, digits);
}

static inline void expect_level(const struct level *level, const char *price, const char *size)
{
    expect_number(&level->price, price);
    expect_number(&level->size, size);
}

static inline void expect_cut_is_refused(const struct exchange *exchange,
                                         const struct sample *sample)
{
    for (size_t len = 0; len < strlen(sample->payload); len++) {
        enum refusal refusal = parse_sample(exchange, sample, (struct slice){sample->payload, len});
        ck_assert_msg(refusal == REFUSAL_TRUNCATED, "%.*s: %s", (int)len, sample->payload,
                      refusal_word(refusal).data);
    }
}

/* Where a member's value ends: behind its brackets, quotes or digits. */
static inline const char *value_end(const char *at)
{
    struct scan scan;
    struct slice raw;
    scan_begin(&scan, slice_of(at));
    ck_assert(scan_raw(&scan, &raw));
    return raw.data + raw.len;
}

/* Each member of the object that begins at `object` is taken out. */
static inline void expect_members_of(const struct exchange *exchange, const struct sample *sample,
                                     const char *object, const char *unused)
{
    for (const char *key = object + 1; key[-1] != '}';) {
        const char *value = strchr(key, ':') + 1, *end = value_end(value);
        char rest[1024], name[32];
        struct text text = text_over(rest, sizeof rest);
        size_t name_len = (size_t)(value - 2 - (key + 1));
        bool last = *end == '}';
        const char *from = last && key[-1] == ',' ? key - 1 : key;
        text_bytes(&text, sample->payload, (size_t)(from - sample->payload));
        text_append(&text, slice_of(last ? end : end + 1));
        struct text marked = text_over(name, sizeof name);
        text_format(&marked, ",%.*s,", (int)name_len, key + 1);
        text_terminate(&marked);
        bool needed = strstr(unused, name) == NULL;
        enum refusal refusal = parse_sample(exchange, sample, text_slice(&text));
        ck_assert_msg(refusal == (needed ? REFUSAL_MISSING_FIELD : REFUSAL_NONE), "%.*s: %s",
                      (int)text.len, rest, refusal_word(refusal).data);
        key = end + 1;
    }
}

static inline void expect_members_are_needed(const struct exchange *exchange,
                                             const struct sample *sample)
{
    expect_members_of(exchange, sample, sample->payload, sample->unused);
    if (sample->inner != NULL)
        expect_members_of(exchange, sample, strstr(sample->payload, sample->inner), sample->spare);
}

/* A member more at the front of an object is noted, and the event is as it was. */
static inline void expect_stranger_in(const struct exchange *exchange, const struct sample *sample,
                                      const char *object, const char *name)
{
    char payload[1024], before[sizeof(struct event)];
    struct text text = text_over(payload, sizeof payload);
    ck_assert_int_eq(parse_sample(exchange, sample, slice_of(sample->payload)), REFUSAL_NONE);
    ck_assert_msg(parsing.drift == DRIFT_NONE, "%s: %.*s is unknown", sample->payload,
                  (int)parsing.stranger.len, parsing.stranger.data);
    size_t size = record->size < sizeof before ? record->size : sizeof before;
    memcpy(before, record, size);
    text_bytes(&text, sample->payload, (size_t)(object + 1 - sample->payload));
    text_format(&text, "\"%s\":[{\"s\":7}],", name);
    text_append(&text, slice_of(object + 1));
    ck_assert_int_eq(parse_sample(exchange, sample, text_slice(&text)), REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
    ck_assert(slice_equal(parsing.stranger, slice_of(name)));
    ck_assert_mem_eq(before, record, size);
}

#endif
