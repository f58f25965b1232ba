/* SPDX-License-Identifier: Apache-2.0 */
/* The private connector's thread: it sleeps until a socket, a mail or a deadline, does what is due,
 * and hands what came of it to the sink: once a wake-up. */
#include "connectors/private_connector.h"

#include "common/ensure.h"
#include "common/secret.h"
#include "connectors/private_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define LAST_MS  2000 /* for what is said last, when the sink is full */
#define NAME_MAX 16

void private_connector_defaults(struct private_config *config,
                                const struct private_exchange *private_exchange,
                                const struct exchange *exchange)
{
    *config = (struct private_config){.keep_max = 8u * 1024 * 1024,
                                      .reconcile_timeout_ms = 60000,
                                      .refused_ms = 60000,
                                      .clock_ms = 300000,
                                      .check_ms = 300000,
                                      .overlap_ms = 60000,
                                      .symbols_max = 200};
    connector_defaults(&config->connector, exchange);
    snprintf(config->name, sizeof config->name, "%s", exchange->name);
    snprintf(config->connector.websocket, sizeof config->connector.websocket, "%s",
             private_exchange->websocket);
}

struct private_desired *private_desired_new(size_t symbol_count, size_t order_count,
                                            size_t asset_count)
{
    struct private_desired *desired;
    size_t rows_len =
        order_count * sizeof desired->orders[0] + asset_count * sizeof desired->assets[0];
    desired = calloc(1, sizeof *desired + rows_len + symbol_count * sizeof desired->symbols[0]);
    if (desired == NULL)
        return NULL;
    desired->symbol_count = symbol_count;
    desired->order_count = order_count;
    desired->orders = (void *)(desired + 1);
    desired->asset_count = asset_count;
    desired->assets = (void *)(desired->orders + order_count);
    desired->symbols = (void *)(desired->assets + asset_count);
    return desired;
}

void private_desired_destroy(struct private_desired **desired)
{
    free(*desired);
    *desired = NULL;
}

static bool stopping(const struct private_connector *connector)
{
    return atomic_load_explicit(&connector->stopping, memory_order_relaxed);
}

/* What a call brought may hold a listen key. */
static void free_answer(struct fetch_answer *answer)
{
    if (answer == NULL)
        return;
    secret_wipe(answer->body, answer->body_len);
    free(answer);
}

static void take_mail(struct private_connector *connector)
{
    struct fetch_answer *answer;
    struct private_desired *desired = mailbox_take(&connector->desired);
    if (desired != NULL && !stopping(connector))
        private_take_desired(connector, desired);
    private_desired_destroy(&desired);
    while ((answer = mailbox_pop(connector->asker.answers)) != NULL) {
        if (answer->tag == PRIVATE_TAG_DIAL)
            private_dialed(connector, &answer);
        else
            private_call_came(connector, answer);
        free_answer(answer);
        connector->due_ns = 0;
    }
}

/* Does what is due and finds out when the next is. What comes of it may be due at once. */
static void step(struct private_connector *connector, int64_t now_ns)
{
    connector->due_ns = INT64_MAX;
    int64_t due_ns = private_phase_step(connector, now_ns);
    due_ns = sooner(due_ns, private_entry_step(connector, now_ns));
    due_ns = sooner(due_ns, private_calls_step(connector, now_ns));
    due_ns = sooner(due_ns, private_tell_step(connector, now_ns));
    due_ns = sooner(due_ns, private_counters_step(connector, now_ns));
    connector->due_ns = sooner(connector->due_ns, due_ns);
}

void private_turn(struct private_connector *connector)
{
    transport_serve(connector->transport, connector->due_ns);
    take_mail(connector);
    int64_t now_ns = private_now_ns(connector);
    if (now_ns >= connector->due_ns)
        step(connector, now_ns);
    private_flush(connector, now_ns);
}

/* The account is not known any more, and the session says goodbye, which has a deadline of its own;
 * a sink that stays full is not waited for longer. */
void private_wind_down(struct private_connector *connector)
{
    const struct private_fault stopped = {.reason = REASON_STOPPED};
    bool open = connector->phase >= PRIVATE_LOGIN && session_is_open(connector->entry.session);
    private_calls_drop(connector);
    connector->fault = (struct private_fault){0};
    private_enter(connector, open ? PRIVATE_CLOSING : PRIVATE_CLOSED, INT64_MAX);
    private_say_account(connector, ACCOUNT_GAP, &stopped, 0);
    if (open)
        session_close(connector->entry.session);
    else
        private_leave(connector);
    while (connector->phase != PRIVATE_CLOSED)
        private_turn(connector);
    private_say_session(connector, SESSION_CLOSED, &(struct private_fault){0}, 0);
    connector->reports.counting = true;
    connector->reports.counted_ns = 0;
    int64_t end_ns = private_now_ns(connector) + LAST_MS * NS_PER_MS;
    do
        private_turn(connector);
    while (connector->reports.flush_again_ns != 0 && private_now_ns(connector) < end_ns);
}

