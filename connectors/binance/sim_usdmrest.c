/* SPDX-License-Identifier: Apache-2.0 */
/* REST of the simulated Binance USD-M. Source: binance.md 3.2.11, 4.2, 5.2, 5.3. */
#include "common/clock.h"
#include "connectors/binance/sim_parts.h"
#include "connectors/dialect_text.h"

#define FOREVER_MS UINT64_C(4133404800000) /* the delivery of what is never delivered */

static const struct {
    struct slice limit;
    uint32_t levels, weight;
} depths[] = {{{"5", 1}, 5, 2},       {{"10", 2}, 10, 2},   {{"20", 2}, 20, 2},
              {{"50", 2}, 50, 2},     {{"100", 3}, 100, 5}, {{"500", 3}, 500, 10},
              {{"1000", 4}, 1000, 20}};
#define DEPTHS (sizeof depths / sizeof *depths)

/* Which of the depths that there are (500 if it is not said); DEPTHS for any other. */
static size_t read_limit(const struct dialect_query *query)
{
    struct slice limit = SLICE("500");
    size_t i = 0;
    dialect_parameter(query, SLICE("limit"), &limit);
    while (i < DEPTHS && !slice_equal(limit, depths[i].limit))
        i++;
    return i;
}

static uint32_t weigh_depth(const struct dialect_query *query)
{
    size_t depth = read_limit(query);
    return depth < DEPTHS ? depths[depth].weight : 1;
}

static uint32_t weigh_one(const struct dialect_query *query)
{
    (void)query;
    return 1;
}

