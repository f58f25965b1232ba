/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration from any bytes: it is taken whole or refused with at least one error that has a
 * place in the file; and what is taken keeps the promises that the gateway builds on. */
#include "gateway/config.h"
#include "common/ensure.h"
#include "connectors/offer.h"
#include "gateway/address.h"
#include "gateway/connections.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_errors(const struct config_errors *errors, size_t size)
{
    ENSURE(errors->count > 0 && errors->count <= CONFIG_ERRORS_MAX);
    for (uint32_t i = 0; i < errors->count; i++) {
        const struct config_error *error = &errors->errors[i];
        ENSURE(error->line >= 0 && (size_t)error->line <= size + 2);
        ENSURE(error->column >= 0 && (size_t)error->column <= size + 2);
        ENSURE(memchr(error->text, '\0', sizeof error->text) != NULL && error->text[0] != '\0');
        ENSURE(i == 0 || error->line >= errors->errors[i - 1].line);
    }
}

static void check_endpoints(const struct config *config, const char (*endpoints)[128],
                            uint32_t count)
{
    struct address address;
    ENSURE(count > 0 && count <= CONFIG_ENDPOINTS);
    for (uint32_t i = 0; i < count; i++) {
        ENSURE(memchr(endpoints[i], '\0', sizeof endpoints[i]) != NULL);
        if (strncmp(endpoints[i], "ipc://", 6) == 0)
            continue;
        ENSURE(address_read(endpoints[i], "tcp://", &address) && address.port > 0);
        ENSURE(config->insecure || address_is_loopback(&address));
    }
}

/* Nothing goes in the clear to another host. */
static void check_url(const char *url, const char *secure, const char *plain)
{
    struct address address;
    ENSURE(address_read(url, secure, &address) ||
           (address_read(url, plain, &address) && address_is_loopback(&address)));
}

static void check_exchange(const struct config *config, const struct config_exchange *exchange)
{
    const struct connector_config *connector = &exchange->connector;
    bool awaited = exchange->exchange == NULL; /* what is not given is filled in when it comes */
    ENSURE(!awaited || (config->directories.count > 0 && registry_is_name(exchange->name)));
    if (!awaited || connector->websocket[0] != '\0')
        check_url(connector->websocket, "wss://", "ws://");
    if (!awaited || connector->rest[0] != '\0')
        check_url(connector->rest, "https://", "http://");
    ENSURE(connector->backoff_min_ms > 0 && connector->backoff_min_ms <= connector->backoff_max_ms);
    ENSURE(connector->ping_idle_ms < connector->hangup_ms);
    ENSURE(!exchange->enabled || connector->book_depth <= config->book_levels_max);
    ENSURE((awaited || connector->streams_per_session > 0) &&
           connector->topics_max == config->topics_max);
}

static void check_connection(const struct config *config, uint32_t number)
{
    const struct config_connection *connection = &config->connections[number];
    const struct connection_type *type = connection_type_find(slice_of(connection->type));
    ENSURE(connection->name[0] != '\0' && connection->exchange != NULL && type != NULL);
    ENSURE(connection->symbol_count > 0 && connection->symbol_count <= config->symbols_max);
    for (uint32_t i = 0; i < connection->symbol_count; i++)
        ENSURE(strchr(connection->symbols[i], '-') != NULL);
    ENSURE((type->kinds[0] == KIND_CANDLE) ==
           connection_interval_known(slice_of(connection->interval)));
    for (uint32_t i = 0; i < type->kind_count; i++)
        ENSURE(offer_has(connection->exchange, type->kinds[i]));
    for (uint32_t i = 0; i < number; i++)
        ENSURE(strcmp(connection->name, config->connections[i].name) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config_errors errors;
    struct config *config =
        config_read_text("fuzz", (struct slice){(const char *)data, size}, &errors);
    if (config == NULL) {
        check_errors(&errors, size);
        return 0;
    }
    ENSURE(errors.count == 0);
    check_endpoints(config, (const char(*)[128])config->feed.endpoints,
                    config->feed.endpoint_count);
    check_endpoints(config, (const char(*)[128])config->requests.endpoints,
                    config->requests.endpoint_count);
    ENSURE(config->bus_batch_max <= config->bus_queue_max);
    for (uint32_t i = 0; i < config->exchange_count; i++)
        check_exchange(config, &config->exchanges[i]);
    for (uint32_t i = 0; i < config->connection_count; i++)
        check_connection(config, i);
    config_destroy(&config);
    return 0;
}
