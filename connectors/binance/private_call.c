/* SPDX-License-Identifier: Apache-2.0 */
/* How an account is asked, and what is answered (5.3, 6.1.3, 6.2.1). What lists by time gives at
 * most a span at once and at most PAGE entries, of which it is not said whether they are the first
 * or the last of the span: a full page is asked for again with half the span. Trades have ids that
 * rise, and once there is one the rest is asked for by them. */
#include "connectors/binance/private.h"

#include "common/clock.h"

#define PAGE           1000 /* the most that can be asked for */
#define PAGE_TEXT      "1000"
#define RECEIVE_WINDOW "5000" /* ms; the exchange's own default */

bool binance_sign(struct text *text, const struct private_keys *keys, struct slice message)
{
    enum sign_form form = keys->kind == SIGN_HMAC ? SIGN_HEX : SIGN_BASE64;
    return keys->kind != SIGN_UNREADABLE &&
           sign_write(text, keys->secret, SIGN_SHA256, form, message);
}

static const struct binance_call *find_call(const struct binance_calls *calls,
                                            const struct call_ask *ask)
{
    bool algo = slice_starts_with(ask->order_id, SLICE(BINANCE_ALGO));
    uint32_t round = ask->purpose == CALL_ORDER && algo ? ask->round + 1 : ask->round;
    if (ask->purpose == CALL_ORDER && ask->round > 0)
        return NULL;
    for (size_t i = 0; i < calls->count; i++)
        if (calls->calls[i].purpose == ask->purpose && calls->calls[i].round == round)
            return &calls->calls[i];
    return NULL;
}

/* Where a list goes on: "t<ms>+<span>", or "i<id>". */
struct place {
    bool by_id;
    uint64_t id;
    int64_t begin_ms, span_ms;
};

static bool read_number(struct slice *text, uint64_t *number)
{
    size_t len = 0;
    while (len < text->len && text->data[len] >= '0' && text->data[len] <= '9')
        len++;
    bool good = len > 0 && payload_unsigned((struct slice){text->data, len}, number);
    *text = (struct slice){text->data + len, text->len - len};
    return good;
}

/* A cursor is one of ours: of anything else the beginning is taken. */
static struct place read_place(const struct call_ask *ask, int64_t span_ms)
{
    struct place place = {.begin_ms = ask->since_ms, .span_ms = span_ms};
    struct slice rest = ask->cursor;
    uint64_t begin, span;
    char first = rest.len > 0 ? *rest.data : '\0';
    if (rest.len > 0)
        rest = (struct slice){rest.data + 1, rest.len - 1};
    if (first == 'i')
        place.by_id = read_number(&rest, &place.id);
    if (first == 't' && read_number(&rest, &begin) && rest.len > 0 && *rest.data == '+') {
        rest = (struct slice){rest.data + 1, rest.len - 1};
        if (read_number(&rest, &span)) {
            place.begin_ms = (int64_t)begin;
            place.span_ms = (int64_t)span;
        }
    }
    if (place.begin_ms > ask->now_ms)
        place.begin_ms = ask->now_ms;
    return place;
}

static int64_t end_of(const struct place *place, const struct call_ask *ask)
{
    int64_t left = ask->now_ms - place->begin_ms;
    return left < place->span_ms ? ask->now_ms : place->begin_ms + place->span_ms;
}

static void write_place(struct text *cursor, int64_t begin_ms, int64_t span_ms)
{
    text_literal(cursor, "t");
    text_unsigned(cursor, (uint64_t)begin_ms);
    text_literal(cursor, "+");
    text_unsigned(cursor, (uint64_t)span_ms);
}

static void write_parameter(struct text *path, const char *name, struct slice value)
{
    text_append(path, path->data[path->len - 1] == '?' ? SLICE("") : SLICE("&"));
    text_append(path, slice_of(name));
    text_literal(path, "=");
    payload_percent(path, value);
}

static void write_number(struct text *path, const char *name, uint64_t value)
{
    char room[24];
    struct text text = text_over(room, sizeof room);
    text_unsigned(&text, value);
    write_parameter(path, name, text_slice(&text));
}

