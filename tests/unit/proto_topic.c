/* SPDX-License-Identifier: Apache-2.0 */
/* Names of topics: what is written is read back, and only what is well formed is read at all. */
#include "proto/topic.h"

#include <check.h>

static void expect_topic(struct slice symbol, struct slice variant, const char *expected)
{
    char bytes[TOPIC_MAX + 1];
    struct text topic = text_over(bytes, sizeof bytes);
    topic_write(&topic, KIND_CANDLE, SLICE("binance-usdm"), symbol, variant);
    text_terminate(&topic);
    ck_assert(!topic.overflow);
    ck_assert_str_eq(bytes, expected);
}

START_TEST(topic_is_kind_exchange_symbol_and_variant_each_with_a_dot)
{
    expect_topic(SLICE("BTC-USDT"), SLICE("1m"), "candle.binance-usdm.BTC-USDT.1m.");
    expect_topic(SLICE("BTC-USDT"), SLICE(""), "candle.binance-usdm.BTC-USDT.");
    expect_topic(SLICE("a.b_c%"), SLICE(""), "candle.binance-usdm.a%2Eb_c%25.");
    expect_topic(SLICE("\xe5\xb8\x81-USDT"), SLICE(""), "candle.binance-usdm.%E5%B8%81-USDT.");
    expect_topic(SLICE("\0\x1f\xff"), SLICE(""), "candle.binance-usdm.%00%1F%FF.");
}
END_TEST

START_TEST(topic_that_is_too_long_overflows)
{
    char symbol[64], bytes[400];
    memset(symbol, '.', sizeof symbol); /* three bytes each, escaped */
    struct text topic = text_over(bytes, sizeof bytes);
    topic_write(&topic, KIND_BOOK, SLICE("binance"), (struct slice){symbol, 64}, SLICE("5"));
    ck_assert(topic.overflow);
    topic = text_over(bytes, sizeof bytes);
    topic_write(&topic, KIND_BOOK, SLICE("binance"), (struct slice){symbol, 62}, SLICE(""));
    ck_assert(!topic.overflow && topic.len == TOPIC_MAX);
    topic = text_over(bytes, 10);
    topic_write(&topic, KIND_BOOK, SLICE("binance"), SLICE("BTC-USDT"), SLICE(""));
    ck_assert(topic.overflow);
}
END_TEST

START_TEST(topic_parts_are_read_back_as_they_were)
{
    static const struct slice parts[] = {
        {"trade", 5}, {"a.b%c", 5}, {"\xe5\xb8\x81\xe5\xae\x89", 6}, {"\0\xff", 2}, {"1M", 2}};
    char bytes[100], room[100];
    struct text topic = text_over(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        topic_part(&topic, parts[i]);
    struct slice rest = text_slice(&topic);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct text part = text_over(room, sizeof room);
        ck_assert(topic_next(&rest, &part));
        ck_assert(slice_equal(text_slice(&part), parts[i]));
    }
    struct text part = text_over(room, sizeof room);
    ck_assert(rest.len == 0 && !topic_next(&rest, &part));
}
END_TEST

START_TEST(topic_that_is_not_well_formed_is_not_read)
{
    static const char *const wrong[] = {"trade", ".",    "..x.", "a b.", "%4.",  "%",  "%.",
                                        "%4g.",  "%e5.", "a/b.", "%41",  "a\n.", "%4", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char room[20];
        struct text part = text_over(room, sizeof room);
        struct slice rest = slice_of(wrong[i]);
        ck_assert_msg(!topic_next(&rest, &part), "\"%s\"", wrong[i]);
        ck_assert_msg(rest.len == strlen(wrong[i]), "\"%s\" was moved", wrong[i]);
    }
    char little[3];
    struct text part = text_over(little, sizeof little);
    struct slice rest = SLICE("trade.x.");
    ck_assert(!topic_next(&rest, &part));
}
END_TEST

START_TEST(topic_is_read_back_whole)
{
    struct topic_parts parts;
    ck_assert(topic_read(SLICE("mark.binance-usdm.BTC-USDT-PERP."), &parts));
    ck_assert_int_eq(parts.kind, KIND_MARK);
    ck_assert(slice_equal(text_slice(&parts.exchange), SLICE("binance-usdm")));
    ck_assert(slice_equal(text_slice(&parts.symbol), SLICE("BTC-USDT-PERP")));
    ck_assert_uint_eq(parts.variant.len, 0);
    ck_assert(topic_read(SLICE("candle.bybit.%E5%B8%81-USDT.1M."), &parts));
    ck_assert_int_eq(parts.kind, KIND_CANDLE);
    ck_assert(slice_equal(text_slice(&parts.symbol), SLICE("\xe5\xb8\x81-USDT")));
    ck_assert(slice_equal(text_slice(&parts.variant), SLICE("1M")));
}
END_TEST

START_TEST(topic_that_nobody_writes_is_not_read)
{
    static const char *const none[] = {"",
                                       ".",
                                       "trade",
                                       "trade.binance.",
                                       "trade.binance.BTC-USDT",
                                       "trade.binance..",
                                       "trade.binance.BTC-USDT.1m.",
                                       "candle.binance.BTC-USDT.",
                                       "candle.binance.BTC-USDT.1m.1m.",
                                       "Trade.binance.BTC-USDT.",
                                       "counters.binance.BTC-USDT.",
                                       "sys.head.binance.",
                                       "trade.binance.BTC%2DUSDT.",
                                       "trade.binance.%e5%b8%81-USDT.",
                                       "trade.binance.BTC USDT."};
    char longer[TOPIC_MAX + 100];
    struct topic_parts parts;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_msg(!topic_read(slice_of(none[i]), &parts), "%s", none[i]);
    struct text text = text_over(longer, sizeof longer);
    text_literal(&text, "trade.binance.");
    for (int i = 0; i < 65; i++)
        text_literal(&text, "A");
    text_literal(&text, ".");
    ck_assert(!topic_read(text_slice(&text), &parts));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_topic");
    TCase *tests = tcase_create("topic");
    tcase_add_test(tests, topic_is_kind_exchange_symbol_and_variant_each_with_a_dot);
    tcase_add_test(tests, topic_that_is_too_long_overflows);
    tcase_add_test(tests, topic_parts_are_read_back_as_they_were);
    tcase_add_test(tests, topic_that_is_not_well_formed_is_not_read);
    tcase_add_test(tests, topic_is_read_back_whole);
    tcase_add_test(tests, topic_that_nobody_writes_is_not_read);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
