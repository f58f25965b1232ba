/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Binance USD-M to events: the documented samples (binance.md 3.2), in the form that
 * they have had since 2026-06-30. */
#include "connectors/binance/usdm_route.h"
#include "tests/unit/sample_stage.h"

extern const struct exchange exchange_binance_usdm;

#define AGG_TRADE                                                                                  \
    "{\"e\":\"aggTrade\",\"E\":1791269849801,\"a\":3476312671,\"s\":\"BTCUSDT\","                  \
    "\"p\":\"85299.90\",\"q\":\"0.004\",\"nq\":\"0.003\",\"f\":8149080393,\"l\":8149080393,"       \
    "\"T\":1791269849651,\"m\":true,\"st\":1}"
#define TRADE                                                                                      \
    "{\"e\":\"trade\",\"E\":1787302843505,\"T\":1787302843450,\"s\":\"DOGEUSDT\",\"t\":21955616,"  \
    "\"p\":\"0.086245\",\"q\":\"3894\",\"X\":\"INSURANCE_FUND\",\"m\":false,\"st\":1}"
#define BOOK_TICKER                                                                                \
    "{\"e\":\"bookTicker\",\"u\":400900217,\"s\":\"BNBUSDT\",\"ps\":\"BNBUSDT\","                  \
    "\"b\":\"25.35190000\",\"B\":\"31.21000000\",\"a\":\"25.36520000\",\"A\":\"40.66000000\","     \
    "\"T\":1568014460891,\"E\":1568014460893,\"st\":1}"
#define TICKER                                                                                     \
    "{\"e\":\"24hrTicker\",\"E\":1654795519583,\"s\":\"BTCUSDT\",\"p\":\"-139.80\","               \
    "\"P\":\"-0.459\",\"w\":\"30253.31\",\"c\":\"30289.60\",\"Q\":\"0.017\",\"o\":\"30429.40\","   \
    "\"h\":\"30691.90\",\"l\":\"29900.00\",\"v\":\"315787.324\",\"q\":\"9553610870.04\","          \
    "\"O\":1654709100000,\"C\":1654795519576,\"F\":2340426935,\"L\":2343353385,\"n\":2926402,"     \
    "\"ps\":\"BTCUSDT\",\"st\":1}"
#define MINI_TICKER                                                                                \
    "{\"e\":\"24hrMiniTicker\",\"E\":1654791723970,\"s\":\"BTCUSDT\",\"c\":\"30180.00\","          \
    "\"o\":\"30463.50\",\"h\":\"30691.90\",\"l\":\"29900.00\",\"v\":\"315252.128\","               \
    "\"q\":\"9537613226.33\",\"ps\":\"BTCUSDT\",\"st\":1}"
#define DEPTH                                                                                      \
    "{\"e\":\"depthUpdate\",\"E\":1571889248277,\"T\":1571889248276,\"s\":\"BTCUSDT\","            \
    "\"U\":390497796,\"u\":390497878,\"pu\":390497794,\"b\":[[\"7403.89\",\"0.002\"]],"            \
    "\"a\":[[\"7405.96\",\"3.340\"]],\"ps\":\"BTCUSDT\",\"st\":1}"
#define KLINE                                                                                      \
    "{\"e\":\"kline\",\"E\":1727525244267,\"s\":\"BTCUSDT\",\"k\":{\"t\":1727525220000,"           \
    "\"T\":1727525279999,\"s\":\"BTCUSDT\",\"i\":\"1m\",\"f\":5422081499,\"L\":5422081624,"        \
    "\"o\":\"65689.80\",\"c\":\"65689.90\",\"h\":\"65689.90\",\"l\":\"65689.80\","                 \
    "\"v\":\"11.290\",\"n\":126,\"x\":false,\"q\":\"741637.99500\",\"V\":\"6.157\","               \
    "\"Q\":\"404452.71430\",\"B\":\"0\"},\"st\":1}"
#define MARK                                                                                       \
    "{\"e\":\"markPriceUpdate\",\"E\":1791269856000,\"s\":\"BTCUSDT\",\"p\":\"85296.60260870\","   \
    "\"ap\":\"85296.60260870\",\"P\":\"85321.91711993\",\"i\":\"85345.93826087\","                 \
    "\"r\":\"-0.00000523\",\"T\":1791273600000,\"st\":1}"
