/* SPDX-License-Identifier: Apache-2.0 */
/* What accounts are answered by REST at the simulated Binance (binance.md 5.3, 6.1.3, 6.2.1, 7; the
 * docs of 2026): whose query it is, which rows are meant, how they are written. */
#include "common/clock.h"
#include "tests/sim/dialects.h"
#include "tests/unit/dialect_stage.h"

#include <stdio.h>

#define KEY    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define SECRET "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
#define NOW_MS INT64_C(1499827319559)
#define ROWS   6

static struct secret *secret;
static struct dialect_keys keys;
static const struct dialect_account *spot, *usdm;

static bool find_key(void *context, struct slice key, uint32_t *account,
                     const struct secret **found)
{
    (void)context;
    *account = 3;
    *found = secret;
    return slice_equal(key, SLICE(KEY));
}

static char listen_room[16];

static struct slice listen_key_of(void *context, uint32_t account, bool make)
{
    (void)context;
    if (make)
        snprintf(listen_room, sizeof listen_room, "listen%u", account);
    return slice_of(listen_room);
}

/* Orders 101 to 106, a second apart, by turns of two instruments, the last two open; of each a fill
 * whose id is 100 less. */
static struct dialect_order orders[ROWS];
static struct dialect_fill fills[ROWS];

static const struct dialect_order *order_at(void *context, uint32_t account, uint32_t place)
{
    (void)context;
    ck_assert(account == 3 && place < ROWS);
    return &orders[place];
}

static const struct dialect_fill *fill_at(void *context, uint32_t account, uint32_t place)
{
    (void)context;
    ck_assert(account == 3 && place < ROWS);
    return &fills[place];
}

static const struct dialect_order *find_order(void *context, uint32_t account, uint64_t id)
{
    (void)context;
    (void)account;
    return id > 100 && id <= 100 + ROWS ? &orders[id - 101] : NULL;
}

static const struct dialect_balance *balance_at(void *context, uint32_t account, uint32_t place)
{
    static struct dialect_balance balances[2];
    (void)context;
    (void)account;
    balances[0] = (struct dialect_balance){SLICE("LTC"), decimal_of("3.5"), decimal_of("0.5")};
    balances[1] = (struct dialect_balance){SLICE("BNB"), decimal_of("0.0"), decimal_of("0")};
    return &balances[place];
}

static const struct dialect_position *position_at(void *context, uint32_t account, uint32_t place)
{
    static struct dialect_position positions[2];
    (void)context;
    (void)account;
    positions[0] = (struct dialect_position){.symbol = SLICE("FLAT")};
    positions[1] = (struct dialect_position){.symbol = SLICE("LTCBNB"),
                                             .qty = decimal_of("-2.0"),
                                             .entry = decimal_of("1.40"),
                                             .mark = decimal_of("1.45"),
                                             .pnl = decimal_of("-0.1"),
                                             .liquidation = decimal_of("9")};
    return &positions[place];
}

static const struct dialect_account_view view = {.account = 3,
                                                 .order_count = ROWS,
                                                 .fill_count = ROWS,
                                                 .balance_count = 2,
                                                 .position_count = 2,
                                                 .order = order_at,
                                                 .fill = fill_at,
                                                 .balance = balance_at,
                                                 .position = position_at,
                                                 .find_order = find_order};

static void begin(void)
{
    secret = secret_new(SLICE(SECRET));
    ck_assert_ptr_nonnull(secret);
    keys = (struct dialect_keys){
        .find = find_key, .listen_key = listen_key_of, .now_ns = NOW_MS * NS_PER_MS};
    for (uint32_t i = 0; i < ROWS; i++) {
        int64_t time_ns = (NOW_MS - (ROWS - i) * 1000) * NS_PER_MS;
        orders[i] =
            (struct dialect_order){.id = 101 + i,
                                   .symbol = i % 2 == 0 ? SLICE("LTCBNB") : SLICE("X"),
                                   .client_id = i == 2 ? SLICE("mine") : SLICE(""),
                                   .price = decimal_of("1.50"),
                                   .qty = decimal_of("6.0"),
                                   .state = i < 4 ? DIALECT_ORDER_FILLED : DIALECT_ORDER_OPEN,
                                   .created_ns = time_ns,
                                   .updated_ns = time_ns + NS_PER_MS};
        fills[i] = (struct dialect_fill){.id = 1 + i,
                                         .order_id = 101 + i,
                                         .symbol = orders[i].symbol,
                                         .price = decimal_of("1.40"),
                                         .qty = decimal_of("2.0"),
                                         .cost = decimal_of("2.80"),
                                         .fee = decimal_of("0.001"),
                                         .pnl = decimal_of("0.2"),
                                         .fee_asset = SLICE("BNB"),
                                         .time_ns = time_ns};
    }
}

