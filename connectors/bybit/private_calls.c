/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked by REST, and what is answered. All of it are GETs of one form, which differ in path
 * and parameters (bybit.md 5.2, 5.5). */
#include "connectors/bybit/private.h"

#include "common/clock.h"
#include "connectors/payload.h"

#define RECEIVE_WINDOW  "5000" /* ms (5.2) */
#define SPAN_MS         (INT64_C(7) * 24 * 3600 * 1000)
#define SPAN_MARGIN_MS  60000
#define CLOCK_MARGIN_MS 1000 /* by which our idea of the time may be wrong */
#define ROWS_MAX        200  /* of a page: the most that we ask for */

/* What a purpose is asked by, and how. */
static const struct purpose {
    const char *path;
    const char *parameters; /* besides those below; a constant of URL characters */
    bool by_market;         /* `category` */
    bool by_coin;           /* `settleCoin`: a round for each that the market has */
    bool by_span;           /* from `since_ms`; a span is 7 days */
    bybit_read_row *read;
} purposes[CALL_PURPOSES] = {
    [CALL_CLOCK] = {"/v5/market/time", "", false, false, false, NULL},
    [CALL_OPEN_ORDERS] = {"/v5/order/realtime", "limit=50", true, true, false, bybit_read_order},
    [CALL_CLOSED_ORDERS] = {"/v5/order/history", "limit=50", true, false, true, bybit_read_order},
    [CALL_FILLS] = {"/v5/execution/list", "limit=100", true, false, true, bybit_read_execution},
    [CALL_ORDER] = {"/v5/order/realtime", "", true, false, false, bybit_read_order},
    [CALL_BALANCES] = {"/v5/account/wallet-balance", "accountType=UNIFIED", false, false, false,
                       bybit_read_wallet},
    [CALL_POSITIONS] = {"/v5/position/list", "limit=200", true, true, false, bybit_read_position},
};

static void begin_parameter(struct text *path, const char *name)
{
    bool first = memchr(path->data, '?', path->len) == NULL;
    text_append(path, first ? SLICE("?") : SLICE("&"));
    text_append(path, slice_of(name));
    text_literal(path, "=");
}

static void write_parameter(struct text *path, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    begin_parameter(path, name);
    payload_percent(path, value);
}

/* 5.5: a span is 7 days at the most. What happens behind its end is heard on the stream. Unfilled
 * orders that are over stand in the history for a day, the others for a week. */
static void write_span(struct text *path, const struct call_ask *ask)
{
    int64_t oldest = ask->now_ms - SPAN_MS + SPAN_MARGIN_MS;
    begin_parameter(path, "startTime");
    text_signed(path, ask->since_ms > oldest ? ask->since_ms : oldest);
    begin_parameter(path, "endTime");
    text_signed(path, ask->now_ms + CLOCK_MARGIN_MS);
}

/* An order may be gone from the open ones when the closed ones are asked, and not the other way. */
static uint32_t rounds_of(enum call_purpose purpose, const struct bybit_market *market)
{
    if (purpose == CALL_ORDER)
        return 2;
    return purposes[purpose].by_coin && market->settle_coins[0].len > 0 ? 2 : 1;
}

static void write_path(struct text *path, const struct call_ask *ask,
                       const struct bybit_market *market)
{
    const struct purpose *purpose = &purposes[ask->purpose];
    bool closed = ask->purpose == CALL_ORDER && ask->round == 1;
    text_append(path, slice_of(closed ? "/v5/order/history" : purpose->path));
    if (purpose->by_market)
        write_parameter(path, "category", market->category);
    if (ask->purpose == CALL_ORDER) {
        write_parameter(path, "symbol", ask->exchange_symbol);
        write_parameter(path, "orderId", ask->order_id);
    }
    if (purpose->by_coin)
        write_parameter(path, "settleCoin", market->settle_coins[ask->round]);
    if (purpose->by_span)
        write_span(path, ask);
    if (*purpose->parameters != '\0') {
        text_append(path, memchr(path->data, '?', path->len) == NULL ? SLICE("?") : SLICE("&"));
        text_append(path, slice_of(purpose->parameters));
    }
    /* It has '%' in it already, and is a value like any other: encoded once more (8 #22). */
    write_parameter(path, "cursor", ask->cursor);
}

