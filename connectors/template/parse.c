/* SPDX-License-Identifier: Apache-2.0 */
/* Every hook is given bytes of others and trusts none of them: what is not as it has to be is
 * refused under its name, and what is read stands in the event whole or not at all. */
#include "connectors/template/parse.h"

#include "connectors/payload.h"

static const struct slice suffixes[] = {
    [EXAMPLE_BOOK_TICKER] = {"@bookTicker", 11},
    [EXAMPLE_TICKER] = {"@ticker", 7},
};
_Static_assert(sizeof suffixes / sizeof *suffixes == EXAMPLE_STREAMS, "a suffix for each stream");

static void write_symbol(struct text *text, struct slice symbol, char from, char to)
{
    for (size_t i = 0; i < symbol.len; i++) {
        char c = symbol.data[i];
        if (c >= from && c <= from + 25)
            c = (char)(c - from + to);
        text_bytes(text, &c, 1);
    }
}

/* "btcusdt@ticker"; there are no variants. */
void example_write_key(struct text *key, uint32_t stream, struct slice exchange_symbol,
                       struct slice variant)
{
    if (variant.len > 0)
        return;
    write_symbol(key, exchange_symbol, 'A', 'a');
    text_append(key, suffixes[stream]);
}

bool example_read_key(struct slice key, uint32_t *stream, struct text *exchange_symbol,
                      struct slice *variant)
{
    for (uint32_t i = 0; i < EXAMPLE_STREAMS; i++) {
        struct slice suffix = suffixes[i];
        if (key.len <= suffix.len ||
            memcmp(key.data + key.len - suffix.len, suffix.data, suffix.len) != 0)
            continue;
        *stream = i;
        *variant = SLICE("");
        write_symbol(exchange_symbol, (struct slice){key.data, key.len - suffix.len}, 'a', 'A');
        return !exchange_symbol->overflow && memchr(key.data, '"', key.len) == NULL;
    }
    return false;
}

/* Data comes as {"stream":KEY,"data":PAYLOAD}; answers as {"result":null,"id":N} or
 * {"error":{"msg":...},"id":N}. */
void example_route(struct slice frame, struct route *route)
{
    struct slice name, error = {NULL, 0};
    struct scan scan;
    bool answered = false;
    payload_begin_route(route);
    route->class = FRAME_DATA;
    scan_begin(&scan, frame);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("stream")))
            scan_string(&scan, &route->key);
        else if (slice_equal(name, SLICE("data")))
            scan_raw(&scan, &route->payload);
        else if (slice_equal(name, SLICE("error")))
            scan_raw(&scan, &error);
        else if (slice_equal(name, SLICE("id")))
            answered = scan_unsigned(&scan, &route->request);
        else
            scan_skip(&scan);
    }
    if (!scan_end(&scan))
        payload_refuse(route, payload_refusal(&scan));
    else if (error.len > 0) {
        route->class = FRAME_REJECT;
        route->detail = error;
    } else if (answered)
        route->class = FRAME_ACK;
    else if (route->key.len == 0 || route->payload.len == 0)
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

/* Fields of both payloads: a letter, and what it is. A letter that the other one does not have is
 * passed over there too. */
enum {
    SYMBOL = QUOTE_FIELD_COUNT,
    TIME,
    ID,
    PASSED,
};
static const uint8_t letters['z' + 1] = {
    ['c'] = 1 + QUOTE_PRICE,
    ['v'] = 1 + QUOTE_VOLUME,
    ['q'] = 1 + QUOTE_TURNOVER,
    ['P'] = 1 + QUOTE_CHANGE,
    ['b'] = 1 + QUOTE_BID_PRICE,
    ['B'] = 1 + QUOTE_BID_SIZE,
    ['a'] = 1 + QUOTE_ASK_PRICE,
    ['A'] = 1 + QUOTE_ASK_SIZE,
    ['h'] = 1 + QUOTE_HIGH,
    ['l'] = 1 + QUOTE_LOW,
    ['o'] = 1 + QUOTE_OPEN,
    ['s'] = 1 + SYMBOL,
    ['E'] = 1 + TIME,
    ['u'] = 1 + ID,
    ['e'] = 1 + PASSED,
    ['p'] = 1 + PASSED,
    ['w'] = 1 + PASSED,
    ['x'] = 1 + PASSED,
    ['Q'] = 1 + PASSED,
    ['O'] = 1 + PASSED,
    ['C'] = 1 + PASSED,
    ['F'] = 1 + PASSED,
    ['L'] = 1 + PASSED,
    ['n'] = 1 + PASSED,
};

