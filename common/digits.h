/* SPDX-License-Identifier: Apache-2.0 */
/* Digits: what text, decimal and scan share about decimal digits, inline because it is the
 * innermost loop of everything. Nothing outside of this room needs it. Pure. */
#ifndef TICKGATE_COMMON_DIGITS_H
#define TICKGATE_COMMON_DIGITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define DIGITS_FIT_64 19 /* any number of so many digits fits 64 bits */

/* What the digit `c` is worth; more than 9 if it is none. */
static inline unsigned int digits_value(char c)
{
    return (unsigned char)(c - '0');
}

static const uint64_t digits_powers[] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* How many digits print `value`: 1 for 0. */
static inline unsigned int digits_count(uint64_t value)
{
    /* 1233 / 4096 is log10(2), near enough for 64 bits; it is too low by one at most. */
    unsigned int bits = 64 - (unsigned int)__builtin_clzll(value | 1);
    unsigned int guess = bits * 1233 >> 12;
    return guess + (guess == 0 || value >= digits_powers[guess]);
}

/* What the `count` digits at `at` are worth, 1 to 8 of them; eight bytes must be readable. The
 * first one stands lowest in a word: zeros are pushed in before it, then pairs are summed, fours,
 * all. */
static inline uint64_t digits_read(const char *at, unsigned int count)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), mask = UINT64_C(0x000000ff000000ff);
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    bytes = (bytes - '0' * ones) << (64 - 8 * count);
    bytes = bytes * 10 + (bytes >> 8);
    return ((bytes & mask) * UINT64_C(0x000f424000000064) +
            ((bytes >> 16) & mask) * UINT64_C(0x0000271000000001)) >>
           32;
}

#define DIGITS_WINDOW 16 /* bytes that digits_look looks at */

/* Which of the sixteen bytes at `at` are no digits: a bit each, and one behind them. */
static inline unsigned int digits_look(const char *at)
{
    unsigned int others = 1u << DIGITS_WINDOW;
#ifdef __SSE2__
    __m128i values =
        _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), _mm_set1_epi8('0'));
    __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    others += (unsigned int)_mm_movemask_epi8(digits) ^ 0xffff;
#else
    for (unsigned int i = 0; i < DIGITS_WINDOW; i++)
        others |= (unsigned int)(digits_value(at[i]) > 9) << i;
#endif
    return others;
}

/* Prints the last `count` digits of `value` to `at`, with leading zeros; returns the digits left
 * over, value / 10^count. Eight at a time are 32 bit work that does not wait for the rest. */
static inline uint64_t digits_write(char *at, uint64_t value, unsigned int count)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    for (; count >= 8; count -= 8) {
        uint32_t eight = (uint32_t)(value % 100000000), high = eight / 10000, low = eight % 10000;
        value /= 100000000;
        memcpy(at + count - 8, pairs + 2 * (high / 100), 2);
        memcpy(at + count - 6, pairs + 2 * (high % 100), 2);
        memcpy(at + count - 4, pairs + 2 * (low / 100), 2);
        memcpy(at + count - 2, pairs + 2 * (low % 100), 2);
    }
    for (; count >= 2; count -= 2) {
        memcpy(at + count - 2, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (count == 0)
        return value;
    *at = (char)('0' + value % 10);
    return value / 10;
}

#endif
