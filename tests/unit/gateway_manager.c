/* SPDX-License-Identifier: Apache-2.0 */
/* A whole gateway in this process, without an exchange: how it begins, fails to begin, and ends. */
#include "gateway/manager.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#define WAIT_MS 10000

static struct config *config;
static void *zmq_context;
static char directory[64];
static char symbols[1][SYMBOL_MAX + 1] = {"BTC-USDT"};
static char error[512];

static void set_up(void)
{
    snprintf(directory, sizeof directory, "/tmp/tickgate-manager.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    config = config_default();
    ck_assert_ptr_nonnull(config);
    snprintf(config->path, sizeof config->path, "tickgate.yaml");
    snprintf(config->state_dir, sizeof config->state_dir, "%s/state", directory);
    snprintf(config->feed.endpoints[0], sizeof config->feed.endpoints[0], "ipc://%s/feed",
             directory);
    snprintf(config->requests.endpoints[0], sizeof config->requests.endpoints[0],
             "ipc://%s/requests", directory);
    struct config_exchange *exchange = &config->exchanges[0];
    exchange->enabled = true;
    snprintf(exchange->connector.websocket, sizeof exchange->connector.websocket,
             "ws://127.0.0.1:1"); /* where nobody listens */
    snprintf(exchange->connector.rest, sizeof exchange->connector.rest, "http://127.0.0.1:1");
    exchange->connector.backoff_min_ms = 50;
    exchange->connector.backoff_max_ms = 200;
    config->connection_count = 1;
    config->connections[0] = (struct config_connection){.name = "quotes",
                                                        .exchange = exchange->exchange,
                                                        .type = "price_feed",
                                                        .symbols = symbols,
                                                        .symbol_count = 1,
                                                        .line = 7};
    connector_global_init();
    zmq_context = zmq_ctx_new();
}

static void remove_file(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    remove(path);
}

static void tear_down(void)
{
    config->connections[0].symbols = NULL;
    config_destroy(&config);
    zmq_ctx_term(zmq_context);
    remove_file("state/epoch");
    remove_file("state");
    remove_file("feed");
    remove_file("requests");
    ck_assert_int_eq(rmdir(directory), 0);
}

static void expect_no_manager(const char *what, const char *where)
{
    struct manager *manager = manager_new(config, error, sizeof error);
    ck_assert_ptr_null(manager);
    ck_assert_msg(strstr(error, what) != NULL && strstr(error, where) != NULL, "\"%s\"", error);
}

static struct manager *start(void)
{
    struct manager *manager = manager_new(config, error, sizeof error);
    ck_assert_msg(manager != NULL, "%s", error);
    return manager;
}

/* The body of the next message; what stands before it is left out. */
static json_t *read_body(void *socket, const char *what)
{
    static char body[65536];
    int more, len;
    size_t size = sizeof more;
    do {
        len = zmq_recv(socket, body, sizeof body, 0);
        ck_assert_msg(len >= 0, "%s does not come", what);
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    } while (more);
    return json_loadb(body, (size_t)len, 0, NULL);
}

static void *open_client(int type, const char *endpoint, const char *prefix)
{
    int wait_ms = WAIT_MS, linger = 0;
    void *socket = zmq_socket(zmq_context, type);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (prefix != NULL)
        zmq_setsockopt(socket, ZMQ_SUBSCRIBE, prefix, strlen(prefix));
    ck_assert_int_eq(zmq_connect(socket, endpoint), 0);
    return socket;
}

static void expect_word(const json_t *message, const char *key, const char *word)
{
    char *text = json_dumps(message, JSON_COMPACT);
    const char *found = json_string_value(json_object_get(message, key));
    ck_assert_msg(found != NULL && strcmp(found, word) == 0, "%s is not %s: %s", key, word, text);
    free(text);
}

static json_t *ask(void *client, const char *request)
{
    ck_assert_int_ge(zmq_send(client, request, strlen(request), 0), 0);
    json_t *reply = read_body(client, request);
    ck_assert_msg(json_is_true(json_object_get(reply, "ok")), "%s is refused", request);
    return reply;
}

/* Asks until the connection is tried again and the gateway counts the reader's subscription. */
static void wait_for_loss_and_reader(void *client)
{
    bool lost = false, reader = false;
    while (!lost || !reader) {
        zmq_poll(NULL, 0, 10); /* below the rate at which it says busy */
        json_t *stats = ask(client, "{\"id\":1,\"op\":\"stats.get\"}");
        const json_t *gateway = json_object_get(json_object_get(stats, "result"), "gateway");
        json_t *reply =
            ask(client, "{\"id\":2,\"op\":\"connection.get\",\"connection\":\"quotes\"}");
        const json_t *connection = json_object_get(reply, "result");
        reader = json_integer_value(json_object_get(gateway, "feed_subscriptions")) > 0;
        lost = strcmp(json_string_value(json_object_get(connection, "state")), "reconnecting") == 0;
        if (lost)
            expect_word(connection, "reason", "connect_failed");
        json_decref(stats);
        json_decref(reply);
    }
}

START_TEST(manager_that_cannot_bind_says_what_and_where)
{
    char endpoint[128];
    size_t size = sizeof endpoint;
    void *other = zmq_socket(zmq_context, ZMQ_PUB);
    ck_assert_int_eq(zmq_bind(other, "tcp://127.0.0.1:*"), 0);
    zmq_getsockopt(other, ZMQ_LAST_ENDPOINT, endpoint, &size);
    memcpy(config->requests.endpoints[0], endpoint, size);
    expect_no_manager("requests.endpoints", endpoint);
    memcpy(config->feed.endpoints[0], endpoint, size);
    expect_no_manager("feed.endpoints", endpoint);
    zmq_close(other);
}
END_TEST

START_TEST(manager_that_cannot_keep_its_epoch_does_not_begin)
{
    snprintf(config->state_dir, sizeof config->state_dir, "/dev/null/state");
    expect_no_manager("state_dir", "/dev/null/state");
}
END_TEST

START_TEST(manager_that_cannot_open_a_connection_leaves_nothing_behind)
{
    struct config_connection *second = &config->connections[1];
    *second = config->connections[0];
    snprintf(second->type, sizeof second->type, "candle_feed");
    snprintf(second->interval, sizeof second->interval, "7m");
    second->line = 8;
    config->connection_count = 2;
    expect_no_manager("tickgate.yaml:8: connection quotes", "7m");
    config->connection_count = 1;
    config->exchanges[0].enabled = false;
    expect_no_manager("tickgate.yaml:7: connection quotes", "enabled");
    config->exchanges[0].enabled = true;
    struct manager *manager = start();
    manager_destroy(&manager);
    ck_assert_ptr_null(manager);
    manager_destroy(&manager);
    config->connections[1].symbols = NULL;
}
END_TEST

START_TEST(manager_without_its_exchange_says_why_it_waits_and_that_it_ends)
{
    struct manager *manager = start();
    void *feed = open_client(ZMQ_SUB, config->feed.endpoints[0], "sys.connection.binance.c1.");
    void *client = open_client(ZMQ_REQ, config->requests.endpoints[0], NULL);
    wait_for_loss_and_reader(client);
    manager_destroy(&manager);
    json_t *message = read_body(feed, "the end");
    while (strcmp(json_string_value(json_object_get(message, "state")), "closed") != 0) {
        json_decref(message);
        message = read_body(feed, "the end");
    }
    expect_word(message, "reason", "stopped");
    json_decref(message);
    zmq_close(client);
    zmq_close(feed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_manager");
    TCase *tests = tcase_create("manager");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, manager_that_cannot_bind_says_what_and_where);
    tcase_add_test(tests, manager_that_cannot_keep_its_epoch_does_not_begin);
    tcase_add_test(tests, manager_that_cannot_open_a_connection_leaves_nothing_behind);
    tcase_add_test(tests, manager_without_its_exchange_says_why_it_waits_and_that_it_ends);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
