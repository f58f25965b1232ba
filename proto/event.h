/* SPDX-License-Identifier: Apache-2.0 */
/* Event: one normalized record, of fixed layout and without a pointer, so that it is copied as
 * bytes. A connector builds it; what it never knows (epoch, the topic's name) the gateway adds.
 * `slot` is the number that the manager gave the topic in the desired set: whoever receives the
 * event indexes with it. Times are ns since 1970 UTC, 0 = not given. A book's levels stand behind
 * the record, bids first. */
#ifndef TICKGATE_PROTO_EVENT_H
#define TICKGATE_PROTO_EVENT_H

#include "common/decimal.h"
#include "proto/words.h"

#define EVENT_NO_SLOT UINT32_MAX
#define SESSION_NONE  UINT32_MAX
#define SYMBOL_MAX    64 /* bytes of a symbol or exchange_symbol, without the NUL */
#define VARIANT_MAX   8  /* bytes of a candle's interval or a book's depth, without the NUL */
#define ID_MAX        47 /* bytes of an exchange's id, without the NUL */

struct id {
    uint8_t len;
    char text[ID_MAX];
};

struct level {
    struct decimal price;
    struct decimal size; /* 0 deletes the level in a delta */
};

/* Which of a quote's numbers are known: bit (1 << QUOTE_x) of `known`, in the order of `numbers`.
 */
#define QUOTE_FIELDS(X)                                                                            \
    X(QUOTE_PRICE, "price")                                                                        \
    X(QUOTE_VOLUME, "volume")                                                                      \
    X(QUOTE_TURNOVER, "turnover")                                                                  \
    X(QUOTE_CHANGE, "change_24h")                                                                  \
    X(QUOTE_BID_PRICE, "bid_price")                                                                \
    X(QUOTE_BID_SIZE, "bid_size")                                                                  \
    X(QUOTE_ASK_PRICE, "ask_price")                                                                \
    X(QUOTE_ASK_SIZE, "ask_size")                                                                  \
    X(QUOTE_HIGH, "high_24h")                                                                      \
    X(QUOTE_LOW, "low_24h")                                                                        \
    X(QUOTE_OPEN, "open_24h")
#define QUOTE_ENUM(NAME, word) NAME,
enum quote_field { QUOTE_FIELDS(QUOTE_ENUM) QUOTE_FIELD_COUNT };
#undef QUOTE_ENUM

struct quote {
    uint32_t known;
    uint32_t stale_parts; /* bit i: the i-th of the exchange's streams that are wanted for quotes is
                             down or overdue */
    int64_t ts_last;      /* of the last trade, ns; 0 unknown */
    struct decimal numbers[QUOTE_FIELD_COUNT];
};

struct trade {
    struct decimal price;
    struct decimal size;
    struct id trade_id;
    uint8_t side; /* enum side: the taker's */
};

struct candle {
    int64_t open_time;  /* ns */
    int64_t close_time; /* ns */
    struct decimal open, high, low, close, volume, turnover;
    uint64_t trades;
    bool closed;
    bool has_turnover;
    bool has_trades;
};

/* bids[] then asks[] stand in `levels` behind the event: see event_bids. Ids are 0 where there is
 * none. */
struct book_change {
    uint64_t first_update_id;
    uint64_t last_update_id;
    uint64_t prev_update_id;
    uint32_t depth; /* levels a side for which completeness is claimed; 0 = all */
    uint32_t bid_count;
    uint32_t ask_count;
};

#define MARK_MARK_PRICE    (1u << 0)
#define MARK_INDEX_PRICE   (1u << 1)
#define MARK_FUNDING_RATE  (1u << 2)
#define MARK_OPEN_INTEREST (1u << 3)

struct mark {
    uint32_t known;
    int64_t next_funding_time; /* ns; 0 unknown */
    struct decimal mark_price, index_price, funding_rate, open_interest;
};

struct liquidation {
    struct decimal price;
    struct decimal size;
    uint8_t side; /* of the liquidating order */
};

/* Private records. They carry their instrument themselves, for they are of an account and not of a
 * topic. `reconciled`: asked for by REST after an interruption, not heard as it happened.
 * `position_side` of an order or a position: the leg of an account in hedge mode; POSITION_FLAT
 * where there is but one. */
#define CLIENT_ID_MAX     96 /* bytes of a client order id, without the NUL; longer ones are cut */
#define ASSET_MAX         24
#define STATUS_TEXT_MAX   48
#define REJECT_REASON_MAX 64

/* Which of an order's numbers are known: bit (1 << ORDER_x) of `known`, in the order of `numbers`.
 */
