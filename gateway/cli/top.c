/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate top: what stats.get and connection.list say, once a second, as a table. On a pipe or
 * with --once it prints and ends; --json prints what it would show as one object. */
#include "common/clock.h"
#include "gateway/cli/client.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <stdio.h>
#include <unistd.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "-";
}

static long long number_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static json_t *ask(struct client *client, const char *op)
{
    json_t *request = json_pack("{s:s}", "op", op);
    json_t *reply = client_request(client, request, 3000);
    json_t *result = json_incref(client_result(reply));
    json_decref(reply);
    json_decref(request);
    return result;
}

static void print_age(const json_t *session)
{
    long long last_us = number_of(session, "last_message");
    if (last_us == 0)
        printf("%9s", "-");
    else
        printf("%6lld ms", (long long)(clock_real_ns() / NS_PER_US - last_us) / 1000);
}

static void print_sessions(const json_t *stats)
{
    const json_t *session;
    size_t i;
    printf("%-10s %-8s %-13s %9s %8s %9s %8s %6s %7s  %s\n", "EXCHANGE", "SESSION", "STATE",
           "MSG/S", "STREAMS", "AGE", "REFUSED", "GAPS", "RECONN", "REASON");
    json_array_foreach(json_object_get(stats, "sessions"), i, session)
    {
        printf("%-10s %-8lld %-13s %9lld %8lld ", text_of(session, "exchange"),
               number_of(session, "session"), text_of(session, "state"),
               number_of(session, "frames_per_s"), number_of(session, "streams"));
        print_age(session);
        printf(" %8lld %6lld %7lld  %s\n", number_of(session, "refused_total"),
               number_of(session, "gaps"), number_of(session, "reconnects"),
               text_of(session, "reason"));
    }
}

static void print_connections(const json_t *list)
{
    const json_t *connection;
    size_t i;
    printf("\n%-20s %-10s %-12s %-13s %8s  %s\n", "CONNECTION", "EXCHANGE", "TYPE", "STATE",
           "SYMBOLS", "REASON");
    json_array_foreach(json_object_get(list, "connections"), i, connection)
    {
        printf("%-20.20s %-10s %-12s %-13s %8lld  %s\n", text_of(connection, "name"),
               text_of(connection, "exchange"), text_of(connection, "type"),
               text_of(connection, "state"), number_of(connection, "symbol_count"),
               text_of(connection, "reason"));
    }
}

static bool show(struct client *client, bool json, bool clear)
{
    json_t *stats = ask(client, "stats.get");
    json_t *list = stats != NULL ? ask(client, "connection.list") : NULL;
    if (list != NULL && json) {
        json_t *both = json_pack("{s:O, s:O}", "stats", stats, "connections",
                                 json_object_get(list, "connections"));
        json_dumpf(both, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(both);
    } else if (list != NULL) {
        const json_t *totals = json_object_get(stats, "gateway");
        if (clear)
            printf("\033[H\033[2J");
        printf("tickgate %s   up %lld s   subscriptions %lld   readers' prefixes %lld   "
               "published %lld/s   dropped %lld\n\n",
               text_of(totals, "version"), number_of(totals, "uptime_s"),
               number_of(totals, "subscriptions"), number_of(totals, "feed_subscriptions"),
               number_of(totals, "published_per_s"),
               number_of(totals, "dropped") + number_of(totals, "bus_dropped"));
        print_sessions(stats);
        print_connections(list);
    }
    fflush(stdout);
    json_decref(list);
    json_decref(stats);
    return list != NULL;
}

int top_main(int argc, char **argv)
{
    struct client_way way = {.feed = CLIENT_FEED, .requests = CLIENT_REQUESTS};
    bool once = false, json = false;
    const struct option_spec options[] = {
        {"once", '1', OPTION_FLAG, &once, NULL,
         "print once and end (also when the output is no terminal)"},
        {"json", 'j', OPTION_FLAG, &json, NULL, "as JSON"},
        {"feed", 0, OPTION_TEXT, &way.feed, "ENDPOINT", "[" CLIENT_FEED "]"},
        {"requests", 0, OPTION_TEXT, &way.requests, "ENDPOINT", "[" CLIENT_REQUESTS "]"},
        CLIENT_KEY_OPTIONS(way),
        {0}};
    const struct command command = {"top", "[--once] [--json]",
                                    "Shows sessions, connections, states, rates and ages.",
                                    options};
    int status;
    if (options_read(&command, argc, argv, &status) < 0)
        return status;
    bool live = !once && !json && isatty(STDOUT_FILENO);
    struct client *client = client_new(&way);
    if (client == NULL)
        return EXIT_USAGE;
    bool answered = show(client, json, live);
    while (live && answered) {
        sleep(1);
        answered = show(client, json, live);
    }
    client_destroy(&client);
    return answered ? 0 : EXIT_UNAVAILABLE;
}
