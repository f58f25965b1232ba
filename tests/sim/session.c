/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/session.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <stdlib.h>

#define MESSAGE_MAX   65536               /* bytes of a client's message */
#define CLOSE_WAIT_NS (3 * NS_PER_SECOND) /* for the client's close frame */
#define REPLY_MAX     4096                /* bytes, without the keys of a list */
#define ESCAPED       6                   /* bytes that one byte of a string may become */

enum close_code {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL = 1002,
    CLOSE_UNSUPPORTED = 1003,
    CLOSE_NO_UTF8 = 1007,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_LARGE = 1009
};

/* The next moment at which something is to be done of itself. */
static void set_deadline(const struct session *session)
{
    int64_t deadline_ns = session->ends_ns;
    int64_t pong_ns = (int64_t)session->venue->options.pong_ms * NS_PER_MS;
    if (!session->closing && session->ping_ns < deadline_ns)
        deadline_ns = session->ping_ns;
    if (!session->closing && session->unanswered_ns != 0 &&
        session->unanswered_ns + pong_ns < deadline_ns)
        deadline_ns = session->unanswered_ns + pong_ns;
    peer_set_deadline(session->peer, deadline_ns);
}

struct session *session_new(struct venue *venue, struct peer *peer, bool wrapped)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    session->id = ++venue->sessions_ever;
    session->venue = venue;
    session->peer = peer;
    session->wrapped = wrapped;
    session->ends_ns = venue->now_ns + (int64_t)venue->options.life_ms * NS_PER_MS;
    session->ping_ns = venue->now_ns + (int64_t)venue->options.ping_ms * NS_PER_MS;
    venue->sessions++;
    if (!window_init(&session->messages, (uint32_t)venue->options.messages_per_second,
                     NS_PER_SECOND))
        session_destroy(&session);
    else
        set_deadline(session);
    return session;
}

static void set_full(struct session *session, bool full)
{
    if (session->full == full)
        return;
    session->full = full;
    session->venue->full += full ? 1 : UINT64_MAX;
}

static void drop_subscription(struct session *session, uint32_t i)
{
    struct subscription *subscription = &session->subscriptions[i];
    if (subscription->stream != NULL)
        streams_unsubscribe(session->venue->streams, subscription->stream, session);
    free(subscription->key);
    session->count--;
    memmove(subscription, subscription + 1, (session->count - i) * sizeof *subscription);
}

static void drop_subscriptions(struct session *session)
{
    while (session->count > 0)
        drop_subscription(session, session->count - 1);
}

void session_destroy(struct session **session)
{
    if (*session == NULL)
        return;
    drop_subscriptions(*session);
    set_full(*session, false);
    (*session)->venue->sessions--;
    window_fini(&(*session)->messages);
    buffer_fini(&(*session)->message);
    free((*session)->subscriptions);
    free(*session);
    *session = NULL;
}

