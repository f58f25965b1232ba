/* SPDX-License-Identifier: Apache-2.0 */
/* What Bybit is asked by REST for an account, with the vector of bybit.md 5.5, and what its replies
 * are taken for. */
#include "tests/unit/bybit_private.h"

#define NOW_MS   INT64_C(1700000000000)
#define SPAN_MS  (INT64_C(7) * 24 * 3600 * 1000)
#define MINUTE   60000
#define SINCE_MS (NOW_MS - 1000)

static char path_room[PRIVATE_PATH_MAX], headers_room[PRIVATE_HEADERS_MAX], body_room[64];
static struct private_keys keys;

static void begin(void)
{
    keys = keys_of("test_api_key", "test_secret");
}

static void end(void)
{
    free_keys(&keys);
}

static struct call call;

static bool write_call(size_t market, const struct call_ask *ask)
{
    call = (struct call){.path = text_over(path_room, sizeof path_room),
                         .headers = text_over(headers_room, sizeof headers_room),
                         .body = text_over(body_room, sizeof body_room)};
    return private_bybit[market]->write_call(&call, &keys, ask);
}

static void expect_written(const struct text *text, const char *expected)
{
    ck_assert_msg(slice_equal(text_slice(text), slice_of(expected)), "%.*s", (int)text->len,
                  text->data);
}

START_TEST(bybit_call_is_signed_as_documented)
{
    const struct call_ask ask = {
        .purpose = CALL_ORDER, .exchange_symbol = SLICE("BTCUSDT"), .now_ms = NOW_MS};
    ck_assert(write_call(LINEAR, &ask));
    ck_assert_str_eq(call.method, "GET");
    ck_assert_uint_eq(call.weight, 1);
    ck_assert_uint_eq(call.body.len, 0);
    expect_written(&call.path, "/v5/order/realtime?category=linear&symbol=BTCUSDT");
    expect_written(
        &call.headers,
        "X-BAPI-API-KEY: test_api_key\r\nX-BAPI-TIMESTAMP: 1700000000000\r\n"
        "X-BAPI-SIGN: fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7\r\n"
        "X-BAPI-RECV-WINDOW: 5000\r\n");
}
END_TEST

