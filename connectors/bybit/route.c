/* SPDX-License-Identifier: Apache-2.0 */
/* Data carries its topic, mostly as its first member: {"topic":KEY,...,"data":...}. The order of
 * the others differs by market and stream (bybit.md 0 #6, 3), so that only two layouts are known by
 * sight, those of trades; everything else is read member by member, in the order of decision of
 * 2.4. */
#include "connectors/bybit/route.h"

#include "common/ensure.h"
#include "connectors/payload.h"

#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* What stands before the symbol in a key; behind that of klines an interval and a dot. A depth that
 * we do not ask for is its variant. */
static const struct {
    struct slice prefix;
    struct slice variant;
} keys[] = {
    [BYBIT_TRADE] = {NAME("publicTrade."), NAME("")},
    [BYBIT_BOOK] = {NAME("orderbook.200."), NAME("")},
    [BYBIT_BOOK_50] = {NAME("orderbook.50."), NAME("50")},
    [BYBIT_BOOK_500] = {NAME("orderbook.500."), NAME("500")},
    [BYBIT_BOOK_1000] = {NAME("orderbook.1000."), NAME("1000")},
    [BYBIT_TOP] = {NAME("orderbook.1."), NAME("")},
    [BYBIT_TICKER] = {NAME("tickers."), NAME("")},
    [BYBIT_KLINE] = {NAME("kline."), NAME("")},
    [BYBIT_MARK] = {NAME("tickers."), NAME("")},
    [BYBIT_LIQUIDATION] = {NAME("allLiquidation."), NAME("")},
};
_Static_assert(sizeof keys / sizeof *keys == BYBIT_STREAMS, "a key for each stream");

/* 3.6: our word and theirs. */
static const struct interval {
    struct slice ours, theirs;
} intervals[] = {
    {NAME("1m"), NAME("1")},    {NAME("3m"), NAME("3")},   {NAME("5m"), NAME("5")},
    {NAME("15m"), NAME("15")},  {NAME("30m"), NAME("30")}, {NAME("1h"), NAME("60")},
    {NAME("2h"), NAME("120")},  {NAME("4h"), NAME("240")}, {NAME("6h"), NAME("360")},
    {NAME("12h"), NAME("720")}, {NAME("1d"), NAME("D")},   {NAME("1w"), NAME("W")},
    {NAME("1M"), NAME("M")},
};
#define INTERVALS (sizeof intervals / sizeof *intervals)

struct slice bybit_interval(struct slice variant)
{
    for (size_t i = 0; i < INTERVALS; i++)
        if (slice_equal(variant, intervals[i].ours))
            return intervals[i].theirs;
    return SLICE("");
}

void bybit_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    ENSURE(stream < BYBIT_STREAMS);
    struct slice interval = bybit_interval(variant);
    if (stream == BYBIT_KLINE ? interval.len == 0 : !slice_equal(variant, keys[stream].variant))
        return;
    text_append(key, keys[stream].prefix);
    if (stream == BYBIT_KLINE) {
        text_append(key, interval);
        text_literal(key, ".");
    }
    text_append(key, symbol);
}

static struct slice behind(struct slice text, size_t len)
{
    return (struct slice){text.data + len, text.len - len};
}

/* Takes "INTERVAL." off what stands behind a kline's prefix. */
static bool take_interval(struct slice *rest, struct slice *variant)
{
    for (size_t i = 0; i < INTERVALS; i++) {
        struct slice word = intervals[i].theirs;
        if (rest->len > word.len && rest->data[word.len] == '.' && slice_starts_with(*rest, word)) {
            *variant = intervals[i].ours;
            *rest = behind(*rest, word.len + 1);
            return true;
        }
    }
    return false;
}

/* Symbols are upper case and have no dot (5.3); what else stands here is another topic's
 * ("orderbook.25.SOLUSDT_SOL/USDT" is a spread's). */
