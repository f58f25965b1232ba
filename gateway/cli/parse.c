/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate parse: recorded frames through route, parse and continuity, with no socket: the events
 * go to standard output as they would go to the wire, the account of every line to standard error.
 */
#include "common/ensure.h"
#include "connectors/intake.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"
#include "gateway/cli/recording.h"
#include "proto/wire_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TOPICS_MAX 65536
#define LEVELS_MAX 12000
#define EPOCH      1

struct named {
    char head[WIRE_HEAD_MAX];
    size_t head_len;
    char variant[VARIANT_MAX + 1];
};

struct parsing {
    struct sink sink; /* first: the sink's functions find the rest behind it */
    const struct exchange *exchange;
    struct intake *intake;
    struct named *topics; /* by slot */
    uint32_t topic_count;
    uint32_t books; /* topics that are books joined by a snapshot; the last one: */
    uint32_t book_slot;
    struct text body;
    int64_t now_ns;
    uint64_t frames, events, control;
    uint64_t refused[REFUSAL_COUNT];
};

static bool print_event(struct sink *sink, const struct event *event)
{
    struct parsing *parsing = (struct parsing *)sink;
    if (event->kind >= KIND_PUBLIC_COUNT)
        return true;
    const struct named *topic = &parsing->topics[event->slot];
    parsing->body.len = 0;
    wire_json_event(&parsing->body, (struct slice){topic->head, topic->head_len},
                    slice_of(topic->variant), event, EPOCH, event->ts_received);
    ENSURE(!parsing->body.overflow);
    fwrite(parsing->body.data, 1, parsing->body.len, stdout);
    putchar('\n');
    parsing->events++;
    return true;
}

static bool nothing_to_flush(struct sink *sink)
{
    (void)sink;
    return true;
}

/* The recording brings the snapshot or it does not: nobody can be asked. */
static void snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol)
{
    (void)context;
    (void)slot;
    (void)exchange_symbol;
}

/* A topic for a key that is met for the first time. Without an instrument list our symbol is the
 * exchange's. */
static bool add_topic(struct parsing *parsing, struct slice key)
{
    struct want want = {.slot = parsing->topic_count, .next_seq = 1};
    struct text symbol = text_over(want.exchange_symbol, sizeof want.exchange_symbol);
    struct slice variant;
    uint32_t stream;
    if (parsing->topic_count == TOPICS_MAX ||
        !parsing->exchange->read_key(key, &stream, &symbol, &variant))
        return false;
    text_terminate(&symbol);
    if (symbol.overflow || variant.len > VARIANT_MAX)
        return false;
    want.kind = parsing->exchange->streams[stream].kind;
    memcpy(want.symbol, want.exchange_symbol, sizeof want.symbol);
    memcpy(want.variant, variant.data, variant.len);
    struct named *topic = &parsing->topics[want.slot];
    struct text head = text_over(topic->head, sizeof topic->head);
    struct wire_topic names = {slice_of(parsing->exchange->name), slice_of(want.symbol),
                               slice_of(want.exchange_symbol), slice_of(want.variant)};
    wire_json_head(&head, want.kind, &names);
    topic->head_len = head.len;
    memcpy(topic->variant, want.variant, sizeof topic->variant);
    parsing->topic_count++;
    if (want.kind == KIND_BOOK && want.variant[0] == '\0') {
        parsing->books++;
        parsing->book_slot = want.slot;
    }
    return !head.overflow && intake_add(parsing->intake, &want, parsing->now_ns);
}

static void refuse(struct parsing *parsing, enum refusal refusal)
{
    parsing->refused[refusal]++;
}

/* The book that a REST reply is of: the symbol that its connection names, or the recording's only
 * one. */
static bool find_book(struct parsing *parsing, struct slice exchange_symbol, uint32_t *slot)
{
    *slot = parsing->book_slot;
    if (exchange_symbol.len == 0)
        return parsing->books == 1;
    for (uint32_t stream = 0; stream < parsing->exchange->stream_count; stream++) {
        char room[KEY_MAX];
        struct text key = text_over(room, sizeof room);
        const struct stream *known = &parsing->exchange->streams[stream];
        if (known->kind != KIND_BOOK || !known->wanted)
            continue;
        parsing->exchange->write_key(&key, stream, exchange_symbol, SLICE(""));
        return intake_slot(parsing->intake, text_slice(&key), slot) ||
               (add_topic(parsing, text_slice(&key)) &&
                intake_slot(parsing->intake, text_slice(&key), slot));
    }
    return false;
}

