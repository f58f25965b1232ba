/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of Binance to events: the documented samples (binance.md 3.1), each also with every
 * field taken out, cut at every byte, and with values that cannot be. */
#include "connectors/binance/route.h"
#include "tests/unit/sample_stage.h"

extern const struct exchange exchange_binance;

#define TRADE                                                                                      \
    "{\"e\":\"trade\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"t\":12345,\"p\":\"0.001\","           \
    "\"q\":\"100\",\"T\":1672515782136,\"m\":true,\"M\":true}"
#define AGG_TRADE                                                                                  \
    "{\"e\":\"aggTrade\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"a\":12345,\"p\":\"0.001\","        \
    "\"q\":\"100\",\"f\":100,\"l\":105,\"T\":1672515782136,\"m\":false,\"M\":true}"
#define BOOK_TICKER                                                                                \
    "{\"u\":400900217,\"s\":\"BNBUSDT\",\"b\":\"25.35190000\",\"B\":\"31.21000000\","              \
    "\"a\":\"25.36520000\",\"A\":\"40.66000000\"}"
#define TICKER                                                                                     \
    "{\"e\":\"24hrTicker\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"p\":\"0.0015\",\"P\":\"250."     \
    "00\","                                                                                        \
    "\"w\":\"0.0018\",\"x\":\"0.0009\",\"c\":\"0.0025\",\"Q\":\"10\",\"b\":\"0.0024\",\"B\":"      \
    "\"10\","                                                                                      \
    "\"a\":\"0.0026\",\"A\":\"100\",\"o\":\"0.0010\",\"h\":\"0.0025\",\"l\":\"0.0010\","           \
    "\"v\":\"10000\",\"q\":\"18\",\"O\":0,\"C\":86400000,\"F\":0,\"L\":18150,\"n\":18151}"
#define MINI_TICKER                                                                                \
    "{\"e\":\"24hrMiniTicker\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"c\":\"0.0025\","             \
    "\"o\":\"0.0010\",\"h\":\"0.0025\",\"l\":\"0.0010\",\"v\":\"10000\",\"q\":\"18\"}"
#define DEPTH                                                                                      \
    "{\"e\":\"depthUpdate\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"U\":157,\"u\":160,"             \
    "\"b\":[[\"0.0024\",\"10\"]],\"a\":[[\"0.0026\",\"100\"]]}"
#define PARTIAL                                                                                    \
    "{\"lastUpdateId\":160,\"bids\":[[\"0.0024\",\"10\"]],\"asks\":[[\"0.0026\",\"100\"]]}"
#define KLINE                                                                                      \
    "{\"e\":\"kline\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,"            \
    "\"T\":1672515839999,\"s\":\"BNBBTC\",\"i\":\"1m\",\"f\":100,\"L\":200,\"o\":\"0.0010\","      \
    "\"c\":\"0.0020\",\"h\":\"0.0025\",\"l\":\"0.0010\",\"v\":\"1000\",\"n\":100,\"x\":false,"     \
    "\"q\":\"1.0000\",\"V\":\"500\",\"Q\":\"0.500\",\"B\":\"123456\"}}"

static const struct sample samples[] = {
    {BINANCE_TRADE, "BNBBTC", "", TRADE, ",s,t,p,q,T,m,", NULL, NULL, NULL},
    {BINANCE_AGG_TRADE, "BNBBTC", "", AGG_TRADE, ",s,a,p,q,T,m,", NULL, NULL, NULL},
    {BINANCE_BOOK_TICKER, "BNBUSDT", "", BOOK_TICKER, ",u,s,b,B,a,A,", NULL, NULL, NULL},
    {BINANCE_TICKER, "BNBBTC", "", TICKER, ",E,s,P,c,b,B,a,A,o,h,l,v,q,", NULL, NULL, NULL},
    {BINANCE_MINI_TICKER, "BNBBTC", "", MINI_TICKER, ",E,s,c,o,h,l,v,q,", NULL, NULL, NULL},
    {BINANCE_DEPTH, "BNBBTC", "", DEPTH, ",E,s,U,u,b,a,", NULL, NULL, NULL},
    {BINANCE_DEPTH5, NULL, "5", PARTIAL, ",lastUpdateId,bids,asks,", NULL, NULL, NULL},
    {BINANCE_KLINE, "BNBBTC", "1m", KLINE, ",E,s,k,", NULL, "{\"t\"", ",t,T,i,o,c,h,l,v,n,x,q,"},
};

