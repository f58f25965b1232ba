/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/outbox.h"

#include "common/ensure.h"
#include "common/secret.h"
#include "connectors/budget.h"

#include <stdlib.h>

/* What leaves us within so long may arrive within a second, or a minute. */
#define SECOND_NS (NS_PER_SECOND + 250 * NS_PER_MS)
#define MINUTE_NS (61 * NS_PER_SECOND)

#define FRAME_MAX  256 /* bytes of a request around its keys */
#define AROUND_MAX 96  /* around each of them: it may be the only one of its kind */
#define ESCAPE_MAX 6   /* bytes that one byte of a key may become */

enum key_state {
    KEY_NEW,     /* to be subscribed */
    KEY_ASKED,   /* stands in `request`, unanswered */
    KEY_LEAVING, /* to be unsubscribed and subscribed again */
    KEY_LEFT,    /* its unsubscribe stands in `request`, unanswered */
    KEY_HELD,    /* accepted */
    KEY_REFUSED, /* for good */
};

struct outbox_key {
    char text[KEY_MAX];
    uint8_t len;
    uint8_t state; /* enum key_state */
    bool unwanted; /* to be unsubscribed */
    uint32_t number;
    uint32_t group; /* only keys of one group share a request */
    uint64_t request;
    int64_t left_ns;
};

struct outbox {
    const struct outbox_config *config;
    char *said; /* said_max bytes */
    size_t said_len;
    struct budget second, minute; /* the latter without a limit if the exchange has none */
    bool greeting, ping;          /* is to go */
    int64_t whole_ns;             /* not before then the next whole set */
    uint64_t requests;            /* the newest one's number */
    uint32_t groups;
    uint32_t batch_max;
    uint32_t wanted;
    uint32_t count; /* those to be unsubscribed included */
    struct slice *batch;
    struct outbox_key keys[];
};

static bool is_whole(const struct outbox *outbox)
{
    return outbox->config->manner == SUBSCRIBE_WHOLE;
}

struct outbox_config outbox_config_of(const struct exchange *exchange, uint32_t keys_max)
{
    return (struct outbox_config){.manner = exchange->manner,
                                  .keys_max = keys_max,
                                  .streams_per_request = exchange->limits.streams_per_request,
                                  .messages_per_second = exchange->limits.messages_per_second,
                                  .messages_per_minute = exchange->limits.messages_per_minute,
                                  .greeting = exchange->greeting,
                                  .ping = exchange->ping,
                                  .write_request = exchange->write_request};
}

struct outbox *outbox_new(const struct outbox_config *config)
{
    struct outbox *outbox =
        calloc(1, sizeof *outbox + 2 * (size_t)config->keys_max * sizeof outbox->keys[0]);
    if (outbox == NULL)
        return NULL;
    outbox->config = config;
    outbox->batch_max = is_whole(outbox) ? config->keys_max : config->streams_per_request;
    outbox->batch = calloc(outbox->batch_max + 1, sizeof *outbox->batch);
    outbox->said = malloc(config->said_max + 1);
    if (outbox->batch == NULL || outbox->said == NULL)
        outbox_destroy(&outbox);
    else
        outbox_clear(outbox);
    return outbox;
}

/* What has been said, or will not be, is nobody's any more. */
static void forget_said(struct outbox *outbox)
{
    secret_wipe(outbox->said, outbox->said_len);
    outbox->said_len = 0;
}

void outbox_destroy(struct outbox **outbox)
{
    if (*outbox == NULL)
        return;
    if ((*outbox)->said != NULL)
        forget_said(*outbox);
    free((*outbox)->said);
    free((*outbox)->batch);
    free(*outbox);
    *outbox = NULL;
}

/* The numbers of requests go on, so that no late answer is taken for another's. */
void outbox_clear(struct outbox *outbox)
{
    const struct outbox_config *config = outbox->config;
    uint32_t minute = config->messages_per_minute;
    forget_said(outbox);
    outbox->count = outbox->wanted = 0;
    outbox->groups = 0;
    outbox->greeting = config->greeting.len > 0;
    outbox->ping = false;
    outbox->whole_ns = 0;
    budget_init(&outbox->second, config->messages_per_second, SECOND_NS);
    budget_init(&outbox->minute, minute > 0 ? minute : UINT32_MAX, MINUTE_NS);
}

