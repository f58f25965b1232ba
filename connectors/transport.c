/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/transport.h"

#include "common/clock.h"
#include "common/log.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Sessions, those that still end, and the pipe that wakes. More would cost nothing but the table.
 */
#define SOCKETS_MAX   600
#define BUFFER_SIZE   65536
#define HEADERS_MAX   16384 /* of an answer to an upgrade: cookies of a front may be long */
#define COMPLAINT_MAX 96

struct transport {
    struct lws_context *context;
    SSL_CTX *tls;
    lws_sorted_usec_list_t timer;
    int64_t now_ns; /* 0 not read yet */
};

static _Thread_local char complaint[COMPLAINT_MAX];

/* What matters of it is said again in our own words, by whoever it befell. */
static void take_line(int level, const char *line)
{
    int len = (int)strcspn(line, "\n");
    if (level == LLL_ERR)
        snprintf(complaint, sizeof complaint, "%.*s", len, line);
    log_debug("websockets", "%.*s", len, line);
}

void transport_global_init(void)
{
    signal(SIGPIPE, SIG_IGN);
    unsetenv("http_proxy");
    lws_set_log_level(LLL_ERR | LLL_WARN, take_line);
}

/* One that libwebsockets 4.1.6 makes itself it never frees if another of its contexts lived beside
 * this one. Host names and chains it verifies in either case. */
static SSL_CTX *make_tls(const char *ca_file)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (tls == NULL)
        return NULL;
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION);
    bool loaded = ca_file[0] != '\0' ? SSL_CTX_load_verify_locations(tls, ca_file, NULL) == 1
                                     : SSL_CTX_set_default_verify_paths(tls) == 1;
    if (!loaded) {
        snprintf(complaint, sizeof complaint, "%s cannot be read as certificates", ca_file);
        SSL_CTX_free(tls);
        return NULL;
    }
    return tls;
}

struct transport *transport_new(const struct lws_protocols *protocols, const char *ca_file,
                                uint32_t limit_ms)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL)
        return NULL;
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .fd_limit_per_thread = SOCKETS_MAX,
        .pt_serv_buf_size = BUFFER_SIZE,
        .max_http_header_data = HEADERS_MAX,
        .timeout_secs = limit_ms / 1000 + 5,
        .connect_timeout_secs = limit_ms / 1000 + 5,
    };
    transport->tls = make_tls(ca_file);
    info.provided_client_ssl_ctx = transport->tls;
    if (transport->tls != NULL)
        transport->context = lws_create_context(&info);
    if (transport->context == NULL) {
        log_error("websockets_failed", "%s", complaint);
        transport_destroy(&transport);
    }
    return transport;
}

void transport_destroy(struct transport **transport)
{
    if (*transport == NULL)
        return;
    if ((*transport)->context != NULL)
        lws_context_destroy((*transport)->context);
    SSL_CTX_free((*transport)->tls);
    free(*transport);
    *transport = NULL;
}

/* libwebsockets runs a timer that is due before it sleeps, and then sleeps as if there were none:
 * the pipe keeps it from that. */
static void wake_up(lws_sorted_usec_list_t *timer)
{
    lws_cancel_service(lws_container_of(timer, struct transport, timer)->context);
}

/* libwebsockets cuts a wait down to whole ms: one more, and the thread never wakes too early. */
void transport_serve(struct transport *transport, int64_t due_ns)
{
    int64_t wait_ns = due_ns - transport_now_ns(transport);
    lws_usec_t wait_us = due_ns == INT64_MAX ? LWS_SET_TIMER_USEC_CANCEL
                         : wait_ns > 0       ? wait_ns / NS_PER_US + 1000
                                             : 1;
    lws_sul_schedule(transport->context, 0, &transport->timer, wake_up, wait_us);
    transport->now_ns = 0;
    lws_service(transport->context, 0);
}

void transport_wake(struct transport *transport)
{
    lws_cancel_service(transport->context);
}

int64_t transport_now_ns(struct transport *transport)
{
    if (transport->now_ns == 0)
        transport->now_ns = clock_monotonic_ns();
    return transport->now_ns;
}

struct lws_context *transport_context(struct transport *transport)
{
    return transport->context;
}

const char *transport_complaint(void)
{
    return complaint;
}

void transport_forget_complaint(void)
{
    complaint[0] = '\0';
}