static void write_header(struct text *headers, const char *name, struct slice value)
{
    text_append(headers, slice_of(name));
    text_literal(headers, ": ");
    text_append(headers, value);
    text_literal(headers, "\r\n");
}

/* 5.5: what is signed is time, key, window and the query as it is sent. */
static bool sign(struct call *call, const struct private_keys *keys, int64_t now_ms)
{
    char room[PRIVATE_PATH_MAX + 1024], time_room[24], signature_room[SIGN_TEXT_MAX];
    struct text message = text_over(room, sizeof room);
    struct text time = text_over(time_room, sizeof time_room);
    struct text signature = text_over(signature_room, sizeof signature_room);
    const char *query = memchr(call->path.data, '?', call->path.len);
    struct slice key = secret_bytes(keys->key);
    text_signed(&time, now_ms);
    text_append(&message, text_slice(&time));
    text_append(&message, key);
    text_literal(&message, RECEIVE_WINDOW);
    if (query != NULL)
        text_bytes(&message, query + 1, (size_t)(call->path.data + call->path.len - query) - 1);
    bool can = !message.overflow &&
               sign_write(&signature, keys->secret, SIGN_SHA256,
                          keys->kind == SIGN_RSA ? SIGN_BASE64 : SIGN_HEX, text_slice(&message));
    secret_wipe(room, sizeof room);
    if (!can)
        return false;
    write_header(&call->headers, "X-BAPI-API-KEY", key);
    write_header(&call->headers, "X-BAPI-TIMESTAMP", text_slice(&time));
    write_header(&call->headers, "X-BAPI-SIGN", text_slice(&signature));
    write_header(&call->headers, "X-BAPI-RECV-WINDOW", SLICE(RECEIVE_WINDOW));
    return !call->headers.overflow;
}

/* 5.1: each request weighs one of what an address may ask. */
bool bybit_write_call(struct call *call, const struct private_keys *keys,
                      const struct call_ask *ask, const struct bybit_market *market)
{
    const struct purpose *purpose = &purposes[ask->purpose];
    if (purpose->path == NULL || ask->round >= rounds_of(ask->purpose, market) ||
        (ask->purpose == CALL_POSITIONS && market->spot))
        return false;
    call->method = "GET";
    call->weight = 1;
    write_path(&call->path, ask, market);
    return !call->path.overflow && (ask->purpose == CALL_CLOCK || sign(call, keys, ask->now_ms));
}

/* 5.1; 110001 is in the documented list of errors (bybit-exchange/docs, docs/v5/error.mdx), an
 * older state of it. 170213, its like on spot, is not in that state: quoted, ccxt takes it for an
 * order that is not found. Unconfirmed. */
enum verdict bybit_verdict(int64_t code)
{
    static const struct {
        int64_t code;
        enum verdict verdict;
    } codes[] = {
        {0, VERDICT_OK},        {10002, VERDICT_CLOCK},   {10003, VERDICT_KEY},
        {10004, VERDICT_KEY},   {10005, VERDICT_KEY},     {10010, VERDICT_KEY},
        {33004, VERDICT_KEY},   {-2015, VERDICT_KEY},     {10006, VERDICT_LIMITED},
        {429, VERDICT_LIMITED}, {10429, VERDICT_LIMITED}, {403, VERDICT_LIMITED},
        {110001, VERDICT_GONE}, {170213, VERDICT_GONE},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return codes[i].verdict;
    return VERDICT_ELSE;
}

/* A reply's envelope: {"retCode":0,"retMsg":"OK","result":{...},"time":1671017382656} */
struct envelope {
    bool has_code;
    int64_t code, time_ms;
    struct slice message, result;
};

static enum refusal read_envelope(struct slice body, struct envelope *envelope)
{
    struct scan scan;
    struct slice key;
    scan_begin(&scan, body);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("retCode")))
            envelope->has_code = scan_signed(&scan, &envelope->code);
        else if (slice_equal(key, SLICE("retMsg")))
            payload_maybe_text(&scan, &envelope->message);
        else if (slice_equal(key, SLICE("time")) && scan_peek(&scan) == SCAN_NUMBER)
            scan_signed(&scan, &envelope->time_ms);
        else if (slice_equal(key, SLICE("result")))
            scan_raw(&scan, &envelope->result);
        else
            scan_skip(&scan);
    }
    if (!scan_end(&scan))
        return payload_refusal(&scan);
    return envelope->has_code ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

