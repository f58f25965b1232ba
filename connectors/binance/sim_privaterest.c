/* SPDX-License-Identifier: Apache-2.0 */
/* What an account is answered by REST at the simulated Binance, both markets. Source: binance.md
 * 5.3, 6.1.1, 6.1.3, 6.2.1; what it leaves open is the docs' (spot 2026-07-21, USD-M 2026-05-28).
 */
#include "connectors/binance/sim_private.h"

#include "common/clock.h"
#include "connectors/dialect_text.h"

#define PAYLOAD_MAX 16384

static int fail(struct binance_sim_asked *asked, int code, const char *message)
{
    return binance_sim_fail(&asked->answer->body, code, message);
}

/* There are no orders of the algo service here, and no margin pairs (for which ccxt asks). */
static int answer_nothing(struct binance_sim_asked *asked)
{
    text_literal(&asked->answer->body, "[]");
    return 200;
}

static int answer_no_order(struct binance_sim_asked *asked)
{
    return fail(asked, -2013, "Order does not exist.");
}

static const struct dialect_balance *balance_at(const struct binance_sim_asked *asked,
                                                uint32_t place)
{
    return asked->view->balance(asked->view->context, asked->view->account, place);
}

static int answer_account(struct binance_sim_asked *asked)
{
    struct text *text = &asked->answer->body;
    struct slice omit = SLICE("false");
    bool any = false;
    dialect_parameter(asked->query, SLICE("omitZeroBalances"), &omit);
    text_literal(text, "{\"makerCommission\":5,\"takerCommission\":5,\"buyerCommission\":0,"
                       "\"sellerCommission\":0,\"commissionRates\":{\"maker\":\"0.00050000\","
                       "\"taker\":\"0.00050000\",\"buyer\":\"0.00000000\","
                       "\"seller\":\"0.00000000\"},\"canTrade\":true,\"canWithdraw\":true,"
                       "\"canDeposit\":true,\"brokered\":false,"
                       "\"requireSelfTradePrevention\":false,\"preventSor\":false");
    member_number(text, "updateTime", (uint64_t)(asked->keys->now_ns / NS_PER_MS));
    text_literal(text, ",\"accountType\":\"SPOT\",\"balances\":[");
    for (uint32_t i = 0; i < asked->view->balance_count; i++) {
        const struct dialect_balance *balance = balance_at(asked, i);
        if (slice_equal(omit, SLICE("true")) && decimal_is_zero(&balance->free) &&
            decimal_is_zero(&balance->locked))
            continue;
        text_append(text, any ? SLICE(",{\"asset\":\"") : SLICE("{\"asset\":\""));
        text_append(text, balance->asset);
        text_literal(text, "\"");
        member_decimal(text, "free", &balance->free);
        member_decimal(text, "locked", &balance->locked);
        text_literal(text, "}");
        any = true;
    }
    text_literal(text, "],\"permissions\":[\"SPOT\"]");
    member_number(text, "uid", 100000 + asked->view->account);
    text_literal(text, "}");
    return 200;
}

static int answer_balance(struct binance_sim_asked *asked)
{
    struct text *text = &asked->answer->body;
    text_literal(text, "[");
    for (uint32_t i = 0; i < asked->view->balance_count; i++) {
        const struct dialect_balance *balance = balance_at(asked, i);
        struct decimal wallet = {0};
        decimal_add(&balance->free, &balance->locked, &wallet);
        text_append(text, i > 0 ? SLICE(",") : SLICE(""));
        text_literal(text, "{\"accountAlias\":\"SgsR\"");
        member_string(text, "asset", balance->asset);
        member_decimal(text, "balance", &wallet);
        member_decimal(text, "crossWalletBalance", &wallet);
        text_literal(text, ",\"crossUnPnl\":\"0.00000000\"");
        member_decimal(text, "availableBalance", &balance->free);
        member_decimal(text, "maxWithdrawAmount", &balance->free);
        text_literal(text, ",\"marginAvailable\":true");
        member_number(text, "updateTime", (uint64_t)(asked->keys->now_ns / NS_PER_MS));
        text_literal(text, "}");
    }
    text_literal(text, "]");
    return 200;
}

