/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the program, one file each. argv[0] is the command's name; the result is the exit
 * status. */
#ifndef TICKGATE_GATEWAY_CLI_COMMANDS_H
#define TICKGATE_GATEWAY_CLI_COMMANDS_H

int run_main(int argc, char **argv);
int check_main(int argc, char **argv);
int sub_main(int argc, char **argv);
int get_main(int argc, char **argv);
int top_main(int argc, char **argv);
int keys_main(int argc, char **argv);
int parse_main(int argc, char **argv);
int statuses_main(int argc, char **argv);
int version_main(int argc, char **argv);

#endif
