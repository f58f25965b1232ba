/* SPDX-License-Identifier: Apache-2.0 */
/* Every payload is one flat object: a table for each says what its members are and where they go,
 * in the order in which they mostly come. Numbers are bare, and with an exponent as it pleases
 * (upbit.md 3.0). */
#include "connectors/upbit/parse.h"

#include "common/clock.h"
#include "connectors/payload_flat.h"
#include "connectors/upbit/route.h"

#define TARGET(field) offsetof(struct event, field)

/* An ASK trade is one whose taker sold (3.2). */
static const struct flat_word sides[] = {
    {{"ASK", 3}, SIDE_SELL}, {{"BID", 3}, SIDE_BUY}, FLAT_END_OF_WORDS};
static const struct flat_word stream_types[] = {
    {{"REALTIME", 8}, UPDATE_DATA}, {{"SNAPSHOT", 8}, UPDATE_SNAPSHOT}, FLAT_END_OF_WORDS};
static const struct flat_word changes[] = {
    {{"RISE", 4}, 0}, {{"FALL", 4}, 0}, {{"EVEN", 4}, 0}, FLAT_END_OF_WORDS};
static const struct flat_word market_states[] = {
    {{"ACTIVE", 6}, 0}, {{"PREVIEW", 7}, 0}, {{"DELISTED", 8}, 0}, FLAT_END_OF_WORDS};
static const struct flat_word warnings[] = {
    {{"NONE", 4}, 0}, {{"CAUTION", 7}, 0}, FLAT_END_OF_WORDS};

/* 3.2. The first one is the last trade before we subscribed. */
static const struct flat_field trade_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("timestamp", "tms", FLAT_IGNORED),
    FLAT("trade_date", "td", FLAT_IGNORED),
    FLAT("trade_time", "ttm", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),
    FLAT("trade_price", "tp", FLAT_DECIMAL, FLAT_VALUE, TARGET(trade.price)),
    FLAT("trade_volume", "tv", FLAT_DECIMAL, FLAT_VALUE, TARGET(trade.size)),
    FLAT("ask_bid", "ab", FLAT_WORD, FLAT_VALUE, TARGET(trade.side), sides),
    FLAT("prev_closing_price", "pcp", FLAT_IGNORED),
    FLAT("change", "c", FLAT_NOTED, FLAT_OPTIONAL, 0, changes),
    FLAT("change_price", "cp", FLAT_IGNORED),
    FLAT("sequential_id", "sid", FLAT_ID, FLAT_VALUE, TARGET(trade.trade_id)),
    FLAT("best_ask_price", "bap", FLAT_IGNORED),
    FLAT("best_ask_size", "bas", FLAT_IGNORED),
    FLAT("best_bid_price", "bbp", FLAT_IGNORED),
    FLAT("best_bid_size", "bbs", FLAT_IGNORED),
    FLAT("stream_type", "st", FLAT_WORD, FLAT_VALUE, TARGET(update), stream_types),
};
static const struct flat trade = FLAT_OF(trade_fields);

enum refusal upbit_parse_trade(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &trade, KIND_TRADE, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool sane = payload_positive(&event->trade.price) && payload_positive(&event->trade.size);
    return sane ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

/* 3.1. Opening, high and low are of the day in UTC and none of the last 24 hours; the change is
 * against the close of the day before. */
static const struct flat_field ticker_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("opening_price", "op", FLAT_IGNORED),
    FLAT("high_price", "hp", FLAT_IGNORED),
    FLAT("low_price", "lp", FLAT_IGNORED),
    FLAT("trade_price", "tp", FLAT_QUOTE, FLAT_MEMBER, QUOTE_PRICE),
    FLAT("prev_closing_price", "pcp", FLAT_IGNORED),
    FLAT("acc_trade_price", "atp", FLAT_IGNORED),
    FLAT("change", "c", FLAT_NOTED, FLAT_OPTIONAL, 0, changes),
    FLAT("change_price", "cp", FLAT_IGNORED),
    FLAT("signed_change_price", "scp", FLAT_IGNORED),
    FLAT("change_rate", "cr", FLAT_IGNORED),
    FLAT("signed_change_rate", "scr", FLAT_QUOTE_FRACTION, FLAT_MEMBER, QUOTE_CHANGE),
    FLAT("ask_bid", "ab", FLAT_NOTED, FLAT_OPTIONAL, 0, sides),
    FLAT("trade_volume", "tv", FLAT_IGNORED),
    FLAT("acc_trade_volume", "atv", FLAT_IGNORED),
    FLAT("trade_date", "tdt", FLAT_IGNORED),
    FLAT("trade_time", "ttm", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_MEMBER, TARGET(quote.ts_last)),
    FLAT("acc_ask_volume", "aav", FLAT_IGNORED),
    FLAT("acc_bid_volume", "abv", FLAT_IGNORED),
    FLAT("highest_52_week_price", "h52wp", FLAT_IGNORED),
    FLAT("highest_52_week_date", "h52wdt", FLAT_IGNORED),
    FLAT("lowest_52_week_price", "l52wp", FLAT_IGNORED),
    FLAT("lowest_52_week_date", "l52wdt", FLAT_IGNORED),
    FLAT("market_state", "ms", FLAT_NOTED, FLAT_OPTIONAL, 0, market_states),
    FLAT("is_trading_suspended", "its", FLAT_IGNORED),
    FLAT("delisting_date", "dd", FLAT_IGNORED),
    FLAT("market_warning", "mw", FLAT_NOTED, FLAT_OPTIONAL, 0, warnings),
    FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),
    FLAT("acc_trade_price_24h", "atp24h", FLAT_QUOTE, FLAT_MEMBER, QUOTE_TURNOVER),
    FLAT("acc_trade_volume_24h", "atv24h", FLAT_QUOTE, FLAT_MEMBER, QUOTE_VOLUME),
    FLAT("stream_type", "st", FLAT_NOTED, FLAT_OPTIONAL, 0, stream_types),
};
static const struct flat ticker = FLAT_OF(ticker_fields);

