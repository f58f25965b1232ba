/* SPDX-License-Identifier: Apache-2.0 */
/* Sink: where a connector's events go. The gateway's pushes to the bus, the replay prints, a
 * benchmark counts, a fuzzer checks. Called from the connector's thread alone. */
#ifndef TICKGATE_PROTO_SINK_H
#define TICKGATE_PROTO_SINK_H

#include "proto/event.h"

struct sink {
    /* Takes a copy of the event. Never blocks. False: there was no room, the event is dropped. */
    bool (*event)(struct sink *sink, const struct event *event);
    /* The wake-up is over: what was taken may go. False: of what was taken since the last flush
     * some or all is dropped. */
    bool (*flush)(struct sink *sink);
};

#endif
