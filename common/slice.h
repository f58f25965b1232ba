/* SPDX-License-Identifier: Apache-2.0 */
/* A slice: borrowed bytes with a length, not terminated. Never owns; valid as long as what it looks
 * into. */
#ifndef TICKGATE_COMMON_SLICE_H
#define TICKGATE_COMMON_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data;
    size_t len;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *terminated)
{
    return (struct slice){terminated, strlen(terminated)};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool slice_starts_with(struct slice text, struct slice prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.data, prefix.data, prefix.len) == 0);
}

#endif
