/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: the ROUTER socket on which clients ask. It takes requests off the wire, keeps each
 * client's rate (peers), has them answered (query) and sends the replies: at most one a request,
 * the frames before the body echoed, one that cannot be sent counted. Snapshots under way are
 * bounded in number; beyond, the answer is `busy`. One owner: the manager's thread. */
#ifndef TICKGATE_GATEWAY_REQUESTS_H
#define TICKGATE_GATEWAY_REQUESTS_H

#include "gateway/query.h"

struct requests;

/* Binds; NULL with what, where and what to do in `error`. `query` and `stats` outlive it. */
struct requests *requests_new(void *zmq_context, const struct config_requests *config,
                              struct query *query, struct stats *stats, char *error,
                              size_t error_max);
void requests_destroy(struct requests **requests);

/* For zmq_poll. */
void *requests_socket(struct requests *requests);
/* Takes one request if there is one, and answers it or begins its snapshot. False: there was none.
 */
bool requests_receive(struct requests *requests, const struct query_now *now);
/* Makes one image of the oldest snapshot under way and sends the reply when it is whole. False:
 * none is under way. */
bool requests_step(struct requests *requests, const struct query_now *now);

#endif
