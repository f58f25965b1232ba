/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: what is read, and what is said of each kind of mistake, with its line. */
#include "config_reading.h"

#include "tests/unit/feed_fixture.h"

START_TEST(config_is_its_defaults_where_nothing_is_said)
{
    expect_good("");
    ck_assert_str_eq(config->path, "test.yaml");
    ck_assert_str_eq(config->state_dir, "/var/lib/tickgate");
    ck_assert_uint_eq(config->feed.endpoint_count, 1);
    ck_assert_str_eq(config->feed.endpoints[0], "tcp://127.0.0.1:7700");
    ck_assert_str_eq(config->requests.endpoints[0], "tcp://127.0.0.1:7701");
    ck_assert_uint_eq(config->cache.size, 1000);
    ck_assert_uint_eq(config->cache.expiry_ms, 60000);
    ck_assert_uint_eq(config->connection_count, 0);
    ck_assert(!config->insecure);
    ck_assert_uint_ge(config->exchange_count, 1);
    for (uint32_t i = 0; i < config->exchange_count; i++) {
        ck_assert(!config->exchanges[i].enabled);
        ck_assert_uint_gt(config->exchanges[i].connector.hangup_ms, 0);
        ck_assert_uint_eq(config->exchanges[i].connector.topics_max, config->topics_max);
    }
    expect_good("# a comment alone\n");
    expect_good("---\n...\n");
    expect_good("feed:\nexchanges:\nconnections:\n");
}
END_TEST

START_TEST(config_reads_every_kind_of_value)
{
    expect_good(
        "state_dir: /tmp/x y\n"
        "insecure: true\n"
        "stats: 250ms\n"
        "feed:\n"
        "  endpoints: [tcp://0.0.0.0:1, \"ipc:///run/feed\"]\n"
        "  hwm: 2000\n"
        "  queue: 16MiB\n"
        "requests: {endpoints: ipc:///run/requests, reply_max: 65536, message_max: 64KiB}\n"
        "cache: {expiry: 24h, sweep: 5m, size: 1}\n"
        "limits: {bus_batch: 524288B, topics: 1000}\n"
        "exchanges:\n"
        "  binance:\n"
        "    websocket: ws://localhost:80/test\n"
        "    rest: http://127.0.0.1:80\n"
        "    ca_file: ''\n"
        "    hangup: 30s\n"
        "connections:\n"
        "  - name: one\n"
        "    exchange: binance\n"
        "    type: candle_feed\n"
        "    interval: 1M\n"
        "    symbols:\n"
        "      - BTC-USDT\n"
        "      - \"\xe5\xb8\x81\xe5\xae\x89-USDT\"\n"
        "  - {name: two, exchange: binance, type: order_book, symbols: [BTC-USDT-261225]}\n");
    ck_assert_str_eq(config->state_dir, "/tmp/x y");
    ck_assert(config->insecure);
    ck_assert_uint_eq(config->stats_ms, 250);
    ck_assert_uint_eq(config->feed.endpoint_count, 2);
    ck_assert_str_eq(config->feed.endpoints[1], "ipc:///run/feed");
    ck_assert_uint_eq(config->feed.queue_max, 16 * 1024 * 1024);
    ck_assert_uint_eq(config->requests.endpoint_count, 1);
    ck_assert_uint_eq(config->requests.reply_max, 65536);
    ck_assert_uint_eq(config->requests.message_max, 65536);
    ck_assert_uint_eq(config->cache.expiry_ms, 86400000);
    ck_assert_uint_eq(config->cache.sweep_ms, 300000);
    ck_assert_uint_eq(config->bus_batch_max, 524288);
    ck_assert(config->exchanges[0].enabled);
    ck_assert_str_eq(config->exchanges[0].connector.websocket, "ws://localhost:80/test");
    ck_assert_str_eq(config->exchanges[0].connector.ca_file, "");
    ck_assert_uint_eq(config->exchanges[0].connector.hangup_ms, 30000);
    ck_assert_uint_eq(config->exchanges[0].connector.topics_max, 1000);
    ck_assert_uint_eq(config->connection_count, 2);
    ck_assert_str_eq(config->connections[0].name, "one");
    ck_assert_str_eq(config->connections[0].exchange->name, "binance");
    ck_assert_str_eq(config->connections[0].interval, "1M");
    ck_assert_uint_eq(config->connections[0].symbol_count, 2);
    ck_assert_str_eq(config->connections[0].symbols[1], "\xe5\xb8\x81\xe5\xae\x89-USDT");
    ck_assert_int_eq(config->connections[0].line, 18);
    ck_assert_str_eq(config->connections[1].symbols[0], "BTC-USDT-261225");
}
END_TEST