#define ORDER_FIELDS(X)                                                                            \
    X(ORDER_PRICE, "price")                                                                        \
    X(ORDER_STOP_PRICE, "stop_price")                                                              \
    X(ORDER_QTY, "qty")                                                                            \
    X(ORDER_FILLED_QTY, "filled_qty")                                                              \
    X(ORDER_LEAVES_QTY, "leaves_qty")                                                              \
    X(ORDER_AVG_PRICE, "avg_price")                                                                \
    X(ORDER_LAST_QTY, "last_qty")                                                                  \
    X(ORDER_LAST_PRICE, "last_price")                                                              \
    X(ORDER_FEE, "fee")
#define ORDER_ENUM(NAME, word) NAME,
enum order_field { ORDER_FIELDS(ORDER_ENUM) ORDER_FIELD_COUNT };
#undef ORDER_ENUM

/* How things stand with an order. What the message does not say is absent; whoever knows the order
 * from before completes it. */
struct order {
    char symbol[SYMBOL_MAX + 1];
    char exchange_symbol[SYMBOL_MAX + 1];
    struct id order_id;
    struct id trade_id; /* of the fill that this tells of; empty: none */
    char client_order_id[CLIENT_ID_MAX + 1];
    char exchange_status[STATUS_TEXT_MAX + 1]; /* the exchange's own word */
    char reject_reason[REJECT_REASON_MAX + 1]; /* its reason, if it gives one */
    char fee_asset[ASSET_MAX + 1];
    uint32_t known;
    struct decimal numbers[ORDER_FIELD_COUNT];
    uint8_t side;          /* enum side; SIDE_UNKNOWN: it is not said */
    uint8_t order_type;    /* enum order_type; ORDER_TYPE_UNKNOWN: the same */
    uint8_t time_in_force; /* enum time_in_force */
    uint8_t status;        /* enum order_status */
    uint8_t liquidity;     /* enum liquidity, of the fill */
    uint8_t position_side; /* enum position_side */
    bool reduce_only;
    bool post_only;
    bool reconciled;
    bool impossible;  /* set by the ledger: the step from the status before cannot be */
    bool quote_sized; /* ordered by an amount of quote: qty and leaves_qty are absent until known */
};

struct fill {
    char symbol[SYMBOL_MAX + 1];
    char exchange_symbol[SYMBOL_MAX + 1];
    struct id order_id;
    struct id trade_id;
    char client_order_id[CLIENT_ID_MAX + 1]; /* empty: not said */
    char fee_asset[ASSET_MAX + 1];           /* empty: the fee is not known */
    struct decimal price, qty;
    struct decimal fee; /* negative: a rebate */
    uint8_t side;       /* enum side; SIDE_UNKNOWN: it is not said, the order knows */
    uint8_t liquidity;  /* enum liquidity */
    bool reconciled;
};

#define POSITION_FIELDS(X)                                                                         \
    X(POSITION_ENTRY_PRICE, "entry_price")                                                         \
    X(POSITION_MARK_PRICE, "mark_price")                                                           \
    X(POSITION_UNREALIZED_PNL, "unrealized_pnl")                                                   \
    X(POSITION_LEVERAGE, "leverage")                                                               \
    X(POSITION_LIQUIDATION_PRICE, "liquidation_price")
#define POSITION_ENUM(NAME, word) NAME,
enum position_field { POSITION_FIELDS(POSITION_ENUM) POSITION_FIELD_COUNT };
#undef POSITION_ENUM

struct position {
    char symbol[SYMBOL_MAX + 1];
    char exchange_symbol[SYMBOL_MAX + 1];
    uint32_t known;
    struct decimal qty; /* not negative */
    struct decimal numbers[POSITION_FIELD_COUNT];
    uint8_t side;          /* enum position_side */
    uint8_t position_side; /* the leg */
    uint8_t margin_mode;   /* enum margin_mode */
    bool reconciled;
};

#define BALANCE_FIELDS(X)                                                                          \
    X(BALANCE_TOTAL, "total")                                                                      \
    X(BALANCE_FREE, "free")                                                                        \
    X(BALANCE_LOCKED, "locked")                                                                    \
    X(BALANCE_BORROWED, "borrowed")
#define BALANCE_ENUM(NAME, word) NAME,
enum balance_field { BALANCE_FIELDS(BALANCE_ENUM) BALANCE_FIELD_COUNT };
#undef BALANCE_ENUM

/* One asset, absolute. */
struct balance {
    char asset[ASSET_MAX + 1];
    uint32_t known; /* BALANCE_TOTAL always: free + locked where the exchange does not say it */
    struct decimal numbers[BALANCE_FIELD_COUNT];
    bool reconciled;
};

