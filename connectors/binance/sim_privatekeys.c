/* SPDX-License-Identifier: Apache-2.0 */
/* What both markets of the simulated Binance check of a key, and the words of their orders. Source:
 * binance.md 6.1.2, 6.1.3, 7. */
#include "connectors/binance/sim_private.h"

#include "common/clock.h"
#include "connectors/dialect_text.h"

#define WINDOW_MS     5000
#define WINDOW_MAX_MS 60000
#define AHEAD_MS      1000
#define MICRO_FROM    INT64_C(100000000000000) /* a time from here on is in us */

static const struct binance_sim_refusal bad_key = {401, -2014, "API-key format invalid."};
static const struct binance_sim_refusal unknown_key = {
    401, -2015, "Invalid API-key, IP, or permissions for action."};
static const struct binance_sim_refusal bad_signature = {
    400, -1022, "Signature for this request is not valid."};
static const struct binance_sim_refusal no_signature = {
    400, -1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."};
static const struct binance_sim_refusal no_timestamp = {
    400, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."};
static const struct binance_sim_refusal bad_window = {400, -1131,
                                                      "recvWindow must be less than 60000"};
static const struct binance_sim_refusal ahead = {
    400, -1021, "Timestamp for this request was 1000ms ahead of the server's time."};
static const struct binance_sim_refusal behind = {
    400, -1021, "Timestamp for this request is outside of the recvWindow."};

bool binance_sim_find_key(const struct dialect_keys *keys, struct slice key, uint32_t *account,
                          const struct secret **secret, struct binance_sim_refusal *refusal)
{
    bool well = key.len > 0;
    for (size_t i = 0; i < key.len; i++)
        well = well && key.data[i] > ' ' && key.data[i] < 0x7f;
    *refusal = well ? unknown_key : bad_key;
    return well && keys->find(keys->context, key, account, secret);
}

bool binance_sim_verify(const struct secret *secret, struct slice payload, struct slice signature,
                        struct binance_sim_refusal *refusal)
{
    enum sign_form form = sign_kind_of(secret) == SIGN_HMAC ? SIGN_HEX : SIGN_BASE64;
    *refusal = signature.len == 0 ? no_signature : bad_signature;
    return signature.len > 0 && sign_verify(secret, SIGN_SHA256, form, payload, signature);
}

bool binance_sim_number(struct slice text, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (digits_value(text.data[i]) > 9 || i == 17)
            return false;
        *number = *number * 10 + digits_value(text.data[i]);
    }
    return text.len > 0;
}

/* Accepted if it is less than a second ahead, and no more than the window behind. */
bool binance_sim_check_time(struct slice timestamp, struct slice window, int64_t now_ns,
                            struct binance_sim_refusal *refusal)
{
    const struct decimal window_max = {.low = WINDOW_MAX_MS};
    struct decimal wide = {.low = WINDOW_MS};
    int64_t time, us;
    if (!binance_sim_number(timestamp, &time)) {
        *refusal = no_timestamp;
        return false;
    }
    if (window.len > 0 && (decimal_read(window, &wide) != DECIMAL_OK || wide.negative ||
                           wide.scale > 3 || decimal_compare(&wide, &window_max) > 0)) {
        *refusal = bad_window;
        return false;
    }
    decimal_shift(&wide, 3); /* to us */
    us = time < MICRO_FROM ? time * 1000 : time;
    int64_t late_us = now_ns / NS_PER_US - us;
    *refusal = late_us <= -AHEAD_MS * 1000 ? ahead : behind;
    return late_us > -AHEAD_MS * 1000 && late_us <= (int64_t)wide.low;
}

/* 7.5 */
struct slice binance_sim_type(const struct dialect_order *order)
{
    if (order->type == DIALECT_LIMIT)
        return order->force == DIALECT_POST_ONLY ? SLICE("LIMIT_MAKER") : SLICE("LIMIT");
    return order->type == DIALECT_STOP_LIMIT ? SLICE("STOP_LOSS_LIMIT") : SLICE("MARKET");
}

struct slice usdm_sim_type(const struct dialect_order *order)
{
    if (order->cause == DIALECT_CAUSE_LIQUIDATION)
        return SLICE("LIQUIDATION");
    return order->type == DIALECT_LIMIT ? SLICE("LIMIT") : SLICE("MARKET");
}

/* 7.4 */
struct slice binance_sim_force(const struct dialect_order *order)
{
    return order->force == DIALECT_IOC   ? SLICE("IOC")
           : order->force == DIALECT_FOK ? SLICE("FOK")
                                         : SLICE("GTC");
}

struct slice usdm_sim_force(const struct dialect_order *order)
{
    return order->force == DIALECT_POST_ONLY ? SLICE("GTX") : binance_sim_force(order);
}

/* 7.1 */
struct slice binance_sim_state(const struct dialect_order *order)
{
    switch (order->state) {
    case DIALECT_ORDER_PARTLY:
        return SLICE("PARTIALLY_FILLED");
    case DIALECT_ORDER_FILLED:
        return SLICE("FILLED");
    case DIALECT_ORDER_CANCELED:
        return order->cause == DIALECT_CAUSE_SELF ? SLICE("EXPIRED_IN_MATCH") : SLICE("CANCELED");
    case DIALECT_ORDER_REJECTED:
        return SLICE("REJECTED");
    case DIALECT_ORDER_EXPIRED:
        return SLICE("EXPIRED");
    default:
        return SLICE("NEW");
    }
}

/* 6.2.3: the exchange's own orders are told by it. */
void binance_sim_client_id(struct text *text, const struct dialect_order *order)
{
    if (order->cause == DIALECT_CAUSE_LIQUIDATION) {
        text_literal(text, "autoclose-");
        text_unsigned(text, (uint64_t)(order->created_ns / NS_PER_MS));
    } else {
        text_append(text, order->client_id);
    }
}

void binance_sim_write_order_id(struct text *text, uint64_t id)
{
    text_unsigned(text, id);
}

void binance_sim_write_fill_id(struct text *text, const struct dialect_fill *fill)
{
    text_unsigned(text, fill->id);
}