static void write_page(const struct binance_calls *calls, const struct call_ask *ask,
                       struct text *path)
{
    struct place place = read_place(ask, calls->span_ms);
    if (ask->exchange_symbol.len > 0)
        write_parameter(path, "symbol", ask->exchange_symbol);
    if (place.by_id) {
        write_number(path, "fromId", place.id);
    } else {
        write_number(path, "startTime", (uint64_t)place.begin_ms);
        write_number(path, "endTime", (uint64_t)end_of(&place, ask));
    }
    write_parameter(path, "limit", SLICE(PAGE_TEXT));
}

/* The algo service knows an order by its id alone. */
static void write_one(const struct call_ask *ask, struct text *path)
{
    struct slice id = ask->order_id;
    if (slice_starts_with(id, SLICE(BINANCE_ALGO))) {
        size_t len = sizeof BINANCE_ALGO - 1;
        write_parameter(path, "algoId", (struct slice){id.data + len, id.len - len});
        return;
    }
    write_parameter(path, "symbol", ask->exchange_symbol);
    write_parameter(path, "orderId", id);
}

/* 6.1.3: what stands behind the '?' is signed as it is sent; the signature is encoded in its turn.
 */
static bool sign_path(struct text *path, size_t query, const struct private_keys *keys,
                      int64_t now_ms)
{
    char room[SIGN_TEXT_MAX];
    struct text signature = text_over(room, sizeof room);
    write_number(path, "timestamp", (uint64_t)now_ms);
    write_parameter(path, "recvWindow", SLICE(RECEIVE_WINDOW));
    if (path->overflow ||
        !binance_sign(&signature, keys, (struct slice){path->data + query, path->len - query}))
        return false;
    write_parameter(path, "signature", text_slice(&signature));
    return !path->overflow;
}

bool binance_write_call(const struct binance_calls *calls, struct call *call,
                        const struct private_keys *keys, const struct call_ask *ask)
{
    const struct binance_call *found = find_call(calls, ask);
    if (found == NULL)
        return false;
    call->method = found->method;
    call->weight = found->weight;
    text_append(&call->path, slice_of(found->path));
    if (found->form == BINANCE_PLAIN)
        return !call->path.overflow;
    text_literal(&call->headers, "X-MBX-APIKEY: ");
    text_append(&call->headers, secret_bytes(keys->key));
    text_literal(&call->headers, "\r\n");
    if (found->form == BINANCE_KEYED)
        return !call->path.overflow && !call->headers.overflow;
    if (memchr(call->path.data, '?', call->path.len) == NULL)
        text_literal(&call->path, "?");
    const char *mark = call->path.overflow ? NULL : memchr(call->path.data, '?', call->path.len);
    if (mark == NULL)
        return false;
    if (found->form == BINANCE_ONE)
        write_one(ask, &call->path);
    else if (found->form != BINANCE_SIGNED)
        write_page(calls, ask, &call->path);
    return sign_path(&call->path, (size_t)(mark + 1 - call->path.data), keys, ask->now_ms) &&
           !call->headers.overflow;
}

/* What a page had. */
struct page {
    uint64_t count, last_id;
};

/* The cursor behind it. A page that is full, of a span that can be halved, is asked for again; else
 * the next span follows, up to now, or what comes behind the trades that there were. */
static void go_on(const struct binance_calls *calls, const struct binance_call *call,
                  const struct call_ask *ask, const struct page *page, struct text *cursor)
{
    struct place place = read_place(ask, calls->span_ms);
    int64_t end_ms = end_of(&place, ask), half_ms = (end_ms - place.begin_ms) / 2;
    bool full = page->count >= PAGE, counted = call->form == BINANCE_FILLS && page->count > 0;
    if (!place.by_id && full && half_ms > 0) {
        write_place(cursor, place.begin_ms, half_ms);
    } else if (place.by_id ? !full : end_ms >= ask->now_ms) {
        return;
    } else if (place.by_id || counted) {
        text_literal(cursor, "i");
        text_unsigned(cursor, page->last_id + 1);
    } else {
        bool wide = place.span_ms > calls->span_ms / 2;
        write_place(cursor, end_ms, wide ? calls->span_ms : 2 * place.span_ms);
    }
}

