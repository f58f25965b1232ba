/* SPDX-License-Identifier: Apache-2.0 */
/* Floor: the least that a gateway of these libraries can do: libwebsockets receives over TLS with
 * the gateway's socket settings, all of a turn goes as one message over an inproc hop, and each
 * frame is published as it is. No parse, no table, no format: bench_floor PORT CA-FILE ENDPOINT
 * STREAMS (a/b/c, as a combined stream's URL). */
#include "common/thread.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define BATCH_MAX (1 << 20)

static void *zmq;
static void *push;
static char batch[BATCH_MAX];
static size_t batch_len;
static const char *feed_endpoint;

/* A frame stands in a batch as its length and its bytes. */
static void flush(void)
{
    if (batch_len > 0)
        zmq_send(push, batch, batch_len, 0);
    batch_len = 0;
}

static void keep(const void *data, size_t len)
{
    if (batch_len + sizeof len + len > BATCH_MAX)
        flush();
    memcpy(batch + batch_len, &len, sizeof len);
    memcpy(batch + batch_len + sizeof len, data, len);
    batch_len += sizeof len + len;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    (void)wsi;
    (void)user;
    if (reason == LWS_CALLBACK_CLIENT_RECEIVE)
        keep(in, len);
    if (reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR)
        exit(1);
    return 0;
}

static void publish(void *unused)
{
    (void)unused;
    int hwm = 50000, buffer = 131072;
    void *pull = zmq_socket(zmq, ZMQ_PULL), *feed = zmq_socket(zmq, ZMQ_XPUB);
    zmq_connect(pull, "inproc://floor");
    zmq_setsockopt(feed, ZMQ_SNDHWM, &hwm, sizeof hwm);
    zmq_setsockopt(feed, ZMQ_SNDBUF, &buffer, sizeof buffer);
    zmq_bind(feed, feed_endpoint);
    for (;;) {
        zmq_pollitem_t items[] = {{.socket = pull, .events = ZMQ_POLLIN},
                                  {.socket = feed, .events = ZMQ_POLLIN}};
        zmq_msg_t message;
        zmq_poll(items, 2, -1);
        zmq_msg_init(&message);
        while (zmq_msg_recv(&message, feed, ZMQ_DONTWAIT) >= 0)
            continue;
        while (zmq_msg_recv(&message, pull, ZMQ_DONTWAIT) >= 0) {
            const char *at = zmq_msg_data(&message), *end = at + zmq_msg_size(&message);
            for (size_t len; at < end; at += sizeof len + len) {
                memcpy(&len, at, sizeof len);
                zmq_send(feed, "raw.", 4, ZMQ_SNDMORE);
                zmq_send(feed, at + sizeof len, len, 0);
            }
        }
        zmq_msg_close(&message);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    static char path[1 << 16];
    static const struct lws_protocols protocols[] = {{"floor", on_event, 0, 65536, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
                                             .protocols = protocols,
                                             .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
                                             .client_ssl_ca_filepath = argv[2],
                                             .pt_serv_buf_size = 65536,
                                             .fd_limit_per_thread = 64};
    struct thread publisher;
    feed_endpoint = argv[3];
    zmq = zmq_ctx_new();
    push = zmq_socket(zmq, ZMQ_PUSH);
    zmq_bind(push, "inproc://floor");
    if (!thread_start(&publisher, "publisher", publish, NULL))
        return 1;
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    lws_snprintf(path, sizeof path, "/stream?streams=%s", argv[4]);
    struct lws_client_connect_info connect = {.context = context,
                                              .address = "127.0.0.1",
                                              .port = (int)strtol(argv[1], NULL, 10),
                                              .ssl_connection = LCCSCF_USE_SSL,
                                              .path = path,
                                              .host = "127.0.0.1",
                                              .origin = "127.0.0.1",
                                              .protocol = NULL};
    if (context == NULL || lws_client_connect_via_info(&connect) == NULL)
        return 1;
    while (lws_service(context, 0) >= 0)
        flush();
    return 1;
}
