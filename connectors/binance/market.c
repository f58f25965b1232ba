/* SPDX-License-Identifier: Apache-2.0 */
/* On the combined stream every payload comes as {"stream":KEY,"data":...} and is routed by its key;
 * control words are never wrapped (binance.md 1.2). Bare payloads (recordings, /ws) are told by
 * their event word. */
#include "connectors/binance/market.h"

#include "common/ensure.h"
#include "connectors/payload.h"

/* Binance spells them as we do; "1m" and "1M" are different ones. */
static const char *find_interval(const struct binance_market *market, struct slice variant)
{
    const char *const *interval = market->intervals;
    while (*interval != NULL && !slice_equal(variant, slice_of(*interval)))
        interval++;
    return *interval;
}

/* Only ASCII letters have a case here: other symbols (UTF-8 ones exist) stay as they are. */
static void write_symbol(struct text *text, struct slice symbol, char from, char to)
{
    for (size_t i = 0; i < symbol.len; i++) {
        char c = symbol.data[i];
        if (c >= from && c <= from + 25)
            c = (char)(c - from + to);
        text_bytes(text, &c, 1);
    }
}

void binance_market_write_key(const struct binance_market *market, struct text *key,
                              uint32_t stream, struct slice symbol, struct slice variant)
{
    ENSURE(stream < market->stream_count);
    bool kline = stream == market->kline;
    if (kline ? find_interval(market, variant) == NULL
              : !slice_equal(variant, market->keys[stream].variant))
        return;
    write_symbol(key, symbol, 'A', 'a');
    text_append(key, market->keys[stream].suffix);
    if (kline)
        text_append(key, variant);
}

bool binance_market_read_key(const struct binance_market *market, struct slice key,
                             uint32_t *stream, struct text *symbol, struct slice *variant)
{
    const char *at = key.len > 0 ? memchr(key.data, '@', key.len) : NULL;
    if (at == NULL || !payload_is_symbol((struct slice){key.data, (size_t)(at - key.data)}))
        return false;
    struct slice name = {at, key.len - (size_t)(at - key.data)};
    for (uint32_t i = 0; i < market->stream_count; i++) {
        struct slice suffix = market->keys[i].suffix;
        bool kline = i == market->kline && slice_starts_with(name, suffix);
        if (!kline && !slice_equal(name, suffix))
            continue;
        *stream = i;
        *variant = market->keys[i].variant;
        if (kline) {
            struct slice rest = {name.data + suffix.len, name.len - suffix.len};
            const char *interval = find_interval(market, rest);
            if (interval == NULL)
                return false;
            *variant = slice_of(interval);
        }
        write_symbol(symbol, (struct slice){key.data, (size_t)(at - key.data)}, 'a', 'A');
        return !symbol->overflow;
    }
    return false;
}

/* What a bare frame says of itself at its top. */
struct bare {
    struct slice event, symbol, interval, result, detail;
    uint64_t id;
    uint64_t status;
    uint64_t family; /* st */
    bool has_result, has_error, has_code, has_id, has_status;
    bool has_top;      /* b B a A: a bookTicker, the one payload without an event word */
    bool has_book;     /* lastUpdateId */
    bool has_info;     /* what a REST reply has at its top */
    bool has_envelope; /* event: what the WebSocket API wraps its events in (2.4, 6.1.2) ... */
    bool private;      /* ... and those of an account with their subscriptionId */
    bool wrapped;      /* stream and data, in an unusual order */
    struct slice stream, data, envelope;
};

static void scan_count(struct scan *scan, uint64_t *count)
{
    if (scan_peek(scan) == SCAN_NUMBER)
        scan_unsigned(scan, count);
    else
        scan_skip(scan);
}

/* The bar of a kline, the order of a liquidation: what they say of the payload as a whole. */
static void scan_inner(struct scan *scan, struct bare *bare)
{
    struct slice key;
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return;
    }
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("i")))
            payload_maybe_text(scan, &bare->interval);
        else if (slice_equal(key, SLICE("s")))
            payload_maybe_text(scan, &bare->symbol);
        else if (slice_equal(key, SLICE("st")))
            scan_count(scan, &bare->family);
        else
            scan_skip(scan);
    }
}

