/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on the stage of the connector's tests, and its sink. */
#ifndef TICKGATE_TESTS_UNIT_STAGE_WORLD_H
#define TICKGATE_TESTS_UNIT_STAGE_WORLD_H

#include "connectors/connector_parts.h"
#include "tests/unit/stage_exchange.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STAGE_SESSIONS 8
#define STAGE_ASKED    256
#define STAGE_SLOTS    64
#define STAGE_WORDS    65536

/* The actor of a session: it sends at once what its outbox lets it. */
struct session {
    struct session_hooks hooks;
    struct outbox *outbox;
    const struct url *url;
    bool open, live;
};

static struct {
    struct connector *connector;
    struct connector_config config;
    struct sink sink;
    int64_t now_ns;
    struct session *sessions[STAGE_SESSIONS]; /* in the order of their making */
    uint32_t session_count;
    char sent[STAGE_WORDS];   /* by all sessions since the last look: "0+1:a,b 1-2:c" */
    char said[STAGE_WORDS];   /* subscriptions and sessions since the last look */
    char listed[STAGE_WORDS]; /* instruments that the sink has for certain, the last one with a dot
                               */
    char unsure[STAGE_WORDS];
    bool full, flush_fails;
    struct fetch_request asked[STAGE_ASKED]; /* of REST, not answered */
    uint32_t asked_count;
    struct fetch_budget budget;
    uint32_t held_ms;
    struct want wants[STAGE_SLOTS];
    uint32_t want_count;
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

static inline bool stage_take(struct sink *sink, const struct event *event)
{
    (void)sink;
    struct slice reason = reason_word((enum reason)event->reason);
    if (stage.full)
        return false;
    if (event->kind == KIND_SUBSCRIPTION)
        stage_note(stage.said, "%u:%s%s%s%s%s", event->slot,
                   subscription_state_word((enum subscription_state)event->subscription.state).data,
                   event->reason != REASON_NONE ? "/" : "",
                   event->reason != REASON_NONE ? reason.data : "",
                   event->subscription.detail[0] != '\0' ? "/" : "", event->subscription.detail);
    if (event->kind == KIND_SESSION && event->session.state != SESSION_LIVE &&
        event->session.state != SESSION_OPENING)
        stage_note(stage.said, "#%d:%s/%s/%s", (int)event->session.session,
                   session_state_word((enum session_state)event->session.state).data, reason.data,
                   event->session.detail);
    if (event->kind == KIND_INSTRUMENT)
        stage_note(stage.unsure, "%s%s", event->instrument.symbol,
                   event->instrument.last ? "." : "");
    return true;
}

static inline bool stage_flush(struct sink *sink)
{
    (void)sink;
    if (!stage.flush_fails && stage.unsure[0] != '\0')
        stage_note(stage.listed, "%s", stage.unsure);
    stage.unsure[0] = '\0';
    return !stage.flush_fails;
}

#endif
