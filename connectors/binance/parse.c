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

/* Times are ms, or us where timeUnit=MICROSECOND was asked for: they cannot be mistaken, for 10^14
 * ms is the year 5138. */
static bool scan_time(struct scan *scan, int64_t *ns)
{
    uint64_t value;
    if (!scan_unsigned(scan, &value))
        return false;
    if (value > INT64_MAX / NS_PER_US) {
        scan->error = SCAN_RANGE;
        return false;
    }
    *ns =
        value < UINT64_C(100000000000000) ? (int64_t)value * NS_PER_MS : (int64_t)value * NS_PER_US;
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

/* trade (3.1.2) and aggTrade (3.1.3): the same but for the id's key. The aggressor sells when the
 * buyer is the maker. */
enum refusal binance_parse_trade(struct slice symbol, struct slice payload, struct event *event,
                                 size_t max_levels)
{
    enum { ID, PRICE, SIZE, TIME, MAKER, SYMBOL };
    struct scan scan;
    struct slice key, found = {NULL, 0};
    unsigned int seen = 0;
    bool buyer_is_maker = false;
    uint64_t id = 0;
    (void)max_levels;
    event_begin(event, KIND_TRADE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        switch (letter(key)) {
        case 't':
        case 'a':
            /* Old frames have `a` and `b`, the orders' ids, beside `t` (removed 2024-06-18). */
            if (letter(key) == 't' || (seen & BIT(ID)) == 0)
                scan_unsigned(&scan, &id);
            else
                scan_skip(&scan);
            seen |= BIT(ID);
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
    enum refusal refusal = finish(
        &scan, seen, BIT(ID) | BIT(PRICE) | BIT(SIZE) | BIT(TIME) | BIT(MAKER) | BIT(SYMBOL));
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (!positive(&event->trade.price) || !positive(&event->trade.size))
        return REFUSAL_BAD_VALUE;
    event->seq = id;
    event->proof = PROOF_SEQUENCE;
    event->trade.side = buyer_is_maker ? SIDE_SELL : SIDE_BUY;
    id_set_number(&event->trade.trade_id, id);
    return REFUSAL_NONE;
}

/* Which number of a quote a letter is, -1 none: 24hrTicker (3.1.5), 24hrMiniTicker (3.1.6) and
 * bookTicker (3.1.8) agree. */
static int quote_field(char c)
{
    switch (c) {
    case 'c':
        return QUOTE_PRICE;
    case 'v':
        return QUOTE_VOLUME;
    case 'q':
        return QUOTE_TURNOVER;
    case 'P':
        return QUOTE_CHANGE;
    case 'b':
        return QUOTE_BID_PRICE;
    case 'B':
        return QUOTE_BID_SIZE;
    case 'a':
        return QUOTE_ASK_PRICE;
    case 'A':
        return QUOTE_ASK_SIZE;
    case 'h':
        return QUOTE_HIGH;
    case 'l':
        return QUOTE_LOW;
    case 'o':
        return QUOTE_OPEN;
    default:
        return -1;
    }
}

/* A quote is at least a top of book (bookTicker) or a last price (the tickers). Only the change may
 * be negative. */
static enum refusal check_quote(const struct quote *quote)
{
    const unsigned int top =
        BIT(QUOTE_BID_PRICE) | BIT(QUOTE_BID_SIZE) | BIT(QUOTE_ASK_PRICE) | BIT(QUOTE_ASK_SIZE);
    if ((quote->known & top) != top && (quote->known & BIT(QUOTE_PRICE)) == 0)
        return REFUSAL_MISSING_FIELD;
    for (unsigned int i = 0; i < QUOTE_FIELD_COUNT; i++)
        if (i != QUOTE_CHANGE && quote->numbers[i].negative)
            return REFUSAL_BAD_VALUE;
    return REFUSAL_NONE;
}

enum refusal binance_parse_ticker(struct slice symbol, struct slice payload, struct event *event,
                                  size_t max_levels)
{
    struct scan scan;
    struct slice key, found = {NULL, 0};
    (void)max_levels;
    event_begin(event, KIND_QUOTE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        char c = letter(key);
        int field = quote_field(c);
        if (field >= 0) {
            event->quote.known |= BIT(field);
            scan_decimal(&scan, &event->quote.numbers[field]);
        } else if (c == 's') {
            scan_string(&scan, &found);
        } else if (c == 'E') {
            scan_time(&scan, &event->ts_exchange);
        } else if (c == 'u') {
            scan_unsigned(&scan, &event->seq);
        } else {
            scan_skip(&scan);
        }
    }
    enum refusal refusal = finish(&scan, found.data != NULL, true);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    return check_quote(&event->quote);
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
    enum { FIRST, LAST, TIME };
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
            scan_string(&scan, &found);
        } else {
            scan_skip(&scan);
        }
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal =
        finish(&scan, seen | sides.seen << 3, BIT(FIRST) | BIT(LAST) | BIT(TIME) | BIT(3) | BIT(4));
    if (refusal == REFUSAL_NONE && found.data == NULL)
        refusal = REFUSAL_MISSING_FIELD;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (event->book.first_update_id > event->book.last_update_id ||
        event->book.first_update_id == 0)
        return REFUSAL_BAD_VALUE;
    event->update = UPDATE_DELTA;
    event->proof = PROOF_SEQUENCE;
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

/* The object `k` of a kline (3.1.12). */
static unsigned int scan_candle(struct scan *scan, struct candle *candle)
{
    struct decimal *const numbers[] = {&candle->open,  &candle->high,   &candle->low,
                                       &candle->close, &candle->volume, &candle->turnover};
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
            seen |= BIT(6);
            scan_time(scan, &candle->open_time);
        } else if (c == 'T') {
            seen |= BIT(7);
            scan_time(scan, &candle->close_time);
        } else if (c == 'x') {
            seen |= BIT(8);
            scan_boolean(scan, &candle->closed);
        } else if (c == 'n') {
            candle->has_trades = true;
            scan_unsigned(scan, &candle->trades);
        } else {
            scan_skip(scan);
        }
    }
    candle->has_turnover = (seen & BIT(5)) != 0;
    return seen | BIT(5);
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
            scan_time(&scan, &event->ts_exchange);
            break;
        case 's':
            scan_string(&scan, &found);
            break;
        default:
            scan_skip(&scan);
        }
    }
    enum refusal refusal = finish(&scan, seen, BIT(9) - 1);
    if (refusal == REFUSAL_NONE && found.data == NULL)
        refusal = REFUSAL_MISSING_FIELD;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    const struct candle *candle = &event->candle;
    bool sane = positive(&candle->low) && !candle->volume.negative &&
                candle->open_time < candle->close_time &&
                decimal_compare(&candle->low, &candle->high) <= 0;
    return sane ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}
