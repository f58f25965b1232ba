/* SPDX-License-Identifier: Apache-2.0 */
/* The private connector's own thread beside the real fetch: it begins, is told what to do from
 * another thread, fails and tries again, and ends when it is told to. */
#include "common/secret.h"
#include "connectors/private_connector.h"
#include "tests/unit/fetch_desk.h"
#include "tests/unit/private_facts_calls.h"

#include <semaphore.h>
#include <time.h>

#define WAIT_S 20

static struct exchange exchange;
static struct private_config config;
static struct fetch *fetch;
static struct private_connector *connector;
static sem_t gaps;
static atomic_uint last_status, last_reason;
static char why[96]; /* read when the thread is joined */

static bool take(struct sink *sink, const struct event *event)
{
    (void)sink;
    if (event->kind != KIND_ACCOUNT)
        return true;
    atomic_store(&last_status, event->account.status);
    atomic_store(&last_reason, event->reason);
    if (event->account.detail[0] != '\0')
        memcpy(why, event->account.detail, sizeof why);
    if (event->account.status == ACCOUNT_GAP)
        sem_post(&gaps);
    return true;
}

static bool flush(struct sink *sink)
{
    (void)sink;
    return true;
}

static struct sink sink = {take, flush};

static void begin(void)
{
    const struct fetch_config fetch_config = {
        .queue_max = 16, .weight_percent = 100, .parallel_max = 4, .dns_keep_ms = 60000};
    char error[128];
    exchange = public_facts;
    exchange.limits.connects = exchange.limits.rest_weight = 100;
    exchange.limits.connects_window_ms = exchange.limits.rest_window_ms = 1000;
    open_desk();
    ck_assert(secret_global_init(error, sizeof error));
    connector_global_init();
    sem_init(&gaps, 0, 0);
    private_connector_defaults(&config, &facts_whole, &exchange);
    config.connector.backoff_min_ms = config.connector.backoff_max_ms = 1;
    snprintf(config.connector.websocket, sizeof config.connector.websocket, "ws://127.0.0.1:%u",
             server.port);
    snprintf(config.connector.rest, sizeof config.connector.rest, "http://127.0.0.1:%u",
             server.port);
    fetch = fetch_new(&fetch_config);
    ck_assert_ptr_nonnull(fetch);
}

static void write_ok(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/ok");
}

static void start(void)
{
    struct secret *key = secret_new(SLICE("canary-key")),
                  *secret = secret_new(SLICE("canary-secret"));
    connector =
        private_connector_new(&facts_whole, &exchange, &config, &key, &secret, fetch, &sink);
    ck_assert_ptr_nonnull(connector);
}

static void end(void)
{
    private_connector_destroy(&connector);
    fetch_destroy(&fetch);
    close_desk();
    sem_destroy(&gaps);
}

static void wait_gap(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    ck_assert_msg(sem_timedwait(&gaps, &until) == 0, "no gap");
}

START_TEST(a_thread_that_fails_tries_again_until_it_is_ended)
{
    start();
    for (uint64_t i = 0; i < 5; i++) {
        struct private_desired *desired = private_desired_new(1, 1, 0);
        desired->turn = desired->renewal = i;
        private_connector_want(connector, &desired);
        ck_assert_ptr_null(desired);
        wait_gap();
    }
    private_connector_destroy(&connector);
    ck_assert_uint_eq(atomic_load(&last_status), ACCOUNT_GAP);
    ck_assert_uint_eq(atomic_load(&last_reason), REASON_STOPPED);
    ck_assert_int_gt(atomic_load(&server.requests), 4);
    ck_assert_msg(strncmp(why, "instruments: ", 13) == 0, "%s", why);
}
END_TEST

/* "/ok" has five bytes that are a list of nothing; the upgrade is answered as if it were a page. */
START_TEST(an_upgrade_that_is_no_upgrade_is_a_gap)
{
    snprintf(config.path, sizeof config.path, "/broken");
    exchange.write_instruments_path = write_ok;
    start();
    wait_gap();
    private_connector_destroy(&connector);
    ck_assert_int_ge(atomic_load(&server.requests), 2);
    ck_assert_msg(strstr(why, "canary") == NULL && why[0] != '\0', "%s", why);
}
END_TEST

START_TEST(a_connector_that_cannot_be_made_wipes_the_keys_all_the_same)
{
    struct secret *key = secret_new(SLICE("k")), *secret = secret_new(SLICE("s"));
    snprintf(config.connector.ca_file, sizeof config.connector.ca_file, "/no/such/file");
    ck_assert_ptr_null(
        private_connector_new(&facts_whole, &exchange, &config, &key, &secret, fetch, &sink));
    ck_assert(key == NULL && secret == NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_thread");
    TCase *tests = tcase_create("private_thread");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, a_thread_that_fails_tries_again_until_it_is_ended);
    tcase_add_test(tests, an_upgrade_that_is_no_upgrade_is_a_gap);
    tcase_add_test(tests, a_connector_that_cannot_be_made_wipes_the_keys_all_the_same);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
