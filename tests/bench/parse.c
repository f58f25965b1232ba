/* SPDX-License-Identifier: Apache-2.0 */
/* How long a message takes from its bytes to an event: `bench_parse [--exchange NAME] CAPTURES-DIR`
 * prints a line "parse.STREAM N ns/message" for each stream of the exchange's table, route and
 * parse together, the median of its rounds; of all exchanges (the rule) "parse.EXCHANGE.STREAM".
 * Where a message is a batch its elements are told too. The messages are those of the recordings,
 * each as the exchange would bring it today; a stream that they lack is measured by the fixtures.
 * Of books only messages of ten and ten levels count, if there are enough of them. */
#include "common/clock.h"
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/registry.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGES_MAX 2000 /* of a stream: more than a cache remembers the branches of */
#define ROUNDS       21
#define ROUND_NS     (20 * NS_PER_MS)
#define LEVELS_MAX   1000
#define LEVELS       10 /* a side, of the books that are measured ... */
#define BOOKS_ENOUGH 20 /* ... if there are so many */

struct message {
    char *frame;
    size_t len;
    size_t elements;
    char symbol[SYMBOL_MAX + 1];
    char variant[VARIANT_MAX + 1];
};

struct channel {
    struct message messages[MESSAGES_MAX];
    size_t count, of_levels; /* the first so many are books of LEVELS a side */
    bool recorded;           /* no fixture is wanted */
};

static const struct exchange *exchange;
static struct channel *channels; /* of `exchange`, by stream */
static struct event *event;      /* room for LEVELS_MAX */

static enum refusal parse_payload(uint32_t stream, const struct message *message,
                                  struct slice payload)
{
    struct parsing parsing = {.exchange_symbol = slice_of(message->symbol),
                              .variant = slice_of(message->variant),
                              .levels_max = LEVELS_MAX};
    return exchange->parse(stream, payload, &parsing, event);
}

/* The way of a message; `*elements` is how many payloads it has. */
static enum refusal parse(uint32_t stream, const struct message *message, size_t *elements)
{
    struct route route;
    exchange->route((struct slice){message->frame, message->len}, &route);
    *elements = 1;
    if (route.class == FRAME_DATA)
        return parse_payload(stream, message, route.payload);
    if (route.class != FRAME_BATCH)
        return REFUSAL_UNKNOWN_EVENT;
    struct scan scan;
    struct slice element;
    scan_begin(&scan, route.payload);
    scan_array(&scan);
    for (*elements = 0; scan_element(&scan) && scan_raw(&scan, &element); ++*elements) {
        enum refusal refusal = parse_payload(stream, message, element);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    return *elements > 0 ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

/* {"stream":KEY,"data":PAYLOAD}, where the exchange takes that: recordings may be without. */
static void write_frame(struct text *text, struct slice frame, const struct route *found)
{
    struct route route;
    text_literal(text, "{\"stream\":\"");
    text_append(text, found->key);
    text_literal(text, "\",\"data\":");
    text_append(text, found->payload);
    text_literal(text, "}");
    ENSURE(!text->overflow);
    exchange->route(text_slice(text), &route);
    if (route.class == FRAME_DATA && slice_equal(route.key, found->key))
        return;
    text->len = 0;
    text_append(text, frame);
}

static bool is_of_levels(void)
{
    return event->kind == KIND_BOOK && event->book.bid_count == LEVELS &&
           event->book.ask_count == LEVELS;
}

static void keep(uint32_t stream, struct slice frame, const struct route *route,
                 const struct message *named)
{
    struct channel *channel = &channels[stream];
    size_t room = frame.len + route->key.len + 32;
    struct message message = *named;
    struct text text = text_over(malloc(room), room);
    ENSURE(text.data != NULL);
    write_frame(&text, frame, route);
    message.frame = text.data;
    message.len = text.len;
    bool full = channel->count == MESSAGES_MAX;
    if (channel->recorded || channel->of_levels == MESSAGES_MAX ||
        parse(stream, &message, &message.elements) != REFUSAL_NONE || (full && !is_of_levels())) {
        free(text.data);
        return;
    }
    if (full)
        free(channel->messages[--channel->count].frame);
    channel->messages[channel->count] = message;
    if (is_of_levels()) {
        struct message *first = &channel->messages[channel->of_levels++];
        channel->messages[channel->count] = *first;
        *first = message;
    }
    channel->count++;
}

/* Keeps a frame for each stream whose key it has. */
static void take_frame(struct slice frame)
{
    struct route route;
    struct slice variant, element;
    struct message message = {0};
    struct text symbol = text_over(message.symbol, sizeof message.symbol);
    uint32_t first;
    exchange->route(frame, &route);
    if (route.class == FRAME_LIST) {
        struct scan scan;
        scan_begin(&scan, route.payload);
        scan_array(&scan);
        while (scan_element(&scan) && scan_raw(&scan, &element))
            take_frame(element);
    }
    if ((route.class != FRAME_DATA && route.class != FRAME_BATCH) ||
        !exchange->read_key(route.key, &first, &symbol, &variant) || variant.len > VARIANT_MAX)
        return;
    text_terminate(&symbol);
    memcpy(message.variant, variant.data, variant.len);
    for (uint32_t i = first; i < exchange->stream_count; i++) {
        char room[KEY_MAX];
        struct text key = text_over(room, sizeof room);
        exchange->write_key(&key, i, slice_of(message.symbol), variant);
        if (slice_equal(text_slice(&key), route.key))
            keep(i, frame, &route, &message);
    }
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    while (file != NULL && (len = getline(&line, &room, file)) > 0)
        take_frame((struct slice){line, (size_t)(line[len - 1] == '\n' ? len - 1 : len)});
    free(line);
    if (file != NULL)
        fclose(file);
}

/* `owned`: of these only files that are named after the exchange, or after none if the folder is.
 */
static void read_files(const char *pattern, bool owned)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        size_t owner = strcspn(name, ".");
        bool shared = owner + strlen(".jsonl") == strlen(name); /* with the folder's name */
        bool ours = shared ? strchr(exchange->name, '-') == NULL
                           : slice_equal((struct slice){name, owner}, slice_of(exchange->name));
        if (!owned || ours)
            read_file(found.gl_pathv[i]);
    }
    globfree(&found);
}