static const struct tested tested = {{&exchange_binance},
                                     samples,
                                     sizeof samples / sizeof *samples,
                                     {"z", "st", "pu", "new", "eE", ""}};

START_TEST(parse_trade_says_who_took)
{
    ck_assert_int_eq(parse(BINANCE_TRADE, "BNBBTC", SLICE(TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_TRADE);
    ck_assert_uint_eq(record->size, event_size(KIND_TRADE, 0));
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_uint_eq(record->seq, 12345);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1672515782136000000));
    expect_number(&record->trade.price, "0.001");
    expect_number(&record->trade.size, "100");
    expect_id("12345");
    ck_assert_int_eq(record->trade.side, SIDE_SELL); /* the buyer is the maker */
    ck_assert_int_eq(parse(BINANCE_AGG_TRADE, "BNBBTC", SLICE(AGG_TRADE)), REFUSAL_NONE);
    ck_assert_int_eq(record->trade.side, SIDE_BUY);
    ck_assert_uint_eq(record->seq, 12345);
}
END_TEST

/* Before 2024-06-18 a trade had the orders' ids under `b` and `a`. */
START_TEST(parse_old_trade_by_its_own_id)
{
    static const char old[] = "{\"e\":\"trade\",\"E\":1,\"a\":50,\"s\":\"BNBBTC\",\"t\":12345,"
                              "\"p\":\"0.001\",\"q\":\"100\",\"b\":88,\"T\":1,\"m\":true}";
    static const char without[] = "{\"e\":\"trade\",\"E\":1,\"a\":50,\"s\":\"BNBBTC\","
                                  "\"p\":\"0.001\",\"q\":\"100\",\"b\":88,\"T\":1,\"m\":true}";
    ck_assert_int_eq(parse(BINANCE_TRADE, "BNBBTC", slice_of(old)), REFUSAL_NONE);
    ck_assert_uint_eq(record->seq, 12345);
    expect_refusal(BINANCE_TRADE, "BNBBTC", slice_of(without), REFUSAL_MISSING_FIELD);
}
END_TEST

