/* SPDX-License-Identifier: Apache-2.0 */
/* Flat objects by their table: every conversion, every order, and what the table does not know. */
#include "connectors/payload_flat.h"

#define LEVELS 6

#include "tests/unit/exact_bytes.h"
#include "tests/unit/record_stage.h"

#define TARGET(field) offsetof(struct event, field)

static const struct flat_word sides[] = {
    {{"ASK", 3}, SIDE_SELL}, {{"BID", 3}, SIDE_BUY}, FLAT_END_OF_WORDS};

static enum refusal read_array(struct scan *scan, void *target, struct parsing *told)
{
    struct event *event = target;
    ck_assert_ptr_eq(told, &parsing);
    scan_array(scan);
    while (scan_element(scan)) {
        scan_skip(scan);
        event->seq++;
    }
    return event->seq > 2 ? REFUSAL_TOO_MANY_LEVELS : REFUSAL_NONE;
}

static const struct flat_field trade_fields[] = {
    FLAT("code", "cd", FLAT_SYMBOL, FLAT_VALUE),
    FLAT("price", "p", FLAT_DECIMAL, FLAT_VALUE, TARGET(trade.price)),
    FLAT("side", "s", FLAT_WORD, FLAT_OPTIONAL, TARGET(trade.side), sides),
    FLAT("mood", "m", FLAT_NOTED, FLAT_OPTIONAL, 0, sides),
    FLAT("time", "t", FLAT_TIME, FLAT_MEMBER, TARGET(ts_exchange)),
    FLAT("id", "i", FLAT_ID, FLAT_OPTIONAL, TARGET(trade.trade_id)),
    FLAT("more", "mo", FLAT_NESTED, FLAT_OPTIONAL, 0, NULL, read_array),
    FLAT("known", "known", FLAT_IGNORED),
};
static const struct flat trade = FLAT_OF(trade_fields);

static const struct flat_field quote_fields[] = {
    FLAT("last", "l", FLAT_QUOTE, FLAT_MEMBER, QUOTE_PRICE),
    FLAT("rate", "r", FLAT_QUOTE_FRACTION, FLAT_OPTIONAL, QUOTE_CHANGE),
};
static const struct flat quote = FLAT_OF(quote_fields);

static enum refusal read_flat(const struct flat *flat, enum kind kind, const char *payload)
{
    parsing = (struct parsing){.exchange_symbol = SLICE("KRW-BTC"), .levels_max = LEVELS};
    return flat_payload(exact_bytes(slice_of(payload)), flat, kind, record, &parsing);
}

/* In the table's order, in another one, in the short spelling, with white space, mixed. */
START_TEST(flat_reads_members_in_any_order_and_either_spelling)
{
    static const char *const payloads[] = {
        "{\"code\":\"KRW-BTC\",\"price\":1.16539E8,\"side\":\"ASK\",\"mood\":\"BID\","
        "\"time\":1790134742106,\"id\":17883351803770004,\"more\":[1,[2]],\"known\":{\"a\":[]}}",
        "{\"known\":null,\"more\":[{},{}],\"id\":17883351803770004,\"time\":1790134742106000,"
        "\"mood\":\"ASK\",\"side\":\"ASK\",\"price\":\"116539000\",\"code\":\"KRW-BTC\"}",
        "{\"cd\":\"KRW-BTC\",\"p\":116539000,\"s\":\"ASK\",\"m\":\"ASK\",\"t\":1790134742106,"
        "\"i\":17883351803770004,\"mo\":[0,0],\"known\":1}",
        " { \"price\" : 11653.9e+4 , \"cd\" : \"KRW-BTC\" ,\"t\":1790134742106, \"s\":\"ASK\", "
        "\"id\":17883351803770004, \"mo\" : [ 1 , 2 ] } ",
    };
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        enum refusal refusal = read_flat(&trade, KIND_TRADE, payloads[i]);
        ck_assert_msg(refusal == REFUSAL_NONE, "%s: %s", payloads[i], refusal_word(refusal).data);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
        ck_assert_int_eq(record->kind, KIND_TRADE);
        ck_assert_int_eq(record->ts_exchange, INT64_C(1790134742106000000));
        ck_assert(record->trade.side == SIDE_SELL && record->seq == 2);
        expect_number(&record->trade.price, "116539000");
        ck_assert(
            slice_equal((struct slice){record->trade.trade_id.text, record->trade.trade_id.len},
                        SLICE("17883351803770004")));
    }
}
END_TEST