static void end(void)
{
    secret_destroy(&secret);
}

/* A query as the simulator hands it on: parameters of `raw` need no decoding. */
static struct dialect_query sent_query(const char *method, const char *path, const char *raw,
                                       const char *key)
{
    static struct dialect_parameter parameters[16], header;
    struct dialect_query query = {.path = slice_of(path),
                                  .method = slice_of(method),
                                  .raw = slice_of(raw),
                                  .parameters = parameters,
                                  .headers = &header,
                                  .header_count = key != NULL};
    header =
        (struct dialect_parameter){SLICE("x-mbx-apikey"), key != NULL ? slice_of(key) : SLICE("")};
    for (const char *at = raw; *at != '\0';) {
        const char *equals = strchr(at, '='), *stop = strchrnul(at, '&');
        ck_assert(equals != NULL && equals < stop && query.parameter_count < 16);
        parameters[query.parameter_count++] = (struct dialect_parameter){
            {at, (size_t)(equals - at)}, {equals + 1, (size_t)(stop - equals - 1)}};
        at = *stop == '&' ? stop + 1 : stop;
    }
    return query;
}

static char body_room[8192];

/* The status and body of an answer to somebody who is known. */
static int ask_as(const struct dialect_account *account, const char *method, const char *path,
                  const char *raw)
{
    const struct dialect_query query = sent_query(method, path, raw, KEY);
    struct dialect_answer answer = {.body = text_over(body_room, sizeof body_room)};
    uint32_t group = 9;
    ck_assert_uint_gt(account->weigh(&query, &group), 0);
    ck_assert_uint_eq(group, 0);
    int status = account->answer(&query, &keys, &view, &answer);
    text_terminate(&answer.body);
    ck_assert(!answer.body.overflow && !answer.snapshot);
    return status;
}

/* The ids of the rows of an answer, in their order. */
static void expect_ids(const struct dialect_account *account, const char *path, const char *raw,
                       const char *name, const char *expected)
{
    char room[256];
    struct text ids = text_over(room, sizeof room);
    ck_assert_int_eq(ask_as(account, "GET", path, raw), 200);
    for (const char *at = body_room; (at = strstr(at, name)) != NULL; at += strlen(name))
        text_format(&ids, " %lld", strtoll(at + strlen(name), NULL, 10));
    text_terminate(&ids);
    ck_assert_msg(strcmp(room, expected) == 0, "%s?%s:%s instead of%s", path, raw, room, expected);
}

static void expect_error(const struct dialect_account *account, const char *method,
                         const char *path, const char *raw, const char *code)
{
    char expected[64];
    snprintf(expected, sizeof expected, "{\"code\":%s,", code);
    ck_assert_int_eq(ask_as(account, method, path, raw), 400);
    ck_assert_msg(strncmp(body_room, expected, strlen(expected)) == 0, "%s", body_room);
}

/* Whose a query is, or the error. */
static void expect_whose(const struct dialect_account *account, const char *path, const char *raw,
                         const char *key, int expected, const char *code)
{
    const struct dialect_query query = sent_query("GET", path, raw, key);
    char room[512], start[64];
    struct dialect_answer answer = {.body = text_over(room, sizeof room)};
    int status = 200;
    uint32_t found = account->authenticate(&query, &keys, &answer, &status);
    ck_assert_uint_eq(found, expected == 200 ? 3 : DIALECT_NO_ACCOUNT);
    ck_assert_int_eq(status, expected);
    snprintf(start, sizeof start, "{\"code\":%s,", code);
    text_terminate(&answer.body);
    ck_assert_msg(expected == 200 ? answer.body.len == 0 : strncmp(room, start, strlen(start)) == 0,
                  "%s: %s", raw, room);
}

#define DOCUMENTED                                                                                 \
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&"      \
    "timestamp=1499827319559"
#define SIGNATURE "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"

