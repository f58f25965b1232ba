/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts over a journal of their own, with connectors that say what the test says. */
#include "gateway/accounts.h"

#include "common/clock.h"
#include "common/log.h"
#include "connectors/registry.h"
#include "proto/wire_json.h"
#include "tests/unit/journal_stage.h"
#include "tests/unit/ledger_fixture.h"

#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <zmq.h>

#define WAIT_MS 10000
#define DAY_NS  (86400 * NS_PER_SECOND)
#define NOW_NS  (INT64_C(1700000000) * NS_PER_SECOND)

static struct private_exchange exchange = {
    .name = "binance",
    .type = "BinancePrivateConnector",
    .key_kinds = 1u << SIGN_HMAC,
    .scopes = {[CALL_POSITIONS] = SCOPE_ACCOUNT, [CALL_BALANCES] = SCOPE_ACCOUNT}};
static struct config *config;
static void *zmq_context;
static struct journal *journal;
static struct stats *stats;
static struct accounts *accounts;
static char error[512];

/* What the account's connector was told last. */
static struct private_desired *told;
static uint32_t starts, stops, failed, back;

static bool start(void *context, uint32_t place, const struct config_account *account,
                  struct secret **key, struct secret **secret)
{
    (void)context;
    ck_assert_uint_eq(place, 0);
    ck_assert_str_eq(account->name, "main");
    ck_assert(slice_equal(secret_bytes(*key), SLICE("the key")));
    ck_assert(slice_equal(secret_bytes(*secret), SLICE("the secret")));
    secret_destroy(key);
    secret_destroy(secret);
    starts++;
    return true;
}

static void want(void *context, uint32_t place, struct private_desired **desired)
{
    (void)context;
    ck_assert_uint_eq(place, 0);
    private_desired_destroy(&told);
    told = *desired;
    *desired = NULL;
}

static void stop(void *context, uint32_t place)
{
    (void)context;
    (void)place;
    stops++;
}

static void begin(void)
{
    static const struct accounts_ports ports = {NULL, start, want, stop};
    zmq_context = zmq_ctx_new(); /* libzmq lets go of a journal's names in its own time */
    journal = journal_new(zmq_context, &config->accounts, NULL, error, sizeof error);
    ck_assert_msg(journal != NULL, "%s", error);
    stats = stats_new(CONFIG_EXCHANGES + CONFIG_ACCOUNTS);
    accounts = accounts_new(config, 1, journal, &ports, stats, NOW_NS, error, sizeof error);
    ck_assert_msg(accounts != NULL, "%s", error);
    ck_assert(accounts_start(accounts, error, sizeof error));
}

static void end(void)
{
    accounts_destroy(&accounts);
    journal_destroy(&journal);
    stats_destroy(&stats);
    private_desired_destroy(&told);
    zmq_ctx_term(zmq_context);
}

static void set_up(void)
{
    stage_begin();
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
    config = config_default();
    struct config_accounts *configured = &config->accounts;
    struct config_account *account = &configured->accounts[0];
    configured->count = 1;
    configured->hwm = 10000;
    configured->orders_max = 100;
    configured->fills_max = 100;
    configured->journal = (struct config_journal){.sync = JOURNAL_ALWAYS,
                                                  .queue_max = 1024 * 1024,
                                                  .segment_max = 1024 * 1024,
                                                  .retry_ms = 20};
    snprintf(configured->journal.directory, sizeof configured->journal.directory, "%s",
             stage_directory);
    snprintf(account->name, sizeof account->name, "main");
    snprintf(account->endpoint, sizeof account->endpoint, "ipc://%s/feed", stage_directory);
    snprintf(account->key_file, sizeof account->key_file, "%s/key", stage_directory);
    snprintf(account->secret_file, sizeof account->secret_file, "%s/secret", stage_directory);
    stage_write(".", "key", "the key\n", 8);
    stage_write(".", "secret", "the secret\n", 11);
    account->exchange = exchange_find(SLICE("binance"));
    account->private_exchange = &exchange;
    account->connector.symbols_max = 10;
    starts = stops = failed = back = 0;
}

static void tear_down(void)
{
    end();
    config_destroy(&config);
    stage_clear(".");
    stage_end("main");
}

static void say(struct event event)
{
    event.connector = ACCOUNTS_FIRST;
    accounts_take(accounts, &event, NOW_NS);
    journal_flush(journal);
}

static void say_status(enum account_status status, uint64_t turn)
{
    struct event event;
    event_begin(&event, KIND_ACCOUNT);
    event.account.status = (uint8_t)status;
    event.account.turn = turn;
    say(event);
}

