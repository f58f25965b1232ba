/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as the exchange serves it: upgrades, REST, and the control of the simulator. A request that
 * follows another waits until the reply is written, so that nobody piles replies up. */
#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/http.h"
#include "tests/sim/private.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_NS    (75 * NS_PER_SECOND)
#define BODY_FIRST ((size_t)1 << 18)
#define BODY_MAX   ((size_t)1 << 26)
#define BOOK_MAX   ((size_t)1 << 22) /* a whole one, as text */
#define ANSWER_MAX 4096              /* what is said to who is not let in */
#define JSON       "application/json;charset=UTF-8"

enum tag { TAG_NONE, TAG_DELAYED, TAG_STALLED };

/* A reply with what it may need besides its body. */
struct reply {
    int status;
    const char *type;
    struct slice body;
    struct slice used;      /* header lines that say what of the window is used */
    uint64_t retry_after_s; /* 0: does not say */
};

static void write_reply(struct venue *venue, struct peer *peer, bool keep_alive,
                        const struct reply *reply)
{
    char extra_memory[768], head_memory[2048];
    struct text extra = text_over(extra_memory, sizeof extra_memory);
    struct text head = text_over(head_memory, sizeof head_memory);
    text_append(&extra, reply->used);
    if (reply->retry_after_s > 0)
        text_format(&extra, "Retry-After: %llu\r\n", (unsigned long long)reply->retry_after_s);
    http_write_head(&head, reply->status, reply->type, reply->body.len, keep_alive,
                    text_slice(&extra));
    ENSURE(!head.overflow);
    peer_write(peer, text_slice(&head));
    peer_write(peer, reply->body);
    if (keep_alive)
        peer_set_deadline(peer, venue->now_ns + IDLE_NS);
    else
        peer_end(peer);
}

struct refusal {
    int status;
    uint64_t wait_s; /* 0: not known */
    bool says;       /* so in a header */
};

/* A status that is no success, in the exchange's words. */
static void fail(struct venue *venue, struct peer *peer, bool keep_alive,
                 const struct refusal *refusal, struct slice used)
{
    char memory[1024];
    struct text body = text_over(memory, sizeof memory);
    int64_t until_ns = venue->now_real_ns + (int64_t)refusal->wait_s * NS_PER_SECOND;
    const char *type =
        venue->dialect->write_failure(&body, refusal->status, venue->limits.rest_weight, until_ns);
    struct reply reply = {refusal->status, type, text_slice(&body), used,
                          refusal->says ? refusal->wait_s : 0};
    ENSURE(!body.overflow);
    write_reply(venue, peer, keep_alive, &reply);
}

/* What the dialect sees of the venue. */
struct view {
    struct venue *venue;
    bool old; /* books are to be older than their streams */
};

static void view_instrument(void *context, uint32_t index, struct dialect_instrument *instrument)
{
    venue_instrument(((struct view *)context)->venue, index, instrument);
}

static bool view_find(void *context, struct slice symbol, uint32_t *index)
{
    return venue_find(((struct view *)context)->venue, symbol, index);
}

static void view_book(void *context, uint32_t index, uint32_t levels, struct dialect_book *book)
{
    const struct view *view = context;
    venue_book(view->venue, index, levels, book);
    if (view->old)
        book->last_id =
            view->venue->player != NULL ? 1 : view->venue->market->instruments[index].first_id - 1;
}

static bool view_state(void *context, struct slice key, struct dialect_event *event)
{
    struct venue *venue = ((struct view *)context)->venue;
    struct stream *stream = venue->market != NULL ? venue_stream(venue, key) : NULL;
    venue->intended_ns = venue->now_real_ns;
    return stream != NULL && show_state(venue, stream, event);
}

/* One try, into so much memory; false: it takes more. `account`: whose a private query is. */
static bool try_answer(struct venue *venue, struct peer *peer, const struct http_request *request,
                       struct slice used, const uint32_t *account, size_t room)
{
    struct fault *old = faults_on(&venue->faults, FAULT_REST_OLD, venue->now_ns);
    struct view view = {venue, old != NULL};
    struct dialect_venue seen = {.context = &view,
                                 .now_ns = private_clock_ns(venue),
                                 .weight_limit = venue->limits.rest_weight,
                                 .instrument_count = venue_instrument_count(venue),
                                 .instrument = view_instrument,
                                 .find = view_find,
                                 .book = view_book,
                                 .state = view_state};
    struct dialect_answer answer = {.snapshot = false};
    char *memory = malloc(room);
    answer.body = text_over(memory, memory != NULL ? room : 0);
    int status = account != NULL ? private_answer(venue, &request->query, *account, &answer)
                                 : venue->dialect->answer(&request->query, &seen, &answer);
    struct reply reply = {status, JSON, text_slice(&answer.body), used, 0};
    bool whole = !answer.body.overflow;
    if (whole) {
        write_reply(venue, peer, request->keep_alive, &reply);
        if (answer.snapshot) {
            venue->snapshots++;
            truth_snapshot(venue->truth, venue->now_real_ns, answer.symbol, reply.body);
        }
        if (answer.snapshot && old != NULL)
            faults_use(&venue->faults, old);
    }
    free(memory);
    return whole;
}

