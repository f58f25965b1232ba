/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate parse: recorded frames through route, parse and continuity, with no socket: the events
 * go to standard output as they would go to the wire, the account of every line to standard error.
 */
#include "common/ensure.h"
#include "common/map.h"
#include "connectors/intake.h"
#include "connectors/registry.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"
#include "gateway/cli/parse_private.h"
#include "gateway/cli/recording.h"
#include "proto/wire_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TOPICS_MAX 65536
#define LEVELS_MAX 12000
#define DEPTH_MAX  5000 /* levels a side that an exchange gives at most */
#define BUFFER_MAX (64 * 1024 * 1024)
#define EPOCH      1

struct named {
    char head[WIRE_HEAD_MAX];
    size_t head_len;
    char variant[VARIANT_MAX + 1];
    bool ahead; /* a line counted as an event is its snapshot, which waits for the stream */
};

struct task {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    const struct exchange *exchange;
    struct intake *intake;
    struct parse_private account;
    struct map *met;      /* keys whose topics there are */
    struct named *topics; /* by slot */
    uint32_t topic_count;
    uint32_t books; /* topics that are joined by a snapshot; the last one: */
    uint32_t book_slot;
    struct text body;
    struct text wrapped; /* a frame put under its connection's key */
    int64_t now_ns;
    bool printed; /* the line gave an event with data */
    uint64_t frames, events, control;
    uint64_t refused[REFUSAL_COUNT];
};

static bool print_event(struct sink *sink, const struct event *event)
{
    struct task *task = (struct task *)sink;
    if (event->kind >= KIND_PUBLIC_COUNT)
        return true;
    struct named *topic = &task->topics[event->slot];
    task->body.len = 0;
    wire_json_event(&task->body, (struct slice){topic->head, topic->head_len},
                    slice_of(topic->variant), event, EPOCH, event->ts_received);
    ENSURE(!task->body.overflow);
    fwrite(task->body.data, 1, task->body.len, stdout);
    putchar('\n');
    task->printed |= event->update != UPDATE_STATE;
    topic->ahead &= event->update != UPDATE_SNAPSHOT;
    return true;
}

static bool nothing_to_flush(struct sink *sink)
{
    (void)sink;
    return true;
}

static void refuse(struct task *task, enum refusal refusal)
{
    task->refused[refusal]++;
}

/* The recording brings the snapshot or it does not: nobody can be asked. One that waited for its
 * stream is of no use if another is wanted now. */
static void snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol)
{
    struct task *task = context;
    struct named *topic = &task->topics[slot];
    (void)exchange_symbol;
    if (topic->ahead) {
        task->events--;
        refuse(task, REFUSAL_STALE_UPDATE);
    }
    topic->ahead = false;
}

/* A stream whose snapshots come in-band brings one or it does not. */
static void renewal_wanted(void *context, uint32_t key)
{
    (void)context;
    (void)key;
}

/* Without an instrument list our symbol is the exchange's. */
static bool add_topic(struct task *task, struct want *want)
{
    struct named *topic = &task->topics[task->topic_count];
    struct text head = text_over(topic->head, sizeof topic->head);
    if (task->topic_count == TOPICS_MAX)
        return false;
    memcpy(want->symbol, want->exchange_symbol, sizeof want->symbol);
    want->slot = task->topic_count++;
    struct wire_topic names = {slice_of(task->exchange->name), slice_of(want->symbol),
                               slice_of(want->exchange_symbol), slice_of(want->variant)};
    wire_json_head(&head, want->kind, &names);
    topic->head_len = head.len;
    memcpy(topic->variant, want->variant, sizeof topic->variant);
    if (want->kind == KIND_BOOK && want->variant[0] == '\0') {
        task->books++;
        task->book_slot = want->slot;
    }
    return !head.overflow && intake_add(task->intake, want, task->now_ns);
}

/* A topic for each kind that a key can feed and does not yet. */
static void add_topics_of(struct task *task, struct slice key)
{
    const struct exchange *exchange = task->exchange;
    struct want want = {.next_seq = 1};
    struct text symbol = text_over(want.exchange_symbol, sizeof want.exchange_symbol);
    struct slice variant;
    uint32_t stream, slot;
    if (map_get(task->met, key, &slot) || !exchange->read_key(key, &stream, &symbol, &variant))
        return;
    text_terminate(&symbol);
    if (symbol.overflow || variant.len > VARIANT_MAX)
        return;
    memcpy(want.variant, variant.data, variant.len);
    for (; stream < exchange->stream_count; stream++) {
        char room[KEY_MAX];
        struct text same = text_over(room, sizeof room);
        want.kind = exchange->streams[stream].kind;
        exchange->write_key(&same, stream, slice_of(want.exchange_symbol), variant);
        if (slice_equal(text_slice(&same), key) &&
            !intake_slot(task->intake, key, want.kind, &slot) && !add_topic(task, &want))
            return;
    }
    map_put(task->met, key, 0);
}

