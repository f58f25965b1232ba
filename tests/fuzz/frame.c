/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from bytes: the first byte chooses an exchange (a: the first of the registry); lines of
 * the rest go the way of a session's frames, through route, parse and continuity, into a sink that
 * checks what it is given. A line that begins with one of the marks below does something else to
 * the same intake; the byte behind a mark chooses to which key, topic or stream, where there are
 * several. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/intake.h"
#include "connectors/registry.h"
#include "proto/wire_json.h"

#include <stdlib.h>

#define TOPICS_MAX 16
#define LEVELS_MAX 24
#define LINES_MAX  64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct checked {
    struct want want;
    enum sequence_rule rule; /* of a book */
    bool there;
    uint64_t next_seq;
    enum topic_state state; /* as said last */
    uint64_t last;          /* update id of a book that is proven */
    bool image;             /* it has had nothing since its image */
    bool proven;            /* every event since an image that said ok arrived, and said ok */
};

struct checking {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    const struct exchange *exchange;
    struct intake *intake;
    struct checked topics[TOPICS_MAX];
    uint32_t topic_count;
    bool full, flush_fails;
    size_t said; /* events of topics with data in this line */
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

/* Whether a delta is the next one, by the rule of its exchange. */
static bool continues(const struct checked *topic, const struct book_change *book)
{
    uint64_t first = book->first_update_id, last = book->last_update_id;
    if (topic->rule == SEQUENCE_CHAINED)
        return first <= topic->last + 1 && last > topic->last;
    if (topic->rule == SEQUENCE_LINKED)
        return last >= topic->last &&
               (book->prev_update_id == topic->last || (topic->image && first <= topic->last));
    return topic->rule == SEQUENCE_STEPPED && last == topic->last + 1;
}

/* Deltas that say ok continue what was proven, id by id. */
static void check_book(struct checked *topic, const struct event *event)
{
    const struct book_change *book = &event->book;
    check_levels(event_bids_of(event), book->bid_count);
    check_levels(event_asks_of(event), book->ask_count);
    if (event->state != TOPIC_OK)
        return;
    if (event->update == UPDATE_DELTA && topic->proven)
        ENSURE(continues(topic, book));
    topic->image = event->update == UPDATE_SNAPSHOT;
    topic->proven |= topic->image;
    topic->last = book->last_update_id;
}

static void check_data(struct checked *topic, const struct event *event)
{
    const struct candle *candle = &event->candle;
    switch (topic->want.kind) {
    case KIND_BOOK:
        check_book(topic, event);
        break;
    case KIND_TRADE:
        ENSURE(positive(&event->trade.price) && positive(&event->trade.size));
        ENSURE(event->trade.trade_id.len > 0 && event->trade.side < SIDE_COUNT);
        break;
    case KIND_QUOTE:
        ENSURE(event->quote.known != 0 || event->quote.ts_last != 0);
        ENSURE(event->quote.known < 1u << QUOTE_FIELD_COUNT);
        ENSURE(event->state != TOPIC_OK || event->quote.known & 1u << QUOTE_PRICE);
        ENSURE(event->quote.stale_parts == 0 || event->state >= TOPIC_STALE);
        break;
    case KIND_MARK:
        ENSURE(event->mark.known != 0 || event->mark.next_funding_time != 0);
        ENSURE(event->state != TOPIC_OK || event->mark.known & MARK_MARK_PRICE);
        break;
    case KIND_CANDLE:
        ENSURE(candle->open_time < candle->close_time && positive(&candle->low));
        ENSURE(decimal_compare(&candle->low, &candle->high) <= 0);
        break;
    case KIND_LIQUIDATION:
        ENSURE(positive(&event->liquidation.price) && positive(&event->liquidation.size));
        break;
    default:
        ENSURE(false && "a kind with topics");
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

static void check_drift(const struct drift *drift)
{
    ENSURE((drift->refusal == REFUSAL_NONE) != (drift->drift == DRIFT_NONE));
    ENSURE(drift->refusal < REFUSAL_COUNT && drift->drift < DRIFT_COUNT);
    ENSURE(drift->len <= sizeof drift->example && drift->name_len <= sizeof drift->name);
}

static bool check_event(struct sink *sink, const struct event *event)
{
    struct checking *checking = (struct checking *)sink;
    if (event->kind == KIND_DRIFT) {
        ENSURE(event->slot == EVENT_NO_SLOT && event->size == event_size(KIND_DRIFT, 0));
        check_drift(&event->drift);
        return !checking->full;
    }
    ENSURE(event->slot < checking->topic_count);
    struct checked *topic = &checking->topics[event->slot];
    bool stated = event->update == UPDATE_STATE;
    enum kind kind = topic->want.kind;
    size_t levels = kind == KIND_BOOK ? event->book.bid_count + event->book.ask_count : 0;
    ENSURE(topic->there && event->kind == kind && event->seq == topic->next_seq++);
    ENSURE(event->size == event_size(kind, levels) && levels <= LEVELS_MAX);
    ENSURE(event->state < TOPIC_STATE_COUNT && event->reason < REASON_COUNT);
    ENSURE((event->state == TOPIC_OK) == (event->reason == REASON_NONE));
    ENSURE(event->ts_received > 0 && event->ts_exchange >= 0 && (!stated || levels == 0));
    ENSURE(stated || kind == KIND_BOOK || event->state == topic->state);
    topic->state = (enum topic_state)event->state;
    topic->proven &= event->state == TOPIC_OK && !checking->full;
    if (!stated)
        check_data(topic, event);
    topic->proven &= !checking->full;
    check_wire(event);
    checking->said += !stated;
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
    ENSURE(checking->topics[slot].there && checking->exchange->read_snapshot != NULL);
}

static void ignore_renewal(void *context, uint32_t key)
{
    (void)context;
    ENSURE(key != UINT32_MAX);
}

static bool fill_want(const struct checking *checking, struct slice key, uint32_t *stream,
                      struct want *want)
{
    struct text symbol = text_over(want->exchange_symbol, sizeof want->exchange_symbol);
    struct slice variant;
    if (!checking->exchange->read_key(key, stream, &symbol, &variant))
        return false;
    text_terminate(&symbol);
    if (symbol.overflow || variant.len > VARIANT_MAX)
        return false;
    memcpy(want->variant, variant.data, variant.len);
    return true;
}

/* A topic that went may find its keys full of others when it comes back. */
static void add(struct checking *checking, uint32_t slot)
{
    struct checked *topic = &checking->topics[slot];
    topic->there = true;
    topic->there = intake_add(checking->intake, &topic->want, checking->now_ns);
}

/* A topic for each kind that the first keys that are met can feed. */
static void add_topics(struct checking *checking, struct slice key)
{
    const struct exchange *exchange = checking->exchange;
    struct want want = {.next_seq = 1};
    uint32_t stream, slot;
    if (!fill_want(checking, key, &stream, &want))
        return;
    for (; stream < exchange->stream_count && checking->topic_count < TOPICS_MAX; stream++) {
        char room[KEY_MAX];
        struct text same = text_over(room, sizeof room);
        want.kind = exchange->streams[stream].kind;
        exchange->write_key(&same, stream, slice_of(want.exchange_symbol), slice_of(want.variant));
        if (!slice_equal(text_slice(&same), key) ||
            intake_slot(checking->intake, key, want.kind, &slot))
            continue;
        want.slot = checking->topic_count;
        checking->topics[checking->topic_count++] =
            (struct checked){.want = want, .rule = exchange->streams[stream].rule, .next_seq = 1};
        add(checking, want.slot);
    }
}

static uint64_t unsaid(const struct counters *counters)
{
    uint64_t sum = counters->control + counters->repeated;
    for (int i = 0; i < REFUSAL_COUNT; i++)
        sum += counters->refused[i];
    return sum;
}

/* No message disappears, but for what one of two sessions leaves to the other. */
static void take_frame(struct checking *checking, enum intake_side side, struct slice frame)
{
    const struct counters *counters = intake_counters(checking->intake, 0);
    struct route route;
    checking->exchange->route(frame, &route);
    if (route.class == FRAME_DATA || route.class == FRAME_BATCH)
        add_topics(checking, route.key);
    checking->said = 0;
    uint64_t frames = counters->frames, before = unsaid(counters);
    intake_frame_beside(checking->intake, 0, side, frame, checking->now_ns, &route);
    bool counted = unsaid(counters) > before;
    ENSURE(counters->frames == frames + 1);
    ENSURE(route.class != FRAME_REFUSED || (route.refusal != REFUSAL_NONE && counted));
    ENSURE(route.class != FRAME_REFUSED || checking->said == 0);
    ENSURE((route.refusal == REFUSAL_NONE) || counted);
    ENSURE(route.class == FRAME_LIST || side != INTAKE_ALONE || counted || checking->said > 0);
}

static void take_instrument(void *context, struct event *event)
{
    (void)context;
    ENSURE(event->kind == KIND_INSTRUMENT && event->instrument.symbol[0] != '\0');
    ENSURE(event->instrument.exchange_symbol[0] != '\0');
}

static void take_snapshot(struct checking *checking, uint32_t slot, struct slice body)
{
    if (intake_snapshot(checking->intake, slot, body, checking->now_ns) != SNAPSHOT_JOINED)
        intake_snapshot_retry(checking->intake, slot);
}

static void poll(struct checking *checking, uint32_t slot, struct slice body)
{
    const struct exchange *exchange = checking->exchange;
    for (uint32_t stream = 0; slot < checking->topic_count && stream < exchange->stream_count;
         stream++) {
        if (exchange->streams[stream].poll_ms == 0 ||
            exchange->streams[stream].kind != checking->topics[slot].want.kind)
            continue;
        if (body.len == 0)
            intake_poll_overdue(checking->intake, slot, stream, checking->now_ns);
        else
            intake_poll(checking->intake, slot, stream, body, checking->now_ns);
    }
}

static void begin_anew(struct checking *checking, uint32_t slot)
{
    checking->topics[slot].want.generation++;
    add(checking, slot);
}

static void end(struct checking *checking, uint32_t slot)
{
    intake_remove(checking->intake, slot, checking->now_ns);
    checking->topics[slot].there = false;
}

/* False: the mark is none. */
static bool do_to_key(struct checking *checking, char mark, uint32_t key)
{
    uint32_t keys = intake_key_end(checking->intake), slots[INTAKE_KEY_TOPICS];
    key = keys > 0 ? key % keys : 0;
    bool fed = keys > 0 && intake_key_topics(checking->intake, key, slots) > 0;
    if (mark != 'v' && mark != 'V' && mark != 'o' && mark != '=')
        return false;
    if (fed && mark == 'v')
        intake_key_down(checking->intake, key, REASON_CLOSED_BY_PEER, checking->now_ns);
    else if (fed && mark == 'V')
        intake_key_up(checking->intake, key, checking->now_ns);
    else if (fed && mark == 'o')
        intake_key_overdue(checking->intake, key, checking->now_ns);
    else if (fed)
        intake_key_silent(checking->intake, key, key & 1, checking->now_ns);
    return true;
}

static bool do_to_topic(struct checking *checking, char mark, uint32_t slot, struct slice rest)
{
    slot = checking->topic_count > 0 ? slot % checking->topic_count : 0;
    bool there = checking->topic_count > 0 && checking->topics[slot].there;
    if (mark == '!')
        take_snapshot(checking, slot, rest);
    else if (mark == '^')
        intake_topic_down(checking->intake, slot, REASON_RESET, checking->now_ns);
    else if (mark == '#' && checking->topic_count > 0)
        begin_anew(checking, slot);
    else if (mark == 'x' && there)
        end(checking, slot);
    else if (mark == 'p')
        poll(checking, slot, rest);
    else
        return false;
    return true;
}

static void take_line(struct checking *checking, struct slice line)
{
    size_t skipped;
    struct slice behind = {line.data + 1, line.len - (line.len > 0)};
    struct slice rest = {line.data + 2, line.len < 2 ? 0 : line.len - 2};
    char mark = line.len > 0 ? line.data[0] : '\0';
    uint32_t which = line.len > 1 ? (unsigned char)line.data[1] : 0;
    checking->now_ns += NS_PER_MS;
    if (mark == '~')
        checking->full = !checking->full;
    else if (mark == '&')
        checking->flush_fails = !checking->flush_fails;
    else if (mark == '%')
        intake_settle(checking->intake, checking->now_ns);
    else if (mark == '$')
        checking->exchange->read_instruments(behind, take_instrument, NULL, &skipped);
    else if (mark == '<' || mark == '>')
        take_frame(checking, mark == '<' ? INTAKE_OLD : INTAKE_NEW, behind);
    else if (!do_to_key(checking, mark, which) && !do_to_topic(checking, mark, which, rest))
        take_frame(checking, INTAKE_ALONE, line);
    intake_flush(checking->intake, checking->now_ns);
    for (uint32_t slot = 0; slot < checking->topic_count; slot++)
        if (checking->topics[slot].there)
            ENSURE(checking->topics[slot].state == intake_topic_state(checking->intake, slot));
}

static const struct exchange *choose(uint8_t byte)
{
    const struct exchange *const *list = exchange_list();
    size_t count = 0;
    while (list[count] != NULL)
        count++;
    return list[(uint8_t)(byte - 'a') % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct checking checking = {
        .sink = {check_event, check_flush}, .exchange = choose(data[0]), .now_ns = NS_PER_SECOND};
    const struct intake_config config = {TOPICS_MAX, 10, 2048, LEVELS_MAX, 3};
    const struct intake_hooks hooks = {ignore_question, ignore_renewal, &checking};
    checking.intake = intake_new(checking.exchange, &config, &hooks, &checking.sink);
    ENSURE(checking.intake != NULL);
    data++;
    size--;
    for (int lines = 0; size > 0 && lines < LINES_MAX; lines++) {
        const uint8_t *end_of = memchr(data, '\n', size);
        size_t len = end_of != NULL ? (size_t)(end_of - data) : size;
        /* Of exactly these bytes, so that a step beyond them is seen. */
        char *line = malloc(len + (len == 0));
        ENSURE(line != NULL);
        memcpy(line, data, len);
        take_line(&checking, (struct slice){line, len});
        free(line);
        data += len + (end_of != NULL);
        size -= len + (end_of != NULL);
    }
    intake_destroy(&checking.intake);
    return 0;
}
