/* SPDX-License-Identifier: Apache-2.0 */
/* Pool: our connectors, one for each (connector type, exchange), whoever wants something there. It
 * makes one when it is first needed, up to a maximum, and closes it when nothing was wanted of it
 * for the idle timeout. A key keeps its number for the life of the process, so that a connector
 * made again goes on with the topics of the one before. Until there are private connectors the
 * number is the exchange's place in the configuration; one that comes later gets the place that
 * awaits it there, or the next. One owner: the manager. */
#ifndef TICKGATE_GATEWAY_POOL_H
#define TICKGATE_GATEWAY_POOL_H

#include "gateway/config.h"
#include "gateway/fault.h"

#define POOL_NAME_MAX 64

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
/* Numbers below it are given. */
uint16_t pool_end(const struct pool *pool);
/* NULL if the number waits for an exchange that has not come yet. */
const struct exchange *pool_exchange(const struct pool *pool, uint16_t number);
/* Whether there is such an exchange, and it is used. */
bool pool_enabled(const struct pool *pool, uint16_t number);
/* The names of the streams that feed its quotes, a comma behind each. */
struct slice pool_quote_parts(const struct pool *pool, uint16_t number);
/* An exchange that came while we run: used unless the configuration says that it is not. One that
 * is there already stays as it is. False with FAULT_CAPACITY. */
bool pool_register(struct pool *pool, const struct exchange *exchange, uint16_t *number,
                   struct fault *fault);

/* Sees to it that the connector runs. False: FAULT_POOL_EXHAUSTED, or FAULT_INTERNAL if it cannot
 * be made. */
bool pool_acquire(struct pool *pool, uint16_t number, int64_t now_ns, struct fault *fault);
/* Whether a connector may be called so, running or not: FAULT_CONFLICT if it has another name, or
 * another one has this. */
bool pool_may_name(const struct pool *pool, uint16_t number, struct slice name,
                   struct fault *fault);
/* What somebody calls a connector that runs, and may; it loses the name when it is closed. */
void pool_name(struct pool *pool, uint16_t number, struct slice name);
/* Hands over a desired set; `in_use` false starts the idle timeout. */
void pool_want(struct pool *pool, uint16_t number, struct desired **desired, bool in_use,
               int64_t now_ns);
/* Closes what was idle for too long; when it is due next (monotonic ns, INT64_MAX never). */
int64_t pool_sweep(struct pool *pool, int64_t now_ns);
/* Closes all, and starts no more. */
void pool_stop(struct pool *pool);

struct pool_row {
    bool known; /* it ran at some time */
    bool running;
    bool idle;             /* it runs, and nothing is wanted of it */
    int64_t idle_since_ns; /* monotonic */
    int64_t started_ns;    /* monotonic: the one that runs */
    char name[POOL_NAME_MAX + 1];
};
const struct pool_row *pool_row(const struct pool *pool, uint16_t number);

bool pool_running(const struct pool *pool, uint16_t number);
uint32_t pool_running_count(const struct pool *pool);
uint64_t pool_started_count(const struct pool *pool); /* since the start of the process */

#endif
