/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Upbit: how it is let in, what it is told. Source: upbit.md 6 and 7
 * (official docs of 2026-08-26 to 2026-10-07), sections as noted; the words of refusals are those
 * of docs.upbit.com "API 주요 에러 코드" and of what clients quote. */
#include "common/clock.h"
#include "connectors/dialect_codes.h"
#include "connectors/dialect_text.h"
#include "connectors/dialect_token.h"
#include "connectors/upbit/sim_parts.h"

#define WORDS(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define UNVERIFIED "Jwt 토큰 검증에 실패했습니다."

static void write_error(struct text *text, struct slice name, struct slice subject,
                        struct slice message)
{
    text_literal(text, "{\"error\":{\"name\":\"");
    text_append(text, name);
    text_literal(text, "\",\"message\":\"");
    text_append(text, subject);
    text_append(text, message);
    text_literal(text, "\"}}");
}

/* 6.1: HS512, or HS256 as most clients have it; a nonce is good once. */
static uint32_t authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                             struct dialect_answer *answer, int *status)
{
    static const struct {
        struct slice name, message;
    } refusals[] = {
        [DIALECT_TOKEN_MISSING] = {WORDS("jwt_verification"), WORDS(UNVERIFIED)},
        [DIALECT_TOKEN_NO_KEY] = {WORDS("invalid_access_key"), WORDS("잘못된 엑세스 키입니다.")},
        [DIALECT_TOKEN_UNSIGNED] = {WORDS("jwt_verification"), WORDS(UNVERIFIED)},
        [DIALECT_TOKEN_QUERY] = {WORDS("invalid_query_payload"),
                                 WORDS("Jwt의 query를 검증하는데 실패하였습니다.")},
    };
    struct dialect_claims claims;
    uint32_t account;
    enum dialect_token token =
        dialect_check_token(query, keys, 1u << SIGN_SHA256 | 1u << SIGN_SHA512, &claims, &account);
    *status = 401;
    if (token != DIALECT_TOKEN_GOOD)
        write_error(&answer->body, refusals[token].name, SLICE(""), refusals[token].message);
    else if (!keys->is_fresh(keys->context, claims.nonce))
        write_error(&answer->body, SLICE("nonce_used"), SLICE(""),
                    SLICE("이미 요청한 nonce값이 다시 사용되었습니다."));
    else
        return account;
    return DIALECT_NO_ACCOUNT;
}

/* 1.1. Whether a wrong token is refused so, or after the upgrade, nobody has written down. */
static bool admit(const struct dialect_query *query, const struct dialect_keys *keys,
                  struct dialect_private_session *session, enum dialect_admission *admission,
                  struct dialect_answer *answer, int *status)
{
    if (!slice_equal(query->path, SLICE("/websocket/v1/private")))
        return false;
    session->account = authenticate(query, keys, answer, status);
    *admission = session->account != DIALECT_NO_ACCOUNT ? DIALECT_ADMITTED : DIALECT_DENIED;
    return true;
}

