/* SPDX-License-Identifier: Apache-2.0 */
/* What USD-M sends as spot does goes by forms of its own through the readers that both share; its
 * marks, open interest and liquidations are read here. Where a payload has two times, E of sending
 * and T of the matching engine (8, #13), the engine's is the event's. */
#include "connectors/binance/usdm_parse.h"

#include "connectors/binance/forms.h"
#include "connectors/binance/usdm_route.h"

/* 3.2, since 2026-06-30: which family an instrument is of, and on most streams its pair. */
#define FAMILY_PAIRS                                                                               \
    {"st", BINANCE_FAMILY},                                                                        \
    {                                                                                              \
        "ps", BINANCE_PASSED                                                                       \
    }

/* 3.2.2; nq (since 2025-12-31): q without what was filled by retail price improvement orders. */
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
                ['m'] = BINANCE_TRADE_MAKER},
    .pairs = {{"nq", BINANCE_PASSED}, FAMILY_PAIRS},
};

/* 3.2.3 */
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
                ['X'] = BINANCE_TRADE_ORIGIN},
    .pairs = {FAMILY_PAIRS},
};

/* 3.2.4 */
static const struct binance_form book_ticker = {
    .required = PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) |
                PAYLOAD_BIT(BINANCE_QUOTE_ID) | BINANCE_TOP_REQUIRED,
    .letters = {['e'] = BINANCE_PASSED,
                ['E'] = BINANCE_PASSED,
                ['T'] = BINANCE_TIME,
                ['u'] = BINANCE_QUOTE_ID,
                ['s'] = BINANCE_SYMBOL,
                BINANCE_TOP_LETTERS},
    .pairs = {FAMILY_PAIRS},
};

/* 3.2.9: the top of the book is not in it. */
static const struct binance_form ticker = {
    .required = BINANCE_TICKER_REQUIRED,
    .letters = {BINANCE_TICKER_LETTERS},
    .pairs = {FAMILY_PAIRS},
};

/* 3.2.9 */
static const struct binance_form mini_ticker = {
    .required = BINANCE_MINI_REQUIRED,
    .letters = {BINANCE_MINI_LETTERS},
    .pairs = {FAMILY_PAIRS},
};

/* 3.2.5 */
static const struct binance_form depth = {
    .required = BINANCE_DEPTH_REQUIRED | PAYLOAD_BIT(BINANCE_DEPTH_PREV),
    .letters = {BINANCE_DEPTH_LETTERS, ['E'] = BINANCE_PASSED, ['T'] = BINANCE_TIME},
    .pairs = {{"pu", BINANCE_DEPTH_PREV}, FAMILY_PAIRS},
};

/* 3.2.8 */
static const struct binance_form kline = {
    .required = BINANCE_KLINE_REQUIRED,
    .letters = {BINANCE_KLINE_LETTERS},
    .pairs = {FAMILY_PAIRS},
};

/* 3.2.5: a partial book is the object that a delta is; its levels are the whole. Of its ids the
 * last one is the book's. */
static enum refusal read_partial(const struct binance_form *form, struct slice payload,
                                 struct parsing *parsing, struct event *event)
{
    enum refusal refusal = binance_read_depth(form, payload, parsing, event);
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SNAPSHOT;
    event->book.first_update_id = event->book.prev_update_id = 0;
    return refusal;
}

/* 3.2.6. P, the settlement's estimate, means something in the last hour alone; ap (since
 * 2026-03-16) is a moving average. */
enum { MARK_PRICE = BINANCE_OWN, MARK_INDEX, MARK_RATE, MARK_NEXT };
static const struct binance_form mark = {
    .required = PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) | PAYLOAD_BIT(MARK_PRICE) |
                PAYLOAD_BIT(MARK_INDEX) | PAYLOAD_BIT(MARK_RATE) | PAYLOAD_BIT(MARK_NEXT),
    .letters = {['e'] = BINANCE_PASSED,
                ['E'] = BINANCE_TIME,
                ['s'] = BINANCE_SYMBOL,
                ['p'] = MARK_PRICE,
                ['i'] = MARK_INDEX,
                ['P'] = BINANCE_PASSED,
                ['r'] = MARK_RATE,
                ['T'] = MARK_NEXT},
    .pairs = {{"ap", BINANCE_PASSED}, FAMILY_PAIRS},
};