START_TEST(config_names_the_key_that_was_meant)
{
    expect_error("feeds: {}\n", 1, 1, "unknown key \"feeds\"; did you mean \"feed\"?");
    expect_error("feed:\n  hvm: 5000\n", 2, 3, "did you mean \"hwm\"?");
    expect_error("exchanges:\n  binance:\n    web_socket: x\n", 3, 5,
                 "did you mean \"websocket\"?");
    expect_error("zzzzzzzzzzzzzz: 1\n", 1, 1, "unknown key \"zzzzzzzzzzzzzz\"; known here are");
    expect_error("exchanges: {binanse: {}}\n", 1, 13,
                 "unknown exchange \"binanse\"; did you mean \"binance\"");
    expect_error("exchanges: {nasdaq: {}}\n", 1, 13, "unknown exchange \"nasdaq\"; known are");
    expect_error("[1]: 2\n", 1, 1, "expected a key");
}
END_TEST

START_TEST(config_refuses_a_key_that_stands_there_twice)
{
    expect_error("stats: 1s\nstats: 2s\n", 2, 1, "key \"stats\" stands here twice");
    expect_error("feed: {hwm: 5000, hwm: 5000}\n", 1, 19, "key \"hwm\" stands here twice");
    expect_error("exchanges:\n  binance: {}\n  binance: {}\n", 3, 3,
                 "key \"binance\" stands here twice");
}
END_TEST

START_TEST(config_wants_mappings_and_lists_where_they_belong)
{
    expect_error("just a text\n", 1, 1, "expected keys and values here");
    expect_error("- a\n- b\n", 1, 1, "expected keys and values here");
    expect_error("feed: 7\n", 1, 7, "expected keys and values here");
    expect_error("feed: ''\n", 1, 7, "expected keys and values here");
    expect_error("exchanges: [binance]\n", 1, 12, "exchanges: expected a name and settings");
    expect_error("exchanges: {binance: true}\n", 1, 22, "expected keys and values here");
    expect_error("connections: {}\n", 1, 14, "connections: expected a list");
    ck_assert_ptr_null(read_text("connections: [7]\n"));
    ck_assert_ptr_nonnull(strstr(errors.errors[0].text, "expected keys and values"));
}
END_TEST

