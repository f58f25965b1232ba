/* SPDX-License-Identifier: Apache-2.0 */
/* What Binance's accounts are answered (binance.md 5.3, 6.2.1): replies after the documented
 * samples (spot 2026-07-21, USD-M 2026-05-28), and errors. */
#include "tests/unit/account_stage.h"

extern const struct private_exchange *const private_binance[];

#define NOW .now_ms = 1499827319559

static const struct private_exchange *spot, *usdm;

static struct call_reply reply;
static char cursor_room[PRIVATE_CURSOR_MAX], listen_key_room[PRIVATE_LISTEN_KEY_MAX];

static void read_as(const struct private_exchange *exchange, const struct call_ask *ask,
                    uint32_t status, const char *body)
{
    reply = (struct call_reply){.cursor = text_over(cursor_room, sizeof cursor_room),
                                .listen_key = text_over(listen_key_room, sizeof listen_key_room)};
    forget_told();
    exchange->read_reply(exact_bytes(slice_of(body)), status, ask, &parsing, tell_event, &told,
                         &reply);
    text_terminate(&reply.cursor);
    text_terminate(&reply.listen_key);
}

static void expect_reply(const struct private_exchange *exchange, enum call_purpose purpose,
                         uint32_t round, const char *body, const char *expected)
{
    const struct call_ask ask = {.purpose = purpose,
                                 .round = round,
                                 .exchange_symbol = SLICE("LTCBTC"),
                                 .order_id = round > 0 && purpose == CALL_ORDER ? SLICE("algo-1")
                                                                                : SLICE("1"),
                                 .since_ms = 1499827319000,
                                 NOW};
    struct call_ask one = ask;
    one.round = purpose == CALL_ORDER ? 0 : round;
    read_as(exchange, &one, 200, body);
    ck_assert_int_eq(reply.verdict, VERDICT_OK);
    ck_assert_msg(reply.refusal == REFUSAL_NONE, "%s: %s", body, refusal_word(reply.refusal).data);
    ck_assert_uint_eq(reply.skipped, 0);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    expect_told(body, expected);
}

#define SPOT_ORDER                                                                                 \
    "{\"symbol\":\"LTCBTC\",\"orderId\":1,\"orderListId\":-1,\"clientOrderId\":\"myOrder1\","      \
    "\"price\":\"0.1\",\"origQty\":\"1.0\",\"executedQty\":\"0.4\",\"cummulativeQuoteQty\":"       \
    "\"0.04\",\"status\":\"PARTIALLY_FILLED\",\"timeInForce\":\"GTC\",\"type\":\"LIMIT\","         \
    "\"side\":\"BUY\",\"stopPrice\":\"0.0\",\"icebergQty\":\"0.0\",\"time\":1499827319559,"        \
    "\"updateTime\":1499827319560,\"isWorking\":true,\"origQuoteOrderQty\":\"0.000000\","          \
    "\"workingTime\":1499827319559,\"selfTradePreventionMode\":\"NONE\"}"
#define SPOT_TOLD                                                                                  \
    "order LTCBTC 1499827319560 id=1 client=myOrder1 side=buy type=limit force=gtc "               \
    "status=partially_filled as=PARTIALLY_FILLED price=0.1 qty=1.0 filled_qty=0.4 "                \
    "leaves_qty=0.6\n"
#define USDM_ORDER                                                                                 \
    "{\"avgPrice\":\"0.00000\",\"clientOrderId\":\"abc\",\"cumQuote\":\"0\",\"executedQty\":"      \
    "\"0\",\"orderId\":1917641,\"origQty\":\"0.40\",\"origType\":\"TRAILING_STOP_MARKET\","        \
    "\"price\":\"0\",\"reduceOnly\":false,\"side\":\"BUY\",\"positionSide\":\"SHORT\","            \
    "\"status\":\"NEW\",\"stopPrice\":\"9300\",\"closePosition\":false,\"symbol\":\"BTCUSDT\","    \
    "\"time\":1579276756075,\"timeInForce\":\"GTC\",\"type\":\"TRAILING_STOP_MARKET\","            \
    "\"activatePrice\":\"9020\",\"priceRate\":\"0.3\",\"updateTime\":1579276756076,"               \
    "\"workingType\":\"CONTRACT_PRICE\",\"priceProtect\":false,\"priceMatch\":\"NONE\","           \
    "\"selfTradePreventionMode\":\"NONE\",\"goodTillDate\":0}"
