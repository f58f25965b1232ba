/* SPDX-License-Identifier: Apache-2.0 */
/* What every exchange's parsers must make of every sample of theirs: refuse it if it is another
 * instrument's, cut at any byte, without a member that is needed, or with anything behind it; and
 * with a member more say the same event and note it. A test adds these by add_sample_tests. */
#ifndef TICKGATE_TESTS_UNIT_SAMPLE_STAGE_H
#define TICKGATE_TESTS_UNIT_SAMPLE_STAGE_H

#include "common/scan.h"
#include "tests/unit/parse_stage.h"

static inline void expect_sample(const struct sample *sample, const struct text *payload,
                                 enum refusal expected)
{
    ck_assert(!payload->overflow);
    enum refusal refusal = parse_as(sample->stream, sample->symbol != NULL ? sample->symbol : "ANY",
                                    sample->variant, text_slice(payload));
    ck_assert_msg(refusal == expected, "%.*s: %s instead of %s", (int)payload->len, payload->data,
                  refusal_word(refusal).data, refusal_word(expected).data);
}

/* A test is run once for each sample. */
#define SAMPLE_TEST(name)                                                                          \
    static void name##_by(const struct sample *sample);                                            \
    START_TEST(name)                                                                               \
    {                                                                                              \
        name##_by(&tested.samples[_i]);                                                            \
    }                                                                                              \
    END_TEST                                                                                       \
    static void name##_by(const struct sample *sample)

SAMPLE_TEST(sample_of_another_symbol_is_refused)
{
    char bytes[2][SYMBOL_MAX];
    if (sample->symbol == NULL)
        return;
    struct text less = text_over(bytes[0], sizeof bytes[0]), more = text_over(bytes[1], SYMBOL_MAX);
    text_bytes(&less, sample->symbol, strlen(sample->symbol) - 1);
    text_format(&more, "%s1", sample->symbol);
    text_terminate(&less);
    text_terminate(&more);
    for (size_t i = 0; i < 2; i++)
        expect_refusal(sample->stream, bytes[i], slice_of(sample->payload), REFUSAL_UNKNOWN_SYMBOL);
}

SAMPLE_TEST(sample_cut_anywhere_is_refused)
{
    char bytes[2048];
    struct text text = text_over(bytes, sizeof bytes);
    for (const char *at = sample->payload; *at != '\0'; at++) {
        expect_sample(sample, &text, REFUSAL_TRUNCATED);
        text_bytes(&text, at, 1);
    }
    expect_sample(sample, &text, REFUSAL_NONE);
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

/* Each member of the object that begins at `object` is taken out, and said to be null. */
static inline void expect_members(const struct sample *sample, const char *object,
                                  const char *needed)
{
    for (const char *key = object + 1; key[-1] != '}';) {
        const char *value = strchr(key, ':') + 1, *end = value_end(value);
        bool last = *end == '}';
        const char *from = last && key[-1] == ',' ? key - 1 : key;
        char bytes[2048], name[40];
        struct text marked = text_over(name, sizeof name);
        text_format(&marked, ",%.*s,", (int)(value - 2 - (key + 1)), key + 1);
        text_terminate(&marked);
        ck_assert(!marked.overflow);
        for (int null = 0; null < (sample->nulls != NULL ? 2 : 1); null++) {
            bool fine =
                strstr(needed, name) == NULL || (null && strstr(sample->nulls, name) != NULL);
            struct text text = text_over(bytes, sizeof bytes);
            text_bytes(&text, sample->payload, (size_t)((null ? value : from) - sample->payload));
            text_append(&text, null ? SLICE("null") : SLICE(""));
            text_append(&text, slice_of(null || last ? end : end + 1));
            expect_sample(sample, &text, fine ? REFUSAL_NONE : REFUSAL_MISSING_FIELD);
        }
        key = end + 1;
    }
}

SAMPLE_TEST(sample_without_a_member_it_needs_is_refused)
{
    expect_members(sample, sample->payload, sample->needed);
    if (sample->inner != NULL)
        expect_members(sample, strstr(sample->payload, sample->inner), sample->inner_needed);
}

/* A member more at the front of an object is noted, and the event is as it was. */
static inline void expect_stranger(const struct sample *sample, const char *object,
                                   const char *name)
{
    char bytes[2048], before[sizeof(struct event)];
    struct text text = text_over(bytes, sizeof bytes);
    text_append(&text, slice_of(sample->payload));
    expect_sample(sample, &text, REFUSAL_NONE);
    ck_assert_msg(parsing.drift == DRIFT_NONE, "%s: %.*s is unknown", sample->payload,
                  (int)parsing.stranger.len, parsing.stranger.data);
    size_t size = record->size < sizeof before ? record->size : sizeof before;
    memcpy(before, record, size);
    text.len = (size_t)(object + 1 - sample->payload);
    text_format(&text, "\"%s\":[{\"s\":7}],", name);
    text_append(&text, slice_of(object + 1));
    expect_sample(sample, &text, REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
    ck_assert(slice_equal(parsing.stranger, slice_of(name)));
    ck_assert_mem_eq(before, record, size);
}

SAMPLE_TEST(sample_with_a_member_more_is_noted)
{
    for (size_t i = 0; i < STRANGERS_MAX && tested.strangers[i] != NULL; i++) {
        expect_stranger(sample, sample->payload, tested.strangers[i]);
        if (sample->inner != NULL)
            expect_stranger(sample, strstr(sample->payload, sample->inner), tested.strangers[i]);
    }
}

SAMPLE_TEST(sample_with_anything_behind_it_is_refused)
{
    char bytes[2048];
    struct text text = text_over(bytes, sizeof bytes);
    text_append(&text, slice_of(sample->payload));
    text_literal(&text, " x");
    expect_sample(sample, &text, REFUSAL_NOT_JSON);
}

static inline void add_sample_tests(TCase *tests)
{
    const TTest *const each[] = {
        sample_of_another_symbol_is_refused,         sample_cut_anywhere_is_refused,
        sample_without_a_member_it_needs_is_refused, sample_with_a_member_more_is_noted,
        sample_with_anything_behind_it_is_refused,
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        tcase_add_loop_test(tests, each[i], 0, (int)tested.sample_count);
}

#endif
