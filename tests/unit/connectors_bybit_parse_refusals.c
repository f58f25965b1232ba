/* SPDX-License-Identifier: Apache-2.0 */
/* What is no payload of Bybit: each sample with every field taken out, cut at every byte, and with
 * values that cannot be. */
#include "tests/unit/bybit_payloads.h"

START_TEST(parse_refuses_another_symbols_payload)
{
    for (size_t i = 0; i < SAMPLES; i++)
        if (samples[i].stream != BYBIT_KLINE) /* which names none */
            expect_refusal(samples[i].stream, "BTCUSD", samples[i].payload, REFUSAL_UNKNOWN_SYMBOL);
}
END_TEST

START_TEST(parse_refuses_a_payload_cut_anywhere)
{
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t len = 0; len < strlen(samples[i].payload); len++) {
            enum refusal refusal =
                parse(samples[i].stream, "BTCUSDT", (struct slice){samples[i].payload, len});
            ck_assert_msg(refusal == REFUSAL_TRUNCATED, "%.*s: %s", (int)len, samples[i].payload,
                          refusal_word(refusal).data);
        }
}
END_TEST

/* Where a member's value ends: behind its brackets, quotes or digits. */
static const char *value_end(const char *at)
{
    struct scan scan;
    struct slice raw;
    scan_begin(&scan, slice_of(at));
    ck_assert(scan_raw(&scan, &raw));
    return raw.data + raw.len;
}

/* Each member of an object of a payload, with or without what can be done without. */
static void without_each_member(uint32_t stream, const char *payload, const char *unused,
                                const char *object)
{
    for (const char *key = object + 1; key[-1] != '}';) {
        const char *value = strchr(key, ':') + 1, *end = value_end(value);
        char rest[2048], name[40];
        struct text text = text_over(rest, sizeof rest);
        size_t name_len = (size_t)(value - 2 - (key + 1));
        bool last = *end == '}';
        const char *from = last && key[-1] == ',' ? key - 1 : key;
        text_bytes(&text, payload, (size_t)(from - payload));
        text_append(&text, slice_of(last ? end : end + 1));
        struct text marked = text_over(name, sizeof name);
        text_format(&marked, ",%.*s,", (int)name_len, key + 1);
        text_terminate(&marked);
        bool needed = strstr(unused, name) == NULL;
        enum refusal refusal = parse(stream, "BTCUSDT", text_slice(&text));
        ck_assert_msg(refusal == (needed ? REFUSAL_MISSING_FIELD : REFUSAL_NONE), "%.*s: %s",
                      (int)text.len, rest, refusal_word(refusal).data);
        key = end + 1;
    }
}

START_TEST(parse_refuses_a_payload_without_a_field_it_needs)
{
    static const char *const books[] = {LINEAR_BOOK, SPOT_BOOK, TOP};
    for (size_t i = 0; i < SAMPLES; i++)
        without_each_member(samples[i].stream, samples[i].payload, samples[i].unused,
                            samples[i].payload);
    for (size_t i = 0; i < sizeof books / sizeof *books; i++)
        without_each_member(i < 2 ? BYBIT_BOOK : BYBIT_TOP, books[i], ",seq,",
                            strstr(books[i], "{\"s\""));
    expect_refusal(BYBIT_TICKER, "A",
                   "{\"topic\":\"tickers.A\",\"type\":\"delta\",\"ts\":1,\"data\":{}}",
                   REFUSAL_MISSING_FIELD);
}
END_TEST

#define TRADE_OF(side, size, price, id)                                                            \
    "{\"T\":1,\"s\":\"A\",\"S\":" side ",\"v\":" size ",\"p\":" price ",\"i\":" id "}"
#define BOOK_OF(type, bids, id)                                                                    \
    "{\"topic\":\"t\",\"type\":" type ",\"ts\":1,\"data\":{\"s\":\"A\",\"b\":" bids                \
    ",\"a\":[],\"u\":" id ",\"seq\":1},\"cts\":1}"
#define KLINE_OF(start, end, low, confirm)                                                         \
    "{\"start\":" start ",\"end\":" end ",\"interval\":\"5\",\"open\":\"1\",\"close\":\"1\","      \
    "\"high\":\"1\",\"low\":" low ",\"volume\":\"0\",\"turnover\":\"0\",\"confirm\":" confirm      \
    ",\"timestamp\":1}"

