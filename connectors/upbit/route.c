/* SPDX-License-Identifier: Apache-2.0 */
/* A frame says itself what it is, by its type and its code (upbit.md 3; observed 2026-09-23); no
 * request is answered. Keys are ours: "trade:KRW-BTC". */
#include "connectors/upbit/route.h"

#include "common/ensure.h"
#include "connectors/payload.h"

/* 3.4: of the units of candles 10m is none of our words, and not offered. */
const struct upbit_type upbit_types[] = {
    {{"orderbook", 9}, UPBIT_BOOK, {"", 0}, 0},
    {{"trade", 5}, UPBIT_TRADE, {"", 0}, 0},
    {{"ticker", 6}, UPBIT_TICKER, {"", 0}, 0},
    {{"candle.1s", 9}, UPBIT_CANDLE, {"1s", 2}, 1},
    {{"candle.1m", 9}, UPBIT_CANDLE, {"1m", 2}, 60},
    {{"candle.3m", 9}, UPBIT_CANDLE, {"3m", 2}, 180},
    {{"candle.5m", 9}, UPBIT_CANDLE, {"5m", 2}, 300},
    {{"candle.15m", 10}, UPBIT_CANDLE, {"15m", 3}, 900},
    {{"candle.30m", 10}, UPBIT_CANDLE, {"30m", 3}, 1800},
    {{"candle.60m", 10}, UPBIT_CANDLE, {"1h", 2}, 3600},
    {{"candle.240m", 11}, UPBIT_CANDLE, {"4h", 2}, 14400},
    {{NULL, 0}, UPBIT_STREAMS, {NULL, 0}, 0},
};

const struct upbit_type *upbit_find_type(struct slice word)
{
    for (const struct upbit_type *type = upbit_types; type->word.data != NULL; type++)
        if (slice_equal(type->word, word))
            return type;
    return NULL;
}

static void write_key(struct text *key, struct slice type, struct slice code)
{
    text_append(key, type);
    text_literal(key, ":");
    text_append(key, code);
}

void upbit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    ENSURE(stream < UPBIT_STREAMS);
    uint32_t carrier = stream == UPBIT_TOP ? UPBIT_BOOK : stream;
    for (const struct upbit_type *type = upbit_types; type->word.data != NULL; type++)
        if (type->stream == carrier && slice_equal(type->variant, variant)) {
            write_key(key, type->word, symbol);
            return;
        }
}

bool upbit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant)
{
    const char *colon = key.len > 0 ? memchr(key.data, ':', key.len) : NULL;
    if (colon == NULL)
        return false;
    size_t len = (size_t)(colon - key.data);
    struct slice code = {colon + 1, key.len - len - 1};
    const struct upbit_type *type = upbit_find_type((struct slice){key.data, len});
    if (type == NULL || !payload_is_symbol(code))
        return false;
    *stream = type->stream;
    *variant = type->variant;
    text_append(symbol, code);
    return !symbol->overflow;
}

static void route_payload(struct slice frame, struct slice type, struct slice code,
                          struct route *route)
{
    struct text key = text_over(route->scratch, sizeof route->scratch);
    write_key(&key, type, code);
    if (key.overflow) {
        payload_refuse(route, REFUSAL_BAD_VALUE);
        return;
    }
    route->class = FRAME_DATA;
    route->key = text_slice(&key);
    route->payload = frame;
}

/* What frames begin with, in either format, and what stands between their type and their code. */
static const struct {
    struct slice head;
    struct slice middle;
} forms[] = {
    {{"{\"type\":\"", 9}, {"\",\"code\":\"", 10}},
    {{"{\"ty\":\"", 7}, {"\",\"cd\":\"", 8}},
};

/* The text up to the next quote; empty if there is none. */
static struct slice text_at(const char *at, const char *end)
{
    const char *quote = memchr(at, '"', (size_t)(end - at));
    return (struct slice){at, quote != NULL ? (size_t)(quote - at) : 0};
}

/* The rest of the frame is for parse to check. */
static bool route_by_head(struct slice frame, struct route *route)
{
    const char *end = frame.data + frame.len;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct slice head = forms[i].head, middle = forms[i].middle;
        if (!slice_starts_with(frame, head))
            continue;
        struct slice type = text_at(frame.data + head.len, end);
        const char *at = type.data + type.len;
        if ((size_t)(end - at) < middle.len || memcmp(at, middle.data, middle.len) != 0)
            return false;
        struct slice code = text_at(at + middle.len, end);
        if (code.len == 0 || upbit_find_type(type) == NULL)
            return false;
        route_payload(frame, type, code, route);
        return true;
    }
    return false;
}

