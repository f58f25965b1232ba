/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_reconcile.h"

#include "common/ensure.h"
#include "common/map.h"
#include "connectors/private_assets.h"

#include <stdio.h>
#include <stdlib.h>

/* In this order: an order that is closed while it is asked for stands in one list or the other, and
 * what was traded is known before it is asked for one by one. */
static const enum call_purpose purposes[] = {CALL_OPEN_ORDERS, CALL_BALANCES,      CALL_POSITIONS,
                                             CALL_TRADED,      CALL_CLOSED_ORDERS, CALL_FILLS,
                                             CALL_ORDER};

#define PURPOSES (sizeof purposes / sizeof *purposes)

/* An order that the owner, a list or a fill has named. */
struct known_order {
    struct private_order order;
    bool open;      /* the owner takes it for so */
    bool seen;      /* a reply told how it stands */
    bool mentioned; /* by a fill */
    bool traded;    /* more of it is filled than the owner has fills of */
};

struct reconcile {
    const enum call_scope *scopes; /* by purpose */
    int64_t since_ms;
    size_t purpose; /* place in `purposes` */
    size_t item;
    uint32_t round, page;
    bool asked; /* the item where we stand */
    size_t cursor_len;
    char cursor[PRIVATE_CURSOR_MAX];
    char (*symbols)[SYMBOL_MAX + 1];
    uint32_t symbol_count, symbols_max;
    uint32_t left_out;
    const struct symbols *listed;
    bool known; /* the owner knew balances: what differs from them has changed since */
    struct assets assets;
    struct map *places; /* symbol and id -> place in `orders` */
    struct known_order *orders;
    size_t order_count, order_room;
};

static void add_symbol(struct reconcile *reconcile, const char *symbol)
{
    if (symbol[0] == '\0')
        return;
    for (uint32_t i = 0; i < reconcile->symbol_count; i++)
        if (strcmp(reconcile->symbols[i], symbol) == 0)
            return;
    if (reconcile->symbol_count == reconcile->symbols_max) {
        reconcile->left_out++;
        return;
    }
    snprintf(reconcile->symbols[reconcile->symbol_count++], SYMBOL_MAX + 1, "%s", symbol);
}

/* An id is one of its instrument's: Binance's are not unique beyond it. */
static struct slice key_of(const char *symbol, const struct id *id, char *room, size_t room_len)
{
    int len = snprintf(room, room_len, "%s %.*s", symbol, (int)id->len, id->text);
    return (struct slice){room, (size_t)len};
}

/* The order's entry, made if it is new; NULL when there is no room for it. */
static struct known_order *entry_of(struct reconcile *reconcile, const char *symbol,
                                    const struct id *id)
{
    char room[SYMBOL_MAX + ID_MAX + 2];
    struct slice key = key_of(symbol, id, room, sizeof room);
    uint32_t place;
    if (id->len == 0)
        return NULL;
    if (map_get(reconcile->places, key, &place))
        return &reconcile->orders[place];
    if (reconcile->order_count == reconcile->order_room) {
        size_t more = 2 * reconcile->order_room + 64;
        struct known_order *grown = realloc(reconcile->orders, more * sizeof *grown);
        if (grown == NULL)
            return NULL;
        reconcile->orders = grown;
        reconcile->order_room = more;
    }
    if (!map_put(reconcile->places, key, (uint32_t)reconcile->order_count))
        return NULL;
    struct known_order *entry = &reconcile->orders[reconcile->order_count++];
    *entry = (struct known_order){.order.order_id = *id};
    snprintf(entry->order.exchange_symbol, sizeof entry->order.exchange_symbol, "%s", symbol);
    return entry;
}

