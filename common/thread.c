/* SPDX-License-Identifier: Apache-2.0 */
#include "common/thread.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct start {
    char name[16];
    void (*run)(void *argument);
    void *argument;
};

static void *begin(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.argument);
    return NULL;
}

bool thread_start(struct thread *thread, const char *name, void (*run)(void *argument),
                  void *argument)
{
    struct start *start = calloc(1, sizeof *start);
    if (start == NULL)
        return false;
    snprintf(start->name, sizeof start->name, "%s", name);
    snprintf(thread->name, sizeof thread->name, "%s", name);
    start->run = run;
    start->argument = argument;
    /* A thread is born with the mask of its maker. What a thread's own fault raises stays open, so
     * that it is reported as such. */
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread->running = pthread_create(&thread->id, NULL, begin, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!thread->running)
        free(start);
    return thread->running;
}

void thread_join(struct thread *thread)
{
    if (thread->running)
        pthread_join(thread->id, NULL);
    thread->running = false;
}
