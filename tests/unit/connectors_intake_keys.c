/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: their numbers, what they feed, and what becomes of a topic when one of them is lost, found,
 * silent or polled in vain. */
#include "tests/unit/intake_venue.h"

#define TRADE  "trade.BNBBTC"
#define TICKER "ticker.BNBBTC"
#define TOP    "top.BNBBTC"
#define WHOLE  "whole.BNBBTC"

static struct stage *stage;

static void set_up(void)
{
    stage = stage_new(&exchange_venue, 1 << 20);
}

static void tear_down(void)
{
    stage_destroy(&stage);
}

static void add(uint32_t slot, enum kind kind)
{
    struct want want = stage_want(slot, kind, "");
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
}

/* Topics that have said what there is to say of their beginning. */
static void add_quietly(uint32_t slot, enum kind kind)
{
    add(slot, kind);
    stage->read = stage->count;
}

static struct route send(const char *frame)
{
    struct route route = stage_send(stage, frame);
    ck_assert(route.class == FRAME_DATA || route.class == FRAME_BATCH);
    return route;
}

static void send_quietly(const char *frame)
{
    send(frame);
    stage->read = stage->count;
}

static const struct event *data(enum topic_state state, enum reason reason)
{
    return stage_expect(stage, UPDATE_DATA, state, reason);
}

static const struct counters *counters(void)
{
    return intake_counters(stage->intake, 1);
}

START_TEST(key_that_two_topics_share_has_one_number)
{
    uint32_t keys[INTAKE_TOPIC_KEYS], slots[INTAKE_KEY_TOPICS], slot;
    add(0, KIND_QUOTE);
    add(1, KIND_MARK);
    ck_assert_uint_eq(intake_topic_keys(stage->intake, 0, keys), 3);
    ck_assert_uint_eq(intake_topic_keys(stage->intake, 1, keys), 1); /* what is polled has none */
    uint32_t ticker = stage_key(stage, 0, TICKER);
    ck_assert_uint_eq(keys[0], ticker);
    ck_assert_uint_eq(intake_key_topics(stage->intake, ticker, slots), 2);
    ck_assert(slots[0] == 0 && slots[1] == 1);
    ck_assert(intake_slot(stage->intake, SLICE(TICKER), KIND_QUOTE, &slot) && slot == 0);
    ck_assert(intake_slot(stage->intake, SLICE(TICKER), KIND_MARK, &slot) && slot == 1);
    ck_assert(!intake_slot(stage->intake, SLICE(TICKER), KIND_BOOK, &slot));
    ck_assert(!intake_slot(stage->intake, SLICE(TRADE), KIND_TRADE, &slot));
    ck_assert_ptr_eq(intake_key_stream(stage->intake, stage_key(stage, 0, TOP)),
                     &venue_streams[VENUE_TOP]);
    ck_assert_uint_eq(intake_topic_keys(stage->intake, 2, keys), 0);
}
END_TEST

START_TEST(key_keeps_its_number_while_a_topic_wants_it)
{
    uint32_t slots[INTAKE_KEY_TOPICS];
    add(0, KIND_QUOTE);
    add(1, KIND_MARK);
    add(2, KIND_TRADE);
    uint32_t ticker = stage_key(stage, 0, TICKER), top = stage_key(stage, 0, TOP);
    uint32_t end = intake_key_end(stage->intake);
    ck_assert_uint_eq(end, 4);
    intake_remove(stage->intake, 0, stage->now_ns);
    ck_assert_uint_eq(stage_key(stage, 1, TICKER), ticker);
    ck_assert_uint_eq(intake_key_topics(stage->intake, top, slots), 0);
    ck_assert_uint_eq(intake_key_text(stage->intake, top).len, 0);
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, top), 0);
    add(3, KIND_QUOTE); /* the numbers that are free are given again */
    ck_assert_uint_eq(stage_key(stage, 3, TICKER), ticker);
    ck_assert_uint_eq(intake_key_end(stage->intake), end);
    ck_assert_uint_eq(intake_key_topics(stage->intake, ticker, slots), 2);
    ck_assert(slots[0] == 1 && slots[1] == 3);
}
END_TEST