/* A message is all that its stream knows. */
static enum refusal parse_quote(struct slice payload, const struct flat *flat,
                                struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, flat, KIND_QUOTE, event, parsing);
    event->update = UPDATE_SNAPSHOT;
    return refusal == REFUSAL_NONE ? payload_check_quote(&event->quote) : refusal;
}

enum refusal upbit_parse_ticker(struct slice payload, struct parsing *parsing, struct event *event)
{
    return parse_quote(payload, &ticker, parsing, event);
}

/* 3.3. */
static const struct flat_field pair_fields[] = {
    FLAT("ask_price", "ap", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_price)),
    FLAT("bid_price", "bp", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_price)),
    FLAT("ask_size", "as", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_size)),
    FLAT("bid_size", "bs", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_size)),
};
static const struct flat pair = FLAT_OF(pair_fields);

static enum refusal read_book(struct scan *scan, void *event, struct parsing *parsing)
{
    return flat_book(scan, &pair, event, parsing);
}

static enum refusal read_top(struct scan *scan, void *event, struct parsing *parsing)
{
    return flat_top(scan, &pair, event, parsing);
}

/* Whatever its stream type, a message is the whole book. */
#define BOOK_FIELDS(read_units)                                                                    \
    FLAT("type", "ty", FLAT_IGNORED), FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),                 \
        FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),                      \
        FLAT("total_ask_size", "tas", FLAT_IGNORED), FLAT("total_bid_size", "tbs", FLAT_IGNORED),  \
        FLAT("orderbook_units", "obu", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_units),              \
        FLAT("stream_type", "st", FLAT_NOTED, FLAT_OPTIONAL, 0, stream_types),                     \
        FLAT("level", "lv", FLAT_IGNORED)
static const struct flat_field book_fields[] = {BOOK_FIELDS(read_book)};
static const struct flat_field top_fields[] = {BOOK_FIELDS(read_top)};
static const struct flat book = FLAT_OF(book_fields);
static const struct flat top = FLAT_OF(top_fields);

enum refusal upbit_parse_book(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &book, KIND_BOOK, event, parsing);
    event->update = UPDATE_SNAPSHOT;
    return refusal;
}

enum refusal upbit_parse_top(struct slice payload, struct parsing *parsing, struct event *event)
{
    return parse_quote(payload, &top, parsing, event);
}

/* "2025-01-02T04:28:05", in UTC. */
static enum refusal read_open_time(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    struct slice text;
    (void)parsing;
    if (!scan_string(scan, &text))
        return REFUSAL_NONE;
    bool whole = text.len == sizeof "2025-01-02T04:28:05" - 1;
    return whole && payload_instant(text, &event->candle.open_time) ? REFUSAL_NONE
                                                                    : REFUSAL_BAD_VALUE;
}

/* The type names the interval; the close is the end of it. */
static enum refusal read_candle_type(struct scan *scan, void *record, struct parsing *parsing)
{
    struct event *event = record;
    struct slice word;
    if (!scan_string(scan, &word))
        return REFUSAL_NONE;
    const struct codes_type *type = codes_find_type(&upbit_codes, word);
    if (type == NULL || type->interval_s == 0 || !slice_equal(type->variant, parsing->variant))
        return REFUSAL_BAD_VALUE;
    event->candle.close_time = type->interval_s * NS_PER_SECOND - NS_PER_MS;
    return REFUSAL_NONE;
}

/* 3.4. Nothing says that a candle is closed: the next one begins. */
static const struct flat_field candle_fields[] = {
    FLAT("type", "ty", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_candle_type),
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("candle_date_time_utc", "cdttmu", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_open_time),
    FLAT("candle_date_time_kst", "cdttmk", FLAT_IGNORED),
    FLAT("opening_price", "op", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.open)),
    FLAT("high_price", "hp", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.high)),
    FLAT("low_price", "lp", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.low)),
    FLAT("trade_price", "tp", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.close)),
    FLAT("candle_acc_trade_volume", "catv", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.volume)),
    FLAT("candle_acc_trade_price", "catp", FLAT_DECIMAL, FLAT_VALUE, TARGET(candle.turnover)),
    FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),
    FLAT("stream_type", "st", FLAT_NOTED, FLAT_OPTIONAL, 0, stream_types),
};
static const struct flat candle = FLAT_OF(candle_fields);

enum refusal upbit_parse_candle(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &candle, KIND_CANDLE, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    event->candle.close_time += event->candle.open_time;
    event->candle.has_turnover = true;
    return payload_candle_is_sane(&event->candle) ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}
