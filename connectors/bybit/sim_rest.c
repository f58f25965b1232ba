/* SPDX-License-Identifier: Apache-2.0 */
/* REST of the simulated Bybit. Source: bybit.md 5. */
#include "common/clock.h"
#include "connectors/bybit/sim_parts.h"
#include "connectors/dialect_text.h"

/* A page of the list is smaller than the exchange's (1000), so that there are several. */
#define PAGE_MAX 8

/* {"retCode":0,"retMsg":"OK","result":{...},"retExtInfo":{},"time":1671017382656} (5) */
static int end_reply(struct text *body, const struct dialect_venue *venue)
{
    text_literal(body, ",\"retExtInfo\":{},\"time\":");
    text_unsigned(body, (uint64_t)(venue->now_ns / NS_PER_MS));
    text_literal(body, "}");
    return 200;
}

static int fail(struct text *body, const struct dialect_venue *venue, struct slice message)
{
    body->len = 0;
    text_literal(body, "{\"retCode\":10001,\"retMsg\":");
    text_json_string(body, message);
    text_literal(body, ",\"result\":{}");
    return end_reply(body, venue);
}

/* A number of a parameter, at least 1; 0 for anything else. */
static uint32_t read_limit(const struct dialect_query *query, uint32_t otherwise)
{
    struct slice value;
    uint32_t limit = 0;
    if (!dialect_parameter(query, SLICE("limit"), &value))
        return otherwise;
    for (size_t i = 0; i < value.len; i++) {
        if (value.len > 4 || digits_value(value.data[i]) > 9)
            return 0;
        limit = limit * 10 + digits_value(value.data[i]);
    }
    return limit <= 1000 ? limit : 0;
}

static bool is_inverse(const struct dialect_instrument *instrument)
{
    return slice_equal(instrument->quote, SLICE("USD"));
}

static uint32_t market_of(const struct dialect_instrument *instrument)
{
    return instrument->kind == DIALECT_SPOT ? BYBIT_SIM_SPOT
           : is_inverse(instrument)         ? BYBIT_SIM_INVERSE
                                            : BYBIT_SIM_LINEAR;
}

static void write_spot(struct text *text, const struct dialect_instrument *instrument,
                       uint32_t index)
{
    text_format(text, "{\"symbolId\":%u", index + 1);
    member_string(text, "symbol", instrument->symbol);
    member_string(text, "baseCoin", instrument->base);
    member_string(text, "quoteCoin", instrument->quote);
    text_literal(text, ",\"innovation\":\"0\",\"status\":\"Trading\",\"marginTrading\":\"utaOnly\","
                       "\"stTag\":\"0\",\"lotSizeFilter\":{\"basePrecision\":\"");
    decimal_write(text, &instrument->step);
    text_literal(text, "\",\"quotePrecision\":\"0.0000001\"");
    member_decimal(text, "minOrderQty", &instrument->step);
    text_literal(text, ",\"maxOrderQty\":\"230\",\"minOrderAmt\":\"5\",\"maxOrderAmt\":\"8000000\","
                       "\"maxLimitOrderQty\":\"230\",\"maxMarketOrderQty\":\"120\","
                       "\"postOnlyMaxLimitOrderSize\":\"1150\"},\"priceFilter\":{\"tickSize\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\"},\"riskParameters\":{\"priceLimitRatioX\":\"0.005\","
                       "\"priceLimitRatioY\":\"0.01\"},\"symbolType\":\"\","
                       "\"xstockMultiplier\":\"1\"}");
}

