/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Bybit: logins and topics in the words of bybit.md 1.5, 2.2 to 2.4 and
 * 6.1, messages as in 6.2 to 6.7. */
#include "tests/unit/sim_bybit_account.h"

static struct dialect_private_session session;
static void set_up(void)
{
    make_secret();
    session = (struct dialect_private_session){.id = 0x2a, .account = DIALECT_NO_ACCOUNT};
}

static char reply_room[4096];
static struct text reply;

/* A message is sent, and answered so; Bybit closes no connection for what is asked. */
static void expect_answer(const char *message, const char *expected)
{
    reply = text_over(reply_room, sizeof reply_room);
    ck_assert_int_eq(half(LINEAR)->take(exact_bytes(slice_of(message)), &keys, &session, &reply),
                     DIALECT_PRIVATE_SAY);
    expect_text(text_slice(&reply), expected);
}

#define CONN "\"conn_id\":\"cejreaspqfh3sjdnldmg-2a\""
/* Of the vector of 6.1, a moment before it expires. */
#define SIGNATURE "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925"

static void login_at(int64_t now_ms, const char *message, const char *expected, bool good)
{
    struct dialect_keys then = keys;
    then.now_ns = now_ms * 1000000;
    session.account = DIALECT_NO_ACCOUNT;
    reply = text_over(reply_room, sizeof reply_room);
    half(SPOT)->take(exact_bytes(slice_of(message)), &then, &session, &reply);
    expect_text(text_slice(&reply), expected);
    ck_assert_int_eq(session.account == 3, good);
}

START_TEST(bybit_lets_in_who_signs)
{
    static const char denied[] =
        "{\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"auth\"," CONN "}";
    static const char number[] =
        "{\"op\":\"auth\",\"args\":[\"test_api_key\",1700000000000,\"" SIGNATURE "\"]}";
    login_at(NOW_MS - 10000, number, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\"," CONN "}",
             true);
    login_at(NOW_MS - 10000,
             "{\"req_id\":\"a1\",\"op\":\"auth\",\"args\":[\"test_api_key\",\"1700000000000\","
             "\"" SIGNATURE "\"]}",
             "{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\"," CONN ",\"req_id\":\"a1\"}",
             true);
    login_at(NOW_MS, number, denied, false); /* it has expired */
    login_at(NOW_MS - 10000,
             "{\"op\":\"auth\",\"args\":[\"test_api_key\",1700000000001,\"" SIGNATURE "\"]}",
             denied, false);
    login_at(NOW_MS - 10000,
             "{\"op\":\"auth\",\"args\":[\"another_key\",1700000000000,\"" SIGNATURE "\"]}", denied,
             false);
    login_at(NOW_MS - 10000, "{\"op\":\"auth\",\"args\":[\"test_api_key\",1700000000000]}", denied,
             false);
}
END_TEST

START_TEST(bybit_admits_one_path)
{
    static const char *const paths[] = {"/v5/private", "/v5/public/linear", "/v5/trade",
                                        "/v5/private/"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct dialect_query query = {.path = slice_of(paths[i])};
        struct dialect_answer answer = {.snapshot = false};
        enum dialect_admission admission = DIALECT_DENIED;
        int status = 0;
        ck_assert_int_eq(half(SPOT)->admit(&query, &keys, &session, &admission, &answer, &status),
                         i == 0);
        ck_assert_uint_eq(session.account, DIALECT_NO_ACCOUNT);
        ck_assert_int_eq(admission, DIALECT_ADMITTED);
    }
}
END_TEST

