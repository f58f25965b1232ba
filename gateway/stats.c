/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/stats.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "gateway/fault.h"

#include <stdlib.h>

struct of_connector {
    struct stats_session *sessions; /* STATS_SESSIONS_MAX of them, when the first one reports */
    struct stats_session none;      /* why there is none: the report of SESSION_NONE */
    struct drift *drifts[STATS_DRIFTS_MAX]; /* by refusal; then names, in order of their coming */
};

struct stats {
    struct stats_totals totals;
    struct stats_totals retired; /* of connectors that were closed */
    struct stats_totals before;  /* when the rates were made last */
    int64_t rated_ns;            /* 0 never */
    uint32_t connector_count;
    struct of_connector connectors[];
};

struct stats *stats_new(uint32_t connectors)
{
    struct stats *stats = calloc(1, sizeof *stats + connectors * sizeof stats->connectors[0]);
    if (stats != NULL)
        stats->connector_count = connectors;
    return stats;
}

void stats_destroy(struct stats **stats)
{
    if (*stats == NULL)
        return;
    for (uint32_t i = 0; i < (*stats)->connector_count; i++) {
        free((*stats)->connectors[i].sessions);
        for (size_t k = 0; k < STATS_DRIFTS_MAX; k++)
            free((*stats)->connectors[i].drifts[k]);
    }
    free(*stats);
    *stats = NULL;
}

/* NULL for a number beyond the bounds, or when memory is out: it is not counted then. */
static struct stats_session *session_at(struct stats *stats, uint16_t connector, uint32_t number)
{
    if (connector >= stats->connector_count || number >= STATS_SESSIONS_MAX)
        return NULL;
    struct of_connector *of = &stats->connectors[connector];
    if (of->sessions == NULL)
        of->sessions = calloc(STATS_SESSIONS_MAX, sizeof *of->sessions);
    if (of->sessions == NULL)
        return NULL;
    struct stats_session *session = &of->sessions[number];
    session->used = true;
    session->connector = connector;
    session->number = number;
    return session;
}

/* A session that is tried is proof of a list that came. */
void stats_take_session(struct stats *stats, const struct event *event)
{
    if (event->connector >= stats->connector_count || event->session.state >= SESSION_STATE_COUNT)
        return;
    struct stats_session *none = &stats->connectors[event->connector].none;
    struct stats_session *session = none;
    none->used = event->session.session == SESSION_NONE;
    if (!none->used)
        session = session_at(stats, event->connector, event->session.session);
    if (session == NULL)
        return;
    session->report = event->session;
    session->state = (enum session_state)event->session.state;
    session->reason = (enum reason)event->reason;
}

void stats_take_counters(struct stats *stats, const struct event *event)
{
    struct stats_session *session = session_at(stats, event->connector, event->counters.session);
    if (session != NULL)
        session->counters = event->counters;
}

/* The row of a drift: that of its refusal, of its name, or the next for a name; NULL there is none
 * left. */
static struct drift **row_for(struct of_connector *of, const struct drift *drift)
{
    if (drift->drift == DRIFT_NONE)
        return &of->drifts[drift->refusal];
    for (size_t i = REFUSAL_COUNT; i < STATS_DRIFTS_MAX; i++) {
        const struct drift *known = of->drifts[i];
        if (known == NULL || (known->drift == drift->drift && known->name_len == drift->name_len &&
                              memcmp(known->name, drift->name, drift->name_len) == 0))
            return &of->drifts[i];
    }
    return NULL;
}

/* The first example stays: a connector that is made again has its own. */
void stats_take_drift(struct stats *stats, const struct event *event)
{
    if (event->connector >= stats->connector_count || event->drift.refusal >= REFUSAL_COUNT ||
        event->drift.drift >= DRIFT_COUNT || event->drift.name_len > sizeof event->drift.name)
        return;
    struct drift **row = row_for(&stats->connectors[event->connector], &event->drift);
    if (row == NULL || *row != NULL)
        return;
    *row = malloc(sizeof **row);
    if (*row != NULL)
        **row = event->drift;
}

static uint64_t refused_total(const struct counters *counters)
{
    uint64_t total = 0;
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        total += counters->refused[i];
    return total;
}

static uint64_t drifted_total(const struct counters *counters)
{
    uint64_t total = 0;
    for (size_t i = 0; i < DRIFT_COUNT; i++)
        total += counters->drifted[i];
    return total;
}

