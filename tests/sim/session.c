/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/session.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <stdlib.h>

#define MESSAGE_MAX   65536               /* bytes of a client's message */
#define CLOSE_WAIT_NS (3 * NS_PER_SECOND) /* for the client's close frame */
#define MINUTE_MS     60000

enum close_code {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL = 1002,
    CLOSE_UNSUPPORTED = 1003,
    CLOSE_NO_UTF8 = 1007,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_LARGE = 1009
};

/* `ms` later; never if that is 0. */
static int64_t later(int64_t from_ns, uint32_t ms)
{
    return ms > 0 ? from_ns + (int64_t)ms * NS_PER_MS : INT64_MAX;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next moment at which something is to be done of itself. */
void session_set_deadline(struct session *session)
{
    const struct dialect_limits *limits = &session->venue->limits;
    int64_t deadline_ns = session->ends_ns;
    if (!session->closing) {
        deadline_ns = least(deadline_ns, session->ping_ns);
        deadline_ns = least(deadline_ns, session->status_ns);
        deadline_ns = least(deadline_ns, session->refused_ns);
        deadline_ns = least(deadline_ns, later(session->active_ns, limits->idle_ms));
    }
    if (!session->closing && session->unanswered_ns != 0)
        deadline_ns = least(deadline_ns, later(session->unanswered_ns, limits->pong_ms));
    peer_set_deadline(session->peer, deadline_ns);
}

struct session *session_new(struct venue *venue, struct peer *peer, uint32_t root, bool wrapped)
{
    const struct dialect_limits *limits = &venue->limits;
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    session->id = ++venue->sessions_ever;
    session->venue = venue;
    session->peer = peer;
    session->root = root;
    session->wrapped = wrapped;
    session->active_ns = venue->now_ns;
    session->ends_ns = later(venue->now_ns, limits->life_ms);
    session->ping_ns = later(venue->now_ns, limits->ping_ms);
    session->status_ns = session->refused_ns = INT64_MAX;
    venue->sessions++;
    bool seconds = window_init(&session->seconds, limits->messages_per_second, NS_PER_SECOND);
    if (!window_init(&session->minutes, limits->messages_per_minute, MINUTE_MS * NS_PER_MS) ||
        !seconds)
        session_destroy(&session);
    else
        session_set_deadline(session);
    return session;
}

static void set_full(struct session *session, bool full)
{
    if (session->full == full)
        return;
    session->full = full;
    session->venue->full += full ? 1 : UINT64_MAX;
}

void session_destroy(struct session **session)
{
    if (*session == NULL)
        return;
    session_drop_all(*session);
    set_full(*session, false);
    (*session)->venue->sessions--;
    (*session)->venue->private.sessions -= (*session)->is_private ? 1 : 0;
    window_fini(&(*session)->seconds);
    window_fini(&(*session)->minutes);
    buffer_fini(&(*session)->message);
    free((*session)->subscriptions);
    free(*session);
    *session = NULL;
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
    session->active_ns = session->venue->now_ns;
    if (session->peer->out.len > SESSION_QUEUE_MAX)
        set_full(session, true);
}

/* The same message in fragments of `bytes`. */
static void put_fragments(struct session *session, enum frame_opcode opcode, size_t bytes,
                          struct slice begin, struct slice payload, struct slice end)
{
    struct buffer whole = {.data = NULL};
    if (buffer_append(&whole, begin) && buffer_append(&whole, payload) &&
        buffer_append(&whole, end)) {
        for (size_t at = 0; at < whole.len; at += bytes) {
            size_t len = whole.len - at < bytes ? whole.len - at : bytes;
            put_frame(session, at == 0 ? opcode : FRAME_CONTINUATION, at + len == whole.len,
                      SLICE(""), (struct slice){whole.data + at, len}, SLICE(""));
        }
    }
    buffer_fini(&whole);
}

static void put_message(struct session *session, struct slice begin, struct slice payload,
                        struct slice end)
{
    const struct fault *fragment =
        faults_on(&session->venue->faults, FAULT_FRAGMENT, session->venue->now_ns);
    enum frame_opcode opcode = session->venue->dialect->binary ? FRAME_BINARY : FRAME_TEXT;
    if (fragment != NULL)
        put_fragments(session, opcode, fragment->bytes, begin, payload, end);
    else
        put_frame(session, opcode, true, begin, payload, end);
}

void session_send(struct session *session, struct slice begin, struct slice payload,
                  struct slice end)
{
    if (session_listens(session))
        put_message(session, begin, payload, end);
}

void session_say(struct session *session, struct slice message)
{
    session_send(session, SLICE(""), message, SLICE(""));
}

void session_live(struct session *session, struct slice message)
{
    if (!session->closing && session->venue->now_ns >= session->silent_until_ns)
        put_message(session, SLICE(""), message, SLICE(""));
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
    session_drop_all(session);
    session->closing = true;
    session->ends_ns = session->venue->now_ns + CLOSE_WAIT_NS;
    set_full(session, false);
    session_set_deadline(session);
}

void session_refuse(struct session *session)
{
    session->refused_ns = later(session->venue->now_ns, session->venue->dialect->refusal_ms);
    session_set_deadline(session);
}

void session_violate(struct session *session, unsigned int code, struct slice why)
{
    session->venue->law.violations.frames++;
    session_close(session, code, why);
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
    session_set_deadline(session);
}

/* A silent one does not even answer that: it stays until the client lets go of it. */
static void take_close(struct session *session, struct slice payload)
{
    bool silent = session->venue->now_ns < session->silent_until_ns;
    if (!silent && !session->closing)
        put_frame(session, FRAME_CLOSE, true, SLICE(""),
                  (struct slice){payload.data, payload.len < 2 ? 0 : 2}, SLICE(""));
    session_drop_all(session);
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
        session_violate(session, CLOSE_PROTOCOL, SLICE("a fragment out of place"));
    } else if (frame->opcode == FRAME_BINARY && !session->venue->dialect->binary) {
        session_close(session, CLOSE_UNSUPPORTED, SLICE("text only"));
    } else if (frame->final && !continues) {
        session_take_message(session, payload);
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
        session_take_message(session, buffer_slice(&whole));
        buffer_fini(&whole);
    }
}

