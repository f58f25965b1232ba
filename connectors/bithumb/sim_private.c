/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Bithumb: how it is let in, what it is told. Source: bithumb.md 6 and
 * 7 (official docs of 2026-06-30 to 2026-11-13), sections as noted; private v2 alone. The words of
 * refusals are those of apidocs.bithumb.com "API 주요 에러 코드" (2026-10-27). */
#include "common/clock.h"
#include "connectors/bithumb/sim_parts.h"
#include "connectors/dialect_codes.h"
#include "connectors/dialect_text.h"
#include "connectors/dialect_token.h"

#define SKEW_MS                                                                                    \
    30000 /* a guess: how far a token's time may be off nobody has written down (6.1)              \
           */

static void write_error(struct text *text, const char *name, struct slice subject,
                        const char *message)
{
    text_literal(text, "{\"error\":{\"name\":\"");
    text_append(text, slice_of(name));
    text_literal(text, "\",\"message\":\"");
    text_append(text, subject);
    text_append(text, slice_of(message));
    text_literal(text, "\"}}");
}

static bool is_off(uint64_t time_ms, int64_t now_ns)
{
    int64_t off_ms = now_ns / NS_PER_MS - (int64_t)(time_ms <= INT64_MAX ? time_ms : 0);
    return off_ms > SKEW_MS || off_ms < -SKEW_MS;
}

/* 6.1: HS256, and always with the time. That a nonce is good once is said of Upbit alone: here it
 * is taken for no token. */
static uint32_t authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                             struct dialect_answer *answer, int *status)
{
    struct text *text = &answer->body;
    struct dialect_claims claims;
    uint32_t account;
    enum dialect_token token =
        dialect_check_token(query, keys, 1u << SIGN_SHA256, &claims, &account);
    *status = 401;
    if (token == DIALECT_TOKEN_QUERY)
        write_error(text, "invalid_query_payload", SLICE(""),
                    "Jwt의 query를 검증하는데 실패하였습니다.");
    else if (token == DIALECT_TOKEN_GOOD && is_off(claims.time_ms, keys->now_ns))
        write_error(text, "expired_jwt", SLICE(""), "Jwt가 만료되었습니다.");
    else if (token != DIALECT_TOKEN_GOOD || !keys->is_fresh(keys->context, claims.nonce))
        write_error(text, "jwt_verification", SLICE(""), "Jwt 토큰 검증에 실패했습니다.");
    else
        return account;
    return DIALECT_NO_ACCOUNT;
}

/* 0. Whether a wrong token is refused so, or after the upgrade, nobody has written down. */
static bool admit(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status)
{
    if (!slice_equal(query->path, SLICE("/websocket/v2/private")))
        return false;
    session->account = authenticate(query, keys, answer, status);
    *admission = session->account != DIALECT_NO_ACCOUNT ? DIALECT_ADMITTED : DIALECT_DENIED;
    return true;
}

/* 2, 6.2: a request is the whole set, and is not answered; one that is wrong is, and ends the
 * connection. A format that is none is DEFAULT. The status that a PING asks for is said once, and
 * at once. */
static enum dialect_private_word take(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply)
{
    struct dialect_asking asking;
    (void)keys;
    if (slice_equal(message, SLICE("PING"))) {
        text_literal(reply, "{\"status\":\"UP\"}");
        return DIALECT_PRIVATE_SAY;
    }
    bool read = dialect_read_asking(message, &asking);
    if (read && !asking.ticket) {
        write_error(reply, "NO_TICKET", SLICE(""), "티켓이 존재하지 않거나, 유효하지 않습니다.");
    } else if (read && asking.strange.len > 0) {
        write_error(reply, "INVALID_PARAM", asking.strange, " 은 지원하지 않는 타입입니다.");
    } else if (!read || asking.untyped || asking.topics == 0) {
        write_error(reply, "WRONG_FORMAT", SLICE(""), "Format 이 맞지 않습니다.");
    } else {
        bool simple = slice_equal(asking.format, SLICE("SIMPLE"));
        session->topics = asking.topics | (simple ? DIALECT_SIMPLE : 0);
        return DIALECT_PRIVATE_SAY;
    }
    return DIALECT_PRIVATE_CLOSE;
}

void bithumb_sim_write_order_id(struct text *text, uint64_t id)
{
    text_format(text, "C0101%015llu", (unsigned long long)id);
}

bool bithumb_sim_read_order_id(struct slice text, uint64_t *id)
{
    static const struct slice head = {"C0101", 5};
    char digits[16] = {0}, *end;
    if (!slice_starts_with(text, head) || text.len != head.len + sizeof digits - 1)
        return false;
    memcpy(digits, text.data + head.len, sizeof digits - 1);
    *id = strtoull(digits, &end, 10);
    return *end == '\0';
}

/* Trades are counted by market: the order makes their numbers unique. */
void bithumb_sim_write_fill_id(struct text *text, const struct dialect_fill *fill)
{
    text_format(text, "C0102%010llu%010llu", (unsigned long long)fill->order_id,
                (unsigned long long)fill->id);
}

