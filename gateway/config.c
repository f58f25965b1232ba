/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the file, and what no single key can say: that an address beyond loopback needs a word of
 * its own, that limits fit together. */
#include "common/ensure.h"
#include "connectors/registry.h"
#include "gateway/config_parts.h"

#include <stdlib.h>

#define HOUR_MS 3600000u
#define MIB     (1024u * 1024u)
/* Topics looked at for each that demand may open: many that are read are open already, or are none
 * of an exchange's. */
#define READ_FOR_ONE 4

static void note_error(void *context, int line, int column, const char *text)
{
    struct config_errors *errors = ((struct config_reading *)context)->errors;
    if (errors->count == CONFIG_ERRORS_MAX)
        return;
    struct config_error *error = &errors->errors[errors->count++];
    error->line = line;
    error->column = column;
    snprintf(error->text, sizeof error->text, "%s", text);
}

void config_note(struct config_reading *reading, int line, const char *text)
{
    note_error(reading, line, line != 0, text);
}

struct config *config_default(void)
{
    struct config *config = calloc(1, sizeof *config);
    if (config == NULL)
        return NULL;
    *config = (struct config){
        .state_dir = "/var/lib/tickgate",
        .feed = {{"tcp://127.0.0.1:7700"}, 1, 50000, 100000, 64 * MIB, 0},
        .requests = {{"tcp://127.0.0.1:7701"}, 1, 65536, MIB, 200, 400, 1024},
        .cache = {1000, 60000, 5000},
        .pool = {16, 300000},
        .demand = {false, 500, 60000},
        .fetch = {4096, 50, 4, 24 * HOUR_MS},
        .connections_max = 1024,
        .symbols_max = 2000,
        .topics_max = 65536,
        .book_levels_max = 5000,
        .bus_batch_max = MIB,
        .bus_queue_max = 32 * MIB,
        .stats_ms = 1000,
    };
    config_accounts_defaults(config);
    config_add_exchanges(config);
    return config;
}

const char *config_name(const struct config_exchange *entry)
{
    return entry->exchange != NULL ? entry->exchange->name : entry->name;
}

struct config_exchange *config_find_exchange(struct config *config, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < config->exchange_count; i++)
        if (strcmp(config_name(&config->exchanges[i]), name) == 0)
            return &config->exchanges[i];
    return NULL;
}

/* The names that are awaited never take the room of exchanges that there are. */
void config_add_exchanges(struct config *config)
{
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++) {
        struct config_exchange *entry = config_find_exchange(config, (*list)->name);
        if (entry != NULL)
            continue;
        ENSURE(config->exchange_count < CONFIG_EXCHANGES);
        entry = &config->exchanges[config->exchange_count++];
        entry->exchange = *list;
        connector_defaults(&entry->connector, *list);
    }
}

struct config_exchange *config_await_exchange(struct config *config, const char *name)
{
    static const struct exchange nothing = {.websocket = "", .rest = ""};
    uint32_t awaited = 0;
    for (uint32_t i = 0; i < config->exchange_count; i++)
        awaited += config->exchanges[i].exchange == NULL;
    if (awaited == CONFIG_EXCHANGES - REGISTRY_MAX)
        return NULL;
    struct config_exchange *entry = &config->exchanges[config->exchange_count++];
    snprintf(entry->name, sizeof entry->name, "%s", name);
    connector_defaults(&entry->connector, &nothing);
    return entry;
}

void config_complete(struct config_exchange *entry, const struct exchange *exchange)
{
    struct connector_config *connector = &entry->connector;
    entry->exchange = exchange;
    if (connector->websocket[0] == '\0')
        snprintf(connector->websocket, sizeof connector->websocket, "%s", exchange->websocket);
    if (connector->rest[0] == '\0')
        snprintf(connector->rest, sizeof connector->rest, "%s", exchange->rest);
    if (connector->streams_per_session == 0)
        connector->streams_per_session = exchange->limits.streams_per_session;
}

