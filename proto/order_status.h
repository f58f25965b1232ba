/* SPDX-License-Identifier: Apache-2.0 */
/* Order status: an exchange's words for what became of an order to ours, as data: a list of rules,
 * of which the first that fits speaks. A word that no rule has is ORDER_UNKNOWN, told with the
 * exchange's own word. Pure. */
#ifndef TICKGATE_PROTO_ORDER_STATUS_H
#define TICKGATE_PROTO_ORDER_STATUS_H

#include "proto/event.h"

/* What must hold besides the word; of several all. */
enum status_condition {
    WHEN_UNFILLED = 1,   /* nothing is filled, or it is not said */
    WHEN_FILLED = 2,     /* something is */
    WHEN_NONE_LEFT = 4,  /* leaves_qty is known, and 0 */
    WHEN_SOME_LEFT = 8,  /* leaves_qty is known, and not 0 */
    WHEN_IMMEDIATE = 16, /* IOC or FOK */
    WHEN_POST_ONLY = 32,
    WHEN_MARKET = 64,      /* a market order */
    WHEN_QUOTE_SIZED = 128 /* ordered by an amount of quote */
};

struct status_rule {
    const char *word;   /* the exchange's */
    uint32_t when;      /* of enum status_condition */
    const char *detail; /* a further word that the exchange gives (cancel type, reject reason,
                           expiry reason); NULL: whatever it is */
    enum order_status status;
    const char *remark; /* for the table in docs/; NULL none */
};

struct status_table {
    const char *exchange; /* "bybit-linear"; those with the same rules share a table by name */
    const struct status_rule *rules;
    size_t count;
};

/* The status of `order`, whose other fields are filled. `details` are the further words (empty ones
 * are none). False, and ORDER_UNKNOWN, if no rule has the word. */
bool order_status_read(const struct status_table *table, struct slice word,
                       const struct slice *details, size_t detail_count, const struct order *order,
                       enum order_status *status);

/* Whether an order may come from one status to the other: not out of a final one, not back to
 * before it was accepted. The same to itself may be. */
bool order_status_follows(enum order_status from, enum order_status to);

/* The rules as lines of a Markdown table. */
void order_status_write(struct text *text, const struct status_table *table);

#endif
