/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit's private half: the login, the topics, what a frame is, and the tables of the three
 * markets. Source: bybit.md 6, 7.5 (official docs of 2026-07-24), sections as noted. */
#include "connectors/bybit/private.h"

#include "connectors/payload.h"

#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* 7.1, 7.5. One list for all markets: of the words that only spot has the others send none. */
static const struct status_rule rules[] = {
    {"New", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, "changed, or triggered, after a fill"},
    {"New", 0, NULL, ORDER_NEW, NULL},
    {"Created", 0, NULL, ORDER_NEW, "older word"},
    {"Untriggered", 0, NULL, ORDER_SUSPENDED,
     "accepted, waits for its trigger and stands in no book"},
    {"Active", 0, NULL, ORDER_SUSPENDED, "older word for `Untriggered`"},
    {"Triggered", 0, NULL, ORDER_TRIGGERED, "for a moment: `New` or a fill follows"},
    {"PartiallyFilled", 0, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"Filled", 0, NULL, ORDER_FILLED,
     "told twice if a cancel came too late, then with `EC_OrigClOrdIDDoesNotExist`"},
    {"PendingCancel", 0, NULL, ORDER_PENDING_CANCEL, "older word"},
    {"Cancelled", WHEN_UNFILLED, "EC_PostOnlyWillTakeLiquidity", ORDER_REJECTED,
     "post-only, and would have taken"},
    {"Cancelled", 0, "CancelByUser", ORDER_CANCELED,
     "`EC_PerCancelRequest` is its reason, and no rejection"},
    {"Cancelled", WHEN_IMMEDIATE, NULL, ORDER_EXPIRED, "what could not be filled at once"},
    {"Cancelled", 0, NULL, ORDER_CANCELED, "`filled_qty` says whether something was filled"},
    {"PartiallyFilledCanceled", WHEN_QUOTE_SIZED, "EC_CancelForNoFullFill", ORDER_FILLED,
     "what is left of the amount buys no step more"},
    {"PartiallyFilledCanceled", 0, "CancelByUser", ORDER_CANCELED, NULL},
    {"PartiallyFilledCanceled", WHEN_IMMEDIATE, NULL, ORDER_EXPIRED,
     "what could not be filled at once"},
    {"PartiallyFilledCanceled", 0, NULL, ORDER_CANCELED, "`filled_qty` says how much was filled"},
    {"Rejected", WHEN_FILLED, NULL, ORDER_CANCELED, "`filled_qty` says how much was filled"},
    {"Rejected", 0, NULL, ORDER_REJECTED, NULL},
    {"Deactivated", 0, NULL, ORDER_CANCELED, "before its trigger"},
};
#define STATUSES(name)                                                                             \
    {                                                                                              \
        (name), rules, sizeof rules / sizeof *rules                                                \
    }

const struct bybit_market bybit_spot = {NAME("spot"), true, {{NULL, 0}}, STATUSES("bybit")};
const struct bybit_market bybit_linear = {
    NAME("linear"), false, {NAME("USDT"), NAME("USDC")}, STATUSES("bybit-linear")};
const struct bybit_market bybit_inverse = {
    NAME("inverse"), false, {{NULL, 0}}, STATUSES("bybit-inverse")};

/* 6.1: what is signed is "GET/realtime" and the time at which the login expires. A second ahead, as
 * the documents have it, fails with the smallest delay; ten are what others use. */
#define LOGIN_AHEAD_MS 10000

static bool write_login(struct text *message, const struct private_keys *keys, int64_t now_ms)
{
    char room[48];
    struct text signed_text = text_over(room, sizeof room);
    text_literal(&signed_text, "GET/realtime");
    text_signed(&signed_text, now_ms + LOGIN_AHEAD_MS);
    text_literal(message, "{\"req_id\":\"login\",\"op\":\"auth\",\"args\":[");
    text_json_string(message, secret_bytes(keys->key));
    text_literal(message, ",");
    text_signed(message, now_ms + LOGIN_AHEAD_MS);
    text_literal(message, ",\"");
    bool can =
        sign_write(message, keys->secret, SIGN_SHA256,
                   keys->kind == SIGN_RSA ? SIGN_BASE64 : SIGN_HEX, text_slice(&signed_text));
    text_literal(message, "\"]}");
    return can && !message->overflow;
}

