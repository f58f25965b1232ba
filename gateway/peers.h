/* SPDX-License-Identifier: Apache-2.0 */
/* Peers: what each client of a request socket has used up: a token bucket of requests, and the
 * bytes of replies that it has not read. A client goes by its key where there is one, its
 * connection by its identity: whoever calls chooses the name. Bounded: the one heard least recently
 * is forgotten first, and begins with a full bucket and nothing unread if it comes again. One
 * owner. */
#ifndef TICKGATE_GATEWAY_PEERS_H
#define TICKGATE_GATEWAY_PEERS_H

#include "common/slice.h"

#include <stdint.h>

struct peers;

/* `rate` requests a second, `burst` at once, `peers_max` remembered. */
struct peers *peers_new(uint32_t rate, uint32_t burst, uint32_t peers_max);
void peers_destroy(struct peers **peers);

/* Takes one request's worth; false if the peer has none left. */
bool peers_allow(struct peers *peers, struct slice name, int64_t now_ns);
/* The bytes that wait for a peer unread, to be counted by the caller; valid until the next call of
 * peers_allow or peers_unread. */
uint64_t *peers_unread(struct peers *peers, struct slice name);
uint32_t peers_count(const struct peers *peers);

#endif
