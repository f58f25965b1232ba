/* SPDX-License-Identifier: Apache-2.0 */
/* The pool without threads: the connectors are counters of the test. */
#include "gateway/pool.h"

#include "common/clock.h"

#include <check.h>
#include <stdlib.h>

#define EXCHANGES 4 /* the last one is awaited */
#define IDLE_MS   5000

static struct config *config;
static struct pool *pool;
static struct fault fault;
static struct {
    bool running;
    uint32_t starts, sets, stops;
    size_t last_count;
} feeds[EXCHANGES];
static bool refuse; /* the next start fails */

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    ck_assert_ptr_eq(context, feeds);
    ck_assert_ptr_eq(exchange->exchange, pool_exchange(pool, number));
    ck_assert(!feeds[number].running);
    if (refuse)
        return NULL;
    feeds[number].running = true;
    feeds[number].starts++;
    return (struct connector *)(void *)&feeds[number];
}

static void want(void *context, struct connector *connector, struct desired **desired)
{
    (void)context;
    for (size_t i = 0; i < EXCHANGES; i++)
        if ((void *)connector == &feeds[i]) {
            feeds[i].sets++;
            feeds[i].last_count = (*desired)->count;
        }
    desired_destroy(desired);
}

static void stop(void *context, uint16_t number, struct connector **connector)
{
    (void)context;
    ck_assert_ptr_eq((void *)*connector, &feeds[number]);
    feeds[number].running = false;
    feeds[number].stops++;
    *connector = NULL;
}

static struct exchange exchanges[EXCHANGES];

static void setup(void)
{
    static const char *const names[EXCHANGES] = {"one", "two", "three", "four"};
    const struct pool_ports ports = {feeds, start, want, stop};
    config = calloc(1, sizeof *config);
    config->exchange_count = EXCHANGES;
    config->pool.max = 2;
    config->pool.idle_timeout_ms = IDLE_MS;
    for (size_t i = 0; i < EXCHANGES; i++) {
        exchanges[i].name = names[i];
        exchanges[i].websocket = exchanges[i].rest = "";
        config->exchanges[i].exchange = i < 3 ? &exchanges[i] : NULL;
        config->exchanges[i].enabled = i != 1;
    }
    memcpy(config->exchanges[3].name, "four", 5);
    pool = pool_new(config, &ports);
}

static void teardown(void)
{
    pool_destroy(&pool);
    pool_destroy(&pool);
    free(config);
}

static void tell(uint16_t number, size_t count, bool in_use, int64_t now_ns)
{
    struct desired *desired = desired_new(count);
    pool_want(pool, number, &desired, in_use, now_ns);
    ck_assert_ptr_null(desired);
}

START_TEST(pool_finds_the_exchanges_that_are_enabled)
{
    uint16_t number = 99;
    ck_assert(pool_find(pool, SLICE("three"), &number));
    ck_assert_uint_eq(number, 2);
    ck_assert(!pool_find(pool, SLICE("two"), &number));
    ck_assert(!pool_find(pool, SLICE("thre"), &number));
    ck_assert_str_eq(pool_exchange(pool, 1)->name, "two");
}
END_TEST

START_TEST(pool_gives_an_exchange_that_comes_later_the_number_that_awaits_it)
{
    static struct exchange fifth = {.name = "five", .websocket = "wss://five", .rest = "https://5"};
    uint16_t number = 99;
    ck_assert_uint_eq(pool_end(pool), 4);
    ck_assert_ptr_null(pool_exchange(pool, 3));
    ck_assert(!pool_enabled(pool, 3));
    ck_assert(!pool_find(pool, SLICE("four"), &number));
    ck_assert(pool_register(pool, &exchanges[3], &number, &fault));
    ck_assert_uint_eq(number, 3);
    ck_assert(pool_find(pool, SLICE("four"), &number) && number == 3);
    ck_assert(pool_register(pool, &fifth, &number, &fault));
    ck_assert_uint_eq(number, 4);
    ck_assert(pool_enabled(pool, 4));
    ck_assert(pool_register(pool, &fifth, &number, &fault) && number == 4);
    ck_assert(pool_register(pool, &exchanges[1], &number, &fault) && number == 1);
    ck_assert(!pool_enabled(pool, 1)); /* as it was configured */
    ck_assert_uint_eq(pool_end(pool), 5);
    ck_assert(pool_acquire(pool, 3, 0, &fault));
    ck_assert_uint_eq(feeds[3].starts, 1);
}
END_TEST

