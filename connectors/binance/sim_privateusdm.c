/* SPDX-License-Identifier: Apache-2.0 */
/* An account at the simulated Binance USD-M: the private paths (binance.md 6.2.2) and the events.
 * Written from the fact sheet; nothing of private*.c takes part. */
#include "connectors/binance/sim_private.h"

#include "common/clock.h"
#include "common/scan.h"
#include "connectors/dialect_text.h"

/* Bits of session->topics: the events that come; `events=` is a strict filter. */
static const struct slice topics[] = {
    {"ORDER_TRADE_UPDATE", 18}, {"ACCOUNT_UPDATE", 14},        {"TRADE_LITE", 10},
    {"listenKeyExpired", 16},   {"ACCOUNT_CONFIG_UPDATE", 21}, {"MARGIN_CALL", 11},
    {"ALGO_UPDATE", 11},
};
#define TOPICS (sizeof topics / sizeof *topics)
enum { ORDERS = 1, ACCOUNT = 2, LITE = 4, EXPIRY = 8, ALL = (1 << TOPICS) - 1 };

static uint32_t read_events(struct slice list)
{
    uint32_t bits = 0;
    while (list.len > 0) {
        const char *slash = memchr(list.data, '/', list.len);
        size_t len = slash != NULL ? (size_t)(slash - list.data) : list.len;
        for (size_t i = 0; i < TOPICS; i++)
            if (slice_equal((struct slice){list.data, len}, topics[i]))
                bits |= 1u << i;
        len += slash != NULL;
        list = (struct slice){list.data + len, list.len - len};
    }
    return bits;
}

/* A key that nobody has is accepted, and nothing comes. So is one in the path, as it was seen in
 * 2026 (6.2.2). */
static bool admit(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status)
{
    struct slice value;
    bool raw = slice_equal(query->path, SLICE("/private/ws"));
    bool dead = slice_starts_with(query->path, SLICE("/private/ws/"));
    (void)answer;
    (void)status;
    session->wrapped = slice_equal(query->path, SLICE("/private/stream"));
    if (!raw && !dead && !session->wrapped)
        return false;
    session->account = DIALECT_NO_ACCOUNT;
    session->topics = ALL;
    if (!dead && dialect_parameter(query, SLICE("listenKey"), &value))
        session->account = keys->find_listen_key(keys->context, value);
    if (dialect_parameter(query, SLICE("events"), &value))
        session->topics = read_events(value);
    *admission = DIALECT_ADMITTED;
    return true;
}

/* The official clients ask for a listen key as for a stream (6.2.2). */
static enum dialect_private_word take(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply)
{
    struct scan scan;
    struct slice name, method = SLICE(""), id = SLICE("null"), params = SLICE("[]"), key;
    scan_begin(&scan, message);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("method")) && scan_peek(&scan) == SCAN_STRING)
            scan_string(&scan, &method);
        else if (slice_equal(name, SLICE("id")))
            scan_raw(&scan, &id);
        else if (slice_equal(name, SLICE("params")))
            scan_raw(&scan, &params);
        else
            scan_skip(&scan);
    }
    if (!scan_end(&scan)) {
        text_literal(reply, "{\"code\":3,\"msg\":\"Invalid JSON\"}");
        return DIALECT_PRIVATE_SAY;
    }
    scan_begin(&scan, params);
    if (slice_equal(method, SLICE("SUBSCRIBE")) && scan_array(&scan) && scan_element(&scan) &&
        scan_string(&scan, &key))
        session->account = keys->find_listen_key(keys->context, key);
    text_literal(reply, "{\"result\":null,\"id\":");
    text_append(reply, id);
    text_literal(reply, "}");
    return DIALECT_PRIVATE_SAY;
}

static struct slice execution_of(const struct dialect_account_event *event)
{
    const struct dialect_order *order = event->order;
    if (event->fill != NULL)
        return order->cause == DIALECT_CAUSE_LIQUIDATION ? SLICE("CALCULATED") : SLICE("TRADE");
    if (order->state == DIALECT_ORDER_EXPIRED || order->cause == DIALECT_CAUSE_SELF)
        return SLICE("EXPIRED");
    return order->state == DIALECT_ORDER_CANCELED ? SLICE("CANCELED") : SLICE("NEW");
}