/* A dated contract has no funding: no next time, and "" or "0" for a rate. A price of 0 is none. */
static enum refusal read_mark(const struct binance_form *form, struct slice payload,
                              struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    struct mark *found = &event->mark;
    bool no_rate = false;
    unsigned int role;
    binance_begin(&reading, form, payload, parsing, event, KIND_MARK);
    while ((role = binance_next(&reading)) != 0) {
        if (role == MARK_PRICE)
            scan_decimal(&reading.scan, &found->mark_price);
        else if (role == MARK_INDEX)
            scan_decimal(&reading.scan, &found->index_price);
        else if (role == MARK_NEXT)
            payload_ms(&reading.scan, &found->next_funding_time);
        else if (!(no_rate = payload_absent(&reading.scan)))
            scan_decimal(&reading.scan, &found->funding_rate);
    }
    enum refusal refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (found->mark_price.negative || found->index_price.negative)
        return REFUSAL_BAD_VALUE;
    found->known = (decimal_is_zero(&found->mark_price) ? 0 : MARK_MARK_PRICE) |
                   (decimal_is_zero(&found->index_price) ? 0 : MARK_INDEX_PRICE) |
                   (no_rate || found->next_funding_time == 0 ? 0 : MARK_FUNDING_RATE);
    return REFUSAL_NONE;
}

