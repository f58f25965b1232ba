/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange's list of instruments, for our names of them: read before the first session, and
 * again, seldom, when an event has an instrument that is not in it. */
#include "common/log.h"
#include "connectors/connector_instruments.h"
#include "connectors/private_parts.h"

#define AGAIN_MS (10 * 60 * 1000)

struct reading {
    struct symbols *fresh;
    bool failed;
};

bool private_list_due(struct private_connector *connector, int64_t now_ns)
{
    struct private_list *list = &connector->list;
    if (now_ns < list->due_ns)
        return false;
    struct text path = text_over(list->path, sizeof list->path);
    if (list->page == 0) {
        symbols_clear(&list->fresh);
        connector->exchange->write_instruments_path(&path, NULL);
        text_terminate(&path);
    }
    return true;
}

void private_list_again(struct private_connector *connector, int64_t due_ns)
{
    struct private_list *list = &connector->list;
    if (list->read_ns != 0 && due_ns < list->read_ns + AGAIN_MS * NS_PER_MS)
        due_ns = list->read_ns + AGAIN_MS * NS_PER_MS;
    list->page = 0;
    list->due_ns = due_ns;
    connector->due_ns = sooner(connector->due_ns, due_ns);
}

static void take_instrument(void *context, struct event *event)
{
    struct reading *reading = context;
    reading->failed |= !symbols_add(reading->fresh, &event->instrument);
}

static void finish(struct private_connector *connector, int64_t now_ns)
{
    struct private_list *list = &connector->list;
    symbols_clear(&list->known);
    list->known = list->fresh;
    list->fresh = (struct symbols){0};
    symbols_finish(&list->known);
    list->page = 0;
    list->read_ns = now_ns;
    list->due_ns = INT64_MAX;
}

void private_list_came(struct private_connector *connector, struct slice body)
{
    struct private_list *list = &connector->list;
    struct reading reading = {&list->fresh, false};
    struct text path = text_over(list->path, sizeof list->path);
    size_t skipped;
    enum refusal refusal =
        connector->exchange->read_instruments(body, take_instrument, &reading, &skipped);
    if (refusal != REFUSAL_NONE) {
        private_call_failed(connector, REASON_REFUSED_BY_EXCHANGE, 0, refusal_word(refusal));
        return;
    }
    connector->exchange->write_instruments_path(&path, &body);
    text_terminate(&path);
    list->page++;
    if (reading.failed || path.overflow || list->page == INSTRUMENT_PAGES_MAX)
        private_call_failed(connector, REASON_REFUSED_BY_EXCHANGE, 0, SLICE("it has no end"));
    else if (list->path[0] == '\0')
        finish(connector, private_now_ns(connector));
}
