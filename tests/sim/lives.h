/* SPDX-License-Identifier: Apache-2.0 */
/* Lives: what becomes of orders, from a seed: each is placed at its time of a table, and is then
 * filled in parts, cancelled, triggered or expired, step by step, many at a time. The kinds are
 * those that the exchange has (dialect_account: types, forces, causes). The same seed gives the
 * same lives; prices are those of the book when a step comes. One owner, no clock. */
#ifndef TICKGATE_TESTS_SIM_LIVES_H
#define TICKGATE_TESTS_SIM_LIVES_H

#include "tests/sim/accounts.h"

#define LIVES_MAX 65536 /* orders that have steps before them; the next one waits for room */

struct lives;

/* `orders` in all, `rate` a second, over all accounts. NULL when memory is out. */
struct lives *lives_new(struct accounts *accounts, uint64_t seed, uint64_t orders, uint64_t rate);
void lives_destroy(struct lives **lives);

/* They stand still at first. Times are monotonic: what was due later is later by the pause. */
void lives_go(struct lives *lives, bool on, int64_t now_ns);
bool lives_are_going(const struct lives *lives);
/* When the next step is due; INT64_MAX: never, or not while they stand still. */
int64_t lives_due_ns(const struct lives *lives);
/* Does that step, whose time of the exchange's clock this is. */
void lives_step(struct lives *lives, int64_t time_ns);
/* Orders still to be made, and those that have steps before them. */
uint64_t lives_left(const struct lives *lives);

#endif
