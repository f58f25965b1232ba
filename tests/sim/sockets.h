/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: TCP and TLS of the simulator: one epoll, listeners, peers with a buffer each way and one
 * deadline. What to do with the bytes is the handler's; it is called from sockets_turn and
 * sockets_flush alone. One thread. */
#ifndef TICKGATE_TESTS_SIM_SOCKETS_H
#define TICKGATE_TESTS_SIM_SOCKETS_H

#include "tests/sim/buffer.h"

#include <openssl/ssl.h>
#include <stdint.h>

#define SOCKETS_PEERS_MAX 4096
#define SOCKETS_IN_MAX    ((size_t)1 << 17) /* bytes that the handler has left lying */

struct sockets;

struct peer {
    int fd;
    SSL *tls;
    struct sockets *sockets;
    struct buffer in, out;
    bool control;        /* came by the control port */
    bool accepted;       /* its TLS handshake is done */
    bool dirty;          /* stands in the list of those with something to write */
    bool waits;          /* for room in its socket */
    bool armed;          /* is told when there is some */
    bool ends;           /* closed when all is written */
    bool gone;           /* closed at the end of the turn */
    bool hold;           /* what is in `in` waits for the handler's own moment */
    int64_t deadline_ns; /* monotonic; INT64_MAX: none */
    int tag;             /* the handler's, 0 at first */
    void *session;       /* the handler's */
    struct peer *next, *next_dirty;
};

struct sockets_handler {
    void *context;
    /* False: the connection is closed at once. */
    bool (*opened)(void *context, struct peer *peer);
    /* `in` has something new; what is not taken is given again with what follows. */
    void (*received)(void *context, struct peer *peer);
    void (*expired)(void *context, struct peer *peer);
    /* All of `out` was written. */
    void (*drained)(void *context, struct peer *peer);
    /* The last call for this peer. */
    void (*closed)(void *context, struct peer *peer);
};

/* `tls` NULL: plain. It stays the caller's. NULL when the system refuses. */
struct sockets *sockets_new(SSL_CTX *tls, const struct sockets_handler *handler);
void sockets_destroy(struct sockets **sockets);

/* Listens on 127.0.0.1; the port, 0 when the system refuses. */
uint16_t sockets_listen(struct sockets *sockets, uint16_t port, bool control);
/* Takes no more connections. */
void sockets_stop_listening(struct sockets *sockets);

/* Waits for at most `wait_ns` (or a deadline, or a signal) and gives the handler what came. */
void sockets_turn(struct sockets *sockets, int64_t wait_ns);
/* Writes what stands in the buffers; closes what is to be closed. */
void sockets_flush(struct sockets *sockets);
uint32_t sockets_count(const struct sockets *sockets);
/* Walks the peers: NULL begins and ends. */
struct peer *sockets_next(const struct sockets *sockets, const struct peer *peer);

/* Room at the end of `out`; the bytes count when peer_added was called. NULL: the peer is lost. */
char *peer_reserve(struct peer *peer, size_t len);
void peer_added(struct peer *peer, size_t len);
void peer_write(struct peer *peer, struct slice bytes);
void peer_set_deadline(struct peer *peer, int64_t deadline_ns);
/* Closes when all is written; nothing more is read. */
void peer_end(struct peer *peer);
/* Closes at the end of the turn, whatever stands in the buffers. */
void peer_close(struct peer *peer);
/* The same with an RST. */
void peer_reset(struct peer *peer);

#endif