/* Answers into as much memory as it takes. */
static void answer(struct venue *venue, struct peer *peer, const struct http_request *request,
                   struct slice used, const uint32_t *account)
{
    for (size_t room = BODY_FIRST; room <= BODY_MAX; room *= 2)
        if (try_answer(venue, peer, request, used, account, room))
            return;
    fail(venue, peer, false, &(struct refusal){.status = 500}, SLICE(""));
}

/* A private one is answered to whom it is of. */
static void answer_private(struct venue *venue, struct peer *peer,
                           const struct http_request *request, struct slice used)
{
    char memory[ANSWER_MAX];
    struct dialect_answer denied = {.body = text_over(memory, sizeof memory)};
    int status = 500;
    uint32_t account = private_authenticate(venue, &request->query, &denied, &status);
    if (account != DIALECT_NO_ACCOUNT) {
        answer(venue, peer, request, used, &account);
        return;
    }
    struct reply reply = {status, JSON, text_slice(&denied.body), used, 0};
    ENSURE(!denied.body.overflow);
    write_reply(venue, peer, request->keep_alive, &reply);
}

/* True: not now, the request stays where it is. */
static bool delay(struct venue *venue, struct peer *peer)
{
    const struct fault *slow = faults_on(&venue->faults, FAULT_REST_SLOW, venue->now_ns);
    bool delayed = peer->tag == TAG_DELAYED;
    peer->tag = TAG_NONE;
    if (delayed || slow == NULL)
        return false;
    peer->tag = TAG_DELAYED;
    peer->hold = true;
    peer_set_deadline(peer, venue->now_ns + (int64_t)slow->delay_ms * NS_PER_MS);
    return true;
}

/* What a fault says of a query, if anything. */
static struct refusal refuse(struct venue *venue, bool is_private)
{
    const struct fault *fault = faults_on(&venue->faults, FAULT_REST_STATUS, venue->now_ns);
    struct fault *other = faults_on(&venue->faults, FAULT_PRIVATE_STATUS, venue->now_ns);
    if (fault != NULL)
        return (struct refusal){(int)fault->code, fault->retry_after_s, true};
    if (!is_private || other == NULL)
        return (struct refusal){.status = 0};
    int status = (int)other->code;
    if (other->until_ns == INT64_MAX)
        faults_use(&venue->faults, other);
    return (struct refusal){.status = status};
}

static void take_rest(struct venue *venue, struct peer *peer, const struct http_request *request,
                      uint32_t group, uint32_t weight, bool is_private)
{
    char memory[512];
    struct text used = text_over(memory, sizeof memory);
    struct refusal refusal = {.says = venue->limits.retry_after};
    refusal.status =
        law_weigh(&venue->law, group, weight, venue->now_ns, venue->now_real_ns, &refusal.wait_s);
    if (venue->dialect->write_used != NULL)
        venue->dialect->write_used(&used, group, venue->law.weight_used[group],
                                   venue->law.weight_limit);
    ENSURE(!used.overflow);
    if (refusal.status == 0)
        refusal = refuse(venue, is_private);
    if (refusal.status != 0)
        fail(venue, peer, request->keep_alive, &refusal, text_slice(&used));
    else if (is_private)
        answer_private(venue, peer, request, text_slice(&used));
    else
        answer(venue, peer, request, text_slice(&used), NULL);
}

static void accept_upgrade(struct peer *peer, struct slice key)
{
    static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
    char accept[FRAME_ACCEPT_LEN];
    frame_accept(key, accept);
    peer_write(peer, SLICE(head));
    peer_write(peer, (struct slice){accept, sizeof accept});
    peer_write(peer, SLICE("\r\n\r\n"));
}

static struct session *upgrade(struct venue *venue, struct peer *peer,
                               const struct http_request *request, uint32_t root, bool wrapped)
{
    struct session *session = session_new(venue, peer, root, wrapped);
    if (session == NULL) {
        fail(venue, peer, false, &(struct refusal){.status = 500}, SLICE(""));
        return NULL;
    }
    peer->session = session;
    accept_upgrade(peer, request->key);
    return session;
}

