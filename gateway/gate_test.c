/* SPDX-License-Identifier: Apache-2.0 */
/* The self-test. A CURVE server whose ZAP handler is not there, or answers to another domain, lets
 * in anybody or nobody, and looks the same from outside until somebody tries. */
#include "common/clock.h"
#include "common/secret.h"
#include "gateway/gate_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#define ACCOUNT "self-test"
#define WAIT_NS (2 * NS_PER_SECOND)
#define STEP_MS 5

struct rights *gate_test_rights(struct gate_test *test)
{
    const char *why;
    struct rights *rights = rights_new();
    for (int i = 0; i < GATE_TEST_KEYS; i++)
        if (zmq_curve_keypair(test->public_keys[i], test->secret_keys[i]) != 0)
            rights_destroy(&rights);
    if (rights == NULL ||
        !rights_add(rights, SLICE("good"), test->public_keys[GATE_TEST_GOOD], "read", ACCOUNT,
                    &why) ||
        !rights_add(rights, SLICE("poor"), test->public_keys[GATE_TEST_POOR], "control", "other",
                    &why))
        rights_destroy(&rights);
    if (rights != NULL)
        rights_sort(rights);
    return rights;
}

/* One try and no more, so that each refusal is one. */
static void *try_key(const struct gate_test *test, enum gate_test_key key, struct slice server_key,
                     void *context, const char *endpoint)
{
    void *client = zmq_socket(context, ZMQ_DEALER);
    int never = -1, linger_ms = 0;
    if (client == NULL)
        return NULL;
    zmq_setsockopt(client, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(client, ZMQ_RECONNECT_IVL, &never, sizeof never);
    zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, test->public_keys[key], RIGHTS_KEY_TEXT + 1);
    zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, test->secret_keys[key], RIGHTS_KEY_TEXT + 1);
    zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, server_key.data, RIGHTS_KEY_TEXT + 1);
    if (zmq_connect(client, endpoint) == 0)
        zmq_send(client, "", 0, ZMQ_DONTWAIT);
    return client;
}

/* Reads what came in; false if it came from anybody but who has the right. */
static bool read_server(void *server, const struct gate_test *test, bool *came)
{
    zmq_msg_t message;
    bool sound = true;
    zmq_msg_init(&message);
    while (sound && zmq_msg_recv(&message, server, ZMQ_DONTWAIT) >= 0) {
        const char *user = zmq_msg_gets(&message, "User-Id");
        if (zmq_msg_more(&message))
            continue; /* the identity, which libzmq made: it carries nothing */
        sound = user != NULL && strcmp(user, test->public_keys[GATE_TEST_GOOD]) == 0;
        *came = sound;
    }
    zmq_msg_close(&message);
    return sound;
}

static const char *watch(void *server, const struct gate_test *test, const struct gate *gate)
{
    int64_t deadline_ns = clock_monotonic_ns() + WAIT_NS;
    bool came = false;
    struct gate_stats seen = {0};
    while (!came || seen.denied < GATE_TEST_KEYS - 1) {
        zmq_pollitem_t item = {.socket = server, .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, STEP_MS);
        gate_stats(gate, &seen);
        if (!read_server(server, test, &came) || seen.admitted > 1)
            return "it let in a key that has no right, or does not say whose it was";
        if (clock_monotonic_ns() > deadline_ns)
            return came ? "it did not refuse keys that have no right within 2 s"
                        : "it did not let in a key that has the right within 2 s";
    }
    return NULL;
}

bool gate_test_run(struct gate_test *test, const struct gate *gate, void *context, char *error,
                   size_t error_max)
{
    char endpoint[64];
    const char *why = "no socket for it";
    void *clients[GATE_TEST_KEYS] = {NULL};
    int linger_ms = 0;
    void *server = zmq_socket(context, ZMQ_ROUTER);
    snprintf(endpoint, sizeof endpoint, "ipc://@tickgate-gate-%d-%" PRIxPTR, getpid(),
             (uintptr_t)gate);
    if (server != NULL && gate_secure(gate, server, GATE_ACCOUNT_PREFIX ACCOUNT) &&
        zmq_setsockopt(server, ZMQ_LINGER, &linger_ms, sizeof linger_ms) == 0 &&
        zmq_bind(server, endpoint) == 0) {
        for (int i = 0; i < GATE_TEST_KEYS; i++)
            clients[i] =
                try_key(test, (enum gate_test_key)i, gate_public_key(gate), context, endpoint);
        why = watch(server, test, gate);
    }
    for (int i = 0; i < GATE_TEST_KEYS; i++)
        if (clients[i] != NULL)
            zmq_close(clients[i]);
    if (server != NULL)
        zmq_close(server);
    secret_wipe(test->secret_keys, sizeof test->secret_keys);
    if (why != NULL)
        snprintf(error, error_max, "the gate's self-test failed: %s", why);
    return why == NULL;
}
