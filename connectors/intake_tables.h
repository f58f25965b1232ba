/* SPDX-License-Identifier: Apache-2.0 */
/* What the intake keeps of each key, instrument and topic. For the files of the intake alone. */
#ifndef TICKGATE_CONNECTORS_INTAKE_TABLES_H
#define TICKGATE_CONNECTORS_INTAKE_TABLES_H

#include "common/map.h"
#include "connectors/intake.h"
#include "connectors/sequence.h"

#define KEY_NONE UINT32_MAX

struct intake_topic;

/* One of the topics that a key feeds, and as which stream. */
struct feed {
    struct intake_topic *topic;
    uint32_t stream;
};

struct intake_key {
    int64_t heard_ns;
    uint32_t feed_count; /* 0: the number is free */
    bool down;
    bool overdue;
    bool begins;   /* its stream begins with a snapshot: who joins it later needs another one */
    bool renewing; /* it was asked for */
    struct feed feeds[INTAKE_KEY_TOPICS];
    enum reason reason; /* why it is down */
    char *text;
    size_t text_len;
};

/* What all topics of an instrument share. */
struct instrument_news {
    int64_t traded_ns;
    uint32_t topics; /* of it; 0: the number is free */
};

/* Records by number; a number that is free is given again. */
struct numbers {
    struct map *names;
    uint32_t first_free; /* none below it is free */
    uint32_t end;        /* highest ever used + 1 */
};

/* What a topic knows of one stream that can feed it. */
struct part {
    struct sequence sequence;
    uint32_t key;       /* KEY_NONE: it has none */
    uint32_t silent_on; /* the session that brings nothing, if it is silent */
};

struct kept_deltas {
    char *records; /* events back to back */
    size_t len;
    size_t room;
};

/* All that is known of a quote or mark. */
union picture {
    struct quote quote;
    struct mark mark;
};

/* What each message needs comes first. */
struct intake_topic {
    struct slice exchange_symbol; /* into `want`, as is ... */
    struct slice variant;
    enum topic_state state; /* as said: the worst of its parts and its own */
    enum reason reason;
    enum topic_state own; /* of its continuity */
    enum reason own_reason;
    uint32_t heard;   /* streams that had data: a bit each, as of ... */
    uint32_t begun;   /* ... those whose changes have something to change, ... */
    uint32_t down;    /* ... those whose key is down, ... */
    uint32_t overdue; /* ... those that should have brought something, ... */
    uint32_t silent;  /* ... and of those whose session brings nothing at all */
    bool touched;     /* gave the sink an event since the last flush */
    bool lost;        /* the sink dropped one of its events */
    bool asked;       /* a snapshot is under way */
    bool outdated;    /* which was asked for before the book began anew */
    struct instrument_news *instrument;
    struct want want;
    enum reason down_reason;
    union picture known;                   /* so far */
    uint8_t sayers[QUOTE_FIELD_COUNT + 1]; /* by field, the time behind them: who said it last */
    uint32_t book;                         /* the part by whose sequence a book goes */
    uint32_t depth;          /* levels a side of a book that its last snapshot proves */
    uint64_t seen;           /* update id of a book's newest delta, kept or not */
    uint64_t levels;         /* hash of those of a whole book that were told last */
    struct kept_deltas kept; /* of a book that is not joined */
    struct event *ahead;     /* its snapshot, when that is newer than the stream */
    int64_t ahead_since_ns;
    struct part parts[]; /* by stream */
};

#endif
