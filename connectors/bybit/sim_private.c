/* SPDX-License-Identifier: Apache-2.0 */
/* The private stream of the simulated Bybit: logins, topics, and what is told. Source: bybit.md
 * 1.4, 1.5, 2, 6 (official docs of 2026-07-24), sections as noted. */
#include "connectors/bybit/sim_private.h"

#include "common/clock.h"
#include "common/scan.h"
#include "connectors/dialect_text.h"

#define ARGS_MAX 32

/* 6.2: topics with the categories that they have forms for: each form is a bit of a session's
 * `topics`, the one for all categories its first. */
enum topic { FAST, EXECUTION, ORDER, POSITION, WALLET, GREEKS, DCP, STRATEGY, TOPICS };
static const struct {
    struct slice word;
    bool whole; /* has a form without a category */
    const char *forms[4];
} topics[TOPICS] = {
    [FAST] = {{"execution.fast", 14}, true, {"spot", "linear", "inverse", "option"}},
    [EXECUTION] = {{"execution", 9}, true, {"spot", "linear", "inverse", "option"}},
    [ORDER] = {{"order", 5}, true, {"spot", "linear", "inverse", "option"}},
    [POSITION] = {{"position", 8}, true, {NULL, "linear", "inverse", "option"}},
    [WALLET] = {{"wallet", 6}, true, {NULL}},
    [GREEKS] = {{"greeks", 6}, true, {NULL}},
    [DCP] = {{"dcp", 3}, false, {"spot", "future", "option"}},
    [STRATEGY] = {{"strategy", 8}, true, {NULL}},
};
#define FORMS 4 /* of DCP and the topics behind it there are few: the bits are enough */

static uint32_t bit_of(enum topic topic, size_t form)
{
    static const uint8_t first[TOPICS] = {0, 5, 10, 15, 20, 21, 22, 26};
    return 1u << (first[topic] + form);
}

/* The bit of a topic's form; 0: there is none such. Names are case-significant. */
static uint32_t read_topic(struct slice name)
{
    for (enum topic topic = 0; topic < TOPICS; topic++) {
        struct slice word = topics[topic].word;
        if (!slice_starts_with(name, word))
            continue;
        struct slice rest = {name.data + word.len, name.len - word.len};
        if (rest.len == 0)
            return topics[topic].whole ? bit_of(topic, 0) : 0;
        for (size_t i = 0; i < FORMS && *rest.data == '.'; i++)
            if (topics[topic].forms[i] != NULL &&
                slice_equal((struct slice){rest.data + 1, rest.len - 1},
                            slice_of(topics[topic].forms[i])))
                return bit_of(topic, topic == DCP ? i : i + 1);
    }
    return 0;
}

/* A message taken apart. */
struct parts {
    struct slice op, id;
    struct slice args[ARGS_MAX]; /* texts, or numbers as they stand */
    size_t arg_count;
};

static bool read_args(struct scan *scan, struct parts *parts)
{
    scan_array(scan);
    while (scan_element(scan)) {
        if (parts->arg_count == ARGS_MAX)
            return false;
        struct slice *arg = &parts->args[parts->arg_count++];
        if (scan_peek(scan) == SCAN_STRING ? !scan_string(scan, arg) : !scan_raw(scan, arg))
            return false;
    }
    return scan->error == SCAN_OK;
}

static bool read_parts(struct slice message, struct parts *parts)
{
    struct scan scan;
    struct slice name;
    scan_begin(&scan, message);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        enum scan_type type = scan_peek(&scan);
        if (slice_equal(name, SLICE("op")) && type == SCAN_STRING)
            scan_string(&scan, &parts->op);
        else if (slice_equal(name, SLICE("req_id")) && type == SCAN_STRING)
            scan_string(&scan, &parts->id);
        else if (slice_equal(name, SLICE("args")) && type == SCAN_ARRAY) {
            if (!read_args(&scan, parts))
                return false;
        } else
            scan_skip(&scan);
    }
    return scan_end(&scan);
}

/* 2.2, 2.3: `req_id` is there if one was sent. */
static void write_answer(struct text *reply, bool success, struct slice message, struct slice key,
                         const struct dialect_private_session *session, const struct parts *parts)
{
    text_append(reply, success ? SLICE("{\"success\":true,\"ret_msg\":\"")
                               : SLICE("{\"success\":false,\"ret_msg\":\""));
    text_append(reply, message);
    text_append(reply, key);
    text_literal(reply, "\",\"op\":\"");
    text_append(reply, parts->op);
    text_format(reply, "\",\"conn_id\":\"cejreaspqfh3sjdnldmg-%llx\"",
                (unsigned long long)session->id);
    if (parts->id.len > 0)
        member_string(reply, "req_id", parts->id);
    text_literal(reply, "}");
}

