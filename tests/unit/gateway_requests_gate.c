/* SPDX-License-Identifier: Apache-2.0 */
/* The request sockets behind the gate: who asks is known by the key alone; replies that come later;
 * clients that do not read. */
#include "query_asking.h"

#include "common/secret.h"
#include "gate_stage.h"
#include "gateway/requests.h"

#define PING     "{\"id\":1,\"op\":\"ping\"}"
#define SET      "{\"id\":1,\"op\":\"cache.set\",\"size\":7}"
#define LIST     "{\"id\":1,\"op\":\"account.list\"}"
#define PAGE     "{\"id\":\"p\",\"op\":\"journal.read\",\"account\":\"main\",\"after\":0}"
#define OK       "{\"id\":1,\"ok\":true"
#define IS(code) "{\"id\":1,\"ok\":false,\"error\":{\"code\":\"" code "\""

static struct gate *gate;
static struct rights *rights;
static struct requests *requests;
static char error[640];

static void read_rights(bool expected)
{
    bool taken;
    rights_destroy(&rights);
    rights = await_rights(gate, &taken);
    ck_assert(taken == expected);
    if (requests != NULL)
        requests_set_rights(requests, rights);
}

static bool start_none(void *context, uint32_t place, const struct config_account *account,
                       struct secret **key, struct secret **secret)
{
    (void)context, (void)place, (void)account;
    secret_destroy(key);
    secret_destroy(secret);
    return true;
}

static void want_none(void *context, uint32_t place, struct private_desired **desired)
{
    (void)context, (void)place;
    private_desired_destroy(desired);
}

static void stop_none(void *context, uint32_t place)
{
    (void)context, (void)place;
}

static void put_path(char *path, size_t size, const char *scheme, const char *name)
{
    snprintf(path, size, "%s%.100s/%s", scheme, security.directory, name);
}

/* An account whose journal is written by nobody, and read by who asks. */
static void make_account(void)
{
    static const struct accounts_ports ports = {NULL, start_none, want_none, stop_none};
    struct config_account *account = &config->accounts.accounts[0];
    ck_assert(secret_global_init(error, sizeof error));
    config->accounts.count = 1;
    account->exchange = config->exchanges[0].exchange;
    account->private_exchange = private_exchange_find(slice_of(account->exchange->name));
    snprintf(account->name, sizeof account->name, "main");
    write_file("api", 0600, "key");
    put_path(account->key_file, sizeof account->key_file, "", "api");
    put_path(account->secret_file, sizeof account->secret_file, "", "api");
    put_path(account->endpoint, sizeof account->endpoint, "ipc://", "main");
    put_path(config->accounts.journal.directory, 512, "", "journal");
    tables.journal = journal_new(zmq_stage, &config->accounts, gate, error, sizeof error);
    ck_assert_msg(tables.journal != NULL, "%s", error);
    tables.accounts = accounts_new(config, tables.epoch, tables.journal, &ports, tables.stats,
                                   now.real_ns, error, sizeof error);
    ck_assert_msg(tables.accounts != NULL, "%s", error);
    query_destroy(&query);
    query = query_new(&tables);
}

static void open_requests(const char *domain)
{
    struct config_requests *socket = &config->requests;
    socket->endpoint_count = 1;
    put_path(socket->endpoints[0], sizeof socket->endpoints[0], "ipc://", "requests");
    requests =
        requests_new(zmq_stage, socket, gate, domain, query, tables.stats, error, sizeof error);
    ck_assert_msg(requests != NULL, "%s", error);
}

static void set_up_gate(void)
{
    set_up();
    set_stage();
    grant("ann", "read", "main");
    grant("bob", "read", "other");
    grant("eve", "control", "");
    gate = open_gate();
    make_account();
}

static void tear_down_gate(void)
{
    requests_destroy(&requests);
    accounts_destroy(&tables.accounts);
    journal_destroy(&tables.journal);
    rights_destroy(&rights);
    gate_destroy(&gate);
    clear_stage();
    tear_down();
}