/* Connecting, reconciled with nothing to tell, ready. */
static void become_ready(uint64_t turn)
{
    say_status(ACCOUNT_CONNECTING, turn - 1);
    say_status(ACCOUNT_RECONCILING, turn);
    say_status(ACCOUNT_READY, turn);
}

static void note(void *context, const struct notice *notice)
{
    uint64_t *synced = context;
    *synced += notice->kind == NOTICE_SYNCED;
    failed += notice->kind == NOTICE_FAILED;
    back += notice->kind == NOTICE_BACK;
    if (notice->kind != NOTICE_SYNCED)
        accounts_notice(accounts, notice, NOW_NS);
}

/* Takes notices until `enough` of a kind have come. */
static void await(const uint32_t *count, uint32_t enough)
{
    uint64_t synced = 0;
    zmq_pollitem_t item = {.socket = journal_socket(journal), .events = ZMQ_POLLIN};
    if (count == NULL)
        journal_sync(journal, 0, SLICE(""), SLICE(""), 1);
    while (count != NULL ? *count < enough : synced == 0) {
        ck_assert_msg(zmq_poll(&item, 1, WAIT_MS) == 1, "the notice does not come");
        while (journal_take_notices(journal, note, &synced))
            continue;
    }
    journal_flush(journal);
}

/* What stands in the journal: a word a record, "order:new fill:7 account:ready". */
static bool add_word(void *context, uint64_t seq, struct slice body)
{
    static const char *const keys[] = {"status", "trade_id", "side", "asset"};
    struct text *words = context;
    json_t *record = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(record != NULL, "%.*s", (int)body.len, body.data);
    ck_assert_int_eq(json_integer_value(json_object_get(record, "journal_seq")), (json_int_t)seq);
    const char *kind = json_string_value(json_object_get(record, "kind")), *word = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && word == NULL; i++)
        word = json_string_value(json_object_get(record, keys[i]));
    text_format(words, "%s%s:%s", words->len > 0 ? " " : "", kind, word);
    json_decref(record);
    return true;
}

static void expect_journal(const char *expected)
{
    char room[4096];
    struct text words = text_over(room, sizeof room);
    await(NULL, 0);
    ck_assert_msg(journal_load(&config->accounts, 0, 0, add_word, &words, error, sizeof error),
                  "%s", error);
    text_terminate(&words);
    ck_assert_str_eq(room, expected);
}

static void expect_status(enum account_status status, enum reason reason)
{
    struct account_row row;
    accounts_row(accounts, 0, &row);
    ck_assert_msg(row.status == status && row.reason == reason, "it is %s, %s",
                  account_status_word(row.status).data, reason_word(row.reason).data);
}

START_TEST(account_is_told_from_connecting_to_ready_and_asked_once_a_turn)
{
    begin();
    ck_assert_uint_eq(starts, 1);
    say_status(ACCOUNT_CONNECTING, 0);
    ck_assert_ptr_null(told);
    say_status(ACCOUNT_RECONCILING, 1);
    ck_assert_uint_eq(told->turn, 1);
    ck_assert_uint_eq(told->renewal, 0);
    ck_assert_int_eq(told->since_ns, 0);
    say(an_order("1", ORDER_NEW, "0", 10 * NS_PER_US));
    say(a_balance("USDT", "5", NULL, 11 * NS_PER_US));
    say_status(ACCOUNT_READY, 1);
    say_status(ACCOUNT_READY, 1); /* said again it is no event */
    say(a_fill("1", "7", 12 * NS_PER_US));
    expect_status(ACCOUNT_READY, REASON_NONE);
    expect_journal("account:connecting account:reconciling order:new balance:USDT account:ready "
                   "fill:7");
    accounts_stop(accounts);
    ck_assert_uint_eq(stops, 1);
}
END_TEST

START_TEST(each_event_stands_in_the_journal_once_over_a_restart)
{
    begin();
    become_ready(1);
    for (int i = 0; i < 3; i++) {
        say(an_order("1", ORDER_PARTIALLY_FILLED, "1", 10 * NS_PER_US));
        say(a_fill("1", "7", 10 * NS_PER_US));
    }
    end();
    begin();
    say_status(ACCOUNT_CONNECTING, 0);
    say_status(ACCOUNT_RECONCILING, 1);
    ck_assert_int_gt(told->since_ns, 0);
    ck_assert_uint_eq(told->order_count, 1);
    for (int i = 0; i < 3; i++) {
        say(a_fill("1", "7", 10 * NS_PER_US));
        say(an_order("1", ORDER_PARTIALLY_FILLED, "1", 10 * NS_PER_US));
        say(a_fill("1", "8", 11 * NS_PER_US));
    }
    say_status(ACCOUNT_READY, 1);
    expect_journal("account:connecting account:reconciling account:ready order:partially_filled "
                   "fill:7 account:connecting account:reconciling fill:8 account:ready");
}
END_TEST

