/* SPDX-License-Identifier: Apache-2.0 */
/* An order that was read, to an order event and the fill that it tells of (7.1 to 7.5). A number of
 * 0 where none can be (a market order's price, the last fill of an order that has none) is not
 * said. */
#include "connectors/binance/private.h"

#include "common/clock.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

bool binance_copy(char *field, size_t room, struct slice text)
{
    if (text.len == 0 || text.len >= room || memchr(text.data, '\\', text.len) != NULL)
        return false;
    memcpy(field, text.data, text.len);
    field[text.len] = '\0';
    return true;
}

/* What is for the eye alone is cut. */
static void copy_cut(char *field, size_t room, struct slice text)
{
    if (text.len >= room)
        text.len = room - 1;
    if (text.len > 0)
        memcpy(field, text.data, text.len);
    field[text.len] = '\0';
}

bool binance_read_leg(struct slice word, uint8_t *leg)
{
    static const struct flat_word legs[] = {
        {{"BOTH", 4}, POSITION_FLAT}, {{"LONG", 4}, POSITION_LONG}, {{"SHORT", 5}, POSITION_SHORT}};
    for (size_t i = 0; i < COUNT_OF(legs); i++)
        if (slice_equal(word, legs[i].word)) {
            *leg = legs[i].value;
            return true;
        }
    return false;
}

void binance_set_size(struct position *position, const struct decimal *size)
{
    position->side = decimal_is_zero(size) ? POSITION_FLAT
                     : size->negative      ? POSITION_SHORT
                                           : POSITION_LONG;
    position->qty = *size;
    position->qty.negative = 0;
    if (decimal_is_zero(&position->numbers[POSITION_ENTRY_PRICE]))
        position->known &= ~PAYLOAD_BIT(POSITION_ENTRY_PRICE);
}

/* Whether it waits for its trigger: spot says that it is not on the book, USD-M changes the type of
 * what is triggered. */
static bool is_untriggered(const struct binance_order *order, const struct binance_words *words,
                           const struct binance_type *type)
{
    bool same = order->original_type.len == 0 || slice_equal(order->original_type, order->type);
    return type->waits && (words->changes_type ? same : order->off_book);
}

/* True if it waits for its trigger. */
static bool read_type(const struct binance_order *order, const struct binance_words *words,
                      const struct binance_telling *telling, struct order *told)
{
    struct slice word = order->original_type.len > 0 ? order->original_type : order->type;
    const struct binance_type *type = words->types;
    while (type->word.data != NULL && !slice_equal(word, type->word))
        type++;
    told->order_type = (uint8_t)type->type;
    told->post_only |= type->post_only;
    if (type->word.data == NULL && word.len > 0)
        payload_strange_word(word, telling->parsing);
    return is_untriggered(order, words, type);
}

/* 7.4 */
static void read_force(const struct binance_order *order, const struct binance_telling *telling,
                       struct order *told)
{
    static const struct {
        struct slice word;
        enum time_in_force force;
        bool post_only;
    } forces[] = {
        {{"GTC", 3}, TIME_IN_FORCE_GTC, false},     {{"IOC", 3}, TIME_IN_FORCE_IOC, false},
        {{"FOK", 3}, TIME_IN_FORCE_FOK, false},     {{"GTD", 3}, TIME_IN_FORCE_GTD, false},
        {{"GTX", 3}, TIME_IN_FORCE_GTC, true},      {{"RPI", 3}, TIME_IN_FORCE_GTC, true},
        {{"GTE_GTC", 7}, TIME_IN_FORCE_GTC, false},
    };
    for (size_t i = 0; i < COUNT_OF(forces); i++)
        if (slice_equal(order->force, forces[i].word)) {
            told->time_in_force = (uint8_t)forces[i].force;
            told->post_only |= forces[i].post_only;
            return;
        }
    if (order->force.len > 0)
        payload_strange_word(order->force, telling->parsing);
}

