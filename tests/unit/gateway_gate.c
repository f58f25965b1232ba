/* SPDX-License-Identifier: Apache-2.0 */
/* The gate with real sockets: who comes in where, who does not, and what becomes of those who are
 * in when their rights are taken. */
#include "gate_stage.h"

#include "gateway/endpoints.h"

static char endpoint[1][ENDPOINT_MAX];
static struct gate *gate;

static void set_up(void)
{
    set_stage();
    snprintf(endpoint[0], sizeof endpoint[0], "ipc://%.100s/socket", security.directory);
}

static void *serve(int type, const char *domain)
{
    char error[256];
    void *server = zmq_socket(zmq_stage, type);
    int linger_ms = 0, wait_ms = PATIENCE_MS;
    zmq_setsockopt(server, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(server, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    ck_assert(gate_secure(gate, server, domain));
    ck_assert_msg(endpoints_bind(server, endpoint, 1, "key", error, sizeof error), "%s", error);
    return server;
}

/* What `name` says comes in, with its key as User-Id. */
static void expect_in(void *server, const char *name)
{
    zmq_msg_t message;
    void *client = come(ZMQ_DEALER, name, endpoint[0]);
    ck_assert_int_ge(zmq_send(client, name, strlen(name), 0), 0);
    zmq_msg_init(&message);
    do {
        ck_assert_msg(zmq_msg_recv(&message, server, 0) >= 0, "%s does not come in", name);
    } while (zmq_msg_more(&message));
    ck_assert_str_eq(zmq_msg_gets(&message, "User-Id"), stage_key(name)->public_key);
    ck_assert(slice_equal((struct slice){zmq_msg_data(&message), zmq_msg_size(&message)},
                          slice_of(name)));
    zmq_msg_close(&message);
    zmq_close(client);
}

static void expect_nothing(void *socket)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, 0), 0);
}

/* The gate refuses it, and nothing of it comes in: libzmq does not try again after a refusal. */
static void expect_out(void *server, const char *name)
{
    struct gate_stats before;
    gate_stats(gate, &before);
    void *client = come(ZMQ_DEALER, name, endpoint[0]);
    ck_assert_int_ge(zmq_send(client, "hello", 5, 0), 0);
    await_denied(gate, before.denied + 1);
    expect_nothing(server);
    zmq_close(client);
}

START_TEST(the_gate_lets_in_who_has_the_right_and_nobody_else)
{
    static const struct {
        const char *domain, *in[4], *out[5];
    } rules[] = {
        {GATE_FEED, {"ann", "bob"}, {"eve", "none", "stranger"}},
        {GATE_REQUESTS, {"ann", "bob", "eve"}, {"none", "stranger"}},
        {GATE_ACCOUNTS_REQUESTS, {"ann", "bob", "eve"}, {"none", "stranger"}},
        {"account.main", {"ann", "bob"}, {"eve", "none", "stranger"}},
        {"account.hedge", {"bob"}, {"ann", "eve", "stranger"}},
        {"account.", {"bob"}, {"ann", "eve", "stranger"}},
        {"elsewhere", {NULL}, {"ann", "bob", "eve", "stranger"}},
    };
    grant("ann", "read", "main");
    grant("bob", "read", "*");
    grant("eve", "control", "main");
    grant("none", "", "main");
    gate = open_gate();
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        void *server = serve(ZMQ_ROUTER, rules[i].domain);
        for (size_t k = 0; rules[i].in[k] != NULL; k++)
            expect_in(server, rules[i].in[k]);
        for (size_t k = 0; rules[i].out[k] != NULL; k++)
            expect_out(server, rules[i].out[k]);
        endpoints_unbind(zmq_stage, server, endpoint, 1);
        zmq_close(server);
    }
    gate_destroy(&gate);
    gate_destroy(&gate);
}
END_TEST