START_TEST(bybit_calls_have_their_paths_and_rounds)
{
    static const struct {
        size_t market;
        enum call_purpose purpose;
        const char *rounds[3]; /* NULL: there are no more */
    } cases[] = {
        {SPOT, CALL_CLOCK, {"/v5/market/time"}},
        {SPOT, CALL_OPEN_ORDERS, {"/v5/order/realtime?category=spot&limit=50"}},
        {LINEAR,
         CALL_OPEN_ORDERS,
         {"/v5/order/realtime?category=linear&settleCoin=USDT&limit=50",
          "/v5/order/realtime?category=linear&settleCoin=USDC&limit=50"}},
        {INVERSE, CALL_OPEN_ORDERS, {"/v5/order/realtime?category=inverse&limit=50"}},
        {LINEAR,
         CALL_CLOSED_ORDERS,
         {"/v5/order/"
          "history?category=linear&startTime=1699999999000&endTime=1700000001000&limit=50"}},
        {SPOT,
         CALL_FILLS,
         {"/v5/execution/"
          "list?category=spot&startTime=1699999999000&endTime=1700000001000&limit=100"}},
        {SPOT,
         CALL_ORDER,
         {"/v5/order/realtime?category=spot&symbol=BTCUSDT&orderId=9%2F1",
          "/v5/order/history?category=spot&symbol=BTCUSDT&orderId=9%2F1"}},
        {INVERSE, CALL_BALANCES, {"/v5/account/wallet-balance?accountType=UNIFIED"}},
        {SPOT, CALL_POSITIONS, {NULL}},
        {LINEAR,
         CALL_POSITIONS,
         {"/v5/position/list?category=linear&settleCoin=USDT&limit=200",
          "/v5/position/list?category=linear&settleCoin=USDC&limit=200"}},
        {INVERSE, CALL_POSITIONS, {"/v5/position/list?category=inverse&limit=200"}},
        {SPOT, CALL_KEY, {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t round = 0; round < 3; round++) {
            const char *expected = cases[i].rounds[round];
            const struct call_ask ask = {.purpose = cases[i].purpose,
                                         .round = round,
                                         .exchange_symbol = SLICE("BTCUSDT"),
                                         .order_id = SLICE("9/1"),
                                         .since_ms = SINCE_MS,
                                         .now_ms = NOW_MS};
            ck_assert_int_eq(write_call(cases[i].market, &ask), expected != NULL);
            if (expected == NULL)
                break;
            expect_written(&call.path, expected);
            ck_assert((call.headers.len == 0) == (cases[i].purpose == CALL_CLOCK));
        }
}
END_TEST

/* 5.1: nothing is asked for that is older than a span. */
START_TEST(bybit_span_reaches_back_a_week_at_most)
{
    const int64_t since[] = {0, NOW_MS - 30 * SPAN_MS, NOW_MS - SPAN_MS};
    char expected[128];
    snprintf(expected, sizeof expected,
             "/v5/execution/list?category=inverse&startTime=%lld&endTime=1700000001000&limit=100",
             (long long)(NOW_MS - SPAN_MS + MINUTE));
    for (size_t i = 0; i < sizeof since / sizeof *since; i++) {
        ck_assert(write_call(
            INVERSE,
            &(struct call_ask){.purpose = CALL_FILLS, .since_ms = since[i], .now_ms = NOW_MS}));
        expect_written(&call.path, expected);
    }
}
END_TEST

/* 8 #22: the cursor is encoded already, and encoded once more; what is signed is what is sent. */
START_TEST(bybit_cursor_is_signed_as_it_is_sent)
{
    const struct call_ask ask = {
        .purpose = CALL_OPEN_ORDERS, .cursor = SLICE("a%3A1%2Cb%3A2"), .now_ms = NOW_MS};
    ck_assert(write_call(SPOT, &ask));
    expect_written(&call.path,
                   "/v5/order/realtime?category=spot&limit=50&cursor=a%253A1%252Cb%253A2");
    const char *begin = memmem(call.headers.data, call.headers.len, "SIGN: ", 6);
    ck_assert_ptr_nonnull(begin);
    ck_assert(sign_verify(keys.secret, SIGN_SHA256, SIGN_HEX,
                          SLICE("1700000000000test_api_key5000category=spot&limit=50&cursor="
                                "a%253A1%252Cb%253A2"),
                          (struct slice){begin + 6, 64}));
}
END_TEST

START_TEST(bybit_call_is_not_written_cut)
{
    const struct call_ask ask = {.purpose = CALL_BALANCES, .now_ms = NOW_MS};
    for (int i = 0; i < 2; i++) {
        call = (struct call){.path = text_over(path_room, i == 0 ? 20 : sizeof path_room),
                             .headers = text_over(headers_room, i == 0 ? sizeof headers_room : 60)};
        ck_assert(!private_bybit[SPOT]->write_call(&call, &keys, &ask));
    }
}
END_TEST

static char cursor_room[PRIVATE_CURSOR_MAX], listen_room[8];
static struct call_reply reply;

static void read_reply(size_t market, enum call_purpose purpose, uint32_t status, const char *body)
{
    const struct call_ask ask = {.purpose = purpose};
    forget_told();
    reply = (struct call_reply){.cursor = text_over(cursor_room, sizeof cursor_room),
                                .listen_key = text_over(listen_room, sizeof listen_room)};
    private_bybit[market]->read_reply(exact_bytes(slice_of(body)), status, &ask, &parsing,
                                      keep_told, NULL, &reply);
}

#define OK(result)                                                                                 \
    "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":" result                                          \
    ",\"retExtInfo\":{},\"time\":1671017382656}"

START_TEST(bybit_clock_is_read)
{
    read_reply(SPOT, CALL_CLOCK, 200,
               OK("{\"timeSecond\":\"1671017382\",\"timeNano\":\"1671017382656123456\"}"));
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE);
    ck_assert_int_eq(reply.server_ms, 1671017382656);
}
END_TEST

/* Lists begin with the newest. */
START_TEST(bybit_rows_are_told_from_the_oldest)
{
    read_reply(
        LINEAR, CALL_OPEN_ORDERS, 200,
        OK("{\"nextPageCursor\":\"b%3A2\",\"category\":\"linear\",\"list\":[{\"symbol\":\"B\","
           "\"orderId\":\"2\",\"orderStatus\":\"New\",\"updatedTime\":\"2\"},{\"symbol\":\"A\","
           "\"orderId\":\"1\",\"orderStatus\":\"New\",\"updatedTime\":\"1\"}]}"));
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE && reply.skipped == 0);
    expect_written(&reply.cursor, "b%3A2");
    ck_assert_uint_eq(told_count, 2);
    expect_id(&told[0].order.order_id, "1");
    expect_id(&told[1].order.order_id, "2");
    read_reply(LINEAR, CALL_FILLS, 200,
               OK("{\"nextPageCursor\":\"\",\"list\":[{\"symbol\":\"A\",\"orderId\":\"1\","
                  "\"execId\":\"b\",\"execPrice\":\"1\",\"execQty\":\"1\",\"execType\":\"Trade\","
                  "\"execTime\":\"2\"},{\"symbol\":\"A\",\"orderId\":\"1\",\"execId\":\"a\","
                  "\"execPrice\":\"1\",\"execQty\":\"1\",\"execType\":\"Trade\",\"execTime\":"
                  "\"1\"}]}"));
    ck_assert_uint_eq(told_count, 2);
    expect_id(&told[0].fill.trade_id, "a");
    ck_assert_uint_eq(reply.cursor.len, 0);
}
END_TEST

