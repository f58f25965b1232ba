/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about connectors: which there can be, which there are, those of others. */
#include "query_asking.h"

#include "connectors/registry.h"

/* What nobody has built in: quotes, and candles of a minute. */
static void write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    if (!slice_equal(variant, stream == 1 ? SLICE("1m") : SLICE("")))
        return;
    text_append(key, symbol);
    text_append(key, variant);
}

static const struct stream streams[] = {
    {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    {"kline", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
};
static const struct exchange other = {.name = "other",
                                      .type = "OtherPublicConnector",
                                      .websocket = "wss://other.invalid",
                                      .rest = "https://other.invalid",
                                      .streams = streams,
                                      .stream_count = 2,
                                      .write_key = write_key};

static void add_other(void)
{
    struct fault fault;
    uint16_t number;
    ck_assert(pool_register(tables.pool, &other, &number, &fault));
}

/* The row of a list whose member is that. */
static json_t *row_with(const json_t *list, const char *key, const char *value)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) if (strcmp(text_in(row, key), value) == 0) return row;
    ck_abort_msg("no %s %s in %s", key, value, json_dumps(list, 0));
}

static json_t *connector_of(const char *exchange, json_t **reply)
{
    json_decref(*reply);
    *reply = result_of("{'id':1,'op':'connector.list'}");
    return row_with(json_object_get(*reply, "connectors"), "exchange", exchange);
}

static bool lists(const json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) if (strcmp(json_string_value(item), word) == 0) return true;
    return false;
}

START_TEST(query_names_each_connector_type_with_what_it_serves)
{
    add_other();
    json_t *reply = result_of("{'id':1,'op':'connector.types'}");
    json_t *types = json_object_get(reply, "types");
    json_t *binance = row_with(types, "type", "BinancePublicConnector");
    json_t *exchange = row_with(json_object_get(binance, "exchanges"), "exchange", "binance");
    ck_assert(json_is_true(json_object_get(exchange, "enabled")));
    ck_assert(lists(json_object_get(exchange, "channels"), "book"));
    ck_assert(!lists(json_object_get(exchange, "channels"), "mark"));
    ck_assert(lists(json_object_get(exchange, "intervals"), "1M"));
    ck_assert_ptr_null(json_object_get(binance, "object"));
    json_t *mine = row_with(types, "type", "OtherPublicConnector");
    exchange = row_with(json_object_get(mine, "exchanges"), "exchange", "other");
    ck_assert_uint_eq(json_array_size(json_object_get(exchange, "channels")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(exchange, "intervals")), 1);
    json_decref(reply);
}
END_TEST

START_TEST(query_hello_names_exchanges_and_their_channels)
{
    json_t *reply = result_of("{'id':1,'op':'hello'}");
    ck_assert_uint_eq(json_array_size(json_object_get(reply, "exchanges")), 1);
    json_decref(reply);
    add_other();
    reply = result_of("{'id':1,'op':'hello'}");
    json_t *channels = json_object_get(reply, "channels");
    ck_assert(lists(json_object_get(reply, "exchanges"), "binance"));
    ck_assert(lists(json_object_get(reply, "exchanges"), "other"));
    ck_assert_uint_eq(json_object_size(channels), 2);
    ck_assert(lists(json_object_get(channels, "binance"), "trade"));
    ck_assert(lists(json_object_get(channels, "other"), "candle"));
    ck_assert(!lists(json_object_get(channels, "other"), "trade"));
    json_decref(reply);
}
END_TEST

START_TEST(query_creates_a_connector_once_and_says_what_became_of_it)
{
    static const char create[] =
        "{'id':1,'op':'connector.create','type':'BinancePublicConnector','exchange':'binance'}";
    json_t *reply = result_of("{'id':1,'op':'connector.list'}");
    ck_assert_uint_eq(json_array_size(json_object_get(reply, "connectors")), 0);
    json_decref(reply);
    reply = result_of(create);
    ck_assert_str_eq(text_in(reply, "id"), "k1");
    ck_assert_str_eq(text_in(reply, "state"), "idle");
    ck_assert_int_eq(number_in(reply, "started"), now.real_ns / NS_PER_US);
    ck_assert_ptr_null(json_object_get(reply, "name"));
    json_decref(reply);
    now.monotonic_ns += 3 * NS_PER_SECOND, now.real_ns += 3 * NS_PER_SECOND;
    reply = result_of(create);
    ck_assert_str_eq(text_in(reply, "id"), "k1");
    ck_assert_int_eq(number_in(reply, "idle_s"), 3);
    ck_assert_int_eq(number_in(reply, "started"), now.real_ns / NS_PER_US - 3000000);
    ck_assert_uint_eq(pool_started_count(tables.pool), 1);
    json_decref(result_of("{'id':1,'op':'subscription.add','exchange':'binance','channel':'trade',"
                          "'symbols':['A-B','C-D']}"));
    subscriptions_hand_over(tables.subscriptions, now.monotonic_ns);
    json_t *row = connector_of("binance", &reply);
    ck_assert_str_eq(text_in(row, "state"), "running");
    ck_assert_str_eq(text_in(row, "type"), "BinancePublicConnector");
    ck_assert_int_eq(number_in(row, "topics"), 2);
    ck_assert_int_eq(number_in(row, "sessions"), 0);
    ck_assert_ptr_null(json_object_get(row, "idle_s"));
    pool_stop(tables.pool);
    row = connector_of("binance", &reply);
    ck_assert_str_eq(text_in(row, "state"), "stopped");
    ck_assert_ptr_null(json_object_get(row, "started"));
    json_decref(reply);
}
END_TEST

