/* SPDX-License-Identifier: Apache-2.0 */
/* Floor: the least that a gateway of these libraries can do: libwebsockets receives over TLS, all
 * of a turn goes as one message over an inproc hop, and each frame is published as it is, with the
 * gateway's settings of every socket. No parse, no table, no format: bench_floor PORT CA-FILE
 * ENDPOINT STREAMS (a/b/c, as a combined stream's URL). */
#include "common/thread.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define BATCH_MAX  (1 << 20) /* limits.bus_batch */
#define QUEUE_MAX  65536     /* blocks under way, as in the channel */
#define HWM        50000     /* feed.hwm */
#define BUFFER_MAX 65536

static void *zmq;
static void *push;
static char batch[BATCH_MAX];
static size_t whole;     /* bytes of the batch up to the end of its last whole frame */
static size_t batch_len; /* and with the frame that is still coming */
static const char *feed_endpoint;

/* What of the batch is whole goes; a frame that is still coming stays. */
static void flush(void)
{
    if (whole > 0)
        zmq_send(push, batch, whole, 0);
    memmove(batch, batch + whole, batch_len - whole);
    batch_len -= whole;
    whole = 0;
}

/* A frame stands in a batch as its length and its bytes. */
static void keep(const void *data, size_t len, bool last)
{
    size_t head = batch_len == whole ? sizeof len : 0;
    if (batch_len + head + len > BATCH_MAX)
        flush();
    memcpy(batch + batch_len + head, data, len);
    batch_len += head + len;
    if (!last)
        return;
    size_t frame_len = batch_len - whole - sizeof frame_len;
    memcpy(batch + whole, &frame_len, sizeof frame_len);
    whole = batch_len;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    (void)user;
    if (reason == LWS_CALLBACK_CLIENT_RECEIVE)
        keep(in, len, lws_is_final_fragment(wsi) != 0);
    if (reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR)
        exit(1);
    return 0;
}

/* As the gateway's publisher has it. */
static void *open_feed(void)
{
    static const int settings[][2] = {
        {ZMQ_SNDHWM, HWM},         {ZMQ_SNDBUF, 131072},          {ZMQ_HANDSHAKE_IVL, 5000},
        {ZMQ_HEARTBEAT_IVL, 1000}, {ZMQ_HEARTBEAT_TIMEOUT, 3000}, {ZMQ_HEARTBEAT_TTL, 3000},
        {ZMQ_XPUB_VERBOSER, 1}};
    void *feed = zmq_socket(zmq_ctx_new(), ZMQ_XPUB);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(feed, settings[i][0], &settings[i][1], sizeof settings[i][1]);
    if (zmq_bind(feed, feed_endpoint) != 0)
        exit(1);
    return feed;
}

static void publish(void *unused)
{
    int queue = QUEUE_MAX;
    void *pull = zmq_socket(zmq, ZMQ_PULL), *feed = open_feed();
    (void)unused;
    zmq_setsockopt(pull, ZMQ_RCVHWM, &queue, sizeof queue);
    zmq_connect(pull, "inproc://floor");
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
    static const struct lws_protocols protocols[] = {{"floor", on_event, 0, BUFFER_MAX, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
                                             .protocols = protocols,
                                             .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
                                             .client_ssl_ca_filepath = argv[2],
                                             .pt_serv_buf_size = BUFFER_MAX,
                                             .fd_limit_per_thread = 600};
    struct thread publisher;
    int queue = QUEUE_MAX;
    feed_endpoint = argv[3];
    zmq = zmq_ctx_new();
    push = zmq_socket(zmq, ZMQ_PUSH);
    zmq_setsockopt(push, ZMQ_SNDHWM, &queue, sizeof queue);
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
