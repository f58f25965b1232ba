/* SPDX-License-Identifier: Apache-2.0 */
/* Manager: the thread that owns every table (connections, subscriptions, topics, last values,
 * books, price cache, stats) and the request sockets. It receives, switches and calls: each table
 * is a module of its own. It updates the tables before it publishes. Main makes it, runs it in a
 * thread of its own and stops it. */
#ifndef TICKGATE_GATEWAY_MANAGER_H
#define TICKGATE_GATEWAY_MANAGER_H

#include "gateway/config.h"

struct manager;

/* Binds the sockets, stores the new epoch, opens the configured connections, starts the threads.
 * NULL with the reason written to `error` if anything of that fails (nothing is left behind). */
struct manager *manager_new(const struct config *config, char *error, size_t error_max);
/* Closes all sessions, says so on the feed, ends and joins every thread. */
void manager_destroy(struct manager **manager);

#endif