static void write_pong(struct text *reply, int64_t now_ns,
                       const struct dialect_private_session *session, const struct parts *parts)
{
    text_literal(reply, "{");
    if (parts->id.len > 0) {
        text_literal(reply, "\"req_id\":\"");
        text_append(reply, parts->id);
        text_literal(reply, "\",");
    }
    text_format(reply,
                "\"op\":\"pong\",\"args\":[\"%lld\"],\"conn_id\":\"cejreaspqfh3sjdnldmg-%llx\"}",
                (long long)(now_ns / NS_PER_MS), (unsigned long long)session->id);
}

static bool read_number(struct slice text, uint64_t *value)
{
    struct scan scan;
    scan_begin(&scan, text);
    return scan_unsigned(&scan, value) && scan_end(&scan);
}

/* 6.1: the key, when the login expires (a number or a text), and the signature. */
static bool is_login(const struct parts *parts, const struct dialect_keys *keys, uint32_t *account)
{
    char room[64];
    struct text message = text_over(room, sizeof room);
    const struct secret *secret;
    uint64_t expires_ms;
    if (parts->arg_count != 3 || !read_number(parts->args[1], &expires_ms) ||
        expires_ms <= (uint64_t)(keys->now_ns / NS_PER_MS) ||
        !keys->find(keys->context, parts->args[0], account, &secret))
        return false;
    text_literal(&message, "GET/realtime");
    text_append(&message, parts->args[1]);
    return !message.overflow &&
           sign_verify(secret, SIGN_SHA256,
                       sign_kind_of(secret) == SIGN_RSA ? SIGN_BASE64 : SIGN_HEX,
                       text_slice(&message), parts->args[2]);
}

/* 2.3, 2.4: whatever is wrong with it, the words are the same, and the connection stays. */
static void log_in(const struct parts *parts, const struct dialect_keys *keys,
                   struct dialect_private_session *session, struct text *reply)
{
    uint32_t account = DIALECT_NO_ACCOUNT;
    bool good = is_login(parts, keys, &account);
    if (good)
        session->account = account;
    write_answer(reply, good, good ? SLICE("") : SLICE("Params Error"), SLICE(""), session, parts);
}

static bool is_whole_form(uint32_t bit)
{
    return (bit &
            (bit_of(FAST, 0) | bit_of(EXECUTION, 0) | bit_of(ORDER, 0) | bit_of(POSITION, 0))) != 0;
}

static bool is_form_of_category(uint32_t bit)
{
    return bit < bit_of(WALLET, 0) && !is_whole_form(bit);
}

/* 2.4, 6.2: a request is done whole or not at all; one bad topic is named. */
static void subscribe(const struct parts *parts, struct dialect_private_session *session,
                      struct text *reply)
{
    uint32_t asked = 0;
    bool whole = false, category = false;
    for (size_t i = 0; i < parts->arg_count; i++) {
        uint32_t bit = read_topic(parts->args[i]);
        if (bit == 0) {
            write_answer(reply, false, SLICE("error:handler not found,topic:"), parts->args[i],
                         session, parts);
            return;
        }
        if ((session->topics | asked) & bit) {
            write_answer(reply, false, SLICE("error:already subscribed,topic:"), parts->args[i],
                         session, parts);
            return;
        }
        asked |= bit;
        whole |= is_whole_form(bit);
        category |= is_form_of_category(bit);
    }
    bool good = asked != 0 && !(whole && category);
    if (good)
        session->topics |= asked;
    /* That the two forms may not be mixed is documented without the words of the refusal. */
    write_answer(reply, good, good ? SLICE("") : SLICE("Params Error"), SLICE(""), session, parts);
}

static void unsubscribe(const struct parts *parts, struct dialect_private_session *session,
                        struct text *reply)
{
    for (size_t i = 0; i < parts->arg_count; i++)
        session->topics &= ~read_topic(parts->args[i]);
    write_answer(reply, true, SLICE(""), SLICE(""), session, parts);
}

static enum dialect_private_word take(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply)
{
    struct parts parts = {.arg_count = 0};
    bool whole = read_parts(message, &parts);
    bool asks =
        slice_equal(parts.op, SLICE("subscribe")) || slice_equal(parts.op, SLICE("unsubscribe"));
    if (!whole)
        write_answer(reply, false,
                     SLICE("Failed to decode incoming data:readObjectStart: expect { or n, but "
                           "found something else"),
                     SLICE(""), session, &(struct parts){.arg_count = 0});
    else if (slice_equal(parts.op, SLICE("ping")))
        write_pong(reply, keys->now_ns, session, &parts);
    else if (slice_equal(parts.op, SLICE("auth")))
        log_in(&parts, keys, session, reply);
    else if (!asks)
        write_answer(reply, false, SLICE("error:invalid op"), SLICE(""), session, &parts);
    else if (session->account == DIALECT_NO_ACCOUNT)
        /* Its words are not known. */
        write_answer(reply, false, SLICE("Request not authorized"), SLICE(""), session, &parts);
    else
        (parts.op.data[0] == 's' ? subscribe : unsubscribe)(&parts, session, reply);
    return DIALECT_PRIVATE_SAY;
}

