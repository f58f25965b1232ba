/* SPDX-License-Identifier: Apache-2.0 */
/* What readers ask for is opened, lingers and goes: over the real tables, the connector is the
 * test. */
#include "gateway/demand.h"

#include "common/log.h"
#include "tests/unit/subscriptions_fixture.h"

#define LINGER_NS (10 * NS_PER_SECOND)
#define MAX       2
#define READ_MAX  8

static struct demand *demand;

static void set_up(void)
{
    setup();
    log_set_level(LOG_LEVEL_ERROR);
    config->demand = (struct config_demand){true, MAX, LINGER_NS / NS_PER_MS};
    config->feed.readers_max = READ_MAX;
    demand = demand_new(config, subscriptions, instruments, pool);
    ck_assert_ptr_nonnull(demand);
}

static void tear_down(void)
{
    demand_destroy(&demand);
    demand_destroy(&demand);
    teardown();
}

/* These are read now, separated by spaces; what is due is done. */
static int64_t read_now(const char *names)
{
    struct readers_set *set = calloc(1, sizeof *set + READ_MAX * sizeof set->topics[0]);
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        set->topics[set->count].len = (uint8_t)len;
        memcpy(set->topics[set->count++].name, names, len);
        names += len + (names[len] == ' ');
    }
    demand_take(demand, set, now_ns);
    free(set);
    return demand_step(demand, now_ns, REAL_NS);
}

static struct subscription *row_of(enum kind kind, const char *symbol, const char *variant)
{
    return subscriptions_find(subscriptions, 0, kind, slice_of(symbol), slice_of(variant));
}

START_TEST(demand_opens_what_is_read_and_closes_it_after_the_linger)
{
    list_three();
    ck_assert_int_eq(read_now("trade.binance.BTC-USDT. candle.binance.ETH-USDT.1h."), INT64_MAX);
    const struct subscription *row = row_of(KIND_TRADE, "BTC-USDT", "");
    ck_assert(row != NULL && row->demand && !row->added && row->references == 1);
    ck_assert_ptr_nonnull(row_of(KIND_CANDLE, "ETH-USDT", "1h"));
    ck_assert_uint_eq(demand_count(demand), 2);
    hand_over();
    ck_assert_uint_eq(handed->count, 2);
    read_now("trade.binance.BTC-USDT. candle.binance.ETH-USDT.1h.");
    ck_assert_uint_eq(row->references, 1);
    now_ns += NS_PER_SECOND;
    ck_assert_int_eq(read_now("candle.binance.ETH-USDT.1h."), now_ns + LINGER_NS);
    now_ns += LINGER_NS - 1;
    demand_step(demand, now_ns, REAL_NS);
    ck_assert_ptr_nonnull(row_of(KIND_TRADE, "BTC-USDT", ""));
    now_ns++;
    ck_assert_int_eq(demand_step(demand, now_ns, REAL_NS), INT64_MAX);
    ck_assert_ptr_null(row_of(KIND_TRADE, "BTC-USDT", ""));
    ck_assert_ptr_nonnull(row_of(KIND_CANDLE, "ETH-USDT", "1h"));
    ck_assert_uint_eq(demand_count(demand), 1);
}
END_TEST

START_TEST(demand_that_comes_back_within_the_linger_is_the_same)
{
    list_three();
    read_now("trade.binance.BTC-USDT.");
    uint32_t generation = row_of(KIND_TRADE, "BTC-USDT", "")->generation;
    for (int i = 0; i < 5; i++) {
        read_now("");
        now_ns += LINGER_NS - 1;
        read_now("trade.binance.BTC-USDT.");
    }
    const struct subscription *row = row_of(KIND_TRADE, "BTC-USDT", "");
    ck_assert(row != NULL && row->references == 1 && row->generation == generation);
    now_ns += 100 * LINGER_NS;
    ck_assert_int_eq(demand_step(demand, now_ns, REAL_NS), INT64_MAX);
    ck_assert_ptr_nonnull(row_of(KIND_TRADE, "BTC-USDT", ""));
}
END_TEST

START_TEST(demand_leaves_what_others_hold)
{
    list_three();
    struct subscription *row = hold(KIND_TRADE, "BTC-USDT");
    read_now("trade.binance.BTC-USDT.");
    ck_assert_uint_eq(row->references, 2);
    read_now("");
    now_ns += LINGER_NS;
    demand_step(demand, now_ns, REAL_NS);
    ck_assert(row->references == 1 && !row->demand);
    subscriptions_release(subscriptions, row);
}
END_TEST

START_TEST(demand_is_of_listed_instruments_of_exchanges_in_use)
{
    list_three();
    read_now("trade.upbit.BTC-KRW. trade.binance.NOPE-USDT. mark.binance.BTC-USDT. "
             "candle.binance.BTC-USDT.7m.");
    ck_assert_uint_eq(demand_count(demand), 0);
    ck_assert_uint_eq(demand_refused(demand), 0);
    ck_assert(!pool_running(pool, 0));
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
}
END_TEST

