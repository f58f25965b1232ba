/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a command's arguments by its table: see the header. */
#include "gateway/cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct command *command)
{
    printf("usage: tickgate %s %s\n\n%s\n", command->name, command->arguments, command->help);
    if (command->options->name != NULL)
        printf("\n");
    for (const struct option_spec *option = command->options; option->name != NULL; option++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
                 option->argument ? " " : "", option->argument ? option->argument : "");
        printf("  %-28s %s\n", left, option->help);
    }
    printf("  %-28s %s\n", "-h, --help", "this");
}

/* The option that `word` names, and the value that stands behind a '=' in it. */
static const struct option_spec *find_option(const struct command *command, char *word,
                                             char **value)
{
    for (const struct option_spec *option = command->options; option->name != NULL; option++) {
        size_t len = strlen(option->name);
        if (word[1] == '-' && strncmp(word + 2, option->name, len) == 0 &&
            (word[len + 2] == '\0' || word[len + 2] == '=')) {
            *value = word[len + 2] == '=' ? word + len + 3 : NULL;
            return option;
        }
        if (word[1] != '-' && option->letter != 0 && word[1] == option->letter) {
            *value = word[2] != '\0' ? word + 2 : NULL;
            return option;
        }
    }
    return NULL;
}

static bool set_value(const struct command *command, const struct option_spec *option, char *value)
{
    if (option->type == OPTION_FLAG && value != NULL) {
        fprintf(stderr, "tickgate %s: --%s takes no value, found \"%s\"\n", command->name,
                option->name, value);
        return false;
    }
    if (option->type == OPTION_FLAG) {
        *(bool *)option->target = true;
        return true;
    }
    if (value == NULL) {
        fprintf(stderr, "tickgate %s: --%s needs %s\n", command->name, option->name,
                option->argument);
        return false;
    }
    if (option->type == OPTION_TEXT) {
        *(const char **)option->target = value;
        return true;
    }
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (errno != 0 || *value < '0' || *value > '9' || *end != '\0' || number > UINT32_MAX) {
        fprintf(stderr, "tickgate %s: --%s: expected a whole number, found \"%s\"\n", command->name,
                option->name, value);
        return false;
    }
    *(uint32_t *)option->target = (uint32_t)number;
    return true;
}

int options_read(const struct command *command, int argc, char **argv, int *status)
{
    int kept = 0;
    bool only_arguments = false;
    for (int i = 1; i < argc; i++) {
        char *value = NULL;
        if (only_arguments || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[kept++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_arguments = true;
            continue;
        }
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
            print_help(command);
            *status = 0;
            return -1;
        }
        const struct option_spec *option = find_option(command, argv[i], &value);
        if (option == NULL)
            fprintf(stderr, "tickgate %s: unknown option %s (see tickgate %s --help)\n",
                    command->name, argv[i], command->name);
        else if (option->type != OPTION_FLAG && value == NULL && i + 1 < argc)
            value = argv[++i];
        if (option == NULL || !set_value(command, option, value)) {
            *status = EXIT_USAGE;
            return -1;
        }
    }
    return kept;
}