START_TEST(key_feeds_no_more_topics_than_it_has_room_for)
{
    struct want want = stage_want(STAGE_SLOTS - 1, KIND_TRADE, "");
    uint32_t slots[INTAKE_KEY_TOPICS];
    for (uint32_t slot = 0; slot < INTAKE_KEY_TOPICS; slot++)
        add(slot, KIND_TRADE);
    stage->read = stage->count;
    ck_assert(!intake_add(stage->intake, &want, stage->now_ns));
    stage_expect_nothing(stage);
    ck_assert_uint_eq(intake_key_topics(stage->intake, stage_key(stage, 0, TRADE), slots),
                      INTAKE_KEY_TOPICS);
    intake_remove(stage->intake, 0, stage->now_ns);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
}
END_TEST

START_TEST(frame_tells_each_topic_that_its_key_feeds_and_counts_once)
{
    add_quietly(0, KIND_QUOTE);
    add_quietly(1, KIND_MARK);
    send(TICKER " p5m6");
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 0);
    ck_assert_uint_eq(data(TOPIC_OK, REASON_NONE)->quote.numbers[QUOTE_PRICE].low, 5);
    ck_assert_uint_eq(STATE(stage, TOPIC_OK, REASON_NONE)->slot, 1);
    ck_assert_uint_eq(data(TOPIC_OK, REASON_NONE)->mark.mark_price.low, 6);
    struct route route = send(TICKER " p7!"); /* of which one topic can make nothing */
    ck_assert_int_eq(route.refusal, REFUSAL_BAD_VALUE);
    ck_assert_uint_eq(data(TOPIC_OK, REASON_NONE)->quote.numbers[QUOTE_PRICE].low, 7);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    ck_assert_int_eq(stage_send(stage, TICKER " ?").class, FRAME_REFUSED);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->frames, 3);
    ck_assert_uint_eq(counters()->refused[REFUSAL_BAD_VALUE], 2);
}
END_TEST

START_TEST(batch_is_its_payloads_one_by_one)
{
    add_quietly(0, KIND_TRADE);
    struct route route = send(TRADE " [\"u1\",\"?\",\"u2\"]");
    ck_assert(route.class == FRAME_BATCH && route.refusal == REFUSAL_BAD_VALUE);
    STATE(stage, TOPIC_OK, REASON_NONE);
    data(TOPIC_OK, REASON_NONE);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    data(TOPIC_OK, REASON_NONE);
    ck_assert_int_eq(send(TRADE " []").refusal, REFUSAL_NONE);
    ck_assert_int_eq(stage_send(stage, TRADE " [\"?\"]").class, FRAME_REFUSED);
    stage->read = stage->count;
    ck_assert_int_eq(stage_send(stage, TRADE " [\"u3\",\"u4\",").class, FRAME_REFUSED);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT); /* and nothing of what is not whole */
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->frames, 4);
    ck_assert_uint_eq(counters()->control, 1);
    ck_assert_uint_eq(counters()->refused[REFUSAL_BAD_VALUE], 2);
    ck_assert_uint_eq(counters()->refused[REFUSAL_TRUNCATED], 1);
}
END_TEST