/* A reply that is older than the stream, or that nobody needs, is refused under that name. */
static void take_snapshot(struct parsing *parsing, struct slice body, struct slice exchange_symbol)
{
    uint32_t slot;
    if (!find_book(parsing, exchange_symbol, &slot)) {
        refuse(parsing, REFUSAL_SNAPSHOT_WITHOUT_SYMBOL);
        return;
    }
    switch (intake_snapshot(parsing->intake, slot, body, parsing->now_ns)) {
    case SNAPSHOT_JOINED:
    case SNAPSHOT_AHEAD:
        break;
    case SNAPSHOT_TOO_OLD:
        refuse(parsing, REFUSAL_STALE_UPDATE);
        intake_snapshot_retry(parsing->intake, slot);
        break;
    case SNAPSHOT_REFUSED:
        refuse(parsing, REFUSAL_WRONG_TYPE);
        break;
    case SNAPSHOT_UNKNOWN:
        refuse(parsing, REFUSAL_UNEXPECTED_SNAPSHOT);
        break;
    }
}

/* Makes sure that every key of the frame has its topic before the intake sees it. */
static void add_topics(void *context, struct slice frame)
{
    struct parsing *parsing = context;
    struct route route;
    uint32_t slot;
    parsing->exchange->route(frame, &route);
    if (route.class == FRAME_DATA && !intake_slot(parsing->intake, route.key, &slot))
        add_topic(parsing, route.key);
    if (route.class == FRAME_LIST)
        recording_each_element(route.payload, add_topics, parsing);
}

static void take_line(void *context, const struct recorded *line)
{
    struct parsing *parsing = context;
    struct route route;
    parsing->frames++;
    parsing->now_ns = line->received_ns;
    intake_settle(parsing->intake, line->received_ns);
    add_topics(parsing, line->frame);
    intake_frame(parsing->intake, 0, line->frame, line->received_ns, &route);
    switch (route.class) {
    case FRAME_DATA:
    case FRAME_LIST:
        break;
    case FRAME_SNAPSHOT:
        take_snapshot(parsing, line->frame, line->exchange_symbol);
        break;
    case FRAME_REFUSED:
        refuse(parsing, route.refusal);
        break;
    default:
        parsing->control++;
    }
    intake_flush(parsing->intake, line->received_ns);
}

static void print_account(const struct parsing *parsing)
{
    uint64_t refused = 0, unknown = parsing->refused[REFUSAL_UNKNOWN_EVENT];
    for (int i = 0; i < REFUSAL_COUNT; i++)
        refused += parsing->refused[i];
    fprintf(stderr,
            "frames=%" PRIu64 " events=%" PRIu64 " refused=%" PRIu64 " control=%" PRIu64
            " unknown=%" PRIu64 "\n",
            parsing->frames, parsing->events, refused - unknown, parsing->control, unknown);
    for (int i = 0; i < REFUSAL_COUNT; i++)
        if (parsing->refused[i] > 0)
            fprintf(stderr, "  %s %" PRIu64 "\n", refusal_word((enum refusal)i).data,
                    parsing->refused[i]);
}

static bool prepare(struct parsing *parsing, const struct exchange *exchange)
{
    const struct intake_config config = {TOPICS_MAX, 1000, 64 * 1024 * 1024, LEVELS_MAX, 60000};
    const struct intake_hooks hooks = {snapshot_wanted, NULL};
    size_t body_max = wire_json_max(LEVELS_MAX);
    *parsing = (struct parsing){.sink = {print_event, nothing_to_flush}, .exchange = exchange};
    parsing->intake = intake_new(exchange, &config, &hooks, &parsing->sink);
    parsing->topics = calloc(TOPICS_MAX, sizeof *parsing->topics);
    parsing->body = text_over(malloc(body_max), body_max);
    return parsing->intake != NULL && parsing->topics != NULL && parsing->body.data != NULL;
}

int parse_main(int argc, char **argv)
{
    const char *name = "binance";
    const struct option_spec options[] = {
        {"exchange", 'e', OPTION_TEXT, &name, "NAME", "whose frames they are [binance]"}, {0}};
    const struct command command = {
        "parse", "--exchange NAME FILE.jsonl",
        "Runs recorded frames, one a line (- is standard input), through the parsers. Standard "
        "output has each event as\n"
        "wire JSON, state events included; ts_received is the line's of FILE.ts if there is one, "
        "else 0. Standard error\n"
        "has one line \"frames=N events=N refused=N control=N unknown=N\": lines read, lines "
        "printed, lines refused under a\n"
        "reason, control words, lines nobody knows; then each reason with its count. FILE.conn and "
        "FILE.conns.json say\n"
        "which lines are REST replies, and of which symbol.",
        options};
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
    struct parsing parsing;
    ENSURE(prepare(&parsing, exchange));
    bool read = recording_read(argv[0], take_line, &parsing);
    intake_settle(parsing.intake, INT64_MAX);
    intake_flush(parsing.intake, parsing.now_ns);
    fflush(stdout);
    print_account(&parsing);
    intake_destroy(&parsing.intake);
    free(parsing.topics);
    free(parsing.body.data);
    return read ? 0 : 1;
}