/* The second vector of 6.1.3; the signature may be in capitals. */
START_TEST(binance_queries_are_whose_they_are_signed_by)
{
    static const char path[] = "/api/v3/openOrders";
    char upper[] = DOCUMENTED "&signature=" SIGNATURE;
    for (char *at = strstr(upper, SIGNATURE); *at != '\0'; at++)
        *at = *at >= 'a' && *at <= 'f' ? (char)(*at - 'a' + 'A') : *at;
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, KEY, 200, "");
    expect_whose(spot, path, upper, KEY, 200, "");
    expect_whose(spot, path, "signature=" SIGNATURE "&" DOCUMENTED, KEY, 200, "");
    expect_whose(usdm, "/fapi/v1/order", DOCUMENTED "&signature=" SIGNATURE, KEY, 200, "");
    expect_whose(spot, path, DOCUMENTED "&a=1&signature=" SIGNATURE, KEY, 400, "-1022");
    expect_whose(spot, path, DOCUMENTED "&signature=00", KEY, 400, "-1022");
    expect_whose(spot, path, DOCUMENTED, KEY, 400, "-1102");
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, "other", 401, "-2015");
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, NULL, 401, "-2014");
    keys.now_ns = (NOW_MS + 5001) * NS_PER_MS;
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, KEY, 400, "-1021");
    keys.now_ns = (NOW_MS - 1000) * NS_PER_MS;
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, KEY, 400, "-1021");
    keys.now_ns = (NOW_MS - 999) * NS_PER_MS;
    expect_whose(spot, path, DOCUMENTED "&signature=" SIGNATURE, KEY, 200, "");
}
END_TEST