START_TEST(bybit_topics_are_taken_whole_or_not_at_all)
{
    expect_answer(
        "{\"op\":\"subscribe\",\"args\":[\"order\"]}",
        "{\"success\":false,\"ret_msg\":\"Request not authorized\",\"op\":\"subscribe\"," CONN "}");
    session.account = 3;
    expect_answer("{\"op\":\"subscribe\",\"args\":[\"order\",\"order.linear\"]}",
                  "{\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"subscribe\"," CONN "}");
    expect_answer("{\"op\":\"subscribe\",\"args\":[\"execution.linear\",\"position\"]}",
                  "{\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"subscribe\"," CONN "}");
    ck_assert_uint_eq(session.topics, 0);
    expect_answer("{\"req_id\":\"7\",\"op\":\"subscribe\",\"args\":[\"order.linear\",\"execution."
                  "linear\",\"position.linear\",\"wallet\"]}",
                  "{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\"," CONN
                  ",\"req_id\":\"7\"}");
    uint32_t topics = session.topics;
    expect_answer("{\"op\":\"subscribe\",\"args\":[\"greeks\",\"wallet\"]}",
                  "{\"success\":false,\"ret_msg\":\"error:already subscribed,topic:wallet\","
                  "\"op\":\"subscribe\"," CONN "}");
    static const char *const strange[] = {"orders", "Order", "position.spot", "wallet.linear",
                                          "dcp",    "",      "order.margin"};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        char message[128], expected[256];
        snprintf(message, sizeof message, "{\"op\":\"subscribe\",\"args\":[\"greeks\",\"%s\"]}",
                 strange[i]);
        snprintf(expected, sizeof expected,
                 "{\"success\":false,\"ret_msg\":\"error:handler not found,topic:%s\",\"op\":"
                 "\"subscribe\"," CONN "}",
                 strange[i]);
        expect_answer(message, expected);
    }
    ck_assert_uint_eq(session.topics, topics);
    expect_answer("{\"op\":\"unsubscribe\",\"args\":[\"wallet\"]}",
                  "{\"success\":true,\"ret_msg\":\"\",\"op\":\"unsubscribe\"," CONN "}");
    expect_answer("{\"op\":\"subscribe\",\"args\":[\"wallet\",\"dcp.future\",\"execution.fast\"]}",
                  "{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\"," CONN "}");
}
END_TEST

START_TEST(bybit_answers_what_is_no_request)
{
    expect_answer("{\"op\":\"ping\"}", "{\"op\":\"pong\",\"args\":[\"1700000000000\"]," CONN "}");
    expect_answer("{\"req_id\":\"test\",\"op\":\"ping\"}",
                  "{\"req_id\":\"test\",\"op\":\"pong\",\"args\":[\"1700000000000\"]," CONN "}");
    expect_answer("{\"op\":\"dance\"}", "{\"success\":false,\"ret_msg\":\"error:invalid op\","
                                        "\"op\":\"dance\"," CONN "}");
    reply = text_over(reply_room, sizeof reply_room);
    half(SPOT)->take(SLICE("hello"), &keys, &session, &reply);
    text_terminate(&reply);
    ck_assert_ptr_nonnull(strstr(reply_room, "Failed to decode incoming data:readObjectStart: "));
}
END_TEST

static void subscribe(const char *topics)
{
    char message[256];
    session.account = 3;
    session.topics = 0;
    snprintf(message, sizeof message, "{\"op\":\"subscribe\",\"args\":[%s]}", topics);
    reply = text_over(reply_room, sizeof reply_room);
    half(LINEAR)->take(slice_of(message), &keys, &session, &reply);
    ck_assert_ptr_nonnull(memmem(reply_room, reply.len, "\"success\":true", 14));
}

/* What one part of an event says to this session. */
static const char *told(size_t market, const struct dialect_account_event *event, uint32_t part)
{
    static char room[8192];
    struct text message = text_over(room, sizeof room);
    ck_assert(half(market)->write_event(&message, &session, event, part));
    text_terminate(&message);
    ck_assert(!message.overflow);
    return room;
}

enum { FAST_PART, EXECUTION_PART, ORDER_PART, POSITION_PART, WALLET_PART, PARTS };

static struct dialect_account_event event_of(const struct dialect_order *order)
{
    return (struct dialect_account_event){
        .account = 3, .sequence = 9, .time_ns = order->updated_ns, .order = order};
}

#define ORDER_TAIL                                                                                 \
    ",\"stopOrderType\":\"\",\"orderIv\":\"\",\"triggerPrice\":\"\",\"takeProfit\":\"\","          \
    "\"stopLoss\":\"\",\"triggerBy\":\"\",\"tpTriggerBy\":\"\",\"slTriggerBy\":\"\","              \
    "\"triggerDirection\":0,\"placeType\":\"\",\"lastPriceOnCreated\":\"\",\"closeOnTrigger\":"    \
    "false,\"reduceOnly\":false,\"smpGroup\":0,\"smpType\":\"None\",\"smpOrderId\":\"\","          \
    "\"slLimitPrice\":\"0\",\"tpLimitPrice\":\"0\",\"tpslMode\":\"UNKNOWN\",\"createType\":"       \
    "\"CreateByUser\",\"marketUnit\":\"\",\"createdTime\":\"1700000000000\",\"updatedTime\":"      \
    "\"1700000000005\",\"feeCurrency\":\"\",\"closedPnl\":\"0\",\"parentOrderLinkId\":\"\","       \
    "\"slippageTolerance\":\"0\",\"slippageToleranceType\":\"UNKNOWN\",\"cumFeeDetail\":{}}"