START_TEST(parse_refuses_values_that_cannot_be)
{
    static const struct {
        uint32_t stream;
        const char *payload;
        enum refusal refusal;
    } cases[] = {
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_NONE},
        {BYBIT_TRADE, TRADE_OF("\"buy\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"None\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"\"", "\"1\"", "\"1\"", "\"x\""), REFUSAL_MISSING_FIELD},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"0\"", "\"1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"0.0\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"-1\"", "\"x\""), REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1e40\"", "\"x\""), REFUSAL_BAD_NUMBER},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"abc\"", "\"x\""), REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "\"\""), REFUSAL_MISSING_FIELD},
        {BYBIT_TRADE, TRADE_OF("\"Buy\"", "\"1\"", "\"1\"", "7"), REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE,
         TRADE_OF("\"Buy\"", "\"1\"", "\"1\"",
                  "\"68bc1c35-dcc0-58e8-a4c5-f59a6b790814-and-so-on-and-on\""),
         REFUSAL_BAD_VALUE},
        {BYBIT_TRADE, "[]", REFUSAL_WRONG_TYPE},
        {BYBIT_TRADE, "null", REFUSAL_WRONG_TYPE},
        {BYBIT_LIQUIDATION, "{\"T\":1,\"s\":\"A\",\"S\":\"Long\",\"v\":\"1\",\"p\":\"1\"}",
         REFUSAL_BAD_VALUE},
        {BYBIT_LIQUIDATION, "{\"T\":1,\"s\":\"A\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"0\"}",
         REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "1"), REFUSAL_NONE},
        {BYBIT_BOOK, BOOK_OF("\"partial\"", "[]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("7", "[]", "1"), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "0"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "-1"), REFUSAL_BAD_NUMBER},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[]", "\"1\""), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"0\",\"1\"]]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"1\",\"-1\"]]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[[\"1\"]]", "1"), REFUSAL_MISSING_FIELD},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[\"1\",\"1\"]", "1"), REFUSAL_WRONG_TYPE},
        {BYBIT_BOOK, BOOK_OF("\"delta\"", "[],\"b\":[]", "1"), REFUSAL_BAD_VALUE},
        {BYBIT_BOOK, "{\"topic\":\"t\",\"type\":\"delta\",\"ts\":1,\"data\":[]}",
         REFUSAL_WRONG_TYPE},
        {BYBIT_TICKER, DELTA(",\"lastPrice\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_TICKER, DELTA(",\"volume24h\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_TICKER, DELTA(",\"volume24h\":true"), REFUSAL_WRONG_TYPE},
        {BYBIT_TICKER, DELTA(",\"price24hPcnt\":\"79228162514264337593543950335\""),
         REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"markPrice\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_MARK, DELTA(",\"openInterest\":\"-1\""), REFUSAL_BAD_VALUE},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":\"soon\""), REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":\"9223372036855\""), REFUSAL_BAD_NUMBER},
        {BYBIT_MARK, DELTA(",\"nextFundingTime\":1"), REFUSAL_WRONG_TYPE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"1\"", "true"), REFUSAL_NONE},
        {BYBIT_KLINE, KLINE_OF("5", "5", "\"1\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"2\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"0\"", "true"), REFUSAL_BAD_VALUE},
        {BYBIT_KLINE, KLINE_OF("5", "6", "\"1\"", "\"yes\""), REFUSAL_WRONG_TYPE},
        {BYBIT_KLINE, KLINE_OF("18446744073709551615", "6", "\"1\"", "true"), REFUSAL_BAD_NUMBER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(cases[i].stream, "A", cases[i].payload, cases[i].refusal);
}
END_TEST

START_TEST(parse_refuses_what_stands_behind_the_payload)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        char payload[2048];
        struct text text = text_over(payload, sizeof payload);
        text_append(&text, slice_of(samples[i].payload));
        text_literal(&text, " x");
        ck_assert_int_eq(parse(samples[i].stream, "BTCUSDT", text_slice(&text)), REFUSAL_NOT_JSON);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bybit_parse_refusals");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_refuses_another_symbols_payload);
    tcase_add_test(tests, parse_refuses_a_payload_cut_anywhere);
    tcase_add_test(tests, parse_refuses_a_payload_without_a_field_it_needs);
    tcase_add_test(tests, parse_refuses_values_that_cannot_be);
    tcase_add_test(tests, parse_refuses_what_stands_behind_the_payload);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