bool outbox_say(struct outbox *outbox, struct slice text)
{
    if (outbox->said_len > 0 || text.len == 0 || text.len > outbox->config->said_max)
        return false;
    memcpy(outbox->said, text.data, text.len);
    outbox->said_len = text.len;
    return true;
}

static struct outbox_key *find(struct outbox *outbox, struct slice text)
{
    for (uint32_t i = 0; i < outbox->count; i++) {
        const struct outbox_key *known = &outbox->keys[i];
        if (slice_equal((struct slice){known->text, known->len}, text))
            return &outbox->keys[i];
    }
    return NULL;
}

/* A number may be another's by now, but not among those that are wanted. */
static struct outbox_key *find_wanted(struct outbox *outbox, uint32_t number)
{
    for (uint32_t i = 0; i < outbox->count; i++)
        if (outbox->keys[i].number == number && !outbox->keys[i].unwanted)
            return &outbox->keys[i];
    return NULL;
}

static void forget(struct outbox *outbox, struct outbox_key *key)
{
    *key = outbox->keys[--outbox->count];
}

bool outbox_add(struct outbox *outbox, uint32_t key, struct slice text, bool alone)
{
    ENSURE(text.len > 0 && text.len <= KEY_MAX);
    struct outbox_key *known = find(outbox, text);
    if (known != NULL && !known->unwanted) {
        known->number = key;
        return true;
    }
    if (outbox->wanted == outbox->config->keys_max ||
        (known == NULL && outbox->count == 2 * outbox->config->keys_max))
        return false;
    outbox->wanted++;
    if (known != NULL) {
        known->unwanted = false;
        known->number = key;
        return true;
    }
    known = &outbox->keys[outbox->count++];
    *known = (struct outbox_key){.len = (uint8_t)text.len, .state = KEY_NEW, .number = key};
    memcpy(known->text, text.data, text.len);
    if (alone)
        known->group = ++outbox->groups;
    return true;
}

void outbox_remove(struct outbox *outbox, uint32_t key)
{
    struct outbox_key *known = find_wanted(outbox, key);
    if (known == NULL)
        return;
    outbox->wanted--;
    if (known->state == KEY_NEW || known->state == KEY_LEFT || known->state == KEY_REFUSED)
        forget(outbox, known);
    else
        known->unwanted = true;
}

void outbox_renew(struct outbox *outbox, uint32_t key)
{
    struct outbox_key *known = find_wanted(outbox, key);
    if (known != NULL && (known->state == KEY_ASKED || known->state == KEY_HELD))
        known->state = KEY_LEAVING;
}

static bool goes(const struct outbox_key *key)
{
    return key->unwanted || key->state == KEY_LEAVING;
}

static bool comes(const struct outbox_key *key, int64_t now_ns)
{
    return !key->unwanted && (key->state == KEY_NEW || (key->state == KEY_LEFT &&
                                                        now_ns >= key->left_ns + OUTBOX_ANSWER_NS));
}

/* The first key that waits for a message; unsubscribes come first. */
static const struct outbox_key *next_key(const struct outbox *outbox, int64_t now_ns)
{
    const struct outbox_key *next = NULL;
    if (is_whole(outbox) && (outbox->wanted == 0 || now_ns < outbox->whole_ns))
        return NULL;
    for (const struct outbox_key *key = outbox->keys; key < outbox->keys + outbox->count; key++) {
        if (goes(key))
            return key;
        if (next == NULL && comes(key, now_ns))
            next = key;
    }
    return next;
}

static int64_t room_in_ns(struct budget *budget, int64_t now_ns)
{
    if (budget_used(budget, now_ns) < budget->limit)
        return 0;
    return budget_take(budget, 1, now_ns);
}

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

/* Until a key waits that does not yet: one whose unsubscribe is never answered, or any of a set
 * that may not go so soon. */
