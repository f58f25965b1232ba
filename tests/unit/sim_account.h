/* SPDX-License-Identifier: Apache-2.0 */
/* The private half of the exchange that never was (sim_dialect.h). Upgrade on /private, then
 * "login KEY SIGNATURE" (HMAC of "login"), "listen" for events, "ping". Its
 * REST is sim_account_rest.h. */
#ifndef TICKGATE_TESTS_UNIT_SIM_ACCOUNT_H
#define TICKGATE_TESTS_UNIT_SIM_ACCOUNT_H

#include "tests/unit/sim_account_rest.h"

static inline bool odd_admit(const struct dialect_query *query, const struct dialect_keys *keys,
                             struct dialect_private_session *session,
                             enum dialect_admission *admission, struct dialect_answer *answer,
                             int *status)
{
    struct slice listen_key = {NULL, 0};
    if (!slice_equal(query->path, SLICE("/private")))
        return false;
    *admission = DIALECT_ADMITTED;
    if (query->parameter_count == 0)
        return true;
    listen_key = query->parameters[0].value;
    session->account = keys->find_listen_key(keys->context, listen_key);
    session->topics = 1;
    if (session->account == DIALECT_NO_ACCOUNT) {
        *admission = DIALECT_DENIED;
        *status = 401;
        text_literal(&answer->body, "{\"denied\":true}");
    }
    return true;
}

static inline enum dialect_private_word odd_take(struct slice message,
                                                 const struct dialect_keys *keys,
                                                 struct dialect_private_session *session,
                                                 struct text *reply)
{
    const struct secret *secret = NULL;
    const char *space = memrchr(message.data, ' ', message.len);
    if (slice_equal(message, SLICE("ping"))) {
        text_literal(reply, "pong");
    } else if (slice_equal(message, SLICE("listen"))) {
        session->topics = 1;
        text_literal(reply, "listening");
    } else if (slice_starts_with(message, SLICE("login ")) && space != NULL) {
        struct slice key = {message.data + 6, (size_t)(space - message.data) - 6};
        struct slice sign = {space + 1, message.len - key.len - 7};
        uint32_t account;
        if (!keys->find(keys->context, key, &account, &secret) ||
            !sign_verify(secret, SIGN_SHA256, SIGN_HEX, SLICE("login"), sign)) {
            text_literal(reply, "no");
            return DIALECT_PRIVATE_CLOSE;
        }
        session->account = account;
        text_literal(reply, "welcome");
    }
    return DIALECT_PRIVATE_SAY;
}

/* The order, then its fill. */
static inline bool odd_event(struct text *message, const struct dialect_private_session *session,
                             const struct dialect_account_event *event, uint32_t part)
{
    if (part == 2)
        return false;
    if (session->topics == 0 || (part == 1 && event->fill == NULL))
        return true;
    text_format(message, "{\"n\":%llu,\"t\":%lld,\"%s\":\"", (unsigned long long)event->sequence,
                (long long)event->time_ns, part == 0 ? "order" : "fill");
    if (part == 0)
        odd_order_id(message, event->order->id);
    else
        odd_fill_id(message, event->fill);
    text_literal(message, "\",\"filled\":\"");
    decimal_write(message, &event->order->filled);
    text_format(message, "\",\"state\":%d}", (int)event->order->state);
    return true;
}

static inline void odd_over(struct text *message, const struct dialect_private_session *session,
                            int64_t now_ns)
{
    (void)session;
    (void)now_ns;
    text_literal(message, "over");
}

static const struct dialect_account odd_account = {
    .admit = odd_admit,
    .take = odd_take,
    .write_event = odd_event,
    .write_over = odd_over,
    .weigh = odd_weigh_private,
    .authenticate = odd_authenticate,
    .answer = odd_answer,
    .types = 15,
    .forces = 15,
    .causes = 255,
    .has_positions = true,
    .fee_of_bought = true,
    .write_order_id = odd_order_id,
    .write_fill_id = odd_fill_id,
};

static inline const char *odd_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns)
{
    (void)weight_limit;
    (void)until_ns;
    text_format(body, "{\"status\":%d}", status);
    return "application/json";
}

/* The odd exchange with accounts. */
static inline struct dialect odd_with(const struct dialect_account *account)
{
    struct dialect dialect = odd;
    dialect.account = account;
    dialect.write_failure = odd_failure;
    dialect.digits = 8;
    return dialect;
}

#endif
