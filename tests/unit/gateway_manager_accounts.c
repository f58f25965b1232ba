/* SPDX-License-Identifier: Apache-2.0 */
/* A whole gateway with two accounts in this process, without an exchange: what clients with keys
 * get of them, and what nobody else does. */
#include "common/log.h"
#include "connectors/registry.h"
#include "gateway/manager.h"
#include "tests/unit/gate_stage.h"

#include <jansson.h>

static struct config *config;
static struct manager *manager;
static char error[512];

static void put_path(char *path, size_t size, const char *scheme, const char *name)
{
    int len = snprintf(path, size, "%s%s/%s", scheme, security.directory, name);
    ck_assert_int_lt(len, (int)size);
}

#define PUT_PATH(path, scheme, name) put_path((path), sizeof(path), (scheme), (name))

static void name_account(uint32_t place, const char *name, const char *exchange)
{
    struct config_account *account = &config->accounts.accounts[place];
    account->exchange = exchange_find(slice_of(exchange));
    account->private_exchange = private_exchange_find(slice_of(exchange));
    ck_assert(account->exchange != NULL && account->private_exchange != NULL);
    private_connector_defaults(&account->connector, account->private_exchange, account->exchange);
    struct connector_config *connector = &account->connector.connector;
    snprintf(connector->websocket, sizeof connector->websocket, "ws://127.0.0.1:1");
    snprintf(connector->rest, sizeof connector->rest, "http://127.0.0.1:1");
    connector->backoff_min_ms = 50;
    connector->backoff_max_ms = 200;
    snprintf(account->name, sizeof account->name, "%s", name);
    PUT_PATH(account->key_file, "", "api");
    PUT_PATH(account->secret_file, "", "api");
    PUT_PATH(account->endpoint, "ipc://", name);
}

static void set_up(void)
{
    set_stage();
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
    connector_global_init();
    write_file("api", 0600, "a key that nobody may see");
    grant("mine", "read,control", "mine");
    grant("watcher", "read", "mine");
    config = config_default();
    config->security = security;
    PUT_PATH(config->state_dir, "", "state");
    PUT_PATH(config->feed.endpoints[0], "ipc://", "feed");
    PUT_PATH(config->requests.endpoints[0], "ipc://", "requests");
    config->accounts.requests.endpoint_count = 1;
    PUT_PATH(config->accounts.requests.endpoints[0], "ipc://", "accounts");
    PUT_PATH(config->accounts.journal.directory, "", "journal");
    config->accounts.count = 2;
    name_account(0, "mine", "binance");
    name_account(1, "theirs", "binance");
    manager = manager_new(config, error, sizeof error);
    ck_assert_msg(manager != NULL, "%s", error);
}

static void tear_down(void)
{
    manager_destroy(&manager);
    config_destroy(&config);
    clear_stage();
}

/* NULL: nothing came within the socket's patience. */
static json_t *receive(void *socket)
{
    static char body[262144];
    int more = 1, len = -1;
    size_t size = sizeof more;
    while (more) {
        len = zmq_recv(socket, body, sizeof body, 0);
        if (len < 0)
            return NULL;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    }
    json_t *message = json_loadb(body, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(message != NULL, "%.*s", len, body);
    return message;
}

/* A request with single quotes for double ones; the whole reply. */
static json_t *ask(void *client, const char *request)
{
    char bytes[1024];
    snprintf(bytes, sizeof bytes, "%s", request);
    for (char *c = bytes; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    ck_assert_int_ge(zmq_send(client, bytes, strlen(bytes), 0), 0);
    json_t *reply = receive(client);
    ck_assert_msg(reply != NULL, "no reply to %s", request);
    return reply;
}

static json_t *result_of(void *client, const char *request)
{
    json_t *reply = ask(client, request);
    ck_assert_msg(json_is_true(json_object_get(reply, "ok")), "%s: %s", request,
                  json_dumps(reply, 0));
    json_t *result = json_incref(json_object_get(reply, "result"));
    json_decref(reply);
    return result;
}

static void expect_fault(void *client, const char *request, const char *code)
{
    json_t *reply = ask(client, request);
    const char *got = json_string_value(json_object_get(json_object_get(reply, "error"), "code"));
    ck_assert_msg(got != NULL && strcmp(got, code) == 0, "%s: %s", request, json_dumps(reply, 0));
    json_decref(reply);
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    ck_assert_msg(text != NULL, "no %s: %s", key, json_dumps(object, 0));
    return text;
}

static void *come_to_accounts(const char *name)
{
    return come(ZMQ_REQ, name, config->accounts.requests.endpoints[0]);
}

START_TEST(client_is_shown_its_accounts_and_no_others)
{
    void *client = come_to_accounts("mine");
    json_t *result = result_of(client, "{'id':1,'op':'account.list'}");
    const json_t *rows = json_object_get(result, "accounts"), *row = json_array_get(rows, 0);
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(word(row, "name"), "mine");
    ck_assert_str_eq(word(row, "endpoint"), config->accounts.accounts[0].endpoint);
    ck_assert_str_eq(word(row, "server_key"), stage_key(STAGE_SERVER)->public_key);
    json_decref(result);
    result = result_of(client, "{'id':1,'op':'hello'}");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(result, "accounts"), 0)),
                     "mine");
    ck_assert_uint_eq(json_array_size(json_object_get(result, "accounts")), 1);
    json_decref(result);
    expect_fault(client, "{'id':1,'op':'journal.read','account':'theirs','after':0}",
                 "unknown_account");
    expect_fault(client, "{'id':1,'op':'journal.read','account':'nobody','after':0}",
                 "unknown_account");
    zmq_close(client);
}
END_TEST