#define TOP_FIELDS                                                                                 \
    (PAYLOAD_BIT(QUOTE_BID_PRICE) | PAYLOAD_BIT(QUOTE_BID_SIZE) | PAYLOAD_BIT(QUOTE_ASK_PRICE) |   \
     PAYLOAD_BIT(QUOTE_ASK_SIZE))

static const unsigned int required[] = {
    [EXAMPLE_BOOK_TICKER] = PAYLOAD_BIT(SYMBOL) | PAYLOAD_BIT(ID) | TOP_FIELDS,
    [EXAMPLE_TICKER] = PAYLOAD_BIT(SYMBOL) | PAYLOAD_BIT(TIME) | PAYLOAD_BIT(QUOTE_PRICE) |
                       PAYLOAD_BIT(QUOTE_VOLUME) | PAYLOAD_BIT(QUOTE_CHANGE),
};

static void read_field(struct scan *scan, struct slice name, struct parsing *parsing,
                       struct event *event, struct slice *symbol, unsigned int *seen)
{
    unsigned char letter = name.len == 1 ? (unsigned char)name.data[0] : 0;
    unsigned int field = letter < sizeof letters ? letters[letter] : 0;
    if (field == 0) {
        payload_strange_field(scan, name, parsing);
        return;
    }
    field--;
    *seen |= PAYLOAD_BIT(field);
    if (field < QUOTE_FIELD_COUNT)
        scan_decimal(scan, &event->quote.numbers[field]);
    else if (field == SYMBOL)
        scan_string(scan, symbol);
    else if (field == TIME)
        payload_ms(scan, &event->ts_exchange);
    else if (field == ID)
        scan_unsigned(scan, &event->seq);
    else
        scan_skip(scan);
}

enum refusal example_parse(uint32_t stream, struct slice payload, struct parsing *parsing,
                           struct event *event)
{
    struct slice name, symbol = {NULL, 0};
    unsigned int seen = 0;
    struct scan scan;
    event_begin(event, KIND_QUOTE);
    scan_begin(&scan, payload);
    scan_object(&scan);
    while (scan_member(&scan, &name))
        read_field(&scan, name, parsing, event, &symbol, &seen);
    enum refusal refusal = payload_end(&scan, seen, required[stream]);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!slice_equal(symbol, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    event->quote.known = seen & (PAYLOAD_BIT(QUOTE_FIELD_COUNT) - 1);
    return payload_check_quote(&event->quote);
}

/* {"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","status":"TRADING",...} */
static const struct payload_terms terms = {
    {"symbol", 6}, {"baseAsset", 9}, {"quoteAsset", 10}, {"status", 6}, {"TRADING", 7}};

static bool read_instrument(struct slice entry, struct event *event)
{
    struct slice name;
    struct scan scan;
    event_begin(event, KIND_INSTRUMENT);
    scan_begin(&scan, entry);
    scan_object(&scan);
    while (scan_member(&scan, &name))
        if (!payload_instrument_text(&scan, name, &terms, &event->instrument))
            scan_skip(&scan);
    struct text symbol = payload_begin_symbol(&event->instrument);
    return payload_end_instrument(&scan, &terms, &symbol, &event->instrument);
}

enum refusal example_read_instruments(struct slice body, exchange_take *take, void *context,
                                      size_t *skipped)
{
    return payload_instruments_in(body, SLICE("symbols"), read_instrument, take, context, skipped);
}
