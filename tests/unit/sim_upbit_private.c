/* SPDX-License-Identifier: Apache-2.0 */
/* An account of the simulated Upbit (upbit.md 6, 7): who is let in, what it is told, letter for
 * letter. */
#include "tests/unit/korea_orders.h"

extern const struct dialect *const dialects_upbit[];

static void set_up(void)
{
    dialect = dialects_upbit[0];
    account_session = (struct dialect_private_session){.account = ACCOUNT, .topics = 3};
    orders_up();
}

#define PATH                   "/websocket/v1/private"
#define CLAIMS                 "{\"access_key\":\"AK\",\"nonce\":\"n1\"}"
#define HASH                   "\",\"query_hash\":\""
#define ALG                    "\",\"query_hash_alg\":\"SHA512\"}"
#define REFUSED(name, message) "{\"error\":{\"name\":\"" name "\",\"message\":\"" message "\"}}"
#define WRONG                  REFUSED("jwt_verification", "Jwt 토큰 검증에 실패했습니다.")

START_TEST(upbit_lets_a_token_in_once)
{
    struct dialect_query query = query_with(PATH, "", "", SIGN_SHA512, CLAIMS);
    expect_admitted(&query);
    expect_denied(&query, REFUSED("nonce_used", "이미 요청한 nonce값이 다시 사용되었습니다."));
    query = query_with(PATH, "", "", SIGN_SHA256, "{\"access_key\":\"AK\",\"nonce\":\"n2\"}");
    expect_admitted(&query);
}
END_TEST

START_TEST(upbit_refuses_what_is_no_token_of_this_key)
{
    struct dialect_query query =
        query_with(PATH, "", "", SIGN_SHA512, "{\"access_key\":\"BK\",\"nonce\":\"n1\"}");
    expect_denied(&query, REFUSED("invalid_access_key", "잘못된 엑세스 키입니다."));
    query = query_with(PATH, "", "", SIGN_SHA512, "{\"access_key\":\"AK\"}");
    expect_denied(&query, WRONG);
    query = query_with(PATH, "", "", SIGN_SHA512, CLAIMS);
    query.header_count = 0;
    expect_denied(&query, WRONG);
    struct dialect_parameter header = {SLICE("authorization"), SLICE("Bearer a.b")};
    query.headers = &header;
    query.header_count = 1;
    expect_denied(&query, WRONG);
    account_down();
    account_secret = secret_new(SLICE("another"));
    query = query_with(PATH, "", "", SIGN_SHA512, CLAIMS);
    account_down();
    account_secret = secret_new(SLICE("SK"));
    expect_denied(&query, WRONG);
}
END_TEST

START_TEST(upbit_has_one_private_path)
{
    struct dialect_query query = query_with("/websocket/v1", "", "", SIGN_SHA512, CLAIMS);
    struct dialect_private_session asked = {.id = 1};
    enum dialect_admission admission;
    begin_answer();
    ck_assert(!dialect->account->admit(&query, &keys, &asked, &admission, &answer, &status));
}
END_TEST

/* upbit.md 6.1: sha512("market=KRW-BTC&states[]=wait&states[]=watch"); on the wire it is encoded.
 */
#define STATES_HASH                                                                                \
    "c01bbcb80094d2225c90eda65128baf7ef800471fbdeb76579856d1532cd263060e41ede9c52bfc926a0b46c4b77" \
    "97a61e4327cda59d236f829cde4c875dfe77"

START_TEST(upbit_query_is_signed_as_it_is_before_its_encoding)
{
    const char *plain = "market=KRW-BTC&states[]=wait&states[]=watch";
    const char *raw = "market=KRW-BTC&states%5B%5D=wait&states%5b%5d=watch";
    struct dialect_query query =
        query_with("/v1/orders/open", plain, raw, SIGN_SHA512,
                   "{\"access_key\":\"AK\",\"nonce\":\"n1" HASH STATES_HASH ALG);
    ck_assert_uint_eq(authenticate(&query), ACCOUNT);
    query = query_with("/v1/orders/open", plain, raw, SIGN_SHA512, CLAIMS);
    ck_assert_uint_eq(authenticate(&query), DIALECT_NO_ACCOUNT);
    ck_assert_int_eq(status, 401);
    expect_slice(text_slice(&answer.body),
                 REFUSED("invalid_query_payload", "Jwt의 query를 검증하는데 실패하였습니다."));
    query = query_with("/v1/orders/open", "page=2", "page=2", SIGN_SHA512,
                       "{\"access_key\":\"AK\",\"nonce\":\"n1" HASH STATES_HASH ALG);
    ck_assert_uint_eq(authenticate(&query), DIALECT_NO_ACCOUNT);
}
END_TEST

