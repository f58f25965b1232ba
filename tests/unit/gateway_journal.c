/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's thread, its files and its sockets, without CURVE. */
#include "gateway/journal.h"

#include "common/log.h"
#include "connectors/registry.h"
#include "tests/unit/journal_stage.h"

#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <zmq.h>

#define WAIT_MS 10000
#define FIRST   "0000000000000001.journal"

static struct config_accounts config;
static void *zmq_context;
static struct journal *journal;
static void *reader;
static char error[512];

/* The last notice of each kind. */
static struct notice last_notice;
static char notice_body[65536];
static uint32_t notices[NOTICE_BACK + 1];

static void configure(uint32_t place, const char *name)
{
    struct config_account *account = &config.accounts[place];
    account->exchange = exchange_find(SLICE("binance"));
    snprintf(account->name, sizeof account->name, "%s", name);
    snprintf(account->endpoint, sizeof account->endpoint, "ipc://%s/%s.feed", stage_directory,
             name);
}

static void set_up(void)
{
    stage_begin();
    memset(&config, 0, sizeof config);
    memset(notices, 0, sizeof notices);
    config.count = 2;
    config.hwm = 10000;
    config.journal = (struct config_journal){.sync = JOURNAL_ALWAYS,
                                             .sync_ms = 20,
                                             .queue_max = 1024 * 1024,
                                             .segment_max = 1024 * 1024,
                                             .retry_ms = 20};
    snprintf(config.journal.directory, sizeof config.journal.directory, "%s", stage_directory);
    configure(0, "main");
    configure(1, "hedge");
    reader = NULL;
    zmq_context = NULL;
}

/* libzmq lets go of names in its own time: each journal has a context. */
static void end(void)
{
    if (reader != NULL)
        zmq_close(reader);
    reader = NULL;
    journal_destroy(&journal);
    if (zmq_context != NULL)
        zmq_ctx_term(zmq_context);
    zmq_context = NULL;
}

static void start(void)
{
    end();
    zmq_context = zmq_ctx_new();
    journal = journal_new(zmq_context, &config, NULL, error, sizeof error);
    ck_assert_msg(journal != NULL, "%s", error);
}

static void tear_down(void)
{
    end();
    stage_clear("hedge");
    stage_clear(".");
    stage_end("main");
}

static void note(void *context, const struct notice *notice)
{
    (void)context;
    last_notice = *notice;
    notices[notice->kind]++;
    memcpy(notice_body, notice->body.data, notice->body.len);
    last_notice.body.data = notice_body;
}

static void await(enum notice_kind kind)
{
    uint32_t before = notices[kind];
    zmq_pollitem_t item = {.socket = journal_socket(journal), .events = ZMQ_POLLIN};
    while (notices[kind] == before) {
        ck_assert_msg(zmq_poll(&item, 1, WAIT_MS) == 1, "notice %d does not come", kind);
        while (journal_take_notices(journal, note, NULL))
            continue;
    }
}

static void sync_marker(uint32_t account, const char *nonce)
{
    char topic[64], body[64];
    snprintf(topic, sizeof topic, "sync.%s.", nonce);
    snprintf(body, sizeof body, "{\"nonce\":\"%s\"}", nonce);
    journal_sync(journal, account, slice_of(topic), slice_of(body), 7);
    await(NOTICE_SYNCED);
    ck_assert_uint_eq(last_notice.tag, 7);
    ck_assert_uint_eq(last_notice.account, account);
}

/* The next message: topic and body. False: none came in time. */
static bool receive(char topic[256], char body[4096])
{
    int len = zmq_recv(reader, topic, 255, 0);
    if (len < 0)
        return false;
    topic[len] = '\0';
    len = zmq_recv(reader, body, 4095, 0);
    ck_assert_int_ge(len, 0);
    body[len] = '\0';
    return true;
}

