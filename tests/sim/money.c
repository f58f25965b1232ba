/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/money.h"

#include "common/ensure.h"

#define AVERAGE_EXTRA  4  /* digits of an average more than a tick has */
#define INVERSE_DIGITS 12 /* of an average that is divided by a worth: more do not fit */
#define WHOLE_MAX      12 /* digits before the point of what is read */

money money_power(unsigned int digits)
{
    money value = 1;
    while (digits-- > 0)
        value *= 10;
    return value;
}

money money_size(const struct scale *scale, int64_t steps)
{
    return steps * money_power(MONEY_DIGITS - (unsigned int)scale->step);
}

money money_price(const struct scale *scale, int64_t ticks)
{
    return (money)ticks * scale->tick_units * money_power(MONEY_DIGITS - (unsigned int)scale->tick);
}

money money_cost(const struct scale *scale, int64_t ticks, int64_t steps)
{
    unsigned int digits =
        scale->inverse ? SCALE_INVERSE_DIGITS : (unsigned int)scale->tick + scale->step;
    ENSURE(digits <= MONEY_DIGITS && ticks > 0 && steps >= 0);
    return (money)scale_value(scale, ticks, steps) * money_power(MONEY_DIGITS - digits);
}

money money_average(const struct scale *scale, money cost, int64_t steps)
{
    if (steps == 0 || cost == 0)
        return 0;
    money unit = money_power(MONEY_DIGITS - (unsigned int)scale->tick -
                             (scale->tick + AVERAGE_EXTRA <= MONEY_DIGITS ? AVERAGE_EXTRA : 0));
    money average = scale->inverse
                        ? steps * money_power(MONEY_DIGITS + INVERSE_DIGITS - scale->step) / cost *
                              money_power(MONEY_DIGITS - INVERSE_DIGITS)
                        : cost * money_power(scale->step) / steps;
    return (average + unit / 2) / unit * unit;
}

money money_share(money value, uint32_t millionths, bool up)
{
    money unit = money_power(MONEY_DIGITS - MONEY_FEE_DIGITS);
    money share = value * millionths, whole = unit * 1000000;
    ENSURE(value >= 0);
    return (share + (up ? whole - 1 : 0)) / whole * unit;
}

struct decimal money_show(money value, unsigned int least)
{
    unsigned int digits = MONEY_DIGITS;
    bool negative = value < 0;
    bar_sum rest = (bar_sum)(negative ? -value : value);
    for (; digits > least && rest % 10 == 0; digits--)
        rest /= 10;
    ENSURE(rest >> 96 == 0);
    return (struct decimal){.low = (uint64_t)rest,
                            .high = (uint32_t)(rest >> 64),
                            .scale = (uint8_t)digits,
                            .negative = negative};
}

bool money_read(struct slice digits, money *value)
{
    struct decimal read;
    if (decimal_read(digits, &read) != DECIMAL_OK || read.negative || read.scale > MONEY_DIGITS)
        return false;
    bar_sum mantissa = (bar_sum)read.high << 64 | read.low;
    if (mantissa >= (bar_sum)money_power(WHOLE_MAX + (unsigned int)read.scale))
        return false;
    *value = (money)mantissa * money_power(MONEY_DIGITS - (unsigned int)read.scale);
    return true;
}
