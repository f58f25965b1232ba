/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/journal_feed.h"

#include "common/clock.h"
#include "common/log.h"
#include "gateway/endpoints.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

/* Bytes of what a subscriber may send at once. CURVE's INITIATE is 257, its metadata and an
 * identity of up to 255: with 256, as the public feed has it, nobody gets in. */
#define MESSAGE_MAX 1024
#define LINGER_MS   500           /* for the last words to leave */
#define AGAIN_NS    NS_PER_SECOND /* after a bind failed */

struct journal_feed {
    void *context;
    const struct gate *gate;
    void *socket;
    bool bound;
    bool said;        /* that it cannot be bound */
    int64_t again_ns; /* then it is tried again */
    uint32_t hwm;
    char domain[sizeof GATE_ACCOUNT_PREFIX + ACCOUNT_NAME_MAX];
    char endpoint[1][ENDPOINT_MAX]; /* as endpoints takes them */
};

/* Settings: reliability.md 4.2, as the public feed's. */
static bool set_options(const struct journal_feed *feed)
{
    const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_SNDHWM, (int)feed->hwm},
                    {ZMQ_SNDBUF, 131072},
                    {ZMQ_HANDSHAKE_IVL, 5000},
                    {ZMQ_LINGER, 0},
                    {ZMQ_BACKLOG, 64}};
    endpoints_watch_peers(feed->socket);
    int64_t message_max = MESSAGE_MAX;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(feed->socket, settings[i].option, &settings[i].value,
                       sizeof settings[i].value);
    zmq_setsockopt(feed->socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
    return feed->gate == NULL || gate_secure(feed->gate, feed->socket, feed->domain);
}

/* A socket that the gate cannot guard is not bound. */
static bool open_socket(struct journal_feed *feed, char *error, size_t error_max)
{
    size_t size = sizeof feed->endpoint[0];
    feed->socket = zmq_socket(feed->context, ZMQ_PUB);
    snprintf(error, error_max, "%s: there is no socket for it: %s", feed->domain,
             zmq_strerror(zmq_errno()));
    feed->bound = feed->socket != NULL && set_options(feed) &&
                  endpoints_bind(feed->socket, feed->endpoint, 1, feed->domain, error, error_max);
    if (feed->bound)
        zmq_getsockopt(feed->socket, ZMQ_LAST_ENDPOINT, feed->endpoint[0], &size);
    return feed->bound;
}

struct journal_feed *journal_feed_new(void *zmq_context, const char *endpoint, const char *account,
                                      uint32_t hwm, const struct gate *gate, char *error,
                                      size_t error_max)
{
    struct journal_feed *feed = calloc(1, sizeof *feed);
    snprintf(error, error_max, "account %s: out of memory", account);
    if (feed == NULL)
        return NULL;
    feed->context = zmq_context;
    feed->gate = gate;
    feed->hwm = hwm;
    snprintf(feed->domain, sizeof feed->domain, "%s%s", GATE_ACCOUNT_PREFIX, account);
    snprintf(feed->endpoint[0], sizeof feed->endpoint[0], "%s", endpoint);
    if (!open_socket(feed, error, error_max))
        journal_feed_destroy(&feed);
    return feed;
}

void journal_feed_destroy(struct journal_feed **feed)
{
    int linger_ms = LINGER_MS;
    if (*feed == NULL)
        return;
    if ((*feed)->socket != NULL) {
        zmq_setsockopt((*feed)->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        zmq_close((*feed)->socket);
    }
    free(*feed);
    *feed = NULL;
}

const char *journal_feed_endpoint(const struct journal_feed *feed)
{
    return feed->endpoint[0];
}

void journal_feed_send(struct journal_feed *feed, struct slice topic, struct slice body)
{
    zmq_send(feed->socket, topic.data, topic.len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    zmq_send(feed->socket, body.data, body.len, ZMQ_DONTWAIT);
}

void journal_feed_look(struct journal_feed *feed)
{
    int events;
    size_t size = sizeof events;
    zmq_getsockopt(feed->socket, ZMQ_EVENTS, &events, &size);
}

void journal_feed_rebind(struct journal_feed *feed)
{
    if (feed->bound)
        endpoints_unbind(feed->context, feed->socket, feed->endpoint, 1);
    feed->bound = false;
    feed->again_ns = 0;
}

int64_t journal_feed_bind(struct journal_feed *feed, int64_t now_ns)
{
    char error[256];
    if (feed->bound)
        return INT64_MAX;
    if (now_ns < feed->again_ns)
        return feed->again_ns;
    feed->bound =
        endpoints_bind(feed->socket, feed->endpoint, 1, feed->domain, error, sizeof error);
    if (!feed->bound && !feed->said)
        log_error("account_feed_unbound", "%s; it is tried every second", error);
    else if (feed->bound && feed->said)
        log_info("account_feed_bound", "%s: %s", feed->domain, feed->endpoint[0]);
    feed->said = !feed->bound;
    feed->again_ns = feed->bound ? INT64_MAX : now_ns + AGAIN_NS;
    return feed->again_ns;
}
