/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the simulated Bybit, one dialect for each market: sim.c has its keys and payloads,
 * sim_session.c its control protocol, sim_rest.c its REST. */
#ifndef TICKGATE_CONNECTORS_BYBIT_SIM_PARTS_H
#define TICKGATE_CONNECTORS_BYBIT_SIM_PARTS_H

#include "connectors/dialect.h"

/* The number of a market's path, and the form of its streams. */
enum { BYBIT_SIM_SPOT, BYBIT_SIM_LINEAR, BYBIT_SIM_INVERSE, BYBIT_SIM_MARKETS };

struct slice bybit_sim_category(uint32_t market);

bool bybit_sim_read_spot_path(const struct dialect_query *query, struct dialect_request *request);
bool bybit_sim_read_linear_path(const struct dialect_query *query, struct dialect_request *request);
bool bybit_sim_read_inverse_path(const struct dialect_query *query,
                                 struct dialect_request *request);
void bybit_sim_read_request(struct slice message, const struct dialect_session *session,
                            struct dialect_request *request, struct text *reply);
void bybit_sim_write_reply(struct text *reply, const struct dialect_request *request,
                           const struct dialect_session *session, enum dialect_outcome outcome,
                           struct slice key);

/* [["price","size"],...]; without zeros at the end of numbers if `trimmed`. */
void bybit_sim_write_levels(struct text *text, const struct dialect_level *levels, uint32_t count,
                            bool trimmed);

uint32_t bybit_sim_weigh(const struct dialect_query *query, uint32_t *group);
int bybit_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                     struct dialect_answer *answer);
const char *bybit_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                    int64_t until_ns);

/* sim_private.c */
extern const struct dialect_account bybit_sim_accounts[BYBIT_SIM_MARKETS];

#endif
