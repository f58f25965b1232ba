/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from bytes: lines of the input go the way of a session's frames, through route, parse and
 * continuity, into a sink that checks what it is given. A line that begins with one of the marks
 * below does something else to the same intake. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/intake.h"
#include "connectors/registry.h"
#include "proto/wire_json.h"

#include <stdlib.h>

#define TOPICS_MAX 12
#define LEVELS_MAX 24
#define LINES_MAX  64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct checked {
    enum kind kind;
    bool by_snapshot; /* a book of deltas */
    uint64_t next_seq;
    uint64_t last; /* update id of a book that is proven */
    bool proven;   /* every event since an image that said ok arrived, and said ok */
    uint32_t generation;
    char exchange_symbol[SYMBOL_MAX + 1];
};

struct checking {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    const struct exchange *exchange;
    struct intake *intake;
    struct checked topics[TOPICS_MAX];
    uint32_t topic_count;
    bool full, flush_fails;
    size_t said; /* events of topics in this line */
    int64_t now_ns;
};

static bool positive(const struct decimal *value)
{
    return !value->negative && !decimal_is_zero(value);
}

static void check_levels(const struct level *levels, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ENSURE(positive(&levels[i].price) && !levels[i].size.negative);
}

/* Deltas that say ok continue what was proven, id by id. */
static void check_book(struct checked *topic, const struct event *event)
{
    const struct book_change *book = &event->book;
    check_levels(event_bids_of(event), book->bid_count);
    check_levels(event_asks_of(event), book->ask_count);
    if (!topic->by_snapshot || event->state != TOPIC_OK)
        return;
    if (event->update == UPDATE_DELTA && topic->proven)
        ENSURE(book->first_update_id <= topic->last + 1 && book->last_update_id > topic->last);
    if (event->update == UPDATE_SNAPSHOT)
        topic->proven = true;
    topic->last = book->last_update_id;
}

static void check_data(struct checked *topic, const struct event *event)
{
    const struct candle *candle = &event->candle;
    switch (topic->kind) {
    case KIND_BOOK:
        check_book(topic, event);
        break;
    case KIND_TRADE:
        ENSURE(positive(&event->trade.price) && positive(&event->trade.size));
        ENSURE(event->trade.trade_id.len > 0 && event->trade.side != SIDE_UNKNOWN);
        break;
    case KIND_QUOTE:
        ENSURE(event->quote.known != 0 && event->quote.known < 1u << QUOTE_FIELD_COUNT);
        ENSURE((event->state == TOPIC_OK) == ((event->quote.known & 1u << QUOTE_PRICE) != 0));
        break;
    case KIND_CANDLE:
        ENSURE(candle->open_time < candle->close_time && positive(&candle->low));
        ENSURE(decimal_compare(&candle->low, &candle->high) <= 0);
        break;
    default:
        ENSURE(false && "a kind that Binance has");
    }
}

/* What goes to the wire of it is JSON, and fits what is said to fit always. */
static void check_wire(const struct event *event)
{
    size_t levels = event->kind == KIND_BOOK ? event->book.bid_count + event->book.ask_count : 0;
    size_t room = wire_json_max(levels);
    char *bytes = malloc(room);
    ENSURE(bytes != NULL);
    struct text text = text_over(bytes, room);
    struct scan scan;
    wire_json_event(&text, SLICE("{\"kind\":\"x\""), SLICE("1m"), event, 1, 1);
    ENSURE(!text.overflow);
    scan_begin(&scan, text_slice(&text));
    scan_skip(&scan);
    ENSURE(scan_end(&scan));
    free(bytes);
}

static bool check_event(struct sink *sink, const struct event *event)
{
    struct checking *checking = (struct checking *)sink;
    if (event->kind == KIND_DRIFT) {
        ENSURE(event->slot == EVENT_NO_SLOT && event->size == event_size(KIND_DRIFT, 0));
        ENSURE(event->drift.refusal > REFUSAL_NONE && event->drift.refusal < REFUSAL_COUNT);
        return !checking->full;
    }
    ENSURE(event->slot < checking->topic_count);
    struct checked *topic = &checking->topics[event->slot];
    bool stated = event->update == UPDATE_STATE;
    size_t levels = topic->kind == KIND_BOOK ? event->book.bid_count + event->book.ask_count : 0;
    ENSURE(event->kind == topic->kind && event->seq == topic->next_seq++);
    ENSURE(event->size == event_size(topic->kind, levels) && levels <= LEVELS_MAX);
    ENSURE(event->state < TOPIC_STATE_COUNT && event->reason < REASON_COUNT);
    ENSURE((event->state == TOPIC_OK) == (event->reason == REASON_NONE));
    ENSURE(event->ts_received > 0 && event->ts_exchange >= 0 && (!stated || levels == 0));
    topic->proven &= event->state == TOPIC_OK && !checking->full;
    if (!stated)
        check_data(topic, event);
    topic->proven &= !checking->full;
    check_wire(event);
    checking->said++;
    return !checking->full;
}

static bool check_flush(struct sink *sink)
{
    struct checking *checking = (struct checking *)sink;
    for (uint32_t i = 0; checking->flush_fails && i < checking->topic_count; i++)
        checking->topics[i].proven = false;
    return !checking->flush_fails;
}

