/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of records: a kind takes only its own room, its levels stand behind it. */
#include "proto/event.h"

#include "common/ensure.h"

#define ALIGNMENT 16

/* Up to the end of a kind's member, rounded up. */
#define ROOM(member)                                                                               \
    ((offsetof(struct event, member) + sizeof(((struct event *)NULL)->member) + ALIGNMENT - 1) /   \
     ALIGNMENT * ALIGNMENT)

static const uint32_t rooms[] = {
    [KIND_QUOTE] = ROOM(quote),
    [KIND_TRADE] = ROOM(trade),
    [KIND_BOOK] = ROOM(book),
    [KIND_CANDLE] = ROOM(candle),
    [KIND_MARK] = ROOM(mark),
    [KIND_LIQUIDATION] = ROOM(liquidation),
    [KIND_ORDER] = ROOM(order),
    [KIND_FILL] = ROOM(fill),
    [KIND_POSITION] = ROOM(position),
    [KIND_BALANCE] = ROOM(balance),
    [KIND_ACCOUNT] = ROOM(account),
    [KIND_SESSION] = ROOM(session),
    [KIND_SUBSCRIPTION] = ROOM(subscription),
    [KIND_INSTRUMENT] = ROOM(instrument),
    [KIND_COUNTERS] = ROOM(counters),
    [KIND_DRIFT] = ROOM(drift),
};

_Static_assert(sizeof rooms / sizeof *rooms == KIND_COUNT, "a room for each kind");
_Static_assert(sizeof(struct level) % ALIGNMENT == 0, "levels keep the alignment");

size_t event_size(enum kind kind, size_t levels)
{
    ENSURE((unsigned int)kind < KIND_COUNT);
    return rooms[kind] + levels * sizeof(struct level);
}

void event_begin(struct event *event, enum kind kind)
{
    size_t size = event_size(kind, 0);
    memset((void *)event, 0, size);
    event->size = (uint32_t)size;
    event->kind = (uint8_t)kind;
    event->slot = EVENT_NO_SLOT;
}

struct level *event_bids(struct event *event)
{
    return (struct level *)(void *)((char *)event + rooms[KIND_BOOK]);
}

struct level *event_asks(struct event *event)
{
    return event_bids(event) + event->book.bid_count;
}

const struct level *event_bids_of(const struct event *event)
{
    return (const struct level *)(const void *)((const char *)event + rooms[KIND_BOOK]);
}

const struct level *event_asks_of(const struct event *event)
{
    return event_bids_of(event) + event->book.bid_count;
}

bool id_set(struct id *id, struct slice text)
{
    if (text.len > ID_MAX)
        return false;
    if (text.len > 0)
        memcpy(id->text, text.data, text.len);
    id->len = (uint8_t)text.len;
    return true;
}

void id_set_number(struct id *id, uint64_t number)
{
    struct text text = text_over(id->text, ID_MAX);
    text_unsigned(&text, number);
    id->len = (uint8_t)text.len;
}
