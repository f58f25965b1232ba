/* SPDX-License-Identifier: Apache-2.0 */
/* Transport: the libwebsockets context in which a connector's sessions live, and in which its
 * thread sleeps. Made by one thread, then used by the connector's alone but for transport_wake.
 *
 * What is known of libwebsockets 4.1.6, and obeyed here and in session.c (reliability.md 0, 2,
 * 4.1): no extension is ever offered; names are never looked up by it; its own time limits lie
 * beyond ours; the environment's proxy is none of ours; lws_service ignores its timeout, so that
 * the one timer here says when to wake. */
#ifndef TICKGATE_CONNECTORS_TRANSPORT_H
#define TICKGATE_CONNECTORS_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

struct lws_context;
struct lws_protocols;
struct transport;

/* SIGPIPE, the proxy of the environment and libwebsockets' log are process-wide: once, before any
 * thread. */
void transport_global_init(void);

/* `protocols` outlive it; `ca_file` empty: the system's authorities; `limit_ms`: the longest that a
 * session waits for anything. NULL if it cannot be made. */
struct transport *transport_new(const struct lws_protocols *protocols, const char *ca_file,
                                uint32_t limit_ms);
/* Whatever lives in it ends, without a word to its session. */
void transport_destroy(struct transport **transport);

/* Sleeps until a socket, a wake or `due_ns` (monotonic), and serves what there is. */
void transport_serve(struct transport *transport, int64_t due_ns);
/* Any thread. What was stored before it is seen by the thread when transport_serve returns. */
void transport_wake(struct transport *transport);

/* The time of this turn (monotonic): read once between two sleeps. */
int64_t transport_now_ns(struct transport *transport);
struct lws_context *transport_context(struct transport *transport);

/* What libwebsockets last complained of in this thread, which is all it says of a certificate;
 * empty after transport_forget_complaint. */
const char *transport_complaint(void);
void transport_forget_complaint(void);

#endif
