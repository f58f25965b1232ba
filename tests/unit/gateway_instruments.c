/* SPDX-License-Identifier: Apache-2.0 */
/* Lists come one instrument an event; what a list does not name is no longer found. */
#include "gateway/instruments.h"

#include <check.h>
#include <stdio.h>

static struct instruments *instruments;

static void setup(void)
{
    instruments = instruments_new(2);
}

static void teardown(void)
{
    instruments_destroy(&instruments);
    instruments_destroy(&instruments);
}

static bool put(uint16_t exchange, const char *symbol, bool last)
{
    struct instrument instrument = {.last = last, .tradable = true};
    snprintf(instrument.symbol, sizeof instrument.symbol, "%s", symbol);
    snprintf(instrument.exchange_symbol, sizeof instrument.exchange_symbol, "x%.40s", symbol);
    return instruments_put(instruments, exchange, &instrument);
}

static const struct instrument *find(uint16_t exchange, const char *symbol)
{
    return instruments_find(instruments, exchange, slice_of(symbol));
}

START_TEST(instruments_are_known_when_their_last_one_came)
{
    ck_assert(!put(0, "BTC-USDT", false));
    ck_assert(!instruments_known(instruments, 0));
    ck_assert_ptr_null(find(0, "BTC-USDT"));
    ck_assert_uint_eq(instruments_count(instruments, 0), 0);
    ck_assert(put(0, "ETH-USDT", true));
    ck_assert(instruments_known(instruments, 0));
    ck_assert_uint_eq(instruments_count(instruments, 0), 2);
    ck_assert_str_eq(find(0, "BTC-USDT")->exchange_symbol, "xBTC-USDT");
    ck_assert_ptr_null(find(0, "BTC-USD"));
}
END_TEST

START_TEST(instruments_of_one_exchange_are_not_those_of_another)
{
    put(0, "BTC-USDT", true);
    ck_assert(!instruments_known(instruments, 1));
    ck_assert_ptr_null(find(1, "BTC-USDT"));
    put(1, "BTC-KRW", true);
    ck_assert_ptr_null(find(0, "BTC-KRW"));
    ck_assert_ptr_nonnull(find(1, "BTC-KRW"));
}
END_TEST

START_TEST(instruments_that_a_newer_list_does_not_name_are_gone_with_its_last)
{
    put(0, "BTC-USDT", false);
    put(0, "LUNA-USDT", true);
    put(0, "BTC-USDT", false);
    ck_assert_ptr_nonnull(find(0, "LUNA-USDT")); /* the new list is not whole yet */
    put(0, "SOL-USDT", true);
    ck_assert_ptr_null(find(0, "LUNA-USDT"));
    ck_assert_ptr_nonnull(find(0, "BTC-USDT"));
    ck_assert_ptr_nonnull(find(0, "SOL-USDT"));
    ck_assert_uint_eq(instruments_count(instruments, 0), 2);
    put(0, "LUNA-USDT", true); /* and back, the others gone */
    ck_assert_ptr_nonnull(find(0, "LUNA-USDT"));
    ck_assert_ptr_null(find(0, "BTC-USDT"));
    ck_assert_uint_eq(instruments_count(instruments, 0), 1);
}
END_TEST

START_TEST(instruments_named_twice_count_once_and_the_later_one_holds)
{
    struct instrument instrument = {.symbol = "BTC-USDT", .exchange_symbol = "BTCUSDT"};
    instruments_put(instruments, 0, &instrument);
    instrument.tradable = true;
    instrument.last = true;
    instruments_put(instruments, 0, &instrument);
    ck_assert_uint_eq(instruments_count(instruments, 0), 1);
    ck_assert(find(0, "BTC-USDT")->tradable);
}
END_TEST

START_TEST(instruments_are_walked_in_the_order_in_which_they_came)
{
    static const char *const symbols[] = {"ZZZ-USDT", "AAA-USDT", "MMM-USDT"};
    uint32_t place = 0;
    ck_assert_ptr_null(instruments_each(instruments, 0, &place));
    for (size_t i = 0; i < 3; i++)
        put(0, symbols[i], i == 2);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(instruments_each(instruments, 0, &place)->symbol, symbols[i]);
    ck_assert_ptr_null(instruments_each(instruments, 0, &place));
}
END_TEST

START_TEST(instruments_beyond_the_bound_are_counted_and_the_list_still_ends)
{
    char symbol[32];
    for (int i = 0; i < INSTRUMENTS_MAX + 10; i++) {
        snprintf(symbol, sizeof symbol, "S%d-USDT", i);
        ck_assert_int_eq(put(0, symbol, i == INSTRUMENTS_MAX + 9), i == INSTRUMENTS_MAX + 9);
    }
    ck_assert_uint_eq(instruments_dropped(instruments), 10);
    ck_assert_uint_eq(instruments_count(instruments, 0), INSTRUMENTS_MAX);
    ck_assert_ptr_nonnull(find(0, "S0-USDT"));
    ck_assert_ptr_null(find(0, symbol));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_instruments");
    TCase *tests = tcase_create("instruments");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, instruments_are_known_when_their_last_one_came);
    tcase_add_test(tests, instruments_of_one_exchange_are_not_those_of_another);
    tcase_add_test(tests, instruments_that_a_newer_list_does_not_name_are_gone_with_its_last);
    tcase_add_test(tests, instruments_named_twice_count_once_and_the_later_one_holds);
    tcase_add_test(tests, instruments_are_walked_in_the_order_in_which_they_came);
    tcase_add_test(tests, instruments_beyond_the_bound_are_counted_and_the_list_still_ends);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
