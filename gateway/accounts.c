/* SPDX-License-Identifier: Apache-2.0 */
/* How accounts are made, started and ended, and what is asked of them. */
#include "gateway/accounts.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "gateway/accounts_parts.h"
#include "proto/wire_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool read_secrets(struct account *account, char *error, size_t error_max)
{
    const struct config_account *config = account->config;
    char why[512];
    account->key = secret_read(config->key_file, why, sizeof why);
    if (account->key != NULL)
        account->secret = secret_read(config->secret_file, why, sizeof why);
    if (account->secret == NULL) {
        snprintf(error, error_max, "account %s: %s", config->name, why);
        return false;
    }
    enum sign_kind kind = sign_kind_of(account->secret);
    if (kind != SIGN_UNREADABLE && (config->private_exchange->key_kinds >> kind & 1) != 0)
        return true;
    snprintf(error, error_max, "account %s: %s holds no key of a kind that %s takes", config->name,
             config->secret_file, config->exchange->name);
    return false;
}

struct restoring {
    struct ledger *ledger;
    uint64_t skipped;
};

static bool restore(void *context, uint64_t seq, struct slice body)
{
    struct restoring *restoring = context;
    (void)seq;
    restoring->skipped += !ledger_restore(restoring->ledger, body);
    return true;
}

bool account_restore(struct accounts *accounts, struct account *account, char *error,
                     size_t error_max)
{
    const struct config_accounts *config = &accounts->config->accounts;
    struct restoring restoring = {.ledger = ledger_new(config->orders_max, config->fills_max)};
    uint32_t place = (uint32_t)(account - accounts->rows);
    snprintf(error, error_max, "account %s: out of memory", account->config->name);
    if (restoring.ledger == NULL)
        return false;
    if (!journal_load(config, place, 0, restore, &restoring, error, error_max)) {
        ledger_destroy(&restoring.ledger);
        return false;
    }
    if (restoring.skipped > 0)
        log_warn("journal_unknown", "account %s: %" PRIu64 " records are of no kind that is known",
                 account->config->name, restoring.skipped);
    ledger_destroy(&account->ledger);
    account->ledger = restoring.ledger;
    return true;
}

struct accounts *accounts_new(const struct config *config, uint64_t epoch, struct journal *journal,
                              const struct accounts_ports *ports, struct stats *stats,
                              int64_t now_real_ns, char *error, size_t error_max)
{
    struct accounts *accounts = calloc(1, sizeof *accounts);
    bool whole = accounts != NULL;
    snprintf(error, error_max, "the accounts cannot be made: out of memory");
    if (!whole)
        return NULL;
    accounts->config = config;
    accounts->epoch = epoch;
    accounts->journal = journal;
    accounts->ports = *ports;
    accounts->stats = stats;
    accounts->event_max = wire_json_private_max();
    ENSURE(accounts->event_max <= JOURNAL_BODY_MAX);
    for (uint32_t i = 0; whole && i < config->accounts.count; i++) {
        struct account *account = &accounts->rows[i];
        account->config = &config->accounts.accounts[i];
        account->durable = true;
        account->report.status = ACCOUNT_CONNECTING;
        account->reason = REASON_STARTING;
        account->since_ns = now_real_ns;
        whole = read_secrets(account, error, error_max) &&
                account_restore(accounts, account, error, error_max);
    }
    if (!whole)
        accounts_destroy(&accounts);
    return accounts;
}

bool accounts_start(struct accounts *accounts, char *error, size_t error_max)
{
    for (uint32_t i = 0; i < accounts->config->accounts.count; i++) {
        struct account *account = &accounts->rows[i];
        account->running = accounts->ports.start(accounts->ports.context, i, account->config,
                                                 &account->key, &account->secret);
        if (account->running)
            continue;
        snprintf(error, error_max,
                 "account %s: its connector cannot be started: out of memory or "
                 "threads",
                 account->config->name);
        return false;
    }
    return true;
}

void accounts_stop(struct accounts *accounts)
{
    for (uint32_t i = 0; i < accounts->config->accounts.count; i++)
        if (accounts->rows[i].running)
            accounts->ports.stop(accounts->ports.context, i);
}

