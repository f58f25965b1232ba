/* SPDX-License-Identifier: Apache-2.0 */
#include "common/text.h"

#include "common/digits.h"

#include <stdarg.h>
#include <stdio.h>

static void write_integer(struct text *text, bool negative, uint64_t magnitude)
{
    unsigned int count = digits_count(magnitude);
    char *at = text_reserve(text, count + negative);
    if (at == NULL)
        return;
    *at = '-'; /* overwritten if there is no sign */
    digits_write(at + negative, magnitude, count);
}

void text_unsigned(struct text *text, uint64_t value)
{
    write_integer(text, false, value);
}

void text_signed(struct text *text, int64_t value)
{
    write_integer(text, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
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
    size_t plain = 0; /* where the bytes not yet written begin */
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

void text_json_foreign(struct text *text, struct slice bytes)
{
    size_t sound = 0; /* where the bytes not yet written begin */
    text_literal(text, "\"");
    for (size_t i = 0, len; i < bytes.len; i += len) {
        unsigned char byte = (unsigned char)bytes.data[i];
        len = sequence_len((const unsigned char *)bytes.data + i, bytes.len - i);
        if (len > 0 && byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        text_bytes(text, bytes.data + sound, i - sound);
        if (len > 0)
            escape(text, byte);
        else
            text_literal(text, "?");
        len = 1;
        sound = i + 1;
    }
    if (bytes.len > sound)
        text_bytes(text, bytes.data + sound, bytes.len - sound);
    text_literal(text, "\"");
}

void text_terminate(struct text *text)
{
    char *at = text_reserve(text, 1);
    if (at == NULL)
        return;
    *at = '\0';
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
    /* vsnprintf wants room for a NUL too: a text that fits to the last byte counts as too long. */
    if (len < 0 || (size_t)len >= room)
        text->overflow = true;
    else
        text->len += (size_t)len;
}