#define USDM_TOLD                                                                                  \
    "order BTCUSDT 1579276756076 id=1917641 client=abc side=buy type=trailing_stop force=gtc "     \
    "status=suspended as=NEW leg=short stop_price=9020 qty=0.40 filled_qty=0 leaves_qty=0.40\n"
#define ALGO_ORDER                                                                                 \
    "{\"algoId\":2146760,\"clientAlgoId\":\"6B2I9X\",\"algoType\":\"CONDITIONAL\","                \
    "\"orderType\":\"TAKE_PROFIT\",\"symbol\":\"BNBUSDT\",\"side\":\"SELL\","                      \
    "\"positionSide\":\"BOTH\",\"timeInForce\":\"GTC\",\"quantity\":\"0.01\","                     \
    "\"algoStatus\":\"CANCELED\",\"actualOrderId\":\"\",\"actualPrice\":\"0.00000\","              \
    "\"triggerPrice\":\"750.000\",\"price\":\"750.000\",\"icebergQuantity\":null,"                 \
    "\"tpTriggerPrice\":\"0.000\",\"tpPrice\":\"0.000\",\"slTriggerPrice\":\"0.000\","             \
    "\"slPrice\":\"0.000\",\"tpOrderType\":\"\",\"selfTradePreventionMode\":\"EXPIRE_MAKER\","     \
    "\"workingType\":\"CONTRACT_PRICE\",\"priceMatch\":\"NONE\",\"closePosition\":false,"          \
    "\"priceProtect\":false,\"reduceOnly\":false,\"createTime\":1750485492076,"                    \
    "\"updateTime\":1750514545091,\"triggerTime\":0,\"goodTillDate\":0}"
#define ALGO_TOLD                                                                                  \
    "order BNBUSDT 1750514545091 id=algo-2146760 client=6B2I9X side=sell type=take_profit_limit "  \
    "force=gtc status=canceled as=CANCELED price=750.000 stop_price=750.000 qty=0.01\n"

START_TEST(binance_replies_of_orders_are_orders)
{
    expect_reply(spot, CALL_OPEN_ORDERS, 0, "[" SPOT_ORDER "," SPOT_ORDER "]", SPOT_TOLD SPOT_TOLD);
    expect_reply(spot, CALL_CLOSED_ORDERS, 0, "[" SPOT_ORDER "]", SPOT_TOLD);
    expect_reply(spot, CALL_ORDER, 0, SPOT_ORDER, SPOT_TOLD);
    expect_reply(usdm, CALL_OPEN_ORDERS, 0, "[" USDM_ORDER "]", USDM_TOLD);
    expect_reply(usdm, CALL_ORDER, 0, USDM_ORDER, USDM_TOLD);
    expect_reply(usdm, CALL_OPEN_ORDERS, 1, "[" ALGO_ORDER "]", ALGO_TOLD);
    expect_reply(usdm, CALL_CLOSED_ORDERS, 1, "[" ALGO_ORDER "]", ALGO_TOLD);
    expect_reply(usdm, CALL_ORDER, 1, ALGO_ORDER, ALGO_TOLD);
    expect_reply(usdm, CALL_OPEN_ORDERS, 0, "[]", "");
    /* that a finished one got something is said by its price alone */
    const char *finished = changed(changed(ALGO_ORDER, "CANCELED", "FINISHED"),
                                   "\"actualPrice\":\"0.00000\"", "\"actualPrice\":\"751\"");
    expect_reply(usdm, CALL_ORDER, 1, finished,
                 changed(changed(ALGO_TOLD, "canceled as=CANCELED", "filled as=FINISHED"),
                         "qty=0.01", "qty=0.01 avg_price=751"));
}
END_TEST