START_TEST(flat_notes_what_its_table_does_not_know)
{
    static const struct {
        const char *payload;
        enum drift_kind drift;
        const char *stranger;
    } cases[] = {
        {"{\"code\":\"KRW-BTC\",\"new\":[{}],\"price\":1,\"time\":1}", DRIFT_UNKNOWN_FIELD, "new"},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"\":0}", DRIFT_UNKNOWN_FIELD, ""},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"known \":0}", DRIFT_UNKNOWN_FIELD,
         "known "},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"mood\":\"EVEN\",\"x\":1}",
         DRIFT_UNKNOWN_WORD, "EVEN"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(read_flat(&trade, KIND_TRADE, cases[i].payload), REFUSAL_NONE);
        ck_assert_int_eq(parsing.drift, cases[i].drift);
        ck_assert(slice_equal(parsing.stranger, slice_of(cases[i].stranger)));
    }
}
END_TEST

START_TEST(flat_refuses_what_it_cannot_use)
{
    static const struct {
        const char *payload;
        enum refusal refusal;
    } cases[] = {
        {"{\"code\":\"KRW-ETH\",\"price\":1,\"time\":1}", REFUSAL_UNKNOWN_SYMBOL},
        {"{\"price\":1,\"time\":1}", REFUSAL_MISSING_FIELD},
        {"{\"code\":null,\"price\":1,\"time\":1}", REFUSAL_MISSING_FIELD},
        {"{\"code\":\"\",\"price\":1,\"time\":1}", REFUSAL_MISSING_FIELD},
        {"{\"code\":\"KRW-BTC\",\"price\":null,\"time\":1}", REFUSAL_MISSING_FIELD},
        {"{\"code\":\"KRW-BTC\",\"price\":1}", REFUSAL_MISSING_FIELD},
        {"{}", REFUSAL_MISSING_FIELD},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"price\":2}", REFUSAL_BAD_VALUE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"known\":2,\"known\":2}",
         REFUSAL_BAD_VALUE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"side\":\"BUY\"}", REFUSAL_BAD_VALUE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"side\":1}", REFUSAL_WRONG_TYPE},
        {"{\"code\":7,\"price\":1,\"time\":1}", REFUSAL_WRONG_TYPE},
        {"{\"code\":\"KRW-BTC\",\"price\":\"x\",\"time\":1}", REFUSAL_WRONG_TYPE},
        {"{\"code\":\"KRW-BTC\",\"price\":1e40,\"time\":1}", REFUSAL_BAD_NUMBER},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":\"1\"}", REFUSAL_WRONG_TYPE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":17901347421060000}", REFUSAL_BAD_NUMBER},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"id\":1.5}", REFUSAL_WRONG_TYPE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"id\":18446744073709551616}",
         REFUSAL_BAD_NUMBER},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"more\":[1,2,3]}", REFUSAL_TOO_MANY_LEVELS},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1,\"more\":7}", REFUSAL_WRONG_TYPE},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1", REFUSAL_TRUNCATED},
        {"{\"code\":\"KRW-BTC\" \"price\":1,\"time\":1}", REFUSAL_NOT_JSON},
        {"{\"code\":\"KRW-BTC\",\"price\":1,\"time\":1}}", REFUSAL_NOT_JSON},
        {"[]", REFUSAL_WRONG_TYPE},
        {"", REFUSAL_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum refusal refusal = read_flat(&trade, KIND_TRADE, cases[i].payload);
        ck_assert_msg(refusal == cases[i].refusal, "%s: %s", cases[i].payload,
                      refusal_word(refusal).data);
    }
}
END_TEST