/* The book that a REST reply is of: of the symbol that its connection names, or the recording's
 * only one. */
static bool find_book(struct task *task, struct slice exchange_symbol, uint32_t *slot)
{
    uint32_t stream = 0;
    char room[KEY_MAX];
    struct text key = text_over(room, sizeof room);
    *slot = task->book_slot;
    if (exchange_symbol.len == 0)
        return task->books == 1;
    while (task->exchange->streams[stream].kind != KIND_BOOK ||
           !task->exchange->streams[stream].wanted)
        ENSURE(++stream < task->exchange->stream_count);
    task->exchange->write_key(&key, stream, exchange_symbol, SLICE(""));
    add_topics_of(task, text_slice(&key));
    return intake_slot(task->intake, text_slice(&key), KIND_BOOK, slot);
}

/* Why the intake has just refused something: what its account has more than before. */
static enum refusal newest_refusal(const struct task *task, const struct counters *before)
{
    const struct counters *now = intake_counters(task->intake, 0);
    for (int i = 0; i < REFUSAL_COUNT; i++)
        if (now->refused[i] != before->refused[i])
            return (enum refusal)i;
    return REFUSAL_NONE;
}

/* A reply that is older than the stream, or that nobody needs, is refused under that name. */
static void take_snapshot(struct task *task, struct slice body, struct slice exchange_symbol)
{
    uint32_t slot;
    if (!find_book(task, exchange_symbol, &slot)) {
        refuse(task, REFUSAL_SNAPSHOT_WITHOUT_SYMBOL);
        return;
    }
    struct counters before = *intake_counters(task->intake, 0);
    switch (intake_snapshot(task->intake, slot, body, task->now_ns)) {
    case SNAPSHOT_JOINED:
        task->events++;
        break;
    case SNAPSHOT_AHEAD:
        snapshot_wanted(task, slot, exchange_symbol); /* no longer the one before */
        task->topics[slot].ahead = true;
        task->events++;
        break;
    case SNAPSHOT_TOO_OLD:
        refuse(task, REFUSAL_STALE_UPDATE);
        intake_snapshot_retry(task->intake, slot);
        break;
    case SNAPSHOT_REFUSED:
        refuse(task, newest_refusal(task, &before));
        break;
    case SNAPSHOT_UNKNOWN:
        refuse(task, REFUSAL_UNEXPECTED_SNAPSHOT);
        break;
    }
}

/* Makes sure that every key of the frame has its topic before the intake sees it. */
static void add_topics(void *context, struct slice frame)
{
    struct task *task = context;
    struct route route;
    task->exchange->route(frame, &route);
    if (route.class == FRAME_DATA || route.class == FRAME_BATCH)
        add_topics_of(task, route.key);
    if (route.class == FRAME_LIST)
        recording_each_element(route.payload, add_topics, task);
}

/* A line counts once: an event if it, or all that it lists, was one. */
static void take_frame(struct task *task, struct slice frame)
{
    struct route route;
    add_topics(task, frame);
    task->printed = false;
    intake_frame(task->intake, 0, frame, task->now_ns, &route);
    if (route.refusal != REFUSAL_NONE)
        refuse(task, route.refusal);
    else if (task->printed)
        task->events++;
    else
        task->control++;
}

/* A book that came without its stream's name, on a connection that carries this one stream. */
static struct slice wrap(struct task *task, const struct recorded *line)
{
    struct text *text = &task->wrapped;
    size_t room = line->frame.len + 6 * line->key.len + 64;
    ENSURE(room > line->frame.len);
    *text = text_over(realloc(text->data, room), room);
    ENSURE(text->data != NULL);
    text_literal(text, "{\"stream\":");
    text_json_string(text, line->key);
    text_literal(text, ",\"data\":");
    text_append(text, line->frame);
    text_literal(text, "}");
    return text_slice(text);
}

/* What the exchange's public half has no name for may be an account's. */
static bool is_private(const struct task *task, const struct route *route, struct slice frame)
{
    if (route->class != FRAME_REFUSED || task->account.exchange == NULL)
        return false;
    return route->refusal == REFUSAL_PRIVATE_EVENT ||
           (route->refusal == REFUSAL_UNKNOWN_EVENT && parse_private_knows(&task->account, frame));
}

static void take_private(struct task *task, struct slice frame)
{
    enum refusal refusal = parse_private_take(&task->account, frame, task->now_ns);
    if (refusal != REFUSAL_NONE)
        refuse(task, refusal);
    else if (task->account.told)
        task->events++;
    else
        task->control++;
}

