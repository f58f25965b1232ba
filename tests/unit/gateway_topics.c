/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: what is remembered of each event, what the holder of the book refuses to believe, and the
 * images that are made of it. */
#include "gateway/topics.h"

#include "common/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define LEVELS 4 /* of a test's book events, each side */

static struct topics *topics;
static int64_t now_ns;

/* A record with room for levels. */
static union {
    struct event event;
    char bytes[sizeof(struct event) + 2 * LEVELS * sizeof(struct level)];
} record __attribute__((aligned(16)));

static void setup(void)
{
    topics = topics_new(100, 50);
    now_ns = 1000;
}

static void teardown(void)
{
    topics_destroy(&topics);
    topics_destroy(&topics);
}

static struct topic *add(enum kind kind, const char *symbol)
{
    return topics_add(topics, 0, kind, SLICE("binance"), slice_of(symbol), SLICE("BTCUSDT"),
                      kind == KIND_CANDLE ? SLICE("1m") : (struct slice){NULL, 0});
}

static struct decimal number(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

/* An event of a topic in the record, the next in its numbering; its fields are the caller's. */
static struct event *next_event(const struct topic *topic, enum update update,
                                enum topic_state state, enum reason reason)
{
    event_begin(&record.event, topic->kind);
    record.event.slot = topic->slot;
    record.event.seq = topic->seq + 1;
    record.event.update = (uint8_t)update;
    record.event.state = (uint8_t)state;
    record.event.reason = (uint16_t)reason;
    record.event.ts_received = 1700000000000000000;
    return &record.event;
}

static enum topics_verdict take(struct topic *topic)
{
    now_ns++;
    return topics_take(topics, topic, &record.event, now_ns);
}

/* One level a side, "price size"; NULL: none. */
static struct event *next_book(const struct topic *topic, enum update update, const char *bid,
                               const char *bid_size, const char *ask, const char *ask_size)
{
    struct event *event = next_event(topic, update, TOPIC_OK, REASON_NONE);
    event->book.bid_count = bid != NULL;
    event->book.ask_count = ask != NULL;
    event->book.last_update_id = event->seq * 10;
    event->size = (uint32_t)event_size(KIND_BOOK, (size_t)(bid != NULL) + (ask != NULL));
    if (bid != NULL)
        *event_bids(event) = (struct level){number(bid), number(bid_size)};
    if (ask != NULL)
        *event_asks(event) = (struct level){number(ask), number(ask_size)};
    return event;
}

static struct topic *valid_book(void)
{
    struct topic *topic = add(KIND_BOOK, "BTC-USDT");
    next_book(topic, UPDATE_SNAPSHOT, "100", "1", "101", "2");
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert(topic->book_valid);
    return topic;
}

/* The image as text. */
static const char *image(const struct topic *topic, size_t depth, bool shown)
{
    static char bytes[65536];
    struct text text = text_over(bytes, sizeof bytes);
    ck_assert(topics_image_max(topic, depth) < sizeof bytes);
    text.capacity = topics_image_max(topic, depth);
    ck_assert_int_eq(topics_image(topic, &text, depth, 42, 1800000000000000000), shown);
    ck_assert(!text.overflow);
    text.capacity++;
    text_terminate(&text);
    return bytes;
}

static void expect_in(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "%s is not in %s", part, text);
}