/* Lists begin with the newest: they are told from their end. */
static void read_rows(struct slice list, bybit_read_row *read, const struct bybit_telling *telling,
                      struct call_reply *reply)
{
    struct slice rows[ROWS_MAX], row;
    struct scan scan;
    size_t count = 0;
    scan_begin(&scan, list);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &row)) {
        if (count < ROWS_MAX)
            rows[count++] = row;
        else
            reply->skipped++;
    }
    reply->refusal = scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
    for (size_t i = count; i > 0 && reply->refusal == REFUSAL_NONE; i--)
        if (read(rows[i - 1], telling) != REFUSAL_NONE)
            reply->skipped++;
    if (count == 0)
        reply->cursor.len = 0; /* an empty page is the last one, whatever it says */
}

/* 5.3: "", null and none mean the last page. */
static void read_cursor(struct slice raw, struct text *cursor)
{
    struct scan scan;
    struct slice text;
    scan_begin(&scan, raw);
    if (raw.len == 0 || scan_peek(&scan) != SCAN_STRING || !scan_string(&scan, &text) ||
        !scan_unescape(text, cursor))
        cursor->len = 0;
}

static void read_result(const struct envelope *envelope, const struct call_ask *ask,
                        const struct bybit_telling *telling, struct call_reply *reply)
{
    struct slice list, cursor;
    reply->refusal = payload_member(envelope->result, SLICE("list"), &list);
    if (reply->refusal != REFUSAL_NONE)
        return;
    if (list.len == 0 ||
        payload_member(envelope->result, SLICE("nextPageCursor"), &cursor) != REFUSAL_NONE) {
        reply->refusal = REFUSAL_MISSING_FIELD;
        return;
    }
    read_cursor(cursor, &reply->cursor);
    read_rows(list, purposes[ask->purpose].read, telling, reply);
    if (reply->cursor.overflow)
        reply->refusal = REFUSAL_BAD_VALUE;
}

/* 5.1: 403 is a ban in words, or an address of a country that is not served; 429 asks to wait. */
static enum verdict verdict_of_status(uint32_t status)
{
    if (status == 403 || status == 429)
        return VERDICT_LIMITED;
    return status == 401 ? VERDICT_KEY : VERDICT_ELSE;
}

void bybit_read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                      const struct bybit_telling *telling, struct call_reply *reply)
{
    struct envelope envelope = {.has_code = false};
    struct bybit_telling told = *telling;
    reply->verdict = VERDICT_OK;
    reply->detail = (struct slice){NULL, 0};
    reply->cursor.len = 0;
    reply->skipped = 0;
    reply->refusal = read_envelope(body, &envelope);
    if (status != 200) {
        bool explained = reply->refusal == REFUSAL_NONE && envelope.code != 0;
        reply->verdict = explained ? bybit_verdict(envelope.code) : VERDICT_ELSE;
        if (reply->verdict == VERDICT_ELSE)
            reply->verdict = verdict_of_status(status);
        reply->detail = explained ? envelope.message : body;
        reply->refusal = REFUSAL_NONE;
        return;
    }
    if (reply->refusal != REFUSAL_NONE)
        return;
    reply->verdict = bybit_verdict(envelope.code);
    reply->detail = envelope.message;
    if (reply->verdict != VERDICT_OK)
        return;
    if (envelope.time_ms <= 0 || envelope.time_ms > INT64_MAX / NS_PER_MS) {
        reply->refusal = REFUSAL_MISSING_FIELD;
        return;
    }
    reply->server_ms = envelope.time_ms;
    told.told_ns = envelope.time_ms * NS_PER_MS;
    if (ask->purpose != CALL_CLOCK)
        read_result(&envelope, ask, &told, reply);
}
