/* SPDX-License-Identifier: Apache-2.0 */
/* Every payload is one object whose keys are mostly one letter: a switch on the letter takes what
 * we know, the rest is passed over, and a bit for each required field tells at the end what is
 * missing. */
#include "connectors/binance/parse.h"

#include "common/clock.h"
#include "connectors/payload.h"

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

/* trade (3.1.2) and aggTrade (3.1.3) are the same but for the id's key: what else stands under `a`
 * in old trades is an order's id (removed 2024-06-18). The aggressor sells when the buyer is the
 * maker. */
static enum refusal parse_trade(struct slice payload, struct parsing *parsing, struct event *event,
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
            seen |= PAYLOAD_BIT(ID);
            scan_unsigned(&scan, &event->seq);
            break;
        case 'p':
            seen |= PAYLOAD_BIT(PRICE);
            scan_decimal(&scan, &event->trade.price);
            break;
        case 'q':
            seen |= PAYLOAD_BIT(SIZE);
            scan_decimal(&scan, &event->trade.size);
            break;
        case 'T':
            seen |= PAYLOAD_BIT(TIME);
            scan_time(&scan, &event->ts_exchange);
            break;
        case 'm':
            seen |= PAYLOAD_BIT(MAKER);
            scan_boolean(&scan, &buyer_is_maker);
            break;
        case 's':
            seen |= PAYLOAD_BIT(SYMBOL);
            scan_string(&scan, &found);
            break;
        default:
            scan_skip(&scan);
        }
    }
    enum refusal refusal = payload_end(&scan, seen, PAYLOAD_BIT(FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (!payload_positive(&event->trade.price) || !payload_positive(&event->trade.size))
        return REFUSAL_BAD_VALUE;
    event->trade.side = buyer_is_maker ? SIDE_SELL : SIDE_BUY;
    id_set_number(&event->trade.trade_id, event->seq);
    return REFUSAL_NONE;
}

enum refusal binance_parse_trade(struct slice payload, struct parsing *parsing, struct event *event)
{
    return parse_trade(payload, parsing, event, 't');
}

enum refusal binance_parse_agg_trade(struct slice payload, struct parsing *parsing,
                                     struct event *event)
{
    return parse_trade(payload, parsing, event, 'a');
}

/* Which number of a quote a letter is, counted from 1: 24hrTicker (3.1.5), 24hrMiniTicker (3.1.6)
 * and bookTicker (3.1.8) agree. */
static const uint8_t quote_fields[UINT8_MAX + 1] = {
    ['c'] = 1 + QUOTE_PRICE,     ['v'] = 1 + QUOTE_VOLUME,    ['q'] = 1 + QUOTE_TURNOVER,
    ['P'] = 1 + QUOTE_CHANGE,    ['b'] = 1 + QUOTE_BID_PRICE, ['B'] = 1 + QUOTE_BID_SIZE,
    ['a'] = 1 + QUOTE_ASK_PRICE, ['A'] = 1 + QUOTE_ASK_SIZE,  ['h'] = 1 + QUOTE_HIGH,
    ['l'] = 1 + QUOTE_LOW,       ['o'] = 1 + QUOTE_OPEN,
};

/* Bits of what a payload holds beside a quote's numbers. */
enum { QUOTE_SYMBOL = QUOTE_FIELD_COUNT, QUOTE_TIME, QUOTE_ID };

static enum refusal parse_quote(struct slice payload, struct parsing *parsing, struct event *event,
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
            seen |= PAYLOAD_BIT(field - 1);
            scan_decimal(&scan, &event->quote.numbers[field - 1]);
        } else if (c == 's') {
            seen |= PAYLOAD_BIT(QUOTE_SYMBOL);
            scan_string(&scan, &found);
        } else if (c == 'E') {
            seen |= PAYLOAD_BIT(QUOTE_TIME);
            scan_time(&scan, &event->ts_exchange);
        } else if (c == 'u') {
            seen |= PAYLOAD_BIT(QUOTE_ID);
            scan_unsigned(&scan, &event->seq);
        } else {
            scan_skip(&scan);
        }
    }
    enum refusal refusal = payload_end(&scan, seen, required);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->quote.known = seen & (PAYLOAD_BIT(QUOTE_FIELD_COUNT) - 1);
    return payload_check_quote(&event->quote);
}

#define TOP_FIELDS                                                                                 \
    (PAYLOAD_BIT(QUOTE_BID_PRICE) | PAYLOAD_BIT(QUOTE_BID_SIZE) | PAYLOAD_BIT(QUOTE_ASK_PRICE) |   \
     PAYLOAD_BIT(QUOTE_ASK_SIZE))
#define MINI_FIELDS                                                                                \
    (PAYLOAD_BIT(QUOTE_SYMBOL) | PAYLOAD_BIT(QUOTE_TIME) | PAYLOAD_BIT(QUOTE_PRICE) |              \
     PAYLOAD_BIT(QUOTE_OPEN) | PAYLOAD_BIT(QUOTE_HIGH) | PAYLOAD_BIT(QUOTE_LOW) |                  \
     PAYLOAD_BIT(QUOTE_VOLUME) | PAYLOAD_BIT(QUOTE_TURNOVER))

/* 3.1.8: no event word, no time. */
enum refusal binance_parse_book_ticker(struct slice payload, struct parsing *parsing,
                                       struct event *event)
{
    return parse_quote(payload, parsing, event,
                       PAYLOAD_BIT(QUOTE_SYMBOL) | PAYLOAD_BIT(QUOTE_ID) | TOP_FIELDS);
}