/* What has no size is left out. */
static int answer_positions(struct binance_sim_asked *asked)
{
    struct text *text = &asked->answer->body;
    struct slice symbol = {NULL, 0};
    bool any = false;
    dialect_parameter(asked->query, SLICE("symbol"), &symbol);
    text_literal(text, "[");
    for (uint32_t i = 0; i < asked->view->position_count; i++) {
        const struct dialect_position *position =
            asked->view->position(asked->view->context, asked->view->account, i);
        if (decimal_is_zero(&position->qty) ||
            (symbol.len > 0 && !slice_equal(symbol, position->symbol)))
            continue;
        text_append(text, any ? SLICE(",{\"symbol\":\"") : SLICE("{\"symbol\":\""));
        text_append(text, position->symbol);
        text_literal(text, "\",\"positionSide\":\"BOTH\"");
        member_decimal(text, "positionAmt", &position->qty);
        member_decimal(text, "entryPrice", &position->entry);
        member_decimal(text, "breakEvenPrice", &position->entry);
        member_decimal(text, "markPrice", &position->mark);
        member_decimal(text, "unRealizedProfit", &position->pnl);
        member_decimal(text, "liquidationPrice", &position->liquidation);
        text_literal(text, ",\"isolatedMargin\":\"0\",\"notional\":\"0\",\"marginAsset\":\"USDT\","
                           "\"isolatedWallet\":\"0\",\"initialMargin\":\"0\","
                           "\"maintMargin\":\"0\",\"positionInitialMargin\":\"0\","
                           "\"openOrderInitialMargin\":\"0\",\"adl\":1,\"bidNotional\":\"0\","
                           "\"askNotional\":\"0\"");
        member_number(text, "updateTime", (uint64_t)(asked->keys->now_ns / NS_PER_MS));
        text_literal(text, "}");
        any = true;
    }
    text_literal(text, "]");
    return 200;
}

/* 6.2.1: POST makes one or gives the one that there is, PUT keeps it. DELETE would end it for
 * everybody who uses it; here it lives on. */
static int answer_listen_key(struct binance_sim_asked *asked)
{
    const struct dialect_keys *keys = asked->keys;
    struct text *text = &asked->answer->body;
    bool made = slice_equal(asked->query->method, SLICE("POST"));
    if (slice_equal(asked->query->method, SLICE("DELETE"))) {
        text_literal(text, "{}");
        return 200;
    }
    struct slice key = keys->listen_key(keys->context, asked->view->account, false);
    if (key.len == 0 && !made)
        return fail(asked, -1125, "This listenKey does not exist.");
    key = keys->listen_key(keys->context, asked->view->account, true);
    text_literal(text, "{\"listenKey\":");
    text_json_string(text, key);
    text_literal(text, "}");
    return 200;
}

/* 6.1.1: retired 2026-02-20. The body is not said. */
static int answer_retired(struct binance_sim_asked *asked)
{
    text_literal(&asked->answer->body, "{}");
    return 410;
}

enum security { BY_KEY, BY_SIGNATURE };

struct path {
    struct slice path;
    enum security security;
    uint32_t weight, weight_of_one; /* the second: with the parameter */
    struct slice one;
    binance_sim_answers *answer;
};

static const struct path spot_paths[] = {
    {{"/api/v3/openOrders", 18}, BY_SIGNATURE, 80, 6, {"symbol", 6}, binance_sim_answer_open},
    {{"/api/v3/allOrders", 17}, BY_SIGNATURE, 20, 20, {NULL, 0}, binance_sim_answer_orders},
    {{"/api/v3/order", 13}, BY_SIGNATURE, 4, 4, {NULL, 0}, binance_sim_answer_order},
    {{"/api/v3/myTrades", 16}, BY_SIGNATURE, 20, 5, {"orderId", 7}, binance_sim_answer_fills},
    {{"/api/v3/account", 15}, BY_SIGNATURE, 20, 20, {NULL, 0}, answer_account},
    {{"/sapi/v1/margin/allPairs", 24}, BY_KEY, 1, 1, {NULL, 0}, answer_nothing},
    {{"/sapi/v1/margin/isolated/allPairs", 33}, BY_KEY, 1, 1, {NULL, 0}, answer_nothing},
    {{"/api/v3/userDataStream", 22}, BY_KEY, 2, 2, {NULL, 0}, answer_retired},
    {{NULL, 0}, BY_KEY, 0, 0, {NULL, 0}, NULL},
};

