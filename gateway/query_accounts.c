/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and their journals. Nobody learns here that there is an account which he may not have.
 */
#include "common/ensure.h"
#include "gateway/query_parts.h"

#include <stdlib.h>

#define ACCOUNTS_LIMIT 100
#define READS_MAX      64 /* pages awaited at once, all clients together */
#define READ_LIMIT     1000
#define READ_OVERHEAD  1024 /* bytes of a reply that are no records */

static void write_detail(struct query_call *call, const struct account_row *row)
{
    struct text *reply = call->reply;
    if (row->reason != REASON_NONE)
        query_write_text(reply, SLICE(",\"reason\":"), reason_word(row->reason));
    if (row->detail[0] != '\0')
        query_write_text(reply, SLICE(",\"detail\":"), slice_of(row->detail));
    if (row->retry_in_ms > 0)
        query_write_number(reply, SLICE(",\"retry_in_ms\":"), row->retry_in_ms);
    if (row->clock_known) {
        text_literal(reply, ",\"clock_offset_us\":");
        text_signed(reply, row->clock_offset_us);
    }
    if (row->last_ns > 0)
        query_write_time(reply, SLICE(",\"last_message\":"), row->last_ns);
}

static void write_account(struct query_call *call, const struct account_row *row)
{
    struct text *reply = call->reply;
    query_write_text(reply, SLICE("{\"name\":"), row->name);
    query_write_text(reply, SLICE(",\"exchange\":"), row->exchange);
    query_write_text(reply, SLICE(",\"endpoint\":"), row->endpoint);
    if (call->tables->gate != NULL)
        query_write_text(reply, SLICE(",\"server_key\":"), gate_public_key(call->tables->gate));
    query_write_text(reply, SLICE(",\"status\":"), account_status_word(row->status));
    query_write_time(reply, SLICE(",\"since\":"), row->since_ns);
    text_literal(reply, ",\"durable\":");
    text_append(reply, row->durable ? SLICE("true") : SLICE("false"));
    query_write_number(reply, SLICE(",\"orders\":"), row->orders);
    query_write_number(reply, SLICE(",\"positions\":"), row->positions);
    query_write_number(reply, SLICE(",\"balances\":"), row->balances);
    query_write_number(reply, SLICE(",\"messages\":"), row->messages);
    query_write_number(reply, SLICE(",\"gaps\":"), row->gaps);
    query_write_number(reply, SLICE(",\"forgotten\":"), row->forgotten);
    write_detail(call, row);
    text_literal(reply, "}");
}

bool query_account_list(struct query_call *call)
{
    const struct accounts *accounts = call->tables->accounts;
    struct account_row row;
    struct query_page page;
    text_literal(call->reply, "{");
    query_page_begin(&page, call, SLICE("accounts"), ACCOUNTS_LIMIT);
    for (uint32_t i = query_place(call); i < accounts_count(accounts); i++) {
        accounts_row(accounts, i, &row);
        if (!query_may_see(call, row.name))
            continue;
        if (!query_page_row(&page, 1))
            break;
        write_account(call, &row);
        if (!query_page_row_end(&page, i + 1))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}

bool query_journal_read(struct query_call *call)
{
    const struct query_arguments *arguments = &call->arguments;
    size_t room = call->asker->limits->reply_max;
    uint32_t account;
    ENSURE(room > READ_OVERHEAD);
    if (!accounts_find(call->tables->accounts, arguments->account, &account))
        return query_unknown_account(call);
    if (call->query->reads == READS_MAX)
        return fault_set(&call->fault, FAULT_BUSY, "%d pages are awaited, ask again", READS_MAX);
    if (!query_later(call))
        return false;
    call->query->reads++;
    journal_read(call->tables->journal, account, arguments->after,
                 arguments->limit > 0 ? (uint32_t)arguments->limit : READ_LIMIT,
                 room - READ_OVERHEAD, call->later);
    return true;
}

static void page_came(struct query *query, const struct notice *notice, struct query_late *late)
{
    ENSURE(query->reads > 0);
    query->reads--;
    late->tag = notice->tag;
    free(query->page);
    query->page = malloc(notice->body.len + READ_OVERHEAD);
    if (notice->detail.len > 0 || query->page == NULL) {
        fault_set(&late->fault, FAULT_INTERNAL, "the journal cannot be read; the log says why");
        return;
    }
    struct text result = text_over(query->page, notice->body.len + READ_OVERHEAD);
    text_literal(&result, "{\"events\":[");
    text_append(&result, notice->body);
    query_write_number(&result, SLICE("],\"next\":"), notice->next);
    query_write_number(&result, SLICE(",\"last\":"), notice->last);
    text_literal(&result, "}");
    late->sound = true;
    late->result = text_slice(&result);
}

void query_notice(struct query *query, const struct notice *notice, struct query_late *late)
{
    *late = (struct query_late){0};
    if (notice->kind == NOTICE_PAGE)
        page_came(query, notice, late);
    else if (notice->kind == NOTICE_SYNCED)
        query_images_synced(query, notice, late);
}
