/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the ledger: rows, the judgment of one record by what is known of it, and the reading
 * of a journaled body. None of it for anybody else. */
#ifndef TICKGATE_GATEWAY_LEDGER_PARTS_H
#define TICKGATE_GATEWAY_LEDGER_PARTS_H

#include "gateway/ledger.h"

/* Rows: the newest record of each key, in two lists by their last change: those that stand (open
 * orders, balances, ...) and those that are done. Bounded: the oldest that is done goes first, then
 * the oldest that stands. */
struct ledger_row {
    struct event event;
    struct decimal traded;  /* of an order: the sum of its fills that came behind it */
    uint64_t turn;          /* in which it was last told */
    uint32_t before, after; /* in its list: towards the oldest, the newest */
    bool done;
    uint8_t key_len;
    char key[2 * SYMBOL_MAX];
};

struct ledger_list {
    uint32_t oldest, newest, count;
};

struct ledger_rows {
    enum kind kind;
    uint32_t max; /* of each list */
    struct map *places;
    struct ledger_row *rows;
    uint32_t room;
    uint32_t free;               /* first of the free ones, chained by `after` */
    struct ledger_list lists[2]; /* that stand, that are done */
    uint64_t forgotten;
};

#define LEDGER_NONE UINT32_MAX

_Static_assert(sizeof(struct event) % 16 == 0, "a record of any kind has room in an event");

bool ledger_rows_init(struct ledger_rows *rows, enum kind kind, uint32_t max);
void ledger_rows_fini(struct ledger_rows *rows);
/* NULL: it is not known. */
struct ledger_row *ledger_rows_find(const struct ledger_rows *rows, struct slice key);
/* Keeps a copy, as the newest of its list. NULL when memory is out (counted as forgotten). */
struct ledger_row *ledger_rows_put(struct ledger_rows *rows, struct slice key,
                                   const struct event *event, bool done);

/* Judgments of one record by the one that was known (NULL: none). They complete it. */
enum ledger_verdict ledger_judge_order(const struct event *known, struct event *event);
enum ledger_verdict ledger_judge_position(const struct event *known, struct event *event);
enum ledger_verdict ledger_judge_balance(const struct event *known, struct event *event);

/* Reads a body that wire_json_private wrote. False: it is no private event. */
bool ledger_read(struct slice body, struct event *event);

#endif
