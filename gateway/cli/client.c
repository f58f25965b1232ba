/* SPDX-License-Identifier: Apache-2.0 */
/* The late join and the counting of holes, for the commands: see the header. */
#include "gateway/cli/client.h"

#include "common/clock.h"
#include "common/map.h"
#include "common/random.h"
#include "common/secret.h"
#include "gateway/certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define TOPICS_MAX   262144
#define NONCE_MAX    24
#define REQUEST_WAIT 3000u
#define MARKER_WAIT  1000u
#define MARKER_TRIES 5

struct seen {
    uint64_t epoch;
    uint64_t seq;
};

struct client {
    void *context;
    void *feed;
    void *requests;
    struct map *topics; /* name -> index of `seen` */
    struct seen *seen;
    uint64_t next_id;
};

/* The keys of one connection, in Z85; `server` empty: it is not guarded. */
struct keys {
    struct certificate own;
    char server[CERTIFICATE_KEY_MAX];
};

static bool read_server(const char *server, char *key)
{
    struct certificate certificate;
    const char *why = NULL;
    if (strlen(server) == CERTIFICATE_KEY_MAX - 1 && strchr(server, '/') == NULL)
        memcpy(certificate.public_key, server, CERTIFICATE_KEY_MAX);
    else
        why = certificate_read(server, CERTIFICATE_PUBLIC, &certificate, NULL);
    if (why != NULL)
        fprintf(stderr, "tickgate: %s: %s\n", server, why);
    else
        memcpy(key, certificate.public_key, CERTIFICATE_KEY_MAX);
    return why == NULL;
}

static bool read_keys(const struct client_way *way, struct keys *keys)
{
    memset(keys, 0, sizeof *keys);
    if (way->key == NULL && way->server == NULL)
        return true;
    if (way->key == NULL || way->server == NULL) {
        fprintf(stderr, "tickgate: --key and --server belong together\n");
        return false;
    }
    const char *why = certificate_read(way->key, CERTIFICATE_WHOLE, &keys->own, NULL);
    if (why != NULL)
        fprintf(stderr, "tickgate: %s: %s\n", way->key, why);
    return why == NULL && read_server(way->server, keys->server);
}

static bool set_keys(void *socket, const struct keys *keys)
{
    const struct certificate *own = &keys->own;
    return keys->server[0] == '\0' ||
           (zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own->public_key, CERTIFICATE_KEY_MAX) ==
                0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret_key, CERTIFICATE_KEY_MAX) ==
                0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server, CERTIFICATE_KEY_MAX) == 0);
}

static void *open_socket(struct client *client, int type, const char *endpoint,
                         const struct keys *keys)
{
    /* Without SNDHWM 0 a SUB silently loses its subscriptions beyond 1000. */
    int linger = 0, unlimited = 0, receive = 200000;
    void *socket = zmq_socket(client->context, type);
    if (socket == NULL)
        return NULL;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (type == ZMQ_SUB) {
        zmq_setsockopt(socket, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
        zmq_setsockopt(socket, ZMQ_RCVHWM, &receive, sizeof receive);
    }
    if (set_keys(socket, keys) && zmq_connect(socket, endpoint) == 0)
        return socket;
    fprintf(stderr, "tickgate: %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
    zmq_close(socket);
    return NULL;
}

struct client *client_new(const struct client_way *way)
{
    struct keys keys;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->context = zmq_ctx_new();
    client->topics = map_new(TOPICS_MAX);
    client->seen = calloc(TOPICS_MAX, sizeof *client->seen);
    if (read_keys(way, &keys)) {
        client->feed = open_socket(client, ZMQ_SUB, way->feed, &keys);
        client->requests = open_socket(client, ZMQ_DEALER, way->requests, &keys);
    }
    secret_wipe(&keys, sizeof keys);
    if (client->topics == NULL || client->seen == NULL || client->feed == NULL ||
        client->requests == NULL)
        client_destroy(&client);
    return client;
}

void client_destroy(struct client **client)
{
    if (*client == NULL)
        return;
    if ((*client)->feed != NULL)
        zmq_close((*client)->feed);
    if ((*client)->requests != NULL)
        zmq_close((*client)->requests);
    zmq_ctx_term((*client)->context);
    map_destroy(&(*client)->topics);
    free((*client)->seen);
    free(*client);
    *client = NULL;
}

static bool wait_for(void *socket, int64_t deadline_ns)
{
    int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / NS_PER_MS;
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, left_ms > 0 ? (long)left_ms : 0) > 0;
}

/* A reply of an older request that we gave up on is passed over: it has another id. */
json_t *client_request(struct client *client, json_t *request, uint32_t timeout_ms)
{
    int64_t deadline_ns = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    json_int_t id = (json_int_t)++client->next_id;
    json_object_set_new(request, "id", json_integer(id));
    char *text = json_dumps(request, JSON_COMPACT);
    if (text == NULL)
        return NULL;
    zmq_send(client->requests, text, strlen(text), 0);
    free(text);
    while (wait_for(client->requests, deadline_ns)) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        json_t *reply = NULL;
        if (zmq_msg_recv(&message, client->requests, 0) >= 0)
            reply = json_loadb(zmq_msg_data(&message), zmq_msg_size(&message), 0, NULL);
        zmq_msg_close(&message);
        if (reply != NULL && json_integer_value(json_object_get(reply, "id")) == id)
            return reply;
        json_decref(reply);
    }
    return NULL;
}

