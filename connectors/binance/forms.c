/* SPDX-License-Identifier: Apache-2.0 */
/* The readers: each takes its own members as binance_next finds them and checks at the end what
 * they say together. */
#include "connectors/binance/forms.h"

#include "connectors/binance/market.h"

void binance_begin(struct binance_reading *reading, const struct binance_form *form,
                   struct slice payload, struct parsing *parsing, struct event *event,
                   enum kind kind)
{
    *reading = (struct binance_reading){.form = form, .parsing = parsing, .event = event};
    event_begin(event, kind);
    scan_begin(&reading->scan, payload);
    scan_object(&reading->scan);
}

unsigned int binance_long_role(const struct binance_form *form, struct slice key)
{
    for (size_t i = 0; key.len == 2 && i < sizeof form->pairs / sizeof *form->pairs; i++)
        if (memcmp(key.data, form->pairs[i].name, 2) == 0)
            return form->pairs[i].role;
    return BINANCE_STRANGE;
}

void binance_take_common(struct binance_reading *reading, unsigned int role, struct slice key)
{
    switch (role) {
    case BINANCE_PASSED:
        scan_skip(&reading->scan);
        break;
    case BINANCE_SYMBOL:
        scan_string(&reading->scan, &reading->symbol);
        break;
    case BINANCE_TIME:
        payload_time(&reading->scan, &reading->event->ts_exchange);
        break;
    case BINANCE_FAMILY:
        scan_unsigned(&reading->scan, &reading->family);
        break;
    default:
        payload_strange_field(&reading->scan, key, reading->parsing);
    }
}

/* Another family's instruments are another exchange's, not unknown ones of this. */
enum refusal binance_end(struct binance_reading *reading)
{
    enum refusal refusal = payload_end(&reading->scan, reading->seen, reading->form->required);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (reading->family == BINANCE_FAMILY_COIN_M)
        return REFUSAL_UNSUPPORTED_CHANNEL;
    return slice_equal(reading->symbol, reading->parsing->exchange_symbol) ? REFUSAL_NONE
                                                                           : REFUSAL_UNKNOWN_SYMBOL;
}

/* Who traded, where it is said (3.2.3): those seen in recordings of 2020 to 2026. */
static void check_origin(struct slice word, struct parsing *parsing)
{
    static const struct slice known[] = {{"MARKET", 6}, {"INSURANCE_FUND", 14}, {"ADL", 3}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal(word, known[i]))
            return;
    payload_strange_word(word, parsing);
}

/* The aggressor sells when the buyer is the maker. A trade of nothing is none. */
enum refusal binance_read_trade(const struct binance_form *form, struct slice payload,
                                struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    struct trade *trade = &event->trade;
    struct slice origin;
    bool buyer_is_maker = false;
    unsigned int role;
    binance_begin(&reading, form, payload, parsing, event, KIND_TRADE);
    while ((role = binance_next(&reading)) != 0) {
        if (role == BINANCE_TRADE_ID)
            scan_unsigned(&reading.scan, &event->seq);
        else if (role == BINANCE_TRADE_PRICE)
            scan_decimal(&reading.scan, &trade->price);
        else if (role == BINANCE_TRADE_SIZE)
            scan_decimal(&reading.scan, &trade->size);
        else if (role == BINANCE_TRADE_MAKER)
            scan_boolean(&reading.scan, &buyer_is_maker);
        else if (scan_string(&reading.scan, &origin))
            check_origin(origin, parsing);
    }
    enum refusal refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!payload_positive(&trade->price) || !payload_positive(&trade->size))
        return REFUSAL_BAD_VALUE;
    trade->side = buyer_is_maker ? SIDE_SELL : SIDE_BUY;
    id_set_number(&trade->trade_id, event->seq);
    return REFUSAL_NONE;
}

enum refusal binance_read_quote(const struct binance_form *form, struct slice payload,
                                struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    unsigned int role;
    binance_begin(&reading, form, payload, parsing, event, KIND_QUOTE);
    while ((role = binance_next(&reading)) != 0)
        if (role == BINANCE_QUOTE_ID)
            scan_unsigned(&reading.scan, &event->seq);
        else
            scan_decimal(&reading.scan, &event->quote.numbers[role - BINANCE_QUOTE_NUMBERS]);
    enum refusal refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    event->quote.known = reading.seen >> BINANCE_QUOTE_NUMBERS;
    return payload_check_quote(&event->quote);
}

