/* SPDX-License-Identifier: Apache-2.0 */
/* Funds: what orders and fills do to the balances and positions of their account. Functions over
 * the accounts' record. */
#ifndef TICKGATE_TESTS_SIM_FUNDS_H
#define TICKGATE_TESTS_SIM_FUNDS_H

#include "tests/sim/accounts.h"

#define FUNDS_CHANGED_MAX 2 /* assets that one change concerns */

/* What a change concerned. */
struct changed {
    uint32_t assets[FUNDS_CHANGED_MAX], count;
    bool position;
};

/* Gives an account what it begins with. */
void funds_begin(const struct accounts *accounts, struct account *account);

/* Locks what an order may cost. False: there is not so much. */
bool funds_lock(struct accounts *accounts, struct order *order, struct changed *changed);
/* Lets go of what an order that has ended had locked. */
void funds_release(struct accounts *accounts, struct order *order, struct changed *changed);

/* Pays a fill whose price and size are set and within the order's, sets what else it has, and
 * counts it to the order. False: the account would be ruined; nothing was done. */
bool funds_pay(struct accounts *accounts, struct order *order, struct fill *fill,
               struct changed *changed);

/* What a position would gain if it were closed at the mark, and the price at which it is
 * liquidated. */
money funds_unrealized(const struct instrument *instrument, const struct position *position);
money funds_liquidation(const struct instrument *instrument, const struct position *position);

static inline bool funds_is_spot(const struct accounts *accounts, uint32_t instrument)
{
    return accounts->traded[instrument].base != ACCOUNTS_NO_ASSET;
}

#endif