/* They fail before the gate is asked: the handshake is watched instead. */
START_TEST(nobody_comes_in_without_a_key_or_with_the_wrong_one_of_the_gateway)
{
    gate = open_gate();
    void *server = serve(ZMQ_ROUTER, GATE_FEED), *events = zmq_socket(zmq_stage, ZMQ_PAIR);
    zmq_socket_monitor(server, "inproc://monitor", ZMQ_EVENT_DISCONNECTED);
    zmq_connect(events, "inproc://monitor");
    int wait_ms = PATIENCE_MS;
    zmq_setsockopt(events, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    void *client = come(ZMQ_DEALER, NULL, endpoint[0]);
    zmq_send(client, "hello", 5, 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_ge(zmq_recv(events, NULL, 0, 0), 0);
    expect_nothing(server);
    zmq_close(client);
    zmq_close(events);
    zmq_close(server);
    gate_destroy(&gate);
}
END_TEST

START_TEST(nobody_comes_in_when_the_gate_is_dead)
{
    grant("ann", "read", "main");
    gate = open_gate();
    void *server = serve(ZMQ_ROUTER, "account.main");
    expect_in(server, "ann");
    void *events = zmq_socket(zmq_stage, ZMQ_PAIR);
    zmq_socket_monitor(server, "inproc://monitor",
                       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    zmq_connect(events, "inproc://monitor");
    int wait_ms = PATIENCE_MS;
    zmq_setsockopt(events, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    gate_destroy(&gate);
    void *client = come(ZMQ_DEALER, "ann", endpoint[0]);
    zmq_send(client, "hello", 5, 0);
    uint16_t event = 0;
    char data[8], room[256];
    for (bool failed = false; !failed;) {
        ck_assert_int_ge(zmq_recv(events, data, sizeof data, 0), 0);
        zmq_recv(events, room, sizeof room, 0);
        memcpy(&event, data, sizeof event);
        ck_assert_uint_ne(event, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
        failed = event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
    }
    expect_nothing(server);
    zmq_close(client);
    zmq_close(events);
    zmq_close(server);
}
END_TEST

static bool reads(void *subscriber, void *publisher, const char *word)
{
    char got[32];
    int wait_ms = 20, len = -1;
    int64_t deadline_ns = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    zmq_setsockopt(subscriber, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    while (len < 0 && clock_monotonic_ns() < deadline_ns) {
        zmq_send(publisher, word, strlen(word), 0);
        len = zmq_recv(subscriber, got, sizeof got, 0);
    }
    return len >= 0;
}

static void drain(void *subscriber)
{
    while (zmq_recv(subscriber, NULL, 0, ZMQ_DONTWAIT) >= 0)
        continue;
}

START_TEST(a_revoked_key_gets_nothing_after_the_socket_was_bound_anew)
{
    char error[256];
    bool taken;
    grant("ann", "read", "main");
    grant("bob", "read", "main");
    gate = open_gate();
    struct rights *rights = await_rights(gate, &taken);
    ck_assert(!taken && rights_count(rights) == 2);
    rights_destroy(&rights);
    void *publisher = serve(ZMQ_PUB, "account.main");
    void *ann = come(ZMQ_SUB, "ann", endpoint[0]), *bob = come(ZMQ_SUB, "bob", endpoint[0]);
    zmq_setsockopt(ann, ZMQ_SUBSCRIBE, "", 0);
    zmq_setsockopt(bob, ZMQ_SUBSCRIBE, "", 0);
    ck_assert(reads(ann, publisher, "before") && reads(bob, publisher, "before"));
    struct gate_stats before;
    gate_stats(gate, &before);
    int64_t revoked_ns = clock_monotonic_ns();
    take_key("ann");
    rights = await_rights(gate, &taken);
    ck_assert(taken && rights_count(rights) == 1);
    endpoints_unbind(zmq_stage, publisher, endpoint, 1);
    ck_assert_msg(endpoints_bind(publisher, endpoint, 1, "key", error, sizeof error), "%s", error);
    ck_assert_int_lt(clock_monotonic_ns() - revoked_ns, NS_PER_SECOND);
    drain(ann);
    drain(bob);
    ck_assert(reads(bob, publisher, "after"));
    ck_assert_int_lt(clock_monotonic_ns() - revoked_ns, NS_PER_SECOND);
    await_denied(gate, before.denied + 1);
    ck_assert(reads(bob, publisher, "after"));
    expect_nothing(ann);
    rights_destroy(&rights);
    zmq_close(ann);
    zmq_close(bob);
    zmq_close(publisher);
    gate_destroy(&gate);
}
END_TEST

START_TEST(the_gate_sees_what_changes_in_the_directory)
{
    bool taken;
    gate = open_gate();
    struct rights *rights = await_rights(gate, &taken);
    ck_assert(!taken && rights_count(rights) == 0);
    rights_destroy(&rights);
    ck_assert_ptr_null(gate_take_rights(gate, &taken));
    ck_assert(!taken);
    void *server = serve(ZMQ_ROUTER, "account.main");
    expect_out(server, "ann");
    grant("ann", "read", "main");
    rights = await_rights(gate, &taken);
    ck_assert(!taken && rights_count(rights) == 1);
    expect_in(server, "ann");
    rights_destroy(&rights);
    grant("ann", "read", "hedge");
    rights = await_rights(gate, &taken);
    ck_assert(taken);
    expect_out(server, "ann");
    rights_destroy(&rights);
    zmq_close(server);
    gate_destroy(&gate);
}
END_TEST

/* While others can write there, what was granted before counts and no more. */
START_TEST(the_gate_reads_nothing_from_a_directory_that_others_can_write_to)
{
    bool taken;
    grant("ann", "read", "main");
    gate = open_gate();
    struct rights *rights = await_rights(gate, &taken);
    rights_destroy(&rights);
    void *server = serve(ZMQ_ROUTER, "account.main");
    ck_assert_int_eq(chmod(security.directory, 0777), 0);
    grant("eve", "read", "main");
    expect_out(server, "eve");
    expect_in(server, "ann");
    ck_assert_int_eq(chmod(security.directory, 0700), 0);
    rights = await_rights(gate, &taken);
    ck_assert(!taken && rights_count(rights) == 2);
    expect_in(server, "eve");
    rights_destroy(&rights);
    zmq_close(server);
    gate_destroy(&gate);
}
END_TEST

/* Sends frames separated by '|'; '*' is a key of 32 bytes that has all rights. */
static void ask_zap(void *asker, const char *frames)
{
    uint8_t key[RIGHTS_KEY_MAX];
    zmq_z85_decode(key, stage_key("ann")->public_key);
    for (const char *end = frames; end != NULL; frames = end + 1) {
        end = strchr(frames, '|');
        size_t len = end != NULL ? (size_t)(end - frames) : strlen(frames);
        const void *data = len == 1 && *frames == '*' ? (const void *)key : frames;
        ck_assert_int_ge(
            zmq_send(asker, data, data == key ? sizeof key : len, end != NULL ? ZMQ_SNDMORE : 0),
            0);
    }
}

START_TEST(what_is_no_zap_request_is_denied_or_left_alone)
{
    static const struct {
        const char *frames, *status; /* NULL: no answer */
    } asked[] = {
        {"|1.0|7|account.main|::1||CURVE|*", "200"},
        {"|1.0|7|account.hedge|::1||CURVE|*", "400"},
        {"|1.0|7|account.main|::1||CURVE|*|*", "400"},
        {"|1.0|7|account.main|::1||CURVE", "400"},
        {"|1.0|7|account.main|::1||CURVE|short", "400"},
        {"|1.0|7|account.main|::1||PLAIN|ann|secret", "400"},
        {"|1.0|7|account.main|::1||NULL", "400"},
        {"|1.0|7|account.main|::1||curve|*", "400"},
        {"|1.0|7||::1||CURVE|*", "400"},
        {"|1.0|7", "400"},
        {"|1.0", NULL},
        {"|2.0|7|account.main|::1||CURVE|*", NULL},
        {"||||||||", NULL},
        {"", NULL},
        {"x|1.0|7|account.main|::1||CURVE|*", NULL},
        {"|||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||", NULL},
    };
    char got[300];
    grant("ann", "read", "main");
    gate = open_gate();
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        void *asker = come(ZMQ_DEALER, NULL, "inproc://zeromq.zap.01");
        ask_zap(asker, asked[i].frames);
        if (asked[i].status == NULL)
            ask_zap(asker, "|1.0|7"); /* its answer is the only one */
        const char *expected[] = {"",   "1.0", "7", asked[i].status ? asked[i].status : "400",
                                  NULL, NULL,  ""};
        for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
            int len = zmq_recv(asker, got, sizeof got, 0);
            ck_assert_msg(len >= 0, "%s: no answer", asked[i].frames);
            if (expected[k] != NULL)
                ck_assert_msg(slice_equal((struct slice){got, (size_t)len}, slice_of(expected[k])),
                              "%s: frame %zu is %.*s", asked[i].frames, k, len, got);
            if (k == 5 && strcmp(expected[3], "200") == 0)
                ck_assert(slice_equal((struct slice){got, (size_t)len},
                                      slice_of(stage_key("ann")->public_key)));
            else if (k == 5)
                ck_assert_int_eq(len, 0);
        }
        expect_nothing(asker);
        zmq_close(asker);
    }
    gate_destroy(&gate);
}
END_TEST

START_TEST(the_gate_says_why_it_cannot_be_made)
{
    char error[640];
    write_file(RIGHTS_SERVER_OWN, 0640, "curve\n");
    ck_assert_ptr_null(gate_new(zmq_stage, &security, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "chmod 600"));
    write_file(RIGHTS_SERVER_OWN, 0600, "curve\n    secret-key = \"short\"\n");
    ck_assert_ptr_null(gate_new(zmq_stage, &security, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "it has no secret-key"));
    char path[600];
    snprintf(path, sizeof path, "%s/" RIGHTS_SERVER_OWN, security.directory);
    unlink(path);
    ck_assert_ptr_null(gate_new(zmq_stage, &security, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "tickgate keys new"));
}
END_TEST

/* Somebody answers ZAP for everything: the gate must not start behind him. */
START_TEST(the_gate_does_not_share_the_handlers_place)
{
    char error[640];
    void *other = zmq_socket(zmq_stage, ZMQ_REP);
    ck_assert_int_eq(zmq_bind(other, "inproc://zeromq.zap.01"), 0);
    ck_assert_ptr_null(gate_new(zmq_stage, &security, error, sizeof error));
    zmq_close(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_gate");
    TCase *cases = tcase_create("gate");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, clear_stage);
    tcase_add_test(cases, the_gate_lets_in_who_has_the_right_and_nobody_else);
    tcase_add_test(cases, nobody_comes_in_without_a_key_or_with_the_wrong_one_of_the_gateway);
    tcase_add_test(cases, nobody_comes_in_when_the_gate_is_dead);
    tcase_add_test(cases, a_revoked_key_gets_nothing_after_the_socket_was_bound_anew);
    tcase_add_test(cases, the_gate_sees_what_changes_in_the_directory);
    tcase_add_test(cases, the_gate_reads_nothing_from_a_directory_that_others_can_write_to);
    tcase_add_test(cases, what_is_no_zap_request_is_denied_or_left_alone);
    tcase_add_test(cases, the_gate_says_why_it_cannot_be_made);
    tcase_add_test(cases, the_gate_does_not_share_the_handlers_place);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
