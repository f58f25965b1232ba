/* SPDX-License-Identifier: Apache-2.0 */
/* How long a message takes from its bytes to an event: `bench_parse CAPTURES-DIR` prints a line
 * "parse.CHANNEL N ns/message" for each channel, route and parse together, the median of its
 * rounds. The messages are those of the recordings, each as the combined stream would bring it; a
 * channel that they lack is measured by one message written here. */
#include "common/clock.h"
#include "common/ensure.h"
#include "connectors/registry.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGES_MAX 2000 /* of a channel: more than a cache remembers the branches of */
#define ROUNDS       21
#define ROUND_NS     (20 * NS_PER_MS)
#define LEVELS_MAX   1000

struct message {
    char *frame;
    size_t len;
    char symbol[SYMBOL_MAX + 1];
};

struct channel {
    const char *name;
    const char *stream;   /* as the exchange's table names it */
    const char *fallback; /* a frame; "BNBBTC" is its symbol */
    uint32_t number;      /* of the stream */
    struct message messages[MESSAGES_MAX];
    size_t count;
};

#define LEVELS                                                                                     \
    "[[\"61500.01000000\",\"0.10000000\"],[\"61500.02000000\",\"0.00000000\"],"                    \
    "[\"61500.03000000\",\"1.25000000\"],[\"61500.04000000\",\"0.00120000\"],"                     \
    "[\"61500.05000000\",\"0.00000000\"],[\"61500.06000000\",\"2.10000000\"],"                     \
    "[\"61500.07000000\",\"0.50000000\"],[\"61500.08000000\",\"0.00000000\"],"                     \
    "[\"61500.09000000\",\"0.00081000\"],[\"61500.10000000\",\"7.77000000\"]]"

static struct channel channels[] = {
    {.name = "trade",
     .stream = "trade",
     .fallback = "{\"stream\":\"bnbbtc@trade\",\"data\":{\"e\":\"trade\",\"E\":1672515782136,"
                 "\"s\":\"BNBBTC\",\"t\":12345678,\"p\":\"61500.01000000\",\"q\":\"0.10000000\","
                 "\"T\":1672515782136,\"m\":true,\"M\":true}}"},
    {.name = "bookTicker",
     .stream = "bookTicker",
     .fallback = "{\"stream\":\"bnbbtc@bookTicker\",\"data\":{\"u\":400900217,\"s\":\"BNBBTC\","
                 "\"b\":\"25.35190000\",\"B\":\"31.21000000\",\"a\":\"25.36520000\","
                 "\"A\":\"40.66000000\"}}"},
    {.name = "24hrTicker",
     .stream = "ticker",
     .fallback = "{\"stream\":\"bnbbtc@ticker\",\"data\":{\"e\":\"24hrTicker\",\"E\":1672515782136,"
                 "\"s\":\"BNBBTC\",\"p\":\"0.00150000\",\"P\":\"250.00\",\"w\":\"0.00180000\","
                 "\"x\":\"0.00090000\",\"c\":\"0.00250000\",\"Q\":\"10.00000000\","
                 "\"b\":\"0.00240000\",\"B\":\"10.00000000\",\"a\":\"0.00260000\","
                 "\"A\":\"100.00000000\",\"o\":\"0.00100000\",\"h\":\"0.00250000\","
                 "\"l\":\"0.00100000\",\"v\":\"10000.00000000\",\"q\":\"18.00000000\","
                 "\"O\":1672429382136,\"C\":1672515782136,\"F\":0,\"L\":18150,\"n\":18151}}"},
    {.name = "depth10+10",
     .stream = "depth@100ms",
     .fallback = "{\"stream\":\"bnbbtc@depth@100ms\",\"data\":{\"e\":\"depthUpdate\","
                 "\"E\":1672515782136,\"s\":\"BNBBTC\",\"U\":157,\"u\":160,\"b\":" LEVELS
                 ",\"a\":" LEVELS "}}"},
    {.name = "kline",
     .stream = "kline",
     .fallback = "{\"stream\":\"bnbbtc@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":1672515782136,"
                 "\"s\":\"BNBBTC\",\"k\":{\"t\":1672515780000,\"T\":1672515839999,"
                 "\"s\":\"BNBBTC\",\"i\":\"1m\",\"f\":100,\"L\":200,\"o\":\"0.00100000\","
                 "\"c\":\"0.00200000\",\"h\":\"0.00250000\",\"l\":\"0.00100000\","
                 "\"v\":\"1000.00000000\",\"n\":100,\"x\":false,\"q\":\"1.00000000\","
                 "\"V\":\"500.00000000\",\"Q\":\"0.50000000\",\"B\":\"0\"}}}"},
};
#define CHANNELS (sizeof channels / sizeof *channels)