START_TEST(topics_number_their_slots_in_the_order_of_their_making)
{
    struct topic *quote = add(KIND_QUOTE, "BTC-USDT"), *book = add(KIND_BOOK, "BTC-USDT");
    struct topic *other = topics_add(topics, 3, KIND_QUOTE, SLICE("upbit"), SLICE("BTC-KRW"),
                                     SLICE("KRW-BTC"), (struct slice){NULL, 0});
    ck_assert_uint_eq(quote->slot, 0);
    ck_assert_uint_eq(book->slot, 1);
    ck_assert_uint_eq(other->slot, 0);
    ck_assert_ptr_eq(topics_at(topics, 0, 1), book);
    ck_assert_ptr_eq(topics_at(topics, 3, 0), other);
    ck_assert_ptr_null(topics_at(topics, 0, 2));
    ck_assert_ptr_null(topics_at(topics, 1, 0));
    ck_assert_ptr_eq(topics_find(topics, SLICE("quote.upbit.BTC-KRW.")), other);
    ck_assert_ptr_null(topics_find(topics, SLICE("quote.upbit.BTC-KRW")));
    ck_assert_uint_eq(topics_count(topics), 3);
    size_t place = 0;
    ck_assert_ptr_eq(topics_each(topics, &place), quote);
    ck_assert_ptr_eq(topics_each(topics, &place), book);
    ck_assert_ptr_eq(topics_each(topics, &place), other);
    ck_assert_ptr_null(topics_each(topics, &place));
}
END_TEST

START_TEST(topics_give_the_same_topic_for_the_same_name)
{
    struct topic *topic = add(KIND_TRADE, "BTC-USDT");
    next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    take(topic);
    ck_assert_ptr_eq(add(KIND_TRADE, "BTC-USDT"), topic);
    ck_assert_uint_eq(topic->seq, 1); /* its numbering goes on */
    ck_assert_ptr_ne(add(KIND_TRADE, "BTC-USD"), topic);
}
END_TEST

START_TEST(topics_keep_the_texts_they_were_given)
{
    char symbol[] = "BTC-USDT", exchange_symbol[] = "BTCUSDT";
    struct topic *topic = topics_add(topics, 0, KIND_CANDLE, SLICE("binance"), slice_of(symbol),
                                     slice_of(exchange_symbol), SLICE("1m"));
    memset(symbol, 'x', sizeof symbol - 1);
    memset(exchange_symbol, 'x', sizeof exchange_symbol - 1);
    ck_assert(slice_equal(topic->symbol, SLICE("BTC-USDT")));
    ck_assert(slice_equal(topic->exchange_symbol, SLICE("BTCUSDT")));
    ck_assert(slice_equal(topic->variant, SLICE("1m")));
    ck_assert_str_eq(topic->name, "candle.binance.BTC-USDT.1m.");
    ck_assert(
        slice_starts_with(topic->head, SLICE("{\"kind\":\"candle\",\"exchange\":\"binance\"")));
}
END_TEST

START_TEST(topics_are_full_at_topics_max_of_a_connector_and_names_at_their_length)
{
    char symbol[SYMBOL_MAX + 1];
    for (int i = 0; i < 100; i++) {
        snprintf(symbol, sizeof symbol, "S%d-USDT", i);
        ck_assert_ptr_nonnull(add(KIND_TRADE, symbol));
    }
    ck_assert_ptr_null(add(KIND_TRADE, "ONE-MORE"));
    ck_assert_ptr_nonnull(add(KIND_TRADE, "S7-USDT"));
    ck_assert_ptr_nonnull(topics_add(topics, 1, KIND_TRADE, SLICE("other"), SLICE("ONE-MORE"),
                                     SLICE("x"), (struct slice){NULL, 0}));
    memset(symbol, '.', SYMBOL_MAX); /* each is three bytes in a name */
    symbol[SYMBOL_MAX] = '\0';
    ck_assert_ptr_null(topics_add(topics, 1, KIND_TRADE, SLICE("other"), slice_of(symbol),
                                  SLICE("x"), (struct slice){NULL, 0}));
    ck_assert_uint_eq(topics_count(topics), 101);
}
END_TEST

START_TEST(topics_count_every_event_that_never_came_the_first_ones_too)
{
    struct topic *topic = add(KIND_TRADE, "BTC-USDT");
    next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE)->seq = 4;
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert_uint_eq(topic->lost, 3);
    next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    take(topic);
    ck_assert_uint_eq(topic->lost, 3);
    next_event(topic, UPDATE_STATE, TOPIC_DOWN, REASON_RESET)->seq = 10;
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert_uint_eq(topic->lost, 7);
    ck_assert_uint_eq(topic->seq, 10);
    ck_assert_int_eq(topic->state, TOPIC_DOWN);
    ck_assert_int_eq(topic->reason, REASON_RESET);
    ck_assert_int_eq(topic->changed_ns, now_ns);
}
END_TEST

