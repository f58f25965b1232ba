/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Bybit, recorded and documented (bybit.md 3), and what the tests of its parsers share.
 */
#ifndef TICKGATE_TESTS_UNIT_BYBIT_PAYLOADS_H
#define TICKGATE_TESTS_UNIT_BYBIT_PAYLOADS_H

#include "common/scan.h"
#include "connectors/bybit/route.h"

#include <check.h>
#include <stdlib.h>

#define LEVELS 8

extern const struct exchange exchange_bybit, exchange_bybit_linear;

static struct event *record; /* room for LEVELS */
static struct parsing parsing;

static inline void set_up(void)
{
    size_t size = event_size(KIND_BOOK, LEVELS);
    record = aligned_alloc(16, size > sizeof *record ? size : (sizeof *record + 15) / 16 * 16);
    ck_assert_ptr_nonnull(record);
}

static inline void tear_down(void)
{
    free(record);
}

/* By the parsers of linear; those of spot must say the same. */
static inline enum refusal parse(uint32_t stream, const char *symbol, struct slice payload)
{
    char *exact = malloc(payload.len + 1);
    ck_assert_ptr_nonnull(exact);
    if (payload.len > 0)
        memcpy(exact, payload.data, payload.len);
    const struct parsing begin = {.exchange_symbol = slice_of(symbol),
                                  .variant = stream == BYBIT_KLINE ? SLICE("5m") : SLICE(""),
                                  .levels_max = LEVELS};
    struct slice exactly = {exact, payload.len};
    enum refusal refusal, of_spot = REFUSAL_NONE;
    if (stream < BYBIT_SPOT_STREAMS) {
        parsing = begin;
        of_spot = exchange_bybit.parse(stream, exactly, &parsing, record);
    }
    parsing = begin;
    refusal = exchange_bybit_linear.parse(stream, exactly, &parsing, record);
    if (stream < BYBIT_SPOT_STREAMS)
        ck_assert_int_eq(refusal, of_spot);
    free(exact);
    return refusal;
}

static inline void expect_refusal(uint32_t stream, const char *symbol, const char *payload,
                                  enum refusal expected)
{
    enum refusal refusal = parse(stream, symbol, slice_of(payload));
    ck_assert_msg(refusal == expected, "%s: %s instead of %s", payload, refusal_word(refusal).data,
                  refusal_word(expected).data);
}