static void add_session(struct stats_totals *totals, const struct stats_session *session)
{
    totals->reconnects += session->report.reconnects;
    totals->frames += session->counters.frames;
    totals->bytes += session->counters.bytes;
    totals->events += session->counters.events;
    totals->control += session->counters.control;
    totals->repeated += session->counters.repeated;
    totals->refused += refused_total(&session->counters);
    totals->drifted += drifted_total(&session->counters);
    totals->gaps += session->counters.gaps;
    totals->resyncs += session->counters.resyncs;
}

void stats_retire(struct stats *stats, uint16_t connector)
{
    ENSURE(connector < stats->connector_count);
    struct of_connector *of = &stats->connectors[connector];
    for (size_t i = 0; of->sessions != NULL && i < STATS_SESSIONS_MAX; i++)
        if (of->sessions[i].used)
            add_session(&stats->retired, &of->sessions[i]);
    free(of->sessions);
    of->sessions = NULL;
    of->none.used = false;
}

struct stats_totals *stats_totals(struct stats *stats)
{
    return &stats->totals;
}

static uint64_t rate(uint64_t now, uint64_t before, int64_t passed_ns)
{
    return passed_ns > 0 && now > before ? (now - before) * NS_PER_SECOND / (uint64_t)passed_ns : 0;
}

static void make_rates(struct stats *stats, int64_t now_ns)
{
    struct stats_totals *totals = &stats->totals;
    int64_t passed_ns = stats->rated_ns != 0 ? now_ns - stats->rated_ns : 0;
    for (uint32_t i = 0; i < stats->connector_count; i++) {
        struct stats_session *sessions = stats->connectors[i].sessions;
        for (size_t k = 0; sessions != NULL && k < STATS_SESSIONS_MAX; k++) {
            struct stats_session *session = &sessions[k];
            session->frames_per_s =
                rate(session->counters.frames, session->frames_before, passed_ns);
            session->frames_before = session->counters.frames;
        }
    }
    totals->frames_per_s = rate(totals->frames, stats->before.frames, passed_ns);
    totals->events_per_s = rate(totals->events, stats->before.events, passed_ns);
    totals->published_per_s = rate(totals->published, stats->before.published, passed_ns);
    stats->before = *totals;
    stats->rated_ns = now_ns;
}

void stats_refresh(struct stats *stats, int64_t now_ns)
{
    struct stats_totals *totals = &stats->totals;
    const struct stats_session *session;
    struct stats_totals sums = stats->retired;
    uint32_t place = 0;
    totals->sessions = totals->sessions_live = 0;
    while ((session = stats_each(stats, &place)) != NULL) {
        add_session(&sums, session);
        totals->sessions += session->state != SESSION_CLOSED;
        totals->sessions_live += session->state == SESSION_LIVE;
    }
    totals->reconnects = sums.reconnects;
    totals->frames = sums.frames;
    totals->bytes = sums.bytes;
    totals->events = sums.events;
    totals->control = sums.control;
    totals->repeated = sums.repeated;
    totals->refused = sums.refused;
    totals->drifted = sums.drifted;
    totals->gaps = sums.gaps;
    totals->resyncs = sums.resyncs;
    if (stats->rated_ns == 0 || now_ns - stats->rated_ns >= NS_PER_SECOND)
        make_rates(stats, now_ns);
}

/* How much a session stands in the way of "live". */
static int weight_of(enum session_state state)
{
    switch (state) {
    case SESSION_RECONNECTING:
    case SESSION_REFUSED:
        return 3;
    case SESSION_OPENING:
    case SESSION_DEGRADED:
        return 2;
    case SESSION_LIVE:
        return 1;
    default:
        return 0;
    }
}

const struct stats_session *stats_worst(const struct stats *stats, uint16_t connector)
{
    if (connector >= stats->connector_count)
        return NULL;
    const struct of_connector *of = &stats->connectors[connector];
    const struct stats_session *worst = NULL;
    for (size_t i = 0; of->sessions != NULL && i < STATS_SESSIONS_MAX; i++) {
        const struct stats_session *session = &of->sessions[i];
        if (session->used && weight_of(session->state) > (worst ? weight_of(worst->state) : 0))
            worst = session;
    }
    return worst == NULL && of->none.used ? &of->none : worst;
}

const struct stats_session *stats_each(const struct stats *stats, uint32_t *place)
{
    while (*place < stats->connector_count * STATS_SESSIONS_MAX) {
        uint32_t at = (*place)++;
        const struct stats_session *sessions = stats->connectors[at / STATS_SESSIONS_MAX].sessions;
        if (sessions != NULL && sessions[at % STATS_SESSIONS_MAX].used)
            return &sessions[at % STATS_SESSIONS_MAX];
    }
    return NULL;
}