static const struct path usdm_paths[] = {
    {{"/fapi/v1/openOrders", 19}, BY_SIGNATURE, 40, 1, {"symbol", 6}, binance_sim_answer_open},
    {{"/fapi/v1/openAlgoOrders", 23}, BY_SIGNATURE, 40, 1, {"symbol", 6}, answer_nothing},
    {{"/fapi/v1/allOrders", 18}, BY_SIGNATURE, 5, 5, {NULL, 0}, binance_sim_answer_orders},
    {{"/fapi/v1/allAlgoOrders", 22}, BY_SIGNATURE, 5, 5, {NULL, 0}, answer_nothing},
    {{"/fapi/v1/order", 14}, BY_SIGNATURE, 1, 1, {NULL, 0}, binance_sim_answer_order},
    {{"/fapi/v1/algoOrder", 18}, BY_SIGNATURE, 1, 1, {NULL, 0}, answer_no_order},
    {{"/fapi/v1/userTrades", 19}, BY_SIGNATURE, 5, 5, {NULL, 0}, binance_sim_answer_fills},
    {{"/fapi/v1/income", 15}, BY_SIGNATURE, 30, 30, {NULL, 0}, binance_sim_answer_income},
    {{"/fapi/v2/balance", 16}, BY_SIGNATURE, 5, 5, {NULL, 0}, answer_balance},
    {{"/fapi/v3/balance", 16}, BY_SIGNATURE, 5, 5, {NULL, 0}, answer_balance},
    {{"/fapi/v2/positionRisk", 21}, BY_SIGNATURE, 5, 5, {NULL, 0}, answer_positions},
    {{"/fapi/v3/positionRisk", 21}, BY_SIGNATURE, 5, 5, {NULL, 0}, answer_positions},
    {{"/fapi/v1/listenKey", 18}, BY_KEY, 1, 1, {NULL, 0}, answer_listen_key},
    {{NULL, 0}, BY_KEY, 0, 0, {NULL, 0}, NULL},
};

static const struct path *find_path(bool usdm, const struct dialect_query *query)
{
    const struct path *path = usdm ? usdm_paths : spot_paths;
    while (path->path.data != NULL && !slice_equal(query->path, path->path))
        path++;
    return path;
}

static uint32_t weigh(bool usdm, const struct dialect_query *query, uint32_t *group)
{
    const struct path *path = find_path(usdm, query);
    struct slice value;
    *group = 0;
    return path->one.len > 0 && dialect_parameter(query, path->one, &value) ? path->weight_of_one
                                                                            : path->weight;
}

uint32_t binance_sim_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    return weigh(false, query, group);
}

uint32_t usdm_sim_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    return weigh(true, query, group);
}

static struct slice find_header(const struct dialect_query *query, struct slice name)
{
    for (uint32_t i = 0; i < query->header_count; i++)
        if (slice_equal(query->headers[i].name, name))
            return query->headers[i].value;
    return SLICE("");
}

/* 6.1.3: what was sent, encoded as it was, without the signature; the body follows at once. */
static void write_payload(struct text *payload, const struct dialect_query *query)
{
    static const struct slice mark = {"signature=", 10};
    struct slice rest = query->raw;
    while (rest.len > 0) {
        const char *end = memchr(rest.data, '&', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        if (!slice_starts_with(rest, mark)) {
            text_append(payload, payload->len > 0 ? SLICE("&") : SLICE(""));
            text_bytes(payload, rest.data, len);
        }
        len += end != NULL;
        rest = (struct slice){rest.data + len, rest.len - len};
    }
    text_append(payload, query->body);
}

static uint32_t authenticate(bool usdm, const struct dialect_query *query,
                             const struct dialect_keys *keys, struct dialect_answer *answer,
                             int *status)
{
    char room[PAYLOAD_MAX];
    struct text payload = text_over(room, sizeof room);
    struct slice signature = {NULL, 0}, timestamp = {NULL, 0}, window = {NULL, 0};
    struct binance_sim_refusal refusal;
    const struct secret *secret;
    uint32_t account;
    bool good = binance_sim_find_key(keys, find_header(query, SLICE("x-mbx-apikey")), &account,
                                     &secret, &refusal);
    if (good && find_path(usdm, query)->security == BY_SIGNATURE) {
        dialect_parameter(query, SLICE("signature"), &signature);
        dialect_parameter(query, SLICE("timestamp"), &timestamp);
        dialect_parameter(query, SLICE("recvWindow"), &window);
        write_payload(&payload, query);
        good = !payload.overflow &&
               binance_sim_verify(secret, text_slice(&payload), signature, &refusal) &&
               binance_sim_check_time(timestamp, window, keys->now_ns, &refusal);
    }
    if (good)
        return account;
    binance_sim_fail(&answer->body, refusal.code, refusal.message);
    *status = refusal.status;
    return DIALECT_NO_ACCOUNT;
}

uint32_t binance_sim_authenticate(const struct dialect_query *query,
                                  const struct dialect_keys *keys, struct dialect_answer *answer,
                                  int *status)
{
    return authenticate(false, query, keys, answer, status);
}

uint32_t usdm_sim_authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                               struct dialect_answer *answer, int *status)
{
    return authenticate(true, query, keys, answer, status);
}

int binance_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                               const struct dialect_account_view *view,
                               struct dialect_answer *answer)
{
    struct binance_sim_asked asked = {query, keys, view, answer, false};
    return find_path(false, query)->answer(&asked);
}

int usdm_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                            const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct binance_sim_asked asked = {query, keys, view, answer, true};
    return find_path(true, query)->answer(&asked);
}
