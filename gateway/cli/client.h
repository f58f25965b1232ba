/* SPDX-License-Identifier: Apache-2.0 */
/* Client: what the commands use of a running gateway: requests, and a subscription with a late
 * join, as docs/WIRE.md tells any client to do it: subscribe, wait for the marker, take the images,
 * drop what they hold already, notice every hole. One thread. */
#ifndef TICKGATE_GATEWAY_CLI_CLIENT_H
#define TICKGATE_GATEWAY_CLI_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define CLIENT_FEED     "tcp://127.0.0.1:7700"
#define CLIENT_REQUESTS "tcp://127.0.0.1:7701"
#define CLIENT_ACCOUNTS "tcp://127.0.0.1:7702"

/* Where the gateway is, and with which key it is spoken to. */
struct client_way {
    const char *feed, *requests; /* endpoints */
    const char *key;    /* file of our certificate, NAME.key_secret; NULL: nothing is guarded */
    const char *server; /* the gateway's public key, or the file server.key that holds it */
};

/* The options of every command that goes this way; the endpoints' are its own. */
#define CLIENT_KEY_OPTIONS(way)                                                                    \
    {"key", 0, OPTION_TEXT, &(way).key, "FILE", "your key, as tickgate keys new made it"},         \
    {                                                                                              \
        "server", 0, OPTION_TEXT, &(way).server, "KEY",                                            \
            "the gateway's public key, or its server.key"                                          \
    }

struct client;

/* Connects nothing yet; NULL with a message on standard error if an endpoint or a key is no good.
 */
struct client *client_new(const struct client_way *way);
void client_destroy(struct client **client);

/* Sends one request and waits for its reply; NULL when none came in time. The caller owns the
 * reply. */
json_t *client_request(struct client *client, json_t *request, uint32_t timeout_ms);
/* The `result` of a reply (borrowed), or NULL after printing its error (or that nobody answered).
 */
json_t *client_result(json_t *reply);

enum client_note { CLIENT_IMAGE, CLIENT_EVENT, CLIENT_HOLE };

/* Something came: a topic, its event as it stands on the wire and parsed. CLIENT_HOLE: `missed`
 * events were lost just before this one. False ends the reading. */
struct client_message {
    enum client_note note;
    const char *topic;
    const char *body;
    const json_t *event;
    uint64_t missed;
};
typedef bool client_take(void *context, const struct client_message *message);

/* Subscribes to the prefixes and joins. False when nobody answers (said on standard error). */
bool client_join(struct client *client, const char *const *prefixes, size_t count,
                 client_take *take, void *context);
/* Reads for at most `timeout_ms`, or until `take` says false. True if it said so. */
bool client_read(struct client *client, uint32_t timeout_ms, client_take *take, void *context);

#endif
