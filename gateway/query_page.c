/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/query_parts.h"

/* What one request may cost in rows looked at, the manager's thread being everybody's. */
#define SPEND_MAX 65536

void query_page_begin(struct query_page *page, struct query_call *call, struct slice name,
                      uint64_t limit)
{
    *page = (struct query_page){.call = call, .limit = limit};
    if (call->arguments.limit > 0)
        page->limit = call->arguments.limit;
    page->next = call->arguments.after;
    text_json_string(call->reply, name);
    text_literal(call->reply, ":[");
    call->reply->capacity -= QUERY_CLOSING_MAX;
}

bool query_page_row(struct query_page *page, uint64_t cost)
{
    if (page->count == page->limit || page->spent >= SPEND_MAX) {
        page->more = true;
        return false;
    }
    page->spent += cost;
    page->row_at = page->call->reply->len;
    if (page->count > 0)
        text_literal(page->call->reply, ",");
    return true;
}

bool query_page_row_end(struct query_page *page, uint64_t cursor)
{
    struct text *reply = page->call->reply;
    if (reply->overflow) {
        reply->overflow = false;
        reply->len = page->row_at;
        page->more = true;
        return false;
    }
    page->count++;
    page->next = cursor;
    return true;
}

bool query_page_skip(struct query_page *page, uint64_t cursor)
{
    if (page->spent >= SPEND_MAX) {
        page->more = true;
        return false;
    }
    page->spent++;
    page->next = cursor;
    return true;
}

uint32_t query_place(const struct query_call *call)
{
    return call->arguments.after < UINT32_MAX ? (uint32_t)call->arguments.after : UINT32_MAX;
}

bool query_page_end(struct query_page *page)
{
    struct text *reply = page->call->reply;
    reply->capacity += QUERY_CLOSING_MAX;
    text_literal(reply, "]");
    if (!page->more)
        return true;
    if (page->count == 0 && page->next == page->call->arguments.after)
        return fault_set(&page->call->fault, FAULT_TOO_LARGE,
                         "not even one row fits into a reply (requests.reply_max)");
    query_write_number(reply, SLICE(",\"next\":"), page->next);
    return true;
}
