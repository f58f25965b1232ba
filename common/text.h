/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a bounded writer into memory of the caller. What does not fit is not written and sets
 * `overflow`, after which nothing more is written: check it once at the end. Not terminated unless
 * asked. */
#ifndef TICKGATE_COMMON_TEXT_H
#define TICKGATE_COMMON_TEXT_H

#include "common/slice.h"

#include <stdint.h>

struct text {
    char *data;
    size_t len;
    size_t capacity;
    bool overflow;
};

static inline struct text text_over(char *data, size_t capacity)
{
    return (struct text){.data = data, .capacity = capacity};
}

static inline struct slice text_slice(const struct text *text)
{
    return (struct slice){text->data, text->len};
}

/* Room for `len` bytes, which the caller writes at once; NULL (and overflow) if there is none. */
static inline char *text_reserve(struct text *text, size_t len)
{
    if (text->overflow || len > text->capacity - text->len) {
        text->overflow = true;
        return NULL;
    }
    char *at = text->data + text->len;
    text->len += len;
    return at;
}

static inline void text_bytes(struct text *text, const char *data, size_t len)
{
    char *at = text_reserve(text, len);
    if (at != NULL && len > 0)
        memcpy(at, data, len);
}

static inline void text_append(struct text *text, struct slice slice)
{
    text_bytes(text, slice.data, slice.len);
}

#define text_literal(text, literal) text_bytes((text), (literal), sizeof(literal) - 1)

void text_unsigned(struct text *text, uint64_t value);
void text_signed(struct text *text, int64_t value);

/* A JSON string with its quotes; bytes below 0x20, quote and backslash escaped, the rest as they
 * are. */
void text_json_string(struct text *text, struct slice value);
/* The same of bytes that need be no UTF-8: a question mark for each that is none. */
void text_json_foreign(struct text *text, struct slice bytes);

/* Writes the terminating NUL behind the text (not counted in len); overflow if there is no room. */
void text_terminate(struct text *text);

/* printf into the text, for what is not on the hot path. Needs one byte more than it writes. */
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
