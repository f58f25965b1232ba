/* SPDX-License-Identifier: Apache-2.0 */
/* A stage for tests of the private connector: itself without its thread, an exchange of few words,
 * and actors in the places of session, fetch and transport. The clock is stepped by hand. */
#ifndef TICKGATE_TESTS_UNIT_PRIVATE_STAGE_H
#define TICKGATE_TESTS_UNIT_PRIVATE_STAGE_H

#include "tests/unit/private_desk.h"

static struct private_exchange facts; /* as this test has them */

/* What a test changes of the facts and the limits is changed before stage_begin. */
static inline void stage_defaults(void)
{
    char why[128];
    memset(&stage, 0, sizeof stage);
    memset(facts_rounds, 0, sizeof facts_rounds);
    facts_unsigned = false;
    stage.now_ns = 1000 * NS_PER_SECOND;
    stage.sink = (struct sink){stage_take, stage_flush};
    facts = facts_whole;
    ck_assert(secret_global_init(why, sizeof why));
    private_connector_defaults(&stage.config, &facts, &public_facts);
    stage.config.connector.seed = 7;
    stage.config.check_ms = 0;
}

static inline void stage_begin(void)
{
    struct secret *key = secret_new(SLICE("canary-key")),
                  *secret = secret_new(SLICE("canary-secret"));
    stage.connector = private_connector_make(&facts, &public_facts, &stage.config, &key, &secret,
                                             NULL, &stage.sink);
    ck_assert_ptr_nonnull(stage.connector);
    ck_assert(key == NULL && secret == NULL);
}

static inline void stage_end(void)
{
    private_connector_destroy(&stage.connector);
    private_connector_destroy(&stage.connector);
}

/* All that is due until then is done, in time. */
static inline void stage_pass_ms(int64_t ms)
{
    int64_t end_ns = stage.now_ns + ms * NS_PER_MS;
    for (int turns = 0;; turns++) {
        ck_assert_int_lt(turns, 100000);
        private_turn(stage.connector);
        if (stage.connector->due_ns > end_ns)
            break;
        if (stage.connector->due_ns > stage.now_ns)
            stage.now_ns = stage.connector->due_ns;
    }
    stage.now_ns = end_ns;
    private_turn(stage.connector);
}

/* What was said since the last look. */
static inline void stage_expect(const char *expected)
{
    stage_pass_ms(0);
    ck_assert_str_eq(stage.said, expected);
    stage.said[0] = '\0';
}

static inline void stage_expect_sent(const char *expected)
{
    stage_pass_ms(0);
    ck_assert_str_eq(stage.sent, expected);
    stage.sent[0] = '\0';
}

/* The call that is under way is this one, and its answer that. */
static inline void stage_answer_as(const char *path, uint32_t status, const char *body)
{
    stage_pass_ms(0);
    ck_assert_str_eq(stage.asked, path);
    stage.asked[0] = '\0';
    stage_reply(PRIVATE_TAG_CALL, status, body);
    stage_pass_ms(0);
}

static inline void stage_answer(const char *path, const char *body)
{
    stage_answer_as(path, 200, body);
}

static inline void stage_live(void)
{
    stage_pass_ms(0);
    ck_assert(stage.session->open && !stage.session->live);
    stage.session->live = true;
    stage.session->hooks.live(stage.session->hooks.context);
    stage_pass_ms(0);
}

static inline void stage_hear(const char *frame)
{
    ck_assert(stage.session->live);
    stage.session->hooks.message(stage.session->hooks.context, slice_of(frame), 5);
}

static inline void stage_lose(enum reason reason, uint32_t status, const char *detail)
{
    struct session_end end = {.reason = reason, .status = status};
    snprintf(end.detail, sizeof end.detail, "%s", detail);
    stage.session->open = stage.session->live = false;
    stage.session->hooks.ended(stage.session->hooks.context, &end);
}

/* Until the session is subscribed, where nothing has to be asked for before. */
static inline void stage_enter(void)
{
    stage_live();
    stage_hear("+in");
    stage_pass_ms(0);
    stage_hear("+sub");
    stage_pass_ms(0);
}

/* The owner answers the newest turn. */
static inline void stage_want(int64_t since_ns, size_t order_count,
                              const struct private_order *orders)
{
    struct private_desired *desired = private_desired_new(0, order_count, 0);
    desired->turn = stage.connector->turn;
    desired->renewal = stage.renewal;
    desired->since_ns = since_ns;
    if (order_count > 0)
        memcpy(desired->orders, orders, order_count * sizeof *orders);
    private_connector_want(stage.connector, &desired);
}

#endif
