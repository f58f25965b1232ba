/* SPDX-License-Identifier: Apache-2.0 */
/* Example: the table of facts, and how it comes into the gateway. In a folder that is built in the
 * last lines are `const struct exchange *const exchanges_<folder>[]` and a line in registry.def;
 * in a shared object they are tickgate_connector. */
#include "connectors/object.h"
#include "connectors/payload.h"
#include "connectors/template/parse.h"

/* A quote is fed by the top of the book and by the day's figures. */
static const struct stream streams[] = {
    [EXAMPLE_BOOK_TICKER] = {"bookTicker", KIND_QUOTE, true, SEQUENCE_RISING, PROOF_NONE, 0, 0, 0},
    [EXAMPLE_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
};
_Static_assert(sizeof streams / sizeof *streams == EXAMPLE_STREAMS, "a line for each stream");

static void write_request(struct text *message, bool subscribe, const struct slice *keys,
                          size_t count, uint64_t request)
{
    text_literal(message, "{\"method\":\"");
    text_append(message, subscribe ? SLICE("SUBSCRIBE") : SLICE("UNSUBSCRIBE"));
    text_literal(message, "\",\"params\":");
    payload_texts(message, keys, count);
    text_literal(message, ",\"id\":");
    text_unsigned(message, request);
    text_literal(message, "}");
}

/* The list comes whole: there is no page behind the first. */
static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/api/v3/exchangeInfo");
}

static const struct exchange example = {
    .name = "example",
    .type = "ExamplePublicConnector",
    .websocket = "wss://stream.example.invalid",
    .roots = {"/stream"},
    .rest = "https://api.example.invalid",
    .limits = {.group = "example",
               .streams_per_session = 100,
               .streams_per_request = 50,
               .messages_per_second = 4,
               .connects = 300,
               .connects_window_ms = 300000,
               .rest_weight = 6000,
               .rest_window_ms = 60000,
               .frame_max = 1024 * 1024},
    .manner = SUBSCRIBE_CHANGES,
    .streams = streams,
    .stream_count = EXAMPLE_STREAMS,
    .write_key = example_write_key,
    .read_key = example_read_key,
    .write_request = write_request,
    .route = example_route,
    .parse = example_parse,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 20,
    .read_instruments = example_read_instruments,
};

static const struct exchange *const exchanges[] = {&example, NULL};
static const struct connector_object object = CONNECTOR_OBJECT(exchanges);

const struct connector_object *tickgate_connector(void)
{
    return &object;
}
