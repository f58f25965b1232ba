/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies that go to the wire, byte for byte, and that every one of them is JSON and fits. */
#include "common/scan.h"
#include "proto/wire_json.h"

#include <check.h>
#include <stdlib.h>

#define EPOCH     UINT64_C(1790000000001)
#define RECEIVED  INT64_C(1672515782200123456)
#define PUBLISHED INT64_C(1672515782200999999)

static struct decimal number(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

static struct slice head_of(enum kind kind, struct text *head)
{
    const struct wire_topic topic = {SLICE("binance"), SLICE("BNB-BTC"), SLICE("BNBBTC"),
                                     SLICE("")};
    wire_json_head(head, kind, &topic);
    return text_slice(head);
}

static void check_json(const char *body)
{
    struct scan scan;
    scan_begin(&scan, slice_of(body));
    scan_skip(&scan);
    ck_assert_msg(scan_end(&scan), "%s", body);
}

/* The body of an event, which must be `expected` behind the head. */
static void expect_body(const struct event *event, const char *variant, const char *expected)
{
    char head_bytes[WIRE_HEAD_MAX], bytes[8192], whole[8192];
    struct text head = text_over(head_bytes, sizeof head_bytes);
    struct text body = text_over(bytes, sizeof bytes), wanted = text_over(whole, sizeof whole);
    head_of((enum kind)event->kind, &head);
    text_append(&wanted, text_slice(&head));
    text_append(&wanted, slice_of(expected));
    text_terminate(&wanted);
    wire_json_event(&body, text_slice(&head), slice_of(variant), event, EPOCH, PUBLISHED);
    text_terminate(&body);
    ck_assert(!head.overflow && !body.overflow && !wanted.overflow);
    ck_assert_str_eq(bytes, whole);
    ck_assert_uint_le(body.len, wire_json_max(event->book.bid_count));
    check_json(bytes);
}

static void begin(struct event *event, enum kind kind, enum update update)
{
    event_begin(event, kind);
    event->update = (uint8_t)update;
    event->seq = 7;
    event->ts_received = RECEIVED;
}

START_TEST(wire_head_names_the_topic_and_escapes_it)
{
    char bytes[WIRE_HEAD_MAX];
    struct text head = text_over(bytes, sizeof bytes);
    const struct wire_topic topic = {SLICE("binance"), SLICE("a\"b-USDT"), SLICE("\xe5\xb8\x81"),
                                     SLICE("")};
    wire_json_head(&head, KIND_TRADE, &topic);
    text_terminate(&head);
    ck_assert_str_eq(bytes,
                     "{\"kind\":\"trade\",\"exchange\":\"binance\",\"symbol\":\"a\\\"b-USDT\","
                     "\"exchange_symbol\":\"\xe5\xb8\x81\"");
}
END_TEST

START_TEST(wire_trade)
{
    struct event event;
    begin(&event, KIND_TRADE, UPDATE_DATA);
    event.proof = PROOF_SEQUENCE;
    event.ts_exchange = INT64_C(1672515782136000000);
    event.trade.price = number("0.00100000");
    event.trade.size = number("100");
    event.trade.side = SIDE_SELL;
    id_set_number(&event.trade.trade_id, 12345);
    expect_body(&event, "",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"sequence\",\"ts_exchange\":1672515782136000,"
                "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999,"
                "\"trade_id\":\"12345\",\"price\":\"0.00100000\",\"size\":\"100\","
                "\"side\":\"sell\"}");
}
END_TEST

START_TEST(wire_quote_leaves_out_what_is_not_known)
{
    struct event event;
    begin(&event, KIND_QUOTE, UPDATE_DATA);
    event.state = TOPIC_RECOVERING;
    event.reason = REASON_NO_PRICE;
    event.quote.known = 1u << QUOTE_BID_PRICE | 1u << QUOTE_CHANGE;
    event.quote.numbers[QUOTE_BID_PRICE] = number("25.35190000");
    event.quote.numbers[QUOTE_CHANGE] = number("-2.50");
    event.quote.ts_last = INT64_C(1672515782136000000);
    expect_body(&event, "",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"recovering\","
                "\"reason\":\"no_price_yet\",\"proof\":\"none\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"change_24h\":\"-2.50\","
                "\"bid_price\":\"25.35190000\",\"ts_last\":1672515782136000}");
}
END_TEST

START_TEST(wire_quote_names_its_parts_that_are_stale)
{
    struct event event;
    begin(&event, KIND_QUOTE, UPDATE_DATA);
    event.quote.known = 1u << QUOTE_PRICE;
    event.quote.numbers[QUOTE_PRICE] = number("1.0");
#define BEFORE                                                                                     \
    ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\",\"proof\":\"none\","  \
    "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999,\"price\":\"1.0\""
    expect_body(&event, "bookTicker,ticker,", BEFORE "}");
    event.quote.stale_parts = 1;
    expect_body(&event, "bookTicker,ticker,", BEFORE ",\"stale_parts\":[\"bookTicker\"]}");
    event.quote.stale_parts = 2;
    expect_body(&event, "bookTicker,ticker,", BEFORE ",\"stale_parts\":[\"ticker\"]}");
    event.quote.stale_parts = 3;
    expect_body(&event, "bookTicker,ticker,",
                BEFORE ",\"stale_parts\":[\"bookTicker\",\"ticker\"]}");
    event.quote.stale_parts = UINT32_MAX; /* more than there are */
    expect_body(&event, "a,b,c,", BEFORE ",\"stale_parts\":[\"a\",\"b\",\"c\"]}");
    expect_body(&event, "", BEFORE "}");
#undef BEFORE
}
END_TEST

START_TEST(wire_candle)
{
    struct event event;
    begin(&event, KIND_CANDLE, UPDATE_DATA);
    event.candle = (struct candle){.open_time = INT64_C(1672515780000000000),
                                   .close_time = INT64_C(1672515839999000000),
                                   .open = number("0.0010"),
                                   .high = number("0.0025"),
                                   .low = number("0.0015"),
                                   .close = number("0.0020"),
                                   .volume = number("1000"),
                                   .closed = true};
    expect_body(&event, "1m",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"none\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"interval\":\"1m\","
                "\"open_time\":1672515780000000,\"close_time\":1672515839999000,"
                "\"open\":\"0.0010\",\"high\":\"0.0025\",\"low\":\"0.0015\",\"close\":\"0.0020\","
                "\"volume\":\"1000\",\"closed\":true}");
    event.candle.has_turnover = event.candle.has_trades = true;
    event.candle.turnover = number("1.0000");
    event.candle.trades = 100;
    event.candle.closed = false;
    expect_body(&event, "1m",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"none\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"interval\":\"1m\","
                "\"open_time\":1672515780000000,\"close_time\":1672515839999000,"
                "\"open\":\"0.0010\",\"high\":\"0.0025\",\"low\":\"0.0015\",\"close\":\"0.0020\","
                "\"volume\":\"1000\",\"turnover\":\"1.0000\",\"trades\":100,\"closed\":false}");
}
END_TEST

START_TEST(wire_mark_and_liquidation)
{
    struct event event;
    begin(&event, KIND_MARK, UPDATE_DATA);
    event.mark.known = MARK_MARK_PRICE | MARK_FUNDING_RATE;
    event.mark.mark_price = number("11794.15");
    event.mark.funding_rate = number("-0.00038167");
    event.mark.next_funding_time = INT64_C(1562306400000000000);
    expect_body(&event, "",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"none\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"mark_price\":\"11794.15\","
                "\"funding_rate\":\"-0.00038167\",\"next_funding_time\":1562306400000000}");
    begin(&event, KIND_LIQUIDATION, UPDATE_DATA);
    event.liquidation = (struct liquidation){number("9910"), number("0.014"), SIDE_SELL};
    expect_body(&event, "",
                ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"none\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"side\":\"sell\",\"price\":\"9910\","
                "\"size\":\"0.014\"}");
}
END_TEST

static struct event *book_event(uint32_t bids, uint32_t asks)
{
    struct event *event = aligned_alloc(16, event_size(KIND_BOOK, bids + asks));
    ck_assert_ptr_nonnull(event);
    begin(event, KIND_BOOK, UPDATE_DELTA);
    event->book.bid_count = bids;
    event->book.ask_count = asks;
    event->size = (uint32_t)event_size(KIND_BOOK, bids + asks);
    return event;
}

START_TEST(wire_book_delta_has_its_ids_as_texts)
{
    struct event *event = book_event(2, 0);
    event->proof = PROOF_SEQUENCE;
    event->book.first_update_id = 157;
    event->book.last_update_id = UINT64_MAX;
    event->book.depth = 1000;
    event_bids(event)[0] = (struct level){number("0.0024"), number("10")};
    event_bids(event)[1] = (struct level){number("0.0023"), number("0.00000000")};
    expect_body(event, "",
                ",\"update\":\"delta\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                "\"proof\":\"sequence\",\"ts_received\":1672515782200123,"
                "\"ts_published\":1672515782200999,\"bids\":[[\"0.0024\",\"10\"],"
                "[\"0.0023\",\"0.00000000\"]],\"asks\":[],\"depth\":1000,"
                "\"first_update_id\":\"157\",\"last_update_id\":\"18446744073709551615\"}");
    free(event);
}
END_TEST

START_TEST(wire_state_says_the_state_and_no_data)
{
    struct event *event = book_event(0, 0);
    event->update = UPDATE_STATE;
    event->state = TOPIC_DOWN;
    event->reason = REASON_RESET;
    expect_body(event, "",
                ",\"update\":\"state\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"down\","
                "\"reason\":\"connection_reset\",\"proof\":\"none\","
                "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999}");
    free(event);
}
END_TEST

START_TEST(wire_book_image_is_cut_at_its_depth)
{
    char head_bytes[WIRE_HEAD_MAX], bytes[2048];
    struct text head = text_over(head_bytes, sizeof head_bytes);
    struct text body = text_over(bytes, sizeof bytes);
    struct event *last = book_event(0, 0);
    struct book *book = book_new(10);
    const struct level bids[] = {{number("0.0022"), number("3")},
                                 {number("0.0024"), number("1")},
                                 {number("0.0023"), number("2")}};
    const struct level asks[] = {{number("0.0026"), number("4")}};
    book_replace(book, bids, 3, asks, 1);
    last->book.first_update_id = 150;
    last->book.last_update_id = 160;
    wire_json_book(&body, head_of(KIND_BOOK, &head), last, book, 2, EPOCH, PUBLISHED);
    text_terminate(&body);
    ck_assert(!body.overflow);
    ck_assert_str_eq(bytes + head.len,
                     ",\"update\":\"snapshot\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\","
                     "\"proof\":\"none\",\"ts_received\":1672515782200123,"
                     "\"ts_published\":1672515782200999,\"bids\":[[\"0.0024\",\"1\"],"
                     "[\"0.0023\",\"2\"]],\"asks\":[[\"0.0026\",\"4\"]],"
                     "\"last_update_id\":\"160\"}");
    check_json(bytes);
    book_destroy(&book);
    free(last);
}
END_TEST

START_TEST(wire_room_is_enough_for_the_longest_of_everything)
{
    enum { LEVELS = 50 };
    char symbol[SYMBOL_MAX], head_bytes[WIRE_HEAD_MAX];
    memset(symbol, '\x01', sizeof symbol); /* each byte is six, escaped */
    struct text head = text_over(head_bytes, sizeof head_bytes);
    struct slice longest = {symbol, sizeof symbol};
    const struct wire_topic topic = {SLICE("a-long-name-of-an-exchange-32-bytes"), longest, longest,
                                     SLICE("")};
    const struct decimal digits = {UINT64_MAX, UINT32_MAX, 28, true, {0}};
    char parts[WIRE_WORDS_MAX + 1];
    memset(parts, 'x', WIRE_WORDS_MAX);
    for (int i = 1; i <= 4; i++)
        parts[i * WIRE_WORDS_MAX / 4 - 1] = ',';
    parts[WIRE_WORDS_MAX] = '\0';
    for (unsigned int kind = 0; kind < KIND_PUBLIC_COUNT; kind++) {
        struct event *event =
            aligned_alloc(16, (sizeof *event + 15) / 16 * 16 + LEVELS * sizeof(struct level));
        ck_assert_ptr_nonnull(event);
        head = text_over(head_bytes, sizeof head_bytes);
        wire_json_head(&head, (enum kind)kind, &topic);
        ck_assert(!head.overflow);
        begin(event, (enum kind)kind, UPDATE_DELTA);
        event->seq = UINT64_MAX;
        event->state = TOPIC_RECOVERING;
        event->reason = REASON_REFUSED_BY_EXCHANGE;
        event->ts_exchange = event->ts_received = INT64_MAX;
        size_t levels = 0;
        if (kind == KIND_QUOTE) {
            event->quote.known = (1u << QUOTE_FIELD_COUNT) - 1;
            event->quote.ts_last = INT64_MAX;
            event->quote.stale_parts = UINT32_MAX;
            for (int i = 0; i < QUOTE_FIELD_COUNT; i++)
                event->quote.numbers[i] = digits;
        } else if (kind == KIND_TRADE) {
            event->trade.price = event->trade.size = digits;
            ck_assert(id_set(&event->trade.trade_id, (struct slice){symbol, ID_MAX}));
        } else if (kind == KIND_CANDLE) {
            struct candle *candle = &event->candle;
            candle->open = candle->high = candle->low = candle->close = digits;
            candle->volume = candle->turnover = digits;
            candle->has_turnover = candle->has_trades = true;
            candle->trades = UINT64_MAX;
            candle->open_time = candle->close_time = INT64_MAX;
        } else if (kind == KIND_BOOK) {
            event->book =
                (struct book_change){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT32_MAX, LEVELS, 0};
            levels = LEVELS;
            for (int i = 0; i < LEVELS; i++)
                event_bids(event)[i] = (struct level){digits, digits};
        } else if (kind == KIND_MARK) {
            struct mark *mark = &event->mark;
            mark->known = UINT32_MAX;
            mark->next_funding_time = INT64_MAX;
            mark->mark_price = mark->index_price = mark->funding_rate = mark->open_interest =
                digits;
        } else {
            event->liquidation = (struct liquidation){digits, digits, SIDE_UNKNOWN};
        }
        size_t room = wire_json_max(levels);
        char *bytes = malloc(room);
        ck_assert_ptr_nonnull(bytes);
        struct text body = text_over(bytes, room);
        wire_json_event(&body, text_slice(&head), slice_of(kind == KIND_QUOTE ? parts : "12345678"),
                        event, UINT64_MAX, INT64_MAX);
        ck_assert(!body.overflow);
        free(bytes);
        free(event);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_wire_json");
    TCase *tests = tcase_create("wire");
    tcase_add_test(tests, wire_head_names_the_topic_and_escapes_it);
    tcase_add_test(tests, wire_trade);
    tcase_add_test(tests, wire_quote_leaves_out_what_is_not_known);
    tcase_add_test(tests, wire_quote_names_its_parts_that_are_stale);
    tcase_add_test(tests, wire_candle);
    tcase_add_test(tests, wire_mark_and_liquidation);
    tcase_add_test(tests, wire_book_delta_has_its_ids_as_texts);
    tcase_add_test(tests, wire_state_says_the_state_and_no_data);
    tcase_add_test(tests, wire_book_image_is_cut_at_its_depth);
    tcase_add_test(tests, wire_room_is_enough_for_the_longest_of_everything);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
