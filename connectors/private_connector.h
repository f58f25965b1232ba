/* SPDX-License-Identifier: Apache-2.0 */
/* Private connector: our presence at an exchange on behalf of one account. One thread, like
 * connector's, that owns a session and what REST says. Its way, over and over:
 *
 *   connecting   the instruments are read (once), the clock is measured (where the exchange says
 *                its time), a listen key is got, the session is opened, logged in and subscribed
 *   reconciling  from here on whatever the stream says is kept, in order, bounded in bytes. An
 *                account record with a new `turn` asks the owner what it knows (private_desired);
 *                then REST is asked for open orders, closed ones, fills, balances and positions,
 *                all of which is told with `reconciled`; then what was kept is told
 *   ready        said when all of that has been told; events go out as they come. Every `check_ms`
 *                REST is asked for open orders and balances: what two such looks in a row find and
 *                the stream has not told is a gap (silent)
 *   gap          the session is lost, or what it told was, or it is about to be cut: the next
 *                connecting follows, after retry_in_ms. A connecting that fails ends so too
 *   refused      keys are wrong: tried again once a minute at the most, and said with the reason
 *
 * What it promises: from `ready` on until the next `gap`, all that happened to the account since
 * the owner's `since_ns` has been told, at least once. It drops nothing in silence: what the sink
 * did not take, what does not fit the keeping and what REST would not tell is a gap and another
 * try. It tells the same more than once: the owner (ledger) knows by ids. Events have no seq: the
 * owner gives it. An instrument that the exchange's list does not have has the symbol "" ; the list
 * is then read again, once in a while.
 *
 * Records besides the account's: KIND_ACCOUNT at each change of status (and again if the sink
 * dropped it, and when the clock was measured anew), KIND_SESSION (of session 0), KIND_COUNTERS,
 * KIND_DRIFT as connector.h has them, but without an example: no byte of a message, a URL or a
 * header is ever told or logged. Details are the exchange's words without the keys. The clock is
 * measured again every `clock_ms` and whenever the exchange complains of it. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_CONNECTOR_H
#define TICKGATE_CONNECTORS_PRIVATE_CONNECTOR_H

#include "connectors/connector.h"
#include "connectors/private_exchange.h"

#define PRIVATE_NAME_MAX 32

struct private_connector;

/* All limits; config fills it (private_connector_defaults first). Times in ms, sizes in bytes. */
struct private_config {
    char name[PRIVATE_NAME_MAX + 1];   /* of the account, for the log */
    struct connector_config connector; /* websocket, rest, ca_file, timeouts, backoff, hangup */
    char path[FETCH_URL_MAX]; /* of the upgrade; empty: the exchange's (binance.md 6.2.2: for USD-M
                                 the sources differ) */
    uint32_t keep_max;        /* bytes of the stream that are kept while reconciling */
    uint32_t reconcile_timeout_ms; /* the whole of it; over: gap, and another try */
    uint32_t refused_ms;           /* between two tries with keys that were refused */
    uint32_t clock_ms;             /* between two measurements of the clock */
    uint32_t check_ms;    /* between two looks whether a stream that is silent should be; 0 never */
    uint32_t overlap_ms;  /* closed orders and fills are asked for from so much before `since` */
    uint32_t symbols_max; /* that are asked for one by one */
};

void private_connector_defaults(struct private_config *config,
                                const struct private_exchange *private_exchange,
                                const struct exchange *exchange);

/* An order that the owner knows: one that it takes for open, or that has ended of late. */
struct private_order {
    char exchange_symbol[SYMBOL_MAX + 1];
    struct id order_id;
    struct decimal traded; /* the sum of its fills that are known */
    bool closed;
};

struct private_asset {
    char asset[ASSET_MAX + 1];
    struct decimal total;
};

/* What the owner knows, for one reconciliation; and whether it lost something. */
struct private_desired {
    uint64_t turn;    /* of the account record that this answers */
    uint64_t renewal; /* another one than before, once it was asked (reconciling): what was told is
                         lost: gap, and reconcile, though it be the answer to that asking */
    int64_t since_ns; /* of the exchange's time: all before it is known; 0: nothing is known of this
                         account, and nothing from before the connector's first session is asked
                         for, but for the fills of open orders where only an order has its fills */
    size_t symbol_count, order_count, asset_count;
    char (*symbols)[SYMBOL_MAX + 1]; /* exchange_symbols that it has traded */
    struct private_order *orders;
    struct private_asset *assets; /* its balances */
};
/* In one piece of memory; NULL when there is none. */
struct private_desired *private_desired_new(size_t symbol_count, size_t order_count,
                                            size_t asset_count);
void private_desired_destroy(struct private_desired **desired);

/* Starts the thread, with the way in for the kind of `secret` (private_exchange_for). `fetch` and
 * `sink` outlive it; sink is called from that thread alone. The secrets become its own, even where
 * it fails (NULL). */
struct private_connector *private_connector_new(const struct private_exchange *private_exchange,
                                                const struct exchange *exchange,
                                                const struct private_config *config,
                                                struct secret **key, struct secret **secret,
                                                struct fetch *fetch, struct sink *sink);
/* Any thread, never blocks; *desired is taken. The newest wins. */
void private_connector_want(struct private_connector *connector, struct private_desired **desired);
/* Closes the session, ends the thread and joins it, wipes the secrets. Whoever drains the sink's
 * other end must go on doing so until this returns. */
void private_connector_destroy(struct private_connector **connector);

#endif