/* False: the path is no private one. */
static bool enter_private(struct venue *venue, struct peer *peer,
                          const struct http_request *request)
{
    char memory[ANSWER_MAX];
    struct dialect_answer denied = {.body = text_over(memory, sizeof memory)};
    struct dialect_private_session login;
    enum dialect_admission admission = DIALECT_DENIED;
    int status = 500;
    if (!private_admit(venue, &request->query, &login, &admission, &denied, &status))
        return false;
    if (admission == DIALECT_DENIED) {
        struct reply reply = {status, JSON, text_slice(&denied.body), {NULL, 0}, 0};
        ENSURE(!denied.body.overflow);
        write_reply(venue, peer, false, &reply);
        return true;
    }
    struct session *session = upgrade(venue, peer, request, 0, login.wrapped);
    if (session != NULL)
        private_enter(session, &login);
    return true;
}

/* Who asks for an extension is not offered any. */
static void take_upgrade(struct venue *venue, struct peer *peer, const struct http_request *request)
{
    struct dialect_request *wanted = session_request(venue);
    struct refusal refusal = {.says = venue->limits.retry_after};
    const struct fault *fault = faults_on(&venue->faults, FAULT_STATUS, venue->now_ns);
    venue->connects++;
    if (faults_on(&venue->faults, FAULT_STALL, venue->now_ns) != NULL) {
        peer->tag = TAG_STALLED;
        peer->hold = true;
        peer_set_deadline(peer, INT64_MAX);
        return;
    }
    if (fault != NULL)
        refusal = (struct refusal){(int)fault->code, fault->retry_after_s, true};
    else
        refusal.status = law_connect(&venue->law, request->origin, venue->now_ns, &refusal.wait_s);
    if (refusal.status == 0 && enter_private(venue, peer, request))
        return;
    if (refusal.status == 0 && !venue->dialect->read_path(&request->query, wanted))
        refusal.status = 404;
    if (refusal.status != 0) {
        fail(venue, peer, false, &refusal, SLICE(""));
        return;
    }
    struct session *session = upgrade(venue, peer, request, wanted->root, wanted->wrapped);
    if (session != NULL)
        session_take_path(session, wanted);
}

/* Only what changes nothing needs more memory than the first try has. */
static void take_control(struct venue *venue, struct peer *peer, const struct http_request *request)
{
    for (size_t room = BOOK_MAX; room <= BODY_MAX; room *= 2) {
        char *memory = malloc(room);
        struct text body = text_over(memory, memory != NULL ? room : 0);
        struct reply reply = {
            control_answer(venue, &request->query, &body), JSON, {NULL, 0}, {NULL, 0}, 0};
        bool whole = !body.overflow;
        reply.body = text_slice(&body);
        truth_flush(venue->truth);
        if (whole)
            write_reply(venue, peer, request->keep_alive, &reply);
        free(memory);
        if (whole)
            return;
    }
    fail(venue, peer, request->keep_alive, &(struct refusal){.status = 500}, SLICE(""));
}

/* False: the request stays where it is. */
static bool take_request(struct venue *venue, struct peer *peer, const struct http_request *request)
{
    const struct dialect_query *query = &request->query;
    uint32_t group = 0, weight = private_weigh(venue, query, &group);
    bool is_private = weight > 0, is_get = slice_equal(query->method, SLICE("GET"));
    if (!is_private)
        weight = venue->dialect->weigh(query, &group);
    if (!is_get && !is_private)
        fail(venue, peer, request->keep_alive, &(struct refusal){.status = 405}, SLICE(""));
    else if (slice_starts_with(query->path, SLICE("/sim/")))
        take_control(venue, peer, request);
    else if (request->upgrade)
        take_upgrade(venue, peer, request);
    else if (weight == 0)
        fail(venue, peer, request->keep_alive, &(struct refusal){.status = 404}, SLICE(""));
    else if (delay(venue, peer))
        return false;
    else
        take_rest(venue, peer, request, group, weight, is_private);
    return true;
}

void rest_received(struct venue *venue, struct peer *peer)
{
    static const int statuses[] = {[HTTP_BAD] = 400,
                                   [HTTP_METHOD] = 405,
                                   [HTTP_LONG_BODY] = 413,
                                   [HTTP_LONG_URL] = 414,
                                   [HTTP_LONG_HEAD] = 431};
    struct http_request request;
    while (peer->in.len > 0 && peer->out.len == 0 && !peer->hold && !peer->ends &&
           peer->session == NULL) {
        enum http_error error = http_read(buffer_slice(&peer->in), &request);
        if (error == HTTP_MORE)
            return;
        if (error != HTTP_OK) {
            fail(venue, peer, false, &(struct refusal){.status = statuses[error]}, SLICE(""));
            return;
        }
        if (take_request(venue, peer, &request) && peer->tag != TAG_STALLED)
            buffer_take(&peer->in, request.len);
    }
    if (peer->session != NULL)
        session_received(peer->session);
}

void rest_expired(struct venue *venue, struct peer *peer)
{
    if (peer->tag != TAG_DELAYED) {
        peer_close(peer);
        return;
    }
    peer->hold = false;
    rest_received(venue, peer);
}
