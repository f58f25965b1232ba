/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's thread: all that came with one wake-up is one write and one sync an account, and
 * then it is published. Whatever else is asked for is done behind what came before it. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "gateway/journal_parts.h"

#include <errno.h>
#include <poll.h>

#define LOOK_MS 1000 /* between two looks at sockets that send nothing */
#define BIND_MS 2    /* between two tries to bind what was closed */

static void bump(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

static uint16_t place_of(const struct journal *journal, const struct journal_account *account)
{
    return (uint16_t)(account - journal->accounts);
}

/* Begins an answer with room for `bytes` behind it. Whoever asks has a bound on what he asks for
 * before it is answered, and that is less than the channel's. */
static struct journal_answer *begin_answer(struct journal *journal, enum notice_kind kind,
                                           const struct journal_account *account, size_t bytes)
{
    size_t size = (sizeof(struct journal_answer) + bytes + 15) / 16 * 16;
    struct journal_answer *answer = channel_reserve(journal->notices_end, size);
    ENSURE(answer != NULL);
    *answer = (struct journal_answer){.size = (uint32_t)size,
                                      .kind = (uint16_t)kind,
                                      .account = place_of(journal, account),
                                      .last = journal_files_last(account->files)};
    return answer;
}

static void end_answer(struct journal *journal, struct journal_answer *answer, struct slice detail)
{
    size_t used = sizeof *answer + answer->body_len + detail.len, size = (used + 15) / 16 * 16;
    if (detail.len > 0)
        memcpy((char *)(answer + 1) + answer->body_len, detail.data, detail.len);
    answer->detail_len = (uint32_t)detail.len;
    channel_give_back(journal->notices_end, answer->size - size);
    answer->size = (uint32_t)size;
    ENSURE(channel_flush(journal->notices_end));
}

static void say(struct journal *journal, enum notice_kind kind,
                const struct journal_account *account, uint64_t tag, struct slice detail)
{
    struct journal_answer *answer = begin_answer(journal, kind, account, detail.len);
    answer->tag = tag;
    end_answer(journal, answer, detail);
}

static void publish(struct journal *journal, struct journal_account *account, uint32_t kind,
                    struct slice body)
{
    uint32_t i = kind - KIND_ORDER;
    journal_feed_send(account->feed,
                      (struct slice){account->topics[i].text, account->topics[i].len}, body);
    bump(&journal->published, 1);
}

/* It goes out at once, and says that it may be lost. */
static void publish_undurable(struct journal *journal, struct journal_account *account,
                              uint32_t kind, struct slice event)
{
    static const struct slice end = {",\"durable\":false}", 17};
    char room[JOURNAL_BODY_MAX + 32];
    struct text body = text_over(room, sizeof room);
    text_bytes(&body, event.data, event.len - 1);
    text_append(&body, end);
    bump(&journal->not_durable, 1);
    publish(journal, account, kind, text_slice(&body));
}

static void refused(struct journal *journal, struct journal_account *account)
{
    const char *why = strerror(errno);
    uint16_t place = place_of(journal, account);
    log_error("journal_failed", "account %s: %s: %s; its events are told but not kept",
              journal->config->accounts[place].name, journal->config->journal.directory, why);
    bump(&journal->failures, 1);
    account->disk = DISK_REFUSES;
    account->sync_ns = 0;
    account->retry_ns = clock_monotonic_ns() + journal->config->journal.retry_ms * NS_PER_MS;
    say(journal, NOTICE_FAILED, account, 0, slice_of(why));
}

static void publish_all(struct journal *journal, struct journal_account *account, bool durable)
{
    for (uint32_t i = 0; i < account->pending_count; i++) {
        const struct journal_pending *pending = &account->pending[i];
        const char *body = account->lines.data + pending->at + JOURNAL_LINE_HEAD;
        struct slice event = {body, pending->event_len};
        if (durable)
            publish(journal, account, pending->kind,
                    (struct slice){body, pending->line_len - JOURNAL_LINE_HEAD - 1});
        else
            publish_undurable(journal, account, pending->kind, event);
    }
}

static void note_sync(struct journal *journal, int64_t begun_ns)
{
    uint64_t took_ns = (uint64_t)(clock_monotonic_ns() - begun_ns);
    bump(&journal->syncs, 1);
    if (took_ns > atomic_load(&journal->sync_ns_max))
        atomic_store(&journal->sync_ns_max, took_ns);
}

/* What came since the last commit. */
static void commit(struct journal *journal, struct journal_account *account)
{
    const struct config_journal *config = &journal->config->journal;
    bool sync = config->sync == JOURNAL_ALWAYS;
    int64_t begun_ns = clock_monotonic_ns();
    if (account->pending_count == 0)
        return;
    bool written = journal_files_append(account->files, text_slice(&account->lines),
                                        account->pending_count, sync);
    if (!written)
        refused(journal, account);
    else if (sync)
        note_sync(journal, begun_ns);
    else if (config->sync == JOURNAL_INTERVAL && account->sync_ns == 0)
        account->sync_ns = begun_ns + config->sync_ms * NS_PER_MS;
    bump(&journal->records, written ? account->pending_count : 0);
    bump(&journal->bytes, written ? account->lines.len : 0);
    journal_feed_look(account->feed);
    publish_all(journal, account, written);
    account->pending_count = 0;
    account->lines.len = 0;
}

static void take_record(struct journal *journal, struct journal_account *account,
                        const struct journal_order *order)
{
    struct slice event = {(const char *)(order + 1), order->body_len};
    struct text *lines = &account->lines;
    if (account->pending_count == JOURNAL_COMMIT_MAX ||
        lines->len + event.len + JOURNAL_LINE_MORE > lines->capacity)
        commit(journal, account);
    if (account->disk != DISK_TAKES) {
        publish_undurable(journal, account, order->kind, event);
        return;
    }
    struct journal_pending *pending = &account->pending[account->pending_count++];
    uint64_t seq = journal_files_last(account->files) + account->pending_count;
    size_t at = lines->len;
    journal_line_write(lines, event, seq);
    ENSURE(!lines->overflow && seq < JOURNAL_SEQ_MAX);
    *pending = (struct journal_pending){.at = (uint32_t)at,
                                        .event_len = order->body_len,
                                        .line_len = (uint32_t)(lines->len - at),
                                        .kind = order->kind};
}

static void take_sync(struct journal *journal, struct journal_account *account,
                      const struct journal_order *order)
{
    const char *bytes = (const char *)(order + 1);
    commit(journal, account);
    journal_feed_look(account->feed);
    if (order->topic_len > 0)
        journal_feed_send(account->feed, (struct slice){bytes, order->topic_len},
                          (struct slice){bytes + order->topic_len, order->body_len});
    say(journal, NOTICE_SYNCED, account, order->tag, (struct slice){0});
}

struct page {
    struct text text;
    uint32_t count, limit;
    uint64_t next;
};

static bool add_record(void *context, uint64_t seq, struct slice body)
{
    struct page *page = context;
    size_t len = page->text.len;
    if (page->count == page->limit)
        return false;
    if (page->count > 0)
        text_literal(&page->text, ",");
    text_append(&page->text, body);
    if (page->text.overflow) {
        page->text.len = len;
        return false;
    }
    page->count++;
    page->next = seq;
    return true;
}

#define DETAIL_MAX 512

static void take_read(struct journal *journal, struct journal_account *account,
                      const struct journal_order *order)
{
    char error[DETAIL_MAX];
    commit(journal, account);
    struct journal_answer *answer =
        begin_answer(journal, NOTICE_PAGE, account, order->bytes_max + DETAIL_MAX);
    struct page page = {.text = text_over((char *)(answer + 1), order->bytes_max),
                        .limit = order->limit,
                        .next = order->after};
    bool sound =
        journal_files_read(account->files, order->after, add_record, &page, error, sizeof error);
    if (!sound)
        log_error("journal_unreadable", "%s", error);
    answer->tag = order->tag;
    answer->next = page.next;
    answer->body_len = (uint32_t)page.text.len;
    end_answer(journal, answer, sound ? (struct slice){0} : slice_of(error));
}

/* Of one account, by the place in the order. */
static void take_order(struct journal *journal, const struct journal_order *order)
{
    struct journal_account *account = &journal->accounts[order->account];
    switch ((enum order_kind)order->what) {
    case ORDER_RECORD:
        take_record(journal, account, order);
        break;
    case ORDER_SYNC:
        take_sync(journal, account, order);
        break;
    case ORDER_READ:
        take_read(journal, account, order);
        break;
    case ORDER_REBIND:
        for (uint32_t i = 0; i < journal->config->count; i++) {
            commit(journal, &journal->accounts[i]);
            journal_feed_rebind(journal->accounts[i].feed);
        }
        break;
    case ORDER_RESUME:
        if (account->disk == DISK_BACK)
            account->disk = DISK_TAKES;
        break;
    case ORDER_END:
        journal->stopped = true;
    }
}

/* Takes all that came, then commits it; what was taken counts as under way until then. */
static void take_orders(struct journal *journal)
{
    struct channel_block block;
    uint64_t bytes = 0, records = 0;
    while (channel_receive(journal->orders, &block)) {
        for (size_t at = 0; at < block.len;) {
            const struct journal_order *order = (const void *)(block.data + at);
            if (order->what == ORDER_RECORD) {
                bytes += order->body_len;
                records++;
            }
            take_order(journal, order);
            at += order->size;
        }
        channel_free(&block);
    }
    for (uint32_t i = 0; i < journal->config->count; i++)
        commit(journal, &journal->accounts[i]);
    bump(&journal->settled_bytes, bytes);
    bump(&journal->settled_records, records);
}

static void sync_written(struct journal *journal, struct journal_account *account)
{
    int64_t begun_ns = clock_monotonic_ns();
    account->sync_ns = 0;
    if (journal_files_sync(account->files))
        note_sync(journal, begun_ns);
    else
        refused(journal, account);
}

static void try_disk(struct journal *journal, struct journal_account *account, int64_t now_ns)
{
    account->retry_ns = now_ns + journal->config->journal.retry_ms * NS_PER_MS;
    if (!journal_files_probe(account->files))
        return;
    log_info("journal_back", "account %s: the disk takes its events again",
             journal->config->accounts[place_of(journal, account)].name);
    account->disk = DISK_BACK;
    say(journal, NOTICE_BACK, account, 0, (struct slice){0});
}

/* Does what is due; when something is next. */
static int64_t look_after(struct journal *journal, int64_t now_ns)
{
    int64_t next_ns = now_ns + LOOK_MS * NS_PER_MS;
    for (uint32_t i = 0; i < journal->config->count; i++) {
        struct journal_account *account = &journal->accounts[i];
        int64_t due_ns[] = {INT64_MAX, INT64_MAX, INT64_MAX};
        if (account->sync_ns != 0 && account->sync_ns <= now_ns)
            sync_written(journal, account);
        if (account->disk == DISK_REFUSES && account->retry_ns <= now_ns)
            try_disk(journal, account, now_ns);
        if (account->sync_ns != 0)
            due_ns[0] = account->sync_ns;
        if (account->disk == DISK_REFUSES)
            due_ns[1] = account->retry_ns;
        due_ns[2] = journal_feed_bind(account->feed, now_ns);
        journal_feed_look(account->feed);
        for (size_t k = 0; k < sizeof due_ns / sizeof *due_ns; k++)
            next_ns = due_ns[k] < next_ns ? due_ns[k] : next_ns;
    }
    return next_ns;
}

void journal_run(void *argument)
{
    struct journal *journal = argument;
    struct pollfd item = {channel_fd(journal->orders), POLLIN, 0};
    while (!journal->stopped) {
        take_orders(journal);
        int64_t now_ns = clock_monotonic_ns();
        int64_t wait_ns = look_after(journal, now_ns) - now_ns;
        if (!journal->stopped)
            poll(&item, 1, (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS));
    }
    for (uint32_t i = 0; i < journal->config->count; i++)
        if (journal->accounts[i].sync_ns != 0)
            sync_written(journal, &journal->accounts[i]);
}
