/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange that never was: each way of sending has a stream, NAME:SYMBOL. "+key ?key !key" is to
 * subscribe (?: without how it stands, !: to that alone), "-key" not to, "PING" the status. */
#ifndef TICKGATE_TESTS_UNIT_SIM_DIALECT_H
#define TICKGATE_TESTS_UNIT_SIM_DIALECT_H

#include "tests/unit/sim_desk.h"

static const struct {
    struct slice name;
    struct dialect_stream stream;
} odd_streams[] = {
    {{"trade", 5}, {.channel = DIALECT_TRADE, .batch = 4, .first = true}},
    {{"one", 3}, {.channel = DIALECT_TRADE}},
    {{"rooted", 6}, {.channel = DIALECT_TRADE, .roots = 1u << 1}},
    {{"ticker", 6}, {.channel = DIALECT_DAY, .sparse = true, .first = true}},
    {{"traded", 6}, {.channel = DIALECT_DAY, .on_change = true}},
    {{"book", 4}, {.channel = DIALECT_CHANGES, .levels = 5, .first = true}},
    {{"best", 4},
     {.channel = DIALECT_LEVELS, .levels = 1, .on_change = true, .repeat_ms = 200, .first = true}},
    {{"grid", 4}, {.channel = DIALECT_LEVELS, .levels = 5, .grid_ms = 50, .first = true}},
    {{"again", 5}, {.channel = DIALECT_LEVELS, .levels = 5, .grid_ms = 10, .again_percent = 50}},
    {{"closed", 6}, {.channel = DIALECT_LIQUIDATION, .gap_ms = 60000}},
};

static const struct dialect_listing odd_listings[] = {
    {"BTC", "KRW", DIALECT_SPOT, 0, "116500000", "1000", 8, false},
    {"BTC", "USD", DIALECT_PERPETUAL, 0, "60000", "0.50", 0, true},
    {"BTC", "USD", DIALECT_DATED, 1, "60000", "0.50", 0, true},
    {NULL, "KRW", DIALECT_SPOT, 0, "5000", "0.1", 8, false},
    {NULL, "BTC", DIALECT_SPOT, 0, "0.05", "0.000001", 3, false},
};

static inline void odd_symbol(struct text *symbol, const struct dialect_instrument *instrument)
{
    text_append(symbol, instrument->quote);
    text_literal(symbol, "-");
    text_append(symbol, instrument->base);
    if (instrument->kind == DIALECT_PERPETUAL)
        text_literal(symbol, "-PERP");
    else if (instrument->kind == DIALECT_DATED)
        text_format(symbol, "-%lld", (long long)(instrument->delivery_ms / 1000));
}

static inline bool odd_key(struct slice key, struct dialect_stream *stream, struct text *symbol)
{
    const char *colon = memchr(key.data, ':', key.len);
    struct slice name = {key.data, colon != NULL ? (size_t)(colon - key.data) : 0};
    for (size_t i = 0; i < sizeof odd_streams / sizeof *odd_streams; i++) {
        if (!slice_equal(name, odd_streams[i].name))
            continue;
        *stream = odd_streams[i].stream;
        text_bytes(symbol, colon + 1, key.len - name.len - 1);
        return true;
    }
    return false;
}

static inline void odd_side(struct text *text, char name, const struct dialect_level *levels,
                            uint32_t count)
{
    text_format(text, ",\"%c\":[", name);
    for (uint32_t i = 0; i < count; i++) {
        text_append(text, i > 0 ? SLICE(",[") : SLICE("["));
        decimal_write(text, &levels[i].price);
        text_literal(text, ",");
        decimal_write(text, &levels[i].size);
        text_literal(text, "]");
    }
    text_literal(text, "]");
}

static inline void odd_payload(struct text *text, const struct dialect_stream *stream,
                               const struct dialect_event *event)
{
    bool day = stream->channel == DIALECT_DAY;
    bool book = stream->channel == DIALECT_LEVELS || stream->channel == DIALECT_CHANGES;
    text_format(text, "{\"key\":\"%.*s\",\"first\":%d,\"changed\":%u", (int)event->key.len,
                event->key.data, event->snapshot, event->changed);
    if (!day && !book)
        text_format(text, ",\"rows\":%u,\"id\":%llu", event->trades.count,
                    (unsigned long long)event->trades.rows->id);
    if (book) {
        text_format(text, ",\"n\":%llu", (unsigned long long)event->book.count);
        odd_side(text, 'b', event->book.bids, event->book.bid_count);
        odd_side(text, 'a', event->book.asks, event->book.ask_count);
    }
    text_literal(text, "}");
}

static inline uint32_t odd_weigh(const struct dialect_query *query, uint32_t *group)
{
    (void)query;
    (void)group;
    return 0;
}

static inline bool odd_path(const struct dialect_query *query, struct dialect_request *request)
{
    request->root = slice_equal(query->path, SLICE("/second")) ? 1 : 0;
    return request->root == 1 || slice_equal(query->path, SLICE("/first"));
}

static inline void odd_request(struct slice message, const struct dialect_session *session,
                               struct dialect_request *request, struct text *reply)
{
    (void)session;
    if (slice_equal(message, SLICE("PING"))) {
        request->word = DIALECT_STATUS;
    } else if (message.len > 0 && (*message.data == '+' || *message.data == '-')) {
        request->word = *message.data == '+' ? DIALECT_SUBSCRIBE : DIALECT_UNSUBSCRIBE;
        for (const char *at = message.data + 1, *end = message.data + message.len; at < end;) {
            const char *space = memchr(at, ' ', (size_t)(end - at));
            const char *stop = space != NULL ? space : end;
            request->flags[request->key_count] = *at == '!'   ? DIALECT_FIRST_ONLY
                                                 : *at == '?' ? DIALECT_NO_FIRST
                                                              : 0;
            at += *at == '!' || *at == '?';
            request->keys[request->key_count++] = (struct slice){at, (size_t)(stop - at)};
            at = stop + 1;
        }
    } else {
        text_literal(reply, "{\"refused\":true}");
    }
}

static inline void odd_reply(struct text *reply, const struct dialect_request *request,
                             const struct dialect_session *session, enum dialect_outcome outcome,
                             struct slice key)
{
    static const char *const names[] = {"done", "unknown", "held", "full", "long", "heavy"};
    text_format(reply, "{\"%s\":%d,\"keys\":%u,\"key\":\"%.*s\"}", names[outcome], request->word,
                session->key_count, outcome == DIALECT_DONE ? 0 : (int)key.len, key.data);
}

static const struct dialect odd = {
    .name = "odd",
    .listings = odd_listings,
    .listing_count = sizeof odd_listings / sizeof *odd_listings,
    .book_digits = 4,
    .write_symbol = odd_symbol,
    .read_key = odd_key,
    .write_payload = odd_payload,
    .read_path = odd_path,
    .read_request = odd_request,
    .write_reply = odd_reply,
    .weigh = odd_weigh,
};

#endif
