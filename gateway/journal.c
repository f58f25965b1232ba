/* SPDX-License-Identifier: Apache-2.0 */
/* The manager's end. What it hands over has been found to have room, so that the channel never
 * refuses it: what is left is want of memory, of which libzmq dies too. */
#include "gateway/journal.h"

#include "common/ensure.h"
#include "gateway/journal_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MAX   (1024u * 1024)       /* bytes handed over at once */
#define ORDERS_MAX  (4u * 1024 * 1024)   /* bytes of orders under way that are no records */
#define RECORDS_MAX 32768                /* records under way: a channel bounds its blocks too */
#define ANSWER_MAX  (4u * 1024 * 1024)   /* bytes of one answer */
#define ANSWERS_MAX (512u * 1024 * 1024) /* of those under way: whoever asks has a bound */
#define PAGE_MAX    (2u * 1024 * 1024)   /* bytes of a page at most */
#define LINES_MAX   (1024u * 1024)       /* bytes of one commit of an account */

static bool write_topics(struct journal_account *account, const struct config_account *config)
{
    for (uint32_t i = 0; i < KIND_PRIVATE_COUNT; i++) {
        struct text topic = text_over(account->topics[i].text, TOPIC_MAX);
        topic_part(&topic, kind_word((enum kind)(KIND_ORDER + i)));
        topic_part(&topic, slice_of(config->exchange->name));
        topic_part(&topic, slice_of(config->name));
        if (topic.overflow)
            return false;
        account->topics[i].len = (uint8_t)topic.len;
    }
    return true;
}

static bool open_account(struct journal *journal, uint32_t place, void *zmq_context,
                         const struct gate *gate, char *error, size_t error_max)
{
    const struct config_account *config = &journal->config->accounts[place];
    const struct config_journal *files = &journal->config->journal;
    struct journal_account *account = &journal->accounts[place];
    char endpoint[JOURNAL_ENDPOINT_MAX];
    snprintf(endpoint, sizeof endpoint, "%s", config->endpoint);
    if (endpoint[0] == '\0')
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", JOURNAL_PORT_FIRST + place);
    account->lines = text_over(malloc(LINES_MAX), LINES_MAX);
    account->pending = malloc(JOURNAL_COMMIT_MAX * sizeof *account->pending);
    if (account->lines.data == NULL || account->pending == NULL || !write_topics(account, config))
        return false;
    account->files =
        journal_files_open(files->directory, config->name, files->segment_max, error, error_max);
    if (account->files != NULL)
        account->feed = journal_feed_new(zmq_context, endpoint, config->name, journal->config->hwm,
                                         gate, error, error_max);
    return account->feed != NULL;
}

static bool open_ends(struct journal *journal, void *zmq_context)
{
    size_t under_way_max = (size_t)journal->config->journal.queue_max + ORDERS_MAX +
                           RECORDS_MAX * sizeof(struct journal_order);
    journal->orders = channel_new(zmq_context, "journal");
    journal->notices = channel_new(zmq_context, "journal-notices");
    if (journal->orders == NULL || journal->notices == NULL)
        return false;
    journal->orders_end = channel_end_new(journal->orders, BLOCK_MAX, under_way_max);
    journal->notices_end = channel_end_new(journal->notices, ANSWER_MAX, ANSWERS_MAX);
    return journal->orders_end != NULL && journal->notices_end != NULL;
}

struct journal *journal_new(void *zmq_context, const struct config_accounts *config,
                            const struct gate *gate, char *error, size_t error_max)
{
    struct journal *journal = calloc(1, sizeof *journal);
    static const char unmade[] = "the journal cannot be made: out of memory, threads or sockets";
    snprintf(error, error_max, "%s", unmade);
    if (journal == NULL)
        return NULL;
    journal->config = config;
    bool opened = true;
    for (uint32_t i = 0; opened && i < config->count; i++)
        opened = open_account(journal, i, zmq_context, gate, error, error_max);
    if (opened)
        snprintf(error, error_max, "%s", unmade);
    if (!opened || !open_ends(journal, zmq_context) ||
        !thread_start(&journal->thread, "journal", journal_run, journal))
        journal_destroy(&journal);
    return journal;
}

/* An order that is no record; `topic` and `body` may be empty. */
static void send_order(struct journal *journal, struct journal_order order, struct slice topic,
                       struct slice body)
{
    order.size = (uint32_t)((sizeof order + topic.len + body.len + 15) / 16 * 16);
    order.topic_len = (uint32_t)topic.len;
    order.body_len = (uint32_t)body.len;
    journal_flush(journal);
    struct journal_order *sent = channel_reserve(journal->orders_end, order.size);
    ENSURE(sent != NULL);
    *sent = order;
    struct text bytes = text_over((char *)(sent + 1), topic.len + body.len);
    text_append(&bytes, topic);
    text_append(&bytes, body);
    ENSURE(channel_flush(journal->orders_end));
}

void journal_destroy(struct journal **journal_pointer)
{
    static const struct slice nothing;
    struct journal *journal = *journal_pointer;
    if (journal == NULL)
        return;
    if (journal->thread.running)
        send_order(journal, (struct journal_order){.what = ORDER_END}, nothing, nothing);
    thread_join(&journal->thread);
    for (uint32_t i = 0; i < CONFIG_ACCOUNTS; i++) {
        struct journal_account *account = &journal->accounts[i];
        journal_feed_destroy(&account->feed);
        journal_files_close(&account->files);
        free(account->lines.data);
        free(account->pending);
    }
    channel_end_destroy(&journal->orders_end);
    channel_end_destroy(&journal->notices_end);
    channel_destroy(&journal->orders);
    channel_destroy(&journal->notices);
    free(journal);
    *journal_pointer = NULL;
}

