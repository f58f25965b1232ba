/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sockets.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTENERS_MAX 2
#define BACKLOG       512
#define EVENTS_MAX    64
#define READ_LEN      16384
#define READS_MAX     8 /* of one peer in a turn */
#define SEND_BUFFER   (1 << 20)

struct listener {
    int fd;
    bool control;
};

struct sockets {
    int epoll;
    SSL_CTX *tls;
    struct sockets_handler handler;
    struct listener listeners[LISTENERS_MAX];
    uint32_t listener_count;
    struct peer *peers, *dirty;
    uint32_t count;
    int64_t deadline_ns; /* not later than the earliest of the peers' */
    bool reap;
};

struct sockets *sockets_new(SSL_CTX *tls, const struct sockets_handler *handler)
{
    struct sockets *sockets = calloc(1, sizeof *sockets);
    if (sockets == NULL)
        return NULL;
    sockets->tls = tls;
    sockets->handler = *handler;
    sockets->deadline_ns = INT64_MAX;
    sockets->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (sockets->epoll < 0)
        sockets_destroy(&sockets);
    return sockets;
}

void sockets_destroy(struct sockets **sockets)
{
    if (*sockets == NULL)
        return;
    for (struct peer *peer = (*sockets)->peers; peer != NULL; peer = peer->next)
        peer_close(peer);
    sockets_flush(*sockets);
    sockets_stop_listening(*sockets);
    if ((*sockets)->epoll >= 0)
        close((*sockets)->epoll);
    free(*sockets);
    *sockets = NULL;
}

uint16_t sockets_listen(struct sockets *sockets, uint16_t port, bool control)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct listener *listener = &sockets->listeners[sockets->listener_count];
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = listener}};
    ENSURE(sockets->listener_count < LISTENERS_MAX);
    if (fd < 0)
        return 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
        epoll_ctl(sockets->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return 0;
    }
    *listener = (struct listener){fd, control};
    sockets->listener_count++;
    return ntohs(address.sin_port);
}

void sockets_stop_listening(struct sockets *sockets)
{
    while (sockets->listener_count > 0)
        close(sockets->listeners[--sockets->listener_count].fd);
}

static void watch(struct peer *peer, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | (peer->armed ? (uint32_t)EPOLLOUT : 0),
                                .data = {.ptr = peer}};
    if (epoll_ctl(peer->sockets->epoll, operation, peer->fd, &event) != 0)
        peer_close(peer);
}

/* Being told of room stays armed until all is written: it costs a call each time. */
static void wait_for_room(struct peer *peer, bool waits)
{
    peer->waits = waits;
    if (peer->armed == waits)
        return;
    peer->armed = waits;
    watch(peer, EPOLL_CTL_MOD);
}

static void mark_dirty(struct peer *peer)
{
    if (peer->dirty)
        return;
    peer->dirty = true;
    peer->next_dirty = peer->sockets->dirty;
    peer->sockets->dirty = peer;
}

static void destroy_peer(struct sockets *sockets, struct peer *peer)
{
    sockets->handler.closed(sockets->handler.context, peer);
    SSL_free(peer->tls);
    close(peer->fd);
    buffer_fini(&peer->in);
    buffer_fini(&peer->out);
    free(peer);
    sockets->count--;
}

static void add_peer(struct sockets *sockets, int fd, bool control)
{
    int yes = 1, buffer = SEND_BUFFER;
    struct peer *peer = sockets->count < SOCKETS_PEERS_MAX ? calloc(1, sizeof *peer) : NULL;
    if (peer != NULL && sockets->tls != NULL && (peer->tls = SSL_new(sockets->tls)) == NULL) {
        free(peer);
        peer = NULL;
    }
    if (peer == NULL) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    peer->fd = fd;
    peer->sockets = sockets;
    peer->control = control;
    peer->accepted = sockets->tls == NULL;
    peer->deadline_ns = INT64_MAX;
    peer->next = sockets->peers;
    sockets->peers = peer;
    sockets->count++;
    if (peer->tls != NULL) {
        SSL_set_fd(peer->tls, fd);
        SSL_set_accept_state(peer->tls);
    }
    watch(peer, EPOLL_CTL_ADD);
    if (!sockets->handler.opened(sockets->handler.context, peer))
        peer_close(peer);
}

static void accept_peers(struct sockets *sockets, const struct listener *listener)
{
    int fd;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        add_peer(sockets, fd, listener->control);
}

