/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds: the connectors that run, public and private, each with its end of the bus. To end one
 * takes a second or two, and whoever drains the bus must not wait for it: a keeper thread for each
 * feed does, and its last record on the bus says so. A feed made while the one before it (same
 * number) still ends runs beside it, and is told what is wanted only when that has had its last
 * word, so that a topic's numbering goes on where it ended. One owner: the manager. */
#ifndef TICKGATE_GATEWAY_FEEDS_H
#define TICKGATE_GATEWAY_FEEDS_H

#include "gateway/accounts.h"
#include "gateway/bus.h"
#include "gateway/pool.h"

struct feeds;

/* What it is given outlives it. */
struct feeds *feeds_new(struct bus *bus, struct fetch *fetch);
/* After the last feed has ended. */
void feeds_destroy(struct feeds **feeds);

/* How the pool starts, tells and ends feeds. */
struct pool_ports feeds_ports(struct feeds *feeds);
/* How the accounts do the same; each account's connector is started once. */
struct accounts_ports feeds_accounts_ports(struct feeds *feeds);

/* True for the record that a feed ended with, which is then let go: all it said came before, and
 * what is wanted of its number must be handed over anew. False for any other record of
 * KIND_SESSION. */
bool feeds_take_end(struct feeds *feeds, const struct event *event);
/* Whether any feed has not ended yet. */
bool feeds_any(const struct feeds *feeds);

#endif
