/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: how they come, go, speak and change their state; trades, quotes, lists, losses. Books are
 * in connectors_intake_book.c. */
#include "tests/unit/intake_stage.h"

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_binance, 1 << 20);
}

static void tear_down(void)
{
    stage_destroy(&stage);
}

static void add(uint32_t slot, enum kind kind, const char *variant)
{
    struct want want = stage_want(slot, kind, variant);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
}

static struct route trade(uint64_t id)
{
    char frame[300];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@trade\",\"data\":{\"e\":\"trade\",\"E\":1,\"s\":\"BNBBTC\","
                "\"t\":%llu,\"p\":\"0.001\",\"q\":\"100\",\"T\":1672515782136,\"m\":true}}",
                (unsigned long long)id);
    text_terminate(&text);
    return stage_send(stage, frame);
}

static struct route book_ticker(uint64_t id, const char *bid)
{
    char frame[300];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BNBBTC\","
                "\"b\":\"%s\",\"B\":\"31\",\"a\":\"26\",\"A\":\"40\"}}",
                (unsigned long long)id, bid);
    text_terminate(&text);
    return stage_send(stage, frame);
}

#define MINI                                                                                       \
    "{\"e\":\"24hrMiniTicker\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"c\":\"25.5\",\"o\":\"1\","   \
    "\"h\":\"1\",\"l\":\"1\",\"v\":\"10000\",\"q\":\"18\"}"

START_TEST(intake_topic_begins_recovering_and_is_ok_with_its_first_data)
{
    add(3, KIND_TRADE, "");
    const struct event *event = STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    ck_assert(event->slot == 3 && event->seq == 1 && event->kind == KIND_TRADE);
    ck_assert(!intake_had_data(stage->intake, 3));
    ck_assert_int_eq(trade(7).class, FRAME_DATA);
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->seq, 2);
    event = stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    ck_assert(event->seq == 3 && event->slot == 3 && event->proof == PROOF_SEQUENCE);
    ck_assert_int_eq(event->ts_received, stage->now_ns);
    ck_assert_int_eq(event->ts_exchange, INT64_C(1672515782136000000));
    trade(8);
    ck_assert_uint_eq(stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE)->seq, 4);
    stage_expect_nothing(stage);
    ck_assert(intake_had_data(stage->intake, 3));
    ck_assert_int_eq(intake_topic_state(stage->intake, 3), TOPIC_OK);
}
END_TEST

START_TEST(intake_numbering_outlives_the_topic_and_follows_the_managers)
{
    struct want want = stage_want(0, KIND_TRADE, "");
    want.next_seq = 100;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_uint_eq(STATE(stage, TOPIC_RECOVERING, REASON_STARTING)->seq, 100);
    intake_remove(stage->intake, 0, stage->now_ns);
    ck_assert_uint_eq(STATE(stage, TOPIC_DOWN, REASON_UNSUBSCRIBED)->seq, 101);
    ck_assert_int_eq(intake_topic_state(stage->intake, 0), TOPIC_DOWN);
    ck_assert_int_eq(trade(1).refusal, REFUSAL_NOT_SUBSCRIBED);
    want.next_seq = 50; /* the manager need not know */
    stage->read = stage->count;
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    ck_assert_uint_eq(STATE(stage, TOPIC_RECOVERING, REASON_STARTING)->seq, 102);
    intake_remove(stage->intake, 5, stage->now_ns); /* there is none */
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_refuses_a_slot_beyond_its_capacity)
{
    struct want want = stage_want(STAGE_SLOTS, KIND_TRADE, "");
    ck_assert(!intake_add(stage->intake, &want, stage->now_ns));
    stage_expect_nothing(stage);
}
END_TEST

static void write_keys(struct text *text, uint32_t slot)
{
    uint32_t keys[INTAKE_TOPIC_KEYS];
    uint32_t count = intake_topic_keys(stage->intake, slot, keys);
    for (uint32_t i = 0; i < count; i++) {
        text_append(text, intake_key_text(stage->intake, keys[i]));
        text_literal(text, " ");
    }
}

