/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/exchange.h"

#define EXCHANGE(folder) extern const struct exchange exchange_##folder;
#include "connectors/registry.def"
#undef EXCHANGE

static const struct exchange *const exchanges[] = {
#define EXCHANGE(folder) &exchange_##folder,
#include "connectors/registry.def"
#undef EXCHANGE
    NULL};

const struct exchange *const *exchange_list(void)
{
    return exchanges;
}

const struct exchange *exchange_find(struct slice name)
{
    for (const struct exchange *const *exchange = exchanges; *exchange != NULL; exchange++)
        if (slice_equal(name, slice_of((*exchange)->name)))
            return *exchange;
    return NULL;
}

const struct exchange *exchange_find_type(struct slice type)
{
    for (const struct exchange *const *exchange = exchanges; *exchange != NULL; exchange++)
        if (slice_equal(type, slice_of((*exchange)->type)))
            return *exchange;
    return NULL;
}