/* The instrument that a query names; else the error is written. */
static bool find_symbol(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct dialect_answer *answer, uint32_t *index)
{
    if (!dialect_parameter(query, SLICE("symbol"), &answer->symbol) || answer->symbol.len == 0) {
        binance_sim_fail(
            &answer->body, -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        return false;
    }
    bool found = venue->find(venue->context, answer->symbol, index);
    if (!found)
        binance_sim_fail(&answer->body, -1121, "Invalid symbol.");
    return found;
}

/* 4.2: in another depth than there is, it is no answer (-1130; which code it is, is not said). */
static int answer_depth(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct dialect_answer *answer)
{
    size_t depth = read_limit(query);
    struct dialect_book book;
    uint32_t index;
    if (!find_symbol(query, venue, answer, &index))
        return 400;
    if (depth == DEPTHS)
        return binance_sim_fail(&answer->body, -1130,
                                "Data sent for parameter 'limit' is not valid.");
    venue->book(venue->context, index, depths[depth].levels, &book);
    text_literal(&answer->body, "{\"lastUpdateId\":");
    text_unsigned(&answer->body, book.last_id);
    member_number(&answer->body, "E", (uint64_t)(venue->now_ns / NS_PER_MS));
    member_number(&answer->body, "T", (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(&answer->body, ",\"bids\":");
    binance_sim_write_levels(&answer->body, book.bids, book.bid_count);
    text_literal(&answer->body, ",\"asks\":");
    binance_sim_write_levels(&answer->body, book.asks, book.ask_count);
    text_literal(&answer->body, "}");
    answer->snapshot = true;
    return 200;
}

/* 3.2.11: of the same market as the stream of marks, whose key is the symbol in lower case. */
static int answer_interest(const struct dialect_query *query, const struct dialect_venue *venue,
                           struct dialect_answer *answer)
{
    char room[DIALECT_KEY_MAX];
    struct text key = text_over(room, sizeof room);
    struct dialect_event event;
    uint32_t index;
    if (!find_symbol(query, venue, answer, &index))
        return 400;
    for (size_t i = 0; i < answer->symbol.len; i++) {
        char c = answer->symbol.data[i];
        char lower = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        text_bytes(&key, &lower, 1);
    }
    text_literal(&key, "@markPrice");
    if (key.overflow || !venue->state(venue->context, text_slice(&key), &event))
        return binance_sim_fail(&answer->body, -1000,
                                "An unknown error occurred while processing the request.");
    text_literal(&answer->body, "{\"openInterest\":\"");
    decimal_write(&answer->body, &event.mark.interest);
    text_literal(&answer->body, "\"");
    member_string(&answer->body, "symbol", answer->symbol);
    member_number(&answer->body, "time", (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(&answer->body, "}");
    return 200;
}

/* When the first of the dated ones is delivered: that one is of the current quarter. */
static int64_t first_delivery(const struct dialect_venue *venue)
{
    int64_t first_ms = INT64_MAX;
    for (uint32_t i = 0; i < venue->instrument_count; i++) {
        struct dialect_instrument instrument;
        venue->instrument(venue->context, i, &instrument);
        if (instrument.kind == DIALECT_DATED && instrument.delivery_ms < first_ms)
            first_ms = instrument.delivery_ms;
    }
    return first_ms;
}

/* 5.2. Contracts on what is traded elsewhere, as shares, have a type of their own. */
static void write_instrument(struct text *text, const struct dialect_instrument *instrument,
                             int64_t first_delivery_ms)
{
    bool dated = instrument->kind == DIALECT_DATED,
         share = slice_equal(instrument->base, SLICE("TSLA"));
    struct slice type = share                                          ? SLICE("TRADIFI_PERPETUAL")
                        : !dated                                       ? SLICE("PERPETUAL")
                        : instrument->delivery_ms == first_delivery_ms ? SLICE("CURRENT_QUARTER")
                                                                       : SLICE("NEXT_QUARTER");
    text_literal(text, "{\"symbol\":");
    text_json_string(text, instrument->symbol);
    text_literal(text, ",\"pair\":\"");
    text_append(text, instrument->base);
    text_append(text, instrument->quote);
    text_literal(text, "\"");
    member_string(text, "contractType", type);
    member_number(text, "deliveryDate", dated ? (uint64_t)instrument->delivery_ms : FOREVER_MS);
    text_literal(text, ",\"onboardDate\":1569398400000,\"status\":\"TRADING\","
                       "\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\"");
    member_string(text, "baseAsset", instrument->base);
    member_string(text, "quoteAsset", instrument->quote);
    member_string(text, "marginAsset", instrument->quote);
    member_number(text, "pricePrecision", instrument->tick.scale);
    member_number(text, "quantityPrecision", instrument->step.scale);
    text_literal(text, ",\"baseAssetPrecision\":8,\"quotePrecision\":8,\"underlyingType\":\"");
    text_append(text, share ? SLICE("EQUITY") : SLICE("COIN"));
    text_literal(text, "\",\"underlyingSubType\":[],\"triggerProtect\":\"0.0500\","
                       "\"liquidationFee\":\"0.012500\",\"marketTakeBound\":\"0.05\","
                       "\"maxMoveOrderLimit\":10000,\"filters\":[{\"tickSize\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\",\"maxPrice\":\"4529764\",\"filterType\":\"PRICE_FILTER\","
                       "\"minPrice\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\"},{\"maxQty\":\"1000000\",\"filterType\":\"LOT_SIZE\",\"minQty\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\",\"stepSize\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\"},{\"maxQty\":\"120\",\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\",\"stepSize\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\"},{\"limit\":200,\"filterType\":\"MAX_NUM_ORDERS\"},"
                       "{\"notional\":\"5\",\"filterType\":\"MIN_NOTIONAL\"},"
                       "{\"multiplierDown\":\"0.9500\",\"multiplierDecimal\":\"4\","
                       "\"multiplierUp\":\"1.0500\",\"filterType\":\"PERCENT_PRICE\"}],"
                       "\"orderTypes\":[\"LIMIT\",\"MARKET\",\"STOP\",\"STOP_MARKET\","
                       "\"TAKE_PROFIT\",\"TAKE_PROFIT_MARKET\",\"TRAILING_STOP_MARKET\"],"
                       "\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\",\"GTD\",\"RPI\"]}");
}

static int answer_info(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    int64_t first_ms = first_delivery(venue);
    (void)query;
    text_literal(text, "{\"timezone\":\"UTC\",\"serverTime\":");
    text_unsigned(text, (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(text, ",\"futuresType\":\"U_MARGINED\",\"rateLimits\":[{\"rateLimitType\":"
                       "\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":");
    text_unsigned(text, venue->weight_limit);
    text_literal(text, "},{\"rateLimitType\":\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,"
                       "\"limit\":1200},{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\","
                       "\"intervalNum\":10,\"limit\":300}],\"exchangeFilters\":[],\"assets\":["
                       "{\"asset\":\"USDT\",\"marginAvailable\":true,"
                       "\"autoAssetExchange\":\"-10000\"}],\"symbols\":[");
    for (uint32_t i = 0; i < venue->instrument_count && !text->overflow; i++) {
        struct dialect_instrument instrument;
        venue->instrument(venue->context, i, &instrument);
        if (i > 0)
            text_literal(text, ",");
        write_instrument(text, &instrument, first_ms);
    }
    text_literal(text, "]}");
    return 200;
}

static const struct {
    struct slice path;
    uint32_t (*weigh)(const struct dialect_query *query);
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
} paths[] = {
    {{"/fapi/v1/ping", 13}, weigh_one, binance_sim_answer_ping},
    {{"/fapi/v1/time", 13}, weigh_one, binance_sim_answer_time},
    {{"/fapi/v1/depth", 14}, weigh_depth, answer_depth},
    {{"/fapi/v1/exchangeInfo", 21}, weigh_one, answer_info},
    {{"/fapi/v1/openInterest", 21}, weigh_one, answer_interest},
};
#define PATHS (sizeof paths / sizeof *paths)

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < PATHS && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

uint32_t usdm_sim_weigh(const struct dialect_query *query, uint32_t *group)
{
    size_t path = find_path(query);
    *group = 0;
    return path < PATHS ? paths[path].weigh(query) : 0;
}

int usdm_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                    struct dialect_answer *answer)
{
    return paths[find_path(query)].answer(query, venue, answer);
}
