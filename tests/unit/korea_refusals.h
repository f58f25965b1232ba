/* SPDX-License-Identifier: Apache-2.0 */
/* What Upbit's and Bithumb's parsers must refuse and note alike; a test adds this and what is in
 * korea_stage.h and sample_stage.h by add_korea_tests. */
#ifndef TICKGATE_TESTS_UNIT_KOREA_REFUSALS_H
#define TICKGATE_TESTS_UNIT_KOREA_REFUSALS_H

#include "connectors/payload.h"
#include "tests/unit/korea_stage.h"

START_TEST(parse_notes_what_the_facts_do_not_know)
{
    const struct noted cases[] = {
        {korea.book, UNITS(UNIT("2", "1", "1", "1")), DRIFT_NONE, ""},
        {korea.book, "{\"cd\":\"KRW-BTC\",\"obu\":[],\"orders\":{\"a\":[1]},\"next\":1,\"tms\":1}",
         DRIFT_UNKNOWN_FIELD, "orders"},
        {korea.book, "{\"cd\":\"KRW-BTC\",\"obu\":[],\"tms\":1,\"st\":\"DELTA\"}",
         DRIFT_UNKNOWN_WORD, "DELTA"},
        {korea.top,
         "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[{\"ap\":2,\"bp\":1,\"as\":1,\"bs\":1,\"n\":4}]}",
         DRIFT_UNKNOWN_FIELD, "n"},
        {korea.ticker,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"scr\":0,\"atv24h\":1,\"atp24h\":1,\"ttms\":1,"
         "\"tms\":1,\"ms\":\"HALTED\"}",
         DRIFT_UNKNOWN_WORD, "HALTED"},
        /* A short name of another type. */
        {korea.trade,
         "{\"cd\":\"KRW-BTC\",\"tp\":1,\"tv\":1,\"ab\":\"BID\",\"ttms\":1,\"sid\":1,"
         "\"st\":\"REALTIME\",\"op\":7}",
         DRIFT_UNKNOWN_FIELD, "op"},
    };
    EXPECT_NOTED("KRW-BTC", cases);
}
END_TEST

#define A_TRADE(price, size, side, id)                                                             \
    "{\"cd\":\"KRW-BTC\",\"tp\":" price ",\"tv\":" size ",\"ab\":" side ",\"ttms\":1,\"sid\":" id  \
    ",\"st\":\"REALTIME\"}"

START_TEST(parse_refuses_values_that_cannot_be)
{
    const struct refused cases[] = {
        {korea.trade, A_TRADE("1", "1", "\"BID\"", "1"), REFUSAL_NONE},
        {korea.trade, A_TRADE("0", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {korea.trade, A_TRADE("-1", "1", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {korea.trade, A_TRADE("1", "0.0", "\"BID\"", "1"), REFUSAL_BAD_VALUE},
        {korea.trade, A_TRADE("1", "1", "\"buy\"", "1"), REFUSAL_BAD_VALUE},
        {korea.trade, A_TRADE("1", "1", "1", "1"), REFUSAL_WRONG_TYPE},
        {korea.trade, A_TRADE("1e40", "1", "\"BID\"", "1"), REFUSAL_BAD_NUMBER},
        {korea.trade, A_TRADE("true", "1", "\"BID\"", "1"), REFUSAL_WRONG_TYPE},
        {korea.trade, A_TRADE("1", "1", "\"BID\"", "18446744073709551616"), REFUSAL_BAD_NUMBER},
        {korea.trade, A_TRADE("1", "1", "\"BID\"", "1.5"), REFUSAL_WRONG_TYPE},
        {korea.trade, A_TRADE("1", "1", "\"BID\",\"ab\":\"ASK\"", "1"), REFUSAL_BAD_VALUE},
        {korea.trade, "[]", REFUSAL_WRONG_TYPE},
        {korea.ticker, A_TICKER("1", "-0.01", "1"), REFUSAL_NONE},
        {korea.ticker, A_TICKER("-1", "0", "1"), REFUSAL_BAD_VALUE},
        {korea.ticker, A_TICKER("1", "0", "-1"), REFUSAL_BAD_VALUE},
        {korea.ticker, A_TICKER("1", "9000000000000000000000000000", "1"), REFUSAL_BAD_NUMBER},
        {korea.ticker, A_TICKER("1", "\"RISE\"", "1"), REFUSAL_WRONG_TYPE},
        {korea.book, UNITS(UNIT("-2", "1", "1", "1")), REFUSAL_BAD_VALUE},
        {korea.book, UNITS(UNIT("2", "1", "1", "-1")), REFUSAL_BAD_VALUE},
        {korea.book, UNITS("[2,1,1,1]"), REFUSAL_WRONG_TYPE},
        {korea.book, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
        {korea.book, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":[],\"obu\":[]}", REFUSAL_BAD_VALUE},
        {korea.book, "{\"cd\":\"KRW-BTC\",\"tms\":-1,\"obu\":[]}", REFUSAL_BAD_NUMBER},
        {korea.top, UNITS(UNIT("2", "-1", "1", "1")), REFUSAL_BAD_VALUE},
        {korea.top, "{\"cd\":\"KRW-BTC\",\"tms\":1,\"obu\":{}}", REFUSAL_WRONG_TYPE},
    };
    EXPECT_REFUSED("KRW-BTC", cases);
}
END_TEST

/* Under the sanitizers; and what is taken is a book that can be. */
SAMPLE_TEST(garbled_sample_does_no_harm)
{
    char garbled[2048];
    for (size_t at = 0; at < strlen(sample->payload); at++)
        for (const char *byte = "\"{}[],:-.e09n\\"; *byte != '\0'; byte++) {
            struct text text = text_over(garbled, sizeof garbled);
            text_append(&text, slice_of(sample->payload));
            garbled[at] = *byte;
            if (parse(sample->stream, "KRW-BTC", text_slice(&text)) != REFUSAL_NONE)
                continue;
            bool book = record->kind == KIND_BOOK;
            for (uint32_t level = 0; book && level < record->book.bid_count; level++)
                ck_assert(payload_positive(&event_bids(record)[level].size));
        }
}

static inline void add_korea_tests(TCase *tests)
{
    const TTest *const each[] = {
        parse_ticker_of_a_market_that_never_traded_has_no_price,
        parse_book_leaves_out_padding_and_dust_on_its_own_side,
        parse_top_forgets_a_side_that_is_gone,
        parse_book_of_more_levels_than_a_record_holds_is_refused,
        parse_notes_what_the_facts_do_not_know,
        parse_reads_members_in_any_order,
        parse_refuses_values_that_cannot_be,
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        tcase_add_test(tests, each[i]);
    tcase_add_loop_test(tests, garbled_sample_does_no_harm, 0, (int)tested.sample_count);
    add_sample_tests(tests);
}

#endif
