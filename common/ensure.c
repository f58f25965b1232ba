/* SPDX-License-Identifier: Apache-2.0 */
#include "common/ensure.h"

#include <stdio.h>
#include <stdlib.h>

void ensure_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "tickgate: a bug: %s does not hold (%s:%d)\n", condition, file, line);
    abort();
}
