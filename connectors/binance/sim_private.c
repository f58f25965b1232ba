/* SPDX-License-Identifier: Apache-2.0 */
/* An account at the simulated Binance spot: the WebSocket API (binance.md 6.1), of which there is
 * what lets somebody in, and the events. Written from the fact sheet; nothing of private*.c takes
 * part. */
#include "connectors/binance/sim_private.h"

#include "common/clock.h"
#include "common/scan.h"
#include "connectors/dialect_text.h"

#include <stdlib.h>

#define PARAMETERS_MAX 16
#define PAYLOAD_MAX    4096

enum { SUBSCRIBED = 1, WITH_LIMITS = 2, LOGGED_ON = 4 }; /* bits of session->topics */

/* 6.1.2. Microseconds are not offered. */
static bool admit(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status)
{
    struct slice value;
    (void)keys;
    (void)answer;
    (void)status;
    if (!slice_equal(query->path, SLICE("/ws-api/v3")))
        return false;
    bool without = dialect_parameter(query, SLICE("returnRateLimits"), &value) &&
                   slice_equal(value, SLICE("false"));
    session->account = DIALECT_NO_ACCOUNT;
    session->topics = without ? 0 : WITH_LIMITS;
    *admission = DIALECT_ADMITTED;
    return true;
}

/* A request taken apart: an id as it stands, the parameters as they are signed. */
struct call {
    struct slice id, method;
    struct dialect_parameter parameters[PARAMETERS_MAX];
    uint32_t count;
};

static bool read_parameters(struct slice params, struct call *call)
{
    struct scan scan;
    struct slice name, value;
    scan_begin(&scan, params);
    scan_object(&scan);
    while (scan_member(&scan, &name) && scan_raw(&scan, &value)) {
        if (call->count == PARAMETERS_MAX)
            return false;
        if (*value.data == '"')
            value = (struct slice){value.data + 1, value.len - 2};
        call->parameters[call->count++] = (struct dialect_parameter){name, value};
    }
    return scan_end(&scan);
}

static bool read_call(struct slice message, struct call *call)
{
    struct scan scan;
    struct slice name, value;
    *call = (struct call){.id = SLICE("null")};
    scan_begin(&scan, message);
    scan_object(&scan);
    bool good = true;
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("method")) && scan_peek(&scan) == SCAN_STRING)
            scan_string(&scan, &call->method);
        else if (slice_equal(name, SLICE("id")))
            scan_raw(&scan, &call->id);
        else if (slice_equal(name, SLICE("params")) && scan_raw(&scan, &value))
            good = read_parameters(value, call);
        else
            scan_skip(&scan);
    }
    return scan_end(&scan) && good && call->method.len > 0;
}

static bool find_parameter(const struct call *call, struct slice name, struct slice *value)
{
    const struct dialect_query query = {.parameters = call->parameters,
                                        .parameter_count = call->count};
    *value = SLICE("");
    return dialect_parameter(&query, name, value);
}

