/* SPDX-License-Identifier: Apache-2.0 */
/* Every fixed word of the contract: one list an enumeration, from which the enum, its spelling on
 * the wire and its reading come. A word is added here and nowhere else. Pure. */
#ifndef TICKGATE_PROTO_WORDS_H
#define TICKGATE_PROTO_WORDS_H

#include "common/slice.h"

/* Records that a connector hands to a sink. Those before KIND_SESSION have topics on the feed; the
 * others are a connector's reports to its manager. */
#define KIND_WORDS(X)                                                                              \
    X(KIND_QUOTE, "quote")                                                                         \
    X(KIND_TRADE, "trade")                                                                         \
    X(KIND_BOOK, "book")                                                                           \
    X(KIND_CANDLE, "candle")                                                                       \
    X(KIND_MARK, "mark")                                                                           \
    X(KIND_LIQUIDATION, "liquidation")                                                             \
    X(KIND_SESSION, "session")                                                                     \
    X(KIND_SUBSCRIPTION, "subscription")                                                           \
    X(KIND_INSTRUMENT, "instrument")                                                               \
    X(KIND_COUNTERS, "counters")                                                                   \
    X(KIND_DRIFT, "drift")

#define UPDATE_WORDS(X)                                                                            \
    X(UPDATE_DATA, "data")                                                                         \
    X(UPDATE_SNAPSHOT, "snapshot")                                                                 \
    X(UPDATE_DELTA, "delta")                                                                       \
    X(UPDATE_STATE, "state")

/* From best to worst: the state of a whole is the largest of its parts. */
#define TOPIC_WORDS(X)                                                                             \
    X(TOPIC_OK, "ok")                                                                              \
    X(TOPIC_SUSPECT, "suspect")                                                                    \
    X(TOPIC_STALE, "stale")                                                                        \
    X(TOPIC_RECOVERING, "recovering")                                                              \
    X(TOPIC_DOWN, "down")

#define PROOF_WORDS(X)                                                                             \
    X(PROOF_NONE, "none")                                                                          \
    X(PROOF_SNAPSHOT, "snapshot")                                                                  \
    X(PROOF_SEQUENCE, "sequence")

#define SIDE_WORDS(X)                                                                              \
    X(SIDE_UNKNOWN, "unknown")                                                                     \
    X(SIDE_BUY, "buy")                                                                             \
    X(SIDE_SELL, "sell")

#define SESSION_WORDS(X)                                                                           \
    X(SESSION_OPENING, "opening")                                                                  \
    X(SESSION_LIVE, "live")                                                                        \
    X(SESSION_DEGRADED, "degraded")                                                                \
    X(SESSION_RECONNECTING, "reconnecting")                                                        \
    X(SESSION_REFUSED, "refused")                                                                  \
    X(SESSION_CLOSED, "closed")

#define SUBSCRIPTION_WORDS(X)                                                                      \
    X(SUBSCRIPTION_PENDING, "pending")                                                             \
    X(SUBSCRIPTION_LIVE, "live")                                                                   \
    X(SUBSCRIPTION_SILENT, "silent")                                                               \
    X(SUBSCRIPTION_REFUSED, "refused")

/* Why a topic, session or subscription is not ok. */
#define REASON_WORDS(X)                                                                            \
    X(REASON_NONE, "none")                                                                         \
    X(REASON_STARTING, "starting")                                                                 \
    X(REASON_NO_PRICE, "no_price_yet")                                                             \
    X(REASON_GAP, "gap")                                                                           \
    X(REASON_CROSSED, "crossed")                                                                   \
    X(REASON_SNAPSHOT_PENDING, "snapshot_pending")                                                 \
    X(REASON_SNAPSHOT_OLD, "snapshot_old")                                                         \
    X(REASON_SNAPSHOT_FAILED, "snapshot_failed")                                                   \
    X(REASON_BUFFER_FULL, "buffer_full")                                                           \
    X(REASON_LOST, "lost_in_gateway")                                                              \
    X(REASON_SILENT, "silent")                                                                     \
    X(REASON_QUIET, "quiet_market")                                                                \
    X(REASON_CLOSED_BY_PEER, "closed_by_peer")                                                     \
    X(REASON_RESET, "connection_reset")                                                            \
    X(REASON_CONNECT_FAILED, "connect_failed")                                                     \
    X(REASON_CONNECT_TIMEOUT, "connect_timeout")                                                   \
    X(REASON_UPGRADE_TIMEOUT, "upgrade_timeout")                                                   \
    X(REASON_UPGRADE_REFUSED, "upgrade_refused")                                                   \
    X(REASON_TLS, "tls_refused")                                                                   \
    X(REASON_DNS, "dns_failed")                                                                    \
    X(REASON_RATE_LIMITED, "rate_limited")                                                         \
    X(REASON_BANNED, "banned")                                                                     \
    X(REASON_TOO_LARGE, "message_too_large")                                                       \
    X(REASON_BUDGET, "connect_budget")                                                             \
    X(REASON_GOING_AWAY, "going_away")                                                             \
    X(REASON_UNKNOWN_SYMBOL, "unknown_symbol")                                                     \
    X(REASON_REFUSED_BY_EXCHANGE, "refused_by_exchange")                                           \
    X(REASON_UNSUBSCRIBED, "unsubscribed")                                                         \
    X(REASON_STOPPED, "stopped")