static void ignore_question(void *context, uint32_t slot, struct slice exchange_symbol)
{
    const struct checking *checking = context;
    ENSURE(slot < checking->topic_count && exchange_symbol.len > 0);
}

static bool fill_want(const struct checking *checking, struct slice key, struct want *want)
{
    struct text symbol = text_over(want->exchange_symbol, sizeof want->exchange_symbol);
    struct slice variant;
    uint32_t stream;
    if (!checking->exchange->read_key(key, &stream, &symbol, &variant))
        return false;
    text_terminate(&symbol);
    if (symbol.overflow || variant.len > VARIANT_MAX)
        return false;
    want->kind = checking->exchange->streams[stream].kind;
    memcpy(want->variant, variant.data, variant.len);
    return true;
}

/* A topic for each of the first keys that are met. */
static void add_topic(struct checking *checking, struct slice frame)
{
    struct route route;
    struct want want = {.slot = checking->topic_count, .next_seq = 1};
    uint32_t slot;
    checking->exchange->route(frame, &route);
    if (route.class != FRAME_DATA || checking->topic_count == TOPICS_MAX ||
        intake_slot(checking->intake, route.key, &slot) || !fill_want(checking, route.key, &want))
        return;
    struct checked *topic = &checking->topics[checking->topic_count++];
    *topic = (struct checked){.kind = want.kind, .next_seq = 1};
    topic->by_snapshot = want.kind == KIND_BOOK && want.variant[0] == '\0';
    memcpy(topic->exchange_symbol, want.exchange_symbol, sizeof topic->exchange_symbol);
    ENSURE(intake_add(checking->intake, &want, checking->now_ns));
}

static void take_frame(struct checking *checking, struct slice frame)
{
    struct route route;
    add_topic(checking, frame);
    checking->said = 0;
    intake_frame(checking->intake, 0, frame, checking->now_ns, &route);
    ENSURE(route.class != FRAME_REFUSED || (route.refusal != REFUSAL_NONE && checking->said == 0));
    ENSURE(route.class == FRAME_REFUSED || route.class == FRAME_LIST ||
           route.refusal == REFUSAL_NONE);
    ENSURE(route.class != FRAME_DATA || checking->said > 0);
}

static void begin_anew(struct checking *checking, uint32_t slot)
{
    struct want want = {.slot = slot, .kind = checking->topics[slot].kind};
    memcpy(want.exchange_symbol, checking->topics[slot].exchange_symbol,
           sizeof want.exchange_symbol);
    want.generation = ++checking->topics[slot].generation;
    ENSURE(intake_add(checking->intake, &want, checking->now_ns));
}

static void take_instrument(void *context, struct event *event)
{
    bool *last = context;
    ENSURE(!*last && event->kind == KIND_INSTRUMENT && event->instrument.symbol[0] != '\0');
    *last = event->instrument.last;
}

static void take_instruments(const struct checking *checking, struct slice body)
{
    bool last = false;
    size_t skipped;
    enum refusal refusal =
        checking->exchange->read_instruments(body, take_instrument, &last, &skipped);
    ENSURE(last == (refusal == REFUSAL_NONE));
}

static void take_line(struct checking *checking, struct slice line)
{
    checking->now_ns += NS_PER_MS;
    uint32_t slot = checking->topic_count > 0 ? checking->topic_count - 1 : 0;
    struct slice rest = {line.data + 1, line.len - (line.len > 0)};
    char mark = line.len > 0 ? line.data[0] : '\0';
    if (mark == '!' &&
        intake_snapshot(checking->intake, slot, rest, checking->now_ns) != SNAPSHOT_JOINED)
        intake_snapshot_retry(checking->intake, slot);
    else if (mark == '~')
        checking->full = !checking->full;
    else if (mark == '&')
        checking->flush_fails = !checking->flush_fails;
    else if (mark == '^')
        intake_state(checking->intake, slot, TOPIC_DOWN, REASON_RESET, checking->now_ns);
    else if (mark == '=')
        intake_state(checking->intake, slot, TOPIC_STALE, REASON_SILENT, checking->now_ns);
    else if (mark == '%')
        intake_settle(checking->intake, checking->now_ns);
    else if (mark == '#' && checking->topic_count > 0)
        begin_anew(checking, slot);
    else if (mark == '$')
        take_instruments(checking, rest);
    else if (mark != '!')
        take_frame(checking, line);
    intake_flush(checking->intake, checking->now_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checking checking = {.sink = {check_event, check_flush},
                                .exchange = exchange_find(SLICE("binance")),
                                .now_ns = NS_PER_SECOND};
    const struct intake_config config = {TOPICS_MAX, 10, 2048, LEVELS_MAX, 3};
    const struct intake_hooks hooks = {ignore_question, &checking};
    checking.intake = intake_new(checking.exchange, &config, &hooks, &checking.sink);
    ENSURE(checking.intake != NULL);
    for (int lines = 0; size > 0 && lines < LINES_MAX; lines++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end != NULL ? (size_t)(end - data) : size;
        /* Of exactly these bytes, so that a step beyond them is seen. */
        char *line = malloc(len + (len == 0));
        ENSURE(line != NULL);
        memcpy(line, data, len);
        take_line(&checking, (struct slice){line, len});
        free(line);
        data += len + (end != NULL);
        size -= len + (end != NULL);
    }
    intake_destroy(&checking.intake);
    return 0;
}
