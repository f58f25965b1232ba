/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of what a private connector says. Remember before you tell: the ledger knows an
 * event before the journal has it; what the journal has no room for the ledger never knew. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "gateway/accounts_parts.h"
#include "proto/wire_json.h"

#define DAY_NS   (86400 * NS_PER_SECOND)
#define AGAIN_NS (50 * NS_PER_MS) /* until what found no room is tried again */

/* What each status says of the topics. */
static const struct {
    enum topic_state state;
    enum reason reason; /* where the connector gives none */
} states[] = {
    [ACCOUNT_CONNECTING] = {TOPIC_DOWN, REASON_STARTING},
    [ACCOUNT_GAP] = {TOPIC_DOWN, REASON_GAP},
    [ACCOUNT_RECONCILING] = {TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING},
    [ACCOUNT_READY] = {TOPIC_OK, REASON_NONE},
    [ACCOUNT_REFUSED] = {TOPIC_DOWN, REASON_KEY_REFUSED},
};
_Static_assert(sizeof states / sizeof *states == ACCOUNT_STATUS_COUNT, "a state for each status");

enum topic_state account_state(const struct account *account, enum reason *reason)
{
    enum account_status status = (enum account_status)account->report.status;
    *reason = states[status].reason;
    if (status == ACCOUNT_READY && !account->durable) {
        *reason = REASON_NOT_DURABLE;
        return TOPIC_SUSPECT;
    }
    if (status != ACCOUNT_READY && account->reason != REASON_NONE)
        *reason = account->reason;
    return states[status].state;
}

static uint32_t place_of(const struct accounts *accounts, const struct account *account)
{
    return (uint32_t)(account - accounts->rows);
}

/* Hands an event that is news to the journal; false: there is no room for it, and nothing knows it.
 * Where data has none left, each account can still say so. */
static bool tell(struct accounts *accounts, struct account *account, struct event *event,
                 int64_t now_real_ns)
{
    enum reason reason;
    enum kind kind = (enum kind)event->kind;
    size_t room = accounts->event_max;
    if (kind != KIND_ACCOUNT)
        room += accounts->config->accounts.count * accounts->event_max;
    struct text *body = journal_has_room(accounts->journal, room)
                            ? journal_begin(accounts->journal, place_of(accounts, account), kind,
                                            accounts->event_max)
                            : NULL;
    if (body == NULL)
        return false;
    event->seq = ++account->seqs[kind - KIND_ORDER];
    event->update = kind == KIND_ACCOUNT ? UPDATE_STATE : UPDATE_DATA;
    event->state = (uint8_t)account_state(account, &reason);
    event->reason = (uint16_t)reason;
    wire_json_private(body, slice_of(account->config->exchange->name),
                      slice_of(account->config->name), event, accounts->epoch, true, now_real_ns);
    ledger_put(account->ledger, event);
    journal_end(accounts->journal);
    account->messages++;
    account->last_ns = now_real_ns;
    stats_totals(accounts->stats)->private_events++;
    return true;
}

/* The status as it stands. */
static bool tell_status(struct accounts *accounts, struct account *account, int64_t now_real_ns)
{
    struct event event;
    event_begin(&event, KIND_ACCOUNT);
    event.account = account->report;
    event.ts_received = now_real_ns;
    account->untold = !tell(accounts, account, &event, now_real_ns);
    if (account->report.status == ACCOUNT_READY && !account->untold)
        account->ready_ns = now_real_ns;
    return !account->untold;
}

static void set_status(struct account *account, const struct account_report *report,
                       enum reason reason, int64_t now_real_ns)
{
    account->gaps += account->report.status == ACCOUNT_READY && report->status != ACCOUNT_READY;
    account->since_ns = now_real_ns;
    account->report = *report;
    account->reason = reason;
}

static void ask(struct accounts *accounts, struct account *account)
{
    struct private_desired *desired =
        ledger_desired(account->ledger, account->config->connector.symbols_max);
    account->unasked = desired == NULL;
    if (desired == NULL)
        return;
    desired->turn = account->report.turn;
    desired->renewal = account->renewal;
    accounts->ports.want(accounts->ports.context, place_of(accounts, account), &desired);
}

/* Something is lost, or may be: the connector reconciles again. */
static void begin_anew(struct accounts *accounts, struct account *account, enum reason reason,
                       int64_t now_real_ns)
{
    struct account_report report = account->report;
    struct slice word = reason_word(reason);
    log_warn("account_lost", "account %s: %.*s: it is reconciled again", account->config->name,
             (int)word.len, word.data);
    report.status = ACCOUNT_GAP;
    report.retry_in_ms = 0;
    report.detail[0] = '\0';
    ledger_lose(account->ledger);
    account->passed_over = true;
    account->renewal++;
    stats_totals(accounts->stats)->account_renewals++;
    set_status(account, &report, reason, now_real_ns);
    tell_status(accounts, account, now_real_ns);
    ask(accounts, account);
}

