/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulated market shows, in no exchange's words: the messages that a dialect puts into its
 * own (dialect.h). Numbers are exact, as everywhere; prices and sizes have the digits of their tick
 * and step (or `digits` of the dialect, if those are more). */
#ifndef TICKGATE_CONNECTORS_DIALECT_EVENT_H
#define TICKGATE_CONNECTORS_DIALECT_EVENT_H

#include "common/decimal.h"

#define DIALECT_MONTH UINT32_MAX /* the period of a candle that lasts a calendar month */

enum dialect_channel {
    DIALECT_TRADE,
    DIALECT_AGGREGATE, /* trades, those of one taker put together */
    DIALECT_TOP,       /* best bid and ask */
    DIALECT_DAY,       /* statistics of the last 24 hours, with the top */
    DIALECT_DAY_SHORT, /* the same, less of it */
    DIALECT_CHANGES,   /* of the book */
    DIALECT_LEVELS,    /* the best of the book, whole each time */
    DIALECT_CANDLE,
    DIALECT_MARK,        /* of a derivative: mark and index price, funding, open interest */
    DIALECT_LIQUIDATION, /* a position that the exchange closes */
    DIALECT_CHANNELS
};

/* What a key names, besides the instrument, and how the exchange sends it. Zeros are the rule. */
struct dialect_stream {
    enum dialect_channel channel;
    uint32_t levels;      /* LEVELS, CHANGES: so many a side; 0 (CHANGES) all there are */
    uint32_t period_s;    /* CANDLE */
    struct slice variant; /* CANDLE: the period as the exchange names it; a constant */
    uint32_t form;        /* the dialect's own: a format, a spelling */
    uint32_t roots;       /* 1 << root of each that carries it, silent on others; 0: all do */
    uint32_t batch;       /* TRADE, LIQUIDATION: most of them in one message; 0: one */
    uint32_t clock_s; /* DAY, MARK, CANDLE: seconds between two of them; 0: 1, of a candle longer
                         than that 2 */
    uint32_t grid_ms; /* LEVELS: the newest state at most so often, on a grid of the instrument's
                         own; 0: each change */
    uint32_t again_percent; /* LEVELS on a grid: at so many of its points the message before comes
                               once more, byte for byte, and what is new waits for the next */
    uint32_t repeat_ms;     /* LEVELS: the same again after so much quiet; 0: never */
    uint32_t gap_ms;        /* LIQUIDATION: not oftener; what comes between is not shown */
    bool first;             /* whoever subscribes is told at once how things stand */
    bool on_change; /* nothing is sent while LEVELS show the same, DAY and CANDLE no trade */
    bool sparse;    /* DAY, MARK: `changed` says what differs from the message before */
};

enum dialect_kind { DIALECT_SPOT, DIALECT_PERPETUAL, DIALECT_DATED };

struct dialect_level {
    struct decimal price, size; /* size 0: the level is gone, or too small to be shown */
};

/* A whole book or what changed in it; bids from the highest, asks from the lowest. */
struct dialect_book {
    uint64_t first_id, last_id; /* updates that it covers; of a whole book only the last counts */
    uint64_t previous_id;       /* last_id of the message of changes before */
    uint64_t count;             /* of the messages on this stream, one more each time something is
                                   new; 1 when a restart (fault) begins it anew */
    const struct dialect_level *bids, *asks;
    uint32_t bid_count, ask_count;
};

struct dialect_bar {
    int64_t open_ms, close_ms; /* the last millisecond is still in it */
    int64_t last_ms;           /* of the last trade; open_ms if there is none */
    uint64_t first_id, last_id, trades;
    struct decimal open, high, low, close;
    struct decimal volume, turnover;             /* base, quote */
    struct decimal taker_volume, taker_turnover; /* of them, bought by a taker */
};

struct dialect_trade {
    uint64_t id, aggregate_id;
    int64_t time_ns;
    struct decimal price, size;
    bool sell;          /* the taker sold; of a liquidation: what is sold is a long position */
    bool equal, rising; /* the price of the trade before; if not, above the last other one */
};

struct dialect_mark {
    struct decimal mark, index;
    struct decimal funding; /* rate of the running period, 1 is 100 % */
    int64_t next_funding_ms;
    bool funded; /* a dated future is not: funding and its time mean nothing */
    struct decimal interest, interest_value; /* open: in base (step), in quote */
};

/* Parts of a day or a mark: what may have changed since the message before. */
enum dialect_part {
    DIALECT_PART_TOP = 1,
    DIALECT_PART_LAST = 2,  /* price, change */
    DIALECT_PART_RANGE = 4, /* open, high, low */
    DIALECT_PART_VOLUME = 8,
    DIALECT_PART_MARK = 16,
    DIALECT_PART_INDEX = 32,
    DIALECT_PART_FUNDING = 64,
    DIALECT_PART_INTEREST = 128,
    DIALECT_PART_ALL = 255
};

/* One message of a stream; `channel` of the stream says which part is meant. */
struct dialect_event {
    struct slice key, symbol;
    enum dialect_kind kind;
    int64_t time_ns; /* real clock; of a book on a grid: when it last changed */
    bool micro;      /* times stand in microseconds, for a stamp; else in milliseconds */
    bool snapshot;   /* how things stood when somebody subscribed, or began anew; else it runs */
    uint64_t
        sequence; /* of the instrument: rises with its book in steps of any size, never falls */
    struct dialect_level bid, ask;
    struct decimal previous_close; /* of the day before: it does not change */
    uint32_t changed;              /* parts that differ; DIALECT_PART_ALL unless sparse */
    union {
        struct {
            const struct dialect_trade *rows; /* in order */
            uint32_t count;
        } trades; /* TRADE, AGGREGATE, LIQUIDATION */
        uint64_t top_id;
        struct {
            struct dialect_bar bar;
            struct dialect_trade last;
            struct decimal change, change_percent, average;
            struct dialect_mark mark; /* of a derivative */
        } day;
        struct dialect_mark mark;
        struct dialect_book book;
        struct {
            struct dialect_bar bar;
            bool closed;
        } candle;
    };
};

#endif