START_TEST(intake_gives_the_keys_to_subscribe_and_knows_those_it_understands)
{
    char bytes[200];
    struct text keys = text_over(bytes, sizeof bytes);
    uint32_t slot;
    add(0, KIND_QUOTE, "");
    add(1, KIND_CANDLE, "1m");
    for (slot = 0; slot < 3; slot++)
        write_keys(&keys, slot);
    ck_assert(
        slice_equal(text_slice(&keys), SLICE("bnbbtc@bookTicker bnbbtc@ticker bnbbtc@kline_1m ")));
    ck_assert(intake_slot(stage->intake, SLICE("bnbbtc@miniTicker"), KIND_QUOTE, &slot) &&
              slot == 0);
    ck_assert(intake_slot(stage->intake, SLICE("bnbbtc@kline_1m"), KIND_CANDLE, &slot) &&
              slot == 1);
    ck_assert(!intake_slot(stage->intake, SLICE("bnbbtc@kline_5m"), KIND_CANDLE, &slot));
    intake_remove(stage->intake, 0, stage->now_ns);
    ck_assert(!intake_slot(stage->intake, SLICE("bnbbtc@miniTicker"), KIND_QUOTE, &slot));
}
END_TEST

START_TEST(intake_trade_that_leaves_a_hole_says_suspect_and_goes_on)
{
    add(0, KIND_TRADE, "");
    trade(7);
    stage->read = stage->count;
    trade(10);
    STATE(stage, TOPIC_SUSPECT, REASON_GAP);
    STATE(stage, TOPIC_OK, REASON_NONE);
    ck_assert(slice_equal(
        (struct slice){stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE)->trade.trade_id.text,
                       2},
        SLICE("10")));
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->gaps, 1);
    ck_assert_int_eq(trade(10).refusal, REFUSAL_DUPLICATE);
    ck_assert_int_eq(trade(9).refusal, REFUSAL_DUPLICATE);
    trade(11);
    stage_next(stage); /* the first frame that was refused so */
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_trades_missed_while_down_show_as_a_hole)
{
    add(0, KIND_TRADE, "");
    trade(7);
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    ck_assert(!intake_had_data(stage->intake, 0));
    stage->read = stage->count - 1;
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    stage_expect_nothing(stage); /* it is so already */
    trade(12);
    STATE(stage, TOPIC_SUSPECT, REASON_GAP);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_stale_topic_is_ok_with_the_next_message)
{
    add(0, KIND_TRADE, "");
    trade(7);
    stage->read = stage->count;
    intake_key_silent(stage->intake, stage_key(stage, 0, "bnbbtc@trade"), 1, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    trade(8);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    intake_topic_down(stage->intake, 7, REASON_RESET, stage->now_ns); /* there is none */
    stage_expect_nothing(stage);
}
END_TEST

static bool knows(const struct event *event, enum quote_field field)
{
    return (event->quote.known & 1u << field) != 0;
}

START_TEST(intake_quote_is_all_that_is_known_and_ok_once_it_has_a_price)
{
    add(0, KIND_QUOTE, "");
    STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    book_ticker(10, "25");
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    const struct event *event = stage_expect(stage, UPDATE_DATA, TOPIC_RECOVERING, REASON_NO_PRICE);
    ck_assert(knows(event, QUOTE_BID_PRICE) && !knows(event, QUOTE_PRICE));
    stage_send(stage, "{\"stream\":\"bnbbtc@miniTicker\",\"data\":" MINI "}");
    STATE(stage, TOPIC_OK, REASON_NONE);
    event = stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    ck_assert(knows(event, QUOTE_BID_PRICE) && knows(event, QUOTE_PRICE));
    ck_assert_int_eq(event->ts_exchange, INT64_C(1672515782136000000));
    book_ticker(11, "24");
    event = stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(event->quote.numbers[QUOTE_BID_PRICE].low, 24);
    ck_assert_uint_eq(event->quote.numbers[QUOTE_PRICE].low, 255);
    ck_assert_int_eq(event->ts_exchange, 0); /* this stream tells no time */
    ck_assert_int_eq(book_ticker(9, "1").refusal, REFUSAL_STALE_UPDATE);
    stage->read = stage->count;
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    book_ticker(8, "23"); /* another session: what was known is forgotten, its ids too */
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    event = stage_expect(stage, UPDATE_DATA, TOPIC_RECOVERING, REASON_NO_PRICE);
    ck_assert(!knows(event, QUOTE_PRICE) && !knows(event, QUOTE_VOLUME));
}
END_TEST

static enum refusal parse_with_time(uint32_t stream, struct slice payload, struct parsing *parsing,
                                    struct event *event)
{
    enum refusal refusal = exchange_binance.parse(stream, payload, parsing, event);
    if (event->kind == KIND_QUOTE && event->quote.known & 1u << QUOTE_PRICE)
        event->quote.ts_last = event->ts_exchange;
    return refusal;
}

START_TEST(intake_quote_keeps_the_time_of_the_last_trade)
{
    struct exchange exchange = exchange_binance;
    exchange.parse = parse_with_time;
    stage_destroy(&stage);
    stage = stage_new(&exchange, 1 << 20);
    add(0, KIND_QUOTE, "");
    stage_send(stage, "{\"stream\":\"bnbbtc@miniTicker\",\"data\":" MINI "}");
    book_ticker(10, "25");
    const struct event *event = stage->events[stage->count - 1];
    ck_assert(knows(event, QUOTE_BID_PRICE));
    ck_assert_int_eq(event->quote.ts_last, INT64_C(1672515782136000000));
}
END_TEST

START_TEST(intake_list_is_its_frames_one_by_one)
{
    add(0, KIND_QUOTE, "");
    stage->read = stage->count;
    struct route route = stage_send(stage, "{\"stream\":\"!miniTicker@arr\",\"data\":[" MINI
                                           ",{\"e\":\"24hrMiniTicker\","
                                           "\"s\":\"ETHBTC\"},{\"e\":\"avgPrice\"},[]," MINI "]}");
    ck_assert_int_eq(route.class, FRAME_LIST);
    ck_assert_int_eq(route.refusal, REFUSAL_NOT_SUBSCRIBED); /* the first one */
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
    const struct counters *counters = intake_counters(stage->intake, 1);
    ck_assert_uint_eq(counters->frames, 1);
    ck_assert_uint_eq(counters->refused[REFUSAL_NOT_SUBSCRIBED], 1);
    ck_assert_uint_eq(counters->refused[REFUSAL_UNSUPPORTED_CHANNEL], 1);
    ck_assert_uint_eq(counters->refused[REFUSAL_WRONG_TYPE], 1);
    ck_assert_int_eq(stage_send(stage, "[" MINI ",{]").refusal, REFUSAL_NOT_JSON);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_counts_what_it_refuses_and_shows_the_first_of_a_kind)
{
    char longest[1000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_eq(stage_send(stage, "pong").refusal, REFUSAL_NOT_JSON);
    ck_assert_int_eq(stage_send(stage, longest).refusal, REFUSAL_NOT_JSON);
    ck_assert_int_eq(stage_send(stage, "{\"stream\":\"bnbbtc@ticker_1h\",\"data\":{}}").refusal,
                     REFUSAL_UNSUPPORTED_CHANNEL);
    ck_assert_int_eq(stage_send(stage, "{\"stream\":\"bnbbtc@trade\",\"data\":{}}").refusal,
                     REFUSAL_NOT_SUBSCRIBED);
    ck_assert_int_eq(stage_send(stage, "{\"result\":null,\"id\":3}").class, FRAME_ACK);
    const struct event *event = stage_next(stage);
    ck_assert(event->kind == KIND_DRIFT && event->slot == EVENT_NO_SLOT);
    ck_assert_int_eq(event->drift.refusal, REFUSAL_NOT_JSON);
    ck_assert(event->drift.len == 4 && memcmp(event->drift.example, "pong", 4) == 0);
    stage->read += 2;
    stage_expect_nothing(stage);
    const struct counters *counters = intake_counters(stage->intake, 1);
    ck_assert(counters->frames == 5 && counters->control == 1 && counters->events == 0);
    ck_assert_uint_eq(counters->refused[REFUSAL_NOT_JSON], 2);
    ck_assert_int_eq(counters->last_frame, stage->now_ns);
    ck_assert_uint_eq(intake_counters(stage->intake, 0)->frames, 0);
}
END_TEST

START_TEST(intake_shows_an_example_again_if_it_was_lost)
{
    stage->full = true;
    stage_send(stage, "pong");
    stage->full = false;
    stage_send(stage, "ping"); /* there is room for this one, but its batch is dropped */
    ck_assert_uint_eq(stage->count, 1);
    stage->flush_fails = true;
    intake_flush(stage->intake, stage->now_ns);
    stage->flush_fails = false;
    stage_send(stage, "peng");
    ck_assert_uint_eq(stage->count, 2);
    intake_flush(stage->intake, stage->now_ns);
    stage_send(stage, "pang");
    ck_assert_uint_eq(stage->count, 2);
    ck_assert_int_eq(memcmp(stage->events[1]->drift.example, "peng", 4), 0);
}
END_TEST

START_TEST(intake_event_that_found_no_room_makes_its_topic_recovering_once_there_is)
{
    add(0, KIND_TRADE, "");
    trade(7);
    intake_flush(stage->intake, stage->now_ns);
    stage->read = stage->count;
    stage->full = stage->flush_fails = true;
    trade(8);
    intake_flush(stage->intake, stage->now_ns);
    stage_expect_nothing(stage);
    stage->full = stage->flush_fails = false;
    intake_flush(stage->intake, stage->now_ns);
    ck_assert_uint_eq(STATE(stage, TOPIC_RECOVERING, REASON_LOST)->seq, 5); /* 4 is the hole */
    intake_flush(stage->intake, stage->now_ns);
    stage_expect_nothing(stage);
    trade(9);
    STATE(stage, TOPIC_OK, REASON_NONE);
    stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(intake_counters(stage->intake, 1)->dropped, 1);
}
END_TEST

START_TEST(intake_batch_that_was_dropped_is_lost_to_each_topic_in_it)
{
    add(0, KIND_TRADE, "");
    add(1, KIND_QUOTE, "");
    add(2, KIND_CANDLE, "1m");
    intake_flush(stage->intake, stage->now_ns);
    trade(7);
    book_ticker(7, "25");
    stage->read = stage->count;
    stage->flush_fails = true;
    intake_flush(stage->intake, stage->now_ns);
    intake_flush(stage->intake, stage->now_ns);
    stage_expect_nothing(stage);
    stage->flush_fails = false;
    intake_flush(stage->intake, stage->now_ns);
    bool lost[STAGE_SLOTS] = {false};
    for (int i = 0; i < 2; i++)
        lost[STATE(stage, TOPIC_RECOVERING, REASON_LOST)->slot] = true;
    ck_assert(lost[0] && lost[1] && !lost[2]);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_topic_that_is_down_has_that_said_again_after_a_loss)
{
    add(0, KIND_TRADE, "");
    trade(7);
    intake_flush(stage->intake, stage->now_ns);
    stage->full = true;
    intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
    stage->full = false;
    stage->read = stage->count;
    intake_flush(stage->intake, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    stage->full = true;
    intake_remove(stage->intake, 0, stage->now_ns); /* a loss that nobody is left to tell */
    stage->full = false;
    intake_flush(stage->intake, stage->now_ns);
    stage_expect_nothing(stage);
}
END_TEST

START_TEST(intake_candle_of_another_interval_is_another_topic)
{
    static const char kline[] =
        "{\"e\":\"kline\",\"E\":1672515782136,\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,"
        "\"T\":1672515839999,\"s\":\"BNBBTC\",\"i\":\"5m\",\"o\":\"1\",\"c\":\"1\",\"h\":\"1\","
        "\"l\":\"1\",\"v\":\"1\",\"n\":1,\"x\":true,\"q\":\"1\"}}";
    add(0, KIND_CANDLE, "1m");
    ck_assert_int_eq(stage_send(stage, kline).refusal, REFUSAL_NOT_SUBSCRIBED);
    add(1, KIND_CANDLE, "5m");
    stage->read = stage->count;
    ck_assert_int_eq(stage_send(stage, kline).class, FRAME_DATA);
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 1);
    ck_assert(stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE)->candle.closed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake");
    TCase *tests = tcase_create("intake");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, intake_topic_begins_recovering_and_is_ok_with_its_first_data);
    tcase_add_test(tests, intake_numbering_outlives_the_topic_and_follows_the_managers);
    tcase_add_test(tests, intake_refuses_a_slot_beyond_its_capacity);
    tcase_add_test(tests, intake_gives_the_keys_to_subscribe_and_knows_those_it_understands);
    tcase_add_test(tests, intake_trade_that_leaves_a_hole_says_suspect_and_goes_on);
    tcase_add_test(tests, intake_trades_missed_while_down_show_as_a_hole);
    tcase_add_test(tests, intake_stale_topic_is_ok_with_the_next_message);
    tcase_add_test(tests, intake_quote_is_all_that_is_known_and_ok_once_it_has_a_price);
    tcase_add_test(tests, intake_quote_keeps_the_time_of_the_last_trade);
    tcase_add_test(tests, intake_list_is_its_frames_one_by_one);
    tcase_add_test(tests, intake_counts_what_it_refuses_and_shows_the_first_of_a_kind);
    tcase_add_test(tests, intake_shows_an_example_again_if_it_was_lost);
    tcase_add_test(tests, intake_event_that_found_no_room_makes_its_topic_recovering_once_there_is);
    tcase_add_test(tests, intake_batch_that_was_dropped_is_lost_to_each_topic_in_it);
    tcase_add_test(tests, intake_topic_that_is_down_has_that_said_again_after_a_loss);
    tcase_add_test(tests, intake_candle_of_another_interval_is_another_topic);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