#define OPEN_INTEREST                                                                              \
    "{\"openInterest\":\"10659.509\",\"symbol\":\"BTCUSDT\",\"time\":1589437530011}"
#define LIQUIDATION                                                                                \
    "{\"e\":\"forceOrder\",\"E\":1791565603055,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"SELL\","           \
    "\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"0.190\",\"p\":\"82338.30\",\"ap\":\"82651.90\","        \
    "\"X\":\"FILLED\",\"l\":\"0.155\",\"z\":\"0.190\",\"T\":1791565602120,\"ps\":\"BTCUSDT\","     \
    "\"st\":1}}"

static const struct sample samples[] = {
    {USDM_AGG_TRADE, "BTCUSDT", "", AGG_TRADE, ",a,s,p,q,T,m,", NULL, NULL, NULL},
    {USDM_TRADE, "DOGEUSDT", "", TRADE, ",T,s,t,p,q,m,", NULL, NULL, NULL},
    {USDM_BOOK_TICKER, "BNBUSDT", "", BOOK_TICKER, ",u,s,b,B,a,A,T,", NULL, NULL, NULL},
    {USDM_TICKER, "BTCUSDT", "", TICKER, ",E,s,P,c,o,h,l,v,q,", NULL, NULL, NULL},
    {USDM_MINI_TICKER, "BTCUSDT", "", MINI_TICKER, ",E,s,c,o,h,l,v,q,", NULL, NULL, NULL},
    {USDM_DEPTH, "BTCUSDT", "", DEPTH, ",T,s,U,u,pu,b,a,", NULL, NULL, NULL},
    {USDM_DEPTH10_SLOW, "BTCUSDT", "10", DEPTH, ",T,s,U,u,pu,b,a,", NULL, NULL, NULL},
    {USDM_KLINE, "BTCUSDT", "1m", KLINE, ",E,s,k,", NULL, "{\"t\"", ",t,T,i,o,c,h,l,v,n,x,q,"},
    {USDM_MARK, "BTCUSDT", "", MARK, ",E,s,p,i,r,T,", NULL, NULL, NULL},
    {USDM_OPEN_INTEREST, "BTCUSDT", "", OPEN_INTEREST, ",openInterest,symbol,time,", NULL, NULL,
     NULL},
    {USDM_LIQUIDATION, "BTCUSDT", "", LIQUIDATION, ",o,", NULL, "{\"s\"", ",s,S,q,p,T,"},
};
#define SAMPLES (sizeof samples / sizeof *samples)

static const struct tested tested = {
    {&exchange_binance_usdm}, samples, SAMPLES, {"Z", "sT", "uu", "new", ""}};

