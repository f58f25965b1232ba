/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the events of accounts, in the order of docs/WIRE.md. Words and ids come from an exchange
 * and may have been cut: what is no UTF-8 in them is not sent on. */
#include "common/ensure.h"
#include "proto/wire_json_parts.h"

#define ESCAPED     6   /* bytes that one becomes at most */
#define COMMON_MAX  640 /* keys, words and integers of what all have in common */
#define TEXT_KEYS   320 /* keys of the fields that are texts */
#define NUMBERS_MAX 24
#define NUMBER_MAX  96 /* one number with its key */

size_t wire_json_private_max(void)
{
    size_t texts = 2 * WIRE_NAME_MAX + 2 * SYMBOL_MAX + 2 * ID_MAX + CLIENT_ID_MAX +
                   STATUS_TEXT_MAX + REJECT_REASON_MAX + ASSET_MAX +
                   sizeof((struct account_report *)NULL)->detail;
    return COMMON_MAX + TEXT_KEYS + ESCAPED * texts + NUMBERS_MAX * NUMBER_MAX;
}

#define foreign(text, key, value)                                                                  \
    do {                                                                                           \
        text_literal((text), ",\"" key "\":");                                                     \
        text_json_foreign((text), (value));                                                        \
    } while (0)

/* A text that is only there if it is not empty. */
#define maybe(text, key, value)                                                                    \
    do {                                                                                           \
        if ((value)[0] != '\0')                                                                    \
            foreign(text, key, slice_of(value));                                                   \
    } while (0)

/* A flag that is only there if it is true. */
#define flag(text, key, value)                                                                     \
    do {                                                                                           \
        if (value)                                                                                 \
            text_literal((text), ",\"" key "\":true");                                             \
    } while (0)

/* A word that is only there if it says something: its enum's first says nothing. */
#define maybe_word(text, key, value, name)                                                         \
    do {                                                                                           \
        if ((value) != 0)                                                                          \
            word(text, key, name);                                                                 \
    } while (0)

static struct slice id_of(const struct id *id)
{
    return (struct slice){id->text, id->len};
}

static void reconciled_field(struct text *text, bool reconciled)
{
    text_literal(text, ",\"reconciled\":");
    text_append(text, reconciled ? SLICE("true") : SLICE("false"));
}

/* Those of the numbers from `first` to `last` that are known. */
static void known_numbers(struct text *text, const struct slice *keys, uint32_t known,
                          const struct decimal *numbers, unsigned int first, unsigned int last)
{
    for (unsigned int i = first; i <= last; i++) {
        if ((known & 1u << i) == 0)
            continue;
        text_append(text, keys[i]);
        decimal_write(text, &numbers[i]);
        text_literal(text, "\"");
    }
}

#define NUMBER_KEY(NAME, word) {",\"" word "\":\"", sizeof ",\"" word "\":\"" - 1},

static void order_fields(struct text *text, const struct order *order)
{
    static const struct slice keys[] = {ORDER_FIELDS(NUMBER_KEY)};
    foreign(text, "order_id", id_of(&order->order_id));
    maybe(text, "client_order_id", order->client_order_id);
    word(text, "side", side_word((enum side)order->side));
    word(text, "order_type", order_type_word((enum order_type)order->order_type));
    maybe_word(text, "time_in_force", order->time_in_force,
               time_in_force_word((enum time_in_force)order->time_in_force));
    maybe_word(text, "position_side", order->position_side,
               position_side_word((enum position_side)order->position_side));
    known_numbers(text, keys, order->known, order->numbers, ORDER_PRICE, ORDER_LAST_PRICE);
    if (order->trade_id.len > 0)
        foreign(text, "trade_id", id_of(&order->trade_id));
    known_numbers(text, keys, order->known, order->numbers, ORDER_FEE, ORDER_FEE);
    maybe(text, "fee_asset", order->fee_asset);
    maybe_word(text, "liquidity", order->liquidity,
               liquidity_word((enum liquidity)order->liquidity));
    word(text, "status", order_status_word((enum order_status)order->status));
    foreign(text, "exchange_status", slice_of(order->exchange_status));
    maybe(text, "reject_reason", order->reject_reason);
    flag(text, "reduce_only", order->reduce_only);
    flag(text, "post_only", order->post_only);
    flag(text, "quote_sized", order->quote_sized);
    flag(text, "impossible", order->impossible);
    reconciled_field(text, order->reconciled);
}

