/* SPDX-License-Identifier: Apache-2.0 */
/* The private halves of Binance: their tables. Source: binance.md 5.3, 6, 7, 8; the weights that it
 * does not have are the docs' (spot 2026-07-21, USD-M 2026-05-28). */
#include "connectors/binance/private.h"

#define DAY_MS INT64_C(86400000)

static const struct binance_call spot_calls[] = {
    {CALL_CLOCK, 0, BINANCE_PLAIN, "GET", "/api/v3/time", 1, {NULL, 0}, NULL},
    {CALL_OPEN_ORDERS,
     0,
     BINANCE_SIGNED,
     "GET",
     "/api/v3/openOrders",
     80,
     {NULL, 0},
     binance_tell_spot_order},
    {CALL_CLOSED_ORDERS,
     0,
     BINANCE_WINDOWS,
     "GET",
     "/api/v3/allOrders",
     20,
     {NULL, 0},
     binance_tell_spot_order},
    {CALL_FILLS, 0, BINANCE_FILLS, "GET", "/api/v3/myTrades", 20, {NULL, 0}, binance_tell_trade},
    {CALL_ORDER, 0, BINANCE_ONE, "GET", "/api/v3/order", 4, {NULL, 0}, binance_tell_spot_order},
    {CALL_BALANCES,
     0,
     BINANCE_SIGNED,
     "GET",
     "/api/v3/account?omitZeroBalances=true",
     20,
     {"balances", 8},
     binance_tell_spot_balance},
};

/* Orders of the algo service (since 2025-12-09) are asked for apart. */
static const struct binance_call usdm_calls[] = {
    {CALL_CLOCK, 0, BINANCE_PLAIN, "GET", "/fapi/v1/time", 1, {NULL, 0}, NULL},
    {CALL_KEY, 0, BINANCE_KEYED, "POST", "/fapi/v1/listenKey", 1, {NULL, 0}, NULL},
    {CALL_KEEP_KEY, 0, BINANCE_KEYED, "PUT", "/fapi/v1/listenKey", 1, {NULL, 0}, NULL},
    {CALL_OPEN_ORDERS,
     0,
     BINANCE_SIGNED,
     "GET",
     "/fapi/v1/openOrders",
     40,
     {NULL, 0},
     binance_tell_usdm_order},
    {CALL_OPEN_ORDERS,
     1,
     BINANCE_SIGNED,
     "GET",
     "/fapi/v1/openAlgoOrders",
     40,
     {NULL, 0},
     binance_tell_algo_order},
    {CALL_CLOSED_ORDERS,
     0,
     BINANCE_WINDOWS,
     "GET",
     "/fapi/v1/allOrders",
     5,
     {NULL, 0},
     binance_tell_usdm_order},
    {CALL_CLOSED_ORDERS,
     1,
     BINANCE_WINDOWS,
     "GET",
     "/fapi/v1/allAlgoOrders",
     5,
     {NULL, 0},
     binance_tell_algo_order},
    {CALL_TRADED,
     0,
     BINANCE_WINDOWS,
     "GET",
     "/fapi/v1/income?incomeType=COMMISSION",
     30,
     {NULL, 0},
     binance_tell_income},
    {CALL_FILLS, 0, BINANCE_FILLS, "GET", "/fapi/v1/userTrades", 5, {NULL, 0}, binance_tell_trade},
    {CALL_ORDER, 0, BINANCE_ONE, "GET", "/fapi/v1/order", 1, {NULL, 0}, binance_tell_usdm_order},
    {CALL_ORDER,
     1,
     BINANCE_ONE,
     "GET",
     "/fapi/v1/algoOrder",
     1,
     {NULL, 0},
     binance_tell_algo_order},
    {CALL_BALANCES,
     0,
     BINANCE_SIGNED,
     "GET",
     "/fapi/v3/balance",
     5,
     {NULL, 0},
     binance_tell_usdm_balance},
    {CALL_POSITIONS,
     0,
     BINANCE_SIGNED,
     "GET",
     "/fapi/v3/positionRisk",
     5,
     {NULL, 0},
     binance_tell_position},
};

/* Spot lists 24 hours at once, USD-M less than 7 days. */
const struct binance_calls binance_spot_calls = {spot_calls, sizeof spot_calls / sizeof *spot_calls,
                                                 DAY_MS - 1};
const struct binance_calls binance_usdm_calls = {usdm_calls, sizeof usdm_calls / sizeof *usdm_calls,
                                                 7 * DAY_MS - 1};

/* 6.1.3: the parameters by their names, without percent encoding. */
static bool write_signed(struct text *message, const char *method, const struct private_keys *keys,
                         int64_t now_ms)
{
    char room[PRIVATE_MESSAGE_MAX];
    struct text payload = text_over(room, sizeof room);
    struct slice key = secret_bytes(keys->key);
    text_literal(&payload, "apiKey=");
    text_append(&payload, key);
    text_literal(&payload, "&recvWindow=5000&timestamp=");
    text_unsigned(&payload, (uint64_t)now_ms);
    text_literal(message, "{\"id\":" BINANCE_LOGIN_ID ",\"method\":\"");
    text_append(message, slice_of(method));
    text_literal(message, "\",\"params\":{\"apiKey\":");
    text_json_string(message, key);
    text_literal(message, ",\"recvWindow\":5000,\"timestamp\":");
    text_unsigned(message, (uint64_t)now_ms);
    text_literal(message, ",\"signature\":\"");
    bool good = !payload.overflow && binance_sign(message, keys, text_slice(&payload));
    text_literal(message, "\"}}");
    secret_wipe(room, sizeof room);
    return good && !message->overflow;
}

