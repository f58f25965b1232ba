/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate get: one request, its result printed. The forms that people ask for often are a table;
 * any other op is sent as it stands, with key=value arguments. */
#include "gateway/cli/client.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <stdio.h>
#include <string.h>

/* `tickgate get WORD A B` asks `op` with the positional arguments named here. */
static const struct {
    const char *word;
    const char *op;
    const char *arguments[3];
} forms[] = {
    {"quote", "quote.get", {"exchange", "symbol", NULL}},
    {"book", "book.get", {"exchange", "symbol", NULL}},
    {"instruments", "instrument.list", {"exchange", NULL, NULL}},
    {"connections", "connection.list", {NULL, NULL, NULL}},
    {"connection", "connection.get", {"connection", NULL, NULL}},
    {"subscriptions", "subscription.list", {NULL, NULL, NULL}},
    {"connectors", "connector.list", {NULL, NULL, NULL}},
    {"types", "connector.types", {NULL, NULL, NULL}},
    {"stats", "stats.get", {"part", NULL, NULL}},
    {"cache", "cache.get", {NULL, NULL, NULL}},
};

/* key=value: a value that reads as JSON is that, any other is a string. */
static bool add_argument(json_t *request, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument)
        return false;
    char key[64];
    size_t len = (size_t)(equals - argument);
    if (len >= sizeof key)
        return false;
    memcpy(key, argument, len);
    key[len] = '\0';
    json_t *value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
    return json_object_set_new(request, key, value != NULL ? value : json_string(equals + 1)) == 0;
}

static json_t *make_request(int count, char **arguments)
{
    json_t *request = json_object();
    const char *const *names = NULL;
    json_object_set_new(request, "op", json_string(arguments[0]));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(arguments[0], forms[i].word) == 0) {
            json_object_set_new(request, "op", json_string(forms[i].op));
            names = forms[i].arguments;
        }
    for (int i = 1; i < count; i++) {
        if (add_argument(request, arguments[i]))
            continue;
        if (names == NULL || *names == NULL) {
            fprintf(stderr, "tickgate get: unexpected \"%s\"; expected key=value\n", arguments[i]);
            json_decref(request);
            return NULL;
        }
        json_object_set_new(request, *names++, json_string(arguments[i]));
    }
    return request;
}

/* Asked of accounts-requests. */
static bool is_of_accounts(const char *op)
{
    return strncmp(op, "account.", 8) == 0 || strncmp(op, "journal.", 8) == 0;
}

int get_main(int argc, char **argv)
{
    struct client_way way = {.feed = CLIENT_FEED};
    uint32_t wait_s = 3;
    bool json = false;
    const struct option_spec options[] = {
        {"json", 'j', OPTION_FLAG, &json, NULL, "on one line"},
        {"wait", 'W', OPTION_NUMBER, &wait_s, "SECONDS", "for the answer [3]"},
        {"requests", 0, OPTION_TEXT, &way.requests, "ENDPOINT",
         "[" CLIENT_REQUESTS "; of account. and journal. " CLIENT_ACCOUNTS "]"},
        CLIENT_KEY_OPTIONS(way),
        {0}};
    const struct command command = {
        "get", "quote|book EXCHANGE SYMBOL | stats | connections | OP [KEY=VALUE ...]",
        "Asks the gateway one thing and prints its answer as JSON.", options};
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    if (count == 0) {
        fprintf(stderr, "tickgate get: what? (see tickgate get --help)\n");
        return EXIT_USAGE;
    }
    json_t *request = make_request(count, argv);
    if (way.requests == NULL)
        way.requests = is_of_accounts(argv[0]) ? CLIENT_ACCOUNTS : CLIENT_REQUESTS;
    struct client *client = request != NULL ? client_new(&way) : NULL;
    if (client == NULL) {
        json_decref(request);
        return EXIT_USAGE;
    }
    json_t *reply = client_request(client, request, wait_s * 1000);
    json_t *result = client_result(reply);
    if (result != NULL) {
        json_dumpf(result, stdout, json ? JSON_COMPACT : JSON_INDENT(2));
        putchar('\n');
    }
    status = result != NULL ? 0 : reply != NULL ? 1 : EXIT_UNAVAILABLE;
    json_decref(reply);
    json_decref(request);
    client_destroy(&client);
    return status;
}
