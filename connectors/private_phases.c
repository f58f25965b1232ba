/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a private connector, over and over: what each phase waits for, and how all begins anew
 * when anything fails. */
#include "common/log.h"
#include "connectors/private_parts.h"
#include "connectors/private_words.h"

#include <stdio.h>

void private_enter(struct private_connector *connector, enum private_phase phase,
                   int64_t deadline_ns)
{
    connector->phase = phase;
    connector->deadline_ns = deadline_ns;
    connector->due_ns = 0;
}

void private_tell_words(const struct private_connector *connector, char *to, size_t room,
                        const char *what, struct slice words)
{
    const struct private_listen_key *listen_key = &connector->listen_key;
    const struct slice hidden[] = {secret_bytes(connector->secret),
                                   secret_bytes(connector->key),
                                   {listen_key->text, listen_key->len}};
    int len = 0;
    if (what != NULL)
        len = snprintf(to, room, "%s%s", what, words.len > 0 ? ": " : "");
    private_copy_words(to + len, room - (size_t)len, words, hidden, sizeof hidden / sizeof *hidden);
}

void private_fail_as(struct private_connector *connector, const struct private_fault *fault,
                     const char *what, struct slice words)
{
    if (connector->fault.noted || connector->phase >= PRIVATE_CLOSING)
        return;
    connector->fault = *fault;
    connector->fault.noted = true;
    private_tell_words(connector, connector->fault.detail, sizeof connector->fault.detail, what,
                       words);
    connector->due_ns = 0;
}

void private_fail(struct private_connector *connector, enum reason reason, const char *what,
                  struct slice words)
{
    private_fail_as(connector, &(struct private_fault){.reason = reason}, what, words);
}

/* Keys that are refused are not tried again sooner than that, whatever else; the rest as the
 * exchange said, or longer with every failure. What a session was told is a word to all of us. */
static uint32_t wait_ms_after(struct private_connector *connector,
                              const struct private_fault *fault, int64_t now_ns)
{
    int64_t live_ms = connector->ready_ns != 0 ? (now_ns - connector->ready_ns) / NS_PER_MS : 0;
    uint32_t wait_ms =
        backoff_next(&connector->backoff, live_ms < UINT32_MAX ? (uint32_t)live_ms : UINT32_MAX,
                     &connector->random);
    uint32_t told_ms = fault->retry_after_ms;
    if (fault->key)
        return connector->config.refused_ms;
    if (told_ms == 0)
        told_ms = fetch_default_wait_ms(fault->status);
    if (fault->status != 0 && told_ms > 0)
        fetch_hold(connector->fetch, connector->exchange, told_ms, fault->reason == REASON_BANNED);
    return told_ms > wait_ms ? told_ms + wait_ms : wait_ms;
}

/* Whatever was under way is over: the account is not known from here on. */
static void fall(struct private_connector *connector, int64_t now_ns)
{
    const struct private_fault fault = connector->fault;
    struct slice reason = reason_word(fault.reason);
    uint32_t wait_ms = wait_ms_after(connector, &fault, now_ns);
    bool was_open = connector->phase >= PRIVATE_LOGIN;
    log_write(fault.key ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
              fault.key ? "account_refused" : "account_gap", "%s: %.*s: %s", connector->config.name,
              (int)reason.len, reason.data, fault.detail);
    private_leave(connector);
    private_calls_drop(connector);
    keep_clear(&connector->kept);
    reconcile_destroy(&connector->reconcile);
    reconcile_destroy(&connector->check.pass);
    check_clear(&connector->check.stands);
    connector->reports.reconnects += was_open;
    connector->reports.counters.gaps += connector->ready_ns != 0;
    connector->reports.counting = true;
    connector->ready_ns = 0;
    connector->fault = (struct private_fault){0};
    private_say_session(connector, fault.key ? SESSION_REFUSED : SESSION_RECONNECTING, &fault,
                        wait_ms);
    private_say_account(connector, fault.key ? ACCOUNT_REFUSED : ACCOUNT_GAP, &fault, wait_ms);
    private_enter(connector, PRIVATE_WAITING, now_ns + wait_ms * NS_PER_MS);
}

void private_begin_asking(struct private_connector *connector)
{
    connector->turn++;
    private_enter(connector, PRIVATE_ASKING,
                  private_now_ns(connector) + connector->config.reconcile_timeout_ms * NS_PER_MS);
    private_say_account(connector, ACCOUNT_RECONCILING, &(struct private_fault){0}, 0);
}

