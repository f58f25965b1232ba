/* SPDX-License-Identifier: Apache-2.0 */
/* What a client says, and what becomes of its subscriptions by the exchange's manner. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/private.h"

#include <stdlib.h>

#define REPLY_MAX 65536 /* bytes, without the keys of a list */
#define ESCAPED   6     /* bytes that one byte of a string may become */
#define KEY_EXTRA 3     /* bytes of a key's quotes and comma */
#define STRAYS    3     /* fewer than so many frames of a set that was replaced */
#define NOT_UTF8  1007
#define TOO_LARGE 1009
#define NO_NEWS   128 /* of a request's flags: the key was held already */

static struct slice key_of(const struct subscription *subscription)
{
    return (struct slice){subscription->key, subscription->key_len};
}

static void drop(struct session *session, uint32_t i)
{
    struct subscription *subscription = &session->subscriptions[i];
    if (subscription->stream != NULL)
        streams_unsubscribe(session->venue->streams, subscription->stream, session);
    session->key_bytes -= subscription->key_len + KEY_EXTRA;
    free(subscription->key);
    session->count--;
    memmove(subscription, subscription + 1, (session->count - i) * sizeof *subscription);
}

void session_drop_all(struct session *session)
{
    while (session->count > 0)
        drop(session, session->count - 1);
}

/* The place of a key among the subscriptions; their count if it is not there. */
static uint32_t find(const struct session *session, struct slice key)
{
    uint32_t i = 0;
    while (i < session->count && !slice_equal(key, key_of(&session->subscriptions[i])))
        i++;
    return i;
}

static bool make_room(struct session *session)
{
    if (session->count < session->room)
        return true;
    uint32_t room = session->room == 0 ? 16 : session->room * 2;
    void *memory = realloc(session->subscriptions, room * sizeof *session->subscriptions);
    if (memory == NULL)
        return false;
    session->subscriptions = memory;
    session->room = room;
    return true;
}

/* The stream of a key, if this session's root carries it. */
static struct stream *stream_of(const struct session *session, struct slice key)
{
    struct stream *stream = venue_stream(session->venue, key);
    bool carried = stream != NULL &&
                   (stream->what.roots == 0 || (stream->what.roots >> session->root & 1) != 0);
    return carried ? stream : NULL;
}

/* One that gives no stream is held all the same, and silent. */
static void hold(struct session *session, struct slice key, struct stream *stream)
{
    char *copy = malloc(key.len + 1);
    if (copy == NULL || !make_room(session)) {
        free(copy);
        return;
    }
    memcpy(copy, key.data, key.len);
    if (stream != NULL && !streams_subscribe(session->venue->streams, stream, session))
        stream = NULL;
    session->subscriptions[session->count++] = (struct subscription){copy, key.len, stream};
    session->key_bytes += key.len + KEY_EXTRA;
}

/* Marks a stream as named by the request of that mark: false if it was already. */
static bool mark(struct stream *stream, uint64_t number)
{
    bool first = stream == NULL || stream->mark != number;
    if (stream != NULL)
        stream->mark = number;
    return first;
}

/* Flags what is held already, and finds what forbids the whole. */
static enum dialect_outcome judge(struct session *session, struct dialect_request *request,
                                  struct slice *key)
{
    const struct dialect_limits *limits = &session->venue->limits;
    enum dialect_manner manner = session->venue->dialect->manner;
    uint32_t most = limits->streams > 0 ? limits->streams : DIALECT_KEYS_MAX;
    uint32_t count = manner == DIALECT_REPLACES ? 0 : session->count;
    size_t bytes = manner == DIALECT_REPLACES ? 0 : session->key_bytes;
    uint64_t number = ++session->venue->mark;
    if (limits->keys_per_request > 0 && request->key_count > limits->keys_per_request)
        return DIALECT_LONG;
    for (uint32_t i = 0; i < request->key_count; i++) {
        *key = request->keys[i];
        struct stream *stream = stream_of(session, *key);
        if (manner == DIALECT_STRICT && stream == NULL)
            return DIALECT_UNKNOWN;
        bool held = !mark(stream, number) ||
                    (manner != DIALECT_REPLACES && find(session, *key) < session->count);
        if (manner == DIALECT_STRICT && held)
            return DIALECT_HELD;
        request->flags[i] |= held || key->len > DIALECT_KEY_MAX ? NO_NEWS : 0;
        count += held ? 0 : 1;
        bytes += held ? 0 : key->len + KEY_EXTRA;
    }
    return count > most                                         ? DIALECT_FULL
           : limits->key_bytes > 0 && bytes > limits->key_bytes ? DIALECT_HEAVY
                                                                : DIALECT_DONE;
}

/* Before a set is replaced, a few messages of what is in it and not in the new one, whose streams
 * bear the venue's mark. */
static void send_strays(struct session *session)
{
    struct venue *venue = session->venue;
    uint64_t strays = venue->market != NULL && venue_runs(venue) && venue->started
                          ? random_below(&venue->random, STRAYS)
                          : 0;
    for (uint32_t i = session->count; i-- > 0;) {
        const struct stream *stream = session->subscriptions[i].stream;
        if (stream == NULL || stream->mark == venue->mark)
            drop(session, i);
    }
    session->stray = true;
    venue->intended_ns = venue->now_real_ns;
    for (; strays > 0 && session->count > 0; strays--)
        show_stream(venue,
                    session->subscriptions[random_below(&venue->random, session->count)].stream);
    session->stray = false;
}

