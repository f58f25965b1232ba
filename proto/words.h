/* SPDX-License-Identifier: Apache-2.0 */
/* Every fixed word of the contract: one list an enumeration, from which the enum, its spelling on
 * the wire and its reading come. A word is added here and nowhere else. Pure. */
#ifndef TICKGATE_PROTO_WORDS_H
#define TICKGATE_PROTO_WORDS_H

#include "common/slice.h"

/* Records that a connector hands to a sink. Those before KIND_ORDER have topics on the feed, those
 * from there to KIND_SESSION topics of an account; the others are a connector's reports to its
 * manager. */
#define KIND_WORDS(X)                                                                              \
    X(KIND_QUOTE, "quote")                                                                         \
    X(KIND_TRADE, "trade")                                                                         \
    X(KIND_BOOK, "book")                                                                           \
    X(KIND_CANDLE, "candle")                                                                       \
    X(KIND_MARK, "mark")                                                                           \
    X(KIND_LIQUIDATION, "liquidation")                                                             \
    X(KIND_ORDER, "order")                                                                         \
    X(KIND_FILL, "fill")                                                                           \
    X(KIND_POSITION, "position")                                                                   \
    X(KIND_BALANCE, "balance")                                                                     \
    X(KIND_ACCOUNT, "account")                                                                     \
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
    X(REASON_STOPPED, "stopped")                                                                   \
    X(REASON_KEY_REFUSED, "key_refused")                                                           \
    X(REASON_CLOCK, "clock")                                                                       \
    X(REASON_LISTEN_KEY, "listen_key")                                                             \
    X(REASON_RECONCILE_FAILED, "reconcile_failed")                                                 \
    X(REASON_NOT_DURABLE, "not_durable")                                                           \
    X(REASON_JOURNAL_FULL, "journal_full")

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

/* What became of an order, in our words: an exchange's own are put into them by a table of its
 * folder (proto/order_status.h). */
#define ORDER_STATUS_WORDS(X)                                                                      \
    X(ORDER_UNKNOWN, "unknown")                                                                    \
    X(ORDER_PENDING_NEW, "pending_new")                                                            \
    X(ORDER_NEW, "new")                                                                            \
    X(ORDER_TRIGGERED, "triggered")                                                                \
    X(ORDER_PARTIALLY_FILLED, "partially_filled")                                                  \
    X(ORDER_FILLED, "filled")                                                                      \
    X(ORDER_PENDING_CANCEL, "pending_cancel")                                                      \
    X(ORDER_CANCELED, "canceled")                                                                  \
    X(ORDER_REJECTED, "rejected")                                                                  \
    X(ORDER_EXPIRED, "expired")                                                                    \
    X(ORDER_SUSPENDED, "suspended")

#define ORDER_TYPE_WORDS(X)                                                                        \
    X(ORDER_TYPE_UNKNOWN, "unknown")                                                               \
    X(ORDER_TYPE_LIMIT, "limit")                                                                   \
    X(ORDER_TYPE_MARKET, "market")                                                                 \
    X(ORDER_TYPE_STOP_LIMIT, "stop_limit")                                                         \
    X(ORDER_TYPE_STOP_MARKET, "stop_market")                                                       \
    X(ORDER_TYPE_TAKE_PROFIT_LIMIT, "take_profit_limit")                                           \
    X(ORDER_TYPE_TAKE_PROFIT_MARKET, "take_profit_market")                                         \
    X(ORDER_TYPE_TRAILING_STOP, "trailing_stop")                                                   \
    X(ORDER_TYPE_BEST, "best")                                                                     \
    X(ORDER_TYPE_LIQUIDATION, "liquidation")

/* The first: the exchange does not say. */
#define TIME_IN_FORCE_WORDS(X)                                                                     \
    X(TIME_IN_FORCE_NONE, "none")                                                                  \
    X(TIME_IN_FORCE_GTC, "gtc")                                                                    \
    X(TIME_IN_FORCE_IOC, "ioc")                                                                    \
    X(TIME_IN_FORCE_FOK, "fok")                                                                    \
    X(TIME_IN_FORCE_GTD, "gtd")

#define LIQUIDITY_WORDS(X)                                                                         \
    X(LIQUIDITY_NONE, "none")                                                                      \
    X(LIQUIDITY_MAKER, "maker")                                                                    \
    X(LIQUIDITY_TAKER, "taker")

#define POSITION_SIDE_WORDS(X)                                                                     \
    X(POSITION_FLAT, "flat")                                                                       \
    X(POSITION_LONG, "long")                                                                       \
    X(POSITION_SHORT, "short")

#define MARGIN_MODE_WORDS(X)                                                                       \
    X(MARGIN_NONE, "none")                                                                         \
    X(MARGIN_CROSS, "cross")                                                                       \
    X(MARGIN_ISOLATED, "isolated")

/* Of an account's stream: whether all that happens to it is known. */
#define ACCOUNT_STATUS_WORDS(X)                                                                    \
    X(ACCOUNT_CONNECTING, "connecting")                                                            \
    X(ACCOUNT_GAP, "gap")                                                                          \
    X(ACCOUNT_RECONCILING, "reconciling")                                                          \
    X(ACCOUNT_READY, "ready")                                                                      \
    X(ACCOUNT_REFUSED, "refused")

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
enum order_status { ORDER_STATUS_WORDS(WORD_ENUM) ORDER_STATUS_COUNT };
enum order_type { ORDER_TYPE_WORDS(WORD_ENUM) ORDER_TYPE_COUNT };
enum time_in_force { TIME_IN_FORCE_WORDS(WORD_ENUM) TIME_IN_FORCE_COUNT };
enum liquidity { LIQUIDITY_WORDS(WORD_ENUM) LIQUIDITY_COUNT };
enum position_side { POSITION_SIDE_WORDS(WORD_ENUM) POSITION_SIDE_COUNT };
enum margin_mode { MARGIN_MODE_WORDS(WORD_ENUM) MARGIN_MODE_COUNT };
enum account_status { ACCOUNT_STATUS_WORDS(WORD_ENUM) ACCOUNT_STATUS_COUNT };
#undef WORD_ENUM

#define KIND_PUBLIC_COUNT  KIND_ORDER
#define KIND_PRIVATE_COUNT (KIND_SESSION - KIND_ORDER)

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
struct slice order_status_word(enum order_status status);
struct slice order_type_word(enum order_type type);
struct slice time_in_force_word(enum time_in_force time_in_force);
struct slice liquidity_word(enum liquidity liquidity);
struct slice position_side_word(enum position_side side);
struct slice margin_mode_word(enum margin_mode mode);
struct slice account_status_word(enum account_status status);

static inline bool kind_is_private(enum kind kind)
{
    return kind >= KIND_ORDER && kind < KIND_SESSION;
}

/* Nothing more becomes of such an order. */
static inline bool order_status_is_final(enum order_status status)
{
    return status == ORDER_FILLED || status == ORDER_CANCELED || status == ORDER_REJECTED ||
           status == ORDER_EXPIRED;
}

/* The kind that a word names; false for any other word, and for a kind without topics. */
bool kind_read(struct slice word, enum kind *kind);

#endif
