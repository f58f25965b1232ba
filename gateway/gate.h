/* SPDX-License-Identifier: Apache-2.0 */
/* Gate: the thread that answers ZAP: who may connect to which socket. Each socket behind it has a
 * ZAP domain and ZAP_ENFORCE_DOMAIN, so that without this thread nobody comes in. It watches the
 * directory of certificates; when somebody's rights were taken away it says so, and whoever owns a
 * socket binds it anew (endpoints.h), for libzmq cannot cut one peer: all reconnect, and come
 * through here again. A connection that was let in carries the client's public key (Z85) as its
 * User-Id. ZAP is asked inside a ZeroMQ context: sockets behind the gate live in its own. */
#ifndef TICKGATE_GATEWAY_GATE_H
#define TICKGATE_GATEWAY_GATE_H

#include "gateway/config.h"
#include "gateway/rights.h"

/* Domains: "account.<name>" lets in whoever has that account and `read`; the others: */
#define GATE_FEED              "feed"              /* `read` */
#define GATE_REQUESTS          "requests"          /* `read` or `control` */
#define GATE_ACCOUNTS_REQUESTS "accounts-requests" /* the same */
#define GATE_ACCOUNT_PREFIX    "account."

/* Bytes: a socket behind the gate takes messages as long as this (ZMQ_MAXMSGSIZE) or longer, or the
 * handshake itself is too long for it, and nobody comes in: seen with 256. */
#define GATE_MESSAGE_MIN 1024

struct gate;

/* Reads the certificates, starts the thread, and proves by connections of its own that a key that
 * has no right is kept out and one that has it comes in with its User-Id; before any socket is
 * bound. NULL with what, where and what to do in `error`. */
struct gate *gate_new(void *zmq_context, const struct config_security *config, char *error,
                      size_t error_max);
/* After all sockets behind it are closed: of those that are not, nobody comes in any more. */
void gate_destroy(struct gate **gate);

/* Makes a socket, not bound yet, a CURVE server of this domain. False if libzmq refuses. Any
 * thread. */
bool gate_secure(const struct gate *gate, void *socket, const char *domain);
/* The gateway's public key, Z85. */
struct slice gate_public_key(const struct gate *gate);

/* The newest table, the caller's to free; NULL: no newer one. The first is there from the start.
 * The descriptor is readable when there is one. The manager's thread alone. `*taken`: rights were
 * taken since the last call, and sockets are to be bound anew. */
int gate_rights_fd(const struct gate *gate);
struct rights *gate_take_rights(struct gate *gate, bool *taken);

struct gate_stats {
    uint64_t admitted, denied;
};
/* Any thread. */
void gate_stats(const struct gate *gate, struct gate_stats *stats);

/* The rule itself. Pure. */
bool gate_admits(const struct rights *rights, struct slice domain, struct slice key);

#endif
