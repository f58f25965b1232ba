/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/subscriptions.h"

#include <stdlib.h>

static int compare_slices(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->data, right->data, len);
    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

uint32_t subscriptions_sort(struct slice *symbols, uint32_t count)
{
    uint32_t kept = 0;
    qsort(symbols, count, sizeof *symbols, compare_slices);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || !slice_equal(symbols[i], symbols[kept - 1]))
            symbols[kept++] = symbols[i];
    return kept;
}
