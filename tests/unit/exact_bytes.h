/* SPDX-License-Identifier: Apache-2.0 */
/* Exact bytes: a copy on the heap that ends where the bytes end, so that a sanitizer sees a step
 * beyond them. It stays until the next one is made: what was read may look into it that long. */
#ifndef TICKGATE_TESTS_UNIT_EXACT_BYTES_H
#define TICKGATE_TESTS_UNIT_EXACT_BYTES_H

#include "common/text.h"

#include <check.h>
#include <stdlib.h>

static inline struct slice exact_bytes(struct slice bytes)
{
    static char *copy;
    free(copy);
    copy = malloc(bytes.len + (bytes.len == 0));
    ck_assert_ptr_nonnull(copy);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return (struct slice){copy, bytes.len};
}

#endif