/* 1.1, 1.4: one path for all markets; how long it may be idle stands behind it. */
static bool admit(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status)
{
    (void)keys;
    (void)answer;
    (void)status;
    session->account = DIALECT_NO_ACCOUNT;
    *admission = DIALECT_ADMITTED;
    return slice_equal(query->path, SLICE("/v5/private"));
}

/* The topic as it was subscribed to (6.2), whichever of both forms was; false if neither. */
static bool write_topic(struct text *message, const struct dialect_private_session *session,
                        enum topic topic, uint32_t market)
{
    bool whole = (session->topics & bit_of(topic, 0)) != 0;
    if (!whole && (topic == WALLET || !(session->topics & bit_of(topic, 1 + market))))
        return false;
    text_literal(message, "\"topic\":\"");
    text_append(message, topics[topic].word);
    if (!whole) {
        text_literal(message, ".");
        text_append(message, bybit_sim_category(market));
    }
    text_literal(message, "\"");
    return true;
}

/* 6.2: the number of the user begins every id. Orders and executions say their topic first. */
static bool begin_message(struct text *message, const struct dialect_private_session *session,
                          const struct dialect_account_event *event, enum topic topic,
                          uint32_t market)
{
    char room[128];
    struct text id = text_over(room, sizeof room);
    long long ms = event->time_ns / NS_PER_MS;
    bool first = topic == POSITION || topic == WALLET;
    text_format(&id, "\"id\":\"%u_", 140894896 + event->account);
    if (first)
        text_format(&id, "%s_%lld\"", topic == WALLET ? "wallet" : "position", ms);
    else
        text_format(&id, "%.*s_%llu\"", (int)event->order->symbol.len, event->order->symbol.data,
                    (unsigned long long)event->sequence);
    text_literal(message, "{");
    if (first) {
        text_append(message, text_slice(&id));
        text_literal(message, ",");
    }
    if (!write_topic(message, session, topic, market)) {
        message->len = 0;
        return false;
    }
    if (!first && topic != FAST) { /* 6.2: the fast ones have none */
        text_literal(message, ",");
        text_append(message, text_slice(&id));
    }
    text_format(message, ",\"creationTime\":%lld,\"data\":[", ms);
    return true;
}

/* 6.5: neither fee nor sort; a maker's own id is not said. */
static void write_fast(struct text *text, const struct dialect_account_event *event,
                       uint32_t market)
{
    const struct dialect_fill *fill = event->fill;
    text_literal(text, "{\"category\":\"");
    text_append(text, bybit_sim_category(market));
    text_literal(text, "\"");
    member_string(text, "symbol", fill->symbol);
    text_literal(text, ",\"execId\":\"");
    bybit_sim_write_fill_id(text, fill, market);
    text_literal(text, "\"");
    member_decimal(text, "execPrice", &fill->price);
    member_decimal(text, "execQty", &fill->qty);
    text_literal(text, ",\"orderId\":\"");
    bybit_sim_write_order_id(text, fill->order_id, market);
    text_literal(text, "\"");
    member_boolean(text, "isMaker", fill->maker);
    member_string(text, "orderLinkId", fill->maker ? SLICE("") : event->order->client_id);
    member_string(text, "side", fill->sell ? SLICE("Sell") : SLICE("Buy"));
    text_format(text, ",\"execTime\":\"%lld\",\"seq\":%llu}",
                (long long)(fill->time_ns / NS_PER_MS), (unsigned long long)event->sequence);
}

/* 6.7: the coins that changed, and no others. */
static void write_coins(struct text *text, const struct dialect_account_event *event)
{
    char room[8192];
    struct text coins = text_over(room, sizeof room);
    for (uint32_t i = 0; i < event->balance_count; i++) {
        text_append(&coins, i > 0 ? SLICE(",") : SLICE(""));
        bybit_sim_write_coin(&coins, &event->balances[i]);
    }
    text->overflow |= coins.overflow;
    bybit_sim_write_wallet(text, text_slice(&coins));
}

/* 6.2: as seen on 2026-03-29, executions before orders, and what follows from them behind. A
 * position is told with every change of an order, whether it changed or not (6.6). */