/* The place of a key among the subscriptions; their count if it is not there. */
static uint32_t find(const struct session *session, struct slice key)
{
    uint32_t i = 0;
    while (i < session->count &&
           !slice_equal(key, (struct slice){session->subscriptions[i].key,
                                            session->subscriptions[i].key_len}))
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

bool session_subscribe(struct session *session, struct slice key)
{
    if (key.len > DIALECT_KEY_MAX || find(session, key) < session->count)
        return true;
    if (session->count == session->venue->dialect->streams_max)
        return false;
    char *copy = malloc(key.len + 1);
    if (copy == NULL || !make_room(session)) {
        free(copy);
        return true;
    }
    memcpy(copy, key.data, key.len);
    struct stream *stream = venue_stream(session->venue, key);
    if (stream != NULL && !streams_subscribe(session->venue->streams, stream, session))
        stream = NULL;
    session->subscriptions[session->count++] = (struct subscription){copy, key.len, stream};
    return true;
}

bool session_listens(const struct session *session)
{
    int64_t now_ns = session->venue->now_ns;
    return !session->closing && now_ns >= session->silent_until_ns &&
           now_ns >= session->quiet_until_ns;
}

static void put_frame(struct session *session, enum frame_opcode opcode, bool final,
                      struct slice begin, struct slice payload, struct slice end)
{
    size_t len = begin.len + payload.len + end.len;
    char *at = peer_reserve(session->peer, FRAME_HEAD_MAX + len);
    if (at == NULL)
        return;
    char *first = at;
    at += frame_head(at, opcode, final, len);
    memcpy(at, begin.data, begin.len);
    memcpy(at + begin.len, payload.data, payload.len);
    memcpy(at + begin.len + payload.len, end.data, end.len);
    peer_added(session->peer, (size_t)(at - first) + len);
    if (session->peer->out.len > SESSION_QUEUE_MAX)
        set_full(session, true);
}

/* The same message in fragments of `bytes`. */
static void put_fragments(struct session *session, size_t bytes, struct slice begin,
                          struct slice payload, struct slice end)
{
    struct buffer whole = {.data = NULL};
    if (buffer_append(&whole, begin) && buffer_append(&whole, payload) &&
        buffer_append(&whole, end)) {
        for (size_t at = 0; at < whole.len; at += bytes) {
            size_t len = whole.len - at < bytes ? whole.len - at : bytes;
            put_frame(session, at == 0 ? FRAME_TEXT : FRAME_CONTINUATION, at + len == whole.len,
                      SLICE(""), (struct slice){whole.data + at, len}, SLICE(""));
        }
    }
    buffer_fini(&whole);
}

void session_send(struct session *session, struct slice begin, struct slice payload,
                  struct slice end)
{
    const struct fault *fragment =
        faults_on(&session->venue->faults, FAULT_FRAGMENT, session->venue->now_ns);
    if (!session_listens(session))
        return;
    if (fragment != NULL)
        put_fragments(session, fragment->bytes, begin, payload, end);
    else
        put_frame(session, FRAME_TEXT, true, begin, payload, end);
}

void session_say(struct session *session, struct slice message)
{
    session_send(session, SLICE(""), message, SLICE(""));
}

static void put_control(struct session *session, enum frame_opcode opcode, struct slice payload)
{
    if (!session->closing && session->venue->now_ns >= session->silent_until_ns)
        put_frame(session, opcode, true, SLICE(""), payload, SLICE(""));
}

void session_close(struct session *session, unsigned int code, struct slice reason)
{
    char payload[FRAME_CONTROL_MAX] = {(char)(code >> 8), (char)(code & 255)};
    if (session->closing)
        return;
    ENSURE(reason.len <= sizeof payload - 2);
    memcpy(payload + 2, reason.data, reason.len);
    put_frame(session, FRAME_CLOSE, true, SLICE(""), (struct slice){payload, 2 + reason.len},
              SLICE(""));
    drop_subscriptions(session);
    session->closing = true;
    session->ends_ns = session->venue->now_ns + CLOSE_WAIT_NS;
    set_full(session, false);
    set_deadline(session);
}

static void violate_frames(struct session *session, enum close_code code, struct slice why)
{
    session->venue->law.violations.frames++;
    session_close(session, code, why);
}

/* Nothing is done if the whole does not fit. */
static bool subscribe_all(struct session *session, const struct dialect_request *request)
{
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < request->key_count; i++)
        fresh += find(session, request->keys[i]) == session->count;
    if (session->count + fresh > session->venue->dialect->streams_max)
        return false;
    for (uint32_t i = 0; i < request->key_count; i++)
        session_subscribe(session, request->keys[i]);
    return true;
}

static void unsubscribe_all(struct session *session, const struct dialect_request *request)
{
    for (uint32_t i = 0; i < request->key_count; i++) {
        uint32_t place = find(session, request->keys[i]);
        if (place < session->count)
            drop_subscription(session, place);
    }
}

static void answer(struct session *session, const struct dialect_request *request, bool full,
                   struct text *reply)
{
    struct slice keys[DIALECT_KEYS_MAX];
    ENSURE(session->count <= DIALECT_KEYS_MAX);
    for (uint32_t i = 0; i < session->count; i++)
        keys[i] = (struct slice){session->subscriptions[i].key, session->subscriptions[i].key_len};
    session->venue->dialect->write_reply(reply, request, full, session->wrapped, keys,
                                         session->count);
}

static void take_message(struct session *session, struct slice message)
{
    struct dialect_request request;
    size_t room = REPLY_MAX;
    bool full = false;
    if (!frame_is_utf8(message)) {
        violate_frames(session, CLOSE_NO_UTF8, SLICE("no UTF-8"));
        return;
    }
    for (uint32_t i = 0; i < session->count; i++)
        room += ESCAPED * session->subscriptions[i].key_len + 4;
    char *memory = malloc(room);
    struct text reply = text_over(memory, memory != NULL ? room : 0);
    session->venue->dialect->read_request(message, &request, &reply);
    if (request.word == DIALECT_SUBSCRIBE)
        full = !subscribe_all(session, &request);
    else if (request.word == DIALECT_UNSUBSCRIBE)
        unsubscribe_all(session, &request);
    else if (request.word == DIALECT_WRAP)
        session->wrapped = request.wrapped;
    if (request.word != DIALECT_REFUSED)
        answer(session, &request, full, &reply);
    if (!reply.overflow)
        session_say(session, text_slice(&reply));
    free(memory);
}

/* A pong that carries what a ping carried answers all pings up to the last one. */
static void take_pong(struct session *session, struct slice payload)
{
    char digits[24];
    struct text expected = text_over(digits, sizeof digits);
    text_unsigned(&expected, session->ping);
    if (session->unanswered_ns == 0 || !slice_equal(payload, text_slice(&expected)))
        return;
    session->unanswered_ns = 0;
    session->venue->pongs++;
    set_deadline(session);
}