/* What a TLS call that did not succeed means; true: it waits, for room if it says so. */
static bool tls_waits(struct peer *peer, int result)
{
    int error = SSL_get_error(peer->tls, result);
    ERR_clear_error();
    if (error == SSL_ERROR_WANT_WRITE)
        wait_for_room(peer, true);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* Bytes read into `at`; 0 there are none yet, -1 the peer is at its end. */
static ssize_t read_some(struct peer *peer, char *at)
{
    if (peer->tls == NULL) {
        ssize_t got = read(peer->fd, at, READ_LEN);
        return got > 0 ? got : got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    int got = SSL_read(peer->tls, at, READ_LEN);
    return got > 0 ? got : tls_waits(peer, got) ? 0 : -1;
}

static void read_peer(struct peer *peer)
{
    struct sockets *sockets = peer->sockets;
    bool closed = false;
    if (!peer->accepted) {
        int result = SSL_do_handshake(peer->tls);
        if (result != 1) {
            if (!tls_waits(peer, result))
                peer_close(peer);
            return;
        }
        peer->accepted = true;
    }
    for (int reads = 0; reads < READS_MAX || (peer->tls != NULL && SSL_pending(peer->tls) > 0);
         reads++) {
        char *at = buffer_reserve(&peer->in, READ_LEN);
        ssize_t got = at != NULL ? read_some(peer, at) : -1;
        closed = got < 0;
        if (got <= 0)
            break;
        if (!peer->ends)
            buffer_added(&peer->in, (size_t)got);
        if (peer->in.len > SOCKETS_IN_MAX)
            break;
    }
    if (peer->in.len > 0 && !peer->ends && !peer->hold)
        sockets->handler.received(sockets->handler.context, peer);
    if (closed || peer->in.len > SOCKETS_IN_MAX)
        peer_close(peer);
}

/* Bytes written; 0 there is no room, -1 the peer is lost. */
static ssize_t write_some(struct peer *peer)
{
    if (peer->tls == NULL) {
        ssize_t done = write(peer->fd, buffer_data(&peer->out), peer->out.len);
        return done >= 0 ? done : errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    int len = peer->out.len > INT32_MAX ? INT32_MAX : (int)peer->out.len;
    int done = SSL_write(peer->tls, buffer_data(&peer->out), len);
    return done > 0 ? done : tls_waits(peer, done) ? 0 : -1;
}

static void write_peer(struct peer *peer)
{
    while (peer->out.len > 0 && peer->accepted && !peer->gone) {
        ssize_t done = write_some(peer);
        if (done < 0)
            peer_close(peer);
        if (done <= 0) {
            wait_for_room(peer, true);
            return;
        }
        buffer_take(&peer->out, (size_t)done);
    }
    if (peer->gone || !peer->accepted)
        return;
    wait_for_room(peer, false);
    if (peer->ends && peer->tls != NULL)
        SSL_shutdown(peer->tls);
    if (peer->ends)
        peer_close(peer);
    else
        peer->sockets->handler.drained(peer->sockets->handler.context, peer);
}

static void expire(struct sockets *sockets, int64_t now_ns)
{
    sockets->deadline_ns = INT64_MAX;
    for (struct peer *peer = sockets->peers; peer != NULL; peer = peer->next) {
        if (peer->deadline_ns <= now_ns && !peer->gone) {
            peer->deadline_ns = INT64_MAX;
            sockets->handler.expired(sockets->handler.context, peer);
        }
        if (peer->deadline_ns < sockets->deadline_ns)
            sockets->deadline_ns = peer->deadline_ns;
    }
}

static bool is_listener(const struct sockets *sockets, const void *ptr)
{
    return (const char *)ptr >= (const char *)sockets->listeners &&
           (const char *)ptr < (const char *)(sockets->listeners + LISTENERS_MAX);
}

void sockets_turn(struct sockets *sockets, int64_t wait_ns)
{
    struct epoll_event events[EVENTS_MAX];
    if (sockets->deadline_ns != INT64_MAX) {
        int64_t left_ns = sockets->deadline_ns - clock_monotonic_ns();
        wait_ns = left_ns < wait_ns ? left_ns : wait_ns;
    }
    wait_ns = wait_ns < 0 ? 0 : wait_ns;
    struct timespec wait = {.tv_sec = wait_ns / NS_PER_SECOND, .tv_nsec = wait_ns % NS_PER_SECOND};
    sigset_t none; /* signals come in here */
    sigemptyset(&none);
    int count = epoll_pwait2(sockets->epoll, events, EVENTS_MAX, &wait, &none);
    for (int i = 0; i < count; i++) {
        if (is_listener(sockets, events[i].data.ptr)) {
            accept_peers(sockets, events[i].data.ptr);
            continue;
        }
        struct peer *peer = events[i].data.ptr;
        if ((events[i].events & EPOLLOUT) != 0 && !peer->gone) {
            peer->waits = false;
            mark_dirty(peer);
        }
        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !peer->gone)
            read_peer(peer);
    }
    int64_t now_ns = clock_monotonic_ns();
    if (sockets->deadline_ns <= now_ns)
        expire(sockets, now_ns);
}

void sockets_flush(struct sockets *sockets)
{
    while (sockets->dirty != NULL) {
        struct peer *peer = sockets->dirty;
        sockets->dirty = peer->next_dirty;
        peer->dirty = false;
        if (!peer->gone && !peer->waits)
            write_peer(peer);
    }
    if (!sockets->reap)
        return;
    sockets->reap = false;
    for (struct peer **at = &sockets->peers; *at != NULL;) {
        struct peer *peer = *at;
        if (!peer->gone) {
            at = &peer->next;
            continue;
        }
        *at = peer->next;
        destroy_peer(sockets, peer);
    }
}

uint32_t sockets_count(const struct sockets *sockets)
{
    return sockets->count;
}

struct peer *sockets_next(const struct sockets *sockets, const struct peer *peer)
{
    return peer == NULL ? sockets->peers : peer->next;
}

char *peer_reserve(struct peer *peer, size_t len)
{
    char *at = buffer_reserve(&peer->out, len);
    if (at == NULL)
        peer_close(peer);
    return at;
}

void peer_added(struct peer *peer, size_t len)
{
    buffer_added(&peer->out, len);
    mark_dirty(peer);
}

void peer_write(struct peer *peer, struct slice bytes)
{
    char *at = peer_reserve(peer, bytes.len);
    if (at == NULL)
        return;
    memcpy(at, bytes.data, bytes.len);
    peer_added(peer, bytes.len);
}

void peer_set_deadline(struct peer *peer, int64_t deadline_ns)
{
    peer->deadline_ns = deadline_ns;
    if (deadline_ns < peer->sockets->deadline_ns)
        peer->sockets->deadline_ns = deadline_ns;
}

void peer_end(struct peer *peer)
{
    peer->ends = true;
    mark_dirty(peer);
}

void peer_close(struct peer *peer)
{
    peer->gone = true;
    peer->sockets->reap = true;
}

void peer_reset(struct peer *peer)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    peer_close(peer);
}