START_TEST(binance_replies_of_trades_are_fills)
{
    expect_reply(spot, CALL_FILLS, 0,
                 "[{\"symbol\":\"BNBBTC\",\"id\":28457,\"orderId\":100234,\"orderListId\":-1,"
                 "\"price\":\"4.00000100\",\"qty\":\"12.00000000\",\"quoteQty\":\"48.000012\","
                 "\"commission\":\"10.10000000\",\"commissionAsset\":\"BNB\","
                 "\"time\":1499827319100,\"isBuyer\":true,\"isMaker\":false,"
                 "\"isBestMatch\":true}]",
                 "fill BNBBTC 1499827319100 id=100234 trade=28457 side=buy price=4.00000100 "
                 "qty=12.00000000 fee=10.10000000 fee_in=BNB as=taker\n");
    expect_reply(usdm, CALL_FILLS, 0,
                 "[{\"buyer\":false,\"commission\":\"-0.07819010\",\"commissionAsset\":\"USDT\","
                 "\"id\":698759,\"maker\":true,\"orderId\":25851813,\"price\":\"7819.01\","
                 "\"qty\":\"0.002\",\"quoteQty\":\"15.63802\",\"realizedPnl\":\"-0.91539999\","
                 "\"side\":\"SELL\",\"positionSide\":\"SHORT\",\"symbol\":\"BTCUSDT\","
                 "\"time\":1569514978020}]",
                 "fill BTCUSDT 1569514978020 id=25851813 trade=698759 side=sell price=7819.01 "
                 "qty=0.002 fee=-0.07819010 fee_in=USDT as=maker\n");
}
END_TEST

START_TEST(binance_replies_of_balances_and_positions)
{
    expect_reply(spot, CALL_BALANCES, 0,
                 "{\"makerCommission\":15,\"canTrade\":true,\"balances\":[{\"asset\":\"BTC\","
                 "\"free\":\"4723846.89208129\",\"locked\":\"0.5\"}],\"uid\":354937868}",
                 "balance BTC 0 total=4723847.39208129 free=4723846.89208129 locked=0.5\n");
    expect_reply(usdm, CALL_BALANCES, 0,
                 "[{\"accountAlias\":\"SgsR\",\"asset\":\"USDT\",\"balance\":\"122607.35137903\","
                 "\"crossWalletBalance\":\"23.72469206\",\"crossUnPnl\":\"0.00000000\","
                 "\"availableBalance\":\"23.72469206\",\"maxWithdrawAmount\":\"23.72469206\","
                 "\"marginAvailable\":true,\"updateTime\":1617939110373}]",
                 "balance USDT 1617939110373 total=122607.35137903\n");
    expect_reply(usdm, CALL_POSITIONS, 0,
                 "[{\"symbol\":\"COMPUSDT\",\"positionSide\":\"SHORT\",\"positionAmt\":\"-1.000\","
                 "\"entryPrice\":\"70.92841\",\"breakEvenPrice\":\"70.900038636\","
                 "\"markPrice\":\"49.72023376\",\"unRealizedProfit\":\"21.20817624\","
                 "\"liquidationPrice\":\"2260.56757210\",\"isolatedMargin\":\"0\","
                 "\"notional\":\"-49.72023376\",\"marginAsset\":\"USDT\",\"isolatedWallet\":\"0\","
                 "\"initialMargin\":\"2.48601168\",\"maintMargin\":\"0.49720233\","
                 "\"positionInitialMargin\":\"2.48601168\",\"openOrderInitialMargin\":\"0\","
                 "\"adl\":2,\"bidNotional\":\"0\",\"askNotional\":\"0\","
                 "\"updateTime\":1708943511656}]",
                 "position COMPUSDT 1708943511656 side=short qty=1.000 leg=short mode=cross "
                 "entry_price=70.92841 mark_price=49.72023376 unrealized_pnl=21.20817624 "
                 "liquidation_price=2260.56757210\n");
}
END_TEST

START_TEST(binance_clocks_and_listen_keys_are_read)
{
    struct call_ask ask = {.purpose = CALL_CLOCK, NOW};
    read_as(spot, &ask, 200, "{\"serverTime\":1499827319559}");
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE);
    ck_assert_int_eq(reply.server_ms, 1499827319559);
    read_as(usdm, &ask, 200, "{}");
    ck_assert_int_eq(reply.refusal, REFUSAL_MISSING_FIELD);
    ask.purpose = CALL_KEY;
    read_as(usdm, &ask, 200,
            "{\"listenKey\":\"pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81\"}");
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE);
    ck_assert_str_eq(listen_key_room, "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81");
    static const char *const bad[] = {
        "{}", "{\"listenKey\":7}",   "{\"listenKey\":\"\"}", "{\"listenKey\":\"a b\"}",
        "[]", "{\"listenKey\":\"a\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        read_as(usdm, &ask, 200, bad[i]);
        ck_assert_msg(reply.refusal != REFUSAL_NONE && reply.listen_key.len == 0, "%s", bad[i]);
    }
    ask.purpose = CALL_KEEP_KEY;
    read_as(usdm, &ask, 400, "{\"code\":-1125,\"msg\":\"This listenKey does not exist.\"}");
    ck_assert_int_eq(reply.verdict, VERDICT_GONE);
}
END_TEST

