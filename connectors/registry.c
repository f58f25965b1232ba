/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/registry.h"

#include "common/ensure.h"

#define EXCHANGES(folder) extern const struct exchange *const exchanges_##folder[];
#include "connectors/registry.def"
#undef EXCHANGES

static const struct exchange *const *const folders[] = {
#define EXCHANGES(folder) exchanges_##folder,
#include "connectors/registry.def"
#undef EXCHANGES
};

static const struct exchange *exchanges[REGISTRY_MAX + 1];

static void fill(void)
{
    size_t count = 0;
    for (size_t folder = 0; folder < sizeof folders / sizeof *folders; folder++)
        for (const struct exchange *const *of = folders[folder]; *of != NULL; of++) {
            ENSURE(count < REGISTRY_MAX);
            exchanges[count++] = *of;
        }
}

const struct exchange *const *exchange_list(void)
{
    if (exchanges[0] == NULL)
        fill();
    return exchanges;
}

const struct exchange *exchange_find(struct slice name)
{
    for (const struct exchange *const *exchange = exchange_list(); *exchange != NULL; exchange++)
        if (slice_equal(name, slice_of((*exchange)->name)))
            return *exchange;
    return NULL;
}
