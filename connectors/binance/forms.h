/* SPDX-License-Identifier: Apache-2.0 */
/* Both of Binance's markets send the same payloads but for some members (binance.md 3.1 and 3.2). A
 * *form* says what each member of a market's payload is to the one reader that both share: its
 * role. Members are mostly of one letter, and names are case-significant; their order is not
 * promised. Pure. */
#ifndef TICKGATE_CONNECTORS_BINANCE_FORMS_H
#define TICKGATE_CONNECTORS_BINANCE_FORMS_H

#include "connectors/payload.h"

/* Roles that members of all payloads have; those of a reader's own begin behind them. */
enum binance_role {
    BINANCE_STRANGE, /* our facts do not know it */
    BINANCE_PASSED,  /* known, and of no use to us */
    BINANCE_SYMBOL,
    BINANCE_TIME,
    BINANCE_FAMILY, /* of instruments, a number: see market.h */
    BINANCE_OWN,
};

struct binance_form {
    uint32_t required;              /* PAYLOAD_BIT of each role that may not be missing */
    uint8_t letters[UINT8_MAX + 1]; /* the role of a member of one letter */
    struct {
        char name[2];
        uint8_t role;
    } pairs[4]; /* of two letters; role 0 ends them */
};

/* Those of trades. */
enum {
    BINANCE_TRADE_ID = BINANCE_OWN,
    BINANCE_TRADE_PRICE,
    BINANCE_TRADE_SIZE,
    BINANCE_TRADE_MAKER,
    BINANCE_TRADE_ORIGIN, /* a word: who traded */
};
#define BINANCE_TRADE_REQUIRED                                                                     \
    (PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) | PAYLOAD_BIT(BINANCE_TRADE_ID) |     \
     PAYLOAD_BIT(BINANCE_TRADE_PRICE) | PAYLOAD_BIT(BINANCE_TRADE_SIZE) |                          \
     PAYLOAD_BIT(BINANCE_TRADE_MAKER))

/* Those of quotes: an id and a quote's numbers. */
enum { BINANCE_QUOTE_ID = BINANCE_OWN, BINANCE_QUOTE_NUMBERS };
#define BINANCE_NUMBER(field) (BINANCE_QUOTE_NUMBERS + (field))
#define BINANCE_TOP_LETTERS                                                                        \
    ['b'] = BINANCE_NUMBER(QUOTE_BID_PRICE), ['B'] = BINANCE_NUMBER(QUOTE_BID_SIZE),               \
    ['a'] = BINANCE_NUMBER(QUOTE_ASK_PRICE), ['A'] = BINANCE_NUMBER(QUOTE_ASK_SIZE)
#define BINANCE_TOP_REQUIRED                                                                       \
    (PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_BID_PRICE)) | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_BID_SIZE)) |  \
     PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_ASK_PRICE)) | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_ASK_SIZE)))
#define BINANCE_MINI_LETTERS                                                                       \
    ['e'] = BINANCE_PASSED, ['E'] = BINANCE_TIME, ['s'] = BINANCE_SYMBOL,                          \
    ['c'] = BINANCE_NUMBER(QUOTE_PRICE), ['v'] = BINANCE_NUMBER(QUOTE_VOLUME),                     \
    ['q'] = BINANCE_NUMBER(QUOTE_TURNOVER), ['h'] = BINANCE_NUMBER(QUOTE_HIGH),                    \
    ['l'] = BINANCE_NUMBER(QUOTE_LOW), ['o'] = BINANCE_NUMBER(QUOTE_OPEN)
#define BINANCE_MINI_REQUIRED                                                                      \
    (PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) |                                     \
     PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_PRICE)) | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_VOLUME)) |        \
     PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_TURNOVER)) | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_HIGH)) |       \
     PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_LOW)) | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_OPEN)))
#define BINANCE_TICKER_LETTERS                                                                     \
    BINANCE_MINI_LETTERS, ['P'] = BINANCE_NUMBER(QUOTE_CHANGE), ['p'] = BINANCE_PASSED,            \
                          ['w'] = BINANCE_PASSED, ['Q'] = BINANCE_PASSED, ['O'] = BINANCE_PASSED,  \
                          ['C'] = BINANCE_PASSED, ['F'] = BINANCE_PASSED, ['L'] = BINANCE_PASSED,  \
                          ['n'] = BINANCE_PASSED
