/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulated market shows, in no exchange's words: the messages that a dialect puts into its
 * own (dialect.h). Numbers are exact, as everywhere. */
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
    DIALECT_CHANNELS
};

/* What a key names, besides the instrument. */
struct dialect_stream {
    enum dialect_channel channel;
    uint32_t levels;      /* DIALECT_LEVELS: a side */
    uint32_t period_s;    /* DIALECT_CANDLE */
    struct slice variant; /* DIALECT_CANDLE: the period as the exchange names it; a constant */
};

struct dialect_level {
    struct decimal price, size; /* size 0: the level is gone */
};

/* A whole book or what changed in it; bids from the highest, asks from the lowest. */
struct dialect_book {
    uint64_t first_id, last_id; /* updates that it covers; of a whole book only the last counts */
    const struct dialect_level *bids, *asks;
    uint32_t bid_count, ask_count;
};

struct dialect_bar {
    int64_t open_ms, close_ms; /* the last millisecond is still in it */
    uint64_t first_id, last_id, trades;
    struct decimal open, high, low, close;
    struct decimal volume, turnover;             /* base, quote */
    struct decimal taker_volume, taker_turnover; /* of them, bought by a taker */
};

/* One message of a stream; `channel` of the stream says which part is meant. */
struct dialect_event {
    struct slice symbol;
    int64_t time_ns; /* real clock */
    bool micro;      /* times stand in microseconds, for a stamp; else in milliseconds */
    union {
        struct {
            uint64_t id, aggregate_id;
            struct decimal price, size;
            bool sell; /* the taker sold */
        } trade;
        struct {
            uint64_t id;
            struct dialect_level bid, ask;
        } top;
        struct {
            struct dialect_bar bar;
            struct dialect_level bid, ask;
            struct decimal last_size, change, change_percent, average;
        } day;
        struct dialect_book book;
        struct {
            struct dialect_bar bar;
            bool closed;
        } candle;
    };
};

#endif