START_TEST(usdm_aggregate_trade_says_who_took_at_the_engines_time)
{
    ck_assert_int_eq(parse(USDM_AGG_TRADE, "BTCUSDT", SLICE(AGG_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_uint_eq(record->seq, UINT64_C(3476312671));
    ck_assert_int_eq(record->ts_exchange, INT64_C(1791269849651000000));
    expect_number(&record->trade.price, "85299.90");
    expect_number(&record->trade.size, "0.004");
    ck_assert_int_eq(record->trade.side, SIDE_SELL); /* the buyer is the maker */
    expect_id("3476312671");
}
END_TEST

START_TEST(usdm_raw_trade_of_another_origin_is_told_and_its_word_noted)
{
    static const char stranger[] = "{\"T\":2,\"s\":\"A\",\"t\":7,\"p\":\"1\",\"q\":\"1\","
                                   "\"X\":\"SOMETHING\",\"m\":false}";
    ck_assert_int_eq(parse(USDM_TRADE, "DOGEUSDT", SLICE(TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->trade.side, SIDE_BUY);
    ck_assert_uint_eq(record->seq, 21955616);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    ck_assert_int_eq(parse(USDM_TRADE, "A", SLICE(stranger)), REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_WORD);
    ck_assert(slice_equal(parsing.stranger, SLICE("SOMETHING")));
}
END_TEST

START_TEST(usdm_quote_knows_what_its_stream_tells)
{
    const uint32_t top =
        1u << QUOTE_BID_PRICE | 1u << QUOTE_BID_SIZE | 1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE;
    const uint32_t day = ((1u << QUOTE_FIELD_COUNT) - 1) & ~top;
    ck_assert_int_eq(parse(USDM_BOOK_TICKER, "BNBUSDT", SLICE(BOOK_TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, top);
    ck_assert_uint_eq(record->seq, 400900217);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1568014460891000000));
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "25.35190000");
    expect_number(&record->quote.numbers[QUOTE_BID_SIZE], "31.21000000");
    expect_number(&record->quote.numbers[QUOTE_ASK_PRICE], "25.36520000");
    expect_number(&record->quote.numbers[QUOTE_ASK_SIZE], "40.66000000");
    ck_assert_int_eq(parse(USDM_TICKER, "BTCUSDT", SLICE(TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, day);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1654795519583000000));
    expect_number(&record->quote.numbers[QUOTE_PRICE], "30289.60");
    expect_number(&record->quote.numbers[QUOTE_CHANGE], "-0.459");
    expect_number(&record->quote.numbers[QUOTE_VOLUME], "315787.324");
    expect_number(&record->quote.numbers[QUOTE_TURNOVER], "9553610870.04");
    expect_number(&record->quote.numbers[QUOTE_OPEN], "30429.40");
    ck_assert_int_eq(parse(USDM_MINI_TICKER, "BTCUSDT", SLICE(MINI_TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, day & ~(1u << QUOTE_CHANGE));
}
END_TEST

START_TEST(usdm_depth_names_the_one_before)
{
    ck_assert_int_eq(parse(USDM_DEPTH, "BTCUSDT", SLICE(DEPTH)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_BOOK);
    ck_assert_int_eq(record->update, UPDATE_DELTA);
    ck_assert_uint_eq(record->book.first_update_id, 390497796);
    ck_assert_uint_eq(record->book.last_update_id, 390497878);
    ck_assert_uint_eq(record->book.prev_update_id, 390497794);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1571889248276000000));
    expect_level(&event_bids(record)[0], "7403.89", "0.002");
    expect_level(&event_asks(record)[0], "7405.96", "3.340");
}
END_TEST

START_TEST(usdm_partial_book_is_whole)
{
    ck_assert_int_eq(parse(USDM_DEPTH10_SLOW, "BTCUSDT", SLICE(DEPTH)), REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_int_eq(record->proof, PROOF_SNAPSHOT);
    ck_assert(record->book.first_update_id == 0 && record->book.prev_update_id == 0);
    ck_assert_uint_eq(record->book.last_update_id, 390497878);
    ck_assert(record->book.bid_count == 1 && record->book.ask_count == 1);
}
END_TEST

START_TEST(usdm_reply_has_the_engines_time)
{
    ck_assert_int_eq(
        exchange_binance_usdm.read_snapshot(SLICE("{\"lastUpdateId\":1027024,\"E\":1589436922972,"
                                                  "\"T\":1589436922959,\"bids\":[[\"4\",\"431\"]],"
                                                  "\"asks\":[[\"5\",\"12\"],[\"6\",\"1\"]]}"),
                                            record, LEVELS),
        REFUSAL_NONE);
    ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
    ck_assert_uint_eq(record->book.last_update_id, 1027024);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1589436922959000000));
    ck_assert(record->book.bid_count == 1 && record->book.ask_count == 2);
    ck_assert_int_eq(exchange_binance_usdm.read_snapshot(
                         SLICE("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"), record, LEVELS),
                     REFUSAL_MISSING_FIELD);
}
END_TEST

START_TEST(usdm_kline_is_of_its_interval)
{
    ck_assert_int_eq(parse(USDM_KLINE, "BTCUSDT", SLICE(KLINE)), REFUSAL_NONE);
    ck_assert_int_eq(record->candle.open_time, INT64_C(1727525220000000000));
    expect_number(&record->candle.turnover, "741637.99500");
    ck_assert_int_eq(parse_as(USDM_KLINE, "BTCUSDT", "3m", SLICE(KLINE)), REFUSAL_BAD_VALUE);
}
END_TEST

START_TEST(usdm_mark_has_funding_where_there_is_any)
{
    static const struct {
        const char *rest; /* behind the index price */
        uint32_t known;
    } cases[] = {
        {"\"r\":\"0.00000000\",\"T\":1791273600000}",
         MARK_MARK_PRICE | MARK_INDEX_PRICE | MARK_FUNDING_RATE},
        {"\"r\":\"\",\"T\":0}", MARK_MARK_PRICE | MARK_INDEX_PRICE},
        {"\"r\":\"0\",\"T\":0}", MARK_MARK_PRICE | MARK_INDEX_PRICE},
        {"\"r\":\"\",\"T\":1791273600000}", MARK_MARK_PRICE | MARK_INDEX_PRICE},
        {"\"r\":null,\"T\":0}", MARK_MARK_PRICE | MARK_INDEX_PRICE},
    };
    ck_assert_int_eq(parse(USDM_MARK, "BTCUSDT", SLICE(MARK)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_MARK);
    ck_assert_uint_eq(record->mark.known, MARK_MARK_PRICE | MARK_INDEX_PRICE | MARK_FUNDING_RATE);
    expect_number(&record->mark.mark_price, "85296.60260870");
    expect_number(&record->mark.index_price, "85345.93826087");
    expect_number(&record->mark.funding_rate, "-0.00000523");
    ck_assert_int_eq(record->mark.next_funding_time, INT64_C(1791273600000000000));
    ck_assert_int_eq(record->ts_exchange, INT64_C(1791269856000000000));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char payload[300];
        struct text text = text_over(payload, sizeof payload);
        text_format(&text, "{\"E\":1,\"s\":\"A\",\"p\":\"2\",\"i\":\"3\",%s", cases[i].rest);
        ck_assert_int_eq(parse(USDM_MARK_SLOW, "A", text_slice(&text)), REFUSAL_NONE);
        ck_assert_msg(record->mark.known == cases[i].known, "%s", payload);
    }
}
END_TEST

START_TEST(usdm_mark_of_nothing_is_not_known)
{
    static const char none[] = "{\"E\":1,\"s\":\"A\",\"p\":\"0.00000000\",\"i\":\"0\","
                               "\"r\":\"0.1\",\"T\":5}";
    ck_assert_int_eq(parse(USDM_MARK, "A", SLICE(none)), REFUSAL_NONE);
    ck_assert_uint_eq(record->mark.known, MARK_FUNDING_RATE);
}
END_TEST

START_TEST(usdm_open_interest_is_part_of_a_mark)
{
    ck_assert_int_eq(parse(USDM_OPEN_INTEREST, "BTCUSDT", SLICE(OPEN_INTEREST)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_MARK);
    ck_assert_uint_eq(record->mark.known, MARK_OPEN_INTEREST);
    expect_number(&record->mark.open_interest, "10659.509");
    ck_assert_int_eq(record->ts_exchange, INT64_C(1589437530011000000));
}
END_TEST

START_TEST(usdm_liquidation_is_the_order_that_was_forced)
{
    static const char outside[] =
        "{\"e\":\"forceOrder\",\"E\":9,\"ps\":\"A\",\"st\":1,\"o\":{\"s\":\"A\",\"S\":\"BUY\","
        "\"q\":\"4\",\"p\":\"3\",\"T\":2}}";
    ck_assert_int_eq(parse(USDM_LIQUIDATION, "BTCUSDT", SLICE(LIQUIDATION)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_LIQUIDATION);
    ck_assert_int_eq(record->liquidation.side, SIDE_SELL);
    expect_number(&record->liquidation.price, "82338.30");
    expect_number(&record->liquidation.size, "0.190");
    ck_assert_int_eq(record->ts_exchange, INT64_C(1791565602120000000));
    ck_assert_int_eq(parse(USDM_LIQUIDATION, "A", SLICE(outside)), REFUSAL_NONE);
    ck_assert_int_eq(record->liquidation.side, SIDE_BUY);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

/* Every payload with "st":1 turned into "st":2; some have it in an object within. */
START_TEST(usdm_refuses_the_rows_of_another_family)
{
    size_t found = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        char payload[1024];
        struct text text = text_over(payload, sizeof payload);
        const char *family = strstr(samples[i].payload, "\"st\":1");
        if (family == NULL)
            continue;
        text_bytes(&text, samples[i].payload, (size_t)(family - samples[i].payload));
        text_literal(&text, "\"st\":2");
        text_append(&text, slice_of(family + 6));
        expect_sample(&samples[i], &text, REFUSAL_UNSUPPORTED_CHANNEL);
        found++;
    }
    ck_assert_uint_eq(found, SAMPLES - 1); /* all but the reply */
}
END_TEST

START_TEST(usdm_refuses_values_that_cannot_be)
{
#define ORDER(side, size, price)                                                                   \
    "{\"o\":{\"s\":\"A\",\"S\":" side ",\"q\":" size ",\"p\":" price ",\"T\":2}}"
    static const struct refused cases[] = {
        {USDM_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"0\",\"q\":\"0\",\"T\":1,\"m\":true}",
         REFUSAL_BAD_VALUE}, /* seen: 3.2.3 */
        {USDM_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"1\",\"q\":\"1\",\"T\":1,\"m\":true,\"X\":7}",
         REFUSAL_WRONG_TYPE},
        {USDM_DEPTH, "{\"T\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"pu\":\"0\",\"b\":[],\"a\":[]}",
         REFUSAL_WRONG_TYPE},
        {USDM_DEPTH, "{\"T\":1,\"s\":\"A\",\"U\":2,\"u\":1,\"pu\":0,\"b\":[],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {USDM_DEPTH, "{\"T\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"pu\":0,\"b\":[[\"1\"]],\"a\":[]}",
         REFUSAL_MISSING_FIELD},
        {USDM_AGG_TRADE, "{\"st\":\"2\"}", REFUSAL_WRONG_TYPE},
        {USDM_MARK, "{\"E\":1,\"s\":\"A\",\"p\":\"-1\",\"i\":\"1\",\"r\":\"0\",\"T\":1}",
         REFUSAL_BAD_VALUE},
        {USDM_MARK, "{\"E\":1,\"s\":\"A\",\"p\":\"1\",\"i\":\"\",\"r\":\"0\",\"T\":1}",
         REFUSAL_WRONG_TYPE},
        {USDM_MARK, "{\"E\":1,\"s\":\"A\",\"p\":\"1\",\"i\":\"1\",\"r\":\"x\",\"T\":1}",
         REFUSAL_WRONG_TYPE},
        {USDM_OPEN_INTEREST, "{\"openInterest\":\"-1\",\"symbol\":\"A\",\"time\":1}",
         REFUSAL_BAD_VALUE},
        {USDM_OPEN_INTEREST, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", REFUSAL_MISSING_FIELD},
        {USDM_LIQUIDATION, ORDER("\"BOTH\"", "\"1\"", "\"1\""), REFUSAL_BAD_VALUE},
        {USDM_LIQUIDATION, ORDER("\"BUY\"", "\"0\"", "\"1\""), REFUSAL_BAD_VALUE},
        {USDM_LIQUIDATION, ORDER("\"BUY\"", "\"1\"", "\"0\""), REFUSAL_BAD_VALUE},
        {USDM_LIQUIDATION, ORDER("true", "\"1\"", "\"1\""), REFUSAL_WRONG_TYPE},
        {USDM_LIQUIDATION, "{\"o\":\"LIMIT\"}", REFUSAL_WRONG_TYPE},
    };
    EXPECT_REFUSED("A", cases);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_usdm_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, usdm_aggregate_trade_says_who_took_at_the_engines_time);
    tcase_add_test(tests, usdm_raw_trade_of_another_origin_is_told_and_its_word_noted);
    tcase_add_test(tests, usdm_quote_knows_what_its_stream_tells);
    tcase_add_test(tests, usdm_depth_names_the_one_before);
    tcase_add_test(tests, usdm_partial_book_is_whole);
    tcase_add_test(tests, usdm_reply_has_the_engines_time);
    tcase_add_test(tests, usdm_kline_is_of_its_interval);
    tcase_add_test(tests, usdm_mark_has_funding_where_there_is_any);
    tcase_add_test(tests, usdm_mark_of_nothing_is_not_known);
    tcase_add_test(tests, usdm_open_interest_is_part_of_a_mark);
    tcase_add_test(tests, usdm_liquidation_is_the_order_that_was_forced);
    tcase_add_test(tests, usdm_refuses_the_rows_of_another_family);
    tcase_add_test(tests, usdm_refuses_values_that_cannot_be);
    add_sample_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
