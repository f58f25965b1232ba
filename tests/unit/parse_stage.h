/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of an exchange's parsers. A test defines what is `tested`: the exchange and samples of its
 * payloads, one a form. Payloads are parsed here as bytes that end where they end, and what has to
 * come of them is told by tables: a payload and the refusal, or the stranger that is noted. */
#ifndef TICKGATE_TESTS_UNIT_PARSE_STAGE_H
#define TICKGATE_TESTS_UNIT_PARSE_STAGE_H

#include "tests/unit/exact_bytes.h"
#include "tests/unit/record_stage.h"

struct sample {
    uint32_t stream;
    const char *symbol;  /* whose it is; NULL: the payload names none */
    const char *variant; /* with which this stream is parsed in all tests */
    const char *payload;
    const char *needed;       /* members that we cannot do without, each between commas ... */
    const char *nulls;        /* ... those of them that may be null; NULL: nulls are not tried */
    const char *inner;        /* how an object in it begins that is looked into too; NULL: none */
    const char *inner_needed; /* the same as `needed` of that object */
};

#define STRANGERS_MAX 8

static const struct tested {
    const struct exchange *exchanges[2]; /* where both have a stream they must say the same */
    const struct sample *samples;
    size_t sample_count;
    const char *strangers[STRANGERS_MAX]; /* names that are no member of any sample; NULL: last */
} tested;

static inline enum refusal parse_as(uint32_t stream, const char *symbol, const char *variant,
                                    struct slice payload)
{
    struct slice exact = exact_bytes(payload);
    enum refusal refusal = REFUSAL_NONE;
    bool asked = false;
    for (size_t i = 0; i < 2 && tested.exchanges[i] != NULL; i++) {
        if (stream >= tested.exchanges[i]->stream_count)
            continue;
        parsing = (struct parsing){.exchange_symbol = slice_of(symbol),
                                   .variant = slice_of(variant),
                                   .levels_max = LEVELS};
        enum refusal said = tested.exchanges[i]->parse(stream, exact, &parsing, record);
        ck_assert(!asked || said == refusal);
        refusal = said;
        asked = true;
    }
    ck_assert(asked);
    return refusal;
}

static inline enum refusal parse(uint32_t stream, const char *symbol, struct slice payload)
{
    const char *variant = NULL;
    for (size_t i = 0; i < tested.sample_count && variant == NULL; i++)
        if (tested.samples[i].stream == stream)
            variant = tested.samples[i].variant;
    return parse_as(stream, symbol, variant != NULL ? variant : "", payload);
}

static inline void expect_refusal(uint32_t stream, const char *symbol, struct slice payload,
                                  enum refusal expected)
{
    enum refusal refusal = parse(stream, symbol, payload);
    ck_assert_msg(refusal == expected, "%.*s: %s instead of %s", (int)payload.len, payload.data,
                  refusal_word(refusal).data, refusal_word(expected).data);
}

struct refused {
    uint32_t stream;
    const char *payload;
    enum refusal refusal; /* NONE, where the case beside it must be seen to be fine */
};

static inline void expect_refused(const char *symbol, const struct refused *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_refusal(cases[i].stream, symbol, slice_of(cases[i].payload), cases[i].refusal);
}

struct noted {
    uint32_t stream;
    const char *payload;
    enum drift_kind drift;
    const char *stranger;
};

/* The event flows; what is strange about it is told. */
static inline void expect_noted(const char *symbol, const struct noted *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect_refusal(cases[i].stream, symbol, slice_of(cases[i].payload), REFUSAL_NONE);
        ck_assert_msg(parsing.drift == cases[i].drift &&
                          slice_equal(parsing.stranger, slice_of(cases[i].stranger)),
                      "%s: %.*s", cases[i].payload, (int)parsing.stranger.len,
                      parsing.stranger.data);
    }
}

#define EXPECT_REFUSED(symbol, table)                                                              \
    expect_refused((symbol), (table), sizeof(table) / sizeof *(table))
#define EXPECT_NOTED(symbol, table) expect_noted((symbol), (table), sizeof(table) / sizeof *(table))

/* A book of which `fits` elements between its begin and end fill the record: one more is refused.
 */
static inline void expect_room(uint32_t stream, const char *symbol, const char *begin,
                               const char *element, const char *end, size_t fits)
{
    for (size_t count = fits - 1; count <= fits + 1; count++) {
        char payload[1024];
        struct text text = text_over(payload, sizeof payload);
        text_append(&text, slice_of(begin));
        for (size_t i = 0; i < count; i++)
            text_format(&text, "%s%s", i > 0 ? "," : "", element);
        text_append(&text, slice_of(end));
        ck_assert(!text.overflow);
        expect_refusal(stream, symbol, text_slice(&text),
                       count <= fits ? REFUSAL_NONE : REFUSAL_TOO_MANY_LEVELS);
    }
}

#endif
