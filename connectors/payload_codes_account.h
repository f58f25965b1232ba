/* SPDX-License-Identifier: Apache-2.0 */
/* Codes, an account's half: what Upbit has, and Bithumb after it. A JSON web token in a header lets
 * in and signs each call; myOrder and myAsset tell; REST answers with orders and accounts in nearly
 * the same words. What differs is in an exchange's tables. Pure, but for the nonces. */
#ifndef TICKGATE_CONNECTORS_PAYLOAD_CODES_ACCOUNT_H
#define TICKGATE_CONNECTORS_PAYLOAD_CODES_ACCOUNT_H

#include "connectors/payload_codes.h"
#include "connectors/payload_flat.h"
#include "connectors/private_exchange.h"

/* What an order's object says, as a table's line puts it here; numbers that the event has go there
 * at once (FLAT_NUMBER). A number of 0 that stands here is none. */
struct codes_order {
    struct event event;
    struct slice code, id, client_id, side, type, force, state;
    struct slice trade_id;
    struct slice cancel;       /* why it was cancelled, in the exchange's word */
    struct slice prevention;   /* what is done about self-matches, if any are prevented */
    struct slice trades;       /* the array as it stands */
    struct decimal price, qty; /* of the order; in a trade of a form that is `merged` the fill's */
    struct decimal trade_price, trade_qty;
    struct decimal prevented; /* what self-match prevention took out of it */
    int64_t made_ns, trade_ns;
    uint8_t liquidity; /* enum liquidity */
};

/* Readers for FLAT_NESTED: whether the fill was a maker's; the array of trades; when it was made as
 * ISO 8601 has it. */
flat_read codes_read_maker, codes_read_trades, codes_read_made;

/* One spelling of an order. */
struct codes_form {
    const struct flat *flat;   /* records: struct codes_order */
    bool merged;               /* in a trade, price and quantity are the fill's */
    enum time_in_force unsaid; /* of an order with a price of which no time in force is said */
};

/* The words of an exchange's half. */
struct codes_account {
    const struct codes *codes;
    enum sign_hash hash;
    bool dated; /* its tokens have the time in them */
    const struct status_table *statuses;
    /* The forms of myOrder: the first whose mark, in either spelling, stands in the frame; the last
     * one has none. */
    const struct codes_stream_form {
        struct slice marks[2];
        struct codes_form form;
    } * stream;
    struct codes_form rest;
};

/* A token of these keys for a query (as it is before its percent-encoding; empty: none). False if
 * they cannot sign. */
bool codes_write_token(const struct codes_account *account, struct text *token,
                       const struct private_keys *keys, struct slice nonce, int64_t now_ms,
                       struct slice query);
/* As the hook of struct private_exchange; with a query, of a call. */
bool codes_write_header(const struct codes_account *account, struct text *lines,
                        const struct private_keys *keys, int64_t now_ms, struct slice query);

/* A call that is being written: what stands in its path stands once more, as it is before its
 * encoding, in `query`, which is what is signed. */
struct codes_call {
    struct call *call;
    struct text query;
    char room[1024];
};
void codes_begin_call(struct codes_call *writing, struct call *call, struct slice path);
void codes_add(struct codes_call *writing, struct slice name, struct slice value);
void codes_add_number(struct codes_call *writing, struct slice name, int64_t value);
bool codes_end_call(struct codes_call *writing, const struct codes_account *account,
                    const struct private_keys *keys, int64_t now_ms);

void codes_route_private(const struct codes_account *account, struct slice frame,
                         struct private_route *route);
enum refusal codes_parse_private(const struct codes_account *account, struct slice payload,
                                 struct parsing *parsing, private_take *take, void *context);

/* Where what a reply tells goes. */
struct codes_reading {
    const struct codes_account *account;
    struct parsing *parsing;
    private_take *take;
    void *context;
    struct call_reply *reply;
    size_t entries;  /* of a list, whether they could be held or not */
    int64_t made_ns; /* of the last order of a list; 0: it does not say */
};
/* An error, whatever the status (they come with 200 too): true, and reply->verdict and detail are
 * set. */
bool codes_read_failure(struct slice body, uint32_t status, struct call_reply *reply);
/* A list of orders; one with its trades, which come first; what the account has. What cannot be
 * held of a list is counted in reply->skipped; what is no such reply in reply->refusal. */
void codes_read_orders(struct codes_reading *reading, struct slice list);
void codes_read_order(struct codes_reading *reading, struct slice body);
void codes_read_accounts(struct codes_reading *reading, struct slice body);

#endif
