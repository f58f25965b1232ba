/* SPDX-License-Identifier: Apache-2.0 */
/* Whether keys bring what they should, and what is done where they do not: they are subscribed
 * anew, first at once, then with pauses. */
#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdio.h>

#define SWEEP_NS  NS_PER_SECOND
#define RENEW_MS  1000                 /* between two renewals of a key, at the least */
#define PEACE_NS  (10 * NS_PER_SECOND) /* a key that is well for so long has had its luck */
#define REPAIR_NS (5 * NS_PER_SECOND)  /* for the snapshot of a stream that was subscribed anew */

/* Kinds whose streams speak whenever their instrument trades. */
static const bool follows_trades[KIND_PUBLIC_COUNT] = {
    [KIND_QUOTE] = true, [KIND_TRADE] = true, [KIND_BOOK] = true, [KIND_CANDLE] = true};

static bool take_news(struct news *news, int64_t told_ns, int64_t now_ns)
{
    if (told_ns == 0 || told_ns == news->told_ns)
        return false;
    *news = (struct news){told_ns, now_ns};
    return true;
}

static void hear(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct connector_key *key = &connector->keys.items[number];
    if (take_news(&key->heard, intake_key_heard_ns(connector->intake, number), now_ns))
        connector_key_set(connector, number, KEY_LIVE);
}

int64_t connector_look(struct connector *connector, struct shard *shard, int64_t now_ns)
{
    if (shard->unproven == 0)
        return INT64_MAX;
    if (now_ns < shard->look_ns + LOOK_NS)
        return shard->look_ns + LOOK_NS;
    shard->look_ns = now_ns;
    for (uint32_t i = 0; i < shard->key_count; i++) {
        enum key_phase phase = connector->keys.items[shard->keys[i]].phase;
        if (phase != KEY_LIVE && phase != KEY_REFUSED)
            hear(connector, shard->keys[i], now_ns);
    }
    return INT64_MAX;
}

/* Those before are forgotten when the key was well in between. */
static void renew_soon(struct connector *connector, uint32_t number, bool repair)
{
    struct connector_key *key = &connector->keys.items[number];
    struct key_renewal *renewal = &key->renewal;
    int64_t now_ns = connector_now_ns(connector);
    if (renewal->due || key->shard == NULL)
        return;
    if (key->heard.seen_ns > renewal->done_ns && now_ns - renewal->done_ns > PEACE_NS)
        renewal->tries = renewal->backoff.failures = 0;
    uint32_t wait_ms = 0;
    if (renewal->tries++ > 0)
        wait_ms = RENEW_MS;
    if (renewal->tries > 2)
        wait_ms += backoff_next(&renewal->backoff, 0, &connector->random);
    renewal->due = true;
    renewal->repair = repair;
    renewal->due_ns = renewal->done_ns + wait_ms * NS_PER_MS;
    if (!renewal->listed)
        connector->keys.renewals[connector->keys.renewal_count++] = number;
    renewal->listed = true;
    connector->due_ns = 0;
}

void connector_renew_wanted(void *context, uint32_t number)
{
    renew_soon(context, number, true);
}

/* The intake asks for a snapshot once; one that does not come is asked for again. */
static void check_repair(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct connector_key *key = &connector->keys.items[number];
    if (!key->renewal.repair || key->renewal.due)
        return;
    if (!intake_key_renewing(connector->intake, number))
        key->renewal.repair = false;
    else if (now_ns >= key->asked_ns + REPAIR_NS)
        renew_soon(connector, number, true);
}

/* Its instrument traded long after the key was last heard, or asked for. */
static bool is_passed_over(struct connector *connector, uint32_t number)
{
    const struct connector_key *key = &connector->keys.items[number];
    int64_t patience_ns = connector->config.silent_ms * NS_PER_MS / 2;
    uint32_t slots[INTAKE_KEY_TOPICS];
    if (key->traded.seen_ns - key->heard.seen_ns <= patience_ns)
        return false;
    uint32_t count = intake_key_topics(connector->intake, number, slots);
    for (uint32_t i = 0; i < count; i++)
        if (follows_trades[connector->topics[slots[i]].kind])
            return true;
    return false;
}

