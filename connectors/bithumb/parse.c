/* SPDX-License-Identifier: Apache-2.0 */
/* Every payload is a flat object: a table for each, a line for each member that the facts know, in
 * the order in which Bithumb sends them, under its names in DEFAULT and in SIMPLE. Short names mean
 * different things in different types: each table has its own. */
#include "connectors/bithumb/parse.h"

#include "connectors/payload_flat.h"

#define TARGET(field) offsetof(struct event, field)

/* The taker's side, as on Upbit (3.2): Bithumb's own documents do not say whose it is. */
static const struct flat_word sides[] = {
    {{"ASK", 3}, SIDE_SELL}, {{"BID", 3}, SIDE_BUY}, FLAT_END_OF_WORDS};
static const struct flat_word stream_types[] = {
    {{"REALTIME", 8}, UPDATE_DATA}, {{"SNAPSHOT", 8}, UPDATE_SNAPSHOT}, FLAT_END_OF_WORDS};
static const struct flat_word changes[] = {
    {{"RISE", 4}, 0}, {{"EVEN", 4}, 0}, {{"FALL", 4}, 0}, FLAT_END_OF_WORDS};
static const struct flat_word market_states[] = {
    {{"ACTIVE", 6}, 0}, {{"PREVIEW", 7}, 0}, {{"DELISTED", 8}, 0}, FLAT_END_OF_WORDS};
static const struct flat_word warnings[] = {
    {{"NONE", 4}, 0}, {{"CAUTION", 7}, 0}, FLAT_END_OF_WORDS};

/* 3.2. The date and time in words are Korean, the timestamps true. An id only tells trades apart:
 * nothing can be said of its order. */
static const struct flat_field trade_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("trade_price", "tp", FLAT_DECIMAL, FLAT_VALUE, TARGET(trade.price)),
    FLAT("trade_volume", "tv", FLAT_DECIMAL, FLAT_VALUE, TARGET(trade.size)),
    FLAT("ask_bid", "ab", FLAT_WORD, FLAT_VALUE, TARGET(trade.side), sides),
    FLAT("prev_closing_price", "pcp", FLAT_IGNORED),
    FLAT("change", "c", FLAT_NOTED, FLAT_OPTIONAL, 0, changes),
    FLAT("change_price", "cp", FLAT_IGNORED),
    FLAT("trade_date", "tdt", FLAT_IGNORED),
    FLAT("trade_time", "ttm", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),
    FLAT("sequential_id", "sid", FLAT_ID, FLAT_VALUE, TARGET(trade.trade_id)),
    FLAT("timestamp", "tms", FLAT_IGNORED),
    FLAT("stream_type", "st", FLAT_WORD, FLAT_VALUE, TARGET(update), stream_types),
};
static const struct flat trade = FLAT_OF(trade_fields);

enum refusal bithumb_parse_trade(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &trade, KIND_TRADE, event, parsing);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool sane = payload_positive(&event->trade.price) && payload_positive(&event->trade.size);
    return sane ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

/* 3.1. The change is against the close of the day before: that is Bithumb's definition of it. The
 * opening, highest and lowest prices are the day's, and so none of the quote's. */
static const struct flat_field ticker_fields[] = {
    FLAT("type", "ty", FLAT_IGNORED),
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("opening_price", "op", FLAT_IGNORED),
    FLAT("high_price", "hp", FLAT_IGNORED),
    FLAT("low_price", "lp", FLAT_IGNORED),
    FLAT("trade_price", "tp", FLAT_QUOTE, FLAT_MEMBER, QUOTE_PRICE),
    FLAT("prev_closing_price", "pcp", FLAT_IGNORED),
    FLAT("change", "c", FLAT_NOTED, FLAT_OPTIONAL, 0, changes),
    FLAT("change_price", "cp", FLAT_IGNORED),
    FLAT("signed_change_price", "scp", FLAT_IGNORED),
    FLAT("change_rate", "cr", FLAT_IGNORED),
    FLAT("signed_change_rate", "scr", FLAT_QUOTE_FRACTION, FLAT_MEMBER, QUOTE_CHANGE),
    FLAT("trade_volume", "tv", FLAT_IGNORED),
    FLAT("acc_trade_volume", "atv", FLAT_IGNORED),
    FLAT("acc_trade_volume_24h", "atv24h", FLAT_QUOTE, FLAT_MEMBER, QUOTE_VOLUME),
    FLAT("acc_trade_price", "atp", FLAT_IGNORED),
    FLAT("acc_trade_price_24h", "atp24h", FLAT_QUOTE, FLAT_MEMBER, QUOTE_TURNOVER),
    FLAT("trade_date", "tdt", FLAT_IGNORED),
    FLAT("trade_time", "ttm", FLAT_IGNORED),
    FLAT("trade_timestamp", "ttms", FLAT_TIME, FLAT_MEMBER, TARGET(quote.ts_last)),
    FLAT("ask_bid", "ab", FLAT_IGNORED),
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

enum refusal bithumb_parse_ticker(struct slice payload, struct parsing *parsing,
                                  struct event *event)
{
    return parse_quote(payload, &ticker, parsing, event);
}

/* 3.3, 4.1: a price of 0 is padding, a size of 0 at a real price is dust: neither is a level. */
static const struct flat_field pair_fields[] = {
    FLAT("ask_price", "ap", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_price)),
    FLAT("bid_price", "bp", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_price)),
    FLAT("ask_size", "as", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_size)),
    FLAT("bid_size", "bs", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_size)),
};
static const struct flat pair = FLAT_OF(pair_fields);

static enum refusal read_levels(struct scan *scan, void *record, struct parsing *parsing)
{
    return flat_book(scan, &pair, record, parsing);
}

static enum refusal read_top(struct scan *scan, void *record, struct parsing *parsing)
{
    return flat_top(scan, &pair, record, parsing);
}

/* 3.3. Its time is in microseconds, once it was in milliseconds. */
#define BOOK_FIELDS(read_pairs)                                                                    \
    {                                                                                              \
        FLAT("type", "ty", FLAT_IGNORED), FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),             \
            FLAT("total_ask_size", "tas", FLAT_IGNORED),                                           \
            FLAT("total_bid_size", "tbs", FLAT_IGNORED),                                           \
            FLAT("orderbook_units", "obu", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_pairs),          \
            FLAT("level", "lv", FLAT_IGNORED),                                                     \
            FLAT("timestamp", "tms", FLAT_TIME, FLAT_VALUE, TARGET(ts_exchange)),                  \
            FLAT("stream_type", "st", FLAT_NOTED, FLAT_OPTIONAL, 0, stream_types),                 \
    }
static const struct flat_field book_fields[] = BOOK_FIELDS(read_levels);
static const struct flat_field top_fields[] = BOOK_FIELDS(read_top);
static const struct flat book = FLAT_OF(book_fields), top = FLAT_OF(top_fields);

enum refusal bithumb_parse_book(struct slice payload, struct parsing *parsing, struct event *event)
{
    enum refusal refusal = flat_payload(payload, &book, KIND_BOOK, event, parsing);
    event->update = UPDATE_SNAPSHOT;
    return refusal;
}

enum refusal bithumb_parse_top(struct slice payload, struct parsing *parsing, struct event *event)
{
    return parse_quote(payload, &top, parsing, event);
}
