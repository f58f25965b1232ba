/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: a ROUTER socket on which clients ask. It takes requests off the wire, knows who asks
 * (by the key with which a client came through the gate, never by a frame), keeps each client's
 * bounds (peers), has them answered (query) and sends the replies: at most one a request, the
 * frames before the body echoed, one that cannot be sent counted. Snapshots under way and replies
 * that come later are bounded in number; beyond, the answer is `busy`. One owner: the manager's
 * thread. */
#ifndef TICKGATE_GATEWAY_REQUESTS_H
#define TICKGATE_GATEWAY_REQUESTS_H

#include "gateway/gate.h"
#include "gateway/query.h"

#define REQUESTS_LATER_MAX     64    /* replies awaited at once */
#define REQUESTS_LATER_MS      10000 /* one that has not come by then is `busy` */
#define REQUESTS_UNREAD_LARGER 4     /* so many largest replies may wait for a client unread */

struct requests;

/* Binds; NULL with what, where and what to do in `error`. With a gate it is a CURVE server of
 * `domain` (GATE_REQUESTS, GATE_ACCOUNTS_REQUESTS), and nobody is known until requests_set_rights.
 * What it is given outlives it. */
struct requests *requests_new(void *zmq_context, const struct config_requests *config,
                              const struct gate *gate, const char *domain, struct query *query,
                              struct stats *stats, char *error, size_t error_max);
void requests_destroy(struct requests **requests);

/* What keys may do, from now on; borrowed until another is set. */
void requests_set_rights(struct requests *requests, const struct rights *rights);
/* Cuts all clients and binds anew: what was theirs (snapshots under way, replies that are awaited)
 * is dropped. The socket stays the same one. If an endpoint was taken meanwhile it is tried again
 * by requests_step. */
void requests_rebind(struct requests *requests);

/* For zmq_poll. */
void *requests_socket(struct requests *requests);
/* Takes one request if there is one, and answers it or begins its snapshot. False: there was none.
 */
bool requests_receive(struct requests *requests, const struct query_now *now);
/* Makes one image of the oldest snapshot under way and sends the reply when it is whole; gives up
 * replies that did not come in time. False: no snapshot is under way. */
bool requests_step(struct requests *requests, const struct query_now *now);

/* Sends the reply that was to come by `tag`: the JSON that stands behind "result", or a fault.
 * False: none is awaited here by that tag (any more). */
bool requests_answer(struct requests *requests, uint64_t tag, struct slice result);
bool requests_refuse(struct requests *requests, uint64_t tag, const struct fault *fault);

#endif
