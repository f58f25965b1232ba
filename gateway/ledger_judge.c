/* SPDX-License-Identifier: Apache-2.0 */
/* One record beside the one that was known. */
#include "gateway/ledger_parts.h"

#define BIT(field) (1u << (field))

/* <0: a is older than b, >0: newer; 0: the same, or one of them has no time. */
static int compare_times(const struct event *a, const struct event *b)
{
    if (a->ts_exchange == 0 || b->ts_exchange == 0)
        return 0;
    return (a->ts_exchange > b->ts_exchange) - (a->ts_exchange < b->ts_exchange);
}

/* Whether a number that is known is news beside what was known. One that was not said before is
 * none if it is 0: some say it so that there is no price, no debt. */
static bool differs(uint32_t known_before, const struct decimal *before, uint32_t known_now,
                    const struct decimal *now, unsigned int field)
{
    if ((known_now & BIT(field)) == 0)
        return false;
    if ((known_before & BIT(field)) == 0)
        return !decimal_is_zero(&now[field]);
    return decimal_compare(&before[field], &now[field]) != 0;
}

/* Fields that are absent get what was known. */
static void complete(uint32_t known_before, const struct decimal *before, uint32_t *known_now,
                     struct decimal *now, uint32_t fields)
{
    uint32_t wanted = fields & known_before & ~*known_now;
    *known_now |= wanted;
    for (unsigned int i = 0; wanted != 0; i++, wanted >>= 1)
        if (wanted & 1)
            now[i] = before[i];
}

static void complete_text(char *field, const char *before, size_t size)
{
    if (field[0] == '\0')
        memcpy(field, before, size);
}

#define complete_word(now, before, field, none)                                                    \
    do {                                                                                           \
        if ((now)->field == (none))                                                                \
            (now)->field = (before)->field;                                                        \
    } while (0)
#define complete_field(now, before, field)                                                         \
    complete_text((now)->field, (before)->field, sizeof(now)->field)

static int compare_filled(const struct order *a, const struct order *b)
{
    static const struct decimal nothing = {0};
    const uint32_t bit = BIT(ORDER_FILLED_QTY);
    return decimal_compare(a->known & bit ? &a->numbers[ORDER_FILLED_QTY] : &nothing,
                           b->known & bit ? &b->numbers[ORDER_FILLED_QTY] : &nothing);
}

/* What belongs to an order for its life, and the average as long as it is one of the same fills. */
static void complete_order(struct order *order, const struct order *before)
{
    complete_field(order, before, symbol);
    complete_field(order, before, client_order_id);
    complete_field(order, before, reject_reason);
    complete_word(order, before, side, SIDE_UNKNOWN);
    complete_word(order, before, order_type, ORDER_TYPE_UNKNOWN);
    complete_word(order, before, time_in_force, TIME_IN_FORCE_NONE);
    complete_word(order, before, position_side, POSITION_FLAT);
    order->reduce_only |= before->reduce_only;
    order->post_only |= before->post_only;
    order->quote_sized |= before->quote_sized;
    uint32_t fields =
        BIT(ORDER_PRICE) | BIT(ORDER_STOP_PRICE) | BIT(ORDER_QTY) | BIT(ORDER_FILLED_QTY);
    complete(before->known, before->numbers, &order->known, order->numbers, fields);
    if (compare_filled(order, before) == 0)
        complete(before->known, before->numbers, &order->known, order->numbers,
                 BIT(ORDER_AVG_PRICE));
}

/* What can still be filled. */
static void count_leaves(struct order *order)
{
    const uint32_t needed = BIT(ORDER_QTY) | BIT(ORDER_FILLED_QTY);
    struct decimal *leaves = &order->numbers[ORDER_LEAVES_QTY];
    if (order_status_is_final((enum order_status)order->status)) {
        *leaves = (struct decimal){0};
        order->known |= BIT(ORDER_LEAVES_QTY);
    } else if ((order->known & BIT(ORDER_LEAVES_QTY)) == 0 && (order->known & needed) == needed &&
               decimal_compare(&order->numbers[ORDER_FILLED_QTY], &order->numbers[ORDER_QTY]) <=
                   0 &&
               decimal_subtract(&order->numbers[ORDER_QTY], &order->numbers[ORDER_FILLED_QTY],
                                leaves)) {
        order->known |= BIT(ORDER_LEAVES_QTY);
    }
}

