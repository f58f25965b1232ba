/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of the exchange of few words: a path says all that is asked, "/order/A/7r1>cursor". */
#ifndef TICKGATE_TESTS_UNIT_PRIVATE_FACTS_CALLS_H
#define TICKGATE_TESTS_UNIT_PRIVATE_FACTS_CALLS_H

#include "tests/unit/private_facts.h"

static uint32_t facts_rounds[CALL_PURPOSES]; /* that there are; 0: one */
static bool facts_unsigned;                  /* the keys cannot sign */
static int64_t facts_since_ms;               /* of the last call */

static inline bool facts_write_call(struct call *call, const struct private_keys *keys,
                                    const struct call_ask *ask)
{
    static const char *const names[CALL_PURPOSES] = {"clock",    "key",      "keep",  "open",
                                                     "traded",   "closed",   "fills", "order",
                                                     "balances", "positions"};
    uint32_t rounds = facts_rounds[ask->purpose] > 0 ? facts_rounds[ask->purpose] : 1;
    if (facts_unsigned || ask->round >= rounds)
        return false;
    facts_since_ms = ask->since_ms;
    call->method = "GET";
    call->weight = 1;
    text_format(&call->path, "/%s", names[ask->purpose]);
    if (ask->exchange_symbol.len > 0)
        text_format(&call->path, "/%.*s", (int)ask->exchange_symbol.len, ask->exchange_symbol.data);
    if (ask->order_id.len > 0)
        text_format(&call->path, "/%.*s", (int)ask->order_id.len, ask->order_id.data);
    if (ask->round > 0)
        text_format(&call->path, "r%u", ask->round);
    if (ask->cursor.len > 0)
        text_format(&call->path, ">%.*s", (int)ask->cursor.len, ask->cursor.data);
    if (ask->listen_key.len > 0)
        text_format(&call->path, "=%.*s", (int)ask->listen_key.len, ask->listen_key.data);
    text_literal(&call->headers, "X-KEY: ");
    text_append(&call->headers, secret_bytes(keys->key));
    text_literal(&call->headers, "\r\n");
    return true;
}

static inline bool facts_write_login(struct text *message, const struct private_keys *keys,
                                     int64_t now_ms)
{
    (void)keys, (void)now_ms;
    text_literal(message, "login");
    return !facts_unsigned;
}

static inline bool facts_write_header(struct text *lines, const struct private_keys *keys,
                                      int64_t now_ms)
{
    (void)now_ms;
    text_literal(lines, "X-TOKEN: ");
    text_append(lines, secret_bytes(keys->secret));
    text_literal(lines, "\r\n");
    return !facts_unsigned;
}

static inline void facts_write_subscription(struct text *message)
{
    text_literal(message, "subscribe");
}

/* A page of the list is "A=a B=b >2": the exchange's names and ours, and the next page. */
static inline void facts_write_list(struct text *path, const struct slice *body)
{
    const char *next = body != NULL ? memchr(body->data, '>', body->len) : "";
    if (next == NULL)
        return;
    text_literal(path, "/list");
    if (body != NULL)
        text_bytes(path, next, (size_t)(body->data + body->len - next));
}

static inline enum refusal facts_read_list(struct slice body, exchange_take *take, void *context,
                                           size_t *skipped)
{
    struct slice page = facts_word(&body, '>');
    *skipped = 0;
    while (page.len > 0) {
        struct event event;
        struct slice word = facts_word(&page, ' '), name = facts_word(&word, '=');
        if (name.len == 0)
            continue;
        if (*name.data == '?')
            return REFUSAL_NOT_JSON;
        event_begin(&event, KIND_INSTRUMENT);
        facts_copy(event.instrument.exchange_symbol, name);
        facts_copy(event.instrument.symbol, word);
        take(context, &event);
    }
    return REFUSAL_NONE;
}

static inline void facts_read_reply(struct slice body, uint32_t status, const struct call_ask *ask,
                                    struct parsing *parsing, private_take *take, void *context,
                                    struct call_reply *reply)
{
    struct slice rest = body, events;
    (void)status;
    if (slice_starts_with(body, SLICE("-"))) {
        reply->verdict = facts_verdict(&rest);
        reply->detail = rest;
        return;
    }
    if (ask->purpose == CALL_CLOCK)
        reply->server_ms = strtoll(body.data, NULL, 10);
    if (ask->purpose == CALL_KEY || ask->purpose == CALL_KEEP_KEY)
        text_append(&reply->listen_key, body);
    if (ask->purpose < CALL_OPEN_ORDERS)
        return;
    events = facts_word(&rest, '>');
    text_append(&reply->cursor, rest);
    reply->refusal = facts_parse(events, parsing, take, context);
}

static const struct status_table facts_statuses = {"stage", NULL, 0};

static const struct private_exchange facts_whole = {
    .name = "stage",
    .type = "StagePrivateConnector",
    .websocket = "wss://stage.example",
    .path = "/private",
    .login = LOGIN_MESSAGE,
    .key_kinds = 1u << SIGN_HMAC,
    .messages_per_second = 100,
    .frame_max = 65536,
    .statuses = &facts_statuses,
    .scopes = {[CALL_OPEN_ORDERS] = SCOPE_ACCOUNT,
               [CALL_FILLS] = SCOPE_ACCOUNT,
               [CALL_ORDER] = SCOPE_ACCOUNT,
               [CALL_BALANCES] = SCOPE_ACCOUNT},
    .write_login = facts_write_login,
    .write_header = facts_write_header,
    .write_subscription = facts_write_subscription,
    .subscription_answered = true,
    .route = facts_route,
    .parse = facts_parse,
    .write_call = facts_write_call,
    .read_reply = facts_read_reply,
};

static const struct exchange public_facts = {.name = "stage",
                                             .rest = "https://rest.example",
                                             .limits = {.group = "stage"},
                                             .write_instruments_path = facts_write_list,
                                             .read_instruments = facts_read_list};

#endif