uint32_t stats_session_count(const struct stats *stats, uint16_t connector)
{
    ENSURE(connector < stats->connector_count);
    const struct stats_session *sessions = stats->connectors[connector].sessions;
    uint32_t count = 0;
    for (size_t i = 0; sessions != NULL && i < STATS_SESSIONS_MAX; i++)
        count += sessions[i].used && sessions[i].state != SESSION_CLOSED;
    return count;
}

static uint64_t drifted(const struct stats *stats, uint16_t connector, enum drift_kind drift)
{
    const struct stats_session *sessions = stats->connectors[connector].sessions;
    uint64_t total = 0;
    for (size_t i = 0; sessions != NULL && i < STATS_SESSIONS_MAX; i++)
        total += sessions[i].counters.drifted[drift];
    return total;
}

bool stats_each_drift(const struct stats *stats, uint32_t *place, struct stats_drift *row)
{
    while (*place < stats->connector_count * STATS_DRIFTS_MAX) {
        uint32_t at = (*place)++;
        uint16_t connector = (uint16_t)(at / STATS_DRIFTS_MAX);
        const struct drift *first = stats->connectors[connector].drifts[at % STATS_DRIFTS_MAX];
        if (first == NULL)
            continue;
        *row = (struct stats_drift){
            .first = first, .connector = connector, .place = (uint16_t)(at % STATS_DRIFTS_MAX)};
        row->count = first->drift == DRIFT_NONE
                         ? stats_refused(stats, connector, (enum refusal)first->refusal)
                         : drifted(stats, connector, (enum drift_kind)first->drift);
        return true;
    }
    return false;
}

uint64_t stats_refused(const struct stats *stats, uint16_t connector, enum refusal refusal)
{
    ENSURE(connector < stats->connector_count);
    const struct stats_session *sessions = stats->connectors[connector].sessions;
    uint64_t total = 0;
    for (size_t i = 0; sessions != NULL && i < STATS_SESSIONS_MAX; i++)
        total += sessions[i].counters.refused[refusal];
    return total;
}

static void write_member(struct text *text, struct slice name, uint64_t value, bool first)
{
    if (!first)
        text_literal(text, ",");
    text_literal(text, "\"");
    text_append(text, name);
    text_literal(text, "\":");
    text_unsigned(text, value);
}

void stats_write_totals(struct text *text, const struct stats *stats)
{
    bool first = true;
#define TOTAL(name, type, help)                                                                    \
    write_member(text, SLICE(#name), stats->totals.name, first);                                   \
    first = false;
#include "gateway/stats.def"
#undef TOTAL
}

void stats_write_session(struct text *text, const struct stats_session *session)
{
    const struct {
#define SESSION(name, type, help) uint64_t name;
#include "gateway/stats.def"
#undef SESSION
    } values = {.streams = session->report.streams,
                .reconnects = session->report.reconnects,
                .frames = session->counters.frames,
                .bytes = session->counters.bytes,
                .events = session->counters.events,
                .control = session->counters.control,
                .repeated = session->counters.repeated,
                .refused_total = refused_total(&session->counters),
                .drifted = drifted_total(&session->counters),
                .gaps = session->counters.gaps,
                .resyncs = session->counters.resyncs,
                .dropped = session->counters.dropped,
                .frames_per_s = session->frames_per_s};
    bool first = true;
#define SESSION(name, type, help)                                                                  \
    write_member(text, SLICE(#name), values.name, first);                                          \
    first = false;
#include "gateway/stats.def"
#undef SESSION
    write_member(text, SLICE("last_message"), (uint64_t)(session->counters.last_frame / NS_PER_US),
                 false);
    write_member(text, SLICE("retry_in_ms"), session->report.retry_in_ms, false);
    write_member(text, SLICE("http_status"), session->report.http_status, false);
    text_literal(text, ",\"refused\":{");
    first = true;
    for (size_t i = 1; i < REFUSAL_COUNT; i++) {
        if (session->counters.refused[i] == 0)
            continue;
        write_member(text, refusal_word((enum refusal)i), session->counters.refused[i], first);
        first = false;
    }
    text_literal(text, "}");
}

void stats_write_drift(struct text *text, const struct drift *first, uint64_t count)
{
    if (first->drift == DRIFT_NONE) {
        text_literal(text, "\"refusal\":");
        text_json_string(text, refusal_word((enum refusal)first->refusal));
    } else {
        text_literal(text, "\"drift\":");
        text_json_string(text, drift_word((enum drift_kind)first->drift));
        text_literal(text, ",\"name\":");
        fault_json_string(text, (struct slice){first->name, first->name_len});
    }
    write_member(text, SLICE("count"), count, false);
    text_literal(text, ",\"example\":");
    fault_json_string(text, (struct slice){first->example, first->len});
}
