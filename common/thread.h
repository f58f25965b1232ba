/* SPDX-License-Identifier: Apache-2.0 */
/* Thread: a named plain thread. Signals are blocked in it: main alone takes them. */
#ifndef TICKGATE_COMMON_THREAD_H
#define TICKGATE_COMMON_THREAD_H

#include <pthread.h>
#include <stdbool.h>

struct thread {
    pthread_t id;
    bool running;
    char name[16]; /* as top and perf show it: at most 15 bytes */
};

/* False when the system refuses. `run(argument)` is the thread's whole life. */
bool thread_start(struct thread *thread, const char *name, void (*run)(void *argument),
                  void *argument);
/* Waits for its end; does nothing if it was not started, or twice. */
void thread_join(struct thread *thread);

#endif
