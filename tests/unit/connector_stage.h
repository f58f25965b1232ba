/* SPDX-License-Identifier: Apache-2.0 */
/* A stage for tests of the connector: the connector itself without its thread, an exchange of few
 * words, and in the places of sessions, fetch and transport actors that do what the test says. The
 * clock is stepped by hand. One stage a test, one thread. */
#ifndef TICKGATE_TESTS_UNIT_CONNECTOR_STAGE_H
#define TICKGATE_TESTS_UNIT_CONNECTOR_STAGE_H

#include "tests/unit/stage_actors.h"
#include "tests/unit/stage_sessions.h"

/* All that is due until then is done, in time. */
static inline void stage_pass_ms(int64_t ms)
{
    int64_t end_ns = stage.now_ns + ms * NS_PER_MS;
    for (int turns = 0;; turns++) {
        ck_assert_int_lt(turns, 100000);
        connector_turn(stage.connector);
        if (stage.connector->due_ns > end_ns)
            break;
        if (stage.connector->due_ns > stage.now_ns)
            stage.now_ns = stage.connector->due_ns;
    }
    stage.now_ns = end_ns;
    connector_turn(stage.connector);
}

static inline void stage_begin(const struct exchange *exchange)
{
    memset(&stage, 0, sizeof stage);
    stage.now_ns = 1000 * NS_PER_SECOND;
    stage.sink = (struct sink){stage_take, stage_flush};
    stage.budget = (struct fetch_budget){.weight_limit = 1000};
    connector_defaults(&stage.config, exchange);
    stage.config.topics_max = STAGE_SLOTS;
    stage.config.seed = 7;
    stage.connector = connector_make(exchange, &stage.config, NULL, &stage.sink);
    ck_assert_ptr_nonnull(stage.connector);
}

static inline void stage_end(void)
{
    connector_destroy(&stage.connector);
}

/* The set that is wanted: changed, then handed over. */
static inline void stage_want(uint32_t slot, enum kind kind, const char *symbol)
{
    struct want *want = &stage.wants[stage.want_count++];
    *want = (struct want){.slot = slot, .generation = 1, .next_seq = 1, .kind = kind};
    snprintf(want->symbol, sizeof want->symbol, "%s", symbol);
    snprintf(want->exchange_symbol, sizeof want->exchange_symbol, "%s", symbol);
}

static inline void stage_unwant(uint32_t slot)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stage.want_count; i++)
        if (stage.wants[i].slot != slot)
            stage.wants[kept++] = stage.wants[i];
    stage.want_count = kept;
}

static inline void stage_hand_over(void)
{
    struct desired *desired = desired_new(stage.want_count);
    memcpy(desired->wants, stage.wants, stage.want_count * sizeof stage.wants[0]);
    connector_want(stage.connector, &desired);
    stage_pass_ms(0);
}

/* The session's upgrade is accepted. */
static inline void stage_live(uint32_t number)
{
    struct session *session = stage.sessions[number];
    ck_assert(session->open);
    session->live = true;
    session->hooks.live(session->hooks.context);
    stage_pass_ms(0);
}

static inline void stage_lose(uint32_t number, enum reason reason)
{
    struct session *session = stage.sessions[number];
    session->open = session->live = false;
    session->hooks.ended(session->hooks.context, &(struct session_end){.reason = reason});
    stage_pass_ms(0);
}

static inline void stage_hear(uint32_t number, const char *message)
{
    struct session *session = stage.sessions[number];
    ck_assert(session->live);
    session->hooks.message(session->hooks.context, slice_of(message), stage.now_ns);
    stage_pass_ms(0);
}

static inline void stage_answer(uint32_t index, const struct stage_reply *reply)
{
    struct fetch_request request = stage.asked[index];
    ck_assert_uint_lt(index, stage.asked_count);
    stage.asked[index] = stage.asked[--stage.asked_count];
    stage_reply_to(&request, reply);
    stage_pass_ms(0);
}

static inline void stage_expect(char *words, const char *expected)
{
    ck_assert_str_eq(words, expected);
    words[0] = '\0';
}

static inline enum topic_state stage_state(uint32_t slot)
{
    return intake_topic_state(stage.connector->intake, slot);
}

#endif