START_TEST(topics_show_nothing_but_the_state_before_there_was_data)
{
    struct topic *topic = add(KIND_TRADE, "BTC-USDT");
    const char *text = image(topic, 0, false);
    expect_in(text, "\"update\":\"state\"");
    expect_in(text, "\"state\":\"recovering\",\"reason\":\"starting\"");
    expect_in(text, "\"seq\":0");
    next_event(topic, UPDATE_STATE, TOPIC_DOWN, REASON_DNS);
    take(topic);
    text = image(topic, 0, false);
    expect_in(text, "\"state\":\"down\",\"reason\":\"dns_failed\"");
    expect_in(text, "\"seq\":1");
}
END_TEST

START_TEST(topics_show_the_last_data_with_the_state_of_now)
{
    struct topic *topic = add(KIND_TRADE, "BTC-USDT");
    struct event *event = next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    event->trade.price = number("95012345.10");
    event->trade.size = number("0.500");
    id_set(&event->trade.trade_id, SLICE("12345"));
    take(topic);
    next_event(topic, UPDATE_STATE, TOPIC_STALE, REASON_SILENT);
    take(topic);
    const char *text = image(topic, 0, true);
    expect_in(text, "\"update\":\"snapshot\"");
    expect_in(text, "\"price\":\"95012345.10\"");
    expect_in(text, "\"size\":\"0.500\"");
    expect_in(text, "\"state\":\"stale\",\"reason\":\"silent\"");
    expect_in(text, "\"epoch\":42,\"seq\":2");
}
END_TEST

START_TEST(topics_show_the_last_mark_and_the_last_liquidation)
{
    struct topic *topic = add(KIND_MARK, "BTC-USDT-PERP");
    struct event *event = next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    event->mark.known = MARK_MARK_PRICE | MARK_OPEN_INTEREST;
    event->mark.mark_price = number("95012345.10");
    event->mark.open_interest = number("77.5");
    take(topic);
    next_event(topic, UPDATE_STATE, TOPIC_DOWN, REASON_RESET);
    take(topic);
    const char *text = image(topic, 0, true);
    expect_in(text, "\"update\":\"snapshot\",\"epoch\":42,\"seq\":2,\"state\":\"down\"");
    expect_in(text, "\"mark_price\":\"95012345.10\",\"open_interest\":\"77.5\"");
    topic = add(KIND_LIQUIDATION, "BTC-USDT-PERP");
    event = next_event(topic, UPDATE_DATA, TOPIC_OK, REASON_NONE);
    event->liquidation = (struct liquidation){number("95000.5"), number("0.25"), SIDE_SELL};
    take(topic);
    text = image(topic, 0, true);
    expect_in(text, "\"update\":\"snapshot\"");
    expect_in(text, "\"side\":\"sell\",\"price\":\"95000.5\",\"size\":\"0.25\"");
}
END_TEST

START_TEST(topics_name_the_parts_of_a_quote)
{
    struct topic *topic = add(KIND_QUOTE, "BTC-USDT");
    struct event *event = next_event(topic, UPDATE_DATA, TOPIC_STALE, REASON_SILENT);
    event->quote.stale_parts = 2;
    take(topic);
    topics_name_parts(topic, SLICE("bookTicker,ticker,"));
    expect_in(image(topic, 0, true), "\"stale_parts\":[\"ticker\"]}");
}
END_TEST

START_TEST(topics_apply_deltas_to_the_book_and_show_it_whole)
{
    struct topic *topic = valid_book();
    next_book(topic, UPDATE_DELTA, "100.5", "3", "101", "0");
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    next_book(topic, UPDATE_DELTA, NULL, NULL, "102", "7");
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    const char *text = image(topic, 0, true);
    expect_in(text, "\"bids\":[[\"100.5\",\"3\"],[\"100\",\"1\"]]");
    expect_in(text, "\"asks\":[[\"102\",\"7\"]]");
    expect_in(text, "\"last_update_id\":\"30\"");
    expect_in(text, "\"state\":\"ok\"");
    text = image(topic, 1, true);
    expect_in(text, "\"bids\":[[\"100.5\",\"3\"]]");
}
END_TEST

