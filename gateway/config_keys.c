/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of configuration keys, and what reads or judges those that a line of a table cannot
 * describe. */
#include "connectors/offer.h"
#include "gateway/address.h"
#include "gateway/cache.h"
#include "gateway/config_parts.h"
#include "gateway/connections.h"

#include <stdlib.h>

#define HOUR_MS       3600000u
#define MIB           (1024u * 1024u)
#define BUS_BATCH_MIN (512u * 1024) /* an event of 10 000 levels has room */
#define BUS_QUEUE_MIN (8 * MIB)     /* and any batch in the queue */
#define TYPES_HELP    "price_feed, trade_feed, order_book, candle_feed, mark_feed, liquidation_feed"

#define CONFIG(field) offsetof(struct config, field)

static const struct yaml_key cache_keys[] = {
    {"size", YAML_COUNT, CONFIG(cache.size), 1, CACHE_SIZE_MAX,
     "quotes kept for `quote.get`; beyond, the least recently updated goes", 0, NULL, NULL},
    {"expiry", YAML_DURATION, CONFIG(cache.expiry_ms), 1, 24 * HOUR_MS,
     "after which a quote is no longer given", 0, NULL, NULL},
    {"sweep", YAML_DURATION, CONFIG(cache.sweep_ms), 100, HOUR_MS,
     "how often expired quotes are dropped", 0, NULL, NULL},
    {0}};

static const struct yaml_key pool_keys[] = {
    {"max", YAML_COUNT, CONFIG(pool.max), 1, 256, "connectors at once; beyond, `pool_exhausted`", 0,
     NULL, NULL},
    {"idle_timeout", YAML_DURATION, CONFIG(pool.idle_timeout_ms), 0, 24 * HOUR_MS,
     "a connector without subscriptions is closed after it; 0ms never", 0, NULL, NULL},
    {0}};

static const struct yaml_key demand_keys[] = {
    {"enabled", YAML_SWITCH, CONFIG(demand.enabled), 0, 0,
     "whether a subscription on the feed to a whole topic opens it at the exchange", 0, NULL, NULL},
    {"max", YAML_COUNT, CONFIG(demand.max), 1, 10000, "topics open by it; beyond, none is opened",
     0, NULL, NULL},
    {"linger", YAML_DURATION, CONFIG(demand.linger_ms), 0, 24 * HOUR_MS,
     "a topic that nobody reads any more is closed after it", 0, NULL, NULL},
    {0}};