/* Whether a state says nothing that the one before did not. What an exchange calls a status counts
 * only where we have no word of our own: the stream's and REST's may differ. */
static bool order_is_same(const struct order *order, const struct order *before)
{
    static const enum order_field fields[] = {ORDER_PRICE, ORDER_STOP_PRICE, ORDER_QTY};
    bool unknown = order->status == ORDER_UNKNOWN;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (differs(before->known, before->numbers, order->known, order->numbers, fields[i]))
            return false;
    if (unknown ? strcmp(order->exchange_status, before->exchange_status) != 0
                : order->status != before->status)
        return false;
    return compare_filled(order, before) == 0 && order->side == before->side &&
           strcmp(order->client_order_id, before->client_order_id) == 0;
}

/* Of two states with the same filled_qty that differ. Of two ends without a time the first one
 * stands: REST may have another word for it than the stream. */
static bool order_is_late(const struct event *event, const struct event *known)
{
    enum order_status to = (enum order_status)event->order.status;
    enum order_status from = (enum order_status)known->order.status;
    bool before = order_status_follows(to, from);
    int age = compare_times(event, known);
    bool ended = order_status_is_final(to) && order_status_is_final(from);
    if (age > 0)
        return false;
    if (age < 0 || ended)
        return before || ended;
    return to != ORDER_UNKNOWN && before && !order_status_follows(from, to);
}

enum ledger_verdict ledger_judge_order(const struct event *known, struct event *event)
{
    struct order *order = &event->order;
    order->impossible = false;
    if (known == NULL) {
        count_leaves(order);
        return LEDGER_NEWS;
    }
    complete_order(order, &known->order);
    count_leaves(order);
    int more = compare_filled(order, &known->order);
    if (order_is_same(order, &known->order))
        return LEDGER_REPEATED;
    if (more < 0 || (more == 0 && order_is_late(event, known)))
        return LEDGER_LATE;
    order->impossible = order->status != ORDER_UNKNOWN &&
                        !order_status_follows((enum order_status)known->order.status,
                                              (enum order_status)order->status);
    return LEDGER_NEWS;
}

/* REST is asked after all that was known before, and told before what was kept: it is never late.
 */
static bool row_is_late(const struct event *event, const struct event *known, bool reconciled)
{
    return known != NULL && !reconciled && compare_times(event, known) < 0;
}

enum ledger_verdict ledger_judge_position(const struct event *known, struct event *event)
{
    const uint32_t of_account = BIT(POSITION_LEVERAGE);
    const uint32_t of_size = BIT(POSITION_ENTRY_PRICE) | BIT(POSITION_LIQUIDATION_PRICE);
    struct position *position = &event->position;
    if (known == NULL)
        return position->side == POSITION_FLAT ? LEDGER_REPEATED : LEDGER_NEWS;
    const struct position *before = &known->position;
    bool same =
        position->side == before->side && decimal_compare(&position->qty, &before->qty) == 0;
    uint32_t fields = of_account | (same ? of_size : 0);
    uint32_t compared = position->side == POSITION_FLAT ? of_account : of_account | of_size;
    complete_field(position, before, symbol);
    complete_word(position, before, margin_mode, MARGIN_NONE);
    complete(before->known, before->numbers, &position->known, position->numbers, fields);
    if (row_is_late(event, known, position->reconciled))
        return LEDGER_LATE;
    same &= position->margin_mode == before->margin_mode;
    for (unsigned int i = 0; same && i < POSITION_FIELD_COUNT; i++)
        same = (compared & BIT(i)) == 0 ||
               !differs(before->known, before->numbers, position->known, position->numbers, i);
    return same ? LEDGER_REPEATED : LEDGER_NEWS;
}

enum ledger_verdict ledger_judge_balance(const struct event *known, struct event *event)
{
    const struct balance *balance = &event->balance;
    static const struct balance nothing;
    const struct balance *before = known != NULL ? &known->balance : &nothing;
    if (row_is_late(event, known, balance->reconciled))
        return LEDGER_LATE;
    for (unsigned int i = 0; i < BALANCE_FIELD_COUNT; i++)
        if (differs(before->known, before->numbers, balance->known, balance->numbers, i))
            return LEDGER_NEWS;
    return LEDGER_REPEATED;
}