START_TEST(parse_quote_knows_what_its_stream_tells)
{
    ck_assert_int_eq(parse(BINANCE_BOOK_TICKER, "BNBUSDT", SLICE(BOOK_TICKER)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_QUOTE);
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_BID_PRICE | 1u << QUOTE_BID_SIZE |
                                               1u << QUOTE_ASK_PRICE | 1u << QUOTE_ASK_SIZE);
    ck_assert_uint_eq(record->seq, 400900217);
    ck_assert_int_eq(record->ts_exchange, 0); /* it has none, and none is invented */
    expect_number(&record->quote.numbers[QUOTE_BID_PRICE], "25.35190000");
    expect_number(&record->quote.numbers[QUOTE_ASK_SIZE], "40.66000000");
    ck_assert_int_eq(parse(BINANCE_TICKER, "BNBBTC", SLICE(TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, (1u << QUOTE_FIELD_COUNT) - 1);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1672515782136000000));
    ck_assert_int_eq(record->quote.ts_last, 0);
    static const char *const numbers[] = {
        [QUOTE_PRICE] = "0.0025",     [QUOTE_VOLUME] = "10000",     [QUOTE_TURNOVER] = "18",
        [QUOTE_CHANGE] = "250.00",    [QUOTE_BID_PRICE] = "0.0024", [QUOTE_BID_SIZE] = "10",
        [QUOTE_ASK_PRICE] = "0.0026", [QUOTE_ASK_SIZE] = "100",     [QUOTE_HIGH] = "0.0025",
        [QUOTE_LOW] = "0.0010",       [QUOTE_OPEN] = "0.0010"};
    expect_quote(numbers);
    ck_assert_int_eq(parse(BINANCE_MINI_TICKER, "BNBBTC", SLICE(MINI_TICKER)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_VOLUME |
                                               1u << QUOTE_TURNOVER | 1u << QUOTE_HIGH |
                                               1u << QUOTE_LOW | 1u << QUOTE_OPEN);
}
END_TEST

START_TEST(parse_quote_of_a_market_that_never_traded_has_no_price)
{
    static const char mini[] =
        "{\"e\":\"24hrMiniTicker\",\"E\":1,\"s\":\"NEWBTC\",\"c\":\"0.00000000\",\"o\":\"0.0\","
        "\"h\":\"0.0\",\"l\":\"0.0\",\"v\":\"0.0\",\"q\":\"0.0\"}";
    ck_assert_int_eq(parse(BINANCE_MINI_TICKER, "NEWBTC", slice_of(mini)), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known & 1u << QUOTE_PRICE, 0);
    ck_assert_uint_ne(record->quote.known & 1u << QUOTE_VOLUME, 0);
}
END_TEST

START_TEST(parse_depth_holds_bids_before_asks_whichever_came_first)
{
    static const char turned[] =
        "{\"e\":\"depthUpdate\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"U\":157,\"u\":160,"
        "\"a\":[[\"3\",\"30\"],[\"4\",\"40\"],[\"5\",\"0.00000000\"]],"
        "\"b\":[[\"2\",\"20\",[]],[\"1\",\"10\",\"more\",1]]}";
    ck_assert_int_eq(parse(BINANCE_DEPTH, "BNBBTC", slice_of(turned)), REFUSAL_NONE);
    ck_assert_int_eq(record->kind, KIND_BOOK);
    ck_assert_int_eq(record->update, UPDATE_DELTA);
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 5));
    ck_assert(record->book.first_update_id == 157 && record->book.last_update_id == 160);
    ck_assert(record->book.bid_count == 2 && record->book.ask_count == 3);
    expect_level(&event_bids(record)[0], "2", "20");
    expect_level(&event_bids(record)[1], "1", "10");
    expect_level(&event_asks(record)[0], "3", "30");
    expect_level(&event_asks(record)[1], "4", "40");
    expect_level(&event_asks(record)[2], "5", "0.00000000");
}
END_TEST

START_TEST(parse_depth_may_have_an_empty_side)
{
    ck_assert_int_eq(parse(BINANCE_DEPTH, "BNBBTC",
                           SLICE("{\"E\":1,\"s\":\"BNBBTC\",\"U\":1,\"u\":1,\"b\":[],\"a\":[]}")),
                     REFUSAL_NONE);
    ck_assert(record->book.bid_count == 0 && record->book.ask_count == 0);
    ck_assert_uint_eq(record->size, event_size(KIND_BOOK, 0));
}
END_TEST

START_TEST(parse_depth_of_more_levels_than_a_record_holds_is_refused)
{
    expect_room(BINANCE_DEPTH, "BNBBTC", "{\"E\":1,\"s\":\"BNBBTC\",\"U\":1,\"u\":1,\"b\":[",
                "[\"1\",\"1\"]", "],\"a\":[[\"900\",\"1\"]]}", LEVELS - 1);
}
END_TEST

START_TEST(parse_partial_book_and_reply_alike)
{
    for (int i = 0; i < 2; i++) {
        enum refusal refusal = i == 0
                                   ? parse(BINANCE_DEPTH5, "BNBBTC", SLICE(PARTIAL))
                                   : exchange_binance.read_snapshot(SLICE(PARTIAL), record, LEVELS);
        ck_assert_int_eq(refusal, REFUSAL_NONE);
        ck_assert_int_eq(record->update, UPDATE_SNAPSHOT);
        ck_assert_uint_eq(record->book.last_update_id, 160);
        expect_level(&event_bids(record)[0], "0.0024", "10");
        expect_level(&event_asks(record)[0], "0.0026", "100");
    }
    ck_assert_int_eq(exchange_binance.read_snapshot(
                         SLICE("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"), record, LEVELS),
                     REFUSAL_MISSING_FIELD);
    ck_assert_int_eq(exchange_binance.read_snapshot(SLICE("<html>"), record, LEVELS),
                     REFUSAL_NOT_JSON);
    ck_assert_int_eq(exchange_binance.read_snapshot(SLICE(""), record, LEVELS), REFUSAL_TRUNCATED);
    ck_assert_int_eq(
        exchange_binance.read_snapshot(
            SLICE("{\"lastUpdateId\":1,\"bids\":[[38272.32,0.0085]],\"asks\":[]}"), record, LEVELS),
        REFUSAL_NONE); /* bare numbers are as exact */
    expect_level(&event_bids(record)[0], "38272.32", "0.0085");
}
END_TEST

