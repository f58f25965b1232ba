/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Bybit answers to an account by REST: bybit.md 5.1, 5.2 and 5.5. */
#include "tests/unit/sim_bybit_account.h"

/* Five orders, the odd ones open. */
static struct dialect_order orders[5];

static const struct dialect_order *order_at(void *context, uint32_t account, uint32_t place)
{
    (void)context;
    ck_assert(account == 3 && place < 5);
    orders[place] = order_of("0", place % 2 ? DIALECT_ORDER_OPEN : DIALECT_ORDER_CANCELED);
    orders[place].id = 100 + place;
    return &orders[place];
}

static const struct dialect_order *find_order(void *context, uint32_t account, uint64_t id)
{
    return id >= 100 && id < 105 ? order_at(context, account, (uint32_t)(id - 100)) : NULL;
}

static const struct dialect_fill *fill_at(void *context, uint32_t account, uint32_t place)
{
    static struct dialect_fill fill;
    (void)context;
    (void)account;
    fill = fill_of();
    fill.id += place;
    fill.order_id = 100 + place;
    return &fill;
}

static const struct dialect_balance *balance_at(void *context, uint32_t account, uint32_t place)
{
    static struct dialect_balance balance;
    (void)context;
    (void)account;
    balance = (struct dialect_balance){place == 0 ? SLICE("USDT") : SLICE("ETH"),
                                       decimal_of(place == 0 ? "5" : "0"), decimal_of("0")};
    return &balance;
}

static const struct dialect_position *position_at(void *context, uint32_t account, uint32_t place)
{
    static struct dialect_position position;
    (void)context;
    (void)account;
    position = (struct dialect_position){.symbol = place == 0 ? SLICE("BTCUSDT") : SLICE("BTCPERP"),
                                         .qty = decimal_of("1"),
                                         .entry = decimal_of("60000"),
                                         .leverage = 10};
    return &position;
}

static const struct dialect_account_view view = {.account = 3,
                                                 .order_count = 5,
                                                 .fill_count = 5,
                                                 .balance_count = 2,
                                                 .position_count = 2,
                                                 .order = order_at,
                                                 .fill = fill_at,
                                                 .balance = balance_at,
                                                 .position = position_at,
                                                 .find_order = find_order};

#define PARAMETERS_MAX 8
static struct dialect_parameter parameters[PARAMETERS_MAX];

/* A query as "category=linear&limit=2", of which nothing is encoded. */
static struct dialect_query query_of(const char *path, const char *raw)
{
    struct dialect_query query = {.path = slice_of(path),
                                  .parameters = parameters,
                                  .method = SLICE("GET"),
                                  .raw = slice_of(raw)};
    while (*raw != '\0') {
        const char *equals = strchr(raw, '='), *end = strchrnul(raw, '&');
        parameters[query.parameter_count++] = (struct dialect_parameter){
            {raw, (size_t)(equals - raw)}, {equals + 1, (size_t)(end - equals - 1)}};
        raw = *end == '&' ? end + 1 : end;
    }
    return query;
}