/* When a message came: at some time since the sockets were looked at before, which under load is a
 * while ago. The client is believed to have kept its distance, as far as there was time for it. */
static int64_t arrival_ns(struct session *session)
{
    const struct venue *venue = session->venue;
    uint32_t rate = venue->limits.messages_per_second;
    int64_t at_ns = session->arrival_ns + (rate > 0 ? NS_PER_SECOND / rate : 0);
    at_ns = at_ns > venue->looked_ns ? at_ns : venue->looked_ns;
    session->arrival_ns = at_ns < venue->now_ns ? at_ns : venue->now_ns;
    return session->arrival_ns;
}

/* True: it is more than a client may send, and was punished. */
static bool take_excess(struct session *session, const struct frame *frame)
{
    char memory[512];
    struct text message = text_over(memory, sizeof memory);
    const struct dialect *dialect = session->venue->dialect;
    bool control = frame->opcode >= FRAME_CLOSE;
    if (frame->opcode == FRAME_CONTINUATION || (control && !session->venue->limits.control_counts))
        return false;
    int64_t at_ns = arrival_ns(session);
    if (window_take(&session->seconds, at_ns) == 0 && window_take(&session->minutes, at_ns) == 0)
        return false;
    session->venue->law.violations.messages++;
    if (dialect->write_excess == NULL) {
        session_close(session, CLOSE_POLICY, SLICE("Too many requests"));
        return true;
    }
    dialect->write_excess(&message);
    session_say(session, text_slice(&message));
    session_refuse(session);
    return true;
}

static void take_frame(struct session *session, const struct frame *frame)
{
    struct slice payload = {frame->payload, frame->len};
    if (frame->opcode == FRAME_CLOSE) {
        take_close(session, payload);
        return;
    }
    if (session->closing || session->refused_ns != INT64_MAX || take_excess(session, frame))
        return;
    if (frame->opcode == FRAME_PING)
        put_control(session, FRAME_PONG, payload);
    else if (frame->opcode == FRAME_PONG)
        take_pong(session, payload);
    else
        take_data(session, frame);
}

void session_received(struct session *session)
{
    struct peer *peer = session->peer;
    struct frame frame;
    session->active_ns = session->venue->now_ns;
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
                session_violate(session, CLOSE_PROTOCOL, SLICE("no such frame"));
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
    session->ping_ns = later(venue->now_ns, venue->limits.ping_ms);
    if (venue->now_ns < session->silent_until_ns)
        return;
    session->ping = (uint64_t)(venue->now_real_ns / NS_PER_MS);
    text_unsigned(&payload, session->ping);
    put_control(session, FRAME_PING, text_slice(&payload));
    venue->pings++;
    if (session->unanswered_ns == 0)
        session->unanswered_ns = venue->now_ns;
}

/* What is due on a session that is open. */
static void do_due(struct session *session)
{
    struct venue *venue = session->venue;
    const struct dialect_limits *limits = &venue->limits;
    int64_t now_ns = venue->now_ns;
    bool silent = now_ns < session->silent_until_ns;
    if (now_ns >= session->ends_ns) {
        session_close(session, CLOSE_GOING_AWAY, SLICE(""));
    } else if (now_ns >= session->refused_ns) {
        session_close(session, CLOSE_NORMAL, SLICE(""));
    } else if (now_ns >= later(session->active_ns, limits->idle_ms)) {
        venue->law.violations.idle += silent ? 0 : 1;
        peer_close(session->peer);
    } else if (session->unanswered_ns != 0 &&
               now_ns >= later(session->unanswered_ns, limits->pong_ms)) {
        venue->law.violations.pongs += silent ? 0 : 1;
        session_close(session, CLOSE_POLICY, SLICE("Pong timeout"));
    } else if (now_ns >= session->ping_ns) {
        send_ping(session);
    } else if (now_ns >= session->status_ns) {
        session_live(session, venue->dialect->status);
        session->status_ns = later(session->status_ns, venue->dialect->status_ms);
    }
}

void session_expired(struct session *session)
{
    if (!session->closing)
        do_due(session);
    else if (session->venue->now_ns >= session->ends_ns)
        peer_close(session->peer);
    if (!session->peer->gone)
        session_set_deadline(session);
}

void session_drained(struct session *session)
{
    set_full(session, false);
}
