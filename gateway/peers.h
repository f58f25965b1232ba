/* SPDX-License-Identifier: Apache-2.0 */
/* Peers: how much each client may ask: a token bucket for each identity of the request sockets.
 * Bounded: the peer heard least recently is forgotten first, and begins with a full bucket if it
 * comes again. One owner. */
#ifndef TICKGATE_GATEWAY_PEERS_H
#define TICKGATE_GATEWAY_PEERS_H

#include "common/slice.h"

#include <stdint.h>

struct peers;

/* `rate` requests a second, `burst` at once, `peers_max` remembered. */
struct peers *peers_new(uint32_t rate, uint32_t burst, uint32_t peers_max);
void peers_destroy(struct peers **peers);

/* Takes one request's worth; false if the peer has none left. */
bool peers_allow(struct peers *peers, struct slice identity, int64_t now_ns);
uint32_t peers_count(const struct peers *peers);

#endif
