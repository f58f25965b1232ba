/* SPDX-License-Identifier: Apache-2.0 */
/* Reads journaled bodies back, by the names and words by which proto/wire_json_private wrote them.
 * Numbers are texts there, so that nothing is lost. */
#include "common/clock.h"
#include "gateway/ledger_parts.h"

#include <jansson.h>

#define WORD_SLICE(NAME, word) {word, sizeof(word) - 1},
#define WORDS_OF(LIST)         ((const struct slice[]){LIST(WORD_SLICE)})

/* Empty: it is not there. */
static struct slice text_of(const json_t *body, const char *name)
{
    const json_t *value = json_object_get(body, name);
    return json_is_string(value)
               ? (struct slice){json_string_value(value), json_string_length(value)}
               : (struct slice){"", 0};
}

static bool read_text(const json_t *body, const char *name, char *field, size_t size)
{
    struct slice text = text_of(body, name);
    if (text.len >= size)
        return false;
    memcpy(field, text.data, text.len);
    field[text.len] = '\0';
    return true;
}

#define read_field(body, record, field)                                                            \
    read_text((body), #field, (record)->field, sizeof(record)->field)

static bool read_id(const json_t *body, const char *name, struct id *id)
{
    return id_set(id, text_of(body, name));
}

static bool read_flag(const json_t *body, const char *name)
{
    return json_is_true(json_object_get(body, name));
}

static int64_t read_time(const json_t *body, const char *name)
{
    return json_integer_value(json_object_get(body, name)) * NS_PER_US;
}

static bool read_number(const json_t *body, const char *name, struct decimal *number)
{
    return decimal_read(text_of(body, name), number) == DECIMAL_OK;
}

/* Those that are there. */
static bool read_numbers(const json_t *body, const char *const *names, unsigned int count,
                         uint32_t *known, struct decimal *numbers)
{
    for (unsigned int i = 0; i < count; i++) {
        if (json_object_get(body, names[i]) == NULL)
            continue;
        if (!read_number(body, names[i], &numbers[i]))
            return false;
        *known |= 1u << i;
    }
    return true;
}

/* The first if it is not there; false if it is none of them. */
static bool read_word(const json_t *body, const char *name, const struct slice *words,
                      unsigned int count, uint8_t *value)
{
    struct slice text = text_of(body, name);
    *value = 0;
    for (unsigned int i = 0; text.len > 0 && i < count; i++) {
        *value = (uint8_t)i;
        if (slice_equal(text, words[i]))
            return true;
    }
    return text.len == 0;
}

#define NAME_OF(NAME, word) word,

static bool read_order(const json_t *body, struct order *order)
{
    static const char *const names[] = {ORDER_FIELDS(NAME_OF)};
    order->reduce_only = read_flag(body, "reduce_only");
    order->post_only = read_flag(body, "post_only");
    order->quote_sized = read_flag(body, "quote_sized");
    order->impossible = read_flag(body, "impossible");
    order->reconciled = read_flag(body, "reconciled");
    return read_field(body, order, symbol) && read_field(body, order, exchange_symbol) &&
           read_id(body, "order_id", &order->order_id) &&
           read_id(body, "trade_id", &order->trade_id) &&
           read_field(body, order, client_order_id) && read_field(body, order, exchange_status) &&
           read_field(body, order, reject_reason) && read_field(body, order, fee_asset) &&
           read_numbers(body, names, ORDER_FIELD_COUNT, &order->known, order->numbers) &&
           read_word(body, "side", WORDS_OF(SIDE_WORDS), SIDE_COUNT, &order->side) &&
           read_word(body, "order_type", WORDS_OF(ORDER_TYPE_WORDS), ORDER_TYPE_COUNT,
                     &order->order_type) &&
           read_word(body, "time_in_force", WORDS_OF(TIME_IN_FORCE_WORDS), TIME_IN_FORCE_COUNT,
                     &order->time_in_force) &&
           read_word(body, "status", WORDS_OF(ORDER_STATUS_WORDS), ORDER_STATUS_COUNT,
                     &order->status) &&
           read_word(body, "liquidity", WORDS_OF(LIQUIDITY_WORDS), LIQUIDITY_COUNT,
                     &order->liquidity) &&
           read_word(body, "position_side", WORDS_OF(POSITION_SIDE_WORDS), POSITION_SIDE_COUNT,
                     &order->position_side);
}

static bool read_fill(const json_t *body, struct fill *fill)
{
    fill->reconciled = read_flag(body, "reconciled");
    return read_field(body, fill, symbol) && read_field(body, fill, exchange_symbol) &&
           read_id(body, "order_id", &fill->order_id) &&
           read_id(body, "trade_id", &fill->trade_id) && read_field(body, fill, client_order_id) &&
           read_field(body, fill, fee_asset) && read_number(body, "price", &fill->price) &&
           read_number(body, "qty", &fill->qty) &&
           (fill->fee_asset[0] == '\0' || read_number(body, "fee", &fill->fee)) &&
           read_word(body, "side", WORDS_OF(SIDE_WORDS), SIDE_COUNT, &fill->side) &&
           read_word(body, "liquidity", WORDS_OF(LIQUIDITY_WORDS), LIQUIDITY_COUNT,
                     &fill->liquidity);
}

static bool read_position(const json_t *body, struct position *position)
{
    static const char *const names[] = {POSITION_FIELDS(NAME_OF)};
    position->reconciled = read_flag(body, "reconciled");
    return read_field(body, position, symbol) && read_field(body, position, exchange_symbol) &&
           read_number(body, "qty", &position->qty) &&
           read_numbers(body, names, POSITION_FIELD_COUNT, &position->known, position->numbers) &&
           read_word(body, "side", WORDS_OF(POSITION_SIDE_WORDS), POSITION_SIDE_COUNT,
                     &position->side) &&
           read_word(body, "position_side", WORDS_OF(POSITION_SIDE_WORDS), POSITION_SIDE_COUNT,
                     &position->position_side) &&
           read_word(body, "margin_mode", WORDS_OF(MARGIN_MODE_WORDS), MARGIN_MODE_COUNT,
                     &position->margin_mode);
}

static bool read_balance(const json_t *body, struct balance *balance)
{
    static const char *const names[] = {BALANCE_FIELDS(NAME_OF)};
    balance->reconciled = read_flag(body, "reconciled");
    return read_field(body, balance, asset) &&
           read_numbers(body, names, BALANCE_FIELD_COUNT, &balance->known, balance->numbers);
}

static bool read_account(const json_t *body, struct account_report *account)
{
    const json_t *offset = json_object_get(body, "clock_offset_us");
    account->clock_samples = json_is_integer(offset);
    account->clock_offset_us = json_integer_value(offset);
    return read_word(body, "status", WORDS_OF(ACCOUNT_STATUS_WORDS), ACCOUNT_STATUS_COUNT,
                     &account->status);
}

static bool read_record(const json_t *body, struct event *event)
{
    switch ((enum kind)event->kind) {
    case KIND_ORDER:
        return read_order(body, &event->order);
    case KIND_FILL:
        return read_fill(body, &event->fill);
    case KIND_POSITION:
        return read_position(body, &event->position);
    case KIND_BALANCE:
        return read_balance(body, &event->balance);
    case KIND_ACCOUNT:
        return read_account(body, &event->account);
    default:
        return false;
    }
}

bool ledger_read(struct slice body, struct event *event)
{
    uint8_t kind;
    json_t *root = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    bool read = json_is_object(root) &&
                read_word(root, "kind", WORDS_OF(KIND_WORDS), KIND_COUNT, &kind) &&
                kind_is_private((enum kind)kind);
    if (read) {
        event_begin(event, (enum kind)kind);
        event->ts_exchange = read_time(root, "ts_exchange");
        event->ts_received = read_time(root, "ts_received");
        read = read_record(root, event);
    }
    json_decref(root);
    return read;
}