START_TEST(binance_errors_are_verdicts)
{
    static const struct {
        uint32_t status;
        const char *body;
        enum verdict verdict;
    } cases[] = {
        {400, "{\"code\":-1021,\"msg\":\"why\"}", VERDICT_CLOCK},
        {400, "{\"code\":-1022,\"msg\":\"why\"}", VERDICT_KEY},
        {401, "{\"code\":-2014,\"msg\":\"why\"}", VERDICT_KEY},
        {401, "{\"code\":-2015,\"msg\":\"why\"}", VERDICT_KEY},
        {400, "{\"code\":-2013,\"msg\":\"why\"}", VERDICT_GONE},
        {400, "{\"code\":-1121,\"msg\":\"why\"}", VERDICT_GONE},
        {429, "{\"code\":-1003,\"msg\":\"why\"}", VERDICT_LIMITED},
        {400, "{\"code\":-1015,\"msg\":\"why\"}", VERDICT_LIMITED},
        {418, "", VERDICT_LIMITED},
        {429, "{", VERDICT_LIMITED},
        {403, "<html></html>", VERDICT_LIMITED},
        {451, "{\"code\":0,\"msg\":\"why\"}", VERDICT_KEY},
        {401, "{}", VERDICT_KEY},
        {410, "{}", VERDICT_ELSE},
        {500, "{\"code\":-1000,\"msg\":\"why\"}", VERDICT_ELSE},
        {503, "{\"code\":-1008,\"msg\":\"why\"}", VERDICT_ELSE},
        {400, "{\"code\":-1102,\"msg\":\"why\"}", VERDICT_ELSE},
        {200, "{\"code\":-1006,\"msg\":\"why\"}", VERDICT_ELSE},
    };
    const struct call_ask ask = {.purpose = CALL_OPEN_ORDERS, NOW};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_as(spot, &ask, cases[i].status, cases[i].body);
        ck_assert_msg(reply.verdict == cases[i].verdict, "%s: %d", cases[i].body,
                      (int)reply.verdict);
        ck_assert_int_eq(reply.refusal, REFUSAL_NONE);
        if (strstr(cases[i].body, "why") != NULL)
            ck_assert(slice_equal(reply.detail, SLICE("why")));
        expect_told(cases[i].body, "");
    }
}
END_TEST

/* What is wrong with one entry touches no other; what is no list is refused. */
START_TEST(binance_replies_that_are_not_whole)
{
    const struct call_ask ask = {.purpose = CALL_OPEN_ORDERS, NOW};
    read_as(spot, &ask, 200, "[" SPOT_ORDER ",{\"symbol\":\"LTCBTC\"},7," SPOT_ORDER "]");
    ck_assert(reply.verdict == VERDICT_OK && reply.refusal == REFUSAL_NONE);
    ck_assert_uint_eq(reply.skipped, 2);
    expect_told("two", SPOT_TOLD SPOT_TOLD);
    static const char *const bad[] = {"", "{}", "7", "[" SPOT_ORDER, "[" SPOT_ORDER "]]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        read_as(spot, &ask, 200, bad[i]);
        ck_assert_msg(reply.verdict == VERDICT_OK && reply.refusal != REFUSAL_NONE, "%s", bad[i]);
    }
    const struct call_ask balances = {.purpose = CALL_BALANCES, NOW};
    read_as(spot, &balances, 200, "{\"uid\":1}");
    ck_assert_int_eq(reply.refusal, REFUSAL_MISSING_FIELD);
}
END_TEST

int main(void)
{
    spot = tested = private_binance[0];
    usdm = private_binance[1];
    Suite *suite = suite_create("connectors_binance_private_replies");
    TCase *tests = tcase_create("replies");
    tcase_add_test(tests, binance_replies_of_orders_are_orders);
    tcase_add_test(tests, binance_replies_of_trades_are_fills);
    tcase_add_test(tests, binance_replies_of_balances_and_positions);
    tcase_add_test(tests, binance_clocks_and_listen_keys_are_read);
    tcase_add_test(tests, binance_errors_are_verdicts);
    tcase_add_test(tests, binance_replies_that_are_not_whole);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