/* 5.5: the entry price has another name here. */
START_TEST(bybit_positions_and_balances_are_of_the_replys_time)
{
    read_reply(INVERSE, CALL_POSITIONS, 200,
               OK("{\"list\":[{\"positionIdx\":0,\"symbol\":\"BTCUSD\",\"side\":\"Sell\","
                  "\"size\":\"100\",\"avgPrice\":\"60000\",\"leverage\":\"10\"}]}"));
    ck_assert_uint_eq(told_count, 1);
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1671017382656000000));
    expect_numbers(&told[0], "entry_price=60000 leverage=10");
    read_reply(SPOT, CALL_BALANCES, 200,
               OK("{\"list\":[{\"accountType\":\"UNIFIED\",\"coin\":[{\"coin\":\"BTC\","
                  "\"walletBalance\":\"2\",\"locked\":\"0.5\",\"borrowAmount\":\"0\"}]}]}"));
    ck_assert_uint_eq(told_count, 1);
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1671017382656000000));
    expect_numbers(&told[0], "total=2 free=1.5 locked=0.5 borrowed=0");
}
END_TEST

START_TEST(bybit_empty_page_is_the_last_one)
{
    read_reply(SPOT, CALL_CLOSED_ORDERS, 200, OK("{\"nextPageCursor\":\"more\",\"list\":[]}"));
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE);
    ck_assert_uint_eq(reply.cursor.len, 0);
    read_reply(SPOT, CALL_CLOSED_ORDERS, 200, OK("{\"nextPageCursor\":null,\"list\":[]}"));
    ck_assert_int_eq(reply.refusal, REFUSAL_NONE);
}
END_TEST

START_TEST(bybit_bad_row_is_counted_and_takes_no_other_with_it)
{
    read_reply(SPOT, CALL_OPEN_ORDERS, 200,
               OK("{\"list\":[{\"symbol\":\"A\",\"orderId\":\"1\",\"orderStatus\":\"New\"},"
                  "{\"symbol\":\"A\"}]}"));
    ck_assert_int_eq(reply.refusal, REFUSAL_NONE);
    ck_assert_uint_eq(reply.skipped, 1);
    ck_assert_uint_eq(told_count, 1);
}
END_TEST

