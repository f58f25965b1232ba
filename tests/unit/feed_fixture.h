/* SPDX-License-Identifier: Apache-2.0 */
/* What the gateway's unit tests share: waiting for something with a deadline, directories of their
 * own, and a plain subscriber of the feed. */
#ifndef TICKGATE_TESTS_UNIT_FEED_FIXTURE_H
#define TICKGATE_TESTS_UNIT_FEED_FIXTURE_H

#include "common/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define PATIENCE_MS 20000 /* a sanitizer on a busy machine is slow */

/* Polls until `condition` holds; fails by its name when the time is over. */
#define until(condition)                                                                           \
    do {                                                                                           \
        int64_t until_ns = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;                         \
        while (!(condition)) {                                                                     \
            ck_assert_msg(clock_monotonic_ns() < until_ns, "it did not come to: %s", #condition);  \
            zmq_poll(NULL, 0, 1);                                                                  \
        }                                                                                          \
    } while (0)

static inline bool readable(void *socket, long timeout_ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, timeout_ms) > 0;
}

/* A directory that the test removes itself, and a path in it. */
static inline void make_directory(char *directory, size_t max)
{
    snprintf(directory, max, "/tmp/tickgate-unit.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static inline void remove_directory(const char *directory)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    ck_assert_int_eq(system(command), 0);
}

/* Two frames of the feed, each terminated. */
struct heard {
    char topic[256];
    char body[70000];
    int frames;
};

static inline void *subscribe(void *context, const char *endpoint, const char *prefix)
{
    int unlimited = 0, linger = 0;
    void *socket = zmq_socket(context, ZMQ_SUB);
    ck_assert_ptr_nonnull(socket);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    ck_assert_int_eq(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, prefix, strlen(prefix)), 0);
    ck_assert_int_eq(zmq_connect(socket, endpoint), 0);
    return socket;
}

/* The next message; fails if none comes within `timeout_ms` unless that is 0. */
static inline bool hear(void *socket, struct heard *heard, long timeout_ms)
{
    int more = 1;
    size_t size = sizeof more;
    if (!readable(socket, timeout_ms)) {
        ck_assert_msg(timeout_ms == 0, "nothing came from the feed");
        return false;
    }
    memset(heard, 0, sizeof *heard);
    while (more) {
        char *into = heard->frames == 0 ? heard->topic : heard->body;
        size_t room = heard->frames == 0 ? sizeof heard->topic : sizeof heard->body;
        int len = zmq_recv(socket, into, room - 1, 0);
        ck_assert(len >= 0 && (size_t)len < room);
        into[len] = '\0';
        heard->frames++;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    }
    return true;
}

#endif
