/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of exchanges: what each has, those of shared objects, those that come later. */
#include "config_reading.h"

#include "tests/unit/feed_fixture.h"

#define CONNECTION(rest) "exchanges: {binance: {}}\nconnections:\n  - {" rest "}\n"

START_TEST(config_wants_of_an_exchange_what_it_has)
{
    expect_error(CONNECTION("name: a, exchange: binance, type: mark_feed, symbols: [A-B]"), 3, 5,
                 "type: binance has no mark_feed; it has quote, trade, book, candle");
    expect_error(CONNECTION("symbols: [A-B], type: liquidation_feed, exchange: binance, name: a"),
                 3, 5, "type: binance has no liquidation_feed; it has quote");
    expect_good(CONNECTION("name: a, interval: 3m, exchange: binance, type: candle_feed, symbols: "
                           "[A-B]"));
}
END_TEST

/* The exchanges stand behind the connections that want them. */
START_TEST(config_reads_its_parts_in_whatever_order_they_stand)
{
    expect_good("connections:\n  - {symbols: [A-B], type: order_book, exchange: binance, name: a}\n"
                "exchanges: {binance: {stale: 3s}}\n"
                "demand: {linger: 0ms, max: 10000, enabled: true}\n");
    ck_assert_uint_eq(config->exchanges[0].connector.stale_ms, 3000);
    ck_assert(config->demand.enabled);
    ck_assert_uint_eq(config->demand.max, 10000);
    ck_assert_uint_eq(config->demand.linger_ms, 0);
}
END_TEST

static struct config_exchange *find(const char *name)
{
    for (uint32_t i = 0; i < config->exchange_count; i++) {
        struct config_exchange *entry = &config->exchanges[i];
        if (strcmp(entry->exchange != NULL ? entry->exchange->name : entry->name, name) == 0)
            return entry;
    }
    ck_abort_msg("%s is not known", name);
}

START_TEST(config_keeps_settings_for_an_exchange_that_an_object_may_bring)
{
    static const struct exchange later = {.name = "later",
                                          .websocket = "wss://stream.later.invalid",
                                          .rest = "https://api.later.invalid",
                                          .limits.streams_per_session = 7};
    expect_error("exchanges: {later: {stale: 3s}}\n", 1, 13, "unknown exchange \"later\"");
    expect_good("exchanges: {later: {stale: 3s, rest: https://127.0.0.1:1}}\n"
                "connector: {directories: [/usr/lib/tickgate]}\n");
    struct config_exchange *entry = find("later");
    ck_assert_ptr_null(entry->exchange);
    ck_assert(entry->enabled);
    config_complete(entry, &later);
    ck_assert_ptr_eq(entry->exchange, &later);
    ck_assert_str_eq(entry->connector.rest, "https://127.0.0.1:1");
    ck_assert_str_eq(entry->connector.websocket, "wss://stream.later.invalid");
    ck_assert_uint_eq(entry->connector.stale_ms, 3000);
    ck_assert_uint_eq(entry->connector.streams_per_session, 7);
    ck_assert_uint_eq(entry->connector.topics_max, config->topics_max);
    ck_assert_uint_gt(entry->connector.hangup_ms, 0);
    expect_error("connector: {directories: /usr/lib/tickgate}\nexchanges: {Later: {}}\n", 2, 13,
                 "unknown exchange \"Later\"");
    expect_error("connector: {directories: /usr/lib/tickgate}\nexchanges: {later: {}, later: {}}\n",
                 2, 24, "key \"later\" stands here twice");
    expect_error(
        "connector: {directories: /usr/lib/tickgate}\nexchanges: {later: {}}\nconnections:\n"
        "  - {name: a, exchange: later, type: trade_feed, symbols: [A-B]}\n",
        4, 25, "exchange: later is not there at the start");
}
END_TEST

START_TEST(config_says_which_object_cannot_be_loaded_and_why)
{
    expect_error("connector: {objects: [/usr/lib/x.so]}\n", 1, 23,
                 "objects: \"/usr/lib/x.so\": connector.directories is empty");
    expect_error("connector: {objects: [/usr/lib/x.so], directories: [/usr/bin]}\n", 1, 23,
                 "none of connector.directories");
    expect_error("connector: {directories: [lib]}\n", 1, 27, "expected a whole path");
    ck_assert_ptr_null(read_text("connector: {objects: [/a.so, /b.so]}\nfeeds: {}\n"));
    ck_assert_uint_eq(errors.count, 3);
}
END_TEST

START_TEST(config_has_a_bound_for_exchanges_that_are_not_there)
{
    static char room[20000];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, "connector: {directories: /usr/lib/tickgate}\nexchanges:\n");
    for (int i = 0; i < CONFIG_EXCHANGES - REGISTRY_MAX; i++)
        text_format(&text, "  later-%d: {}\n", i);
    text_terminate(&text);
    expect_good(room);
    text_literal(&text, "  one-more: {}\n");
    text_terminate(&text);
    expect_error(room, CONFIG_EXCHANGES - REGISTRY_MAX + 3, 3, "too many that are not there yet");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_config_exchanges");
    TCase *tests = tcase_create("config_exchanges");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, config_wants_of_an_exchange_what_it_has);
    tcase_add_test(tests, config_reads_its_parts_in_whatever_order_they_stand);
    tcase_add_test(tests, config_keeps_settings_for_an_exchange_that_an_object_may_bring);
    tcase_add_test(tests, config_says_which_object_cannot_be_loaded_and_why);
    tcase_add_test(tests, config_has_a_bound_for_exchanges_that_are_not_there);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
