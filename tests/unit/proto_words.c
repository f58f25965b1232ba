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
    tcase_add_test(tests, states_rise_from_best_to_worst);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