static void know(struct order *told, enum order_field field, const struct decimal *value)
{
    if (decimal_is_zero(value))
        return;
    told->numbers[field] = *value;
    told->known |= PAYLOAD_BIT(field);
}

/* False if one cannot be. */
static bool settle_numbers(const struct binance_order *order, struct order *told)
{
    static const enum order_field positive[] = {ORDER_PRICE, ORDER_QTY, ORDER_AVG_PRICE};
    struct decimal left;
    told->quote_sized = !decimal_is_zero(&order->amount);
    know(told, ORDER_STOP_PRICE,
         told->order_type == ORDER_TYPE_TRAILING_STOP ? &order->activation : &order->stop);
    for (size_t i = 0; i < COUNT_OF(positive); i++)
        if (decimal_is_zero(&told->numbers[positive[i]]))
            told->known &= ~PAYLOAD_BIT(positive[i]);
    for (unsigned int i = 0; i < ORDER_FIELD_COUNT; i++)
        if (told->numbers[i].negative)
            return false;
    const uint32_t both = PAYLOAD_BIT(ORDER_QTY) | PAYLOAD_BIT(ORDER_FILLED_QTY);
    if ((told->known & both) == both &&
        decimal_subtract(&told->numbers[ORDER_QTY], &told->numbers[ORDER_FILLED_QTY], &left) &&
        !left.negative) {
        told->numbers[ORDER_LEAVES_QTY] = left;
        told->known |= PAYLOAD_BIT(ORDER_LEAVES_QTY);
    }
    return true;
}

/* Why it is not what it was: the reason of a reject, else of an expiry. "NONE" and "0" are none. A
 * reply of the algo service says by its price alone that something was filled. */
static void read_status(const struct binance_order *order, bool untriggered,
                        const struct binance_words *words, const struct binance_telling *telling,
                        struct order *told)
{
    bool has_reason = order->reason.len > 0 && !slice_equal(order->reason, SLICE("NONE"));
    bool has_expiry = order->expiry.len > 0 && !slice_equal(order->expiry, SLICE("0"));
    const struct slice details[] = {order->reason, order->expiry,
                                    untriggered ? SLICE(BINANCE_UNTRIGGERED) : SLICE("")};
    struct order judged = *told;
    enum order_status status;
    if ((told->known & PAYLOAD_BIT(ORDER_FILLED_QTY)) == 0)
        know(&judged, ORDER_FILLED_QTY, &told->numbers[ORDER_AVG_PRICE]);
    if (!order_status_read(&words->statuses, order->status, details, COUNT_OF(details), &judged,
                           &status))
        payload_strange_word(order->status, telling->parsing);
    told->status = (uint8_t)status;
    copy_cut(told->exchange_status, sizeof told->exchange_status, order->status);
    copy_cut(told->reject_reason, sizeof told->reject_reason,
             has_reason   ? order->reason
             : has_expiry ? order->expiry
                          : SLICE(""));
}

/* 7.2: what an execution is. All but the first two change the order alone. */
static bool is_fill(const struct binance_order *order, const struct binance_telling *telling)
{
    static const struct slice executions[] = {
        {"TRADE", 5},    {"CALCULATED", 10}, {"NEW", 3},
        {"CANCELED", 8}, {"REPLACED", 8},    {"AMENDMENT", 9},
        {"REJECTED", 8}, {"EXPIRED", 7},     {"TRADE_PREVENTION", 16},
    };
    size_t i = 0;
    while (i < COUNT_OF(executions) && !slice_equal(order->execution, executions[i]))
        i++;
    if (i == COUNT_OF(executions) && order->execution.len > 0)
        payload_strange_word(order->execution, telling->parsing);
    return i < 2 && payload_positive(&order->last_qty);
}

/* An allocation has an id of its own; what else has none (a liquidation's execution, x CALCULATED)
 * is known by its time and by what is filled with it. */