START_TEST(parse_kline)
{
    ck_assert_int_eq(parse(BINANCE_KLINE, "BNBBTC", SLICE(KLINE)), REFUSAL_NONE);
    const struct candle *candle = &record->candle;
    ck_assert_int_eq(record->ts_exchange, INT64_C(1672515782136000000));
    expect_candle(INT64_C(1672515780000), INT64_C(1672515839999),
                  (const char *const[]){"0.0010", "0.0025", "0.0010", "0.0020", "1000", "1.0000"});
    ck_assert(candle->trades == 100 && candle->has_trades);
    ck_assert(!candle->closed);
}
END_TEST

START_TEST(parse_tells_milliseconds_from_microseconds)
{
    static const struct {
        const char *time;
        int64_t ns;
        enum refusal refusal;
    } cases[] = {
        {"1672515782136", INT64_C(1672515782136000000), REFUSAL_NONE},
        {"1672515782136123", INT64_C(1672515782136123000), REFUSAL_NONE},
        {"0", 0, REFUSAL_NONE},
        {"9223372036854", INT64_C(9223372036854000000), REFUSAL_NONE},
        {"9223372036855", INT64_C(9223372036855000), REFUSAL_NONE},
        {"9223372036854775", INT64_C(9223372036854775000), REFUSAL_NONE},
        {"9223372036854776", 0, REFUSAL_BAD_NUMBER},
        {"18446744073709551615", 0, REFUSAL_BAD_NUMBER},
        {"18446744073709551616", 0, REFUSAL_BAD_NUMBER},
        {"-1", 0, REFUSAL_BAD_NUMBER},
        {"1.5", 0, REFUSAL_WRONG_TYPE},
        {"\"1672515782136\"", 0, REFUSAL_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char payload[300];
        struct text text = text_over(payload, sizeof payload);
        text_format(&text, "{\"s\":\"BNBBTC\",\"t\":1,\"p\":\"1\",\"q\":\"1\",\"T\":%s,\"m\":true}",
                    cases[i].time);
        enum refusal refusal = parse(BINANCE_TRADE, "BNBBTC", text_slice(&text));
        ck_assert_msg(refusal == cases[i].refusal, "%s: %s", cases[i].time,
                      refusal_word(refusal).data);
        if (refusal == REFUSAL_NONE)
            ck_assert_int_eq(record->ts_exchange, cases[i].ns);
    }
}
END_TEST

START_TEST(parse_refuses_another_intervals_kline)
{
    ck_assert_int_eq(parse_as(BINANCE_KLINE, "BNBBTC", "1M", SLICE(KLINE)), REFUSAL_BAD_VALUE);
    ck_assert_int_eq(parse_as(BINANCE_KLINE, "BNBBTC", "", SLICE(KLINE)), REFUSAL_NONE);
}
END_TEST

START_TEST(parse_refuses_values_that_cannot_be)
{
    static const struct refused cases[] = {
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"0\",\"q\":\"1\",\"T\":1,\"m\":true}",
         REFUSAL_BAD_VALUE},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"-1\",\"q\":\"1\",\"T\":1,\"m\":true}",
         REFUSAL_BAD_VALUE},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"1\",\"q\":\"0.00\",\"T\":1,\"m\":true}",
         REFUSAL_BAD_VALUE},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"1e40\",\"q\":\"1\",\"T\":1,\"m\":true}",
         REFUSAL_BAD_NUMBER},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"abc\",\"q\":\"1\",\"T\":1,\"m\":true}",
         REFUSAL_WRONG_TYPE},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":1,\"p\":\"1\",\"q\":\"1\",\"T\":1,\"m\":\"yes\"}",
         REFUSAL_WRONG_TYPE},
        {BINANCE_TRADE, "{\"s\":\"A\",\"t\":\"1\",\"p\":\"1\",\"q\":\"1\",\"T\":1,\"m\":true}",
         REFUSAL_WRONG_TYPE},
        {BINANCE_TRADE, "[]", REFUSAL_WRONG_TYPE},
        {BINANCE_TRADE, "null", REFUSAL_WRONG_TYPE},
        {BINANCE_BOOK_TICKER,
         "{\"u\":1,\"s\":\"A\",\"b\":\"-1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
         REFUSAL_BAD_VALUE},
        {BINANCE_BOOK_TICKER,
         "{\"u\":-1,\"s\":\"A\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
         REFUSAL_BAD_NUMBER},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":2,\"u\":1,\"b\":[],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":0,\"u\":1,\"b\":[],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[[\"0\",\"1\"]],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[[\"1\",\"-1\"]],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[],\"b\":[],\"a\":[]}",
         REFUSAL_BAD_VALUE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[[\"1\"]],\"a\":[]}",
         REFUSAL_MISSING_FIELD},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[[]],\"a\":[]}",
         REFUSAL_MISSING_FIELD},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":[\"1\",\"1\"],\"a\":[]}",
         REFUSAL_WRONG_TYPE},
        {BINANCE_DEPTH, "{\"E\":1,\"s\":\"A\",\"U\":1,\"u\":1,\"b\":{},\"a\":[]}",
         REFUSAL_WRONG_TYPE},
        {BINANCE_DEPTH5, "{\"lastUpdateId\":0,\"bids\":[],\"asks\":[]}", REFUSAL_MISSING_FIELD},
        {BINANCE_KLINE,
         "{\"E\":1,\"s\":\"A\",\"k\":{\"t\":5,\"T\":5,\"o\":\"1\",\"c\":\"1\",\"h\":\"1\","
         "\"l\":\"1\",\"v\":\"1\",\"n\":1,\"x\":true,\"q\":\"1\",\"i\":\"1m\"}}",
         REFUSAL_BAD_VALUE},
        {BINANCE_KLINE,
         "{\"E\":1,\"s\":\"A\",\"k\":{\"t\":5,\"T\":6,\"o\":\"1\",\"c\":\"1\",\"h\":\"1\","
         "\"l\":\"2\",\"v\":\"1\",\"n\":1,\"x\":true,\"q\":\"1\",\"i\":\"1m\"}}",
         REFUSAL_BAD_VALUE},
        {BINANCE_KLINE,
         "{\"E\":1,\"s\":\"A\",\"k\":{\"t\":5,\"T\":6,\"o\":\"1\",\"c\":\"1\",\"h\":\"1\","
         "\"l\":\"1\",\"v\":\"-1\",\"n\":1,\"x\":true,\"q\":\"1\",\"i\":\"1m\"}}",
         REFUSAL_BAD_VALUE},
        {BINANCE_KLINE, "{\"E\":1,\"s\":\"A\",\"k\":[]}", REFUSAL_WRONG_TYPE},
    };
    EXPECT_REFUSED("A", cases);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_binance_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parse_trade_says_who_took);
    tcase_add_test(tests, parse_old_trade_by_its_own_id);
    tcase_add_test(tests, parse_quote_knows_what_its_stream_tells);
    tcase_add_test(tests, parse_quote_of_a_market_that_never_traded_has_no_price);
    tcase_add_test(tests, parse_depth_holds_bids_before_asks_whichever_came_first);
    tcase_add_test(tests, parse_depth_may_have_an_empty_side);
    tcase_add_test(tests, parse_depth_of_more_levels_than_a_record_holds_is_refused);
    tcase_add_test(tests, parse_partial_book_and_reply_alike);
    tcase_add_test(tests, parse_kline);
    tcase_add_test(tests, parse_tells_milliseconds_from_microseconds);
    tcase_add_test(tests, parse_refuses_another_intervals_kline);
    tcase_add_test(tests, parse_refuses_values_that_cannot_be);
    add_sample_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
