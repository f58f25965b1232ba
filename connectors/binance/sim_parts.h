/* SPDX-License-Identifier: Apache-2.0 */
/* What the three parts of the simulated Binance give each other: the hooks of connectors/dialect.h,
 * and nothing else. */
#ifndef TICKGATE_CONNECTORS_BINANCE_SIM_PARTS_H
#define TICKGATE_CONNECTORS_BINANCE_SIM_PARTS_H

#include "connectors/dialect.h"

/* sim.c */
void binance_sim_write_book(struct text *text, const struct dialect_book *book);

/* sim_session.c */
bool binance_sim_read_path(const struct dialect_query *query, struct dialect_request *request);
void binance_sim_read_request(struct slice message, struct dialect_request *request,
                              struct text *reply);
void binance_sim_write_reply(struct text *reply, const struct dialect_request *request, bool full,
                             bool wrapped, const struct slice *keys, uint32_t key_count);
void binance_sim_write_shutdown(struct text *message, bool wrapped, int64_t now_ns);

/* sim_rest.c */
uint32_t binance_sim_weigh(const struct dialect_query *query);
int binance_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer);
const char *binance_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns);
enum dialect_line binance_sim_read_line(struct slice line, struct slice *key,
                                        struct slice *payload);
bool binance_sim_read_book(struct slice payload, struct dialect_book *book,
                           struct dialect_level *bids, struct dialect_level *asks,
                           uint32_t levels_max);

#endif