/* 6.2, 6.3 */
START_TEST(bybit_order_is_told_as_recorded)
{
    struct dialect_order order = order_of("0", DIALECT_ORDER_OPEN);
    struct dialect_account_event event = event_of(&order);
    order.left = order.qty;
    subscribe("\"order.linear\"");
    ck_assert_str_eq(
        told(LINEAR, &event, ORDER_PART),
        "{\"topic\":\"order.linear\",\"id\":\"140894899_BTCUSDT_9\",\"creationTime\":"
        "1700000000005,\"data\":[{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"orderId\":"
        "\"f4f68dd7-2d09-4013-976f-00098bca5a07\",\"orderLinkId\":\"mine\",\"blockTradeId\":"
        "\"\",\"side\":\"Buy\",\"positionIdx\":0,\"orderStatus\":\"New\",\"cancelType\":"
        "\"UNKNOWN\",\"rejectReason\":\"EC_NoError\",\"timeInForce\":\"GTC\",\"isLeverage\":"
        "\"\",\"price\":\"60000\",\"qty\":\"0.5\",\"avgPrice\":\"\",\"leavesQty\":\"0.5\","
        "\"leavesValue\":\"0\",\"cumExecQty\":\"0\",\"cumExecValue\":\"0\",\"cumExecFee\":"
        "\"0\",\"orderType\":\"Limit\"" ORDER_TAIL "]}");
    subscribe("\"order\"");
    ck_assert_ptr_nonnull(strstr(told(LINEAR, &event, ORDER_PART), "{\"topic\":\"order\",\"id\""));
    subscribe("\"order.inverse\",\"wallet\"");
    ck_assert_str_eq(told(LINEAR, &event, ORDER_PART), "");
}
END_TEST

/* 6.2: in this order, and only what was subscribed to. */
START_TEST(bybit_fill_is_told_in_five_messages)
{
    struct dialect_order order = order_of("0.250", DIALECT_ORDER_PARTLY);
    struct dialect_fill fill = fill_of();
    const struct dialect_balance balances[] = {
        {SLICE("USDT"), decimal_of("900.50"), decimal_of("100")},
        {SLICE("BTC"), decimal_of("1"), decimal_of("0")}};
    const struct dialect_position position = {.symbol = SLICE("BTCUSDT"),
                                              .qty = decimal_of("-0.250"),
                                              .entry = decimal_of("60000.00"),
                                              .mark = decimal_of("60001"),
                                              .leverage = 10};
    struct dialect_account_event event = event_of(&order);
    event.fill = &fill;
    event.balances = balances;
    event.balance_count = 2;
    event.position = &position;
    static const char *const begins[PARTS] = {
        "{\"topic\":\"execution.fast\",\"creationTime\":1700000000005,\"data\":[{\"category\":"
        "\"linear\",\"symbol\":\"BTCUSDT\",\"execId\":\"",
        "{\"topic\":\"execution\",\"id\":\"140894899_BTCUSDT_9\",\"creationTime\":1700000000005,"
        "\"data\":[{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"closedSize\":\"\",\"execFee\":"
        "\"7.5\",\"execId\":\"",
        "{\"topic\":\"order\",\"id\":\"140894899_BTCUSDT_9\",",
        "{\"id\":\"140894899_position_1700000000005\",\"topic\":\"position\",\"creationTime\":"
        "1700000000005,\"data\":[{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"positionIdx\":0,"
        "\"tradeMode\":0,\"riskId\":1,\"riskLimitValue\":\"2000000\",\"side\":\"Sell\",\"size\":"
        "\"0.25\",\"entryPrice\":\"60000\",\"leverage\":\"10\",",
        "{\"id\":\"140894899_wallet_1700000000005\",\"topic\":\"wallet\",\"creationTime\":"
        "1700000000005,\"data\":[{\"accountIMRate\":\"0\","};
    subscribe("\"execution.fast\",\"execution\",\"order\",\"position\",\"wallet\"");
    for (uint32_t part = 0; part < PARTS; part++) {
        const char *message = told(LINEAR, &event, part);
        ck_assert_msg(strncmp(message, begins[part], strlen(begins[part])) == 0, "%s", message);
    }
    char room[64];
    struct text none = text_over(room, sizeof room);
    ck_assert(!half(LINEAR)->write_event(&none, &session, &event, PARTS));
    ck_assert_ptr_nonnull(strstr(told(LINEAR, &event, WALLET_PART),
                                 "{\"coin\":\"USDT\",\"equity\":\"1000.5\",\"usdValue\":\"\","
                                 "\"walletBalance\":\"1000.5\","));
    ck_assert_ptr_nonnull(strstr(told(LINEAR, &event, WALLET_PART), "\"locked\":\"100\","));
    ck_assert_ptr_nonnull(
        strstr(told(LINEAR, &event, EXECUTION_PART),
               "\"execPrice\":\"60000\",\"execQty\":\"0.25\",\"execType\":\"Trade\",\"execValue\":"
               "\"15000\",\"feeRate\":\"0.0005\","));
    ck_assert_ptr_nonnull(strstr(told(LINEAR, &event, EXECUTION_PART),
                                 "\"isMaker\":true,\"seq\":9,\"marketUnit\":\"\""));
    subscribe("\"execution\"");
    for (uint32_t part = 0; part < PARTS; part++)
        ck_assert_int_eq(*told(LINEAR, &event, part) != '\0', part == EXECUTION_PART);
}
END_TEST