static int64_t key_in_ns(const struct outbox *outbox, int64_t now_ns)
{
    int64_t soonest_ns = INT64_MAX;
    if (is_whole(outbox) && now_ns < outbox->whole_ns) {
        int64_t then_ns = outbox->whole_ns;
        return next_key(outbox, then_ns) != NULL ? then_ns - now_ns : INT64_MAX;
    }
    if (next_key(outbox, now_ns) != NULL)
        return 0;
    for (const struct outbox_key *key = outbox->keys; key < outbox->keys + outbox->count; key++)
        if (key->state == KEY_LEFT && key->left_ns + OUTBOX_ANSWER_NS - now_ns < soonest_ns)
            soonest_ns = key->left_ns + OUTBOX_ANSWER_NS - now_ns;
    return soonest_ns;
}

int64_t outbox_wait_ns(struct outbox *outbox, int64_t now_ns)
{
    bool words = outbox->greeting || outbox->said_len > 0 || outbox->ping;
    int64_t wait_ns = words ? 0 : key_in_ns(outbox, now_ns);
    if (wait_ns == INT64_MAX)
        return INT64_MAX;
    wait_ns = later(wait_ns, room_in_ns(&outbox->second, now_ns));
    return later(wait_ns, room_in_ns(&outbox->minute, now_ns));
}

size_t outbox_message_max(const struct outbox *outbox)
{
    return FRAME_MAX + outbox->config->said_max +
           (size_t)outbox->batch_max * (ESCAPE_MAX * KEY_MAX + AROUND_MAX);
}

/* Puts the keys that go with `first` into the batch, of a whole set all that are wanted; how many.
 */
static size_t gather(struct outbox *outbox, const struct outbox_key *first, int64_t now_ns)
{
    size_t count = 0;
    bool whole = is_whole(outbox), going = goes(first);
    uint32_t group = first->group;
    for (uint32_t i = 0; i < outbox->count && count < outbox->batch_max; i++) {
        struct outbox_key *key = &outbox->keys[i];
        bool with = whole   ? !key->unwanted
                    : going ? goes(key)
                            : !goes(key) && comes(key, now_ns) && key->group == group;
        if (!with)
            continue;
        key->state = whole ? KEY_HELD : going ? KEY_LEFT : KEY_ASKED;
        key->request = outbox->requests;
        key->left_ns = now_ns;
        outbox->batch[count++] = (struct slice){key->text, key->len};
    }
    return count;
}

/* What was unsubscribed is gone with its message: answers come in the order of the requests. */
static void forget_unwanted(struct outbox *outbox, uint64_t request)
{
    for (uint32_t i = outbox->count; i-- > 0;) {
        const struct outbox_key *key = &outbox->keys[i];
        if (key->unwanted && (is_whole(outbox) || key->request == request))
            forget(outbox, &outbox->keys[i]);
    }
}

static uint64_t write_request(struct outbox *outbox, const struct outbox_key *first, int64_t now_ns,
                              struct text *message)
{
    uint64_t request = ++outbox->requests;
    bool subscribe = is_whole(outbox) || !goes(first);
    size_t count = gather(outbox, first, now_ns);
    outbox->config->write_request(message, subscribe, outbox->batch, count, request);
    ENSURE(!message->overflow);
    outbox->whole_ns = now_ns + OUTBOX_WHOLE_NS;
    if (!subscribe || is_whole(outbox))
        forget_unwanted(outbox, request);
    return request;
}

enum outbox_item outbox_next(struct outbox *outbox, int64_t now_ns, struct text *message,
                             uint64_t *request)
{
    const struct outbox_key *first = next_key(outbox, now_ns);
    bool waits = outbox->greeting || outbox->said_len > 0 || outbox->ping || first != NULL;
    if (!waits || room_in_ns(&outbox->minute, now_ns) > 0 ||
        budget_take(&outbox->second, 1, now_ns) > 0)
        return OUTBOX_NOTHING;
    budget_take(&outbox->minute, 1, now_ns);
    if (outbox->greeting) {
        outbox->greeting = false;
        text_append(message, outbox->config->greeting);
        return OUTBOX_TEXT;
    }
    if (outbox->said_len > 0) {
        text_bytes(message, outbox->said, outbox->said_len);
        forget_said(outbox);
        return OUTBOX_SAID;
    }
    if (outbox->ping) {
        outbox->ping = false;
        text_append(message, outbox->config->ping);
        return message->len > 0 ? OUTBOX_TEXT : OUTBOX_PING;
    }
    *request = write_request(outbox, first, now_ns, message);
    return OUTBOX_REQUEST;
}

void outbox_ping(struct outbox *outbox)
{
    outbox->ping = true;
}

