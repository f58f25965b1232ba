/* SPDX-License-Identifier: Apache-2.0 */
/* Journal feed: the PUB socket of one account. Made by whoever makes the journal, used by the
 * journal's thread alone. */
#ifndef TICKGATE_GATEWAY_JOURNAL_FEED_H
#define TICKGATE_GATEWAY_JOURNAL_FEED_H

#include "gateway/gate.h"

#define JOURNAL_ENDPOINT_MAX 128

struct journal_feed;

/* Binds. `gate` NULL: a plain socket. NULL with what, where and what to do in `error`. */
struct journal_feed *journal_feed_new(void *zmq_context, const char *endpoint, const char *account,
                                      uint32_t hwm, const struct gate *gate, char *error,
                                      size_t error_max);
/* What was sent leaves within half a second, or not at all. */
void journal_feed_destroy(struct journal_feed **feed);
/* As it is bound, a wildcard resolved; the same for the feed's whole life. */
const char *journal_feed_endpoint(const struct journal_feed *feed);

/* Sends to whoever subscribes. */
void journal_feed_send(struct journal_feed *feed, struct slice topic, struct slice body);
/* Sees who came, went and subscribed since. What is sent next reaches them; and what they do piles
 * up as long as nobody looks. */
void journal_feed_look(struct journal_feed *feed);
/* Sends all subscribers away and lets go of the endpoint; journal_feed_bind is due. */
void journal_feed_rebind(struct journal_feed *feed);
/* Binds if that is due; when it is to be called again (monotonic, INT64_MAX: it is bound). */
int64_t journal_feed_bind(struct journal_feed *feed, int64_t now_ns);

#endif
