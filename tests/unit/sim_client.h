/* SPDX-License-Identifier: Apache-2.0 */
/* A venue in this process, and bare clients of it over plain sockets: whoever waits for something
 * turns the venue meanwhile, and fails when it does not come. */
#ifndef TICKGATE_TESTS_UNIT_SIM_CLIENT_H
#define TICKGATE_TESTS_UNIT_SIM_CLIENT_H

#include "common/clock.h"
#include "tests/sim/session.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_NS  (10 * NS_PER_SECOND)
#define TURN_NS  NS_PER_MS
#define READ_LEN 65536
#define KEY_LINES                                                                                  \
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                                              \
    "Sec-WebSocket-Version: 13\r\n\r\n"

static struct venue *venue;
static uint16_t port, control_port;

static inline void open_desk_of(const struct options *options, const struct dialect *dialect)
{
    const char *why = NULL;
    venue = venue_new(options, dialect, NULL, &why);
    ck_assert_msg(venue != NULL, "%s", why);
    port = sockets_listen(venue->sockets, 0, false);
    control_port = sockets_listen(venue->sockets, 0, true);
    ck_assert(port != 0 && control_port != 0);
}

static inline void open_desk(const struct options *options)
{
    open_desk_of(options, dialects_find(slice_of(options->exchange)));
}

static inline struct options desk_options(void)
{
    struct options options;
    options_init(&options);
    options.plain = true;
    options.symbols = 3;
    options.depth = 20;
    options.shares[GROUP_TRADE] = options.shares[GROUP_BOOK] = options.shares[GROUP_QUOTE] = 1;
    return options;
}

struct client {
    int fd;
    bool over; /* the venue has closed it */
    bool reset;
    struct buffer in;
    struct frame frame; /* the last one, taken out with the next */
};

static inline void client_open(struct client *client, uint16_t to)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(to)};
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(client->fd, (struct sockaddr *)&address, sizeof address), 0);
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
}

static inline void client_close(struct client *client)
{
    close(client->fd);
    buffer_fini(&client->in);
}

static inline void client_write(const struct client *client, struct slice bytes)
{
    ck_assert_int_eq(write(client->fd, bytes.data, bytes.len), (ssize_t)bytes.len);
}

/* Turns the venue once and reads what there is. */
static inline void client_turn(struct client *client)
{
    venue_turn(venue, TURN_NS);
    ssize_t got;
    do {
        char *at = buffer_reserve(&client->in, READ_LEN);
        ck_assert_ptr_nonnull(at);
        got = read(client->fd, at, READ_LEN);
        if (got > 0)
            buffer_added(&client->in, (size_t)got);
    } while (got == READ_LEN);
    client->over = client->over || got == 0 || (got < 0 && errno != EAGAIN);
    client->reset = client->reset || (got < 0 && errno == ECONNRESET);
}

/* The HTTP status of a reply; the body, terminated, is left at the front of `in`. */
static inline int client_get(struct client *client, const char *path, const char *lines)
{
    char head[4096];
    struct text text = text_over(head, sizeof head);
    const char *end = NULL;
    text_format(&text, "GET %s HTTP/1.1\r\n%s", path, lines);
    buffer_take(&client->in, client->in.len);
    client_write(client, text_slice(&text));
    for (int64_t until_ns = clock_monotonic_ns() + WAIT_NS; end == NULL;) {
        ck_assert_msg(clock_monotonic_ns() < until_ns && !client->over, "%s: no reply", path);
        client_turn(client);
        if (client->in.len > 0)
            end = memmem(buffer_data(&client->in), client->in.len, "\r\n\r\n", 4);
    }
    size_t before = (size_t)(end - buffer_data(&client->in)) + 4;
    *(char *)buffer_reserve(&client->in, 1) = '\0';
    int status = (int)strtol(buffer_data(&client->in) + 9, NULL, 10);
    const char *len = strstr(buffer_data(&client->in), "Content-Length: ");
    bool counted = len != NULL && len < buffer_data(&client->in) + before;
    size_t body = counted ? strtoul(len + 16, NULL, 10) : 0;
    while (client->in.len < before + body && !client->over)
        client_turn(client);
    buffer_take(&client->in, before);
    *(char *)buffer_reserve(&client->in, 1) = '\0';
    return status;
}

/* Asks the control port; its status. */
static inline int control(const char *path)
{
    struct client client;
    client_open(&client, control_port);
    int status = client_get(&client, path, "\r\n");
    client_close(&client);
    return status;
}

#endif