/* Why a frame gave no event; a caller counts each under its word. */
#define REFUSAL_WORDS(X)                                                                           \
    X(REFUSAL_NONE, "none")                                                                        \
    X(REFUSAL_NOT_JSON, "not_json")                                                                \
    X(REFUSAL_TRUNCATED, "truncated")                                                              \
    X(REFUSAL_TOO_DEEP, "too_deep")                                                                \
    X(REFUSAL_WRONG_TYPE, "wrong_type")                                                            \
    X(REFUSAL_MISSING_FIELD, "missing_field")                                                      \
    X(REFUSAL_BAD_NUMBER, "bad_number")                                                            \
    X(REFUSAL_BAD_VALUE, "bad_value")                                                              \
    X(REFUSAL_TOO_MANY_LEVELS, "too_many_levels")                                                  \
    X(REFUSAL_UNKNOWN_EVENT, "unknown_event")                                                      \
    X(REFUSAL_UNSUPPORTED_CHANNEL, "unsupported_channel")                                          \
    X(REFUSAL_UNKNOWN_SYMBOL, "unknown_symbol")                                                    \
    X(REFUSAL_NOT_SUBSCRIBED, "not_subscribed")                                                    \
    X(REFUSAL_PRIVATE_EVENT, "private_event")                                                      \
    X(REFUSAL_DUPLICATE, "duplicate")                                                              \
    X(REFUSAL_STALE_UPDATE, "stale_update")                                                        \
    X(REFUSAL_BEFORE_SNAPSHOT, "before_snapshot")                                                  \
    X(REFUSAL_SNAPSHOT_WITHOUT_SYMBOL, "snapshot_without_symbol")                                  \
    X(REFUSAL_UNEXPECTED_SNAPSHOT, "unexpected_snapshot")

/* What our facts of an exchange do not know although the event is whole without it. */
#define DRIFT_WORDS(X)                                                                             \
    X(DRIFT_NONE, "none")                                                                          \
    X(DRIFT_UNKNOWN_FIELD, "unknown_field")                                                        \
    X(DRIFT_UNKNOWN_WORD, "unknown_word")

#define WORD_ENUM(NAME, word) NAME,
enum kind { KIND_WORDS(WORD_ENUM) KIND_COUNT };
enum update { UPDATE_WORDS(WORD_ENUM) UPDATE_COUNT };
enum topic_state { TOPIC_WORDS(WORD_ENUM) TOPIC_STATE_COUNT };
enum proof { PROOF_WORDS(WORD_ENUM) PROOF_COUNT };
enum side { SIDE_WORDS(WORD_ENUM) SIDE_COUNT };
enum session_state { SESSION_WORDS(WORD_ENUM) SESSION_STATE_COUNT };
enum subscription_state { SUBSCRIPTION_WORDS(WORD_ENUM) SUBSCRIPTION_STATE_COUNT };
enum reason { REASON_WORDS(WORD_ENUM) REASON_COUNT };
enum refusal { REFUSAL_WORDS(WORD_ENUM) REFUSAL_COUNT };
enum drift_kind { DRIFT_WORDS(WORD_ENUM) DRIFT_COUNT };
#undef WORD_ENUM

#define KIND_PUBLIC_COUNT KIND_SESSION

struct slice kind_word(enum kind kind);
struct slice update_word(enum update update);
struct slice topic_state_word(enum topic_state state);
struct slice proof_word(enum proof proof);
struct slice side_word(enum side side);
struct slice session_state_word(enum session_state state);
struct slice subscription_state_word(enum subscription_state state);
struct slice reason_word(enum reason reason);
struct slice refusal_word(enum refusal refusal);
struct slice drift_word(enum drift_kind kind);

/* The kind that a word names; false for any other word, and for a kind without topics. */
bool kind_read(struct slice word, enum kind *kind);

#endif
