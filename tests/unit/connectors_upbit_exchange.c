/* SPDX-License-Identifier: Apache-2.0 */
/* What Upbit's table says beside payloads: requests, paths, the list of instruments. */
#include "tests/unit/korea_list.h"

extern const struct exchange exchange_upbit;

#define ENTRY(market, warning)                                                                     \
    "{\"market\":\"" market "\",\"korean_name\":\"\xeb\xb9\x84\xed\x8a\xb8\","                     \
    "\"english_name\":\"x\",\"market_event\":{\"warning\":" warning                                \
    ",\"caution\":{\"PRICE_FLUCTUATIONS\":true}}}"
#define MARKET(market) ENTRY(market, "false")

static const struct listed listed = LISTED(&exchange_upbit);

START_TEST(upbit_request_is_the_whole_set_by_type)
{
    static const struct slice keys[] = {
        {"candle.1m:KRW-BTC", 17}, {"trade:KRW-BTC", 13}, {"orderbook:KRW-BTC", 17},
        {"candle.1s:KRW-BTC", 17}, {"trade:KRW-\"", 11},  {"orderbook:BTC-ETH", 17},
    };
    expect_request(keys, sizeof keys / sizeof *keys, 312,
                   "[{\"ticket\":\"tickgate-312\"},"
                   "{\"type\":\"orderbook\",\"codes\":[\"KRW-BTC\",\"BTC-ETH\"]},"
                   "{\"type\":\"trade\",\"codes\":[\"KRW-BTC\",\"KRW-\\\"\"]},"
                   "{\"type\":\"candle.1s\",\"codes\":[\"KRW-BTC\"]},"
                   "{\"type\":\"candle.1m\",\"codes\":[\"KRW-BTC\"]},"
                   "{\"format\":\"DEFAULT\"}]");
    expect_request((struct slice[]){{"ticker:KRW-BTC", 14}}, 1, 1,
                   "[{\"ticket\":\"tickgate-1\"},"
                   "{\"type\":\"ticker\",\"codes\":[\"KRW-BTC\"]},{\"format\":\"DEFAULT\"}]");
}
END_TEST

START_TEST(upbit_instruments_come_on_one_page)
{
    expect_page(&exchange_upbit, NULL, "/v1/market/all?is_details=true");
    expect_page(&exchange_upbit, "[]", "");
}
END_TEST

START_TEST(upbit_instruments_are_named_base_first)
{
    static const char body[] = "[" MARKET("KRW-BTC") "," ENTRY(
        "USDT-BTC",
        "true") ",{\"market\":\"KRW-1INCH\",\"market_event\":null}," MARKET("KRW-A-B") "]";
    expect_all_taken(body, 4);
    expect_market(0, "KRW-BTC", "BTC", "KRW", "");
    expect_market(1, "USDT-BTC", "BTC", "USDT", "WARNING");
    expect_market(2, "KRW-1INCH", "1INCH", "KRW", "");
    expect_market(3, "KRW-A-B", "A-B", "KRW", "");
}
END_TEST

START_TEST(upbit_instrument_that_cannot_be_held_is_left_out_alone)
{
    static const char *const entries[] = {NO_MARKETS, ENTRY("KRW-BTC", "\"yes\"")};
    EXPECT_LEFT_OUT(entries);
}
END_TEST

START_TEST(upbit_instruments_of_a_broken_list_are_not_given_at_all)
{
    static const struct broken cases[] = {NO_LISTS};
    EXPECT_BROKEN(cases);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_upbit_exchange");
    TCase *tests = tcase_create("upbit");
    tcase_add_test(tests, upbit_request_is_the_whole_set_by_type);
    tcase_add_test(tests, upbit_instruments_come_on_one_page);
    tcase_add_test(tests, upbit_instruments_are_named_base_first);
    tcase_add_test(tests, upbit_instrument_that_cannot_be_held_is_left_out_alone);
    tcase_add_test(tests, upbit_instruments_of_a_broken_list_are_not_given_at_all);
    tcase_add_test(tests, korea_book_feeds_the_quote_by_the_same_key);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