static struct slice expiry_of(const struct dialect_order *order)
{
    if (order->cause == DIALECT_CAUSE_SELF)
        return SLICE("1");
    if (order->state != DIALECT_ORDER_EXPIRED || order->cause != DIALECT_CAUSE_IMMEDIATE)
        return SLICE("0");
    return order->type == DIALECT_MARKET ? SLICE("9") : SLICE("2");
}

static void write_fill(struct text *text, const struct dialect_order *order,
                       const struct dialect_fill *fill)
{
    static const struct decimal zero;
    member_decimal(text, "l", fill != NULL ? &fill->qty : &zero);
    member_decimal(text, "z", &order->filled);
    member_decimal(text, "L", fill != NULL ? &fill->price : &zero);
    member_decimal(text, "n", fill != NULL ? &fill->fee : &zero);
    member_string(text, "N", fill != NULL ? fill->fee_asset : order->quote);
}

/* 6.2.3 */
static void write_order(struct text *text, const struct dialect_account_event *event)
{
    static const struct decimal zero;
    const struct dialect_order *order = event->order;
    const struct dialect_fill *fill = event->fill;
    uint64_t now_ms = (uint64_t)(event->time_ns / NS_PER_MS);
    text_literal(text, "{\"e\":\"ORDER_TRADE_UPDATE\"");
    member_number(text, "T", now_ms);
    member_number(text, "E", now_ms);
    text_literal(text, ",\"o\":{\"s\":\"");
    text_append(text, order->symbol);
    text_literal(text, "\",\"c\":\"");
    binance_sim_client_id(text, order);
    text_literal(text, "\"");
    member_string(text, "S", order->sell ? SLICE("SELL") : SLICE("BUY"));
    member_string(text, "o", usdm_sim_type(order));
    member_string(text, "f", usdm_sim_force(order));
    member_decimal(text, "q", &order->qty);
    member_decimal(text, "p", &order->price);
    member_decimal(text, "ap", &order->average);
    member_decimal(text, "sp", &order->stop);
    member_string(text, "x", execution_of(event));
    member_string(text, "X", binance_sim_state(order));
    member_number(text, "i", order->id);
    write_fill(text, order, fill);
    member_number(text, "T", now_ms);
    member_number(text, "t", fill != NULL ? fill->id : 0);
    text_literal(text, ",\"b\":\"0\",\"a\":\"0\"");
    member_boolean(text, "m", fill != NULL && fill->maker);
    member_boolean(text, "R", order->reduce_only);
    text_literal(text, ",\"wt\":\"CONTRACT_PRICE\"");
    member_string(text, "ot", usdm_sim_type(order));
    text_literal(text, ",\"ps\":\"BOTH\",\"cp\":false");
    member_decimal(text, "rp", fill != NULL ? &fill->pnl : &zero);
    text_literal(text, ",\"pP\":false,\"si\":0,\"ss\":0,\"V\":\"EXPIRE_MAKER\",\"pm\":\"NONE\","
                       "\"gtd\":0");
    member_string(text, "er", expiry_of(order));
    text_literal(text, "}}");
}

/* 6.2.5 */
static void write_lite(struct text *text, const struct dialect_account_event *event)
{
    const struct dialect_order *order = event->order;
    const struct dialect_fill *fill = event->fill;
    uint64_t now_ms = (uint64_t)(event->time_ns / NS_PER_MS);
    text_literal(text, "{\"e\":\"TRADE_LITE\"");
    member_number(text, "E", now_ms);
    member_number(text, "T", now_ms);
    member_string(text, "s", order->symbol);
    member_decimal(text, "q", &order->qty);
    member_decimal(text, "p", &order->price);
    member_boolean(text, "m", fill->maker);
    text_literal(text, ",\"c\":\"");
    binance_sim_client_id(text, order);
    text_literal(text, "\"");
    member_string(text, "S", order->sell ? SLICE("SELL") : SLICE("BUY"));
    member_decimal(text, "L", &fill->price);
    member_decimal(text, "l", &fill->qty);
    member_number(text, "t", fill->id);
    member_number(text, "i", order->id);
    text_literal(text, "}");
}

