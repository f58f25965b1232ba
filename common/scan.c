/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the bytes, nothing looked at twice. A bracket's kind is kept as one bit a level, so
 * that a skipped value is checked without recursion. */
#include "common/scan.h"

static bool fail(struct scan *scan, enum scan_error error)
{
    if (scan->error == SCAN_OK)
        scan->error = error;
    return false;
}

/* At the end of the bytes the document is cut; anywhere else it is no JSON. */
static bool fail_here(struct scan *scan)
{
    return fail(scan, scan->at >= scan->end ? SCAN_TRUNCATED : SCAN_SYNTAX);
}

static void pass_space(struct scan *scan)
{
    while (scan->at < scan->end && (unsigned char)*scan->at <= ' ' &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* Takes one expected character, with the space before it. */
static bool take(struct scan *scan, char expected)
{
    pass_space(scan);
    if (scan->at < scan->end && *scan->at == expected) {
        scan->at++;
        return true;
    }
    return false;
}

void scan_begin(struct scan *scan, struct slice document)
{
    *scan = (struct scan){
        .at = document.data, .end = document.data + document.len, .begin = document.data};
}

bool scan_end(struct scan *scan)
{
    if (scan->error != SCAN_OK)
        return false;
    if (scan->depth != 0)
        return fail_here(scan);
    pass_space(scan);
    return scan->at == scan->end || fail(scan, SCAN_SYNTAX);
}

enum scan_type scan_peek(struct scan *scan)
{
    if (scan->error != SCAN_OK)
        return SCAN_NONE;
    pass_space(scan);
    if (scan->at == scan->end)
        return SCAN_NONE;
    switch (*scan->at) {
    case '{':
        return SCAN_OBJECT;
    case '[':
        return SCAN_ARRAY;
    case '"':
        return SCAN_STRING;
    case 't':
        return SCAN_TRUE;
    case 'f':
        return SCAN_FALSE;
    case 'n':
        return SCAN_NULL;
    default:
        return *scan->at == '-' || is_digit(*scan->at) ? SCAN_NUMBER : SCAN_NONE;
    }
}

/* What stands here is not of the type that was asked for: is it a value at all? */
static bool wrong_type(struct scan *scan)
{
    return scan_peek(scan) != SCAN_NONE ? fail(scan, SCAN_TYPE) : fail_here(scan);
}

static bool enter(struct scan *scan, char bracket)
{
    if (scan->error != SCAN_OK)
        return false;
    if (!take(scan, bracket))
        return wrong_type(scan);
    if (scan->depth == SCAN_DEPTH_MAX)
        return fail(scan, SCAN_DEPTH);
    scan->depth++;
    scan->first = true;
    return true;
}

/* True when positioned at the next thing in a bracket; false at its end, which is taken. */
static bool next(struct scan *scan, char bracket)
{
    if (scan->error != SCAN_OK)
        return false;
    if (take(scan, bracket)) {
        scan->depth--;
        scan->first = false;
        return false;
    }
    if (!scan->first && !take(scan, ','))
        return fail_here(scan);
    scan->first = false;
    return true;
}

bool scan_object(struct scan *scan)
{
    return enter(scan, '{');
}

bool scan_array(struct scan *scan)
{
    return enter(scan, '[');
}

bool scan_element(struct scan *scan)
{
    return next(scan, ']');
}

static bool escapes_valid(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\\')
            continue;
        i++;
        if (text.data[i] == 'u') {
            for (int digit = 0; digit < 4; digit++)
                if (++i >= text.len || strchr("0123456789abcdefABCDEF", text.data[i]) == NULL ||
                    text.data[i] == '\0')
                    return false;
        } else if (text.data[i] == '\0' || strchr("\"\\/bfnrt", text.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* A string's bytes; `at` stands behind its first quote. */
static bool string_rest(struct scan *scan, struct slice *text)
{
    const char *begin = scan->at, *at = begin, *end = scan->end;
    bool escaped = false;
    while (at < end && *at != '"') {
        if ((unsigned char)*at < 0x20) {
            scan->at = at;
            return fail(scan, SCAN_SYNTAX);
        }
        escaped |= *at == '\\';
        at += *at == '\\' ? 2 : 1;
    }
    if (at >= end) {
        scan->at = end;
        return fail(scan, SCAN_TRUNCATED);
    }
    *text = (struct slice){begin, (size_t)(at - begin)};
    scan->at = at + 1;
    return !escaped || escapes_valid(*text) || fail(scan, SCAN_SYNTAX);
}

bool scan_member(struct scan *scan, struct slice *key)
{
    if (!next(scan, '}'))
        return false;
    if (!take(scan, '"'))
        return fail_here(scan);
    if (!string_rest(scan, key))
        return false;
    return take(scan, ':') || fail_here(scan);
}

bool scan_string(struct scan *scan, struct slice *text)
{
    if (scan->error != SCAN_OK)
        return false;
    if (!take(scan, '"'))
        return wrong_type(scan);
    return string_rest(scan, text);
}

static const char *pass_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* The end of the number that begins at `at`, or NULL if it is none. */
static const char *number_end(const char *at, const char *end)
{
    at += at < end && *at == '-';
    if (at == end || !is_digit(*at))
        return NULL;
    at = *at == '0' ? at + 1 : pass_digits(at, end);
    if (at < end && *at == '.') {
        const char *digits = at + 1;
        at = pass_digits(digits, end);
        if (at == digits)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        const char *digits = at;
        at = pass_digits(digits, end);
        if (at == digits)
            return NULL;
    }
    return at;
}

bool scan_number(struct scan *scan, struct slice *text)
{
    if (scan->error != SCAN_OK)
        return false;
    if (scan_peek(scan) != SCAN_NUMBER)
        return wrong_type(scan);
    const char *end = number_end(scan->at, scan->end);
    if (end == NULL)
        return fail(scan, SCAN_SYNTAX);
    *text = (struct slice){scan->at, (size_t)(end - scan->at)};
    scan->at = end;
    return true;
}

bool scan_decimal(struct scan *scan, struct decimal *value)
{
    struct slice text;
    if (scan->error != SCAN_OK)
        return false;
    if (take(scan, '"') ? !string_rest(scan, &text) : !scan_number(scan, &text))
        return false;
    switch (decimal_read(text, value)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_SYNTAX:
        return fail(scan, SCAN_TYPE);
    default:
        return fail(scan, SCAN_RANGE);
    }
}

static bool integer(struct scan *scan, bool *negative, uint64_t *magnitude)
{
    struct slice text;
    if (!scan_number(scan, &text))
        return false;
    *negative = text.data[0] == '-';
    *magnitude = 0;
    for (size_t i = *negative; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return fail(scan, SCAN_TYPE);
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (*magnitude > (UINT64_MAX - digit) / 10)
            return fail(scan, SCAN_RANGE);
        *magnitude = *magnitude * 10 + digit;
    }
    return true;
}

bool scan_unsigned(struct scan *scan, uint64_t *value)
{
    bool negative;
    if (!integer(scan, &negative, value))
        return false;
    return !negative || *value == 0 || fail(scan, SCAN_RANGE);
}

bool scan_signed(struct scan *scan, int64_t *value)
{
    bool negative;
    uint64_t magnitude;
    if (!integer(scan, &negative, &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return fail(scan, SCAN_RANGE);
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

static bool word(struct scan *scan, struct slice expected)
{
    if ((size_t)(scan->end - scan->at) < expected.len)
        return fail(scan, memcmp(scan->at, expected.data, (size_t)(scan->end - scan->at)) == 0
                              ? SCAN_TRUNCATED
                              : SCAN_SYNTAX);
    if (memcmp(scan->at, expected.data, expected.len) != 0)
        return fail(scan, SCAN_SYNTAX);
    scan->at += expected.len;
    return true;
}

bool scan_boolean(struct scan *scan, bool *value)
{
    enum scan_type type = scan_peek(scan);
    if (scan->error != SCAN_OK)
        return false;
    if (type != SCAN_TRUE && type != SCAN_FALSE)
        return wrong_type(scan);
    *value = type == SCAN_TRUE;
    return word(scan, *value ? SLICE("true") : SLICE("false"));
}

bool scan_null(struct scan *scan)
{
    if (scan->error != SCAN_OK)
        return false;
    return scan_peek(scan) == SCAN_NULL ? word(scan, SLICE("null")) : wrong_type(scan);
}

/* Takes a scalar; an open bracket is entered and its bit set in `objects` if it is an object's. */
static bool skip_one(struct scan *scan, uint64_t *objects)
{
    struct slice text;
    bool boolean;
    enum scan_type type = scan_peek(scan);
    switch (type) {
    case SCAN_STRING:
        return scan_string(scan, &text);
    case SCAN_NUMBER:
        return scan_number(scan, &text);
    case SCAN_TRUE:
    case SCAN_FALSE:
        return scan_boolean(scan, &boolean);
    case SCAN_NULL:
        return scan_null(scan);
    case SCAN_OBJECT:
    case SCAN_ARRAY:
        *objects = *objects << 1 | (type == SCAN_OBJECT);
        return type == SCAN_OBJECT ? scan_object(scan) : scan_array(scan);
    default:
        return fail_here(scan);
    }
}

bool scan_skip(struct scan *scan)
{
    uint32_t outside = scan->depth;
    uint64_t objects = 0; /* a bit a level below `outside`: SCAN_DEPTH_MAX fits */
    struct slice key;
    if (scan->error != SCAN_OK || !skip_one(scan, &objects))
        return false;
    while (scan->depth > outside) {
        uint32_t depth = scan->depth;
        bool more = objects & 1 ? scan_member(scan, &key) : scan_element(scan);
        if (more ? !skip_one(scan, &objects) : scan->error != SCAN_OK)
            return false;
        if (scan->depth < depth)
            objects >>= 1;
    }
    return true;
}

bool scan_raw(struct scan *scan, struct slice *raw)
{
    pass_space(scan);
    const char *begin = scan->at;
    if (!scan_skip(scan))
        return false;
    *raw = (struct slice){begin, (size_t)(scan->at - begin)};
    return true;
}

static bool hex4(const char *at, const char *end, uint32_t *code)
{
    *code = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit = is_digit(c)              ? (uint32_t)(c - '0')
                         : (c >= 'a' && c <= 'f') ? (uint32_t)(c - 'a' + 10)
                         : (c >= 'A' && c <= 'F') ? (uint32_t)(c - 'A' + 10)
                                                  : 16;
        if (digit == 16)
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
    const char *at = string.data, *end = at + string.len;
    while (at < end) {
        if (*at != '\\') {
            text_bytes(out, at++, 1);
            continue;
        }
        if (++at == end)
            return false;
        char name = *at++;
        const char *known = name != '\0' ? strchr(names, name) : NULL;
        if (name == 'u' ? !unescape_code(&at, end, out) : known == NULL)
            return false;
        if (name != 'u')
            text_bytes(out, &values[known - names], 1);
    }
    return true;
}

const char *scan_error_name(enum scan_error error)
{
    static const char *const names[] = {
        "ok", "not JSON", "cut off", "of another type", "too large a number", "nested too deep"};
    return names[error];
}
