/* SPDX-License-Identifier: Apache-2.0 */
/* The words are a contract with everybody who reads the feed: some are spelled here once more, and
 * none may be two things. */
#include "proto/words.h"

#include <check.h>
#include <ctype.h>

/* One function for all spellings: the enumerations differ in type alone. */
#define AS_INT(function, type)                                                                     \
    static struct slice function##_of(int value)                                                   \
    {                                                                                              \
        return function((enum type)value);                                                         \
    }
AS_INT(kind_word, kind)
AS_INT(update_word, update)
AS_INT(topic_state_word, topic_state)
AS_INT(proof_word, proof)
AS_INT(side_word, side)
AS_INT(session_state_word, session_state)
AS_INT(subscription_state_word, subscription_state)
AS_INT(reason_word, reason)
AS_INT(refusal_word, refusal)
AS_INT(drift_word, drift_kind)
AS_INT(order_status_word, order_status)
AS_INT(order_type_word, order_type)
AS_INT(time_in_force_word, time_in_force)
AS_INT(liquidity_word, liquidity)
AS_INT(position_side_word, position_side)
AS_INT(margin_mode_word, margin_mode)
AS_INT(account_status_word, account_status)

static const struct {
    struct slice (*word)(int value);
    int count;
} lists[] = {
    {kind_word_of, KIND_COUNT},
    {update_word_of, UPDATE_COUNT},
    {topic_state_word_of, TOPIC_STATE_COUNT},
    {proof_word_of, PROOF_COUNT},
    {side_word_of, SIDE_COUNT},
    {session_state_word_of, SESSION_STATE_COUNT},
    {subscription_state_word_of, SUBSCRIPTION_STATE_COUNT},
    {reason_word_of, REASON_COUNT},
    {refusal_word_of, REFUSAL_COUNT},
    {drift_word_of, DRIFT_COUNT},
    {order_status_word_of, ORDER_STATUS_COUNT},
    {order_type_word_of, ORDER_TYPE_COUNT},
    {time_in_force_word_of, TIME_IN_FORCE_COUNT},
    {liquidity_word_of, LIQUIDITY_COUNT},
    {position_side_word_of, POSITION_SIDE_COUNT},
    {margin_mode_word_of, MARGIN_MODE_COUNT},
    {account_status_word_of, ACCOUNT_STATUS_COUNT},
};

START_TEST(words_are_lower_case_terminated_and_different)
{
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        for (int i = 0; i < lists[list].count; i++) {
            struct slice word = lists[list].word(i);
            ck_assert_uint_gt(word.len, 0);
            ck_assert_uint_eq(strlen(word.data), word.len);
            for (size_t at = 0; at < word.len; at++)
                ck_assert(islower((unsigned char)word.data[at]) || word.data[at] == '_');
            for (int j = 0; j < i; j++)
                ck_assert_msg(!slice_equal(word, lists[list].word(j)), "%s twice", word.data);
        }
}
END_TEST

START_TEST(words_are_spelled_as_the_contract_says)
{
    ck_assert_str_eq(kind_word(KIND_QUOTE).data, "quote");
    ck_assert_str_eq(kind_word(KIND_LIQUIDATION).data, "liquidation");
    ck_assert_str_eq(update_word(UPDATE_SNAPSHOT).data, "snapshot");
    ck_assert_str_eq(topic_state_word(TOPIC_RECOVERING).data, "recovering");
    ck_assert_str_eq(proof_word(PROOF_SEQUENCE).data, "sequence");
    ck_assert_str_eq(side_word(SIDE_SELL).data, "sell");
    ck_assert_str_eq(session_state_word(SESSION_DEGRADED).data, "degraded");
    ck_assert_str_eq(subscription_state_word(SUBSCRIPTION_SILENT).data, "silent");
    ck_assert_str_eq(reason_word(REASON_LOST).data, "lost_in_gateway");
    ck_assert_str_eq(refusal_word(REFUSAL_SNAPSHOT_WITHOUT_SYMBOL).data, "snapshot_without_symbol");
    ck_assert_str_eq(order_status_word(ORDER_PARTIALLY_FILLED).data, "partially_filled");
    ck_assert_str_eq(order_type_word(ORDER_TYPE_TAKE_PROFIT_MARKET).data, "take_profit_market");
    ck_assert_str_eq(time_in_force_word(TIME_IN_FORCE_GTC).data, "gtc");
    ck_assert_str_eq(liquidity_word(LIQUIDITY_TAKER).data, "taker");
    ck_assert_str_eq(position_side_word(POSITION_SHORT).data, "short");
    ck_assert_str_eq(margin_mode_word(MARGIN_ISOLATED).data, "isolated");
    ck_assert_str_eq(account_status_word(ACCOUNT_RECONCILING).data, "reconciling");
}
END_TEST

START_TEST(kind_is_read_back_only_if_it_has_topics)
{
    enum kind kind = KIND_COUNT;
    for (int i = 0; i < KIND_COUNT; i++)
        ck_assert_int_eq(kind_read(kind_word((enum kind)i), &kind), i < KIND_PUBLIC_COUNT);
    ck_assert(kind_read(SLICE("book"), &kind) && kind == KIND_BOOK);
    ck_assert(!kind_read(SLICE("Book"), &kind) && !kind_read(SLICE("boo"), &kind));
    ck_assert(!kind_read(SLICE(""), &kind) && kind == KIND_BOOK);
}
END_TEST

START_TEST(kinds_of_accounts_stand_between_the_feeds_and_the_reports)
{
    static const enum kind private_kinds[] = {KIND_ORDER, KIND_FILL, KIND_POSITION, KIND_BALANCE,
                                              KIND_ACCOUNT};
    int count = 0;
    for (int i = 0; i < KIND_COUNT; i++)
        count += kind_is_private((enum kind)i);
    ck_assert_int_eq(count, KIND_PRIVATE_COUNT);
    for (size_t i = 0; i < KIND_PRIVATE_COUNT; i++)
        ck_assert(kind_is_private(private_kinds[i]) && private_kinds[i] >= KIND_PUBLIC_COUNT);
}
END_TEST

START_TEST(an_order_ends_filled_canceled_rejected_or_expired)
{
    int final = 0;
    for (int i = 0; i < ORDER_STATUS_COUNT; i++)
        final += order_status_is_final((enum order_status)i);
    ck_assert_int_eq(final, 4);
    ck_assert(order_status_is_final(ORDER_FILLED) && order_status_is_final(ORDER_CANCELED));
    ck_assert(order_status_is_final(ORDER_REJECTED) && order_status_is_final(ORDER_EXPIRED));
}
END_TEST

START_TEST(states_rise_from_best_to_worst)
{
    ck_assert(TOPIC_OK < TOPIC_SUSPECT && TOPIC_SUSPECT < TOPIC_STALE);
    ck_assert(TOPIC_STALE < TOPIC_RECOVERING && TOPIC_RECOVERING < TOPIC_DOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_words");
    TCase *tests = tcase_create("words");
    tcase_add_test(tests, words_are_lower_case_terminated_and_different);
    tcase_add_test(tests, words_are_spelled_as_the_contract_says);
    tcase_add_test(tests, kind_is_read_back_only_if_it_has_topics);
    tcase_add_test(tests, kinds_of_accounts_stand_between_the_feeds_and_the_reports);
    tcase_add_test(tests, an_order_ends_filled_canceled_rejected_or_expired);
    tcase_add_test(tests, states_rise_from_best_to_worst);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
