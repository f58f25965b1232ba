/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/streams.h"

#include "common/ensure.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_FIRST 64
/* Counts of messages that began long ago, each its own. */
#define NUMBER_FIRST  UINT64_C(2876701)
#define NUMBER_SPREAD 1009

static const enum group groups[DIALECT_CHANNELS] = {
    [DIALECT_TRADE] = GROUP_TRADE,     [DIALECT_AGGREGATE] = GROUP_TRADE,
    [DIALECT_TOP] = GROUP_QUOTE,       [DIALECT_DAY] = GROUP_QUOTE,
    [DIALECT_DAY_SHORT] = GROUP_QUOTE, [DIALECT_CHANGES] = GROUP_BOOK,
    [DIALECT_LEVELS] = GROUP_BOOK,     [DIALECT_CANDLE] = GROUP_TRADE,
    [DIALECT_MARK] = GROUP_MARK,       [DIALECT_LIQUIDATION] = GROUP_LIQUIDATION,
};

struct streams *streams_new(uint32_t instruments, uint32_t active, uint64_t zipf)
{
    struct streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL)
        return NULL;
    streams->instruments = instruments;
    streams->active = active;
    streams->by_key = map_new((size_t)instruments * STREAMS_EACH_MAX);
    streams->heads = calloc((size_t)instruments * GROUPS, sizeof *streams->heads);
    streams->live_groups = calloc((size_t)instruments * GROUPS, sizeof *streams->live_groups);
    streams->live_books = calloc(instruments, sizeof *streams->live_books);
    streams->live_changes = calloc(instruments, sizeof *streams->live_changes);
    streams->weights = calloc(instruments, sizeof *streams->weights);
    bool good = streams->by_key != NULL && streams->heads != NULL && streams->weights != NULL &&
                streams->live_groups != NULL && streams->live_books != NULL &&
                streams->live_changes != NULL;
    for (int group = 0; group < GROUPS; group++)
        good = picker_init(&streams->pickers[group], instruments) && good;
    for (uint32_t i = 0; good && i < instruments; i++)
        streams->weights[i] = pow(i + 1, -(double)zipf / 100);
    if (!good)
        streams_destroy(&streams);
    return streams;
}

void streams_destroy(struct streams **streams)
{
    if (*streams == NULL)
        return;
    for (uint32_t i = 0; i < (*streams)->row_count; i++) {
        struct stream *stream = (*streams)->rows[i];
        buffer_fini(&stream->head);
        buffer_fini(&stream->held);
        buffer_fini(&stream->last);
        best_fini(&stream->best);
        free(stream->shown);
        free(stream->subscribers);
        free(stream);
    }
    for (int group = 0; group < GROUPS; group++)
        picker_fini(&(*streams)->pickers[group]);
    map_destroy(&(*streams)->by_key);
    free((*streams)->rows);
    free((*streams)->heads);
    free((*streams)->live_groups);
    free((*streams)->live_books);
    free((*streams)->live_changes);
    free((*streams)->weights);
    free(*streams);
    *streams = NULL;
}

struct stream *streams_find(const struct streams *streams, struct slice key)
{
    uint32_t index;
    return map_get(streams->by_key, key, &index) ? streams->rows[index] : NULL;
}

/* A place for one more, not yet counted; NULL when there is none. */
static struct stream *new_row(struct streams *streams)
{
    if (streams->row_count == streams->row_room) {
        uint32_t room = streams->row_room == 0 ? ROWS_FIRST : streams->row_room * 2;
        struct stream **rows = realloc(streams->rows, room * sizeof(void *));
        if (rows == NULL)
            return NULL;
        streams->rows = rows;
        streams->row_room = room;
    }
    return calloc(1, sizeof(struct stream));
}

/* What a stream must remember of what it has shown. */
static bool make_memory(struct stream *stream)
{
    const struct dialect_stream *what = &stream->what;
    bool bests = (what->channel == DIALECT_CHANGES && what->levels > 0) ||
                 (what->channel == DIALECT_LEVELS && what->on_change);
    bool compares = what->sparse || (what->channel == DIALECT_DAY && what->on_change);
    if (bests && !best_init(&stream->best, what->levels))
        return false;
    return !compares || (stream->shown = calloc(1, sizeof *stream->shown)) != NULL;
}

