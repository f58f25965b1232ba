/* SPDX-License-Identifier: Apache-2.0 */
/* Events of an account as text, a line each, in which only what is known stands: what a test
 * compares. */
#ifndef TICKGATE_TESTS_UNIT_ACCOUNT_TOLD_H
#define TICKGATE_TESTS_UNIT_ACCOUNT_TOLD_H

#include "common/clock.h"
#include "proto/event.h"

#include <check.h>

static char told_room[16384];
static struct text told; /* what it told */

static inline void tell_word(const char *name, struct slice word)
{
    if (word.len > 0)
        text_format(&told, " %s=%.*s", name, (int)word.len, word.data);
}

static inline void tell_number(const char *name, const struct decimal *number)
{
    text_format(&told, " %s=", name);
    decimal_write(&told, number);
}

static inline void tell_numbers(uint32_t known, const struct decimal *numbers,
                                const char *const *names, size_t count)
{
    ck_assert_uint_eq(known >> count, 0);
    for (size_t i = 0; i < count; i++)
        if (known >> i & 1)
            tell_number(names[i], &numbers[i]);
}

#define NAME_OF(NAME, word) word,
#define TELL_NUMBERS(record, FIELDS)                                                               \
    do {                                                                                           \
        static const char *const names[] = {FIELDS(NAME_OF)};                                      \
        tell_numbers((record)->known, (record)->numbers, names, sizeof names / sizeof *names);     \
    } while (0)

static inline struct slice id_text(const struct id *id)
{
    return (struct slice){id->text, id->len};
}

static inline void tell_order(const struct order *order)
{
    tell_word("id", id_text(&order->order_id));
    tell_word("client", slice_of(order->client_order_id));
    tell_word("side", side_word((enum side)order->side));
    tell_word("type", order_type_word((enum order_type)order->order_type));
    tell_word("force", time_in_force_word((enum time_in_force)order->time_in_force));
    tell_word("status", order_status_word((enum order_status)order->status));
    tell_word("as", slice_of(order->exchange_status));
    tell_word("reason", slice_of(order->reject_reason));
    if (order->position_side != POSITION_FLAT)
        tell_word("leg", position_side_word((enum position_side)order->position_side));
    text_format(&told, "%s%s%s", order->reduce_only ? " reduce_only" : "",
                order->post_only ? " post_only" : "", order->quote_sized ? " quote_sized" : "");
    TELL_NUMBERS(order, ORDER_FIELDS);
    tell_word("trade", id_text(&order->trade_id));
    if (order->liquidity != LIQUIDITY_NONE)
        tell_word("as", liquidity_word((enum liquidity)order->liquidity));
    tell_word("fee_in", slice_of(order->fee_asset));
    ck_assert(!order->reconciled && !order->impossible);
}

static inline void tell_fill(const struct fill *fill)
{
    tell_word("id", id_text(&fill->order_id));
    tell_word("trade", id_text(&fill->trade_id));
    tell_word("client", slice_of(fill->client_order_id));
    tell_word("side", side_word((enum side)fill->side));
    tell_number("price", &fill->price);
    tell_number("qty", &fill->qty);
    if (fill->fee_asset[0] != '\0')
        tell_number("fee", &fill->fee);
    tell_word("fee_in", slice_of(fill->fee_asset));
    tell_word("as", liquidity_word((enum liquidity)fill->liquidity));
    ck_assert(!fill->reconciled);
}

static inline void tell_position(const struct position *position)
{
    tell_word("side", position_side_word((enum position_side)position->side));
    tell_number("qty", &position->qty);
    if (position->position_side != POSITION_FLAT)
        tell_word("leg", position_side_word((enum position_side)position->position_side));
    if (position->margin_mode != MARGIN_NONE)
        tell_word("mode", margin_mode_word((enum margin_mode)position->margin_mode));
    TELL_NUMBERS(position, POSITION_FIELDS);
}

/* "order BTCUSDT 1568879465650 id=1 ...": the kind, the instrument or asset, the time in ms. */
static inline void tell_event(void *context, struct event *event)
{
    const char *name = event->kind == KIND_ORDER      ? event->order.exchange_symbol
                       : event->kind == KIND_FILL     ? event->fill.exchange_symbol
                       : event->kind == KIND_POSITION ? event->position.exchange_symbol
                                                      : event->balance.asset;
    ck_assert_ptr_eq(context, &told);
    ck_assert_int_eq(event->ts_exchange % NS_PER_MS, 0);
    text_format(&told, "%s %s %lld", kind_word((enum kind)event->kind).data, name,
                (long long)(event->ts_exchange / NS_PER_MS));
    switch (event->kind) {
    case KIND_ORDER:
        tell_order(&event->order);
        break;
    case KIND_FILL:
        tell_fill(&event->fill);
        break;
    case KIND_POSITION:
        tell_position(&event->position);
        break;
    default:
        ck_assert_int_eq(event->kind, KIND_BALANCE);
        TELL_NUMBERS(&event->balance, BALANCE_FIELDS);
    }
    text_literal(&told, "\n");
    ck_assert(!told.overflow);
}

#endif
