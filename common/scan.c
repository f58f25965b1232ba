/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the bytes, nothing looked at twice where the document is as exchanges write it;
 * what is written otherwise, right or wrong, takes a slower way of its own, so that the quick ones
 * need few registers. After an error there are no more bytes: `end` comes to `at`, and nothing else
 * has to ask. A bracket's kind is kept as one bit a level, so that a skipped value is checked
 * without recursion. */
#include "common/scan.h"

#include "common/ensure.h"

#define SLOW __attribute__((noinline, cold))

bool scan_fail(struct scan *scan, enum scan_error error)
{
    if (scan->error == SCAN_OK)
        scan->error = error;
    scan->end = scan->at;
    return false;
}

/* At the end of the bytes the document is cut; anywhere else it is no JSON. */
static SLOW bool fail_here(struct scan *scan)
{
    return scan_fail(scan, scan->at == scan->end ? SCAN_TRUNCATED : SCAN_SYNTAX);
}

static inline bool is_digit(char c)
{
    return digits_value(c) <= 9;
}

/* The next byte that is not white space, where `at` then stands; NUL at the end (a NUL in the
 * document is no JSON either, wherever it is asked for). */
static inline char look(struct scan *scan)
{
    for (; scan->at < scan->end; scan->at++) {
        char c = *scan->at;
        if ((unsigned char)c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t'))
            return c;
    }
    return '\0';
}

static inline bool take(struct scan *scan, char expected)
{
    if (look(scan) != expected)
        return false;
    scan->at++;
    return true;
}

void scan_begin(struct scan *scan, struct slice document)
{
    const char *begin = document.len > 0 ? document.data : ""; /* a member that is not there */
    *scan = (struct scan){.at = begin, .begin = begin, .end = begin + document.len};
}

bool scan_end(struct scan *scan)
{
    if (scan->error != SCAN_OK)
        return false;
    look(scan);
    if (scan->depth != 0)
        return fail_here(scan);
    return scan->at == scan->end || scan_fail(scan, SCAN_SYNTAX);
}

static inline enum scan_type type_of(char c)
{
    switch (c) {
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
        return c == '-' || is_digit(c) ? SCAN_NUMBER : SCAN_NONE;
    }
}

enum scan_type scan_peek(struct scan *scan)
{
    return scan->error == SCAN_OK ? type_of(look(scan)) : SCAN_NONE;
}

/* What stands here is not of the type that was asked for: is it a value at all? */
static SLOW bool wrong_type(struct scan *scan)
{
    return scan_peek(scan) != SCAN_NONE ? scan_fail(scan, SCAN_TYPE) : fail_here(scan);
}

static inline bool enter(struct scan *scan, char bracket)
{
    if (!take(scan, bracket))
        return wrong_type(scan);
    if (scan->depth == SCAN_DEPTH_MAX)
        return scan_fail(scan, SCAN_DEPTH);
    scan->depth++;
    scan->first = true;
    return true;
}

/* True when positioned at the next thing in a bracket; false at its end, which is taken. */
static inline bool next(struct scan *scan, char bracket)
{
    char c = look(scan);
    if (c == bracket) {
        ENSURE(scan->depth > 0);
        scan->at++;
        scan->depth--;
        scan->first = false;
        return false;
    }
    if (c != ',' && (c == '\0' || !scan->first))
        return fail_here(scan);
    scan->at += !scan->first;
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

/* The first byte from `at` on that is not plainly part of a string: a quote, a backslash, a control
 * character; `end` if there is none. */
static inline const char *pass_plain(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        int found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
        if (found != 0)
            return at + __builtin_ctz((unsigned int)found);
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Passes over what follows a backslash; on an error `at` stands at the first byte that is wrong. */
static bool pass_escape(struct scan *scan)
{
    static const char names[] = "\"\\/bfnrtu";
    if (scan->at == scan->end || memchr(names, *scan->at, sizeof names - 1) == NULL)
        return fail_here(scan);
    if (*scan->at++ != 'u')
        return true;
    for (int i = 0; i < 4; i++, scan->at++)
        if (scan->at == scan->end || !is_hex(*scan->at))
            return fail_here(scan);
    return true;
}

/* A string's bytes up to its last quote, which is taken; `at` stands behind the first one. */
static inline bool string_rest(struct scan *scan, struct slice *text)
{
    const char *begin = scan->at;
    for (;;) {
        scan->at = pass_plain(scan->at, scan->end);
        if (scan->at == scan->end || (unsigned char)*scan->at < 0x20)
            return fail_here(scan);
        if (*scan->at++ == '"')
            break;
        if (!pass_escape(scan))
            return false;
    }
    *text = (struct slice){begin, (size_t)(scan->at - 1 - begin)};
    return true;
}

static inline bool member_key(struct scan *scan, struct slice *key)
{
    if (!take(scan, '"'))
        return fail_here(scan);
    return string_rest(scan, key) && (take(scan, ':') || fail_here(scan));
}

bool scan_member_slowly(struct scan *scan, struct slice *key)
{
    return next(scan, '}') && member_key(scan, key);
}

bool scan_string(struct scan *scan, struct slice *text)
{
    if (!take(scan, '"'))
        return wrong_type(scan);
    return string_rest(scan, text);
}

/* At least one digit. */
static inline bool pass_digits(struct scan *scan)
{
    const char *at = scan->at;
    while (at < scan->end && is_digit(*at))
        at++;
    bool any = at > scan->at;
    scan->at = at;
    return any || fail_here(scan);
}

static inline bool at_one_of(const struct scan *scan, char a, char b)
{
    return scan->at < scan->end && (*scan->at == a || *scan->at == b);
}

static inline bool ends_value(char c)
{
    return c == ',' || c == '}' || c == ']';
}

/* How many digits a natural number has that stands at `at` and ends as numbers mostly do; 0 if it
 * is anything else, right or wrong. */
static inline unsigned int natural_len(const struct scan *scan)
{
    const char *at = scan->at;
    if (scan->end - at < DIGITS_WINDOW + 8)
        return 0;
    unsigned int len = (unsigned int)__builtin_ctz(digits_look(at));
    bool ended = len < DIGITS_WINDOW && ends_value(at[len]);
    return ended && (*at != '0' || len == 1) ? len : 0;
}

/* Passes over the number at which `at` stands; on an error it stands at the first wrong byte. */
static inline bool pass_number(struct scan *scan)
{
    unsigned int len = natural_len(scan);
    if (len > 0) {
        scan->at += len;
        return true;
    }
    scan->at += *scan->at == '-';
    if (at_one_of(scan, '0', '0')) {
        scan->at++;
        if (scan->at < scan->end && is_digit(*scan->at))
            return fail_here(scan);
    } else if (!pass_digits(scan)) {
        return false;
    }
    if (at_one_of(scan, '.', '.')) {
        scan->at++;
        if (!pass_digits(scan))
            return false;
    }
    if (at_one_of(scan, 'e', 'E')) {
        scan->at++;
        scan->at += at_one_of(scan, '+', '-');
        return pass_digits(scan);
    }
    return true;
}

bool scan_number(struct scan *scan, struct slice *text)
{
    if (type_of(look(scan)) != SCAN_NUMBER)
        return wrong_type(scan);
    const char *begin = scan->at;
    if (!pass_number(scan))
        return false;
    *text = (struct slice){begin, (size_t)(scan->at - begin)};
    return true;
}

/* Whether the bare number from `first` to `at` ends as numbers mostly do, with no zero too many. */
static inline bool is_ended(const char *first, const char *at)
{
    first += *first == '-';
    return ends_value(*at) && (*first != '0' || !is_digit(first[1]));
}

static SLOW bool decimal_slowly(struct scan *scan, struct decimal *value)
{
    struct slice text;
    bool quoted = take(scan, '"');
    const char *at = quoted ? decimal_plain_near(scan->at, scan->end, value) : NULL;
    if (at != NULL && at < scan->end && *at == '"') {
        scan->at = at + 1;
        return true;
    }
    if (quoted ? !string_rest(scan, &text) : !scan_number(scan, &text))
        return false;
    switch (decimal_read(text, value)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_SYNTAX:
        return scan_fail(scan, SCAN_TYPE);
    default:
        return scan_fail(scan, SCAN_RANGE);
    }
}

bool scan_decimal(struct scan *scan, struct decimal *value)
{
    const char *first = scan->at, *at;
    if (scan->end - first <= DECIMAL_PLAIN_ROOM)
        return decimal_slowly(scan, value);
    if (__builtin_expect(*first == '"', true)) {
        at = decimal_plain(first + 1, value);
        if (at == NULL || *at != '"')
            return decimal_slowly(scan, value);
        scan->at = at + 1;
        return true;
    }
    at = decimal_plain(first, value);
    if (at == NULL || !is_ended(first, at))
        return decimal_slowly(scan, value);
    scan->at = at;
    return true;
}

static SLOW bool integer_slowly(struct scan *scan, bool *negative, uint64_t *magnitude)
{
    struct slice text;
    if (!scan_number(scan, &text))
        return false;
    *negative = text.data[0] == '-';
    *magnitude = 0;
    for (size_t i = *negative; i < text.len; i++) {
        unsigned int digit = digits_value(text.data[i]);
        if (digit > 9)
            return scan_fail(scan, SCAN_TYPE);
        if (*magnitude > (UINT64_MAX - digit) / 10)
            return scan_fail(scan, SCAN_RANGE);
        *magnitude = *magnitude * 10 + digit;
    }
    return true;
}

/* Takes a natural number of at most fifteen digits, if it is one that natural_len knows. */
static inline bool plain_natural(struct scan *scan, uint64_t *value)
{
    const char *at = scan->at;
    unsigned int len = natural_len(scan);
    if (len == 0)
        return false;
    *value = digits_read(at, len < 8 ? len : 8);
    if (len > 8)
        *value = *value * digits_powers[len - 8] + digits_read(at + 8, len - 8);
    scan->at = at + len;
    return true;
}

static SLOW bool unsigned_slowly(struct scan *scan, uint64_t *value)
{
    bool negative;
    uint64_t magnitude;
    if (!integer_slowly(scan, &negative, &magnitude))
        return false;
    if (negative && magnitude != 0)
        return scan_fail(scan, SCAN_RANGE);
    *value = magnitude;
    return true;
}

bool scan_unsigned(struct scan *scan, uint64_t *value)
{
    return plain_natural(scan, value) || unsigned_slowly(scan, value);
}

bool scan_signed(struct scan *scan, int64_t *value)
{
    bool negative = false;
    uint64_t magnitude;
    if (!plain_natural(scan, &magnitude) && !integer_slowly(scan, &negative, &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return scan_fail(scan, SCAN_RANGE);
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

static bool pass_word(struct scan *scan, struct slice expected)
{
    for (size_t i = 0; i < expected.len; i++, scan->at++)
        if (scan->at == scan->end || *scan->at != expected.data[i])
            return fail_here(scan);
    return true;
}

bool scan_boolean(struct scan *scan, bool *value)
{
    char c = look(scan);
    if (c != 't' && c != 'f')
        return wrong_type(scan);
    *value = c == 't';
    return pass_word(scan, *value ? SLICE("true") : SLICE("false"));
}

bool scan_null(struct scan *scan)
{
    return look(scan) == 'n' ? pass_word(scan, SLICE("null")) : wrong_type(scan);
}

/* Takes a value that is no bracket, at which `at` stands. */
static inline bool pass_scalar(struct scan *scan)
{
    struct slice text;
    switch (scan->at < scan->end ? type_of(*scan->at) : SCAN_NONE) {
    case SCAN_STRING:
        scan->at++;
        return string_rest(scan, &text);
    case SCAN_NUMBER:
        return pass_number(scan);
    case SCAN_TRUE:
        return pass_word(scan, SLICE("true"));
    case SCAN_FALSE:
        return pass_word(scan, SLICE("false"));
    case SCAN_NULL:
        return pass_word(scan, SLICE("null"));
    default:
        return fail_here(scan);
    }
}

/* Takes a scalar; a bracket is entered and a bit put to `objects`: 1 if it is an object's. */
static inline bool pass_value(struct scan *scan, uint64_t *objects)
{
    char c = look(scan);
    if (c != '{' && c != '[')
        return pass_scalar(scan);
    *objects = *objects << 1 | (c == '{');
    return enter(scan, c);
}

static bool pass_bracket(struct scan *scan)
{
    uint32_t outside = scan->depth;
    uint64_t objects = 0; /* a bit a level below `outside`: SCAN_DEPTH_MAX fits */
    struct slice key;
    if (!pass_value(scan, &objects))
        return false;
    while (scan->depth > outside) {
        bool object = objects & 1;
        if (next(scan, object ? '}' : ']')) {
            if ((object && !member_key(scan, &key)) || !pass_value(scan, &objects))
                return false;
        } else if (scan->error == SCAN_OK) {
            objects >>= 1;
        } else {
            return false;
        }
    }
    return true;
}

bool scan_skip(struct scan *scan)
{
    struct slice text;
    char c = look(scan);
    if (c == '"') {
        scan->at++;
        return string_rest(scan, &text);
    }
    return c == '{' || c == '[' ? pass_bracket(scan) : pass_scalar(scan);
}

bool scan_raw(struct scan *scan, struct slice *raw)
{
    look(scan);
    const char *begin = scan->at;
    if (!scan_skip(scan))
        return false;
    *raw = (struct slice){begin, (size_t)(scan->at - begin)};
    return true;
}

const char *scan_error_name(enum scan_error error)
{
    static const char *const names[] = {
        "ok", "not JSON", "cut off", "of another type", "too large a number", "nested too deep"};
    return names[error];
}
