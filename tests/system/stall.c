/* SPDX-License-Identifier: Apache-2.0 */
/* Stops one thread of a process for so many milliseconds, as a scheduler or a page fault might:
 * stall TID MS. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    pid_t thread = (pid_t)strtol(argv[1], NULL, 10);
    int status;
    if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0 ||
        ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0 ||
        waitpid(thread, &status, __WALL) != thread) {
        perror("stall");
        return 1;
    }
    poll(NULL, 0, (int)strtol(argv[2], NULL, 10));
    return ptrace(PTRACE_DETACH, thread, NULL, NULL) == 0 ? 0 : 1;
}
