/* SPDX-License-Identifier: Apache-2.0 */
/* Session: one WebSocket of a client: its subscriptions, its frames, its pings, the law it is
 * under. It lives as long as its peer. */
#ifndef TICKGATE_TESTS_SIM_SESSION_H
#define TICKGATE_TESTS_SIM_SESSION_H

#include "tests/sim/frame.h"
#include "tests/sim/venue.h"

#define SESSION_QUEUE_MAX 131072 /* bytes waiting to be written: the market waits too */

struct session {
    uint64_t id;
    struct venue *venue;
    struct peer *peer;
    uint32_t root; /* which of the exchange's paths it came by */
    bool wrapped;  /* payloads come with their stream's key */
    bool stray;    /* what it gets now is of what it has just let go */
    bool closing;  /* our close frame is on its way */
    bool full;     /* more than SESSION_QUEUE_MAX waits */
    struct subscription {
        char *key;
        size_t key_len;
        struct stream *stream; /* NULL: held, and silent */
    } * subscriptions;
    uint32_t count, room;
    size_t key_bytes; /* of all, as limits.key_bytes counts */
    struct window seconds, minutes;
    int64_t arrival_ns;    /* of the last one */
    bool fragmented;       /* a message has begun that is not whole yet: */
    struct buffer message; /* its fragments so far */
    int64_t ends_ns;       /* the end of its life, or of the wait for the client's close frame */
    int64_t ping_ns;       /* when the next ping is due */
    int64_t unanswered_ns; /* the oldest unanswered ping was sent then; 0: none */
    uint64_t ping;         /* payload of the last one */
    int64_t active_ns;     /* something went either way */
    int64_t status_ns;     /* when the next status is due; INT64_MAX: never */
    int64_t refused_ns;    /* when it is closed for a refused request; INT64_MAX: not */
    int64_t silent_until_ns, quiet_until_ns;
    bool is_private; /* of an account, or will be: */
    struct dialect_private_session login;
    int64_t muted_until_ns; /* what happens to its account is not said until then, or */
    bool over;              /* never again */
};

/* For an upgrade that was accepted; NULL when memory is out. */
struct session *session_new(struct venue *venue, struct peer *peer, uint32_t root, bool wrapped);
void session_destroy(struct session **session);

/* session_requests.c: what a client says, and what it asks for by its path. The venue's one
 * request, empty. */
struct dialect_request *session_request(struct venue *venue);
void session_take_message(struct session *session, struct slice message);
void session_take_path(struct session *session, struct dialect_request *request);
void session_drop_all(struct session *session);

void session_received(struct session *session);
void session_expired(struct session *session);
void session_drained(struct session *session);

/* One message in three parts, of a stream (which a quiet or silent session does not get). */
void session_send(struct session *session, struct slice begin, struct slice payload,
                  struct slice end);
/* A message that belongs to no stream. */
void session_say(struct session *session, struct slice message);
/* The same of one that a quiet session gets too: a sign of life. */
void session_live(struct session *session, struct slice message);
/* It is closed as the exchange does after a request that it refused. */
void session_refuse(struct session *session);
void session_violate(struct session *session, unsigned int code, struct slice why);
/* It is to be woken at this time as well. */
void session_set_deadline(struct session *session);
/* Closes properly; nothing more is sent. */
void session_close(struct session *session, unsigned int code, struct slice reason);
/* True if it gets what its streams show. */
bool session_listens(const struct session *session);

#endif
