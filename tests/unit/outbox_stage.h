/* SPDX-License-Identifier: Apache-2.0 */
/* An outbox whose clock is stepped by hand, and whose exchange answers by hand. */
#ifndef TICKGATE_TESTS_UNIT_OUTBOX_STAGE_H
#define TICKGATE_TESTS_UNIT_OUTBOX_STAGE_H

#include "connectors/outbox.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS_MAX    300
#define MESSAGE_MAX 524288

static struct outbox *outbox;
static struct outbox_config config;
static int64_t now_ns;
static char bytes[MESSAGE_MAX];
static struct text message;
static uint64_t request;

/* "+1:a,b" subscribes a and b by request 1, "-2:c" unsubscribes c by request 2. */
static void write_request(struct text *text, bool subscribe, const struct slice *keys, size_t count,
                          uint64_t number)
{
    text_append(text, subscribe ? SLICE("+") : SLICE("-"));
    text_unsigned(text, number);
    for (size_t i = 0; i < count; i++) {
        text_append(text, i == 0 ? SLICE(":") : SLICE(","));
        text_append(text, keys[i]);
    }
}

static const struct exchange exchange = {
    .name = "test",
    .limits = {.streams_per_session = KEYS_MAX, .streams_per_request = 4, .messages_per_second = 3},
    .write_request = write_request};

static void begin_with(const struct exchange *with)
{
    now_ns = 100 * NS_PER_SECOND;
    config = outbox_config_of(with, KEYS_MAX);
    config.said_max = 8;
    outbox = outbox_new(&config);
    ck_assert_ptr_nonnull(outbox);
    ck_assert_uint_lt(outbox_message_max(outbox), MESSAGE_MAX);
}

static void end(void)
{
    outbox_destroy(&outbox);
    outbox_destroy(&outbox);
}

static void add(const char *key)
{
    ck_assert(outbox_add(outbox, (uint32_t)key[0], slice_of(key), false));
}

static void drop(const char *key)
{
    outbox_remove(outbox, (uint32_t)key[0]);
}

static enum outbox_item next(void)
{
    message = text_over(bytes, sizeof bytes);
    request = 0;
    return outbox_next(outbox, now_ns, &message, &request);
}

static void expect_nothing(void)
{
    ck_assert_int_eq(next(), OUTBOX_NOTHING);
    ck_assert_uint_eq(message.len, 0);
}

static void expect_item(enum outbox_item expected, const char *words)
{
    enum outbox_item item = next();
    ck_assert_msg(item == expected && slice_equal(text_slice(&message), slice_of(words)),
                  "%d \"%.*s\" instead of \"%s\"", (int)item, (int)message.len, bytes, words);
}

static void expect(const char *words)
{
    expect_item(OUTBOX_REQUEST, words);
}

/* Steps to the moment that the outbox names, no further. */
static void wait_for_room(void)
{
    int64_t wait_ns = outbox_wait_ns(outbox, now_ns);
    ck_assert(wait_ns != INT64_MAX);
    now_ns += wait_ns;
}

/* Numbers of keys that a callback was given, as a text: each is the key's first letter. */
struct taken {
    char text[64];
    size_t count;
};

static void take_key(void *context, uint32_t key)
{
    struct taken *taken = context;
    ck_assert_uint_lt(taken->count, sizeof taken->text - 1);
    taken->text[taken->count++] = (char)key;
}

static void expect_asked(uint64_t number, const char *expected)
{
    struct taken taken = {0};
    outbox_asked(outbox, number, take_key, &taken);
    ck_assert_str_eq(taken.text, expected);
}

static void refuse_for(const struct route *route, const char *expected)
{
    struct taken taken = {0};
    outbox_refused(outbox, route, take_key, &taken);
    ck_assert_str_eq(taken.text, expected);
}

static void refuse(uint64_t number, const char *expected)
{
    refuse_for(&(struct route){.request = number}, expected);
}

#endif