static bool write_event(struct text *message, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, uint32_t part, uint32_t market)
{
    static const enum topic parts[] = {FAST, EXECUTION, ORDER, POSITION, WALLET};
    if (part >= sizeof parts / sizeof *parts)
        return false;
    enum topic topic = parts[part];
    bool liquidation = event->order->cause == DIALECT_CAUSE_LIQUIDATION;
    bool there = topic == ORDER || (topic == FAST && event->fill != NULL && !liquidation) ||
                 (topic == EXECUTION && event->fill != NULL) ||
                 (topic == POSITION && event->position != NULL) ||
                 (topic == WALLET && event->balance_count > 0);
    if (!there || !begin_message(message, session, event, topic, market))
        return true;
    if (topic == FAST)
        write_fast(message, event, market);
    else if (topic == EXECUTION)
        bybit_sim_write_execution(message, event->fill, event->order, event->sequence, market,
                                  true);
    else if (topic == ORDER)
        bybit_sim_write_order(message, event->order, market, true);
    else if (topic == POSITION)
        bybit_sim_write_position(message, event->position, event->time_ns, event->sequence, market,
                                 true);
    else
        write_coins(message, event);
    text_literal(message, "]}");
    return true;
}

/* The hooks of a market, which all do the same in its category. */
#define HOOKS(market, number)                                                                      \
    static bool write_##market##_event(struct text *message,                                       \
                                       const struct dialect_private_session *session,              \
                                       const struct dialect_account_event *event, uint32_t part)   \
    {                                                                                              \
        return write_event(message, session, event, part, (number));                               \
    }                                                                                              \
    static int answer_##market(const struct dialect_query *query, const struct dialect_keys *keys, \
                               const struct dialect_account_view *view,                            \
                               struct dialect_answer *answer)                                      \
    {                                                                                              \
        return bybit_sim_answer_private(query, keys, view, (number), answer);                      \
    }                                                                                              \
    static void write_##market##_order_id(struct text *text, uint64_t id)                          \
    {                                                                                              \
        bybit_sim_write_order_id(text, id, (number));                                              \
    }                                                                                              \
    static void write_##market##_fill_id(struct text *text, const struct dialect_fill *fill)       \
    {                                                                                              \
        bybit_sim_write_fill_id(text, fill, (number));                                             \
    }

HOOKS(spot, BYBIT_SIM_SPOT)
HOOKS(linear, BYBIT_SIM_LINEAR)
HOOKS(inverse, BYBIT_SIM_INVERSE)

/* 7: what there is of orders; an amount buys on spot alone, and positions are not there. */
#define ACCOUNT(market, number)                                                                    \
    [number] = {                                                                                   \
        .admit = admit,                                                                            \
        .take = take,                                                                              \
        .write_event = write_##market##_event,                                                     \
        .weigh = bybit_sim_weigh_private,                                                          \
        .authenticate = bybit_sim_authenticate,                                                    \
        .answer = answer_##market,                                                                 \
        .types = 1u << DIALECT_LIMIT | 1u << DIALECT_MARKET | 1u << DIALECT_STOP_LIMIT |           \
                 ((number) == BYBIT_SIM_SPOT ? 1u << DIALECT_MARKET_AMOUNT : 0),                   \
        .forces =                                                                                  \
            1u << DIALECT_GTC | 1u << DIALECT_IOC | 1u << DIALECT_FOK | 1u << DIALECT_POST_ONLY,   \
        .causes = 1u << DIALECT_CAUSE_NONE | 1u << DIALECT_CAUSE_USER |                            \
                  1u << DIALECT_CAUSE_IMMEDIATE | 1u << DIALECT_CAUSE_POST_ONLY |                  \
                  1u << DIALECT_CAUSE_FUNDS | 1u << DIALECT_CAUSE_SELF |                           \
                  ((number) == BYBIT_SIM_SPOT ? 1u << DIALECT_CAUSE_AMOUNT                         \
                                              : 1u << DIALECT_CAUSE_LIQUIDATION),                  \
        .has_positions = (number) != BYBIT_SIM_SPOT,                                               \
        .position_always = (number) != BYBIT_SIM_SPOT,                                             \
        .fee_of_bought = (number) == BYBIT_SIM_SPOT,                                               \
        .write_order_id = write_##market##_order_id,                                               \
        .write_fill_id = write_##market##_fill_id,                                                 \
    }

const struct dialect_account bybit_sim_accounts[BYBIT_SIM_MARKETS] = {
    ACCOUNT(spot, BYBIT_SIM_SPOT),
    ACCOUNT(linear, BYBIT_SIM_LINEAR),
    ACCOUNT(inverse, BYBIT_SIM_INVERSE),
};