START_TEST(topic_is_down_while_any_of_its_keys_is)
{
    add(0, KIND_QUOTE);
    uint32_t ticker = stage_key(stage, 0, TICKER), top = stage_key(stage, 0, TOP);
    send_quietly(TICKER " p5v6l1");
    send_quietly(TOP " u1b4");
    intake_key_down(stage->intake, top, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    intake_key_down(stage->intake, top, REASON_TLS, stage->now_ns);
    stage_expect_nothing(stage); /* it is so already */
    send(TICKER " p7");
    const struct event *event = data(TOPIC_DOWN, REASON_RESET);
    ck_assert_uint_eq(event->quote.known, 1u << QUOTE_PRICE | 1u << QUOTE_VOLUME);
    ck_assert_uint_eq(event->quote.stale_parts, 1u << 1);
    intake_key_down(stage->intake, ticker, REASON_SILENT, stage->now_ns);
    stage_expect_nothing(stage); /* the reason of the first */
    ck_assert(!intake_had_data(stage->intake, 0));
    intake_key_up(stage->intake, top, stage->now_ns);
    stage_expect_nothing(stage);
    intake_key_up(stage->intake, ticker, stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    intake_key_up(stage->intake, ticker, stage->now_ns);
    stage_expect_nothing(stage);
    send(TOP " u1b3"); /* another session: its ids begin anew, and nothing is known of before */
    STATE(stage, TOPIC_RECOVERING, REASON_NO_PRICE);
    event = data(TOPIC_RECOVERING, REASON_NO_PRICE);
    ck_assert(event->quote.known == 1u << QUOTE_BID_PRICE && event->quote.ts_last == 0);
    ck_assert_uint_eq(event->quote.stale_parts, 0); /* what had no data yet is not stale */
}
END_TEST

START_TEST(topic_whose_price_is_another_keys_is_ok_when_the_lost_one_is_back)
{
    add(0, KIND_QUOTE);
    send_quietly(TICKER " p5");
    send_quietly(TOP " u1b4");
    intake_key_down(stage->intake, stage_key(stage, 0, TOP), REASON_RESET, stage->now_ns);
    stage->read = stage->count;
    intake_key_up(stage->intake, stage_key(stage, 0, TOP), stage->now_ns);
    STATE(stage, TOPIC_OK, REASON_NONE);
    send(TOP " u1b4");
    ck_assert_uint_eq(data(TOPIC_OK, REASON_NONE)->quote.known,
                      1u << QUOTE_PRICE | 1u << QUOTE_BID_PRICE);
}
END_TEST

START_TEST(key_that_is_down_lives_with_its_next_data)
{
    add(0, KIND_TRADE);
    send_quietly(TRADE " u1");
    uint32_t key = stage_key(stage, 0, TRADE);
    int64_t heard_ns = stage->now_ns;
    ck_assert_int_eq(intake_key_heard_ns(stage->intake, key), heard_ns);
    intake_key_down(stage->intake, key, REASON_RESET, stage->now_ns);
    ck_assert_int_eq(intake_key_heard_ns(stage->intake, key), 0);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    send(TRADE " u2");
    STATE(stage, TOPIC_OK, REASON_NONE);
    data(TOPIC_OK, REASON_NONE);
    ck_assert_int_eq(intake_key_heard_ns(stage->intake, key), stage->now_ns);
    intake_key_up(stage->intake, key, stage->now_ns);
    stage_expect_nothing(stage);
    ck_assert_int_eq(intake_key_heard_ns(stage->intake, key), stage->now_ns);
}
END_TEST

START_TEST(topic_that_comes_to_a_key_finds_it_as_it_is)
{
    add(0, KIND_QUOTE);
    intake_key_down(stage->intake, stage_key(stage, 0, TICKER), REASON_DNS, stage->now_ns);
    stage->read = stage->count;
    add(1, KIND_MARK);
    ck_assert_uint_eq(STATE(stage, TOPIC_DOWN, REASON_DNS)->slot, 1);
    intake_key_up(stage->intake, stage_key(stage, 0, TICKER), stage->now_ns);
    STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(stage->renewed[stage_key(stage, 0, TICKER)], 0);
    intake_key_overdue(stage->intake, stage_key(stage, 0, TICKER), stage->now_ns);
    stage_expect_nothing(stage); /* they are recovering, which is worse */
    add(2, KIND_MARK);
    STATE(stage, TOPIC_RECOVERING, REASON_STARTING);
    intake_poll(stage->intake, 2, VENUE_INTEREST, SLICE("m9"), stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    data(TOPIC_STALE, REASON_SILENT);
}
END_TEST

START_TEST(topic_that_comes_to_a_key_which_has_begun_has_it_renewed)
{
    add(0, KIND_QUOTE);
    uint32_t ticker = stage_key(stage, 0, TICKER);
    send(TICKER " sp5m6i7");
    add(1, KIND_MARK); /* the deltas that follow would never tell it the index */
    ck_assert_uint_eq(stage->renewed[ticker], 1);
    add(2, KIND_MARK);
    ck_assert_uint_eq(stage->renewed[ticker], 1); /* it is under way */
    send(TICKER " sp5m6i7");
    add(3, KIND_MARK);
    ck_assert_uint_eq(stage->renewed[ticker], 2);
    uint32_t total = 0;
    for (uint32_t key = 0; key < STAGE_KEYS; key++)
        total += stage->renewed[key];
    ck_assert_uint_eq(total, 2);
}
END_TEST

START_TEST(topic_that_comes_to_a_key_takes_no_change_before_what_it_changes)
{
    add(0, KIND_QUOTE);
    send(TICKER " sp5m6i7");
    add(1, KIND_MARK);
    stage->read = stage->count;
    struct route route = stage_send(stage, TICKER " dp6m7");
    ck_assert_int_eq(route.refusal, REFUSAL_BEFORE_SNAPSHOT); /* the mark's; the quote is told */
    ck_assert_int_eq(stage_expect(stage, UPDATE_DATA, TOPIC_OK, REASON_NONE)->kind, KIND_QUOTE);
    send(TICKER " sp6m7i8");
    send(TICKER " dm9");
    const struct event *event = stage->events[stage->count - 1];
    ck_assert(event->kind == KIND_MARK && event->state == TOPIC_OK);
    ck_assert(event->mark.mark_price.low == 9 && event->mark.index_price.low == 8);
    intake_key_down(stage->intake, stage_key(stage, 1, TICKER), REASON_RESET, stage->now_ns);
    ck_assert_int_eq(stage_send(stage, TICKER " dm9").refusal, REFUSAL_BEFORE_SNAPSHOT);
}
END_TEST

START_TEST(topic_is_stale_while_any_of_its_keys_is_overdue)
{
    add(0, KIND_QUOTE);
    uint32_t top = stage_key(stage, 0, TOP);
    send_quietly(TICKER " p5");
    send_quietly(TOP " u1b4");
    intake_key_overdue(stage->intake, top, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    intake_key_overdue(stage->intake, top, stage->now_ns);
    stage_expect_nothing(stage);
    send(TICKER " p6");
    const struct event *event = data(TOPIC_STALE, REASON_SILENT);
    ck_assert(event->quote.known & 1u << QUOTE_BID_PRICE); /* it stands, but is old */
    ck_assert_uint_eq(event->quote.stale_parts, 1u << 1);
    send(TOP " u1b4"); /* the same again: it is not stale any more */
    STATE(stage, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(data(TOPIC_OK, REASON_NONE)->quote.stale_parts, 0);
    intake_key_overdue(stage->intake, top, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    intake_key_down(stage->intake, top, REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    intake_key_overdue(stage->intake, top, stage->now_ns);
    intake_key_up(stage->intake, top, stage->now_ns);
    STATE(stage, TOPIC_OK, REASON_NONE); /* a new session has a new chance */
}
END_TEST

START_TEST(topic_of_a_silent_session_is_ok_with_the_next_message_of_any_of_its_keys)
{
    add(0, KIND_QUOTE);
    send_quietly(TICKER " p5");
    intake_key_silent(stage->intake, stage_key(stage, 0, TICKER), 1, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    intake_key_silent(stage->intake, stage_key(stage, 0, WHOLE), 1, stage->now_ns);
    stage_expect_nothing(stage);
    send(WHOLE " sB1A2b1");
    STATE(stage, TOPIC_OK, REASON_NONE);
    ck_assert_uint_eq(stage->events[stage->count - 1]->quote.stale_parts, 0);
}
END_TEST

START_TEST(topic_of_a_silent_session_stays_stale_whatever_another_session_brings)
{
    add(0, KIND_QUOTE);
    send_quietly(TICKER " p5");
    intake_key_silent(stage->intake, stage_key(stage, 0, TICKER), 1, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    intake_key_silent(stage->intake, stage_key(stage, 0, TOP), 2, stage->now_ns);
    send(TOP " u1b4"); /* the price may be old */
    const struct event *event = data(TOPIC_STALE, REASON_SILENT);
    ck_assert_uint_eq(event->quote.stale_parts, 1u << 0); /* the ticker */
    intake_key_up(stage->intake, stage_key(stage, 0, TICKER), stage->now_ns);
    STATE(stage, TOPIC_OK, REASON_NONE);
}
END_TEST

START_TEST(key_that_was_met_by_chance_is_no_part)
{
    add_quietly(0, KIND_QUOTE);
    struct want want = stage_want(1, KIND_BOOK, "w");
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    send_quietly(TICKER " p5");
    send_quietly(WHOLE " sB1A2b1");
    intake_key_down(stage->intake, stage_key(stage, 0, WHOLE), REASON_RESET, stage->now_ns);
    ck_assert_uint_eq(STATE(stage, TOPIC_DOWN, REASON_RESET)->slot, 0);
    stage_expect_nothing(stage); /* nobody subscribed the book by it */
    ck_assert_ptr_eq(intake_key_stream(stage->intake, stage_key(stage, 0, WHOLE)),
                     &venue_streams[VENUE_WHOLE_QUOTE]);
}
END_TEST

START_TEST(part_that_is_polled_is_overdue_when_that_is_said)
{
    add(0, KIND_MARK);
    send_quietly(TICKER " m5");
    intake_poll(stage->intake, 0, VENUE_INTEREST, SLICE("o9"), ++stage->now_ns);
    const struct event *event = data(TOPIC_OK, REASON_NONE);
    ck_assert(event->mark.known == (MARK_MARK_PRICE | MARK_OPEN_INTEREST));
    ck_assert_int_eq(event->ts_received, stage->now_ns);
    intake_poll_overdue(stage->intake, 0, VENUE_INTEREST, stage->now_ns);
    STATE(stage, TOPIC_STALE, REASON_SILENT);
    intake_poll_overdue(stage->intake, 0, VENUE_INTEREST, stage->now_ns);
    intake_poll(stage->intake, 0, VENUE_INTEREST, SLICE("?"), stage->now_ns);
    ck_assert_int_eq(stage_next(stage)->kind, KIND_DRIFT);
    send(TICKER " m6");
    data(TOPIC_STALE, REASON_SILENT);
    intake_key_down(stage->intake, stage_key(stage, 0, TICKER), REASON_RESET, stage->now_ns);
    STATE(stage, TOPIC_DOWN, REASON_RESET);
    intake_poll(stage->intake, 0, VENUE_INTEREST, SLICE("o9"), stage->now_ns);
    event = data(TOPIC_DOWN, REASON_RESET);
    ck_assert_uint_eq(event->mark.known, MARK_OPEN_INTEREST);
    intake_poll(stage->intake, 7, VENUE_INTEREST, SLICE("o9"), stage->now_ns); /* there is none */
    intake_poll_overdue(stage->intake, 7, VENUE_INTEREST, stage->now_ns);
    stage_expect_nothing(stage);
    ck_assert_uint_eq(counters()->frames, 2); /* a reply is none */
    ck_assert_uint_eq(counters()->refused[REFUSAL_BAD_VALUE], 1);
}
END_TEST

START_TEST(instrument_has_traded_when_any_of_its_keys_has_news_of_it)
{
    add(0, KIND_TRADE);
    add(1, KIND_QUOTE);
    uint32_t trade = stage_key(stage, 0, TRADE), top = stage_key(stage, 1, TOP);
    send(TRADE " su1"); /* the last one before we came is no news, nor is a time ... */
    send(TICKER " p5l100");
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, trade), 0);
    send(TICKER " p5l101"); /* ... until it rises */
    int64_t traded_ns = stage->now_ns;
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, trade), traded_ns);
    send(TOP " u1b4");
    send(TICKER " p5l101");
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, top), traded_ns);
    send(TRADE " u2");
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, top), stage->now_ns);
    intake_remove(stage->intake, 0, stage->now_ns);
    intake_remove(stage->intake, 1, stage->now_ns);
    add(2, KIND_TRADE);
    ck_assert_int_eq(intake_key_traded_ns(stage->intake, stage_key(stage, 2, TRADE)), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_keys");
    TCase *tests = tcase_create("keys");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, key_that_two_topics_share_has_one_number);
    tcase_add_test(tests, key_keeps_its_number_while_a_topic_wants_it);
    tcase_add_test(tests, key_feeds_no_more_topics_than_it_has_room_for);
    tcase_add_test(tests, frame_tells_each_topic_that_its_key_feeds_and_counts_once);
    tcase_add_test(tests, batch_is_its_payloads_one_by_one);
    tcase_add_test(tests, topic_is_down_while_any_of_its_keys_is);
    tcase_add_test(tests, topic_whose_price_is_another_keys_is_ok_when_the_lost_one_is_back);
    tcase_add_test(tests, key_that_is_down_lives_with_its_next_data);
    tcase_add_test(tests, topic_that_comes_to_a_key_finds_it_as_it_is);
    tcase_add_test(tests, topic_that_comes_to_a_key_which_has_begun_has_it_renewed);
    tcase_add_test(tests, topic_that_comes_to_a_key_takes_no_change_before_what_it_changes);
    tcase_add_test(tests, topic_is_stale_while_any_of_its_keys_is_overdue);
    tcase_add_test(tests, topic_of_a_silent_session_is_ok_with_the_next_message_of_any_of_its_keys);
    tcase_add_test(tests, topic_of_a_silent_session_stays_stale_whatever_another_session_brings);
    tcase_add_test(tests, key_that_was_met_by_chance_is_no_part);
    tcase_add_test(tests, part_that_is_polled_is_overdue_when_that_is_said);
    tcase_add_test(tests, instrument_has_traded_when_any_of_its_keys_has_news_of_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