/* The first event of any account is that it connects. */
START_TEST(journal_is_read_by_pages_of_what_was_told)
{
    void *client = come_to_accounts("watcher");
    json_t *result, *events;
    do {
        result =
            result_of(client, "{'id':1,'op':'journal.read','account':'mine','after':0,'limit':1}");
        events = json_object_get(result, "events");
        if (json_array_size(events) == 0)
            json_decref(result);
    } while (json_array_size(events) == 0);
    const json_t *event = json_array_get(events, 0);
    ck_assert_str_eq(word(event, "kind"), "account");
    ck_assert_str_eq(word(event, "account"), "mine");
    ck_assert_int_eq(json_integer_value(json_object_get(event, "journal_seq")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(result, "next")), 1);
    ck_assert_int_ge(json_integer_value(json_object_get(result, "last")), 1);
    json_decref(result);
    zmq_close(client);
}
END_TEST

/* Subscribe, marker, images: asked for until the subscription has reached the endpoint. */
START_TEST(snapshot_comes_when_its_marker_is_out)
{
    int short_ms = 100;
    void *client = come_to_accounts("watcher");
    void *feed = come(ZMQ_SUB, "watcher", config->accounts.accounts[0].endpoint);
    json_t *marker = NULL;
    zmq_setsockopt(feed, ZMQ_SUBSCRIBE, "sync.", 5);
    zmq_setsockopt(feed, ZMQ_RCVTIMEO, &short_ms, sizeof short_ms);
    for (int i = 0; marker == NULL && i < PATIENCE_MS / short_ms; i++) {
        json_t *result =
            result_of(client, "{'id':1,'op':'snapshot','prefixes':[''],'sync':'nonce'}");
        const json_t *images = json_object_get(result, "images");
        const json_t *topics = json_object_get(result, "topics");
        const json_t *accounts = json_object_get(result, "accounts");
        ck_assert_uint_eq(json_array_size(images), 1); /* no order stands, nor anything else */
        ck_assert_str_eq(word(json_array_get(images, 0), "topic"), "account.binance.mine.");
        ck_assert_uint_eq(json_array_size(topics), 5);
        ck_assert_uint_eq(json_array_size(accounts), 1);
        ck_assert_str_eq(word(json_array_get(accounts, 0), "account"), "mine");
        json_decref(result);
        marker = receive(feed);
    }
    ck_assert_ptr_nonnull(marker);
    ck_assert_str_eq(word(marker, "nonce"), "nonce");
    json_decref(marker);
    json_t *result = result_of(client, "{'id':1,'op':'snapshot','prefixes':['fill.binance.th']}");
    ck_assert_uint_eq(json_array_size(json_object_get(result, "topics")), 0);
    json_decref(result);
    zmq_close(feed);
    zmq_close(client);
}
END_TEST