/* Recordings are in a folder of the exchange's name, of a spot market with that behind it. */
static void read_messages(const char *captures)
{
    static const char here[] = __FILE__, place[] = "tests/bench/parse.c";
    int root = (int)(sizeof here - sizeof place);
    int folder = (int)strcspn(exchange->name, "-");
    char pattern[4096];
    snprintf(pattern, sizeof pattern, "%s/open/%s/*.jsonl", captures, exchange->name);
    read_files(pattern, false);
    snprintf(pattern, sizeof pattern, "%s/open/%s-spot/*.jsonl", captures, exchange->name);
    read_files(pattern, false);
    for (uint32_t i = 0; i < exchange->stream_count; i++)
        channels[i].recorded = channels[i].count > 0;
    snprintf(pattern, sizeof pattern, "%.*sconnectors/%.*s/fixtures/*.jsonl", root, here, folder,
             exchange->name);
    read_files(pattern, true);
}

/* What this thread has had of the CPU: others may be busy too. */
static int64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * NS_PER_SECOND + used.tv_nsec;
}

/* Messages one after another for a round's time; ns each. */
static uint64_t round_ns(uint32_t stream)
{
    const struct channel *channel = &channels[stream];
    uint64_t done = 0;
    size_t elements;
    int64_t begun_ns = cpu_ns(), now_ns = begun_ns;
    for (; now_ns - begun_ns < ROUND_NS; now_ns = cpu_ns())
        for (size_t i = 0; i < MESSAGES_MAX; i++, done++)
            ENSURE(parse(stream, &channel->messages[i % channel->count], &elements) ==
                   REFUSAL_NONE);
    return (uint64_t)(now_ns - begun_ns) / done;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void leave_out_other_books(struct channel *channel)
{
    if (channel->of_levels >= BOOKS_ENOUGH)
        while (channel->count > channel->of_levels)
            free(channel->messages[--channel->count].frame);
}

/* "parse.EXCHANGE.STREAM", with the kind behind it where several streams have one name. */
static void print_name(uint32_t stream, bool named)
{
    const struct stream *streams = exchange->streams;
    bool shared = false;
    for (uint32_t i = 0; i < exchange->stream_count; i++)
        shared |= i != stream && strcmp(streams[i].name, streams[stream].name) == 0;
    printf("parse.%s%s%s%s%s", named ? exchange->name : "", named ? "." : "", streams[stream].name,
           shared ? "." : "", shared ? kind_word(streams[stream].kind).data : "");
}

static void measure(uint32_t stream, bool named)
{
    struct channel *channel = &channels[stream];
    uint64_t rounds[ROUNDS];
    size_t bytes = 0, elements = 0;
    leave_out_other_books(channel);
    for (size_t i = 0; i < channel->count; i++) {
        bytes += channel->messages[i].len;
        elements += channel->messages[i].elements;
    }
    round_ns(stream); /* warm */
    for (int i = 0; i < ROUNDS; i++)
        rounds[i] = round_ns(stream);
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    uint64_t median = rounds[ROUNDS / 2];
    print_name(stream, named);
    printf(" %llu ns/message\n", (unsigned long long)median);
    if (elements > channel->count) {
        print_name(stream, named);
        printf(" %llu ns/element\n", (unsigned long long)(median * channel->count / elements));
    }
    fflush(stdout);
    fprintf(stderr, "  %zu messages of %zu bytes%s, best round %llu ns\n", channel->count,
            bytes / channel->count, channel->of_levels >= BOOKS_ENOUGH ? ", 10 and 10 levels" : "",
            (unsigned long long)rounds[0]);
}

static void measure_exchange(const struct exchange *measured, const char *captures, bool named)
{
    exchange = measured;
    channels = calloc(exchange->stream_count, sizeof *channels);
    ENSURE(channels != NULL);
    read_messages(captures);
    for (uint32_t i = 0; i < exchange->stream_count; i++) {
        if (channels[i].count > 0)
            measure(i, named);
        else if (exchange->streams[i].wanted && exchange->streams[i].poll_ms == 0)
            fprintf(stderr, "  %s.%s: no message\n", exchange->name, exchange->streams[i].name);
        for (size_t message = 0; message < channels[i].count; message++)
            free(channels[i].messages[message].frame);
    }
    free(channels);
}

int main(int argc, char **argv)
{
    bool one = argc == 4 && strcmp(argv[1], "--exchange") == 0;
    const struct exchange *only = one ? exchange_find(slice_of(argv[2])) : NULL;
    if ((argc != 2 && !one) || (one && only == NULL)) {
        fprintf(stderr, "usage: bench_parse [--exchange NAME] CAPTURES-DIR\n");
        return 2;
    }
    event = aligned_alloc(16, event_size(KIND_BOOK, LEVELS_MAX));
    ENSURE(event != NULL);
    if (only != NULL)
        measure_exchange(only, argv[3], false);
    else
        for (const struct exchange *const *list = exchange_list(); *list != NULL; list++)
            measure_exchange(*list, argv[1], true);
    free(event);
    return 0;
}
