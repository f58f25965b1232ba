/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of an exchange's lists of instruments. A test defines how its list is made; here entries
 * that cannot be held stand between two that can, documents are cut anywhere, and what a document
 * is refused for is told by a table. */
#ifndef TICKGATE_TESTS_UNIT_LIST_STAGE_H
#define TICKGATE_TESTS_UNIT_LIST_STAGE_H

#include "connectors/exchange.h"
#include "tests/unit/exact_bytes.h"

#define TAKEN_MAX 16

static struct taken {
    size_t count, skipped;
    struct instrument instruments[TAKEN_MAX];
} taken;

static const struct listed {
    const struct exchange *exchange;
    const char *begin, *end;    /* of a document, around its entries */
    const char *first, *second; /* two entries ... */
    const char *symbols[2];     /* ... and our symbols for them */
} listed;

static inline void take(void *context, struct event *event)
{
    ck_assert_ptr_eq(context, &taken);
    ck_assert_int_eq(event->kind, KIND_INSTRUMENT);
    ck_assert_uint_lt(taken.count, TAKEN_MAX);
    taken.instruments[taken.count++] = event->instrument;
}

/* What is read is `taken`. */
static inline enum refusal read_list(struct slice body)
{
    taken = (struct taken){0};
    return listed.exchange->read_instruments(exact_bytes(body), take, &taken, &taken.skipped);
}

/* Reads a list of which every entry, so many of them, can be held. */
static inline void expect_all_taken(const char *body, size_t count)
{
    ck_assert_int_eq(read_list(slice_of(body)), REFUSAL_NONE);
    ck_assert(taken.count == count && taken.skipped == 0);
}

/* Each entry is left out and counted, and the two around it are given. */
static inline void expect_left_out(const char *const *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char body[4096];
        struct text text = text_over(body, sizeof body);
        text_format(&text, "%s%s,%s,%s%s", listed.begin, listed.first, entries[i], listed.second,
                    listed.end);
        ck_assert(!text.overflow);
        ck_assert_int_eq(read_list(text_slice(&text)), REFUSAL_NONE);
        ck_assert_msg(taken.count == 2 && taken.skipped == 1, "%s", entries[i]);
        for (size_t side = 0; side < 2; side++)
            ck_assert_str_eq(taken.instruments[side].symbol, listed.symbols[side]);
    }
}

#define EXPECT_LEFT_OUT(table) expect_left_out((table), sizeof(table) / sizeof *(table))

struct broken {
    const char *body;
    enum refusal refusal; /* NONE: a page without any, which is fine */
};

static inline void expect_nothing_of(struct slice body, enum refusal expected)
{
    enum refusal refusal = read_list(body);
    ck_assert_msg(refusal == expected && taken.count == 0, "%.*s: %s, %zu given", (int)body.len,
                  body.data, refusal_word(refusal).data, taken.count);
}

/* None of these documents gives anything, nor does any part of one that is whole. */
static inline void expect_broken(const struct broken *cases, size_t count)
{
    char body[4096];
    struct text text = text_over(body, sizeof body);
    for (size_t i = 0; i < count; i++)
        expect_nothing_of(slice_of(cases[i].body), cases[i].refusal);
    text_format(&text, "%s%s,%s%s", listed.begin, listed.first, listed.second, listed.end);
    text_terminate(&text);
    expect_all_taken(body, 2);
    for (size_t len = 0; len < text.len; len++)
        expect_nothing_of((struct slice){body, len}, REFUSAL_TRUNCATED);
}

#define EXPECT_BROKEN(table) expect_broken((table), sizeof(table) / sizeof *(table))

static inline void expect_text(const struct text *text, const char *expected)
{
    ck_assert(!text->overflow);
    ck_assert_msg(slice_equal(text_slice(text), slice_of(expected)), "%.*s", (int)text->len,
                  text->data);
}

/* The path of the instruments behind a page; NULL: of the first. "": there is none. */
static inline void expect_page(const struct exchange *exchange, const char *page,
                               const char *expected)
{
    char bytes[400];
    struct text path = text_over(bytes, sizeof bytes);
    struct slice body = page != NULL ? exact_bytes(slice_of(page)) : (struct slice){NULL, 0};
    exchange->write_instruments_path(&path, page != NULL ? &body : NULL);
    expect_text(&path, expected);
}

struct wanted {
    const char *name;
    enum kind kind;
};

/* The streams that are asked for, in order; others are understood. */
static inline void expect_wanted(const struct exchange *exchange, const struct wanted *wanted,
                                 size_t count)
{
    size_t found = 0;
    for (uint32_t i = 0; i < exchange->stream_count; i++) {
        if (!exchange->streams[i].wanted)
            continue;
        ck_assert_uint_lt(found, count);
        ck_assert_str_eq(exchange->streams[i].name, wanted[found].name);
        ck_assert_int_eq(exchange->streams[i].kind, wanted[found++].kind);
    }
    ck_assert_uint_eq(found, count);
}

#endif