/* From when on closed orders and fills are asked for: a little before what is known, but never
 * further back than the exchange can be asked. */
static int64_t since_ms(struct private_connector *connector, const struct private_desired *desired)
{
    int64_t since = desired->since_ns / NS_PER_MS - connector->config.overlap_ms;
    int64_t span_ms = connector->facts->closed_span_ms;
    int64_t oldest = private_exchange_ns(connector) / NS_PER_MS - span_ms;
    if (desired->since_ns == 0)
        return connector->entry.first_ms;
    if (span_ms == 0 || since >= oldest)
        return since > 0 ? since : 0;
    log_warn("account_span",
             "%s: nothing is known since %lld ms, and the exchange tells closed orders and fills "
             "of the last %lld ms alone",
             connector->config.name, (long long)since, (long long)span_ms);
    return oldest;
}

/* An owner that lost something passes over all that it is told until the next asking: even an
 * answer to this one begins anew then. */
void private_take_desired(struct private_connector *connector,
                          const struct private_desired *desired)
{
    bool renewed = desired->renewal != connector->renewal;
    bool asked = connector->phase >= PRIVATE_ASKING && connector->phase <= PRIVATE_READY_NOW;
    connector->renewal = desired->renewal;
    if (renewed && asked)
        private_fail(connector, REASON_LOST, NULL, SLICE("what was told is to be told again"));
    if (connector->fault.noted || connector->phase != PRIVATE_ASKING ||
        desired->turn != connector->turn)
        return;
    connector->reconcile =
        reconcile_new(connector->facts->scopes, desired, &connector->list.known,
                      since_ms(connector, desired), connector->config.symbols_max);
    if (connector->reconcile == NULL) {
        private_fail(connector, REASON_RECONCILE_FAILED, NULL, SLICE("no memory is left"));
        return;
    }
    private_scan_kept(connector);
    private_enter(connector, PRIVATE_RECONCILING, connector->deadline_ns);
}

static void begin(struct private_connector *connector)
{
    const struct private_fault starting = {.reason = REASON_STARTING};
    private_enter(connector, PRIVATE_PREPARING, INT64_MAX);
    private_say_account(connector, ACCOUNT_CONNECTING, &starting, 0);
    private_say_session(connector, SESSION_OPENING, &starting, 0);
}

/* The exchange lets us make only so many attempts: nobody knows for how long. */
static void wait_for_budget(struct private_connector *connector, int64_t now_ns)
{
    struct fetch_budget budget;
    if (!connector->entry.dial_open) {
        private_dial(connector, now_ns);
        return;
    }
    fetch_budget(connector->fetch, connector->exchange, &budget);
    const struct private_fault fault = {.reason = budget.hold_ms > 0 ? REASON_RATE_LIMITED
                                                                     : REASON_BUDGET};
    private_enter(connector, PRIVATE_DIALING, INT64_MAX);
    private_say_account(connector, ACCOUNT_CONNECTING, &fault, budget.hold_ms);
    private_say_session(connector, SESSION_RECONNECTING, &fault, budget.hold_ms);
}

static void expire(struct private_connector *connector, int64_t now_ns)
{
    const char *failure = connector->lane.failure;
    switch (connector->phase) {
    case PRIVATE_WAITING:
        begin(connector);
        break;
    case PRIVATE_DIALING:
        wait_for_budget(connector, now_ns);
        break;
    case PRIVATE_LOGIN:
        private_fail(connector, REASON_UPGRADE_TIMEOUT, NULL, SLICE("the login was not answered"));
        break;
    case PRIVATE_SUBSCRIBING:
        if (!connector->facts->subscription_answered)
            private_begin_asking(connector);
        else
            private_fail(connector, REASON_UPGRADE_TIMEOUT, NULL,
                         SLICE("the subscription was not answered"));
        break;
    case PRIVATE_ASKING:
    case PRIVATE_RECONCILING:
    case PRIVATE_TELLING:
        private_fail(connector, REASON_RECONCILE_FAILED, NULL,
                     failure[0] != '\0' ? slice_of(failure) : SLICE("it took too long"));
        break;
    default:
        break;
    }
}

int64_t private_phase_step(struct private_connector *connector, int64_t now_ns)
{
    if (connector->fault.noted)
        fall(connector, now_ns);
    else if (now_ns >= connector->deadline_ns)
        expire(connector, now_ns);
    return connector->deadline_ns;
}
