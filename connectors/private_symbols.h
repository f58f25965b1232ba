/* SPDX-License-Identifier: Apache-2.0 */
/* Symbols: an exchange's names of its instruments to ours, from its list. Pure. One owner. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_SYMBOLS_H
#define TICKGATE_CONNECTORS_PRIVATE_SYMBOLS_H

#include "connectors/exchange.h"

struct symbol_pair {
    char exchange_symbol[SYMBOL_MAX + 1];
    char symbol[SYMBOL_MAX + 1];
};

struct symbols {
    struct symbol_pair *pairs; /* in order, once symbols_finish was called */
    size_t count, room;
};

/* Appends one; false when memory is out. */
bool symbols_add(struct symbols *symbols, const struct instrument *instrument);
void symbols_finish(struct symbols *symbols);
/* Our name; NULL: the list does not have it. */
const char *symbols_find(const struct symbols *symbols, const char *exchange_symbol);
void symbols_clear(struct symbols *symbols);

#endif