json_t *client_result(json_t *reply)
{
    if (reply == NULL) {
        fprintf(stderr, "tickgate: no answer from the gateway (is \"tickgate run\" up, is this its "
                        "requests endpoint, and does your key fit where one is needed?)\n");
        return NULL;
    }
    if (json_is_true(json_object_get(reply, "ok")))
        return json_object_get(reply, "result");
    json_t *error = json_object_get(reply, "error");
    fprintf(stderr, "tickgate: %s: %s\n", json_string_value(json_object_get(error, "code")),
            json_string_value(json_object_get(error, "message")));
    return NULL;
}

static struct seen *seen_of(struct client *client, const char *topic)
{
    uint32_t index;
    if (map_get(client->topics, slice_of(topic), &index))
        return &client->seen[index];
    index = (uint32_t)map_count(client->topics);
    return map_put(client->topics, slice_of(topic), index) ? &client->seen[index] : NULL;
}

/* One event of the feed: old ones are dropped, a hole is told before the event behind it. */
static bool take_event(struct client *client, const char *topic, const char *body,
                       const json_t *event, client_take *take, void *context)
{
    uint64_t epoch = (uint64_t)json_integer_value(json_object_get(event, "epoch"));
    json_t *number = json_object_get(event, "seq");
    struct seen *seen = seen_of(client, topic);
    struct client_message message = {
        .note = CLIENT_EVENT, .topic = topic, .body = body, .event = event};
    if (seen == NULL || number == NULL)
        return take(context, &message);
    uint64_t seq = (uint64_t)json_integer_value(number);
    if (epoch < seen->epoch || (epoch == seen->epoch && seq <= seen->seq))
        return true;
    uint64_t expected = epoch == seen->epoch ? seen->seq + 1 : seen->epoch == 0 ? seq : 1;
    *seen = (struct seen){epoch, seq};
    if (seq > expected) {
        struct client_message hole = message;
        hole.note = CLIENT_HOLE;
        hole.missed = seq - expected;
        if (!take(context, &hole))
            return false;
    }
    return take(context, &message);
}

/* Receives one message of the feed; the topic is terminated. False: not two frames of ours. */
static bool receive(struct client *client, char *topic, size_t topic_max, char **body)
{
    int topic_len = zmq_recv(client->feed, topic, topic_max - 1, 0);
    int more = 0;
    size_t more_len = sizeof more;
    zmq_getsockopt(client->feed, ZMQ_RCVMORE, &more, &more_len);
    bool ours = topic_len >= 0 && (size_t)topic_len < topic_max && more;
    *body = NULL;
    for (int frames = 1; more; frames++) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, client->feed, 0) < 0)
            break;
        more = zmq_msg_more(&message);
        if (ours && frames == 1 && !more)
            *body = strndup(zmq_msg_data(&message), zmq_msg_size(&message));
        zmq_msg_close(&message);
    }
    if (*body != NULL)
        topic[topic_len] = '\0';
    return *body != NULL;
}

