/* SPDX-License-Identifier: Apache-2.0 */
/* libzmq closes a listener in its own time. Until it has, a TCP port is taken, and of an ipc path
 * it then removes the file, even one that is a newer listener's: only the event CLOSED, which it
 * gives last, says that binding is safe again. */
#include "gateway/endpoints.h"

#include "common/clock.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <zmq.h>

#define FREE_WAIT_NS NS_PER_SECOND
#define QUIET_MS     20 /* nothing comes of a connection's end for so long: all have ended */

void endpoints_watch_peers(void *socket)
{
    static const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_TCP_KEEPALIVE, 1},
                    {ZMQ_TCP_KEEPALIVE_IDLE, 1},
                    {ZMQ_TCP_KEEPALIVE_INTVL, 1},
                    {ZMQ_TCP_KEEPALIVE_CNT, 3},
                    {ZMQ_TCP_MAXRT, 3000}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(socket, settings[i].option, &settings[i].value, sizeof settings[i].value);
}

bool endpoints_bind(void *socket, char (*endpoints)[ENDPOINT_MAX], uint32_t count, const char *key,
                    char *error, size_t error_max)
{
    for (uint32_t i = 0; i < count; i++)
        if (zmq_bind(socket, endpoints[i]) != 0) {
            snprintf(error, error_max, "%s: %s: %s; stop what uses it or choose another", key,
                     endpoints[i], zmq_strerror(zmq_errno()));
            return false;
        }
    return true;
}

/* A listener's end, of which there is one a frame pair. False: none came in time. */
static bool wait_closed(void *events, int64_t deadline_ns)
{
    int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / NS_PER_MS;
    zmq_pollitem_t item = {.socket = events, .events = ZMQ_POLLIN};
    if (left_ms <= 0 || zmq_poll(&item, 1, (long)left_ms) <= 0)
        return false;
    for (int more = 1; more;) {
        size_t size = sizeof more;
        zmq_recv(events, NULL, 0, ZMQ_DONTWAIT);
        zmq_getsockopt(events, ZMQ_RCVMORE, &more, &size);
    }
    return true;
}

/* The monitor's name lives as long as the monitor does: of each socket it is another one. */
static void *watch(void *context, void *socket)
{
    char name[64];
    int linger_ms = 0;
    snprintf(name, sizeof name, "inproc://endpoints.%" PRIxPTR, (uintptr_t)socket);
    if (zmq_socket_monitor(socket, name, ZMQ_EVENT_CLOSED | ZMQ_EVENT_CLOSE_FAILED) != 0)
        return NULL;
    void *events = zmq_socket(context, ZMQ_PAIR);
    if (events != NULL) {
        zmq_setsockopt(events, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        zmq_connect(events, name);
    }
    return events;
}

/* A connection ends when its socket has agreed, which it does when somebody uses it: until then its
 * client waits, connected to nobody. */
static void let_go(void *socket, int64_t deadline_ns)
{
    struct pollfd commands = {.events = POLLIN};
    int events;
    size_t size = sizeof commands.fd, events_size = sizeof events;
    zmq_getsockopt(socket, ZMQ_FD, &commands.fd, &size);
    do
        zmq_getsockopt(socket, ZMQ_EVENTS, &events, &events_size);
    while (poll(&commands, 1, QUIET_MS) > 0 && clock_monotonic_ns() < deadline_ns);
}

void endpoints_unbind(void *context, void *socket, char (*endpoints)[ENDPOINT_MAX], uint32_t count)
{
    int linger_ms = 0, before_ms = 0;
    size_t size = sizeof before_ms;
    uint32_t closing = 0;
    int64_t deadline_ns = clock_monotonic_ns() + FREE_WAIT_NS;
    void *events = watch(context, socket);
    zmq_getsockopt(socket, ZMQ_LINGER, &before_ms, &size);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    for (uint32_t i = 0; i < count; i++)
        closing += zmq_unbind(socket, endpoints[i]) == 0;
    while (closing > 0 && events != NULL && wait_closed(events, deadline_ns))
        closing--;
    let_go(socket, deadline_ns);
    zmq_setsockopt(socket, ZMQ_LINGER, &before_ms, sizeof before_ms);
    zmq_socket_monitor(socket, NULL, 0);
    if (events != NULL)
        zmq_close(events);
}
