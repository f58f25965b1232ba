/* SPDX-License-Identifier: Apache-2.0 */
/* What the three parts of the simulated Bithumb give each other: the hooks of connectors/dialect.h,
 * and how its numbers and times are written.
 *
 * Bithumb has no keys; ours are TYPE/CODE/F, as in "orderbook/KRW-BTC.5/S": the code as it stands
 * in the request, and D or S for the format. */
#ifndef TICKGATE_CONNECTORS_BITHUMB_SIM_PARTS_H
#define TICKGATE_CONNECTORS_BITHUMB_SIM_PARTS_H

#include "connectors/dialect.h"

enum { BITHUMB_SIM_DEFAULT, BITHUMB_SIM_SIMPLE }; /* forms of a stream */

/* sim.c */
bool bithumb_sim_is_type(struct slice type);
void bithumb_sim_write_key(struct text *key, struct slice type, struct slice code, bool simple);

/* An object that is being written: each member with its name in the format that is asked for. */
struct bithumb_sim_object {
    struct text *text;
    bool simple;
    bool begun;
};
void bithumb_sim_name(struct bithumb_sim_object *object, const char *name, const char *brief);
void bithumb_sim_text(struct bithumb_sim_object *object, const char *name, const char *brief,
                      struct slice value);
void bithumb_sim_whole(struct bithumb_sim_object *object, const char *name, const char *brief,
                       uint64_t value);
void bithumb_sim_decimal(struct bithumb_sim_object *object, const char *name, const char *brief,
                         const struct decimal *value);
/* total_ask_size, total_bid_size, orderbook_units. */
void bithumb_sim_book(struct bithumb_sim_object *object, const struct dialect_book *book);

/* sim_session.c */
bool bithumb_sim_read_path(const struct dialect_query *query, struct dialect_request *request);
void bithumb_sim_read_request(struct slice message, const struct dialect_session *session,
                              struct dialect_request *request, struct text *reply);
void bithumb_sim_write_reply(struct text *reply, const struct dialect_request *request,
                             const struct dialect_session *session, enum dialect_outcome outcome,
                             struct slice key);

/* sim_private.c */
extern const struct dialect_account bithumb_sim_account;
void bithumb_sim_write_order_id(struct text *text, uint64_t id);
bool bithumb_sim_read_order_id(struct slice text, uint64_t *id);
void bithumb_sim_write_fill_id(struct text *text, const struct dialect_fill *fill);
struct slice bithumb_sim_order_type(const struct dialect_order *order);
struct slice bithumb_sim_force(const struct dialect_order *order);       /* empty: none is said */
struct slice bithumb_sim_cancel_type(const struct dialect_order *order); /* the same */

/* sim_private_rest.c */
uint32_t bithumb_sim_weigh_private(const struct dialect_query *query, uint32_t *group);
int bithumb_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                               const struct dialect_account_view *view,
                               struct dialect_answer *answer);

/* sim_rest.c */
uint32_t bithumb_sim_weigh(const struct dialect_query *query, uint32_t *group);
int bithumb_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer);
void bithumb_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit);
const char *bithumb_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns);

#endif
