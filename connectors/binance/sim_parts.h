/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the simulated Binance give each other: hooks of connectors/dialect.h, and what
 * both markets write alike. */
#ifndef TICKGATE_CONNECTORS_BINANCE_SIM_PARTS_H
#define TICKGATE_CONNECTORS_BINANCE_SIM_PARTS_H

#include "connectors/dialect.h"

/* sim.c */
bool binance_sim_split_symbol(struct slice symbol, struct slice *base, struct slice *quote);
/* The symbol of a key, in upper case, and the name behind its '@'. */
bool binance_sim_split_key(struct slice key, struct text *symbol, struct slice *name);
bool binance_sim_read_interval(struct slice name, struct dialect_stream *stream);
uint64_t binance_sim_time(const struct dialect_event *event);
/* `name` with its comma, quotes and colon. */
void binance_sim_bar_id(struct text *text, struct slice name, const struct dialect_bar *bar,
                        uint64_t id);
void binance_sim_write_levels(struct text *text, const struct dialect_level *levels,
                              uint32_t count);
void binance_sim_write_book(struct text *text, const struct dialect_book *book);
/* But for the brace at its end. */
void binance_sim_write_kline(struct text *text, const struct dialect_stream *stream,
                             const struct dialect_event *event);

/* sim_session.c */
bool binance_sim_read_path(const struct dialect_query *query, struct dialect_request *request);
void binance_sim_read_request(struct slice message, const struct dialect_session *session,
                              struct dialect_request *request, struct text *reply);
void binance_sim_write_reply(struct text *reply, const struct dialect_request *request,
                             const struct dialect_session *session, enum dialect_outcome outcome,
                             struct slice key);
void binance_sim_write_shutdown(struct text *message, bool wrapped, int64_t now_ns);

/* sim_rest.c */
/* Writes an error; its status. */
int binance_sim_fail(struct text *body, int code, const char *message);
int binance_sim_answer_ping(const struct dialect_query *query, const struct dialect_venue *venue,
                            struct dialect_answer *answer);
int binance_sim_answer_time(const struct dialect_query *query, const struct dialect_venue *venue,
                            struct dialect_answer *answer);
uint32_t binance_sim_weigh(const struct dialect_query *query, uint32_t *group);
int binance_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer);
void binance_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit);
const char *binance_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns);
enum dialect_line binance_sim_read_line(struct slice line, struct slice *key,
                                        struct slice *payload);
bool binance_sim_read_book(struct slice payload, struct dialect_book *book,
                           struct dialect_level *bids, struct dialect_level *asks,
                           uint32_t levels_max);

/* sim_usdm.c */
extern const struct dialect binance_usdm_dialect;

/* sim_usdmrest.c */
uint32_t usdm_sim_weigh(const struct dialect_query *query, uint32_t *group);
int usdm_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                    struct dialect_answer *answer);

/* sim_private.c, sim_privateusdm.c */
extern const struct dialect_account binance_sim_account, usdm_sim_account;

#endif
