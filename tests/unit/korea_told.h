/* SPDX-License-Identifier: Apache-2.0 */
/* Private events as lines, all of each: what a test expects is written as it would read. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_TOLD_H
#define TICKGATE_TESTS_UNIT_KOREA_TOLD_H

#include "proto/event.h"

#include <check.h>

static struct text told; /* the lines */

static inline void say(const char *name, struct slice value)
{
    if (value.len > 0)
        text_format(&told, " %s=%.*s", name, (int)value.len, value.data);
}

static inline void say_numbers(const char *const *names, size_t count, uint32_t known,
                               const struct decimal *numbers)
{
    for (size_t i = 0; i < count; i++) {
        if ((known & 1u << i) == 0)
            continue;
        text_format(&told, " %s=", names[i]);
        decimal_write(&told, &numbers[i]);
    }
}

static inline void say_order(const struct order *order)
{
    static const char *const names[] = {
#define NAME(FIELD, word) word,
        ORDER_FIELDS(NAME)
#undef NAME
    };
    text_format(&told, " %s %.*s", order->exchange_symbol, order->order_id.len,
                order->order_id.text);
    say("client", slice_of(order->client_order_id));
    text_format(&told, " %s %s %s", side_word(order->side).data,
                order_type_word(order->order_type).data,
                time_in_force_word(order->time_in_force).data);
    text_append(&told, order->post_only ? SLICE(" post_only") : SLICE(""));
    text_append(&told, order->quote_sized ? SLICE(" quote_sized") : SLICE(""));
    text_format(&told, " %s(%s)", order_status_word(order->status).data, order->exchange_status);
    say("reason", slice_of(order->reject_reason));
    say("trade", (struct slice){order->trade_id.text, order->trade_id.len});
    if (order->liquidity != LIQUIDITY_NONE)
        say("liquidity", liquidity_word(order->liquidity));
    say_numbers(names, ORDER_FIELD_COUNT, order->known, order->numbers);
    say("fee_asset", slice_of(order->fee_asset));
}

static inline void say_fill(const struct fill *fill)
{
    static const char *const names[] = {"price", "qty", "fee"};
    const struct decimal numbers[] = {fill->price, fill->qty, fill->fee};
    text_format(&told, " %s %.*s %.*s", fill->exchange_symbol, fill->order_id.len,
                fill->order_id.text, fill->trade_id.len, fill->trade_id.text);
    say("client", slice_of(fill->client_order_id));
    text_format(&told, " %s %s", side_word(fill->side).data, liquidity_word(fill->liquidity).data);
    say_numbers(names, 3, fill->fee_asset[0] != '\0' ? 7 : 3, numbers);
    say("fee_asset", slice_of(fill->fee_asset));
}

static inline void say_balance(const struct balance *balance)
{
    static const char *const names[] = {
#define NAME(FIELD, word) word,
        BALANCE_FIELDS(NAME)
#undef NAME
    };
    say("asset", slice_of(balance->asset));
    say_numbers(names, BALANCE_FIELD_COUNT, balance->known, balance->numbers);
}

static inline void take_event(void *context, struct event *event)
{
    ck_assert_ptr_eq(context, &told);
    ck_assert_uint_eq(event->size, event_size(event->kind, 0));
    text_format(&told, "%s %lld", kind_word(event->kind).data,
                (long long)event->ts_exchange / 1000000);
    if (event->kind == KIND_ORDER)
        say_order(&event->order);
    else if (event->kind == KIND_FILL)
        say_fill(&event->fill);
    else
        say_balance(&event->balance);
    text_literal(&told, "\n");
    ck_assert(!told.overflow);
}

static inline void expect_told(const char *expected)
{
    ck_assert_msg(slice_equal(text_slice(&told), slice_of(expected)), "%.*s instead of\n%s",
                  (int)told.len, told.data, expected);
}

#endif