static bool take_desired(struct reconcile *reconcile, const struct private_desired *desired)
{
    for (size_t i = 0; i < desired->symbol_count; i++)
        add_symbol(reconcile, desired->symbols[i]);
    for (size_t i = 0; i < desired->order_count; i++) {
        const struct private_order *order = &desired->orders[i];
        struct known_order *entry = entry_of(reconcile, order->exchange_symbol, &order->order_id);
        if (entry == NULL)
            return false;
        entry->order.traded = order->traded;
        entry->order.closed = order->closed;
        entry->open = !order->closed;
        add_symbol(reconcile, order->exchange_symbol);
    }
    return true;
}

struct reconcile *reconcile_new(const enum call_scope *scopes,
                                const struct private_desired *desired,
                                const struct symbols *symbols, int64_t since_ms,
                                uint32_t symbols_max)
{
    struct reconcile *reconcile = calloc(1, sizeof *reconcile);
    if (reconcile == NULL)
        return NULL;
    reconcile->scopes = scopes;
    reconcile->since_ms = since_ms;
    reconcile->listed = symbols;
    reconcile->known = desired->since_ns != 0;
    reconcile->symbols_max = symbols_max;
    reconcile->symbols = calloc((size_t)symbols_max + 1, sizeof reconcile->symbols[0]);
    reconcile->places = map_new(RECONCILE_ORDERS_MAX);
    if (reconcile->symbols == NULL || reconcile->places == NULL ||
        !assets_init(&reconcile->assets, desired->assets, desired->asset_count) ||
        !take_desired(reconcile, desired))
        reconcile_destroy(&reconcile);
    return reconcile;
}

void reconcile_destroy(struct reconcile **reconcile)
{
    if (*reconcile == NULL)
        return;
    map_destroy(&(*reconcile)->places);
    assets_fini(&(*reconcile)->assets);
    free((*reconcile)->symbols);
    free((*reconcile)->orders);
    free(*reconcile);
    *reconcile = NULL;
}

static enum call_scope scope_of(const struct reconcile *reconcile)
{
    return reconcile->scopes[purposes[reconcile->purpose]];
}

/* Whether an order is asked for by itself: no list told how it stands, or only so its fills can be
 * had. */
static bool is_asked(const struct reconcile *reconcile, const struct known_order *entry)
{
    bool nowhere = !entry->seen && (entry->open || (entry->mentioned && !entry->order.closed));
    return nowhere || (scope_of(reconcile) == SCOPE_EACH_ORDER && entry->traded);
}

/* Whether the place where we stand is an item of its purpose; passes over orders that need not be
 * asked for. */
static bool has_item(struct reconcile *reconcile)
{
    if (purposes[reconcile->purpose] == CALL_ORDER) {
        while (reconcile->item < reconcile->order_count && !reconcile->asked &&
               !is_asked(reconcile, &reconcile->orders[reconcile->item]))
            reconcile->item++;
        return reconcile->item < reconcile->order_count;
    }
    switch (scope_of(reconcile)) {
    case SCOPE_ACCOUNT:
        return reconcile->item == 0;
    case SCOPE_EACH_SYMBOL:
        return reconcile->item < reconcile->symbol_count;
    default:
        return false;
    }
}

static void next_item(struct reconcile *reconcile)
{
    reconcile->item++;
    reconcile->asked = false;
    reconcile->round = reconcile->page = 0;
    reconcile->cursor_len = 0;
}

/* The instruments both of whose assets have changed. */
static void add_changed(struct reconcile *reconcile)
{
    if (!reconcile->known || reconcile->scopes[CALL_FILLS] != SCOPE_EACH_SYMBOL)
        return;
    for (size_t i = 0; i < reconcile->listed->count; i++)
        if (assets_trade(&reconcile->assets, reconcile->listed->pairs[i].symbol))
            add_symbol(reconcile, reconcile->listed->pairs[i].exchange_symbol);
}