void outbox_pong(struct outbox *outbox, int64_t now_ns)
{
    budget_learn(&outbox->second, budget_used(&outbox->second, now_ns) + 1, now_ns);
    budget_learn(&outbox->minute, budget_used(&outbox->minute, now_ns) + 1, now_ns);
}

static bool is_in(const struct outbox_key *key, uint64_t request, enum key_state state)
{
    return key->state == state && key->request == request;
}

void outbox_asked(const struct outbox *outbox, uint64_t request,
                  void (*take)(void *context, uint32_t key), void *context)
{
    enum key_state state = is_whole(outbox) ? KEY_HELD : KEY_ASKED;
    for (uint32_t i = 0; i < outbox->count; i++)
        if (is_in(&outbox->keys[i], request, state) && !outbox->keys[i].unwanted)
            take(context, outbox->keys[i].number);
}

void outbox_accepted(struct outbox *outbox, uint64_t request)
{
    for (uint32_t i = 0; i < outbox->count; i++) {
        struct outbox_key *key = &outbox->keys[i];
        if (is_in(key, request, KEY_ASKED))
            key->state = KEY_HELD;
        else if (is_in(key, request, KEY_LEFT))
            key->state = KEY_NEW;
    }
}

static uint64_t oldest_request(const struct outbox *outbox)
{
    uint64_t oldest = 0;
    for (uint32_t i = 0; i < outbox->count; i++) {
        const struct outbox_key *key = &outbox->keys[i];
        bool open = key->state == KEY_ASKED || key->state == KEY_LEFT;
        if (open && (oldest == 0 || key->request < oldest))
            oldest = key->request;
    }
    return oldest;
}

/* A refused key that nobody wants any more has nothing to be unsubscribed from; one that could not
 * be unsubscribed is subscribed anew all the same. How many are left. */
static uint32_t settle_idle(struct outbox *outbox, uint64_t request)
{
    uint32_t count = 0;
    for (uint32_t i = outbox->count; i-- > 0;) {
        struct outbox_key *key = &outbox->keys[i];
        if (is_in(key, request, KEY_LEFT))
            key->state = KEY_NEW;
        if (!is_in(key, request, KEY_ASKED))
            continue;
        if (key->unwanted)
            forget(outbox, key);
        else
            count++;
    }
    return count;
}

/* All keys of a request are asked for again; of two groups each is half of them. */
static void ask_again(struct outbox *outbox, uint64_t request, uint32_t count, uint32_t groups)
{
    uint32_t seen = 0, before = outbox->groups;
    outbox->groups += groups;
    for (uint32_t i = 0; i < outbox->count; i++) {
        struct outbox_key *key = &outbox->keys[i];
        if (!is_in(key, request, KEY_ASKED))
            continue;
        key->state = KEY_NEW;
        key->group = groups == 1 || seen++ < count / 2 ? before + 1 : before + 2;
    }
}

static void refuse(struct outbox_key *key, void (*take)(void *context, uint32_t key), void *context)
{
    key->state = KEY_REFUSED;
    take(context, key->number);
}

void outbox_refused(struct outbox *outbox, const struct route *route,
                    void (*take)(void *context, uint32_t key), void *context)
{
    struct outbox_key *blamed = route->key.len > 0 ? find(outbox, route->key) : NULL;
    bool asked = blamed != NULL && blamed->state == KEY_ASKED;
    uint64_t request = route->request;
    if (request == 0)
        request = asked ? blamed->request : oldest_request(outbox);
    if (asked && blamed->request == request) {
        if (route->held)
            blamed->state = KEY_HELD;
        else if (!blamed->unwanted)
            refuse(blamed, take, context);
        ask_again(outbox, request, settle_idle(outbox, request), 1);
        return;
    }
    uint32_t count = settle_idle(outbox, request);
    if (count > 1)
        ask_again(outbox, request, count, 2);
    for (uint32_t i = 0; count == 1 && i < outbox->count; i++)
        if (is_in(&outbox->keys[i], request, KEY_ASKED))
            refuse(&outbox->keys[i], take, context);
}

bool outbox_settled(const struct outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->count; i++)
        if (outbox->keys[i].unwanted || outbox->keys[i].state < KEY_HELD)
            return false;
    return true;
}