START_TEST(bybit_refusals_are_judged)
{
    static const struct {
        uint32_t status;
        const char *body;
        enum verdict verdict;
        const char *detail;
    } cases[] = {
        {200, "{\"retCode\":10002,\"retMsg\":\"late\",\"result\":{},\"time\":1}", VERDICT_CLOCK,
         "late"},
        {200, "{\"retCode\":10003,\"retMsg\":\"API key is invalid.\",\"result\":{}}", VERDICT_KEY,
         "API key is invalid."},
        {200, "{\"retCode\":10004,\"retMsg\":\"error sign!\"}", VERDICT_KEY, "error sign!"},
        {200, "{\"retCode\":10005,\"retMsg\":\"x\"}", VERDICT_KEY, "x"},
        {401, "{\"retCode\":10010,\"retMsg\":\"x\"}", VERDICT_KEY, "x"},
        {200, "{\"retCode\":33004,\"retMsg\":\"x\"}", VERDICT_KEY, "x"},
        {200, "{\"retCode\":10006,\"retMsg\":\"Too many visits!\"}", VERDICT_LIMITED,
         "Too many visits!"},
        {200, "{\"retCode\":110001,\"retMsg\":\"order not exists\"}", VERDICT_GONE,
         "order not exists"},
        {200, "{\"retCode\":10016,\"retMsg\":\"Server error.\"}", VERDICT_ELSE, "Server error."},
        {403, "access too frequent", VERDICT_LIMITED, "access too frequent"},
        {429, "", VERDICT_LIMITED, ""},
        {401, "", VERDICT_KEY, ""},
        {502, "<html>", VERDICT_ELSE, "<html>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_reply(SPOT, CALL_OPEN_ORDERS, cases[i].status, cases[i].body);
        ck_assert_msg(reply.verdict == cases[i].verdict && reply.refusal == REFUSAL_NONE, "%s",
                      cases[i].body);
        ck_assert(slice_equal(reply.detail, slice_of(cases[i].detail)));
        ck_assert_uint_eq(told_count, 0);
    }
}
END_TEST

START_TEST(bybit_replies_that_are_none_are_refused)
{
    static const struct {
        const char *body;
        enum refusal refusal;
    } cases[] = {
        {"hello", REFUSAL_NOT_JSON},
        {"", REFUSAL_TRUNCATED},
        {"{\"result\":{\"list\":[]}}", REFUSAL_MISSING_FIELD},
        {OK("{}"), REFUSAL_MISSING_FIELD},
        {OK("{\"list\":{}}"), REFUSAL_WRONG_TYPE},
        {"{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"list\":[]}}", REFUSAL_MISSING_FIELD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_reply(SPOT, CALL_OPEN_ORDERS, 200, cases[i].body);
        ck_assert_msg(reply.refusal == cases[i].refusal, "%s: %s", cases[i].body,
                      refusal_word(reply.refusal).data);
    }
}
END_TEST

int main(void)
{
    if (!allow_secrets())
        return 1;
    Suite *suite = suite_create("connectors_bybit_private_calls");
    TCase *tests = tcase_create("bybit");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, bybit_call_is_signed_as_documented);
    tcase_add_test(tests, bybit_calls_have_their_paths_and_rounds);
    tcase_add_test(tests, bybit_span_reaches_back_a_week_at_most);
    tcase_add_test(tests, bybit_cursor_is_signed_as_it_is_sent);
    tcase_add_test(tests, bybit_call_is_not_written_cut);
    tcase_add_test(tests, bybit_clock_is_read);
    tcase_add_test(tests, bybit_rows_are_told_from_the_oldest);
    tcase_add_test(tests, bybit_positions_and_balances_are_of_the_replys_time);
    tcase_add_test(tests, bybit_empty_page_is_the_last_one);
    tcase_add_test(tests, bybit_bad_row_is_counted_and_takes_no_other_with_it);
    tcase_add_test(tests, bybit_refusals_are_judged);
    tcase_add_test(tests, bybit_replies_that_are_none_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