void accounts_destroy(struct accounts **accounts)
{
    if (*accounts == NULL)
        return;
    for (uint32_t i = 0; i < CONFIG_ACCOUNTS; i++) {
        ledger_destroy(&(*accounts)->rows[i].ledger);
        secret_destroy(&(*accounts)->rows[i].key);
        secret_destroy(&(*accounts)->rows[i].secret);
    }
    free(*accounts);
    *accounts = NULL;
}

bool accounts_find(const struct accounts *accounts, struct slice name, uint32_t *place)
{
    for (*place = 0; *place < accounts->config->accounts.count; (*place)++)
        if (slice_equal(name, slice_of(accounts->rows[*place].config->name)))
            return true;
    return false;
}

uint32_t accounts_count(const struct accounts *accounts)
{
    return accounts->config->accounts.count;
}

void accounts_row(const struct accounts *accounts, uint32_t place, struct account_row *row)
{
    const struct account *account = &accounts->rows[place];
    ENSURE(place < accounts->config->accounts.count);
    *row = (struct account_row){
        .name = slice_of(account->config->name),
        .exchange = slice_of(account->config->exchange->name),
        .endpoint = slice_of(journal_endpoint(accounts->journal, place)),
        .status = (enum account_status)account->report.status,
        .reason = account->reason,
        .detail = account->report.detail,
        .retry_in_ms = account->report.retry_in_ms,
        .durable = account->durable,
        .orders = ledger_count(account->ledger, KIND_ORDER),
        .positions = ledger_count(account->ledger, KIND_POSITION),
        .balances = ledger_count(account->ledger, KIND_BALANCE),
        .messages = account->messages,
        .gaps = account->gaps,
        .forgotten = ledger_forgotten(account->ledger),
        .clock_known = account->report.clock_samples > 0,
        .clock_offset_us = account->report.clock_offset_us,
        .since_ns = account->since_ns,
        .last_ns = account->last_ns,
    };
}

void accounts_topic(const struct accounts *accounts, uint32_t place, enum kind kind,
                    struct account_topic *topic)
{
    const struct account *account = &accounts->rows[place];
    struct text name = text_over(topic->name, sizeof topic->name);
    topic_part(&name, kind_word(kind));
    topic_part(&name, slice_of(account->config->exchange->name));
    topic_part(&name, slice_of(account->config->name));
    text_terminate(&name);
    ENSURE(!name.overflow);
    topic->seq = account->seqs[kind - KIND_ORDER];
    topic->state = account_state(account, &topic->reason);
}

static void write_image(const struct accounts *accounts, const struct account *account,
                        const struct account_topic *topic, struct event *event, struct text *text,
                        int64_t now_real_ns)
{
    event->seq = topic->seq;
    event->state = (uint8_t)topic->state;
    event->reason = (uint16_t)topic->reason;
    event->update = UPDATE_SNAPSHOT;
    text_literal(text, "{\"topic\":");
    text_json_string(text, slice_of(topic->name));
    text_literal(text, ",\"event\":");
    wire_json_private(text, slice_of(account->config->exchange->name),
                      slice_of(account->config->name), event, accounts->epoch, true, now_real_ns);
    text_literal(text, "}");
}

bool accounts_write_images(const struct accounts *accounts, uint32_t place, enum kind kind,
                           struct text *text, int64_t now_real_ns)
{
    const struct account *account = &accounts->rows[place];
    const struct event *row = NULL;
    struct account_topic topic;
    struct event event;
    uint32_t next = 0;
    bool first = true;
    accounts_topic(accounts, place, kind, &topic);
    if (kind == KIND_ACCOUNT) {
        event_begin(&event, KIND_ACCOUNT);
        event.account = account->report;
        event.ts_received = account->since_ns;
        write_image(accounts, account, &topic, &event, text, now_real_ns);
        return !text->overflow;
    }
    while (kind != KIND_FILL && !text->overflow &&
           (row = ledger_each(account->ledger, kind, &next)) != NULL) {
        if (!first)
            text_literal(text, ",");
        memcpy((void *)&event, row, row->size);
        write_image(accounts, account, &topic, &event, text, now_real_ns);
        first = false;
    }
    return !text->overflow;
}