/* 2.1, 2.5 */
static bool read_form(struct slice format, uint32_t *form)
{
    static const struct {
        struct slice name;
        uint32_t form;
    } formats[] = {
        {{"", 0}, 0},
        {{"DEFAULT", 7}, 0},
        {{"SIMPLE", 6}, DIALECT_SIMPLE},
        {{"JSON_LIST", 9}, DIALECT_LIST_OF_ONE},
        {{"SIMPLE_LIST", 11}, DIALECT_SIMPLE | DIALECT_LIST_OF_ONE},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (slice_equal(format, formats[i].name)) {
            *form = formats[i].form;
            return true;
        }
    return false;
}

/* 2.2, 6.2: a request is the whole set, and is not answered; one that is wrong is, and ends the
 * connection. The status that a PING asks for is said once, and at once. */
static enum dialect_private_word take(struct slice message, const struct dialect_keys *keys,
                                      struct dialect_private_session *session, struct text *reply)
{
    struct dialect_asking asking;
    uint32_t form;
    (void)keys;
    if (slice_equal(message, SLICE("PING"))) {
        text_literal(reply, "{\"status\":\"UP\"}");
        return DIALECT_PRIVATE_SAY;
    }
    if (!dialect_read_asking(message, &asking) || asking.asset_codes ||
        !read_form(asking.format, &form)) {
        write_error(reply, SLICE("WRONG_FORMAT"), SLICE(""), SLICE("Format 이 맞지 않습니다."));
    } else if (!asking.ticket) {
        write_error(reply, SLICE("NO_TICKET"), SLICE(""),
                    SLICE("티켓이 존재하지 않거나, 유효하지 않습니다."));
    } else if (asking.strange.len > 0) {
        write_error(reply, SLICE("INVALID_PARAM"), asking.strange,
                    SLICE(" 은 지원하지 않는 타입입니다."));
    } else if (asking.untyped || asking.topics == 0) {
        write_error(reply, SLICE("NO_TYPE"), SLICE(""), SLICE("type 필드가 존재하지 않습니다."));
    } else {
        session->topics = asking.topics | form;
        return DIALECT_PRIVATE_SAY;
    }
    return DIALECT_PRIVATE_CLOSE;
}

/* Ids have the form of a UUID, and end in our number. */
void upbit_sim_write_order_id(struct text *text, uint64_t id)
{
    text_format(text, "ac2dc2a3-fce9-40a2-a4f6-%012llx", (unsigned long long)id);
}

bool upbit_sim_read_order_id(struct slice text, uint64_t *id)
{
    static const struct slice head = {"ac2dc2a3-fce9-40a2-a4f6-", 24};
    char digits[13] = {0};
    char *end;
    if (!slice_starts_with(text, head) || text.len != head.len + sizeof digits - 1)
        return false;
    memcpy(digits, text.data + head.len, sizeof digits - 1);
    *id = strtoull(digits, &end, 16);
    return *end == '\0';
}

/* Trades are counted by market: the order makes their numbers unique. */
void upbit_sim_write_fill_id(struct text *text, const struct dialect_fill *fill)
{
    text_format(text, "%08llx-fba4-4175-ade3-%012llx", (unsigned long long)fill->id & 0xffffffff,
                (unsigned long long)fill->order_id);
}

static const struct slice order_types[] = {
    [DIALECT_LIMIT] = {"limit", 5},
    [DIALECT_MARKET] = {"market", 6},
    [DIALECT_MARKET_AMOUNT] = {"price", 5},
    [DIALECT_STOP_LIMIT] = {"limit", 5},
};
static const struct slice forces[] = {
    [DIALECT_GTC] = {"", 0},
    [DIALECT_IOC] = {"ioc", 3},
    [DIALECT_FOK] = {"fok", 3},
    [DIALECT_POST_ONLY] = {"post_only", 9},
};

struct slice upbit_sim_order_type(const struct dialect_order *order)
{
    return order_types[order->type];
}

struct slice upbit_sim_force(const struct dialect_order *order)
{
    return forces[order->force];
}

static void maybe_text(struct upbit_sim_object *object, const char *name, const char *brief,
                       struct slice value)
{
    if (value.len > 0) {
        upbit_sim_text(object, name, brief, value);
        return;
    }
    upbit_sim_name(object, name, brief);
    text_literal(object->text, "null");
}

/* NULL: it is not known, or means nothing here. */
static void maybe_number(struct upbit_sim_object *object, const char *name, const char *brief,
                         const struct decimal *value)
{
    if (value != NULL) {
        upbit_sim_decimal(object, name, brief, value, UPBIT_SIM_LOWER);
        return;
    }
    upbit_sim_name(object, name, brief);
    text_literal(object->text, "null");
}

static uint64_t ms_of(int64_t ns)
{
    return (uint64_t)(ns / NS_PER_MS);
}

static void write_id(struct upbit_sim_object *object, const char *name, const char *brief,
                     const struct dialect_order *order, const struct dialect_fill *fill)
{
    char room[40];
    struct text id = text_over(room, sizeof room);
    if (fill != NULL)
        upbit_sim_write_fill_id(&id, fill);
    else
        upbit_sim_write_order_id(&id, order->id);
    upbit_sim_text(object, name, brief, text_slice(&id));
}

/* 6.3, 8.11: in a trade, price and volume are the fill's. Of an order by an amount the price is
 * that amount, and what is left is not told. */
static void write_numbers(struct upbit_sim_object *object, const struct dialect_order *order,
                          const struct dialect_fill *fill, const struct decimal *left)
{
    bool amount = order->type == DIALECT_MARKET_AMOUNT, traded = order->fills > 0;
    const struct decimal *price = fill != NULL                    ? &fill->price
                                  : amount                        ? &order->amount
                                  : order->type == DIALECT_MARKET ? NULL
                                                                  : &order->price;
    const struct decimal *volume = fill != NULL ? &fill->qty : amount ? NULL : &order->qty;
    maybe_number(object, "price", "p", price);
    maybe_number(object, "avg_price", "ap", traded ? &order->average : NULL);
    maybe_number(object, "volume", "v", volume);
    maybe_number(object, "remaining_volume", "rv", amount ? NULL : left);
    maybe_number(object, "executed_volume", "ev", amount && !traded ? NULL : &order->filled);
    upbit_sim_whole(object, "trades_count", "tc", order->fills);
}

/* What is reserved and locked nobody here asks for. */
static void write_order(struct text *text, const struct dialect_private_session *session,
                        const struct dialect_account_event *event, struct slice state)
{
    static const struct decimal zero;
    struct upbit_sim_object object = {.text = text, .simple = session->topics & DIALECT_SIMPLE};
    const struct dialect_order *order = event->order;
    bool trade = slice_equal(state, SLICE("trade"));
    bool self = order->cause == DIALECT_CAUSE_SELF;
    const struct dialect_fill *fill = trade ? event->fill : NULL;
    upbit_sim_text(&object, "type", "ty", SLICE("myOrder"));
    upbit_sim_text(&object, "code", "cd", order->symbol);
    write_id(&object, "uuid", "uid", order, NULL);
    upbit_sim_text(&object, "ask_bid", "ab", order->sell ? SLICE("ASK") : SLICE("BID"));
    upbit_sim_text(&object, "order_type", "ot", upbit_sim_order_type(order));
    upbit_sim_text(&object, "state", "s", state);
    if (fill != NULL)
        write_id(&object, "trade_uuid", "tuid", order, fill);
    else
        maybe_text(&object, "trade_uuid", "tuid", SLICE(""));
    write_numbers(&object, order, fill, self ? &zero : &order->left);
    upbit_sim_decimal(&object, "reserved_fee", "rsf", &order->fee, UPBIT_SIM_LOWER);
    upbit_sim_decimal(&object, "remaining_fee", "rmf", &zero, UPBIT_SIM_LOWER);
    upbit_sim_decimal(&object, "paid_fee", "pf", &order->fee, UPBIT_SIM_LOWER);
    upbit_sim_decimal(&object, "locked", "l", &zero, UPBIT_SIM_LOWER);
    upbit_sim_decimal(&object, "executed_funds", "ef", &order->cost, UPBIT_SIM_LOWER);
    maybe_text(&object, "time_in_force", "tif", upbit_sim_force(order));
    maybe_number(&object, "trade_fee", "tf", fill != NULL ? &fill->fee : NULL);
    upbit_sim_name(&object, "is_maker", "im");
    text_append(text, fill == NULL ? SLICE("null") : fill->maker ? SLICE("true") : SLICE("false"));
    maybe_text(&object, "identifier", "id", order->client_id);
    maybe_text(&object, "smp_type", "smpt", self ? SLICE("cancel_taker") : SLICE(""));
    upbit_sim_decimal(&object, "prevented_volume", "pv", self ? &order->left : &zero,
                      UPBIT_SIM_LOWER);
    upbit_sim_decimal(&object, "prevented_locked", "pl", &zero, UPBIT_SIM_LOWER);
    upbit_sim_name(&object, "trade_timestamp", "ttms");
    if (fill != NULL)
        text_unsigned(text, ms_of(fill->time_ns));
    else
        text_literal(text, "null");
    upbit_sim_whole(&object, "order_timestamp", "otms",
                    (uint64_t)(order->created_ns / NS_PER_SECOND) * 1000);
    upbit_sim_whole(&object, "timestamp", "tms", ms_of(event->time_ns));
    upbit_sim_text(&object, "stream_type", "st", SLICE("REALTIME"));
    text_literal(text, "}");
}

/* 6.4: only what changed. */
static void write_assets(struct text *text, const struct dialect_private_session *session,
                         const struct dialect_account_event *event)
{
    bool simple = session->topics & DIALECT_SIMPLE;
    struct upbit_sim_object object = {.text = text, .simple = simple};
    upbit_sim_text(&object, "type", "ty", SLICE("myAsset"));
    upbit_sim_text(&object, "asset_uuid", "astuid", SLICE("e635f223-1609-4969-8fb6-4376937baad6"));
    upbit_sim_name(&object, "assets", "ast");
    text_literal(text, "[");
    for (uint32_t i = 0; i < event->balance_count; i++) {
        const struct dialect_balance *balance = &event->balances[i];
        struct upbit_sim_object asset = {.text = text, .simple = simple};
        text_append(text, i > 0 ? SLICE(",") : SLICE(""));
        upbit_sim_text(&asset, "currency", "cu", balance->asset);
        upbit_sim_decimal(&asset, "balance", "b", &balance->free, UPBIT_SIM_EIGHT);
        upbit_sim_decimal(&asset, "locked", "l", &balance->locked, UPBIT_SIM_EIGHT);
        text_literal(text, "}");
    }
    text_literal(text, "]");
    upbit_sim_whole(&object, "asset_timestamp", "asttms", ms_of(event->time_ns));
    upbit_sim_whole(&object, "timestamp", "tms", ms_of(event->time_ns));
    upbit_sim_text(&object, "stream_type", "st", SLICE("REALTIME"));
    text_literal(text, "}");
}

#define STATES_MAX 2

/* 6.3, 7.1: the messages that a change becomes. `done` follows the last trade; what a market order
 * to buy has left is cancelled; of an order that is not accepted REST alone tells. */
static uint32_t states_of(const struct dialect_account_event *event,
                          struct slice states[STATES_MAX])
{
    uint32_t count = 0;
    if (event->fill != NULL)
        states[count++] = SLICE("trade");
    switch (event->order->state) {
    case DIALECT_ORDER_WAITING:
        states[count++] = SLICE("watch");
        break;
    case DIALECT_ORDER_OPEN:
        states[count++] = SLICE("wait");
        break;
    case DIALECT_ORDER_FILLED:
        states[count++] = SLICE("done");
        break;
    case DIALECT_ORDER_CANCELED:
        if (event->order->cause == DIALECT_CAUSE_SELF && event->fill == NULL)
            states[count++] = SLICE("prevented");
        states[count++] = SLICE("cancel");
        break;
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
    bool asset = part == count;
    bool wanted = asset ? (session->topics & DIALECT_MY_ASSET) && event->balance_count > 0
                        : session->topics & DIALECT_MY_ORDER;
    bool list = session->topics & DIALECT_LIST_OF_ONE;
    if (part > count)
        return false;
    if (!wanted)
        return true;
    text_append(message, list ? SLICE("[") : SLICE(""));
    if (asset)
        write_assets(message, session, event);
    else
        write_order(message, session, event, states[part]);
    text_append(message, list ? SLICE("]") : SLICE(""));
    return true;
}

const struct dialect_account upbit_sim_account = {
    .admit = admit,
    .take = take,
    .write_event = write_event,
    .weigh = upbit_sim_weigh_private,
    .authenticate = authenticate,
    .answer = upbit_sim_answer_private,
    .types = 1u << DIALECT_LIMIT | 1u << DIALECT_MARKET | 1u << DIALECT_MARKET_AMOUNT |
             1u << DIALECT_STOP_LIMIT,
    .forces = 1u << DIALECT_GTC | 1u << DIALECT_IOC | 1u << DIALECT_FOK | 1u << DIALECT_POST_ONLY,
    .causes = 1u << DIALECT_CAUSE_USER | 1u << DIALECT_CAUSE_IMMEDIATE |
              1u << DIALECT_CAUSE_POST_ONLY | 1u << DIALECT_CAUSE_AMOUNT | 1u << DIALECT_CAUSE_SELF,
    .write_order_id = upbit_sim_write_order_id,
    .write_fill_id = upbit_sim_write_fill_id,
};
