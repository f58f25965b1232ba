/* SPDX-License-Identifier: Apache-2.0 */
/* What Upbit's and Bithumb's tables say alike beside payloads: requests that are the whole set by
 * type, one page of markets named quote first, and a book that feeds two kinds (upbit.md 2 and 5,
 * bithumb.md 2 and 5). */
#ifndef TICKGATE_TESTS_UNIT_KOREA_LIST_H
#define TICKGATE_TESTS_UNIT_KOREA_LIST_H

#include "tests/unit/list_stage.h"

#include <jansson.h>

#define LISTED(exchange)                                                                           \
    {                                                                                              \
        (exchange), "[", "]", MARKET("KRW-A"), MARKET("KRW-B"),                                    \
        {                                                                                          \
            "A-KRW", "B-KRW"                                                                       \
        }                                                                                          \
    }

/* Entries that neither can hold, made of MARKET(symbol), an entry with nothing amiss but that. */
#define NO_MARKETS                                                                                 \
    "{}", "[]", "7", "{\"market\":7}", "{\"market\":null}", MARKET("KRWBTC"), MARKET("-BTC"),      \
        MARKET("KRW-"), MARKET("KRW-A B"), MARKET("KRW-\\u0042"),                                  \
        MARKET("KRW-ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJK"),                                       \
        MARKET("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJK-BTC"),                                       \
        MARKET("KRW-ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN")

/* Errors come with HTTP 200 too: they are no empty list. */
#define NO_LISTS                                                                                   \
    {"", REFUSAL_TRUNCATED}, {"<html>", REFUSAL_NOT_JSON},                                         \
        {"[" MARKET("KRW-A") ",", REFUSAL_TRUNCATED}, {"[" MARKET("KRW-A") "}", REFUSAL_NOT_JSON}, \
        {"[]", REFUSAL_MISSING_FIELD}, {"[{\"error\":1}]", REFUSAL_MISSING_FIELD},                 \
        {"{\"error\":{\"name\":404,\"message\":\"Code not found\"}}", REFUSAL_WRONG_TYPE},         \
        {"{\"status\":\"5600\",\"message\":\"no\"}", REFUSAL_WRONG_TYPE},                          \
    {                                                                                              \
        "null", REFUSAL_WRONG_TYPE                                                                 \
    }

static inline void expect_request(const struct slice *keys, size_t count, uint64_t request,
                                  const char *expected)
{
    char bytes[500];
    struct text text = text_over(bytes, sizeof bytes);
    listed.exchange->write_request(&text, true, keys, count, request);
    expect_text(&text, expected);
    json_t *json = json_loadb(text.data, text.len, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
}

/* The instrument at `i`, all of it: neither exchange tells a tick or a step, or halts a market. */
static inline void expect_market(size_t i, const char *exchange_symbol, const char *base,
                                 const char *quote, const char *status)
{
    const struct instrument *found = &taken.instruments[i];
    char symbol[SYMBOL_MAX + 1];
    struct text text = text_over(symbol, sizeof symbol);
    text_format(&text, "%s-%s", base, quote);
    text_terminate(&text);
    ck_assert_str_eq(found->exchange_symbol, exchange_symbol);
    ck_assert_str_eq(found->symbol, symbol);
    ck_assert_str_eq(found->base, base);
    ck_assert_str_eq(found->quote, quote);
    ck_assert_str_eq(found->status, status);
    ck_assert(found->tradable && decimal_is_zero(&found->tick) && decimal_is_zero(&found->step));
}

/* The quote is made of a ticker and of the book that the book itself is made of. */
START_TEST(korea_book_feeds_the_quote_by_the_same_key)
{
    const struct exchange *exchange = listed.exchange;
    uint32_t books = 0, twins = 0;
    for (uint32_t i = 0; i < exchange->stream_count; i++) {
        const struct stream *stream = &exchange->streams[i];
        struct slice variant = stream->kind == KIND_CANDLE ? SLICE("1m") : SLICE("");
        char room[2][KEY_MAX];
        struct text key = text_over(room[0], KEY_MAX);
        exchange->write_key(&key, i, SLICE("KRW-BTC"), variant);
        ck_assert(key.len > 0 && stream->wanted && stream->deadline_ms == 0);
        books += stream->kind == KIND_BOOK;
        for (uint32_t j = 0; j < i; j++) {
            struct text other = text_over(room[1], KEY_MAX);
            exchange->write_key(&other, j, SLICE("KRW-BTC"), SLICE(""));
            if (!slice_equal(text_slice(&key), text_slice(&other)))
                continue;
            twins++;
            ck_assert_int_eq(exchange->streams[j].kind, KIND_BOOK);
            ck_assert_int_eq(stream->kind, KIND_QUOTE);
        }
    }
    ck_assert(books == 1 && twins == 1);
    ck_assert(exchange->write_snapshot_path == NULL);
}
END_TEST

#endif
