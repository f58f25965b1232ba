/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/cli/parse_private.h"

#include "common/ensure.h"
#include "proto/wire_json.h"

#include <stdio.h>
#include <stdlib.h>

#define EPOCH 1

bool parse_private_init(struct parse_private *private_half, struct slice exchange)
{
    size_t body_max = wire_json_private_max();
    *private_half = (struct parse_private){.exchange = private_exchange_find(exchange)};
    private_half->body = text_over(malloc(body_max), body_max);
    return private_half->body.data != NULL;
}

void parse_private_fini(struct parse_private *private_half)
{
    free(private_half->body.data);
    private_half->body.data = NULL;
}

bool parse_private_knows(const struct parse_private *private_half, struct slice frame)
{
    struct private_route route = {.class = PRIVATE_REFUSED};
    if (private_half->exchange != NULL)
        private_half->exchange->route(frame, &route);
    return route.class != PRIVATE_REFUSED;
}

/* Without an instrument list our symbol is the exchange's. */
static void name_instrument(struct event *event)
{
    if (event->kind == KIND_ORDER)
        memcpy(event->order.symbol, event->order.exchange_symbol, SYMBOL_MAX + 1);
    else if (event->kind == KIND_FILL)
        memcpy(event->fill.symbol, event->fill.exchange_symbol, SYMBOL_MAX + 1);
    else if (event->kind == KIND_POSITION)
        memcpy(event->position.symbol, event->position.exchange_symbol, SYMBOL_MAX + 1);
}

static void print_event(void *context, struct event *event)
{
    struct parse_private *private_half = context;
    struct text *body = &private_half->body;
    ENSURE(kind_is_private((enum kind)event->kind));
    name_instrument(event);
    event->seq = ++private_half->seqs[event->kind - KIND_ORDER];
    event->ts_received = private_half->now_ns;
    body->len = 0;
    wire_json_private(body, slice_of(private_half->exchange->name), SLICE("recorded"), event, EPOCH,
                      false, event->ts_received);
    ENSURE(!body->overflow);
    fwrite(body->data, 1, body->len, stdout);
    putchar('\n');
    private_half->told = true;
}

enum refusal parse_private_take(struct parse_private *private_half, struct slice frame,
                                int64_t now_ns)
{
    const struct private_exchange *exchange = private_half->exchange;
    struct private_route route;
    struct parsing parsing = {.drift = DRIFT_NONE};
    private_half->now_ns = now_ns;
    private_half->told = false;
    exchange->route(frame, &route);
    if (route.class == PRIVATE_REFUSED)
        return route.refusal;
    return route.class == PRIVATE_DATA
               ? exchange->parse(route.payload, &parsing, print_event, private_half)
               : REFUSAL_NONE;
}
