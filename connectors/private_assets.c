/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_assets.h"

#include <stdlib.h>

bool assets_init(struct assets *assets, const struct private_asset *known, size_t count)
{
    *assets = (struct assets){
        .rows = calloc(count + 1, sizeof assets->rows[0]), .count = count, .room = count + 1};
    for (size_t i = 0; assets->rows != NULL && i < count; i++)
        assets->rows[i].asset = known[i];
    return assets->rows != NULL;
}

void assets_fini(struct assets *assets)
{
    free(assets->rows);
    *assets = (struct assets){0};
}

static struct assets_row *find(const struct assets *assets, struct slice name)
{
    for (size_t i = 0; i < assets->count; i++)
        if (slice_equal(slice_of(assets->rows[i].asset.asset), name))
            return &assets->rows[i];
    return NULL;
}

/* NULL when memory is out. */
static struct assets_row *add(struct assets *assets, const struct balance *balance)
{
    if (assets->count == assets->room) {
        size_t room = 2 * assets->room;
        struct assets_row *grown = realloc(assets->rows, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        assets->rows = grown;
        assets->room = room;
    }
    struct assets_row *row = &assets->rows[assets->count++];
    *row = (struct assets_row){.told = true};
    memcpy(row->asset.asset, balance->asset, sizeof row->asset.asset);
    return row;
}

void assets_note(struct assets *assets, const struct balance *balance)
{
    struct assets_row *row = find(assets, slice_of(balance->asset));
    if (row == NULL)
        row = add(assets, balance);
    if (row == NULL)
        return;
    row->told = true;
    row->changed = decimal_compare(&row->asset.total, &balance->numbers[BALANCE_TOTAL]) != 0;
}

static bool has_changed(const struct assets *assets, struct slice name)
{
    const struct assets_row *row = find(assets, name);
    return row != NULL && (row->told ? row->changed : !decimal_is_zero(&row->asset.total));
}

bool assets_trade(const struct assets *assets, const char *symbol)
{
    const char *dash = strchr(symbol, '-');
    if (dash == NULL)
        return false;
    return has_changed(assets, (struct slice){symbol, (size_t)(dash - symbol)}) &&
           has_changed(assets, (struct slice){dash + 1, strcspn(dash + 1, "-")});
}