START_TEST(topics_do_not_apply_the_deltas_of_a_book_that_recovers)
{
    struct topic *topic = valid_book();
    struct event *event = next_book(topic, UPDATE_DELTA, "99", "5", NULL, NULL);
    event->state = TOPIC_RECOVERING;
    event->reason = REASON_GAP;
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert(!topic->book_valid);
    ck_assert_int_eq(topic->state, TOPIC_RECOVERING);
    expect_in(image(topic, 0, false), "\"update\":\"state\"");
    next_book(topic, UPDATE_SNAPSHOT, "98", "1", "99", "1");
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    expect_in(image(topic, 0, true), "\"bids\":[[\"98\",\"1\"]],\"asks\":[[\"99\",\"1\"]]");
}
END_TEST

/* Nothing is lost while nothing comes: with the next delta the book is ok again. */
START_TEST(topics_keep_the_book_of_a_topic_that_is_stale_or_suspect_for_a_while)
{
    static const enum topic_state states[] = {TOPIC_STALE, TOPIC_SUSPECT};
    struct topic *topic = valid_book();
    for (size_t i = 0; i < 2; i++) {
        next_event(topic, UPDATE_STATE, states[i], REASON_SILENT);
        ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
        expect_in(image(topic, 0, true), "\"update\":\"snapshot\"");
        next_event(topic, UPDATE_STATE, TOPIC_OK, REASON_NONE);
        ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
        ck_assert_int_eq(record.event.state, TOPIC_OK);
        next_book(topic, UPDATE_DELTA, "99", i == 0 ? "5" : "6", NULL, NULL);
        ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    }
    expect_in(image(topic, 0, true), "\"bids\":[[\"100\",\"1\"],[\"99\",\"6\"]]");
}
END_TEST

START_TEST(topics_turn_a_book_that_crosses_into_a_recovering_one_and_ask_for_it_anew)
{
    struct topic *topic = valid_book();
    next_book(topic, UPDATE_DELTA, "101", "1", NULL, NULL); /* the best ask */
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(record.event.state, TOPIC_RECOVERING);
    ck_assert_int_eq(record.event.reason, REASON_CROSSED);
    ck_assert_int_eq(topic->state, TOPIC_RECOVERING);
    ck_assert(!topic->book_valid);
    /* Until the connector has heard of it, its deltas still claim to be ok; the reason stays. */
    next_book(topic, UPDATE_DELTA, "99", "1", NULL, NULL);
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(record.event.state, TOPIC_RECOVERING);
    ck_assert_int_eq(record.event.reason, REASON_CROSSED);
    next_book(topic, UPDATE_SNAPSHOT, "100", "1", "101", "1");
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert_int_eq(topic->state, TOPIC_OK);
}
END_TEST

START_TEST(topics_do_not_believe_a_snapshot_that_is_crossed)
{
    struct topic *topic = add(KIND_BOOK, "BTC-USDT");
    next_book(topic, UPDATE_SNAPSHOT, "101", "1", "100", "1");
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(topic->reason, REASON_CROSSED);
    expect_in(image(topic, 0, false), "\"reason\":\"crossed\"");
}
END_TEST

START_TEST(topics_do_not_believe_a_delta_behind_a_hole)
{
    struct topic *topic = valid_book();
    next_book(topic, UPDATE_DELTA, "99", "1", NULL, NULL)->seq += 1;
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(record.event.reason, REASON_LOST);
    ck_assert_uint_eq(topic->lost, 1);
    next_book(topic, UPDATE_DELTA, "98", "1", NULL, NULL);
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(record.event.reason, REASON_LOST);
}
END_TEST