static void write_position(struct text *text, const struct dialect_position *position)
{
    text_literal(text, "{\"s\":\"");
    text_append(text, position->symbol);
    text_literal(text, "\"");
    member_decimal(text, "pa", &position->qty);
    member_decimal(text, "ep", &position->entry);
    text_literal(text, ",\"cr\":\"0\"");
    member_decimal(text, "up", &position->pnl);
    text_literal(text, ",\"mt\":\"cross\",\"iw\":\"0\",\"ps\":\"BOTH\"");
    member_decimal(text, "bep", &position->entry);
    text_literal(text, "}");
}

/* 6.2.4 */
static void write_account(struct text *text, const struct dialect_account_event *event)
{
    uint64_t now_ms = (uint64_t)(event->time_ns / NS_PER_MS);
    text_literal(text, "{\"e\":\"ACCOUNT_UPDATE\"");
    member_number(text, "T", now_ms);
    member_number(text, "E", now_ms);
    text_literal(text, ",\"a\":{\"B\":[");
    for (uint32_t i = 0; i < event->balance_count; i++) {
        struct decimal wallet = {0};
        decimal_add(&event->balances[i].free, &event->balances[i].locked, &wallet);
        text_append(text, i > 0 ? SLICE(",{\"a\":\"") : SLICE("{\"a\":\""));
        text_append(text, event->balances[i].asset);
        text_literal(text, "\"");
        member_decimal(text, "wb", &wallet);
        member_decimal(text, "cw", &wallet);
        text_literal(text, ",\"bc\":\"0\"}");
    }
    text_literal(text, "],\"P\":[");
    if (event->position != NULL)
        write_position(text, event->position);
    text_literal(text, "],\"m\":\"ORDER\"}}");
}

/* The session does not know its key: what stands in its place is made up. */
static void begin_message(struct text *message, const struct dialect_private_session *session)
{
    if (!session->wrapped)
        return;
    text_literal(message, "{\"stream\":\"account");
    text_unsigned(message, session->account);
    text_literal(message, "\",\"data\":");
}

static void end_message(struct text *message, const struct dialect_private_session *session)
{
    if (session->wrapped)
        text_literal(message, "}");
}

/* The copy of a fill first, the account before the order: as in the recordings of 2024. The account
 * is told when something is filled, and not before. */
static bool write_event(struct text *message, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, uint32_t part)
{
    static void (*const writers[])(struct text *, const struct dialect_account_event *) = {
        write_lite, write_account, write_order};
    static const uint32_t bits[] = {LITE, ACCOUNT, ORDERS};
    if (part >= sizeof bits / sizeof *bits)
        return false;
    if ((session->topics & bits[part]) == 0 || (part < 2 && event->fill == NULL))
        return true;
    begin_message(message, session);
    writers[part](message, event);
    end_message(message, session);
    return true;
}

static void write_over(struct text *message, const struct dialect_private_session *session,
                       int64_t now_ns)
{
    if ((session->topics & EXPIRY) == 0)
        return;
    begin_message(message, session);
    text_literal(message, "{\"e\":\"listenKeyExpired\"");
    member_number(message, "E", (uint64_t)(now_ns / NS_PER_MS));
    text_literal(message, ",\"listenKey\":\"account");
    text_unsigned(message, session->account);
    text_literal(message, "\"}");
    end_message(message, session);
}

const struct dialect_account usdm_sim_account = {
    .admit = admit,
    .take = take,
    .write_event = write_event,
    .write_over = write_over,
    .weigh = usdm_sim_weigh_private,
    .authenticate = usdm_sim_authenticate,
    .answer = usdm_sim_answer_private,
    /* A conditional order becomes another one, with an id of its own, since 2025-12-09: the life of
     * one record does not have that. */
    .types = 1u << DIALECT_LIMIT | 1u << DIALECT_MARKET,
    .forces = 1u << DIALECT_GTC | 1u << DIALECT_IOC | 1u << DIALECT_FOK | 1u << DIALECT_POST_ONLY,
    .causes = 1u << DIALECT_CAUSE_NONE | 1u << DIALECT_CAUSE_USER | 1u << DIALECT_CAUSE_IMMEDIATE |
              1u << DIALECT_CAUSE_POST_ONLY | 1u << DIALECT_CAUSE_SELF |
              1u << DIALECT_CAUSE_LIQUIDATION,
    .has_positions = true,
    .write_order_id = binance_sim_write_order_id,
    .write_fill_id = binance_sim_write_fill_id,
};