const char *journal_endpoint(const struct journal *journal, uint32_t account)
{
    ENSURE(account < journal->config->count);
    return journal_feed_endpoint(journal->accounts[account].feed);
}

static size_t record_size(size_t body_len)
{
    return (sizeof(struct journal_order) + body_len + 15) / 16 * 16;
}

bool journal_has_room(const struct journal *journal, size_t bytes)
{
    uint64_t bytes_under_way = journal->handed_bytes - atomic_load(&journal->settled_bytes);
    uint64_t records = journal->handed_records - atomic_load(&journal->settled_records);
    return bytes_under_way + bytes <= journal->config->journal.queue_max && records < RECORDS_MAX;
}

struct text *journal_begin(struct journal *journal, uint32_t account, enum kind kind,
                           size_t body_max)
{
    ENSURE(journal->open == NULL && account < journal->config->count && kind_is_private(kind) &&
           body_max <= JOURNAL_BODY_MAX);
    journal->open_size = record_size(body_max);
    journal->open = channel_reserve(journal->orders_end, journal->open_size);
    if (journal->open == NULL) {
        journal_flush(journal);
        journal->open = channel_reserve(journal->orders_end, journal->open_size);
    }
    if (journal->open == NULL)
        return NULL;
    *journal->open = (struct journal_order){
        .what = ORDER_RECORD, .account = (uint16_t)account, .kind = (uint32_t)kind};
    journal->body = text_over((char *)(journal->open + 1), body_max);
    return &journal->body;
}

void journal_end(struct journal *journal)
{
    struct journal_order *order = journal->open;
    ENSURE(order != NULL && !journal->body.overflow && journal->body.len > 0);
    order->body_len = (uint32_t)journal->body.len;
    order->size = (uint32_t)record_size(order->body_len);
    channel_give_back(journal->orders_end, journal->open_size - order->size);
    journal->handed_bytes += order->body_len;
    journal->handed_records++;
    journal->open = NULL;
}

void journal_flush(struct journal *journal)
{
    ENSURE(journal->open == NULL);
    ENSURE(channel_flush(journal->orders_end));
}

void journal_sync(struct journal *journal, uint32_t account, struct slice topic, struct slice body,
                  uint64_t tag)
{
    send_order(journal,
               (struct journal_order){.what = ORDER_SYNC, .account = (uint16_t)account, .tag = tag},
               topic, body);
}

void journal_read(struct journal *journal, uint32_t account, uint64_t after, uint32_t limit,
                  size_t bytes_max, uint64_t tag)
{
    static const struct slice nothing;
    send_order(
        journal,
        (struct journal_order){.what = ORDER_READ,
                               .account = (uint16_t)account,
                               .after = after,
                               .limit = limit,
                               .bytes_max = (uint32_t)(bytes_max < PAGE_MAX ? bytes_max : PAGE_MAX),
                               .tag = tag},
        nothing, nothing);
}

void journal_rebind(struct journal *journal)
{
    static const struct slice nothing;
    send_order(journal, (struct journal_order){.what = ORDER_REBIND}, nothing, nothing);
}

void journal_resume(struct journal *journal, uint32_t account)
{
    static const struct slice nothing;
    send_order(journal, (struct journal_order){.what = ORDER_RESUME, .account = (uint16_t)account},
               nothing, nothing);
}

void *journal_socket(struct journal *journal)
{
    return channel_socket(journal->notices);
}

bool journal_take_notices(struct journal *journal,
                          void (*take)(void *context, const struct notice *notice), void *context)
{
    struct channel_block block;
    if (!channel_receive(journal->notices, &block))
        return false;
    for (size_t at = 0; at < block.len;) {
        const struct journal_answer *answer = (const void *)(block.data + at);
        const char *bytes = (const char *)(answer + 1);
        const struct notice notice = {
            .kind = (enum notice_kind)answer->kind,
            .account = answer->account,
            .tag = answer->tag,
            .next = answer->next,
            .last = answer->last,
            .body = {bytes, answer->body_len},
            .detail = {bytes + answer->body_len, answer->detail_len},
        };
        at += answer->size;
        take(context, &notice);
    }
    channel_free(&block);
    return true;
}

bool journal_load(const struct config_accounts *config, uint32_t account, uint64_t after,
                  bool (*take)(void *context, uint64_t seq, struct slice body), void *context,
                  char *error, size_t error_max)
{
    ENSURE(account < config->count);
    return journal_files_load(config->journal.directory, config->accounts[account].name, after,
                              take, context, error, error_max);
}

void journal_stats(struct journal *journal, struct journal_stats *stats)
{
    *stats = (struct journal_stats){.records = atomic_load(&journal->records),
                                    .bytes = atomic_load(&journal->bytes),
                                    .syncs = atomic_load(&journal->syncs),
                                    .failures = atomic_load(&journal->failures),
                                    .not_durable = atomic_load(&journal->not_durable),
                                    .published = atomic_load(&journal->published),
                                    .sync_ns_max = atomic_exchange(&journal->sync_ns_max, 0)};
}
