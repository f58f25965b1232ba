/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the ledger: records of a few words, and what becomes of them. */
#ifndef TICKGATE_TESTS_LEDGER_FIXTURE_H
#define TICKGATE_TESTS_LEDGER_FIXTURE_H

#include "gateway/ledger.h"
#include "proto/wire_json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static inline struct decimal number(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

static inline void copy_text(char *field, size_t size, const char *text)
{
    ck_assert_uint_lt(strlen(text), size);
    memcpy(field, text, strlen(text) + 1);
}

#define set_text(field, text) copy_text((field), sizeof(field), (text))

static inline void set_number(struct order *order, enum order_field field, const char *digits)
{
    order->numbers[field] = number(digits);
    order->known |= 1u << field;
}

static inline struct event an_event(enum kind kind, int64_t ts_exchange)
{
    struct event event;
    event_begin(&event, kind);
    event.ts_exchange = ts_exchange;
    event.ts_received = ts_exchange + 1;
    return event;
}

/* An order of BTCUSDT as a message that says no more than it must: `filled` NULL is not said. */
static inline struct event a_short_order(const char *id, enum order_status status,
                                         const char *filled, int64_t ts_exchange)
{
    struct event event = an_event(KIND_ORDER, ts_exchange);
    struct order *order = &event.order;
    set_text(order->exchange_symbol, "BTCUSDT");
    set_text(order->exchange_status, order_status_word(status).data);
    ck_assert(id_set(&order->order_id, slice_of(id)));
    order->status = (uint8_t)status;
    if (filled != NULL)
        set_number(order, ORDER_FILLED_QTY, filled);
    return event;
}

/* The same as one that says all: to buy 10 at 100. */
static inline struct event an_order(const char *id, enum order_status status, const char *filled,
                                    int64_t ts_exchange)
{
    struct event event = a_short_order(id, status, filled, ts_exchange);
    struct order *order = &event.order;
    set_text(order->symbol, "BTC-USDT");
    set_text(order->client_order_id, "mine");
    order->side = SIDE_BUY;
    order->order_type = ORDER_TYPE_LIMIT;
    order->time_in_force = TIME_IN_FORCE_GTC;
    set_number(order, ORDER_PRICE, "100");
    set_number(order, ORDER_QTY, "10");
    return event;
}

static inline struct event a_fill(const char *order_id, const char *trade_id, int64_t ts_exchange)
{
    struct event event = an_event(KIND_FILL, ts_exchange);
    set_text(event.fill.exchange_symbol, "BTCUSDT");
    ck_assert(id_set(&event.fill.order_id, slice_of(order_id)));
    ck_assert(id_set(&event.fill.trade_id, slice_of(trade_id)));
    event.fill.price = number("100");
    event.fill.qty = number("1");
    return event;
}

static inline struct event a_position(const char *symbol, enum position_side side, const char *qty,
                                      int64_t ts_exchange)
{
    struct event event = an_event(KIND_POSITION, ts_exchange);
    set_text(event.position.exchange_symbol, symbol);
    event.position.side = (uint8_t)side;
    event.position.qty = number(qty);
    return event;
}

static inline struct event a_balance(const char *asset, const char *total, const char *free_part,
                                     int64_t ts_exchange)
{
    struct event event = an_event(KIND_BALANCE, ts_exchange);
    set_text(event.balance.asset, asset);
    event.balance.known = 1u << BALANCE_TOTAL;
    event.balance.numbers[BALANCE_TOTAL] = number(total);
    if (free_part != NULL) {
        event.balance.known |= 1u << BALANCE_FREE;
        event.balance.numbers[BALANCE_FREE] = number(free_part);
    }
    return event;
}

/* Judges, and puts what is news. */
static inline enum ledger_verdict take(struct ledger *ledger, struct event *event)
{
    enum ledger_verdict verdict = ledger_judge(ledger, event);
    if (verdict == LEDGER_NEWS)
        ledger_put(ledger, event);
    return verdict;
}

static inline enum ledger_verdict take_copy(struct ledger *ledger, struct event event)
{
    return take(ledger, &event);
}

static inline void expect_number(uint32_t known, const struct decimal *numbers, unsigned int field,
                                 const char *digits)
{
    char bytes[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    ck_assert(known & 1u << field);
    decimal_write(&text, &numbers[field]);
    text_terminate(&text);
    ck_assert_str_eq(bytes, digits);
}

/* The event as it would stand in the journal, put into a ledger. */
static inline void restore(struct ledger *ledger, const struct event *event)
{
    char *bytes = malloc(wire_json_private_max());
    ck_assert_ptr_nonnull(bytes);
    struct text body = text_over(bytes, wire_json_private_max());
    wire_json_private(&body, SLICE("binance"), SLICE("main"), event, 1, true, 2);
    ck_assert(!body.overflow);
    ck_assert(ledger_restore(ledger, text_slice(&body)));
    free(bytes);
}

#endif
