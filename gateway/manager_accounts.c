/* SPDX-License-Identifier: Apache-2.0 */
/* The manager's part in what is not everybody's: accounts, their journal, the clients' rights. */
#include "common/clock.h"
#include "gateway/manager_parts.h"

#include <stdio.h>

bool manager_make_gate(struct manager *manager, char *error, size_t error_max)
{
    const struct config_security *security = &manager->config->security;
    if (security->directory[0] == '\0')
        return true;
    manager->gate = gate_new(manager->zmq, security, error, error_max);
    return manager->gate != NULL;
}

bool manager_make_accounts(struct manager *manager, char *error, size_t error_max)
{
    const struct config *config = manager->config;
    struct accounts_ports ports = feeds_accounts_ports(manager->feeds);
    if (config->accounts.count == 0)
        return true;
    if (manager->gate == NULL) {
        snprintf(error, error_max, "accounts: they need security.directory, where the keys are");
        return false;
    }
    manager->journal =
        journal_new(manager->zmq, &config->accounts, manager->gate, error, error_max);
    if (manager->journal == NULL)
        return false;
    manager->accounts = accounts_new(config, manager->epoch, manager->journal, &ports,
                                     manager->stats, manager->now.real_ns, error, error_max);
    if (manager->accounts == NULL)
        return false;
    connections_set_accounts(manager->connections, manager->accounts);
    return true;
}

bool manager_open_accounts(struct manager *manager, char *error, size_t error_max)
{
    if (manager->accounts != NULL) {
        manager->accounts_requests =
            requests_new(manager->zmq, &manager->config->accounts.requests, manager->gate,
                         GATE_ACCOUNTS_REQUESTS, manager->query, manager->stats, error, error_max);
        if (manager->accounts_requests == NULL)
            return false;
    }
    manager_take_rights(manager);
    return true;
}

static void answer_late(struct manager *manager, const struct notice *notice)
{
    struct query_late late;
    query_notice(manager->query, notice, &late);
    if (late.tag != 0 && late.sound)
        requests_answer(manager->accounts_requests, late.tag, late.result);
    else if (late.tag != 0)
        requests_refuse(manager->accounts_requests, late.tag, &late.fault);
}

static void take_notice(void *context, const struct notice *notice)
{
    struct manager *manager = context;
    if (notice->kind == NOTICE_PAGE || notice->kind == NOTICE_SYNCED) {
        answer_late(manager, notice);
        return;
    }
    accounts_notice(manager->accounts, notice, manager->now.real_ns);
    manager->due_ns[CHORE_ACCOUNTS] = manager->now.monotonic_ns;
    manager_doubt(manager);
}

void manager_take_notices(struct manager *manager)
{
    if (manager->journal == NULL)
        return;
    while (journal_take_notices(manager->journal, take_notice, manager))
        continue;
}

/* Rights that were taken count from the next request on; whoever lost them is cut by binding
 * anew. */
void manager_take_rights(struct manager *manager)
{
    bool taken = false;
    struct rights *before = manager->rights;
    struct rights *rights = manager->gate != NULL ? gate_take_rights(manager->gate, &taken) : NULL;
    if (rights == NULL)
        return;
    manager->rights = rights;
    if (manager->config->security.requests)
        requests_set_rights(manager->requests, rights);
    if (manager->accounts_requests != NULL)
        requests_set_rights(manager->accounts_requests, rights);
    rights_destroy(&before);
    if (!taken)
        return;
    if (manager->config->security.requests)
        requests_rebind(manager->requests);
    if (manager->accounts_requests != NULL)
        requests_rebind(manager->accounts_requests);
    if (manager->config->security.feed)
        publisher_rebind(manager->publisher);
    if (manager->journal != NULL)
        journal_rebind(manager->journal);
    manager->unread = true;
}

static void count_journal(struct manager *manager)
{
    struct stats_totals *totals = stats_totals(manager->stats);
    struct journal_stats journal;
    uint64_t longest_us;
    journal_stats(manager->journal, &journal);
    longest_us = journal.sync_ns_max / NS_PER_US;
    totals->journal_records = journal.records;
    totals->journal_bytes = journal.bytes;
    totals->journal_syncs = journal.syncs;
    totals->journal_failures = journal.failures;
    totals->journal_not_durable = journal.not_durable;
    totals->journal_published = journal.published;
    if (longest_us > totals->journal_sync_max_us)
        totals->journal_sync_max_us = longest_us;
}

static void count_ready(struct manager *manager)
{
    struct stats_totals *totals = stats_totals(manager->stats);
    struct account_row row;
    totals->accounts = accounts_count(manager->accounts);
    totals->accounts_ready = 0;
    for (uint32_t i = 0; i < totals->accounts; i++) {
        accounts_row(manager->accounts, i, &row);
        totals->accounts_ready += row.status == ACCOUNT_READY;
    }
}

void manager_count_accounts(struct manager *manager)
{
    struct gate_stats gate;
    if (manager->gate != NULL) {
        gate_stats(manager->gate, &gate);
        stats_totals(manager->stats)->gate_admitted = gate.admitted;
        stats_totals(manager->stats)->gate_denied = gate.denied;
    }
    if (manager->accounts == NULL)
        return;
    count_journal(manager);
    count_ready(manager);
}

int64_t manager_step_accounts(struct manager *manager)
{
    if (manager->accounts == NULL)
        return INT64_MAX;
    int64_t now_ns = manager->now.real_ns;
    int64_t wait_ns = accounts_step(manager->accounts, now_ns) - now_ns;
    journal_flush(manager->journal);
    return manager->now.monotonic_ns + wait_ns;
}