static void check_silence(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct connector_key *key = &connector->keys.items[number];
    uint32_t deadline_ms = intake_key_stream(connector->intake, number)->deadline_ms;
    uint32_t limit_ms = deadline_ms > 0 ? deadline_ms : connector->config.silent_ms;
    if (now_ns - key->heard.seen_ns < limit_ms * NS_PER_MS)
        return;
    if (deadline_ms == 0 && !is_passed_over(connector, number)) {
        if (key->phase == KEY_WAITING)
            connector_key_set(connector, number, KEY_QUIET);
        return;
    }
    if (key->phase != KEY_SILENT)
        intake_key_overdue(connector->intake, number, clock_real_ns());
    connector_key_set(connector, number, KEY_SILENT);
    renew_soon(connector, number, key->renewal.repair);
}

static void check(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct connector_key *key = &connector->keys.items[number];
    if (key->shard == NULL || key->shard->phase != SHARD_LIVE || key->asked_ns == 0 ||
        key->phase == KEY_REFUSED)
        return;
    take_news(&key->traded, intake_key_traded_ns(connector->intake, number), now_ns);
    hear(connector, number, now_ns);
    check_repair(connector, number, now_ns);
    check_silence(connector, number, now_ns);
}

/* A session on which a book cannot be repaired whatever is tried may be the fault itself. */
static void restart(struct connector *connector, uint32_t number)
{
    struct slice text = intake_key_text(connector->intake, number);
    struct session_end end = {.reason = REASON_GAP};
    snprintf(end.detail, sizeof end.detail, "%.*s cannot be repaired", (int)text.len, text.data);
    connector_shard_restart(connector->keys.items[number].shard, &end);
}

/* True the first time in a row. */
static bool renew(struct connector *connector, uint32_t number, int64_t now_ns)
{
    struct connector_key *key = &connector->keys.items[number];
    key->renewal.due = false;
    key->renewal.done_ns = now_ns;
    if (key->shard->phase != SHARD_LIVE)
        return false;
    if (key->renewal.repair && key->renewal.tries > connector->config.snapshot_tries) {
        restart(connector, number);
        return false;
    }
    outbox_renew(session_outbox(key->shard->session), number);
    key->asked_ns = 0;
    return key->renewal.tries == 1;
}

static void log_renewed(struct connector *connector, uint32_t number, uint32_t count)
{
    struct slice text = intake_key_text(connector->intake, number);
    const char *why = connector->keys.items[number].renewal.repair ? "a gap" : "silent";
    log_warn("subscribed_anew", "%s: %.*s: %s; %u in all", connector->exchange->name, (int)text.len,
             text.data, why, count);
}

static int64_t step_renewals(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    uint32_t kept = 0, first_count = 0, first = 0;
    for (uint32_t i = 0; i < connector->keys.renewal_count; i++) {
        uint32_t number = connector->keys.renewals[i];
        struct key_renewal *renewal = &connector->keys.items[number].renewal;
        if (renewal->due && now_ns >= renewal->due_ns && renew(connector, number, now_ns)) {
            first_count++;
            first = number;
        }
        renewal->listed = renewal->due;
        if (!renewal->listed)
            continue;
        connector->keys.renewals[kept++] = number;
        due_ns = sooner(due_ns, renewal->due_ns);
    }
    connector->keys.renewal_count = kept;
    if (first_count > 0)
        log_renewed(connector, first, first_count);
    return due_ns;
}

int64_t connector_watch_step(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = step_renewals(connector, now_ns);
    if (connector->keys.room == 0)
        return due_ns;
    if (now_ns >= connector->keys.swept_ns + SWEEP_NS) {
        connector->keys.swept_ns = now_ns;
        for (uint32_t number = 0; number < connector->keys.room; number++)
            check(connector, number, now_ns);
    }
    return sooner(due_ns, connector->keys.swept_ns + SWEEP_NS);
}