/* 7.1, 7.4, 7.5 */
START_TEST(bybit_ends_have_their_words)
{
    static const struct {
        size_t market;
        enum dialect_order_state state;
        enum dialect_cause cause;
        enum dialect_force force;
        const char *filled, *expected;
    } cases[] = {
        {LINEAR, DIALECT_ORDER_WAITING, DIALECT_CAUSE_NONE, DIALECT_GTC, "0",
         "\"Untriggered\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_NoError\","
         "\"timeInForce\":\"GTC\""},
        {LINEAR, DIALECT_ORDER_TRIGGERED, DIALECT_CAUSE_NONE, DIALECT_GTC, "0", "\"Triggered\","},
        {LINEAR, DIALECT_ORDER_PARTLY, DIALECT_CAUSE_NONE, DIALECT_GTC, "0.1",
         "\"PartiallyFilled\","},
        {LINEAR, DIALECT_ORDER_FILLED, DIALECT_CAUSE_NONE, DIALECT_GTC, "0.5", "\"Filled\","},
        {LINEAR, DIALECT_ORDER_CANCELED, DIALECT_CAUSE_USER, DIALECT_GTC, "0.1",
         "\"Cancelled\",\"cancelType\":\"CancelByUser\",\"rejectReason\":\"EC_PerCancelRequest\""},
        {SPOT, DIALECT_ORDER_CANCELED, DIALECT_CAUSE_USER, DIALECT_GTC, "0.1",
         "\"PartiallyFilledCanceled\",\"cancelType\":\"CancelByUser\",\"rejectReason\":"
         "\"EC_PerCancelRequest\""},
        {SPOT, DIALECT_ORDER_CANCELED, DIALECT_CAUSE_USER, DIALECT_GTC, "0", "\"Cancelled\","},
        {LINEAR, DIALECT_ORDER_CANCELED, DIALECT_CAUSE_SELF, DIALECT_GTC, "0",
         "\"Cancelled\",\"cancelType\":\"CancelBySmp\",\"rejectReason\":\"EC_BySelfMatch\""},
        {LINEAR, DIALECT_ORDER_EXPIRED, DIALECT_CAUSE_POST_ONLY, DIALECT_POST_ONLY, "0",
         "\"Cancelled\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":"
         "\"EC_PostOnlyWillTakeLiquidity\",\"timeInForce\":\"PostOnly\""},
        {LINEAR, DIALECT_ORDER_EXPIRED, DIALECT_CAUSE_IMMEDIATE, DIALECT_IOC, "0",
         "\"Cancelled\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_NoImmediateQtyToFill\","
         "\"timeInForce\":\"IOC\""},
        {LINEAR, DIALECT_ORDER_EXPIRED, DIALECT_CAUSE_IMMEDIATE, DIALECT_IOC, "0.1",
         "\"Cancelled\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_CancelForNoFullFill\""},
        {LINEAR, DIALECT_ORDER_EXPIRED, DIALECT_CAUSE_IMMEDIATE, DIALECT_FOK, "0",
         "\"Cancelled\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_NoEnoughQtyToFill\","
         "\"timeInForce\":\"FOK\""},
        {SPOT, DIALECT_ORDER_REJECTED, DIALECT_CAUSE_FUNDS, DIALECT_GTC, "0",
         "\"Rejected\",\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_Others\""},
    };
    subscribe("\"order\"");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialect_order order = order_of(cases[i].filled, cases[i].state);
        struct dialect_account_event event = event_of(&order);
        order.cause = cases[i].cause;
        order.force = cases[i].force;
        const char *message = told(cases[i].market, &event, ORDER_PART);
        ck_assert_msg(strstr(message, cases[i].expected) != NULL, "%s", message);
        bool over = cases[i].state >= DIALECT_ORDER_FILLED;
        ck_assert_int_eq(strstr(message, "\"leavesQty\":\"0\"") != NULL, over);
    }
}
END_TEST

