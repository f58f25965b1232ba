/* SPDX-License-Identifier: Apache-2.0 */
/* Topic: the name under which events are published, "kind.exchange.symbol.[variant.]". Each part is
 * [A-Za-z0-9_-] or %XX a byte, at most 64 bytes before the escape; the whole at most TOPIC_MAX.
 * Pure. */
#ifndef TICKGATE_PROTO_TOPIC_H
#define TICKGATE_PROTO_TOPIC_H

#include "common/text.h"
#include "proto/words.h"

#define TOPIC_MAX 200

/* Appends one part and its dot, escaped. */
void topic_part(struct text *topic, struct slice part);

/* The topic of a public kind; an empty variant is left out. Overflow of the text if it is too long.
 */
void topic_write(struct text *topic, enum kind kind, struct slice exchange, struct slice symbol,
                 struct slice variant);

/* Reads the next part of a topic and moves `rest` behind its dot; unescapes into `part` (text).
 * False at the end or for a part that is not well formed. */
bool topic_next(struct slice *rest, struct text *part);

/* The reverse of topic_write, of a candle's topic with and of any other's without a variant. False
 * for whatever is not a whole topic of a public kind as topic_write writes it: a prefix, another
 * escape of the same bytes, parts that are too long. */
struct topic_parts {
    enum kind kind;
    struct text exchange, symbol, variant; /* over `room` */
    char room[3][64];
};
bool topic_read(struct slice topic, struct topic_parts *parts);

#endif
