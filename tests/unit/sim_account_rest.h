/* SPDX-License-Identifier: Apache-2.0 */
/* Private REST of the exchange that never was (sim_account.h): /my/orders, /my/order, /my/listen
 * with x-key and x-sign (HMAC of what stands behind the '?' and of the body); a `nonce` that was
 * seen is refused. */
#ifndef TICKGATE_TESTS_UNIT_SIM_ACCOUNT_REST_H
#define TICKGATE_TESTS_UNIT_SIM_ACCOUNT_REST_H

#include "tests/unit/sim_dialect.h"

static inline void odd_order_id(struct text *text, uint64_t id)
{
    text_format(text, "o-%llu", (unsigned long long)id);
}

static inline void odd_fill_id(struct text *text, const struct dialect_fill *fill)
{
    text_format(text, "f-%llu", (unsigned long long)fill->id);
}

static inline uint32_t odd_weigh_private(const struct dialect_query *query, uint32_t *group)
{
    *group = 0;
    return slice_starts_with(query->path, SLICE("/my/")) ? 1 : 0;
}

static inline struct slice odd_header(const struct dialect_query *query, struct slice name)
{
    for (uint32_t i = 0; i < query->header_count; i++)
        if (slice_equal(query->headers[i].name, name))
            return query->headers[i].value;
    return (struct slice){NULL, 0};
}

static inline uint32_t odd_authenticate(const struct dialect_query *query,
                                        const struct dialect_keys *keys,
                                        struct dialect_answer *answer, int *status)
{
    char memory[4096];
    struct text signed_text = text_over(memory, sizeof memory);
    const struct secret *secret;
    uint32_t account;
    text_append(&signed_text, query->raw);
    text_append(&signed_text, query->body);
    *status = 401;
    for (uint32_t i = 0; i < query->parameter_count; i++)
        if (slice_equal(query->parameters[i].name, SLICE("nonce")) &&
            !keys->is_fresh(keys->context, query->parameters[i].value)) {
            text_literal(&answer->body, "{\"old\":true}");
            return DIALECT_NO_ACCOUNT;
        }
    if (keys->find(keys->context, odd_header(query, SLICE("x-key")), &account, &secret) &&
        sign_verify(secret, SIGN_SHA256, SIGN_HEX, text_slice(&signed_text),
                    odd_header(query, SLICE("x-sign"))))
        return account;
    text_literal(&answer->body, "{\"denied\":true}");
    return DIALECT_NO_ACCOUNT;
}

static inline int odd_answer(const struct dialect_query *query, const struct dialect_keys *keys,
                             const struct dialect_account_view *view, struct dialect_answer *answer)
{
    struct text *body = &answer->body;
    if (slice_equal(query->path, SLICE("/my/listen"))) {
        text_append(body, keys->listen_key(keys->context, view->account, true));
        return 200;
    }
    text_format(body, "{\"method\":\"%.*s\",\"got\":%zu,\"now\":%lld,\"orders\":[",
                (int)query->method.len, query->method.data, query->body.len,
                (long long)keys->now_ns);
    for (uint32_t i = 0; i < view->order_count; i++) {
        const struct dialect_order *order = view->order(view->context, view->account, i);
        text_append(body, i > 0 ? SLICE(",\"") : SLICE("\""));
        odd_order_id(body, order->id);
        text_literal(body, "\"");
        ck_assert_ptr_nonnull(view->find_order(view->context, view->account, order->id));
    }
    text_format(body, "],\"fills\":%u,\"balances\":%u,\"positions\":%u}", view->fill_count,
                view->balance_count, view->position_count);
    for (uint32_t i = 0; i < view->fill_count; i++)
        view->fill(view->context, view->account, i);
    for (uint32_t i = 0; i < view->balance_count; i++)
        view->balance(view->context, view->account, i);
    for (uint32_t i = 0; i < view->position_count; i++)
        view->position(view->context, view->account, i);
    ck_assert(view->find_order(view->context, view->account, 1) == NULL);
    return 200;
}

#endif