START_TEST(flat_null_is_no_value)
{
    ck_assert_int_eq(read_flat(&trade, KIND_TRADE,
                               "{\"code\":\"KRW-BTC\",\"price\":1,\"time\":null,\"side\":null,"
                               "\"id\":\"\",\"mood\":null,\"more\":null}"),
                     REFUSAL_NONE);
    ck_assert(record->ts_exchange == 0 && record->trade.side == SIDE_UNKNOWN);
    ck_assert(record->trade.trade_id.len == 0 && record->seq == 0);
    ck_assert_int_eq(read_flat(&quote, KIND_QUOTE, "{\"last\":null}"), REFUSAL_NONE);
    ck_assert_uint_eq(record->quote.known, 0);
    ck_assert_int_eq(read_flat(&quote, KIND_QUOTE, "{\"rate\":1}"), REFUSAL_MISSING_FIELD);
}
END_TEST

START_TEST(flat_quote_knows_the_numbers_that_came)
{
    static const struct {
        const char *rate;
        const char *percent;
    } cases[] = {{"-0.0117340287", "-1.17340287"},
                 {"0", "0"},
                 {"1", "100"},
                 {"0.5", "50"},
                 {"2E-4", "0.02"},
                 {"\"0.10\"", "10"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char payload[100];
        struct text text = text_over(payload, sizeof payload);
        text_format(&text, "{\"last\":1790.0,\"rate\":%s}", cases[i].rate);
        text_terminate(&text);
        ck_assert_int_eq(read_flat(&quote, KIND_QUOTE, payload), REFUSAL_NONE);
        ck_assert_uint_eq(record->quote.known,
                          PAYLOAD_BIT(QUOTE_PRICE) | PAYLOAD_BIT(QUOTE_CHANGE));
        expect_number(&record->quote.numbers[QUOTE_PRICE], "1790.0");
        expect_number(&record->quote.numbers[QUOTE_CHANGE], cases[i].percent);
    }
    ck_assert_int_eq(
        read_flat(&quote, KIND_QUOTE, "{\"last\":1,\"rate\":9999999999999999999999999999}"),
        REFUSAL_BAD_NUMBER);
}
END_TEST

static const struct flat_field pair_fields[] = {
    FLAT("ap", "ap", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_price)),
    FLAT("bp", "bp", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_price)),
    FLAT("as", "as", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, ask_size)),
    FLAT("bs", "bs", FLAT_DECIMAL, FLAT_VALUE, offsetof(struct flat_pair, bid_size)),
};
static const struct flat pair = FLAT_OF(pair_fields);

static enum refusal read_book(struct scan *scan, void *event, struct parsing *told)
{
    return flat_book(scan, &pair, event, told);
}

static enum refusal read_top(struct scan *scan, void *event, struct parsing *told)
{
    return flat_top(scan, &pair, event, told);
}

static const struct flat_field book_fields[] = {
    FLAT("b", "b", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_book)};
static const struct flat_field top_fields[] = {
    FLAT("b", "b", FLAT_NESTED, FLAT_VALUE, 0, NULL, read_top)};
static const struct flat book = FLAT_OF(book_fields);
static const struct flat top = FLAT_OF(top_fields);

#define PAIR(ap, bp, as, bs) "{\"ap\":" #ap ",\"bp\":" #bp ",\"as\":" #as ",\"bs\":" #bs "}"

/* bids and asks as "price size ..." */
static void expect_levels(const struct level *levels, size_t count, const char *expected)
{
    char bytes[400];
    struct text text = text_over(bytes, sizeof bytes);
    for (size_t i = 0; i < count; i++) {
        text_append(&text, i > 0 ? SLICE(" ") : SLICE(""));
        decimal_write(&text, &levels[i].price);
        text_literal(&text, " ");
        decimal_write(&text, &levels[i].size);
    }
    text_terminate(&text);
    ck_assert_str_eq(bytes, expected);
}