bool client_read(struct client *client, uint32_t timeout_ms, client_take *take, void *context)
{
    int64_t deadline_ns = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    bool ended = false;
    while (!ended && wait_for(client->feed, deadline_ns)) {
        char topic[256];
        char *body;
        if (!receive(client, topic, sizeof topic, &body))
            continue;
        json_t *event = json_loads(body, 0, NULL);
        if (event != NULL && strncmp(topic, "sync.", 5) != 0)
            ended = !take_event(client, topic, body, event, take, context);
        json_decref(event);
        free(body);
    }
    return ended;
}

/* Passes over what comes before the marker: the images hold it. */
static bool marker_came(struct client *client, const char *marker)
{
    int64_t deadline_ns = clock_monotonic_ns() + MARKER_WAIT * NS_PER_MS;
    bool came = false;
    while (!came && wait_for(client->feed, deadline_ns)) {
        char topic[256];
        char *body;
        if (!receive(client, topic, sizeof topic, &body))
            continue;
        came = strcmp(topic, marker) == 0;
        free(body);
    }
    return came;
}

static json_t *ask_snapshot(struct client *client, const char *const *prefixes, size_t count,
                            const char *nonce, json_t *after)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(prefixes[i]));
    json_t *request = json_pack("{s:s, s:o}", "op", "snapshot", "prefixes", list);
    if (after != NULL)
        json_object_set(request, "after", after);
    else
        json_object_set_new(request, "sync", json_string(nonce));
    json_t *reply = client_request(client, request, REQUEST_WAIT);
    json_decref(request);
    return reply;
}

/* An image's topic is put together as the gateway does: kind.exchange.symbol.[interval.]. Its parts
 * need no escape here that its own topic field would not have; the gateway says it. */
static bool take_images(struct client *client, json_t *images, client_take *take, void *context)
{
    size_t i;
    json_t *image;
    json_array_foreach(images, i, image)
    {
        const char *topic = json_string_value(json_object_get(image, "topic"));
        json_t *event = json_object_get(image, "event");
        struct seen *seen = topic != NULL ? seen_of(client, topic) : NULL;
        if (seen == NULL)
            continue;
        *seen = (struct seen){(uint64_t)json_integer_value(json_object_get(event, "epoch")),
                              (uint64_t)json_integer_value(json_object_get(event, "seq"))};
        char *body = json_dumps(event, JSON_COMPACT);
        struct client_message message = {
            .note = CLIENT_IMAGE, .topic = topic, .body = body, .event = event};
        bool more = take(context, &message);
        free(body);
        if (!more)
            return false;
    }
    return true;
}

bool client_join(struct client *client, const char *const *prefixes, size_t count,
                 client_take *take, void *context)
{
    for (size_t i = 0; i < count; i++)
        zmq_setsockopt(client->feed, ZMQ_SUBSCRIBE, prefixes[i], strlen(prefixes[i]));
    for (int try = 0; try < MARKER_TRIES; try++) {
        char nonce[NONCE_MAX], marker[NONCE_MAX + 8];
        snprintf(nonce, sizeof nonce, "%016" PRIx64, random_entropy());
        snprintf(marker, sizeof marker, "sync.%s.", nonce);
        zmq_setsockopt(client->feed, ZMQ_SUBSCRIBE, marker, strlen(marker));
        json_t *reply = ask_snapshot(client, prefixes, count, nonce, NULL);
        json_t *result = client_result(reply);
        bool joined = result != NULL && marker_came(client, marker);
        zmq_setsockopt(client->feed, ZMQ_UNSUBSCRIBE, marker, strlen(marker));
        if (result == NULL) {
            json_decref(reply);
            return false;
        }
        bool more = joined;
        while (more) {
            more = take_images(client, json_object_get(result, "images"), take, context);
            json_t *next = more ? json_incref(json_object_get(result, "next")) : NULL;
            json_decref(reply);
            reply = next != NULL ? ask_snapshot(client, prefixes, count, NULL, next) : NULL;
            json_decref(next);
            result = reply != NULL ? client_result(reply) : NULL;
            more = result != NULL;
        }
        json_decref(reply);
        if (joined)
            return true;
    }
    fprintf(stderr, "tickgate: the gateway answers requests, but nothing comes from its feed (is "
                    "this its feed endpoint?)\n");
    return false;
}