START_TEST(connection_of_an_account_is_opened_by_whoever_has_it)
{
    void *client = come_to_accounts("mine"), *watcher = come_to_accounts("watcher");
    void *public = come(ZMQ_REQ, NULL, config->requests.endpoints[0]);
    const char *open = "{'id':1,'op':'connection.open','exchange':'binance',"
                       "'type':'order_execution','account':'mine','name':'orders'}";
    json_t *result = result_of(client, open), *again = result_of(client, open);
    ck_assert(json_equal(json_object_get(result, "id"), json_object_get(again, "id")));
    ck_assert_str_eq(word(result, "account"), "mine");
    json_decref(again);
    json_decref(result);
    bool tried = false;
    while (!tried) { /* nobody listens where it connects */
        result = result_of(client, "{'id':1,'op':'connection.get','connection':'orders'}");
        tried = strcmp(word(result, "state"), "reconnecting") == 0;
        json_decref(result);
        zmq_poll(NULL, 0, 10); /* below the rate at which it says busy */
    }
    expect_fault(watcher, open, "forbidden");
    expect_fault(public, open, "auth_required");
    expect_fault(client,
                 "{'id':1,'op':'connection.open','exchange':'binance','type':'position_update',"
                 "'account':'theirs'}",
                 "unknown_account");
    result = result_of(watcher, "{'id':1,'op':'connection.get','connection':'orders'}");
    json_decref(result);
    expect_fault(public, "{'id':1,'op':'connection.get','connection':'orders'}",
                 "unknown_connection");
    result = result_of(public, "{'id':1,'op':'connection.list'}");
    ck_assert_uint_eq(json_array_size(json_object_get(result, "connections")), 0);
    json_decref(result);
    json_decref(result_of(client, "{'id':1,'op':'connection.close','connection':'orders'}"));
    expect_fault(client, "{'id':1,'op':'connection.get','connection':'orders'}",
                 "unknown_connection");
    zmq_close(public);
    zmq_close(watcher);
    zmq_close(client);
}
END_TEST

START_TEST(public_socket_says_nothing_of_accounts)
{
    void *public = come(ZMQ_REQ, NULL, config->requests.endpoints[0]);
    expect_fault(public, "{'id':1,'op':'account.list'}", "auth_required");
    expect_fault(public, "{'id':1,'op':'journal.read','account':'mine','after':0}",
                 "auth_required");
    expect_fault(public, "{'id':1,'op':'snapshot','prefixes':['order.']}", "auth_required");
    json_t *reply = ask(public, "{'id':1,'op':'stats.get'}");
    char *text = json_dumps(reply, 0);
    ck_assert_ptr_null(strstr(text, "mine"));
    free(text);
    json_decref(reply);
    zmq_close(public);
}
END_TEST

/* Its key is taken: the gate says so, all sockets are bound anew, and the other one comes back. */
START_TEST(revoked_client_is_cut_and_the_others_come_back)
{
    int short_ms = 100;
    void *leaver = come_to_accounts("watcher"), *stayer = come_to_accounts("mine");
    json_decref(result_of(leaver, "{'id':1,'op':'ping'}"));
    json_decref(result_of(stayer, "{'id':1,'op':'ping'}"));
    zmq_close(leaver);
    take_key("watcher");
    bool kept_out = false;
    for (int i = 0; !kept_out && i < PATIENCE_MS / short_ms; i++) {
        leaver = come_to_accounts("watcher");
        zmq_setsockopt(leaver, ZMQ_RCVTIMEO, &short_ms, sizeof short_ms);
        zmq_send(leaver, "{\"id\":1,\"op\":\"account.list\"}", 28, 0);
        json_t *reply = receive(leaver);
        kept_out = reply == NULL || json_is_false(json_object_get(reply, "ok"));
        json_decref(reply);
        zmq_close(leaver);
    }
    ck_assert_msg(kept_out, "it is still answered");
    zmq_close(stayer);
    stayer = come_to_accounts("mine");
    json_decref(result_of(stayer, "{'id':1,'op':'account.list'}"));
    zmq_close(stayer);
}
END_TEST

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    Suite *suite = suite_create("gateway_manager_accounts");
    TCase *tests = tcase_create("manager_accounts");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, client_is_shown_its_accounts_and_no_others);
    tcase_add_test(tests, journal_is_read_by_pages_of_what_was_told);
    tcase_add_test(tests, snapshot_comes_when_its_marker_is_out);
    tcase_add_test(tests, connection_of_an_account_is_opened_by_whoever_has_it);
    tcase_add_test(tests, public_socket_says_nothing_of_accounts);
    tcase_add_test(tests, revoked_client_is_cut_and_the_others_come_back);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
