/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes of JSON strings: apart from the scanner, for exchange data has next to none. */
#include "common/scan.h"

static bool hex4(const char *at, const char *end, uint32_t *code)
{
    *code = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit = digits_value(c);
        if (digit > 9 && c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (digit > 9 && c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        if (digit > 15)
            return false;
        *code = *code << 4 | digit;
    }
    return true;
}

static void write_utf8(struct text *out, uint32_t code)
{
    char bytes[4];
    size_t len = 0;
    if (code < 0x80) {
        bytes[len++] = (char)code;
    } else if (code < 0x800) {
        bytes[len++] = (char)(0xc0 | code >> 6);
        bytes[len++] = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        bytes[len++] = (char)(0xe0 | code >> 12);
        bytes[len++] = (char)(0x80 | (code >> 6 & 63));
        bytes[len++] = (char)(0x80 | (code & 63));
    } else {
        bytes[len++] = (char)(0xf0 | code >> 18);
        bytes[len++] = (char)(0x80 | (code >> 12 & 63));
        bytes[len++] = (char)(0x80 | (code >> 6 & 63));
        bytes[len++] = (char)(0x80 | (code & 63));
    }
    text_bytes(out, bytes, len);
}

/* \uXXXX, with its second half if it is a surrogate; `*at` stands behind the 'u' and moves on. */
static bool unescape_code(const char **at, const char *end, struct text *out)
{
    uint32_t code, low;
    if (!hex4(*at, end, &code) || (code >= 0xdc00 && code < 0xe000))
        return false;
    *at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' || !hex4(*at + 2, end, &low) ||
            low < 0xdc00 || low >= 0xe000)
            return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *at += 6;
    }
    write_utf8(out, code);
    return true;
}

bool scan_unescape(struct slice string, struct text *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (string.len == 0)
        return true;
    const char *at = string.data, *end = at + string.len;
    for (;;) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        if (escape == NULL) {
            text_bytes(out, at, (size_t)(end - at));
            return true;
        }
        text_bytes(out, at, (size_t)(escape - at));
        if (end - escape < 2)
            return false;
        at = escape + 2;
        const char *known = memchr(names, escape[1], sizeof names - 1);
        if (known != NULL)
            text_bytes(out, &values[known - names], 1);
        else if (escape[1] != 'u' || !unescape_code(&at, end, out))
            return false;
    }
}