START_TEST(pool_has_a_bound_for_exchanges)
{
    static struct exchange more[CONFIG_EXCHANGES];
    uint16_t number;
    for (size_t i = 0; i < CONFIG_EXCHANGES; i++) {
        more[i] = (struct exchange){.name = "more", .websocket = "", .rest = ""};
        bool room = pool_end(pool) < CONFIG_EXCHANGES;
        ck_assert(pool_register(pool, &more[i], &number, &fault) == room);
        ck_assert(room || fault.code == FAULT_CAPACITY);
    }
}
END_TEST

START_TEST(pool_keeps_the_name_of_a_connector_until_it_is_closed)
{
    ck_assert(!pool_row(pool, 0)->known);
    ck_assert(pool_acquire(pool, 0, 7 * NS_PER_SECOND, &fault));
    ck_assert(pool_acquire(pool, 2, 8 * NS_PER_SECOND, &fault));
    ck_assert(pool_may_name(pool, 0, SLICE("mine"), &fault));
    pool_name(pool, 0, SLICE("mine"));
    ck_assert(pool_may_name(pool, 0, SLICE("mine"), &fault));
    ck_assert(!pool_may_name(pool, 0, SLICE("yours"), &fault));
    ck_assert_int_eq(fault.code, FAULT_CONFLICT);
    ck_assert_ptr_nonnull(strstr(fault.message, "mine"));
    ck_assert(!pool_may_name(pool, 2, SLICE("mine"), &fault));
    ck_assert_int_eq(fault.code, FAULT_CONFLICT);
    ck_assert_ptr_nonnull(strstr(fault.message, "one"));
    const struct pool_row *row = pool_row(pool, 0);
    ck_assert(row->known && row->running && row->idle);
    ck_assert_int_eq(row->started_ns, 7 * NS_PER_SECOND);
    ck_assert_str_eq(row->name, "mine");
    tell(0, 1, true, 8 * NS_PER_SECOND);
    ck_assert(!row->idle);
    pool_sweep(pool, 8 * NS_PER_SECOND + IDLE_MS * NS_PER_MS);
    ck_assert(row->running && !pool_running(pool, 2));
    tell(0, 0, false, 20 * NS_PER_SECOND);
    pool_sweep(pool, 30 * NS_PER_SECOND);
    ck_assert(row->known && !row->running);
    ck_assert_str_eq(row->name, "");
    ck_assert(pool_acquire(pool, 2, 0, &fault));
    ck_assert(pool_may_name(pool, 2, SLICE("mine"), &fault));
}
END_TEST

START_TEST(pool_starts_a_connector_once_and_reuses_it)
{
    ck_assert(!pool_running(pool, 0));
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    ck_assert(pool_running(pool, 0));
    ck_assert_uint_eq(feeds[0].starts, 1);
    ck_assert_uint_eq(pool_running_count(pool), 1);
    ck_assert_uint_eq(pool_started_count(pool), 1);
}
END_TEST

START_TEST(pool_says_when_it_is_exhausted)
{
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    ck_assert(pool_acquire(pool, 1, 0, &fault));
    ck_assert(!pool_acquire(pool, 2, 0, &fault));
    ck_assert_int_eq(fault.code, FAULT_POOL_EXHAUSTED);
    ck_assert_ptr_nonnull(strstr(fault.message, "three"));
    ck_assert_ptr_nonnull(strstr(fault.message, "pool.max"));
    ck_assert(pool_acquire(pool, 1, 0, &fault)); /* what runs is not refused */
    pool_sweep(pool, IDLE_MS * NS_PER_MS);       /* nothing was wanted of either */
    ck_assert(pool_acquire(pool, 2, 0, &fault));
}
END_TEST

START_TEST(pool_says_when_a_connector_cannot_be_started)
{
    refuse = true;
    ck_assert(!pool_acquire(pool, 0, 0, &fault));
    ck_assert_int_eq(fault.code, FAULT_INTERNAL);
    ck_assert_uint_eq(pool_running_count(pool), 0);
    refuse = false;
    ck_assert(pool_acquire(pool, 0, 0, &fault));
}
END_TEST

