/* SPDX-License-Identifier: Apache-2.0 */
/* Binance's accounts on spot: what frames are, and what they tell (binance.md 6.1, 7), after the
 * documented samples and the shapes that were recorded in 2024. */
#include "tests/unit/account_stage.h"

#include <stdio.h>

extern const struct private_exchange *const private_binance[];

#define WRAPPED(event) "{\"subscriptionId\":0,\"event\":" event "}"
#define NEW                                                                                        \
    "{\"e\":\"executionReport\",\"E\":1499405658658,\"s\":\"ETHBTC\","                             \
    "\"c\":\"mUvoqJxFIILMdfAW5iGSOW\",\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"GTC\","                \
    "\"q\":\"1.00000000\",\"p\":\"0.10264410\",\"P\":\"0.00000000\",\"F\":\"0.00000000\","         \
    "\"g\":-1,\"C\":\"\",\"x\":\"NEW\",\"X\":\"NEW\",\"r\":\"NONE\",\"i\":4293153,"                \
    "\"l\":\"0.00000000\",\"z\":\"0.00000000\",\"L\":\"0.00000000\",\"n\":\"0\",\"N\":null,"       \
    "\"T\":1499405658657,\"t\":-1,\"I\":8641984,\"w\":true,\"m\":false,\"M\":false,"               \
    "\"O\":1499405658657,\"Z\":\"0.00000000\",\"Y\":\"0.00000000\",\"Q\":\"0.00000000\","          \
    "\"W\":1499405658657,\"V\":\"NONE\"}"
#define FILL                                                                                       \
    "{\"e\":\"executionReport\",\"E\":1709654401000,\"s\":\"ETHUSDT\",\"c\":\"x-1\","              \
    "\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"1.50000000\",\"p\":\"2500.00000000\","   \
    "\"P\":\"0.00000000\",\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"TRADE\","               \
    "\"X\":\"PARTIALLY_FILLED\",\"r\":\"NONE\",\"i\":12345678,\"l\":\"1.00000000\","               \
    "\"z\":\"1.20000000\",\"L\":\"2500.10000000\",\"n\":\"0.00100000\",\"N\":\"BNB\","             \
    "\"T\":1709654400999,\"t\":98765432,\"I\":25000001,\"w\":false,\"m\":true,\"M\":true,"         \
    "\"O\":1709654400000,\"Z\":\"3000.00000000\",\"Y\":\"2500.10000000\",\"Q\":\"0.00000000\","    \
    "\"W\":1709654400000,\"V\":\"NONE\"}"
#define FILL_TOLD                                                                                  \
    "order ETHUSDT 1709654400999 id=12345678 client=x-1 side=sell type=limit force=gtc "           \
    "status=partially_filled as=PARTIALLY_FILLED price=2500.00000000 qty=1.50000000 "              \
    "filled_qty=1.20000000 leaves_qty=0.30000000 last_qty=1.00000000 last_price=2500.10000000 "    \
    "fee=0.00100000 trade=98765432 as=maker fee_in=BNB\n"                                          \
    "fill ETHUSDT 1709654400999 id=12345678 trade=98765432 client=x-1 side=sell "                  \
    "price=2500.10000000 qty=1.00000000 fee=0.00100000 fee_in=BNB as=maker\n"
/* As recorded 2024-09: without C, r and what follows a price that has none. */
#define SHORT                                                                                      \
    "{\"e\":\"executionReport\",\"E\":1727320813818,\"s\":\"BNBUSDT\",\"c\":\"a-1\","              \
    "\"S\":\"BUY\",\"o\":\"MARKET\",\"f\":\"GTC\",\"q\":\"0.02000000\",\"p\":\"0.00000000\","      \
    "\"P\":\"0.00000000\",\"g\":-1,\"x\":\"TRADE\",\"X\":\"FILLED\",\"i\":5863070795,"             \
    "\"l\":\"0.02000000\",\"z\":\"0.02000000\",\"L\":\"589.10000000\",\"n\":\"0.00000412\","       \
    "\"N\":\"BNB\",\"T\":1727320813818,\"t\":808340393,\"w\":false,\"m\":false,"                   \
    "\"O\":1727320813818,\"Z\":\"11.78200000\",\"Y\":\"11.78200000\",\"V\":\"EXPIRE_MAKER\","      \
    "\"I\":1495297871625}"