#define BINANCE_TICKER_REQUIRED (BINANCE_MINI_REQUIRED | PAYLOAD_BIT(BINANCE_NUMBER(QUOTE_CHANGE)))

/* Those of depth. */
enum {
    BINANCE_DEPTH_BIDS = BINANCE_OWN,
    BINANCE_DEPTH_ASKS,
    BINANCE_DEPTH_FIRST,
    BINANCE_DEPTH_LAST,
    BINANCE_DEPTH_PREV,
};
#define BINANCE_DEPTH_LETTERS                                                                      \
    ['e'] = BINANCE_PASSED, ['s'] = BINANCE_SYMBOL, ['b'] = BINANCE_DEPTH_BIDS,                    \
    ['a'] = BINANCE_DEPTH_ASKS, ['U'] = BINANCE_DEPTH_FIRST, ['u'] = BINANCE_DEPTH_LAST
#define BINANCE_DEPTH_REQUIRED                                                                     \
    (PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) | PAYLOAD_BIT(BINANCE_DEPTH_BIDS) |   \
     PAYLOAD_BIT(BINANCE_DEPTH_ASKS) | PAYLOAD_BIT(BINANCE_DEPTH_FIRST) |                          \
     PAYLOAD_BIT(BINANCE_DEPTH_LAST))

/* Those of klines, whose bar is an object of its own in them. */
enum { BINANCE_KLINE_BAR = BINANCE_OWN, BINANCE_KLINE_INNER };
#define BINANCE_KLINE_LETTERS                                                                      \
    ['e'] = BINANCE_PASSED, ['E'] = BINANCE_TIME, ['s'] = BINANCE_SYMBOL, ['k'] = BINANCE_KLINE_BAR
#define BINANCE_KLINE_REQUIRED                                                                     \
    (PAYLOAD_BIT(BINANCE_SYMBOL) | PAYLOAD_BIT(BINANCE_TIME) | PAYLOAD_BIT(BINANCE_KLINE_BAR))

typedef enum refusal binance_read(const struct binance_form *form, struct slice payload,
                                  struct parsing *parsing, struct event *event);
binance_read binance_read_trade;
binance_read binance_read_quote;
binance_read binance_read_depth;
binance_read binance_read_kline;

/* A book without a name, {"lastUpdateId":160,"bids":[...],"asks":[...]}: partial depth of spot
 * (3.1.10), which `parsing` is of, or a reply of REST (NULL; 4.1, 4.2). */
enum refusal binance_read_book(struct slice body, struct parsing *parsing, struct event *event,
                               size_t levels_max);

/* For a reader: one payload under way. */
struct binance_reading {
    const struct binance_form *form;
    struct parsing *parsing;
    struct event *event;
    struct scan scan;
    struct slice symbol;
    uint64_t family;
    uint32_t seen;
};

void binance_begin(struct binance_reading *reading, const struct binance_form *form,
                   struct slice payload, struct parsing *parsing, struct event *event,
                   enum kind kind);
/* The role of a name of more letters than one. */
unsigned int binance_long_role(const struct binance_form *form, struct slice key);
/* Takes a member that is not the reader's own. */
void binance_take_common(struct binance_reading *reading, unsigned int role, struct slice key);

/* The role of the next member that is the reader's own, whose value it must take; 0 at the end of
 * the object. Those before it are taken care of. Inline as scan_member is. */
static inline unsigned int binance_next(struct binance_reading *reading)
{
    struct slice key;
    while (scan_member(&reading->scan, &key)) {
        unsigned int role = key.len == 1 ? reading->form->letters[(unsigned char)key.data[0]]
                                         : binance_long_role(reading->form, key);
        reading->seen |= PAYLOAD_BIT(role);
        if (role >= BINANCE_OWN)
            return role;
        binance_take_common(reading, role, key);
    }
    return 0;
}

/* The end of the payload: it was whole, of our family and of the right instrument. */
enum refusal binance_end(struct binance_reading *reading);

#endif
