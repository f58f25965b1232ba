/* SPDX-License-Identifier: Apache-2.0 */
/* A private exchange of few words. Events are words: "o:A:7:2" an order of A, with the id 7 and 2
 * filled; "f:A:7:t1" a fill of it; "b:X" a balance; "p:A" a position; '?' cannot be read. A frame
 * is such words, or "+in", "+sub", "-key why" (denied with that verdict), "+bye", "+over". A reply
 * is the same with ">cursor" behind it, or "-gone why"; the clock's is ms, a listen key's the key.
 */
#ifndef TICKGATE_TESTS_UNIT_PRIVATE_FACTS_H
#define TICKGATE_TESTS_UNIT_PRIVATE_FACTS_H

#include "connectors/private_exchange.h"

#include <stdlib.h>

static inline struct slice facts_word(struct slice *text, char end)
{
    const char *at = text->len > 0 ? memchr(text->data, end, text->len) : NULL;
    size_t len = at != NULL ? (size_t)(at - text->data) : text->len;
    struct slice word = {text->data, len};
    *text =
        at != NULL ? (struct slice){at + 1, text->len - len - 1} : (struct slice){text->data, 0};
    return word;
}

static inline void facts_copy(char *to, struct slice word)
{
    memcpy(to, word.data, word.len);
    to[word.len] = '\0';
}

static inline void facts_event(struct slice word, struct event *event)
{
    struct slice kind = facts_word(&word, ':'), name = facts_word(&word, ':');
    struct slice id = facts_word(&word, ':');
    event_begin(event, *kind.data == 'o'   ? KIND_ORDER
                       : *kind.data == 'f' ? KIND_FILL
                       : *kind.data == 'b' ? KIND_BALANCE
                                           : KIND_POSITION);
    if (event->kind == KIND_ORDER) {
        facts_copy(event->order.exchange_symbol, name);
        id_set(&event->order.order_id, id);
        event->order.status = ORDER_NEW;
        event->order.known = 1u << ORDER_FILLED_QTY;
        event->order.numbers[ORDER_FILLED_QTY].low =
            word.len > 0 ? strtoul(word.data, NULL, 10) : 0;
    }
    if (event->kind == KIND_FILL) {
        facts_copy(event->fill.exchange_symbol, name);
        id_set(&event->fill.order_id, id);
        id_set(&event->fill.trade_id, word);
    }
    if (event->kind == KIND_BALANCE)
        facts_copy(event->balance.asset, name);
    if (event->kind == KIND_POSITION)
        facts_copy(event->position.exchange_symbol, name);
}

static inline enum refusal facts_parse(struct slice payload, struct parsing *parsing,
                                       private_take *take, void *context)
{
    while (payload.len > 0) {
        struct event event;
        struct slice word = facts_word(&payload, ' ');
        if (word.len > 0 && *word.data == '?')
            return REFUSAL_BAD_VALUE;
        if (word.len > 0 && *word.data == '!') {
            parsing->drift = DRIFT_UNKNOWN_FIELD;
            parsing->stranger = word;
            continue;
        }
        facts_event(word, &event);
        take(context, &event);
    }
    return REFUSAL_NONE;
}

static inline enum verdict facts_verdict(struct slice *text)
{
    static const char *const words[] = {[VERDICT_KEY] = "-key",
                                        [VERDICT_CLOCK] = "-clock",
                                        [VERDICT_LIMITED] = "-limited",
                                        [VERDICT_GONE] = "-gone",
                                        [VERDICT_ELSE] = "-else"};
    struct slice word = facts_word(text, ' ');
    for (int i = VERDICT_KEY; i <= VERDICT_ELSE; i++)
        if (slice_equal(word, slice_of(words[i])))
            return (enum verdict)i;
    return VERDICT_OK;
}

static inline void facts_route(struct slice frame, struct private_route *route)
{
    struct slice rest = frame;
    *route = (struct private_route){.class = PRIVATE_DATA, .payload = frame};
    if (slice_starts_with(frame, SLICE("-"))) {
        route->class = PRIVATE_DENIED;
        route->verdict = facts_verdict(&rest);
        route->detail = rest;
    }
    if (slice_equal(frame, SLICE("+in")))
        route->class = PRIVATE_LOGGED_IN;
    if (slice_equal(frame, SLICE("+sub")))
        route->class = PRIVATE_SUBSCRIBED;
    if (slice_equal(frame, SLICE("+bye")))
        route->class = PRIVATE_GOING_AWAY;
    if (slice_equal(frame, SLICE("+over")))
        route->class = PRIVATE_OVER;
    if (slice_equal(frame, SLICE("+what"))) {
        route->class = PRIVATE_REFUSED;
        route->refusal = REFUSAL_UNKNOWN_EVENT;
    }
}

#endif
