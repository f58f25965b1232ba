/* SPDX-License-Identifier: Apache-2.0 */
/* Stats: what the connectors report of their sessions and what the gateway counts itself, by the
 * lines of stats.def. Sums and rates are made anew by stats_refresh. One owner. */
#ifndef TICKGATE_GATEWAY_STATS_H
#define TICKGATE_GATEWAY_STATS_H

#include "proto/event.h"

#define STATS_SESSIONS_MAX 256 /* of one connector */

struct stats_totals {
#define TOTAL(name, type, help) uint64_t name;
#include "gateway/stats.def"
#undef TOTAL
};

struct stats_session {
    bool used;
    uint16_t connector;
    uint32_t number;
    enum session_state state;
    enum reason reason;
    struct session_report report;
    struct counters counters;
    uint64_t frames_before; /* when the rates were made last */
    uint64_t frames_per_s;
};

struct stats;

/* `connectors`: numbers below it are counted. */
struct stats *stats_new(uint32_t connectors);
void stats_destroy(struct stats **stats);

/* Records of kinds session, counters and drift. */
void stats_take_session(struct stats *stats, const struct event *event);
void stats_take_counters(struct stats *stats, const struct event *event);
void stats_take_drift(struct stats *stats, const struct event *event);
/* A connector was closed: its counts stay in the totals, its sessions go. */
void stats_retire(struct stats *stats, uint16_t connector);

/* The manager's own counts and gauges, to be changed by it. */
struct stats_totals *stats_totals(struct stats *stats);
/* Sums the sessions up. Rates are made anew when a second has passed since they were made last. */
void stats_refresh(struct stats *stats, int64_t now_ns);

/* What keeps a connector's sessions from being live: the first that tries again or is refused,
 * else the first that is not live; the first of all if all are live; without any, what keeps the
 * connector from trying one, or NULL. */
const struct stats_session *stats_worst(const struct stats *stats, uint16_t connector);
/* Walks all sessions: start with *place 0; NULL at the end. */
const struct stats_session *stats_each(const struct stats *stats, uint32_t *place);
/* Sessions of a connector that are open or trying to be. */
uint32_t stats_session_count(const struct stats *stats, uint16_t connector);
/* What an exchange sent that we do not know: the first frame of each refusal, and of each unknown
 * name, up to STATS_NAMES_MAX of these. `count`: frames refused so; events with a drift of that
 * kind, all names together. */
#define STATS_NAMES_MAX  16
#define STATS_DRIFTS_MAX (REFUSAL_COUNT + STATS_NAMES_MAX)
struct stats_drift {
    const struct drift *first;
    uint16_t connector;
    uint16_t place; /* of the row, below STATS_DRIFTS_MAX; it stays */
    uint64_t count;
};
/* Walks all of them: start with *place 0; false at the end. */
bool stats_each_drift(const struct stats *stats, uint32_t *place, struct stats_drift *row);

/* How many frames of a connector's sessions were refused for a reason. */
uint64_t stats_refused(const struct stats *stats, uint16_t connector, enum refusal refusal);

/* The members of a JSON object: "frames":1,"bytes":2,... */
void stats_write_totals(struct text *text, const struct stats *stats);
void stats_write_session(struct text *text, const struct stats_session *session);
/* "refusal":"..." or "drift":"...","name":"...", and behind it the count and the example. */
void stats_write_drift(struct text *text, const struct drift *first, uint64_t count);

#endif