START_TEST(config_is_not_held_up_by_depth_or_anchors)
{
    static char deep[100001], wide[2000];
    struct text text = text_over(wide, sizeof wide);
    memset(deep, '[', sizeof deep - 1);
    ck_assert_ptr_null(read_text(deep));
    ck_assert_uint_eq(errors.count, 1);
    ck_assert_ptr_nonnull(strstr(errors.errors[0].text, "nested deeper than"));
    memset(deep, '{', sizeof deep - 1);
    ck_assert_ptr_null(read_text(deep));
    ck_assert_ptr_nonnull(strstr(errors.errors[0].text, "nested deeper than"));
    for (size_t i = 0; i + 1 < sizeof deep; i += 2)
        memcpy(deep + i, "- ", 2);
    ck_assert_ptr_null(read_text(deep));
    ck_assert_ptr_nonnull(strstr(errors.errors[0].text, "nested deeper than"));
    /* Lists of lists of lists, each by an anchor: a billion, if they were written out. */
    text_literal(&text, "connections:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++)
        text_format(&text, "- &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i - 1,
                    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    text_terminate(&text);
    ck_assert_ptr_null(read_text(wide));
    ck_assert_uint_le(errors.count, CONFIG_ERRORS_MAX);
    ck_assert_ptr_null(read_text("feed: &f {hwm: *f}\n")); /* itself */
    ck_assert_ptr_null(read_text("connections: &c [*c, *c]\n"));
    expect_good("cache: &c {expiry: 1s}\n"
                "exchanges: {binance: &b {hangup: 30s}}\n"
                "connections:\n"
                "- {name: a, exchange: binance, type: trade_feed, symbols: &s [BTC-USDT]}\n"
                "- {name: b, exchange: binance, type: order_book, symbols: *s}\n");
    ck_assert_str_eq(config->connections[1].symbols[0], "BTC-USDT");
}
END_TEST

START_TEST(config_opens_nothing_to_other_hosts_unless_it_is_told_to)
{
    static const char *const open[] = {"tcp://0.0.0.0:7700",         "tcp://*:7700",
                                       "tcp://10.0.0.1:7700",        "tcp://eth0:7700",
                                       "tcp://127.0.0.1.x.com:7700", "tcp://[::]:7700"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        char text[200];
        snprintf(text, sizeof text, "feed: {endpoints: [\"%s\"]}\n", open[i]);
        expect_error(text, 1, 20, "is open to other hosts");
        snprintf(text, sizeof text, "requests: {endpoints: \"%s\"}\n", open[i]);
        expect_error(text, 1, 23, "insecure: true");
        snprintf(text, sizeof text, "feed: {endpoints: [\"%s\"]}\ninsecure: true\n", open[i]);
        expect_good(text); /* wherever it stands */
        snprintf(text, sizeof text, "insecure: true\nfeed: {endpoints: [\"%s\"]}\n", open[i]);
        expect_good(text);
    }
    expect_good("feed: {endpoints: [\"tcp://127.0.0.1:1\", \"tcp://[::1]:1\", \"ipc:///x\", "
                "\"ipc://@x\"]}\n");
}
END_TEST

START_TEST(config_wants_endpoints_of_ours)
{
    static const char *const wrong[] = {"udp://127.0.0.1:1",
                                        "inproc://x",
                                        "ws://127.0.0.1:1",
                                        "pgm://x:1",
                                        "tcp://127.0.0.1",
                                        "tcp://127.0.0.1:*",
                                        "tcp://:7700",
                                        "127.0.0.1:7700",
                                        "tcp://h:1/x",
                                        "tcp://127.0.0.1:1;127.0.0.1:2",
                                        ""};
    char text[400];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "feed: {endpoints: [\"%s\"]}\n", wrong[i]);
        expect_error(text, 1, 20, "expected tcp://address:port or ipc://path");
    }
    expect_error("feed: {endpoints: [\"ipc://\"]}\n", 1, 20, "expected a path of 1 to 107 bytes");
    snprintf(text, sizeof text, "feed: {endpoints: [\"ipc:///%0107d\"]}\n", 0);
    expect_error(text, 1, 20, "expected a path of 1 to 107 bytes");
    expect_error("feed: {endpoints: []}\n", 0, 0, "feed.endpoints: at least one is needed");
    expect_error("requests: {endpoints: []}\n", 0, 0, "requests.endpoints: at least one");
    expect_error("feed: {endpoints: [ipc://a, ipc://b, ipc://c, ipc://d, ipc://e]}\n", 1, 56,
                 "endpoints: more than 4 entries");
}
END_TEST

START_TEST(config_sends_nothing_in_the_clear_to_other_hosts)
{
    static const char *const wrong[] = {"ws://stream.binance.com",
                                        "ws://127.0.0.1.evil.com",
                                        "ws://127.0.0.1@evil.com",
                                        "ws://localhost.evil.com",
                                        "https://h",
                                        "wss://",
                                        "wss://u:p@h",
                                        "stream.com",
                                        "wss://h:99999",
                                        "ws://10.0.0.1"};
    char text[200];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "exchanges:\n  binance:\n    websocket: \"%s\"\n", wrong[i]);
        expect_error(text, 3, 16, "expected wss://host[:port], or ws:// to this host");
    }
    expect_error("exchanges: {binance: {rest: \"http://api.binance.com\"}}\n", 1, 29,
                 "expected https://host[:port], or http:// to this host");
    expect_good("exchanges: {binance: {rest: \"http://localhost:1\", websocket: "
                "\"ws://127.0.0.1:1\"}}\n");
    expect_good("exchanges: {binance: {rest: \"https://proxy:1/binance\"}}\n");
}
END_TEST

START_TEST(config_wants_limits_that_fit_together)
{
    expect_error("exchanges:\n  binance: {backoff_min: 60s, backoff_max: 1s}\n", 2, 12,
                 "backoff_min is larger than backoff_max");
    expect_error("exchanges: {binance: {ping_idle: 20s, hangup: 20s}}\n", 1, 22,
                 "ping_idle must be shorter than hangup");
    expect_error(
        "exchanges: {binance: {book_depth: 5000}}\nlimits: {book_levels: 1000}\n", 0, 0,
        "limits.book_levels (1000) must not be less than the book_depth of binance (5000)");
    expect_good("limits: {book_levels: 20}\n"); /* of an exchange that is not used */
}
END_TEST

#define CONNECTION(rest) "exchanges: {binance: {}}\nconnections:\n  - {" rest "}\n"

