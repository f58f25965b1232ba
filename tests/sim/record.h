/* SPDX-License-Identifier: Apache-2.0 */
/* Record: what the accounts keep as a dialect sees it (connectors/dialect_order.h). Slices look
 * into the accounts and are valid until the next change. */
#ifndef TICKGATE_TESTS_SIM_RECORD_H
#define TICKGATE_TESTS_SIM_RECORD_H

#include "tests/sim/funds.h"

void record_order(const struct accounts *accounts, const struct order *order,
                  struct dialect_order *out);
void record_fill(const struct accounts *accounts, const struct fill *fill,
                 struct dialect_fill *out);
void record_balance(const struct accounts *accounts, const struct account *account, uint32_t asset,
                    struct dialect_balance *out);
void record_position(const struct accounts *accounts, const struct account *account,
                     uint32_t instrument, struct dialect_position *out);

/* Tells a change of an order to whoever takes them. `fill` NULL: none. */
void record_tell(struct accounts *accounts, const struct order *order, bool news,
                 const struct fill *fill, const struct changed *changed);

/* The words of README.md, and back; false: there is no such word. */
const char *record_state_word(const struct dialect_order *order);
const char *record_cause_word(enum dialect_cause cause);
const char *record_type_word(enum dialect_order_type type);
const char *record_force_word(enum dialect_force force);
bool record_read_cause(struct slice word, enum dialect_cause *cause);
bool record_read_type(struct slice word, enum dialect_order_type *type);
bool record_read_force(struct slice word, enum dialect_force *force);

#endif