static const struct exchange *exchange;
static struct event *event; /* room for LEVELS_MAX */

static enum refusal parse(const struct channel *channel, const struct message *message)
{
    struct route route;
    exchange->route((struct slice){message->frame, message->len}, &route);
    if (route.class != FRAME_DATA)
        return REFUSAL_UNKNOWN_EVENT;
    struct parsing parsing = {.exchange_symbol = slice_of(message->symbol),
                              .levels_max = LEVELS_MAX};
    return exchange->parse(channel->number, route.payload, &parsing, event);
}

/* Keeps a frame if it is one of a channel, and of ten and ten levels if that is a book. */
static void take_frame(struct slice frame)
{
    struct route route;
    struct slice variant;
    struct message message = {0};
    struct text symbol = text_over(message.symbol, sizeof message.symbol);
    uint32_t number;
    exchange->route(frame, &route);
    if (route.class != FRAME_DATA || !exchange->read_key(route.key, &number, &symbol, &variant))
        return;
    text_terminate(&symbol);
    for (struct channel *channel = channels; channel < channels + CHANNELS; channel++) {
        if (channel->number != number || channel->count == MESSAGES_MAX)
            continue;
        size_t room = frame.len + route.key.len + 32;
        struct text text = text_over(malloc(room), room);
        ENSURE(text.data != NULL);
        text_literal(&text, "{\"stream\":\"");
        text_append(&text, route.key);
        text_literal(&text, "\",\"data\":");
        text_append(&text, route.payload);
        text_literal(&text, "}");
        ENSURE(!text.overflow);
        message.frame = text.data;
        message.len = text.len;
        bool taken = parse(channel, &message) == REFUSAL_NONE;
        if (taken && event->kind == KIND_BOOK)
            taken = event->book.bid_count == 10 && event->book.ask_count == 10;
        if (taken)
            channel->messages[channel->count++] = message;
        else
            free(text.data);
    }
}

static void read_recording(const char *path)
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

static void read_recordings(const char *folder)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/open/binance-spot/*.jsonl", folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_recording(found.gl_pathv[i]);
    globfree(&found);
}

/* What this thread has had of the CPU: others may be busy too. */
static int64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * NS_PER_SECOND + used.tv_nsec;
}

/* Messages one after another for a round's time; ns each. */
static uint64_t round_ns(const struct channel *channel)
{
    uint64_t done = 0;
    int64_t begun_ns = cpu_ns(), now_ns = begun_ns;
    for (; now_ns - begun_ns < ROUND_NS; now_ns = cpu_ns())
        for (size_t i = 0; i < channel->count; i++, done++)
            ENSURE(parse(channel, &channel->messages[i]) == REFUSAL_NONE);
    return (uint64_t)(now_ns - begun_ns) / done;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void measure(struct channel *channel)
{
    uint64_t rounds[ROUNDS];
    size_t bytes = 0;
    if (channel->count == 0)
        take_frame(slice_of(channel->fallback));
    ENSURE(channel->count > 0);
    for (size_t i = 0; i < channel->count; i++)
        bytes += channel->messages[i].len;
    round_ns(channel); /* warm */
    for (int i = 0; i < ROUNDS; i++)
        rounds[i] = round_ns(channel);
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    printf("parse.%s %llu ns/message\n", channel->name, (unsigned long long)rounds[ROUNDS / 2]);
    fprintf(stderr, "  %zu messages of %zu bytes, best round %llu ns\n", channel->count,
            bytes / channel->count, (unsigned long long)rounds[0]);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_parse CAPTURES-DIR\n");
        return 2;
    }
    exchange = exchange_find(SLICE("binance"));
    event = aligned_alloc(16, event_size(KIND_BOOK, LEVELS_MAX));
    ENSURE(exchange != NULL && event != NULL);
    for (struct channel *channel = channels; channel < channels + CHANNELS; channel++)
        while (strcmp(exchange->streams[channel->number].name, channel->stream) != 0)
            ENSURE(++channel->number < exchange->stream_count);
    read_recordings(argv[1]);
    for (struct channel *channel = channels; channel < channels + CHANNELS; channel++)
        measure(channel);
    for (struct channel *channel = channels; channel < channels + CHANNELS; channel++)
        for (size_t i = 0; i < channel->count; i++)
            free(channel->messages[i].frame);
    free(event);
    return 0;
}
