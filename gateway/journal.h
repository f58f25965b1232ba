/* SPDX-License-Identifier: Apache-2.0 */
/* Journal: the thread that writes the accounts' events down before it publishes them, and owns
 * both: each account's files and its PUB socket (CURVE, a ZAP domain of its own). An event reaches
 * a subscriber only when it is written (and, with sync: always, on the disk); it gets its
 * journal_seq there: +1 for ever, across restarts.
 *
 * Files: <directory>/<account>/<first journal_seq, 16 digits>.journal, a line a record: the CRC-32C
 * of the body (8 hex digits), a space, the body (the event as JSON, with its journal_seq), a
 * newline. The body is what subscribers get, byte for byte. What stands behind the last whole
 * record of the last file when it is opened is a torn tail: it is cut off, and said. A record that
 * is damaged anywhere else stops the start, with file and offset: nothing that was written is
 * thrown away.
 *
 * A disk that refuses (full, failing): what came cannot be written down, and goes out at once with
 * `durable: false` and no journal_seq; the owner is told, and is asked to begin that account anew
 * when the disk is back (journal_take_notice). */
#ifndef TICKGATE_GATEWAY_JOURNAL_H
#define TICKGATE_GATEWAY_JOURNAL_H

#include "common/text.h"
#include "gateway/config.h"
#include "gateway/gate.h"

#define JOURNAL_BODY_MAX   16384 /* bytes of an event without its journal_seq */
#define JOURNAL_PORT_FIRST 7710  /* of the endpoints of accounts that are given none */

struct journal;

/* Opens and repairs all files, binds all endpoints, starts the thread. NULL with what, where and
 * what to do in `error`. What it is given outlives it. */
struct journal *journal_new(void *zmq_context, const struct config_accounts *config,
                            const struct gate *gate, char *error, size_t error_max);
/* Writes and publishes what is left. */
void journal_destroy(struct journal **journal);

/* The rest is the manager's thread alone. Accounts go by their place in the configuration. */

/* Where an account's events are published, as it is bound. */
const char *journal_endpoint(const struct journal *journal, uint32_t account);

/* Whether an event of `bytes` more has room. What is to be journaled must be asked for before
 * anything is remembered of it. */
bool journal_has_room(const struct journal *journal, size_t bytes);
/* Begins a record: room for `body_max` bytes (at most JOURNAL_BODY_MAX) of a JSON object without
 * its journal_seq, which has room (NULL: memory is out); ends it; hands all over that was ended
 * since.
 */
struct text *journal_begin(struct journal *journal, uint32_t account, enum kind kind,
                           size_t body_max);
void journal_end(struct journal *journal);
void journal_flush(struct journal *journal);

/* Publishes a marker (its topic and body; an empty topic: none) on an account's endpoint behind all
 * that was begun before; a notice follows. */
void journal_sync(struct journal *journal, uint32_t account, struct slice topic, struct slice body,
                  uint64_t tag);
/* A page of records behind `after`, at most `limit` and `bytes_max` (and 2 MiB): a notice follows.
 */
void journal_read(struct journal *journal, uint32_t account, uint64_t after, uint32_t limit,
                  size_t bytes_max, uint64_t tag);
/* All endpoints are bound anew. */
void journal_rebind(struct journal *journal);
/* The account begins anew: the disk is tried, and only from now on are its events written again. */
void journal_resume(struct journal *journal, uint32_t account);

enum notice_kind {
    NOTICE_PAGE,   /* `body`: records as the elements of a JSON array, without its brackets;
                      `next`: the last one's seq, or `after` if there is none; `last`: the newest
                      there is. `detail` not empty: it could not be read, and this is why */
    NOTICE_SYNCED, /* the marker is out, and all before it durable: `last` */
    NOTICE_FAILED, /* an account's disk refused: `detail` */
    NOTICE_BACK,   /* it would take more now: read the account (journal_load), then resume */
};
struct notice {
    enum notice_kind kind;
    uint32_t account;
    uint64_t tag, next, last;
    struct slice body, detail;
};
/* Readable when there is one. */
void *journal_socket(struct journal *journal);
/* Calls `take` for each notice of one message; false: there was none. */
bool journal_take_notices(struct journal *journal,
                          void (*take)(void *context, const struct notice *notice), void *context);

/* Reads an account's records from `after` on, oldest first; `take` false stops. False if a file is
 * damaged: `error`. Only while the thread does not write this account: before its start, and
 * between NOTICE_BACK and journal_resume. */
bool journal_load(const struct config_accounts *config, uint32_t account, uint64_t after,
                  bool (*take)(void *context, uint64_t seq, struct slice body), void *context,
                  char *error, size_t error_max);

struct journal_stats {
    uint64_t records, bytes, syncs, failures, not_durable, published;
    uint64_t sync_ns_max; /* the longest sync since the stats before */
};
void journal_stats(struct journal *journal, struct journal_stats *stats);

#endif
