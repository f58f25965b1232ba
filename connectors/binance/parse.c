/* SPDX-License-Identifier: Apache-2.0 */
/* Every payload is one object whose keys are mostly one letter: a switch on the letter takes what
 * we know, the rest is passed over, and a bit for each required field tells at the end what is
 * missing. */
#include "connectors/binance/parse.h"

#include "common/clock.h"

#define BIT(n) (1u << (n))

enum refusal binance_refusal(const struct scan *scan)
{
    static const enum refusal refusals[] = {
        [SCAN_OK] = REFUSAL_NONE,
        [SCAN_SYNTAX] = REFUSAL_NOT_JSON,
        [SCAN_TRUNCATED] = REFUSAL_TRUNCATED,
        [SCAN_TYPE] = REFUSAL_WRONG_TYPE,
        [SCAN_RANGE] = REFUSAL_BAD_NUMBER,
        [SCAN_DEPTH] = REFUSAL_TOO_DEEP,
    };
    return refusals[scan->error];
}

/* The one letter that a key is; 0 for a longer one. */
static char letter(struct slice key)
{
    return key.len == 1 ? key.data[0] : '\0';
}

/* Times are ms, or us where timeUnit=MICROSECOND was asked for (1.4). They cannot be mistaken: what
 * is too large for ms in 63 bits of ns is the year 2262, and as us a day in April 1970. */
static bool scan_time(struct scan *scan, int64_t *ns)
{
    uint64_t value;
    if (!scan_unsigned(scan, &value))
        return false;
    if (value > INT64_MAX / NS_PER_US)
        return scan_fail(scan, SCAN_RANGE);
    *ns = (int64_t)value * (value <= INT64_MAX / NS_PER_MS ? NS_PER_MS : NS_PER_US);
    return true;
}

