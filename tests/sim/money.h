/* SPDX-License-Identifier: Apache-2.0 */
/* Money: exact amounts of assets, in whole parts of 10^-MONEY_DIGITS, as accounts are kept. What a
 * price times a size comes to has no more digits than that; what is divided or is a share of
 * something (a fee, an average) is rounded, and says to where. Pure. */
#ifndef TICKGATE_TESTS_SIM_MONEY_H
#define TICKGATE_TESTS_SIM_MONEY_H

#include "tests/sim/bar.h"

#define MONEY_DIGITS     16
#define MONEY_FEE_DIGITS 8

__extension__ typedef __int128 money;

money money_power(unsigned int digits);

/* What so many steps are, of the base (of an inverse contract: of the quote). */
money money_size(const struct scale *scale, int64_t steps);
money money_price(const struct scale *scale, int64_t ticks);
/* What they are worth at a price: exact, of an inverse contract to SCALE_INVERSE_DIGITS. */
money money_cost(const struct scale *scale, int64_t ticks, int64_t steps);
/* The price at which so many steps have that worth, to the digits of a tick and four more. */
money money_average(const struct scale *scale, money cost, int64_t steps);
/* So many millionths, rounded down, or up, to MONEY_FEE_DIGITS. */
money money_share(money value, uint32_t millionths, bool up);

/* With at least so many digits behind the point, and no zeros behind those. */
struct decimal money_show(money value, unsigned int least);
/* False: it has more digits, or is too large. */
bool money_read(struct slice digits, money *value);

#endif