/* {"code":4,"msg":"..."}: flat at the top or under "error" (2.1: both shapes are seen). */
static void scan_error_object(struct scan *scan, struct bare *bare)
{
    struct slice key;
    bare->has_error = true;
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return;
    }
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("msg")))
            payload_maybe_text(scan, &bare->detail);
        else
            scan_skip(scan);
    }
}

/* An id may be a number, a text or null (2.1); only our own, numbers, are of use. */
static void scan_id(struct scan *scan, struct bare *bare)
{
    bare->has_id = true;
    scan_count(scan, &bare->id);
}

static void scan_bare_member(struct scan *scan, struct slice key, struct bare *bare)
{
    static const struct {
        const char *name;
        size_t flag;
    } flags[] = {
        {"code", offsetof(struct bare, has_code)},
        {"B", offsetof(struct bare, has_top)},
        {"A", offsetof(struct bare, has_top)},
        {"lastUpdateId", offsetof(struct bare, has_book)},
        {"symbols", offsetof(struct bare, has_info)},
        {"serverTime", offsetof(struct bare, has_info)},
        {"symbol", offsetof(struct bare, has_info)},
        {"listenKey", offsetof(struct bare, has_info)},
        {"rateLimits", offsetof(struct bare, has_status)},
        {"subscriptionId", offsetof(struct bare, private)},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (slice_equal(key, slice_of(flags[i].name)))
            *(bool *)((char *)bare + flags[i].flag) = true;
    if (slice_equal(key, SLICE("e")))
        payload_maybe_text(scan, &bare->event);
    else if (slice_equal(key, SLICE("s")))
        payload_maybe_text(scan, &bare->symbol);
    else if (slice_equal(key, SLICE("st")))
        scan_count(scan, &bare->family);
    else if (slice_equal(key, SLICE("k")) || slice_equal(key, SLICE("o")))
        scan_inner(scan, bare);
    else if (slice_equal(key, SLICE("id")))
        scan_id(scan, bare);
    else if (slice_equal(key, SLICE("msg")))
        payload_maybe_text(scan, &bare->detail);
    else if (slice_equal(key, SLICE("error")))
        scan_error_object(scan, bare);
    else if (slice_equal(key, SLICE("result")))
        bare->has_result = scan_raw(scan, &bare->result);
    else if (slice_equal(key, SLICE("status")) && scan_peek(scan) == SCAN_NUMBER)
        bare->has_status = scan_unsigned(scan, &bare->status);
    else if (slice_equal(key, SLICE("stream")))
        payload_maybe_text(scan, &bare->stream);
    else if (slice_equal(key, SLICE("data")))
        bare->wrapped = scan_raw(scan, &bare->data);
    else if (slice_equal(key, SLICE("event")))
        bare->has_envelope = scan_raw(scan, &bare->envelope);
    else
        scan_skip(scan);
}

/* A payload whose key must be put together. */
static void route_payload(const struct binance_market *market, struct slice frame, uint32_t stream,
                          const struct bare *bare, struct route *route)
{
    struct text key = text_over(route->scratch, sizeof route->scratch);
    if (bare->family != 0 && bare->family == market->foreign_family) {
        payload_refuse(route, REFUSAL_UNSUPPORTED_CHANNEL);
        return;
    }
    if (bare->symbol.len == 0 || (stream == market->kline && bare->interval.len == 0)) {
        payload_refuse(route, REFUSAL_MISSING_FIELD);
        return;
    }
    binance_market_write_key(market, &key, stream, bare->symbol, bare->interval);
    if (key.overflow || key.len == 0) {
        payload_refuse(route, REFUSAL_BAD_VALUE);
        return;
    }
    route->class = FRAME_DATA;
    route->key = text_slice(&key);
    route->payload = frame;
}

static void route_event(const struct binance_market *market, struct slice frame,
                        const struct bare *bare, struct route *route)
{
    for (const struct binance_word *word = market->words; word->word != NULL; word++) {
        if (!slice_equal(bare->event, slice_of(word->word)))
            continue;
        route->class = word->class;
        route->refusal = word->refusal;
        if (route->class == FRAME_DATA)
            route_payload(market, frame, word->stream, bare, route);
        return;
    }
    payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

/* The replies of the stream's control protocol and, in recordings, of REST and the WebSocket API.
 */
static void route_reply(struct slice frame, const struct bare *bare, struct route *route)
{
    route->request = bare->id;
    route->detail = bare->detail;
    if (bare->has_error || bare->has_code)
        route->class = FRAME_REJECT;
    else if (bare->has_book) {
        route->class = FRAME_SNAPSHOT;
        route->payload = frame;
    } else if (bare->has_result && bare->has_id && !bare->has_status)
        route->class = slice_equal(bare->result, SLICE("null")) ? FRAME_ACK : FRAME_OTHER;
    else if (bare->has_info || bare->has_status || bare->has_result)
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

static void route_bare(const struct binance_market *market, struct slice frame, struct route *route)
{
    struct scan scan;
    struct slice key;
    struct bare bare = {0};
    scan_begin(&scan, frame);
    scan_object(&scan);
    while (scan_member(&scan, &key))
        scan_bare_member(&scan, key, &bare);
    if (!scan_end(&scan)) {
        payload_refuse(route, payload_refusal(&scan));
    } else if (bare.wrapped && bare.stream.len > 0) {
        route->class = FRAME_DATA;
        route->key = bare.stream;
        route->payload = bare.data;
    } else if (bare.private) {
        payload_refuse(route, REFUSAL_PRIVATE_EVENT);
    } else if (bare.event.len > 0) {
        route_event(market, frame, &bare, route);
    } else if (bare.has_envelope) {
        route_bare(market, bare.envelope, route);
    } else if (bare.has_top && bare.symbol.len > 0) {
        route_payload(market, frame, market->top, &bare, route);
    } else {
        route_reply(frame, &bare, route);
    }
}

/* What tells itself what it is: it came bare, or under a name that is no stream of an instrument
 * ("!miniTicker@arr", "!serverShutdown", a private stream's listen key). */
static void route_unkeyed(const struct binance_market *market, struct slice frame,
                          struct route *route)
{
    struct scan scan;
    scan_begin(&scan, frame);
    route->key = (struct slice){NULL, 0};
    if (scan_peek(&scan) == SCAN_ARRAY)
        payload_route_list(frame, route);
    else
        route_bare(market, frame, route);
}

/* {"stream":"KEY","data":PAYLOAD}, exactly so: the payload's end is the frame's, and parse checks
 * what is in it. */
static bool route_combined(struct slice frame, struct route *route)
{
    static const struct slice head = {"{\"stream\":\"", 11}, middle = {"\",\"data\":", 9};
    if (!slice_starts_with(frame, head) || frame.data[frame.len - 1] != '}')
        return false;
    const char *key = frame.data + head.len, *end = frame.data + frame.len - 1;
    const char *quote = memchr(key, '"', (size_t)(end - key));
    if (quote == NULL || (size_t)(end - quote) <= middle.len ||
        memcmp(quote, middle.data, middle.len) != 0)
        return false;
    route->class = FRAME_DATA;
    route->key = (struct slice){key, (size_t)(quote - key)};
    route->payload = (struct slice){quote + middle.len, (size_t)(end - quote) - middle.len};
    return true;
}

static bool is_of_instrument(struct slice key)
{
    return key.len > 0 && key.data[0] != '!' && memchr(key.data, '@', key.len) != NULL;
}

/* Streams of the usual speed have two names: "depth" and "depth@1000ms". */
static struct slice short_name(struct slice key, struct slice speed)
{
    if (key.len > speed.len && memcmp(key.data + key.len - speed.len, speed.data, speed.len) == 0)
        key.len -= speed.len;
    return key;
}

void binance_market_route(const struct binance_market *market, struct slice frame,
                          struct route *route)
{
    payload_begin_route(route);
    if (!route_combined(frame, route))
        route_unkeyed(market, frame, route);
    if (route->class != FRAME_DATA)
        return;
    if (is_of_instrument(route->key))
        route->key = short_name(route->key, market->usual_speed);
    else
        route_unkeyed(market, route->payload, route);
}
