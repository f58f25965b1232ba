/* SPDX-License-Identifier: Apache-2.0 */
/* Bus: from the connector threads to the manager. All events of one wake-up are one message;
 * sending never blocks; what is under way is bounded in bytes for each connector. An inproc
 * PUSH/PULL pair a connector set. The two ends stand in this file because ThreadSanitizer is told
 * of the hand-over here. */
#ifndef TICKGATE_GATEWAY_BUS_H
#define TICKGATE_GATEWAY_BUS_H

#include "proto/sink.h"

struct bus;

/* `zmq_context` outlives it. `batch_max`: bytes of one message; `queue_max`: bytes under way a
 * connector. */
struct bus *bus_new(void *zmq_context, size_t batch_max, size_t queue_max);
void bus_destroy(struct bus **bus);

/* An end for one connector (its number is set in each event): made and destroyed by the manager,
 * used by the connector's thread alone in between. NULL if it fails. */
struct sink *bus_sink_new(struct bus *bus, uint16_t connector);
void bus_sink_destroy(struct sink **sink);

/* The receiving end, for zmq_poll. */
void *bus_socket(struct bus *bus);
/* Takes one message without waiting and calls `take` for each of its events, in order; they are
 * valid during the call, and the callee may change them. False: there was none. */
bool bus_receive(struct bus *bus, void (*take)(void *context, struct event *event), void *context);

/* Events that found no room, all connectors together. */
uint64_t bus_dropped(const struct bus *bus);

#endif
