/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/binance/usdm_route.h"

#include "connectors/binance/market.h"

/* 3.2.1. The open interest has no stream: its key is ours. */
static const struct binance_key keys[] = {
    [USDM_AGG_TRADE] = {{"@aggTrade", 9}, {"", 0}},
    [USDM_TRADE] = {{"@trade", 6}, {"", 0}},
    [USDM_BOOK_TICKER] = {{"@bookTicker", 11}, {"", 0}},
    [USDM_TICKER] = {{"@ticker", 7}, {"", 0}},
    [USDM_MINI_TICKER] = {{"@miniTicker", 11}, {"", 0}},
    [USDM_DEPTH] = {{"@depth@100ms", 12}, {"", 0}},
    [USDM_DEPTH_RAW] = {{"@depth@0ms", 10}, {"", 0}},
    [USDM_DEPTH_USUAL] = {{"@depth", 6}, {"", 0}},
    [USDM_DEPTH_SLOW] = {{"@depth@500ms", 12}, {"", 0}},
    [USDM_DEPTH5] = {{"@depth5@100ms", 13}, {"5", 1}},
    [USDM_DEPTH10] = {{"@depth10@100ms", 14}, {"10", 2}},
    [USDM_DEPTH20] = {{"@depth20@100ms", 14}, {"20", 2}},
    [USDM_DEPTH5_USUAL] = {{"@depth5", 7}, {"5", 1}},
    [USDM_DEPTH10_USUAL] = {{"@depth10", 8}, {"10", 2}},
    [USDM_DEPTH20_USUAL] = {{"@depth20", 8}, {"20", 2}},
    [USDM_DEPTH5_SLOW] = {{"@depth5@500ms", 13}, {"5", 1}},
    [USDM_DEPTH10_SLOW] = {{"@depth10@500ms", 14}, {"10", 2}},
    [USDM_DEPTH20_SLOW] = {{"@depth20@500ms", 14}, {"20", 2}},
    [USDM_KLINE] = {{"@kline_", 7}, {"", 0}},
    [USDM_MARK] = {{"@markPrice@1s", 13}, {"", 0}},
    [USDM_MARK_SLOW] = {{"@markPrice", 10}, {"", 0}},
    [USDM_OPEN_INTEREST] = {{"@openInterest", 13}, {"", 0}},
    [USDM_LIQUIDATION] = {{"@forceOrder", 11}, {"", 0}},
};
_Static_assert(sizeof keys / sizeof *keys == USDM_STREAMS, "a key for each stream");

/* 3.2.8: "1s" is there for continuous klines alone. */
static const char *const intervals[] = {"1m", "3m", "5m",  "15m", "30m", "1h", "2h", "4h",
                                        "6h", "8h", "12h", "1d",  "3d",  "1w", "1M", NULL};

/* 3.2.1 and 6.2. A delta and a partial book cannot be told apart but by their stream's name
 * (3.2.5): bare ones are taken for deltas, whose links then prove it or not. */
static const struct binance_word words[] = {
    {"aggTrade", FRAME_DATA, REFUSAL_NONE, USDM_AGG_TRADE},
    {"trade", FRAME_DATA, REFUSAL_NONE, USDM_TRADE},
    {"bookTicker", FRAME_DATA, REFUSAL_NONE, USDM_BOOK_TICKER},
    {"depthUpdate", FRAME_DATA, REFUSAL_NONE, USDM_DEPTH},
    {"24hrTicker", FRAME_DATA, REFUSAL_NONE, USDM_TICKER},
    {"24hrMiniTicker", FRAME_DATA, REFUSAL_NONE, USDM_MINI_TICKER},
    {"kline", FRAME_DATA, REFUSAL_NONE, USDM_KLINE},
    {"markPriceUpdate", FRAME_DATA, REFUSAL_NONE, USDM_MARK},
    {"forceOrder", FRAME_DATA, REFUSAL_NONE, USDM_LIQUIDATION},
    {"serverShutdown", FRAME_GOING_AWAY, REFUSAL_NONE, 0}, /* spot's word; here not yet seen */
    {"continuous_kline", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"compositeIndex", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"assetIndexUpdate", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"contractInfo", FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL, 0},
    {"ORDER_TRADE_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"ACCOUNT_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"TRADE_LITE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"MARGIN_CALL", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"ACCOUNT_CONFIG_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"ALGO_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"CONDITIONAL_ORDER_TRIGGER_REJECT", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"STRATEGY_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"GRID_UPDATE", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {"listenKeyExpired", FRAME_REFUSED, REFUSAL_PRIVATE_EVENT, 0},
    {0},
};

static const struct binance_market market = {
    .keys = keys,
    .stream_count = USDM_STREAMS,
    .kline = USDM_KLINE,
    .intervals = intervals,
    .top = USDM_BOOK_TICKER,
    .words = words,
    .usual_speed = {"@250ms", 6},
    .foreign_family = BINANCE_FAMILY_COIN_M,
};

void usdm_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    binance_market_write_key(&market, key, stream, symbol, variant);
}

bool usdm_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant)
{
    return binance_market_read_key(&market, key, stream, symbol, variant);
}

void usdm_route(struct slice frame, struct route *route)
{
    binance_market_route(&market, frame, route);
}
