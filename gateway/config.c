/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of configuration keys, and what no single key can say: which exchanges there are, that
 * an address beyond loopback needs a word of its own, that names are used once. */
#include "gateway/config.h"

#include "gateway/yaml_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS 3600000u
#define MIB     (1024u * 1024u)

/* What the custom readers need beside the struct they fill. */
struct reading {
    struct config *config;
    struct config_errors *errors;
};

#define CONFIG(field) offsetof(struct config, field)

static const struct yaml_key feed_keys[] = {
    {"endpoints", YAML_TEXTS, CONFIG(feed.endpoints), CONFIG_ENDPOINTS, 128,
     "where the feed (XPUB) is bound", CONFIG(feed.endpoint_count), NULL, NULL},
    {"hwm", YAML_COUNT, CONFIG(feed.hwm), 1000, 1000000, "messages kept for one slow subscriber", 0,
     NULL, NULL},
    {"max_subscriptions", YAML_COUNT, CONFIG(feed.max_subscriptions), 100, 10000000,
     "prefixes of all subscribers; past it the feed is bound anew", 0, NULL, NULL},
    {"queue", YAML_SIZE, CONFIG(feed.queue_max), MIB, 1024 * MIB,
     "bytes between manager and publisher", 0, NULL, NULL},
    {0}};

static const struct yaml_key request_keys[] = {
    {"endpoints", YAML_TEXTS, CONFIG(requests.endpoints), CONFIG_ENDPOINTS, 128,
     "where requests (ROUTER) are bound", CONFIG(requests.endpoint_count), NULL, NULL},
    {"message_max", YAML_SIZE, CONFIG(requests.message_max), 1024, MIB, "bytes of one request", 0,
     NULL, NULL},
    {"reply_max", YAML_SIZE, CONFIG(requests.reply_max), 65536, 16 * MIB, "bytes of one reply", 0,
     NULL, NULL},
    {"rate", YAML_COUNT, CONFIG(requests.rate), 1, 1000000, "requests a second of one client", 0,
     NULL, NULL},
    {"burst", YAML_COUNT, CONFIG(requests.burst), 1, 1000000, "requests of one client at once", 0,
     NULL, NULL},
    {"peers_max", YAML_COUNT, CONFIG(requests.peers_max), 16, 65536,
     "clients whose rate is remembered", 0, NULL, NULL},
    {0}};

static const struct yaml_key cache_keys[] = {
    {"size", YAML_COUNT, CONFIG(cache.size), 1, 1000000, "quotes kept for quote.get", 0, NULL,
     NULL},
    {"expiry", YAML_DURATION, CONFIG(cache.expiry_ms), 1, 24 * HOUR_MS,
     "after which a quote is no longer given", 0, NULL, NULL},
    {"sweep", YAML_DURATION, CONFIG(cache.sweep_ms), 100, HOUR_MS,
     "how often expired quotes are dropped", 0, NULL, NULL},
    {0}};

static const struct yaml_key pool_keys[] = {
    {"max", YAML_COUNT, CONFIG(pool.max), 1, 256, "connectors at once", 0, NULL, NULL},
    {"idle_timeout", YAML_DURATION, CONFIG(pool.idle_timeout_ms), 0, 24 * HOUR_MS,
     "a connector without subscriptions is closed after it; 0s never", 0, NULL, NULL},
    {0}};

static const struct yaml_key fetch_keys[] = {
    {"queue", YAML_COUNT, CONFIG(fetch.queue_max), 16, 65536,
     "REST calls and look-ups that may wait", 0, NULL, NULL},
    {"weight_percent", YAML_COUNT, CONFIG(fetch.weight_percent), 1, 100,
     "of an exchange's REST weight that is used", 0, NULL, NULL},
    {"parallel", YAML_COUNT, CONFIG(fetch.parallel_max), 1, 64,
     "REST calls at once to one exchange", 0, NULL, NULL},
    {"dns_keep", YAML_DURATION, CONFIG(fetch.dns_keep_ms), 0, 168 * HOUR_MS,
     "how long the last good addresses serve when names cannot be looked up", 0, NULL, NULL},
    {0}};

