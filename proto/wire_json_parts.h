/* SPDX-License-Identifier: Apache-2.0 */
/* How single fields are written: a comma, the key, the value. For the sources of wire_json alone.
 */
#ifndef TICKGATE_PROTO_WIRE_JSON_PARTS_H
#define TICKGATE_PROTO_WIRE_JSON_PARTS_H

#include "common/clock.h"
#include "proto/wire_json.h"

#define number(text, key, value)                                                                   \
    do {                                                                                           \
        text_literal((text), ",\"" key "\":\"");                                                   \
        decimal_write((text), (value));                                                            \
        text_literal((text), "\"");                                                                \
    } while (0)

#define word(text, key, value)                                                                     \
    do {                                                                                           \
        text_literal((text), ",\"" key "\":\"");                                                   \
        text_append((text), (value));                                                              \
        text_literal((text), "\"");                                                                \
    } while (0)

#define integer(text, key, value)                                                                  \
    do {                                                                                           \
        text_literal((text), ",\"" key "\":");                                                     \
        text_unsigned((text), (uint64_t)(value));                                                  \
    } while (0)

/* A time on the wire is in us. */
#define moment(text, key, value_ns) integer(text, key, (value_ns) / NS_PER_US)

/* From `update` to `ts_published`. */
void wire_common_fields(struct text *text, const struct event *event, enum update update,
                        uint64_t epoch, int64_t ts_published);

#endif
