/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and printing of exact decimals. Nineteen digits fit 64 bits, and nearly every number has
 * fewer: that is the fast path; the others go through 128 bit arithmetic. */
#include "common/decimal.h"

#define DIGITS_FAST  19 /* any number of so many digits fits 64 bits */
#define SCALE_MAX    28
#define EXPONENT_MAX 1000000 /* beyond it no number can be held, whatever its digits */

__extension__ typedef unsigned __int128 wide;

static const wide mantissa_max = (((wide)UINT32_MAX) << 64) | UINT64_MAX;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static void store(struct decimal *out, wide mantissa, uint8_t scale, bool negative)
{
    *out = (struct decimal){.low = (uint64_t)mantissa,
                            .high = (uint32_t)(mantissa >> 64),
                            .scale = scale,
                            .negative = negative && mantissa != 0};
}

/* The exponent behind 'e' or 'E'; what is beyond EXPONENT_MAX is as good as that. */
static bool read_exponent(const char *at, const char *end, long *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (*exponent < EXPONENT_MAX)
            *exponent = *exponent * 10 + (*at - '0');
    }
    if (negative)
        *exponent = -*exponent;
    return true;
}

/* The general case: any number of digits, an exponent. `mantissa` collects the significant digits
 * up to the last one that is not zero; zeros behind it are counted and put back as far as they can
 * be held. */
static enum decimal_error read_slowly(const char *at, const char *end, bool negative,
                                      struct decimal *out)
{
    wide mantissa = 0;
    long zeros = 0, scale = 0, exponent = 0;
    bool point = false, any = false, fits = true;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.' && !point && any && at + 1 < end && is_digit(at[1])) {
            point = true;
            continue;
        }
        if (!is_digit(*at))
            return DECIMAL_SYNTAX;
        any = true;
        scale += point;
        if (*at == '0') {
            zeros += mantissa != 0;
            continue;
        }
        for (; zeros >= 0 && fits; zeros--) {
            fits = mantissa <= mantissa_max / 10;
            mantissa *= 10;
        }
        zeros = 0;
        unsigned int digit = (unsigned char)(*at - '0');
        fits = fits && mantissa <= mantissa_max - digit;
        mantissa += digit;
    }
    if (!any || (at < end && !read_exponent(at + 1, end, &exponent)))
        return DECIMAL_SYNTAX;
    scale -= exponent;
    if (mantissa == 0) {
        store(out, 0, scale < 0 ? 0 : scale > SCALE_MAX ? SCALE_MAX : (uint8_t)scale, false);
        return DECIMAL_OK;
    }
    /* Now the value is mantissa * 10^(zeros - scale): fraction zeros that cannot be held are
     * dropped. */
    for (; fits && zeros > 0 && (scale <= SCALE_MAX || scale < 0); zeros--) {
        if (mantissa > mantissa_max / 10)
            break;
        mantissa *= 10;
    }
    scale -= zeros;
    for (; fits && scale < 0; scale++) {
        fits = mantissa <= mantissa_max / 10;
        mantissa *= 10;
    }
    if (!fits || scale > SCALE_MAX)
        return DECIMAL_TOO_LARGE;
    store(out, mantissa, (uint8_t)scale, negative);
    return DECIMAL_OK;
}

enum decimal_error decimal_read(struct slice digits, struct decimal *out)
{
    const char *at = digits.data, *end = at + digits.len;
    bool negative = digits.len > 0 && *at == '-';
    at += negative;
    if (at == end || !is_digit(*at))
        return DECIMAL_SYNTAX;
    if (end - at > DIGITS_FAST)
        return read_slowly(at, end, negative, out);
    const char *first = at, *point = NULL;
    uint64_t mantissa = 0;
    for (; at < end; at++) {
        unsigned char digit = (unsigned char)(*at - '0');
        if (digit <= 9)
            mantissa = mantissa * 10 + digit;
        else if (*at == '.' && point == NULL)
            point = at;
        else
            return read_slowly(first, end, negative, out);
    }
    if (point == end - 1)
        return DECIMAL_SYNTAX;
    *out = (struct decimal){.low = mantissa,
                            .scale = point != NULL ? (uint8_t)(end - 1 - point) : 0,
                            .negative = negative && mantissa != 0};
    return DECIMAL_OK;
}

/* Digits of the mantissa, from the last to the first, into the end of `digits`; where they begin.
 */
static char *print_digits(const struct decimal *value, char *end)
{
    static const uint64_t chunk = UINT64_C(10000000000000000000); /* 10^19 */
    char *at = end;
    uint64_t low = value->low;
    if (value->high != 0) {
        wide mantissa = (wide)value->high << 64 | value->low;
        uint64_t rest = (uint64_t)(mantissa % chunk);
        low = (uint64_t)(mantissa / chunk);
        for (int i = 0; i < 19; i++, rest /= 10)
            *--at = (char)('0' + rest % 10);
    }
    for (; low >= 100; low /= 100) {
        uint64_t pair = low % 100;
        *--at = (char)('0' + pair % 10);
        *--at = (char)('0' + pair / 10);
    }
    if (low >= 10) {
        *--at = (char)('0' + low % 10);
        low /= 10;
    }
    *--at = (char)('0' + low);
    return at;
}

void decimal_write(struct text *text, const struct decimal *value)
{
    char digits[2 * DECIMAL_TEXT_MAX];
    char *end = digits + sizeof digits;
    char *at = print_digits(value, end);
    while (end - at <= value->scale)
        *--at = '0';
    if (value->scale > 0) {
        size_t whole = (size_t)(end - at) - value->scale;
        memmove(at - 1, at, whole);
        at--;
        at[whole] = '.';
    }
    if (value->negative)
        *--at = '-';
    text_bytes(text, at, (size_t)(end - at));
}

/* mantissa * 10^steps as far as it fits 128 bits: 96 bits and 10^9 do. */
static wide scaled(wide mantissa, unsigned int steps)
{
    while (steps-- > 0)
        mantissa *= 10;
    return mantissa;
}

static int compare_magnitudes(const struct decimal *a, const struct decimal *b)
{
    wide x = (wide)a->high << 64 | a->low, y = (wide)b->high << 64 | b->low;
    if (a->scale > b->scale)
        return -compare_magnitudes(b, a);
    unsigned int steps = (unsigned int)(b->scale - a->scale);
    /* x has the smaller scale: x * 10^steps against y. What overflows is larger than any y. */
    while (steps > 9) {
        if (x > mantissa_max)
            return 1;
        x = scaled(x, 9);
        steps -= 9;
    }
    if (x > mantissa_max)
        return 1;
    x = scaled(x, steps);
    return (x > y) - (x < y);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int order = a->scale == b->scale && (a->high | b->high) == 0
                    ? (a->low > b->low) - (a->low < b->low)
                    : compare_magnitudes(a, b);
    return a->negative ? -order : order;
}
