/* SPDX-License-Identifier: Apache-2.0 */
/* What the dialects write alike: members of JSON objects, each with the comma in front of it. */
#ifndef TICKGATE_CONNECTORS_DIALECT_TEXT_H
#define TICKGATE_CONNECTORS_DIALECT_TEXT_H

#include "connectors/dialect.h"

#define member_string(text, name, slice)                                                           \
    (text_literal((text), ",\"" name "\":\""), text_append((text), (slice)),                       \
     text_literal((text), "\""))
#define member_number(text, name, value)                                                           \
    (text_literal((text), ",\"" name "\":"), text_unsigned((text), (value)))
/* A decimal as a string. */
#define member_decimal(text, name, value)                                                          \
    (text_literal((text), ",\"" name "\":\""), decimal_write((text), (value)),                     \
     text_literal((text), "\""))
/* A decimal as a bare number. */
#define member_bare(text, name, value)                                                             \
    (text_literal((text), ",\"" name "\":"), decimal_write((text), (value)))
#define member_boolean(text, name, value)                                                          \
    (text_literal((text), ",\"" name "\":"),                                                       \
     text_append((text), (value) ? SLICE("true") : SLICE("false")))

/* The same number without zeros at its end. */
static inline struct decimal dialect_trimmed(struct decimal value)
{
    while (value.scale > 0 && value.high == 0 && value.low % 10 == 0) {
        value.low /= 10;
        value.scale--;
    }
    return value;
}

/* A query's parameter; false if it was not sent. */
static inline bool dialect_parameter(const struct dialect_query *query, struct slice name,
                                     struct slice *value)
{
    for (uint32_t i = 0; i < query->parameter_count; i++) {
        if (!slice_equal(query->parameters[i].name, name))
            continue;
        *value = query->parameters[i].value;
        return true;
    }
    return false;
}

#endif
