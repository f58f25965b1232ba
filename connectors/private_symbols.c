/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_symbols.h"

#include <stdlib.h>

#define ROOM_FIRST 256

bool symbols_add(struct symbols *symbols, const struct instrument *instrument)
{
    if (symbols->count == symbols->room) {
        size_t room = symbols->room == 0 ? ROOM_FIRST : 2 * symbols->room;
        struct symbol_pair *grown = realloc(symbols->pairs, room * sizeof *grown);
        if (grown == NULL)
            return false;
        symbols->pairs = grown;
        symbols->room = room;
    }
    struct symbol_pair *pair = &symbols->pairs[symbols->count++];
    memcpy(pair->exchange_symbol, instrument->exchange_symbol, sizeof pair->exchange_symbol);
    memcpy(pair->symbol, instrument->symbol, sizeof pair->symbol);
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct symbol_pair *)a)->exchange_symbol,
                  ((const struct symbol_pair *)b)->exchange_symbol);
}

void symbols_finish(struct symbols *symbols)
{
    if (symbols->count > 0)
        qsort(symbols->pairs, symbols->count, sizeof *symbols->pairs, compare);
}

static int compare_name(const void *name, const void *pair)
{
    return strcmp(name, ((const struct symbol_pair *)pair)->exchange_symbol);
}

const char *symbols_find(const struct symbols *symbols, const char *exchange_symbol)
{
    const struct symbol_pair *pair = symbols->count == 0
                                         ? NULL
                                         : bsearch(exchange_symbol, symbols->pairs, symbols->count,
                                                   sizeof *symbols->pairs, compare_name);
    return pair != NULL ? pair->symbol : NULL;
}

void symbols_clear(struct symbols *symbols)
{
    free(symbols->pairs);
    *symbols = (struct symbols){0};
}
