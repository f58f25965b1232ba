/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/order_status.h"

static bool is_known(const struct order *order, enum order_field field)
{
    return (order->known & 1u << field) != 0;
}

static const struct {
    enum status_condition condition;
    const char *name; /* for the table in docs/ */
} conditions[] = {
    {WHEN_UNFILLED, "nothing filled"}, {WHEN_FILLED, "something filled"},
    {WHEN_NONE_LEFT, "nothing left"},  {WHEN_SOME_LEFT, "something left"},
    {WHEN_IMMEDIATE, "IOC or FOK"},    {WHEN_POST_ONLY, "post-only"},
    {WHEN_MARKET, "market order"},     {WHEN_QUOTE_SIZED, "ordered by an amount of quote"},
};

#define CONDITIONS (sizeof conditions / sizeof *conditions)

/* The conditions that hold. */
static uint32_t conditions_of(const struct order *order)
{
    bool filled =
        is_known(order, ORDER_FILLED_QTY) && !decimal_is_zero(&order->numbers[ORDER_FILLED_QTY]);
    uint32_t held = filled ? WHEN_FILLED : WHEN_UNFILLED;
    if (is_known(order, ORDER_LEAVES_QTY))
        held |=
            decimal_is_zero(&order->numbers[ORDER_LEAVES_QTY]) ? WHEN_NONE_LEFT : WHEN_SOME_LEFT;
    if (order->time_in_force == TIME_IN_FORCE_IOC || order->time_in_force == TIME_IN_FORCE_FOK)
        held |= WHEN_IMMEDIATE;
    if (order->post_only)
        held |= WHEN_POST_ONLY;
    if (order->order_type == ORDER_TYPE_MARKET)
        held |= WHEN_MARKET;
    if (order->quote_sized)
        held |= WHEN_QUOTE_SIZED;
    return held;
}

static bool has_detail(const struct status_rule *rule, const struct slice *details, size_t count)
{
    bool any = rule->detail == NULL;
    for (size_t i = 0; !any && i < count; i++)
        any = slice_equal(details[i], slice_of(rule->detail));
    return any;
}

bool order_status_read(const struct status_table *table, struct slice word,
                       const struct slice *details, size_t detail_count, const struct order *order,
                       enum order_status *status)
{
    uint32_t held = conditions_of(order);
    *status = ORDER_UNKNOWN;
    for (size_t i = 0; i < table->count; i++) {
        const struct status_rule *rule = &table->rules[i];
        if (!slice_equal(word, slice_of(rule->word)) || (rule->when & held) != rule->when ||
            !has_detail(rule, details, detail_count))
            continue;
        *status = rule->status;
        return true;
    }
    return false;
}

/* How far an order has come: it may stay or go on, not go back. What is unknown may be anything. A
 * conditional order is new at some exchanges before it is triggered, at others behind it. */
static const uint8_t stage[ORDER_STATUS_COUNT] = {
    [ORDER_PENDING_NEW] = 1, [ORDER_SUSPENDED] = 2,      [ORDER_TRIGGERED] = 3,
    [ORDER_NEW] = 3,         [ORDER_PENDING_CANCEL] = 4, [ORDER_PARTIALLY_FILLED] = 4,
    [ORDER_FILLED] = 5,      [ORDER_CANCELED] = 5,       [ORDER_REJECTED] = 5,
    [ORDER_EXPIRED] = 5,
};

/* A cancel that is refused leaves the order where it was. */
bool order_status_follows(enum order_status from, enum order_status to)
{
    if (from == to || from == ORDER_UNKNOWN || to == ORDER_UNKNOWN)
        return from == to || !order_status_is_final(from);
    if (order_status_is_final(from))
        return false;
    return stage[to] >= stage[from] || from == ORDER_PENDING_CANCEL;
}

static void write_cell(struct text *text, const char *words)
{
    text_literal(text, " | ");
    text_append(text, slice_of(words));
}

void order_status_write(struct text *text, const struct status_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct status_rule *rule = &table->rules[i];
        bool any = false;
        text_literal(text, "| `");
        text_append(text, slice_of(rule->word));
        text_literal(text, "` | ");
        for (size_t j = 0; j < CONDITIONS; j++) {
            if ((rule->when & (uint32_t)conditions[j].condition) == 0)
                continue;
            text_append(text, any ? SLICE(", ") : SLICE(""));
            text_append(text, slice_of(conditions[j].name));
            any = true;
        }
        if (rule->detail != NULL) {
            text_append(text, any ? SLICE(", `") : SLICE("`"));
            text_append(text, slice_of(rule->detail));
            text_literal(text, "`");
        }
        text_literal(text, " | `");
        text_append(text, order_status_word(rule->status));
        text_literal(text, "`");
        write_cell(text, rule->remark != NULL ? rule->remark : "");
        text_literal(text, " |\n");
    }
}
