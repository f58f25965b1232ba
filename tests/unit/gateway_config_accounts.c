/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of accounts and of who may connect. */
#include "config_reading.h"

#include <sys/stat.h>
#include <unistd.h>

/* Two files of keys, good ones; set by the test that wants them. */
static char key_file[64], open_file[64];

static void write_key(char *path, mode_t mode)
{
    snprintf(path, sizeof key_file, "/tmp/tickgate-key-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, "key\n", 4), 4);
    ck_assert_int_eq(fchmod(file, mode), 0);
    close(file);
}

#define SECURITY  "security: {directory: /etc/tickgate/keys}\n"
#define EXCHANGES "exchanges: {binance: {rest: 'https://rest', ca_file: /ca}, bybit: {}}\n"

/* A configuration with accounts; '%' stands for the name of a good key file. */
static const char *with_accounts(const char *accounts)
{
    static char room[4096];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, SECURITY EXCHANGES "accounts:\n");
    for (; *accounts != '\0'; accounts++)
        text_format(&text, *accounts == '%' ? "%s" : "%.1s",
                    *accounts == '%' ? key_file : accounts);
    text_terminate(&text);
    return room;
}

START_TEST(config_reads_accounts_with_what_their_exchanges_say)
{
    write_key(key_file, 0600);
    expect_good(
        with_accounts("  requests: {endpoints: ['tcp://0.0.0.0:7702'], rate: 10}\n"
                      "  journal: {sync: interval, sync_interval: 20ms, segment: 1MiB}\n"
                      "  hwm: 2000\n"
                      "  list:\n"
                      "    - {name: main, exchange: binance, key_file: '%', secret_file: '%'}\n"
                      "    - name: hedge_2-b\n"
                      "      key_file: '%'\n"
                      "      secret_file: '%'\n"
                      "      endpoint: tcp://10.0.0.5:9000\n"
                      "      rest: http://127.0.0.1:80\n"
                      "      path: /ws\n"
                      "      keep: 1MiB\n"
                      "      exchange: bybit\n"
                      "    - {name: third, exchange: binance, key_file: '%', secret_file: '%'}\n"));
    const struct config_accounts *accounts = &config->accounts;
    ck_assert_str_eq(config->security.directory, "/etc/tickgate/keys");
    ck_assert_uint_eq(accounts->requests.rate, 10);
    ck_assert_uint_eq(accounts->requests.burst, 400);
    ck_assert_str_eq(accounts->requests.endpoints[0], "tcp://0.0.0.0:7702");
    ck_assert_int_eq(accounts->journal.sync, JOURNAL_INTERVAL);
    ck_assert_uint_eq(accounts->journal.sync_ms, 20);
    ck_assert_str_eq(accounts->journal.directory, "/var/lib/tickgate/journal");
    ck_assert_uint_eq(accounts->hwm, 2000);
    ck_assert_uint_eq(accounts->count, 3);
    const struct config_account *one = &accounts->accounts[0], *two = &accounts->accounts[1];
    ck_assert_str_eq(one->name, "main");
    ck_assert_str_eq(one->exchange->name, "binance");
    ck_assert_str_eq(one->private_exchange->name, "binance");
    ck_assert_str_eq(one->key_file, key_file);
    ck_assert_str_eq(one->endpoint, "tcp://127.0.0.1:7710");
    ck_assert_str_eq(one->connector.connector.rest, "https://rest");
    ck_assert_str_eq(one->connector.connector.ca_file, "/ca");
    ck_assert_str_eq(one->connector.connector.websocket, one->private_exchange->websocket);
    ck_assert_str_eq(two->name, "hedge_2-b");
    ck_assert_str_eq(two->private_exchange->name, "bybit");
    ck_assert_str_eq(two->endpoint, "tcp://10.0.0.5:9000");
    ck_assert_str_eq(two->connector.connector.rest, "http://127.0.0.1:80");
    ck_assert_str_eq(two->connector.path, "/ws");
    ck_assert_uint_eq(two->connector.keep_max, 1024 * 1024);
    ck_assert_str_eq(accounts->accounts[2].endpoint, "tcp://127.0.0.1:7711");
    unlink(key_file);
}
END_TEST