START_TEST(demand_starts_the_connector_that_reads_the_list)
{
    ck_assert(!pool_running(pool, 0));
    read_now("trade.binance.BTC-USDT. trade.binance.NOPE-USDT.");
    ck_assert(pool_running(pool, 0));
    ck_assert_uint_eq(demand_count(demand), 2);
    list_three();
    subscriptions_resolve(subscriptions, 0);
    demand_listed(demand);
    demand_step(demand, now_ns, REAL_NS);
    ck_assert_uint_eq(demand_count(demand), 1);
    ck_assert_ptr_nonnull(row_of(KIND_TRADE, "BTC-USDT", "")->topic);
    ck_assert_ptr_null(row_of(KIND_TRADE, "NOPE-USDT", ""));
    static const char *const more[] = {"BTC-USDT", "NOPE-USDT"};
    list(more, 2); /* a new listing */
    subscriptions_resolve(subscriptions, 0);
    demand_listed(demand);
    demand_step(demand, now_ns, REAL_NS);
    ck_assert_ptr_nonnull(row_of(KIND_TRADE, "NOPE-USDT", ""));
}
END_TEST

START_TEST(demand_has_a_cap_and_opens_the_rest_when_there_is_room)
{
    list_three();
    int64_t due_ns = read_now("trade.binance.BTC-USDT. trade.binance.ETH-USDT. "
                              "trade.binance.SOL-USDT. quote.binance.SOL-USDT.");
    ck_assert_uint_eq(demand_count(demand), MAX);
    ck_assert_uint_eq(demand_refused(demand), 2);
    ck_assert(due_ns > now_ns && due_ns < now_ns + 60 * NS_PER_SECOND);
    now_ns = due_ns;
    demand_step(demand, now_ns, REAL_NS); /* it is counted once */
    ck_assert_uint_eq(demand_refused(demand), 2);
    read_now("trade.binance.SOL-USDT.");
    now_ns += LINGER_NS;
    demand_step(demand, now_ns, REAL_NS);
    ck_assert_ptr_nonnull(row_of(KIND_TRADE, "SOL-USDT", ""));
    ck_assert_uint_eq(demand_count(demand), 1);
}
END_TEST

START_TEST(demand_says_that_the_pool_has_no_connector_left)
{
    config->pool.max = 0;
    read_now("trade.binance.BTC-USDT.");
    ck_assert_uint_eq(demand_count(demand), 0);
    ck_assert_uint_eq(demand_refused(demand), 1);
    config->pool.max = 1;
    now_ns += 60 * NS_PER_SECOND;
    demand_step(demand, now_ns, REAL_NS);
    ck_assert_uint_eq(demand_count(demand), 1);
}
END_TEST

/* Every set is another one, and all of the one before lingers or is forgotten. */
START_TEST(demand_keeps_to_its_bounds_whatever_is_read)
{
    static const char *const symbols[] = {"BTC-USDT", "ETH-USDT", "SOL-USDT"};
    static const char *const kinds[] = {"quote", "trade", "book"};
    list_three();
    for (int round = 0; round < 200; round++) {
        char room[2000];
        struct text names = text_over(room, sizeof room);
        for (int i = 0; i < READ_MAX; i++)
            text_format(&names, "%s.binance.%s%s. ", kinds[(round + i) % 3], symbols[i % 3],
                        i < 5       ? ""
                        : round % 2 ? "-A"
                                    : "-B");
        names.len--;
        text_terminate(&names);
        read_now(room);
        ck_assert_uint_le(demand_count(demand), MAX);
        ck_assert_uint_eq(demand_count(demand), subscriptions_count(subscriptions));
        now_ns += LINGER_NS / 3;
    }
    read_now("");
    now_ns += LINGER_NS;
    ck_assert_int_eq(demand_step(demand, now_ns, REAL_NS), INT64_MAX);
    ck_assert_uint_eq(subscriptions_count(subscriptions), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_demand");
    TCase *tests = tcase_create("demand");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, demand_opens_what_is_read_and_closes_it_after_the_linger);
    tcase_add_test(tests, demand_that_comes_back_within_the_linger_is_the_same);
    tcase_add_test(tests, demand_leaves_what_others_hold);
    tcase_add_test(tests, demand_is_of_listed_instruments_of_exchanges_in_use);
    tcase_add_test(tests, demand_starts_the_connector_that_reads_the_list);
    tcase_add_test(tests, demand_has_a_cap_and_opens_the_rest_when_there_is_room);
    tcase_add_test(tests, demand_says_that_the_pool_has_no_connector_left);
    tcase_add_test(tests, demand_keeps_to_its_bounds_whatever_is_read);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
