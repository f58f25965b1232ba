/* SPDX-License-Identifier: Apache-2.0 */
/* REST of the simulated Binance, and its recordings. Source: binance.md 4.1, 5.1, 5.3. */
#include "common/clock.h"
#include "common/scan.h"
#include "connectors/binance/sim_parts.h"
#include "connectors/dialect_text.h"

#define DEPTH_DEFAULT 100
#define DEPTH_MAX     5000

int binance_sim_fail(struct text *body, int code, const char *message)
{
    text_literal(body, "{\"code\":");
    text_signed(body, code);
    text_literal(body, ",\"msg\":");
    text_json_string(body, slice_of(message));
    text_literal(body, "}");
    return 400;
}

/* 0 for what is no number of at most four digits: the answer says so. */
static uint32_t read_limit(const struct dialect_query *query)
{
    struct slice value;
    uint32_t limit = 0;
    if (!dialect_parameter(query, SLICE("limit"), &value))
        return DEPTH_DEFAULT;
    for (size_t i = 0; i < value.len; i++) {
        if (value.len > 4 || digits_value(value.data[i]) > 9)
            return 0;
        limit = limit * 10 + digits_value(value.data[i]);
    }
    return limit < DEPTH_MAX ? limit : DEPTH_MAX;
}

static uint32_t weigh_depth(const struct dialect_query *query)
{
    uint32_t limit = read_limit(query);
    return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
}

int binance_sim_answer_ping(const struct dialect_query *query, const struct dialect_venue *venue,
                            struct dialect_answer *answer)
{
    (void)query;
    (void)venue;
    text_literal(&answer->body, "{}");
    return 200;
}

