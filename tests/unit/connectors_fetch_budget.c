/* SPDX-License-Identifier: Apache-2.0 */
/* What an address may spend: weight, connects, and when it is to keep away. */
#include "tests/unit/fetch_stage.h"

START_TEST(fetch_gets_a_body_and_learns_the_weight)
{
    struct fetch_budget budget;
    uint64_t tag = get(&asker, "/ok?limit=5", 7, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->kind == FETCH_GET && answer->error == FETCH_OK);
    ck_assert(answer->status == 200 && answer->body_len == 5);
    ck_assert_str_eq(answer->body, "hello");
    free(answer);
    expect_no_answer(&asker);
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.weight_limit == 60 && budget.weight_used == 55 && budget.hold_ms == 0);
    get(&asker, "/ok", 5, 10000); /* 55 by the exchange's own count: there is room for 5 */
    free(wait_answer(&asker));
    get(&asker, "/ok", 1, 10000);
    free(dial("127.0.0.1"));
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert_uint_eq(budget.weight_used, 60);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
}
END_TEST

START_TEST(fetch_keeps_away_for_as_long_as_the_exchange_says)
{
    struct fetch_budget budget;
    uint64_t tag = get(&asker, "/busy", 1, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->error == FETCH_STATUS && answer->status == 429);
    ck_assert_uint_eq(answer->retry_after_ms, 1000);
    free(answer);
    int64_t held_ns = clock_monotonic_ns();
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.hold_ms > 0 && budget.hold_ms <= 1000);
    expect_answer(get(&asker, "/ok", 1, 10), FETCH_WITHHELD, 0); /* it cannot wait so long */
    expect_answer(get(&asker, "/ok", 1, 10000), FETCH_OK, 200);
    ck_assert_int_ge(clock_monotonic_ns() - held_ns, 900 * NS_PER_MS);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
}
END_TEST

START_TEST(fetch_hears_a_no_whatever_its_body)
{
    uint64_t tag = get(&asker, "/busy-and-big", 1, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->error == FETCH_STATUS && answer->status == 429);
    ck_assert_uint_eq(answer->retry_after_ms, 7000);
    free(answer);
    answer = dial("127.0.0.1"); /* a hold is for everything that goes there */
    ck_assert_int_eq(answer->error, FETCH_WITHHELD);
    free(answer);
}
END_TEST

START_TEST(fetch_keeps_away_from_who_bans_without_saying_how_long)
{
    static const struct {
        const char *path;
        uint32_t status, wait_ms;
    } cases[] = {{"/firewall", 403, 600000}, {"/banned", 418, 120000}};
    for (size_t i = 0; i < 2; i++) {
        struct fetch_budget budget;
        get(&asker, cases[i].path, 1, 10000);
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert(answer->status == cases[i].status && answer->retry_after_ms == cases[i].wait_ms);
        free(answer);
        fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
        ck_assert(budget.hold_ms > cases[i].wait_ms - 5000 && budget.hold_ms <= cases[i].wait_ms);
        fetch_destroy(&fetch);
        start(4);
    }
}
END_TEST

START_TEST(fetch_obeys_a_hold_that_another_saw)
{
    const struct exchange *binance = exchange_find(SLICE("binance"));
    fetch_hold(fetch, binance, 50000, true);
    fetch_hold(fetch, binance, 1, false); /* a shorter one changes nothing */
    struct fetch_answer *answer = dial("127.0.0.1");
    ck_assert_int_eq(answer->error, FETCH_WITHHELD);
    ck_assert(answer->retry_after_ms > 40000 && answer->retry_after_ms <= 50000);
    free(answer);
    ck_assert_int_eq(atomic_load(&server.requests), 0);
}
END_TEST

START_TEST(fetch_spends_no_more_than_its_budget)
{
    struct fetch_budget budget;
    expect_answer(get(&asker, "/stall", 50, 50), FETCH_TIMEOUT, 0);
    get(&asker, "/ok", 50, 10000); /* waits for a minute to pass */
    get(&asker, "/ok", 1, 10000);  /* would fit, but not before the other */
    free(dial("127.0.0.1"));       /* is paid from another purse */
    ck_assert_int_eq(atomic_load(&server.requests), 1);
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.weight_used == 50 && budget.connects_used == 1);
    expect_no_answer(&asker);
    fetch_destroy(&fetch);
    for (int i = 0; i < 2; i++) {
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_eq(answer->error, FETCH_STOPPED);
        free(answer);
    }
    expect_no_answer(&asker);
}
END_TEST

START_TEST(fetch_has_one_purse_for_all_exchanges_of_a_group)
{
    static const struct exchange markets[] = {
        {.name = "a-spot",
         .limits = {.group = "a",
                    .rest_weight = 1000,
                    .rest_window_ms = 300,
                    .connects = 1,
                    .connects_window_ms = 60000}},
        {.name = "a-futures", .limits = {.group = "a"}},
        {.name = "b",
         .limits = {.group = "b",
                    .rest_weight = 500,
                    .rest_window_ms = 60000,
                    .connects = 1,
                    .connects_window_ms = 60000}},
    };
    struct fetch_budget budget;
    fetch_budget(fetch, &markets[0], &budget); /* nothing was asked yet */
    ck_assert(budget.weight_limit == 10 && budget.weight_used == 0);
    struct fetch_request request = request_of(&asker, FETCH_GET);
    snprintf(request.url, sizeof request.url, "http://127.0.0.1:%u/stall", server.port);
    request.timeout_ms = 50;
    request.weight = 10;
    int64_t begun_ns = clock_monotonic_ns();
    for (size_t i = 0; i < 3; i++) {
        request.exchange = &markets[i];
        request.tag = i;
        request.weight = i == 2 ? 5 : 10;
        ck_assert(fetch_ask(fetch, &request));
    }
    expect_answer(0, FETCH_TIMEOUT, 0);
    expect_answer(2, FETCH_TIMEOUT, 0); /* of another group: it does not wait */
    fetch_budget(fetch, &markets[1], &budget);
    ck_assert(budget.weight_limit == 10 && budget.weight_used == 10);
    expect_answer(1, FETCH_TIMEOUT, 0); /* when the window has passed */
    ck_assert_int_ge(clock_monotonic_ns() - begun_ns, 300 * NS_PER_MS);
    fetch_hold(fetch, &markets[1], 60000, false);
    request.exchange = &markets[0];
    request.tag = 3;
    ck_assert(fetch_ask(fetch, &request));
    expect_answer(3, FETCH_WITHHELD, 0);
    fetch_budget(fetch, &markets[0], &budget);
    ck_assert(budget.hold_ms > 50000);
    fetch_budget(fetch, &markets[2], &budget);
    ck_assert_uint_eq(budget.hold_ms, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_fetch_budget");
    TCase *tests = tcase_create("budget");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, fetch_gets_a_body_and_learns_the_weight);
    tcase_add_test(tests, fetch_keeps_away_for_as_long_as_the_exchange_says);
    tcase_add_test(tests, fetch_hears_a_no_whatever_its_body);
    tcase_add_test(tests, fetch_keeps_away_from_who_bans_without_saying_how_long);
    tcase_add_test(tests, fetch_obeys_a_hold_that_another_saw);
    tcase_add_test(tests, fetch_spends_no_more_than_its_budget);
    tcase_add_test(tests, fetch_has_one_purse_for_all_exchanges_of_a_group);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