#define BALANCES                                                                                   \
    "{\"e\":\"outboundAccountPosition\",\"E\":1727320813818,\"u\":1727320813817,"                  \
    "\"U\":1495297871625,\"B\":[{\"a\":\"BNB\",\"f\":\"0.01999588\",\"l\":\"0.00000000\"},"        \
    "{\"a\":\"USDT\",\"f\":\"7248.14979396\",\"l\":\"70.5\"}]}"

START_TEST(binance_spot_tables_are_whole)
{
    char room[128];
    for (size_t i = 0; private_binance[i] != NULL; i++) {
        const struct private_exchange *ways[] = {private_binance[i], private_binance[i]->other};
        for (size_t way = 0; way < 2 && ways[way] != NULL; way++) {
            struct text why = text_over(room, sizeof room);
            ck_assert_msg(private_exchange_check(ways[way], &why), "%.*s", (int)why.len, room);
            ck_assert_str_eq(ways[way]->name, private_binance[i]->name);
        }
    }
    ck_assert_str_eq(private_binance[0]->name, "binance");
    ck_assert_str_eq(private_binance[1]->name, "binance-usdm");
    ck_assert_ptr_null(private_binance[2]);
}
END_TEST

START_TEST(binance_spot_frames_are_what_they_say)
{
    static const struct routed cases[] = {
        {WRAPPED(NEW), PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, NEW},
        {NEW, PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, NEW},
        {WRAPPED(BALANCES), PRIVATE_DATA, REFUSAL_NONE, VERDICT_OK, BALANCES},
        {"{\"event\":{\"e\":\"balanceUpdate\"},\"subscriptionId\":1}", PRIVATE_OTHER, REFUSAL_NONE,
         VERDICT_OK, NULL},
        {WRAPPED("{\"e\":\"listStatus\"}"), PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {WRAPPED("{\"e\":\"externalLockUpdate\"}"), PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {WRAPPED("{\"e\":\"eventStreamTerminated\",\"E\":1}"), PRIVATE_OVER, REFUSAL_NONE,
         VERDICT_OK, NULL},
        {"{\"event\":{\"e\":\"serverShutdown\",\"E\":1}}", PRIVATE_GOING_AWAY, REFUSAL_NONE,
         VERDICT_OK, NULL},
        {"{\"e\":\"serverShutdown\",\"E\":1}", PRIVATE_GOING_AWAY, REFUSAL_NONE, VERDICT_OK, NULL},
        {WRAPPED("{\"e\":\"ORDER_TRADE_UPDATE\"}"), PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT,
         VERDICT_OK, NULL},
        {WRAPPED("{\"E\":1}"), PRIVATE_REFUSED, REFUSAL_MISSING_FIELD, VERDICT_OK, NULL},
        {WRAPPED("1"), PRIVATE_REFUSED, REFUSAL_WRONG_TYPE, VERDICT_OK, NULL},
        {"{}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT, VERDICT_OK, NULL},
        {"[]", PRIVATE_REFUSED, REFUSAL_WRONG_TYPE, VERDICT_OK, NULL},
        {"{\"serverTime\":1}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
    };
    EXPECT_ROUTES(cases);
}
END_TEST

#define ANSWER(id, status, rest) "{\"id\":" id ",\"status\":" status "," rest "}"
#define ERROR(code, words)       "\"error\":{\"code\":" code ",\"msg\":\"" words "\"}"

START_TEST(binance_spot_answers_are_told_apart)
{
    static const struct routed cases[] = {
        {ANSWER("\"login\"", "200", "\"result\":{\"subscriptionId\":0}"), PRIVATE_LOGGED_IN,
         REFUSAL_NONE, VERDICT_OK, NULL},
        {ANSWER("\"subscribe\"", "200", "\"result\":{\"subscriptionId\":0},\"rateLimits\":[]"),
         PRIVATE_SUBSCRIBED, REFUSAL_NONE, VERDICT_OK, NULL},
        {ANSWER("\"56374a46\"", "200", "\"result\":[]"), PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK,
         NULL},
        {ANSWER("7", "400", ERROR("-2010", "no")), PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, NULL},
        {ANSWER("\"login\"", "400", ERROR("-1021", "late")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_CLOCK, "late"},
        {ANSWER("\"login\"", "400", ERROR("-1022", "bad")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_KEY, "bad"},
        {ANSWER("\"login\"", "401", ERROR("-2015", "no")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_KEY, "no"},
        {ANSWER("\"login\"", "401", ERROR("-2014", "no")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_KEY, "no"},
        {ANSWER("\"subscribe\"", "400", ERROR("-2035", "again")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_ELSE, "again"},
        {ANSWER("\"login\"", "418", ERROR("-1003", "banned")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_LIMITED, "banned"},
        {ANSWER("\"login\"", "500", ERROR("-1000", "odd")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_ELSE, "odd"},
        {ANSWER("\"login\"", "200", ERROR("0", "odd")), PRIVATE_DENIED, REFUSAL_NONE, VERDICT_ELSE,
         "odd"},
        /* the key was taken back while we listened */
        {ANSWER("null", "401", ERROR("-2015", "Invalid API-key.")), PRIVATE_DENIED, REFUSAL_NONE,
         VERDICT_KEY, "Invalid API-key."},
    };
    EXPECT_ROUTES(cases);
}
END_TEST

START_TEST(binance_spot_orders_say_what_is_known)
{
    expect_events(WRAPPED(NEW),
                  "order ETHBTC 1499405658657 id=4293153 client=mUvoqJxFIILMdfAW5iGSOW side=buy "
                  "type=limit force=gtc status=new as=NEW price=0.10264410 qty=1.00000000 "
                  "filled_qty=0.00000000 leaves_qty=1.00000000\n");
    expect_events(WRAPPED(FILL), FILL_TOLD);
    expect_events(SHORT,
                  "order BNBUSDT 1727320813818 id=5863070795 client=a-1 side=buy type=market "
                  "force=gtc status=filled as=FILLED qty=0.02000000 filled_qty=0.02000000 "
                  "leaves_qty=0.00000000 last_qty=0.02000000 last_price=589.10000000 "
                  "fee=0.00000412 trade=808340393 as=taker fee_in=BNB\n"
                  "fill BNBUSDT 1727320813818 id=5863070795 trade=808340393 client=a-1 side=buy "
                  "price=589.10000000 qty=0.02000000 fee=0.00000412 fee_in=BNB as=taker\n");
}
END_TEST

/* 8, #14: on a cancel c is of the request, and C the order's. */
START_TEST(binance_spot_cancels_keep_the_orders_own_client_id)
{
    const char *cancelled = changed(NEW, "\"C\":\"\",\"x\":\"NEW\",\"X\":\"NEW\"",
                                    "\"C\":\"mine\",\"x\":\"CANCELED\",\"X\":\"CANCELED\"");
    expect_events(cancelled,
                  "order ETHBTC 1499405658657 id=4293153 client=mine side=buy type=limit force=gtc "
                  "status=canceled as=CANCELED price=0.10264410 qty=1.00000000 "
                  "filled_qty=0.00000000 leaves_qty=1.00000000\n");
}
END_TEST

static void expect_status(const char *word, const char *status)
{
    char from[64], to[64], expected[64];
    snprintf(from, sizeof from, "\"X\":\"NEW\"");
    snprintf(to, sizeof to, "\"X\":\"%s\"", word);
    snprintf(expected, sizeof expected, " status=%s as=%s ", status, word);
    ck_assert(parse_payload(slice_of(changed(NEW, from, to))) == REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift,
                     strcmp(status, "unknown") == 0 ? DRIFT_UNKNOWN_WORD : DRIFT_NONE);
    ck_assert_msg(memmem(told.data, told.len, expected, strlen(expected)) != NULL, "%s is %.*s",
                  word, (int)told.len, told.data);
}

START_TEST(binance_spot_statuses_are_ours)
{
    static const char *const words[][2] = {
        {"NEW", "new"},
        {"PENDING_NEW", "pending_new"},
        {"FILLED", "filled"},
        {"PARTIALLY_FILLED", "partially_filled"},
        {"CANCELED", "canceled"},
        {"PENDING_CANCEL", "pending_cancel"},
        {"REJECTED", "rejected"},
        {"EXPIRED", "expired"},
        {"EXPIRED_IN_MATCH", "expired"},
        {"NEW_ADL", "unknown"},
        {"CANCELLED", "unknown"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        expect_status(words[i][0], words[i][1]);
}
END_TEST

START_TEST(binance_spot_types_and_forces_are_ours)
{
    static const char *const types[][2] = {
        {"LIMIT\",\"f\":\"IOC", "type=limit force=ioc status"},
        {"LIMIT\",\"f\":\"FOK", "type=limit force=fok status"},
        {"LIMIT_MAKER\",\"f\":\"GTC", "type=limit force=gtc status=new as=NEW post_only"},
        {"STOP_LOSS\",\"f\":\"GTC", "type=stop_market"},
        {"STOP_LOSS_LIMIT\",\"f\":\"GTC", "type=stop_limit"},
        {"TAKE_PROFIT\",\"f\":\"GTC", "type=take_profit_market"},
        {"TAKE_PROFIT_LIMIT\",\"f\":\"GTC", "type=take_profit_limit"},
        {"NOVEL\",\"f\":\"GTC", "type=unknown"},
        {"LIMIT\",\"f\":\"NOVEL", "force=none"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *frame = changed(NEW, "LIMIT\",\"f\":\"GTC", types[i][0]);
        ck_assert(parse_payload(slice_of(frame)) == REFUSAL_NONE);
        ck_assert_int_eq(parsing.drift, strstr(frame, "NOVEL") ? DRIFT_UNKNOWN_WORD : DRIFT_NONE);
        ck_assert_msg(memmem(told.data, told.len, types[i][1], strlen(types[i][1])) != NULL,
                      "%s is %.*s", types[i][0], (int)told.len, told.data);
    }
}
END_TEST

/* 7.1: a stop is NEW from its making, and on the book when it is triggered. */
START_TEST(binance_spot_stops_wait_off_the_book)
{
    const char *stop = changed(NEW, "\"LIMIT\"", "\"STOP_LOSS_LIMIT\"");
    ck_assert(parse_payload(slice_of(stop)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=new as=NEW ", 18));
    ck_assert(parse_payload(slice_of(changed(stop, "\"w\":true", "\"w\":false"))) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=suspended as=NEW ", 24));
    ck_assert(parse_payload(slice_of(changed(NEW, "\"w\":true", "\"w\":false"))) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "status=new as=NEW ", 18));
}
END_TEST

/* 7.2: what is no fill changes the order alone. */
START_TEST(binance_spot_fills_are_trades_of_something)
{
    static const char *const changes[][2] = {
        {"\"x\":\"TRADE\"", "\"x\":\"CANCELED\""},
        {"\"x\":\"TRADE\"", "\"x\":\"TRADE_PREVENTION\""},
        {"\"x\":\"TRADE\"", "\"x\":\"REPLACED\""},
        {"\"l\":\"1.00000000\"", "\"l\":\"0.00000000\""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        ck_assert(parse_payload(slice_of(changed(FILL, changes[i][0], changes[i][1]))) ==
                  REFUSAL_NONE);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
        ck_assert_ptr_null(memmem(told.data, told.len, "fill ", 5));
        ck_assert_ptr_null(memmem(told.data, told.len, "trade=", 6));
    }
}
END_TEST

/* Trades have ids; an allocation has one of its own, and the first trade of a market may be 0. */
START_TEST(binance_spot_fills_have_an_id_in_any_case)
{
    static const char *const cases[][2] = {
        {"\"t\":0", " trade=0 "},
        {"\"t\":-1,\"a\":77,\"b\":\"ONE_PARTY_TRADE_REPORT\"", " trade=alloc-77 "},
        {"\"t\":-1", " trade=1709654400999-1.20000000 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_events(changed(FILL, "\"t\":98765432", cases[i][0]),
                      changed(changed(FILL_TOLD, " trade=98765432 ", cases[i][1]),
                              " trade=98765432 ", cases[i][1]));
    }
}
END_TEST

START_TEST(binance_spot_reasons_are_the_exchanges)
{
    const char *rejected = changed(NEW, "\"X\":\"NEW\",\"r\":\"NONE\"",
                                   "\"X\":\"REJECTED\",\"r\":\"INSUFFICIENT_BALANCES\"");
    ck_assert(parse_payload(slice_of(rejected)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(
        memmem(told.data, told.len, "as=REJECTED reason=INSUFFICIENT_BALANCES ", 41));
    const char *expired =
        changed(NEW, "\"V\":\"NONE\"", "\"V\":\"NONE\",\"eR\":\"UNFILLED_FOK_ORDER_EXPIRED\"");
    ck_assert(parse_payload(slice_of(expired)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(memmem(told.data, told.len, "reason=UNFILLED_FOK_ORDER_EXPIRED ", 34));
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

START_TEST(binance_spot_orders_of_an_amount_have_no_quantity_yet)
{
    const char *frame = changed(SHORT, "\"q\":\"0.02000000\"", "\"q\":\"0.00000000\",\"Q\":\"12\"");
    ck_assert(parse_payload(slice_of(frame)) == REFUSAL_NONE);
    ck_assert_ptr_nonnull(
        memmem(told.data, told.len, "as=FILLED quote_sized filled_qty=0.02000000 last_qty", 52));
}
END_TEST

START_TEST(binance_spot_balances_are_whole_and_absolute)
{
    expect_events(WRAPPED(BALANCES),
                  "balance BNB 1727320813818 total=0.01999588 free=0.01999588 locked=0.00000000\n"
                  "balance USDT 1727320813818 total=7318.64979396 free=7248.14979396 "
                  "locked=70.5\n");
}
END_TEST

START_TEST(binance_spot_payloads_need_what_makes_them)
{
    static const char *const members[] = {"s", "S", "o", "f", "q", "p", "x", "X",
                                          "i", "l", "z", "L", "T", "t", "m"};
    char from[8], to[8];
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        snprintf(from, sizeof from, "\"%s\":", members[i]);
        snprintf(to, sizeof to, "\"?%s\":", members[i]);
        ck_assert_msg(parse_payload(slice_of(changed(FILL, from, to))) == REFUSAL_MISSING_FIELD,
                      "%s", members[i]);
        expect_told(members[i], "");
    }
    static const char *const wrong[][2] = {
        {"\"S\":\"SELL\"", "\"S\":\"HOLD\""},
        {"\"s\":\"ETHUSDT\"", "\"s\":\"ETH USDT\""},
        {"\"i\":12345678", "\"i\":\"12345678\""},
        {"\"i\":12345678", "\"i\":-1"},
        {"\"z\":\"1.20000000\"", "\"z\":\"-1\""},
        {"\"L\":\"2500.10000000\"", "\"L\":\"0\""},
        {"\"N\":\"BNB\"", "\"N\":\"ASSET-OF-MORE-THAN-24-BYTES\""},
        {"\"q\":\"1.50000000\"", "\"q\":\"one\""},
        {"\"m\":true", "\"m\":1"},
        {"\"I\":25000001", "\"i\":12345678"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_msg(parse_payload(slice_of(changed(FILL, wrong[i][0], wrong[i][1]))) !=
                          REFUSAL_NONE,
                      "%s", wrong[i][1]);
        expect_told(wrong[i][1], "");
    }
}
END_TEST

START_TEST(binance_spot_unknown_members_are_noted_and_passed_over)
{
    ck_assert(parse_payload(slice_of(changed(FILL, "\"V\":", "\"new\":{\"a\":[1]},\"V\":"))) ==
              REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
    ck_assert(slice_equal(parsing.stranger, SLICE("new")));
    expect_told(FILL, FILL_TOLD);
}
END_TEST

START_TEST(binance_spot_frames_that_are_cut_are_refused)
{
    expect_cuts_refused(WRAPPED(FILL));
    expect_cuts_refused(NEW);
    expect_cuts_refused(WRAPPED(BALANCES));
    expect_cuts_refused(ANSWER("null", "401", ERROR("-2015", "no")));
}
END_TEST

int main(void)
{
    tested = private_binance[0];
    Suite *suite = suite_create("connectors_binance_private");
    TCase *tests = tcase_create("spot");
    tcase_add_test(tests, binance_spot_tables_are_whole);
    tcase_add_test(tests, binance_spot_frames_are_what_they_say);
    tcase_add_test(tests, binance_spot_answers_are_told_apart);
    tcase_add_test(tests, binance_spot_orders_say_what_is_known);
    tcase_add_test(tests, binance_spot_cancels_keep_the_orders_own_client_id);
    tcase_add_test(tests, binance_spot_statuses_are_ours);
    tcase_add_test(tests, binance_spot_types_and_forces_are_ours);
    tcase_add_test(tests, binance_spot_stops_wait_off_the_book);
    tcase_add_test(tests, binance_spot_fills_are_trades_of_something);
    tcase_add_test(tests, binance_spot_fills_have_an_id_in_any_case);
    tcase_add_test(tests, binance_spot_reasons_are_the_exchanges);
    tcase_add_test(tests, binance_spot_orders_of_an_amount_have_no_quantity_yet);
    tcase_add_test(tests, binance_spot_balances_are_whole_and_absolute);
    tcase_add_test(tests, binance_spot_payloads_need_what_makes_them);
    tcase_add_test(tests, binance_spot_unknown_members_are_noted_and_passed_over);
    tcase_add_test(tests, binance_spot_frames_that_are_cut_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