static void take_keys(struct session *session, const struct dialect_request *request)
{
    if (session->venue->dialect->manner == DIALECT_REPLACES) {
        send_strays(session);
        session_drop_all(session);
    }
    for (uint32_t i = 0; i < request->key_count; i++) {
        bool only_first = (request->flags[i] & DIALECT_FIRST_ONLY) != 0;
        if ((request->flags[i] & NO_NEWS) == 0)
            hold(session, request->keys[i],
                 only_first ? NULL : stream_of(session, request->keys[i]));
    }
}

/* How things stand on what is new. */
static void tell_firsts(struct session *session, const struct dialect_request *request)
{
    if (session->venue->market == NULL)
        return;
    for (uint32_t i = 0; i < request->key_count && !session->closing; i++) {
        struct stream *stream = (request->flags[i] & (NO_NEWS | DIALECT_NO_FIRST)) == 0
                                    ? stream_of(session, request->keys[i])
                                    : NULL;
        if (stream != NULL && stream->what.first)
            show_first(session->venue, stream, session);
    }
}

static void unsubscribe_all(struct session *session, const struct dialect_request *request)
{
    for (uint32_t i = 0; i < request->key_count; i++) {
        uint32_t place = find(session, request->keys[i]);
        if (place < session->count)
            drop(session, place);
    }
}

/* What the dialect sees of a session; its keys are the caller's room. */
static struct dialect_session view(const struct session *session,
                                   struct slice keys[DIALECT_KEYS_MAX])
{
    ENSURE(session->count <= DIALECT_KEYS_MAX);
    for (uint32_t i = 0; i < session->count; i++)
        keys[i] = key_of(&session->subscriptions[i]);
    return (struct dialect_session){session->id, session->root, session->wrapped, keys,
                                    session->count};
}

struct dialect_request *session_request(struct venue *venue)
{
    struct dialect_request *request = &venue->request;
    request->word = DIALECT_REFUSED;
    request->id = (struct slice){NULL, 0};
    request->root = request->form = 0;
    request->wrapped = false;
    request->key_count = 0;
    memset(request->flags, 0, sizeof request->flags);
    request->memory = text_over(venue->keys, sizeof venue->keys);
    return request;
}

static enum dialect_outcome obey(struct session *session, struct dialect_request *request,
                                 struct slice *key)
{
    enum dialect_outcome outcome = DIALECT_DONE;
    switch (request->word) {
    case DIALECT_SUBSCRIBE:
        outcome = judge(session, request, key);
        if (outcome == DIALECT_DONE)
            take_keys(session, request);
        break;
    case DIALECT_UNSUBSCRIBE:
        unsubscribe_all(session, request);
        break;
    case DIALECT_WRAP:
        session->wrapped = request->wrapped;
        break;
    case DIALECT_STATUS:
        session->status_ns =
            session->venue->now_ns + (int64_t)session->venue->dialect->status_first_ms * NS_PER_MS;
        session_set_deadline(session);
        break;
    default:
        break;
    }
    session->venue->law.violations.requests += outcome >= DIALECT_FULL ? 1 : 0;
    return outcome;
}

static void answer(struct session *session, struct dialect_request *request, struct text *reply)
{
    const struct dialect *dialect = session->venue->dialect;
    struct slice keys[DIALECT_KEYS_MAX], key = {NULL, 0};
    bool lives = request->word == DIALECT_ANSWERED || request->word == DIALECT_STATUS;
    enum dialect_outcome outcome = obey(session, request, &key);
    bool refused = request->word == DIALECT_REFUSED || outcome != DIALECT_DONE;
    struct dialect_session seen = view(session, keys);
    if (!lives && request->word != DIALECT_REFUSED)
        dialect->write_reply(reply, request, &seen, outcome, key);
    if (reply->len > 0 && !reply->overflow && lives)
        session_live(session, text_slice(reply));
    else if (reply->len > 0 && !reply->overflow)
        session_say(session, text_slice(reply));
    if (request->word == DIALECT_SUBSCRIBE && outcome == DIALECT_DONE)
        tell_firsts(session, request);
    session->venue->refused += refused ? 1 : 0;
    if (refused)
        session_refuse(session);
}

void session_take_message(struct session *session, struct slice message)
{
    struct slice keys[DIALECT_KEYS_MAX];
    struct dialect_request *request = session_request(session->venue);
    size_t room = REPLY_MAX;
    if (!frame_is_utf8(message)) {
        session_violate(session, NOT_UTF8, SLICE("no UTF-8"));
        return;
    }
    if (session->is_private) {
        private_take_message(session, message);
        return;
    }
    for (uint32_t i = 0; i < session->count; i++)
        room += ESCAPED * session->subscriptions[i].key_len + 4;
    char *memory = malloc(room);
    struct text reply = text_over(memory, memory != NULL ? room : 0);
    struct dialect_session seen = view(session, keys);
    session->venue->dialect->read_request(message, &seen, request, &reply);
    if (request->memory.overflow)
        session_close(session, TOO_LARGE, SLICE("too large"));
    else
        answer(session, request, &reply);
    free(memory);
}

void session_take_path(struct session *session, struct dialect_request *request)
{
    struct slice key;
    if (judge(session, request, &key) != DIALECT_DONE)
        return;
    take_keys(session, request);
    tell_firsts(session, request);
}
