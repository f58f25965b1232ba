/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Bithumb (bithumb.md 6, 7): who is let in, what it is told, letter for
 * letter. */
#include "tests/unit/korea_orders.h"

extern const struct dialect *const dialects_bithumb[];

static void set_up(void)
{
    dialect = dialects_bithumb[0];
    account_session = (struct dialect_private_session){.account = ACCOUNT, .topics = 3};
    orders_up();
}

#define PATH                   "/websocket/v2/private"
#define REFUSED(name, message) "{\"error\":{\"name\":\"" name "\",\"message\":\"" message "\"}}"
#define WRONG                  REFUSED("jwt_verification", "Jwt 토큰 검증에 실패했습니다.")
#define EXPIRED                REFUSED("expired_jwt", "Jwt가 만료되었습니다.")
/* With its time, and what else is in it. */
#define CLAIMS(time, rest) "{\"access_key\":\"AK\",\"nonce\":\"n1\",\"timestamp\":" time rest "}"

START_TEST(bithumb_lets_a_token_in_once)
{
    struct dialect_query query = query_with(PATH, "", "", SIGN_SHA256, CLAIMS("1790133514044", ""));
    expect_admitted(&query);
    expect_denied(&query, WRONG);
}
END_TEST

START_TEST(bithumb_refuses_a_token_of_another_time)
{
    static const struct {
        const char *claims;
        bool good;
    } cases[] = {
        {CLAIMS("1790133484044", ""), true},
        {CLAIMS("1790133544044", ""), true},
        {CLAIMS("1790133484043", ""), false},
        {CLAIMS("1790133544045", ""), false},
        {CLAIMS("1790133514", ""), false},
        {CLAIMS("18446744073709551615", ""), false},
        {"{\"access_key\":\"AK\",\"nonce\":\"n1\"}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialect_query query = query_with(PATH, "", "", SIGN_SHA256, cases[i].claims);
        seen_nonce[0] = '\0';
        if (cases[i].good)
            expect_admitted(&query);
        else
            expect_denied(&query, EXPIRED);
    }
}
END_TEST

START_TEST(bithumb_refuses_what_is_no_token_of_this_key)
{
    struct dialect_query query = query_with(PATH, "", "", SIGN_SHA512, CLAIMS("1790133514044", ""));
    expect_denied(&query, WRONG); /* HS512 is Upbit's */
    query = query_with(PATH, "", "", SIGN_SHA256,
                       "{\"access_key\":\"BK\",\"nonce\":\"n\",\"timestamp\":1790133514044}");
    expect_denied(&query, WRONG);
    account_down();
    account_secret = secret_new(SLICE("another"));
    query = query_with(PATH, "", "", SIGN_SHA256, CLAIMS("1790133514044", ""));
    account_down();
    account_secret = secret_new(SLICE("SK"));
    expect_denied(&query, WRONG);
    query.header_count = 0;
    expect_denied(&query, WRONG);
}
END_TEST

START_TEST(bithumb_has_one_private_path)
{
    struct dialect_query query =
        query_with("/websocket/v1", "", "", SIGN_SHA256, CLAIMS("1790133514044", ""));
    struct dialect_private_session asked = {.id = 1};
    enum dialect_admission admission;
    begin_answer();
    ck_assert(!dialect->account->admit(&query, &keys, &asked, &admission, &answer, &status));
}
END_TEST

/* upbit.md 6.1: sha512("market=KRW-BTC&limit=10"), and the rule is the same. */
#define MARKET_HASH                                                                                \
    ",\"query_hash\":\"d8214a07d0b7181ac91485f885d4349e9de6733bbd0806fec3102519a0ba1479b9be54245"  \
    "055706da413a6e916a8a978c1fc1a79e8e459d54c4de8fbe2bc70cd\",\"query_hash_alg\":\"SHA512\""

START_TEST(bithumb_query_is_signed)
{
    const char *asked = "market=KRW-BTC&limit=10";
    struct dialect_query query = query_with("/v2/orders/pending", asked, asked, SIGN_SHA256,
                                            CLAIMS("1790133514044", MARKET_HASH));
    ck_assert_uint_eq(authenticate(&query), ACCOUNT);
    query = query_with("/v2/orders/pending", "limit=10", "limit=10", SIGN_SHA256,
                       CLAIMS("1790133514044", MARKET_HASH));
    ck_assert_uint_eq(authenticate(&query), DIALECT_NO_ACCOUNT);
    ck_assert_int_eq(status, 401);
    expect_slice(text_slice(&answer.body),
                 REFUSED("invalid_query_payload", "Jwt의 query를 검증하는데 실패하였습니다."));
}
END_TEST

START_TEST(bithumb_request_is_the_whole_of_what_is_told)
{
    expect_taken("[{\"ticket\":\"ccxt\"},{\"type\":\"myOrder\",\"codes\":[]}]", false, "");
    ck_assert_uint_eq(account_session.topics, 1);
    expect_taken("[{\"ticket\":\"t\"},{\"type\":\"myAsset\"},{\"format\":\"SIMPLE\"}]", false, "");
    ck_assert_uint_eq(account_session.topics, 2 | 4);
    expect_taken("[{\"ticket\":\"t\"},{\"type\":\"myOrder\"},{\"type\":\"myAsset\"},"
                 "{\"format\":\"NOPE\"}]",
                 false, "");
    ck_assert_uint_eq(account_session.topics, 1 | 2);
    expect_taken("PING", false, "{\"status\":\"UP\"}");
}
END_TEST

#define FORMAT REFUSED("WRONG_FORMAT", "Format 이 맞지 않습니다.")

START_TEST(bithumb_ends_the_connection_of_a_wrong_request)
{
    static const struct {
        const char *message, *error;
    } cases[] = {
        {"", FORMAT},
        {"[{\"ticket\":\"t\"}]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"codes\":[]}]", FORMAT},
        {"[{\"type\":\"myOrder\"}]",
         REFUSED("NO_TICKET", "티켓이 존재하지 않거나, 유효하지 않습니다.")},
        {"[{\"ticket\":\"t\"},{\"type\":\"ticker\"}]",
         REFUSED("INVALID_PARAM", "ticker 은 지원하지 않는 타입입니다.")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_taken(cases[i].message, true, cases[i].error);
    ck_assert_uint_eq(account_session.topics, 3); /* as it was */
}
END_TEST

#define HEAD                                                                                       \
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"order_id\":\"C0101000000000000001\","            \
    "\"client_order_id\":\"mine\",\"side\":\"buy\",\"order_type\":\""
#define SIZE      "\"order_price\":116000000,\"order_quantity\":0.5,\"order_amount\":58000000,"
#define TIMES     "\"order_timestamp\":1790133509044,\"timestamp\":1790133514044,"
#define FEES(fee) "\"paid_fee\":" fee ",\"remaining_fee\":0,\"reserved_fee\":" fee
#define END_      ",\"stream_type\":\"REALTIME\"}\n"
#define ASSETS                                                                                     \
    "{\"type\":\"myAsset\",\"assets\":[{\"currency\":\"KRW\",\"balance\":\"1000.5\","              \
    "\"locked\":\"7\"},{\"currency\":\"BTC\",\"balance\":\"0.1\",\"locked\":\"0\"}],"              \
    "\"asset_timestamp\":1790133514044,\"timestamp\":1790133514044" END_

/* Nothing is said of what it has not. */
START_TEST(bithumb_order_that_comes_waits_and_locks)
{
    struct dialect_order order = an_order(1);
    struct dialect_account_event event = {.account = ACCOUNT,
                                          .time_ns = NOW_NS,
                                          .news = true,
                                          .order = &order,
                                          .balances = balances,
                                          .balance_count = 2};
    expect_messages(&event, HEAD "limit\",\"state\":\"wait\"," SIZE TIMES FEES("0") END_ ASSETS);
    account_session.topics = 2;
    expect_messages(&event, ASSETS);
    account_session.topics = 1;
    order.type = DIALECT_MARKET_AMOUNT;
    order.amount = decimal_of("5000");
    expect_messages(&event,
                    HEAD "price\",\"state\":\"wait\",\"order_price\":0,"
                         "\"order_quantity\":0,\"order_amount\":5000," TIMES FEES("0") END_);
    order.type = DIALECT_MARKET;
    order.client_id = (struct slice){NULL, 0};
    order.sell = true;
    expect_messages(&event, "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"order_id\":"
                            "\"C0101000000000000001\",\"side\":\"sell\",\"order_type\":\"market\","
                            "\"state\":\"wait\",\"order_price\":0,\"order_quantity\":0.5,"
                            "\"order_amount\":0," TIMES FEES("0") END_);
}
END_TEST

#define TRADE                                                                                      \
    "\"trade_id\":\"C010200000000010000000070\",\"trade_price\":115990000,"                        \
    "\"trade_quantity\":0.2,\"trade_amount\":23198000,\"trade_timestamp\":1790133514043,"
#define EXECUTED(left)                                                                             \
    "\"executed_quantity\":0.2,\"remaining_quantity\":" left ",\"executed_amount\":23198000,"

START_TEST(bithumb_last_trade_is_followed_by_done)
{
    struct dialect_order order = a_traded_order(1);
    struct dialect_account_event event = {
        .account = ACCOUNT, .time_ns = NOW_NS, .order = &order, .fill = fills};
    expect_messages(&event, HEAD "limit\",\"state\":\"trade\"," SIZE TIMES TRADE EXECUTED("0.3")
                                FEES("11599") END_);
    order.state = DIALECT_ORDER_FILLED;
    order.left = decimal_of("0.00000000");
    expect_messages(&event, HEAD "limit\",\"state\":\"trade\"," SIZE TIMES TRADE EXECUTED("0")
                                FEES("11599") END_ HEAD
                    "limit\",\"state\":\"done\"," SIZE TIMES EXECUTED("0") FEES("11599") END_);
}
END_TEST

/* Its owner's cancel has no type. */
START_TEST(bithumb_says_why_an_order_was_cancelled)
{
    struct dialect_order order = a_traded_order(1);
    struct dialect_account_event event = {.account = ACCOUNT, .time_ns = NOW_NS, .order = &order};
    order.state = DIALECT_ORDER_CANCELED;
    order.cause = DIALECT_CAUSE_USER;
    expect_messages(&event, HEAD "limit\",\"state\":\"cancel\"," SIZE TIMES EXECUTED("0.3")
                                FEES("11599") END_);
    order.cause = DIALECT_CAUSE_SELF;
    expect_messages(&event,
                    HEAD "limit\",\"state\":\"cancel\"," SIZE TIMES EXECUTED("0.3")
                        FEES("11599") ",\"cancel_type\":\"stp_cancel\","
                                      "\"canceling_order_id\":\"C0101000000000000000\"" END_);
    order.state = DIALECT_ORDER_EXPIRED;
    order.cause = DIALECT_CAUSE_IMMEDIATE;
    order.force = DIALECT_IOC;
    expect_messages(&event, HEAD
                    "limit\",\"state\":\"cancel\",\"time_in_force\":\"ioc\"," SIZE TIMES EXECUTED(
                        "0.3") FEES("11599") ",\"cancel_type\":\"tif_cancel\"" END_);
    order.force = DIALECT_GTC;
    order.type = DIALECT_MARKET_AMOUNT;
    order.cause = DIALECT_CAUSE_AMOUNT;
    order.amount = decimal_of("23200000");
    expect_messages(&event, HEAD
                    "price\",\"state\":\"cancel\",\"order_price\":0,"
                    "\"order_quantity\":0,\"order_amount\":23200000," TIMES
                    "\"executed_quantity\":0.2,\"executed_amount\":23198000," FEES("11599") END_);
}
END_TEST

START_TEST(bithumb_messages_may_be_short)
{
    struct dialect_order order = a_traded_order(1);
    struct dialect_account_event event = {.account = ACCOUNT,
                                          .time_ns = NOW_NS,
                                          .order = &order,
                                          .fill = fills,
                                          .balances = balances + 1,
                                          .balance_count = 1};
    account_session.topics = 1 | 2 | 4;
    expect_messages(
        &event,
        "{\"ty\":\"myOrder\",\"cd\":\"KRW-BTC\",\"oid\":\"C0101000000000000001\",\"coid\":\"mine\","
        "\"sd\":\"buy\",\"ot\":\"limit\",\"s\":\"trade\",\"op\":116000000,\"oq\":0.5,"
        "\"oa\":58000000,\"otms\":1790133509044,\"tms\":1790133514044,"
        "\"tid\":\"C010200000000010000000070\",\"tp\":115990000,\"tq\":0.2,\"ta\":23198000,"
        "\"ttms\":1790133514043,\"eq\":0.2,\"rq\":0.3,\"ea\":23198000,\"pf\":11599,\"rmf\":0,"
        "\"rsf\":11599,\"st\":\"REALTIME\"}\n"
        "{\"ty\":\"myAsset\",\"ast\":[{\"cu\":\"BTC\",\"b\":\"0.1\",\"l\":\"0\"}],"
        "\"asttms\":1790133514044,\"tms\":1790133514044,\"st\":\"REALTIME\"}\n");
}
END_TEST

/* v1 and v2 have other names for the id and for the type. */
#define REST(id, type, number, state, left, executed, funds, fee, trades, client)                  \
    "{\"" id "\":\"C010100000000000000" number "\"" client ",\"side\":\"bid\",\"" type             \
    "\":\"limit\",\"price\":\"116000000\",\"state\":\"" state                                      \
    "\",\"market\":\"KRW-BTC\",\"created_at\":\"2026-09-23T12:18:29+09:00\","                      \
    "\"volume\":\"0.5\",\"remaining_volume\":\"" left "\",\"reserved_fee\":\"" fee                 \
    "\",\"remaining_fee\":\"0\",\"paid_fee\":\"" fee "\",\"locked\":\"0\","                        \
    "\"executed_volume\":\"" executed "\",\"executed_funds\":\"" funds                             \
    "\",\"trades_count\":" trades ",\"stp_type\":\"cancel_taker\""
#define MINE           ",\"client_order_id\":\"mine\""
#define OPEN(id, type) REST(id, type, "1", "wait", "0.3", "0.2", "23198000", "11599", "1", MINE)
#define LISTED(number, state, client)                                                              \
    REST("order_id", "order_type", number, state, "0.5", "0", "0", "0", "0", client) "}"
#define DONE    LISTED("2", "done", MINE)
#define CANCEL  LISTED("3", "cancel", "")
#define NO_NEXT "],\"has_next\":false,\"next_key\":null}"
#define INVALID REFUSED("invalid_parameter", "잘못된 파라미터 입니다.")

START_TEST(bithumb_lists_come_in_pages)
{
    expect_answered("/v2/orders/pending", "state=wait&limit=100&order_by=asc", 200,
                    "{\"data\":[" OPEN("order_id", "order_type") "}" NO_NEXT);
    expect_answered("/v2/orders/pending", "state=watch", 200, "{\"data\":[" NO_NEXT);
    expect_answered("/v2/orders/history", "", 200, "{\"data\":[" CANCEL "," DONE NO_NEXT);
    expect_answered("/v2/orders/history", "limit=1&order_by=asc", 200,
                    "{\"data\":[" DONE "],\"has_next\":true,\"next_key\":\"cGFnZQ+/2=\"}");
    expect_answered("/v2/orders/history", "limit=1&order_by=asc&next_key=cGFnZQ+/2=", 200,
                    "{\"data\":[" CANCEL "],\"has_next\":true,\"next_key\":\"cGFnZQ+/3=\"}");
    expect_answered("/v2/orders/history", "limit=1&order_by=asc&next_key=cGFnZQ+/3=", 200,
                    "{\"data\":[" NO_NEXT);
    expect_answered("/v2/orders/history", "start_time=1790133509045", 200, "{\"data\":[" NO_NEXT);
}
END_TEST

/* Errors come with HTTP 200. */
START_TEST(bithumb_errors_look_like_data)
{
    expect_answered("/v2/orders/history", "next_key=x", 200, INVALID);
    expect_answered("/v2/orders/history", "start_time=1&end_time=604800002", 200, INVALID);
    expect_answered("/v2/orders/pending", "limit=101", 200, INVALID);
    expect_answered("/v1/order", "", 200, INVALID);
    expect_answered("/v1/order", "uuid=C0101000000000000009", 200,
                    REFUSED("order_not_found", "주문을 찾지 못했습니다."));
}
END_TEST

START_TEST(bithumb_order_by_itself_has_its_trades)
{
    expect_answered("/v1/order", "uuid=C0101000000000000001", 200,
                    OPEN("uuid", "ord_type") ",\"trades\":[{\"market\":\"KRW-BTC\","
                                             "\"uuid\":\"C010200000000010000000070\","
                                             "\"price\":\"115990000\",\"volume\":\"0.2\","
                                             "\"funds\":\"23198000\",\"side\":\"bid\","
                                             "\"created_at\":"
                                             "\"2026-09-23T12:18:34.043123+09:00\"}]}");
}
END_TEST

START_TEST(bithumb_accounts_are_texts)
{
    expect_answered("/v1/accounts", "", 200,
                    "[{\"currency\":\"KRW\",\"balance\":\"1000.5\",\"locked\":\"7\","
                    "\"avg_buy_price\":\"0\",\"avg_buy_price_modified\":false,"
                    "\"unit_currency\":\"KRW\"},{\"currency\":\"BTC\",\"balance\":\"0.1\","
                    "\"locked\":\"0\",\"avg_buy_price\":\"0\",\"avg_buy_price_modified\":false,"
                    "\"unit_currency\":\"KRW\"}]");
}
END_TEST

int main(void)
{
    const TTest *const each[] = {
        bithumb_lets_a_token_in_once,
        bithumb_refuses_a_token_of_another_time,
        bithumb_refuses_what_is_no_token_of_this_key,
        bithumb_has_one_private_path,
        bithumb_query_is_signed,
        bithumb_request_is_the_whole_of_what_is_told,
        bithumb_ends_the_connection_of_a_wrong_request,
        bithumb_order_that_comes_waits_and_locks,
        bithumb_last_trade_is_followed_by_done,
        bithumb_says_why_an_order_was_cancelled,
        bithumb_messages_may_be_short,
        bithumb_lists_come_in_pages,
        bithumb_errors_look_like_data,
        bithumb_order_by_itself_has_its_trades,
        bithumb_accounts_are_texts,
    };
    Suite *suite = suite_create("sim_bithumb_private");
    TCase *tests = tcase_create("private");
    tcase_add_checked_fixture(tests, set_up, account_down);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        tcase_add_test(tests, each[i]);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
