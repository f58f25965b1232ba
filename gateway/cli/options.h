/* SPDX-License-Identifier: Apache-2.0 */
/* Options: one table a command, from which its --help comes and its arguments are read. */
#ifndef TICKGATE_GATEWAY_CLI_OPTIONS_H
#define TICKGATE_GATEWAY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define EXIT_USAGE       2
#define EXIT_UNAVAILABLE 69 /* no gateway answers */
#define EXIT_TIMEOUT     75 /* -W passed before it was done */
#define EXIT_CONFIG      78

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER };

struct option_spec {
    const char *name; /* "json" for --json */
    char letter;      /* 'n' for -n, 0 none */
    enum option_type type;
    void *target;         /* bool, const char * or uint32_t */
    const char *argument; /* as --help shows it; NULL for a flag */
    const char *help;
};

struct command {
    const char *name;
    const char *arguments;             /* of its usage line */
    const char *help;                  /* one line */
    const struct option_spec *options; /* ends with a NULL name */
};

/* Reads argv (argv[0] is the command's name): fills the targets and moves what is no option to the
 * front of argv; how many that is, or -1 after --help was printed (*status 0) or an error (*status
 * EXIT_USAGE). */
int options_read(const struct command *command, int argc, char **argv, int *status);

#endif
