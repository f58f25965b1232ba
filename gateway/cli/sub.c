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

#define FOREVER_MS     3600000u
#define REQUEST_MS     3000u
#define ACCOUNT_TOPICS 5

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

/* What is read when no prefix is given. */
struct topics {
    const char *prefixes[ACCOUNT_TOPICS];
    size_t count;
    char room[ACCOUNT_TOPICS][128];
    char feed[256];
};

/* Asks where the account's events are published, and under which topics. False after saying why
 * not. */
static bool find_account(struct client_way *way, const char *account, struct topics *topics)
{
    static const char *const kinds[ACCOUNT_TOPICS] = {"order", "fill", "position", "balance",
                                                      "account"};
    const struct client_way asked = {CLIENT_FEED, way->requests, way->key, way->server};
    struct client *client = client_new(&asked);
    json_t *request = json_pack("{s:s}", "op", "account.list");
    json_t *reply = client != NULL ? client_request(client, request, REQUEST_MS) : NULL;
    json_t *result = client != NULL ? client_result(reply) : NULL, *row;
    size_t i;
    topics->count = 0;
    json_array_foreach(json_object_get(result, "accounts"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *exchange = json_string_value(json_object_get(row, "exchange"));
        const char *endpoint = json_string_value(json_object_get(row, "endpoint"));
        if (name == NULL || exchange == NULL || endpoint == NULL || strcmp(name, account) != 0)
            continue;
        for (; topics->count < ACCOUNT_TOPICS; topics->count++) {
            char *room = topics->room[topics->count];
            snprintf(room, sizeof topics->room[0], "%s.%s.%s.", kinds[topics->count], exchange,
                     name);
            topics->prefixes[topics->count] = room;
        }
        snprintf(topics->feed, sizeof topics->feed, "%s", endpoint);
        if (way->feed == NULL)
            way->feed = topics->feed;
    }
    if (result != NULL && topics->count == 0)
        fprintf(stderr, "tickgate sub: there is no account \"%s\" for this key\n", account);
    json_decref(reply);
    json_decref(request);
    client_destroy(&client);
    return topics->count > 0;
}

int sub_main(int argc, char **argv)
{
    struct client_way way = {0};
    const char *account = NULL;
    uint32_t wait_s = 0;
    struct printing printing = {0};
    const struct option_spec options[] = {
        {"json", 'j', OPTION_FLAG, &printing.json, NULL,
         "the events exactly as they are on the wire, one a line"},
        {"count", 'n', OPTION_NUMBER, &printing.limit, "N", "end after N messages"},
        {"wait", 'W', OPTION_NUMBER, &wait_s, "SECONDS",
         "end after so long; status 75 if -n was not reached"},
        {"account", 0, OPTION_TEXT, &account, "NAME", "the events of an account; needs a key"},
        {"feed", 0, OPTION_TEXT, &way.feed, "ENDPOINT",
         "[" CLIENT_FEED "; of an account what the gateway says]"},
        {"requests", 0, OPTION_TEXT, &way.requests, "ENDPOINT",
         "[" CLIENT_REQUESTS "; with --account " CLIENT_ACCOUNTS "]"},
        CLIENT_KEY_OPTIONS(way),
        {0}};
    const struct command command = {"sub", "[PREFIX ...]",
                                    "Prints the topics that begin with a prefix, such as "
                                    "'trade.binance.BTC-USDT.'; all without one.",
                                    options};
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    static struct topics topics = {.prefixes = {""}, .count = 1};
    if (way.requests == NULL)
        way.requests = account != NULL ? CLIENT_ACCOUNTS : CLIENT_REQUESTS;
    if (account != NULL && !find_account(&way, account, &topics))
        return EXIT_UNAVAILABLE;
    if (way.feed == NULL)
        way.feed = CLIENT_FEED;
    const char *const *prefixes = count > 0 ? (const char *const *)argv : topics.prefixes;
    struct client *client = client_new(&way);
    if (client == NULL)
        return EXIT_USAGE;
    bool joined = client_join(client, prefixes, count > 0 ? (size_t)count : topics.count,
                              print_message, &printing);
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