static const struct yaml_key limit_keys[] = {
    {"connections", YAML_COUNT, CONFIG(connections_max), 1, 65536, "open connections", 0, NULL,
     NULL},
    {"symbols", YAML_COUNT, CONFIG(symbols_max), 1, 65536, "symbols of one connection", 0, NULL,
     NULL},
    {"topics", YAML_COUNT, CONFIG(topics_max), 16, 1000000, "topics of one connector", 0, NULL,
     NULL},
    {"book_levels", YAML_COUNT, CONFIG(book_levels_max), 20, 20000,
     "levels kept on a side of a book", 0, NULL, NULL},
    {"bus_batch", YAML_SIZE, CONFIG(bus_batch_max), 65536, 16 * MIB,
     "bytes of one message on the bus", 0, NULL, NULL},
    {"bus_queue", YAML_SIZE, CONFIG(bus_queue_max), MIB, 1024 * MIB,
     "bytes under way from one connector", 0, NULL, NULL},
    {0}};

#define CONNECTOR(field) offsetof(struct config_exchange, connector.field)

static const struct yaml_key exchange_keys[] = {
    {"enabled", YAML_SWITCH, offsetof(struct config_exchange, enabled), 0, 0,
     "whether it is used at all", 0, NULL, NULL},
    {"websocket", YAML_TEXT, CONNECTOR(websocket), 1, FETCH_URL_MAX - 1,
     "base of its WebSocket, wss://host:port; ws:// to loopback only", 0, NULL, NULL},
    {"rest", YAML_TEXT, CONNECTOR(rest), 1, FETCH_URL_MAX - 1,
     "base of its REST, https://host; http:// to loopback only", 0, NULL, NULL},
    {"ca_file", YAML_TEXT, CONNECTOR(ca_file), 0, FETCH_URL_MAX - 1,
     "PEM file of the authorities to trust instead of the system's", 0, NULL, NULL},
    {"connect_timeout", YAML_DURATION, CONNECTOR(connect_timeout_ms), 100, 60000, "for TCP and TLS",
     0, NULL, NULL},
    {"upgrade_timeout", YAML_DURATION, CONNECTOR(upgrade_timeout_ms), 100, 60000,
     "for the answer to the upgrade", 0, NULL, NULL},
    {"backoff_min", YAML_DURATION, CONNECTOR(backoff_min_ms), 10, 60000,
     "between attempts, at the least", 0, NULL, NULL},
    {"backoff_max", YAML_DURATION, CONNECTOR(backoff_max_ms), 100, HOUR_MS,
     "between attempts, at the most", 0, NULL, NULL},
    {"backoff_reset", YAML_DURATION, CONNECTOR(backoff_reset_ms), 0, HOUR_MS,
     "a session has to live so long before the wait begins at its minimum again", 0, NULL, NULL},
    {"ping_idle", YAML_DURATION, CONNECTOR(ping_idle_ms), 100, HOUR_MS,
     "we ping a session that was silent so long", 0, NULL, NULL},
    {"hangup", YAML_DURATION, CONNECTOR(hangup_ms), 200, HOUR_MS,
     "a session that was silent so long is dead", 0, NULL, NULL},
    {"stale", YAML_DURATION, CONNECTOR(stale_ms), 100, HOUR_MS,
     "topics of a session without data so long are stale", 0, NULL, NULL},
    {"silent", YAML_DURATION, CONNECTOR(silent_ms), 100, HOUR_MS,
     "a subscription that never had data is called silent after it", 0, NULL, NULL},
    {"streams_per_session", YAML_COUNT, CONNECTOR(streams_per_session), 1, 1024,
     "streams on one WebSocket", 0, NULL, NULL},
    {"book_depth", YAML_COUNT, CONNECTOR(book_depth), 5, 5000, "levels a side asked of a snapshot",
     0, NULL, NULL},
    {"book_buffer", YAML_SIZE, CONNECTOR(book_buffer_max), 65536, 256 * MIB,
     "deltas of one book kept while its snapshot is under way", 0, NULL, NULL},
    {"snapshot_tries", YAML_COUNT, CONNECTOR(snapshot_tries), 1, 100,
     "snapshots in a row before a pause", 0, NULL, NULL},
    {"snapshots_parallel", YAML_COUNT, CONNECTOR(snapshots_parallel), 1, 64,
     "snapshots under way at once", 0, NULL, NULL},
    {0}};

#define CONNECTION(field) offsetof(struct config_connection, field)

