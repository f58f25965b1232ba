/* SPDX-License-Identifier: Apache-2.0 */
/* Requests from bytes: lines of the input, each against the same real tables, which are made anew
 * for every input. Whatever is sent, each gets one reply, and that is JSON with `ok`. A line that
 * begins with '!' comes from a client over its rate; '?' gives its snapshot up half way. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "gateway/query.h"

#include <jansson.h>
#include <stdlib.h>

#define TOPICS_MAX 64
#define LINES_MAX  16
#define REPLY_MAX  65536

static char reply_room[REPLY_MAX];
static const struct config_requests *limits;
static struct query_now now = {1000 * NS_PER_SECOND, 2000000 * NS_PER_SECOND};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    (void)number, (void)exchange;
    return context;
}

static void want(void *context, struct connector *connector, struct desired **desired)
{
    (void)context, (void)connector;
    desired_destroy(desired);
}

static void stop(void *context, uint16_t number, struct connector **connector)
{
    (void)context, (void)number;
    *connector = NULL;
}

static void make(struct query_tables *tables, struct config *config)
{
    static char connector;
    static const char *const symbols[] = {"BTC-USDT", "ETH-USDT", "\xe5\xb8\x81-USDT"};
    const struct pool_ports ports = {&connector, start, want, stop};
    config->exchanges[0].enabled = true;
    config->symbols_max = 8;
    config->requests.reply_max = REPLY_MAX;
    *tables = (struct query_tables){.config = config, .epoch = 1700000000000};
    tables->topics = topics_new(TOPICS_MAX, 20);
    tables->instruments = instruments_new(CONFIG_EXCHANGES);
    tables->pool = pool_new(config, &ports);
    tables->subscriptions =
        subscriptions_new(TOPICS_MAX, tables->topics, tables->instruments, tables->pool);
    tables->stats = stats_new(CONFIG_EXCHANGES);
    tables->connections = connections_new(4, 8, tables->subscriptions, tables->stats);
    tables->cache = cache_new(4, 60000);
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        struct instrument instrument = {.last = i + 1 == sizeof symbols / sizeof *symbols};
        memcpy(instrument.symbol, symbols[i], strlen(symbols[i]));
        instruments_put(tables->instruments, 0, &instrument);
    }
}

static void unmake(struct query_tables *tables)
{
    cache_destroy(&tables->cache);
    connections_destroy(&tables->connections);
    stats_destroy(&tables->stats);
    subscriptions_destroy(&tables->subscriptions);
    pool_destroy(&tables->pool);
    instruments_destroy(&tables->instruments);
    topics_destroy(&tables->topics);
}

/* A topic that somebody made gets a quote, a trade or a book. */
static void feed(const struct query_tables *tables)
{
    struct event *event = aligned_alloc(16, event_size(KIND_BOOK, 2) + sizeof(struct event));
    struct topic *topic;
    size_t place = 0;
    ENSURE(event != NULL);
    while ((topic = topics_each(tables->topics, &place)) != NULL) {
        event_begin(event, topic->kind);
        event->seq = topic->seq + 1;
        event->ts_received = now.real_ns;
        if (topic->kind == KIND_QUOTE) {
            event->quote.known = (1u << QUOTE_FIELD_COUNT) - 1;
        } else if (topic->kind == KIND_BOOK) {
            event->update = UPDATE_SNAPSHOT;
            event->book.bid_count = event->book.ask_count = 1;
            *event_bids(event) = (struct level){{.low = 1}, {.low = 5}};
            *event_asks(event) = (struct level){{.low = 2}, {.low = 5}};
        }
        topics_take(tables->topics, topic, event, now.monotonic_ns);
        if (topic->kind == KIND_QUOTE)
            cache_put(tables->cache, (struct slice){topic->name, topic->name_len}, event,
                      now.monotonic_ns);
    }
    free(event);
}

static void ask(struct query *query, struct slice request, bool allowed, bool patient)
{
    struct text reply = text_over(reply_room, sizeof reply_room);
    const struct query_asker asker = {.busy = allowed ? NULL : "too much", .limits = limits};
    struct query_pending pending;
    query_answer(query, request, &asker, &now, &reply, &pending);
    struct query_snapshot *snapshot = pending.snapshot;
    ENSURE(pending.tag == 0);
    while (snapshot != NULL && patient && !query_snapshot_step(query, &snapshot, &now, &reply))
        continue;
    if (snapshot != NULL) {
        query_snapshot_destroy(&snapshot);
        return;
    }
    json_t *read = json_loadb(reply.data, reply.len, JSON_REJECT_DUPLICATES, NULL);
    ENSURE(!reply.overflow && read != NULL);
    bool good = json_is_true(json_object_get(read, "ok"));
    ENSURE(json_is_object(json_object_get(read, good ? "result" : "error")));
    ENSURE(!good || allowed);
    json_decref(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    struct config *config = config_default();
    struct query_tables tables;
    ENSURE(config != NULL);
    make(&tables, config);
    limits = &config->requests;
    struct query *query = query_new(&tables);
    ENSURE(query != NULL);
    for (int i = 0; i < LINES_MAX && at < end; i++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        struct slice line = {at, (size_t)((line_end != NULL ? line_end : end) - at)};
        bool allowed = line.len == 0 || line.data[0] != '!';
        bool patient = line.len == 0 || line.data[0] != '?';
        if (!allowed || !patient)
            line = (struct slice){line.data + 1, line.len - 1};
        ask(query, line, allowed, patient);
        feed(&tables);
        at = line_end != NULL ? line_end + 1 : end;
    }
    query_destroy(&query);
    unmake(&tables);
    config_destroy(&config);
    log_set_level(LOG_LEVEL_INFO); /* log.set may have changed it */
    return 0;
}
