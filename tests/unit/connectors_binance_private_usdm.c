/* SPDX-License-Identifier: Apache-2.0 */
/* Binance's accounts on USD-M: what frames are, and what they tell (binance.md 6.2, 7), after the
 * documented samples and the shapes that were recorded in 2024. */
#include "tests/unit/account_stage.h"

#include <stdio.h>

extern const struct private_exchange *const private_binance[];

#define UPDATE(order)                                                                              \
    "{\"e\":\"ORDER_TRADE_UPDATE\",\"T\":1779367929401,\"E\":1779367929402,\"o\":{" order "}}"
#define NEW_ORDER                                                                                  \
    "\"s\":\"SOLUSDT\",\"c\":\"bot-1\",\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"GTC\","               \
    "\"q\":\"21.26\",\"p\":\"85.67\",\"ap\":\"0\",\"sp\":\"0\",\"x\":\"NEW\",\"X\":\"NEW\","       \
    "\"i\":215456450616,\"l\":\"0\",\"z\":\"0\",\"L\":\"0\",\"n\":\"0\",\"N\":\"USDT\","           \
    "\"T\":1779367929401,\"t\":0,\"b\":\"2520.672\",\"a\":\"0\",\"m\":false,\"R\":true,"           \
    "\"wt\":\"CONTRACT_PRICE\",\"ot\":\"LIMIT\",\"ps\":\"SHORT\",\"cp\":false,\"rp\":\"0\","       \
    "\"pP\":false,\"si\":0,\"ss\":0,\"V\":\"EXPIRE_MAKER\",\"pm\":\"NONE\",\"gtd\":0,\"er\":\"0\""
#define NEW UPDATE(NEW_ORDER)
/* As recorded 2024-09, of a portfolio margin account. */
#define FILL                                                                                       \
    "{\"e\":\"ORDER_TRADE_UPDATE\",\"T\":1727350724672,\"E\":1727350724680,\"fs\":\"UM\","         \
    "\"o\":{\"s\":\"BNBUSDT\",\"c\":\"c-J2\",\"S\":\"SELL\",\"o\":\"MARKET\",\"f\":\"GTC\","       \
    "\"q\":\"0.08\",\"p\":\"0\",\"ap\":\"596.18000\",\"sp\":\"0\",\"x\":\"TRADE\","                \
    "\"X\":\"FILLED\",\"i\":60105927720,\"l\":\"0.06\",\"z\":\"0.08\",\"L\":\"596.180\","          \
    "\"N\":\"BNB\",\"n\":\"0.00001440\",\"T\":1727350724672,\"t\":1407256988,\"b\":\"0\","         \
    "\"a\":\"0\",\"m\":false,\"R\":false,\"ps\":\"BOTH\",\"rp\":\"0\",\"V\":\"EXPIRE_NONE\","      \
    "\"pm\":\"PM_NONE\",\"gtd\":0}}"
#define FILL_TOLD                                                                                  \
    "order BNBUSDT 1727350724672 id=60105927720 client=c-J2 side=sell type=market force=gtc "      \
    "status=filled as=FILLED qty=0.08 filled_qty=0.08 leaves_qty=0.00 avg_price=596.18000 "        \
    "last_qty=0.06 last_price=596.180 fee=0.00001440 trade=1407256988 as=taker fee_in=BNB\n"       \
    "fill BNBUSDT 1727350724672 id=60105927720 trade=1407256988 client=c-J2 side=sell "            \
    "price=596.180 qty=0.06 fee=0.00001440 fee_in=BNB as=taker\n"
#define ACCOUNT                                                                                    \
    "{\"e\":\"ACCOUNT_UPDATE\",\"E\":1564745798939,\"T\":1564745798938,\"a\":{\"m\":\"ORDER\","    \
    "\"B\":[{\"a\":\"USDT\",\"wb\":\"122624.12345678\",\"cw\":\"100.12345678\","                   \
    "\"bc\":\"50.12345678\"}],\"P\":[{\"s\":\"BTCUSDT\",\"pa\":\"0\",\"ep\":\"0.00000\","          \
    "\"bep\":\"0\",\"cr\":\"200\",\"up\":\"0\",\"mt\":\"isolated\",\"iw\":\"0.00000000\","         \
    "\"ps\":\"BOTH\"},{\"s\":\"BTCUSDT\",\"pa\":\"20\",\"ep\":\"6563.66500\","                     \
    "\"bep\":\"6563.6\",\"cr\":\"0\",\"up\":\"2850.21200\",\"mt\":\"isolated\","                   \
    "\"iw\":\"13200.70726908\",\"ps\":\"LONG\"},{\"s\":\"BTCUSDT\",\"pa\":\"-10\","                \
    "\"ep\":\"6563.86000\",\"bep\":\"6563.6\",\"cr\":\"-45.04000000\",\"up\":\"-1423.15600\","     \
    "\"mt\":\"cross\",\"iw\":\"0\",\"ps\":\"SHORT\"}]}}"
