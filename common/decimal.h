/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal: an exact decimal number with the digits it was written with: sign * mantissa *
 * 10^-scale. "0.10" and "0.1" are equal in value and differ in scale, so that what is printed is
 * what was read. Up to 28 significant digits (a 96 bit mantissa) and a scale of up to 28. No double
 * anywhere. Pure. */
#ifndef TICKGATE_COMMON_DECIMAL_H
#define TICKGATE_COMMON_DECIMAL_H

#include "common/digits.h"
#include "common/text.h"

struct decimal {
    uint64_t low;  /* the lower 64 bits of the mantissa */
    uint32_t high; /* the upper 32 bits: nonzero only beyond 19 digits */
    uint8_t scale; /* digits after the point */
    uint8_t negative;
    uint8_t unused[2]; /* zero, so that equal decimals are equal bytes */
};

enum decimal_error {
    DECIMAL_OK,
    DECIMAL_SYNTAX, /* not a number as JSON spells it (one leading '+' or '.' is not one either) */
    DECIMAL_TOO_LARGE, /* more significant digits, or a larger or smaller exponent, than can be held
                          exactly */
};

#define DECIMAL_TEXT_MAX 64 /* bytes that decimal_write needs at most */
/* Reads the whole of `digits`. Exponent forms ("1.16539E8", "7.9E-4") are written out exactly.
 * Trailing zeros are dropped only where a number could not be held with them. Leading zeros are
 * accepted ("007" is 7): exchanges have sent them. "-0" is 0 with its scale. */
enum decimal_error decimal_read(struct slice digits, struct decimal *out);

#define DECIMAL_PLAIN_ROOM (1 + DIGITS_WINDOW + 8) /* bytes that decimal_plain may read */

/* For a reader of something longer: reads the plain number ("-12.50": no exponent, at most eight
 * digits on either side of the point) that `at` begins with; where it ends, or NULL if it is
 * anything else: decimal_read then knows. DECIMAL_PLAIN_ROOM bytes must be readable. */
static inline const char *decimal_plain(const char *at, struct decimal *out)
{
    bool negative = false;
    if (__builtin_expect(*at == '-', false)) { /* a guess costs less than a sum that must wait */
        negative = true;
        at++;
    }
    unsigned int others = digits_look(at);
    unsigned int whole = (unsigned int)__builtin_ctz(others), scale = 0;
    if (whole - 1 >= 8)
        return NULL;
    uint64_t mantissa = digits_read(at, whole);
    at += whole;
    if (*at == '.') {
        unsigned int len = (unsigned int)__builtin_ctz(others & (others - 1));
        scale = len - whole - 1;
        if (scale - 1 >= 8 || len == DIGITS_WINDOW)
            return NULL;
        mantissa = mantissa * digits_powers[scale] + digits_read(at + 1, scale);
        at += 1 + scale;
    }
    *out = (struct decimal){
        .low = mantissa, .scale = (uint8_t)scale, .negative = negative && mantissa != 0};
    return at;
}

/* The same for what has less room: NULL if it has not. */
const char *decimal_plain_near(const char *at, const char *end, struct decimal *out);

/* Prints the digits plainly, never an exponent: "95012345.10". */
void decimal_write(struct text *text, const struct decimal *value);

/* value * 10^places, exactly: a fraction becomes a percentage. False (and as it was) if that cannot
 * be held. */
bool decimal_shift(struct decimal *value, unsigned int places);

/* a + b and a - b, exactly, with the digits of the finer one. False (and *out as it was) if that
 * cannot be held. */
bool decimal_add(const struct decimal *a, const struct decimal *b, struct decimal *out);
bool decimal_subtract(const struct decimal *a, const struct decimal *b, struct decimal *out);

/* By value, whatever the scales: <0, 0, >0. */
int decimal_compare(const struct decimal *a, const struct decimal *b);

static inline bool decimal_is_zero(const struct decimal *value)
{
    return value->low == 0 && value->high == 0;
}

#endif
