/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions: the set of (exchange, channel, symbol, variant) that somebody wants, counted by
 * who wants it, and what became of each: its topic, its state, its generation. The desired set of a
 * connector is made from it. A row stays when nobody wants it any more, as its topic does: its
 * generation and numbering must go on if it is wanted again. One owner. */
#ifndef TICKGATE_GATEWAY_SUBSCRIPTIONS_H
#define TICKGATE_GATEWAY_SUBSCRIPTIONS_H

#include "gateway/instruments.h"
#include "gateway/pool.h"
#include "gateway/topics.h"

#define SUBSCRIPTION_CHANNELS_MAX 4 /* of one connection type */

struct subscription {
    uint16_t connector; /* the pool's number */
    uint8_t kind;       /* enum kind */
    uint8_t state;      /* enum subscription_state */
    uint16_t reason;    /* enum reason, of a refusal */
    bool added;         /* by subscription.add: one of the references */
    bool demand;        /* somebody reads its topic: one of the references */
    bool resyncing;     /* the generation was raised, the topic has not recovered yet */
    bool changed;       /* stands in the list of those to be told */
    uint32_t references;
    uint32_t generation;
    struct topic *topic; /* NULL until the exchange's list says what the symbol is */
    uint64_t first_seq;  /* of the topic when it was wanted */
    int64_t created_ns;  /* real clock */
    uint64_t notices;    /* told on sys.subscription. so far */
    struct subscription *next_changed;
    char symbol[SYMBOL_MAX + 1];
    char variant[VARIANT_MAX + 1];
    char detail[96];
};

struct subscriptions;

/* At most `topics_max` rows in all. What it is given outlives it. */
struct subscriptions *subscriptions_new(uint32_t topics_max, struct topics *topics,
                                        const struct instruments *instruments, struct pool *pool);
void subscriptions_destroy(struct subscriptions **subscriptions);

/* What one hold asks for: every channel of every symbol. */
struct subscription_order {
    uint16_t connector;
    const enum kind *kinds;
    uint32_t kind_count;
    const struct slice *symbols; /* sorted, each once: subscriptions_sort */
    uint32_t symbol_count;
    struct slice variant; /* a candle's interval, else empty */
};

/* Sorts by bytes and drops what stands twice; how many are left. */
uint32_t subscriptions_sort(struct slice *symbols, uint32_t count);

/* Holds all of it or nothing. `rows` gets symbol_count * kind_count rows, symbol by symbol. A
 * symbol that the exchange's list does not have is a fault, and the list is read again (once a
 * minute at the most); while the list is not known it is accepted, and refused later. */
bool subscriptions_hold(struct subscriptions *subscriptions, const struct subscription_order *order,
                        int64_t now_ns, int64_t now_real_ns, struct subscription **rows,
                        struct fault *fault);
void subscriptions_release(struct subscriptions *subscriptions, struct subscription *row);

/* The same as a set that belongs to nobody: subscription.add and .remove. How many were new or were
 * there; -1 with the fault. */
int subscriptions_add(struct subscriptions *subscriptions, const struct subscription_order *order,
                      int64_t now_ns, int64_t now_real_ns, struct fault *fault);
int subscriptions_remove(struct subscriptions *subscriptions,
                         const struct subscription_order *order);

/* NULL if nobody wants it. */
struct subscription *subscriptions_find(const struct subscriptions *subscriptions,
                                        uint16_t connector, enum kind kind, struct slice symbol,
                                        struct slice variant);
struct subscription *subscriptions_at(const struct subscriptions *subscriptions, uint16_t connector,
                                      uint32_t slot);

/* An exchange's list came: pending rows get their topics or are refused. */
void subscriptions_resolve(struct subscriptions *subscriptions, uint16_t connector);
/* A KIND_SUBSCRIPTION record. */
void subscriptions_report(struct subscriptions *subscriptions, const struct event *event);
/* Goes with every event that topics_take took: `resync` asks the connector to begin anew, once
 * until a snapshot or `ok` came. */
void subscriptions_taken(struct subscriptions *subscriptions, const struct event *event,
                         bool resync);

/* Hands a new desired set to each connector whose set changed. */
void subscriptions_hand_over(struct subscriptions *subscriptions, int64_t now_ns);
/* Must be handed over anew: the connector was made again. */
void subscriptions_touch(struct subscriptions *subscriptions, uint16_t connector);

/* The next row whose state is to be told; NULL when there is none left. */
struct subscription *subscriptions_next_changed(struct subscriptions *subscriptions);

/* Walks the rows that somebody wants: start with *place 0; NULL at the end. */
struct subscription *subscriptions_each(const struct subscriptions *subscriptions, uint32_t *place);
uint32_t subscriptions_count(const struct subscriptions *subscriptions);
uint32_t subscriptions_of(const struct subscriptions *subscriptions, uint16_t connector);
/* Events of a row since it was wanted. */
static inline uint64_t subscription_messages(const struct subscription *row)
{
    return row->topic != NULL ? row->topic->seq - row->first_seq : 0;
}

#endif