/* 3.1.5. */
enum refusal binance_parse_ticker(struct slice payload, struct parsing *parsing,
                                  struct event *event)
{
    return parse_quote(payload, parsing, event,
                       MINI_FIELDS | PAYLOAD_BIT(QUOTE_CHANGE) | TOP_FIELDS);
}

/* 3.1.6. */
enum refusal binance_parse_mini_ticker(struct slice payload, struct parsing *parsing,
                                       struct event *event)
{
    return parse_quote(payload, parsing, event, MINI_FIELDS);
}

/* Diff depth (3.1.11). */
enum refusal binance_parse_depth(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum {
        BIDS,
        ASKS,
        FIRST,
        LAST,
        TIME,
        SYMBOL,
        FIELDS
    }; /* the first two as in struct payload_sides */
    struct scan scan;
    struct slice key, found = {NULL, 0};
    struct payload_sides sides = {0};
    unsigned int seen = 0;
    event_begin(event, KIND_BOOK);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        char c = letter(key);
        enum refusal refusal = REFUSAL_NONE;
        if (c == 'b' || c == 'a') {
            refusal = payload_side(&scan, event, parsing->levels_max, c == 'a', &sides);
        } else if (c == 'U') {
            seen |= PAYLOAD_BIT(FIRST);
            scan_unsigned(&scan, &event->book.first_update_id);
        } else if (c == 'u') {
            seen |= PAYLOAD_BIT(LAST);
            scan_unsigned(&scan, &event->book.last_update_id);
        } else if (c == 'E') {
            seen |= PAYLOAD_BIT(TIME);
            scan_time(&scan, &event->ts_exchange);
        } else if (c == 's') {
            seen |= PAYLOAD_BIT(SYMBOL);
            scan_string(&scan, &found);
        } else {
            scan_skip(&scan);
        }
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal = payload_end(&scan, seen | sides.seen, PAYLOAD_BIT(FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    if (event->book.first_update_id > event->book.last_update_id ||
        event->book.first_update_id == 0)
        return REFUSAL_BAD_VALUE;
    event->update = UPDATE_DELTA;
    payload_finish_sides(event, &sides);
    return REFUSAL_NONE;
}

/* {"lastUpdateId":160,"bids":[...],"asks":[...]}: partial depth (3.1.10) and the REST reply (4.1)
 * alike. */
enum refusal binance_read_snapshot(struct slice body, struct event *event, size_t levels_max)
{
    struct scan scan;
    struct slice key;
    struct payload_sides sides = {0};
    event_begin(event, KIND_BOOK);
    scan_begin(&scan, body);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        enum refusal refusal = REFUSAL_NONE;
        if (slice_equal(key, SLICE("bids")) || slice_equal(key, SLICE("asks")))
            refusal = payload_side(&scan, event, levels_max, key.data[0] == 'a', &sides);
        else if (slice_equal(key, SLICE("lastUpdateId")))
            scan_unsigned(&scan, &event->book.last_update_id);
        else
            scan_skip(&scan);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal = payload_end(&scan, sides.seen, PAYLOAD_BIT(0) | PAYLOAD_BIT(1));
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (event->book.last_update_id == 0)
        return REFUSAL_MISSING_FIELD;
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SNAPSHOT;
    payload_finish_sides(event, &sides);
    return REFUSAL_NONE;
}

/* A partial depth payload names no symbol: the stream's key does. */
enum refusal binance_parse_partial(struct slice payload, struct parsing *parsing,
                                   struct event *event)
{
    return binance_read_snapshot(payload, event, parsing->levels_max);
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
            seen |= PAYLOAD_BIT(place - letters);
            scan_decimal(scan, numbers[place - letters]);
        } else if (c == 't') {
            seen |= PAYLOAD_BIT(CANDLE_OPEN_TIME);
            scan_time(scan, &candle->open_time);
        } else if (c == 'T') {
            seen |= PAYLOAD_BIT(CANDLE_CLOSE_TIME);
            scan_time(scan, &candle->close_time);
        } else if (c == 'x') {
            seen |= PAYLOAD_BIT(CANDLE_CLOSED);
            scan_boolean(scan, &candle->closed);
        } else if (c == 'n') {
            seen |= PAYLOAD_BIT(CANDLE_TRADES);
            scan_unsigned(scan, &candle->trades);
        } else {
            scan_skip(scan);
        }
    }
    return seen;
}

enum refusal binance_parse_kline(struct slice payload, struct parsing *parsing, struct event *event)
{
    struct scan scan;
    struct slice key, found = {NULL, 0};
    unsigned int seen = 0;
    event_begin(event, KIND_CANDLE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        switch (letter(key)) {
        case 'k':
            seen |= scan_candle(&scan, &event->candle);
            break;
        case 'E':
            seen |= PAYLOAD_BIT(KLINE_TIME);
            scan_time(&scan, &event->ts_exchange);
            break;
        case 's':
            seen |= PAYLOAD_BIT(KLINE_SYMBOL);
            scan_string(&scan, &found);
            break;
        default:
            scan_skip(&scan);
        }
    }
    enum refusal refusal = payload_end(&scan, seen, PAYLOAD_BIT(KLINE_FIELDS) - 1);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(found, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->candle.has_turnover = event->candle.has_trades = true;
    return payload_candle_is_sane(&event->candle) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}