/* What an account's stream is worth. event->reason says why it is not ready. */
struct account_report {
    uint8_t status;          /* enum account_status */
    uint64_t turn;           /* ACCOUNT_RECONCILING: which asking it is (private_desired) */
    uint64_t clock_samples;  /* 0: the exchange's clock is not known */
    int64_t clock_offset_us; /* the exchange's clock less ours */
    uint32_t retry_in_ms;    /* until the next attempt; 0 none planned */
    char detail[96];         /* the library's or exchange's own words, cut, NUL terminated */
};

/* A session changed its state (slot: EVENT_NO_SLOT; `session` numbers it within its connector). Of
 * SESSION_NONE: the exchange's list cannot be read, and so no session is tried (reconnecting); or
 * the connector has said its last (closed). */
struct session_report {
    uint32_t session;
    uint8_t state;        /* enum session_state */
    uint16_t http_status; /* of a refused upgrade; else 0 */
    uint32_t retry_in_ms; /* until the next attempt; 0 none planned */
    uint32_t streams;     /* that it carries */
    uint64_t reconnects;  /* since the connector's start */
    char detail[96];      /* the library's or exchange's own words, cut, NUL terminated */
};

/* A subscription (the event's slot) changed its state. */
struct subscription_report {
    uint8_t state; /* enum subscription_state */
    char detail[96];
};

struct instrument {
    char symbol[SYMBOL_MAX + 1];
    char exchange_symbol[SYMBOL_MAX + 1];
    char base[SYMBOL_MAX / 2];
    char quote[SYMBOL_MAX / 2];
    char status[24]; /* the exchange's own word */
    bool tradable;
    bool last;           /* the list is complete with this one */
    struct decimal tick; /* smallest price step; 0 unknown */
    struct decimal step; /* smallest size step; 0 unknown */
};

/* Totals since the connector's start; sent once a second while they change. */
struct counters {
    uint32_t session; /* the session they are of */
    uint64_t frames;
    uint64_t bytes;
    uint64_t events;
    uint64_t control;
    uint64_t repeated; /* messages that told nothing new */
    uint64_t refused[REFUSAL_COUNT];
    uint64_t drifted[DRIFT_COUNT]; /* events that our facts do not explain wholly */
    uint64_t gaps;
    uint64_t resyncs;
    uint64_t dropped;   /* events that found the bus full */
    int64_t last_frame; /* ns, real clock; 0 none yet */
};

/* The first frame since start that was refused under a reason, or that had a name or word which our
 * facts do not know; cut: the operator's example. */
struct drift {
    uint8_t refusal; /* enum refusal; REFUSAL_NONE: it was not refused, ... */
    uint8_t drift;   /* ... but had this (enum drift_kind); DRIFT_NONE: it was refused */
    uint8_t name_len;
    uint16_t len;
    char name[59]; /* the unknown field or word */
    char example[416];
};

struct event {
    uint32_t size; /* bytes of the whole record with its levels: a multiple of 16 */
    uint32_t slot;
    uint64_t seq; /* of the topic within the epoch, from 1 */
    int64_t ts_exchange;
    int64_t ts_received;
    uint8_t kind;       /* enum kind */
    uint8_t update;     /* enum update */
    uint8_t state;      /* enum topic_state */
    uint8_t proof;      /* enum proof */
    uint16_t reason;    /* enum reason; REASON_NONE if state is ok */
    uint16_t connector; /* set by the receiving end of the bus */
    union {
        struct quote quote;
        struct trade trade;
        struct candle candle;
        struct book_change book;
        struct mark mark;
        struct liquidation liquidation;
        struct order order;
        struct fill fill;
        struct position position;
        struct balance balance;
        struct account_report account;
        struct session_report session;
        struct subscription_report subscription;
        struct instrument instrument;
        struct counters counters;
        struct drift drift;
    };
};

/* Sets kind and size (without levels) and clears all the rest: a record of a kind takes only its
 * own room. */
void event_begin(struct event *event, enum kind kind);
/* Bytes of a record of this kind with that many levels: a multiple of 16, at most sizeof(struct
 * event)
 * + levels. Memory for records is aligned to 16. */
size_t event_size(enum kind kind, size_t levels);
/* A book's levels. The record must stand in memory of event->size bytes. */
struct level *event_bids(struct event *event);
struct level *event_asks(struct event *event);
const struct level *event_bids_of(const struct event *event);
const struct level *event_asks_of(const struct event *event);

bool id_set(struct id *id, struct slice text); /* false if longer than ID_MAX */
void id_set_number(struct id *id, uint64_t number);

#endif
