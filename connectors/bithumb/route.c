/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit's protocol as Bithumb has it (bithumb.md 2, 3; observed 2026-09-23): its tables, and what
 * it has besides. */
#include "connectors/bithumb/route.h"

#include "connectors/payload.h"

/* No stream has a variant. */
static const struct codes_type types[] = {
    {{"trade", 5}, BITHUMB_TRADE, {"", 0}, 0},
    {{"ticker", 6}, BITHUMB_TICKER, {"", 0}, 0},
    {{"orderbook", 9}, BITHUMB_BOOK, {"", 0}, 0},
    {{NULL, 0}, BITHUMB_STREAMS, {NULL, 0}, 0},
};

/* The old socket's (4.2) and an account's (6). */
static const struct codes_other others[] = {
    {{"transaction", 11}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"orderbookdepth", 14}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"orderbooksnapshot", 17}, REFUSAL_UNSUPPORTED_CHANNEL},
    {{"myOrder", 7}, REFUSAL_PRIVATE_EVENT},
    {{"myAsset", 7}, REFUSAL_PRIVATE_EVENT},
    {{NULL, 0}, REFUSAL_NONE},
};

/* An entry of a REST reply. */
static const struct slice marks[] = {{"market", 6}, {NULL, 0}};

/* "UP" comes every ten seconds once a text PING was sent (1); numbers are the old socket's (4.2)
 * and the old REST's. */
static void route_untyped(const struct codes_top *top, struct route *route)
{
    struct slice status = top->status;
    if (slice_equal(status, SLICE("UP")))
        route->class = FRAME_PONG;
    else if (status.len > 0 ? status.len == 4 && status.data[0] >= '0' && status.data[0] <= '9'
                            : top->marked)
        route->class = FRAME_OTHER;
    else
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
}

/* The old socket's ticker has the same name as ours, and its content in an object. */
const struct codes bithumb_codes = {
    .types = types,
    .others = others,
    .book = BITHUMB_BOOK,
    .top = BITHUMB_TOP,
    .foreign = {"content", 7},
    .marks = marks,
    .route_untyped = route_untyped,
};

void bithumb_write_key(struct text *key, uint32_t stream, struct slice symbol, struct slice variant)
{
    codes_write_key(&bithumb_codes, key, stream, symbol, variant);
}

bool bithumb_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                      struct slice *variant)
{
    return codes_read_key(&bithumb_codes, key, stream, symbol, variant);
}

void bithumb_route(struct slice frame, struct route *route)
{
    codes_route(&bithumb_codes, frame, route);
}
