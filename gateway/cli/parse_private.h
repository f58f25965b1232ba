/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded frames of an account through the private half of an exchange, for tickgate parse: each
 * event goes to standard output as it would go to the wire, of an account named "recorded", written
 * in no journal. One thread. */
#ifndef TICKGATE_GATEWAY_CLI_PARSE_PRIVATE_H
#define TICKGATE_GATEWAY_CLI_PARSE_PRIVATE_H

#include "connectors/private_exchange.h"

struct parse_private {
    const struct private_exchange *exchange; /* NULL: it has no private half */
    struct text body;
    uint64_t seqs[KIND_PRIVATE_COUNT];
    int64_t now_ns;
    bool told; /* the frame gave an event */
};

/* False when memory is out. */
bool parse_private_init(struct parse_private *private_half, struct slice exchange);
void parse_private_fini(struct parse_private *private_half);

/* Whether a frame is one of an account, or an answer that only an account gets. */
bool parse_private_knows(const struct parse_private *private_half, struct slice frame);
/* Prints its events; `told` says whether there were any. The refusal is that of the frame. */
enum refusal parse_private_take(struct parse_private *private_half, struct slice frame,
                                int64_t now_ns);

#endif