static void run(void *argument)
{
    struct private_connector *connector = argument;
    while (!stopping(connector))
        private_turn(connector);
    private_wind_down(connector);
}

static void wake(void *context)
{
    transport_wake(context);
}

static bool make(struct private_connector *connector)
{
    const struct connector_config *config = &connector->config.connector;
    uint32_t longest_ms = config->connect_timeout_ms + config->upgrade_timeout_ms;
    connector->asker.answers = mailbox_queue_new(2); /* a dial and a call */
    connector->transport = transport_new(session_protocols(), config->ca_file, longest_ms);
    connector->asker.wake = wake;
    connector->asker.context = connector->transport;
    return connector->asker.answers != NULL && connector->transport != NULL &&
           check_init(&connector->check.stands) && private_entry_init(connector);
}

/* By which way keys of this kind get in; where there is none, the first that has to sign says so.
 */
static const struct private_exchange *way_of(const struct private_exchange *private_exchange,
                                             enum sign_kind kind)
{
    const struct private_exchange *way = private_exchange_for(private_exchange, kind);
    return way != NULL ? way : private_exchange;
}

struct private_connector *private_connector_make(const struct private_exchange *private_exchange,
                                                 const struct exchange *exchange,
                                                 const struct private_config *config,
                                                 struct secret **key, struct secret **secret,
                                                 struct fetch *fetch, struct sink *sink)
{
    const struct connector_config *common = &config->connector;
    const struct backoff backoff = {common->backoff_min_ms, common->backoff_max_ms,
                                    common->backoff_reset_ms, 0};
    struct private_connector *connector = calloc(1, sizeof *connector);
    if (connector == NULL) {
        secret_destroy(key);
        secret_destroy(secret);
        return NULL;
    }
    connector->key = *key;
    connector->secret = *secret;
    *key = *secret = NULL;
    connector->keys =
        (struct private_keys){connector->key, connector->secret, sign_kind_of(connector->secret)};
    connector->facts = way_of(private_exchange, connector->keys.kind);
    connector->exchange = exchange;
    connector->config = *config;
    connector->fetch = fetch;
    connector->sink = sink;
    connector->backoff = connector->lane.backoff = backoff;
    connector->reports.flush = 1;
    connector->check.scopes[CALL_OPEN_ORDERS] = connector->facts->scopes[CALL_OPEN_ORDERS];
    connector->check.scopes[CALL_BALANCES] = connector->facts->scopes[CALL_BALANCES];
    keep_init(&connector->kept, config->keep_max);
    random_seed(&connector->random, common->seed != 0 ? common->seed : random_entropy());
    if (!make(connector))
        private_connector_destroy(&connector);
    return connector;
}

struct private_connector *private_connector_new(const struct private_exchange *private_exchange,
                                                const struct exchange *exchange,
                                                const struct private_config *config,
                                                struct secret **key, struct secret **secret,
                                                struct fetch *fetch, struct sink *sink)
{
    char name[NAME_MAX];
    struct private_connector *connector =
        private_connector_make(private_exchange, exchange, config, key, secret, fetch, sink);
    if (connector == NULL)
        return NULL;
    snprintf(name, sizeof name, "account/%.7s", exchange->name);
    if (!thread_start(&connector->thread, name, run, connector))
        private_connector_destroy(&connector);
    return connector;
}

void private_connector_want(struct private_connector *connector, struct private_desired **desired)
{
    struct private_desired *before = mailbox_put(&connector->desired, *desired);
    *desired = NULL;
    private_desired_destroy(&before);
    transport_wake(connector->transport);
}

void private_connector_destroy(struct private_connector **connector)
{
    struct private_connector *it = *connector;
    struct fetch_answer *answer;
    if (it == NULL)
        return;
    if (it->thread.running) {
        atomic_store(&it->stopping, true);
        transport_wake(it->transport);
        thread_join(&it->thread);
        fetch_forget(it->fetch, &it->asker);
    }
    while (it->asker.answers != NULL && (answer = mailbox_pop(it->asker.answers)) != NULL)
        free_answer(answer);
    struct private_desired *desired = mailbox_take(&it->desired);
    private_desired_destroy(&desired);
    mailbox_queue_destroy(&it->asker.answers);
    private_entry_fini(it);
    transport_destroy(&it->transport);
    reconcile_destroy(&it->reconcile);
    reconcile_destroy(&it->check.pass);
    check_fini(&it->check.stands);
    keep_fini(&it->kept);
    symbols_clear(&it->list.known);
    symbols_clear(&it->list.fresh);
    secret_destroy(&it->key);
    secret_destroy(&it->secret);
    secret_wipe(it, sizeof *it);
    free(it);
    *connector = NULL;
}
