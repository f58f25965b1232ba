/* SPDX-License-Identifier: Apache-2.0 */
/* A map to rows that stand in lists by the time of their last change. */
#include "common/ensure.h"
#include "common/map.h"
#include "gateway/ledger_parts.h"

#include <stdlib.h>

#define ROOM_FIRST 64

bool ledger_rows_init(struct ledger_rows *rows, enum kind kind, uint32_t max)
{
    const struct ledger_list empty = {LEDGER_NONE, LEDGER_NONE, 0};
    *rows = (struct ledger_rows){
        .kind = kind, .max = max, .free = LEDGER_NONE, .lists = {empty, empty}};
    rows->places = map_new(2 * (size_t)max);
    return rows->places != NULL;
}

void ledger_rows_fini(struct ledger_rows *rows)
{
    map_destroy(&rows->places);
    free(rows->rows);
    rows->rows = NULL;
}

struct ledger_row *ledger_rows_find(const struct ledger_rows *rows, struct slice key)
{
    uint32_t index;
    return map_get(rows->places, key, &index) ? &rows->rows[index] : NULL;
}

static void unlink_row(struct ledger_rows *rows, uint32_t index)
{
    const struct ledger_row *row = &rows->rows[index];
    struct ledger_list *list = &rows->lists[row->done];
    *(row->before != LEDGER_NONE ? &rows->rows[row->before].after : &list->oldest) = row->after;
    *(row->after != LEDGER_NONE ? &rows->rows[row->after].before : &list->newest) = row->before;
    list->count--;
}

static void link_newest(struct ledger_rows *rows, uint32_t index)
{
    struct ledger_row *row = &rows->rows[index];
    struct ledger_list *list = &rows->lists[row->done];
    row->before = list->newest;
    row->after = LEDGER_NONE;
    *(list->newest != LEDGER_NONE ? &rows->rows[list->newest].after : &list->oldest) = index;
    list->newest = index;
    list->count++;
}

static void forget(struct ledger_rows *rows, uint32_t index)
{
    struct ledger_row *row = &rows->rows[index];
    map_remove(rows->places, (struct slice){row->key, row->key_len});
    unlink_row(rows, index);
    row->after = rows->free;
    rows->free = index;
    rows->forgotten++;
}

/* More rows, all free; false when memory is out. */
static bool grow(struct ledger_rows *rows)
{
    uint32_t room = rows->room == 0 ? ROOM_FIRST : 2 * rows->room;
    struct ledger_row *more = realloc(rows->rows, room * sizeof *more);
    if (more == NULL)
        return false;
    memset((void *)(more + rows->room), 0, (room - rows->room) * sizeof *more);
    rows->rows = more;
    for (uint32_t i = room; i-- > rows->room;) {
        more[i].after = rows->free;
        rows->free = i;
    }
    rows->room = room;
    return true;
}

/* A row in no list; LEDGER_NONE when memory is out. */
static uint32_t take_row(struct ledger_rows *rows, struct slice key)
{
    uint32_t index;
    if (map_get(rows->places, key, &index)) {
        unlink_row(rows, index);
        return index;
    }
    if (rows->free == LEDGER_NONE && !grow(rows))
        return LEDGER_NONE;
    index = rows->free;
    if (!map_put(rows->places, key, index))
        return LEDGER_NONE;
    struct ledger_row *row = &rows->rows[index];
    rows->free = row->after;
    row->traded = (struct decimal){0};
    memcpy(row->key, key.data, key.len);
    row->key_len = (uint8_t)key.len;
    return index;
}

struct ledger_row *ledger_rows_put(struct ledger_rows *rows, struct slice key,
                                   const struct event *event, bool done)
{
    const struct ledger_row *known = ledger_rows_find(rows, key);
    const struct ledger_list *list = &rows->lists[done];
    ENSURE(key.len <= sizeof known->key);
    if (list->count == rows->max && (known == NULL || known->done != done))
        forget(rows, list->oldest);
    uint32_t index = take_row(rows, key);
    if (index == LEDGER_NONE) {
        rows->forgotten++;
        return NULL;
    }
    struct ledger_row *row = &rows->rows[index];
    memcpy((void *)&row->event, event, event_size(rows->kind, 0));
    row->done = done;
    link_newest(rows, index);
    return row;
}