START_TEST(config_wants_accounts_whole)
{
    static const struct {
        const char *accounts, *words;
        int line, column;
    } wrong[] = {
        {"  {list: [{}]}\n", "needs the key \"name\"", 4, 11},
        {"  list: [{name: Main, exchange: binance, key_file: '%', secret_file: '%'}]\n",
         "expected a-z 0-9 _ - alone", 4, 17},
        {"  list: [{name: a, exchange: nasdaq, key_file: '%', secret_file: '%'}]\n",
         "unknown exchange \"nasdaq\"", 4, 30},
        {"  list: [{name: a, exchange: upbit, key_file: '%', secret_file: '%'}]\n",
         "upbit is not enabled", 4, 30},
        {"  list: [{name: a, exchange: bybit, key_file: '%', secret_file: /nowhere}]\n",
         "/nowhere: No such file", 4, 0},
        {"  list: [{name: a, exchange: bybit, key_file: '%', secret_file: credential:none}]\n",
         "there are no credentials", 4, 0},
        {"  list:\n  - {name: a, exchange: bybit, key_file: '%', secret_file: '%'}\n"
         "  - {name: a, exchange: binance, key_file: '%', secret_file: '%'}\n",
         "is the name of the account in line 5", 6, 5},
        {"  list:\n  - {name: a, exchange: bybit, key_file: '%', secret_file: '%', endpoint: "
         "'tcp://127.0.0.1:7700'}\n",
         "is another socket's", 5, 1},
        {"  list: [{name: a, exchange: bybit, key_file: '%', secret_file: '%', endpoint: "
         "'pgm://x'}]\n",
         "expected tcp://address:port", 4, 0},
        {"  list: [{name: a, exchange: bybit, key_file: '%', secret_file: '%', websocket: "
         "'ws://far'}]\n",
         "expected wss://host", 4, 0},
        {"  journal: {sync: often}\n", "expected always, interval or never", 4, 19},
        {"  requests: {endpoints: []}\n", "accounts.requests.endpoints: at least one", 0, 0},
        {"  list: 7\n", "expected a list of accounts", 4, 9},
    };
    write_key(key_file, 0600);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_msg(read_text(with_accounts(wrong[i].accounts)) == NULL, "%s", wrong[i].accounts);
        const struct config_error *error = &errors.errors[0];
        ck_assert_msg(strstr(error->text, wrong[i].words) != NULL, "%s", error->text);
        ck_assert_msg(error->line == wrong[i].line &&
                          (wrong[i].column == 0 || error->column == wrong[i].column),
                      "%d:%d: %s", error->line, error->column, error->text);
        ck_assert_msg(errors.count == (i == 0 ? 4 : 1), "%s, and %s", error->text,
                      errors.errors[1].text);
    }
    unlink(key_file);
}
END_TEST

START_TEST(config_takes_no_key_that_others_can_read)
{
    char words[120];
    write_key(key_file, 0600);
    write_key(open_file, 0640);
    snprintf(words, sizeof words, "%s: others than its owner can read it", open_file);
    char accounts[512];
    snprintf(accounts, sizeof accounts,
             "  list: [{name: a, exchange: bybit, key_file: '%%', secret_file: '%s'}]\n",
             open_file);
    ck_assert_ptr_null(read_text(with_accounts(accounts)));
    ck_assert_msg(strstr(errors.errors[0].text, words) != NULL, "%s", errors.errors[0].text);
    unlink(key_file);
    unlink(open_file);
}
END_TEST

START_TEST(config_wants_a_directory_of_keys_where_there_is_something_to_guard)
{
    char text[512];
    write_key(key_file, 0600);
    snprintf(text, sizeof text,
             EXCHANGES "accounts: {list: [{name: a, exchange: bybit, key_file: '%s', "
                       "secret_file: '%s'}]}\n",
             key_file, key_file);
    expect_error(text, 2, 1, "an account needs security.directory");
    unlink(key_file);
    expect_error("security: {feed: true}\n", 0, 0, "need security.directory");
    expect_error("security: {requests: true}\n", 0, 0, "need security.directory");
    expect_good(SECURITY);
}
END_TEST

START_TEST(config_opens_to_other_hosts_what_is_behind_curve)
{
    expect_good("security: {directory: /k, feed: true}\n"
                "feed: {endpoints: ['tcp://0.0.0.0:1']}\n");
    expect_good("requests: {endpoints: ['tcp://0.0.0.0:1']}\n"
                "security: {directory: /k, requests: true}\n");
    expect_good("accounts: {requests: {endpoints: ['tcp://0.0.0.0:1']}}\n");
    expect_error("security: {directory: /k, requests: true}\n"
                 "feed: {endpoints: ['tcp://0.0.0.0:1']}\n",
                 2, 20, "put it behind CURVE");
    expect_error("security: {directory: /k, feed: true}\n"
                 "requests: {endpoints: ['tcp://0.0.0.0:1']}\n",
                 2, 24, "put it behind CURVE");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_config_accounts");
    TCase *tests = tcase_create("accounts");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, config_opens_to_other_hosts_what_is_behind_curve);
    tcase_add_test(tests, config_reads_accounts_with_what_their_exchanges_say);
    tcase_add_test(tests, config_wants_accounts_whole);
    tcase_add_test(tests, config_takes_no_key_that_others_can_read);
    tcase_add_test(tests, config_wants_a_directory_of_keys_where_there_is_something_to_guard);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