START_TEST(config_wants_connections_whole)
{
    expect_error(CONNECTION("exchange: binance, type: trade_feed, symbols: [BTC-USDT]"), 3, 5,
                 "a connection needs the key \"name\"");
    expect_error(CONNECTION("name: a, type: trade_feed, symbols: [BTC-USDT]"), 3, 5,
                 "a connection needs the key \"exchange\"");
    expect_error(CONNECTION("name: a, exchange: binance, symbols: [BTC-USDT]"), 3, 5,
                 "a connection needs the key \"type\"");
    expect_error(CONNECTION("name: a, exchange: binance, type: trade_feed"), 3, 5,
                 "a connection needs the key \"symbols\"");
    expect_error(CONNECTION("name: '', exchange: binance, type: trade_feed, symbols: [A-B]"), 3, 12,
                 "name: must not be empty");
    expect_error(CONNECTION("name: a, exchange: bitmex, type: trade_feed, symbols: [A-B]"), 3, 25,
                 "unknown exchange \"bitmex\"");
    expect_error(CONNECTION("name: a, exchange: [], type: trade_feed, symbols: [A-B]"), 3, 25,
                 "unknown exchange");
    expect_error(CONNECTION("name: a, exchange: binance, type: trades, symbols: [A-B]"), 3, 40,
                 "type: expected price_feed, trade_feed, order_book, candle_feed");
    expect_error(CONNECTION("name: a, exchange: binance, type: candle_feed, symbols: [A-B]"), 3, 5,
                 "interval: a candle_feed needs one");
    expect_error(CONNECTION("name: a, exchange: binance, type: trade_feed, interval: 1m, symbols: "
                            "[A-B]"),
                 3, 5, "a trade_feed has none");
    expect_error(CONNECTION("name: a, exchange: binance, type: candle_feed, interval: 7m, symbols: "
                            "[A-B]"),
                 3, 63, "interval: expected one such as 1m");
    expect_error("exchanges: {binance: {enabled: false}}\nconnections:\n"
                 "  - {name: a, exchange: binance, type: trade_feed, symbols: [A-B]}\n",
                 3, 1, "not enabled");
    expect_error("connections:\n"
                 "  - {name: a, exchange: binance, type: trade_feed, symbols: [A-B]}\n",
                 2, 1, "not enabled");
}
END_TEST

START_TEST(config_wants_each_name_once)
{
    expect_error("exchanges: {binance: {}}\nconnections:\n"
                 "  - {name: a, exchange: binance, type: trade_feed, symbols: [A-B]}\n"
                 "  - {name: b, exchange: binance, type: trade_feed, symbols: [A-B]}\n"
                 "  - {name: a, exchange: binance, type: order_book, symbols: [A-B]}\n",
                 5, 5, "name: \"a\" is the name of the connection in line 3");
}
END_TEST

START_TEST(config_wants_symbols_as_we_spell_them)
{
    static const char *const wrong[] = {"BTCUSDT", "''", "BTC-",       "-USDT",       "BTC--USDT",
                                        "-",       "[]", "'BTC USDT'", "'BTC-US\tT'", "~"};
    char text[300];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text,
                 "exchanges: {binance: {}}\nconnections:\n  - {name: a, exchange: binance, type: "
                 "trade_feed, symbols: [A-B, %s]}\n",
                 wrong[i]);
        expect_error(text, 3, 67, "symbols: expected base and quote of at most 64 bytes");
    }
    snprintf(text, sizeof text,
             "exchanges: {binance: {}}\nconnections:\n  - {name: a, exchange: binance, type: "
             "trade_feed, symbols: [A-%064d]}\n",
             0);
    expect_error(text, 3, 62, "of at most 64 bytes");
    expect_error(CONNECTION("name: a, exchange: binance, type: trade_feed, symbols: []"), 3, 61,
                 "symbols: expected a list such as");
    expect_error(CONNECTION("name: a, exchange: binance, type: trade_feed, symbols: A-B"), 3, 61,
                 "symbols: expected a list such as");
    expect_error("connections:\n"
                 "  - {name: a, exchange: binance, type: trade_feed, symbols: [A-B, C-D]}\n"
                 "limits: {symbols: 1}\n"
                 "exchanges: {binance: {}}\n",
                 2, 1, "symbols: more than limits.symbols (1)");
}
END_TEST

