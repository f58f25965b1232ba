/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/connector_polls.h"

#include "connectors/connector_parts.h"

#include <stdlib.h>

#define POLLS_FIRST     64
#define TIMEOUT_MS      10000
#define BODY_MAX        (1024u * 1024)
#define PATH_MAX_LEN    512
#define AGAIN_MS        1000 /* when there is no room for one */
#define PERIODS_OVERDUE 3
#define JITTER_PARTS    10 /* of a period: it is longer or shorter by half a part */

static bool is_polled(const struct stream *stream, enum kind kind)
{
    return stream->kind == kind && stream->wanted && stream->poll_ms > 0;
}

static int64_t period_ns(const struct connector *connector, const struct poll *poll)
{
    return connector->exchange->streams[poll->stream].poll_ms * NS_PER_MS;
}

/* A number that is free; NULL when memory is out. */
static struct poll *take_number(struct polls *polls)
{
    uint32_t number = 0;
    while (number < polls->end && (polls->items[number].wanted || polls->items[number].under_way))
        number++;
    if (number == polls->room) {
        uint32_t room = polls->room == 0 ? POLLS_FIRST : 2 * polls->room;
        struct poll *items = realloc(polls->items, room * sizeof *items);
        if (items == NULL)
            return NULL;
        polls->items = items;
        polls->room = room;
    }
    if (number == polls->end)
        polls->end++;
    return &polls->items[number];
}

/* Anywhere in its first period, so that many that are wanted at once are not asked at once. */
static bool begin(struct connector *connector, uint32_t slot, uint32_t stream)
{
    const struct connector_config *config = &connector->config;
    struct poll *poll = take_number(&connector->polls);
    if (poll == NULL)
        return false;
    *poll = (struct poll){.wanted = true,
                          .slot = slot,
                          .stream = stream,
                          .good_ns = connector_now_ns(connector),
                          .backoff = {config->backoff_min_ms, config->backoff_max_ms, 1, 0}};
    uint64_t period = (uint64_t)period_ns(connector, poll);
    poll->due_ns = poll->good_ns + (int64_t)random_below(&connector->random, period);
    connector->due_ns = 0;
    return true;
}

bool connector_polls_add(struct connector *connector, uint32_t slot)
{
    const struct exchange *exchange = connector->exchange;
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++)
        if (is_polled(&exchange->streams[stream], connector->topics[slot].kind) &&
            !begin(connector, slot, stream))
            return false;
    return true;
}

void connector_polls_remove(struct connector *connector, uint32_t slot)
{
    struct polls *polls = &connector->polls;
    for (struct poll *poll = polls->items; poll < polls->items + polls->end; poll++)
        if (poll->slot == slot)
            poll->wanted = false;
}

bool connector_polls_any(const struct connector *connector, uint32_t slot)
{
    const struct exchange *exchange = connector->exchange;
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++)
        if (is_polled(&exchange->streams[stream], connector->topics[slot].kind))
            return true;
    return false;
}

/* No snapshot waits for its turn, and what one weighs stays when a poll is paid. */
static bool has_room(struct connector *connector)
{
    const struct exchange *exchange = connector->exchange;
    struct fetch_budget budget;
    if (connector->snapshots.under_way >= connector->config.snapshots_parallel)
        return false;
    fetch_budget(connector->fetch, exchange, &budget);
    uint32_t needed = exchange->poll_weight;
    if (exchange->snapshot_weight != NULL)
        needed += exchange->snapshot_weight(connector->config.book_depth);
    if (needed > budget.weight_limit)
        needed = budget.weight_limit;
    return budget.hold_ms == 0 && budget.weight_used + needed <= budget.weight_limit;
}

static bool ask(struct connector *connector, uint32_t number)
{
    const struct exchange *exchange = connector->exchange;
    struct poll *poll = &connector->polls.items[number];
    char room[PATH_MAX_LEN];
    struct text path = text_over(room, sizeof room);
    if (connector->polls.under_way >= POLLS_PARALLEL || !has_room(connector))
        return false;
    exchange->write_poll_path(&path, poll->stream,
                              slice_of(connector->topics[poll->slot].exchange_symbol));
    text_terminate(&path);
    if (path.overflow || !connector_get(connector, path.data, exchange->poll_weight, TIMEOUT_MS,
                                        BODY_MAX, tag_of(TAG_POLL, 0, number)))
        return false;
    poll->under_way = true;
    connector->polls.under_way++;
    connector->polls.next = number + 1;
    return true;
}

static void check_overdue(struct connector *connector, struct poll *poll, int64_t now_ns)
{
    if (poll->overdue || now_ns < poll->good_ns + PERIODS_OVERDUE * period_ns(connector, poll))
        return;
    poll->overdue = true;
    intake_poll_overdue(connector->intake, poll->slot, poll->stream, clock_real_ns());
}

/* When it has to be looked at again. */
static int64_t advance(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct poll *poll = &connector->polls.items[number];
    if (!poll->wanted)
        return INT64_MAX;
    check_overdue(connector, poll, now_ns);
    int64_t due_ns =
        poll->overdue ? INT64_MAX : poll->good_ns + PERIODS_OVERDUE * period_ns(connector, poll);
    if (poll->under_way)
        return due_ns;
    if (now_ns >= poll->due_ns && !ask(connector, number))
        poll->due_ns = now_ns + AGAIN_MS * NS_PER_MS;
    return poll->under_way ? due_ns : sooner(due_ns, poll->due_ns);
}

int64_t connector_polls_step(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    uint32_t end = connector->polls.end, first = connector->polls.next;
    for (uint32_t i = 0; i < end; i++)
        due_ns = sooner(due_ns, advance(connector, (first + i) % end, now_ns));
    return due_ns;
}

static int64_t jitter_ns(struct connector *connector, int64_t period)
{
    int64_t part = period / JITTER_PARTS;
    return (int64_t)random_below(&connector->random, (uint64_t)part + 1) - part / 2;
}

void connector_poll_came(struct connector *connector, const struct fetch_answer *answer)
{
    struct poll *poll = &connector->polls.items[(uint32_t)answer->tag];
    struct slice body = {answer->body, answer->body_len};
    int64_t now_ns = connector_now_ns(connector), period = period_ns(connector, poll);
    connector->polls.under_way--;
    poll->under_way = false;
    if (!poll->wanted)
        return;
    if (answer->error != FETCH_OK ||
        !intake_poll(connector->intake, poll->slot, poll->stream, body, clock_real_ns())) {
        uint32_t wait_ms = backoff_next(&poll->backoff, 0, &connector->random);
        poll->due_ns = now_ns + (answer->retry_after_ms + (int64_t)wait_ms) * NS_PER_MS;
        return;
    }
    poll->overdue = false;
    poll->good_ns = now_ns;
    poll->backoff.failures = 0;
    poll->due_ns = now_ns + period + jitter_ns(connector, period);
    connector_judge(connector, poll->slot);
}
