/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the simulated Binance's private half give each other: what both markets check,
 * and how they answer. Written from binance.md 5.3, 6, 7; nothing of private*.c takes part. */
#ifndef TICKGATE_CONNECTORS_BINANCE_SIM_PRIVATE_H
#define TICKGATE_CONNECTORS_BINANCE_SIM_PRIVATE_H

#include "connectors/binance/sim_parts.h"

/* An error of a request. */
struct binance_sim_refusal {
    int status, code;
    const char *message;
};

/* sim_privatekeys.c: false with why. */
bool binance_sim_find_key(const struct dialect_keys *keys, struct slice key, uint32_t *account,
                          const struct secret **secret, struct binance_sim_refusal *refusal);
bool binance_sim_verify(const struct secret *secret, struct slice payload, struct slice signature,
                        struct binance_sim_refusal *refusal);
bool binance_sim_check_time(struct slice timestamp, struct slice window, int64_t now_ns,
                            struct binance_sim_refusal *refusal);
/* False for what is no number of at most 17 digits. */
bool binance_sim_number(struct slice text, int64_t *number);
struct slice binance_sim_type(const struct dialect_order *order);
struct slice usdm_sim_type(const struct dialect_order *order);
struct slice binance_sim_force(const struct dialect_order *order);
struct slice usdm_sim_force(const struct dialect_order *order);
struct slice binance_sim_state(const struct dialect_order *order);
void binance_sim_client_id(struct text *text, const struct dialect_order *order);
void binance_sim_write_order_id(struct text *text, uint64_t id);
void binance_sim_write_fill_id(struct text *text, const struct dialect_fill *fill);

/* sim_privaterest.c: as the hooks of struct dialect_account. */
uint32_t binance_sim_weigh_private(const struct dialect_query *query, uint32_t *group);
uint32_t usdm_sim_weigh_private(const struct dialect_query *query, uint32_t *group);
uint32_t binance_sim_authenticate(const struct dialect_query *query,
                                  const struct dialect_keys *keys, struct dialect_answer *answer,
                                  int *status);
uint32_t usdm_sim_authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                               struct dialect_answer *answer, int *status);
int binance_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                               const struct dialect_account_view *view,
                               struct dialect_answer *answer);
int usdm_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                            const struct dialect_account_view *view, struct dialect_answer *answer);

/* A request under way: the answer is written, its HTTP status returned. */
struct binance_sim_asked {
    const struct dialect_query *query;
    const struct dialect_keys *keys;
    const struct dialect_account_view *view;
    struct dialect_answer *answer;
    bool usdm;
};
typedef int binance_sim_answers(struct binance_sim_asked *asked);

/* sim_privateorders.c */
binance_sim_answers binance_sim_answer_open, binance_sim_answer_orders, binance_sim_answer_order,
    binance_sim_answer_fills, binance_sim_answer_income;

#endif