static bool make_fill_id(struct binance_order *order, struct order *told)
{
    struct text text = text_over(told->trade_id.text, sizeof told->trade_id.text);
    if (told->trade_id.len > 0)
        return true;
    if (order->allocation.len > 0) {
        text_literal(&text, "alloc-");
        text_bytes(&text, order->allocation.text, order->allocation.len);
    } else {
        text_unsigned(&text, (uint64_t)(order->event.ts_exchange / NS_PER_MS));
        text_literal(&text, "-");
        decimal_write(&text, &told->numbers[ORDER_FILLED_QTY]);
    }
    told->trade_id.len = (uint8_t)text.len;
    return !text.overflow;
}

static enum refusal settle_fill(struct binance_order *order, struct order *told, struct fill *fill)
{
    if (!payload_positive(&order->last_price))
        return REFUSAL_BAD_VALUE;
    if (!make_fill_id(order, told))
        return REFUSAL_BAD_VALUE;
    know(told, ORDER_LAST_QTY, &order->last_qty);
    know(told, ORDER_LAST_PRICE, &order->last_price);
    told->liquidity = order->maker ? LIQUIDITY_MAKER : LIQUIDITY_TAKER;
    if (order->fee_asset.len > 0) {
        if (!binance_copy(told->fee_asset, sizeof told->fee_asset, order->fee_asset))
            return REFUSAL_BAD_VALUE;
        told->numbers[ORDER_FEE] = order->last_fee;
        told->known |= PAYLOAD_BIT(ORDER_FEE);
    }
    *fill = (struct fill){.order_id = told->order_id,
                          .trade_id = told->trade_id,
                          .price = order->last_price,
                          .qty = order->last_qty,
                          .fee = told->numbers[ORDER_FEE],
                          .side = told->side,
                          .liquidity = told->liquidity};
    memcpy(fill->exchange_symbol, told->exchange_symbol, sizeof fill->exchange_symbol);
    memcpy(fill->client_order_id, told->client_order_id, sizeof fill->client_order_id);
    memcpy(fill->fee_asset, told->fee_asset, sizeof fill->fee_asset);
    return REFUSAL_NONE;
}

/* On a cancel c is the id of the request that cancels, and C the order's own (8, #14). */
enum refusal binance_tell_order(struct binance_order *order, const struct binance_words *words,
                                const struct binance_telling *telling)
{
    struct order *told = &order->event.order;
    struct event fill;
    bool buy = slice_equal(order->side, SLICE("BUY"));
    if (!payload_is_symbol(order->symbol) ||
        !binance_copy(told->exchange_symbol, sizeof told->exchange_symbol, order->symbol) ||
        (!buy && !slice_equal(order->side, SLICE("SELL"))))
        return REFUSAL_BAD_VALUE;
    if (order->position_side.len > 0 &&
        !binance_read_leg(order->position_side, &told->position_side))
        return REFUSAL_BAD_VALUE;
    told->side = buy ? SIDE_BUY : SIDE_SELL;
    copy_cut(told->client_order_id, sizeof told->client_order_id,
             order->original_id.len > 0 ? order->original_id : order->client_id);
    if (order->event.ts_exchange == 0)
        order->event.ts_exchange = order->created_ns;
    bool untriggered = read_type(order, words, telling, told);
    read_force(order, telling, told);
    if (!settle_numbers(order, told))
        return REFUSAL_BAD_VALUE;
    read_status(order, untriggered, words, telling, told);
    bool filled = is_fill(order, telling);
    event_begin(&fill, KIND_FILL);
    fill.ts_exchange = order->event.ts_exchange;
    if (filled) {
        enum refusal refusal = settle_fill(order, told, &fill.fill);
        if (refusal != REFUSAL_NONE)
            return refusal;
    } else {
        told->trade_id.len = 0;
    }
    telling->take(telling->context, &order->event);
    if (filled)
        telling->take(telling->context, &fill);
    return REFUSAL_NONE;
}
