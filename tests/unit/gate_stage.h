/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of certificates, and sockets of clients that come with one of their keys or with
 * none. */
#ifndef TICKGATE_TESTS_UNIT_GATE_STAGE_H
#define TICKGATE_TESTS_UNIT_GATE_STAGE_H

#include "common/clock.h"
#include "gateway/gate.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define PATIENCE_MS  10000
#define STAGE_KEYS   8
#define STAGE_SERVER "server"

/* A key that the test made, by the name of its certificate. */
struct stage_key {
    char name[32];
    char public_key[41], secret_key[41];
};

static struct config_security security;
static struct stage_key stage_keys[STAGE_KEYS];
static size_t stage_key_count;
static void *zmq_stage;

static inline const struct stage_key *stage_key(const char *name)
{
    for (size_t i = 0; i < stage_key_count; i++)
        if (strcmp(stage_keys[i].name, name) == 0)
            return &stage_keys[i];
    ck_assert_uint_lt(stage_key_count, STAGE_KEYS);
    struct stage_key *key = &stage_keys[stage_key_count++];
    snprintf(key->name, sizeof key->name, "%s", name);
    ck_assert_int_eq(zmq_curve_keypair(key->public_key, key->secret_key), 0);
    return key;
}

static inline void write_file(const char *file, mode_t mode, const char *text)
{
    char path[600], new_path[640];
    snprintf(path, sizeof path, "%s/%s", security.directory, file);
    snprintf(new_path, sizeof new_path, "%s.new", path);
    FILE *out = fopen(new_path, "w");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(new_path, mode), 0);
    ck_assert_int_eq(rename(new_path, path), 0);
}

/* The certificate of a client, in one step: nobody ever sees half of it. */
static inline void grant(const char *name, const char *roles, const char *accounts)
{
    char file[64], text[512];
    snprintf(file, sizeof file, RIGHTS_FOLDER "/%s.key", name);
    snprintf(text, sizeof text,
             "metadata\n    roles = \"%s\"\n    accounts = \"%s\"\n"
             "curve\n    public-key = \"%s\"\n",
             roles, accounts, stage_key(name)->public_key);
    write_file(file, 0644, text);
}

static inline void take_key(const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/" RIGHTS_FOLDER "/%s.key", security.directory, name);
    ck_assert_int_eq(unlink(path), 0);
}

/* Nobody has a right yet. */
static inline void set_stage(void)
{
    char folder[600], text[256];
    snprintf(security.directory, sizeof security.directory, "/tmp/tickgate-keys-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(security.directory));
    snprintf(folder, sizeof folder, "%s/" RIGHTS_FOLDER, security.directory);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    stage_key_count = 0;
    const struct stage_key *server = stage_key(STAGE_SERVER);
    snprintf(text, sizeof text, "curve\n    public-key = \"%s\"\n    secret-key = \"%s\"\n",
             server->public_key, server->secret_key);
    write_file(RIGHTS_SERVER_OWN, 0600, text);
    zmq_stage = zmq_ctx_new();
}

static inline void clear_stage(void)
{
    char command[640];
    zmq_ctx_term(zmq_stage);
    snprintf(command, sizeof command, "rm -rf '%s'", security.directory);
    ck_assert_int_eq(system(command), 0);
}

static inline struct gate *open_gate(void)
{
    char error[640];
    struct gate *gate = gate_new(zmq_stage, &security, error, sizeof error);
    ck_assert_msg(gate != NULL, "%s", error);
    return gate;
}

/* Waits until the gate has a newer table. */
static inline struct rights *await_rights(struct gate *gate, bool *taken)
{
    zmq_pollitem_t item = {.fd = gate_rights_fd(gate), .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
    struct rights *rights = gate_take_rights(gate, taken);
    ck_assert_ptr_nonnull(rights);
    return rights;
}

/* `name` NULL: with no key at all. It knows the server's. */
static inline void *come(int type, const char *name, const char *endpoint)
{
    void *client = zmq_socket(zmq_stage, type);
    int wait_ms = PATIENCE_MS, linger_ms = 0, again_ms = 10;
    zmq_setsockopt(client, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(client, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(client, ZMQ_RECONNECT_IVL, &again_ms, sizeof again_ms);
    if (name != NULL) {
        const struct stage_key *key = stage_key(name);
        zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, key->public_key, 41);
        zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, key->secret_key, 41);
        zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, stage_key(STAGE_SERVER)->public_key, 41);
    }
    ck_assert_int_eq(zmq_connect(client, endpoint), 0);
    return client;
}

/* Waits for the gate to have refused so many. */
static inline void await_denied(const struct gate *gate, uint64_t denied)
{
    int64_t deadline_ns = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    struct gate_stats seen = {0};
    while (seen.denied < denied && clock_monotonic_ns() < deadline_ns) {
        zmq_poll(NULL, 0, 1);
        gate_stats(gate, &seen);
    }
    ck_assert_uint_ge(seen.denied, denied);
}

#endif
