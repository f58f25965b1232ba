/* SPDX-License-Identifier: Apache-2.0 */
/* The spellings, from the same lists as the enumerations. */
#include "proto/words.h"

#include "common/ensure.h"

#define WORD_TEXT(NAME, word) {word, sizeof word - 1},
#define SPELLING(function, type, LIST, COUNT)                                                      \
    struct slice function(type value)                                                              \
    {                                                                                              \
        static const struct slice words[] = {LIST(WORD_TEXT)};                                     \
        _Static_assert(sizeof words / sizeof *words == COUNT, "a spelling for each " #type);       \
        ENSURE((unsigned int)value < COUNT);                                                       \
        return words[value];                                                                       \
    }

SPELLING(kind_word, enum kind, KIND_WORDS, KIND_COUNT)
SPELLING(update_word, enum update, UPDATE_WORDS, UPDATE_COUNT)
SPELLING(topic_state_word, enum topic_state, TOPIC_WORDS, TOPIC_STATE_COUNT)
SPELLING(proof_word, enum proof, PROOF_WORDS, PROOF_COUNT)
SPELLING(side_word, enum side, SIDE_WORDS, SIDE_COUNT)
SPELLING(session_state_word, enum session_state, SESSION_WORDS, SESSION_STATE_COUNT)
SPELLING(subscription_state_word, enum subscription_state, SUBSCRIPTION_WORDS,
         SUBSCRIPTION_STATE_COUNT)
SPELLING(reason_word, enum reason, REASON_WORDS, REASON_COUNT)
SPELLING(refusal_word, enum refusal, REFUSAL_WORDS, REFUSAL_COUNT)
SPELLING(drift_word, enum drift_kind, DRIFT_WORDS, DRIFT_COUNT)
SPELLING(order_status_word, enum order_status, ORDER_STATUS_WORDS, ORDER_STATUS_COUNT)
SPELLING(order_type_word, enum order_type, ORDER_TYPE_WORDS, ORDER_TYPE_COUNT)
SPELLING(time_in_force_word, enum time_in_force, TIME_IN_FORCE_WORDS, TIME_IN_FORCE_COUNT)
SPELLING(liquidity_word, enum liquidity, LIQUIDITY_WORDS, LIQUIDITY_COUNT)
SPELLING(position_side_word, enum position_side, POSITION_SIDE_WORDS, POSITION_SIDE_COUNT)
SPELLING(margin_mode_word, enum margin_mode, MARGIN_MODE_WORDS, MARGIN_MODE_COUNT)
SPELLING(account_status_word, enum account_status, ACCOUNT_STATUS_WORDS, ACCOUNT_STATUS_COUNT)

bool kind_read(struct slice word, enum kind *kind)
{
    for (unsigned int i = 0; i < KIND_PUBLIC_COUNT; i++)
        if (slice_equal(word, kind_word((enum kind)i))) {
            *kind = (enum kind)i;
            return true;
        }
    return false;
}
