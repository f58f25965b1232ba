/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on the stage of the private connector, and the actor of its session. */
#ifndef TICKGATE_TESTS_UNIT_PRIVATE_ACTORS_H
#define TICKGATE_TESTS_UNIT_PRIVATE_ACTORS_H

#include "connectors/private_parts.h"
#include "tests/unit/private_facts_calls.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>

#define STAGE_WORDS 65536

/* The actor of a session: it sends at once what its outbox lets it. */
struct session {
    struct session_hooks hooks;
    struct outbox *outbox;
    char path[URL_MAX], headers[256]; /* of the upgrade */
    bool open, live;
};

static struct {
    struct private_connector *connector;
    struct private_config config;
    struct sink sink;
    int64_t now_ns;
    uint64_t renewal;
    struct session *session;
    char said[STAGE_WORDS];   /* to the sink since the last look */
    char sent[STAGE_WORDS];   /* by the session */
    char asked[STAGE_WORDS];  /* of REST, not answered */
    char leaked[STAGE_WORDS]; /* details of all records */
    bool full, flush_fails;
    uint32_t held_ms, dials;
} stage;

static inline void stage_note(char *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void stage_note(char *words, const char *format, ...)
{
    size_t len = strlen(words);
    va_list arguments;
    va_start(arguments, format);
    if (len > 0)
        words[len++] = ' ';
    vsnprintf(words + len, STAGE_WORDS - len, format, arguments);
    va_end(arguments);
}

const struct lws_protocols *session_protocols(void)
{
    return NULL;
}

struct session *session_new(struct transport *transport, const struct session_config *config,
                            const struct session_hooks *hooks)
{
    (void)transport;
    stage.session = calloc(1, sizeof *stage.session);
    stage.session->hooks = *hooks;
    stage.session->outbox = outbox_new(&config->outbox);
    return stage.session;
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
    ck_assert_str_eq(address, "192.0.2.1");
    outbox_clear(session->outbox);
    snprintf(session->path, sizeof session->path, "%s", url->path);
    snprintf(session->headers, sizeof session->headers, "%.*s", (int)headers.len, headers.data);
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

void session_step(struct session *session, int64_t now_ns)
{
    char bytes[PRIVATE_MESSAGE_MAX + 256];
    struct text message = text_over(bytes, sizeof bytes);
    uint64_t request;
    if (session->live && outbox_next(session->outbox, now_ns, &message, &request) == OUTBOX_SAID)
        stage_note(stage.sent, "%.*s", (int)message.len, bytes);
}

#endif
