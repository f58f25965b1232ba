/* SPDX-License-Identifier: Apache-2.0 */
/* Instruments: what each exchange lists, symbol <-> exchange_symbol. Filled by the connectors'
 * reports, one instrument an event; the list is known once its last one came. A list that is read
 * again replaces the old one: what it does not name is no longer found. One owner. */
#ifndef TICKGATE_GATEWAY_INSTRUMENTS_H
#define TICKGATE_GATEWAY_INSTRUMENTS_H

#include "proto/event.h"

#define INSTRUMENTS_MAX 16384 /* of one exchange */

struct instruments;

/* `exchanges`: how many lists at the most, numbered as the pool numbers its connectors. */
struct instruments *instruments_new(uint32_t exchanges);
void instruments_destroy(struct instruments **instruments);

/* Takes a copy. True if the list is complete with it. One that does not fit is counted. */
bool instruments_put(struct instruments *instruments, uint16_t exchange,
                     const struct instrument *instrument);

/* Whether a whole list ever came. */
bool instruments_known(const struct instruments *instruments, uint16_t exchange);
uint32_t instruments_count(const struct instruments *instruments, uint16_t exchange);
uint64_t instruments_dropped(const struct instruments *instruments);

/* NULL if the exchange does not list it. Valid until the next put. */
const struct instrument *instruments_find(const struct instruments *instruments, uint16_t exchange,
                                          struct slice symbol);
/* Walks a list in the exchange's order: start with *place 0; NULL at the end. */
const struct instrument *instruments_each(const struct instruments *instruments, uint16_t exchange,
                                          uint32_t *place);

#endif
