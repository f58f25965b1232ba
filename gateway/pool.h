/* SPDX-License-Identifier: Apache-2.0 */
/* Pool: our connectors, one for each (connector type, exchange), whoever wants something there. It
 * makes one when it is first needed, up to a maximum, and closes it when nothing was wanted of it
 * for the idle timeout. A key keeps its number for the life of the process, so that a connector
 * made again goes on with the topics of the one before. Until there are private connectors the
 * number is the exchange's place in the configuration. One owner: the manager. */
#ifndef TICKGATE_GATEWAY_POOL_H
#define TICKGATE_GATEWAY_POOL_H

#include "gateway/config.h"
#include "gateway/fault.h"

struct pool;

/* How a connector is made, told and ended: the manager's have threads, a test's have none. */
struct pool_ports {
    void *context;
    struct connector *(*start)(void *context, uint16_t number,
                               const struct config_exchange *exchange);
    void (*want)(void *context, struct connector *connector, struct desired **desired);
    void (*stop)(void *context, uint16_t number, struct connector **connector);
};

/* `config` and the ports outlive it. */
struct pool *pool_new(const struct config *config, const struct pool_ports *ports);
/* Stops what runs. */
void pool_destroy(struct pool **pool);

/* The number of an enabled exchange's connector. */
bool pool_find(const struct pool *pool, struct slice exchange, uint16_t *number);
const struct exchange *pool_exchange(const struct pool *pool, uint16_t number);

/* Sees to it that the connector runs. False: FAULT_POOL_EXHAUSTED, or FAULT_INTERNAL if it cannot
 * be made. */
bool pool_acquire(struct pool *pool, uint16_t number, int64_t now_ns, struct fault *fault);
/* Hands over a desired set; `in_use` false starts the idle timeout. */
void pool_want(struct pool *pool, uint16_t number, struct desired **desired, bool in_use,
               int64_t now_ns);
/* Closes what was idle for too long; when it is due next (monotonic ns, INT64_MAX never). */
int64_t pool_sweep(struct pool *pool, int64_t now_ns);
/* Closes all, and starts no more. */
void pool_stop(struct pool *pool);

bool pool_running(const struct pool *pool, uint16_t number);
uint32_t pool_running_count(const struct pool *pool);
uint64_t pool_started_count(const struct pool *pool); /* since the start of the process */

#endif