/* A reader of an account whose subscription has reached it: markers are made until one comes. */
static void open_reader(uint32_t account)
{
    char topic[256], body[4096];
    int short_ms = 50, wait_ms = WAIT_MS, tries = 0, linger = 0;
    reader = zmq_socket(zmq_context, ZMQ_SUB);
    zmq_setsockopt(reader, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(reader, ZMQ_SUBSCRIBE, "", 0);
    zmq_setsockopt(reader, ZMQ_RCVTIMEO, &short_ms, sizeof short_ms);
    ck_assert_int_eq(zmq_connect(reader, journal_endpoint(journal, account)), 0);
    do {
        ck_assert_int_lt(tries++, WAIT_MS / short_ms);
        sync_marker(account, "open");
    } while (!receive(topic, body));
    zmq_setsockopt(reader, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    sync_marker(account, "opened");
    do
        ck_assert(receive(topic, body));
    while (strcmp(topic, "sync.opened.") != 0);
}

static void put(uint32_t account, enum kind kind, const char *event)
{
    ck_assert(journal_has_room(journal, strlen(event)));
    struct text *body = journal_begin(journal, account, kind, 1024);
    ck_assert_ptr_nonnull(body);
    text_append(body, slice_of(event));
    journal_end(journal);
}

static void expect(const char *topic_expected, const char *body_expected)
{
    char topic[256], body[4096];
    ck_assert_msg(receive(topic, body), "%s does not come", body_expected);
    ck_assert_str_eq(topic, topic_expected);
    ck_assert_str_eq(body, body_expected);
}

static void expect_page(uint64_t after, uint32_t limit, size_t bytes_max, const char *body,
                        uint64_t next)
{
    journal_read(journal, 0, after, limit, bytes_max, 9);
    await(NOTICE_PAGE);
    ck_assert_uint_eq(last_notice.tag, 9);
    ck_assert_uint_eq(last_notice.detail.len, 0);
    ck_assert_msg(slice_equal(last_notice.body, slice_of(body)), "\"%.*s\" is not \"%s\"",
                  (int)last_notice.body.len, last_notice.body.data, body);
    ck_assert_uint_eq(last_notice.next, next);
}

START_TEST(event_is_published_as_it_is_written)
{
    size_t len;
    start();
    open_reader(0);
    put(0, KIND_ORDER, "{\"kind\":\"order\"}");
    put(0, KIND_FILL, "{\"kind\":\"fill\"}");
    journal_flush(journal);
    expect("order.binance.main.", "{\"kind\":\"order\",\"journal_seq\":1}");
    expect("fill.binance.main.", "{\"kind\":\"fill\",\"journal_seq\":2}");
    char *bytes = stage_read("main", FIRST, &len);
    bytes[len] = '\0';
    ck_assert_ptr_nonnull(strstr(bytes, " {\"kind\":\"fill\",\"journal_seq\":2}\n"));
    free(bytes);
}
END_TEST

START_TEST(accounts_are_numbered_and_published_each_for_itself)
{
    start();
    open_reader(1);
    put(0, KIND_ORDER, "{\"of\":\"main\"}");
    put(1, KIND_ORDER, "{\"of\":\"hedge\"}");
    put(0, KIND_ORDER, "{\"of\":\"main\"}");
    put(1, KIND_BALANCE, "{\"of\":\"hedge\"}");
    journal_flush(journal);
    expect("order.binance.hedge.", "{\"of\":\"hedge\",\"journal_seq\":1}");
    expect("balance.binance.hedge.", "{\"of\":\"hedge\",\"journal_seq\":2}");
}
END_TEST

START_TEST(numbers_go_on_after_a_restart)
{
    for (int run = 0; run < 3; run++) {
        start();
        for (int i = 0; i < 5; i++)
            put(0, KIND_ORDER, "{\"x\":1}");
        sync_marker(0, "a");
        ck_assert_uint_eq(last_notice.last, (uint64_t)(run + 1) * 5);
    }
    put(0, KIND_ORDER, "{\"x\":1}");
    start(); /* what was begun last is written when it ends */
    sync_marker(0, "b");
    ck_assert_uint_eq(last_notice.last, 16);
}
END_TEST

/* Nothing that was handed over before a marker stands behind it, nothing after it before. */
START_TEST(marker_stands_where_it_was_asked_for)
{
    start();
    open_reader(0);
    for (int i = 0; i < 200; i++) {
        char body[64], topic[64];
        put(0, KIND_ORDER, "{\"x\":1}");
        put(0, KIND_ORDER, "{\"x\":2}");
        snprintf(topic, sizeof topic, "sync.%d.", i);
        journal_sync(journal, 0, slice_of(topic), SLICE("{}"), 1);
        put(0, KIND_ORDER, "{\"x\":3}");
        journal_flush(journal);
        for (int k = 1; k <= 3; k++) {
            snprintf(body, sizeof body, "{\"x\":%d,\"journal_seq\":%d}", k, 3 * i + k);
            expect("order.binance.main.", body);
            if (k == 2)
                expect(topic, "{}");
        }
    }
}
END_TEST

START_TEST(page_holds_what_was_written_up_to_limit_and_bytes)
{
    start();
    expect_page(0, 10, 1000, "", 0);
    put(0, KIND_ORDER, "{\"x\":1}");
    put(0, KIND_ORDER, "{\"x\":2}");
    put(0, KIND_ORDER, "{\"x\":3}");
    expect_page(0, 2, 1000, "{\"x\":1,\"journal_seq\":1},{\"x\":2,\"journal_seq\":2}", 2);
    ck_assert_uint_eq(last_notice.last, 3);
    expect_page(2, 2, 1000, "{\"x\":3,\"journal_seq\":3}", 3);
    expect_page(0, 10, 50, "{\"x\":1,\"journal_seq\":1},{\"x\":2,\"journal_seq\":2}", 2);
    expect_page(3, 10, 1000, "", 3);
}
END_TEST

START_TEST(full_queue_has_no_room_until_it_was_written)
{
    static char event[8192];
    uint32_t begun = 0;
    config.journal.queue_max = 64 * 1024;
    memset(event, ' ', sizeof event - 1);
    event[0] = '{';
    event[sizeof event - 2] = '}';
    start();
    while (journal_has_room(journal, sizeof event)) {
        struct text *body = journal_begin(journal, 0, KIND_ORDER, sizeof event);
        text_append(body, slice_of(event));
        journal_end(journal);
        begun++;
    }
    ck_assert_uint_eq(begun, 8);
    /* A marker is said before its wake-up ends, and with it what it wrote leaves the queue. */
    for (int tries = 0; !journal_has_room(journal, sizeof event); tries++) {
        ck_assert_int_lt(tries, 10000);
        sync_marker(0, "a");
    }
    ck_assert_uint_eq(last_notice.last, begun);
}
END_TEST

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static bool count_record(void *context, uint64_t seq, struct slice body)
{
    uint64_t *count = context;
    ck_assert_ptr_nonnull(memchr(body.data, '}', body.len));
    ck_assert_uint_eq(seq, ++*count);
    return true;
}

/* A file that may not grow is as good as a full disk. */
START_TEST(refused_events_go_out_and_say_so_until_the_account_begins_anew)
{
    uint64_t count = 0;
    struct journal_stats stats;
    signal(SIGXFSZ, SIG_IGN);
    start();
    open_reader(0);
    put(0, KIND_ORDER, "{\"x\":1}");
    journal_flush(journal);
    expect("order.binance.main.", "{\"x\":1,\"journal_seq\":1}");
    limit_files(50);
    put(0, KIND_ORDER, "{\"x\":2}");
    put(0, KIND_ORDER, "{\"x\":3}");
    journal_flush(journal);
    await(NOTICE_FAILED);
    ck_assert_uint_eq(last_notice.account, 0);
    ck_assert_msg(last_notice.detail.len > 0, "it does not say why");
    expect("order.binance.main.", "{\"x\":2,\"durable\":false}");
    expect("order.binance.main.", "{\"x\":3,\"durable\":false}");
    put(0, KIND_ORDER, "{\"x\":4}");
    journal_flush(journal);
    expect("order.binance.main.", "{\"x\":4,\"durable\":false}");
    limit_files(RLIM_INFINITY);
    await(NOTICE_BACK);
    ck_assert(journal_load(&config, 0, 0, count_record, &count, error, sizeof error));
    ck_assert_uint_eq(count, 1);
    put(0, KIND_ORDER, "{\"x\":5}");
    journal_resume(journal, 0);
    put(0, KIND_ORDER, "{\"x\":6}");
    journal_flush(journal);
    expect("order.binance.main.", "{\"x\":5,\"durable\":false}");
    expect("order.binance.main.", "{\"x\":6,\"journal_seq\":2}");
    ck_assert_uint_eq(notices[NOTICE_FAILED], 1);
    ck_assert_uint_eq(notices[NOTICE_BACK], 1);
    journal_stats(journal, &stats);
    ck_assert_uint_eq(stats.failures, 1);
    ck_assert_uint_eq(stats.not_durable, 4);
    ck_assert_uint_eq(stats.records, 2);
}
END_TEST

START_TEST(each_policy_writes_before_it_tells_and_syncs_as_it_says)
{
    static const enum journal_sync policies[] = {JOURNAL_ALWAYS, JOURNAL_INTERVAL, JOURNAL_NEVER};
    for (int i = 0; i < 3; i++) {
        struct journal_stats stats = {0};
        size_t len;
        end();
        config.journal.sync = policies[i];
        start();
        for (int k = 0; k < 20; k++) {
            put(0, KIND_ORDER, "{\"x\":1}");
            sync_marker(0, "a");
        }
        free(stage_read("main", FIRST, &len));
        ck_assert_uint_gt(len, 20 * 20);
        if (policies[i] == JOURNAL_INTERVAL)
            while (stats.syncs == 0) {
                zmq_poll(NULL, 0, 1); /* until its time has come */
                journal_stats(journal, &stats);
            }
        journal_stats(journal, &stats);
        ck_assert_uint_eq(stats.records, 20);
        if (policies[i] == JOURNAL_ALWAYS)
            ck_assert_uint_eq(stats.syncs, 20);
        else if (policies[i] == JOURNAL_INTERVAL)
            ck_assert_uint_lt(stats.syncs, 20);
        else
            ck_assert_uint_eq(stats.syncs, 0);
    }
}
END_TEST

/* Its readers are sent away, come back by themselves, and lose nothing that they read afterwards.
 */
START_TEST(rebound_endpoint_takes_its_readers_again)
{
    char topic[256], body[4096];
    for (int i = 0; i < 10; i++) {
        start();
        open_reader(0);
        journal_rebind(journal);
        int short_ms = 50;
        zmq_setsockopt(reader, ZMQ_RCVTIMEO, &short_ms, sizeof short_ms);
        int tries = 0;
        do {
            ck_assert_int_lt(tries++, WAIT_MS / short_ms);
            sync_marker(0, "again");
        } while (!receive(topic, body));
        ck_assert_str_eq(topic, "sync.again.");
        end();
        snprintf(config.accounts[0].endpoint, sizeof config.accounts[0].endpoint,
                 i % 2 == 0 ? "tcp://127.0.0.1:*" : "ipc://%s/again.feed", stage_directory);
    }
}
END_TEST

START_TEST(endpoint_in_use_and_damaged_file_stop_the_start)
{
    size_t len;
    start();
    put(0, KIND_ORDER, "{\"x\":1}");
    put(0, KIND_ORDER, "{\"x\":2}");
    end();
    zmq_context = zmq_ctx_new();
    char *bytes = stage_read("main", FIRST, &len);
    bytes[12] ^= 1;
    stage_write("main", FIRST, bytes, len);
    ck_assert_ptr_null(journal_new(zmq_context, &config, NULL, error, sizeof error));
    ck_assert_msg(strstr(error, FIRST ": byte 0") != NULL, "\"%s\"", error);
    bytes[12] ^= 1;
    stage_write("main", FIRST, bytes, len);
    free(bytes);
    void *other = zmq_socket(zmq_context, ZMQ_PUB);
    ck_assert_int_eq(zmq_bind(other, "tcp://127.0.0.1:*"), 0);
    size_t size = sizeof config.accounts[1].endpoint;
    zmq_getsockopt(other, ZMQ_LAST_ENDPOINT, config.accounts[1].endpoint, &size);
    ck_assert_ptr_null(journal_new(zmq_context, &config, NULL, error, sizeof error));
    ck_assert_msg(strstr(error, "account.hedge") != NULL &&
                      strstr(error, config.accounts[1].endpoint) != NULL,
                  "\"%s\"", error);
    zmq_close(other);
}
END_TEST

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    Suite *suite = suite_create("gateway_journal");
    TCase *tests = tcase_create("journal");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, event_is_published_as_it_is_written);
    tcase_add_test(tests, accounts_are_numbered_and_published_each_for_itself);
    tcase_add_test(tests, numbers_go_on_after_a_restart);
    tcase_add_test(tests, marker_stands_where_it_was_asked_for);
    tcase_add_test(tests, page_holds_what_was_written_up_to_limit_and_bytes);
    tcase_add_test(tests, full_queue_has_no_room_until_it_was_written);
    tcase_add_test(tests, refused_events_go_out_and_say_so_until_the_account_begins_anew);
    tcase_add_test(tests, each_policy_writes_before_it_tells_and_syncs_as_it_says);
    tcase_add_test(tests, rebound_endpoint_takes_its_readers_again);
    tcase_add_test(tests, endpoint_in_use_and_damaged_file_stop_the_start);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