/* Statuses have room that data has not: what is lost can be said. */
START_TEST(full_journal_is_a_gap_and_begins_the_account_anew)
{
    uint32_t room = (uint32_t)wire_json_private_max();
    begin();
    become_ready(1);
    while (!journal_has_room(journal, config->accounts.journal.queue_max))
        await(NULL, 0); /* until all that was told has left the queue */
    config->accounts.journal.queue_max = 2 * room - 1;
    say(a_fill("1", "7", 10 * NS_PER_US));
    expect_status(ACCOUNT_GAP, REASON_JOURNAL_FULL);
    ck_assert_uint_eq(told->renewal, 1);
    config->accounts.journal.queue_max = 1024 * 1024;
    say(a_fill("1", "8", 11 * NS_PER_US)); /* it is passed over, ... */
    say_status(ACCOUNT_READY, 1);          /* ... this was said before it knew, ... */
    say_status(ACCOUNT_GAP, 1);            /* ... and this is no other gap */
    expect_status(ACCOUNT_GAP, REASON_JOURNAL_FULL);
    become_ready(2);
    expect_status(ACCOUNT_READY, REASON_NONE);
    say(a_fill("1", "7", 10 * NS_PER_US));
    ck_assert_uint_eq(told->renewal, 1);
    ck_assert_uint_eq(stats_totals(stats)->private_lost, 2);
    expect_journal("account:connecting account:reconciling account:ready account:gap "
                   "account:connecting account:reconciling account:ready fill:7");
}
END_TEST

/* A status without room is owed, and told as it is then. */
START_TEST(status_without_room_is_told_when_there_is_some)
{
    begin();
    say_status(ACCOUNT_CONNECTING, 0);
    config->accounts.journal.queue_max = 1;
    say_status(ACCOUNT_GAP, 0);
    ck_assert_int_lt(accounts_step(accounts, NOW_NS), NOW_NS + NS_PER_SECOND);
    say_status(ACCOUNT_RECONCILING, 1); /* a turn that nobody was told of does not begin */
    ck_assert_uint_eq(told->renewal, 1);
    config->accounts.journal.queue_max = 1024 * 1024;
    accounts_step(accounts, NOW_NS);
    expect_journal("account:connecting account:gap");
    become_ready(2);
    expect_status(ACCOUNT_READY, REASON_NONE);
}
END_TEST

START_TEST(what_nobody_tells_any_more_is_gone_before_it_is_ready)
{
    begin();
    say_status(ACCOUNT_CONNECTING, 0);
    say_status(ACCOUNT_RECONCILING, 1);
    say(a_position("BTCUSDT", POSITION_LONG, "1", 10 * NS_PER_US));
    say(a_balance("USDT", "5", NULL, 11 * NS_PER_US));
    say_status(ACCOUNT_READY, 1);
    say_status(ACCOUNT_GAP, 1);
    say_status(ACCOUNT_RECONCILING, 2);
    say(a_balance("USDT", "5", NULL, 11 * NS_PER_US));
    say_status(ACCOUNT_READY, 2);
    expect_journal("account:connecting account:reconciling position:long balance:USDT "
                   "account:ready account:gap account:reconciling position:flat account:ready");
}
END_TEST

START_TEST(account_that_stays_ready_says_so_once_a_day)
{
    begin();
    become_ready(1);
    ck_assert_int_eq(accounts_step(accounts, NOW_NS + 1), NOW_NS + DAY_NS);
    ck_assert_int_eq(accounts_step(accounts, NOW_NS + DAY_NS), NOW_NS + 2 * DAY_NS);
    journal_flush(journal);
    expect_journal("account:connecting account:reconciling account:ready account:ready");
}
END_TEST

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What was told while the disk refused is told again when it is back, and then stands there. */
START_TEST(account_is_suspect_while_the_disk_refuses_and_reconciled_afterwards)
{
    struct account_topic topic;
    struct account_row row;
    signal(SIGXFSZ, SIG_IGN);
    begin();
    become_ready(1);
    say(a_fill("1", "7", 10 * NS_PER_US));
    await(NULL, 0);
    limit_files(100);
    say(a_fill("1", "8", 11 * NS_PER_US));
    await(&failed, 1);
    accounts_row(accounts, 0, &row);
    accounts_topic(accounts, 0, KIND_ACCOUNT, &topic);
    ck_assert(!row.durable && row.status == ACCOUNT_READY);
    ck_assert(topic.state == TOPIC_SUSPECT && topic.reason == REASON_NOT_DURABLE);
    say(a_fill("1", "9", 12 * NS_PER_US));
    limit_files(RLIM_INFINITY);
    await(&back, 1);
    expect_status(ACCOUNT_GAP, REASON_NOT_DURABLE);
    ck_assert_uint_eq(told->renewal, 1);
    say_status(ACCOUNT_CONNECTING, 1);
    say_status(ACCOUNT_RECONCILING, 2);
    for (int i = 7; i <= 9; i++) {
        char id[2] = {(char)('0' + i), '\0'};
        say(a_fill("1", id, 10 * NS_PER_US));
    }
    say_status(ACCOUNT_READY, 2);
    accounts_row(accounts, 0, &row);
    ck_assert(row.durable);
    expect_journal("account:connecting account:reconciling account:ready fill:7 account:gap "
                   "account:connecting account:reconciling fill:8 fill:9 account:ready");
}
END_TEST

