/* SPDX-License-Identifier: Apache-2.0 */
/* The price cache by a stepped clock. */
#include "gateway/cache.h"

#include "common/clock.h"

#include <check.h>
#include <stdio.h>

#define SIZE      3
#define EXPIRY_MS 60000

static struct cache *cache;
static int64_t now_ns = 1000 * NS_PER_SECOND;

static void setup(void)
{
    cache = cache_new(SIZE, EXPIRY_MS);
}

static void teardown(void)
{
    cache_destroy(&cache);
    cache_destroy(&cache);
}

static void put(const char *key, uint64_t seq)
{
    static struct event quote __attribute__((aligned(16)));
    event_begin(&quote, KIND_QUOTE);
    quote.seq = seq;
    quote.quote.known = 1;
    quote.quote.numbers[QUOTE_PRICE] = (struct decimal){.low = seq * 10};
    cache_put(cache, slice_of(key), &quote, now_ns);
}

/* The seq of what is kept under a key; 0 nothing. */
static uint64_t got(const char *key)
{
    const struct event *quote = cache_get(cache, slice_of(key), now_ns);
    if (quote != NULL)
        ck_assert_uint_eq(quote->quote.numbers[QUOTE_PRICE].low, quote->seq * 10);
    return quote != NULL ? quote->seq : 0;
}

static struct cache_stats stats(void)
{
    struct cache_stats now;
    cache_stats(cache, &now);
    return now;
}

START_TEST(cache_gives_the_newest_quote_of_a_key)
{
    ck_assert_uint_eq(got("a"), 0);
    put("a", 1);
    put("b", 2);
    put("a", 3);
    ck_assert_uint_eq(got("a"), 3);
    ck_assert_uint_eq(got("b"), 2);
    ck_assert_uint_eq(got("c"), 0);
    ck_assert_uint_eq(stats().count, 2);
    ck_assert_uint_eq(stats().hits, 2);
    ck_assert_uint_eq(stats().misses, 2);
}
END_TEST

START_TEST(cache_evicts_what_was_updated_least_recently)
{
    put("a", 1);
    put("b", 2);
    put("c", 3);
    put("a", 4);                    /* updated: b is the oldest now */
    ck_assert_uint_eq(got("b"), 2); /* being read does not make it newer */
    put("d", 5);
    ck_assert_uint_eq(got("b"), 0);
    ck_assert_uint_eq(got("a"), 4);
    ck_assert_uint_eq(got("c"), 3);
    ck_assert_uint_eq(got("d"), 5);
    ck_assert_uint_eq(stats().evicted, 1);
    ck_assert_uint_eq(stats().count, SIZE);
}
END_TEST

START_TEST(cache_gives_nothing_that_has_expired)
{
    put("a", 1);
    now_ns += EXPIRY_MS * NS_PER_MS - 1;
    ck_assert_uint_eq(got("a"), 1);
    now_ns += 1;
    ck_assert_uint_eq(got("a"), 0);
    ck_assert_uint_eq(stats().expired, 1);
    ck_assert_uint_eq(stats().count, 0);
    put("a", 2);
    ck_assert_uint_eq(got("a"), 2);
}
END_TEST

START_TEST(cache_sweeps_what_has_expired_and_no_more)
{
    put("a", 1);
    put("b", 2);
    now_ns += 30 * NS_PER_SECOND;
    put("a", 3);
    now_ns += 30 * NS_PER_SECOND;
    ck_assert_uint_eq(cache_sweep(cache, now_ns), 1);
    ck_assert_uint_eq(cache_sweep(cache, now_ns), 0);
    ck_assert_uint_eq(got("a"), 3);
    ck_assert_uint_eq(got("b"), 0);
    now_ns += 3600 * NS_PER_SECOND;
    ck_assert_uint_eq(cache_sweep(cache, now_ns), 1);
    ck_assert_uint_eq(stats().expired, 2);
}
END_TEST

START_TEST(cache_is_resized_while_it_runs)
{
    put("a", 1);
    put("b", 2);
    put("c", 3);
    ck_assert(cache_resize(cache, 1, EXPIRY_MS));
    ck_assert_uint_eq(got("c"), 3);
    ck_assert_uint_eq(got("a") + got("b"), 0);
    ck_assert_uint_eq(stats().evicted, 2);
    ck_assert(cache_resize(cache, 1000, 1));
    for (uint64_t i = 1; i <= 500; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", (int)i);
        put(key, i);
    }
    ck_assert_uint_eq(stats().count, 501);
    ck_assert_uint_eq(stats().size, 1000);
    ck_assert_uint_eq(stats().expiry_ms, 1);
    ck_assert_uint_eq(got("k250"), 250);
    now_ns += NS_PER_MS;
    ck_assert_uint_eq(got("k250"), 0);
}
END_TEST

START_TEST(cache_refuses_a_size_or_expiry_out_of_range_and_stays_as_it_is)
{
    put("a", 1);
    ck_assert(!cache_resize(cache, 0, EXPIRY_MS));
    ck_assert(!cache_resize(cache, CACHE_SIZE_MAX + 1, EXPIRY_MS));
    ck_assert(!cache_resize(cache, SIZE, 0));
    ck_assert(!cache_resize(cache, SIZE, 24 * 3600 * 1000 + 1));
    ck_assert_uint_eq(stats().size, SIZE);
    ck_assert_uint_eq(stats().expiry_ms, EXPIRY_MS);
    ck_assert_uint_eq(got("a"), 1);
    ck_assert_ptr_null(cache_new(0, EXPIRY_MS));
    ck_assert(cache_resize(cache, CACHE_SIZE_MAX, 24 * 3600 * 1000));
}
END_TEST

START_TEST(cache_takes_no_key_that_is_longer_than_a_topic_and_evicts_nothing_for_it)
{
    char endless[300];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    put("a", 1);
    put("b", 2);
    put("c", 3);
    put(endless, 4);
    ck_assert_uint_eq(got(endless), 0);
    ck_assert_uint_eq(got("a"), 1);
    ck_assert_uint_eq(stats().evicted, 0);
}
END_TEST

/* Entries are used again: what stands in them is the key's own. */
START_TEST(cache_mixes_nothing_up_through_many_evictions)
{
    char key[16];
    for (uint64_t i = 1; i <= 10000; i++) {
        snprintf(key, sizeof key, "k%d", (int)(i % 17));
        put(key, i);
        ck_assert_uint_eq(got(key), i);
        snprintf(key, sizeof key, "k%d", (int)((i + 14) % 17)); /* three ago */
        ck_assert_uint_eq(got(key), 0);
        snprintf(key, sizeof key, "k%d", (int)((i + 15) % 17)); /* two ago */
        ck_assert_uint_eq(got(key), i >= 3 ? i - 2 : 0);
        ck_assert_uint_le(stats().count, SIZE);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_cache");
    TCase *tests = tcase_create("cache");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, cache_gives_the_newest_quote_of_a_key);
    tcase_add_test(tests, cache_evicts_what_was_updated_least_recently);
    tcase_add_test(tests, cache_gives_nothing_that_has_expired);
    tcase_add_test(tests, cache_sweeps_what_has_expired_and_no_more);
    tcase_add_test(tests, cache_is_resized_while_it_runs);
    tcase_add_test(tests, cache_refuses_a_size_or_expiry_out_of_range_and_stays_as_it_is);
    tcase_add_test(tests, cache_takes_no_key_that_is_longer_than_a_topic_and_evicts_nothing_for_it);
    tcase_add_test(tests, cache_mixes_nothing_up_through_many_evictions);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
