/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the query share, and nobody else sees. */
#ifndef TICKGATE_GATEWAY_QUERY_PARTS_H
#define TICKGATE_GATEWAY_QUERY_PARTS_H

#include "gateway/query.h"
#include "gateway/query_arguments.h"

/* Bytes that end a reply: brackets, and where its next page begins. */
#define QUERY_CLOSING_MAX 64

struct query {
    struct query_tables tables;
    uint32_t snapshots;          /* under way */
    uint64_t tag;                /* of the newest reply that comes later */
    struct query_images *images; /* snapshots of accounts that wait for their markers */
    struct query_images *done;   /* the one that was answered last */
    uint32_t reads;              /* pages of the journal that are awaited */
    char *page;                  /* room of the last of them */
};

/* One request on its way to its reply. */
struct query_call {
    struct query *query;
    const struct query_tables *tables;
    const struct query_now *now;
    const struct query_asker *asker; /* his rights; for this call only */
    struct slice id;                 /* as JSON */
    struct query_arguments arguments;
    struct text *reply;              /* stands behind "result": */
    struct fault fault;              /* why an operation returned false */
    struct query_snapshot *snapshot; /* that it began; there is no reply yet */
    uint64_t later;                  /* query_later: nor here; what was written is dropped */
};

/* An operation writes its result, or returns false with the fault. When it runs, the asker has the
 * op's role, asks at its place, and is entitled to arguments.account (if one was given). */
#define OPERATION(op, function, role, place, required, optional)                                   \
    bool function(struct query_call *call);
#include "gateway/query.def"
#undef OPERATION

/* The reply comes later, by call->later: requests_answer with it. False with FAULT_BUSY if its
 * socket awaits as many as it can: ask before anything is begun. */
bool query_later(struct query_call *call);
/* What there is to say of an account that there is not, and of one that is none of the asker's:
 * whoever may not have it does not learn that it is there. Returns false. */
bool query_unknown_account(struct query_call *call);
/* Whether a row of this account may be shown to the asker. */
bool query_may_see(const struct query_call *call, struct slice account);

/* Whether a snapshot is one of accounts; then it is answered when its markers are out: nothing of
 * it is told that was not durable before. */
bool query_images_wanted(const struct query_call *call);
bool query_images_begin(struct query_call *call);
void query_images_synced(struct query *query, const struct notice *notice, struct query_late *late);
void query_images_fini(struct query *query);
/* False with the fault for a nonce that is none; the body of a marker. */
bool query_check_nonce(struct query_call *call);
void query_write_marker(const struct query_call *call, struct text *body);

/* The two ends of every good reply. */
void query_reply_begin(struct text *reply, struct slice id);
void query_reply_end(struct text *reply);
/* The whole of a bad one, instead of what was written before. */
void query_reply_error(struct text *reply, struct slice id, const struct fault *fault);

/* Members of an object: `key` with its comma, quotes and colon: SLICE(",\"symbol\":"). */
void query_write_text(struct text *text, struct slice key, struct slice value);
void query_write_number(struct text *text, struct slice key, uint64_t value);
void query_write_time(struct text *text, struct slice key, int64_t time_ns);

/* `key`, and the list of an exchange's channels. */
void query_write_channels(struct text *text, struct slice key, const struct exchange *exchange);

/* The connector of arguments.exchange; FAULT_UNKNOWN_EXCHANGE. */
bool query_find_exchange(struct query_call *call, uint16_t *number);

/* A list of rows, as far as the request's limit, the reply's room and what may be spent on one
 * request go; then `next`, which is the `after` that goes on. Every row has a cursor: the `after`
 * that goes on behind it. */
struct query_page {
    struct query_call *call;
    uint64_t limit, count;
    uint64_t spent;
    uint64_t next;
    size_t row_at; /* where the open row begins */
    bool more;
};

/* Writes '"name":['. */
void query_page_begin(struct query_page *page, struct query_call *call, struct slice name,
                      uint64_t limit);
/* False: the page is full, the row at hand and those behind it belong to the next one. */
bool query_page_row(struct query_page *page, uint64_t cost);
/* The row was written. False: it found no room and was taken back. */
bool query_page_row_end(struct query_page *page, uint64_t cursor);
/* A row was looked at and passed over. False as query_page_row. */
bool query_page_skip(struct query_page *page, uint64_t cursor);
/* Where a table that is walked by place goes on: arguments.after. */
uint32_t query_place(const struct query_call *call);
/* Closes the list. False with FAULT_TOO_LARGE if not even one row had room. */
bool query_page_end(struct query_page *page);

#endif
