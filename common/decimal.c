/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and printing of exact decimals. Nearly every number has at most nineteen digits and no
 * exponent: that is the fast path, in 64 bits; the others take 128 bit arithmetic. */
#include "common/decimal.h"

#include "common/ensure.h"

#define SCALE_MAX    28
#define MANTISSA_LEN 29                          /* digits of 2^96 - 1 */
#define EXPONENT_MAX INT64_C(100000000000000000) /* more than any text is long */
#define CHUNK_LEN    19                          /* 10^19: the largest power in 64 bits */
#define CHUNK        UINT64_C(10000000000000000000)

__extension__ typedef unsigned __int128 wide;

static const wide mantissa_max = ((wide)UINT32_MAX << 64) | UINT64_MAX;

/* A number taken apart: mantissa * 10^(zeros - scale), the mantissa without the zeros at its end,
 * so that no digit is lost before it is known whether it matters. */
struct parts {
    wide mantissa;
    int64_t zeros;
    int64_t scale;
    bool fits; /* the mantissa holds all digits */
};

/* mantissa * 10^times; false if 96 bits do not hold it. Ends after 29 steps if it is not 0. */
static bool times_ten(wide *mantissa, int64_t times)
{
    for (; times > 0; times--) {
        if (*mantissa > mantissa_max / 10)
            return false;
        *mantissa *= 10;
    }
    return true;
}

/* Digits with a point, up to an exponent or the end: where they end, NULL if they are no number. */
static const char *read_digits(const char *at, const char *end, struct parts *parts)
{
    const char *point = NULL, *first = at;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        unsigned int digit = digits_value(*at);
        if (*at == '.' && point == NULL && at > first) {
            point = at;
            continue;
        }
        if (digit > 9)
            return NULL;
        if (digit == 0) {
            parts->zeros += parts->mantissa != 0;
            continue;
        }
        if (parts->fits && times_ten(&parts->mantissa, parts->zeros + 1))
            parts->mantissa += digit;
        else
            parts->fits = false;
        parts->fits = parts->fits && parts->mantissa <= mantissa_max;
        parts->zeros = 0;
    }
    if (at == first || point == at - 1)
        return NULL;
    parts->scale = point != NULL ? at - 1 - point : 0;
    return at;
}

/* What stands behind 'e' or 'E'; beyond EXPONENT_MAX it is as good as that. */
static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    for (; at < end; at++) {
        unsigned int digit = digits_value(*at);
        if (digit > 9)
            return false;
        if (*exponent < EXPONENT_MAX)
            *exponent = *exponent * 10 + digit;
    }
    if (negative)
        *exponent = -*exponent;
    return true;
}

/* Puts the zeros back as far as they can be held; only those of the fraction may be left out. */
static bool settle(struct parts *parts)
{
    if (parts->mantissa == 0) {
        parts->scale = parts->scale < 0 ? 0 : parts->scale > SCALE_MAX ? SCALE_MAX : parts->scale;
        return true;
    }
    int64_t beyond = parts->scale - SCALE_MAX;
    if (!parts->fits || beyond > parts->zeros)
        return false;
    if (beyond > 0) {
        parts->zeros -= beyond;
        parts->scale = SCALE_MAX;
    }
    while (parts->zeros > 0 && times_ten(&parts->mantissa, 1))
        parts->zeros--;
    parts->scale -= parts->zeros;
    if (!times_ten(&parts->mantissa, -parts->scale))
        return false;
    if (parts->scale < 0)
        parts->scale = 0;
    return true;
}

static enum decimal_error read_slowly(const char *at, const char *end, struct decimal *out)
{
    struct parts parts = {.fits = true};
    int64_t exponent = 0;
    bool negative = *at == '-';
    at = read_digits(at + negative, end, &parts);
    if (at == NULL || (at < end && !read_exponent(at + 1, end, &exponent)))
        return DECIMAL_SYNTAX;
    parts.scale -= exponent;
    if (!settle(&parts))
        return DECIMAL_TOO_LARGE;
    *out = (struct decimal){.low = (uint64_t)parts.mantissa,
                            .high = (uint32_t)(parts.mantissa >> 64),
                            .scale = (uint8_t)parts.scale,
                            .negative = negative && parts.mantissa != 0};
    return DECIMAL_OK;
}

const char *decimal_plain_near(const char *at, const char *end, struct decimal *out)
{
    char padded[2 * DECIMAL_PLAIN_ROOM] = {0};
    size_t len = (size_t)(end - at);
    if (len == 0 || len > DECIMAL_PLAIN_ROOM)
        return NULL;
    memcpy(padded, at, len);
    const char *stop = decimal_plain(padded, out);
    return stop != NULL ? at + (stop - padded) : NULL;
}

/* mantissa * 10^-scale with a scale that may be negative; false if it takes more than 64 bits. */
static bool settle_usual(uint64_t mantissa, int64_t scale, struct decimal *out)
{
    if (scale > SCALE_MAX || scale < -DIGITS_FIT_64)
        return false;
    uint64_t power = scale < 0 ? digits_powers[-scale] : 1;
    if (power > 1 && mantissa > UINT64_MAX / power)
        return false;
    *out = (struct decimal){.low = mantissa * power, .scale = (uint8_t)(scale < 0 ? 0 : scale)};
    return true;
}