static const struct {
    const char *pairs;
    const char *bids, *asks;
    const char *top; /* bid price and size, ask price and size; "-" where there is none */
} books[] = {
    {PAIR(101, 100, 0.5, 7.9276E-4), "100 0.00079276", "101 0.5", "100 0.00079276 101 0.5"},
    {PAIR(101, 100, 1, 2) "," PAIR(102, 99, 3, 4) "," PAIR(103, 98, 5, 6), "100 2 99 4 98 6",
     "101 1 102 3 103 5", "100 2 101 1"},
    /* Thin sides end in padding. */
    {PAIR(101, 0, 1, 0) "," PAIR(102, 0, 3, 0.0), "", "101 1 102 3", "- - 101 1"},
    {PAIR(0, 100, 0, 2) "," PAIR(0, 99, 0, 1), "100 2 99 1", "", "100 2 - -"},
    {PAIR(101, 100, 1, 2) "," PAIR(0, 99, 0, 4), "100 2 99 4", "101 1", "100 2 101 1"},
    /* A size that was rounded to nothing, also at the best price. */
    {PAIR(101, 100, 0.0000, 2) "," PAIR(102, 99, 3, 0) "," PAIR(103, 98, 5, 6), "100 2 98 6",
     "102 3 103 5", "100 2 102 3"},
    {PAIR(0, 0, 0, 0), "", "", "- - - -"},
    {"", "", "", "- - - -"},
};

START_TEST(flat_book_of_pairs_holds_each_side_without_its_padding)
{
    for (size_t i = 0; i < sizeof books / sizeof *books; i++) {
        char payload[600];
        struct text text = text_over(payload, sizeof payload);
        text_format(&text, "{\"b\":[%s]}", books[i].pairs);
        text_terminate(&text);
        ck_assert_int_eq(read_flat(&book, KIND_BOOK, payload), REFUSAL_NONE);
        size_t count = record->book.bid_count + record->book.ask_count;
        ck_assert_uint_eq(record->size, event_size(KIND_BOOK, count));
        expect_levels(event_bids(record), record->book.bid_count, books[i].bids);
        expect_levels(event_asks(record), record->book.ask_count, books[i].asks);
    }
}
END_TEST

START_TEST(flat_top_is_the_best_level_that_lives)
{
    static const enum quote_field fields[] = {QUOTE_BID_PRICE, QUOTE_BID_SIZE, QUOTE_ASK_PRICE,
                                              QUOTE_ASK_SIZE};
    for (size_t i = 0; i < sizeof books / sizeof *books; i++) {
        char payload[600], found[100];
        struct text text = text_over(payload, sizeof payload);
        struct text numbers = text_over(found, sizeof found);
        text_format(&text, "{\"b\":[%s]}", books[i].pairs);
        text_terminate(&text);
        ck_assert_int_eq(read_flat(&top, KIND_QUOTE, payload), REFUSAL_NONE);
        for (size_t field = 0; field < 4; field++) {
            text_append(&numbers, field > 0 ? SLICE(" ") : SLICE(""));
            if (record->quote.known & PAYLOAD_BIT(fields[field]))
                decimal_write(&numbers, &record->quote.numbers[fields[field]]);
            else
                text_literal(&numbers, "-");
        }
        text_terminate(&numbers);
        ck_assert_str_eq(found, books[i].top);
    }
}
END_TEST

