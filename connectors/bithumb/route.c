/* SPDX-License-Identifier: Apache-2.0 */
/* A frame says itself what it is, by its type and its code (bithumb.md 3; observed 2026-09-23); no
 * request is answered. Keys are ours: "trade:KRW-BTC". */
#include "connectors/bithumb/route.h"

#include "common/ensure.h"
#include "connectors/payload.h"

static const struct slice types[] = {
    [BITHUMB_TRADE] = {"trade", 5},
    [BITHUMB_TICKER] = {"ticker", 6},
    [BITHUMB_BOOK] = {"orderbook", 9},
    [BITHUMB_TOP] = {"orderbook", 9},
};
_Static_assert(sizeof types / sizeof *types == BITHUMB_STREAMS, "a type for each stream");

struct slice bithumb_type(uint32_t stream)
{
    ENSURE(stream < BITHUMB_STREAMS);
    return types[stream];
}

static void write_key(struct text *key, struct slice type, struct slice code)
{
    text_append(key, type);
    text_literal(key, ":");
    text_append(key, code);
}

/* No stream has a variant. */
void bithumb_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    if (variant.len == 0)
        write_key(key, bithumb_type(stream), symbol);
}

bool bithumb_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant)
{
    for (uint32_t i = 0; i < BITHUMB_STREAMS; i++) {
        size_t len = types[i].len;
        if (key.len <= len || !slice_starts_with(key, types[i]) || key.data[len] != ':')
            continue;
        struct slice code = {key.data + len + 1, key.len - len - 1};
        *stream = i;
        *variant = SLICE("");
        text_append(symbol, code);
        return payload_is_symbol(code) && !symbol->overflow;
    }
    return false;
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

/* What frames of ours begin with, in either format, up to their code. */
static const struct {
    struct slice head;
    enum bithumb_stream stream;
} heads[] = {
    {{"{\"type\":\"orderbook\",\"code\":\"", 28}, BITHUMB_BOOK},
    {{"{\"type\":\"trade\",\"code\":\"", 24}, BITHUMB_TRADE},
    {{"{\"type\":\"ticker\",\"code\":\"", 25}, BITHUMB_TICKER},
    {{"{\"ty\":\"orderbook\",\"cd\":\"", 24}, BITHUMB_BOOK},
    {{"{\"ty\":\"trade\",\"cd\":\"", 20}, BITHUMB_TRADE},
    {{"{\"ty\":\"ticker\",\"cd\":\"", 21}, BITHUMB_TICKER},
};

/* The rest of the frame is for parse to check. */
static bool route_by_head(struct slice frame, struct route *route)
{
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct slice head = heads[i].head;
        if (!slice_starts_with(frame, head))
            continue;
        const char *code = frame.data + head.len;
        const char *quote = memchr(code, '"', frame.len - head.len);
        if (quote == NULL || quote == code)
            return false;
        route_payload(frame, types[heads[i].stream], (struct slice){code, (size_t)(quote - code)},
                      route);
        return true;
    }
    return false;
}

/* What a frame says of itself at its top, whatever the order. */
struct top {
    struct slice type, code, status, error, message;
    bool has_content; /* the old socket's */
    bool has_market;  /* an entry of a REST reply */
};

/* {"name":"WRONG_FORMAT","message":"..."}; the name of a REST error is a number (5). */
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
        top->has_content |= slice_equal(key, SLICE("content"));
        top->has_market |= slice_equal(key, SLICE("market"));
        scan_skip(scan);
    }
}

/* Types that are none of ours: the old socket's (4.2) and an account's (6). */
static const struct {
    const char *type;
    enum refusal refusal;
} others[] = {
    {"transaction", REFUSAL_UNSUPPORTED_CHANNEL},
    {"orderbookdepth", REFUSAL_UNSUPPORTED_CHANNEL},
    {"orderbooksnapshot", REFUSAL_UNSUPPORTED_CHANNEL},
    {"myOrder", REFUSAL_PRIVATE_EVENT},
    {"myAsset", REFUSAL_PRIVATE_EVENT},
};

/* The old socket's ticker has the same name as ours, and its content in an object. */
static void route_type(struct slice frame, const struct top *top, struct route *route)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_equal(top->type, slice_of(others[i].type))) {
            payload_refuse(route, others[i].refusal);
            return;
        }
    for (size_t i = 0; i < BITHUMB_TOP; i++) {
        if (!slice_equal(top->type, types[i]))
            continue;
        if (top->code.len > 0)
            route_payload(frame, top->type, top->code, route);
        else
            payload_refuse(route,
                           top->has_content ? REFUSAL_UNSUPPORTED_CHANNEL : REFUSAL_MISSING_FIELD);
        return;
    }
    payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

/* "UP" comes every ten seconds once a text PING was sent (1); numbers are the old socket's (4.2)
 * and the old REST's. */
static void route_status(struct slice status, struct route *route)
{
    if (slice_equal(status, SLICE("UP")))
        route->class = FRAME_PONG;
    else if (status.len == 4 && status.data[0] >= '0' && status.data[0] <= '9')
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
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
    else if (top.status.len > 0)
        route_status(top.status, route);
    else if (top.has_market)
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

void bithumb_route(struct slice frame, struct route *route)
{
    struct scan scan;
    payload_begin_route(route);
    if (route_by_head(frame, route))
        return;
    scan_begin(&scan, frame);
    if (scan_peek(&scan) == SCAN_ARRAY)
        payload_route_list(frame, route); /* Upbit's LIST formats; a REST reply in a recording */
    else
        route_object(frame, route);
}
