/* SPDX-License-Identifier: Apache-2.0 */
/* What an exchange says that it has. */
#include "connectors/offer.h"
#include "connectors/registry.h"

#include <check.h>

/* An exchange with candles of two intervals. */
static void write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    bool candle = stream == 2;
    if (candle && !slice_equal(variant, SLICE("1m")) && !slice_equal(variant, SLICE("1M")))
        return;
    text_append(key, symbol);
    text_append(key, variant);
}

static const struct stream streams[] = {
    {"ticker", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    {"trade", KIND_TRADE, false, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    {"kline", KIND_CANDLE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    {"tops", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
};
static const struct exchange exchange = {
    .name = "two", .streams = streams, .stream_count = 4, .write_key = write_key};

static const char *written(void (*write)(struct text *text, const struct exchange *exchange))
{
    static char room[200];
    struct text text = text_over(room, sizeof room);
    write(&text, &exchange);
    text_terminate(&text);
    ck_assert(!text.overflow);
    return room;
}

START_TEST(offer_is_of_what_is_asked_for_and_not_of_what_is_only_understood)
{
    ck_assert(offer_has(&exchange, KIND_QUOTE));
    ck_assert(offer_has(&exchange, KIND_CANDLE));
    ck_assert(!offer_has(&exchange, KIND_TRADE));
    ck_assert(!offer_has(&exchange, KIND_MARK));
    ck_assert_str_eq(written(offer_write_kinds), "quote, candle");
}
END_TEST

START_TEST(offer_of_intervals_is_what_keys_can_be_written_for)
{
    ck_assert(offer_has_interval(&exchange, SLICE("1m")));
    ck_assert(offer_has_interval(&exchange, SLICE("1M")));
    ck_assert(!offer_has_interval(&exchange, SLICE("5m")));
    ck_assert(!offer_has_interval(&exchange, SLICE("")));
    ck_assert_str_eq(written(offer_write_intervals), "1m, 1M");
}
END_TEST

START_TEST(offer_names_the_parts_of_a_kind_in_the_order_of_its_streams)
{
    char room[200];
    struct text text = text_over(room, sizeof room);
    offer_write_parts(&text, &exchange, KIND_QUOTE);
    ck_assert(slice_equal(text_slice(&text), SLICE("ticker,tops,")));
    text.len = 0;
    offer_write_parts(&text, &exchange, KIND_TRADE);
    ck_assert_uint_eq(text.len, 0);
}
END_TEST

START_TEST(offer_intervals_end_and_none_stands_twice)
{
    uint32_t count = 0;
    while (offer_interval(count) != NULL) {
        for (uint32_t i = 0; i < count; i++)
            ck_assert_str_ne(offer_interval(i), offer_interval(count));
        count++;
    }
    ck_assert_uint_eq(count, 16);
    ck_assert_ptr_null(offer_interval(UINT32_MAX));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_offer");
    TCase *tests = tcase_create("offer");
    tcase_add_test(tests, offer_is_of_what_is_asked_for_and_not_of_what_is_only_understood);
    tcase_add_test(tests, offer_of_intervals_is_what_keys_can_be_written_for);
    tcase_add_test(tests, offer_names_the_parts_of_a_kind_in_the_order_of_its_streams);
    tcase_add_test(tests, offer_intervals_end_and_none_stands_twice);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
