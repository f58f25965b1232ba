/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the intake share, and nobody else sees: topics and how they speak. */
#ifndef TICKGATE_CONNECTORS_INTAKE_PARTS_H
#define TICKGATE_CONNECTORS_INTAKE_PARTS_H

#include "common/map.h"
#include "connectors/intake.h"
#include "connectors/sequence.h"

struct kept_deltas {
    char *records; /* events back to back */
    size_t len;
    size_t room;
};

struct intake_topic {
    struct want want;
    enum topic_state state;
    enum reason reason;
    bool had_data;
    bool asked;              /* a snapshot is under way */
    bool outdated;           /* which was asked for before the book began anew */
    bool touched;            /* gave the sink an event since the last flush */
    bool lost;               /* the sink dropped one of its events */
    struct quote quote;      /* as known so far */
    uint64_t seen;           /* update id of a book's newest delta, kept or not */
    uint32_t depth;          /* levels a side of a book that its last snapshot proves */
    struct kept_deltas kept; /* of a book that is not joined */
    struct event *ahead;     /* its snapshot, when that is newer than the stream */
    int64_t ahead_since_ns;
    struct sequence sequences[]; /* by stream; a book uses that of its wanted stream for all */
};

/* Slots to come back to: each at most once. */
struct slot_list {
    uint32_t *slots;
    uint32_t count;
};

struct intake {
    const struct exchange *exchange;
    struct intake_config config;
    struct intake_hooks hooks;
    struct sink *sink;
    struct intake_topic **topics; /* by slot */
    uint64_t *next_seq;           /* by slot; outlives the topic */
    struct map *keys;             /* key -> slot * stream_count + stream */
    struct slot_list touched;
    struct slot_list lost;
    struct slot_list ahead;
    struct event *scratch;  /* room for levels_max */
    struct event *snapshot; /* as much again */
    struct counters counters[INTAKE_SESSIONS];
    uint32_t session;       /* whose frame is being read */
    enum intake_side side;  /* which of two it is */
    uint32_t drift_said;    /* a bit each refusal whose first frame was shown */
    uint32_t drift_flushed; /* those that the sink has passed on */
};

void slot_list_remove(struct slot_list *list, uint32_t slot);

/* The topic of a slot; NULL if there is none. */
struct intake_topic *intake_topic(const struct intake *intake, uint32_t slot);

/* Numbers the event, gives it the topic's state and hands it to the sink. */
void intake_emit(struct intake *intake, struct intake_topic *topic, struct event *event);
/* Changes the topic's state and says so by an event; says nothing if it is so already. */
void intake_say(struct intake *intake, struct intake_topic *topic, enum topic_state state,
                enum reason reason, int64_t now_ns);
/* Counts a refusal and, the first time of its kind, shows the frame. */
void intake_refuse(struct intake *intake, struct route *route, enum refusal refusal,
                   struct slice frame);

/* A delta of a book whose snapshot has not come: kept and published. */
void intake_wait(struct intake *intake, struct intake_topic *topic, struct event *event);
/* Continuity begins anew: nothing is kept, nothing is joined. */
void intake_restart_book(struct intake *intake, struct intake_topic *topic);
/* Levels of the longer side of a book's event. */
uint32_t intake_book_levels(const struct event *event);
struct sequence *intake_book_sequence(const struct intake *intake, struct intake_topic *topic);

#endif
