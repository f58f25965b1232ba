/* SPDX-License-Identifier: Apache-2.0 */
/* A stage for tests of the intake: Binance's own table, a sink that remembers what it was given and
 * can be full, hooks that count what they are asked for. One stage a test, one thread. */
#ifndef TICKGATE_TESTS_UNIT_INTAKE_STAGE_H
#define TICKGATE_TESTS_UNIT_INTAKE_STAGE_H

#include "common/clock.h"
#include "connectors/intake.h"

#include <check.h>
#include <stdlib.h>

#define STAGE_SLOTS  8
#define STAGE_KEYS   64
#define STAGE_EVENTS 4096
#define STAGE_LEVELS 16
#define STAGE_SETTLE 100 /* ms */

extern const struct exchange exchange_binance;

struct stage {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    struct intake *intake;
    struct event *events[STAGE_EVENTS];
    size_t count;
    size_t read; /* events up to here were looked at */
    bool full, flush_fails;
    uint32_t asked[STAGE_SLOTS];
    uint32_t renewed[STAGE_KEYS];
    int64_t now_ns;
};

static bool stage_event(struct sink *sink, const struct event *event)
{
    struct stage *stage = (struct stage *)sink;
    if (stage->full)
        return false;
    ck_assert(event->size >= 16 && event->size % 16 == 0);
    ck_assert_uint_lt(stage->count, STAGE_EVENTS);
    struct event *copy = aligned_alloc(16, event->size);
    ck_assert_ptr_nonnull(copy);
    memcpy((void *)copy, event, event->size);
    stage->events[stage->count++] = copy;
    return true;
}

static bool stage_flush(struct sink *sink)
{
    return !((struct stage *)sink)->flush_fails;
}

static void stage_asked(void *context, uint32_t slot, struct slice exchange_symbol)
{
    (void)exchange_symbol;
    ((struct stage *)context)->asked[slot]++;
}

static void stage_renewed(void *context, uint32_t key)
{
    ck_assert_uint_lt(key, STAGE_KEYS);
    ((struct stage *)context)->renewed[key]++;
}

static inline struct stage *stage_new(const struct exchange *exchange, uint32_t buffer_max)
{
    struct stage *stage = calloc(1, sizeof *stage);
    const struct intake_config config = {STAGE_SLOTS, 1000, buffer_max, STAGE_LEVELS, STAGE_SETTLE};
    const struct intake_hooks hooks = {stage_asked, stage_renewed, stage};
    ck_assert_ptr_nonnull(stage);
    stage->sink = (struct sink){stage_event, stage_flush};
    stage->now_ns = INT64_C(1700000000) * NS_PER_SECOND;
    stage->intake = intake_new(exchange, &config, &hooks, &stage->sink);
    ck_assert_ptr_nonnull(stage->intake);
    return stage;
}

/* Forgets the events so far. */
static inline void stage_clear(struct stage *stage)
{
    for (size_t i = 0; i < stage->count; i++)
        free(stage->events[i]);
    stage->count = stage->read = 0;
}

static inline void stage_destroy(struct stage **stage)
{
    intake_destroy(&(*stage)->intake);
    stage_clear(*stage);
    free(*stage);
    *stage = NULL;
}

static inline struct want stage_want(uint32_t slot, enum kind kind, const char *variant)
{
    struct want want = {.slot = slot, .kind = kind, .next_seq = 1};
    struct text symbol = text_over(want.symbol, sizeof want.symbol);
    struct text theirs = text_over(want.exchange_symbol, sizeof want.exchange_symbol);
    text_literal(&symbol, "BNB-BTC");
    text_literal(&theirs, "BNBBTC");
    memcpy(want.variant, variant, strlen(variant));
    return want;
}

/* The number of a topic's key. */
static inline uint32_t stage_key(const struct stage *stage, uint32_t slot, const char *text)
{
    uint32_t keys[INTAKE_TOPIC_KEYS];
    uint32_t count = intake_topic_keys(stage->intake, slot, keys), i = 0;
    while (i < count && !slice_equal(intake_key_text(stage->intake, keys[i]), slice_of(text)))
        i++;
    ck_assert_msg(i < count, "%s is no key of slot %u", text, slot);
    return keys[i];
}

/* Sends a frame; what it was. Its time is 1 ms after the one before. */
static inline struct route stage_send(struct stage *stage, const char *frame)
{
    struct route route;
    stage->now_ns += NS_PER_MS;
    intake_frame(stage->intake, 1, slice_of(frame), stage->now_ns, &route);
    return route;
}

/* The next event that was not looked at yet. */
static inline const struct event *stage_next(struct stage *stage)
{
    ck_assert_msg(stage->read < stage->count, "no event");
    return stage->events[stage->read++];
}

static inline const struct event *stage_expect(struct stage *stage, enum update update,
                                               enum topic_state state, enum reason reason)
{
    const struct event *event = stage_next(stage);
    ck_assert_msg(event->update == update && event->state == state && event->reason == reason,
                  "event %zu: %s, %s, %s", stage->read - 1,
                  update_word((enum update)event->update).data,
                  topic_state_word((enum topic_state)event->state).data,
                  reason_word((enum reason)event->reason).data);
    return event;
}

static inline void stage_expect_nothing(const struct stage *stage)
{
    ck_assert_uint_eq(stage->read, stage->count);
}

#define STATE(stage, state, reason) stage_expect((stage), UPDATE_STATE, (state), (reason))

#endif
