/* SPDX-License-Identifier: Apache-2.0 */
/* What Bithumb's table says beside payloads: requests, paths, the list of instruments. */
#include "tests/unit/korea_list.h"

extern const struct exchange exchange_bithumb;

#define ENTRY(market, warning)                                                                     \
    "{\"market\":\"" market "\",\"korean_name\":\"\xeb\xb9\x84\xed\x8a\xb8\","                     \
    "\"english_name\":\"x\",\"market_warning\":\"" warning "\"}"
#define MARKET(market) ENTRY(market, "NONE")

static const struct listed listed = LISTED(&exchange_bithumb);

START_TEST(bithumb_request_is_the_whole_set_by_type)
{
    static const struct slice keys[] = {{"orderbook:KRW-BTC", 17},
                                        {"trade:KRW-BTC", 13},
                                        {"orderbook:BTC-ETH", 17},
                                        {"trade:KRW-\"", 11}};
    expect_request(keys, 4, 312,
                   "[{\"ticket\":\"tickgate-312\"},"
                   "{\"type\":\"trade\",\"codes\":[\"KRW-BTC\",\"KRW-\\\"\"]},"
                   "{\"type\":\"orderbook\",\"codes\":[\"KRW-BTC\",\"BTC-ETH\"]},"
                   "{\"format\":\"DEFAULT\"}]");
    expect_request((struct slice[]){{"ticker:KRW-BTC", 14}}, 1, 1,
                   "[{\"ticket\":\"tickgate-1\"},"
                   "{\"type\":\"ticker\",\"codes\":[\"KRW-BTC\"]},{\"format\":\"DEFAULT\"}]");
}
END_TEST

START_TEST(bithumb_instruments_come_on_one_page)
{
    expect_page(&exchange_bithumb, NULL, "/v1/market/all?isDetails=true");
    expect_page(&exchange_bithumb, "[]", "");
}
END_TEST

START_TEST(bithumb_instruments_are_named_base_first)
{
    static const char body[] = "[" MARKET("KRW-BTC") "," ENTRY(
        "BTC-ETH",
        "CAUTION") ",{\"market_warning\":null,\"market\":\"KRW-1000PEPE\"}," MARKET("KRW-A-B") "]";
    expect_all_taken(body, 4);
    expect_market(0, "KRW-BTC", "BTC", "KRW", "NONE");
    expect_market(1, "BTC-ETH", "ETH", "BTC", "CAUTION");
    expect_market(2, "KRW-1000PEPE", "1000PEPE", "KRW", "");
    expect_market(3, "KRW-A-B", "A-B", "KRW", "NONE");
}
END_TEST

START_TEST(bithumb_instrument_that_cannot_be_held_is_left_out_alone)
{
    static const char *const entries[] = {NO_MARKETS,
                                          ENTRY("KRW-BTC", "A_WARNING_THAT_IS_FAR_TOO_LONG")};
    EXPECT_LEFT_OUT(entries);
}
END_TEST

START_TEST(bithumb_instruments_of_a_broken_list_are_not_given_at_all)
{
    static const struct broken cases[] = {NO_LISTS};
    EXPECT_BROKEN(cases);
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
    tcase_add_test(tests, korea_book_feeds_the_quote_by_the_same_key);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
