/* SPDX-License-Identifier: Apache-2.0 */
/* Digits: what text, decimal and scan share about decimal digits, inline because it is the
 * innermost loop of everything. Nothing outside of this room needs it. Pure. */
#ifndef TICKGATE_COMMON_DIGITS_H
#define TICKGATE_COMMON_DIGITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_FIT_64 19 /* any number of so many digits fits 64 bits */

/* What the digit `c` is worth; more than 9 if it is none. */
static inline unsigned int digits_value(char c)
{
    return (unsigned char)(c - '0');
}

/* How many digits print `value`: 1 for 0. */
static inline unsigned int digits_count(uint64_t value)
{
    static const uint64_t powers[] = {
        UINT64_C(0),
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
    /* 1233 / 4096 is log10(2), near enough for 64 bits; it is too low by one at most. */
    unsigned int bits = 64 - (unsigned int)__builtin_clzll(value | 1);
    unsigned int guess = bits * 1233 >> 12;
    return guess + (value >= powers[guess]);
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
