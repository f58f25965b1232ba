/* SPDX-License-Identifier: Apache-2.0 */
/* A row of an account on its way to an event: what all kinds of rows have in common. They name the
 * same things alike on the stream and in REST. Pure. */
#ifndef TICKGATE_CONNECTORS_BYBIT_PRIVATE_ROW_H
#define TICKGATE_CONNECTORS_BYBIT_PRIVATE_ROW_H

#include "connectors/bybit/private.h"
#include "connectors/payload_flat.h"

/* What a row says: the record, and the words that it is made of. */
struct bybit_row {
    struct event event;
    struct slice category, symbol, order_id, trade_id, client_id, side;
    struct slice status, cancel_type, reject_reason;        /* of an order */
    struct slice type, stop_type, create_type, force, unit; /* the same */
    struct slice fill_type;                                 /* of an execution */
    struct slice fee_coin;                                  /* feeCurrency */
    struct decimal size, price, fee;                        /* of an execution or a position */
    struct slice coin;                                      /* of a wallet */
    uint64_t leg;
    struct slice fee_asset;
    uint32_t fee_coins; /* in which an order's fee was paid: `fee_asset` and `fee` are the last's */
    bool has_fee, maker; /* of an execution */
};

/* Lines of a table of fields. */
#define ROW(field)          offsetof(struct bybit_row, field)
#define EVENT(field)        offsetof(struct bybit_row, event.field)
#define FIELD(name, ...)    FLAT(name, name, __VA_ARGS__)
#define IGNORED(name)       FIELD(name, FLAT_IGNORED, FLAT_OPTIONAL)
#define TEXT(name, field)   FIELD(name, FLAT_TEXT, FLAT_OPTIONAL, ROW(field))
#define NEEDED(name, field) FIELD(name, FLAT_TEXT, FLAT_VALUE, ROW(field))
#define NUMBER(name, field) FIELD(name, FLAT_NUMBER, FLAT_OPTIONAL, field)
#define WORD(word, value)                                                                          \
    {                                                                                              \
        {(word), sizeof(word) - 1}, (value)                                                        \
    }

/* Reads a row by its table and begins its event, of the time of the message. False: it is refused,
 * or of another market (and not refused). */
bool bybit_begin_row(struct slice text, const struct flat *flat, enum kind kind,
                     struct bybit_row *row, const struct bybit_telling *telling,
                     enum refusal *refusal);
/* The record's `exchange_symbol`; false if it can be none. */
bool bybit_row_symbol(const struct bybit_row *row, char field[SYMBOL_MAX + 1]);
enum side bybit_row_side(const struct bybit_row *row, struct parsing *parsing);
enum position_side bybit_row_leg(const struct bybit_row *row);
/* Reads positionIdx. */
flat_read bybit_read_leg;
/* What a fee was paid in, if the row does not say it; empty: it is not known. */
struct slice bybit_row_fee_asset(const struct bybit_row *row, bool rebate,
                                 const struct bybit_market *market);
void bybit_tell(struct bybit_row *row, const struct bybit_telling *telling);

/* The value of a word; `otherwise` for none, and for one that is not in the table, which is noted.
 */
uint8_t bybit_word(const struct flat_word *words, struct slice word, uint8_t otherwise,
                   struct parsing *parsing);
/* A text into a field with a NUL, cut where that is full. */
void bybit_set_text(char *field, size_t room, struct slice string);
#define SET_TEXT(field, string) bybit_set_text((field), sizeof(field), (string))

static inline void bybit_forget(uint32_t *known, unsigned int field)
{
    *known &= ~PAYLOAD_BIT(field);
}

#endif