struct slice bithumb_sim_order_type(const struct dialect_order *order)
{
    static const struct slice types[] = {
        [DIALECT_LIMIT] = {"limit", 5},
        [DIALECT_MARKET] = {"market", 6},
        [DIALECT_MARKET_AMOUNT] = {"price", 5},
    };
    return types[order->type];
}

struct slice bithumb_sim_force(const struct dialect_order *order)
{
    static const struct slice forces[] = {
        [DIALECT_GTC] = {"", 0},
        [DIALECT_IOC] = {"ioc", 3},
        [DIALECT_FOK] = {"fok", 3},
        [DIALECT_POST_ONLY] = {"post_only", 9},
    };
    return forces[order->force];
}

/* 6.3: nothing is said of an order that its owner cancelled. */
struct slice bithumb_sim_cancel_type(const struct dialect_order *order)
{
    switch (order->cause) {
    case DIALECT_CAUSE_IMMEDIATE:
    case DIALECT_CAUSE_POST_ONLY:
        return SLICE("tif_cancel");
    case DIALECT_CAUSE_SELF:
        return SLICE("stp_cancel");
    default:
        return SLICE("");
    }
}

static uint64_t ms_of(int64_t ns)
{
    return (uint64_t)(ns / NS_PER_MS);
}

static void write_id(struct bithumb_sim_object *object, const char *name, const char *brief,
                     uint64_t order, const struct dialect_fill *fill)
{
    char room[40];
    struct text id = text_over(room, sizeof room);
    if (fill != NULL)
        bithumb_sim_write_fill_id(&id, fill);
    else
        bithumb_sim_write_order_id(&id, order);
    bithumb_sim_text(object, name, brief, text_slice(&id));
}

/* What does not apply is left out. */
static void maybe_text(struct bithumb_sim_object *object, const char *name, const char *brief,
                       struct slice value)
{
    if (value.len > 0)
        bithumb_sim_text(object, name, brief, value);
}

static void write_fill(struct bithumb_sim_object *object, const struct dialect_fill *fill)
{
    write_id(object, "trade_id", "tid", 0, fill);
    bithumb_sim_decimal(object, "trade_price", "tp", &fill->price);
    bithumb_sim_decimal(object, "trade_quantity", "tq", &fill->qty);
    bithumb_sim_decimal(object, "trade_amount", "ta", &fill->cost);
    bithumb_sim_whole(object, "trade_timestamp", "ttms", ms_of(fill->time_ns));
}

/* price * quantity, without the zeros at its end. */
static struct decimal amount_of(const struct dialect_order *order)
{
    __extension__ typedef unsigned __int128 wide;
    struct decimal price = dialect_trimmed(order->price), qty = dialect_trimmed(order->qty);
    wide product = (wide)price.low * qty.low;
    return dialect_trimmed((struct decimal){.low = (uint64_t)product,
                                            .high = (uint32_t)(product >> 64),
                                            .scale = (uint8_t)(price.scale + qty.scale)});
}

/* 6.3: what an order is for is 0 where it is for something else. */
static void write_size(struct bithumb_sim_object *object, const struct dialect_order *order)
{
    static const struct decimal zero;
    struct decimal amount = zero;
    bool limit = order->type == DIALECT_LIMIT, spends = order->type == DIALECT_MARKET_AMOUNT;
    if (limit)
        amount = amount_of(order);
    else if (spends)
        amount = order->amount;
    bithumb_sim_decimal(object, "order_price", "op", limit ? &order->price : &zero);
    bithumb_sim_decimal(object, "order_quantity", "oq", spends ? &zero : &order->qty);
    bithumb_sim_decimal(object, "order_amount", "oa", &amount);
}

/* 6.3: of an order that has just come nothing is executed, and that is not said; of one by an
 * amount nobody says what is left. */
static void write_order(struct text *text, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, struct slice state)
{
    static const struct decimal zero;
    struct bithumb_sim_object object = {.text = text, .simple = session->topics & DIALECT_SIMPLE};
    const struct dialect_order *order = event->order;
    bool cancel = slice_equal(state, SLICE("cancel"));
    bithumb_sim_text(&object, "type", "ty", SLICE("myOrder"));
    bithumb_sim_text(&object, "code", "cd", order->symbol);
    write_id(&object, "order_id", "oid", order->id, NULL);
    maybe_text(&object, "client_order_id", "coid", order->client_id);
    bithumb_sim_text(&object, "side", "sd", order->sell ? SLICE("sell") : SLICE("buy"));
    bithumb_sim_text(&object, "order_type", "ot", bithumb_sim_order_type(order));
    bithumb_sim_text(&object, "state", "s", state);
    maybe_text(&object, "time_in_force", "tif", bithumb_sim_force(order));
    write_size(&object, order);
    bithumb_sim_whole(&object, "order_timestamp", "otms", ms_of(order->created_ns));
    bithumb_sim_whole(&object, "timestamp", "tms", ms_of(event->time_ns));
    if (slice_equal(state, SLICE("trade")))
        write_fill(&object, event->fill);
    if (!slice_equal(state, SLICE("wait"))) {
        bithumb_sim_decimal(&object, "executed_quantity", "eq", &order->filled);
        if (order->type != DIALECT_MARKET_AMOUNT)
            bithumb_sim_decimal(&object, "remaining_quantity", "rq", &order->left);
        bithumb_sim_decimal(&object, "executed_amount", "ea", &order->cost);
    }
    bithumb_sim_decimal(&object, "paid_fee", "pf", &order->fee);
    bithumb_sim_decimal(&object, "remaining_fee", "rmf", &zero);
    bithumb_sim_decimal(&object, "reserved_fee", "rsf", &order->fee);
    if (cancel)
        maybe_text(&object, "cancel_type", "ct", bithumb_sim_cancel_type(order));
    if (cancel && order->cause == DIALECT_CAUSE_SELF)
        write_id(&object, "canceling_order_id", "cnoid", order->id - 1, NULL);
    bithumb_sim_text(&object, "stream_type", "st", SLICE("REALTIME"));
    text_literal(text, "}");
}