START_TEST(query_gives_a_connector_one_name)
{
    add_other();
    json_t *reply = result_of("{'id':1,'op':'connector.create','type':'BinancePublicConnector',"
                              "'exchange':'binance','name':'mine'}");
    ck_assert_str_eq(text_in(reply, "name"), "mine");
    refused("{'id':1,'op':'connector.create','type':'BinancePublicConnector','exchange':'binance',"
            "'name':'yours'}",
            "conflict", "\"mine\"");
    refused("{'id':1,'op':'connector.create','type':'OtherPublicConnector','exchange':'other',"
            "'name':'mine'}",
            "conflict", "binance");
    ck_assert_uint_eq(pool_running_count(tables.pool), 1); /* refused, nothing was started */
    json_decref(reply);
}
END_TEST

START_TEST(query_refuses_connectors_that_there_cannot_be)
{
    add_other();
    refused("{'id':1,'op':'connector.create','exchange':'binance'}", "missing_field", "type");
    refused("{'id':1,'op':'connector.create','type':'Binance','exchange':'binance'}",
            "unknown_type", "connector.types");
    refused("{'id':1,'op':'connector.create','type':'BinancePublicConnector','exchange':'nasdaq'}",
            "unknown_exchange", "nasdaq");
    refused("{'id':1,'op':'connector.create','type':'BinancePublicConnector','exchange':'other'}",
            "bad_value", "other is served by OtherPublicConnector");
    config->pool.max = 1;
    json_decref(result_of("{'id':1,'op':'connector.create','type':'OtherPublicConnector',"
                          "'exchange':'other'}"));
    refused("{'id':1,'op':'connector.create','type':'BinancePublicConnector',"
            "'exchange':'binance'}",
            "pool_exhausted", "pool.max");
}
END_TEST

START_TEST(query_loads_nothing_that_is_not_allowed)
{
    refused("{'id':1,'op':'connector.register'}", "missing_field", "path");
    refused("{'id':1,'op':'connector.register','path':'/usr/lib/x.so'}", "forbidden",
            "connector.directories is empty");
    snprintf(config->directories.paths[0], LOADER_PATH_MAX, "/usr/bin");
    config->directories.count = 1;
    refused("{'id':1,'op':'connector.register','path':'/usr/lib/x.so'}", "forbidden",
            "none of connector.directories");
    refused("{'id':1,'op':'connector.register','path':'x.so'}", "forbidden", "whole path");
    refused("{'id':1,'op':'connector.register','path':7}", "wrong_type", "path");
}
END_TEST

START_TEST(query_refuses_at_once_what_an_exchange_does_not_have)
{
    add_other();
    refused("{'id':1,'op':'connection.open','exchange':'other','type':'trade_feed',"
            "'symbols':['A-B']}",
            "unknown_type", "type: other has no \"trade_feed\"; it has quote, candle");
    refused("{'id':1,'op':'connection.open','exchange':'other','type':'candle_feed',"
            "'interval':'5m','symbols':['A-B']}",
            "bad_value", "interval: other has no candles of \"5m\"; it has 1m");
    refused("{'id':1,'op':'subscription.add','exchange':'other','channel':'mark',"
            "'symbols':['A-B']}",
            "unknown_channel", "channel: other has no \"mark\"; it has quote, candle");
    refused("{'id':1,'op':'subscription.add','exchange':'other','channel':'candle',"
            "'interval':'1M','symbols':['A-B']}",
            "bad_value", "interval: other has no candles of \"1M\"; it has 1m");
    ck_assert_uint_eq(subscriptions_count(tables.subscriptions), 0);
    ck_assert_uint_eq(pool_running_count(tables.pool), 0);
    json_decref(result_of("{'id':1,'op':'connection.open','exchange':'other','type':'candle_feed',"
                          "'interval':'1m','symbols':['A-B']}"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        query_names_each_connector_type_with_what_it_serves,
        query_hello_names_exchanges_and_their_channels,
        query_creates_a_connector_once_and_says_what_became_of_it,
        query_gives_a_connector_one_name,
        query_refuses_connectors_that_there_cannot_be,
        query_loads_nothing_that_is_not_allowed,
        query_refuses_at_once_what_an_exchange_does_not_have,
    };
    return run_tests("gateway_query_connectors", tests, sizeof tests / sizeof *tests);
}
