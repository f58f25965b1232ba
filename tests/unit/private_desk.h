/* SPDX-License-Identifier: Apache-2.0 */
/* The actors of transport and fetch, and the sink: what it is told as words. "o:a:7:2r" is an order
 * of the instrument that we call "a", asked for by REST. */
#ifndef TICKGATE_TESTS_UNIT_PRIVATE_DESK_H
#define TICKGATE_TESTS_UNIT_PRIVATE_DESK_H

#include "tests/unit/private_actors.h"

int64_t transport_now_ns(struct transport *transport)
{
    (void)transport;
    return stage.now_ns;
}

struct transport *transport_new(const struct lws_protocols *protocols, const char *ca_file,
                                uint32_t limit_ms)
{
    (void)protocols, (void)ca_file, (void)limit_ms;
    return (void *)&stage;
}

void transport_destroy(struct transport **transport)
{
    *transport = NULL;
}

void transport_serve(struct transport *transport, int64_t due_ns)
{
    (void)transport, (void)due_ns;
}

void transport_wake(struct transport *transport)
{
    (void)transport;
}

void transport_global_init(void)
{
}

static inline void stage_reply(uint64_t tag, uint32_t status, const char *body)
{
    size_t len = strlen(body);
    struct fetch_answer *answer = calloc(1, sizeof *answer + len + 1);
    answer->tag = tag;
    answer->status = status;
    answer->error = status == 0 ? FETCH_TIMEOUT : FETCH_OK;
    answer->address_count = 1;
    snprintf(answer->addresses[0], sizeof answer->addresses[0], "192.0.2.1");
    snprintf(answer->detail, sizeof answer->detail, "%s", status == 0 ? body : "");
    answer->body_len = len;
    memcpy(answer->body, body, len);
    ck_assert(mailbox_push(stage.connector->asker.answers, answer));
}

bool fetch_ask(struct fetch *fetch, const struct fetch_request *request)
{
    (void)fetch;
    if (request->kind == FETCH_DIAL) {
        ck_assert_str_eq(request->url, "stage.example");
        stage.dials++;
        stage_reply(PRIVATE_TAG_DIAL, 200, "");
        return true;
    }
    struct slice url = request->kind == FETCH_CALL ? request->call.url : slice_of(request->url);
    ck_assert_str_eq(stage.asked, "");
    ck_assert(slice_starts_with(url, SLICE("https://rest.example")));
    snprintf(stage.asked, sizeof stage.asked, "%.*s", (int)url.len - 20, url.data + 20);
    if (request->kind == FETCH_CALL)
        ck_assert(slice_equal(request->call.headers, SLICE("X-KEY: canary-key\r\n")));
    return true;
}

void fetch_hold(struct fetch *fetch, const struct exchange *exchange, uint32_t wait_ms, bool banned)
{
    (void)fetch, (void)exchange, (void)banned;
    stage.held_ms = wait_ms;
}

void fetch_forget(struct fetch *fetch, struct fetch_asker *asker)
{
    (void)fetch, (void)asker;
}

void fetch_budget(struct fetch *fetch, const struct exchange *exchange, struct fetch_budget *budget)
{
    (void)fetch, (void)exchange;
    *budget = (struct fetch_budget){0};
}

static inline void stage_note_account(const struct event *event)
{
    struct slice status = account_status_word((enum account_status)event->account.status);
    struct slice reason = reason_word((enum reason)event->reason);
    stage_note(stage.leaked, "%s", event->account.detail);
    if (event->reason != REASON_NONE)
        stage_note(stage.said, "[%s/%s]", status.data, reason.data);
    else if (event->account.status == ACCOUNT_RECONCILING)
        stage_note(stage.said, "[%s %d]", status.data, (int)event->account.turn);
    else
        stage_note(stage.said, "[%s]", status.data);
}

static inline bool stage_take(struct sink *sink, const struct event *event)
{
    (void)sink;
    const struct order *order = &event->order;
    const struct fill *fill = &event->fill;
    switch (stage.full ? KIND_COUNT : event->kind) {
    case KIND_ACCOUNT:
        stage_note_account(event);
        break;
    case KIND_ORDER:
        stage_note(stage.said, "%s:%s:%.*s:%d%s",
                   order->exchange_status[0] != '\0' ? order->exchange_status : "o", order->symbol,
                   order->order_id.len, order->order_id.text,
                   (int)order->numbers[ORDER_FILLED_QTY].low, order->reconciled ? "r" : "");
        break;
    case KIND_FILL:
        stage_note(stage.said, "f:%s:%.*s:%.*s%s", fill->symbol, fill->order_id.len,
                   fill->order_id.text, fill->trade_id.len, fill->trade_id.text,
                   fill->reconciled ? "r" : "");
        break;
    case KIND_BALANCE:
        stage_note(stage.said, "b:%s%s", event->balance.asset,
                   event->balance.reconciled ? "r" : "");
        break;
    case KIND_POSITION:
        stage_note(stage.said, "p:%s%s", event->position.symbol,
                   event->position.reconciled ? "r" : "");
        break;
    case KIND_SESSION:
        stage_note(stage.leaked, "%s", event->session.detail);
        break;
    case KIND_DRIFT:
        ck_assert_uint_eq(event->drift.len, 0);
        stage_note(stage.leaked, "%.*s", event->drift.name_len, event->drift.name);
    }
    return !stage.full;
}

static inline bool stage_flush(struct sink *sink)
{
    (void)sink;
    return !stage.flush_fails;
}

#endif