START_TEST(flat_book_fills_the_record_and_no_more)
{
    static const char full[] =
        "{\"b\":[" PAIR(11, 9, 1, 1) "," PAIR(12, 8, 2, 2) "," PAIR(13, 7, 3, 3) "]}";
    static const char lone[] = "{\"b\":[" PAIR(11, 0, 1, 0) "," PAIR(12, 0, 2, 0) "," PAIR(
        13, 0, 3, 0) "," PAIR(14, 0, 4, 0) "," PAIR(15, 0, 5, 0) "," PAIR(16, 0, 6, 0) "]}";
    static const char over[] = "{\"b\":[" PAIR(11, 9, 1, 1) "," PAIR(12, 8, 2, 2) "," PAIR(
        13, 7, 3, 3) "," PAIR(14, 0, 4, 0) "]}";
    ck_assert_int_eq(read_flat(&book, KIND_BOOK, full), REFUSAL_NONE);
    expect_levels(event_bids(record), 3, "9 1 8 2 7 3");
    expect_levels(event_asks(record), 3, "11 1 12 2 13 3");
    ck_assert_int_eq(read_flat(&book, KIND_BOOK, lone), REFUSAL_NONE);
    ck_assert(record->book.bid_count == 0 && record->book.ask_count == 6);
    expect_levels(event_asks(record), 6, "11 1 12 2 13 3 14 4 15 5 16 6");
    ck_assert_int_eq(read_flat(&book, KIND_BOOK, over), REFUSAL_TOO_MANY_LEVELS);
}
END_TEST

START_TEST(flat_book_refuses_pairs_that_cannot_be)
{
    static const struct {
        const char *pairs;
        enum refusal refusal;
    } cases[] = {
        {"{\"ap\":1,\"bp\":1,\"as\":1}", REFUSAL_MISSING_FIELD},
        {"{\"ap\":1,\"bp\":1,\"as\":1,\"bs\":null}", REFUSAL_MISSING_FIELD},
        {PAIR(-1, 1, 1, 1), REFUSAL_BAD_VALUE},
        {PAIR(1, -1, 1, 1), REFUSAL_BAD_VALUE},
        {PAIR(1, 1, -1, 1), REFUSAL_BAD_VALUE},
        {PAIR(1, 1, 1, -1), REFUSAL_BAD_VALUE},
        {PAIR(1, 1, 1, 1e40), REFUSAL_BAD_NUMBER},
        {PAIR(1, 1, 1, []), REFUSAL_WRONG_TYPE},
        {"[1,1]", REFUSAL_WRONG_TYPE},
        {"{\"ap\":1,\"bp\":1,\"as\":1,\"as\":1,\"bs\":1}", REFUSAL_BAD_VALUE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int as_top = 0; as_top < 2; as_top++) {
            char payload[300];
            struct text text = text_over(payload, sizeof payload);
            text_format(&text, "{\"b\":[%s,%s]}", cases[i].pairs, PAIR(2, 1, 1, 1));
            text_terminate(&text);
            enum refusal refusal =
                read_flat(as_top ? &top : &book, as_top ? KIND_QUOTE : KIND_BOOK, payload);
            ck_assert_msg(refusal == cases[i].refusal, "%s: %s", payload,
                          refusal_word(refusal).data);
        }
    ck_assert_int_eq(read_flat(&book, KIND_BOOK, "{\"b\":{}}"), REFUSAL_WRONG_TYPE);
    ck_assert_int_eq(read_flat(&top, KIND_QUOTE, "{\"b\":7}"), REFUSAL_WRONG_TYPE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_payload_flat");
    TCase *tests = tcase_create("flat");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, flat_reads_members_in_any_order_and_either_spelling);
    tcase_add_test(tests, flat_notes_what_its_table_does_not_know);
    tcase_add_test(tests, flat_refuses_what_it_cannot_use);
    tcase_add_test(tests, flat_null_is_no_value);
    tcase_add_test(tests, flat_quote_knows_the_numbers_that_came);
    tcase_add_test(tests, flat_book_of_pairs_holds_each_side_without_its_padding);
    tcase_add_test(tests, flat_top_is_the_best_level_that_lives);
    tcase_add_test(tests, flat_book_fills_the_record_and_no_more);
    tcase_add_test(tests, flat_book_refuses_pairs_that_cannot_be);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
