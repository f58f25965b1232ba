/* SPDX-License-Identifier: Apache-2.0 */
/* A message is [identity, the asker's own frames up to an empty one (if any), body]. The frames
 * before the body are kept as they came and stand before the reply. */
#include "gateway/requests.h"

#include "common/ensure.h"
#include "gateway/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define FRAMES_MAX    8    /* before the body, the identity included */
#define FRAME_MAX     255  /* bytes of each of them */
#define REQUEST_BYTES 1024 /* a longer request counts as several: reading it takes as long */

/* The frames before a body: the way back to who asked. */
struct envelope {
    uint32_t count;
    struct {
        uint8_t len;
        char data[FRAME_MAX];
    } frames[FRAMES_MAX];
};

struct under_way {
    struct query_snapshot *snapshot;
    struct envelope envelope;
};

struct requests {
    void *socket;
    struct query *query;
    struct stats *stats;
    struct peers *peers;
    uint32_t reply_max;
    char *answer;      /* room of replies that are made at once */
    char *image;       /* room of the oldest snapshot's */
    struct text reply; /* over `image` */
    uint32_t oldest, count;
    struct under_way snapshots[QUERY_SNAPSHOTS_MAX]; /* a ring */
};

/* Settings: reliability.md 4.2, measured there. A reply that has no reader is an error (MANDATORY)
 * and not silence, an identity is not taken over by who comes later. */
