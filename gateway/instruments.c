/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/instruments.h"

#include "common/ensure.h"
#include "common/map.h"

#include <stdlib.h>

#define ROWS_FIRST 1024

struct row {
    struct instrument instrument;
    uint32_t reading; /* of the list that named it last */
};

struct list {
    struct map *by_symbol; /* -> index of `rows` */
    struct row *rows;
    uint32_t count, room;
    uint32_t listed;  /* rows of the newest whole list */
    uint32_t named;   /* rows of the list that is coming */
    uint32_t reading; /* number of the list that is coming, from 1 */
    uint32_t whole;   /* number of the newest whole list; 0 none yet */
};

struct instruments {
    uint32_t list_count;
    uint64_t dropped;
    struct list lists[];
};

struct instruments *instruments_new(uint32_t exchanges)
{
    struct instruments *instruments =
        calloc(1, sizeof *instruments + exchanges * sizeof instruments->lists[0]);
    if (instruments == NULL)
        return NULL;
    instruments->list_count = exchanges;
    for (uint32_t i = 0; i < exchanges; i++)
        instruments->lists[i].reading = 1;
    return instruments;
}

void instruments_destroy(struct instruments **instruments)
{
    if (*instruments == NULL)
        return;
    for (uint32_t i = 0; i < (*instruments)->list_count; i++) {
        map_destroy(&(*instruments)->lists[i].by_symbol);
        free((*instruments)->lists[i].rows);
    }
    free(*instruments);
    *instruments = NULL;
}

static bool make_room(struct list *list)
{
    if (list->by_symbol == NULL)
        list->by_symbol = map_new(INSTRUMENTS_MAX);
    if (list->by_symbol == NULL || list->count == INSTRUMENTS_MAX)
        return false;
    if (list->count < list->room)
        return true;
    uint32_t room = list->room == 0 ? ROWS_FIRST : list->room * 2;
    struct row *rows = realloc(list->rows, room * sizeof *rows);
    if (rows == NULL)
        return false;
    list->rows = rows;
    list->room = room;
    return true;
}

static struct row *row_for(struct list *list, struct slice symbol)
{
    uint32_t index;
    if (list->by_symbol != NULL && map_get(list->by_symbol, symbol, &index))
        return &list->rows[index];
    if (!make_room(list) || !map_put(list->by_symbol, symbol, list->count))
        return NULL;
    struct row *row = &list->rows[list->count++];
    row->reading = 0;
    return row;
}

bool instruments_put(struct instruments *instruments, uint16_t exchange,
                     const struct instrument *instrument)
{
    ENSURE(exchange < instruments->list_count);
    struct list *list = &instruments->lists[exchange];
    struct row *row = row_for(list, slice_of(instrument->symbol));
    if (row == NULL) {
        instruments->dropped++;
    } else {
        list->named += row->reading != list->reading;
        row->instrument = *instrument;
        row->reading = list->reading;
    }
    if (!instrument->last)
        return false;
    list->whole = list->reading++;
    list->listed = list->named;
    list->named = 0;
    return true;
}

bool instruments_known(const struct instruments *instruments, uint16_t exchange)
{
    ENSURE(exchange < instruments->list_count);
    return instruments->lists[exchange].whole > 0;
}

uint32_t instruments_count(const struct instruments *instruments, uint16_t exchange)
{
    ENSURE(exchange < instruments->list_count);
    return instruments->lists[exchange].listed;
}

uint64_t instruments_dropped(const struct instruments *instruments)
{
    return instruments->dropped;
}

/* Named by the newest whole list, or by the one that is coming. */
static bool is_listed(const struct list *list, const struct row *row)
{
    return list->whole > 0 && row->reading >= list->whole;
}

const struct instrument *instruments_find(const struct instruments *instruments, uint16_t exchange,
                                          struct slice symbol)
{
    ENSURE(exchange < instruments->list_count);
    const struct list *list = &instruments->lists[exchange];
    uint32_t index;
    if (list->by_symbol == NULL || !map_get(list->by_symbol, symbol, &index))
        return NULL;
    return is_listed(list, &list->rows[index]) ? &list->rows[index].instrument : NULL;
}

const struct instrument *instruments_each(const struct instruments *instruments, uint16_t exchange,
                                          uint32_t *place)
{
    ENSURE(exchange < instruments->list_count);
    const struct list *list = &instruments->lists[exchange];
    while (*place < list->count) {
        const struct row *row = &list->rows[(*place)++];
        if (is_listed(list, row))
            return &row->instrument;
    }
    return NULL;
}