/* 7.5: an amount is told as a quantity. */
START_TEST(bybit_amount_is_told_as_a_quantity)
{
    struct dialect_order order = order_of("0.0015", DIALECT_ORDER_EXPIRED);
    struct dialect_account_event event = event_of(&order);
    order.type = DIALECT_MARKET_AMOUNT;
    order.cause = DIALECT_CAUSE_AMOUNT;
    order.price = decimal_of("0");
    order.amount = decimal_of("100");
    order.cost = decimal_of("99.9");
    order.fee = decimal_of("0.0000015");
    order.fills = 1;
    subscribe("\"order\"");
    const char *message = told(SPOT, &event, ORDER_PART);
    ck_assert_ptr_nonnull(strstr(message, "\"orderStatus\":\"PartiallyFilledCanceled\","
                                          "\"cancelType\":\"UNKNOWN\",\"rejectReason\":"
                                          "\"EC_CancelForNoFullFill\",\"timeInForce\":\"IOC\""));
    ck_assert_ptr_nonnull(strstr(message, "\"price\":\"0\",\"qty\":\"100\","));
    ck_assert_ptr_nonnull(strstr(message, "\"orderType\":\"Market\""));
    ck_assert_ptr_nonnull(strstr(message, "\"marketUnit\":\"\""));
    ck_assert_ptr_nonnull(strstr(message, "\"cumFeeDetail\":{\"BTC\":\"0.0000015\"}"));
    order.state = DIALECT_ORDER_PARTLY;
    order.cause = DIALECT_CAUSE_NONE;
    ck_assert_ptr_nonnull(strstr(told(SPOT, &event, ORDER_PART), "\"leavesQty\":\"0.1\""));
    order.type = DIALECT_MARKET;
    ck_assert_ptr_nonnull(strstr(told(SPOT, &event, ORDER_PART), "\"marketUnit\":\"baseCoin\""));
}
END_TEST

START_TEST(bybit_ids_are_read_back)
{
    for (size_t market = 0; market < MARKETS; market++) {
        char room[64];
        struct text text = text_over(room, sizeof room);
        half(market)->write_order_id(&text, 41000000007);
        ck_assert_uint_eq(text.len, market == SPOT ? 19 : 36);
        struct dialect_fill fill = fill_of();
        text = text_over(room, sizeof room);
        half(market)->write_fill_id(&text, &fill);
        ck_assert_uint_eq(text.len, market == SPOT ? 19 : 36);
    }
}
END_TEST

int main(void)
{
    if (!allow_secrets())
        return 1;
    Suite *suite = suite_create("sim_bybit_private");
    TCase *tests = tcase_create("bybit");
    tcase_add_checked_fixture(tests, set_up, drop_secret);
    tcase_add_test(tests, bybit_lets_in_who_signs);
    tcase_add_test(tests, bybit_admits_one_path);
    tcase_add_test(tests, bybit_topics_are_taken_whole_or_not_at_all);
    tcase_add_test(tests, bybit_answers_what_is_no_request);
    tcase_add_test(tests, bybit_order_is_told_as_recorded);
    tcase_add_test(tests, bybit_fill_is_told_in_five_messages);
    tcase_add_test(tests, bybit_ends_have_their_words);
    tcase_add_test(tests, bybit_amount_is_told_as_a_quantity);
    tcase_add_test(tests, bybit_ids_are_read_back);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
