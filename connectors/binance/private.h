/* SPDX-License-Identifier: Apache-2.0 */
/* Binance's private half in its parts: both markets tell of an account in the same words but for
 * some, and are asked by the same rules. Pure. Fields as in binance.md 6 and 7 (official docs: spot
 * of 2026-07-21, USD-M of 2026-05-28). */
#ifndef TICKGATE_CONNECTORS_BINANCE_PRIVATE_H
#define TICKGATE_CONNECTORS_BINANCE_PRIVATE_H

#include "connectors/payload_flat.h"
#include "connectors/private_exchange.h"

/* The ids of the requests that we send on a session, as they stand there. */
#define BINANCE_LOGIN_ID        "\"login\""
#define BINANCE_SUBSCRIPTION_ID "\"subscribe\""

/* Before the id of an order of USD-M's algo service, whose ids are counted apart from others'. */
#define BINANCE_ALGO "algo-"

/* To whom records are told. */
struct binance_telling {
    struct parsing *parsing;
    private_take *take;
    void *context;
};

/* An order as a message or a reply has it; texts look into that. */
struct binance_order {
    struct event event; /* the first: tables of fields write into it */
    struct slice symbol, client_id, original_id, side, type, original_type, force, status,
        execution, reason, expiry, position_side, fee_asset;
    struct decimal amount;             /* of quote that is ordered by */
    struct decimal stop, activation;   /* of a trailing stop the second is what counts */
    struct decimal last_qty, last_fee; /* of the fill, if it tells of one */
    struct decimal last_price;
    struct id allocation; /* in place of a trade's id */
    int64_t created_ns;
    bool maker, off_book;
};

struct binance_type {
    struct slice word;
    enum order_type type;
    bool post_only;
    bool waits; /* until its stop price is met */
};

/* A further word of ours for the rules of statuses: of an order that waits until its stop price is
 * met. */
#define BINANCE_UNTRIGGERED "untriggered"

/* A market's words. */
struct binance_words {
    struct status_table statuses;
    const struct binance_type *types; /* an empty word behind the last */
    bool changes_type;                /* an order that is triggered has another type from then on */
};

extern const struct binance_words binance_spot_words, binance_usdm_words;

/* Tells an order, and the fill that it tells of. */
enum refusal binance_tell_order(struct binance_order *order, const struct binance_words *words,
                                const struct binance_telling *telling);
/* A text into a field of a record, with a NUL; false if there is none or it is too long. */
bool binance_copy(char *field, size_t room, struct slice text);
/* BOTH, LONG or SHORT; false for any other word. */
bool binance_read_leg(struct slice word, uint8_t *leg);
/* Fills in the side of a position of a signed size, which then is none. */
void binance_set_size(struct position *position, const struct decimal *size);

/* Reads one object, told as events. */
typedef enum refusal binance_tell(struct slice document, const struct binance_telling *telling);

/* An event word: what a frame with it is, and how it is read. */
struct binance_private_word {
    struct slice word;
    enum private_class class;
    binance_tell *tell; /* PRIVATE_DATA */
};
extern const struct binance_private_word binance_spot_events[], binance_usdm_events[];

void binance_private_route(const struct binance_private_word *events, struct slice frame,
                           struct private_route *route);
enum refusal binance_private_parse(const struct binance_private_word *events, struct slice payload,
                                   const struct binance_telling *telling);

/* What an error's code and a reply's HTTP status mean (5.3, 6.1.2). */
enum verdict binance_verdict(int64_t code, uint64_t status);
/* Reads {"code":-1121,"msg":"..."}; 0 if there is no code. */
int64_t binance_read_error(struct slice document, struct slice *detail);

/* How a reply is asked for by pages. */
enum binance_form {
    BINANCE_PLAIN,   /* nothing is said but the time: without a signature, nothing at all */
    BINANCE_KEYED,   /* by the key alone (6.2.1) */
    BINANCE_SIGNED,  /* whole */
    BINANCE_ONE,     /* one order */
    BINANCE_WINDOWS, /* by time, at most span_ms at once */
    BINANCE_FILLS,   /* by time up to the first, then by the trades' ids */
};

/* A call of a market; rounds from 0. An order of the algo service is round 1 of CALL_ORDER. */
struct binance_call {
    enum call_purpose purpose;
    uint32_t round;
    enum binance_form form;
    const char *method, *path;
    uint32_t weight;
    struct slice list;  /* the member that the entries stand in; empty: they are the reply */
    binance_tell *tell; /* an entry; NULL: it gives no events */
};

struct binance_calls {
    const struct binance_call *calls;
    size_t count;
    int64_t span_ms;
};
extern const struct binance_calls binance_spot_calls, binance_usdm_calls;

bool binance_write_call(const struct binance_calls *calls, struct call *call,
                        const struct private_keys *keys, const struct call_ask *ask);
void binance_read_reply(const struct binance_calls *calls, struct slice body, uint32_t status,
                        const struct call_ask *ask, const struct binance_telling *telling,
                        struct call_reply *reply);

/* Entries of replies. */
binance_tell binance_tell_spot_order, binance_tell_usdm_order, binance_tell_algo_order,
    binance_tell_trade, binance_tell_income, binance_tell_spot_balance, binance_tell_usdm_balance,
    binance_tell_position;

/* Appends a signature in the form that this kind of key has; false if it cannot sign. */
bool binance_sign(struct text *text, const struct private_keys *keys, struct slice message);

#endif