/* A silent one does not even answer that: it stays until the client lets go of it. */
static void take_close(struct session *session, struct slice payload)
{
    bool silent = session->venue->now_ns < session->silent_until_ns;
    if (!silent && !session->closing)
        put_frame(session, FRAME_CLOSE, true, SLICE(""),
                  (struct slice){payload.data, payload.len < 2 ? 0 : 2}, SLICE(""));
    drop_subscriptions(session);
    session->closing = true;
    set_full(session, false);
    if (!silent)
        peer_end(session->peer);
}

static void take_data(struct session *session, const struct frame *frame)
{
    bool continues = frame->opcode == FRAME_CONTINUATION;
    struct slice payload = {frame->payload, frame->len};
    if (continues != session->fragmented) {
        violate_frames(session, CLOSE_PROTOCOL, SLICE("a fragment out of place"));
    } else if (frame->opcode == FRAME_BINARY) {
        session_close(session, CLOSE_UNSUPPORTED, SLICE("text only"));
    } else if (frame->final && !continues) {
        take_message(session, payload);
    } else if (session->message.len + frame->len > MESSAGE_MAX) {
        session_close(session, CLOSE_TOO_LARGE, SLICE("too large"));
    } else if (!buffer_append(&session->message, payload)) {
        peer_close(session->peer);
    } else {
        session->fragmented = !frame->final;
        if (session->fragmented)
            return;
        struct buffer whole = session->message;
        session->message = (struct buffer){.data = NULL};
        take_message(session, buffer_slice(&whole));
        buffer_fini(&whole);
    }
}

/* When a message came: at some time since the sockets were looked at before, which under load is a
 * while ago. The client is believed to have kept its distance, as far as there was time for it. */
static int64_t arrival_ns(struct session *session)
{
    const struct venue *venue = session->venue;
    int64_t at_ns =
        session->arrival_ns + NS_PER_SECOND / (int64_t)venue->options.messages_per_second;
    at_ns = at_ns > venue->looked_ns ? at_ns : venue->looked_ns;
    session->arrival_ns = at_ns < venue->now_ns ? at_ns : venue->now_ns;
    return session->arrival_ns;
}

static void take_frame(struct session *session, const struct frame *frame)
{
    struct slice payload = {frame->payload, frame->len};
    if (frame->opcode == FRAME_CLOSE) {
        take_close(session, payload);
        return;
    }
    if (session->closing)
        return;
    if (frame->opcode != FRAME_CONTINUATION &&
        window_take(&session->messages, arrival_ns(session)) > 0) {
        session->venue->law.violations.messages++;
        session_close(session, CLOSE_POLICY, SLICE("Too many requests"));
    } else if (frame->opcode == FRAME_PING) {
        put_control(session, FRAME_PONG, payload);
    } else if (frame->opcode == FRAME_PONG) {
        take_pong(session, payload);
    } else {
        take_data(session, frame);
    }
}

void session_received(struct session *session)
{
    struct peer *peer = session->peer;
    struct frame frame;
    while (peer->in.len > 0 && !peer->ends && !peer->gone) {
        switch (frame_read(buffer_data(&peer->in), peer->in.len, MESSAGE_MAX, &frame)) {
        case FRAME_MORE:
            return;
        case FRAME_OK:
            take_frame(session, &frame);
            buffer_take(&peer->in, frame.whole);
            continue;
        case FRAME_TOO_LARGE:
            session_close(session, CLOSE_TOO_LARGE, SLICE("too large"));
            break;
        default:
            if (!session->closing)
                violate_frames(session, CLOSE_PROTOCOL, SLICE("no such frame"));
        }
        /* Where the next frame begins is not known any more. */
        peer_end(peer);
    }
}

static void send_ping(struct session *session)
{
    char digits[24];
    struct text payload = text_over(digits, sizeof digits);
    struct venue *venue = session->venue;
    session->ping_ns = venue->now_ns + (int64_t)venue->options.ping_ms * NS_PER_MS;
    if (venue->now_ns < session->silent_until_ns)
        return;
    session->ping = (uint64_t)(venue->now_real_ns / NS_PER_MS);
    text_unsigned(&payload, session->ping);
    put_control(session, FRAME_PING, text_slice(&payload));
    venue->pings++;
    if (session->unanswered_ns == 0)
        session->unanswered_ns = venue->now_ns;
}

void session_expired(struct session *session)
{
    struct venue *venue = session->venue;
    int64_t pong_ns = (int64_t)venue->options.pong_ms * NS_PER_MS;
    if (session->closing) {
        if (venue->now_ns >= session->ends_ns) {
            peer_close(session->peer);
            return;
        }
    } else if (venue->now_ns >= session->ends_ns) {
        session_close(session, CLOSE_GOING_AWAY, SLICE(""));
    } else if (session->unanswered_ns != 0 && venue->now_ns >= session->unanswered_ns + pong_ns) {
        if (venue->now_ns >= session->silent_until_ns)
            venue->law.violations.pongs++;
        session_close(session, CLOSE_POLICY, SLICE("Pong timeout"));
    } else if (venue->now_ns >= session->ping_ns) {
        send_ping(session);
    }
    set_deadline(session);
}

void session_drained(struct session *session)
{
    set_full(session, false);
}
