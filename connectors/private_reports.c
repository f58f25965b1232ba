/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_reports.h"

#include "connectors/private_parts.h"

static void report(struct private_connector *connector, struct private_report *said, uint8_t state,
                   const struct private_fault *fault, uint32_t retry_in_ms)
{
    *said = (struct private_report){.state = state,
                                    .reason = fault->reason,
                                    .status = fault->status,
                                    .retry_in_ms = retry_in_ms};
    memcpy(said->detail, fault->detail, sizeof said->detail);
    connector->due_ns = 0;
}

void private_say_account(struct private_connector *connector, enum account_status status,
                         const struct private_fault *fault, uint32_t retry_in_ms)
{
    report(connector, &connector->reports.account, (uint8_t)status, fault, retry_in_ms);
}

void private_say_session(struct private_connector *connector, enum session_state state,
                         const struct private_fault *fault, uint32_t retry_in_ms)
{
    report(connector, &connector->reports.session, (uint8_t)state, fault, retry_in_ms);
}

static void begin(struct event *event, enum kind kind, enum reason reason)
{
    event_begin(event, kind);
    event->slot = EVENT_NO_SLOT;
    event->reason = (uint16_t)reason;
    event->ts_received = clock_real_ns();
}

static bool give(struct private_connector *connector, const struct event *event)
{
    return connector->sink->event(connector->sink, event);
}

static bool give_account(struct private_connector *connector, struct private_report *said)
{
    const struct private_clock *clock = &connector->clock;
    struct event event;
    if (said->said_in != 0)
        return true;
    begin(&event, KIND_ACCOUNT, said->reason);
    event.account.status = said->state;
    event.account.turn = connector->turn;
    event.account.clock_samples = clock->known ? clock->samples : 0;
    event.account.clock_offset_us =
        clock->known ? (private_exchange_ns(connector) - clock_real_ns()) / NS_PER_US : 0;
    event.account.retry_in_ms = said->retry_in_ms;
    memcpy(event.account.detail, said->detail, sizeof event.account.detail);
    if (!give(connector, &event))
        return false;
    said->said_in = connector->reports.flush;
    return true;
}

static bool give_session(struct private_connector *connector, struct private_report *said)
{
    struct event event;
    if (said->said_in != 0)
        return true;
    begin(&event, KIND_SESSION, said->reason);
    event.session.state = said->state;
    event.session.http_status = (uint16_t)said->status;
    event.session.retry_in_ms = said->retry_in_ms;
    event.session.streams = 1;
    event.session.reconnects = connector->reports.reconnects;
    memcpy(event.session.detail, said->detail, sizeof event.session.detail);
    if (!give(connector, &event))
        return false;
    said->said_in = connector->reports.flush;
    return true;
}

void private_refuse(struct private_connector *connector, enum refusal refusal)
{
    struct private_reports *reports = &connector->reports;
    struct event event;
    reports->counters.refused[refusal]++;
    reports->counting = true;
    if (reports->refused_in[refusal] != 0)
        return;
    begin(&event, KIND_DRIFT, REASON_NONE);
    event.drift.refusal = (uint8_t)refusal;
    if (give(connector, &event))
        reports->refused_in[refusal] = reports->flush;
}

/* The name among those that are remembered; NULL if it is another one, and they are as many as can
 * be. */
static struct private_stranger *find_stranger(struct private_reports *reports,
                                              const struct private_stranger *looked_for)
{
    for (uint32_t i = 0; i < reports->stranger_count; i++) {
        struct private_stranger *known = &reports->strangers[i];
        if (known->drift == looked_for->drift && known->len == looked_for->len &&
            memcmp(known->name, looked_for->name, known->len) == 0)
            return known;
    }
    if (reports->stranger_count == PRIVATE_STRANGERS)
        return NULL;
    struct private_stranger *stranger = &reports->strangers[reports->stranger_count++];
    *stranger = *looked_for;
    return stranger;
}

void private_note_drift(struct private_connector *connector, const struct parsing *parsing)
{
    struct private_reports *reports = &connector->reports;
    struct private_stranger looked_for = {.drift = (uint8_t)parsing->drift};
    struct event event;
    if (parsing->drift == DRIFT_NONE)
        return;
    reports->counters.drifted[parsing->drift]++;
    reports->counting = true;
    looked_for.len =
        (uint8_t)(parsing->stranger.len < sizeof looked_for.name ? parsing->stranger.len
                                                                 : sizeof looked_for.name);
    if (looked_for.len > 0)
        memcpy(looked_for.name, parsing->stranger.data, looked_for.len);
    struct private_stranger *stranger = find_stranger(reports, &looked_for);
    if (stranger == NULL || stranger->said_in != 0)
        return;
    begin(&event, KIND_DRIFT, REASON_NONE);
    event.drift.drift = stranger->drift;
    event.drift.name_len = stranger->len;
    memcpy(event.drift.name, stranger->name, stranger->len);
    if (give(connector, &event))
        stranger->said_in = reports->flush;
}

void private_count_frame(struct private_connector *connector, size_t len, int64_t received_ns)
{
    struct private_reports *reports = &connector->reports;
    reports->counters.frames++;
    reports->counters.bytes += len;
    reports->counters.last_frame = received_ns;
    if (!reports->counting)
        connector->due_ns = sooner(connector->due_ns, reports->counted_ns + NS_PER_SECOND);
    reports->counting = true;
}

int64_t private_counters_step(struct private_connector *connector, int64_t now_ns)
{
    struct private_reports *reports = &connector->reports;
    struct event event;
    if (!reports->counting)
        return INT64_MAX;
    if (now_ns < reports->counted_ns + NS_PER_SECOND)
        return reports->counted_ns + NS_PER_SECOND;
    begin(&event, KIND_COUNTERS, REASON_NONE);
    event.counters = reports->counters;
    reports->counted_ns = now_ns;
    reports->counting = !give(connector, &event);
    return reports->counting ? now_ns + NS_PER_SECOND : INT64_MAX;
}

/* The flush was dropped: what went with it was not said. */
static void unsay(struct private_connector *connector)
{
    struct private_reports *reports = &connector->reports;
    uint64_t *said_in[] = {&reports->account.said_in, &reports->session.said_in};
    for (size_t i = 0; i < sizeof said_in / sizeof *said_in; i++)
        if (*said_in[i] == reports->flush)
            *said_in[i] = 0;
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        if (reports->refused_in[i] == reports->flush)
            reports->refused_in[i] = 0;
    for (uint32_t i = 0; i < reports->stranger_count; i++)
        if (reports->strangers[i].said_in == reports->flush)
            reports->strangers[i].said_in = 0;
    reports->counting = true;
}

void private_flush(struct private_connector *connector, int64_t now_ns)
{
    struct private_reports *reports = &connector->reports;
    bool waits = now_ns < reports->flush_again_ns;
    bool said = !waits && give_session(connector, &reports->session) &&
                give_account(connector, &reports->account);
    bool taken = connector->sink->flush(connector->sink);
    if (!taken && reports->told > 0) {
        reports->counters.dropped += reports->told;
        private_fail(connector, REASON_LOST, NULL, SLICE("the gateway had no room"));
    }
    if (!taken)
        unsay(connector);
    reports->told = 0;
    reports->flush++;
    if (waits)
        taken = said = false;
    reports->flush_again_ns = taken && said ? 0
                              : waits       ? reports->flush_again_ns
                                            : now_ns + AGAIN_NS;
    if (reports->flush_again_ns != 0)
        connector->due_ns = sooner(connector->due_ns, reports->flush_again_ns);
}