static void read_connection_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_symbols(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_exchanges(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_connections(struct yaml_reader *reader, yaml_node_t *node, void *into);

static const struct yaml_key connection_keys[] = {
    {"name", YAML_TEXT, CONNECTION(name), 1, 64, "what you call it", 0, NULL, NULL},
    {"exchange", YAML_CUSTOM, 0, 0, 0, "one of the exchanges", 0, NULL, read_connection_exchange},
    {"type", YAML_TEXT, CONNECTION(type), 1, 23,
     "price_feed, trade_feed, order_book or candle_feed", 0, NULL, NULL},
    {"interval", YAML_TEXT, CONNECTION(interval), 1, VARIANT_MAX, "of a candle_feed: 1m, 1h ...", 0,
     NULL, NULL},
    {"symbols", YAML_CUSTOM, 0, 0, 0, "a list such as [BTC-USDT, ETH-USDT]", 0, NULL, read_symbols},
    {0}};

static const struct yaml_key top_keys[] = {
    {"state_dir", YAML_TEXT, CONFIG(state_dir), 1, 511,
     "directory that holds what outlives a start", 0, NULL, NULL},
    {"insecure", YAML_SWITCH, CONFIG(insecure), 0, 0,
     "allow endpoints beyond this host although nothing guards them", 0, NULL, NULL},
    {"stats", YAML_DURATION, CONFIG(stats_ms), 100, HOUR_MS, "how often sys.stats. goes out", 0,
     NULL, NULL},
    {"feed", YAML_SECTION, 0, 0, 0, "the public feed", 0, feed_keys, NULL},
    {"requests", YAML_SECTION, 0, 0, 0, "the request sockets", 0, request_keys, NULL},
    {"cache", YAML_SECTION, 0, 0, 0, "the price cache behind quote.get", 0, cache_keys, NULL},
    {"pool", YAML_SECTION, 0, 0, 0, "the connectors", 0, pool_keys, NULL},
    {"fetch", YAML_SECTION, 0, 0, 0, "REST calls and name look-ups", 0, fetch_keys, NULL},
    {"limits", YAML_SECTION, 0, 0, 0, "what may grow, and how far", 0, limit_keys, NULL},
    {"exchanges", YAML_CUSTOM, 0, 0, 0, "name: settings, for each exchange that is used", 0,
     exchange_keys, read_exchanges},
    {"connections", YAML_CUSTOM, 0, 0, 0, "a list of what is opened at start", 0, connection_keys,
     read_connections},
    {0}};

/* "127.0.0.0/8", "[::1]" or "localhost" right behind "scheme://". */
static bool loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 ||
           (strncmp(host, "localhost", 9) == 0 &&
            (host[9] == '\0' || host[9] == ':' || host[9] == '/'));
}

static bool url_allowed(const char *url, const char *secure, const char *plain)
{
    if (strncmp(url, secure, strlen(secure)) == 0)
        return url[strlen(secure)] != '\0';
    return strncmp(url, plain, strlen(plain)) == 0 && loopback(url + strlen(plain));
}

static struct config_exchange *find_exchange(struct config *config, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < config->exchange_count; i++)
        if (strcmp(config->exchanges[i].exchange->name, name) == 0)
            return &config->exchanges[i];
    return NULL;
}

static void unknown_exchange(struct yaml_reader *reader, yaml_node_t *node)
{
    struct config *config = ((struct reading *)reader->context)->config;
    const char *names[CONFIG_EXCHANGES];
    for (uint32_t i = 0; i < config->exchange_count; i++)
        names[i] = config->exchanges[i].exchange->name;
    const char *word = yaml_text(node) != NULL ? yaml_text(node) : "";
    const char *meant = yaml_nearest(word, names, config->exchange_count);
    yaml_error(reader, node, "unknown exchange \"%.40s\"; %s \"%s\"", word,
               meant ? "did you mean" : "known are", meant ? meant : names[0]);
}

static void read_exchanges(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    yaml_node_t *key, *value;
    if (node->type != YAML_MAPPING_NODE)
        yaml_error(reader, node,
                   "exchanges: expected a name and settings for each, such as \"binance: {enabled: "
                   "true}\"");
    for (size_t i = 0; yaml_pair(reader, node, i, &key, &value); i++) {
        struct config_exchange *exchange = find_exchange(into, yaml_text(key));
        if (exchange == NULL) {
            unknown_exchange(reader, key);
            continue;
        }
        exchange->enabled = true;
        yaml_read_mapping(reader, value, exchange_keys, exchange);
        const struct connector_config *connector = &exchange->connector;
        if (!url_allowed(connector->websocket, "wss://", "ws://"))
            yaml_error(reader, value,
                       "websocket: \"%.80s\": expected wss://host[:port], or ws:// to this host",
                       connector->websocket);
        if (!url_allowed(connector->rest, "https://", "http://"))
            yaml_error(reader, value,
                       "rest: \"%.80s\": expected https://host[:port], or http:// to this host",
                       connector->rest);
        if (connector->backoff_min_ms > connector->backoff_max_ms)
            yaml_error(reader, value, "backoff_min is larger than backoff_max");
        if (connector->ping_idle_ms >= connector->hangup_ms)
            yaml_error(reader, value,
                       "ping_idle must be shorter than hangup, or no ping can save a session");
    }
}