START_TEST(config_says_all_that_is_wrong_at_once_in_the_order_of_the_file)
{
    ck_assert_ptr_null(read_text("feed: {hwm: 1, queue: 1}\n"
                                 "requests: {endpoints: [tcp://0.0.0.0:1]}\n"
                                 "chache: {}\n"
                                 "exchanges: {binance: {hangup: 5}}\n"
                                 "connections:\n"
                                 "- {name: a, exchange: binance, type: x, symbols: [A]}\n"));
    static const int lines[] = {1, 1, 2, 3, 4, 6, 6};
    ck_assert_uint_eq(errors.count, 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_int_eq(errors.errors[i].line, lines[i]);
    ck_assert_int_lt(errors.errors[0].column, errors.errors[1].column);
}
END_TEST

START_TEST(config_keeps_the_first_hundred_of_its_errors)
{
    static char room[20000];
    struct text text = text_over(room, sizeof room);
    for (int i = 0; i < 500; i++)
        text_format(&text, "unknown%d: 1\n", i);
    text_terminate(&text);
    ck_assert_ptr_null(read_text(room));
    ck_assert_uint_eq(errors.count, CONFIG_ERRORS_MAX);
    ck_assert_int_eq(errors.errors[0].line, 1);
    ck_assert_int_eq(errors.errors[99].line, 100);
}
END_TEST

START_TEST(config_has_a_bound_for_connections)
{
    static char room[20000];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, "exchanges: {binance: {}}\nconnections:\n");
    for (int i = 0; i < CONFIG_CONNECTIONS; i++)
        text_format(&text, "- {name: n%d, exchange: binance, type: trade_feed, symbols: [A-B]}\n",
                    i);
    text_terminate(&text);
    expect_good(room);
    ck_assert_uint_eq(config->connection_count, CONFIG_CONNECTIONS);
    text_literal(&text, "- {name: more, exchange: binance, type: trade_feed, symbols: [A-B]}\n");
    text_terminate(&text);
    expect_error(room, CONFIG_CONNECTIONS + 3, 3, "connections: more than 64");
}
END_TEST

/* Every key of the table of docs/CONFIG.md, with its default where it has one, is taken back. */
START_TEST(config_takes_the_defaults_that_it_prints)
{
    char *printed = NULL, *line, *rest;
    size_t size = 0;
    int taken = 0;
    FILE *out = open_memstream(&printed, &size);
    config_print_keys(out);
    fclose(out);
    for (line = strtok_r(printed, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char key[64], type[64], value[128], text[512];
        if (sscanf(line, "| `%63[^`]` | %63[^|] | %127[^ |]", key, type, value) != 3 ||
            strchr(key, '.') == NULL || strchr(key, '[') != NULL)
            continue;
        const char *given = strtok(value, "`,");
        struct text whole = text_over(text, sizeof text);
        int depth = 0;
        for (char *part, *parts = key; (part = strsep(&parts, ".")) != NULL; depth++)
            text_format(&whole, "%s%s: ", depth > 0 ? "{" : "", part[0] == '<' ? "binance" : part);
        text_format(&whole, "\"%s\"", given);
        for (; depth > 1; depth--)
            text_literal(&whole, "}");
        text_terminate(&whole);
        expect_good(text);
        taken++;
    }
    free(printed);
    ck_assert_int_gt(taken, 35);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_config");
    TCase *tests = tcase_create("config");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, config_is_its_defaults_where_nothing_is_said);
    tcase_add_test(tests, config_reads_every_kind_of_value);
    tcase_add_test(tests, config_names_the_key_that_was_meant);
    tcase_add_test(tests, config_refuses_a_key_that_stands_there_twice);
    tcase_add_test(tests, config_wants_mappings_and_lists_where_they_belong);
    tcase_add_test(tests, config_is_not_held_up_by_depth_or_anchors);
    tcase_add_test(tests, config_opens_nothing_to_other_hosts_unless_it_is_told_to);
    tcase_add_test(tests, config_wants_endpoints_of_ours);
    tcase_add_test(tests, config_sends_nothing_in_the_clear_to_other_hosts);
    tcase_add_test(tests, config_wants_limits_that_fit_together);
    tcase_add_test(tests, config_wants_connections_whole);
    tcase_add_test(tests, config_wants_each_name_once);
    tcase_add_test(tests, config_wants_symbols_as_we_spell_them);
    tcase_add_test(tests, config_says_all_that_is_wrong_at_once_in_the_order_of_the_file);
    tcase_add_test(tests, config_keeps_the_first_hundred_of_its_errors);
    tcase_add_test(tests, config_has_a_bound_for_connections);
    tcase_add_test(tests, config_takes_the_defaults_that_it_prints);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
