/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/connector_instruments.h"

#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdlib.h>

#define LIST_TIMEOUT_MS 30000
#define LIST_BODY_MAX   (64u * 1024 * 1024)
#define LIST_BATCH      256 /* instruments between two flushes */

/* The way of a page into the sink. */
struct giving {
    struct connector *connector;
    struct event held; /* the newest one: whether it is the last is known when the next is read */
    bool holds;
    size_t count; /* given so far, those included that the sink had before */
    bool full;
};

static void flush_list(struct giving *giving)
{
    struct sink *sink = giving->connector->sink;
    if (sink->flush(sink))
        giving->connector->instruments.given = giving->count;
    else
        giving->full = true;
}

static void give(struct giving *giving, struct event *event)
{
    struct sink *sink = giving->connector->sink;
    if (giving->full || giving->count++ < giving->connector->instruments.given)
        return;
    event->slot = EVENT_NO_SLOT;
    event->ts_received = clock_real_ns();
    if (sink->event(sink, event)) {
        if (giving->count % LIST_BATCH == 0)
            flush_list(giving);
        return;
    }
    giving->count--;
    flush_list(giving);
    giving->full = true;
}

static void take_instrument(void *context, struct event *event)
{
    struct giving *giving = context;
    if (giving->holds)
        give(giving, &giving->held);
    giving->held = *event;
    giving->holds = true;
}

static void begin_anew(struct instrument_list *list)
{
    free(list->body);
    list->body = NULL;
    list->page = 0;
    list->path[0] = '\0';
    list->holds = false;
    list->count = list->skipped = 0;
}

static void say_no_list(struct connector *connector, enum reason reason, uint32_t status,
                        struct slice words)
{
    int64_t wait_ns = connector->instruments.due_ns - connector_now_ns(connector);
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.reason = (uint16_t)reason;
    event.ts_received = clock_real_ns();
    event.session.session = SESSION_NONE;
    event.session.state = SESSION_RECONNECTING;
    event.session.http_status = (uint16_t)status;
    event.session.retry_in_ms = wait_ns > 0 ? (uint32_t)(wait_ns / NS_PER_MS) : 0;
    session_copy_words(event.session.detail, sizeof event.session.detail, words);
    connector->sink->event(connector->sink, &event);
}

/* Without the list no session is tried. What finds the sink full is said with the next attempt. */
static void fail(struct connector *connector, uint32_t retry_after_ms, enum reason reason,
                 uint32_t status, struct slice words)
{
    struct instrument_list *list = &connector->instruments;
    uint32_t wait_ms = backoff_next(&list->backoff, 0, &connector->random);
    begin_anew(list);
    list->due_ns = connector_now_ns(connector) +
                   (retry_after_ms > wait_ms ? retry_after_ms : wait_ms) * NS_PER_MS;
    say_no_list(connector, reason, status, words);
}

static void refuse(struct connector *connector, struct slice words)
{
    log_warn("instruments_refused", "%s: %.*s", connector->exchange->name, (int)words.len,
             words.data);
    fail(connector, 0, REASON_REFUSED_BY_EXCHANGE, 0, words);
}

/* The path of the page behind `body`, or of the first: empty if there is none. False: it is too
 * long. */
static bool write_path(struct connector *connector, const struct slice *body)
{
    struct instrument_list *list = &connector->instruments;
    struct text path = text_over(list->path, sizeof list->path);
    connector->exchange->write_instruments_path(&path, body);
    text_terminate(&path);
    return !path.overflow;
}

/* What is held of the pages before comes first; what is held of this one waits for the next. What
 * else waits in the sink was flushed before: these flushes are of the list alone. False: not the
 * whole page is given. */
static bool give_page(struct connector *connector, struct slice body, bool last,
                      struct giving *giving)
{
    struct instrument_list *list = &connector->instruments;
    size_t skipped;
    *giving = (struct giving){.connector = connector, .held = list->held, .holds = list->holds};
    enum refusal refusal =
        connector->exchange->read_instruments(body, take_instrument, giving, &skipped);
    if (refusal != REFUSAL_NONE) {
        refuse(connector, refusal_word(refusal));
        return false;
    }
    if (last && giving->holds) {
        giving->held.instrument.last = true;
        give(giving, &giving->held);
    }
    if (!giving->full)
        flush_list(giving);
    if (giving->full)
        return false;
    list->count += giving->count;
    list->skipped += skipped;
    return true;
}

static void finish(struct connector *connector)
{
    struct instrument_list *list = &connector->instruments;
    log_info("instruments", "%s: %zu, %zu that cannot be held left out", connector->exchange->name,
             list->count, list->skipped);
    begin_anew(list);
    list->backoff.failures = 0;
    list->due_ns = INT64_MAX;
}

static void give_list(struct connector *connector, int64_t now_ns)
{
    struct instrument_list *list = &connector->instruments;
    struct slice body = {list->body->body, list->body->body_len};
    struct giving giving;
    connector_flush(connector, now_ns);
    if (!write_path(connector, &body)) {
        refuse(connector, SLICE("the next page cannot be named"));
        return;
    }
    bool last = list->path[0] == '\0';
    if (!last && list->page + 1 == INSTRUMENT_PAGES_MAX) {
        refuse(connector, SLICE("too many pages"));
        return;
    }
    if (!give_page(connector, body, last, &giving)) {
        if (giving.full)
            list->due_ns = now_ns + AGAIN_NS;
        return;
    }
    if (last) {
        finish(connector);
        return;
    }
    list->held = giving.held;
    list->holds = giving.holds;
    list->page++;
    list->due_ns = 0;
    free(list->body);
    list->body = NULL;
}

void connector_instruments_came(struct connector *connector, struct fetch_answer **answer)
{
    struct instrument_list *list = &connector->instruments;
    list->under_way = false;
    if ((*answer)->error != FETCH_OK) {
        log_warn("instruments_failed", "%s: %s", connector->exchange->name, (*answer)->detail);
        fail(connector, (*answer)->retry_after_ms, session_fetch_reason(*answer, connector->held),
             (*answer)->status, slice_of((*answer)->detail));
        return;
    }
    list->body = *answer;
    list->given = 0;
    list->due_ns = 0;
    *answer = NULL;
}

static bool ask(struct connector *connector)
{
    struct instrument_list *list = &connector->instruments;
    if (list->page == 0 && !write_path(connector, NULL))
        return false;
    return connector_get(connector, list->path, connector->exchange->instruments_weight,
                         LIST_TIMEOUT_MS, LIST_BODY_MAX, tag_of(TAG_INSTRUMENTS, 0, 0));
}

int64_t connector_instruments_step(struct connector *connector, int64_t now_ns)
{
    struct instrument_list *list = &connector->instruments;
    if (list->under_way)
        return INT64_MAX;
    if (now_ns < list->due_ns)
        return list->due_ns;
    if (list->body != NULL)
        give_list(connector, now_ns);
    else if (ask(connector))
        list->under_way = true;
    else
        list->due_ns = now_ns + backoff_next(&list->backoff, 0, &connector->random) * NS_PER_MS;
    return list->under_way ? INT64_MAX : list->due_ns;
}
