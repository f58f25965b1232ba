/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the public sockets, and of what else is a request socket. */
#include "gateway/address.h"
#include "gateway/config_parts.h"

#define MIB          (1024u * 1024u)
#define IPC_PATH_MAX 107 /* bytes: the system's */

#define CONFIG(field) offsetof(struct config, field)

static void check_feed_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void check_request_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into);

const struct yaml_key config_feed_keys[] = {
    {"endpoints", YAML_TEXTS, CONFIG(feed.endpoints), CONFIG_ENDPOINTS, 128,
     "where the feed (XPUB) is bound, at most 4: tcp://address:port, ipc://path",
     CONFIG(feed.endpoint_count), NULL, check_feed_endpoint},
    {"hwm", YAML_COUNT, CONFIG(feed.hwm), 1000, 1000000,
     "messages kept for a subscriber that does not read; beyond, it loses the newest", 0, NULL,
     NULL},
    {"max_subscriptions", YAML_COUNT, CONFIG(feed.max_subscriptions), 100, 10000000,
     "prefixes of all subscribers together; beyond, the feed is bound anew and all reconnect", 0,
     NULL, NULL},
    {"queue", YAML_SIZE, CONFIG(feed.queue_max), CONFIG_FEED_QUEUE_MIN, 1024 * MIB,
     "bytes between manager and publisher; beyond, messages are dropped and counted", 0, NULL,
     NULL},
    {0}};

#define REQUESTS(field) offsetof(struct config_requests, field)

const struct yaml_key config_request_keys[] = {
    {"endpoints", YAML_TEXTS, REQUESTS(endpoints), CONFIG_ENDPOINTS, 128,
     "where requests (ROUTER) are bound, at most 4: tcp://address:port, ipc://path",
     REQUESTS(endpoint_count), NULL, check_request_endpoint},
    {"message_max", YAML_SIZE, REQUESTS(message_max), 1024, MIB,
     "bytes of one request; who sends a larger one is cut off", 0, NULL, NULL},
    {"reply_max", YAML_SIZE, REQUESTS(reply_max), 65536, 16 * MIB,
     "bytes of one reply; what does not fit is paged, or answered `too_large`; while four times "
     "as much waits for a client unread, `busy`",
     0, NULL, NULL},
    {"rate", YAML_COUNT, REQUESTS(rate), 1, 1000000,
     "requests a second of one client; beyond, `busy`", 0, NULL, NULL},
    {"burst", YAML_COUNT, REQUESTS(burst), 1, 1000000,
     "requests of one client at once; beyond, `busy`", 0, NULL, NULL},
    {"peers_max", YAML_COUNT, REQUESTS(peers_max), 16, 65536,
     "clients whose rate is remembered; beyond, the one heard least recently is forgotten", 0, NULL,
     NULL},
    {0}};

/* Endpoints are checked here and not by libzmq alone: it knows transports (norm, pgm, ws) that are
 * not ours. */
bool config_check_endpoint(struct yaml_reader *reader, const yaml_node_t *node,
                           struct address *address)
{
    const char *endpoint = yaml_text(node);
    if (strncmp(endpoint, "ipc://", 6) == 0) {
        if (endpoint[6] == '\0' || strlen(endpoint + 6) > IPC_PATH_MAX)
            yaml_error(reader, node, "endpoints: \"%.80s\": expected a path of 1 to %d bytes",
                       endpoint, IPC_PATH_MAX);
        return false;
    }
    if (address_read(endpoint, "tcp://", address) && address->port != 0 && *address->path == '\0')
        return true;
    yaml_error(reader, node, "endpoints: \"%.80s\": expected tcp://address:port or ipc://path",
               endpoint);
    return false;
}

/* `guard` NULL: it is always behind CURVE. */
static void check_open(struct yaml_reader *reader, const yaml_node_t *node, const bool *guard)
{
    struct config_reading *reading = reader->context;
    struct address address;
    if (!config_check_endpoint(reader, node, &address) || guard == NULL ||
        address_is_loopback(&address) || reading->open_count == 2 * CONFIG_ENDPOINTS)
        return;
    struct config_open *open = &reading->open[reading->open_count++];
    open->guard = guard;
    open->line = (int)node->start_mark.line + 1;
    open->column = (int)node->start_mark.column + 1;
    snprintf(open->text, sizeof open->text, "%s", yaml_text(node));
}

static void check_feed_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    check_open(reader, node, &((struct config *)into)->security.feed);
}

static void check_request_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config *config = ((struct config_reading *)reader->context)->config;
    check_open(reader, node, into == &config->requests ? &config->security.requests : NULL);
}
