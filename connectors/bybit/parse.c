/* SPDX-License-Identifier: Apache-2.0 */
/* Trades, candles and liquidations come as flat objects in an array; books and tickers as one
 * object `data` with type and times around it. Prices are texts, times and ids bare numbers; an
 * empty text is "not known" (bybit.md 3). Members stand in the tables as linear writes them. */
#include "connectors/bybit/parse.h"

#include "common/clock.h"
#include "connectors/bybit/route.h"
#include "connectors/payload_flat.h"

#define EVENT(field)  offsetof(struct event, field)
#define AROUND(field) offsetof(struct frame, field)
/* Bybit's names have one spelling. */
#define FIELD(name, ...) FLAT(name, name, __VA_ARGS__)
#define IGNORED(name)    FIELD(name, FLAT_IGNORED, FLAT_OPTIONAL)
#define WORD(word, value)                                                                          \
    {                                                                                              \
        {(word), sizeof(word) - 1}, (value)                                                        \
    }

static const struct flat_word sides[] = {WORD("Buy", SIDE_BUY), WORD("Sell", SIDE_SELL),
                                         FLAT_END_OF_WORDS};
static const struct flat_word directions[] = {WORD("PlusTick", 0), WORD("ZeroPlusTick", 0),
                                              WORD("MinusTick", 0), WORD("ZeroMinusTick", 0),
                                              FLAT_END_OF_WORDS};

/* A UUID; on spot a number (3.4). */
static enum refusal read_trade_id(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    struct slice text;
    (void)parsing;
    if (!scan_string(scan, &text))
        return REFUSAL_NONE;
    return id_set(&event->trade.trade_id, text) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

/* 3.4: `S` is the taker's side. `seq` is the symbol's and not contiguous: it proves nothing. Block
 * and RPI trades are trades. */
#define TRADE_TIME  FIELD("T", FLAT_TIME, FLAT_VALUE, EVENT(ts_exchange))
#define TRADE_SIDE  FIELD("S", FLAT_WORD, FLAT_VALUE, EVENT(trade.side), .words = sides)
#define TRADE_SIZE  FIELD("v", FLAT_DECIMAL, FLAT_VALUE, EVENT(trade.size))
#define TRADE_PRICE FIELD("p", FLAT_DECIMAL, FLAT_VALUE, EVENT(trade.price))
#define TRADE_TICK  FIELD("L", FLAT_NOTED, FLAT_OPTIONAL, .words = directions)
#define TRADE_ID    FIELD("i", FLAT_NESTED, FLAT_VALUE, .read = read_trade_id)

/* The two orders in which trades come: either table reads both. */
static const struct flat_field trade_fields[] = {
    TRADE_TIME,     FIELD("s", FLAT_SYMBOL, FLAT_VALUE),
    TRADE_SIDE,     TRADE_SIZE,
    TRADE_PRICE,    TRADE_TICK,
    TRADE_ID,       IGNORED("BT"),
    IGNORED("RPI"), IGNORED("seq")};
static const struct flat_field spot_trade_fields[] = {TRADE_ID,
                                                      TRADE_TIME,
                                                      TRADE_PRICE,
                                                      TRADE_SIZE,
                                                      TRADE_SIDE,
                                                      IGNORED("seq"),
                                                      FIELD("s", FLAT_SYMBOL, FLAT_VALUE),
                                                      IGNORED("BT"),
                                                      IGNORED("RPI"),
                                                      TRADE_TICK};
static const struct flat trade = FLAT_OF(trade_fields), spot_trade = FLAT_OF(spot_trade_fields);

static enum refusal parse_trade(struct slice payload, const struct flat *flat,
                                struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, flat, KIND_TRADE, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool sane = payload_positive(&event->trade.price) && payload_positive(&event->trade.size);
    return sane ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

enum refusal bybit_parse_trade(struct slice payload, struct parsing *parsing, struct event *event)
{
    return parse_trade(payload, &trade, parsing, event);
}

enum refusal bybit_parse_spot_trade(struct slice payload, struct parsing *parsing,
                                    struct event *event)
{
    return parse_trade(payload, &spot_trade, parsing, event);
}

/* 3.7: `S` is the side of the position: a long one is liquidated by an order that sells. `p` is the
 * price at which it was bankrupt. */
static const struct flat_word positions[] = {WORD("Buy", SIDE_SELL), WORD("Sell", SIDE_BUY),
                                             FLAT_END_OF_WORDS};
static const struct flat_field liquidation_fields[] = {
    FIELD("T", FLAT_TIME, FLAT_VALUE, EVENT(ts_exchange)),
    FIELD("s", FLAT_SYMBOL, FLAT_VALUE),
    FIELD("S", FLAT_WORD, FLAT_VALUE, EVENT(liquidation.side), .words = positions),
    FIELD("v", FLAT_DECIMAL, FLAT_VALUE, EVENT(liquidation.size)),
    FIELD("p", FLAT_DECIMAL, FLAT_VALUE, EVENT(liquidation.price)),
};
static const struct flat liquidation = FLAT_OF(liquidation_fields);

enum refusal bybit_parse_liquidation(struct slice payload, struct parsing *parsing,
                                     struct event *event)
{
    enum refusal refusal = flat_payload(payload, &liquidation, KIND_LIQUIDATION, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool sane =
        payload_positive(&event->liquidation.price) && payload_positive(&event->liquidation.size);
    return sane ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

static enum refusal read_interval(struct scan *scan, void *record, struct parsing *parsing)
{
    struct slice text;
    (void)record;
    if (!scan_string(scan, &text))
        return REFUSAL_NONE;
    return slice_equal(text, bybit_interval(parsing->variant)) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

static enum refusal read_confirm(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    (void)parsing;
    scan_boolean(scan, &event->candle.closed);
    return REFUSAL_NONE;
}

/* 3.6: `timestamp` is the time of the candle's last trade. */
static const struct flat_field kline_fields[] = {
    FIELD("start", FLAT_TIME, FLAT_VALUE, EVENT(candle.open_time)),
    FIELD("end", FLAT_TIME, FLAT_VALUE, EVENT(candle.close_time)),
    FIELD("interval", FLAT_NESTED, FLAT_VALUE, .read = read_interval),
    FIELD("open", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.open)),
    FIELD("close", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.close)),
    FIELD("high", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.high)),
    FIELD("low", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.low)),
    FIELD("volume", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.volume)),
    FIELD("turnover", FLAT_DECIMAL, FLAT_VALUE, EVENT(candle.turnover)),
    FIELD("confirm", FLAT_NESTED, FLAT_VALUE, .read = read_confirm),
    FIELD("timestamp", FLAT_TIME, FLAT_VALUE, EVENT(ts_exchange)),
};
static const struct flat kline = FLAT_OF(kline_fields);

