/* SPDX-License-Identifier: Apache-2.0 */
/* What Upbit's and Bithumb's private halves do alike (upbit.md 6, bithumb.md 6). */
#ifndef TICKGATE_TESTS_UNIT_KOREA_ALIKE_H
#define TICKGATE_TESTS_UNIT_KOREA_ALIKE_H

#include "tests/unit/korea_errors.h"

START_TEST(korea_table_is_whole)
{
    char room[100];
    struct text why = text_over(room, sizeof room);
    ck_assert_msg(private_exchange_check(exchange_of(), &why), "%.*s", (int)why.len, why.data);
    ck_assert_int_eq(exchange_of()->login, LOGIN_HEADER);
    ck_assert(private_exchange_find(slice_of(exchange_of()->name)) == exchange_of());
}
END_TEST

/* A token is good once. */
START_TEST(korea_header_has_a_new_token_each_time)
{
    char rooms[2][1000];
    struct text first = text_over(rooms[0], sizeof rooms[0]);
    struct text second = text_over(rooms[1], sizeof rooms[1]);
    ck_assert(exchange_of()->write_header(&first, &keys, 1712230310689));
    ck_assert(exchange_of()->write_header(&second, &keys, 1712230310689));
    ck_assert(contains(claims_in(&first), "\"access_key\":\"AK\",\"nonce\":\""));
    ck_assert(!slice_equal(text_slice(&first), text_slice(&second)));
}
END_TEST

START_TEST(korea_header_that_does_not_fit_is_none)
{
    char room[100];
    struct text lines = text_over(room, sizeof room);
    ck_assert(!exchange_of()->write_header(&lines, &keys, 1712230310689));
}
END_TEST

START_TEST(korea_subscribes_to_orders_and_assets_in_one_request)
{
    char room[200];
    struct text message = text_over(room, sizeof room);
    exchange_of()->write_subscription(&message);
    text_terminate(&message);
    ck_assert_str_eq(message.data,
                     "[{\"ticket\":\"tickgate\"},{\"type\":\"myOrder\"},{\"type\":\"myAsset\"},"
                     "{\"format\":\"DEFAULT\"}]");
    ck_assert(!exchange_of()->subscription_answered);
}
END_TEST

START_TEST(korea_balances_are_read_from_accounts)
{
    const struct call_ask ask = {.purpose = CALL_BALANCES};
    read_reply(&ask, 200,
               SLICE("[{\"currency\":\"KRW\",\"balance\":\"1000000.0\",\"locked\":\"0.5\","
                     "\"avg_buy_price\":\"0\",\"avg_buy_price_modified\":false,"
                     "\"unit_currency\":\"KRW\"},"
                     "{\"currency\":\"\",\"balance\":\"1\",\"locked\":\"0\"},"
                     "{\"currency\":\"BTC\",\"balance\":\"0.1\",\"locked\":\"0\"}]"));
    expect_told("balance 0 asset=KRW total=1000000.5 free=1000000.0 locked=0.5\n"
                "balance 0 asset=BTC total=0.1 free=0.1 locked=0\n");
    ck_assert_int_eq(reply.verdict, VERDICT_OK);
    ck_assert(reply.refusal == REFUSAL_NONE && reply.skipped == 1 && reply.cursor.len == 0);
    read_reply(&ask, 200, SLICE("{}"));
    ck_assert_int_eq(reply.refusal, REFUSAL_WRONG_TYPE);
    read_reply(&ask, 200, SLICE("[{\"currency\":\"KRW\""));
    ck_assert_int_eq(reply.refusal, REFUSAL_TRUNCATED);
}
END_TEST

START_TEST(korea_asks_by_no_call_that_is_not_there)
{
    static const enum call_purpose none[] = {CALL_CLOCK, CALL_KEY, CALL_KEEP_KEY, CALL_FILLS,
                                             CALL_POSITIONS};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        expect_no_call(none[i], 0);
        ck_assert_int_eq(exchange_of()->scopes[none[i]], SCOPE_NONE);
    }
    expect_no_call(CALL_BALANCES, 1);
    expect_no_call(CALL_ORDER, 1);
    expect_no_call(CALL_CLOSED_ORDERS, 1); /* seven days on: behind now */
}
END_TEST

static inline int run_korea(const char *name, const TTest *const *each, size_t count)
{
    const TTest *const alike[] = {
        korea_table_is_whole,
        korea_header_has_a_new_token_each_time,
        korea_header_that_does_not_fit_is_none,
        korea_subscribes_to_orders_and_assets_in_one_request,
        korea_errors_say_whether_the_key_is_to_blame,
        korea_replies_fail_by_name_whatever_their_status,
        korea_balances_are_read_from_accounts,
        korea_asks_by_no_call_that_is_not_there,
    };
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("private");
    tcase_add_checked_fixture(tests, stage_up, stage_down);
    tcase_set_timeout(tests, 60);
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        tcase_add_test(tests, alike[i]);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tests, each[i]);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#endif
