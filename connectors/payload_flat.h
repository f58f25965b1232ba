/* SPDX-License-Identifier: Apache-2.0 */
/* Flat payloads: objects whose members are mostly numbers and words under long names, read by a
 * table with a line for each member that an exchange's facts know, in the order in which they
 * mostly come: each is looked for first where the one before it says. What no line names is noted
 * and passed over (payload_strange_field), and a member that stands there twice is refused. Pure;
 * times in ns since 1970 UTC. */
#ifndef TICKGATE_CONNECTORS_PAYLOAD_FLAT_H
#define TICKGATE_CONNECTORS_PAYLOAD_FLAT_H

#include "connectors/payload.h"

#define FLAT_FIELDS_MAX 64

/* What becomes of a member's value, and of what type the field of the record is. */
enum flat_conversion {
    FLAT_IGNORED,        /* known, and of no use to us */
    FLAT_NOTED,          /* the same, but a word that is none of `words` is noted as strange */
    FLAT_SYMBOL,         /* must be the instrument that is parsed for */
    FLAT_DECIMAL,        /* struct decimal */
    FLAT_QUOTE,          /* a number of the record's quote, then known: QUOTE_x, not an offset */
    FLAT_QUOTE_FRACTION, /* the same, a fraction that becomes percent */
    FLAT_NUMBER,         /* a number of the record's order, position or balance, then known:
                            ORDER_x and so on, not an offset */
    FLAT_TIME,           /* int64_t: payload_time */
    FLAT_TIME_TEXT,      /* the same, a number of ms that stands in a text */
    FLAT_ID,             /* struct id: an integer of up to 64 bits */
    FLAT_WORD,           /* uint8_t: the value of one of `words`; any other one is refused */
    FLAT_TEXT,           /* struct slice: a text as it stands there, escapes and all */
    FLAT_BOOLEAN,        /* bool */
    FLAT_NESTED,         /* by `read` */
};

/* How much an object must have of a member, so as not to be refused; null and an empty text are no
 * value, and leave the record's field as it is. */
enum flat_need { FLAT_OPTIONAL, FLAT_VALUE, FLAT_MEMBER };

struct flat_word {
    struct slice word;
    uint8_t value;
};

/* Reads a value that is no flat one into `record`. */
typedef enum refusal flat_read(struct scan *scan, void *record, struct parsing *parsing);

struct flat_field {
    struct slice names[2]; /* its long and its short spelling; twice the same if there is one */
    enum flat_conversion conversion;
    enum flat_need need;
    uint16_t target;               /* offset in the record */
    const struct flat_word *words; /* the last one empty */
    flat_read *read;
};

/* FLAT("ask_bid", "ab", FLAT_WORD, FLAT_VALUE, offsetof(struct event, trade.side), sides) */
#define FLAT(name, brief, ...)                                                                     \
    {                                                                                              \
        .names = {{(name), sizeof(name) - 1}, {(brief), sizeof(brief) - 1}}, __VA_ARGS__           \
    }
#define FLAT_END_OF_WORDS                                                                          \
    {                                                                                              \
        {NULL, 0}, 0                                                                               \
    }

/* The fields of an object; at most FLAT_FIELDS_MAX. */
struct flat {
    const struct flat_field *fields;
    uint32_t count;
};
#define FLAT_OF(table)                                                                             \
    {                                                                                              \
        (table), sizeof(table) / sizeof *(table)                                                   \
    }

/* Reads the object that comes next into `record`, of which fields that are absent stay as they are.
 */
enum refusal flat_object(struct scan *scan, const struct flat *flat, void *record,
                         struct parsing *parsing);
/* A payload that is one such object; the record is an event, begun as one of `kind`. */
enum refusal flat_payload(struct slice payload, const struct flat *flat, enum kind kind,
                          struct event *event, struct parsing *parsing);

/* An element of a book that comes as an array of pairs, the i-th bid with the i-th ask. */
struct flat_pair {
    struct decimal bid_price, bid_size, ask_price, ask_size;
};

/* Such an array, the best first, by the table of its pairs (records: struct flat_pair), to the
 * levels of a book. A side without a price or a size is padding, and left out by itself. */
enum refusal flat_book(struct scan *scan, const struct flat *pair, struct event *event,
                       struct parsing *parsing);
/* The same array to a quote: the best level of each side that has one; the others are looked
 * through for it, or passed over. */
enum refusal flat_top(struct scan *scan, const struct flat *pair, struct event *event,
                      struct parsing *parsing);

#endif