static const char *get(size_t market, const char *path, const char *raw)
{
    static char room[16384];
    struct dialect_query query = query_of(path, raw);
    struct dialect_answer answer = {.body = text_over(room, sizeof room)};
    uint32_t group;
    ck_assert_uint_eq(half(market)->weigh(&query, &group), 1);
    ck_assert_int_eq(half(market)->answer(&query, &keys, &view, &answer), 200);
    text_terminate(&answer.body);
    ck_assert(!answer.body.overflow);
    return room;
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

START_TEST(bybit_lists_orders_page_by_page)
{
    const char *body = get(SPOT, "/v5/order/realtime", "category=spot&limit=1");
    ck_assert_ptr_nonnull(strstr(body, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":"
                                       "\"spot\",\"list\":[{\"symbol\":\"BTCUSDT\",\"orderId\":"
                                       "\"1850000000000000103\""));
    ck_assert_uint_eq(count_of(body, "\"orderId\""), 1);
    ck_assert_ptr_nonnull(strstr(body, "\"nextPageCursor\":\"3%3A3\"},\"retExtInfo\":{},\"time\":"
                                       "1700000000000}"));
    body = get(SPOT, "/v5/order/realtime", "category=spot&limit=1&cursor=3%3A3");
    ck_assert_ptr_nonnull(strstr(body, "\"orderId\":\"1850000000000000101\""));
    ck_assert_ptr_nonnull(strstr(body, "\"nextPageCursor\":\"\""));
    /* One that was decoded once too often is none of ours. */
    body = get(SPOT, "/v5/order/realtime", "category=spot&cursor=3:3");
    ck_assert_ptr_nonnull(strstr(body, "\"retCode\":10001"));
    body = get(SPOT, "/v5/order/history", "category=spot");
    ck_assert_uint_eq(count_of(body, "\"orderId\""), 3);
    body = get(SPOT, "/v5/order/history", "category=spot&orderId=1850000000000000102");
    ck_assert_uint_eq(count_of(body, "\"orderId\""), 1);
    body = get(SPOT, "/v5/order/realtime", "category=spot&orderId=1850000000000000102");
    ck_assert_ptr_nonnull(strstr(body, "\"list\":[]"));
    body = get(SPOT, "/v5/order/realtime", "category=spot&openOnly=1");
    ck_assert_uint_eq(count_of(body, "\"orderId\""), 5);
    ck_assert_ptr_nonnull(
        strstr(get(SPOT, "/v5/order/realtime", "category=linear&symbol=BTCUSDT"), "\"list\":[]"));
}
END_TEST

START_TEST(bybit_refuses_what_it_does_not_have)
{
    static const struct {
        const char *path, *raw;
    } cases[] = {
        {"/v5/order/realtime", ""},
        {"/v5/order/realtime", "category=futures"},
        {"/v5/order/realtime", "category=linear"},
        {"/v5/order/realtime", "category=linear&settleCoin=USDT&limit=51"},
        {"/v5/order/realtime", "category=linear&settleCoin=USDT&limit=0"},
        {"/v5/position/list", "category=linear"},
        {"/v5/position/list", "category=spot"},
        {"/v5/position/list", "category=linear&settleCoin=USDT&limit=201"},
        {"/v5/execution/list", "category=linear&limit=101"},
        {"/v5/execution/list", "category=linear&startTime=1&endTime=604800002"},
        {"/v5/account/wallet-balance", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *body = get(LINEAR, cases[i].path, cases[i].raw);
        ck_assert_msg(strstr(body, "{\"retCode\":10001,") == body, "%s", body);
    }
    uint32_t group;
    struct dialect_query query = query_of("/v5/order/create", "");
    ck_assert_uint_eq(half(LINEAR)->weigh(&query, &group), 0);
}
END_TEST

START_TEST(bybit_lists_fills_positions_and_coins)
{
    ck_assert_uint_eq(count_of(get(LINEAR, "/v5/execution/list",
                                   "category=linear&startTime=1700000000000&limit=100"),
                               "\"execId\""),
                      5);
    ck_assert_uint_eq(
        count_of(get(LINEAR, "/v5/execution/list", "category=linear&startTime=1700000000006"),
                 "\"execId\""),
        0);
    ck_assert_uint_eq(
        count_of(get(LINEAR, "/v5/execution/list", "category=linear&startTime=1700000000005"),
                 "\"execId\""),
        5);
    const char *body =
        get(LINEAR, "/v5/position/list", "category=linear&settleCoin=USDC&limit=200");
    ck_assert_uint_eq(count_of(body, "\"symbol\""), 1);
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"BTCPERP\""));
    ck_assert_ptr_nonnull(strstr(body, "\"avgPrice\":\"60000\""));
    body = get(LINEAR, "/v5/position/list", "category=linear&symbol=ETHUSDT");
    ck_assert_ptr_nonnull(strstr(body, "\"symbol\":\"ETHUSDT\""));
    ck_assert_ptr_nonnull(strstr(body, "\"side\":\"\",\"size\":\"0\""));
    body = get(LINEAR, "/v5/account/wallet-balance", "accountType=UNIFIED");
    ck_assert_uint_eq(count_of(body, "{\"coin\":\""), 1);
    ck_assert_ptr_nonnull(strstr(body, "{\"coin\":\"USDT\",\"equity\":\"5\""));
}
END_TEST

static uint32_t authenticate(const char *key, const char *time, const char *sign, char *body,
                             size_t room)
{
    struct dialect_query query = query_of("/v5/order/realtime", "category=linear&symbol=BTCUSDT");
    const struct dialect_parameter headers[] = {
        {SLICE("x-bapi-api-key"), slice_of(key)},
        {SLICE("x-bapi-timestamp"), slice_of(time)},
        {SLICE("x-bapi-sign"), slice_of(sign)},
        {SLICE("x-bapi-recv-window"), SLICE("5000")},
    };
    struct dialect_answer answer = {.body = text_over(body, room)};
    int status = 0;
    query.headers = headers;
    query.header_count = 4;
    uint32_t account = half(LINEAR)->authenticate(&query, &keys, &answer, &status);
    text_terminate(&answer.body);
    ck_assert(account == 3 || status == 200);
    return account;
}

#define VECTOR "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7"

START_TEST(bybit_checks_who_asks)
{
    static const struct {
        const char *key, *time, *sign, *code; /* NULL: it is let in */
    } cases[] = {
        {"test_api_key", "1700000000000", VECTOR, NULL},
        {"another_key", "1700000000000", VECTOR, "10003"},
        {"", "1700000000000", VECTOR, "10003"},
        {"test_api_key", "1699999994999", VECTOR, "10002"},
        {"test_api_key", "1700000001000", VECTOR, "10002"},
        {"test_api_key", "soon", VECTOR, "10002"},
        {"test_api_key", "1700000000001", VECTOR, "10004"},
        {"test_api_key", "1700000000000", "", "10004"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[512], expected[64];
        uint32_t account =
            authenticate(cases[i].key, cases[i].time, cases[i].sign, body, sizeof body);
        ck_assert_uint_eq(account, cases[i].code == NULL ? 3 : DIALECT_NO_ACCOUNT);
        if (cases[i].code == NULL)
            continue;
        snprintf(expected, sizeof expected, "{\"retCode\":%s,\"retMsg\":\"", cases[i].code);
        ck_assert_msg(strncmp(body, expected, strlen(expected)) == 0, "%s", body);
    }
}
END_TEST

int main(void)
{
    if (!allow_secrets())
        return 1;
    Suite *suite = suite_create("sim_bybit_privaterest");
    TCase *tests = tcase_create("bybit");
    tcase_add_checked_fixture(tests, make_secret, drop_secret);
    tcase_add_test(tests, bybit_lists_orders_page_by_page);
    tcase_add_test(tests, bybit_refuses_what_it_does_not_have);
    tcase_add_test(tests, bybit_lists_fills_positions_and_coins);
    tcase_add_test(tests, bybit_checks_who_asks);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