static json_t *images_of(enum kind kind)
{
    char room[65536];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, "[");
    ck_assert(accounts_write_images(accounts, 0, kind, &text, NOW_NS));
    text_literal(&text, "]");
    json_t *images = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(images != NULL, "%.*s", (int)text.len, text.data);
    return images;
}

START_TEST(images_are_what_stands_with_the_newest_seq_of_their_topic)
{
    char room[64];
    struct text small = text_over(room, sizeof room);
    begin();
    become_ready(1);
    say(an_order("1", ORDER_NEW, "0", 10 * NS_PER_US));
    say(an_order("2", ORDER_NEW, "0", 11 * NS_PER_US));
    say(an_order("1", ORDER_CANCELED, "0", 12 * NS_PER_US));
    json_t *images = images_of(KIND_ORDER);
    ck_assert_uint_eq(json_array_size(images), 1);
    const json_t *image = json_array_get(images, 0), *event = json_object_get(image, "event");
    ck_assert_str_eq(json_string_value(json_object_get(image, "topic")), "order.binance.main.");
    ck_assert_str_eq(json_string_value(json_object_get(event, "order_id")), "2");
    ck_assert_str_eq(json_string_value(json_object_get(event, "update")), "snapshot");
    ck_assert_int_eq(json_integer_value(json_object_get(event, "seq")), 3);
    json_decref(images);
    images = images_of(KIND_ACCOUNT);
    event = json_object_get(json_array_get(images, 0), "event");
    ck_assert_str_eq(json_string_value(json_object_get(event, "status")), "ready");
    json_decref(images);
    images = images_of(KIND_FILL);
    ck_assert_uint_eq(json_array_size(images), 0);
    json_decref(images);
    ck_assert(!accounts_write_images(accounts, 0, KIND_ORDER, &small, NOW_NS));
}
END_TEST

static void expect_no_accounts(const char *what)
{
    static const struct accounts_ports ports = {NULL, start, want, stop};
    ck_assert_ptr_null(
        accounts_new(config, 1, journal, &ports, stats, NOW_NS, error, sizeof error));
    ck_assert_msg(strstr(error, "account main") != NULL && strstr(error, what) != NULL, "\"%s\"",
                  error);
}

START_TEST(key_that_cannot_be_used_stops_the_start_and_says_which)
{
    begin();
    exchange.key_kinds = 1u << SIGN_ED25519;
    expect_no_accounts("/secret");
    exchange.key_kinds = 1u << SIGN_HMAC;
    snprintf(config->accounts.accounts[0].key_file, 512, "%s/none", stage_directory);
    expect_no_accounts("/none");
}
END_TEST

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    Suite *suite = suite_create("gateway_accounts");
    TCase *tests = tcase_create("accounts");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, account_is_told_from_connecting_to_ready_and_asked_once_a_turn);
    tcase_add_test(tests, each_event_stands_in_the_journal_once_over_a_restart);
    tcase_add_test(tests, full_journal_is_a_gap_and_begins_the_account_anew);
    tcase_add_test(tests, status_without_room_is_told_when_there_is_some);
    tcase_add_test(tests, what_nobody_tells_any_more_is_gone_before_it_is_ready);
    tcase_add_test(tests, account_that_stays_ready_says_so_once_a_day);
    tcase_add_test(tests, account_is_suspect_while_the_disk_refuses_and_reconciled_afterwards);
    tcase_add_test(tests, images_are_what_stands_with_the_newest_seq_of_their_topic);
    tcase_add_test(tests, key_that_cannot_be_used_stops_the_start_and_says_which);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? 0 : 1;
}
