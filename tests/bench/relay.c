/* SPDX-License-Identifier: Apache-2.0 */
/* Relay: OpenSSL and the fewest lines of RFC 6455, one thread: each frame's payload goes to a PUB
 * as it is. What stands below the floor: bench_relay PORT CA-FILE ENDPOINT STREAMS. */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

#define BUFFER_MAX (1 << 22)

static unsigned char buffer[BUFFER_MAX];

static SSL *open_tls(int port, const char *ca_file)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *tls = SSL_new(context);
    SSL_CTX_load_verify_locations(context, ca_file, NULL);
    SSL_set_fd(tls, fd);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || SSL_connect(tls) != 1)
        return NULL;
    return tls;
}

/* Asks for the upgrade; true once the 101 has come whole. */
static bool upgrade(SSL *tls, const char *streams)
{
    int len =
        snprintf((char *)buffer, BUFFER_MAX,
                 "GET /stream?streams=%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n",
                 streams);
    SSL_write(tls, buffer, len);
    for (len = 0; len < 4 || memcmp(buffer + len - 4, "\r\n\r\n", 4) != 0; len++)
        if (SSL_read(tls, buffer + len, 1) != 1)
            return false;
    return memcmp(buffer, "HTTP/1.1 101", 12) == 0;
}

/* The length of the whole frame at `at`, 0 if it is not all there; `*head` is where its payload
 * begins. */
static size_t frame_len(const unsigned char *at, size_t there, size_t *head)
{
    size_t len = there >= 2 ? at[1] & 127 : 0, bytes = len == 126 ? 2 : len == 127 ? 8 : 0;
    *head = 2 + bytes;
    if (there < *head)
        return 0;
    if (bytes > 0) {
        len = 0;
        for (size_t i = 0; i < bytes; i++)
            len = len << 8 | at[2 + i];
    }
    return there >= *head + len ? *head + len : 0;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int hwm = 50000, send_buffer = 131072;
    void *feed = zmq_socket(zmq_ctx_new(), ZMQ_PUB);
    zmq_setsockopt(feed, ZMQ_SNDHWM, &hwm, sizeof hwm);
    zmq_setsockopt(feed, ZMQ_SNDBUF, &send_buffer, sizeof send_buffer);
    SSL *tls = open_tls((int)strtol(argv[1], NULL, 10), argv[2]);
    if (tls == NULL || zmq_bind(feed, argv[3]) != 0 || !upgrade(tls, argv[4]))
        return 1;
    size_t there = 0;
    for (;;) {
        int got = SSL_read(tls, buffer + there, (int)(BUFFER_MAX - there));
        if (got <= 0)
            return 1;
        there += (size_t)got;
        size_t at = 0, len, head;
        while ((len = frame_len(buffer + at, there - at, &head)) > 0) {
            if ((buffer[at] & 15) == 1) {
                zmq_send(feed, "raw.", 4, ZMQ_SNDMORE);
                zmq_send(feed, buffer + at + head, len - head, 0);
            }
            at += len;
        }
        memmove(buffer, buffer + at, there - at);
        there -= at;
    }
}
