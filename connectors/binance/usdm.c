/* SPDX-License-Identifier: Apache-2.0 */
/* Binance USD-M futures: the table of facts. Source: binance.md (docs of 2026-05-28, models of
 * 2026-08-21), sections as noted. */
#include "connectors/binance/rest.h"
#include "connectors/binance/usdm_parse.h"
#include "connectors/binance/usdm_route.h"
#include "connectors/payload.h"

enum { PUBLIC, MARKET }; /* 1.3: the class of a stream is a path of its own */

/* 3.2.1. Aggregate trades are the documented ones; their ids were consecutive for each symbol in
 * recordings of 2021, raw trades' in those of 2023 and 2024. A quote is the ticker and the top of
 * the book. Marks come every second, trade or no trade; the open interest must be asked for. */
static const struct stream streams[] = {
    [USDM_AGG_TRADE] = {"aggTrade", KIND_TRADE, true, SEQUENCE_COUNTED, PROOF_SEQUENCE, 0, MARKET,
                        0},
    [USDM_TRADE] = {"trade", KIND_TRADE, false, SEQUENCE_COUNTED, PROOF_SEQUENCE, 0, PUBLIC, 0},
    [USDM_BOOK_TICKER] = {"bookTicker", KIND_QUOTE, true, SEQUENCE_RISING, PROOF_NONE, 0, PUBLIC,
                          0},
    [USDM_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, MARKET, 0},
    [USDM_MINI_TICKER] = {"miniTicker", KIND_QUOTE, false, SEQUENCE_UNCHECKED, PROOF_NONE, 0,
                          MARKET, 0},
    [USDM_DEPTH] = {"depth@100ms", KIND_BOOK, true, SEQUENCE_LINKED, PROOF_SEQUENCE, 0, PUBLIC, 0},
    [USDM_DEPTH_RAW] = {"depth@0ms", KIND_BOOK, false, SEQUENCE_LINKED, PROOF_SEQUENCE, 0, PUBLIC,
                        0},
    [USDM_DEPTH_USUAL] = {"depth", KIND_BOOK, false, SEQUENCE_LINKED, PROOF_SEQUENCE, 0, PUBLIC, 0},
    [USDM_DEPTH_SLOW] = {"depth@500ms", KIND_BOOK, false, SEQUENCE_LINKED, PROOF_SEQUENCE, 0,
                         PUBLIC, 0},
#define PARTIAL(name)                                                                              \
    {                                                                                              \
        name, KIND_BOOK, false, SEQUENCE_REPLACED, PROOF_SNAPSHOT, 0, PUBLIC, 0                    \
    }
    [USDM_DEPTH5] = PARTIAL("depth5@100ms"),
    [USDM_DEPTH10] = PARTIAL("depth10@100ms"),
    [USDM_DEPTH20] = PARTIAL("depth20@100ms"),
    [USDM_DEPTH5_USUAL] = PARTIAL("depth5"),
    [USDM_DEPTH10_USUAL] = PARTIAL("depth10"),
    [USDM_DEPTH20_USUAL] = PARTIAL("depth20"),
    [USDM_DEPTH5_SLOW] = PARTIAL("depth5@500ms"),
    [USDM_DEPTH10_SLOW] = PARTIAL("depth10@500ms"),
    [USDM_DEPTH20_SLOW] = PARTIAL("depth20@500ms"),
#undef PARTIAL
    [USDM_KLINE] = {"kline", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, MARKET, 0},
    [USDM_MARK] = {"markPrice@1s", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 10000, MARKET,
                   0},
    [USDM_MARK_SLOW] = {"markPrice", KIND_MARK, false, SEQUENCE_UNCHECKED, PROOF_NONE, 10000,
                        MARKET, 0},
    [USDM_OPEN_INTEREST] = {"openInterest", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0,
                            MARKET, 60000},
    [USDM_LIQUIDATION] = {"forceOrder", KIND_LIQUIDATION, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0,
                          MARKET, 0},
};
_Static_assert(sizeof streams / sizeof *streams == USDM_STREAMS, "a line for each stream");