/* What was known and is told by nobody is gone, where all of it was asked for. */
static bool tell_missing(struct accounts *accounts, struct account *account, enum kind kind,
                         enum call_purpose purpose, int64_t now_real_ns)
{
    struct event event;
    if (account->config->private_exchange->scopes[purpose] == SCOPE_NONE)
        return true;
    while (ledger_missing(account->ledger, kind, &event)) {
        event.ts_received = now_real_ns;
        if (!tell(accounts, account, &event, now_real_ns))
            return false;
    }
    return true;
}

/* A status that is said again (its record was dropped, the clock was measured) is no event. Where
 * we know why there is a gap, the connector's own word for it is only that it was told so. */
static void take_status(struct accounts *accounts, struct account *account,
                        const struct event *event, int64_t now_real_ns)
{
    const struct account_report *report = &event->account;
    enum account_status status = (enum account_status)report->status;
    enum reason reason = (enum reason)event->reason;
    bool told = true;
    if (account->passed_over && status == ACCOUNT_READY)
        return;
    if (account->passed_over && status == ACCOUNT_GAP)
        reason = account->reason;
    if (report->status == account->report.status && reason == account->reason &&
        report->turn == account->report.turn && account->seqs[KIND_ACCOUNT - KIND_ORDER] > 0) {
        account->report = *report;
        return;
    }
    if (status == ACCOUNT_READY)
        told = tell_missing(accounts, account, KIND_POSITION, CALL_POSITIONS, now_real_ns) &&
               tell_missing(accounts, account, KIND_BALANCE, CALL_BALANCES, now_real_ns);
    if (told) {
        account->passed_over &= status != ACCOUNT_RECONCILING;
        set_status(account, report, reason, now_real_ns);
        told = tell_status(accounts, account, now_real_ns);
    }
    if (!told && (status == ACCOUNT_READY || status == ACCOUNT_RECONCILING))
        begin_anew(accounts, account, REASON_JOURNAL_FULL, now_real_ns);
    else if (status == ACCOUNT_RECONCILING)
        ask(accounts, account);
}

static void take_data(struct accounts *accounts, struct account *account, struct event *event,
                      int64_t now_real_ns)
{
    struct stats_totals *totals = stats_totals(accounts->stats);
    if (account->passed_over) {
        totals->private_lost++;
        return;
    }
    switch (ledger_judge(account->ledger, event)) {
    case LEDGER_NEWS:
        if (tell(accounts, account, event, now_real_ns))
            break;
        totals->private_lost++;
        begin_anew(accounts, account, REASON_JOURNAL_FULL, now_real_ns);
        break;
    case LEDGER_REPEATED:
        totals->private_repeated++;
        break;
    case LEDGER_LATE:
        totals->private_late++;
        break;
    case LEDGER_BAD:
        totals->private_bad++;
    }
}

void accounts_take(struct accounts *accounts, struct event *event, int64_t now_real_ns)
{
    uint32_t place = event->connector - ACCOUNTS_FIRST;
    ENSURE(event->connector >= ACCOUNTS_FIRST && place < accounts->config->accounts.count);
    ENSURE(kind_is_private((enum kind)event->kind));
    if (event->kind == KIND_ACCOUNT)
        take_status(accounts, &accounts->rows[place], event, now_real_ns);
    else
        take_data(accounts, &accounts->rows[place], event, now_real_ns);
}

/* What was told while the disk refused stands in no file: the ledger is what the files say, so that
 * it is told again. */
static void come_back(struct accounts *accounts, struct account *account, int64_t now_real_ns)
{
    char error[512];
    account->unread = !account_restore(accounts, account, error, sizeof error);
    if (account->unread) {
        log_error("journal_unreadable", "%s", error);
        return;
    }
    account->durable = true;
    journal_resume(accounts->journal, place_of(accounts, account));
    begin_anew(accounts, account, REASON_NOT_DURABLE, now_real_ns);
}

void accounts_notice(struct accounts *accounts, const struct notice *notice, int64_t now_real_ns)
{
    struct account *account = &accounts->rows[notice->account];
    ENSURE(notice->account < accounts->config->accounts.count);
    if (notice->kind == NOTICE_BACK) {
        come_back(accounts, account, now_real_ns);
    } else if (notice->kind == NOTICE_FAILED) {
        account->durable = false;
        tell_status(accounts, account, now_real_ns);
    }
}

/* The journal of an account in which nothing happens still says until when it was known: `since`
 * does not grow older than what exchanges keep. */
int64_t accounts_step(struct accounts *accounts, int64_t now_real_ns)
{
    int64_t next_ns = now_real_ns + DAY_NS;
    for (uint32_t i = 0; i < accounts->config->accounts.count; i++) {
        struct account *account = &accounts->rows[i];
        bool ready = account->report.status == ACCOUNT_READY;
        if (account->unread)
            come_back(accounts, account, now_real_ns);
        if (account->unasked)
            ask(accounts, account);
        if (account->untold || (ready && now_real_ns - account->ready_ns >= DAY_NS))
            tell_status(accounts, account, now_real_ns);
        if (account->untold || account->unasked || account->unread)
            next_ns = now_real_ns + AGAIN_NS;
        else if (ready && account->ready_ns + DAY_NS < next_ns)
            next_ns = account->ready_ns + DAY_NS;
    }
    return next_ns;
}
