/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints: binding a socket to all that the configuration names, and letting go of them: every
 * connection that came in by them is cut then, which is the one way to cut any. The socket's owner
 * alone. */
#ifndef TICKGATE_GATEWAY_ENDPOINTS_H
#define TICKGATE_GATEWAY_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDPOINT_MAX 128

/* Before it binds: a peer that is gone without a word, or takes nothing for 3 s, is found by TCP.
 * libzmq's heartbeats would do it too, but 4.3.4 ends the process ("Assertion failed: !_io_error")
 * when one is due to a peer that is gone and whose last messages wait behind RCVHWM
 * (zeromq/libzmq issue 4364; seen with a client that floods and leaves). */
void endpoints_watch_peers(void *socket);

/* False with what, where and what to do in `error`, `key` being that of the configuration
 * ("feed.endpoints"); some may be bound then. */
bool endpoints_bind(void *socket, char (*endpoints)[ENDPOINT_MAX], uint32_t count, const char *key,
                    char *error, size_t error_max);
/* Returns when they are free again (`context` is the socket's), or after a second; what waits to be
 * sent to who is cut is dropped. Those that are not bound are passed over. */
void endpoints_unbind(void *context, void *socket, char (*endpoints)[ENDPOINT_MAX], uint32_t count);

#endif