/* 4.2: the depths that can be asked for, and what they weigh. */
static const struct {
    uint32_t limit;
    uint32_t weight;
} depths[] = {{5, 2}, {10, 2}, {20, 2}, {50, 2}, {100, 5}, {500, 10}, {1000, 20}};

/* The least that has so many levels; else the most there is. */
static size_t find_depth(uint32_t depth)
{
    size_t i = 0;
    while (i + 1 < sizeof depths / sizeof *depths && depths[i].limit < depth)
        i++;
    return i;
}

static void write_snapshot_path(struct text *path, struct slice symbol, uint32_t depth)
{
    text_literal(path, "/fapi/v1/depth?symbol=");
    payload_percent(path, symbol);
    text_literal(path, "&limit=");
    text_unsigned(path, depths[find_depth(depth)].limit);
}

static uint32_t snapshot_weight(uint32_t depth)
{
    return depths[find_depth(depth)].weight;
}

/* 3.2.11 */
static void write_poll_path(struct text *path, uint32_t stream, struct slice symbol)
{
    (void)stream; /* there is one */
    text_literal(path, "/fapi/v1/openInterest?symbol=");
    payload_percent(path, symbol);
}

/* The list comes whole. */
static void write_instruments_path(struct text *path, const struct slice *body)
{
    if (body == NULL)
        text_literal(path, "/fapi/v1/exchangeInfo");
}

/* 5.2. A contract that is announced may have no type yet, and so no name. */
static bool write_suffix(struct text *symbol, const struct binance_contract *contract)
{
    static const struct slice perpetual[] = {
        {"PERPETUAL", 9}, {"TRADIFI_PERPETUAL", 17}, {"PERPETUAL_DELIVERING", 20}};
    static const struct slice dated[] = {
        {"CURRENT_MONTH", 13}, {"NEXT_MONTH", 10}, {"CURRENT_QUARTER", 15}, {"NEXT_QUARTER", 12}};
    for (size_t i = 0; i < sizeof perpetual / sizeof *perpetual; i++)
        if (slice_equal(contract->type, perpetual[i])) {
            text_literal(symbol, "-PERP");
            return true;
        }
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++)
        if (slice_equal(contract->type, dated[i]) && contract->delivery_ns > 0) {
            text_literal(symbol, "-");
            payload_date(symbol, contract->delivery_ns);
            return true;
        }
    return false;
}

static bool read_instrument(struct slice entry, struct event *event)
{
    return binance_read_instrument(entry, write_suffix, event);
}

static enum refusal read_instruments(struct slice body, exchange_take *take, void *context,
                                     size_t *skipped)
{
    return payload_instruments_in(body, SLICE("symbols"), read_instrument, take, context, skipped);
}

const struct exchange exchange_binance_usdm = {
    .name = "binance-usdm",
    .type = "BinancePublicConnector",
    .websocket = "wss://fstream.binance.com",
    .roots = {"/public/stream", "/market/stream"}, /* by the class; wrapped, as on spot */
    .rest = "https://fapi.binance.com",
    .limits = {.group = "binance-usdm",
               .streams_per_session = 200, /* of 1024, and 200 before 2025-07-02; 2.2 */
               .streams_per_request = 100,
               .messages_per_second = 8, /* of 10; 2.2 */
               .connects = 300,          /* as on spot: not documented */
               .connects_window_ms = 300000,
               .rest_weight = 2400, /* shared with COIN-M since 2026-06-30; 5.3 */
               .rest_window_ms = 60000,
               .session_life_ms = 86400000,
               .frame_max = 4 * 1024 * 1024},
    .streams = streams,
    .stream_count = USDM_STREAMS,
    .write_key = usdm_write_key,
    .read_key = usdm_read_key,
    .write_request = binance_write_request,
    .route = usdm_route,
    .parse = usdm_parse,
    .write_snapshot_path = write_snapshot_path,
    .snapshot_weight = snapshot_weight,
    .read_snapshot = usdm_read_snapshot,
    .write_poll_path = write_poll_path,
    .poll_weight = 1,
    .write_instruments_path = write_instruments_path,
    .instruments_weight = 1,
    .read_instruments = read_instruments,
    .used_weight = binance_used_weight,
};