int binance_sim_answer_time(const struct dialect_query *query, const struct dialect_venue *venue,
                            struct dialect_answer *answer)
{
    (void)query;
    text_literal(&answer->body, "{\"serverTime\":");
    text_unsigned(&answer->body, (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(&answer->body, "}");
    return 200;
}

static int answer_depth(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct dialect_answer *answer)
{
    uint32_t index, limit = read_limit(query);
    struct dialect_book book;
    if (!dialect_parameter(query, SLICE("symbol"), &answer->symbol) || answer->symbol.len == 0)
        return binance_sim_fail(
            &answer->body, -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    if (!venue->find(venue->context, answer->symbol, &index))
        return binance_sim_fail(&answer->body, -1121, "Invalid symbol.");
    if (limit == 0)
        return binance_sim_fail(
            &answer->body, -1100,
            "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.");
    venue->book(venue->context, index, limit, &book);
    binance_sim_write_book(&answer->body, &book);
    answer->snapshot = true;
    return 200;
}

/* One line of exchangeInfo.symbols. `sets`: with the sets of permissions. */
static void write_instrument(struct text *text, const struct dialect_instrument *instrument,
                             bool sets)
{
    static const char flags[] =
        ",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,"
        "\"quoteCommissionPrecision\":8,\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\","
        "\"STOP_LOSS\",\"STOP_LOSS_LIMIT\",\"TAKE_PROFIT\",\"TAKE_PROFIT_LIMIT\"],"
        "\"icebergAllowed\":true,\"ocoAllowed\":true,\"otoAllowed\":true,\"opoAllowed\":true,"
        "\"quoteOrderQtyMarketAllowed\":true,\"allowTrailingStop\":true,"
        "\"cancelReplaceAllowed\":true,\"amendAllowed\":true,\"pegInstructionsAllowed\":true,"
        "\"isSpotTradingAllowed\":true,\"isMarginTradingAllowed\":false,\"filters\":[";
    text_literal(text, "{\"symbol\":");
    text_json_string(text, instrument->symbol);
    text_literal(text, ",\"status\":\"TRADING\",\"baseAsset\":");
    text_json_string(text, instrument->base);
    text_literal(text, ",\"baseAssetPrecision\":8,\"quoteAsset\":");
    text_json_string(text, instrument->quote);
    text_literal(text, flags);
    text_literal(text, "{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\",\"maxPrice\":\"10000000.00000000\",\"tickSize\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\"},{\"filterType\":\"LOT_SIZE\",\"minQty\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\",\"maxQty\":\"9000000.00000000\",\"stepSize\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\"},{\"filterType\":\"ICEBERG_PARTS\",\"limit\":100},"
                       "{\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"0.00000000\","
                       "\"maxQty\":\"9000000.00000000\",\"stepSize\":\"0.00000000\"},"
                       "{\"filterType\":\"NOTIONAL\",\"minNotional\":\"5.00000000\","
                       "\"applyMinToMarket\":true,\"maxNotional\":\"9000000.00000000\","
                       "\"applyMaxToMarket\":false,\"avgPriceMins\":5}],\"permissions\":[],");
    text_append(text, sets ? SLICE("\"permissionSets\":[[\"SPOT\"]],") : SLICE(""));
    text_literal(text, "\"defaultSelfTradePreventionMode\":\"EXPIRE_MAKER\","
                       "\"allowedSelfTradePreventionModes\":[\"EXPIRE_TAKER\","
                       "\"EXPIRE_MAKER\",\"EXPIRE_BOTH\",\"DECREMENT\",\"TRANSFER\"]}");
}

/* The instruments that are asked for: one by name, a list, or all. */
static bool write_instruments(const struct dialect_query *query, const struct dialect_venue *venue,
                              struct text *text)
{
    struct dialect_instrument instrument;
    struct slice name, list, shown = {NULL, 0};
    struct scan scan;
    uint32_t index;
    dialect_parameter(query, SLICE("showPermissionSets"), &shown);
    bool sets = !slice_equal(shown, SLICE("false"));
    if (dialect_parameter(query, SLICE("symbol"), &name)) {
        if (!venue->find(venue->context, name, &index))
            return false;
        venue->instrument(venue->context, index, &instrument);
        write_instrument(text, &instrument, sets);
    } else if (dialect_parameter(query, SLICE("symbols"), &list)) {
        scan_begin(&scan, list);
        scan_array(&scan);
        for (size_t begin = text->len; scan_element(&scan) && scan_string(&scan, &name);) {
            if (!venue->find(venue->context, name, &index))
                return false;
            venue->instrument(venue->context, index, &instrument);
            if (text->len > begin)
                text_literal(text, ",");
            write_instrument(text, &instrument, sets);
        }
        return scan_end(&scan);
    } else {
        for (index = 0; index < venue->instrument_count && !text->overflow; index++) {
            venue->instrument(venue->context, index, &instrument);
            if (index > 0)
                text_literal(text, ",");
            write_instrument(text, &instrument, sets);
        }
    }
    return true;
}

static int answer_info(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    text_literal(text, "{\"timezone\":\"UTC\",\"serverTime\":");
    text_unsigned(text, (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(text, ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\","
                       "\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":");
    text_unsigned(text, venue->weight_limit);
    text_literal(text, "},{\"rateLimitType\":\"RAW_REQUESTS\",\"interval\":\"MINUTE\","
                       "\"intervalNum\":5,\"limit\":300000}],\"exchangeFilters\":[],"
                       "\"symbols\":[");
    if (!write_instruments(query, venue, text) && !text->overflow) {
        text->len = 0;
        return binance_sim_fail(text, -1121, "Invalid symbol.");
    }
    text_literal(text, "]}");
    return 200;
}

static uint32_t weigh_info(const struct dialect_query *query)
{
    (void)query;
    return 20;
}

static uint32_t weigh_one(const struct dialect_query *query)
{
    (void)query;
    return 1;
}

#define PARAMETERS_MAX 3

static const struct {
    struct slice path;
    uint32_t (*weigh)(const struct dialect_query *query);
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
    const char *parameters[PARAMETERS_MAX];
} paths[] = {
    {{"/api/v3/ping", 12}, weigh_one, binance_sim_answer_ping, {NULL}},
    {{"/api/v3/time", 12}, weigh_one, binance_sim_answer_time, {NULL}},
    {{"/api/v3/depth", 13}, weigh_depth, answer_depth, {"symbol", "limit"}},
    {{"/api/v3/exchangeInfo", 20},
     weigh_info,
     answer_info,
     {"symbol", "symbols", "showPermissionSets"}},
};

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < sizeof paths / sizeof *paths && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

static bool is_known(size_t path, struct slice name)
{
    for (size_t i = 0; i < PARAMETERS_MAX && paths[path].parameters[i] != NULL; i++)
        if (slice_equal(name, slice_of(paths[path].parameters[i])))
            return true;
    return false;
}

uint32_t binance_sim_weigh(const struct dialect_query *query, uint32_t *group)
{
    *group = 0;
    size_t path = find_path(query);
    return path < sizeof paths / sizeof *paths ? paths[path].weigh(query) : 0;
}

int binance_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    size_t path = find_path(query);
    for (uint32_t i = 0; i < query->parameter_count; i++)
        if (!is_known(path, query->parameters[i].name))
            return binance_sim_fail(&answer->body, -1104, "Not all sent parameters were read.");
    return paths[path].answer(query, venue, answer);
}

void binance_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit)
{
    (void)group;
    (void)limit;
    text_literal(lines, "X-MBX-USED-WEIGHT-1M: ");
    text_unsigned(lines, used);
    text_literal(lines, "\r\n");
}

/* 5.3: a refusal by the fence before the exchange (403) is HTML. */
const char *binance_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns)
{
    switch (status) {
    case 403:
        text_literal(body, "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
                           "<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n");
        return "text/html";
    case 404:
        text_literal(body, "<html><body><h2>404 Not found</h2></body></html>");
        return "text/html";
    case 418:
        text_literal(
            body, "{\"code\":-1003,\"msg\":\"Way too much request weight used; IP banned until ");
        text_unsigned(body, (uint64_t)(until_ns / NS_PER_MS));
        text_literal(body, ". Please use WebSocket Streams for live updates to avoid bans.\"}");
        break;
    case 429:
        text_literal(body,
                     "{\"code\":-1003,\"msg\":\"Too much request weight used; current limit is ");
        text_unsigned(body, weight_limit);
        text_literal(body, " request weight per 1 MINUTE. Please use WebSocket Streams for live "
                           "updates to avoid polling the API.\"}");
        break;
    default:
        text_literal(
            body,
            "{\"code\":-1000,\"msg\":\"An unknown error occurred while processing the request.\"}");
    }
    return "application/json;charset=UTF-8";
}

/* Recordings are made on the combined stream; a depth reply stands in them as it came. */
enum dialect_line binance_sim_read_line(struct slice line, struct slice *key, struct slice *payload)
{
    struct scan scan;
    struct slice name, value;
    bool snapshot = false;
    *key = *payload = (struct slice){NULL, 0};
    scan_begin(&scan, line);
    if (scan_peek(&scan) != SCAN_OBJECT)
        return DIALECT_LINE_OTHER;
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("stream")) && scan_peek(&scan) == SCAN_STRING) {
            scan_string(&scan, key);
        } else if (scan_raw(&scan, &value)) {
            if (slice_equal(name, SLICE("data")))
                *payload = value;
            snapshot = snapshot || slice_equal(name, SLICE("lastUpdateId"));
        }
    }
    if (!scan_end(&scan))
        return DIALECT_LINE_OTHER;
    if (key->len > 0 && payload->len > 0)
        return DIALECT_LINE_DATA;
    *payload = line;
    return snapshot && key->len == 0 ? DIALECT_LINE_SNAPSHOT : DIALECT_LINE_OTHER;
}

