/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the simulated Bybit's accounts: sim_private.c lets them in and tells them what
 * happens, sim_privaterows.c has the rows, sim_privaterest.c what is answered by REST. One market
 * is simulated at a time: the account has nothing of the others. */
#ifndef TICKGATE_CONNECTORS_BYBIT_SIM_PRIVATE_H
#define TICKGATE_CONNECTORS_BYBIT_SIM_PRIVATE_H

#include "connectors/bybit/sim_parts.h"

/* Ids have the form of their market: numbers of 19 digits on spot, else UUIDs (6.3). */
void bybit_sim_write_order_id(struct text *text, uint64_t id, uint32_t market);
/* The number that such an id was written from; false for any other text. */
bool bybit_sim_read_order_id(struct slice text, uint32_t market, uint64_t *id);
void bybit_sim_write_fill_id(struct text *text, const struct dialect_fill *fill, uint32_t market);

/* Rows, as objects. On the stream they name the category, in REST their list does. */
void bybit_sim_write_order(struct text *text, const struct dialect_order *order, uint32_t market,
                           bool stream);
void bybit_sim_write_execution(struct text *text, const struct dialect_fill *fill,
                               const struct dialect_order *order, uint64_t sequence,
                               uint32_t market, bool stream);
void bybit_sim_write_position(struct text *text, const struct dialect_position *position,
                              int64_t time_ns, uint64_t sequence, uint32_t market, bool stream);
void bybit_sim_write_coin(struct text *text, const struct dialect_balance *balance);
void bybit_sim_write_wallet(struct text *text, struct slice coins);

/* What contracts of this name settle in. */
struct slice bybit_sim_settle_coin(struct slice symbol, uint32_t market);

uint32_t bybit_sim_weigh_private(const struct dialect_query *query, uint32_t *group);
uint32_t bybit_sim_authenticate(const struct dialect_query *query, const struct dialect_keys *keys,
                                struct dialect_answer *answer, int *status);
int bybit_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                             const struct dialect_account_view *view, uint32_t market,
                             struct dialect_answer *answer);

#endif
