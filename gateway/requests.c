/* SPDX-License-Identifier: Apache-2.0 */
/* A message is [identity, the asker's own frames up to an empty one (if any), body]. The frames
 * before the body are kept as they came and stand before the reply. */
#include "gateway/requests.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "gateway/endpoints.h"
#include "gateway/peers.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define FRAMES_MAX    8    /* before the body, the identity included */
#define FRAME_MAX     255  /* bytes of each of them */
#define REQUEST_BYTES 1024 /* a longer request counts as several: reading it takes as long */

#define BIND_AGAIN_MS 1000 /* after a bind failed */

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

/* A reply that comes later. */
struct awaited {
    uint64_t tag; /* 0: this place is free */
    int64_t until_ns;
    struct envelope envelope;
    size_t id_len;
    char id[QUERY_ID_MAX];
};

struct requests {
    void *context, *socket;
    struct config_requests config;
    const struct gate *gate; /* NULL: anybody may ask */
    bool accounts;
    const char *key;             /* of its endpoints in the configuration */
    const struct rights *rights; /* NULL: nobody is known yet */
    struct query *query;
    struct stats *stats;
    struct peers *peers;
    char *answer;      /* room of replies that are made at once */
    char *image;       /* room of the oldest snapshot's */
    struct text reply; /* over `image` */
    uint32_t oldest, count;
    struct under_way snapshots[QUERY_SNAPSHOTS_MAX]; /* a ring */
    uint32_t later_count;
    struct awaited later[REQUESTS_LATER_MAX];
    int64_t bind_ns; /* 0: it is bound; else it is tried again then */
};

/* Settings: reliability.md 4.2, measured there. A reply that has no reader is an error (MANDATORY)
 * and not silence, an identity is not taken over by who comes later. */
static void *open_socket(void *context, const struct config_requests *config)
{
    const struct {
        int option;
        int value;
    } settings[] = {{ZMQ_RCVHWM, 64},         {ZMQ_SNDHWM, 256},         {ZMQ_ROUTER_MANDATORY, 1},
                    {ZMQ_ROUTER_HANDOVER, 0}, {ZMQ_HANDSHAKE_IVL, 5000}, {ZMQ_LINGER, 500},
                    {ZMQ_BACKLOG, 64}};
    int64_t message_max = config->message_max;
    void *socket = zmq_socket(context, ZMQ_ROUTER);
    for (size_t i = 0; socket != NULL && i < sizeof settings / sizeof *settings; i++)
        zmq_setsockopt(socket, settings[i].option, &settings[i].value, sizeof settings[i].value);
    if (socket != NULL) {
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
        endpoints_watch_peers(socket);
    }
    return socket;
}

static bool bind_all(struct requests *requests, char *error, size_t error_max)
{
    return endpoints_bind(requests->socket, requests->config.endpoints,
                          requests->config.endpoint_count, requests->key, error, error_max);
}

struct requests *requests_new(void *zmq_context, const struct config_requests *config,
                              const struct gate *gate, const char *domain, struct query *query,
                              struct stats *stats, char *error, size_t error_max)
{
    struct requests *requests = calloc(1, sizeof *requests);
    snprintf(error, error_max, "the request socket cannot be made: out of memory or of sockets");
    if (requests == NULL)
        return NULL;
    requests->context = zmq_context;
    requests->config = *config;
    requests->gate = gate;
    requests->accounts = gate != NULL && strcmp(domain, GATE_ACCOUNTS_REQUESTS) == 0;
    requests->key = requests->accounts ? "accounts.requests.endpoints" : "requests.endpoints";
    requests->query = query;
    requests->stats = stats;
    requests->answer = malloc(config->reply_max);
    requests->image = malloc(config->reply_max);
    requests->peers = peers_new(config->rate, config->burst, config->peers_max);
    if (requests->answer != NULL && requests->image != NULL && requests->peers != NULL)
        requests->socket = open_socket(zmq_context, config);
    if (requests->socket == NULL ||
        (gate != NULL && !gate_secure(gate, requests->socket, domain)) ||
        !bind_all(requests, error, error_max))
        requests_destroy(&requests);
    return requests;
}

static void drop_snapshots(struct requests *requests)
{
    for (uint32_t i = 0; i < QUERY_SNAPSHOTS_MAX; i++)
        query_snapshot_destroy(&requests->snapshots[i].snapshot);
    requests->oldest = requests->count = 0;
}