/* What keys say together that may stand in any order. */
static void check_whole(struct config_reading *reading)
{
    const struct config *config = reading->config;
    char text[240];
    for (uint32_t i = 0; i < reading->open_count && !config->insecure; i++) {
        const struct config_open *open = &reading->open[i];
        if (*open->guard)
            continue;
        snprintf(text, sizeof text,
                 "endpoints: \"%.80s\" is open to other hosts and nothing guards it: bind to "
                 "127.0.0.1, put it behind CURVE (security), or say insecure: true",
                 open->text);
        note_error(reading, open->line, open->column, text);
    }
    if (config->feed.endpoint_count == 0)
        note_error(reading, 0, 0, "feed.endpoints: at least one is needed");
    if (config->requests.endpoint_count == 0)
        note_error(reading, 0, 0, "requests.endpoints: at least one is needed");
    for (uint32_t i = 0; i < config->exchange_count; i++) {
        const struct config_exchange *exchange = &config->exchanges[i];
        snprintf(text, sizeof text,
                 "limits.book_levels (%u) must not be less than the book_depth of %s (%u)",
                 config->book_levels_max, config_name(exchange), exchange->connector.book_depth);
        if (exchange->enabled && exchange->connector.book_depth > config->book_levels_max)
            note_error(reading, 0, 0, text);
    }
    for (uint32_t i = 0; i < config->connection_count; i++) {
        const struct config_connection *connection = &config->connections[i];
        const struct config_exchange *exchange =
            connection->exchange != NULL
                ? config_find_exchange(reading->config, connection->exchange->name)
                : NULL;
        snprintf(text, sizeof text, "symbols: more than limits.symbols (%u)", config->symbols_max);
        if (connection->symbol_count > config->symbols_max)
            note_error(reading, connection->line, 1, text);
        if (exchange != NULL && !exchange->enabled)
            note_error(reading, connection->line, 1,
                       "this connection's exchange is not enabled under exchanges:");
    }
}

static int by_place(const void *a, const void *b)
{
    const struct config_error *left = a, *right = b;
    return left->line != right->line ? left->line - right->line : left->column - right->column;
}

/* `text` NULL: the file. */
static struct config *read_from(const char *path, const char *text, size_t len,
                                struct config_errors *errors)
{
    struct config_reading reading = {.config = config_default(), .errors = errors};
    struct yaml_reader reader = {.context = &reading, .error = note_error};
    errors->count = 0;
    if (reading.config == NULL) {
        note_error(&reading, 0, 0, "out of memory");
        return NULL;
    }
    snprintf(reading.config->path, sizeof reading.config->path, "%s", path);
    if (text != NULL)
        yaml_read_text(&reader, text, len, config_top_keys, reading.config);
    else
        yaml_read_file(&reader, path, config_top_keys, reading.config);
    check_whole(&reading);
    config_check_accounts(&reading);
    if (reading.config->demand.enabled)
        reading.config->feed.readers_max = READ_FOR_ONE * reading.config->demand.max;
    for (uint32_t i = 0; i < reading.config->exchange_count; i++)
        reading.config->exchanges[i].connector.topics_max = reading.config->topics_max;
    if (errors->count > 0)
        config_destroy(&reading.config);
    qsort(errors->errors, errors->count, sizeof errors->errors[0], by_place);
    return reading.config;
}

struct config *config_read(const char *path, struct config_errors *errors)
{
    return read_from(path, NULL, 0, errors);
}

struct config *config_read_text(const char *path, struct slice text, struct config_errors *errors)
{
    return read_from(path, text.data, text.len, errors);
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

void config_print_keys(FILE *out)
{
    static const struct config_connection none;
    struct config *config = config_default();
    ENSURE(config != NULL);
    struct config_exchange *exchange = &config->exchanges[0];
    struct config_account *account = &config->accounts.accounts[0];
    private_connector_defaults(&account->connector,
                               private_exchange_find(slice_of(config_name(exchange))),
                               exchange->exchange);
    exchange->enabled = true;
    fprintf(out, "| key | type, range | default | means |\n|---|---|---|---|\n");
    yaml_print_keys(out, "", config_top_keys, config);
    yaml_print_keys(out, "exchanges.<name>.", config_exchange_keys, exchange);
    yaml_print_keys(out, "accounts.list[].", config_account_keys, account);
    yaml_print_keys(out, "connections[].", config_connection_keys, &none);
    config_destroy(&config);
}
