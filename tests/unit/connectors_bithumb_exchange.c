/* SPDX-License-Identifier: Apache-2.0 */
/* What Bithumb's table says beside payloads: requests, paths, the list of instruments. */
#include "connectors/exchange.h"

#include <check.h>
#include <jansson.h>

extern const struct exchange exchange_bithumb;

static void expect_text(const struct text *text, const char *expected)
{
    ck_assert(!text->overflow);
    ck_assert_msg(slice_equal(text_slice(text), slice_of(expected)), "%.*s", (int)text->len,
                  text->data);
    json_t *json = json_loadb(text->data, text->len, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
}

START_TEST(bithumb_request_is_the_whole_set_by_type)
{
    static const struct slice keys[] = {{"orderbook:KRW-BTC", 17},
                                        {"trade:KRW-BTC", 13},
                                        {"orderbook:BTC-ETH", 17},
                                        {"trade:KRW-\"", 11}};
    char bytes[400];
    struct text text = text_over(bytes, sizeof bytes);
    exchange_bithumb.write_request(&text, true, keys, 4, 312);
    expect_text(&text, "[{\"ticket\":\"tickgate-312\"},"
                       "{\"type\":\"trade\",\"codes\":[\"KRW-BTC\",\"KRW-\\\"\"]},"
                       "{\"type\":\"orderbook\",\"codes\":[\"KRW-BTC\",\"BTC-ETH\"]},"
                       "{\"format\":\"DEFAULT\"}]");
    text = text_over(bytes, sizeof bytes);
    exchange_bithumb.write_request(&text, true, (struct slice[]){{"ticker:KRW-BTC", 14}}, 1, 1);
    expect_text(&text, "[{\"ticket\":\"tickgate-1\"},"
                       "{\"type\":\"ticker\",\"codes\":[\"KRW-BTC\"]},{\"format\":\"DEFAULT\"}]");
}
END_TEST

START_TEST(bithumb_instruments_come_on_one_page)
{
    char bytes[100];
    struct text path = text_over(bytes, sizeof bytes);
    struct slice body = SLICE("[]");
    exchange_bithumb.write_instruments_path(&path, NULL);
    ck_assert(slice_equal(text_slice(&path), SLICE("/v1/market/all?isDetails=true")));
    path = text_over(bytes, sizeof bytes);
    exchange_bithumb.write_instruments_path(&path, &body);
    ck_assert_uint_eq(path.len, 0);
}
END_TEST

#define TAKEN_MAX 8

struct taken {
    size_t count;
    struct instrument instruments[TAKEN_MAX];
};

static void take(void *context, struct event *event)
{
    struct taken *taken = context;
    ck_assert_int_eq(event->kind, KIND_INSTRUMENT);
    ck_assert_uint_lt(taken->count, TAKEN_MAX);
    taken->instruments[taken->count++] = event->instrument;
}

static enum refusal read(const char *body, struct taken *taken, size_t *skipped)
{
    *taken = (struct taken){0};
    return exchange_bithumb.read_instruments(slice_of(body), take, taken, skipped);
}

#define ENTRY(market, warning)                                                                     \
    "{\"market\":\"" market "\",\"korean_name\":\"\xeb\xb9\x84\xed\x8a\xb8\","                     \
    "\"english_name\":\"x\",\"market_warning\":\"" warning "\"}"

START_TEST(bithumb_instruments_are_named_base_first)
{
    struct taken taken;
    size_t skipped;
    ck_assert_int_eq(
        read("[" ENTRY("KRW-BTC", "NONE") "," ENTRY(
                 "BTC-ETH",
                 "CAUTION") ","
                            "{\"market_warning\":null,\"market\":\"KRW-1000PEPE\"}," ENTRY(
                                "KRW-A-B", "NONE") "]",
             &taken, &skipped),
        REFUSAL_NONE);
    ck_assert(taken.count == 4 && skipped == 0);
    ck_assert_str_eq(taken.instruments[0].exchange_symbol, "KRW-BTC");
    ck_assert_str_eq(taken.instruments[0].symbol, "BTC-KRW");
    ck_assert_str_eq(taken.instruments[0].base, "BTC");
    ck_assert_str_eq(taken.instruments[0].quote, "KRW");
    ck_assert_str_eq(taken.instruments[0].status, "NONE");
    ck_assert_str_eq(taken.instruments[1].symbol, "ETH-BTC");
    ck_assert_str_eq(taken.instruments[1].status, "CAUTION");
    ck_assert_str_eq(taken.instruments[2].symbol, "1000PEPE-KRW");
    ck_assert_str_eq(taken.instruments[2].status, "");
    ck_assert_str_eq(taken.instruments[3].symbol, "A-B-KRW");
    for (size_t i = 0; i < taken.count; i++)
        ck_assert(taken.instruments[i].tradable && taken.instruments[i].tick.low == 0);
}
END_TEST

START_TEST(bithumb_instrument_that_cannot_be_held_is_left_out_alone)
{
    static const char *const entries[] = {
        "{}",
        "[]",
        "7",
        "{\"market\":7}",
        "{\"market\":null}",
        ENTRY("KRWBTC", "NONE"),
        ENTRY("-BTC", "NONE"),
        ENTRY("KRW-", "NONE"),
        ENTRY("KRW-\\u0042", "NONE"),
        ENTRY("KRW-B C", "NONE"),
        ENTRY("KRW-BTC", "A_WARNING_THAT_IS_FAR_TOO_LONG"),
        ENTRY("KRW-ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJK", "NONE"),
        ENTRY("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJK-BTC", "NONE"),
        ENTRY("KRW-ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN", "NONE"),
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        char body[2048];
        struct text text = text_over(body, sizeof body);
        struct taken taken;
        size_t skipped;
        text_format(&text, "[%s,%s,%s]", ENTRY("KRW-A", "NONE"), entries[i],
                    ENTRY("KRW-B", "NONE"));
        text_terminate(&text);
        ck_assert_int_eq(read(body, &taken, &skipped), REFUSAL_NONE);
        ck_assert_msg(taken.count == 2 && skipped == 1, "%s", entries[i]);
        ck_assert_str_eq(taken.instruments[1].symbol, "B-KRW");
    }
}
END_TEST

/* Errors come with HTTP 200 too: they are no empty list. */
START_TEST(bithumb_instruments_of_a_broken_list_are_not_given_at_all)
{
    static const struct {
        const char *body;
        enum refusal refusal;
    } cases[] = {
        {"", REFUSAL_TRUNCATED},
        {"<html>", REFUSAL_NOT_JSON},
        {"[" ENTRY("KRW-A", "NONE") ",", REFUSAL_TRUNCATED},
        {"[" ENTRY("KRW-A", "NONE") "}", REFUSAL_NOT_JSON},
        {"[]", REFUSAL_MISSING_FIELD},
        {"[{\"error\":1}]", REFUSAL_MISSING_FIELD},
        {"{\"error\":{\"name\":404,\"message\":\"Code not found\"}}", REFUSAL_WRONG_TYPE},
        {"{\"status\":\"5600\",\"message\":\"no\"}", REFUSAL_WRONG_TYPE},
        {"null", REFUSAL_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct taken taken;
        size_t skipped;
        enum refusal refusal = read(cases[i].body, &taken, &skipped);
        ck_assert_msg(refusal == cases[i].refusal && taken.count == 0, "%s: %s", cases[i].body,
                      refusal_word(refusal).data);
    }
}
END_TEST

/* The quote is made of a ticker and of the book that the book itself is made of. */
START_TEST(bithumb_book_feeds_the_quote_by_the_same_key)
{
    uint32_t books = 0, twins = 0;
    for (uint32_t i = 0; i < exchange_bithumb.stream_count; i++) {
        char room[2][KEY_MAX];
        struct text key = text_over(room[0], KEY_MAX);
        exchange_bithumb.write_key(&key, i, SLICE("KRW-BTC"), SLICE(""));
        ck_assert(exchange_bithumb.streams[i].wanted);
        ck_assert_uint_eq(exchange_bithumb.streams[i].deadline_ms, 0);
        books += exchange_bithumb.streams[i].kind == KIND_BOOK;
        for (uint32_t j = 0; j < i; j++) {
            struct text other = text_over(room[1], KEY_MAX);
            exchange_bithumb.write_key(&other, j, SLICE("KRW-BTC"), SLICE(""));
            if (!slice_equal(text_slice(&key), text_slice(&other)))
                continue;
            twins++;
            ck_assert_int_eq(exchange_bithumb.streams[j].kind, KIND_BOOK);
            ck_assert_int_eq(exchange_bithumb.streams[i].kind, KIND_QUOTE);
        }
    }
    ck_assert(books == 1 && twins == 1);
    ck_assert(exchange_bithumb.write_snapshot_path == NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bithumb_exchange");
    TCase *tests = tcase_create("bithumb");
    tcase_add_test(tests, bithumb_request_is_the_whole_set_by_type);
    tcase_add_test(tests, bithumb_instruments_come_on_one_page);
    tcase_add_test(tests, bithumb_instruments_are_named_base_first);
    tcase_add_test(tests, bithumb_instrument_that_cannot_be_held_is_left_out_alone);
    tcase_add_test(tests, bithumb_instruments_of_a_broken_list_are_not_given_at_all);
    tcase_add_test(tests, bithumb_book_feeds_the_quote_by_the_same_key);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