START_TEST(upbit_request_is_the_whole_of_what_is_told)
{
    expect_taken("[{\"ticket\":\"t\"},{\"type\":\"myOrder\",\"codes\":[\"KRW-BTC\"]}]", false, "");
    ck_assert_uint_eq(account_session.topics, 1);
    expect_taken("[{\"ticket\":\"t\"},{\"type\":\"myAsset\"},{\"format\":\"SIMPLE\"}]", false, "");
    ck_assert_uint_eq(account_session.topics, 2 | 4);
    expect_taken("[{\"ticket\":\"t\"},{\"type\":\"myOrder\"},{\"type\":\"myAsset\"},"
                 "{\"format\":\"SIMPLE_LIST\"}]",
                 false, "");
    ck_assert_uint_eq(account_session.topics, 1 | 2 | 4 | 8);
    expect_taken("PING", false, "{\"status\":\"UP\"}");
    ck_assert_uint_eq(account_session.topics, 1 | 2 | 4 | 8);
}
END_TEST

#define FORMAT REFUSED("WRONG_FORMAT", "Format 이 맞지 않습니다.")

START_TEST(upbit_ends_the_connection_of_a_wrong_request)
{
    static const struct {
        const char *message, *error;
    } cases[] = {
        {"hello", FORMAT},
        {"[7]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"type\":\"myAsset\",\"codes\":[]}]", FORMAT},
        {"[{\"ticket\":\"t\"},{\"type\":\"myOrder\"},{\"format\":\"NOPE\"}]", FORMAT},
        {"[{\"type\":\"myOrder\"}]",
         REFUSED("NO_TICKET", "티켓이 존재하지 않거나, 유효하지 않습니다.")},
        {"[{\"ticket\":\"t\"}]", REFUSED("NO_TYPE", "type 필드가 존재하지 않습니다.")},
        {"[{\"ticket\":\"t\"},{\"type\":\"nope\"}]",
         REFUSED("INVALID_PARAM", "nope 은 지원하지 않는 타입입니다.")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_taken(cases[i].message, true, cases[i].error);
    ck_assert_uint_eq(account_session.topics, 3); /* as it was */
}
END_TEST

#define HEAD                                                                                       \
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"uuid\":\"ac2dc2a3-fce9-40a2-a4f6-"               \
    "000000000001\","                                                                              \
    "\"ask_bid\":\"BID\",\"order_type\":\""
#define TIMES                                                                                      \
    "\"order_timestamp\":1790133509000,\"timestamp\":1790133514044,\"stream_type\":\"REALTIME\"}"  \
    "\n"
#define UNTRADED                                                                                   \
    "\"trade_fee\":null,\"is_maker\":null,\"identifier\":\"mine\",\"smp_type\":null,"              \
    "\"prevented_volume\":0.0,\"prevented_locked\":0.0,\"trade_timestamp\":null," TIMES
#define ASSETS                                                                                     \
    "{\"type\":\"myAsset\",\"asset_uuid\":\"e635f223-1609-4969-8fb6-4376937baad6\",\"assets\":["   \
    "{\"currency\":\"KRW\",\"balance\":1000.50000000,\"locked\":7.00000000},"                      \
    "{\"currency\":\"BTC\",\"balance\":0.10000000,\"locked\":0.00000000}],"                        \
    "\"asset_timestamp\":1790133514044,\"timestamp\":1790133514044,"                               \
    "\"stream_type\":\"REALTIME\"}\n"
#define WAIT                                                                                       \
    HEAD "limit\",\"state\":\"wait\",\"trade_uuid\":null,\"price\":116000000.0,"                   \
         "\"avg_price\":null,\"volume\":0.5,\"remaining_volume\":0.5,\"executed_volume\":0.0,"     \
         "\"trades_count\":0,\"reserved_fee\":0.0,\"remaining_fee\":0.0,\"paid_fee\":0.0,"         \
         "\"locked\":0.0,\"executed_funds\":0.0,\"time_in_force\":null," UNTRADED

START_TEST(upbit_order_that_comes_waits_and_locks)
{
    struct dialect_order order = an_order(1);
    struct dialect_account_event event = {.account = ACCOUNT,
                                          .time_ns = NOW_NS,
                                          .news = true,
                                          .order = &order,
                                          .balances = balances,
                                          .balance_count = 2};
    expect_messages(&event, WAIT ASSETS);
    account_session.topics = 1;
    expect_messages(&event, WAIT);
    account_session.topics = 2;
    expect_messages(&event, ASSETS);
    account_session.topics = 0;
    expect_messages(&event, "");
}
END_TEST

#define TRADED                                                                                     \
    "\"trades_count\":1,\"reserved_fee\":11599.0,\"remaining_fee\":0.0,\"paid_fee\":11599.0,"      \
    "\"locked\":0.0,\"executed_funds\":23198000.0,\"time_in_force\":"
#define FILLED_BY                                                                                  \
    "\"trade_fee\":11599.0,\"is_maker\":false,\"identifier\":\"mine\",\"smp_type\":null,"          \
    "\"prevented_volume\":0.0,\"prevented_locked\":0.0,\"trade_timestamp\":1790133514043," TIMES
#define TRADE "\"state\":\"trade\",\"trade_uuid\":\"00000046-fba4-4175-ade3-000000000001\","

/* The last trade is followed by `done`; in a trade price and volume are the fill's. */
START_TEST(upbit_last_trade_is_followed_by_done)
{
    struct dialect_order order = a_traded_order(1);
    struct dialect_account_event event = {
        .account = ACCOUNT, .time_ns = NOW_NS, .order = &order, .fill = fills};
    expect_messages(&event, HEAD "limit\"," TRADE "\"price\":115990000.0,\"avg_price\":115990000.0,"
                                 "\"volume\":0.2,\"remaining_volume\":0.3,"
                                 "\"executed_volume\":0.2," TRADED "null," FILLED_BY);
    order.state = DIALECT_ORDER_FILLED;
    order.qty = order.filled;
    order.left = decimal_of("0.00000000");
    expect_messages(&event,
                    HEAD "limit\"," TRADE "\"price\":115990000.0,\"avg_price\":115990000.0,"
                         "\"volume\":0.2,\"remaining_volume\":0.0,\"executed_volume\":0.2," TRADED
                         "null," FILLED_BY HEAD
                         "limit\",\"state\":\"done\",\"trade_uuid\":null,\"price\":116000000.0,"
                         "\"avg_price\":115990000.0,\"volume\":0.2,\"remaining_volume\":0.0,"
                         "\"executed_volume\":0.2," TRADED "null," UNTRADED);
}
END_TEST

START_TEST(upbit_market_buy_ends_in_cancel)
{
    struct dialect_order order = a_traded_order(1);
    struct dialect_account_event event = {.account = ACCOUNT, .time_ns = NOW_NS, .order = &order};
    order.type = DIALECT_MARKET_AMOUNT;
    order.amount = decimal_of("23200000");
    order.state = DIALECT_ORDER_EXPIRED;
    order.cause = DIALECT_CAUSE_AMOUNT;
    expect_messages(&event, HEAD "price\",\"state\":\"cancel\",\"trade_uuid\":null,"
                                 "\"price\":23200000.0,\"avg_price\":115990000.0,\"volume\":null,"
                                 "\"remaining_volume\":null,\"executed_volume\":0.2," TRADED
                                 "null," UNTRADED);
    order.type = DIALECT_LIMIT;
    order.force = DIALECT_IOC;
    order.cause = DIALECT_CAUSE_IMMEDIATE;
    expect_messages(&event, HEAD "limit\",\"state\":\"cancel\",\"trade_uuid\":null,"
                                 "\"price\":116000000.0,\"avg_price\":115990000.0,\"volume\":0.5,"
                                 "\"remaining_volume\":0.3,\"executed_volume\":0.2," TRADED
                                 "\"ioc\"," UNTRADED);
}
END_TEST

/* How many messages there are, and that each names the states in turn. */
static void expect_states(const struct dialect_account_event *event, const char *const *states)
{
    char room[4096];
    uint32_t part = 0;
    for (;; part++) {
        struct text said = text_over(room, sizeof room);
        if (!dialect->account->write_event(&said, &account_session, event, part))
            break;
        ck_assert_int_eq(said.len > 0, states[part] != NULL);
        if (states[part] != NULL)
            ck_assert_ptr_nonnull(memmem(said.data, said.len, states[part], strlen(states[part])));
    }
    ck_assert(part > 0 && states[part - 1] == NULL); /* the assets' */
}

#define STATES(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(upbit_tells_stops_and_what_is_prevented)
{
    struct dialect_order order = an_order(1);
    struct dialect_account_event event = {.account = ACCOUNT, .time_ns = NOW_NS, .order = &order};
    order.type = DIALECT_STOP_LIMIT;
    order.state = DIALECT_ORDER_WAITING;
    expect_states(&event, STATES("\"order_type\":\"limit\",\"state\":\"watch\""));
    order.state = DIALECT_ORDER_TRIGGERED;
    expect_states(&event, (const char *const[]){NULL});
    order.state = DIALECT_ORDER_OPEN;
    expect_states(&event, STATES("\"state\":\"wait\""));
    order.state = DIALECT_ORDER_CANCELED;
    order.cause = DIALECT_CAUSE_SELF;
    expect_states(&event, STATES("\"state\":\"prevented\"", "\"state\":\"cancel\""));
    expect_states(&event, STATES("\"remaining_volume\":0.0", "\"prevented_volume\":0.5"));
    order.state = DIALECT_ORDER_REJECTED;
    expect_states(&event, (const char *const[]){NULL});
}
END_TEST

START_TEST(upbit_messages_may_be_short_and_in_lists)
{
    struct dialect_order order = an_order(1);
    struct dialect_account_event event = {.account = ACCOUNT,
                                          .time_ns = NOW_NS,
                                          .order = &order,
                                          .balances = balances + 1,
                                          .balance_count = 1};
    account_session.topics = 1 | 2 | 4 | 8;
    order.client_id = (struct slice){NULL, 0};
    expect_messages(
        &event,
        "[{\"ty\":\"myOrder\",\"cd\":\"KRW-BTC\",\"uid\":\"ac2dc2a3-fce9-40a2-a4f6-000000000001\","
        "\"ab\":\"BID\",\"ot\":\"limit\",\"s\":\"wait\",\"tuid\":null,\"p\":116000000.0,"
        "\"ap\":null,\"v\":0.5,\"rv\":0.5,\"ev\":0.0,\"tc\":0,\"rsf\":0.0,\"rmf\":0.0,\"pf\":0.0,"
        "\"l\":0.0,\"ef\":0.0,\"tif\":null,\"tf\":null,\"im\":null,\"id\":null,\"smpt\":null,"
        "\"pv\":0.0,\"pl\":0.0,\"ttms\":null,\"otms\":1790133509000,\"tms\":1790133514044,"
        "\"st\":\"REALTIME\"}]\n"
        "[{\"ty\":\"myAsset\",\"astuid\":\"e635f223-1609-4969-8fb6-4376937baad6\",\"ast\":["
        "{\"cu\":\"BTC\",\"b\":0.10000000,\"l\":0.00000000}],\"asttms\":1790133514044,"
        "\"tms\":1790133514044,\"st\":\"REALTIME\"}]\n");
}
END_TEST

#define REST(id, state, left, executed, funds, fee, trades, client)                                \
    "{\"uuid\":\"ac2dc2a3-fce9-40a2-a4f6-00000000000" id "\",\"market\":\"KRW-BTC\","              \
    "\"side\":\"bid\",\"ord_type\":\"limit\",\"price\":\"116000000\",\"state\":\"" state           \
    "\",\"created_at\":\"2026-09-23T12:18:29+09:00\",\"volume\":\"0.5\",\"remaining_volume\":"     \
    "\"" left "\",\"executed_volume\":\"" executed "\",\"executed_funds\":\"" funds                \
    "\",\"reserved_fee\":\"" fee "\",\"remaining_fee\":\"0\",\"paid_fee\":\"" fee                  \
    "\",\"locked\":\"0\",\"trades_count\":" trades client                                          \
    ",\"prevented_volume\":\"0\",\"prevented_locked\":\"0\""
#define OPEN   REST("1", "wait", "0.3", "0.2", "23198000", "11599", "1", ",\"identifier\":\"mine\"")
#define DONE   REST("2", "done", "0.5", "0", "0", "0", "0", ",\"identifier\":\"mine\"") "}"
#define CANCEL REST("3", "cancel", "0.5", "0", "0", "0", "0", "") "}"

START_TEST(upbit_lists_open_and_ended_orders)
{
    expect_answered("/v1/orders/open", "states[]=wait&states[]=watch&page=1&limit=100", 200,
                    "[" OPEN "}]");
    expect_answered("/v1/orders/open", "page=2", 200, "[]");
    expect_answered("/v1/orders/open", "state=watch", 200, "[]");
    expect_answered("/v1/orders/open", "limit=101", 400,
                    REFUSED("validation_error", "page or limit is not valid"));
    expect_answered("/v1/orders/closed", "", 200, "[" CANCEL "," DONE "]");
    expect_answered("/v1/orders/closed", "states[]=done&states[]=cancel&order_by=asc", 200,
                    "[" DONE "," CANCEL "]");
    expect_answered("/v1/orders/closed", "limit=1&order_by=asc", 200, "[" DONE "]");
    expect_answered("/v1/orders/closed", "state=cancel&start_time=1790133509000", 200,
                    "[" CANCEL "]");
    expect_answered("/v1/orders/closed", "start_time=1790133509045", 200, "[]");
    expect_answered("/v1/orders/closed", "start_time=1&end_time=604800002", 400,
                    REFUSED("validation_error", "the times or the limit are not valid"));
}
END_TEST

START_TEST(upbit_order_by_itself_has_its_trades)
{
    expect_answered("/v1/order", "uuid=ac2dc2a3-fce9-40a2-a4f6-000000000001", 200,
                    OPEN ",\"trades\":[{\"market\":\"KRW-BTC\","
                         "\"uuid\":\"00000046-fba4-4175-ade3-000000000001\","
                         "\"price\":\"115990000\",\"volume\":\"0.2\",\"funds\":\"23198000\","
                         "\"trend\":\"up\",\"created_at\":\"2026-09-23T12:18:34.043123+09:00\","
                         "\"side\":\"bid\"}]}");
    expect_answered("/v1/order", "uuid=ac2dc2a3-fce9-40a2-a4f6-000000000009", 404,
                    REFUSED("order_not_found", "주문을 찾지 못했습니다."));
    expect_answered("/v1/order", "uuid=x", 404,
                    REFUSED("order_not_found", "주문을 찾지 못했습니다."));
    expect_answered("/v1/order", "", 400, REFUSED("validation_error", "uuid is missing"));
}
END_TEST

START_TEST(upbit_accounts_are_texts)
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
        upbit_lets_a_token_in_once,
        upbit_refuses_what_is_no_token_of_this_key,
        upbit_has_one_private_path,
        upbit_query_is_signed_as_it_is_before_its_encoding,
        upbit_request_is_the_whole_of_what_is_told,
        upbit_ends_the_connection_of_a_wrong_request,
        upbit_order_that_comes_waits_and_locks,
        upbit_last_trade_is_followed_by_done,
        upbit_market_buy_ends_in_cancel,
        upbit_tells_stops_and_what_is_prevented,
        upbit_messages_may_be_short_and_in_lists,
        upbit_lists_open_and_ended_orders,
        upbit_order_by_itself_has_its_trades,
        upbit_accounts_are_texts,
    };
    Suite *suite = suite_create("sim_upbit_private");
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
