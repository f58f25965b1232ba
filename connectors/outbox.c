/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/outbox.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "connectors/budget.h"

#include <stdlib.h>

/* What leaves us within so long may arrive within a second. */
#define WINDOW_NS (NS_PER_SECOND + 250 * NS_PER_MS)

#define FRAME_MAX  128 /* bytes of a request around its keys */
#define ESCAPE_MAX 6   /* bytes that one byte of a key may become */

enum key_state {
    KEY_NEW,     /* to be subscribed */
    KEY_ASKED,   /* stands in `request`, unanswered */
    KEY_HELD,    /* accepted */
    KEY_REFUSED, /* for good */
};

struct outbox_key {
    char text[KEY_MAX];
    uint8_t len;
    uint8_t state; /* enum key_state */
    bool unwanted; /* to be unsubscribed */
    uint32_t slot;
    uint32_t group; /* only keys of one group share a request */
    uint64_t request;
};

struct outbox {
    const struct exchange *exchange;
    struct budget budget;
    bool ping;         /* one is to go */
    uint64_t requests; /* the newest one's number */
    uint32_t groups;
    uint32_t count;
    uint32_t room;
    struct slice *batch;
    struct outbox_key keys[];
};

struct outbox *outbox_new(const struct exchange *exchange, uint32_t keys_max)
{
    uint32_t room = 2 * keys_max;
    struct outbox *outbox = calloc(1, sizeof *outbox + room * sizeof outbox->keys[0]);
    if (outbox == NULL)
        return NULL;
    outbox->exchange = exchange;
    outbox->room = room;
    outbox->batch = calloc(exchange->limits.streams_per_request, sizeof *outbox->batch);
    budget_init(&outbox->budget, exchange->limits.messages_per_second, WINDOW_NS);
    if (outbox->batch == NULL)
        outbox_destroy(&outbox);
    return outbox;
}

void outbox_destroy(struct outbox **outbox)
{
    if (*outbox != NULL)
        free((*outbox)->batch);
    free(*outbox);
    *outbox = NULL;
}

/* The numbers of requests go on, so that no late answer is taken for another's. */
void outbox_clear(struct outbox *outbox)
{
    outbox->count = 0;
    outbox->groups = 0;
    outbox->ping = false;
    budget_init(&outbox->budget, outbox->exchange->limits.messages_per_second, WINDOW_NS);
}

static struct outbox_key *find(struct outbox *outbox, struct slice key)
{
    for (uint32_t i = 0; i < outbox->count; i++) {
        const struct outbox_key *known = &outbox->keys[i];
        if (slice_equal((struct slice){known->text, known->len}, key))
            return &outbox->keys[i];
    }
    return NULL;
}

static void forget(struct outbox *outbox, struct outbox_key *key)
{
    *key = outbox->keys[--outbox->count];
}

bool outbox_add(struct outbox *outbox, uint32_t slot, struct slice key, bool alone)
{
    ENSURE(key.len > 0 && key.len <= KEY_MAX);
    struct outbox_key *known = find(outbox, key);
    if (known != NULL) {
        known->unwanted = false;
        known->slot = slot;
        return true;
    }
    if (outbox->count == outbox->room)
        return false;
    known = &outbox->keys[outbox->count++];
    *known = (struct outbox_key){.len = (uint8_t)key.len, .state = KEY_NEW, .slot = slot};
    memcpy(known->text, key.data, key.len);
    if (alone)
        known->group = ++outbox->groups;
    return true;
}

void outbox_remove(struct outbox *outbox, struct slice key)
{
    struct outbox_key *known = find(outbox, key);
    if (known == NULL)
        return;
    if (known->state == KEY_NEW || known->state == KEY_REFUSED)
        forget(outbox, known);
    else
        known->unwanted = true;
}

/* The first key that waits for a message; unsubscribes come first. */
static const struct outbox_key *next_key(const struct outbox *outbox)
{
    const struct outbox_key *next = NULL;
    for (const struct outbox_key *key = outbox->keys; key < outbox->keys + outbox->count; key++) {
        if (key->unwanted)
            return key;
        if (next == NULL && key->state == KEY_NEW)
            next = key;
    }
    return next;
}

static int64_t room_in_ns(struct outbox *outbox, int64_t now_ns)
{
    if (budget_used(&outbox->budget, now_ns) < outbox->budget.limit)
        return 0;
    return budget_take(&outbox->budget, 1, now_ns);
}

int64_t outbox_wait_ns(struct outbox *outbox, int64_t now_ns)
{
    bool waits = outbox->ping || next_key(outbox) != NULL;
    return waits ? room_in_ns(outbox, now_ns) : INT64_MAX;
}

size_t outbox_message_max(const struct outbox *outbox)
{
    return FRAME_MAX +
           (size_t)outbox->exchange->limits.streams_per_request * (ESCAPE_MAX * KEY_MAX + 3);
}

