/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/fault.h"

#include "common/ensure.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    fault->code = code;
    return false;
}

struct slice fault_word(enum fault_code code)
{
#define FAULT_SLICE(NAME, word) {word, sizeof(word) - 1},
    static const struct slice words[] = {FAULT_WORDS(FAULT_SLICE)};
#undef FAULT_SLICE
    ENSURE((unsigned)code < FAULT_COUNT);
    return words[code];
}

/* Bytes of the UTF-8 sequence that begins here; 0 if it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF). */
static size_t sequence_len(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, len;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (at[0] < forms[i].first_min || at[0] > forms[i].first_max)
            continue;
        size_t len = forms[i].len;
        if (len > left || (len > 1 && (at[1] < forms[i].second_min || at[1] > forms[i].second_max)))
            return 0;
        for (size_t k = 2; k < len; k++)
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        return len;
    }
    return 0;
}

void fault_json_string(struct text *text, struct slice bytes)
{
    char clean[FAULT_BYTES_MAX];
    struct text out = text_over(clean, sizeof clean);
    for (size_t i = 0; i < bytes.len && !out.overflow;) {
        size_t len = sequence_len((const unsigned char *)bytes.data + i, bytes.len - i);
        if (len == 0)
            text_literal(&out, "?");
        else
            text_bytes(&out, bytes.data + i, len);
        i += len == 0 ? 1 : len;
    }
    text_json_string(text, text_slice(&out));
}