static void check_directory(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void load_object(struct yaml_reader *reader, yaml_node_t *node, void *into);

/* Directories come first: objects are judged by them. */
static const struct yaml_key connector_keys[] = {
    {"directories", YAML_TEXTS, CONFIG(directories.paths), LOADER_DIRECTORIES, LOADER_PATH_MAX,
     "where shared objects with exchanges may lie; none: there are none", CONFIG(directories.count),
     NULL, check_directory},
    {"objects", YAML_TEXTS, CONFIG(objects), CONFIG_OBJECTS, LOADER_PATH_MAX,
     "files of such that are loaded at the start, at most 16", CONFIG(object_count), NULL,
     load_object},
    {0}};

static const struct yaml_key fetch_keys[] = {
    {"queue", YAML_COUNT, CONFIG(fetch.queue_max), 16, 65536,
     "REST calls and look-ups that may wait; beyond, one is tried again later", 0, NULL, NULL},
    {"weight_percent", YAML_COUNT, CONFIG(fetch.weight_percent), 1, 100,
     "of an exchange's REST weight that is used; beyond, calls wait", 0, NULL, NULL},
    {"parallel", YAML_COUNT, CONFIG(fetch.parallel_max), 1, 64,
     "REST calls at once to one exchange; beyond, calls wait", 0, NULL, NULL},
    {"dns_keep", YAML_DURATION, CONFIG(fetch.dns_keep_ms), 0, 168 * HOUR_MS,
     "how long the last good addresses serve when names cannot be looked up", 0, NULL, NULL},
    {0}};

static const struct yaml_key limit_keys[] = {
    {"connections", YAML_COUNT, CONFIG(connections_max), 1, 65536,
     "open connections; beyond, `capacity`", 0, NULL, NULL},
    {"symbols", YAML_COUNT, CONFIG(symbols_max), 1, 65536,
     "symbols of one connection; beyond, `capacity`", 0, NULL, NULL},
    {"topics", YAML_COUNT, CONFIG(topics_max), 16, 1000000,
     "topics of one connector, those of closed subscriptions included; beyond, `capacity`", 0, NULL,
     NULL},
    {"book_levels", YAML_COUNT, CONFIG(book_levels_max), 20, 20000,
     "levels kept on a side of a book; beyond, the worst are dropped", 0, NULL, NULL},
    {"bus_batch", YAML_SIZE, CONFIG(bus_batch_max), BUS_BATCH_MIN, BUS_QUEUE_MIN,
     "bytes of one message on the bus; beyond, another is begun", 0, NULL, NULL},
    {"bus_queue", YAML_SIZE, CONFIG(bus_queue_max), BUS_QUEUE_MIN, 1024 * MIB,
     "bytes under way from one connector; beyond, events are dropped and their topics say so", 0,
     NULL, NULL},
    {0}};

#define CONNECTOR(field) offsetof(struct config_exchange, connector.field)

const struct yaml_key config_exchange_keys[] = {
    {"enabled", YAML_SWITCH, offsetof(struct config_exchange, enabled), 0, 0,
     "whether it is used; an exchange that is not named is not", 0, NULL, NULL},
    {"websocket", YAML_TEXT, CONNECTOR(websocket), 1, FETCH_URL_MAX - 1,
     "base of its WebSocket, wss://host:port; ws:// to this host only", 0, NULL,
     config_check_websocket},
    {"rest", YAML_TEXT, CONNECTOR(rest), 1, FETCH_URL_MAX - 1,
     "base of its REST, https://host:port; http:// to this host only", 0, NULL, config_check_rest},
    {"ca_file", YAML_TEXT, CONNECTOR(ca_file), 0, FETCH_URL_MAX - 1,
     "PEM file of the authorities to trust instead of the system's", 0, NULL, NULL},
    {"connect_timeout", YAML_DURATION, CONNECTOR(connect_timeout_ms), 100, 60000,
     "for TCP and TLS; beyond, the next address, then the backoff", 0, NULL, NULL},
    {"upgrade_timeout", YAML_DURATION, CONNECTOR(upgrade_timeout_ms), 100, 60000,
     "for the answer to the upgrade; beyond, the backoff", 0, NULL, NULL},
    {"backoff_min", YAML_DURATION, CONNECTOR(backoff_min_ms), 10, 60000,
     "bound of the first wait between attempts, doubled by each failure", 0, NULL, NULL},
    {"backoff_max", YAML_DURATION, CONNECTOR(backoff_max_ms), 100, HOUR_MS,
     "bound of every wait between attempts", 0, NULL, NULL},
    {"backoff_reset", YAML_DURATION, CONNECTOR(backoff_reset_ms), 0, HOUR_MS,
     "a session has to live so long before the wait begins at its minimum again", 0, NULL, NULL},
    {"ping_idle", YAML_DURATION, CONNECTOR(ping_idle_ms), 100, HOUR_MS,
     "we ping a session that was silent so long", 0, NULL, NULL},
    {"hangup", YAML_DURATION, CONNECTOR(hangup_ms), 200, HOUR_MS,
     "a session that was silent so long is dead: `down`, reconnect", 0, NULL, NULL},
    {"stale", YAML_DURATION, CONNECTOR(stale_ms), 100, HOUR_MS,
     "topics of a session without data so long are `stale`", 0, NULL, NULL},
    {"silent", YAML_DURATION, CONNECTOR(silent_ms), 100, HOUR_MS,
     "a subscription that never had data is called `silent` after it", 0, NULL, NULL},
    {"streams_per_session", YAML_COUNT, CONNECTOR(streams_per_session), 1, 1024,
     "streams on one WebSocket; beyond, another is opened", 0, NULL, NULL},
    {"book_depth", YAML_COUNT, CONNECTOR(book_depth), 5, 5000, "levels a side asked of a snapshot",
     0, NULL, NULL},
    {"book_buffer", YAML_SIZE, CONNECTOR(book_buffer_max), 65536, 256 * MIB,
     "deltas of one book kept while its snapshot is under way; beyond, they are dropped and the "
     "book says `buffer_full`",
     0, NULL, NULL},
    {"snapshot_tries", YAML_COUNT, CONNECTOR(snapshot_tries), 1, 100,
     "snapshots of one book in a row; beyond, with the backoff between them", 0, NULL, NULL},
    {"snapshots_parallel", YAML_COUNT, CONNECTOR(snapshots_parallel), 1, 64,
     "snapshots under way at once; beyond, books wait their turn", 0, NULL, NULL},
    {0}};

#define CONNECTION(field) offsetof(struct config_connection, field)

static void read_connection_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void check_type(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void check_interval(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_symbols(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_exchanges(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_connections(struct yaml_reader *reader, yaml_node_t *node, void *into);

const struct yaml_key config_connection_keys[] = {
    {"name", YAML_TEXT, CONNECTION(name), 1, 64, "what you call it, each name once", 0, NULL, NULL},
    {"exchange", YAML_CUSTOM, 0, YAML_TEXT, 0, "one of the exchanges", 0, NULL,
     read_connection_exchange},
    {"type", YAML_TEXT, CONNECTION(type), 1, 23, TYPES_HELP, 0, NULL, check_type},
    {"interval", YAML_TEXT, CONNECTION(interval), 1, VARIANT_MAX,
     "of a candle_feed, and of no other: 1m, 1h ...", 0, NULL, check_interval},
    {"symbols", YAML_CUSTOM, 0, YAML_TEXTS, 0, "such as [BTC-USDT, ETH-USDT]", 0, NULL,
     read_symbols},
    {0}};

/* Exchanges are read behind the objects that bring some, accounts and connections behind both. */
const struct yaml_key config_top_keys[] = {
    {"state_dir", YAML_TEXT, CONFIG(state_dir), 1, 511,
     "directory that holds what outlives a start: the epoch", 0, NULL, NULL},
    {"insecure", YAML_SWITCH, CONFIG(insecure), 0, 0,
     "allow the feed and requests to other hosts although nothing guards them", 0, NULL, NULL},
    {"stats", YAML_DURATION, CONFIG(stats_ms), 100, HOUR_MS, "how often `sys.stats.` goes out", 0,
     NULL, NULL},
    {"feed", YAML_SECTION, 0, 0, 0, "the public feed", 0, config_feed_keys, NULL},
    {"requests", YAML_SECTION, CONFIG(requests), 0, 0, "the request sockets", 0,
     config_request_keys, NULL},
    {"cache", YAML_SECTION, 0, 0, 0, "the price cache behind quote.get", 0, cache_keys, NULL},
    {"pool", YAML_SECTION, 0, 0, 0, "the connectors", 0, pool_keys, NULL},
    {"connector", YAML_SECTION, 0, 0, 0, "connectors of others", 0, connector_keys, NULL},
    {"demand", YAML_SECTION, 0, 0, 0, "what follows subscribers", 0, demand_keys, NULL},
    {"fetch", YAML_SECTION, 0, 0, 0, "REST calls and name look-ups", 0, fetch_keys, NULL},
    {"security", YAML_SECTION, 0, 0, 0, "who may connect", 0, config_security_keys, NULL},
    {"limits", YAML_SECTION, 0, 0, 0, "what may grow, and how far", 0, limit_keys, NULL},
    {"exchanges", YAML_CUSTOM, 0, YAML_SECTION, 0, "name: settings, for each exchange that is used",
     0, NULL, read_exchanges},
    {"accounts", YAML_SECTION, 0, 0, 0, "the accounts at exchanges", 0, config_accounts_keys, NULL},
    {"connections", YAML_CUSTOM, 0, YAML_TEXTS, 0, "what is opened at start, at most 64", 0, NULL,
     read_connections},
    {0}};

static void check_url(struct yaml_reader *reader, yaml_node_t *node, const char *key,
                      const char *secure, const char *plain)
{
    const char *url = yaml_text(node);
    struct address address;
    if (!address_read(url, secure, &address) &&
        !(address_read(url, plain, &address) && address_is_loopback(&address)))
        yaml_error(reader, node, "%s: \"%.80s\": expected %shost[:port], or %s to this host", key,
                   url, secure, plain);
}

void config_check_websocket(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    check_url(reader, node, "websocket", "wss://", "ws://");
}

void config_check_rest(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    check_url(reader, node, "rest", "https://", "http://");
}

static void check_directory(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    if (yaml_text(node)[0] != '/')
        yaml_error(reader, node, "directories: \"%.80s\": expected a whole path", yaml_text(node));
}

/* What it brings is known from here on. */
static void load_object(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config *config = into;
    const struct exchange *const *exchanges;
    char why[LOADER_WHY_MAX];
    if (loader_load(yaml_text(node), &config->directories, &exchanges, why) != LOADER_LOADED)
        yaml_error(reader, node, "objects: \"%.60s\": %s", yaml_text(node), why);
    else
        config_add_exchanges(config);
}

static void unknown_exchange(struct yaml_reader *reader, yaml_node_t *node)
{
    struct config *config = ((struct config_reading *)reader->context)->config;
    const char *names[CONFIG_EXCHANGES];
    for (uint32_t i = 0; i < config->exchange_count; i++)
        names[i] = config_name(&config->exchanges[i]);
    const char *word = yaml_text(node) != NULL ? yaml_text(node) : "";
    const char *meant = yaml_nearest(word, names, config->exchange_count);
    yaml_error(reader, node, "unknown exchange \"%.40s\"; %s \"%s\"", word,
               meant ? "did you mean" : "known are", meant ? meant : names[0]);
}

/* A name that an object may bring while we run; NULL if none may. */
static struct config_exchange *await_exchange(struct yaml_reader *reader, yaml_node_t *node)
{
    struct config *config = ((struct config_reading *)reader->context)->config;
    const char *name = yaml_text(node);
    if (config->directories.count == 0 || name == NULL || !registry_is_name(name)) {
        unknown_exchange(reader, node);
        return NULL;
    }
    struct config_exchange *exchange = config_await_exchange(config, name);
    if (exchange == NULL)
        yaml_error(reader, node, "exchanges: too many that are not there yet");
    return exchange;
}

static void read_exchanges(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    yaml_node_t *key, *value;
    bool named[CONFIG_EXCHANGES] = {false};
    struct config *config = into;
    if (node->type != YAML_MAPPING_NODE && !yaml_is_nothing(node))
        yaml_error(reader, node,
                   "exchanges: expected a name and settings for each, such as \"binance: {enabled: "
                   "true}\"");
    for (size_t i = 0; yaml_pair(reader, node, i, &key, &value); i++) {
        struct config_exchange *exchange = config_find_exchange(config, yaml_text(key));
        if (exchange == NULL)
            exchange = await_exchange(reader, key);
        if (exchange == NULL)
            continue;
        if (named[exchange - config->exchanges]) {
            yaml_error(reader, key, "key \"%s\" stands here twice", config_name(exchange));
            continue;
        }
        named[exchange - config->exchanges] = true;
        exchange->enabled = true;
        yaml_read_mapping(reader, value, config_exchange_keys, exchange);
        if (exchange->connector.backoff_min_ms > exchange->connector.backoff_max_ms)
            yaml_error(reader, value, "backoff_min is larger than backoff_max");
        if (exchange->connector.ping_idle_ms >= exchange->connector.hangup_ms)
            yaml_error(reader, value,
                       "ping_idle must be shorter than hangup, or no ping can save a session");
    }
}

struct config_exchange *config_read_exchange(struct yaml_reader *reader, yaml_node_t *node)
{
    struct config_exchange *exchange =
        config_find_exchange(((struct config_reading *)reader->context)->config, yaml_text(node));
    if (exchange != NULL && exchange->exchange != NULL)
        return exchange;
    if (exchange == NULL)
        unknown_exchange(reader, node);
    else
        yaml_error(reader, node,
                   "exchange: %s is not there at the start; name its file in "
                   "connector.objects",
                   exchange->name);
    return NULL;
}

static void read_connection_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config_connection *connection = into;
    struct config_exchange *exchange = config_read_exchange(reader, node);
    if (exchange != NULL)
        connection->exchange = exchange->exchange;
}

static void check_type(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    if (connection_type_find(slice_of(yaml_text(node))) == NULL)
        yaml_error(reader, node, "type: expected " TYPES_HELP ", found \"%.40s\"", yaml_text(node));
}

static void check_interval(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    if (!connection_interval_known(slice_of(yaml_text(node))))
        yaml_error(reader, node, "interval: expected one such as 1m, 1h or 1d, found \"%.40s\"",
                   yaml_text(node));
}

/* Ours: base first, then the quote, dashes between the parts. Whether an exchange lists it only the
 * exchange can say. */
static bool is_symbol(const char *text)
{
    const char *dash = text != NULL ? strchr(text, '-') : NULL;
    if (dash == NULL || dash == text || strlen(text) > SYMBOL_MAX || strstr(text, "--") != NULL ||
        text[strlen(text) - 1] == '-')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return false;
    return true;
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
        if (is_symbol(text))
            memcpy(connection->symbols[connection->symbol_count++], text, strlen(text) + 1);
        else
            yaml_error(reader, item,
                       "symbols: expected base and quote of at most %d bytes, such as BTC-USDT, "
                       "found \"%.40s\"",
                       SYMBOL_MAX, text != NULL ? text : "a structure");
    }
}

bool config_is_given(struct yaml_reader *reader, const yaml_node_t *node, const char *name)
{
    yaml_node_t *key, *value;
    for (size_t i = 0; yaml_pair(reader, node, i, &key, &value); i++)
        if (yaml_text(key) != NULL && strcmp(yaml_text(key), name) == 0)
            return true;
    return false;
}

/* That the exchange has what is asked of it. */
static void check_offer(struct yaml_reader *reader, yaml_node_t *node,
                        const struct config_connection *connection,
                        const struct connection_type *type)
{
    char room[120];
    struct text has = text_over(room, sizeof room);
    struct slice interval = slice_of(connection->interval);
    const struct exchange *exchange = connection->exchange;
    for (uint32_t i = 0; i < type->kind_count; i++)
        if (!offer_has(exchange, type->kinds[i])) {
            offer_write_kinds(&has, exchange);
            yaml_error(reader, node, "type: %s has no %s; it has %.*s", exchange->name, type->name,
                       (int)has.len, has.data);
            return;
        }
    if (interval.len == 0 || !connection_interval_known(interval) ||
        offer_has_interval(exchange, interval))
        return;
    offer_write_intervals(&has, exchange);
    yaml_error(reader, node, "interval: %s has no candles of \"%s\"; it has %.*s", exchange->name,
               connection->interval, (int)has.len, has.data);
}

/* What its keys say together; what each of them says was judged when it was read. */
static void check_connection(struct yaml_reader *reader, yaml_node_t *node,
                             const struct config *config,
                             const struct config_connection *connection)
{
    static const char *const needed[] = {"name", "exchange", "type", "symbols"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!config_is_given(reader, node, needed[i]))
            yaml_error(reader, node, "a connection needs the key \"%s\"", needed[i]);
    const struct connection_type *type = connection_type_find(slice_of(connection->type));
    if (type != NULL &&
        (type->kinds[0] == KIND_CANDLE) != config_is_given(reader, node, "interval"))
        yaml_error(reader, node, "interval: a candle_feed needs one (1m, 1h ...), a %s has none",
                   connection->type);
    else if (type != NULL && connection->exchange != NULL)
        check_offer(reader, node, connection, type);
    for (uint32_t i = 0; i < config->connection_count && connection->name[0] != '\0'; i++)
        if (strcmp(config->connections[i].name, connection->name) == 0)
            yaml_error(reader, node, "name: \"%s\" is the name of the connection in line %d",
                       connection->name, config->connections[i].line);
}

static void read_connections(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config *config = into;
    yaml_node_t *item;
    if (node->type != YAML_SEQUENCE_NODE && !yaml_is_nothing(node))
        yaml_error(reader, node, "connections: expected a list");
    for (size_t i = 0; yaml_item(reader, node, i, &item); i++) {
        if (config->connection_count == CONFIG_CONNECTIONS) {
            yaml_error(reader, item, "connections: more than %d", CONFIG_CONNECTIONS);
            return;
        }
        struct config_connection *connection = &config->connections[config->connection_count];
        connection->line = (int)item->start_mark.line + 1;
        yaml_read_mapping(reader, item, config_connection_keys, connection);
        check_connection(reader, item, config, connection);
        config->connection_count++;
    }
}