/* 3.2.11, a reply: {"openInterest":"10659.509","symbol":"BTCUSDT","time":1589437530011}. */
static enum refusal read_open_interest(const struct binance_form *form, struct slice payload,
                                       struct parsing *parsing, struct event *event)
{
    enum { INTEREST, SYMBOL, TIME, FIELDS };
    struct scan scan;
    struct slice key, symbol = {NULL, 0};
    unsigned int seen = 0;
    (void)form;
    event_begin(event, KIND_MARK);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("openInterest"))) {
            seen |= PAYLOAD_BIT(INTEREST);
            scan_decimal(&scan, &event->mark.open_interest);
        } else if (slice_equal(key, SLICE("symbol"))) {
            seen |= PAYLOAD_BIT(SYMBOL);
            scan_string(&scan, &symbol);
        } else if (slice_equal(key, SLICE("time"))) {
            seen |= PAYLOAD_BIT(TIME);
            payload_ms(&scan, &event->ts_exchange);
        } else {
            payload_strange_field(&scan, key, parsing);
        }
    }
    enum refusal refusal = payload_end(&scan, seen, PAYLOAD_BIT(FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(symbol, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->mark.known = MARK_OPEN_INTEREST;
    return event->mark.open_interest.negative ? REFUSAL_BAD_VALUE : REFUSAL_NONE;
}

/* 3.2.7: an object o in the payload. The family stands in the one or the other (docs; a frame of
 * 2026-10). Price and size are the liquidating order's own; what became of it is passed over. */
enum { LIQUIDATION_ORDER = BINANCE_OWN, LIQUIDATION_SIDE, LIQUIDATION_PRICE, LIQUIDATION_SIZE };
static const struct binance_form liquidation = {
    .required = PAYLOAD_BIT(LIQUIDATION_ORDER) | PAYLOAD_BIT(BINANCE_SYMBOL) |
                PAYLOAD_BIT(BINANCE_TIME) | PAYLOAD_BIT(LIQUIDATION_SIDE) |
                PAYLOAD_BIT(LIQUIDATION_PRICE) | PAYLOAD_BIT(LIQUIDATION_SIZE),
    .letters = {['e'] = BINANCE_PASSED, ['E'] = BINANCE_PASSED, ['o'] = LIQUIDATION_ORDER},
    .pairs = {FAMILY_PAIRS},
};

static const struct binance_form liquidation_order = {
    .letters = {['s'] = BINANCE_SYMBOL,
                ['S'] = LIQUIDATION_SIDE,
                ['o'] = BINANCE_PASSED,
                ['f'] = BINANCE_PASSED,
                ['q'] = LIQUIDATION_SIZE,
                ['p'] = LIQUIDATION_PRICE,
                ['X'] = BINANCE_PASSED,
                ['l'] = BINANCE_PASSED,
                ['z'] = BINANCE_PASSED,
                ['T'] = BINANCE_TIME},
    .pairs = {{"ap", BINANCE_PASSED}, FAMILY_PAIRS},
};

static void read_order(struct binance_reading *reading, struct liquidation *found)
{
    const struct binance_form *form = reading->form;
    struct slice side = {NULL, 0};
    unsigned int role;
    reading->form = &liquidation_order;
    scan_object(&reading->scan);
    while ((role = binance_next(reading)) != 0) {
        if (role == LIQUIDATION_SIDE)
            scan_string(&reading->scan, &side);
        else
            scan_decimal(&reading->scan, role == LIQUIDATION_PRICE ? &found->price : &found->size);
    }
    found->side = slice_equal(side, SLICE("BUY"))    ? SIDE_BUY
                  : slice_equal(side, SLICE("SELL")) ? SIDE_SELL
                                                     : SIDE_UNKNOWN;
    reading->form = form;
}

static enum refusal read_liquidation(const struct binance_form *form, struct slice payload,
                                     struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    struct liquidation *found = &event->liquidation;
    binance_begin(&reading, form, payload, parsing, event, KIND_LIQUIDATION);
    while (binance_next(&reading) != 0)
        read_order(&reading, found);
    enum refusal refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    return found->side != SIDE_UNKNOWN && payload_positive(&found->price) &&
                   payload_positive(&found->size)
               ? REFUSAL_NONE
               : REFUSAL_BAD_VALUE;
}

enum refusal usdm_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                        struct event *event)
{
    static const struct {
        binance_read *read;
        const struct binance_form *form;
    } payloads[] = {
        [USDM_AGG_TRADE] = {binance_read_trade, &agg_trade},
        [USDM_TRADE] = {binance_read_trade, &trade},
        [USDM_BOOK_TICKER] = {binance_read_quote, &book_ticker},
        [USDM_TICKER] = {binance_read_quote, &ticker},
        [USDM_MINI_TICKER] = {binance_read_quote, &mini_ticker},
        [USDM_DEPTH] = {binance_read_depth, &depth},
        [USDM_DEPTH_RAW] = {binance_read_depth, &depth},
        [USDM_DEPTH_USUAL] = {binance_read_depth, &depth},
        [USDM_DEPTH_SLOW] = {binance_read_depth, &depth},
        [USDM_DEPTH5] = {read_partial, &depth},
        [USDM_DEPTH10] = {read_partial, &depth},
        [USDM_DEPTH20] = {read_partial, &depth},
        [USDM_DEPTH5_USUAL] = {read_partial, &depth},
        [USDM_DEPTH10_USUAL] = {read_partial, &depth},
        [USDM_DEPTH20_USUAL] = {read_partial, &depth},
        [USDM_DEPTH5_SLOW] = {read_partial, &depth},
        [USDM_DEPTH10_SLOW] = {read_partial, &depth},
        [USDM_DEPTH20_SLOW] = {read_partial, &depth},
        [USDM_KLINE] = {binance_read_kline, &kline},
        [USDM_MARK] = {read_mark, &mark},
        [USDM_MARK_SLOW] = {read_mark, &mark},
        [USDM_OPEN_INTEREST] = {read_open_interest, NULL},
        [USDM_LIQUIDATION] = {read_liquidation, &liquidation},
    };
    return payloads[stream].read(payloads[stream].form, payload, parsing, event);
}

enum refusal usdm_read_snapshot(struct slice body, struct event *event, size_t levels_max)
{
    return binance_read_book(body, NULL, event, levels_max);
}