static void write_contract(struct text *text, const struct dialect_instrument *instrument,
                           uint32_t index)
{
    bool dated = instrument->kind == DIALECT_DATED, inverse = is_inverse(instrument);
    text_literal(text, "{\"symbol\":\"");
    text_append(text, instrument->symbol);
    text_literal(text, "\"");
    member_string(text, "contractType",
                  inverse ? (dated ? SLICE("InverseFutures") : SLICE("InversePerpetual"))
                          : (dated ? SLICE("LinearFutures") : SLICE("LinearPerpetual")));
    text_literal(text, ",\"status\":\"Trading\"");
    member_string(text, "baseCoin", instrument->base);
    member_string(text, "quoteCoin", instrument->quote);
    text_literal(text, ",\"launchTime\":\"1585526400000\",\"deliveryTime\":\"");
    text_signed(text, dated ? instrument->delivery_ms : 0);
    text_format(text, "\",\"deliveryFeeRate\":\"\",\"priceScale\":\"%u\"", instrument->tick.scale);
    text_literal(text, ",\"leverageFilter\":{\"minLeverage\":\"1\",\"maxLeverage\":\"100.00\","
                       "\"leverageStep\":\"0.01\"},\"priceFilter\":{\"minPrice\":\"");
    decimal_write(text, &instrument->tick);
    text_literal(text, "\",\"maxPrice\":\"1999999.80\"");
    member_decimal(text, "tickSize", &instrument->tick);
    text_literal(text, "},\"lotSizeFilter\":{\"maxOrderQty\":\"1190.000\"");
    member_decimal(text, "minOrderQty", &instrument->step);
    member_decimal(text, "qtyStep", &instrument->step);
    text_literal(text, ",\"postOnlyMaxOrderQty\":\"1190.000\",\"maxMktOrderQty\":\"500.000\","
                       "\"minNotionalValue\":\"5\"},\"unifiedMarginTrade\":true,"
                       "\"fundingInterval\":480");
    member_string(text, "settleCoin", inverse ? instrument->base : instrument->quote);
    text_literal(text, ",\"copyTrading\":\"none\",\"upperFundingRate\":\"0.005\","
                       "\"lowerFundingRate\":\"-0.005\",\"isPreListing\":false,"
                       "\"preListingInfo\":null,\"riskParameters\":{\"priceLimitRatioX\":\"0.15\","
                       "\"priceLimitRatioY\":\"0.3\"},\"displayName\":\"\",\"symbolType\":\"\","
                       "\"forbidUplWithdrawal\":false,\"symbolId\":");
    text_unsigned(text, index + 1);
    text_literal(text, "}");
}

/* Which instruments a query asks for. */
struct wanted {
    uint32_t market;
    uint32_t first; /* behind the page before */
    uint32_t most;
    struct slice symbol; /* one of them; empty all */
    bool trading;        /* others there are none */
};

/* "first%3DA%26last%3DB": opaque, given out so and to come back so (5.3). */
static bool read_cursor(struct slice cursor, const struct dialect_venue *venue, uint32_t *first)
{
    static const struct slice last = {"%26last%3D", 10};
    const char *at = memmem(cursor.data, cursor.len, last.data, last.len);
    if (!slice_starts_with(cursor, SLICE("first%3D")) || at == NULL)
        return false;
    struct slice symbol = {at + last.len, (size_t)(cursor.data + cursor.len - at) - last.len};
    if (!venue->find(venue->context, symbol, first))
        return false;
    ++*first;
    return true;
}

static bool read_wanted(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct wanted *wanted)
{
    struct slice value;
    uint32_t limit = read_limit(query, 500);
    *wanted = (struct wanted){.trading = true};
    if (!dialect_parameter(query, SLICE("category"), &value))
        return false;
    while (wanted->market < BYBIT_SIM_MARKETS &&
           !slice_equal(value, bybit_sim_category(wanted->market)))
        wanted->market++;
    dialect_parameter(query, SLICE("symbol"), &wanted->symbol);
    if (dialect_parameter(query, SLICE("status"), &value))
        wanted->trading = slice_equal(value, SLICE("Trading"));
    wanted->most = venue->instrument_count;
    if (wanted->market == BYBIT_SIM_SPOT)
        return true; /* whole, whatever is asked for */
    wanted->most = limit < PAGE_MAX ? limit : PAGE_MAX;
    return limit > 0 && wanted->market < BYBIT_SIM_MARKETS &&
           (!dialect_parameter(query, SLICE("cursor"), &value) || value.len == 0 ||
            read_cursor(value, venue, &wanted->first));
}

static void write_cursor(struct text *text, struct slice first, struct slice last)
{
    text_literal(text, ",\"nextPageCursor\":\"");
    if (last.len > 0) {
        text_literal(text, "first%3D");
        text_append(text, first);
        text_literal(text, "%26last%3D");
        text_append(text, last);
    }
    text_literal(text, "\"");
}

