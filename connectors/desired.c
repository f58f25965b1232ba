/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/desired.h"

#include <stdlib.h>

struct desired *desired_new(size_t count)
{
    struct desired *desired = calloc(1, sizeof *desired + count * sizeof desired->wants[0]);
    if (desired != NULL)
        desired->count = count;
    return desired;
}

void desired_destroy(struct desired **desired)
{
    free(*desired);
    *desired = NULL;
}
