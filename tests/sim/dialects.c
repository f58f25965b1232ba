/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/dialects.h"

#define EXCHANGES(folder) extern const struct dialect *const dialects_##folder[];
#include "connectors/registry.def"
#undef EXCHANGES

static const struct dialect *const *const folders[] = {
#define EXCHANGES(folder) dialects_##folder,
#include "connectors/registry.def"
#undef EXCHANGES
};

const struct dialect *dialects_find(struct slice name)
{
    for (size_t folder = 0; folder < sizeof folders / sizeof *folders; folder++)
        for (const struct dialect *const *at = folders[folder]; *at != NULL; at++)
            if (slice_equal(name, slice_of((*at)->name)))
                return *at;
    return NULL;
}

void dialects_write_names(struct text *text)
{
    for (size_t folder = 0; folder < sizeof folders / sizeof *folders; folder++)
        for (const struct dialect *const *at = folders[folder]; *at != NULL; at++) {
            if (text->len > 0)
                text_literal(text, " ");
            text_append(text, slice_of((*at)->name));
        }
}
