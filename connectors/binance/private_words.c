/* SPDX-License-Identifier: Apache-2.0 */
/* The words of an account: statuses and types as data (7.1, 7.3, 7.5). */
#include "connectors/binance/private.h"

/* 7.1 */
static const struct status_rule spot_rules[] = {
    {"NEW", 0, BINANCE_UNTRIGGERED, ORDER_SUSPENDED,
     "a stop that is not on the book (w, isWorking)"},
    {"NEW", 0, NULL, ORDER_NEW, NULL},
    {"PENDING_NEW", 0, NULL, ORDER_PENDING_NEW, "part of a list, waiting for the order before it"},
    {"PARTIALLY_FILLED", 0, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"FILLED", 0, NULL, ORDER_FILLED, NULL},
    {"CANCELED", 0, NULL, ORDER_CANCELED, "something may be filled"},
    {"PENDING_CANCEL", 0, NULL, ORDER_PENDING_CANCEL, "not used by the exchange"},
    {"REJECTED", 0, NULL, ORDER_REJECTED, NULL},
    {"EXPIRED", 0, NULL, ORDER_EXPIRED, "what is left of IOC, FOK, market orders and lists"},
    {"EXPIRED_IN_MATCH", 0, NULL, ORDER_EXPIRED, "it would have met an order of its own account"},
};

/* 7.1, and 7.3: those of the algo service, whose orders are told under ids of their own. */
static const struct status_rule usdm_rules[] = {
    {"NEW", 0, BINANCE_UNTRIGGERED, ORDER_SUSPENDED,
     "a conditional order, whose type is still the first one"},
    {"NEW", 0, NULL, ORDER_NEW, NULL},
    {"PARTIALLY_FILLED", 0, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"FILLED", 0, NULL, ORDER_FILLED, NULL},
    {"CANCELED", 0, NULL, ORDER_CANCELED, "something may be filled"},
    {"REJECTED", 0, NULL, ORDER_REJECTED, NULL},
    {"EXPIRED", 0, "8", ORDER_TRIGGERED, "a stop of before 2025-12-09: it goes on under its id"},
    {"EXPIRED", 0, NULL, ORDER_EXPIRED, "what is left of IOC, FOK, market, GTX and GTD orders"},
    {"EXPIRED_IN_MATCH", 0, NULL, ORDER_EXPIRED, "it would have met an order of its own account"},
    {"NEW_INSURANCE", WHEN_NONE_LEFT, NULL, ORDER_FILLED, "liquidation by the insurance fund"},
    {"NEW_INSURANCE", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"NEW_INSURANCE", 0, NULL, ORDER_NEW, NULL},
    {"NEW_ADL", WHEN_NONE_LEFT, NULL, ORDER_FILLED, "automatic deleveraging"},
    {"NEW_ADL", WHEN_FILLED, NULL, ORDER_PARTIALLY_FILLED, NULL},
    {"NEW_ADL", 0, NULL, ORDER_NEW, NULL},
    {"TRIGGERING", 0, NULL, ORDER_SUSPENDED, "algo: on its way to the matching engine"},
    {"TRIGGERED", 0, NULL, ORDER_TRIGGERED, "algo: it goes on as an order of another id"},
    {"FINISHED", WHEN_FILLED | WHEN_SOME_LEFT, NULL, ORDER_CANCELED,
     "algo: the order that it became ended with something left"},
    {"FINISHED", WHEN_FILLED, NULL, ORDER_FILLED,
     "algo: its fills are those of the order that it became"},
    {"FINISHED", 0, NULL, ORDER_CANCELED, "algo: the order that it became ended without a fill"},
};

/* 7.5: TAKE_PROFIT is a market order here ... */
static const struct binance_type spot_types[] = {
    {{"LIMIT", 5}, ORDER_TYPE_LIMIT, false, false},
    {{"MARKET", 6}, ORDER_TYPE_MARKET, false, false},
    {{"LIMIT_MAKER", 11}, ORDER_TYPE_LIMIT, true, false},
    {{"STOP_LOSS", 9}, ORDER_TYPE_STOP_MARKET, false, true},
    {{"STOP_LOSS_LIMIT", 15}, ORDER_TYPE_STOP_LIMIT, false, true},
    {{"TAKE_PROFIT", 11}, ORDER_TYPE_TAKE_PROFIT_MARKET, false, true},
    {{"TAKE_PROFIT_LIMIT", 17}, ORDER_TYPE_TAKE_PROFIT_LIMIT, false, true},
    {{NULL, 0}, ORDER_TYPE_UNKNOWN, false, false},
};

/* ... and a limit order here. */
static const struct binance_type usdm_types[] = {
    {{"LIMIT", 5}, ORDER_TYPE_LIMIT, false, false},
    {{"MARKET", 6}, ORDER_TYPE_MARKET, false, false},
    {{"STOP", 4}, ORDER_TYPE_STOP_LIMIT, false, true},
    {{"STOP_MARKET", 11}, ORDER_TYPE_STOP_MARKET, false, true},
    {{"TAKE_PROFIT", 11}, ORDER_TYPE_TAKE_PROFIT_LIMIT, false, true},
    {{"TAKE_PROFIT_MARKET", 18}, ORDER_TYPE_TAKE_PROFIT_MARKET, false, true},
    {{"TRAILING_STOP_MARKET", 20}, ORDER_TYPE_TRAILING_STOP, false, true},
    {{"LIQUIDATION", 11}, ORDER_TYPE_LIQUIDATION, false, false},
    {{"ADL", 3}, ORDER_TYPE_LIQUIDATION, false, false},
    {{NULL, 0}, ORDER_TYPE_UNKNOWN, false, false},
};

#define STATUSES(name, rules)                                                                      \
    {                                                                                              \
        (name), (rules), sizeof(rules) / sizeof *(rules)                                           \
    }

const struct binance_words binance_spot_words = {STATUSES("binance", spot_rules), spot_types,
                                                 false};
const struct binance_words binance_usdm_words = {STATUSES("binance-usdm", usdm_rules), usdm_types,
                                                 true};