static enum refusal finish(struct scan *scan, unsigned int seen, unsigned int required)
{
    if (!scan_end(scan))
        return binance_refusal(scan);
    return (seen & required) == required ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

static bool positive(const struct decimal *value)
{
    return !value->negative && !decimal_is_zero(value);
}

/* trade (3.1.2) and aggTrade (3.1.3) are the same but for the id's key: what else stands under `a`
 * in old trades is an order's id (removed 2024-06-18). The aggressor sells when the buyer is the
 * maker. */
static enum refusal parse_trade(struct slice symbol, struct slice payload, struct event *event,
                                char id_key)
{
    enum { ID, PRICE, SIZE, TIME, MAKER, SYMBOL, FIELDS };
    struct scan scan;
    struct slice key, found = {NULL, 0};
    unsigned int seen = 0;
    bool buyer_is_maker = false;
    event_begin(event, KIND_TRADE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        char c = letter(key);
        switch (c == id_key ? '#' : c) {
        case '#':
            seen |= BIT(ID);
            scan_unsigned(&scan, &event->seq);
            break;
        case 'p':
            seen |= BIT(PRICE);
            scan_decimal(&scan, &event->trade.price);
            break;
        case 'q':
            seen |= BIT(SIZE);
            scan_decimal(&scan, &event->trade.size);
            break;
        case 'T':
            seen |= BIT(TIME);
            scan_time(&scan, &event->ts_exchange);
            break;
        case 'm':
            seen |= BIT(MAKER);
            scan_boolean(&scan, &buyer_is_maker);
            break;
        case 's':
            seen |= BIT(SYMBOL);
            scan_string(&scan, &found);
            break;
        default:
            scan_skip(&scan);
        }
    }
    enum refusal refusal = finish(&scan, seen, BIT(FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (!positive(&event->trade.price) || !positive(&event->trade.size))
        return REFUSAL_BAD_VALUE;
    event->trade.side = buyer_is_maker ? SIDE_SELL : SIDE_BUY;
    id_set_number(&event->trade.trade_id, event->seq);
    return REFUSAL_NONE;
}

enum refusal binance_parse_trade(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels)
{
    (void)max_levels;
    return parse_trade(symbol, payload, event, 't');
}

enum refusal binance_parse_agg_trade(struct slice symbol, struct slice payload, struct event *event,
                                     size_t max_levels)
{
    (void)max_levels;
    return parse_trade(symbol, payload, event, 'a');
}

/* Which number of a quote a letter is, counted from 1: 24hrTicker (3.1.5), 24hrMiniTicker (3.1.6)
 * and bookTicker (3.1.8) agree. */
static const uint8_t quote_fields[UINT8_MAX + 1] = {
    ['c'] = 1 + QUOTE_PRICE,     ['v'] = 1 + QUOTE_VOLUME,    ['q'] = 1 + QUOTE_TURNOVER,
    ['P'] = 1 + QUOTE_CHANGE,    ['b'] = 1 + QUOTE_BID_PRICE, ['B'] = 1 + QUOTE_BID_SIZE,
    ['a'] = 1 + QUOTE_ASK_PRICE, ['A'] = 1 + QUOTE_ASK_SIZE,  ['h'] = 1 + QUOTE_HIGH,
    ['l'] = 1 + QUOTE_LOW,       ['o'] = 1 + QUOTE_OPEN,
};

/* Only the change may be negative. A price of 0 is none: the market has not traded yet. */
static enum refusal check_quote(struct quote *quote)
{
    for (unsigned int i = 0; i < QUOTE_FIELD_COUNT; i++)
        if (i != QUOTE_CHANGE && quote->numbers[i].negative)
            return REFUSAL_BAD_VALUE;
    if (decimal_is_zero(&quote->numbers[QUOTE_PRICE]))
        quote->known &= ~BIT(QUOTE_PRICE);
    return REFUSAL_NONE;
}

/* Bits of what a payload holds beside a quote's numbers. */
enum { QUOTE_SYMBOL = QUOTE_FIELD_COUNT, QUOTE_TIME, QUOTE_ID };

static enum refusal parse_quote(struct slice symbol, struct slice payload, struct event *event,
                                unsigned int required)
{
    struct scan scan;
    struct slice key, found = {NULL, 0};
    unsigned int seen = 0;
    event_begin(event, KIND_QUOTE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        char c = letter(key);
        unsigned int field = quote_fields[(unsigned char)c];
        if (field > 0) {
            seen |= BIT(field - 1);
            scan_decimal(&scan, &event->quote.numbers[field - 1]);
        } else if (c == 's') {
            seen |= BIT(QUOTE_SYMBOL);
            scan_string(&scan, &found);
        } else if (c == 'E') {
            seen |= BIT(QUOTE_TIME);
            scan_time(&scan, &event->ts_exchange);
        } else if (c == 'u') {
            seen |= BIT(QUOTE_ID);
            scan_unsigned(&scan, &event->seq);
        } else {
            scan_skip(&scan);
        }
    }
    enum refusal refusal = finish(&scan, seen, required);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->quote.known = seen & (BIT(QUOTE_FIELD_COUNT) - 1);
    return check_quote(&event->quote);
}

#define TOP_FIELDS                                                                                 \
    (BIT(QUOTE_BID_PRICE) | BIT(QUOTE_BID_SIZE) | BIT(QUOTE_ASK_PRICE) | BIT(QUOTE_ASK_SIZE))
#define MINI_FIELDS                                                                                \
    (BIT(QUOTE_SYMBOL) | BIT(QUOTE_TIME) | BIT(QUOTE_PRICE) | BIT(QUOTE_OPEN) | BIT(QUOTE_HIGH) |  \
     BIT(QUOTE_LOW) | BIT(QUOTE_VOLUME) | BIT(QUOTE_TURNOVER))

/* 3.1.8: no event word, no time. */
enum refusal binance_parse_book_ticker(struct slice symbol, struct slice payload,
                                       struct event *event, size_t max_levels)
{
    (void)max_levels;
    return parse_quote(symbol, payload, event, BIT(QUOTE_SYMBOL) | BIT(QUOTE_ID) | TOP_FIELDS);
}

/* 3.1.5. */
enum refusal binance_parse_ticker(struct slice symbol, struct slice payload, struct event *event,
                                  size_t max_levels)
{
    (void)max_levels;
    return parse_quote(symbol, payload, event, MINI_FIELDS | BIT(QUOTE_CHANGE) | TOP_FIELDS);
}

/* 3.1.6. */
enum refusal binance_parse_mini_ticker(struct slice symbol, struct slice payload,
                                       struct event *event, size_t max_levels)
{
    (void)max_levels;
    return parse_quote(symbol, payload, event, MINI_FIELDS);
}

/* One side's levels, appended behind `*count`: ["price","size"], whatever stands behind these two
 * passed over. */
static enum refusal scan_levels(struct scan *scan, struct level *levels, size_t *count,
                                size_t max_levels)
{
    scan_array(scan);
    while (scan_element(scan)) {
        if (*count == max_levels)
            return REFUSAL_TOO_MANY_LEVELS;
        struct level *level = &levels[*count];
        if (!scan_array(scan) || !scan_element(scan) || !scan_decimal(scan, &level->price) ||
            !scan_element(scan) || !scan_decimal(scan, &level->size))
            return scan->error != SCAN_OK ? binance_refusal(scan) : REFUSAL_MISSING_FIELD;
        while (scan_element(scan))
            scan_skip(scan);
        if (!positive(&level->price) || level->size.negative)
            return REFUSAL_BAD_VALUE;
        ++*count;
    }
    return binance_refusal(scan);
}

static void reverse(struct level *levels, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct level swapped = levels[i];
        levels[i] = levels[count - 1 - i];
        levels[count - 1 - i] = swapped;
    }
}

/* The two sides of a book as they come, in either order. */
struct sides {
    size_t bids;
    size_t asks;
    bool asks_first;
    unsigned int seen; /* BIT(0) bids, BIT(1) asks */
};

static enum refusal scan_side(struct scan *scan, struct event *event, size_t max_levels, bool asks,
                              struct sides *sides)
{
    size_t count = sides->bids + sides->asks, before = count;
    if (sides->seen & BIT(asks))
        return REFUSAL_BAD_VALUE;
    if (asks && sides->seen == 0)
        sides->asks_first = true;
    sides->seen |= BIT(asks);
    enum refusal refusal = scan_levels(scan, event_bids(event), &count, max_levels);
    *(asks ? &sides->asks : &sides->bids) = count - before;
    return refusal;
}

/* A record holds its bids first: turns the halves round when the asks came first. */
static void finish_sides(struct event *event, const struct sides *sides)
{
    struct level *levels = event_bids(event);
    if (sides->asks_first) {
        reverse(levels, sides->asks);
        reverse(levels + sides->asks, sides->bids);
        reverse(levels, sides->asks + sides->bids);
    }
    event->book.bid_count = (uint32_t)sides->bids;
    event->book.ask_count = (uint32_t)sides->asks;
    event->size = (uint32_t)event_size(KIND_BOOK, sides->bids + sides->asks);
}

/* Diff depth (3.1.11). */
enum refusal binance_parse_depth(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels)
{
    enum { BIDS, ASKS, FIRST, LAST, TIME, SYMBOL, FIELDS }; /* the first two as in struct sides */
    struct scan scan;
    struct slice key, found = {NULL, 0};
    struct sides sides = {0};
    unsigned int seen = 0;
    event_begin(event, KIND_BOOK);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        char c = letter(key);
        enum refusal refusal = REFUSAL_NONE;
        if (c == 'b' || c == 'a') {
            refusal = scan_side(&scan, event, max_levels, c == 'a', &sides);
        } else if (c == 'U') {
            seen |= BIT(FIRST);
            scan_unsigned(&scan, &event->book.first_update_id);
        } else if (c == 'u') {
            seen |= BIT(LAST);
            scan_unsigned(&scan, &event->book.last_update_id);
        } else if (c == 'E') {
            seen |= BIT(TIME);
            scan_time(&scan, &event->ts_exchange);
        } else if (c == 's') {
            seen |= BIT(SYMBOL);
            scan_string(&scan, &found);
        } else {
            scan_skip(&scan);
        }
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal = finish(&scan, seen | sides.seen, BIT(FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (event->book.first_update_id > event->book.last_update_id ||
        event->book.first_update_id == 0)
        return REFUSAL_BAD_VALUE;
    event->update = UPDATE_DELTA;
    finish_sides(event, &sides);
    return REFUSAL_NONE;
}

/* {"lastUpdateId":160,"bids":[...],"asks":[...]}: partial depth (3.1.10) and the REST reply (4.1)
 * alike. */
enum refusal binance_read_snapshot(struct slice body, struct event *event, size_t max_levels)
{
    struct scan scan;
    struct slice key;
    struct sides sides = {0};
    event_begin(event, KIND_BOOK);
    scan_begin(&scan, body);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        enum refusal refusal = REFUSAL_NONE;
        if (slice_equal(key, SLICE("bids")) || slice_equal(key, SLICE("asks")))
            refusal = scan_side(&scan, event, max_levels, key.data[0] == 'a', &sides);
        else if (slice_equal(key, SLICE("lastUpdateId")))
            scan_unsigned(&scan, &event->book.last_update_id);
        else
            scan_skip(&scan);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal = finish(&scan, sides.seen, BIT(0) | BIT(1));
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (event->book.last_update_id == 0)
        return REFUSAL_MISSING_FIELD;
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SNAPSHOT;
    finish_sides(event, &sides);
    return REFUSAL_NONE;
}

/* A partial depth payload names no symbol: the stream's key does. */
enum refusal binance_parse_partial(struct slice symbol, struct slice payload, struct event *event,
                                   size_t max_levels)
{
    (void)symbol;
    return binance_read_snapshot(payload, event, max_levels);
}

/* The fields of a kline (3.1.12): six numbers of its object `k`, and what stands behind them. */
enum { CANDLE_OPEN_TIME = 6, CANDLE_CLOSE_TIME, CANDLE_CLOSED, CANDLE_TRADES, CANDLE_FIELDS };
enum { KLINE_SYMBOL = CANDLE_FIELDS, KLINE_TIME, KLINE_FIELDS };

static unsigned int scan_candle(struct scan *scan, struct candle *candle)
{
    struct decimal *const numbers[CANDLE_OPEN_TIME] = {&candle->open,   &candle->high,
                                                       &candle->low,    &candle->close,
                                                       &candle->volume, &candle->turnover};
    static const char letters[] = "ohlcvq";
    unsigned int seen = 0;
    struct slice key;
    scan_object(scan);
    while (scan_member(scan, &key)) {
        char c = letter(key);
        const char *place = c != '\0' ? strchr(letters, c) : NULL;
        if (place != NULL) {
            seen |= BIT(place - letters);
            scan_decimal(scan, numbers[place - letters]);
        } else if (c == 't') {
            seen |= BIT(CANDLE_OPEN_TIME);
            scan_time(scan, &candle->open_time);
        } else if (c == 'T') {
            seen |= BIT(CANDLE_CLOSE_TIME);
            scan_time(scan, &candle->close_time);
        } else if (c == 'x') {
            seen |= BIT(CANDLE_CLOSED);
            scan_boolean(scan, &candle->closed);
        } else if (c == 'n') {
            seen |= BIT(CANDLE_TRADES);
            scan_unsigned(scan, &candle->trades);
        } else {
            scan_skip(scan);
        }
    }
    return seen;
}

static bool is_sane(const struct candle *candle)
{
    return positive(&candle->open) && positive(&candle->low) && positive(&candle->close) &&
           decimal_compare(&candle->low, &candle->high) <= 0 && !candle->volume.negative &&
           !candle->turnover.negative && candle->open_time < candle->close_time;
}

enum refusal binance_parse_kline(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels)
{
    struct scan scan;
    struct slice key, found = {NULL, 0};
    unsigned int seen = 0;
    (void)max_levels;
    event_begin(event, KIND_CANDLE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        switch (letter(key)) {
        case 'k':
            seen |= scan_candle(&scan, &event->candle);
            break;
        case 'E':
            seen |= BIT(KLINE_TIME);
            scan_time(&scan, &event->ts_exchange);
            break;
        case 's':
            seen |= BIT(KLINE_SYMBOL);
            scan_string(&scan, &found);
            break;
        default:
            scan_skip(&scan);
        }
    }
    enum refusal refusal = finish(&scan, seen, BIT(KLINE_FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->candle.has_turnover = event->candle.has_trades = true;
    return is_sane(&event->candle) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}