START_TEST(binance_weights_of_accounts_are_the_documented_ones)
{
    static const struct {
        bool usdm;
        const char *path, *raw;
        uint32_t weight;
    } cases[] = {
        {false, "/api/v3/openOrders", "", 80},
        {false, "/api/v3/openOrders", "symbol=A", 6},
        {false, "/api/v3/allOrders", "", 20},
        {false, "/api/v3/myTrades", "symbol=A", 20},
        {false, "/api/v3/myTrades", "orderId=1", 5},
        {false, "/api/v3/account", "", 20},
        {false, "/api/v3/order", "", 4},
        {false, "/api/v3/time", "", 0},
        {false, "/fapi/v1/openOrders", "", 0},
        {true, "/fapi/v1/openOrders", "", 40},
        {true, "/fapi/v1/openOrders", "symbol=A", 1},
        {true, "/fapi/v1/userTrades", "", 5},
        {true, "/fapi/v1/allOrders", "", 5},
        {true, "/fapi/v3/balance", "", 5},
        {true, "/fapi/v3/positionRisk", "", 5},
        {true, "/fapi/v1/listenKey", "", 1},
        {true, "/fapi/v1/depth", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dialect_query query = sent_query("GET", cases[i].path, cases[i].raw, KEY);
        uint32_t group;
        ck_assert_msg((cases[i].usdm ? usdm : spot)->weigh(&query, &group) == cases[i].weight,
                      "%s?%s", cases[i].path, cases[i].raw);
    }
}
END_TEST

#define SPAN "startTime=1499827313559&endTime=1499827317559" /* of the first five */

START_TEST(binance_lists_of_orders_are_those_that_are_meant)
{
    static const char name[] = "\"orderId\":";
    expect_ids(spot, "/api/v3/openOrders", "", name, " 105 106");
    expect_ids(usdm, "/fapi/v1/openOrders", "symbol=X", name, " 106");
    expect_ids(spot, "/api/v3/allOrders", "symbol=LTCBNB", name, " 101 103 105");
    expect_ids(spot, "/api/v3/allOrders", "symbol=LTCBNB&limit=2", name, " 103 105");
    expect_ids(spot, "/api/v3/allOrders", "symbol=LTCBNB&orderId=102&limit=1", name, " 103");
    expect_ids(usdm, "/fapi/v1/allOrders", "symbol=X&" SPAN, name, " 102 104");
    expect_ids(usdm, "/fapi/v1/allOrders", "symbol=NONE", name, "");
    expect_ids(usdm, "/fapi/v1/openAlgoOrders", "", name, "");
    expect_error(spot, "GET", "/api/v3/allOrders", "", "-1102");
    expect_error(spot, "GET", "/api/v3/allOrders", "symbol=A&limit=x", "-1100");
    expect_error(spot, "GET", "/api/v3/allOrders", "symbol=A&startTime=0&endTime=86400001",
                 "-1127");
    expect_ids(usdm, "/fapi/v1/allOrders", "symbol=A&startTime=0&endTime=604800000", name, "");
    expect_error(usdm, "GET", "/fapi/v1/allOrders", "symbol=A&startTime=0&endTime=604800001",
                 "-1127");
}
END_TEST

START_TEST(binance_lists_of_fills_are_those_that_are_meant)
{
    static const char name[] = "\"id\":";
    expect_ids(spot, "/api/v3/myTrades", "symbol=LTCBNB", name, " 1 3 5");
    expect_ids(spot, "/api/v3/myTrades", "symbol=LTCBNB&limit=1", name, " 5");
    expect_ids(spot, "/api/v3/myTrades", "symbol=LTCBNB&fromId=2&limit=1", name, " 3");
    expect_ids(spot, "/api/v3/myTrades", "symbol=LTCBNB&orderId=103", name, " 3");
    expect_ids(usdm, "/fapi/v1/userTrades", "symbol=X&" SPAN, name, " 2 4");
    keys.now_ns = (NOW_MS + INT64_C(7) * 86400000 - 2500) * NS_PER_MS;
    expect_ids(usdm, "/fapi/v1/userTrades", "symbol=X", name, " 6");
    expect_error(spot, "GET", "/api/v3/myTrades", "symbol=A&fromId=1&startTime=1", "-1128");
    expect_error(usdm, "GET", "/fapi/v1/userTrades", "fromId=1", "-1102");
}
END_TEST

START_TEST(binance_rows_are_written_as_documented)
{
    ck_assert_int_eq(ask_as(spot, "GET", "/api/v3/order", "symbol=LTCBNB&orderId=103"), 200);
    ck_assert_str_eq(body_room,
                     "{\"symbol\":\"LTCBNB\",\"orderId\":103,\"orderListId\":-1,"
                     "\"clientOrderId\":\"mine\",\"price\":\"1.50\",\"origQty\":\"6.0\","
                     "\"executedQty\":\"0\",\"cummulativeQuoteQty\":\"0\",\"status\":\"FILLED\","
                     "\"timeInForce\":\"GTC\",\"type\":\"LIMIT\",\"side\":\"BUY\","
                     "\"stopPrice\":\"0\",\"icebergQty\":\"0.00000000\",\"time\":1499827315559,"
                     "\"updateTime\":1499827315560,\"isWorking\":true,"
                     "\"workingTime\":1499827315559,\"origQuoteOrderQty\":\"0\","
                     "\"selfTradePreventionMode\":\"EXPIRE_MAKER\"}");
    ck_assert_int_eq(ask_as(usdm, "GET", "/fapi/v1/order", "symbol=LTCBNB&origClientOrderId=mine"),
                     200);
    ck_assert_str_eq(body_room, "{\"avgPrice\":\"0\",\"clientOrderId\":\"mine\",\"cumQuote\":\"0\","
                                "\"executedQty\":\"0\",\"orderId\":103,\"origQty\":\"6.0\","
                                "\"origType\":\"LIMIT\",\"price\":\"1.50\",\"reduceOnly\":false,"
                                "\"side\":\"BUY\",\"positionSide\":\"BOTH\",\"status\":\"FILLED\","
                                "\"stopPrice\":\"0\",\"closePosition\":false,\"symbol\":\"LTCBNB\","
                                "\"time\":1499827315559,\"timeInForce\":\"GTC\",\"type\":\"LIMIT\","
                                "\"updateTime\":1499827315560,\"workingType\":\"CONTRACT_PRICE\","
                                "\"priceProtect\":false,\"priceMatch\":\"NONE\","
                                "\"selfTradePreventionMode\":\"EXPIRE_MAKER\",\"goodTillDate\":0}");
    ck_assert_int_eq(ask_as(spot, "GET", "/api/v3/myTrades", "symbol=X&orderId=102"), 200);
    ck_assert_str_eq(body_room, "[{\"symbol\":\"X\",\"id\":2,\"orderId\":102,\"orderListId\":-1,"
                                "\"price\":\"1.40\",\"qty\":\"2.0\",\"quoteQty\":\"2.80\","
                                "\"commission\":\"0.001\",\"commissionAsset\":\"BNB\","
                                "\"time\":1499827314559,\"isBuyer\":true,\"isMaker\":false,"
                                "\"isBestMatch\":true}]");
    ck_assert_int_eq(ask_as(usdm, "GET", "/fapi/v1/userTrades", "symbol=X&orderId=102"), 200);
    ck_assert_str_eq(body_room, "[{\"symbol\":\"X\",\"id\":2,\"orderId\":102,\"price\":\"1.40\","
                                "\"qty\":\"2.0\",\"side\":\"BUY\",\"realizedPnl\":\"0.2\","
                                "\"positionSide\":\"BOTH\",\"quoteQty\":\"2.80\","
                                "\"commission\":\"0.001\",\"commissionAsset\":\"BNB\","
                                "\"time\":1499827314559,\"buyer\":true,\"maker\":false}]");
    expect_error(spot, "GET", "/api/v3/order", "symbol=X&orderId=103", "-2013");
    expect_error(spot, "GET", "/api/v3/order", "symbol=X&orderId=7", "-2013");
    expect_error(usdm, "GET", "/fapi/v1/algoOrder", "algoId=7", "-2013");
}
END_TEST

START_TEST(binance_wallets_are_written_as_documented)
{
    ck_assert_int_eq(ask_as(spot, "GET", "/api/v3/account", "omitZeroBalances=true"), 200);
    ck_assert_ptr_nonnull(strstr(body_room, "\"balances\":[{\"asset\":\"LTC\",\"free\":\"3.5\","
                                            "\"locked\":\"0.5\"}]"));
    ck_assert_int_eq(ask_as(spot, "GET", "/api/v3/account", ""), 200);
    ck_assert_ptr_nonnull(strstr(body_room, "{\"asset\":\"BNB\",\"free\":\"0.0\","
                                            "\"locked\":\"0\"}]"));
    ck_assert_int_eq(ask_as(usdm, "GET", "/fapi/v3/balance", ""), 200);
    ck_assert_ptr_nonnull(strstr(body_room, "\"asset\":\"LTC\",\"balance\":\"4.0\","
                                            "\"crossWalletBalance\":\"4.0\""));
    ck_assert_int_eq(ask_as(usdm, "GET", "/fapi/v3/positionRisk", ""), 200);
    ck_assert_ptr_nonnull(strstr(body_room, "[{\"symbol\":\"LTCBNB\",\"positionSide\":\"BOTH\","
                                            "\"positionAmt\":\"-2.0\",\"entryPrice\":\"1.40\""));
    ck_assert_ptr_null(strstr(body_room, "FLAT"));
    ck_assert_int_eq(ask_as(usdm, "GET", "/fapi/v3/positionRisk", "symbol=X"), 200);
    ck_assert_str_eq(body_room, "[]");
}
END_TEST

/* 6.2.1; spot's was retired 2026-02-20. */
START_TEST(binance_listen_keys_are_made_and_kept)
{
    static const char path[] = "/fapi/v1/listenKey";
    listen_room[0] = '\0';
    expect_error(usdm, "PUT", path, "", "-1125");
    ck_assert_int_eq(ask_as(usdm, "POST", path, ""), 200);
    ck_assert_str_eq(body_room, "{\"listenKey\":\"listen3\"}");
    ck_assert_int_eq(ask_as(usdm, "PUT", path, ""), 200);
    ck_assert_str_eq(body_room, "{\"listenKey\":\"listen3\"}");
    ck_assert_int_eq(ask_as(usdm, "DELETE", path, ""), 200);
    ck_assert_str_eq(body_room, "{}");
    expect_whose(usdm, path, "", KEY, 200, "");
    expect_whose(usdm, path, "", "other", 401, "-2015");
    ck_assert_int_eq(ask_as(spot, "POST", "/api/v3/userDataStream", ""), 410);
}
END_TEST

int main(void)
{
    char error[256] = "";
    if (!secret_global_init(error, sizeof error)) {
        fputs(error, stderr);
        return 1;
    }
    spot = dialects_find(SLICE("binance"))->account;
    usdm = dialects_find(SLICE("binance-usdm"))->account;
    Suite *suite = suite_create("sim_binance_private_rest");
    TCase *tests = tcase_create("rest");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, binance_queries_are_whose_they_are_signed_by);
    tcase_add_test(tests, binance_weights_of_accounts_are_the_documented_ones);
    tcase_add_test(tests, binance_lists_of_orders_are_those_that_are_meant);
    tcase_add_test(tests, binance_lists_of_fills_are_those_that_are_meant);
    tcase_add_test(tests, binance_rows_are_written_as_documented);
    tcase_add_test(tests, binance_wallets_are_written_as_documented);
    tcase_add_test(tests, binance_listen_keys_are_made_and_kept);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