/* [["price","size"], ...]; what stands behind the two in a level is passed over (old recordings).
 */
static uint32_t read_levels(struct scan *scan, struct dialect_level *levels, uint32_t levels_max)
{
    uint32_t count = 0;
    struct dialect_level level;
    scan_array(scan);
    while (scan_element(scan)) {
        scan_array(scan);
        if (!scan_element(scan) || !scan_decimal(scan, &level.price) || !scan_element(scan) ||
            !scan_decimal(scan, &level.size))
            break;
        while (scan_element(scan))
            scan_skip(scan);
        if (count < levels_max)
            levels[count++] = level;
    }
    return count;
}

bool binance_sim_read_book(struct slice payload, struct dialect_book *book,
                           struct dialect_level *bids, struct dialect_level *asks,
                           uint32_t levels_max)
{
    struct scan scan;
    struct slice name;
    *book = (struct dialect_book){.bids = bids, .asks = asks};
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("U")))
            scan_unsigned(&scan, &book->first_id);
        else if (slice_equal(name, SLICE("pu")))
            scan_unsigned(&scan, &book->previous_id);
        else if (slice_equal(name, SLICE("u")) || slice_equal(name, SLICE("lastUpdateId")))
            scan_unsigned(&scan, &book->last_id);
        else if (slice_equal(name, SLICE("b")) || slice_equal(name, SLICE("bids")))
            book->bid_count = read_levels(&scan, bids, levels_max);
        else if (slice_equal(name, SLICE("a")) || slice_equal(name, SLICE("asks")))
            book->ask_count = read_levels(&scan, asks, levels_max);
        else
            scan_skip(&scan);
    }
    return scan_end(&scan) && book->last_id > 0;
}