static int answer_instruments(const struct dialect_query *query, const struct dialect_venue *venue,
                              struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct wanted wanted;
    struct dialect_instrument instrument;
    char first_room[DIALECT_KEY_MAX], last_room[DIALECT_KEY_MAX];
    struct text first = text_over(first_room, sizeof first_room);
    struct text last = text_over(last_room, sizeof last_room);
    uint32_t count = 0, index;
    if (!read_wanted(query, venue, &wanted))
        return fail(text, venue, SLICE("params error: category, limit or cursor invalid"));
    text_literal(text, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":\"");
    text_append(text, bybit_sim_category(wanted.market));
    text_literal(text, "\",\"list\":[");
    for (index = wanted.first; index < venue->instrument_count && wanted.trading; index++) {
        venue->instrument(venue->context, index, &instrument);
        if (market_of(&instrument) != wanted.market ||
            (wanted.symbol.len > 0 && !slice_equal(wanted.symbol, instrument.symbol)))
            continue;
        if (count++ == wanted.most)
            break;
        text_append(text, count > 1 ? SLICE(",") : SLICE(""));
        (wanted.market == BYBIT_SIM_SPOT ? write_spot : write_contract)(text, &instrument, index);
        if (count == 1)
            text_append(&first, instrument.symbol);
        last.len = 0;
        text_append(&last, instrument.symbol);
    }
    text_literal(text, "]");
    if (wanted.market != BYBIT_SIM_SPOT)
        write_cursor(text, text_slice(&first), count > wanted.most ? text_slice(&last) : SLICE(""));
    text_literal(text, "}");
    return end_reply(text, venue);
}

/* 5.4: its `u` is that of the stream of 1000 levels. */
static int answer_book(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct dialect_instrument instrument;
    struct dialect_event event;
    struct dialect_book book;
    char room[DIALECT_KEY_MAX];
    struct text key = text_over(room, sizeof room);
    uint32_t index;
    if (!dialect_parameter(query, SLICE("symbol"), &answer->symbol) ||
        !venue->find(venue->context, answer->symbol, &index))
        return fail(text, venue, SLICE("params error: symbol invalid"));
    venue->instrument(venue->context, index, &instrument);
    bool spot = instrument.kind == DIALECT_SPOT;
    uint32_t limit = read_limit(query, spot ? 1 : 25);
    text_literal(&key, "orderbook.1000.");
    text_append(&key, answer->symbol);
    if (limit == 0 || !venue->state(venue->context, text_slice(&key), &event))
        return fail(text, venue, SLICE("params error: limit invalid"));
    book = event.book;
    text_literal(text, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"s\":\"");
    text_append(text, answer->symbol);
    text_literal(text, "\",\"b\":");
    bybit_sim_write_levels(text, book.bids, book.bid_count < limit ? book.bid_count : limit, spot);
    text_literal(text, ",\"a\":");
    bybit_sim_write_levels(text, book.asks, book.ask_count < limit ? book.ask_count : limit, spot);
    member_number(text, "ts", (uint64_t)(venue->now_ns / NS_PER_MS));
    member_number(text, "u", book.count);
    member_number(text, "seq", event.sequence);
    member_number(text, "cts", (uint64_t)(event.time_ns / NS_PER_MS));
    text_literal(text, "}");
    answer->snapshot = true;
    return end_reply(text, venue);
}

/* 5.2 */
static int answer_time(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    (void)query;
    text_literal(&answer->body, "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"timeSecond\":\"");
    text_signed(&answer->body, venue->now_ns / NS_PER_SECOND);
    text_literal(&answer->body, "\",\"timeNano\":\"");
    text_signed(&answer->body, venue->now_ns);
    text_literal(&answer->body, "\"}");
    return end_reply(&answer->body, venue);
}

static const struct {
    struct slice path;
    int (*answer)(const struct dialect_query *, const struct dialect_venue *,
                  struct dialect_answer *);
} pages[] = {
    {{"/v5/market/instruments-info", 27}, answer_instruments},
    {{"/v5/market/orderbook", 20}, answer_book},
    {{"/v5/market/time", 15}, answer_time},
};
#define PAGES (sizeof pages / sizeof *pages)

static size_t find_page(const struct dialect_query *query)
{
    size_t page = 0;
    while (page < PAGES && !slice_equal(query->path, pages[page].path))
        page++;
    return page;
}

/* 5.1: each request counts one. */
uint32_t bybit_sim_weigh(const struct dialect_query *query, uint32_t *group)
{
    *group = 0;
    return find_page(query) < PAGES;
}

int bybit_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                     struct dialect_answer *answer)
{
    return pages[find_page(query)].answer(query, venue, answer);
}

/* 5.1: a ban is words, not JSON. */
const char *bybit_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                    int64_t until_ns)
{
    (void)weight_limit;
    (void)until_ns;
    if (status == 403) {
        text_literal(body, "access too frequent");
        return "text/plain";
    }
    text_append(body, status == 404 ? SLICE("{\"retCode\":10017,\"retMsg\":\"Route not found.\"")
                                    : SLICE("{\"retCode\":10016,\"retMsg\":\"Server error.\""));
    text_literal(body, ",\"result\":{},\"retExtInfo\":{},\"time\":0}");
    return "application/json";
}