static void *client_of(const char *name)
{
    return come(ZMQ_DEALER, name, config->requests.endpoints[0]);
}

/* Takes what has come; waits for at least one. */
static void serve(void)
{
    zmq_pollitem_t item = {.socket = requests_socket(requests), .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
    while (requests_receive(requests, &now))
        continue;
}

static void expect(void *client, const char *beginning)
{
    int len = zmq_recv(client, reply_room, config->requests.reply_max, 0);
    ck_assert_msg(len >= 0, "no reply; expected was %s", beginning);
    ck_assert_msg(strncmp(reply_room, beginning, strlen(beginning)) == 0, "%.*s, not %s", len,
                  reply_room, beginning);
}

static void asks(void *client, const char *request, const char *beginning)
{
    ck_assert_int_ge(zmq_send(client, request, strlen(request), 0), 0);
    serve();
    expect(client, beginning);
}

START_TEST(requests_know_by_the_key_who_asks)
{
    open_requests(GATE_REQUESTS);
    void *ann = client_of("ann"), *eve = client_of("eve");
    asks(ann, PING, IS("auth_required")); /* nobody has a right before the table is there */
    read_rights(false);
    asks(ann, PING, OK);
    asks(ann, SET, IS("forbidden"));
    asks(eve, SET, OK);
    asks(eve, "{\"id\":1,\"op\":\"stats.get\"}", IS("forbidden"));
    asks(ann, LIST, IS("auth_required"));
    take_key("ann");
    read_rights(true);
    asks(ann, PING, IS("auth_required")); /* he is still in, and has no right any more */
    asks(eve, SET, OK);
    zmq_close(ann);
    zmq_close(eve);
}
END_TEST

START_TEST(requests_of_accounts_are_answered_to_who_has_them_and_names_do_not_leak)
{
    static const char other[] = "{\"id\":1,\"op\":\"journal.read\",\"account\":\"none\","
                                "\"after\":0}";
    char hidden[256];
    open_requests(GATE_ACCOUNTS_REQUESTS);
    read_rights(false);
    void *ann = client_of("ann"), *bob = client_of("bob");
    asks(ann, LIST, OK ",\"result\":{\"accounts\":[{\"name\":\"main\"");
    asks(bob, LIST, OK ",\"result\":{\"accounts\":[]");
    asks(bob, "{\"id\":1,\"op\":\"journal.read\",\"account\":\"main\",\"after\":0}",
         IS("unknown_account"));
    snprintf(hidden, sizeof hidden, "%s", strstr(reply_room, "\"message\""));
    memcpy(strstr(hidden, "main"), "none", 4);
    asks(bob, other, IS("unknown_account"));
    ck_assert_int_eq(strncmp(strstr(reply_room, "\"message\""), hidden, strlen(hidden)), 0);
    asks(ann, other, IS("unknown_account"));
    zmq_close(ann);
    zmq_close(bob);
}
END_TEST

/* Else who takes the name of one who left would get his replies. */
START_TEST(clients_behind_the_gate_have_no_name_of_their_own)
{
    open_requests(GATE_ACCOUNTS_REQUESTS);
    read_rights(false);
    void *ann = zmq_socket(zmq_stage, ZMQ_DEALER);
    zmq_close(ann);
    const struct stage_key *key = stage_key("ann");
    ann = zmq_socket(zmq_stage, ZMQ_DEALER);
    int linger_ms = 0, wait_ms = PATIENCE_MS;
    zmq_setsockopt(ann, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(ann, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(ann, ZMQ_ROUTING_ID, "ann", 3);
    zmq_setsockopt(ann, ZMQ_CURVE_PUBLICKEY, key->public_key, 41);
    zmq_setsockopt(ann, ZMQ_CURVE_SECRETKEY, key->secret_key, 41);
    zmq_setsockopt(ann, ZMQ_CURVE_SERVERKEY, stage_key(STAGE_SERVER)->public_key, 41);
    zmq_connect(ann, config->requests.endpoints[0]);
    asks(ann, PING, "{\"id\":null,\"ok\":false,\"error\":{\"code\":\"bad_request\"");
    zmq_close(ann);
}
END_TEST

START_TEST(a_key_has_one_rate_however_often_it_comes)
{
    config->requests.rate = 1;
    config->requests.burst = 2;
    open_requests(GATE_REQUESTS);
    read_rights(false);
    void *one = client_of("ann"), *two = client_of("ann"), *bob = client_of("bob");
    asks(one, PING, OK);
    asks(two, PING, OK);
    asks(one, PING, IS("busy"));
    asks(two, PING, IS("busy"));
    asks(bob, PING, OK);
    zmq_close(one);
    zmq_close(two);
    zmq_close(bob);
}
END_TEST

/* The page that the journal made is not taken: the test answers in its place. */
START_TEST(a_reply_that_comes_later_is_sent_once_to_who_asked)
{
    struct fault fault;
    open_requests(GATE_ACCOUNTS_REQUESTS);
    read_rights(false);
    void *ann = client_of("ann");
    for (int i = 0; i < 3; i++) {
        zmq_send(ann, PAGE, strlen(PAGE), 0);
        serve();
    }
    asks(ann, PING, OK);
    ck_assert(!requests_answer(requests, 4, SLICE("{}")));
    ck_assert(requests_answer(requests, 2, SLICE("{\"events\":[7]}")));
    expect(ann, "{\"id\":\"p\",\"ok\":true,\"result\":{\"events\":[7]}}");
    ck_assert(!requests_answer(requests, 2, SLICE("{}")));
    fault_set(&fault, FAULT_INTERNAL, "no");
    ck_assert(requests_refuse(requests, 1, &fault));
    expect(ann, "{\"id\":\"p\",\"ok\":false,\"error\":{\"code\":\"internal\"");
    char *large = calloc(1, config->requests.reply_max);
    memset(large, '7', config->requests.reply_max);
    ck_assert(requests_answer(requests, 3, (struct slice){large, config->requests.reply_max}));
    expect(ann, "{\"id\":\"p\",\"ok\":false,\"error\":{\"code\":\"too_large\"");
    free(large);
    zmq_close(ann);
}
END_TEST

START_TEST(replies_that_come_later_are_bounded_in_number_and_time)
{
    open_requests(GATE_ACCOUNTS_REQUESTS);
    read_rights(false);
    void *ann = client_of("ann");
    for (int i = 0; i < REQUESTS_LATER_MAX; i++) {
        zmq_send(ann, PAGE, strlen(PAGE), 0);
        serve();
    }
    asks(ann, PAGE, "{\"id\":\"p\",\"ok\":false,\"error\":{\"code\":\"busy\"");
    now.monotonic_ns += REQUESTS_LATER_MS * NS_PER_MS - 1;
    ck_assert(!requests_step(requests, &now));
    asks(ann, PING, OK); /* and nothing before it */
    now.monotonic_ns += 1;
    requests_step(requests, &now);
    for (int i = 0; i < REQUESTS_LATER_MAX; i++)
        expect(ann, "{\"id\":\"p\",\"ok\":false,\"error\":{\"code\":\"busy\"");
    ck_assert(!requests_answer(requests, 1, SLICE("{}")));
    asks(ann, PING, OK);
    zmq_close(ann);
}
END_TEST

START_TEST(binding_anew_cuts_all_and_drops_what_they_asked_for)
{
    open_requests(GATE_ACCOUNTS_REQUESTS);
    read_rights(false);
    void *ann = client_of("ann"), *bob = client_of("bob");
    zmq_send(ann, PAGE, strlen(PAGE), 0);
    serve();
    asks(bob, PING, OK);
    take_key("bob");
    read_rights(true);
    void *socket = requests_socket(requests);
    int64_t begun_ns = clock_monotonic_ns();
    requests_rebind(requests);
    ck_assert_int_lt(clock_monotonic_ns() - begun_ns, NS_PER_SECOND);
    ck_assert_ptr_eq(requests_socket(requests), socket);
    ck_assert(!requests_answer(requests, 1, SLICE("{}")));
    await_denied(gate, 1); /* bob has tried to come back */
    asks(ann, PING, OK);
    zmq_send(bob, PING, strlen(PING), ZMQ_DONTWAIT);
    asks(ann, PING, OK);
    zmq_pollitem_t item = {.socket = bob, .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, 0), 0);
    zmq_close(ann);
    zmq_close(bob);
}
END_TEST

/* Its system takes some replies for it, libzmq on its side one; the rest would wait here. */
START_TEST(a_client_that_does_not_read_is_busy_before_much_waits_for_it)
{
    static const char request[] = "{\"id\":1,\"op\":\"instrument.list\",\"exchange\":\"binance\"}";
    int receive_max = 1, buffer = 4096, large = 0, linger_ms = 0;
    static char room[16384];
    struct text symbols = text_over(room, sizeof room);
    for (int i = 0; i < 1000; i++)
        text_format(&symbols, "%sS%d-USDT", i > 0 ? " " : "", i);
    list(room);
    config->requests.rate = config->requests.burst = 1000000;
    config->requests.endpoint_count = 1;
    snprintf(config->requests.endpoints[0], 128, "tcp://127.0.0.1:*");
    requests = requests_new(zmq_stage, &config->requests, NULL, NULL, query, tables.stats, error,
                            sizeof error);
    ck_assert_msg(requests != NULL, "%s", error);
    char endpoint[128];
    size_t size = sizeof endpoint;
    zmq_getsockopt(requests_socket(requests), ZMQ_LAST_ENDPOINT, endpoint, &size);
    void *lazy = zmq_socket(zmq_stage, ZMQ_DEALER), *other = come(ZMQ_DEALER, NULL, endpoint);
    zmq_setsockopt(lazy, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(lazy, ZMQ_RCVHWM, &receive_max, sizeof receive_max);
    zmq_setsockopt(lazy, ZMQ_RCVBUF, &buffer, sizeof buffer);
    zmq_connect(lazy, endpoint);
    for (int i = 0; i < 300; i++) {
        zmq_send(lazy, request, strlen(request), 0);
        serve();
    }
    asks(other, PING, OK);
    ck_assert_uint_gt(stats_totals(tables.stats)->requests_busy, 200);
    int sent = 300 - (int)stats_totals(tables.stats)->replies_unsent;
    for (int i = 0; i < sent; i++) {
        int len = zmq_recv(lazy, reply_room, config->requests.reply_max, 0);
        ck_assert_int_ge(len, 0);
        large += len > 32768;
    }
    ck_assert_int_gt(large, REQUESTS_UNREAD_LARGER);
    ck_assert_int_lt(large, 100);
    asks(lazy, PING, OK); /* it has read all, and is served again */
    zmq_close(lazy);
    zmq_close(other);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        requests_know_by_the_key_who_asks,
        requests_of_accounts_are_answered_to_who_has_them_and_names_do_not_leak,
        clients_behind_the_gate_have_no_name_of_their_own,
        a_key_has_one_rate_however_often_it_comes,
        a_reply_that_comes_later_is_sent_once_to_who_asked,
        replies_that_come_later_are_bounded_in_number_and_time,
        binding_anew_cuts_all_and_drops_what_they_asked_for,
        a_client_that_does_not_read_is_busy_before_much_waits_for_it,
    };
    Suite *suite = suite_create("gateway_requests_gate");
    TCase *cases = tcase_create("requests");
    tcase_set_timeout(cases, 30);
    tcase_add_checked_fixture(cases, set_up_gate, tear_down_gate);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