void requests_destroy(struct requests **requests)
{
    if (*requests == NULL)
        return;
    drop_snapshots(*requests);
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

void requests_set_rights(struct requests *requests, const struct rights *rights)
{
    requests->rights = rights;
}

static void bind_again(struct requests *requests)
{
    char error[256];
    endpoints_unbind(requests->context, requests->socket, requests->config.endpoints,
                     requests->config.endpoint_count);
    requests->bind_ns = 0;
    if (bind_all(requests, error, sizeof error))
        return;
    log_error("requests_unbound", "%s", error);
    requests->bind_ns = clock_monotonic_ns() + BIND_AGAIN_MS * NS_PER_MS;
}

/* Whoever comes next may take the name of who was cut: nothing that was asked for before may reach
 * him. */
void requests_rebind(struct requests *requests)
{
    drop_snapshots(requests);
    memset(requests->later, 0, sizeof requests->later);
    requests->later_count = 0;
    bind_again(requests);
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

static struct slice identity_of(const struct envelope *envelope)
{
    return (struct slice){envelope->frames[0].data, envelope->frames[0].len};
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
    else
        *peers_unread(requests->peers, identity_of(envelope)) += reply.len;
}

/* The query keeps to its bound, which is the ring's. */
static void keep_snapshot(struct requests *requests, struct query_snapshot *snapshot,
                          const struct envelope *envelope)
{
    ENSURE(requests->count < QUERY_SNAPSHOTS_MAX);
    uint32_t place = (requests->oldest + requests->count) % QUERY_SNAPSHOTS_MAX;
    if (requests->count == 0)
        requests->reply = text_over(requests->image, requests->config.reply_max);
    requests->snapshots[place] = (struct under_way){snapshot, *envelope};
    requests->count++;
}

/* There is one: the query was told when there was none. */
static void await(struct requests *requests, uint64_t tag, const struct envelope *envelope,
                  struct slice id, int64_t now_ns)
{
    struct awaited *free_place = requests->later;
    ENSURE(requests->later_count < REQUESTS_LATER_MAX);
    while (free_place->tag != 0)
        free_place++;
    *free_place = (struct awaited){.tag = tag,
                                   .until_ns = now_ns + REQUESTS_LATER_MS * NS_PER_MS,
                                   .envelope = *envelope,
                                   .id_len = id.len};
    memcpy(free_place->id, id.data, id.len);
    requests->later_count++;
}

static bool is_within_rate(struct requests *requests, struct slice who, size_t len, int64_t now_ns)
{
    bool allowed = peers_allow(requests->peers, who, now_ns);
    for (size_t paid = REQUEST_BYTES; allowed && paid < len; paid += REQUEST_BYTES)
        allowed = peers_allow(requests->peers, who, now_ns);
    return allowed;
}

/* What a client has read is not told. But libzmq hands over what it has while the connection takes
 * more: if that is writable, nothing waits here; while it is not, all that went to it since may.
 * SNDHWM alone would let 256 of the largest replies wait. */
static bool is_reading(struct requests *requests, struct slice identity, zmq_msg_t *body)
{
    struct pollfd connection = {zmq_msg_get(body, ZMQ_SRCFD), POLLOUT, 0};
    uint64_t *unread = peers_unread(requests->peers, identity);
    if (connection.fd < 0 || poll(&connection, 1, 0) != 0)
        *unread = 0;
    return *unread < (uint64_t)REQUESTS_UNREAD_LARGER * requests->config.reply_max;
}

/* The name that libzmq gives: nobody can take that of another who has left, and get his replies. */
static bool is_given_name(struct slice identity)
{
    return identity.len == 5 && identity.data[0] == '\0';
}

/* Who asks: his rights by his key, his bounds by his key or else by his connection. */
static void know(struct requests *requests, struct slice identity, zmq_msg_t *body, int64_t now_ns,
                 struct query_asker *asker)
{
    const char *key = requests->gate != NULL ? zmq_msg_gets(body, "User-Id") : NULL;
    struct slice who = key != NULL ? slice_of(key) : identity;
    *asker = (struct query_asker){.accounts = requests->accounts,
                                  .secured = requests->gate != NULL,
                                  .full = requests->later_count == REQUESTS_LATER_MAX,
                                  .limits = &requests->config};
    if (key != NULL && requests->rights != NULL)
        asker->client = rights_find(requests->rights, who);
    if (!is_within_rate(requests, who, zmq_msg_size(body), now_ns))
        asker->busy = "more requests a second than `rate` allows";
    else if (!is_reading(requests, identity, body))
        asker->busy = "too many replies wait for you unread";
}

static void answer(struct requests *requests, const struct envelope *envelope, zmq_msg_t *body,
                   const struct query_now *now)
{
    struct slice identity = identity_of(envelope);
    struct text reply = text_over(requests->answer, requests->config.reply_max);
    struct query_pending pending = {0};
    struct query_asker asker;
    struct fault fault;
    bool done = true;
    know(requests, identity, body, now->monotonic_ns, &asker);
    if (asker.secured && !is_given_name(identity)) {
        fault_set(&fault, FAULT_BAD_REQUEST,
                  "behind CURVE a client has no name of its own: leave ZMQ_ROUTING_ID unset");
        query_reply_fault(requests->query, &reply, SLICE("null"), &fault);
    } else {
        done = query_answer(requests->query, (struct slice){zmq_msg_data(body), zmq_msg_size(body)},
                            &asker, now, &reply, &pending);
    }
    if (done)
        send_reply(requests, envelope, text_slice(&reply));
    else if (pending.snapshot != NULL)
        keep_snapshot(requests, pending.snapshot, envelope);
    else
        await(requests, pending.tag, envelope, text_slice(&reply), now->monotonic_ns);
    stats_totals(requests->stats)->peers = peers_count(requests->peers);
}

bool requests_receive(struct requests *requests, const struct query_now *now)
{
    struct envelope envelope;
    zmq_msg_t body;
    bool sound;
    zmq_msg_init(&body);
    bool came = receive(requests, &envelope, &body, &sound);
    if (came && !sound)
        stats_totals(requests->stats)->requests_malformed++;
    else if (came)
        answer(requests, &envelope, &body, now);
    zmq_msg_close(&body);
    return came;
}

static struct awaited *find_awaited(struct requests *requests, uint64_t tag)
{
    for (size_t i = 0; i < REQUESTS_LATER_MAX && requests->later_count > 0; i++)
        if (requests->later[i].tag == tag)
            return &requests->later[i];
    return NULL;
}

/* `fault` NULL: the result. */
static bool answer_later(struct requests *requests, struct awaited *awaited, struct slice result,
                         const struct fault *fault)
{
    if (awaited == NULL)
        return false;
    struct text reply = text_over(requests->answer, requests->config.reply_max);
    struct slice id = {awaited->id, awaited->id_len};
    if (fault != NULL)
        query_reply_fault(requests->query, &reply, id, fault);
    else
        query_reply_result(requests->query, &reply, id, result);
    send_reply(requests, &awaited->envelope, text_slice(&reply));
    awaited->tag = 0;
    requests->later_count--;
    return true;
}

bool requests_answer(struct requests *requests, uint64_t tag, struct slice result)
{
    return answer_later(requests, find_awaited(requests, tag), result, NULL);
}

bool requests_refuse(struct requests *requests, uint64_t tag, const struct fault *fault)
{
    return answer_later(requests, find_awaited(requests, tag), (struct slice){0}, fault);
}

static void give_up(struct requests *requests, int64_t now_ns)
{
    struct fault fault;
    fault_set(&fault, FAULT_BUSY, "no answer within %d s, ask again", REQUESTS_LATER_MS / 1000);
    for (size_t i = 0; i < REQUESTS_LATER_MAX && requests->later_count > 0; i++)
        if (requests->later[i].tag != 0 && now_ns >= requests->later[i].until_ns)
            answer_later(requests, &requests->later[i], (struct slice){0}, &fault);
}

bool requests_step(struct requests *requests, const struct query_now *now)
{
    if (requests->later_count > 0)
        give_up(requests, now->monotonic_ns);
    if (requests->bind_ns != 0 && now->monotonic_ns >= requests->bind_ns)
        bind_again(requests);
    if (requests->count == 0)
        return false;
    struct under_way *oldest = &requests->snapshots[requests->oldest];
    if (!query_snapshot_step(requests->query, &oldest->snapshot, now, &requests->reply))
        return true;
    send_reply(requests, &oldest->envelope, text_slice(&requests->reply));
    requests->oldest = (requests->oldest + 1) % QUERY_SNAPSHOTS_MAX;
    requests->count--;
    requests->reply = text_over(requests->image, requests->config.reply_max);
    return true;
}
