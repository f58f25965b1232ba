/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange's list of instruments: read page by page, and given to the sink whole, in order, the
 * last one marked; from where the sink was full it is given again. A page that cannot be had or
 * read begins the list anew. The connector's thread alone. */
#ifndef TICKGATE_CONNECTORS_CONNECTOR_INSTRUMENTS_H
#define TICKGATE_CONNECTORS_CONNECTOR_INSTRUMENTS_H

#include "connectors/backoff.h"
#include "connectors/fetch.h"

#define INSTRUMENT_PAGES_MAX 64

struct connector;

struct instrument_list {
    bool under_way;
    int64_t due_ns; /* of the next attempt; INT64_MAX none */
    struct backoff backoff;
    struct fetch_answer *body; /* the page that is being given to the sink */
    size_t given;              /* instruments of it that the sink has for certain */
    uint32_t page;             /* its number, from 0 */
    char path[FETCH_URL_MAX];  /* of the page behind it; empty: the first */
    struct event held;         /* the newest one of the pages before */
    bool holds;
    size_t count, skipped; /* of the pages before */
};

void connector_instruments_came(struct connector *connector, struct fetch_answer **answer);
int64_t connector_instruments_step(struct connector *connector, int64_t now_ns);

#endif