/* At most nineteen digits and a point, perhaps an exponent: the usual number, in 64 bits. */
static bool read_usual(const char *at, const char *end, struct decimal *out)
{
    uint64_t mantissa = 0;
    int64_t exponent = 0;
    const char *point = NULL;
    bool negative = *at == '-';
    const char *first = at += negative;
    for (; at < end && (*at | 0x20) != 'e'; at++) {
        unsigned int digit = digits_value(*at);
        if (digit <= 9)
            mantissa = mantissa * 10 + digit;
        else if (*at == '.' && point == NULL && at > first)
            point = at;
        else
            return false;
    }
    if (at == first || point == at - 1 || (at < end && !read_exponent(at + 1, end, &exponent)))
        return false;
    int64_t scale = (point != NULL ? at - 1 - point : 0) - exponent;
    if (!settle_usual(mantissa, scale, out))
        return false;
    out->negative = negative && mantissa != 0;
    return true;
}

enum decimal_error decimal_read(struct slice digits, struct decimal *out)
{
    if (digits.len == 0)
        return DECIMAL_SYNTAX;
    const char *end = digits.data + digits.len;
    if (digits.len <= DIGITS_FIT_64 && read_usual(digits.data, end, out))
        return DECIMAL_OK;
    return read_slowly(digits.data, end, out);
}

/* Beyond 64 bits: all 29 digits, of which the leading zeros are passed over. */
static void write_wide(struct text *text, const struct decimal *value)
{
    char digits[MANTISSA_LEN];
    wide mantissa = (wide)value->high << 64 | value->low;
    digits_write(digits, (uint64_t)(mantissa / CHUNK), MANTISSA_LEN - CHUNK_LEN);
    digits_write(digits + MANTISSA_LEN - CHUNK_LEN, (uint64_t)(mantissa % CHUNK), CHUNK_LEN);
    size_t whole = MANTISSA_LEN - (size_t)value->scale, zeros = 0;
    while (zeros + 1 < whole && digits[zeros] == '0')
        zeros++;
    size_t point = value->scale > 0;
    char *at = text_reserve(text, value->negative + MANTISSA_LEN - zeros + point);
    if (at == NULL)
        return;
    if (value->negative)
        *at++ = '-';
    memcpy(at, digits + zeros, whole - zeros);
    at += whole - zeros;
    if (value->scale > 0) {
        *at++ = '.';
        memcpy(at, digits + whole, value->scale);
    }
}

void decimal_write(struct text *text, const struct decimal *value)
{
    ENSURE(value->scale <= SCALE_MAX);
    if (value->high != 0) {
        write_wide(text, value);
        return;
    }
    unsigned int scale = value->scale, count = digits_count(value->low);
    unsigned int whole = count > scale ? count - scale : 1;
    char *at = text_reserve(text, value->negative + whole + (scale > 0) + scale);
    if (at == NULL)
        return;
    if (value->negative)
        *at++ = '-';
    uint64_t left = value->low;
    if (scale > 0) {
        left = digits_write(at + whole + 1, left, scale);
        at[whole] = '.';
    }
    digits_write(at, left, whole);
}

static int compare_magnitudes(const struct decimal *a, const struct decimal *b)
{
    if (a->scale > b->scale)
        return -compare_magnitudes(b, a);
    wide x = (wide)a->high << 64 | a->low, y = (wide)b->high << 64 | b->low;
    /* To the same scale; an x beyond 96 bits is larger than any y already. */
    for (unsigned int steps = (unsigned int)(b->scale - a->scale); steps > 0; steps--) {
        if (x > mantissa_max)
            return 1;
        x *= 10;
    }
    return (x > y) - (x < y);
}

bool decimal_shift(struct decimal *value, unsigned int places)
{
    unsigned int scale = value->scale < places ? value->scale : places;
    wide mantissa = (wide)value->high << 64 | value->low;
    if (mantissa != 0 && !times_ten(&mantissa, places - scale))
        return false;
    value->low = (uint64_t)mantissa;
    value->high = (uint32_t)(mantissa >> 64);
    value->scale = (uint8_t)(value->scale - scale);
    return true;
}

/* Two mantissas of 96 bits and their sum fit into 128 signed ones. */
bool decimal_add(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    uint8_t scale = a->scale > b->scale ? a->scale : b->scale;
    wide x = (wide)a->high << 64 | a->low, y = (wide)b->high << 64 | b->low;
    if ((x != 0 && !times_ten(&x, scale - a->scale)) ||
        (y != 0 && !times_ten(&y, scale - b->scale)))
        return false;
    bool negative = a->negative;
    if (a->negative == b->negative) {
        x += y;
    } else if (x >= y) {
        x -= y;
    } else {
        x = y - x;
        negative = b->negative;
    }
    if (x > mantissa_max)
        return false;
    *out = (struct decimal){.low = (uint64_t)x,
                            .high = (uint32_t)(x >> 64),
                            .scale = scale,
                            .negative = negative && x != 0};
    return true;
}

bool decimal_subtract(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    struct decimal less = *b;
    less.negative = !decimal_is_zero(b) && !b->negative;
    return decimal_add(a, &less, out);
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
