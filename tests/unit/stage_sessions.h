/* SPDX-License-Identifier: Apache-2.0 */
/* Actors in the places of sessions: each sends at once what its outbox lets it. */
#ifndef TICKGATE_TESTS_UNIT_STAGE_SESSIONS_H
#define TICKGATE_TESTS_UNIT_STAGE_SESSIONS_H

#include "tests/unit/stage_world.h"

const struct lws_protocols *session_protocols(void)
{
    return NULL;
}

struct session *session_new(struct transport *transport, const struct session_config *config,
                            const struct session_hooks *hooks)
{
    struct session *session = calloc(1, sizeof *session);
    (void)transport;
    ck_assert_uint_lt(stage.session_count, STAGE_SESSIONS);
    session->hooks = *hooks;
    session->outbox = outbox_new(&config->outbox);
    stage.sessions[stage.session_count++] = session;
    return session;
}

void session_destroy(struct session **session)
{
    if (*session != NULL)
        outbox_destroy(&(*session)->outbox);
    free(*session);
    *session = NULL;
}

void session_open(struct session *session, const struct url *url, const char *address,
                  struct slice headers)
{
    ck_assert_uint_eq(headers.len, 0);
    ck_assert_str_eq(address, "192.0.2.1");
    outbox_clear(session->outbox);
    session->url = url;
    session->open = true;
    session->live = false;
}

void session_close(struct session *session)
{
    session->open = session->live = false;
    session->hooks.ended(session->hooks.context, &(struct session_end){0});
}

void session_drop(struct session *session)
{
    session->open = session->live = false;
}

bool session_is_open(const struct session *session)
{
    return session->open;
}

struct outbox *session_outbox(struct session *session)
{
    return session->outbox;
}

int64_t session_due_ns(struct session *session, int64_t now_ns)
{
    int64_t wait_ns = session->live ? outbox_wait_ns(session->outbox, now_ns) : INT64_MAX;
    return wait_ns != INT64_MAX ? now_ns + wait_ns : INT64_MAX;
}

static inline uint32_t stage_number(const struct session *session)
{
    uint32_t number = 0;
    while (stage.sessions[number] != session)
        number++;
    return number;
}

void session_step(struct session *session, int64_t now_ns)
{
    static char bytes[STAGE_WORDS];
    struct text message = text_over(bytes, sizeof bytes);
    uint64_t request;
    if (!session->live ||
        outbox_next(session->outbox, now_ns, &message, &request) == OUTBOX_NOTHING)
        return;
    session->hooks.asked(session->hooks.context, request);
    stage_note(stage.sent, "%u%.*s", stage_number(session), (int)message.len, bytes);
}

#endif