/* 6.2: the forms with a category, and not the others beside them in one request. execution.fast
 * says the same fills without their fees, dcp arms a switch that cancels orders: never asked for.
 */
static void write_subscription(struct text *message, const struct bybit_market *market)
{
    static const char *const topics[] = {"order", "execution", "position"};
    text_literal(message, "{\"req_id\":\"topics\",\"op\":\"subscribe\",\"args\":[");
    for (size_t i = 0; i < (market->spot ? 2 : 3); i++) {
        text_format(message, "\"%s.", topics[i]);
        text_append(message, market->category);
        text_literal(message, "\",");
    }
    text_literal(message, "\"wallet\"]}");
}

/* The first word of a topic and what it is; what stands behind it is the category. */
static const struct {
    struct slice word;
    enum private_class class;
    enum refusal refusal;
} topics[] = {
    {NAME("execution.fast"), PRIVATE_OTHER, REFUSAL_NONE}, /* again in `execution` (6.5) */
    {NAME("order"), PRIVATE_DATA, REFUSAL_NONE},
    {NAME("execution"), PRIVATE_DATA, REFUSAL_NONE},
    {NAME("position"), PRIVATE_DATA, REFUSAL_NONE},
    {NAME("wallet"), PRIVATE_DATA, REFUSAL_NONE},
    {NAME("greeks"), PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
    {NAME("dcp"), PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
    {NAME("strategy"), PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
};

/* What a frame says of itself at its top. */
struct top {
    struct slice topic, op, message;
    bool has_success, success, has_code;
    int64_t code;
};

static void scan_frame(struct scan *scan, struct top *found)
{
    struct slice key;
    scan_object(scan);
    while (scan_member(scan, &key)) {
        enum scan_type type = scan_peek(scan);
        if (slice_equal(key, SLICE("topic")))
            payload_maybe_text(scan, &found->topic);
        else if (slice_equal(key, SLICE("op")))
            payload_maybe_text(scan, &found->op);
        else if (slice_equal(key, SLICE("ret_msg")) || slice_equal(key, SLICE("retMsg")))
            payload_maybe_text(scan, &found->message);
        else if (slice_equal(key, SLICE("success")) && (type == SCAN_TRUE || type == SCAN_FALSE))
            found->has_success = scan_boolean(scan, &found->success);
        else if (slice_equal(key, SLICE("retCode")) && type == SCAN_NUMBER)
            found->has_code = scan_signed(scan, &found->code);
        else
            scan_skip(scan);
    }
}

static void refuse(struct private_route *route, enum refusal refusal)
{
    route->class = PRIVATE_REFUSED;
    route->refusal = refusal;
}

static void route_topic(struct slice frame, struct slice topic, struct private_route *route)
{
    refuse(route, REFUSAL_UNKNOWN_EVENT);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        size_t len = topics[i].word.len;
        if (!slice_starts_with(topic, topics[i].word) ||
            (topic.len > len && topic.data[len] != '.'))
            continue;
        route->class = topics[i].class;
        route->refusal = topics[i].refusal;
        route->payload = frame;
        return;
    }
}

/* 2.4, 6.1: a login that has expired, by our clock's fault or the way's, is "Params Error"; codes
 * come with other refusals. What is said of a key or signature is the key's. */
static enum verdict verdict_of(const struct top *found)
{
    if (found->has_code)
        return bybit_verdict(found->code);
    if (slice_equal(found->message, SLICE("Params Error")))
        return VERDICT_CLOCK;
    static const char *const words[] = {"key", "Key", "sign", "Sign"};
    for (size_t i = 0; i < sizeof words / sizeof *words && found->message.len > 0; i++)
        if (memmem(found->message.data, found->message.len, words[i], strlen(words[i])) != NULL)
            return VERDICT_KEY;
    return VERDICT_ELSE;
}

/* Answers to a login and a subscription are told apart by their `op`. */
static void route_answer(const struct top *found, struct private_route *route)
{
    bool login = slice_equal(found->op, SLICE("auth"));
    bool accepted = found->has_success ? found->success : found->code == 0;
    route->detail = found->message;
    if (accepted) {
        route->class = login ? PRIVATE_LOGGED_IN : PRIVATE_SUBSCRIBED;
    } else {
        route->class = PRIVATE_DENIED;
        route->verdict = verdict_of(found);
    }
}

/* 1.5, 2.4: a pong is an `op` or, on public sockets, a message. */
static void route_control(const struct top *found, struct private_route *route)
{
    bool has_result = found->has_success || found->has_code;
    if (slice_equal(found->op, SLICE("pong")) || slice_equal(found->message, SLICE("pong")))
        route->class = PRIVATE_PONG;
    else if (has_result &&
             (slice_equal(found->op, SLICE("auth")) || slice_equal(found->op, SLICE("subscribe"))))
        route_answer(found, route);
    else if (has_result)
        route->class = PRIVATE_OTHER;
    else
        refuse(route, REFUSAL_UNKNOWN_EVENT);
}

static void route(struct slice frame, struct private_route *route)
{
    struct scan scan;
    struct top found = {0};
    *route = (struct private_route){.verdict = VERDICT_OK};
    scan_begin(&scan, frame);
    scan_frame(&scan, &found);
    if (!scan_end(&scan))
        refuse(route, payload_refusal(&scan));
    else if (found.topic.len > 0)
        route_topic(frame, found.topic, route);
    else
        route_control(&found, route);
}

/* The hooks of a market, which all do the same by its facts. */
#define HOOKS(market)                                                                              \
    static void write_##market##_subscription(struct text *message)                                \
    {                                                                                              \
        write_subscription(message, &bybit_##market);                                              \
    }                                                                                              \
    static enum refusal parse_##market(struct slice payload, struct parsing *parsing,              \
                                       private_take *take, void *context)                          \
    {                                                                                              \
        return bybit_parse_private(payload, &bybit_##market, parsing, take, context);              \
    }                                                                                              \
    static bool write_##market##_call(struct call *call, const struct private_keys *keys,          \
                                      const struct call_ask *ask)                                  \
    {                                                                                              \
        return bybit_write_call(call, keys, ask, &bybit_##market);                                 \
    }                                                                                              \
    static void read_##market##_reply(struct slice body, uint32_t status,                          \
                                      const struct call_ask *ask, struct parsing *parsing,         \
                                      private_take *take, void *context, struct call_reply *reply) \
    {                                                                                              \
        const struct bybit_telling telling = {&bybit_##market, 0, parsing, take, context};         \
        bybit_read_reply(body, status, ask, &telling, reply);                                      \
    }

HOOKS(spot)
HOOKS(linear)
HOOKS(inverse)

/* 1.4, 1.5, 5.5: without anything in either direction a connection lives 10 minutes; we ping every
 * 20 s. Closed orders and fills are given of 7 days at a time, which is how far we look back. */
#define MARKET(market, exchange, positions)                                                        \
    {                                                                                              \
        .name = (exchange), .type = "BybitPrivateConnector",                                       \
        .websocket = "wss://stream.bybit.com", .path = "/v5/private", .login = LOGIN_MESSAGE,      \
        .key_kinds = 1u << SIGN_HMAC | 1u << SIGN_RSA, .ping = NAME("{\"op\":\"ping\"}"),          \
        .keepalive_ms = 20000, .messages_per_second = 10, .frame_max = 4 * 1024 * 1024,            \
        .statuses = &bybit_##market.statuses,                                                      \
        .scopes = {[CALL_CLOCK] = SCOPE_ACCOUNT,         [CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,       \
                   [CALL_CLOSED_ORDERS] = SCOPE_ACCOUNT, [CALL_FILLS] = SCOPE_ACCOUNT,             \
                   [CALL_ORDER] = SCOPE_ACCOUNT,         [CALL_BALANCES] = SCOPE_ACCOUNT,          \
                   [CALL_POSITIONS] = (positions)},                                                \
        .closed_span_ms = 7 * 24 * 3600 * 1000, .write_login = write_login,                        \
        .write_subscription = write_##market##_subscription, .subscription_answered = true,        \
        .route = route, .parse = parse_##market, .write_call = write_##market##_call,              \
        .read_reply = read_##market##_reply                                                        \
    }

static const struct private_exchange spot = MARKET(spot, "bybit", SCOPE_NONE),
                                     linear = MARKET(linear, "bybit-linear", SCOPE_ACCOUNT),
                                     inverse = MARKET(inverse, "bybit-inverse", SCOPE_ACCOUNT);

extern const struct private_exchange *const private_bybit[];
const struct private_exchange *const private_bybit[] = {&spot, &linear, &inverse, NULL};