/* What a frame says of itself at its top, whatever the order. */
struct top {
    struct slice type, code, status, error, message;
    bool has_method; /* a reply to LIST_SUBSCRIPTIONS */
    bool has_market; /* an entry of a REST reply */
};

/* {"name":"WRONG_FORMAT","message":"..."}, in either order (2.5); the name of a REST error is a
 * number (5.5). */
static void scan_error_object(struct scan *scan, struct top *top)
{
    struct slice key;
    top->error = SLICE("error");
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return;
    }
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("message")))
            payload_maybe_text(scan, &top->message);
        else if (!slice_equal(key, SLICE("name")))
            scan_skip(scan);
        else if (scan_peek(scan) == SCAN_NUMBER)
            scan_number(scan, &top->error);
        else
            payload_maybe_text(scan, &top->error);
    }
}

static void scan_top(struct scan *scan, struct slice key, struct top *top)
{
    if (slice_equal(key, SLICE("type")) || slice_equal(key, SLICE("ty")))
        payload_maybe_text(scan, &top->type);
    else if (slice_equal(key, SLICE("code")) || slice_equal(key, SLICE("cd")))
        payload_maybe_text(scan, &top->code);
    else if (slice_equal(key, SLICE("status")))
        payload_maybe_text(scan, &top->status);
    else if (slice_equal(key, SLICE("error")))
        scan_error_object(scan, top);
    else {
        top->has_method |= slice_equal(key, SLICE("method")) || slice_equal(key, SLICE("mthd"));
        top->has_market |= slice_equal(key, SLICE("market"));
        scan_skip(scan);
    }
}

/* Types that are none of ours: other channels (3.4, 3.5, 1.1) and an account's (6). */
static const struct {
    const char *type;
    enum refusal refusal;
} others[] = {
    {"candle.10m", REFUSAL_UNSUPPORTED_CHANNEL},
    {"indicator", REFUSAL_UNSUPPORTED_CHANNEL},
    {"indicator_signal", REFUSAL_UNSUPPORTED_CHANNEL},
    {"announcement", REFUSAL_UNSUPPORTED_CHANNEL},
    {"myOrder", REFUSAL_PRIVATE_EVENT},
    {"myAsset", REFUSAL_PRIVATE_EVENT},
};

static void route_type(struct slice frame, const struct top *top, struct route *route)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_equal(top->type, slice_of(others[i].type))) {
            payload_refuse(route, others[i].refusal);
            return;
        }
    if (upbit_find_type(top->type) == NULL)
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
    else if (top->code.len == 0)
        payload_refuse(route, REFUSAL_MISSING_FIELD);
    else
        route_payload(frame, top->type, top->code, route);
}

/* The name is what the documents have; the message, where it fits, is for people. */
static void route_error(const struct top *top, struct route *route)
{
    struct text detail = text_over(route->scratch, sizeof route->scratch);
    route->class = FRAME_REJECT;
    route->detail = top->error;
    if (top->message.len == 0)
        return;
    text_append(&detail, top->error);
    text_literal(&detail, ": ");
    text_append(&detail, top->message);
    if (!detail.overflow)
        route->detail = text_slice(&detail);
}

static void route_object(struct slice frame, struct route *route)
{
    struct scan scan;
    struct slice key;
    struct top top = {0};
    scan_begin(&scan, frame);
    scan_object(&scan);
    while (scan_member(&scan, &key))
        scan_top(&scan, key, &top);
    if (!scan_end(&scan))
        payload_refuse(route, payload_refusal(&scan));
    else if (top.error.len > 0)
        route_error(&top, route);
    else if (top.type.len > 0)
        route_type(frame, &top, route);
    else if (slice_equal(top.status, SLICE("UP"))) /* every 10 s once a text PING was sent (1.3) */
        route->class = FRAME_PONG;
    else if (top.has_method || top.has_market)
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

void upbit_route(struct slice frame, struct route *route)
{
    struct scan scan;
    payload_begin_route(route);
    if (route_by_head(frame, route))
        return;
    scan_begin(&scan, frame);
    if (scan_peek(&scan) == SCAN_ARRAY)
        payload_route_list(frame, route); /* the LIST formats (2.1); a REST reply in a recording */
    else
        route_object(frame, route);
}
