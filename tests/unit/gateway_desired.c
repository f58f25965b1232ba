/* SPDX-License-Identifier: Apache-2.0 */
/* The sets that connectors are handed: when, and what stands in them. */
#include "tests/unit/subscriptions_fixture.h"

static const struct want *wanted(const char *symbol)
{
    for (size_t i = 0; handed != NULL && i < handed->count; i++)
        if (strcmp(handed->wants[i].symbol, symbol) == 0)
            return &handed->wants[i];
    return NULL;
}

static struct event event_of(const struct subscription *row, enum update update,
                             enum topic_state state)
{
    struct event event;
    event_begin(&event, (enum kind)row->kind);
    event.slot = row->topic->slot;
    event.update = (uint8_t)update;
    event.state = (uint8_t)state;
    return event;
}

START_TEST(subscriptions_hand_over_a_whole_set_and_only_when_it_changed)
{
    list_three();
    struct subscription *btc = hold(KIND_TRADE, "BTC-USDT");
    hold(KIND_BOOK, "ETH-USDT");
    hand_over();
    ck_assert_uint_eq(handovers, 1);
    ck_assert_uint_eq(handed->count, 2);
    const struct want *eth = wanted("ETH-USDT");
    ck_assert_str_eq(eth->exchange_symbol, "ETHUSDT");
    ck_assert_int_eq(eth->kind, KIND_BOOK);
    ck_assert_uint_eq(eth->slot, 1);
    ck_assert_uint_eq(eth->next_seq, 1);
    hand_over();
    ck_assert_uint_eq(handovers, 1);
    ck_assert_ptr_eq(hold(KIND_TRADE, "BTC-USDT"), btc); /* a second reference changes nothing */
    hand_over();
    ck_assert_uint_eq(handovers, 1);
    subscriptions_touch(subscriptions, 0);
    hand_over();
    ck_assert_uint_eq(handovers, 2);
    subscriptions_release(subscriptions, btc);
    subscriptions_release(subscriptions, btc);
    hand_over();
    ck_assert_uint_eq(handed->count, 1);
    ck_assert_ptr_null(wanted("BTC-USDT"));
}
END_TEST

START_TEST(subscriptions_go_on_where_they_were_when_they_are_wanted_again)
{
    list_three();
    struct subscription *row = hold(KIND_BOOK, "BTC-USDT");
    struct event event = event_of(row, UPDATE_STATE, TOPIC_RECOVERING);
    for (event.seq = 1; event.seq <= 7; event.seq++)
        topics_take(topics, row->topic, &event, now_ns);
    subscriptions_taken(subscriptions, &event, true);
    ck_assert_uint_eq(subscription_messages(row), 7);
    subscriptions_release(subscriptions, row);
    ck_assert_ptr_eq(hold(KIND_BOOK, "BTC-USDT"), row);
    ck_assert_uint_eq(subscription_messages(row), 0);
    hand_over();
    ck_assert_uint_eq(handed->wants[0].next_seq, 8);
    ck_assert_uint_eq(handed->wants[0].generation, 1);
    ck_assert_uint_eq(handed->wants[0].slot, 0);
}
END_TEST

START_TEST(subscriptions_raise_the_generation_once_until_the_book_is_back)
{
    list_three();
    struct subscription *row = hold(KIND_BOOK, "BTC-USDT");
    struct event event = event_of(row, UPDATE_DELTA, TOPIC_RECOVERING);
    hand_over();
    for (int i = 0; i < 5; i++)
        subscriptions_taken(subscriptions, &event, true);
    hand_over();
    ck_assert_uint_eq(handed->wants[0].generation, 1);
    ck_assert_uint_eq(handovers, 2);
    event.update = UPDATE_SNAPSHOT;
    event.state = TOPIC_OK;
    subscriptions_taken(subscriptions, &event, false);
    hand_over();
    ck_assert_uint_eq(handovers, 2);
    event.update = UPDATE_DELTA;
    event.state = TOPIC_RECOVERING;
    subscriptions_taken(subscriptions, &event, true);
    hand_over();
    ck_assert_uint_eq(handed->wants[0].generation, 2);
    subscriptions_release(subscriptions, row);
    event.update = UPDATE_SNAPSHOT;
    subscriptions_taken(subscriptions, &event, true); /* nobody wants it: nothing is asked */
    hand_over();
    ck_assert_uint_eq(row->generation, 2);
}
END_TEST

START_TEST(subscriptions_have_the_list_read_again_for_what_it_lacks_once_a_minute)
{
    list_three();
    hold(KIND_QUOTE, "BTC-USDT");
    hand_over();
    ck_assert(!handed->refresh_instruments);
    ck_assert_ptr_null(hold(KIND_QUOTE, "NEW-USDT"));
    hand_over();
    ck_assert(handed->refresh_instruments);
    ck_assert_uint_eq(handed->count, 1);
    now_ns += 59 * NS_PER_SECOND;
    ck_assert_ptr_null(hold(KIND_QUOTE, "NEW-USDT"));
    hand_over();
    ck_assert_uint_eq(handovers, 2);
    now_ns += NS_PER_SECOND;
    ck_assert_ptr_null(hold(KIND_QUOTE, "NEW-USDT"));
    hand_over();
    ck_assert_uint_eq(handovers, 3);
    ck_assert(handed->refresh_instruments);
    subscriptions_touch(subscriptions, 0);
    hand_over();
    ck_assert(!handed->refresh_instruments);
    static const char *const more[] = {"BTC-USDT", "NEW-USDT"};
    list(more, 2);
    ck_assert_ptr_nonnull(hold(KIND_QUOTE, "NEW-USDT"));
}
END_TEST

START_TEST(subscriptions_are_handed_over_to_a_connector_that_was_made_again)
{
    list_three();
    struct subscription *row = hold(KIND_QUOTE, "BTC-USDT");
    hand_over();
    subscriptions_release(subscriptions, row);
    hand_over();
    ck_assert_uint_eq(handed->count, 0);
    now_ns += 2 * NS_PER_SECOND;
    pool_sweep(pool, now_ns);
    ck_assert(!pool_running(pool, 0));
    handovers = 0;
    ck_assert_ptr_eq(hold(KIND_QUOTE, "BTC-USDT"), row);
    hand_over();
    ck_assert_uint_eq(handovers, 1);
    ck_assert_uint_eq(handed->count, 1);
    ck_assert_uint_eq(pool_started_count(pool), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_desired");
    TCase *tests = tcase_create("subscriptions");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, subscriptions_hand_over_a_whole_set_and_only_when_it_changed);
    tcase_add_test(tests, subscriptions_go_on_where_they_were_when_they_are_wanted_again);
    tcase_add_test(tests, subscriptions_raise_the_generation_once_until_the_book_is_back);
    tcase_add_test(tests, subscriptions_have_the_list_read_again_for_what_it_lacks_once_a_minute);
    tcase_add_test(tests, subscriptions_are_handed_over_to_a_connector_that_was_made_again);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