static void write_amount(struct bithumb_sim_object *object, const char *name, const char *brief,
                         const struct decimal *value)
{
    char room[DECIMAL_TEXT_MAX];
    struct text digits = text_over(room, sizeof room);
    struct decimal trimmed = dialect_trimmed(*value);
    decimal_write(&digits, &trimmed);
    bithumb_sim_text(object, name, brief, text_slice(&digits));
}

/* 6.5: only what changed; its numbers are texts. */
static void write_assets(struct text *text, const struct dialect_private_session *session,
                         const struct dialect_account_event *event)
{
    bool simple = session->topics & DIALECT_SIMPLE;
    struct bithumb_sim_object object = {.text = text, .simple = simple};
    bithumb_sim_text(&object, "type", "ty", SLICE("myAsset"));
    bithumb_sim_name(&object, "assets", "ast");
    text_literal(text, "[");
    for (uint32_t i = 0; i < event->balance_count; i++) {
        const struct dialect_balance *balance = &event->balances[i];
        struct bithumb_sim_object asset = {.text = text, .simple = simple};
        text_append(text, i > 0 ? SLICE(",") : SLICE(""));
        bithumb_sim_text(&asset, "currency", "cu", balance->asset);
        write_amount(&asset, "balance", "b", &balance->free);
        write_amount(&asset, "locked", "l", &balance->locked);
        text_literal(text, "}");
    }
    text_literal(text, "]");
    bithumb_sim_whole(&object, "asset_timestamp", "asttms", ms_of(event->time_ns));
    bithumb_sim_whole(&object, "timestamp", "tms", ms_of(event->time_ns));
    bithumb_sim_text(&object, "stream_type", "st", SLICE("REALTIME"));
    text_literal(text, "}");
}

#define STATES_MAX 2

/* 7: the messages that a change becomes. What a market order to buy has left is cancelled, as on
 * Upbit. */
static uint32_t states_of(const struct dialect_account_event *event,
                          struct slice states[STATES_MAX])
{
    uint32_t count = 0;
    if (event->fill != NULL)
        states[count++] = SLICE("trade");
    switch (event->order->state) {
    case DIALECT_ORDER_OPEN:
        states[count++] = SLICE("wait");
        break;
    case DIALECT_ORDER_FILLED:
        states[count++] = SLICE("done");
        break;
    case DIALECT_ORDER_CANCELED:
    case DIALECT_ORDER_EXPIRED:
        states[count++] = SLICE("cancel");
        break;
    default:
        break;
    }
    return count;
}

static bool write_event(struct text *message, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, uint32_t part)
{
    struct slice states[STATES_MAX];
    uint32_t count = states_of(event, states);
    if (part > count)
        return false;
    if (part < count && (session->topics & DIALECT_MY_ORDER))
        write_order(message, session, event, states[part]);
    if (part == count && (session->topics & DIALECT_MY_ASSET) && event->balance_count > 0)
        write_assets(message, session, event);
    return true;
}

/* An order that waits for its trigger is told by REST alone (7): none is made. */
const struct dialect_account bithumb_sim_account = {
    .admit = admit,
    .take = take,
    .write_event = write_event,
    .weigh = bithumb_sim_weigh_private,
    .authenticate = authenticate,
    .answer = bithumb_sim_answer_private,
    .types = 1u << DIALECT_LIMIT | 1u << DIALECT_MARKET | 1u << DIALECT_MARKET_AMOUNT,
    .forces = 1u << DIALECT_GTC | 1u << DIALECT_IOC | 1u << DIALECT_FOK | 1u << DIALECT_POST_ONLY,
    .causes = 1u << DIALECT_CAUSE_USER | 1u << DIALECT_CAUSE_IMMEDIATE |
              1u << DIALECT_CAUSE_POST_ONLY | 1u << DIALECT_CAUSE_AMOUNT | 1u << DIALECT_CAUSE_SELF,
    .write_order_id = bithumb_sim_write_order_id,
    .write_fill_id = bithumb_sim_write_fill_id,
};