#define ALGO                                                                                       \
    "{\"e\":\"ALGO_UPDATE\",\"T\":1750515742297,\"E\":1750515742303,\"o\":{\"caid\":\"Q5xaq5\","   \
    "\"aid\":2148719,\"at\":\"CONDITIONAL\",\"o\":\"TAKE_PROFIT\",\"s\":\"BNBUSDT\","              \
    "\"S\":\"SELL\",\"ps\":\"BOTH\",\"f\":\"GTC\",\"q\":\"0.02\",\"X\":\"CANCELED\",\"ai\":\"\","  \
    "\"ap\":\"0.00000\",\"aq\":\"0.00000\",\"act\":\"0\",\"tp\":\"750\",\"p\":\"751\","            \
    "\"V\":\"EXPIRE_MAKER\",\"wt\":\"CONTRACT_PRICE\",\"pm\":\"NONE\",\"cp\":false,\"pP\":false,"  \
    "\"R\":true,\"tt\":0,\"gtd\":0,\"rm\":\"Reduce Only reject\"}}"

START_TEST(binance_usdm_frames_are_what_they_say)
{
    static const struct routed cases[] = {
        {NEW, PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, NEW},
        {"{\"stream\":\"key\",\"data\":" NEW "}", PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, NEW},
        {"{\"data\":" ALGO ",\"stream\":\"key\"}", PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, ALGO},
        {ACCOUNT, PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, ACCOUNT},
        {"{\"e\":\"TRADE_LITE\",\"E\":1721895408092,\"T\":1721895408214,\"s\":\"BTCUSDT\","
         "\"q\":\"0.001\",\"p\":\"0\",\"m\":false,\"c\":\"z8\",\"S\":\"BUY\",\"L\":\"64089.20\","
         "\"l\":\"0.040\",\"t\":109100866,\"i\":8886774}",
         PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"MARGIN_CALL\",\"E\":1,\"p\":[]}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"ACCOUNT_CONFIG_UPDATE\",\"ac\":{\"s\":\"BTCUSDT\",\"l\":25}}", PRIVATE_OTHER,
         REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"STRATEGY_UPDATE\",\"su\":{}}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"GRID_UPDATE\",\"gu\":{}}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"CONDITIONAL_ORDER_TRIGGER_REJECT\",\"or\":{}}", PRIVATE_OTHER, REFUSAL_NONE,
         VERDICT_OK, NULL},
        {"{\"e\":\"listenKeyExpired\",\"E\":1736996475556,\"listenKey\":\"WsCM\"}", PRIVATE_OVER,
         REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"listenKeyExpired\",\"E\":\"1736996475556\",\"listenKey\":\"WsCM\"}",
         PRIVATE_OVER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"e\":\"executionReport\"}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT, VERDICT_OK, NULL},
        {"{\"listenKey\":\"WsCM\"}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {"{\"id\":\"x\",\"status\":200,\"result\":{}}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK,
         NULL},
    };
    EXPECT_ROUTES(cases);
}
END_TEST

START_TEST(binance_usdm_orders_say_what_is_known)
{
    expect_events(NEW, "order SOLUSDT 1779367929401 id=215456450616 client=bot-1 side=buy "
                       "type=limit force=gtc status=new as=NEW leg=short reduce_only price=85.67 "
                       "qty=21.26 filled_qty=0 leaves_qty=21.26\n");
    expect_events(FILL, FILL_TOLD);
    expect_events("{\"stream\":\"key\",\"data\":" FILL "}", FILL_TOLD);
}
END_TEST

/* N and n may be absent where there is none. */
START_TEST(binance_usdm_fills_may_have_no_fee)
{
    const char *told_so = changed(changed(FILL_TOLD, " fee=0.00001440", ""), " fee_in=BNB", "");
    expect_events(changed(FILL, "\"N\":\"BNB\",\"n\":\"0.00001440\",", ""),
                  changed(told_so, " fee=0.00001440 fee_in=BNB", ""));
}
END_TEST

/* 7.2: a liquidation's execution may have no trade; its time and what is filled are its id. */
START_TEST(binance_usdm_liquidations_are_fills)
{
    const char *frame = changed(FILL, "\"x\":\"TRADE\"", "\"x\":\"CALCULATED\"");
    expect_events(frame, FILL_TOLD);
    frame = changed(changed(frame, "\"o\":\"MARKET\"", "\"o\":\"LIQUIDATION\""), "\"t\":1407256988",
                    "\"t\":0");
    ck_assert(parse_payload(slice_of(frame)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "type=liquidation ", 17));
    ck_assert_ptr_nonnull(
        memmem(told.data, told.len, "id=60105927720 trade=1727350724672-0.08 ", 40));
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

static void expect_status(const char *frame, const char *word, const char *more, const char *status)
{
    char to[64], expected[64];
    const char *from =
        strstr(frame, "\"X\":\"NEW\"") != NULL ? "\"X\":\"NEW\"" : "\"X\":\"CANCELED\"";
    snprintf(to, sizeof to, "\"X\":\"%s\"%s", word, more);
    snprintf(expected, sizeof expected, " status=%s as=%s ", status, word);
    const char *text = changed(frame, from, to);
    ck_assert_msg(parse_payload(slice_of(text)) == REFUSAL_NONE, "%s", text);
    ck_assert_int_eq(parsing.drift,
                     strcmp(status, "unknown") == 0 ? DRIFT_UNKNOWN_WORD : DRIFT_NONE);
    ck_assert_msg(memmem(told.data, told.len, expected, strlen(expected)) != NULL, "%s is %.*s",
                  word, (int)told.len, told.data);
}

START_TEST(binance_usdm_statuses_are_ours)
{
    const char *part = changed(NEW, "\"z\":\"0\"", "\"z\":\"1\"");
    const char *whole = changed(NEW, "\"z\":\"0\"", "\"z\":\"21.26\"");
    const char *once = changed(NEW, ",\"er\":\"0\"", "");
    expect_status(NEW, "NEW", "", "new");
    expect_status(part, "PARTIALLY_FILLED", "", "partially_filled");
    expect_status(whole, "FILLED", "", "filled");
    expect_status(part, "CANCELED", "", "canceled");
    expect_status(NEW, "REJECTED", "", "rejected");
    expect_status(NEW, "EXPIRED", "", "expired");
    expect_status(NEW, "EXPIRED_IN_MATCH", "", "expired");
    expect_status(NEW, "NEW_INSURANCE", "", "new");
    expect_status(part, "NEW_ADL", "", "partially_filled");
    expect_status(whole, "NEW_INSURANCE", "", "filled");
    expect_status(NEW, "PENDING_NEW", "", "unknown");
    /* a stop of the old way goes on under its id */
    ck_assert(parse_payload(slice_of(changed(once, "\"X\":\"NEW\"",
                                             "\"X\":\"EXPIRED\",\"er\":\"8\""))) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=triggered as=EXPIRED reason=8 ", 37));
    ck_assert(parse_payload(slice_of(changed(once, "\"X\":\"NEW\"",
                                             "\"X\":\"EXPIRED\",\"er\":\"2\""))) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=expired as=EXPIRED reason=2 ", 35));
}
END_TEST

START_TEST(binance_usdm_types_and_forces_are_ours)
{
    static const char *const types[][2] = {
        {"\"ot\":\"STOP\"", "type=stop_limit"},
        {"\"ot\":\"STOP_MARKET\"", "type=stop_market"},
        {"\"ot\":\"TAKE_PROFIT\"", "type=take_profit_limit"},
        {"\"ot\":\"TAKE_PROFIT_MARKET\"", "type=take_profit_market"},
        {"\"ot\":\"ADL\"", "type=liquidation"},
    };
    static const char *const forces[][2] = {
        {"IOC", "force=ioc"},
        {"FOK", "force=fok"},
        {"GTD", "force=gtd"},
        {"GTE_GTC", "force=gtc"},
        {"GTX", "force=gtc status=new as=NEW leg=short reduce_only post_only"},
        {"RPI", "force=gtc status=new as=NEW leg=short reduce_only post_only"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        ck_assert(parse_payload(slice_of(changed(NEW, "\"ot\":\"LIMIT\"", types[i][0]))) ==
                  REFUSAL_NONE);
        ck_assert_ptr_nonnull(memmem(told.data, told.len, types[i][1], strlen(types[i][1])));
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    }
    for (size_t i = 0; i < sizeof forces / sizeof *forces; i++) {
        ck_assert(parse_payload(slice_of(changed(NEW, "GTC", forces[i][0]))) == REFUSAL_NONE);
        ck_assert_msg(memmem(told.data, told.len, forces[i][1], strlen(forces[i][1])) != NULL,
                      "%.*s", (int)told.len, told.data);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    }
}
END_TEST

/* A stop of the old way is of another type when it is triggered; ot stays. */
START_TEST(binance_usdm_stops_wait_under_their_first_type)
{
    const char *stop = changed(changed(NEW, "\"o\":\"LIMIT\"", "\"o\":\"STOP\""),
                               "\"ot\":\"LIMIT\"", "\"ot\":\"STOP\"");
    ck_assert(parse_payload(slice_of(stop)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=suspended as=NEW ", 24));
    ck_assert(parse_payload(slice_of(changed(stop, "\"o\":\"STOP\"", "\"o\":\"LIMIT\""))) ==
              REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "type=stop_limit force=gtc status=new ", 37));
}
END_TEST

/* sp means nothing for a trailing stop: what triggers it is its activation. */
START_TEST(binance_usdm_trailing_stops_have_their_activation)
{
    const char *frame = changed(changed(NEW, "\"ot\":\"LIMIT\"", "\"ot\":\"TRAILING_STOP_MARKET\""),
                                "\"sp\":\"0\"", "\"sp\":\"7103.04\"");
    frame = changed(frame, "\"rp\":", "\"AP\":\"7476.89\",\"cr\":\"5.0\",\"rp\":");
    ck_assert(parse_payload(slice_of(frame)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "stop_price=7476.89 ", 19));
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

START_TEST(binance_usdm_accounts_are_balances_and_legs)
{
    expect_events(ACCOUNT, "balance USDT 1564745798938 total=122624.12345678\n"
                           "position BTCUSDT 1564745798938 side=flat qty=0 mode=isolated "
                           "unrealized_pnl=0\n"
                           "position BTCUSDT 1564745798938 side=long qty=20 leg=long mode=isolated "
                           "entry_price=6563.66500 unrealized_pnl=2850.21200\n"
                           "position BTCUSDT 1564745798938 side=short qty=10 leg=short mode=cross "
                           "entry_price=6563.86000 unrealized_pnl=-1423.15600\n");
    /* funding of 2024-09: no position, no mode of one */
    expect_events("{\"e\":\"ACCOUNT_UPDATE\",\"T\":1727308800658,\"E\":1727308800841,\"fs\":\"UM\","
                  "\"a\":{\"B\":[{\"a\":\"USDT\",\"wb\":\"0.00464952\",\"cw\":\"0.00464952\","
                  "\"bc\":\"0.00464952\"}],\"P\":[],\"m\":\"FUNDING_FEE\"}}",
                  "balance USDT 1727308800658 total=0.00464952\n");
}
END_TEST

START_TEST(binance_usdm_account_words_that_are_new_are_noted)
{
    ck_assert(parse_payload(slice_of(changed(ACCOUNT, "ORDER", "NOVEL"))) == REFUSAL_NONE);
    ck_assert(slice_equal(parsing.stranger, SLICE("NOVEL")));
    ck_assert(parse_payload(slice_of(changed(ACCOUNT, "\"cross\"", "\"novel\""))) == REFUSAL_NONE);
    ck_assert(slice_equal(parsing.stranger, SLICE("novel")));
    ck_assert(parse_payload(slice_of(changed(ACCOUNT, "\"LONG\"", "\"NOVEL\""))) ==
              REFUSAL_BAD_VALUE);
}
END_TEST

START_TEST(binance_usdm_algo_orders_have_ids_of_their_own)
{
    expect_events(ALGO, "order BNBUSDT 1750515742297 id=algo-2148719 client=Q5xaq5 side=sell "
                        "type=take_profit_limit force=gtc status=canceled as=CANCELED "
                        "reason=Reduce Only reject reduce_only price=751 stop_price=750 qty=0.02 "
                        "filled_qty=0.00000 leaves_qty=0.02000\n");
    const char *part = changed(ALGO, "\"aq\":\"0.00000\"", "\"aq\":\"0.01\"");
    const char *whole = changed(ALGO, "\"aq\":\"0.00000\"", "\"aq\":\"0.02\"");
    expect_status(ALGO, "NEW", "", "suspended");
    expect_status(ALGO, "TRIGGERING", "", "suspended");
    expect_status(ALGO, "TRIGGERED", "", "triggered");
    expect_status(ALGO, "REJECTED", "", "rejected");
    expect_status(ALGO, "EXPIRED", "", "expired");
    expect_status(ALGO, "FINISHED", "", "canceled");
    expect_status(part, "FINISHED", "", "canceled");
    expect_status(whole, "FINISHED", "", "filled");
}
END_TEST

START_TEST(binance_usdm_payloads_need_what_makes_them)
{
    static const char *const orders[] = {"\"T\":1727350724672,\"E\"",
                                         "\"o\":{",
                                         "\"s\":",
                                         "\"S\":",
                                         "\"f\":\"GTC\"",
                                         "\"q\":",
                                         "\"p\":",
                                         "\"x\":",
                                         "\"X\":",
                                         "\"i\":",
                                         "\"l\":",
                                         "\"z\":",
                                         "\"L\":",
                                         "\"t\":",
                                         "\"m\":",
                                         "\"ps\":"};
    static const char *const accounts[] = {
        "\"T\":", "\"a\":{", "\"m\":",  "\"a\":\"USDT\"", "\"wb\":",
        "\"s\":", "\"pa\":", "\"ep\":", "\"ps\":"};
    char to[64];
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        snprintf(to, sizeof to, "\"?%s", orders[i] + 1);
        ck_assert_msg(parse_payload(slice_of(changed(FILL, orders[i], to))) ==
                          REFUSAL_MISSING_FIELD,
                      "%s", orders[i]);
        expect_told(orders[i], "");
    }
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        snprintf(to, sizeof to, "\"?%s", accounts[i] + 1);
        ck_assert_msg(parse_payload(slice_of(changed(ACCOUNT, accounts[i], to))) ==
                          REFUSAL_MISSING_FIELD,
                      "%s", accounts[i]);
    }
    ck_assert(parse_payload(SLICE("{\"e\":\"TRADE_LITE\"}")) == REFUSAL_UNKNOWN_EVENT);
}
END_TEST

START_TEST(binance_usdm_frames_that_are_cut_are_refused)
{
    expect_cuts_refused(FILL);
    expect_cuts_refused("{\"stream\":\"key\",\"data\":" NEW "}");
    expect_cuts_refused(ALGO);
    for (size_t len = 0; len < strlen(ACCOUNT); len++)
        ck_assert(parse_payload((struct slice){ACCOUNT, len}) != REFUSAL_NONE && told.len == 0);
}
END_TEST

int main(void)
{
    tested = private_binance[1];
    Suite *suite = suite_create("connectors_binance_private_usdm");
    TCase *tests = tcase_create("usdm");
    tcase_add_test(tests, binance_usdm_frames_are_what_they_say);
    tcase_add_test(tests, binance_usdm_orders_say_what_is_known);
    tcase_add_test(tests, binance_usdm_fills_may_have_no_fee);
    tcase_add_test(tests, binance_usdm_liquidations_are_fills);
    tcase_add_test(tests, binance_usdm_statuses_are_ours);
    tcase_add_test(tests, binance_usdm_types_and_forces_are_ours);
    tcase_add_test(tests, binance_usdm_stops_wait_under_their_first_type);
    tcase_add_test(tests, binance_usdm_trailing_stops_have_their_activation);
    tcase_add_test(tests, binance_usdm_accounts_are_balances_and_legs);
    tcase_add_test(tests, binance_usdm_account_words_that_are_new_are_noted);
    tcase_add_test(tests, binance_usdm_algo_orders_have_ids_of_their_own);
    tcase_add_test(tests, binance_usdm_payloads_need_what_makes_them);
    tcase_add_test(tests, binance_usdm_frames_that_are_cut_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