enum refusal bybit_parse_kline(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &kline, KIND_CANDLE, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    event->candle.has_turnover = true;
    return payload_candle_is_sane(&event->candle) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

/* A whole frame: what stands around its data, and of a book what stands in it. */
struct frame {
    struct event *event;
    int64_t ts;  /* of the push */
    int64_t cts; /* of the matching engine, in books since 2023-12-14; 0 none */
    uint8_t update;
    uint64_t id;
    struct payload_sides sides;
};

/* `cs` is the symbol's sequence, as `seq` in books. */
#define FRAME(updates, reader)                                                                     \
    {                                                                                              \
        IGNORED("topic"), FIELD("type", FLAT_WORD, FLAT_VALUE, AROUND(update), .words = updates),  \
            FIELD("ts", FLAT_TIME, FLAT_VALUE, AROUND(ts)),                                        \
            FIELD("data", FLAT_NESTED, FLAT_VALUE, .read = reader),                                \
            FIELD("cts", FLAT_TIME, FLAT_OPTIONAL, AROUND(cts)), IGNORED("cs")                     \
    }

static enum refusal read_frame(struct slice payload, const struct flat *flat, enum kind kind,
                               struct frame *frame, struct parsing *parsing)
{
    struct scan scan;
    event_begin(frame->event, kind);
    scan_begin(&scan, payload);
    enum refusal refusal = flat_object(&scan, flat, frame, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    frame->event->update = frame->update;
    frame->event->ts_exchange = frame->cts != 0 ? frame->cts : frame->ts;
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

/* 3.1, 4: `u` counts the messages of one topic; `seq` is shared by all depths, and not contiguous.
 */
#define BOOK(bids, asks)                                                                           \
    {                                                                                              \
        FIELD("s", FLAT_SYMBOL, FLAT_VALUE), FIELD("b", FLAT_NESTED, FLAT_VALUE, .read = bids),    \
            FIELD("a", FLAT_NESTED, FLAT_VALUE, .read = asks),                                     \
            FIELD("u", FLAT_NESTED, FLAT_VALUE, .read = read_id), IGNORED("seq")                   \
    }

static enum refusal read_id(struct scan *scan, void *record, struct parsing *parsing)
{
    struct frame *frame = record;
    (void)parsing;
    return scan_unsigned(scan, &frame->id) && frame->id == 0 ? REFUSAL_BAD_VALUE : REFUSAL_NONE;
}

static enum refusal read_bids(struct scan *scan, void *record, struct parsing *parsing)
{
    struct frame *frame = record;
    return payload_side(scan, frame->event, parsing->levels_max, false, &frame->sides);
}

static enum refusal read_asks(struct scan *scan, void *record, struct parsing *parsing)
{
    struct frame *frame = record;
    return payload_side(scan, frame->event, parsing->levels_max, true, &frame->sides);
}

static enum refusal read_book(struct scan *scan, void *record, struct parsing *parsing)
{
    static const struct flat_field fields[] = BOOK(read_bids, read_asks);
    static const struct flat flat = FLAT_OF(fields);
    return flat_object(scan, &flat, record, parsing);
}

/* Sizes are absolute, 0 deletes; so leaves what falls out of the window of a depth (4.2). */
static const struct flat_word book_updates[] = {
    WORD("delta", UPDATE_DELTA), WORD("snapshot", UPDATE_SNAPSHOT), FLAT_END_OF_WORDS};
static const struct flat_field book_fields[] = FRAME(book_updates, read_book);
static const struct flat book = FLAT_OF(book_fields);

enum refusal bybit_parse_book(struct slice payload, struct parsing *parsing, struct event *event)
{
    struct frame frame = {.event = event};
    enum refusal refusal = read_frame(payload, &book, KIND_BOOK, &frame, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    event->book.first_update_id = event->book.last_update_id = frame.id;
    payload_finish_sides(event, &frame.sides);
    return REFUSAL_NONE;
}

/* One side of the top, [[price, size]] or []: a side without an order is not known. */
static enum refusal read_best(struct scan *scan, struct quote *quote, unsigned int price_field)
{
    struct decimal *price = &quote->numbers[price_field], *size = price + 1;
    scan_array(scan);
    if (!scan_element(scan))
        return payload_refusal(scan);
    if (!scan_array(scan) || !scan_element(scan) || !scan_decimal(scan, price) ||
        !scan_element(scan) || !scan_decimal(scan, size))
        return scan->error != SCAN_OK ? payload_refusal(scan) : REFUSAL_MISSING_FIELD;
    while (scan_element(scan))
        scan_skip(scan);
    quote->known |= PAYLOAD_BIT(price_field) | PAYLOAD_BIT(price_field + 1);
    bool more = scan_element(scan);
    return more || !payload_positive(price) || !payload_positive(size) ? REFUSAL_BAD_VALUE
                                                                       : payload_refusal(scan);
}

static enum refusal read_best_bid(struct scan *scan, void *record, struct parsing *parsing)
{
    struct frame *frame = record;
    (void)parsing;
    return read_best(scan, &frame->event->quote, QUOTE_BID_PRICE);
}

static enum refusal read_best_ask(struct scan *scan, void *record, struct parsing *parsing)
{
    struct frame *frame = record;
    (void)parsing;
    return read_best(scan, &frame->event->quote, QUOTE_ASK_PRICE);
}

static enum refusal read_top(struct scan *scan, void *record, struct parsing *parsing)
{
    static const struct flat_field fields[] = BOOK(read_best_bid, read_best_ask);
    static const struct flat flat = FLAT_OF(fields);
    return flat_object(scan, &flat, record, parsing);
}

/* 3.1: snapshots alone since 2025-03-20; the deltas of before say too little one by one. */
static const struct flat_word top_updates[] = {WORD("snapshot", UPDATE_SNAPSHOT),
                                               FLAT_END_OF_WORDS};
static const struct flat_field top_fields[] = FRAME(top_updates, read_top);
static const struct flat top = FLAT_OF(top_fields);

enum refusal bybit_parse_top(struct slice payload, struct parsing *parsing, struct event *event)
{
    struct frame frame = {.event = event};
    enum refusal refusal = read_frame(payload, &top, KIND_QUOTE, &frame, parsing);
    event->seq = frame.id;
    return refusal;
}

/* A ticker's members (3.5) by what they are. The best prices are late here, and come with the top
 * of the book; spot has neither them nor what a mark is made of. */
#define TICKER(QUOTE, CHANGE, MARK, OTHER)                                                         \
    FIELD("symbol", FLAT_SYMBOL, FLAT_VALUE)                                                       \
    , FIELD("tickDirection", FLAT_NOTED, FLAT_OPTIONAL, .words = directions),                      \
        CHANGE("price24hPcnt", QUOTE_CHANGE), QUOTE("lastPrice", QUOTE_PRICE),                     \
        QUOTE("prevPrice24h", QUOTE_OPEN), QUOTE("highPrice24h", QUOTE_HIGH),                      \
        QUOTE("lowPrice24h", QUOTE_LOW), OTHER("prevPrice1h"), MARK("markPrice", read_mark_price), \
        MARK("indexPrice", read_index_price), MARK("openInterest", read_open_interest),            \
        OTHER("openInterestValue"), QUOTE("turnover24h", QUOTE_TURNOVER),                          \
        QUOTE("volume24h", QUOTE_VOLUME), OTHER("fundingIntervalHour"), OTHER("fundingCap"),       \
        OTHER("deliveryTime"), OTHER("basisRate"), OTHER("deliveryFeeRate"),                       \
        OTHER("predictedDeliveryPrice"), OTHER("basis"), OTHER("basisRateYear"),                   \
        OTHER("singleOpenInterest"), OTHER("singleOpenInterestValue"),                             \
        MARK("nextFundingTime", read_funding_time), MARK("fundingRate", read_funding_rate),        \
        OTHER("bid1Price"), OTHER("bid1Size"), OTHER("ask1Price"), OTHER("ask1Size"),              \
        OTHER("preOpenPrice"), OTHER("preQty"), OTHER("curPreListingPhase"),                       \
        OTHER("usdIndexPrice")
#define AS_QUOTE(name, field)  FIELD(name, FLAT_QUOTE, FLAT_OPTIONAL, field)
#define AS_CHANGE(name, field) FIELD(name, FLAT_QUOTE_FRACTION, FLAT_OPTIONAL, field)
#define AS_MARK(name, reader)  FIELD(name, FLAT_NESTED, FLAT_OPTIONAL, .read = reader)
#define NO_QUOTE(name, field)  IGNORED(name)
#define NO_MARK(name, reader)  IGNORED(name)

/* A delta has what changed. */
static const struct flat_word ticker_updates[] = {
    WORD("delta", UPDATE_DELTA), WORD("snapshot", UPDATE_SNAPSHOT), FLAT_END_OF_WORDS};

static enum refusal read_quote(struct scan *scan, void *record, struct parsing *parsing)
{
    static const struct flat_field fields[] = {TICKER(AS_QUOTE, AS_CHANGE, NO_MARK, IGNORED)};
    static const struct flat flat = FLAT_OF(fields);
    struct frame *frame = record;
    return flat_object(scan, &flat, frame->event, parsing);
}

static const struct flat_field ticker_fields[] = FRAME(ticker_updates, read_quote);
static const struct flat ticker = FLAT_OF(ticker_fields);

enum refusal bybit_parse_ticker(struct slice payload, struct parsing *parsing, struct event *event)
{
    struct frame frame = {.event = event};
    enum refusal refusal = read_frame(payload, &ticker, KIND_QUOTE, &frame, parsing);
    return refusal != REFUSAL_NONE ? refusal : payload_check_quote(&event->quote);
}

static enum refusal read_number(struct scan *scan, struct decimal *number, struct event *event,
                                uint32_t bit)
{
    if (scan_decimal(scan, number))
        event->mark.known |= bit;
    return REFUSAL_NONE;
}

static enum refusal read_mark_price(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    (void)parsing;
    return read_number(scan, &event->mark.mark_price, event, MARK_MARK_PRICE);
}

static enum refusal read_index_price(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    (void)parsing;
    return read_number(scan, &event->mark.index_price, event, MARK_INDEX_PRICE);
}

static enum refusal read_open_interest(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    (void)parsing;
    return read_number(scan, &event->mark.open_interest, event, MARK_OPEN_INTEREST);
}

/* Dated futures have no funding: "" (3.5). */
static enum refusal read_funding_rate(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    (void)parsing;
    return read_number(scan, &event->mark.funding_rate, event, MARK_FUNDING_RATE);
}

/* A number of ms, but as a text. */
static enum refusal read_funding_time(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    struct slice text;
    uint64_t ms;
    (void)parsing;
    if (!scan_string(scan, &text))
        return REFUSAL_NONE;
    if (!payload_unsigned(text, &ms) || ms > INT64_MAX / NS_PER_MS)
        return REFUSAL_BAD_NUMBER;
    event->mark.next_funding_time = (int64_t)ms * NS_PER_MS;
    return REFUSAL_NONE;
}

static enum refusal read_mark(struct scan *scan, void *record, struct parsing *parsing)
{
    static const struct flat_field fields[] = {TICKER(NO_QUOTE, NO_QUOTE, AS_MARK, IGNORED)};
    static const struct flat flat = FLAT_OF(fields);
    struct frame *frame = record;
    return flat_object(scan, &flat, frame->event, parsing);
}

static const struct flat_field mark_fields[] = FRAME(ticker_updates, read_mark);
static const struct flat mark = FLAT_OF(mark_fields);

/* A price of 0 is none: the contract has not traded yet. */
enum refusal bybit_parse_mark(struct slice payload, struct parsing *parsing, struct event *event)
{
    struct mark *found = &event->mark;
    struct frame frame = {.event = event};
    enum refusal refusal = read_frame(payload, &mark, KIND_MARK, &frame, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (decimal_is_zero(&found->mark_price))
        found->known &= ~MARK_MARK_PRICE;
    if (decimal_is_zero(&found->index_price))
        found->known &= ~MARK_INDEX_PRICE;
    bool negative =
        found->mark_price.negative || found->index_price.negative || found->open_interest.negative;
    return negative ? REFUSAL_BAD_VALUE : REFUSAL_NONE;
}
