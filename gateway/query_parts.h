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
    uint32_t snapshots; /* under way */
};

/* One request on its way to its reply. */
struct query_call {
    struct query *query;
    const struct query_tables *tables;
    const struct query_now *now;
    struct slice id; /* as JSON */
    struct query_arguments arguments;
    struct text *reply;              /* stands behind "result": */
    struct fault fault;              /* why an operation returned false */
    struct query_snapshot *snapshot; /* that it began; there is no reply yet */
};

/* An operation writes its result, or returns false with the fault. */
#define OPERATION(op, function, required, optional) bool function(struct query_call *call);
#include "gateway/query.def"
#undef OPERATION

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
