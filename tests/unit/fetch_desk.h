/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP server in this process, which answers by path. */
#ifndef TICKGATE_TESTS_UNIT_FETCH_DESK_H
#define TICKGATE_TESTS_UNIT_FETCH_DESK_H

#include "common/thread.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STALLED_MAX 8

/* Answers by path; "/stall" waits until it is told to. */
struct server {
    struct thread thread;
    int listener, wake[2];
    uint16_t port;
    int stalled[STALLED_MAX];
    atomic_int stalled_count;
    atomic_int requests;
};

static const struct {
    const char *path;
    const char *head;
    size_t body_len;
} pages[] = {
    {"/ok", "200 OK\r\nX-MBX-USED-WEIGHT-1M: 55", 5},
    {"/stall", "200 OK", 5},
    {"/big", "200 OK", 5000},
    {"/busy", "429 Too Many\r\nRetry-After: 1", 5},
    {"/busy-and-big", "429 Too Many\r\nRetry-After: 7", 5000},
    {"/banned", "418 I'm a teapot", 5},
    {"/firewall", "403 Forbidden", 5},
    {"/broken", "500 Internal Server Error", 5},
    {"/moved", "302 Found\r\nLocation: /ok", 5},
    {"/denied", "401 Unauthorized", 5},
    {"/echo", "200 OK", 0},
};

static void reply(int connection, size_t page)
{
    char text[6000];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
                       pages[page].head, pages[page].body_len, 5, "hello");
    for (size_t filled = 5; filled < pages[page].body_len; filled++)
        text[len++] = 'x';
    ck_assert_int_eq(send(connection, text, (size_t)len, MSG_NOSIGNAL), len);
    close(connection);
}

/* The request, as it came. */
static void echo(int connection, const char *request, size_t len)
{
    dprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", len, request);
    close(connection);
}

static bool is_whole(const char *request, size_t len)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request, "Content-Length: ");
    return end != NULL && len >= (size_t)(end + 4 - request) +
                                     (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
}

static void serve(struct server *server, int connection)
{
    static char request[16384];
    size_t len = 0;
    ssize_t got;
    while (len < sizeof request - 1 &&
           (got = recv(connection, request + len, sizeof request - 1 - len, 0)) > 0) {
        request[len += (size_t)got] = '\0';
        if (is_whole(request, len) || request[0] < 'A') /* a TLS hello, say */
            break;
    }
    request[len] = '\0';
    const char *path = request + strcspn(request, " ") + 1;
    size_t page = 0, path_len = len > 4 ? strcspn(path, " ?") : 0;
    while (page < sizeof pages / sizeof *pages &&
           (strlen(pages[page].path) != path_len || memcmp(path, pages[page].path, path_len) != 0))
        page++;
    atomic_fetch_add(&server->requests, 1);
    if (page == sizeof pages / sizeof *pages)
        close(connection);
    else if (strcmp(pages[page].path, "/stall") == 0)
        server->stalled[atomic_fetch_add(&server->stalled_count, 1)] = connection;
    else if (strcmp(pages[page].path, "/echo") == 0)
        echo(connection, request, len);
    else
        reply(connection, page);
}

/* A byte to `wake` lets go what is stalled; its end ends the server. */
static void serve_all(void *argument)
{
    struct server *server = argument;
    for (;;) {
        struct pollfd ready[] = {{server->listener, POLLIN, 0}, {server->wake[0], POLLIN, 0}};
        char byte;
        if (poll(ready, 2, -1) < 0)
            continue;
        if (ready[1].revents != 0) {
            bool over = read(server->wake[0], &byte, 1) != 1;
            for (int i = 0; i < atomic_load(&server->stalled_count); i++)
                over ? (void)close(server->stalled[i]) : reply(server->stalled[i], 1);
            atomic_store(&server->stalled_count, 0);
            if (over)
                return;
        }
        if (ready[0].revents != 0)
            serve(server, accept(server->listener, NULL, NULL));
    }
}

static struct server server;

static void open_desk(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(server.listener, 16), 0);
    ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &len), 0);
    server.port = ntohs(address.sin_port);
    ck_assert_int_eq(pipe(server.wake), 0);
    atomic_store(&server.requests, 0);
    ck_assert(thread_start(&server.thread, "server", serve_all, &server));
}

static void close_desk(void)
{
    close(server.wake[1]);
    thread_join(&server.thread);
    close(server.wake[0]);
    close(server.listener);
}

#endif
