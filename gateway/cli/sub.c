/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate sub: prints what flows. It joins with a snapshot, so that quiet topics print at once. */
#include "common/clock.h"
#include "gateway/cli/client.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"
#include "gateway/cli/render.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FOREVER_MS 3600000u

struct printing {
    uint32_t limit; /* 0 none */
    uint32_t printed;
    uint64_t missed;
    bool json;
};

/* Nobody reads any more (head, a closed terminal): an error on the output ends the printing. */
static bool print_message(void *context, const struct client_message *message)
{
    struct printing *printing = context;
    if (message->note == CLIENT_HOLE) {
        printing->missed += message->missed;
        fprintf(stderr, "%s: %" PRIu64 " messages missed\n", message->topic, message->missed);
        return true;
    }
    if (printing->json)
        puts(message->body);
    else
        render_event(stdout, message->topic, message->event);
    if (fflush(stdout) != 0)
        return false;
    return ++printing->printed != printing->limit;
}

int sub_main(int argc, char **argv)
{
    const char *feed = CLIENT_FEED, *requests = CLIENT_REQUESTS;
    uint32_t wait_s = 0;
    struct printing printing = {0};
    const struct option_spec options[] = {
        {"json", 'j', OPTION_FLAG, &printing.json, NULL,
         "the events exactly as they are on the wire, one a line"},
        {"count", 'n', OPTION_NUMBER, &printing.limit, "N", "end after N messages"},
        {"wait", 'W', OPTION_NUMBER, &wait_s, "SECONDS",
         "end after so long; status 75 if -n was not reached"},
        {"feed", 0, OPTION_TEXT, &feed, "ENDPOINT", "[" CLIENT_FEED "]"},
        {"requests", 0, OPTION_TEXT, &requests, "ENDPOINT", "[" CLIENT_REQUESTS "]"},
        {0}};
    const struct command command = {"sub", "[PREFIX ...]",
                                    "Prints the topics that begin with a prefix, such as "
                                    "'trade.binance.BTC-USDT.'; all without one.",
                                    options};
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    static const char *const all[] = {""};
    const char *const *prefixes = count > 0 ? (const char *const *)argv : all;
    struct client *client = client_new(feed, requests);
    if (client == NULL)
        return EXIT_USAGE;
    bool joined =
        client_join(client, prefixes, count > 0 ? (size_t)count : 1, print_message, &printing);
    bool ended = printing.limit != 0 && printing.printed >= printing.limit;
    bool bounded = wait_s != 0;
    int64_t deadline_ns = clock_monotonic_ns() + wait_s * NS_PER_SECOND;
    while (joined && !ended) {
        int64_t left_ms = bounded ? (deadline_ns - clock_monotonic_ns()) / NS_PER_MS : FOREVER_MS;
        if (left_ms <= 0)
            break;
        ended = client_read(client, (uint32_t)left_ms, print_message, &printing);
    }
    client_destroy(&client);
    if (!joined)
        return EXIT_UNAVAILABLE;
    return ended || printing.limit == 0 ? 0 : EXIT_TIMEOUT;
}
