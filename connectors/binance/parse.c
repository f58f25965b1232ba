/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/binance/parse.h"

#include "connectors/binance/forms.h"
#include "connectors/binance/route.h"

/* 3.1.2. `a` and `b` are the orders' ids of trades before 2024-06-18. */
static const struct binance_form trade = {
    .required = BINANCE_TRADE_REQUIRED,
    .letters = {['e'] = BINANCE_PASSED,
                ['E'] = BINANCE_PASSED,
                ['s'] = BINANCE_SYMBOL,
                ['t'] = BINANCE_TRADE_ID,
                ['p'] = BINANCE_TRADE_PRICE,
                ['q'] = BINANCE_TRADE_SIZE,
                ['T'] = BINANCE_TIME,
                ['m'] = BINANCE_TRADE_MAKER,
                ['M'] = BINANCE_PASSED,
                ['a'] = BINANCE_PASSED,
                ['b'] = BINANCE_PASSED},
};

/* 3.1.3 */
static const struct binance_form agg_trade = {
    .required = BINANCE_TRADE_REQUIRED,
    .letters = {['e'] = BINANCE_PASSED,
                ['E'] = BINANCE_PASSED,
                ['s'] = BINANCE_SYMBOL,
                ['a'] = BINANCE_TRADE_ID,
                ['p'] = BINANCE_TRADE_PRICE,
                ['q'] = BINANCE_TRADE_SIZE,
                ['f'] = BINANCE_PASSED,
                ['l'] = BINANCE_PASSED,
                ['T'] = BINANCE_TIME,
                ['m'] = BINANCE_TRADE_MAKER,
                ['M'] = BINANCE_PASSED},
};

/* 3.1.8: no event word, no time. */
static const struct binance_form book_ticker = {
    .required = PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_QUOTE_ID) | BINANCE_TOP_REQUIRED,
    .letters = {['u'] = BINANCE_QUOTE_ID, ['s'] = BINANCE_SYMBOL, BINANCE_TOP_LETTERS},
};

/* 3.1.5 */
static const struct binance_form ticker = {
    .required = BINANCE_TICKER_REQUIRED | BINANCE_TOP_REQUIRED,
    .letters = {BINANCE_TICKER_LETTERS, BINANCE_TOP_LETTERS, ['x'] = BINANCE_PASSED},
};

/* 3.1.6 */
static const struct binance_form mini_ticker = {
    .required = BINANCE_MINI_REQUIRED,
    .letters = {BINANCE_MINI_LETTERS},
};

/* 3.1.11 */
static const struct binance_form depth = {
    .required = BINANCE_DEPTH_REQUIRED,
    .letters = {BINANCE_DEPTH_LETTERS, ['E'] = BINANCE_TIME},
};

/* 3.1.12 */
static const struct binance_form kline = {
    .required = BINANCE_KLINE_REQUIRED,
    .letters = {BINANCE_KLINE_LETTERS},
};

/* 3.1.10: it names no symbol, its stream's key does. */
static enum refusal read_partial(const struct binance_form *form, struct slice payload,
                                 struct parsing *parsing, struct event *event)
{
    (void)form;
    return binance_read_book(payload, parsing, event, parsing->levels_max);
}

enum refusal binance_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                           struct event *event)
{
    static const struct {
        binance_read *read;
        const struct binance_form *form;
    } payloads[] = {
        [BINANCE_TRADE] = {binance_read_trade, &trade},
        [BINANCE_AGG_TRADE] = {binance_read_trade, &agg_trade},
        [BINANCE_BOOK_TICKER] = {binance_read_quote, &book_ticker},
        [BINANCE_TICKER] = {binance_read_quote, &ticker},
        [BINANCE_MINI_TICKER] = {binance_read_quote, &mini_ticker},
        [BINANCE_DEPTH] = {binance_read_depth, &depth},
        [BINANCE_DEPTH_SLOW] = {binance_read_depth, &depth},
        [BINANCE_DEPTH5] = {read_partial, NULL},
        [BINANCE_DEPTH10] = {read_partial, NULL},
        [BINANCE_DEPTH20] = {read_partial, NULL},
        [BINANCE_DEPTH5_SLOW] = {read_partial, NULL},
        [BINANCE_DEPTH10_SLOW] = {read_partial, NULL},
        [BINANCE_DEPTH20_SLOW] = {read_partial, NULL},
        [BINANCE_KLINE] = {binance_read_kline, &kline},
    };
    return payloads[stream].read(payloads[stream].form, payload, parsing, event);
}

enum refusal binance_read_snapshot(struct slice body, struct event *event, size_t levels_max)
{
    return binance_read_book(body, NULL, event, levels_max);
}