static void list(struct streams *streams, struct stream *stream)
{
    struct stream **head = &streams->heads[stream->instrument * GROUPS + stream->group];
    while (*head != NULL)
        head = &(*head)->next;
    *head = stream;
    streams->rows[streams->row_count++] = stream;
    streams->repeats = streams->repeats || stream->what.repeat_ms > 0;
}

struct stream *streams_add(struct streams *streams, struct slice key,
                           const struct dialect_stream *what, uint32_t instrument,
                           const struct dialect *dialect)
{
    struct stream *stream = key.len <= DIALECT_KEY_MAX ? new_row(streams) : NULL;
    if (stream == NULL)
        return NULL;
    bool top = what->channel == DIALECT_LEVELS && what->levels == 1;
    stream->what = *what;
    stream->group = top ? GROUP_QUOTE : groups[what->channel];
    stream->instrument = instrument;
    if (stream->group == GROUP_BOOK || top)
        stream->number = NUMBER_FIRST + (uint64_t)streams->row_count * NUMBER_SPREAD;
    stream->key_len = (uint32_t)key.len;
    memcpy(stream->key, key.data, key.len);
    if (!make_memory(stream) || !map_put(streams->by_key, key, streams->row_count)) {
        best_fini(&stream->best);
        free(stream->shown);
        free(stream);
        return NULL;
    }
    list(streams, stream);
    ENSURE(buffer_append(&stream->head, dialect->wrap_begin) && buffer_append(&stream->head, key) &&
           buffer_append(&stream->head, dialect->wrap_middle));
    return stream;
}

/* A stream gained its first subscriber or lost its last. */
static void count_live(struct streams *streams, const struct stream *stream, bool live)
{
    uint32_t change = live ? 1 : UINT32_MAX;
    streams->live += change;
    streams->live_groups[stream->instrument * GROUPS + stream->group] += change;
    if (stream->what.channel == DIALECT_CHANGES)
        streams->live_changes[stream->instrument] += change;
    if (stream->what.channel == DIALECT_CHANGES || stream->what.channel == DIALECT_LEVELS)
        streams->live_books[stream->instrument] += change;
    streams->stale = true;
}

bool streams_subscribe(struct streams *streams, struct stream *stream, struct session *session)
{
    if (stream->count == stream->room) {
        uint32_t room = stream->room == 0 ? 1 : stream->room * 2;
        struct session **subscribers = realloc(stream->subscribers, room * sizeof(void *));
        if (subscribers == NULL)
            return false;
        stream->subscribers = subscribers;
        stream->room = room;
    }
    stream->subscribers[stream->count++] = session;
    if (stream->count > 1)
        return true;
    buffer_take(&stream->last, stream->last.len);
    count_live(streams, stream, true);
    return true;
}

void streams_unsubscribe(struct streams *streams, struct stream *stream, struct session *session)
{
    uint32_t i = 0;
    while (i < stream->count && stream->subscribers[i] != session)
        i++;
    ENSURE(i < stream->count);
    stream->subscribers[i] = stream->subscribers[--stream->count];
    if (stream->count == 0)
        count_live(streams, stream, false);
}

static void refresh(struct streams *streams)
{
    for (uint32_t group = 0; group < GROUPS; group++) {
        struct picker *picker = &streams->pickers[group];
        picker_clear(picker);
        for (uint32_t i = 0; i < streams->active; i++)
            if (streams->live_groups[i * GROUPS + group] > 0)
                picker_add(picker, i, streams->weights[i]);
        picker_make(picker);
    }
    streams->stale = false;
}

bool streams_draw(struct streams *streams, enum group group, struct random *random,
                  uint32_t *instrument)
{
    if (streams->stale)
        refresh(streams);
    if (streams->pickers[group].count == 0)
        return false;
    *instrument = picker_pick(&streams->pickers[group], random);
    return true;
}
