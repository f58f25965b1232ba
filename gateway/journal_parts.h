/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the journal share, and nobody else sees: its two threads' ends, and what
 * goes between them. */
#ifndef TICKGATE_GATEWAY_JOURNAL_PARTS_H
#define TICKGATE_GATEWAY_JOURNAL_PARTS_H

#include "common/thread.h"
#include "gateway/channel.h"
#include "gateway/journal.h"
#include "gateway/journal_feed.h"
#include "gateway/journal_files.h"
#include "gateway/journal_line.h"
#include "proto/topic.h"

#include <stdatomic.h>

/* What the manager asks for. Its bytes stand behind it: of a record the event, of a marker the
 * topic and then the body. */
enum order_kind { ORDER_RECORD, ORDER_SYNC, ORDER_READ, ORDER_REBIND, ORDER_RESUME, ORDER_END };
struct journal_order {
    uint32_t size; /* of the whole, this head included: a multiple of 16 */
    uint16_t what; /* enum order_kind */
    uint16_t account;
    uint32_t kind; /* enum kind, of a record */
    uint32_t topic_len, body_len;
    uint32_t limit, bytes_max; /* of a page */
    uint32_t unused;
    uint64_t after, tag;
};
_Static_assert(sizeof(struct journal_order) % 16 == 0, "what follows is aligned to 16");

/* What the journal answers: its body and then its detail stand behind it. */
struct journal_answer {
    uint32_t size; /* as above */
    uint16_t kind; /* enum notice_kind */
    uint16_t account;
    uint32_t body_len, detail_len;
    uint64_t tag, next, last;
    uint64_t unused;
};
_Static_assert(sizeof(struct journal_answer) % 16 == 0, "what follows is aligned to 16");

#define JOURNAL_COMMIT_MAX 4096 /* records that are written at once */

/* One record on its way to the disk. */
struct journal_pending {
    uint32_t at; /* its line, in the account's lines */
    uint32_t event_len, line_len;
    uint32_t kind;
};

enum disk { DISK_TAKES, DISK_REFUSES, DISK_BACK /* but the account has not begun anew */ };

/* One account, the thread's. */
struct journal_account {
    struct journal_files *files;
    struct journal_feed *feed;
    enum disk disk;
    int64_t retry_ns;  /* DISK_REFUSES: when it is tried again */
    int64_t sync_ns;   /* JOURNAL_INTERVAL: when what was written is synced; 0: nothing is due */
    struct text lines; /* of what came since the last commit */
    uint32_t pending_count;
    struct journal_pending *pending;
    struct {
        uint8_t len;
        char text[TOPIC_MAX];
    } topics[KIND_PRIVATE_COUNT];
};

struct journal {
    const struct config_accounts *config;
    struct channel *orders, *notices;
    struct thread thread;
    /* the manager's */
    struct channel_end *orders_end;
    struct journal_order *open;
    size_t open_size;
    struct text body;
    uint64_t handed_bytes, handed_records;
    _Atomic uint64_t settled_bytes, settled_records; /* written and published, or told undurable */
    /* the thread's, once it runs */
    struct channel_end *notices_end;
    struct journal_account accounts[CONFIG_ACCOUNTS];
    bool stopped;
    _Atomic uint64_t records, bytes, syncs, failures, not_durable, published, sync_ns_max;
};

/* The thread's whole life. */
void journal_run(void *argument);

#endif