static bool is_symbol(struct slice symbol)
{
    for (size_t i = 0; i < symbol.len; i++) {
        unsigned char c = (unsigned char)symbol.data[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c >= 0x80;
        if (!plain)
            return false;
    }
    return symbol.len > 0;
}

bool bybit_read_key(struct slice key, uint32_t *stream, struct text *symbol, struct slice *variant)
{
    for (uint32_t i = 0; i < BYBIT_STREAMS; i++) {
        if (!slice_starts_with(key, keys[i].prefix))
            continue;
        struct slice rest = behind(key, keys[i].prefix.len);
        *stream = i;
        *variant = keys[i].variant;
        if ((i == BYBIT_KLINE && !take_interval(&rest, variant)) || !is_symbol(rest))
            return false;
        text_append(symbol, rest);
        return !symbol->overflow;
    }
    return false;
}

bool bybit_read_spot_key(struct slice key, uint32_t *stream, struct text *symbol,
                         struct slice *variant)
{
    return bybit_read_key(key, stream, symbol, variant) && *stream < BYBIT_SPOT_STREAMS;
}

/* The first word of a topic and what it is. */
static const struct {
    struct slice word;
    enum frame_class class;
    enum refusal refusal;
} topics[] = {
    {NAME("orderbook"), FRAME_DATA, REFUSAL_NONE},
    {NAME("publicTrade"), FRAME_BATCH, REFUSAL_NONE},
    {NAME("tickers"), FRAME_DATA, REFUSAL_NONE},
    {NAME("kline"), FRAME_BATCH, REFUSAL_NONE},
    {NAME("allLiquidation"), FRAME_BATCH, REFUSAL_NONE},
    {NAME("liquidation"), FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL}, /* retired 2025-02-20 */
    {NAME("insurance"), FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},   /* 3.8 */
    {NAME("adlAlert"), FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
    {NAME("priceLimit"), FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
    {NAME("system"), FRAME_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
    {NAME("order"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT}, /* 6.2 */
    {NAME("execution"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
    {NAME("position"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
    {NAME("wallet"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
    {NAME("greeks"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
    {NAME("dcp"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
    {NAME("strategy"), FRAME_REFUSED, REFUSAL_PRIVATE_EVENT},
};

/* What a frame says of itself at its top. */
struct top {
    struct slice topic, data, op, message, type, request;
    bool has_data, has_success, success;
    bool has_code; /* retCode: a REST reply, or one to an order */
    enum scan_type data_type;
};

static void scan_success(struct scan *scan, struct top *found)
{
    enum scan_type type = scan_peek(scan);
    if (type == SCAN_TRUE || type == SCAN_FALSE)
        found->has_success = scan_boolean(scan, &found->success);
    else
        scan_skip(scan);
}

static void scan_frame(struct scan *scan, struct top *found)
{
    struct slice key;
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("topic"))) {
            payload_maybe_text(scan, &found->topic);
        } else if (slice_equal(key, SLICE("data"))) {
            found->data_type = scan_peek(scan);
            scan_raw(scan, &found->data);
        } else if (slice_equal(key, SLICE("op"))) {
            payload_maybe_text(scan, &found->op);
        } else if (slice_equal(key, SLICE("ret_msg"))) {
            payload_maybe_text(scan, &found->message);
        } else if (slice_equal(key, SLICE("type"))) {
            payload_maybe_text(scan, &found->type);
        } else if (slice_equal(key, SLICE("req_id"))) {
            payload_maybe_text(scan, &found->request);
        } else if (slice_equal(key, SLICE("success"))) {
            scan_success(scan, found);
        } else {
            found->has_code |= slice_equal(key, SLICE("retCode"));
            scan_skip(scan);
        }
    }
}

static void route_topic(struct slice frame, const struct top *found, struct route *route)
{
    const char *dot = memchr(found->topic.data, '.', found->topic.len);
    struct slice word = {found->topic.data,
                         dot != NULL ? (size_t)(dot - found->topic.data) : found->topic.len};
    payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (slice_equal(word, topics[i].word)) {
            route->class = topics[i].class;
            route->refusal = topics[i].refusal;
            break;
        }
    if (route->class == FRAME_REFUSED)
        return;
    route->key = found->topic;
    route->payload = route->class == FRAME_BATCH ? found->data : frame;
    if (route->class == FRAME_BATCH && found->data_type != SCAN_ARRAY)
        payload_refuse(route,
                       found->data.data == NULL ? REFUSAL_MISSING_FIELD : REFUSAL_WRONG_TYPE);
}

/* The place of `word` in `text`, and what stands behind it; false if it is not there. */
static bool find(struct slice text, struct slice word, struct slice *rest)
{
    const char *at = text.len > 0 ? memmem(text.data, text.len, word.data, word.len) : NULL;
    if (at != NULL)
        *rest = behind(text, (size_t)(at - text.data) + word.len);
    return at != NULL;
}

/* 2.4: "error:handler not found,topic:KEY" on linear and inverse, "Invalid symbol :[KEY]" on spot.
 * A list of several would be a text that we have not seen: it names none. */
static struct slice blamed(struct slice message)
{
    struct slice key = {NULL, 0};
    if (find(message, SLICE("["), &key)) {
        const char *end = memchr(key.data, ']', key.len);
        key.len = end != NULL ? (size_t)(end - key.data) : 0;
    } else {
        find(message, SLICE("topic:"), &key);
    }
    for (size_t i = 0; i < key.len; i++)
        if (key.data[i] == ',' || key.data[i] == ' ' || key.data[i] == '\\')
            key.len = 0;
    return key;
}

/* A text with its escapes resolved: "args size >10" comes as "args size \u003e10" (2.4). */
static struct slice plain(struct slice message, struct route *route)
{
    struct text text = text_over(route->scratch, sizeof route->scratch);
    if (message.len == 0 || memchr(message.data, '\\', message.len) == NULL ||
        !scan_unescape(message, &text) || text.overflow)
        return message;
    return text_slice(&text);
}

static void route_reply(const struct top *found, struct route *route)
{
    struct slice rest;
    if (!payload_unsigned(found->request, &route->request))
        route->request = 0;
    route->detail = plain(found->message, route);
    if (found->success) {
        route->class = FRAME_ACK;
        return;
    }
    route->class = FRAME_REJECT;
    route->key = blamed(route->detail);
    route->held = find(route->detail, SLICE("already subscribed"), &rest);
}

/* Options and spreads answer otherwise, and name each topic (2.2): {"success":true,"data":{
 * "failTopics":[KEY],"successTopics":[]},"type":"COMMAND_RESP"}. */
static void route_command(const struct top *found, struct route *route)
{
    struct slice rest;
    route_reply(found, route);
    if (!find(found->data, SLICE("\"failTopics\":[\""), &rest))
        return;
    const char *end = memchr(rest.data, '"', rest.len);
    route->class = FRAME_REJECT;
    route->key = (struct slice){rest.data, end != NULL ? (size_t)(end - rest.data) : 0};
}

/* What is no data: the decisions of 2.4, one behind the other. */
static void route_control(const struct top *found, struct route *route)
{
    bool is_request =
        slice_equal(found->op, SLICE("subscribe")) || slice_equal(found->op, SLICE("unsubscribe"));
    if (slice_equal(found->op, SLICE("pong")) || slice_equal(found->message, SLICE("pong")))
        route->class = FRAME_PONG;
    else if (slice_equal(found->type, SLICE("COMMAND_RESP")) && found->has_success)
        route_command(found, route);
    else if (found->has_success && (is_request || !found->success))
        route_reply(found, route);
    else if (found->has_success || found->has_code)
        route->class = FRAME_OTHER; /* of an account, or of REST: in recordings */
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

static void route_any(struct slice frame, struct route *route)
{
    struct scan scan;
    struct top found = {0};
    scan_begin(&scan, frame);
    scan_frame(&scan, &found);
    if (!scan_end(&scan))
        payload_refuse(route, payload_refusal(&scan));
    else if (found.topic.len > 0)
        route_topic(frame, &found, route);
    else
        route_control(&found, route);
}

#define TIME_LEN 13 /* digits of a time in ms, from 2001 to 2286 */

/* Where the data of trades begins behind the topic: linear and inverse write `type` and `ts`, spot
 * `ts` and `type` (3.4). NULL for any other layout. */
static const char *find_trades(const char *at, const char *end)
{
    static const char type[] = ",\"type\":\"snapshot\"", time[] = ",\"ts\":", data[] = ",\"data\":";
    const size_t type_len = sizeof type - 1, time_len = sizeof time - 1, data_len = sizeof data - 1;
    if (end - at < (ptrdiff_t)(type_len + time_len + TIME_LEN + data_len + 1))
        return NULL;
    bool type_first = memcmp(at, type, type_len) == 0;
    const char *time_at = type_first ? at + type_len : at;
    const char *digits = time_at + time_len, *behind_time = digits + TIME_LEN;
    if (memcmp(time_at, time, time_len) != 0)
        return NULL;
    for (int i = 0; i < TIME_LEN; i++)
        if (digits[i] < '0' || digits[i] > '9')
            return NULL;
    if (!type_first && memcmp(behind_time, type, type_len) != 0)
        return NULL;
    at += type_len + time_len + TIME_LEN;
    return memcmp(at, data, data_len) == 0 ? at + data_len : NULL;
}

/* Trades as they come: the array's end is its first ']' (a trade has none) and the frame's last
 * byte but one, so that the payload is the array and nothing else; the intake walks it. */
static bool route_trades(const char *topic_end, struct slice frame, struct route *route)
{
    const char *last = frame.data + frame.len - 1;
    const char *begin = find_trades(topic_end, last);
    if (begin == NULL || *begin != '[' || *last != '}' ||
        memchr(begin, ']', (size_t)(last - begin)) != last - 1)
        return false;
    route->class = FRAME_BATCH;
    route->payload = (struct slice){begin, (size_t)(last - begin)};
    return true;
}

/* {"topic":"orderbook...", {"topic":"tickers...: the payload is the frame, and parse checks what is
 * in it. */
static bool route_by_sight(struct slice frame, struct route *route)
{
    static const struct slice head = {"{\"topic\":\"", 10};
    if (!slice_starts_with(frame, head))
        return false;
    struct slice rest = behind(frame, head.len);
    const char *quote = memchr(rest.data, '"', rest.len);
    if (quote == NULL)
        return false;
    route->key = (struct slice){rest.data, (size_t)(quote - rest.data)};
    if (slice_starts_with(route->key, keys[BYBIT_TRADE].prefix))
        return route_trades(quote + 1, frame, route);
    if (!slice_starts_with(route->key, SLICE("orderbook.")) &&
        !slice_starts_with(route->key, SLICE("tickers.")))
        return false;
    route->class = FRAME_DATA;
    route->payload = frame;
    return true;
}

void bybit_route(struct slice frame, struct route *route)
{
    payload_begin_route(route);
    if (route_by_sight(frame, route))
        return;
    route->key = (struct slice){NULL, 0};
    route_any(frame, route);
}