static void *open_socket(void *context, const struct config_requests *config, char *error,
                         size_t error_max)
{
    const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_RCVHWM, 64},
                    {ZMQ_SNDHWM, 256},
                    {ZMQ_ROUTER_MANDATORY, 1},
                    {ZMQ_ROUTER_HANDOVER, 0},
                    {ZMQ_HANDSHAKE_IVL, 5000},
                    {ZMQ_HEARTBEAT_IVL, 1000},
                    {ZMQ_HEARTBEAT_TIMEOUT, 3000},
                    {ZMQ_HEARTBEAT_TTL, 3000},
                    {ZMQ_LINGER, 500},
                    {ZMQ_BACKLOG, 64}};
    int64_t message_max = config->message_max;
    void *socket = zmq_socket(context, ZMQ_ROUTER);
    for (size_t i = 0; socket != NULL && i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(socket, settings[i].option, &settings[i].value, sizeof settings[i].value);
    if (socket != NULL)
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
    for (uint32_t i = 0; socket != NULL && i < config->endpoint_count; i++) {
        if (zmq_bind(socket, config->endpoints[i]) == 0)
            continue;
        snprintf(error, error_max,
                 "requests.endpoints: %s: %s; stop what uses it or choose another",
                 config->endpoints[i], zmq_strerror(zmq_errno()));
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

struct requests *requests_new(void *zmq_context, const struct config_requests *config,
                              struct query *query, struct stats *stats, char *error,
                              size_t error_max)
{
    struct requests *requests = calloc(1, sizeof *requests);
    snprintf(error, error_max, "the request socket cannot be made: out of memory or of sockets");
    if (requests == NULL)
        return NULL;
    requests->query = query;
    requests->stats = stats;
    requests->reply_max = config->reply_max;
    requests->answer = malloc(config->reply_max);
    requests->image = malloc(config->reply_max);
    requests->peers = peers_new(config->rate, config->burst, config->peers_max);
    if (requests->answer != NULL && requests->image != NULL && requests->peers != NULL)
        requests->socket = open_socket(zmq_context, config, error, error_max);
    if (requests->socket == NULL)
        requests_destroy(&requests);
    return requests;
}

void requests_destroy(struct requests **requests)
{
    if (*requests == NULL)
        return;
    for (uint32_t i = 0; i < QUERY_SNAPSHOTS_MAX; i++)
        query_snapshot_destroy(&(*requests)->snapshots[i].snapshot);
    if ((*requests)->socket != NULL)
        zmq_close((*requests)->socket);
    peers_destroy(&(*requests)->peers);
    free((*requests)->answer);
    free((*requests)->image);
    free(*requests);
    *requests = NULL;
}

void *requests_socket(struct requests *requests)
{
    return requests->socket;
}

/* Keeps a frame that stands before the body. */
static bool keep_frame(struct envelope *envelope, zmq_msg_t *message)
{
    size_t len = zmq_msg_size(message);
    if (envelope->count == FRAMES_MAX || len > FRAME_MAX)
        return false;
    envelope->frames[envelope->count].len = (uint8_t)len;
    if (len > 0)
        memcpy(envelope->frames[envelope->count].data, zmq_msg_data(message), len);
    envelope->count++;
    return true;
}

/* An identity, and if there is more, an empty frame last. */
static bool is_sound(const struct envelope *envelope)
{
    return envelope->count == 1 ||
           (envelope->count > 1 && envelope->frames[envelope->count - 1].len == 0);
}

/* Takes one message whole off the socket, its last frame to `body`. False: there was none.
 * *sound: it has the form of a request. */
static bool receive(struct requests *requests, struct envelope *envelope, zmq_msg_t *body,
                    bool *sound)
{
    envelope->count = 0;
    *sound = true;
    if (zmq_msg_recv(body, requests->socket, ZMQ_DONTWAIT) < 0)
        return false;
    while (zmq_msg_more(body)) {
        *sound = *sound && keep_frame(envelope, body);
        if (zmq_msg_recv(body, requests->socket, ZMQ_DONTWAIT) < 0)
            return false;
    }
    *sound = *sound && is_sound(envelope);
    return true;
}

/* One that cannot be sent (its asker left, or does not read) is counted. */
static void send_reply(struct requests *requests, const struct envelope *envelope,
                       struct slice reply)
{
    int sent = 0;
    for (uint32_t i = 0; sent >= 0 && i < envelope->count; i++)
        sent = zmq_send(requests->socket, envelope->frames[i].data, envelope->frames[i].len,
                        ZMQ_SNDMORE | ZMQ_DONTWAIT);
    if (sent >= 0)
        sent = zmq_send(requests->socket, reply.data, reply.len, ZMQ_DONTWAIT);
    if (sent < 0)
        stats_totals(requests->stats)->replies_unsent++;
}

/* The query keeps to its bound, which is the ring's. */
static void keep_snapshot(struct requests *requests, struct query_snapshot *snapshot,
                          const struct envelope *envelope)
{
    ENSURE(requests->count < QUERY_SNAPSHOTS_MAX);
    uint32_t place = (requests->oldest + requests->count) % QUERY_SNAPSHOTS_MAX;
    if (requests->count == 0)
        requests->reply = text_over(requests->image, requests->reply_max);
    requests->snapshots[place] = (struct under_way){snapshot, *envelope};
    requests->count++;
}

static bool is_allowed(struct requests *requests, struct slice identity, size_t len, int64_t now_ns)
{
    bool allowed = peers_allow(requests->peers, identity, now_ns);
    for (size_t paid = REQUEST_BYTES; allowed && paid < len; paid += REQUEST_BYTES)
        allowed = peers_allow(requests->peers, identity, now_ns);
    return allowed;
}

bool requests_receive(struct requests *requests, const struct query_now *now)
{
    struct envelope envelope;
    zmq_msg_t body;
    bool sound;
    zmq_msg_init(&body);
    bool came = receive(requests, &envelope, &body, &sound);
    if (came && !sound) {
        stats_totals(requests->stats)->requests_malformed++;
    } else if (came) {
        struct slice identity = {envelope.frames[0].data, envelope.frames[0].len};
        struct slice request = {zmq_msg_data(&body), zmq_msg_size(&body)};
        struct text reply = text_over(requests->answer, requests->reply_max);
        bool allowed = is_allowed(requests, identity, request.len, now->monotonic_ns);
        struct query_snapshot *snapshot =
            query_answer(requests->query, request, allowed, now, &reply);
        if (snapshot != NULL)
            keep_snapshot(requests, snapshot, &envelope);
        else
            send_reply(requests, &envelope, text_slice(&reply));
        stats_totals(requests->stats)->peers = peers_count(requests->peers);
    }
    zmq_msg_close(&body);
    return came;
}

bool requests_step(struct requests *requests, const struct query_now *now)
{
    if (requests->count == 0)
        return false;
    struct under_way *oldest = &requests->snapshots[requests->oldest];
    if (!query_snapshot_step(requests->query, &oldest->snapshot, now, &requests->reply))
        return true;
    send_reply(requests, &oldest->envelope, text_slice(&requests->reply));
    requests->oldest = (requests->oldest + 1) % QUERY_SNAPSHOTS_MAX;
    requests->count--;
    requests->reply = text_over(requests->image, requests->reply_max);
    return true;
}