static void read_connection_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config_connection *connection = into;
    struct config_exchange *exchange =
        find_exchange(((struct reading *)reader->context)->config, yaml_text(node));
    if (exchange == NULL)
        unknown_exchange(reader, node);
    else
        connection->exchange = exchange->exchange;
}

static void read_symbols(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config_connection *connection = into;
    yaml_node_t *item;
    size_t count = 0;
    while (yaml_item(reader, node, count, &item))
        count++;
    if (count == 0) {
        yaml_error(reader, node, "symbols: expected a list such as [BTC-USDT, ETH-USDT]");
        return;
    }
    connection->symbols = calloc(count, sizeof *connection->symbols);
    for (size_t i = 0; connection->symbols != NULL && yaml_item(reader, node, i, &item); i++) {
        const char *text = yaml_text(item);
        if (text == NULL || *text == '\0' || strlen(text) > SYMBOL_MAX)
            yaml_error(reader, item,
                       "symbols: expected a symbol of at most %d bytes, such as BTC-USDT",
                       SYMBOL_MAX);
        else
            memcpy(connection->symbols[connection->symbol_count++], text, strlen(text) + 1);
    }
}

static void check_connection(struct yaml_reader *reader, yaml_node_t *node,
                             const struct config *config,
                             const struct config_connection *connection)
{
    static const char *const types[] = {"price_feed", "trade_feed", "order_book", "candle_feed"};
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        known |= strcmp(connection->type, types[i]) == 0;
    if (connection->name[0] == '\0')
        yaml_error(reader, node, "a connection needs a name");
    if (connection->exchange == NULL)
        yaml_error(reader, node, "a connection needs an exchange");
    if (!known)
        yaml_error(reader, node,
                   "type: expected price_feed, trade_feed, order_book or candle_feed");
    if (connection->symbol_count == 0)
        yaml_error(reader, node, "a connection needs symbols");
    if (connection->symbol_count > config->symbols_max)
        yaml_error(reader, node, "symbols: more than limits.symbols (%u)", config->symbols_max);
    if ((strcmp(connection->type, "candle_feed") == 0) != (connection->interval[0] != '\0'))
        yaml_error(reader, node,
                   "interval: a candle_feed needs one (1m, 1h ...), other types have none");
    for (uint32_t i = 0; i < config->connection_count; i++)
        if (strcmp(config->connections[i].name, connection->name) == 0)
            yaml_error(reader, node, "name: \"%s\" is the name of the connection in line %d",
                       connection->name, config->connections[i].line);
}

static void read_connections(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config *config = into;
    yaml_node_t *item;
    if (node->type != YAML_SEQUENCE_NODE)
        yaml_error(reader, node, "connections: expected a list");
    for (size_t i = 0; yaml_item(reader, node, i, &item); i++) {
        if (config->connection_count == CONFIG_CONNECTIONS) {
            yaml_error(reader, item, "connections: more than %d", CONFIG_CONNECTIONS);
            return;
        }
        struct config_connection *connection = &config->connections[config->connection_count];
        connection->line = (int)item->start_mark.line + 1;
        yaml_read_mapping(reader, item, connection_keys, connection);
        check_connection(reader, item, config, connection);
        config->connection_count++;
    }
}

static void note_error(void *context, int line, int column, const char *text)
{
    struct config_errors *errors = ((struct reading *)context)->errors;
    if (errors->count == CONFIG_ERRORS_MAX)
        return;
    struct config_error *error = &errors->errors[errors->count++];
    error->line = line;
    error->column = column;
    snprintf(error->text, sizeof error->text, "%s", text);
}

/* Endpoints are checked here and not by libzmq alone: it knows transports (norm, pgm, ws) that are
 * not ours. */