static inline void expect_number(const struct decimal *value, const char *digits)
{
    char bytes[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    decimal_write(&text, value);
    text_terminate(&text);
    ck_assert_str_eq(bytes, digits);
}

#define LINEAR_TRADE                                                                               \
    "{\"T\":1791365008334,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.001\",\"p\":\"83766.30\","     \
    "\"L\":\"PlusTick\",\"i\":\"68bc1c35-dcc0-58e8-a4c5-f59a6b790814\",\"BT\":false,"              \
    "\"RPI\":false,\"seq\":821670598155}"
#define SPOT_TRADE                                                                                 \
    "{\"i\":\"2290000001225843671\",\"T\":1791365009230,\"p\":\"83805.1\",\"v\":\"0.001466\","     \
    "\"S\":\"Sell\",\"seq\":115058640184,\"s\":\"BTCUSDT\",\"BT\":false,\"RPI\":false}"
#define LIQUIDATION                                                                                \
    "{\"T\":1791365634263,\"s\":\"BTCUSDT\",\"S\":\"Buy\",\"v\":\"0.013\",\"p\":\"83446.80\"}"
#define KLINE                                                                                      \
    "{\"start\":1672324800000,\"end\":1672325099999,\"interval\":\"5\",\"open\":\"16649.5\","      \
    "\"close\":\"16677\",\"high\":\"16677\",\"low\":\"16608\",\"volume\":\"2.081\","               \
    "\"turnover\":\"34666.4005\",\"confirm\":false,\"timestamp\":1672324988882}"
#define LINEAR_BOOK                                                                                \
    "{\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"snapshot\",\"ts\":1773386409389,\"data\":{"   \
    "\"s\":\"BTCUSDT\",\"b\":[[\"71423.80\",\"0.557\"],[\"71423.10\",\"0.102\"]],"                 \
    "\"a\":[[\"71423.90\",\"4.669\"]],\"u\":10132540,\"seq\":546137962055},\"cts\":1773386409385}"
#define SPOT_BOOK                                                                                  \
    "{\"topic\":\"orderbook.50.BTCUSDT\",\"ts\":1731035685345,\"type\":\"delta\",\"data\":{"       \
    "\"s\":\"BTCUSDT\",\"b\":[[\"75848.62\",\"0.014895\"],[\"75837.13\",\"0\"]],"                  \
    "\"a\":[[\"75848.89\",\"0.088149\"]],\"u\":2876701,\"seq\":47474967823},\"cts\":"              \
    "1731035685342}"
#define TOP                                                                                        \
    "{\"topic\":\"orderbook.1.BTCUSDT\",\"ts\":1749797870036,\"type\":\"snapshot\",\"data\":{"     \
    "\"s\":\"BTCUSDT\",\"b\":[[\"103997.1\",\"0.96148\"]],\"a\":[[\"103997.2\",\"0.25\"]],"        \
    "\"u\":20404754,\"seq\":71441253512},\"cts\":1749797870033}"
#define SPOT_TICKER                                                                                \
    "{\"topic\":\"tickers.BTCUSDT\",\"ts\":1786310819126,\"type\":\"snapshot\","                   \
    "\"cs\":112488546160,\"data\":{\"symbol\":\"BTCUSDT\",\"lastPrice\":\"65140.5\","              \
    "\"highPrice24h\":\"65305.6\",\"lowPrice24h\":\"64727.9\",\"prevPrice24h\":\"65045.3\","       \
    "\"volume24h\":\"2953.835931\",\"turnover24h\":\"191907024.69597728\","                        \
    "\"price24hPcnt\":\"0.0015\",\"usdIndexPrice\":\"65091.459221\"}}"
#define LINEAR_TICKER                                                                              \
    "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\",\"data\":{\"symbol\":\"BTCUSDT\","       \
    "\"tickDirection\":\"ZeroPlusTick\",\"price24hPcnt\":\"-0.001624\","                           \
    "\"lastPrice\":\"65114.30\",\"prevPrice24h\":\"65008.70\",\"highPrice24h\":\"65282.30\","      \
    "\"lowPrice24h\":\"64694.40\",\"prevPrice1h\":\"65083.80\",\"markPrice\":\"65117.44\","        \
    "\"indexPrice\":\"65137.76\",\"openInterest\":\"59891.732\","                                  \
    "\"openInterestValue\":\"3899996265.01\",\"turnover24h\":\"1142118412.9021\","                 \
    "\"volume24h\":\"17573.9120\",\"fundingIntervalHour\":\"8\",\"fundingCap\":\"0.005\","         \
    "\"singleOpenInterest\":\"29945.866\",\"singleOpenInterestValue\":\"1949998132.50\","          \
    "\"nextFundingTime\":\"1786320000000\",\"fundingRate\":\"0.0001\","                            \
    "\"bid1Price\":\"65114.20\",\"bid1Size\":\"5.954\",\"ask1Price\":\"65114.30\","                \
    "\"ask1Size\":\"10.470\",\"preOpenPrice\":\"\",\"preQty\":\"\",\"curPreListingPhase\":\"\"},"  \
    "\"cs\":753843900397,\"ts\":1786310817583}"

static const struct {
    uint32_t stream;
    const char *payload;
    const char *unused; /* members that we can do without, each between commas */
} samples[] = {
    {BYBIT_TRADE, LINEAR_TRADE, ",L,BT,RPI,seq,"},
    {BYBIT_TRADE, SPOT_TRADE, ",BT,RPI,seq,"},
    {BYBIT_LIQUIDATION, LIQUIDATION, ","},
    {BYBIT_KLINE, KLINE, ","},
    {BYBIT_BOOK, LINEAR_BOOK, ",topic,cts,"},
    {BYBIT_BOOK_50, SPOT_BOOK, ",topic,cts,"},
    {BYBIT_TOP, TOP, ",topic,cts,"},
    {BYBIT_TICKER, SPOT_TICKER, ",topic,cs,"},
    {BYBIT_TICKER, LINEAR_TICKER, ",topic,cs,"},
    {BYBIT_MARK, LINEAR_TICKER, ",topic,cs,"},
};
#define SAMPLES (sizeof samples / sizeof *samples)

#define DELTA(members)                                                                             \
    "{\"topic\":\"tickers.A\",\"type\":\"delta\",\"data\":{\"symbol\":\"A\"" members               \
    "},\"cs\":814547789569,\"ts\":1790134712383}"

#endif
