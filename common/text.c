/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers two digits at a time: printing is on the hot path. */
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

void text_unsigned(struct text *text, uint64_t value)
{
    char digits[20];
    char *at = digits + sizeof digits;
    while (value >= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        at -= 2;
        memcpy(at, pairs + 2 * value, 2);
    } else {
        *--at = (char)('0' + value);
    }
    text_bytes(text, at, (size_t)(digits + sizeof digits - at));
}

void text_signed(struct text *text, int64_t value)
{
    if (value < 0)
        text_literal(text, "-");
    text_unsigned(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void escape(struct text *text, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char escaped[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    if (byte == '"' || byte == '\\') {
        escaped[1] = (char)byte;
        text_bytes(text, escaped, 2);
    } else {
        text_bytes(text, escaped, sizeof escaped);
    }
}

void text_json_string(struct text *text, struct slice value)
{
    size_t plain = 0;
    text_literal(text, "\"");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        text_bytes(text, value.data + plain, i - plain);
        escape(text, byte);
        plain = i + 1;
    }
    if (value.len > plain)
        text_bytes(text, value.data + plain, value.len - plain);
    text_literal(text, "\"");
}

void text_terminate(struct text *text)
{
    text_bytes(text, "", 1);
    if (!text->overflow)
        text->len--;
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = text->capacity - text->len;
    if (text->overflow || room == 0) {
        text->overflow = true;
        return;
    }
    va_start(arguments, format);
    int len = vsnprintf(text->data + text->len, room, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= room)
        text->overflow = true;
    else
        text->len += (size_t)len;
}