/* Of replies only books are of use: the others are answers to whoever recorded them. */
static void take_line(void *context, const struct recorded *line)
{
    struct task *task = context;
    struct route route;
    task->frames++;
    task->now_ns = line->received_ns;
    task->exchange->route(line->frame, &route);
    bool book = route.class == FRAME_SNAPSHOT;
    bool answer = line->source == LINE_REST &&
                  (route.class != FRAME_REFUSED || route.refusal == REFUSAL_UNKNOWN_EVENT);
    if (book && line->source == LINE_WEBSOCKET && line->key.len > 0)
        take_frame(task, wrap(task, line));
    else if (book && line->source == LINE_WEBSOCKET)
        refuse(task, REFUSAL_SNAPSHOT_WITHOUT_SYMBOL);
    else if (book)
        take_snapshot(task, line->frame, line->exchange_symbol);
    else if (answer)
        task->control++;
    else if (is_private(task, &route, line->frame))
        take_private(task, line->frame);
    else
        take_frame(task, line->frame);
    intake_flush(task->intake, line->received_ns);
}

static void print_account(const struct task *task)
{
    uint64_t refused = 0, unknown = task->refused[REFUSAL_UNKNOWN_EVENT];
    for (int i = 0; i < REFUSAL_COUNT; i++)
        refused += task->refused[i];
    fprintf(stderr,
            "frames=%" PRIu64 " events=%" PRIu64 " refused=%" PRIu64 " control=%" PRIu64
            " unknown=%" PRIu64 "\n",
            task->frames, task->events, refused - unknown, task->control, unknown);
    for (int i = 0; i < REFUSAL_COUNT; i++)
        if (task->refused[i] > 0)
            fprintf(stderr, "  %s %" PRIu64 "\n", refusal_word((enum refusal)i).data,
                    task->refused[i]);
}

static bool prepare(struct task *task, const struct exchange *exchange)
{
    const struct intake_config config = {.topics_max = TOPICS_MAX,
                                         .book_depth = DEPTH_MAX,
                                         .book_buffer_max = BUFFER_MAX,
                                         .levels_max = LEVELS_MAX};
    const struct intake_hooks hooks = {snapshot_wanted, renewal_wanted, task};
    size_t body_max = wire_json_max(LEVELS_MAX);
    *task = (struct task){.sink = {print_event, nothing_to_flush}, .exchange = exchange};
    task->intake = intake_new(exchange, &config, &hooks, &task->sink);
    task->met = map_new(TOPICS_MAX);
    task->topics = calloc(TOPICS_MAX, sizeof *task->topics);
    task->body = text_over(malloc(body_max), body_max);
    return parse_private_init(&task->account, slice_of(exchange->name)) && task->intake != NULL &&
           task->met != NULL && task->topics != NULL && task->body.data != NULL;
}

static const char help[] =
    "Runs recorded frames, one a line (- is standard input), through route, parse and\n"
    "continuity.\n"
    "\n"
    "Standard output has each event as wire JSON, changes of state included: they are lines of\n"
    "their own, \"update\":\"state\". A recording has no list of instruments: symbol is the\n"
    "exchange's own. ts_received is the line's of FILE.ts, else 0.\n"
    "\n"
    "Frames of an account go through the exchange's private half; their events are those of an\n"
    "account named recorded, and not durable.\n"
    "\n"
    "Standard error has one line \"frames=N events=N refused=N control=N unknown=N\" that counts\n"
    "each line of the file once, frames = events + refused + control + unknown: read; events\n"
    "with data; refused under a reason; control words, replies and empty lists; events that\n"
    "nobody knows. Then comes each reason with its count. A list of frames is refused if one of\n"
    "them is, under the first one's reason; the others are printed all the same.\n"
    "\n"
    "FILE.conn and FILE.conns.json say which lines are REST replies, and of which symbol. A book\n"
    "among them is the snapshot of its topic, or refused: the stream has passed it, or needs\n"
    "none. All other replies are control words. Without these files a book in the form of a\n"
    "reply is taken for one, of the recording's only book.";

int parse_main(int argc, char **argv)
{
    const char *name = "binance";
    const struct option_spec options[] = {
        {"exchange", 'e', OPTION_TEXT, &name, "NAME", "whose frames they are [binance]"}, {0}};
    const struct command command = {"parse", "--exchange NAME FILE.jsonl", help, options};
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    const struct exchange *exchange = exchange_find(slice_of(name));
    if (count != 1 || exchange == NULL) {
        fprintf(stderr,
                exchange == NULL
                    ? "tickgate parse: unknown exchange \"%s\"\n"
                    : "tickgate parse: expected one file for %s (see tickgate parse --help)\n",
                name);
        return EXIT_USAGE;
    }
    struct task task;
    ENSURE(prepare(&task, exchange));
    bool read = recording_read(argv[0], take_line, &task);
    intake_settle(task.intake, task.now_ns);
    intake_flush(task.intake, task.now_ns);
    fflush(stdout);
    print_account(&task);
    intake_destroy(&task.intake);
    map_destroy(&task.met);
    free(task.topics);
    free(task.body.data);
    free(task.wrapped.data);
    parse_private_fini(&task.account);
    return read ? 0 : 1;
}
