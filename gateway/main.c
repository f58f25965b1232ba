/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate: one program, a command each for the daemon and for looking at it. */
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", run_main, "the gateway itself"},
    {"check", check_main, "reads a configuration and says all that is wrong with it"},
    {"sub", sub_main, "prints what flows on the feed"},
    {"get", get_main, "asks the gateway one thing: quote, book, stats ..."},
    {"top", top_main, "connections, states, rates and ages, live"},
    {"keys", keys_main, "who may connect: makes, lists and revokes keys"},
    {"parse", parse_main, "runs recorded frames through the parsers"},
    {"statuses", statuses_main, "what the exchanges' words for an order become"},
    {"version", version_main, "this program and its libraries"},
};

static void print_usage(FILE *out)
{
    fprintf(out, "usage: tickgate COMMAND [OPTION ...]\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\ntickgate COMMAND --help says more of each.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0)
        return version_main(argc - 1, argv + 1);
    fprintf(stderr, "tickgate: unknown command \"%s\"\n\n", argv[1]);
    print_usage(stderr);
    return EXIT_USAGE;
}
