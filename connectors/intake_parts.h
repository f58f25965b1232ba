/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the intake share, and nobody else sees: the intake itself, and how topics
 * speak. */
#ifndef TICKGATE_CONNECTORS_INTAKE_PARTS_H
#define TICKGATE_CONNECTORS_INTAKE_PARTS_H

#include "connectors/intake_tables.h"

#define INTAKE_STRANGERS 16 /* unknown names whose first frame was shown */

/* Slots to come back to: each at most once. */
struct slot_list {
    uint32_t *slots;
    uint32_t count;
};

/* A name that our facts do not know. */
struct stranger {
    uint8_t drift;
    uint8_t len;
    bool said;    /* its first frame was shown ... */
    bool flushed; /* ... and the sink has passed it on */
    char name[sizeof(((struct drift *)NULL)->name)];
};

/* What became of a payload that was not refused, from least to most. */
enum outcome {
    OUTCOME_LEFT, /* to the other session */
    OUTCOME_REPEATED,
    OUTCOME_CONTROL,
    OUTCOME_TOLD,
};

struct intake {
    const struct exchange *exchange;
    struct intake_config config;
    struct intake_hooks hooks;
    struct sink *sink;
    struct intake_topic **topics; /* by slot */
    uint64_t *next_seq;           /* by slot; outlives the topic */
    struct numbers key_numbers;
    struct intake_key *keys; /* key_room of them */
    uint32_t key_room;
    struct numbers instrument_numbers;
    struct instrument_news *instruments;
    struct slot_list touched;
    struct slot_list lost;
    struct slot_list ahead;
    struct event *scratch;  /* room for levels_max */
    struct event *snapshot; /* as much again */
    struct counters counters[INTAKE_SESSIONS];
    struct slice frame;       /* that is being read, ... */
    int64_t received_ns;      /* ... when it came, ... */
    struct counters *account; /* ... whose it is, ... */
    enum intake_side side;    /* ... and which of two sessions that is */
    enum outcome outcome;     /* of its payload */
    bool drifted;             /* which had something that is counted already */
    uint32_t refused_said;    /* a bit each refusal whose first frame was shown */
    uint32_t refused_flushed; /* those that the sink has passed on */
    struct stranger strangers[INTAKE_STRANGERS];
    uint32_t stranger_count;
};

void slot_list_remove(struct slot_list *list, uint32_t slot);

/* The topic of a slot; NULL if there is none. */
struct intake_topic *intake_topic(const struct intake *intake, uint32_t slot);

/* Notes what became of the payload; of several topics that it feeds the most counts. */
static inline void intake_reach(struct intake *intake, enum outcome outcome)
{
    if (intake->outcome < outcome)
        intake->outcome = outcome;
}

/* Numbers the event and hands it to the sink. */
void intake_emit(struct intake *intake, struct intake_topic *topic, struct event *event);
/* The topic's own state changes; what it comes to together with its parts is said by an event,
 * unless it is so already. */
void intake_say(struct intake *intake, struct intake_topic *topic, enum topic_state own,
                enum reason reason, int64_t now_ns);
/* The same after a change of its parts. */
void intake_restate(struct intake *intake, struct intake_topic *topic, int64_t now_ns);
/* Emits data behind which the topic's own state is this one. */
void intake_publish(struct intake *intake, struct intake_topic *topic, struct event *event,
                    enum topic_state own, enum reason reason);
enum reason intake_starting_reason(enum kind kind);
/* What a stream of the topic told is of its past: its continuity begins anew. */
void intake_part_anew(struct intake *intake, struct intake_topic *topic, uint32_t stream);

/* intake_keys.c: registers a topic's keys (false: no room) and its instrument; and the reverse. */
bool intake_enter(struct intake *intake, struct intake_topic *topic);
void intake_leave(struct intake *intake, struct intake_topic *topic);
/* Asks for a key to be subscribed anew, unless it was, or will be anyway. */
void intake_renew(struct intake *intake, uint32_t key);
/* The same for each key of a topic that was fed already before this topic came. */
void intake_renew_joined(struct intake *intake, const struct intake_topic *topic);

/* Its session speaks again, for all parts of the topic that were silent with this one. */
void intake_end_silence(struct intake_topic *topic, uint32_t stream);

/* intake_merge.c: what is known of a quote or mark. */
enum refusal intake_merge(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                          struct event *event);
void intake_forget(struct intake_topic *topic, uint32_t stream);
bool intake_has_price(const struct intake_topic *topic);

/* intake_drift.c: counts a refusal and, the first time of its kind, shows the frame. */
void intake_refuse(struct intake *intake, enum refusal refusal, struct slice frame);
/* The same for a name that our facts do not know; once a payload. */
void intake_note(struct intake *intake, const struct parsing *parsing);
void intake_drift_flushed(struct intake *intake, bool taken);

/* intake_book.c */
enum refusal intake_take_book(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                              struct event *event);
/* Continuity begins anew: nothing is kept, nothing is joined. */
void intake_restart_book(struct intake *intake, struct intake_topic *topic);
/* Asks for what joins a book that began anew on a live stream. */
void intake_ask_anew(struct intake *intake, struct intake_topic *topic);
struct sequence *intake_book_sequence(struct intake_topic *topic);

#endif
