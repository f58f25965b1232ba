/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of a record that a parser fills in: one for each test, with room for LEVELS levels. What is
 * in it is compared by its digits, as they came: a number is exact or it is wrong. */
#ifndef TICKGATE_TESTS_UNIT_RECORD_STAGE_H
#define TICKGATE_TESTS_UNIT_RECORD_STAGE_H

#include "connectors/exchange.h"

#include <check.h>
#include <stdlib.h>

#ifndef LEVELS /* a test may say how many before */
#define LEVELS 8
#endif

static struct event *record;
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

static inline void expect_id(const char *id)
{
    const struct id *found = &record->trade.trade_id;
    ck_assert_msg(slice_equal((struct slice){found->text, found->len}, slice_of(id)), "%.*s",
                  found->len, found->text);
}

/* What the quote knows, and nothing else; NULL: it does not. */
static inline void expect_quote(const char *const numbers[QUOTE_FIELD_COUNT])
{
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    for (int field = 0; field < QUOTE_FIELD_COUNT; field++) {
        bool known = record->quote.known & 1u << field;
        ck_assert_msg(known == (numbers[field] != NULL), "field %d", field);
        if (known)
            expect_number(&record->quote.numbers[field], numbers[field]);
    }
}

/* The candle's times, and its numbers: open, high, low, close, volume, turnover. */
static inline void expect_candle(int64_t open_ms, int64_t close_ms, const char *const numbers[6])
{
    const struct candle *candle = &record->candle;
    const struct decimal *const found[] = {&candle->open,  &candle->high,   &candle->low,
                                           &candle->close, &candle->volume, &candle->turnover};
    ck_assert_int_eq(record->kind, KIND_CANDLE);
    ck_assert_int_eq(candle->open_time, open_ms * 1000000);
    ck_assert_int_eq(candle->close_time, close_ms * 1000000);
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        expect_number(found[i], numbers[i]);
    ck_assert(candle->has_turnover);
}

#endif