static int by_name(const void *a, const void *b)
{
    const struct slice x = ((const struct dialect_parameter *)a)->name;
    const struct slice y = ((const struct dialect_parameter *)b)->name;
    int order = memcmp(x.data, y.data, x.len < y.len ? x.len : y.len);
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

/* 6.1.3: all but the signature, by name, not encoded. */
static void write_payload(struct text *payload, struct call *call)
{
    qsort(call->parameters, call->count, sizeof *call->parameters, by_name);
    for (uint32_t i = 0; i < call->count; i++) {
        if (slice_equal(call->parameters[i].name, SLICE("signature")))
            continue;
        text_append(payload, payload->len > 0 ? SLICE("&") : SLICE(""));
        text_append(payload, call->parameters[i].name);
        text_literal(payload, "=");
        text_append(payload, call->parameters[i].value);
    }
}

static void begin_reply(struct text *reply, const struct call *call, int status)
{
    text_literal(reply, "{\"id\":");
    text_append(reply, call->id);
    text_literal(reply, ",\"status\":");
    text_unsigned(reply, (uint64_t)status);
}

static void end_reply(struct text *reply, const struct dialect_private_session *session)
{
    if ((session->topics & WITH_LIMITS) != 0)
        text_literal(reply, ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\","
                            "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":6000,"
                            "\"count\":2}]");
    text_literal(reply, "}");
}

static void refuse(struct text *reply, const struct call *call,
                   const struct dialect_private_session *session,
                   const struct binance_sim_refusal *refusal)
{
    begin_reply(reply, call, refusal->status);
    text_literal(reply, ",\"error\":");
    binance_sim_fail(reply, refusal->code, refusal->message);
    end_reply(reply, session);
}

/* Whose request it is; DIALECT_NO_ACCOUNT, and why. `kinds`: of keys that may. */
static uint32_t authenticate(struct call *call, const struct dialect_keys *keys, uint32_t kinds,
                             struct binance_sim_refusal *refusal)
{
    char room[PAYLOAD_MAX];
    struct text payload = text_over(room, sizeof room);
    struct slice key, signature, timestamp, window = {NULL, 0};
    const struct secret *secret;
    uint32_t account;
    find_parameter(call, SLICE("apiKey"), &key);
    find_parameter(call, SLICE("signature"), &signature);
    find_parameter(call, SLICE("timestamp"), &timestamp);
    find_parameter(call, SLICE("recvWindow"), &window);
    if (!binance_sim_find_key(keys, key, &account, &secret, refusal))
        return DIALECT_NO_ACCOUNT;
    if ((kinds & 1u << sign_kind_of(secret)) == 0) {
        *refusal = (struct binance_sim_refusal){
            400, -1102, "Mandatory parameter 'signature' was malformed: an Ed25519 key is needed."};
        return DIALECT_NO_ACCOUNT;
    }
    write_payload(&payload, call);
    if (payload.overflow || !binance_sim_verify(secret, text_slice(&payload), signature, refusal) ||
        !binance_sim_check_time(timestamp, window, keys->now_ns, refusal))
        return DIALECT_NO_ACCOUNT;
    return account;
}

#define ANY_KIND (1u << SIGN_HMAC | 1u << SIGN_RSA | 1u << SIGN_ED25519)

static const struct binance_sim_refusal active = {400, -2035,
                                                  "User Data Stream subscription already active."};
static const struct binance_sim_refusal inactive = {400, -2036,
                                                    "User Data Stream subscription not active."};

static void write_subscribed(struct text *reply, const struct call *call,
                             const struct dialect_private_session *session)
{
    begin_reply(reply, call, 200);
    text_literal(reply, ",\"result\":{\"subscriptionId\":0}");
    end_reply(reply, session);
}

/* Way A. */
static void subscribe_signed(struct call *call, const struct dialect_keys *keys,
                             struct dialect_private_session *session, struct text *reply)
{
    struct binance_sim_refusal refusal;
    uint32_t account = authenticate(call, keys, ANY_KIND, &refusal);
    if (account == DIALECT_NO_ACCOUNT) {
        refuse(reply, call, session, &refusal);
    } else if ((session->topics & SUBSCRIBED) != 0) {
        refuse(reply, call, session, &active);
    } else {
        session->account = account;
        session->topics |= SUBSCRIBED;
        write_subscribed(reply, call, session);
    }
}

static void write_status(struct call *call, const struct dialect_keys *keys,
                         struct dialect_private_session *session, struct text *reply)
{
    uint64_t now_ms = (uint64_t)(keys->now_ns / NS_PER_MS);
    struct slice key;
    find_parameter(call, SLICE("apiKey"), &key);
    begin_reply(reply, call, 200);
    text_literal(reply, ",\"result\":{\"apiKey\":");
    if ((session->topics & LOGGED_ON) != 0 && key.len > 0)
        text_json_string(reply, key);
    else
        text_literal(reply, "null");
    if ((session->topics & LOGGED_ON) != 0)
        member_number(reply, "authorizedSince", now_ms);
    else
        text_literal(reply, ",\"authorizedSince\":null");
    member_number(reply, "connectedSince", now_ms);
    member_boolean(reply, "returnRateLimits", (session->topics & WITH_LIMITS) != 0);
    member_number(reply, "serverTime", now_ms);
    member_boolean(reply, "userDataStream", (session->topics & SUBSCRIBED) != 0);
    text_literal(reply, "}");
    end_reply(reply, session);
}

/* Way B. */
static void log_on(struct call *call, const struct dialect_keys *keys,
                   struct dialect_private_session *session, struct text *reply)
{
    struct binance_sim_refusal refusal;
    uint32_t account = authenticate(call, keys, 1u << SIGN_ED25519, &refusal);
    if (account == DIALECT_NO_ACCOUNT) {
        refuse(reply, call, session, &refusal);
        return;
    }
    session->account = account;
    session->topics |= LOGGED_ON;
    write_status(call, keys, session, reply);
}

static void subscribe(struct call *call, const struct dialect_keys *keys,
                      struct dialect_private_session *session, struct text *reply)
{
    static const struct binance_sim_refusal nobody = {
        401, -2015, "Invalid API-key, IP, or permissions for action."};
    (void)keys;
    if ((session->topics & LOGGED_ON) == 0) {
        refuse(reply, call, session, &nobody);
    } else if ((session->topics & SUBSCRIBED) != 0) {
        refuse(reply, call, session, &active);
    } else {
        session->topics |= SUBSCRIBED;
        write_subscribed(reply, call, session);
    }
}

static void write_event_over(struct text *message, const struct dialect_private_session *session,
                             int64_t now_ns)
{
    (void)session;
    text_literal(message, "{\"subscriptionId\":0,\"event\":{\"e\":\"eventStreamTerminated\"");
    member_number(message, "E", (uint64_t)(now_ns / NS_PER_MS));
    text_literal(message, "}}");
}

static void unsubscribe(struct call *call, const struct dialect_keys *keys,
                        struct dialect_private_session *session, struct text *reply)
{
    (void)keys;
    if ((session->topics & SUBSCRIBED) == 0) {
        refuse(reply, call, session, &inactive);
        return;
    }
    session->topics &= ~(uint32_t)SUBSCRIBED;
    begin_reply(reply, call, 200);
    text_literal(reply, ",\"result\":{}");
    end_reply(reply, session);
}

static void list_subscriptions(struct call *call, const struct dialect_keys *keys,
                               struct dialect_private_session *session, struct text *reply)
{
    (void)keys;
    begin_reply(reply, call, 200);
    text_append(reply, (session->topics & SUBSCRIBED) != 0
                           ? SLICE(",\"result\":[{\"subscriptionId\":0}]")
                           : SLICE(",\"result\":[]"));
    end_reply(reply, session);
}

static void say_pong(struct call *call, const struct dialect_keys *keys,
                     struct dialect_private_session *session, struct text *reply)
{
    (void)keys;
    begin_reply(reply, call, 200);
    text_literal(reply, ",\"result\":{}");
    end_reply(reply, session);
}

static void say_time(struct call *call, const struct dialect_keys *keys,
                     struct dialect_private_session *session, struct text *reply)
{
    begin_reply(reply, call, 200);
    text_literal(reply, ",\"result\":{\"serverTime\":");
    text_unsigned(reply, (uint64_t)(keys->now_ns / NS_PER_MS));
    text_literal(reply, "}");
    end_reply(reply, session);
}

/* Those that are here; of others it is said that there are none such. */
static enum dialect_private_word take(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply)
{
    static const struct {
        struct slice method;
        void (*run)(struct call *call, const struct dialect_keys *keys,
                    struct dialect_private_session *session, struct text *reply);
    } methods[] = {
        {{"userDataStream.subscribe.signature", 34}, subscribe_signed},
        {{"session.logon", 13}, log_on},
        {{"userDataStream.subscribe", 24}, subscribe},
        {{"userDataStream.unsubscribe", 26}, unsubscribe},
        {{"session.subscriptions", 21}, list_subscriptions},
        {{"session.status", 14}, write_status},
        {{"ping", 4}, say_pong},
        {{"time", 4}, say_time},
    };
    static const struct binance_sim_refusal no_json = {400, -1135, "Invalid JSON Request"};
    static const struct binance_sim_refusal no_method = {400, -1000, "Unknown method."};
    struct call call;
    if (!read_call(message, &call)) {
        call.id = SLICE("null");
        refuse(reply, &call, session, &no_json);
        return DIALECT_PRIVATE_SAY;
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (slice_equal(call.method, methods[i].method)) {
            methods[i].run(&call, keys, session, reply);
            return DIALECT_PRIVATE_SAY;
        }
    refuse(reply, &call, session, &no_method);
    return DIALECT_PRIVATE_SAY;
}

static struct slice execution_of(const struct dialect_account_event *event)
{
    const struct dialect_order *order = event->order;
    if (event->fill != NULL)
        return SLICE("TRADE");
    switch (order->state) {
    case DIALECT_ORDER_REJECTED:
        return SLICE("REJECTED");
    case DIALECT_ORDER_EXPIRED:
        return SLICE("EXPIRED");
    case DIALECT_ORDER_CANCELED:
        return order->cause == DIALECT_CAUSE_SELF ? SLICE("TRADE_PREVENTION") : SLICE("CANCELED");
    default:
        return SLICE("NEW"); /* of a stop also when it comes into the book */
    }
}

/* Why it expired (since 2026-03-26). */
static struct slice expiry_of(const struct dialect_order *order)
{
    return order->type == DIALECT_MARKET || order->type == DIALECT_MARKET_AMOUNT
               ? SLICE("INSUFFICIENT_LIQUIDITY")
           : order->force == DIALECT_FOK ? SLICE("UNFILLED_FOK_ORDER_EXPIRED")
                                         : SLICE("UNFILLED_IOC_QUANTITY_EXPIRED");
}

/* 6.1.4: what is there if there is a reason. */
static void write_conditional(struct text *text, const struct dialect_account_event *event,
                              bool working)
{
    const struct dialect_order *order = event->order;
    if (working)
        member_number(text, "W", (uint64_t)(order->created_ns / NS_PER_MS));
    member_string(text, "V", SLICE("EXPIRE_MAKER"));
    if (order->state == DIALECT_ORDER_CANCELED && order->cause == DIALECT_CAUSE_SELF) {
        member_number(text, "v", event->sequence);
        member_decimal(text, "A", &order->left);
        member_decimal(text, "B", &order->left);
    }
    if (order->state == DIALECT_ORDER_EXPIRED)
        member_string(text, "eR", expiry_of(order));
}

static void write_fill(struct text *text, const struct dialect_fill *fill)
{
    static const struct decimal zero = {.scale = 8};
    member_decimal(text, "L", fill != NULL ? &fill->price : &zero);
    if (fill != NULL) {
        member_decimal(text, "n", &fill->fee);
        member_string(text, "N", fill->fee_asset);
    } else {
        text_literal(text, ",\"n\":\"0\",\"N\":null");
    }
}

/* On a cancel the request's id is in c, and the order's in C. */
static void write_execution(struct text *text, const struct dialect_account_event *event)
{
    static const struct decimal zero = {.scale = 8};
    const struct dialect_order *order = event->order;
    const struct dialect_fill *fill = event->fill;
    uint64_t now_ms = (uint64_t)(event->time_ns / NS_PER_MS);
    bool cancelled = order->state == DIALECT_ORDER_CANCELED && order->cancel_id.len > 0;
    bool priced = order->type == DIALECT_LIMIT || order->type == DIALECT_STOP_LIMIT;
    bool book =
        priced && (order->state == DIALECT_ORDER_OPEN || order->state == DIALECT_ORDER_PARTLY);
    text_literal(text, "{\"e\":\"executionReport\"");
    member_number(text, "E", now_ms);
    member_string(text, "s", order->symbol);
    member_string(text, "c", cancelled ? order->cancel_id : order->client_id);
    member_string(text, "S", order->sell ? SLICE("SELL") : SLICE("BUY"));
    member_string(text, "o", binance_sim_type(order));
    member_string(text, "f", binance_sim_force(order));
    member_decimal(text, "q", &order->qty);
    member_decimal(text, "p", &order->price);
    member_decimal(text, "P", &order->stop);
    text_literal(text, ",\"F\":\"0.00000000\",\"g\":-1");
    member_string(text, "C", cancelled ? order->client_id : SLICE(""));
    member_string(text, "x", execution_of(event));
    member_string(text, "X", binance_sim_state(order));
    member_string(text, "r",
                  order->cause == DIALECT_CAUSE_FUNDS ? SLICE("INSUFFICIENT_BALANCES")
                                                      : SLICE("NONE"));
    member_number(text, "i", order->id);
    member_decimal(text, "l", fill != NULL ? &fill->qty : &zero);
    member_decimal(text, "z", &order->filled);
    write_fill(text, fill);
    member_number(text, "T", now_ms);
    text_literal(text, ",\"t\":");
    text_signed(text, fill != NULL ? (int64_t)fill->id : -1);
    member_number(text, "I", event->sequence);
    member_boolean(text, "w", book);
    member_boolean(text, "m", fill != NULL && fill->maker);
    member_boolean(text, "M", fill != NULL);
    member_number(text, "O", (uint64_t)(order->created_ns / NS_PER_MS));
    member_decimal(text, "Z", &order->cost);
    member_decimal(text, "Y", fill != NULL ? &fill->cost : &zero);
    member_decimal(text, "Q", &order->amount);
    write_conditional(text, event, book);
    text_literal(text, "}");
}

static void write_balances(struct text *text, const struct dialect_account_event *event)
{
    uint64_t now_ms = (uint64_t)(event->time_ns / NS_PER_MS);
    text_literal(text, "{\"e\":\"outboundAccountPosition\"");
    member_number(text, "E", now_ms);
    member_number(text, "u", now_ms);
    text_literal(text, ",\"B\":[");
    for (uint32_t i = 0; i < event->balance_count; i++) {
        const struct dialect_balance *balance = &event->balances[i];
        text_append(text, i > 0 ? SLICE(",{\"a\":\"") : SLICE("{\"a\":\""));
        text_append(text, balance->asset);
        text_literal(text, "\"");
        member_decimal(text, "f", &balance->free);
        member_decimal(text, "l", &balance->locked);
        text_literal(text, "}");
    }
    text_literal(text, "]}");
}

/* The order's change, then the balances, as in the recordings of 2024. That a stop was triggered is
 * said with its coming into the book. */
static bool write_event(struct text *message, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, uint32_t part)
{
    bool said =
        part == 0 ? event->order->state != DIALECT_ORDER_TRIGGERED : event->balance_count > 0;
    if (part > 1)
        return false;
    if (!said || (session->topics & SUBSCRIBED) == 0)
        return true;
    text_literal(message, "{\"subscriptionId\":0,\"event\":");
    if (part == 0)
        write_execution(message, event);
    else
        write_balances(message, event);
    text_literal(message, "}");
    return true;
}

const struct dialect_account binance_sim_account = {
    .admit = admit,
    .take = take,
    .write_event = write_event,
    .write_over = write_event_over,
    .weigh = binance_sim_weigh_private,
    .authenticate = binance_sim_authenticate,
    .answer = binance_sim_answer_private,
    /* An order that would have taken though it may not is refused to its sender alone. */
    .types = 1u << DIALECT_LIMIT | 1u << DIALECT_MARKET | 1u << DIALECT_MARKET_AMOUNT |
             1u << DIALECT_STOP_LIMIT,
    .forces = 1u << DIALECT_GTC | 1u << DIALECT_IOC | 1u << DIALECT_FOK | 1u << DIALECT_POST_ONLY,
    .causes = 1u << DIALECT_CAUSE_NONE | 1u << DIALECT_CAUSE_USER | 1u << DIALECT_CAUSE_IMMEDIATE |
              1u << DIALECT_CAUSE_FUNDS | 1u << DIALECT_CAUSE_SELF,
    .fee_of_bought = true,
    .write_order_id = binance_sim_write_order_id,
    .write_fill_id = binance_sim_write_fill_id,
};