bool reconcile_ask(struct reconcile *reconcile, struct call_ask *ask)
{
    while (reconcile->purpose < PURPOSES && !has_item(reconcile)) {
        reconcile->purpose++;
        reconcile->item = 0;
        if (reconcile->purpose < PURPOSES && purposes[reconcile->purpose] == CALL_TRADED)
            add_changed(reconcile);
    }
    if (reconcile->purpose == PURPOSES)
        return false;
    reconcile->asked = true;
    *ask = (struct call_ask){.purpose = purposes[reconcile->purpose],
                             .round = reconcile->round,
                             .cursor = {reconcile->cursor, reconcile->cursor_len},
                             .since_ms = reconcile->since_ms};
    if (ask->purpose == CALL_ORDER) {
        const struct private_order *order = &reconcile->orders[reconcile->item].order;
        ask->exchange_symbol = slice_of(order->exchange_symbol);
        ask->order_id = (struct slice){order->order_id.text, order->order_id.len};
    } else if (scope_of(reconcile) == SCOPE_EACH_SYMBOL) {
        ask->exchange_symbol = slice_of(reconcile->symbols[reconcile->item]);
    }
    return true;
}

static void note_order(struct reconcile *reconcile, const struct order *order)
{
    struct known_order *entry = entry_of(reconcile, order->exchange_symbol, &order->order_id);
    add_symbol(reconcile, order->exchange_symbol);
    if (entry == NULL)
        return;
    entry->seen = true;
    entry->traded |= (order->known & 1u << ORDER_FILLED_QTY) != 0 &&
                     decimal_compare(&order->numbers[ORDER_FILLED_QTY], &entry->order.traded) > 0;
}

void reconcile_note(struct reconcile *reconcile, const struct event *event)
{
    if (event->kind == KIND_ORDER)
        note_order(reconcile, &event->order);
    if (event->kind == KIND_BALANCE)
        assets_note(&reconcile->assets, &event->balance);
    if (event->kind == KIND_POSITION)
        add_symbol(reconcile, event->position.exchange_symbol);
    if (event->kind == KIND_INSTRUMENT)
        add_symbol(reconcile, event->instrument.exchange_symbol);
    if (event->kind != KIND_FILL)
        return;
    struct known_order *entry =
        entry_of(reconcile, event->fill.exchange_symbol, &event->fill.order_id);
    if (entry != NULL)
        entry->mentioned = true;
}

void reconcile_note_stream(struct reconcile *reconcile, const struct event *event)
{
    if (event->kind == KIND_ORDER)
        add_symbol(reconcile, event->order.exchange_symbol);
    if (event->kind == KIND_FILL)
        add_symbol(reconcile, event->fill.exchange_symbol);
}

/* An order that was told needs no further round, unless its fills are in them. */
static bool is_told(const struct reconcile *reconcile)
{
    return purposes[reconcile->purpose] == CALL_ORDER && reconcile->orders[reconcile->item].seen &&
           scope_of(reconcile) != SCOPE_EACH_ORDER;
}

bool reconcile_answered(struct reconcile *reconcile, struct slice cursor)
{
    ENSURE(reconcile->purpose < PURPOSES && cursor.len <= sizeof reconcile->cursor);
    if (cursor.len > 0)
        memcpy(reconcile->cursor, cursor.data, cursor.len);
    reconcile->cursor_len = cursor.len;
    if (cursor.len > 0)
        return ++reconcile->page < RECONCILE_PAGES_MAX;
    if (is_told(reconcile)) {
        next_item(reconcile);
        return true;
    }
    reconcile->page = 0;
    return ++reconcile->round < RECONCILE_ROUNDS_MAX;
}

bool reconcile_no_round(struct reconcile *reconcile, struct private_order *gone)
{
    ENSURE(reconcile->purpose < PURPOSES);
    bool is_gone =
        purposes[reconcile->purpose] == CALL_ORDER && !reconcile->orders[reconcile->item].seen;
    if (is_gone)
        *gone = reconcile->orders[reconcile->item].order;
    next_item(reconcile);
    return is_gone;
}

uint32_t reconcile_left_out(const struct reconcile *reconcile)
{
    return reconcile->left_out;
}