/* Tells the entries of a list, each a document by itself so that what is wrong with one touches no
 * other. */
static enum refusal read_list(struct slice list, const struct binance_call *call,
                              const struct binance_telling *telling, struct page *page,
                              size_t *skipped)
{
    struct scan scan;
    struct slice entry, id;
    uint64_t number;
    scan_begin(&scan, list);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &entry)) {
        page->count++;
        if (call->tell(entry, telling) != REFUSAL_NONE)
            ++*skipped;
        if (call->form == BINANCE_FILLS &&
            payload_member(entry, SLICE("id"), &id) == REFUSAL_NONE &&
            payload_unsigned(id, &number) && number > page->last_id)
            page->last_id = number;
    }
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

static enum refusal read_events(const struct binance_calls *calls, const struct binance_call *call,
                                struct slice body, const struct call_ask *ask,
                                const struct binance_telling *telling, struct call_reply *reply)
{
    struct slice list = body;
    struct page page = {0, 0};
    if (call->form == BINANCE_ONE)
        return call->tell(body, telling);
    if (call->list.len > 0) {
        enum refusal refusal = payload_member(body, call->list, &list);
        if (refusal != REFUSAL_NONE || list.len == 0)
            return refusal != REFUSAL_NONE ? refusal : REFUSAL_MISSING_FIELD;
    }
    enum refusal refusal = read_list(list, call, telling, &page, &reply->skipped);
    if (refusal == REFUSAL_NONE && call->form >= BINANCE_WINDOWS)
        go_on(calls, call, ask, &page, &reply->cursor);
    return refusal;
}

static enum refusal read_clock(struct slice body, struct call_reply *reply)
{
    struct slice time;
    uint64_t ms;
    enum refusal refusal = payload_member(body, SLICE("serverTime"), &time);
    if (refusal != REFUSAL_NONE || time.len == 0)
        return refusal != REFUSAL_NONE ? refusal : REFUSAL_MISSING_FIELD;
    if (!payload_unsigned(time, &ms) || ms > INT64_MAX / NS_PER_MS)
        return REFUSAL_BAD_NUMBER;
    reply->server_ms = (int64_t)ms;
    return REFUSAL_NONE;
}

/* 6.2.1: it comes with both, and is the same as long as it lives. */
static enum refusal read_listen_key(struct slice body, struct call_reply *reply)
{
    struct slice raw;
    enum refusal refusal = payload_member(body, SLICE("listenKey"), &raw);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (raw.len < 3 || *raw.data != '"')
        return REFUSAL_MISSING_FIELD;
    struct slice key = {raw.data + 1, raw.len - 2};
    if (!payload_is_symbol(key))
        return REFUSAL_BAD_VALUE;
    text_append(&reply->listen_key, key);
    return reply->listen_key.overflow ? REFUSAL_BAD_VALUE : REFUSAL_NONE;
}

/* An error is an object with a code; 403 and some 5xx are no JSON at all. */
void binance_read_reply(const struct binance_calls *calls, struct slice body, uint32_t status,
                        const struct call_ask *ask, const struct binance_telling *telling,
                        struct call_reply *reply)
{
    const struct binance_call *call = find_call(calls, ask);
    int64_t code = binance_read_error(body, &reply->detail);
    reply->verdict = binance_verdict(code, status);
    reply->refusal = REFUSAL_NONE;
    if (reply->verdict != VERDICT_OK || call == NULL)
        return;
    if (call->tell != NULL)
        reply->refusal = read_events(calls, call, body, ask, telling, reply);
    else if (ask->purpose == CALL_CLOCK)
        reply->refusal = read_clock(body, reply);
    else
        reply->refusal = read_listen_key(body, reply);
}
