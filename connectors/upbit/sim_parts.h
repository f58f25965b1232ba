/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the simulated Upbit give each other: the hooks of connectors/dialect.h, and how
 * its objects and numbers are written.
 *
 * Upbit has no keys; ours are TYPE/CODE/F, as in "orderbook/KRW-BTC.5/1": the code as it stands in
 * the request, and the form as a digit. */
#ifndef TICKGATE_CONNECTORS_UPBIT_SIM_PARTS_H
#define TICKGATE_CONNECTORS_UPBIT_SIM_PARTS_H

#include "connectors/dialect.h"

#define UPBIT_SIM_CALLS                                                                            \
    2 /* the group "default" of an account's calls: behind those of quotations */

/* Forms of a stream: bits. */
enum { UPBIT_SIM_SIMPLE = 1, UPBIT_SIM_LIST = 2 };

/* sim.c */
bool upbit_sim_is_type(struct slice type);
void upbit_sim_write_key(struct text *key, struct slice type, struct slice code, uint32_t form);
/* The parts of a key as they stand in it. */
bool upbit_sim_split_key(struct slice key, struct slice *type, struct slice *code, uint32_t *form);

/* sim_text.c. An object that is being written: each member with its name in the format that is
 * asked for. */
struct upbit_sim_object {
    struct text *text;
    bool simple;
    bool begun;
};
void upbit_sim_name(struct upbit_sim_object *object, const char *name, const char *brief);
void upbit_sim_text(struct upbit_sim_object *object, const char *name, const char *brief,
                    struct slice value);
void upbit_sim_whole(struct upbit_sim_object *object, const char *name, const char *brief,
                     uint64_t value);
/* Ways in which its numbers are spelled (3.0). */
enum upbit_sim_spelling {
    UPBIT_SIM_PLAIN, /* 106705000 */
    UPBIT_SIM_EIGHT, /* 106691000.00000000 */
    UPBIT_SIM_LONG,  /* 860743.5307100000000000 */
    UPBIT_SIM_UPPER, /* 1.16539E8, 3700000.0, 7.9276E-4 */
    UPBIT_SIM_LOWER, /* 109165000.0, 9.101e-05 */
};
void upbit_sim_decimal(struct upbit_sim_object *object, const char *name, const char *brief,
                       const struct decimal *value, enum upbit_sim_spelling spelling);
/* total_ask_size, total_bid_size, orderbook_units. */
void upbit_sim_book(struct upbit_sim_object *object, const struct dialect_book *book,
                    enum upbit_sim_spelling price, enum upbit_sim_spelling size);

/* sim_session.c */
bool upbit_sim_read_path(const struct dialect_query *query, struct dialect_request *request);
void upbit_sim_read_request(struct slice message, const struct dialect_session *session,
                            struct dialect_request *request, struct text *reply);
void upbit_sim_write_reply(struct text *reply, const struct dialect_request *request,
                           const struct dialect_session *session, enum dialect_outcome outcome,
                           struct slice key);
void upbit_sim_write_excess(struct text *message);

/* sim_private.c */
extern const struct dialect_account upbit_sim_account;
void upbit_sim_write_order_id(struct text *text, uint64_t id);
bool upbit_sim_read_order_id(struct slice text, uint64_t *id);
void upbit_sim_write_fill_id(struct text *text, const struct dialect_fill *fill);
struct slice upbit_sim_order_type(const struct dialect_order *order);
struct slice upbit_sim_force(const struct dialect_order *order); /* empty: none is said */

/* sim_private_rest.c */
uint32_t upbit_sim_weigh_private(const struct dialect_query *query, uint32_t *group);
int upbit_sim_answer_private(const struct dialect_query *query, const struct dialect_keys *keys,
                             const struct dialect_account_view *view,
                             struct dialect_answer *answer);

/* sim_rest.c */
uint32_t upbit_sim_weigh(const struct dialect_query *query, uint32_t *group);
int upbit_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                     struct dialect_answer *answer);
void upbit_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit);
const char *upbit_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                    int64_t until_ns);

#endif
