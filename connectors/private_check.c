/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_check.h"

#include "common/text.h"

#include <stdlib.h>

#define ROOM_FIRST 64
#define NAME_MAX   (SYMBOL_MAX + ID_MAX + 2)
#define DOUBTS     2 /* passes in which a difference stands before it counts */

/* An order by how much of it is filled, or an asset by its total. */
struct check_row {
    char name[NAME_MAX];
    bool order;
    bool stands; /* as it was told: an open order, a balance */
    bool found;  /* in this pass */
    uint8_t doubts;
    struct decimal told, seen;
};

bool check_init(struct check *check)
{
    *check = (struct check){.places = map_new(CHECK_ROWS_MAX)};
    return check->places != NULL;
}

void check_fini(struct check *check)
{
    map_destroy(&check->places);
    free(check->rows);
    *check = (struct check){0};
}

void check_clear(struct check *check)
{
    for (uint32_t i = 0; i < check->count; i++)
        map_remove(check->places, slice_of(check->rows[i].name));
    check->count = 0;
}

/* NULL: there is no room for a new one. */
static struct check_row *row_of(struct check *check, const char *name, bool order)
{
    uint32_t place;
    if (map_get(check->places, slice_of(name), &place))
        return &check->rows[place];
    if (check->count == check->room) {
        uint32_t room = check->room == 0 ? ROOM_FIRST : 2 * check->room;
        struct check_row *grown = realloc(check->rows, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        check->rows = grown;
        check->room = room;
    }
    if (!map_put(check->places, slice_of(name), check->count))
        return NULL;
    struct check_row *row = &check->rows[check->count++];
    *row = (struct check_row){.order = order};
    memcpy(row->name, name, strlen(name) + 1);
    return row;
}

/* The row of an event, and its number; NULL: it has none. */
static struct check_row *row_for(struct check *check, const struct event *event,
                                 struct decimal *number)
{
    char room[NAME_MAX];
    struct text name = text_over(room, sizeof room);
    if (event->kind == KIND_ORDER) {
        const struct order *order = &event->order;
        text_format(&name, "%s %.*s", order->exchange_symbol, (int)order->order_id.len,
                    order->order_id.text);
        *number = order->numbers[ORDER_FILLED_QTY];
    } else if (event->kind == KIND_BALANCE) {
        text_format(&name, "%s", event->balance.asset);
        *number = event->balance.numbers[BALANCE_TOTAL];
    } else {
        return NULL;
    }
    return name.overflow ? NULL : row_of(check, room, event->kind == KIND_ORDER);
}

static bool is_open(const struct event *event)
{
    return event->kind != KIND_ORDER ||
           !order_status_is_final((enum order_status)event->order.status);
}

/* An order that does not say how much is filled has not more filled than it had. */
void check_told(struct check *check, const struct event *event)
{
    struct decimal number;
    struct check_row *row = row_for(check, event, &number);
    if (row == NULL)
        return;
    row->stands = is_open(event);
    row->doubts = 0;
    if (event->kind == KIND_BALANCE || (event->order.known & 1u << ORDER_FILLED_QTY) != 0)
        row->told = number;
}

void check_begin(struct check *check)
{
    for (uint32_t i = 0; i < check->count; i++)
        check->rows[i].found = false;
}

void check_found(struct check *check, const struct event *event)
{
    struct decimal number;
    struct check_row *row = is_open(event) ? row_for(check, event, &number) : NULL;
    if (row == NULL)
        return;
    row->found = true;
    row->seen = number;
}

/* A balance that REST leaves out is none. */
static bool differs(const struct check_row *row)
{
    static const struct decimal nothing = {0};
    if (!row->order)
        return decimal_compare(&row->told, row->found ? &row->seen : &nothing) != 0;
    return row->found != row->stands || (row->found && decimal_compare(&row->seen, &row->told) > 0);
}

/* What has ended for both is forgotten. */
static void tidy(struct check *check)
{
    for (uint32_t i = check->count; i-- > 0;) {
        struct check_row *row = &check->rows[i];
        if (!row->order || row->stands || row->found)
            continue;
        map_remove(check->places, slice_of(row->name));
        *row = check->rows[--check->count];
        if (i < check->count)
            map_put(check->places, slice_of(row->name), i);
    }
}

enum check_result check_end(struct check *check, const char **what)
{
    enum check_result result = CHECK_GOOD;
    tidy(check);
    for (uint32_t i = 0; i < check->count; i++) {
        struct check_row *row = &check->rows[i];
        row->doubts = differs(row) ? (uint8_t)(row->doubts + 1) : 0;
        if (row->doubts >= DOUBTS) {
            *what = row->name;
            return CHECK_WRONG;
        }
        if (row->doubts > 0)
            result = CHECK_DOUBT;
    }
    return result;
}