/* 6.1.2, way A: one message for any kind of key, which subscribes as well. */
static bool write_subscribing_login(struct text *message, const struct private_keys *keys,
                                    int64_t now_ms)
{
    return write_signed(message, "userDataStream.subscribe.signature", keys, now_ms);
}

/* Way B: HMAC keys are refused. */
static bool write_session_login(struct text *message, const struct private_keys *keys,
                                int64_t now_ms)
{
    return keys->kind == SIGN_ED25519 && write_signed(message, "session.logon", keys, now_ms);
}

static void write_subscription(struct text *message)
{
    text_literal(message,
                 "{\"id\":" BINANCE_SUBSCRIPTION_ID ",\"method\":\"userDataStream.subscribe\"}");
}

static void spot_route(struct slice frame, struct private_route *route)
{
    binance_private_route(binance_spot_events, frame, route);
}

static enum refusal spot_parse(struct slice payload, struct parsing *parsing, private_take *take,
                               void *context)
{
    const struct binance_telling telling = {parsing, take, context};
    return binance_private_parse(binance_spot_events, payload, &telling);
}

static bool spot_write_call(struct call *call, const struct private_keys *keys,
                            const struct call_ask *ask)
{
    return binance_write_call(&binance_spot_calls, call, keys, ask);
}

static void spot_read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                            struct parsing *parsing, private_take *take, void *context,
                            struct call_reply *reply)
{
    const struct binance_telling telling = {parsing, take, context};
    binance_read_reply(&binance_spot_calls, body, status, ask, &telling, reply);
}

static void usdm_route(struct slice frame, struct private_route *route)
{
    binance_private_route(binance_usdm_events, frame, route);
}

static enum refusal usdm_parse(struct slice payload, struct parsing *parsing, private_take *take,
                               void *context)
{
    const struct binance_telling telling = {parsing, take, context};
    return binance_private_parse(binance_usdm_events, payload, &telling);
}

static bool usdm_write_call(struct call *call, const struct private_keys *keys,
                            const struct call_ask *ask)
{
    return binance_write_call(&binance_usdm_calls, call, keys, ask);
}

static void usdm_read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                            struct parsing *parsing, private_take *take, void *context,
                            struct call_reply *reply)
{
    const struct binance_telling telling = {parsing, take, context};
    binance_read_reply(&binance_usdm_calls, body, status, ask, &telling, reply);
}

#define ANY_KEY (1u << SIGN_HMAC | 1u << SIGN_RSA | 1u << SIGN_ED25519)

/* The session pings, and needs nothing but pongs (6.1.2). */
#define SPOT                                                                                       \
    .name = "binance", .type = "BinancePrivateConnector",                                          \
    .websocket = "wss://ws-api.binance.com:443", .path = "/ws-api/v3?returnRateLimits=false",      \
    .login = LOGIN_MESSAGE, .messages_per_second = 2, .session_life_ms = 86400000,                 \
    .frame_max = 1024 * 1024, .statuses = &binance_spot_words.statuses,                            \
    .scopes = {[CALL_CLOCK] = SCOPE_ACCOUNT,                                                       \
               [CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,                                                 \
               [CALL_CLOSED_ORDERS] = SCOPE_EACH_SYMBOL,                                           \
               [CALL_FILLS] = SCOPE_EACH_SYMBOL,                                                   \
               [CALL_ORDER] = SCOPE_ACCOUNT,                                                       \
               [CALL_BALANCES] = SCOPE_ACCOUNT},                                                   \
    .route = spot_route, .parse = spot_parse, .write_call = spot_write_call,                       \
    .read_reply = spot_read_reply

static const struct private_exchange spot_session = {
    SPOT,
    .key_kinds = 1u << SIGN_ED25519,
    .write_login = write_session_login,
    .write_subscription = write_subscription,
    .subscription_answered = true,
};

static const struct private_exchange spot = {
    SPOT,
    .key_kinds = ANY_KEY,
    .write_login = write_subscribing_login,
    .other = &spot_session,
};

/* 6.2.2: the sources differ about the path; the configuration may have another one. */
static const struct private_exchange usdm = {
    .name = "binance-usdm",
    .type = "BinancePrivateConnector",
    .websocket = "wss://fstream.binance.com",
    .path = "/private/ws?listenKey=",
    .login = LOGIN_KEY,
    .key_kinds = ANY_KEY,
    .keep_key_ms = 25 * 60 * 1000, /* of 60 minutes; 6.2.1 */
    .messages_per_second = 8,      /* of 10; 2.2 */
    .session_life_ms = 86400000,
    .frame_max = 1024 * 1024,
    .statuses = &binance_usdm_words.statuses,
    .scopes = {[CALL_CLOCK] = SCOPE_ACCOUNT,
               [CALL_KEY] = SCOPE_ACCOUNT,
               [CALL_KEEP_KEY] = SCOPE_ACCOUNT,
               [CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,
               [CALL_TRADED] = SCOPE_ACCOUNT,
               [CALL_CLOSED_ORDERS] = SCOPE_EACH_SYMBOL,
               [CALL_FILLS] = SCOPE_EACH_SYMBOL,
               [CALL_ORDER] = SCOPE_ACCOUNT,
               [CALL_BALANCES] = SCOPE_ACCOUNT,
               [CALL_POSITIONS] = SCOPE_ACCOUNT},
    .route = usdm_route,
    .parse = usdm_parse,
    .write_call = usdm_write_call,
    .read_reply = usdm_read_reply,
};

extern const struct private_exchange *const private_binance[];
const struct private_exchange *const private_binance[] = {&spot, &usdm, NULL};
