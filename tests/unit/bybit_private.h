/* SPDX-License-Identifier: Apache-2.0 */
/* Stage of Bybit's private half: a market's table, what it makes of a frame or a reply, and the
 * account's keys. Payloads are read as bytes that end where they end. */
#ifndef TICKGATE_TESTS_UNIT_BYBIT_PRIVATE_H
#define TICKGATE_TESTS_UNIT_BYBIT_PRIVATE_H

#include "connectors/private_exchange.h"
#include "tests/unit/exact_bytes.h"

#include <stdio.h>

extern const struct private_exchange *const private_bybit[];

enum { SPOT, LINEAR, INVERSE, MARKETS };

#define TOLD_MAX 16
static struct event told[TOLD_MAX];
static size_t told_count;
static struct parsing parsing;

static inline void keep_told(void *context, struct event *event)
{
    ck_assert_ptr_null(context);
    ck_assert(told_count < TOLD_MAX);
    told[told_count++] = *event;
}

static inline void forget_told(void)
{
    told_count = 0;
    parsing = (struct parsing){.levels_max = 0};
}

static inline enum refusal parse_frame(size_t market, const char *frame)
{
    forget_told();
    return private_bybit[market]->parse(exact_bytes(slice_of(frame)), &parsing, keep_told, NULL);
}

static inline void expect_decimal(const struct decimal *found, const char *expected)
{
    char room[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(room, sizeof room);
    decimal_write(&text, found);
    text_terminate(&text);
    ck_assert_str_eq(room, expected);
}

/* The known numbers of an event as "price=1 qty=2", in the order of their fields. */
static inline void expect_numbers(const struct event *event, const char *expected)
{
#define WORD_OF(NAME, word) word,
    static const char *const order_words[] = {ORDER_FIELDS(WORD_OF)};
    static const char *const position_words[] = {POSITION_FIELDS(WORD_OF)};
    static const char *const balance_words[] = {BALANCE_FIELDS(WORD_OF)};
#undef WORD_OF
    bool order = event->kind == KIND_ORDER, position = event->kind == KIND_POSITION;
    uint32_t known = order      ? event->order.known
                     : position ? event->position.known
                                : event->balance.known;
    const struct decimal *numbers = order      ? event->order.numbers
                                    : position ? event->position.numbers
                                               : event->balance.numbers;
    const char *const *words = order ? order_words : position ? position_words : balance_words;
    char room[512];
    struct text text = text_over(room, sizeof room);
    for (size_t i = 0; known >> i != 0; i++) {
        if (!(known >> i & 1))
            continue;
        text_format(&text, "%s%s=", text.len > 0 ? " " : "", words[i]);
        decimal_write(&text, &numbers[i]);
    }
    text_terminate(&text);
    ck_assert(!text.overflow);
    ck_assert_str_eq(room, expected);
}

static inline void expect_id(const struct id *id, const char *expected)
{
    ck_assert_msg(slice_equal((struct slice){id->text, id->len}, slice_of(expected)), "%.*s",
                  (int)id->len, id->text);
}

/* Before any test: keys are held in locked memory. */
static inline bool allow_secrets(void)
{
    char error[256] = "";
    bool can = secret_global_init(error, sizeof error);
    fputs(error, stderr);
    return can;
}

/* Keys of the account: free_keys. */
static inline struct private_keys keys_of(const char *key, const char *secret)
{
    struct private_keys keys = {.key = secret_new(slice_of(key)),
                                .secret = secret_new(slice_of(secret))};
    ck_assert(keys.key != NULL && keys.secret != NULL);
    keys.kind = sign_kind_of(keys.secret);
    return keys;
}

static inline void free_keys(struct private_keys *keys)
{
    struct secret *key = (struct secret *)keys->key, *secret = (struct secret *)keys->secret;
    secret_destroy(&key);
    secret_destroy(&secret);
    *keys = (struct private_keys){.key = NULL};
}

#endif
