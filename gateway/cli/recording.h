/* SPDX-License-Identifier: Apache-2.0 */
/* Recording: a file of frames, one a line, with what stands beside it: NAME.ts the receive times
 * (ns, one a line), NAME.conn the connection of each line, NAME.conns.json what these connections
 * are. One thread. */
#ifndef TICKGATE_GATEWAY_CLI_RECORDING_H
#define TICKGATE_GATEWAY_CLI_RECORDING_H

#include "common/slice.h"

#include <stdint.h>

enum line_source {
    LINE_UNKNOWN,   /* nothing says where it came from */
    LINE_WEBSOCKET, /* a frame of a connection */
    LINE_REST,      /* a reply */
};

struct recorded {
    struct slice frame;
    int64_t received_ns; /* 0 unknown */
    enum line_source source;
    struct slice exchange_symbol; /* of a reply whose URL names it ("symbol=..."); else empty */
    struct slice key; /* of a connection whose URL names this one stream ("/ws/..."); else empty */
};

/* Calls `take` for each line. False, with a message on standard error, if the file cannot be read.
 */
bool recording_read(const char *path, void (*take)(void *context, const struct recorded *line),
                    void *context);

/* Calls `take` for each element of a JSON array, as it stands; stops at the first that is no JSON.
 */
void recording_each_element(struct slice array, void (*take)(void *context, struct slice element),
                            void *context);

#endif