enum refusal binance_read_depth(const struct binance_form *form, struct slice payload,
                                struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    struct payload_sides sides = {0};
    struct book_change *book = &event->book;
    enum refusal refusal = REFUSAL_NONE;
    unsigned int role;
    binance_begin(&reading, form, payload, parsing, event, KIND_BOOK);
    while (refusal == REFUSAL_NONE && (role = binance_next(&reading)) != 0) {
        if (role == BINANCE_DEPTH_FIRST)
            scan_unsigned(&reading.scan, &book->first_update_id);
        else if (role == BINANCE_DEPTH_LAST)
            scan_unsigned(&reading.scan, &book->last_update_id);
        else if (role == BINANCE_DEPTH_PREV)
            scan_unsigned(&reading.scan, &book->prev_update_id);
        else
            refusal = payload_side(&reading.scan, event, parsing->levels_max,
                                   role == BINANCE_DEPTH_ASKS, &sides);
    }
    if (refusal == REFUSAL_NONE)
        refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (book->first_update_id > book->last_update_id || book->first_update_id == 0)
        return REFUSAL_BAD_VALUE;
    event->update = UPDATE_DELTA;
    payload_finish_sides(event, &sides);
    return REFUSAL_NONE;
}

enum refusal binance_read_book(struct slice body, struct parsing *parsing, struct event *event,
                               size_t levels_max)
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
        else if (parsing != NULL)
            payload_strange_field(&scan, key, parsing);
        else if (slice_equal(key, SLICE("T"))) /* USD-M's replies: when the engine was there */
            payload_time(&scan, &event->ts_exchange);
        else
            scan_skip(&scan);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    enum refusal refusal = payload_end(&scan, sides.seen, PAYLOAD_BOTH_SIDES);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (event->book.last_update_id == 0)
        return REFUSAL_MISSING_FIELD;
    event->update = UPDATE_SNAPSHOT;
    event->proof = PROOF_SNAPSHOT;
    payload_finish_sides(event, &sides);
    return REFUSAL_NONE;
}

/* The bar of a kline (3.1.12), the same in both markets: six numbers, and what stands behind them.
 */
enum {
    BAR_NUMBERS = BINANCE_KLINE_INNER,
    BAR_OPEN_TIME = BAR_NUMBERS + 6,
    BAR_CLOSE_TIME,
    BAR_CLOSED,
    BAR_TRADES,
    BAR_INTERVAL,
    BAR_ROLES
};
static const struct binance_form bar_form = {
    .required = PAYLOAD_BIT(BAR_ROLES) - PAYLOAD_BIT(BAR_NUMBERS),
    .letters = {['o'] = BAR_NUMBERS,
                ['h'] = BAR_NUMBERS + 1,
                ['l'] = BAR_NUMBERS + 2,
                ['c'] = BAR_NUMBERS + 3,
                ['v'] = BAR_NUMBERS + 4,
                ['q'] = BAR_NUMBERS + 5,
                ['t'] = BAR_OPEN_TIME,
                ['T'] = BAR_CLOSE_TIME,
                ['x'] = BAR_CLOSED,
                ['n'] = BAR_TRADES,
                ['i'] = BAR_INTERVAL,
                ['s'] = BINANCE_PASSED,
                ['f'] = BINANCE_PASSED,
                ['L'] = BINANCE_PASSED,
                ['V'] = BINANCE_PASSED,
                ['Q'] = BINANCE_PASSED,
                ['B'] = BINANCE_PASSED},
};

static void read_bar(struct binance_reading *reading, struct candle *candle, struct slice *interval)
{
    struct decimal *const numbers[] = {&candle->open,  &candle->high,   &candle->low,
                                       &candle->close, &candle->volume, &candle->turnover};
    const struct binance_form *form = reading->form;
    struct scan *scan = &reading->scan;
    unsigned int role;
    reading->form = &bar_form;
    scan_object(scan);
    while ((role = binance_next(reading)) != 0) {
        if (role < BAR_OPEN_TIME)
            scan_decimal(scan, numbers[role - BAR_NUMBERS]);
        else if (role == BAR_OPEN_TIME)
            payload_time(scan, &candle->open_time);
        else if (role == BAR_CLOSE_TIME)
            payload_time(scan, &candle->close_time);
        else if (role == BAR_CLOSED)
            scan_boolean(scan, &candle->closed);
        else if (role == BAR_TRADES)
            scan_unsigned(scan, &candle->trades);
        else
            scan_string(scan, interval);
    }
    reading->form = form;
}

enum refusal binance_read_kline(const struct binance_form *form, struct slice payload,
                                struct parsing *parsing, struct event *event)
{
    struct binance_reading reading;
    struct slice interval = {NULL, 0};
    binance_begin(&reading, form, payload, parsing, event, KIND_CANDLE);
    while (binance_next(&reading) != 0)
        read_bar(&reading, &event->candle, &interval);
    enum refusal refusal = binance_end(&reading);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if ((reading.seen & bar_form.required) != bar_form.required)
        return REFUSAL_MISSING_FIELD;
    if (parsing->variant.len > 0 && !slice_equal(interval, parsing->variant))
        return REFUSAL_BAD_VALUE;
    event->candle.has_turnover = event->candle.has_trades = true;
    return payload_candle_is_sane(&event->candle) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}
