/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of a call: its events are told, and its verdict decides what is asked for next. */
#include "common/log.h"
#include "common/secret.h"
#include "connectors/private_parts.h"

#include <stdio.h>

struct taking {
    struct private_connector *connector;
    int64_t received_ns;
};

static void take(void *context, struct event *event)
{
    const struct taking *taking = context;
    struct reconcile *asking = private_asking(taking->connector);
    if (asking == NULL)
        return;
    reconcile_note(asking, event);
    if (asking == taking->connector->check.pass) {
        check_found(&taking->connector->check.stands, event);
        return;
    }
    if (event->kind != KIND_INSTRUMENT)
        private_give(taking->connector, event, true, taking->received_ns);
}

/* The exchange does not know an order that the owner takes for open: what became of it nobody can
 * say. */
static void tell_gone(struct private_connector *connector, const struct private_order *order)
{
    struct event event;
    event_begin(&event, KIND_ORDER);
    snprintf(event.order.exchange_symbol, sizeof event.order.exchange_symbol, "%s",
             order->exchange_symbol);
    event.order.order_id = order->order_id;
    event.order.status = ORDER_UNKNOWN;
    snprintf(event.order.exchange_status, sizeof event.order.exchange_status, "gone");
    private_give(connector, &event, true, clock_real_ns());
}

static void next_item(struct private_connector *connector)
{
    struct private_order gone;
    if (reconcile_no_round(private_asking(connector), &gone))
        tell_gone(connector, &gone);
}

static void next_page(struct private_connector *connector, struct slice cursor)
{
    if (!reconcile_answered(private_asking(connector), cursor))
        private_fail(connector, REASON_RECONCILE_FAILED, private_call_name(connector),
                     SLICE("it has no end of pages"));
}

/* The first round of anything is there, if the keys can sign it. */
void private_no_call(struct private_connector *connector)
{
    const struct private_fault fault = {.key = true, .reason = REASON_KEY_REFUSED};
    if (connector->lane.ask.round == 0)
        private_fail_as(connector, &fault, "these keys cannot sign", (struct slice){NULL, 0});
    else
        next_item(connector);
}

static void take_listen_key(struct private_connector *connector, struct slice text)
{
    struct private_listen_key *listen_key = &connector->listen_key;
    int64_t now_ns = private_now_ns(connector);
    int64_t every_ns = connector->facts->keep_key_ms * NS_PER_MS;
    bool kept = connector->lane.ask.purpose == CALL_KEEP_KEY;
    bool other =
        text.len > 0 && !slice_equal(text, (struct slice){listen_key->text, listen_key->len});
    if (kept ? other : text.len == 0) {
        private_fail(connector, REASON_LISTEN_KEY, kept ? "it is another one" : "none was given",
                     (struct slice){NULL, 0});
        return;
    }
    if (!kept) {
        memcpy(listen_key->text, text.data, text.len);
        listen_key->len = text.len;
    }
    listen_key->due_ns = now_ns + every_ns;
    listen_key->end_ns = now_ns + every_ns + every_ns / 2;
}

static void accept(struct private_connector *connector, const struct call_reply *reply)
{
    connector->lane.backoff.failures = 0;
    connector->lane.failure[0] = '\0';
    switch (connector->lane.ask.purpose) {
    case CALL_CLOCK:
        private_clock_sample(connector, reply->server_ms);
        break;
    case CALL_KEY:
    case CALL_KEEP_KEY:
        take_listen_key(connector, text_slice(&reply->listen_key));
        break;
    default:
        next_page(connector, text_slice(&reply->cursor));
        break;
    }
}

/* What is not there: a listen key is to be had anew, an order may stand in another round, a symbol
 * is none of the account's any more. */
static void take_gone(struct private_connector *connector, const struct call_reply *reply)
{
    enum call_purpose purpose = connector->lane.ask.purpose;
    if (purpose == CALL_KEEP_KEY)
        private_fail(connector, REASON_LISTEN_KEY, NULL, reply->detail);
    else if (purpose == CALL_ORDER)
        next_page(connector, (struct slice){NULL, 0});
    else if (connector->facts->scopes[purpose] == SCOPE_EACH_SYMBOL)
        next_item(connector);
    else
        private_call_failed(connector, REASON_REFUSED_BY_EXCHANGE, 0, reply->detail);
}

/* A 403 that does not speak of the keys is a word to all of us to keep away. */
static void heed(struct private_connector *connector, uint32_t status, enum verdict verdict)
{
    if (status == 403 && verdict != VERDICT_KEY && verdict != VERDICT_GONE)
        fetch_hold(connector->fetch, connector->exchange, fetch_default_wait_ms(status), true);
}

static void decline(struct private_connector *connector, const struct fetch_answer *answer,
                    const struct call_reply *reply)
{
    enum reason reason = session_status_reason(answer->status, REASON_REFUSED_BY_EXCHANGE);
    const struct private_fault fault = {
        .key = true, .reason = REASON_KEY_REFUSED, .status = answer->status};
    switch (reply->verdict) {
    case VERDICT_KEY:
        private_fail_as(connector, &fault, private_call_name(connector), reply->detail);
        return;
    case VERDICT_GONE:
        take_gone(connector, reply);
        return;
    case VERDICT_CLOCK:
        connector->clock.due_ns = 0;
        reason = REASON_CLOCK;
        break;
    case VERDICT_LIMITED:
        reason = reason == REASON_BANNED ? reason : REASON_RATE_LIMITED;
        break;
    default:
        break;
    }
    private_call_failed(connector, reason, answer->retry_after_ms, reply->detail);
}

static void take_skipped(struct private_connector *connector, size_t skipped)
{
    if (skipped == 0)
        return;
    for (size_t i = 0; i < skipped; i++)
        private_refuse(connector, REFUSAL_BAD_VALUE);
    log_warn("account_entries_skipped", "%s: %s: %zu that cannot be held", connector->config.name,
             private_call_name(connector), skipped);
}

void private_reply_came(struct private_connector *connector, const struct fetch_answer *answer)
{
    char cursor[PRIVATE_CURSOR_MAX], listen_key[PRIVATE_LISTEN_KEY_MAX];
    struct call_reply reply = {.cursor = text_over(cursor, sizeof cursor),
                               .listen_key = text_over(listen_key, sizeof listen_key)};
    struct taking taking = {connector, clock_real_ns()};
    struct parsing parsing = {0};
    connector->facts->read_reply((struct slice){answer->body, answer->body_len}, answer->status,
                                 &connector->lane.ask, &parsing, take, &taking, &reply);
    heed(connector, answer->status, reply.verdict);
    private_note_drift(connector, &parsing);
    take_skipped(connector, reply.skipped);
    if (reply.cursor.overflow || reply.listen_key.overflow)
        reply.refusal = REFUSAL_BAD_VALUE;
    if (reply.verdict != VERDICT_OK) {
        decline(connector, answer, &reply);
    } else if (reply.refusal != REFUSAL_NONE) {
        private_refuse(connector, reply.refusal);
        private_call_failed(connector,
                            session_status_reason(answer->status, REASON_REFUSED_BY_EXCHANGE),
                            answer->retry_after_ms, refusal_word(reply.refusal));
    } else {
        accept(connector, &reply);
    }
    secret_wipe(listen_key, sizeof listen_key);
}