/* Puts the keys that go with `first` into the batch; how many. */
static size_t gather(struct outbox *outbox, const struct outbox_key *first)
{
    size_t count = 0;
    bool unwanted = first->unwanted;
    uint32_t group = first->group;
    for (uint32_t i = 0; i < outbox->count; i++) {
        struct outbox_key *key = &outbox->keys[i];
        bool goes = unwanted ? key->unwanted
                             : !key->unwanted && key->state == KEY_NEW && key->group == group;
        if (!goes || count == outbox->exchange->limits.streams_per_request)
            continue;
        key->state = KEY_ASKED;
        key->request = outbox->requests;
        outbox->batch[count++] = (struct slice){key->text, key->len};
    }
    return count;
}

/* What was unsubscribed is gone with its message: answers come in the order of the requests. */
static void forget_unwanted(struct outbox *outbox, uint64_t request)
{
    for (uint32_t i = outbox->count; i-- > 0;)
        if (outbox->keys[i].unwanted && outbox->keys[i].request == request)
            forget(outbox, &outbox->keys[i]);
}

static uint64_t write_request(struct outbox *outbox, const struct outbox_key *first,
                              struct text *message)
{
    uint64_t request = ++outbox->requests;
    bool subscribe = !first->unwanted;
    size_t count = gather(outbox, first);
    outbox->exchange->write_request(message, subscribe, outbox->batch, count, request);
    ENSURE(!message->overflow);
    if (!subscribe)
        forget_unwanted(outbox, request);
    return request;
}

enum outbox_item outbox_next(struct outbox *outbox, int64_t now_ns, struct text *message,
                             uint64_t *request)
{
    const struct outbox_key *first = next_key(outbox);
    if ((first == NULL && !outbox->ping) || budget_take(&outbox->budget, 1, now_ns) > 0)
        return OUTBOX_NOTHING;
    if (!outbox->ping) {
        *request = write_request(outbox, first, message);
        return OUTBOX_REQUEST;
    }
    outbox->ping = false;
    return OUTBOX_PING;
}

void outbox_ping(struct outbox *outbox)
{
    outbox->ping = true;
}

void outbox_pong(struct outbox *outbox, int64_t now_ns)
{
    budget_learn(&outbox->budget, budget_used(&outbox->budget, now_ns) + 1, now_ns);
}

void outbox_asked(const struct outbox *outbox, uint64_t request,
                  void (*take)(void *context, uint32_t slot), void *context)
{
    for (uint32_t i = 0; i < outbox->count; i++)
        if (outbox->keys[i].state == KEY_ASKED && outbox->keys[i].request == request)
            take(context, outbox->keys[i].slot);
}

void outbox_accepted(struct outbox *outbox, uint64_t request)
{
    for (uint32_t i = 0; i < outbox->count; i++)
        if (outbox->keys[i].state == KEY_ASKED && outbox->keys[i].request == request)
            outbox->keys[i].state = KEY_HELD;
}

static uint64_t oldest_request(const struct outbox *outbox)
{
    uint64_t oldest = 0;
    for (uint32_t i = 0; i < outbox->count; i++) {
        const struct outbox_key *key = &outbox->keys[i];
        if (key->state == KEY_ASKED && (oldest == 0 || key->request < oldest))
            oldest = key->request;
    }
    return oldest;
}

/* Each half is a group of its own, and is asked for again. */
static void split(struct outbox *outbox, uint64_t request, uint32_t count)
{
    uint32_t seen = 0, first = ++outbox->groups, second = ++outbox->groups;
    for (uint32_t i = 0; i < outbox->count; i++) {
        struct outbox_key *key = &outbox->keys[i];
        if (key->state != KEY_ASKED || key->request != request)
            continue;
        key->state = KEY_NEW;
        key->group = seen++ < count / 2 ? first : second;
    }
}

/* A refused key that nobody wants any more has nothing to be unsubscribed from. */
void outbox_refused(struct outbox *outbox, uint64_t request,
                    void (*take)(void *context, uint32_t slot), void *context)
{
    uint32_t count = 0;
    if (request == 0)
        request = oldest_request(outbox);
    for (uint32_t i = outbox->count; i-- > 0;) {
        struct outbox_key *key = &outbox->keys[i];
        if (key->state != KEY_ASKED || key->request != request)
            continue;
        if (key->unwanted)
            forget(outbox, key);
        else
            count++;
    }
    if (count > 1)
        split(outbox, request, count);
    for (uint32_t i = 0; count == 1 && i < outbox->count; i++) {
        struct outbox_key *key = &outbox->keys[i];
        if (key->state != KEY_ASKED || key->request != request)
            continue;
        key->state = KEY_REFUSED;
        take(context, key->slot);
    }
}

bool outbox_settled(const struct outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->count; i++)
        if (outbox->keys[i].unwanted || outbox->keys[i].state < KEY_HELD)
            return false;
    return true;
}