static void fill_fields(struct text *text, const struct fill *fill)
{
    foreign(text, "order_id", id_of(&fill->order_id));
    foreign(text, "trade_id", id_of(&fill->trade_id));
    maybe(text, "client_order_id", fill->client_order_id);
    word(text, "side", side_word((enum side)fill->side));
    number(text, "price", &fill->price);
    number(text, "qty", &fill->qty);
    if (fill->fee_asset[0] != '\0') {
        number(text, "fee", &fill->fee);
        foreign(text, "fee_asset", slice_of(fill->fee_asset));
    }
    maybe_word(text, "liquidity", fill->liquidity, liquidity_word((enum liquidity)fill->liquidity));
    reconciled_field(text, fill->reconciled);
}

static void position_fields(struct text *text, const struct position *position)
{
    static const struct slice keys[] = {POSITION_FIELDS(NUMBER_KEY)};
    word(text, "side", position_side_word((enum position_side)position->side));
    maybe_word(text, "position_side", position->position_side,
               position_side_word((enum position_side)position->position_side));
    number(text, "qty", &position->qty);
    known_numbers(text, keys, position->known, position->numbers, 0, POSITION_FIELD_COUNT - 1);
    maybe_word(text, "margin_mode", position->margin_mode,
               margin_mode_word((enum margin_mode)position->margin_mode));
    reconciled_field(text, position->reconciled);
}

static void balance_fields(struct text *text, const struct balance *balance)
{
    static const struct slice keys[] = {BALANCE_FIELDS(NUMBER_KEY)};
    foreign(text, "asset", slice_of(balance->asset));
    known_numbers(text, keys, balance->known, balance->numbers, 0, BALANCE_FIELD_COUNT - 1);
    reconciled_field(text, balance->reconciled);
}

static void account_fields(struct text *text, const struct account_report *account)
{
    word(text, "status", account_status_word((enum account_status)account->status));
    maybe(text, "detail", account->detail);
    if (account->retry_in_ms > 0)
        integer(text, "retry_in_ms", account->retry_in_ms);
    if (account->clock_samples > 0) {
        text_literal(text, ",\"clock_offset_us\":");
        text_signed(text, account->clock_offset_us);
    }
}

/* An instrument that the exchange's list does not have has no symbol of ours. */
static void instrument_names(struct text *text, const char *symbol, const char *exchange_symbol)
{
    maybe(text, "symbol", symbol);
    foreign(text, "exchange_symbol", slice_of(exchange_symbol));
}

static void names(struct text *text, struct slice exchange, struct slice account,
                  const struct event *event)
{
    text_literal(text, "{\"kind\":");
    text_json_string(text, kind_word((enum kind)event->kind));
    foreign(text, "exchange", exchange);
    foreign(text, "account", account);
    if (event->kind == KIND_ORDER)
        instrument_names(text, event->order.symbol, event->order.exchange_symbol);
    else if (event->kind == KIND_FILL)
        instrument_names(text, event->fill.symbol, event->fill.exchange_symbol);
    else if (event->kind == KIND_POSITION)
        instrument_names(text, event->position.symbol, event->position.exchange_symbol);
}

void wire_json_private(struct text *text, struct slice exchange, struct slice account,
                       const struct event *event, uint64_t epoch, bool durable,
                       int64_t ts_published)
{
    names(text, exchange, account, event);
    wire_common_fields(text, event, (enum update)event->update, epoch, ts_published);
    switch ((enum kind)event->kind) {
    case KIND_ORDER:
        order_fields(text, &event->order);
        break;
    case KIND_FILL:
        fill_fields(text, &event->fill);
        break;
    case KIND_POSITION:
        position_fields(text, &event->position);
        break;
    case KIND_BALANCE:
        balance_fields(text, &event->balance);
        break;
    case KIND_ACCOUNT:
        account_fields(text, &event->account);
        break;
    default:
        ENSURE(false && "a kind of an account");
    }
    if (!durable)
        text_literal(text, ",\"durable\":false");
    text_literal(text, "}");
}
