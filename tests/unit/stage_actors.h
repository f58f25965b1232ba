/* SPDX-License-Identifier: Apache-2.0 */
/* Actors in the places of fetch and transport. */
#ifndef TICKGATE_TESTS_UNIT_STAGE_ACTORS_H
#define TICKGATE_TESTS_UNIT_STAGE_ACTORS_H

#include "tests/unit/stage_world.h"

int64_t transport_now_ns(struct transport *transport)
{
    (void)transport;
    return stage.now_ns;
}

struct transport *transport_new(const struct lws_protocols *protocols, const char *ca_file,
                                uint32_t limit_ms)
{
    (void)protocols, (void)ca_file, (void)limit_ms;
    return (void *)&stage;
}

void transport_destroy(struct transport **transport)
{
    *transport = NULL;
}

void transport_serve(struct transport *transport, int64_t due_ns)
{
    (void)transport, (void)due_ns;
}

void transport_wake(struct transport *transport)
{
    (void)transport;
}

void transport_global_init(void)
{
}

/* What fetch answers: all of it zero is a good one. */
struct stage_reply {
    enum fetch_error error;
    uint32_t status, retry_after_ms;
    const char *detail, *body;
};

static inline void stage_reply_to(const struct fetch_request *request,
                                  const struct stage_reply *reply)
{
    const char *body = reply->body != NULL ? reply->body : "";
    size_t len = strlen(body);
    struct fetch_answer *answer = calloc(1, sizeof *answer + len + 1);
    answer->tag = request->tag;
    answer->error = reply->error;
    answer->status = reply->status;
    answer->retry_after_ms = reply->retry_after_ms;
    snprintf(answer->detail, sizeof answer->detail, "%s",
             reply->detail != NULL ? reply->detail : "");
    answer->address_count = 1;
    snprintf(answer->addresses[0], sizeof answer->addresses[0], "192.0.2.1");
    answer->body_len = len;
    memcpy(answer->body, body, len);
    ck_assert(mailbox_push(request->asker->answers, answer));
}

bool fetch_ask(struct fetch *fetch, const struct fetch_request *request)
{
    (void)fetch;
    if (request->kind == FETCH_DIAL) {
        stage_reply_to(request, &(struct stage_reply){0});
        return true;
    }
    ck_assert_uint_lt(stage.asked_count, STAGE_ASKED);
    stage.asked[stage.asked_count++] = *request;
    return true;
}

void fetch_hold(struct fetch *fetch, const struct exchange *exchange, uint32_t wait_ms, bool banned)
{
    (void)fetch, (void)exchange, (void)banned;
    stage.held_ms = wait_ms;
}

void fetch_forget(struct fetch *fetch, struct fetch_asker *asker)
{
    (void)fetch, (void)asker;
}

void fetch_budget(struct fetch *fetch, const struct exchange *exchange, struct fetch_budget *budget)
{
    (void)fetch, (void)exchange;
    *budget = stage.budget;
}

#endif
