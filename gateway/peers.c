/* SPDX-License-Identifier: Apache-2.0 */
/* A bucket is kept as the moment at which it would be full: taking one moves that moment on by the
 * price of a request, and a bucket that would be full later than `depth` from now is empty. */
#include "gateway/peers.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/map.h"

#include <stdlib.h>

#define NAME_MAX_BYTES 255 /* ZMTP's own bound of an identity */
#define NONE           UINT32_MAX

struct peer {
    int64_t full_ns;
    uint64_t unread;
    uint32_t newer, older; /* in the order of last use */
    uint8_t len;
    char name[NAME_MAX_BYTES];
};

struct peers {
    struct map *by_name;
    int64_t price_ns; /* of one request */
    int64_t depth_ns; /* a whole bucket */
    uint32_t count, max;
    uint32_t newest, oldest;
    struct peer peers[];
};

struct peers *peers_new(uint32_t rate, uint32_t burst, uint32_t peers_max)
{
    ENSURE(rate > 0 && burst > 0 && peers_max > 0);
    struct peers *peers = calloc(1, sizeof *peers + peers_max * sizeof peers->peers[0]);
    if (peers == NULL)
        return NULL;
    peers->price_ns = NS_PER_SECOND / rate;
    peers->depth_ns = peers->price_ns * burst;
    peers->max = peers_max;
    peers->newest = peers->oldest = NONE;
    peers->by_name = map_new(peers_max);
    if (peers->by_name == NULL)
        peers_destroy(&peers);
    return peers;
}

void peers_destroy(struct peers **peers)
{
    if (*peers == NULL)
        return;
    map_destroy(&(*peers)->by_name);
    free(*peers);
    *peers = NULL;
}

static void take_out(struct peers *peers, const struct peer *peer)
{
    if (peer->newer != NONE)
        peers->peers[peer->newer].older = peer->older;
    else
        peers->newest = peer->older;
    if (peer->older != NONE)
        peers->peers[peer->older].newer = peer->newer;
    else
        peers->oldest = peer->newer;
}

static void put_first(struct peers *peers, uint32_t index)
{
    struct peer *peer = &peers->peers[index];
    peer->newer = NONE;
    peer->older = peers->newest;
    if (peers->newest != NONE)
        peers->peers[peers->newest].newer = index;
    else
        peers->oldest = index;
    peers->newest = index;
}

/* The place of a peer never seen, at the cost of the oldest if all are taken. */
static uint32_t place_new(struct peers *peers, struct slice name)
{
    uint32_t index = peers->count;
    if (index < peers->max) {
        peers->count++;
    } else {
        index = peers->oldest;
        struct peer *oldest = &peers->peers[index];
        take_out(peers, oldest);
        map_remove(peers->by_name, (struct slice){oldest->name, oldest->len});
    }
    struct peer *peer = &peers->peers[index];
    peer->full_ns = 0;
    peer->unread = 0;
    peer->len = (uint8_t)name.len;
    memcpy(peer->name, name.data, name.len);
    ENSURE(map_put(peers->by_name, name, index));
    return index;
}

/* The peer of this name, now the one heard last. */
static struct peer *hear(struct peers *peers, struct slice name)
{
    uint32_t index;
    if (name.len > NAME_MAX_BYTES)
        name.len = NAME_MAX_BYTES;
    if (map_get(peers->by_name, name, &index))
        take_out(peers, &peers->peers[index]);
    else
        index = place_new(peers, name);
    put_first(peers, index);
    return &peers->peers[index];
}

bool peers_allow(struct peers *peers, struct slice name, int64_t now_ns)
{
    struct peer *peer = hear(peers, name);
    int64_t from_ns = peer->full_ns > now_ns ? peer->full_ns : now_ns;
    if (from_ns + peers->price_ns - now_ns > peers->depth_ns)
        return false;
    peer->full_ns = from_ns + peers->price_ns;
    return true;
}

uint64_t *peers_unread(struct peers *peers, struct slice name)
{
    return &hear(peers, name)->unread;
}

uint32_t peers_count(const struct peers *peers)
{
    return peers->count;
}