static void check_endpoints(struct reading *reading, const char *section,
                            const char (*endpoints)[128], uint32_t count)
{
    char text[240];
    if (count == 0) {
        snprintf(text, sizeof text, "%s.endpoints: at least one is needed", section);
        note_error(reading, 0, 0, text);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool tcp = strncmp(endpoints[i], "tcp://", 6) == 0;
        if (!tcp && strncmp(endpoints[i], "ipc://", 6) != 0) {
            snprintf(text, sizeof text,
                     "%s.endpoints: \"%.80s\": expected tcp://address:port or ipc://path", section,
                     endpoints[i]);
            note_error(reading, 0, 0, text);
        } else if (tcp && !loopback(endpoints[i] + 6) && !reading->config->insecure) {
            snprintf(text, sizeof text,
                     "%s.endpoints: \"%.80s\" is open to other hosts and nothing guards it: bind "
                     "to 127.0.0.1, or say "
                     "insecure: true",
                     section, endpoints[i]);
            note_error(reading, 0, 0, text);
        }
    }
}

struct config *config_default(void)
{
    struct config *config = calloc(1, sizeof *config);
    if (config == NULL)
        return NULL;
    *config = (struct config){
        .state_dir = "/var/lib/tickgate",
        .feed = {{"tcp://127.0.0.1:7700"}, 1, 50000, 100000, 64 * MIB},
        .requests = {{"tcp://127.0.0.1:7701"}, 1, 65536, MIB, 200, 400, 1024},
        .cache = {1000, 60000, 5000},
        .pool = {16, 300000},
        .fetch = {4096, 50, 4, 24 * HOUR_MS},
        .connections_max = 1024,
        .symbols_max = 2000,
        .topics_max = 65536,
        .book_levels_max = 5000,
        .bus_batch_max = MIB,
        .bus_queue_max = 32 * MIB,
        .stats_ms = 1000,
    };
    for (const struct exchange *const *exchange = exchange_list();
         *exchange != NULL && config->exchange_count < CONFIG_EXCHANGES; exchange++) {
        struct config_exchange *entry = &config->exchanges[config->exchange_count++];
        entry->exchange = *exchange;
        connector_defaults(&entry->connector, *exchange);
    }
    return config;
}

struct config *config_read(const char *path, struct config_errors *errors)
{
    errors->count = 0;
    struct config *config = config_default();
    struct reading reading = {config, errors};
    if (config == NULL) {
        note_error(&reading, 0, 0, "out of memory");
        return NULL;
    }
    snprintf(config->path, sizeof config->path, "%s", path);
    struct yaml_reader reader = {.context = &reading, .error = note_error};
    yaml_read_file(&reader, path, top_keys, config);
    check_endpoints(&reading, "feed", (const char(*)[128])config->feed.endpoints,
                    config->feed.endpoint_count);
    check_endpoints(&reading, "requests", (const char(*)[128])config->requests.endpoints,
                    config->requests.endpoint_count);
    for (uint32_t i = 0; i < config->exchange_count; i++)
        config->exchanges[i].connector.topics_max = config->topics_max;
    for (uint32_t i = 0; i < config->connection_count; i++) {
        const struct config_connection *connection = &config->connections[i];
        struct config_exchange *exchange =
            connection->exchange != NULL ? find_exchange(config, connection->exchange->name) : NULL;
        if (exchange != NULL && !exchange->enabled)
            note_error(&reading, connection->line, 1,
                       "this connection's exchange does not stand under exchanges:");
    }
    if (errors->count > 0)
        config_destroy(&config);
    return config;
}

void config_destroy(struct config **config)
{
    if (*config == NULL)
        return;
    for (uint32_t i = 0; i < CONFIG_CONNECTIONS; i++)
        free((*config)->connections[i].symbols);
    free(*config);
    *config = NULL;
}

static void print_keys(FILE *out, const char *path, const struct yaml_key *table)
{
    static const char *const types[] = {"number",     "duration", "size", "text",
                                        "true/false", "list",     "",     "list"};
    for (const struct yaml_key *key = table; key->name != NULL; key++) {
        char whole[128];
        snprintf(whole, sizeof whole, "%s%s", path, key->name);
        if (key->type <= YAML_SIZE)
            fprintf(out, "| `%s` | %s, %u to %u%s | %s |\n", whole, types[key->type], key->min,
                    key->max, key->type == YAML_DURATION ? " ms" : "", key->help);
        else if (key->table == NULL)
            fprintf(out, "| `%s` | %s | %s |\n", whole, types[key->type], key->help);
        if (key->table != NULL) {
            snprintf(whole, sizeof whole, "%s%s%s.", path, key->name,
                     key->table == exchange_keys     ? ".<name>"
                     : key->table == connection_keys ? "[]"
                                                     : "");
            print_keys(out, whole, key->table);
        }
    }
}

void config_print_keys(FILE *out)
{
    fprintf(out, "| key | type, range | means |\n|---|---|---|\n");
    print_keys(out, "", top_keys);
}