START_TEST(pool_hands_a_set_to_the_connector_and_frees_one_that_has_none)
{
    tell(0, 3, true, 0); /* nobody runs: it is freed */
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    tell(0, 4, true, 0);
    ck_assert_uint_eq(feeds[0].sets, 1);
    ck_assert_uint_eq(feeds[0].last_count, 4);
}
END_TEST

START_TEST(pool_closes_a_connector_that_was_idle_for_the_timeout_and_no_earlier)
{
    const int64_t timeout_ns = IDLE_MS * NS_PER_MS;
    ck_assert(pool_acquire(pool, 0, 100, &fault));
    ck_assert_int_eq(pool_sweep(pool, 100), 100 + timeout_ns);
    tell(0, 1, true, 200);
    ck_assert_int_eq(pool_sweep(pool, 200), INT64_MAX);
    ck_assert_int_eq(pool_sweep(pool, 200 + 10 * timeout_ns), INT64_MAX);
    tell(0, 0, false, 1000);
    tell(0, 0, false, 2000); /* it has been idle since the first time */
    ck_assert_int_eq(pool_sweep(pool, 2000), 1000 + timeout_ns);
    ck_assert_int_eq(pool_sweep(pool, 999 + timeout_ns), 1000 + timeout_ns);
    ck_assert(pool_running(pool, 0));
    tell(0, 1, true, 3000); /* wanted again: the time begins anew */
    tell(0, 0, false, 4000);
    ck_assert_int_eq(pool_sweep(pool, 1000 + timeout_ns), 4000 + timeout_ns);
    ck_assert_int_eq(pool_sweep(pool, 4000 + timeout_ns), INT64_MAX);
    ck_assert(!pool_running(pool, 0));
    ck_assert_uint_eq(feeds[0].stops, 1);
    ck_assert(pool_acquire(pool, 0, 5000 + timeout_ns, &fault));
    ck_assert_uint_eq(pool_started_count(pool), 2);
}
END_TEST

START_TEST(pool_keeps_idle_connectors_if_it_is_told_to)
{
    config->pool.idle_timeout_ms = 0;
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    ck_assert_int_eq(pool_sweep(pool, INT64_MAX / 2), INT64_MAX);
    ck_assert(pool_running(pool, 0));
}
END_TEST

START_TEST(pool_stops_all_and_starts_no_more)
{
    ck_assert(pool_acquire(pool, 0, 0, &fault));
    ck_assert(pool_acquire(pool, 2, 0, &fault));
    pool_stop(pool);
    ck_assert_uint_eq(feeds[0].stops, 1);
    ck_assert_uint_eq(feeds[2].stops, 1);
    ck_assert_uint_eq(pool_running_count(pool), 0);
    ck_assert(!pool_acquire(pool, 0, 0, &fault));
    ck_assert_int_eq(fault.code, FAULT_INTERNAL);
    tell(0, 1, true, 0);
    ck_assert_uint_eq(feeds[0].sets, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_pool");
    TCase *tests = tcase_create("pool");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, pool_finds_the_exchanges_that_are_enabled);
    tcase_add_test(tests, pool_gives_an_exchange_that_comes_later_the_number_that_awaits_it);
    tcase_add_test(tests, pool_has_a_bound_for_exchanges);
    tcase_add_test(tests, pool_keeps_the_name_of_a_connector_until_it_is_closed);
    tcase_add_test(tests, pool_starts_a_connector_once_and_reuses_it);
    tcase_add_test(tests, pool_says_when_it_is_exhausted);
    tcase_add_test(tests, pool_says_when_a_connector_cannot_be_started);
    tcase_add_test(tests, pool_hands_a_set_to_the_connector_and_frees_one_that_has_none);
    tcase_add_test(tests, pool_closes_a_connector_that_was_idle_for_the_timeout_and_no_earlier);
    tcase_add_test(tests, pool_keeps_idle_connectors_if_it_is_told_to);
    tcase_add_test(tests, pool_stops_all_and_starts_no_more);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