START_TEST(topics_do_not_believe_an_ok_behind_a_hole)
{
    struct topic *topic = valid_book();
    next_event(topic, UPDATE_STATE, TOPIC_STALE, REASON_SILENT)->seq += 2;
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH); /* it claims nothing */
    next_event(topic, UPDATE_STATE, TOPIC_OK, REASON_NONE);
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(record.event.state, TOPIC_RECOVERING);
    ck_assert_int_eq(record.event.reason, REASON_LOST);
}
END_TEST

/* The snapshot was lost on the way; the ok that follows it has no book. */
START_TEST(topics_do_not_believe_an_ok_without_a_snapshot)
{
    struct topic *topic = add(KIND_BOOK, "BTC-USDT");
    next_event(topic, UPDATE_STATE, TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    take(topic);
    next_event(topic, UPDATE_STATE, TOPIC_OK, REASON_NONE)->seq = 3;
    ck_assert_int_eq(take(topic), TOPICS_RESYNC);
    ck_assert_int_eq(topic->state, TOPIC_RECOVERING);
    ck_assert_int_eq(topic->reason, REASON_LOST);
    /* One that is merely silent while it waits for its snapshot says just that. */
    next_event(topic, UPDATE_STATE, TOPIC_STALE, REASON_SILENT);
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert_int_eq(topic->state, TOPIC_STALE);
}
END_TEST

START_TEST(topics_begin_a_book_anew_with_a_snapshot_behind_a_hole)
{
    struct topic *topic = valid_book();
    next_book(topic, UPDATE_SNAPSHOT, "90", "1", "91", "1")->seq += 5;
    ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    ck_assert(topic->book_valid);
    ck_assert_uint_eq(topic->lost, 5);
}
END_TEST

START_TEST(topics_keep_no_more_levels_than_they_may)
{
    struct topic *topic = valid_book();
    char price[16];
    for (int i = 0; i < 200; i++) {
        snprintf(price, sizeof price, "%d", 200 + i);
        next_book(topic, UPDATE_DELTA, NULL, NULL, price, "1");
        ck_assert_int_eq(take(topic), TOPICS_PUBLISH);
    }
    ck_assert_uint_eq(book_ask_count(topic->book), 50);
    image(topic, 0, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_topics");
    TCase *tests = tcase_create("topics");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, topics_number_their_slots_in_the_order_of_their_making);
    tcase_add_test(tests, topics_give_the_same_topic_for_the_same_name);
    tcase_add_test(tests, topics_keep_the_texts_they_were_given);
    tcase_add_test(tests, topics_are_full_at_topics_max_of_a_connector_and_names_at_their_length);
    tcase_add_test(tests, topics_count_every_event_that_never_came_the_first_ones_too);
    tcase_add_test(tests, topics_show_nothing_but_the_state_before_there_was_data);
    tcase_add_test(tests, topics_show_the_last_data_with_the_state_of_now);
    tcase_add_test(tests, topics_show_the_last_mark_and_the_last_liquidation);
    tcase_add_test(tests, topics_name_the_parts_of_a_quote);
    tcase_add_test(tests, topics_apply_deltas_to_the_book_and_show_it_whole);
    tcase_add_test(tests, topics_do_not_apply_the_deltas_of_a_book_that_recovers);
    tcase_add_test(tests, topics_keep_the_book_of_a_topic_that_is_stale_or_suspect_for_a_while);
    tcase_add_test(tests,
                   topics_turn_a_book_that_crosses_into_a_recovering_one_and_ask_for_it_anew);
    tcase_add_test(tests, topics_do_not_believe_a_snapshot_that_is_crossed);
    tcase_add_test(tests, topics_do_not_believe_a_delta_behind_a_hole);
    tcase_add_test(tests, topics_do_not_believe_an_ok_behind_a_hole);
    tcase_add_test(tests, topics_do_not_believe_an_ok_without_a_snapshot);
    tcase_add_test(tests, topics_begin_a_book_anew_with_a_snapshot_behind_a_hole);
    tcase_add_test(tests, topics_keep_no_more_levels_than_they_may);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
